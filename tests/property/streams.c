/* The classic multi-stream problem, with the library's policies and recursions: 100 streams of
 * N(0, 1), 10 of them seen at each step, one shifts by 1 after step 100; mean time to a false alarm
 * 1000. Delays are held against those of a simulation made apart.
 *
 *     tests/property/streams [in control [changed [all]]]        default: 30 100
 *
 * With a third argument all policies are run, not three of them. */

#include "stat/detect.h"

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS = 100, SEEN = 10, CHANGE = 100, LEVELS = 40, MOST = 20000, WANTED = 1000 };

typedef struct setting {
    const char *name;
    int32_t policy; /* a cx_policy_rule; tras where streams are ordered here */
    int kind;
    double delay, se; /* of the simulation made apart */
} setting;

enum { BY_POLICY, ALL, RANDOM, ROUND, STAY, COMPENSATED };

static const setting settings[] = {
    {"all seen", CX_POLICY_UNIFORM, ALL, 18.5, 0.2},
    {"detect", CX_POLICY_DETECT, BY_POLICY, 35.8, 0.6},
    {"tssrp", CX_POLICY_TSSRP, BY_POLICY, 34.7, 0.5},
    {"random", CX_POLICY_TRAS, RANDOM, 129.5, 1.6},
    {"round robin", CX_POLICY_TRAS, ROUND, 125.5, 1.5},
    {"stay", CX_POLICY_TRAS, STAY, 37.0, 0.6},
    {"tras 0.05", CX_POLICY_TRAS, COMPENSATED, 35.7, 0.5},
};

static int tests, failures;

static void ok(bool passed, const char *name) {
    printf("%s %d - %s\n", passed ? "ok" : "not ok", ++tests, name);
    failures += !passed;
}

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    printf("Bail out! %s\n", err->text);
    exit(1);
}

/* -- a history ----------------------------------------------------------------------------- */

typedef struct history {
    const setting *what;
    cx_policy *policy;
    uint64_t run, step;
    bool changes;
    double log_r[STREAMS], likelihood[STREAMS], cusum[STREAMS], age[STREAMS], local[STREAMS];
    double upper[STREAMS], n[STREAMS];
} history;

static double uniform(const history *h, uint32_t purpose, uint64_t i) {
    uint64_t at = h->run << 1 | h->changes;
    return cx_random_uniform(3, purpose, at << 24 | h->step << 8 | i, 0);
}

static void order(history *h) {
    for (uint64_t i = 0; i < STREAMS; i++) {
        bool here = h->age[i] == 0 && h->cusum[i] > 0;
        h->local[i] = h->what->kind == RANDOM  ? uniform(h, 2, i)
                      : h->what->kind == ROUND ? h->age[i]
                      : h->what->kind == STAY  ? (here ? INFINITY : h->age[i])
                                               : h->cusum[i];
    }
}

static void plan(history *h) {
    cx_points points = {.count = STREAMS,
                        .log_evidence = h->log_r,
                        .upper = h->upper,
                        .local = h->local,
                        .likelihood = h->likelihood,
                        .age = h->age};
    cx_error err;
    order(h);
    must(cx_policy_plan(h->policy, &points, h->what->kind == ALL ? STREAMS : SEEN,
                        h->run << 17 | h->step << 1 | h->changes, h->n, &err),
         &err);
}

static void live(history *h) {
    plan(h);
    for (uint64_t i = 0; i < STREAMS; i++) {
        bool shifted = h->changes && i == h->run % STREAMS && h->step >= CHANGE;
        double ratio = 0;
        if (h->n[i] >= 1) ratio = cx_normal_quantile(uniform(h, 1, i)) + shifted - 0.5;
        h->age[i] = h->n[i] >= 1 ? 0 : h->age[i] + 1;
        h->log_r[i] = cx_i_roberts_step(h->log_r[i], ratio);
        h->likelihood[i] += ratio;
        h->cusum[i] = cx_i_cusum_step(h->cusum[i], ratio);
        if (h->what->kind == COMPENSATED && h->n[i] < 1) h->cusum[i] += 0.05;
    }
    h->step++;
}

