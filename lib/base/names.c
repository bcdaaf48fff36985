#include "base/names.h"

cx_status cx_i_names_check(const cx_array *names, const char *role, cx_error *err) {
    CX_TRY(cx_i_array_check(names, role, CX_I_KEYS, err));
    if (names->dictionary == NULL && names->dtype != CX_STRING && names->dtype != CX_LARGE_STRING)
        return cx_i_fail(err, CX_E_TYPE, "%s must be text", role);
    return CX_OK;
}

cx_status cx_i_names_check_new(const cx_array *names, const char *noun, int64_t most,
                               cx_error *err) {
    CX_TRY(cx_i_names_check(names, "names", err));
    if (names->length < 1) return cx_i_fail(err, CX_E_EMPTY, "names is empty");
    if (names->length > most)
        return cx_i_fail(err, CX_E_LIMIT, "%d %s are more than the %d one state can hold",
                         names->length, noun, most);
    return CX_OK;
}

cx_status cx_i_names_at(const cx_array *names, const char *role, int64_t row, const char **text,
                        int64_t *length, cx_error *err) {
    if (!cx_i_array_present(names, row))
        return cx_i_fail(err, CX_E_NAME, "name %d of %s is missing", row, role);
    return cx_i_array_text(names, role, row, text, length, err);
}

cx_status cx_i_name_copy(const cx_allocator *allocator, int64_t i, const char *name, int64_t length,
                         char **out, cx_error *err) {
    if (length < 1 || memchr(name, 0, (size_t)length) != NULL)
        return cx_i_fail(err, CX_E_NAME, "name %d is empty or holds a zero byte", i);
    *out = cx_i_alloc(allocator, (size_t)length + 1);
    if (*out == NULL) return cx_i_out_of_memory(err);
    memcpy(*out, name, (size_t)length);
    return CX_OK;
}

static int64_t named_position(const cx_i_named *columns, const char *name, int64_t length) {
    for (int64_t i = 0; i < columns->count; i++)
        if ((int64_t)strlen(columns->name[i]) == length &&
            memcmp(columns->name[i], name, (size_t)length) == 0)
            return i;
    return -1;
}

cx_status cx_i_named_at(const cx_i_named *columns, const cx_array *names, const char *role,
                        int64_t row, int64_t *column, cx_error *err) {
    const char *name;
    int64_t length;
    CX_TRY(cx_i_names_at(names, role, row, &name, &length, err));
    *column = named_position(columns, name, length);
    if (*column >= 0) return CX_OK;
    char text[64];
    size_t shown = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    memcpy(text, name, shown);
    text[shown] = 0;
    return cx_i_blame(err, text,
                      cx_i_fail(err, CX_E_NAME, "%s names %s, and %s no such column", role, text,
                                columns->holder));
}

cx_status cx_i_named_find(const cx_i_named *columns, const char *name, int64_t *column,
                          cx_error *err) {
    *column = named_position(columns, name, (int64_t)strlen(name));
    if (*column >= 0) return CX_OK;
    return cx_i_blame(err, name,
                      cx_i_fail(err, CX_E_NAME, "%s no column called %s", columns->holder, name));
}
