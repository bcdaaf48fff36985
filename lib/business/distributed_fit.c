#include "business/distributed.h"

#include <cxkit/special.h>

/* -- fit and its covariance ---------------------------------------------------------------- */

static cx_status dlag_dropped(const cx_i_dlag *work, int64_t column, int64_t lag_columns,
                              cx_error *err) {
    int64_t own = column - lag_columns, control = own - work->options.own_lags;
    if (own < 0 && work->options.shape == CX_LAG_FREE)
        return cx_i_fail(err, CX_E_SINGULAR,
                         "lag %d of x follows from the lags before it; use fewer lags, or a shape",
                         column);
    if (own < 0)
        return cx_i_fail(err, CX_E_SINGULAR,
                         "x does not vary enough over its lags for this shape; use fewer "
                         "coefficients");
    if (control < 0)
        return cx_i_fail(err, CX_E_SINGULAR,
                         "lag %d of y follows from the columns before it; use fewer own lags",
                         own + 1);
    return cx_i_fail(err, CX_E_SINGULAR,
                     "covariate %d (from 0) follows from the columns before it; leave it out",
                     control);
}

cx_status cx_i_dlag_fit(cx_i_dlag *work, cx_i_ols *model, int64_t lag_columns, cx_error *err) {
    cx_i_ols_centre(model, work->periods.named);
    double smallest = (double)model->rows - (double)model->absorbed;
    if (model->penalty == NULL && smallest - (double)model->p < 1)
        return cx_i_fail(err, CX_E_FEW, "%d rows are too few for %d coefficients and %d means",
                         model->rows, model->p, model->absorbed);
    CX_TRY(cx_i_ols_fit(model, err));
    const char *within = work->periods.named ? ", within units," : "";
    if (!(model->square > 0)) return cx_i_lag_constant(err, "y", within);
    if (!(model->product[0].hi > 0)) return cx_i_lag_constant(err, "x", within);
    for (int64_t j = 0; j < model->p; j++)
        if (model->dropped[j]) return dlag_dropped(work, j, lag_columns, err);
    return CX_OK;
}

cx_status cx_i_dlag_covariance(cx_i_dlag *work, const cx_i_ols *model, double *v, cx_error *err) {
    int kind = cx_i_lag_kind(work->options.covariance, work->periods.named);
    if (!(model->df >= 1))
        return cx_i_fail(err, CX_E_FEW, "%d rows leave no degrees of freedom", model->rows);
    work->df = model->df;
    work->k = model->trace;
    work->r2 = 1 - model->rss / model->square;
    return cx_i_ols_covariance(model, (cx_i_ols_kind)kind, work->hac,
                               work->options.small_sample != 0, v, err);
}

/* -- columns ------------------------------------------------------------------------------- */

static void dlag_column(const cx_i_dlag *work, const double *values, int64_t lag, double *out) {
    for (int64_t i = 0; i < work->rows; i++) {
        int64_t at = cx_i_periods_back(&work->periods, work->position[i], lag);
        out[i] = values[at];
    }
}

/* Own lags and covariates, from column `first` of the model on */
static void dlag_others(const cx_i_dlag *work, cx_i_ols *model, int64_t first) {
    for (int64_t i = 1; i <= work->options.own_lags; i++, first++)
        dlag_column(work, work->y, i, model->x + first * work->rows);
    for (int64_t j = 0; j < work->controls; j++, first++)
        dlag_column(work, work->control + j * work->periods.rows, 0, model->x + first * work->rows);
    dlag_column(work, work->y, 0, model->y);
}

/* Value of basis polynomial d at lag j */
static double dlag_basis(const cx_i_dlag *work, int64_t j, int64_t d) {
    const cx_distributed_lag_options *own = &work->options;
    double last = own->max_lag, at = (double)j, value = 1;
    double s = last > 0 ? (2 * at - last) / last : 0;
    for (int64_t i = 0; i < d; i++) value *= s;
    if (own->near_zero) value *= (at + 1) / (last + 2);
    if (own->far_zero) value *= (last + 1 - at) / (last + 2);
    return value;
}

static int64_t dlag_lag_columns(const cx_i_dlag *work) {
    const cx_distributed_lag_options *own = &work->options;
    return own->shape == CX_LAG_ALMON ? own->degree + 1 - own->near_zero - own->far_zero
                                      : own->max_lag + 1;
}

static void dlag_design(const cx_i_dlag *work, cx_i_ols *model, bool almon, double *room) {
    int64_t columns = almon ? dlag_lag_columns(work) : work->options.max_lag + 1;
    memset(model->x, 0, (size_t)(columns * work->rows) * sizeof *model->x);
    for (int64_t j = 0; j <= work->options.max_lag; j++) {
        dlag_column(work, work->x, j, almon ? room : model->x + j * work->rows);
        for (int64_t d = 0; almon && d < columns; d++)
            for (int64_t i = 0; i < work->rows; i++)
                model->x[d * work->rows + i] += dlag_basis(work, j, d) * room[i];
    }
    dlag_others(work, model, columns);
}

/* -- smoothing ----------------------------------------------------------------------------- */

static void dlag_penalty(const cx_i_dlag *work, int64_t p, double scale, double *out) {
    static const double step[] = {1, -2, 1};
    memset(out, 0, (size_t)(p * p) * sizeof *out);
    for (int64_t k = 0; k + 2 <= work->options.max_lag; k++)
        for (int64_t i = 0; i < 3; i++)
            for (int64_t j = 0; j < 3; j++) out[(k + i) * p + k + j] += scale * step[i] * step[j];
}

