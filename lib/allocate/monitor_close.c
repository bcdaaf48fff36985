#include "allocate/monitor.h"

#include "base/sort.h"
#include "stat/detect.h"

/* Ending a period: the oldest open cohort is closed. */

/* One cohort on its way into the levels and the evidence. */
typedef struct monitor_cohort {
    int64_t number; /* from base */
    int64_t slot, phase;
    double shock[2]; /* by side, points, taken away from the adjusted evidence */
} monitor_cohort;

/* -- levels -------------------------------------------------------------------------------- */

/* The cohort's mean in points, without what its phase adds. */
static double monitor_mean(const cx_monitor *self, const cx_i_monitor_cell *cell, int64_t phase) {
    double mean =
        100 * ((double)cell->n[2] - (double)cell->n[0]) / (double)cx_i_monitor_answers(cell);
    bool known = self->options.cycle > 0 && self->cycle_known == 1;
    return known ? mean - self->phases[phase].offset : mean;
}

static void monitor_learn_phase(cx_monitor *self, int64_t phase, double residual, double variance) {
    if (self->options.cycle == 0 || self->cycle_known == 1) return;
    self->phases[phase].weight += 1 / variance;
    self->phases[phase].sum += residual / variance;
}

static void monitor_update_level(cx_monitor *self, int64_t i, const monitor_cohort *cohort) {
    cx_i_monitor_point *point = &self->points[i];
    const cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, cohort->slot);
    double n = (double)cx_i_monitor_answers(cell);
    point->variance += self->options.process_noise;
    for (int k = 0; k < 3; k++)
        point->shares[k] = point->shares[k] * self->discount + (double)cell->n[k];
    point->asked = point->asked * self->discount + (double)cell->invited;
    point->replied = point->replied * self->discount + fmin(n, (double)cell->invited);
    if (n == 0) return;
    double each = cx_i_monitor_s2(self, i) / n, all = point->variance + each;
    double residual = monitor_mean(self, cell, cohort->phase) - point->level;
    if (point->last >= 0) monitor_learn_phase(self, cohort->phase, residual, all);
    point->level += point->variance / all * residual;
    point->variance *= each / all;
    point->last = (int32_t)cohort->number;
}

/* -- common shocks ------------------------------------------------------------------------- */

/* Sum of the weights of residuals below `key`. */
static double monitor_weight_below(const cx_monitor *self, uint64_t key) {
    double sum = 0;
    for (int64_t i = 0; i < self->count; i++)
        if (cx_i_sort_key_f64(self->residual[2 * i]) < key) sum += self->residual[2 * i + 1];
    return sum;
}

/* The weighted median, bit by bit: no memory, and the same for any order of the points. */
static double monitor_median(const cx_monitor *self) {
    double half = monitor_weight_below(self, UINT64_MAX) / 2, median = 0, best = INFINITY;
    uint64_t low = 0; /* the largest key with less than half below it */
    if (!(half > 0)) return 0;
    for (int bit = 63; bit >= 0; bit--)
        if (monitor_weight_below(self, low | UINT64_C(1) << bit) < half) low |= UINT64_C(1) << bit;
    for (int64_t i = 0; i < self->count; i++) {
        uint64_t key = cx_i_sort_key_f64(self->residual[2 * i]);
        uint64_t far = key > low ? key - low : low - key;
        if (self->residual[2 * i + 1] > 0 && (double)far < best)
            best = (double)far, median = self->residual[2 * i];
    }
    return median;
}

/* Residuals against the frozen references, as the evidence itself has them: a shock that stays is
 * taken away for as long as it stays. Only what would count as a change. */
static double monitor_shock(cx_monitor *self, const monitor_cohort *cohort, int64_t side) {
    if (self->options.common_shock == 0) return 0;
    for (int64_t i = 0; i < self->count; i++) {
        const cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, cohort->slot);
        double n = (double)cx_i_monitor_answers(cell), *residual = &self->residual[2 * i], ends[3];
        residual[0] = residual[1] = 0;
        if (n == 0 || self->points[i].watching == 0) continue;
        cx_i_monitor_reference_of(self, i, side, ends);
        residual[0] = monitor_mean(self, cell, cohort->phase) - 100 * (ends[2] - ends[0]);
        residual[1] = 1 / (self->options.process_noise + cx_i_monitor_s2(self, i) / n);
    }
    double median = monitor_median(self);
    return cx_i_monitor_side_up(self, side) ? fmax(median, 0) : fmin(median, 0);
}

/* -- evidence ------------------------------------------------------------------------------ */

/* The reference of a side moved by some points. */
static void monitor_moved(const cx_monitor *self, int64_t i, int64_t side, double shift,
                          double out[3]) {
    cx_i_monitor_reference_of(self, i, side, out);
    if (shift != 0) {
        double from[3] = {out[0], out[1], out[2]};
        cx_i_monitor_at_mean(from, from[2] - from[0] + shift / 100, out);
    }
}

