#include "allocate/gate.h"

#include <cxkit/random.h>

/* Goals: how many contacts are still to come, how many of them have to be asked. */

#define PACE_FIRST_MONDAY (INT64_C(4) * 1440) /* 1970-01-05, in minutes */
#define PACE_WEEK (INT64_C(7) * 1440)
#define PACE_PERIOD 0x6770

/* -- the weekly profile -------------------------------------------------------------------- */

/* Minutes of the profile since some Monday before 1970. */
double cx_i_gate_mass(const cx_gate *gate, uint32_t minute) {
    if (gate->level) return (double)minute;
    int64_t since = (int64_t)minute + PACE_WEEK - PACE_FIRST_MONDAY;
    int64_t week = since / PACE_WEEK, within = since % PACE_WEEK;
    double before = gate->hours[within / 60], after = gate->hours[within / 60 + 1];
    return (double)week * gate->hours[CX_I_GATE_HOURS] + before +
           (after - before) * (double)(within % 60) / 60;
}

static uint32_t pace_minute(int64_t time) {
    return (uint32_t)(time / CX_I_GATE_MINUTE);
}

/* -- time passes --------------------------------------------------------------------------- */

/* Who has been drawn is not drawn again, so that fewer new ones come as the period goes on, the
 * frequent ones first. With visits by a Gamma mixture of Poisson processes of shape 1 their rate
 * falls as (1 + x)^-2, x the later visits of a drawn one; x grows evenly, to `again` at the end. */
static double pace_share(const cx_i_pace *pace) {
    return (pace->mass - pace->begin) / fmax(pace->end - pace->begin, 1);
}

/* From this period's visits, and as from ten of the period before. */
static double pace_again(const cx_i_pace *pace) {
    double weight = pace->before < 0 ? 1 : 10, share = pace_share(pace);
    return (pace->repeats + weight * fmax(pace->before, 0)) / (pace->total * share + weight);
}

static void pace_advance(const cx_gate *gate, cx_i_pace *pace, int64_t time) {
    uint32_t minute = pace_minute(time);
    if (minute <= pace->last) return;
    double passed = (double)(minute - pace->last) * 60, mass = cx_i_gate_mass(gate, minute);
    double half = pace->target.traffic_memory;
    double fade = exp2(-passed / half), lost = passed / half * 0.69314718055994531;
    double fewer = 1 / (1 + pace_again(pace) * pace_share(pace));
    /* What passes within the step fades too, evenly over it. */
    pace->contacts *= fade;
    pace->passed = pace->passed * fade +
                   (mass - pace->mass) * fewer * fewer * (lost > 1e-8 ? (1 - fade) / lost : 1);
    pace->waiting *= exp(-passed / pace->target.delay);
    pace->last = minute;
    pace->mass = mass;
}

static bool pace_inside(const cx_i_pace *pace, int64_t time) {
    return time >= pace->target.start && time < pace->target.end;
}

void cx_i_gate_enter_period(const cx_gate *gate, cx_i_point *point, int64_t time) {
    const cx_i_pace *pace = &point->pace;
    cx_random_words words;
    if (time >= point->period && time < point->period_end) return;
    point->period = time - time % gate->period;
    point->period_end = point->period + gate->period;
    if (pace->aimed && pace_inside(pace, time)) {
        point->period = pace->target.start;
        point->period_end = pace->target.end;
    } else if (pace->aimed && time < pace->target.start && point->period_end > pace->target.start) {
        point->period_end = pace->target.start;
    }
    cx_philox((uint64_t)point->period, PACE_PERIOD, point->hash, &words);
    point->draw = (uint64_t)words.w1 << 32 | words.w0;
}

void cx_i_gate_advance(const cx_gate *gate, cx_i_point *point, int64_t time) {
    if (point->pace.aimed && pace_inside(&point->pace, time))
        pace_advance(gate, &point->pace, time);
}

/* -- the closed loop ----------------------------------------------------------------------- */

/* Contacts after this one until the end, by the posterior mean of their rate. */
static double pace_expected(const cx_i_pace *pace) {
    double left = pace->end - pace->mass;
    if (pace->target.list) return fmax(pace->target.traffic - pace->total - 1, 0);
    if (!(left > 0)) return 0;
    double again = pace_again(pace), all = 1 + again, now = 1 + again * pace_share(pace);
    return left / (all * now) * (pace->shape + pace->contacts) / (pace->rate / all + pace->passed);
}

static void pace_answers(const cx_i_pace *pace, cx_i_needs *needs) {
    const cx_gate_target_options *target = &pace->target;
    double seen = target->response * target->response_weight + (double)pace->answered;
    double matured = fmax((double)pace->invited - pace->waiting, (double)pace->answered);
    needs->response = fmin(seen / (target->response_weight + matured), 1);
    needs->outstanding = needs->response * pace->waiting;
    needs->needed =
        (target->number - (double)pace->answered - needs->outstanding) / needs->response;
}

