#include "stat/ordinal.h"

#include <cxkit/special.h>

#include "stat/linalg.h"

#define ORDINAL_STEP 1e-9
#define ORDINAL_COLLINEAR 1e-11
#define ORDINAL_AGAINST 1e-6

typedef struct ordinal_row {
    double loglik, p, lower, upper;               /* slopes in the two limits */
    double lower_lower, upper_upper, lower_upper; /* less the second derivatives */
} ordinal_row;

typedef struct ordinal_work {
    const cx_i_ordinal *model;
    cx_i_glm_fit fit;
    int64_t cuts, p;
    ordinal_row *row;
    double *step_eta, *base_eta, *curve;
    double *score, *information, *step, *scale, *base;
    cx_i_twofold *factor, *side;
    bool *scratch;
    double *block, *room;
    const double **column;
    int64_t *at;
} ordinal_work;

/* -- one row ------------------------------------------------------------------------------- */

static double ordinal_density(bool probit, double x) {
    if (!isfinite(x)) return 0;
    if (probit) return cx_normal_pdf(x);
    double e = exp(-fabs(x));
    return e / ((1 + e) * (1 + e));
}

/* The density's slope. */
static double ordinal_slope(bool probit, double x, double density) {
    if (!isfinite(x)) return 0;
    return probit ? -x * density : -density * tanh(x / 2);
}

/* P(l < z < u) without cancellation in the tails. */
static double ordinal_between(bool probit, double l, double u) {
    if (probit) {
        if (l > 0) return cx_normal_sf(l) - cx_normal_sf(u);
        return cx_normal_cdf(u) - cx_normal_cdf(l);
    }
    double above = 1 / (1 + exp(-u)), below = 1 / (1 + exp(l)); /* F(u), 1 - F(l) */
    return isfinite(u) && isfinite(l) ? above * below * -expm1(l - u) : above * below;
}

static ordinal_row ordinal_row_at(bool probit, double l, double u) {
    ordinal_row r = {.p = ordinal_between(probit, l, u)};
    if (!(r.p > 0)) return (ordinal_row){.loglik = (double)-INFINITY};
    double fl = ordinal_density(probit, l), fu = ordinal_density(probit, u);
    r.loglik = log(r.p);
    r.upper = fu / r.p;
    r.lower = -fl / r.p;
    r.upper_upper = r.upper * r.upper - ordinal_slope(probit, u, fu) / r.p;
    r.lower_lower = r.lower * r.lower + ordinal_slope(probit, l, fl) / r.p;
    r.lower_upper = r.upper * r.lower;
    return r;
}

static double ordinal_weight(const cx_i_ordinal *model, int64_t row) {
    return model->weight != NULL ? model->weight[row] : 1;
}

static double ordinal_x(const cx_i_ordinal *model, int64_t j, int64_t row) {
    double x;
    cx_i_glm_entry(&model->column[j], row, &x);
    return x;
}

static ordinal_row ordinal_at(const cx_i_ordinal *model, const double *cut, int64_t row,
                              double eta) {
    int64_t y = model->y[row], last = model->classes - 1;
    double l = y > 0 ? cut[y - 1] - eta : (double)-INFINITY;
    double u = y < last ? cut[y] - eta : (double)INFINITY;
    return ordinal_row_at(model->probit, l, u);
}

void cx_i_ordinal_sides(const cx_i_ordinal *model, const double *direction, int64_t row,
                        double *lower, double *upper) {
    int64_t y = model->y[row], cuts = model->classes - 1;
    double sum = 0;
    for (int64_t j = 0; j < model->columns; j++)
        sum += direction[cuts + j] * ordinal_x(model, j, row);
    *lower = y > 0 ? direction[y - 1] - sum : 0;
    *upper = y < cuts ? direction[y] - sum : 0;
}

/* -- derivatives --------------------------------------------------------------------------- */

static void ordinal_evaluate(ordinal_work *w) {
    const cx_i_ordinal *model = w->model;
    double sum = 0;
    bool ordered = true;
    for (int64_t k = 1; k < w->cuts; k++) ordered = ordered && w->fit.beta[k] > w->fit.beta[k - 1];
    for (int64_t row = 0; row < model->rows && ordered; row++) {
        double weight = ordinal_weight(model, row);
        w->row[row] = ordinal_at(model, w->fit.beta, row, w->fit.eta[row]);
        w->fit.fitted[row] = w->row[row].p;
        if (weight > 0) sum += weight * w->row[row].loglik;
    }
    w->fit.loglik = ordered ? sum : (double)-INFINITY;
}

