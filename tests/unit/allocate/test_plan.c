#include "planning.h"

START_TEST(test_plan_without_points_is_an_error) {
    cx_array a = cx_array_of(NULL, CX_F64, 0);
    cx_table *out = NULL;
    ck_assert_fails(cx_plan(&a, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &out, err), CX_E_EMPTY,
                    "no point");
    ck_assert_ptr_null(out);
}
END_TEST

START_TEST(test_plan_gives_a_single_point_everything) {
    problem p = plan_problem(1, 7, (double[]){3});
    assert_plan(&p, (double[]){7});
    p.options.integer = 0;
    p.budget = 7.25;
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_eq(table_number(t, "n", 0), 7.25);
    ck_assert_close(table_figure(t, "objective"), 3 / 7.25, 1e-15);
    ck_assert_close(table_figure(t, "multiplier"), 3 / (7.25 * 7.25), 1e-15);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_with_plain_c_arguments_uses_the_defaults) {
    const int32_t a[] = {4, 1};
    cx_array view = cx_array_of(a, CX_I32, 2);
    cx_table *t = NULL;
    ck_assert_ok(cx_plan(&view, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &t, err));
    ck_assert_double_eq(table_number(t, "n", 0), 2);
    ck_assert_double_eq(table_number(t, "n", 1), 1);
    ck_assert_double_eq(table_number(t, "marginal", 0), 4.0 / 6);
    ck_assert_double_eq(table_figure(t, "gain_high"), 4.0 / 6);
    ck_assert_double_eq(table_figure(t, "gain_low"), 2);
    ck_assert_double_eq(table_figure(t, "objective"), 3);
    ck_assert_double_eq(table_number(t, "share", 0), 2.0 / 3);
    ck_assert_double_eq(table_figure(t, "points"), 2);
    ck_assert_double_eq(table_figure(t, "floor_scale"), 1);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_ties_go_to_the_lowest_row) {
    problem p = plan_problem(5, 12, (double[]){2, 2, 2, 2, 2});
    assert_plan(&p, (double[]){3, 3, 2, 2, 2});
    /* 1 / (1 * 2) = 6 / (3 * 4) = 3 / (2 * 3): equal in value, not in rounding */
    problem q = plan_problem(3, 7, (double[]){6, 1, 3});
    q.lower[0] = 3, q.lower[1] = 1, q.lower[2] = 2;
    assert_plan(&q, (double[]){4, 1, 2});
    q.budget = 8;
    assert_plan(&q, (double[]){4, 2, 2});
}
END_TEST

START_TEST(test_plan_compares_gains_that_round_to_the_same_quotient) {
    /* b is the next double above a, but the gains of both from 3 round to one number */
    double a = 9007199254740989.0, b = 9007199254740990.0;
    problem p = plan_problem(2, 7, (double[]){a, b});
    p.lower[0] = p.lower[1] = 3;
    assert_plan(&p, (double[]){3, 4});
    problem q = plan_problem(2, 7, (double[]){b, a});
    q.lower[0] = q.lower[1] = 3;
    assert_plan(&q, (double[]){4, 3});
    /* known differs by 2^-1000: only exact arithmetic sees it */
    problem r = plan_problem(2, 7, (double[]){1, 1});
    r.lower[0] = r.lower[1] = 3;
    r.known[0] = 0x1p-1000;
    assert_plan(&r, (double[]){3, 4});
}
END_TEST

START_TEST(test_plan_compares_gains_of_large_numbers_exactly) {
    /* gain 1 at both: 2 / (1 * 2), and (2^32 - 1) 2^32 over itself */
    double s = 0x1p32 - 1, big = s * 0x1p32;
    problem p = plan_problem(2, s + 2, (double[]){2, big});
    p.lower[0] = 1, p.lower[1] = s;
    assert_plan(&p, (double[]){2, s});
    problem q = plan_problem(2, s + 2, (double[]){big, 2});
    q.lower[0] = s, q.lower[1] = 1;
    assert_plan(&q, (double[]){s + 1, 1});
    /* next to 2^50 known answers one more hardly matters, but it still goes where there are fewer
     */
    problem r = plan_problem(2, 5, (double[]){1, 1});
    r.known[0] = r.known[1] = 0x1p50;
    r.lower[0] = 3;
    assert_plan(&r, (double[]){3, 2});
    cx_table *t = NULL;
    ck_assert_ok(solve(&r, &t, err));
    ck_assert_double_gt(table_number(t, "marginal", 1), table_number(t, "marginal", 0));
    ck_assert_double_eq(table_figure(t, "gain_high"), table_number(t, "marginal", 1));
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_is_scale_free_in_a) {
    const double scales[] = {1e-300, 0x1p-1060, 1, 1e290};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        problem p = plan_problem(3, 7, (double[]){121, 25, 25});
        for (int i = 0; i < 3; i++) p.a[i] *= scales[s], p.lower[i] = 1;
        assert_plan(&p, (double[]){3, 2, 2});
    }
}
END_TEST

