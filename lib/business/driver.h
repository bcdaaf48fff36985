#ifndef CX_I_DRIVER_H
#define CX_I_DRIVER_H

#include "base/base.h"

/* Sums over all 2^p models: total[k] over those with k drivers, with[j p + k - 1] over those that
 * contain driver j and have k drivers, k = 1..p. */
typedef struct cx_i_model_sums {
    double *total; /* p + 1 */
    double *with;  /* p x p */
} cx_i_model_sums;

/* Room for cx_i_driver_tree, in doubles. */
size_t cx_i_driver_tree_room(int64_t p);
/* `matrix` is (p + 1) x (p + 1), by rows, the outcome last: correlations, or what is left of them
 * once other columns are eliminated; the upper triangle is read. p >= 1. */
void cx_i_driver_tree(const double *matrix, int64_t p, double tolerance, double *room,
                      cx_i_model_sums sums);

#endif
