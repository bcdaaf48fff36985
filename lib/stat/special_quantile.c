#include "stat/special.h"

#include <float.h>

/* Quantiles are solved for u, the distance from the nearer end of the support, by Newton's steps
 * on the logarithm of the smaller tail inside a bracket. */
typedef struct quantile_problem {
    cx_i_beta beta; /* the beta law, when shape is 0 */
    double shape;   /* the gamma law otherwise */
    cx_i_dd log_gamma;
    double tail; /* the probability wanted, at most 1/2 */
    bool upper;  /* which tail it is */
} quantile_problem;

static const double quantile_tiny = 0x1p-1074;

/* log of the tail at u over the tail wanted; the slope is d log tail / d log u without its sign. */
static double quantile_excess(quantile_problem *problem, double u, double *slope) {
    cx_i_tails tails;
    double log_density;
    if (problem->shape > 0.0) {
        tails = cx_i_gamma_tails(problem->shape, cx_i_dd_of(u), problem->log_gamma);
        cx_i_dd power = cx_i_dd_mul_d(cx_i_dd_log(cx_i_dd_of(u)), problem->shape);
        log_density = cx_i_dd_sub(cx_i_dd_add_d(power, -u), problem->log_gamma).hi;
    } else {
        cx_i_beta *beta = &problem->beta;
        cx_i_beta_at(beta, cx_i_dd_of(u), cx_i_dd_sum(1.0, -u));
        tails = cx_i_beta_tails(beta);
        cx_i_dd power = cx_i_dd_mul_d(beta->log_x, beta->a);
        power = cx_i_dd_add(power, cx_i_dd_mul(beta->log_y, cx_i_dd_sum(beta->b, -1.0)));
        log_density = cx_i_dd_sub(power, beta->log_beta).hi;
    }
    double tail = problem->upper ? tails.q : tails.p;
    double log_tail = problem->upper ? tails.log_q : tails.log_p;
    *slope = exp(log_density - log_tail);
    if (tail > DBL_MIN && problem->tail > DBL_MIN && fabs(log_tail) < 700.0) {
        double ratio = (tail - problem->tail) / problem->tail;
        return fabs(ratio) < 0.5 ? log1p(ratio) : log(tail) - log(problem->tail);
    }
    return log_tail - log(problem->tail);
}

/* -- a start in plain doubles, so that one step in full precision is left --------------------- */

/* Lentz's continued fraction of the incomplete beta function [DLMF 8.17.22]; 0 when it is slow. */
static double quantile_fraction(double a, double b, double x) {
    double c = 1.0, d = 1.0 / (1.0 - (a + b) * x / (a + 1.0)), product = d;
    for (int m = 1; m < 200; m++) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        product *= c * d;
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        product *= c * d;
        if (fabs(c * d - 1.0) < 1e-12) return product;
    }
    return 0.0;
}

/* quantile_excess for the beta law to some ten digits; NaN where the fraction does not serve. */
static double quantile_rough_excess(const quantile_problem *problem, double u, double *slope) {
    double a = problem->beta.a, b = problem->beta.b;
    bool lower = u * (a + b + 2.0) < a + 1.0;
    double log_front = a * log(u) + b * log1p(-u) - problem->beta.log_beta.hi;
    double sum = lower ? quantile_fraction(a, b, u) / a : quantile_fraction(b, a, 1.0 - u) / b;
    double near = exp(log_front) * sum, tail = lower == problem->upper ? 1.0 - near : near;
    if (!(sum > 0.0) || !(tail > 1e-290) || !(problem->tail > 1e-290)) return NAN;
    *slope = exp(log_front - log1p(-u)) / tail;
    return log(tail / problem->tail);
}

/* One step: in log u for a lower tail, which is a power of u at first, in u for an upper one. */
static double quantile_step(const quantile_problem *problem, double u, double step) {
    if (problem->upper || fabs(step) < 0.1)
        return u + u * step * (problem->upper ? 1.0 : 1.0 + 0.5 * step);
    return u * exp(step);
}

/* A better start than u, or u. */
static double quantile_rough(const quantile_problem *problem, double u, double low, double high) {
    double start = u;
    for (int k = 0; k < 40; k++) {
        double slope, excess = quantile_rough_excess(problem, u, &slope);
        if (isnan(excess) || !(slope > 0.0)) return start;
        if (k == 0 && fabs(excess) < 1e-9) return start; /* the power law knows more digits */
        if ((excess > 0.0) == problem->upper)
            low = u;
        else
            high = u;
        double step = (problem->upper ? excess : -excess) / slope;
        double next = quantile_step(problem, u, step);
        if (!(next > low && next < high)) next = low + 0.5 * (high - low);
        if (fabs(step) < 1e-6) return next;
        u = next;
    }
    return start;
}

