#include "columns.h"

static const char *const YABC[] = {"y", "a", "b", "c"};

/* y = a + 2 b on a balanced 2 x 2 design, twice; c never varies */
static const double DESIGN[] = {-3, 1, -1, 3, -3, 1, -1, 3, -1, -1, 1, 1, -1, -1, 1, 1,
                                -1, 1, -1, 1, -1, 1, -1, 1, 7,  7,  7, 7, 7,  7,  7, 7};

static cx_moments *design(void) {
    numbers f;
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, DESIGN, 8, 4), NULL, err));
    return m;
}

START_TEST(test_drivers_without_rows_are_an_error) {
    cx_moments *m = moments_of("y a");
    cx_table *t = NULL;
    ck_assert_fails(cx_drivers(m, NULL, "y", NULL, &t, err), CX_E_EMPTY, "no complete row");
    ck_assert_ptr_null(t);
    cx_moments_free(m);
    m = moments_of("y");
    ck_assert_fails(cx_drivers(m, NULL, "y", NULL, &t, err), CX_E_EMPTY, "no driver");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_one_driver_gets_its_r_squared) {
    cx_moments *m = design();
    words names;
    cx_table *t;
    ck_assert_ok(cx_drivers(m, words_set(&names, "b"), "y", NULL, &t, err));
    ck_assert_int_eq(cx_table_rows(t), 1);
    ck_assert_close(table_number(t, "importance", 0), 0.8, 1e-15);
    ck_assert_close(table_number(t, "share", 0), 1, 1e-15);
    ck_assert_close(table_number(t, "first", 0), 0.8, 1e-15);
    ck_assert_close(table_number(t, "last", 0), 0.8, 1e-15);
    ck_assert_close(table_number(t, "conditional_0", 0), 0.8, 1e-15);
    ck_assert_int_eq(cx_table_find(t, "conditional_1"), -1);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_independent_drivers_get_their_own_r_squared) {
    cx_moments *m = design();
    cx_table *t;
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &t, err));
    ck_assert(table_word_is(t, "name", 0, "a"));
    ck_assert(table_word_is(t, "name", 1, "b"));
    ck_assert(table_word_is(t, "name", 2, "c"));
    ck_assert_close(table_number(t, "importance", 0), 0.2, 1e-15);
    ck_assert_close(table_number(t, "importance", 1), 0.8, 1e-15);
    ck_assert_close(table_number(t, "coefficient", 0), 1, 1e-15);
    ck_assert_close(table_number(t, "coefficient", 1), 2, 1e-15);
    ck_assert_close(table_number(t, "beta", 1), sqrt(0.8), 1e-15);
    ck_assert_close(table_number(t, "correlation", 0), sqrt(0.2), 1e-15);
    ck_assert_close(table_figure(t, "r2"), 1, 1e-15);
    ck_assert_double_eq(table_figure(t, "n"), 8);
    ck_assert_double_eq(table_figure(t, "n_eff"), 8);
    ck_assert_double_eq(table_figure(t, "drivers"), 3);
    ck_assert_double_eq(table_figure(t, "rank"), 2);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_a_constant_driver_has_no_importance) {
    cx_moments *m = design();
    cx_table *t;
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &t, err));
    ck_assert_double_eq(table_number(t, "importance", 2), 0);
    ck_assert_double_eq(table_number(t, "share", 2), 0);
    ck_assert_double_eq(table_number(t, "sign", 2), 0);
    ck_assert_double_eq(table_number(t, "conditional_1", 2), 0);
    ck_assert(isnan(table_number(t, "coefficient", 2)));
    ck_assert(isnan(table_number(t, "beta", 2)));
    ck_assert(isnan(table_number(t, "correlation", 2)));
    cx_table_free(t);
    ck_assert_fails(cx_drivers(m, NULL, "c", NULL, &t, err), CX_E_CONSTANT, "outcome c");
    cx_error error;
    ck_assert_int_eq(cx_drivers(m, NULL, "c", NULL, &t, &error), CX_E_CONSTANT);
    ck_assert_str_eq(error.column, "c");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_copies_share_equally) {
    const double x[] = {5, 3, 8, 1, 9, 4, 2, 1, 3, 1, 4, 2, 2, 1, 3, 1, 4, 2, 7, 1, 2, 9, 4, 5};
    numbers f;
    cx_table *t;
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, x, 6, 4), NULL, err));
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &t, err));
    ck_assert_close(table_number(t, "importance", 0), table_number(t, "importance", 1), 1e-14);
    ck_assert(table_number(t, "importance", 0) > 0);
    ck_assert_near(table_number(t, "last", 0), 0, 1e-15);
    ck_assert(!isnan(table_number(t, "coefficient", 0)));
    ck_assert(isnan(table_number(t, "coefficient", 1)));
    ck_assert(isnan(table_number(t, "sign", 1)));
    ck_assert_double_eq(table_figure(t, "rank"), 2);
    ck_assert_close(table_sum(t, "importance"), table_figure(t, "r2"), 1e-14);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

