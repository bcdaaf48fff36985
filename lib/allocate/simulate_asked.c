#include "allocate/simulate_asked.h"

#include <cxkit/special.h>

/* S5: a run is four periods of visits, each decided about as it comes. */

enum {
    ASKED_START = 20003 * 1440, /* a Monday, in minutes since 1970 */
    ASKED_LENGTH = CX_I_SIMULATE_DAYS * 1440,
    ASKED_WAIT = 10 /* minutes to an answer */
};

#define ASKED_REFUSED 0.3
#define ASKED_TOO_HIGH 1.3
/* The latent score's correlation with the normal quantile of the frequency, at which the score
 * itself correlates by 0.3 with the number of visits. */
#define ASKED_LOADING 0.469783461406698

/* -- customers and points ------------------------------------------------------------------ */

static void asked_profile(cx_i_asked *self) {
    static const double weekday[7] = {1.1, 1.1, 1.1, 1.1, 1.1, 0.9, 0.6};
    double sum = 0;
    for (int64_t h = 0; h < CX_I_ASKED_WEEK; h++) {
        double hour = (double)(h % 24);
        self->hours[h] = weekday[h / 24] * (1 - 0.8 * cos((hour - 2) / 12 * 3.141592653589793));
        sum += self->hours[h];
    }
    for (int64_t h = 0; h < CX_I_ASKED_WEEK; h++) self->hours[h] *= CX_I_ASKED_WEEK / sum;
}

static void asked_customers(cx_i_asked *self) {
    double sum = 0;
    for (int64_t c = 0; c < CX_I_ASKED_CUSTOMERS; c++) {
        double z = cx_i_draw_normal(&self->draws);
        self->visits[c] = sum += 4 * z * z;
        self->often[c] = cx_normal_quantile(fmax(2 * cx_normal_cdf(fabs(z)) - 1, 1e-12));
        self->asked[c] = self->declined[c] = 0;
    }
}

/* Expected score in points. */
static double asked_score(const cx_i_asked *self, const cx_i_asked_visit *visit) {
    double rest = sqrt(1 - ASKED_LOADING * ASKED_LOADING);
    double better = 0.6 * ((double)visit->point - 9.5) / CX_I_ASKED_POINTS;
    double x = ASKED_LOADING * self->often[visit->customer] + better;
    return 100 * (cx_normal_cdf(x / rest) - cx_normal_cdf((-0.7 - x) / rest));
}

