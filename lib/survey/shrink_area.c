#include "survey/shrink.h"

#include <cxkit/special.h>

/* Fay-Herriot: y = x'b + u + e, the variance A of u by restricted maximum likelihood. */

#define AREA_COLLINEAR 1e-10
enum { AREA_ITERATIONS = 500 };

/* -- one step ------------------------------------------------------------------------------ */

typedef struct area_slope {
    double score, information;
} area_slope;

/* moment[k] = sum of w^(k+1) x x', w = 1 / (A + psi), and side = sum of w x y */
static void area_moments(cx_i_area *area, double between) {
    int64_t p = area->terms, size = cx_i_packed_size(p);
    for (int k = 0; k < 3; k++) memset(area->moment[k], 0, (size_t)size * sizeof(double));
    for (int64_t j = 0; j < p; j++) area->beta[j] = 0;
    for (int64_t g = 0; g < area->rows; g++) {
        if (isnan(area->value[g])) continue;
        const double *x = area->x + g * p;
        double w = 1 / (between + area->variance[g]);
        for (int64_t i = 0; i < p; i++) {
            area->beta[i] += w * x[i] * area->value[g];
            for (int64_t j = 0; j <= i; j++) {
                double product = w * x[i] * x[j];
                size_t at = cx_i_packed(i, j);
                area->moment[0][at] += product;
                area->moment[1][at] += product * w;
                area->moment[2][at] += product * w * w;
            }
        }
    }
}

/* The factor of X'WX with a diagonal of 1, and beta. */
static void area_factor(cx_i_area *area) {
    int64_t p = area->terms;
    for (int64_t j = 0; j < p; j++) {
        double diagonal = area->moment[0][cx_i_packed(j, j)];
        area->scale[j] = diagonal > 0 ? sqrt(diagonal) : 1;
    }
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j <= i; j++)
            area->factor[cx_i_packed(i, j)] =
                cx_i_tf(area->moment[0][cx_i_packed(i, j)] / (area->scale[i] * area->scale[j]));
    area->rank = cx_i_cholesky(area->factor, p, AREA_COLLINEAR, area->dropped);
}

/* b := (X'WX)^-1 b */
static void area_solve(cx_i_area *area, double *b) {
    int64_t p = area->terms;
    for (int64_t j = 0; j < p; j++) area->side[j] = cx_i_tf(b[j] / area->scale[j]);
    cx_i_cholesky_forward(area->factor, p, area->side);
    cx_i_cholesky_backward(area->factor, p, area->side);
    for (int64_t j = 0; j < p; j++) b[j] = area->side[j].hi / area->scale[j];
}

/* Column j of (X'WX)^-1 M into `out` */
static void area_solve_column(cx_i_area *area, const double *moment, int64_t j, double *out) {
    for (int64_t i = 0; i < area->terms; i++)
        out[i] = moment[i >= j ? cx_i_packed(i, j) : cx_i_packed(j, i)];
    area_solve(area, out);
}

static double area_trace(cx_i_area *area, const double *moment) {
    double sum = 0;
    for (int64_t j = 0; j < area->terms; j++) {
        area_solve_column(area, moment, j, area->solved);
        sum += area->solved[j];
    }
    return sum;
}

/* The trace of ((X'WX)^-1 M)^2 */
static double area_trace_square(cx_i_area *area, const double *moment) {
    int64_t p = area->terms;
    double sum = 0;
    for (int64_t j = 0; j < p; j++) area_solve_column(area, moment, j, area->solved + j * p);
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++) sum += area->solved[i * p + j] * area->solved[j * p + i];
    return sum;
}

/* Fits b at a variance between: the log-likelihood, and its slope. */
static area_slope area_at(cx_i_area *area, double between) {
    double w1 = 0, w2 = 0, pull = 0, quadratic = 0, logs = 0;
    area_moments(area, between);
    area_factor(area);
    area_solve(area, area->beta);
    for (int64_t g = 0; g < area->rows; g++) {
        if (isnan(area->value[g])) continue;
        double w = 1 / (between + area->variance[g]);
        double rest = area->value[g] - cx_i_area_predict(area, g);
        w1 += w;
        w2 += w * w;
        quadratic += w * rest * rest;
        pull += w * w * rest * rest;
        logs += log(w);
    }
    for (int64_t j = 0; j < area->terms; j++)
        if (!area->dropped[j]) logs -= 2 * log(area->factor[cx_i_packed(j, j)].hi * area->scale[j]);
    area->log_likelihood = (logs - quadratic) / 2;
    double trace = w1 - area_trace(area, area->moment[1]);
    double square =
        w2 - 2 * area_trace(area, area->moment[2]) + area_trace_square(area, area->moment[1]);
    return (area_slope){(pull - trace) / 2, square / 2};
}

