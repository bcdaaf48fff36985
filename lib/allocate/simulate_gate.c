#include "allocate/simulate_asked.h"

#include <cxkit/special.h>

/* S5: three ways to decide about a visit, and what runs say of them. */

#define ASKED_MINUTE INT64_C(60000000)

/* The floor has to lie below goal / visits of the largest point, which is 0.005. */
#define ASKED_FLOOR 0.001

/* -- the gate ------------------------------------------------------------------------------ */

static cx_status asked_rule(cx_gate *gate, int32_t event, double days, cx_error *err) {
    cx_rule rule;
    cx_rule_init(&rule);
    rule.event = event;
    rule.window = days * 86400;
    return cx_gate_add_rule(gate, &rule, err);
}

cx_status cx_i_asked_gate(cx_i_asked *self, cx_error *err) {
    int64_t names[CX_I_ASKED_POINTS] = {0};
    cx_gate_options options;
    cx_array column = cx_array_of(names, CX_I64, CX_I_ASKED_POINTS);
    cx_array hours = cx_array_of(self->hours, CX_F64, CX_I_ASKED_WEEK);
    cx_frame points = {&column, 1, {0, 0}};
    column.name = "point";
    for (int64_t k = 0; k < CX_I_ASKED_POINTS; k++) names[k] = k;
    cx_gate_options_init(&options);
    options.seed = (uint64_t)(cx_i_draw_uniform(&self->draws) * 0x1p52);
    options.p_min = ASKED_FLOOR;
    CX_TRY(cx_gate_new(&options, self->allocator, &self->gate, err));
    CX_TRY(asked_rule(self->gate, CX_EVENT_INVITED, 90, err));
    CX_TRY(asked_rule(self->gate, CX_EVENT_DECLINED, 30, err));
    CX_TRY(cx_gate_add_points(self->gate, &points, err));
    return cx_gate_profile(self->gate, &hours, err);
}

/* First visits of a point in a period: customers of Gamma(0.5) frequency who come at all. */
static double asked_expected(double share) {
    return CX_I_ASKED_CUSTOMERS * (1 - 1 / sqrt(1 + 8 * share));
}

cx_status cx_i_asked_aim(cx_i_asked *self, cx_error *err) {
    if (self->gate == NULL) return CX_OK;
    for (int64_t k = 0; k < CX_I_ASKED_POINTS; k++) {
        cx_gate_target_options target;
        cx_gate_target_options_init(&target);
        target.goal = CX_GOAL_ANSWERS;
        target.number = CX_I_ASKED_GOAL / CX_I_ASKED_POINTS;
        target.start = self->start * ASKED_MINUTE;
        target.end = target.start + CX_I_SIMULATE_DAYS * 1440 * ASKED_MINUTE;
        target.traffic = asked_expected(self->share[k]);
        target.traffic_weight = target.traffic / 4; /* as much as a week */
        target.delay = 600;
        CX_TRY(cx_gate_target(self->gate, k, &target, err));
    }
    return CX_OK;
}

static cx_status asked_closed(cx_i_asked *self, cx_i_asked_visit *visit, cx_i_asked_run *out,
                              cx_error *err) {
    cx_decision d;
    CX_TRY(cx_gate_decide(self->gate, self->contact[visit->customer], visit->point,
                          visit->minute * ASKED_MINUTE, 0, &d, err));
    bool draw = (d.reason == CX_REASON_INVITED || d.reason == CX_REASON_NOT_DRAWN) && d.repeat == 0;
    visit->invite = d.invite == 1 && d.repeat == 0;
    visit->chance = d.probability;
    visit->frequency = d.frequency;
    out->violations += visit->invite && !visit->allowed;
    out->violations += d.reason == CX_REASON_RULE && visit->allowed;
    if (!draw) return CX_OK;
    out->draws++;
    out->p += d.probability;
    out->pp += d.probability * d.probability;
    out->drawn += visit->invite;
    out->pd += visit->invite * d.probability;
    out->spread += d.probability * (1 - d.probability);
    return CX_OK;
}

/* -- and without --------------------------------------------------------------------------- */

static void asked_open(const cx_i_asked *self, cx_i_asked_visit *visit) {
    double wanted = CX_I_ASKED_GOAL / CX_I_ASKED_RATE / asked_expected(1);
    double out_of = (double)(visit->hour / 24 + 1) / CX_I_SIMULATE_DAYS;
    visit->invite = visit->allowed && self->lot[visit->customer] < out_of * wanted;
}

static void asked_cap(const cx_i_asked *self, cx_i_asked_visit *visit) {
    double got = self->today == visit->hour / 24 ? self->answers_today : 0;
    visit->invite = visit->allowed && got < CX_I_ASKED_GOAL / CX_I_SIMULATE_DAYS;
}