static void monitor_update_side(cx_monitor *self, int64_t i, int64_t side, double shift,
                                const cx_i_monitor_cell *cell, double *log_r) {
    uint32_t n[3] = {cell->n[0], cell->n[1], cell->n[2]};
    bool any = cx_i_monitor_answers(cell) > 0;
    double shares[3];
    if (any) monitor_moved(self, i, side, shift, shares);
    if (any && cx_i_monitor_side_up(self, side)) { /* a rise is a drop seen from the other end */
        double share = shares[0];
        shares[0] = shares[2], shares[2] = share;
        n[0] = cell->n[2], n[2] = cell->n[0];
    }
    for (int32_t j = 0; j < self->options.drop_count; j++) {
        double ratio =
            any ? cx_i_monitor_log_ratio(self->options.form, shares, self->options.drops[j], n) : 0;
        log_r[j] = cx_i_roberts_step(log_r[j], ratio);
    }
}

static void monitor_update_rate(cx_i_monitor_point *point, const cx_i_monitor_cell *cell,
                                double drop) {
    double invited = cell->invited, r0 = point->rate_reference;
    if (!(r0 > 0)) return;
    double answered = fmin((double)cx_i_monitor_answers(cell), invited);
    point->log_rate = cx_i_roberts_step(point->log_rate, invited > 0 ? answered * log(drop) : 0);
    if (invited == 0) return;
    point->log_rate += (invited - answered) * log((1 - drop * r0) / (1 - r0));
}

static void monitor_update_evidence(cx_monitor *self, int64_t i, const monitor_cohort *cohort) {
    const cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, cohort->slot);
    if (self->points[i].watching == 0) return;
    for (int64_t side = 0; side < self->sides; side++) {
        int64_t at = side * self->options.drop_count;
        double shift = cx_i_monitor_phase_shift(self, cohort->phase, side);
        monitor_update_side(self, i, side, shift, cell, cx_i_monitor_bank_of(self, i, false) + at);
        if (self->options.common_shock == 1)
            monitor_update_side(self, i, side, shift + cohort->shock[side], cell,
                                cx_i_monitor_bank_of(self, i, true) + at);
    }
    cx_i_monitor_combine(self, i);
    monitor_update_rate(&self->points[i], cell, self->options.rate_drop);
}

/* -- windows and references ---------------------------------------------------------------- */

static void monitor_gather(cx_i_monitor_cell *into, const cx_i_monitor_cell *cell) {
    for (int k = 0; k < 3; k++)
        into->n[k] = cell->n[k] > UINT32_MAX - into->n[k] ? UINT32_MAX : into->n[k] + cell->n[k];
    into->invited =
        cell->invited > UINT32_MAX - into->invited ? UINT32_MAX : into->invited + cell->invited;
}

static void monitor_empty_windows(cx_i_monitor_point *point) {
    point->window = point->recent = (cx_i_monitor_cell){{0, 0, 0}, 0};
}

static void monitor_try_freeze(cx_monitor *self, int64_t i) {
    cx_i_monitor_point *point = &self->points[i];
    const cx_i_monitor_cell *window = &point->window;
    const double counts[3] = {window->n[0], window->n[1], window->n[2]};
    if (point->watching == 1 || (double)cx_i_monitor_answers(window) < self->options.baseline)
        return;
    if (self->options.cycle > 0 && self->cycle_known == 0) return;
    if (cx_i_monitor_freeze(self, i, counts, (double)window->invited)) monitor_empty_windows(point);
}

/* At the end of a stretch of `guard` periods the window ends exactly that long ago. */
static void monitor_turn(cx_monitor *self, int64_t number) {
    int64_t guard = self->options.guard;
    if (guard > 0 && cx_i_monitor_modulo(self->base + number + 1, guard) != 0) return;
    for (int64_t i = 0; i < self->count; i++) {
        cx_i_monitor_point *point = &self->points[i];
        if (guard > 0) monitor_try_freeze(self, i);
        monitor_gather(&point->window, &point->recent);
        point->recent = (cx_i_monitor_cell){{0, 0, 0}, 0};
        if (guard == 0) monitor_try_freeze(self, i);
    }
}

static void monitor_know_cycle(cx_monitor *self) {
    double sum = 0;
    int64_t any = 0;
    for (int32_t k = 0; k < self->options.cycle; k++) {
        cx_i_monitor_phase *phase = &self->phases[k];
        phase->offset = phase->weight > 0 ? phase->sum / phase->weight : 0;
        phase->se = phase->weight > 0 ? sqrt(1 / phase->weight) : 0;
        sum += phase->offset, any += phase->weight > 0;
    }
    for (int32_t k = 0; any > 0 && k < self->options.cycle; k++)
        if (self->phases[k].weight > 0) self->phases[k].offset -= sum / (double)any;
    self->cycle_known = 1;
}

/* -- alarms -------------------------------------------------------------------------------- */

