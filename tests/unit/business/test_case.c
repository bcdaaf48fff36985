#include "chain.h"

/* -- a case -------------------------------------------------------------------------------- */

START_TEST(test_an_empty_case_says_what_is_missing) {
    cx_case_result *result = NULL;
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_EMPTY, "no links");
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(test_a_case_multiplies_its_chain) {
    cx_case_result *result;
    chain();
    cost(20000);
    cx_case_summary s = summary(&result);
    double ratio = (1 + 0.09) * (1 + 0.04) * (1 + 0.01);
    ck_assert_close(s.npv_exact, 36000 - 20000, 1e-12);
    ck_assert_close(s.npv_exact_sd, 36000 * sqrt(ratio - 1), 1e-12);
    ck_assert_near(s.npv, s.npv_exact, 4 * s.npv_exact_sd / sqrt((double)s.draws));
    ck_assert_close(s.npv_sd, s.npv_exact_sd, thinned(100) < 100 ? 0.2 : 0.03);
    ck_assert_close(s.break_even_factor, 20000.0 / 36000, 1e-12);
    ck_assert_close(s.break_even, 5 * 20000.0 / 36000, 1e-12);
    ck_assert_close(s.cost, 20000, 1e-12);
    ck_assert_close(s.roi, s.benefit / 20000 - 1, 1e-12);
    ck_assert_int_eq(s.evidence, 2);
    ck_assert(s.p_positive > 0.8 && s.p_positive < 0.97);
    ck_assert_int_eq(s.word, CX_CASE_PAYS);
    ck_assert_double_lt(s.shortfall, 0);
    ck_assert_double_lt(s.loss_if_wrong, 0);
    ck_assert_double_lt(s.npv_low, s.npv_median);
    ck_assert_near(s.payback, 20000.0 / 3000, 1);
    ck_assert_close(cell(result, CX_CASE_FLOWS, "benefit", 7), 3000, 0.02);
    ck_assert_double_eq(cell(result, CX_CASE_FLOWS, "cost", 0), 20000);
    ck_assert_close(cell(result, CX_CASE_FLOWS, "cumulative", 12), s.npv, 1e-9);
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_a_case_can_say_no_or_not_yet) {
    chain();
    cost(60000);
    cx_case_summary s = summary(NULL);
    ck_assert_int_eq(s.word, CX_CASE_DOES_NOT_PAY);
    ck_assert_double_lt(s.npv, 0);
    ck_assert_double_gt(s.break_even_factor, 1);
    teardown();
    setup();
    chain();
    cost(35000);
    ck_assert_int_eq(summary(NULL).word, CX_CASE_UNDECIDED);
}
END_TEST

START_TEST(test_the_same_seed_gives_the_same_figures) {
    chain();
    cost(20000);
    cx_case_summary a = summary(NULL), b = summary(NULL);
    ck_assert_mem_eq(&a, &b, sizeof a);
    run_options.seed = 9;
    ck_assert_double_ne(summary(NULL).npv, a.npv);
}
END_TEST

START_TEST(test_without_uncertainty_there_is_one_outcome) {
    link_options.spread = CX_SPREAD_FIXED;
    ck_assert_ok(cx_case_assume(c, "all", "training", "money", NULL, "EUR", 2, 0, NULL, "plan",
                                &link_options, err));
    cost(20000);
    cx_case_result *result;
    cx_case_summary s = summary(&result);
    ck_assert_close(s.npv, 4000, 1e-12);
    ck_assert_double_eq(s.npv_sd, 0);
    ck_assert_double_eq(s.p_positive, 1);
    ck_assert_double_nan(s.loss_if_wrong);
    ck_assert_close(s.payback, 10, 1e-12);
    ck_assert_double_eq(s.value_of_information, 0);
    ck_assert_close(s.break_even, 2 * 20000.0 / 24000, 1e-12);
    cx_case_result_free(result);
}
END_TEST

/* -- time ---------------------------------------------------------------------------------- */

