/* Survey sums: rows added, states merged, and the same net score from a design of all rows.
 *
 *     bench/strata [rows [turns]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

enum { STRATA = 20, CLUSTERS = 50, MOST_TURNS = 256 };

typedef struct columns {
    double *y, *w;
    int32_t *stratum, *cluster;
    int64_t rows;
} columns;

static uint64_t random_state = 1;

static double draw(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) * 0x1p-53;
}

static void fill(columns *c) {
    for (int64_t i = 0; i < c->rows; i++) {
        c->y[i] = (double)(int)(draw() * 11);
        c->w[i] = 0.5 + draw();
        c->stratum[i] = (int32_t)(draw() * STRATA);
        c->cluster[i] = (int32_t)(draw() * CLUSTERS);
    }
}

static cx_strata *sums_of(const columns *c, int clusters) {
    cx_array y = cx_array_of(c->y, CX_F64, c->rows), w = cx_array_of(c->w, CX_F64, c->rows);
    cx_array h = cx_array_of(c->stratum, CX_I32, c->rows);
    cx_array unit = cx_array_of(c->cluster, CX_I32, c->rows);
    cx_strata *out;
    if (cx_strata_new(CX_SURVEY_NPS, NULL, NULL, &out, NULL) != CX_OK) exit(1);
    if (cx_strata_add(out, &y, NULL, &w, &h, clusters ? &unit : NULL, NULL, NULL, NULL) != CX_OK)
        exit(1);
    return out;
}

static double score_of_rows(const columns *c, int clusters) {
    cx_array y = cx_array_of(c->y, CX_F64, c->rows), w = cx_array_of(c->w, CX_F64, c->rows);
    cx_array h = cx_array_of(c->stratum, CX_I32, c->rows);
    cx_array unit = cx_array_of(c->cluster, CX_I32, c->rows);
    cx_frame strata = {&h, 1, {0, 0}}, units = {&unit, 1, {0, 0}};
    cx_survey_estimate estimate;
    cx_design *design;
    h.name = "stratum", unit.name = "cluster";
    if (cx_design_new(&w, &strata, clusters ? &units : NULL, NULL, NULL, NULL, &design, NULL) !=
            CX_OK ||
        cx_survey_nps(&y, design, NULL, NULL, &estimate, NULL) != CX_OK)
        exit(1);
    cx_design_free(design);
    return estimate.estimate.se;
}

static double score_of_sums(const columns *c, int clusters) {
    cx_survey_estimate estimate;
    cx_strata *sums = sums_of(c, clusters);
    if (cx_strata_estimate(sums, CX_SURVEY_NPS, CX_LONELY_FAIL, NULL, NULL, &estimate, NULL) !=
        CX_OK)
        exit(1);
    cx_strata_free(sums);
    return estimate.estimate.se;
}

static void measure(const columns *c, int clusters, int turns) {
    double design[MOST_TURNS], sums[MOST_TURNS], merge[MOST_TURNS], a = 0, b = 0;
    const char *kind = clusters ? "1000 clusters in 20 strata" : "20 strata";
    char name[80];
    cx_strata *part = sums_of(c, clusters), *all;
    if (cx_strata_new(CX_SURVEY_NPS, NULL, NULL, &all, NULL) != CX_OK) exit(1);
    for (int t = 0; t < turns; t++) {
        BENCH(design[t], a = score_of_rows(c, clusters));
        BENCH(sums[t], b = score_of_sums(c, clusters));
        BENCH(
            merge[t], for (int i = 0; i < 10; i++) {
                if (cx_strata_merge(all, part, NULL) != CX_OK) exit(1);
            });
    }
    if (!(a / b < 1 + 1e-9 && b / a < 1 + 1e-9)) exit(1);
    snprintf(name, sizeof name, "sums and net score, %s", kind);
    bench_line(name, (double)c->rows / bench_least(sums, turns) / 1e6, "million rows/s", "");
    bench_line(name, bench_ratio(design, sums, turns), "times as fast", "design of all rows");
    snprintf(name, sizeof name, "merge, %s", kind);
    bench_line(name, 1e6 * bench_least(merge, turns) / 10, "microseconds", "");
    cx_strata_free(part);
    cx_strata_free(all);
}

int main(int argc, char **argv) {
    columns c = {.rows = argc > 1 ? atoll(argv[1]) : 1000000};
    int turns = argc > 2 ? atoi(argv[2]) : 7;
    size_t n = (size_t)c.rows;
    c.y = malloc(n * sizeof *c.y), c.w = malloc(n * sizeof *c.w);
    c.stratum = malloc(n * sizeof *c.stratum), c.cluster = malloc(n * sizeof *c.cluster);
    if (c.y == NULL || c.w == NULL || c.stratum == NULL || c.cluster == NULL || turns < 1 ||
        turns > MOST_TURNS)
        return 1;
    fill(&c);
    bench_header();
    measure(&c, 1, turns);
    measure(&c, 0, turns);
    free(c.y);
    free(c.w);
    free(c.stratum);
    free(c.cluster);
    return 0;
}
