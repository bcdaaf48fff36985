#include "../support.h"

/* Detractors, passives and promoters as answers 0, 8 and 10. */
static cx_tally *classes(int64_t minus, int64_t zero, int64_t plus) {
    static const double scores[] = {0, 8, 10};
    const int64_t counts[] = {minus, zero, plus};
    cx_array x = cx_array_of(scores, CX_F64, 3), n = cx_array_of(counts, CX_I64, 3);
    cx_tally *tally;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add_counts(tally, &x, &n, err));
    return tally;
}

static cx_compare_options options_of(cx_score score, cx_method method) {
    cx_compare_options options;
    cx_compare_options_init(&options);
    options.score = score;
    options.method = (int32_t)method;
    options.top = 2;
    return options;
}

static cx_estimate compare(cx_tally *a, cx_tally *b, cx_score score, cx_method method) {
    cx_compare_options options = options_of(score, method);
    cx_estimate estimate;
    ck_assert_ok(cx_compare(a, b, &options, &estimate, err));
    return estimate;
}

static const cx_method methods[3][5] = {
    {CX_METHOD_AUTO, CX_METHOD_MOVER, CX_METHOD_WALD, CX_METHOD_AUTO, CX_METHOD_AUTO},
    {CX_METHOD_AUTO, CX_METHOD_MOVER, CX_METHOD_WALD, CX_METHOD_T, CX_METHOD_AUTO},
    {CX_METHOD_AUTO, CX_METHOD_NEWCOMBE, CX_METHOD_WALD, CX_METHOD_AGRESTI_CAFFO, CX_METHOD_SCORE}};

START_TEST(test_a_side_without_answers_is_named) {
    cx_tally *none = classes(0, 0, 0), *some = classes(1, 1, 1);
    cx_estimate estimate;
    ck_assert_fails(cx_compare(none, some, NULL, &estimate, err), CX_E_EMPTY, "side a");
    ck_assert_fails(cx_compare(some, none, NULL, &estimate, err), CX_E_EMPTY, "side b");
    cx_tally_free(none);
    cx_tally_free(some);
}
END_TEST

/* Two regions of a published test data set (R package NPS 1.1): the sign is kept, and by wald all
 * of its figures come out. */
START_TEST(test_two_regions_differ_as_published) {
    cx_tally *nam = classes(184, 83, 240), *emea = classes(99, 50, 110);
    cx_estimate e = compare(nam, emea, CX_SCORE_NPS, CX_METHOD_WALD);
    ck_assert_close(e.value, 6.79826064, 1e-8);
    ck_assert_close(e.se, 6.88047942, 1e-8);
    ck_assert_close(e.ci_low, -6.68723121, 1e-8);
    ck_assert_close(e.ci_high, 20.28375250, 1e-8);
    ck_assert_close(e.p_value, 0.323127951, 1e-8);
    ck_assert_int_eq(e.n, 507 + 259);
    cx_estimate back = compare(emea, nam, CX_SCORE_NPS, CX_METHOD_WALD);
    ck_assert_double_eq(back.value, -e.value);
    ck_assert_double_eq(back.p_value, e.p_value);
    cx_tally_free(nam);
    cx_tally_free(emea);
}
END_TEST

START_TEST(test_single_answers_have_an_interval_of_positive_width) {
    cx_tally *one = classes(0, 0, 1), *other = classes(1, 0, 0);
    for (int score = 0; score < 3; score++) {
        cx_estimate apart = compare(one, other, (cx_score)score, CX_METHOD_AUTO);
        cx_estimate same = compare(one, one, (cx_score)score, CX_METHOD_AUTO);
        ck_assert_double_gt(apart.ci_high - apart.ci_low, 0.1);
        ck_assert_double_gt(apart.p_value, 0.05);
        ck_assert_double_lt(same.ci_low, 0);
        ck_assert_double_gt(same.ci_high, 0);
        ck_assert_double_eq(same.p_value, 1);
        ck_assert(apart.flags & CX_FLAG_FEW);
        ck_assert(apart.flags & CX_FLAG_NO_VARIANCE);
        ck_assert(isnan(apart.se));
    }
    cx_tally_free(one);
    cx_tally_free(other);
}
END_TEST

