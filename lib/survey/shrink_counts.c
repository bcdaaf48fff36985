#include "survey/shrink.h"

#include <cxkit/special.h>

/* The Dirichlet-multinomial distribution by maximum likelihood: Newton's steps in log alpha, damped
 * where they lead down. With two classes it is the beta-binomial one. */

enum { COUNTS_ITERATIONS = 500, COUNTS_K = CX_I_SHRINK_CLASSES };
#define COUNTS_LARGEST                                                                             \
    1e7 /* precision, in answers of the mean group: what is above is infinite                      \
         */

typedef struct counts_point {
    double eta[COUNTS_K], alpha[COUNTS_K], precision, value;
    double slope[COUNTS_K], bend[COUNTS_K][COUNTS_K]; /* bend: minus the second derivatives */
} counts_point;

static double counts_n(const cx_i_counts *c, int64_t g) {
    double n = 0;
    for (int k = 0; k < c->classes; k++) n += c->count[g * c->classes + k];
    return n;
}

/* -- likelihood ---------------------------------------------------------------------------- */

static void counts_set(const cx_i_counts *c, const double *eta, counts_point *at) {
    at->precision = 0;
    for (int k = 0; k < c->classes; k++) {
        at->eta[k] = eta[k];
        at->alpha[k] = c->share[k] > 0 ? exp(eta[k]) : 0;
        at->precision += at->alpha[k];
    }
}

/* log Gamma(n + a) - log Gamma(a) */
static double counts_rising(double n, double a) {
    return n > 0 ? cx_lgamma(n + a) - cx_lgamma(a) : 0;
}

static double counts_value(const cx_i_counts *c, const counts_point *at) {
    double sum = 0;
    for (int64_t g = 0; g < c->rows; g++) {
        for (int k = 0; k < c->classes; k++)
            sum += counts_rising(c->count[g * c->classes + k], at->alpha[k]);
        sum -= counts_rising(counts_n(c, g), at->precision);
    }
    return sum;
}

double cx_i_counts_log_likelihood(const cx_i_counts *c, const double *alpha) {
    counts_point at = {.precision = 0};
    for (int k = 0; k < c->classes; k++) {
        at.alpha[k] = alpha[k];
        at.precision += alpha[k];
    }
    return counts_value(c, &at);
}

static void counts_derive(const cx_i_counts *c, counts_point *at) {
    double first[COUNTS_K + 1] = {0}, second[COUNTS_K + 1] = {0};
    for (int64_t g = 0; g < c->rows; g++)
        for (int k = 0; k <= c->classes; k++) {
            double n = k < c->classes ? c->count[g * c->classes + k] : counts_n(c, g);
            double a = k < c->classes ? at->alpha[k] : at->precision;
            if (!(n > 0)) continue;
            first[k] += cx_digamma(n + a) - cx_digamma(a);
            second[k] += cx_trigamma(n + a) - cx_trigamma(a);
        }
    for (int k = 0; k < c->classes; k++) {
        at->slope[k] = at->alpha[k] * (first[k] - first[c->classes]);
        for (int j = 0; j < c->classes; j++) {
            double own = j == k ? second[k] : 0;
            at->bend[k][j] = -at->alpha[k] * at->alpha[j] * (own - second[c->classes]);
        }
        at->bend[k][k] -= at->slope[k];
    }
}

/* -- steps --------------------------------------------------------------------------------- */

/* The factor of the matrix over its diagonal; false when it is not positive definite. */
static bool counts_factor(const cx_i_counts *c, const counts_point *at, double damping,
                          cx_i_twofold *factor, double *scale) {
    bool dropped[COUNTS_K];
    int64_t rank = 0, wanted = 0;
    for (int k = 0; k < c->classes; k++) {
        bool used = c->share[k] > 0;
        wanted += used ? 1 : 0;
        scale[k] = used ? at->bend[k][k] + damping : 1;
        if (!(scale[k] > 0)) return false;
        scale[k] = sqrt(scale[k]);
        for (int j = 0; j <= k; j++) {
            double element = at->bend[k][j] + (j == k ? damping : 0);
            if (!used || !(c->share[j] > 0)) element = 0;
            factor[cx_i_packed(k, j)] = cx_i_tf(element / (scale[k] * scale[j]));
        }
    }
    rank = cx_i_cholesky(factor, c->classes, 1e-15, dropped);
    return rank == wanted;
}

static void counts_solve(const cx_i_counts *c, const cx_i_twofold *factor, const double *scale,
                         const double *side, double *out) {
    cx_i_twofold b[COUNTS_K];
    for (int k = 0; k < c->classes; k++) b[k] = cx_i_tf(side[k] / scale[k]);
    cx_i_cholesky_forward(factor, c->classes, b);
    cx_i_cholesky_backward(factor, c->classes, b);
    for (int k = 0; k < c->classes; k++) out[k] = b[k].hi / scale[k];
}

