#include "allocate/simulate.h"

#include <stddef.h>

/* What runs say together. Sums go by the number of the run, so that they do not depend on how runs
 * were split. */

void cx_i_moments_add(cx_i_moments *m, double x) {
    if (isnan(x)) return;
    m->n++;
    m->sum += x;
    m->squares += x * x;
}

double cx_i_moments_mean(const cx_i_moments *m) {
    return m->n > 0 ? m->sum / m->n : NAN;
}

double cx_i_moments_root(const cx_i_moments *m) {
    return m->n > 0 ? sqrt(m->squares / m->n) : NAN;
}

double cx_i_moments_se(const cx_i_moments *m) {
    double mean = cx_i_moments_mean(m);
    return m->n > 1 ? sqrt(fmax(m->squares - m->n * mean * mean, 0) / (m->n - 1) / m->n) : NAN;
}

/* -- delays -------------------------------------------------------------------------------- */

typedef struct read_delay {
    double counted, mean, se, p90, value;
} read_delay;

static double read_quiet(const cx_simulation *self, int k, cx_i_moments *out) {
    *out = (cx_i_moments){0, 0, 0};
    for (int64_t r = 0; r < self->count; r++) {
        int64_t days = self->runs[r].quiet[k];
        cx_i_moments_add(out, days < 0 ? CX_I_SIMULATE_MOST * self->options.arl : (double)days);
    }
    return cx_i_moments_mean(out);
}

static int64_t read_days(const cx_simulation *self, const cx_i_simulation_run *run, int k) {
    int64_t most = (int64_t)(CX_I_SIMULATE_MOST * self->options.arl) - CX_I_SIMULATE_QUIET;
    return run->delay[k] < 0 ? most : run->delay[k];
}

/* The smallest number of days that so many of the counted need at most. */
static double read_order(const cx_simulation *self, int k, double counted, double share) {
    int64_t low = 0, high = (int64_t)(CX_I_SIMULATE_MOST * self->options.arl);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        double below = 0;
        for (int64_t r = 0; r < self->count; r++) {
            int64_t days = read_days(self, &self->runs[r], k);
            below += days <= middle;
        }
        if (below >= share * counted)
            high = middle;
        else
            low = middle;
    }
    return (double)high;
}

static read_delay read_delays(const cx_simulation *self, int k, bool clean) {
    cx_i_moments m = {0, 0, 0};
    double weights = 0, weighted = 0;
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_simulation_run *run = &self->runs[r];
        double days = (double)read_days(self, run, k), weight = self->world->weight[run->point];
        if (clean && run->peak >= -CX_I_SIMULATE_STEP * k) continue;
        cx_i_moments_add(&m, days);
        weights += weight;
        weighted += weight * days;
    }
    double p90 = clean ? NAN : read_order(self, k, m.n, 0.9);
    return (read_delay){m.n, cx_i_moments_mean(&m), cx_i_moments_se(&m), p90, weighted / weights};
}

static double read_between(double at, double low, double high) {
    return low + at * (high - low);
}

/* Between the thresholds on both sides of the wanted mean. */
static void read_calibrated(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments m;
    double wanted = self->options.arl, above = read_quiet(self, 0, &m), below = above;
    int k = 0;
    while (k + 1 < CX_I_SIMULATE_LEVELS && below > wanted) {
        above = below;
        below = read_quiet(self, ++k, &m);
    }
    double at = above > below ? fmin(fmax((above - wanted) / (above - below), 0), 1) : 0;
    int first = k > 0 ? k - 1 : 0;
    read_delay high = read_delays(self, first, false), low = read_delays(self, k, false);
    out->calibrated_threshold = wanted * exp(-CX_I_SIMULATE_STEP * (first + (k > 0 ? at : 0)));
    out->calibrated_delay = read_between(at, high.mean, low.mean);
    out->calibrated_se = read_between(at, high.se, low.se);
    out->calibrated_p90 = read_between(at, high.p90, low.p90);
    out->calibrated_value = read_between(at, high.value, low.value);
}

static void read_alarms(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments m, right = {0, 0, 0}, rate = {0, 0, 0};
    out->arl = read_quiet(self, 0, &m);
    out->arl_se = cx_i_moments_se(&m);
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_simulation_run *run = &self->runs[r];
        out->cut += run->quiet[0] < 0;
        cx_i_moments_add(&right, run->true_alarm < 0 ? NAN : (double)run->true_alarm);
        cx_i_moments_add(&rate, run->rate_delay < 0 ? NAN : (double)run->rate_delay);
        if (run->max_age > out->max_age) out->max_age = run->max_age;
    }
    if (self->world->seasonal) return;
    read_delay delay = read_delays(self, 0, false), clean = read_delays(self, 0, true);
    out->clean = (int64_t)clean.counted;
    out->clean_delay = clean.mean;
    out->clean_se = clean.se;
    out->delay = delay.mean;
    out->delay_se = delay.se;
    out->delay_p90 = delay.p90;
    out->delay_value = delay.value;
    out->true_share = cx_i_moments_mean(&right);
    read_calibrated(self, out);
}

