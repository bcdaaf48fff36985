#include "business/lag.h"
#include "stat/autoregression.h"
#include "stat/estimate.h"

#include <cxkit/special.h>

void cx_cross_correlate_options_init(cx_cross_correlate_options *options) {
    if (options == NULL) return;
    *options = (cx_cross_correlate_options){sizeof *options,         12,  1, -1, -1, 20,
                                            CX_I_DEFAULT_CONFIDENCE, NULL};
}

typedef struct cross_row {
    double correlation, se, z, low, high, band, p, adjusted;
    int64_t lag, n;
    uint8_t outside, status;
} cross_row;

typedef struct cross_series {
    cx_cross_correlate_options options;
    int64_t n; /* of x and y as they are now */
    double *x, *y, *room;
    const char *x_name, *y_name;
    cx_i_ar filter;
    int64_t difference;
    double kpss_x, kpss_y, band_z;
    cross_row *row;
} cross_series;

static cx_status cross_options(const cx_cross_correlate_options *given, cross_series *work,
                               cx_error *err) {
    cx_cross_correlate_options *own = &work->options;
    cx_cross_correlate_options_init(own);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_cross_correlate_options", err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 1, CX_LAG_MOST, err));
    CX_TRY(cx_i_lag_range("prewhiten", own->prewhiten, 0, 1, err));
    CX_TRY(cx_i_lag_range("order", own->order, -1, CX_I_AR_MOST, err));
    CX_TRY(cx_i_lag_range("difference", own->difference, -1, 2, err));
    CX_TRY(cx_i_lag_range("fewest", own->fewest, 4, INT32_MAX - 1, err));
    return cx_i_check_confidence(own->confidence, err);
}

/* -- differences and filter ---------------------------------------------------------------- */

static bool cross_varies(const double *x, int64_t n) {
    double low = x[0], high = x[0], size = 0;
    for (int64_t i = 0; i < n; i++) {
        low = fmin(low, x[i]), high = fmax(high, x[i]);
        size = fmax(size, fabs(x[i]));
    }
    return high - low > 1e-13 * size;
}

static cx_status cross_check(const cross_series *work, const char *what, cx_error *err) {
    if (!cross_varies(work->x, work->n)) return cx_i_lag_constant(err, work->x_name, what);
    if (!cross_varies(work->y, work->n)) return cx_i_lag_constant(err, work->y_name, what);
    return CX_OK;
}

static cx_status cross_difference(cross_series *work, cx_error *err) {
    for (int64_t i = 0; i + 1 < work->n; i++) {
        work->x[i] = work->x[i + 1] - work->x[i];
        work->y[i] = work->y[i + 1] - work->y[i];
    }
    work->n--;
    work->difference++;
    return cross_check(work, work->difference == 1 ? ", differenced," : ", differenced twice,",
                       err);
}

/* A filter that is given belongs to the series as they are. */
static cx_status cross_stationary(cross_series *work, bool given, cx_error *err) {
    bool automatic = work->options.difference < 0 && work->options.prewhiten && !given;
    int64_t most = automatic ? 2 : work->options.difference < 0 ? 0 : work->options.difference;
    for (;;) {
        int64_t lags = cx_i_kpss_lags(work->n);
        work->kpss_x = cx_i_kpss(work->x, work->n, lags);
        work->kpss_y = cx_i_kpss(work->y, work->n, lags);
        bool settled = work->kpss_x <= CX_I_KPSS_LIMIT && work->kpss_y <= CX_I_KPSS_LIMIT;
        if (work->difference >= most || (automatic && settled)) return CX_OK;
        CX_TRY(cross_difference(work, err));
    }
}

static cx_status cross_given_filter(cross_series *work, const cx_array *filter, cx_error *err) {
    if (filter->length > CX_I_AR_MOST)
        return cx_i_fail(err, CX_E_LIMIT, "the filter has %d coefficients; the most is %d",
                         filter->length, (int64_t)CX_I_AR_MOST);
    double read[CX_I_AR_MOST];
    CX_TRY(cx_i_lag_read(filter, "filter", read, err));
    for (int64_t i = 0; i < filter->length; i++) {
        if (isnan(read[i])) {
            cx_array named = cx_i_array_named(filter, "filter");
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, i, NAN, "a coefficient is missing");
        }
        work->filter.coefficient[i] = read[i];
    }
    work->filter.order = filter->length;
    work->filter.variance = work->filter.aicc = NAN;
    return CX_OK;
}

static cx_status cross_find_filter(cross_series *work, const cx_array *filter, cx_error *err) {
    double c[CX_I_AR_MOST + 1];
    if (filter != NULL) return cross_given_filter(work, filter, err);
    int64_t most = (int64_t)(10 * log10((double)work->n));
    if (most > work->n / 4) most = work->n / 4;
    if (most > CX_I_AR_MOST) most = CX_I_AR_MOST;
    if (work->options.order > work->n - 5)
        return cx_i_fail(err, CX_E_FEW, "%d periods are too few for a filter of order %d", work->n,
                         (int64_t)work->options.order);
    int64_t reach = work->options.order > most ? work->options.order : most;
    cx_i_autocovariance(work->x, work->n, reach, c);
    work->filter = cx_i_ar_fit(c, work->n, most, work->options.order);
    return CX_OK;
}

