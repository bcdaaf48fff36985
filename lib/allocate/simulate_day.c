#include "allocate/simulate.h"

#include "stat/detect.h"

/* A day: the plan, the answers, and what is made of them. */

enum { DAY_POINTS = CX_I_SIMULATE_POINTS };

static const double day_lag_share[CX_I_SIMULATE_LAGS] = {0.60, 0.20, 0.10, 0.05, 0.05};
static const int64_t day_lag[CX_I_SIMULATE_LAGS] = {0, 1, 2, 4, 7};
static const double day_lag_shift[CX_I_SIMULATE_LAGS] = {2, -3, -3, -3, -3}; /* points */

#define DAY_RATE 0.19 /* answers to an invitation: 95 % arrive, a fifth of them answer */
#define DAY_IN_TIME 0.9

/* -- the plan ------------------------------------------------------------------------------ */

/* Ranks for the pools that have no policy of their own. */
static void day_order(cx_i_world *world) {
    for (int64_t i = 0; i < DAY_POINTS; i++) switch (world->options->policy) {
        case CX_SIMULATED_RANDOM:
            world->local[i] = cx_i_draw_uniform(&world->draws);
            break;
        case CX_SIMULATED_STAY:
            world->local[i] =
                world->away[i] == 0 && world->cusum[i] > 0 ? INFINITY : world->away[i];
            break;
        default:
            world->local[i] = world->cusum[i];
            break;
        }
}

static void day_floors(cx_i_world *world) {
    memcpy(world->lower, world->floors, sizeof world->lower);
    if (world->options->policy != CX_SIMULATED_ORACLE || world->all_fall ||
        !cx_i_world_is_wrong(world))
        return;
    for (int64_t k = 0; k < world->hits; k++)
        world->lower[world->hit[k]] = world->upper[world->hit[k]];
}

static void day_adjust(cx_i_world *world) {
    const cx_monitor *monitor = world->monitor;
    bool adjust = world->options->common_shock == 1;
    for (int64_t i = 0; i < DAY_POINTS; i++)
        world->adjusted[i] = adjust ? cx_i_monitor_log_mean(cx_i_monitor_bank_of(monitor, i, true),
                                                            cx_i_monitor_bank_size(monitor))
                                    : monitor->log_r[i];
}

cx_status cx_i_world_plan(cx_i_world *world, cx_error *err) {
    day_order(world);
    day_floors(world);
    day_adjust(world);
    cx_points points = {.count = DAY_POINTS,
                        .weight = world->weight,
                        .s2 = world->s2,
                        .log_evidence = world->adjusted,
                        .lower = world->lower,
                        .upper = world->upper,
                        .traffic = world->traffic,
                        .information = world->nats,
                        .local = world->local,
                        .likelihood = world->likelihood,
                        .age = world->age,
                        .drift = world->drift};
    uint64_t period = (uint64_t)world->run << 17 | (uint64_t)world->day << 1 | world->changed;
    return cx_policy_plan(world->policy, &points, CX_I_SIMULATE_BUDGET, period, world->n, err);
}

/* -- answers ------------------------------------------------------------------------------- */

static void day_answers(cx_i_world *world) {
    int64_t n[3];
    for (int64_t i = 0; i < DAY_POINTS; i++) {
        cx_i_draw_trinomial(&world->draws, (int64_t)world->n[i], world->detractors[i],
                            world->promoters[i], n);
        for (int k = 0; k < 3; k++) world->counts[k][i] = n[k];
    }
}

/* Whom the plan invites, who of them will answer, and when. */
static void day_invite(cx_i_world *world) {
    int64_t slot = world->day % CX_I_SIMULATE_RING, n[3];
    for (int64_t i = 0; i < DAY_POINTS; i++) {
        double rate = cx_i_monitor_response_rate(world->monitor, i);
        bool fallen = cx_i_world_is_wrong(world) && cx_i_world_is_hit(world, i);
        double usual = isnan(rate) ? DAY_RATE * DAY_IN_TIME : rate, rest = 1;
        double wanted = ceil(world->n[i] / fmax(usual, 0.01));
        world->invited[i] = (int64_t)fmin(wanted, floor(world->traffic[i]));
        int64_t answers =
            cx_i_draw_binomial(&world->draws, world->invited[i], fallen ? DAY_RATE / 2 : DAY_RATE);
        for (int k = 0; k < 3; k++) world->counts[k][i] = 0;
        for (int lag = 0; lag < CX_I_SIMULATE_LAGS; lag++) {
            double share = fmin(day_lag_share[lag] / rest, 1), shift = day_lag_shift[lag] / 200;
            int64_t now = lag == CX_I_SIMULATE_LAGS - 1
                              ? answers
                              : cx_i_draw_binomial(&world->draws, answers, share);
            cx_i_draw_trinomial(&world->draws, now, world->detractors[i] - shift,
                                world->promoters[i] + shift, n);
            for (int k = 0; k < 3; k++) {
                world->later[lag][slot][k][i] = n[k];
                world->counts[k][i] += n[k];
            }
            answers -= now;
            rest -= day_lag_share[lag];
        }
    }
}

