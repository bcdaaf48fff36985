#ifndef CX_I_COMBINE_H
#define CX_I_COMBINE_H

#include "stat/estimate.h"

/* A weighted mean of independent estimates, the weights fixed and adding up to 1: the standard
 * error is propagated, the limits are those of a combination of intervals [Zou2008]. */
typedef struct cx_i_weighted_mean {
    cx_estimate estimate;
    double variance, below, above, inverse_n;
    int64_t parts;
} cx_i_weighted_mean;

void cx_i_combine_start(cx_i_weighted_mean *sum, double confidence, cx_unit unit);
void cx_i_combine_add(cx_i_weighted_mean *sum, const cx_estimate *part, double weight);
/* Answers without a value of their own: counted, and the whole is partial. */
void cx_i_combine_without(cx_i_weighted_mean *sum, const cx_estimate *part);
/* The estimate of the parts added, cut at low and high; without any its status is CX_E_EMPTY. */
cx_estimate cx_i_combine_end(const cx_i_weighted_mean *sum, double low, double high);

#endif
