#include "allocate/plan.h"

/* With t = 1 / sqrt(multiplier) the spending sum cost * clip(t * root - known, lower, upper) is
 * piecewise linear and rising in t: Newton's step is exact once the set of points between their
 * bounds is right. A bracket guards it, halved in the order of the doubles so that it always ends.
 */

enum { PLAN_NEWTON = 12, PLAN_PASSES = 200 };

void cx_i_plan_scale(cx_i_plan *plan) {
    double largest = 0;
    for (int64_t i = 0; i < plan->points; i++) {
        double cost = cx_i_plan_cost(plan, i);
        plan->root[i] = cost == 1 ? sqrt(plan->a[i]) : sqrt(plan->a[i]) / sqrt(cost);
        largest = fmax(largest, plan->root[i]);
    }
    frexp(largest, &plan->exponent);
    plan->exponent--;
    double first = ldexp(1, -plan->exponent / 2),
           second = ldexp(1, -plan->exponent - -plan->exponent / 2);
    for (int64_t i = 0; i < plan->points; i++) plan->root[i] = plan->root[i] * first * second;
}

bool cx_i_plan_full(cx_i_plan *plan) {
    cx_i_plan_sum spent = {0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        plan->n[i] = cx_i_plan_matters(plan, i) ? plan->upper[i] : plan->lower[i];
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), plan->n[i]);
    }
    double rest = plan->budget - cx_i_plan_total(&spent);
    if (!(rest >= 0)) return false;
    for (int64_t i = 0; i < plan->points && rest > 0; i++) {
        if (cx_i_plan_matters(plan, i)) continue;
        double cost = cx_i_plan_cost(plan, i), more = rest / cost;
        if (plan->integer) more = floor(more);
        more = fmin(more, plan->upper[i] - plan->n[i]);
        plan->n[i] += more;
        cx_i_plan_add_product(&spent, cost, more);
        rest = plan->budget - cx_i_plan_total(&spent);
    }
    return true;
}

/* budget - (spending at the bounds) + cost * known of the points between, and their slope */
static void plan_pass(const cx_i_plan *plan, double t, cx_i_plan_sum *wanted,
                      cx_i_plan_sum *slope) {
    *wanted = (cx_i_plan_sum){plan->budget, 0};
    *slope = (cx_i_plan_sum){0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        double n = t * plan->root[i] - plan->known[i], cost = cx_i_plan_cost(plan, i);
        if (n <= plan->lower[i]) {
            cx_i_plan_add_product(wanted, -cost, plan->lower[i]);
        } else if (n >= plan->upper[i]) {
            cx_i_plan_add_product(wanted, -cost, plan->upper[i]);
        } else {
            cx_i_plan_add_product(wanted, cost, plan->known[i]);
            cx_i_plan_add_product(slope, cost, plan->root[i]);
        }
    }
}

static uint64_t plan_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double plan_between(double low, double high) {
    uint64_t bits = plan_bits(low) + (plan_bits(high) - plan_bits(low)) / 2;
    double middle;
    memcpy(&middle, &bits, sizeof middle);
    return middle;
}

static double plan_first_guess(const cx_i_plan *plan) {
    cx_i_plan_sum wanted = {plan->budget, 0}, slope = {0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        if (plan->a[i] == 0) continue;
        cx_i_plan_add_product(&wanted, cx_i_plan_cost(plan, i), plan->known[i]);
        cx_i_plan_add_product(&slope, cx_i_plan_cost(plan, i), plan->root[i]);
    }
    double t = cx_i_plan_total(&wanted) / cx_i_plan_total(&slope);
    return t > 0 && isfinite(t) ? t : 1;
}

static double plan_solve(const cx_i_plan *plan, cx_i_plan_sum *wanted, cx_i_plan_sum *slope) {
    double low = 0, high = 1.7976931348623157e308, t = plan_first_guess(plan);
    for (int pass = 0; pass < PLAN_PASSES; pass++) {
        plan_pass(plan, t, wanted, slope);
        double need = cx_i_plan_total(wanted), rate = cx_i_plan_total(slope);
        double next = rate > 0 ? need / rate : 0;
        if (next == t || (rate == 0 && need == 0)) break;
        if (rate > 0 ? next > t : need > 0)
            low = t;
        else
            high = t;
        if (!(next > low && next < high) || (pass > PLAN_NEWTON && pass % 2 == 0))
            next = plan_between(low, high);
        if (next <= low || next >= high) break;
        t = next;
    }
    return t;
}

/* wanted / slope to about 106 bits: known may dwarf n, and n is what remains of t * root - known */
static cx_i_plan_sum plan_quotient(const cx_i_plan_sum *wanted, const cx_i_plan_sum *slope) {
    double t = cx_i_plan_total(wanted) / cx_i_plan_total(slope), product = t * slope->high;
    double rest = (wanted->high - product) - fma(t, slope->high, -product);
    rest += wanted->low - t * slope->low;
    return (cx_i_plan_sum){t, rest / cx_i_plan_total(slope)};
}

double cx_i_plan_level(cx_i_plan *plan) {
    cx_i_plan_sum wanted, slope;
    double t = plan_solve(plan, &wanted, &slope);
    cx_i_plan_sum level = {t, 0};
    if (cx_i_plan_total(&slope) > 0) level = plan_quotient(&wanted, &slope);
    for (int64_t i = 0; i < plan->points; i++) {
        double product = level.high * plan->root[i];
        double error = fma(level.high, plan->root[i], -product) + level.low * plan->root[i];
        cx_i_plan_sum n = {product, error};
        cx_i_plan_add(&n, -plan->known[i]);
        plan->n[i] = fmax(plan->lower[i], fmin(cx_i_plan_total(&n), plan->upper[i]));
    }
    return level.high;
}
