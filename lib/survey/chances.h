#ifndef CX_I_CHANCES_H
#define CX_I_CHANCES_H

#include "base/array.h"

/* A block of rows: chances to answer in (0, 1) with the weights of the design, checked. */
typedef struct cx_i_chances {
    const cx_array *propensity, *weights; /* weights may be NULL */
    int64_t start, count;
    double rho[CX_I_BLOCK], w[CX_I_BLOCK];
} cx_i_chances;

cx_status cx_i_chances_check(const cx_i_chances *chances, cx_error *err);
/* false at the end; a row that is refused is in *status. */
bool cx_i_chances_next(cx_i_chances *chances, cx_status *status, cx_error *err);
/* Another column, of the same length. */
cx_status cx_i_chances_column(const cx_i_chances *chances, const cx_array *column, const char *role,
                              cx_error *err);
/* 1 or 0 in a column that says who answered. */
cx_status cx_i_responded_check(const cx_array *responded, int64_t row, double value, cx_error *err);

#endif
