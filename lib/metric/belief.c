#include <cxkit/belief.h>

#include "base/array.h"
#include "metric/compare.h"
#include "metric/suppress.h"

/* What staff believe a score to be, against what customers say. */

/* -- beliefs ------------------------------------------------------------------------------- */

typedef struct belief_sums {
    int64_t n, over, excluded[CX_EXCLUDED_END];
    double sum, square;
} belief_sums;

typedef struct belief_scope {
    double low, high; /* of the score */
    double centre;    /* the customers' value: sums are taken about it */
} belief_scope;

static belief_scope belief_scope_of(const cx_tally *customers, int32_t score, double centre) {
    if (score == CX_SCORE_MEAN)
        return (belief_scope){customers->scale_min, customers->scale_max, centre};
    return (belief_scope){score == CX_SCORE_NPS ? -100 : 0, score == CX_SCORE_NPS ? 100 : 1,
                          centre};
}

static cx_status belief_add(const cx_array *beliefs, int64_t row, double value,
                            const belief_scope *scope, belief_sums *sums, cx_error *err) {
    if (isinf(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, beliefs, row, value, "a belief has to be finite");
    if (isnan(value)) {
        sums->excluded[CX_EXCLUDED_MISSING]++;
    } else if (value < scope->low || value > scope->high) {
        sums->excluded[CX_EXCLUDED_OUT_OF_RANGE]++;
    } else {
        double distance = value - scope->centre;
        sums->n++;
        sums->over += distance > 0;
        sums->sum += distance;
        sums->square += distance * distance;
    }
    return CX_OK;
}

static cx_status belief_read(const cx_array *beliefs, const belief_scope *scope, belief_sums *sums,
                             cx_error *err) {
    double block[CX_I_BLOCK];
    memset(sums, 0, sizeof *sums);
    for (int64_t start = 0; start < beliefs->length; start += CX_I_BLOCK) {
        int64_t rest = beliefs->length - start, count = rest < CX_I_BLOCK ? rest : CX_I_BLOCK;
        cx_i_array_read(beliefs, start, count, block);
        for (int64_t i = 0; i < count; i++)
            CX_TRY(belief_add(beliefs, start + i, block[i], scope, sums, err));
    }
    if (sums->n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no valid belief");
    return CX_OK;
}

/* The beliefs as a side of a comparison: t, or the score interval of a mean within its range. */
static void belief_side(const belief_sums *sums, const belief_scope *scope,
                        const cx_compare_options *options, cx_i_compare_side *out) {
    double n = (double)sums->n, mean = sums->sum / n, range = scope->high - scope->low;
    memset(out, 0, sizeof *out);
    out->estimate = cx_i_estimate_new(options->confidence, cx_i_compare_unit(options->score));
    memcpy(out->estimate.excluded, sums->excluded, sizeof sums->excluded);
    out->estimate.value = scope->centre + mean;
    out->estimate.n = out->figures.n = sums->n;
    out->estimate.n_eff = out->estimate.sum_w = out->figures.n_eff = out->figures.sum_w = n;
    out->figures.mean = out->estimate.value;
    out->figures.spread = fmax(sums->square / n - mean * mean, 0);
    if (out->figures.spread <= 1e-14 * range * range) out->figures.spread = 0;
    out->varies = sums->n > 1 && out->figures.spread > 0;
    out->se = sums->n > 1 ? sqrt(out->figures.spread / (n - 1)) : (double)NAN;
    if (n < 5) out->estimate.flags |= CX_FLAG_FEW;
    double own = (out->estimate.value - scope->low) / range;
    out->side = (cx_i_side){CX_I_SIDE_SHARE, own, scope->low, range, {0, 0, 0}, NAN, INFINITY};
    out->side.counts = (cx_i_trinomial){(1 - own) * n, 0, own * n};
    if (out->varies)
        out->side = (cx_i_side){CX_I_SIDE_T, out->estimate.value, 0, 1, {0, 0, 0}, out->se, n - 1};
    else
        out->estimate.flags |= CX_FLAG_NO_VARIANCE;
}

/* -- estimates ----------------------------------------------------------------------------- */

/* A side by itself, with the interval it brings. */
static cx_estimate belief_alone(const cx_i_compare_side *side, const belief_scope *scope) {
    cx_estimate alone = side->estimate;
    cx_i_interval interval = cx_i_side_interval(&side->side, alone.confidence);
    alone.se = side->se;
    alone.df = side->side.df;
    alone.ci_low = interval.low;
    alone.ci_high = interval.high;
    alone.method = side->side.kind == CX_I_SIDE_T     ? CX_METHOD_T
                   : side->side.kind == CX_I_SIDE_NET ? CX_METHOD_SCORE
                   : alone.unit == CX_UNIT_FRACTION   ? CX_METHOD_WILSON
                                                      : CX_METHOD_BOUNDED;
    cx_i_estimate_clip(&alone, scope->low, scope->high);
    return alone;
}

static cx_status belief_check(const void *first, const char *name, const cx_tally *customers,
                              const cx_compare_options *options, const cx_belief *out,
                              cx_compare_options *used, cx_i_read_as *as, cx_error *err) {
    CX_TRY(cx_i_compare_options(options, used, err));
    if (first == NULL || customers == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         first == NULL       ? name
                         : customers == NULL ? "customers"
                                             : "out");
    CX_TRY(cx_i_compare_reading(used, customers->scale_min, customers->scale_max, as, err));
    return cx_i_compare_check_method(used, err);
}

/* Beliefs are numbers and no counts: the methods for two shares do not fit. */
static cx_status belief_check_method(cx_compare_options *options, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_MOVER, CX_METHOD_WALD,
                                        CX_METHOD_T};
    CX_TRY(cx_i_check_method(options->method, methods, 4, err));
    if (options->method == CX_METHOD_AUTO && options->score == CX_SCORE_TOP_BOX)
        options->method = CX_METHOD_MOVER;
    return CX_OK;
}

cx_status cx_belief_gap(const cx_array *beliefs, const cx_tally *customers,
                        const cx_compare_options *options, cx_belief *out, cx_error *err) {
    cx_compare_options used;
    cx_i_read_as as;
    cx_i_compare_side staff, asked;
    belief_sums sums;
    cx_belief belief;
    CX_TRY(belief_check(beliefs, "beliefs", customers, options, out, &used, &as, err));
    CX_TRY(belief_check_method(&used, err));
    CX_TRY(cx_i_array_check(beliefs, "beliefs", CX_I_NUMBERS, err));
    CX_TRY(cx_i_compare_read_side(customers, &used, &as, &asked, err));
    belief_scope scope = belief_scope_of(customers, used.score, asked.estimate.value);
    CX_TRY(belief_read(beliefs, &scope, &sums, err));
    CX_TRY(cx_i_min_n_one(cx_tally_n(customers), used.min_n, err));
    CX_TRY(cx_i_min_n_one(sums.n, used.min_n, err));
    belief_side(&sums, &scope, &used, &staff);
    cx_share_options share;
    cx_share_options_init(&share);
    share.confidence = used.confidence;
    CX_TRY(cx_i_compare_sides(&staff, &asked, &used, scope.high - scope.low, &belief.gap, err));
    CX_TRY(cx_share(sums.over, sums.n, &share, &belief.over, err));
    belief.believed = belief_alone(&staff, &scope);
    belief.customers = belief_alone(&asked, &scope);
    *out = belief;
    return CX_OK;
}

cx_status cx_belief_gap_answers(const cx_tally *staff, const cx_tally *customers,
                                const cx_compare_options *options, cx_belief *out, cx_error *err) {
    cx_compare_options used;
    cx_i_read_as as;
    cx_i_compare_side one, two;
    cx_belief belief;
    CX_TRY(belief_check(staff, "staff", customers, options, out, &used, &as, err));
    CX_TRY(cx_compare(staff, customers, &used, &belief.gap, err));
    CX_TRY(cx_i_compare_read_side(staff, &used, &as, &one, err));
    CX_TRY(cx_i_compare_read_side(customers, &used, &as, &two, err));
    belief_scope scope = belief_scope_of(customers, used.score, 0);
    belief.believed = belief_alone(&one, &scope);
    belief.customers = belief_alone(&two, &scope);
    double mean = cx_i_tally_figures(customers, cx_i_read_score, NULL).mean;
    int64_t over = 0;
    for (int32_t score = staff->scale_min; score <= staff->scale_max && score < INT32_MAX; score++)
        if (score > mean) over += cx_tally_count(staff, score);
    cx_share_options share;
    cx_share_options_init(&share);
    share.confidence = used.confidence;
    CX_TRY(cx_share(over, cx_tally_n(staff), &share, &belief.over, err));
    *out = belief;
    return CX_OK;
}
