/* Answers counted by a monitor, millions a second, and the end of a period.
 *
 *     bench/monitor [answers [points [turns]]]
 *
 * "grouped": all answers of a point, then those of the next, with a column of points; "shuffled":
 * points in no order; "one": a call for each point. Against: the same answers counted into
 * points x classes by a plain loop that trusts every value. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <stdint.h>
#include <string.h>

typedef struct data {
    int64_t answers, points;
    int32_t *grouped, *shuffled, *keys;
    int8_t *scores;
    uint32_t *plain;
} data;

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static void *room(int64_t count, size_t size) {
    void *memory = calloc((size_t)count, size);
    if (memory == NULL) exit(1);
    return memory;
}

static data make_data(int64_t answers, int64_t points) {
    data d = {answers,         points,           room(answers, 4),   room(answers, 4),
              room(points, 4), room(answers, 1), room(3 * points, 4)};
    for (int64_t i = 0; i < points; i++) d.keys[i] = (int32_t)i;
    for (int64_t i = 0; i < answers; i++) {
        d.grouped[i] = (int32_t)(i * points / answers);
        d.shuffled[i] = (int32_t)(draw() % (uint64_t)points);
        d.scores[i] = (int8_t)(draw() % 11);
    }
    return d;
}

static void check(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static cx_monitor *make_monitor(const data *d) {
    cx_array keys = cx_array_of(d->keys, CX_I32, d->points), x[3];
    cx_monitor_options options;
    cx_monitor *monitor;
    cx_error err;
    double *shares = room(3 * d->points, sizeof *shares);
    cx_monitor_options_init(&options);
    options.arl = 365;
    check(cx_monitor_new(&keys, NULL, &options, NULL, &monitor, &err), &err);
    for (int64_t i = 0; i < d->points; i++)
        shares[i] = 640, shares[d->points + i] = 180, shares[2 * d->points + i] = 180;
    for (int k = 0; k < 3; k++) x[k] = cx_array_of(shares + k * d->points, CX_F64, d->points);
    check(cx_monitor_baseline(monitor, &keys, &x[0], &x[1], &x[2], NULL, &err), &err);
    free(shares);
    return monitor;
}

static void observe(cx_monitor *monitor, const int32_t *points, const data *d) {
    cx_array p = cx_array_of(points, CX_I32, d->answers);
    cx_array s = cx_array_of(d->scores, CX_I8, d->answers);
    cx_error err;
    check(cx_monitor_observe(monitor, &p, &s, NULL, NULL, &err), &err);
}

static void observe_each(cx_monitor *monitor, const data *d) {
    cx_error err;
    for (int64_t i = 0; i < d->points; i++) {
        int64_t from = (i * d->answers + d->points - 1) / d->points;
        int64_t to = ((i + 1) * d->answers + d->points - 1) / d->points;
        cx_array p = cx_array_of(&d->keys[i], CX_I32, 1);
        cx_array s = cx_array_of(d->scores + from, CX_I8, to - from);
        check(cx_monitor_observe(monitor, &p, &s, NULL, NULL, &err), &err);
    }
}

static void count_plain(const int32_t *points, const data *d) {
    for (int64_t i = 0; i < d->answers; i++)
        d->plain[3 * points[i] + (d->scores[i] > 6) + (d->scores[i] >= 9)]++;
}

static void end_period(cx_monitor *monitor) {
    cx_error err;
    check(cx_monitor_end_period(monitor, &err), &err);
}

/* Counts are believed when all answers are there. */
static void check_counts(const data *d) {
    cx_monitor *monitor = make_monitor(d);
    cx_table *table;
    cx_array open;
    cx_error err;
    int64_t sum = 0;
    observe(monitor, d->shuffled, d);
    observe_each(monitor, d);
    check(cx_monitor_points(monitor, &table, &err), &err);
    check(cx_table_column(table, cx_table_find(table, "open"), &open, &err), &err);
    for (int64_t i = 0; i < d->points; i++) sum += ((const int64_t *)open.data)[i];
    if (sum != 2 * d->answers) exit(1);
    cx_table_free(table);
    cx_monitor_free(monitor);
}

int main(int argc, char **argv) {
    int64_t answers = argc > 1 ? atoll(argv[1]) : 20000000;
    int64_t points = argc > 2 ? atoll(argv[2]) : 100000;
    int turns = argc > 3 ? atoi(argv[3]) : 5;
    double seconds[6][64];
    if (points < 1 || answers < points || turns < 1 || turns > 64) return 2;
    data d = make_data(answers, points);
    check_counts(&d);
    for (int t = 0; t < turns; t++) {
        cx_monitor *monitor = make_monitor(&d);
        BENCH(seconds[0][t], observe(monitor, d.grouped, &d));
        BENCH(seconds[1][t], count_plain(d.grouped, &d));
        BENCH(seconds[2][t], observe_each(monitor, &d));
        BENCH(seconds[3][t], end_period(monitor));
        BENCH(seconds[4][t], observe(monitor, d.shuffled, &d));
        BENCH(seconds[5][t], count_plain(d.shuffled, &d));
        cx_monitor_free(monitor);
    }
    bench_header();
    double million = (double)answers / 1e6;
    bench_line("monitor_grouped", million / bench_median(seconds[0], turns), "M/s", "50 M/s");
    bench_line("monitor_grouped_ratio", bench_ratio(seconds[1], seconds[0], turns), "ratio",
               "plain loop");
    bench_line("monitor_one", million / bench_median(seconds[2], turns), "M/s", "50 M/s");
    bench_line("monitor_shuffled", million / bench_median(seconds[4], turns), "M/s", "");
    bench_line("monitor_end_period", 1000 * bench_median(seconds[3], turns), "ms", "");
    return 0;
}
