#include "allocate/monitor.h"

#include "stat/interval.h"

#include <cxkit/special.h>

/* -- likelihood ratios --------------------------------------------------------------------- */

/* No single answer may take away more than this share of the evidence's logarithm. */
#define MONITOR_MOST_BET 0.75

void cx_i_monitor_at_mean(const double from[3], double mean, double out[3]) {
    double gap = (from[2] - from[0] - mean) / 2;
    if (mean > 1) mean = 1;
    if (mean < -1) mean = -1;
    out[0] = from[0] + gap, out[2] = from[2] - gap;
    if (out[2] < 0) out[2] = 0, out[0] = -mean;
    if (out[0] < 0) out[0] = 0, out[2] = mean;
    out[1] = fmax(1 - out[0] - out[2], 0);
}

/* The lambda that grows fastest when the shares are `to`: the smallest root of the derivative of
 * sum to_k log(1 + lambda a_k), a quadratic for three classes; a_k = m0 - x_k. */
static double monitor_bet(const double a[3], const double to[3], double slope) {
    double sum = a[0] + a[1] + a[2], c1 = 0, c2 = a[0] * a[1] * a[2];
    for (int k = 0; k < 3; k++) c1 += to[k] * a[k] * (sum - a[k]);
    double root = sqrt(fmax(c1 * c1 - 4 * c2 * slope, 0)), below = root - c1;
    double most = a[2] < 0 ? MONITOR_MOST_BET / -a[2] : 1;
    return below > 0 ? fmin(2 * slope / below, most) : most;
}

static double monitor_log_bounded(const double shares[3], double moved, const uint32_t n[3]) {
    double m0 = (1 + shares[2] - shares[0]) / 2, log_ratio = 0;
    const double a[3] = {m0, m0 - 0.5, m0 - 1};
    const double to[3] = {shares[0] + moved, shares[1], shares[2] - moved};
    double bet = monitor_bet(a, to, moved);
    for (int k = 0; k < 3; k++)
        if (n[k] > 0) log_ratio += n[k] * log1p(bet * a[k]);
    return log_ratio;
}

double cx_i_monitor_log_ratio(int32_t form, const double shares[3], double drop,
                              const uint32_t n[3]) {
    double moved = fmin(drop / 200, MONITOR_MOST_BET * shares[2]), log_ratio = 0;
    if (!(moved > 0)) return 0;
    if (form == CX_MONITOR_BOUNDED) return monitor_log_bounded(shares, moved, n);
    if (n[0] > 0) log_ratio += n[0] * log1p(moved / fmax(shares[0], 1e-9));
    if (n[2] > 0) log_ratio += n[2] * log1p(-moved / shares[2]);
    return log_ratio;
}

double cx_i_monitor_log_mean(const double *x, int64_t count) {
    double most = x[0], sum = 0;
    for (int64_t i = 1; i < count; i++) most = x[i] > most ? x[i] : most;
    if (count == 1 || most == (double)-INFINITY) return most;
    for (int64_t i = 0; i < count; i++) sum += exp(x[i] - most);
    return most + log(sum / (double)count);
}

/* -- references ---------------------------------------------------------------------------- */

bool cx_i_monitor_side_up(const cx_monitor *self, int64_t side) {
    return side == 1 || self->options.direction == CX_MONITOR_UP;
}

static double *monitor_ends(const cx_monitor *self, int64_t i, int64_t side) {
    return side == 1 ? &self->upper[2 * i] : self->points[i].reference;
}

void cx_i_monitor_reference_of(const cx_monitor *self, int64_t i, int64_t side, double out[3]) {
    const double *ends = monitor_ends(self, i, side);
    out[0] = ends[0], out[2] = ends[1];
    out[1] = fmax(1 - ends[0] - ends[1], 0);
}

double cx_i_monitor_phase_shift(const cx_monitor *self, int64_t phase, int64_t side) {
    if (self->options.cycle == 0 || self->cycle_known == 0) return 0;
    const cx_i_monitor_phase *p = &self->phases[phase];
    double z = self->options.reference == CX_REFERENCE_LIMIT && p->se > 0
                   ? cx_normal_quantile(self->options.confidence)
                   : 0;
    return cx_i_monitor_side_up(self, side) ? p->offset + z * p->se : p->offset - z * p->se;
}

/* The shares whose mean, or whose ratio of the two ends, is the confidence limit. */
static void monitor_limit(const cx_monitor *self, const double counts[3], bool up, double out[3]) {
    double n = counts[0] + counts[1] + counts[2], ends = counts[0] + counts[2];
    double confidence = 2 * self->options.confidence - 1;
    const double shares[3] = {counts[0] / n, counts[1] / n, counts[2] / n};
    if (self->options.form == CX_MONITOR_BOUNDED) {
        cx_i_interval mean = cx_i_net_interval(
            CX_METHOD_SCORE, (cx_i_trinomial){counts[0], counts[1], counts[2]}, confidence);
        cx_i_monitor_at_mean(shares, up ? mean.high : mean.low, out);
        return;
    }
    cx_i_interval part =
        cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, counts[2], ends, confidence);
    double promoters = up ? part.high : part.low;
    out[0] = (1 - promoters) * (1 - shares[1]);
    out[1] = shares[1];
    out[2] = promoters * (1 - shares[1]);
}

