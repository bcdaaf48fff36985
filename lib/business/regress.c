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
                                    .small_sample = 1,
                                    .draws = 9999,
                                    .seed = 1,
                                    .confidence = CX_I_DEFAULT_CONFIDENCE,
                                    .tolerance = 1e-20};
}

static cx_status regress_choice(int32_t value, int32_t end, const char *name, cx_error *err) {
    if (value >= 0 && value < end) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d, which is not one of its values", name,
                     (int64_t)value);
}

cx_status cx_i_regress_options(const cx_regress_options *given, cx_regress_options *options,
                               cx_error *err) {
    cx_regress_options_init(options);
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_regress_options", err));
    CX_TRY(regress_choice(options->cov, CX_COV_END, "cov", err));
    CX_TRY(regress_choice(options->weight_kind, CX_WEIGHT_KIND_END, "weight_kind", err));
    CX_TRY(regress_choice(options->fixed_count, CX_FIXED_END, "fixed_count", err));
    CX_TRY(regress_choice(options->lag_rule, CX_LAG_END, "lag_rule", err));
    CX_TRY(regress_choice(options->intercept, 2, "intercept", err));
    CX_TRY(regress_choice(options->influence, 2, "influence", err));
    CX_TRY(regress_choice(options->small_sample, 2, "small_sample", err));
    if (!(options->tolerance > 0 && options->tolerance < 1))
        return cx_i_fail(err, CX_E_OPTION, "tolerance is %g and must lie between 0 and 1",
                         options->tolerance);
    if (options->lag < 0)
        return cx_i_fail(err, CX_E_OPTION, "lag is %d and cannot be negative", options->lag);
    if (options->draws < 99 || options->draws > 1000000)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d and must lie between 99 and 1000000",
                         options->draws);
    return cx_i_check_confidence(options->confidence, err);
}

/* -- which errors -------------------------------------------------------------------------- */

static bool regress_needs_clusters(int32_t cov) {
    return cov == CX_COV_CR0 || cov == CX_COV_CR1 || cov == CX_COV_CR2 || cov == CX_COV_WILD;
}

static bool regress_survey(const cx_i_rows *rows) {
    return rows->weighted && rows->kind == CX_WEIGHT_SURVEY;
}

static int32_t regress_auto(const cx_i_rows *rows) {
    if (rows->clusters == 2) return CX_COV_CR1;
    if (rows->clusters == 1) {
        int64_t groups = rows->cluster[0].count;
        bool few = groups < 50 && cx_i_rows_carried(rows) <= CX_I_REGRESS_HIDDEN;
        return !few ? CX_COV_CR1 : groups < 5 ? CX_COV_WILD : CX_COV_CR2;
    }
    if (rows->timed) return rows->time.count == rows->n ? CX_COV_NEWEY_WEST : CX_COV_DRISCOLL_KRAAY;
    return regress_survey(rows) ? CX_COV_HC1 : CX_COV_CLASSICAL;
}

static cx_status regress_check_clusters(const cx_i_rows *rows, int32_t cov, cx_error *err) {
    const char *word = cx_cov_name(cov);
    if (regress_needs_clusters(cov) && rows->clusters == 0)
        return cx_i_fail(err, CX_E_OPTION, "cov is %s, which needs clusters", word);
    if (!regress_needs_clusters(cov) && rows->clusters > 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "cov is %s, which makes no use of clusters: use cr1, cr2 or wild, or give "
                         "no clusters",
                         word);
    if (rows->clusters == 2 && cov != CX_COV_CR0 && cov != CX_COV_CR1)
        return cx_i_fail(err, CX_E_OPTION, "cov is %s; with two sets of clusters it can be cr1",
                         word);
    for (int c = 0; c < rows->clusters; c++)
        if (rows->cluster[c].count < 2)
            return cx_i_fail(err, CX_E_FEW,
                             "all %d rows belong to one cluster of %s: clustered errors need at "
                             "least two; without clusters hc3 is the careful choice",
                             rows->n, rows->cluster[c].name);
    return CX_OK;
}

static cx_status regress_check_time(const cx_i_rows *rows, int32_t cov, cx_error *err) {
    bool series = cov == CX_COV_NEWEY_WEST, panel = cov == CX_COV_DRISCOLL_KRAAY;
    if (panel && !rows->timed)
        return cx_i_fail(err, CX_E_OPTION, "cov is driscoll-kraay, which needs time");
    if (rows->timed && !series && !panel)
        return cx_i_fail(err, CX_E_OPTION, "cov is %s, which makes no use of time",
                         cx_cov_name(cov));
    if (series && rows->timed && rows->time.count < rows->n)
        return cx_i_fail(err, CX_E_OPTION,
                         "%d rows share %d times: newey-west is for one series; for a panel use "
                         "driscoll-kraay",
                         rows->n, rows->time.count);
    if (panel && rows->time.count < 2)
        return cx_i_fail(err, CX_E_FEW, "all %d rows belong to one time: driscoll-kraay needs more",
                         rows->n);
    if (series && rows->weight != NULL && rows->kind == CX_WEIGHT_FREQUENCY)
        return cx_i_fail(err, CX_E_OPTION, "rows that occurred several times are no series");
    return CX_OK;
}

