#include "stat/ols.h"

#define OLS_TOLERANCE 1e-10

/* -- means --------------------------------------------------------------------------------- */

static void ols_centre_part(double *column, int64_t from, int64_t to) {
    cx_i_twofold sum = cx_i_tf(0);
    double origin = column[from];
    for (int64_t i = from; i < to; i++) sum = cx_i_tf_add(sum, cx_i_tf_sum(column[i], -origin));
    double shift = cx_i_tf_double(sum) / (double)(to - from);
    for (int64_t i = from; i < to; i++) column[i] = (column[i] - origin) - shift;
}

static int64_t ols_group_end(const cx_i_ols *model, int64_t from, bool within) {
    if (!within || model->group == NULL) return model->rows;
    int64_t to = from;
    while (to < model->rows && model->group[to] == model->group[from]) to++;
    return to;
}

void cx_i_ols_centre(cx_i_ols *model, bool within) {
    model->absorbed = model->groups = 0;
    for (int64_t from = 0; from < model->rows;) {
        int64_t to = ols_group_end(model, from, within);
        for (int64_t j = 0; j < model->p; j++)
            ols_centre_part(model->x + j * model->rows, from, to);
        ols_centre_part(model->y, from, to);
        model->absorbed++;
        from = to;
    }
    for (int64_t from = 0; from < model->rows; from = ols_group_end(model, from, true))
        model->groups++;
}

/* -- solution ------------------------------------------------------------------------------ */

static cx_status ols_room(cx_i_ols *model, cx_error *err) {
    int64_t p = model->p, packed = cx_i_packed_size(p);
    int64_t doubles = 2 * (packed + p) + p + p * p + model->rows + (p + 7) / 8;
    double *memory = cx_i_alloc_array(model->allocator, doubles, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    model->memory = memory;
    model->product = (cx_i_twofold *)memory;
    model->moment = model->product + packed;
    model->beta = (double *)(model->moment + p);
    model->inverse = model->beta + p;
    model->residual = model->inverse + p * p;
    model->dropped = (bool *)(model->residual + model->rows);
    return CX_OK;
}

static cx_i_twofold ols_dot(const double *a, const double *b, int64_t rows) {
    cx_i_twofold sum = cx_i_tf(0);
    for (int64_t i = 0; i < rows; i++) sum = cx_i_tf_add(sum, cx_i_tf_product(a[i], b[i]));
    return sum;
}

void cx_i_ols_free(cx_i_ols *model) {
    cx_i_free(model->allocator, model->memory);
    model->memory = NULL;
}

static cx_i_twofold ols_left(const cx_i_ols *model, int64_t j, int64_t i) {
    cx_i_twofold sum = model->product[cx_i_packed(j, i)];
    if (model->penalty != NULL) sum = cx_i_tf_add(sum, cx_i_tf(model->penalty[j * model->p + i]));
    return sum;
}

static void ols_invert(cx_i_ols *model, const cx_i_twofold *factor, const double *scale,
                       cx_i_twofold *b) {
    int64_t p = model->p;
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i < p; i++) b[i] = cx_i_tf(i == j ? 1 : 0);
        cx_i_cholesky_forward(factor, p, b);
        cx_i_cholesky_backward(factor, p, b);
        for (int64_t i = 0; i < p; i++)
            model->inverse[j * p + i] =
                model->dropped[j] ? 0 : cx_i_tf_double(b[i]) / scale[i] / scale[j];
    }
}

static void ols_finish(cx_i_ols *model) {
    int64_t p = model->p;
    cx_i_twofold rss = cx_i_tf(0);
    model->trace = 0;
    for (int64_t j = 0; j < p; j++)
        for (int64_t i = 0; i < p; i++)
            model->trace +=
                model->inverse[j * p + i] *
                cx_i_tf_double(model->product[cx_i_packed(i > j ? i : j, i > j ? j : i)]);
    if (model->penalty == NULL) model->trace = (double)model->rank;
    for (int64_t i = 0; i < model->rows; i++) {
        double fitted = 0;
        for (int64_t j = 0; j < p; j++) fitted += model->beta[j] * model->x[j * model->rows + i];
        model->residual[i] = model->y[i] - fitted;
        rss = cx_i_tf_add(rss, cx_i_tf_product(model->residual[i], model->residual[i]));
    }
    model->rss = cx_i_tf_double(rss);
    model->df = (double)model->rows - model->trace - (double)model->absorbed;
}

cx_status cx_i_ols_solve(cx_i_ols *model, cx_error *err) {
    int64_t p = model->p, packed = cx_i_packed_size(p);
    cx_i_twofold *factor = cx_i_alloc_array(model->allocator, packed + 2 * p, sizeof *factor);
    if (factor == NULL) return cx_i_out_of_memory(err);
    cx_i_twofold *b = factor + packed;
    double *scale = (double *)(b + p);
    for (int64_t j = 0; j < p; j++) {
        double square = ols_left(model, j, j).hi;
        scale[j] = square > 0 ? sqrt(square) : 1;
        for (int64_t i = 0; i <= j; i++) {
            cx_i_twofold value = cx_i_tf_divide(ols_left(model, j, i), cx_i_tf(scale[j]));
            factor[cx_i_packed(j, i)] = cx_i_tf_divide(value, cx_i_tf(scale[i]));
        }
        b[j] = cx_i_tf_divide(model->moment[j], cx_i_tf(scale[j]));
    }
    model->rank = cx_i_cholesky(factor, p, OLS_TOLERANCE, model->dropped);
    cx_i_cholesky_forward(factor, p, b);
    cx_i_cholesky_backward(factor, p, b);
    for (int64_t j = 0; j < p; j++) model->beta[j] = cx_i_tf_double(b[j]) / scale[j];
    ols_invert(model, factor, scale, b);
    ols_finish(model);
    cx_i_free(model->allocator, factor);
    return CX_OK;
}

