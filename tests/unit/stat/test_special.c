#include "support.h"

#include <float.h>

/* The functions by name, so that the vectors can call them. */
typedef double special_function(double, double, double, double);
#define SPECIAL_CALL_1(name)                                                                       \
    static double call_##name(double a, double b, double c, double d) {                            \
        (void)b, (void)c, (void)d;                                                                 \
        return cx_##name(a);                                                                       \
    }
#define SPECIAL_CALL_2(name)                                                                       \
    static double call_##name(double a, double b, double c, double d) {                            \
        (void)c, (void)d;                                                                          \
        return cx_##name(a, b);                                                                    \
    }
#define SPECIAL_CALL_3(name)                                                                       \
    static double call_##name(double a, double b, double c, double d) {                            \
        (void)d;                                                                                   \
        return cx_##name(a, b, c);                                                                 \
    }
#define SPECIAL_CALL_4(name)                                                                       \
    static double call_##name(double a, double b, double c, double d) {                            \
        return cx_##name(a, b, c, d);                                                              \
    }

/* number of arguments, name, index of the probability (quantiles) or -1 */
/* clang-format off */
#define SPECIAL_LIST(X)                                                                            \
    X(1, lgamma) X(1, digamma) X(1, trigamma) X(2, lbeta) X(1, normal_pdf) X(1, normal_cdf)        \
    X(1, normal_sf) X(1, normal_log_cdf) X(1, normal_log_sf) X(1, normal_quantile)                 \
    X(1, normal_quantile_upper) X(3, bvn_cdf) X(3, gamma_cdf) X(3, gamma_sf) X(3, gamma_log_cdf)   \
    X(3, gamma_log_sf) X(3, gamma_quantile) X(3, gamma_quantile_upper) X(2, chisq_cdf)             \
    X(2, chisq_sf) X(2, chisq_log_sf) X(2, chisq_quantile) X(2, chisq_quantile_upper)              \
    X(3, beta_cdf) X(3, beta_sf) X(3, beta_log_cdf) X(3, beta_log_sf) X(3, beta_quantile)          \
    X(3, beta_quantile_upper) X(2, t_cdf) X(2, t_sf) X(2, t_log_sf) X(2, t_quantile)               \
    X(2, t_quantile_upper) X(3, f_cdf) X(3, f_sf) X(3, f_log_sf) X(3, f_quantile)                  \
    X(3, f_quantile_upper) X(3, binomial_pmf) X(3, binomial_cdf) X(3, binomial_sf)                 \
    X(3, binomial_quantile) X(4, hyp2f1)
/* clang-format on */

#define SPECIAL_DEFINE(count, name) SPECIAL_CALL_##count(name)
SPECIAL_LIST(SPECIAL_DEFINE)

static const struct special_entry {
    const char *name;
    int arguments;
    special_function *call;
} special_entries[] = {
#define SPECIAL_ENTRY(count, name) {#name, count, call_##name},
    SPECIAL_LIST(SPECIAL_ENTRY)};

enum { SPECIAL_ENTRIES = sizeof special_entries / sizeof special_entries[0] };

static const struct special_entry *special_find(const char *name) {
    for (int i = 0; i < SPECIAL_ENTRIES; i++)
        if (strcmp(special_entries[i].name, name) == 0) return &special_entries[i];
    ck_abort_msg("no function %s", name);
    return NULL;
}

static void special_check_row(const vectors *v, int64_t row, const char *name, const double *arg,
                              double tolerance) {
    double expected = vectors_number(v, row, "value");
    double actual = special_find(name)->call(arg[0], arg[1], arg[2], arg[3]);
    bool fine = fabs(expected) > 1e-290 ? close_relative(actual, expected, tolerance)
                                        : fabs(actual - expected) <= 1e-13 * expected + 0x1p-1074;
    ck_assert_msg(fine, "row %d: %s(%.17g, %.17g, %.17g, %.17g) is %.17g, not %.17g", (int)row,
                  name, arg[0], arg[1], arg[2], arg[3], actual, expected);
}

/* The published names of special.csv are those of the distributions' usual abbreviations. */
static const char *special_own_name(const char *name) {
    if (strcmp(name, "norm_cdf") == 0) return "normal_cdf";
    if (strcmp(name, "norm_ppf") == 0) return "normal_quantile";
    if (strcmp(name, "chi2_sf") == 0) return "chisq_sf";
    return name;
}

