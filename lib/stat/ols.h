#ifndef CX_I_OLS_H
#define CX_I_OLS_H

#include "stat/hac.h"
#include "stat/linalg.h"

/* Least squares on a few columns that lie in memory, as lags do. The means (of all rows, or of each
 * group) are taken out first; products are summed in double-double arithmetic. */

typedef struct cx_i_ols {
    const cx_allocator *allocator;
    int64_t rows, p;
    double *x;             /* p columns of `rows`, one after the other; centred by _centre */
    double *y;             /* rows; likewise */
    const int64_t *time;   /* as in cx_i_hac */
    const int64_t *group;  /* as in cx_i_hac */
    int64_t absorbed;      /* means taken out: set by _centre */
    int64_t groups;        /* set by _centre */
    const double *penalty; /* p x p, added to X'X; NULL: none */
    /* -- results, in memory of its own */
    cx_i_twofold *product; /* packed p x p: X'X */
    cx_i_twofold *moment;  /* p: X'y */
    double square;         /* y'y */
    double *beta;          /* p; 0 where dropped */
    double *inverse;       /* p x p: of X'X + penalty; 0 where dropped */
    double *residual;      /* rows */
    bool *dropped;         /* p: follows from the columns before it */
    int64_t rank;
    double trace;   /* effective number of coefficients: the rank without a penalty */
    double rss, df; /* residual sum of squares; rows - trace - absorbed */
    void *memory;
} cx_i_ols;

typedef enum cx_i_ols_kind {
    CX_I_OLS_CLASSICAL,
    CX_I_OLS_HC1,
    CX_I_OLS_HAC,
    CX_I_OLS_CLUSTER
} cx_i_ols_kind;

/* Subtracts the mean of each column, by group when `within`. */
void cx_i_ols_centre(cx_i_ols *model, bool within);
/* Sums and solution; release with cx_i_ols_free whatever the status. */
cx_status cx_i_ols_fit(cx_i_ols *model, cx_error *err);
/* The solution again, for another penalty. */
cx_status cx_i_ols_solve(cx_i_ols *model, cx_error *err);
/* Covariance of beta (p x p) from the sandwich; `small`: the usual corrections for few rows,
 * n / (n - k), and for clusters G / (G - 1) (n - 1) / (n - k). With a penalty, the part that it
 * makes uncertain is added: what is left without one is the posterior covariance of a smoothness
 * prior [Wahba1983]. */
cx_status cx_i_ols_covariance(const cx_i_ols *model, cx_i_ols_kind kind, int64_t lags, bool small,
                              double *out, cx_error *err);
void cx_i_ols_free(cx_i_ols *model);

/* out = a b for p x p matrices; a'Vb for vectors. */
void cx_i_ols_multiply(const double *a, const double *b, int64_t p, double *out);
double cx_i_ols_form(const double *a, const double *v, const double *b, int64_t p);
/* Wald's statistic of beta[first .. first + count) = 0, NaN when that part is singular. */
cx_status cx_i_ols_wald(const cx_i_ols *model, const double *covariance, int64_t first,
                        int64_t count, double *out, cx_error *err);

#endif
