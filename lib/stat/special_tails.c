#include "stat/special.h"

const double cx_i_legendre_node[10] = {0.9931285991850949, 0.9639719272779138,  0.912234428251326,
                                       0.8391169718222188, 0.7463319064601508,  0.636053680726515,
                                       0.5108670019508271, 0.37370608871541955, 0.22778585114164507,
                                       0.07652652113349734};
const double cx_i_legendre_weight[10] = {
    0.017614007139152118, 0.04060142980038694, 0.06267204833410907, 0.08327674157670475,
    0.10193011981724044,  0.11819453196151841, 0.13168863844917664, 0.14209610931838204,
    0.14917298647260374,  0.15275338713072584};

/* log(1 + x) - x without cancellation: with r = x / (2 + x), log(1 + x) = 2 artanh r. */
double cx_i_log1pmx(double x) {
    if (x < -0.5 || x > 1.0) return log1p(x) - x;
    double r = x / (2.0 + x), square = r * r, sum = 0.0;
    int n = fabs(x) < 0.01 ? 4 : fabs(x) < 0.1 ? 7 : 17;
    for (; n >= 1; n--) sum = (sum + 1.0 / (2.0 * n + 1.0)) * square;
    return r * (2.0 * sum - x);
}

/* e^x - 1 - x by its series where the closed form would cancel. */
double cx_i_expm1mx(double x) {
    if (fabs(x) > 0.5) return expm1(x) - x;
    int n = fabs(x) < 0.01 ? 7 : 15;
    double sum = 1.0;
    for (; n >= 3; n--) sum = 1.0 + sum * x / n;
    return 0.5 * x * x * sum;
}

/* log of the small part when the large one is near 1, and so on for all four. */
static cx_i_tails tails_of(double value, double rest, double log_value, double log_rest,
                           bool upper) {
    cx_i_tails t = {value, rest, log_value, log_rest};
    if (upper) {
        t.p = rest;
        t.q = value;
        t.log_p = log_rest;
        t.log_q = log_value;
    }
    return t;
}

cx_i_tails cx_i_tails_from(cx_i_dd log_front, cx_i_dd sum, bool upper) {
    double value = cx_i_dd_exp_times(log_front, sum.hi);
    if (value <= 0.5) {
        double log_value = log_front.hi + (log_front.lo + log(sum.hi));
        return tails_of(value, 1.0 - value, log_value, log1p(-value), upper);
    }
    cx_i_dd rest = cx_i_dd_expm1(cx_i_dd_add(log_front, cx_i_dd_log(sum)));
    double small = rest.hi < 0.0 ? -rest.hi : 0.0;
    return tails_of(1.0 - small, small, log1p(-small), log(small), upper);
}

cx_i_tails cx_i_tails_at_end(bool upper_end) {
    return tails_of(0.0, 1.0, -HUGE_VAL, 0.0, upper_end);
}
