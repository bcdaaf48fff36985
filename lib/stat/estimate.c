#include "stat/estimate.h"

#include "stat/table_data.h"

#include <cxkit/special.h>

const char *cx_method_name(int32_t method) {
    switch (method) {
#define ESTIMATE_METHOD(name, number, text)                                                        \
    case number:                                                                                   \
        return text;
        CX_METHOD_LIST(ESTIMATE_METHOD)
#undef ESTIMATE_METHOD
    default:
        return "unknown";
    }
}

const char *cx_unit_name(int32_t unit) {
    static const char *const names[] = {"points",  "fraction", "scale", "correlation",
                                        "seconds", "count",    "rate"};
    return unit >= 0 && unit < CX_UNIT_END ? names[unit] : "unknown";
}

const char *cx_flag_name(uint32_t flag) {
    switch (flag) {
#define ESTIMATE_FLAG(name, bit, text)                                                             \
    case bit:                                                                                      \
        return text;
        CX_FLAG_LIST(ESTIMATE_FLAG)
#undef ESTIMATE_FLAG
    default:
        return NULL;
    }
}

const char *cx_excluded_name(int32_t reason) {
    switch (reason) {
#define ESTIMATE_EXCLUDED(name, number, text)                                                      \
    case number:                                                                                   \
        return text;
        CX_EXCLUDED_LIST(ESTIMATE_EXCLUDED)
#undef ESTIMATE_EXCLUDED
    default:
        return NULL;
    }
}

cx_estimate cx_i_estimate_new(double confidence, cx_unit unit) {
    cx_estimate estimate;
    memset(&estimate, 0, sizeof estimate);
    estimate.value = estimate.ci_low = estimate.ci_high = NAN;
    estimate.se = estimate.p_value = NAN;
    estimate.df = INFINITY;
    estimate.confidence = confidence;
    estimate.unit = (int32_t)unit;
    return estimate;
}

double cx_i_estimate_z(double confidence) {
    return cx_normal_quantile_upper((1 - confidence) / 2);
}

cx_status cx_i_check_confidence(double confidence, cx_error *err) {
    if (confidence > 0 && confidence < 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "confidence is %g and must lie between 0 and 1, such as 0.95", confidence);
}

cx_status cx_i_check_method(int32_t method, const cx_method *allowed, int count, cx_error *err) {
    for (int i = 0; i < count; i++)
        if ((int32_t)allowed[i] == method) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "the method %s is not one of this metric",
                     cx_method_name(method));
}

void cx_i_estimate_clip(cx_estimate *estimate, double low, double high) {
    if (estimate->ci_low < low) {
        estimate->ci_low = low;
        estimate->flags |= CX_FLAG_CLIPPED;
    }
    if (estimate->ci_high > high) {
        estimate->ci_high = high;
        estimate->flags |= CX_FLAG_CLIPPED;
    }
}

void cx_i_estimate_hide(cx_estimate *estimate) {
    cx_unit unit = (cx_unit)estimate->unit;
    *estimate = cx_i_estimate_new(estimate->confidence, unit);
    estimate->df = estimate->n_eff = estimate->sum_w = NAN;
    estimate->flags = CX_FLAG_SUPPRESSED;
    estimate->status = CX_E_SUPPRESSED;
}

/* -- table --------------------------------------------------------------------------------- */

typedef struct estimate_field {
    const char *name;
    size_t offset;
} estimate_field;

