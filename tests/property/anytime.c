/* How often a true score is ever excluded by an interval that is looked at after each answer, and
 * how wide the intervals are; by seeded simulation.
 *
 *     tests/property/anytime              a short run, as a test
 *     tests/property/anytime RUNS LOOKS   the table of docs/validation/anytime.md
 *
 * A wealth at or above its threshold at the truth is an interval that excludes it: only that is
 * computed at most looks. */

#include <cxkit.h>

#include "stat/sequence.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 3, METHODS = 4 };
static const double alpha = 0.05;
static const double planned = 500;

typedef struct scenario {
    const char *name;
    cx_score score;
    int64_t values;
    double x[VALUES], p[VALUES]; /* of answers 0, 8 and 10, as values from 0 to 1 */
} scenario;

static const scenario scenarios[] = {
    {"NPS 30: 20 % detractors, 30 % passives", CX_SCORE_NPS, 3, {0, 0.5, 1}, {0.2, 0.3, 0.5}},
    {"NPS 77: 3 % detractors, 17 % passives", CX_SCORE_NPS, 3, {0, 0.5, 1}, {0.03, 0.17, 0.8}},
    {"top box 85 %", CX_SCORE_TOP_BOX, 2, {0, 1, 0}, {0.15, 0.85, 0}},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };
static const char *const method_names[METHODS] = {"fixed", "normal-mixture", "beta-binomial",
                                                  "betting"};

static double truth_of(const scenario *s) {
    double mean = 0;
    for (int64_t i = 0; i < s->values; i++) mean += s->p[i] * s->x[i];
    return mean;
}

/* The plain 95 % interval, from 30 answers on: score for a net score, Wilson for a share. */
static bool fixed_excludes(const scenario *s, const cx_i_seen *seen, double truth) {
    if (seen->n_all < 30) return false;
    if (s->score == CX_SCORE_TOP_BOX) {
        cx_i_interval at =
            cx_i_share_interval(CX_METHOD_WILSON, seen->n[1], seen->n_all, 1 - alpha);
        return truth < at.low || truth > at.high;
    }
    cx_i_trinomial counts = {seen->n[0], seen->n[1], seen->n[2]};
    cx_i_interval at = cx_i_net_interval(CX_METHOD_ADJUSTED_WALD, counts, 1 - alpha);
    return 2 * truth - 1 < at.low || 2 * truth - 1 > at.high;
}

static bool excludes(int method, const scenario *s, const cx_i_seen *seen, double truth) {
    double slope, sum = seen->mean * seen->n_all;
    if (method == 0) return fixed_excludes(s, seen, truth);
    if (method == 1) {
        double rho = cx_i_mixture_rho(planned / 4, alpha);
        return fabs(sum - seen->n_all * truth) >
               cx_i_normal_mixture_bound(seen->n_all / 4, rho, alpha);
    }
    if (method == 2)
        return cx_i_beta_mixture_log(truth, sum, seen->n_all - sum,
                                     cx_i_beta_mixture_strength(planned, alpha)) > -log(alpha);
    return cx_i_betting_log(seen, log(truth), planned, alpha, false, &slope) > log(2 / alpha) ||
           cx_i_betting_log(seen, log(1 - truth), planned, alpha, true, &slope) > log(2 / alpha);
}

/* Counts the runs in which each method excludes the truth at any look. */
static void simulate(int which, int64_t runs, int64_t looks, int64_t *ever) {
    const scenario *s = &scenarios[which];
    double truth = truth_of(s);
    memset(ever, 0, METHODS * sizeof *ever);
    for (int64_t run = 0; run < runs; run++) {
        double n[VALUES] = {0, 0, 0}, sum = 0;
        bool out[METHODS] = {false};
        for (int64_t look = 0; look < looks; look++) {
            double u = cx_random_uniform(7, (uint32_t)which, (uint64_t)run, (uint32_t)look);
            int value = 0;
            while (value < s->values - 1 && u >= s->p[value]) u -= s->p[value++];
            n[value]++;
            sum += s->x[value];
            cx_i_seen seen = {s->x, n, s->values, (double)look + 1, sum / (double)(look + 1)};
            for (int m = 0; m < METHODS; m++) out[m] = out[m] || excludes(m, s, &seen, truth);
        }
        for (int m = 0; m < METHODS; m++) ever[m] += out[m];
    }
}

/* The width, in the units of the score, when the answers are spread as the truth is. */
static double width_of(const scenario *s, int method, double n_all) {
    double n[VALUES], scale = s->score == CX_SCORE_NPS ? 200 : 1, truth = truth_of(s);
    for (int64_t i = 0; i < s->values; i++) n[i] = n_all * s->p[i];
    cx_i_seen seen = {s->x, n, s->values, n_all, truth};
    if (method > 0) {
        const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_NORMAL_MIXTURE,
                                     CX_METHOD_BETA_BINOMIAL, CX_METHOD_BETTING};
        cx_i_interval at = cx_i_sequence_interval(methods[method], &seen, planned, alpha);
        return scale * (at.high - at.low);
    }
    if (s->score == CX_SCORE_TOP_BOX) {
        cx_i_interval at = cx_i_share_interval(CX_METHOD_WILSON, n[1], n_all, 1 - alpha);
        return at.high - at.low;
    }
    cx_i_interval at =
        cx_i_net_interval(CX_METHOD_SCORE, (cx_i_trinomial){n[0], n[1], n[2]}, 1 - alpha);
    return 100 * (at.high - at.low);
}

static void publish(int64_t runs, int64_t looks) {
    const double n[] = {30, 100, 1000, 10000};
    for (int which = 0; which < SCENARIOS; which++) {
        int64_t ever[METHODS];
        simulate(which, runs, looks, ever);
        for (int m = 0; m < METHODS; m++) {
            printf("| %s | %s | %.1f %% |", scenarios[which].name, method_names[m],
                   100 * (double)ever[m] / (double)runs);
            for (int i = 0; i < 4; i++) printf(" %.4g |", width_of(&scenarios[which], m, n[i]));
            printf("\n");
        }
    }
}

static bool check(int number, bool good, const char *sentence) {
    printf("%sok %d - %s\n", good ? "" : "not ", number, sentence);
    return good;
}

int main(int argc, char **argv) {
    const int64_t runs = 100, looks = 1000;
    bool few = true, many = true, narrow = true;
    if (argc == 3) {
        publish(atoll(argv[1]), atoll(argv[2]));
        return EXIT_SUCCESS;
    }
    /* At most 5 % are excluded ever; 12 of 100 have a probability below 1 in 200 then. */
    for (int which = 0; which < SCENARIOS; which++) {
        int64_t ever[METHODS];
        simulate(which, runs, looks, ever);
        for (int m = 1; m < METHODS; m++) few = few && ever[m] < 12;
        many = many && ever[0] > 20;
        for (double n = 30; n < 1e5; n *= 10) {
            int own = scenarios[which].score == CX_SCORE_TOP_BOX ? 2 : 3;
            narrow = narrow &&
                     width_of(&scenarios[which], own, n) < 2.2 * width_of(&scenarios[which], 0, n);
        }
    }
    printf("1..3\n");
    bool good =
        check(1, few, "the truth is excluded ever, over all looks, in 5 % of the runs at most");
    good &= check(2, many, "an interval for a fixed number of answers excludes it in far more");
    good &= check(3, narrow, "the default is at most 2.2 times as wide as that");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
