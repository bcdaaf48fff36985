#include "stat/special.h"

/* lgamma(2 + d) / (d (1 + d)) on [-1, 1], Chebyshev */
static const double gamma_near_two[] = {
    0.44148902545501423,     -0.11119580321752523,    0.01951044826068884,
    -0.003922461463025264,   0.0008478989895953857,   -0.00019153855341365593,
    4.454470184975607e-05,   -1.05728743735943e-05,   2.5474336873408417e-06,
    -6.208535880776316e-07,  1.5268677399071546e-07,  -3.782637660291326e-08,
    9.428100823624284e-09,   -2.361999702184645e-09,  5.943541905817546e-10,
    -1.501312977072867e-10,  3.8050196458110534e-11,  -9.672485299656325e-12,
    2.465348198355661e-12,   -6.298868140791711e-13,  1.6128460030283787e-13,
    -4.137949206814042e-14,  1.0635701227757898e-14,  -2.7382420786652826e-15,
    7.060670507214892e-16,   -1.8232177141662118e-16, 4.714169006756272e-17,
    -1.2204107319639856e-17, 3.1630451661790255e-18};
/* digamma(2 + d) / (2 + d - root) on [-1, 1], Chebyshev */
static const double digamma_near_root[] = {
    0.8508141002274594,      -0.30691795316595705,    0.06960086856205178,
    -0.01712297234345182,    0.004374961886424303,    -0.0011401796377915106,
    0.00030046127392236794,  -7.969172661686522e-05,  2.1218853925722328e-05,
    -5.6631596935365925e-06, 1.5136717505341737e-06,  -4.0495026233355134e-07,
    1.083979923064392e-07,   -2.9026750711369042e-08, 7.774554697983642e-09,
    -2.082649195692377e-09,  5.579524084715322e-10,   -1.4948718863979587e-10,
    4.005228073341035e-11,   -1.0731515178725395e-11, 2.8754217843517632e-12,
    -7.704533926086572e-13,  2.0644004026236004e-13,  -5.53150434659318e-14,
    1.482155285389004e-14,   -3.971411389284323e-15,  1.0641344625722717e-15,
    -2.8513362471718133e-16, 7.640126526131413e-17,   -2.047164716811876e-17,
    5.485359583436558e-18};
static const cx_i_dd digamma_root = {1.4616321449683622, 9.549995429965697e-17};

static const double gamma_pi = 3.14159265358979323846;

double cx_i_chebyshev(const double *coefficient, int n, double x) { /* Clenshaw's recurrence */
    double first = 0.0, second = 0.0;
    for (int k = n - 1; k > 0; k--) {
        double next = 2.0 * x * first - second + coefficient[k];
        second = first;
        first = next;
    }
    return x * first - second + coefficient[0];
}

#define GAMMA_COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

/* lgamma(2 + d), |d| <= 1; d is exact near both zeros. */
static double gamma_two_plus(double d) {
    return d * (1.0 + d) * cx_i_chebyshev(gamma_near_two, GAMMA_COUNT(gamma_near_two), d);
}

double cx_i_stirling(double x) {
    static const double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                               1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
    double square = 1.0 / (x * x), sum = 0.0;
    for (int k = 7; k >= 0; k--) sum = sum * square + c[k];
    return sum / x;
}

static double gamma_log_positive(double x) {
    if (x < 1.0) return gamma_two_plus(x - 1.0) - log(x);
    if (x <= 3.0) return gamma_two_plus(x - 2.0);
    if (x < 12.0) {
        double product = 1.0;
        while (x > 3.0) {
            x -= 1.0;
            product *= x;
        }
        return gamma_two_plus(x - 2.0) + log(product);
    }
    /* grouped so that the largest term is rounded once: x (log x - 1) - log(x)/2 + ... */
    double l = log(x);
    return x > 1e300 ? x * (l - 1.0)
                     : x * (l - 1.0) + (0.91893853320467274178 - 0.5 * l + cx_i_stirling(x));
}

/* |sin(pi x)| / pi for |x| <= 1/2 in double-double */
static cx_i_dd gamma_sine(cx_i_dd x) {
    if (x.hi < 0.0) x = cx_i_dd_neg(x);
    cx_i_dd pi = {3.141592653589793, 1.2246467991473532e-16}, term = x, sum = x;
    cx_i_dd square = cx_i_dd_mul(x, pi);
    square = cx_i_dd_neg(cx_i_dd_mul(square, square));
    for (int n = 1; n <= 16; n++) {
        term = cx_i_dd_div_d(cx_i_dd_mul(term, square), 2.0 * n * (2.0 * n + 1.0));
        sum = cx_i_dd_add(sum, term);
    }
    return sum;
}

