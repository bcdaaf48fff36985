#ifndef CX_TEST_TABLES_H
#define CX_TEST_TABLES_H

#include "columns.h"

static inline double figure(const cx_table *table, const char *name) {
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), name) == 0) return cx_table_figure(table, i);
    ck_abort_msg("no figure %s", name);
    return NAN;
}

static inline cx_array column(const cx_table *table, const char *name) {
    cx_array c = {0};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &c, err));
    return c;
}

/* NaN where the element is null */
static inline double cell(const cx_table *table, const char *name, int64_t row) {
    cx_array c = column(table, name);
    int64_t bit = c.offset + row;
    if (c.validity != NULL && (c.validity[bit / 8] >> bit % 8 & 1) == 0) return NAN;
    if (c.dtype == CX_I64) return (double)((const int64_t *)c.data)[row];
    return ((const double *)c.data)[row];
}

static inline void name_is(const cx_table *table, int64_t row, const char *name) {
    cx_array c = column(table, "name");
    const int32_t *offsets = c.offsets;
    int32_t length = offsets[row + 1] - offsets[row];
    ck_assert_int_eq((size_t)length, strlen(name));
    ck_assert(memcmp((const char *)c.data + offsets[row], name, (size_t)length) == 0);
}

static inline double sum_of(const cx_table *table, const char *name) {
    double sum = 0;
    for (int64_t j = 0; j < cx_table_rows(table); j++) sum += cell(table, name, j);
    return sum;
}

/* The text of a cell, NULL where it is null; good until the next call. */
static inline const char *text_of(const cx_table *table, const char *name, int64_t row) {
    static char text[128];
    cx_array c = column(table, name);
    const int32_t *offsets = c.offsets;
    if (c.validity != NULL && (c.validity[row / 8] >> row % 8 & 1) == 0) return NULL;
    size_t length = (size_t)(offsets[row + 1] - offsets[row]);
    memcpy(text, (const char *)c.data + offsets[row], length);
    text[length] = 0;
    return text;
}

#endif
