/* The scenarios of simulated allocation, as CSV: what every policy finds, how soon, and what it
 * costs.
 *
 *     bench/allocation [SCENARIO [RUNS [THREADS [LABEL,LABEL.. [FIRST]]]]]
 *
 * by default S1, 200 runs from number 0 on, 2 threads, all labels.
 *
 *     bench/allocation plans        microseconds of one plan by each policy
 *
 * docs/validation/allocation.csv holds what it printed, written by bench/allocation_table.py.
 * Blocks of runs go to threads; the figures do not depend on their number. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct setting {
    const char *label;
    int32_t policy;
    double value; /* boost, allowance or compensation; 0: the default */
    double gamma;
    int32_t common_shock;
    double allowance; /* of evidence; 0: the default, negative: none */
} setting;

static const setting settings[] = {
    {"proportional", CX_POLICY_PROPORTIONAL, 0, 0, 0, 0},
    {"neyman", CX_POLICY_NEYMAN, 0, 0, 0, 0},
    {"uniform", CX_POLICY_UNIFORM, 0, 0, 0, 0},
    {"random", CX_SIMULATED_RANDOM, 0, 0, 0, 0},
    {"tras 0.15", CX_POLICY_TRAS, 0.15, 0, 0, 0},
    {"tras 0.02", CX_POLICY_TRAS, 0.02, 0, 0, 0},
    {"tssrp", CX_POLICY_TSSRP, 0, 0, 0, 0},
    {"detect", CX_POLICY_DETECT, 0, 0, 0, 0},
    {"stay", CX_SIMULATED_STAY, 0, 0, 0, 0},
    {"exploration", CX_POLICY_EXPLORATION, 0, 0, 0, 0},
    {"precision-budget 5 %", CX_POLICY_PRECISION_BUDGET, 0.05, 0, 0, 0},
    {"precision-budget 10 %", CX_POLICY_PRECISION_BUDGET, 0.10, 0, 0, 0},
    {"precision-budget 25 %", CX_POLICY_PRECISION_BUDGET, 0.25, 0, 0, 0},
    {"evidence 1.4 1", CX_POLICY_EVIDENCE, 1.4142135623730951, 1, 0, 0},
    {"evidence 4.5 1", CX_POLICY_EVIDENCE, 4.4721359549995796, 1, 0, 0},
    {"evidence", CX_POLICY_EVIDENCE, 18, 1.5, 0, 0},
    {"evidence 14 1.5", CX_POLICY_EVIDENCE, 14, 1.5, 0, 0},
    {"evidence common shock", CX_POLICY_EVIDENCE, 18, 1.5, 1, 0},
    {"evidence allowance 0", CX_POLICY_EVIDENCE, 18, 1.5, 0, -1},
    {"evidence allowance 10 %", CX_POLICY_EVIDENCE, 18, 1.5, 0, 0.1},
    {"evidence 30 1.5", CX_POLICY_EVIDENCE, 30, 1.5, 0, 0},
    {"evidence 24 1.5", CX_POLICY_EVIDENCE, 24.49489742783178, 1.5, 0, 0},
    {"evidence 141 1.5", CX_POLICY_EVIDENCE, 141.42135623730951, 1.5, 0, 0},
    {"index", CX_POLICY_INDEX, 0, 0, 0, 0},
    {"oracle", CX_SIMULATED_ORACLE, 0, 0, 0, 0},
    {"closed-loop", CX_SIMULATED_CLOSED, 0, 0, 0, 0},
    {"open-loop", CX_SIMULATED_OPEN, 0, 0, 0, 0},
    {"cap-then-stop", CX_SIMULATED_CAP, 0, 0, 0, 0},
};

enum { SETTINGS = sizeof settings / sizeof *settings, MOST_THREADS = 64, SEED = 20 };

