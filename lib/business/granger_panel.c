#include "business/lag.h"
#include "stat/estimate.h"

#include <cxkit/special.h>

/* [DumitrescuHurlin2012] */

typedef struct hurlin_row {
    double w, z, p, tilde, p_tilde, share;
    int64_t units, n, shorter, constant;
} hurlin_row;

typedef struct hurlin_work {
    cx_granger_options options;
    cx_allocator allocator;
    cx_i_periods periods;
    int64_t missing, k;
    double *value[2];         /* x, y by position */
    double *design, *outcome; /* room */
    int64_t *usable;          /* positions of a unit with all lags */
    const char *name[2];
} hurlin_work;

static cx_status hurlin_options(const cx_granger_options *given, hurlin_work *work, cx_error *err) {
    cx_granger_options *own = &work->options;
    cx_granger_options_init(own);
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_granger_options", err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 1, 200, err));
    if (own->select != 0 || own->covariance != CX_LAG_CLASSICAL || own->hac_lags != -1)
        return cx_i_fail(err, CX_E_OPTION,
                         "select, covariance and hac_lags are for one series: the panel test rests "
                         "on classical statistics of a fixed number of lags");
    work->k = own->max_lag;
    return cx_i_check_confidence(own->confidence, err);
}

/* -- one unit ------------------------------------------------------------------------------ */

static bool hurlin_has_lags(const hurlin_work *work, int64_t position) {
    for (int64_t lag = 0; lag <= work->k; lag++) {
        int64_t at = cx_i_periods_back(&work->periods, position, lag);
        if (at < 0 || isnan(work->value[0][at]) || isnan(work->value[1][at])) return false;
    }
    return true;
}

static cx_i_ols hurlin_model(hurlin_work *work, int64_t rows, bool reverse, bool other) {
    const double *to = work->value[reverse ? 0 : 1], *from = work->value[reverse ? 1 : 0];
    int64_t p = other ? 2 * work->k : work->k;
    for (int64_t i = 0; i < rows; i++) {
        int64_t position = work->usable[i];
        work->outcome[i] = to[position];
        for (int64_t lag = 1; lag <= work->k; lag++) {
            int64_t at = cx_i_periods_back(&work->periods, position, lag);
            work->design[(lag - 1) * rows + i] = to[at];
            if (other) work->design[(work->k + lag - 1) * rows + i] = from[at];
        }
    }
    cx_i_ols model = {
        .allocator = &work->allocator, .rows = rows, .p = p, .x = work->design, .y = work->outcome};
    cx_i_ols_centre(&model, false);
    return model;
}

/* Wald's statistic of one unit; NaN when its series say nothing. */
static cx_status hurlin_wald(hurlin_work *work, int64_t rows, bool reverse, double *out,
                             cx_error *err) {
    cx_i_ols model = hurlin_model(work, rows, reverse, false);
    cx_status status = cx_i_ols_fit(&model, err);
    double rss = model.rss;
    bool whole = status == CX_OK && model.rank == model.p;
    cx_i_ols_free(&model);
    if (status != CX_OK) return status;
    model = hurlin_model(work, rows, reverse, true);
    status = cx_i_ols_fit(&model, err);
    whole = whole && status == CX_OK && model.rank == model.p && model.rss > 1e-20 * model.square;
    *out = whole ? (rss - model.rss) / (model.rss / model.df) : (double)NAN;
    cx_i_ols_free(&model);
    return status;
}

/* -- all units ----------------------------------------------------------------------------- */

typedef struct hurlin_sums {
    double w, mean, variance, found;
} hurlin_sums;

static void hurlin_add(const hurlin_work *work, double w, int64_t rows, hurlin_sums *sums) {
    double k = (double)work->k, t = (double)rows, left = t - 2 * k;
    sums->w += w;
    sums->mean += k * (left - 1) / (left - 3);
    sums->variance +=
        2 * k * (left - 1) * (left - 1) * (t - k - 3) / ((left - 3) * (left - 3) * (left - 5));
    sums->found += cx_f_sf(fmax(0, w) / k, k, left - 1) <= 1 - work->options.confidence;
}

static cx_status hurlin_unit(hurlin_work *work, int64_t from, int64_t to, bool reverse,
                             hurlin_sums *sums, hurlin_row *row, cx_error *err) {
    int64_t rows = 0;
    double w;
    for (int64_t i = from; i < to; i++)
        if (hurlin_has_lags(work, i)) work->usable[rows++] = i;
    if (rows < 2 * work->k + 6) {
        row->shorter++;
        return CX_OK;
    }
    CX_TRY(hurlin_wald(work, rows, reverse, &w, err));
    if (isnan(w)) {
        row->constant++;
        return CX_OK;
    }
    hurlin_add(work, w, rows, sums);
    row->units++;
    row->n += rows;
    return CX_OK;
}

