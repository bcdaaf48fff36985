/* A weighted tally of 10 million float32 answers against the same without weights.
 *
 *     bench/weights [answers [turns]]
 *
 * Sums of weights and of their squares are exact, so that no order and no split of the answers
 * shows: what is measured is the price of that. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>

enum { MOST_TURNS = 256, TRIES = 3, LEVELS = 11 };

static double total[LEVELS];

static void fill(float *x, double *w, int64_t n) {
    static const uint8_t common[16] = {0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10};
    uint64_t s = 88172645463325252u;
    for (int64_t i = 0; i < n; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        x[i] = common[s >> 60];
        w[i] = 0.2 + 0x1p-23 * (double)(s >> 20 & 0xFFFFFF);
        total[(int)x[i]] += w[i];
    }
}

static double tally_once(const cx_array *scores, const cx_array *weights) {
    cx_tally *tally;
    double seconds;
    cx_status status;
    if (cx_tally_new(0, LEVELS - 1, NULL, &tally, NULL) != CX_OK) exit(1);
    BENCH(seconds, status = cx_tally_add(tally, scores, weights, NULL, NULL));
    for (int k = 0; k < LEVELS; k++)
        if (status != CX_OK ||
            (weights != NULL && fabs(cx_tally_weight(tally, k) / total[k] - 1) > 1e-9)) {
            fprintf(stderr, "the weights of score %d are wrong\n", k);
            exit(1);
        }
    cx_tally_free(tally);
    return seconds;
}

static double best_of(const cx_array *scores, const cx_array *weights) {
    double seconds[TRIES];
    for (int i = 0; i < TRIES; i++) seconds[i] = tally_once(scores, weights);
    return bench_least(seconds, TRIES);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    int turns = argc > 2 ? atoi(argv[2]) : 9;
    static double plain[MOST_TURNS], weighted[MOST_TURNS];
    if (n < 1000 || turns < 1 || turns > MOST_TURNS) return 2;
    float *x = malloc((size_t)n * sizeof *x);
    double *w = malloc((size_t)n * sizeof *w);
    if (x == NULL || w == NULL) return 1;
    fill(x, w, n);
    cx_array scores = cx_array_of(x, CX_F32, n), weights = cx_array_of(w, CX_F64, n);
    for (int t = 0; t < turns; t++) {
        plain[t] = best_of(&scores, NULL);
        weighted[t] = best_of(&scores, &weights);
    }
    bench_header();
    bench_line("weighted", bench_ratio(weighted, plain, turns), "times the time", "unweighted");
    bench_line("weighted", 1e-6 * (double)n / bench_median(weighted, turns), "million/s", "");
    bench_line("unweighted", 1e-6 * (double)n / bench_median(plain, turns), "million/s", "");
    free(x);
    free(w);
    return 0;
}
