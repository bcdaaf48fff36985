#include "../support.h"

static cx_tally *tally;
static cx_estimate estimate;

static void setup(void) {
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

static void add_classes(cx_tally *to, int64_t detractors, int64_t passives, int64_t promoters) {
    const int64_t counts[] = {detractors, passives, promoters};
    const int8_t scores[] = {0, 8, 10};
    cx_array x = cx_array_of(scores, CX_I8, 3), c = cx_array_of(counts, CX_I64, 3);
    ck_assert_ok(cx_tally_add_counts(to, &x, &c, err));
}

START_TEST(test_nps_of_no_answers_is_no_number) {
    memset(&estimate, 0xAB, sizeof estimate);
    cx_estimate before = estimate;
    ck_assert_fails(cx_nps(tally, NULL, &estimate, err), CX_E_EMPTY, "no valid answer");
    ck_assert_int_eq(memcmp(&estimate, &before, sizeof estimate), 0);
}
END_TEST

START_TEST(test_nps_of_zero_weights_is_no_number) {
    const double scores[] = {9, 3}, weights[] = {0, 0};
    cx_array x = cx_array_of(scores, CX_F64, 2), w = cx_array_of(weights, CX_F64, 2);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_fails(cx_nps(tally, NULL, &estimate, err), CX_E_EMPTY, "no valid answer");
}
END_TEST

START_TEST(test_nps_of_one_answer_has_a_value_and_a_wide_interval) {
    add_classes(tally, 0, 0, 1);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 100);
    ck_assert_int_eq(estimate.method, CX_METHOD_SCORE);
    ck_assert_double_lt(estimate.ci_low, 0);
    ck_assert_double_eq(estimate.ci_high, 100);
    ck_assert(isnan(estimate.se));
    ck_assert(estimate.flags & CX_FLAG_FEW);
    ck_assert(estimate.flags & CX_FLAG_NO_VARIANCE);
}
END_TEST

START_TEST(test_nps_all_detractors_is_minus_100) {
    add_classes(tally, 10, 0, 0);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, -100);
    ck_assert_double_gt(estimate.ci_high, -100);
    ck_assert_int_eq(estimate.method, CX_METHOD_ADJUSTED_WALD);
    ck_assert(estimate.flags & CX_FLAG_CLIPPED);
}
END_TEST

START_TEST(test_nps_matches_the_published_numbers) {
    vectors v = vectors_read("nps");
    ck_assert_int_gt(v.rows, 15);
    for (int64_t i = 0; i < v.rows; i++) {
        cx_nps_options options;
        double tolerance = vectors_number(&v, i, "tolerance");
        cx_nps_options_init(&options);
        options.method = method_of(vectors_text(&v, i, "method"));
        cx_tally_reset(tally);
        add_classes(tally, (int64_t)vectors_number(&v, i, "detractors"),
                    (int64_t)vectors_number(&v, i, "passives"),
                    (int64_t)vectors_number(&v, i, "promoters"));
        ck_assert_ok(cx_nps(tally, &options, &estimate, err));
        const char *fields[] = {"value", "se", "ci_low", "ci_high"};
        const double found[] = {estimate.value, estimate.se, estimate.ci_low, estimate.ci_high};
        for (int f = 0; f < 4; f++) {
            double expected = vectors_number(&v, i, fields[f]);
            if (!isnan(expected))
                ck_assert_msg(fabs(found[f] - expected) <= tolerance * fmax(fabs(expected), 1),
                              "%s: %s is %.15g, not %.15g", vectors_text(&v, i, "id"), fields[f],
                              found[f], expected);
        }
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_nps_auto_chooses_by_effective_answers) {
    const int64_t n[] = {4, 5, 29, 30};
    const int32_t expected[] = {CX_METHOD_SCORE, CX_METHOD_ADJUSTED_WALD, CX_METHOD_ADJUSTED_WALD,
                                CX_METHOD_SCORE};
    for (int i = 0; i < 4; i++) {
        cx_tally_reset(tally);
        add_classes(tally, 1, 1, n[i] - 2);
        ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
        ck_assert_int_eq(estimate.method, expected[i]);
        ck_assert_int_eq((estimate.flags & CX_FLAG_FEW) != 0, n[i] < 5);
    }
}
END_TEST

START_TEST(test_equal_weights_change_nothing_but_their_sum) {
    double scores[40], weights[40];
    cx_tally *plain;
    cx_estimate unweighted;
    for (int i = 0; i < 40; i++) scores[i] = (i * 7) % 11, weights[i] = 2.5;
    cx_array x = cx_array_of(scores, CX_F64, 40), w = cx_array_of(weights, CX_F64, 40);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &plain, err));
    ck_assert_ok(cx_tally_add(plain, &x, NULL, NULL, err));
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_ok(cx_nps(plain, NULL, &unweighted, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, unweighted.value, 1e-14);
    ck_assert_close(estimate.se, unweighted.se, 1e-14);
    ck_assert_close(estimate.ci_low, unweighted.ci_low, 1e-12);
    ck_assert_close(estimate.n_eff, 40, 1e-14);
    ck_assert_close(estimate.sum_w, 100, 1e-15);
    ck_assert(estimate.flags & CX_FLAG_WEIGHTED);
    cx_tally_free(plain);
}
END_TEST

