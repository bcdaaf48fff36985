/* Coverage of intervals of importances, of R2 and of ranks by seeded simulation, where the
 * importances of the population are known: rows that are normal, rows with heavy tails (the same
 * correlations, each row stretched), rows of clusters that have half of all variance in common.
 *
 *     driver_errors          a small run that is checked
 *     driver_errors table    the table of docs/validation/drivers.md */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

enum { P = 5, SIDE = P + 1, MOST = 1000, CLUSTER = 10 };

static const char *const names[] = {"a", "b", "c", "d", "e", "y"};
static const double betas[P] = {0.4, 0.3, 0.2, 0.1, 0}; /* e has nothing to do with anything */
static double population[SIDE * SIDE], factor[SIDE * SIDE];
static double x[SIDE][MOST];
static int64_t cluster[MOST];

typedef enum rows_kind { NORMAL, HEAVY, CLUSTERED, KINDS } rows_kind;

static void fail(const char *what) {
    printf("Bail out! %s\n", what);
    exit(EXIT_FAILURE);
}

/* Drivers a to d are alike, with correlations of 0.4; half of the outcome is its own. */
static void make_population(void) {
    double r[P][P], explained = 0, y[P];
    for (int i = 0; i < P; i++)
        for (int k = 0; k < P; k++) r[i][k] = i == k ? 1 : i < 4 && k < 4 ? 0.4 : 0;
    for (int i = 0; i < P; i++) {
        y[i] = 0;
        for (int k = 0; k < P; k++) y[i] += r[i][k] * betas[k];
    }
    for (int i = 0; i < P; i++) explained += betas[i] * y[i];
    double scale = sqrt(2 * explained);
    for (int i = 0; i < P; i++)
        for (int k = 0; k < P; k++) population[i * SIDE + k] = r[i][k];
    for (int i = 0; i < P; i++) population[i * SIDE + P] = population[P * SIDE + i] = y[i] / scale;
    population[SIDE * SIDE - 1] = 1;
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k <= i; k++) {
            double rest = population[i * SIDE + k];
            for (int c = 0; c < k; c++) rest -= factor[i * SIDE + c] * factor[k * SIDE + c];
            factor[i * SIDE + k] = i == k ? sqrt(rest) : rest / factor[k * SIDE + k];
        }
}

static double normal(uint64_t run, int64_t row, uint32_t draw) {
    return cx_normal_quantile(cx_random_uniform(run, 77, (uint64_t)row, draw));
}

static void draw_row(uint64_t run, int64_t row, uint32_t from, double *out) {
    double z[SIDE];
    for (uint32_t i = 0; i < SIDE; i++) z[i] = normal(run, row, from + i);
    for (int i = 0; i < SIDE; i++) {
        out[i] = 0;
        for (int k = 0; k <= i; k++) out[i] += factor[i * SIDE + k] * z[k];
    }
}

static void draw_rows(rows_kind kind, uint64_t run, int64_t n) {
    double own[SIDE], shared[SIDE] = {0};
    for (int64_t r = 0; r < n; r++) {
        cluster[r] = r / CLUSTER;
        if (kind == CLUSTERED && r % CLUSTER == 0) draw_row(run, r, 20, shared);
        draw_row(run, r, 0, own);
        double u = cx_random_uniform(run, 78, (uint64_t)r, 0);
        double stretch = kind == HEAVY ? (u < 0.2 ? 2 : 0.5) : kind == CLUSTERED ? sqrt(0.5) : 1;
        for (int i = 0; i < SIDE; i++)
            x[i][r] = stretch * own[i] + (kind == CLUSTERED ? sqrt(0.5) * shared[i] : 0);
    }
}

static cx_frame frame_of(cx_array *columns, const double *from, int64_t rows, int64_t stride) {
    for (int i = 0; i < SIDE; i++) {
        columns[i] = cx_array_of(from + i * stride, CX_F64, rows);
        columns[i].name = names[i];
    }
    return (cx_frame){columns, SIDE, {0, 0}};
}

static void truth_of(int32_t method, double *importance, double *r2) {
    cx_array columns[SIDE];
    cx_frame square = frame_of(columns, population, SIDE, SIDE);
    cx_driver_options options;
    cx_driver_fit *fit = NULL;
    cx_table *t = NULL;
    cx_driver_options_init(&options);
    options.method = method;
    if (cx_driver_fit_matrix(&square, NULL, "y", 1e6, &options, &fit, NULL) != CX_OK ||
        cx_driver_fit_table(fit, &t, NULL) != CX_OK)
        fail("the population");
    for (int j = 0; j < P; j++) importance[j] = table_number(t, "importance", j);
    *r2 = table_figure(t, "r2");
    cx_table_free(t);
    cx_driver_fit_free(fit);
}

typedef struct world {
    int32_t method, errors;
    rows_kind kind;
    int64_t n;
    bool designed; /* the analysis knows the clusters */
} world;

typedef struct covered {
    double drivers, least, nothing, r2, share, ranks, noise;
} covered;

static cx_driver_fit *analyse(const world *w) {
    cx_array columns[SIDE], key = cx_array_of(cluster, CX_I64, w->n);
    cx_frame rows = frame_of(columns, x[0], w->n, MOST), by = {&key, 1, {0, 0}};
    cx_driver_options options;
    cx_driver_fit *fit = NULL;
    cx_design *design = NULL;
    key.name = "cluster";
    cx_driver_options_init(&options);
    options.method = w->method;
    options.errors = w->errors;
    options.draws = 400;
    if (w->designed && cx_design_new(NULL, NULL, &by, NULL, NULL, NULL, &design, NULL) != CX_OK)
        fail("the design");
    if (cx_driver_fit_rows(&rows, NULL, "y", NULL, design, &options, &fit, NULL) != CX_OK)
        fail("the analysis");
    cx_design_free(design);
    return fit;
}

