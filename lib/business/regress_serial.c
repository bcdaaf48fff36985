#include "business/regress.h"

#include "stat/hac.h"

/* Covariances of series [NeweyWest1987] and of panels by period [DriscollKraay1998]. */

/* What gives the sum of a row's kept columns from its coordinates. */
static void serial_columns(const cx_i_linear *linear, double *sum) {
    int64_t q = linear->q, shift = linear->constant;
    memset(sum, 0, (size_t)linear->k * sizeof *sum);
    for (int64_t a = 0; a < q; a++) {
        if (shift) sum[0] += linear->mean[a] / linear->level;
        for (int64_t b = 0; b <= a; b++)
            sum[b + shift] += linear->scale[a] * linear->lower[a * q + b];
    }
}

/* The plug-in number of lags [NeweyWest1994], from the summed scores of all columns but the
 * constant; never more than there are. */
static int64_t serial_plug_in(const cx_i_linear *linear, const double *scores, int64_t periods,
                              double *sum, double *series) {
    int64_t k = linear->k, most = cx_i_hac_lags(periods);
    double level = 0, slope = 0, n = (double)periods;
    serial_columns(linear, sum);
    for (int64_t t = 0; t < periods; t++) {
        series[t] = 0;
        for (int64_t a = 0; a < k; a++) series[t] += sum[a] * scores[t * k + a];
    }
    for (int64_t lag = 0; lag <= most && lag < periods; lag++) {
        double product = 0;
        for (int64_t t = lag; t < periods; t++) product += series[t] * series[t - lag];
        level += (lag == 0 ? 1 : 2) * product;
        slope += 2 * (double)lag * product;
    }
    double ratio = slope / level, lags = floor(1.1447 * cbrt(ratio * ratio * n));
    return lags < n - 1 ? (int64_t)lags : periods - 1;
}

static cx_status serial_scores(cx_i_linear *linear, const int64_t *rank, double *scores,
                               cx_error *err) {
    cx_i_rows *rows = linear->rows;
    cx_i_linear_block block = {0};
    int64_t k = linear->k;
    CX_TRY(cx_i_linear_block_new(linear, &block, err));
    for (int64_t start = 0; start < rows->n; start += CX_I_LINEAR_BLOCK) {
        cx_i_linear_read(linear, start, &block);
        for (int64_t r = 0; r < block.rows; r++) {
            int64_t at = rank == NULL ? start + r : rank[rows->time.of[start + r]];
            double factor = block.w[r] * block.residual[r];
            for (int64_t a = 0; a < k; a++)
                scores[at * k + a] += factor * block.z[a * CX_I_LINEAR_BLOCK + r];
        }
    }
    return CX_OK;
}

static double serial_factor(const cx_i_linear *linear, const cx_regress_options *options,
                            int64_t periods) {
    if (!options->small_sample) return 1;
    if (options->cov == CX_COV_DRISCOLL_KRAAY) return cx_i_regress_cr1(linear, periods);
    return linear->rows->count / cx_i_linear_df(linear);
}

cx_status cx_i_regress_serial(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                              cx_error *err) {
    cx_i_rows *rows = linear->rows;
    int64_t k = linear->k, periods = rows->timed ? rows->time.count : rows->n, cells, *rank = NULL;
    bool panel = options->cov == CX_COV_DRISCOLL_KRAAY;
    if (rows->timed) CX_TRY(cx_i_factor_rank(rows, &rows->time, &rank, err));
    if (!cx_i_mul_i64(periods, k, &cells)) return cx_i_out_of_memory(err);
    double *scores = cx_i_rows_take(rows, cells, sizeof *scores);
    double *meat = cx_i_rows_take(rows, k * k + k + periods, sizeof *meat);
    if (scores == NULL || meat == NULL) return cx_i_out_of_memory(err);
    CX_TRY(serial_scores(linear, rank, scores, err));
    int64_t lags = options->lag;
    if (options->lag_rule == CX_LAG_LENGTH) lags = cx_i_hac_lags(periods);
    if (options->lag_rule == CX_LAG_PLUG_IN)
        lags = serial_plug_in(linear, scores, periods, meat + k * k, meat + k * k + k);
    cx_i_hac shape = {.rows = periods, .p = k, .lags = lags};
    cx_i_hac_meat(&shape, scores, meat);
    CX_TRY(cx_i_linear_spread(linear, meat, serial_factor(linear, options, periods), fit, err));
    for (int64_t i = 0; i < fit->p; i++)
        fit->df[i] = panel ? (double)periods - 1 : cx_i_linear_df(linear);
    if (panel && periods < 20) fit->flags |= CX_FLAG_FEW_CLUSTERS;
    cx_i_fit_add_figure(fit, "lag", (double)lags);
    cx_i_fit_add_figure(fit, "periods", (double)periods);
    return CX_OK;
}
