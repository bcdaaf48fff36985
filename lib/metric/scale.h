#ifndef CX_I_SCALE_H
#define CX_I_SCALE_H

#include "metric/tally.h"

/* Exact sums of weights and of their squares for the steps of a short scale, in plain doubles. A
 * weight of a block is split at a fixed bit: the upper parts, and the lower parts, are few enough
 * bits apart that thousands of them add up without a rounding. */

enum { CX_I_SCALE_LEVELS = 64, CX_I_SCALE_PANS = 4 };

typedef struct cx_i_pan {
    double above[2]; /* of w and w^2: the parts above their cuts, and below */
    double below[2];
} cx_i_pan;

typedef struct cx_i_scale {
    /* Neighbours take different pans, so that they do not wait for each other; a step of a pan does
     * not cross a cache line. */
    _Alignas(32) cx_i_pan pan[CX_I_SCALE_PANS][CX_I_SCALE_LEVELS];
    uint32_t count[CX_I_SCALE_PANS][CX_I_SCALE_LEVELS];
    double least, most; /* weights that can be put on: least <= w < most */
    double cut[2];      /* w + cut - cut is the part above */
    int32_t levels;
    int32_t held; /* answers since the last flush */
} cx_i_scale;

void cx_i_scale_init(cx_i_scale *scale, int32_t levels);
/* Makes room for a block and sets the range by its weights; false when a sum overflows. */
bool cx_i_scale_ready(cx_i_scale *scale, const double *weights, int64_t count, cx_i_cells *cells);
/* Puts on rows from `start`; returns the first that has no place here, or count. */
int64_t cx_i_scale_put(cx_i_scale *scale, const uint16_t *steps, const double *weights,
                       int64_t start, int64_t count);
/* Moves everything into the cells, which are weighted; false when a sum overflows. */
bool cx_i_scale_flush(cx_i_scale *scale, cx_i_cells *cells);

#endif
