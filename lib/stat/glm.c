#include "stat/glm.h"

#include "stat/linalg.h"

#define GLM_STEP 1e-9       /* change of the linear predictor at which it has converged */
#define GLM_COLLINEAR 1e-11 /* share of a column's information that the columns before leave */
#define GLM_AGAINST 1e-6    /* of a direction: how far a row may lie on the wrong side */

typedef struct glm_work {
    const cx_i_glm *model;
    cx_i_glm_fit fit;
    double *eta, *step_eta;      /* of each row */
    double *score, *information; /* p; packed */
    double *step, *scale;        /* p */
    cx_i_twofold *factor, *side; /* packed; p */
    bool *scratch;               /* p */
    double penalised;            /* log likelihood less penalty */
} glm_work;

/* -- rows ---------------------------------------------------------------------------------- */

/* A row's coefficient for a term and what it is multiplied by; -1 for a reference category. */
static int64_t glm_entry(const cx_i_glm_term *term, int64_t row, double *x) {
    *x = term->value != NULL ? term->value[row] : 1;
    if (term->code == NULL) return term->first;
    return term->code[row] < 0 ? -1 : term->first + term->code[row];
}

static double glm_predictor(const cx_i_glm *model, const double *beta, int64_t row) {
    double sum = 0, x;
    for (int64_t t = 0; t < model->terms; t++) {
        int64_t j = glm_entry(&model->term[t], row, &x);
        if (j >= 0) sum += beta[j] * x;
    }
    return sum;
}

static double glm_weight(const cx_i_glm *model, int64_t row) {
    return model->weight != NULL ? model->weight[row] : 1;
}

static double glm_logistic(double eta) {
    return eta >= 0 ? 1 / (1 + exp(-eta)) : exp(eta) / (1 + exp(eta));
}

static double glm_log_share(double eta) { /* log(1 + e^eta) */
    return eta > 0 ? eta + log1p(exp(-eta)) : log1p(exp(eta));
}

static double glm_penalty(const cx_i_glm *model, const double *beta) {
    double sum = 0;
    for (int64_t j = 1; j < model->p; j++) sum += beta[j] * beta[j];
    return model->ridge / 2 * sum;
}

/* Log likelihood at eta + length * step. */
static double glm_loglik(const glm_work *w, double length) {
    const cx_i_glm *model = w->model;
    double sum = 0;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = glm_weight(model, row), eta = w->eta[row] + length * w->step_eta[row];
        if (weight > 0) sum += weight * (model->y[row] * eta - glm_log_share(eta));
    }
    return sum;
}

/* -- one iteration ------------------------------------------------------------------------- */

static void glm_add_row(glm_work *w, int64_t row, double residual, double curvature) {
    const cx_i_glm *model = w->model;
    double x, z;
    for (int64_t s = 0; s < model->terms; s++) {
        int64_t j = glm_entry(&model->term[s], row, &x);
        if (j < 0) continue;
        w->score[j] += residual * x;
        for (int64_t t = 0; t <= s; t++) {
            int64_t k = glm_entry(&model->term[t], row, &z);
            if (k >= 0)
                w->information[j > k ? cx_i_packed(j, k) : cx_i_packed(k, j)] += curvature * x * z;
        }
    }
}

static void glm_derivatives(glm_work *w) {
    const cx_i_glm *model = w->model;
    memset(w->score, 0, (size_t)model->p * sizeof *w->score);
    memset(w->information, 0, (size_t)cx_i_packed_size(model->p) * sizeof *w->information);
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = glm_weight(model, row), mu = glm_logistic(w->eta[row]);
        w->fit.fitted[row] = mu;
        if (weight > 0) glm_add_row(w, row, weight * (model->y[row] - mu), weight * mu * (1 - mu));
    }
    for (int64_t j = 1; j < model->p; j++) {
        w->score[j] -= model->ridge * w->fit.beta[j];
        w->information[cx_i_packed(j, j)] += model->ridge;
    }
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
            bool aside = !first && (w->fit.dropped[j] || w->fit.dropped[k]);
            double value = w->information[cx_i_packed(j, k)] / w->scale[j] / w->scale[k];
            w->factor[cx_i_packed(j, k)] = cx_i_tf(aside ? (j == k ? 1 : 0) : value);
        }
    bool *dropped = first ? w->fit.dropped : w->scratch;
    cx_i_cholesky(w->factor, p, first ? GLM_COLLINEAR : 1e-28, dropped);
}

