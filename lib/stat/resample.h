#ifndef CX_I_RESAMPLE_H
#define CX_I_RESAMPLE_H

#include "base/base.h"

/* Keeps the uses of random numbers apart, see cx_random_uniform. Numbers are never reused. */
enum {
    CX_I_PURPOSE_TOLERANCE = 1001,
    CX_I_PURPOSE_RANKS = 1010,
    CX_I_PURPOSE_SIMULTANEOUS = 1020,
    CX_I_PURPOSE_FOLDS = 1030,
    CX_I_PURPOSE_WILD = 1040,
    CX_I_PURPOSE_ORDERS = 1050,
    CX_I_PURPOSE_DRIVERS = 1051,   /* and one more for replicates */
    CX_I_PURPOSE_STRATUM = 0x10000 /* and one more for each stratum */
};

/* A bootstrap sample as counts: `take` draws with replacement from `units` (at most 2^31), each
 * equally likely, exactly. Depends on (seed, purpose, draw) and the sizes only. */
void cx_i_resample(uint64_t seed, uint32_t purpose, uint32_t draw, int64_t units, int64_t take,
                   uint32_t *counts);

/* In place, without memory of its own; no NaN. */
void cx_i_resample_sort(double *values, int64_t count);

/* The quantile of sorted values by their inverse distribution function at a probability that is
 * centred: position p (count + 1), rounded outwards to an order statistic. */
double cx_i_resample_quantile(const double *sorted, int64_t count, double p);

#endif
