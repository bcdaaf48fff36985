#include "business/case.h"

#include "base/sort.h"
#include "stat/estimate.h"
#include "stat/table_data.h"

/* Runs a case: draws, and what they say of money. */

enum { RUN_INSPECTED = 2000 };

void cx_case_run_options_init(cx_case_run_options *options) {
    if (options == NULL) return;
    *options = (cx_case_run_options){.struct_size = sizeof *options,
                                     .antithetic = 1,
                                     .draws = 20000,
                                     .confidence = 0.9,
                                     .surely = 0.8};
}

static cx_status run_check(const cx_case_run_options *o, cx_error *err) {
    CX_TRY(cx_i_check_confidence(o->confidence, err));
    if (o->antithetic != 0 && o->antithetic != 1)
        return cx_i_fail(err, CX_E_OPTION, "antithetic is %d: 0 or 1", (int64_t)o->antithetic);
    if (o->sobol != 0 && o->sobol != 1)
        return cx_i_fail(err, CX_E_OPTION, "sobol is %d: 0 or 1", (int64_t)o->sobol);
    if (o->reserved != 0)
        return cx_i_fail(err, CX_E_OPTION, "reserved is %d; it has to be 0", (int64_t)o->reserved);
    if (o->draws < 1000 || o->draws > 1000000 || o->draws % 2 != 0)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d: even, between 1000 and 1000000", o->draws);
    if (!(o->surely > 0.5 && o->surely < 1))
        return cx_i_fail(err, CX_E_OPTION, "surely is %g and must lie between 0.5 and 1",
                         o->surely);
    return CX_OK;
}

/* -- draws --------------------------------------------------------------------------------- */

/* What metrics do in a draw: means and squares by time, and leaving the observed range. */
static void run_inspect(cx_i_case_work *w) {
    const cx_case *self = w->of;
    int64_t times = w->model.times;
    w->inspected++;
    for (int32_t m = 0; m < self->metrics; m++) {
        const double *x = cx_i_case_model_change(&w->model, m);
        double sum = 0;
        for (int64_t t = 0; t < times; t++) {
            sum += x[t];
            double seen = self->metric[m].money ? sum : x[t];
            w->node_mean[m * times + t] += seen;
            w->node_square[m * times + t] += seen * seen;
        }
    }
    for (int32_t i = 0; i < self->links; i++) {
        const cx_i_case_link *link = &self->link[i];
        if (isnan(link->options.observed_low) || cx_i_case_is_first(self, link)) continue;
        const double *x = cx_i_case_model_change(&w->model, link->from);
        bool outside = false;
        for (int64_t t = 0; t < times && !outside; t++)
            outside = x[t] != 0 &&
                      (x[t] < link->options.observed_low || x[t] > link->options.observed_high);
        w->outside[i] += outside;
    }
}

static cx_status run_draws(cx_i_case_work *w, cx_error *err) {
    const cx_i_case_draws *d = &w->draws;
    int64_t times = w->model.times;
    double values[CX_I_CASE_INPUTS];
    memcpy(values, w->centre, sizeof values);
    for (int64_t m = 0; m < d->draws; m++) {
        for (int32_t i = 0; i < d->count; i++) values[d->slot[i]] = d->value[i][m];
        cx_i_outcome out = cx_i_case_model_run(&w->model, values);
        if (!(fabs(out.npv) < 1e300))
            return cx_i_fail(err, CX_E_OVERFLOW,
                             "a draw comes to %g: the case multiplies beyond what a number can "
                             "hold",
                             out.npv);
        w->npv[m] = out.npv, w->benefit[m] = out.benefit, w->cost[m] = out.cost;
        w->paid[m] = isnan(out.payback) ? (double)INFINITY : out.payback;
        for (int64_t t = 0; t < times; t++) {
            w->mean_benefit[t] += w->model.benefit[t];
            w->mean_cost[t] += w->model.cost[t];
        }
        if (m < RUN_INSPECTED) run_inspect(w);
    }
    for (int64_t t = 0; t < times; t++) {
        w->mean_benefit[t] /= (double)d->draws;
        w->mean_cost[t] /= (double)d->draws;
    }
    for (int64_t k = 0; k < w->of->metrics * times; k++) {
        w->node_mean[k] /= (double)w->inspected;
        w->node_square[k] =
            fmax(w->node_square[k] / (double)w->inspected - w->node_mean[k] * w->node_mean[k], 0);
    }
    for (int32_t i = 0; i < w->of->links; i++) w->outside[i] /= (double)w->inspected;
    return CX_OK;
}

/* -- what they say ------------------------------------------------------------------------- */

