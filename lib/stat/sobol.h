#ifndef CX_I_SOBOL_H
#define CX_I_SOBOL_H

#include "base/base.h"

/* Points that fill the unit cube evenly [Sobol1967]: any 2^k in a row, from a multiple of 2^k on,
 * have one in each interval of length 2^-k of each dimension. */
enum { CX_I_SOBOL_MOST = 32, CX_I_SOBOL_BITS = 32 };

/* What each bit of the index adds to a dimension below CX_I_SOBOL_MOST. */
void cx_i_sobol_directions(int32_t dimension, uint32_t direction[CX_I_SOBOL_BITS]);

/* The coordinate of point `index`, in 2^-32. */
CX_I_INLINE uint32_t cx_i_sobol_at(const uint32_t direction[CX_I_SOBOL_BITS], uint32_t index) {
    uint32_t sum = 0;
    for (int bit = 0; index != 0; bit++, index >>= 1)
        if ((index & 1) != 0) sum ^= direction[bit];
    return sum;
}

#endif
