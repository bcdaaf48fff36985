#include "allocate/simulate.h"

#include <cxkit/adaptive.h>

#include "stat/sequence.h"

/* One run: a history without the change, and one with it. */

enum { RUN_POINTS = CX_I_SIMULATE_POINTS };

static const double run_block[3] = {1, 7, 28};

/* -- a day's company figure ---------------------------------------------------------------- */

typedef struct run_figure {
    double error;    /* points */
    double estimate; /* of its variance, from the answers */
    double variance, neyman;
    double truth;
} run_figure;

static double run_answers(const cx_i_world *world, int64_t i) {
    return (double)(world->counts[0][i] + world->counts[1][i] + world->counts[2][i]);
}

static double run_score(const cx_i_world *world, int64_t i) {
    return 100 * (double)(world->counts[2][i] - world->counts[0][i]);
}

/* Of one answer, from those of the day; as known when one alone cannot say. */
static double run_s2(const cx_i_world *world, int64_t i, double n, double mean) {
    if (n < 2) return world->s2[i];
    double ends = (double)(world->counts[0][i] + world->counts[2][i]);
    return (1e4 * ends - n * mean * mean) / (n - 1);
}

/* Points without an answer are left out of the day. */
static run_figure run_company(const cx_i_world *world) {
    run_figure figure = {0, 0, 0, 0, 0};
    double there = 0;
    for (int64_t i = 0; i < RUN_POINTS; i++) {
        double truth = cx_i_world_truth(world, i), n = run_answers(world, i);
        double w = world->weight[i], ends = world->promoters[i] + world->detractors[i];
        double s2 = 1e4 * ends - truth * truth, mean = run_score(world, i) / n;
        figure.variance += w * w * s2 / world->n[i];
        figure.neyman += w * w * s2 / world->best[i];
        figure.truth += w * truth;
        if (n == 0) continue;
        there += w;
        figure.error += w * (mean - truth);
        figure.estimate += w * w * run_s2(world, i, n, mean) / n;
    }
    figure.error /= there;
    figure.estimate /= there * there;
    return figure;
}

static void run_count_day(cx_i_world *world, const run_figure *figure, cx_i_simulation_run *out) {
    out->variance += figure->variance;
    out->neyman += figure->neyman;
    out->days++;
    out->covered +=
        figure->error * figure->error <= 1.959963984540054 * 1.959963984540054 * figure->estimate;
    for (int k = 0; k < 3; k++) {
        world->block[k] += figure->error;
        if (++world->block_days[k] < run_block[k]) continue;
        double mean = world->block[k] / run_block[k];
        out->square[k] += mean * mean;
        out->blocks[k]++;
        world->block[k] = world->block_days[k] = 0;
    }
}

/* cx_running_mean of the days so far, with its defaults: does it hold today? */
static void run_sequence(cx_i_world *world, const run_figure *figure, cx_i_simulation_run *out) {
    cx_running_options options;
    cx_running_options_init(&options);
    double range = options.high - options.low, spread = range / 40;
    double level = fmin(fmax(figure->truth + figure->error, options.low), options.high);
    double before = world->day > 0 ? world->levels / (double)world->day : options.low + range / 2;
    double alpha = (1 - options.confidence) / 2;
    double rho = cx_i_one_sided_rho(options.optimise_at * spread * spread, alpha);
    world->levels += level;
    world->level_square += (level - before) * (level - before);
    world->level_error += level - figure->truth;
    double wealth =
        cx_i_gamma_mixture_log(fabs(world->level_error), world->level_square, rho, range);
    if (wealth > -log(alpha)) out->missed = 1;
}

/* -- what single points show --------------------------------------------------------------- */

