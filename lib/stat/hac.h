#ifndef CX_I_HAC_H
#define CX_I_HAC_H

#include "base/base.h"

/* Sums of products of scores over time [NeweyWest1987]. */

typedef struct cx_i_hac {
    int64_t rows, p;
    int64_t lags;         /* 0: only products of a row with itself */
    const int64_t *time;  /* rises within a group; NULL: 0, 1, 2 ... */
    const int64_t *group; /* rows of a group stand together, none reaches over; NULL: one */
} cx_i_hac;

/* The usual number of lags: floor(4 (n / 100)^(2/9)). */
int64_t cx_i_hac_lags(int64_t n);
/* out (p x p) = sum over pairs of rows i, j at most `lags` apart of (1 - |i - j| / (lags + 1))
 * s_i s_j', Bartlett's weights: never negative definite. `scores` has a row of p for each row. Time
 * that is missing stays missing: a gap is a gap. */
void cx_i_hac_meat(const cx_i_hac *shape, const double *scores, double *out);
/* out (p x p) = sum over groups of the products of their summed scores; `room` has p numbers.
 * Returns the number of groups. */
int64_t cx_i_hac_clusters(const cx_i_hac *shape, const double *scores, double *room, double *out);

#endif
