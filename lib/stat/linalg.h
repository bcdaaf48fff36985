#ifndef CX_I_LINALG_H
#define CX_I_LINALG_H

#include "base/base.h"
#include "stat/twofold.h"

/* Symmetric matrices are stored by rows of the lower triangle. */
static inline size_t cx_i_packed(int64_t row, int64_t column) {
    return (size_t)(row * (row + 1) / 2 + column);
}
/* Elements of a packed matrix of p rows, p < 2^31 */
static inline int64_t cx_i_packed_size(int64_t p) {
    return p * (p + 1) / 2;
}

/* Replaces a (p x p, packed, positive semi-definite, diagonal about 1) by its Cholesky factor L,
 * in the order of the columns. A column whose variance, given the kept columns before it, is at
 * most `tolerance` is dropped: its row and column of L are zero. Returns the rank. */
int64_t cx_i_cholesky(cx_i_twofold *a, int64_t p, double tolerance, bool *dropped);
/* b := L^-1 b, then b := L'^-1 b; elements of dropped columns become 0. */
void cx_i_cholesky_forward(const cx_i_twofold *factor, int64_t p, cx_i_twofold *b);
void cx_i_cholesky_backward(const cx_i_twofold *factor, int64_t p, cx_i_twofold *b);
/* Element (j, j) of the inverse of L L'; b is room for p numbers. 0 for a dropped column. */
cx_i_twofold cx_i_cholesky_inverse(const cx_i_twofold *factor, int64_t p, int64_t j,
                                   cx_i_twofold *b);

#endif