cx_status cx_i_asked_decide(cx_i_asked *self, cx_i_asked_visit *visit, cx_i_asked_run *out,
                            cx_error *err) {
    out->decisions++;
    visit->chance = 1;
    visit->frequency = 0;
    if (self->gate != NULL) return asked_closed(self, visit, out, err);
    if (self->options->policy == CX_SIMULATED_OPEN)
        asked_open(self, visit);
    else
        asked_cap(self, visit);
    return CX_OK;
}

/* -- what runs say ------------------------------------------------------------------------- */

static double asked_sum(const double *x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += x[i];
    return sum;
}

/* Are those asked spread as those who could be? 1 if chi-square says so. */
static double asked_fits(const double *asked, const double *able, int count) {
    double ratio = asked_sum(asked, count) / asked_sum(able, count), chi = 0;
    int cells = 0;
    for (int i = 0; i < count; i++) {
        if (!(able[i] > 0)) continue;
        double off = asked[i] - ratio * able[i];
        chi += off * off / (ratio * able[i]);
        cells++;
    }
    return cx_chisq_sf(chi, cells - 1) > 0.01;
}

static double asked_off(const double *asked, const double *able, int count) {
    double ratio = asked_sum(asked, count) / asked_sum(able, count), most = 0;
    for (int i = 0; i < count; i++)
        if (able[i] > 0) most = fmax(most, fabs(asked[i] / able[i] / ratio - 1));
    return most;
}

static void asked_spread(const cx_simulation *self, cx_simulation_result *out) {
    double days[2][CX_I_SIMULATE_DAYS] = {{0}}, hours[2][24] = {{0}};
    cx_i_moments by_day = {0, 0, 0}, by_hour = {0, 0, 0};
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_asked_run *run = &self->runs[r].asked;
        cx_i_moments_add(&by_day, asked_fits(run->asked_day, run->able_day, CX_I_SIMULATE_DAYS));
        cx_i_moments_add(&by_hour, asked_fits(run->asked_hour, run->able_hour, 24));
        for (int d = 0; d < CX_I_SIMULATE_DAYS; d++)
            days[0][d] += run->asked_day[d], days[1][d] += run->able_day[d];
        for (int h = 0; h < 24; h++)
            hours[0][h] += run->asked_hour[h], hours[1][h] += run->able_hour[h];
    }
    out->days_fit = cx_i_moments_mean(&by_day);
    out->hours_fit = cx_i_moments_mean(&by_hour);
    out->days_off = asked_off(days[0], days[1], CX_I_SIMULATE_DAYS);
    out->hours_off = asked_off(hours[0], hours[1], 24);
}

static void asked_slope(const cx_simulation *self, cx_simulation_result *out) {
    double n = 0, p = 0, pp = 0, i = 0, pi = 0, spread = 0;
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_asked_run *run = &self->runs[r].asked;
        n += run->draws, p += run->p, pp += run->pp;
        i += run->drawn, pi += run->pd, spread += run->spread;
    }
    double squares = pp - p * p / n;
    out->slope = (pi - p * i / n) / squares;
    out->slope_se = sqrt(spread / n / squares);
}

static void asked_answers(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments answers = {0, 0, 0}, within = {0, 0, 0}, invited = {0, 0, 0}, able = {0, 0, 0};
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_asked_run *run = &self->runs[r].asked;
        cx_i_moments_add(&answers, run->answers);
        cx_i_moments_add(&invited, run->invited);
        cx_i_moments_add(&able, run->able / run->came);
        cx_i_moments_add(&within,
                         fabs(run->answers - CX_I_ASKED_GOAL) <= 2 * sqrt(CX_I_ASKED_GOAL));
        out->decisions += run->decisions;
        out->violations += run->violations;
    }
    out->answers = cx_i_moments_mean(&answers);
    out->answers_sd = cx_i_moments_se(&answers) * sqrt(answers.n);
    out->within_share = cx_i_moments_mean(&within);
    out->invited = cx_i_moments_mean(&invited);
    out->able_share = cx_i_moments_mean(&able);
}

void cx_i_asked_read(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments naive = {0, 0, 0}, hajek = {0, 0, 0}, strata = {0, 0, 0}, gap = {0, 0, 0};
    asked_answers(self, out);
    asked_spread(self, out);
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_asked_run *run = &self->runs[r].asked;
        cx_i_moments_add(&naive, run->naive);
        cx_i_moments_add(&hajek, run->hajek);
        cx_i_moments_add(&strata, run->strata);
        cx_i_moments_add(&gap, run->gap);
    }
    out->naive_bias = cx_i_moments_mean(&naive), out->naive_bias_se = cx_i_moments_se(&naive);
    out->hajek_bias = cx_i_moments_mean(&hajek), out->hajek_bias_se = cx_i_moments_se(&hajek);
    out->strata_bias = cx_i_moments_mean(&strata), out->strata_bias_se = cx_i_moments_se(&strata);
    out->able_gap = cx_i_moments_mean(&gap);
    if (self->options.policy == CX_SIMULATED_CLOSED) asked_slope(self, out);
}
