#include "metric/scores.h"

#include "stat/interval.h"

#include <cxkit/special.h>

/* Mean scores, and the Customer Effort Score, which is one of them. */

void cx_mean_options_init(cx_mean_options *options) {
    if (options == NULL) return;
    *options = (cx_mean_options){sizeof *options, 0, CX_I_DEFAULT_CONFIDENCE, 0};
}

void cx_ces_options_init(cx_ces_options *options) {
    if (options == NULL) return;
    *options = (cx_ces_options){sizeof *options,         2, CX_CES_MEAN, CX_METHOD_AUTO,
                                CX_I_DEFAULT_CONFIDENCE, 0, 0,           0};
}

/* A mean of values in a range varies at most as much as a share of its ends: the Wilson limits of
 * that share hold for it. */
static void mean_bounded(const cx_tally *tally, cx_estimate *out) {
    double low = tally->scale_min, range = (double)tally->scale_max - low;
    cx_i_interval interval = cx_i_share_interval(
        CX_METHOD_WILSON, (out->value - low) / range * out->n_eff, out->n_eff, out->confidence);
    out->method = CX_METHOD_BOUNDED;
    out->ci_low = low + range * interval.low;
    out->ci_high = low + range * interval.high;
}

/* Quantiles of one call over many groups, most of them of few different sizes. */
enum { MEAN_MEMO = 512 };

typedef struct mean_memo {
    double df[MEAN_MEMO], quantile[MEAN_MEMO];
} mean_memo;

static double mean_quantile(double confidence, double df, mean_memo *memo) {
    if (memo == NULL || df >= 0x1p53) return cx_t_quantile_upper((1 - confidence) / 2, df);
    int64_t at = (int64_t)df % MEAN_MEMO;
    if (memo->df[at] != df) {
        memo->quantile[at] = cx_t_quantile_upper((1 - confidence) / 2, df);
        memo->df[at] = df;
    }
    return memo->quantile[at];
}

/* The variance of a mean score divides by n - 1, as a t interval wants. */
static void mean_t(const cx_tally *tally, mean_memo *memo, cx_estimate *out, double se) {
    out->df = (double)out->n - 1;
    out->se = se * sqrt((double)out->n / out->df);
    double half = mean_quantile(out->confidence, out->df, memo) * out->se;
    out->method = CX_METHOD_T;
    out->ci_low = out->value - half;
    out->ci_high = out->value + half;
    cx_i_estimate_clip(out, tally->scale_min, tally->scale_max);
}

static cx_status mean_estimate(const cx_tally *tally, const cx_mean_options *mean, mean_memo *memo,
                               cx_estimate *out, cx_error *err) {
    CX_TRY(cx_i_options_check(mean->struct_size, sizeof *mean, "cx_mean_options", err));
    CX_TRY(cx_i_check_confidence(mean->confidence, err));
    CX_TRY(cx_i_release_check((cx_i_release){mean->min_n, mean->totals}, err));
    cx_i_figures figures = cx_i_tally_figures(tally, cx_i_read_score, NULL);
    CX_TRY(cx_i_tally_estimate(tally, mean->confidence, CX_UNIT_SCALE, &figures, out, err));
    out->value = figures.mean;
    if (out->flags & CX_FLAG_NO_VARIANCE)
        mean_bounded(tally, out);
    else
        mean_t(tally, memo, out, figures.se);
    return CX_OK;
}

cx_status cx_i_mean_estimate(const cx_tally *tally, const void *options, cx_estimate *out,
                             cx_error *err) {
    return mean_estimate(tally, options, NULL, out, err);
}

typedef struct mean_many {
    cx_mean_options options;
    mean_memo *memo;
} mean_many;

static cx_status mean_row(const cx_tally *tally, const void *context, cx_estimate *out,
                          cx_error *err) {
    const mean_many *many = context;
    return mean_estimate(tally, &many->options, many->memo, out, err);
}

static cx_status mean_options(const cx_mean_options *options, cx_mean_options *used,
                              cx_error *err) {
    cx_mean_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_mean_options", err));
    return CX_OK;
}

