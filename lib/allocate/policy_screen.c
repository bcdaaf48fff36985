#include "allocate/policy.h"

/* Points to which the figure gives less than one answer a period learn nothing from a tilt: by the
 * time it reaches a whole answer their evidence has nearly made the alarm. They are asked one
 * answer each in the order of their evidence, for as much of the budget as the figure can spare. */

/* In units of the budget. */
static double screen_committed(const cx_policy *policy, int64_t i) {
    return policy->committed[i] / policy->factor[i];
}

static bool screen_is_small(const cx_policy *policy, int64_t i) {
    return policy->knowledge[i] > 0 && policy->plan.n[i] < 1;
}

/* The best plan's points between their bounds share their answers N so that with nothing known
 * their variance goes as 1 / N; what is known makes it fall slower. */
static double screen_share(const cx_policy *policy) {
    const cx_i_plan *plan = &policy->plan;
    double factor = 1 + policy->options.allowance;
    cx_i_plan_sum shared = {0, 0};
    for (int64_t i = 0; i < policy->points; i++)
        if (plan->n[i] > plan->lower[i] && plan->n[i] < plan->upper[i])
            cx_i_plan_add_product(&shared, cx_i_plan_cost(plan, i),
                                  plan->n[i] + screen_committed(policy, i));
    return cx_i_plan_total(&shared) * (1 - 1 / (factor * factor));
}

/* Floors must still fit. What such points were promised earlier in the period is part of it. */
static double screen_budget(const cx_policy *policy) {
    const cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum promised = {0, 0}, floors = {0, 0};
    for (int64_t i = 0; i < policy->points; i++) {
        double cost = cx_i_plan_cost(plan, i);
        cx_i_plan_add_product(&floors, cost, plan->lower[i]);
        if (screen_is_small(policy, i))
            cx_i_plan_add_product(&promised, cost, fmin(screen_committed(policy, i), 1));
    }
    return fmin(screen_share(policy) - cx_i_plan_total(&promised),
                plan->budget - cx_i_plan_total(&floors));
}

static bool screen_can(const cx_policy *policy, const cx_points *points, int64_t i) {
    return screen_is_small(policy, i) && policy->plan.lower[i] < 1 && policy->plan.upper[i] >= 1 &&
           screen_committed(policy, i) < 1 && cx_i_policy_evidence(points, i) > (double)-INFINITY;
}

static void screen_order(cx_policy *policy, int64_t count, const double *by) {
    for (int64_t at = 0; at < count; at++)
        policy->order[at].key = cx_i_sort_key_f64(-by[policy->order[at].row]);
    cx_i_sort(policy->order, policy->other, count);
}

/* By evidence, the older first between equals. Uses share as scratch. */
static int64_t screen_candidates(cx_policy *policy, const cx_points *points) {
    int64_t count = 0;
    for (int64_t i = 0; i < policy->points; i++) {
        double age = points->age == NULL ? 0 : points->age[i];
        policy->share[i] = isnan(age) ? INFINITY : age;
        if (screen_can(policy, points, i)) policy->order[count++].row = i;
    }
    if (points->age != NULL) screen_order(policy, count, policy->share);
    for (int64_t at = 0; at < count; at++) {
        int64_t i = policy->order[at].row;
        policy->share[i] = cx_i_policy_evidence(points, i);
    }
    screen_order(policy, count, policy->share);
    return count;
}

void cx_i_policy_screen(cx_policy *policy, const cx_points *points) {
    cx_i_plan *plan = &policy->plan;
    for (int64_t i = 0; i < policy->points; i++) policy->reward[i] = 0;
    if (!(policy->best_variance > 0 && isfinite(policy->best_variance))) return;
    double rest = policy->options.allowance > 0 ? screen_budget(policy) : 0;
    if (!(rest > 0)) return;
    int64_t count = screen_candidates(policy, points);
    for (int64_t at = 0; at < count; at++) {
        int64_t i = policy->order[at].row;
        double cost = cx_i_plan_cost(plan, i) * (1 - plan->lower[i]);
        if (cost > rest) break;
        rest -= cost;
        plan->lower[i] = policy->reward[i] = 1;
    }
}
