#include "stat/glm.h"

#include "stat/linalg.h"

#define GLM_STEP 1e-9       /* change of the linear predictor at which it has converged */
#define GLM_COLLINEAR 1e-11 /* share of a column's information that the columns before leave */
#define GLM_AGAINST 1e-6    /* of a direction: how far a row may lie on the wrong side */

typedef struct glm_work {
    const cx_i_glm *model;
    cx_i_glm_fit fit;
    double *step_eta, *base_eta;             /* of each row */
    double *row_score, *expected, *observed; /* of each row, weighted */
    double *score, *information;             /* p; packed */
    double *step, *scale, *base;             /* p */
    cx_i_twofold *factor, *side;             /* packed; p */
    bool *scratch;                           /* p */
    double *block, *room;                    /* the dense columns of a block; one more */
    const double **column;                   /* where they are */
    int64_t *at;                             /* their coefficients */
    double *inverse;                         /* p x p, for Firth's */
} glm_work;

/* -- rows ---------------------------------------------------------------------------------- */

static double glm_weight(const cx_i_glm *model, int64_t row) {
    return model->weight != NULL ? model->weight[row] : 1;
}

/* The columns without categories, of rows start .. start + count. Returns how many. */
static int64_t glm_gather(glm_work *w, int64_t start, int64_t count) {
    int64_t dense = 0;
    for (int64_t t = 0; t < w->model->terms; t++) {
        const cx_i_glm_term *term = &w->model->term[t];
        if (term->code != NULL) continue;
        double *to = w->block + dense * CX_I_GLM_BLOCK;
        bool plain = term->value != NULL && term->center == 0 && !(term->scale > 0);
        double factor = term->scale > 0 ? 1 / term->scale : 1;
        w->column[dense] = plain ? term->value + start : to;
        w->at[dense++] = term->first;
        for (int64_t i = 0; i < count && !plain; i++)
            to[i] = term->value == NULL ? 1 : (term->value[start + i] - term->center) * factor;
    }
    return dense;
}

static void glm_predict(glm_work *w, const double *beta, double *out) {
    const cx_i_glm *model = w->model;
    for (int64_t start = 0; start < model->rows; start += CX_I_GLM_BLOCK) {
        int64_t left = model->rows - start, count = left < CX_I_GLM_BLOCK ? left : CX_I_GLM_BLOCK;
        int64_t dense = glm_gather(w, start, count);
        double *to = out + start, x;
        memset(to, 0, (size_t)count * sizeof *to);
        for (int64_t s = 0; s < dense; s++) {
            double b = beta[w->at[s]];
            for (int64_t i = 0; i < count && b != 0; i++) to[i] += b * w->column[s][i];
        }
        for (int64_t t = 0; t < model->terms; t++) {
            const cx_i_glm_term *term = &model->term[t];
            for (int64_t i = 0; i < count && term->code != NULL; i++) {
                int64_t j = cx_i_glm_entry(term, start + i, &x);
                if (j >= 0) to[i] += beta[j] * x;
            }
        }
    }
}

/* Everything of the rows at their linear predictors. */
static void glm_rows(glm_work *w) {
    const cx_i_glm *model = w->model;
    double sum = 0;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = glm_weight(model, row);
        cx_i_glm_row at = cx_i_glm_row_at(model->family, model->y[row], w->fit.eta[row]);
        w->fit.fitted[row] = at.mean;
        if (!(weight > 0)) at = (cx_i_glm_row){0};
        sum += weight * at.loglik;
        w->row_score[row] = weight * at.score;
        w->expected[row] = weight * at.expected;
        w->observed[row] = weight * at.observed;
    }
    w->fit.loglik = sum;
}

/* -- derivatives --------------------------------------------------------------------------- */

static void glm_add_codes(glm_work *w, int64_t start, int64_t count, const double *curvature) {
    const cx_i_glm *model = w->model;
    double x, z;
    for (int64_t s = 0; s < model->terms; s++) {
        const cx_i_glm_term *coded = &model->term[s];
        for (int64_t i = 0; i < count && coded->code != NULL; i++) {
            int64_t row = start + i, j = cx_i_glm_entry(coded, row, &x);
            if (j < 0) continue;
            w->score[j] += w->row_score[row] * x;
            for (int64_t t = 0; t < model->terms; t++) {
                if (model->term[t].code != NULL && t > s) continue;
                int64_t k = cx_i_glm_entry(&model->term[t], row, &z);
                if (k >= 0)
                    w->information[j > k ? cx_i_packed(j, k) : cx_i_packed(k, j)] +=
                        curvature[row] * x * z;
            }
        }
    }
}

