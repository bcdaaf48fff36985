#include "metric/modes.h"

#include <stddef.h>

typedef struct modes_column {
    const char *name;
    size_t offset;
} modes_column;

#define MODES_COLUMN(name, member)                                                                 \
    { name, offsetof(cx_i_mode_row, member) }

static cx_status modes_numbers(const cx_i_mode_row *rows, int64_t count, const modes_column *column,
                               bool of_whole, cx_table *table, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, column->name, &out, err));
    for (int64_t i = 0; i < count; i++) {
        memcpy(&out[i], (const char *)&rows[i] + column->offset, sizeof out[i]);
        if (rows[i].whole != of_whole) out[i] = NAN;
        if (isnan(out[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status modes_estimates(const cx_i_mode_row *rows, int64_t count, cx_estimate *estimates,
                                 const char **kinds, cx_table *table, cx_error *err) {
    double *share;
    for (int64_t i = 0; i < count; i++) {
        estimates[i] = rows[i].estimate;
        kinds[i] = rows[i].whole ? "all" : "mode";
    }
    CX_TRY(cx_i_table_words(table, "kind", kinds, err));
    CX_TRY(cx_i_table_f64(table, "share", &share, err));
    for (int64_t i = 0; i < count; i++) {
        share[i] = rows[i].share;
        if (isnan(share[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return cx_i_estimates_to_table(estimates, count, table, err);
}

static cx_status modes_counts(const cx_i_mode_row *rows, int64_t count, cx_table *table,
                              cx_error *err) {
    int64_t *modes, *reference;
    CX_TRY(cx_i_table_i64(table, "reference", &reference, err));
    for (int64_t i = 0; i < count; i++) reference[i] = rows[i].reference;
    CX_TRY(cx_i_table_i64(table, "modes", &modes, err));
    for (int64_t i = 0; i < count; i++) {
        modes[i] = rows[i].modes;
        if (!rows[i].whole) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

cx_status cx_i_modes_columns(const cx_i_mode_row *rows, int64_t count,
                             const cx_allocator *allocator, cx_table *table, cx_error *err) {
    static const modes_column of_mode[] = {MODES_COLUMN("difference", difference),
                                           MODES_COLUMN("difference_se", difference_se),
                                           MODES_COLUMN("difference_low", difference_low),
                                           MODES_COLUMN("difference_high", difference_high),
                                           MODES_COLUMN("difference_p", difference_p),
                                           MODES_COLUMN("difference_holm", difference_holm)};
    static const modes_column of_whole[] = {MODES_COLUMN("q", test.q),
                                            MODES_COLUMN("q_df", test.df),
                                            MODES_COLUMN("q_p", test.p_value),
                                            MODES_COLUMN("standardised", standardised.value),
                                            MODES_COLUMN("standardised_se", standardised.se),
                                            MODES_COLUMN("standardised_low", standardised.ci_low),
                                            MODES_COLUMN("standardised_high", standardised.ci_high),
                                            MODES_COLUMN("covered", covered)};
    cx_estimate *estimates = cx_i_alloc_array(allocator, count, sizeof *estimates);
    const char **kinds = cx_i_alloc_array(allocator, count, sizeof *kinds);
    cx_status status = estimates == NULL || kinds == NULL
                           ? cx_i_out_of_memory(err)
                           : modes_estimates(rows, count, estimates, kinds, table, err);
    cx_i_free(allocator, estimates);
    cx_i_free(allocator, kinds);
    if (status != CX_OK) return status;
    for (size_t c = 0; c < sizeof of_mode / sizeof *of_mode; c++)
        CX_TRY(modes_numbers(rows, count, &of_mode[c], false, table, err));
    CX_TRY(modes_counts(rows, count, table, err));
    for (size_t c = 0; c < sizeof of_whole / sizeof *of_whole; c++)
        CX_TRY(modes_numbers(rows, count, &of_whole[c], true, table, err));
    return CX_OK;
}
