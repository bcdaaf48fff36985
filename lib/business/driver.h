#ifndef CX_I_DRIVER_H
#define CX_I_DRIVER_H

#include <cxkit/driver.h>

#include "base/base.h"

/* -- all models at once -------------------------------------------------------------------- */

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

/* -- one model after the other ------------------------------------------------------------- */

/* A model that grows by one column at a time and shrinks from the end: the Cholesky factor of the
 * correlations of its columns. A redundant column changes nothing. */
typedef struct cx_i_chain {
    const double *r; /* side x side, the outcome last */
    int64_t side, size;
    double tolerance;
    int64_t *column;         /* of each that came in */
    double *l, *inverse, *z; /* rows of the factor; 1 / diagonal; L^-1 of the outcome */
    double *sum;             /* what the first 0, 1, ... columns explain */
    double *b;               /* cx_i_chain_solve */
    void *memory;
} cx_i_chain;

cx_status cx_i_chain_new(cx_i_chain *chain, const double *r, int64_t side, double tolerance,
                         const cx_allocator *allocator, cx_error *err);
/* Adds a column and gives what it explains beside the others. */
double cx_i_chain_push(cx_i_chain *chain, int64_t column);
CX_I_INLINE double cx_i_chain_explained(const cx_i_chain *chain) {
    return chain->sum[chain->size];
}
/* Coefficients of the columns that came in, into chain->b. */
void cx_i_chain_solve(cx_i_chain *chain);
/* x := (L L')^-1 x, by position in the chain. */
void cx_i_chain_inverse(const cx_i_chain *chain, double *x);
/* Adds weight times the influence of this model's R2, after cx_i_chain_solve: of the form
 * sum_ij q_ij z_i z_j of a row's standardised values; `form` is side x side, and what belongs to a
 * pair may end up on either side of the diagonal. */
void cx_i_chain_influence(const cx_i_chain *chain, double weight, double *form);

/* -- one analysis -------------------------------------------------------------------------- */

/* Enough for a name of each group and what explains each dropped driver. */
enum { CX_I_DRIVER_PIECES = 48 + CX_DRIVERS_MOST };

/* The model: adjusting columns, then drivers, then the outcome. */
struct cx_driver_fit {
    cx_allocator allocator;
    void *piece[CX_I_DRIVER_PIECES]; /* what it owns */
    int pieces;
    cx_driver_options options; /* without what was borrowed */
    int64_t adjust, p, all, side;
    char **name; /* side */
    /* groups: 0 for none; group[j] of driver j, member: drivers group by group from first[g] */
    int64_t groups, *group, *first, *member;
    char **group_name;
    double n, n_eff;
    bool pairwise;               /* every correlation on its own rows: n is the smallest */
    double distance;             /* of the nearest correlation matrix, when pairwise */
    int64_t missing, unweighted; /* rows left out */
    double *r;                   /* side x side: correlations, 0 for constant columns */
    bool *constant;              /* p */
    /* of the model with everything, by column of `all` */
    double *beta, *coefficient;
    bool *dropped;
    char **partners; /* p: names of what explains a dropped driver, or NULL */
    int64_t rank;
    double *swept, *tree, *eigen; /* room: side^2, for the tree, for eigenvectors and values */
    double *rest;                 /* (p + 1)^2: what adjusting leaves of r */
    double *star;                 /* the same, scaled to correlations */
    double *scale;                /* p: roots of the diagonal of rest, 0 where nothing is left */
    double left;                  /* of the outcome's variance */
    double r2_adjust, gain;       /* R2 = r2_adjust + gain */
    double *root, *pull, *g; /* star's root, its inverse, pull times the outcome's correlations */
    double *value[CX_IMPORTANCE_END]; /* p each; shapley only when asked for */
    double *importance;               /* one of them */
    cx_i_model_sums sums;             /* exact shapley without groups; else NULL */
    double *group_steps;              /* exact shapley with groups: groups x groups mean gains */
    int64_t orders;                   /* sampled */
    double *mc_se;                    /* p; NULL when exact */
    double noise, noise_mean;
    double *covariance; /* (p + 1)^2 of the importances and R2; NULL without errors */
    double df;
};

/* Zeroed memory that goes with the analysis; NULL when there is none. */
void *cx_i_driver_take(cx_driver_fit *fit, int64_t count, size_t element);
cx_status cx_i_driver_options(const cx_driver_options *given, cx_driver_options *options,
                              cx_error *err);
