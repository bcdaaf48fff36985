#include "survey/shrink.h"

#include <cxkit/special.h>

#include "stat/interval.h"

/* From the fitted distribution of groups to each group's own. */

/* Mean and variance of a group's score, before they are put in its unit. */
typedef struct posterior_score {
    double mean, variance;
} posterior_score;

static const double *posterior_counts(const cx_i_counts *c, int64_t g) {
    return c->count + g * c->classes;
}

static double posterior_n(const cx_i_counts *c, int64_t g) {
    double n = 0;
    for (int k = 0; k < c->classes; k++) n += posterior_counts(c, g)[k];
    return n;
}

/* Of Dirichlet(count + precision share) */
static posterior_score posterior_at(const cx_i_counts *c, int64_t g, double precision) {
    const double *x = posterior_counts(c, g);
    double n = posterior_n(c, g), mean = 0, square = 0;
    for (int k = 0; k < c->classes; k++) {
        double q =
            isinf(precision) ? c->share[k] : (x[k] + precision * c->share[k]) / (n + precision);
        mean += c->score[k] * q;
        square += c->score[k] * c->score[k] * q;
    }
    return (posterior_score){mean, fmax(square - mean * mean, 0) / (n + precision + 1)};
}

/* What an uncertain alpha adds: d'Sd, d the derivative of the mean in log alpha. */
static double posterior_correction(const cx_i_counts *c, int64_t g, double mean) {
    double d[CX_I_SHRINK_CLASSES], sum = 0, n = posterior_n(c, g);
    for (int k = 0; k < c->classes; k++)
        d[k] = c->alpha[k] * (c->score[k] - mean) / (n + c->precision);
    for (int k = 0; k < c->classes; k++)
        for (int j = 0; j < c->classes; j++) sum += d[k] * c->covariance[k * c->classes + j] * d[j];
    return fmax(sum, 0);
}

/* With infinite precision: the shares are uncertain, and the precision may be as low as one
 * standard error of 1 / A above 0 allows; half of the weight lies there. */
static posterior_score posterior_pooled(const cx_i_counts *c, int64_t g, bool correction) {
    posterior_score all = posterior_at(c, g, INFINITY);
    double square = 0, used = 0;
    for (int k = 0; k < c->classes; k++) {
        square += c->score[k] * c->score[k] * c->share[k];
        used += c->share[k] > 0 ? 1 : 0;
    }
    all.variance = (square - all.mean * all.mean) / c->answers;
    if (!correction) return all;
    posterior_score low = posterior_at(c, g, sqrt((used - 1) * c->pairs / 2));
    all.variance += (low.variance + (low.mean - all.mean) * (low.mean - all.mean)) / 2;
    return all;
}

static posterior_score posterior_of(const cx_i_counts *c, int64_t g, bool correction) {
    if (c->pooled) return posterior_pooled(c, g, correction);
    posterior_score score = posterior_at(c, g, c->precision);
    if (correction) score.variance += posterior_correction(c, g, score.mean);
    return score;
}

/* -- own values ---------------------------------------------------------------------------- */

static double posterior_range(const cx_i_counts *c) {
    return c->classes == 2 ? 1 : 100;
}

static void posterior_raw(const cx_i_counts *c, int64_t g, cx_i_shrunk *out) {
    const double *x = posterior_counts(c, g);
    double n = posterior_n(c, g), mean = 0, square = 0, unit = posterior_range(c);
    cx_estimate *row = &out->row[g];
    for (int k = 0; k < c->classes; k++) {
        mean += c->score[k] * x[k] / n;
        square += c->score[k] * c->score[k] * x[k] / n;
    }
    double variance = fmax(square - mean * mean, 0) / n;
    out->raw[g] = n > 0 ? unit * mean : NAN;
    out->raw_se[g] = n > 0 && variance > 0 ? unit * sqrt(variance) : NAN;
    row->n = (int64_t)floor(n + 0.5);
    row->n_eff = row->sum_w = n;
    if (n > 0 && !(variance > 0)) row->flags |= CX_FLAG_NO_VARIANCE;
    if (n < 5) row->flags |= CX_FLAG_FEW;
}

/* The beta distribution over the range with this mean and variance; a narrower one than asked where
 * there is none so wide. */
