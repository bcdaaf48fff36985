#include "survey/survey.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

/* Domains as a table, with those hidden that have too few answers. */

static cx_status survey_suppress(const cx_i_survey_rows *rows, cx_estimate *estimate,
                                 cx_error *err) {
    if (rows->min_n < 2) return CX_OK;
    CX_TRY(cx_i_estimates_suppress(rows->keys, rows->order, estimate, rows->min_n, rows->allocator,
                                   err));
    for (int64_t i = 0; i < rows->count; i++) {
        if (estimate[i].status != CX_E_SUPPRESSED) continue;
        rows->row[i].deff = (double)NAN;
        rows->row[i].units = rows->row[i].strata = -1;
    }
    return CX_OK;
}

static cx_status survey_put_effects(const cx_i_survey_rows *rows, cx_table *table, cx_error *err) {
    double *deff;
    CX_TRY(cx_i_table_f64(table, "deff", &deff, err));
    for (int64_t i = 0; i < rows->count; i++) {
        deff[i] = rows->row[i].deff;
        if (isnan(deff[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    for (int part = 0; part < 2; part++) {
        int64_t *column;
        CX_TRY(cx_i_table_i64(table, part == 0 ? "units" : "strata", &column, err));
        for (int64_t i = 0; i < rows->count; i++) {
            column[i] = part == 0 ? rows->row[i].units : rows->row[i].strata;
            if (column[i] < 0) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status survey_put_columns(const cx_i_survey_rows *rows, cx_table *table, cx_error *err) {
    cx_estimate *estimate = cx_i_alloc_array(rows->allocator, rows->count, sizeof *estimate);
    if (estimate == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < rows->count; i++) estimate[i] = rows->row[i].estimate;
    cx_status status = survey_suppress(rows, estimate, err);
    if (status == CX_OK) status = cx_i_keys_to_table(rows->keys, rows->order, 1, table, err);
    if (status == CX_OK) status = cx_i_estimates_to_table(estimate, rows->count, table, err);
    if (status == CX_OK) status = survey_put_effects(rows, table, err);
    cx_i_free(rows->allocator, estimate);
    return status;
}

cx_status cx_i_survey_table(const cx_i_survey_rows *rows, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(rows->count, rows->allocator, &table, err));
    cx_status status = survey_put_columns(rows, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
