#include "business/models.h"

#include <cxkit/special.h>

#include "stat/estimate.h"

/* -- the covariance ------------------------------------------------------------------------ */

bool cx_i_model_is_robust(const cx_i_model *m) {
    if (m->options.cov == CX_COV_CLASSICAL) return false;
    bool survey = m->weight != NULL && m->options.weight_kind == CX_WEIGHT_SURVEY;
    return m->unit != NULL || m->options.cov != CX_COV_AUTO || survey;
}

static bool model_is_repeated(const cx_i_model *m) {
    return m->weight != NULL && m->options.weight_kind == CX_WEIGHT_FREQUENCY;
}

static double model_factor(const cx_i_model *m, double rank) {
    double n = m->count, groups = (double)m->clusters;
    if (m->unit != NULL)
        return m->clusters > 1 ? groups / (groups - 1) * (n - 1) / (n - rank) : NAN;
    if (m->options.cov == CX_COV_HC0) return 1;
    return m->options.cov == CX_COV_HC1 ? n / (n - rank) : n / (n - 1);
}

/* Sums of scores by unit; the square root of a frequency, so that the products are those of the
 * repeated rows. */
static cx_status model_scores(const cx_i_model *m, int64_t units, double **out, cx_error *err) {
    int64_t cells;
    if (!cx_i_mul_i64(units, m->p, &cells)) return cx_i_out_of_memory(err);
    double *scores = cx_i_alloc_array(&m->allocator, cells, sizeof *scores);
    if (scores == NULL) return cx_i_out_of_memory(err);
    if (m->given.kind == CX_I_MODEL_ORDINAL)
        cx_i_ordinal_scores(&m->ordinal, &m->fit, m->unit, scores);
    else
        cx_i_glm_scores(&m->glm, &m->fit, m->unit, scores);
    for (int64_t i = 0; i < m->n && m->unit == NULL && model_is_repeated(m); i++)
        for (int64_t j = 0; j < m->p; j++) scores[i * m->p + j] /= sqrt(m->weight[i]);
    *out = scores;
    return CX_OK;
}

/* What each unit adds to each coefficient, in the units of the columns. */
static void model_influences(const cx_i_model *m, const double *scores, int64_t units,
                             double factor, cx_fit *fit) {
    for (int64_t u = 0; u < units; u++) {
        double *to = fit->influence + u * m->p;
        for (int64_t i = 0; i < m->p; i++)
            to[i] =
                sqrt(factor) * cx_i_glm_dot(m->fit.covariance + i * m->p, scores + u * m->p, m->p);
        cx_i_model_restore(m, to);
    }
}

static cx_status model_keep_influence(cx_i_model *m, const double *scores, int64_t units,
                                      double factor, cx_fit *fit, cx_error *err) {
    CX_TRY(cx_i_fit_add_influence(fit, units, m->unit == NULL, err));
    if (m->unit == NULL) {
        memcpy(fit->row, m->row, (size_t)units * sizeof *fit->row);
    } else {
        cx_array id = m->given.clusters->columns[0];
        cx_frame by = {&id, 1, {0, 0}};
        int64_t numbers[CX_I_BLOCK];
        id.name = "id";
        CX_TRY(cx_i_keys_bind(&fit->keys, &by, err));
        for (int64_t start = 0; start < m->rows; start += CX_I_BLOCK) {
            int64_t left = m->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
            CX_TRY(cx_i_keys_read(&fit->keys, &by, start, count, numbers, err));
        }
    }
    model_influences(m, scores, units, isnan(factor) ? 0 : factor, fit);
    return CX_OK;
}

static cx_status model_robust(cx_i_model *m, double rank, cx_fit *fit, cx_error *err) {
    bool robust = cx_i_model_is_robust(m);
    if (!robust && !m->options.influence) return CX_OK;
    int64_t units = m->unit != NULL ? m->keys.count : m->n;
    double *scores = NULL, factor = model_factor(m, rank);
    CX_TRY(model_scores(m, units, &scores, err));
    cx_status status = CX_OK;
    if (m->options.influence) status = model_keep_influence(m, scores, units, factor, fit, err);
    if (status == CX_OK && robust && !isnan(factor))
        status = cx_i_glm_sandwich(&m->glm, &m->fit, scores, units, factor, err);
    cx_i_free(&m->allocator, scores);
    return status;
}

/* The covariance of coefficients in the units of the columns: both sides restored. */
static cx_status model_covariance(const cx_i_model *m, cx_fit *fit, cx_error *err) {
    int64_t p = m->p;
    double *line = cx_i_alloc_array(&m->allocator, p, sizeof *line), *v = m->fit.covariance;
    if (line == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < p; i++) cx_i_model_restore(m, v + i * p);
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i < p; i++) line[i] = v[i * p + j];
        cx_i_model_restore(m, line);
        for (int64_t i = 0; i < p; i++) v[i * p + j] = line[i];
    }
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++) {
            bool none = fit->status[i] != CX_TERM_OK || fit->status[j] != CX_TERM_OK;
            fit->covariance[i * p + j] = none ? NAN : v[i * p + j];
        }
    cx_i_free(&m->allocator, line);
    return CX_OK;
}

/* -- terms --------------------------------------------------------------------------------- */

static void model_names(const cx_i_model *m, const char **names, char *room) {
    bool ordinal = m->given.kind == CX_I_MODEL_ORDINAL;
    for (int64_t l = 0; l < m->levels; l++, room += 32) {
        names[l] = m->code == NULL ? "const" : room;
        if (m->code == NULL) continue;
        cx_i_text(room, 32, ordinal ? "cut %d" : "period %d", ordinal ? l + 1 : m->label[l]);
    }
    for (int64_t j = 0; j < m->columns; j++) names[m->levels + j] = m->given.x->columns[j].name;
}

