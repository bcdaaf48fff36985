#include "columns.h"

/* -- helpers ------------------------------------------------------------------------------- */

static int32_t multiplicity_method(const char *word) {
    for (int32_t method = 0; method < CX_MULTIPLICITY_END; method++)
        if (strcmp(cx_multiplicity_name(method), word) == 0) return method;
    ck_abort_msg("no method %s", word);
    return -1;
}

static cx_table *adjust(const double *p, int64_t count, int32_t method, const cx_frame *by) {
    cx_array column = cx_array_of(p, CX_F64, count);
    cx_multiplicity_options options;
    cx_table *table;
    cx_multiplicity_options_init(&options);
    options.method = method;
    ck_assert_ok(cx_adjust_p(&column, by, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), count);
    return table;
}

/* Closed testing with Simes's test of each intersection: the definition of Hommel's method. */
static double closed(const double *p, int m, int which) {
    double worst = 0;
    for (int set = 1; set < 1 << m; set++) {
        double sorted[16], simes = 1;
        int k = 0;
        if ((set >> which & 1) == 0) continue;
        for (int i = 0; i < m; i++)
            if (set >> i & 1) sorted[k++] = p[i];
        for (int i = 0; i < k; i++)
            for (int j = i + 1; j < k; j++)
                if (sorted[j] < sorted[i]) {
                    double held = sorted[i];
                    sorted[i] = sorted[j], sorted[j] = held;
                }
        for (int i = 0; i < k; i++) simes = fmin(simes, sorted[i] * k / (i + 1));
        worst = fmax(worst, simes);
    }
    return worst;
}

/* -- plain methods ------------------------------------------------------------------------- */

