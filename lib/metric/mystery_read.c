#include "metric/mystery.h"

#include <cxkit/special.h>

/* Visits: points to scores, auditors and outlets to numbers. */

static cx_status visits_check_numbers(const cx_i_visits *visits, const cx_array *column,
                                      const char *role, bool positive, double *out, cx_error *err) {
    double total = 0;
    int64_t k = visits->items->count;
    for (int64_t i = 0; i < k; i++) out[i] = 1;
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    if (column->length != k)
        return cx_i_fail(err, CX_E_LENGTH, "%s has %d numbers for %d items", role, column->length,
                         k);
    for (int64_t i = 0; i < k; i++) {
        cx_i_array_read(column, i, 1, &out[i]);
        total += out[i];
        if (!(out[i] >= 0 && out[i] <= 1e100) || (positive && !(out[i] > 0)))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, i, out[i],
                                positive ? "the most points of an item are a number above 0"
                                         : "an importance is a number from 0 to 1e100");
    }
    if (total > 0) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "every %s is 0", role);
}

static cx_status visits_check_options(const cx_mystery_options *options, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_mystery_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_reserved(options->reserved, err));
    if (options->pass_mark > 0 && options->pass_mark <= 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "pass_mark is %g and must be a share of the points above 0 and up to 1",
                     options->pass_mark);
}

static cx_status visits_check_key(const cx_i_visits *visits, const cx_frame *key, const char *role,
                                  cx_error *err) {
    if (key == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(key, role, CX_I_KEYS, err));
    return cx_i_array_same_length(&visits->items->columns[0], "items", &key->columns[0], role, err);
}

/* -- points -------------------------------------------------------------------------------- */

/* A share of the maximum may lie between 0 and 1 only. */
cx_status cx_i_visits_points(const cx_i_visits *visits, int64_t item, int64_t row, double value,
                             double *share, cx_error *err) {
    const cx_array *column = &visits->items->columns[item];
    int code = cx_i_answer_code(visits->answers, value);
    if (isinf(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value, "the points are infinite");
    *share = -1 - CX_EXCLUDED_NOT_APPLICABLE;
    if (isnan(value)) return CX_OK;
    if (code >= 0) {
        *share = -1 - code;
        return CX_OK;
    }
    *share = value / visits->most[item];
    if (value >= 0 && value <= visits->most[item]) return CX_OK;
    if (visits->answers->invalid == CX_INVALID_ERROR)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value,
                            "%g points are outside 0 to %g, the most of this item; name it as a "
                            "missing or not-applicable code if it stands for none",
                            value, visits->most[item]);
    *share = -1 - CX_EXCLUDED_OUT_OF_RANGE;
    return CX_OK;
}

static cx_status visits_read_block(cx_i_visits *visits, int64_t start, int64_t count,
                                   cx_error *err) {
    double values[CX_I_BLOCK], possible[CX_I_BLOCK] = {0}, share;
    int reason[CX_I_BLOCK];
    for (int64_t r = 0; r < count; r++) reason[r] = -1;
    for (int64_t i = 0; i < visits->items->count; i++) {
        double most = visits->weight[i] * visits->most[i];
        cx_i_array_read(&visits->items->columns[i], start, count, values);
        for (int64_t r = 0; r < count; r++) {
            CX_TRY(cx_i_visits_points(visits, i, start + r, values[r], &share, err));
            if (share < 0 && reason[r] < 0) reason[r] = -1 - (int)share;
            if (share < 0) continue;
            visits->score[start + r] += most * share;
            possible[r] += most;
        }
    }
    for (int64_t r = 0; r < count; r++) {
        double *score = &visits->score[start + r];
        int why = reason[r] >= 0 ? reason[r] : CX_EXCLUDED_NOT_APPLICABLE;
        *score = possible[r] > 0 ? *score / possible[r] : -1 - why;
        if (possible[r] > 0)
            visits->n++;
        else
            visits->excluded[why]++;
    }
    return CX_OK;
}

static cx_status visits_read_key(const cx_i_visits *visits, cx_i_keys *keys, const cx_frame *key,
                                 int64_t *of, cx_error *err) {
    CX_TRY(cx_i_keys_bind(keys, key, err));
    for (int64_t start = 0; start < visits->rows; start += CX_I_BLOCK) {
        int64_t left = visits->rows - start;
        CX_TRY(cx_i_keys_read(keys, key, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, of + start,
                              err));
    }
    return CX_OK;
}

