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

/* Replicates are made anew from what tells them apart; of a calibration, its multipliers stay. */
typedef struct cx_i_replicates {
    int32_t kind; /* a cx_replicates */
    bool about_mean;
    int64_t count, lost;
    int64_t order; /* of the Hadamard matrix */
    uint64_t seed;
    double fay;
    int64_t *first;  /* of each stratum: where its units begin in `member`; one more at the end */
    int64_t *member; /* units, stratum by stratum */
    double *lambda;  /* of each replicate: the multipliers of its calibration */
    double *used;    /* of each cell: 1, or 0 without a weight */
    bool *failed;    /* of each replicate: its totals could not be met */
} cx_i_replicates;

struct cx_design {
    cx_allocator allocator;
    int64_t rows, stages;
    cx_i_stage *stage;
    double *weight;
    double total;
    int32_t lonely;
    bool finite, weighted;
    cx_weights *calibration; /* shared, or NULL */
    cx_i_solver residual;    /* with a calibration: the factor of X'DX */
    cx_i_replicates replicates;
};

/* The variance of a sum of influence values z (already weighted), one for each row.
 * CX_E_FEW names a stratum with a single unit when that is an error. */
cx_status cx_i_design_variance(const cx_design *design, const double *z, double *out,
                               cx_error *err);
/* What the variance of one stage follows from. */
typedef struct cx_i_variance_stage {
    double *total;  /* of each unit */
    double *sum;    /* of each stratum: of its units' totals */
    double *square; /* of each stratum: sum of squared distances */
    double *share;  /* of each stratum: the product of the shares drawn before it */
    double grand;   /* mean of all units' totals */
} cx_i_variance_stage;
/* Adds the strata's parts to *out; of the design, the rule for lonely units counts. */
cx_status cx_i_variance_sum(const cx_design *design, const cx_i_stage *stage,
                            const cx_i_variance_stage *v, double *out, cx_error *err);
/* With a calibration: from the sums of influence values times start weights of its cells, what
 * the regression on its constraints says for a row of each cell. */
cx_status cx_i_design_fit(const cx_design *design, double *cell, cx_error *err);
/* What calibration leaves of the influence values e (not yet weighted), times the weights. */
cx_status cx_i_design_weigh(const cx_design *design, const double *e, double *z, cx_error *err);

/* -- few rows ------------------------------------------------------------------------------ */

typedef struct cx_i_sparse_stage {
    double *total;    /* of each unit; 0 between calls, like all that follows */
    bool *there;      /* of each unit */
    int64_t *unit;    /* those that are there */
    double *sum;      /* of each stratum */
    double *square;   /* of each stratum */
    int64_t *count;   /* of each stratum: its units that are there */
    int64_t *stratum; /* those that have some */
} cx_i_sparse_stage;

/* With a calibration: what its residuals take away is linear in the coefficients b of the domain,
 * and its variance the form b'Qb. */
typedef struct cx_i_sparse_form {
    double *form;         /* Q, square */
    double *total;        /* of each stratum: weighted sums of x */
    int64_t *first, *row; /* rows unit by unit; NULL when they are the units */
    double *side, *beta;  /* room: of each constraint */
    cx_i_twofold *room;
} cx_i_sparse_form;

typedef struct cx_i_sparse {
    cx_i_sparse_stage *stage;
    cx_i_sparse_form *form;
} cx_i_sparse;

/* Whether the variance of few rows can be had from them alone. */
bool cx_i_sparse_serves(const cx_design *design);
cx_status cx_i_sparse_new(const cx_design *design, cx_i_sparse *out, cx_error *err);
void cx_i_sparse_free(const cx_design *design, cx_i_sparse *sparse);
/* The variance of a sum of influence values e (not yet weighted) of these rows; NaN when too little
 * is left of it by calibration for the digits of this way. */
double cx_i_sparse_variance(const cx_design *design, cx_i_sparse *sparse, const int64_t *row,
                            const double *e, int64_t rows);

/* -- the form of a calibration, for variance_sparse.c only ----------------------------------- */

bool cx_i_sparse_form_serves(const cx_design *design);
cx_status cx_i_sparse_form_new(const cx_design *design, cx_i_sparse_form *out, cx_error *err);
void cx_i_sparse_form_free(const cx_design *design, cx_i_sparse_form *form);
/* The factor of squares of a stratum's units. */
double cx_i_sparse_scale(const cx_i_stage *stage, int64_t h);
/* The coefficients of influence values, and the form of them. */
double cx_i_sparse_form_fit(const cx_design *design, cx_i_sparse_form *form, const int64_t *row,
                            const double *e, int64_t rows);
/* What the fit comes to in a unit, in a stratum. */
double cx_i_sparse_form_unit(const cx_design *design, const cx_i_sparse_form *form, int64_t unit);
double cx_i_sparse_form_stratum(const cx_design *design, const cx_i_sparse_form *form,
                                int64_t stratum);

/* -- replicates ---------------------------------------------------------------------------- */

/* The calibration that every replicate repeats, or NULL: trimmed weights without totals have none.
 */
CX_I_INLINE const cx_weights *cx_i_design_repeats(const cx_design *design) {
    const cx_weights *w = design->calibration;
    return w == NULL || w->constraints.count == 0 ? NULL : w;
}

/* Room to make one replicate after the other. */
typedef struct cx_i_replicate {
    double *unit;    /* multiplier of each unit of the first stage */
    uint32_t *drawn; /* bootstrap: how often each unit of a stratum */
    double *ratio;   /* with a calibration: of each cell, of weights to start weights */
    double *factor;  /* of each constraint: room */
    double *room;    /* of each node of its tree, twice */
} cx_i_replicate;

cx_status cx_i_replicates_check(const cx_design_options *options, cx_error *err);
cx_status cx_i_replicates_make(cx_design *design, const cx_design_options *options, cx_error *err);
void cx_i_replicates_free(cx_design *design);
cx_status cx_i_replicate_new(const cx_design *design, cx_i_replicate *out, cx_error *err);
void cx_i_replicate_free(const cx_design *design, cx_i_replicate *replicate);
/* Multipliers of replicate r; without its calibration. */
void cx_i_replicate_units(const cx_design *design, int64_t r, cx_i_replicate *out);
/* What the square of its distance counts. */
double cx_i_replicate_share(const cx_design *design, int64_t r);

/* Repeats the calibration in every replicate. */
cx_status cx_i_replicates_calibrate(cx_design *design, cx_error *err);
/* Fills in the ratios of replicate r. */
void cx_i_replicate_ratios(const cx_design *design, int64_t r, cx_i_replicate *out);

#endif
