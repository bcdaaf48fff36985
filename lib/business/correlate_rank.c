#include "business/correlate.h"
#include "stat/estimate.h"

/* At a coefficient of 1 its standard error is 0, yet the rows only say so much: m pairs of
 * different rows are independent, all agree, and would do so with a probability of ((1 + tau)/2)^m.
 * The limit is where that is (1 - confidence)/2; for Spearman's coefficient, the least it can be
 * for such a tau [DurbinStuart1951]. */
static double rank_least(double pairs, double confidence, int32_t method) {
    double tau = 2 * exp(log((1 - confidence) / 2) / pairs) - 1;
    if (method != CX_CORRELATION_SPEARMAN) return tau;
    return tau >= 0 ? (3 * tau - 1) / 2 : (tau * tau + 2 * tau - 1) / 2;
}

static void rank_extreme(cx_estimate *out, double untied, int32_t method) {
    double pairs = floor(out->n_eff * untied / 2);
    double least = pairs < 1 ? -1 : rank_least(pairs, out->confidence, method);
    if (out->n_eff <= 3) return;
    out->ci_low = out->value > 0 ? least : -1;
    out->ci_high = out->value > 0 ? 1 : -least;
    out->se = 0;
}

/* The interval of [BonettWright2000]; of weighted rows, one from the influence of each. */
static cx_status rank_spearman(cx_estimate *out, const cx_i_concordance *pairs, double error,
                               cx_error *err) {
    double half = out->value * out->value / 2, z = cx_i_estimate_z(out->confidence);
    if (pairs->cells->weighted) {
        cx_i_correlate_robust(out, error, 0);
        return CX_OK;
    }
    if (out->n > 3) cx_i_correlate_limits(out, sqrt((1 + half) / (out->n_eff - 3)), z);
    return cx_i_spearman_p(pairs, out->value, &out->p_value, err);
}

/* se is that of r; the p-value without weights is that of the pairs themselves. */
static void rank_pairs(cx_estimate *out, const cx_i_concordance *pairs, double error) {
    cx_i_correlate_robust(out, error, 0);
    if (!pairs->cells->weighted) out->p_value = cx_i_rank_p(pairs);
}

static cx_i_rank_kind rank_kind(int32_t method) {
    if (method == CX_CORRELATION_GAMMA) return CX_I_RANK_GAMMA;
    return method == CX_CORRELATION_SOMERS ? CX_I_RANK_SOMERS : CX_I_RANK_TAU_B;
}

/* What pairs of rows with themselves weigh */
static double rank_own(const cx_i_two_way *cells) {
    double sum = 0;
    if (cells->untied != NULL) return (double)cells->n;
    for (int64_t c = 0; c < cells->count; c++) sum += cells->w2[c];
    return sum;
}

static cx_status rank_estimate(cx_i_concordance *pairs, const cx_i_correlate_input *input,
                               const cx_correlate_options *options, cx_estimate *out,
                               cx_error *err) {
    int32_t method = options->method;
    double value, error, total = pairs->total * pairs->total;
    bool spearman = method == CX_CORRELATION_SPEARMAN, weighted = pairs->cells->weighted;
    if (spearman) {
        CX_TRY(cx_i_spearman(pairs, &value, weighted ? &error : NULL, err));
    } else {
        CX_TRY(cx_i_concordance_count(pairs, err));
        value = cx_i_rank_value(pairs, rank_kind(method));
        error = cx_i_rank_error(pairs, rank_kind(method), value);
    }
    *out = cx_i_correlate_start(input, value, options->confidence);
    if (spearman)
        CX_TRY(rank_spearman(out, pairs, error, err));
    else
        rank_pairs(out, pairs, error);
    if (fabs(value) < 1) return CX_OK;
    if (spearman) CX_TRY(cx_i_concordance_count(pairs, err));
    total -= rank_own(pairs->cells);
    rank_extreme(out, cx_i_tf_double(pairs->untied) / total, method);
    return CX_OK;
}

cx_status cx_i_correlate_rank(const cx_i_correlate_cells *cells, const cx_i_correlate_input *input,
                              const cx_correlate_options *options, cx_estimate *out,
                              cx_error *err) {
    cx_i_concordance pairs;
    cx_estimate result;
    CX_TRY(cx_i_concordance_new(&cells->cells, cells->allocator, &pairs, err));
    cx_status status = rank_estimate(&pairs, input, options, &result, err);
    cx_i_concordance_free(&pairs);
    if (status == CX_OK) *out = result;
    return status;
}