static cx_status dlag_try(const cx_i_dlag *work, cx_i_ols *model, double *room, double penalty,
                          double *score, cx_error *err) {
    dlag_penalty(work, model->p, penalty, room);
    CX_TRY(cx_i_ols_solve(model, err));
    *score = model->df > 0 ? (double)model->rows * model->rss / (model->df * model->df) : INFINITY;
    return CX_OK;
}

/* The least generalised cross-validation: a grid of powers, then its best part finer. */
static cx_status dlag_smooth(cx_i_dlag *work, cx_i_ols *model, double *room, cx_error *err) {
    double scale = 0, score, best = INFINITY, chosen = 0, centre = 0;
    if (work->options.penalty >= 0) {
        work->penalty = work->options.penalty;
        return dlag_try(work, model, room, work->penalty, &score, err);
    }
    for (int64_t j = 0; j <= work->options.max_lag; j++)
        scale += model->product[cx_i_packed(j, j)].hi / (double)(work->options.max_lag + 1);
    for (int pass = 0; pass < 3; pass++) {
        double step = pass == 0 ? 0.5 : pass == 1 ? 0.1 : 0.02;
        int most = pass == 0 ? 16 : 5;
        for (int i = -most; i <= most; i++) {
            double power = centre + step * i;
            CX_TRY(dlag_try(work, model, room, scale * pow(10, power), &score, err));
            if (score < best) best = score, chosen = power;
        }
        centre = chosen;
    }
    work->penalty = scale * pow(10, chosen);
    return dlag_try(work, model, room, work->penalty, &score, err);
}

/* -- linear shapes ------------------------------------------------------------------------- */

/* phi and v from the model's coefficients: b = basis gamma, then the own lags */
static void dlag_map(cx_i_dlag *work, const cx_i_ols *model, const double *v, double *map) {
    int64_t p = model->p, lags = work->options.max_lag + 1, columns = dlag_lag_columns(work);
    bool almon = work->options.shape == CX_LAG_ALMON;
    work->q = lags + work->options.own_lags;
    memset(map, 0, (size_t)(work->q * p) * sizeof *map);
    for (int64_t j = 0; j < lags; j++)
        for (int64_t d = 0; d < columns; d++)
            map[j * p + d] = almon ? dlag_basis(work, j, d) : j == d;
    for (int64_t i = 0; i < work->options.own_lags; i++) map[(lags + i) * p + columns + i] = 1;
    for (int64_t i = 0; i < work->q; i++) {
        work->phi[i] = 0;
        for (int64_t d = 0; d < p; d++) work->phi[i] += map[i * p + d] * model->beta[d];
        for (int64_t j = 0; j < work->q; j++)
            work->v[i * work->q + j] = cx_i_ols_form(map + i * p, v, map + j * p, p);
    }
}

/* Almon against free coefficients, classical F */
static cx_status dlag_restriction(cx_i_dlag *work, const cx_i_ols *almon, cx_i_ols *model,
                                  double *room, cx_error *err) {
    int64_t lags = work->options.max_lag + 1, more = lags - dlag_lag_columns(work);
    model->p = lags + work->options.own_lags + work->controls;
    if (more < 1 || almon->df - (double)more < 1) return CX_OK;
    dlag_design(work, model, false, room);
    cx_i_ols_centre(model, work->periods.named);
    cx_status status = cx_i_ols_fit(model, err);
    if (status == CX_OK && model->rank == model->p && model->rss > 0) {
        double f = (almon->rss - model->rss) / (double)more / (model->rss / model->df);
        work->restriction_p = cx_f_sf(fmax(0, f), (double)more, model->df);
    }
    cx_i_ols_free(model);
    return status;
}

static cx_status dlag_linear_run(cx_i_dlag *work, cx_i_ols *model, double *room, cx_error *err) {
    int64_t columns = dlag_lag_columns(work), p = model->p;
    bool almon = work->options.shape == CX_LAG_ALMON,
         smooth = work->options.shape == CX_LAG_SMOOTHED;
    double *v = room + work->rows, *penalty = v + p * p, *map = penalty + p * p;
    dlag_design(work, model, almon, room);
    if (smooth) {
        dlag_penalty(work, p, 1e-3, penalty);
        model->penalty = penalty;
    }
    CX_TRY(cx_i_dlag_fit(work, model, columns, err));
    if (smooth) CX_TRY(dlag_smooth(work, model, penalty, err));
    CX_TRY(cx_i_dlag_covariance(work, model, v, err));
    dlag_map(work, model, v, map);
    if (!almon) return CX_OK;
    cx_i_ols free_model = {.allocator = model->allocator,
                           .rows = model->rows,
                           .x = model->x,
                           .y = model->y,
                           .time = model->time,
                           .group = model->group};
    return dlag_restriction(work, model, &free_model, room, err);
}

cx_status cx_i_dlag_linear(cx_i_dlag *work, cx_error *err) {
    int64_t others = work->options.own_lags + work->controls, lags = work->options.max_lag + 1;
    int64_t most = lags + others, p = dlag_lag_columns(work) + others;
    int64_t small = 2 * p * p + (lags + work->options.own_lags) * p;
    double *memory = cx_i_alloc_array(&work->allocator, work->rows, (size_t)(most + 2) * 8);
    double *room = cx_i_alloc_array(&work->allocator, work->rows + small, sizeof *room);
    cx_i_ols model = {.allocator = &work->allocator,
                      .rows = work->rows,
                      .p = p,
                      .time = work->time,
                      .group = work->group};
    cx_status status = memory == NULL || room == NULL ? cx_i_out_of_memory(err) : (cx_status)CX_OK;
    if (status == CX_OK) {
        model.y = memory;
        model.x = memory + work->rows;
        status = dlag_linear_run(work, &model, room, err);
    }
    cx_i_ols_free(&model);
    cx_i_free(&work->allocator, memory);
    cx_i_free(&work->allocator, room);
    return status;
}