/* One step uphill; returns how far it went, 0 when there is no way up. */
static double counts_step(const cx_i_counts *c, counts_point *at) {
    cx_i_twofold factor[COUNTS_K * (COUNTS_K + 1) / 2];
    double scale[COUNTS_K], move[COUNTS_K], eta[COUNTS_K], size = 0, damping = 0;
    for (int k = 0; k < c->classes; k++) size += fabs(at->bend[k][k]) + fabs(at->slope[k]);
    for (int tries = 0; tries < 60; tries++, damping = fmax(4 * damping, 1e-4 * size)) {
        counts_point next;
        double far = 0, gain = 0;
        if (!counts_factor(c, at, damping, factor, scale)) continue;
        counts_solve(c, factor, scale, at->slope, move);
        for (int k = 0; k < c->classes; k++) {
            far = fmax(far, fabs(move[k]));
            gain += at->slope[k] * move[k];
        }
        for (int k = 0; k < c->classes; k++)
            eta[k] = at->eta[k] + (far > 2 ? 2 * move[k] / far : move[k]);
        counts_set(c, eta, &next);
        next.value = counts_value(c, &next);
        if (next.value < at->value - 1e-12 * (1 + fabs(at->value))) continue;
        *at = next;
        counts_derive(c, at);
        return gain > 1e-11 ? far : 0; /* below, the steps double what is right already */
    }
    return 0;
}

/* -- where to begin, and whether to ------------------------------------------------------------ */

/* The slope of the likelihood in 1 / A where A is infinite, by which groups differ more than chance
 * makes them [Tarone1979]. */
static double counts_excess(const cx_i_counts *c) {
    double sum = 0;
    for (int64_t g = 0; g < c->rows; g++) {
        double n = counts_n(c, g);
        for (int k = 0; k < c->classes; k++) {
            double x = c->count[g * c->classes + k];
            if (x > 0) sum += x * (x - 1) / c->share[k];
        }
        sum -= n * (n - 1);
    }
    return sum / 2;
}

/* Every group of one mind, but not all of the same: nobody lies between. */
static bool counts_all_pure(const cx_i_counts *c) {
    for (int64_t g = 0; g < c->rows; g++)
        for (int k = 0; k < c->classes; k++) {
            double x = c->count[g * c->classes + k];
            if (x > 0 && x < counts_n(c, g)) return false;
        }
    return true;
}

static int counts_used(const cx_i_counts *c) {
    int used = 0;
    for (int k = 0; k < c->classes; k++) used += c->share[k] > 0 ? 1 : 0;
    return used;
}

static cx_status counts_total(cx_i_counts *c, int64_t *answered, cx_error *err) {
    *answered = 0;
    for (int64_t g = 0; g < c->rows; g++) {
        double n = counts_n(c, g);
        c->answers += n;
        c->pairs += fmax(n * (n - 1), 0);
        *answered += n > 0 ? 1 : 0;
        for (int k = 0; k < c->classes; k++) c->share[k] += c->count[g * c->classes + k];
    }
    if (!(c->answers > 0)) return cx_i_fail(err, CX_E_EMPTY, "no group has an answer");
    for (int k = 0; k < c->classes; k++) c->share[k] /= c->answers;
    return CX_OK;
}

static void counts_keep(cx_i_counts *c, const counts_point *at) {
    cx_i_twofold factor[COUNTS_K * (COUNTS_K + 1) / 2];
    double scale[COUNTS_K];
    c->precision = at->precision;
    c->log_likelihood = at->value;
    for (int k = 0; k < c->classes; k++) {
        c->alpha[k] = at->alpha[k];
        c->share[k] = at->alpha[k] / at->precision;
    }
    if (!counts_factor(c, at, 0, factor, scale)) return;
    for (int k = 0; k < c->classes; k++) {
        double unit[COUNTS_K] = {0};
        unit[k] = 1;
        counts_solve(c, factor, scale, unit, c->covariance + k * c->classes);
    }
}

static cx_status counts_climb(cx_i_counts *c, double precision, cx_error *err) {
    counts_point at;
    double eta[COUNTS_K], moved = INFINITY, most = COUNTS_LARGEST * c->answers / (double)c->rows;
    for (int k = 0; k < c->classes; k++) eta[k] = log(precision * fmax(c->share[k], 1e-300));
    counts_set(c, eta, &at);
    at.value = counts_value(c, &at);
    counts_derive(c, &at);
    for (c->iterations = 0; moved > 1e-9; c->iterations++) {
        if (c->iterations == COUNTS_ITERATIONS)
            return cx_i_fail(err, CX_E_CONVERGENCE,
                             "the spread of the groups still moves by %g of itself", moved);
        moved = counts_step(c, &at);
        if (at.precision > most) return c->pooled = true, CX_OK;
    }
    counts_keep(c, &at);
    return CX_OK;
}

cx_status cx_i_counts_fit(cx_i_counts *c, cx_error *err) {
    int64_t answered;
    CX_TRY(counts_total(c, &answered, err));
    c->precision = INFINITY;
    if (answered < 2 || !(c->pairs > 0) || counts_used(c) == 1) return c->apart = true, CX_OK;
    double excess = counts_excess(c);
    if (!(excess > 0)) return c->pooled = true, CX_OK;
    if (counts_all_pure(c)) return c->apart = true, c->precision = 0, CX_OK;
    double rho = 2 * excess / ((counts_used(c) - 1) * c->pairs);
    return counts_climb(c, fmin(fmax(1 / rho - 1, 0.1), 1e7), err);
}
