#ifndef CX_I_MYSTERY_H
#define CX_I_MYSTERY_H

#include <cxkit/mystery.h>

#include "base/keys.h"
#include "base/sum.h"
#include "metric/index.h"
#include "stat/twofold.h"

/* What adds up for an item: visits it applies to, their shares of its points, why it does not. */
typedef struct cx_i_mystery_counts {
    int64_t n, passed, excluded[CX_EXCLUDED_END];
    cx_i_sum points;
} cx_i_mystery_counts;

typedef struct cx_i_mystery_item {
    char *name;
    double most, weight;
} cx_i_mystery_item;

/* Visits of one auditor to one outlet. The squares are sums of exact products: two entries each. */
typedef struct cx_i_mystery_cell {
    int64_t n, excluded[CX_EXCLUDED_END];
    cx_i_sum sum, square;
} cx_i_mystery_cell;

struct cx_mystery {
    cx_allocator allocator;
    int64_t k;
    cx_i_mystery_item *item;
    cx_i_mystery_counts *counts; /* by item */
    double pass_mark;
    bool shaped;              /* it is known which keys there are */
    int64_t auditor_columns;  /* the first of the keys; the others are the outlet's */
    cx_i_keys keys;           /* no columns: one cell */
    cx_i_mystery_cell *cell;  /* by key number */
    int64_t *order;           /* key numbers, sorted by key */
    int64_t made, room, rows; /* cells; of both arrays; visits, those without a score too */
};

/* An empty state of the same items. */
cx_status cx_i_mystery_like(const cx_mystery *self, const cx_allocator *allocator, cx_mystery **out,
                            cx_error *err);
/* An empty state of k items whose names are to be set. */
cx_status cx_i_mystery_make(int64_t k, double pass_mark, const cx_allocator *allocator,
                            cx_mystery **out, cx_error *err);
cx_status cx_i_mystery_set(cx_mystery *self, int64_t i, const char *name, int64_t length,
                           cx_error *err);
cx_status cx_i_mystery_check_pass_mark(double pass_mark, cx_error *err);
/* Cells up to `count`, empty ones. */
cx_status cx_i_mystery_cells(cx_mystery *self, int64_t count, cx_error *err);

/* -- what is read -------------------------------------------------------------------------- */

/* The sum as two doubles. */
cx_i_twofold cx_i_mystery_twofold(const cx_i_sum *sum);
/* Sum of squares about the mean; below what rounding leaves it is 0. */
double cx_i_mystery_squares(const cx_i_sum *sum, const cx_i_sum *square, int64_t n);

/* Cells with a score in key order, by their auditor and outlet, which are numbered in key order. */
typedef struct cx_i_crossed_cell {
    int64_t shop, auditor;
    const cx_i_mystery_cell *cell;
} cx_i_crossed_cell;

typedef struct cx_i_visits {
    const cx_mystery *state;
    cx_mystery_options options;
    cx_i_keys auditors, shops;
    cx_i_crossed_cell *cell; /* all cells */
    int64_t n;               /* visits with a score */
    cx_i_sum sum, square;
    int64_t excluded[CX_EXCLUDED_END];
} cx_i_visits;

/* Checks options; close in any case. CX_E_EMPTY without a score. */
cx_status cx_i_visits_open(const cx_mystery *state, const cx_mystery_options *options,
                           cx_i_visits *visits, cx_error *err);
void cx_i_visits_close(cx_i_visits *visits);
/* The mean of n scores with its sum of squares about it; an empty one has its status. */
void cx_i_visits_estimate(const cx_i_visits *visits, int64_t n, double mean, double squares,
                          cx_estimate *out);

/* Outlets by an additive model. */
typedef struct cx_i_crossing {
    int64_t *visits; /* by outlet, with a score */
    double *mean, *squares, *adjusted, *se;
    bool identified;
    double sd, df;
} cx_i_crossing;
cx_status cx_i_crossing_fit(const cx_i_visits *visits, cx_i_crossing *crossing, cx_error *err);
void cx_i_crossing_close(const cx_i_visits *visits, cx_i_crossing *crossing);

#endif