START_TEST(test_plan_points_without_importance_keep_their_floor) {
    problem p = plan_problem(3, 10, (double[]){0, 1, 0});
    p.lower[0] = 2;
    assert_plan(&p, (double[]){2, 8, 0});
    p.upper[1] = 3, p.upper[0] = 4;
    assert_plan(&p, (double[]){4, 3, 3});
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert(table_word_is(t, "reason", 0, "capacity"));
    ck_assert(table_word_is(t, "reason", 1, "capacity"));
    ck_assert(table_word_is(t, "reason", 2, "remainder"));
    cx_table_free(t);
    problem r = plan_problem(2, 3, (double[]){0, 6});
    ck_assert_ok(solve(&r, &t, err));
    ck_assert_double_eq(table_figure(t, "gain_high"), 0.5);
    cx_table_free(t);
    problem q = plan_problem(2, 3, (double[]){0, 0});
    assert_plan(&q, (double[]){3, 0});
}
END_TEST

START_TEST(test_plan_known_answers_count) {
    problem p = plan_problem(2, 10, (double[]){1, 1});
    p.known[0] = 4;
    assert_plan(&p, (double[]){3, 7});
    p.options.integer = 0;
    p.known[0] = 0x1p50, p.known[1] = 0x1p50 - 3;
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_near(table_number(t, "n", 0), 3.5, 1e-12);
    ck_assert_near(table_number(t, "n", 1), 6.5, 1e-12);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_with_no_budget_uses_what_is_known) {
    problem p = plan_problem(2, 0, (double[]){1, 4});
    p.known[0] = 2, p.known[1] = 2;
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_eq(table_figure(t, "objective"), 2.5);
    ck_assert_double_eq(table_figure(t, "gain_low"), INFINITY);
    ck_assert_double_eq(table_number(t, "share", 0), 0);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_leaves_no_point_uninformed) {
    problem p = plan_problem(4, 2, (double[]){1, 9, 4, 1});
    cx_table *t = NULL;
    ck_assert_fails(solve(&p, &t, err), CX_E_UNINFORMED, "leaves 2 of 4 points");
    p.budget = 4;
    assert_plan(&p, (double[]){1, 1, 1, 1});
    p.upper[3] = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_UNINFORMED, "row 3: the budget leaves 1 of 4");
    p.options.integer = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_UNINFORMED, "leaves 1 of 4");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_plan_rounds_fractional_bounds_inwards) {
    problem p = plan_problem(2, 10, (double[]){1, 100});
    p.lower[0] = 2.2, p.upper[1] = 6.9;
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_eq(table_number(t, "lower", 0), 3);
    ck_assert_double_eq(table_number(t, "upper", 1), 6);
    ck_assert_double_eq(table_number(t, "n", 0), 4);
    ck_assert(table_word_is(t, "reason", 0, "precision"));
    ck_assert(table_word_is(t, "reason", 1, "capacity"));
    cx_table_free(t);
    p.lower[0] = 1.2, p.upper[0] = 1.8;
    t = NULL;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE, "row 0: no whole number lies between");
}
END_TEST

