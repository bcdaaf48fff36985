#include "planned.h"

enum { MOST = 60 };

typedef struct survey {
    double a[MOST], lower[MOST], upper[MOST], known[MOST], size[MOST], target[MOST], budget;
    int64_t domain[MOST], points;
    int32_t integer;
} survey;

static survey s;

static void survey_start(int64_t points, double budget, int32_t integer) {
    memset(&s, 0, sizeof s);
    s.points = points;
    s.budget = budget;
    s.integer = integer;
    for (int64_t i = 0; i < points; i++) {
        s.a[i] = s.target[i] = 1;
        s.upper[i] = s.size[i] = INFINITY;
    }
}

static cx_status solve_with(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    cx_array a = cx_array_of(s.a, CX_F64, s.points), l = cx_array_of(s.lower, CX_F64, s.points);
    cx_array u = cx_array_of(s.upper, CX_F64, s.points), k = cx_array_of(s.known, CX_F64, s.points);
    cx_array p = cx_array_of(s.size, CX_F64, s.points), t = cx_array_of(s.target, CX_F64, s.points);
    cx_array d = cx_array_of(s.domain, CX_I64, s.points);
    cx_frame by = {&d, 1, {0, 0}};
    cx_plan_options options;
    d.name = "country";
    cx_plan_options_init(&options);
    options.integer = s.integer;
    options.allocator = allocator;
    return cx_plan_domains(&a, &by, s.budget, &l, &u, &k, &p, &t, &options, out, err);
}

static cx_table *solve(void) {
    cx_table *table = NULL;
    ck_assert_ok(solve_with(NULL, &table, err));
    return table;
}

START_TEST(test_domains_of_one_is_the_plan) {
    survey_start(3, 29, 1);
    s.a[0] = 121, s.a[1] = 25, s.upper[1] = 4, s.known[2] = 2;
    cx_table *t = solve(), *plan = NULL;
    cx_array a = cx_array_of(s.a, CX_F64, 3), u = cx_array_of(s.upper, CX_F64, 3);
    cx_array k = cx_array_of(s.known, CX_F64, 3);
    ck_assert_ok(cx_plan(&a, 29, NULL, &u, &k, NULL, NULL, NULL, NULL, &plan, err));
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(table_number(t, "n", i), table_number(plan, "n", i));
    ck_assert_close(table_figure(t, "ratio"), table_figure(plan, "objective"), 1e-15);
    cx_table_free(t);
    cx_table_free(plan);
}
END_TEST

/* Published test of stratallo's dca: two domains of one stratum each. */
START_TEST(test_domains_agree_with_a_published_allocation) {
    survey_start(2, 16, 0);
    const double size[] = {10, 20}, sd[] = {5, 9}, target[] = {4 * 0.4, 25 * 0.6};
    for (int i = 0; i < 2; i++) {
        s.a[i] = pow(size[i] * sd[i], 2);
        s.size[i] = s.upper[i] = size[i];
        s.target[i] = target[i];
        s.domain[i] = i;
    }
    cx_table *t = solve();
    ck_assert_near(table_number(t, "n", 0), 5.941302, 5e-7);
    ck_assert_near(table_number(t, "n", 1), 10.058698, 5e-7);
    ck_assert_near(table_figure(t, "ratio"), 106.7395, 5e-5);
    ck_assert_close(table_number(t, "ratio", 0), table_number(t, "ratio", 1), 1e-12);
    cx_table_free(t);
}
END_TEST

