#ifndef CX_I_MULTIPLE_H
#define CX_I_MULTIPLE_H

#include "base/base.h"

/* Many tests of one family. */
typedef enum cx_i_multiple {
    CX_I_BONFERRONI = 0,
    CX_I_HOLM = 1,
    CX_I_HOCHBERG = 2,
    CX_I_HOMMEL = 3,
    CX_I_BH = 4,
    CX_I_BY = 5
} cx_i_multiple;

/* order[k] = place of the k-th smallest value; what is equal stays in its order. `order` holds the
 * `count` places to be sorted. No memory, no NaN. */
void cx_i_multiple_sort(const double *values, int64_t *order, int64_t count);

/* Adjusted p-values of the `count` places in `order`, least p first. `room` has place for 2 count
 * numbers and is used by Hommel's only. */
void cx_i_multiple_adjust(cx_i_multiple method, const double *p, const int64_t *order,
                          int64_t count, double *room, double *out);

/* The p-values that share one chance of any false difference [Holm1979]: p and out have `count`
 * elements, order is scratch; NaN stays NaN and is no test. */
void cx_i_holm(const double *p, int64_t count, int64_t *order, double *out);

/* How many of the logarithms of e-values, the largest first, are rejected at a false discovery rate
 * [WangRamdas2022]. */
int64_t cx_i_e_bh(const double *log_e, int64_t count, double fdr);
/* The rates at which each of the e-values would be: the smallest, at most 1. In place. */
void cx_i_e_bh_rates(double *e, int64_t count);

#endif
