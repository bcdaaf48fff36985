#ifndef CX_I_SPECIAL_H
#define CX_I_SPECIAL_H

#include <cxkit/special.h>

#include <math.h>
#include <stdbool.h>

/* Double-double: an unevaluated sum with |lo| <= ulp(hi) / 2, some 106 bits [Dekker 1971]. */
typedef struct cx_i_dd {
    double hi, lo;
} cx_i_dd;

static inline cx_i_dd cx_i_dd_of(double x) {
    cx_i_dd r = {x, 0.0};
    return r;
}

static inline cx_i_dd cx_i_dd_quick(double a, double b) { /* |a| >= |b| */
    cx_i_dd r;
    r.hi = a + b;
    r.lo = b - (r.hi - a);
    return r;
}

static inline cx_i_dd cx_i_dd_sum(double a, double b) {
    cx_i_dd r;
    r.hi = a + b;
    double t = r.hi - a;
    r.lo = (a - (r.hi - t)) + (b - t);
    return r;
}

static inline cx_i_dd cx_i_dd_product(double a, double b) {
    cx_i_dd r;
    r.hi = a * b;
    r.lo = fma(a, b, -r.hi);
    return r;
}

static inline cx_i_dd cx_i_dd_neg(cx_i_dd a) {
    cx_i_dd r = {-a.hi, -a.lo};
    return r;
}

static inline cx_i_dd cx_i_dd_add(cx_i_dd a, cx_i_dd b) {
    cx_i_dd s = cx_i_dd_sum(a.hi, b.hi), t = cx_i_dd_sum(a.lo, b.lo);
    s = cx_i_dd_quick(s.hi, s.lo + t.hi);
    return cx_i_dd_quick(s.hi, s.lo + t.lo);
}

static inline cx_i_dd cx_i_dd_sub(cx_i_dd a, cx_i_dd b) {
    return cx_i_dd_add(a, cx_i_dd_neg(b));
}

static inline cx_i_dd cx_i_dd_add_d(cx_i_dd a, double b) {
    cx_i_dd s = cx_i_dd_sum(a.hi, b);
    return cx_i_dd_quick(s.hi, s.lo + a.lo);
}

static inline cx_i_dd cx_i_dd_mul(cx_i_dd a, cx_i_dd b) {
    cx_i_dd p = cx_i_dd_product(a.hi, b.hi);
    return cx_i_dd_quick(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline cx_i_dd cx_i_dd_mul_d(cx_i_dd a, double b) {
    cx_i_dd p = cx_i_dd_product(a.hi, b);
    return cx_i_dd_quick(p.hi, p.lo + a.lo * b);
}

static inline cx_i_dd cx_i_dd_div(cx_i_dd a, cx_i_dd b) {
    double q = a.hi / b.hi;
    cx_i_dd r = cx_i_dd_sub(a, cx_i_dd_mul_d(b, q));
    double s = r.hi / b.hi;
    r = cx_i_dd_sub(r, cx_i_dd_mul_d(b, s));
    return cx_i_dd_add_d(cx_i_dd_quick(q, s), r.hi / b.hi);
}

static inline cx_i_dd cx_i_dd_div_d(cx_i_dd a, double b) {
    return cx_i_dd_div(a, cx_i_dd_of(b));
}

/* Multiplication by a power of two. */
static inline cx_i_dd cx_i_dd_scale(cx_i_dd a, double power) {
    cx_i_dd r = {a.hi * power, a.lo * power};
    return r;
}

cx_i_dd cx_i_dd_expm1(cx_i_dd x); /* |x| <= 745; absolute error 1e-30 times e^x */
cx_i_dd cx_i_dd_exp(cx_i_dd x);
cx_i_dd cx_i_dd_log(cx_i_dd x);   /* x > 0 */
cx_i_dd cx_i_dd_log1p(cx_i_dd x); /* x > -1, relative */
/* factor * e^x in double, rounded once also where the result is subnormal. */
double cx_i_dd_exp_times(cx_i_dd x, double factor);

cx_i_dd cx_i_dd_lgamma(cx_i_dd x);                   /* x > 0 */
cx_i_dd cx_i_dd_lgamma_signed(cx_i_dd x, int *sign); /* log |Gamma(x)|, x no pole */
cx_i_dd cx_i_dd_lbeta(double a, double b);           /* a, b > 0 */
double cx_i_log1pmx(double x);                       /* log(1 + x) - x */
double cx_i_expm1mx(double x);                       /* e^x - 1 - x */
double cx_i_chebyshev(const double *coefficient, int n, double x);
double cx_i_stirling(double x); /* remainder of Stirling's formula, x >= 10 */

/* Upper tail of the standard normal at x.hi + x.lo. */
double cx_i_normal_sf(cx_i_dd x);

/* Gauss-Legendre, 20 points: the positive half. */
extern const double cx_i_legendre_node[10];
extern const double cx_i_legendre_weight[10];

/* Both tails and their logarithms. */
typedef struct cx_i_tails {
    double p, q, log_p, log_q;
} cx_i_tails;

/* From one tail given as e^log_front * sum; `upper` says which. */
cx_i_tails cx_i_tails_from(cx_i_dd log_front, cx_i_dd sum, bool upper);
cx_i_tails cx_i_tails_at_end(bool upper_end); /* all probability below, or all above */

/* The incomplete gamma functions at x > 0; log_gamma is that of the shape. */
cx_i_tails cx_i_gamma_tails(double shape, cx_i_dd x, cx_i_dd log_gamma);

/* The incomplete beta functions; x + y = 1, neither 0 nor 1 unless its logarithm is given. */
typedef struct cx_i_beta {
    double a, b;
    cx_i_dd x, y, log_x, log_y, log_beta;
} cx_i_beta;
void cx_i_beta_at(cx_i_beta *beta, cx_i_dd x, cx_i_dd y); /* sets x, y and their logarithms */
cx_i_tails cx_i_beta_tails(const cx_i_beta *beta);

/* The point x, y = 1 - x where one tail is `probability` in (0, 1). Where x or y underflows,
 * log_ratio is log(x / y). */
typedef struct cx_i_split {
    double x, y;
    cx_i_dd log_ratio;
} cx_i_split;
cx_i_split cx_i_beta_solve(double a, double b, double probability, bool upper);
double cx_i_gamma_solve(double shape, double probability, bool upper); /* scale 1 */

#endif
