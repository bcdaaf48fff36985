/* Shrinkage of many groups: milliseconds a call, with and without intervals of ranks.
 *
 *     bench/shrink [groups [turns]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>

enum { MOST_TURNS = 256 };

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static double *value, *variance, *covariate, *count[3];
static int64_t groups;

static void fill(void) {
    for (int64_t g = 0; g < groups; g++) {
        double n = 5 + floor(75 * draw()), promoter = 0.2 + 0.4 * draw();
        covariate[g] = draw();
        variance[g] = 6400 / n;
        value[g] =
            20 + 10 * covariate[g] + 200 * (draw() - 0.5) + 2 * sqrt(variance[g]) * (draw() - 0.5);
        for (int k = 0; k < 3; k++) count[k][g] = 0;
        for (int i = 0; i < (int)n; i++) {
            double u = draw();
            count[u < promoter ? 2 : u < promoter + 0.2 ? 1 : 0][g]++;
        }
    }
}

static void run(int values, int32_t ranks) {
    static const char *const names[] = {"detractors", "passives", "promoters"};
    cx_array columns[3], x = cx_array_of(covariate, CX_F64, groups);
    cx_array y = cx_array_of(value, CX_F64, groups), v = cx_array_of(variance, CX_F64, groups);
    cx_frame frame = {&x, 1, {0, 0}}, counts = {columns, 3, {0, 0}};
    cx_shrink_options options;
    cx_table *table;
    x.name = "x";
    for (int k = 0; k < 3; k++) {
        columns[k] = cx_array_of(count[k], CX_F64, groups);
        columns[k].name = names[k];
    }
    cx_shrink_options_init(&options);
    options.ranks = ranks;
    cx_status status = values ? cx_shrink(&y, &v, NULL, &frame, &options, &table, NULL)
                              : cx_shrink_counts(&counts, &options, &table, NULL);
    if (status != CX_OK || cx_table_rows(table) != groups) exit(1);
    cx_table_free(table);
}

int main(int argc, char **argv) {
    static const char *const ranks[] = {"marginal ranks", "simultaneous ranks", "no ranks"};
    double took[MOST_TURNS];
    groups = argc > 1 ? atoll(argv[1]) : 10000;
    int turns = argc > 2 ? atoi(argv[2]) : 5;
    if (groups < 10 || turns < 1 || turns > MOST_TURNS) return 1;
    double *room = malloc((size_t)groups * 6 * sizeof *room);
    if (room == NULL) return 1;
    value = room, variance = room + groups, covariate = room + 2 * groups;
    for (int k = 0; k < 3; k++) count[k] = room + (3 + k) * groups;
    fill();
    for (int values = 1; values >= 0; values--)
        for (int32_t r = 2; r >= 0; r--) {
            for (int t = 0; t < turns; t++) BENCH(took[t], run(values, r));
            printf("%s of %ld groups with %s,%.3g,ms,\n", values ? "fay-herriot" : "dirichlet",
                   (long)groups, ranks[r], 1e3 * bench_median(took, turns));
        }
    free(room);
    return 0;
}