static double *ordinal_element(ordinal_work *w, int64_t i, int64_t j) {
    return &w->information[i > j ? cx_i_packed(i, j) : cx_i_packed(j, i)];
}

/* A row's parts of score and information that have to do with its cuts. */
static void ordinal_add_cuts(ordinal_work *w, int64_t row, int64_t first) {
    const cx_i_ordinal *model = w->model;
    const ordinal_row *r = &w->row[row];
    int64_t y = model->y[row];
    double weight = ordinal_weight(model, row);
    double to_upper = -weight * (r->upper_upper + r->lower_upper);
    double to_lower = -weight * (r->lower_lower + r->lower_upper);
    if (y < w->cuts) {
        w->score[y] += weight * r->upper;
        *ordinal_element(w, y, y) += weight * r->upper_upper;
    }
    if (y > 0) {
        w->score[y - 1] += weight * r->lower;
        *ordinal_element(w, y - 1, y - 1) += weight * r->lower_lower;
    }
    if (y > 0 && y < w->cuts) *ordinal_element(w, y, y - 1) += weight * r->lower_upper;
    for (int64_t j = 0; j < model->columns; j++) {
        double x = w->column[j][row - first];
        if (y < w->cuts) *ordinal_element(w, w->cuts + j, y) += to_upper * x;
        if (y > 0) *ordinal_element(w, w->cuts + j, y - 1) += to_lower * x;
    }
}

static void ordinal_gather(ordinal_work *w, int64_t start, int64_t count) {
    for (int64_t j = 0; j < w->model->columns; j++) {
        double *to = w->block + j * CX_I_GLM_BLOCK;
        for (int64_t i = 0; i < count; i++) to[i] = ordinal_x(w->model, j, start + i);
        w->column[j] = to;
        w->at[j] = w->cuts + j;
    }
}

static void ordinal_derivatives(ordinal_work *w) {
    const cx_i_ordinal *model = w->model;
    double score[CX_I_GLM_BLOCK];
    memset(w->score, 0, (size_t)w->p * sizeof *w->score);
    memset(w->information, 0, (size_t)cx_i_packed_size(w->p) * sizeof *w->information);
    for (int64_t start = 0; start < model->rows; start += CX_I_GLM_BLOCK) {
        int64_t left = model->rows - start, count = left < CX_I_GLM_BLOCK ? left : CX_I_GLM_BLOCK;
        ordinal_gather(w, start, count);
        for (int64_t i = 0; i < count; i++) {
            const ordinal_row *r = &w->row[start + i];
            double weight = ordinal_weight(model, start + i);
            score[i] = -weight * (r->upper + r->lower);
            w->curve[start + i] = weight * (r->upper_upper + r->lower_lower + 2 * r->lower_upper);
            if (weight > 0) ordinal_add_cuts(w, start + i, start);
        }
        for (int64_t j = 0; j < model->columns; j++)
            w->score[w->cuts + j] += cx_i_glm_dot(w->column[j], score, count);
        cx_i_glm_block_products(w->column, w->at, model->columns, w->curve + start, count, w->room,
                                w->information);
    }
}

static void ordinal_partners(ordinal_work *w, int64_t j) {
    for (int64_t k = 0; k < w->p; k++) {
        double value = k < j ? w->information[cx_i_packed(j, k)] / w->scale[j] / w->scale[k] : 0;
        w->side[k] = cx_i_tf(value);
    }
    cx_i_cholesky_forward(w->factor, j, w->side);
    cx_i_cholesky_backward(w->factor, j, w->side);
    for (int64_t k = 0; k < j; k++)
        w->fit.partner[j * w->p + k] = fabs(cx_i_tf_double(w->side[k])) > 1e-3;
}

static void ordinal_factor(ordinal_work *w, bool first) {
    for (int64_t j = 0; j < w->p; j++) {
        double diagonal = w->information[cx_i_packed(j, j)];
        w->scale[j] = diagonal > 0 ? sqrt(diagonal) : 1;
    }
    for (int64_t j = 0; j < w->p; j++)
        for (int64_t k = 0; k <= j; k++) {
            bool aside = !first && (w->fit.dropped[j] || w->fit.dropped[k]);
            double value = w->information[cx_i_packed(j, k)] / w->scale[j] / w->scale[k];
            w->factor[cx_i_packed(j, k)] = cx_i_tf(aside ? (j == k ? 1 : 0) : value);
        }
    cx_i_cholesky(w->factor, w->p, first ? ORDINAL_COLLINEAR : 1e-28,
                  first ? w->fit.dropped : w->scratch);
    for (int64_t j = 0; j < w->p && first; j++)
        if (w->fit.dropped[j]) ordinal_partners(w, j);
}