/* An empty analysis with checked options. */
cx_status cx_i_driver_new(const cx_driver_options *options, const cx_allocator *allocator,
                          cx_driver_fit **out, cx_error *err);
/* Fills in the model from moments. */
cx_status cx_i_driver_model(cx_driver_fit *fit, const cx_moments *x, const cx_array *drivers,
                            const char *outcome, const cx_driver_options *options, cx_error *err);
/* All of an analysis from r, n and n_eff alone. */
cx_status cx_i_driver_from_r(cx_driver_fit *fit, const cx_driver_options *options, cx_error *err);
/* From a pairwise state, and from rows with an outcome that is ordinal or binary. */
cx_status cx_i_driver_pairwise(cx_driver_fit *fit, const cx_moments *x, const cx_array *drivers,
                               const char *outcome, const cx_driver_options *options,
                               cx_error *err);
cx_status cx_i_driver_latent(cx_driver_fit *fit, const cx_frame *x, const cx_array *drivers,
                             const char *outcome, const cx_array *weights, const cx_design *design,
                             const cx_driver_options *options, cx_error *err);
/* Reads the groups of the drivers. */
cx_status cx_i_driver_groups(cx_driver_fit *fit, const cx_array *groups, const cx_array *drivers,
                             cx_error *err);
/* Whether Shapley values are computed from all models. */
bool cx_i_driver_is_exact(const cx_driver_fit *fit);

/* From r: rest, star, all methods, the importances. Needs cx_i_driver_room once. */
cx_status cx_i_driver_room(cx_driver_fit *fit, cx_error *err);
cx_status cx_i_driver_share(cx_driver_fit *fit, cx_error *err);
/* What adjusting leaves, and its scale. */
void cx_i_driver_adjust(cx_driver_fit *fit);
/* Johnson, CAR, Pratt, beta squared, first and last. */
cx_status cx_i_driver_closed(cx_driver_fit *fit, cx_error *err);

/* Shapley values over all coalitions of groups and all models within one; without groups all are
 * of one. `forms`, p of (p + 1)^2, may be NULL. */
cx_status cx_i_driver_blocks(const cx_driver_fit *fit, double *importance, double *steps,
                             double *forms, cx_error *err);
double cx_i_driver_blocks_models(const cx_driver_fit *fit);

/* Sampled orders. */
cx_status cx_i_driver_orders(const cx_driver_fit *fit, int64_t orders, double *importance,
                             double *mc_se, cx_error *err);
cx_status cx_i_driver_orders_forms(const cx_driver_fit *fit, int64_t orders, double *forms,
                                   cx_error *err);
/* The importance of a random column as a form of its correlations, (p + 1)^2. */
cx_status cx_i_driver_orders_noise(const cx_driver_fit *fit, int64_t orders, double *form,
                                   cx_error *err);
int64_t cx_i_driver_orders_many(const cx_driver_fit *fit, double work, int64_t least, int64_t most);

/* Influences of the importances and R2: p + 1 symmetric forms of side^2. */
cx_status cx_i_driver_forms(const cx_driver_fit *fit, double *forms, cx_error *err);
cx_status cx_i_driver_noise(cx_driver_fit *fit, cx_error *err);
/* From their forms, as if rows were normal. */
cx_status cx_i_driver_normal(cx_driver_fit *fit, cx_error *err);

/* The limits of an importance. */
typedef struct cx_i_driver_limits {
    double low, high;
} cx_i_driver_limits;
cx_i_driver_limits cx_i_driver_interval(const cx_driver_fit *fit, double value, double se);
/* The variance of a sum of importances with these weights, p of them. */
double cx_i_driver_variance(const cx_driver_fit *fit, const double *weight);

/* Mean gain of driver j over the models with k others, of exact Shapley values. */
double cx_i_driver_conditional(const cx_driver_fit *fit, int64_t j, int64_t k);

/* Ranks and their intervals; `top`, p x p, the chance to be among the first k + 1, may be NULL. */
typedef struct cx_i_driver_ranks {
    int64_t *rank, *low, *high;
    double *top;
} cx_i_driver_ranks;
cx_status cx_i_driver_rank(const cx_driver_fit *fit, const cx_i_driver_ranks *out, cx_error *err);

/* A column of names; NULL is missing. */
cx_status cx_i_driver_text(cx_table *table, const char *column, const char *const *names,
                           int64_t count, cx_error *err);
/* A column of numbers; NaN is missing. */
cx_status cx_i_driver_numbers(cx_table *table, const char *column, const double *values,
                              int64_t count, cx_error *err);

#endif
