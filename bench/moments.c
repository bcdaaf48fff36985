/* Moments of a million rows of 20 columns, against the plain loop that keeps no rounding errors and
 * centres nothing.
 *
 *     bench/moments [rows [turns]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <string.h>

enum { P = 20, MOST_TURNS = 256 };

static volatile double sink;

/* Row-major, one row after the other: sums and sums of products */
static void plain(const double *rows, int64_t n) {
    double sum[P] = {0}, product[P][P] = {{0}};
    for (int64_t r = 0; r < n; r++) {
        const double *row = rows + r * P;
        for (int i = 0; i < P; i++) {
            sum[i] += row[i];
            for (int j = 0; j <= i; j++) product[i][j] += row[i] * row[j];
        }
    }
    for (int i = 0; i < P; i++) sink = sum[i] + product[i][0] + product[i][i];
}

static cx_moments *fresh(cx_array *columns) {
    static char text[P][4];
    static int32_t offsets[P + 1];
    static char all[4 * P];
    int used = 0;
    for (int j = 0; j < P; j++) {
        int length = sprintf(text[j], "x%d", j);
        memcpy(all + used, text[j], (size_t)length);
        offsets[j] = used;
        used += length;
        columns[j].name = text[j];
    }
    offsets[P] = used;
    cx_array names = {.data = all, .length = P, .offsets = offsets, .dtype = CX_STRING};
    cx_moments *m = NULL;
    if (cx_moments_new(&names, NULL, &m, NULL) != CX_OK) exit(1);
    return m;
}

static void add(const cx_array *columns, const cx_array *weights, cx_moments *m) {
    cx_frame frame = {.columns = columns, .count = P};
    if (cx_moments_add(m, &frame, weights, NULL) != CX_OK) exit(1);
}

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static void measure(const char *kind, const double *rows, const double *columns_data,
                    const double *w, int64_t n, int turns) {
    double loop[MOST_TURNS], ours[MOST_TURNS];
    char name[64];
    cx_array columns[P], weights = cx_array_of(w, CX_F64, n);
    for (int j = 0; j < P; j++) columns[j] = cx_array_of(columns_data + j * n, CX_F64, n);
    cx_moments *m = fresh(columns);
    for (int t = 0; t < turns; t++) {
        BENCH(loop[t], plain(rows, n));
        BENCH(ours[t], add(columns, w == NULL ? NULL : &weights, m));
    }
    snprintf(name, sizeof name, "moments, %s", kind);
    bench_line(name, bench_ratio(loop, ours, turns), "times as fast", "plain double loop");
    bench_line(name, (double)n / bench_least(ours, turns) / 1e6, "million rows/s", "");
    snprintf(name, sizeof name, "plain loop, %s", kind);
    bench_line(name, (double)n / bench_least(loop, turns) / 1e6, "million rows/s", "");
    cx_moments_free(m);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000;
    int turns = argc > 2 ? atoi(argv[2]) : 7;
    double *rows = malloc((size_t)n * P * sizeof *rows), *w = malloc((size_t)n * sizeof *w);
    double *columns = malloc((size_t)n * P * sizeof *columns);
    if (rows == NULL || columns == NULL || w == NULL || turns < 1 || turns > MOST_TURNS) return 1;
    bench_header();
    for (int scores = 1; scores >= 0; scores--) {
        for (int64_t r = 0; r < n; r++) {
            w[r] = 0.5 + draw();
            for (int j = 0; j < P; j++) {
                double v = draw();
                rows[r * P + j] = columns[j * n + r] = scores ? (double)(int)(v * 11) : v;
            }
        }
        measure(scores ? "scores" : "real numbers", rows, columns, NULL, n, turns);
        measure(scores ? "scores, weighted" : "real numbers, weighted", rows, columns, w, n, turns);
    }
    free(rows);
    free(columns);
    free(w);
    return 0;
}