START_TEST(test_plan_names_the_bounds_that_cannot_be_met) {
    problem p = plan_problem(2, 5, (double[]){1, 1});
    cx_table *t = NULL;
    p.lower[0] = 4, p.lower[1] = 3;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE,
                    "the lower bounds add up to 7, more than the budget of 5");
    p.lower[0] = p.lower[1] = 0, p.upper[0] = p.upper[1] = 2;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE,
                    "the upper bounds add up to 4, less than the budget of 5");
    p.options.integer = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE, "the upper bounds add up to 4");
    p.with_cost = true, p.cost[0] = 0.5;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE, "the upper bounds cost 3");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_plan_soft_scales_only_movable_floors) {
    problem p = plan_problem(3, 10, (double[]){1, 1, 4});
    cx_table *t = NULL;
    p.options.soft = 1;
    p.lower[0] = 5, p.lower[1] = 4, p.lower[2] = 6;
    p.permanent[0] = 1;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_eq(table_figure(t, "floor_scale"), 0.5);
    ck_assert_double_eq(table_number(t, "lower", 0), 5);
    ck_assert_double_eq(table_number(t, "lower", 1), 2);
    ck_assert_double_eq(table_number(t, "n", 2), 3);
    cx_table_free(t);
    t = NULL;
    p.lower[0] = 11;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE,
                    "the lower bounds of the permanent points add up to 11");
    p.lower[0] = 5;
    p.options.soft = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_INFEASIBLE, "soft = 1");
    p.options.integer = 0, p.options.soft = 1, p.budget = 12.5;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_eq(table_number(t, "n", 1), 3);
    ck_assert_double_eq(table_number(t, "n", 2), 4.5);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_equal_costs_buy_whole_answers) {
    problem p = plan_problem(2, 1, (double[]){1, 4});
    p.with_cost = true;
    p.cost[0] = p.cost[1] = 0.1;
    assert_plan(&p, (double[]){3, 7});
    cx_table *t = NULL;
    p.budget = 1.05;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_near(table_figure(t, "budget_used"), 1, 1e-15);
    ck_assert_close(table_figure(t, "gain_high"),
                    4 / (7 * 8.0) / 0.1 > 1 / (3 * 4.0) / 0.1 ? 4 / (7 * 8.0) / 0.1
                                                              : 1 / (3 * 4.0) / 0.1,
                    1e-15);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_unequal_costs_report_a_gap_and_stay_in_budget) {
    problem p = plan_problem(2, 10, (double[]){100, 1});
    cx_table *t = NULL;
    p.with_cost = true;
    p.cost[0] = 4, p.cost[1] = 1;
    ck_assert_ok(solve(&p, &t, err));
    /* in order of gain per cost: both first answers, the second of 0, then what fits */
    ck_assert_double_eq(table_number(t, "n", 0), 2);
    ck_assert_double_eq(table_number(t, "n", 1), 2);
    ck_assert_double_eq(table_figure(t, "budget_used"), 10);
    /* the relaxation buys a quarter of the third answer of point 0 for the last unit */
    ck_assert_close(table_figure(t, "gap"), 100.0 / 6 / 4 - 0.5, 1e-14);
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_survives_costs_of_very_different_size) {
    problem p = plan_problem(3, 3e6, (double[]){1e6, 1, 4});
    cx_table *t = NULL;
    p.with_cost = true;
    p.cost[0] = 999999, p.cost[1] = 1, p.cost[2] = 1.5;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_le(table_figure(t, "budget_used"), 3e6);
    ck_assert_double_ge(table_figure(t, "budget_used"), 3e6 - 1.5);
    ck_assert_double_ge(table_figure(t, "gap"), 0);
    cx_table_free(t);
    /* one answer of point 0 weighs 10^12 of the others: counting them one by one would never end */
    p.cost[0] = 1e12, p.budget = 3.5e12, p.a[2] = 1e12;
    ck_assert_ok(solve(&p, &t, err));
    ck_assert_double_le(table_figure(t, "budget_used"), 3.5e12);
    ck_assert_double_le(table_figure(t, "gap"), table_number(t, "marginal", 0));
    cx_table_free(t);
}
END_TEST

START_TEST(test_plan_spends_budgets_up_to_two_to_the_53) {
    problem p = plan_problem(3, 0x1p53, (double[]){1, 2, 3});
    cx_table *t = NULL;
    ck_assert_ok(solve(&p, &t, err));
    const double *n = table_column(t, "n").data;
    ck_assert_int_eq((int64_t)n[0] + (int64_t)n[1] + (int64_t)n[2], INT64_C(1) << 53);
    ck_assert_close(n[1] / n[0], sqrt(2), 1e-15);
    ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
    cx_table_free(t);
    t = NULL;
    p.budget = 0x1p54;
    ck_assert_fails(solve(&p, &t, err), CX_E_LIMIT, "2^53");
}
END_TEST

