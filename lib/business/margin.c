#include <cxkit/models.h>
#include <cxkit/special.h>

#include "base/array.h"
#include "business/fit.h"
#include "stat/estimate.h"
#include "stat/glm.h"

void cx_margin_options_init(cx_margin_options *options) {
    if (options == NULL) return;
    *options = (cx_margin_options){.struct_size = sizeof *options,
                                   .horizon = 12,
                                   .change = 1,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status margin_options(const cx_margin_options *given, cx_margin_options *used,
                                cx_error *err) {
    cx_margin_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_margin_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->horizon < 1 || used->horizon > 1000)
        return cx_i_fail(err, CX_E_OPTION, "horizon is %d: 1 to 1000 periods",
                         (int64_t)used->horizon);
    if (used->population != 0 && used->population != 1)
        return cx_i_fail(err, CX_E_OPTION, "population is %d: it has to be 0 or 1",
                         (int64_t)used->population);
    if (!isfinite(used->change) || used->change == 0)
        return cx_i_fail(err, CX_E_OPTION, "change is %g: a number other than 0 is needed",
                         used->change);
    return CX_OK;
}

typedef struct margin_work {
    const cx_fit *fit;
    const cx_array *weights;
    cx_margin_options options;
    cx_allocator allocator;
    int32_t family;
    bool hazard, periods;
    int64_t rows, term;
    const cx_array **column; /* of each term: NULL for levels and dropped ones */
    double *gradient, *row;  /* p */
    double *effect, *weight; /* of each row; weight 0: left out */
    double sum, sum_w, squares;
    int64_t n, missing, zero;
} margin_work;

/* -- terms --------------------------------------------------------------------------------- */

static bool margin_is_period(const char *name) {
    return strncmp(name, "period ", 7) == 0;
}

static int64_t margin_period(const cx_fit *fit, int64_t t) {
    char name[32];
    cx_i_text(name, sizeof name, "period %d", t);
    return cx_i_fit_find(fit, name);
}

static cx_status margin_family(margin_work *w, cx_error *err) {
    const char *model = w->fit->model;
    w->hazard = strcmp(model, "hazard") == 0;
    w->family = w->hazard                       ? CX_I_GLM_CLOGLOG
                : strcmp(model, "poisson") == 0 ? CX_I_GLM_POISSON
                                                : CX_I_GLM_LOGIT;
    if (w->family != CX_I_GLM_LOGIT || strcmp(model, "logit") == 0) return CX_OK;
    return cx_i_fail(err, CX_E_MISMATCH, "a margin is of a logit, poisson or hazard model, not %s",
                     model);
}

static cx_status margin_terms(margin_work *w, const cx_frame *x, cx_error *err) {
    const cx_fit *fit = w->fit;
    for (int64_t j = 0; j < fit->p; j++) {
        const char *name = fit->names[j];
        bool period = w->hazard && margin_is_period(name);
        w->periods = w->periods || period;
        if (period || strcmp(name, "const") == 0) continue;
        if (fit->status[j] == CX_TERM_SEPARATED)
            return cx_i_fail(err, CX_E_UNIDENTIFIED,
                             "%s is separated and has no coefficient: fit with firth, or leave it "
                             "out",
                             name);
        if (fit->status[j] == CX_TERM_OK || fit->status[j] == CX_TERM_NO_INTERVAL)
            CX_TRY(cx_i_frame_numbers(x, "x", name, true, &w->column[j], err));
    }
    for (int64_t t = 1; t <= w->options.horizon && w->periods; t++)
        if (margin_period(fit, t) < 0)
            return cx_i_fail(
                err, CX_E_NAME,
                "the model has no period %d: the horizon of %d reaches beyond the data", t,
                (int64_t)w->options.horizon);
    int64_t level = cx_i_fit_find(fit, "const");
    if (level >= 0 && fit->status[level] == CX_TERM_SEPARATED)
        return cx_i_fail(err, CX_E_UNIDENTIFIED, "const is separated: there is no level");
    return CX_OK;
}

/* -- one row ------------------------------------------------------------------------------- */

/* The prediction at the columns in w->row, and `sign` times its gradient added to `to`. */
static double margin_predict(const margin_work *w, double shift, double sign, double *to) {
    const cx_fit *fit = w->fit;
    double eta = 0, mean, slope, levels = 0;
    int64_t level = cx_i_fit_find(fit, "const");
    for (int64_t j = 0; j < fit->p; j++)
        if (w->column[j] != NULL)
            eta += fit->coefficient[j] * (w->row[j] + (j == w->term ? shift : 0));
    if (level >= 0 && !isnan(fit->coefficient[level])) eta += fit->coefficient[level];
    if (w->hazard) { /* 1 - h = exp(-exp(a + x'b)) */
        for (int64_t t = 1; t <= w->options.horizon && w->periods; t++) {
            int64_t j = margin_period(fit, t);
            if (!isnan(fit->coefficient[j])) levels += exp(fit->coefficient[j]);
        }
        if (!w->periods) levels = w->options.horizon;
        mean = exp(-exp(eta) * levels);
        slope = -mean * exp(eta) * levels;
    } else {
        cx_i_glm_row at = cx_i_glm_row_at(w->family, 0, eta);
        mean = at.mean;
        slope = at.expected; /* canonical links: that of the mean */
    }
    for (int64_t j = 0; j < fit->p; j++)
        if (w->column[j] != NULL) to[j] += sign * slope * (w->row[j] + (j == w->term ? shift : 0));
    if (level >= 0) to[level] += sign * slope;
    for (int64_t t = 1; t <= w->options.horizon && w->periods; t++) {
        int64_t j = margin_period(fit, t);
        if (!isnan(fit->coefficient[j])) to[j] += sign * slope * exp(fit->coefficient[j]) / levels;
    }
    return mean;
}

static cx_status margin_row(margin_work *w, int64_t row, double *scratch, cx_error *err) {
    const cx_fit *fit = w->fit;
    double weight = 1;
    bool missing = false;
    for (int64_t j = 0; j < fit->p; j++) {
        if (w->column[j] == NULL) continue;
        cx_i_array_read(w->column[j], row, 1, &w->row[j]);
        missing = missing || isnan(w->row[j]);
        if (isinf(w->row[j]))
            return cx_i_fail_at(err, CX_E_DOMAIN, w->column[j], row, w->row[j],
                                "the value is infinite");
    }
    if (w->weights != NULL) {
        cx_i_array_read(w->weights, row, 1, &weight);
        CX_TRY(cx_i_weight_check(w->weights, row, weight, err));
    }
    w->missing += missing ? 1 : 0;
    w->zero += !missing && weight == 0 ? 1 : 0;
    if (missing || weight == 0) return CX_OK;
    memset(scratch, 0, (size_t)fit->p * sizeof *scratch);
    double effect = margin_predict(w, w->options.change, 1, scratch);
    effect -= margin_predict(w, 0, -1, scratch);
    for (int64_t j = 0; j < fit->p; j++) w->gradient[j] += weight * scratch[j];
    w->effect[row] = effect;
    w->weight[row] = weight;
    w->n++;
    w->sum += weight * effect;
    w->sum_w += weight;
    w->squares += weight * weight;
    return CX_OK;
}

/* -- the estimate -------------------------------------------------------------------------- */

static double margin_variance(const margin_work *w, double mean) {
    const cx_fit *fit = w->fit;
    double sum = 0, spread = 0;
    for (int64_t i = 0; i < fit->p; i++)
        for (int64_t j = 0; j < fit->p; j++) {
            double a = w->gradient[i] / w->sum_w, b = w->gradient[j] / w->sum_w;
            if (a != 0 && b != 0) sum += a * b * fit->covariance[i * fit->p + j];
        }
    for (int64_t row = 0; row < w->rows && w->options.population; row++) {
        double d = w->weight[row] / w->sum_w * (w->effect[row] - mean);
        spread += d * d;
    }
    return sum + spread * (w->n > 1 ? (double)w->n / (double)(w->n - 1) : 1);
}

static void margin_estimate(const margin_work *w, cx_estimate *out) {
    cx_unit unit = w->family == CX_I_GLM_POISSON ? CX_UNIT_COUNT : CX_UNIT_FRACTION;
    cx_estimate e = cx_i_estimate_new(w->options.confidence, unit);
    double z = cx_i_estimate_z(w->options.confidence);
    e.value = w->sum / w->sum_w;
    e.se = sqrt(margin_variance(w, e.value));
    e.method = CX_METHOD_DELTA;
    e.n = w->n;
    e.n_eff = w->sum_w * w->sum_w / w->squares;
    e.sum_w = w->sum_w;
    e.flags = w->fit->flags | CX_FLAG_MODEL_BASED;
    e.excluded[CX_EXCLUDED_MISSING] = w->missing;
    e.excluded[CX_EXCLUDED_ZERO_WEIGHT] = w->zero;
    if (e.se > 0) {
        e.ci_low = e.value - z * e.se;
        e.ci_high = e.value + z * e.se;
        e.p_value = 2 * cx_normal_sf(fabs(e.value / e.se));
    }
    if (w->family != CX_I_GLM_POISSON) cx_i_estimate_clip(&e, -1, 1);
    *out = e;
}

static cx_status margin_run(margin_work *w, const cx_frame *x, cx_estimate *out, cx_error *err) {
    const cx_allocator *a = &w->allocator;
    int64_t p = w->fit->p;
    w->column = cx_i_alloc_array(a, p, sizeof *w->column);
    w->gradient = cx_i_alloc_array(a, p, sizeof *w->gradient);
    w->row = cx_i_alloc_array(a, 2 * p, sizeof *w->row);
    w->effect = cx_i_alloc_array(a, w->rows, sizeof *w->effect);
    w->weight = cx_i_alloc_array(a, w->rows, sizeof *w->weight);
    if (w->column == NULL || w->gradient == NULL || w->row == NULL || w->effect == NULL ||
        w->weight == NULL)
        return cx_i_out_of_memory(err);
    CX_TRY(margin_terms(w, x, err));
    for (int64_t row = 0; row < w->rows; row++) CX_TRY(margin_row(w, row, w->row + p, err));
    if (w->n == 0) return cx_i_fail(err, CX_E_EMPTY, "no row of x is complete");
    margin_estimate(w, out);
    return CX_OK;
}

static cx_status margin_check(const margin_work *w, const cx_frame *x, const cx_array *weights,
                              cx_error *err) {
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    if (x->count == 0) return cx_i_fail(err, CX_E_EMPTY, "x has no column");
    if (weights != NULL) {
        CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(&x->columns[0], "x", weights, "weights", err));
    }
    if (w->term >= 0 && (strcmp(w->fit->names[w->term], "const") == 0 ||
                         (w->hazard && margin_is_period(w->fit->names[w->term]))))
        return cx_i_fail(err, CX_E_NAME, "%s is no column of the model", w->fit->names[w->term]);
    return CX_OK;
}

cx_status cx_margin(const cx_fit *fit, const cx_frame *x, const cx_array *weights,
                    const char *column, const cx_margin_options *options, cx_estimate *out,
                    cx_error *err) {
    margin_work w = {.fit = fit, .weights = weights};
    if (fit == NULL || x == NULL || column == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         fit == NULL      ? "fit"
                         : x == NULL      ? "x"
                         : column == NULL ? "column"
                                          : "out");
    CX_TRY(margin_options(options, &w.options, err));
    CX_TRY(margin_family(&w, err));
    CX_TRY(cx_i_fit_term(fit, column, &w.term, err));
    CX_TRY(margin_check(&w, x, weights, err));
    w.allocator = cx_i_allocator(w.options.allocator);
    w.rows = x->columns[0].length;
    cx_status status = margin_run(&w, x, out, err);
    cx_i_free(&w.allocator, (void *)w.column);
    cx_i_free(&w.allocator, w.gradient);
    cx_i_free(&w.allocator, w.row);
    cx_i_free(&w.allocator, w.effect);
    cx_i_free(&w.allocator, w.weight);
    return status;
}
