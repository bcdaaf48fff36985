#include "business/lag.h"
#include "stat/estimate.h"

#include <cxkit/special.h>

#define GRANGER_LAGS 200

void cx_granger_options_init(cx_granger_options *options) {
    if (options == NULL) return;
    *options = (cx_granger_options){sizeof *options,         4,   0, CX_LAG_CLASSICAL, -1, 0,
                                    CX_I_DEFAULT_CONFIDENCE, NULL};
}

typedef struct granger_row {
    double statistic, df1, df2, p, partial, effect, se, low, high, bic;
    int64_t lags, most, n;
    uint8_t verdict, status;
} granger_row;

typedef struct granger_work {
    cx_granger_options options;
    const cx_allocator *allocator;
    int64_t n, controls, hac;
    double *x, *y, *control; /* control: columns of n */
    const char *name[2];
    int64_t lag[GRANGER_LAGS], lags, most;
    double *design, *outcome; /* room for the regressions */
    int64_t *time;
} granger_work;

static cx_status granger_options(const cx_granger_options *given, cx_granger_options *own,
                                 cx_error *err) {
    cx_granger_options_init(own);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_granger_options", err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 1, GRANGER_LAGS, err));
    CX_TRY(cx_i_lag_range("select", own->select, 0, 1, err));
    CX_TRY(cx_i_lag_range("hac_lags", own->hac_lags, -1, INT32_MAX - 1, err));
    if (own->covariance < CX_LAG_CLASSICAL || own->covariance > CX_LAG_NEWEY_WEST)
        return cx_i_fail(err, CX_E_OPTION,
                         "covariance is %d; it has to be classical, hc1 or newey-west",
                         (int64_t)own->covariance);
    return cx_i_check_confidence(own->confidence, err);
}

/* -- lags ---------------------------------------------------------------------------------- */

static cx_status granger_lag(granger_work *work, const cx_array *lags, int64_t row, double value,
                             cx_error *err) {
    bool whole = value >= 1 && value <= GRANGER_LAGS && value == floor(value);
    for (int64_t i = 0; i < work->lags && whole; i++)
        if (work->lag[i] == (int64_t)value) return CX_OK; /* twice is once */
    if (!whole) {
        cx_array named = cx_i_array_named(lags, "lags");
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                            "a lag has to be a whole number from 1 to %d", (int64_t)GRANGER_LAGS);
    }
    work->lag[work->lags++] = (int64_t)value;
    if ((int64_t)value > work->most) work->most = (int64_t)value;
    return CX_OK;
}

static cx_status granger_lags(granger_work *work, const cx_array *lags, cx_error *err) {
    double block[CX_I_BLOCK];
    if (lags == NULL) {
        work->lags = work->most = work->options.max_lag;
        for (int64_t i = 0; i < work->lags; i++) work->lag[i] = i + 1;
        return CX_OK;
    }
    CX_TRY(cx_i_array_check(lags, "lags", CX_I_NUMBERS, err));
    if (lags->length == 0) return cx_i_fail(err, CX_E_EMPTY, "lags is empty; give at least one");
    if (work->options.select)
        return cx_i_fail(err, CX_E_OPTION,
                         "select chooses among 1 to max_lag: give no set of lags "
                         "with it");
    for (int64_t start = 0; start < lags->length; start += CX_I_BLOCK) {
        int64_t left = lags->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(lags, start, count, block);
        for (int64_t i = 0; i < count; i++)
            CX_TRY(granger_lag(work, lags, start + i, block[i], err));
    }
    return CX_OK;
}

/* -- one direction ------------------------------------------------------------------------- */

/* Own lags, covariates, then (when `other`) lags of the other series, from row `first` on. */
static cx_i_ols granger_model(granger_work *work, bool reverse, const int64_t *lag, int64_t lags,
                              int64_t first, bool other) {
    const double *from = reverse ? work->y : work->x, *to = reverse ? work->x : work->y;
    int64_t rows = work->n - first, p = 0;
    double *column = work->design;
    for (int64_t j = 0; j < lags; j++, p++, column += rows)
        memcpy(column, to + first - lag[j], (size_t)rows * sizeof *column);
    for (int64_t j = 0; j < work->controls; j++, p++, column += rows)
        memcpy(column, work->control + j * work->n + first, (size_t)rows * sizeof *column);
    for (int64_t j = 0; j < lags && other; j++, p++, column += rows)
        memcpy(column, from + first - lag[j], (size_t)rows * sizeof *column);
    memcpy(work->outcome, to + first, (size_t)rows * sizeof *column);
    cx_i_ols model = {
        .allocator = work->allocator, .rows = rows, .p = p, .x = work->design, .y = work->outcome};
    cx_i_ols_centre(&model, false);
    return model;
}

static double granger_bic(const cx_i_ols *model) {
    double n = (double)model->rows;
    return n * log(model->rss / n) + (model->trace + 1) * log(n);
}

