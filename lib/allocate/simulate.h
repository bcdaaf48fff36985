#ifndef CX_I_SIMULATE_H
#define CX_I_SIMULATE_H

#include <cxkit/simulate.h>

#include "allocate/monitor.h"
#include "stat/draws.h"

struct cx_i_asked;
struct cx_i_many;

enum {
    CX_I_SIMULATE_POINTS = 200,
    CX_I_SIMULATE_QUIET = 60,  /* days before the change, and of the biases */
    CX_I_SIMULATE_LATER = 14,  /* days after the alarm, and up to it, that measure the change */
    CX_I_SIMULATE_LEVELS = 64, /* thresholds looked at */
    CX_I_SIMULATE_HITS = 10,
    CX_I_SIMULATE_LAGS = 5,
    CX_I_SIMULATE_RING = 8,
    CX_I_SIMULATE_CLOSE = 2, /* age at which cohorts of S4 are closed */
    CX_I_SIMULATE_BUDGET = 2000,
    CX_I_SIMULATE_DAYS = 28 /* of a period of S5 */
};

#define CX_I_SIMULATE_STEP 0.04 /* between the logarithms of thresholds */
#define CX_I_SIMULATE_MOST 20   /* a history is cut after so many arl */

enum {
    CX_I_PURPOSE_SIMULATE = 2101,
    CX_I_PURPOSE_ASKED = 2102,
    CX_I_PURPOSE_MANY = 2103,
    CX_I_PURPOSE_TAPE = 2104
};

/* What a run of S5 leaves: of its last period, but for the decisions. */
typedef struct cx_i_asked_run {
    int64_t decisions, violations;
    double answers, invited, came, able;
    double asked_day[CX_I_SIMULATE_DAYS], able_day[CX_I_SIMULATE_DAYS];
    double asked_hour[24], able_hour[24];
    double naive, hajek, strata, gap; /* errors; what those who could be asked differ by */
    double draws, p, pp, drawn, pd;   /* sums over draws: p, p^2, invited, p invited */
    double spread;                    /* p (1 - p) */
} cx_i_asked_run;

/* What one run leaves. Days are -1 where there are none. */
typedef struct cx_i_simulation_run {
    int64_t run, point, max_age, true_alarm;
    int64_t quiet[CX_I_SIMULATE_LEVELS]; /* days to the first alarm without a change */
    int64_t delay[CX_I_SIMULATE_LEVELS]; /* days from the change to it */
    int64_t rate_delay;
    double peak;                            /* log evidence over arl, the most before the change */
    double variance, neyman, days;          /* sums over the days without a change */
    double variance_after, neyman_after;    /* after it */
    double square[3], blocks[3], covered;   /* errors of 1, 7, 28 days */
    double missed;                          /* by the confidence sequence, on some day */
    double point_bias[3], company_error[3]; /* days, pooled, roots */
    double worst, wrong, pool, change, naive; /* change: NaN without an answer */
    double outstanding_error, outstanding;
    double found, found_days; /* S6: share of the changed points alarmed; mean days to that */
    cx_i_asked_run asked;
} cx_i_simulation_run;

