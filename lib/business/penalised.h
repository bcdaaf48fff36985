#ifndef CX_I_PENALISED_H
#define CX_I_PENALISED_H

#include <cxkit/penalised.h>

#include "business/moments.h"
#include "stat/penalty.h"

/* Means and covariances of the columns used, in a state. */
typedef struct cx_i_penalised_block {
    double *xx, *xy, *mean; /* p x p by rows, p, p */
    double yy, y_mean, w;
} cx_i_penalised_block;

typedef struct cx_i_penalised {
    cx_penalised_options options;
    const cx_allocator *allocator;
    const cx_moments *x;
    int64_t *use; /* positions in the state */
    int64_t p, outcome;
    cx_i_penalised_block block;
    double *matrix, *r, *scale; /* correlations; standard deviations, 1 where constant */
    double y_scale;
    cx_i_ridge ridge;
    cx_i_penalty_room room; /* its beta is the solution */
    double *grid;           /* penalties, falling */
    double *error, *spread; /* of each, from the folds; NULL without */
    void *memory;
} cx_i_penalised;

/* The model of the columns in use, 0 <= use[j]; the state has to stay. Free it even after failure.
 */
cx_status cx_i_penalised_open(cx_i_penalised *model, cx_error *err);
void cx_i_penalised_close(cx_i_penalised *model);
/* Reads another state with the same columns into the model: the fit of a training part. */
cx_status cx_i_penalised_read(cx_i_penalised *model, const cx_moments *state, cx_error *err);
void cx_i_penalised_block_read(const cx_i_penalised *model, const cx_moments *state,
                               cx_i_penalised_block *block);
/* Solves for one penalty; room.beta holds the result. The distance from the minimum. */
double cx_i_penalised_solve(cx_i_penalised *model, double penalty);
double cx_i_penalised_freedom(cx_i_penalised *model, double penalty);
double cx_i_penalised_r2(const cx_i_penalised *model);
double cx_i_penalised_coefficient(const cx_i_penalised *model, int64_t j);
double cx_i_penalised_constant(const cx_i_penalised *model);

/* Errors of all penalties outside the fitted rows, by folds; fills error and spread. */
cx_status cx_i_penalised_folds(cx_i_penalised *model, const cx_frame *x, const cx_array *y,
                               const cx_array *weights, const cx_array *clusters, cx_error *err);

#endif