static void monitor_plug_in(const cx_monitor *self, const double counts[3], double out[3]) {
    const double *prior = self->options.prior;
    bool degenerate = !(counts[0] > 0 && counts[2] > 0);
    double sum = 0;
    for (int k = 0; k < 3; k++) sum += out[k] = counts[k] + (degenerate ? prior[k] : 0);
    for (int k = 0; k < 3; k++) out[k] /= sum;
}

static void monitor_freeze_rate(cx_monitor *self, int64_t i, double answered, double invited) {
    cx_i_monitor_point *point = &self->points[i];
    double confidence = 2 * self->options.confidence - 1;
    point->rate_reference = 0;
    point->log_rate = (double)-INFINITY;
    if (!(invited > 0)) return;
    if (answered > invited) answered = invited;
    point->rate_reference = answered / invited;
    if (self->options.reference == CX_REFERENCE_LIMIT)
        point->rate_reference =
            cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, answered, invited, confidence).low;
    point->rate_reference = fmin(point->rate_reference, 0.999);
}

bool cx_i_monitor_freeze(cx_monitor *self, int64_t i, const double counts[3], double invited) {
    double n = counts[0] + counts[1] + counts[2], shares[3];
    if (!(counts[0] + counts[2] > 0)) return false;
    for (int64_t side = 0; side < self->sides; side++) {
        if (self->options.reference == CX_REFERENCE_LIMIT)
            monitor_limit(self, counts, cx_i_monitor_side_up(self, side), shares);
        else
            monitor_plug_in(self, counts, shares);
        double *ends = monitor_ends(self, i, side);
        ends[0] = shares[0], ends[1] = shares[2];
    }
    cx_i_monitor_restart(self, i);
    monitor_freeze_rate(self, i, n, invited);
    self->points[i].watching = 1;
    self->points[i].reference_n = (uint32_t)fmin(n, UINT32_MAX);
    return true;
}

void cx_i_monitor_restart(cx_monitor *self, int64_t i) {
    int64_t next = cx_i_monitor_next(self);
    for (int64_t j = 0; j < self->stride; j++) self->bank[i * self->stride + j] = -INFINITY;
    self->log_r[i] = -INFINITY;
    self->points[i].log_rate = -INFINITY;
    self->points[i].since = (int32_t)(next > 0 ? next : 0);
}

void cx_i_monitor_combine(cx_monitor *self, int64_t i) {
    self->log_r[i] =
        cx_i_monitor_log_mean(cx_i_monitor_bank_of(self, i, false), cx_i_monitor_bank_size(self));
}

/* -- figures of a point -------------------------------------------------------------------- */

void cx_i_monitor_shares(const cx_monitor *self, int64_t i, double out[3]) {
    double sum = 0;
    for (int k = 0; k < 3; k++) sum += out[k] = self->points[i].shares[k] + self->options.prior[k];
    for (int k = 0; k < 3; k++) out[k] /= sum;
}

double cx_i_monitor_s2(const cx_monitor *self, int64_t i) {
    double p[3];
    cx_i_monitor_shares(self, i, p);
    return 1e4 * (p[0] + p[2] - (p[2] - p[0]) * (p[2] - p[0]));
}

double cx_i_monitor_predicted(const cx_monitor *self, int64_t i) {
    return self->points[i].variance + self->options.process_noise;
}

double cx_i_monitor_response_rate(const cx_monitor *self, int64_t i) {
    const cx_i_monitor_point *point = &self->points[i];
    return point->asked > 0 ? (point->replied + 0.5) / (point->asked + 1) : (double)NAN;
}

/* Of n customers who have not answered by an age, each will with probability
 * rate (1 - F) / (1 - rate F); without invitations, from the answers that came. */
static double monitor_outstanding_of(const cx_i_monitor_cell *cell, double rate, double come) {
    double answered = (double)cx_i_monitor_answers(cell), invited = cell->invited;
    if (invited > 0 && !isnan(rate))
        return fmax(invited - answered, 0) * rate * (1 - come) / (1 - rate * come);
    return come > 0 ? answered * (1 - come) / come : 0;
}

double cx_i_monitor_outstanding(const cx_monitor *self, int64_t i) {
    double all = 0, come = 0, sum = 0, rate = cx_i_monitor_response_rate(self, i);
    for (int64_t age = 0; age < self->ring; age++) all += (double)self->arrived[age];
    for (int64_t age = 0; age < self->ring && age <= self->now; age++) {
        int64_t slot = cx_i_monitor_modulo(self->base + self->now - age, self->ring);
        sum += monitor_outstanding_of(cx_i_monitor_cell_of(self, i, slot), rate,
                                      all > 0 ? come / all : 0);
        come += (double)self->arrived[age];
    }
    return sum;
}

bool cx_i_monitor_has_history(const cx_monitor *self, int64_t i) {
    const cx_i_monitor_point *point = &self->points[i];
    return point->answered > 0 || point->watching == 1 || point->asked > 0;
}
