#include "survey/shrink.h"

#include <cxkit/special.h>

#include "base/array.h"
#include "stat/ranks.h"

void cx_shrink_options_init(cx_shrink_options *options) {
    if (options == NULL) return;
    *options = (cx_shrink_options){.struct_size = sizeof *options,
                                   .draws = 1000,
                                   .intercept = 1,
                                   .correction = 1,
                                   .promoters = 9,
                                   .detractors = 6,
                                   .top = 2,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE};
}

const char *cx_shrink_method_name(int32_t method) {
    static const char *const names[CX_SHRINK_END] = {"auto", "fay-herriot", "beta-binomial",
                                                     "dirichlet", "james-stein"};
    return method >= 0 && method < CX_SHRINK_END ? names[method] : "unknown";
}

static cx_status shrink_check_switch(const char *name, int32_t value, cx_error *err) {
    if (value == 0 || value == 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d; it has to be 0 or 1", name, (int64_t)value);
}

cx_status cx_i_shrink_options(const cx_shrink_options *options, cx_i_shrunk *out, cx_error *err) {
    *out = (cx_i_shrunk){.rows = 0};
    cx_shrink_options_init(&out->options);
    CX_TRY(
        cx_i_options_take(options, &out->options, sizeof out->options, "cx_shrink_options", err));
    const cx_shrink_options *o = &out->options;
    CX_TRY(cx_i_check_confidence(o->confidence, err));
    CX_TRY(shrink_check_switch("ascending", o->ascending, err));
    CX_TRY(shrink_check_switch("intercept", o->intercept, err));
    CX_TRY(shrink_check_switch("correction", o->correction, err));
    if (o->method < 0 || o->method >= CX_SHRINK_END)
        return cx_i_fail(err, CX_E_OPTION, "method is %d, which is no cx_shrink_method",
                         (int64_t)o->method);
    if (o->ranks < 0 || o->ranks >= CX_RANKS_END)
        return cx_i_fail(err, CX_E_OPTION, "ranks is %d, which is no cx_ranks", (int64_t)o->ranks);
    if (o->intervals < 0 || o->intervals >= CX_SHRINK_INTERVALS_END)
        return cx_i_fail(err, CX_E_OPTION, "intervals is %d, which is no cx_shrink_intervals",
                         (int64_t)o->intervals);
    if (o->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (o->draws < 100 || o->draws > 1000000)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d; it has to be from 100 to 1000000",
                         (int64_t)o->draws);
    out->memory = cx_i_allocator(o->allocator);
    out->allocator = &out->memory;
    return CX_OK;
}

cx_status cx_i_shrunk_rows(cx_i_shrunk *out, int64_t rows, cx_unit unit, cx_error *err) {
    int64_t cells;
    out->rows = rows;
    out->low = -INFINITY, out->high = INFINITY;
    if (!cx_i_mul_i64(rows, 8, &cells)) return cx_i_out_of_memory(err);
    out->row = cx_i_alloc_array(out->allocator, rows, sizeof *out->row);
    out->raw = cx_i_alloc_array(out->allocator, cells, sizeof *out->raw);
    if (out->row == NULL || out->raw == NULL) return cx_i_out_of_memory(err);
    out->raw_se = out->raw + rows;
    out->own = out->raw_se + rows;
    out->a = out->own + rows;
    out->b = out->a + rows;
    out->centre = out->b + rows;
    out->spread = out->centre + rows;
    out->df = out->spread + rows;
    for (int64_t i = 0; i < rows; i++)
        out->row[i] = cx_i_estimate_new(out->options.confidence, unit);
    return CX_OK;
}

void cx_i_shrunk_free(cx_i_shrunk *shrunk) {
    cx_i_free(shrunk->allocator, shrunk->row);
    cx_i_free(shrunk->allocator, shrunk->raw);
    shrunk->row = NULL, shrunk->raw = NULL;
}

void cx_i_shrunk_figure(cx_i_shrunk *shrunk, const char *name, double value) {
    shrunk->figure[shrunk->figures].name = name;
    shrunk->figure[shrunk->figures++].value = value;
}

void cx_i_shrunk_interval(cx_i_shrunk *shrunk, int64_t i, double confidence, double *low,
                          double *high) {
    double a = shrunk->a[i], b = shrunk->b[i], tail = (1 - confidence) / 2;
    double range = shrunk->high - shrunk->low;
    if (a > 0) {
        *low = shrunk->low + range * cx_beta_quantile(tail, a, b);
        *high = shrunk->high - range * cx_beta_quantile(tail, b, a);
        return;
    }
    double half = shrunk->spread[i], df = shrunk->df[i];
    if (isinf(df))
        half *= cx_i_estimate_z(confidence);
    else
        half *= cx_t_quantile_upper(tail, df) * sqrt((df - 2) / df);
    *low = shrunk->centre[i] - half;
    *high = shrunk->centre[i] + half;
}

/* -- ranks --------------------------------------------------------------------------------- */

static double shrink_draw(const void *context, int64_t i, cx_i_draws *draws) {
    const cx_i_shrunk *shrunk = context;
    double sign = shrunk->options.ascending ? -1 : 1;
    if (shrunk->a[i] > 0) return sign * cx_i_draw_beta(draws, shrunk->a[i], shrunk->b[i]);
    return sign * (shrunk->centre[i] + shrunk->spread[i] * cx_i_draw_normal(draws));
}

/* Independent intervals that hold together as often as asked: each holds with the root of that. */
static cx_status shrink_rank_sets(cx_i_shrunk *shrunk, int64_t *low, int64_t *high, cx_error *err) {
    double each = exp(log(shrunk->options.confidence) / (double)shrunk->rows);
    double *lower = cx_i_alloc_array(shrunk->allocator, shrunk->rows, 2 * sizeof *lower);
    if (lower == NULL) return cx_i_out_of_memory(err);
    double *upper = lower + shrunk->rows;
    for (int64_t i = 0; i < shrunk->rows; i++) {
        cx_i_shrunk_interval(shrunk, i, each, &lower[i], &upper[i]);
        if (!shrunk->options.ascending) continue;
        double flipped = -lower[i];
        lower[i] = -upper[i], upper[i] = flipped;
    }
    cx_status status =
        cx_i_ranks_of_intervals(lower, upper, shrunk->rows, shrunk->allocator, low, high, err);
    cx_i_free(shrunk->allocator, lower);
    return status;
}

static cx_status shrink_rank_values(cx_i_shrunk *shrunk, int64_t *out, cx_error *err) {
    double *values = cx_i_alloc_array(shrunk->allocator, shrunk->rows, sizeof *values);
    if (values == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < shrunk->rows; i++)
        values[i] = isnan(shrunk->row[i].value) ? -INFINITY
                    : shrunk->options.ascending ? -shrunk->row[i].value
                                                : shrunk->row[i].value;
    cx_status status = cx_i_ranks(values, shrunk->rows, shrunk->allocator, out, err);
    cx_i_free(shrunk->allocator, values);
    return status;
}

static cx_status shrink_rank_columns(cx_i_shrunk *shrunk, cx_table *table, cx_error *err) {
    int64_t *rank, *low, *high;
    CX_TRY(cx_i_table_i64(table, "rank", &rank, err));
    CX_TRY(shrink_rank_values(shrunk, rank, err));
    if (shrunk->options.ranks == CX_RANKS_NONE) return CX_OK;
    CX_TRY(cx_i_table_i64(table, "rank_low", &low, err));
    CX_TRY(cx_i_table_i64(table, "rank_high", &high, err));
    if (shrunk->options.ranks == CX_RANKS_SIMULTANEOUS)
        return shrink_rank_sets(shrunk, low, high, err);
    cx_i_rank_draws what = {shrunk->rows,
                            shrunk->options.draws,
                            shrunk->options.confidence,
                            shrunk->options.seed,
                            shrunk,
                            shrink_draw};
    return cx_i_ranks_drawn(&what, shrunk->allocator, low, high, err);
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status shrink_column(const double *values, int64_t rows, const char *name,
                               cx_table *table, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t i = 0; i < rows; i++) {
        out[i] = values[i];
        if (isnan(values[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

cx_status cx_i_shrunk_to_table(cx_i_shrunk *shrunk, cx_table *table, cx_error *err) {
    CX_TRY(shrink_column(shrunk->raw, shrunk->rows, "raw", table, err));
    CX_TRY(shrink_column(shrunk->raw_se, shrunk->rows, "raw_se", table, err));
    CX_TRY(shrink_column(shrunk->own, shrunk->rows, "own_weight", table, err));
    CX_TRY(shrink_rank_columns(shrunk, table, err));
    CX_TRY(cx_i_estimates_to_table(shrunk->row, shrunk->rows, table, err));
    for (int i = 0; i < shrunk->figures; i++)
        CX_TRY(cx_i_table_figure(table, shrunk->figure[i].name, shrunk->figure[i].value, err));
    return CX_OK;
}

static cx_status shrink_table(cx_i_shrunk *shrunk, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(shrunk->rows, shrunk->allocator, &table, err));
    cx_status status = cx_i_shrunk_to_table(shrunk, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- values -------------------------------------------------------------------------------- */

static cx_status shrink_check_values(const cx_i_shrunk *shrunk, const cx_array *values,
                                     const cx_array *variances, const cx_frame *x, cx_error *err) {
    int32_t method = shrunk->options.method;
    if (values == NULL || variances == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", values == NULL ? "values" : "variances");
    if (method == CX_SHRINK_BETA_BINOMIAL || method == CX_SHRINK_DIRICHLET)
        return cx_i_fail(err, CX_E_OPTION,
                         "method %s needs counts; values take fay-herriot or james-stein",
                         cx_shrink_method_name(method));
    if (method == CX_SHRINK_JAMES_STEIN && x != NULL)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "james-stein has no covariates: use fay-herriot, or leave x out");
    return CX_OK;
}

cx_status cx_shrink(const cx_array *values, const cx_array *variances, const cx_array *n,
                    const cx_frame *x, const cx_shrink_options *options, cx_table **out,
                    cx_error *err) {
    cx_i_shrunk shrunk;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_shrink_options(options, &shrunk, err));
    CX_TRY(shrink_check_values(&shrunk, values, variances, x, err));
    bool stein = shrunk.options.method == CX_SHRINK_JAMES_STEIN;
    cx_i_area area = {.allocator = shrunk.allocator};
    cx_status status =
        cx_i_area_read(values, variances, n, x, stein || shrunk.options.intercept == 1, &area, err);
    if (status == CX_OK) status = cx_i_shrunk_rows(&shrunk, area.rows, CX_UNIT_SCALE, err);
    if (status == CX_OK)
        status =
            stein ? cx_i_stein_shrink(&area, &shrunk, err) : cx_i_area_shrink(&area, &shrunk, err);
    if (status == CX_OK) status = shrink_table(&shrunk, out, err);
    cx_i_area_free(&area);
    cx_i_shrunk_free(&shrunk);
    return status;
}

/* -- counts -------------------------------------------------------------------------------- */

static cx_status shrink_check_counts(const cx_i_shrunk *shrunk, const cx_frame *counts,
                                     cx_error *err) {
    CX_TRY(cx_i_frame_check(counts, "counts", CX_I_NUMBERS, err));
    int32_t method = shrunk->options.method;
    if (counts->count != 2 && counts->count != 3)
        return cx_i_fail(err, CX_E_LENGTH,
                         "counts has %d columns; it has to be x and n, or detractors, passives and "
                         "promoters",
                         counts->count);
    int32_t fits = counts->count == 2 ? CX_SHRINK_BETA_BINOMIAL : CX_SHRINK_DIRICHLET;
    if (method == CX_SHRINK_AUTO || method == fits) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "method %s does not fit counts of %d columns: that is %s",
                     cx_shrink_method_name(method), counts->count, cx_shrink_method_name(fits));
}

static cx_status shrink_check_count(const cx_array *column, int64_t row, double value,
                                    cx_error *err) {
    if (value >= 0 && value <= 1e15) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value,
                        "a count has to be a number from 0 to 1e15, and is %g", value);
}

/* The columns side by side; of x and n the second becomes n - x. */
static cx_status shrink_read_counts(const cx_frame *counts, double *out, cx_error *err) {
    int64_t classes = counts->count, rows = counts->columns[0].length;
    double values[CX_I_BLOCK];
    for (int64_t k = 0; k < classes; k++)
        for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
            int64_t left = rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
            cx_i_array_read(&counts->columns[k], start, count, values);
            for (int64_t i = 0; i < count; i++) {
                CX_TRY(shrink_check_count(&counts->columns[k], start + i, values[i], err));
                out[(start + i) * classes + k] = values[i];
            }
        }
    for (int64_t i = 0; classes == 2 && i < rows; i++) {
        if (out[2 * i] > out[2 * i + 1])
            return cx_i_fail_at(err, CX_E_DOMAIN, &counts->columns[0], i, out[2 * i],
                                "x is %g, more than the n of %g", out[2 * i], out[2 * i + 1]);
        out[2 * i + 1] -= out[2 * i];
    }
    return CX_OK;
}

cx_status cx_shrink_counts(const cx_frame *counts, const cx_shrink_options *options, cx_table **out,
                           cx_error *err) {
    cx_i_shrunk shrunk;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_shrink_options(options, &shrunk, err));
    CX_TRY(shrink_check_counts(&shrunk, counts, err));
    int64_t rows = counts->columns[0].length, cells;
    double *count = NULL;
    if (cx_i_mul_i64(rows, counts->count, &cells))
        count = cx_i_alloc_array(shrunk.allocator, cells, sizeof *count);
    if (count == NULL) return cx_i_out_of_memory(err);
    cx_i_counts model = {.rows = rows, .classes = (int)counts->count, .count = count};
    cx_status status = shrink_read_counts(counts, count, err);
    if (status == CX_OK)
        status = cx_i_shrunk_rows(&shrunk, rows,
                                  model.classes == 2 ? CX_UNIT_FRACTION : CX_UNIT_POINTS, err);
    if (status == CX_OK) status = cx_i_counts_shrink(&model, &shrunk, err);
    if (status == CX_OK) status = shrink_table(&shrunk, out, err);
    cx_i_free(shrunk.allocator, count);
    cx_i_shrunk_free(&shrunk);
    return status;
}
