#include "../support.h"

static double probability(const cx_estimate *estimate, double target) {
    cx_target_result result;
    ck_assert_ok(cx_target(estimate, target, NULL, &result, err));
    return result.probability;
}

static cx_estimate nps_of(int64_t minus, int64_t zero, int64_t plus) {
    static const double scores[] = {0, 8, 10};
    const int64_t counts[] = {minus, zero, plus};
    cx_array x = cx_array_of(scores, CX_F64, 3), n = cx_array_of(counts, CX_I64, 3);
    cx_tally *tally;
    cx_estimate estimate;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add_counts(tally, &x, &n, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    cx_tally_free(tally);
    return estimate;
}

START_TEST(test_a_share_meets_a_target_with_its_jeffreys_posterior) {
    cx_estimate e;
    ck_assert_ok(cx_share(18, 20, NULL, &e, err));
    ck_assert_close(probability(&e, 0.8), cx_beta_sf(0.8, 18.5, 2.5), 1e-14);
    ck_assert_ok(cx_share(20, 20, NULL, &e, err));
    ck_assert_double_lt(probability(&e, 0.999), 0.5);
}
END_TEST

/* Without passives a net score is a share: 2 p - 1. */
START_TEST(test_a_net_score_of_two_classes_is_nearly_that_of_a_share) {
    cx_estimate e = nps_of(30, 0, 70);
    double t = 30, share = cx_beta_sf((t / 100 + 1) / 2, 70.5, 30.5);
    ck_assert_near(probability(&e, t), share, 0.01);
}
END_TEST

/* Held against a sum over a fine grid of the classes' posterior. */
START_TEST(test_the_posterior_of_a_net_score_is_integrated_right) {
    const int64_t cases[][3] = {{3, 4, 9}, {1, 0, 1}, {0, 10, 0}, {20, 30, 50}, {0, 0, 10}};
    for (int c = 0; c < 5; c++) {
        cx_estimate e = nps_of(cases[c][0], cases[c][1], cases[c][2]);
        double minus = (double)cases[c][0] + 0.5, zero = (double)cases[c][1] + 0.5;
        double plus = (double)cases[c][2] + 0.5, target = e.value - 20, sum = 0;
        if (e.value < 0) target = e.value + 20;
        enum { GRID = 4000 };
        for (int i = 0; i < GRID; i++) { /* by equal masses of the share of both classes */
            double s = cx_beta_quantile((i + 0.5) / GRID, plus + minus, zero);
            double least = (target / 100 + s) / (2 * s);
            sum += least <= 0 ? 1 : least >= 1 ? 0 : cx_beta_sf(least, plus, minus);
        }
        ck_assert_near(probability(&e, target), sum / GRID, 5e-4);
    }
}
END_TEST

START_TEST(test_a_mean_meets_a_target_as_its_t_interval) {
    const double x[] = {4, 5, 3, 4, 2, 5, 5};
    cx_array scores = cx_array_of(x, CX_F64, 7);
    cx_tally *tally;
    cx_estimate e;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &scores, NULL, NULL, err));
    ck_assert_ok(cx_mean_score(tally, NULL, &e, err));
    ck_assert_close(probability(&e, e.ci_low), 0.975, 1e-12);
    ck_assert_close(probability(&e, e.value), 0.5, 1e-12);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_a_target_at_a_limit_is_met_with_half_the_confidence_to_spare) {
    cx_estimate e = nps_of(200, 300, 500);
    ck_assert_near(probability(&e, e.ci_low), 0.975, 0.003);
    ck_assert_near(probability(&e, e.ci_high), 0.025, 0.003);
    e.method = CX_METHOD_BOOTSTRAP; /* anything else: by its limits */
    ck_assert_close(probability(&e, e.ci_low), 0.975, 1e-12);
    ck_assert_close(probability(&e, e.ci_high), 0.025, 1e-10);
    ck_assert_double_eq(probability(&e, e.value), 0.5);
}
END_TEST

START_TEST(test_at_most_is_the_rest) {
    cx_estimate e = nps_of(20, 30, 50);
    cx_target_options options;
    cx_target_result most, least;
    cx_target_options_init(&options);
    ck_assert_ok(cx_target(&e, 25, &options, &least, err));
    options.at_most = 1;
    ck_assert_ok(cx_target(&e, 25, &options, &most, err));
    ck_assert_close(most.probability, 1 - least.probability, 1e-14);
    ck_assert_int_eq(most.at_most, 1);
    ck_assert_int_eq(most.method, CX_METHOD_POSTERIOR);
    options.at_most = 2;
    ck_assert_fails(cx_target(&e, 25, &options, &most, err), CX_E_OPTION, "at_most is 2");
}
END_TEST

START_TEST(test_a_higher_target_is_met_less_surely) {
    cx_estimate e = nps_of(3, 2, 9);
    double last = 1;
    for (int t = -99; t < 100; t++) {
        double now = probability(&e, t);
        ck_assert(now >= 0 && now <= last);
        last = now;
    }
    ck_assert_double_lt(last, 0.01);
}
END_TEST

START_TEST(test_targets_at_the_ends_and_estimates_without_error_are_refused) {
    cx_estimate e = nps_of(3, 2, 9);
    cx_target_result r;
    ck_assert_fails(cx_target(&e, 100, NULL, &r, err), CX_E_DOMAIN, "100");
    ck_assert_fails(cx_target(&e, NAN, NULL, &r, err), CX_E_DOMAIN, "target");
    e.ci_low = NAN;
    ck_assert_fails(cx_target(&e, 10, NULL, &r, err), CX_E_EMPTY, "interval");
    e.value = NAN;
    ck_assert_fails(cx_target(&e, 10, NULL, &r, err), CX_E_EMPTY, "value");
}
END_TEST

Suite *suite_target(void) {
    Suite *suite = suite_create("target");
    TCase *tcase = tcase_create("target");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_a_share_meets_a_target_with_its_jeffreys_posterior);
    tcase_add_test(tcase, test_a_net_score_of_two_classes_is_nearly_that_of_a_share);
    tcase_add_test(tcase, test_the_posterior_of_a_net_score_is_integrated_right);
    tcase_add_test(tcase, test_a_mean_meets_a_target_as_its_t_interval);
    tcase_add_test(tcase, test_a_target_at_a_limit_is_met_with_half_the_confidence_to_spare);
    tcase_add_test(tcase, test_at_most_is_the_rest);
    tcase_add_test(tcase, test_a_higher_target_is_met_less_surely);
    tcase_add_test(tcase, test_targets_at_the_ends_and_estimates_without_error_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
