#ifndef CX_I_PPI_H
#define CX_I_PPI_H

#include <cxkit/ppi.h>

#include "base/keys.h"

/* What both sides of a cluster add to the estimate: deviations over their number. */
typedef struct cx_i_ppi_cluster {
    double y, f, other; /* of answers, of their predictions, of the predictions of the others */
    bool labelled, unlabelled;
} cx_i_ppi_cluster;

/* The answers with their predictions, or (y is NULL) the predictions of the others. */
typedef struct cx_i_ppi_side {
    const cx_array *y, *f, *w;
    const cx_frame *by;
    const cx_ppi_options *net; /* y are scores of these cut points, or NULL */
    bool plain;                /* centring as published */
    int64_t n;
    int64_t excluded[8];
    double sum_w, sum_w2;
    double mean_y, mean_f;
    double yy, yf, ff; /* sums of products of the deviations u of w y and w f, w with mean 1 */
    double vv, vf;     /* sums of w^2 and of w u(f) */
} cx_i_ppi_side;

/* Fills n .. vf. Clusters: adds keys, then deviations to `cell`, which grows with the keys. */
cx_status cx_i_ppi_count(cx_i_ppi_side *side, cx_i_keys *keys, cx_error *err);
cx_status cx_i_ppi_spread(cx_i_ppi_side *side, cx_i_keys *keys, cx_i_ppi_cluster *cell,
                          cx_error *err);

#endif
