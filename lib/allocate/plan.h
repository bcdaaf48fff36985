#ifndef CX_I_PLAN_H
#define CX_I_PLAN_H

#include <cxkit/plan.h>

#include "base/array.h"
#include "base/base.h"

/* One problem. The columns are those of the result; root and heap are scratch.
 *
 * The objective is sum a / (n + known), whose gains are compared exactly. With `drift` it is the
 * steady variance of levels that wander, with `reward` every answer also earns that much: then
 * gains are compared as rounded numbers. */
typedef struct cx_i_plan {
    int64_t points;
    double budget; /* in units of cost; in answers when `unit` */
    double *a, *known, *lower, *upper, *cost, *n;
    double *root; /* sqrt(a / cost) * 2^-exponent: the largest one is in [1, 2) */
    int exponent;
    bool integer;
    bool unit; /* every cost counts as 1 */
    double gap;
    const double *drift, *reward; /* at most one of them; NULL: neither */
    double hint;                  /* where to start looking for the level, 0: anywhere */
} cx_i_plan;

/* A point in a heap of gains per unit of cost. */
typedef struct cx_i_plan_item {
    double key; /* the gain, rounded */
    int64_t point;
} cx_i_plan_item;

/* A sum with a running correction: about 106 bits. */
typedef struct cx_i_plan_sum {
    double high, low;
} cx_i_plan_sum;

/* Defined here for the loops. Where the sum is infinite the correction means nothing. */
static inline void cx_i_plan_add(cx_i_plan_sum *sum, double value) {
    double total = sum->high + value, shadow = total - sum->high;
    double error = (sum->high - (total - shadow)) + (value - shadow);
    sum->high = total;
    sum->low += error;
}

static inline void cx_i_plan_add_product(cx_i_plan_sum *sum, double x, double y) {
    double product = x * y;
    cx_i_plan_add(sum, product);
    if (fabs(x) != 1) sum->low += fma(x, y, -product);
}

static inline double cx_i_plan_total(const cx_i_plan_sum *sum) {
    return isfinite(sum->high) ? sum->high + sum->low : sum->high;
}

static inline double cx_i_plan_cost(const cx_i_plan *plan, int64_t i) {
    return plan->unit ? 1 : plan->cost[i];
}

static inline bool cx_i_plan_rounded(const cx_i_plan *plan) {
    return plan->drift != NULL || plan->reward != NULL;
}

/* More answers at this point would improve the plan. */
static inline bool cx_i_plan_matters(const cx_i_plan *plan, int64_t i) {
    return plan->a[i] > 0 || (plan->reward != NULL && plan->reward[i] > 0);
}

/* The options given, or the defaults. */
cx_status cx_i_plan_options(const cx_plan_options *given, cx_plan_options *out, cx_error *err);
/* All of it: n from columns and bounds that fit the budget. heap has room for all points, and may
 * be NULL for a continuous plan. */
void cx_i_plan_solve(cx_i_plan *plan, cx_i_plan_item *heap);
/* The roots and their exponent. */
void cx_i_plan_scale(cx_i_plan *plan);
/* Bounds rounded, checked against the budget and, if soft, scaled to fit: n then holds the
 * permanent flags, and scale becomes the factor. */
cx_status cx_i_plan_bounds(cx_i_plan *plan, bool soft, double *scale, cx_error *err);
/* n when a level is not needed: everything with a > 0 at capacity, the rest to points with a = 0.
 */
bool cx_i_plan_full(cx_i_plan *plan);
/* The t with sum cost * clip(t * root - known) = budget; fills n with the continuous optimum. */
double cx_i_plan_level(cx_i_plan *plan);
/* The same with drift or reward; t is then 1 / sqrt(multiplier). Uses root as scratch. */
double cx_i_plan_level_rounded(cx_i_plan *plan);
/* The continuous n of one point at the level t, before its bounds, with drift or reward. */
double cx_i_plan_demand(const cx_i_plan *plan, int64_t i, double t);
/* The whole-number plan, started from the level t. heap has room for all points. */
void cx_i_plan_whole(cx_i_plan *plan, double t, cx_i_plan_item *heap);

/* The gain per unit of cost from n to n + 1, rounded, times 4^-exponent; 0 or infinity when that
 * cannot be trusted. */
double cx_i_plan_key(const cx_i_plan *plan, int64_t i, double n);
/* The sign of gain(i, n) / cost_i - gain(j, m) / cost_j, exactly; the keys are theirs. */
int cx_i_plan_compare(const cx_i_plan *plan, int64_t i, double n, double key_i, int64_t j, double m,
                      double key_j);
/* The sign of gain(i, n) / cost_i - (2^exponent / t)^2, exactly. */
int cx_i_plan_compare_level(const cx_i_plan *plan, int64_t i, double n, double t);
/* What the point adds to the objective at n; a reward is not part of it. */
double cx_i_plan_value(const cx_i_plan *plan, int64_t i, double n);
/* The gain of one more, at n: of the whole-number problem or the derivative. Not per cost. */
double cx_i_plan_gain(const cx_i_plan *plan, int64_t i, double n);
/* The largest gain per unit of cost to be had and the smallest one taken, in plan->cost. */
void cx_i_plan_certify(const cx_i_plan *plan, double *high, double *low);

#endif
