#ifndef CX_I_CROSSTAB_H
#define CX_I_CROSSTAB_H

#include <cxkit/crosstab.h>

#include "base/base.h"
#include "base/sum.h"

struct cx_crosstab {
    cx_allocator allocator;
    int32_t low[2], levels[2]; /* of x and of y */
    int64_t n, excluded[CX_EXCLUDED_END];
    bool weighted;
    int64_t *count; /* by x, then y */
    /* Sums of weights and of squared weights; while not weighted both are the counts, and 0 here */
    cx_i_sum *w, *w2;
};

static inline int64_t cx_i_crosstab_cells(const cx_crosstab *self) {
    return (int64_t)self->levels[0] * self->levels[1];
}
/* Sums begin where the counts are. */
void cx_i_crosstab_make_weighted(cx_crosstab *self);
/* The most rows; and the largest sum of squared weights. */
#define CX_I_CROSSTAB_ROWS (INT64_C(1) << 53)
#define CX_I_CROSSTAB_SQUARES 0x1p120

#endif