START_TEST(test_special_agrees_with_the_reference_values) {
    vectors v = vectors_read("special");
    ck_assert_int_eq(v.rows, 494);
    for (int64_t row = 0; row < v.rows; row++) {
        const char *name = vectors_text(&v, row, "function");
        double arg[4] = {vectors_number(&v, row, "arg1"), vectors_number(&v, row, "arg2"),
                         vectors_number(&v, row, "arg3"), vectors_number(&v, row, "arg4")};
        if (strcmp(name, "beta_cdf") == 0) { /* a, b, x in the file */
            double moved[4] = {arg[2], arg[0], arg[1], arg[3]};
            memcpy(arg, moved, sizeof arg);
        }
        special_check_row(&v, row, special_own_name(name), arg, 1e-13);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_special_agrees_with_high_precision_in_the_corners) {
    vectors v = vectors_read("special_more");
    ck_assert_int_ge(v.rows, 300);
    for (int64_t row = 0; row < v.rows; row++) {
        double arg[4] = {vectors_number(&v, row, "arg1"), vectors_number(&v, row, "arg2"),
                         vectors_number(&v, row, "arg3"), vectors_number(&v, row, "arg4")};
        special_check_row(&v, row, vectors_text(&v, row, "function"), arg,
                          vectors_number(&v, row, "tolerance"));
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_special_nan_in_any_argument_is_nan) {
    for (int i = 0; i < SPECIAL_ENTRIES; i++) {
        const struct special_entry *entry = &special_entries[i];
        for (int bad = 0; bad < entry->arguments; bad++) {
            double arg[4] = {0.5, 0.5, 0.5, 0.5};
            arg[bad] = NAN;
            ck_assert_msg(isnan(entry->call(arg[0], arg[1], arg[2], arg[3])), "%s, argument %d",
                          entry->name, bad);
        }
    }
}
END_TEST

/* Parameters that make sense for every entry with a quantile or a distribution in its name. */
static double special_at(const char *name, double x) {
    return special_find(name)->call(x, 3.0, 0.25, 0.0);
}

START_TEST(test_special_quantiles_at_0_and_1_are_the_ends_of_the_support) {
    static const struct {
        const char *name;
        double low, high;
    } row[] = {
        {"normal", -HUGE_VAL, HUGE_VAL}, {"t", -HUGE_VAL, HUGE_VAL}, {"gamma", 0.0, HUGE_VAL},
        {"chisq", 0.0, HUGE_VAL},        {"f", 0.0, HUGE_VAL},       {"beta", 0.0, 1.0}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_quantile", row[i].name);
        ck_assert(special_at(name, 0.0) == row[i].low);
        ck_assert(special_at(name, 1.0) == row[i].high);
        ck_assert(isnan(special_at(name, -0.1)));
        ck_assert(isnan(special_at(name, 1.1)));
        snprintf(name, sizeof name, "%s_quantile_upper", row[i].name);
        ck_assert(special_at(name, 0.0) == row[i].high);
        ck_assert(special_at(name, 1.0) == row[i].low);
        snprintf(name, sizeof name, "%s_cdf", row[i].name);
        ck_assert(special_at(name, row[i].low) == 0.0);
        ck_assert(special_at(name, row[i].high) == 1.0);
        ck_assert(special_at(name, -HUGE_VAL) == 0.0);
        ck_assert(special_at(name, HUGE_VAL) == 1.0);
        snprintf(name, sizeof name, "%s_sf", row[i].name);
        ck_assert(special_at(name, row[i].low) == 1.0);
        ck_assert(special_at(name, row[i].high) == 0.0);
        snprintf(name, sizeof name, "%s_log_sf", row[i].name);
        ck_assert(special_at(name, row[i].low) == 0.0);
        ck_assert(special_at(name, row[i].high) == -HUGE_VAL);
    }
    ck_assert(cx_binomial_quantile(0.0, 10.0, 0.3) == 0.0);
    ck_assert(cx_binomial_quantile(1.0, 10.0, 0.3) == 10.0);
}
END_TEST

START_TEST(test_special_parameters_outside_the_domain_give_nan) {
    static const double bad[] = {0.0, -1.0, -HUGE_VAL};
    for (size_t i = 0; i < 3; i++) {
        ck_assert(isnan(cx_t_cdf(1.0, bad[i])));
        ck_assert(isnan(cx_t_quantile(0.3, bad[i])));
        ck_assert(isnan(cx_chisq_sf(1.0, bad[i])));
        ck_assert(isnan(cx_f_cdf(1.0, bad[i], 2.0)));
        ck_assert(isnan(cx_f_cdf(1.0, 2.0, bad[i])));
        ck_assert(isnan(cx_gamma_cdf(1.0, bad[i], 1.0)));
        ck_assert(isnan(cx_gamma_cdf(1.0, 1.0, bad[i])));
        ck_assert(isnan(cx_beta_cdf(0.5, bad[i], 1.0)));
        ck_assert(isnan(cx_beta_cdf(0.5, 1.0, bad[i])));
        ck_assert(isnan(cx_beta_quantile(0.5, 1.0, bad[i])));
    }
    ck_assert(isnan(cx_gamma_sf(1.0, HUGE_VAL, 1.0)));
    ck_assert(isnan(cx_beta_sf(0.5, 1.0, HUGE_VAL)));
    ck_assert(isnan(cx_bvn_cdf(0.0, 0.0, 1.0000001)));
    ck_assert(isnan(cx_binomial_cdf(1.0, 2.5, 0.5)));
    ck_assert(isnan(cx_binomial_cdf(1.0, -1.0, 0.5)));
    ck_assert(isnan(cx_binomial_pmf(1.0, 2.0, 1.5)));
    ck_assert(isnan(cx_lbeta(-1.0, 2.0)));
    ck_assert(isnan(cx_hyp2f1(1.0, 2.0, 3.0, 1.5)));
    ck_assert(isnan(cx_hyp2f1(1.0, 2.0, 3.0, 1.0)));
    ck_assert(isnan(cx_hyp2f1(1.0, 2.0, -3.0, 0.5)));
}
END_TEST

START_TEST(test_special_gamma_function_at_poles_zeros_and_infinity) {
    ck_assert(cx_lgamma(1.0) == 0.0 && cx_lgamma(2.0) == 0.0);
    ck_assert(cx_lgamma(0.0) == HUGE_VAL && cx_lgamma(-3.0) == HUGE_VAL);
    ck_assert(cx_lgamma(HUGE_VAL) == HUGE_VAL && cx_lgamma(-HUGE_VAL) == HUGE_VAL);
    ck_assert(isnan(cx_digamma(0.0)) && isnan(cx_digamma(-2.0)));
    ck_assert(cx_digamma(HUGE_VAL) == HUGE_VAL);
    ck_assert(cx_trigamma(-2.0) == HUGE_VAL && cx_trigamma(HUGE_VAL) == 0.0);
    ck_assert(cx_lbeta(0.0, 1.0) == HUGE_VAL && cx_lbeta(HUGE_VAL, 1.0) == -HUGE_VAL);
    ck_assert(cx_lbeta(1.0, 1.0) == 0.0);
    for (double x = -9.75; x < 20.0; x += 0.5) { /* psi(x + 1) = psi(x) + 1 / x */
        ck_assert_near(cx_digamma(x + 1.0), cx_digamma(x) + 1.0 / x, 2e-14);
        ck_assert_close(cx_trigamma(x), cx_trigamma(x + 1.0) + 1.0 / (x * x), 1e-14);
    }
}
END_TEST

START_TEST(test_special_infinite_degrees_of_freedom_are_the_limits) {
    for (double x = -6.0; x <= 6.0; x += 0.75) {
        ck_assert(cx_t_cdf(x, HUGE_VAL) == cx_normal_cdf(x));
        ck_assert_close(cx_t_cdf(x, 1e30), cx_normal_cdf(x), 1e-14);
    }
    ck_assert(cx_t_quantile(0.975, HUGE_VAL) == cx_normal_quantile(0.975));
    for (double f = 0.125; f < 4.0; f *= 1.5) {
        ck_assert_close(cx_f_cdf(f, 5.0, HUGE_VAL), cx_chisq_cdf(5.0 * f, 5.0), 1e-14);
        ck_assert_close(cx_f_cdf(f, HUGE_VAL, 5.0), cx_chisq_sf(5.0 / f, 5.0), 1e-14);
        ck_assert_close(cx_f_cdf(f, 5.0, 1e30), cx_f_cdf(f, 5.0, HUGE_VAL), 1e-14);
    }
    ck_assert(cx_f_cdf(0.999, HUGE_VAL, HUGE_VAL) == 0.0);
    ck_assert(cx_f_cdf(1.0, HUGE_VAL, HUGE_VAL) == 1.0);
    ck_assert(cx_f_quantile(0.3, HUGE_VAL, HUGE_VAL) == 1.0);
    ck_assert_close(cx_f_quantile(0.3, HUGE_VAL, 5.0), 5.0 / cx_chisq_quantile_upper(0.3, 5.0),
                    1e-14);
}
END_TEST

START_TEST(test_special_tails_are_symmetric_and_add_up) {
    for (double x = 0.03125; x < 1.0; x += 0.0625)
        for (double a = 1e-4; a < 1e8; a *= 31.0)
            for (double b = 1e-4; b < 1e8; b *= 27.0) {
                ck_assert(cx_beta_cdf(x, a, b) == cx_beta_sf(1.0 - x, b, a));
                ck_assert_near(cx_beta_cdf(x, a, b) + cx_beta_sf(x, a, b), 1.0, 3e-16);
            }
    for (double df = 0.5; df < 1e9; df *= 7.0)
        for (double t = 1e-9; t < 1e9; t *= 13.0) {
            ck_assert(cx_t_cdf(-t, df) == cx_t_sf(t, df));
            ck_assert_close(cx_f_sf(t * t, 1.0, df), 2.0 * cx_t_sf(t, df), 4e-14);
            ck_assert_near(cx_chisq_cdf(t, df) + cx_chisq_sf(t, df), 1.0, 3e-16);
        }
    ck_assert(cx_beta_cdf(0.5, 7.5, 7.5) == 0.5);
    ck_assert(cx_t_cdf(0.0, 3.0) == 0.5);
}
END_TEST

START_TEST(test_special_closed_forms_hold) {
    for (double x = 1e-12; x < 700.0; x *= 3.0) {
        ck_assert_close(cx_gamma_sf(x, 1.0, 1.0), exp(-x), 1e-13);
        ck_assert_close(cx_gamma_cdf(x, 1.0, 1.0), -expm1(-x), 1e-14);
        ck_assert_close(cx_chisq_log_sf(2e3 * x, 2.0), -1e3 * x, 1e-14);
        ck_assert_close(cx_t_sf(x, 2.0), 1.0 / (x * x + 2.0 + x * sqrt(x * x + 2.0)), 1e-14);
        ck_assert_close(cx_hyp2f1(1.0, 1.0, 2.0, -x), log1p(x) / x, 1e-14);
        ck_assert_close(cx_hyp2f1(2.5, 3.0, 3.0, -x), pow(1.0 + x, -2.5), 1e-14);
    }
    for (double x = 1.0 / 64; x < 1.0; x += 1.0 / 64) {
        ck_assert_close(cx_beta_cdf(x, 2.0, 1.0), x * x, 1e-14);
        ck_assert_close(cx_hyp2f1(0.5, 1.0, 1.5, x * x), atanh(x) / x, 1e-14);
        ck_assert_close(cx_bvn_cdf(0.0, 0.0, x), 0.25 + asin(x) / (2.0 * acos(-1.0)), 1e-14);
        ck_assert_close(cx_bvn_cdf(0.5, x, 0.0), cx_normal_cdf(0.5) * cx_normal_cdf(x), 1e-15);
    }
    ck_assert(cx_hyp2f1(1.0, 2.0, 3.0, 0.0) == 1.0);
    ck_assert_close(cx_hyp2f1(0.5, 0.5, 1.5, 1.0), acos(-1.0) / 2.0, 1e-14);
}
END_TEST

START_TEST(test_special_bivariate_normal_has_its_limits) {
    ck_assert(cx_bvn_cdf(0.3, HUGE_VAL, 0.4) == cx_normal_cdf(0.3));
    ck_assert(cx_bvn_cdf(HUGE_VAL, -0.3, -0.4) == cx_normal_cdf(-0.3));
    ck_assert(cx_bvn_cdf(-HUGE_VAL, 1.0, 0.4) == 0.0);
    ck_assert(cx_bvn_cdf(0.3, 1.2, 1.0) == cx_normal_cdf(0.3));
    ck_assert(cx_bvn_cdf(-0.3, 0.2, -1.0) == 0.0);
    ck_assert_close(cx_bvn_cdf(0.3, 0.2, -1.0), cx_normal_cdf(0.3) - cx_normal_cdf(-0.2), 1e-14);
    for (double rho = -0.96875; rho < 1.0; rho += 0.0625)
        for (double h = -3.0; h <= 3.0; h += 0.75) {
            double k = 0.4 - 0.6 * h;
            ck_assert_close(cx_bvn_cdf(h, k, rho), cx_bvn_cdf(k, h, rho), 1e-14);
            ck_assert_close(cx_bvn_cdf(h, k, rho) + cx_bvn_cdf(h, -k, -rho), cx_normal_cdf(h),
                            1e-14);
        }
}
END_TEST

START_TEST(test_special_binomial_sums_its_masses) {
    static const double probability[] = {0.0, 1e-12, 0.03, 0.5, 0.9375, 1.0};
    for (size_t i = 0; i < sizeof probability / sizeof probability[0]; i++) {
        double p = probability[i], sum = 0.0, n = 60.0;
        for (double k = 0.0; k <= n; k += 1.0) {
            sum += cx_binomial_pmf(k, n, p);
            ck_assert_near(cx_binomial_cdf(k, n, p), sum, 4e-15);
            ck_assert_near(cx_binomial_cdf(k + 0.5, n, p) + cx_binomial_sf(k, n, p), 1.0, 4e-16);
            double c = cx_binomial_cdf(k, n, p);
            if (c > 0.0 && cx_binomial_sf(k, n, p) > 1e-12 && cx_binomial_pmf(k, n, p) > 1e-14 * c)
                ck_assert(cx_binomial_quantile(c, n, p) == k);
        }
    }
    ck_assert(cx_binomial_cdf(-1.0, 5.0, 0.5) == 0.0 && cx_binomial_sf(-1.0, 5.0, 0.5) == 1.0);
    ck_assert(cx_binomial_cdf(5.0, 5.0, 0.5) == 1.0 && cx_binomial_sf(5.0, 5.0, 0.5) == 0.0);
    ck_assert(cx_binomial_pmf(0.0, 0.0, 0.5) == 1.0 && cx_binomial_pmf(1.5, 3.0, 0.5) == 0.0);
    ck_assert(cx_binomial_quantile(0.5, 1.0, 0.5) == 0.0);
    ck_assert(cx_binomial_quantile(0.5, 1e15, 0.5) == 5e14);
}
END_TEST

/* |cdf(quantile(p)) - p| against what one unit in the last place of the quantile moves. */
static void special_check_round_trip(const char *family, double p, double a, double b) {
    char quantile[64], cdf[64];
    for (int upper = 0; upper <= 1; upper++) {
        snprintf(quantile, sizeof quantile, "%s_quantile%s", family, upper ? "_upper" : "");
        snprintf(cdf, sizeof cdf, "%s_%s", family, upper ? "sf" : "cdf");
        double x = special_find(quantile)->call(p, a, b, 0.0);
        ck_assert_msg(!isnan(x), "%s(%.17g, %.17g, %.17g)", quantile, p, a, b);
        if (fabs(x) < 1e-300 || fabs(x) > 1e300) continue;
        double back = special_find(cdf)->call(x, a, b, 0.0);
        double next = special_find(cdf)->call(nextafter(x, HUGE_VAL), a, b, 0.0);
        double before = special_find(cdf)->call(nextafter(x, -HUGE_VAL), a, b, 0.0);
        double room = 8.0 * fmax(fabs(next - back), fabs(back - before)) + 2e-15 * p;
        ck_assert_msg(fabs(back - p) <= room, "%s(%.17g, %.17g, %.17g) is %.17g: back to %.17g",
                      quantile, p, a, b, x, back);
    }
}

START_TEST(test_special_quantiles_invert_the_probabilities) {
    static const double shape[] = {1e-3, 0.1, 0.5, 1.0, 2.0, 7.5, 30.0, 1e3, 1e6, 1e10};
    static const double p[] = {1e-250, 1e-40, 1e-9, 0.025, 0.3, 0.5, 0.75, 0.999};
    for (size_t i = 0; i < sizeof p / sizeof p[0]; i++) {
        special_check_round_trip("normal", p[i], 0.0, 0.0);
        for (size_t j = 0; j < sizeof shape / sizeof shape[0]; j++) {
            special_check_round_trip("t", p[i], shape[j], 0.0);
            special_check_round_trip("chisq", p[i], shape[j], 0.0);
            special_check_round_trip("gamma", p[i], shape[j], 1.0);
            for (size_t k = 0; k < sizeof shape / sizeof shape[0]; k++) {
                special_check_round_trip("beta", p[i], shape[j], shape[k]);
                special_check_round_trip("f", p[i], shape[j], shape[k]);
            }
        }
    }
}
END_TEST

START_TEST(test_special_quantiles_and_probabilities_are_monotone) {
    double last[6], now[6];
    for (int i = 0; i < 6; i++) last[i] = -HUGE_VAL;
    for (double p = 0.0; p <= 1.0; p += 1.0 / 512) {
        now[0] = cx_normal_quantile(p);
        now[1] = cx_t_quantile(p, 2.5);
        now[2] = cx_chisq_quantile(p, 0.7);
        now[3] = cx_f_quantile(p, 3.0, 40.0);
        now[4] = cx_beta_quantile(p, 0.5, 0.5);
        now[5] = cx_gamma_quantile(p, 1e6, 2.0);
        for (int i = 0; i < 6; i++) ck_assert_msg(now[i] > last[i] || p == 0.0, "%d at %g", i, p);
        memcpy(last, now, sizeof now);
    }
    for (int i = 0; i < 6; i++) last[i] = -1.0;
    for (double x = 1e-6; x < 1.0; x += 1.0 / 4096) { /* across the borders between methods */
        now[0] = cx_beta_cdf(x, 12.0, 0.3);
        now[1] = cx_beta_cdf(x, 9.9, 40.0);
        now[2] = cx_gamma_cdf(30.0 * x, 11.9, 1.0);
        now[3] = cx_gamma_cdf(30.0 * x, 12.1, 1.0);
        now[4] = cx_t_cdf(8.0 * x, 25.0);
        now[5] = cx_normal_cdf(8.0 * x - 4.0);
        for (int i = 0; i < 6; i++) ck_assert_msg(now[i] >= last[i], "%d at %g", i, x);
        memcpy(last, now, sizeof now);
    }
}
END_TEST

START_TEST(test_special_logarithms_go_on_where_the_probability_underflows) {
    ck_assert(cx_normal_cdf(-40.0) == 0.0);
    ck_assert_close(cx_normal_log_cdf(-1e8), -0.5e16 - log(1e8) - 0.91893853320467274, 1e-15);
    ck_assert(isfinite(cx_normal_log_sf(1e154)));
    ck_assert_close(cx_gamma_log_cdf(1e-300, 1e4, 1.0), 1e4 * log(1e-300) - cx_lgamma(1e4 + 1.0),
                    1e-14);
    ck_assert_close(cx_beta_log_cdf(1e-200, 50.0, 1.0), 50.0 * log(1e-200), 1e-15);
    ck_assert_close(cx_beta_log_sf(0.999, 1.0, 1e5), 1e5 * log(0.001), 1e-13);
    ck_assert_close(cx_t_log_sf(1e300, 1.0), -log(1e300) - log(acos(-1.0)), 1e-15);
    ck_assert_close(cx_f_log_sf(1e300, 2.0, 4.0), -2.0 * log1p(5e299), 1e-14);
}
END_TEST

Suite *suite_special(void);
Suite *suite_special(void) {
    Suite *suite = suite_create("special");
    TCase *cases = tcase_create("special");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, test_special_agrees_with_the_reference_values);
    tcase_add_test(cases, test_special_agrees_with_high_precision_in_the_corners);
    tcase_add_test(cases, test_special_nan_in_any_argument_is_nan);
    tcase_add_test(cases, test_special_quantiles_at_0_and_1_are_the_ends_of_the_support);
    tcase_add_test(cases, test_special_parameters_outside_the_domain_give_nan);
    tcase_add_test(cases, test_special_gamma_function_at_poles_zeros_and_infinity);
    tcase_add_test(cases, test_special_infinite_degrees_of_freedom_are_the_limits);
    tcase_add_test(cases, test_special_tails_are_symmetric_and_add_up);
    tcase_add_test(cases, test_special_closed_forms_hold);
    tcase_add_test(cases, test_special_bivariate_normal_has_its_limits);
    tcase_add_test(cases, test_special_binomial_sums_its_masses);
    tcase_add_test(cases, test_special_quantiles_invert_the_probabilities);
    tcase_add_test(cases, test_special_quantiles_and_probabilities_are_monotone);
    tcase_add_test(cases, test_special_logarithms_go_on_where_the_probability_underflows);
    suite_add_tcase(suite, cases);
    return suite;
}
