#include "allocate/policy.h"

#include <cxkit/random.h>

#include "stat/table.h"

/* Fractions are whole multiples of 2^-64, so that sums wrap around without rounding: a carry is an
 * answer. */

uint64_t cx_i_plan_start(uint64_t seed, uint64_t period) {
    cx_random_words words;
    cx_philox(period, (uint64_t)CX_I_PURPOSE_PLAN_START << 32, seed, &words);
    return (uint64_t)words.w1 << 32 | words.w0;
}

static uint64_t draw_fraction(double x) {
    return (uint64_t)ldexp(x - floor(x), 64);
}

/* What rounding leaves of a whole sum is taken from a fraction that can spare it. */
static int64_t draw_spare(const double *expected, int64_t count, uint64_t *rest) {
    const uint64_t close = UINT64_C(1) << 40;
    uint64_t sum = 0;
    int64_t at = -1;
    for (int64_t i = 0; i < count; i++) {
        uint64_t fraction = draw_fraction(expected[i]);
        sum += fraction;
        if (at < 0 && fraction >> 62 != 0 && fraction >> 62 != 3) at = i;
    }
    *rest = sum;
    return sum < close || 0 - sum < close ? at : -1;
}

void cx_i_plan_draw(const double *expected, int64_t count, uint64_t start, double *n,
                    double *chance) {
    uint64_t at = start, rest;
    int64_t spare = draw_spare(expected, count, &rest);
    for (int64_t i = 0; i < count; i++) {
        double whole = floor(expected[i]);
        uint64_t fraction = draw_fraction(expected[i]);
        if (i == spare) fraction -= rest;
        at += fraction;
        if (chance != NULL) chance[i] = whole >= 1 ? 1 : expected[i];
        n[i] = whole + (at < fraction ? 1 : 0);
    }
}

static cx_status draw_read(const cx_array *expected, double *out, cx_error *err) {
    for (int64_t start = 0; start < expected->length; start += CX_I_BLOCK) {
        int64_t count = expected->length - start;
        if (count > CX_I_BLOCK) count = CX_I_BLOCK;
        cx_i_array_read(expected, start, count, out + start);
        for (int64_t i = start; i < start + count; i++)
            if (!(out[i] >= 0 && out[i] <= 0x1p53))
                return cx_i_fail_at(err, CX_E_DOMAIN, expected, i, out[i],
                                    "expected is %s%g; it must be between 0 and 2^53",
                                    isnan(out[i]) ? "missing or " : "", out[i]);
    }
    return CX_OK;
}

static cx_status draw_build(const cx_array *expected, uint64_t start, cx_table *table,
                            cx_error *err) {
    double *n, *given, *chance;
    CX_TRY(cx_i_table_f64(table, "n", &n, err));
    CX_TRY(cx_i_table_f64(table, "expected", &given, err));
    CX_TRY(cx_i_table_f64(table, "chance", &chance, err));
    CX_TRY(draw_read(expected, given, err));
    cx_i_plan_draw(given, expected->length, start, n, chance);
    return CX_OK;
}

cx_status cx_plan_draw(const cx_array *expected, uint64_t seed, uint64_t period, cx_table **out,
                       cx_error *err) {
    cx_table *table;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_array_check(expected, "expected", CX_I_NUMBERS, err));
    if (expected->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no point to draw for: expected is empty");
    CX_TRY(cx_i_table_new(expected->length, NULL, &table, err));
    cx_status status = draw_build(expected, cx_i_plan_start(seed, period), table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