START_TEST(test_money_is_discounted_lagged_held_and_grows) {
    const double lag[] = {0.5, 0.3, 0.2};
    cx_array lags = cx_array_of(lag, CX_F64, 3);
    teardown();
    options.growth = 0.01;
    options.horizon = 6;
    c = case_of(0.02, 1000);
    link_options.spread = CX_SPREAD_FIXED;
    link_options.held = 3;
    link_options.start = 1;
    link_options.observed_periods = 3;
    ck_assert_ok(cx_case_assume(c, "all", "x", "money", NULL, "EUR", 1, 0, &lags, "plan",
                                &link_options, err));
    const double arrived[] = {0, 0.5, 0.8, 1, 0.5, 0.2, 0};
    double expected = 0;
    for (int t = 0; t <= 6; t++) expected += arrived[t] * 1000 * pow(1.01, t) / pow(1.02, t);
    ck_assert_close(summary(NULL).npv, expected, 1e-12);
}
END_TEST

START_TEST(test_months_at_a_yearly_rate_in_the_middle_of_the_period) {
    teardown();
    options.periods_a_year = 12;
    options.timing = CX_FLOWS_MIDDLE;
    options.horizon = 2;
    options.capacity = 400;
    c = case_of(0.1, 1000);
    link_options.spread = CX_SPREAD_FIXED;
    link_options.held = link_options.observed_periods = 9;
    ck_assert_ok(cx_case_assume(c, "all", "x", "money", NULL, "EUR", 1, 0, NULL, "plan",
                                &link_options, err));
    ck_assert_close(summary(NULL).npv, 400 * (pow(1.1, -0.5 / 12) + pow(1.1, -1.5 / 12)), 1e-12);
}
END_TEST

START_TEST(test_what_lasts_longer_than_observed_needs_a_source) {
    cx_estimate e = slope(5, 1, 40);
    link_options.observed_periods = 6;
    link_options.held = 12;
    ck_assert_fails(
        cx_case_link(c, "a", "x", "nps", NULL, "points", &e, NULL, NULL, &link_options, err),
        CX_E_DOMAIN, "longer than it was observed");
    ck_assert_ok(cx_case_link(c, "a", "x", "nps", NULL, "points", &e, NULL, "Study, 2024",
                              &link_options, err));
}
END_TEST

/* -- shapes -------------------------------------------------------------------------------- */

START_TEST(test_links_that_are_not_linear_are_evaluated_on_draws) {
    link_options.form = CX_FORM_LOGIT;
    link_options.base = 0.2;
    add("a", "x", "churn", NULL, "share", -0.5, 0.3);
    cx_link_options_init(&link_options);
    link_options.spread = CX_SPREAD_FIXED;
    ck_assert_ok(cx_case_assume(c, "b", "churn", "money", "share", "EUR", -100, 0, NULL, "plan",
                                &link_options, err));
    cx_case_summary s = summary(NULL);
    double mean = 0; /* over the normal, by a fine grid of equal masses */
    for (int i = 0; i < 4000; i++) {
        double value = -0.5 + 0.3 * cx_normal_quantile((i + 0.5) / 4000);
        mean += (1 / (1 + exp(-log(0.2 / 0.8) - value)) - 0.2) / 4000;
    }
    ck_assert_double_nan(s.npv_exact);
    ck_assert_near(s.npv, -100 * 1000 * 12 * mean, 4 * s.npv_sd / sqrt((double)s.draws));
}
END_TEST

START_TEST(test_two_paths_add_up_and_share_their_first_link) {
    chain();
    cx_link_options_init(&link_options);
    add("contacts", "nps", "calls", "NPS points", "calls", -0.01, 0.002);
    link_options.per_person = 1;
    link_options.is_value = 1;
    ck_assert_ok(cx_case_assume(c, "call cost", "calls", "service", "calls", "EUR", -4, 0.5, NULL,
                                "Finance", &link_options, err));
    cx_case_summary s = summary(NULL);
    double money = 0.002 * 300 + 0.01 * 4;
    ck_assert_close(s.npv_exact, 12000 * 5 * money, 1e-12);
    double second = 0.0004 * 0.0004 * 9e4 + 0.002 * 0.002 * 900 + 0.0004 * 0.0004 * 900;
    second += 0.002 * 0.002 * 16 + 0.01 * 0.01 * 0.25 + 0.002 * 0.002 * 0.25;
    double variance = 25 * second + 2.25 * money * money + 2.25 * second;
    ck_assert_close(s.npv_exact_sd, 12000 * sqrt(variance), 1e-12);
    ck_assert_close(s.npv_sd, s.npv_exact_sd, thinned(100) < 100 ? 0.2 : 0.03);
}
END_TEST

