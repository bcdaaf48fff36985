#ifndef CX_I_CONCORDANCE_H
#define CX_I_CONCORDANCE_H

#include "stat/untied.h"

/* Rows grouped by the levels of two variables: each combination that occurs, in order of x, then y.
 * A weight is how many rows stand there, or the sum of their survey weights. */
typedef struct cx_i_two_way {
    int64_t count; /* cells */
    int64_t n;     /* rows in them */
    int32_t kx, ky;
    int32_t *x, *y; /* level of each cell, from 0 */
    double *w, *w2; /* sums of weights, and of squared weights; w2 may be w */
    bool weighted;
    const cx_i_untied *untied; /* in place of x, y, w, w2 when each row is a level of x and of y */
} cx_i_two_way;

/* All rank correlations are made of these. Pairs are ordered: each counts twice. */
typedef struct cx_i_concordance {
    const cx_i_two_way *cells;
    double total;          /* sum of weights */
    double *tx, *ty;       /* by level: sum of weights; none when untied */
    double *net;           /* by cell: weight concordant with it minus discordant */
    cx_i_twofold sum;      /* concordant pairs minus discordant */
    cx_i_twofold untied_x; /* pairs that differ in x, in y, in both */
    cx_i_twofold untied_y, untied;
    const cx_allocator *allocator;
} cx_i_concordance;

typedef enum cx_i_rank_kind {
    CX_I_RANK_TAU_B,
    CX_I_RANK_GAMMA,
    CX_I_RANK_SOMERS /* of y given x */
} cx_i_rank_kind;

/* Sums of weights only: what ranks need. */
cx_status cx_i_concordance_new(const cx_i_two_way *cells, const cx_allocator *allocator,
                               cx_i_concordance *out, cx_error *err);
/* The pairs. O(m log k) for m cells, after Knight [Knight1966] with a tree of sums in place of the
 * merges; where a cell has few rows, these are counted by cx_i_untied_below(). */
cx_status cx_i_concordance_count(cx_i_concordance *self, cx_error *err);
void cx_i_concordance_free(cx_i_concordance *self);
/* The coefficient, and its standard error from the influence of each row [GoodmanKruskal1972];
 * both variables vary. */
double cx_i_rank_value(const cx_i_concordance *self, cx_i_rank_kind kind);
double cx_i_rank_error(const cx_i_concordance *self, cx_i_rank_kind kind, double value);
/* Two-sided p-value of independence, of rows without weights: exact up to 60 rows without ties,
 * else normal with the variance under ties [Kendall1970]. */
double cx_i_rank_p(const cx_i_concordance *self);
/* P(at most `inversions` in a random order of n rows), n <= 60 */
double cx_i_inversions_cdf(int64_t n, int64_t inversions);

/* Correlation of the mid-ranks, and its standard error (NULL: not wanted) from the influence of
 * each row, which knows that the ranks are estimates too. `net` is used as room. */
cx_status cx_i_spearman(cx_i_concordance *self, double *r, double *error, cx_error *err);
/* Two-sided p-value of independence, of rows without weights: exact up to 9 rows without ties and
 * where the two orders are the same, else that of Student's t. */
cx_status cx_i_spearman_p(const cx_i_concordance *self, double r, double *p, cx_error *err);

#endif
