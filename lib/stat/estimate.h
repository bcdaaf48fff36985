#ifndef CX_I_ESTIMATE_H
#define CX_I_ESTIMATE_H

#include <cxkit/estimate.h>

#include "base/base.h"
#include "stat/table.h"

#define CX_I_DEFAULT_CONFIDENCE 0.95

/* No value yet: NaN figures, df infinite, everything else zero. */
cx_estimate cx_i_estimate_new(double confidence, cx_unit unit);
/* The normal quantile of a two-sided interval. */
double cx_i_estimate_z(double confidence);
cx_status cx_i_check_confidence(double confidence, cx_error *err);
cx_status cx_i_check_method(int32_t method, const cx_method *allowed, int count, cx_error *err);
/* Cuts the limits at the range of the metric and says so. */
void cx_i_estimate_clip(cx_estimate *estimate, double low, double high);
/* Nothing of the row is told but its confidence and its unit. */
void cx_i_estimate_hide(cx_estimate *estimate);
/* Appends the columns of a grouped table: value .. status, in the order of the structure. */
cx_status cx_i_estimates_to_table(const cx_estimate *rows, int64_t count, cx_table *table,
                                  cx_error *err);
/* One number of each, such as offsetof(cx_estimate, value), under a name; NaN becomes a null. */
cx_status cx_i_estimates_column(const cx_estimate *rows, int64_t count, size_t offset,
                                const char *name, cx_table *table, cx_error *err);

#endif