cx_status cx_i_ols_fit(cx_i_ols *model, cx_error *err) {
    CX_TRY(ols_room(model, err));
    for (int64_t j = 0; j < model->p; j++) {
        const double *column = model->x + j * model->rows;
        for (int64_t i = 0; i <= j; i++)
            model->product[cx_i_packed(j, i)] =
                ols_dot(column, model->x + i * model->rows, model->rows);
        model->moment[j] = ols_dot(column, model->y, model->rows);
    }
    model->square = cx_i_tf_double(ols_dot(model->y, model->y, model->rows));
    return cx_i_ols_solve(model, err);
}

/* -- covariance ---------------------------------------------------------------------------- */

void cx_i_ols_multiply(const double *a, const double *b, int64_t p, double *out) {
    memset(out, 0, (size_t)(p * p) * sizeof *out);
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = 0; k < p; k++)
            for (int64_t j = 0; j < p; j++) out[i * p + j] += a[i * p + k] * b[k * p + j];
}

double cx_i_ols_form(const double *a, const double *v, const double *b, int64_t p) {
    double sum = 0;
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++) sum += a[i] * v[i * p + j] * b[j];
    return sum;
}

static void ols_meat(const cx_i_ols *model, cx_i_ols_kind kind, int64_t lags, bool small,
                     double *scores, double *room, double *meat) {
    int64_t p = model->p;
    double n = (double)model->rows, g = (double)model->groups, factor = 1;
    cx_i_hac shape = {model->rows, p, kind == CX_I_OLS_HAC ? lags : 0, model->time, model->group};
    for (int64_t i = 0; i < model->rows; i++)
        for (int64_t j = 0; j < p; j++)
            scores[i * p + j] = model->x[j * model->rows + i] * model->residual[i];
    if (kind == CX_I_OLS_CLUSTER) {
        cx_i_hac_clusters(&shape, scores, room, meat);
        /* means of groups are nested in them and not counted */
        if (small) factor = g / (g - 1) * (n - 1) / (n - model->trace - 1);
    } else {
        cx_i_hac_meat(&shape, scores, meat);
        if (small) factor = n / model->df;
    }
    for (int64_t k = 0; k < p * p; k++) meat[k] *= factor;
}

cx_status cx_i_ols_covariance(const cx_i_ols *model, cx_i_ols_kind kind, int64_t lags, bool small,
                              double *out, cx_error *err) {
    int64_t p = model->p, cells = 2 * p * p + p;
    double variance = model->rss / model->df;
    if (kind == CX_I_OLS_CLASSICAL) {
        for (int64_t k = 0; k < p * p; k++) out[k] = variance * model->inverse[k];
        return CX_OK;
    }
    double *memory = cx_i_alloc_array(model->allocator, cells + model->rows * p, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    double *meat = memory, *half = memory + p * p;
    ols_meat(model, kind, lags, small, memory + cells, half + p * p, meat);
    for (int64_t k = 0; model->penalty != NULL && k < p * p; k++)
        meat[k] += variance * model->penalty[k];
    cx_i_ols_multiply(model->inverse, meat, p, half);
    cx_i_ols_multiply(half, model->inverse, p, out);
    cx_i_free(model->allocator, memory);
    return CX_OK;
}

cx_status cx_i_ols_wald(const cx_i_ols *model, const double *covariance, int64_t first,
                        int64_t count, double *out, cx_error *err) {
    int64_t packed = cx_i_packed_size(count);
    cx_i_twofold *factor = cx_i_alloc_array(model->allocator, packed + 2 * count, sizeof *factor);
    if (factor == NULL) return cx_i_out_of_memory(err);
    cx_i_twofold *b = factor + packed;
    bool *dropped = (bool *)(b + count);
    double sum = 0;
    for (int64_t j = 0; j < count; j++) {
        const double *row = covariance + (first + j) * model->p + first;
        double own = sqrt(row[j]);
        for (int64_t i = 0; i <= j; i++) {
            double other = sqrt(covariance[(first + i) * model->p + first + i]);
            factor[cx_i_packed(j, i)] = cx_i_tf(own > 0 && other > 0 ? row[i] / own / other : 0);
        }
        b[j] = cx_i_tf(own > 0 ? model->beta[first + j] / own : 0);
    }
    int64_t rank = cx_i_cholesky(factor, count, 1e-12, dropped);
    cx_i_cholesky_forward(factor, count, b);
    for (int64_t j = 0; j < count; j++) sum += cx_i_tf_double(b[j]) * cx_i_tf_double(b[j]);
    *out = rank == count ? sum : (double)NAN;
    cx_i_free(model->allocator, factor);
    return CX_OK;
}
