#include "planned.h"

/* Plans in invitations, plans for levels that wander, and random starts. */

static cx_array view_of(const double *x, int64_t count) {
    return cx_array_of(x, CX_F64, count);
}

static cx_table *steady(const double *a, const double *drift, int64_t count, double budget,
                        const double *upper, int32_t integer) {
    cx_array av = view_of(a, count), dv = view_of(drift, count), uv = view_of(upper, count);
    cx_plan_options options;
    cx_table *table = NULL;
    cx_plan_options_init(&options);
    options.integer = integer;
    ck_assert_ok(cx_plan_steady(&av, &dv, budget, NULL, upper == NULL ? NULL : &uv, NULL, NULL,
                                NULL, &options, &table, err));
    return table;
}

static double variance_at(double a, double q, double n) {
    return q / 2 * (sqrt(1 + 4 * a / (q * n)) - 1);
}

START_TEST(test_steady_gives_a_single_point_everything) {
    double tolerance, expected = planned_vector("steady_after_update", &tolerance);
    cx_table *t = steady((double[]){6100}, (double[]){4}, 1, 30, NULL, 1);
    ck_assert_double_eq(table_number(t, "n", 0), 30);
    ck_assert_near(table_figure(t, "objective"), expected, tolerance);
    cx_table_free(t);
}
END_TEST

START_TEST(test_steady_splits_equal_points_evenly) {
    const double a[] = {100, 100, 100}, q[] = {2, 2, 2};
    cx_table *t = steady(a, q, 3, 11, NULL, 1);
    ck_assert_double_eq(table_number(t, "n", 0), 4);
    ck_assert_double_eq(table_number(t, "n", 1), 4);
    ck_assert_double_eq(table_number(t, "n", 2), 3);
    cx_table_free(t);
    t = steady(a, q, 3, 11, NULL, 0);
    ck_assert_close(table_number(t, "n", 2), 11.0 / 3, 1e-12);
    cx_table_free(t);
}
END_TEST

START_TEST(test_steady_matches_enumeration) {
    const double a[] = {6100, 900, 40, 2000}, q[] = {4, 90, 0.5, 0}, upper[] = {5, 9, 9, 9};
    cx_table *t = steady(a, q, 4, 14, upper, 1);
    double best = INFINITY;
    for (int i = 1; i <= 5; i++)
        for (int j = 1; j <= 9; j++)
            for (int k = 1; k <= 9; k++) {
                int l = 14 - i - j - k;
                if (l < 1 || l > 9) continue;
                double v = variance_at(a[0], q[0], i) + variance_at(a[1], q[1], j) +
                           variance_at(40, .5, k);
                best = fmin(best, v);
            }
    ck_assert_close(table_figure(t, "objective"), best, 1e-12);
    ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
    ck_assert_double_eq(table_number(t, "n", 3), 1);
    cx_table_free(t);
}
END_TEST

START_TEST(test_steady_continuous_plans_are_stationary) {
    const double a[] = {6100, 900, 40, 2e5}, q[] = {4, 90, 0.5, 1e-3}, upper[] = {5, 90, 90, 900};
    cx_table *t = steady(a, q, 4, 140.5, upper, 0);
    const double *n = table_column(t, "n").data;
    ck_assert_close(n[0] + n[1] + n[2] + n[3], 140.5, 1e-13);
    ck_assert_double_eq(n[0], 5);
    ck_assert_double_eq(n[1], 90);
    for (int i = 2; i < 4; i++) {
        double h = 1e-4 * n[i],
               slope = (variance_at(a[i], q[i], n[i] - h) - variance_at(a[i], q[i], n[i] + h)) /
                       (2 * h);
        ck_assert_close(slope, table_figure(t, "multiplier"), 1e-5);
    }
    ck_assert_close(table_figure(t, "gain_high"), table_figure(t, "gain_low"), 1e-10);
    cx_table_free(t);
}
END_TEST

