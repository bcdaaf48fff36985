#include "business/case.h"

/* What one draw of a case comes to: changes of metrics by time, link after link, and their money.
 */

/* -- is the chain whole? ------------------------------------------------------------------- */

typedef struct chain_degree {
    int32_t in[CX_CASE_MOST_METRICS], out[CX_CASE_MOST_METRICS];
} chain_degree;

static chain_degree chain_degrees(const cx_case *self) {
    chain_degree degree;
    memset(&degree, 0, sizeof degree);
    for (int32_t i = 0; i < self->links; i++) {
        const cx_i_case_link *link = &self->link[i];
        if (!cx_i_case_is_chain(link)) continue;
        degree.out[link->from]++;
        degree.in[link->to]++;
    }
    return degree;
}

/* A metric that is reached and leads nowhere, or -1. */
static int32_t chain_end(const cx_case *self, const chain_degree *degree) {
    for (int32_t i = 0; i < self->metrics; i++)
        if (degree->in[i] > 0 && degree->out[i] == 0 && !self->metric[i].money) return i;
    return -1;
}

static cx_status chain_check(const cx_case *self, cx_error *err) {
    chain_degree degree = chain_degrees(self);
    int32_t links = 0, end = chain_end(self, &degree);
    for (int32_t i = 0; i < self->links; i++) links += cx_i_case_is_chain(&self->link[i]);
    if (links == 0)
        return cx_i_fail(err, CX_E_EMPTY,
                         "the case has no links: from an initiative over metrics to %s",
                         self->currency);
    for (int32_t i = 0; i < self->metrics; i++) {
        const char *name = self->metric[i].name;
        bool begins = degree.out[i] > 0 && degree.in[i] == 0;
        if (!begins || self->metric[i].area == CX_I_AREA_INITIATIVE) continue;
        if (end >= 0)
            return cx_i_fail(err, CX_E_UNIDENTIFIED,
                             "a link is missing between %s and %s: nothing leads on from the one, "
                             "and nothing leads to the other",
                             self->metric[end].name, name);
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "a link is missing between an initiative and %s: nothing says how much %s "
                         "changes",
                         name, name);
    }
    if (end >= 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "a link is missing between %s and money: nothing says what %s is worth in "
                         "%s",
                         self->metric[end].name, self->metric[end].name, self->currency);
    return CX_OK;
}

/* Links in an order in which each metric is whole before it is used. */
static cx_status chain_order(const cx_case *self, cx_i_case_model *model, cx_error *err) {
    chain_degree degree = chain_degrees(self);
    bool taken[CX_CASE_MOST_LINKS] = {false}, found = true;
    int32_t links = 0;
    for (int32_t i = 0; i < self->links; i++) links += cx_i_case_is_chain(&self->link[i]);
    while (found) {
        found = false;
        for (int32_t i = 0; i < self->links; i++) {
            const cx_i_case_link *link = &self->link[i];
            if (taken[i] || !cx_i_case_is_chain(link) || degree.in[link->from] > 0) continue;
            taken[i] = found = true;
            model->order[model->used++] = i;
        }
        for (int32_t m = 0; m < self->metrics; m++) degree.in[m] = 0;
        for (int32_t i = 0; i < self->links; i++)
            if (!taken[i] && cx_i_case_is_chain(&self->link[i])) degree.in[self->link[i].to]++;
    }
    if (model->used == links) return CX_OK;
    for (int32_t i = 0; i < self->links; i++)
        if (!taken[i] && cx_i_case_is_chain(&self->link[i]))
            return cx_i_fail(err, CX_E_INFEASIBLE,
                             "the links go in a circle: %s, from %s to %s, comes back to where it "
                             "starts",
                             self->link[i].input.name, self->metric[self->link[i].from].name,
                             self->metric[self->link[i].to].name);
    return CX_OK;
}

/* -- time ---------------------------------------------------------------------------------- */

static double chain_held(const cx_link_options *o) {
    if (!isnan(o->held)) return o->held;
    return isnan(o->observed_periods) ? (double)INFINITY : o->observed_periods;
}

/* The initiative is on: 1 from its start for as long as it holds, then what is left. */
static void chain_pulse(const cx_i_case_model *model, const cx_i_case_link *link, double *pulse) {
    const cx_link_options *o = &link->options;
    double on[CX_I_CASE_TIMES], held = chain_held(o);
    for (int64_t t = 0; t < model->times; t++) {
        double since = (double)(t - o->start);
        on[t] = since < 0 ? 0 : since < held ? 1 : pow(o->decay, floor(since - held) + 1);
        pulse[t] = on[t];
    }
    if (link->options.form != CX_FORM_LINEAR) return; /* the lag comes after the form */
    for (int64_t t = 0; t < model->times; t++) {
        pulse[t] = 0;
        for (int64_t u = 0; u < link->lags && u <= t; u++) pulse[t] += link->lag[u] * on[t - u];
    }
}