/* A suppressor: alone it explains nothing, beside a it does, and its sign is its own. */
START_TEST(test_drivers_sign_is_that_of_the_adjusted_coefficient) {
    const double x[] = {1, -1, 1, -1, 1, -1, 1, -1, 2, -1, 1, -2,
                        2, -1, 1, -2, 1, 0,  0, -1, 1, 0,  0, -1};
    numbers f;
    cx_table *t;
    cx_moments *m = moments_of("y a b");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, x, 8, 3), NULL, err));
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &t, err));
    ck_assert_double_eq(table_number(t, "sign", 0), 1);
    ck_assert_double_eq(table_number(t, "sign", 1), -1);
    ck_assert(table_number(t, "correlation", 1) > 0);
    ck_assert(table_number(t, "importance", 1) > 0);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_adjusting_columns_come_first) {
    cx_moments *m = design();
    words names, adjust;
    cx_table *t;
    cx_driver_options options;
    cx_driver_options_init(&options);
    options.adjust = words_set(&adjust, "b c");
    ck_assert_ok(cx_drivers(m, NULL, "y", &options, &t, err));
    ck_assert_int_eq(cx_table_rows(t), 1);
    ck_assert_close(table_number(t, "importance", 0), 0.2, 1e-14);
    ck_assert_close(table_figure(t, "r2_adjust"), 0.8, 1e-15);
    ck_assert_close(table_figure(t, "r2"), 1, 1e-15);
    cx_table_free(t);
    ck_assert_fails(cx_drivers(m, words_set(&names, "a b"), "y", &options, &t, err), CX_E_OPTION,
                    "b is used twice");
    cx_moments_free(m);
}
END_TEST

/* By the data of a vector file: rows of `set`, the importances of all drivers in it */
static void check_against_vectors(const cx_moments *m, const char *set, const char *outcome) {
    vectors v = vectors_read("driver");
    cx_table *t;
    ck_assert_ok(cx_drivers(m, NULL, outcome, NULL, &t, err));
    int64_t j = 0;
    for (int64_t r = 0; r < v.rows; r++) {
        static const char *const columns[] = {"importance", "first", "last", "conditional_2",
                                              "beta"};
        if (strcmp(vectors_text(&v, r, "set"), set) != 0) continue;
        double tolerance = vectors_number(&v, r, "tolerance");
        ck_assert(table_word_is(t, "name", j, vectors_text(&v, r, "driver")));
        for (int c = 0; c < 5; c++) {
            double expected = vectors_number(&v, r, columns[c]);
            if (!isnan(expected))
                ck_assert_close(table_number(t, columns[c], j), expected, tolerance);
        }
        ck_assert_close(table_figure(t, "r2"), vectors_number(&v, r, "r2"), 1e-13);
        j++;
    }
    ck_assert_int_eq(j, cx_table_rows(t));
    ck_assert_near(table_sum(t, "importance"), table_figure(t, "r2"), 1e-14);
    ck_assert_near(table_sum(t, "share"), 1, 1e-14);
    cx_table_free(t);
    vectors_free(&v);
}

START_TEST(test_drivers_of_longley_agree_with_the_sum_over_all_models) {
    static const char *const names[] = {"y", "x1", "x2", "x3", "x4", "x5", "x6"};
    vectors data = vectors_read("moments_nist_data");
    double x[7 * 16];
    numbers f;
    for (int64_t r = 0; r < 16; r++)
        for (int64_t j = 0; j < 7; j++) x[j * 16 + r] = vectors_number(&data, r, names[j]);
    cx_moments *m = moments_of("y x1 x2 x3 x4 x5 x6");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, 16, 7), NULL, err));
    check_against_vectors(m, "Longley", "y");
    cx_moments_free(m);
    vectors_free(&data);
}
END_TEST

START_TEST(test_drivers_of_swiss_fertility_agree_with_relaimpo) {
    static const char *const names[] = {"Fertility", "Agriculture", "Examination",
                                        "Education", "Catholic",    "Infant.Mortality"};
    char path[1024];
    if (shared_path("data/rdatasets/swiss.csv", path, sizeof path) == NULL) return;
    vectors data = vectors_read_path(path);
    double x[6 * 64];
    numbers f;
    for (int64_t r = 0; r < data.rows; r++)
        for (int64_t j = 0; j < 6; j++) x[j * data.rows + r] = vectors_number(&data, r, names[j]);
    cx_moments *m =
        moments_of("Fertility Agriculture Examination Education Catholic Infant.Mortality");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, data.rows, 6), NULL, err));
    check_against_vectors(m, "swiss", "Fertility");
    cx_moments_free(m);
    vectors_free(&data);
}
END_TEST