double cx_i_area_predict(const cx_i_area *area, int64_t row) {
    const double *x = area->x + row * area->terms;
    double sum = 0;
    for (int64_t j = 0; j < area->terms; j++) sum += x[j] * area->beta[j];
    return sum;
}

double cx_i_area_leverage(cx_i_area *area, const double *x) {
    double sum = 0;
    for (int64_t j = 0; j < area->terms; j++) area->side[j] = cx_i_tf(x[j] / area->scale[j]);
    cx_i_cholesky_forward(area->factor, area->terms, area->side);
    for (int64_t j = 0; j < area->terms; j++) sum += area->side[j].hi * area->side[j].hi;
    return sum;
}

/* -- the fit ------------------------------------------------------------------------------- */

static double area_mean_variance(const cx_i_area *area) {
    double sum = 0;
    for (int64_t g = 0; g < area->rows; g++)
        if (!isnan(area->value[g])) sum += area->variance[g];
    return sum / (double)area->used;
}

/* The slope falls through 0 between low and high. */
typedef struct area_bracket {
    double low, high; /* low < 0: not even 0 is known to lie below */
} area_bracket;

/* Fisher's step, or half of the bracket where that leads out of it or has taken long. */
static double area_next(double at, area_slope slope, area_bracket *bracket, int64_t iteration) {
    if (slope.score > 0)
        bracket->low = at;
    else
        bracket->high = at;
    double to = fmax(at + slope.score / slope.information, 0);
    bool inside = to > bracket->low && to < bracket->high;
    if (at == 0 && slope.score <= 0) return 0;
    if (inside && (iteration < 40 || isinf(bracket->high))) return to;
    if (isinf(bracket->high)) return at + slope.score / slope.information;
    return fmax(bracket->low, 0) / 2 + bracket->high / 2;
}

cx_status cx_i_area_fit(cx_i_area *area, cx_error *err) {
    double unit = area_mean_variance(area), at = unit, moved = INFINITY;
    area_slope slope = area_at(area, at);
    if (area->used <= area->rank)
        return cx_i_fail(err, CX_E_FEW,
                         "%d groups with a value cannot tell %d coefficients from differences "
                         "between groups: leave covariates out",
                         area->used, area->rank);
    area_bracket bracket = {-1, INFINITY};
    for (area->iterations = 0; moved > 1e-11; area->iterations++) {
        if (area->iterations == AREA_ITERATIONS)
            return cx_i_fail(err, CX_E_CONVERGENCE,
                             "the variance between groups still moves by %g of itself", moved);
        double to = area_next(at, slope, &bracket, area->iterations);
        moved = fabs(to - at) / (at + unit);
        at = to;
        slope = area_at(area, at);
    }
    double best = area->log_likelihood;
    if (at > 0) { /* there may be two summits, one of them at 0 */
        area_at(area, 0);
        if (area->log_likelihood > best) at = 0;
        area_at(area, at);
    }
    double squares = 0;
    for (int64_t g = 0; g < area->rows; g++)
        if (!isnan(area->value[g])) squares += 1 / pow(at + area->variance[g], 2);
    area->between = at;
    area->between_error = 2 / squares;
    return CX_OK;
}

/* -- estimates ----------------------------------------------------------------------------- */

/* [PrasadRao1990]: what is left, the coefficients, the variance between. */
static double area_error(cx_i_area *area, int64_t g) {
    double a = area->between, leverage = cx_i_area_leverage(area, area->x + g * area->terms);
    if (isnan(area->value[g])) return a + leverage;
    double psi = area->variance[g], rest = psi / (a + psi);
    double g1 = a * rest, g2 = rest * rest * leverage;
    double g3 = rest * rest / (a + psi) * area->between_error;
    return g1 + g2 + 2 * g3;
}

