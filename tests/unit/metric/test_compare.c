#include "../support.h"

#include <stdint.h>

/* scores and groups as plain arrays -> tallies */
static cx_tallies *tallies_of(const double *scores, const int32_t *groups, const double *weights,
                              int64_t n) {
    cx_tallies *set;
    cx_array x = cx_array_of(scores, CX_F64, n), key = cx_array_of(groups, CX_I32, n);
    cx_array w = cx_array_of(weights, CX_F64, n);
    cx_frame by = {&key, 1, {0, 0}};
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, weights == NULL ? NULL : &w, &by, 0, 10, NULL, &set, err));
    return set;
}

static const double before_scores[] = {0, 10, 10, 8, 9, 3, 7, 2};
static const int32_t before_groups[] = {1, 1, 1, 2, 2, 2, 3, 3};
static const double after_scores[] = {10, 10, 6, 9, 9, 5, 10, 1, 10};
static const int32_t after_groups[] = {1, 1, 1, 1, 2, 2, 2, 4, 4};

START_TEST(test_mix_and_within_add_up_to_the_change) {
    cx_tallies *before = tallies_of(before_scores, before_groups, NULL, 8);
    cx_tallies *after = tallies_of(after_scores, after_groups, NULL, 9);
    cx_table *table;
    cx_estimate one, two;
    cx_tally *total;
    cx_array column;
    ck_assert_ok(cx_decompose(before, after, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_near(table_figure(table, "mix") + table_figure(table, "within"),
                   table_figure(table, "change"), 1e-12);
    ck_assert_ok(cx_tallies_total(before, NULL, &total, err));
    ck_assert_ok(cx_nps(total, NULL, &one, err));
    cx_tally_free(total);
    ck_assert_ok(cx_tallies_total(after, NULL, &total, err));
    ck_assert_ok(cx_nps(total, NULL, &two, err));
    cx_tally_free(total);
    ck_assert_near(table_figure(table, "change"), two.value - one.value, 1e-12);
    ck_assert_close(table_figure(table, "change_se"), hypot(one.se, two.se), 1e-12);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "side"), &column, err));
    ck_assert_int_eq(memcmp(column.data, "bothbothbeforeafter", 19), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "within"), &column, err));
    ck_assert_double_eq(((const double *)column.data)[2], 0);
    ck_assert_double_eq(((const double *)column.data)[3], 0);
    cx_table_free(table);
    cx_tallies_free(before);
    cx_tallies_free(after);
}
END_TEST

