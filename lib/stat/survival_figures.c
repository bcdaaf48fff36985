#include "stat/survival.h"

#include <cxkit/special.h>

/* Figures read from a survival curve: quantiles, restricted mean, rate. */

/* Products of many factors meet a level only up to rounding. */
#define SURVIVAL_ROUNDING 1e-11

/* -- quantiles ----------------------------------------------------------------------------- */

/* The log-log limit lies below the level when z sqrt(greenwood) >= u log(v / u), u = -log(survival)
 * and v = -log(level). Far above the level that is refuted without a logarithm: u >= 1 - survival,
 * u <= (1 - survival) / survival and log(v / u) >= 1 - u / v. */
static bool survival_low_is_far(const cx_i_survival_walk *walk, double log_level, double z) {
    double gone = 1 - walk->survival, least = gone * (1 + gone / (walk->survival * log_level));
    return least > 0 && z * z * walk->greenwood < least * least * (1 - SURVIVAL_ROUNDING);
}

/* Is the limit on this side (sign -1 below, +1 above) at most the level? Without its powers, since
 * this is asked at every step. */
static bool survival_limit_is_below(const cx_i_survival_walk *walk, int sign, double level,
                                    cx_method method, double confidence, double z) {
    double survival = walk->survival, root;
    if (!(survival > 0 && survival < 1)) {
        cx_i_interval limits = cx_i_survival_limits(walk, method, confidence);
        return (sign < 0 ? limits.low : limits.high) <= level;
    }
    root = sign * z * sqrt(walk->greenwood);
    if (method == CX_METHOD_WALD) return survival * (1 + root) <= level;
    /* log(-log) falls as survival rises */
    return log(-log(survival)) + root / log(survival) >= log(-log(level));
}

cx_i_survival_quantile cx_i_survival_quantile_of(const cx_i_survival *table,
                                                 cx_i_unknown_end unknown, double p,
                                                 cx_method method, double confidence) {
    cx_i_survival_quantile found = {INFINITY, INFINITY, INFINITY};
    double level = 1 - p, z = cx_normal_quantile_upper((1 - confidence) / 2);
    double log_level = method == CX_METHOD_WALD ? -INFINITY : log(level);
    cx_i_survival_walk walk = cx_i_survival_begin(table, unknown);
    while (found.high == INFINITY && cx_i_survival_next(&walk)) {
        if (walk.events == 0) continue;
        if (found.low == INFINITY && !survival_low_is_far(&walk, log_level, z) &&
            survival_limit_is_below(&walk, -1, level, method, confidence, z))
            found.low = walk.time;
        if (walk.survival > level + SURVIVAL_ROUNDING) continue;
        if (found.value == INFINITY) found.value = walk.time;
        if (survival_limit_is_below(&walk, 1, level, method, confidence, z)) found.high = walk.time;
    }
    if (found.low > found.value) found.low = found.value; /* the exact limits at survival 1 and 0 */
    return found;
}

/* -- restricted mean ----------------------------------------------------------------------- */

/* Variance: the sum over the events of (area still to come)^2 d / (Y (Y - d)). */
cx_i_survival_mean cx_i_survival_mean_to(const cx_i_survival *table, cx_i_unknown_end unknown,
                                         double t) {
    double area = 0, passed = 0, variance = 0, from = 0, height = 1;
    cx_i_survival_walk walk = cx_i_survival_begin(table, unknown);
    while (cx_i_survival_next(&walk) && walk.time < t) {
        area += height * (walk.time - from);
        from = walk.time, height = walk.survival;
    }
    area += height * (t - from);
    walk = cx_i_survival_begin(table, unknown);
    from = 0, height = 1;
    while (cx_i_survival_next(&walk) && walk.time < t) {
        passed += height * (walk.time - from);
        from = walk.time, height = walk.survival;
        double ahead = area - passed;
        if (walk.events > 0 && walk.survival > 0)
            variance += ahead * ahead * (double)walk.events /
                        ((double)walk.at_risk * (double)(walk.at_risk - walk.events));
    }
    return (cx_i_survival_mean){area, sqrt(variance)};
}

/* -- rate ---------------------------------------------------------------------------------- */

cx_i_survival_exposure cx_i_survival_exposed(const cx_i_survival *table, cx_i_unknown_end unknown) {
    cx_i_survival_exposure exposure = {0, 0};
    cx_i_survival_walk walk = cx_i_survival_begin(table, unknown);
    while (cx_i_survival_next(&walk)) {
        exposure.events += walk.events;
        exposure.time += walk.time * (double)(walk.events + walk.censored);
    }
    return exposure;
}

cx_i_interval cx_i_survival_rate_limits(cx_i_survival_exposure exposure, double confidence) {
    double tail = (1 - confidence) / 2, df = 2 * (double)exposure.events;
    double low = df > 0 ? cx_chisq_quantile(tail, df) : 0;
    double high = cx_chisq_quantile_upper(tail, df + 2);
    return (cx_i_interval){low / (2 * exposure.time), high / (2 * exposure.time)};
}
