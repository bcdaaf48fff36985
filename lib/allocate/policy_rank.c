#include "allocate/policy.h"

#include <cxkit/random.h>

/* -- filled in order ----------------------------------------------------------------------- */

static double rank_uniform(const cx_policy *policy, uint32_t purpose, uint64_t period, int64_t i) {
    return cx_random_uniform(policy->options.seed, purpose, period << 40 | (uint64_t)i,
                             (uint32_t)(period >> 24));
}

/* log(exp(x) + exp(y)) */
static double rank_log_sum(double x, double y) {
    double high = fmax(x, y), low = fmin(x, y);
    return low == -INFINITY ? high : high + log1p(exp(low - high));
}

/* What a rule ranks by, and what decides between equals: both the more, the earlier. */
static void rank_scores(const cx_policy *policy, const cx_points *points, uint64_t period,
                        int64_t i, double *score, double *second) {
    bool random = policy->options.policy != CX_POLICY_DETECT;
    *second = points->age == NULL ? 0 : points->age[i];
    if (isnan(*second)) *second = INFINITY;
    if (random) *second = rank_uniform(policy, CX_I_PURPOSE_PLAN_TIES, period, i);
    if (policy->options.policy == CX_POLICY_TRAS) {
        *score = points->local[i];
        return;
    }
    *score = cx_i_policy_evidence(points, i);
    if (policy->options.policy != CX_POLICY_TSSRP) return;
    double head = log(policy->options.head) +
                  log(-log(rank_uniform(policy, CX_I_PURPOSE_PLAN_HEAD, period, i)));
    *score = rank_log_sum(*score, head + points->likelihood[i]);
}

static void rank_fill(cx_policy *policy) {
    cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum spent = {0, 0};
    bool whole = policy->options.rounding != CX_ROUND_NONE;
    for (int64_t i = 0; i < plan->points; i++) {
        plan->n[i] = plan->lower[i];
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), plan->n[i]);
    }
    for (int64_t at = 0; at < plan->points; at++) {
        int64_t i = policy->order[at].row;
        double cost = cx_i_plan_cost(plan, i);
        double more = fmax(plan->budget - cx_i_plan_total(&spent), 0) / cost;
        more = fmin(whole ? floor(more) : more, plan->upper[i] - plan->lower[i]);
        plan->n[i] += more;
        cx_i_plan_add_product(&spent, cost, more);
    }
}

void cx_i_policy_rank(cx_policy *policy, const cx_points *points, uint64_t period) {
    for (int64_t i = 0; i < policy->points; i++) {
        double second;
        rank_scores(policy, points, period, i, &policy->score[i], &second);
        policy->order[i] = (cx_i_sortable){cx_i_sort_key_f64(-second), i};
        policy->share[i] = 1;
    }
    cx_i_sort(policy->order, policy->other, policy->points);
    for (int64_t at = 0; at < policy->points; at++)
        policy->order[at].key = cx_i_sort_key_f64(-policy->score[policy->order[at].row]);
    cx_i_sort(policy->order, policy->other, policy->points);
    rank_fill(policy);
}

/* -- in shares ----------------------------------------------------------------------------- */

/* p (1 - p) up to a factor, with p = R_i / sum R: 1 - p of the largest is the sum of the others. */
static void share_exploration(cx_policy *policy, const cx_points *points) {
    double most = -INFINITY, rest = 0, *w = policy->score;
    int64_t top = -1;
    for (int64_t i = 0; i < policy->points; i++) {
        w[i] = cx_i_policy_evidence(points, i);
        if (w[i] > most) most = w[i], top = i;
    }
    for (int64_t i = 0; i < policy->points; i++) {
        w[i] = top < 0 ? 1 : exp(w[i] - most);
        if (i != top) rest += w[i];
    }
    for (int64_t i = 0; i < policy->points; i++) {
        double others = i == top ? rest : 1 + (rest - w[i]);
        policy->share[i] = 1;
        if (top >= 0) w[i] *= rest > 0 ? others : i == top;
    }
}

