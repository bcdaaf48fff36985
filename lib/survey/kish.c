#include <cxkit/calibrate.h>

#include "base/array.h"
#include "stat/twofold.h"

void cx_kish_options_init(cx_kish_options *options) {
    if (options == NULL) return;
    *options = (cx_kish_options){sizeof *options, 0};
}

static cx_status kish_options(const cx_kish_options *given, cx_kish_options *used, cx_error *err) {
    cx_kish_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_kish_options", err));
    if (used->zeros < 0 || used->zeros > 1)
        return cx_i_fail(err, CX_E_OPTION, "zeros is %d: 0 or 1", (int64_t)used->zeros);
    return CX_OK;
}

typedef struct kish_sums {
    cx_i_twofold sum, square; /* of w and of (w / scale)^2 */
    double scale, largest;
    int64_t zeros;
} kish_sums;

/* Squares are of weights divided by the first, so that they stay in range. */
static cx_status kish_add(kish_sums *sums, const cx_array *weights, int64_t row, double weight,
                          cx_error *err) {
    CX_TRY(cx_i_weight_check(weights, row, weight, err));
    if (weight == 0) {
        sums->zeros++;
        return CX_OK;
    }
    if (sums->scale == 0) sums->scale = weight;
    if (weight > sums->largest) sums->largest = weight;
    double scaled = weight / sums->scale;
    sums->sum = cx_i_tf_add(sums->sum, cx_i_tf(scaled));
    sums->square = cx_i_tf_add(sums->square, cx_i_tf_product(scaled, scaled));
    return CX_OK;
}

static cx_status kish_read(const cx_array *weights, kish_sums *sums, cx_error *err) {
    double values[CX_I_BLOCK];
    for (int64_t start = 0; start < weights->length; start += CX_I_BLOCK) {
        int64_t left = weights->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(weights, start, count, values);
        for (int64_t i = 0; i < count; i++)
            CX_TRY(kish_add(sums, weights, start + i, values[i], err));
    }
    return CX_OK;
}

cx_status cx_kish(const cx_array *weights, const cx_kish_options *options, cx_kish_result *out,
                  cx_error *err) {
    cx_kish_options used;
    kish_sums sums = {.scale = 0};
    if (weights == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", weights == NULL ? "weights" : "out");
    CX_TRY(kish_options(options, &used, err));
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    CX_TRY(kish_read(weights, &sums, err));
    if (sums.scale == 0) return cx_i_fail(err, CX_E_EMPTY, "no row has a weight");
    int64_t n = weights->length - (used.zeros == 1 ? 0 : sums.zeros);
    cx_i_twofold squared = cx_i_tf_multiply(sums.sum, sums.sum);
    cx_kish_result result = {.rows = weights->length, .zeros = sums.zeros};
    result.total = sums.sum.hi * sums.scale;
    result.n_eff = cx_i_tf_divide(squared, sums.square).hi;
    result.deff = cx_i_tf_divide(cx_i_tf_multiply(sums.square, cx_i_tf((double)n)), squared).hi;
    result.cv = sqrt(fmax(result.deff - 1, 0));
    result.largest = sums.largest / result.total;
    *out = result;
    return CX_OK;
}
