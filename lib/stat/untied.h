#ifndef CX_I_UNTIED_H
#define CX_I_UNTIED_H

#include "stat/twofold.h"

/* Rank correlations of rows of which no two share an x and no two share a y: all of them are made
 * of these sums. The net of a row is how many rows it is concordant with minus discordant. */
typedef struct cx_i_untied {
    int64_t n;
    cx_i_twofold net;     /* its sum over rows: each pair counts twice */
    cx_i_twofold squares; /* of net */
    cx_i_twofold product; /* of ranks, each the number of rows below minus that above */
} cx_i_untied;

/* Most rows it can take: sums of squares of 256 rows fit. */
#define CX_I_UNTIED_MOST (INT64_C(1) << 27)

/* Complete, finite rows. `apart` says whether there are no ties; if there are, or may be, nothing
 * else is known. O(n log n), 20 bytes of memory a row. */
cx_status cx_i_untied_count(const double *x, const double *y, int64_t n,
                            const cx_allocator *allocator, bool *apart, cx_i_untied *out,
                            cx_error *err);

/* For fewer than 2^31 items whose high halves hold each of the ranks 0 .. n - 1 once, their low
 * halves 0: below[r] becomes how many smaller ranks come before r. `room` for as many items. */
void cx_i_untied_below(uint64_t *items, uint64_t *room, int64_t n, uint32_t *below);

#endif