static void stop(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

typedef struct job {
    cx_simulation *simulation;
    int64_t first, count;
} job;

static void *work(void *given) {
    job *mine = given;
    cx_error err;
    stop(cx_simulation_run(mine->simulation, mine->first, mine->count, &err), &err);
    return NULL;
}

static cx_simulation_result simulate(const cx_simulation_options *options, int64_t runs,
                                     int threads) {
    pthread_t thread[MOST_THREADS];
    job jobs[MOST_THREADS];
    cx_simulation_result result;
    cx_error err;
    for (int k = 0; k < threads; k++) {
        int64_t done = runs * k / threads;
        jobs[k].first = options->first_run + done;
        jobs[k].count = runs * (k + 1) / threads - done;
        stop(cx_simulation_new(options, &jobs[k].simulation, &err), &err);
        if (pthread_create(&thread[k], NULL, work, &jobs[k]) != 0) exit(1);
    }
    for (int k = 0; k < threads; k++) pthread_join(thread[k], NULL);
    for (int k = 1; k < threads; k++) {
        stop(cx_simulation_merge(jobs[0].simulation, jobs[k].simulation, &err), &err);
        cx_simulation_free(jobs[k].simulation);
    }
    stop(cx_simulation_read(jobs[0].simulation, &result, &err), &err);
    cx_simulation_free(jobs[0].simulation);
    return result;
}

typedef struct column {
    const char *name;
    size_t offset;
} column;

#define COLUMN(name)                                                                               \
    { #name, offsetof(cx_simulation_result, name) }

static const column columns[] = {
    COLUMN(arl),
    COLUMN(arl_se),
    COLUMN(delay),
    COLUMN(delay_se),
    COLUMN(delay_p90),
    COLUMN(delay_value),
    COLUMN(clean_delay),
    COLUMN(clean_se),
    COLUMN(calibrated_threshold),
    COLUMN(calibrated_delay),
    COLUMN(calibrated_se),
    COLUMN(calibrated_p90),
    COLUMN(calibrated_value),
    COLUMN(true_share),
    COLUMN(rate_delay),
    COLUMN(error_ratio),
    COLUMN(error_after),
    COLUMN(error_day),
    COLUMN(error_week),
    COLUMN(error_month),
    COLUMN(neyman_day),
    COLUMN(coverage),
    COLUMN(bias),
    COLUMN(bias_se),
    COLUMN(point_bias),
    COLUMN(point_bias_se),
    COLUMN(pooled_bias),
    COLUMN(pooled_bias_se),
    COLUMN(root_bias),
    COLUMN(root_bias_se),
    COLUMN(company_bias),
    COLUMN(company_bias_se),
    COLUMN(pooled_error),
    COLUMN(days_error),
    COLUMN(root_error),
    COLUMN(worst_bias),
    COLUMN(wrong_share),
    COLUMN(change_bias),
    COLUMN(change_error),
    COLUMN(change_naive),
    COLUMN(outstanding_error),
    COLUMN(answers),
    COLUMN(answers_sd),
    COLUMN(within_share),
    COLUMN(invited),
    COLUMN(able_share),
    COLUMN(hours_fit),
    COLUMN(hours_off),
    COLUMN(days_fit),
    COLUMN(days_off),
    COLUMN(naive_bias),
    COLUMN(naive_bias_se),
    COLUMN(hajek_bias),
    COLUMN(hajek_bias_se),
    COLUMN(strata_bias),
    COLUMN(strata_bias_se),
    COLUMN(able_gap),
    COLUMN(slope),
    COLUMN(slope_se),
    COLUMN(sequence_coverage),
    COLUMN(delay_median),
    COLUMN(found_share),
    COLUMN(found_se),
    COLUMN(found_delay),
    COLUMN(found_delay_se),
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static void print_head(void) {
    printf("scenario,policy,runs,seed,clean,cut,max_age,decisions,violations");
    for (int c = 0; c < COLUMNS; c++) printf(",%s", columns[c].name);
    printf(",seconds\n");
}

static void print(const char *scenario, const char *label, const cx_simulation_result *result,
                  double took) {
    printf("%s,%s,%lld,%d,%lld,%lld,%lld,%lld,%lld", scenario, label, (long long)result->runs, SEED,
           (long long)result->clean, (long long)result->cut, (long long)result->max_age,
           (long long)result->decisions, (long long)result->violations);
    for (int c = 0; c < COLUMNS; c++) {
        double value;
        memcpy(&value, (const char *)result + columns[c].offset, sizeof value);
        if (isnan(value))
            printf(",");
        else
            printf(",%.6g", value);
    }
    printf(",%.1f\n", took);
    fflush(stdout);
}

/* Microseconds of a plan of 200 points as in S1, some of them suspicious: the fastest of many. */
static double solve_time(const setting *given) {
    enum { POINTS = 200, PLANS = 400 };
    double weight[POINTS], s2[POINTS], evidence[POINTS], upper[POINTS], lower[POINTS], n[POINTS];
    cx_policy_options options;
    cx_policy *policy;
    cx_error err;
    cx_policy_options_init(&options);
    options.policy = given->policy;
    if (given->policy == CX_POLICY_EVIDENCE)
        options.boost = given->value, options.gamma = given->gamma;
    if (given->policy == CX_POLICY_PRECISION_BUDGET) options.allowance = given->value;
    for (int i = 0; i < POINTS; i++) {
        weight[i] = 250 * exp(0.8 * cx_normal_quantile((i + 0.5) / POINTS) - 0.32);
        upper[i] = floor(0.2 * weight[i]);
        lower[i] = fmin(upper[i], i % 5 == 4 ? 10 : 2);
        s2[i] = 6000 + 500 * sin(i + 1);
        evidence[i] = 5.3 * fabs(sin(7.0 * i));
    }
    cx_points points = {.count = POINTS,
                        .weight = weight,
                        .s2 = s2,
                        .log_evidence = evidence,
                        .drift = s2,
                        .lower = lower,
                        .upper = upper,
                        .traffic = weight,
                        .local = evidence,
                        .likelihood = evidence};
    stop(cx_policy_new(POINTS, &options, &policy, &err), &err);
    double best = INFINITY;
    for (uint64_t k = 0; k < PLANS; k++) {
        double start = bench_now();
        stop(cx_policy_plan(policy, &points, 2000, k, n, &err), &err);
        best = fmin(best, bench_now() - start);
    }
    cx_policy_free(policy);
    return best * 1e6;
}

static int32_t scenario_of(const char *name) {
    for (int32_t s = 0; s < CX_SCENARIO_END; s++)
        if (strcmp(cx_scenario_name(s), name) == 0) return s;
    fprintf(stderr, "there is no scenario %s\n", name);
    exit(2);
}

static bool is_listed(const char *list, const char *label) {
    size_t length = strlen(label);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, label, length) == 0 && (at[length] == ',' || at[length] == 0)) return true;
    }
    return false;
}

