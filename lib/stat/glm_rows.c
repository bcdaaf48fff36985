#include "stat/glm.h"
#include "stat/linalg.h"

/* -- families ------------------------------------------------------------------------------ */

static cx_i_glm_row glm_row_logit(double y, double eta) {
    double e = exp(-fabs(eta)), small = e / (1 + e), large = 1 / (1 + e);
    double mean = eta >= 0 ? large : small, rest = eta >= 0 ? small : large;
    double information = mean * rest;
    return (cx_i_glm_row){.loglik = (eta >= 0 ? (y - 1) * eta : y * eta) - log1p(e),
                          .score = y * rest - (1 - y) * mean,
                          .mean = mean,
                          .expected = information,
                          .observed = information,
                          .trend = rest - mean};
}

static cx_i_glm_row glm_row_cloglog(double y, double eta) {
    double e = exp(eta), r = e > 0 ? e / expm1(e) : 1; /* e / (e^e - 1): 1 at 0, 0 far out */
    if (!isfinite(r)) r = 0;
    double hit = e < 1e-8 ? eta - e / 2 : log(-expm1(-e)); /* log of the mean */
    double curve = e < 1e-4 ? r * (e / 2 + e * e / 12) : r * (e + r - 1);
    return (cx_i_glm_row){.loglik = (y > 0 ? y * hit : 0) - (y < 1 ? (1 - y) * e : 0),
                          .score = y * r - (1 - y) * e,
                          .mean = -expm1(-e),
                          .expected = e * r,
                          .observed = (y > 0 ? y * curve : 0) + (1 - y) * e,
                          .trend = 2 - e - r};
}

static cx_i_glm_row glm_row_poisson(double y, double eta) {
    double mean = exp(eta);
    return (cx_i_glm_row){.loglik = y * eta - mean,
                          .score = y - mean,
                          .mean = mean,
                          .expected = mean,
                          .observed = mean,
                          .trend = 1};
}

cx_i_glm_row cx_i_glm_row_at(int32_t family, double y, double eta) {
    if (family == CX_I_GLM_LOGIT) return glm_row_logit(y, eta);
    return family == CX_I_GLM_CLOGLOG ? glm_row_cloglog(y, eta) : glm_row_poisson(y, eta);
}

double cx_i_glm_link(int32_t family, double mean) {
    if (family == CX_I_GLM_LOGIT) return log(mean) - log1p(-mean);
    return family == CX_I_GLM_CLOGLOG ? log(-log1p(-mean)) : log(mean);
}

double cx_i_glm_mean(int32_t family, double eta) {
    if (family == CX_I_GLM_LOGIT) return eta >= 0 ? 1 / (1 + exp(-eta)) : exp(eta) / (1 + exp(eta));
    return family == CX_I_GLM_CLOGLOG ? -expm1(-exp(eta)) : exp(eta);
}

/* -- blocks -------------------------------------------------------------------------------- */

double cx_i_glm_dot(const double *a, const double *b, int64_t count) {
    double lane[8] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int l = 0; l < 8; l++) lane[l] += a[i + l] * b[i + l];
    for (; i < count; i++) sum += a[i] * b[i];
    for (int l = 0; l < 8; l++) sum += lane[l];
    return sum;
}

void cx_i_glm_block_products(const double *const *x, const int64_t *at, int64_t columns,
                             const double *w, int64_t rows, double *room, double *packed) {
    for (int64_t s = 0; s < columns; s++) {
        for (int64_t i = 0; i < rows; i++) room[i] = w[i] * x[s][i];
        for (int64_t t = 0; t <= s; t++) {
            int64_t j = at[s] > at[t] ? at[s] : at[t], k = at[s] > at[t] ? at[t] : at[s];
            packed[cx_i_packed(j, k)] += cx_i_glm_dot(room, x[t], rows);
        }
    }
}

/* -- one row and the coefficients ---------------------------------------------------------- */

int64_t cx_i_glm_entry(const cx_i_glm_term *term, int64_t row, double *x) {
    *x = term->value == NULL ? 1
         : term->scale == 0  ? term->value[row] - term->center
                             : (term->value[row] - term->center) / term->scale;
    if (term->code == NULL) return term->first;
    return term->code[row] < 0 ? -1 : term->first + term->code[row];
}

double cx_i_glm_predictor(const cx_i_glm *model, const double *beta, int64_t row) {
    double sum = 0, x;
    for (int64_t t = 0; t < model->terms; t++) {
        int64_t j = cx_i_glm_entry(&model->term[t], row, &x);
        if (j >= 0) sum += beta[j] * x;
    }
    return sum;
}

double cx_i_glm_quadratic(const cx_i_glm *model, const double *v, int64_t row) {
    double sum = 0, x, z;
    for (int64_t s = 0; s < model->terms; s++) {
        int64_t j = cx_i_glm_entry(&model->term[s], row, &x);
        if (j < 0) continue;
        for (int64_t t = 0; t < model->terms; t++) {
            int64_t k = cx_i_glm_entry(&model->term[t], row, &z);
            if (k >= 0) sum += x * z * v[j * model->p + k];
        }
    }
    return sum;
}

double cx_i_glm_variance(const cx_i_glm *model, const cx_i_glm_fit *fit, int64_t row) {
    return cx_i_glm_quadratic(model, fit->covariance, row);
}

/* -- covariance from scores --------------------------------------------------------------- */

void cx_i_glm_scores(const cx_i_glm *model, const cx_i_glm_fit *fit, const int64_t *unit,
                     double *scores) {
    double x;
    for (int64_t row = 0; row < model->rows; row++) {
        double weight = (model->weight != NULL ? model->weight[row] : 1);
        if (!(weight > 0)) continue;
        double score = weight * cx_i_glm_row_at(model->family, model->y[row], fit->eta[row]).score;
        double *to = scores + (unit != NULL ? unit[row] : row) * model->p;
        for (int64_t t = 0; t < model->terms; t++) {
            int64_t j = cx_i_glm_entry(&model->term[t], row, &x);
            if (j >= 0) to[j] += score * x;
        }
    }
}

cx_status cx_i_glm_sandwich(const cx_i_glm *model, cx_i_glm_fit *fit, const double *scores,
                            int64_t units, double factor, cx_error *err) {
    int64_t p = model->p;
    double *own = cx_i_alloc_array(model->allocator, p, sizeof *own);
    double *out = cx_i_alloc_array(model->allocator, p * p, sizeof *out);
    for (int64_t u = 0; u < units && own != NULL && out != NULL; u++) {
        for (int64_t i = 0; i < p; i++)
            own[i] = cx_i_glm_dot(fit->covariance + i * p, scores + u * p, p);
        for (int64_t i = 0; i < p; i++)
            for (int64_t j = 0; j <= i; j++) out[i * p + j] += own[i] * own[j];
    }
    for (int64_t i = 0; i < p && own != NULL && out != NULL; i++)
        for (int64_t j = 0; j <= i; j++)
            fit->covariance[i * p + j] = fit->covariance[j * p + i] = factor * out[i * p + j];
    bool made = own != NULL && out != NULL;
    cx_i_free(model->allocator, own);
    cx_i_free(model->allocator, out);
    return made ? CX_OK : cx_i_out_of_memory(err);
}
