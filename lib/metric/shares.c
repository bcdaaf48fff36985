#include <cxkit/shares.h>

#include "base/array.h"
#include "stat/difference.h"
#include "stat/estimate.h"
#include "stat/multinomial.h"
#include "stat/table.h"

/* -- two shares ---------------------------------------------------------------------------- */

void cx_share_difference_options_init(cx_share_difference_options *options) {
    if (options == NULL) return;
    *options =
        (cx_share_difference_options){sizeof *options, CX_METHOD_AUTO, CX_I_DEFAULT_CONFIDENCE};
}

static cx_status shares_check_one(int64_t x, int64_t n, const char *which, cx_error *err) {
    if (n < 0 || x < 0 || x > n)
        return cx_i_fail(err, CX_E_DOMAIN, "%d of %d is not a share: 0 <= %s", x, n, which);
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "a share of nothing has no value: %s", which);
    return CX_OK;
}

static cx_status shares_check_difference(const cx_share_difference_options *options,
                                         cx_share_difference_options *used, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_NEWCOMBE, CX_METHOD_AGRESTI_CAFFO,
                                        CX_METHOD_SCORE, CX_METHOD_WALD};
    cx_share_difference_options_init(used);
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_share_difference_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    CX_TRY(cx_i_check_method(used->method, methods, 5, err));
    if (used->method == CX_METHOD_AUTO) used->method = CX_METHOD_SCORE;
    return CX_OK;
}

