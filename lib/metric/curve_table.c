#include "metric/waits.h"

#include "stat/estimate.h"
#include "stat/keys_table.h"

/* The curve with all its steps, and the comparison of curves. */

/* -- the steps ----------------------------------------------------------------------------- */

typedef struct curve_columns {
    double *time, *survival, *se, *low, *high;
    int64_t *at_risk, *events, *censored;
} curve_columns;

typedef struct curve_request {
    const cx_waits *waits;
    cx_curve_options options;
    bool *hidden; /* by position: one row of nulls */
} curve_request;

static cx_i_survival_walk curve_walk(const curve_request *request, int64_t i) {
    return cx_i_survival_begin(&cx_i_waits_at(request->waits, i)->table,
                               (cx_i_unknown_end)request->options.unknown);
}

static int64_t curve_steps_of(const curve_request *request, int64_t i) {
    int64_t steps = 0;
    if (request->hidden[i]) return 1;
    cx_i_survival_walk walk = curve_walk(request, i);
    while (cx_i_survival_next(&walk)) steps++;
    return steps;
}

static int64_t curve_steps(const curve_request *request) {
    int64_t steps = 0;
    for (int64_t i = 0; i < request->waits->made; i++) steps += curve_steps_of(request, i);
    return steps;
}

/* The column added last is null for the rows of hidden keys. */
static cx_status curve_hide(const curve_request *request, cx_table *table, cx_error *err) {
    int64_t row = 0;
    for (int64_t i = 0; i < request->waits->made; i++) {
        if (request->hidden[i]) CX_TRY(cx_i_table_null(table, row, err));
        row += curve_steps_of(request, i);
    }
    return CX_OK;
}

static cx_status curve_add_columns(const curve_request *request, curve_columns *columns,
                                   cx_table *table, cx_error *err) {
    const struct {
        const char *name;
        double **numbers;
        int64_t **counts;
    } fields[] = {{"time", &columns->time, NULL},         {"at_risk", NULL, &columns->at_risk},
                  {"events", NULL, &columns->events},     {"censored", NULL, &columns->censored},
                  {"survival", &columns->survival, NULL}, {"se", &columns->se, NULL},
                  {"ci_low", &columns->low, NULL},        {"ci_high", &columns->high, NULL}};
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        CX_TRY(fields[f].numbers != NULL
                   ? cx_i_table_f64(table, fields[f].name, fields[f].numbers, err)
                   : cx_i_table_i64(table, fields[f].name, fields[f].counts, err));
        if (request->options.min_n > 1) CX_TRY(curve_hide(request, table, err));
    }
    return CX_OK;
}

static void curve_put_step(const curve_columns *columns, int64_t row,
                           const cx_i_survival_walk *walk, const cx_curve_options *options,
                           double z) {
    cx_i_interval limits =
        cx_i_survival_limits_z(walk, (cx_method)options->method, options->confidence, z);
    columns->time[row] = walk->time;
    columns->at_risk[row] = walk->at_risk;
    columns->events[row] = walk->events;
    columns->censored[row] = walk->censored;
    columns->survival[row] = walk->survival;
    columns->se[row] = cx_i_survival_se(walk);
    columns->low[row] = limits.low;
    columns->high[row] = limits.high;
}

static void curve_put_steps(const curve_request *request, const curve_columns *columns) {
    int64_t row = 0;
    double z = cx_i_estimate_z(request->options.confidence);
    for (int64_t i = 0; i < request->waits->made; i++) {
        if (request->hidden[i]) {
            row++;
            continue;
        }
        cx_i_survival_walk walk = curve_walk(request, i);
        while (cx_i_survival_next(&walk))
            curve_put_step(columns, row++, &walk, &request->options, z);
    }
}

static cx_status curve_add_keys(const curve_request *request, int64_t steps, cx_table *table,
                                cx_error *err) {
    const cx_waits *self = request->waits;
    int64_t row = 0;
    if (self->keys.column_count == 0) return CX_OK;
    int64_t *key = cx_i_alloc_array(&self->allocator, steps, sizeof *key);
    if (key == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->made; i++)
        for (int64_t left = curve_steps_of(request, i); left > 0; left--)
            key[row++] = self->order[i];
    cx_status status = cx_i_keys_to_rows(&self->keys, key, steps, table, err);
    cx_i_free(&self->allocator, key);
    return status;
}

