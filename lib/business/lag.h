#ifndef CX_I_LAG_H
#define CX_I_LAG_H

#include <cxkit/lag.h>

#include "base/array.h"
#include "base/keys.h"
#include "stat/ols.h"
#include "stat/table.h"

/* Reads a whole column; a null becomes NaN, infinity is refused with its row. */
cx_status cx_i_lag_read(const cx_array *column, const char *role, double *out, cx_error *err);
/* The same for a series: a missing value is refused too, and so is a constant. */
cx_status cx_i_lag_series(const cx_array *column, const char *role, double *out, cx_error *err);
cx_status cx_i_lag_constant(cx_error *err, const char *name, const char *what);
/* Two columns of one length that are numbers. */
cx_status cx_i_lag_pair(const cx_array *x, const cx_array *y, cx_error *err);
/* An option that has to lie between two numbers. */
cx_status cx_i_lag_range(const char *name, int64_t value, int64_t low, int64_t high, cx_error *err);

/* A named number of each of the rows of a table: NaN becomes a null. */
typedef struct cx_i_lag_field {
    const char *name;
    size_t offset; /* of a double in the row */
} cx_i_lag_field;
cx_status cx_i_lag_fields(cx_table *table, const void *rows, int64_t count, size_t size,
                          const cx_i_lag_field *fields, size_t field_count, cx_error *err);
typedef struct cx_i_lag_figure {
    const char *name;
    double value;
} cx_i_lag_figure;
cx_status cx_i_lag_figures(cx_table *table, const cx_i_lag_figure *figures, size_t count,
                           cx_error *err);
#define CX_I_COUNT(list) (sizeof(list) / sizeof *(list))

/* Whole numbers of a column as rows of another: a copy under a name. */
cx_status cx_i_lag_integers(cx_table *table, const char *name, const int64_t *values, int64_t count,
                            cx_error *err);
/* The cx_i_ols_kind of a cx_lag_covariance. */
int cx_i_lag_kind(int32_t covariance, bool panel);

/* -- rows in time -------------------------------------------------------------------------- */

/* Rows sorted by unit, then period: position i is row[i] of what was given. */
typedef struct cx_i_periods {
    const cx_allocator *allocator;
    int64_t rows, units;
    int64_t *row, *unit, *period;
    cx_i_keys keys; /* the units, by number */
    bool named;     /* a unit was given */
    void *memory;
} cx_i_periods;

/* Release with cx_i_periods_free whatever the status. */
cx_status cx_i_periods_read(cx_i_periods *self, const cx_array *unit, const cx_array *period,
                            int64_t rows, const cx_allocator *allocator, cx_error *err);
void cx_i_periods_free(cx_i_periods *self);
/* The position of the same unit `lag` periods before (or after, below 0), or -1. */
int64_t cx_i_periods_back(const cx_i_periods *self, int64_t position, int64_t lag);
/* A column of numbers in the order of positions. */
cx_status cx_i_periods_column(const cx_i_periods *self, const cx_array *column, const char *role,
                              double *out, cx_error *err);

#endif
