#ifndef CX_I_DESIGN_H
#define CX_I_DESIGN_H

#include <cxkit/design.h>

#include "survey/weights.h"

/* One stage of sampling. Later stages have a stratum of their own within each unit before. */
typedef struct cx_i_stage {
    int64_t strata, units;
    int64_t *unit;      /* of each row */
    int64_t *stratum;   /* of each unit */
    int64_t *sampled;   /* of each stratum: its units */
    int64_t *parent;    /* of each stratum: the unit of the stage before; NULL at the first */
    double *fraction;   /* of each stratum: share of its units that was drawn, 0 when negligible */
    int64_t *first_row; /* of each stratum, for messages */
} cx_i_stage;

struct cx_design {
    cx_allocator allocator;
    int64_t rows, stages;
    cx_i_stage *stage;
    double *weight;
    double total;
    int32_t lonely;
    bool finite;
    cx_weights *calibration; /* shared, or NULL */
    cx_i_solver residual;    /* with a calibration: the factor of X'DX */
};

/* The variance of a sum of influence values z (already weighted), one for each row.
 * CX_E_FEW names a stratum with a single unit when that is an error. */
cx_status cx_i_design_variance(const cx_design *design, const double *z, double *out,
                               cx_error *err);
/* What calibration leaves of the influence values e (not yet weighted), times the weights. */
cx_status cx_i_design_weigh(const cx_design *design, const double *e, double *z, cx_error *err);
/* Units and strata that hold a row of the domain (NULL: all). */
cx_status cx_i_design_count(const cx_design *design, const bool *domain, int64_t *units,
                            int64_t *strata, cx_error *err);

#endif