static cx_status granger_select(granger_work *work, bool reverse, int64_t *best, cx_error *err) {
    double least = INFINITY;
    *best = 1;
    for (int64_t count = 1; count <= work->lags; count++) {
        cx_i_ols model = granger_model(work, reverse, work->lag, count, work->most, true);
        cx_status status = cx_i_ols_fit(&model, err);
        double bic = status == CX_OK ? granger_bic(&model) : (double)NAN;
        cx_i_ols_free(&model);
        if (status != CX_OK) return status;
        if (bic < least) least = bic, *best = count;
    }
    return CX_OK;
}

static cx_status granger_collinear(const granger_work *work, const cx_i_ols *model, bool reverse,
                                   int64_t own, cx_error *err) {
    for (int64_t j = 0; j < own; j++)
        if (model->dropped[j])
            return cx_i_fail(err, CX_E_SINGULAR,
                             "lag %d of %s follows from the lags before it; use fewer lags",
                             work->lag[j], work->name[reverse ? 0 : 1]);
    for (int64_t j = own; j < own + work->controls; j++)
        if (model->dropped[j])
            return cx_i_fail(err, CX_E_SINGULAR,
                             "covariate %d (from 0) follows from the columns before it; leave it "
                             "out",
                             j - own);
    return CX_OK;
}

/* The other series' lags, tested together */
static cx_status granger_test(granger_work *work, const cx_i_ols *model, double rss, int64_t first,
                              granger_row *row, cx_error *err) {
    int64_t p = model->p, lags = row->lags;
    double *v = cx_i_alloc_array(work->allocator, p * p, sizeof *v), wald, variance = 0;
    if (v == NULL) return cx_i_out_of_memory(err);
    cx_i_ols_kind kind = (cx_i_ols_kind)cx_i_lag_kind(work->options.covariance, false);
    cx_status status = cx_i_ols_covariance(model, kind, work->hac, true, v, err);
    if (status == CX_OK) status = cx_i_ols_wald(model, v, first, lags, &wald, err);
    if (status == CX_OK) {
        row->df1 = (double)lags;
        row->df2 = model->df;
        row->statistic = wald / (double)lags;
        if (kind == CX_I_OLS_CLASSICAL)
            row->statistic = (rss - model->rss) / (double)lags / (model->rss / model->df);
        row->p = cx_f_sf(fmax(0, row->statistic), row->df1, row->df2);
        row->partial = fmax(0, (rss - model->rss) / rss);
        row->effect = 0;
        for (int64_t i = first; i < p; i++) {
            row->effect += model->beta[i];
            for (int64_t j = first; j < p; j++) variance += v[i * p + j];
        }
        row->se = sqrt(variance);
        double half = row->se * cx_t_quantile_upper((1 - work->options.confidence) / 2, model->df);
        row->low = row->effect - half, row->high = row->effect + half;
        row->verdict = row->p <= 1 - work->options.confidence ? 0 : 1;
    }
    cx_i_free(work->allocator, v);
    return status;
}