START_TEST(test_domains_with_several_strata_share_one_ratio) {
    const double size[] = {140, 110, 135, 190, 200, 40, 70}, sd[] = {180, 20, 5, 4, 35, 9, 40};
    const double target[] = {4 * 0.5, 9 * 0.2, 25 * 0.3};
    survey_start(7, 828, 0);
    for (int i = 0; i < 7; i++) {
        s.a[i] = pow(size[i] * sd[i], 2);
        s.size[i] = s.upper[i] = size[i];
        s.domain[i] = i < 2 ? 0 : i < 4 ? 1 : 2;
        s.target[i] = target[s.domain[i]];
    }
    cx_table *t = solve();
    double sum = 0, ratio[3] = {0};
    for (int i = 0; i < 7; i++) {
        double n = table_number(t, "n", i);
        sum += n;
        ck_assert_double_le(n, size[i]);
        ratio[s.domain[i]] += s.a[i] * (1 / n - 1 / size[i]) / s.target[i];
    }
    ck_assert_close(sum, 828, 1e-13);
    ck_assert_close(ratio[1], ratio[0], 1e-9);
    ck_assert_close(ratio[2], ratio[0], 1e-9);
    ck_assert_close(table_figure(t, "ratio_high"), table_figure(t, "ratio_low"), 1e-9);
    /* the large strata are counted completely */
    ck_assert(table_word_is(t, "reason", 0, "capacity"));
    ck_assert(table_word_is(t, "reason", 1, "precision"));
    cx_table_free(t);
}
END_TEST

static uint64_t state = 0x9E3779B97F4A7C15u;

static int draw(int below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)(state % (uint64_t)below);
}

static double largest_ratio(const double *n) {
    double ratio[3] = {0}, worst = -INFINITY;
    for (int64_t i = 0; i < s.points; i++)
        ratio[s.domain[i]] += s.a[i] / (n[i] + s.known[i]) - s.a[i] / s.size[i];
    for (int64_t i = 0; i < s.points; i++) worst = fmax(worst, ratio[s.domain[i]] / s.target[i]);
    return worst;
}

static double enumerate(double *n, int64_t at, double rest) {
    double best = INFINITY;
    if (at == s.points - 1) {
        n[at] = rest;
        return rest < s.lower[at] || rest > s.upper[at] ? INFINITY : largest_ratio(n);
    }
    for (double x = s.lower[at]; x <= fmin(s.upper[at], rest); x++) {
        n[at] = x;
        best = fmin(best, enumerate(n, at + 1, rest - x));
    }
    return best;
}

START_TEST(test_domains_match_enumeration) {
    int solved = 0;
    for (int run = 0; run < 1500; run++) {
        survey_start(2 + draw(4), draw(16), 1);
        for (int64_t i = 0; i < s.points; i++) {
            s.domain[i] = draw(3);
            s.a[i] = 1 + draw(20);
            s.lower[i] = draw(2);
            s.upper[i] = s.lower[i] + draw(7);
            s.known[i] = draw(2) * 0.5;
            if (draw(2) == 1) s.size[i] = 20;
        }
        for (int64_t i = 0; i < s.points; i++) s.target[i] = 1 + (double)s.domain[i];
        double n[MOST], best = enumerate(n, 0, s.budget);
        cx_table *t = NULL;
        cx_status status = solve_with(NULL, &t, NULL);
        if (!isfinite(best)) {
            ck_assert(status == CX_E_INFEASIBLE || status == CX_E_UNINFORMED);
            continue;
        }
        ck_assert_int_eq(status, CX_OK);
        ck_assert_close(table_figure(t, "ratio"), best, 1e-12);
        ck_assert_double_eq(table_figure(t, "budget_used"), s.budget);
        ck_assert_double_le(table_figure(t, "ratio_high"), table_figure(t, "ratio_low"));
        s.integer = 0;
        cx_table *real = solve();
        ck_assert_double_le(table_figure(real, "ratio"), best + 1e-9 * fabs(best));
        ck_assert_near(table_figure(real, "budget_used"), s.budget, 1e-9);
        cx_table_free(real);
        cx_table_free(t);
        solved++;
    }
    ck_assert_int_ge(solved, 400);
}
END_TEST

