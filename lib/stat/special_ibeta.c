#include "stat/special.h"

enum { IBETA_PANELS = 3 };
static const double ibeta_depth = 44.0; /* the integrand is followed down to e^-44 */

void cx_i_beta_at(cx_i_beta *beta, cx_i_dd x, cx_i_dd y) {
    beta->x = x;
    beta->y = y;
    beta->log_x = x.hi > 0.95 ? cx_i_dd_log1p(cx_i_dd_neg(y)) : cx_i_dd_log(x);
    beta->log_y = y.hi > 0.95 ? cx_i_dd_log1p(cx_i_dd_neg(x)) : cx_i_dd_log(y);
}

/* The integrand of the lower tail relative to its value at x, in v = log(x / t), with w = x / y:
 * exp(-a v) (1 + w (1 - e^-v))^(b - 1). For b > 1 the linear part is taken out, because the two
 * factors cancel near the mean. */
typedef struct ibeta_decay {
    double a, power, slope, w;
} ibeta_decay;

static double ibeta_exponent(const ibeta_decay *d, double v) {
    double u = -d->w * expm1(-v);
    if (d->power <= 0.0) return -d->a * v + d->power * log1p(u);
    return -d->slope * v + d->power * (cx_i_log1pmx(u) - d->w * cx_i_expm1mx(-v));
}

static double ibeta_reach(const ibeta_decay *d) {
    double v = ibeta_depth / d->a;
    if (d->power > 0.0) {
        double curvature = d->power * d->w * (1.0 + d->w);
        double wide = (ibeta_depth + d->power * log1p(d->w)) / d->a;
        v = 2.0 * ibeta_depth / (d->slope + hypot(d->slope, sqrt(2.0 * curvature * ibeta_depth)));
        while (v < wide && ibeta_exponent(d, v) > -ibeta_depth) v *= 1.25;
        if (v > wide) v = wide;
    }
    for (int k = 0; k < 40; k++) { /* Newton from the right on a concave function */
        double excess = ibeta_exponent(d, v) + ibeta_depth;
        if (excess > -1.0) break;
        double u = -d->w * expm1(-v);
        v += excess / (d->a - d->power * d->w * exp(-v) / (1.0 + u));
    }
    return v;
}

static double ibeta_integral(const ibeta_decay *d, double reach) {
    double half = reach / (2.0 * IBETA_PANELS), sum = 0.0;
    for (int panel = IBETA_PANELS - 1; panel >= 0; panel--) {
        double middle = (2.0 * panel + 1.0) * half;
        for (int k = 0; k < 10; k++) {
            double offset = half * cx_i_legendre_node[k];
            double pair =
                exp(ibeta_exponent(d, middle + offset)) + exp(ibeta_exponent(d, middle - offset));
            sum += cx_i_legendre_weight[k] * pair;
        }
    }
    return sum * half;
}

/* 1 + a sum (1 - b)_n x^n / (n! (a + n)) [DLMF 8.17.7]; terms may alternate, hence the digits */
static cx_i_dd ibeta_series(double a, double b, cx_i_dd x) {
    cx_i_dd term = cx_i_dd_of(1.0), sum = cx_i_dd_of(0.0);
    for (int n = 1; n < 5000; n++) {
        cx_i_dd factor = cx_i_dd_mul(cx_i_dd_sum(n, -b), x);
        term = cx_i_dd_div_d(cx_i_dd_mul(term, factor), n);
        cx_i_dd part = cx_i_dd_div(term, cx_i_dd_sum(a, n));
        sum = cx_i_dd_add(sum, part);
        if (n > b * x.hi && fabs(part.hi) <= 1e-34 * fabs(sum.hi)) break;
    }
    return cx_i_dd_add_d(cx_i_dd_mul_d(sum, a), 1.0);
}

static cx_i_tails ibeta_by_series(const cx_i_beta *t, bool upper) {
    cx_i_dd front = cx_i_dd_sub(cx_i_dd_mul_d(t->log_x, t->a), t->log_beta);
    front = cx_i_dd_sub(front, cx_i_dd_log(cx_i_dd_of(t->a)));
    return cx_i_tails_from(front, ibeta_series(t->a, t->b, t->x), upper);
}

static cx_i_beta ibeta_swapped(const cx_i_beta *t) {
    cx_i_beta s = {t->b, t->a, t->y, t->x, t->log_y, t->log_x, t->log_beta};
    return s;
}

/* x at or below the mean: the integral where its integrand is smooth, else a series. */
static cx_i_tails ibeta_lower(const cx_i_beta *t, bool upper) {
    if (t->a >= 10.0) {
        cx_i_dd slope =
            cx_i_dd_sub(cx_i_dd_mul_d(t->y, t->a), cx_i_dd_mul(t->x, cx_i_dd_sum(t->b, -1.0)));
        ibeta_decay d = {t->a, t->b - 1.0, slope.hi / t->y.hi, t->x.hi / t->y.hi};
        double reach = ibeta_reach(&d);
        if (-t->log_x.hi > 0.1 * reach) {
            cx_i_dd front = cx_i_dd_sub(cx_i_dd_mul_d(t->log_x, t->a), t->log_beta);
            front = cx_i_dd_add(front, cx_i_dd_mul(t->log_y, cx_i_dd_sum(t->b, -1.0)));
            return cx_i_tails_from(front, cx_i_dd_of(ibeta_integral(&d, reach)), upper);
        }
    }
    if (t->x.hi <= 0.7) return ibeta_by_series(t, upper);
    cx_i_beta swapped = ibeta_swapped(t);
    return ibeta_by_series(&swapped, !upper);
}

cx_i_tails cx_i_beta_tails(const cx_i_beta *beta) {
    if (beta->a == beta->b && beta->x.hi == beta->y.hi && beta->x.lo == beta->y.lo) {
        cx_i_tails middle = {0.5, 0.5, -0.69314718055994530942, -0.69314718055994530942};
        return middle;
    }
    if (beta->x.hi * beta->b <= beta->y.hi * beta->a) return ibeta_lower(beta, false);
    cx_i_beta swapped = ibeta_swapped(beta);
    return ibeta_lower(&swapped, true);
}

static cx_i_tails ibeta_tails(double x, double a, double b) {
    cx_i_tails none = {NAN, NAN, NAN, NAN};
    if (isnan(x) || !(a > 0.0) || !(b > 0.0) || isinf(a) || isinf(b)) return none;
    if (x <= 0.0) return cx_i_tails_at_end(false);
    if (x >= 1.0) return cx_i_tails_at_end(true);
    cx_i_beta beta = {.a = a, .b = b};
    beta.log_beta = cx_i_dd_lbeta(a, b);
    cx_i_beta_at(&beta, cx_i_dd_of(x), cx_i_dd_sum(1.0, -x));
    return cx_i_beta_tails(&beta);
}

double cx_beta_cdf(double x, double a, double b) {
    return ibeta_tails(x, a, b).p;
}

double cx_beta_sf(double x, double a, double b) {
    return ibeta_tails(x, a, b).q;
}

double cx_beta_log_cdf(double x, double a, double b) {
    return ibeta_tails(x, a, b).log_p;
}

double cx_beta_log_sf(double x, double a, double b) {
    return ibeta_tails(x, a, b).log_q;
}
