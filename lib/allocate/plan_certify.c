#include "allocate/plan.h"

/* The steady variance of a level that wanders by q a period, (q / 2) (sqrt(1 + 4 a / (q n)) - 1),
 * and its fall from n to n + 1, both without cancellation. Without drift it is 0 after any answer.
 */
static double plan_steady(double a, double q, double n) {
    if (n == 0) return INFINITY;
    return q == 0 ? 0 : 2 * a / n / (sqrt(1 + 4 * a / q / n) + 1);
}

static double plan_steady_gain(double a, double q, double n, bool whole) {
    if (n == 0) return INFINITY;
    if (q == 0) return 0;
    double c = 4 * a / q, here = sqrt(1 + c / n);
    return whole ? 2 * a / n / (n + 1) / (here + sqrt(1 + c / (n + 1))) : a / n / n / here;
}

double cx_i_plan_value(const cx_i_plan *plan, int64_t i, double n) {
    if (plan->a[i] == 0) return 0;
    if (plan->drift != NULL) return plan_steady(plan->a[i], plan->drift[i], n);
    return plan->a[i] / (n + plan->known[i]);
}

double cx_i_plan_gain(const cx_i_plan *plan, int64_t i, double n) {
    double s = n + plan->known[i], bonus = plan->reward == NULL ? 0 : plan->reward[i];
    if (plan->a[i] == 0) return bonus;
    if (plan->drift != NULL) return plan_steady_gain(plan->a[i], plan->drift[i], n, plan->integer);
    return plan->a[i] / s / (plan->integer ? s + 1 : s) + bonus;
}

/* What makes a level without drift known at all gains more than the derivative says. */
static bool plan_is_needed(const cx_i_plan *plan, int64_t i) {
    return plan->drift != NULL && plan->drift[i] == 0 && plan->n[i] <= 1;
}

static void plan_certify_continuous(const cx_i_plan *plan, double *high, double *low) {
    for (int64_t i = 0; i < plan->points; i++) {
        double gain = cx_i_plan_gain(plan, i, plan->n[i]) / plan->cost[i];
        if (plan->n[i] < plan->upper[i]) *high = fmax(*high, gain);
        if (plan->n[i] > plan->lower[i] && !plan_is_needed(plan, i)) *low = fmin(*low, gain);
    }
}

/* One side: the point with the largest gain of one more, or with the smallest gain of its last. */
static int64_t plan_certify_side(const cx_i_plan *plan, bool last, double *best_key) {
    int64_t best = -1;
    double back = last ? 1 : 0;
    for (int64_t i = 0; i < plan->points; i++) {
        if (last ? plan->n[i] <= plan->lower[i] : plan->n[i] >= plan->upper[i]) continue;
        double key = cx_i_plan_key(plan, i, plan->n[i] - back);
        int sign = best < 0 ? 0
                            : cx_i_plan_compare(plan, i, plan->n[i] - back, key, best,
                                                plan->n[best] - back, *best_key);
        if (best >= 0 && (last ? sign >= 0 : sign <= 0)) continue;
        best = i;
        *best_key = key;
    }
    return best;
}

void cx_i_plan_certify(const cx_i_plan *plan, double *high, double *low) {
    *high = 0;
    *low = INFINITY;
    if (!plan->integer) {
        plan_certify_continuous(plan, high, low);
        return;
    }
    double next_key = 0, last_key = 0;
    int64_t next = plan_certify_side(plan, false, &next_key);
    int64_t last = plan_certify_side(plan, true, &last_key);
    if (next >= 0) *high = cx_i_plan_gain(plan, next, plan->n[next]) / plan->cost[next];
    if (last >= 0) *low = cx_i_plan_gain(plan, last, plan->n[last] - 1) / plan->cost[last];
    /* The exact order decides; the two quotients are rounded and may cross by one unit. */
    if (next >= 0 && last >= 0 && *high > *low &&
        cx_i_plan_compare(plan, next, plan->n[next], next_key, last, plan->n[last] - 1, last_key) <=
            0)
        *high = *low;
}
