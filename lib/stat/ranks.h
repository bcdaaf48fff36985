#ifndef CX_I_RANKS_H
#define CX_I_RANKS_H

#include "stat/draws.h"

/* Ranks of values of which only distributions are known. Rank 1 is the highest value. */
typedef struct cx_i_rank_draws {
    int64_t count;
    int32_t draws;
    double confidence;
    uint64_t seed;
    const void *context;
    double (*draw)(const void *context, int64_t i, cx_i_draws *draws);
} cx_i_rank_draws;

/* Each by itself: the quantiles of its rank over joint draws, rounded outwards. */
cx_status cx_i_ranks_drawn(const cx_i_rank_draws *what, const cx_allocator *allocator, int64_t *low,
                           int64_t *high, cx_error *err);
/* All at once, from intervals that hold at once: as many are better as lie wholly above, as many
 * are worse as lie wholly below [Klein2020]. */
cx_status cx_i_ranks_of_intervals(const double *lower, const double *upper, int64_t count,
                                  const cx_allocator *allocator, int64_t *low, int64_t *high,
                                  cx_error *err);
/* 1 + how many values are higher */
cx_status cx_i_ranks(const double *values, int64_t count, const cx_allocator *allocator,
                     int64_t *out, cx_error *err);

#endif