/* What would have been asked of everybody if all had been known from the start. */
static double pace_usual(const cx_i_pace *pace, const cx_i_needs *needs) {
    double wanted = pace->target.number;
    if (pace->target.goal == CX_GOAL_ANSWERS) wanted /= needs->response;
    return wanted / (pace->total + 1 + needs->expected);
}

void cx_i_gate_needs(const cx_gate *gate, const cx_i_point *point, int64_t time,
                     cx_i_needs *needs) {
    const cx_i_pace *pace = &point->pace;
    const cx_gate_target_options *target = &pace->target;
    double reach = target->number + 3 * sqrt(target->number), got = (double)pace->invited;
    memset(needs, 0, sizeof *needs);
    needs->inside = pace->aimed && pace_inside(pace, time);
    needs->chance = pace->aimed ? gate->options.p_min : gate->options.p_max;
    if (target->retired) needs->chance = 0;
    if (!needs->inside || target->retired) return;
    needs->needed = target->number - got;
    if (target->goal == CX_GOAL_ANSWERS) {
        pace_answers(pace, needs);
        got = (double)pace->answered + needs->outstanding;
    }
    needs->needed = fmax(needs->needed, 0);
    needs->expected = pace_expected(pace);
    needs->stopped = got >= reach;
    double chance = needs->needed / (1 + needs->expected);
    chance = fmin(chance, target->haste * pace_usual(pace, needs));
    chance = fmax(gate->options.p_min, fmin(chance, gate->options.p_max));
    needs->chance = needs->stopped ? 0 : floor(chance * CX_I_GATE_GRID + 0.5) / CX_I_GATE_GRID;
}

/* -- setting goals ------------------------------------------------------------------------- */

void cx_gate_target_options_init(cx_gate_target_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->number = NAN;
    options->traffic = NAN;
    options->traffic_weight = 10;
    options->response = 0.2;
    options->response_weight = 20;
    options->delay = 86400;
    options->haste = 2;
}

static cx_status pace_check_numbers(const cx_gate_target_options *o, cx_error *err) {
    if (!(o->number >= 0 && o->number <= 1e15))
        return cx_i_fail(err, CX_E_OPTION, "number is %g; it has to lie between 0 and 1e15",
                         o->number);
    if (!isnan(o->traffic) && !(o->traffic > 0 && o->traffic <= 1e15))
        return cx_i_fail(err, CX_E_OPTION, "traffic is %g; it has to be positive, or NaN",
                         o->traffic);
    if (!(o->traffic_weight > 0 && o->traffic_weight <= 1e15))
        return cx_i_fail(err, CX_E_OPTION, "traffic_weight is %g; it has to be positive",
                         o->traffic_weight);
    if (!(o->traffic_memory >= 0 && o->traffic_memory <= 1e12))
        return cx_i_fail(err, CX_E_OPTION, "traffic_memory is %g seconds; it has to be positive",
                         o->traffic_memory);
    if (!(o->response > 0 && o->response <= 1))
        return cx_i_fail(err, CX_E_OPTION, "response is %g; it has to lie above 0 and at most at 1",
                         o->response);
    if (!(o->response_weight > 0 && o->response_weight <= 1e15))
        return cx_i_fail(err, CX_E_OPTION, "response_weight is %g; it has to be positive",
                         o->response_weight);
    if (!(o->delay > 0 && o->delay <= 1e12))
        return cx_i_fail(err, CX_E_OPTION, "delay is %g seconds; it has to be positive", o->delay);
    if (!(o->haste >= 1))
        return cx_i_fail(err, CX_E_OPTION, "haste is %g; it has to be at least 1", o->haste);
    return CX_OK;
}

static cx_status pace_check(const cx_gate_target_options *given, cx_gate_target_options *options,
                            cx_error *err) {
    cx_gate_target_options_init(options);
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *options, "cx_gate_target_options", err));
    memcpy(options, given, given->struct_size);
    options->struct_size = sizeof *options;
    if (options->retired != 0 && options->retired != 1)
        return cx_i_fail(err, CX_E_OPTION, "retired is %d; it has to be 0 or 1",
                         (int64_t)options->retired);
    if (options->retired) return CX_OK;
    if (options->goal < 0 || options->goal >= CX_GOAL_END)
        return cx_i_fail(err, CX_E_OPTION,
                         "goal is %d; it has to be 0 (invitations) or 1 (answers)",
                         (int64_t)options->goal);
    if (options->list != 0 && options->list != 1)
        return cx_i_fail(err, CX_E_OPTION, "list is %d; it has to be 0 or 1",
                         (int64_t)options->list);
    CX_TRY(pace_check_numbers(options, err));
    if (options->list && isnan(options->traffic))
        return cx_i_fail(err, CX_E_OPTION, "a list needs its length: set traffic");
    CX_TRY(cx_i_gate_time(options->start, err));
    CX_TRY(cx_i_gate_time(options->end, err));
    if (options->start < options->end) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "the period ends at %d, which is not after its start at %d",
                     options->end, options->start);
}

