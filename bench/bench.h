#ifndef CX_BENCH_H
#define CX_BENCH_H

/* Timing for the programs in bench/. What is compared is run in turns, and the ratio of each turn
 * is kept, so that a slow second on a shared machine hits both sides. Define _POSIX_C_SOURCE
 * 200809L before the first include. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* seconds = how long one statement took */
#define BENCH(seconds, statement)                                                                  \
    do {                                                                                           \
        double bench_start = bench_now();                                                          \
        statement;                                                                                 \
        (seconds) = bench_now() - bench_start;                                                     \
    } while (0)

static inline int bench_order(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values. */
static inline double bench_median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, bench_order);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

static inline double bench_least(const double *values, int count) {
    double least = values[0];
    for (int i = 1; i < count; i++)
        if (values[i] < least) least = values[i];
    return least;
}

/* Median over the turns of reference / measured: 1 = as fast as the reference, 2 = twice. */
static inline double bench_ratio(const double *reference, const double *measured, int count) {
    double ratio[256];
    if (count > 256) count = 256;
    for (int i = 0; i < count; i++) ratio[i] = reference[i] / measured[i];
    return bench_median(ratio, count);
}

static inline void bench_header(void) {
    puts("name,value,unit,against");
}

static inline void bench_line(const char *name, double value, const char *unit,
                              const char *against) {
    printf("%s,%.3f,%s,%s\n", name, value, unit, against);
    fflush(stdout);
}

#endif