/* -- iteration ----------------------------------------------------------------------------- */

/* The step of each row: of the predictor; the largest of limits less predictor is returned. */
static double ordinal_direction(ordinal_work *w) {
    const cx_i_ordinal *model = w->model;
    double largest = 0, lower, upper;
    for (int64_t j = 0; j < w->p; j++)
        w->side[j] = cx_i_tf(w->fit.dropped[j] ? 0 : w->score[j] / w->scale[j]);
    cx_i_cholesky_forward(w->factor, w->p, w->side);
    cx_i_cholesky_backward(w->factor, w->p, w->side);
    for (int64_t j = 0; j < w->p; j++)
        w->step[j] = w->fit.dropped[j] ? 0 : cx_i_tf_double(w->side[j]) / w->scale[j];
    for (int64_t row = 0; row < model->rows; row++) {
        w->step_eta[row] = 0;
        for (int64_t j = 0; j < model->columns; j++)
            w->step_eta[row] += w->step[w->cuts + j] * ordinal_x(model, j, row);
        int64_t y = model->y[row];
        lower = y > 0 ? w->step[y - 1] - w->step_eta[row] : 0;
        upper = y < w->cuts ? w->step[y] - w->step_eta[row] : 0;
        if (ordinal_weight(model, row) > 0) largest = fmax(largest, fmax(fabs(lower), fabs(upper)));
    }
    return largest;
}

static void ordinal_advance(ordinal_work *w) {
    double length = 1, before = w->fit.loglik, room = 1e-12 * (1 + fabs(before));
    memcpy(w->base, w->fit.beta, (size_t)w->p * sizeof *w->base);
    memcpy(w->base_eta, w->fit.eta, (size_t)w->model->rows * sizeof *w->base_eta);
    for (int halves = 0; halves < 40; halves++, length /= 2) {
        for (int64_t j = 0; j < w->p; j++) w->fit.beta[j] = w->base[j] + length * w->step[j];
        for (int64_t row = 0; row < w->model->rows; row++)
            w->fit.eta[row] = w->base_eta[row] + length * w->step_eta[row];
        ordinal_evaluate(w);
        if (w->fit.loglik >= before - room) break;
    }
}

/* The cuts of the shares of the classes, which are all seen. */
static void ordinal_start(ordinal_work *w) {
    const cx_i_ordinal *model = w->model;
    double all = 0, below = 0;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = ordinal_weight(model, row);
        all += weight;
        if (model->y[row] < w->cuts) w->fit.beta[model->y[row]] += weight;
        w->fit.eta[row] = model->offset != NULL ? model->offset[row] : 0;
    }
    for (int64_t k = 0; k < w->cuts; k++) {
        below += w->fit.beta[k];
        double share = below / all;
        w->fit.beta[k] =
            model->probit ? cx_normal_quantile(share) : cx_i_glm_link(CX_I_GLM_LOGIT, share);
    }
}

/* Every row's limits move apart, or one of them out of the way, and none closer. */
static bool ordinal_separates(const ordinal_work *w, const double *direction) {
    double largest = 0, worst = 0, lower, upper;
    for (int64_t row = 0; row < w->model->rows; row++) {
        if (!(ordinal_weight(w->model, row) > 0)) continue;
        cx_i_ordinal_sides(w->model, direction, row, &lower, &upper);
        largest = fmax(largest, fmax(fabs(lower), fabs(upper)));
        worst = fmax(worst, fmax(lower, -upper));
    }
    return largest > 0 && worst <= ORDINAL_AGAINST * largest;
}

static void ordinal_find_separation(ordinal_work *w) {
    const double *found = ordinal_separates(w, w->fit.beta) ? w->fit.beta
                          : ordinal_separates(w, w->step)   ? w->step
                                                            : NULL;
    w->fit.separated = found != NULL;
    if (found != NULL) memcpy(w->fit.direction, found, (size_t)w->p * sizeof *found);
}

