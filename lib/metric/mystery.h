#ifndef CX_I_MYSTERY_H
#define CX_I_MYSTERY_H

#include <cxkit/mystery.h>

#include "base/keys.h"
#include "metric/index.h"

/* Visits as they came, and what was read from them. */
typedef struct cx_i_visits {
    const cx_frame *items, *auditor, *shop;
    const cx_array *maximum, *importance;
    const cx_answer_options *answers;
    cx_mystery_options options;
    cx_allocator allocator;
    double *most, *weight; /* of each item */
    double *score;         /* of each visit, or -1 - the reason why it has none */
    int64_t rows, n;       /* visits; with a score */
    cx_i_keys auditors, shops;
    int64_t *of_auditor, *of_shop; /* of each visit, or NULL */
    int64_t excluded[CX_EXCLUDED_END];
} cx_i_visits;

/* Checks what the caller gave and reads the scores; close in any case. */
cx_status cx_i_visits_open(cx_i_visits *visits, const cx_mystery_options *options, cx_error *err);
void cx_i_visits_close(cx_i_visits *visits);
/* Points of one item on one visit, as a share of its maximum: 0..1, or -1 - reason. */
cx_status cx_i_visits_points(const cx_i_visits *visits, int64_t item, int64_t row, double value,
                             double *share, cx_error *err);
/* The mean of n scores with the sum of squares about it; interval by t, or bounded. */
void cx_i_visits_estimate(const cx_i_visits *visits, int64_t n, double mean, double squares,
                          cx_estimate *out);

/* Outlets with the effects of auditors taken out, by least squares. */
typedef struct cx_i_crossing {
    int64_t *visits;       /* of each outlet, with a score */
    double *mean;          /* of each outlet */
    double *adjusted, *se; /* of each outlet, when identified */
    bool identified;
    double sd, df; /* of the residuals */
} cx_i_crossing;

cx_status cx_i_crossing_fit(const cx_i_visits *visits, cx_i_crossing *crossing, cx_error *err);
void cx_i_crossing_close(const cx_i_visits *visits, cx_i_crossing *crossing);

#endif
