#include "metric/waits.h"

#include "stat/estimate.h"
#include "stat/keys_table.h"

/* The curve with all its steps, and the comparison of curves. */

/* -- the steps ----------------------------------------------------------------------------- */

typedef struct curve_columns {
    double *time, *survival, *se, *low, *high;
    int64_t *at_risk, *events, *censored;
} curve_columns;

static int64_t curve_steps(const cx_waits *self, const cx_curve_options *options) {
    int64_t steps = 0;
    for (int64_t i = 0; i < self->made; i++) {
        cx_i_survival_walk walk =
            cx_i_survival_begin(&self->groups[i].table, (cx_i_unknown_end)options->unknown);
        while (cx_i_survival_next(&walk)) steps++;
    }
    return steps;
}

static cx_status curve_add_columns(curve_columns *columns, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_f64(table, "time", &columns->time, err));
    CX_TRY(cx_i_table_i64(table, "at_risk", &columns->at_risk, err));
    CX_TRY(cx_i_table_i64(table, "events", &columns->events, err));
    CX_TRY(cx_i_table_i64(table, "censored", &columns->censored, err));
    CX_TRY(cx_i_table_f64(table, "survival", &columns->survival, err));
    CX_TRY(cx_i_table_f64(table, "se", &columns->se, err));
    CX_TRY(cx_i_table_f64(table, "ci_low", &columns->low, err));
    return cx_i_table_f64(table, "ci_high", &columns->high, err);
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

static void curve_put_steps(const cx_waits *self, const curve_columns *columns,
                            const cx_curve_options *options) {
    int64_t row = 0;
    double z = cx_i_estimate_z(options->confidence);
    for (int64_t i = 0; i < self->made; i++) {
        cx_i_survival_walk walk =
            cx_i_survival_begin(&cx_i_waits_at(self, i)->table, (cx_i_unknown_end)options->unknown);
        while (cx_i_survival_next(&walk)) curve_put_step(columns, row++, &walk, options, z);
    }
}

static cx_status curve_add_keys(const cx_waits *self, const cx_curve_options *options,
                                int64_t steps, cx_table *table, cx_error *err) {
    int64_t row = 0;
    if (self->keys.column_count == 0) return CX_OK;
    int64_t *key = cx_i_alloc_array(&self->allocator, steps, sizeof *key);
    if (key == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->made; i++) {
        cx_i_survival_walk walk =
            cx_i_survival_begin(&cx_i_waits_at(self, i)->table, (cx_i_unknown_end)options->unknown);
        while (cx_i_survival_next(&walk)) key[row++] = self->order[i];
    }
    cx_status status = cx_i_keys_to_rows(&self->keys, key, steps, table, err);
    cx_i_free(&self->allocator, key);
    return status;
}

cx_status cx_waits_curve(const cx_waits *self, const cx_curve_options *options, cx_table **out,
                         cx_error *err) {
    cx_curve_options used;
    curve_columns columns;
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_curve_options_check(options, &used, err));
    int64_t steps = curve_steps(self, &used);
    CX_TRY(cx_i_table_new(steps, &self->allocator, &table, err));
    cx_status status = curve_add_keys(self, &used, steps, table, err);
    if (status == CX_OK) status = curve_add_columns(&columns, table, err);
    if (status == CX_OK) {
        curve_put_steps(self, &columns, &used);
        *out = table;
    } else {
        cx_table_free(table);
    }
    return status;
}

/* -- log-rank ------------------------------------------------------------------------------ */

static cx_status curve_logrank(const cx_waits *self, const cx_curve_options *options,
                               const cx_i_survival **tables, cx_table *table, cx_error *err) {
    cx_i_logrank test;
    int64_t *n;
    double *observed, *expected;
    CX_TRY(cx_i_waits_key_columns(self, table, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_f64(table, "observed", &observed, err));
    CX_TRY(cx_i_table_f64(table, "expected", &expected, err));
    for (int64_t i = 0; i < self->made; i++) {
        tables[i] = &cx_i_waits_at(self, i)->table;
        n[i] = cx_i_survival_count(tables[i], (cx_i_unknown_end)options->unknown);
    }
    CX_TRY(cx_i_survival_logrank(tables, self->made, (cx_i_unknown_end)options->unknown,
                                 &self->allocator, observed, expected, &test, err));
    CX_TRY(cx_i_table_figure(table, "chi2", test.chi2, err));
    CX_TRY(cx_i_table_figure(table, "df", test.df, err));
    return cx_i_table_figure(table, "p_value", test.p_value, err);
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
    const cx_i_survival **tables = cx_i_alloc_array(&self->allocator, self->made, sizeof *tables);
    if (tables == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_table_new(self->made, &self->allocator, &table, err);
    if (status == CX_OK) {
        status = curve_logrank(self, &used, tables, table, err);
        if (status == CX_OK)
            *out = table;
        else
            cx_table_free(table);
    }
    cx_i_free(&self->allocator, tables);
    return status;
}
