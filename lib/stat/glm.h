#ifndef CX_I_GLM_H
#define CX_I_GLM_H

#include "base/base.h"

/* Generalised linear models by iteratively reweighted least squares [McCullaghNelder1989]: one for
 * all of the library. */

typedef enum cx_i_glm_family {
    CX_I_GLM_LOGIT = 0,   /* of a share in 0..1 */
    CX_I_GLM_CLOGLOG = 1, /* the same: hazards of discrete time [PrenticeGloeckler1978] */
    CX_I_GLM_POISSON = 2  /* of a count, log link */
} cx_i_glm_family;

/* One term of the linear predictor: a number for each row, less `center`, over `scale`; or a
 * category of each row. Categories are never expanded. Without either it is the intercept. */
typedef struct cx_i_glm_term {
    const double *value; /* coefficient `first` times it */
    const int32_t *code; /* coefficient first + code; below 0: the reference */
    int64_t first;
    double center, scale; /* scale 0 is 1 */
} cx_i_glm_term;

typedef struct cx_i_glm {
    int32_t family;         /* a cx_i_glm_family */
    int64_t rows, terms, p; /* p coefficients; coefficient 0 is the intercept's, if there is one */
    const cx_i_glm_term *term;
    const double *y;
    const double *weight; /* NULL for 1; a row of weight 0 is none */
    const double *offset; /* NULL for 0 */
    double ridge;         /* ridge / 2 times the squares of all coefficients but the first */
    bool firth;           /* log likelihood plus half the log determinant of the information */
    int64_t held;         /* 1 + a coefficient that stays where `start` has it; 0: none */
    const double *start;  /* NULL: the mean of all */
    int64_t max_iterations;
    bool robust; /* covariance from the scores: what weights of a design need */
    const cx_allocator *allocator;
} cx_i_glm;

typedef struct cx_i_glm_fit {
    double *beta;       /* 0 where dropped */
    double *covariance; /* p x p */
    double *direction;  /* where separated: along it the likelihood never falls; else 0 */
    bool *dropped;      /* collinear with columns before it */
    bool *partner;      /* p x p: row j, dropped, is made of these */
    double *fitted;     /* of each row */
    double *eta;        /* linear predictor of each row */
    double loglik;      /* without the penalty */
    double penalised;   /* with it */
    double worst;       /* change of a linear predictor in the last step */
    int64_t iterations;
    bool converged, separated;
} cx_i_glm_fit;

/* An iteration that ends without converging or separating is in `converged`, not in the status. */
cx_status cx_i_glm_solve(const cx_i_glm *model, cx_i_glm_fit *out, cx_error *err);
void cx_i_glm_free(const cx_allocator *allocator, cx_i_glm_fit *fit);
/* A row's coefficient for a term and what it is multiplied by; -1 for a reference category. */
int64_t cx_i_glm_entry(const cx_i_glm_term *term, int64_t row, double *x);
/* x'V x of one row, V p x p, or the covariance. */
double cx_i_glm_quadratic(const cx_i_glm *model, const double *v, int64_t row);
double cx_i_glm_variance(const cx_i_glm *model, const cx_i_glm_fit *fit, int64_t row);
/* x'direction of one row: how it moves where the likelihood has no end. */
double cx_i_glm_predictor(const cx_i_glm *model, const double *beta, int64_t row);
/* Adds each row's weighted score to the p numbers of its unit: unit NULL, each row is one. */
void cx_i_glm_scores(const cx_i_glm *model, const cx_i_glm_fit *fit, const int64_t *unit,
                     double *scores);
/* V (sum of s s') V, s the scores of a unit; times `factor`. In place of the covariance. */
cx_status cx_i_glm_sandwich(const cx_i_glm *model, cx_i_glm_fit *fit, const double *scores,
                            int64_t units, double factor, cx_error *err);

/* -- one row ------------------------------------------------------------------------------- */

/* Of the log likelihood, without what does not depend on eta: its value and its slope; the mean,
 * the information expected and observed, and the slope of the logarithm of the expected one. */
typedef struct cx_i_glm_row {
    double loglik, score, mean, expected, observed, trend;
} cx_i_glm_row;
cx_i_glm_row cx_i_glm_row_at(int32_t family, double y, double eta);
/* The linear predictor of a mean. */
double cx_i_glm_link(int32_t family, double mean);
/* The mean of a linear predictor. */
double cx_i_glm_mean(int32_t family, double eta);

/* -- blocks of rows, for models of other kinds too ----------------------------------------- */

enum { CX_I_GLM_BLOCK = 256 };

/* Adds sum w x_s x_t to the packed matrix at (at_s, at_t), for columns of one block; `room` has
 * place for one column. */
void cx_i_glm_block_products(const double *const *x, const int64_t *at, int64_t columns,
                             const double *w, int64_t rows, double *room, double *packed);
double cx_i_glm_dot(const double *a, const double *b, int64_t count);

#endif