START_TEST(test_all_promoters_differ_from_all_detractors_by_an_uncertain_200) {
    cx_tally *up = classes(0, 0, 10), *down = classes(10, 0, 0);
    cx_estimate e = compare(up, down, CX_SCORE_NPS, CX_METHOD_AUTO);
    ck_assert_double_eq(e.value, 200);
    ck_assert_double_eq(e.ci_high, 200);
    ck_assert_double_gt(e.ci_low, 100);
    ck_assert_double_lt(e.ci_low, 150);
    ck_assert_double_lt(e.p_value, 1e-4);
    ck_assert_double_gt(e.p_value, 0);
    cx_tally_free(up);
    cx_tally_free(down);
}
END_TEST

/* p < 1 - confidence exactly when 0 lies outside; limits contain the value; swapping mirrors. */
START_TEST(test_p_values_and_limits_agree_for_every_method) {
    const int64_t sides[][3] = {{0, 0, 1}, {1, 0, 0},  {0, 7, 0},   {3, 2, 9},   {9, 2, 3},
                                {0, 0, 9}, {40, 9, 2}, {2, 30, 50}, {5, 25, 60}, {99, 50, 110}};
    enum { SIDES = sizeof sides / sizeof *sides };
    int decided[2] = {0, 0};
    for (int i = 0; i < SIDES; i++)
        for (int j = 0; j < SIDES; j++)
            for (int score = 0; score < 3; score++)
                for (int m = 0; m < 5; m++) {
                    cx_tally *a = classes(sides[i][0], sides[i][1], sides[i][2]);
                    cx_tally *b = classes(sides[j][0], sides[j][1], sides[j][2]);
                    cx_compare_options o = options_of((cx_score)score, methods[score][m]);
                    cx_estimate e, swapped;
                    o.confidence = 0.9;
                    cx_status status = cx_compare(a, b, &o, &e, NULL);
                    if (status == CX_OK) {
                        bool outside = e.ci_low > 0 || e.ci_high < 0;
                        ck_assert_int_eq(e.p_value < 0.1, outside);
                        decided[outside]++;
                        if (e.method != CX_METHOD_AGRESTI_CAFFO) /* centred on more answers */
                            ck_assert(e.ci_low <= e.value && e.value <= e.ci_high);
                        ck_assert_ok(cx_compare(b, a, &o, &swapped, err));
                        ck_assert_near(swapped.ci_low, -e.ci_high, 1e-9);
                        ck_assert_near(swapped.ci_high, -e.ci_low, 1e-9);
                        ck_assert_close(swapped.p_value, e.p_value, 1e-9);
                    } else {
                        ck_assert_int_eq(methods[score][m], CX_METHOD_T);
                        ck_assert(status == CX_E_FEW || status == CX_E_CONSTANT);
                    }
                    cx_tally_free(a);
                    cx_tally_free(b);
                }
    ck_assert_int_gt(decided[0], 300);
    ck_assert_int_gt(decided[1], 300);
}
END_TEST

/* The limit at confidence 1 - p touches 0. */
START_TEST(test_the_p_value_of_mover_is_where_a_limit_touches_zero) {
    cx_tally *a = classes(3, 2, 9), *b = classes(9, 2, 3);
    for (int score = 0; score < 3; score++) {
        cx_compare_options o = options_of((cx_score)score, CX_METHOD_MOVER);
        cx_estimate e;
        ck_assert_ok(cx_compare(a, b, &o, &e, err));
        o.confidence = 1 - e.p_value;
        ck_assert_ok(cx_compare(a, b, &o, &e, err));
        ck_assert_near(e.ci_low, 0, 1e-9 * e.value);
    }
    cx_tally_free(a);
    cx_tally_free(b);
}
END_TEST