START_TEST(test_steady_spends_what_is_left_where_no_level_wanders) {
    const double a[] = {335, 8}, q[] = {0, 0};
    cx_table *t = steady(a, q, 1, 6, NULL, 1);
    ck_assert_double_eq(table_number(t, "n", 0), 6);
    cx_table_free(t);
    t = steady(a, q, 2, 1e15, (double[]){1e12, INFINITY}, 1);
    ck_assert_double_eq(table_number(t, "n", 0), 1e12);
    ck_assert_double_eq(table_number(t, "n", 1), 1e15 - 1e12);
    cx_table_free(t);
    for (int32_t integer = 0; integer < 2; integer++) {
        t = steady(a, q, 2, 6, NULL, integer);
        ck_assert_double_eq(table_number(t, "n", 0), 5);
        ck_assert_double_eq(table_number(t, "n", 1), 1);
        ck_assert_double_eq(table_figure(t, "objective"), 0);
        cx_table_free(t);
    }
    t = steady(a, (double[]){0, 3}, 2, 6, NULL, 0);
    ck_assert_close(table_number(t, "n", 0), 1, 1e-12);
    ck_assert_close(table_number(t, "n", 1), 5, 1e-12);
    ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
    cx_table_free(t);
}
END_TEST

START_TEST(test_steady_refuses_a_point_without_any_answer) {
    const double a[] = {1, 1, 1}, q[] = {1, 1, 1}, bad[] = {1, -1, 1};
    cx_array av = view_of(a, 3), qv = view_of(q, 3), bv = view_of(bad, 3);
    cx_table *t = NULL;
    ck_assert_fails(cx_plan_steady(&av, &qv, 2, NULL, NULL, NULL, NULL, NULL, NULL, &t, err),
                    CX_E_UNINFORMED, "leaves 1 of 3");
    ck_assert_fails(cx_plan_steady(&av, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, &t, err),
                    CX_E_NULL, "drift");
    ck_assert_fails(cx_plan_steady(&av, &bv, 5, NULL, NULL, NULL, NULL, NULL, NULL, &t, err),
                    CX_E_DOMAIN, "drift is -1");
    ck_assert_ptr_null(t);
}
END_TEST

/* -- invitations --------------------------------------------------------------------------- */

START_TEST(test_plan_in_invitations_matches_enumeration) {
    const double a[] = {9, 4, 1}, known[] = {0.5, 0, 2}, rate[] = {0.1, 0.3, 0.25};
    cx_array av = view_of(a, 3), kv = view_of(known, 3), rv = view_of(rate, 3);
    cx_table *t = NULL;
    ck_assert_ok(cx_plan(&av, 40, NULL, NULL, &kv, NULL, &rv, NULL, NULL, &t, err));
    double best = INFINITY;
    for (int i = 0; i <= 40; i++)
        for (int j = 1; i + j <= 40; j++)
            best = fmin(best, 9 / (0.1 * i + 0.5) + 4 / (0.3 * j) + 1 / (0.25 * (40 - i - j) + 2));
    ck_assert_close(table_figure(t, "objective"), best, 1e-14);
    for (int i = 0; i < 3; i++) {
        ck_assert_double_eq(table_number(t, "a", i), a[i]);
        ck_assert_double_eq(table_number(t, "known", i), known[i]);
        ck_assert_double_eq(table_number(t, "rate", i), rate[i]);
        ck_assert_close(table_number(t, "answers", i), rate[i] * table_number(t, "n", i), 1e-15);
    }
    ck_assert_double_eq(table_figure(t, "gap"), 0);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_refuses_rates_that_are_no_rates) {
    const double a[] = {9, 4}, bad[] = {0, 1.5, NAN, -1};
    cx_array av = view_of(a, 2);
    cx_table *t = NULL;
    for (int i = 0; i < 4; i++) {
        double rate[] = {0.5, bad[i]};
        cx_array rv = view_of(rate, 2);
        ck_assert_fails(cx_plan(&av, 9, NULL, NULL, NULL, NULL, &rv, NULL, NULL, &t, err),
                        CX_E_DOMAIN, "column rate, row 1: rate is");
    }
    const double huge[] = {1e308, 1}, low[] = {1e-9, 1};
    cx_array hv = view_of(huge, 2), lv = view_of(low, 2);
    ck_assert_fails(cx_plan(&hv, 9, NULL, NULL, NULL, NULL, &lv, NULL, NULL, &t, err), CX_E_LIMIT,
                    "divided by the rate");
    ck_assert_ptr_null(t);
}
END_TEST