#define MONITOR_MOST_LOG 650 /* beyond it evidence counts as that much: e^650 is any alarm */

static double monitor_part(const cx_monitor *self, int64_t i, bool rate) {
    const cx_i_monitor_point *point = &self->points[i];
    if ((rate ? point->rate_alarm : point->alarm) >= 0) return 0;
    double log_r = rate ? point->log_rate : self->log_r[i];
    return point->weight / self->weight_total * exp(fmin(log_r, MONITOR_MOST_LOG));
}

/* Of the contributions below `key`. */
static double monitor_sum_below(const cx_monitor *self, bool rate, uint64_t key) {
    double sum = 0;
    for (int64_t i = 0; i < self->count; i++) {
        double part = monitor_part(self, i, rate);
        if (cx_i_sort_key_f64(part) < key) sum += part;
    }
    return sum;
}

static void monitor_raise(cx_monitor *self, int64_t i, bool rate) {
    cx_i_monitor_point *point = &self->points[i];
    if (rate)
        point->rate_alarm = (int32_t)self->now;
    else
        point->alarm = (int32_t)self->now;
    monitor_empty_windows(point); /* from here on they hold answers after the alarm */
}

/* The largest key below which the contributions stay under arl; those from it on are alarms. */
static void monitor_alarm(cx_monitor *self, bool rate) {
    uint64_t low = 0;
    if (monitor_sum_below(self, rate, UINT64_MAX) < self->options.arl) return;
    for (int bit = 63; bit >= 0; bit--)
        if (monitor_sum_below(self, rate, low | UINT64_C(1) << bit) < self->options.arl)
            low |= UINT64_C(1) << bit;
    for (int64_t i = 0; i < self->count; i++) {
        double part = monitor_part(self, i, rate);
        if (part > 0 && cx_i_sort_key_f64(part) >= low) monitor_raise(self, i, rate);
    }
}

void cx_i_monitor_follow(cx_monitor *self) {
    self->weight_total = 0;
    for (int64_t i = 0; i < self->count; i++) self->weight_total += self->points[i].weight;
    double arl = self->options.arl;
    self->log_evidence = log(monitor_sum_below(self, false, UINT64_MAX) / arl);
    self->log_rate = log(monitor_sum_below(self, true, UINT64_MAX) / arl);
}

/* -- the end of a period ------------------------------------------------------------------- */

static void monitor_close_ages(cx_monitor *self, int64_t slot) {
    for (int64_t age = 0; age < self->ring; age++) {
        int64_t *arriving = &self->arriving[slot * self->ring + age];
        self->answers_open -= *arriving;
        self->arrived[age] += *arriving;
        *arriving = 0;
    }
}

static void monitor_close_point(cx_monitor *self, int64_t i, const monitor_cohort *cohort) {
    cx_i_monitor_point *point = &self->points[i];
    cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, cohort->slot);
    uint64_t n = cx_i_monitor_answers(cell), all = point->answered + n;
    monitor_update_evidence(self, i, cohort);
    monitor_update_level(self, i, cohort);
    monitor_gather(&point->recent, cell);
    point->answered = all > UINT32_MAX ? UINT32_MAX : (uint32_t)all;
    self->invited_open -= cell->invited;
    *cell = (cx_i_monitor_cell){{0, 0, 0}, 0};
}

static void monitor_close(cx_monitor *self, int64_t number) {
    int64_t period = self->base + number, cycle = self->options.cycle;
    monitor_cohort cohort = {number,
                             cx_i_monitor_modulo(period, self->ring),
                             cycle > 0 ? cx_i_monitor_modulo(period, cycle) : 0,
                             {0, 0}};
    for (int64_t side = 0; side < self->sides; side++)
        cohort.shock[side] = monitor_shock(self, &cohort, side);
    for (int64_t i = 0; i < self->count; i++) monitor_close_point(self, i, &cohort);
    monitor_close_ages(self, cohort.slot);
    if (cycle > 0 && self->cycle_known == 0 && number + 1 >= self->options.learn)
        monitor_know_cycle(self);
    monitor_alarm(self, false);
    monitor_alarm(self, true);
    monitor_turn(self, number);
    cx_i_monitor_follow(self);
}

cx_status cx_monitor_end_period(cx_monitor *self, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (self->now >= INT32_MAX - 1)
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^31 periods");
    if (cx_i_monitor_next(self) >= 0) monitor_close(self, cx_i_monitor_next(self));
    self->now++;
    return CX_OK;
}

cx_status cx_monitor_advance(cx_monitor *self, int64_t period, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (period < cx_monitor_period(self))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "period %d lies before the newest, %d: the clock runs backwards", period,
                         cx_monitor_period(self));
    if (period > (INT64_C(1) << 54) || period - self->base > INT32_MAX - 1)
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^31 periods");
    while (cx_monitor_period(self) < period) CX_TRY(cx_monitor_end_period(self, err));
    return CX_OK;
}