/* scipy.stats.ttest_ind(equal_var=False) of 0 8 10 10 and 5 6 6 7 9 */
START_TEST(test_means_compare_by_welch) {
    const double x[] = {0, 8, 10, 10}, y[] = {5, 6, 6, 7, 9};
    cx_array first = cx_array_of(x, CX_F64, 4), second = cx_array_of(y, CX_F64, 5);
    cx_tally *a, *b;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &a, err));
    ck_assert_ok(cx_tally_new(0, 10, NULL, &b, err));
    ck_assert_ok(cx_tally_add(a, &first, NULL, NULL, err));
    ck_assert_ok(cx_tally_add(b, &second, NULL, NULL, err));
    cx_estimate e = compare(a, b, CX_SCORE_MEAN, CX_METHOD_AUTO);
    ck_assert_int_eq(e.method, CX_METHOD_T);
    ck_assert_close(e.df, 3.4895814216452, 1e-12);
    ck_assert_close(e.p_value, 0.88053395194475, 1e-10);
    ck_assert_close(e.ci_low, -6.88746383451665, 1e-10);
    ck_assert_close(e.ci_high, 7.68746383451665, 1e-10);
    cx_tally_free(a);
    cx_tally_free(b);
}
END_TEST

START_TEST(test_a_method_that_is_not_one_of_the_score_is_refused) {
    cx_tally *a = classes(3, 2, 9);
    cx_compare_options options = options_of(CX_SCORE_NPS, CX_METHOD_NEWCOMBE);
    cx_estimate estimate;
    ck_assert_fails(cx_compare(a, a, &options, &estimate, err), CX_E_OPTION, "newcombe");
    options = options_of(CX_SCORE_TOP_BOX, CX_METHOD_T);
    ck_assert_fails(cx_compare(a, a, &options, &estimate, err), CX_E_OPTION, "method t");
    options = options_of(CX_SCORE_MEAN, CX_METHOD_SCORE);
    ck_assert_fails(cx_compare(a, a, &options, &estimate, err), CX_E_OPTION, "method score");
    cx_tally_free(a);
}
END_TEST

START_TEST(test_t_says_what_it_lacks) {
    cx_tally *one = classes(0, 0, 1), *same = classes(0, 0, 5), *other = classes(0, 5, 0);
    cx_compare_options options = options_of(CX_SCORE_MEAN, CX_METHOD_T);
    cx_estimate estimate;
    ck_assert_fails(cx_compare(same, one, &options, &estimate, err), CX_E_FEW, "side b");
    ck_assert_fails(cx_compare(same, other, &options, &estimate, err), CX_E_CONSTANT, "alike");
    cx_tally_free(one);
    cx_tally_free(same);
    cx_tally_free(other);
}
END_TEST

START_TEST(test_weights_of_one_change_nothing_and_scaled_weights_neither) {
    const double x[] = {0, 8, 10, 10, 3, 9, 9, 10}, ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    const double odd[] = {1, 2, 1, 3, 1, 1, 2, 1}, ten[] = {10, 20, 10, 30, 10, 10, 20, 10};
    const double *weights[] = {NULL, ones, odd, ten};
    cx_tally *side[4], *b = classes(9, 2, 3);
    cx_array scores = cx_array_of(x, CX_F64, 8);
    for (int i = 0; i < 4; i++) {
        cx_array w = cx_array_of(weights[i], CX_F64, 8);
        ck_assert_ok(cx_tally_new(0, 10, NULL, &side[i], err));
        ck_assert_ok(cx_tally_add(side[i], &scores, i == 0 ? NULL : &w, NULL, err));
    }
    for (int score = 0; score < 3; score++) {
        cx_estimate e[4];
        for (int i = 0; i < 4; i++) e[i] = compare(side[i], b, (cx_score)score, CX_METHOD_AUTO);
        for (int i = 0; i < 4; i += 2) {
            ck_assert_close(e[i + 1].ci_low, e[i].ci_low, 1e-12);
            ck_assert_close(e[i + 1].p_value, e[i].p_value, 1e-12);
        }
        ck_assert(e[2].n_eff <= e[0].n_eff && (e[2].flags & CX_FLAG_WEIGHTED));
    }
    for (int i = 0; i < 4; i++) cx_tally_free(side[i]);
    cx_tally_free(b);
}
END_TEST

