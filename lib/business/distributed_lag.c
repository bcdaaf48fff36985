#include "business/distributed.h"
#include "stat/estimate.h"

static const char *const lag_shape_names[] = {
#define LAG_SHAPE_NAME(name, number, text) [number] = text,
    CX_LAG_SHAPE_LIST(LAG_SHAPE_NAME)
#undef LAG_SHAPE_NAME
};

const char *cx_lag_shape_name(int32_t shape) {
    return shape >= 0 && shape < CX_LAG_SHAPE_END ? lag_shape_names[shape] : "unknown";
}

void cx_distributed_lag_options_init(cx_distributed_lag_options *options) {
    if (options == NULL) return;
    *options = (cx_distributed_lag_options){.struct_size = sizeof *options,
                                            .max_lag = 6,
                                            .degree = 2,
                                            .horizon = -1,
                                            .hac_lags = -1,
                                            .small_sample = 1,
                                            .penalty = -1,
                                            .confidence = CX_I_DEFAULT_CONFIDENCE};
}

/* -- options ------------------------------------------------------------------------------- */

static cx_status dlag_shape_options(const cx_distributed_lag_options *own, cx_error *err) {
    bool almon = own->shape == CX_LAG_ALMON, koyck = own->shape == CX_LAG_KOYCK;
    int64_t ends = (int64_t)own->near_zero + own->far_zero;
    if (almon) CX_TRY(cx_i_lag_range("degree", own->degree, ends, own->max_lag + ends, err));
    if (!almon && ends > 0)
        return cx_i_fail(err, CX_E_OPTION, "near_zero and far_zero are for the shape almon");
    if (koyck && own->own_lags > 0)
        return cx_i_fail(err, CX_E_OPTION, "own_lags is %d; koyck has none of its own",
                         (int64_t)own->own_lags);
    if (own->penalty != -1 && !(own->penalty >= 0 && own->penalty <= 1e100))
        return cx_i_fail(err, CX_E_OPTION, "penalty is %g; it has to be 0 or more", own->penalty);
    if (own->shape == CX_LAG_SMOOTHED && own->max_lag < 2)
        return cx_i_fail(err, CX_E_OPTION,
                         "max_lag is %d; smoothed needs 2 or more for second differences",
                         (int64_t)own->max_lag);
    return CX_OK;
}

static cx_status dlag_options(const cx_distributed_lag_options *given, bool panel,
                              cx_distributed_lag_options *own, cx_error *err) {
    cx_distributed_lag_options_init(own);
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_distributed_lag_options", err));
    CX_TRY(cx_i_lag_range("shape", own->shape, 0, CX_LAG_SHAPE_END - 1, err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 0, CX_LAG_MOST, err));
    CX_TRY(cx_i_lag_range("near_zero", own->near_zero, 0, 1, err));
    CX_TRY(cx_i_lag_range("far_zero", own->far_zero, 0, 1, err));
    CX_TRY(cx_i_lag_range("own_lags", own->own_lags, 0, 20, err));
    CX_TRY(cx_i_lag_range("covariance", own->covariance, 0, CX_LAG_COVARIANCE_END - 1, err));
    CX_TRY(cx_i_lag_range("hac_lags", own->hac_lags, -1, INT32_MAX - 1, err));
    CX_TRY(cx_i_lag_range("small_sample", own->small_sample, 0, 1, err));
    if (own->horizon == -1) own->horizon = own->max_lag;
    CX_TRY(cx_i_lag_range("horizon", own->horizon, own->max_lag, CX_LAG_MOST, err));
    if (own->covariance == CX_LAG_CLUSTER && !panel)
        return cx_i_fail(err, CX_E_OPTION,
                         "covariance cluster needs unit: one series is one cluster");
    CX_TRY(dlag_shape_options(own, err));
    return cx_i_check_confidence(own->confidence, err);
}

/* -- rows ---------------------------------------------------------------------------------- */

static bool dlag_complete(const cx_i_dlag *work, int64_t position) {
    bool complete = !isnan(work->x[position]) && !isnan(work->y[position]);
    for (int64_t j = 0; j < work->controls && complete; j++)
        complete = !isnan(work->control[j * work->periods.rows + position]);
    return complete;
}

static bool dlag_history(const cx_i_dlag *work, int64_t position) {
    for (int64_t lag = 1; lag <= work->options.max_lag; lag++) {
        int64_t at = cx_i_periods_back(&work->periods, position, lag);
        if (at < 0 || isnan(work->x[at])) return false;
    }
    for (int64_t lag = 1; lag <= work->options.own_lags; lag++) {
        int64_t at = cx_i_periods_back(&work->periods, position, lag);
        if (at < 0 || isnan(work->y[at])) return false;
    }
    return true;
}

