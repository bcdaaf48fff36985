/* Rank correlations: a million pairs of real numbers, and a table of 11 by 11 answers of any size.
 * bench/correlate.py times SciPy beside it.
 *
 *     bench/correlate [rows [turns]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <stdint.h>

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static void check(cx_status status) {
    if (status != CX_OK) exit(1);
}

static void rows(int32_t method, const double *x, const double *y, int64_t n, int turns) {
    double *seconds = malloc((size_t)turns * sizeof *seconds);
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_correlate_options options;
    cx_estimate e;
    char name[64];
    cx_correlate_options_init(&options);
    options.method = method;
    for (int t = 0; t < turns; t++)
        BENCH(seconds[t], check(cx_correlate(&a, &b, NULL, &options, &e, NULL)));
    snprintf(name, sizeof name, "%s of rows", cx_correlation_name(method));
    bench_line(name, bench_least(seconds, turns), "s", "");
    free(seconds);
}

static void table(int32_t method, int turns) {
    double *seconds = malloc((size_t)turns * sizeof *seconds), x[121], y[121], counts[121];
    cx_array a = cx_array_of(x, CX_F64, 121), b = cx_array_of(y, CX_F64, 121);
    cx_array c = cx_array_of(counts, CX_F64, 121);
    cx_correlate_options options;
    cx_crosstab *t;
    cx_estimate e;
    char name[64];
    for (int k = 0; k < 121; k++) {
        x[k] = k / 11, y[k] = k % 11;
        counts[k] = 1e9 + 1e9 * (10 - abs(k / 11 - k % 11)) + (double)(int64_t)(draw() * 1e9);
    }
    check(cx_crosstab_new(NULL, NULL, &t, NULL));
    check(cx_crosstab_add_counts(t, &a, &b, &c, NULL));
    cx_correlate_options_init(&options);
    options.method = method;
    for (int k = 0; k < turns; k++)
        BENCH(seconds[k], check(cx_crosstab_correlate(t, &options, &e, NULL)));
    snprintf(name, sizeof name, "%s of a table of 11 x 11", cx_correlation_name(method));
    bench_line(name, 1e6 * bench_least(seconds, turns), "microseconds", "");
    cx_crosstab_free(t);
    free(seconds);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000;
    int turns = argc > 2 ? atoi(argv[2]) : 7;
    double *x = malloc((size_t)n * sizeof *x), *y = malloc((size_t)n * sizeof *y);
    if (x == NULL || y == NULL || turns < 1) return 1;
    for (int64_t i = 0; i < n; i++) {
        x[i] = draw();
        y[i] = 0.3 * x[i] + draw();
    }
    bench_header();
    rows(CX_CORRELATION_PEARSON, x, y, n, turns);
    rows(CX_CORRELATION_SPEARMAN, x, y, n, turns);
    rows(CX_CORRELATION_KENDALL, x, y, n, turns);
    for (int32_t m = CX_CORRELATION_PEARSON; m <= CX_CORRELATION_POLYCHORIC; m++) table(m, turns);
    free(x);
    free(y);
    return 0;
}