START_TEST(test_effort_carries_its_direction_into_the_difference) {
    cx_tally *a = classes(3, 2, 9), *b = classes(9, 2, 3), *other;
    cx_compare_options options = options_of(CX_SCORE_MEAN, CX_METHOD_AUTO);
    cx_estimate e, plain;
    options.lower_is_better = 1;
    ck_assert_ok(cx_compare(a, b, &options, &e, err));
    ck_assert(e.flags & CX_FLAG_LOWER_IS_BETTER);
    options.lower_is_better = 0;
    ck_assert_ok(cx_compare(a, b, &options, &plain, err));
    ck_assert_fails(cx_compare_estimates(&e, &plain, NULL, &plain, err), CX_E_MISMATCH,
                    "direction");
    options.lower_is_better = 2;
    ck_assert_fails(cx_compare(a, b, &options, &e, err), CX_E_OPTION, "lower_is_better");
    ck_assert_ok(cx_tally_new(1, 7, NULL, &other, err));
    ck_assert_fails(cx_compare(a, other, NULL, &e, err), CX_E_MISMATCH, "scales differ");
    cx_tally_free(a);
    cx_tally_free(b);
    cx_tally_free(other);
}
END_TEST

/* -- estimates ----------------------------------------------------------------------------- */

START_TEST(test_two_estimates_compare_as_their_tallies) {
    cx_tally *a = classes(184, 83, 240), *b = classes(99, 50, 110);
    cx_nps_options score;
    cx_estimate one, two, apart;
    cx_nps_options_init(&score);
    score.method = CX_METHOD_SCORE;
    ck_assert_ok(cx_nps(a, &score, &one, err));
    ck_assert_ok(cx_nps(b, &score, &two, err));
    ck_assert_ok(cx_compare_estimates(&one, &two, NULL, &apart, err));
    cx_estimate direct = compare(a, b, CX_SCORE_NPS, CX_METHOD_MOVER);
    ck_assert_close(apart.ci_low, direct.ci_low, 1e-12);
    ck_assert_close(apart.ci_high, direct.ci_high, 1e-12);
    ck_assert_close(apart.se, direct.se, 1e-12);
    ck_assert_close(apart.p_value, direct.p_value, 0.01);
    cx_tally_free(a);
    cx_tally_free(b);
}
END_TEST

START_TEST(test_two_estimates_compare_by_their_errors_too) {
    cx_tally *a = classes(184, 83, 240), *b = classes(99, 50, 110);
    cx_compare_options options;
    cx_estimate one, two, apart;
    cx_compare_options_init(&options);
    options.method = CX_METHOD_WALD;
    ck_assert_ok(cx_nps(a, NULL, &one, err));
    ck_assert_ok(cx_nps(b, NULL, &two, err));
    ck_assert_ok(cx_compare_estimates(&one, &two, &options, &apart, err));
    cx_estimate direct = compare(a, b, CX_SCORE_NPS, CX_METHOD_WALD);
    ck_assert_close(apart.ci_low, direct.ci_low, 1e-12);
    ck_assert_close(apart.ci_high, direct.ci_high, 1e-12);
    ck_assert_close(apart.p_value, direct.p_value, 1e-12);
    ck_assert_int_eq(apart.method, CX_METHOD_WALD);
    one.se = NAN;
    ck_assert_fails(cx_compare_estimates(&one, &two, &options, &apart, err), CX_E_EMPTY,
                    "standard error");
    options.method = CX_METHOD_T;
    ck_assert_fails(cx_compare_estimates(&two, &two, &options, &apart, err), CX_E_OPTION, "t");
    cx_tally_free(a);
    cx_tally_free(b);
}
END_TEST

