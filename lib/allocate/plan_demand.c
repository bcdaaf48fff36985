#include "allocate/plan.h"

/* The continuous plan where n is no linear function of the level: with t = 1 / sqrt(multiplier)
 * spending rises with t from the lower bounds to the upper ones. The secant through a bracket finds
 * the level; what is left over, where many points jump at one level, is interpolated. */

/* n^3 (n + c) = w^2 with c = 4 a / q: convex in log n, so Newton falls towards it from above.
 * Without drift any answer is enough: one, unless the others need the budget very much more. */
static double plan_steady_demand(double a, double q, double level) {
    double w = a / level, c = 4 * a / q;
    if (q == 0) return fmin(1, 1e6 / sqrt(level));
    if (!(w > 0)) return 0;
    if (!isfinite(w)) return INFINITY;
    double x = fmin(log(w) / 2, (2 * log(w) - log(c)) / 3);
    for (int step = 0; step < 4; step++) {
        double n = exp(x);
        x -= (3 * x + log(n + c) - 2 * log(w)) / (3 + n / (n + c));
    }
    return exp(x);
}

double cx_i_plan_demand(const cx_i_plan *plan, int64_t i, double t) {
    double level = cx_i_plan_cost(plan, i) / t / t, a = plan->a[i];
    if (plan->drift != NULL) return plan_steady_demand(a, plan->drift[i], level);
    double net = level - plan->reward[i];
    if (net <= 0) return a > 0 || plan->reward[i] > 0 ? INFINITY : 0;
    return sqrt(a / net) - plan->known[i];
}

static double plan_spend_at(const cx_i_plan *plan, double t, double *n) {
    cx_i_plan_sum spent = {0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        double wanted = cx_i_plan_matters(plan, i) ? cx_i_plan_demand(plan, i, t) : 0;
        n[i] = fmax(plan->lower[i], fmin(wanted, plan->upper[i]));
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), n[i]);
    }
    return cx_i_plan_total(&spent);
}

typedef struct plan_bracket {
    double low, high;          /* log t */
    double under, over;        /* spending less budget, <= 0 and > 0 */
    double weight_low, weight; /* halved while an end stands still */
} plan_bracket;

enum { PLAN_BRACKET = 600, PLAN_SECANT = 120 };

static void plan_bracket_find(cx_i_plan *plan, plan_bracket *b) {
    double x = plan->hint > 0 ? log(plan->hint) : 0, step = plan->hint > 0 ? 0.05 : 2;
    double rest = plan_spend_at(plan, exp(x), plan->n) - plan->budget;
    bool rising = rest <= 0;
    *b = (plan_bracket){x, x, rest, rest, 1, 1};
    for (int i = 0; i < PLAN_BRACKET && (rest <= 0) == rising; i++, step *= 2) {
        double next = fmax(-350, fmin(x + (rising ? step : -step), 350));
        rest = plan_spend_at(plan, exp(next), plan->n) - plan->budget;
        if (rest <= 0)
            b->low = next, b->under = rest;
        else
            b->high = next, b->over = rest;
        if (next == x) break;
        x = next;
    }
}

/* Illinois' rule, with halving where it stands still. */
static double plan_bracket_next(const plan_bracket *b, int pass) {
    double middle = b->low + (b->high - b->low) / 2;
    if (pass % 3 == 2 || !isfinite(b->over) || !isfinite(b->under)) return middle;
    double low = b->under * b->weight_low, high = b->over * b->weight;
    double x = b->low + (b->high - b->low) * (low / (low - high));
    return x > b->low && x < b->high ? x : middle;
}

static void plan_bracket_shrink(cx_i_plan *plan, plan_bracket *b) {
    double close = 0x1p-46 * plan->budget;
    int last = 0;
    for (int pass = 0; pass < PLAN_SECANT; pass++) {
        if (b->high - b->low < 1e-15 * (1 + fabs(b->low)) || -b->under <= close) break;
        double x = plan_bracket_next(b, pass);
        double rest = plan_spend_at(plan, exp(x), plan->n) - plan->budget;
        if (rest <= 0) {
            b->weight = last == -1 ? b->weight / 2 : 1;
            b->low = x, b->under = rest, b->weight_low = 1, last = -1;
        } else {
            b->weight_low = last == 1 ? b->weight_low / 2 : 1;
            b->high = x, b->over = rest, b->weight = 1, last = 1;
        }
        if (b->over <= close) break;
    }
}

/* What no level spends goes to points without drift, in the order of rows: it gains nothing. */
static void plan_spend_rest(cx_i_plan *plan) {
    cx_i_plan_sum spent = {-plan->budget, 0};
    for (int64_t i = 0; i < plan->points; i++)
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), plan->n[i]);
    for (int64_t i = 0; i < plan->points && cx_i_plan_total(&spent) < 0; i++) {
        if (plan->drift[i] > 0 || plan->a[i] == 0) continue;
        double cost = cx_i_plan_cost(plan, i);
        double more = fmin(-cx_i_plan_total(&spent) / cost, plan->upper[i] - plan->n[i]);
        plan->n[i] += more;
        cx_i_plan_add_product(&spent, cost, more);
    }
}

double cx_i_plan_level_rounded(cx_i_plan *plan) {
    plan_bracket b;
    plan_bracket_find(plan, &b);
    plan_bracket_shrink(plan, &b);
    double *low = plan->root, under = plan->budget - plan_spend_at(plan, exp(b.low), low);
    double over = plan_spend_at(plan, exp(b.high), plan->n) - plan->budget;
    double part = isfinite(over) && under + over > 0 ? under / (under + over) : 0;
    for (int64_t i = 0; i < plan->points; i++)
        plan->n[i] = part > 0 ? low[i] + part * (plan->n[i] - low[i]) : low[i];
    if (plan->drift != NULL) plan_spend_rest(plan);
    plan->hint = exp(b.low);
    return plan->hint;
}
