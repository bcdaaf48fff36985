#include "stat/special.h"

enum { IGAMMA_PANELS = 3 };
static const double igamma_depth = 44.0; /* the integrand is followed down to e^-44 */

/* The integrand of one tail relative to its value at x, as a function of v = |log(t / x)|:
 * exp(-slope v - x (e^v - 1 - v)) above, exp(-slope v - x (e^-v - 1 + v)) below. */
typedef struct igamma_decay {
    double slope, x, sign;
} igamma_decay;

static double igamma_exponent(const igamma_decay *decay, double v) {
    return -decay->slope * v - decay->x * cx_i_expm1mx(decay->sign * v);
}

/* Newton's steps from the right on a concave function stay on the right. */
static double igamma_reach(const igamma_decay *decay) {
    double x = decay->x, slope = decay->slope;
    double v = 2.0 * igamma_depth / (slope + hypot(slope, sqrt(2.0 * x * igamma_depth)));
    for (int k = 0; k < 60 && igamma_exponent(decay, v) > -igamma_depth; k++) v *= 1.25;
    for (int k = 0; k < 40; k++) {
        double excess = igamma_exponent(decay, v) + igamma_depth;
        if (excess > -1.0) break;
        double step = excess / (slope + decay->x * fabs(expm1(decay->sign * v)));
        v += step;
    }
    return v;
}

static double igamma_integral(const igamma_decay *decay) {
    double half = igamma_reach(decay) / (2.0 * IGAMMA_PANELS), sum = 0.0;
    for (int panel = IGAMMA_PANELS - 1; panel >= 0; panel--) {
        double middle = (2.0 * panel + 1.0) * half;
        for (int k = 0; k < 10; k++) {
            double offset = half * cx_i_legendre_node[k];
            double pair = exp(igamma_exponent(decay, middle + offset)) +
                          exp(igamma_exponent(decay, middle - offset));
            sum += cx_i_legendre_weight[k] * pair;
        }
    }
    return sum * half;
}

/* sum of x^n / ((a + 1) ... (a + n)) [DLMF 8.7.1] */
static cx_i_dd igamma_series(double a, cx_i_dd x) {
    cx_i_dd term = cx_i_dd_of(1.0), sum = term;
    for (int n = 1; n < 2000 && term.hi > 1e-33 * sum.hi; n++) {
        term = cx_i_dd_div(cx_i_dd_mul(term, x), cx_i_dd_sum(a, n));
        sum = cx_i_dd_add(sum, term);
    }
    return sum;
}

cx_i_tails cx_i_gamma_tails(double a, cx_i_dd x, cx_i_dd log_gamma) {
    cx_i_dd log_x = cx_i_dd_log(x);
    cx_i_dd front = cx_i_dd_sub(cx_i_dd_sub(cx_i_dd_mul_d(log_x, a), x), log_gamma);
    bool below = x.hi <= a;
    if (a < 12.0 && (below || x.hi < 1.5)) {
        front = cx_i_dd_sub(front, cx_i_dd_log(cx_i_dd_of(a)));
        return cx_i_tails_from(front, igamma_series(a, x), false);
    }
    double slope = fabs(cx_i_dd_add_d(x, -a).hi);
    igamma_decay decay = {slope, x.hi, below ? -1.0 : 1.0};
    return cx_i_tails_from(front, cx_i_dd_of(igamma_integral(&decay)), !below);
}

static cx_i_tails igamma_tails(double x, double shape, double scale) {
    cx_i_tails none = {NAN, NAN, NAN, NAN};
    if (isnan(x) || !(shape > 0.0) || !(scale > 0.0) || isinf(shape) || isinf(scale)) return none;
    if (x <= 0.0) return cx_i_tails_at_end(false);
    double ratio = x / scale;
    if (isinf(ratio)) return cx_i_tails_at_end(true);
    if (ratio == 0.0) return cx_i_tails_at_end(false);
    cx_i_dd exact = cx_i_dd_div(cx_i_dd_of(x), cx_i_dd_of(scale));
    return cx_i_gamma_tails(shape, exact, cx_i_dd_lgamma(cx_i_dd_of(shape)));
}

double cx_gamma_cdf(double x, double shape, double scale) {
    return igamma_tails(x, shape, scale).p;
}

double cx_gamma_sf(double x, double shape, double scale) {
    return igamma_tails(x, shape, scale).q;
}

double cx_gamma_log_cdf(double x, double shape, double scale) {
    return igamma_tails(x, shape, scale).log_p;
}

double cx_gamma_log_sf(double x, double shape, double scale) {
    return igamma_tails(x, shape, scale).log_q;
}

double cx_chisq_cdf(double x, double df) {
    return igamma_tails(x, 0.5 * df, 2.0).p;
}

double cx_chisq_sf(double x, double df) {
    return igamma_tails(x, 0.5 * df, 2.0).q;
}

double cx_chisq_log_sf(double x, double df) {
    return igamma_tails(x, 0.5 * df, 2.0).log_q;
}
