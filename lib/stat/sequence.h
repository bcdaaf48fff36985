#ifndef CX_I_SEQUENCE_H
#define CX_I_SEQUENCE_H

#include "stat/interval.h"

/* Confidence sequences for the mean of values in [0, 1] [Howard2021, WaudbySmithRamdas2023]. */

/* Normal mixture: its variance, its logarithm at a sum s with variance v, and the |s| at which that
 * is ln(1 / alpha). */
double cx_i_mixture_rho(double v_opt, double alpha);
double cx_i_normal_mixture_log(double s, double v, double rho);
double cx_i_normal_mixture_bound(double v, double rho, double alpha);

/* Gamma-exponential mixture for sums that can move by `scale` at a time: rho for one side, the
 * logarithm, and the s at which it is ln(1 / alpha). */
double cx_i_one_sided_rho(double v_opt, double alpha);
double cx_i_gamma_mixture_log(double s, double v, double rho, double scale);
double cx_i_gamma_mixture_bound(double v, double rho, double scale, double alpha);

/* Beta-binomial mixture of the likelihood ratios against mean p, prior strength r. */
double cx_i_beta_mixture_strength(double t_opt, double alpha);
double cx_i_beta_mixture_log(double p, double successes, double failures, double r);

/* What was seen: `count` values x in [0, 1], each n times; n_all > 0 of them with this mean. */
typedef struct cx_i_seen {
    const double *x, *n;
    int64_t count;
    double n_all, mean;
} cx_i_seen;

/* The logarithm of the betting wealth, for one side, against the mean e^u; its slope in u. */
double cx_i_betting_log(const cx_i_seen *seen, double u, double t_opt, double alpha, bool upper,
                        double *slope);

/* Intervals at one look of a sequence that holds at all, cut at 0 and 1. */
cx_i_interval cx_i_sequence_interval(cx_method method, const cx_i_seen *seen, double t_opt,
                                     double alpha);

#endif