START_TEST(test_every_distribution_has_its_mean_and_spread) {
    static const struct {
        int32_t spread;
        double value, sd, low, high, mean, variance;
    } of[] = {{CX_SPREAD_NORMAL, 3, 1, 0, 0, 3, 1},
              {CX_SPREAD_LOGNORMAL, 3, 1, 0, 0, 3, 1},
              {CX_SPREAD_TRIANGULAR, 2, 0, 1, 6, 3, 21.0 / 18},
              {CX_SPREAD_UNIFORM, 0, 0, 2, 4, 3, 4.0 / 12}};
    for (int i = 0; i < 4; i++) {
        teardown();
        setup();
        link_options.spread = of[i].spread;
        link_options.low = of[i].low, link_options.high = of[i].high;
        ck_assert_ok(cx_case_assume(c, "all", "x", "money", NULL, "EUR", of[i].value, of[i].sd,
                                    NULL, "plan", &link_options, err));
        cx_case_summary s = summary(NULL);
        ck_assert_close(s.npv_exact, 12000 * of[i].mean, 1e-12);
        ck_assert_close(s.npv_exact_sd, 12000 * sqrt(of[i].variance), 1e-12);
        ck_assert_close(s.npv, s.npv_exact, thinned(100) < 100 ? 0.05 : 0.005);
        ck_assert_close(s.npv_sd, s.npv_exact_sd, thinned(100) < 100 ? 0.2 : 0.03);
    }
}
END_TEST

START_TEST(test_few_degrees_of_freedom_widen_the_tails) {
    cx_estimate e = slope(1, 1, 4);
    ck_assert_ok(cx_case_link(c, "all", "x", "money", NULL, "EUR", &e, NULL, NULL, NULL, err));
    cx_case_result *result;
    cx_case_summary s = summary(&result);
    double t = cx_t_quantile(0.05, 4);
    if (thinned(100) == 100) ck_assert_near(s.npv_low / 12000, 1 + t, 0.06);
    ck_assert_near(s.p_positive, cx_t_cdf(1, 4), thinned(100) < 100 ? 0.06 : 0.012);
    ck_assert_close(s.npv_exact_sd, 12000 * sqrt(2), 1e-12);
    cx_case_result_free(result);
}
END_TEST

/* -- dependence ---------------------------------------------------------------------------- */

START_TEST(test_links_of_the_same_people_vary_together) {
    enum { PEOPLE = 200 };
    static double a[PEOPLE], b[PEOPLE];
    static int64_t who[PEOPLE], other[PEOPLE];
    double aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < PEOPLE; i++) {
        double x = cx_normal_quantile(cx_random_uniform(1, 1, (uint64_t)i, 0));
        double y = cx_normal_quantile(cx_random_uniform(1, 1, (uint64_t)i, 1));
        a[i] = x, b[PEOPLE - 1 - i] = 0.8 * x + 0.6 * y;
        who[i] = 1000 + i, other[PEOPLE - 1 - i] = 1000 + i;
        aa += x * x, bb += (0.8 * x + 0.6 * y) * (0.8 * x + 0.6 * y), ab += x * (0.8 * x + 0.6 * y);
    }
    double rho = ab / sqrt(aa * bb);
    cx_array ids = cx_array_of(who, CX_I64, PEOPLE), others = cx_array_of(other, CX_I64, PEOPLE);
    cx_array first = cx_array_of(a, CX_F64, PEOPLE), second = cx_array_of(b, CX_F64, PEOPLE);
    add("one", "x", "nps", NULL, "points", 5, 1);
    add("two", "nps", "money", "points", "EUR", 2, 0.5);
    ck_assert_ok(cx_case_influence(c, "one", &ids, &first, err));
    ck_assert_ok(cx_case_influence(c, "two", &others, &second, err));
    cx_case_result *result;
    cx_case_summary s = summary(&result);
    double cov = rho * 0.5, mean = 10 + cov;
    double variance = 25 * 0.25 + 4 + 2 * 10 * cov + 0.25 + cov * cov;
    ck_assert_close(s.npv_exact, 12000 * mean, 1e-10);
    ck_assert_close(s.npv_exact_sd, 12000 * sqrt(variance), 1e-10);
    ck_assert_near(s.npv, s.npv_exact, 4.5 * s.npv_exact_sd / sqrt((double)s.draws));
    ck_assert_close(s.npv_sd, s.npv_exact_sd, thinned(100) < 100 ? 0.2 : 0.03);
    ck_assert_double_eq(cell(result, CX_CASE_TORNADO, "group", 0),
                        cell(result, CX_CASE_TORNADO, "group", 1));
    ck_assert_near(cell(result, CX_CASE_TORNADO, "total", 0), 1, 0.15);
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_correlations_that_cannot_be_are_refused) {
    cx_case_result *result = NULL;
    chain();
    ck_assert_ok(cx_case_correlate(c, "callback", "slope", 0.9, "guess", err));
    ck_assert_ok(cx_case_correlate(c, "callback", "margin", 0.9, "guess", err));
    ck_assert_ok(cx_case_correlate(c, "slope", "margin", -0.9, "guess", err));
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_INFEASIBLE, "cannot all be");
    ck_assert_fails(cx_case_correlate(c, "slope", "margin", 1, "guess", err), CX_E_DOMAIN, "is 1");
    ck_assert_fails(cx_case_correlate(c, "slope", "margin", 0.1, "", err), CX_E_DOMAIN, "source");
    ck_assert_fails(cx_case_correlate(c, "slope", "prices", 0.1, "x", err), CX_E_NAME, "prices");
}
END_TEST

