#ifndef CX_TEST_MOMENTED_H
#define CX_TEST_MOMENTED_H

#include "columns.h"

#include "business/moments.h"

/* A state with some rows, and its bytes. */

static const char *const ABC[] = {"a", "b", "c"};

/* Rows of three columns, column-major; 3.25 and 0.1 keep sums from being integers. */
static const double SOME[] = {1, 2, 4, 3.25, 9, 0.1, 5, 5, 5, 8, 7, 7};

static inline void add_some(cx_moments *m, const cx_array *weights) {
    numbers f;
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, ABC, SOME, 4, 3), weights, err));
}

static inline uint8_t *encoded(const cx_moments *m, size_t *size) {
    *size = cx_moments_encoded_size(m);
    uint8_t *bytes = malloc(*size);
    ck_assert_ok(cx_moments_encode(m, bytes, *size, err));
    return bytes;
}

#endif
