#include "benched.h"

START_TEST(test_policy_without_points_is_an_error) {
    bench_start(0, CX_POLICY_NEYMAN);
    bench_column("weight", 1);
    cx_table *t = NULL;
    ck_assert_fails(bench_plan(5, 0, &t, err), CX_E_EMPTY, "no point");
    ck_assert_fails(cx_plan_points(NULL, 5, 0, NULL, &t, err), CX_E_NULL, "points");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_policy_gives_a_single_point_everything) {
    for (int32_t policy = 0; policy < CX_POLICY_END; policy++) {
        bench_start(1, policy);
        bench_column("log_evidence", 1);
        bench_column("traffic", 50);
        bench_column("local", 1);
        bench_column("likelihood", 1);
        bench_column("drift", 1);
        expect_n(7, (double[]){7});
        b.options.rounding = CX_ROUND_NONE;
        expect_n(7.5, (double[]){7.5});
    }
}
END_TEST

START_TEST(test_policy_neyman_is_the_plan) {
    bench_start(4, CX_POLICY_NEYMAN);
    double *weight = bench_column("weight", 1), *s2 = bench_column("s2", 1);
    double *upper = bench_column("upper", INFINITY);
    for (int i = 0; i < 4; i++) weight[i] = 3000 + 1000 * i, s2[i] = pow(40 + 10 * i, 2);
    upper[3] = 50;
    cx_table *t = bench_table(190), *plan = NULL;
    double a[4];
    for (int i = 0; i < 4; i++) a[i] = weight[i] * weight[i] * s2[i];
    cx_array av = cx_array_of(a, CX_F64, 4), uv = cx_array_of(upper, CX_F64, 4);
    ck_assert_ok(cx_plan(&av, 190, NULL, &uv, NULL, NULL, NULL, NULL, NULL, &plan, err));
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq(table_number(t, "n", i), table_number(plan, "n", i));
    ck_assert_double_eq(table_figure(t, "gain_high"), table_figure(plan, "gain_high"));
    ck_assert_double_eq(table_figure(t, "gain_low"), table_figure(plan, "gain_low"));
    ck_assert(table_word_is(t, "reason", 3, "capacity"));
    ck_assert(table_word_is(t, "reason", 0, "precision"));
    cx_table_free(t);
    cx_table_free(plan);
}
END_TEST

START_TEST(test_policy_error_of_a_company_is_that_of_the_simulation) {
    double tolerance, expected = planned_vector("s1_neyman_rmse", &tolerance);
    bench_company(CX_POLICY_NEYMAN);
    cx_table *t = bench_table(2000);
    ck_assert_near(sqrt(table_figure(t, "variance")), expected, tolerance);
    ck_assert_double_ge(table_figure(t, "error"), 0);
    ck_assert_double_le(table_figure(t, "error"), 1e-3);
    cx_table_free(t);
    b.options.policy = CX_POLICY_UNIFORM;
    t = bench_table(2000);
    expected = planned_vector("s1_uniform_error", &tolerance);
    ck_assert_near(table_figure(t, "error"), expected, tolerance);
    cx_table_free(t);
    b.options.policy = CX_POLICY_PROPORTIONAL;
    t = bench_table(2000);
    expected = planned_vector("s1_proportional_error", &tolerance);
    ck_assert_near(table_figure(t, "error"), expected, tolerance);
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_evidence_without_evidence_is_neyman) {
    bench_company(CX_POLICY_EVIDENCE);
    double *evidence = bench_column("log_evidence", -INFINITY);
    evidence[3] = NAN;
    cx_table *t = bench_table(2000);
    b.options.policy = CX_POLICY_NEYMAN;
    cx_table *neyman = bench_table(2000);
    for (int i = 0; i < 200; i++)
        ck_assert_double_eq(table_number(t, "n", i), table_number(neyman, "n", i));
    ck_assert_double_eq(table_figure(t, "gap"), 0);
    ck_assert_near(table_figure(t, "kappa"), 16.2, 1e-9);
    ck_assert_near(table_number(t, "evidence", 3), 0, 0);
    cx_table_free(t);
    cx_table_free(neyman);
}
END_TEST