static void run_keep(cx_i_world *world, cx_i_simulation_run *out) {
    int64_t slot = world->day % CX_I_SIMULATE_LATER;
    for (int64_t i = 0; i < RUN_POINTS; i++) {
        double n = run_answers(world, i), score = run_score(world, i);
        double truth = cx_i_world_truth(world, i);
        world->recent_n[slot][i] = n;
        world->recent[slot][i] = score - n * truth;
        if (world->age[i] > (double)out->max_age) out->max_age = (int64_t)world->age[i];
        if (world->day >= CX_I_SIMULATE_QUIET || n == 0) continue;
        world->answers[i] += n;
        world->scores[i] += score - n * truth;
        world->means[i] += score / n - truth;
        world->measured[i]++;
        world->roots[i] += sqrt(n);
        world->root_scores[i] += sqrt(n) * (score / n - truth);
    }
}

static int64_t run_worst(const cx_i_world *world) {
    int64_t worst = 0;
    for (int64_t i = 1; i < RUN_POINTS; i++)
        if (world->monitor->log_r[i] > world->monitor->log_r[worst]) worst = i;
    return worst;
}

/* Mean of the last 14 days less the truth; NaN without an answer. */
static double run_recent(const cx_i_world *world, int64_t i) {
    double n = 0, sum = 0;
    for (int k = 0; k < CX_I_SIMULATE_LATER; k++) {
        n += world->recent_n[k][i];
        sum += world->recent[k][i];
    }
    return sum / n;
}

static void run_biases(const cx_i_world *world, cx_i_simulation_run *out) {
    for (int64_t i = 0; i < RUN_POINTS; i++) {
        double bias[3] = {world->means[i] / world->measured[i],
                          world->scores[i] / world->answers[i],
                          world->root_scores[i] / world->roots[i]};
        for (int k = 0; k < 3; k++) {
            out->point_bias[k] += bias[k] / RUN_POINTS;
            out->company_error[k] += bias[k] * world->weight[i];
        }
    }
    out->worst = run_recent(world, run_worst(world));
}

/* -- alarms -------------------------------------------------------------------------------- */

/* Above the threshold that guarantees arl, in logarithms. */
static double run_above(const cx_i_world *world) {
    return cx_i_world_log_evidence(world) - log(world->options->arl);
}

/* Thresholds passed today, from the lowest; `open` is how many are left. */
static int64_t run_pass(const cx_i_world *world, int64_t open, int64_t days, int64_t *passed) {
    double above = run_above(world);
    while (open > 0 && above >= -CX_I_SIMULATE_STEP * (double)(open - 1)) passed[--open] = days;
    return open;
}

static int64_t run_most(const cx_i_world *world) {
    return (int64_t)(CX_I_SIMULATE_MOST * world->options->arl);
}

static cx_status run_quietly(cx_i_world *world, int64_t run, cx_i_simulation_run *out,
                             cx_error *err) {
    int64_t open = CX_I_SIMULATE_LEVELS, most = run_most(world);
    CX_TRY(cx_i_world_begin(world, run, false, err));
    for (; world->day < CX_I_SIMULATE_QUIET || (open > 0 && world->day < most); world->day++) {
        CX_TRY(cx_i_world_live(world, err));
        run_figure figure = run_company(world);
        run_count_day(world, &figure, out);
        if (world->day < CX_I_SIMULATE_QUIET) run_sequence(world, &figure, out);
        run_keep(world, out);
        if (open > 0) open = run_pass(world, open, world->day + 1, out->quiet);
        if (world->day == CX_I_SIMULATE_QUIET - 1) run_biases(world, out);
    }
    while (open > 0) out->quiet[--open] = -1;
    return CX_OK;
}

/* -- with the change ----------------------------------------------------------------------- */

static void run_count_pool(const cx_i_world *world, cx_i_simulation_run *out) {
    for (int64_t i = 0; i < RUN_POINTS; i++) {
        double above = fmax(world->n[i] - world->floors[i], 0);
        out->pool += above;
        if (!cx_i_world_is_hit(world, i)) out->wrong += above;
    }
}

