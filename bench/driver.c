/* Exact Shapley key drivers: seconds for p drivers, one thread.
 *
 *     bench/driver [largest p [turns]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <string.h>

enum { MOST = 28, ROWS = 2000, MOST_TURNS = 256 };

static double x[MOST + 1][ROWS];

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

/* Scores that share a common part, as answers of one person do */
static void fill(void) {
    for (int r = 0; r < ROWS; r++) {
        double mood = draw();
        for (int j = 0; j <= MOST; j++) x[j][r] = (double)(int)(5.5 * (mood + draw()));
    }
}

static cx_moments *moments(int p) {
    static char all[4 * (MOST + 1)], text[MOST + 1][4];
    int32_t offsets[MOST + 2], used = 0;
    cx_array columns[MOST + 1];
    for (int j = 0; j <= p; j++) {
        int length = sprintf(text[j], "x%d", j);
        memcpy(all + used, text[j], (size_t)length);
        offsets[j] = used;
        used += length;
        columns[j] = cx_array_of(x[j], CX_F64, ROWS);
        columns[j].name = text[j];
    }
    offsets[p + 1] = used;
    cx_array names = {.data = all, .length = p + 1, .offsets = offsets, .dtype = CX_STRING};
    cx_frame frame = {.columns = columns, .count = p + 1};
    cx_moments *m = NULL;
    if (cx_moments_new(&names, NULL, &m, NULL) != CX_OK ||
        cx_moments_add(m, &frame, NULL, NULL) != CX_OK)
        exit(1);
    return m;
}

static void run(const cx_moments *m) {
    cx_table *table = NULL;
    if (cx_drivers(m, NULL, "x0", NULL, &table, NULL) != CX_OK) exit(1);
    cx_table_free(table);
}

int main(int argc, char **argv) {
    static const int sizes[] = {10, 15, 18, 20, 22, 24, 26, 28};
    int largest = argc > 1 ? atoi(argv[1]) : 24, turns = argc > 2 ? atoi(argv[2]) : 7;
    if (turns < 1 || turns > MOST_TURNS) return 1;
    fill();
    bench_header();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= largest; i++) {
        double seconds[MOST_TURNS];
        char name[32];
        cx_moments *m = moments(sizes[i]);
        for (int t = 0; t < turns; t++) BENCH(seconds[t], run(m));
        snprintf(name, sizeof name, "drivers, p = %d", sizes[i]);
        bench_line(name, 1000 * bench_median(seconds, turns), "ms (median)", "");
        cx_moments_free(m);
    }
    return 0;
}
