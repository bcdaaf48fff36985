#ifndef CX_I_TABLE_H
#define CX_I_TABLE_H

#include <cxkit/table.h>

#include "base/base.h"

/* Building a table: make it with all rows, add columns, fill their memory, hand it out. Column
 * memory is zeroed. On failure free the table; nothing else is owed. */
cx_status cx_i_table_new(int64_t rows, const cx_allocator *allocator, cx_table **out,
                         cx_error *err);
cx_status cx_i_table_f64(cx_table *table, const char *name, double **out, cx_error *err);
cx_status cx_i_table_i64(cx_table *table, const char *name, int64_t **out, cx_error *err);
/* Microseconds since 1970 on a clock that is not named. */
cx_status cx_i_table_time(cx_table *table, const char *name, int64_t **out, cx_error *err);
/* A string column: gives the room for `bytes` characters and the rows + 1 offsets to fill. */
cx_status cx_i_table_string(cx_table *table, const char *name, int64_t bytes, char **characters,
                            int32_t **offsets, cx_error *err);
/* A string column: a copy of one text for each row. */
cx_status cx_i_table_words(cx_table *table, const char *name, const char *const *words,
                           cx_error *err);
/* Likewise, words[codes[row]]. */
cx_status cx_i_table_coded(cx_table *table, const char *name, const uint8_t *codes,
                           const char *const *words, cx_error *err);
/* Marks one element of the column added last as missing. */
cx_status cx_i_table_null(cx_table *table, int64_t row, cx_error *err);
/* The same for all rows that are marked; NULL: none. */
cx_status cx_i_table_hide(cx_table *table, const bool *hidden, cx_error *err);
/* A figure about the whole table; names are static strings. */
cx_status cx_i_table_figure(cx_table *table, const char *name, double value, cx_error *err);

#endif
