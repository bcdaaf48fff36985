#ifndef CX_I_SHRINK_H
#define CX_I_SHRINK_H

#include <cxkit/shrink.h>

#include "stat/estimate.h"
#include "stat/linalg.h"

/* What comes out, before it is a table. A row with shape[0] > 0 has a beta distribution over the
 * range, any other a normal one. */
typedef struct cx_i_shrunk {
    cx_allocator memory;
    const cx_allocator *allocator;
    cx_shrink_options options;
    int64_t rows;
    cx_estimate *row; /* the shrunken values */
    double *raw, *raw_se, *own, *a, *b;
    double *centre, *spread, *df; /* of the t distribution of a row without a beta one */
    double low, high;             /* range of the values */
    struct {
        const char *name;
        double value;
    } figure[12];
    int figures;
} cx_i_shrunk;

/* Checks the options and copies them into `out`. */
cx_status cx_i_shrink_options(const cx_shrink_options *options, cx_i_shrunk *out, cx_error *err);
cx_status cx_i_shrunk_rows(cx_i_shrunk *out, int64_t rows, cx_unit unit, cx_error *err);
void cx_i_shrunk_free(cx_i_shrunk *shrunk);
void cx_i_shrunk_figure(cx_i_shrunk *shrunk, const char *name, double value);
/* The interval of a row from its value and standard error. */
void cx_i_shrunk_interval(cx_i_shrunk *shrunk, int64_t i, double confidence, double *low,
                          double *high);
/* Appends everything to a table of as many rows, which may hold key columns. */
cx_status cx_i_shrunk_to_table(cx_i_shrunk *shrunk, cx_table *table, cx_error *err);

/* -- mixtures ------------------------------------------------------------------------------ */

/* More groups than this know well enough how much they differ. */
enum { CX_I_SHRINK_INTEGRATED_MOST = 10000 };

/* The distribution of a row mixed over a number u, by its first four moments. */
typedef struct cx_i_mixture {
    void *context;
    double (*log_density)(void *context, double u); /* of u; what follows is then at that u */
    void (*moments)(void *context, int64_t row, double *mean, double *variance);
    double first, last, guess; /* range of u, and a point near the summit */
    int64_t rows;
    const double *centre; /* of each row: a number near the mean */
    double *sum;          /* room: four numbers a row, zero */
    double total;
} cx_i_mixture;

typedef struct cx_i_mixed {
    double mean, variance, df; /* of a t distribution with the same kurtosis */
} cx_i_mixed;

void cx_i_mixture_integrate(cx_i_mixture *mixture);
cx_i_mixed cx_i_mixture_row(const cx_i_mixture *mixture, int64_t row);

/* -- models -------------------------------------------------------------------------------- */

/* Direct estimates: plain columns. Variances of 0 have been smoothed already. */
typedef struct cx_i_area {
    const cx_allocator *allocator;
    int64_t rows, used; /* used: rows with a value */
    double *value;      /* NaN: nobody was asked */
    double *variance;
    double *n; /* or NULL */
    bool *smoothed;
    int64_t terms;
    double *x;    /* rows by terms */
    char **term;  /* names */
    double *room; /* of the fit */
    cx_i_twofold *factor, *side;
    bool *dropped;
    double *scale, *beta, *solved, *moment[3];
    double between, between_error; /* variance of it */
    double log_likelihood;
    int64_t iterations, rank;
} cx_i_area;

cx_status cx_i_area_read(const cx_array *values, const cx_array *variances, const cx_array *n,
                         const cx_frame *x, bool intercept, cx_i_area *out, cx_error *err);
cx_status cx_i_area_new(int64_t rows, int64_t terms, bool with_n, cx_i_area *out, cx_error *err);
void cx_i_area_free(cx_i_area *area);
cx_status cx_i_area_fit(cx_i_area *area, cx_error *err);
/* x'beta of a row */
double cx_i_area_predict(const cx_i_area *area, int64_t row);
/* x' (X'V^-1 X)^-1 x */
double cx_i_area_leverage(cx_i_area *area, const double *x);
/* Fills the rows of `out`, and its figures. */
cx_status cx_i_area_shrink(cx_i_area *area, cx_i_shrunk *out, cx_error *err);
cx_status cx_i_stein_shrink(const cx_i_area *area, cx_i_shrunk *out, cx_error *err);

enum { CX_I_SHRINK_CLASSES = 3 };

/* Counted answers in two or three classes of which each has a score. */
typedef struct cx_i_counts {
    int64_t rows;
    int classes;
    const double *count; /* rows by classes */
    double score[CX_I_SHRINK_CLASSES];
    double answers, pairs; /* sum n, sum n (n - 1) */
    double share[CX_I_SHRINK_CLASSES], alpha[CX_I_SHRINK_CLASSES], precision;
    double covariance[CX_I_SHRINK_CLASSES * CX_I_SHRINK_CLASSES]; /* of log alpha */
    double log_likelihood;
    int64_t iterations;
    bool apart, pooled; /* nothing to be learnt from the others; nothing else */
} cx_i_counts;

/* Of counts that are distributed by these alpha, but for what does not depend on them. */
double cx_i_counts_log_likelihood(const cx_i_counts *counts, const double *alpha);
cx_status cx_i_counts_fit(cx_i_counts *counts, cx_error *err);
/* Fills the rows of `out`, and its figures. */
cx_status cx_i_counts_shrink(cx_i_counts *counts, cx_i_shrunk *out, cx_error *err);

#endif