static void posterior_shape(cx_i_shrunk *out, int64_t g, double mean, double variance) {
    double range = out->high - out->low, centre = (mean - out->low) / range;
    double wide = centre * (1 - centre), narrow = variance / (range * range);
    double sum = narrow > 0 ? wide / narrow - 1 : INFINITY;
    sum = fmin(fmax(sum, 0.05), 1e15);
    out->a[g] = fmax(sum * centre, 1e-9);
    out->b[g] = fmax(sum * (1 - centre), 1e-9);
}

/* The group by itself: nobody can tell how it relates to the others. */
static void posterior_alone(const cx_i_counts *c, int64_t g, cx_i_shrunk *out) {
    const double *x = posterior_counts(c, g);
    double n = posterior_n(c, g), mean = 0, square = 0, confidence = out->options.confidence;
    cx_estimate *row = &out->row[g];
    row->flags |= CX_FLAG_UNIDENTIFIED;
    row->value = out->raw[g];
    row->se = out->raw_se[g];
    out->own[g] = 1;
    cx_i_interval found =
        c->classes == 2
            ? cx_i_share_interval(CX_METHOD_WILSON, x[0], n, confidence)
            : cx_i_net_interval(CX_METHOD_SCORE, (cx_i_trinomial){x[0], x[1], x[2]}, confidence);
    row->method = c->classes == 2 ? CX_METHOD_WILSON : CX_METHOD_SCORE;
    row->ci_low = posterior_range(c) * found.low;
    row->ci_high = posterior_range(c) * found.high;
    cx_i_estimate_clip(row, out->low, out->high);
    for (int k = 0; k < c->classes; k++) { /* for ranks: Jeffreys' prior */
        double q = (x[k] + 0.5) / (n + 0.5 * c->classes);
        mean += c->score[k] * q;
        square += c->score[k] * c->score[k] * q;
    }
    posterior_shape(out, g, posterior_range(c) * mean,
                    pow(posterior_range(c), 2) * (square - mean * mean) /
                        (n + 0.5 * c->classes + 1));
}

static void posterior_nobody(cx_i_shrunk *out, int64_t g) {
    out->row[g].status = CX_E_EMPTY;
    out->row[g].flags |= CX_FLAG_UNIDENTIFIED;
    out->own[g] = NAN;
    out->a[g] = out->b[g] = 0.5;
}

/* -- all rows ------------------------------------------------------------------------------ */

static void posterior_row(const cx_i_counts *c, int64_t g, cx_i_shrunk *out) {
    cx_estimate *row = &out->row[g];
    double n = posterior_n(c, g), unit = posterior_range(c);
    posterior_raw(c, g, out);
    if (c->apart) {
        if (n > 0)
            posterior_alone(c, g, out);
        else
            posterior_nobody(out, g);
        return;
    }
    posterior_score score = posterior_of(c, g, out->options.correction == 1);
    out->own[g] = c->pooled ? 0 : n / (n + c->precision);
    row->method = CX_METHOD_POSTERIOR;
    row->value = unit * score.mean;
    row->se = unit * sqrt(score.variance);
    out->centre[g] = row->value;
    posterior_shape(out, g, row->value, unit * unit * score.variance);
    cx_i_shrunk_interval(out, g, row->confidence, &row->ci_low, &row->ci_high);
}

/* -- intervals ----------------------------------------------------------------------------- */

/* The correlation of answers within a group, 1 / (A + 1), is uniform: so is the variance between
 * groups. The shares are those of the weights n / (1 + (n - 1) u), with the error of these. */
typedef struct posterior_mixture {
    cx_i_counts at; /* with the precision and the shares of u */
    double weight;
} posterior_mixture;

static double posterior_density(void *context, double u) {
    posterior_mixture *m = context;
    cx_i_counts *c = &m->at;
    double alpha[CX_I_SHRINK_CLASSES] = {0}, sum[CX_I_SHRINK_CLASSES] = {0}, shares = 0;
    double rho = fmax(u, 1e-8);
    int used = 0;
    m->weight = 0;
    for (int64_t g = 0; g < c->rows; g++) {
        double n = posterior_n(c, g), one = 1 / (1 + fmax(n - 1, 0) * rho);
        m->weight += n * one;
        for (int k = 0; k < c->classes; k++) sum[k] += one * posterior_counts(c, g)[k];
    }
    c->precision = (1 - rho) / rho;
    for (int k = 0; k < c->classes; k++) {
        c->share[k] = sum[k] / m->weight;
        alpha[k] = c->share[k] * c->precision;
        if (!(sum[k] > 0)) continue;
        used++;
        shares += log(c->share[k]);
    }
    return cx_i_counts_log_likelihood(c, alpha) + (shares - (used - 1) * log(m->weight)) / 2;
}

