#include "../support.h"

#include "stat/sequence.h"

/* -- the published numbers ----------------------------------------------------------------- */

START_TEST(test_the_normal_mixture_has_the_published_numbers) {
    double rho = cx_i_mixture_rho(100, 0.05);
    ck_assert_near(rho, 12.60056, 5e-6);
    ck_assert_near(cx_i_normal_mixture_bound(100, rho, 0.05), 30.35209, 5e-6);
    ck_assert_near(cx_i_normal_mixture_log(10, 100, rho), -0.6510052, 5e-8);
    ck_assert_close(cx_i_normal_mixture_log(cx_i_normal_mixture_bound(100, rho, 0.05), 100, rho),
                    log(20), 1e-13);
}
END_TEST

START_TEST(test_the_gamma_exponential_mixture_has_the_published_numbers) {
    double rho = cx_i_one_sided_rho(100, 0.05);
    ck_assert_near(cx_i_gamma_mixture_log(10, 100, rho, 2), -0.2490165, 5e-8);
    ck_assert_near(cx_i_gamma_mixture_bound(100, rho, 2, 0.05), 33.02017, 5e-6);
}
END_TEST

/* The general formula of the mixture, with v = n p (1 - p) and s = n (mean - p). */
START_TEST(test_the_beta_mixture_is_that_of_its_general_formula) {
    const double p[] = {0.02, 0.3, 0.5, 0.9}, t[] = {10, 300, 5000};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++) {
            double g = p[i], h = 1 - g, n = 80, successes = 33.5, s = successes - n * p[i];
            double v = n * g * h,
                   r = fmax(cx_i_mixture_rho(g * h * t[j], 0.05) - g * h, 1e-3 * g * h);
            double log_m = -(v + h * s) / h * log(g) - (v - g * s) / g * log(h) +
                           cx_lbeta((r + v - g * s) / g, (r + v + h * s) / h) -
                           cx_lbeta(r / g, r / h);
            ck_assert_near(cx_i_beta_mixture_log(p[i], successes, n - successes,
                                                 cx_i_beta_mixture_strength(t[j], 0.05)),
                           log_m, 1e-10);
        }
}
END_TEST

/* -- what makes them valid ----------------------------------------------------------------- */

/* The expected wealth after one value is at most 1 against its own mean, whatever its law. */
START_TEST(test_no_wealth_is_expected_to_grow_against_the_truth) {
    const double x[] = {0, 0.3, 0.5, 1}, p[] = {0.4, 0.1, 0.2, 0.3};
    double mean = 0;
    for (int i = 0; i < 4; i++) mean += p[i] * x[i];
    for (int side = 0; side < 2; side++) {
        double expected = 0, mixture = 0;
        for (int i = 0; i < 4; i++) {
            const double one = 1;
            double slope, u = log(side == 0 ? mean : 1 - mean);
            cx_i_seen seen = {&x[i], &one, 1, 1, x[i]};
            expected += p[i] * exp(cx_i_betting_log(&seen, u, 500, 0.05, side == 1, &slope));
            mixture += p[i] * exp(cx_i_beta_mixture_log(mean, x[i], 1 - x[i],
                                                        cx_i_beta_mixture_strength(500, 0.05)));
        }
        ck_assert_close(expected, 1, 1e-13);
        ck_assert_double_le(mixture, 1 + 1e-13);
    }
}
END_TEST

START_TEST(test_the_betting_wealth_falls_in_the_mean_and_its_logarithm_is_convex) {
    const double x[] = {0, 0.25, 0.5, 1}, n[] = {3, 100, 8, 40};
    cx_i_seen seen = {x, n, 4, 151, 69.0 / 151};
    for (int side = 0; side < 2; side++) {
        double before = INFINITY, slope_before = -INFINITY;
        for (int i = 1; i < 400; i++) {
            double slope, u = -6 + 0.015 * i, width = 1e-5, other;
            double at = cx_i_betting_log(&seen, u, 500, 0.05, side == 1, &slope);
            double next = cx_i_betting_log(&seen, u + width, 500, 0.05, side == 1, &other);
            ck_assert_double_lt(at, before);
            ck_assert_double_ge(slope, slope_before - 1e-9);
            ck_assert_near((next - at) / width, slope, 0.05 * fabs(slope) + 1e-4);
            before = at, slope_before = slope;
        }
    }
}
END_TEST