/* -- errors and biases --------------------------------------------------------------------- */

static void read_errors(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_simulation_run sum;
    memset(&sum, 0, sizeof sum);
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_simulation_run *run = &self->runs[r];
        sum.variance += run->variance;
        sum.neyman += run->neyman;
        sum.variance_after += run->variance_after;
        sum.neyman_after += run->neyman_after;
        sum.days += run->days;
        sum.covered += run->covered;
        sum.missed += run->missed;
        for (int k = 0; k < 3; k++) {
            sum.square[k] += run->square[k];
            sum.blocks[k] += run->blocks[k];
        }
        sum.wrong += run->wrong;
        sum.pool += run->pool;
        sum.outstanding += run->outstanding;
        sum.outstanding_error += run->outstanding_error;
    }
    out->error_ratio = sqrt(sum.variance / sum.neyman);
    out->error_after = sqrt(sum.variance_after / sum.neyman_after);
    out->error_day = sqrt(sum.square[0] / sum.blocks[0]);
    out->error_week = sqrt(sum.square[1] / sum.blocks[1]);
    out->error_month = sqrt(sum.square[2] / sum.blocks[2]);
    out->neyman_day = sqrt(sum.neyman / sum.days);
    out->coverage = sum.covered / sum.days;
    out->sequence_coverage = 1 - sum.missed / (double)self->count;
    out->wrong_share = sum.wrong / sum.pool;
    out->outstanding_error = sum.outstanding_error / sum.outstanding;
}

static void read_biases(const cx_simulation *self, cx_simulation_result *out) {
    cx_i_moments points[3] = {{0, 0, 0}}, company[3] = {{0, 0, 0}}, worst = {0, 0, 0};
    cx_i_moments change = {0, 0, 0}, naive = {0, 0, 0};
    for (int64_t r = 0; r < self->count; r++) {
        const cx_i_simulation_run *run = &self->runs[r];
        for (int k = 0; k < 3; k++) {
            cx_i_moments_add(&points[k], run->point_bias[k]);
            cx_i_moments_add(&company[k], run->company_error[k]);
        }
        cx_i_moments_add(&worst, run->worst);
        cx_i_moments_add(&change, run->change);
        cx_i_moments_add(&naive, run->naive);
    }
    out->point_bias = cx_i_moments_mean(&points[0]),
    out->point_bias_se = cx_i_moments_se(&points[0]);
    out->pooled_bias = cx_i_moments_mean(&points[1]),
    out->pooled_bias_se = cx_i_moments_se(&points[1]);
    out->root_bias = cx_i_moments_mean(&points[2]), out->root_bias_se = cx_i_moments_se(&points[2]);
    out->bias = cx_i_moments_mean(&company[0]), out->bias_se = cx_i_moments_se(&company[0]);
    out->company_bias = cx_i_moments_mean(&company[1]),
    out->company_bias_se = cx_i_moments_se(&company[1]);
    out->days_error = cx_i_moments_root(&company[0]);
    out->pooled_error = cx_i_moments_root(&company[1]);
    out->root_error = cx_i_moments_root(&company[2]);
    out->worst_bias = cx_i_moments_mean(&worst);
    out->change_bias = cx_i_moments_mean(&change);
    out->change_error = cx_i_moments_root(&change);
    out->change_naive = cx_i_moments_mean(&naive);
}

/* -- the middle one ------------------------------------------------------------------------ */

static double read_rate_delay(const cx_simulation *self) {
    int64_t below = 0, found = 0;
    for (int64_t r = 0; r < self->count; r++) found += self->runs[r].rate_delay > 0;
    if (found == 0) return NAN;
    for (int64_t days = 1;; days++) {
        for (int64_t r = 0; r < self->count; r++) below += self->runs[r].rate_delay == days;
        if (2 * below >= found) return (double)days;
    }
}

/* From `arl` on all are numbers, and missing until they are known. */
static void read_nothing(cx_simulation_result *out) {
    const double none = NAN;
    size_t at = offsetof(cx_simulation_result, arl);
    memset(out, 0, sizeof *out);
    for (; at < sizeof *out; at += sizeof none) memcpy((char *)out + at, &none, sizeof none);
}

static void read_worlds(const cx_simulation *self, cx_simulation_result *out) {
    read_alarms(self, out);
    read_errors(self, out);
    read_biases(self, out);
    if (self->world->delayed) out->rate_delay = read_rate_delay(self);
}

cx_status cx_i_simulate_read(const cx_simulation *self, cx_simulation_result *out, cx_error *err) {
    if (self->count == 0)
        return cx_i_fail(err, CX_E_EMPTY, "the simulation has no runs: add some first");
    cx_simulation_result made;
    read_nothing(&made);
    made.runs = self->count;
    if (self->asked != NULL)
        cx_i_asked_read(self, &made);
    else if (self->many != NULL)
        cx_i_many_read(self, &made);
    else
        read_worlds(self, &made);
    *out = made;
    return CX_OK;
}