static void pace_begin(const cx_gate *gate, cx_i_pace *pace) {
    cx_gate_target_options *target = &pace->target;
    double length = (double)(target->end - target->start) / (double)CX_I_GATE_SECOND;
    pace->aimed = true;
    pace->begin = cx_i_gate_mass(gate, pace_minute(target->start));
    pace->end = cx_i_gate_mass(gate, pace_minute(target->end));
    if (target->traffic_memory <= 0) target->traffic_memory = length / 4;
    pace->shape = pace->rate = 1; /* as if one contact had come in a minute */
    if (isnan(target->traffic)) return;
    pace->shape = target->traffic_weight;
    pace->rate = target->traffic_weight * fmax(pace->end - pace->begin, 1) / target->traffic;
}

/* What the period that ends says of one of another length. */
static double pace_before(const cx_i_pace *pace, int64_t length) {
    if (!pace->aimed || !(pace->total > 0)) return pace->aimed ? pace->before : -1;
    double old = (double)(pace->target.end - pace->target.start);
    return pace_again(pace) * (double)length / old;
}

cx_status cx_gate_target(cx_gate *self, int64_t point, const cx_gate_target_options *options,
                         cx_error *err) {
    cx_gate_target_options checked;
    if (self == NULL || options == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "options");
    CX_TRY(cx_i_gate_point(self, point, err));
    CX_TRY(pace_check(options, &checked, err));
    cx_i_point *at = &self->points[point];
    cx_i_pace *pace = &at->pace;
    if (checked.retired) {
        pace->target.retired = 1;
        pace->target.allocation = checked.allocation;
        return CX_OK;
    }
    bool goes_on = pace->aimed && pace->target.start == checked.start;
    if (!goes_on) {
        double before = pace_before(pace, checked.end - checked.start);
        memset(pace, 0, sizeof *pace);
        pace->before = before;
        pace->last = pace_minute(checked.start);
        pace->mass = cx_i_gate_mass(self, pace->last);
    }
    pace->target = checked;
    pace_begin(self, pace);
    at->period = at->period_end = 0; /* is set anew by the next decision */
    if (checked.end - checked.start > self->longest) self->longest = checked.end - checked.start;
    return CX_OK;
}

/* -- the profile --------------------------------------------------------------------------- */

static cx_status pace_read_hours(const cx_array *weights, double *hours, cx_error *err) {
    double total = 0;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    if (weights->length != CX_I_GATE_HOURS)
        return cx_i_fail(err, CX_E_LENGTH, "there are %d weights; a week has 168 hours",
                         weights->length);
    cx_i_array_read(weights, 0, CX_I_GATE_HOURS, hours);
    for (int i = 0; i < CX_I_GATE_HOURS; i++) {
        if (!(hours[i] >= 0 && hours[i] <= 1e100))
            return cx_i_fail_at(err, CX_E_DOMAIN, weights, i, hours[i],
                                "%g is no weight of an hour; it has to be 0 or positive", hours[i]);
        total += hours[i];
    }
    if (total > 0) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "all weights are 0: then nobody ever comes");
}

static cx_status pace_learn_hours(const cx_gate *gate, double *hours, cx_error *err) {
    double total = 0;
    for (int i = 0; i < CX_I_GATE_HOURS; i++) total += (double)gate->counts.hours[i];
    if (total < 10 * CX_I_GATE_HOURS)
        return cx_i_fail(err, CX_E_FEW, "there were %g visits; a profile is learnt from 1680 on",
                         total);
    for (int i = 0; i < CX_I_GATE_HOURS; i++)
        hours[i] = (double)gate->counts.hours[i] + total / CX_I_GATE_HOURS / 20;
    return CX_OK;
}

cx_status cx_gate_profile(cx_gate *self, const cx_array *weights, cx_error *err) {
    double hours[CX_I_GATE_HOURS], total = 0, before = 0;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (weights == NULL)
        CX_TRY(pace_learn_hours(self, hours, err));
    else
        CX_TRY(pace_read_hours(weights, hours, err));
    for (int i = 0; i < CX_I_GATE_HOURS; i++) total += hours[i];
    self->level = false;
    for (int i = 0; i < CX_I_GATE_HOURS; i++) {
        self->hours[i] = before / total * (double)PACE_WEEK;
        before += hours[i];
    }
    self->hours[CX_I_GATE_HOURS] = (double)PACE_WEEK;
    for (int64_t i = 0; i < self->count; i++) { /* what has passed counts by the new profile */
        cx_i_pace *pace = &self->points[i].pace;
        if (!pace->aimed) continue;
        pace->mass = cx_i_gate_mass(self, pace->last);
        pace_begin(self, pace);
    }
    return CX_OK;
}
