#ifndef CX_I_MARGINS_H
#define CX_I_MARGINS_H

#include <cxkit/calibrate.h>

#include "base/keys.h"

typedef struct cx_i_margin {
    char *name; /* of its columns, "age x sex" */
    cx_i_keys keys;
    double *totals; /* by key number */
    double sum;
} cx_i_margin;

struct cx_margins {
    cx_allocator allocator;
    cx_i_margin *margin;
    int64_t count;
};

/* A copy without the keys' table: the keys themselves are copied. On failure nothing is owed. */
cx_status cx_i_margin_copy(const cx_i_margin *margin, const cx_allocator *allocator,
                           cx_i_margin *out, cx_error *err);
void cx_i_margin_free(const cx_allocator *allocator, cx_i_margin *margin);
/* A category in words; returns the length, as much as fits is written. */
size_t cx_i_margin_category(const cx_i_margin *margin, int64_t key, char *out, size_t size);

#endif
