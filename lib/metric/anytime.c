#include <cxkit/anytime.h>

#include "metric/compare.h"
#include "stat/sequence.h"

#define ANYTIME_OPTIMISE_AT 500

void cx_anytime_options_init(cx_anytime_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->score = CX_SCORE_NPS;
    options->promoters = 9;
    options->detractors = 6;
    options->method = CX_METHOD_AUTO;
    options->confidence = CX_I_DEFAULT_CONFIDENCE;
}

static cx_status anytime_check(const cx_anytime_options *options, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_BETA_BINOMIAL,
                                        CX_METHOD_NORMAL_MIXTURE, CX_METHOD_BETTING};
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_anytime_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_method(options->method, methods, 4, err));
    CX_TRY(cx_i_release_check((cx_i_release){options->min_n, options->totals}, err));
    if (options->optimise_at == 0 || (options->optimise_at >= 1 && options->optimise_at <= 1e15))
        return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "optimise_at is %g; it is a planned number of answers, 1 to 1e15, or 0",
                     options->optimise_at);
}

/* The lowest and the highest reading. */
static cx_i_interval anytime_range(const cx_tally *tally, int32_t score) {
    if (score == CX_SCORE_NPS) return (cx_i_interval){-100, 100};
    if (score == CX_SCORE_TOP_BOX) return (cx_i_interval){0, 1};
    return (cx_i_interval){tally->scale_min, tally->scale_max};
}

/* The answers as values from 0 to 1; neighbours that are read alike are one value. */
static void anytime_interval(const cx_tally *tally, const cx_i_read_as *as,
                             const cx_anytime_options *options, cx_estimate *out) {
    double x[CX_TALLY_MAX_LEVELS], n[CX_TALLY_MAX_LEVELS];
    cx_i_seen seen = {x, n, 0, (double)out->n, 0};
    cx_i_interval range = anytime_range(tally, options->score);
    double width = range.high - range.low;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) {
        int64_t count = tally->cells.count[i];
        double value = (as->reading(tally->scale_min + i, as->context) - range.low) / width;
        if (count == 0) continue;
        if (seen.count == 0 || x[seen.count - 1] != value)
            x[seen.count] = value, n[seen.count++] = 0;
        n[seen.count - 1] += (double)count;
    }
    seen.mean = (out->value - range.low) / width;
    cx_i_interval interval = cx_i_sequence_interval((cx_method)out->method, &seen,
                                                    options->optimise_at > 0 ? options->optimise_at
                                                                             : ANYTIME_OPTIMISE_AT,
                                                    1 - options->confidence);
    out->ci_low = range.low + width * interval.low;
    out->ci_high = range.low + width * interval.high;
    if (interval.low <= 0 || interval.high >= 1) out->flags |= CX_FLAG_CLIPPED;
}

static cx_method anytime_method(const cx_anytime_options *options) {
    if (options->method != CX_METHOD_AUTO) return (cx_method)options->method;
    return options->score == CX_SCORE_TOP_BOX ? CX_METHOD_BETA_BINOMIAL : CX_METHOD_BETTING;
}

static cx_status anytime_estimate(const cx_tally *tally, const void *context, cx_estimate *out,
                                  cx_error *err) {
    static const cx_unit units[] = {CX_UNIT_POINTS, CX_UNIT_SCALE, CX_UNIT_FRACTION};
    const cx_anytime_options *options = context;
    cx_compare_options compare;
    cx_i_read_as as;
    CX_TRY(anytime_check(options, err));
    cx_compare_options_init(&compare);
    compare.score = options->score;
    compare.promoters = options->promoters;
    compare.detractors = options->detractors;
    compare.top = options->top;
    CX_TRY(cx_i_compare_reading(&compare, tally->scale_min, tally->scale_max, &as, err));
    if (tally->cells.weighted)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the answers are weighted; an interval that holds at every look is for "
                         "answers that count once each: leave the weights out");
    cx_i_figures figures = cx_i_tally_figures(tally, as.reading, as.context);
    CX_TRY(
        cx_i_tally_estimate(tally, options->confidence, units[options->score], &figures, out, err));
    out->value = figures.mean;
    out->se = figures.se;
    out->method = (int32_t)anytime_method(options);
    anytime_interval(tally, &as, options, out);
    return CX_OK;
}

static cx_status anytime_options(const cx_anytime_options *options, cx_anytime_options *used,
                                 cx_error *err) {
    cx_anytime_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_anytime_options", err));
    return CX_OK;
}

cx_status cx_anytime(const cx_tally *tally, const cx_anytime_options *options, cx_estimate *out,
                     cx_error *err) {
    cx_anytime_options used;
    cx_estimate estimate;
    CX_TRY(anytime_options(options, &used, err));
    if (tally == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tally == NULL ? "tally" : "out");
    CX_TRY(anytime_estimate(tally, &used, &estimate, err));
    CX_TRY(cx_i_release_one(tally, used.min_n, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_anytime_by(const cx_tallies *tallies, const cx_anytime_options *options,
                        cx_table **out, cx_error *err) {
    cx_anytime_options used;
    CX_TRY(anytime_options(options, &used, err));
    return cx_i_metric_by(tallies, anytime_estimate, &used, (cx_i_release){used.min_n, used.totals},
                          out, err);
}
