/* Tables with totals and with a smallest cell against the plain table of the same tallies, and an
 * interval that holds at every look against the plain one. */

#define _POSIX_C_SOURCE 200809L

#include <cxkit.h>

#include <string.h>

#include "bench.h"

enum { CELLS = 100000, MOST_TURNS = 64 };

static void fail(const cx_error *error) {
    fprintf(stderr, "%s\n", error->text);
    exit(EXIT_FAILURE);
}

/* One answer set with so many cells over `keys` keys; a fifth of the cells has few answers. */
static cx_tallies *make_set(int keys, const int32_t *size) {
    int32_t *code[3];
    int64_t rows = 0, room = (int64_t)CELLS * 30;
    int8_t *scores = malloc((size_t)room);
    cx_array column[3];
    cx_frame by = {column, keys, {0, 0}};
    cx_tallies *set = NULL;
    cx_error error;
    static const char *const names[] = {"a", "b", "c"};
    for (int k = 0; k < keys; k++) code[k] = malloc((size_t)room * sizeof *code[k]);
    for (int32_t cell = 0; cell < CELLS; cell++) {
        double u = cx_random_uniform(1, 1, (uint64_t)cell, 0);
        int32_t n = u < 0.2 ? (int32_t)(25 * u) : 5 + (int32_t)(25 * (u - 0.2));
        for (int32_t i = 0; i < n; i++, rows++) {
            int32_t rest = cell;
            for (int k = keys; k-- > 0; rest /= size[k]) code[k][rows] = rest % size[k];
            scores[rows] = (int8_t)(11 * cx_random_uniform(1, 2, (uint64_t)rows, 0));
        }
    }
    for (int k = 0; k < keys; k++) {
        column[k] = cx_array_of(code[k], CX_I32, rows);
        column[k].name = names[k];
    }
    cx_array x = cx_array_of(scores, CX_I8, rows);
    if (cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, &error) != CX_OK) fail(&error);
    for (int k = 0; k < keys; k++) free(code[k]);
    free(scores);
    return set;
}

static double timed(const cx_tallies *set, int64_t min_n, int32_t totals) {
    cx_nps_options options;
    cx_table *table;
    cx_error error;
    double seconds;
    cx_nps_options_init(&options);
    options.min_n = min_n;
    options.totals = totals;
    cx_status status;
    BENCH(seconds, status = cx_nps_by(set, &options, &table, &error));
    if (status != CX_OK) fail(&error);
    cx_table_free(table);
    return seconds;
}

static void bench_tables(int keys, const int32_t *size, int turns) {
    double plain[MOST_TURNS], hidden[MOST_TURNS], totals[MOST_TURNS];
    char name[64];
    cx_tallies *set = make_set(keys, size);
    for (int i = 0; i < turns; i++) {
        plain[i] = timed(set, 0, 0);
        hidden[i] = timed(set, 5, 0);
        totals[i] = timed(set, 0, 1);
    }
    snprintf(name, sizeof name, "nps_by_min_n_%d_keys", keys);
    bench_line(name, bench_ratio(plain, hidden, turns), "ratio", "the plain table");
    snprintf(name, sizeof name, "nps_by_totals_%d_keys", keys);
    bench_line(name, bench_ratio(plain, totals, turns), "ratio", "the plain table");
    snprintf(name, sizeof name, "nps_by_min_n_%d_keys_seconds", keys);
    bench_line(name, bench_median(hidden, turns), "s", "");
    cx_tallies_free(set);
}

static void bench_intervals(int turns) {
    double plain[MOST_TURNS], anytime[MOST_TURNS];
    const int64_t counts[] = {200, 300, 500};
    const int8_t scores[] = {0, 8, 10};
    cx_array x = cx_array_of(scores, CX_I8, 3), c = cx_array_of(counts, CX_I64, 3);
    cx_tally *tally;
    cx_estimate estimate;
    cx_error error;
    if (cx_tally_new(0, 10, NULL, &tally, &error) != CX_OK ||
        cx_tally_add_counts(tally, &x, &c, &error) != CX_OK)
        fail(&error);
    for (int i = 0; i < turns; i++) {
        cx_status status = CX_OK;
        BENCH(plain[i],
              for (int j = 0; j < 100; j++) status |= cx_nps(tally, NULL, &estimate, &error));
        BENCH(anytime[i],
              for (int j = 0; j < 100; j++) status |= cx_anytime(tally, NULL, &estimate, &error));
        if (status != CX_OK) fail(&error);
    }
    bench_line("anytime", bench_ratio(plain, anytime, turns), "ratio", "cx_nps of the same tally");
    bench_line("anytime_microseconds", 1e4 * bench_median(anytime, turns), "us", "");
    cx_tally_free(tally);
}

int main(int argc, char **argv) {
    const int32_t sizes[3][3] = {{CELLS, 1, 1}, {1000, 100, 1}, {100, 50, 20}};
    int turns = argc > 1 ? atoi(argv[1]) : 5;
    if (turns < 1 || turns > MOST_TURNS) turns = 5;
    bench_header();
    for (int keys = 1; keys <= 3; keys++) bench_tables(keys, sizes[keys - 1], turns);
    bench_intervals(turns);
    return EXIT_SUCCESS;
}
