#ifndef CX_I_STRATA_H
#define CX_I_STRATA_H

#include <cxkit/strata.h>

#include "base/keys.h"
#include "base/sum.h"
#include "stat/twofold.h"
#include "survey/survey.h"

/* What there is besides values and weights. */
enum {
    CX_I_STRATA_SETTLED = 1,
    CX_I_STRATA_WEIGHTED = 2, /* of any row: not a matter of form */
    CX_I_STRATA_STRATA = 4,
    CX_I_STRATA_CLUSTERS = 8,
    CX_I_STRATA_FINITE = 16,
    CX_I_STRATA_FORM = 4 + 8 + 16
};

/* The sums of a cell. z, the influence of a row, is linear in y and x (1 for means); without
 * clusters each row is a unit, and sums of its products with itself are needed, too. */
enum {
    CX_I_SUM_W,
    CX_I_SUM_WY,
    CX_I_SUM_WW,
    CX_I_SUM_OUT,  /* w of rows whose value is not used */
    CX_I_SUM_WYY,  /* ratios: w x instead */
    CX_I_SUM_OUT2, /* w^2 of rows whose value is not used; from here on only without clusters */
    CX_I_SUM_WWYY,
    CX_I_SUM_WWXY,
    CX_I_SUM_WWY, /* from here on only for ratios: with x = 1 they stand above */
    CX_I_SUM_WWXX,
    CX_I_SUM_WWX,
    CX_I_SUMS
};
#define CX_I_SUM_WX CX_I_SUM_WYY
#define CX_I_SUM_W4 CX_I_SUM_WWY /* net scores without clusters: w^4 */

/* The names of those key columns that are not the user's. */
#define CX_I_STRATA_STRATUM "(stratum)"
#define CX_I_STRATA_CLUSTER "(cluster)"

/* Reasons why a row is not used. */
enum { CX_I_STRATA_REASONS = 4 };
extern const uint8_t cx_i_strata_reasons[CX_I_STRATA_REASONS]; /* as a cx_excluded */

typedef struct cx_i_strata_cell {
    int64_t n;
    int64_t excluded[CX_I_STRATA_REASONS];
} cx_i_strata_cell;

/* Key columns: the stratum (0 where there are none), the cluster where there are some, those of
 * `by`. In the order of keys the cells of a stratum, and of a cluster, stand together. */
struct cx_strata {
    cx_allocator allocator;
    cx_survey_options scale; /* nothing but the scale */
    int32_t figure;
    uint32_t form; /* CX_I_STRATA bits */
    int64_t rows;
    cx_i_keys keys;
    cx_i_strata_cell *cell;
    cx_i_wide_sum *sum; /* of each cell its sums, one after the other */
    int64_t *order;
    int64_t room; /* cells */
    cx_i_keys strata;
    double *population; /* of each stratum; 0 without finite populations */
    int64_t strata_room;
};

int64_t cx_i_strata_sums(const cx_strata *self);
/* Columns before those of `by`. */
int64_t cx_i_strata_lead(const cx_strata *self);
cx_i_wide_sum *cx_i_strata_at(const cx_strata *self, int64_t cell);
int64_t cx_i_strata_cell_rows(const cx_i_strata_cell *cell);
cx_status cx_i_strata_reserve(cx_strata *self, int64_t cells, int64_t strata, cx_error *err);
cx_status cx_i_strata_other_population(const cx_strata *self, int64_t stratum, double other,
                                       cx_error *err);
/* The bits of all columns but the first ones. */
int64_t cx_i_strata_behind(const cx_strata *self, int64_t columns);
/* The bits of the columns before those of `by`. */
int64_t cx_i_strata_leading(const cx_strata *self);
/* The stratum of a cell's key. */
int64_t cx_i_strata_of(const cx_strata *self, const uint8_t *bytes, size_t size);
/* A stratum in words. */
void cx_i_strata_word(const cx_strata *self, int64_t stratum, char *out, size_t size);

/* -- reading ------------------------------------------------------------------------------- */

/* A state laid out for estimates, cells in the order of their keys; and with a calibration. */
typedef struct cx_i_strata_view {
    const cx_strata *state;
    cx_survey_options options;
    int32_t figure;
    cx_allocator allocator;
    cx_design design; /* the rule for lonely units; its stage is the one below */
    cx_i_stage stage; /* strata, units, sampled, fraction */
    int64_t cells;
    int64_t *stratum, *unit; /* of each cell */
    int64_t *domain;         /* of each cell */
    int64_t *member;         /* cells, domain by domain */
    int64_t *first;          /* of each domain: its first in `member`; one more at the end */
    int64_t domains;
    cx_design *calibrated; /* of the table of cx_strata_cells, or NULL */
    int64_t *row;          /* of each cell: its row in that table */
    double *fit;           /* of each cell of the calibration */
    cx_i_variance_stage variance;
    cx_i_twofold *sum, *square; /* of each stratum */
} cx_i_strata_view;

cx_status cx_i_strata_view_open(const cx_strata *self, int32_t figure, int32_t lonely,
                                const cx_weights *calibration, const cx_survey_options *options,
                                cx_i_strata_view *out, cx_error *err);
void cx_i_strata_view_free(cx_i_strata_view *view);
/* Tells domains apart by the key columns that are not dropped; all are one when `keys` is NULL. */
cx_status cx_i_strata_view_split(cx_i_strata_view *view, cx_i_keys *keys, int64_t dropped,
                                 cx_error *err);
cx_status cx_i_strata_domain(cx_i_strata_view *view, int64_t domain, cx_survey_estimate *out,
                             cx_error *err);
/* The key of each cell, in key order, without the dropped columns: its number. */
cx_status cx_i_strata_project(const cx_strata *self, int64_t dropped, cx_i_keys *keys,
                              int64_t *number, cx_error *err);
cx_i_twofold cx_i_strata_value(const cx_i_wide_sum *sum);

#endif