static cx_status granger_direction(granger_work *work, bool reverse, granger_row *row,
                                   cx_error *err) {
    int64_t count = work->lags;
    if (work->options.select) CX_TRY(granger_select(work, reverse, &count, err));
    int64_t most = work->options.select ? count : work->most, own = count + work->controls;
    *row = (granger_row){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, count, most, 0, 2, 0};
    cx_i_ols model = granger_model(work, reverse, work->lag, count, most, false);
    cx_status status = cx_i_ols_fit(&model, err);
    if (status == CX_OK) status = granger_collinear(work, &model, reverse, count, err);
    double rss = model.rss;
    cx_i_ols_free(&model);
    if (status != CX_OK) return status;
    model = granger_model(work, reverse, work->lag, count, most, true);
    status = cx_i_ols_fit(&model, err);
    row->n = model.rows;
    if (status == CX_OK && (model.rank < model.p || !(model.rss > 1e-20 * model.square))) {
        row->status = 1;
    } else if (status == CX_OK) {
        row->bic = granger_bic(&model);
        status = granger_test(work, &model, rss, own, row, err);
    }
    cx_i_ols_free(&model);
    return status;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status granger_columns(const granger_work *work, const granger_row *row, cx_table *table,
                                 cx_error *err) {
    static const cx_i_lag_field fields[] = {{"statistic", offsetof(granger_row, statistic)},
                                            {"df1", offsetof(granger_row, df1)},
                                            {"df2", offsetof(granger_row, df2)},
                                            {"p_value", offsetof(granger_row, p)},
                                            {"partial_r2", offsetof(granger_row, partial)},
                                            {"effect", offsetof(granger_row, effect)},
                                            {"se", offsetof(granger_row, se)},
                                            {"ci_low", offsetof(granger_row, low)},
                                            {"ci_high", offsetof(granger_row, high)},
                                            {"bic", offsetof(granger_row, bic)}};
    static const char *const verdicts[] = {"precedes", "not shown", ""};
    static const char *const statuses[] = {"ok", "collinear"};
    const char *const from[] = {work->name[0], work->name[1]};
    const char *const to[] = {work->name[1], work->name[0]};
    const int64_t lags[] = {row[0].lags, row[1].lags}, most[] = {row[0].most, row[1].most};
    const int64_t n[] = {row[0].n, row[1].n};
    const uint8_t verdict[] = {row[0].verdict, row[1].verdict};
    const uint8_t status[] = {row[0].status, row[1].status};
    CX_TRY(cx_i_table_words(table, "from", from, err));
    CX_TRY(cx_i_table_words(table, "to", to, err));
    CX_TRY(cx_i_lag_integers(table, "lags", lags, 2, err));
    CX_TRY(cx_i_lag_integers(table, "max_lag", most, 2, err));
    CX_TRY(cx_i_lag_fields(table, row, 2, sizeof *row, fields, CX_I_COUNT(fields), err));
    CX_TRY(cx_i_lag_integers(table, "n", n, 2, err));
    CX_TRY(cx_i_table_coded(table, "verdict", verdict, verdicts, err));
    for (int i = 0; i < 2; i++)
        if (verdict[i] == 2) CX_TRY(cx_i_table_null(table, i, err));
    return cx_i_table_coded(table, "status", status, statuses, err);
}

static cx_status granger_table(const granger_work *work, const granger_row *row, cx_table **out,
                               cx_error *err) {
    bool both = row[0].verdict == 0 && row[1].verdict == 0;
    bool strong = row[1].verdict == 0 && row[1].partial >= row[0].partial / 2;
    const cx_i_lag_figure figures[] = {{"feedback", both},
                                       {"reverse_as_strong", strong},
                                       {"few_periods", work->n < 30},
                                       {"hac_lags", (double)work->hac}};
    cx_table *table = NULL;
    CX_TRY(cx_i_table_new(2, work->allocator, &table, err));
    cx_status status = granger_columns(work, row, table, err);
    if (status == CX_OK) status = cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status granger_read(granger_work *work, const cx_array *x, const cx_array *y,
                              const cx_frame *covariates, cx_error *err) {
    CX_TRY(cx_i_lag_series(x, "x", work->x, err));
    CX_TRY(cx_i_lag_series(y, "y", work->y, err));
    for (int64_t j = 0; j < work->controls; j++)
        CX_TRY(cx_i_lag_series(&covariates->columns[j], "covariates", work->control + j * work->n,
                               err));
    int64_t needed = 3 * work->most + 1 + work->controls;
    if (work->n <= needed)
        return cx_i_fail(err, CX_E_FEW,
                         "%d periods are too few for %d lags and %d covariates: more than %d are "
                         "needed",
                         work->n, work->most, work->controls, needed);
    bool robust = work->options.covariance == CX_LAG_NEWEY_WEST;
    work->hac = !robust                       ? 0
                : work->options.hac_lags >= 0 ? work->options.hac_lags
                                              : cx_i_hac_lags(work->n - work->most);
    return CX_OK;
}

static cx_status granger_room(granger_work *work, void **memory, cx_error *err) {
    int64_t columns = 3 + work->controls + 2 * work->lags + work->controls;
    *memory = work->x =
        cx_i_alloc_array(work->allocator, work->n, (size_t)columns * sizeof(double));
    if (work->x == NULL) return cx_i_out_of_memory(err);
    work->y = work->x + work->n;
    work->outcome = work->y + work->n;
    work->control = work->outcome + work->n;
    work->design = work->control + work->controls * work->n;
    return CX_OK;
}

cx_status cx_granger(const cx_array *x, const cx_array *y, const cx_frame *covariates,
                     const cx_array *lags, const cx_granger_options *options, cx_table **out,
                     cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    granger_work work = {0};
    granger_row rows[2];
    void *memory = NULL;
    CX_TRY(granger_options(options, &work.options, err));
    CX_TRY(cx_i_lag_pair(x, y, err));
    if (covariates != NULL) {
        CX_TRY(cx_i_frame_check(covariates, "covariates", CX_I_NUMBERS, err));
        if (covariates->count > 0)
            CX_TRY(cx_i_array_same_length(x, "x", &covariates->columns[0], "covariates", err));
        work.controls = covariates->count;
    }
    CX_TRY(granger_lags(&work, lags, err));
    cx_allocator own = cx_i_allocator(work.options.allocator);
    work.allocator = &own;
    work.n = x->length;
    work.name[0] = cx_i_array_name(x, "x");
    work.name[1] = cx_i_array_name(y, "y");
    cx_status status = granger_room(&work, &memory, err);
    if (status == CX_OK) status = granger_read(&work, x, y, covariates, err);
    for (int d = 0; d < 2 && status == CX_OK; d++)
        status = granger_direction(&work, d == 1, &rows[d], err);
    if (status == CX_OK) status = granger_table(&work, rows, out, err);
    cx_i_free(&own, memory);
    return status;
}
