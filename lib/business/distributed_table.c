#include "business/distributed.h"

#include <cxkit/special.h>

typedef struct dlag_row {
    double effect, se, low, high, p;
    double cumulative, cumulative_se, cumulative_low, cumulative_high;
    double share, share_se, share_low, share_high;
} dlag_row;

/* Something computed from phi, with its derivative by each coefficient */
typedef struct dlag_value {
    double value;
    double *gradient; /* q */
} dlag_value;

typedef struct dlag_out {
    const cx_i_dlag *work;
    int64_t count;
    double t;          /* quantile of the intervals */
    double *gradients; /* count x q: of m_h */
    dlag_row *row;
    dlag_value above, below, long_run, mean; /* long run = above / below */
    double *sum;                             /* q: gradient of what has arrived */
} dlag_out;

static double dlag_covary(const dlag_out *out, const double *a, const double *b) {
    return cx_i_ols_form(a, out->work->v, b, out->work->q);
}

static double dlag_se(const dlag_out *out, const double *gradient) {
    return sqrt(fmax(0, dlag_covary(out, gradient, gradient)));
}

/* The ratios a / b that are not refused [Fieller1954]; NaN when they have no end. */
static void dlag_fieller(const dlag_out *out, const dlag_value *a, const dlag_value *b, double *low,
                         double *high) {
    double t2 = out->t * out->t;
    double square = b->value * b->value - t2 * dlag_covary(out, b->gradient, b->gradient);
    double linear = a->value * b->value - t2 * dlag_covary(out, a->gradient, b->gradient);
    double rest = a->value * a->value - t2 * dlag_covary(out, a->gradient, a->gradient);
    *low = *high = NAN;
    if (!(square > 0)) return;
    double root = sqrt(fmax(0, linear * linear - square * rest));
    *low = (linear - root) / square;
    *high = (linear + root) / square;
}

/* -- the effect over time ------------------------------------------------------------------ */

static void dlag_linear_effects(dlag_out *out) {
    const cx_i_dlag *work = out->work;
    int64_t q = work->q, lags = work->options.max_lag + 1;
    for (int64_t h = 0; h < out->count; h++) {
        double *gradient = out->gradients + h * q;
        out->row[h].effect = h < lags ? work->phi[h] : 0;
        if (h < lags) gradient[h] = 1;
        for (int64_t i = 1; i <= work->options.own_lags && i <= h; i++) {
            double a = work->phi[lags + i - 1], before = out->row[h - i].effect;
            out->row[h].effect += a * before;
            for (int64_t k = 0; k < q; k++) gradient[k] += a * out->gradients[(h - i) * q + k];
            gradient[lags + i - 1] += before;
        }
    }
}

static void dlag_linear_totals(dlag_out *out) {
    const cx_i_dlag *work = out->work;
    int64_t lags = work->options.max_lag + 1;
    double moment = 0, own_moment = 0;
    out->below.value = 1;
    for (int64_t j = 0; j < lags; j++) {
        out->above.value += work->phi[j];
        moment += (double)j * work->phi[j];
        out->above.gradient[j] = 1;
    }
    for (int64_t i = 0; i < work->options.own_lags; i++) {
        out->below.value -= work->phi[lags + i];
        own_moment += (double)(i + 1) * work->phi[lags + i];
        out->below.gradient[lags + i] = -1;
    }
    double n = out->above.value, d = out->below.value;
    out->mean.value = moment / n + own_moment / d;
    for (int64_t j = 0; j < lags; j++) out->mean.gradient[j] = (double)j / n - moment / (n * n);
    for (int64_t i = 0; i < work->options.own_lags; i++)
        out->mean.gradient[lags + i] = (double)(i + 1) / d + own_moment / (d * d);
}

static void dlag_koyck_effects(dlag_out *out) {
    double b = out->work->phi[0], theta = out->work->phi[1], power = 1, before = 0;
    for (int64_t h = 0; h < out->count; h++) {
        out->row[h].effect = b * power;
        out->gradients[2 * h] = power;
        out->gradients[2 * h + 1] = b * (double)h * before;
        before = power;
        power *= theta;
    }
    out->above.value = b, out->above.gradient[0] = 1;
    out->below.value = 1 - theta, out->below.gradient[1] = -1;
    out->mean.value = theta / (1 - theta);
    out->mean.gradient[1] = 1 / ((1 - theta) * (1 - theta));
}

