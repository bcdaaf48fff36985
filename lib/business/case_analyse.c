#include <cxkit/random.h>

#include "business/case.h"

/* What the outcome hangs on: swings, shares of variance, the worth of knowing, break-even. */

enum { ANALYSE_DRAWS = 4096, ANALYSE_STEPS = 60 };

/* -- swings -------------------------------------------------------------------------------- */

static void analyse_swings(cx_i_case_work *w) {
    const cx_i_case_draws *d = &w->draws;
    double values[CX_I_CASE_INPUTS];
    memcpy(values, w->middle, sizeof values);
    for (int32_t i = 0; i < d->count; i++) {
        int32_t slot = d->slot[i];
        values[slot] = cx_i_input_quantile(cx_i_case_input(w->of, slot), 0.1);
        w->swing_low[slot] = cx_i_case_npv(w, values);
        values[slot] = cx_i_input_quantile(cx_i_case_input(w->of, slot), 0.9);
        w->swing_high[slot] = cx_i_case_npv(w, values);
        values[slot] = w->middle[slot];
    }
}

/* How far each metric moves with all inputs in the middle. */
static void analyse_changes(cx_i_case_work *w) {
    cx_i_case_model_run(&w->model, w->middle);
    for (int32_t i = 0; i < w->of->links; i++) {
        const double *x = cx_i_case_model_change(&w->model, w->of->link[i].from);
        double low = 0, high = 0;
        for (int64_t t = 0; t < w->model.times; t++) low = fmin(low, x[t]), high = fmax(high, x[t]);
        w->change_low[i] = low, w->change_high[i] = high;
    }
}

/* -- shares of variance -------------------------------------------------------------------- */

static void analyse_row(const cx_i_case_work *w, int64_t m, double *values) {
    for (int32_t i = 0; i < w->draws.count; i++) values[w->draws.slot[i]] = w->draws.value[i][m];
}

/* A draw that knows nothing of draw m: half the sample away, so that mirrored pairs never meet;
 * points of a sequence know each other, and meet at random. */
static int64_t analyse_partner(const cx_i_case_work *w, int64_t m) {
    int64_t draws = w->draws.draws;
    if (w->options.sobol == 0) return (m + draws / 4 * 2) % draws;
    return (
        int64_t)(cx_random_uniform(w->options.seed, CX_I_PURPOSE_CASE, (uint64_t)m, UINT32_MAX) *
                 (double)draws);
}

/* A draw, and the same with one group of inputs from another draw [Saltelli2010; Jansen1999]. */
static void analyse_group(cx_i_case_work *w, int32_t group, int64_t draws, double variance) {
    const cx_i_case_draws *d = &w->draws;
    double first = 0, total = 0, values[CX_I_CASE_INPUTS];
    memcpy(values, w->centre, sizeof values);
    for (int64_t m = 0; m < draws; m++) {
        int64_t other = analyse_partner(w, m);
        analyse_row(w, m, values);
        for (int32_t i = 0; i < d->count; i++)
            if (d->group[i] == group) values[d->slot[i]] = d->value[i][other];
        double mixed = cx_i_case_npv(w, values);
        first += (w->npv[other] - w->summary.npv) * (mixed - w->npv[m]);
        total += (w->npv[m] - mixed) * (w->npv[m] - mixed) / 2;
    }
    for (int32_t i = 0; i < d->count; i++) {
        if (d->group[i] != group) continue;
        w->first[d->slot[i]] = fmax(0, fmin(1, first / (double)draws / variance));
        w->total[d->slot[i]] = fmax(0, fmin(1, total / (double)draws / variance));
    }
}

/* Sums about the means of a bin of draws. */
typedef struct analyse_bin {
    double n, x, y, xx, xy, yy;
} analyse_bin;

static void analyse_bin_add(analyse_bin *bin, double x, double y) {
    bin->n += 1;
    double dx = x - bin->x, dy = y - bin->y;
    bin->x += dx / bin->n, bin->y += dy / bin->n;
    bin->xx += dx * (x - bin->x), bin->xy += dx * (y - bin->y), bin->yy += dy * (y - bin->y);
}

/* What an input explains alone, of all draws: a line in each bin, less what lines explain of noise.
 * Far nearer than a partner's draws, which share noise with what they are to measure. */
static double analyse_alone(const cx_i_case_work *w, int32_t i) {
    const cx_i_case_draws *d = &w->draws;
    analyse_bin bin[CX_I_CASE_BINS] = {{0}};
    double all = 0, left = 0, spent = 0, n = (double)d->draws;
    for (int64_t m = 0; m < d->draws; m++)
        analyse_bin_add(&bin[d->bin[i][m]], d->value[i][m], w->npv[m]);
    for (int b = 0; b < CX_I_CASE_BINS; b++) {
        double off = bin[b].y - w->summary.npv;
        all += bin[b].yy + bin[b].n * off * off;
        left += bin[b].yy - (bin[b].xx > 0 ? bin[b].xy * bin[b].xy / bin[b].xx : 0);
        spent += (bin[b].n > 0) + (bin[b].xx > 0);
    }
    if (!(all > 0) || !(n > spent)) return 0;
    return fmax(0, fmin(1, 1 - left / (n - spent) * (n - 1) / all));
}

static bool analyse_is_single(const cx_i_case_draws *d, int32_t i) {
    int32_t members = 0;
    for (int32_t k = 0; k < d->count; k++) members += d->group[k] == d->group[i];
    return members == 1;
}