/* Shares above the floors: the floors are taken off and put back. */
static void share_above(cx_policy *policy) {
    cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum rest = {plan->budget, 0};
    double *lower = plan->lower, budget = plan->budget;
    for (int64_t i = 0; i < plan->points; i++) {
        cx_i_plan_add_product(&rest, -cx_i_plan_cost(plan, i), lower[i]);
        plan->upper[i] -= lower[i];
        policy->reward[i] = 0;
    }
    plan->budget = fmax(cx_i_plan_total(&rest), 0);
    plan->lower = policy->reward;
    cx_i_plan_solve(plan, NULL);
    plan->lower = lower;
    plan->budget = budget;
    for (int64_t i = 0; i < plan->points; i++) {
        plan->upper[i] += lower[i];
        plan->n[i] += lower[i];
    }
}

void cx_i_policy_share(cx_policy *policy, const cx_points *points) {
    cx_i_plan *plan = &policy->plan;
    bool above = policy->options.policy == CX_POLICY_EXPLORATION;
    bool answers = policy->options.unit == CX_PLAN_ANSWERS;
    if (above) share_exploration(policy, points);
    for (int64_t i = 0; i < policy->points; i++) {
        if (policy->options.policy == CX_POLICY_UNIFORM) policy->score[i] = 1;
        if (policy->options.policy == CX_POLICY_PROPORTIONAL) policy->score[i] = points->traffic[i];
        plan->a[i] = policy->score[i] * policy->score[i] * cx_i_plan_cost(plan, i);
        plan->known[i] = answers && !above ? policy->committed[i] : 0;
    }
    if (above)
        share_above(policy);
    else
        cx_i_plan_solve(plan, NULL);
}

/* -- one answer at a time ------------------------------------------------------------------ */

/* The variance of a level after an answer every m periods for ever, z = q m. */
static double index_steady(double s2, double z) {
    return 2 * s2 / (sqrt(1 + 4 * s2 / z) + 1);
}

static double index_value(const cx_policy *policy, const cx_points *points, int64_t i, double n) {
    double f = policy->factor[i], known = (policy->knowledge[i] + n) * f;
    double s2 = points->s2 == NULL ? 1 : points->s2[i], q = points->drift[i];
    double w = points->weight == NULL ? 1 : points->weight[i];
    if (w == 0 || s2 == 0) return 0;
    if (known == 0) return INFINITY;
    double x = s2 / known, z = x * (x / (x + s2)), m = z / q;
    double fall = index_steady(s2, z + q) - index_steady(s2, z) + q / 2;
    return w * w * m * (m + 1) * fall * f / cx_i_plan_cost(&policy->plan, i);
}

static bool index_before(const cx_i_plan_item *x, const cx_i_plan_item *y) {
    return x->key > y->key || (x->key == y->key && x->point < y->point);
}

static void index_sift(cx_i_plan_item *heap, int64_t count, int64_t at) {
    cx_i_plan_item moving = heap[at];
    for (int64_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && index_before(&heap[child + 1], &heap[child])) child++;
        if (!index_before(&heap[child], &moving)) break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

void cx_i_policy_index(cx_policy *policy, const cx_points *points) {
    cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum spent = {0, 0};
    int64_t count = 0;
    for (int64_t i = 0; i < plan->points; i++) {
        plan->n[i] = plan->lower[i];
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), plan->n[i]);
        policy->score[i] = index_value(policy, points, i, plan->n[i]);
        if (plan->n[i] < plan->upper[i])
            policy->heap[count++] = (cx_i_plan_item){policy->score[i], i};
    }
    for (int64_t i = count / 2; i-- > 0;) index_sift(policy->heap, count, i);
    while (count > 0) {
        int64_t i = policy->heap[0].point;
        double cost = cx_i_plan_cost(plan, i), rest = plan->budget - cx_i_plan_total(&spent);
        double more = fmin(fmin(1, plan->upper[i] - plan->n[i]), rest / cost);
        bool fits = policy->options.rounding == CX_ROUND_NONE ? more > 0 : more >= 1;
        if (fits) {
            plan->n[i] += more;
            cx_i_plan_add_product(&spent, cost, more);
            policy->heap[0].key = index_value(policy, points, i, plan->n[i]);
        }
        if (!fits || plan->n[i] >= plan->upper[i]) policy->heap[0] = policy->heap[--count];
        if (count > 0) index_sift(policy->heap, count, 0);
    }
}