static cx_status regress_check_cov(const cx_i_rows *rows, const cx_regress_options *options,
                                   cx_error *err) {
    int32_t cov = options->cov;
    if (regress_survey(rows) && cov == CX_COV_CLASSICAL)
        return cx_i_fail(err, CX_E_OPTION,
                         "classical errors take weights for precisions; with survey weights use "
                         "hc1, or name the kind of weights");
    bool serial = cov == CX_COV_NEWEY_WEST || cov == CX_COV_DRISCOLL_KRAAY;
    if (options->influence && (cov == CX_COV_CLASSICAL || serial || rows->clusters == 2))
        return cx_i_fail(err, CX_E_OPTION,
                         "these errors (%s) are no sum of squares over rows or clusters: for "
                         "influences use hc1, or cr1 with one set of clusters",
                         cx_cov_name(cov));
    CX_TRY(regress_check_clusters(rows, cov, err));
    return regress_check_time(rows, cov, err);
}

/* -- the model ----------------------------------------------------------------------------- */

cx_status cx_i_regress_fit(const cx_i_rows *rows, const cx_regress_options *options, bool constant,
                           cx_fit **fit, cx_error *err) {
    const char *names[CX_MOMENTS_COLUMNS + 1];
    int64_t shift = constant;
    names[0] = "const";
    for (int64_t j = 0; j < rows->terms; j++) names[j + shift] = rows->name[j];
    CX_TRY(cx_i_fit_new(names, rows->terms + shift, &rows->allocator, fit, err));
    (*fit)->model = "regress";
    (*fit)->method = cx_cov_name(options->cov);
    (*fit)->confidence = options->confidence;
    (*fit)->n = rows->n;
    (*fit)->n_eff = rows->n_eff;
    (*fit)->sum_w = rows->sum_w;
    (*fit)->flags = rows->weighted ? CX_FLAG_WEIGHTED : 0;
    for (int64_t j = 0; j < rows->terms && rows->status != NULL; j++)
        (*fit)->status[j + shift] = rows->status[j];
    memcpy((*fit)->excluded, rows->excluded, sizeof rows->excluded);
    return CX_OK;
}

static cx_status regress_check_size(const cx_i_linear *linear, cx_error *err) {
    int64_t coefficients = linear->k + linear->rows->absorb.rank;
    if (cx_i_linear_df(linear) > 0) return CX_OK;
    return cx_i_fail(err, CX_E_FEW,
                     "%g complete rows do not determine %d coefficients and their errors: leave "
                     "columns out, or shrink them with a ridge penalty",
                     linear->rows->count, coefficients);
}

static cx_status regress_classical(cx_i_linear *linear, cx_fit *fit, cx_error *err) {
    int64_t k = linear->k;
    double *identity = cx_i_rows_take(linear->rows, k * k, sizeof *identity);
    if (identity == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < k; i++) identity[i * k + i] = 1;
    return cx_i_linear_spread(linear, identity, linear->rss / cx_i_linear_df(linear), fit, err);
}

static cx_status regress_errors(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                                cx_error *err) {
    for (int64_t i = 0; i < fit->p; i++) fit->df[i] = cx_i_linear_df(linear);
    if (regress_needs_clusters(options->cov))
        return cx_i_regress_clusters(linear, options, fit, err);
    if (options->cov == CX_COV_NEWEY_WEST || options->cov == CX_COV_DRISCOLL_KRAAY)
        return cx_i_regress_serial(linear, options, fit, err);
    if (options->cov == CX_COV_CLASSICAL) return regress_classical(linear, fit, err);
    return cx_i_regress_rows(linear, options, fit, err);
}

/* -- figures ------------------------------------------------------------------------------- */

/* Gaussian, at the likeliest variance; weights are precisions. */
static double regress_loglik(const cx_i_linear *linear) {
    const cx_i_rows *rows = linear->rows;
    double n = rows->count, logs = 0;
    if (regress_survey(rows) || rows->weighted != (rows->weight != NULL)) return NAN;
    for (int64_t i = 0; rows->weight != NULL && rows->kind == CX_WEIGHT_PRECISION && i < rows->n;
         i++)
        logs += log(rows->weight[i]);
    return logs / 2 - n / 2 * (log(2 * 3.14159265358979323846 * linear->rss / n) + 1);
}

