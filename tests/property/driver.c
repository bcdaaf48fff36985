/* Laws of key drivers on random data: they agree with the plain sum over all models, add up to R2,
 * follow their columns, and do not notice units. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

enum { MOST = 8, ROWS = 60 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static int failures;

static void expect_close(double got, double wanted, double tolerance, const char *what) {
    if (fabs(got - wanted) <= tolerance) return;
    failures++;
    printf("# %s: %.17g, expected %.17g\n", what, got, wanted);
}

static double x[MOST + 1][ROWS]; /* the outcome first */
static double r2[1 << MOST];

/* A common part makes the drivers correlate. */
static void fill(int p, double common) {
    for (int r = 0; r < ROWS; r++) {
        double shared = draw(), y = draw();
        for (int j = 1; j <= p; j++) {
            x[j][r] = common * shared + draw();
            y += (j % 3 - 1) * x[j][r];
        }
        x[0][r] = y;
    }
}

static cx_moments *moments(const int *order, int p, double scale) {
    static const char letters[] = "yabcdefgh";
    static const int32_t offsets[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const char *const words[] = {"y", "a", "b", "c", "d", "e", "f", "g", "h"};
    static double scaled[MOST + 1][ROWS];
    cx_array names = {.data = letters, .length = p + 1, .offsets = offsets, .dtype = CX_STRING};
    cx_array columns[MOST + 1];
    for (int j = 0; j <= p; j++) {
        int from = j == 0 ? 0 : order[j - 1];
        for (int r = 0; r < ROWS; r++)
            scaled[j][r] = x[from][r] * (1 + (scale - 1) * j) + (scale - 1) * 5;
        columns[j] = cx_array_of(scaled[j], CX_F64, ROWS);
        columns[j].name = words[j];
    }
    cx_frame frame = {.columns = columns, .count = p + 1};
    cx_moments *m = NULL;
    if (cx_moments_new(&names, NULL, &m, NULL) != CX_OK ||
        cx_moments_add(m, &frame, NULL, NULL) != CX_OK)
        exit(99);
    return m;
}

/* R2 of one model by elimination with pivoting on the diagonal */
static double model(const cx_moments *m, unsigned set, int p) {
    double a[MOST + 1][MOST + 1], explained = 0;
    int use[MOST], k = 0;
    for (int j = 0; j < p; j++)
        if (set >> j & 1) use[k++] = j + 1;
    for (int i = 0; i <= k; i++)
        for (int j = 0; j <= k; j++)
            a[i][j] = cx_moments_correlation(m, i < k ? use[i] : 0, j < k ? use[j] : 0);
    for (int i = 0; i < k; i++) {
        explained += a[i][k] * a[i][k] / a[i][i];
        for (int q = i + 1; q < k; q++)
            for (int j = k; j > i; j--) a[q][j] -= a[q][i] / a[i][i] * a[i][j];
    }
    return explained;
}

static double choose(int n, int k) {
    double all = 1;
    for (int i = 1; i <= k; i++) all = all * (n - k + i) / i;
    return all;
}

static void agrees_with_the_sum_over_all_models(const cx_moments *m, const cx_table *t, int p) {
    double total = 0;
    for (unsigned set = 0; set < 1u << p; set++) r2[set] = model(m, set, p);
    for (int j = 0; j < p; j++) {
        double conditional[MOST] = {0}, importance = 0;
        char name[32];
        for (unsigned set = 0; set < 1u << p; set++) {
            int others = 0;
            for (int i = 0; i < p; i++) others += set >> i & 1;
            if (!(set >> j & 1))
                conditional[others] += (r2[set | 1u << j] - r2[set]) / choose(p - 1, others);
        }
        for (int k = 0; k < p; k++) {
            sprintf(name, "conditional_%d", k);
            expect_close(table_number(t, name, j), conditional[k], 1e-12, name);
            importance += conditional[k] / p;
        }
        expect_close(table_number(t, "importance", j), importance, 1e-12, "importance");
        expect_close(table_number(t, "last", j), conditional[p - 1], 1e-12, "last");
        total += table_number(t, "importance", j);
    }
    expect_close(total, cx_table_figure(t, 0), 1e-14, "sum of importances");
    expect_close(total, r2[(1u << p) - 1], 1e-12, "r2");
}

static cx_table *drivers(const cx_moments *m, const cx_array *adjust) {
    cx_driver_options options;
    cx_table *t = NULL;
    cx_driver_options_init(&options);
    options.adjust = adjust;
    if (cx_drivers(m, NULL, "y", &options, &t, NULL) != CX_OK) exit(99);
    return t;
}

static void follows_its_columns_and_ignores_units(const cx_table *t, int p) {
    int order[MOST];
    for (int j = 0; j < p; j++) order[j] = p - j;
    cx_moments *m = moments(order, p, 3);
    cx_table *back = drivers(m, NULL);
    for (int j = 0; j < p; j++) {
        expect_close(table_number(back, "importance", p - 1 - j), table_number(t, "importance", j),
                     1e-12, "reversed columns, other units");
        expect_close(table_number(back, "beta", p - 1 - j), table_number(t, "beta", j), 1e-12,
                     "beta");
    }
    cx_table_free(back);
    cx_moments_free(m);
}

static void adjusting_takes_the_first_share(const cx_moments *m, int p) {
    static const int32_t offsets[] = {0, 1};
    cx_array adjust = {.data = "a", .length = 1, .offsets = offsets, .dtype = CX_STRING};
    if (p < 2) return;
    cx_table *t = drivers(m, &adjust);
    double total = 0;
    for (int j = 0; j < p - 1; j++) total += table_number(t, "importance", j);
    expect_close(total, r2[(1u << p) - 1] - r2[1], 1e-12, "adjusted sum");
    expect_close(table_number(t, "first", 0), r2[3] - r2[1], 1e-12, "adjusted first");
    cx_table_free(t);
}

static void copies_share_equally(int p) {
    int order[MOST];
    for (int j = 0; j < p; j++) order[j] = j == p - 1 ? 1 : j + 1;
    cx_moments *m = moments(order, p, 1);
    cx_table *t = drivers(m, NULL);
    expect_close(table_number(t, "importance", 0), table_number(t, "importance", p - 1), 1e-14,
                 "copies");
    cx_table_free(t);
    cx_moments_free(m);
}

int main(void) {
    const int order[] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int p = 1; p <= MOST; p++)
        for (int turn = 0; turn < 12; turn++) {
            fill(p, turn * 0.3);
            cx_moments *m = moments(order, p, 1);
            cx_table *t = drivers(m, NULL);
            agrees_with_the_sum_over_all_models(m, t, p);
            follows_its_columns_and_ignores_units(t, p);
            adjusting_takes_the_first_share(m, p);
            if (p > 1) copies_share_equally(p);
            cx_table_free(t);
            cx_moments_free(m);
        }
    printf("1..1\n%s 1 - laws of key drivers\n", failures ? "not ok" : "ok");
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