/* -- what it hangs on ---------------------------------------------------------------------- */

START_TEST(test_a_sequence_comes_nearer_than_draws) {
    cx_case_run_options run;
    cx_case_result *result;
    double off[2] = {0}, all = 1.09 * 1.04 * 1.01 - 1;
    chain();
    cost(20000);
    cx_case_run_options_init(&run);
    run.draws = 4096, run.antithetic = 0;
    for (run.sobol = 0; run.sobol < 2; run.sobol++)
        for (run.seed = 1; run.seed < 9; run.seed++) {
            ck_assert_ok(cx_case_run(c, &run, &result, err));
            cx_case_summary s;
            ck_assert_ok(cx_case_figures(result, &s, err));
            off[run.sobol] += fabs(s.npv - 16000);
            if (run.sobol == 1) {
                ck_assert_near(cell(result, CX_CASE_TORNADO, "first", 0), 0.09 / all, 0.03);
                ck_assert_near(cell(result, CX_CASE_TORNADO, "total", 1), 0.04 * 1.09 * 1.01 / all,
                               0.08);
            }
            cx_case_result_free(result);
        }
    ck_assert_double_lt(off[1], off[0] / 10);
    run.sobol = 2;
    ck_assert_fails(cx_case_run(c, &run, &result, err), CX_E_OPTION, "sobol is 2");
    run.sobol = 0, run.reserved = 1;
    ck_assert_fails(cx_case_run(c, &run, &result, err), CX_E_OPTION, "reserved");
}
END_TEST

START_TEST(test_shares_of_variance_are_those_of_a_product) {
    chain();
    cost(20000);
    cx_case_result *result;
    (void)summary(&result);
    double all = 1.09 * 1.04 * 1.01 - 1, tolerance = thinned(100) < 100 ? 0.3 : 0.06;
    double near = thinned(100) < 100 ? 0.1 : 0.012;
    ck_assert_near(cell(result, CX_CASE_TORNADO, "first", 0), 0.09 / all, near);
    ck_assert_near(cell(result, CX_CASE_TORNADO, "first", 1), 0.04 / all, near);
    ck_assert_near(cell(result, CX_CASE_TORNADO, "first", 2), 0.01 / all, near);
    ck_assert_near(cell(result, CX_CASE_TORNADO, "total", 0), 0.09 * 1.04 * 1.01 / all, tolerance);
    double z = 1.2815515655446004;
    ck_assert_close(cell(result, CX_CASE_TORNADO, "npv_low", 0), 36000 * (1 - 0.3 * z) - 20000,
                    1e-10);
    ck_assert_close(cell(result, CX_CASE_TORNADO, "npv_high", 0), 36000 * (1 + 0.3 * z) - 20000,
                    1e-10);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_TORNADO, "name"), "callback\nslope"));
    cx_case_result_free(result);
}
END_TEST

