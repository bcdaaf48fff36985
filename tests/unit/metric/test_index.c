#include "joints.h"

static cx_estimate e;
static double data[3 * 64], weight[64];

START_TEST(test_an_index_of_no_answers_is_no_number) {
    cx_joint *joint = joint_empty(3, CX_SCORE_NPS);
    memset(&e, 0xAB, sizeof e);
    cx_estimate before = e;
    ck_assert_fails(cx_index(joint, NULL, NULL, &e, err), CX_E_EMPTY, "no component");
    ck_assert_int_eq(memcmp(&e, &before, sizeof e), 0);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_one_respondent_has_an_index_and_a_wide_interval) {
    const double one[] = {5, 4, 3};
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, one, NULL, 1);
    ck_assert_ok(cx_index(joint, NULL, NULL, &e, err));
    ck_assert_close(e.value, 200.0 / 3, 1e-14);
    ck_assert(isnan(e.se));
    ck_assert_int_eq(e.method, CX_METHOD_BOUNDED);
    ck_assert_double_lt(e.ci_low, 0);
    ck_assert((e.flags & CX_FLAG_NO_VARIANCE) && (e.flags & CX_FLAG_FEW));
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_respondents_all_alike_do_not_give_certainty) {
    double alike[3 * 20];
    const int32_t methods[] = {CX_METHOD_AUTO, CX_METHOD_T};
    for (int i = 0; i < 60; i++) alike[i] = 5;
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, alike, NULL, 20);
    for (int m = 0; m < 2; m++) {
        cx_index_options options;
        cx_index_options_init(&options);
        options.method = methods[m];
        ck_assert_ok(cx_index(joint, NULL, &options, &e, err));
        ck_assert_close(e.value, 100, 1e-14);
        ck_assert_double_lt(e.ci_low, 90);
        ck_assert_close(e.ci_high, 100, 1e-14);
        ck_assert(isnan(e.se) && (e.flags & CX_FLAG_NO_VARIANCE));
    }
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_an_index_of_one_component_is_its_score) {
    const double scores[] = {5, 4, 2, 3, 1, 5, 5, 4, NAN, 5, 3, 4};
    const int32_t readings[] = {CX_SCORE_NPS, CX_SCORE_MEAN};
    for (int m = 0; m < 2; m++) {
        cx_joint *joint = joint_of(1, readings[m], scores, NULL, 12);
        cx_tally *tally;
        cx_estimate own;
        cx_nps_options net;
        cx_nps_options_init(&net);
        net.promoters = 4, net.detractors = 2;
        ck_assert_ok(cx_joint_tally(joint, 0, &tally, err));
        ck_assert_ok(cx_index(joint, NULL, NULL, &e, err));
        if (m == 0)
            ck_assert_ok(cx_nps(tally, &net, &own, err));
        else
            ck_assert_ok(cx_mean_score(tally, NULL, &own, err));
        ck_assert_close(e.value, own.value, 1e-14);
        ck_assert_close(e.ci_low, own.ci_low, 1e-12);
        ck_assert_close(e.ci_high, own.ci_high, 1e-12);
        ck_assert_int_eq(e.n, own.n);
        cx_tally_free(tally);
        cx_joint_free(joint);
    }
}
END_TEST

START_TEST(test_an_index_matches_the_independent_numbers) {
    const double importance[] = {5, 3, 2};
    cx_array shares = cx_array_of(importance, CX_F64, 3);
    cx_index_options options;
    int64_t rows = joint_data(data, weight);
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, data, NULL, rows);
    cx_joint *weighted = joint_of(3, CX_SCORE_NPS, data, weight, rows);
    cx_index_options_init(&options);
    options.method = CX_METHOD_T;
    ck_assert_ok(cx_index(joint, NULL, NULL, &e, err));
    ck_assert_int_eq(joint_expect("available", &e), 2);
    ck_assert_int_eq(e.n, 13);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_ok(cx_index(weighted, &shares, &options, &e, err));
    ck_assert_int_eq(joint_expect("weighted", &e), 2);
    ck_assert(e.flags & CX_FLAG_WEIGHTED);
    options.cases = CX_CASES_COMPLETE;
    ck_assert_ok(cx_index(joint, NULL, &options, &e, err));
    ck_assert_int_eq(joint_expect("complete-t", &e), 5);
    ck_assert_int_eq(e.n, 10);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], 4);
    cx_joint_free(joint);
    cx_joint_free(weighted);
}
END_TEST