cx_status cx_share_difference(int64_t x1, int64_t n1, int64_t x2, int64_t n2,
                              const cx_share_difference_options *options, cx_estimate *out,
                              cx_error *err) {
    cx_share_difference_options used;
    int64_t n;
    CX_TRY(shares_check_difference(options, &used, err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(shares_check_one(x1, n1, "x1 <= n1, n1 > 0", err));
    CX_TRY(shares_check_one(x2, n2, "x2 <= n2, n2 > 0", err));
    if (!cx_i_add_i64(n1, n2, &n))
        return cx_i_fail(err, CX_E_DOMAIN, "%d and %d trials are more than can be counted", n1, n2);
    cx_i_two_shares shares = {(double)x1, (double)n1, (double)x2, (double)n2};
    double p1 = shares.x1 / shares.n1, p2 = shares.x2 / shares.n2;
    cx_i_difference difference =
        cx_i_share_difference((cx_method)used.method, &shares, used.confidence);
    cx_estimate estimate = cx_i_estimate_new(used.confidence, CX_UNIT_FRACTION);
    estimate.value = p1 - p2;
    estimate.n = n;
    estimate.n_eff = estimate.sum_w = (double)n;
    if (n1 > 1 && n2 > 1) estimate.se = sqrt(p1 * (1 - p1) / shares.n1 + p2 * (1 - p2) / shares.n2);
    if (n1 < 5 || n2 < 5) estimate.flags |= CX_FLAG_FEW;
    if (x1 == 0 || x1 == n1 || x2 == 0 || x2 == n2) estimate.flags |= CX_FLAG_NO_VARIANCE;
    estimate.method = used.method;
    estimate.ci_low = difference.low;
    estimate.ci_high = difference.high;
    estimate.p_value = difference.p;
    cx_i_estimate_clip(&estimate, -1, 1);
    *out = estimate;
    return CX_OK;
}

/* -- several classes ----------------------------------------------------------------------- */

void cx_shares_options_init(cx_shares_options *options) {
    if (options == NULL) return;
    *options =
        (cx_shares_options){sizeof *options, CX_METHOD_GOODMAN, CX_I_DEFAULT_CONFIDENCE, NULL};
}

static cx_status shares_check(const cx_array *counts, const cx_shares_options *options,
                              cx_table **out, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_GOODMAN, CX_METHOD_SISON_GLAZ};
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_method(options->method, methods, 2, err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_array_check(counts, "counts", CX_I_NUMBERS, err));
    if (counts->length < 2)
        return cx_i_fail(err, CX_E_FEW, "%d classes: shares of a whole need two or more",
                         counts->length);
    return CX_OK;
}

static cx_status shares_read(const cx_array *counts, double *out, double *n, cx_error *err) {
    *n = 0;
    for (int64_t start = 0; start < counts->length; start += CX_I_BLOCK) {
        int64_t rest = counts->length - start;
        cx_i_array_read(counts, start, rest < CX_I_BLOCK ? rest : CX_I_BLOCK, out + start);
    }
    for (int64_t i = 0; i < counts->length; i++) {
        double count = out[i];
        if (isnan(count))
            return cx_i_fail_at(err, CX_E_DOMAIN, counts, i, count, "a count is missing");
        if (!(count >= 0) || isinf(count) || count != floor(count))
            return cx_i_fail_at(err, CX_E_DOMAIN, counts, i, count,
                                "%g is not a count: a whole number from 0", count);
        *n += count;
    }
    if (*n > 0x1p53)
        return cx_i_fail(err, CX_E_OVERFLOW, "%g answers are more than can be counted exactly", *n);
    if (*n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "all counts are 0: there is no share of nothing");
    return CX_OK;
}

static void shares_goodman(const double *count, int64_t k, double n, double confidence, double *low,
                           double *high) {
    double as_one = 1 - (1 - confidence) / (double)k; /* z^2 is the chi-squared quantile */
    for (int64_t i = 0; i < k; i++) {
        cx_i_interval interval = cx_i_share_interval(CX_METHOD_WILSON, count[i], n, as_one);
        low[i] = interval.low;
        high[i] = interval.high;
    }
}

static cx_status shares_table(const double *count, int64_t k, double n,
                              const cx_shares_options *options, double *scratch, cx_table *table,
                              cx_error *err) {
    int64_t *counts;
    double *value, *low, *high;
    CX_TRY(cx_i_table_i64(table, "count", &counts, err));
    CX_TRY(cx_i_table_f64(table, "value", &value, err));
    CX_TRY(cx_i_table_f64(table, "ci_low", &low, err));
    CX_TRY(cx_i_table_f64(table, "ci_high", &high, err));
    CX_TRY(cx_i_table_figure(table, "n", n, err));
    CX_TRY(cx_i_table_figure(table, "confidence", options->confidence, err));
    for (int64_t i = 0; i < k; i++) {
        counts[i] = (int64_t)count[i];
        value[i] = count[i] / n;
    }
    if (options->method == CX_METHOD_GOODMAN) {
        shares_goodman(count, k, n, options->confidence, low, high);
        return CX_OK;
    }
    cx_i_sison_glaz_width width = cx_i_sison_glaz(count, k, n, options->confidence, scratch);
    for (int64_t i = 0; i < k; i++) {
        low[i] = fmax((count[i] - width.down) / n, 0);
        high[i] = fmin((count[i] + width.up) / n, 1);
    }
    return CX_OK;
}

static cx_status shares_run(const cx_array *counts, const cx_shares_options *options,
                            const cx_allocator *allocator, double *room, cx_table **out,
                            cx_error *err) {
    double n, *count = room + CX_I_SISON_GLAZ_SCRATCH;
    cx_table *table;
    CX_TRY(shares_read(counts, count, &n, err));
    CX_TRY(cx_i_table_new(counts->length, allocator, &table, err));
    cx_status status = shares_table(count, counts->length, n, options, room, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_shares(const cx_array *counts, const cx_shares_options *options, cx_table **out,
                    cx_error *err) {
    cx_shares_options used;
    int64_t size;
    cx_shares_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_shares_options", err));
    CX_TRY(shares_check(counts, &used, out, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    if (!cx_i_add_i64(counts->length, CX_I_SISON_GLAZ_SCRATCH, &size))
        return cx_i_out_of_memory(err);
    double *room = cx_i_alloc_array(&allocator, size, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    cx_status status = shares_run(counts, &used, &allocator, room, out, err);
    cx_i_free(&allocator, room);
    return status;
}
