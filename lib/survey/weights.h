#ifndef CX_I_WEIGHTS_H
#define CX_I_WEIGHTS_H

#include "survey/constraints.h"

struct cx_weights {
    cx_allocator allocator;
    cx_i_constraints constraints;
    cx_i_distance distance;
    double tolerance;
    int32_t max_iterations;
    double *start, *weight; /* of each row */
    double *ratio;          /* of each cell */
    double *lambda;         /* of each constraint: where a replicate begins */
    double *start_total, *attained;
    cx_weights_summary summary;
};

/* Start weights of the cells. */
void cx_i_weights_collapse(const cx_i_constraints *constraints, const double *start, double *out);

#endif
