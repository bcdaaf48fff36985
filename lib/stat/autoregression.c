#include "stat/autoregression.h"

static double ar_mean(const double *x, int64_t n) {
    double origin = x[0], sum = 0;
    for (int64_t t = 0; t < n; t++) sum += x[t] - origin;
    return origin + sum / (double)n;
}

void cx_i_autocovariance(const double *x, int64_t n, int64_t most, double *c) {
    double mean = ar_mean(x, n);
    for (int64_t k = 0; k <= most; k++) {
        double sum = 0;
        for (int64_t t = k; t < n; t++) sum += (x[t] - mean) * (x[t - k] - mean);
        c[k] = sum / (double)n;
    }
}

static double ar_aicc(double variance, int64_t n, int64_t order) {
    double k = (double)order + 1, rows = (double)n;
    return rows * log(variance) + 2 * k * rows / (rows - k - 1);
}

/* From order - 1 to order */
static void ar_step(cx_i_ar *ar, const double *c) {
    double before[CX_I_AR_MOST], rest = c[ar->order + 1];
    int64_t p = ar->order;
    memcpy(before, ar->coefficient, sizeof before);
    for (int64_t i = 0; i < p; i++) rest -= before[i] * c[p - i];
    double reflection = rest / ar->variance;
    for (int64_t i = 0; i < p; i++) ar->coefficient[i] = before[i] - reflection * before[p - 1 - i];
    ar->coefficient[p] = reflection;
    ar->variance *= 1 - reflection * reflection;
    ar->order++;
}

cx_i_ar cx_i_ar_fit(const double *c, int64_t n, int64_t most, int64_t order) {
    cx_i_ar at = {.variance = c[0]}, best;
    int64_t last = order >= 0 ? order : most;
    at.aicc = ar_aicc(at.variance, n, 0);
    best = at;
    /* a series that its past tells exactly ends the recursion */
    while (at.order < last && at.variance > 1e-14 * c[0]) {
        ar_step(&at, c);
        at.aicc = ar_aicc(at.variance, n, at.order);
        if (order >= 0 || at.aicc < best.aicc) best = at;
    }
    return best;
}

void cx_i_ar_filter(const cx_i_ar *ar, const double *x, int64_t n, double *out) {
    double mean = ar_mean(x, n);
    for (int64_t t = ar->order; t < n; t++) {
        double value = x[t] - mean;
        for (int64_t i = 0; i < ar->order; i++) value -= ar->coefficient[i] * (x[t - 1 - i] - mean);
        out[t - ar->order] = value;
    }
}

int64_t cx_i_kpss_lags(int64_t n) {
    int64_t lags = (int64_t)floor(12 * pow((double)n / 100, 0.25));
    return lags < n - 1 ? lags : n - 1;
}

double cx_i_kpss(const double *x, int64_t n, int64_t lags) {
    double mean = ar_mean(x, n), walk = 0, squares = 0, variance = 0;
    for (int64_t t = 0; t < n; t++) {
        walk += x[t] - mean;
        squares += walk * walk;
    }
    for (int64_t k = 0; k <= lags; k++) {
        double sum = 0, weight = k == 0 ? 1 : 2 * (1 - (double)k / ((double)lags + 1));
        for (int64_t t = k; t < n; t++) sum += (x[t] - mean) * (x[t - k] - mean);
        variance += weight * sum;
    }
    return squares / ((double)n * variance);
}
