#include "allocate/adaptive.h"

#include "stat/estimate.h"

#include <cxkit/special.h>

/* Period by period, with weights that were fixed beforehand. */

void cx_period_options_init(cx_period_options *options) {
    if (options == NULL) return;
    *options = (cx_period_options){.struct_size = sizeof *options,
                                   .unit = CX_UNIT_POINTS,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status period_options(const cx_period_options *given, cx_period_options *used,
                                cx_error *err) {
    cx_period_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_period_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (used->aipw < 0 || used->aipw > 1)
        return cx_i_fail(err, CX_E_OPTION, "aipw is %d: 0 or 1", (int64_t)used->aipw);
    if (used->unit < 0 || used->unit >= CX_UNIT_END)
        return cx_i_fail(err, CX_E_OPTION, "unit is %d, which is not a cx_unit",
                         (int64_t)used->unit);
    return CX_OK;
}

/* -- columns ------------------------------------------------------------------------------- */

enum {
    PERIOD_WEIGHT,
    PERIOD_N,
    PERIOD_MEAN,
    PERIOD_VARIANCE,
    PERIOD_M,
    PERIOD_M_VARIANCE,
    PERIOD_CHANCE,
    PERIOD_POOL,
    PERIOD_COLUMNS
};

static const char *const period_names[PERIOD_COLUMNS] = {
    "weight", "n", "mean", "variance", "predicted", "predicted_variance", "chance", "pool"};

typedef struct period_sums {
    double weight, total, variance, pool, n;
    int64_t points;
    int32_t status;
} period_sums;

typedef struct period_work {
    cx_allocator allocator;
    cx_period_options options;
    const cx_array *period, *column[PERIOD_COLUMNS]; /* NULL without */
    int64_t rows, count;
    cx_i_keys keys;
    int64_t *of, *order;
    period_sums *sums;
    cx_estimate *estimate;
} period_work;

static void period_free(period_work *work) {
    cx_i_keys_free(&work->keys);
    cx_i_free(&work->allocator, work->of);
    cx_i_free(&work->allocator, work->order);
    cx_i_free(&work->allocator, work->sums);
    cx_i_free(&work->allocator, work->estimate);
}

static cx_status period_columns(period_work *work, const cx_frame *cells, cx_error *err) {
    CX_TRY(cx_i_frame_check(cells, "cells", CX_I_KEYS, err));
    CX_TRY(cx_i_frame_numbers(cells, "cells", "period", true, &work->period, err));
    for (int c = 0; c < PERIOD_COLUMNS; c++) {
        bool needed = c <= PERIOD_VARIANCE || (c == PERIOD_M && work->options.aipw != 0);
        CX_TRY(cx_i_frame_numbers(cells, "cells", period_names[c], needed, &work->column[c], err));
    }
    work->rows = work->period->length;
    return work->rows > 0 ? CX_OK : cx_i_fail(err, CX_E_EMPTY, "there are no cells");
}

static cx_status period_room(period_work *work, cx_error *err) {
    cx_frame by = {work->period, 1, {0, 0}};
    work->of = cx_i_alloc_array(&work->allocator, work->rows, sizeof *work->of);
    if (work->of == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_keys_bind(&work->keys, &by, err));
    CX_TRY(cx_i_keys_read(&work->keys, &by, 0, work->rows, work->of, err));
    work->count = work->keys.count;
    work->order = cx_i_alloc_array(&work->allocator, work->count, sizeof *work->order);
    work->sums = cx_i_alloc_array(&work->allocator, work->count, sizeof *work->sums);
    work->estimate = cx_i_alloc_array(&work->allocator, work->count, sizeof *work->estimate);
    if (work->order == NULL || work->sums == NULL || work->estimate == NULL)
        return cx_i_out_of_memory(err);
    cx_i_keys_sort(&work->keys, work->order);
    return CX_OK;
}

/* -- cells --------------------------------------------------------------------------------- */

static cx_status period_refuse(const period_work *work, int c, int64_t row, double value,
                               const char *what, cx_error *err) {
    cx_array named = *work->column[c];
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, "%g is not %s", value, what);
}

static cx_status period_check(const period_work *work, int64_t row, const double *x,
                              cx_error *err) {
    if (!(x[PERIOD_WEIGHT] >= 0 && x[PERIOD_WEIGHT] < INFINITY))
        return period_refuse(work, PERIOD_WEIGHT, row, x[PERIOD_WEIGHT], "a weight: 0 or more",
                             err);
    if (!(x[PERIOD_N] >= 0 && x[PERIOD_N] == floor(x[PERIOD_N]) && x[PERIOD_N] < 0x1p53))
        return period_refuse(work, PERIOD_N, row, x[PERIOD_N], "a number of answers", err);
    if (x[PERIOD_N] > 0 && !isfinite(x[PERIOD_MEAN]))
        return period_refuse(work, PERIOD_MEAN, row, x[PERIOD_MEAN], "the mean of answers", err);
    if (x[PERIOD_N] > 1 && !(x[PERIOD_VARIANCE] >= 0 && x[PERIOD_VARIANCE] < INFINITY))
        return period_refuse(work, PERIOD_VARIANCE, row, x[PERIOD_VARIANCE],
                             "a variance: 0 or more", err);
    if (work->options.aipw != 0 && !isfinite(x[PERIOD_M]))
        return period_refuse(work, PERIOD_M, row, x[PERIOD_M], "a predicted level", err);
    if (!(x[PERIOD_CHANCE] > 0 && x[PERIOD_CHANCE] <= 1))
        return period_refuse(work, PERIOD_CHANCE, row, x[PERIOD_CHANCE],
                             "the chance of at least one answer: above 0 to 1", err);
    if (!(x[PERIOD_POOL] >= 0 && x[PERIOD_POOL] < INFINITY))
        return period_refuse(work, PERIOD_POOL, row, x[PERIOD_POOL],
                             "the weight of a period: 0 or more", err);
    return CX_OK;
}

static void period_read(const period_work *work, int64_t row, double *x) {
    for (int c = 0; c < PERIOD_COLUMNS; c++) {
        x[c] = c == PERIOD_CHANCE || c == PERIOD_POOL ? 1 : (double)NAN;
        if (work->column[c] != NULL) cx_i_array_read(work->column[c], row, 1, &x[c]);
    }
}

/* The variance of m + Z / e (mean - m), whose expectation given the past it is: Z / e ((mean - m)^2
 * - s^2 / n) stands for the squared distance of the level from m. */
static void period_add_aipw(const double *x, double mean_variance, period_sums *sums) {
    double w = x[PERIOD_WEIGHT], e = x[PERIOD_CHANCE], value = x[PERIOD_M];
    if (x[PERIOD_N] > 0) {
        double distance = x[PERIOD_MEAN] - x[PERIOD_M];
        value += distance / e;
        sums->variance += w * w * (distance * distance * (1 / e - 1) / e + mean_variance / e);
    }
    sums->total += w * value;
}

static void period_add(const period_work *work, const double *x, period_sums *sums) {
    double w = x[PERIOD_WEIGHT], n = x[PERIOD_N];
    bool few = n == 1 && !(x[PERIOD_M_VARIANCE] >= 0);
    sums->pool = x[PERIOD_POOL];
    if (!(w > 0)) return;
    sums->weight += w;
    sums->points++;
    sums->n += n;
    if (n == 0 && work->options.aipw == 0) sums->status = CX_E_EMPTY;
    if (few && sums->status == CX_OK) sums->status = CX_E_FEW;
    double spread = n > 1 ? x[PERIOD_VARIANCE] : x[PERIOD_M_VARIANCE];
    double mean_variance = n > 0 ? spread / n : 0;
    if (work->options.aipw != 0) {
        period_add_aipw(x, mean_variance, sums);
    } else if (n > 0) {
        sums->total += w * x[PERIOD_MEAN];
        sums->variance += w * w * mean_variance;
    }
}

static cx_status period_cells(period_work *work, cx_error *err) {
    double x[PERIOD_COLUMNS];
    for (int64_t i = 0; i < work->count; i++) work->sums[i].pool = -1;
    for (int64_t row = 0; row < work->rows; row++) {
        period_sums *sums = &work->sums[work->of[row]];
        period_read(work, row, x);
        CX_TRY(period_check(work, row, x, err));
        if (sums->pool >= 0 && sums->pool != x[PERIOD_POOL])
            return cx_i_fail_at(err, CX_E_DOMAIN, work->column[PERIOD_POOL], row, x[PERIOD_POOL],
                                "%g differs from %g in another row of the same period",
                                x[PERIOD_POOL], sums->pool);
        period_add(work, x, sums);
    }
    return CX_OK;
}

/* -- figures ------------------------------------------------------------------------------- */

static void period_estimate(const period_work *work, const period_sums *sums, cx_estimate *out) {
    *out = cx_i_estimate_new(work->options.confidence, (cx_unit)work->options.unit);
    out->n = (int64_t)sums->n;
    out->n_eff = sums->n;
    out->sum_w = sums->weight;
    out->status = sums->weight > 0 ? sums->status : CX_E_EMPTY;
    if (out->status != CX_OK) return;
    double half;
    out->method = CX_METHOD_WALD;
    out->value = sums->total / sums->weight;
    out->se = sqrt(sums->variance) / sums->weight;
    half = cx_i_estimate_z(out->confidence) * out->se;
    out->ci_low = out->value - half;
    out->ci_high = out->value + half;
    if (out->unit == CX_UNIT_POINTS) cx_i_estimate_clip(out, -100, 100);
    if (out->unit == CX_UNIT_FRACTION) cx_i_estimate_clip(out, 0, 1);
}

static cx_status period_figures(const period_work *work, cx_table *table, cx_error *err) {
    double weight = 0, total = 0, variance = 0, between = 0, value;
    for (int64_t i = 0; i < work->count; i++) {
        const cx_estimate *e = &work->estimate[i];
        double h = work->sums[work->order[i]].pool;
        if (!(h > 0)) continue;
        weight += h;
        total += h * e->value;
        variance += h * h * e->se * e->se;
    }
    value = total / weight;
    for (int64_t i = 0; i < work->count; i++) {
        double h = work->sums[work->order[i]].pool, distance = work->estimate[i].value - value;
        if (h > 0) between += h * h * distance * distance;
    }
    double se = sqrt(variance) / weight, z = cx_i_estimate_z(work->options.confidence);
    CX_TRY(cx_i_table_figure(table, "value", value, err));
    CX_TRY(cx_i_table_figure(table, "se", se, err));
    CX_TRY(cx_i_table_figure(table, "ci_low", value - z * se, err));
    CX_TRY(cx_i_table_figure(table, "ci_high", value + z * se, err));
    CX_TRY(cx_i_table_figure(table, "se_between", sqrt(between) / weight, err));
    return cx_i_table_figure(table, "periods", (double)work->count, err);
}

static cx_status period_fill(const period_work *work, cx_table *table, cx_error *err) {
    int64_t *period, *points;
    double *pool;
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    CX_TRY(cx_i_table_f64(table, "pool", &pool, err));
    CX_TRY(cx_i_table_i64(table, "points", &points, err));
    for (int64_t i = 0; i < work->count; i++) {
        size_t size;
        char none[16];
        cx_i_key_part part;
        const uint8_t *bytes = cx_i_keys_bytes(&work->keys, work->order[i], &size);
        cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, none, &part);
        const period_sums *sums = &work->sums[work->order[i]];
        period[i] = part.number;
        pool[i] = sums->pool;
        points[i] = sums->points;
        period_estimate(work, sums, &work->estimate[i]);
    }
    CX_TRY(cx_i_estimates_to_table(work->estimate, work->count, table, err));
    return period_figures(work, table, err);
}

static cx_status period_run(period_work *work, const cx_frame *cells, cx_table **out,
                            cx_error *err) {
    cx_table *table;
    CX_TRY(period_columns(work, cells, err));
    for (int64_t row = 0; row < work->rows; row++)
        if (!cx_i_array_valid(work->period, row))
            return cx_i_fail_at(err, CX_E_DOMAIN, work->period, row, NAN, "the period is missing");
    CX_TRY(period_room(work, err));
    CX_TRY(period_cells(work, err));
    CX_TRY(cx_i_table_new(work->count, &work->allocator, &table, err));
    cx_status status = period_fill(work, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_period_means(const cx_frame *cells, const cx_period_options *options, cx_table **out,
                          cx_error *err) {
    period_work work;
    if (cells == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", cells == NULL ? "cells" : "out");
    memset(&work, 0, sizeof work);
    CX_TRY(period_options(options, &work.options, err));
    work.allocator = cx_i_allocator(work.options.allocator);
    cx_i_keys_init(&work.keys, &work.allocator);
    cx_status status = period_run(&work, cells, out, err);
    period_free(&work);
    return status;
}