/* Points, and one history of them. */
typedef struct cx_i_world {
    const cx_simulation_options *options;
    cx_monitor_options watch;
    bool wanders, seasonal, delayed, all_fall;
    int64_t hits, hit[CX_I_SIMULATE_POINTS];
    double weight[CX_I_SIMULATE_POINTS], traffic[CX_I_SIMULATE_POINTS];
    double upper[CX_I_SIMULATE_POINTS], floors[CX_I_SIMULATE_POINTS];
    double low[CX_I_SIMULATE_POINTS], high[CX_I_SIMULATE_POINTS]; /* shares when all is well */
    double s2[CX_I_SIMULATE_POINTS], nats[CX_I_SIMULATE_POINTS], drift[CX_I_SIMULATE_POINTS];
    /* today */
    int64_t day, run;
    bool changed;
    cx_i_draws draws;
    double detractors[CX_I_SIMULATE_POINTS], promoters[CX_I_SIMULATE_POINTS];
    double walk[CX_I_SIMULATE_POINTS], lower[CX_I_SIMULATE_POINTS];
    double n[CX_I_SIMULATE_POINTS], best[CX_I_SIMULATE_POINTS]; /* planned; Neyman's */
    double adjusted[CX_I_SIMULATE_POINTS];                      /* evidence that plans go by */
    double local[CX_I_SIMULATE_POINTS], likelihood[CX_I_SIMULATE_POINTS];
    double cusum[CX_I_SIMULATE_POINTS], away[CX_I_SIMULATE_POINTS], age[CX_I_SIMULATE_POINTS];
    int64_t keys[CX_I_SIMULATE_POINTS], counts[3][CX_I_SIMULATE_POINTS];
    int64_t invited[CX_I_SIMULATE_POINTS];
    /* by lag and day of invitation, what will be answered */
    int64_t later[CX_I_SIMULATE_LAGS][CX_I_SIMULATE_RING][3][CX_I_SIMULATE_POINTS];
    /* the first days: answers, sums of scores, of days' means, weighted by roots */
    double answers[CX_I_SIMULATE_POINTS], scores[CX_I_SIMULATE_POINTS];
    double means[CX_I_SIMULATE_POINTS], measured[CX_I_SIMULATE_POINTS];
    double roots[CX_I_SIMULATE_POINTS], root_scores[CX_I_SIMULATE_POINTS];
    double truth[CX_I_SIMULATE_POINTS];
    /* the last 14 days, by day */
    double recent_n[CX_I_SIMULATE_LATER][CX_I_SIMULATE_POINTS];
    double recent[CX_I_SIMULATE_LATER][CX_I_SIMULATE_POINTS]; /* scores less the truth */
    double block[3], block_days[3];
    double levels, level_square, level_error; /* sums over days: figure, V of its sequence, error */
    cx_monitor *monitor;
    cx_policy *policy;
} cx_i_world;

struct cx_simulation {
    cx_allocator allocator;
    cx_simulation_options options;
    int64_t count;
    cx_i_simulation_run *runs; /* by number */
    cx_i_world *world;         /* S1 .. S4, else NULL */
    struct cx_i_asked *asked;  /* S5 */
    struct cx_i_many *many;    /* S6 */
};

/* -- the world ----------------------------------------------------------------------------- */

cx_status cx_i_world_make(cx_i_world *world, const cx_simulation_options *options,
                          const cx_allocator *allocator, cx_error *err);
void cx_i_world_free(cx_i_world *world);
/* The first day of a history; `changed`: one with the change. */
cx_status cx_i_world_begin(cx_i_world *world, int64_t run, bool changed, cx_error *err);
/* Plan, answers and evidence of today; n and counts stay until the next. */
cx_status cx_i_world_live(cx_i_world *world, cx_error *err);
/* Is something wrong today? */
bool cx_i_world_is_wrong(const cx_i_world *world);
bool cx_i_world_is_hit(const cx_i_world *world, int64_t i);
/* log of the weighted evidence. */
double cx_i_world_log_evidence(const cx_i_world *world);
double cx_i_world_truth(const cx_i_world *world, int64_t i); /* points, today */
cx_status cx_i_world_plan(cx_i_world *world, cx_error *err);
cx_status cx_i_world_answer(cx_i_world *world, cx_error *err);

/* -- a run and what is read from runs ------------------------------------------------------ */

cx_status cx_i_simulate_run(cx_i_world *world, int64_t run, cx_i_simulation_run *out,
                            cx_error *err);
/* Of policies, as the simulation's options say. */
void cx_i_simulate_policy(const cx_simulation_options *given, cx_policy_options *out);
cx_status cx_i_many_make(struct cx_i_many **out, const cx_simulation_options *options,
                         const cx_allocator *allocator, cx_error *err);
void cx_i_many_free(struct cx_i_many *self, const cx_allocator *allocator);
cx_status cx_i_many_simulate(struct cx_i_many *self, int64_t run, cx_i_simulation_run *out,
                             cx_error *err);
void cx_i_many_read(const cx_simulation *self, cx_simulation_result *out);
cx_status cx_i_asked_make(struct cx_i_asked **out, const cx_simulation_options *options,
                          const cx_allocator *allocator, cx_error *err);
cx_status cx_i_asked_simulate(struct cx_i_asked *self, int64_t run, cx_i_simulation_run *out,
                              cx_error *err);
void cx_i_asked_read(const cx_simulation *self, cx_simulation_result *out);
cx_status cx_i_simulate_read(const cx_simulation *self, cx_simulation_result *out, cx_error *err);

typedef struct cx_i_moments {
    double n, sum, squares;
} cx_i_moments;

void cx_i_moments_add(cx_i_moments *m, double x); /* NaN is left out */
double cx_i_moments_mean(const cx_i_moments *m);
double cx_i_moments_se(const cx_i_moments *m);
double cx_i_moments_root(const cx_i_moments *m);

#endif
