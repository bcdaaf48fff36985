#ifndef CX_I_REGRESS_H
#define CX_I_REGRESS_H

#include <cxkit/regress.h>

#include "business/fit.h"
#include "business/moments.h"
#include "stat/absorb.h"

/* -- the rows of a regression --------------------------------------------------------------- */

enum { CX_I_ROWS_PIECES = 64, CX_I_REGRESS_HIDDEN = 200 };

/* Groups of the rows in use, numbered in their order. */
typedef struct cx_i_factor {
    const char *name;
    cx_i_keys keys;
    bool open;    /* keys are to be freed */
    int32_t *of;  /* n */
    int64_t *key; /* count: the key of each group */
    int64_t count;
} cx_i_factor;

typedef struct cx_i_rows {
    cx_allocator allocator;
    int64_t given, n;      /* rows given and in use */
    int64_t terms, hidden; /* columns of x; indicators of fixed effects, before them */
    int64_t p;             /* both */
    const double **column; /* p + 1: hidden, terms, outcome; n numbers each */
    const char **name;     /* terms + 1: of the terms and of the outcome */
    const double *weight;  /* n, NULL for 1 */
    bool weighted;
    int32_t kind;               /* cx_weight_kind */
    int64_t *row;               /* of those in use, as given; NULL when all are */
    double sum_w, n_eff, count; /* count: n, or the sum of frequencies */
    int64_t excluded[8];
    cx_i_factor cluster[2], fixed[2], cross, time;
    int clusters, fixeds; /* how many of them are given */
    bool nested[2];       /* fixed effects that reach over no two clusters */
    bool timed;
    cx_i_absorb absorb; /* rank 0 when nothing was taken out */
    int64_t counted;    /* effects taken out that count in clustered errors */
    int32_t *status;    /* terms: what is known of them beforehand */
    double tss;         /* of the outcome with its fixed effects; NaN without */
    void *piece[CX_I_ROWS_PIECES];
    int pieces;
} cx_i_rows;

typedef struct cx_i_regress_given {
    const cx_frame *x;
    const cx_array *y, *weights;
    const cx_frame *clusters, *fixed;
    const cx_array *time;
} cx_i_regress_given;

/* Zeroed room that lives as long as the rows; NULL without memory. */
void *cx_i_rows_take(cx_i_rows *rows, int64_t count, size_t element);
/* The same, not zeroed. */
void *cx_i_rows_room(cx_i_rows *rows, int64_t count, size_t element);
cx_status cx_i_rows_read(cx_i_rows *rows, const cx_i_regress_given *given,
                         const cx_regress_options *options, cx_error *err);
void cx_i_rows_free(cx_i_rows *rows);

/* Keys of all rows given; those without become `reason` in keep. */
cx_status cx_i_factor_read(cx_i_rows *rows, cx_i_factor *factor, const cx_array *column,
                           const char *role, uint8_t *keep, uint8_t reason, cx_error *err);
/* Then groups of the rows in use. */
cx_status cx_i_factor_settle(cx_i_rows *rows, cx_i_factor *factor, cx_error *err);
cx_status cx_i_factor_cross(cx_i_rows *rows, const cx_i_factor *a, const cx_i_factor *b,
                            cx_i_factor *out, cx_error *err);
void cx_i_factor_free(cx_i_factor *factor);
/* Whether no group of `inner` reaches over two of `outer`; room has inner->count numbers. */
bool cx_i_factor_nested(const cx_i_rows *rows, const cx_i_factor *inner, const cx_i_factor *outer,
                        int32_t *room);
/* The position of each group when they are sorted by key. */
cx_status cx_i_factor_rank(cx_i_rows *rows, const cx_i_factor *factor, int64_t **rank,
                           cx_error *err);

/* Takes the fixed effects out of all columns, or makes columns of them. */
cx_status cx_i_rows_absorb(cx_i_rows *rows, const cx_regress_options *options, cx_error *err);

/* Levels of fixed effects that are not nested in the clusters. */
int64_t cx_i_rows_carried(const cx_i_rows *rows);