static cx_status visits_read(cx_i_visits *visits, cx_error *err) {
    for (int64_t start = 0; start < visits->rows; start += CX_I_BLOCK) {
        int64_t left = visits->rows - start;
        CX_TRY(visits_read_block(visits, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, err));
    }
    if (visits->auditor != NULL)
        CX_TRY(
            visits_read_key(visits, &visits->auditors, visits->auditor, visits->of_auditor, err));
    if (visits->shop != NULL)
        CX_TRY(visits_read_key(visits, &visits->shops, visits->shop, visits->of_shop, err));
    return CX_OK;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status visits_check(cx_i_visits *visits, const cx_mystery_options *options,
                              cx_error *err) {
    CX_TRY(visits_check_options(options, err));
    CX_TRY(cx_i_answer_options_check(visits->answers, err));
    CX_TRY(cx_i_frame_check(visits->items, "items", CX_I_NUMBERS, err));
    CX_TRY(visits_check_key(visits, visits->auditor, "auditor", err));
    return visits_check_key(visits, visits->shop, "shop", err);
}

static bool visits_alloc(cx_i_visits *visits) {
    const cx_allocator *allocator = &visits->allocator;
    visits->most = cx_i_alloc_array(allocator, visits->items->count, sizeof *visits->most);
    visits->weight = cx_i_alloc_array(allocator, visits->items->count, sizeof *visits->weight);
    visits->score = cx_i_alloc_array(allocator, visits->rows, sizeof *visits->score);
    visits->of_auditor = cx_i_alloc_array(allocator, visits->rows, sizeof *visits->of_auditor);
    visits->of_shop = cx_i_alloc_array(allocator, visits->rows, sizeof *visits->of_shop);
    return visits->most != NULL && visits->weight != NULL && visits->score != NULL &&
           visits->of_auditor != NULL && visits->of_shop != NULL;
}

cx_status cx_i_visits_open(cx_i_visits *visits, const cx_mystery_options *options, cx_error *err) {
    CX_TRY(visits_check(visits, options, err));
    visits->options = *options;
    visits->allocator = cx_i_allocator(options->allocator);
    visits->rows = visits->items->columns[0].length;
    cx_i_keys_init(&visits->auditors, &visits->allocator);
    cx_i_keys_init(&visits->shops, &visits->allocator);
    cx_status status = visits_alloc(visits) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK)
        status = visits_check_numbers(visits, visits->maximum, "maximum", true, visits->most, err);
    if (status == CX_OK)
        status = visits_check_numbers(visits, visits->importance, "importance", false,
                                      visits->weight, err);
    if (status == CX_OK) status = visits_read(visits, err);
    if (status != CX_OK) cx_i_visits_close(visits);
    return status;
}

void cx_i_visits_close(cx_i_visits *visits) {
    cx_i_free(&visits->allocator, visits->most);
    cx_i_free(&visits->allocator, visits->weight);
    cx_i_free(&visits->allocator, visits->score);
    cx_i_free(&visits->allocator, visits->of_auditor);
    cx_i_free(&visits->allocator, visits->of_shop);
    cx_i_keys_free(&visits->auditors);
    cx_i_keys_free(&visits->shops);
}

void cx_i_visits_estimate(const cx_i_visits *visits, int64_t n, double mean, double squares,
                          cx_estimate *out) {
    *out = cx_i_estimate_new(visits->options.confidence, CX_UNIT_FRACTION);
    out->n = n;
    out->n_eff = out->sum_w = (double)n;
    out->status = n == 0 ? CX_E_EMPTY : CX_OK;
    if (n == 0) return;
    out->value = mean;
    bool alike = !(squares > 1e-20 * (double)n);
    if (n < 5) out->flags |= CX_FLAG_FEW;
    if (n < 2 || alike) {
        out->flags |= CX_FLAG_NO_VARIANCE;
        cx_i_bounded(0, 1, n > 1, out);
    } else {
        out->df = (double)n - 1;
        out->se = sqrt(squares / out->df / (double)n);
        cx_i_t_interval(out);
    }
    cx_i_estimate_clip(out, 0, 1);
}
