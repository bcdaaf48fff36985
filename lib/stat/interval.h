#ifndef CX_I_INTERVAL_H
#define CX_I_INTERVAL_H

#include <cxkit/estimate.h>

#include "base/base.h"

typedef struct cx_i_interval {
    double low, high;
} cx_i_interval;

/* A share: x of n, both real for weighted data, 0 <= x <= n, n > 0; not yet cut at 0 and 1. */
cx_i_interval cx_i_share_interval(cx_method method, double x, double n, double confidence);

/* The difference of two classes of three, per answer: minus, zero, plus are counts (real for
 * weighted data) of n > 0 answers; not yet cut at -1 and 1. */
typedef struct cx_i_trinomial {
    double minus, zero, plus;
} cx_i_trinomial;
cx_i_interval cx_i_net_interval(cx_method method, cx_i_trinomial counts, double confidence);
/* The score statistic of a net score d in -1..1: falls in d, 0 at the observed one. */
double cx_i_net_statistic(cx_i_trinomial counts, double d);

#endif
