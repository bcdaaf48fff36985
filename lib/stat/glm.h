#ifndef CX_I_GLM_H
#define CX_I_GLM_H

#include "base/base.h"

/* Generalised linear models by iteratively reweighted least squares [McCullaghNelder1989]: one for
 * all of the library. The link is the logit. */

/* One term of the linear predictor: a number for each row, or a category of each row. Categories
 * are never expanded. Without either it is the intercept. */
typedef struct cx_i_glm_term {
    const double *value; /* coefficient `first` times it */
    const int32_t *code; /* coefficient first + code; below 0: the reference */
    int64_t first;
} cx_i_glm_term;

typedef struct cx_i_glm {
    int64_t rows, terms, p; /* p coefficients; coefficient 0 is the intercept's */
    const cx_i_glm_term *term;
    const double *y;      /* 0..1 */
    const double *weight; /* NULL for 1 */
    const double *offset; /* NULL for 0 */
    double ridge;         /* ridge / 2 times the squares of all coefficients but the first */
    int64_t max_iterations;
    bool robust; /* covariance from the scores: what weights of a design need */
    const cx_allocator *allocator;
} cx_i_glm;

typedef struct cx_i_glm_fit {
    double *beta;       /* 0 where dropped */
    double *covariance; /* p x p */
    double *direction;  /* where separated: along it the likelihood never falls; else 0 */
    bool *dropped;      /* collinear with columns before it */
    double *fitted;     /* of each row */
    double loglik;      /* without the penalty */
    int64_t iterations;
    bool converged, separated;
} cx_i_glm_fit;

/* An iteration that ends without converging or separating is in `converged`, not in the status. */
cx_status cx_i_glm_solve(const cx_i_glm *model, cx_i_glm_fit *out, cx_error *err);
void cx_i_glm_free(const cx_allocator *allocator, cx_i_glm_fit *fit);
/* x'V x of one row. */
double cx_i_glm_variance(const cx_i_glm *model, const cx_i_glm_fit *fit, int64_t row);

#endif
