#ifndef CX_I_TALLY_H
#define CX_I_TALLY_H

#include <cxkit/estimate.h>
#include <cxkit/tally.h>

#include "base/codec.h"
#include "base/sum.h"

/* What stands on the steps of a scale. Without weights the sums are those of ones and stay implied
 * by the counts. */
typedef struct cx_i_cells {
    int64_t excluded[CX_EXCLUDED_END];
    bool weighted, rounded;
    int64_t *count;   /* one for each step */
    cx_i_sum *weight; /* sums of w, only while weighted */
    cx_i_sum *square; /* sums of w^2 */
} cx_i_cells;

struct cx_tally {
    cx_allocator allocator;
    int32_t scale_min, scale_max;
    cx_i_cells cells;
    cx_i_cells scratch; /* a batch is counted here first: a failing call leaves no trace */
};

/* sides: 2 with scratch cells, 1 without, for the tallies of a set */
cx_status cx_i_tally_new(int32_t scale_min, int32_t scale_max, int sides,
                         const cx_allocator *allocator, cx_tally **out, cx_error *err);
int32_t cx_i_tally_levels(const cx_tally *tally);
cx_status cx_i_tally_check_scale(int32_t scale_min, int32_t scale_max, cx_error *err);

/* A batch of answers as it came. */
typedef struct cx_i_answers {
    const cx_array *scores, *weights; /* weights may be NULL */
    const cx_answer_options *options; /* never NULL */
} cx_i_answers;

cx_status cx_i_answer_options_check(const cx_answer_options *options, cx_error *err);
/* The reason a value is left out when it is a code, else -1. */
int cx_i_answer_code(const cx_answer_options *options, double value);
cx_status cx_i_answers_check(const cx_i_answers *answers, cx_error *err);
/* Reads one answer by the tally's scale into `cells`, which are the tally's own or its scratch. */
cx_status cx_i_answers_add(const cx_i_answers *answers, const cx_tally *tally, cx_i_cells *cells,
                           int64_t row, double value, const double *weight, cx_error *err);
/* The same, and `step` is where it stands, or -1 - the reason (but for a weight of zero). */
cx_status cx_i_answers_place(const cx_i_answers *answers, const cx_tally *tally, cx_i_cells *cells,
                             int64_t row, double value, const double *weight, int *step,
                             cx_error *err);

/* The same without a tally: the step above scale_min, or -1 - reason. */
cx_status cx_i_answers_read(const cx_i_answers *answers, int32_t scale_min, int32_t scale_max,
                            int64_t row, double value, int *step, cx_error *err);

/* Adds an answer on a step >= 0, or one left out: -1 - reason. false when a sum overflows. */
bool cx_i_cells_add(cx_i_cells *cells, int32_t levels, int step, bool rounded,
                    const double *weight);
void cx_i_cells_clear(cx_i_cells *cells, int32_t levels);
/* Would the sum fit? Then commit it; the two together are all or nothing. */
bool cx_i_cells_fit(const cx_i_cells *cells, const cx_i_cells *more, int32_t levels);
void cx_i_cells_merge(cx_i_cells *cells, const cx_i_cells *more, int32_t levels);
/* Takes away what was merged before; the marks of weights and rounding stay. */
void cx_i_cells_subtract(cx_i_cells *cells, const cx_i_cells *less, int32_t levels);
bool cx_i_cells_equal(const cx_i_cells *a, const cx_i_cells *b, int32_t levels);
/* Turns implied sums of ones into stored ones. */
void cx_i_cells_make_weighted(cx_i_cells *cells, int32_t levels);
cx_status cx_i_tally_overflow(cx_error *err);

/* The content, without frame: shared by the codecs of a tally and of a set. */
void cx_i_cells_put(cx_i_writer *writer, const cx_i_cells *cells, int32_t levels);
bool cx_i_cells_get(cx_i_reader *reader, cx_i_cells *cells, int32_t levels);

#endif
