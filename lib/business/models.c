#include "business/models.h"

#include "stat/estimate.h"

void cx_model_options_init(cx_model_options *options) {
    if (options == NULL) return;
    *options = (cx_model_options){.struct_size = sizeof *options,
                                  .intercept = 1,
                                  .max_iterations = 60,
                                  .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status model_switch(int32_t value, const char *name, cx_error *err) {
    if (value == 0 || value == 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d: it has to be 0 or 1", name, (int64_t)value);
}

static cx_status model_options(const cx_model_options *given, cx_model_options *used,
                               cx_error *err) {
    cx_model_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_model_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->cov < CX_COV_AUTO || used->cov > CX_COV_HC1)
        return cx_i_fail(err, CX_E_OPTION,
                         "cov is %d: models of this kind have auto, classical, hc0 and hc1",
                         (int64_t)used->cov);
    if (used->weight_kind < 0 || used->weight_kind >= CX_WEIGHT_KIND_END)
        return cx_i_fail(err, CX_E_OPTION, "weight_kind %d is no kind of weights",
                         (int64_t)used->weight_kind);
    if (used->max_iterations < 1 || used->max_iterations > 10000)
        return cx_i_fail(err, CX_E_OPTION, "max_iterations is %d: 1 to 10000",
                         (int64_t)used->max_iterations);
    CX_TRY(model_switch(used->intercept, "intercept", err));
    CX_TRY(model_switch(used->influence, "influence", err));
    CX_TRY(model_switch(used->firth, "firth", err));
    CX_TRY(model_switch(used->probit, "probit", err));
    CX_TRY(model_switch(used->quasi, "quasi", err));
    CX_TRY(model_switch(used->small_sample, "small_sample", err));
    return model_switch(used->allow_unconverged, "allow_unconverged", err);
}

/* -- separation ---------------------------------------------------------------------------- */

/* Less their centers: a level is met where all columns are 0. */
void cx_i_model_restore(const cx_i_model *m, double *beta) {
    double shift = 0, sign = m->given.kind == CX_I_MODEL_ORDINAL ? -1 : 1;
    for (int64_t j = 0; j < m->columns; j++) {
        beta[m->levels + j] /= m->scale[j];
        shift += beta[m->levels + j] * m->center[j];
    }
    for (int64_t l = 0; l < m->levels; l++) beta[l] -= sign * shift;
}

/* The terms along a direction have no estimate. */
static void model_mark_terms(cx_i_model *m) {
    double *d = m->fit.direction, largest = 0;
    for (int64_t j = 0; j < m->columns; j++) largest = fmax(largest, fabs(d[m->levels + j]));
    for (int64_t l = 0; l < m->levels; l++) largest = fmax(largest, fabs(d[l]));
    cx_i_model_restore(m, d);
    for (int64_t j = 0; j < m->p; j++) {
        double size = j < m->levels ? d[j] : d[j] * m->scale[j - m->levels];
        if (fabs(size) > 1e-5 * largest) m->separated[j] = true;
    }
}

static void model_sides(const cx_i_model *m, int64_t row, double *lower, double *upper) {
    if (m->given.kind == CX_I_MODEL_ORDINAL) {
        cx_i_ordinal_sides(&m->ordinal, m->fit.direction, row, lower, upper);
        return;
    }
    *lower = *upper = cx_i_glm_predictor(&m->glm, m->fit.direction, row);
}

/* A row of an ordered class whose limits do not all move still has something to say. */
static bool model_decided(const cx_i_model *m, int64_t row, double lower, double upper) {
    if (m->given.kind != CX_I_MODEL_ORDINAL) return true;
    bool first = m->code[row] == 0, last = m->code[row] == m->levels;
    return (first || lower != 0) && (last || upper != 0);
}

/* The rows that a direction decides leave the likelihood. False: what is left is no such model. */
static bool model_leave_rows(cx_i_model *m) {
    double lower, upper, largest = 0;
    uint64_t classes[2] = {0, 0};
    int64_t stay = 0, seen = 0;
    bool whole = true;
    for (int64_t i = 0; i < m->n; i++) {
        model_sides(m, i, &lower, &upper);
        if (m->kept[i] > 0) largest = fmax(largest, fmax(fabs(lower), fabs(upper)));
    }
    for (int64_t i = 0; i < m->n; i++) {
        if (!(m->kept[i] > 0)) continue;
        model_sides(m, i, &lower, &upper);
        lower = fabs(lower) > 1e-5 * largest ? lower : 0;
        upper = fabs(upper) > 1e-5 * largest ? upper : 0;
        bool gone = lower != 0 || upper != 0;
        whole = whole && (!gone || model_decided(m, i, lower, upper));
        if (gone) m->kept[i] = 0;
        m->separated_rows += gone ? 1 : 0;
        stay += gone ? 0 : 1;
        if (!gone && m->given.kind == CX_I_MODEL_ORDINAL)
            classes[m->code[i] / 64] |= (uint64_t)1 << m->code[i] % 64;
    }
    for (int k = 0; k < 128; k++) seen += (int64_t)(classes[k / 64] >> k % 64 & 1);
    return stay > 0 && whole && (m->given.kind != CX_I_MODEL_ORDINAL || seen == m->levels + 1);
}

static cx_status model_run(cx_i_model *m, cx_error *err) {
    if (m->given.kind == CX_I_MODEL_ORDINAL) return cx_i_ordinal_solve(&m->ordinal, &m->fit, err);
    return cx_i_glm_solve(&m->glm, &m->fit, err);
}

static cx_status model_keep_weights(cx_i_model *m, cx_error *err) {
    if (m->kept != NULL) return CX_OK;
    m->kept = cx_i_alloc_array(&m->allocator, m->n, sizeof *m->kept);
    if (m->kept == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < m->n; i++) m->kept[i] = m->weight != NULL ? m->weight[i] : 1;
    m->glm.weight = m->ordinal.weight = m->kept;
    return CX_OK;
}

static void model_all_separated(cx_i_model *m) {
    for (int64_t j = 0; j < m->p; j++) m->separated[j] = m->separated[j] || !m->collinear[j];
}

/* What is left when the rows that a direction decides are gone, until nothing runs away. */
static cx_status model_reduce(cx_i_model *m, cx_error *err) {
    for (int64_t round = 0; m->fit.separated && round <= m->p; round++) {
        CX_TRY(model_keep_weights(m, err));
        bool left = model_leave_rows(m);
        model_mark_terms(m);
        m->fit.separated = false;
        if (!left) {
            model_all_separated(m);
            return CX_OK;
        }
        cx_i_glm_free(&m->allocator, &m->fit);
        m->fit = (cx_i_glm_fit){0};
        CX_TRY(model_run(m, err));
        for (int64_t j = 0; j < m->p; j++)
            if (m->fit.dropped[j] && !m->collinear[j]) m->separated[j] = true;
    }
    return CX_OK;
}

/* -- solving ------------------------------------------------------------------------------- */

static void model_set_up(cx_i_model *m) {
    bool levels = m->levels > 0;
    m->glm = (cx_i_glm){.family = m->given.kind == CX_I_MODEL_LOGIT    ? CX_I_GLM_LOGIT
                                  : m->given.kind == CX_I_MODEL_HAZARD ? CX_I_GLM_CLOGLOG
                                                                       : CX_I_GLM_POISSON,
                        .rows = m->n,
                        .terms = m->columns + (levels ? 1 : 0),
                        .p = m->p,
                        .term = m->term,
                        .y = m->y,
                        .weight = m->weight,
                        .offset = m->offset,
                        .firth = m->options.firth != 0,
                        .max_iterations = m->options.max_iterations,
                        .allocator = &m->allocator};
    m->ordinal = (cx_i_ordinal){.probit = m->options.probit != 0,
                                .rows = m->n,
                                .columns = m->columns,
                                .classes = m->levels + 1,
                                .column = m->term,
                                .y = m->code,
                                .weight = m->weight,
                                .offset = m->offset,
                                .max_iterations = m->options.max_iterations,
                                .allocator = &m->allocator};
}

cx_status cx_i_model_solve(cx_i_model *m, cx_error *err) {
    model_set_up(m);
    CX_TRY(model_run(m, err));
    memcpy(m->collinear, m->fit.dropped, (size_t)m->p * sizeof *m->collinear);
    memcpy(m->partner, m->fit.partner, (size_t)(m->p * m->p) * sizeof *m->partner);
    CX_TRY(model_reduce(m, err));
    bool all = true;
    for (int64_t j = 0; j < m->p; j++) all = all && (m->separated[j] || m->collinear[j]);
    if (m->fit.converged || all || m->options.allow_unconverged) return CX_OK;
    if (err != NULL) err->value = m->fit.worst;
    cx_status status = cx_i_fail(
        err, CX_E_CONVERGENCE,
        "after %d iterations a linear predictor still moves by %g: allow more iterations, scale or "
        "drop columns, or take firth",
        m->fit.iterations, m->fit.worst);
    if (err != NULL) err->value = m->fit.worst;
    return status;
}

static cx_status model_fit(const cx_i_model_given *given, const cx_model_options *options,
                           cx_fit **out, cx_error *err) {
    cx_i_model m = {.given = *given};
    if (given->x == NULL || given->y == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         given->x == NULL   ? "x"
                         : given->y == NULL ? "y"
                                            : "out");
    CX_TRY(model_options(options, &m.options, err));
    if (given->kind == CX_I_MODEL_ORDINAL && m.options.firth)
        return cx_i_fail(err, CX_E_OPTION, "firth is there for logit, Poisson and hazard models");
    m.allocator = cx_i_allocator(m.options.allocator);
    cx_i_keys_init(&m.keys, &m.allocator);
    cx_status status = cx_i_model_read(&m, err);
    if (status == CX_OK) status = cx_i_model_solve(&m, err);
    if (status == CX_OK) status = cx_i_model_finish(&m, out, err);
    cx_i_model_free(&m);
    return status;
}

/* -- the calls ----------------------------------------------------------------------------- */

cx_status cx_logit(const cx_frame *x, const cx_array *y, const cx_array *weights,
                   const cx_frame *clusters, const cx_array *offset,
                   const cx_model_options *options, cx_fit **out, cx_error *err) {
    cx_i_model_given given = {.kind = CX_I_MODEL_LOGIT,
                              .x = x,
                              .y = y,
                              .weights = weights,
                              .clusters = clusters,
                              .offset = offset};
    return model_fit(&given, options, out, err);
}

cx_status cx_poisson(const cx_frame *x, const cx_array *y, const cx_array *weights,
                     const cx_frame *clusters, const cx_array *exposure, const cx_array *offset,
                     const cx_model_options *options, cx_fit **out, cx_error *err) {
    cx_i_model_given given = {.kind = CX_I_MODEL_POISSON,
                              .x = x,
                              .y = y,
                              .weights = weights,
                              .clusters = clusters,
                              .exposure = exposure,
                              .offset = offset};
    return model_fit(&given, options, out, err);
}

cx_status cx_hazard(const cx_frame *x, const cx_array *event, const cx_array *period,
                    const cx_array *weights, const cx_frame *clusters, const cx_array *offset,
                    const cx_model_options *options, cx_fit **out, cx_error *err) {
    cx_i_model_given given = {.kind = CX_I_MODEL_HAZARD,
                              .x = x,
                              .y = event,
                              .period = period,
                              .weights = weights,
                              .clusters = clusters,
                              .offset = offset};
    return model_fit(&given, options, out, err);
}

cx_status cx_ordinal(const cx_frame *x, const cx_array *y, const cx_array *weights,
                     const cx_frame *clusters, const cx_array *offset,
                     const cx_model_options *options, cx_fit **out, cx_error *err) {
    cx_i_model_given given = {.kind = CX_I_MODEL_ORDINAL,
                              .x = x,
                              .y = y,
                              .weights = weights,
                              .clusters = clusters,
                              .offset = offset};
    return model_fit(&given, options, out, err);
}