static bool inside(double low, double value, double high) {
    return low <= value + 1e-12 && value <= high + 1e-12;
}

static void note(const world *w, const double *truth, double r2, double *hits, covered *sum) {
    cx_table *t = NULL, *ranks = NULL;
    cx_driver_fit *fit = analyse(w);
    if (cx_driver_fit_table(fit, &t, NULL) != CX_OK ||
        cx_driver_fit_ranks(fit, &ranks, NULL) != CX_OK)
        fail("the tables");
    double total = 0;

    for (int j = 0; j < P; j++) total += truth[j];
    for (int j = 0; j < P; j++) {
        hits[j] += inside(table_number(t, "ci_low", j), truth[j], table_number(t, "ci_high", j));
        sum->share += inside(table_number(t, "share_low", j), truth[j] / total,
                             table_number(t, "share_high", j)) /
                      (double)P;

        sum->ranks +=
            inside(table_number(ranks, "rank_low", j), j + 1, table_number(ranks, "rank_high", j)) /
            (double)P;
    }
    sum->r2 += inside(table_figure(t, "r2_low"), r2, table_figure(t, "r2_high"));
    sum->noise += table_number(t, "importance", P - 1) > table_figure(t, "noise");
    cx_table_free(t);
    cx_table_free(ranks);
    cx_driver_fit_free(fit);
}

static covered cover(const world *w, int runs) {
    double truth[P], r2, hits[P] = {0};
    covered sum = {0, 1, 0, 0, 0, 0, 0};
    truth_of(w->method, truth, &r2);
    for (int run = 0; run < runs; run++) {
        draw_rows(w->kind, (uint64_t)run + 1, w->n);
        note(w, truth, r2, hits, &sum);
    }
    for (int j = 0; j < P - 1; j++) {
        sum.drivers += hits[j] / (P - 1) / runs;
        sum.least = fmin(sum.least, hits[j] / runs);
    }
    sum.nothing = hits[P - 1] / runs;
    sum.r2 /= runs, sum.share /= runs, sum.ranks /= runs, sum.noise /= runs;
    return sum;
}

static void table(int runs) {
    static const char *const kinds[] = {"normal", "heavy tails", "clusters of 10"};
    static const int64_t sizes[] = {100, 300, 1000};
    static const int32_t methods[] = {CX_IMPORTANCE_SHAPLEY, CX_IMPORTANCE_JOHNSON,
                                      CX_IMPORTANCE_FIRST,   CX_IMPORTANCE_LAST,
                                      CX_IMPORTANCE_CAR,     CX_IMPORTANCE_PRATT};
    printf("| method | rows | n | errors | drivers | least | nothing | share | R2 | ranks | noise "
           "|\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t m = 0; m < 6; m++)
        for (int kind = 0; kind < KINDS; kind++)
            for (size_t s = 0; s < 3; s++)
                for (int errors = 1; errors < (m == 0 ? 4 : 2); errors++) {
                    bool designed = kind == CLUSTERED && errors == CX_DRIVER_ERRORS_INFLUENCE;
                    if (errors == CX_DRIVER_ERRORS_BOOTSTRAP && sizes[s] > 300) continue;
                    world w = {methods[m], errors, kind, sizes[s], designed};
                    covered c = cover(&w, runs);
                    printf("| %s | %s | %d | %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f "
                           "|\n",
                           cx_importance_name(methods[m]), kinds[kind], (int)sizes[s],
                           cx_driver_errors_name(errors), c.drivers, c.least, c.nothing, c.share,
                           c.r2, c.ranks, c.noise);
                    fflush(stdout);
                }
}

static int failures, checks;

static void check(bool good, const char *what, double value) {
    checks++;
    if (!good) failures++;
    printf("%sok %d - %s (%.3f)\n", good ? "" : "not ", checks, what, value);
}

int main(int argc, char **argv) {
    make_population();
    if (argc > 1 && strcmp(argv[1], "table") == 0) {
        table(argc > 2 ? atoi(argv[2]) : 2000);
        return EXIT_SUCCESS;
    }
    const world plain = {CX_IMPORTANCE_SHAPLEY, CX_DRIVER_ERRORS_INFLUENCE, NORMAL, 300, false};
    const world heavy = {CX_IMPORTANCE_SHAPLEY, CX_DRIVER_ERRORS_INFLUENCE, HEAVY, 300, false};
    const world as_normal = {CX_IMPORTANCE_SHAPLEY, CX_DRIVER_ERRORS_NORMAL, HEAVY, 300, false};
    const world clustered = {CX_IMPORTANCE_SHAPLEY, CX_DRIVER_ERRORS_INFLUENCE, CLUSTERED, 1000,
                             true};
    covered c = cover(&plain, 400);
    check(c.drivers > 0.92 && c.drivers < 0.98, "Shapley values, normal rows", c.drivers);
    check(c.nothing > 0.92, "a driver that has nothing to do with the outcome", c.nothing);
    check(c.r2 > 0.91 && c.r2 < 0.98, "R2", c.r2);
    check(c.ranks > 0.95, "ranks", c.ranks);
    check(c.noise > 0.02 && c.noise < 0.09, "noise above its threshold", c.noise);
    c = cover(&heavy, 300);
    check(c.drivers > 0.91 && c.drivers < 0.98, "Shapley values, heavy tails", c.drivers);
    c = cover(&as_normal, 300);
    check(c.drivers < 0.92, "heavy tails as if normal fall short", c.drivers);
    c = cover(&clustered, 200);
    check(c.drivers > 0.90 && c.drivers < 0.98, "Shapley values, clusters", c.drivers);
    printf("1..%d\n", checks);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