/* Score and information, of the curvature of each row. */
static void glm_derivatives(glm_work *w, const double *curvature) {
    const cx_i_glm *model = w->model;
    memset(w->score, 0, (size_t)model->p * sizeof *w->score);
    memset(w->information, 0, (size_t)cx_i_packed_size(model->p) * sizeof *w->information);
    for (int64_t start = 0; start < model->rows; start += CX_I_GLM_BLOCK) {
        int64_t left = model->rows - start, count = left < CX_I_GLM_BLOCK ? left : CX_I_GLM_BLOCK;
        int64_t dense = glm_gather(w, start, count);
        for (int64_t s = 0; s < dense; s++)
            w->score[w->at[s]] += cx_i_glm_dot(w->column[s], w->row_score + start, count);
        cx_i_glm_block_products(w->column, w->at, dense, curvature + start, count, w->room,
                                w->information);
        if (dense < model->terms) glm_add_codes(w, start, count, curvature);
    }
    for (int64_t j = 1; j < model->p; j++) {
        w->score[j] -= model->ridge * w->fit.beta[j];
        w->information[cx_i_packed(j, j)] += model->ridge;
    }
}

static bool glm_aside(const glm_work *w, int64_t j) {
    return w->fit.dropped[j] || w->model->held == j + 1;
}

/* What a dropped column is made of: its coefficients on the kept ones before it. */
static void glm_partners(glm_work *w, int64_t j) {
    int64_t p = w->model->p;
    for (int64_t k = 0; k < p; k++) {
        double value = k < j ? w->information[cx_i_packed(j, k)] / w->scale[j] / w->scale[k] : 0;
        w->side[k] = cx_i_tf(value);
    }
    cx_i_cholesky_forward(w->factor, j, w->side);
    cx_i_cholesky_backward(w->factor, j, w->side);
    for (int64_t k = 0; k < j; k++)
        w->fit.partner[j * p + k] = fabs(cx_i_tf_double(w->side[k])) > 1e-3;
}

/* The factor of the information with a unit diagonal; dropped columns stand aside. */
static void glm_factor(glm_work *w, bool first) {
    int64_t p = w->model->p;
    for (int64_t j = 0; j < p; j++) {
        double diagonal = w->information[cx_i_packed(j, j)];
        w->scale[j] = diagonal > 0 ? sqrt(diagonal) : 1;
    }
    for (int64_t j = 0; j < p; j++)
        for (int64_t k = 0; k <= j; k++) {
            bool aside = !first && (glm_aside(w, j) || glm_aside(w, k));
            double value = w->information[cx_i_packed(j, k)] / w->scale[j] / w->scale[k];
            w->factor[cx_i_packed(j, k)] = cx_i_tf(aside ? (j == k ? 1 : 0) : value);
        }
    cx_i_cholesky(w->factor, p, first ? GLM_COLLINEAR : 1e-28, first ? w->fit.dropped : w->scratch);
    for (int64_t j = 0; j < p && first; j++)
        if (w->fit.dropped[j]) glm_partners(w, j);
}

static void glm_inverse(glm_work *w, double *out) {
    int64_t p = w->model->p;
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i < p; i++) w->side[i] = cx_i_tf(i == j ? 1 / w->scale[j] : 0);
        cx_i_cholesky_forward(w->factor, p, w->side);
        cx_i_cholesky_backward(w->factor, p, w->side);
        for (int64_t i = 0; i < p; i++) {
            bool none = glm_aside(w, i) || glm_aside(w, j);
            out[i * p + j] = none ? 0 : cx_i_tf_double(w->side[i]) / w->scale[i];
        }
    }
}

/* -- Firth's ------------------------------------------------------------------------------- */