/* One normal input: EVPPI = EVPI = sd L(mean / sd). */
START_TEST(test_the_worth_of_knowing_is_the_loss_avoided) {
    add("all", "x", "money", NULL, "EUR", 1, 2);
    cost(6000);
    cx_case_result *result;
    cx_case_summary s = summary(&result);
    double mean = 6000, sd = 24000, z = mean / sd;
    double worth = sd * (cx_normal_pdf(z) - z * cx_normal_sf(z));
    ck_assert_close(s.value_of_information, worth, thinned(100) < 100 ? 0.2 : 0.03);
    ck_assert_close(cell(result, CX_CASE_INFORMATION, "evppi", 0), worth,
                    thinned(100) < 100 ? 0.2 : 0.04);
    cx_case_result_free(result);
}
END_TEST

/* 1 - break-even / estimate of the effect has to be explained away [Cinelli and Hazlett 2020]. */
START_TEST(test_break_even_robustness_is_that_of_the_share_to_be_explained) {
    cx_estimate e = slope(1, 0.25, 783);
    ck_assert_ok(cx_case_link(c, "all", "x", "money", NULL, "EUR", &e, NULL, NULL, NULL, err));
    cost(6000);
    cx_case_result *result;
    (void)summary(&result);
    double f = 0.5 * 4 / sqrt(783), rv = (sqrt(f * f * f * f + 4 * f * f) - f * f) / 2;
    ck_assert_close(cell(result, CX_CASE_LINKS, "break_even", 0), 0.5, 1e-12);
    ck_assert_close(cell(result, CX_CASE_LINKS, "robustness", 0), rv, 1e-12);
    cx_case_result_free(result);
}
END_TEST

/* -- errors -------------------------------------------------------------------------------- */

START_TEST(test_a_missing_link_is_named) {
    cx_case_result *result = NULL;
    link_options.evidence = 2;
    add("one", "call-back", "nps", NULL, "NPS points", 5, 1);
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_UNIDENTIFIED,
                    "a link is missing between nps and money");
    add("three", "retention", "money", "share", "EUR", 300, 30);
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_UNIDENTIFIED,
                    "a link is missing between nps and retention");
    teardown();
    setup();
    add("three", "retention", "money", "share", "EUR", 300, 30);
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_UNIDENTIFIED,
                    "between an initiative and retention");
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(test_links_in_a_circle_are_refused) {
    cx_case_result *result = NULL;
    add("one", "x", "a", NULL, "points", 5, 1);
    add("two", "a", "b", "points", "points", 5, 1);
    add("back", "b", "a", "points", "points", 5, 1);
    add("out", "b", "money", "points", "EUR", 5, 1);
    ck_assert_fails(cx_case_run(c, NULL, &result, err), CX_E_INFEASIBLE, "circle");
}
END_TEST

START_TEST(test_units_currencies_and_directions_have_to_fit) {
    cx_estimate e = slope(1, 0.1, INFINITY);
    add("one", "x", "nps", NULL, "NPS points", 5, 1);
    ck_assert_fails(
        cx_case_link(c, "two", "nps", "money", "points of 0-10", "EUR", &e, NULL, NULL, NULL, err),
        CX_E_MISMATCH, "nps is counted in \"NPS points\", and not in");
    ck_assert_fails(
        cx_case_link(c, "two", "nps", "money", "NPS points", "USD", &e, NULL, NULL, NULL, err),
        CX_E_MISMATCH, "money is in USD, and the case is in EUR");
    ck_assert_ok(cx_case_metric(c, "churn", CX_AREA_RELATIONSHIP, "share", -1, err));
    link_options.to_direction = 1;
    ck_assert_fails(cx_case_link(c, "two", "nps", "churn", "NPS points", "share", &e, NULL, NULL,
                                 &link_options, err),
                    CX_E_MISMATCH, "churn is better when it is lower");
    ck_assert_fails(
        cx_case_link(c, "two", "nps", "sales", "NPS points", NULL, &e, NULL, NULL, NULL, err),
        CX_E_DOMAIN, "unit of sales");
    ck_assert_fails(cx_case_metric(c, "churn", CX_AREA_BRAND, "share", -1, err), CX_E_MISMATCH,
                    "relationship");
}
END_TEST