static void run_sort(const double *from, int64_t count, cx_i_sortable *room, double *to) {
    for (int64_t m = 0; m < count; m++) room[m] = (cx_i_sortable){cx_i_sort_key_f64(from[m]), m};
    cx_i_sort(room, room + count, count);
    for (int64_t m = 0; m < count; m++) to[m] = from[room[m].row];
}

static double run_quantile(const double *sorted, int64_t count, double p) {
    double at = p * (double)(count - 1), low = floor(at);
    int64_t i = (int64_t)low;
    if (i + 1 >= count || sorted[i] == sorted[i + 1]) return sorted[i];
    return sorted[i] + (at - low) * (sorted[i + 1] - sorted[i]);
}

static double run_mean(const double *x, int64_t count) {
    double sum = 0;
    for (int64_t m = 0; m < count; m++) sum += x[m];
    return sum / (double)count;
}

/* The Monte-Carlo error of a share: of mirrored pairs, whose two draws depend on each other. */
static double run_share_error(const cx_i_case_work *w, double share) {
    double sum = 0, pairs = (double)w->draws.draws / 2;
    for (int64_t m = 0; m < w->draws.draws; m += 2) {
        double pair = ((w->npv[m] > 0) + (w->npv[m + 1] > 0)) / 2.0 - share;
        sum += pair * pair;
    }
    return sqrt(sum / pairs / (pairs - 1));
}

static void run_npv(cx_i_case_work *w) {
    cx_case_summary *s = &w->summary;
    int64_t count = w->draws.draws, worst = count / 20, below = 0, above = 0;
    double tail = (1 - s->confidence) / 2, square = 0, loss = 0, hope = 0;
    s->npv = run_mean(w->npv, count);
    for (int64_t m = 0; m < count; m++) {
        square += (w->npv[m] - s->npv) * (w->npv[m] - s->npv);
        above += w->npv[m] > 0;
        if (w->npv[m] < 0) below++, loss += w->npv[m];
        if (w->npv[m] > 0) hope += w->npv[m];
    }
    s->npv_sd = sqrt(square / (double)(count - 1));
    s->npv_median = run_quantile(w->sorted, count, 0.5);
    s->npv_low = run_quantile(w->sorted, count, tail);
    s->npv_high = run_quantile(w->sorted, count, 1 - tail);
    s->p_positive = (double)above / (double)count;
    s->p_positive_se = run_share_error(w, s->p_positive);
    s->shortfall = run_mean(w->sorted, worst);
    s->loss_if_wrong = below > 0 ? loss / (double)below : (double)NAN;
    s->value_of_information = hope / (double)count - fmax(s->npv, 0);
    s->benefit = run_mean(w->benefit, count);
    s->cost = run_mean(w->cost, count);
}

static void run_ratios(cx_i_case_work *w, cx_i_sortable *room, double *ratio) {
    cx_case_summary *s = &w->summary;
    int64_t count = w->draws.draws, back = 0;
    double tail = (1 - s->confidence) / 2;
    s->roi = s->roi_low = s->roi_high = NAN;
    if (s->cost > 0) {
        bool all = true;
        for (int64_t m = 0; m < count; m++) {
            ratio[m] = w->benefit[m] / w->cost[m] - 1;
            all = all && w->cost[m] > 0;
        }
        s->roi = s->benefit / s->cost - 1;
        if (all) {
            run_sort(ratio, count, room, ratio + count);
            s->roi_low = run_quantile(ratio + count, count, tail);
            s->roi_high = run_quantile(ratio + count, count, 1 - tail);
        }
    }
    for (int64_t m = 0; m < count; m++) back += isfinite(w->paid[m]);
    s->p_paid_back = (double)back / (double)count;
    run_sort(w->paid, count, room, ratio);
    memcpy(w->paid, ratio, (size_t)count * sizeof *ratio);
    double median = run_quantile(w->paid, count, 0.5);
    s->payback = isfinite(median) ? median : (double)NAN;
}

static void run_word(cx_i_case_work *w) {
    cx_case_summary *s = &w->summary;
    s->word = CX_CASE_UNDECIDED;
    if (s->npv > 0 && s->p_positive >= w->options.surely) s->word = CX_CASE_PAYS;
    if (s->npv <= 0 && s->p_positive <= 1 - w->options.surely) s->word = CX_CASE_DOES_NOT_PAY;
}

static cx_status run_summary(cx_i_case_work *w, cx_error *err) {
    const cx_allocator *own = &w->of->allocator;
    int64_t count = w->draws.draws;
    cx_i_sortable *room = cx_i_alloc_room(own, count, 2 * sizeof *room);
    double *ratio = cx_i_alloc_room(own, count, 2 * sizeof *ratio);
    cx_status status = room == NULL || ratio == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        w->summary.confidence = w->options.confidence;
        w->summary.draws = count;
        run_sort(w->npv, count, room, w->sorted);
        run_npv(w);
        run_ratios(w, room, ratio);
        run_word(w);
    }
    cx_i_free(own, room);
    cx_i_free(own, ratio);
    return status;
}

