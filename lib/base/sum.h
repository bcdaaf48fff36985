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

#endif