static void posterior_moments(void *context, int64_t g, double *mean, double *variance) {
    const posterior_mixture *m = context;
    const cx_i_counts *c = &m->at;
    posterior_score own = posterior_at(c, g, c->precision);
    double rest = c->precision / (posterior_n(c, g) + c->precision), first = 0, square = 0;
    for (int k = 0; k < c->classes; k++) {
        first += c->score[k] * c->share[k];
        square += c->score[k] * c->score[k] * c->share[k];
    }
    *mean = posterior_range(c) * own.mean;
    *variance = own.variance + rest * rest * fmax(square - first * first, 0) / m->weight;
    *variance *= posterior_range(c) * posterior_range(c);
}

static cx_status posterior_integrate(const cx_i_counts *c, cx_i_shrunk *out, cx_error *err) {
    posterior_mixture context = {*c, 0};
    cx_i_mixture mixture = {.context = &context,
                            .log_density = posterior_density,
                            .moments = posterior_moments,
                            .last = 1 - 1e-8,
                            .guess = c->pooled ? 0 : 1 / (1 + c->precision),
                            .rows = c->rows,
                            .centre = out->centre};
    mixture.sum = cx_i_alloc_array(out->allocator, c->rows, 4 * sizeof *mixture.sum);
    if (mixture.sum == NULL) return cx_i_out_of_memory(err);
    cx_i_mixture_integrate(&mixture);
    for (int64_t g = 0; g < c->rows; g++) {
        cx_estimate *row = &out->row[g];
        cx_i_mixed mixed = cx_i_mixture_row(&mixture, g);
        posterior_shape(out, g, mixed.mean, mixed.variance);
        cx_i_shrunk_interval(out, g, row->confidence, &row->ci_low, &row->ci_high);
        row->ci_low = fmin(row->ci_low, row->value);
        row->ci_high = fmax(row->ci_high, row->value);
    }
    cx_i_free(out->allocator, mixture.sum);
    return CX_OK;
}

static void posterior_figures(const cx_i_counts *c, cx_i_shrunk *out) {
    static const char *const names[CX_I_SHRINK_CLASSES] = {"alpha_1", "alpha_2", "alpha_3"};
    double mean = 0, square = 0, unit = posterior_range(c);
    for (int k = 0; k < c->classes; k++) {
        mean += c->score[k] * c->share[k];
        square += c->score[k] * c->score[k] * c->share[k];
    }
    double between = unit * unit * (square - mean * mean) / (c->precision + 1);
    bool none = c->apart && c->precision > 0; /* not learnt */
    cx_i_shrunk_figure(out, "groups", (double)c->rows);
    cx_i_shrunk_figure(out, "answers", c->answers);
    cx_i_shrunk_figure(out, "mean", unit * mean);
    cx_i_shrunk_figure(out, "precision", none ? NAN : c->precision);
    cx_i_shrunk_figure(out, "between", none ? NAN : between);
    for (int k = 0; k < c->classes; k++)
        cx_i_shrunk_figure(out, names[k],
                           none              ? NAN
                           : c->share[k] > 0 ? c->precision * c->share[k]
                                             : 0);
    cx_i_shrunk_figure(out, "log_likelihood", c->iterations > 0 ? c->log_likelihood : NAN);
    cx_i_shrunk_figure(out, "iterations", (double)c->iterations);
}

cx_status cx_i_counts_shrink(cx_i_counts *counts, cx_i_shrunk *out, cx_error *err) {
    static const double share[CX_I_SHRINK_CLASSES] = {1, 0, 0};
    static const double net[CX_I_SHRINK_CLASSES] = {-1, 0, 1};
    out->low = counts->classes == 2 ? 0 : -100;
    out->high = counts->classes == 2 ? 1 : 100;
    memcpy(counts->score, counts->classes == 2 ? share : net, sizeof share);
    CX_TRY(cx_i_counts_fit(counts, err));
    for (int64_t g = 0; g < counts->rows; g++) posterior_row(counts, g, out);
    bool integrated = out->options.intervals == CX_SHRINK_INTEGRATED && out->options.correction;
    if (integrated && !counts->apart && counts->rows <= CX_I_SHRINK_INTEGRATED_MOST)
        CX_TRY(posterior_integrate(counts, out, err));
    posterior_figures(counts, out);
    return CX_OK;
}
