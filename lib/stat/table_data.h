#ifndef CX_I_TABLE_DATA_H
#define CX_I_TABLE_DATA_H

#include "stat/table.h"

#include <stdatomic.h>

typedef struct cx_i_column {
    char *name;
    void *data;
    int32_t *offsets;  /* strings only */
    uint8_t *validity; /* NULL: nothing is missing */
    int64_t null_count;
    int32_t dtype;
} cx_i_column;

typedef struct cx_i_figure {
    const char *name;
    double value;
} cx_i_figure;

struct cx_table {
    cx_allocator allocator;
    _Atomic int64_t references; /* the owner's and one for every Arrow export */
    int64_t rows, column_count, figure_count;
    cx_i_column *columns;
    cx_i_figure *figures;
};

void cx_i_table_hold(const cx_table *table); /* undone by cx_table_free */

#endif