static cx_status model_new(const cx_i_model *m, cx_fit **out, cx_error *err) {
    const char **names = cx_i_alloc_array(&m->allocator, m->p, sizeof *names);
    char *room = cx_i_alloc_array(&m->allocator, m->levels, 32);
    cx_status status = names == NULL || room == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) model_names(m, names, room);
    if (status == CX_OK) status = cx_i_fit_new(names, m->p, &m->allocator, out, err);
    cx_i_free(&m->allocator, (void *)names);
    cx_i_free(&m->allocator, room);
    return status;
}

static bool model_is_constant(const cx_i_model *m, int64_t j) {
    const double *x = m->numbers + (j - m->levels) * m->n;
    for (int64_t i = 1; i < m->n; i++)
        if (x[i] != x[0]) return false;
    return true;
}

/* Returns how many were estimated. */
static int64_t model_statuses(const cx_i_model *m, cx_fit *fit) {
    int64_t rank = 0;
    for (int64_t j = 0; j < m->p; j++) {
        fit->status[j] = CX_TERM_OK;
        if (m->separated[j]) fit->status[j] = CX_TERM_SEPARATED;
        if (m->collinear[j]) {
            fit->status[j] =
                j >= m->levels && model_is_constant(m, j) ? CX_TERM_CONSTANT : CX_TERM_COLLINEAR;
            memcpy(fit->partner + j * m->p, m->partner + j * m->p, (size_t)m->p * sizeof(bool));
        }
        rank += fit->status[j] == CX_TERM_OK ? 1 : 0;
    }
    return rank;
}

static void model_fill(const cx_i_model *m, cx_fit *fit, int64_t rank) {
    static const char *const models[] = {"logit", "poisson", "hazard", "ordinal"};
    bool robust = cx_i_model_is_robust(m);
    double df = m->unit != NULL && robust ? (double)m->clusters - 1 : m->count - (double)rank;
    fit->model = models[m->given.kind];
    if (m->given.kind == CX_I_MODEL_ORDINAL && m->options.probit) fit->model = "ordinal probit";
    fit->method = !robust                        ? (m->options.quasi ? "quasi" : "classical")
                  : m->unit != NULL              ? "cr1"
                  : m->options.cov == CX_COV_HC0 ? "hc0"
                  : m->options.cov == CX_COV_HC1 ? "hc1"
                                                 : "survey";
    memcpy(fit->coefficient, m->fit.beta, (size_t)m->p * sizeof *fit->coefficient);
    cx_i_model_restore(m, fit->coefficient);
    for (int64_t j = 0; j < m->p; j++) {
        if (fit->status[j] != CX_TERM_OK) fit->coefficient[j] = NAN;
        if (m->options.small_sample && df > 0) fit->df[j] = df;
    }
    fit->confidence = m->options.confidence;
    fit->n = (int64_t)m->count;
    fit->n_eff = m->n_eff;
    fit->sum_w = m->sum_w;
    memcpy(fit->excluded, m->excluded, sizeof fit->excluded);
    if (m->weight != NULL) fit->flags |= CX_FLAG_WEIGHTED;
    if (m->unit != NULL && robust && m->clusters < 5) fit->flags |= CX_FLAG_FEW;
    if (!m->fit.converged) fit->flags |= CX_FLAG_PARTIAL;
    for (int64_t j = 0; j < m->p; j++)
        if (fit->status[j] == CX_TERM_SEPARATED) fit->flags |= CX_FLAG_UNIDENTIFIED;
}

/* Pearson's statistic over the residual degrees of freedom. */
static double model_dispersion(const cx_i_model *m, double rank) {
    double sum = 0;
    if (m->given.kind == CX_I_MODEL_ORDINAL) return NAN;
    for (int64_t i = 0; i < m->n; i++) {
        double weight = m->glm.weight != NULL ? m->glm.weight[i] : 1, mean = m->fit.fitted[i];
        bool count = m->given.kind == CX_I_MODEL_POISSON;
        double variance = count ? mean : mean * (1 - mean), rest = m->y[i] - mean;
        if (weight > 0 && variance > 0) sum += weight * rest * rest / variance;
    }
    double df = m->count - rank;
    return df > 0 ? sum / df : NAN;
}

static cx_status model_results(cx_i_model *m, cx_fit *fit, cx_error *err) {
    int64_t rank = model_statuses(m, fit), p = m->p;
    double dispersion = model_dispersion(m, (double)rank);
    bool single = m->unit != NULL && cx_i_model_is_robust(m) && m->clusters < 2;
    model_fill(m, fit, rank);
    CX_TRY(model_robust(m, (double)rank, fit, err));
    if (m->options.quasi && !cx_i_model_is_robust(m))
        for (int64_t i = 0; i < p * p; i++) m->fit.covariance[i] *= dispersion;
    CX_TRY(model_covariance(m, fit, err));
    for (int64_t j = 0; j < p && single; j++) {
        if (fit->status[j] == CX_TERM_OK) fit->status[j] = CX_TERM_NO_INTERVAL;
        for (int64_t k = 0; k < p; k++) fit->covariance[j * p + k] = NAN;
    }
    cx_i_fit_add_figure(fit, "dispersion", dispersion);
    CX_TRY(cx_i_model_figures(m, fit, rank, err));
    if (m->options.firth && !single) return cx_i_model_profile(m, fit, err);
    return CX_OK;
}

cx_status cx_i_model_finish(cx_i_model *m, cx_fit **out, cx_error *err) {
    cx_fit *fit;
    CX_TRY(model_new(m, &fit, err));
    cx_status status = model_results(m, fit, err);
    if (status == CX_OK)
        *out = fit;
    else
        cx_fit_free(fit);
    return status;
}