/* The row as it came: its raw value, and what is known of its sample. */
static void area_raw(const cx_i_area *area, int64_t g, cx_i_shrunk *out) {
    cx_estimate *row = &out->row[g];
    bool asked = !isnan(area->value[g]);
    out->raw[g] = area->value[g];
    out->raw_se[g] = asked ? sqrt(area->variance[g]) : NAN;
    row->method = CX_METHOD_WALD;
    row->n = area->n != NULL && asked ? (int64_t)area->n[g] : 0;
    row->n_eff = area->n != NULL && asked ? area->n[g] : NAN;
    row->sum_w = area->n != NULL && asked ? area->n[g] : NAN;
    if (area->smoothed[g]) row->flags |= CX_FLAG_NO_VARIANCE;
    if (area->n != NULL && asked && area->n[g] < 5) row->flags |= CX_FLAG_FEW;
}

static void area_interval(cx_i_shrunk *out, int64_t g) {
    cx_estimate *row = &out->row[g];
    out->centre[g] = row->value;
    out->spread[g] = row->se;
    out->df[g] = INFINITY;
    cx_i_shrunk_interval(out, g, row->confidence, &row->ci_low, &row->ci_high);
}

/* A single value has nobody to learn from. */
static cx_status area_alone(const cx_i_area *area, cx_i_shrunk *out, cx_error *err) {
    for (int64_t g = 0; g < area->rows; g++) {
        if (isnan(area->value[g]))
            return cx_i_fail(err, CX_E_FEW, "row %d has no value, and a single other one has", g);
        area_raw(area, g, out);
        out->own[g] = 1;
        out->row[g].value = area->value[g];
        out->row[g].se = sqrt(area->variance[g]);
        out->row[g].flags |= CX_FLAG_UNIDENTIFIED;
        area_interval(out, g);
    }
    cx_i_shrunk_figure(out, "groups", (double)area->rows);
    return CX_OK;
}

/* -- intervals ----------------------------------------------------------------------------- */

/* A, at u = A / (A + unit), is uniform [MorrisTang2011], from 0 to a hundred times the unit. */
typedef struct area_mixture {
    cx_i_area *area;
    double unit, at;
} area_mixture;

static double area_density(void *context, double u) {
    area_mixture *m = context;
    m->at = m->unit * u / (1 - u);
    area_at(m->area, m->at);
    return m->area->log_likelihood - 2 * log1p(-u);
}

static void area_posterior(void *context, int64_t g, double *mean, double *variance) {
    const area_mixture *m = context;
    cx_i_area *area = m->area;
    double leverage = cx_i_area_leverage(area, area->x + g * area->terms);
    *mean = cx_i_area_predict(area, g);
    *variance = m->at + leverage;
    if (isnan(area->value[g])) return;
    double rest = area->variance[g] / (m->at + area->variance[g]);
    *mean += (1 - rest) * (area->value[g] - *mean);
    *variance = m->at * rest + rest * rest * leverage;
}

static double area_harmonic(const cx_i_area *area) {
    double sum = 0;
    for (int64_t g = 0; g < area->rows; g++)
        if (!isnan(area->value[g])) sum += 1 / area->variance[g];
    return (double)area->used / sum;
}

/* Intervals of the distribution of each group's true value, mixed over A. */
static cx_status area_integrate(cx_i_area *area, cx_i_shrunk *out, cx_error *err) {
    double between = area->between;
    area_mixture context = {area, area_harmonic(area) + between, between};
    cx_i_mixture mixture = {.context = &context,
                            .log_density = area_density,
                            .moments = area_posterior,
                            .last = 100.0 / 101,
                            .guess = between / (between + context.unit),
                            .rows = out->rows,
                            .centre = out->centre};
    mixture.sum = cx_i_alloc_array(out->allocator, out->rows, 4 * sizeof *mixture.sum);
    if (mixture.sum == NULL) return cx_i_out_of_memory(err);
    cx_i_mixture_integrate(&mixture);
    for (int64_t g = 0; g < out->rows; g++) {
        cx_estimate *row = &out->row[g];
        cx_i_mixed mixed = cx_i_mixture_row(&mixture, g);
        out->centre[g] = mixed.mean;
        out->spread[g] = sqrt(mixed.variance);
        out->df[g] = mixed.df;
        cx_i_shrunk_interval(out, g, row->confidence, &row->ci_low, &row->ci_high);
        row->ci_low = fmin(row->ci_low, row->value);
        row->ci_high = fmax(row->ci_high, row->value);
        row->method = CX_METHOD_POSTERIOR;
    }
    cx_i_free(out->allocator, mixture.sum);
    area_at(area, between);
    return CX_OK;
}

