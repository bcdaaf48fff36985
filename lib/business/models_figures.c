#include "business/models.h"

#include <cxkit/special.h>

#include "stat/interval.h"

/* -- likelihoods --------------------------------------------------------------------------- */

static double model_weight(const cx_i_model *m, int64_t i) {
    return m->weight != NULL ? m->weight[i] : 1;
}

/* What the likelihood of a count has besides its mean. */
static double model_constant(const cx_i_model *m) {
    double sum = 0;
    for (int64_t i = 0; i < m->n && m->given.kind == CX_I_MODEL_POISSON; i++)
        sum += model_weight(m, i) * cx_lgamma(m->y[i] + 1);
    return -sum;
}

/* Of a model that fits every row: 0 but for counts. */
static double model_saturated(const cx_i_model *m) {
    double sum = 0;
    for (int64_t i = 0; i < m->n && m->given.kind == CX_I_MODEL_POISSON; i++)
        if (m->y[i] > 0) sum += model_weight(m, i) * m->y[i] * log(m->y[i]);
    for (int64_t i = 0; i < m->n && m->given.kind == CX_I_MODEL_POISSON; i++)
        sum -= model_weight(m, i) * m->y[i];
    return sum;
}

/* Rows that a separation decides are fitted without error: counts at their own mean, 0. */
static cx_status model_null(const cx_i_model *m, double *out, cx_error *err) {
    cx_i_glm_fit fit = {0};
    cx_i_glm_term level = {.first = 0};
    cx_status status;
    if (m->given.kind == CX_I_MODEL_ORDINAL) {
        cx_i_ordinal null = m->ordinal;
        null.columns = 0;
        null.weight = m->weight;
        status = cx_i_ordinal_solve(&null, &fit, err);
    } else {
        cx_i_glm null = m->glm;
        null.terms = null.p = 1;
        null.term = &level;
        null.weight = m->weight;
        null.firth = false;
        status = cx_i_glm_solve(&null, &fit, err);
    }
    if (status != CX_OK) return status;
    *out = fit.separated ? 0 : fit.loglik; /* all alike */
    cx_i_glm_free(&m->allocator, &fit);
    return CX_OK;
}

/* Variance of the linear predictor over that of the latent variable. */
static double model_latent(const cx_i_model *m) {
    static const double logistic = 3.2898681336964528729; /* pi^2 / 3 */
    double mean = 0, square = 0;
    bool probit = m->given.kind == CX_I_MODEL_ORDINAL && m->options.probit;
    if (m->given.kind == CX_I_MODEL_POISSON || m->separated_rows > 0) return NAN;
    for (int64_t i = 0; i < m->n; i++) mean += model_weight(m, i) * m->fit.eta[i] / m->sum_w;
    for (int64_t i = 0; i < m->n; i++) {
        double d = m->fit.eta[i] - mean;
        square += model_weight(m, i) * d * d / m->sum_w;
    }
    double own = probit ? 1 : m->given.kind == CX_I_MODEL_HAZARD ? logistic / 2 : logistic;
    return square / (square + own);
}

/* -- exact rates --------------------------------------------------------------------------- */

static void model_rates(const cx_i_model *m, cx_fit *fit) {
    double events = 0, at_risk = 0, alpha = (1 - m->options.confidence) / 2;
    bool counts = m->weight == NULL || m->options.weight_kind == CX_WEIGHT_FREQUENCY;
    bool poisson = m->given.kind == CX_I_MODEL_POISSON;
    cx_i_interval limits = {NAN, NAN};
    if (m->given.kind == CX_I_MODEL_ORDINAL) return;
    for (int64_t i = 0; i < m->n; i++) {
        bool exposed = poisson && m->offset != NULL;
        events += model_weight(m, i) * m->y[i];
        at_risk += model_weight(m, i) * (exposed ? exp(m->offset[i]) : 1);
    }
    if (counts && poisson) {
        limits.low = events > 0 ? cx_gamma_quantile(alpha, events, 1) / at_risk : 0;
        limits.high = cx_gamma_quantile_upper(alpha, events + 1, 1) / at_risk;
    } else if (counts) {
        limits =
            cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, events, at_risk, m->options.confidence);
    }
    cx_i_fit_add_figure(fit, "events", events);
    cx_i_fit_add_figure(fit, "rate", events / at_risk);
    cx_i_fit_add_figure(fit, "rate_low", limits.low);
    cx_i_fit_add_figure(fit, "rate_high", limits.high);
}

