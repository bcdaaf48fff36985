#include "allocate/simulate.h"

#include <cxkit/random.h>

/* S6: 100,000 points of very different size, most of them with no answer on most days. */

enum {
    MANY_POINTS = 100000,
    MANY_BUDGET = 20000,
    MANY_HITS = 20,
    MANY_FLOOR = 5,     /* of a permanent point */
    MANY_PATIENCE = 30, /* days without an answer after which a point is owed one */
    MANY_YEAR = 365     /* days from the change to the end of a history */
};

#define MANY_FIRST 150000.0 /* customers a day at the largest point */
#define MANY_DROP 30        /* points */
#define MANY_ARL 10         /* times the one of the options */

typedef struct cx_i_many {
    const cx_simulation_options *options;
    cx_monitor *monitor;
    cx_policy *policy, *neyman;
    cx_i_draws draws, tape[MANY_HITS];
    int64_t day, run, hit[MANY_HITS], keys[MANY_POINTS];
    int8_t fallen[MANY_POINTS]; /* 1 + its place among the hit; 0: not one of them */
    bool permanent[MANY_POINTS];
    double weight[MANY_POINTS], traffic[MANY_POINTS], upper[MANY_POINTS], lower[MANY_POINTS];
    double low[MANY_POINTS], high[MANY_POINTS], s2[MANY_POINTS], nats[MANY_POINTS];
    double known[MANY_POINTS], age[MANY_POINTS], drift[MANY_POINTS];
    double n[MANY_POINTS], best[MANY_POINTS];
    int64_t asked[MANY_POINTS], counts[3][MANY_POINTS]; /* of those with answers today */
} cx_i_many;

/* -- points -------------------------------------------------------------------------------- */

static void many_point(cx_i_many *self, int64_t i) {
    double number = (double)(i + 1);
    double rate = 0.05 + 0.25 * cx_random_uniform(0, CX_I_PURPOSE_MANY, (uint64_t)i, 0);
    self->keys[i] = i;
    self->drift[i] = 1;
    self->traffic[i] = MANY_FIRST * pow(number, -1.1);
    self->weight[i] = self->traffic[i];
    self->upper[i] = fmax(floor(rate * self->traffic[i]), 1);
    self->traffic[i] = fmax(self->traffic[i], 1); /* enough for that answer */
    self->permanent[i] = (i + 1) % 100 == 0;
    self->low[i] = 0.20 + 0.08 * sin(number);
    self->high[i] = 0.50 - 0.08 * sin(number);
    double net = self->high[i] - self->low[i], moved = (double)MANY_DROP / 200;
    double low = self->low[i] + moved, high = self->high[i] - moved;
    self->s2[i] = 1e4 * (self->high[i] + self->low[i] - net * net);
    self->nats[i] = low * log(low / self->low[i]) + high * log(high / self->high[i]);
}

static void many_points(cx_i_many *self) {
    double total = 0;
    for (int64_t i = 0; i < MANY_POINTS; i++) {
        many_point(self, i);
        total += self->weight[i];
    }
    for (int64_t i = 0; i < MANY_POINTS; i++) self->weight[i] /= total;
}

static cx_status many_policy(const cx_simulation_options *given, int32_t rule,
                             const cx_allocator *allocator, cx_policy **out, cx_error *err) {
    cx_policy_options options;
    cx_i_simulate_policy(given, &options);
    options.policy = rule;
    options.arl *= MANY_ARL;
    options.allocator = allocator;
    return cx_policy_new(MANY_POINTS, &options, out, err);
}

static cx_status many_watch(cx_i_many *self, const cx_allocator *allocator, cx_error *err) {
    cx_monitor_options watch;
    cx_array keys = cx_array_of(self->keys, CX_I64, MANY_POINTS);
    cx_monitor_options_init(&watch);
    watch.form = self->options->form;
    watch.reference = CX_REFERENCE_PLUG_IN;
    watch.arl = MANY_ARL * self->options->arl;
    return cx_monitor_new(&keys, NULL, &watch, allocator, &self->monitor, err);
}

