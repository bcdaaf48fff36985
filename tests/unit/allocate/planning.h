#ifndef CX_TEST_PLANNING_H
#define CX_TEST_PLANNING_H

#include "../support.h"

/* A plan under construction. */

enum { MOST = 64 };

typedef struct problem {
    double a[MOST], lower[MOST], upper[MOST], known[MOST], cost[MOST], permanent[MOST];
    int64_t points;
    double budget;
    cx_plan_options options;
    bool with_cost;
} problem;

static inline problem plan_problem(int64_t points, double budget, const double *a) {
    problem p;
    memset(&p, 0, sizeof p);
    p.points = points;
    p.budget = budget;
    cx_plan_options_init(&p.options);
    for (int64_t i = 0; i < points; i++) {
        p.a[i] = a[i];
        p.upper[i] = INFINITY;
        p.cost[i] = 1;
    }
    return p;
}

static inline cx_status solve(const problem *p, cx_table **out, cx_error *err) {
    cx_array a = cx_array_of(p->a, CX_F64, p->points), l = cx_array_of(p->lower, CX_F64, p->points);
    cx_array u = cx_array_of(p->upper, CX_F64, p->points);
    cx_array k = cx_array_of(p->known, CX_F64, p->points);
    cx_array c = cx_array_of(p->cost, CX_F64, p->points);
    cx_array m = cx_array_of(p->permanent, CX_F64, p->points);
    return cx_plan(&a, p->budget, &l, &u, &k, p->with_cost ? &c : NULL, NULL, &m, &p->options, out,
                   err);
}

static inline void assert_plan(const problem *p, const double *n) {
    cx_table *table = NULL;
    ck_assert_ok(solve(p, &table, err));
    for (int64_t i = 0; i < p->points; i++) ck_assert_double_eq(table_number(table, "n", i), n[i]);
    ck_assert_double_le(table_figure(table, "gain_high"), table_figure(table, "gain_low"));
    ck_assert_double_eq(table_figure(table, "gap"), 0);
    cx_table_free(table);
}

#endif
