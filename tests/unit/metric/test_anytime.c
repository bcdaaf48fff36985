#include "../support.h"

static cx_tally *tally;
static cx_anytime_options options;
static cx_estimate estimate;

static void setup(void) {
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    cx_anytime_options_init(&options);
}

static void teardown(void) {
    cx_tally_free(tally);
}

/* Answers of 0, 8 and 10. */
static void add(int64_t low, int64_t middle, int64_t high) {
    const int64_t counts[] = {low, middle, high};
    const int8_t scores[] = {0, 8, 10};
    cx_array x = cx_array_of(scores, CX_I8, 3), c = cx_array_of(counts, CX_I64, 3);
    ck_assert_ok(cx_tally_add_counts(tally, &x, &c, err));
}

static int32_t score_of(const char *word) {
    return strcmp(word, "nps") == 0    ? CX_SCORE_NPS
           : strcmp(word, "mean") == 0 ? CX_SCORE_MEAN
                                       : CX_SCORE_TOP_BOX;
}

START_TEST(test_no_answers_are_no_estimate) {
    ck_assert_fails(cx_anytime(tally, NULL, &estimate, err), CX_E_EMPTY, "no valid answer");
}
END_TEST

START_TEST(test_one_answer_leaves_nearly_the_whole_range) {
    add(0, 0, 1);
    ck_assert_ok(cx_anytime(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 100);
    ck_assert_double_lt(estimate.ci_low, -80);
    ck_assert_double_eq(estimate.ci_high, 100);
    ck_assert(estimate.flags & CX_FLAG_FEW);
    ck_assert(estimate.flags & CX_FLAG_CLIPPED);
}
END_TEST

START_TEST(test_answers_all_alike_have_an_interval_that_shrinks_but_never_closes) {
    double before = 200;
    for (int i = 0; i < 12; i++) {
        add(0, 1 << 2 * i, 0);
        ck_assert_ok(cx_anytime(tally, NULL, &estimate, err));
        ck_assert_double_gt(estimate.ci_high, 0);
        ck_assert_double_lt(estimate.ci_low, 0);
        ck_assert_double_lt(estimate.ci_high - estimate.ci_low, before);
        before = estimate.ci_high - estimate.ci_low;
    }
    ck_assert_double_lt(before, 0.01);
}
END_TEST

START_TEST(test_limits_are_those_of_the_definitions) {
    vectors v = vectors_read("anytime");
    ck_assert_int_gt(v.rows, 40);
    for (int64_t i = 0; i < v.rows; i++) {
        double tolerance = vectors_number(&v, i, "tolerance");
        options.score = score_of(vectors_text(&v, i, "score"));
        options.method = method_of(vectors_text(&v, i, "method"));
        options.confidence = vectors_number(&v, i, "confidence");
        options.optimise_at = vectors_number(&v, i, "optimise_at");
        options.top = 2;
        cx_tally_reset(tally);
        add((int64_t)vectors_number(&v, i, "low"), (int64_t)vectors_number(&v, i, "middle"),
            (int64_t)vectors_number(&v, i, "high"));
        ck_assert_ok(cx_anytime(tally, &options, &estimate, err));
        const char *fields[] = {"value", "ci_low", "ci_high"};
        const double found[] = {estimate.value, estimate.ci_low, estimate.ci_high};
        for (int f = 0; f < 3; f++) {
            double expected = vectors_number(&v, i, fields[f]);
            ck_assert_msg(fabs(found[f] - expected) <= tolerance * fmax(fabs(expected), 1),
                          "%s: %s is %.15g, not %.15g", vectors_text(&v, i, "id"), fields[f],
                          found[f], expected);
        }
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_auto_is_the_method_of_the_score) {
    const int32_t expected[] = {CX_METHOD_BETTING, CX_METHOD_BETTING, CX_METHOD_BETA_BINOMIAL};
    add(20, 30, 50);
    options.top = 2;
    for (int32_t score = 0; score < 3; score++) {
        options.score = score;
        ck_assert_ok(cx_anytime(tally, &options, &estimate, err));
        ck_assert_int_eq(estimate.method, expected[score]);
        ck_assert_int_eq(estimate.unit, score == 0   ? CX_UNIT_POINTS
                                        : score == 1 ? CX_UNIT_SCALE
                                                     : CX_UNIT_FRACTION);
    }
}
END_TEST

START_TEST(test_the_value_is_that_of_the_plain_metric_and_the_interval_is_wider) {
    cx_estimate plain;
    add(200, 300, 500);
    ck_assert_ok(cx_nps(tally, NULL, &plain, err));
    ck_assert_ok(cx_anytime(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, plain.value, 1e-14);
    ck_assert_close(estimate.se, plain.se, 1e-14);
    ck_assert_double_lt(estimate.ci_low, plain.ci_low);
    ck_assert_double_gt(estimate.ci_high, plain.ci_high);
    ck_assert_double_lt(estimate.ci_high - estimate.ci_low, 2 * (plain.ci_high - plain.ci_low));
}
END_TEST

START_TEST(test_mirrored_answers_have_mirrored_limits) {
    cx_estimate mirrored;
    for (int method = 0; method < 4; method++) {
        const int32_t methods[] = {CX_METHOD_AUTO, CX_METHOD_BETA_BINOMIAL,
                                   CX_METHOD_NORMAL_MIXTURE, CX_METHOD_BETTING};
        options.method = methods[method];
        cx_tally_reset(tally);
        add(20, 30, 50);
        ck_assert_ok(cx_anytime(tally, &options, &estimate, err));
        cx_tally_reset(tally);
        add(50, 30, 20);
        ck_assert_ok(cx_anytime(tally, &options, &mirrored, err));
        ck_assert_near(estimate.ci_low, -mirrored.ci_high, 1e-9);
        ck_assert_near(estimate.ci_high, -mirrored.ci_low, 1e-9);
    }
}
END_TEST

START_TEST(test_a_scale_of_1024_steps_is_no_trouble) {
    cx_tally *wide;
    int16_t scores[1024];
    for (int i = 0; i < 1024; i++) scores[i] = (int16_t)i;
    cx_array x = cx_array_of(scores, CX_I16, 1024);
    ck_assert_ok(cx_tally_new(0, 1023, NULL, &wide, err));
    ck_assert_ok(cx_tally_add(wide, &x, NULL, NULL, err));
    options.score = CX_SCORE_MEAN;
    ck_assert_ok(cx_anytime(wide, &options, &estimate, err));
    ck_assert_double_lt(estimate.ci_low, 511.5);
    ck_assert_double_gt(estimate.ci_high, 511.5);
    ck_assert_double_lt(estimate.ci_high - estimate.ci_low, 100);
    cx_tally_free(wide);
}
END_TEST

START_TEST(test_groups_have_rows_of_their_own) {
    const int8_t scores[] = {9, 10, 3, 11}, groups[] = {1, 1, 1, 2};
    cx_array x = cx_array_of(scores, CX_I8, 4), key = cx_array_of(groups, CX_I8, 4), column;
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_anytime_by(set, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &column, err));
    ck_assert_int_eq(memcmp(column.data, "CX_OKCX_E_EMPTY", 15), 0);
    cx_table_free(table);
    options.min_n = 5, options.totals = 1;
    ck_assert_ok(cx_anytime_by(set, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_weighted_answers_are_refused) {
    const double scores[] = {9, 3}, weights[] = {1, 2};
    cx_array x = cx_array_of(scores, CX_F64, 2), w = cx_array_of(weights, CX_F64, 2);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_fails(cx_anytime(tally, NULL, &estimate, err), CX_E_DOMAIN, "leave the weights out");
}
END_TEST

START_TEST(test_options_are_checked) {
    const double bad[] = {-1, 0.5, NAN, INFINITY, 1e16};
    add(2, 2, 2);
    for (int i = 0; i < 5; i++) {
        options.optimise_at = bad[i];
        ck_assert_fails(cx_anytime(tally, &options, &estimate, err), CX_E_OPTION, "optimise_at");
    }
    options.optimise_at = 0;
    options.method = CX_METHOD_WILSON;
    ck_assert_fails(cx_anytime(tally, &options, &estimate, err), CX_E_OPTION, "wilson");
    options.method = CX_METHOD_AUTO;
    options.min_n = 7;
    ck_assert_fails(cx_anytime(tally, &options, &estimate, err), CX_E_SUPPRESSED, "min_n = 7");
    options.score = CX_SCORE_TOP_BOX;
    ck_assert_fails(cx_anytime(tally, &options, &estimate, err), CX_E_OPTION, "top");
    cx_anytime_options_init(NULL);
}
END_TEST

Suite *suite_anytime(void) {
    Suite *suite = suite_create("anytime");
    TCase *tcase = tcase_create("anytime");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_answers_are_no_estimate);
    tcase_add_test(tcase, test_one_answer_leaves_nearly_the_whole_range);
    tcase_add_test(tcase, test_answers_all_alike_have_an_interval_that_shrinks_but_never_closes);
    tcase_add_test(tcase, test_limits_are_those_of_the_definitions);
    tcase_add_test(tcase, test_auto_is_the_method_of_the_score);
    tcase_add_test(tcase, test_the_value_is_that_of_the_plain_metric_and_the_interval_is_wider);
    tcase_add_test(tcase, test_mirrored_answers_have_mirrored_limits);
    tcase_add_test(tcase, test_a_scale_of_1024_steps_is_no_trouble);
    tcase_add_test(tcase, test_groups_have_rows_of_their_own);
    tcase_add_test(tcase, test_weighted_answers_are_refused);
    tcase_add_test(tcase, test_options_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
