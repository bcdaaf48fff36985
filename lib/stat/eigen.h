#ifndef CX_I_EIGEN_H
#define CX_I_EIGEN_H

#include "base/base.h"

/* Eigenvalues of a symmetric p x p matrix (full, by rows; destroyed) in falling order, and their
 * vectors as the rows of `vectors` (p x p), by cyclic Jacobi rotations [Jacobi1846;
 * DemmelVeselic1992]: small eigenvalues of a scaled positive definite matrix keep their digits.
 * Each vector's largest element is positive, so that the result is one and the same everywhere.
 * O(p^3) a sweep, some six to ten sweeps. */
void cx_i_eigen(double *a, int64_t p, double *values, double *vectors);

#endif
