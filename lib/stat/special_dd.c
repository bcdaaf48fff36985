#include "stat/special.h"

/* 1/n!, n = 1 .. */
static const cx_i_dd dd_inverse_factorial[] = {{1.0, 0.0},
                                               {0.5, 0.0},
                                               {0.16666666666666666, 9.25185853854297e-18},
                                               {0.041666666666666664, 2.3129646346357427e-18},
                                               {0.008333333333333333, 1.1564823173178714e-19},
                                               {0.001388888888888889, -5.300543954373577e-20},
                                               {0.0001984126984126984, 1.7209558293420705e-22},
                                               {2.48015873015873e-05, 2.1511947866775882e-23},
                                               {2.7557319223985893e-06, -1.858393274046472e-22},
                                               {2.755731922398589e-07, 2.3767714622250297e-23},
                                               {2.505210838544172e-08, -1.448814070935912e-24},
                                               {2.08767569878681e-09, -1.20734505911326e-25},
                                               {1.6059043836821613e-10, 1.2585294588752098e-26},
                                               {1.1470745597729725e-11, 2.0655512752830745e-28},
                                               {7.647163731819816e-13, 7.03872877733453e-30}};
static const cx_i_dd dd_ln2 = {0.6931471805599453, 2.3190468138462996e-17};

/* Powers of two beyond the range of one factor; rounds once, at the last step. */
static double dd_scale_by(double x, int exponent) {
    return ldexp(x, exponent);
}

/* e^x = 2^k (1 + e); the series runs on a 32nd of the remainder, then e <- 2e + e^2 five times. */
static cx_i_dd dd_exp_reduced(cx_i_dd x, int *k) {
    double multiple = floor(x.hi / dd_ln2.hi + 0.5);
    cx_i_dd r = cx_i_dd_sub(x, cx_i_dd_mul_d(dd_ln2, multiple));
    r = cx_i_dd_scale(r, 1.0 / 32);
    cx_i_dd sum = dd_inverse_factorial[13];
    for (int n = 12; n >= 0; n--) sum = cx_i_dd_add(cx_i_dd_mul(sum, r), dd_inverse_factorial[n]);
    cx_i_dd e = cx_i_dd_mul(sum, r);
    for (int n = 0; n < 5; n++) e = cx_i_dd_add(cx_i_dd_scale(e, 2.0), cx_i_dd_mul(e, e));
    *k = (int)multiple;
    return e;
}

cx_i_dd cx_i_dd_expm1(cx_i_dd x) {
    if (x.hi < -745.0) return cx_i_dd_of(-1.0);
    int k;
    cx_i_dd e = dd_exp_reduced(x, &k);
    if (k == 0) return e;
    e = cx_i_dd_add_d(e, 1.0);
    e.hi = dd_scale_by(e.hi, k);
    e.lo = dd_scale_by(e.lo, k);
    return cx_i_dd_add_d(e, -1.0);
}

cx_i_dd cx_i_dd_exp(cx_i_dd x) {
    if (x.hi < -745.0) return cx_i_dd_of(0.0);
    int k;
    cx_i_dd e = cx_i_dd_add_d(dd_exp_reduced(x, &k), 1.0);
    e.hi = dd_scale_by(e.hi, k);
    e.lo = dd_scale_by(e.lo, k);
    return e;
}

/* 2 artanh(x / (2 + x)) for small x; else one Newton step from the logarithm in double. */
static cx_i_dd dd_log1p_small(cx_i_dd x) {
    cx_i_dd r = cx_i_dd_div(x, cx_i_dd_add_d(x, 2.0)), square = cx_i_dd_mul(r, r);
    int n = fabs(x.hi) < 1e-8 ? 2 : fabs(x.hi) < 1e-3 ? 6 : 12;
    cx_i_dd sum = cx_i_dd_of(0.0);
    for (; n >= 1; n--)
        sum = cx_i_dd_mul(square, cx_i_dd_add(sum, cx_i_dd_div_d(cx_i_dd_of(1.0), 2.0 * n + 1.0)));
    sum = cx_i_dd_add(r, cx_i_dd_mul(r, sum));
    return cx_i_dd_scale(sum, 2.0);
}

cx_i_dd cx_i_dd_log(cx_i_dd x) {
    if (fabs(x.hi - 1.0) < 0.05) return dd_log1p_small(cx_i_dd_add_d(x, -1.0));
    int k;
    cx_i_dd m = {frexp(x.hi, &k), 0.0};
    m.lo = dd_scale_by(x.lo, -k);
    double start = log(m.hi);
    cx_i_dd e = cx_i_dd_mul(m, cx_i_dd_exp(cx_i_dd_of(-start)));
    e = cx_i_dd_add_d(e, -1.0);
    cx_i_dd y = cx_i_dd_add_d(e, -0.5 * e.hi * e.hi);
    y = cx_i_dd_add_d(y, start);
    return cx_i_dd_add(y, cx_i_dd_mul_d(dd_ln2, k));
}

