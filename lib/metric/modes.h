#ifndef CX_I_MODES_H
#define CX_I_MODES_H

#include <cxkit/journey.h>

#include "metric/compare.h"

/* A group as a whole, or one of its modes. */
typedef struct cx_i_mode_row {
    bool whole, reference, hidden;
    cx_estimate estimate;
    double share;
    double difference, difference_se, difference_low, difference_high, difference_p;
    double difference_holm;
    int64_t modes; /* with answers; of the whole */
    cx_heterogeneity_test test;
    cx_estimate standardised;
    double covered;
} cx_i_mode_row;

/* Appends all columns behind those of the keys. */
cx_status cx_i_modes_columns(const cx_i_mode_row *rows, int64_t count,
                             const cx_allocator *allocator, cx_table *table, cx_error *err);

#endif