/* Half the log determinant, also of a coefficient that is held: the prior is that of all. */
static double glm_determinant(glm_work *w) {
    double sum = 0;
    cx_i_glm all = *w->model;
    const cx_i_glm *model = w->model;
    all.held = 0;
    w->model = &all;
    glm_factor(w, false);
    glm_inverse(w, w->inverse);
    w->model = model;
    for (int64_t j = 0; j < model->p; j++)
        if (!w->fit.dropped[j]) sum += log(w->scale[j]) + log(w->factor[cx_i_packed(j, j)].hi);
    return sum;
}

/* The score of the penalised likelihood [Firth1993]. */
static void glm_firth_score(glm_work *w) {
    const cx_i_glm *model = w->model;
    double x;
    for (int64_t row = 0; row < model->rows; row++) {
        if (!(w->expected[row] > 0)) continue;
        double leverage = w->expected[row] * cx_i_glm_quadratic(model, w->inverse, row);
        double trend = cx_i_glm_row_at(model->family, model->y[row], w->fit.eta[row]).trend;
        for (int64_t t = 0; t < model->terms; t++) {
            int64_t j = cx_i_glm_entry(&model->term[t], row, &x);
            if (j >= 0) w->score[j] += leverage / 2 * trend * x;
        }
    }
}

/* -- iteration ----------------------------------------------------------------------------- */

/* Likelihood and derivatives at the present predictors. Firth's takes the expected information. */
static void glm_evaluate(glm_work *w) {
    const cx_i_glm *model = w->model;
    double sum = 0;
    glm_rows(w);
    for (int64_t j = 1; j < model->p; j++) sum += w->fit.beta[j] * w->fit.beta[j];
    w->fit.penalised = w->fit.loglik - model->ridge / 2 * sum;
    if (!model->firth) return;
    glm_derivatives(w, w->expected);
    if (w->fit.iterations == 0) glm_factor(w, true);
    w->fit.penalised += glm_determinant(w);
    glm_firth_score(w);
}

/* The Newton step, for coefficients and rows; returns its largest change of a row. */
static double glm_direction(glm_work *w) {
    const cx_i_glm *model = w->model;
    double largest = 0;
    for (int64_t j = 0; j < model->p; j++)
        w->side[j] = cx_i_tf(glm_aside(w, j) ? 0 : w->score[j] / w->scale[j]);
    cx_i_cholesky_forward(w->factor, model->p, w->side);
    cx_i_cholesky_backward(w->factor, model->p, w->side);
    for (int64_t j = 0; j < model->p; j++)
        w->step[j] = glm_aside(w, j) ? 0 : cx_i_tf_double(w->side[j]) / w->scale[j];
    glm_predict(w, w->step, w->step_eta);
    for (int64_t row = 0; row < model->rows; row++)
        if (glm_weight(model, row) > 0) largest = fmax(largest, fabs(w->step_eta[row]));
    return largest;
}

/* Goes the step, or half of it, and so on, as long as the likelihood falls. */
static void glm_advance(glm_work *w) {
    const cx_i_glm *model = w->model;
    double length = 1, before = w->fit.penalised, room = 1e-12 * (1 + fabs(before));
    memcpy(w->base, w->fit.beta, (size_t)model->p * sizeof *w->base);
    memcpy(w->base_eta, w->fit.eta, (size_t)model->rows * sizeof *w->base_eta);
    for (int halves = 0; halves < 40; halves++, length /= 2) {
        for (int64_t j = 0; j < model->p; j++) w->fit.beta[j] = w->base[j] + length * w->step[j];
        for (int64_t row = 0; row < model->rows; row++)
            w->fit.eta[row] = w->base_eta[row] + length * w->step_eta[row];
        glm_evaluate(w);
        if (w->fit.penalised >= before - room) break;
    }
}

