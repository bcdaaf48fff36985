#ifndef CX_I_MOMENTS_H
#define CX_I_MOMENTS_H

#include <cxkit/moments.h>

#include "base/names.h"
#include "stat/linalg.h"

/* What adds up: everything about the rows, nothing about the columns' names. */
typedef struct cx_i_sums {
    int64_t n;             /* complete rows with a positive weight */
    int64_t zero;          /* complete rows with a weight of 0 */
    int64_t missing;       /* incomplete rows */
    bool weighted;         /* some call gave weights */
    cx_i_twofold w, w2;    /* sums of weights and of their squares */
    int64_t *missing_in;   /* by column */
    cx_i_twofold *mean;    /* by column; 0 while n is 0 */
    cx_i_twofold *product; /* sums of w (x - mean)(y - mean), packed */
} cx_i_sums;

/* Rows of one block, centred: `hi + lo` by column of CX_I_MOMENTS_BLOCK rows; column 0 is the
 * constant 1. `weighted_*` are the same columns times the weights, used only with weights. */
typedef struct cx_i_block {
    int64_t rows; /* in use; up to the next multiple of 16 they are 0 */
    bool weighted;
    double *hi, *lo, *weighted_hi, *weighted_lo; /* (p + 1) columns each */
    double *origin;                              /* p + 1: what was subtracted */
    bool *is_short, *weighted_short;             /* p + 1: sums of products cannot round */
    cx_i_twofold *total, *step;                  /* p + 1: sums, and room for the join */
} cx_i_block;

#define CX_I_MOMENTS_BLOCK 512

struct cx_moments {
    cx_allocator allocator;
    int64_t p;
    char **names;                    /* p, in one piece of memory */
    cx_i_sums sums[2];               /* the state, and room to prepare the next one */
    int now;                         /* which of the two is the state */
    cx_i_block block;                /* room for the rows being added */
    uint8_t *keep;                   /* CX_I_MOMENTS_BLOCK: which of them are complete */
    const cx_array **found;          /* p: the columns being added, only during that call */
    void *memory;                    /* holds all arrays */
    struct cx_i_moment_pairs *pairs; /* of a pairwise state: then `sums` only count rows */
};

/* Of every pair of columns i > j the sums over the rows that have both, in the order j, i; of every
 * column alone, those that have it. Packed. As in the state, two of each: `now` says which counts.
 */
typedef struct cx_i_moment_pairs {
    cx_i_sums *sums[2];
    cx_i_block block; /* room for the rows of one pair */
    void *memory;
} cx_i_moment_pairs;

cx_status cx_i_moments_make_pairs(cx_moments *self, cx_error *err);
void cx_i_moments_free_pairs(cx_moments *self);
void cx_i_moments_copy_sums(const cx_i_sums *from, cx_i_sums *to, int64_t p);
/* The next pairs begin as those of `from`, a state of the same columns. */
void cx_i_moments_copy_pairs(const cx_moments *from, cx_moments *self, int now);
/* Joins the block just read to the next pairs; NaN is missing, `keep` the rows with a weight. */
void cx_i_moments_join_pairs(cx_moments *self, int64_t rows);
/* Sums of the next state were weighted before, or are now. */
void cx_i_moments_mark_weighted(cx_moments *self, bool weighted);
/* Flattens what vanishes in the next state; false: something is infinite. */
bool cx_i_moments_settle(cx_moments *self);
/* Columns of a pair, and its sums */
static inline int64_t cx_i_pair_width(int64_t i, int64_t j) {
    return i == j ? 1 : 2;
}
static inline cx_i_sums *cx_i_moments_pair(const cx_moments *self, int which, int64_t i,
                                           int64_t j) {
    return &self->pairs->sums[which][i > j ? cx_i_packed(i, j) : cx_i_packed(j, i)];
}
/* Sums to read columns i and j from, and where they stand in them. */
typedef struct cx_i_moments_view {
    const cx_i_sums *sums;
    int64_t i, j;
} cx_i_moments_view;
cx_i_moments_view cx_i_moments_see(const cx_moments *self, int64_t i, int64_t j);
/* A method that needs complete rows refuses a pairwise state. */
cx_status cx_i_moments_need_complete(const cx_moments *self, cx_error *err);

/* The state's sums, and the room beside them. cx_i_moments_commit makes the room the state. */
static inline const cx_i_sums *cx_i_moments_now(const cx_moments *self) {
    return &self->sums[self->now];
}
cx_i_sums *cx_i_moments_next(cx_moments *self);
void cx_i_moments_commit(cx_moments *self);

/* An empty state of p columns with room for `name_bytes` characters at names[0]. */
cx_status cx_i_moments_make(int64_t p, size_t name_bytes, const cx_allocator *allocator,
                            cx_moments **out, cx_error *err);
/* A state of the columns of x, with its rows. */
cx_status cx_i_moments_of(const cx_frame *x, const cx_array *weights, const cx_allocator *allocator,
                          cx_moments **out, cx_error *err);
/* Its columns, to be named. */
cx_i_named cx_i_moments_named(const cx_moments *self);
/* Sets name i to `length` bytes at `room` and gives the room after it; refuses empty and repeated
 * names and those with a zero byte. */
cx_status cx_i_moments_set_name(cx_moments *self, int64_t i, const char *bytes, int64_t length,
                                char **room, cx_error *err);
/* Centres the rows read into hi (and the weights in weighted_hi[0]), then joins them to the sums.
 */
void cx_i_moments_join(cx_i_sums *sums, int64_t p, cx_i_block *block);
/* The product of columns i and j, in any order. */
cx_i_twofold cx_i_moments_product(const cx_i_sums *sums, int64_t i, int64_t j);
/* xy / sqrt(xx yy) in [-1, 1], for xx, yy > 0 */
double cx_i_moments_ratio(cx_i_twofold xy, cx_i_twofold xx, cx_i_twofold yy);
/* No infinity and no NaN among so many numbers. */
bool cx_i_all_finite(const double *x, int64_t rows);
bool cx_i_sums_finite(const cx_i_sums *sums, int64_t p);
/* Makes column j one that never varies. */
void cx_i_sums_flatten(cx_i_sums *sums, int64_t p, int64_t j);
/* Flattens the columns whose squares are too small to carry digits. */
void cx_i_sums_settle(cx_i_sums *sums, int64_t p);

/* A linear model read from the state, with room for p coefficients owned by the caller. */
typedef struct cx_i_fit {
    cx_i_twofold *coefficient; /* p; 0 where dropped */
    double *se;                /* p, classical; NaN where dropped; NULL when not wanted */
    bool *dropped;             /* p */
    double constant, constant_se, r2, residual; /* residual sum of squares */
    int64_t rank, df;
} cx_i_fit;

/* Regression of column y on the p columns x, in that order, with or without a constant. */
cx_status cx_i_moments_fit(const cx_moments *self, int64_t y, const int64_t *x, int64_t p,
                           bool constant, double tolerance, cx_i_fit *fit, cx_error *err);

#endif
