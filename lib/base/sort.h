#ifndef CX_I_SORT_H
#define CX_I_SORT_H

#include "base/base.h"

/* An element to be sorted and the row it came from. */
typedef struct cx_i_sortable {
    uint64_t key;
    int64_t row;
} cx_i_sortable;

/* Keys that sort as numbers do; no NaN. */
uint64_t cx_i_sort_key_f64(double value);
/* The number of a key. */
double cx_i_sort_value_f64(uint64_t key);
uint64_t cx_i_sort_key_i64(int64_t value);
/* Stable, by key; `scratch` has room for as many. Linear: bytes that all keys share cost nothing.
 */
void cx_i_sort(cx_i_sortable *items, cx_i_sortable *scratch, int64_t count);

/* Plain keys, fewer than 2^32 of them; `scratch` has room for as many. */
void cx_i_sort_u64(uint64_t *keys, uint64_t *scratch, int64_t count);

#endif
