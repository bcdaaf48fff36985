#ifndef CX_I_DRIVER_ROWS_H
#define CX_I_DRIVER_ROWS_H

#include "base/array.h"
#include "business/driver_model.h"
#include "survey/design.h"

/* The rows behind an analysis, standardised block by block. */
typedef struct cx_i_driver_rows {
    const cx_driver_fit *fit;
    const cx_design *design; /* NULL: rows drawn one by one */
    const cx_array *weights; /* NULL: 1 */
    const cx_array **column; /* side */
    double *mean, *scale;    /* side; scale: 1 / standard deviation, 0 for a constant */
    double total;            /* of the weights of complete rows */
    int64_t rows;
    double *z;      /* side columns of CX_I_BLOCK rows */
    double *weight; /* CX_I_BLOCK; 0 and z = 0 for a row that is left out */
    void *memory;
} cx_i_driver_rows;

/* Reads rows start .. start + count, count <= CX_I_BLOCK. */
void cx_i_driver_rows_read(cx_i_driver_rows *rows, int64_t start, int64_t count);
cx_status cx_i_driver_influence(cx_driver_fit *fit, cx_i_driver_rows *rows, cx_error *err);
cx_status cx_i_driver_bootstrap(cx_driver_fit *fit, cx_i_driver_rows *rows, cx_error *err);
/* Of an outcome that is ordinal or binary. */
cx_status cx_i_driver_bootstrap_latent(cx_driver_fit *fit, const cx_i_driver_source *from,
                                       const cx_frame *x, const cx_array *weights,
                                       const cx_design *design, cx_error *err);
/* Its correlations with other weights, side^2; `made` false where a pair has none. */
cx_status cx_i_driver_latent_r(const cx_driver_fit *fit, const cx_i_driver_source *from,
                               const cx_frame *x, const cx_array *weights, double *r, bool *made,
                               cx_error *err);

#endif
