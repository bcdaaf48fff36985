#ifndef CX_I_COMPARE_H
#define CX_I_COMPARE_H

#include <cxkit/compare.h>

#include "metric/scores.h"
#include "metric/tallies.h"

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

#endif
