#ifndef CX_I_SURVIVAL_H
#define CX_I_SURVIVAL_H

#include <cxkit/estimate.h>

#include "base/base.h"
#include "stat/interval.h"

/* Times until an event, some of them cut off before it (censored), some with an unknown end. A
 * table holds one row for each distinct time, so that tables add up and memory follows the distinct
 * times. At a tie events come before censoring. */
typedef struct cx_i_survival_row {
    double time; /* finite, >= 0 */
    int64_t events, censored, unknown;
} cx_i_survival_row;

typedef struct cx_i_survival {
    const cx_allocator *allocator; /* the owner's */
    cx_i_survival_row *rows;       /* times ascending, none twice, none without a count */
    int64_t size;
    int64_t events, censored, unknown; /* of all rows */
} cx_i_survival;

/* How rows with an unknown end are read: not at all, or as one of the two bounds. */
typedef enum cx_i_unknown_end {
    CX_I_UNKNOWN_OMITTED = 0,
    CX_I_UNKNOWN_CENSORED = 1,
    CX_I_UNKNOWN_EVENT = 2
} cx_i_unknown_end;

/* -- building ------------------------------------------------------------------------------ */

void cx_i_survival_init(cx_i_survival *table, const cx_allocator *allocator);
void cx_i_survival_free(cx_i_survival *table);
void cx_i_survival_swap(cx_i_survival *a, cx_i_survival *b);

/* One observation as a number that sorts by time; time >= 0 and finite, -0 becomes 0. */
CX_I_INLINE uint64_t cx_i_survival_key(double time, bool event) {
    uint64_t bits;
    time += 0.0;
    memcpy(&bits, &time, sizeof bits);
    return bits << 1 | (event ? 1 : 0);
}

/* Adds observations; `keys` is sorted on the way and `scratch` has room for as many. With
 * `unknown` the end is unknown, whatever the keys say. On failure the table is unchanged. */
cx_status cx_i_survival_add(cx_i_survival *table, uint64_t *keys, int64_t count, bool unknown,
                            uint64_t *scratch, cx_error *err);
/* Adds observations at the whole times 0 .. times - 1, counted: in the upper half of each number
 * the events, in the lower half those cut off. On failure the table is unchanged. */
#define CX_I_SURVIVAL_EVENT (UINT64_C(1) << 32)
cx_status cx_i_survival_add_tallies(cx_i_survival *table, const uint64_t *tallies, int64_t times,
                                    cx_error *err);
/* Adds a table (may be the same one). On failure unchanged. */
cx_status cx_i_survival_merge(cx_i_survival *table, const cx_i_survival *other, cx_error *err);
/* The merged table as new rows of `out`, which is empty; then nothing of `a` is shared. */
cx_status cx_i_survival_join(const cx_i_survival *a, const cx_i_survival *b, cx_i_survival *out,
                             cx_error *err);
bool cx_i_survival_equal(const cx_i_survival *a, const cx_i_survival *b);

/* Observations that are read: all, or without those of unknown end. */
int64_t cx_i_survival_count(const cx_i_survival *table, cx_i_unknown_end unknown);
/* The largest time in the table, -1 for an empty one */
double cx_i_survival_last(const cx_i_survival *table, cx_i_unknown_end unknown);

/* -- the curve [KaplanMeier1958] ----------------------------------------------------------- */

/* Where a walk over the curve stands: after the row at `time`. Before the first row: time -1,
 * survival 1. */
typedef struct cx_i_survival_walk {
    const cx_i_survival *table;
    cx_i_unknown_end unknown;
    int64_t next; /* row */
    double time;
    int64_t at_risk;          /* just before `time` */
    int64_t events, censored; /* at `time` */
    int64_t left;             /* still followed after `time` */
    int64_t seen;             /* events so far */
    double survival;
    double greenwood;                         /* sum of d / (Y (Y - d)); infinite at survival 0 */
    double survival_before, greenwood_before; /* of the row before */
    double base;                              /* survival at the last censoring, and those left */
    int64_t base_left;                        /* then: no rounding adds up in between */
} cx_i_survival_walk;

cx_i_survival_walk cx_i_survival_begin(const cx_i_survival *table, cx_i_unknown_end unknown);
bool cx_i_survival_next(cx_i_survival_walk *walk);
/* The same without a table: `count` observations, of which so many go at each time, in order. */
cx_i_survival_walk cx_i_survival_begin_with(int64_t count);
void cx_i_survival_step(cx_i_survival_walk *walk, double time, int64_t events, int64_t censored);
/* The walk at time t >= 0: after the last row at or before it. */
cx_i_survival_walk cx_i_survival_at(const cx_i_survival *table, cx_i_unknown_end unknown, double t);
/* Is the curve known at t? Up to the last observation, and for ever once it is 0. */
bool cx_i_survival_reaches(const cx_i_survival *table, cx_i_unknown_end unknown, double t);

/* Standard error by Greenwood's formula; 0 at survival 0. */
double cx_i_survival_se(const cx_i_survival_walk *walk);
/* Pointwise limits: CX_METHOD_LOG_LOG [KalbfleischPrentice2002], or CX_METHOD_WALD cut at 0 and 1.
 * Neither scale has limits at 1 and at 0. At 1 the exact limit of m out of m takes their place, m
 * being those known to last longer; at 0 the upper limit before the last event, or the exact one of
 * 0 out of n where all went at once. */
cx_i_interval cx_i_survival_limits(const cx_i_survival_walk *walk, cx_method method,
                                   double confidence);
/* The same where the normal quantile z of the confidence is at hand. */
cx_i_interval cx_i_survival_limits_z(const cx_i_survival_walk *walk, cx_method method,
                                     double confidence, double z);

/* -- figures ------------------------------------------------------------------------------- */

/* The time by which a share p has had the event: the first at which survival is at most 1 - p, and
 * the first times at which its lower and its upper limit are [BrookmeyerCrowley1982]. Infinite
 * where the curve, or the limit, never falls that far. */
typedef struct cx_i_survival_quantile {
    double value, low, high;
} cx_i_survival_quantile;
cx_i_survival_quantile cx_i_survival_quantile_of(const cx_i_survival *table,
                                                 cx_i_unknown_end unknown, double p,
                                                 cx_method method, double confidence);

/* The area under the curve from 0 to t, with its standard error. */
typedef struct cx_i_survival_mean {
    double value, se;
} cx_i_survival_mean;
cx_i_survival_mean cx_i_survival_mean_to(const cx_i_survival *table, cx_i_unknown_end unknown,
                                         double t);

/* Events and the total time followed; their ratio is the rate of an exponential. */
typedef struct cx_i_survival_exposure {
    int64_t events;
    double time;
} cx_i_survival_exposure;
cx_i_survival_exposure cx_i_survival_exposed(const cx_i_survival *table, cx_i_unknown_end unknown);
/* Exact limits of a Poisson count divided by the time [Garwood1936]; time > 0. */
cx_i_interval cx_i_survival_rate_limits(cx_i_survival_exposure exposure, double confidence);

/* -- log-rank test [Mantel1966] ------------------------------------------------------------ */

typedef struct cx_i_logrank {
    double chi2, df, p_value;
} cx_i_logrank;

/* `observed` and `expected` are room for one number for each table. CX_E_FEW when fewer than two
 * groups have anything to compare. */
cx_status cx_i_survival_logrank(const cx_i_survival *const *tables, int64_t count,
                                cx_i_unknown_end unknown, const cx_allocator *allocator,
                                double *observed, double *expected, cx_i_logrank *out,
                                cx_error *err);

#endif
