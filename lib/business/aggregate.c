#include "business/aggregate.h"

#include "stat/estimate.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

void cx_aggregate_options_init(cx_aggregate_options *options) {
    if (options == NULL) return;
    *options = (cx_aggregate_options){sizeof *options, 0, CX_I_DEFAULT_CONFIDENCE, NULL};
}

cx_i_anova cx_i_anova_of(const cx_i_cell *cells, int64_t count, double fewest) {
    cx_i_anova out = {.icc1 = NAN, .icc2 = NAN, .icc2_se = NAN, .between = NAN, .f = NAN};
    double squares = 0, within = 0, sum = 0;
    for (int64_t c = 0; c < count; c++) {
        if (cells[c].n < fewest || cells[c].n < 1) continue;
        out.cells++;
        out.n += cells[c].n;
        squares += cells[c].n * cells[c].n;
        out.mean += (cells[c].mean - out.mean) * cells[c].n / out.n;
        within += cells[c].squares;
    }
    for (int64_t c = 0; c < count; c++)
        if (cells[c].n >= fewest && cells[c].n >= 1)
            sum += cells[c].n * (cells[c].mean - out.mean) * (cells[c].mean - out.mean);
    out.df1 = out.cells - 1, out.df2 = out.n - out.cells;
    out.msb = out.df1 > 0 ? sum / out.df1 : (double)NAN;
    out.msw = out.df2 > 0 ? within / out.df2 : (double)NAN;
    out.k = out.df1 > 0 ? (out.n - squares / out.n) / out.df1 : (double)NAN;
    if (!(out.df1 > 0 && out.df2 > 0) || !(out.msb + out.msw > 0)) return out;
    out.f = out.msb / out.msw;
    out.icc1 = (out.msb - out.msw) / (out.msb + (out.k - 1) * out.msw);
    out.between = fmax(0, (out.msb - out.msw) / out.k);
    if (!(out.msb > 0)) return out;
    out.icc2 = 1 - out.msw / out.msb;
    out.icc2_se = out.msw / out.msb * sqrt(2 / out.df1 + 2 / out.df2);
    return out;
}

/* -- reading ------------------------------------------------------------------------------- */

typedef struct aggregate_work {
    cx_aggregate_options options;
    cx_allocator allocator;
    cx_i_keys keys;
    cx_i_cell *cell;
    int64_t cells, missing;
} aggregate_work;

static cx_status aggregate_fill(aggregate_work *work, const double *value, const int64_t *number,
                                int64_t rows, cx_error *err) {
    work->cell = cx_i_alloc_array(&work->allocator, work->keys.count, sizeof *work->cell);
    if (work->cell == NULL) return cx_i_out_of_memory(err);
    work->cells = work->keys.count;
    bool varies = false;
    double first = NAN;
    for (int64_t i = 0; i < rows; i++) {
        if (isnan(value[i])) {
            work->missing++;
            continue;
        }
        if (isnan(first)) first = value[i];
        varies = varies || value[i] != first;
        cx_i_cell_add(&work->cell[number[i]], value[i]);
    }
    if (isnan(first)) return cx_i_fail(err, CX_E_EMPTY, "x has no answer");
    return varies ? CX_OK : cx_i_lag_constant(err, "x", "");
}

static cx_status aggregate_read(aggregate_work *work, const cx_array *x, const cx_frame *by,
                                cx_error *err) {
    int64_t rows = x->length;
    double *value = cx_i_alloc_array(&work->allocator, rows, sizeof *value);
    int64_t *number = cx_i_alloc_array(&work->allocator, rows, sizeof *number);
    cx_status status = value == NULL || number == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = cx_i_lag_read(x, "x", value, err);
    if (status == CX_OK) status = cx_i_keys_bind(&work->keys, by, err);
    if (status == CX_OK) status = cx_i_keys_read(&work->keys, by, 0, rows, number, err);
    if (status == CX_OK) status = aggregate_fill(work, value, number, rows, err);
    cx_i_free(&work->allocator, value);
    cx_i_free(&work->allocator, number);
    return status;
}

/* -- table --------------------------------------------------------------------------------- */

typedef struct aggregate_row {
    double mean, sd, shrunk, weight, r_wg;
} aggregate_row;

static aggregate_row aggregate_row_of(const aggregate_work *work, const cx_i_anova *anova,
                                      const cx_i_cell *cell) {
    aggregate_row row = {NAN, NAN, NAN, NAN, NAN};
    double steps = work->options.scale_steps;
    if (cell->n > 0) {
        double signal = cell->n * anova->between;
        row.mean = cell->mean;
        row.weight = isnan(anova->between) ? 1 : signal > 0 ? signal / (signal + anova->msw) : 0;
        row.shrunk = anova->mean + row.weight * (cell->mean - anova->mean);
    }
    if (cell->n > 1) {
        double variance = cell->squares / (cell->n - 1);
        row.sd = sqrt(variance);
        if (steps > 0) row.r_wg = fmax(0, 1 - variance / ((steps * steps - 1) / 12));
    }
    return row;
}