START_TEST(test_drivers_too_few_rows_are_refused) {
    numbers f;
    cx_table *t;
    cx_moments *m = moments_of("y a b");
    const double x[] = {1, 2, 1, 3, 4, 2};
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, x, 2, 3), NULL, err));
    ck_assert_fails(cx_drivers(m, NULL, "y", NULL, &t, err), CX_E_FEW, "2 complete rows");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_refuse_bad_arguments) {
    cx_moments *m = design();
    words names;
    cx_table *t = NULL;
    cx_driver_options options;
    cx_array number = cx_array_of(DESIGN, CX_F64, 2);
    ck_assert_fails(cx_drivers(m, words_set(&names, "a z"), "y", NULL, &t, err), CX_E_NAME, "z");
    ck_assert_fails(cx_drivers(m, words_set(&names, "a a"), "y", NULL, &t, err), CX_E_OPTION,
                    "twice");
    ck_assert_fails(cx_drivers(m, words_set(&names, "a y"), "y", NULL, &t, err), CX_E_OPTION,
                    "twice");
    ck_assert_fails(cx_drivers(m, words_set(&names, ""), "y", NULL, &t, err), CX_E_EMPTY, "driver");
    ck_assert_fails(cx_drivers(m, &number, "y", NULL, &t, err), CX_E_TYPE, "text");
    ck_assert_fails(cx_drivers(m, NULL, "q", NULL, &t, err), CX_E_NAME, "called q");
    ck_assert_fails(cx_drivers(m, NULL, NULL, NULL, &t, err), CX_E_NULL, "outcome");
    ck_assert_fails(cx_drivers(NULL, NULL, "y", NULL, &t, err), CX_E_NULL, "x");
    ck_assert_fails(cx_drivers(m, NULL, "y", NULL, NULL, err), CX_E_NULL, "out");
    cx_driver_options_init(&options);
    options.tolerance = 0;
    ck_assert_fails(cx_drivers(m, NULL, "y", &options, &t, err), CX_E_OPTION, "tolerance");
    cx_driver_options_init(&options);
    options.method = 8;
    ck_assert_fails(cx_drivers(m, NULL, "y", &options, &t, err), CX_E_OPTION, "method 8");
    ck_assert_ptr_null(t);
    ck_assert_str_eq(cx_importance_name(CX_IMPORTANCE_SHAPLEY), "shapley");
    ck_assert_str_eq(cx_importance_name(9), "unknown");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_drivers_survive_every_failing_allocation) {
    words names;
    numbers frame;
    for (int once = 0; once < 2; once++) {
        cx_status status = CX_E_MEMORY;
        int64_t at = 0;
        for (; status == CX_E_MEMORY && at < 200; at++) {
            fault f = {.fail_at = -1, .once = once != 0};
            cx_allocator allocator = fault_allocator(&f);
            cx_moments *m = NULL;
            cx_table *t = NULL;
            ck_assert_ok(cx_moments_new(words_set(&names, "y a b c"), &allocator, &m, err));
            ck_assert_ok(cx_moments_add(m, numbers_set(&frame, YABC, DESIGN, 8, 4), NULL, err));
            f.fail_at = f.requests + at;
            status = cx_drivers(m, NULL, "y", NULL, &t, NULL);
            ck_assert_int_eq(t != NULL, status == CX_OK);
            cx_table_free(t);
            cx_moments_free(m);
            ck_assert_int_eq(f.live, 0);
        }
        ck_assert_int_eq(status, CX_OK);
        ck_assert_int_gt(at, 4);
    }
}
END_TEST

Suite *suite_driver(void);
Suite *suite_driver(void) {
    Suite *suite = suite_create("driver");
    TCase *c = tcase_create("driver");
    tcase_add_test(c, test_drivers_without_rows_are_an_error);
    tcase_add_test(c, test_drivers_one_driver_gets_its_r_squared);
    tcase_add_test(c, test_drivers_independent_drivers_get_their_own_r_squared);
    tcase_add_test(c, test_drivers_a_constant_driver_has_no_importance);
    tcase_add_test(c, test_drivers_copies_share_equally);
    tcase_add_test(c, test_drivers_sign_is_that_of_the_adjusted_coefficient);
    tcase_add_test(c, test_drivers_adjusting_columns_come_first);
    tcase_add_test(c, test_drivers_of_longley_agree_with_the_sum_over_all_models);
    tcase_add_test(c, test_drivers_of_swiss_fertility_agree_with_relaimpo);
    tcase_add_test(c, test_drivers_too_few_rows_are_refused);
    tcase_add_test(c, test_drivers_refuse_bad_arguments);
    tcase_add_test(c, test_drivers_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
