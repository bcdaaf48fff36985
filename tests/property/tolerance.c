/* The bootstrap interval of a waiting-time tolerance holds the truth, the fit at the shortest wait
 * would not; a closed loop without any action has no effect. With the argument `table`, the larger
 * figures of docs/validation/tolerance.md. */

#include "metric/tolerance.h"
#include "stat/resample.h"

#include <cxkit.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct scenario {
    const char *name;
    double (*mean)(double wait);
    double (*wait)(double u);
} scenario;

static double level_then_falling(double w) {
    return 8 - fmax(0, w - 150) / 200;
}

static double falling(double w) {
    return 8.3 - w / 350;
}

static double step(double w) {
    return w < 350 ? 8 : 6;
}

static double smooth(double w) {
    return 8 - 2.5 / (1 + exp(-(w - 400) / 60));
}

static double exponential(double u) {
    return -300 * log1p(-u);
}

static double even(double u) {
    return 900 * u;
}

static const scenario scenarios[] = {{"level, then falling", level_then_falling, exponential},
                                     {"falling throughout", falling, even},
                                     {"a step at 350 s", step, exponential},
                                     {"a smooth fall", smooth, exponential}};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static const double drop = 1, spread = 2;
static uint64_t seed;
static uint32_t count;

static double uniform(uint64_t purpose) {
    return cx_random_uniform(seed, (uint32_t)purpose, 0, count++);
}

/* Scores are whole, 0 to 10: their mean is a little off the curve. */
static double mean_score(const scenario *s, double wait) {
    double mean = 0;
    for (int k = 1; k <= 10; k++) mean += cx_normal_sf((k - 0.5 - s->mean(wait)) / spread);
    return mean;
}

static double truth_of(const scenario *s) {
    enum { STEPS = 20000 };
    double baseline = 0, longest = 0;
    for (int i = 0; i < STEPS; i++)
        baseline += mean_score(s, s->wait(0.25 * (i + 0.5) / STEPS)) / STEPS;
    for (int i = 0; i < STEPS; i++) {
        double wait = s->wait((i + 0.5) / STEPS);
        if (mean_score(s, wait) >= baseline - drop) longest = fmax(longest, wait);
    }
    return longest;
}

typedef struct sample {
    double *x, *y, *w, *wy, *draws;
    uint32_t *counts;
    int n;
} sample;

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw_sample(const scenario *s, sample *of) {
    count = 0;
    for (int i = 0; i < of->n; i++) of->x[i] = s->wait(uniform(1));
    qsort(of->x, (size_t)of->n, sizeof *of->x, compare);
    for (int i = 0; i < of->n; i++) {
        double score = floor(s->mean(of->x[i]) + spread * cx_normal_quantile(uniform(2)) + 0.5);
        of->y[i] = fmax(0, fmin(10, score));
    }
}

/* band: as the library does; else against the isotonic fit at the shortest wait. */
static double solve(const sample *of, int32_t shape, bool band) {
    cx_i_points points = {of->x, of->w, of->wy, of->n};
    cx_tolerance_options options;
    cx_i_tolerance_fit fit;
    cx_tolerance_options_init(&options);
    options.shape = shape;
    if (band) {
        cx_i_tolerance_solve(&points, drop, &options, &fit);
        return fit.tolerance;
    }
    double first = -1, w = 0, wy = 0;
    for (int i = 0; i < of->n; i++) {
        w += of->w[i], wy += of->wy[i];
        if (w > 0) first = fmax(first, wy / w);
    }
    int64_t last = cx_i_antitonic_last(&points, first - drop);
    return last < 0 ? -INFINITY : last == of->n - 1 ? INFINITY : of->x[last];
}

typedef struct outcome {
    double median, covered, width;
} outcome;

static outcome simulate(const scenario *s, int n, int runs, int draws, int32_t shape, bool band) {
    size_t size = (size_t)n * sizeof(double);
    sample of = {malloc(size),
                 malloc(size),
                 malloc(size),
                 malloc(size),
                 malloc((size_t)draws * sizeof(double)),
                 malloc((size_t)n * sizeof(uint32_t)),
                 n};
    double *values = malloc((size_t)runs * sizeof *values), truth = truth_of(s);
    outcome found = {0, 0, 0};
    for (int run = 0; run < runs; run++) {
        seed = (uint64_t)run + 1;
        draw_sample(s, &of);
        for (int i = 0; i < n; i++) of.w[i] = 1, of.wy[i] = of.y[i];
        values[run] = solve(&of, shape, band);
        for (int d = 0; d < draws; d++) {
            cx_i_resample(seed, 9, (uint32_t)d, n, n, of.counts);
            for (int i = 0; i < n; i++) of.w[i] = of.counts[i], of.wy[i] = of.w[i] * of.y[i];
            of.draws[d] = solve(&of, shape, band);
        }
        cx_i_resample_sort(of.draws, draws);
        double low = cx_i_resample_quantile(of.draws, draws, 0.025);
        double high = cx_i_resample_quantile(of.draws, draws, 0.975);
        found.covered += (low <= truth && truth <= high) / (double)runs;
        found.width += (fmin(high, of.x[n - 1]) - fmax(low, 0)) / runs;
    }
    qsort(values, (size_t)runs, sizeof *values, compare);
    found.median = values[runs / 2];
    free(of.x), free(of.y), free(of.w), free(of.wy), free(of.draws), free(of.counts), free(values);
    return found;
}