START_TEST(test_continuous_domains_spend_the_budget_and_prove_it) {
    uint64_t seed = 7;
    for (int run = 0; run < 600; run++) {
        double least = 0, most = 0;
        survey_start(1 + run % 5, 0, 0);
        for (int64_t i = 0; i < s.points; i++) {
            double draw[5];
            for (int k = 0; k < 5; k++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                draw[k] = (double)(seed >> 40);
            }
            s.domain[i] = (int64_t)draw[0] % 3;
            s.a[i] = fmod(draw[1], 4) * 6.3;
            s.known[i] = fmod(draw[2], 3) / 2;
            s.lower[i] = fmod(draw[3], 3);
            s.upper[i] = s.lower[i] + fmod(draw[4], 5);
            if (i % 2 == 1 && draw[4] < 8e6) s.upper[i] = INFINITY;
            s.size[i] = fmod(draw[4], 7) < 3 ? 20 : 1e9;
            least += s.lower[i], most += fmin(s.upper[i], s.lower[i] + 9);
        }
        s.budget = floor(least + (most - least) * (run % 7) / 6);
        cx_table *t = NULL;
        cx_status status = solve_with(NULL, &t, NULL);
        if (status == CX_E_UNINFORMED) continue;
        ck_assert_int_eq(status, CX_OK);
        double sum = 0, high = table_figure(t, "ratio_high"), low = table_figure(t, "ratio_low");
        for (int64_t i = 0; i < s.points; i++) sum += table_number(t, "n", i);
        ck_assert_near(sum, s.budget, 1e-9);
        ck_assert_double_le(high, low + 1e-9 * fabs(low));
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_domains_refuse_bad_values) {
    cx_table *t = NULL;
    survey_start(0, 5, 1);
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_EMPTY, "no point");
    survey_start(2, 5, 1), s.target[1] = 2;
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_DOMAIN, "one domain has the targets 1 and 2");
    survey_start(2, 5.5, 1);
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_DOMAIN, "5.5 is not a whole number");
    survey_start(2, 5, 1), s.lower[0] = s.lower[1] = 3;
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_INFEASIBLE, "lower bounds add up to 6");
    survey_start(2, 5, 1), s.upper[0] = s.upper[1] = 2;
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_INFEASIBLE, "upper bounds add up to 4");
    survey_start(2, 5, 1), s.lower[0] = 1.2, s.upper[0] = 1.8;
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_INFEASIBLE, "leave no whole number");
    survey_start(2, 1, 1);
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_UNINFORMED, "without any information");
    survey_start(2, 5, 1), s.a[1] = -1;
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_DOMAIN, "row 1: a is -1");
    survey_start(2, NAN, 1);
    ck_assert_fails(solve_with(NULL, &t, err), CX_E_DOMAIN, "the budget is");
    ck_assert_ptr_null(t);
}
END_TEST

START_TEST(test_domains_survive_every_failing_allocation) {
    for (int once = 0; once < 2; once++) {
        bool done = false;
        for (int64_t at = 0; !done; at++) {
            fault f = {0, 0, at, once != 0};
            cx_allocator allocator = fault_allocator(&f);
            survey_start(4, 9, 1);
            s.domain[2] = s.domain[3] = 1;
            cx_table *t = NULL;
            cx_status status = solve_with(&allocator, &t, NULL);
            done = f.requests <= at;
            ck_assert_int_eq(status, done ? CX_OK : CX_E_MEMORY);
            cx_table_free(t);
            ck_assert_int_eq(f.live, 0);
        }
    }
}
END_TEST

Suite *suite_domains(void);
Suite *suite_domains(void) {
    Suite *suite = suite_create("domains");
    TCase *c = tcase_create("domains");
    tcase_add_test(c, test_domains_of_one_is_the_plan);
    tcase_add_test(c, test_domains_agree_with_a_published_allocation);
    tcase_add_test(c, test_domains_with_several_strata_share_one_ratio);
    tcase_add_test(c, test_domains_match_enumeration);
    tcase_add_test(c, test_continuous_domains_spend_the_budget_and_prove_it);
    tcase_add_test(c, test_domains_refuse_bad_values);
    tcase_add_test(c, test_domains_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
