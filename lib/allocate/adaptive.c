#include "allocate/adaptive.h"

#include "stat/estimate.h"
#include "stat/interval.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

/* Means over everybody who had a chance to be asked [HorvitzThompson1952]. */

/* -- one estimate -------------------------------------------------------------------------- */

static double adaptive_low(const cx_i_adaptive_reading *reading) {
    if (reading->options.score == CX_SCORE_MEAN) return -(double)INFINITY;
    return reading->options.score == CX_SCORE_NPS ? -100 : 0;
}

static double adaptive_high(const cx_i_adaptive_reading *reading) {
    if (reading->options.score == CX_SCORE_MEAN) return (double)INFINITY;
    return reading->options.score == CX_SCORE_NPS ? 100 : 1;
}

cx_estimate cx_i_adaptive_estimate(const cx_i_adaptive_reading *reading) {
    cx_unit unit = reading->options.score == CX_SCORE_NPS       ? CX_UNIT_POINTS
                   : reading->options.score == CX_SCORE_TOP_BOX ? CX_UNIT_FRACTION
                                                                : CX_UNIT_SCALE;
    return cx_i_estimate_new(reading->options.confidence, unit);
}

/* Where all answers are alike: the mean of values in a range varies at most as a share of its ends.
 */
static void adaptive_bounded(const cx_i_adaptive_reading *reading, cx_estimate *e) {
    double low = adaptive_low(reading), range = adaptive_high(reading) - low;
    e->flags |= CX_FLAG_NO_VARIANCE;
    if (isinf(range)) return;
    double share = fmin(fmax((e->value - low) / range, 0), 1);
    cx_i_interval limits =
        cx_i_share_interval(CX_METHOD_WILSON, share * e->n_eff, e->n_eff, e->confidence);
    e->method = CX_METHOD_BOUNDED;
    e->ci_low = low + range * limits.low;
    e->ci_high = low + range * limits.high;
}

void cx_i_adaptive_limits(const cx_i_adaptive_reading *reading, cx_estimate *e) {
    e->method = CX_METHOD_T;
    if (e->n < 5) e->flags |= CX_FLAG_FEW;
    if (!(e->df > 0)) {
        e->se = (double)NAN;
        e->ci_low = -(double)INFINITY;
        e->ci_high = (double)INFINITY;
        e->flags |= CX_FLAG_UNIDENTIFIED;
        return;
    }
    if (!(e->se > 0)) {
        adaptive_bounded(reading, e);
        return;
    }
    double half = cx_t_quantile_upper((1 - e->confidence) / 2, e->df) * e->se;
    e->ci_low = e->value - half;
    e->ci_high = e->value + half;
    if (reading->options.score != CX_SCORE_MEAN)
        cx_i_estimate_clip(e, adaptive_low(reading), adaptive_high(reading));
}

/* -- sums ---------------------------------------------------------------------------------- */

/* Of one class of one group. */
typedef struct adaptive_cell {
    double contacts; /* rows with a chance to be asked */
    double n, y;     /* answers and their sum */
    double a, ay, a2;
    double m, rest; /* sums of m and of a (y - m) */
    double theta, scale;
} adaptive_cell;

typedef struct adaptive_sums {
    double variance;
    int64_t units, answered; /* contacts, and those of them who answered */
} adaptive_sums;

typedef struct adaptive_work {
    cx_i_adaptive_log log;
    adaptive_cell *cell; /* groups times classes */
    double *unit;        /* of each contact: the sum of its influence */
    int64_t *owner;      /* of each contact: its group + 1 */
    bool *said;          /* of each contact: it answered */
    adaptive_sums *sums; /* of each group */
    cx_estimate *row;    /* of each group */
    int64_t *order;
} adaptive_work;

static adaptive_cell *adaptive_cell_of(const adaptive_work *work, int64_t row) {
    const cx_i_adaptive_log *log = &work->log;
    return &work->cell[log->group[row] * log->classes + log->klass[row]];
}

static void adaptive_add_up(adaptive_work *work) {
    const cx_i_adaptive_log *log = &work->log;
    for (int64_t row = 0; row < log->rows; row++) {
        if (log->group[row] < 0) continue;
        adaptive_cell *cell = adaptive_cell_of(work, row);
        double a = log->a[row], y = log->y[row], m = log->m[row];
        cell->contacts++;
        cell->m += m;
        if (!(a > 0)) continue;
        cell->n++;
        cell->y += y;
        cell->a += a;
        cell->ay += a * y;
        cell->a2 += a * a;
        cell->rest += a * (y - m);
    }
}