START_TEST(test_estimates_that_do_not_belong_together_are_refused) {
    cx_tally *a = classes(3, 2, 9);
    cx_estimate nps, mean, out;
    ck_assert_ok(cx_nps(a, NULL, &nps, err));
    ck_assert_ok(cx_mean_score(a, NULL, &mean, err));
    ck_assert_fails(cx_compare_estimates(&nps, &mean, NULL, &out, err), CX_E_MISMATCH, "units");
    mean = nps;
    mean.confidence = 0.9;
    ck_assert_fails(cx_compare_estimates(&nps, &mean, NULL, &out, err), CX_E_MISMATCH,
                    "confidences");
    mean = nps;
    mean.value = NAN;
    ck_assert_fails(cx_compare_estimates(&nps, &mean, NULL, &out, err), CX_E_EMPTY, "estimate b");
    mean = nps;
    mean.ci_low = NAN;
    ck_assert_fails(cx_compare_estimates(&mean, &nps, NULL, &out, err), CX_E_EMPTY, "no interval");
    cx_tally_free(a);
}
END_TEST

/* -- many groups --------------------------------------------------------------------------- */

static cx_tallies *tallies_of(const double *scores, const int32_t *groups, int64_t n) {
    cx_tallies *set;
    cx_array x = cx_array_of(scores, CX_F64, n), key = cx_array_of(groups, CX_I32, n);
    cx_frame by = {&key, 1, {0, 0}};
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    return set;
}

