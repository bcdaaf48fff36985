#include "base/array.h"
#include "business/moments.h"

static int64_t named_find(const cx_moments *self, const char *name, int64_t length) {
    for (int64_t i = 0; i < self->p; i++)
        if ((int64_t)strlen(self->names[i]) == length &&
            memcmp(self->names[i], name, (size_t)length) == 0)
            return i;
    return -1;
}

cx_status cx_i_moments_named(const cx_moments *self, const cx_array *names, const char *role,
                             int64_t row, int64_t *column, cx_error *err) {
    int64_t length = 0;
    const char *name;
    if (names->dictionary == NULL && names->dtype != CX_STRING && names->dtype != CX_LARGE_STRING)
        return cx_i_fail(err, CX_E_TYPE, "%s must be text", role);
    if (!cx_i_array_present(names, row))
        return cx_i_fail(err, CX_E_NAME, "name %d of %s is missing", row, role);
    CX_TRY(cx_i_array_text(names, role, row, &name, &length, err));
    *column = named_find(self, name, length);
    if (*column >= 0) return CX_OK;
    char text[64];
    size_t shown = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    memcpy(text, name, shown);
    text[shown] = 0;
    return cx_i_moments_blame(
        err, text,
        cx_i_fail(err, CX_E_NAME, "%s names %s, and the moments have no such column", role, text));
}