static void dlag_long_run(dlag_out *out) {
    double d = out->below.value;
    out->long_run.value = d > 0 ? out->above.value / d : (double)NAN;
    if (!(d > 0)) out->mean.value = NAN;
    for (int64_t k = 0; k < out->work->q; k++)
        out->long_run.gradient[k] =
            (out->above.gradient[k] - out->long_run.value * out->below.gradient[k]) / d;
}

/* -- rows ---------------------------------------------------------------------------------- */

static double dlag_p(const dlag_out *out, double value, double se) {
    return se > 0 ? 2 * cx_t_sf(fabs(value / se), out->work->df) : (double)NAN;
}

static void dlag_share(dlag_out *out, dlag_row *row) {
    dlag_value arrived = {row->cumulative, out->sum};
    double all = out->long_run.value;
    row->share = row->cumulative / all;
    dlag_fieller(out, &arrived, &out->long_run, &row->share_low, &row->share_high);
    double variance =
        dlag_covary(out, out->sum, out->sum) -
        2 * row->share * dlag_covary(out, out->sum, out->long_run.gradient) +
        row->share * row->share * dlag_covary(out, out->long_run.gradient, out->long_run.gradient);
    row->share_se = sqrt(fmax(0, variance)) / fabs(all);
}

static void dlag_rows_fill(dlag_out *out) {
    int64_t q = out->work->q;
    double total = 0;
    for (int64_t h = 0; h < out->count; h++) {
        dlag_row *row = &out->row[h];
        const double *gradient = out->gradients + h * q;
        for (int64_t k = 0; k < q; k++) out->sum[k] += gradient[k];
        row->se = dlag_se(out, gradient);
        row->low = row->effect - out->t * row->se;
        row->high = row->effect + out->t * row->se;
        row->p = dlag_p(out, row->effect, row->se);
        row->cumulative = total += row->effect;
        row->cumulative_se = dlag_se(out, out->sum);
        row->cumulative_low = total - out->t * row->cumulative_se;
        row->cumulative_high = total + out->t * row->cumulative_se;
        dlag_share(out, row);
    }
}

/* -- maturity ------------------------------------------------------------------------------ */

static double dlag_first(const dlag_out *out, size_t offset, double part) {
    for (int64_t h = 0; h < out->count; h++) {
        double share;
        memcpy(&share, (const char *)&out->row[h] + offset, sizeof share);
        if (share >= part - 1e-12) return (double)h;
    }
    return NAN;
}

/* 1 - theta^(h + 1) >= part */
static double dlag_koyck_first(double theta, double part) {
    if (!(theta < 1)) return NAN;
    if (!(theta > 0)) return 0;
    return fmax(0, ceil(log(1 - part) / log(theta) - 1 - 1e-12));
}

static void dlag_maturity(const dlag_out *out, double part, double first[3]) {
    if (out->work->options.shape == CX_LAG_KOYCK) {
        double theta = out->work->phi[1], half = out->t * sqrt(out->work->v[3]);
        first[0] = dlag_koyck_first(theta, part);
        first[1] = dlag_koyck_first(theta - half, part);
        first[2] = dlag_koyck_first(theta + half, part);
        return;
    }
    first[0] = dlag_first(out, offsetof(dlag_row, share), part);
    first[1] = dlag_first(out, offsetof(dlag_row, share_high), part);
    first[2] = dlag_first(out, offsetof(dlag_row, share_low), part);
}

/* -- table --------------------------------------------------------------------------------- */

static double dlag_own_sum(const cx_i_dlag *work) {
    double sum = 0;
    if (work->options.shape == CX_LAG_KOYCK) return NAN;
    for (int64_t i = 0; i < work->options.own_lags; i++)
        sum += work->phi[work->options.max_lag + 1 + i];
    return sum;
}

