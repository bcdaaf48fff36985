#ifndef CX_I_DIFFERENCE_H
#define CX_I_DIFFERENCE_H

#include "stat/interval.h"

/* Differences of two independent estimates. */

typedef struct cx_i_difference {
    double low, high;
    double p; /* of no difference, two-sided */
} cx_i_difference;

/* One side, with the interval of its kind. Its value is origin + factor * own. */
typedef enum cx_i_side_kind {
    CX_I_SIDE_SHARE, /* own is a share: counts.plus of all; wilson */
    CX_I_SIDE_NET,   /* own is a net score of the counts; score */
    CX_I_SIDE_T      /* own is a mean with se and df; t */
} cx_i_side_kind;

typedef struct cx_i_side {
    cx_i_side_kind kind;
    double own, origin, factor;
    cx_i_trinomial counts;
    double se, df;
} cx_i_side;

double cx_i_side_value(const cx_i_side *side);
cx_i_interval cx_i_side_interval(const cx_i_side *side, double confidence);

/* Both intervals put together [Zou2008]. */
cx_i_difference cx_i_mover(const cx_i_side *a, const cx_i_side *b, double confidence);
/* A difference with a standard error: limits around it, t with df, normal when df is infinite. */
cx_i_difference cx_i_difference_around(double value, double se, double df, double confidence);

/* Two shares: x of n, real for weighted data. wald, agresti-caffo, score, else newcombe. */
typedef struct cx_i_two_shares {
    double x1, n1, x2, n2;
} cx_i_two_shares;
cx_i_difference cx_i_share_difference(cx_method method, const cx_i_two_shares *shares,
                                      double confidence);

#endif
