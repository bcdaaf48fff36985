#ifndef CX_I_PENALTY_H
#define CX_I_PENALTY_H

#include "base/base.h"
#include "stat/twofold.h"

/* Least squares with a penalty, on columns and an outcome of variance 1:
 * minimise b'R b / 2 - r'b + penalty (mix |b|_1 + (1 - mix) b'b / 2), R and r correlations. */
typedef struct cx_i_penalty {
    int64_t p;
    const double *matrix;  /* R, p x p by rows; a column that never varies has the diagonal 0 */
    const double *outcome; /* r */
    double penalty, mix;
    bool non_negative; /* no element of b below 0 */
} cx_i_penalty;

/* Room for a solution; all arrays of p, but factor packed. */
typedef struct cx_i_penalty_room {
    double *beta, *gradient; /* r - R b */
    cx_i_twofold *factor, *z;
    int64_t *member; /* columns in the model, in the order they came */
    bool *in, *dropped;
    int64_t rounds;
    void *memory;
} cx_i_penalty_room;

cx_status cx_i_penalty_room_new(cx_i_penalty_room *room, int64_t p, const cx_allocator *allocator,
                                cx_error *err);

/* Coordinate descent [Friedman2010] from room->beta on, finished by the exact solution for the
 * columns it ends with; with `non_negative` the active sets of [LawsonHanson1974]. Returns how far
 * the result is from the conditions of a minimum. */
double cx_i_penalty_solve(const cx_i_penalty *problem, cx_i_penalty_room *room);
/* Columns in the solution, less what the quadratic part takes of each: trace R (R + l I)^-1. */
double cx_i_penalty_freedom(const cx_i_penalty *problem, cx_i_penalty_room *room);

/* Ridge for every penalty from one decomposition R = V'DV. */
typedef struct cx_i_ridge {
    int64_t p;
    double *value;  /* D, falling; those of redundant columns are 0 */
    double *vector; /* V by rows */
    double *turned; /* V r */
    void *memory;
} cx_i_ridge;

cx_status cx_i_ridge_new(cx_i_ridge *ridge, const double *matrix, const double *outcome, int64_t p,
                         const cx_allocator *allocator, cx_error *err);
void cx_i_ridge_solve(const cx_i_ridge *ridge, double penalty, double *beta);
/* Part of the outcome's variance that is explained, and the degrees of freedom it takes. */
double cx_i_ridge_explained(const cx_i_ridge *ridge, double penalty);
double cx_i_ridge_freedom(const cx_i_ridge *ridge, double penalty);

#endif