/* The root between low and high, started at u. */
static double quantile_search(quantile_problem *problem, double u, double low, double high) {
    for (int k = 0; k < 300; k++) {
        double slope, excess = quantile_excess(problem, u, &slope);
        if (excess == 0.0) return u;
        if ((excess > 0.0) == problem->upper)
            low = u;
        else
            high = u;
        double step = (problem->upper ? excess : -excess) / slope;
        double next = quantile_step(problem, u, step);
        if (fabs(step) < 1e-8 && fabs(excess) < 1e-8) return next;
        if (!(next > low && next < high))
            next = high > 4.0 * low ? sqrt(low) * sqrt(high) : low + 0.5 * (high - low);
        if (next <= low || next >= high) return u;
        u = next;
    }
    return u;
}

/* log u from the leading power u^a / (a B): exact in the limit u -> 0. */
static cx_i_dd quantile_power_log(const quantile_problem *problem, double a, cx_i_dd log_front) {
    cx_i_dd tail = cx_i_dd_of(problem->tail);
    cx_i_dd log_p = problem->upper ? cx_i_dd_log1p(cx_i_dd_neg(tail)) : cx_i_dd_log(tail);
    log_front = cx_i_dd_add(log_front, cx_i_dd_log(cx_i_dd_of(a)));
    return cx_i_dd_div_d(cx_i_dd_add(log_p, log_front), a);
}

static double quantile_normal_deviate(const quantile_problem *problem) {
    double z = cx_normal_quantile(problem->tail);
    return problem->upper ? -z : z;
}

static double quantile_gamma(quantile_problem *problem) {
    double a = problem->shape, slope;
    double start = exp(quantile_power_log(problem, a, problem->log_gamma).hi);
    double excess = quantile_excess(problem, quantile_tiny, &slope);
    if ((excess < 0.0) == problem->upper) return 0.0;
    double cube = 1.0 - 1.0 / (9.0 * a) + quantile_normal_deviate(problem) / (3.0 * sqrt(a));
    cube = cube > 0.0 ? a * cube * cube * cube : 0.0; /* Wilson and Hilferty 1931 */
    if (cube > start || !(start < 1e3 * a)) start = cube;
    if (!(start > quantile_tiny)) start = a < 1.0 ? exp(-1.0 / a) : a;
    if (!(start > quantile_tiny)) start = DBL_MIN;
    return quantile_search(problem, start, quantile_tiny, DBL_MAX);
}

/* The root below 1/2 of the beta problem; 0 when it underflows, with log u in *log_u. */
static double quantile_beta(quantile_problem *problem, cx_i_dd *log_u) {
    double a = problem->beta.a, b = problem->beta.b, slope;
    *log_u = quantile_power_log(problem, a, problem->beta.log_beta);
    if (!(log_u->hi > -600.0)) { /* may the root underflow? */
        double excess = quantile_excess(problem, quantile_tiny, &slope);
        if ((excess < 0.0) == problem->upper) return 0.0;
    }
    double start = exp(log_u->hi), mean = a / (a + b);
    if (a > 2.0 && b > 2.0) {
        double sd = sqrt(mean * (b / (a + b)) / (a + b + 1.0));
        double wide = mean + quantile_normal_deviate(problem) * sd;
        if (wide > start) start = wide;
    }
    if (!(start < 0.5)) start = mean < 0.5 ? mean : 0.25;
    if (!(start > quantile_tiny)) start = DBL_MIN;
    start = quantile_rough(problem, start, quantile_tiny, 0.5);
    return quantile_search(problem, start, quantile_tiny, 0.5);
}

cx_i_split cx_i_beta_solve(double a, double b, double probability, bool upper) {
    quantile_problem problem = {.tail = probability, .upper = upper};
    if (probability > 0.5) {
        problem.tail = 1.0 - probability;
        problem.upper = !upper;
    }
    problem.beta.a = a;
    problem.beta.b = b;
    problem.beta.log_beta = cx_i_dd_lbeta(a, b);
    double slope, excess = quantile_rough_excess(&problem, 0.5, &slope);
    if (!(fabs(excess) > 1e-6)) excess = quantile_excess(&problem, 0.5, &slope);
    bool swapped = (excess < 0.0) != problem.upper; /* the root lies above 1/2 */
    if (swapped) {
        problem.beta.a = b;
        problem.beta.b = a;
        problem.upper = !problem.upper;
    }
    cx_i_dd log_u;
    double u = quantile_beta(&problem, &log_u);
    cx_i_split split = {u, 1.0 - u, log_u};
    if (swapped) {
        split.x = 1.0 - u;
        split.y = u;
        split.log_ratio = cx_i_dd_neg(log_u);
    }
    return split;
}

