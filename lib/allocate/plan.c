#include "allocate/plan.h"

#include "stat/table.h"

#define PLAN_MOST 0x1p53 /* whole numbers beyond are not all doubles */

void cx_plan_options_init(cx_plan_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = (uint32_t)sizeof *options;
    options->integer = 1;
}

cx_status cx_i_plan_options(const cx_plan_options *given, cx_plan_options *out, cx_error *err) {
    cx_plan_options_init(out);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_plan_options", err));
    if ((given->integer & ~1) != 0 || (given->soft & ~1) != 0 || given->reserved != 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "integer is %d and soft is %d; both are 0 or 1, and reserved is 0",
                         (int64_t)given->integer, (int64_t)given->soft);
    *out = *given;
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

typedef struct plan_column {
    const cx_array *given;
    const char *role;
    double *out;
    double fallback, least, most;
    const char *rule;
} plan_column;

static cx_status plan_refuse(const plan_column *column, int64_t row, double value, cx_error *err) {
    cx_array named = cx_i_array_named(column->given, column->role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, "%s is %s%g; it must be %s",
                        column->role, isnan(value) ? "missing or " : "", value, column->rule);
}

static cx_status plan_read(const plan_column *column, int64_t points, cx_error *err) {
    double *out = column->out;
    if (column->given == NULL) {
        for (int64_t i = 0; i < points; i++) out[i] = column->fallback;
        return CX_OK;
    }
    for (int64_t start = 0; start < points; start += CX_I_BLOCK) {
        int64_t count = points - start < CX_I_BLOCK ? points - start : CX_I_BLOCK;
        cx_i_array_read(column->given, start, count, out + start);
        for (int64_t i = start; i < start + count; i++)
            if (!(out[i] >= column->least && out[i] <= column->most))
                return plan_refuse(column, i, out[i], err);
    }
    return CX_OK;
}

static cx_status plan_check_arrays(const plan_column *columns, int count, cx_error *err) {
    for (int c = 0; c < count; c++) {
        if (columns[c].given == NULL && c > 0) continue;
        CX_TRY(cx_i_array_check(columns[c].given, columns[c].role, CX_I_NUMBERS, err));
        if (c > 0)
            CX_TRY(cx_i_array_same_length(columns[0].given, columns[0].role, columns[c].given,
                                          columns[c].role, err));
    }
    if (columns[0].given->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no point to plan for: a has no elements");
    return CX_OK;
}

static cx_status plan_check_order(const cx_i_plan *plan, cx_error *err) {
    for (int64_t i = 0; i < plan->points; i++)
        if (plan->lower[i] > plan->upper[i])
            return cx_i_fail_at(err, CX_E_DOMAIN, NULL, i, plan->lower[i],
                                "the lower bound %g is above the upper bound %g", plan->lower[i],
                                plan->upper[i]);
    return CX_OK;
}

/* -- the budget ---------------------------------------------------------------------------- */

static cx_status plan_too_many(double budget, double cost, cx_error *err) {
    return cx_i_fail(err, CX_E_LIMIT,
                     "the budget of %g buys more than 2^53 answers at a cost of %g; plan with "
                     "integer = 0",
                     budget, cost);
}

/* The answers that equal costs allow: 10 at 0.1 each from a budget of 1. */
static double plan_answers(double budget, double cost) {
    double answers = floor(budget / cost);
    if (answers > 0 && answers * cost > budget) answers--;
    if ((answers + 1) * cost <= budget) answers++;
    return answers;
}

static cx_status plan_check_budget(double budget, bool whole, cx_error *err) {
    if (!(budget >= 0 && isfinite(budget)))
        return cx_i_fail(err, CX_E_DOMAIN, "the budget is %g; it must be finite and at least 0",
                         budget);
    if (whole && budget != floor(budget))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the budget of %g is not a whole number of answers; round it, or plan "
                         "with integer = 0",
                         budget);
    return CX_OK;
}

static cx_status plan_set_budget(cx_i_plan *plan, double budget, bool costs, cx_error *err) {
    double cheapest = plan->cost[0], dearest = plan->cost[0];
    CX_TRY(plan_check_budget(budget, plan->integer && !costs, err));
    for (int64_t i = 1; i < plan->points; i++) {
        cheapest = fmin(cheapest, plan->cost[i]);
        dearest = fmax(dearest, plan->cost[i]);
    }
    plan->budget = budget;
    plan->unit = !costs || (plan->integer && cheapest == dearest);
    if (plan->integer && budget / cheapest > PLAN_MOST) return plan_too_many(budget, cheapest, err);
    if (plan->integer && plan->unit) plan->budget = plan_answers(budget, cheapest);
    return CX_OK;
}

/* -- the result ---------------------------------------------------------------------------- */

static cx_status plan_check_informed(const cx_i_plan *plan, cx_error *err) {
    int64_t count = 0, first = -1;
    for (int64_t i = plan->points - 1; i >= 0; i--)
        if (plan->a[i] > 0 && plan->n[i] + plan->known[i] == 0) count++, first = i;
    if (count == 0) return CX_OK;
    return cx_i_fail_at(err, CX_E_UNINFORMED, NULL, first, 0,
                        "the budget leaves %d of %d points without any information, this one "
                        "first; raise the budget, or the upper bounds and known answers of such "
                        "points",
                        count, plan->points);
}

static const char *plan_reason(const cx_i_plan *plan, int64_t i) {
    double n = plan->n[i];
    if (plan->lower[i] == plan->upper[i]) return "fixed";
    if (n <= plan->lower[i]) return "floor";
    if (n >= plan->upper[i]) return "capacity";
    return cx_i_plan_matters(plan, i) ? "precision" : "remainder";
}

typedef struct plan_result {
    cx_table *table;
    double *marginal, *share, *rate, *answers, *drift;
    const char **words;
    double objective, used, scale, movable;
} plan_result;

static void plan_describe(const cx_i_plan *plan, plan_result *result) {
    cx_i_plan_sum objective = {0, 0}, used = {0, 0}, least = {0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        cx_i_plan_add(&objective, cx_i_plan_value(plan, i, plan->n[i]));
        cx_i_plan_add_product(&used, plan->cost[i], plan->n[i]);
        cx_i_plan_add_product(&least, plan->cost[i], plan->lower[i]);
        result->marginal[i] = cx_i_plan_gain(plan, i, plan->n[i]);
        result->words[i] = plan_reason(plan, i);
    }
    result->objective = cx_i_plan_total(&objective);
    result->used = cx_i_plan_total(&used);
    result->movable = fmax(result->used - cx_i_plan_total(&least), 0);
    for (int64_t i = 0; i < plan->points; i++)
        result->share[i] = result->used > 0 ? plan->cost[i] * plan->n[i] / result->used : 0;
}

static cx_status plan_figures(const cx_i_plan *plan, const plan_result *result, double high,
                              double low, cx_error *err) {
    /* Convexity: moving the whole movable budget gains at most the difference per unit. */
    double gap = plan->integer || high <= low ? plan->gap : (high - low) * result->movable;
    const struct {
        const char *name;
        double value;
    } figures[] = {{"objective", result->objective},
                   {"gain_high", high},
                   {"gain_low", low},
                   {"gap", gap},
                   {"budget_used", result->used},
                   {"multiplier", high},
                   {"floor_scale", result->scale},
                   {"points", (double)plan->points}};
    if (!isfinite(result->objective))
        return cx_i_fail(err, CX_E_OVERFLOW, "the objective is too large; divide a by its maximum");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        CX_TRY(cx_i_table_figure(result->table, figures[i].name, figures[i].value, err));
    return CX_OK;
}

static cx_status plan_solve_all(cx_i_plan *plan, const cx_allocator *allocator, cx_error *err) {
    cx_i_plan_item *heap = NULL;
    if (plan->integer) {
        heap = cx_i_alloc_room(allocator, plan->points, sizeof *heap);
        if (heap == NULL) return cx_i_out_of_memory(err);
    }
    cx_i_plan_solve(plan, heap);
    cx_i_free(allocator, heap);
    return plan_check_informed(plan, err);
}

typedef struct plan_request {
    const cx_array *a, *lower, *upper, *known, *cost, *rate, *permanent, *drift;
    double budget;
    cx_plan_options options;
    cx_allocator allocator;
} plan_request;

static cx_status plan_columns(const plan_request *request, cx_i_plan *plan, plan_result *result,
                              cx_error *err) {
    cx_table *table = result->table;
    CX_TRY(cx_i_table_f64(table, "n", &plan->n, err));
    CX_TRY(cx_i_table_f64(table, "lower", &plan->lower, err));
    CX_TRY(cx_i_table_f64(table, "upper", &plan->upper, err));
    CX_TRY(cx_i_table_f64(table, "known", &plan->known, err));
    CX_TRY(cx_i_table_f64(table, "a", &plan->a, err));
    CX_TRY(cx_i_table_f64(table, "cost", &plan->cost, err));
    CX_TRY(cx_i_table_f64(table, "marginal", &result->marginal, err));
    CX_TRY(cx_i_table_f64(table, "share", &result->share, err));
    plan->root = result->share;
    if (request->rate != NULL) {
        CX_TRY(cx_i_table_f64(table, "rate", &result->rate, err));
        CX_TRY(cx_i_table_f64(table, "answers", &result->answers, err));
    }
    if (request->drift != NULL) CX_TRY(cx_i_table_f64(table, "drift", &result->drift, err));
    plan->drift = result->drift;
    return CX_OK;
}

enum { PLAN_A, PLAN_KNOWN, PLAN_PERMANENT = 7, PLAN_COLUMNS = 8 };

static void plan_list(const plan_request *request, const cx_i_plan *plan, const plan_result *result,
                      plan_column *columns) {
    const plan_column list[PLAN_COLUMNS] = {
        {request->a, "a", plan->a, 0, 0, 0x1.fffffffffffffp1023, "finite and at least 0"},
        {request->known, "known", plan->known, 0, 0, PLAN_MOST, "between 0 and 2^53"},
        {request->lower, "lower", plan->lower, 0, 0, 0x1.fffffffffffffp1023,
         "finite and at least 0"},
        {request->upper, "upper", plan->upper, INFINITY, 0, INFINITY,
         "at least 0, infinity for no upper bound"},
        {request->cost, "cost", plan->cost, 1, 1e-100, 1e100, "positive, between 1e-100 and 1e100"},
        {request->rate, "rate", result->rate, 1, 1e-9, 1, "between 1e-9 and 1"},
        {request->drift, "drift", result->drift, 0, 0, 1e300, "between 0 and 1e300"},
        {request->options.soft ? request->permanent : NULL, "permanent", plan->n, 0,
         -0x1.fffffffffffffp1023, 0x1.fffffffffffffp1023, "0 or 1"}};
    memcpy(columns, list, sizeof list);
}

/* In invitations: a / (rate v + known) = (a / rate) / (v + known / rate). */
static cx_status plan_per_invitation(cx_i_plan *plan, const double *rate, cx_error *err) {
    for (int64_t i = 0; rate != NULL && i < plan->points; i++) {
        plan->a[i] /= rate[i];
        plan->known[i] /= rate[i];
        if (!isfinite(plan->a[i]) || plan->known[i] > PLAN_MOST)
            return cx_i_fail_at(err, CX_E_LIMIT, NULL, i, rate[i],
                                "a or known divided by the rate of %g is too large", rate[i]);
    }
    return CX_OK;
}

/* a and known as they were given, and the answers to be expected. */
static cx_status plan_per_answer(cx_i_plan *plan, const plan_column *columns, plan_result *result,
                                 cx_error *err) {
    if (result->rate == NULL) return CX_OK;
    for (int64_t i = 0; i < plan->points; i++) result->answers[i] = plan->n[i] * result->rate[i];
    CX_TRY(plan_read(&columns[PLAN_A], plan->points, err));
    return plan_read(&columns[PLAN_KNOWN], plan->points, err);
}

static cx_status plan_build(const plan_request *request, plan_result *result, cx_error *err) {
    cx_i_plan plan;
    plan_column columns[PLAN_COLUMNS];
    double high, low;
    memset(&plan, 0, sizeof plan);
    plan.points = request->a->length;
    plan.integer = request->options.integer != 0;
    CX_TRY(plan_columns(request, &plan, result, err));
    plan_list(request, &plan, result, columns);
    for (int c = 0; c < PLAN_COLUMNS; c++)
        if (columns[c].out != NULL) CX_TRY(plan_read(&columns[c], plan.points, err));
    CX_TRY(plan_per_invitation(&plan, result->rate, err));
    CX_TRY(plan_check_order(&plan, err));
    CX_TRY(plan_set_budget(&plan, request->budget, request->cost != NULL, err));
    CX_TRY(cx_i_plan_bounds(&plan, request->options.soft != 0, &result->scale, err));
    CX_TRY(plan_solve_all(&plan, &request->allocator, err));
    cx_i_plan_certify(&plan, &high, &low);
    plan_describe(&plan, result);
    CX_TRY(plan_per_answer(&plan, columns, result, err));
    CX_TRY(cx_i_table_words(result->table, "reason", result->words, err));
    return plan_figures(&plan, result, high, low, err);
}

static cx_status plan_run(plan_request *request, const cx_plan_options *options, cx_table **out,
                          cx_error *err) {
    plan_result result;
    plan_column columns[PLAN_COLUMNS];
    const cx_i_plan none = {0};
    memset(&result, 0, sizeof result);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_plan_options(options, &request->options, err));
    request->allocator = cx_i_allocator(request->options.allocator);
    plan_list(request, &none, &result, columns);
    CX_TRY(plan_check_arrays(columns, PLAN_COLUMNS, err));
    CX_TRY(plan_check_budget(request->budget, false, err));
    CX_TRY(cx_i_table_new(request->a->length, &request->allocator, &result.table, err));
    result.words = cx_i_alloc_array(&request->allocator, request->a->length, sizeof *result.words);
    cx_status status =
        result.words == NULL ? cx_i_out_of_memory(err) : plan_build(request, &result, err);
    cx_i_free(&request->allocator, result.words);
    if (status == CX_OK)
        *out = result.table;
    else
        cx_table_free(result.table);
    return status;
}

cx_status cx_plan(const cx_array *a, double budget, const cx_array *lower, const cx_array *upper,
                  const cx_array *known, const cx_array *cost, const cx_array *rate,
                  const cx_array *permanent, const cx_plan_options *options, cx_table **out,
                  cx_error *err) {
    plan_request request = {a, lower, upper, known, cost, rate, permanent, NULL, budget, {0}, {0}};
    return plan_run(&request, options, out, err);
}

cx_status cx_plan_steady(const cx_array *a, const cx_array *drift, double budget,
                         const cx_array *lower, const cx_array *upper, const cx_array *cost,
                         const cx_array *rate, const cx_array *permanent,
                         const cx_plan_options *options, cx_table **out, cx_error *err) {
    plan_request request = {a, lower, upper, NULL, cost, rate, permanent, drift, budget, {0}, {0}};
    if (drift == NULL) return cx_i_fail(err, CX_E_NULL, "drift is missing");
    return plan_run(&request, options, out, err);
}
