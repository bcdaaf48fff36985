#ifndef CX_TEST_PLANNED_H
#define CX_TEST_PLANNED_H

#include "../support.h"

/* Reference numbers of plans. */

static inline double planned_vector(const char *id, double *tolerance) {
    vectors v = vectors_read("policy");
    double value = NAN;
    for (int64_t i = 0; i < v.rows; i++) {
        if (strcmp(vectors_text(&v, i, "id"), id) != 0) continue;
        value = vectors_number(&v, i, "value");
        *tolerance = vectors_number(&v, i, "tolerance");
    }
    ck_assert_msg(!isnan(value), "no vector %s", id);
    vectors_free(&v);
    return value;
}

#endif
