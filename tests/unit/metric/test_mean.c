#include "../support.h"

static cx_estimate estimate;

static cx_tally *tally_of(int32_t low, int32_t high, const double *scores, const double *weights,
                          int64_t n) {
    cx_tally *tally;
    cx_array x = cx_array_of(scores, CX_F64, n), w = cx_array_of(weights, CX_F64, n);
    ck_assert_ok(cx_tally_new(low, high, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &x, weights == NULL ? NULL : &w, NULL, err));
    return tally;
}

START_TEST(test_mean_of_no_answers_is_no_number) {
    cx_tally *tally = tally_of(1, 5, NULL, NULL, 0);
    ck_assert_fails(cx_mean_score(tally, NULL, &estimate, err), CX_E_EMPTY, "no valid answer");
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_mean_of_one_answer_is_bounded_by_the_scale) {
    const double scores[] = {5};
    cx_tally *tally = tally_of(1, 5, scores, NULL, 1);
    ck_assert_ok(cx_mean_score(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 5);
    ck_assert_int_eq(estimate.method, CX_METHOD_BOUNDED);
    ck_assert_close(estimate.ci_low, 1 + 4 * 0.206549314377, 1e-11);
    ck_assert_double_eq(estimate.ci_high, 5);
    ck_assert(isnan(estimate.se));
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_equal_answers_have_an_interval_of_positive_width) {
    const double scores[] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    cx_tally *tally = tally_of(1, 5, scores, NULL, 10);
    ck_assert_ok(cx_mean_score(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 3);
    ck_assert(estimate.flags & CX_FLAG_NO_VARIANCE);
    ck_assert_double_lt(estimate.ci_low, 2.5);
    ck_assert_close(estimate.ci_low + estimate.ci_high, 6, 1e-14);
    cx_tally_free(tally);
}
END_TEST

/* t with 4 df: 2.7764451051977987 */
START_TEST(test_mean_has_the_t_interval) {
    const double scores[] = {1, 2, 3, 4, 5};
    cx_tally *tally = tally_of(0, 10, scores, NULL, 5);
    double se = sqrt(2.5 / 5);
    ck_assert_ok(cx_mean_score(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 3);
    ck_assert_close(estimate.se, se, 1e-14);
    ck_assert_double_eq(estimate.df, 4);
    ck_assert_close(estimate.ci_high, 3 + 2.7764451051977987 * se, 1e-13);
    ck_assert_int_eq(estimate.method, CX_METHOD_T);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_weighted_mean_is_the_mean_of_the_weights) {
    const double scores[] = {1, 5}, weights[] = {3, 1};
    cx_tally *tally = tally_of(1, 5, scores, weights, 2);
    ck_assert_ok(cx_mean_score(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 2);
    ck_assert_double_ge(estimate.ci_low, 1);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_ces_2_is_the_mean_of_agreement) {
    const double scores[] = {7, 6, 5, 4, 3, 2, 1, 7};
    cx_tally *tally = tally_of(1, 7, scores, NULL, 8);
    ck_assert_ok(cx_ces(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, 35.0 / 8, 1e-15);
    ck_assert_int_eq(estimate.flags & CX_FLAG_LOWER_IS_BETTER, 0);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_ces_2_has_a_share_and_a_net_form) {
    const double scores[] = {7, 6, 5, 4, 3, 2, 1, 7};
    cx_tally *tally = tally_of(1, 7, scores, NULL, 8);
    cx_ces_options options;
    cx_ces_options_init(&options);
    options.report = CX_CES_AGREE;
    ck_assert_ok(cx_ces(tally, &options, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.5);
    ck_assert_int_eq(estimate.unit, CX_UNIT_FRACTION);
    options.report = CX_CES_NET;
    ck_assert_ok(cx_ces(tally, &options, &estimate, err));
    ck_assert_double_eq(estimate.value, 0);
    ck_assert_int_eq(estimate.unit, CX_UNIT_POINTS);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_ces_1_says_that_lower_is_better) {
    const double scores[] = {1, 2, 2};
    cx_tally *tally = tally_of(1, 5, scores, NULL, 3);
    cx_ces_options options;
    cx_ces_options_init(&options);
    options.version = 1;
    ck_assert_ok(cx_ces(tally, &options, &estimate, err));
    ck_assert_close(estimate.value, 5.0 / 3, 1e-15);
    ck_assert(estimate.flags & CX_FLAG_LOWER_IS_BETTER);
    options.report = CX_CES_NET;
    ck_assert_fails(cx_ces(tally, &options, &estimate, err), CX_E_OPTION, "CES 1");
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_the_versions_of_ces_are_never_mixed) {
    const double scores[] = {1, 2, 2};
    cx_tally *five = tally_of(1, 5, scores, NULL, 3), *seven = tally_of(1, 7, scores, NULL, 3);
    cx_ces_options options;
    cx_ces_options_init(&options);
    ck_assert_fails(cx_ces(five, &options, &estimate, err), CX_E_MISMATCH, "from 1 to 7");
    options.version = 1;
    ck_assert_fails(cx_ces(seven, &options, &estimate, err), CX_E_MISMATCH, "from 1 to 5");
    options.version = 3;
    ck_assert_fails(cx_ces(seven, &options, &estimate, err), CX_E_OPTION, "versions 1 and 2");
    cx_tally_free(five);
    cx_tally_free(seven);
}
END_TEST

START_TEST(test_grouped_forms_give_a_row_for_each_key) {
    const double scores[] = {1, 2, 3, 7}, groups[] = {1, 1, 2, 2};
    cx_array x = cx_array_of(scores, CX_F64, 4), key = cx_array_of(groups, CX_F64, 4), column;
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 1, 7, NULL, &set, err));
    const double expected[3][2] = {{1.5, 5}, {1.5, 5}, {0, 0.5}};
    for (int form = 0; form < 3; form++) {
        ck_assert_ok(form == 0   ? cx_mean_score_by(set, NULL, &table, err)
                     : form == 1 ? cx_ces_by(set, NULL, &table, err)
                                 : cx_csat_by(set, NULL, &table, err));
        ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &column, err));
        for (int i = 0; i < 2; i++)
            ck_assert_double_eq(((const double *)column.data)[i], expected[form][i]);
        cx_table_free(table);
    }
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_an_empty_group_of_ces_is_a_row_without_a_value) {
    const double scores[] = {7, 9}, groups[] = {1, 2};
    cx_array x = cx_array_of(scores, CX_F64, 2), key = cx_array_of(groups, CX_F64, 2), column;
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    cx_ces_options options;
    key.name = "group";
    cx_ces_options_init(&options);
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 1, 7, NULL, &set, err));
    for (options.report = CX_CES_MEAN; options.report <= CX_CES_NET; options.report++) {
        ck_assert_ok(cx_ces_by(set, &options, &table, err));
        ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &column, err));
        ck_assert_uint_eq(column.validity[0] & 3, 1);
        ck_assert_ok(cx_table_column(table, cx_table_find(table, "out_of_range"), &column, err));
        ck_assert_int_eq(((const int64_t *)column.data)[1], 1);
        cx_table_free(table);
    }
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_mean_at_the_ends_of_int32_is_exact) {
    const int32_t starts[] = {INT32_MIN, INT32_MAX - 4};
    for (size_t s = 0; s < 2; s++) {
        const int32_t values[] = {starts[s], starts[s] + 1, starts[s] + 4, starts[s] + 4};
        cx_array x = cx_array_of(values, CX_I32, 4);
        cx_tally *t;
        cx_estimate e;
        ck_assert_ok(cx_tally_new(starts[s], starts[s] + 4, NULL, &t, err));
        ck_assert_ok(cx_tally_add(t, &x, NULL, NULL, err));
        ck_assert_ok(cx_mean_score(t, NULL, &e, err));
        ck_assert_double_eq(e.value, starts[s] + 2.25);
        ck_assert_double_eq(e.sum_w, 4);
        ck_assert_close(e.se, sqrt(12.75 / 3 / 4), 1e-14);
        cx_tally_free(t);
    }
}
END_TEST

