#ifndef CX_I_NAMES_H
#define CX_I_NAMES_H

#include "base/array.h"

/* Lists of names: columns of text. */
cx_status cx_i_names_check(const cx_array *names, const char *role, cx_error *err);
/* The list "names" of a new state: 1 to `most`; `noun` says of what. */
cx_status cx_i_names_check_new(const cx_array *names, const char *noun, int64_t most,
                               cx_error *err);
/* One of them; none may be missing. */
cx_status cx_i_names_at(const cx_array *names, const char *role, int64_t row, const char **text,
                        int64_t *length, cx_error *err);

/* A copy of name i of a state: not empty, without a zero byte. */
cx_status cx_i_name_copy(const cx_allocator *allocator, int64_t i, const char *name, int64_t length,
                         char **out, cx_error *err);

/* Columns that a caller may name. */
typedef struct cx_i_named {
    const char *const *name;
    int64_t count;
    const char *holder; /* for sentences: "x has", "the moments have" */
} cx_i_named;

/* The position of the column that row `row` of a list names. */
cx_status cx_i_named_at(const cx_i_named *columns, const cx_array *names, const char *role,
                        int64_t row, int64_t *column, cx_error *err);
/* The position of the column of that name. */
cx_status cx_i_named_find(const cx_i_named *columns, const char *name, int64_t *column,
                          cx_error *err);

#endif