/* Coefficients that every row has one of start at the mean; the others at 0. */
static void glm_start(glm_work *w) {
    const cx_i_glm *model = w->model;
    double sum = 0, all = 0, level = 0;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = glm_weight(model, row);
        bool rate = model->family == CX_I_GLM_POISSON && model->offset != NULL;
        all += weight * (rate ? exp(model->offset[row]) : 1);
        sum += weight * model->y[row];
    }
    level = cx_i_glm_link(model->family, sum / all);
    for (int64_t j = 0; j < model->p && model->start != NULL; j++) w->fit.beta[j] = model->start[j];
    bool found = model->start != NULL || !isfinite(level);
    for (int64_t t = 0; t < model->terms && !found; t++) {
        const cx_i_glm_term *term = &model->term[t];
        int64_t last = term->first;
        found = term->value == NULL;
        for (int64_t row = 0; row < model->rows && term->code != NULL && found; row++) {
            found = term->code[row] >= 0;
            if (term->first + term->code[row] > last) last = term->first + term->code[row];
        }
        for (int64_t j = term->first; j <= last && found; j++) w->fit.beta[j] = level;
    }
    glm_predict(w, w->fit.beta, w->fit.eta);
    for (int64_t row = 0; row < model->rows && model->offset != NULL; row++)
        w->fit.eta[row] += model->offset[row];
}

/* -- separation ---------------------------------------------------------------------------- */

/* How far a row lies on the wrong side of a direction. */
static double glm_against(const cx_i_glm *model, double y, double side) {
    if (model->family == CX_I_GLM_POISSON) return y > 0 ? fabs(side) : side;
    double against = y > 0 ? -side : 0;
    return y < 1 ? fmax(against, side) : against;
}

/* Nobody lies on the wrong side of a direction and somebody on the right one: along it the
 * likelihood grows for ever and there is no estimate [AlbertAnderson1984, Correia2019]. */
static bool glm_separates(glm_work *w, const double *direction) {
    const cx_i_glm *model = w->model;
    double largest = 0, worst = 0;
    glm_predict(w, direction, w->base_eta);
    for (int64_t row = 0; row < model->rows; row++) {
        if (!(glm_weight(model, row) > 0)) continue;
        largest = fmax(largest, fabs(w->base_eta[row]));
        worst = fmax(worst, glm_against(model, model->y[row], w->base_eta[row]));
    }
    return largest > 0 && worst <= GLM_AGAINST * largest;
}

static void glm_find_separation(glm_work *w) {
    cx_i_glm_fit *fit = &w->fit;
    const double *found = glm_separates(w, fit->beta) ? fit->beta
                          : glm_separates(w, w->step) ? w->step
                                                      : NULL;
    fit->separated = found != NULL;
    if (found != NULL) memcpy(fit->direction, found, (size_t)w->model->p * sizeof *found);
}

static void glm_iterate(glm_work *w) {
    cx_i_glm_fit *fit = &w->fit;
    bool proper = w->model->ridge > 0 || w->model->firth; /* a finite estimate exists */
    glm_evaluate(w);
    while (fit->iterations < w->model->max_iterations && !fit->converged) {
        if (!w->model->firth) glm_derivatives(w, w->observed);
        if (!w->model->firth || fit->iterations > 0 || w->model->held > 0)
            glm_factor(w, fit->iterations == 0 && !w->model->firth);
        fit->worst = glm_direction(w);
        fit->iterations++;
        glm_advance(w);
        fit->converged = fit->worst < GLM_STEP;
        /* steps that stay as long lead nowhere; later they vanish in rounding */
        bool endless = fit->iterations >= 12 && fit->worst > 0.3 && !proper;
        if (endless) glm_find_separation(w);
        if (fit->separated) break;
    }
    if (!fit->converged && !fit->separated && !proper) glm_find_separation(w);
    glm_derivatives(w, w->expected);
    glm_factor(w, false);
}

/* -- covariance ---------------------------------------------------------------------------- */

/* Each row a unit, times n / (n - 1) [Binder1983]; the matrix in the middle is summed in blocks. */
static cx_status glm_robust(glm_work *w, cx_error *err) {
    const cx_i_glm *model = w->model;
    int64_t p = model->p, n = 0;
    double *half = cx_i_alloc_array(model->allocator, p * p, sizeof *half);
    if (half == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < model->rows; row++) {
        n += glm_weight(model, row) > 0 ? 1 : 0;
        w->expected[row] = w->row_score[row] * w->row_score[row];
    }
    glm_derivatives(w, w->expected);
    for (int64_t j = 1; j < p; j++) w->information[cx_i_packed(j, j)] -= model->ridge;
    double grow = n > 1 ? (double)n / (double)(n - 1) : 1, *v = w->fit.covariance;
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++)
            for (int64_t k = 0; k < p; k++)
                half[i * p + j] +=
                    v[i * p + k] * w->information[k > j ? cx_i_packed(k, j) : cx_i_packed(j, k)];
    for (int64_t i = 0; i < p; i++) { /* row i of half is used up by row i of the product */
        for (int64_t j = 0; j < p; j++) {
            double sum = 0;
            for (int64_t k = 0; k < p; k++) sum += half[i * p + k] * v[k * p + j];
            w->step[j] = sum * grow;
        }
        memcpy(half + i * p, w->step, (size_t)p * sizeof *half);
    }
    memcpy(v, half, (size_t)(p * p) * sizeof *half);
    cx_i_free(model->allocator, half);
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