static cx_status curve_of(curve_request *request, cx_table **out, cx_error *err) {
    curve_columns columns;
    cx_table *table;
    CX_TRY(cx_i_waits_hidden(request->waits, &request->options, request->hidden, err));
    int64_t steps = curve_steps(request);
    CX_TRY(cx_i_table_new(steps, &request->waits->allocator, &table, err));
    cx_status status = curve_add_keys(request, steps, table, err);
    if (status == CX_OK) status = curve_add_columns(request, &columns, table, err);
    if (status == CX_OK) {
        curve_put_steps(request, &columns);
        *out = table;
    } else {
        cx_table_free(table);
    }
    return status;
}

cx_status cx_waits_curve(const cx_waits *self, const cx_curve_options *options, cx_table **out,
                         cx_error *err) {
    curve_request request = {.waits = self};
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_curve_options_check(options, &request.options, err));
    request.hidden = cx_i_alloc_array(&self->allocator, self->made, sizeof *request.hidden);
    if (request.hidden == NULL) return cx_i_out_of_memory(err);
    cx_status status = curve_of(&request, out, err);
    cx_i_free(&self->allocator, request.hidden);
    return status;
}

/* -- log-rank ------------------------------------------------------------------------------ */

static cx_status curve_test(const cx_waits *self, const cx_curve_options *options, bool *hidden,
                            const cx_i_survival **tables, double *sums, cx_table *table,
                            cx_error *err) {
    cx_i_logrank test;
    int64_t *n;
    CX_TRY(cx_i_waits_hidden(self, options, hidden, err));
    for (int64_t i = 0; i < self->made; i++) tables[i] = &cx_i_waits_at(self, i)->table;
    CX_TRY(cx_i_survival_logrank(tables, self->made, (cx_i_unknown_end)options->unknown,
                                 &self->allocator, sums, sums + self->made, &test, err));
    CX_TRY(cx_i_waits_key_columns(self, table, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    for (int64_t i = 0; i < self->made; i++)
        n[i] = hidden[i] ? 0 : cx_i_survival_count(tables[i], (cx_i_unknown_end)options->unknown);
    CX_TRY(cx_i_table_hide(table, hidden, err));
    for (int c = 0; c < 2; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, c == 0 ? "observed" : "expected", &column, err));
        for (int64_t i = 0; i < self->made; i++)
            column[i] = hidden[i] ? 0 : sums[c * self->made + i];
        CX_TRY(cx_i_table_hide(table, hidden, err));
    }
    CX_TRY(cx_i_table_figure(table, "chi2", test.chi2, err));
    CX_TRY(cx_i_table_figure(table, "df", test.df, err));
    return cx_i_table_figure(table, "p_value", test.p_value, err);
}

static cx_status curve_logrank(const cx_waits *self, const cx_curve_options *options,
                               cx_table *table, cx_error *err) {
    const cx_allocator *allocator = &self->allocator;
    const cx_i_survival **tables = cx_i_alloc_array(allocator, self->made, sizeof *tables);
    double *sums = cx_i_alloc_array(allocator, self->made, 2 * sizeof *sums);
    bool *hidden = cx_i_alloc_array(allocator, self->made, sizeof *hidden);
    cx_status status = tables == NULL || sums == NULL || hidden == NULL
                           ? cx_i_out_of_memory(err)
                           : curve_test(self, options, hidden, tables, sums, table, err);
    cx_i_free(allocator, hidden);
    cx_i_free(allocator, sums);
    cx_i_free(allocator, (void *)tables);
    return status;
}

cx_status cx_waits_logrank(const cx_waits *self, const cx_curve_options *options, cx_table **out,
                           cx_error *err) {
    cx_curve_options used;
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_curve_options_check(options, &used, err));
    if (self->keys.column_count == 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "these waits are not split by keys: a log-rank test compares groups (by)");
    CX_TRY(cx_i_table_new(self->made, &self->allocator, &table, err));
    cx_status status = curve_logrank(self, &used, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
