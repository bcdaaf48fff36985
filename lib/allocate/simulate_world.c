#include "allocate/simulate.h"

#include <cxkit/special.h>

/* The points of a world, what changes there, and what befalls it day by day. */

/* -- points when all is well --------------------------------------------------------------- */

static void world_point(cx_i_world *world, int64_t i) {
    double number = (double)(i + 1), z = cx_normal_quantile((number - 0.5) / CX_I_SIMULATE_POINTS);
    double traffic = 250 * exp(0.8 * z - 0.32);
    world->keys[i] = i;
    world->drift[i] = 1;
    world->traffic[i] = traffic;
    world->upper[i] = floor(0.2 * traffic);
    world->floors[i] = fmin(world->upper[i], (i + 1) % 5 == 0 ? 10 : 2);
    world->low[i] = 0.20 + 0.08 * sin(number);
    world->high[i] = 0.50 - 0.08 * sin(number);
    double net = world->high[i] - world->low[i];
    world->s2[i] = 1e4 * (world->high[i] + world->low[i] - net * net);
    double low = world->low[i] + 0.1, high = world->high[i] - 0.1;
    world->nats[i] = low * log(low / world->low[i]) + high * log(high / world->high[i]);
}

static void world_points(cx_i_world *world) {
    double total = 0;
    for (int64_t i = 0; i < CX_I_SIMULATE_POINTS; i++) {
        world_point(world, i);
        total += world->traffic[i];
    }
    for (int64_t i = 0; i < CX_I_SIMULATE_POINTS; i++) world->weight[i] = world->traffic[i] / total;
}

static void world_scenario(cx_i_world *world) {
    int32_t scenario = world->options->scenario;
    world->seasonal = scenario == CX_SCENARIO_S3 || scenario == CX_SCENARIO_S3_PLAIN ||
                      scenario == CX_SCENARIO_S3_SEASON;
    world->wanders = world->seasonal && scenario != CX_SCENARIO_S3_SEASON;
    world->delayed = scenario == CX_SCENARIO_S4;
    world->all_fall = scenario == CX_SCENARIO_S2C;
}

/* -- the monitor and the policy ------------------------------------------------------------ */

static const double world_week[7] = {6, 3, 0, 0, -3, -6, 0}; /* points */

static void world_watch(cx_i_world *world) {
    int32_t scenario = world->options->scenario;
    bool bank = scenario == CX_SCENARIO_S2A || scenario == CX_SCENARIO_S2B || world->all_fall;
    cx_monitor_options_init(&world->watch);
    world->watch.form = world->options->form;
    world->watch.reference = CX_REFERENCE_PLUG_IN;
    world->watch.arl = world->options->arl;
    world->watch.common_shock = world->options->common_shock;
    if (!bank) world->watch.drop_count = 1, world->watch.drops[0] = 20;
    if (world->seasonal && scenario != CX_SCENARIO_S3_PLAIN) world->watch.cycle = 7;
    if (world->delayed) world->watch.max_age = CX_I_SIMULATE_CLOSE;
}

void cx_i_simulate_policy(const cx_simulation_options *given, cx_policy_options *out) {
    cx_policy_options_init(out);
    out->arl = given->arl;
    out->boost = given->boost;
    out->gamma = given->gamma;
    out->allowance = given->allowance;
    out->seed = given->seed;
}

static cx_status world_policy(cx_i_world *world, const cx_allocator *allocator, int32_t rule,
                              cx_policy **out, cx_error *err) {
    cx_policy_options options;
    cx_i_simulate_policy(world->options, &options);
    options.policy = rule;
    options.allocator = allocator;
    return cx_policy_new(CX_I_SIMULATE_POINTS, &options, out, err);
}

/* Random and staying pools are filled in an order given from outside, as TRAS fills its own. */
static int32_t world_rule(int32_t policy) {
    if (policy == CX_SIMULATED_ORACLE) return CX_POLICY_NEYMAN;
    return policy < CX_POLICY_END ? policy : CX_POLICY_TRAS;
}

static cx_status world_neyman(cx_i_world *world, const cx_allocator *allocator, cx_error *err) {
    cx_points points = {.count = CX_I_SIMULATE_POINTS,
                        .weight = world->weight,
                        .s2 = world->s2,
                        .lower = world->floors,
                        .upper = world->upper};
    cx_policy *neyman;
    CX_TRY(world_policy(world, allocator, CX_POLICY_NEYMAN, &neyman, err));
    cx_status status = cx_policy_plan(neyman, &points, CX_I_SIMULATE_BUDGET, 0, world->best, err);
    cx_policy_free(neyman);
    return status;
}

cx_status cx_i_world_make(cx_i_world *world, const cx_simulation_options *options,
                          const cx_allocator *allocator, cx_error *err) {
    world->options = options;
    world_points(world);
    world_scenario(world);
    world_watch(world);
    cx_array keys = cx_array_of(world->keys, CX_I64, CX_I_SIMULATE_POINTS);
    CX_TRY(cx_monitor_new(&keys, NULL, &world->watch, allocator, &world->monitor, err));
    CX_TRY(world_neyman(world, allocator, err));
    return world_policy(world, allocator, world_rule(options->policy), &world->policy, err);
}

void cx_i_world_free(cx_i_world *world) {
    cx_monitor_free(world->monitor);
    cx_policy_free(world->policy);
}

/* -- a history ----------------------------------------------------------------------------- */