/* What an alarm goes by, and the lowest threshold looked at. */
static double statistic(const history *h) {
    double most = -INFINITY, sum = 0;
    const double *x = h->what->kind == COMPENSATED ? h->cusum : h->log_r;
    for (int i = 0; i < STREAMS; i++) most = fmax(most, x[i]);
    if (h->what->kind == COMPENSATED) return most;
    for (int i = 0; i < STREAMS; i++) sum += exp(x[i] - most);
    return most + log(sum);
}

static double level(const setting *what, int k) {
    if (what->kind == COMPENSATED) return 4 + 0.15 * k;
    return log(0.35 * WANTED * STREAMS) + 0.03 * k;
}

/* The first step at which each level is passed, counted from `from` on. */
static void pass(history *h, uint64_t from, double sums[LEVELS], double squares[LEVELS]) {
    int open = 0;
    h->step = 0;
    for (int i = 0; i < STREAMS; i++) {
        h->log_r[i] = -INFINITY;
        h->likelihood[i] = h->cusum[i] = h->age[i] = 0;
    }
    while (open < LEVELS && h->step < MOST) {
        live(h);
        double now = h->step > from ? statistic(h) : -INFINITY, steps = (double)(h->step - from);
        for (; open < LEVELS && now >= level(h->what, open); open++) {
            sums[open] += steps;
            squares[open] += steps * steps;
        }
    }
    for (; open < LEVELS; open++) sums[open] += MOST, squares[open] += (double)MOST * MOST;
}

/* -- a policy ------------------------------------------------------------------------------ */

static double spread(double sum, double squares, double runs) {
    return sqrt(fmax(squares - sum * sum / runs, 0) / (runs - 1) / runs);
}

static void check(const setting *what, int64_t quiet, int64_t changed) {
    double lengths[LEVELS] = {0}, squares[LEVELS] = {0}, delays[LEVELS] = {0}, more[LEVELS] = {0};
    static history h;
    cx_policy_options options;
    cx_error err;
    char name[96];
    int k = 1;
    memset(&h, 0, sizeof h);
    cx_policy_options_init(&options);
    options.policy = what->policy;
    options.arl = WANTED;
    must(cx_policy_new(STREAMS, &options, &h.policy, &err), &err);
    h.what = what;
    for (int i = 0; i < STREAMS; i++) h.upper[i] = 1;
    for (h.run = 0; h.run < (uint64_t)quiet; h.run++) pass(&h, 0, lengths, squares);
    h.changes = true;
    for (h.run = 0; h.run < (uint64_t)changed; h.run++) pass(&h, CHANGE, delays, more);
    cx_policy_free(h.policy);
    while (k < LEVELS - 1 && lengths[k] < WANTED * (double)quiet) k++;
    double low = lengths[k - 1] / (double)quiet, high = lengths[k] / (double)quiet;
    double at = high > low ? fmin(fmax((WANTED - low) / (high - low), 0), 1) : 0;
    double runs = (double)changed, slope = (delays[LEVELS - 1] - delays[0]) / runs;
    slope /= log(lengths[LEVELS - 1] / lengths[0]); /* of the delay in the log of the length */
    double delay = (delays[k - 1] + at * (delays[k] - delays[k - 1])) / runs;
    double uncertain = spread(lengths[k], squares[k], (double)quiet) / high * slope;
    double se = hypot(hypot(spread(delays[k], more[k], runs), uncertain), what->se);
    printf("# %s: %.1f (%.1f) steps, %.1f (%.1f) made apart\n", what->name, delay, se, what->delay,
           what->se);
    snprintf(name, sizeof name, "%s: the delay is within three standard errors", what->name);
    ok(fabs(delay - what->delay) <= 3 * se, name);
}

int main(int argc, char **argv) {
    int64_t quiet = argc > 1 ? atoll(argv[1]) : 30, changed = argc > 2 ? atoll(argv[2]) : 100;
    size_t count = argc > 3 ? sizeof settings / sizeof *settings : 3;
    if (quiet < 2 || changed < 2) return 2;
    for (size_t s = 0; s < count; s++) check(&settings[s], quiet, changed);
    printf("1..%d\n", tests);
    return failures > 0;
}
