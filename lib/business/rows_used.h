#ifndef CX_I_ROWS_USED_H
#define CX_I_ROWS_USED_H

#include <cxkit/estimate.h>

#include "base/array.h"

/* Which of the rows given a model uses, and their numbers. */

/* What became of a row that was given. */
enum { CX_I_ROW_KEPT = 0, CX_I_ROW_MISSING = 1, CX_I_ROW_ZERO = 2, CX_I_ROW_NO_ID = 3 };

/* As many rows as a model can have, and no column with the intercept's name beside it. */
cx_status cx_i_used_check(const cx_frame *x, const cx_array *y, bool intercept, cx_error *err);
/* Marks the rows in which a column is missing, then those with weight 0; no column, no mark. */
cx_status cx_i_used_mark(const cx_array *column, const char *role, uint8_t *keep, cx_error *err);
cx_status cx_i_used_mark_weights(const cx_array *weights, int32_t kind, uint8_t *keep,
                                 cx_error *err);
/* How many are kept, at least one, and the others by reason of exclusion. */
cx_status cx_i_used_count(const uint8_t *keep, int64_t given, int64_t *n, int64_t *excluded,
                          cx_error *err);
/* The positions of those kept. */
void cx_i_used_list(const uint8_t *keep, int64_t given, int64_t *row);
/* The numbers of n rows, those of `row`, or all when it is NULL. */
void cx_i_used_numbers(const cx_array *column, const int64_t *row, int64_t n, double *out);

/* What n rows with these weights, NULL for 1, amount to. */
typedef struct cx_i_used_size {
    double sum_w, n_eff, count; /* count: n, or the sum of frequencies */
} cx_i_used_size;
cx_i_used_size cx_i_used_weigh(const double *weight, int64_t n, int32_t kind);

#endif
