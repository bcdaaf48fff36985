#include "base/times.h"

cx_status cx_i_times_check(const cx_array *column, const char *role, cx_error *err) {
    CX_TRY(cx_i_array_check(column, role, CX_I_KEYS, err));
    if (column->dictionary == NULL && column->dtype != CX_STRING &&
        column->dtype != CX_LARGE_STRING && column->dtype != CX_BOOL && column->dtype != CX_BIT)
        return CX_OK;
    cx_status status = cx_i_fail(err, CX_E_TYPE,
                                 "column %s holds no times: give timestamps, or microseconds "
                                 "since 1970 UTC",
                                 cx_i_array_name(column, role));
    if (err != NULL)
        cx_i_text(err->column, sizeof err->column, "%s", cx_i_array_name(column, role));
    return status;
}

bool cx_i_times_missing(const cx_array *column, int64_t row) {
    double number;
    if (!cx_i_array_present(column, row)) return true;
    if (column->dtype != CX_F32 && column->dtype != CX_F64) return false;
    cx_i_array_read(column, row, 1, &number);
    return isnan(number);
}

static cx_status times_stamp(const cx_array *column, int64_t row, int64_t *micros, cx_error *err) {
    static const int64_t factors[] = {1, 1000000, 1000, 1, 1, INT64_C(86400000000)};
    int64_t time = cx_i_array_i64(column, row);
    if (column->unit < CX_SECONDS || column->unit > CX_DAYS)
        return cx_i_fail(err, CX_E_TYPE, "column %s holds timestamps without a unit",
                         cx_i_array_name(column, "time"));
    if (column->unit == CX_NANOSECONDS && time % 1000 != 0)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, (double)time,
                            "the time is no whole number of microseconds");
    if (column->unit == CX_NANOSECONDS) time /= 1000;
    if (cx_i_mul_i64(time, factors[column->unit], micros)) return CX_OK;
    return cx_i_fail_at(err, CX_E_OVERFLOW, column, row, (double)time,
                        "the time is beyond the range of microseconds");
}

cx_status cx_i_times_read(const cx_array *column, int64_t row, int64_t *micros, cx_error *err) {
    double number;
    if (column->dtype == CX_TIMESTAMP) return times_stamp(column, row, micros, err);
    if (column->dtype != CX_F32 && column->dtype != CX_F64) {
        *micros = cx_i_array_i64(column, row);
        if (column->dtype == CX_U64 && *micros < 0)
            return cx_i_fail_at(err, CX_E_DOMAIN, column, row, NAN, "the time exceeds 2^63 - 1");
        return CX_OK;
    }
    cx_i_array_read(column, row, 1, &number);
    if (number != floor(number) || fabs(number) > 0x1p53)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, number,
                            "%g is no whole number of microseconds", number);
    *micros = (int64_t)number;
    return CX_OK;
}