static void ordinal_iterate(ordinal_work *w) {
    cx_i_glm_fit *fit = &w->fit;
    ordinal_start(w);
    ordinal_evaluate(w);
    while (fit->iterations < w->model->max_iterations && !fit->converged && !fit->separated) {
        ordinal_derivatives(w);
        ordinal_factor(w, fit->iterations == 0);
        fit->worst = ordinal_direction(w);
        fit->iterations++;
        ordinal_advance(w);
        fit->converged = fit->worst < ORDINAL_STEP;
        if (fit->iterations >= 12 && fit->worst > 0.1) ordinal_find_separation(w);
    }
    if (!fit->converged && !fit->separated) ordinal_find_separation(w);
    fit->penalised = fit->loglik;
    ordinal_derivatives(w);
    ordinal_factor(w, false);
    for (int64_t j = 0; j < w->p; j++) {
        for (int64_t i = 0; i < w->p; i++) w->side[i] = cx_i_tf(i == j ? 1 / w->scale[j] : 0);
        cx_i_cholesky_forward(w->factor, w->p, w->side);
        cx_i_cholesky_backward(w->factor, w->p, w->side);
        for (int64_t i = 0; i < w->p; i++) {
            bool none = fit->dropped[i] || fit->dropped[j];
            fit->covariance[i * w->p + j] = none ? 0 : cx_i_tf_double(w->side[i]) / w->scale[i];
        }
    }
}

void cx_i_ordinal_scores(const cx_i_ordinal *model, const cx_i_glm_fit *fit, const int64_t *unit,
                         double *scores) {
    int64_t cuts = model->classes - 1, p = cuts + model->columns;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = ordinal_weight(model, row), *to = scores + (unit ? unit[row] : row) * p;
        ordinal_row r = ordinal_at(model, fit->beta, row, fit->eta[row]);
        int64_t y = model->y[row];
        if (!(weight > 0)) continue;
        if (y < cuts) to[y] += weight * r.upper;
        if (y > 0) to[y - 1] += weight * r.lower;
        for (int64_t j = 0; j < model->columns; j++)
            to[cuts + j] -= weight * (r.upper + r.lower) * ordinal_x(model, j, row);
    }
}

/* -- memory -------------------------------------------------------------------------------- */

static bool ordinal_room(ordinal_work *w) {
    const cx_i_ordinal *m = w->model;
    const cx_allocator *a = m->allocator;
    int64_t p = w->p, packed = cx_i_packed_size(p), square;
    if (!cx_i_mul_i64(p, p, &square)) return false;
    bool made = (w->fit.beta = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->fit.covariance = cx_i_alloc_array(a, square, sizeof(double))) != NULL;
    made = made && (w->fit.direction = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->fit.dropped = cx_i_alloc_array(a, p, sizeof(bool))) != NULL;
    made = made && (w->fit.partner = cx_i_alloc_array(a, square, sizeof(bool))) != NULL;
    made = made && (w->fit.fitted = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->fit.eta = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->row = cx_i_alloc_array(a, m->rows, sizeof *w->row)) != NULL;
    made = made && (w->step_eta = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->base_eta = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->curve = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->score = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->information = cx_i_alloc_array(a, packed, sizeof(double))) != NULL;
    made = made && (w->step = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->scale = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->base = cx_i_alloc_array(a, p, sizeof(double))) != NULL;
    made = made && (w->factor = cx_i_alloc_array(a, packed, sizeof *w->factor)) != NULL;
    made = made && (w->side = cx_i_alloc_array(a, p, sizeof *w->side)) != NULL;
    made = made && (w->scratch = cx_i_alloc_array(a, p, sizeof(bool))) != NULL;
    made = made && (w->room = cx_i_alloc_array(a, CX_I_GLM_BLOCK, sizeof(double))) != NULL;
    made = made && (w->block = cx_i_alloc_array(a, p * CX_I_GLM_BLOCK, sizeof(double))) != NULL;
    made = made && (w->column = cx_i_alloc_array(a, p, sizeof *w->column)) != NULL;
    return made && (w->at = cx_i_alloc_array(a, p, sizeof *w->at)) != NULL;
}

static void ordinal_release(ordinal_work *w) {
    void *const own[] = {w->row,   w->step_eta,    w->base_eta,       w->curve,
                         w->score, w->information, w->step,           w->scale,
                         w->base,  w->factor,      w->side,           w->scratch,
                         w->room,  w->block,       (void *)w->column, w->at};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) cx_i_free(w->model->allocator, own[i]);
}

cx_status cx_i_ordinal_solve(const cx_i_ordinal *model, cx_i_glm_fit *out, cx_error *err) {
    ordinal_work w = {.model = model, .cuts = model->classes - 1};
    w.p = w.cuts + model->columns;
    cx_status status = ordinal_room(&w) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK) ordinal_iterate(&w);
    ordinal_release(&w);
    if (status == CX_OK)
        *out = w.fit;
    else
        cx_i_glm_free(model->allocator, &w.fit);
    return status;
}
