#include "../support.h"

static cx_tally *tally;
static cx_estimate estimate;

static void setup(void) {
    ck_assert_ok(cx_tally_new(1, 5, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

static void add(cx_tally *to, const double *scores, int64_t n, double not_applicable) {
    cx_array x = cx_array_of(scores, CX_F64, n);
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.not_applicable_codes[0] = not_applicable;
    options.not_applicable_count = 1;
    ck_assert_ok(cx_tally_add(to, &x, NULL, &options, err));
}

START_TEST(test_csat_of_no_answers_is_no_number) {
    ck_assert_fails(cx_csat(tally, NULL, &estimate, err), CX_E_EMPTY, "no valid answer");
}
END_TEST

START_TEST(test_csat_counts_the_two_top_boxes_of_five) {
    const double scores[] = {5, 4, 4, 3, 1, 2, 6};
    add(tally, scores, 7, 6);
    ck_assert_ok(cx_csat(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.5);
    ck_assert_int_eq(estimate.n, 6);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    ck_assert_int_eq(estimate.unit, CX_UNIT_FRACTION);
    ck_assert_int_eq(estimate.method, CX_METHOD_WILSON);
}
END_TEST

START_TEST(test_csat_can_keep_dont_know_in_the_denominator) {
    const double scores[] = {5, 4, 4, 3, 1, 2, 6, 6};
    cx_csat_options options;
    cx_csat_options_init(&options);
    options.denominator = CX_DENOMINATOR_ANSWERED;
    add(tally, scores, 8, 6);
    ck_assert_ok(cx_csat(tally, &options, &estimate, err));
    ck_assert_close(estimate.value, 3.0 / 8, 1e-15);
    ck_assert_int_eq(estimate.n, 8);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 0);
}
END_TEST

START_TEST(test_the_usual_boxes_follow_the_scale) {
    const int32_t top[] = {2, 3, 4, 5, 7, 10}, usual[] = {1, 1, 2, 2, 2, 3};
    for (int i = 0; i < 6; i++) {
        cx_tally *scale;
        ck_assert_ok(cx_tally_new(1, top[i], NULL, &scale, err));
        for (int32_t score = 1; score <= top[i]; score++) {
            double answer = score;
            add(scale, &answer, 1, 99);
        }
        ck_assert_ok(cx_csat(scale, NULL, &estimate, err));
        ck_assert_close(estimate.value, (double)usual[i] / top[i], 1e-15);
        cx_tally_free(scale);
    }
}
END_TEST

START_TEST(test_a_scale_without_usual_boxes_wants_them_stated) {
    cx_tally *eleven;
    cx_csat_options options;
    const double scores[] = {8, 0};
    cx_csat_options_init(&options);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &eleven, err));
    add(eleven, scores, 2, 99);
    ck_assert_fails(cx_csat(eleven, NULL, &estimate, err), CX_E_OPTION, "11 steps");
    options.top = 3;
    ck_assert_ok(cx_csat(eleven, &options, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.5);
    options.top = 11;
    ck_assert_fails(cx_csat(eleven, &options, &estimate, err), CX_E_OPTION, "top is 11");
    options.top = -1;
    ck_assert_fails(cx_csat(eleven, &options, &estimate, err), CX_E_OPTION, "top is -1");
    cx_tally_free(eleven);
}
END_TEST

START_TEST(test_csat_options_are_checked) {
    const double scores[] = {5, 1}, weights[] = {1, 2};
    cx_csat_options options;
    cx_array x = cx_array_of(scores, CX_F64, 2), w = cx_array_of(weights, CX_F64, 2);
    cx_csat_options_init(&options);
    options.denominator = 2;
    ck_assert_fails(cx_csat(tally, &options, &estimate, err), CX_E_OPTION, "denominator");
    options.denominator = CX_DENOMINATOR_ANSWERED;
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_fails(cx_csat(tally, &options, &estimate, err), CX_E_OPTION, "unweighted");
    options.denominator = CX_DENOMINATOR_VALID;
    options.method = CX_METHOD_SCORE;
    ck_assert_fails(cx_csat(tally, &options, &estimate, err), CX_E_OPTION, "score");
    ck_assert_fails(cx_csat(NULL, NULL, &estimate, err), CX_E_NULL, "tally");
}
END_TEST

/* -- shares of counts ---------------------------------------------------------------------- */

START_TEST(test_share_matches_the_published_numbers) {
    vectors v = vectors_read("share");
    ck_assert_int_gt(v.rows, 10);
    for (int64_t i = 0; i < v.rows; i++) {
        cx_share_options options;
        cx_share_options_init(&options);
        options.method = method_of(vectors_text(&v, i, "method"));
        double tolerance = vectors_number(&v, i, "tolerance");
        ck_assert_ok(cx_share((int64_t)vectors_number(&v, i, "successes"),
                              (int64_t)vectors_number(&v, i, "n"), &options, &estimate, err));
        ck_assert_close(estimate.value, vectors_number(&v, i, "value"), tolerance);
        ck_assert_close(estimate.ci_low, vectors_number(&v, i, "ci_low"), tolerance);
        ck_assert_close(estimate.ci_high, vectors_number(&v, i, "ci_high"), tolerance);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_a_share_of_nothing_has_no_value) {
    ck_assert_fails(cx_share(0, 0, NULL, &estimate, err), CX_E_EMPTY, "share of nothing");
}
END_TEST

START_TEST(test_the_ends_of_every_method_are_exact) {
    const int32_t methods[] = {CX_METHOD_WILSON, CX_METHOD_JEFFREYS, CX_METHOD_CLOPPER_PEARSON,
                               CX_METHOD_AGRESTI_COULL};
    for (int m = 0; m < 4; m++) {
        cx_share_options options;
        cx_share_options_init(&options);
        options.method = methods[m];
        ck_assert_ok(cx_share(0, 10, &options, &estimate, err));
        ck_assert_double_eq(estimate.ci_low, 0);
        double high = estimate.ci_high;
        ck_assert_double_gt(high, 0.1);
        ck_assert_ok(cx_share(10, 10, &options, &estimate, err));
        ck_assert_double_eq(estimate.ci_high, 1);
        ck_assert_close(1 - estimate.ci_low, high, 1e-12);
    }
}
END_TEST

START_TEST(test_what_is_no_share_is_refused) {
    ck_assert_fails(cx_share(3, 2, NULL, &estimate, err), CX_E_DOMAIN, "3 of 2");
    ck_assert_fails(cx_share(-1, 2, NULL, &estimate, err), CX_E_DOMAIN, "-1 of 2");
    ck_assert_fails(cx_share(0, -1, NULL, &estimate, err), CX_E_DOMAIN, "0 of -1");
    ck_assert_fails(cx_share(1, 2, NULL, NULL, err), CX_E_NULL, "out");
}
END_TEST

Suite *suite_csat(void) {
    Suite *suite = suite_create("csat");
    TCase *tcase = tcase_create("csat");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_csat_of_no_answers_is_no_number);
    tcase_add_test(tcase, test_csat_counts_the_two_top_boxes_of_five);
    tcase_add_test(tcase, test_csat_can_keep_dont_know_in_the_denominator);
    tcase_add_test(tcase, test_the_usual_boxes_follow_the_scale);
    tcase_add_test(tcase, test_a_scale_without_usual_boxes_wants_them_stated);
    tcase_add_test(tcase, test_csat_options_are_checked);
    tcase_add_test(tcase, test_share_matches_the_published_numbers);
    tcase_add_test(tcase, test_a_share_of_nothing_has_no_value);
    tcase_add_test(tcase, test_the_ends_of_every_method_are_exact);
    tcase_add_test(tcase, test_what_is_no_share_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