cx_i_dd cx_i_dd_log1p(cx_i_dd x) {
    return fabs(x.hi) < 0.05 ? dd_log1p_small(x) : cx_i_dd_log(cx_i_dd_add_d(x, 1.0));
}

double cx_i_dd_exp_times(cx_i_dd x, double factor) {
    if (!(x.hi > -1e5)) return 0.0;
    if (x.hi > 1e5) return factor == 0.0 ? 0.0 : HUGE_VAL;
    int k;
    cx_i_dd e = dd_exp_reduced(x, &k);
    return dd_scale_by(factor + factor * e.hi, k);
}

/* B(a, b) and Gamma: Stirling's series above 20, the recurrence below. */
/* B_2n / (2n (2n - 1)) [DLMF 5.11.1] */
static const cx_i_dd stirling_coefficient[] = {{0.08333333333333333, 4.625929269271485e-18},
                                               {-0.002777777777777778, 1.0601087908747154e-19},
                                               {0.0007936507936507937, 6.883823317368282e-22},
                                               {-0.0005952380952380953, 5.36938218754726e-20},
                                               {0.0008417508417508417, 3.6870174889237694e-20},
                                               {-0.0019175269175269176, 1.0675702776872475e-19},
                                               {0.00641025641025641, 2.2240044563805217e-19},
                                               {-0.029550653594771242, 4.861760957508855e-19},
                                               {0.17964437236883057, -6.401600482710946e-19},
                                               {-1.3924322169059011, 1.5837056989230303e-17},
                                               {13.402864044168393, -6.154114101993966e-16},
                                               {-156.84828462600203, 9.391823141715389e-15},
                                               {2193.1033333333335, -1.3339255626002948e-13},
                                               {-36108.77125372499, 5.897583353514365e-13},
                                               {691472.268851313, 2.5585296305158e-11},
                                               {-15238221.539407415, -8.76774522490625e-10},
                                               {382900751.39141417, -2.4082684757733585e-08}};
static const cx_i_dd stirling_half_log_2pi = {0.9189385332046728, -3.8782941580672414e-17};

static cx_i_dd stirling_remainder(cx_i_dd x) { /* x >= 20 */
    cx_i_dd inverse = cx_i_dd_div(cx_i_dd_of(1.0), x), square = cx_i_dd_mul(inverse, inverse);
    int n = x.hi > 1e8 ? 2 : x.hi > 1e3 ? 6 : 17;
    cx_i_dd sum = cx_i_dd_of(0.0);
    for (; n >= 1; n--) sum = cx_i_dd_add(cx_i_dd_mul(sum, square), stirling_coefficient[n - 1]);
    return cx_i_dd_mul(sum, inverse);
}

cx_i_dd cx_i_dd_lgamma(cx_i_dd x) {
    cx_i_dd product = cx_i_dd_of(1.0);
    bool shifted = x.hi < 20.0;
    while (x.hi < 20.0) {
        product = cx_i_dd_mul(product, x);
        x = cx_i_dd_add_d(x, 1.0);
    }
    cx_i_dd r = cx_i_dd_mul(cx_i_dd_add_d(x, -0.5), cx_i_dd_log(x));
    r = cx_i_dd_add(cx_i_dd_sub(r, x), stirling_half_log_2pi);
    r = cx_i_dd_add(r, stirling_remainder(x));
    return shifted ? cx_i_dd_sub(r, cx_i_dd_log(product)) : r;
}

/* lgamma(b + a) - lgamma(b) for b >= 20 and a <= b: the large parts cancel in the formula. */
static cx_i_dd lgamma_increment(double b, double a) {
    cx_i_dd s = cx_i_dd_sum(a, b);
    cx_i_dd ratio = cx_i_dd_div(cx_i_dd_of(a), cx_i_dd_of(b));
    cx_i_dd r = cx_i_dd_mul(cx_i_dd_sum(b, -0.5), cx_i_dd_log1p(ratio));
    r = cx_i_dd_add(r, cx_i_dd_mul_d(cx_i_dd_add_d(cx_i_dd_log(s), -1.0), a));
    return cx_i_dd_add(r, cx_i_dd_sub(stirling_remainder(s), stirling_remainder(cx_i_dd_of(b))));
}

cx_i_dd cx_i_dd_lbeta(double a, double b) {
    double small = a < b ? a : b, large = a < b ? b : a;
    cx_i_dd first = cx_i_dd_lgamma(cx_i_dd_of(small));
    if (large >= 20.0) return cx_i_dd_sub(first, lgamma_increment(large, small));
    cx_i_dd sum = cx_i_dd_add(first, cx_i_dd_lgamma(cx_i_dd_of(large)));
    return cx_i_dd_sub(sum, cx_i_dd_lgamma(cx_i_dd_sum(a, b)));
}
