#include "allocate/policy.h"

#include <stddef.h>

#define LOAD_MOST 0x1.fffffffffffffp1023

typedef struct load_field {
    const char *name;
    size_t offset;
    double least, most;
    const char *rule;
    bool optional; /* NaN has a meaning */
} load_field;

#define LOAD_FIELD(name, least, most, ...)                                                         \
    { #name, offsetof(cx_points, name), least, most, __VA_ARGS__ }

static const load_field load_fields[] = {
    LOAD_FIELD(weight, 0, 1e150, "between 0 and 1e150", false),
    LOAD_FIELD(s2, 0, 1e300, "between 0 and 1e300", false),
    LOAD_FIELD(known, 0, 0x1p53, "between 0 and 2^53", false),
    LOAD_FIELD(log_evidence, -INFINITY, LOAD_MOST, "a logarithm, -infinity for no evidence", true),
    LOAD_FIELD(lower, 0, LOAD_MOST, "finite and at least 0", false),
    LOAD_FIELD(upper, 0, INFINITY, "at least 0, infinity for no upper bound", false),
    LOAD_FIELD(traffic, 0, INFINITY, "at least 0", false),
    LOAD_FIELD(response_rate, 1e-9, 1, "between 1e-9 and 1", true),
    LOAD_FIELD(cost, 1e-100, 1e100, "positive, between 1e-100 and 1e100", false),
    LOAD_FIELD(permanent, -LOAD_MOST, LOAD_MOST, "0 or 1", false),
    LOAD_FIELD(information, 0, 1e100, "between 0 and 1e100", false),
    LOAD_FIELD(local, -INFINITY, INFINITY, "a number", false),
    LOAD_FIELD(likelihood, -INFINITY, LOAD_MOST, "a logarithm", false),
    LOAD_FIELD(age, 0, LOAD_MOST, "finite and at least 0", true),
    LOAD_FIELD(drift, 1e-300, 1e300, "positive, between 1e-300 and 1e300", false),
    LOAD_FIELD(answered, 0, 0x1p53, "between 0 and 2^53", false),
    LOAD_FIELD(outstanding, 0, 0x1p53, "between 0 and 2^53", false)};

static const double *load_column(const cx_points *points, const load_field *field) {
    const double *column;
    memcpy(&column, (const char *)points + field->offset, sizeof(const double *));
    return column;
}

static cx_status load_check(const cx_points *points, cx_error *err) {
    for (size_t f = 0; f < sizeof load_fields / sizeof *load_fields; f++) {
        const load_field *field = &load_fields[f];
        const double *column = load_column(points, field);
        for (int64_t i = 0; column != NULL && i < points->count; i++) {
            if (column[i] >= field->least && column[i] <= field->most) continue;
            if (isnan(column[i]) && field->optional) continue;
            cx_array named = cx_array_of(column, CX_F64, points->count);
            named.name = field->name;
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, i, column[i], "%s is %s%g; it must be %s",
                                field->name, isnan(column[i]) ? "missing or " : "", column[i],
                                field->rule);
        }
    }
    return CX_OK;
}

static cx_status load_need(const cx_policy *policy, const double *column, const char *name,
                           cx_error *err) {
    if (column != NULL) return CX_OK;
    return cx_i_fail(err, CX_E_NAME, "the policy %s needs a column %s",
                     cx_policy_name(policy->options.policy), name);
}

static cx_status load_needs(const cx_policy *policy, const cx_points *points, cx_error *err) {
    switch (policy->options.policy) {
    case CX_POLICY_NEYMAN:
    case CX_POLICY_UNIFORM:
        return CX_OK;
    case CX_POLICY_PROPORTIONAL:
        return load_need(policy, points->traffic, "traffic", err);
    case CX_POLICY_TRAS:
        return load_need(policy, points->local, "local", err);
    case CX_POLICY_INDEX:
        return load_need(policy, points->drift, "drift", err);
    case CX_POLICY_TSSRP:
        CX_TRY(load_need(policy, points->likelihood, "likelihood", err));
        break;
    default:
        break;
    }
    return load_need(policy, points->log_evidence, "log_evidence", err);
}

