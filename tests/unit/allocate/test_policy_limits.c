#include "benched.h"

START_TEST(test_policy_solves_the_rest_of_a_period) {
    bench_start(3, CX_POLICY_NEYMAN);
    double *answered = bench_column("answered", 0), *outstanding = bench_column("outstanding", 0);
    answered[0] = 6, outstanding[0] = 1.5, answered[1] = 1;
    cx_table *t = bench_table(13);
    ck_assert_double_eq(table_number(t, "n", 0), 7.5);
    ck_assert_double_eq(table_number(t, "n", 1), 3);
    ck_assert_double_eq(table_number(t, "n", 2), 2);
    ck_assert_double_eq(table_number(t, "invitations", 1), 2);
    ck_assert_double_eq(table_figure(t, "committed"), 8.5);
    ck_assert(table_word_is(t, "reason", 0, "committed"));
    cx_table_free(t);
    /* more than planned is there already: nobody else is asked */
    t = bench_table(8.5);
    ck_assert_double_eq(table_number(t, "n", 1), 1);
    ck_assert_double_eq(table_figure(t, "unmeasured"), 0);
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_plans_invitations) {
    bench_start(2, CX_POLICY_NEYMAN);
    double *rate = bench_column("response_rate", 0.5), *traffic = bench_column("traffic", 90);
    rate[1] = 0.125;
    b.options.unit = CX_PLAN_INVITATIONS;
    bench_column("lower", 3);
    cx_table *t = bench_table(60);
    /* a / rate: invitations as 1 / sqrt(rate), one to two */
    ck_assert_double_eq(table_number(t, "n", 0), 20);
    ck_assert_double_eq(table_number(t, "n", 1), 40);
    ck_assert_double_eq(table_number(t, "answers", 1), 5);
    ck_assert_double_eq(table_number(t, "floor", 1), 24);
    cx_table_free(t);
    traffic[1] = 20;
    t = bench_table(60);
    ck_assert_double_eq(table_number(t, "n", 1), 20);
    ck_assert_double_eq(table_figure(t, "unmet"), 1);
    cx_table_free(t);
    rate[1] = NAN;
    t = bench_table(60);
    ck_assert_double_eq(table_number(t, "answers", 1), 10);
    cx_table_free(t);
    b.options.unit = CX_PLAN_ANSWERS;
    rate[1] = 0.29, traffic[1] = 100;
    t = bench_table(60);
    ck_assert_double_eq(table_number(t, "capacity", 1), 29);
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_keeps_permanent_floors_and_shrinks_others) {
    bench_start(3, CX_POLICY_UNIFORM);
    double *lower = bench_column("lower", 6), *permanent = bench_column("permanent", 0);
    double *upper = bench_column("upper", 20);
    cx_table *t = NULL;
    lower[0] = 8, permanent[0] = 1;
    ck_assert_fails(bench_plan(14, 0, &t, err), CX_E_INFEASIBLE, "lower bounds add up to 20");
    b.options.soft = 1;
    t = bench_table(14);
    ck_assert_double_eq(table_number(t, "n", 0), 8);
    ck_assert_double_eq(table_number(t, "n", 1), 3);
    ck_assert_double_eq(table_figure(t, "floor_scale"), 0.5);
    cx_table_free(t);
    b.options.soft = 0;
    ck_assert_fails(bench_plan(70, 0, &t, err), CX_E_INFEASIBLE, "upper bounds add up to 60");
    b.options.soft = 1;
    t = bench_table(70);
    ck_assert_double_eq(table_figure(t, "budget_used"), 60);
    ck_assert(table_word_is(t, "reason", 0, "capacity"));
    cx_table_free(t);
    b.options.soft = 0;
    upper[1] = 2;
    t = NULL;
    ck_assert_fails(bench_plan(30, 0, &t, err), CX_E_DOMAIN, "row 1: the lower bound 6 is above");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_policy_leaves_points_that_cannot_be_measured) {
    bench_start(3, CX_POLICY_NEYMAN);
    double *traffic = bench_column("traffic", 50);
    traffic[1] = 0;
    cx_table *t = bench_table(10);
    ck_assert_double_eq(table_number(t, "n", 0), 5);
    ck_assert_double_eq(table_figure(t, "unmeasured"), 1);
    ck_assert_close(table_figure(t, "variance"), 0.4, 1e-15);
    ck_assert(table_word_is(t, "reason", 1, "none"));
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_draws_where_the_budget_is_too_small_for_whole_numbers) {
    bench_start(10, CX_POLICY_NEYMAN);
    bench_column("weight", 1);
    cx_table *t = bench_table(4);
    double sum = 0;
    for (int i = 0; i < 10; i++) {
        sum += table_number(t, "n", i);
        ck_assert_near(table_number(t, "chance", i), 0.4, 1e-12);
    }
    ck_assert_double_eq(sum, 4);
    cx_table_free(t);
    t = NULL;
    b.options.rounding = CX_ROUND_EXACT;
    ck_assert_fails(bench_plan(4, 0, &t, err), CX_E_UNINFORMED, "leaves 6 of 10");
    b.options.policy = CX_POLICY_PRECISION_BUDGET;
    bench_column("log_evidence", 1);
    ck_assert_fails(bench_plan(4, 0, &t, err), CX_E_UNINFORMED, "leaves 6 of 10");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_policy_spends_money) {
    for (int32_t policy = 0; policy < CX_POLICY_END; policy++) {
        bench_start(4, policy);
        double *cost = bench_column("cost", 2);
        bench_column("log_evidence", 1)[2] = 3;
        bench_column("traffic", 50)[1] = 20;
        bench_column("local", 1);
        bench_column("likelihood", 1);
        bench_column("drift", 1);
        cost[3] = 3.5, cost[0] = 1;
        b.options.rounding = CX_ROUND_NONE;
        cx_table *t = bench_table(100);
        ck_assert_close(table_figure(t, "budget_used"), 100, 1e-9);
        cx_table_free(t);
        b.options.rounding = CX_ROUND_AUTO;
        t = bench_table(100);
        ck_assert_double_ge(table_figure(t, "budget_used"), 90);
        for (int i = 0; i < 4; i++)
            ck_assert_double_eq(table_number(t, "n", i), floor(table_number(t, "n", i)));
        cx_table_free(t);
    }
}
END_TEST