static cx_status cross_filter(cross_series *work, cx_error *err) {
    if (work->n - work->filter.order < 4)
        return cx_i_fail(err, CX_E_FEW, "%d periods are too few for a filter of order %d", work->n,
                         work->filter.order);
    double *const series[] = {work->x, work->y};
    int64_t left = work->n - work->filter.order;
    for (int s = 0; s < 2; s++) {
        cx_i_ar_filter(&work->filter, series[s], work->n, work->room);
        memcpy(series[s], work->room, (size_t)left * sizeof *work->room);
    }
    work->n = left;
    return cross_check(work, ", filtered,", err);
}

/* -- correlations -------------------------------------------------------------------------- */

static double cross_centre(double *x, int64_t n) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    for (int64_t i = 0; i < n; i++) {
        x[i] -= sum / (double)n;
        squares += x[i] * x[i];
    }
    return squares;
}

static void cross_test(cross_row *row, const cross_series *work, double shown) {
    row->z = row->correlation / row->se;
    row->low = fmax(-1, row->correlation - cx_i_estimate_z(work->options.confidence) * row->se);
    row->high = fmin(1, row->correlation + cx_i_estimate_z(work->options.confidence) * row->se);
    row->band = work->band_z * row->se;
    row->p = 2 * cx_normal_sf(fabs(row->z));
    row->adjusted = -expm1(shown * log1p(-row->p)); /* 1 - (1 - p)^lags */
    row->outside = fabs(row->z) <= work->band_z ? 2 : row->z > 0 ? 0 : 1;
}

static void cross_rows(cross_series *work) {
    int64_t most = work->options.max_lag, shown = 0;
    double scale = sqrt(cross_centre(work->x, work->n)) * sqrt(cross_centre(work->y, work->n));
    for (int64_t k = -most; k <= most; k++)
        shown += work->n - (k < 0 ? -k : k) >= work->options.fewest;
    double inside = pow(work->options.confidence, 1 / (double)shown);
    work->band_z = shown > 0 ? cx_normal_quantile_upper((1 - inside) / 2) : (double)NAN;
    for (int64_t k = -most; k <= most; k++) {
        cross_row *row = &work->row[k + most];
        int64_t distance = k < 0 ? -k : k, n = work->n - distance;
        *row = (cross_row){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, k, n > 0 ? n : 0, 3, 1};
        if (n < work->options.fewest) continue;
        const double *x = k < 0 ? work->x + distance : work->x;
        const double *y = k < 0 ? work->y : work->y + distance;
        double sum = 0;
        for (int64_t i = 0; i < n; i++) sum += x[i] * y[i];
        row->correlation = fmax(-1, fmin(1, sum / scale));
        row->status = work->options.prewhiten ? 0 : 2;
        if (!work->options.prewhiten) continue;
        row->se = 1 / sqrt((double)n);
        cross_test(row, work, (double)shown);
    }
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status cross_filter_figures(const cross_series *work, cx_table *table, cx_error *err) {
    static const char *const names[CX_I_AR_MOST] = {
        "ar_1",  "ar_2",  "ar_3",  "ar_4",  "ar_5",  "ar_6",  "ar_7",  "ar_8",  "ar_9",  "ar_10",
        "ar_11", "ar_12", "ar_13", "ar_14", "ar_15", "ar_16", "ar_17", "ar_18", "ar_19", "ar_20",
        "ar_21", "ar_22", "ar_23", "ar_24", "ar_25", "ar_26", "ar_27", "ar_28", "ar_29", "ar_30",
        "ar_31", "ar_32", "ar_33", "ar_34", "ar_35", "ar_36", "ar_37", "ar_38", "ar_39", "ar_40",
        "ar_41", "ar_42", "ar_43", "ar_44", "ar_45", "ar_46", "ar_47", "ar_48", "ar_49", "ar_50",
        "ar_51", "ar_52", "ar_53", "ar_54", "ar_55", "ar_56", "ar_57", "ar_58", "ar_59", "ar_60"};
    for (int64_t i = 0; i < work->filter.order; i++)
        CX_TRY(cx_i_table_figure(table, names[i], work->filter.coefficient[i], err));
    return CX_OK;
}

static cx_status cross_figures(const cross_series *work, int64_t count, cx_table *table,
                               cx_error *err) {
    double peak = NAN, peak_lag = NAN, forward = NAN, backward = NAN, outside = 0;
    for (int64_t i = 0; i < count; i++) {
        const cross_row *row = &work->row[i];
        if (!isnan(row->correlation) && !(fabs(row->correlation) <= fabs(peak)))
            peak = row->correlation, peak_lag = (double)row->lag;
        if (row->lag > 0) forward = fmax(forward, fabs(row->z));
        if (row->lag < 0) backward = fmax(backward, fabs(row->z));
        outside += row->outside < 2;
    }
    const cx_i_lag_figure figures[] = {{"n", (double)work->n},
                                       {"order", (double)work->filter.order},
                                       {"difference", (double)work->difference},
                                       {"kpss_x", work->kpss_x},
                                       {"kpss_y", work->kpss_y},
                                       {"aicc", work->filter.aicc},
                                       {"band_z", work->options.prewhiten ? work->band_z : NAN},
                                       {"peak_lag", peak_lag},
                                       {"peak", peak},
                                       {"forward", forward},
                                       {"backward", backward},
                                       {"outside", outside},
                                       {"prewhitened", work->options.prewhiten}};
    CX_TRY(cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err));
    return cross_filter_figures(work, table, err);
}