static double load_at(const double *column, int64_t i, double fallback) {
    return column == NULL ? fallback : column[i];
}

/* 100 customers at a rate of 0.29 are 29 answers, whatever the last bit says. */
static double load_floor(double x) {
    return floor(x + 0x1p-48 * x);
}

static double load_ceil(double x) {
    return ceil(x - 0x1p-48 * x);
}

/* Floor and capacity of what is still to be planned, in units of the budget. */
static void load_bounds(cx_policy *policy, const cx_points *points, int64_t i) {
    double f = policy->factor[i], committed = policy->committed[i];
    double lower = fmax(load_at(points->lower, i, 0) - committed, 0);
    double upper = fmax(load_at(points->upper, i, INFINITY) - committed, 0);
    double reach = load_at(points->traffic, i, INFINITY) * cx_i_policy_rate(policy, points, i);
    upper = fmin(upper, reach) / f;
    lower /= f;
    if (policy->options.rounding != CX_ROUND_NONE) {
        upper = load_floor(upper);
        lower = load_ceil(lower);
    }
    if (lower > upper) {
        policy->unmet++;
        lower = upper;
    }
    policy->plan.lower[i] = lower;
    policy->plan.upper[i] = upper;
}

static void load_point(cx_policy *policy, const cx_points *points, int64_t i) {
    double w = load_at(points->weight, i, 1), s2 = load_at(points->s2, i, 1);
    double f = policy->options.unit == CX_PLAN_ANSWERS ? 1 : cx_i_policy_rate(policy, points, i);
    double committed = load_at(points->answered, i, 0) + load_at(points->outstanding, i, 0);
    policy->factor[i] = f;
    policy->committed[i] = committed;
    policy->precise[i] = w * w * s2 / f;
    policy->knowledge[i] = (load_at(points->known, i, 0) + committed) / f;
    policy->plan.cost[i] = load_at(points->cost, i, 1);
    policy->plan.n[i] = load_at(points->permanent, i, 0);
    load_bounds(policy, points, i);
    if (policy->precise[i] > 0 && policy->knowledge[i] == 0 && policy->plan.upper[i] == 0) {
        policy->precise[i] = 0;
        policy->unmeasured++;
    }
}

static double load_usual_rate(const cx_points *points) {
    double sum = 0, count = 0;
    for (int64_t i = 0; points->response_rate != NULL && i < points->count; i++)
        if (!isnan(points->response_rate[i])) sum += points->response_rate[i], count++;
    return count > 0 ? sum / count : 1;
}

double cx_i_policy_rate(const cx_policy *policy, const cx_points *points, int64_t i) {
    double rate = load_at(points->response_rate, i, 1);
    return isnan(rate) ? policy->usual_rate : rate;
}

double cx_i_policy_evidence(const cx_points *points, int64_t i) {
    return isnan(points->log_evidence[i]) ? -INFINITY : points->log_evidence[i];
}

static cx_status load_order(const cx_points *points, cx_error *err) {
    for (int64_t i = 0; i < points->count; i++) {
        double lower = load_at(points->lower, i, 0), upper = load_at(points->upper, i, INFINITY);
        if (lower > upper)
            return cx_i_fail_at(err, CX_E_DOMAIN, NULL, i, lower,
                                "the lower bound %g is above the upper bound %g", lower, upper);
    }
    return CX_OK;
}