/* A package counts what is missing as the middle class, so that an index falls with every answer
 * not given: (3 - 1) / 6 in place of (3 - 1) / 4. */
START_TEST(test_a_missing_answer_is_not_a_middling_one) {
    const double scores[] = {5, 4, 4, 1, NAN, NAN};
    cx_joint *joint = joint_of(1, CX_SCORE_NPS, scores, NULL, 6);
    ck_assert_ok(cx_index(joint, NULL, NULL, &e, err));
    ck_assert_double_eq(e.value, 50);
    ck_assert_int_eq(e.n, 4);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], 2);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_a_component_nobody_answered_leaves_a_partial_score_and_no_zero) {
    const double scores[] = {5, NAN, 4, 4, NAN, 2, 1, NAN, 5, 3, NAN, 5};
    const double two[] = {5, 4, 4, 2, 1, 5, 3, 5}, importance[] = {1, 5, 1};
    cx_array shares = cx_array_of(importance, CX_F64, 3);
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, scores, NULL, 4);
    cx_joint *rest = joint_of(2, CX_SCORE_NPS, two, NULL, 4);
    cx_estimate without;
    cx_table *table;
    ck_assert_ok(cx_index(joint, &shares, NULL, &e, err));
    ck_assert_ok(cx_index(rest, NULL, NULL, &without, err));
    ck_assert_close(e.value, without.value, 1e-14);
    ck_assert_close(e.se, without.se, 1e-14);
    ck_assert(e.flags & CX_FLAG_PARTIAL);
    ck_assert(!(without.flags & CX_FLAG_PARTIAL));
    ck_assert_ok(cx_index_components(joint, &shares, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_double_eq(table_number(table, "importance", 0), 0.5);
    ck_assert_double_eq(table_number(table, "importance", 1), 0);
    ck_assert(isnan(table_number(table, "value", 1)));
    ck_assert_double_eq(table_number(table, "n", 1), 0);
    ck_assert_double_eq(table_number(table, "missing", 1), 4);
    cx_table_free(table);
    cx_joint_free(joint);
    cx_joint_free(rest);
}
END_TEST

START_TEST(test_scaling_the_weights_changes_nothing_but_their_sum) {
    double scaled[64];
    cx_estimate other;
    int64_t rows = joint_data(data, weight);
    for (int64_t r = 0; r < rows; r++) scaled[r] = 8 * weight[r];
    cx_joint *one = joint_of(3, CX_SCORE_MEAN, data, weight, rows);
    cx_joint *eight = joint_of(3, CX_SCORE_MEAN, data, scaled, rows);
    ck_assert_ok(cx_index(one, NULL, NULL, &e, err));
    ck_assert_ok(cx_index(eight, NULL, NULL, &other, err));
    ck_assert_close(other.value, e.value, 1e-14);
    ck_assert_close(other.se, e.se, 1e-12);
    ck_assert_close(other.n_eff, e.n_eff, 1e-12);
    ck_assert_close(other.ci_low, e.ci_low, 1e-12);
    ck_assert_close(other.sum_w, 8 * e.sum_w, 1e-14);
    cx_joint_free(one);
    cx_joint_free(eight);
}
END_TEST

START_TEST(test_every_key_has_its_index_and_an_empty_one_its_status) {
    const double scores[] = {5, 4, 2, NAN, NAN, NAN, 4, 5, 1, 1};
    const int32_t groups[] = {1, 1, 2, 1, 1};
    cx_array columns[2], key = cx_array_of(groups, CX_I32, 5), status;
    cx_frame x = {columns, 2, {0, 0}}, by = {&key, 1, {0, 0}};
    cx_joint *like = joint_empty(2, CX_SCORE_NPS);
    const double own[] = {5, 4, 2, NAN, 4, 5, 1, 1};
    cx_joint *first = joint_of(2, CX_SCORE_NPS, own, NULL, 4);
    cx_table *table;
    key.name = "shop";
    for (int i = 0; i < 2; i++) {
        columns[i] = cx_array_of(scores + i, CX_F64, 5);
        columns[i].stride = 16;
        columns[i].name = i == 0 ? "a" : "b";
    }
    ck_assert_ok(cx_index_by(like, &x, NULL, &by, NULL, NULL, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_ok(cx_index(first, NULL, NULL, &e, err));
    ck_assert_double_eq(table_number(table, "value", 0), e.value);
    ck_assert_double_eq(table_number(table, "ci_high", 0), e.ci_high);
    ck_assert_double_eq(table_number(table, "missing", 1), 1);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &status, err));
    ck_assert_int_eq(memcmp(status.data, "CX_OKCX_E_EMPTY", 15), 0);
    cx_table_free(table);
    cx_joint_free(like);
    cx_joint_free(first);
}
END_TEST

START_TEST(test_components_in_other_units_make_no_index) {
    cx_joint *joint = joint_empty(2, CX_SCORE_MEAN);
    cx_joint_options options;
    cx_joint_options_init(&options);
    options.score = CX_SCORE_MEAN, options.scale_max = 7;
    ck_assert_ok(cx_joint_set(joint, 1, &options, err));
    ck_assert_fails(cx_index(joint, NULL, NULL, &e, err), CX_E_MISMATCH, "scale 1 to 5");
    options.score = CX_SCORE_TOP_BOX;
    ck_assert_ok(cx_joint_set(joint, 1, &options, err));
    ck_assert_fails(cx_index(joint, NULL, NULL, &e, err), CX_E_MISMATCH, "differently");
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_importance_is_checked) {
    const double negative[] = {1, -1}, zero[] = {0, 0};
    cx_array importance = cx_array_of(negative, CX_F64, 2);
    cx_joint *joint = joint_of(2, CX_SCORE_NPS, negative, NULL, 1);
    ck_assert_fails(cx_index(joint, &importance, NULL, &e, err), CX_E_DOMAIN, "row 1");
    importance.data = zero;
    ck_assert_fails(cx_index(joint, &importance, NULL, &e, err), CX_E_DOMAIN, "every importance");
    importance.length = 1;
    ck_assert_fails(cx_index(joint, &importance, NULL, &e, err), CX_E_LENGTH, "2 components");
    cx_joint_free(joint);
}
END_TEST

Suite *suite_index(void) {
    Suite *suite = suite_create("index");
    TCase *tcase = tcase_create("index");
    tcase_add_test(tcase, test_an_index_of_no_answers_is_no_number);
    tcase_add_test(tcase, test_one_respondent_has_an_index_and_a_wide_interval);
    tcase_add_test(tcase, test_respondents_all_alike_do_not_give_certainty);
    tcase_add_test(tcase, test_an_index_of_one_component_is_its_score);
    tcase_add_test(tcase, test_an_index_matches_the_independent_numbers);
    tcase_add_test(tcase, test_a_missing_answer_is_not_a_middling_one);
    tcase_add_test(tcase, test_a_component_nobody_answered_leaves_a_partial_score_and_no_zero);
    tcase_add_test(tcase, test_scaling_the_weights_changes_nothing_but_their_sum);
    tcase_add_test(tcase, test_every_key_has_its_index_and_an_empty_one_its_status);
    tcase_add_test(tcase, test_components_in_other_units_make_no_index);
    tcase_add_test(tcase, test_importance_is_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
