#ifndef CX_I_NEAREST_H
#define CX_I_NEAREST_H

#include "base/base.h"

typedef struct cx_i_nearest {
    double smallest; /* eigenvalue of what was given */
    double distance; /* Frobenius norm of the change; 0 where none was needed */
    bool converged;
} cx_i_nearest;

/* Replaces a symmetric p x p matrix with a diagonal of 1 by the nearest correlation matrix:
 * positive semi-definite, by alternating projections with Dykstra's correction [Higham2002]. */
cx_status cx_i_nearest_correlation(double *a, int64_t p, const cx_allocator *allocator,
                                   cx_i_nearest *out, cx_error *err);

#endif