static void analyse_shares(cx_i_case_work *w) {
    const cx_i_case_draws *d = &w->draws;
    int64_t draws = d->draws < ANALYSE_DRAWS ? d->draws : ANALYSE_DRAWS;
    double variance = w->summary.npv_sd * w->summary.npv_sd;
    for (int32_t i = 0; i < d->count; i++) {
        if (d->group[i] != i || !(variance > 0)) continue;
        analyse_group(w, i, draws, variance);
        if (!analyse_is_single(d, i)) continue;
        int32_t slot = d->slot[i];
        w->first[slot] = analyse_alone(w, i);
        w->total[slot] = fmax(w->total[slot], w->first[slot]);
    }
}

/* -- the worth of knowing ------------------------------------------------------------------ */

/* Draws in bins of one input: who knew the bin would go ahead where its mean is above 0
 * [StrongOakley2013]. */
static void analyse_information(cx_i_case_work *w) {
    const cx_i_case_draws *d = &w->draws;
    for (int32_t i = 0; i < d->count; i++) {
        double sum[CX_I_CASE_BINS] = {0}, known = 0;
        for (int64_t m = 0; m < d->draws; m++) sum[d->bin[i][m]] += w->npv[m];
        for (int b = 0; b < CX_I_CASE_BINS; b++) known += fmax(0, sum[b]);
        w->evppi[d->slot[i]] = fmax(0, known / (double)d->draws - fmax(0, w->summary.npv));
    }
}

/* -- break-even ---------------------------------------------------------------------------- */

/* The mean net present value with some links multiplied by a factor: of `draws`, or, without any,
 * at the means of the inputs, which is exact where each comes once in a product. */
static double analyse_scaled(cx_i_case_work *w, const bool *scaled, double factor, int64_t draws) {
    double values[CX_I_CASE_INPUTS], sum = 0;
    memcpy(values, w->centre, sizeof values);
    if (draws == 0) {
        for (int32_t i = 0; i < w->of->links; i++)
            if (scaled[i]) values[i] *= factor;
        return cx_i_case_npv(w, values);
    }
    for (int64_t m = 0; m < draws; m++) {
        analyse_row(w, m, values);
        for (int32_t i = 0; i < w->of->links; i++)
            if (scaled[i])
                values[i] = factor * (w->of->link[i].input.spread == CX_SPREAD_FIXED ? w->centre[i]
                                                                                     : values[i]);
        sum += cx_i_case_npv(w, values);
    }
    return sum / (double)draws;
}

static bool analyse_linear(const cx_case *self) {
    for (int32_t i = 0; i < self->links; i++)
        if (cx_i_case_is_chain(&self->link[i]) && self->link[i].options.form != CX_FORM_LINEAR)
            return false;
    return true;
}

/* A line through the factors 0 and 1 for a linear case; else bisection where the sign changes. */
static double analyse_break_even(cx_i_case_work *w, const bool *scaled, bool linear) {
    int64_t draws = w->draws.draws < ANALYSE_DRAWS ? w->draws.draws : ANALYSE_DRAWS;
    if (!linear && draws > 512) draws = 512;
    if (w->draws.count == 0 || (linear && !w->draws.correlated)) draws = 0;
    double none = analyse_scaled(w, scaled, 0, draws), full = analyse_scaled(w, scaled, 1, draws);
    if (linear) return full == none ? (double)NAN : none / (none - full);
    double low = 0, high = 1, at_high = full;
    for (int i = 0; i < 10 && (at_high > 0) == (none > 0); i++)
        high *= 2, at_high = analyse_scaled(w, scaled, high, draws);
    if ((at_high > 0) == (none > 0)) return NAN;
    for (int i = 0; i < ANALYSE_STEPS && high - low > 1e-9 * high; i++) {
        double middle = (low + high) / 2;
        if ((analyse_scaled(w, scaled, middle, draws) > 0) == (none > 0))
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* The partial R2 that a confounder needs with both sides to move the estimate by a share q of
 * itself [CinelliHazlett2020]. */
static double analyse_robustness(const cx_i_input *input, double factor) {
    double q = 1 - factor;
    if (input->spread != CX_SPREAD_NORMAL || isinf(input->df) || isnan(factor)) return NAN;
    if (q <= 0) return 0;
    double f = q * fabs(input->value / input->sd) / sqrt(input->df), f2 = f * f;
    return (sqrt(f2 * f2 + 4 * f2) - f2) / 2;
}

static void analyse_even(cx_i_case_work *w) {
    const cx_case *self = w->of;
    bool linear = analyse_linear(self), all[CX_CASE_MOST_LINKS] = {false};
    int32_t firsts = 0, first = -1;
    for (int32_t i = 0; i < self->links; i++) {
        bool one[CX_CASE_MOST_LINKS] = {false};
        const cx_i_case_link *link = &self->link[i];
        w->factor[i] = w->robust[i] = NAN;
        if (!cx_i_case_is_chain(link)) continue;
        one[i] = true;
        w->factor[i] = analyse_break_even(w, one, linear);
        w->robust[i] = analyse_robustness(&link->input, w->factor[i]);
        if (!cx_i_case_is_first(self, link)) continue;
        all[i] = true;
        first = i;
        firsts++;
    }
    w->summary.break_even_factor =
        firsts == 1 ? w->factor[first] : analyse_break_even(w, all, linear);
    w->summary.break_even =
        firsts == 1 ? w->summary.break_even_factor * w->centre[first] : (double)NAN;
}

void cx_i_case_analyse(cx_i_case_work *work) {
    analyse_swings(work);
    analyse_changes(work);
    analyse_shares(work);
    analyse_information(work);
    analyse_even(work);
}
