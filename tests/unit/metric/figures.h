#ifndef CX_TEST_FIGURES_H
#define CX_TEST_FIGURES_H

#include "../support.h"

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
