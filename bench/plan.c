/* A plan with its certificate, on points of Zipf(1.1) traffic: milliseconds per solve.
 *
 *     bench/plan [points [turns]]
 *
 * "ties" is the hard case of the exact comparison: every point is one of five, so that most gains
 * are equal. The policies plan 10 answers a point; "against" is the limit asked of 100,000 points.
 */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>
#include <string.h>

typedef struct problem {
    double *a, *lower, *upper, *known, *cost, budget;
    int64_t points;
} problem;

static uint64_t state = 0x9E3779B97F4A7C15u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static double *column(int64_t points) {
    double *x = calloc((size_t)points, sizeof *x);
    if (x == NULL) exit(1);
    return x;
}

/* A fifth of an answer per point; 1 % permanent points with 5, capacity from traffic. */
static problem draw_problem(int64_t points) {
    problem p = {column(points), column(points), column(points),
                 column(points), column(points), floor(0.2 * (double)points),
                 points};
    for (int64_t i = 0; i < points; i++) {
        double traffic = pow((double)(i + 1), -1.1), sd = 60 + 40 * draw();
        p.a[i] = traffic * traffic * sd * sd;
        p.lower[i] = i % 100 == 0 ? 5 : 0;
        p.upper[i] = fmax(p.lower[i], ceil((double)points * traffic * (0.05 + 0.25 * draw())));
        p.known[i] = 0.5 + 10 * draw();
        p.cost[i] = 1 + floor(4 * draw());
    }
    return p;
}

static cx_array view(const double *x, int64_t points) {
    return cx_array_of(x, CX_F64, points);
}

static void solve(const problem *p, int costs, int whole, const char *figure, double *value) {
    cx_array a = view(p->a, p->points), l = view(p->lower, p->points);
    cx_array u = view(p->upper, p->points), k = view(p->known, p->points);
    cx_array c = view(p->cost, p->points);
    cx_plan_options options;
    cx_table *table = NULL;
    cx_error err;
    cx_plan_options_init(&options);
    options.integer = whole;
    if (cx_plan(&a, p->budget, &l, &u, &k, costs ? &c : NULL, NULL, NULL, &options, &table, &err) !=
        CX_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), figure) == 0) *value = cx_table_figure(table, i);
    cx_table_free(table);
}

static void measure(const char *name, const problem *p, int costs, int whole, int turns) {
    double seconds[64], gap = 0;
    char line[96];
    for (int turn = 0; turn < turns; turn++)
        BENCH(seconds[turn], solve(p, costs, whole, "gap", &gap));
    snprintf(line, sizeof line, "%s_%lld", name, (long long)p->points);
    bench_line(line, 1000 * bench_median(seconds, turns), "ms", p->points == 100000 ? "50 ms" : "");
    if (whole && !costs && gap != 0) fprintf(stderr, "%s: gap %g\n", line, gap);
}

/* A period's plan by a policy, in a workspace that is made once. */
static void measure_policy(int32_t policy, int64_t points, double each, int turns) {
    double seconds[64], *column[5], *n = malloc((size_t)points * sizeof *n);
    cx_policy_options options;
    cx_policy *made = NULL;
    cx_error err;
    char line[96];
    for (int c = 0; c < 5; c++) column[c] = malloc((size_t)points * sizeof **column);
    for (int64_t i = 0; i < points; i++) {
        column[0][i] = 0.2 + draw();
        column[1][i] = 4000 + 4000 * draw();
        column[2][i] = log(draw() + 0.01) * 2 + 3;
        column[3][i] = 2;
        column[4][i] = 3 + floor(8 * each * draw() * draw());
    }
    cx_points given = {.count = points,
                       .weight = column[0],
                       .s2 = column[1],
                       .log_evidence = column[2],
                       .lower = column[3],
                       .upper = column[4]};
    cx_policy_options_init(&options);
    options.policy = policy;
    if (n == NULL || cx_policy_new(points, &options, &made, &err) != CX_OK) exit(1);
    for (int turn = 0; turn < turns; turn++)
        BENCH(
            seconds[turn], if (cx_policy_plan(made, &given, floor(each * (double)points * 0.7),
                                              (uint64_t)turn, n, &err) != CX_OK) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
            });
    snprintf(line, sizeof line, "policy_%s_%lld", cx_policy_name(policy), (long long)points);
    bench_line(line, 1000 * bench_median(seconds, turns), "ms", "");
    cx_policy_free(made);
    for (int c = 0; c < 5; c++) free(column[c]);
    free(n);
}

int main(int argc, char **argv) {
    int64_t points = argc > 1 ? atoll(argv[1]) : 100000;
    int turns = argc > 2 ? atoi(argv[2]) : 9;
    if (points < 1 || turns < 1 || turns > 64) return 2;
    problem p = draw_problem(points);
    bench_header();
    measure("plan_whole", &p, 0, 1, turns);
    measure("plan_continuous", &p, 0, 0, turns);
    p.budget *= 3;
    measure("plan_costs", &p, 1, 1, turns);
    for (int64_t i = 0; i < points; i++) {
        p.a[i] = (double)(1 + i % 5);
        p.known[i] = (double)(i % 5);
        p.lower[i] = i % 5 == 0;
        p.upper[i] = INFINITY;
    }
    p.budget = floor(7.3 * (double)points);
    measure("plan_ties", &p, 0, 1, turns);
    const int32_t policies[] = {CX_POLICY_EVIDENCE, CX_POLICY_PRECISION_BUDGET, CX_POLICY_DETECT};
    for (int i = 0; i < 3; i++) {
        measure_policy(policies[i], 200, 10, turns);
        measure_policy(policies[i], points, 10, turns);
    }
    free(p.a), free(p.lower), free(p.upper), free(p.known), free(p.cost);
    return 0;
}