/* The Newton step, for coefficients and rows; returns its largest change of a row. */
static double glm_direction(glm_work *w) {
    const cx_i_glm *model = w->model;
    double largest = 0;
    for (int64_t j = 0; j < model->p; j++)
        w->side[j] = cx_i_tf(w->fit.dropped[j] ? 0 : w->score[j] / w->scale[j]);
    cx_i_cholesky_forward(w->factor, model->p, w->side);
    cx_i_cholesky_backward(w->factor, model->p, w->side);
    for (int64_t j = 0; j < model->p; j++)
        w->step[j] = w->fit.dropped[j] ? 0 : cx_i_tf_double(w->side[j]) / w->scale[j];
    for (int64_t row = 0; row < model->rows; row++) {
        w->step_eta[row] = glm_predictor(model, w->step, row);
        if (glm_weight(model, row) > 0) largest = fmax(largest, fabs(w->step_eta[row]));
    }
    return largest;
}

/* Goes the step, or half of it, and so on, as long as the likelihood falls. */
static void glm_advance(glm_work *w) {
    const cx_i_glm *model = w->model;
    double length = 1, room = 1e-12 * (1 + fabs(w->penalised)), loglik = 0, penalised = 0;
    double *trial = w->scale; /* not needed until the next factor */
    for (int halves = 0; halves < 40; halves++, length /= 2) {
        for (int64_t j = 0; j < model->p; j++) trial[j] = w->fit.beta[j] + length * w->step[j];
        loglik = glm_loglik(w, length);
        penalised = loglik - glm_penalty(model, trial);
        if (penalised >= w->penalised - room) break;
    }
    memcpy(w->fit.beta, trial, (size_t)model->p * sizeof *trial);
    for (int64_t row = 0; row < model->rows; row++) w->eta[row] += length * w->step_eta[row];
    w->fit.loglik = loglik;
    w->penalised = penalised;
}

/* -- separation ---------------------------------------------------------------------------- */

/* Nobody lies on the wrong side of a direction and somebody on the right one: along it the
 * likelihood grows for ever and there is no estimate [AlbertAnderson1984]. */
static bool glm_separates(const glm_work *w, const double *direction) {
    const cx_i_glm *model = w->model;
    double largest = 0, worst = 0;
    for (int64_t row = 0; row < model->rows; row++) {
        if (!(glm_weight(model, row) > 0)) continue;
        double side = glm_predictor(model, direction, row);
        largest = fmax(largest, fabs(side));
        if (model->y[row] > 0) worst = fmin(worst, side);
        if (model->y[row] < 1) worst = fmin(worst, -side);
    }
    return largest > 0 && worst >= -GLM_AGAINST * largest;
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
    w->penalised = glm_loglik(w, 0);
    fit->loglik = w->penalised;
    while (fit->iterations < w->model->max_iterations && !fit->converged) {
        glm_derivatives(w);
        glm_factor(w, fit->iterations == 0);
        double largest = glm_direction(w);
        glm_advance(w);
        fit->iterations++;
        fit->converged = largest < GLM_STEP;
        /* steps that stay as long lead nowhere; later they vanish in rounding */
        bool endless = fit->iterations >= 15 && largest > 0.5 && !(w->model->ridge > 0);
        if (endless) glm_find_separation(w);
        if (fit->separated) break;
    }
    if (!fit->converged && !fit->separated && !(w->model->ridge > 0)) glm_find_separation(w);
    glm_derivatives(w);
    glm_factor(w, false);
}

/* -- covariance ---------------------------------------------------------------------------- */

static void glm_inverse(glm_work *w, double *out) {
    int64_t p = w->model->p;
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i < p; i++) w->side[i] = cx_i_tf(i == j ? 1 / w->scale[j] : 0);
        cx_i_cholesky_forward(w->factor, p, w->side);
        cx_i_cholesky_backward(w->factor, p, w->side);
        for (int64_t i = 0; i < p; i++) {
            bool none = w->fit.dropped[i] || w->fit.dropped[j];
            out[i * p + j] = none ? 0 : cx_i_tf_double(w->side[i]) / w->scale[i];
        }
    }
}

