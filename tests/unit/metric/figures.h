#ifndef CX_TEST_FIGURES_H
#define CX_TEST_FIGURES_H

#include "../support.h"

/* A cell of a table as a number, NaN where it is missing. */
static inline double table_number(const cx_table *table, const char *name, int64_t row) {
    cx_array c;
    ck_assert_msg(cx_table_find(table, name) >= 0, "no column %s", name);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &c, err));
    if (c.validity != NULL && (c.validity[row / 8] >> row % 8 & 1) == 0) return NAN;
    return c.dtype == CX_I64 ? (double)((const int64_t *)c.data)[row]
                             : ((const double *)c.data)[row];
}

static inline bool table_word_is(const cx_table *table, const char *name, int64_t row,
                                 const char *word) {
    cx_array c;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &c, err));
    const int32_t *ends = c.offsets;
    if (c.validity != NULL && (c.validity[row / 8] >> row % 8 & 1) == 0) return false;
    return (size_t)(ends[row + 1] - ends[row]) == strlen(word) &&
           memcmp((const char *)c.data + ends[row], word, strlen(word)) == 0;
}

/* Holds every figure of an id in the vectors against its column; returns how many there were. */
static inline int table_expect(const vectors *v, const char *id, const cx_table *table,
                               int64_t row) {
    int count = 0;
    for (int64_t r = 0; r < v->rows; r++) {
        if (strcmp(vectors_text(v, r, "id"), id) != 0) continue;
        const char *name = vectors_text(v, r, "figure");
        double found = table_number(table, name, row), expected = vectors_number(v, r, "value");
        ck_assert_msg(fabs(found - expected) <=
                          vectors_number(v, r, "tolerance") * fmax(fabs(expected), 1),
                      "%s: %s is %.15g, not %.15g", id, name, found, expected);
        count++;
    }
    return count;
}

/* One figure of an id. */
static inline double vector_figure(const vectors *v, const char *id, const char *figure) {
    for (int64_t r = 0; r < v->rows; r++)
        if (strcmp(vectors_text(v, r, "id"), id) == 0 &&
            strcmp(vectors_text(v, r, "figure"), figure) == 0)
            return vectors_number(v, r, "value");
    ck_abort_msg("no %s of %s", figure, id);
    return 0;
}

#endif
