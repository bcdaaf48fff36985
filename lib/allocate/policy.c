#include "allocate/policy.h"

#include <stddef.h>

static const char *const policy_words[CX_POLICY_END] = {
    "evidence", "precision-budget", "detect", "neyman", "proportional",
    "uniform",  "exploration",      "tras",   "tssrp",  "index"};

const char *cx_policy_name(int32_t policy) {
    return policy >= 0 && policy < CX_POLICY_END ? policy_words[policy] : "unknown";
}

void cx_policy_options_init(cx_policy_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = (uint32_t)sizeof *options;
    options->arl = 200;
    options->boost = 18;
    options->gamma = 1.5;
    options->cap = 8;
    options->allowance = 0.05;
    options->head = 1;
    options->max_share = 0.2;
}

static cx_status policy_between(const char *name, double value, double least, double most,
                                cx_error *err) {
    if (value >= least && value <= most) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %g; it must be between %g and %g", name, value, least,
                     most);
}

static cx_status policy_code(const char *name, int32_t value, int32_t end, cx_error *err) {
    if (value >= 0 && value < end) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d; it must be between 0 and %d", name,
                     (int64_t)value, (int64_t)end - 1);
}

static cx_status policy_options(const cx_policy_options *given, cx_policy_options *out,
                                cx_error *err) {
    cx_policy_options_init(out);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_policy_options", err));
    CX_TRY(policy_code("policy", given->policy, CX_POLICY_END, err));
    CX_TRY(policy_code("unit", given->unit, CX_PLAN_UNIT_END, err));
    CX_TRY(policy_code("rounding", given->rounding, CX_ROUND_END, err));
    CX_TRY(policy_code("soft", given->soft, 2, err));
    CX_TRY(policy_code("reserved", given->reserved, 1, err));
    CX_TRY(policy_between("arl", given->arl, 1, 1e300, err));
    CX_TRY(policy_between("boost", given->boost, 0, 1e6, err));
    CX_TRY(policy_between("gamma", given->gamma, 0.1, 10, err));
    CX_TRY(policy_between("cap", given->cap, 0, 50, err));
    CX_TRY(policy_between("allowance", given->allowance, 0, 100, err));
    CX_TRY(policy_between("head", given->head, 1e-300, 1e300, err));
    CX_TRY(policy_between("max_share", given->max_share, 1e-9, 1, err));
    *out = *given;
    return CX_OK;
}

/* -- the workspace ------------------------------------------------------------------------- */

static cx_status policy_rooms(cx_policy *policy, cx_error *err) {
    const cx_allocator *allocator = &policy->allocator;
    int64_t count = policy->capacity;
    policy->room = cx_i_alloc_room(allocator, count, CX_I_POLICY_ROOM * sizeof(double));
    policy->heap = cx_i_alloc_room(allocator, count, sizeof *policy->heap);
    policy->order = cx_i_alloc_room(allocator, count, sizeof *policy->order);
    policy->other = cx_i_alloc_room(allocator, count, sizeof *policy->other);
    if (policy->room == NULL || policy->heap == NULL || policy->order == NULL ||
        policy->other == NULL)
        return cx_i_out_of_memory(err);
    cx_i_plan *plan = &policy->plan;
    double **const columns[CX_I_POLICY_ROOM] = {
        &plan->a,        &plan->known,   &plan->lower,     &plan->upper,       &plan->cost,
        &plan->n,        &plan->root,    &policy->precise, &policy->knowledge, &policy->committed,
        &policy->factor, &policy->score, &policy->share,   &policy->expected,  &policy->reward};
    for (int c = 0; c < CX_I_POLICY_ROOM; c++) *columns[c] = policy->room + c * count;
    return CX_OK;
}

cx_status cx_policy_new(int64_t capacity, const cx_policy_options *options, cx_policy **out,
                        cx_error *err) {
    cx_policy_options checked;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(policy_options(options, &checked, err));
    if (capacity < 1)
        return cx_i_fail(err, CX_E_LIMIT, "a policy for %d points; there must be at least 1",
                         capacity);
    cx_allocator allocator = cx_i_allocator(checked.allocator);
    cx_policy *policy = cx_i_alloc(&allocator, sizeof *policy);
    if (policy == NULL) return cx_i_out_of_memory(err);
    policy->options = checked;
    policy->allocator = allocator;
    policy->capacity = capacity;
    cx_status status = policy_rooms(policy, err);
    if (status == CX_OK)
        *out = policy;
    else
        cx_policy_free(policy);
    return status;
}

void cx_policy_free(cx_policy *policy) {
    if (policy == NULL) return;
    cx_allocator allocator = policy->allocator;
    cx_i_free(&allocator, policy->room);
    cx_i_free(&allocator, policy->heap);
    cx_i_free(&allocator, policy->order);
    cx_i_free(&allocator, policy->other);
    cx_i_free(&allocator, policy);
}

/* -- a period ------------------------------------------------------------------------------ */

/* What is committed is part of the answers of the period. */
static void policy_total(const cx_policy *policy, const double *movable, double *n) {
    bool answers = policy->options.unit == CX_PLAN_ANSWERS;
    for (int64_t i = 0; i < policy->points; i++)
        n[i] = movable[i] + (answers ? policy->committed[i] : 0);
}

cx_status cx_policy_plan(cx_policy *policy, const cx_points *points, double budget, uint64_t period,
                         double *n, cx_error *err) {
    if (policy == NULL || points == NULL || n == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         policy == NULL   ? "policy"
                         : points == NULL ? "points"
                                          : "n");
    CX_TRY(cx_i_policy_load(policy, points, budget, err));
    CX_TRY(cx_i_policy_decide(policy, points, period, err));
    policy_total(policy, policy->plan.n, n);
    return CX_OK;
}