static void regress_fixed_figures(const cx_i_linear *linear, cx_fit *fit) {
    const cx_i_rows *rows = linear->rows;
    const cx_i_absorb *absorb = &rows->absorb;
    int64_t carried = 0;
    if (rows->fixeds == 0) return;
    for (int64_t a = 0; a < linear->q; a++) carried += linear->kept[a] < rows->hidden;
    cx_i_fit_add_figure(fit, "r2_within", 1 - linear->rss / linear->tss);
    cx_i_fit_add_figure(fit, "levels", (double)rows->fixed[0].count);
    if (rows->fixeds > 1) cx_i_fit_add_figure(fit, "levels_2", (double)rows->fixed[1].count);
    cx_i_fit_add_figure(fit, "absorbed", (double)(absorb->rank + carried));
    if (absorb->rank == 0) return;
    cx_i_fit_add_figure(fit, "components", (double)absorb->components);
    cx_i_fit_add_figure(fit, "singletons", (double)absorb->singletons);
}

static void regress_figures(const cx_i_linear *linear, cx_fit *fit) {
    const cx_i_rows *rows = linear->rows;
    bool centred = linear->constant || rows->fixeds > 0;
    double n = rows->count, df = cx_i_linear_df(linear);
    double rest = linear->rss / (isnan(rows->tss) ? linear->tss : rows->tss);
    cx_i_fit_add_figure(fit, "n", n);
    cx_i_fit_add_figure(fit, "n_eff", rows->n_eff);
    cx_i_fit_add_figure(fit, "rank", (double)(linear->k + rows->absorb.rank));
    cx_i_fit_add_figure(fit, "df_residual", df);
    cx_i_fit_add_figure(fit, "r2", 1 - rest);
    cx_i_fit_add_figure(fit, "r2_adjusted", 1 - rest * (n - centred) / df);
    cx_i_fit_add_figure(fit, "sigma", sqrt(linear->rss / df));
    cx_i_fit_add_figure(fit, "rss", linear->rss);
    cx_i_fit_add_figure(fit, "loglik", regress_loglik(linear));
    regress_fixed_figures(linear, fit);
}

cx_status cx_i_regress_finish(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                              cx_error *err) {
    CX_TRY(regress_check_size(linear, err));
    regress_figures(linear, fit);
    return regress_errors(linear, options, fit, err);
}

/* -- from rows ----------------------------------------------------------------------------- */

static cx_status regress_run(cx_i_rows *rows, const cx_regress_options *options, bool constant,
                             cx_fit *fit, cx_error *err) {
    cx_i_linear linear = {.rows = rows, .constant = constant};
    double tolerance = options->tolerance;
    if (rows->fixeds > 0 && tolerance < 1e-14) tolerance = 1e-14; /* columns are rounded by then */
    CX_TRY(cx_i_linear_solve(&linear, NULL, NULL, tolerance, fit, err));
    return cx_i_regress_finish(&linear, options, fit, err);
}

static cx_status regress_make(cx_i_rows *rows, const cx_i_regress_given *given,
                              cx_regress_options *options, cx_fit **fit, cx_error *err) {
    bool constant = options->intercept == 1 && given->fixed == NULL;
    CX_TRY(cx_i_rows_read(rows, given, options, err));
    if (options->cov == CX_COV_AUTO) options->cov = regress_auto(rows);
    CX_TRY(regress_check_cov(rows, options, err));
    if (rows->fixeds > 0) CX_TRY(cx_i_rows_absorb(rows, options, err));
    CX_TRY(cx_i_regress_fit(rows, options, constant, fit, err));
    return regress_run(rows, options, constant, *fit, err);
}

cx_status cx_regress(const cx_frame *x, const cx_array *y, const cx_array *weights,
                     const cx_frame *clusters, const cx_frame *fixed, const cx_array *time,
                     const cx_regress_options *options, cx_fit **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_regress_options chosen;
    CX_TRY(cx_i_regress_options(options, &chosen, err));
    cx_i_regress_given given = {x, y, weights, clusters, fixed, time};
    cx_i_rows rows = {.allocator = cx_i_allocator(chosen.allocator)};
    cx_fit *fit = NULL;
    cx_status status = regress_make(&rows, &given, &chosen, &fit, err);
    cx_i_rows_free(&rows);
    if (status == CX_OK) *out = fit;
    if (status != CX_OK) cx_fit_free(fit);
    return status;
}
