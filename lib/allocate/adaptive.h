#ifndef CX_I_ADAPTIVE_H
#define CX_I_ADAPTIVE_H

#include <cxkit/adaptive.h>

#include "base/array.h"
#include "base/keys.h"

/* How an answer is read: in the figure's units, or as the reason why it does not count. */
typedef struct cx_i_adaptive_reading {
    cx_adaptive_options options;
    int32_t lowest; /* of the promoters or top boxes */
} cx_i_adaptive_reading;

cx_status cx_i_adaptive_options(const cx_adaptive_options *given, cx_i_adaptive_reading *out,
                                cx_error *err);
/* Reads in place; a cx_excluded + 1, or 0 for an answer that counts. */
uint8_t cx_i_adaptive_read(const cx_i_adaptive_reading *reading, double *score);
cx_estimate cx_i_adaptive_estimate(const cx_i_adaptive_reading *reading);
/* Limits by t from value, se, df and n_eff, within the range of the figure. */
void cx_i_adaptive_limits(const cx_i_adaptive_reading *reading, cx_estimate *out);

/* The log as numbers, row by row. */
typedef struct cx_i_adaptive_log {
    cx_allocator allocator;
    cx_i_adaptive_reading reading;
    const cx_array *score, *probability, *invite;
    const cx_array *response, *predicted, *contact, *frequency; /* NULL without */
    const cx_frame *by;                                         /* NULL without */
    int64_t rows, groups, classes, units;
    cx_i_keys group_keys, class_keys, unit_keys;
    double *share;              /* of each class */
    double *y, *a, *chance, *m; /* a: 0 without an answer; chance: p r */
    int64_t *group, *unit;      /* group -1: no chance to be asked */
    int32_t *klass;
    int64_t (*excluded)[CX_EXCLUDED_END]; /* of each group */
} cx_i_adaptive_log;

/* Checks and reads; on failure nothing is owed. */
cx_status cx_i_adaptive_open(const cx_frame *frame, const cx_frame *by, const cx_frame *shares,
                             const cx_adaptive_options *options, cx_i_adaptive_log *out,
                             cx_error *err);
void cx_i_adaptive_free(cx_i_adaptive_log *log);

#endif
