#ifndef CX_I_REGRESS_H
#define CX_I_REGRESS_H

#include <cxkit/regress.h>

#include "business/fit.h"
#include "business/moments.h"

/* -- the rows of a regression --------------------------------------------------------------- */

enum { CX_I_ROWS_PIECES = 48 };

typedef struct cx_i_rows {
    cx_allocator allocator;
    int64_t given, n, p;        /* rows given and in use; columns of x */
    const double **column;      /* p + 1: those of x, then the outcome; n numbers each */
    const char **name;          /* p + 1 */
    const double *weight;       /* n, NULL for 1 */
    int32_t kind;               /* cx_weight_kind */
    int64_t *row;               /* of those in use, as given; NULL when all are */
    double sum_w, n_eff, count; /* count: n, or the sum of frequencies */
    int64_t excluded[8];
    void *piece[CX_I_ROWS_PIECES];
    int pieces;
} cx_i_rows;

/* Zeroed room that lives as long as the rows; NULL without memory. */
void *cx_i_rows_take(cx_i_rows *rows, int64_t count, size_t element);
/* The same, not zeroed. */
void *cx_i_rows_room(cx_i_rows *rows, int64_t count, size_t element);
cx_status cx_i_rows_read(cx_i_rows *rows, const cx_frame *x, const cx_array *y,
                         const cx_array *weights, const cx_regress_options *options, cx_error *err);
void cx_i_rows_free(cx_i_rows *rows);

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

/* Solves it and fills coefficients, statuses and partners of the fit. */
cx_status cx_i_linear_solve(cx_i_linear *linear, double tolerance, cx_fit *fit, cx_error *err);

#define CX_I_LINEAR_BLOCK 512

/* Rows of one block: `z` has k columns of CX_I_LINEAR_BLOCK coordinates. */
typedef struct cx_i_linear_block {
    int64_t start, rows;
    double *z, *residual, *w; /* w: 1 without weights */
} cx_i_linear_block;

cx_status cx_i_linear_block_new(cx_i_linear *linear, cx_i_linear_block *block, cx_error *err);
void cx_i_linear_read(const cx_i_linear *linear, int64_t start, cx_i_linear_block *block);

/* out (p x p of the fit, by terms) = factor root meat root', meat k x k in coordinates. */
cx_status cx_i_linear_spread(const cx_i_linear *linear, const double *meat, double factor,
                             cx_fit *fit, cx_error *err);
/* Position in the fit of coefficient i of k. */
int64_t cx_i_linear_term(const cx_i_linear *linear, int64_t i);

/* -- covariances ---------------------------------------------------------------------------- */

cx_status cx_i_regress_rows(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                            cx_error *err);

#endif
