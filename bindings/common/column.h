/* A column on its way into one call: the view that C reads, and what has to be released after. */
#include <stdarg.h>
#include <stdio.h>

typedef struct cx_call {
    cx_error error; /* code 0: so far, so good */
    int64_t rows;   /* rows of all columns given */
} cx_call;

#define CX_COLUMN_BLOCKS 4

typedef struct cx_column {
    cx_array view;
    cx_array dictionary;
    int present;
    char name[64];
    void *blocks[CX_COLUMN_BLOCKS]; /* memory of ours */
    int block_count;
    struct ArrowSchema schema; /* released when its release is set */
    struct ArrowArray *chunks; /* the same for each */
    int64_t chunk_count;
    void *owner; /* the language's: a buffer, a view */
} cx_column;

typedef struct cx_columns {
    cx_frame view;
    int present;
    int64_t count;
    cx_column *columns; /* one for each column, kept in place: views point into them */
    cx_array *views;
    cx_column stream; /* what several columns share: the schema and chunks of an Arrow table */
} cx_columns;

/* Released by the language: cx_column.owner. Given in <language>.i. */
static void cx_owner_release(void *owner);
