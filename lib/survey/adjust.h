#ifndef CX_I_ADJUST_H
#define CX_I_ADJUST_H

#include <cxkit/propensity.h>

#include "survey/margins.h"

enum { CX_I_ADJUST_CELLS = 10000 };

/* A class, or what was one before it was joined to another. */
typedef struct cx_i_adjust_cell {
    int64_t n, responded;
    double w, answered;    /* weight of all, of those who answered */
    double rho, low, high; /* of chances: sum w rho, and their range */
    int64_t key;           /* of categories: its number in `cells` */
    int64_t shared;        /* of categories: leading columns that all of the class share */
    int64_t joined_to;     /* itself while it stands */
    int64_t joined;        /* classes that came to it */
} cx_i_adjust_cell;

struct cx_adjustment {
    cx_allocator allocator;
    cx_adjust_options options;
    int64_t rows, count;
    cx_i_margin cells; /* its keys only; without an allocator for chances */
    size_t *end;       /* of categories: where each part of each cell's key ends */
    cx_i_adjust_cell *cell;
    int64_t *of_row; /* -1: in no class */
    double *weight;
};

/* Joins classes with too few answers until there are none, or one class is left. */
void cx_i_adjust_join(cx_adjustment *adjustment);

#endif