/* -- the whole ----------------------------------------------------------------------------- */

static cx_status run_room(cx_i_case_work *w, cx_error *err) {
    const cx_allocator *own = &w->of->allocator;
    int64_t times = w->model.times, cells = 2 * times + 2 * w->of->metrics * times;
    double *draws = cx_i_alloc_room(own, w->options.draws, 5 * sizeof *draws);
    double *nodes = cx_i_alloc_array(own, cells, sizeof *nodes);
    w->npv = draws;
    w->mean_benefit = nodes;
    if (draws == NULL || nodes == NULL) return cx_i_out_of_memory(err);
    w->benefit = draws + w->options.draws;
    w->cost = w->benefit + w->options.draws;
    w->sorted = w->cost + w->options.draws;
    w->paid = w->sorted + w->options.draws;
    w->mean_cost = nodes + times;
    w->node_mean = w->mean_cost + times;
    w->node_square = w->node_mean + w->of->metrics * times;
    for (int32_t s = 0; s < CX_I_CASE_INPUTS; s++) {
        bool used =
            s < w->of->links || (s >= CX_CASE_MOST_LINKS && s - CX_CASE_MOST_LINKS < w->of->costs);
        double variance;
        if (!used) continue;
        const cx_i_input *input = cx_i_case_input(w->of, s);
        w->middle[s] = cx_i_input_quantile(input, 0.5);
        cx_i_input_moments(input, &w->centre[s], &variance);
    }
    return CX_OK;
}

static cx_status run_work(cx_i_case_work *w, cx_case_result *result, cx_error *err) {
    CX_TRY(cx_i_case_model_new(w->of, &w->model, err));
    CX_TRY(run_room(w, err));
    CX_TRY(cx_i_case_draw(w->of, &w->options, &w->draws, err));
    cx_i_case_terms(w);
    CX_TRY(run_draws(w, err));
    CX_TRY(run_summary(w, err));
    cx_i_case_exact(w);
    cx_i_case_analyse(w);
    cx_i_case_judge(w);
    CX_TRY(cx_i_case_checks(w, result, err));
    CX_TRY(cx_i_case_tables(w, result, err));
    CX_TRY(cx_i_case_statement(w, false, &result->table[CX_CASE_STATEMENT_EN], err));
    CX_TRY(cx_i_case_statement(w, true, &result->table[CX_CASE_STATEMENT_FI], err));
    result->summary = w->summary;
    return CX_OK;
}

static void run_drop(cx_i_case_work *w) {
    const cx_allocator *own = &w->of->allocator;
    cx_i_case_draws_free(w->of, &w->draws);
    cx_i_case_model_free(&w->model);
    cx_i_free(own, w->npv);
    cx_i_free(own, w->mean_benefit);
    cx_i_free(own, w);
}

cx_status cx_case_run(const cx_case *self, const cx_case_run_options *options, cx_case_result **out,
                      cx_error *err) {
    cx_case_run_options used;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", self == NULL ? "self" : "out");
    cx_case_run_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_case_run_options", err));
    CX_TRY(run_check(&used, err));
    cx_i_case_work *work = cx_i_alloc(&self->allocator, sizeof *work);
    cx_case_result *result = cx_i_alloc(&self->allocator, sizeof *result);
    if (work == NULL || result == NULL) {
        cx_i_free(&self->allocator, work);
        cx_i_free(&self->allocator, result);
        return cx_i_out_of_memory(err);
    }
    work->of = self;
    work->options = used;
    result->allocator = self->allocator;
    cx_status status = run_work(work, result, err);
    run_drop(work);
    if (status != CX_OK) {
        cx_case_result_free(result);
        return status;
    }
    *out = result;
    return CX_OK;
}

void cx_case_result_free(cx_case_result *result) {
    if (result == NULL) return;
    for (int i = 0; i < CX_CASE_PART_END; i++) cx_table_free(result->table[i]);
    cx_allocator own = result->allocator;
    cx_i_free(&own, result);
}

cx_status cx_case_figures(const cx_case_result *result, cx_case_summary *out, cx_error *err) {
    if (result == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", result == NULL ? "result" : "out");
    *out = result->summary;
    return CX_OK;
}

cx_status cx_case_table(const cx_case_result *result, int32_t part, cx_table **out, cx_error *err) {
    if (result == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", result == NULL ? "result" : "out");
    if (part < 0 || part >= CX_CASE_PART_END)
        return cx_i_fail(err, CX_E_OPTION, "part is %d: a cx_case_part", (int64_t)part);
    cx_i_table_hold(result->table[part]);
    *out = result->table[part];
    return CX_OK;
}