/* -- the solution ---------------------------------------------------------------------------
 * Coordinates: the kept columns, made orthonormal under the weights (the constant first). In them
 * the matrix of the normal equations is the identity, and coefficients = root coordinates. */
typedef struct cx_i_linear {
    cx_i_rows *rows;
    bool constant;
    int64_t q, k;                /* kept columns; coefficients: q, and the constant */
    int64_t *kept;               /* q: their positions */
    double *mean, *scale, *beta; /* q */
    double mean_y, level;        /* level: the constant's coordinate of a row, 1 / sqrt(sum w) */
    double alpha;
    double *lower; /* q x q: of the scaled columns */
    double *root;  /* k x k: coefficients, the constant's first */
    double rss, tss;
} cx_i_linear;

/* Solves it and fills coefficients, statuses and partners of the fit. `sums` NULL: of the rows;
 * else column j of the rows is `use[j]` of the sums. */
cx_status cx_i_linear_solve(cx_i_linear *linear, const cx_i_sums *sums, const int64_t *use,
                            double tolerance, cx_fit *fit, cx_error *err);

#define CX_I_LINEAR_BLOCK 512

/* Rows of one block: `z` has k columns of CX_I_LINEAR_BLOCK coordinates. */
typedef struct cx_i_linear_block {
    int64_t start, rows;
    double *z, *residual, *w; /* w: 1 without weights */
} cx_i_linear_block;

cx_status cx_i_linear_block_new(cx_i_linear *linear, cx_i_linear_block *block, cx_error *err);
void cx_i_linear_read(const cx_i_linear *linear, int64_t start, cx_i_linear_block *block);
/* Its two halves: the columns about their means, which become coordinates. Sums of rows can be
 * turned in their place. */
void cx_i_linear_centre(const cx_i_linear *linear, int64_t start, cx_i_linear_block *block);
void cx_i_linear_turn(const cx_i_linear *linear, cx_i_linear_block *block);

/* The fit's covariance = factor root meat root', meat k x k in coordinates. */
cx_status cx_i_linear_spread(const cx_i_linear *linear, const double *meat, double factor,
                             cx_fit *fit, cx_error *err);
/* Position in the fit of coefficient i of k; below 0 for a hidden one. */
int64_t cx_i_linear_term(const cx_i_linear *linear, int64_t i);
/* One unit's influences: factor root score. */
void cx_i_linear_influence(const cx_i_linear *linear, const double *score, double factor,
                           cx_fit *fit, int64_t unit);
/* n - k with the effects that were taken out. */
double cx_i_linear_df(const cx_i_linear *linear);

/* -- the model ------------------------------------------------------------------------------ */

/* The options in full, checked. */
cx_status cx_i_regress_options(const cx_regress_options *given, cx_regress_options *options,
                               cx_error *err);
cx_status cx_i_regress_fit(const cx_i_rows *rows, const cx_regress_options *options, bool constant,
                           cx_fit **fit, cx_error *err);
/* Everything of the fit but the coefficients. */
cx_status cx_i_regress_finish(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                              cx_error *err);

/* -- covariances ---------------------------------------------------------------------------- */

/* Sums over rows, clusters, periods. */
cx_status cx_i_regress_rows(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                            cx_error *err);
cx_status cx_i_regress_clusters(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                                cx_error *err);
cx_status cx_i_regress_serial(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                              cx_error *err);

/* Scores of clusters (count x k), and their cross-products (count x k x k) unless NULL. */
cx_status cx_i_regress_scores(cx_i_linear *linear, const cx_i_factor *factor, double *scores,
                              double *products, cx_error *err);
/* G / (G - 1) (n - 1) / (n - k). */
double cx_i_regress_cr1(const cx_i_linear *linear, int64_t groups);
/* CR2 from scores, which become the adjusted ones; df by coefficient of k. */
cx_status cx_i_regress_cr2(cx_i_linear *linear, int64_t groups, double *scores,
                           const double *products, double *df, cx_error *err);
/* p-values and limits of the fit from the wild cluster bootstrap. */
cx_status cx_i_regress_wild(cx_i_linear *linear, int64_t groups, const double *scores,
                            const double *products, const cx_regress_options *options, cx_fit *fit,
                            cx_error *err);

#endif