static cx_status hurlin_direction(hurlin_work *work, bool reverse, hurlin_row *row, cx_error *err) {
    const cx_i_periods *periods = &work->periods;
    hurlin_sums sums = {0, 0, 0, 0};
    *row = (hurlin_row){NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0, 0};
    for (int64_t from = 0, to; from < periods->rows; from = to) {
        for (to = from; to < periods->rows && periods->unit[to] == periods->unit[from];) to++;
        CX_TRY(hurlin_unit(work, from, to, reverse, &sums, row, err));
    }
    if (row->units < 2)
        return cx_i_fail(
            err, CX_E_FEW,
            "%d units can be used, two are needed: %d have fewer than %d rows with all "
            "lags, %d do not vary",
            row->units, row->shorter, 2 * work->k + 6, row->constant);
    double n = (double)row->units, k = (double)work->k;
    row->w = sums.w / n;
    row->z = sqrt(n / (2 * k)) * (row->w - k);
    row->tilde = (sums.w - sums.mean) / sqrt(sums.variance);
    row->p = 2 * cx_normal_sf(fabs(row->z));
    row->p_tilde = 2 * cx_normal_sf(fabs(row->tilde));
    row->share = sums.found / n;
    return CX_OK;
}

/* -- table --------------------------------------------------------------------------------- */

static bool hurlin_found(const hurlin_work *work, const hurlin_row *row) {
    return row->tilde > 0 && row->p_tilde <= 1 - work->options.confidence;
}

static cx_status hurlin_columns(const hurlin_work *work, const hurlin_row *row, cx_table *table,
                                cx_error *err) {
    static const cx_i_lag_field fields[] = {{"w", offsetof(hurlin_row, w)},
                                            {"z_bar", offsetof(hurlin_row, z)},
                                            {"p_value", offsetof(hurlin_row, p)},
                                            {"z_tilde", offsetof(hurlin_row, tilde)},
                                            {"p_tilde", offsetof(hurlin_row, p_tilde)},
                                            {"share", offsetof(hurlin_row, share)}};
    const char *const from[] = {work->name[0], work->name[1]};
    const char *const to[] = {work->name[1], work->name[0]};
    const int64_t lags[] = {work->k, work->k}, units[] = {row[0].units, row[1].units};
    const int64_t n[] = {row[0].n, row[1].n};
    const char *verdict[2];
    for (int i = 0; i < 2; i++) verdict[i] = hurlin_found(work, &row[i]) ? "precedes" : "not shown";
    CX_TRY(cx_i_table_words(table, "from", from, err));
    CX_TRY(cx_i_table_words(table, "to", to, err));
    CX_TRY(cx_i_lag_integers(table, "lags", lags, 2, err));
    CX_TRY(cx_i_lag_fields(table, row, 2, sizeof *row, fields, CX_I_COUNT(fields), err));
    CX_TRY(cx_i_lag_integers(table, "units", units, 2, err));
    CX_TRY(cx_i_lag_integers(table, "n", n, 2, err));
    CX_TRY(cx_i_table_words(table, "verdict", verdict, err));
    const cx_i_lag_figure figures[] = {
        {"units_short", (double)row->shorter},
        {"units_constant", fmax((double)row[0].constant, (double)row[1].constant)},
        {"missing", (double)work->missing},
        {"feedback", hurlin_found(work, &row[0]) && hurlin_found(work, &row[1])}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status hurlin_run(hurlin_work *work, const cx_array *x, const cx_array *y,
                            const cx_array *unit, const cx_array *period, cx_table **out,
                            cx_error *err) {
    hurlin_row rows[2];
    cx_table *table = NULL;
    int64_t n = x->length;
    CX_TRY(cx_i_periods_read(&work->periods, unit, period, n, &work->allocator, err));
    work->usable = cx_i_alloc_array(&work->allocator, n, sizeof *work->usable);
    work->value[0] = cx_i_alloc_array(&work->allocator, n, (size_t)(3 + 2 * work->k) * 8);
    if (work->usable == NULL || work->value[0] == NULL) return cx_i_out_of_memory(err);
    work->value[1] = work->value[0] + n;
    work->outcome = work->value[1] + n;
    work->design = work->outcome + n;
    CX_TRY(cx_i_periods_column(&work->periods, x, "x", work->value[0], err));
    CX_TRY(cx_i_periods_column(&work->periods, y, "y", work->value[1], err));
    for (int64_t i = 0; i < n; i++)
        work->missing += isnan(work->value[0][i]) || isnan(work->value[1][i]);
    if (work->missing == n) return cx_i_fail(err, CX_E_EMPTY, "there is no complete row");
    CX_TRY(hurlin_direction(work, false, &rows[0], err));
    CX_TRY(hurlin_direction(work, true, &rows[1], err));
    CX_TRY(cx_i_table_new(2, &work->allocator, &table, err));
    cx_status status = hurlin_columns(work, rows, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_granger_panel(const cx_array *x, const cx_array *y, const cx_array *unit,
                           const cx_array *period, const cx_granger_options *options,
                           cx_table **out, cx_error *err) {
    if (unit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", unit == NULL ? "unit" : "out");
    hurlin_work work = {.missing = 0};
    CX_TRY(hurlin_options(options, &work, err));
    CX_TRY(cx_i_lag_pair(x, y, err));
    work.allocator = cx_i_allocator(work.options.allocator);
    work.name[0] = cx_i_array_name(x, "x");
    work.name[1] = cx_i_array_name(y, "y");
    cx_status status = hurlin_run(&work, x, y, unit, period, out, err);
    cx_i_free(&work.allocator, work.usable);
    cx_i_free(&work.allocator, work.value[0]);
    cx_i_periods_free(&work.periods);
    return status;
}
