#include "metric/scores.h"

#include "stat/interval.h"

/* Net scores in points. */

void cx_nps_options_init(cx_nps_options *options) {
    if (options == NULL) return;
    *options =
        (cx_nps_options){sizeof *options, CX_METHOD_AUTO, 9, 6, CX_I_DEFAULT_CONFIDENCE, 0, 0, 0};
}

static cx_status nps_check(const cx_tally *tally, const cx_nps_options *options, cx_error *err) {
    static const cx_method methods[] = {
        CX_METHOD_AUTO,  CX_METHOD_WALD,         CX_METHOD_ADJUSTED_WALD, CX_METHOD_ADJUSTED_WALD_Z,
        CX_METHOD_SCORE, CX_METHOD_BONETT_PRICE, CX_METHOD_GOODMAN};
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_nps_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_release_check((cx_i_release){options->min_n, options->totals}, err));
    CX_TRY(cx_i_check_method(options->method, methods, 7, err));
    return cx_i_check_cuts(options->detractors, options->promoters, tally->scale_min,
                           tally->scale_max, err);
}

/* Coverage by enumeration: below 5 and from 30 answers score holds best, adjusted Wald between. */
static cx_method nps_method(int32_t method, double n_eff) {
    if (method != CX_METHOD_AUTO) return (cx_method)method;
    return n_eff < 5 || n_eff >= 30 ? CX_METHOD_SCORE : CX_METHOD_ADJUSTED_WALD;
}

cx_status cx_i_nps_estimate(const cx_tally *tally, const void *context, cx_estimate *out,
                            cx_error *err) {
    const cx_nps_options *options = context;
    CX_TRY(nps_check(tally, options, err));
    cx_i_net_cuts cuts = {options->detractors, options->promoters, 100};
    cx_i_figures figures = cx_i_tally_figures(tally, cx_i_read_net, &cuts);
    CX_TRY(cx_i_tally_estimate(tally, options->confidence, CX_UNIT_POINTS, &figures, out, err));
    double minus = cx_i_tally_weight_between(tally, tally->scale_min, options->detractors);
    double plus = cx_i_tally_weight_between(tally, options->promoters, tally->scale_max);
    double zero = cx_i_tally_weight_between(tally, options->detractors + 1, options->promoters - 1);
    double each = figures.n_eff / figures.sum_w;
    cx_method method = nps_method(options->method, figures.n_eff);
    cx_i_interval interval = cx_i_net_interval(
        method, (cx_i_trinomial){minus * each, zero * each, plus * each}, options->confidence);
    out->value = 100 * (plus - minus) / figures.sum_w;
    out->se = figures.se;
    out->method = (int32_t)method;
    out->ci_low = 100 * interval.low;
    out->ci_high = 100 * interval.high;
    cx_i_estimate_clip(out, -100, 100);
    return CX_OK;
}

/* The options, or the defaults; people are never shown in groups below 5 unless asked for. */
static cx_status nps_options(const cx_nps_options *options, int64_t least, cx_nps_options *used,
                             cx_error *err) {
    cx_nps_options_init(used);
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_nps_options", err));
    if (used->min_n == 0) used->min_n = least;
    return CX_OK;
}

static cx_status nps_one(const cx_tally *tally, const cx_nps_options *options, int64_t least,
                         cx_estimate *out, cx_error *err) {
    cx_nps_options used;
    cx_estimate estimate;
    CX_TRY(nps_options(options, least, &used, err));
    if (tally == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tally == NULL ? "tally" : "out");
    CX_TRY(cx_i_nps_estimate(tally, &used, &estimate, err));
    CX_TRY(cx_i_release_one(tally, used.min_n, err));
    *out = estimate;
    return CX_OK;
}

/* One method for all rows, so that they compare. */
static cx_status nps_many(const cx_tallies *tallies, const cx_nps_options *options, int64_t least,
                          cx_table **out, cx_error *err) {
    cx_nps_options used;
    CX_TRY(nps_options(options, least, &used, err));
    if (used.method == CX_METHOD_AUTO) used.method = CX_METHOD_SCORE;
    return cx_i_metric_by(tallies, cx_i_nps_estimate, &used,
                          (cx_i_release){used.min_n, used.totals}, out, err);
}

cx_status cx_nps(const cx_tally *tally, const cx_nps_options *options, cx_estimate *out,
                 cx_error *err) {
    return nps_one(tally, options, 0, out, err);
}

cx_status cx_nps_by(const cx_tallies *tallies, const cx_nps_options *options, cx_table **out,
                    cx_error *err) {
    return nps_many(tallies, options, 0, out, err);
}

#define NPS_FEWEST_EMPLOYEES 5

cx_status cx_enps(const cx_tally *tally, const cx_nps_options *options, cx_estimate *out,
                  cx_error *err) {
    return nps_one(tally, options, NPS_FEWEST_EMPLOYEES, out, err);
}

cx_status cx_enps_by(const cx_tallies *tallies, const cx_nps_options *options, cx_table **out,
                     cx_error *err) {
    return nps_many(tallies, options, NPS_FEWEST_EMPLOYEES, out, err);
}
