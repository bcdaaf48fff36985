#ifndef CX_I_KEYS_MAP_H
#define CX_I_KEYS_MAP_H

#include "base/keys.h"

/* From rows to key numbers without hashing, for key columns of whole numbers or dictionary codes
 * that lie close together: the columns' values, each less its lowest, stand side by side in one
 * index into a table. A key is written as bytes once, when its index is first seen. */

#define CX_I_MAP_BLOCK 1024
#define CX_I_MAP_COLUMNS 8

typedef struct cx_i_key_window {
    int64_t low;   /* value of index 0; of index 1 where null is 0 */
    int32_t bits;  /* the window holds 2^bits values */
    int32_t shift; /* of this column in the index */
    bool nullable, narrow;
} cx_i_key_window;

typedef struct cx_i_key_map {
    cx_i_keys *keys; /* bound to the columns */
    const cx_frame *by;
    cx_i_key_window window[CX_I_MAP_COLUMNS];
    int32_t bits;    /* of the whole index; -1 before the first block */
    int32_t most;    /* bits: a table is never much longer than the batch, and at most 16 MiB */
    bool possible;   /* no text and no fractions among the columns */
    uint32_t stride; /* what a key number counts in `entry` */
    uint32_t *entry; /* (key number + 1) * stride, or 0 while not seen */
} cx_i_key_map;

void cx_i_key_map_init(cx_i_key_map *map, cx_i_keys *keys, const cx_frame *by, uint32_t stride);
void cx_i_key_map_free(cx_i_key_map *map);

/* The indices of rows start .. start+count (count <= CX_I_MAP_BLOCK). *mapped is false when they
 * lie too far apart: then cx_i_keys_read is the way. May move `entry`. */
cx_status cx_i_key_map_index(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *index,
                             bool *mapped, cx_error *err);
/* For one contiguous int32 column without nulls: its values, when this block lies within the
 * window. The index of value v is (uint32_t)v - (uint32_t)window[0].low. Else NULL. */
const int32_t *cx_i_key_map_plain(const cx_i_key_map *map, int64_t start, int64_t count);
/* Enters the key of one row; CX_E_OVERFLOW when its entry exceeds 2^32. */
cx_status cx_i_key_map_learn(cx_i_key_map *map, int64_t row, uint32_t index, cx_error *err);
/* Entries of rows that were not mapped. */
cx_status cx_i_key_map_spell(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *entries,
                             cx_error *err);
/* Entries of a block, by whichever way serves. */
cx_status cx_i_key_map_read(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *entries,
                            cx_error *err);

#endif
