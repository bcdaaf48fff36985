#include "metric/scores.h"
#include "metric/suppress.h"

#include "stat/interval.h"

/* Shares: CSAT, and a share of plain counts. */

#define CSAT_METHODS 5
static const cx_method csat_methods[CSAT_METHODS] = {CX_METHOD_WILSON, CX_METHOD_JEFFREYS,
                                                     CX_METHOD_CLOPPER_PEARSON,
                                                     CX_METHOD_AGRESTI_COULL, CX_METHOD_WALD};

void cx_csat_options_init(cx_csat_options *options) {
    if (options == NULL) return;
    *options = (cx_csat_options){sizeof *options,
                                 CX_METHOD_WILSON,
                                 0,
                                 CX_DENOMINATOR_VALID,
                                 CX_I_DEFAULT_CONFIDENCE,
                                 0,
                                 0,
                                 0};
}

void cx_share_options_init(cx_share_options *options) {
    if (options == NULL) return;
    *options = (cx_share_options){sizeof *options, CX_METHOD_WILSON, CX_I_DEFAULT_CONFIDENCE, 0};
}

/* x of n answers, in effective numbers. */
static void csat_finish(double x, double n, int32_t method, cx_estimate *out) {
    cx_i_interval interval = cx_i_share_interval((cx_method)method, x, n, out->confidence);
    out->method = method;
    out->ci_low = interval.low;
    out->ci_high = interval.high;
    cx_i_estimate_clip(out, 0, 1);
}

static cx_status csat_check(const cx_tally *tally, const cx_csat_options *options, int32_t *lowest,
                            cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_csat_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_release_check((cx_i_release){options->min_n, options->totals}, err));
    CX_TRY(cx_i_check_method(options->method, csat_methods, CSAT_METHODS, err));
    if (options->denominator < CX_DENOMINATOR_VALID ||
        options->denominator > CX_DENOMINATOR_ANSWERED)
        return cx_i_fail(err, CX_E_OPTION, "denominator is %d, neither valid (0) nor answered (1)",
                         (int64_t)options->denominator);
    if (options->denominator == CX_DENOMINATOR_ANSWERED && tally->cells.weighted)
        return cx_i_fail(err, CX_E_OPTION,
                         "answers that do not apply carry no weight in a tally: the denominator "
                         "\"answered\" needs unweighted answers");
    if (options->direction != CX_HIGH_IS_BEST && options->direction != CX_LOW_IS_BEST)
        return cx_i_fail(err, CX_E_OPTION,
                         "direction is %d, neither high is best (0) nor low is best (1)",
                         (int64_t)options->direction);
    return cx_i_top_boxes(options->top, tally->scale_min, tally->scale_max, lowest, err);
}

/* Those to whom the question does not apply are counted as not satisfied. */
static void csat_count_all(cx_estimate *out) {
    double top = out->value * (double)out->n;
    int64_t *aside = &out->excluded[CX_EXCLUDED_NOT_APPLICABLE];
    out->n += *aside;
    *aside = 0;
    out->sum_w = out->n_eff = (double)out->n;
    out->value = top / out->sum_w;
    out->se = out->n > 1 ? sqrt(out->value * (1 - out->value) / out->n_eff) : (double)NAN;
    out->flags &= (uint32_t) ~(CX_FLAG_FEW | CX_FLAG_NO_VARIANCE);
    if (out->n_eff < 5) out->flags |= CX_FLAG_FEW;
    if (!(out->se > 0)) out->flags |= CX_FLAG_NO_VARIANCE;
}

cx_status cx_i_csat_estimate(const cx_tally *tally, const void *context, cx_estimate *out,
                             cx_error *err) {
    const cx_csat_options *options = context;
    int32_t lowest;
    CX_TRY(csat_check(tally, options, &lowest, err));
    int32_t highest = tally->scale_min + (tally->scale_max - lowest); /* from the other end */
    cx_i_figures figures = options->direction == CX_LOW_IS_BEST
                               ? cx_i_tally_figures(tally, cx_i_read_bottom, &highest)
                               : cx_i_tally_figures(tally, cx_i_read_top, &lowest);
    CX_TRY(cx_i_tally_estimate(tally, options->confidence, CX_UNIT_FRACTION, &figures, out, err));
    out->value = figures.mean;
    out->se = figures.se;
    if (options->denominator == CX_DENOMINATOR_ANSWERED) csat_count_all(out);
    csat_finish(out->value * out->n_eff, out->n_eff, options->method, out);
    return CX_OK;
}

static cx_status csat_options(const cx_csat_options *options, cx_csat_options *used,
                              cx_error *err) {
    cx_csat_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_csat_options", err));
    return CX_OK;
}

cx_status cx_csat(const cx_tally *tally, const cx_csat_options *options, cx_estimate *out,
                  cx_error *err) {
    cx_csat_options used;
    cx_estimate estimate;
    CX_TRY(csat_options(options, &used, err));
    if (tally == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tally == NULL ? "tally" : "out");
    CX_TRY(cx_i_csat_estimate(tally, &used, &estimate, err));
    CX_TRY(cx_i_release_one(tally, used.min_n, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_csat_by(const cx_tallies *tallies, const cx_csat_options *options, cx_table **out,
                     cx_error *err) {
    cx_csat_options used;
    CX_TRY(csat_options(options, &used, err));
    return cx_i_metric_by(tallies, cx_i_csat_estimate, &used,
                          (cx_i_release){used.min_n, used.totals}, out, err);
}

cx_status cx_share(int64_t successes, int64_t n, const cx_share_options *options, cx_estimate *out,
                   cx_error *err) {
    cx_share_options used;
    cx_share_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_share_options", err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_min_n_check(used.min_n, err));
    CX_TRY(cx_i_check_confidence(used.confidence, err));
    CX_TRY(cx_i_check_method(used.method, csat_methods, CSAT_METHODS, err));
    if (n < 0 || successes < 0 || successes > n)
        return cx_i_fail(err, CX_E_DOMAIN, "%d of %d is not a share: 0 <= successes <= n",
                         successes, n);
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "a share of nothing has no value");
    CX_TRY(cx_i_min_n_one(n, used.min_n, err));
    cx_estimate estimate = cx_i_estimate_new(used.confidence, CX_UNIT_FRACTION);
    double p = (double)successes / (double)n;
    estimate.n = n;
    estimate.sum_w = estimate.n_eff = (double)n;
    estimate.value = p;
    if (n > 1) estimate.se = sqrt(p * (1 - p) / (double)n);
    if (n < 5) estimate.flags |= CX_FLAG_FEW;
    if (successes == 0 || successes == n) estimate.flags |= CX_FLAG_NO_VARIANCE;
    csat_finish((double)successes, (double)n, used.method, &estimate);
    *out = estimate;
    return CX_OK;
}