START_TEST(test_the_same_wave_twice_has_no_change) {
    cx_tallies *set = tallies_of(before_scores, before_groups, NULL, 8);
    cx_table *table;
    ck_assert_ok(cx_decompose(set, set, NULL, &table, err));
    ck_assert_double_eq(table_figure(table, "change"), 0);
    ck_assert_double_eq(table_figure(table, "mix"), 0);
    ck_assert_double_eq(table_figure(table, "within"), 0);
    ck_assert_double_eq(table_figure(table, "change_p"), 1);
    ck_assert_double_gt(table_figure(table, "mix_se"), 0);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

/* The delta method against 2,000 redrawn pairs of waves. */
START_TEST(test_errors_of_mix_and_within_match_resampling) {
    enum { N = 300, RUNS = 2000 };
    static double scores[2][N];
    static int32_t groups[2][N];
    double sums[3] = {0}, squares[3] = {0};
    const char *const names[] = {"change", "mix", "within"};
    cx_table *table;
    cx_tallies *side[2];
    for (int s = 0; s < 2; s++)
        for (uint64_t i = 0; i < N; i++) {
            groups[s][i] = cx_random_uniform(5, 1, i, (uint32_t)s) < 0.3 + 0.2 * s ? 1 : 2;
            scores[s][i] = floor(11 * pow(cx_random_uniform(5, 2, i, (uint32_t)s),
                                          groups[s][i] == 1 ? 1.5 : 0.4 + 0.1 * s));
        }
    for (int s = 0; s < 2; s++) side[s] = tallies_of(scores[s], groups[s], NULL, N);
    ck_assert_ok(cx_decompose(side[0], side[1], NULL, &table, err));
    for (uint64_t run = 0; run < RUNS; run++) {
        cx_tallies *redrawn[2];
        cx_table *again;
        for (int s = 0; s < 2; s++) {
            double x[N];
            int32_t g[N];
            for (uint32_t i = 0; i < N; i++) {
                int pick = (int)(N * cx_random_uniform(6, (uint32_t)s, run, i));
                x[i] = scores[s][pick], g[i] = groups[s][pick];
            }
            redrawn[s] = tallies_of(x, g, NULL, N);
        }
        ck_assert_ok(cx_decompose(redrawn[0], redrawn[1], NULL, &again, err));
        for (int f = 0; f < 3; f++) {
            double value = table_figure(again, names[f]);
            sums[f] += value, squares[f] += value * value;
        }
        cx_table_free(again);
        cx_tallies_free(redrawn[0]);
        cx_tallies_free(redrawn[1]);
    }
    const char *const errors[] = {"change_se", "mix_se", "within_se"};
    for (int f = 0; f < 3; f++) {
        double sd = sqrt(squares[f] / RUNS - sums[f] / RUNS * (sums[f] / RUNS));
        ck_assert_close(table_figure(table, errors[f]), sd, 0.06);
    }
    cx_table_free(table);
    cx_tallies_free(side[0]);
    cx_tallies_free(side[1]);
}
END_TEST

START_TEST(test_decompose_reads_means_and_top_boxes) {
    cx_tallies *before = tallies_of(before_scores, before_groups, NULL, 8);
    cx_tallies *after = tallies_of(after_scores, after_groups, NULL, 9);
    cx_compare_options options;
    cx_table *table;
    cx_compare_options_init(&options);
    options.score = CX_SCORE_MEAN;
    ck_assert_ok(cx_decompose(before, after, &options, &table, err));
    ck_assert_close(table_figure(table, "before"), 49.0 / 8, 1e-14);
    ck_assert_close(table_figure(table, "after"), 70.0 / 9, 1e-14);
    cx_table_free(table);
    options.score = CX_SCORE_TOP_BOX;
    options.top = 2;
    ck_assert_ok(cx_decompose(before, after, &options, &table, err));
    ck_assert_close(table_figure(table, "before"), 3.0 / 8, 1e-14);
    cx_table_free(table);
    options.score = 3;
    ck_assert_fails(cx_decompose(before, after, &options, &table, err), CX_E_OPTION, "score is 3");
    cx_tallies_free(before);
    cx_tallies_free(after);
}
END_TEST

START_TEST(test_a_side_without_answers_cannot_change) {
    cx_tallies *before = tallies_of(before_scores, before_groups, NULL, 8);
    const double out[] = {11};
    const int32_t group[] = {1};
    cx_tallies *after = tallies_of(out, group, NULL, 1);
    cx_table *table = NULL;
    ck_assert_fails(cx_decompose(before, after, NULL, &table, err), CX_E_EMPTY, "after the change");
    ck_assert_fails(cx_decompose(after, before, NULL, &table, err), CX_E_EMPTY, "before the");
    ck_assert_ptr_null(table);
    cx_tallies_free(before);
    cx_tallies_free(after);
}
END_TEST

START_TEST(test_answers_all_alike_have_a_change_without_an_error) {
    const double one[] = {1}, ten[] = {10};
    const int32_t group[] = {1};
    cx_tallies *before = tallies_of(one, group, NULL, 1), *after = tallies_of(ten, group, NULL, 1);
    cx_table *table;
    ck_assert_ok(cx_decompose(before, after, NULL, &table, err));
    ck_assert_double_eq(table_figure(table, "change"), 200);
    ck_assert_double_eq(table_figure(table, "within"), 200);
    ck_assert(isnan(table_figure(table, "change_se")));
    ck_assert(isnan(table_figure(table, "within_ci_low")));
    ck_assert(isnan(table_figure(table, "change_p")));
    cx_table_free(table);
    cx_tallies_free(before);
    cx_tallies_free(after);
}
END_TEST

START_TEST(test_groups_alike_cannot_be_told_apart) {
    double scores[400];
    int32_t groups[400];
    cx_heterogeneity_test test;
    for (int i = 0; i < 400; i++) scores[i] = (i / 4) % 11, groups[i] = i % 4;
    cx_tallies *set = tallies_of(scores, groups, NULL, 400);
    ck_assert_ok(cx_heterogeneity(set, NULL, &test, err));
    ck_assert_double_lt(test.q, 1e-9);
    ck_assert_double_eq(test.df, 3);
    ck_assert_double_gt(test.p_value, 0.999);
    ck_assert_double_eq(test.sd_between, 0);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_groups_apart_are_told_apart_even_without_variance) {
    double scores[60];
    int32_t groups[60];
    cx_heterogeneity_test test;
    for (int i = 0; i < 60; i++) scores[i] = i < 30 ? 10 : 0, groups[i] = i < 30;
    cx_tallies *set = tallies_of(scores, groups, NULL, 60);
    ck_assert_ok(cx_heterogeneity(set, NULL, &test, err));
    ck_assert_double_lt(test.p_value, 1e-6);
    ck_assert_double_gt(test.sd_between, 50);
    ck_assert_int_eq(test.groups, 2);
    cx_tallies_free(set);
}
END_TEST

/* Under equal means the test is wrong about one time in twenty. */
START_TEST(test_heterogeneity_keeps_its_level) {
    enum { RUNS = 2000, GROUPS = 6, EACH = 40 };
    int rejected = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        double scores[GROUPS * EACH];
        int32_t groups[GROUPS * EACH];
        cx_heterogeneity_test test;
        for (uint32_t i = 0; i < GROUPS * EACH; i++) {
            scores[i] = floor(11 * sqrt(cx_random_uniform(9, 1, run, i)));
            groups[i] = (int32_t)(i % GROUPS);
        }
        cx_tallies *set = tallies_of(scores, groups, NULL, GROUPS * EACH);
        ck_assert_ok(cx_heterogeneity(set, NULL, &test, err));
        rejected += test.p_value < 0.05;
        cx_tallies_free(set);
    }
    ck_assert_int_ge(rejected, (int)(0.03 * RUNS));
    ck_assert_int_le(rejected, (int)(0.075 * RUNS));
}
END_TEST

