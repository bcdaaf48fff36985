#ifndef CX_I_ABSORB_H
#define CX_I_ABSORB_H

#include "base/base.h"

/* Takes one or two sets of group means out of columns, exactly. With two, the one with more groups
 * is eliminated analytically and the other solved from what is left (the Schur complement): no
 * iteration, whatever the way in which the groups hang together. */

#define CX_I_ABSORB_PERIODS 4096 /* most groups of the smaller set */

typedef struct cx_i_groups {
    const int32_t *of; /* group of each row, below count; every group has a row */
    int64_t count;
} cx_i_groups;

typedef struct cx_i_absorb {
    const cx_allocator *allocator;
    int64_t rows;
    const double *weight;     /* NULL for 1 */
    cx_i_groups unit, period; /* period.of NULL: one set */
    double *unit_weight, *unit_sum;
    double *factor; /* periods x periods, lower triangle by rows: Cholesky */
    double *right;  /* periods */
    bool *pinned;   /* periods: one of each component is 0 */
    int64_t components, singletons;
    int64_t rank; /* of both sets together */
    void *memory;
} cx_i_absorb;

cx_status cx_i_absorb_new(cx_i_absorb *absorb, int64_t rows, const double *weight,
                          const cx_i_groups *sets, int count, const cx_allocator *allocator,
                          cx_error *err);
void cx_i_absorb_free(cx_i_absorb *absorb);
/* Replaces a column by what the groups leave of it. */
void cx_i_absorb_apply(const cx_i_absorb *absorb, double *x);

#endif