cx_status cx_i_case_model_new(const cx_case *self, cx_i_case_model *model, cx_error *err) {
    int64_t rooms = CX_CASE_MOST_LINKS + CX_CASE_MOST_METRICS + 2;
    *model = (cx_i_case_model){.of = self, .times = self->options.horizon + 1};
    CX_TRY(chain_check(self, err));
    CX_TRY(chain_order(self, model, err));
    double *room = cx_i_alloc_array(&self->allocator, rooms * model->times, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    model->pulse = room;
    model->change = room + CX_CASE_MOST_LINKS * model->times;
    model->benefit = model->change + CX_CASE_MOST_METRICS * model->times;
    model->cost = model->benefit + model->times;
    for (int32_t i = 0; i < self->links; i++)
        if (cx_i_case_is_first(self, &self->link[i]))
            chain_pulse(model, &self->link[i], model->pulse + i * model->times);
    return CX_OK;
}

void cx_i_case_model_free(cx_i_case_model *model) {
    if (model->of != NULL) cx_i_free(&model->of->allocator, model->pulse);
    model->pulse = NULL;
}

double *cx_i_case_model_change(const cx_i_case_model *model, int32_t metric) {
    return model->change + metric * model->times;
}

/* -- a draw -------------------------------------------------------------------------------- */

static void chain_form(const cx_link_options *o, double value, const double *x, int64_t times,
                       double *y) {
    double base = o->base, odds = log(base) - log1p(-base);
    for (int64_t t = 0; t < times; t++) {
        if (o->form == CX_FORM_PROPORTIONAL)
            y[t] = base * expm1(value * x[t]);
        else
            y[t] = x[t] == 0 ? 0 : 1 / (1 + exp(-odds - value * x[t])) - base;
    }
}

static void chain_convolve(const cx_i_case_link *link, const double *x, double factor,
                           int64_t times, double *to) {
    for (int64_t u = 0; u < link->lags && u < times; u++) {
        double share = factor * link->lag[u];
        for (int64_t t = u; t < times; t++) to[t] += share * x[t - u];
    }
}

static void chain_link(cx_i_case_model *model, int32_t i, double value) {
    const cx_case *self = model->of;
    const cx_i_case_link *link = &self->link[i];
    int64_t times = model->times;
    double moved[CX_I_CASE_TIMES], *to = cx_i_case_model_change(model, link->to);
    bool first = cx_i_case_is_first(self, link), money = self->metric[link->to].money;
    const double *x = first ? model->pulse + i * times : cx_i_case_model_change(model, link->from);
    double *into = money ? moved : to;
    if (money) memset(moved, 0, (size_t)times * sizeof *moved);
    if (link->options.form != CX_FORM_LINEAR) {
        double shaped[CX_I_CASE_TIMES];
        chain_form(&link->options, value, x, times, shaped);
        chain_convolve(link, shaped, 1, times, into);
    } else if (first) {
        for (int64_t t = 0; t < times; t++) into[t] += value * x[t];
    } else {
        chain_convolve(link, x, value, times, into);
    }
    if (!money) return;
    if (link->options.per_person)
        for (int64_t t = 0; t < times; t++) moved[t] *= self->people[t];
    for (int64_t t = 0; t < times; t++) to[t] += moved[t], model->benefit[t] += moved[t];
}

/* The time from which discounted money is never below 0 again; NaN when it ends below. */
static double chain_payback(const cx_i_case_model *model) {
    const cx_case *self = model->of;
    double sum = 0, back = 0;
    for (int64_t t = 0; t < model->times; t++) {
        double net =
            model->benefit[t] * self->discount[t] - model->cost[t] * self->cost_discount[t];
        double before = sum;
        sum += net;
        if (sum < 0)
            back = NAN;
        else if (before < 0)
            back = t == 0 ? 0 : (double)(t - 1) - before / net;
    }
    return back;
}

cx_i_outcome cx_i_case_model_run(cx_i_case_model *model, const double *values) {
    const cx_case *self = model->of;
    size_t row = (size_t)model->times * sizeof(double);
    cx_i_outcome out = {0, 0, 0, 0};
    memset(model->change, 0, (size_t)self->metrics * row);
    memset(model->benefit, 0, 2 * row);
    for (int32_t k = 0; k < model->used; k++)
        chain_link(model, model->order[k], values[model->order[k]]);
    for (int32_t c = 0; c < self->costs; c++)
        for (int64_t t = self->cost[c].first; t <= self->cost[c].last; t++)
            model->cost[t] += values[CX_CASE_MOST_LINKS + c];
    for (int64_t t = 0; t < model->times; t++) {
        out.benefit += model->benefit[t] * self->discount[t];
        out.cost += model->cost[t] * self->cost_discount[t];
    }
    out.npv = out.benefit - out.cost;
    out.payback = chain_payback(model);
    return out;
}
