#ifndef CX_I_MONITOR_H
#define CX_I_MONITOR_H

#include <cxkit/monitor.h>

#include "base/keys.h"

/* The answers of one cohort at one point, or of a stretch of periods. */
typedef struct cx_i_monitor_cell {
    uint32_t n[3]; /* detractors, passives, promoters */
    uint32_t invited;
} cx_i_monitor_cell;

/* No padding: points are compared as bytes. Periods are counted from `base`, -1 for none. */
typedef struct cx_i_monitor_point {
    double level, variance; /* points */
    double shares[3];       /* discounted counts of the classes, without the prior */
    double reference[2];    /* shares of detractors and promoters: of drops, or of rises alone */
    double log_rate;        /* of the response rate */
    double rate_reference;  /* 0: none */
    double asked, replied;  /* discounted */
    double weight;
    uint32_t answered, invited, shown, declined;
    int32_t last, since, alarm, rate_alarm;
    uint32_t reference_n, watching;   /* 1 with a reference */
    cx_i_monitor_cell window, recent; /* `recent` joins the window once it is `guard` old */
} cx_i_monitor_point;

/* A phase of the cycle: precision-weighted residuals while it is learned. */
typedef struct cx_i_monitor_phase {
    double weight, sum;
    double offset, se; /* points; once known, se 0 if given */
} cx_i_monitor_phase;

struct cx_monitor {
    cx_allocator allocator;
    cx_monitor_options options;
    cx_i_keys keys; /* in key order */
    int64_t count;
    int64_t base, now;   /* first period; the newest, counted from there */
    int64_t ring, sides; /* cohorts open at a time; directions kept apart */
    int64_t stride;      /* of `bank`: sides, in each the drops, then the same adjusted */
    cx_i_monitor_point *points;
    cx_i_monitor_cell *open; /* count x ring */
    double *bank;            /* log R of each point, side and drop */
    double *upper;           /* with both directions, references of rises: 2 a point */
    double *log_r;           /* log R of each point; follows from bank */
    double *residual;        /* with common shocks: residual and weight of each point */
    int64_t *arriving;       /* ring x ring: open answers by cohort and age */
    int64_t *arrived;        /* closed answers by age */
    cx_i_monitor_phase *phases;
    int64_t cycle_known;
    int64_t excluded[CX_EXCLUDED_END];
    int64_t late, answers_open, invited_open; /* the latter: so that no cell overflows */
    double weight_total, discount;
    double log_evidence, log_rate; /* sums of the points without an alarm, over arl; follow */
    int32_t *direct;               /* positions of the numbers low .. low + span, or NULL */
    int64_t low, span;
};

/* -- life ---------------------------------------------------------------------------------- */

/* An empty one for the keys, which have to be complete; they are put in order. */
cx_status cx_i_monitor_make(const cx_monitor_options *options, const cx_i_keys *keys,
                            const cx_allocator *allocator, cx_monitor **out, cx_error *err);
cx_status cx_i_monitor_options_check(const cx_monitor_options *options, cx_error *err);
/* After a change of points: what follows from them. */
void cx_i_monitor_follow(cx_monitor *self);

/* The cohort that closes next, counted from base; negative before there is one. */
int64_t cx_i_monitor_next(const cx_monitor *self);
/* Where a period stands in a ring or cycle, whatever its sign. */
int64_t cx_i_monitor_modulo(int64_t period, int64_t length);

/* Positions of rows start .. start+count <= CX_I_BLOCK; unknown points are an error. */
cx_status cx_i_monitor_find(cx_monitor *self, const cx_array *points, int64_t start, int64_t count,
                            int64_t *positions, cx_error *err);
/* Are these keys of the right kind? */
cx_status cx_i_monitor_check_points(const cx_monitor *self, const cx_array *points, cx_error *err);

/* -- evidence ------------------------------------------------------------------------------ */

/* Shares of detractors, passives and promoters, as near to these as possible, with the mean
 * promoters - detractors = mean. */
void cx_i_monitor_at_mean(const double from[3], double mean, double out[3]);
/* log of the product of the likelihood ratios of a drop, in points, from these shares. */
double cx_i_monitor_log_ratio(int32_t form, const double shares[3], double drop,
                              const uint32_t n[3]);
/* log(1 + e^x) */
/* log of the mean of the e^x */
double cx_i_monitor_log_mean(const double *x, int64_t count);
/* The reference of a point for side 0 or 1, as shares. */
void cx_i_monitor_reference_of(const cx_monitor *self, int64_t i, int64_t side, double out[3]);
bool cx_i_monitor_side_up(const cx_monitor *self, int64_t side);
/* What the phase of a period adds to a reference, points. */
double cx_i_monitor_phase_shift(const cx_monitor *self, int64_t phase, int64_t side);
/* Freezes a reference from counts; false when they do not allow one. invited < 0: no rate. */
bool cx_i_monitor_freeze(cx_monitor *self, int64_t i, const double counts[3], double invited);
/* Evidence at nothing. */
void cx_i_monitor_restart(cx_monitor *self, int64_t i);
void cx_i_monitor_combine(cx_monitor *self, int64_t i);

/* -- figures of a point -------------------------------------------------------------------- */

/* Shares with the prior, and the variance of one answer in points^2. */
void cx_i_monitor_shares(const cx_monitor *self, int64_t i, double out[3]);
double cx_i_monitor_s2(const cx_monitor *self, int64_t i);
/* Variance of the level predicted for the next cohort. */
double cx_i_monitor_predicted(const cx_monitor *self, int64_t i);
/* NaN without invitations. */
double cx_i_monitor_response_rate(const cx_monitor *self, int64_t i);
/* Answers still to come from the open cohorts, at the beginning of a period. */
double cx_i_monitor_outstanding(const cx_monitor *self, int64_t i);
bool cx_i_monitor_has_history(const cx_monitor *self, int64_t i);

CX_I_INLINE cx_i_monitor_cell *cx_i_monitor_cell_of(const cx_monitor *self, int64_t i,
                                                    int64_t slot) {
    return &self->open[i * self->ring + slot];
}

CX_I_INLINE double *cx_i_monitor_bank_of(const cx_monitor *self, int64_t i, bool adjusted) {
    return &self->bank[i * self->stride + (adjusted ? self->stride / 2 : 0)];
}

/* log R values of a point, of one kind */
CX_I_INLINE int64_t cx_i_monitor_bank_size(const cx_monitor *self) {
    return self->sides * self->options.drop_count;
}

CX_I_INLINE uint64_t cx_i_monitor_answers(const cx_i_monitor_cell *cell) {
    return (uint64_t)cell->n[0] + cell->n[1] + cell->n[2];
}

#endif
