#ifndef CX_I_COMPARE_H
#define CX_I_COMPARE_H

#include <cxkit/compare.h>

#include "metric/scores.h"
#include "metric/tallies.h"
#include "stat/difference.h"

/* How answers are read for a comparison, resolved from its options. */
typedef struct cx_i_read_as {
    cx_i_reading reading;
    const void *context;
    cx_i_net_cuts cuts;
    int32_t lowest_top;
} cx_i_read_as;

/* `as` must stay where it is: its context points into it. */
cx_status cx_i_compare_reading(const cx_compare_options *options, int32_t scale_min,
                               int32_t scale_max, cx_i_read_as *as, cx_error *err);
/* The estimate of that score, by one method for all, so that rows compare. It fills what is known
 * even when the status is CX_E_EMPTY. */
cx_status cx_i_compare_estimate(const cx_tally *tally, const cx_compare_options *options,
                                cx_estimate *out, cx_error *err);
/* Variance of one answer of a group after some more answers, spread as those of everyone. */
double cx_i_compare_spread(const cx_tally *group, const cx_i_figures *own, const cx_tally *all,
                           const cx_i_figures *total, const cx_i_read_as *as, double more);
/* The test of equal means over the keys at positions from .. end - 1, `all` their tally. */
cx_status cx_i_compare_test(const cx_tallies *tallies, int64_t from, int64_t end,
                            const cx_tally *all, const cx_i_read_as *as, cx_heterogeneity_test *out,
                            cx_error *err);

/* Copies the given options, or the defaults for NULL. */
cx_status cx_i_compare_options(const cx_compare_options *given, cx_compare_options *used,
                               cx_error *err);

/* All groups of both sides; free with cx_tallies_free. */
cx_status cx_i_compare_union(const cx_tallies *a, const cx_tallies *b, cx_tallies **out,
                             cx_error *err);
/* The tally of `side` for the i-th key of the union, or NULL. */
const cx_tally *cx_i_compare_find(const cx_tallies *side, const cx_tallies *all, int64_t i);

/* One side of a difference: its figures by the options' score, and the interval it brings. */
typedef struct cx_i_compare_side {
    cx_estimate estimate; /* n, weights, exclusions, flags; value */
    cx_i_figures figures;
    cx_i_side side;
    double se;   /* as cx_nps, cx_csat and cx_mean_score have it */
    bool varies; /* answers that are not all alike */
} cx_i_compare_side;
cx_status cx_i_compare_read_side(const cx_tally *tally, const cx_compare_options *options,
                                 const cx_i_read_as *as, cx_i_compare_side *out, cx_error *err);
/* The difference of two sides: limits cut at +-range. */
cx_status cx_i_compare_sides(const cx_i_compare_side *a, const cx_i_compare_side *b,
                             const cx_compare_options *options, double range, cx_estimate *out,
                             cx_error *err);
/* The widest possible difference of a score. */
double cx_i_compare_range(const cx_tally *tally, int32_t score);
/* cx_compare after its checks of arguments and options. */
cx_status cx_i_compare_pair(const cx_tally *a, const cx_tally *b, const cx_compare_options *options,
                            const cx_i_read_as *as, cx_estimate *out, cx_error *err);
/* The method must be one of the score. */
cx_status cx_i_compare_check_method(const cx_compare_options *options, cx_error *err);
cx_unit cx_i_compare_unit(int32_t score);

#endif
