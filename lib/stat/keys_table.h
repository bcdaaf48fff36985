#ifndef CX_I_KEYS_TABLE_H
#define CX_I_KEYS_TABLE_H

#include "base/keys.h"
#include "stat/table.h"

/* Appends the key columns to a table whose rows are the keys order[0], order[1], ..., each `repeat`
 * times. */
cx_status cx_i_keys_to_table(const cx_i_keys *keys, const int64_t *order, int64_t repeat,
                             cx_table *table, cx_error *err);
/* The same for a table of `count` rows whose keys are named one by one. */
cx_status cx_i_keys_to_rows(const cx_i_keys *keys, const int64_t *key_of_row, int64_t count,
                            cx_table *table, cx_error *err);
/* The same for `count` rows of a table with totals: row r shows the key key[r]; the columns in the
 * bits totalled[r] are null, the last column being bit 0. */
cx_status cx_i_keys_cube_to_table(const cx_i_keys *keys, const int64_t *key,
                                  const int64_t *totalled, int64_t count, cx_table *table,
                                  cx_error *err);

#endif