static int tests, failures;

static void check(const char *what, double value, double low, double high) {
    bool ok = value >= low && value <= high;
    failures += !ok;
    printf("%s %d - %s: %.4f in %.3f .. %.3f\n", ok ? "ok" : "not ok", ++tests, what, value, low,
           high);
}

/* -- a loop in which nothing was done ------------------------------------------------------ */

typedef struct nothing {
    double left, covered;
} nothing;

/* A customer is as satisfied as before; only the answers vary around it. */
static double answer(double satisfaction) {
    double score = floor(satisfaction + 2.2 * cx_normal_quantile(uniform(4)) + 0.5);
    return fmax(0, fmin(10, score));
}

static nothing no_action(int customers, int runs) {
    double *score = malloc((size_t)customers * sizeof *score);
    double *again = malloc((size_t)customers * sizeof *again);
    int8_t *held = malloc((size_t)customers), *contacted = malloc((size_t)customers);
    nothing found = {0, 0};
    for (int run = 0; run < runs; run++) {
        cx_closed_loop_result result;
        cx_error err;
        seed = 5000 + (uint64_t)run, count = 0;
        for (int i = 0; i < customers; i++) {
            double satisfaction = 7.6 + 1.2 * cx_normal_quantile(uniform(3));
            score[i] = answer(satisfaction), again[i] = answer(satisfaction);
            held[i] = uniform(5) < 0.3, contacted[i] = !held[i];
        }
        cx_array s = cx_array_of(score, CX_F64, customers), a = s;
        cx_array c = cx_array_of(contacted, CX_I8, customers), h = c;
        a.data = again, h.data = held;
        cx_error_init(&err);
        if (cx_closed_loop(&s, &c, &a, NULL, &h, NULL, NULL, NULL, 0, NULL, &result, &err) !=
            CX_OK) {
            printf("Bail out! %s\n", err.text);
            exit(1);
        }
        found.left += result.improved_treated.value / runs;
        found.covered += (result.effect.ci_low <= 0 && result.effect.ci_high >= 0) / (double)runs;
    }
    free(score), free(again), free(held), free(contacted);
    return found;
}

static void print_table(void) {
    static const char *const shapes[] = {"isotonic", "one-knot", "plateau"};
    const int sizes[] = {300, 1000, 5000};
    printf("| curve | truth | n | fit | median | coverage | mean width |\n"
           "|---|---|---|---|---|---|---|\n");
    for (int s = 0; s < SCENARIOS; s++)
        for (int i = 0; i < 3; i++)
            for (int32_t shape = -1; shape < 3; shape++) {
                outcome o =
                    simulate(&scenarios[s], sizes[i], 300, 300, shape < 0 ? 0 : shape, shape >= 0);
                printf("| %s | %.0f | %d | %s | %.1f | %.3f | %.0f |\n", scenarios[s].name,
                       truth_of(&scenarios[s]), sizes[i],
                       shape < 0 ? "isotonic, against the fit at 0" : shapes[shape], o.median,
                       o.covered, o.width);
                fflush(stdout);
            }
    nothing none = no_action(2000, 2000);
    printf("\nNo action: %.3f leave the class; the effect's interval holds 0 in %.3f\n", none.left,
           none.covered);
}

int main(int argc, char **argv) {
    if (argc > 1 && argv[1][0] == 't') {
        print_table();
        return 0;
    }
    for (int s = 0; s < SCENARIOS; s++) {
        outcome o = simulate(&scenarios[s], 300, 100, 100, CX_SHAPE_ISOTONIC, true);
        check(scenarios[s].name, o.covered, 0.86, 1);
    }
    outcome zero = simulate(&scenarios[0], 300, 100, 100, CX_SHAPE_ISOTONIC, false);
    check("against the fit at the shortest wait", zero.covered, 0, 0.8);
    nothing none = no_action(500, 200);
    check("detractors who leave their class by themselves", none.left, 0.4, 0.7);
    check("no action has no effect", none.covered, 0.91, 1);
    printf("1..%d\n", tests);
    return failures > 0;
}