START_TEST(test_groups_on_one_side_only_have_their_own_status) {
    const double x[] = {10, 9, 2, 3, 8, 9}, y[] = {1, 2, 3, 10, 7};
    const int32_t gx[] = {1, 1, 2, 2, 3, 3}, gy[] = {1, 1, 2, 2, 4};
    cx_tallies *a = tallies_of(x, gx, 6), *b = tallies_of(y, gy, 5);
    cx_table *table;
    ck_assert_ok(cx_compare_by(a, b, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert(table_word_is(table, "status", 0, "CX_OK"));
    ck_assert(table_word_is(table, "status", 1, "CX_OK"));
    ck_assert(table_word_is(table, "status", 2, "CX_E_EMPTY"));
    ck_assert(table_word_is(table, "status", 3, "CX_E_EMPTY"));
    ck_assert_double_eq(table_number(table, "value", 0), 200);
    ck_assert(isnan(table_number(table, "value", 2)));
    ck_assert_double_eq(table_number(table, "value_a", 2), 50);
    ck_assert(isnan(table_number(table, "value_b", 2)));
    ck_assert(isnan(table_number(table, "p_adjusted", 3)));
    cx_table_free(table);
    cx_tallies_free(a);
    cx_tallies_free(b);
}
END_TEST

/* Two tests: the smaller p-value counts twice, the larger at least as much. */
START_TEST(test_p_values_are_adjusted_by_holm) {
    const double x[] = {10, 9, 10, 9, 9, 2, 3, 10}, y[] = {1, 2, 3, 1, 1, 2, 10, 10};
    const int32_t g[] = {1, 1, 1, 1, 1, 2, 2, 2};
    cx_tallies *a = tallies_of(x, g, 8), *b = tallies_of(y, g, 8);
    cx_table *table;
    ck_assert_ok(cx_compare_by(a, b, NULL, &table, err));
    const double *p = table_column(table, "p_value").data;
    const double *adjusted = table_column(table, "p_adjusted").data;
    ck_assert_double_lt(p[0], p[1]);
    ck_assert_close(adjusted[0], 2 * p[0], 1e-14);
    ck_assert_close(adjusted[1], fmax(p[1], 2 * p[0]), 1e-14);
    cx_table_free(table);
    cx_tallies_free(a);
    cx_tallies_free(b);
}
END_TEST

START_TEST(test_each_group_compares_with_all_the_others) {
    enum { N = 60 };
    double x[N];
    int32_t g[N];
    cx_table *table;
    for (int i = 0; i < N; i++) g[i] = i % 3, x[i] = g[i] == 2 ? i % 5 : 6 + i % 5;
    cx_tallies *set = tallies_of(x, g, N);
    ck_assert_ok(cx_compare_rest(set, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    for (int64_t i = 0; i < 3; i++) {
        cx_tally *group, *rest, *more;
        ck_assert_ok(cx_tallies_take(set, i, &group, err));
        ck_assert_ok(cx_tallies_take(set, (i + 1) % 3, &rest, err));
        ck_assert_ok(cx_tallies_take(set, (i + 2) % 3, &more, err));
        ck_assert_ok(cx_tally_merge(rest, more, err));
        cx_estimate e = compare(group, rest, CX_SCORE_NPS, CX_METHOD_AUTO);
        ck_assert_double_eq(table_number(table, "value", i), e.value);
        ck_assert_double_eq(table_number(table, "ci_low", i), e.ci_low);
        ck_assert_double_eq(table_number(table, "p_value", i), e.p_value);
        cx_tally_free(group);
        cx_tally_free(rest);
        cx_tally_free(more);
    }
    ck_assert_double_lt(table_number(table, "p_adjusted", 2), 0.01);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

/* All minus the group is exact, with weights too. */
START_TEST(test_the_rest_of_a_weighted_group_is_exact) {
    const double x[] = {10, 9, 2, 3, 8, 9}, w[] = {0.1, 1e9, 0.3, 1e-3, 7, 0.7};
    const int32_t g[] = {1, 1, 2, 2, 3, 3};
    cx_array scores = cx_array_of(x, CX_F64, 6), key = cx_array_of(g, CX_I32, 6);
    cx_array weights = cx_array_of(w, CX_F64, 6);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    cx_tally *rest, *more;
    cx_estimate nps;
    key.name = "group";
    ck_assert_ok(cx_tally_by(&scores, &weights, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_compare_rest(set, NULL, &table, err));
    ck_assert_ok(cx_tallies_take(set, 1, &rest, err));
    ck_assert_ok(cx_tallies_take(set, 2, &more, err));
    ck_assert_ok(cx_tally_merge(rest, more, err));
    ck_assert_ok(cx_nps(rest, NULL, &nps, err));
    ck_assert_double_eq(table_number(table, "value_b", 0), nps.value);
    cx_tally_free(rest);
    cx_tally_free(more);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_single_group_has_no_rest) {
    const double x[] = {10, 9};
    const int32_t g[] = {1, 1};
    cx_tallies *set = tallies_of(x, g, 2);
    cx_table *table;
    ck_assert_ok(cx_compare_rest(set, NULL, &table, err));
    ck_assert(table_word_is(table, "status", 0, "CX_E_EMPTY"));
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

Suite *suite_difference(void) {
    Suite *suite = suite_create("difference");
    TCase *tcase = tcase_create("difference");
    tcase_add_test(tcase, test_a_side_without_answers_is_named);
    tcase_add_test(tcase, test_two_regions_differ_as_published);
    tcase_add_test(tcase, test_single_answers_have_an_interval_of_positive_width);
    tcase_add_test(tcase, test_all_promoters_differ_from_all_detractors_by_an_uncertain_200);
    tcase_add_test(tcase, test_p_values_and_limits_agree_for_every_method);
    tcase_add_test(tcase, test_the_p_value_of_mover_is_where_a_limit_touches_zero);
    tcase_add_test(tcase, test_means_compare_by_welch);
    tcase_add_test(tcase, test_a_method_that_is_not_one_of_the_score_is_refused);
    tcase_add_test(tcase, test_t_says_what_it_lacks);
    tcase_add_test(tcase, test_weights_of_one_change_nothing_and_scaled_weights_neither);
    tcase_add_test(tcase, test_effort_carries_its_direction_into_the_difference);
    tcase_add_test(tcase, test_two_estimates_compare_as_their_tallies);
    tcase_add_test(tcase, test_two_estimates_compare_by_their_errors_too);
    tcase_add_test(tcase, test_estimates_that_do_not_belong_together_are_refused);
    tcase_add_test(tcase, test_groups_on_one_side_only_have_their_own_status);
    tcase_add_test(tcase, test_p_values_are_adjusted_by_holm);
    tcase_add_test(tcase, test_each_group_compares_with_all_the_others);
    tcase_add_test(tcase, test_the_rest_of_a_weighted_group_is_exact);
    tcase_add_test(tcase, test_a_single_group_has_no_rest);
    suite_add_tcase(suite, tcase);
    return suite;
}
