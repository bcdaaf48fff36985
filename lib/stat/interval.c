#include "stat/interval.h"

#include <cxkit/special.h>

/* -- a share [Brown2001] ------------------------------------------------------------------- */

static cx_i_interval interval_around(double centre, double half) {
    return (cx_i_interval){centre - half, centre + half};
}

/* At x = 0 and x = n one limit is the end itself, which rounding would miss. */
static cx_i_interval interval_wilson(double x, double n, double z) {
    double p = x / n, z2 = z * z;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    cx_i_interval interval = interval_around(centre, half);
    if (x <= 0) interval.low = 0;
    if (x >= n) interval.high = 1;
    return interval;
}

static cx_i_interval interval_agresti_coull(double x, double n, double z) {
    double wide_n = n + z * z, p = (x + z * z / 2) / wide_n;
    return interval_around(p, z * sqrt(p * (1 - p) / wide_n));
}

/* low_a .. high_b: the beta distributions of the two limits; the ends are exact. */
static cx_i_interval interval_beta(double x, double n, double extra_low, double extra_high,
                                   double confidence) {
    double tail = (1 - confidence) / 2;
    cx_i_interval interval = {0, 1};
    if (x > 0) interval.low = cx_beta_quantile(tail, x + extra_low, n - x + 1 - extra_low);
    if (x < n) interval.high = cx_beta_quantile_upper(tail, x + 1 - extra_high, n - x + extra_high);
    return interval;
}

cx_i_interval cx_i_share_interval(cx_method method, double x, double n, double confidence) {
    double z = cx_normal_quantile_upper((1 - confidence) / 2), p = x / n;
    switch (method) {
    case CX_METHOD_JEFFREYS:
        return interval_beta(x, n, 0.5, 0.5, confidence);
    case CX_METHOD_CLOPPER_PEARSON:
        return interval_beta(x, n, 0, 0, confidence);
    case CX_METHOD_AGRESTI_COULL:
        return interval_agresti_coull(x, n, z);
    case CX_METHOD_WALD:
        return interval_around(p, z * sqrt(p * (1 - p) / n));
    default:
        return interval_wilson(x, n, z);
    }
}

/* -- a net score [Rocks2016] --------------------------------------------------------------- */

static cx_i_interval interval_net_wald(cx_i_trinomial counts, double z) {
    double n = counts.minus + counts.zero + counts.plus;
    double net = (counts.plus - counts.minus) / n;
    double variance = (counts.plus + counts.minus) / n - net * net;
    return interval_around(net, z * sqrt(fmax(variance, 0) / n));
}

static cx_i_interval interval_net_adjusted(cx_i_trinomial counts, double minus, double zero,
                                           double plus, double z) {
    counts.minus += minus, counts.zero += zero, counts.plus += plus;
    return interval_net_wald(counts, z);
}

/* The score statistic of a net score d; its nuisance parameter q, the share of the smaller class,
 * is the larger root of A q^2 + B q + C [Tango1998]. */
double cx_i_net_statistic(cx_i_trinomial counts, double d) {
    double n = counts.minus + counts.zero + counts.plus, net = counts.plus - counts.minus;
    double b = -counts.plus - counts.minus + (2 * n - net) * d, c = -counts.minus * d * (1 - d);
    double root = sqrt(fmax(b * b - 8 * n * c, 0));
    double q = b > 0 ? (root + b > 0 ? -2 * c / (root + b) : 0) : (root - b) / (4 * n);
    double variance = n * (2 * q + d * (1 - d));
    double distance = net - n * d;
    if (distance == 0) return 0;
    return variance > 0 ? distance / sqrt(variance) : distance * INFINITY;
}

/* A point between the ends, where a straight line through both crosses 0; their middle where one of
 * them is infinite. Never closer to an end than `least`, so that the bracket closes. */
static double interval_between(double low, double at_low, double high, double at_high,
                               double least) {
    double point = (low * at_high - high * at_low) / (at_high - at_low);
    if (!isfinite(at_low) || !isfinite(at_high) || isnan(point)) return low + (high - low) / 2;
    return fmin(fmax(point, low + least), high - least);
}

/* The score falls in d: where it crosses `target`, by false position; an end that stays twice
 * counts half (the Illinois rule). */
static double interval_net_solve(cx_i_trinomial counts, double target, double low, double high) {
    const double least = 0x1p-53;
    double at_low = cx_i_net_statistic(counts, low) - target;
    double at_high = cx_i_net_statistic(counts, high) - target;
    for (int i = 0, kept = 0; i < 200 && high - low > 2 * least; i++) {
        double point = interval_between(low, at_low, high, at_high, least);
        if (point <= low || point >= high) break;
        double at = cx_i_net_statistic(counts, point) - target;
        if (at > 0) {
            low = point, at_low = at;
            if (kept == 1) at_high /= 2;
            kept = 1;
        } else {
            high = point, at_high = at;
            if (kept == -1) at_low /= 2;
            kept = -1;
        }
    }
    return low + (high - low) / 2;
}

static cx_i_interval interval_net_invert(cx_i_trinomial counts, double z) {
    double n = counts.minus + counts.zero + counts.plus, net = (counts.plus - counts.minus) / n;
    cx_i_interval interval = {-1, 1};
    if (counts.minus < n) interval.low = interval_net_solve(counts, z, -1, net);
    if (counts.plus < n) interval.high = interval_net_solve(counts, -z, net, 1);
    return interval;
}

cx_i_interval cx_i_net_interval(cx_method method, cx_i_trinomial counts, double confidence) {
    double z = cx_normal_quantile_upper((1 - confidence) / 2), third = z * z / 3;
    switch (method) {
    case CX_METHOD_WALD:
        return interval_net_wald(counts, z);
    case CX_METHOD_ADJUSTED_WALD:
        return interval_net_adjusted(counts, 0.75, 1.5, 0.75, z);
    case CX_METHOD_ADJUSTED_WALD_Z:
        return interval_net_adjusted(counts, third, third, third, z);
    case CX_METHOD_BONETT_PRICE:
        return interval_net_adjusted(counts, 1, 0, 1, z);
    case CX_METHOD_GOODMAN:
        return interval_net_wald(counts, sqrt(cx_chisq_quantile_upper(1 - confidence, 2)));
    default:
        return interval_net_invert(counts, z);
    }
}