static int print_plans(void) {
    for (int s = 0; s < SETTINGS; s++)
        if (settings[s].policy < CX_POLICY_END)
            printf("%s,%.1f,us\n", settings[s].label, solve_time(&settings[s]));
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "plans") == 0) return print_plans();
    const char *scenario = argc > 1 ? argv[1] : "S1";
    int64_t runs = argc > 2 ? atoll(argv[2]) : 200;
    int threads = argc > 3 ? atoi(argv[3]) : 2;
    const char *only = argc > 4 ? argv[4] : NULL;
    int64_t first = argc > 5 ? atoll(argv[5]) : 0;
    if (threads < 1 || threads > MOST_THREADS || runs < threads || first < 0) return 2;
    print_head();
    for (int s = 0; s < SETTINGS; s++) {
        const setting *given = &settings[s];
        cx_simulation_options options;
        cx_simulation_options_init(&options);
        options.scenario = scenario_of(scenario);
        options.policy = given->policy;
        options.seed = SEED;
        options.first_run = first;
        options.common_shock = given->common_shock;
        if (given->policy == CX_POLICY_EVIDENCE)
            options.boost = given->value, options.gamma = given->gamma;
        if (given->policy == CX_POLICY_PRECISION_BUDGET) options.allowance = given->value;
        if (given->allowance != 0) options.allowance = fmax(given->allowance, 0);
        if (given->policy == CX_POLICY_TRAS) options.compensation = given->value;
        if (only != NULL && !is_listed(only, given->label)) continue;
        if (options.scenario == CX_SCENARIO_S6 &&
            (given->policy >= CX_POLICY_END || given->policy == CX_POLICY_TRAS ||
             given->policy == CX_POLICY_TSSRP))
            continue;
        if (given->policy == CX_POLICY_INDEX && options.scenario != CX_SCENARIO_S6)
            continue; /* it needs levels that drift */
        if (given->allowance != 0 && options.scenario != CX_SCENARIO_S6) continue; /* the same */
        if ((options.scenario == CX_SCENARIO_S5) != (given->policy >= CX_SIMULATED_CLOSED))
            continue;
        double start = bench_now();
        cx_simulation_result result = simulate(&options, runs, threads);
        print(scenario, given->label, &result, bench_now() - start);
    }
    return 0;
}
