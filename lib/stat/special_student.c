#include "stat/special.h"

/* The tails of x / (1 + x), x = numerator / denominator, under the beta law of a and b. A ratio
 * beyond the range of a double is carried by its logarithm alone. */
static cx_i_tails student_ratio_tails(double a, double b, cx_i_dd numerator, cx_i_dd denominator,
                                      cx_i_dd log_ratio) {
    cx_i_beta beta = {.a = a, .b = b};
    cx_i_dd one = cx_i_dd_of(1.0), zero = cx_i_dd_of(0.0);
    beta.log_beta = cx_i_dd_lbeta(a, b);
    if (fabs(log_ratio.hi) < 600.0) {
        cx_i_dd sum = cx_i_dd_add(numerator, denominator);
        cx_i_beta_at(&beta, cx_i_dd_div(numerator, sum), cx_i_dd_div(denominator, sum));
    } else if (log_ratio.hi > 0.0) {
        beta.x = one;
        beta.y = zero;
        beta.log_y = cx_i_dd_neg(log_ratio);
    } else {
        beta.x = zero;
        beta.y = one;
        beta.log_x = log_ratio;
    }
    return cx_i_beta_tails(&beta);
}

/* x with its exponent moved by `shift`, so that products stay in range */
static double student_scaled(double x, int shift) {
    return ldexp(x, shift);
}

/* |T| for finite t, not 0, and finite df: p is P(|T| <= |t|). */
static cx_i_tails student_two_sided(double t, double df) {
    int exponent;
    frexp(t, &exponent);
    if (exponent > -200 && exponent < 200) exponent = 0;
    double size = student_scaled(fabs(t), -exponent);
    cx_i_dd log_ratio = cx_i_dd_scale(cx_i_dd_log(cx_i_dd_of(fabs(t))), 2.0);
    log_ratio = cx_i_dd_sub(log_ratio, cx_i_dd_log(cx_i_dd_of(df)));
    return student_ratio_tails(0.5, 0.5 * df, cx_i_dd_product(size, size),
                               cx_i_dd_of(student_scaled(df, -2 * exponent)), log_ratio);
}

/* So many degrees of freedom that no digit of the tail or of its logarithm differs. */
static bool student_is_normal(double t, double df) {
    return isinf(t) || isinf(df) || (df > 1e22 && t * t < 1e-17 * df);
}

double cx_t_sf(double t, double df) {
    if (isnan(t) || !(df > 0.0)) return NAN;
    if (student_is_normal(t, df)) return cx_normal_sf(t);
    if (t == 0.0) return 0.5;
    double tail = 0.5 * student_two_sided(t, df).q;
    return t > 0.0 ? tail : 1.0 - tail;
}

double cx_t_cdf(double t, double df) {
    return cx_t_sf(-t, df);
}

double cx_t_log_sf(double t, double df) {
    if (isnan(t) || !(df > 0.0)) return NAN;
    if (student_is_normal(t, df)) return cx_normal_log_sf(t);
    if (t <= 0.0) return log1p(-cx_t_sf(-t, df));
    return student_two_sided(t, df).log_q - 0.69314718055994530942;
}

static cx_i_tails student_f_tails(double f, double d1, double d2) {
    cx_i_tails none = {NAN, NAN, NAN, NAN};
    if (isnan(f) || !(d1 > 0.0) || !(d2 > 0.0)) return none;
    if (f <= 0.0) return cx_i_tails_at_end(false);
    if (isinf(f)) return cx_i_tails_at_end(true);
    if (isinf(d1) && isinf(d2)) return cx_i_tails_at_end(f >= 1.0);
    if (isinf(d1) || isinf(d2)) {
        double shape = 0.5 * (isinf(d1) ? d2 : d1);
        cx_i_dd log_gamma = cx_i_dd_lgamma(cx_i_dd_of(shape));
        if (isinf(d2)) return cx_i_gamma_tails(shape, cx_i_dd_product(f, shape), log_gamma);
        cx_i_dd x = cx_i_dd_div(cx_i_dd_of(shape), cx_i_dd_of(f));
        cx_i_tails t = cx_i_gamma_tails(shape, x, log_gamma);
        cx_i_tails flipped = {t.q, t.p, t.log_q, t.log_p};
        return flipped;
    }
    int exponent;
    frexp(f, &exponent);
    if (exponent > -400 && exponent < 400) exponent = 0;
    cx_i_dd log_ratio = cx_i_dd_add(cx_i_dd_log(cx_i_dd_of(f)), cx_i_dd_log(cx_i_dd_of(d1)));
    log_ratio = cx_i_dd_sub(log_ratio, cx_i_dd_log(cx_i_dd_of(d2)));
    return student_ratio_tails(0.5 * d1, 0.5 * d2,
                               cx_i_dd_product(student_scaled(f, -exponent), d1),
                               cx_i_dd_of(student_scaled(d2, -exponent)), log_ratio);
}

double cx_f_cdf(double f, double d1, double d2) {
    return student_f_tails(f, d1, d2).p;
}

double cx_f_sf(double f, double d1, double d2) {
    return student_f_tails(f, d1, d2).q;
}

double cx_f_log_sf(double f, double d1, double d2) {
    return student_f_tails(f, d1, d2).log_q;
}
