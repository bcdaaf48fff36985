#ifndef CX_I_DISTRIBUTED_H
#define CX_I_DISTRIBUTED_H

#include "business/lag.h"

/* What a distributed lag is fitted to, and what comes out of it. */

typedef struct cx_i_dlag {
    cx_distributed_lag_options options;
    cx_allocator allocator;
    cx_i_periods periods;
    double *x, *y;   /* by position */
    double *control; /* columns of periods.rows */
    int64_t controls;
    const char *const *control_name;
    int64_t missing, no_history;
    int64_t rows, units;   /* used */
    int64_t *position;     /* of each row used */
    int64_t *time, *group; /* of each row used */
    /* -- fit: coefficients phi with their covariance. free, almon, smoothed: b_0 .. b_L, a_1 ..;
     * koyck: b, theta */
    int64_t q;
    double *phi, *v;
    double df, k, r2, penalty, theta_se, restriction_p;
    int64_t hac;
    bool boundary, few_clusters;
} cx_i_dlag;

/* Fills phi, v and what is beside them. */
cx_status cx_i_dlag_linear(cx_i_dlag *work, cx_error *err);
cx_status cx_i_dlag_koyck(cx_i_dlag *work, cx_error *err);
/* The means taken out, the sums made, the columns checked. `column_names` are for the sentence. */
cx_status cx_i_dlag_fit(cx_i_dlag *work, cx_i_ols *model, int64_t lag_columns, cx_error *err);
cx_status cx_i_dlag_covariance(cx_i_dlag *work, const cx_i_ols *model, double *v, cx_error *err);
/* Rows of the table and figures from phi and v. */
cx_status cx_i_dlag_table(const cx_i_dlag *work, cx_table **out, cx_error *err);

#endif
