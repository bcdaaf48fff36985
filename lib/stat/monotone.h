#ifndef CX_I_MONOTONE_H
#define CX_I_MONOTONE_H

#include "base/base.h"

/* Points of a regression on one variable: x strictly increasing, sums of weights and of weighted
 * values at each. Points without weight are allowed and change nothing. */
typedef struct cx_i_points {
    const double *x;
    const double *w, *wy;
    int64_t count;
} cx_i_points;

/* The last point at which the non-increasing least-squares fit is at least `level`, or -1. It is
 * where the sums of w (y - level) are largest [Groeneboom1985], so that nothing is fitted. */
int64_t cx_i_antitonic_last(const cx_i_points *points, double level);

/* The non-increasing least-squares fit by pooling adjacent violators [Ayer1955]: ends[b] is the
 * point after block b, of weight[b] and mean[b]; each has room for all points. Returns the number
 * of blocks. Points without weight belong to the block before them (the first block, if none). */
int64_t cx_i_antitonic_blocks(const cx_i_points *points, int64_t *ends, double *weight,
                              double *mean);

/* A continuous line with one knot: at_low at x_low, at_knot at the knot, at_high at x_high. */
typedef struct cx_i_knot {
    double x_low, knot, x_high;
    double at_low, at_knot, at_high;
} cx_i_knot;

/* Least squares over the knots at points [Hudson1966] with a tenth of the weight or more on each
 * side, in one pass over sums; no part rises. flat: level up to the knot, which may be the first
 * point. No such knot: a straight line; a single point, or a rising line: level. */
cx_i_knot cx_i_knot_fit(const cx_i_points *points, bool flat);
/* The largest x at which the fit is at least `level`; x_high when it is so there, NaN if never. */
double cx_i_knot_last(const cx_i_knot *fit, double level);

#endif