static cx_status dlag_rows(cx_i_dlag *work, cx_error *err) {
    const cx_i_periods *periods = &work->periods;
    for (int64_t i = 0; i < periods->rows; i++) {
        if (!dlag_complete(work, i)) {
            work->missing++;
        } else if (!dlag_history(work, i)) {
            work->no_history++;
        } else {
            if (work->rows == 0 || work->group[work->rows - 1] != periods->unit[i]) work->units++;
            work->position[work->rows] = i;
            work->time[work->rows] = periods->period[i];
            work->group[work->rows++] = periods->unit[i];
        }
    }
    if (work->rows > 0) return CX_OK;
    return cx_i_fail(
        err, CX_E_EMPTY,
        "no row has all its lags: in %d rows a value is missing, %d have no %d periods "
        "before them",
        work->missing, work->no_history, (int64_t)work->options.max_lag);
}

static cx_status dlag_read(cx_i_dlag *work, const cx_array *x, const cx_array *y,
                           const cx_frame *covariates, cx_error *err) {
    int64_t n = work->periods.rows, q = work->options.max_lag + 1 + work->options.own_lags;
    if (q < 2) q = 2;
    work->position = cx_i_alloc_array(&work->allocator, n, 3 * sizeof *work->position);
    work->x = cx_i_alloc_array(&work->allocator, n, (size_t)(2 + work->controls) * sizeof *work->x);
    work->phi = cx_i_alloc_array(&work->allocator, q * q + q, sizeof *work->phi);
    if (work->position == NULL || work->x == NULL || work->phi == NULL)
        return cx_i_out_of_memory(err);
    work->time = work->position + n;
    work->group = work->time + n;
    work->y = work->x + n;
    work->control = work->y + n;
    work->v = work->phi + q;
    CX_TRY(cx_i_periods_column(&work->periods, x, "x", work->x, err));
    CX_TRY(cx_i_periods_column(&work->periods, y, "y", work->y, err));
    for (int64_t j = 0; j < work->controls; j++)
        CX_TRY(cx_i_periods_column(&work->periods, &covariates->columns[j], "covariates",
                                   work->control + j * n, err));
    return dlag_rows(work, err);
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status dlag_run(cx_i_dlag *work, const cx_array *x, const cx_array *y,
                          const cx_array *unit, const cx_array *period, const cx_frame *covariates,
                          cx_table **out, cx_error *err) {
    CX_TRY(cx_i_periods_read(&work->periods, unit, period, x->length, &work->allocator, err));
    CX_TRY(dlag_read(work, x, y, covariates, err));
    int kind = cx_i_lag_kind(work->options.covariance, unit != NULL);
    if (kind == CX_I_OLS_CLUSTER && work->units < 2)
        return cx_i_fail(err, CX_E_FEW,
                         "one unit has no standard errors by cluster; ask for newey-west");
    work->few_clusters = kind == CX_I_OLS_CLUSTER && work->units < 5;
    if (kind == CX_I_OLS_HAC)
        work->hac = work->options.hac_lags >= 0
                        ? work->options.hac_lags
                        : cx_i_hac_lags(work->units > 0 ? work->rows / work->units : 0);
    work->penalty = work->theta_se = work->restriction_p = NAN;
    if (work->options.shape == CX_LAG_KOYCK)
        CX_TRY(cx_i_dlag_koyck(work, err));
    else
        CX_TRY(cx_i_dlag_linear(work, err));
    if (kind == CX_I_OLS_CLUSTER) work->df = (double)work->units - 1;
    return cx_i_dlag_table(work, out, err);
}

cx_status cx_distributed_lag(const cx_array *x, const cx_array *y, const cx_array *unit,
                             const cx_array *period, const cx_frame *covariates,
                             const cx_distributed_lag_options *options, cx_table **out,
                             cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_dlag work = {.missing = 0};
    CX_TRY(dlag_options(options, unit != NULL, &work.options, err));
    CX_TRY(cx_i_lag_pair(x, y, err));
    if (covariates != NULL) {
        CX_TRY(cx_i_frame_check(covariates, "covariates", CX_I_NUMBERS, err));
        if (covariates->count > 0)
            CX_TRY(cx_i_array_same_length(x, "x", &covariates->columns[0], "covariates", err));
        work.controls = covariates->count;
    }
    work.allocator = cx_i_allocator(work.options.allocator);
    cx_status status = dlag_run(&work, x, y, unit, period, covariates, out, err);
    cx_i_free(&work.allocator, work.position);
    cx_i_free(&work.allocator, work.x);
    cx_i_free(&work.allocator, work.phi);
    cx_i_periods_free(&work.periods);
    return status;
}
