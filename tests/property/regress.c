/* How often intervals with few clusters cover the truth: classical errors far too seldom, cr1 too
 * seldom, cr2 and the wild bootstrap about as often as they say. With an argument, that many
 * replications, printed as a table. */

#include <cxkit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 60, LARGEST = 24, ROWS = MOST * LARGEST, WAYS = 5 };

static const int32_t ways[WAYS] = {CX_COV_CLASSICAL, CX_COV_HC1, CX_COV_CR1, CX_COV_CR2,
                                   CX_COV_WILD};
static uint32_t drawn;

static double uniform(uint64_t run) {
    return cx_random_uniform(1, 7000, run, drawn++);
}

static double normal(uint64_t run) {
    double u = uniform(run);
    return sqrt(-2 * log(u)) * cos(6.28318530717958648 * uniform(run));
}

static double x[ROWS], y[ROWS];
static int32_t cluster[ROWS];

/* Shops of 4 to LARGEST answers, a lever that belongs to the shop, moods that its answers share. */
static int64_t fill(int shops, uint64_t run) {
    int64_t n = 0;
    drawn = 0;
    for (int g = 0; g < shops; g++) {
        double lever = normal(run), mood = normal(run);
        int size = 4 + (int)((LARGEST - 4) * uniform(run));
        for (int i = 0; i < size; i++, n++) {
            cluster[n] = g;
            x[n] = lever + 0.3 * normal(run);
            y[n] = 7 + 0.5 * x[n] + 0.6 * mood + normal(run);
        }
    }
    return n;
}

static int covers(int64_t n, int32_t cov) {
    cx_array column = cx_array_of(x, CX_F64, n), outcome = cx_array_of(y, CX_F64, n);
    cx_array key = cx_array_of(cluster, CX_I32, n);
    column.name = "x";
    key.name = "shop";
    cx_frame frame = {&column, 1, {0, 0}}, keys = {&key, 1, {0, 0}};
    cx_regress_options options;
    cx_fit *fit = NULL;
    cx_estimate b;
    cx_regress_options_init(&options);
    options.cov = cov;
    options.draws = 499;
    const cx_frame *clusters = cov >= CX_COV_CR0 ? &keys : NULL;
    if (cx_regress(&frame, &outcome, NULL, clusters, NULL, NULL, &options, &fit, NULL) != CX_OK ||
        cx_fit_estimate(fit, "x", &b, NULL) != CX_OK)
        exit(EXIT_FAILURE);
    cx_fit_free(fit);
    return b.ci_low <= 0.5 && 0.5 <= b.ci_high;
}

static void simulate(int shops, int runs, double *share) {
    for (int w = 0; w < WAYS; w++) share[w] = 0;
    for (int run = 0; run < runs; run++) {
        int64_t n = fill(shops, (uint64_t)run);
        for (int w = 0; w < WAYS; w++) share[w] += covers(n, ways[w]) / (double)runs;
    }
}

static void print_table(int runs) {
    static const int sizes[] = {5, 8, 12, 20, 40, 60};
    printf("| clusters |");
    for (int w = 0; w < WAYS; w++) printf(" %s |", cx_cov_name(ways[w]));
    printf("\n");
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        double share[WAYS];
        simulate(sizes[s], runs, share);
        printf("| %d |", sizes[s]);
        for (int w = 0; w < WAYS; w++) printf(" %.1f |", 100 * share[w]);
        printf("\n");
    }
}

static int test;

static void expect(int good, const char *what) {
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++test, what);
    if (!good) exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
    double share[WAYS];
    if (argc > 1) {
        print_table(atoi(argv[1]));
        return EXIT_SUCCESS;
    }
    printf("1..4\n");
    simulate(10, 600, share);
    expect(share[0] < 0.75 && share[1] < 0.75, "errors that ignore clusters cover far too seldom");
    expect(share[2] < share[3], "cr2 covers more often than cr1");
    expect(share[3] > 0.92 && share[3] < 0.98, "cr2 covers about as often as it says");
    expect(share[4] > 0.92 && share[4] < 0.98, "the wild bootstrap covers about as often");
    return EXIT_SUCCESS;
}
