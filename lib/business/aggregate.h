#ifndef CX_I_AGGREGATE_H
#define CX_I_AGGREGATE_H

#include <cxkit/linkage.h>

#include "business/lag.h"

/* Answers of one cell. */
typedef struct cx_i_cell {
    double n, mean, squares; /* sum of squares about the mean */
} cx_i_cell;

static inline void cx_i_cell_add(cx_i_cell *cell, double value) {
    double step = value - cell->mean;
    cell->n++;
    cell->mean += step / cell->n;
    cell->squares += step * (value - cell->mean);
}

/* One-way analysis of variance. */
typedef struct cx_i_anova {
    double cells, n, mean, k, msb, msw, f, df1, df2;
    double icc1, icc2, icc2_se; /* NaN without cells or answers to compare */
    double between;             /* variance of the true means, not below 0; NaN likewise */
} cx_i_anova;

/* Cells with fewer than `fewest` answers are passed over. */
cx_i_anova cx_i_anova_of(const cx_i_cell *cells, int64_t count, double fewest);

/* One kind of people: rows, then cells in the order of unit and period. */
typedef struct cx_i_people {
    const cx_array *x;
    const cx_frame *by;
    const char *name;
    int64_t rows, cells, missing, small, used;
    double *value;
    int64_t *unit, *period, *at; /* by row; `at`: the cell of the row */
    cx_i_cell *cell;
    int64_t *cell_unit, *cell_period;
    cx_i_anova anova;
} cx_i_people;

typedef struct cx_i_link_row {
    double r, se, low, high, p, true_r, true_se, true_low, true_high, between, within, within_se;
    int64_t lag, n, units;
    bool reverse;
    uint8_t status, ecological;
} cx_i_link_row;

typedef struct cx_i_link {
    cx_aggregate_link_options options;
    cx_allocator allocator;
    cx_i_people side[2];
    bool paired, periods;
    int64_t rows;
    cx_i_link_row *row;
    double *x, *y; /* room: pairs */
    int64_t *unit;
    double person, person_se, person_n;
} cx_i_link;

/* Reads both sides into cells, `value` and all arrays having room already. */
cx_status cx_i_link_read(cx_i_link *work, cx_error *err);
/* The cell of a unit and a period with enough answers, or -1 */
int64_t cx_i_link_find(const cx_i_link *work, const cx_i_people *side, int64_t unit,
                       int64_t period);

#endif
