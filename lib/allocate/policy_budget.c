#include "allocate/policy.h"

/* Maximises sum g n subject to a variance of at most (1 + allowance)^2 of the best: minimises
 * variance - theta sum g n, with the largest theta that keeps the promise. The variance rises with
 * theta, so the secant through a bracket of log theta finds it. */

static double budget_rewards(cx_policy *policy, const cx_points *points) {
    double largest = 0, scale = log(policy->options.arl);
    for (int64_t i = 0; i < policy->points; i++) {
        double chance = 1 / (1 + exp(scale - cx_i_policy_evidence(points, i)));
        double nats = points->information == NULL ? 1 : points->information[i];
        policy->score[i] = chance * nats * policy->factor[i];
        largest = fmax(largest, policy->score[i] / policy->plan.cost[i]);
    }
    return largest;
}

/* The variance of the plan for one price of a nat. */
static double budget_try(cx_policy *policy, double theta, bool whole) {
    cx_i_policy_reset(policy);
    for (int64_t i = 0; i < policy->points; i++) policy->reward[i] = theta * policy->score[i];
    policy->plan.reward = policy->reward;
    policy->plan.integer = whole;
    policy->theta = theta;
    cx_i_plan_solve(&policy->plan, policy->heap);
    policy->plan.integer = false;
    return cx_i_policy_variance(policy, policy->plan.n);
}

enum { BUDGET_BRACKET = 40, BUDGET_SECANT = 40 };

/* log theta below and above the limit; false when even the largest price keeps the promise. */
static bool budget_bracket(cx_policy *policy, double limit, double x, double ends[2],
                           double excess[2]) {
    double over = budget_try(policy, exp(x), false) - limit, step = 1;
    bool rising = over <= 0;
    ends[0] = ends[1] = x;
    excess[0] = excess[1] = over;
    for (int i = 0; i < BUDGET_BRACKET && (over <= 0) == rising; i++, step *= 1.5) {
        x += rising ? step : -step;
        if (fabs(x) > 600) break;
        over = budget_try(policy, exp(x), false) - limit;
        ends[over > 0] = x;
        excess[over > 0] = over;
    }
    return excess[1] > 0 && excess[0] <= 0;
}

static double budget_root(cx_policy *policy, double limit, double start) {
    double x[2], excess[2], weight[2] = {1, 1};
    int last = -1;
    if (!budget_bracket(policy, limit, start, x, excess)) return exp(excess[0] <= 0 ? x[0] : -600);
    for (int pass = 0; pass < BUDGET_SECANT && -excess[0] > 1e-7 * limit; pass++) {
        double low = excess[0] * weight[0], high = excess[1] * weight[1];
        double next = x[0] + (x[1] - x[0]) * (low / (low - high));
        if (!(next > x[0] && next < x[1]) || pass % 4 == 3) next = x[0] + (x[1] - x[0]) / 2;
        if (x[1] - x[0] < 1e-12) break;
        double over = budget_try(policy, exp(next), false) - limit;
        int side = over > 0;
        x[side] = next;
        excess[side] = over;
        weight[1 - side] = side == last ? weight[1 - side] / 2 : 1;
        weight[side] = 1;
        last = side;
    }
    return exp(x[0]);
}

/* Whole numbers may break the promise by a hair: then the price is lowered. */
static void budget_whole(cx_policy *policy, double theta, double limit) {
    static const double part[] = {1, 0.995, 0.98, 0.95, 0.9, 0.8, 0.6, 0.3, 0};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (budget_try(policy, theta * part[i], true) <= limit || theta == 0) break;
}

/* A point that the plan measures not at all is left to the random start. */
static bool budget_informed(const cx_policy *policy) {
    for (int64_t i = 0; i < policy->points; i++)
        if (policy->precise[i] > 0 && policy->plan.n[i] + policy->knowledge[i] == 0) return false;
    return true;
}

static void budget_shares(cx_policy *policy) {
    for (int64_t i = 0; i < policy->points; i++) {
        double s = policy->plan.n[i] + policy->knowledge[i], earn = policy->reward[i];
        double precise = policy->precise[i] > 0 ? policy->precise[i] / s / s : 0;
        policy->share[i] = earn > 0 ? earn / (earn + precise) : 0;
    }
}

void cx_i_policy_budget(cx_policy *policy, const cx_points *points) {
    double best = cx_i_policy_neyman(policy), factor = 1 + policy->options.allowance;
    double limit = factor * factor * best, multiplier = 0, largest = budget_rewards(policy, points);
    for (int64_t i = 0; i < policy->points; i++)
        if (policy->plan.n[i] < policy->plan.upper[i])
            multiplier = fmax(multiplier, cx_i_plan_gain(&policy->plan, i, policy->plan.n[i]) /
                                              cx_i_plan_cost(&policy->plan, i));
    if (!(largest > 0 && multiplier > 0 && isfinite(multiplier) && isfinite(best))) return;
    double theta =
        policy->options.allowance > 0 ? budget_root(policy, limit, log(multiplier / largest)) : 0;
    bool whole =
        policy->options.rounding == CX_ROUND_AUTO || policy->options.rounding == CX_ROUND_EXACT;
    if (whole) budget_whole(policy, theta, limit);
    policy->exact = whole && budget_informed(policy);
    if (policy->exact)
        memcpy(policy->expected, policy->plan.n, (size_t)policy->points * sizeof(double));
    else
        (void)budget_try(policy, theta, false);
    budget_shares(policy);
}