START_TEST(test_plan_refuses_bad_values) {
    const double a[] = {1, 2};
    const double bad[] = {-1, NAN, INFINITY};
    cx_table *t = NULL;
    for (int i = 0; i < 3; i++) {
        problem p = plan_problem(2, 5, a);
        p.a[1] = bad[i];
        ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "column a, row 1: a is");
        p = plan_problem(2, 5, a), p.lower[1] = bad[i];
        ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "column lower, row 1: lower is");
        p = plan_problem(2, 5, a), p.known[0] = bad[i];
        ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "column known, row 0: known is");
        p = plan_problem(2, 5, a), p.with_cost = true, p.cost[1] = bad[i];
        ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "column cost, row 1: cost is");
        p = plan_problem(2, bad[i], a);
        ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "the budget is");
    }
    problem p = plan_problem(2, 5, a);
    p.with_cost = true, p.cost[0] = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "cost is 0; it must be positive");
    p = plan_problem(2, 5, a), p.upper[0] = NAN;
    ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "upper is missing or NaN");
    p = plan_problem(2, 5, a), p.lower[1] = 3, p.upper[1] = 2;
    ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN,
                    "row 1: the lower bound 3 is above the upper bound 2");
    p = plan_problem(2, 5.5, a);
    ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "5.5 is not a whole number");
    p = plan_problem(2, 5, a), p.options.integer = 2;
    ck_assert_fails(solve(&p, &t, err), CX_E_OPTION, "integer is 2");
    p = plan_problem(2, 5, a), p.options.struct_size = 0;
    ck_assert_fails(solve(&p, &t, err), CX_E_OPTION, "cx_plan_options_init");
    p = plan_problem(2, 5, a), p.options.soft = 1, p.permanent[1] = NAN;
    ck_assert_fails(solve(&p, &t, err), CX_E_DOMAIN, "permanent is");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_plan_refuses_bad_columns) {
    const double a[] = {1, 2, 3};
    cx_array three = cx_array_of(a, CX_F64, 3), two = cx_array_of(a, CX_F64, 2);
    cx_table *t = NULL;
    ck_assert_fails(cx_plan(NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &t, err), CX_E_NULL,
                    "a");
    ck_assert_fails(cx_plan(&three, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, err),
                    CX_E_NULL, "out");
    ck_assert_fails(cx_plan(&three, 5, &two, NULL, NULL, NULL, NULL, NULL, NULL, &t, err),
                    CX_E_LENGTH, "lower");
    ck_assert_fails(cx_plan(&three, 5, NULL, NULL, NULL, &two, NULL, NULL, NULL, &t, err),
                    CX_E_LENGTH, "cost");
    three.dtype = CX_STRING;
    ck_assert_fails(cx_plan(&three, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &t, err),
                    CX_E_TYPE, "text");
    ck_assert_ptr_null(t);
    cx_plan_options_init(NULL);
}
END_TEST

START_TEST(test_plan_survives_every_failing_allocation) {
    for (int once = 0; once < 2; once++) {
        bool done = false;
        for (int64_t at = 0; !done; at++) {
            fault f = {0, 0, at, once != 0};
            cx_allocator allocator = fault_allocator(&f);
            problem p = plan_problem(4, 9, (double[]){1, 2, 3, 4});
            cx_table *t = NULL;
            cx_error error;
            cx_error_init(&error);
            p.options.allocator = &allocator;
            cx_status status = solve(&p, &t, &error);
            done = f.requests <= at;
            ck_assert_int_eq(status, done ? CX_OK : CX_E_MEMORY);
            ck_assert_int_eq(error.code, status);
            ck_assert((t != NULL) == done);
            cx_table_free(t);
            ck_assert_int_eq(f.live, 0);
            ck_assert(!done || at > 10);
        }
    }
}
END_TEST

Suite *suite_plan(void);
Suite *suite_plan(void) {
    Suite *suite = suite_create("plan");
    TCase *c = tcase_create("plan");
    tcase_add_test(c, test_plan_without_points_is_an_error);
    tcase_add_test(c, test_plan_gives_a_single_point_everything);
    tcase_add_test(c, test_plan_with_plain_c_arguments_uses_the_defaults);
    tcase_add_test(c, test_plan_ties_go_to_the_lowest_row);
    tcase_add_test(c, test_plan_compares_gains_that_round_to_the_same_quotient);
    tcase_add_test(c, test_plan_compares_gains_of_large_numbers_exactly);
    tcase_add_test(c, test_plan_is_scale_free_in_a);
    tcase_add_test(c, test_plan_points_without_importance_keep_their_floor);
    tcase_add_test(c, test_plan_known_answers_count);
    tcase_add_test(c, test_plan_with_no_budget_uses_what_is_known);
    tcase_add_test(c, test_plan_leaves_no_point_uninformed);
    tcase_add_test(c, test_plan_rounds_fractional_bounds_inwards);
    tcase_add_test(c, test_plan_names_the_bounds_that_cannot_be_met);
    tcase_add_test(c, test_plan_soft_scales_only_movable_floors);
    tcase_add_test(c, test_plan_equal_costs_buy_whole_answers);
    tcase_add_test(c, test_plan_unequal_costs_report_a_gap_and_stay_in_budget);
    tcase_add_test(c, test_plan_survives_costs_of_very_different_size);
    tcase_add_test(c, test_plan_spends_budgets_up_to_two_to_the_53);
    tcase_add_test(c, test_plan_refuses_bad_values);
    tcase_add_test(c, test_plan_refuses_bad_columns);
    tcase_add_test(c, test_plan_survives_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
