/* A journey with its partial pooling, and the same without: milliseconds a call.
 *
 *     bench/journey [stages [turns]]
 *
 * Each stage has 10 touchpoints of 10 channels, each channel 40 answers. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

enum { PARTS = 10, ANSWERS = 40, MOST_TURNS = 256 };

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static cx_tallies *answers_of(int64_t stages) {
    static const char *const names[] = {"stage", "touchpoint", "channel"};
    int64_t rows = stages * PARTS * PARTS * ANSWERS;
    int8_t *scores = malloc((size_t)rows);
    int32_t *keys = malloc(3 * (size_t)rows * sizeof *keys);
    cx_array by[3];
    cx_tallies *set = NULL;
    if (scores == NULL || keys == NULL) exit(1);
    for (int64_t i = 0; i < rows; i++) {
        int64_t leaf = i / ANSWERS;
        scores[i] = (int8_t)(11 * draw());
        keys[i] = (int32_t)(leaf / (PARTS * PARTS));
        keys[rows + i] = (int32_t)(leaf / PARTS % PARTS);
        keys[2 * rows + i] = (int32_t)(leaf % PARTS);
    }
    for (int l = 0; l < 3; l++) {
        by[l] = cx_array_of(keys + l * rows, CX_I32, rows);
        by[l].name = names[l];
    }
    cx_array x = cx_array_of(scores, CX_I8, rows);
    cx_frame frame = {by, 3, {0, 0}};
    if (cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &set, NULL) != CX_OK) exit(1);
    free(scores);
    free(keys);
    return set;
}

static void run(const cx_tallies *set, int pool, int64_t nodes) {
    cx_journey_options options;
    cx_table *table;
    cx_journey_options_init(&options);
    options.pool = pool;
    if (cx_journey(set, NULL, NULL, NULL, &options, &table, NULL) != CX_OK) exit(1);
    if (cx_table_rows(table) != nodes) exit(1);
    cx_table_free(table);
}

int main(int argc, char **argv) {
    int64_t stages = argc > 1 ? atoll(argv[1]) : 100;
    int turns = argc > 2 ? atoi(argv[2]) : 15;
    double pooled[MOST_TURNS], plain[MOST_TURNS];
    int64_t nodes = 1 + stages * (1 + PARTS + PARTS * PARTS);
    if (stages < 2 || turns < 1 || turns > MOST_TURNS) return 1;
    cx_tallies *set = answers_of(stages);
    for (int t = 0; t < turns; t++) {
        BENCH(pooled[t], run(set, 1, nodes));
        BENCH(plain[t], run(set, 0, nodes));
    }
    printf("journey of %ld nodes,%.3g,ms,\n", (long)nodes, 1e3 * bench_median(plain, turns));
    printf("the same with partial pooling,%.3g,ms,\n", 1e3 * bench_median(pooled, turns));
    cx_tallies_free(set);
    return 0;
}