typedef struct beta_case {
    cx_i_interval found;
    double n, successes, strength;
} beta_case;

static void check_beta_mean(const beta_case *at, double p) {
    if (p <= 0 || p >= 1) return;
    bool kept =
        cx_i_beta_mixture_log(p, at->successes, at->n - at->successes, at->strength) < log(20);
    ck_assert(!kept || (p >= at->found.low && p <= at->found.high));
    ck_assert(kept || p <= at->found.low + 1e-9 || p >= at->found.high - 1e-9);
}

/* The means that are left out by the beta mixture lie outside the interval: on a grid, and ever
 * closer to both limits on both sides. */
START_TEST(test_the_beta_interval_holds_every_mean_that_is_not_left_out) {
    const double n[] = {1, 2, 7, 50, 400}, t[] = {1, 30, 1000};
    for (int a = 0; a < 5; a++)
        for (int half = 0; half <= 8; half++)
            for (int b = 0; b < 3; b++) {
                double s = floor(n[a] * half / 4) / 2;
                const double x[] = {0, 1}, counts[] = {n[a] - s, s};
                cx_i_seen seen = {x, counts, 2, n[a], s / n[a]};
                beta_case at = {cx_i_sequence_interval(CX_METHOD_BETA_BINOMIAL, &seen, t[b], 0.05),
                                n[a], s, cx_i_beta_mixture_strength(t[b], 0.05)};
                for (int i = 1; i < 200; i++) check_beta_mean(&at, i / 200.0);
                for (double apart = 1e-8; apart < 5e-3; apart *= 4) {
                    check_beta_mean(&at, at.found.low - apart);
                    check_beta_mean(&at, at.found.low + apart);
                    check_beta_mean(&at, at.found.high - apart);
                    check_beta_mean(&at, at.found.high + apart);
                }
            }
}
END_TEST

/* -- extreme ------------------------------------------------------------------------------- */

START_TEST(test_astronomic_numbers_of_values_have_limits_around_their_mean) {
    const cx_method methods[] = {CX_METHOD_NORMAL_MIXTURE, CX_METHOD_BETA_BINOMIAL,
                                 CX_METHOD_BETTING};
    const double x[] = {0, 0.5, 1};
    for (int m = 0; m < 3; m++)
        for (double size = 1e6; size < 1e18; size *= 1e3) {
            const double n[] = {size, 3 * size, 2 * size};
            cx_i_seen seen = {x, n, 3, 6 * size, 3.5 / 6};
            cx_i_interval found = cx_i_sequence_interval(methods[m], &seen, 500, 0.05);
            ck_assert_double_le(found.low, 3.5 / 6);
            ck_assert_double_ge(found.high, 3.5 / 6);
            ck_assert_double_lt(found.high - found.low, 0.02);
        }
}
END_TEST

Suite *suite_sequence(void) {
    Suite *suite = suite_create("sequence");
    TCase *tcase = tcase_create("sequence");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_the_normal_mixture_has_the_published_numbers);
    tcase_add_test(tcase, test_the_gamma_exponential_mixture_has_the_published_numbers);
    tcase_add_test(tcase, test_the_beta_mixture_is_that_of_its_general_formula);
    tcase_add_test(tcase, test_no_wealth_is_expected_to_grow_against_the_truth);
    tcase_add_test(tcase, test_the_betting_wealth_falls_in_the_mean_and_its_logarithm_is_convex);
    tcase_add_test(tcase, test_the_beta_interval_holds_every_mean_that_is_not_left_out);
    tcase_add_test(tcase, test_astronomic_numbers_of_values_have_limits_around_their_mean);
    suite_add_tcase(suite, tcase);
    return suite;
}
