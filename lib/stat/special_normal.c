#include "stat/special.h"

/* (x + 1) M(x), M the Mills ratio, in (x - 4) / (x + 4), Chebyshev */
static const double normal_mills[] = {
    1.1670525350882472,      -0.1610195767134654,     -0.028002821825452974,
    0.03167452189239266,     -0.012103231162345369,   0.0027056129762167095,
    -0.00029931636202703166, -1.716686526879361e-05,  1.0178489264109868e-05,
    -4.894829570004192e-07,  -2.844006500151048e-07,  3.0766283713811506e-08,
    9.180378674469537e-09,   -1.2756102213808737e-09, -3.660279376104134e-10,
    4.5926359348595205e-11,  1.7189314687646526e-11,  -1.2726833698700693e-12,
    -8.668081913316188e-13,  1.1061557204136741e-15,  4.2750210770103334e-14,
    3.790937692263904e-15,   -1.8474103010592332e-15, -4.0419094130708177e-16,
    5.340854385017358e-17,   2.941479937590055e-17};

static const double normal_log_root_2pi = 0.91893853320467274178;
static const double normal_root_2pi = 2.50662827463100050242;

/* (1 - Phi(x)) / phi(x) for x >= 0 */
static double normal_ratio(double x) {
    double t = x > 1e17 ? 1.0 : (x - 4.0) / (x + 4.0);
    int n = (int)(sizeof normal_mills / sizeof normal_mills[0]);
    return cx_i_chebyshev(normal_mills, n, t) / (x + 1.0);
}

/* e^(-x^2 / 2) times a factor of order 1: the square is exact, subnormals are rounded once. */
static double normal_exponential(cx_i_dd x, double factor) {
    if (fabs(x.hi) > 40.0) return 0.0;
    cx_i_dd square = cx_i_dd_mul(x, x);
    double half = -0.5 * square.hi;
    if (half < -600.0) {
        cx_i_dd exponent = {half, -0.5 * square.lo};
        return cx_i_dd_exp_times(exponent, factor);
    }
    return exp(half) * (factor - factor * (0.5 * square.lo));
}

double cx_i_normal_sf(cx_i_dd x) {
    double tail = normal_exponential(x, normal_ratio(fabs(x.hi)) / normal_root_2pi);
    return x.hi >= 0.0 ? tail : 1.0 - tail;
}

double cx_normal_pdf(double x) {
    if (isnan(x)) return x;
    return normal_exponential(cx_i_dd_of(x), 1.0 / normal_root_2pi);
}

double cx_normal_sf(double x) {
    return isnan(x) ? x : cx_i_normal_sf(cx_i_dd_of(x));
}

double cx_normal_cdf(double x) {
    return cx_normal_sf(-x);
}

double cx_normal_log_sf(double x) {
    if (isnan(x)) return x;
    if (x < 1.0) return log1p(-cx_normal_sf(-x));
    if (isinf(x)) return -HUGE_VAL;
    cx_i_dd square = cx_i_dd_product(x, x);
    double rest = log(normal_ratio(x)) - normal_log_root_2pi;
    return -0.5 * square.hi + (rest - (isinf(square.hi) ? 0.0 : 0.5 * square.lo));
}

double cx_normal_log_cdf(double x) {
    return cx_normal_log_sf(-x);
}

/* Phi(x) - 1/2 = phi(x) (x + x^3 / 3 + x^5 / 15 + ...), 0 <= x < 1 */
static double normal_centre(double x) {
    double term = x, sum = x, square = x * x;
    for (int n = 3; n < 80 && term > 1e-18 * sum; n += 2) {
        term *= square / n;
        sum += term;
    }
    return sum * cx_normal_pdf(x);
}

/* x >= 0 with Phi(x) - 1/2 = c, 0 <= c <= 1/4 */
static double normal_solve_centre(double c) {
    double x = c * normal_root_2pi;
    if (x < 1e-9) return x;
    for (int k = 0; k < 20; k++) {
        double f = (normal_centre(x) - c) / cx_normal_pdf(x);
        double step = f / (1.0 + 0.5 * x * f);
        x -= step;
        if (fabs(step) <= 1e-9 * x) break; /* cubic */
    }
    return x;
}

/* x > 0 with 1 - Phi(x) = q < 1/4: start of [Abramowitz and Stegun 26.2.22], Halley on the log */
static double normal_solve_tail(double q) {
    double t = sqrt(-2.0 * log(q));
    double x = t - (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + t * 0.04481));
    for (int k = 0; k < 20; k++) {
        double tail = cx_normal_sf(x);
        double f = tail > 1e-300 ? log1p((tail - q) / q) : cx_normal_log_sf(x) - log(q);
        double hazard = 1.0 / normal_ratio(x);
        double step = 2.0 * f / (2.0 * hazard + f * (hazard - x));
        x += step;
        if (fabs(step) <= 1e-7 * x) break; /* cubic */
    }
    return x;
}

double cx_normal_quantile_upper(double q) {
    if (!(q >= 0.0 && q <= 1.0)) return NAN;
    if (q == 0.0 || q == 1.0) return q == 0.0 ? HUGE_VAL : -HUGE_VAL;
    if (q > 0.5) return -cx_normal_quantile_upper(1.0 - q);
    return q >= 0.25 ? normal_solve_centre(0.5 - q) : normal_solve_tail(q);
}

double cx_normal_quantile(double p) {
    double x = cx_normal_quantile_upper(p);
    return x == 0.0 ? x : -x;
}