#define ESTIMATE_FIELD(field)                                                                      \
    { #field, offsetof(cx_estimate, field) }

cx_status cx_i_estimates_column(const cx_estimate *rows, int64_t count, size_t offset,
                                const char *name, cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < count; i++) {
        memcpy(&column[i], (const char *)&rows[i] + offset, sizeof column[i]);
        if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status estimate_numbers(const cx_estimate *rows, int64_t count, cx_table *table,
                                  cx_error *err) {
    static const estimate_field fields[] = {
        ESTIMATE_FIELD(value),      ESTIMATE_FIELD(ci_low), ESTIMATE_FIELD(ci_high),
        ESTIMATE_FIELD(confidence), ESTIMATE_FIELD(se),     ESTIMATE_FIELD(df),
        ESTIMATE_FIELD(p_value),    ESTIMATE_FIELD(n_eff),  ESTIMATE_FIELD(sum_w)};
    for (size_t f = 0; f < sizeof fields / sizeof fields[0]; f++)
        CX_TRY(cx_i_estimates_column(rows, count, fields[f].offset, fields[f].name, table, err));
    return CX_OK;
}

/* The column added last shows nothing of hidden rows. */
static cx_status estimate_hide_rows(const cx_estimate *rows, int64_t count, cx_table *table,
                                    cx_error *err) {
    for (int64_t i = 0; i < count; i++)
        if (rows[i].status == CX_E_SUPPRESSED) CX_TRY(cx_i_table_null(table, i, err));
    return CX_OK;
}

static cx_status estimate_counts(const cx_estimate *rows, int64_t count, cx_table *table,
                                 cx_error *err) {
    int64_t *column;
    CX_TRY(cx_i_table_i64(table, "n", &column, err));
    for (int64_t i = 0; i < count; i++) column[i] = rows[i].n;
    CX_TRY(estimate_hide_rows(rows, count, table, err));
    for (int32_t reason = 0; reason < CX_EXCLUDED_END; reason++) {
        CX_TRY(cx_i_table_i64(table, cx_excluded_name(reason), &column, err));
        for (int64_t i = 0; i < count; i++) column[i] = rows[i].excluded[reason];
        CX_TRY(estimate_hide_rows(rows, count, table, err));
    }
    return CX_OK;
}

static size_t estimate_flag_words(uint32_t flags, char *out, size_t size) {
    size_t used = cx_i_text(out, size, "%s", "");
    for (uint32_t bit = 1; bit < CX_FLAG_END; bit <<= 1)
        if (flags & bit)
            used += cx_i_text(out + used, size - used, used == 0 ? "%s" : ",%s", cx_flag_name(bit));
    return used;
}

static cx_status estimate_flags(const cx_estimate *rows, int64_t count, cx_table *table,
                                cx_error *err) {
    char words[192], *characters;
    int32_t *offsets;
    int64_t bytes = 0;
    for (int64_t i = 0; i < count; i++)
        bytes += (int64_t)estimate_flag_words(rows[i].flags, words, sizeof words);
    CX_TRY(cx_i_table_string(table, "flags", bytes, &characters, &offsets, err));
    for (int64_t i = 0; i < count; i++) {
        size_t length = estimate_flag_words(rows[i].flags, words, sizeof words);
        memcpy(characters + offsets[i], words, length);
        offsets[i + 1] = offsets[i] + (int32_t)length;
    }
    return CX_OK;
}

static const char *estimate_word(const cx_estimate *row, int kind) {
    return kind == 0   ? cx_method_name(row->method)
           : kind == 1 ? cx_unit_name(row->unit)
                       : cx_status_name(row->status);
}

static cx_status estimate_words(const cx_estimate *rows, int64_t count, cx_table *table,
                                cx_error *err) {
    static const char *const names[] = {"method", "unit", "status"};
    const char **words = cx_i_alloc_array(&table->allocator, count, sizeof *words);
    cx_status status = words == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int kind = 0; kind < 3 && status == CX_OK; kind++) {
        for (int64_t i = 0; i < count; i++) words[i] = estimate_word(&rows[i], kind);
        status = cx_i_table_words(table, names[kind], words, err);
    }
    cx_i_free(&table->allocator, words);
    return status;
}

cx_status cx_i_estimates_to_table(const cx_estimate *rows, int64_t count, cx_table *table,
                                  cx_error *err) {
    CX_TRY(estimate_numbers(rows, count, table, err));
    CX_TRY(estimate_counts(rows, count, table, err));
    CX_TRY(estimate_flags(rows, count, table, err));
    return estimate_words(rows, count, table, err);
}