/* H^-1 (sum of squared scores) H^-1, times n / (n - 1) [Binder1983]. */
static cx_status glm_sandwich(glm_work *w, cx_error *err) {
    const cx_i_glm *model = w->model;
    int64_t p = model->p, n = 0;
    double *half = cx_i_alloc_array(model->allocator, p * p, sizeof *half);
    if (half == NULL) return cx_i_out_of_memory(err);
    memset(w->information, 0, (size_t)cx_i_packed_size(p) * sizeof *w->information);
    for (int64_t row = 0; row < model->rows; row++) {
        double score = glm_weight(model, row) * (model->y[row] - w->fit.fitted[row]);
        n += glm_weight(model, row) > 0 ? 1 : 0;
        glm_add_row(w, row, 0, score * score);
    }
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

double cx_i_glm_variance(const cx_i_glm *model, const cx_i_glm_fit *fit, int64_t row) {
    double sum = 0, x, z;
    for (int64_t s = 0; s < model->terms; s++) {
        int64_t j = glm_entry(&model->term[s], row, &x);
        if (j < 0) continue;
        for (int64_t t = 0; t < model->terms; t++) {
            int64_t k = glm_entry(&model->term[t], row, &z);
            if (k >= 0) sum += x * z * fit->covariance[j * model->p + k];
        }
    }
    return sum;
}

/* -- memory -------------------------------------------------------------------------------- */

void cx_i_glm_free(const cx_allocator *allocator, cx_i_glm_fit *fit) {
    cx_i_free(allocator, fit->beta);
    cx_i_free(allocator, fit->covariance);
    cx_i_free(allocator, fit->direction);
    cx_i_free(allocator, fit->dropped);
    cx_i_free(allocator, fit->fitted);
}

static bool glm_room(glm_work *w) {
    const cx_i_glm *m = w->model;
    const cx_allocator *a = m->allocator;
    int64_t square, packed = cx_i_packed_size(m->p);
    if (!cx_i_mul_i64(m->p, m->p, &square)) return false;
    bool made = (w->fit.beta = cx_i_alloc_array(a, m->p, sizeof *w->fit.beta)) != NULL;
    made = made && (w->fit.covariance = cx_i_alloc_array(a, square, sizeof(double))) != NULL;
    made = made && (w->fit.direction = cx_i_alloc_array(a, m->p, sizeof(double))) != NULL;
    made = made && (w->fit.dropped = cx_i_alloc_array(a, m->p, sizeof(bool))) != NULL;
    made = made && (w->fit.fitted = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->eta = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->step_eta = cx_i_alloc_array(a, m->rows, sizeof(double))) != NULL;
    made = made && (w->score = cx_i_alloc_array(a, m->p, sizeof(double))) != NULL;
    made = made && (w->information = cx_i_alloc_array(a, packed, sizeof(double))) != NULL;
    made = made && (w->step = cx_i_alloc_array(a, m->p, sizeof(double))) != NULL;
    made = made && (w->scale = cx_i_alloc_array(a, m->p, sizeof(double))) != NULL;
    made = made && (w->factor = cx_i_alloc_array(a, packed, sizeof *w->factor)) != NULL;
    made = made && (w->side = cx_i_alloc_array(a, m->p, sizeof *w->side)) != NULL;
    return made && (w->scratch = cx_i_alloc_array(a, m->p, sizeof(bool))) != NULL;
}

static void glm_release(glm_work *w) {
    const cx_allocator *a = w->model->allocator;
    cx_i_free(a, w->eta);
    cx_i_free(a, w->step_eta);
    cx_i_free(a, w->score);
    cx_i_free(a, w->information);
    cx_i_free(a, w->step);
    cx_i_free(a, w->scale);
    cx_i_free(a, w->factor);
    cx_i_free(a, w->side);
    cx_i_free(a, w->scratch);
}

cx_status cx_i_glm_solve(const cx_i_glm *model, cx_i_glm_fit *out, cx_error *err) {
    glm_work w = {.model = model};
    cx_status status = glm_room(&w) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK) {
        for (int64_t row = 0; row < model->rows && model->offset != NULL; row++)
            w.eta[row] = model->offset[row];
        glm_iterate(&w);
        glm_inverse(&w, w.fit.covariance);
        if (model->robust) status = glm_sandwich(&w, err);
    }
    glm_release(&w);
    if (status == CX_OK)
        *out = w.fit;
    else
        cx_i_glm_free(model->allocator, &w.fit);
    return status;
}
