#include "allocate/adaptive.h"

#include "stat/estimate.h"

/* A change, from the answers after the flag only. */

typedef struct change_sums {
    int64_t n, excluded[CX_EXCLUDED_END];
    double mean, squares; /* about the mean, updated as answers come */
} change_sums;

static cx_status change_row(const cx_i_adaptive_reading *reading, const cx_array *scores,
                            int64_t row, double y, bool after, change_sums *sums, cx_error *err) {
    if (isinf(y)) return cx_i_fail_at(err, CX_E_DOMAIN, scores, row, y, "the score is infinite");
    uint8_t reason = cx_i_adaptive_read(reading, &y);
    if (reason == 0 && !after) reason = CX_EXCLUDED_NOT_APPLICABLE + 1;
    if (reason > 0) {
        sums->excluded[reason - 1]++;
        return CX_OK;
    }
    double distance = y - sums->mean;
    sums->n++;
    sums->mean += distance / (double)sums->n;
    sums->squares += distance * (y - sums->mean);
    return CX_OK;
}

static cx_status change_add_up(const cx_i_adaptive_reading *reading, const cx_array *scores,
                               const cx_array *periods, double flagged, change_sums *sums,
                               cx_error *err) {
    double y[CX_I_BLOCK], period[CX_I_BLOCK];
    for (int64_t start = 0; start < scores->length; start += CX_I_BLOCK) {
        int64_t left = scores->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(scores, start, count, y);
        cx_i_array_read(periods, start, count, period);
        for (int64_t i = 0; i < count; i++) {
            if (!isfinite(period[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, periods, start + i, period[i],
                                    "the period is missing or infinite");
            CX_TRY(change_row(reading, scores, start + i, y[i], period[i] > flagged, sums, err));
        }
    }
    return CX_OK;
}

/* Welch's degrees of freedom; a reference is as good as known. */
static void change_estimate(const cx_i_adaptive_reading *reading, const change_sums *sums,
                            double reference, double reference_se, cx_estimate *out) {
    double n = (double)sums->n, mine = sums->squares / (n - 1) / n;
    double variance = mine + reference_se * reference_se;
    *out = cx_i_adaptive_estimate(reading);
    memcpy(out->excluded, sums->excluded, sizeof out->excluded);
    out->value = sums->mean - reference;
    out->n = sums->n;
    out->n_eff = out->sum_w = n;
    out->se = sqrt(variance);
    out->df = mine > 0 ? (n - 1) * (variance / mine) * (variance / mine) : n - 1;
    cx_i_adaptive_reading wide = *reading;
    wide.options.score = CX_SCORE_MEAN; /* a difference may be as large as the range */
    cx_i_adaptive_limits(&wide, out);
}

cx_status cx_change_since(const cx_array *scores, const cx_array *periods, double flagged,
                          double reference, double reference_se, const cx_adaptive_options *options,
                          cx_estimate *out, cx_error *err) {
    cx_i_adaptive_reading reading;
    change_sums sums;
    memset(&sums, 0, sizeof sums);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_adaptive_options(options, &reading, err));
    CX_TRY(cx_i_array_check(scores, "scores", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(periods, "periods", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(scores, "scores", periods, "periods", err));
    if (!isfinite(flagged) || !isfinite(reference))
        return cx_i_fail(err, CX_E_DOMAIN, "the flag (%g) and the reference (%g) are numbers",
                         flagged, reference);
    if (!(reference_se >= 0 && reference_se < INFINITY))
        return cx_i_fail(err, CX_E_DOMAIN, "reference_se is %g: 0 or more", reference_se);
    CX_TRY(change_add_up(&reading, scores, periods, flagged, &sums, err));
    if (sums.n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no answer after the flag at %g: wait for some",
                         flagged);
    change_estimate(&reading, &sums, reference, reference_se, out);
    return CX_OK;
}