START_TEST(test_equal_answers_have_no_variance_whatever_their_weights) {
    for (int i = 1; i < 2000; i++) {
        const uint8_t values[] = {7, 7};
        const double weights[] = {i / 997.0, i / 991.0};
        cx_array x = cx_array_of(values, CX_U8, 2), w = cx_array_of(weights, CX_F64, 2);
        cx_tally *t;
        cx_estimate e;
        ck_assert_ok(cx_tally_new(0, 10, NULL, &t, err));
        ck_assert_ok(cx_tally_add(t, &x, &w, NULL, err));
        ck_assert_ok(cx_mean_score(t, NULL, &e, err));
        ck_assert_double_eq(e.value, 7);
        ck_assert(e.flags & CX_FLAG_NO_VARIANCE);
        ck_assert_int_eq(e.method, CX_METHOD_BOUNDED);
        cx_tally_free(t);
    }
}
END_TEST

Suite *suite_mean(void) {
    Suite *suite = suite_create("mean");
    TCase *tcase = tcase_create("mean");
    tcase_add_test(tcase, test_mean_of_no_answers_is_no_number);
    tcase_add_test(tcase, test_mean_of_one_answer_is_bounded_by_the_scale);
    tcase_add_test(tcase, test_equal_answers_have_an_interval_of_positive_width);
    tcase_add_test(tcase, test_mean_has_the_t_interval);
    tcase_add_test(tcase, test_weighted_mean_is_the_mean_of_the_weights);
    tcase_add_test(tcase, test_ces_2_is_the_mean_of_agreement);
    tcase_add_test(tcase, test_ces_2_has_a_share_and_a_net_form);
    tcase_add_test(tcase, test_ces_1_says_that_lower_is_better);
    tcase_add_test(tcase, test_the_versions_of_ces_are_never_mixed);
    tcase_add_test(tcase, test_grouped_forms_give_a_row_for_each_key);
    tcase_add_test(tcase, test_an_empty_group_of_ces_is_a_row_without_a_value);
    tcase_add_test(tcase, test_a_mean_at_the_ends_of_int32_is_exact);
    tcase_add_test(tcase, test_equal_answers_have_no_variance_whatever_their_weights);
    suite_add_tcase(suite, tcase);
    return suite;
}