START_TEST(test_what_is_assumed_has_a_source) {
    ck_assert_fails(cx_case_assume(c, "a", "x", "money", NULL, "EUR", 1, 1, NULL, "", NULL, err),
                    CX_E_DOMAIN, "source");
    ck_assert_fails(cx_case_assume(c, "a", "x", "money", NULL, "EUR", 1, 1, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "source");
    cx_estimate e = slope(1, 0, INFINITY);
    ck_assert_fails(cx_case_link(c, "a", "x", "money", NULL, "EUR", &e, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "standard error");
    e = slope(NAN, 1, INFINITY);
    ck_assert_fails(cx_case_link(c, "a", "x", "money", NULL, "EUR", &e, NULL, NULL, NULL, err),
                    CX_E_EMPTY, "no value");
}
END_TEST

START_TEST(test_bad_links_and_costs_are_refused) {
    const double lag[] = {0.5, 0.4};
    cx_array lags = cx_array_of(lag, CX_F64, 2);
    cx_estimate e = slope(1, 0.1, INFINITY);
    ck_assert_fails(cx_case_link(c, "a", "x", "m", NULL, "EUR", &e, &lags, NULL, NULL, err),
                    CX_E_DOMAIN, "add up to 0.9");
    add("a", "x", "m", NULL, "EUR", 1, 1);
    ck_assert_fails(cx_case_link(c, "a", "y", "m", NULL, "EUR", &e, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "called a already");
    ck_assert_fails(cx_case_cost(c, "b", -1, 0, 0, 0, 0, 0, 0, NULL, err), CX_E_DOMAIN, "-1");
    ck_assert_fails(cx_case_cost(c, "b", 1, 0, 0, 13, 0, 0, 0, NULL, err), CX_E_DOMAIN, "horizon");
    ck_assert_fails(cx_case_cost(c, "b", 1, 0, 0, 1, CX_SPREAD_TRIANGULAR, 2, 3, NULL, err),
                    CX_E_DOMAIN, "outside 2 to 3");
    ck_assert_fails(cx_case_observe(c, "nps", 1, 1, 1, err), CX_E_NAME, "nps");
    ck_assert_fails(cx_case_observe(c, "x", 1, 1, 1, err), CX_E_DOMAIN, "initiative");
    ck_assert_fails(cx_case_total(c, "m", 13, 1, 1, err), CX_E_DOMAIN, "period is 13");
    run_options.draws = 999;
    cx_case_result *result = NULL;
    ck_assert_fails(cx_case_run(c, &run_options, &result, err), CX_E_OPTION, "draws is 999");
}
END_TEST

Suite *suite_case(void);
Suite *suite_case(void) {
    Suite *suite = suite_create("case");
    TCase *tcase = tcase_create("case");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_case_says_what_is_missing);
    tcase_add_test(tcase, test_a_case_multiplies_its_chain);
    tcase_add_test(tcase, test_a_case_can_say_no_or_not_yet);
    tcase_add_test(tcase, test_the_same_seed_gives_the_same_figures);
    tcase_add_test(tcase, test_without_uncertainty_there_is_one_outcome);
    tcase_add_test(tcase, test_money_is_discounted_lagged_held_and_grows);
    tcase_add_test(tcase, test_months_at_a_yearly_rate_in_the_middle_of_the_period);
    tcase_add_test(tcase, test_what_lasts_longer_than_observed_needs_a_source);
    tcase_add_test(tcase, test_links_that_are_not_linear_are_evaluated_on_draws);
    tcase_add_test(tcase, test_two_paths_add_up_and_share_their_first_link);
    tcase_add_test(tcase, test_every_distribution_has_its_mean_and_spread);
    tcase_add_test(tcase, test_few_degrees_of_freedom_widen_the_tails);
    tcase_add_test(tcase, test_links_of_the_same_people_vary_together);
    tcase_add_test(tcase, test_correlations_that_cannot_be_are_refused);
    tcase_add_test(tcase, test_a_sequence_comes_nearer_than_draws);
    tcase_add_test(tcase, test_shares_of_variance_are_those_of_a_product);
    tcase_add_test(tcase, test_the_worth_of_knowing_is_the_loss_avoided);
    tcase_add_test(tcase, test_break_even_robustness_is_that_of_the_share_to_be_explained);
    tcase_add_test(tcase, test_a_missing_link_is_named);
    tcase_add_test(tcase, test_links_in_a_circle_are_refused);
    tcase_add_test(tcase, test_units_currencies_and_directions_have_to_fit);
    tcase_add_test(tcase, test_what_is_assumed_has_a_source);
    tcase_add_test(tcase, test_bad_links_and_costs_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
