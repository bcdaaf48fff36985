#ifndef CX_I_CORRELATE_H
#define CX_I_CORRELATE_H

#include <cxkit/correlate.h>

#include "base/array.h"
#include "stat/concordance.h"

/* The columns being read, and what was found in them. */
typedef struct cx_i_correlate_input {
    const cx_array *column[3]; /* x, y, weights or NULL */
    const char *name[3];
    int64_t n, missing, zero;
    cx_i_twofold w, w2; /* sums of the weights of the n rows, and of their squares */
} cx_i_correlate_input;

/* The complete rows of a block, one behind the other */
typedef struct cx_i_correlate_block {
    int64_t rows;
    double value[3][CX_I_BLOCK];
} cx_i_correlate_block;

cx_status cx_i_correlate_options(const cx_correlate_options *given, cx_correlate_options *options,
                                 cx_error *err);
cx_status cx_i_correlate_columns(cx_i_correlate_input *input, cx_error *err);
/* Reads rows start .. start + count; counts what is left out, not the rest. */
cx_status cx_i_correlate_read(cx_i_correlate_input *input, int64_t start, int64_t count,
                              cx_i_correlate_block *block, cx_error *err);
double cx_i_correlate_n_eff(const cx_i_correlate_input *input);
/* All but limits, se and p-value; without an interval the limits are -1 and 1. */
cx_estimate cx_i_correlate_start(const cx_i_correlate_input *input, double r, double confidence);
/* n rows, and whether each column varies */
cx_status cx_i_correlate_check(int64_t n, bool x_varies, bool y_varies, const char *x,
                               const char *y, cx_error *err);
/* Limits on Fisher's scale from a standard error there; at |r| = 1 both are r. */
void cx_i_correlate_limits(cx_estimate *out, double se_z, double quantile);
/* Interval and test of a normal theory with `spent` degrees of freedom taken by controls. */
void cx_i_correlate_classical(cx_estimate *out, double spent);
/* Both from a standard error of r, with Student's t of n_eff - 2 - spent. */
void cx_i_correlate_robust(cx_estimate *out, double se_r, double spent);

/* Most different values of an ordered column */
#define CX_I_LATENT_LEVELS 50

/* -- rows by the levels of x and y ------------------------------------------------------------- */

typedef struct cx_i_correlate_cells {
    cx_i_two_way cells;
    double *value[2];   /* of each level; none when untied */
    cx_i_untied untied; /* what the cells of rows without ties refer to */
    const cx_allocator *allocator;
} cx_i_correlate_cells;

/* `ranks`: nothing but ranks matters, so that rows without ties need no cells. */
cx_status cx_i_correlate_cells_new(cx_i_correlate_input *input, bool ranks,
                                   const cx_allocator *allocator, cx_i_correlate_cells *out,
                                   cx_error *err);
void cx_i_correlate_cells_free(cx_i_correlate_cells *self);
/* Room for so many cells and levels, not filled. */
cx_status cx_i_correlate_cells_make(int64_t count, int64_t kx, int64_t ky, bool weighted,
                                    const cx_allocator *allocator, cx_i_correlate_cells *out,
                                    cx_error *err);

/* The estimate of a method from cells whose input says what was read. */
cx_status cx_i_correlate_cells_estimate(const cx_i_correlate_cells *cells,
                                        const cx_i_correlate_input *input,
                                        const cx_correlate_options *options, cx_estimate *out,
                                        cx_error *err);
cx_status cx_i_correlate_rank(const cx_i_correlate_cells *cells, const cx_i_correlate_input *input,
                              const cx_correlate_options *options, cx_estimate *out, cx_error *err);
cx_status cx_i_correlate_latent(const cx_i_correlate_cells *cells,
                                const cx_i_correlate_input *input,
                                const cx_correlate_options *options, cx_estimate *out,
                                cx_error *err);
/* Polychoric, polyserial (the ordered column as y) or Pearson */
cx_status cx_i_correlate_mixed(const cx_i_correlate_cells *cells, const cx_i_correlate_input *input,
                               const cx_correlate_options *options, cx_estimate *out,
                               cx_error *err);
bool cx_i_correlate_ordered(const double *value, int64_t levels, int64_t most);
/* Whether a column holds at most so many different whole numbers. */
bool cx_i_correlate_levels(const cx_array *column, int64_t most);
int32_t cx_i_correlate_kind(bool x_ordered, bool y_ordered);
cx_status cx_i_correlate_pearson_cells(const cx_i_correlate_cells *cells,
                                       const cx_i_correlate_input *input,
                                       const cx_correlate_options *options, cx_estimate *out,
                                       cx_error *err);
cx_status cx_i_correlate_pearson(cx_i_correlate_input *input, const cx_correlate_options *options,
                                 cx_estimate *out, cx_error *err);

#endif