cx_status cx_i_asked_make(struct cx_i_asked **out, const cx_simulation_options *options,
                          const cx_allocator *allocator, cx_error *err) {
    cx_i_asked *self = cx_i_alloc(allocator, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    memset(self, 0, sizeof *self);
    self->options = options;
    self->allocator = allocator;
    asked_profile(self);
    for (int64_t c = 0; c < CX_I_ASKED_CUSTOMERS; c++) self->contact[c] = cx_contact_number(c, 0);
    for (int64_t k = 0; k < CX_I_ASKED_POINTS; k++) self->share[k] = (double)(k + 1) / 210;
    *out = self;
    return CX_OK;
}

/* -- visits -------------------------------------------------------------------------------- */

static int64_t asked_customer(cx_i_asked *self) {
    double at = cx_i_draw_uniform(&self->draws) * self->visits[CX_I_ASKED_CUSTOMERS - 1];
    int64_t low = 0, high = CX_I_ASKED_CUSTOMERS - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (self->visits[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int64_t asked_point(cx_i_asked *self) {
    double at = cx_i_draw_uniform(&self->draws);
    int64_t k = 0;
    while (k < CX_I_ASKED_POINTS - 1 && at >= self->share[k]) at -= self->share[k++];
    return k;
}

/* Visits a minute. */
static double asked_traffic(const cx_i_asked *self, int64_t hour) {
    bool low = self->period == CX_I_ASKED_PERIODS - 1 && hour < CX_I_ASKED_WEEK;
    double all = self->visits[CX_I_ASKED_CUSTOMERS - 1] / ASKED_LENGTH;
    return all * self->hours[hour % CX_I_ASKED_WEEK] / (low ? ASKED_TOO_HIGH : 1);
}

/* The next of a Poisson process whose rate changes by the hour; false after the period. */
static bool asked_next(cx_i_asked *self, double *minute, cx_i_asked_visit *visit) {
    double mass = -log(cx_i_draw_uniform(&self->draws)), now = *minute;
    int64_t hour = (int64_t)(now / 60);
    for (; hour < CX_I_ASKED_HOURS; hour++) {
        double end = (double)(hour + 1) * 60, rate = asked_traffic(self, hour);
        if (mass < rate * (end - now)) break;
        mass -= rate * (end - now);
        now = end;
    }
    if (hour >= CX_I_ASKED_HOURS) return false;
    now += mass / asked_traffic(self, hour);
    *minute = fmin(now, (double)(hour + 1) * 60 - 1e-6);
    visit->hour = hour;
    visit->minute = self->start + (int64_t)*minute;
    visit->customer = asked_customer(self);
    visit->point = asked_point(self);
    return true;
}

/* -- answers ------------------------------------------------------------------------------- */

static cx_status asked_reply(cx_i_asked *self, cx_error *err) {
    const cx_i_asked_reply *reply = &self->replies[self->first++ % CX_I_ASKED_ROOM];
    int64_t day = (reply->minute - self->start) / 1440;
    if (day != self->today) self->answers_today = 0;
    self->today = day;
    if (reply->event == CX_EVENT_DECLINED) self->declined[reply->customer] = reply->minute;
    if (reply->event == CX_EVENT_ANSWERED) self->answers++, self->answers_today++;
    if (self->gate == NULL || reply->event < 0) return CX_OK;
    return cx_gate_record(self->gate, self->contact[reply->customer], reply->point, reply->event,
                          reply->minute * 60000000, err);
}

static cx_status asked_arrivals(cx_i_asked *self, int64_t minute, cx_error *err) {
    while (self->first < self->last &&
           (self->replies[self->first % CX_I_ASKED_ROOM].minute <= minute ||
            self->last - self->first == CX_I_ASKED_ROOM))
        CX_TRY(asked_reply(self, err));
    return CX_OK;
}

static void asked_send(cx_i_asked *self, const cx_i_asked_visit *visit) {
    double u = cx_i_draw_uniform(&self->draws);
    int32_t event = u < CX_I_ASKED_RATE                   ? CX_EVENT_ANSWERED
                    : u < CX_I_ASKED_RATE + ASKED_REFUSED ? CX_EVENT_DECLINED
                                                          : -1;
    self->asked[visit->customer] = visit->minute;
    self->replies[self->last++ % CX_I_ASKED_ROOM] =
        (cx_i_asked_reply){visit->minute + ASKED_WAIT, visit->customer, visit->point, event};
}

/* -- what is kept -------------------------------------------------------------------------- */

static void asked_count(cx_i_asked *self, const cx_i_asked_visit *visit, cx_i_asked_run *out) {
    double score = visit->came || visit->able || visit->invite ? asked_score(self, visit) : 0;
    int64_t day = visit->hour / 24, hour = visit->hour % 24;
    if (visit->came) {
        out->came++;
        self->came_score += score;
        self->class_came[visit->frequency]++;
    }
    if (visit->able) {
        out->able++;
        out->able_day[day]++;
        out->able_hour[hour]++;
        self->able_score += score;
    }
    if (!visit->invite) return;
    out->invited++;
    out->asked_day[day]++;
    out->asked_hour[hour]++;
    self->asked_score += score;
    self->class_weight[visit->frequency] += 1 / visit->chance;
    self->class_score[visit->frequency] += score / visit->chance;
}

static void asked_figures(const cx_i_asked *self, cx_i_asked_run *out) {
    double weight = 0, score = 0, strata = 0, known = 0, came = self->came_score / out->came;
    for (int k = 0; k < CX_FREQUENCY_CLASSES; k++) {
        weight += self->class_weight[k];
        score += self->class_score[k];
        if (!(self->class_weight[k] > 0)) continue;
        strata += self->class_came[k] * self->class_score[k] / self->class_weight[k];
        known += self->class_came[k];
    }
    out->answers = self->answers;
    out->naive = self->asked_score / out->invited - came;
    out->gap = self->able_score / out->able - came;
    out->hajek = self->gate == NULL ? NAN : score / weight - self->able_score / out->able;
    out->strata = self->gate == NULL ? NAN : strata / known - came;
}

/* -- a run --------------------------------------------------------------------------------- */

static cx_status asked_visit(cx_i_asked *self, cx_i_asked_visit *visit, cx_i_asked_run *out,
                             cx_error *err) {
    uint32_t bit = UINT32_C(1) << visit->point;
    int64_t c = visit->customer;
    CX_TRY(asked_arrivals(self, visit->minute, err));
    visit->allowed = visit->minute - self->asked[c] >= INT64_C(90) * 1440 &&
                     visit->minute - self->declined[c] >= INT64_C(30) * 1440;
    visit->came = (self->came[c] & bit) == 0;
    visit->able = visit->allowed && (self->able[c] & bit) == 0;
    self->came[c] |= bit;
    if (visit->allowed) self->able[c] |= bit;
    CX_TRY(cx_i_asked_decide(self, visit, out, err));
    if (visit->invite) asked_send(self, visit);
    if (self->period == CX_I_ASKED_PERIODS - 1) asked_count(self, visit, out);
    return CX_OK;
}

static cx_status asked_period(cx_i_asked *self, cx_i_asked_run *out, cx_error *err) {
    double minute = 0;
    self->start = ASKED_START + self->period * ASKED_LENGTH;
    self->answers = self->answers_today = 0;
    self->today = -1;
    memset(self->came, 0, sizeof self->came);
    memset(self->able, 0, sizeof self->able);
    for (int64_t c = 0; c < CX_I_ASKED_CUSTOMERS; c++)
        self->lot[c] = cx_i_draw_uniform(&self->draws);
    CX_TRY(cx_i_asked_aim(self, err));
    for (cx_i_asked_visit visit; asked_next(self, &minute, &visit);)
        CX_TRY(asked_visit(self, &visit, out, err));
    return asked_arrivals(self, self->start + ASKED_LENGTH - 1, err);
}

static void asked_clear(cx_i_asked *self) {
    self->gate = NULL;
    self->first = self->last = 0;
    self->came_score = self->able_score = self->asked_score = 0;
    memset(self->class_came, 0, sizeof self->class_came);
    memset(self->class_weight, 0, sizeof self->class_weight);
    memset(self->class_score, 0, sizeof self->class_score);
}

static cx_status asked_periods(cx_i_asked *self, cx_i_asked_run *out, cx_error *err) {
    if (self->options->policy == CX_SIMULATED_CLOSED) CX_TRY(cx_i_asked_gate(self, err));
    for (self->period = 0; self->period < CX_I_ASKED_PERIODS; self->period++)
        CX_TRY(asked_period(self, out, err));
    asked_figures(self, out);
    return CX_OK;
}

cx_status cx_i_asked_simulate(struct cx_i_asked *self, int64_t run, cx_i_simulation_run *out,
                              cx_error *err) {
    memset(out, 0, sizeof *out);
    out->run = run;
    self->draws = cx_i_draws_at(self->options->seed, CX_I_PURPOSE_ASKED, 0, run);
    asked_clear(self);
    asked_customers(self);
    cx_status status = asked_periods(self, &out->asked, err);
    cx_gate_free(self->gate);
    self->gate = NULL;
    return status;
}