static cx_status dlag_long_figures(const dlag_out *out, cx_table *table, cx_error *err) {
    double se = dlag_se(out, out->long_run.gradient), mean_se = dlag_se(out, out->mean.gradient);
    double low, high, half[3], most[3], value = out->long_run.value, mean = out->mean.value;
    dlag_fieller(out, &out->above, &out->below, &low, &high);
    dlag_maturity(out, 0.5, half);
    dlag_maturity(out, 0.9, most);
    const cx_i_lag_figure figures[] = {{"long_run", value},
                                       {"long_run_se", se},
                                       {"long_run_ci_low", value - out->t * se},
                                       {"long_run_ci_high", value + out->t * se},
                                       {"long_run_p", dlag_p(out, value, se)},
                                       {"long_run_fieller_low", low},
                                       {"long_run_fieller_high", high},
                                       {"mean_lag", mean},
                                       {"mean_lag_se", mean_se},
                                       {"mean_lag_ci_low", mean - out->t * mean_se},
                                       {"mean_lag_ci_high", mean + out->t * mean_se},
                                       {"lag_50", half[0]},
                                       {"lag_50_low", half[1]},
                                       {"lag_50_high", half[2]},
                                       {"lag_90", most[0]},
                                       {"lag_90_low", most[1]},
                                       {"lag_90_high", most[2]}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

static cx_status dlag_fit_figures(const cx_i_dlag *work, cx_table *table, cx_error *err) {
    bool koyck = work->options.shape == CX_LAG_KOYCK;
    bool nickell =
        work->periods.named && work->options.own_lags > 0 && work->rows < 15 * work->units;
    const cx_i_lag_figure figures[] = {{"n", (double)work->rows},
                                       {"units", (double)work->units},
                                       {"k", work->k},
                                       {"df", work->df},
                                       {"r2", work->r2},
                                       {"hac_lags", (double)work->hac},
                                       {"penalty", work->penalty},
                                       {"theta", koyck ? work->phi[1] : (double)NAN},
                                       {"theta_se", work->theta_se},
                                       {"boundary", work->boundary},
                                       {"restriction_p", work->restriction_p},
                                       {"own_sum", dlag_own_sum(work)},
                                       {"missing", (double)work->missing},
                                       {"no_history", (double)work->no_history},
                                       {"nickell", nickell},
                                       {"few_clusters", work->few_clusters}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

static cx_status dlag_columns(const dlag_out *out, cx_table *table, cx_error *err) {
    static const cx_i_lag_field fields[] = {
        {"coefficient", offsetof(dlag_row, effect)},
        {"se", offsetof(dlag_row, se)},
        {"ci_low", offsetof(dlag_row, low)},
        {"ci_high", offsetof(dlag_row, high)},
        {"p_value", offsetof(dlag_row, p)},
        {"cumulative", offsetof(dlag_row, cumulative)},
        {"cumulative_se", offsetof(dlag_row, cumulative_se)},
        {"cumulative_ci_low", offsetof(dlag_row, cumulative_low)},
        {"cumulative_ci_high", offsetof(dlag_row, cumulative_high)},
        {"share", offsetof(dlag_row, share)},
        {"share_se", offsetof(dlag_row, share_se)},
        {"share_ci_low", offsetof(dlag_row, share_low)},
        {"share_ci_high", offsetof(dlag_row, share_high)}};
    int64_t *lag;
    CX_TRY(cx_i_table_i64(table, "lag", &lag, err));
    for (int64_t h = 0; h < out->count; h++) lag[h] = h;
    CX_TRY(cx_i_lag_fields(table, out->row, out->count, sizeof *out->row, fields,
                           CX_I_COUNT(fields), err));
    CX_TRY(dlag_long_figures(out, table, err));
    return dlag_fit_figures(out->work, table, err);
}

cx_status cx_i_dlag_table(const cx_i_dlag *work, cx_table **out, cx_error *err) {
    dlag_out made = {.work = work, .count = (int64_t)work->options.horizon + 1};
    int64_t q = work->q;
    cx_table *table = NULL;
    made.row = cx_i_alloc_array(&work->allocator, made.count, sizeof *made.row);
    made.gradients = cx_i_alloc_array(&work->allocator, (made.count + 5) * q, sizeof(double));
    cx_status status = made.row == NULL || made.gradients == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(made.count, &work->allocator, &table, err);
    if (status == CX_OK) {
        double *rest = made.gradients + made.count * q;
        made.above.gradient = rest, made.below.gradient = rest + q;
        made.long_run.gradient = rest + 2 * q, made.mean.gradient = rest + 3 * q;
        made.sum = rest + 4 * q;
        made.t = cx_t_quantile_upper((1 - work->options.confidence) / 2, work->df);
        if (work->options.shape == CX_LAG_KOYCK) {
            dlag_koyck_effects(&made);
        } else {
            dlag_linear_effects(&made);
            dlag_linear_totals(&made);
        }
        dlag_long_run(&made);
        dlag_rows_fill(&made);
        status = dlag_columns(&made, table, err);
    }
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    cx_i_free(&work->allocator, made.row);
    cx_i_free(&work->allocator, made.gradients);
    return status;
}