static cx_status cross_columns(const cross_series *work, int64_t count, uint8_t *codes,
                               cx_table *table, cx_error *err) {
    static const cx_i_lag_field fields[] = {{"correlation", offsetof(cross_row, correlation)},
                                            {"se", offsetof(cross_row, se)},
                                            {"z", offsetof(cross_row, z)},
                                            {"ci_low", offsetof(cross_row, low)},
                                            {"ci_high", offsetof(cross_row, high)},
                                            {"band", offsetof(cross_row, band)},
                                            {"p_value", offsetof(cross_row, p)},
                                            {"p_adjusted", offsetof(cross_row, adjusted)}};
    static const char *const outside[] = {"above", "below", "within", ""};
    static const char *const status[] = {"ok", "few", "descriptive"};
    int64_t *column;
    CX_TRY(cx_i_table_i64(table, "lag", &column, err));
    for (int64_t i = 0; i < count; i++) column[i] = work->row[i].lag;
    CX_TRY(cx_i_lag_fields(table, work->row, count, sizeof *work->row, fields, CX_I_COUNT(fields),
                           err));
    for (int64_t i = 0; i < count; i++) codes[i] = work->row[i].outside;
    CX_TRY(cx_i_table_coded(table, "outside", codes, outside, err));
    for (int64_t i = 0; i < count; i++)
        if (codes[i] == 3) CX_TRY(cx_i_table_null(table, i, err));
    CX_TRY(cx_i_table_i64(table, "n", &column, err));
    for (int64_t i = 0; i < count; i++) column[i] = work->row[i].n;
    for (int64_t i = 0; i < count; i++) codes[i] = work->row[i].status;
    return cx_i_table_coded(table, "status", codes, status, err);
}

static cx_status cross_table(const cross_series *work, cx_table **out, cx_error *err) {
    int64_t count = 2 * (int64_t)work->options.max_lag + 1;
    uint8_t codes[2 * CX_LAG_MOST + 1] = {0};
    cx_table *table = NULL;
    CX_TRY(cx_i_table_new(count, work->options.allocator, &table, err));
    cx_status status = cross_columns(work, count, codes, table, err);
    if (status == CX_OK) status = cross_figures(work, count, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status cross_run(cross_series *work, const cx_array *x, const cx_array *y,
                           const cx_array *filter, cx_table **out, cx_error *err) {
    work->n = x->length;
    work->x_name = cx_i_array_name(x, "x");
    work->y_name = cx_i_array_name(y, "y");
    CX_TRY(cx_i_lag_series(x, "x", work->x, err));
    CX_TRY(cx_i_lag_series(y, "y", work->y, err));
    if (work->n < 8)
        return cx_i_fail(err, CX_E_FEW, "%d periods are too few; 8 are needed", work->n);
    CX_TRY(cross_stationary(work, filter != NULL, err));
    if (work->options.prewhiten) {
        CX_TRY(cross_find_filter(work, filter, err));
        CX_TRY(cross_filter(work, err));
    } else {
        work->filter.aicc = NAN;
    }
    cross_rows(work);
    return cross_table(work, out, err);
}

cx_status cx_cross_correlate(const cx_array *x, const cx_array *y, const cx_array *filter,
                             const cx_cross_correlate_options *options, cx_table **out,
                             cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cross_series work = {0};
    CX_TRY(cross_options(options, &work, err));
    CX_TRY(cx_i_lag_pair(x, y, err));
    if (filter != NULL) CX_TRY(cx_i_array_check(filter, "filter", CX_I_NUMBERS, err));
    cx_allocator own = cx_i_allocator(work.options.allocator);
    int64_t rows = 2 * (int64_t)work.options.max_lag + 1, n = x->length;
    work.options.allocator = &own;
    work.x = cx_i_alloc_array(&own, n, 3 * sizeof *work.x);
    work.row = cx_i_alloc_array(&own, rows, sizeof *work.row);
    cx_status status = CX_OK;
    if (work.x == NULL || work.row == NULL) {
        status = cx_i_out_of_memory(err);
    } else {
        work.y = work.x + n;
        work.room = work.y + n;
        status = cross_run(&work, x, y, filter, out, err);
    }
    cx_i_free(&own, work.x);
    cx_i_free(&own, work.row);
    return status;
}