/* -- the result ---------------------------------------------------------------------------- */

cx_status cx_i_area_shrink(cx_i_area *area, cx_i_shrunk *out, cx_error *err) {
    int64_t smoothed = 0;
    if (area->used == 1) return area_alone(area, out, err);
    CX_TRY(cx_i_area_fit(area, err));
    for (int64_t g = 0; g < area->rows; g++) {
        double own = area->between / (area->between + area->variance[g]);
        double predicted = cx_i_area_predict(area, g);
        area_raw(area, g, out);
        out->own[g] = isnan(area->value[g]) ? 0 : own;
        out->row[g].value = predicted;
        if (out->own[g] > 0) out->row[g].value += own * (area->value[g] - predicted);
        out->row[g].se = sqrt(area_error(area, g));
        area_interval(out, g);
        smoothed += area->smoothed[g] ? 1 : 0;
    }
    if (out->options.intervals == CX_SHRINK_INTEGRATED && out->rows <= CX_I_SHRINK_INTEGRATED_MOST)
        CX_TRY(area_integrate(area, out, err));
    cx_i_shrunk_figure(out, "groups", (double)area->rows);
    cx_i_shrunk_figure(out, "between", area->between);
    cx_i_shrunk_figure(out, "between_se", sqrt(area->between_error));
    cx_i_shrunk_figure(out, "log_likelihood", area->log_likelihood);
    cx_i_shrunk_figure(out, "iterations", (double)area->iterations);
    cx_i_shrunk_figure(out, "coefficients", (double)area->rank);
    cx_i_shrunk_figure(out, "smoothed", (double)smoothed);
    return CX_OK;
}

/* -- James-Stein --------------------------------------------------------------------------- */

cx_status cx_i_stein_shrink(const cx_i_area *area, cx_i_shrunk *out, cx_error *err) {
    double mean = 0, squares = 0, psi = 0, k = (double)area->used;
    if (area->used == 1) return area_alone(area, out, err);
    if (area->used < 4)
        return cx_i_fail(err, CX_E_FEW, "james-stein needs four groups with a value, not %d",
                         area->used);
    for (int64_t g = 0; g < area->rows; g++) {
        if (isnan(area->value[g])) continue;
        if (psi > 0 && area->variance[g] != psi)
            return cx_i_fail(
                err, CX_E_MISMATCH,
                "row %d has the variance %g, and others have %g: james-stein needs one "
                "for all, fay-herriot does not",
                g, area->variance[g], psi);
        psi = area->variance[g];
        mean += area->value[g] / k;
    }
    for (int64_t g = 0; g < area->rows; g++)
        if (!isnan(area->value[g])) squares += pow(area->value[g] - mean, 2);
    double pooled = squares > 0 ? fmin((k - 3) * psi / squares, 1) : 1, factor = 1 - pooled;
    for (int64_t g = 0; g < area->rows; g++) {
        bool asked = !isnan(area->value[g]);
        double distance = asked ? area->value[g] - mean : 0;
        double rest = psi * (1 - (k - 1) / k * pooled);
        area_raw(area, g, out);
        out->own[g] = asked ? factor : 0;
        out->row[g].value = mean + factor * distance;
        if (!asked) rest = fmax(squares / (k - 1) - psi, 0) + squares / (k - 1) / k;
        out->row[g].se = sqrt(rest + 2 / (k - 3) * pooled * pooled * distance * distance);
        area_interval(out, g);
    }
    cx_i_shrunk_figure(out, "groups", (double)area->rows);
    cx_i_shrunk_figure(out, "mean", mean);
    cx_i_shrunk_figure(out, "factor", factor);
    cx_i_shrunk_figure(out, "variance", psi);
    return CX_OK;
}
