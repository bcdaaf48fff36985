#include "planning.h"

static double variance_of(const cx_table *t, const vectors *v, int64_t row, int64_t count) {
    double rest = 0;
    for (int64_t i = row; i < row + count; i++)
        rest += vectors_number(v, i, "size") * pow(vectors_number(v, i, "sd"), 2);
    return table_figure(t, "objective") - rest;
}

static void check_case(const vectors *v, int64_t row, int64_t count) {
    problem p = plan_problem(count, vectors_number(v, row, "budget"), (double[MOST]){0});
    cx_table *t = NULL;
    const char *name = vectors_text(v, row, "case");
    for (int64_t i = 0; i < count; i++) {
        p.a[i] = pow(vectors_number(v, row + i, "size") * vectors_number(v, row + i, "sd"), 2);
        p.lower[i] = vectors_number(v, row + i, "lower");
        p.upper[i] = vectors_number(v, row + i, "upper");
        p.cost[i] = vectors_number(v, row + i, "cost");
        p.with_cost = p.with_cost || p.cost[i] != 1;
    }
    p.options.integer = (int32_t)vectors_number(v, row, "integer");
    ck_assert_ok(solve(&p, &t, err));
    for (int64_t i = 0; i < count; i++) {
        double n = table_number(t, "n", i), expected = vectors_number(v, row + i, "n");
        ck_assert_msg(fabs(n - expected) <= vectors_number(v, row + i, "tolerance"),
                      "%s, point %d: %.12g, not %.12g", name, (int)i, n, expected);
    }
    double variance = vectors_number(v, row, "variance"), found = variance_of(t, v, row, count);
    if (!isnan(variance))
        ck_assert_msg(fabs(found - variance) <= vectors_number(v, row, "variance_tolerance"),
                      "%s: variance %.12g, not %.12g", name, found, variance);
    ck_assert_near(table_figure(t, "budget_used"), p.budget, 1e-12 * p.budget);
    ck_assert_double_le(table_figure(t, "gain_high"),
                        table_figure(t, "gain_low") * (p.options.integer != 0 ? 1 : 1 + 1e-12));
    cx_table_free(t);
}

START_TEST(test_plan_agrees_with_published_allocations) {
    vectors v = vectors_read("plan");
    int64_t cases = 0;
    for (int64_t row = 0, count; row < v.rows; row += count, cases++) {
        for (count = 1; row + count < v.rows; count++)
            if (strcmp(vectors_text(&v, row + count, "case"), vectors_text(&v, row, "case")) != 0)
                break;
        check_case(&v, row, count);
    }
    ck_assert_int_ge(cases, 20);
    vectors_free(&v);
}
END_TEST

static problem house(const vectors *v, double more_in_new_york) {
    problem p = plan_problem(v->rows, 435, (double[MOST]){0});
    for (int64_t i = 0; i < v->rows; i++) {
        double population = vectors_number(v, i, "population");
        if (strcmp(vectors_text(v, i, "state"), "New York") == 0) population += more_in_new_york;
        p.a[i] = population * population;
        p.lower[i] = 1;
    }
    return p;
}

START_TEST(test_plan_apportions_the_house_of_representatives) {
    vectors v = vectors_read("plan_house");
    double seats[MOST];
    ck_assert_int_eq(v.rows, 50);
    for (int64_t i = 0; i < v.rows; i++) seats[i] = vectors_number(&v, i, "seats");
    for (int more = 0; more <= 88; more += 88) {
        problem p = house(&v, more);
        assert_plan(&p, seats);
    }
    /* The state was 89 residents short of its 27th seat. */
    for (int64_t i = 0; i < v.rows; i++) {
        if (strcmp(vectors_text(&v, i, "state"), "New York") == 0) seats[i]++;
        if (strcmp(vectors_text(&v, i, "state"), "Minnesota") == 0) seats[i]--;
    }
    problem p = house(&v, 89);
    assert_plan(&p, seats);
    vectors_free(&v);
}
END_TEST

Suite *suite_plan_published(void);
Suite *suite_plan_published(void) {
    Suite *suite = suite_create("plan_published");
    TCase *c = tcase_create("plan");
    tcase_add_test(c, test_plan_agrees_with_published_allocations);
    tcase_add_test(c, test_plan_apportions_the_house_of_representatives);
    suite_add_tcase(suite, c);
    return suite;
}
