#include "business/regress.h"

#include "stat/estimate.h"

static const char *const regress_cov_names[] = {
#define REGRESS_NAME(name, number, text) [number] = text,
    CX_COV_LIST(REGRESS_NAME)};

static const char *const regress_kind_names[] = {CX_WEIGHT_KIND_LIST(REGRESS_NAME)
#undef REGRESS_NAME
};

const char *cx_cov_name(int32_t cov) {
    return cov >= 0 && cov < CX_COV_END ? regress_cov_names[cov] : "unknown";
}

const char *cx_weight_kind_name(int32_t kind) {
    return kind >= 0 && kind < CX_WEIGHT_KIND_END ? regress_kind_names[kind] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

void cx_regress_options_init(cx_regress_options *options) {
    if (options == NULL) return;
    *options = (cx_regress_options){.struct_size = sizeof *options,
                                    .intercept = 1,
                                    .confidence = CX_I_DEFAULT_CONFIDENCE,
                                    .tolerance = 1e-20};
}

static cx_status regress_switch(int32_t value, const char *name, cx_error *err) {
    if (value == 0 || value == 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d and has to be 0 or 1", name, (int64_t)value);
}

static cx_status regress_options(const cx_regress_options *given, bool weighted,
                                 cx_regress_options *options, cx_error *err) {
    cx_regress_options_init(options);
    if (given != NULL) {
        CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_regress_options", err));
        memcpy(options, given, given->struct_size);
    }
    if (options->cov < 0 || options->cov >= CX_COV_END)
        return cx_i_fail(err, CX_E_OPTION, "cov %d is not a way to make errors",
                         (int64_t)options->cov);
    if (options->weight_kind < 0 || options->weight_kind >= CX_WEIGHT_KIND_END)
        return cx_i_fail(err, CX_E_OPTION, "weight_kind %d is not a kind of weights",
                         (int64_t)options->weight_kind);
    if (!(options->tolerance > 0 && options->tolerance < 1))
        return cx_i_fail(err, CX_E_OPTION, "tolerance is %g and must lie between 0 and 1",
                         options->tolerance);
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(regress_switch(options->intercept, "intercept", err));
    CX_TRY(regress_switch(options->influence, "influence", err));
    bool survey = weighted && options->weight_kind == CX_WEIGHT_SURVEY;
    if (survey && options->cov == CX_COV_CLASSICAL)
        return cx_i_fail(err, CX_E_OPTION,
                         "classical errors take weights for precisions; with survey weights use "
                         "hc1, or name the kind of weights");
    if (options->cov == CX_COV_AUTO) options->cov = survey ? CX_COV_HC1 : CX_COV_CLASSICAL;
    if (options->influence && options->cov == CX_COV_CLASSICAL)
        return cx_i_fail(err, CX_E_OPTION,
                         "classical errors are no sum over rows: for influences use hc1");
    return CX_OK;
}

/* -- the model ----------------------------------------------------------------------------- */

static cx_status regress_fit_new(const cx_i_rows *rows, const cx_regress_options *options,
                                 cx_fit **fit, cx_error *err) {
    const char *names[CX_MOMENTS_COLUMNS + 1];
    int64_t shift = options->intercept;
    names[0] = "const";
    for (int64_t j = 0; j < rows->p; j++) names[j + shift] = rows->name[j];
    CX_TRY(cx_i_fit_new(names, rows->p + shift, &rows->allocator, fit, err));
    (*fit)->model = "regress";
    (*fit)->method = cx_cov_name(options->cov);
    (*fit)->confidence = options->confidence;
    (*fit)->n = rows->n;
    (*fit)->n_eff = rows->n_eff;
    (*fit)->sum_w = rows->sum_w;
    (*fit)->flags = rows->weight == NULL ? 0 : CX_FLAG_WEIGHTED;
    memcpy((*fit)->excluded, rows->excluded, sizeof rows->excluded);
    return CX_OK;
}

static cx_status regress_check_size(const cx_i_linear *linear, cx_error *err) {
    double n = linear->rows->count;
    if (n > (double)linear->k) return CX_OK;
    return cx_i_fail(err, CX_E_FEW,
                     "%g complete rows do not determine %d coefficients and their errors: leave "
                     "columns out, or shrink them with a ridge penalty",
                     n, linear->k);
}

static cx_status regress_classical(cx_i_linear *linear, cx_fit *fit, cx_error *err) {
    int64_t k = linear->k;
    double variance = linear->rss / (linear->rows->count - (double)k);
    double *identity = cx_i_rows_take(linear->rows, k * k, sizeof *identity);
    if (identity == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < k; i++) identity[i * k + i] = 1;
    return cx_i_linear_spread(linear, identity, variance, fit, err);
}

/* Gaussian, at the likeliest variance; weights are precisions. */
static double regress_loglik(const cx_i_linear *linear) {
    const cx_i_rows *rows = linear->rows;
    double n = rows->count, logs = 0;
    if (rows->weight != NULL && rows->kind == CX_WEIGHT_SURVEY) return NAN;
    for (int64_t i = 0; rows->weight != NULL && rows->kind == CX_WEIGHT_PRECISION && i < rows->n;
         i++)
        logs += log(rows->weight[i]);
    return logs / 2 - n / 2 * (log(2 * 3.14159265358979323846 * linear->rss / n) + 1);
}

static void regress_figures(const cx_i_linear *linear, cx_fit *fit) {
    const cx_i_rows *rows = linear->rows;
    double n = rows->count, k = (double)linear->k, rest = linear->rss / linear->tss;
    cx_i_fit_add_figure(fit, "n", n);
    cx_i_fit_add_figure(fit, "n_eff", rows->n_eff);
    cx_i_fit_add_figure(fit, "rank", k);
    cx_i_fit_add_figure(fit, "df_residual", n - k);
    cx_i_fit_add_figure(fit, "r2", 1 - rest);
    cx_i_fit_add_figure(fit, "r2_adjusted", 1 - rest * (n - linear->constant) / (n - k));
    cx_i_fit_add_figure(fit, "sigma", sqrt(linear->rss / (n - k)));
    cx_i_fit_add_figure(fit, "rss", linear->rss);
    cx_i_fit_add_figure(fit, "loglik", regress_loglik(linear));
}

static cx_status regress_run(cx_i_rows *rows, const cx_regress_options *options, cx_fit *fit,
                             cx_error *err) {
    cx_i_linear linear = {.rows = rows, .constant = options->intercept == 1};
    CX_TRY(cx_i_linear_solve(&linear, options->tolerance, fit, err));
    CX_TRY(regress_check_size(&linear, err));
    if (options->cov == CX_COV_CLASSICAL)
        CX_TRY(regress_classical(&linear, fit, err));
    else
        CX_TRY(cx_i_regress_rows(&linear, options, fit, err));
    for (int64_t i = 0; i < fit->p; i++) fit->df[i] = rows->count - (double)linear.k;
    regress_figures(&linear, fit);
    return CX_OK;
}

cx_status cx_regress(const cx_frame *x, const cx_array *y, const cx_array *weights,
                     const cx_regress_options *options, cx_fit **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_regress_options chosen;
    CX_TRY(regress_options(options, weights != NULL, &chosen, err));
    cx_i_rows rows = {.allocator = cx_i_allocator(chosen.allocator)};
    cx_fit *fit = NULL;
    cx_status status = cx_i_rows_read(&rows, x, y, weights, &chosen, err);
    if (status == CX_OK) status = regress_fit_new(&rows, &chosen, &fit, err);
    if (status == CX_OK) status = regress_run(&rows, &chosen, fit, err);
    cx_i_rows_free(&rows);
    if (status == CX_OK) *out = fit;
    if (status != CX_OK) cx_fit_free(fit);
    return status;
}
