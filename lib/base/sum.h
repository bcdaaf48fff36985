#ifndef CX_I_SUM_H
#define CX_I_SUM_H

#include "base/base.h"

/* A sum that does not depend on order: 192-bit two's complement, unit 2^-64, range +-2^127. Each
 * input is rounded once to the grid, half to even; the sum itself is exact. */
typedef struct cx_i_sum {
    uint64_t word[3]; /* least significant first */
} cx_i_sum;

bool cx_i_sum_add(cx_i_sum *sum, double value); /* false: value not finite, or out of range */
bool cx_i_sum_add_i64(cx_i_sum *sum, int64_t value);
bool cx_i_sum_merge(cx_i_sum *sum, const cx_i_sum *other); /* false: out of range, sum unchanged */
/* Takes away what was merged before. */
void cx_i_sum_subtract(cx_i_sum *sum, const cx_i_sum *other);
double cx_i_sum_value(const cx_i_sum *sum); /* correctly rounded */
bool cx_i_sum_is_negative(const cx_i_sum *sum);
bool cx_i_sum_is_zero(const cx_i_sum *sum);

/* The same with a finer grid for small addends: those below 2^-12 are rounded to 2^-144. Which grid
 * an addend takes follows from itself alone, so that the sum still does not depend on order. */
typedef struct cx_i_wide_sum {
    cx_i_sum coarse, fine; /* fine: times 2^80 */
} cx_i_wide_sum;

bool cx_i_wide_add(cx_i_wide_sum *sum, double value);
bool cx_i_wide_merge(cx_i_wide_sum *sum, const cx_i_wide_sum *other);
/* The same without the merge. */
bool cx_i_wide_fits(const cx_i_wide_sum *sum, const cx_i_wide_sum *other);
/* As four doubles that add up to it, but for what lies below 2^-106 of each grid's sum. */
void cx_i_wide_parts(const cx_i_wide_sum *sum, double parts[4]);

#endif
