#ifndef CX_I_SCORES_H
#define CX_I_SCORES_H

#include <cxkit/metric.h>

#include "metric/tally.h"
#include "stat/estimate.h"

/* Weighted figures of a tally for one reading of its answers: y is a number for each step. */
typedef struct cx_i_figures {
    int64_t n;
    double sum_w, mean;
    double spread; /* sum w (y - mean)^2 / sum w: variance of one answer */
    double kish;   /* (sum w)^2 / sum w^2 */
    double n_eff;  /* effective answers for this reading, at most n */
    double se;     /* of the mean by linearisation; NaN for n < 2 */
} cx_i_figures;

typedef double (*cx_i_reading)(int32_t score, const void *context);

cx_i_figures cx_i_tally_figures(const cx_tally *tally, cx_i_reading reading, const void *context);
/* Sum of the squared weights on a step. */
double cx_i_tally_square(const cx_tally *tally, int32_t step);
/* Sum of all weights, one rounding; 0 for NULL. */
double cx_i_tally_sum_w(const cx_tally *tally);
/* Sum of the weights of the answers low .. high, one rounding. */
double cx_i_tally_weight_between(const cx_tally *tally, int32_t low, int32_t high);

/* Squares of weights stand on a grid of 2^-64: too small weights would lose their digits there.
 * Checked when read, so that it depends on the answers and not on their split. */
cx_status cx_i_tally_check_weights(const cx_tally *tally, cx_error *err);

/* The estimate of a tally before its value: n, weights, exclusions, flags. CX_E_EMPTY without
 * answers or weight. */
cx_status cx_i_tally_estimate(const cx_tally *tally, double confidence, cx_unit unit,
                              const cx_i_figures *figures, cx_estimate *out, cx_error *err);

/* One row for each key. */
typedef cx_status (*cx_i_metric)(const cx_tally *tally, const void *options, cx_estimate *out,
                                 cx_error *err);
/* What of a table may be seen: cells with fewer than min_n answers are hidden, and others beside
 * them; totals adds the margins as rows. */
typedef struct cx_i_release {
    int64_t min_n;
    int32_t totals;
} cx_i_release;
cx_status cx_i_release_check(cx_i_release release, cx_error *err);
/* A single figure: CX_E_SUPPRESSED when it has answers, but fewer than min_n. */
cx_status cx_i_release_one(const cx_tally *tally, int64_t min_n, cx_error *err);
cx_status cx_i_metric_by(const cx_tallies *tallies, cx_i_metric metric, const void *options,
                         cx_i_release release, cx_table **out, cx_error *err);

/* These fill what is known (answers, exclusions) even when the status is CX_E_EMPTY. */
cx_status cx_i_nps_estimate(const cx_tally *tally, const void *options, cx_estimate *out,
                            cx_error *err);
cx_status cx_i_csat_estimate(const cx_tally *tally, const void *options, cx_estimate *out,
                             cx_error *err);
cx_status cx_i_mean_estimate(const cx_tally *tally, const void *options, cx_estimate *out,
                             cx_error *err);

/* What the metrics share with the comparisons. */
typedef struct cx_i_net_cuts {
    int32_t detractors, promoters;
    double scale; /* 100 for points */
} cx_i_net_cuts;
double cx_i_read_net(int32_t score, const void *cuts);
double cx_i_read_score(int32_t score, const void *context);
double cx_i_read_top(int32_t score, const void *lowest_top);        /* const int32_t * */
double cx_i_read_bottom(int32_t score, const void *highest_bottom); /* const int32_t * */
cx_status cx_i_check_cuts(int32_t detractors, int32_t promoters, int32_t scale_min,
                          int32_t scale_max, cx_error *err);
cx_status cx_i_top_boxes(int32_t top, int32_t scale_min, int32_t scale_max, int32_t *lowest,
                         cx_error *err);

#endif
