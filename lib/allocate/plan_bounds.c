#include "allocate/plan.h"

static cx_status plan_round_bounds(cx_i_plan *plan, cx_error *err) {
    for (int64_t i = 0; i < plan->points; i++) {
        double lower = ceil(plan->lower[i]), upper = floor(plan->upper[i]);
        if (lower > upper)
            return cx_i_fail_at(err, CX_E_INFEASIBLE, NULL, i, plan->lower[i],
                                "no whole number lies between the lower bound %g and the upper "
                                "bound %g",
                                plan->lower[i], plan->upper[i]);
        plan->lower[i] = lower;
        plan->upper[i] = upper;
    }
    return CX_OK;
}

static double plan_spending(const cx_i_plan *plan, const double *n) {
    cx_i_plan_sum sum = {0, 0};
    for (int64_t i = 0; i < plan->points; i++)
        cx_i_plan_add_product(&sum, cx_i_plan_cost(plan, i), n[i]);
    return cx_i_plan_total(&sum);
}

/* More than rounding: bounds that are shares of the budget should just fit. */
static bool plan_exceeds(const cx_i_plan *plan, double x, double y) {
    double allowance = plan->integer && plan->unit ? 0 : 0x1p-48 * y;
    return x > y + allowance;
}

static cx_status plan_does_not_fit(const cx_i_plan *plan, const char *which, double sum,
                                   const char *relation, const char *advice, cx_error *err) {
    return cx_i_fail(err, CX_E_INFEASIBLE, "the %s %s %g, %s than the budget of %g%s; %s", which,
                     plan->unit ? "add up to" : "cost", sum, relation, plan->budget,
                     plan->unit ? " answers" : "", advice);
}

/* floor(x * part / whole) of whole numbers, without rounding: part <= whole */
static double plan_scaled_floor(double x, double part, double whole) {
    double q = floor(x * (part / whole)), left = x * part, left_error = fma(x, part, -left);
    for (int step = 0; step < 2; step++) {
        double right = q * whole, error = fma(q, whole, -right);
        if ((right - left) + (error - left_error) > 0) q--;
        right = (q + 1) * whole, error = fma(q + 1, whole, -right);
        if ((right - left) + (error - left_error) <= 0) q++;
    }
    return q;
}

static cx_status plan_soften(cx_i_plan *plan, double *scale, cx_error *err) {
    cx_i_plan_sum kept = {0, 0}, movable = {0, 0};
    for (int64_t i = 0; i < plan->points; i++)
        cx_i_plan_add_product(plan->n[i] != 0 ? &kept : &movable, cx_i_plan_cost(plan, i),
                              plan->lower[i]);
    double fixed = cx_i_plan_total(&kept), whole = cx_i_plan_total(&movable);
    if (plan_exceeds(plan, fixed, plan->budget))
        return plan_does_not_fit(plan, "lower bounds of the permanent points", fixed, "more",
                                 "raise the budget or lower these bounds", err);
    double part = fmax(plan->budget - fixed, 0);
    if (whole > 0x1p53) whole = nextafter(whole, INFINITY);
    *scale = part / whole;
    for (int64_t i = 0; i < plan->points; i++) {
        if (plan->n[i] != 0) continue;
        if (!plan->integer)
            plan->lower[i] *= *scale;
        else if (plan->unit)
            plan->lower[i] = plan_scaled_floor(plan->lower[i], part, whole);
        else
            plan->lower[i] = floor(plan->lower[i] * *scale);
    }
    return CX_OK;
}

cx_status cx_i_plan_bounds(cx_i_plan *plan, bool soft, double *scale, cx_error *err) {
    *scale = 1;
    if (plan->integer) CX_TRY(plan_round_bounds(plan, err));
    double least = plan_spending(plan, plan->lower), most = plan_spending(plan, plan->upper);
    if (plan_exceeds(plan, plan->budget, most))
        return plan_does_not_fit(plan, "upper bounds", most, "less",
                                 "lower the budget or raise upper bounds", err);
    if (!plan_exceeds(plan, least, plan->budget)) return CX_OK;
    if (soft && isfinite(least)) return plan_soften(plan, scale, err);
    return plan_does_not_fit(plan, "lower bounds", least, "more",
                             "raise the budget, lower the bounds, or plan with soft = 1", err);
}
