#ifndef CX_I_WEIGHTS_H
#define CX_I_WEIGHTS_H

#include "survey/constraints.h"

#include <stdatomic.h>

struct cx_weights {
    cx_allocator allocator;
    _Atomic int64_t references; /* the owner's and one for every design */
    cx_weights *source;         /* of trimmed weights: the constraints are its own; held */
    cx_i_constraints constraints;
    cx_i_distance distance;
    double tolerance;
    int32_t max_iterations;
    double *start;  /* of each row, or one for all, see step */
    int64_t step;   /* 1, or 0 when all rows start from the same */
    double *weight; /* of each row: a column of `values` */
    cx_table *values;
    double *ratio;  /* of each cell; NULL once trimmed */
    double *lambda; /* of each constraint: where a replicate begins; NULL once trimmed */
    double *start_total, *attained;
    cx_weights_summary summary;
};

CX_I_INLINE double cx_i_weights_start(const cx_weights *weights, int64_t row) {
    return weights->start[row * weights->step];
}

/* Room for the weights of so many rows. */
cx_status cx_i_weights_room(cx_weights *weights, int64_t rows, cx_error *err);
void cx_i_weights_hold(const cx_weights *weights); /* undone by cx_weights_free */

/* Summary of the weights themselves: all but the totals. */
void cx_i_weights_measure(cx_weights *weights);
/* Summary of the totals: how far they are missed, and the one missed most. */
void cx_i_weights_compare(cx_weights *weights);

/* Values of rows added up by cell. */
void cx_i_weights_collapse(const cx_i_constraints *constraints, const double *value, double *out);
/* Start weights of the cells. */
void cx_i_weights_collapse_start(const cx_weights *weights, double *out);

#endif
