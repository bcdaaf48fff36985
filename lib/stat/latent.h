#ifndef CX_I_LATENT_H
#define CX_I_LATENT_H

#include "stat/concordance.h"

/* The correlation of two normal variables of which y is seen only through thresholds, and x is
 * either seen so too (polychoric) or standardised numbers (polyserial). Parameters: the
 * correlation, the ky - 1 thresholds of y, and the kx - 1 of x. */
typedef struct cx_i_latent {
    const cx_i_two_way *cells; /* y varies; x too */
    const double *z;           /* by level of x; NULL: x is seen through thresholds */
    const cx_allocator *allocator;
    int64_t size; /* parameters */
    double *theta;
    double *share_x, *share_y; /* of each level; those of x NULL with z */
    /* polychoric, by pair of thresholds, ends included: what the corner's probability adds to that
     * of independence, its derivatives by the correlation and by the thresholds of x and of y */
    double *corner, *slope, *bend, *by_x, *by_y;
    double *room; /* holds all arrays */
} cx_i_latent;

/* Estimated in two steps: thresholds from the margins, then the correlation by its likelihood. At
 * the ends of the range there is no standard error. */
typedef struct cx_i_latent_fit {
    double rho, error; /* error NaN where |rho| is 1 */
    double loglik, independent;
    bool extreme; /* |rho| is 1, or cannot be told from it */
    bool converged;
} cx_i_latent_fit;

/* z is kept; levels of x and y are at least 2. Starts at the margins. */
cx_status cx_i_latent_new(const cx_i_two_way *cells, const double *z, const cx_allocator *allocator,
                          cx_i_latent *out, cx_error *err);
void cx_i_latent_free(cx_i_latent *self);
/* The first step's thresholds and the best correlation for them. With survey weights the standard
 * error is that of the weighted score, thresholds counted as estimates; without, it takes them as
 * known [Olsson1979]. */
cx_status cx_i_latent_two_step(cx_i_latent *self, cx_i_latent_fit *fit, cx_error *err);
/* All parameters at once, from where they are; the information is observed. */
cx_status cx_i_latent_joint(cx_i_latent *self, cx_i_latent_fit *fit, cx_error *err);
/* Where the log-likelihood, at the present thresholds, has fallen by `drop` below that of the fit,
 * on the side of `end` (-1 or 1); the end itself when it does not fall so far. */
double cx_i_latent_limit(cx_i_latent *self, const cx_i_latent_fit *fit, double drop, double end);

#endif
