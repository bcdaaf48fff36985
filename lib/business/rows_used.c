#include "business/rows_used.h"

#include <cxkit/regress.h>

#include "business/moments.h"

cx_status cx_i_used_check(const cx_frame *x, const cx_array *y, bool intercept, cx_error *err) {
    if (y->length > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "%d rows are more than the %d of one model", y->length,
                         (int64_t)INT32_MAX);
    if (!intercept || cx_i_frame_find(x, "const") == NULL) return CX_OK;
    return cx_i_fail(err, CX_E_NAME,
                     "x has a column called const, which is the intercept's name: rename it, or "
                     "set intercept to 0");
}

/* -- which rows ---------------------------------------------------------------------------- */

cx_status cx_i_used_mark(const cx_array *column, const char *role, uint8_t *keep, cx_error *err) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0; column != NULL && start < column->length; start += CX_I_BLOCK) {
        int64_t left = column->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *v = cx_i_array_doubles(column, start, count, room);
        if (cx_i_all_finite(v, count)) continue;
        for (int64_t r = 0; r < count; r++) {
            if (isinf(v[r])) return cx_i_array_infinite(column, role, start + r, v[r], err);
            if (isnan(v[r])) keep[start + r] = CX_I_ROW_MISSING;
        }
    }
    return CX_OK;
}

static cx_status used_check_weight(const cx_array *weights, int64_t row, double w, int32_t kind,
                                   cx_error *err) {
    CX_TRY(cx_i_weight_check(weights, row, w, err));
    if (kind == CX_WEIGHT_FREQUENCY && w != floor(w))
        return cx_i_fail_at(err, CX_E_DOMAIN, weights, row, w,
                            "%g is not a whole number, as a frequency has to be", w);
    return CX_OK;
}

cx_status cx_i_used_mark_weights(const cx_array *weights, int32_t kind, uint8_t *keep,
                                 cx_error *err) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0; weights != NULL && start < weights->length; start += CX_I_BLOCK) {
        int64_t left = weights->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *w = cx_i_array_doubles(weights, start, count, room);
        for (int64_t r = 0; r < count; r++) {
            CX_TRY(used_check_weight(weights, start + r, w[r], kind, err));
            if (w[r] == 0 && keep[start + r] == CX_I_ROW_KEPT) keep[start + r] = CX_I_ROW_ZERO;
        }
    }
    return CX_OK;
}

cx_status cx_i_used_count(const uint8_t *keep, int64_t given, int64_t *n, int64_t *excluded,
                          cx_error *err) {
    *n = 0;
    for (int64_t r = 0; r < given; r++) {
        *n += keep[r] == CX_I_ROW_KEPT;
        excluded[CX_EXCLUDED_MISSING] += keep[r] == CX_I_ROW_MISSING;
        excluded[CX_EXCLUDED_ZERO_WEIGHT] += keep[r] == CX_I_ROW_ZERO;
        excluded[CX_EXCLUDED_NO_ID] += keep[r] == CX_I_ROW_NO_ID;
    }
    if (*n > 0) return CX_OK;
    return cx_i_fail(err, CX_E_EMPTY, "none of the %d rows is complete with a positive weight",
                     given);
}

/* -- their numbers ------------------------------------------------------------------------- */

void cx_i_used_list(const uint8_t *keep, int64_t given, int64_t *row) {
    for (int64_t r = 0; r < given; r++)
        if (keep[r] == CX_I_ROW_KEPT) *row++ = r;
}

void cx_i_used_numbers(const cx_array *column, const int64_t *row, int64_t n, double *out) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0, i = 0; i < n; start += CX_I_BLOCK) {
        int64_t left = column->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *v = cx_i_array_doubles(column, start, count, room);
        if (row == NULL) {
            memcpy(out + start, v, (size_t)count * sizeof *out);
            i = start + count;
        }
        for (; i < n && row != NULL && row[i] < start + count; i++) out[i] = v[row[i] - start];
    }
}

/* [Kish1965] */
cx_i_used_size cx_i_used_weigh(const double *weight, int64_t n, int32_t kind) {
    double all = (double)n, sum = 0, square = 0;
    if (weight == NULL) return (cx_i_used_size){all, all, all};
    for (int64_t i = 0; i < n; i++) {
        sum += weight[i];
        square += weight[i] * weight[i];
    }
    if (kind == CX_WEIGHT_FREQUENCY) return (cx_i_used_size){sum, sum, sum};
    return (cx_i_used_size){sum, sum / square * sum, all};
}