/* -- points of which nobody says what they can yield ---------------------------------------- */

START_TEST(test_an_alarm_without_capacity_gets_a_fifth_of_the_pool) {
    bench_start(50, CX_POLICY_EVIDENCE);
    bench_column("log_evidence", -INFINITY)[7] = 20;
    bench_column("lower", 2);
    cx_table *table = bench_table(600);
    const double *n = table_column(table, "n").data;
    ck_assert_double_eq(n[7], 2 + 0.2 * 500);
    ck_assert_double_ge(n[6], 9);
    ck_assert(table_word_is(table, "reason", 7, "spread"));
    ck_assert_double_eq(table_figure(table, "spread"), 100);
    cx_table_free(table);
    b.options.max_share = 1;
    table = bench_table(600);
    ck_assert_double_gt(table_number(table, "n", 7), 400);
    ck_assert(table_word_is(table, "reason", 7, "evidence"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_few_points_get_three_average_shares) {
    bench_start(5, CX_POLICY_DETECT);
    bench_column("log_evidence", -INFINITY)[3] = 20;
    expect_n(100, (const double[]){40, 0, 0, 60, 0});
}
END_TEST

START_TEST(test_a_capacity_or_traffic_takes_the_place_of_the_share) {
    bench_start(50, CX_POLICY_EVIDENCE);
    bench_column("log_evidence", -INFINITY)[7] = 20;
    double *traffic = bench_column("traffic", INFINITY);
    traffic[7] = 1000;
    cx_table *table = bench_table(600);
    ck_assert_double_gt(table_number(table, "n", 7), 400);
    cx_table_free(table);
    bench_column("traffic", INFINITY);
    bench_column("upper", INFINITY)[7] = 50;
    table = bench_table(600);
    ck_assert_double_eq(table_number(table, "n", 7), 50);
    ck_assert(table_word_is(table, "reason", 7, "capacity"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_share_gives_way_where_the_budget_finds_no_other_place) {
    bench_start(20, CX_POLICY_EVIDENCE);
    bench_column("log_evidence", 0);
    double *upper = bench_column("upper", 2);
    upper[0] = upper[1] = INFINITY;
    cx_table *table = bench_table(136);
    const double *n = table_column(table, "n").data;
    ck_assert_double_eq(n[0], 50);
    ck_assert_double_eq(n[1], 50);
    ck_assert_double_eq(n[2], 2);
    ck_assert_double_eq(table_figure(table, "gain_high"), 0);
    ck_assert_double_gt(table_figure(table, "gain_low"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_plans_that_do_not_follow_evidence_know_no_share) {
    bench_start(50, CX_POLICY_NEYMAN);
    bench_column("s2", 1)[3] = 1e6;
    bench_column("lower", 1);
    cx_table *table = bench_table(600);
    ck_assert_double_gt(table_number(table, "n", 3), 450);
    ck_assert(isnan(table_figure(table, "spread")));
    cx_table_free(table);
}
END_TEST

/* Four points that carry the figure and twenty of which a little is known and less wanted. */
enum { LARGE = 4, SMALL = 20 };

static double *bench_small(void) {
    bench_start(LARGE + SMALL, CX_POLICY_EVIDENCE);
    double *weight = bench_column("weight", 1e-3), *known = bench_column("known", 10);
    double *upper = bench_column("upper", 1), *evidence = bench_column("log_evidence", 0);
    for (int i = 0; i < LARGE; i++) weight[i] = 1, known[i] = 100, upper[i] = 1000;
    return evidence;
}

static int small_asked(const cx_table *table) {
    int asked = 0;
    for (int i = LARGE; i < LARGE + SMALL; i++) {
        asked += table_number(table, "n", i) == 1;
        if (table_number(table, "n", i) == 1)
            ck_assert(table_word_is(table, "reason", i, "evidence"));
    }
    return asked;
}

START_TEST(test_small_points_are_asked_in_the_order_of_their_evidence) {
    double *evidence = bench_small(), *age = bench_column("age", 3);
    for (int i = 0; i < 6; i++) evidence[LARGE + 3 * i] = 1 + i;
    evidence[LARGE + 1] = -INFINITY, age[LARGE + 1] = 90;
    age[LARGE + 19] = 5, age[LARGE + 16] = NAN, age[LARGE + 2] = 4;
    cx_table *table = bench_table(100);
    /* 100 (1 - 1 / 1.05^2) = 9.3: the six with evidence, then who waits longest */
    ck_assert_int_eq(small_asked(table), 9);
    for (int i = 0; i < 6; i++)
        ck_assert(table_word_is(table, "reason", LARGE + 3 * i, "evidence"));
    ck_assert(table_word_is(table, "reason", LARGE + 19, "evidence"));
    ck_assert(table_word_is(table, "reason", LARGE + 16, "evidence"));
    ck_assert(table_word_is(table, "reason", LARGE + 2, "evidence"));
    ck_assert(table_word_is(table, "reason", LARGE + 1, "floor"));
    double sum = 0;
    for (int i = 0; i < LARGE + SMALL; i++) sum += table_number(table, "n", i);
    ck_assert_double_eq(sum, 100);
    ck_assert_double_le(table_figure(table, "error"), 0.05);
    ck_assert_double_le(table_figure(table, "gain_high"), table_figure(table, "gain_low"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_small_points_cost_no_more_than_the_allowance) {
    static const double allowances[] = {0, 0.01, 0.02, 0.05, 0.1};
    static const int asked[] = {0, 1, 3, 9, 17};
    for (int k = 0; k < 5; k++) {
        bench_small();
        b.options.allowance = allowances[k];
        cx_table *table = bench_table(100);
        ck_assert_int_eq(small_asked(table), asked[k]);
        ck_assert_double_le(table_figure(table, "error"), allowances[k] + 1e-3); /* whole */
        cx_table_free(table);
    }
    bench_small();
    bench_column("cost", 1);
    for (int i = LARGE; i < LARGE + SMALL; i++) b.memory[b.columns - 1][i] = 2;
    cx_table *table = bench_table(100);
    ck_assert_int_eq(small_asked(table), 4);
    cx_table_free(table);
}
END_TEST

START_TEST(test_small_points_are_asked_once_a_period) {
    bench_small();
    double *answered = bench_column("answered", 0);
    cx_table *table = bench_table(100);
    memcpy(answered, table_column(table, "n").data, (LARGE + SMALL) * sizeof *answered);
    for (int i = 0; i < LARGE; i++) answered[i] = 10;
    cx_table *rest = bench_table(100);
    for (int i = 0; i < LARGE + SMALL; i++)
        ck_assert_double_eq(table_number(rest, "n", i), table_number(table, "n", i));
    cx_table_free(table);
    cx_table_free(rest);
}
END_TEST

START_TEST(test_where_nothing_is_known_no_point_is_small) {
    bench_company(CX_POLICY_EVIDENCE);
    bench_column("log_evidence", 2)[7] = 5;
    cx_table *table = bench_table(2000);
    b.options.allowance = 0;
    cx_table *without = bench_table(2000);
    for (int i = 0; i < 200; i++)
        ck_assert_double_eq(table_number(table, "n", i), table_number(without, "n", i));
    cx_table_free(table);
    cx_table_free(without);
}
END_TEST

Suite *suite_policy_limits(void);
Suite *suite_policy_limits(void) {
    Suite *suite = suite_create("policy_limits");
    TCase *c = tcase_create("policy");
    tcase_add_test(c, test_policy_solves_the_rest_of_a_period);
    tcase_add_test(c, test_policy_plans_invitations);
    tcase_add_test(c, test_policy_keeps_permanent_floors_and_shrinks_others);
    tcase_add_test(c, test_policy_leaves_points_that_cannot_be_measured);
    tcase_add_test(c, test_policy_draws_where_the_budget_is_too_small_for_whole_numbers);
    tcase_add_test(c, test_policy_spends_money);
    tcase_add_test(c, test_an_alarm_without_capacity_gets_a_fifth_of_the_pool);
    tcase_add_test(c, test_few_points_get_three_average_shares);
    tcase_add_test(c, test_a_capacity_or_traffic_takes_the_place_of_the_share);
    tcase_add_test(c, test_the_share_gives_way_where_the_budget_finds_no_other_place);
    tcase_add_test(c, test_plans_that_do_not_follow_evidence_know_no_share);
    tcase_add_test(c, test_small_points_are_asked_in_the_order_of_their_evidence);
    tcase_add_test(c, test_small_points_cost_no_more_than_the_allowance);
    tcase_add_test(c, test_small_points_are_asked_once_a_period);
    tcase_add_test(c, test_where_nothing_is_known_no_point_is_small);
    suite_add_tcase(suite, c);
    return suite;
}