START_TEST(test_policy_evidence_moves_the_pool_to_a_suspicious_point) {
    bench_company(CX_POLICY_EVIDENCE);
    double *evidence = bench_column("log_evidence", 0), last = 0;
    const double levels[] = {0, 2, 4, 5.3, 7};
    for (int step = 0; step < 5; step++) {
        evidence[101] = levels[step];
        cx_table *t = bench_table(2000);
        double n = table_number(t, "n", 101);
        ck_assert_double_ge(n, last);
        last = n;
        ck_assert_double_le(n, table_number(t, "capacity", 101));
        double sum = 0;
        for (int i = 0; i < 200; i++) {
            sum += table_number(t, "n", i);
            ck_assert_double_ge(table_number(t, "n", i), table_number(t, "floor", i));
        }
        ck_assert_double_eq(sum, 2000);
        ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
        ck_assert_double_le(table_figure(t, "error"), 0.05);
        if (step == 4) ck_assert(table_word_is(t, "reason", 101, "capacity"));
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_policy_boost_is_reached_where_evidence_reaches_arl) {
    bench_start(1000, CX_POLICY_EVIDENCE);
    double *evidence = bench_column("log_evidence", -INFINITY);
    evidence[17] = log(200);
    b.options.rounding = CX_ROUND_NONE;
    cx_table *t = bench_table(5000);
    double a = 1 + 18 * 18, average = (999 + sqrt(a)) / 1000;
    ck_assert_close(table_number(t, "n", 17), 5 * sqrt(a) / average, 1e-12);
    ck_assert_close(table_number(t, "evidence", 17), 324.0 / 325, 1e-12);
    cx_table_free(t);
    /* beyond exp(cap) more evidence moves nothing more */
    evidence[17] = log(200) + 8;
    t = bench_table(5000);
    double capped = table_number(t, "n", 17);
    cx_table_free(t);
    evidence[17] = 600;
    t = bench_table(5000);
    ck_assert_double_eq(table_number(t, "n", 17), capped);
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_precision_budget_keeps_its_promise) {
    bench_company(CX_POLICY_PRECISION_BUDGET);
    double *evidence = bench_column("log_evidence", 0);
    for (int i = 0; i < 200; i++) evidence[i] = 5 * sin(7.0 * i);
    const double allowance[] = {0, 0.01, 0.05, 0.25};
    double last = -1;
    for (int step = 0; step < 4; step++) {
        b.options.allowance = allowance[step];
        cx_table *t = bench_table(2000);
        double earned = 0, sum = 0;
        ck_assert_double_le(table_figure(t, "error"), fmax(allowance[step], 1e-3));
        ck_assert_double_ge(table_figure(t, "error"), 0.9 * allowance[step]);
        for (int i = 0; i < 200; i++) {
            earned += table_number(t, "n", i) * table_number(t, "score", i);
            sum += table_number(t, "n", i);
        }
        ck_assert_double_eq(sum, 2000);
        ck_assert_double_gt(earned, last);
        ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
        last = earned;
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_policy_precision_budget_earns_the_most_it_may) {
    bench_start(3, CX_POLICY_PRECISION_BUDGET);
    double *evidence = bench_column("log_evidence", 0), *weight = bench_column("weight", 1);
    evidence[0] = 6, evidence[1] = 3, weight[2] = 2;
    b.options.rounding = CX_ROUND_NONE;
    b.options.allowance = 0.2;
    cx_table *t = bench_table(60);
    const double *g = table_column(t, "score").data, *n = table_column(t, "n").data;
    double found = g[0] * n[0] + g[1] * n[1] + g[2] * n[2], best = 0;
    double limit = 1.44 * table_figure(t, "best_variance");
    for (double x = 0.1; x < 60; x += 0.1)
        for (double y = 0.1; x + y < 59.95; y += 0.1)
            if (1 / x + 1 / y + 4 / (60 - x - y) <= limit)
                best = fmax(best, g[0] * x + g[1] * y + g[2] * (60 - x - y));
    ck_assert_double_ge(found, best * (1 - 1e-6));
    ck_assert_double_le(found, best * 1.01);
    ck_assert_near(table_figure(t, "error"), 0.2, 1e-6);
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_precision_budget_ends_where_evidence_alone_counts) {
    bench_start(3, CX_POLICY_PRECISION_BUDGET);
    bench_column("log_evidence", 0)[1] = 6;
    bench_column("weight", 1)[1] = 0;
    bench_column("known", 9);
    b.options.max_share = 1;
    for (double budget = 1000; budget < 1e13; budget *= 1e6) {
        cx_table *t = bench_table(budget);
        const double *n = table_column(t, "n").data;
        ck_assert_double_eq(n[0] + n[1] + n[2], budget);
        ck_assert_near(table_figure(t, "error"), 0.05, 2e-3);
        ck_assert_double_le(table_figure(t, "gain_high"), table_figure(t, "gain_low"));
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_policy_detect_fills_in_order_of_evidence) {
    bench_start(4, CX_POLICY_DETECT);
    double *evidence = bench_column("log_evidence", 0), *age = bench_column("age", 0);
    bench_column("upper", 6);
    bench_column("lower", 1);
    evidence[2] = 3;
    age[3] = 2, age[1] = 1;
    expect_n(12, (double[]){1, 1, 6, 4});
    expect_n(16, (double[]){1, 3, 6, 6});
    age[0] = NAN; /* never */
    expect_n(16, (double[]){6, 1, 6, 3});
    age[0] = 0;
    cx_table *t = bench_table(12);
    ck_assert(table_word_is(t, "reason", 2, "capacity"));
    ck_assert(table_word_is(t, "reason", 3, "evidence"));
    ck_assert(table_word_is(t, "reason", 0, "floor"));
    ck_assert(isnan(table_figure(t, "gain_high")));
    cx_table_free(t);
}
END_TEST

START_TEST(test_policy_shares_are_drawn_without_bias) {
    bench_start(3, CX_POLICY_PROPORTIONAL);
    double *traffic = bench_column("traffic", 10), mean[3] = {0};
    traffic[0] = 5;
    for (uint64_t period = 0; period < 4000; period++) {
        cx_table *t = NULL;
        ck_assert_ok(bench_plan(6, period, &t, err));
        for (int i = 0; i < 3; i++) mean[i] += table_number(t, "n", i) / 4000;
        ck_assert_near(table_number(t, "expected", 0), 1.2, 1e-12);
        cx_table_free(t);
    }
    ck_assert_near(mean[0], 1.2, 4 * 0.4 / sqrt(4000));
    ck_assert_near(mean[1], 2.4, 4 * 0.5 / sqrt(4000));
    b.options.policy = CX_POLICY_UNIFORM;
    expect_n(6, (double[]){2, 2, 2});
}
END_TEST

START_TEST(test_policy_exploration_shares_are_those_of_the_formula) {
    bench_start(3, CX_POLICY_EXPLORATION);
    double *evidence = bench_column("log_evidence", log(0.1)), tolerance;
    evidence[0] = log(0.6), evidence[1] = log(0.3);
    bench_column("lower", 2);
    b.options.rounding = CX_ROUND_NONE;
    cx_table *t = bench_table(7);
    const char *const id[] = {"exploration_1", "exploration_2", "exploration_3"};
    for (int i = 0; i < 3; i++) {
        double share = planned_vector(id[i], &tolerance);
        ck_assert_near(table_number(t, "n", i), 2 + share, tolerance);
    }
    cx_table_free(t);
    /* one point beyond doubt: it and the others as one get a half each */
    evidence[0] = 30, evidence[1] = evidence[2] = 0;
    t = bench_table(7);
    ck_assert_near(table_number(t, "n", 0), 2.5, 1e-9);
    cx_table_free(t);
    evidence[1] = evidence[2] = -INFINITY;
    expect_n(7, (double[]){3, 2, 2});
    evidence[0] = -INFINITY;
    b.options.rounding = CX_ROUND_AUTO;
    expect_n(9, (double[]){3, 3, 3});
}
END_TEST

START_TEST(test_policy_references_depend_on_seed_and_period_alone) {
    const int32_t policies[] = {CX_POLICY_TRAS, CX_POLICY_TSSRP};
    for (int p = 0; p < 2; p++) {
        bench_start(40, policies[p]);
        bench_column("local", 0);
        bench_column("log_evidence", 0);
        bench_column("likelihood", 0);
        bench_column("upper", 1);
        double first[40], changed = 0;
        cx_table *t = bench_table(10), *again = bench_table(10);
        for (int i = 0; i < 40; i++) {
            first[i] = table_number(t, "n", i);
            ck_assert_double_eq(table_number(again, "n", i), first[i]);
        }
        cx_table_free(t);
        cx_table_free(again);
        ck_assert_ok(bench_plan(10, 1, &t, err));
        for (int i = 0; i < 40; i++) changed += table_number(t, "n", i) != first[i];
        ck_assert_double_gt(changed, 4);
        cx_table_free(t);
        bench_column("local", 0)[39] = 1;
        bench_column("log_evidence", 0)[39] = 9;
        t = bench_table(10);
        ck_assert_double_eq(table_number(t, "n", 39), 1);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_policy_index_is_the_price_of_asking_less_often) {
    double s2 = 6100, q = 4, n = 1e-12;
    bench_start(1, CX_POLICY_INDEX);
    bench_column("s2", s2);
    bench_column("drift", q);
    bench_column("weight", 0.5);
    for (double m = 1; m < 50; m += 7) {
        double p = q * m / 2 * (sqrt(1 + 4 * s2 / (q * m)) - 1), z = q * (m + 1);
        double next = z / 2 * (sqrt(1 + 4 * s2 / z) - 1);
        bench_column("known", s2 / (p + q * m));
        cx_table *t = bench_table(n);
        double price = table_number(t, "score", 0);
        /* mean cost of a cycle: variance over it, and the price once */
        double every = 0.25 * (p + q * (m - 1) / 2) + price / m;
        double seldom = 0.25 * (next + q * m / 2) + price / (m + 1);
        ck_assert_close(every, seldom, 1e-9);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_policy_index_asks_where_most_is_unknown) {
    bench_start(4, CX_POLICY_INDEX);
    double *known = bench_column("known", 20);
    bench_column("drift", 0.01);
    known[2] = 0, known[1] = 5;
    expect_n(1, (double[]){0, 0, 1, 0});
    known[2] = 30;
    expect_n(3, (double[]){0, 3, 0, 0});
    bench_column("upper", 1);
    expect_n(2, (double[]){1, 1, 0, 0});
}
END_TEST

START_TEST(test_policy_workspace_gives_the_same_without_allocating) {
    double evidence[3] = {1, 2, 5}, weight[3] = {1, 2, 1}, n[3];
    for (int32_t policy = 0; policy < CX_POLICY_END; policy++) {
        fault f = {0, 0, -1, false};
        cx_allocator allocator = fault_allocator(&f);
        bench_start(3, policy);
        cx_points points = {.count = 3, .log_evidence = evidence, .weight = weight};
        points.traffic = bench_column("traffic", 30), points.local = bench_column("local", 1);
        points.likelihood = bench_column("likelihood", 1), points.drift = bench_column("drift", 1);
        memcpy(bench_column("log_evidence", 0), evidence, sizeof evidence);
        memcpy(bench_column("weight", 0), weight, sizeof weight);
        b.options.allocator = &allocator;
        cx_policy *made = NULL;
        ck_assert_ok(cx_policy_new(5, &b.options, &made, err));
        int64_t requests = f.requests;
        for (uint64_t period = 0; period < 5; period++) {
            ck_assert_ok(cx_policy_plan(made, &points, 20, period, n, err));
            ck_assert_int_eq(f.requests, requests);
            cx_table *t = NULL;
            ck_assert_ok(bench_plan(20, period, &t, err));
            for (int i = 0; i < 3; i++) ck_assert_double_eq(table_number(t, "n", i), n[i]);
            cx_table_free(t);
            requests = f.requests;
        }
        cx_policy_free(made);
        ck_assert_int_eq(f.live, 0);
    }
}
END_TEST

START_TEST(test_policy_repeats_the_names_of_points) {
    bench_start(3, CX_POLICY_NEYMAN);
    bench_column("weight", 1);
    const int32_t ends[] = {0, 1, 3, 4};
    b.column[1] = cx_array_of("abbc", CX_STRING, 3);
    b.column[1].offsets = ends;
    b.column[1].name = "point";
    b.columns = 2;
    cx_table *t = bench_table(6);
    cx_array view;
    ck_assert_ok(cx_table_column(t, cx_table_find(t, "point"), &view, err));
    const int32_t *offsets = view.offsets;
    ck_assert_int_eq(offsets[2] - offsets[1], 2);
    ck_assert_int_eq(((const char *)view.data)[offsets[1]], 'b');
    cx_table_free(t);
    ck_assert_str_eq(cx_policy_name(CX_POLICY_PRECISION_BUDGET), "precision-budget");
    ck_assert_str_eq(cx_policy_name(-1), "unknown");
    ck_assert_str_eq(cx_policy_name(CX_POLICY_END), "unknown");
}
END_TEST

START_TEST(test_policy_refuses_a_point_that_comes_twice) {
    const int64_t names[] = {7, 8, 7};
    const double ones[] = {1, 1, 1};
    cx_array columns[] = {cx_array_of(names, CX_I64, 3), cx_array_of(ones, CX_F64, 3)};
    cx_policy_options options;
    cx_table *t = NULL;
    cx_frame frame = {columns, 2, {0, 0}};
    columns[0].name = "point", columns[1].name = "weight";
    cx_policy_options_init(&options);
    options.policy = CX_POLICY_UNIFORM;
    ck_assert_fails(cx_plan_points(&frame, 9, 0, &options, &t, err), CX_E_DOMAIN,
                    "column point, row 2: this point stands in row 0 already");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_policy_refuses_bad_values) {
    static const char *const names[] = {"weight", "s2",          "known",    "lower",
                                        "cost",   "information", "answered", "outstanding"};
    cx_table *t = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const double bad[] = {-1, NAN, INFINITY};
        for (int j = 0; j < 3; j++) {
            bench_start(2, CX_POLICY_NEYMAN);
            bench_column(names[i], 1)[1] = bad[j];
            ck_assert_fails(bench_plan(9, 0, &t, err), CX_E_DOMAIN, names[i]);
        }
    }
    bench_start(2, CX_POLICY_EVIDENCE);
    bench_column("weight", 1);
    ck_assert_fails(bench_plan(9, 0, &t, err), CX_E_NAME, "evidence needs a column log_evidence");
    bench_column("log_evidence", 1)[0] = INFINITY;
    ck_assert_fails(bench_plan(9, 0, &t, err), CX_E_DOMAIN, "log_evidence is inf");
    ck_assert_fails(bench_plan(-1, 0, &t, err), CX_E_DOMAIN, "the budget is -1");
    ck_assert_fails(bench_plan(NAN, 0, &t, err), CX_E_DOMAIN, "the budget is");
    bench_start(2, CX_POLICY_NEYMAN);
    bench_column("weight", 1);
    ck_assert_fails(bench_plan(0x1p54, 0, &t, err), CX_E_LIMIT, "2^53");
    ck_assert_ptr_null(t);
    cx_policy_options_init(NULL);
}
END_TEST

START_TEST(test_policy_refuses_bad_options) {
    cx_policy *made = NULL;
    bench_start(2, CX_POLICY_END);
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "policy is 10");
    bench_start(2, 0), b.options.rounding = -1;
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "rounding is -1");
    bench_start(2, 0), b.options.unit = 2;
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "unit is 2");
    bench_start(2, 0), b.options.gamma = 0;
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "gamma is 0");
    bench_start(2, 0), b.options.arl = NAN;
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "arl is");
    bench_start(2, 0), b.options.struct_size = 0;
    ck_assert_fails(cx_policy_new(3, &b.options, &made, err), CX_E_OPTION, "options_init");
    ck_assert_fails(cx_policy_new(0, NULL, &made, err), CX_E_LIMIT, "at least 1");
    ck_assert_fails(cx_policy_new(1, NULL, NULL, err), CX_E_NULL, "out");
    ck_assert_ptr_null(made);
    ck_assert_ok(cx_policy_new(1, NULL, &made, err));
    double evidence[2] = {0, 0}, n[2];
    cx_points points = {.count = 2, .log_evidence = evidence};
    ck_assert_fails(cx_policy_plan(made, &points, 1, 0, n, err), CX_E_LENGTH, "room for 1");
    points.count = 0;
    ck_assert_fails(cx_policy_plan(made, &points, 1, 0, n, err), CX_E_EMPTY, "no point");
    ck_assert_fails(cx_policy_plan(made, NULL, 1, 0, n, err), CX_E_NULL, "points");
    ck_assert_fails(cx_policy_plan(NULL, &points, 1, 0, n, err), CX_E_NULL, "policy");
    ck_assert_fails(cx_policy_plan(made, &points, 1, 0, NULL, err), CX_E_NULL, "n is missing");
    cx_policy_free(made);
    cx_policy_free(NULL);
}
END_TEST

