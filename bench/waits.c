/* 10 million waits into a survival table, and the median read from it.
 *
 *     bench/waits [waits [turns]]
 *
 * Whole seconds and continuous ones, against a plain sort of the same durations by qsort, which is
 * where a Kaplan-Meier curve would begin. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>
#include <string.h>

enum { MOST_TURNS = 64 };

static double uniform(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*state >> 11) + 0.5) / 0x1p53;
}

static void fill(double *durations, uint8_t *ended, int64_t n, int whole) {
    uint64_t state = 1;
    for (int64_t i = 0; i < n; i++) {
        double wait = -100 * log(uniform(&state)), offered = -200 * log(uniform(&state));
        ended[i] = wait <= offered;
        durations[i] = fmin(wait, offered);
        if (whole) durations[i] = floor(durations[i]);
    }
}

static double median(const double *durations, const uint8_t *ended, int64_t n) {
    cx_waits *waits = NULL;
    cx_estimate estimate;
    cx_array d = cx_array_of(durations, CX_F64, n), e = cx_array_of(ended, CX_BOOL, n);
    if (cx_waits_new(NULL, &waits, NULL) != CX_OK ||
        cx_waits_add(waits, &d, &e, NULL, NULL, NULL) != CX_OK ||
        cx_waits_quantile(waits, 0.5, NULL, &estimate, NULL) != CX_OK)
        exit(1);
    cx_waits_free(waits);
    return estimate.value;
}

static void run(const char *name, int whole, int64_t n, int turns) {
    double ours[MOST_TURNS], sorts[MOST_TURNS], found = 0;
    double *durations = malloc((size_t)n * sizeof *durations);
    double *copy = malloc((size_t)n * sizeof *copy);
    uint8_t *ended = malloc((size_t)n);
    if (durations == NULL || copy == NULL || ended == NULL) exit(1);
    fill(durations, ended, n, whole);
    for (int t = 0; t < turns; t++) {
        memcpy(copy, durations, (size_t)n * sizeof *copy);
        BENCH(ours[t], found = median(durations, ended, n));
        BENCH(sorts[t], qsort(copy, (size_t)n, sizeof *copy, bench_order));
        if (!(fabs(found - 100 * log(2)) < 2)) exit(1); /* the median of the exponential */
    }
    bench_line(name, bench_ratio(sorts, ours, turns), "times as fast", "qsort");
    bench_line(name, (double)n / bench_median(ours, turns) / 1e6, "1e6/s", "");
    free(durations), free(copy), free(ended);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    int turns = argc > 2 ? atoi(argv[2]) : 3;
    if (n < 1000 || turns < 1 || turns > MOST_TURNS) return 2;
    bench_header();
    run("whole seconds", 1, n, turns);
    run("continuous", 0, n, turns);
    return 0;
}
