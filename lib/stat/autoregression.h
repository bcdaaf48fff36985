#ifndef CX_I_AUTOREGRESSION_H
#define CX_I_AUTOREGRESSION_H

#include "base/base.h"

/* Autoregressions of one series. */

enum { CX_I_AR_MOST = 60 }; /* highest order */

typedef struct cx_i_ar {
    int64_t order;
    double coefficient[CX_I_AR_MOST];
    double variance, aicc;
} cx_i_ar;

/* c[k] = sum (x_t - mean)(x_{t-k} - mean) / n, k = 0 .. most < n */
void cx_i_autocovariance(const double *x, int64_t n, int64_t most, double *c);
/* The Yule-Walker equations by Levinson's recursion: of that order, or with order < 0 of the order
 * up to `most` with the least AICc [HurvichTsai1989]. c[0] > 0. */
cx_i_ar cx_i_ar_fit(const double *c, int64_t n, int64_t most, int64_t order);
/* out[t - order] = (x_t - mean) - sum phi_i (x_{t-i} - mean), t = order .. n - 1 */
void cx_i_ar_filter(const cx_i_ar *ar, const double *x, int64_t n, double *out);
/* The statistic of stationarity about a level [KPSS1992] with Bartlett's weights up to `lags`. */
double cx_i_kpss(const double *x, int64_t n, int64_t lags);
#define CX_I_KPSS_LIMIT 0.463      /* at 5 % */
int64_t cx_i_kpss_lags(int64_t n); /* floor(12 (n / 100)^(1/4)) [Schwert1989] */

#endif
