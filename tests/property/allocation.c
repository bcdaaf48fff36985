/* Simulated allocation: no policy alarms sooner without a reason than promised, all keep floors and
 * budget, evidence finds the drop sooner than Neyman at a small price, and means of answers that
 * were moved about are biased where means of days are not. The whole table is docs/validation. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tests, failures;

static void ok(bool passed, const char *what, double figure) {
    printf("%s %d - %s (%.4g)\n", passed ? "ok" : "not ok", ++tests, what, figure);
    failures += !passed;
}

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    printf("Bail out! %s\n", err->text);
    exit(1);
}

static cx_simulation_result simulate(int32_t policy, int64_t runs, double arl) {
    cx_simulation_options options;
    cx_simulation_result result;
    cx_error err;
    cx_simulation_options_init(&options);
    options.policy = policy;
    options.runs = runs;
    options.arl = arl;
    options.seed = 11;
    must(cx_simulate_allocation(&options, &result, &err), &err);
    return result;
}

/* -- false alarms -------------------------------------------------------------------------- */

static void test_false_alarms(void) {
    static const int32_t policies[] = {CX_POLICY_EVIDENCE, CX_POLICY_DETECT,      CX_POLICY_NEYMAN,
                                       CX_POLICY_UNIFORM,  CX_POLICY_EXPLORATION, CX_POLICY_TRAS,
                                       CX_POLICY_TSSRP,    CX_SIMULATED_STAY};
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        cx_simulation_result result = simulate(policies[k], 10, 30);
        char what[96];
        snprintf(what, sizeof what, "%s: days to a false alarm are not below 30",
                 cx_simulated_policy_name(policies[k]));
        ok(result.arl + 3 * result.arl_se >= 30, what, result.arl);
    }
}

/* -- what a policy finds ------------------------------------------------------------------- */

static void test_frontier(void) {
    cx_simulation_result neyman = simulate(CX_POLICY_NEYMAN, 16, 200);
    cx_simulation_result evidence = simulate(CX_POLICY_EVIDENCE, 16, 200);
    cx_simulation_result oracle = simulate(CX_SIMULATED_ORACLE, 16, 200);
    cx_simulation_result detect = simulate(CX_POLICY_DETECT, 16, 200);
    ok(evidence.delay < 0.75 * neyman.delay, "evidence finds the drop sooner than Neyman",
       evidence.delay / neyman.delay);
    ok(oracle.delay < evidence.delay, "who knows the point is sooner still", oracle.delay);
    ok(evidence.error_ratio > 1 && evidence.error_ratio < 1.05, "at a price below 5 %",
       evidence.error_ratio);
    ok(fabs(detect.error_ratio - 2.45) < 0.03, "pure detection costs 145 %", detect.error_ratio);
    ok(fabs(neyman.coverage - 0.95) < 0.01, "95 % intervals of a day's figure hold",
       neyman.coverage);
    ok(detect.sequence_coverage >= 0.9, "confidence sequences of the mean of days hold on all days",
       detect.sequence_coverage);
    ok(detect.arl >= neyman.arl, "the moving makes false alarms rarer", detect.arl / neyman.arl);
    ok(fabs(detect.point_bias) < 4 * detect.point_bias_se, "means of days are not biased",
       detect.point_bias);
    ok(detect.pooled_bias > 0.4 && detect.pooled_bias < 0.9, "pooled answers are biased upwards",
       detect.pooled_bias);
    ok(detect.root_bias > 0.15 && detect.root_bias < detect.pooled_bias,
       "days weighted by roots are as well, less", detect.root_bias);
    ok(detect.worst_bias < -8, "the point that looks worst looks too bad", detect.worst_bias);
    ok(fabs(detect.change_bias) < 3, "answers after the alarm tell the drop", detect.change_bias);
}

/* -- however runs are split ---------------------------------------------------------------- */

static void test_splits(void) {
    cx_simulation_options options;
    cx_simulation_result a, b;
    cx_simulation *parts[2];
    cx_error err;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    cx_simulation_options_init(&options);
    options.runs = 5;
    must(cx_simulate_allocation(&options, &a, &err), &err);
    for (int k = 0; k < 2; k++) {
        must(cx_simulation_new(&options, &parts[k], &err), &err);
        must(cx_simulation_run(parts[k], k == 0 ? 3 : 0, k == 0 ? 2 : 3, &err), &err);
    }
    must(cx_simulation_merge(parts[0], parts[1], &err), &err);
    must(cx_simulation_read(parts[0], &b, &err), &err);
    ok(memcmp(&a, &b, sizeof a) == 0, "split runs give the same figures, bit for bit", b.delay);
    for (int k = 0; k < 2; k++) cx_simulation_free(parts[k]);
}

/* -- floors and budget --------------------------------------------------------------------- */

static double uniform(uint32_t draw, uint64_t index) {
    return cx_random_uniform(5, 77, index, draw);
}

enum { POINTS = 60, TRIALS = 40 };

static void test_bounds(void) {
    double weight[POINTS], s2[POINTS], evidence[POINTS], lower[POINTS], upper[POINTS], n[POINTS];
    int64_t broken = 0, off = 0;
    for (int32_t rule = 0; rule < CX_POLICY_INDEX; rule++) {
        cx_policy_options options;
        cx_policy *policy;
        cx_error err;
        cx_policy_options_init(&options);
        options.policy = rule;
        must(cx_policy_new(POINTS, &options, &policy, &err), &err);
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            double sum = 0;
            for (uint64_t i = 0; i < POINTS; i++) {
                uint64_t at = trial * POINTS + i;
                weight[i] = uniform(0, at), s2[i] = 5000 * uniform(1, at);
                evidence[i] = 12 * uniform(2, at) - 4;
                lower[i] = floor(1 + 8 * uniform(3, at));
                upper[i] = lower[i] + floor(60 * uniform(4, at));
            }
            cx_points points = {.count = POINTS,
                                .weight = weight,
                                .s2 = s2,
                                .log_evidence = evidence,
                                .lower = lower,
                                .upper = upper,
                                .traffic = upper,
                                .local = evidence,
                                .likelihood = evidence};
            must(cx_policy_plan(policy, &points, 900, trial, n, &err), &err);
            for (int i = 0; i < POINTS; i++) {
                broken += n[i] < lower[i] || n[i] > upper[i];
                sum += n[i];
            }
            off += sum != 900;
        }
        cx_policy_free(policy);
    }
    ok(broken == 0, "floors and capacities are kept", (double)broken);
    ok(off == 0, "the budget is spent to the last answer", (double)off);
}

int main(void) {
    test_false_alarms();
    test_frontier();
    test_splits();
    test_bounds();
    printf("1..%d\n", tests);
    return failures > 0;
}