/* se is that of the weighted mean of 100, 0, -100 by linearisation, computed here row by row. */
START_TEST(test_weighted_nps_has_the_linearised_error) {
    const double scores[] = {9, 10, 3, 7, 6, 9, 8, 10}, weights[] = {1, 2, 1.5, 3, 0.5, 1, 1, 6};
    double sum_w = 0, sum = 0, variance = 0;
    cx_array x = cx_array_of(scores, CX_F64, 8), w = cx_array_of(weights, CX_F64, 8);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    for (int i = 0; i < 8; i++) {
        double y = scores[i] >= 9 ? 100 : scores[i] <= 6 ? -100 : 0;
        sum_w += weights[i];
        sum += weights[i] * y;
    }
    for (int i = 0; i < 8; i++) {
        double y = scores[i] >= 9 ? 100 : scores[i] <= 6 ? -100 : 0, e = y - sum / sum_w;
        variance += weights[i] * weights[i] * e * e / (sum_w * sum_w);
    }
    ck_assert_close(estimate.value, sum / sum_w, 1e-14);
    ck_assert_close(estimate.se, sqrt(variance), 1e-13);
    ck_assert_double_lt(estimate.n_eff, 8);
    ck_assert_double_lt(estimate.ci_low, estimate.value);
}
END_TEST

START_TEST(test_effective_answers_never_exceed_the_answers) {
    const double scores[] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 7};
    const double weights[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0.01};
    cx_array x = cx_array_of(scores, CX_F64, 10), w = cx_array_of(weights, CX_F64, 10);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_double_le(estimate.n_eff, 10);
}
END_TEST

START_TEST(test_weights_too_small_for_their_squares_are_refused) {
    const double small[] = {1e-9, 1e-12, 1e-25}, scores[] = {9, 3, 10};
    cx_array x = cx_array_of(scores, CX_F64, 3);
    for (int i = 0; i < 3; i++) {
        const double weights[] = {small[i], 2 * small[i], small[i]};
        cx_array w = cx_array_of(weights, CX_F64, 3);
        cx_tally_reset(tally);
        ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
        ck_assert_fails(cx_nps(tally, NULL, &estimate, err), CX_E_DOMAIN, "too small");
        ck_assert_fails(cx_mean_score(tally, NULL, &estimate, err), CX_E_DOMAIN, "too small");
    }
    const double fine[] = {1e-3, 2e-3, 1e-9};
    cx_array w = cx_array_of(fine, CX_F64, 3);
    cx_tally_reset(tally);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, -100.0 / 3, 1e-5);
}
END_TEST

START_TEST(test_nps_by_uses_one_method_and_marks_empty_groups) {
    const int8_t scores[] = {9, 10, 3, 11}, groups[] = {1, 1, 1, 2};
    cx_array x = cx_array_of(scores, CX_I8, 4), key = cx_array_of(groups, CX_I8, 4), column;
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_nps_by(set, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &column, err));
    ck_assert_close(((const double *)column.data)[0], 100.0 / 3, 1e-14);
    ck_assert_uint_eq(column.validity[0] & 3, 1);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &column, err));
    ck_assert_int_eq(memcmp(column.data, "CX_OKCX_E_EMPTY", 15), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "method"), &column, err));
    ck_assert_int_eq(memcmp(column.data, "score", 5), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "out_of_range"), &column, err));
    ck_assert_int_eq(((const int64_t *)column.data)[1], 1);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_nps_of_a_question_from_1_to_5_is_refused) {
    cx_tally *five;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    ck_assert_fails(cx_nps(five, NULL, &estimate, err), CX_E_MISMATCH,
                    "do not lie on the scale 1 to 5");
    cx_tally_free(five);
}
END_TEST

START_TEST(test_nps_options_are_checked) {
    cx_nps_options options;
    add_classes(tally, 1, 1, 1);
    cx_nps_options_init(&options);
    options.confidence = 1;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_OPTION, "confidence");
    cx_nps_options_init(&options);
    options.confidence = NAN;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_OPTION, "confidence");
    cx_nps_options_init(&options);
    options.method = CX_METHOD_WILSON;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_OPTION, "wilson");
    cx_nps_options_init(&options);
    options.detractors = 9;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_OPTION, "overlap");
    options.struct_size = 3;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_OPTION, "struct_size");
    ck_assert_fails(cx_nps(NULL, NULL, &estimate, err), CX_E_NULL, "tally");
    ck_assert_fails(cx_nps(tally, NULL, NULL, err), CX_E_NULL, "out");
    cx_nps_options_init(NULL);
}
END_TEST

Suite *suite_nps(void) {
    Suite *suite = suite_create("nps");
    TCase *tcase = tcase_create("nps");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_nps_of_no_answers_is_no_number);
    tcase_add_test(tcase, test_nps_of_zero_weights_is_no_number);
    tcase_add_test(tcase, test_nps_of_one_answer_has_a_value_and_a_wide_interval);
    tcase_add_test(tcase, test_nps_all_detractors_is_minus_100);
    tcase_add_test(tcase, test_nps_matches_the_published_numbers);
    tcase_add_test(tcase, test_nps_auto_chooses_by_effective_answers);
    tcase_add_test(tcase, test_equal_weights_change_nothing_but_their_sum);
    tcase_add_test(tcase, test_weighted_nps_has_the_linearised_error);
    tcase_add_test(tcase, test_effective_answers_never_exceed_the_answers);
    tcase_add_test(tcase, test_weights_too_small_for_their_squares_are_refused);
    tcase_add_test(tcase, test_nps_by_uses_one_method_and_marks_empty_groups);
    tcase_add_test(tcase, test_nps_of_a_question_from_1_to_5_is_refused);
    tcase_add_test(tcase, test_nps_options_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
