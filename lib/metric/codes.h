#ifndef CX_I_CODES_H
#define CX_I_CODES_H

#include "base/array.h"
#include "metric/tally.h"

/* Answers as small numbers: first the steps of the scale, then one code for each reason that can
 * occur here, and last, when answers can be refused, one for those: the row loop says which row
 * that was. Counting is then an addition to a cell, without a branch. */
typedef struct cx_i_codes {
    const cx_i_answers *answers;
    int32_t scale_min, scale_max, levels;
    int32_t width;     /* codes in all */
    int32_t reason[5]; /* of code levels + i */
    int32_t code[5];   /* the other way round */
    bool plain;        /* no nulls and no codes among the answers */
    bool bytes;        /* 8-bit answers without nulls: a table says everything */
    uint16_t byte[256];
} cx_i_codes;

#define CX_I_REFUSED 4

void cx_i_codes_init(cx_i_codes *codes, const cx_i_answers *answers, int32_t scale_min,
                     int32_t scale_max);
/* Rows start .. start+count, count <= CX_I_BLOCK. */
void cx_i_codes_read(const cx_i_codes *codes, int64_t start, int64_t count, uint16_t *out);

/* Counts of one tally, `width` of them, into its cells; false when any was refused. */
bool cx_i_codes_commit(const cx_i_codes *codes, const uint32_t *counts, cx_i_cells *cells);

/* How an answer is read: a step >= 0, -1 - reason, or -100 when it is infinite. */
int cx_i_answer_step(const cx_answer_options *options, int32_t scale_min, int32_t scale_max,
                     double value, bool *rounded);

#endif
