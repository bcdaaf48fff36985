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

/* Rows of a call that groups, and what is read from the state of each key: an empty group is a row
 * with its own status. */
typedef struct cx_i_joint_rows {
    const cx_joint *like;
    const cx_frame *x;
    const cx_array *weights;
    const cx_frame *by;
    const cx_answer_options *answers;
} cx_i_joint_rows;
typedef cx_status (*cx_i_joint_metric)(const cx_joint *joint, const void *context, cx_estimate *out,
                                       cx_error *err);
cx_status cx_i_joint_by(const cx_i_joint_rows *rows, cx_i_joint_metric metric, const void *context,
                        cx_table **out, cx_error *err);

#endif