static void world_choose(cx_i_world *world) {
    bool many = world->options->scenario == CX_SCENARIO_S2B;
    world->hits = world->all_fall ? CX_I_SIMULATE_POINTS : many ? CX_I_SIMULATE_HITS : 1;
    for (int64_t k = 0; k < world->hits; k++) {
        world->hit[k] = world->all_fall ? k : world->run * 61 % CX_I_SIMULATE_POINTS;
        while (many) { /* one that has not been drawn */
            bool fresh = true;
            world->hit[k] = (int64_t)(cx_i_draw_uniform(&world->draws) * CX_I_SIMULATE_POINTS);
            for (int64_t j = 0; j < k; j++) fresh = fresh && world->hit[j] != world->hit[k];
            if (fresh) break;
        }
    }
}

static cx_status world_baseline(cx_i_world *world, cx_error *err) {
    double counts[3][CX_I_SIMULATE_POINTS], asked[CX_I_SIMULATE_POINTS];
    cx_array keys = cx_array_of(world->keys, CX_I64, CX_I_SIMULATE_POINTS), columns[4];
    double many = 1e9; /* as good as known */
    for (int64_t i = 0; i < CX_I_SIMULATE_POINTS; i++) {
        counts[0][i] = many * world->low[i];
        counts[1][i] = many * (1 - world->low[i] - world->high[i]);
        counts[2][i] = many * world->high[i];
        asked[i] = many / 0.171; /* 90 % of 0.19 answer in time */
    }
    for (int k = 0; k < 3; k++) columns[k] = cx_array_of(counts[k], CX_F64, CX_I_SIMULATE_POINTS);
    columns[3] = cx_array_of(asked, CX_F64, CX_I_SIMULATE_POINTS);
    CX_TRY(cx_monitor_baseline(world->monitor, &keys, &columns[0], &columns[1], &columns[2],
                               world->delayed ? &columns[3] : NULL, err));
    cx_array week = cx_array_of(world_week, CX_F64, 7);
    if (world->watch.cycle == 0) return CX_OK;
    return cx_monitor_set_cycle(world->monitor, &week, err);
}

static void world_clear(cx_i_world *world) {
    size_t size = sizeof world->walk;
    memset(world->walk, 0, size);
    memset(world->local, 0, size);
    memset(world->likelihood, 0, size);
    memset(world->cusum, 0, size);
    memset(world->away, 0, size);
    memset(world->age, 0, size);
    memset(world->invited, 0, sizeof world->invited);
    memset(world->later, 0, sizeof world->later);
    memset(world->answers, 0, size);
    memset(world->scores, 0, size);
    memset(world->means, 0, size);
    memset(world->measured, 0, size);
    memset(world->roots, 0, size);
    memset(world->root_scores, 0, size);
    memset(world->truth, 0, size);
    memset(world->recent_n, 0, sizeof world->recent_n);
    memset(world->recent, 0, sizeof world->recent);
    memset(world->block, 0, sizeof world->block);
    memset(world->block_days, 0, sizeof world->block_days);
    world->levels = world->level_square = world->level_error = 0;
}

/* -- what is true today -------------------------------------------------------------------- */

bool cx_i_world_is_wrong(const cx_i_world *world) {
    return world->changed && world->day >= CX_I_SIMULATE_QUIET;
}

bool cx_i_world_is_hit(const cx_i_world *world, int64_t i) {
    for (int64_t k = 0; k < world->hits; k++)
        if (world->hit[k] == i) return true;
    return false;
}

static double world_drop(const cx_i_world *world) {
    switch (world->options->scenario) {
    case CX_SCENARIO_S2A:
        return fmin((double)(world->day - CX_I_SIMULATE_QUIET + 1), 40);
    case CX_SCENARIO_S2B:
        return 10;
    case CX_SCENARIO_S2C:
        return 5;
    default:
        return 20;
    }
}

/* Half of a change at either end. */
static void world_move(cx_i_world *world, int64_t i, double points) {
    double by = fmin(fmax(points / 200, 0.01 - world->high[i]), world->low[i] - 0.01);
    world->detractors[i] = world->low[i] - by;
    world->promoters[i] = world->high[i] + by;
}

static bool world_promoted(const cx_i_world *world, int64_t i) {
    int64_t day = world->day % 90;
    return i % 10 < 3 && day >= 14 && day <= 20;
}

/* The next day's shares. */
static void world_dawn(cx_i_world *world) {
    for (int64_t i = 0; i < CX_I_SIMULATE_POINTS; i++) {
        double move = 0;
        if (world->wanders) world->walk[i] += cx_i_draw_normal(&world->draws);
        if (world->seasonal)
            move = world->walk[i] + world_week[world->day % 7] + 5 * world_promoted(world, i);
        world_move(world, i, move);
    }
    if (!cx_i_world_is_wrong(world)) return;
    for (int64_t k = 0; k < world->hits; k++) world_move(world, world->hit[k], -world_drop(world));
}

double cx_i_world_truth(const cx_i_world *world, int64_t i) {
    return 100 * (world->promoters[i] - world->detractors[i]);
}

cx_status cx_i_world_begin(cx_i_world *world, int64_t run, bool changed, cx_error *err) {
    world->run = run;
    world->changed = changed;
    world->day = 0;
    world->draws = cx_i_draws_at(world->options->seed, CX_I_PURPOSE_SIMULATE, changed, run);
    world_clear(world);
    world_choose(world);
    cx_monitor_reset(world->monitor);
    return world_baseline(world, err);
}

cx_status cx_i_world_live(cx_i_world *world, cx_error *err) {
    world_dawn(world);
    CX_TRY(cx_i_world_plan(world, err));
    return cx_i_world_answer(world, err);
}