/* -- random starts ------------------------------------------------------------------------- */

START_TEST(test_draw_keeps_sums_and_chances) {
    double expected[200], mean[200] = {0}, sum = 0;
    int wrong = 0;
    for (int i = 0; i < 200; i++) expected[i] = 0.02 * (i % 90), sum += expected[i];
    expected[199] += ceil(sum) - sum;
    cx_array view = view_of(expected, 200);
    for (uint64_t period = 0; period < 2000; period++) {
        cx_table *t = NULL;
        double total = 0;
        ck_assert_ok(cx_plan_draw(&view, 7, period, &t, err));
        const double *drawn = table_column(t, "n").data, *chance = table_column(t, "chance").data;
        for (int i = 0; i < 200; i++) {
            double n = drawn[i];
            wrong += n != floor(expected[i]) && n != floor(expected[i]) + 1;
            wrong += chance[i] != fmin(expected[i], 1);
            total += n;
            mean[i] += n / 2000;
        }
        ck_assert_double_eq(total, ceil(sum));
        ck_assert_int_eq(wrong, 0);
        cx_table_free(t);
    }
    /* four standard errors of a fraction */
    for (int i = 0; i < 200; i++) ck_assert_near(mean[i], expected[i], 4 * 0.5 / sqrt(2000));
}
END_TEST

START_TEST(test_draw_leaves_whole_numbers_alone) {
    const double whole[] = {0, 3, 1, 0x1p53}, bad[] = {1, -0.5}, gap[] = {NAN};
    cx_array view = view_of(whole, 4), wrong = view_of(bad, 2), empty = view_of(NULL, 0);
    cx_array missing = view_of(gap, 1);
    cx_table *t = NULL, *again = NULL;
    ck_assert_ok(cx_plan_draw(&view, 1, 2, &t, err));
    for (int i = 0; i < 4; i++) ck_assert_double_eq(table_number(t, "n", i), whole[i]);
    cx_table_free(t);
    t = NULL;
    ck_assert_fails(cx_plan_draw(&wrong, 1, 2, &t, err), CX_E_DOMAIN, "row 1: expected is -0.5");
    ck_assert_fails(cx_plan_draw(&missing, 1, 2, &t, err), CX_E_DOMAIN, "missing");
    ck_assert_fails(cx_plan_draw(&empty, 1, 2, &t, err), CX_E_EMPTY, "no point");
    ck_assert_fails(cx_plan_draw(&view, 1, 2, NULL, err), CX_E_NULL, "out");
    ck_assert_ptr_null(t);
    const double half[] = {0.5, 0.5, 0.5, 0.5};
    cx_array halves = view_of(half, 4);
    ck_assert_ok(cx_plan_draw(&halves, 1, 2, &t, err));
    ck_assert_ok(cx_plan_draw(&halves, 1, 2, &again, err));
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq(table_number(t, "n", i), table_number(again, "n", i));
    ck_assert_double_eq(table_number(t, "n", 0) + table_number(t, "n", 1), 1);
    cx_table_free(t);
    cx_table_free(again);
}
END_TEST

Suite *suite_steady(void);
Suite *suite_steady(void) {
    Suite *suite = suite_create("steady");
    TCase *c = tcase_create("steady");
    tcase_add_test(c, test_steady_gives_a_single_point_everything);
    tcase_add_test(c, test_steady_splits_equal_points_evenly);
    tcase_add_test(c, test_steady_matches_enumeration);
    tcase_add_test(c, test_steady_continuous_plans_are_stationary);
    tcase_add_test(c, test_steady_spends_what_is_left_where_no_level_wanders);
    tcase_add_test(c, test_steady_refuses_a_point_without_any_answer);
    tcase_add_test(c, test_plan_in_invitations_matches_enumeration);
    tcase_add_test(c, test_plan_refuses_rates_that_are_no_rates);
    tcase_add_test(c, test_draw_keeps_sums_and_chances);
    tcase_add_test(c, test_draw_leaves_whole_numbers_alone);
    suite_add_tcase(suite, c);
    return suite;
}
