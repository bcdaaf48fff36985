#include "business/lag.h"

static const char *const lag_covariance_names[] = {
#define LAG_COVARIANCE_NAME(name, number, text) [number] = text,
    CX_LAG_COVARIANCE_LIST(LAG_COVARIANCE_NAME)
#undef LAG_COVARIANCE_NAME
};

const char *cx_lag_covariance_name(int32_t covariance) {
    bool known = covariance >= 0 && covariance < CX_LAG_COVARIANCE_END;
    return known ? lag_covariance_names[covariance] : "unknown";
}

int cx_i_lag_kind(int32_t covariance, bool panel) {
    switch (covariance) {
    case CX_LAG_CLASSICAL:
        return CX_I_OLS_CLASSICAL;
    case CX_LAG_HC1:
        return CX_I_OLS_HC1;
    case CX_LAG_CLUSTER:
        return CX_I_OLS_CLUSTER;
    case CX_LAG_NEWEY_WEST:
        return CX_I_OLS_HAC;
    default:
        return panel ? CX_I_OLS_CLUSTER : CX_I_OLS_HAC;
    }
}

/* -- reading ------------------------------------------------------------------------------- */

cx_status cx_i_lag_read(const cx_array *column, const char *role, double *out, cx_error *err) {
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    for (int64_t start = 0; start < column->length; start += CX_I_BLOCK) {
        int64_t left = column->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(column, start, count, out + start);
        for (int64_t i = start; i < start + count; i++)
            if (isinf(out[i])) return cx_i_array_infinite(column, role, i, out[i], err);
    }
    return CX_OK;
}

cx_status cx_i_lag_constant(cx_error *err, const char *name, const char *what) {
    cx_status status = cx_i_fail(err, CX_E_CONSTANT, "column %s%s never varies", name, what);
    if (err != NULL) cx_i_text(err->column, sizeof err->column, "%s", name);
    return status;
}

cx_status cx_i_lag_series(const cx_array *column, const char *role, double *out, cx_error *err) {
    CX_TRY(cx_i_lag_read(column, role, out, err));
    bool varies = false;
    for (int64_t i = 0; i < column->length; i++) {
        if (isnan(out[i])) {
            cx_array named = cx_i_array_named(column, role);
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, i, NAN,
                                "the value is missing, and a series needs one for each period; "
                                "fill it in, or use the longest part without a gap");
        }
        varies = varies || out[i] != out[0];
    }
    if (column->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "%s has no rows", cx_i_array_name(column, role));
    return varies ? CX_OK : cx_i_lag_constant(err, cx_i_array_name(column, role), "");
}

cx_status cx_i_lag_pair(const cx_array *x, const cx_array *y, cx_error *err) {
    CX_TRY(cx_i_array_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    return cx_i_array_same_length(x, "x", y, "y", err);
}

cx_status cx_i_lag_range(const char *name, int64_t value, int64_t low, int64_t high,
                         cx_error *err) {
    if (value >= low && value <= high) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d; it has to lie between %d and %d", name, value,
                     low, high);
}

/* -- tables -------------------------------------------------------------------------------- */

cx_status cx_i_lag_fields(cx_table *table, const void *rows, int64_t count, size_t size,
                          const cx_i_lag_field *fields, size_t field_count, cx_error *err) {
    for (size_t f = 0; f < field_count; f++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, fields[f].name, &column, err));
        for (int64_t i = 0; i < count; i++) {
            memcpy(&column[i], (const char *)rows + (size_t)i * size + fields[f].offset,
                   sizeof *column);
            if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

cx_status cx_i_lag_figures(cx_table *table, const cx_i_lag_figure *figures, size_t count,
                           cx_error *err) {
    for (size_t i = 0; i < count; i++)
        CX_TRY(cx_i_table_figure(table, figures[i].name, figures[i].value, err));
    return CX_OK;
}

cx_status cx_i_lag_integers(cx_table *table, const char *name, const int64_t *values, int64_t count,
                            cx_error *err) {
    int64_t *column;
    CX_TRY(cx_i_table_i64(table, name, &column, err));
    if (count > 0) memcpy(column, values, (size_t)count * sizeof *column);
    return CX_OK;
}