static cx_status day_hand_in(cx_i_world *world, int64_t counts[3][DAY_POINTS], int64_t period,
                             cx_error *err) {
    cx_array keys = cx_array_of(world->keys, CX_I64, DAY_POINTS), columns[3];
    cx_array periods = cx_array_of(&period, CX_I64, 1);
    for (int k = 0; k < 3; k++) columns[k] = cx_array_of(counts[k], CX_I64, DAY_POINTS);
    return cx_monitor_observe_counts(world->monitor, &keys, &columns[0], &columns[1], &columns[2],
                                     &periods, err);
}

static cx_status day_arrivals(cx_i_world *world, cx_error *err) {
    cx_array keys = cx_array_of(world->keys, CX_I64, DAY_POINTS);
    cx_array invited = cx_array_of(world->invited, CX_I64, DAY_POINTS);
    CX_TRY(cx_monitor_invite(world->monitor, &keys, &invited, NULL, NULL, NULL, err));
    for (int lag = 0; lag < CX_I_SIMULATE_LAGS; lag++) {
        int64_t then = world->day - day_lag[lag];
        if (then < 0 || day_lag[lag] > CX_I_SIMULATE_CLOSE) continue;
        CX_TRY(day_hand_in(world, world->later[lag][then % CX_I_SIMULATE_RING], then, err));
    }
    return CX_OK;
}

/* -- what rules outside the monitor keep --------------------------------------------------- */

/* The cohort that has just been closed. */
static void day_closed(const cx_i_world *world, int64_t i, uint32_t n[3]) {
    int64_t then = world->day - CX_I_SIMULATE_CLOSE;
    for (int k = 0; k < 3; k++) {
        int64_t sum = world->delayed ? 0 : world->counts[k][i];
        for (int lag = 0; lag < CX_I_SIMULATE_LAGS && world->delayed && then >= 0; lag++)
            if (day_lag[lag] <= CX_I_SIMULATE_CLOSE)
                sum += world->later[lag][then % CX_I_SIMULATE_RING][k][i];
        n[k] = (uint32_t)sum;
    }
}

static void day_remember(cx_i_world *world) {
    int32_t policy = world->options->policy;
    bool wanted =
        policy == CX_POLICY_TRAS || policy == CX_POLICY_TSSRP || policy == CX_SIMULATED_STAY;
    for (int64_t i = 0; i < DAY_POINTS; i++) {
        bool at_floor = world->n[i] <= world->floors[i];
        const double shares[3] = {world->low[i], 1 - world->low[i] - world->high[i],
                                  world->high[i]};
        int64_t all = world->counts[0][i] + world->counts[1][i] + world->counts[2][i];
        world->away[i] = at_floor ? world->away[i] + 1 : 0;
        world->age[i] = all > 0 ? 0 : world->age[i] + 1;
        if (!wanted) continue;
        uint32_t n[3];
        day_closed(world, i, n);
        double gain = cx_i_monitor_log_ratio(world->options->form, shares, 20, n);
        world->likelihood[i] += gain;
        world->cusum[i] = cx_i_cusum_step(world->cusum[i], gain);
        if (at_floor && policy == CX_POLICY_TRAS) world->cusum[i] += world->options->compensation;
    }
}

cx_status cx_i_world_answer(cx_i_world *world, cx_error *err) {
    if (world->delayed) {
        day_invite(world);
        CX_TRY(day_arrivals(world, err));
    } else {
        day_answers(world);
        CX_TRY(day_hand_in(world, world->counts, world->day, err));
    }
    CX_TRY(cx_monitor_end_period(world->monitor, err));
    day_remember(world);
    return CX_OK;
}

double cx_i_world_log_evidence(const cx_i_world *world) {
    double most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < DAY_POINTS; i++) most = fmax(most, world->monitor->log_r[i]);
    if (!isfinite(most)) return most;
    for (int64_t i = 0; i < DAY_POINTS; i++) sum += exp(world->monitor->log_r[i] - most);
    return most + log(sum / DAY_POINTS);
}