double cx_i_gamma_solve(double shape, double probability, bool upper) {
    quantile_problem problem = {.tail = probability, .upper = upper, .shape = shape};
    if (probability > 0.5) {
        problem.tail = 1.0 - probability;
        problem.upper = !upper;
    }
    problem.log_gamma = cx_i_dd_lgamma(cx_i_dd_of(shape));
    return quantile_gamma(&problem);
}

static double quantile_gamma_scaled(double probability, double shape, double scale, bool upper) {
    if (!(probability >= 0.0 && probability <= 1.0)) return NAN;
    if (!(shape > 0.0) || !(scale > 0.0) || isinf(shape) || isinf(scale)) return NAN;
    if (probability == 0.0 || probability == 1.0)
        return (probability == 0.0) == upper ? HUGE_VAL : 0.0;
    return scale * cx_i_gamma_solve(shape, probability, upper);
}

double cx_gamma_quantile(double p, double shape, double scale) {
    return quantile_gamma_scaled(p, shape, scale, false);
}

double cx_gamma_quantile_upper(double q, double shape, double scale) {
    return quantile_gamma_scaled(q, shape, scale, true);
}

double cx_chisq_quantile(double p, double df) {
    return quantile_gamma_scaled(p, 0.5 * df, 2.0, false);
}

double cx_chisq_quantile_upper(double q, double df) {
    return quantile_gamma_scaled(q, 0.5 * df, 2.0, true);
}

static double quantile_beta_checked(double probability, double a, double b, bool upper) {
    if (!(probability >= 0.0 && probability <= 1.0)) return NAN;
    if (!(a > 0.0) || !(b > 0.0) || isinf(a) || isinf(b)) return NAN;
    if (probability == 0.0 || probability == 1.0) return (probability == 0.0) == upper ? 1.0 : 0.0;
    return cx_i_beta_solve(a, b, probability, upper).x;
}

double cx_beta_quantile(double p, double a, double b) {
    return quantile_beta_checked(p, a, b, false);
}

double cx_beta_quantile_upper(double q, double a, double b) {
    return quantile_beta_checked(q, a, b, true);
}

/* x / y; beyond the range of a double by its logarithm, times `factor`, to the `power` 1 or 1/2. */
static double quantile_ratio(cx_i_split split, double factor, double power) {
    if (split.x > 1e-290 && split.y > 1e-290) {
        double ratio = factor * (split.x / split.y);
        return power == 1.0 ? ratio : sqrt(ratio);
    }
    cx_i_dd log_ratio = cx_i_dd_add(split.log_ratio, cx_i_dd_log(cx_i_dd_of(factor)));
    return cx_i_dd_exp_times(cx_i_dd_scale(log_ratio, power), 1.0);
}

double cx_t_quantile_upper(double q, double df) {
    if (!(q >= 0.0 && q <= 1.0) || !(df > 0.0)) return NAN;
    if (q == 0.0 || q == 1.0) return q == 0.0 ? HUGE_VAL : -HUGE_VAL;
    if (df > 1e22) return cx_normal_quantile_upper(q);
    if (q == 0.5) return 0.0;
    double tail = q < 0.5 ? q : 1.0 - q;
    double t = quantile_ratio(cx_i_beta_solve(0.5, 0.5 * df, 2.0 * tail, true), df, 0.5);
    return q < 0.5 ? t : -t;
}

double cx_t_quantile(double p, double df) {
    double t = cx_t_quantile_upper(p, df);
    return t == 0.0 ? t : -t;
}

static double quantile_f(double probability, double d1, double d2, bool upper) {
    if (!(probability >= 0.0 && probability <= 1.0) || !(d1 > 0.0) || !(d2 > 0.0)) return NAN;
    if (isinf(d1) && isinf(d2)) return 1.0;
    if (probability == 0.0 || probability == 1.0)
        return (probability == 0.0) == upper ? HUGE_VAL : 0.0;
    if (isinf(d2)) return cx_i_gamma_solve(0.5 * d1, probability, upper) / (0.5 * d1);
    if (isinf(d1)) return 0.5 * d2 / cx_i_gamma_solve(0.5 * d2, probability, !upper);
    cx_i_split split = cx_i_beta_solve(0.5 * d1, 0.5 * d2, probability, upper);
    return quantile_ratio(split, d2 / d1, 1.0);
}

double cx_f_quantile(double p, double d1, double d2) {
    return quantile_f(p, d1, d2, false);
}

double cx_f_quantile_upper(double q, double d1, double d2) {
    return quantile_f(q, d1, d2, true);
}