/* |Gamma(x) Gamma(1 - x) sin(pi x)| = pi [DLMF 5.5.3] */
cx_i_dd cx_i_dd_lgamma_signed(cx_i_dd x, int *sign) {
    *sign = 1;
    if (x.hi > 0.0) return cx_i_dd_lgamma(x);
    double below = floor(x.hi);
    if (fmod(below, 2.0) != 0.0) *sign = -1;
    cx_i_dd front = cx_i_dd_log(gamma_sine(cx_i_dd_add_d(x, -floor(x.hi + 0.5))));
    cx_i_dd other = cx_i_dd_lgamma(cx_i_dd_add_d(cx_i_dd_neg(x), 1.0));
    return cx_i_dd_neg(cx_i_dd_add(front, other));
}

double cx_lgamma(double x) {
    if (isnan(x)) return x;
    if (isinf(x)) return HUGE_VAL;
    if (x > 0.0) return gamma_log_positive(x);
    if (x == floor(x)) return HUGE_VAL;
    if (x > -1e-20) return -log(-x);
    int sign;
    return cx_i_dd_lgamma_signed(cx_i_dd_of(x), &sign).hi; /* the zeros need the digits */
}

static double digamma_positive(double x) {
    double sum = 0.0;
    if (x < 1.0) {
        sum = -1.0 / x;
        x += 1.0;
    }
    if (x < 10.0) {
        for (; x > 3.0; sum += 1.0 / x) x -= 1.0;
        double distance = (x - digamma_root.hi) - digamma_root.lo;
        return sum + distance *
                         cx_i_chebyshev(digamma_near_root, GAMMA_COUNT(digamma_near_root), x - 2.0);
    }
    static const double c[] = {1.0 / 12,   -1.0 / 120,     1.0 / 252,
                               -1.0 / 240, 1.0 / 132,      -691.0 / 32760,
                               1.0 / 12,   -3617.0 / 8160, 43867.0 / 14364};
    double square = 1.0 / (x * x), series = 0.0;
    for (int k = 8; k >= 0; k--) series = series * square + c[k];
    return log(x) - 0.5 / x - series * square;
}

double cx_digamma(double x) {
    if (isnan(x) || x == -HUGE_VAL) return NAN;
    if (x > 0.0) return digamma_positive(x);
    double fraction = x - floor(x + 0.5);
    if (fraction == 0.0) return NAN;
    return digamma_positive(1.0 - x) - gamma_pi / tan(gamma_pi * fraction);
}

static double trigamma_positive(double x) {
    static const double c[] = {1.0 / 6,         -1.0 / 30, 1.0 / 42,      -1.0 / 30,      5.0 / 66,
                               -691.0 / 2730.0, 7.0 / 6,   -3617.0 / 510, 43867.0 / 798.0};
    double sum = 0.0;
    for (; x < 12.0; x += 1.0) sum += 1.0 / (x * x);
    double inverse = 1.0 / x, square = inverse * inverse, series = 0.0;
    for (int k = 8; k >= 0; k--) series = series * square + c[k];
    return sum + (inverse + (0.5 * square + series * square * inverse));
}

double cx_trigamma(double x) {
    if (isnan(x) || x == -HUGE_VAL) return NAN;
    if (x > 0.0) return trigamma_positive(x);
    double fraction = x - floor(x + 0.5);
    if (fraction == 0.0) return HUGE_VAL;
    double sine = sin(gamma_pi * fraction), ratio = gamma_pi / sine;
    return ratio * ratio - trigamma_positive(1.0 - x);
}

double cx_lbeta(double a, double b) {
    if (!(a >= 0.0) || !(b >= 0.0)) return NAN;
    if ((a == 0.0 && isinf(b)) || (b == 0.0 && isinf(a))) return NAN;
    if (a == 0.0 || b == 0.0) return HUGE_VAL;
    if (isinf(a) || isinf(b)) return -HUGE_VAL;
    if (a == 1.0 || b == 1.0) return a == b ? 0.0 : -log(a == 1.0 ? b : a);
    return cx_i_dd_lbeta(a, b).hi;
}