START_TEST(test_heterogeneity_needs_two_groups_that_vary) {
    const double scores[] = {1, 2, 3, 9, 9}, same[] = {9, 9, 9, 9, 9};
    const int32_t groups[] = {1, 1, 1, 2, 3}, two[] = {1, 1, 2, 2, 2};
    cx_heterogeneity_test test;
    cx_tallies *set = tallies_of(scores, groups, NULL, 5);
    ck_assert_fails(cx_heterogeneity(set, NULL, &test, err), CX_E_FEW, "needs two groups");
    cx_tallies_free(set);
    set = tallies_of(same, two, NULL, 5);
    ck_assert_fails(cx_heterogeneity(set, NULL, &test, err), CX_E_CONSTANT, "alike");
    cx_tallies_free(set);
    ck_assert_fails(cx_heterogeneity(NULL, NULL, &test, err), CX_E_NULL, "tallies");
}
END_TEST

START_TEST(test_groups_on_a_distant_scale_vary_like_those_near_zero) {
    enum { N = 8 };
    const int32_t near[N] = {0, 3, 4, 1, 2, 4, 4, 3}, groups[N] = {1, 1, 1, 1, 2, 2, 2, 2};
    const int32_t starts[] = {1000000000, INT32_MAX - 4, INT32_MIN};
    cx_compare_options options;
    cx_heterogeneity_test expected, test;
    cx_array key = cx_array_of(groups, CX_I32, N);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    key.name = "group";
    cx_compare_options_init(&options);
    options.score = CX_SCORE_MEAN;
    cx_array x = cx_array_of(near, CX_I32, N);
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 4, NULL, &set, err));
    ck_assert_ok(cx_heterogeneity(set, &options, &expected, err));
    cx_tallies_free(set);
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
        int32_t far[N];
        for (int i = 0; i < N; i++) far[i] = starts[s] + near[i];
        x.data = far;
        ck_assert_ok(cx_tally_by(&x, NULL, &by, starts[s], starts[s] + 4, NULL, &set, err));
        ck_assert_ok(cx_heterogeneity(set, &options, &test, err));
        ck_assert_close(test.q, expected.q, 1e-6);
        ck_assert_close(test.p_value, expected.p_value, 1e-6);
        ck_assert_close(test.mean - starts[s], expected.mean, 1e-6);
        cx_tallies_free(set);
    }
}
END_TEST

Suite *suite_compare(void) {
    Suite *suite = suite_create("compare");
    TCase *tcase = tcase_create("compare");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_mix_and_within_add_up_to_the_change);
    tcase_add_test(tcase, test_the_same_wave_twice_has_no_change);
    tcase_add_test(tcase, test_errors_of_mix_and_within_match_resampling);
    tcase_add_test(tcase, test_decompose_reads_means_and_top_boxes);
    tcase_add_test(tcase, test_a_side_without_answers_cannot_change);
    tcase_add_test(tcase, test_answers_all_alike_have_a_change_without_an_error);
    tcase_add_test(tcase, test_groups_alike_cannot_be_told_apart);
    tcase_add_test(tcase, test_groups_apart_are_told_apart_even_without_variance);
    tcase_add_test(tcase, test_heterogeneity_keeps_its_level);
    tcase_add_test(tcase, test_heterogeneity_needs_two_groups_that_vary);
    tcase_add_test(tcase, test_groups_on_a_distant_scale_vary_like_those_near_zero);
    suite_add_tcase(suite, tcase);
    return suite;
}