cx_status cx_i_model_figures(cx_i_model *m, cx_fit *fit, int64_t rank, cx_error *err) {
    double null, constant = model_constant(m), separated = 0;
    CX_TRY(model_null(m, &null, err));
    for (int64_t j = 0; j < m->p; j++) separated += fit->status[j] == CX_TERM_SEPARATED ? 1 : 0;
    double loglik = m->separated_rows == m->n ? 0 : m->fit.loglik;
    cx_i_fit_add_figure(fit, "n", m->count);
    cx_i_fit_add_figure(fit, "n_eff", m->n_eff);
    cx_i_fit_add_figure(fit, "rank", (double)rank);
    cx_i_fit_add_figure(fit, "loglik", loglik + constant);
    cx_i_fit_add_figure(fit, "null_loglik", null + constant);
    cx_i_fit_add_figure(fit, "deviance", 2 * (model_saturated(m) - loglik));
    cx_i_fit_add_figure(fit, "r2", 1 - (loglik + constant) / (null + constant));
    cx_i_fit_add_figure(fit, "r2_latent", model_latent(m));
    cx_i_fit_add_figure(fit, "aic", 2 * (double)rank - 2 * (loglik + constant));
    cx_i_fit_add_figure(fit, "iterations", (double)m->fit.iterations);
    cx_i_fit_add_figure(fit, "converged", m->fit.converged ? 1 : 0);
    cx_i_fit_add_figure(fit, "worst", m->fit.worst);
    cx_i_fit_add_figure(fit, "separated", separated);
    cx_i_fit_add_figure(fit, "separated_rows", (double)m->separated_rows);
    if (m->unit != NULL) cx_i_fit_add_figure(fit, "clusters", (double)m->clusters);
    if (m->given.kind == CX_I_MODEL_ORDINAL)
        cx_i_fit_add_figure(fit, "classes", (double)m->levels + 1);
    model_rates(m, fit);
    return CX_OK;
}

/* -- profiles ------------------------------------------------------------------------------ */

typedef struct model_profile {
    cx_i_glm glm;
    double *start;     /* p */
    double best, drop; /* penalised log likelihood; how far it falls at a limit */
    int64_t term;
} model_profile;

/* How far the likelihood has fallen less `drop` with the coefficient held there. */
static cx_status model_fall(model_profile *profile, double at, double *out, cx_error *err) {
    cx_i_glm_fit fit = {0};
    profile->start[profile->term] = at;
    profile->glm.start = profile->start;
    profile->glm.held = profile->term + 1;
    CX_TRY(cx_i_glm_solve(&profile->glm, &fit, err));
    *out = profile->best - fit.penalised - profile->drop;
    memcpy(profile->start, fit.beta, (size_t)profile->glm.p * sizeof *fit.beta);
    cx_i_glm_free(profile->glm.allocator, &fit);
    return CX_OK;
}

/* The limit on one side: first outwards, then between. NaN when there is none within reach. */
static cx_status model_limit(model_profile *profile, double from, double step, double *out,
                             cx_error *err) {
    double inside = from, outside = from + step, low = -profile->drop, high;
    CX_TRY(model_fall(profile, outside, &high, err));
    for (int grow = 0; grow < 30 && high < 0; grow++) {
        inside = outside, low = high, step *= 1.6, outside += step;
        CX_TRY(model_fall(profile, outside, &high, err));
    }
    *out = NAN;
    if (!(high >= 0)) return CX_OK;
    for (int turn = 0; turn < 60 && fabs(outside - inside) > 1e-9 * (1 + fabs(from)); turn++) {
        double share = turn % 3 == 2 ? 0.5 : fmin(fmax(low / (low - high), 0.02), 0.98), value;
        double middle = inside + share * (outside - inside);
        CX_TRY(model_fall(profile, middle, &value, err));
        if (value < 0)
            inside = middle, low = value;
        else
            outside = middle, high = value;
        if (fabs(value) < 1e-10) inside = outside = middle;
    }
    *out = (inside + outside) / 2;
    return CX_OK;
}

static cx_status model_profile_term(cx_i_model *m, model_profile *profile, int64_t j, cx_fit *fit,
                                    cx_error *err) {
    double low, high, fall, scale = j < m->levels ? 1 : m->scale[j - m->levels];
    double from = m->fit.beta[j], se = cx_i_fit_se(fit, j) * scale;
    double z = sqrt(2 * profile->drop);
    profile->term = j;
    memcpy(profile->start, m->fit.beta, (size_t)m->p * sizeof *profile->start);
    CX_TRY(model_limit(profile, from, -z * se, &low, err));
    memcpy(profile->start, m->fit.beta, (size_t)m->p * sizeof *profile->start);
    CX_TRY(model_limit(profile, from, z * se, &high, err));
    memcpy(profile->start, m->fit.beta, (size_t)m->p * sizeof *profile->start);
    CX_TRY(model_fall(profile, 0, &fall, err));
    fit->low[j] = low / scale;
    fit->high[j] = high / scale;
    fit->p_value[j] = cx_chisq_sf(fmax(2 * (fall + profile->drop), 0), 1);
    return CX_OK;
}

cx_status cx_i_model_profile(cx_i_model *m, cx_fit *fit, cx_error *err) {
    if (cx_i_model_is_robust(m) || m->options.quasi) return CX_OK; /* no likelihood of the data */
    model_profile profile = {.glm = m->glm, .best = m->fit.penalised};
    profile.drop = cx_chisq_quantile(m->options.confidence, 1) / 2;
    profile.start = cx_i_alloc_array(&m->allocator, m->p, sizeof *profile.start);
    if (profile.start == NULL) return cx_i_out_of_memory(err);
    cx_status status = CX_OK;
    for (int64_t j = 0; j < m->p && status == CX_OK; j++)
        if (fit->status[j] == CX_TERM_OK) status = model_profile_term(m, &profile, j, fit, err);
    fit->interval = CX_METHOD_LIKELIHOOD;
    cx_i_free(&m->allocator, profile.start);
    return status;
}