/* theta = total / scale */
static void adaptive_solve(adaptive_cell *cell, int32_t estimator) {
    double total = cell->ay;
    cell->scale = cell->contacts;
    if (estimator == CX_ADAPTIVE_HAJEK) cell->scale = cell->a;
    if (estimator == CX_ADAPTIVE_AIPW) total = cell->m + cell->rest;
    if (estimator == CX_ADAPTIVE_NAIVE_POOLED) total = cell->y, cell->scale = cell->n;
    cell->theta = total / cell->scale;
}

/* How far a row is from the mean of its class, times its scale; *drawn is what of that the draw
 * decided. */
static double adaptive_distance(const cx_i_adaptive_log *log, const adaptive_cell *cell,
                                int64_t row, double *drawn) {
    int32_t estimator = log->reading.options.estimator;
    double a = log->a[row], y = log->y[row], m = log->m[row];
    if (estimator == CX_ADAPTIVE_NAIVE_POOLED) return *drawn = a > 0 ? y - cell->theta : 0;
    if (estimator == CX_ADAPTIVE_HAJEK) return *drawn = a > 0 ? a * (y - cell->theta) : 0;
    *drawn = a > 0 ? a * (y - m) : 0;
    return m + *drawn - cell->theta;
}

static void adaptive_spread(adaptive_work *work) {
    const cx_i_adaptive_log *log = &work->log;
    bool finite = log->reading.options.finite != 0;
    for (int64_t row = 0; row < log->rows; row++) {
        int64_t group = log->group[row], unit = log->unit[row];
        if (group < 0) continue;
        adaptive_cell *cell = adaptive_cell_of(work, row);
        double share = log->share[log->klass[row]] / cell->scale, drawn;
        double distance = adaptive_distance(log, cell, row, &drawn);
        if (!(cell->scale > 0)) continue; /* a class without a share */
        if (finite)
            work->sums[group].variance += share * share * drawn * drawn * (1 - log->chance[row]);
        else
            work->unit[unit] += share * distance;
        if (work->owner[unit] == 0) work->owner[unit] = group + 1, work->sums[group].units++;
        if (log->a[row] > 0 && !work->said[unit]) {
            work->said[unit] = true;
            work->sums[group].answered++;
        }
    }
    for (int64_t unit = 0; unit < log->units && !finite; unit++)
        if (work->owner[unit] != 0)
            work->sums[work->owner[unit] - 1].variance += work->unit[unit] * work->unit[unit];
}

/* -- a group ------------------------------------------------------------------------------- */

static cx_status adaptive_check_classes(const adaptive_work *work, int64_t group, cx_error *err) {
    const cx_i_adaptive_log *log = &work->log;
    int64_t empty = 0;
    for (int64_t k = 0; k < log->classes; k++)
        empty += log->share[k] > 0 && !(work->cell[group * log->classes + k].n > 0);
    if (empty == 0) return CX_OK;
    if (empty == log->classes) return cx_i_fail(err, CX_E_EMPTY, "there is no answer");
    return cx_i_fail(err, CX_E_EMPTY,
                     "%d of %d classes of contact frequency have a share and no answer: join them "
                     "with their neighbours",
                     empty, log->classes);
}

static cx_status adaptive_group(adaptive_work *work, int64_t group, cx_estimate *out,
                                cx_error *err) {
    cx_i_adaptive_log *log = &work->log;
    double inverse = 0;
    *out = cx_i_adaptive_estimate(&log->reading);
    memcpy(out->excluded, log->excluded[group], sizeof out->excluded);
    out->sum_w = 0;
    if (log->response != NULL) out->flags |= CX_FLAG_MODEL_BASED;
    if (log->reading.options.estimator == CX_ADAPTIVE_NAIVE_POOLED)
        out->flags |= CX_FLAG_UNCORRECTED;
    CX_TRY(adaptive_check_classes(work, group, err));
    out->value = 0;
    for (int64_t k = 0; k < log->classes; k++) {
        const adaptive_cell *cell = &work->cell[group * log->classes + k];
        if (!(log->share[k] > 0)) continue;
        out->value += log->share[k] * cell->theta;
        out->n += (int64_t)cell->n;
        out->sum_w += cell->a;
        inverse += log->share[k] * log->share[k] * cell->a2 / (cell->a * cell->a);
    }
    const adaptive_sums *sums = &work->sums[group];
    bool hajek = log->reading.options.estimator == CX_ADAPTIVE_HAJEK ||
                 log->reading.options.estimator == CX_ADAPTIVE_NAIVE_POOLED;
    double units = (double)(hajek ? sums->answered : sums->units);
    bool finite = log->reading.options.finite != 0;
    out->n_eff = 1 / inverse;
    out->df = (double)sums->answered - 1;
    out->se = sqrt(sums->variance * (finite || units < 2 ? 1 : units / (units - 1)));
    cx_i_adaptive_limits(&log->reading, out);
    return CX_OK;
}