cx_status cx_i_many_make(struct cx_i_many **out, const cx_simulation_options *options,
                         const cx_allocator *allocator, cx_error *err) {
    cx_i_many *self = cx_i_alloc(allocator, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    memset(self, 0, sizeof *self);
    self->options = options;
    *out = self; /* who owns it frees it */
    many_points(self);
    CX_TRY(many_watch(self, allocator, err));
    CX_TRY(many_policy(options, CX_POLICY_NEYMAN, allocator, &self->neyman, err));
    return many_policy(options, options->policy, allocator, &self->policy, err);
}

void cx_i_many_free(struct cx_i_many *self, const cx_allocator *allocator) {
    if (self == NULL) return;
    cx_monitor_free(self->monitor);
    cx_policy_free(self->policy);
    cx_policy_free(self->neyman);
    cx_i_free(allocator, self);
}

/* -- a history ----------------------------------------------------------------------------- */

static void many_choose(cx_i_many *self) {
    memset(self->fallen, 0, sizeof self->fallen);
    for (int k = 0; k < MANY_HITS;) {
        int64_t i = (int64_t)(cx_i_draw_uniform(&self->draws) * MANY_POINTS);
        if (self->fallen[i]) continue;
        self->tape[k] =
            cx_i_draws_at(self->options->seed, CX_I_PURPOSE_TAPE, (uint32_t)k, self->run);
        self->hit[k++] = i;
        self->fallen[i] = (int8_t)k;
    }
}

/* References are known, and nobody's last answer is equally long ago. */
static cx_status many_begin(cx_i_many *self, int64_t run, cx_error *err) {
    cx_array keys = cx_array_of(self->keys, CX_I64, MANY_POINTS), columns[3];
    self->run = run;
    self->day = 0;
    self->draws = cx_i_draws_at(self->options->seed, CX_I_PURPOSE_MANY, 1, run);
    many_choose(self);
    cx_monitor_reset(self->monitor);
    for (int64_t i = 0; i < MANY_POINTS; i++) {
        self->age[i] = (double)(i % MANY_PATIENCE);
        self->n[i] = 1e9 * self->low[i];
        self->best[i] = 1e9 * self->high[i];
        self->known[i] = 1e9 - self->n[i] - self->best[i];
    }
    columns[0] = cx_array_of(self->n, CX_F64, MANY_POINTS);
    columns[1] = cx_array_of(self->known, CX_F64, MANY_POINTS);
    columns[2] = cx_array_of(self->best, CX_F64, MANY_POINTS);
    return cx_monitor_baseline(self->monitor, &keys, &columns[0], &columns[1], &columns[2], NULL,
                               err);
}

/* -- a day --------------------------------------------------------------------------------- */

static cx_status many_plan(cx_i_many *self, cx_policy *policy, double *n, cx_error *err) {
    cx_points points = {.count = MANY_POINTS,
                        .weight = self->weight,
                        .s2 = self->s2,
                        .known = self->known,
                        .log_evidence = self->monitor->log_r,
                        .lower = self->lower,
                        .upper = self->upper,
                        .traffic = self->traffic,
                        .information = self->nats,
                        .age = self->age,
                        .drift = self->drift};
    uint64_t period = (uint64_t)self->run << 17 | (uint64_t)self->day;
    return cx_policy_plan(policy, &points, MANY_BUDGET, period, n, err);
}

static void many_prepare(cx_i_many *self) {
    for (int64_t i = 0; i < MANY_POINTS; i++) {
        double owed = self->age[i] >= MANY_PATIENCE ? 1 : 0;
        self->lower[i] = self->permanent[i] ? fmin(MANY_FLOOR, self->upper[i]) : owed;
        self->known[i] = self->s2[i] / cx_i_monitor_predicted(self->monitor, i);
    }
}

/* The answers of a changed point are on a tape: the same ones, whichever policy asks for them and
 * whenever, but for the change. */
static void many_taped(cx_i_many *self, int64_t i, double low, double high, int64_t n[3]) {
    cx_i_draws *tape = &self->tape[self->fallen[i] - 1];
    n[0] = n[1] = n[2] = 0;
    for (double left = self->n[i]; left >= 1; left--) {
        double u = cx_i_draw_uniform(tape);
        n[u < low ? 0 : u > 1 - high ? 2 : 1]++;
    }
}

static void many_asked(cx_i_many *self, int64_t i, int64_t n[3]) {
    bool wrong = self->day >= CX_I_SIMULATE_QUIET && self->fallen[i] > 0;
    double moved = wrong ? (double)MANY_DROP / 200 : 0;
    double low = self->low[i] + moved, high = self->high[i] - moved;
    if (self->fallen[i] > 0)
        many_taped(self, i, low, high, n);
    else
        cx_i_draw_trinomial(&self->draws, (int64_t)self->n[i], low, high, n);
}

static cx_status many_answer(cx_i_many *self, cx_error *err) {
    cx_array keys, columns[3];
    int64_t found = 0;
    self->draws =
        cx_i_draws_at(self->options->seed, CX_I_PURPOSE_MANY, (uint32_t)self->day + 2, self->run);
    for (int64_t i = 0; i < MANY_POINTS; i++) {
        int64_t n[3];
        self->age[i] = self->n[i] >= 1 ? 0 : self->age[i] + 1;
        if (!(self->n[i] >= 1)) continue;
        many_asked(self, i, n);
        for (int k = 0; k < 3; k++) self->counts[k][found] = n[k];
        self->asked[found++] = i;
    }
    keys = cx_array_of(self->asked, CX_I64, found);
    for (int k = 0; k < 3; k++) columns[k] = cx_array_of(self->counts[k], CX_I64, found);
    CX_TRY(cx_monitor_observe_counts(self->monitor, &keys, &columns[0], &columns[1], &columns[2],
                                     NULL, err));
    return cx_monitor_end_period(self->monitor, err);
}

/* What is left of the variance of the company figure after today, given what was known. */
static double many_variance(const cx_i_many *self, const double *n) {
    double sum = 0;
    for (int64_t i = 0; i < MANY_POINTS; i++)
        sum += self->weight[i] * self->weight[i] * self->s2[i] / (n[i] + self->known[i]);
    return sum;
}

static void many_count(cx_i_many *self, bool alarm, cx_i_simulation_run *out) {
    bool wrong = self->day >= CX_I_SIMULATE_QUIET;
    for (int64_t i = 0; i < MANY_POINTS; i++) {
        double above = self->n[i] - self->lower[i];
        if (self->age[i] > (double)out->max_age) out->max_age = (int64_t)self->age[i];
        if (!wrong || alarm) continue;
        out->pool += above;
        out->wrong += self->fallen[i] > 0 ? 0 : above;
    }
}

/* -- a run --------------------------------------------------------------------------------- */

static bool many_alarm(const cx_i_many *self) {
    double sum = 0;
    for (int64_t i = 0; i < MANY_POINTS; i++) sum += exp(fmin(self->monitor->log_r[i], 600));
    return sum / MANY_POINTS >= MANY_ARL * self->options->arl;
}

static int64_t many_worst(const cx_i_many *self) {
    int64_t worst = 0;
    for (int64_t i = 1; i < MANY_POINTS; i++)
        if (self->monitor->log_r[i] > self->monitor->log_r[worst]) worst = i;
    return worst;
}

static cx_status many_live(cx_i_many *self, bool alarmed, cx_i_simulation_run *out, cx_error *err) {
    many_prepare(self);
    CX_TRY(many_plan(self, self->policy, self->n, err));
    if (self->day < CX_I_SIMULATE_QUIET && self->day % 10 == 9) {
        CX_TRY(many_plan(self, self->neyman, self->best, err));
        out->variance += many_variance(self, self->n);
        out->neyman += many_variance(self, self->best);
        out->days++;
    }
    CX_TRY(many_answer(self, err));
    many_count(self, alarmed, out);
    return CX_OK;
}

/* Days from the change to the alarm of each changed point, at most to the end. */
static void many_found(const cx_i_many *self, cx_i_simulation_run *out) {
    out->found = out->found_days = 0;
    for (int k = 0; k < MANY_HITS; k++) {
        int64_t alarm = self->monitor->points[self->hit[k]].alarm;
        out->found += alarm >= 0;
        out->found_days +=
            alarm < 0 ? MANY_YEAR : fmax((double)(alarm - CX_I_SIMULATE_QUIET + 1), 0);
    }
    out->found /= MANY_HITS;
    out->found_days /= MANY_HITS;
}

cx_status cx_i_many_simulate(struct cx_i_many *self, int64_t run, cx_i_simulation_run *out,
                             cx_error *err) {
    bool early = false;
    memset(out, 0, sizeof *out);
    out->run = run;
    out->delay[0] = -1;
    CX_TRY(many_begin(self, run, err));
    out->point = self->hit[0];
    for (; self->day < CX_I_SIMULATE_QUIET + MANY_YEAR; self->day++) {
        CX_TRY(many_live(self, out->delay[0] >= 0, out, err));
        bool wrong = self->day >= CX_I_SIMULATE_QUIET;
        if (out->delay[0] >= 0 || !many_alarm(self)) continue;
        early = early || !wrong;
        if (!wrong) continue;
        out->delay[0] = self->day - CX_I_SIMULATE_QUIET + 1;
        out->true_alarm = self->fallen[many_worst(self)] > 0;
    }
    out->peak = early ? 1 : -1;
    many_found(self, out);
    return CX_OK;
}

/* -- what runs say ------------------------------------------------------------------------- */

static double many_median(const cx_simulation *self) {
    for (int64_t days = 0; days < MANY_YEAR; days++) {
        int64_t below = 0;
        for (int64_t r = 0; r < self->count; r++)
            below += self->runs[r].delay[0] >= 0 && self->runs[r].delay[0] <= days;
        if (2 * below >= self->count) return (double)days;
    }
    return MANY_YEAR;
}

void cx_i_many_read(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments delay = {0, 0, 0}, clean = {0, 0, 0}, right = {0, 0, 0};
    cx_i_moments found = {0, 0, 0}, days_found = {0, 0, 0};
    double variance = 0, neyman = 0, pool = 0, wrong = 0, looks = 0;
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_simulation_run *run = &self->runs[r];
        double days = run->delay[0] < 0 ? MANY_YEAR : (double)run->delay[0];
        out->cut += run->delay[0] < 0;
        cx_i_moments_add(&delay, days);
        cx_i_moments_add(&clean, run->peak > 0 ? NAN : days);
        cx_i_moments_add(&right, run->delay[0] < 0 ? NAN : (double)run->true_alarm);
        cx_i_moments_add(&found, run->found);
        cx_i_moments_add(&days_found, run->found_days);
        if (run->max_age > out->max_age) out->max_age = run->max_age;
        variance += run->variance, neyman += run->neyman, looks += run->days;
        pool += run->pool, wrong += run->wrong;
    }
    out->clean = (int64_t)clean.n;
    out->delay = cx_i_moments_mean(&delay), out->delay_se = cx_i_moments_se(&delay);
    out->clean_delay = cx_i_moments_mean(&clean), out->clean_se = cx_i_moments_se(&clean);
    out->delay_median = many_median(self);
    out->found_share = cx_i_moments_mean(&found), out->found_se = cx_i_moments_se(&found);
    out->found_delay = cx_i_moments_mean(&days_found);
    out->found_delay_se = cx_i_moments_se(&days_found);
    out->true_share = cx_i_moments_mean(&right);
    out->error_ratio = sqrt(variance / neyman);
    out->error_day = sqrt(variance / looks), out->neyman_day = sqrt(neyman / looks);
    out->wrong_share = wrong / pool;
}