static cx_status load_budget(cx_policy *policy, const cx_points *points, double budget,
                             cx_error *err) {
    cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum committed = {0, 0}, most = {0, 0};
    double cheapest = INFINITY;
    for (int64_t i = 0; i < plan->points; i++) {
        cx_i_plan_add(&committed, policy->committed[i]);
        cx_i_plan_add_product(&most, plan->cost[i], plan->upper[i]);
        cheapest = fmin(cheapest, plan->cost[i]);
    }
    policy->committed_sum = cx_i_plan_total(&committed);
    plan->unit = points->cost == NULL;
    if (plan->unit && policy->options.unit == CX_PLAN_ANSWERS)
        budget = fmax(budget - policy->committed_sum, 0);
    if (plan->unit && policy->options.rounding != CX_ROUND_NONE) budget = load_floor(budget);
    if (policy->options.soft) budget = fmin(budget, cx_i_plan_total(&most));
    if (budget / cheapest > 0x1p53)
        return cx_i_fail(err, CX_E_LIMIT, "the budget of %g buys more than 2^53 answers", budget);
    plan->budget = budget;
    return CX_OK;
}

bool cx_i_policy_is_open(const cx_points *points, int64_t i) {
    return isinf(load_at(points->upper, i, INFINITY)) &&
           isinf(load_at(points->traffic, i, INFINITY));
}

static bool load_follows_evidence(const cx_policy *policy) {
    int32_t rule = policy->options.policy;
    return rule != CX_POLICY_NEYMAN && rule != CX_POLICY_PROPORTIONAL &&
           rule != CX_POLICY_UNIFORM && rule != CX_POLICY_INDEX;
}

/* A share of the pool, unless the budget then would not find its place. */
static void load_spread(cx_policy *policy, const cx_points *points) {
    cx_i_plan *plan = &policy->plan;
    cx_i_plan_sum floors = {0, 0}, placed = {0, 0};
    double open = 0;
    policy->spread = NAN;
    if (policy->options.max_share >= 1 || !load_follows_evidence(policy)) return;
    for (int64_t i = 0; i < plan->points; i++) {
        bool is_open = cx_i_policy_is_open(points, i);
        open += is_open;
        cx_i_plan_add_product(&floors, plan->cost[i], plan->lower[i]);
        cx_i_plan_add_product(&placed, plan->cost[i], is_open ? plan->lower[i] : plan->upper[i]);
    }
    double pool = plan->budget - cx_i_plan_total(&floors);
    if (open == 0 || !(pool > 0)) return;
    double share = fmax(policy->options.max_share, 3.0 / (double)plan->points);
    policy->spread = fmax(share * pool, (plan->budget - cx_i_plan_total(&placed)) / open);
    for (int64_t i = 0; i < plan->points; i++) {
        if (!cx_i_policy_is_open(points, i)) continue;
        double most = plan->lower[i] + policy->spread / plan->cost[i];
        plan->upper[i] = policy->options.rounding == CX_ROUND_NONE ? most : load_ceil(most);
    }
}

cx_status cx_i_policy_load(cx_policy *policy, const cx_points *points, double budget,
                           cx_error *err) {
    cx_i_plan *plan = &policy->plan;
    if (points->count < 1)
        return cx_i_fail(err, CX_E_EMPTY, "there is no point to plan for: %d points",
                         points->count);
    if (points->count > policy->capacity)
        return cx_i_fail(err, CX_E_LENGTH, "%d points for a policy with room for %d", points->count,
                         policy->capacity);
    if (!(budget >= 0 && isfinite(budget)))
        return cx_i_fail(err, CX_E_DOMAIN, "the budget is %g; it must be finite and at least 0",
                         budget);
    CX_TRY(load_needs(policy, points, err));
    CX_TRY(load_check(points, err));
    CX_TRY(load_order(points, err));
    policy->points = plan->points = points->count;
    policy->unmet = policy->unmeasured = 0;
    policy->kappa = policy->theta = plan->gap = plan->hint = 0;
    policy->best_variance = NAN;
    policy->exact = false;
    policy->usual_rate = load_usual_rate(points);
    for (int64_t i = 0; i < plan->points; i++) load_point(policy, points, i);
    CX_TRY(load_budget(policy, points, budget, err));
    load_spread(policy, points);
    plan->integer = policy->options.rounding != CX_ROUND_NONE;
    return cx_i_plan_bounds(plan, policy->options.soft != 0, &policy->floor_scale, err);
}
