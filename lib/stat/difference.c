#include "stat/difference.h"

#include <cxkit/special.h>

/* -- one side ------------------------------------------------------------------------------ */

double cx_i_side_value(const cx_i_side *side) {
    return side->origin + side->factor * side->own;
}

static double difference_count(cx_i_trinomial counts) {
    return counts.minus + counts.zero + counts.plus;
}

cx_i_interval cx_i_side_interval(const cx_i_side *side, double confidence) {
    cx_i_interval own;
    if (side->kind == CX_I_SIDE_SHARE)
        own = cx_i_share_interval(CX_METHOD_WILSON, side->counts.plus,
                                  difference_count(side->counts), confidence);
    else if (side->kind == CX_I_SIDE_NET)
        own = cx_i_net_interval(CX_METHOD_SCORE, side->counts, confidence);
    else {
        double half = cx_t_quantile_upper((1 - confidence) / 2, side->df) * side->se;
        own = (cx_i_interval){side->own - half, side->own + half};
    }
    return (cx_i_interval){side->origin + side->factor * own.low,
                           side->origin + side->factor * own.high};
}

static double difference_share_statistic(const cx_i_side *side, double limit) {
    double n = difference_count(side->counts), distance = side->counts.plus / n - limit;
    if (distance == 0) return 0;
    double variance = limit * (1 - limit) / n;
    return variance > 0 ? distance / sqrt(variance) : copysign(INFINITY, distance);
}

/* What the test of `limit` finds: a normal or t deviate, positive below the value. */
static double difference_statistic(const cx_i_side *side, double limit) {
    double own = (limit - side->origin) / side->factor;
    if (side->kind == CX_I_SIDE_T) return (side->own - own) / side->se;
    double least = side->kind == CX_I_SIDE_NET ? -1 : 0;
    if (own < least || own > 1) return own < least ? (double)INFINITY : -(double)INFINITY;
    return side->kind == CX_I_SIDE_NET ? cx_i_net_statistic(side->counts, own)
                                       : difference_share_statistic(side, own);
}

/* The same as the logarithm of one tail, so that t and normal deviates compare. */
static double difference_log_tail(const cx_i_side *side, double statistic) {
    return side->kind == CX_I_SIDE_T ? cx_t_log_sf(statistic, side->df)
                                     : cx_normal_log_sf(statistic);
}

/* -- two intervals put together ------------------------------------------------------------ */

/* Is the limit of `upper` at angle `turn` tested less surely than that of `lower`? The two
 * distances are the legs of a right triangle over the difference d. */
static bool difference_is_before(const cx_i_side *upper, const cx_i_side *lower, double d,
                                 double turn, bool tails) {
    double down = difference_statistic(upper, cx_i_side_value(upper) - d * cos(turn));
    double up = -difference_statistic(lower, cx_i_side_value(lower) + d * sin(turn));
    if (tails) return difference_log_tail(upper, down) < difference_log_tail(lower, up);
    return down > up;
}

/* One tail at which the nearer limit of the difference touches 0: there both sides reach the
 * same tail at legs of the triangle over d. */
static double difference_mover_tail(const cx_i_side *upper, const cx_i_side *lower, double d) {
    double low = 0, high = 1.57079632679489661923;
    bool tails = upper->kind == CX_I_SIDE_T || lower->kind == CX_I_SIDE_T;
    for (int i = 0; i < 60; i++) {
        double middle = low + (high - low) / 2;
        if (difference_is_before(upper, lower, d, middle, tails))
            low = middle;
        else
            high = middle;
    }
    double turn = low + (high - low) / 2;
    double down = difference_statistic(upper, cx_i_side_value(upper) - d * cos(turn));
    double up = -difference_statistic(lower, cx_i_side_value(lower) + d * sin(turn));
    return fmax(exp(difference_log_tail(upper, down)), exp(difference_log_tail(lower, up)));
}

cx_i_difference cx_i_mover(const cx_i_side *a, const cx_i_side *b, double confidence) {
    double value_a = cx_i_side_value(a), value_b = cx_i_side_value(b), d = value_a - value_b;
    cx_i_interval of_a = cx_i_side_interval(a, confidence);
    cx_i_interval of_b = cx_i_side_interval(b, confidence);
    cx_i_difference result;
    result.low = d - hypot(value_a - of_a.low, of_b.high - value_b);
    result.high = d + hypot(of_a.high - value_a, value_b - of_b.low);
    result.p = 1;
    if (d > 0) result.p = fmin(2 * difference_mover_tail(a, b, d), 1);
    if (d < 0) result.p = fmin(2 * difference_mover_tail(b, a, -d), 1);
    return result;
}

