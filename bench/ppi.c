/* A prediction-powered mean with many predictions, against summing the same numbers.
 *
 *     bench/ppi [predictions [turns]]
 *
 * The reference reads every number once, in lanes: what the memory gives. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <string.h>

enum { MOST_TURNS = 64, ANSWERS = 1000 };

static double sum_f64(const double *x, int64_t n) {
    double lane[8] = {0};
    for (int64_t i = 0; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; j++) lane[j] += x[i + j];
    return lane[0] + lane[1] + lane[2] + lane[3] + lane[4] + lane[5] + lane[6] + lane[7];
}

static double sum_f32(const float *x, int64_t n) {
    float lane[16] = {0};
    double sum = 0;
    for (int64_t i = 0; i + 16 <= n; i += 16)
        for (int j = 0; j < 16; j++) lane[j] += x[i + j];
    for (int j = 0; j < 16; j++) sum += (double)lane[j];
    return sum;
}

static double value(const cx_array *y, const cx_array *f, const void *others, cx_dtype type,
                    int64_t n) {
    cx_array rest = cx_array_of(others, type, n);
    cx_ppi_options options;
    cx_ppi_result result;
    cx_ppi_options_init(&options);
    options.labelled = CX_LABELLED_RANDOM;
    if (cx_ppi_mean(y, f, &rest, NULL, NULL, NULL, NULL, &options, &result, NULL) != CX_OK) exit(1);
    return result.estimate.value;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    int turns = argc > 2 ? atoi(argv[2]) : 9;
    if (n < 1000 || turns < 1 || turns > MOST_TURNS) return 2;
    double *wide = malloc((size_t)n * sizeof *wide), y[ANSWERS], f[ANSWERS], kept = 0;
    float *narrow = malloc((size_t)n * sizeof *narrow);
    double ours[MOST_TURNS], plain[MOST_TURNS];
    if (wide == NULL || narrow == NULL) return 1;
    uint64_t state = 1;
    for (int64_t i = 0; i < n; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        wide[i] = (double)(state >> 11) / 0x1p53;
        narrow[i] = (float)wide[i];
    }
    for (int i = 0; i < ANSWERS; i++) f[i] = wide[i], y[i] = wide[i] + wide[(i * 7 + 3) % ANSWERS];
    cx_array answers = cx_array_of(y, CX_F64, ANSWERS), own = cx_array_of(f, CX_F64, ANSWERS);
    bench_header();
    for (int t = 0; t < turns; t++) {
        BENCH(plain[t], kept += sum_f64(wide, n));
        BENCH(ours[t], kept += value(&answers, &own, wide, CX_F64, n));
    }
    bench_line("ppi_f64", 1 / bench_ratio(plain, ours, turns), "times as long", "one plain sum");
    bench_line("ppi_f64", (double)n / bench_median(ours, turns) / 1e6, "1e6/s", "");
    for (int t = 0; t < turns; t++) {
        BENCH(plain[t], kept += sum_f32(narrow, n));
        BENCH(ours[t], kept += value(&answers, &own, narrow, CX_F32, n));
    }
    bench_line("ppi_f32", 1 / bench_ratio(plain, ours, turns), "times as long", "one plain sum");
    bench_line("ppi_f32", (double)n / bench_median(ours, turns) / 1e6, "1e6/s", "");
    free(wide), free(narrow);
    return kept > 0 ? 0 : 1;
}
