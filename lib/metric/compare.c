#include "metric/compare.h"

#include "metric/suppress.h"

#include <cxkit/special.h>

void cx_compare_options_init(cx_compare_options *options) {
    if (options == NULL) return;
    *options = (cx_compare_options){
        sizeof *options, CX_SCORE_NPS, 9, 6, 0, CX_METHOD_AUTO, CX_I_DEFAULT_CONFIDENCE, 0, 0, 0};
}

cx_status cx_i_compare_options(const cx_compare_options *given, cx_compare_options *used,
                               cx_error *err) {
    cx_compare_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_compare_options", err));
    return CX_OK;
}

const cx_tally *cx_i_compare_find(const cx_tallies *side, const cx_tallies *all, int64_t i) {
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(&all->keys, all->order[i], &size);
    int64_t key = cx_i_keys_find(&side->keys, bytes, size);
    return key < 0 ? NULL : side->tally[key];
}

cx_status cx_i_compare_union(const cx_tallies *a, const cx_tallies *b, cx_tallies **out,
                             cx_error *err) {
    CX_TRY(cx_tallies_copy(a, &a->allocator, out, err));
    cx_status status = cx_tallies_merge(*out, b, err);
    if (status != CX_OK) cx_tallies_free(*out);
    return status;
}

cx_status cx_i_compare_reading(const cx_compare_options *options, int32_t scale_min,
                               int32_t scale_max, cx_i_read_as *as, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_compare_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    if (options->lower_is_better != 0 && options->lower_is_better != 1)
        return cx_i_fail(err, CX_E_OPTION, "lower_is_better is %d, neither 0 nor 1",
                         (int64_t)options->lower_is_better);
    if (options->direction != CX_HIGH_IS_BEST && options->direction != CX_LOW_IS_BEST)
        return cx_i_fail(err, CX_E_OPTION,
                         "direction is %d, neither high is best (0) nor low is best (1)",
                         (int64_t)options->direction);
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    as->context = NULL;
    switch (options->score) {
    case CX_SCORE_NPS:
        CX_TRY(cx_i_check_cuts(options->detractors, options->promoters, scale_min, scale_max, err));
        as->cuts = (cx_i_net_cuts){options->detractors, options->promoters, 100};
        as->reading = cx_i_read_net;
        as->context = &as->cuts;
        return CX_OK;
    case CX_SCORE_MEAN:
        as->reading = cx_i_read_score;
        return CX_OK;
    case CX_SCORE_TOP_BOX:
        CX_TRY(cx_i_top_boxes(options->top, scale_min, scale_max, &as->lowest_top, err));
        as->reading = cx_i_read_top;
        as->context = &as->lowest_top;
        if (options->direction == CX_LOW_IS_BEST) { /* as many boxes, from the other end */
            as->lowest_top = scale_min + (scale_max - as->lowest_top);
            as->reading = cx_i_read_bottom;
        }
        return CX_OK;
    default:
        return cx_i_fail(err, CX_E_OPTION, "score is %d: nps (0), mean (1) or top box (2)",
                         (int64_t)options->score);
    }
}

cx_status cx_i_compare_estimate(const cx_tally *tally, const cx_compare_options *options,
                                cx_estimate *out, cx_error *err) {
    cx_nps_options nps = {sizeof nps,
                          CX_METHOD_SCORE,
                          options->promoters,
                          options->detractors,
                          options->confidence,
                          0,
                          0,
                          0};
    cx_csat_options csat = {
        sizeof csat, CX_METHOD_WILSON,  options->top, CX_DENOMINATOR_VALID, options->confidence, 0,
        0,           options->direction};
    cx_mean_options mean = {sizeof mean, 0, options->confidence, 0};
    return options->score == CX_SCORE_NPS       ? cx_i_nps_estimate(tally, &nps, out, err)
           : options->score == CX_SCORE_TOP_BOX ? cx_i_csat_estimate(tally, &csat, out, err)
                                                : cx_i_mean_estimate(tally, &mean, out, err);
}