/* -- around a difference ------------------------------------------------------------------- */

cx_i_difference cx_i_difference_around(double value, double se, double df, double confidence) {
    double half = cx_t_quantile_upper((1 - confidence) / 2, df) * se;
    cx_i_difference result = {value - half, value + half, 1};
    if (value != 0) result.p = se > 0 ? 2 * cx_t_sf(fabs(value) / se, df) : 0;
    return result;
}

/* -- two shares ---------------------------------------------------------------------------- */

static cx_i_difference difference_wald(const cx_i_two_shares *s, double extra, double confidence) {
    double n1 = s->n1 + 2 * extra, n2 = s->n2 + 2 * extra;
    double p1 = (s->x1 + extra) / n1, p2 = (s->x2 + extra) / n2;
    double se = sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
    return cx_i_difference_around(p1 - p2, se, INFINITY, confidence);
}

/* The second share when the first exceeds it by d, by maximum likelihood: the root of a cubic in
 * [0, 1] [MiettinenNurminen1985]. */
static double difference_restricted(const cx_i_two_shares *s, double d) {
    double n = s->n1 + s->n2, c = s->x1 + s->x2;
    double l2 = (s->n1 + 2 * s->n2) * d - n - c;
    double l1 = (s->n2 * d - n - 2 * s->x2) * d + c, l0 = s->x2 * d * (1 - d);
    double third = l2 / (3 * n);
    double q = third * third * third - l1 * l2 / (6 * n * n) + l0 / (2 * n);
    double p = copysign(sqrt(fmax(third * third - l1 / (3 * n), 0)), q), p3 = p * p * p;
    double ratio = p3 == 0 ? 0 : fmax(fmin(q / p3, 1), -1);
    double share = 2 * p * cos((3.14159265358979323846 + acos(ratio)) / 3) - third;
    return fmax(fmin(share, fmin(1, 1 - d)), fmax(0, -d));
}

/* The score statistic of a difference d; falls in d. */
static double difference_score(const cx_i_two_shares *s, double d) {
    double distance = s->x1 / s->n1 - s->x2 / s->n2 - d, n = fmax(s->n1 + s->n2, 2);
    if (distance == 0) return 0;
    double p2 = difference_restricted(s, d), p1 = fmax(fmin(p2 + d, 1), 0);
    double variance = (p1 * (1 - p1) / s->n1 + p2 * (1 - p2) / s->n2) * n / (n - 1);
    return variance > 0 ? distance / sqrt(variance) : copysign(INFINITY, distance);
}

/* Where the statistic falls through `target`. */
static double difference_score_solve(const cx_i_two_shares *s, double target, double low,
                                     double high) {
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        if (difference_score(s, middle) > target)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

static cx_i_difference difference_invert(const cx_i_two_shares *s, double confidence) {
    double z = cx_normal_quantile_upper((1 - confidence) / 2), d = s->x1 / s->n1 - s->x2 / s->n2;
    cx_i_difference result;
    result.low = difference_score_solve(s, z, -1, d);
    result.high = difference_score_solve(s, -z, d, 1);
    result.p = fmin(2 * cx_normal_sf(fabs(difference_score(s, 0))), 1);
    return result;
}

static cx_i_side difference_share_side(double x, double n) {
    cx_i_side side = {.kind = CX_I_SIDE_SHARE, .own = x / n, .factor = 1};
    side.counts = (cx_i_trinomial){n - x, 0, x};
    return side;
}

cx_i_difference cx_i_share_difference(cx_method method, const cx_i_two_shares *shares,
                                      double confidence) {
    if (method == CX_METHOD_WALD) return difference_wald(shares, 0, confidence);
    if (method == CX_METHOD_AGRESTI_CAFFO) return difference_wald(shares, 1, confidence);
    if (method == CX_METHOD_SCORE) return difference_invert(shares, confidence);
    cx_i_side a = difference_share_side(shares->x1, shares->n1);
    cx_i_side b = difference_share_side(shares->x2, shares->n2);
    return cx_i_mover(&a, &b, confidence);
}
