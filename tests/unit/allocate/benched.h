#ifndef CX_TEST_BENCHED_H
#define CX_TEST_BENCHED_H

#include "planned.h"

/* Points under construction, and their plans. */

enum { MOST = 1000, FIELDS = 18 };

/* A table of points under construction. */
typedef struct bench {
    double memory[FIELDS][MOST];
    cx_array column[FIELDS];
    int64_t rows, columns;
    cx_policy_options options;
} bench;

static bench b;

static inline void bench_start(int64_t rows, int32_t policy) {
    memset(&b, 0, sizeof b);
    b.rows = rows;
    cx_policy_options_init(&b.options);
    b.options.policy = policy;
}

/* A column of the same number, to be changed by hand. */
static inline double *bench_column(const char *name, double value) {
    int64_t c = 0;
    while (c < b.columns && strcmp(b.column[c].name, name) != 0) c++;
    if (c == b.columns) b.columns++;
    b.column[c] = cx_array_of(b.memory[c], CX_F64, b.rows);
    b.column[c].name = name;
    for (int64_t i = 0; i < b.rows; i++) b.memory[c][i] = value;
    return b.memory[c];
}

static inline cx_status bench_plan(double budget, uint64_t period, cx_table **out, cx_error *err) {
    cx_frame frame = {b.column, b.columns, {0, 0}};
    return cx_plan_points(&frame, budget, period, &b.options, out, err);
}

static inline cx_table *bench_table(double budget) {
    cx_table *table = NULL;
    ck_assert_ok(bench_plan(budget, 0, &table, err));
    return table;
}

static inline void expect_n(double budget, const double *n) {
    cx_table *table = bench_table(budget);
    for (int64_t i = 0; i < b.rows; i++) ck_assert_double_eq(table_number(table, "n", i), n[i]);
    cx_table_free(table);
}

/* 200 points of very different traffic, a floor for each and 2,000 answers. */
static inline void bench_company(int32_t policy) {
    bench_start(200, policy);
    double *weight = bench_column("weight", 0), *s2 = bench_column("s2", 0), sum = 0;
    double *traffic = bench_column("traffic", 0), *lower = bench_column("lower", 0);
    bench_column("response_rate", 0.2);
    bench_column("log_evidence", -INFINITY);
    for (int i = 0; i < 200; i++) {
        double z = cx_normal_quantile((i + 0.5) / 200), d = 0.2 + 0.08 * sin(i + 1);
        double p = 0.5 - 0.08 * sin(i + 1);
        traffic[i] = 250 * exp(0.8 * z - 0.32);
        weight[i] = traffic[i];
        sum += traffic[i];
        s2[i] = 1e4 * (p + d - (p - d) * (p - d));
        lower[i] = fmin(floor(0.2 * traffic[i]), (i + 1) % 5 == 0 ? 10 : 2);
    }
    for (int i = 0; i < 200; i++) weight[i] /= sum;
}

#endif