/* -- all of it ----------------------------------------------------------------------------- */

static void adaptive_free(adaptive_work *work) {
    const cx_allocator *own = &work->log.allocator;
    cx_i_free(own, work->cell);
    cx_i_free(own, work->unit);
    cx_i_free(own, work->owner);
    cx_i_free(own, work->said);
    cx_i_free(own, work->sums);
    cx_i_free(own, work->row);
    cx_i_free(own, work->order);
    cx_i_adaptive_free(&work->log);
}

static cx_status adaptive_make(adaptive_work *work, cx_error *err) {
    const cx_i_adaptive_log *log = &work->log;
    const cx_allocator *own = &log->allocator;
    int64_t cells;
    if (!cx_i_mul_i64(log->groups, log->classes, &cells)) return cx_i_out_of_memory(err);
    work->cell = cx_i_alloc_array(own, cells, sizeof *work->cell);
    work->unit = cx_i_alloc_array(own, log->units, sizeof *work->unit);
    work->owner = cx_i_alloc_array(own, log->units, sizeof *work->owner);
    work->said = cx_i_alloc_array(own, log->units, sizeof *work->said);
    work->sums = cx_i_alloc_array(own, log->groups, sizeof *work->sums);
    work->row = cx_i_alloc_array(own, log->groups, sizeof *work->row);
    work->order = cx_i_alloc_array(own, log->groups, sizeof *work->order);
    if (work->cell == NULL || work->unit == NULL || work->owner == NULL || work->said == NULL ||
        work->sums == NULL || work->row == NULL || work->order == NULL)
        return cx_i_out_of_memory(err);
    adaptive_add_up(work);
    for (int64_t c = 0; c < cells; c++)
        adaptive_solve(&work->cell[c], log->reading.options.estimator);
    adaptive_spread(work);
    return CX_OK;
}

cx_status cx_adaptive_mean(const cx_frame *log, const cx_frame *shares,
                           const cx_adaptive_options *options, cx_estimate *out, cx_error *err) {
    adaptive_work work;
    cx_estimate estimate;
    if (log == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", log == NULL ? "log" : "out");
    memset(&work, 0, sizeof work);
    CX_TRY(cx_i_adaptive_open(log, NULL, shares, options, &work.log, err));
    cx_status status = adaptive_make(&work, err);
    if (status == CX_OK) status = adaptive_group(&work, 0, &estimate, err);
    adaptive_free(&work);
    if (status == CX_OK) *out = estimate;
    return status;
}

static cx_status adaptive_table(adaptive_work *work, cx_table **out, cx_error *err) {
    cx_i_adaptive_log *log = &work->log;
    cx_table *table;
    cx_i_keys_sort(&log->group_keys, work->order);
    for (int64_t i = 0; i < log->groups; i++) {
        cx_status status = adaptive_group(work, work->order[i], &work->row[i], err);
        work->row[i].status = (int32_t)status;
    }
    cx_error_init(err);
    CX_TRY(cx_i_table_new(log->groups, &log->allocator, &table, err));
    cx_status status = cx_i_keys_to_table(&log->group_keys, work->order, 1, table, err);
    if (status == CX_OK) status = cx_i_estimates_to_table(work->row, log->groups, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_adaptive_mean_by(const cx_frame *log, const cx_frame *by, const cx_frame *shares,
                              const cx_adaptive_options *options, cx_table **out, cx_error *err) {
    adaptive_work work;
    if (log == NULL || by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         log == NULL  ? "log"
                         : by == NULL ? "by"
                                      : "out");
    memset(&work, 0, sizeof work);
    CX_TRY(cx_i_adaptive_open(log, by, shares, options, &work.log, err));
    cx_status status = adaptive_make(&work, err);
    if (status == CX_OK) status = adaptive_table(&work, out, err);
    adaptive_free(&work);
    return status;
}