static cx_status aggregate_figures(const aggregate_work *work, const cx_i_anova *anova, double r_wg,
                                   cx_table *table, cx_error *err) {
    double tail = (1 - work->options.confidence) / 2, k = anova->k;
    double low = anova->f / cx_f_quantile_upper(tail, anova->df1, anova->df2);
    double high = anova->f * cx_f_quantile_upper(tail, anova->df2, anova->df1);
    bool sure = isinf(anova->f); /* nobody differs within cells */
    const cx_i_lag_figure figures[] = {
        {"icc1", anova->icc1},
        {"icc1_ci_low", sure ? 1 : (low - 1) / (low + k - 1)},
        {"icc1_ci_high", sure ? 1 : (high - 1) / (high + k - 1)},
        {"icc2", anova->icc2},
        {"icc2_ci_low", 1 - 1 / low},
        {"icc2_ci_high", 1 - 1 / high},
        {"f", anova->f},
        {"df1", anova->df1},
        {"df2", anova->df2},
        {"p_value", sure ? 0 : cx_f_sf(anova->f, anova->df1, anova->df2)},
        {"between", anova->between},
        {"within", anova->msw},
        {"k", anova->k},
        {"cells", anova->cells},
        {"n", anova->n},
        {"missing", (double)work->missing},
        {"mean", anova->mean},
        {"r_wg_mean", r_wg}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

static cx_status aggregate_columns(const aggregate_work *work, const int64_t *order,
                                   aggregate_row *row, cx_table *table, cx_error *err) {
    static const cx_i_lag_field fields[] = {{"mean", offsetof(aggregate_row, mean)},
                                            {"sd", offsetof(aggregate_row, sd)},
                                            {"shrunk", offsetof(aggregate_row, shrunk)},
                                            {"weight", offsetof(aggregate_row, weight)},
                                            {"r_wg", offsetof(aggregate_row, r_wg)}};
    cx_i_anova anova = cx_i_anova_of(work->cell, work->cells, 1);
    int64_t *n;
    double r_wg = 0, known = 0;
    CX_TRY(cx_i_keys_to_table(&work->keys, order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    for (int64_t i = 0; i < work->cells; i++) {
        n[i] = (int64_t)work->cell[order[i]].n;
        row[i] = aggregate_row_of(work, &anova, &work->cell[order[i]]);
        if (!isnan(row[i].r_wg)) r_wg += row[i].r_wg, known++;
    }
    CX_TRY(cx_i_lag_fields(table, row, work->cells, sizeof *row, fields, CX_I_COUNT(fields), err));
    return aggregate_figures(work, &anova, known > 0 ? r_wg / known : (double)NAN, table, err);
}

static cx_status aggregate_table(const aggregate_work *work, cx_table **out, cx_error *err) {
    cx_table *table = NULL;
    int64_t *order = cx_i_alloc_array(&work->allocator, work->cells, sizeof *order);
    aggregate_row *row = cx_i_alloc_array(&work->allocator, work->cells, sizeof *row);
    cx_status status = order == NULL || row == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(work->cells, &work->allocator, &table, err);
    if (status == CX_OK) {
        cx_i_keys_sort(&work->keys, order);
        status = aggregate_columns(work, order, row, table, err);
    }
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    cx_i_free(&work->allocator, order);
    cx_i_free(&work->allocator, row);
    return status;
}

cx_status cx_aggregate(const cx_array *x, const cx_frame *by, const cx_aggregate_options *options,
                       cx_table **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    aggregate_work work = {.missing = 0};
    cx_aggregate_options_init(&work.options);
    CX_TRY(cx_i_options_take(options, &work.options, sizeof work.options, "cx_aggregate_options",
                             err));
    if (work.options.scale_steps != 0)
        CX_TRY(cx_i_lag_range("scale_steps", work.options.scale_steps, 2, 1000000, err));
    CX_TRY(cx_i_check_confidence(work.options.confidence, err));
    CX_TRY(cx_i_array_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    if (by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column: give the unit");
    CX_TRY(cx_i_array_same_length(x, "x", &by->columns[0], "by", err));
    work.allocator = cx_i_allocator(work.options.allocator);
    cx_i_keys_init(&work.keys, &work.allocator);
    cx_status status = aggregate_read(&work, x, by, err);
    if (status == CX_OK) status = aggregate_table(&work, out, err);
    cx_i_free(&work.allocator, work.cell);
    cx_i_keys_free(&work.keys);
    return status;
}
