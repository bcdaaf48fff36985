#include "allocate/policy.h"

void cx_i_policy_reset(cx_policy *policy) {
    size_t size = (size_t)policy->points * sizeof(double);
    memcpy(policy->plan.a, policy->precise, size);
    memcpy(policy->plan.known, policy->knowledge, size);
    policy->plan.drift = policy->plan.reward = NULL;
    policy->plan.integer = false;
}

double cx_i_policy_variance(const cx_policy *policy, const double *n) {
    cx_i_plan_sum sum = {0, 0};
    for (int64_t i = 0; i < policy->points; i++)
        if (policy->precise[i] > 0)
            cx_i_plan_add(&sum, policy->precise[i] / (n[i] + policy->knowledge[i]));
    return cx_i_plan_total(&sum);
}

double cx_i_policy_neyman(cx_policy *policy) {
    cx_i_policy_reset(policy);
    cx_i_plan_solve(&policy->plan, NULL);
    policy->best_variance = cx_i_policy_variance(policy, policy->plan.n);
    return policy->best_variance;
}

/* The weight of one answer's evidence where R = arl: the boost is reached there. */
static double decide_kappa(const cx_policy *policy) {
    double answers = 0, boost = policy->options.boost, points = (double)policy->points;
    for (int64_t i = 0; i < policy->points; i++)
        answers += policy->plan.n[i] * policy->factor[i] + policy->committed[i];
    return boost * boost * answers / points / points;
}

static void decide_evidence(cx_policy *policy, const cx_points *points) {
    double best = cx_i_policy_neyman(policy), scale = log(policy->options.arl);
    policy->kappa = decide_kappa(policy);
    cx_i_policy_screen(policy, points);
    for (int64_t i = 0; i < policy->points; i++) {
        double over = fmin(cx_i_policy_evidence(points, i) - scale, policy->options.cap);
        double tilt = policy->kappa * exp(2 * policy->options.gamma * over) / policy->factor[i];
        double base = best > 0 ? policy->precise[i] / best : 0;
        policy->score[i] = cx_i_policy_evidence(points, i);
        policy->plan.a[i] = base + tilt;
        policy->share[i] = tilt > 0 ? tilt / (base + tilt) : 0;
        if (policy->reward[i] > 0) policy->share[i] = 1; /* of its one answer */
    }
}

/* -- whole numbers ------------------------------------------------------------------------- */

static int64_t decide_uninformed(const cx_policy *policy, int64_t *first) {
    int64_t count = 0;
    for (int64_t i = policy->points - 1; i >= 0; i--)
        if (policy->precise[i] > 0 && policy->plan.n[i] + policy->knowledge[i] == 0)
            count++, *first = i;
    return count;
}

static bool decide_has_kernel(const cx_policy *policy) {
    return policy->options.policy == CX_POLICY_EVIDENCE ||
           policy->options.policy == CX_POLICY_NEYMAN ||
           policy->options.policy == CX_POLICY_PRECISION_BUDGET;
}

static cx_status decide_exactly(cx_policy *policy, bool *done, cx_error *err) {
    int64_t first = -1, count;
    policy->plan.integer = true;
    cx_i_plan_solve(&policy->plan, policy->heap);
    policy->plan.integer = false;
    count = decide_uninformed(policy, &first);
    *done = count == 0;
    if (count == 0 || policy->options.rounding == CX_ROUND_AUTO) return CX_OK;
    return cx_i_fail_at(err, CX_E_UNINFORMED, NULL, first, 0,
                        "the budget leaves %d of %d points without any information, this one "
                        "first; raise the budget or known, or round systematically",
                        count, policy->points);
}

static void decide_draw(cx_policy *policy, uint64_t period) {
    memcpy(policy->expected, policy->plan.n, (size_t)policy->points * sizeof(double));
    if (policy->options.rounding == CX_ROUND_NONE) return;
    cx_i_plan_draw(policy->expected, policy->points, cx_i_plan_start(policy->options.seed, period),
                   policy->plan.n, NULL);
}

static cx_status decide_kernel(cx_policy *policy, uint64_t period, cx_error *err) {
    int32_t rounding = policy->options.rounding;
    if (rounding == CX_ROUND_AUTO || rounding == CX_ROUND_EXACT) {
        CX_TRY(decide_exactly(policy, &policy->exact, err));
        memcpy(policy->expected, policy->plan.n, (size_t)policy->points * sizeof(double));
        if (policy->exact) return CX_OK;
    }
    cx_i_plan_solve(&policy->plan, NULL);
    decide_draw(policy, period);
    return CX_OK;
}

cx_status cx_i_policy_decide(cx_policy *policy, const cx_points *points, uint64_t period,
                             cx_error *err) {
    size_t size = (size_t)policy->points * sizeof(double);
    cx_i_policy_reset(policy);
    memset(policy->score, 0, size);
    memset(policy->share, 0, size);
    switch (policy->options.policy) {
    case CX_POLICY_EVIDENCE:
        decide_evidence(policy, points);
        break;
    case CX_POLICY_PRECISION_BUDGET:
        cx_i_policy_budget(policy, points);
        break;
    case CX_POLICY_NEYMAN:
        memcpy(policy->score, policy->precise, size);
        break;
    case CX_POLICY_INDEX:
        cx_i_policy_index(policy, points);
        break;
    case CX_POLICY_DETECT:
    case CX_POLICY_TRAS:
    case CX_POLICY_TSSRP:
        cx_i_policy_rank(policy, points, period);
        break;
    default:
        cx_i_policy_share(policy, points);
        break;
    }
    if (policy->options.policy == CX_POLICY_PRECISION_BUDGET && policy->exact) return CX_OK;
    if (decide_has_kernel(policy)) return decide_kernel(policy, period, err);
    decide_draw(policy, period);
    return CX_OK;
}