START_TEST(test_adjust_p_without_rows_is_a_table_without_rows) {
    for (int32_t method = 0; method < CX_MULTIPLICITY_END; method++) {
        if (method == CX_MULTIPLICITY_HIERARCHICAL) continue;
        double none;
        cx_table *t = adjust(&none, 0, method, NULL);
        ck_assert_double_eq(table_figure(t, "tests"), 0);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_adjust_p_one_test_stays_what_it_is) {
    double p = 0.03;
    for (int32_t method = 0; method <= CX_MULTIPLICITY_FIXED; method++) {
        cx_table *t = adjust(&p, 1, method, NULL);
        ck_assert_double_eq(table_number(t, "adjusted", 0), 0.03);
        ck_assert_double_eq(table_number(t, "rejected", 0), 1);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_adjust_p_matches_published_values) {
    vectors v = vectors_read("multiplicity");
    for (int64_t row = 0, next; row < v.rows; row = next) {
        double p[64], expected[64], tolerance = vectors_number(&v, row, "tolerance");
        int64_t n = 0;
        const char *method = vectors_text(&v, row, "method");
        for (next = row; next < v.rows; next++, n++) {
            if (next > row && vectors_number(&v, next, "row") == 0) break;
            p[n] = vectors_number(&v, next, "p");
            expected[n] = vectors_number(&v, next, "adjusted");
        }
        cx_table *t = adjust(p, n, multiplicity_method(method), NULL);
        for (int64_t i = 0; i < n; i++)
            ck_assert_near(table_number(t, "adjusted", i), expected[i], tolerance);
        cx_table_free(t);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_hommel_is_the_closed_test_of_simes) {
    cx_random_words random;
    for (uint64_t run = 0; run < 60; run++) {
        double p[7];
        int m = 2 + (int)(run % 6);
        for (int i = 0; i < m; i++) {
            cx_philox(run, (uint64_t)i, 7, &random);
            p[i] = pow(random.w0 / 4294967296.0, 1 + (double)(run % 4));
            if (run % 5 == 0) p[i] = round(p[i] * 8) / 8; /* ties, 0 and 1 */
        }
        cx_table *t = adjust(p, m, CX_MULTIPLICITY_HOMMEL, NULL);
        for (int i = 0; i < m; i++)
            ck_assert_near(table_number(t, "adjusted", i), closed(p, m, i), 1e-14);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_adjust_p_is_the_same_in_any_order) {
    const double p[] = {0.2, 0.001, 0.04, 0.04, 0.5, 0.03, 0.004};
    const double turned[] = {0.004, 0.03, 0.5, 0.04, 0.04, 0.001, 0.2};
    for (int32_t method = 0; method <= CX_MULTIPLICITY_BY; method++) {
        cx_table *a = adjust(p, 7, method, NULL), *b = adjust(turned, 7, method, NULL);
        for (int64_t i = 0; i < 7; i++)
            ck_assert_double_eq(table_number(a, "adjusted", i), table_number(b, "adjusted", 6 - i));
        cx_table_free(a);
        cx_table_free(b);
    }
}
END_TEST

START_TEST(test_adjust_p_missing_values_stay_missing_and_do_not_count) {
    const double p[] = {0.01, NAN, 0.04, NAN, 0.03};
    cx_table *t = adjust(p, 5, CX_MULTIPLICITY_HOLM, NULL);
    ck_assert_double_eq(table_number(t, "adjusted", 0), 0.03);
    ck_assert_double_eq(table_number(t, "adjusted", 2), 0.06);
    ck_assert_double_eq(table_number(t, "adjusted", 4), 0.06);
    ck_assert(isnan(table_number(t, "adjusted", 1)) && isnan(table_number(t, "rejected", 3)) &&
              isnan(table_number(t, "p", 3)));
    ck_assert_double_eq(table_figure(t, "tests"), 3);
    ck_assert_double_eq(table_figure(t, "rejected"), 1);
    cx_table_free(t);
    const double none[] = {NAN, NAN};
    t = adjust(none, 2, CX_MULTIPLICITY_BH, NULL);
    ck_assert_double_eq(table_figure(t, "families"), 0);
    cx_table_free(t);
}
END_TEST

START_TEST(test_adjust_p_with_by_adjusts_within_each_family) {
    const double p[] = {0.01, 0.02, 0.03, 0.04};
    const int32_t family[] = {7, 3, 7, 3};
    cx_array key = cx_array_of(family, CX_I32, 4);
    key.name = "family";
    cx_frame by = {&key, 1, {0, 0}};
    cx_table *t = adjust(p, 4, CX_MULTIPLICITY_BONFERRONI, &by);
    for (int64_t i = 0; i < 4; i++) ck_assert_double_eq(table_number(t, "adjusted", i), 2 * p[i]);
    ck_assert_double_eq(table_figure(t, "families"), 2);
    cx_table_free(t);
}
END_TEST

/* -- gates and trees ----------------------------------------------------------------------- */

START_TEST(test_fixed_sequence_stops_at_the_first_that_is_not_rejected) {
    const double p[] = {0.01, 0.04, NAN, 0.2, 0.001};
    cx_table *t = adjust(p, 5, CX_MULTIPLICITY_FIXED, NULL);
    ck_assert_double_eq(table_number(t, "adjusted", 0), 0.01);
    ck_assert_double_eq(table_number(t, "adjusted", 1), 0.04);
    ck_assert_double_eq(table_number(t, "adjusted", 3), 0.2);
    ck_assert_double_eq(table_number(t, "adjusted", 4), 0.2); /* never reached */
    ck_assert_double_eq(table_number(t, "gate", 4), 0.2);
    ck_assert_double_eq(table_number(t, "gate", 3), 0.04);
    ck_assert(isnan(table_number(t, "gate", 0)) && isnan(table_number(t, "adjusted", 2)));
    cx_table_free(t);
}
END_TEST

START_TEST(test_gates_open_when_a_whole_family_is_rejected) {
    const double p[] = {0.01, 0.02, 0.001, 0.03, 0.001};
    const int32_t area[] = {1, 1, 2, 2, 3};
    cx_array key = cx_array_of(area, CX_I32, 5);
    key.name = "area";
    cx_frame by = {&key, 1, {0, 0}};
    cx_table *t = adjust(p, 5, CX_MULTIPLICITY_FIXED, &by);
    const double expected[] = {0.02, 0.02, 0.02, 0.03, 0.03};
    for (int64_t i = 0; i < 5; i++)
        ck_assert_double_eq(table_number(t, "adjusted", i), expected[i]);
    cx_table_free(t);
}
END_TEST

typedef struct path {
    cx_array columns[2];
    cx_frame frame;
} path;

static const cx_frame *path_set(path *made, const int8_t *area, const int8_t *metric, int64_t n) {
    made->columns[0] = cx_array_of(area, CX_I8, n);
    made->columns[1] = cx_array_of(metric, CX_I8, n);
    made->columns[0].name = "area", made->columns[1].name = "metric";
    made->frame = (cx_frame){made->columns, 2, {0, 0}};
    return &made->frame;
}

START_TEST(test_hierarchy_combines_children_and_opens_families_of_rejected_parents) {
    const int8_t area[] = {1, 1, 1, 2, 2, 3};
    const int8_t metric[] = {1, 2, 3, 1, 2, 1};
    const double p[] = {0.001, 0.02, 0.5, 0.3, 0.4, 0.04};
    path by;
    cx_table *t = adjust(p, 6, CX_MULTIPLICITY_HIERARCHICAL, path_set(&by, area, metric, 6));
    /* Simes: .003, .4, .04; BH of the areas: .009, .4, .06; within area 1: .003, .03, .5 */
    const double expected[] = {0.009, 0.03, 0.5, 0.4, 0.4, 0.06},
                 gate[] = {0.009, 0.009, 0.009, 0.4, 0.4, 0.06};
    for (int64_t i = 0; i < 6; i++) {
        ck_assert_near(table_number(t, "adjusted", i), expected[i], 1e-15);
        ck_assert_near(table_number(t, "gate", i), gate[i], 1e-15);
    }
    ck_assert_double_eq(table_figure(t, "families"), 4);
    cx_table_free(t);
}
END_TEST

START_TEST(test_hierarchy_takes_the_tests_of_inner_nodes) {
    const int8_t area[] = {1, 1, 1, 2};
    const int8_t metric[] = {0, 1, 2, 0};
    const uint8_t valid = 6; /* rows 1 and 2: the others have no metric */
    const double p[] = {0.04, 0.001, 0.5, 0.03};
    path by;
    const cx_frame *frame = path_set(&by, area, metric, 4);
    by.columns[1].validity = &valid;
    cx_table *t = adjust(p, 4, CX_MULTIPLICITY_HIERARCHICAL, frame);
    const double expected[] = {0.04, 0.04, 0.5, 0.04};
    for (int64_t i = 0; i < 4; i++)
        ck_assert_double_eq(table_number(t, "adjusted", i), expected[i]);
    ck_assert(isnan(table_number(t, "gate", 0)));
    ck_assert_double_eq(table_number(t, "gate", 1), 0.04);
    cx_table_free(t);
}
END_TEST

START_TEST(test_e_bh_rejects_at_the_rates_of_the_paper) {
    const double e[] = {100, 5, 45, 0, NAN, 26};
    /* K = 5: 5/100, 5/90, 5/78, 5/20 = 1/4, 1 */
    cx_table *t = adjust(e, 6, CX_MULTIPLICITY_E_BH, NULL);
    ck_assert_near(table_number(t, "adjusted", 0), 0.05, 1e-15);
    ck_assert_near(table_number(t, "adjusted", 2), 5 / 90.0, 1e-15);
    ck_assert_near(table_number(t, "adjusted", 5), 5 / 78.0, 1e-15);
    ck_assert_near(table_number(t, "adjusted", 1), 0.25, 1e-15);
    ck_assert_double_eq(table_number(t, "adjusted", 3), 1);
    ck_assert(isnan(table_number(t, "adjusted", 4)));
    cx_table_free(t);
}
END_TEST

START_TEST(test_a_test_at_the_level_is_rejected) {
    const double e[] = {100, 50, 2, 30, 0, 1.7e308}, even[] = {0.01, 0.03, 0.9, 0.04, 0.7};
    const double third[] = {0.1 / 3, 0.9, 0.5};
    cx_table *t = adjust(e, 5, CX_MULTIPLICITY_E_BH, NULL);
    ck_assert_double_eq(table_number(t, "adjusted", 0), 0.05);
    ck_assert_double_eq(table_number(t, "rejected", 0), 1);
    ck_assert_double_eq(table_number(t, "rejected", 1), 1); /* 2 x 50 / 5 = 1 / 0.05 */
    ck_assert_double_eq(table_number(t, "rejected", 3), 0);
    cx_table_free(t);
    t = adjust(e, 6, CX_MULTIPLICITY_E_BH, NULL);
    ck_assert_near(table_number(t, "adjusted", 5), 6 / 1.7e308, 1e-14);
    cx_table_free(t);
    t = adjust(even, 5, CX_MULTIPLICITY_BH, NULL);
    ck_assert_double_eq(table_number(t, "rejected", 0), 1);
    cx_table_free(t);
    cx_multiplicity_options options;
    cx_array column = cx_array_of(third, CX_F64, 3);
    cx_multiplicity_options_init(&options);
    options.method = CX_MULTIPLICITY_BONFERRONI, options.level = 0.1;
    ck_assert_ok(cx_adjust_p(&column, NULL, &options, &t, err));
    ck_assert_double_eq(table_number(t, "rejected", 0), 1);
    cx_table_free(t);
}
END_TEST

START_TEST(test_adjust_p_bad_input_is_named) {
    double p[] = {0.01, 1.5};
    cx_array column = cx_array_of(p, CX_F64, 2);
    cx_multiplicity_options options;
    cx_table *t = NULL;
    ck_assert_fails(cx_adjust_p(&column, NULL, NULL, &t, err), CX_E_DOMAIN, "row 1");
    p[1] = -0.5;
    cx_multiplicity_options_init(&options);
    options.method = CX_MULTIPLICITY_E_BH;
    ck_assert_fails(cx_adjust_p(&column, NULL, &options, &t, err), CX_E_DOMAIN, "e-value");
    options.method = CX_MULTIPLICITY_HIERARCHICAL;
    ck_assert_fails(cx_adjust_p(&column, NULL, &options, &t, err), CX_E_EMPTY, "by");
    const int8_t area[] = {1, 1}, metric[] = {0, 0};
    const uint8_t none = 0;
    path by;
    const cx_frame *frame = path_set(&by, area, metric, 2);
    p[1] = 0.5;
    by.columns[1].validity = &none;
    ck_assert_fails(cx_adjust_p(&column, frame, &options, &t, err), CX_E_DOMAIN, "already");
    by.columns[1].validity = NULL;
    by.columns[0].validity = &none;
    ck_assert_fails(cx_adjust_p(&column, frame, &options, &t, err), CX_E_DOMAIN, "before its end");
    ck_assert_ptr_null(t);
}
END_TEST

/* -- all at once --------------------------------------------------------------------------- */

static const double SIMULTANEOUS[] = {2, 1, 3}; /* estimates */
static const char *const ABC[] = {"a", "b", "c"};

/* Four clusters; the columns of PSI are orthogonal, with standard errors 1, 1 and 2. */
static const double PSI[] = {0.5, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, -0.5, 1, 1, -1, -1};

static cx_table *simultaneous(const double *psi, int64_t k) {
    numbers f;
    cx_array estimates = cx_array_of(SIMULTANEOUS, CX_F64, k);
    cx_table *t;
    ck_assert_ok(cx_simultaneous(&estimates, numbers_set(&f, ABC, psi, 4, k), NULL, &t, err));
    return t;
}

START_TEST(test_simultaneous_one_estimate_is_its_own_interval) {
    cx_table *t = simultaneous(PSI, 1);
    ck_assert_near(table_figure(t, "critical"), 1.959963984540054, 1e-12);
    ck_assert_near(table_number(t, "ci_low", 0), 2 - 1.959963984540054, 1e-12);
    ck_assert_double_eq(table_number(t, "adjusted", 0), table_number(t, "p_value", 0));
    cx_table_free(t);
}
END_TEST

START_TEST(test_simultaneous_two_independent_estimates_are_sidak) {
    cx_table *t = simultaneous(PSI, 2);
    ck_assert_near(table_figure(t, "critical"), cx_normal_quantile_upper((1 - sqrt(0.95)) / 2),
                   1e-9);
    double p = table_number(t, "p_value", 1);
    ck_assert_near(table_number(t, "adjusted", 1), 1 - (1 - p) * (1 - p), 1e-12);
    cx_table_free(t);
}
END_TEST

START_TEST(test_simultaneous_copies_cost_nothing) {
    double psi[12];
    for (int i = 0; i < 12; i++) psi[i] = PSI[i % 4] * (i < 4 ? 1 : i < 8 ? 2 : -3);
    cx_table *t = simultaneous(psi, 2);
    ck_assert_near(table_figure(t, "critical"), 1.959963984540054, 1e-6);
    cx_table_free(t);
    t = simultaneous(psi, 3);
    ck_assert_double_eq(table_figure(t, "rank"), 1);
    ck_assert_near(table_figure(t, "critical"), 1.959963984540054, 0.03);
    cx_table_free(t);
}
END_TEST

START_TEST(test_simultaneous_three_by_draws_agree_with_sidak) {
    cx_table *t = simultaneous(PSI, 3);
    ck_assert_near(table_figure(t, "critical"),
                   cx_normal_quantile_upper((1 - pow(0.95, 1 / 3.0)) / 2), 0.03);
    for (int64_t i = 0; i < 3; i++) {
        double p = table_number(t, "p_value", i);
        ck_assert_near(table_number(t, "adjusted", i), 1 - pow(1 - p, 3), 0.005);
    }
    ck_assert_double_eq(table_number(t, "se", 2), 2);
    cx_table_free(t);
}
END_TEST

START_TEST(test_simultaneous_bad_input_is_named) {
    numbers f;
    cx_array two = cx_array_of(SIMULTANEOUS, CX_F64, 2);
    cx_table *t = NULL;
    const cx_frame *three = numbers_set(&f, ABC, PSI, 4, 3);
    ck_assert_fails(cx_simultaneous(&two, three, NULL, &t, err), CX_E_LENGTH, "3 columns");
    const double zero[12] = {0};
    cx_array estimates = cx_array_of(SIMULTANEOUS, CX_F64, 3);
    ck_assert_fails(cx_simultaneous(&estimates, numbers_set(&f, ABC, zero, 4, 3), NULL, &t, err),
                    CX_E_CONSTANT, "of a are all 0");
    ck_assert_ptr_null(t);
}
END_TEST

Suite *suite_multiplicity(void) {
    Suite *suite = suite_create("multiplicity");
    TCase *tcase = tcase_create("p-values");
    tcase_add_test(tcase, test_adjust_p_without_rows_is_a_table_without_rows);
    tcase_add_test(tcase, test_adjust_p_one_test_stays_what_it_is);
    tcase_add_test(tcase, test_adjust_p_matches_published_values);
    tcase_add_test(tcase, test_hommel_is_the_closed_test_of_simes);
    tcase_add_test(tcase, test_adjust_p_is_the_same_in_any_order);
    tcase_add_test(tcase, test_adjust_p_missing_values_stay_missing_and_do_not_count);
    tcase_add_test(tcase, test_adjust_p_with_by_adjusts_within_each_family);
    tcase_add_test(tcase, test_fixed_sequence_stops_at_the_first_that_is_not_rejected);
    tcase_add_test(tcase, test_gates_open_when_a_whole_family_is_rejected);
    tcase_add_test(tcase, test_hierarchy_combines_children_and_opens_families_of_rejected_parents);
    tcase_add_test(tcase, test_hierarchy_takes_the_tests_of_inner_nodes);
    tcase_add_test(tcase, test_e_bh_rejects_at_the_rates_of_the_paper);
    tcase_add_test(tcase, test_a_test_at_the_level_is_rejected);
    tcase_add_test(tcase, test_adjust_p_bad_input_is_named);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("simultaneous");
    tcase_add_test(tcase, test_simultaneous_one_estimate_is_its_own_interval);
    tcase_add_test(tcase, test_simultaneous_two_independent_estimates_are_sidak);
    tcase_add_test(tcase, test_simultaneous_copies_cost_nothing);
    tcase_add_test(tcase, test_simultaneous_three_by_draws_agree_with_sidak);
    tcase_add_test(tcase, test_simultaneous_bad_input_is_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
