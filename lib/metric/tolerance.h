#ifndef CX_I_TOLERANCE_H
#define CX_I_TOLERANCE_H

#include <cxkit/tolerance.h>

#include "base/keys.h"
#include "base/sort.h"
#include "stat/monotone.h"

/* Pairs of one group, sorted by wait. A measure that rises with the wait is negated. */
typedef struct cx_i_pairs {
    const double *y, *w;
    const int32_t *point; /* the distinct wait of each row */
    const int32_t *unit;  /* what is resampled together; NULL: each row */
    int64_t rows, units;
    cx_i_points points; /* sums of all rows */
    double *w_drawn, *wy_drawn;
    uint32_t *counts;            /* by unit */
    double *draws, *draws_level; /* room for options->draws each */
} cx_i_pairs;

typedef struct cx_i_tolerance_fit {
    double tolerance; /* infinite: beyond the longest wait; -infinite: below from the start */
    double baseline;
    int64_t first, last; /* points of the band */
} cx_i_tolerance_fit;

/* false: no weight in the band */
bool cx_i_tolerance_solve(const cx_i_points *points, double drop,
                          const cx_tolerance_options *options, cx_i_tolerance_fit *fit);
/* Everything about one group but its exclusions, which `out->tolerance` brings along. */
cx_status cx_i_tolerance_group(const cx_i_pairs *pairs, double drop,
                               const cx_tolerance_options *options, cx_tolerance_result *out,
                               cx_error *err);

typedef struct cx_i_tolerance_request {
    const cx_array *wait, *score, *weights, *respondent;
    const cx_frame *by;
    double drop;
    cx_tolerance_options options;
    cx_answer_options reading;
    cx_allocator allocator;
} cx_i_tolerance_request;

typedef struct cx_i_tolerance_row {
    double wait, y, w;
    int64_t group, unit;
} cx_i_tolerance_row;

typedef struct cx_i_tolerance_data {
    const cx_i_tolerance_request *request;
    cx_i_tolerance_row *read; /* valid rows in their order, then sorted by group and wait */
    cx_i_sortable *order, *scratch;
    double *x, *y, *w, *sums; /* of one group: sums are w, wy, w drawn, wy drawn */
    int32_t *point, *unit;
    uint32_t *counts;
    double *draws, *draws_level;
    int64_t *local; /* number of a unit within its group, or -1 */
    int64_t rows, units;
    cx_i_keys groups, people;
    cx_estimate *left_out; /* by group: what is excluded */
    int64_t left_out_room;
} cx_i_tolerance_data;

/* Checks everything and takes the options over. */
cx_status cx_i_tolerance_check(cx_i_tolerance_request *request, const cx_tolerance_options *options,
                               cx_error *err);
/* Reads and sorts everything; `data` is to be freed whatever comes. */
cx_status cx_i_tolerance_open(const cx_i_tolerance_request *request, cx_i_tolerance_data *data,
                              cx_error *err);
void cx_i_tolerance_free(cx_i_tolerance_data *data);
/* The pairs at order[from] .. order[to - 1], until the next call. */
cx_i_pairs cx_i_tolerance_pairs(const cx_i_tolerance_data *data, int64_t from, int64_t to);

#endif
