#ifndef CX_I_FINANCE_H
#define CX_I_FINANCE_H

#include <cxkit/finance.h>

#include "base/base.h"

/* Flows in order of time, in minor units where options.minor_digits says so: divide by `minor`. */
typedef struct cx_i_flow {
    double amount, time, rate;
} cx_i_flow;

typedef struct cx_i_flows {
    cx_finance_options options;
    cx_allocator allocator;
    cx_i_flow *at;
    int64_t count;
    double minor;
} cx_i_flows;

/* rates may be NULL: none are needed. On failure nothing is owed. */
cx_status cx_i_flows_read(const cx_frame *frame, const cx_array *rates,
                          const cx_finance_options *options, cx_i_flows *flows, cx_error *err);
void cx_i_flows_free(cx_i_flows *flows);
/* Present values of 1 at each flow, in order of time. */
cx_status cx_i_flows_discount(const cx_i_flows *flows, double *factor, cx_error *err);

/* Roots of sum a_i exp(-t_i x), t ascending and distinct, no a_i 0: at most `count` - 1 of them,
 * ascending. slope: the sign of the sum's derivative in x; 0 where it touches. `room`: 4 count. */
cx_status cx_i_flow_roots(const double *amount, const double *time, int64_t count, double *room,
                          double *root, int32_t *slope, int64_t *found, cx_error *err);

#endif