cx_status cx_mean_score(const cx_tally *tally, const cx_mean_options *options, cx_estimate *out,
                        cx_error *err) {
    cx_mean_options used;
    cx_estimate estimate;
    CX_TRY(mean_options(options, &used, err));
    if (tally == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tally == NULL ? "tally" : "out");
    CX_TRY(cx_i_mean_estimate(tally, &used, &estimate, err));
    CX_TRY(cx_i_release_one(tally, used.min_n, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_mean_score_by(const cx_tallies *tallies, const cx_mean_options *options,
                           cx_table **out, cx_error *err) {
    mean_memo memo = {{0}, {0}};
    mean_many many = {.memo = &memo};
    CX_TRY(mean_options(options, &many.options, err));
    return cx_i_metric_by(tallies, mean_row, &many,
                          (cx_i_release){many.options.min_n, many.options.totals}, out, err);
}

/* -- effort -------------------------------------------------------------------------------- */

static cx_status ces_check(const cx_tally *tally, const cx_ces_options *options, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_ces_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_release_check((cx_i_release){options->min_n, options->totals}, err));
    if (options->version != 1 && options->version != 2)
        return cx_i_fail(err, CX_E_OPTION, "CES has versions 1 and 2, not %d",
                         (int64_t)options->version);
    if (options->report < CX_CES_MEAN || options->report > CX_CES_NET)
        return cx_i_fail(err, CX_E_OPTION, "report is %d: mean (0), agree (1) or net (2)",
                         (int64_t)options->report);
    if (options->version == 1 && options->report != CX_CES_MEAN)
        return cx_i_fail(err, CX_E_OPTION,
                         "CES 1 is reported as a mean; agree and net belong to 2");
    if (options->ease != 0 && options->ease != 1)
        return cx_i_fail(err, CX_E_OPTION, "ease is %d, neither 0 nor 1", (int64_t)options->ease);
    int32_t top = options->version == 1 ? 5 : 7;
    if (tally->scale_min != 1 || tally->scale_max != top)
        return cx_i_fail(err, CX_E_MISMATCH, "CES %d is asked from 1 to %d, not from %d to %d",
                         (int64_t)options->version, (int64_t)top, (int64_t)tally->scale_min,
                         (int64_t)tally->scale_max);
    return CX_OK;
}

/* Effort as ease: the scale read from the other end. */
static void ces_turn(const cx_tally *tally, cx_estimate *out) {
    double ends = (double)tally->scale_min + tally->scale_max, low = out->ci_low;
    out->value = ends - out->value;
    out->ci_low = ends - out->ci_high;
    out->ci_high = ends - low;
}

static cx_status ces_estimate(const cx_tally *tally, const void *context, cx_estimate *out,
                              cx_error *err) {
    const cx_ces_options *options = context;
    CX_TRY(ces_check(tally, options, err));
    if (options->report == CX_CES_AGREE) {
        cx_csat_options share = {
            sizeof share, CX_METHOD_WILSON, 3, 0, options->confidence, 0, 0, 0};
        return cx_i_csat_estimate(tally, &share, out, err);
    }
    if (options->report == CX_CES_NET) {
        cx_nps_options net = {sizeof net, options->method, 6, 3, options->confidence, 0, 0, 0};
        return cx_i_nps_estimate(tally, &net, out, err);
    }
    cx_mean_options mean = {sizeof mean, 0, options->confidence, 0};
    CX_TRY(cx_i_mean_estimate(tally, &mean, out, err));
    if (options->version == 2) return CX_OK;
    if (options->ease == 1)
        ces_turn(tally, out);
    else
        out->flags |= CX_FLAG_LOWER_IS_BETTER;
    return CX_OK;
}

static cx_status ces_options(const cx_ces_options *options, cx_ces_options *used, cx_error *err) {
    cx_ces_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_ces_options", err));
    return CX_OK;
}

cx_status cx_ces(const cx_tally *tally, const cx_ces_options *options, cx_estimate *out,
                 cx_error *err) {
    cx_ces_options used;
    cx_estimate estimate;
    CX_TRY(ces_options(options, &used, err));
    if (tally == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tally == NULL ? "tally" : "out");
    CX_TRY(ces_estimate(tally, &used, &estimate, err));
    CX_TRY(cx_i_release_one(tally, used.min_n, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_ces_by(const cx_tallies *tallies, const cx_ces_options *options, cx_table **out,
                    cx_error *err) {
    cx_ces_options used;
    CX_TRY(ces_options(options, &used, err));
    if (used.method == CX_METHOD_AUTO) used.method = CX_METHOD_SCORE;
    return cx_i_metric_by(tallies, ces_estimate, &used, (cx_i_release){used.min_n, used.totals},
                          out, err);
}
