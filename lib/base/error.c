#include "base/array.h"
#include "base/base.h"
#include "base/text.h"

#include <stdarg.h>

void cx_error_init(cx_error *err) {
    if (err == NULL) return;
    memset(err, 0, sizeof *err);
    err->row = -1;
    err->value = NAN;
}

cx_status cx_i_fail(cx_error *err, cx_status code, const char *format, ...) {
    if (err != NULL) {
        va_list list;
        cx_error_init(err);
        err->code = (int32_t)code;
        va_start(list, format);
        cx_i_text_append(err->text, sizeof err->text, 0, format, list);
        va_end(list);
    }
    return code;
}

cx_status cx_i_fail_at(cx_error *err, cx_status code, const cx_array *column, int64_t row,
                       double value, const char *format, ...) {
    if (err != NULL) {
        va_list list;
        cx_error_init(err);
        err->code = (int32_t)code;
        err->row = row;
        err->value = value;
        size_t used = 0;
        if (column != NULL && column->name != NULL) {
            cx_i_text(err->column, sizeof err->column, "%s", column->name);
            used = cx_i_text(err->text, sizeof err->text, "column %s, ", err->column);
        }
        used += cx_i_text(err->text + used, sizeof err->text - used, "row %d: ", row);
        va_start(list, format);
        cx_i_text_append(err->text, sizeof err->text, used, format, list);
        va_end(list);
    }
    return code;
}

cx_status cx_i_blame(cx_error *err, const char *column, cx_status code) {
    if (err != NULL) cx_i_text(err->column, sizeof err->column, "%s", column);
    return code;
}

cx_status cx_i_out_of_memory(cx_error *err) {
    return cx_i_fail(err, CX_E_MEMORY, "out of memory");
}

cx_status cx_i_options_take(const void *given, void *used, size_t ours, const char *name,
                            cx_error *err) {
    uint32_t struct_size;
    if (given == NULL) return CX_OK;
    memcpy(&struct_size, given, sizeof struct_size);
    CX_TRY(cx_i_options_check(struct_size, ours, name, err));
    memcpy(used, given, ours);
    return CX_OK;
}

cx_status cx_i_options_check(uint32_t struct_size, size_t ours, const char *name, cx_error *err) {
    if (struct_size == ours) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s.struct_size is %d, not %d: call %s_init first", name,
                     (int64_t)struct_size, (int64_t)ours, name);
}