START_TEST(test_policy_survives_every_failing_allocation) {
    for (int once = 0; once < 2; once++) {
        bool done = false;
        for (int64_t at = 0; !done; at++) {
            fault f = {0, 0, at, once != 0};
            cx_allocator allocator = fault_allocator(&f);
            bench_start(4, CX_POLICY_EVIDENCE);
            bench_column("log_evidence", 1);
            double *point = bench_column("point", 3);
            for (int i = 0; i < 4; i++) point[i] = i + 1;
            b.column[1].dtype = CX_I64;
            b.options.allocator = &allocator;
            cx_table *t = NULL;
            cx_error error;
            cx_error_init(&error);
            cx_status status = bench_plan(9, 0, &t, &error);
            done = f.requests <= at;
            ck_assert_int_eq(status, done ? CX_OK : CX_E_MEMORY);
            ck_assert((t != NULL) == done);
            cx_table_free(t);
            ck_assert_int_eq(f.live, 0);
            ck_assert(!done || at > 15);
        }
    }
}
END_TEST

Suite *suite_policy(void);
Suite *suite_policy(void) {
    Suite *suite = suite_create("policy");
    TCase *c = tcase_create("policy");
    tcase_add_test(c, test_policy_without_points_is_an_error);
    tcase_add_test(c, test_policy_gives_a_single_point_everything);
    tcase_add_test(c, test_policy_neyman_is_the_plan);
    tcase_add_test(c, test_policy_error_of_a_company_is_that_of_the_simulation);
    tcase_add_test(c, test_policy_evidence_without_evidence_is_neyman);
    tcase_add_test(c, test_policy_evidence_moves_the_pool_to_a_suspicious_point);
    tcase_add_test(c, test_policy_boost_is_reached_where_evidence_reaches_arl);
    tcase_add_test(c, test_policy_precision_budget_keeps_its_promise);
    tcase_add_test(c, test_policy_precision_budget_earns_the_most_it_may);
    tcase_add_test(c, test_policy_precision_budget_ends_where_evidence_alone_counts);
    tcase_add_test(c, test_policy_detect_fills_in_order_of_evidence);
    tcase_add_test(c, test_policy_shares_are_drawn_without_bias);
    tcase_add_test(c, test_policy_exploration_shares_are_those_of_the_formula);
    tcase_add_test(c, test_policy_references_depend_on_seed_and_period_alone);
    tcase_add_test(c, test_policy_index_is_the_price_of_asking_less_often);
    tcase_add_test(c, test_policy_index_asks_where_most_is_unknown);
    tcase_add_test(c, test_policy_workspace_gives_the_same_without_allocating);
    tcase_add_test(c, test_policy_repeats_the_names_of_points);
    tcase_add_test(c, test_policy_refuses_a_point_that_comes_twice);
    tcase_add_test(c, test_policy_refuses_bad_values);
    tcase_add_test(c, test_policy_refuses_bad_options);
    tcase_add_test(c, test_policy_survives_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
