#ifndef CX_I_MODELS_H
#define CX_I_MODELS_H

#include <cxkit/models.h>

#include "business/fit.h"
#include "stat/glm.h"
#include "stat/ordinal.h"

typedef enum cx_i_model_kind {
    CX_I_MODEL_LOGIT = 0,
    CX_I_MODEL_POISSON = 1,
    CX_I_MODEL_HAZARD = 2,
    CX_I_MODEL_ORDINAL = 3
} cx_i_model_kind;

/* What the caller gave. */
typedef struct cx_i_model_given {
    cx_i_model_kind kind;
    const cx_frame *x, *clusters;
    const cx_array *y, *weights, *exposure, *offset, *period;
} cx_i_model_given;

/* A model at work: its rows as numbers, the solution, and what is made of it. Coefficients are
 * those of columns less their mean, over their standard deviation; `levels` of them (constant,
 * periods, cuts) come first. */
typedef struct cx_i_model {
    cx_i_model_given given;
    cx_model_options options;
    cx_allocator allocator;
    int64_t rows, n, columns, levels, p; /* rows given, in use; of x; p = levels + columns */
    int64_t *row;                        /* of those in use, as given */
    double *numbers;                     /* columns x n */
    double *y, *weight, *offset;         /* n; weight and offset may be NULL */
    int32_t *code;                       /* n: period or class, else NULL */
    int64_t *unit;                       /* n: cluster, else NULL */
    int64_t *label;                      /* values of the codes, in order */
    int64_t clusters;
    cx_i_keys keys; /* of clusters */
    cx_i_glm_term *term;
    double *center, *scale;      /* columns */
    double *kept;                /* weights of rows that no separation decides; NULL: all */
    bool *separated, *collinear; /* p */
    bool *partner;               /* p x p */
    int64_t separated_rows;
    cx_i_glm glm;
    cx_i_ordinal ordinal;
    cx_i_glm_fit fit;
    double n_eff, sum_w, count; /* count: rows, or the sum of frequencies */
    int64_t excluded[8];
} cx_i_model;

cx_status cx_i_model_read(cx_i_model *m, cx_error *err);
cx_status cx_i_model_solve(cx_i_model *m, cx_error *err);
cx_status cx_i_model_finish(cx_i_model *m, cx_fit **out, cx_error *err);
void cx_i_model_free(cx_i_model *m);
/* Profile likelihood intervals and tests of Firth's estimates. */
cx_status cx_i_model_profile(cx_i_model *m, cx_fit *fit, cx_error *err);
/* Half of what twice the log likelihood falls by at the limits: quantiles of chi square. */
bool cx_i_model_is_robust(const cx_i_model *m);
cx_status cx_i_model_figures(cx_i_model *m, cx_fit *fit, int64_t rank, cx_error *err);
/* Coefficients in the units of the columns, in place. */
void cx_i_model_restore(const cx_i_model *m, double *beta);

#endif