/* How many answers the monitor expects from its open cohorts, and how many there are. */
static void run_count_outstanding(const cx_i_world *world, cx_i_simulation_run *out) {
    static const int64_t lag[CX_I_SIMULATE_LAGS] = {0, 1, 2, 4, 7};
    double expected = 0, coming = 0;
    for (int64_t i = 0; i < RUN_POINTS; i++) {
        expected += cx_i_monitor_outstanding(world->monitor, i);
        for (int l = 0; l < CX_I_SIMULATE_LAGS; l++) /* to come after today, in time */
            for (int64_t age = 0; age < lag[l] && lag[l] <= CX_I_SIMULATE_CLOSE; age++)
                for (int k = 0; k < 3 && world->day >= age; k++)
                    coming +=
                        (double)world->later[l][(world->day - age) % CX_I_SIMULATE_RING][k][i];
    }
    out->outstanding_error += fabs(expected - coming);
    out->outstanding += coming;
}

static void run_count_change(cx_i_world *world, bool alarm, cx_i_simulation_run *out) {
    int64_t days = world->day - CX_I_SIMULATE_QUIET + 1;
    if (!alarm || (world->all_fall && days <= CX_I_SIMULATE_QUIET)) {
        run_figure figure = run_company(world);
        out->variance_after += figure.variance;
        out->neyman_after += figure.neyman;
    }
    if (!alarm) run_count_pool(world, out);
    for (int64_t k = 0; k < world->hits && out->rate_delay < 0; k++)
        if (world->monitor->points[world->hit[k]].rate_alarm >= 0) out->rate_delay = days;
}

static void run_begin_change(cx_i_simulation_run *out) {
    for (int k = 0; k < CX_I_SIMULATE_LEVELS; k++) out->delay[k] = -1;
    out->rate_delay = out->true_alarm = -1;
    out->change = out->naive = NAN;
    out->peak = -INFINITY;
}

/* The first alarm after the change. */
static int64_t run_flag(const cx_i_world *world, cx_i_simulation_run *out) {
    int64_t flagged = run_worst(world);
    out->true_alarm = cx_i_world_is_hit(world, flagged);
    if (out->true_alarm == 1) out->naive = run_recent(world, flagged);
    return flagged;
}

/* What is above a threshold before the change does not count as an alarm; the evidence runs on. */
static cx_status run_changed(cx_i_world *world, int64_t run, cx_i_simulation_run *out,
                             cx_error *err) {
    int64_t open = CX_I_SIMULATE_LEVELS, flagged = 0, last = run_most(world);
    CX_TRY(cx_i_world_begin(world, run, true, err));
    out->point = world->hit[0];
    for (; world->day < last; world->day++) {
        CX_TRY(cx_i_world_live(world, err));
        bool alarm = open == 0, wrong = cx_i_world_is_wrong(world);
        run_keep(world, out);
        if (!wrong) out->peak = fmax(out->peak, run_above(world));
        if (world->delayed && !wrong && world->day >= CX_I_SIMULATE_QUIET / 2)
            run_count_outstanding(world, out);
        if (!wrong) continue;
        run_count_change(world, alarm, out);
        if (alarm) continue;
        open = run_pass(world, open, world->day - CX_I_SIMULATE_QUIET + 1, out->delay);
        if (open > 0) continue;
        flagged = run_flag(world, out);
        last = world->day + 1 + (world->all_fall ? CX_I_SIMULATE_QUIET : CX_I_SIMULATE_LATER);
    }
    if (out->true_alarm == 1) out->change = run_recent(world, flagged);
    return CX_OK;
}

cx_status cx_i_simulate_run(cx_i_world *world, int64_t run, cx_i_simulation_run *out,
                            cx_error *err) {
    memset(out, 0, sizeof *out);
    out->run = run;
    run_begin_change(out);
    CX_TRY(run_quietly(world, run, out, err));
    return world->seasonal ? CX_OK : run_changed(world, run, out, err);
}