/* -- can groups be told apart? ------------------------------------------------------------- */

double cx_i_compare_spread(const cx_tally *group, const cx_i_figures *own, const cx_tally *all,
                           const cx_i_figures *total, const cx_i_read_as *as, double more) {
    double mean = 0, square = 0;
    for (int32_t i = 0; i < cx_i_tally_levels(group); i++) {
        int32_t score = group->scale_min + i;
        double share = (own->n_eff * cx_tally_weight(group, score) / own->sum_w +
                        more * cx_tally_weight(all, score) / total->sum_w) /
                       (own->n_eff + more);
        double y = as->reading(score, as->context) - total->mean;
        mean += share * y;
        square += share * y * y;
    }
    return square - mean * mean;
}

typedef struct compare_sums {
    double weight, weight_square, weighted, weighted_square;
    int64_t groups, left_out;
} compare_sums;

static void compare_add_group(const cx_tally *group, const cx_tally *all, const cx_i_read_as *as,
                              const cx_i_figures *total, compare_sums *sums) {
    cx_i_figures figures = cx_i_tally_figures(group, as->reading, as->context);
    if (figures.n < 2 || !(figures.sum_w > 0)) {
        sums->left_out++;
        return;
    }
    double weight = figures.n_eff / cx_i_compare_spread(group, &figures, all, total, as, 1);
    double distance = figures.mean - total->mean; /* centred: no digits are lost in q */
    sums->groups++;
    sums->weight += weight;
    sums->weight_square += weight * weight;
    sums->weighted += weight * distance;
    sums->weighted_square += weight * distance * distance;
}

static void compare_finish(const compare_sums *sums, double centre, cx_heterogeneity_test *out) {
    double df = (double)sums->groups - 1;
    double q = fmax(sums->weighted_square - sums->weighted * sums->weighted / sums->weight, 0);
    double excess = fmax(q - df, 0);
    out->q = q;
    out->df = df;
    out->p_value = cx_chisq_sf(q, df);
    out->mean = centre + sums->weighted / sums->weight;
    out->sd_between = sqrt(excess / (sums->weight - sums->weight_square / sums->weight));
    out->share_between = q > 0 ? excess / q : 0;
    out->groups = sums->groups;
    out->left_out = sums->left_out;
}

cx_status cx_i_compare_test(const cx_tallies *tallies, int64_t from, int64_t end,
                            const cx_tally *all, const cx_i_read_as *as, cx_heterogeneity_test *out,
                            cx_error *err) {
    compare_sums sums = {0, 0, 0, 0, 0, 0};
    cx_i_figures total = cx_i_tally_figures(all, as->reading, as->context);
    if (total.n > 0 && !(total.spread > 0))
        return cx_i_fail(err, CX_E_CONSTANT, "all answers of all groups are alike");
    for (int64_t i = from; i < end; i++)
        compare_add_group(tallies->tally[tallies->order[i]], all, as, &total, &sums);
    if (sums.groups < 2)
        return cx_i_fail(err, CX_E_FEW,
                         "%d groups have two answers or more; a comparison needs two groups",
                         sums.groups);
    compare_finish(&sums, total.mean, out);
    return CX_OK;
}

cx_status cx_heterogeneity(const cx_tallies *tallies, const cx_compare_options *options,
                           cx_heterogeneity_test *out, cx_error *err) {
    cx_compare_options defaults;
    cx_i_read_as as;
    cx_tally *all;
    cx_compare_options_init(&defaults);
    if (tallies == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tallies == NULL ? "tallies" : "out");
    CX_TRY(cx_i_compare_reading(options != NULL ? options : &defaults, tallies->scale_min,
                                tallies->scale_max, &as, err));
    CX_TRY(cx_tallies_total(tallies, &tallies->allocator, &all, err));
    cx_status status = cx_i_tally_check_weights(all, err);
    if (status == CX_OK)
        status = cx_i_compare_test(tallies, 0, tallies->keys.count, all, &as, out, err);
    cx_tally_free(all);
    return status;
}
