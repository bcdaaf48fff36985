#ifndef CX_I_INDEX_H
#define CX_I_INDEX_H

#include <cxkit/index.h>

#include "metric/joint.h"

typedef struct cx_i_range {
    double low, high;
    cx_unit unit;
} cx_i_range;

cx_i_range cx_i_component_range(const cx_i_component *component);
cx_status cx_i_check_cases(int32_t cases, cx_error *err);
cx_status cx_i_check_reserved(int32_t reserved, cx_error *err);
/* Same unit, and for means the same scale. */
cx_status cx_i_joint_check_alike(const cx_i_component *a, const cx_i_component *b, cx_error *err);
/* Shares that add up to 1; equal without a column. */
cx_status cx_i_joint_importance(const cx_array *importance, int64_t k, double *share,
                                cx_error *err);
/* Everything but the interval and its method. */
void cx_i_joint_describe(const cx_joint *joint, const cx_i_combination *found, bool complete,
                         cx_estimate *out);
cx_status cx_i_component_estimate(const cx_i_component *component, double confidence,
                                  cx_estimate *out, cx_error *err);

/* Limits about a value and its confidence, n_eff, df and se. */
void cx_i_bounded(double low, double high, bool alike, cx_estimate *out);
void cx_i_t_interval(cx_estimate *out);

/* -- rows of a call, into one state or one for each key ------------------------------------ */

typedef struct cx_i_joint_source cx_i_joint_source;
/* Reads row `row`, place r of the block, into the scratch of `target`. */
typedef cx_status (*cx_i_joint_reader)(const cx_i_joint_source *source, cx_joint *target,
                                       int64_t row, int64_t r, const double *weight, int16_t *y,
                                       int32_t *reason, cx_error *err);
struct cx_i_joint_source {
    const cx_array **columns; /* checked, of one length */
    int64_t count;
    const cx_array *weights; /* NULL: 1 */
    const cx_answer_options *answers;
    cx_i_joint_reader read;
    double *values; /* count blocks of CX_I_JOINT_BLOCK */
    int64_t pairs;  /* of the reader */
};
/* Checks columns and weights, and makes room; release frees that. */
cx_status cx_i_joint_source_open(cx_i_joint_source *source, const cx_allocator *allocator,
                                 cx_error *err);
void cx_i_joint_source_close(cx_i_joint_source *source, const cx_allocator *allocator);
/* Finds the columns called as `names` says in a frame, into source->columns from `first` on. */
cx_status cx_i_joint_source_find(cx_i_joint_source *source, const cx_joint *names, int64_t count,
                                 const cx_frame *x, const char *role, int64_t first, cx_error *err);
/* All rows into one state: all or nothing. */
cx_status cx_i_joint_source_add(cx_i_joint_source *source, cx_joint *self, cx_error *err);

/* What is read from the state of each key; an empty group is a row with its own status. */
typedef cx_status (*cx_i_joint_metric)(const cx_joint *joint, const void *context, cx_estimate *out,
                                       cx_error *err);
cx_status cx_i_joint_by(cx_i_joint_source *source, const cx_joint *like, const cx_frame *by,
                        cx_i_joint_metric metric, const void *context, int64_t min_n,
                        cx_table **out, cx_error *err);

#endif