void cx_i_glm_free(const cx_allocator *allocator, cx_i_glm_fit *fit) {
    cx_i_free(allocator, fit->beta);
    cx_i_free(allocator, fit->covariance);
    cx_i_free(allocator, fit->direction);
    cx_i_free(allocator, fit->dropped);
    cx_i_free(allocator, fit->partner);
    cx_i_free(allocator, fit->fitted);
    cx_i_free(allocator, fit->eta);
}

static bool glm_take(const cx_allocator *a, void *out, int64_t count, size_t element) {
    void *made = cx_i_alloc_array(a, count, element);
    memcpy(out, &made, sizeof made);
    return made != NULL;
}

static bool glm_room(glm_work *w) {
    const cx_i_glm *m = w->model;
    const cx_allocator *a = m->allocator;
    int64_t square, packed = cx_i_packed_size(m->p);
    size_t real = sizeof(double);
    if (!cx_i_mul_i64(m->p, m->p, &square)) return false;
    bool made =
        glm_take(a, &w->fit.beta, m->p, real) && glm_take(a, &w->fit.covariance, square, real) &&
        glm_take(a, &w->fit.direction, m->p, real) &&
        glm_take(a, &w->fit.dropped, m->p, sizeof(bool)) &&
        glm_take(a, &w->fit.partner, square, sizeof(bool)) &&
        glm_take(a, &w->fit.fitted, m->rows, real) && glm_take(a, &w->fit.eta, m->rows, real);
    made = made && glm_take(a, &w->base_eta, m->rows, real) &&
           glm_take(a, &w->step_eta, m->rows, real) && glm_take(a, &w->row_score, m->rows, real) &&
           glm_take(a, &w->expected, m->rows, real) && glm_take(a, &w->observed, m->rows, real);
    made = made && glm_take(a, &w->score, m->p, real) &&
           glm_take(a, &w->information, packed, real) && glm_take(a, &w->step, m->p, real) &&
           glm_take(a, &w->scale, m->p, real) && glm_take(a, &w->base, m->p, real) &&
           glm_take(a, &w->factor, packed, sizeof *w->factor) &&
           glm_take(a, &w->side, m->p, sizeof *w->side) &&
           glm_take(a, &w->scratch, m->p, sizeof(bool)) &&
           glm_take(a, &w->inverse, m->firth ? square : 0, real);
    return made && glm_take(a, &w->block, m->terms * CX_I_GLM_BLOCK, real) &&
           glm_take(a, &w->room, CX_I_GLM_BLOCK, real) &&
           glm_take(a, &w->column, m->terms, sizeof *w->column) &&
           glm_take(a, &w->at, m->terms, sizeof *w->at);
}

static void glm_release(glm_work *w) {
    void *const own[] = {w->base_eta, w->step_eta,       w->row_score, w->expected, w->observed,
                         w->score,    w->information,    w->step,      w->scale,    w->base,
                         w->factor,   w->side,           w->scratch,   w->inverse,  w->block,
                         w->room,     (void *)w->column, w->at};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) cx_i_free(w->model->allocator, own[i]);
}

cx_status cx_i_glm_solve(const cx_i_glm *model, cx_i_glm_fit *out, cx_error *err) {
    glm_work w = {.model = model};
    cx_status status = glm_room(&w) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK) {
        glm_start(&w);
        glm_iterate(&w);
        glm_inverse(&w, w.fit.covariance);
        if (model->robust) status = glm_robust(&w, err);
    }
    glm_release(&w);
    if (status == CX_OK)
        *out = w.fit;
    else
        cx_i_glm_free(model->allocator, &w.fit);
    return status;
}
