#include "columns.h"

static const char *const YABC[] = {"y", "a", "b", "c"};

/* Correlations of four drivers and an outcome. */
static const char *const NAMES[] = {"a", "b", "c", "d", "y"};
static const double SQUARE[] = {1,   0.5, 0.4, 0.3, 0.6, 0.5, 1,   0.2, 0.1, 0.3, 0.4, 0.2, 1,
                                0.6, 0.5, 0.3, 0.1, 0.6, 1,   0.2, 0.6, 0.3, 0.5, 0.2, 1};

static cx_driver_options options_of(int32_t method) {
    cx_driver_options options;
    cx_driver_options_init(&options);
    options.method = method;
    return options;
}

static cx_driver_fit *square_fit(const char *drivers, const cx_driver_options *options) {
    numbers f;
    words names;
    cx_driver_fit *fit = NULL;
    ck_assert_ok(cx_driver_fit_matrix(numbers_set(&f, NAMES, SQUARE, 5, 5),
                                      drivers == NULL ? NULL : words_set(&names, drivers), "y", 200,
                                      options, &fit, err));
    return fit;
}

static cx_table *square_table(const char *drivers, const cx_driver_options *options) {
    cx_table *t = NULL;
    cx_driver_fit *fit = square_fit(drivers, options);
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    cx_driver_fit_free(fit);
    return t;
}

START_TEST(test_a_single_driver_gets_everything_by_every_method) {
    for (int32_t m = 0; m < CX_IMPORTANCE_END; m++) {
        cx_driver_options options = options_of(m);
        cx_table *t = square_table("a", &options);
        ck_assert_close(table_number(t, "importance", 0), 0.36, 1e-14);
        ck_assert_close(table_figure(t, "r2"), 0.36, 1e-14);
        cx_table_free(t);
    }
}
END_TEST

START_TEST(test_methods_that_share_out_add_up_to_r_squared) {
    static const int32_t sharing[] = {CX_IMPORTANCE_SHAPLEY, CX_IMPORTANCE_JOHNSON,
                                      CX_IMPORTANCE_GENIZI, CX_IMPORTANCE_PRATT, CX_IMPORTANCE_CAR};
    words adjust;
    for (int i = 0; i < 5; i++)
        for (int adjusted = 0; adjusted < 2; adjusted++) {
            cx_driver_options options = options_of(sharing[i]);
            if (adjusted) options.adjust = words_set(&adjust, "d");
            cx_table *t = square_table(NULL, &options);
            ck_assert_near(table_sum(t, "importance"),
                           table_figure(t, "r2") - table_figure(t, "r2_adjust"), 1e-14);
            ck_assert_near(table_sum(t, "share"), 1, 1e-14);
            cx_table_free(t);
        }
}
END_TEST

START_TEST(test_johnson_and_genizi_are_the_same_numbers) {
    cx_driver_options johnson = options_of(CX_IMPORTANCE_JOHNSON);
    cx_driver_options genizi = options_of(CX_IMPORTANCE_GENIZI);
    cx_table *a = square_table(NULL, &johnson), *b = square_table(NULL, &genizi);
    for (int64_t j = 0; j < 4; j++) {
        ck_assert_double_eq(table_number(a, "importance", j), table_number(b, "importance", j));
        ck_assert_double_eq(table_number(a, "importance", j), table_number(a, "johnson", j));
    }
    cx_table_free(a);
    cx_table_free(b);
}
END_TEST

/* The columns of every analysis are the importances of the other methods. */
START_TEST(test_every_method_is_also_a_column) {
    static const char *const names[] = {NULL,   "johnson", "johnson",      "first",
                                        "last", "pratt",   "beta_squared", "car"};
    cx_table *all = square_table(NULL, NULL);
    for (int32_t m = 1; m < CX_IMPORTANCE_END; m++) {
        cx_driver_options options = options_of(m);
        cx_table *t = square_table(NULL, &options);
        for (int64_t j = 0; j < 4; j++)
            ck_assert_near(table_number(t, "importance", j), table_number(all, names[m], j), 1e-14);
        ck_assert_int_eq(cx_table_find(t, "conditional_0"), -1);
        cx_table_free(t);
    }
    cx_table_free(all);
}
END_TEST

START_TEST(test_pratt_of_a_suppressor_is_negative) {
    static const double square[] = {1, 0.8, 0.5, 0.8, 1, 0.1, 0.5, 0.1, 1};
    static const char *const names[] = {"a", "b", "y"};
    numbers f;
    cx_table *t;
    cx_driver_fit *fit;
    cx_driver_options options = options_of(CX_IMPORTANCE_PRATT);
    options.errors = CX_DRIVER_ERRORS_NORMAL;
    ck_assert_ok(cx_driver_fit_matrix(numbers_set(&f, names, square, 3, 3), NULL, "y", 100,
                                      &options, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    /* beta = (0.42, -0.3) / 0.36 */
    ck_assert_close(table_number(t, "importance", 1), -0.3 / 0.36 * 0.1, 1e-13);
    ck_assert(table_number(t, "ci_low", 1) < table_number(t, "importance", 1));
    ck_assert(isnan(table_figure(t, "noise")));
    cx_table_free(t);
    cx_driver_fit_free(fit);
}
END_TEST

static void check_methods(const char *set, const char *path, const char *const *names, int count,
                          int32_t method) {
    char full[1024];
    words text;
    numbers f;
    cx_table *t;
    cx_driver_fit *fit;
    if (shared_path(path, full, sizeof full) == NULL) return;
    vectors data = vectors_read_path(full), v = vectors_read("driver_methods");
    double x[6 * 64];
    char list[128] = "";
    for (int j = 0; j < count; j++) {
        sprintf(list + strlen(list), "%s%s", j > 0 ? " " : "", names[j]);
        for (int64_t r = 0; r < data.rows; r++)
            x[j * data.rows + r] = vectors_number(&data, r, names[j]);
    }
    cx_driver_options options = options_of(method);
    const char *drivers = strchr(list, ' ') + 1;
    ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, names, x, data.rows, count),
                                    words_set(&text, drivers), names[0], NULL, NULL, &options, &fit,
                                    err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    int64_t j = 0;
    for (int64_t r = 0; r < v.rows; r++) {
        if (strcmp(vectors_text(&v, r, "set"), set) != 0) continue;
        ck_assert(table_word_is(t, "name", j, vectors_text(&v, r, "driver")));
        ck_assert_near(table_number(t, "importance", j++), vectors_number(&v, r, "value"),
                       vectors_number(&v, r, "tolerance"));
    }
    ck_assert_int_eq(j, count - 1);
    cx_table_free(t);
    cx_driver_fit_free(fit);
    vectors_free(&data);
    vectors_free(&v);
}

START_TEST(test_published_importances_are_reproduced) {
    static const char *const cars[] = {"mpg", "cyl", "disp", "hp", "gear"};
    static const char *const swiss[] = {"Fertility", "Agriculture", "Examination",
                                        "Education", "Catholic",    "Infant.Mortality"};
    check_methods("mtcars", "data/rdatasets/mtcars.csv", cars, 5, CX_IMPORTANCE_JOHNSON);
    check_methods("swiss", "data/rdatasets/swiss.csv", swiss, 6, CX_IMPORTANCE_LAST);
}
END_TEST

/* -- groups -------------------------------------------------------------------------------- */

/* Gains of a set of drivers of SQUARE, by the analysis of that set alone. */
static double explained(const char *drivers) {
    cx_table *t = square_table(drivers, NULL);
    double r2 = table_figure(t, "r2");
    cx_table_free(t);
    return r2;
}

START_TEST(test_groups_share_out_first_then_their_members) {
    words groups;
    cx_table *t, *g;
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.groups = words_set(&groups, "one two two one");
    options.errors = CX_DRIVER_ERRORS_NORMAL;
    cx_driver_fit *fit = square_fit("a b c d", &options);
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    ck_assert_ok(cx_driver_fit_groups(fit, &g, err));
    double all = explained("a b c d"), one = explained("a d"), two = explained("b c");
    ck_assert_int_eq(cx_table_rows(g), 2);
    ck_assert_close(table_number(g, "importance", 0), (one + all - two) / 2, 1e-13);
    ck_assert_close(table_number(g, "first", 1), two, 1e-13);
    ck_assert_close(table_number(g, "last", 1), all - one, 1e-13);
    ck_assert_close(table_number(g, "conditional_1", 1), all - one, 1e-13);
    ck_assert_double_eq(table_number(g, "drivers", 0), 2);
    /* a enters first or second within its group, before or after the other group */
    double a = (explained("a") + one - explained("d") + explained("a b c") - two + all -
                explained("b c d")) /
               4;
    ck_assert_close(table_number(t, "importance", 0), a, 1e-13);
    ck_assert_str_eq(table_text(t, "group", 3), "one");
    ck_assert_close(table_number(t, "importance", 0) + table_number(t, "importance", 3),
                    table_number(g, "importance", 0), 1e-13);
    ck_assert(table_number(g, "se", 0) > 0 &&
              table_number(g, "ci_low", 0) < table_number(g, "importance", 0));
    cx_table_free(t);
    cx_table_free(g);
    cx_driver_fit_free(fit);
}
END_TEST

START_TEST(test_drivers_alone_in_their_groups_are_as_without) {
    words groups;
    cx_table *g;
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.groups = words_set(&groups, "p q r s");
    cx_table *grouped = square_table("a b c d", &options), *plain = square_table(NULL, NULL);
    for (int64_t j = 0; j < 4; j++)
        ck_assert_close(table_number(grouped, "importance", j),
                        table_number(plain, "importance", j), 1e-13);
    cx_table_free(grouped);
    cx_driver_fit *fit = square_fit(NULL, NULL);
    ck_assert_fails(cx_driver_fit_groups(fit, &g, err), CX_E_OPTION, "without groups");
    cx_driver_fit_free(fit);
    cx_table_free(plain);
}
END_TEST

START_TEST(test_groups_need_as_many_named_drivers) {
    numbers f;
    words groups, names;
    cx_driver_fit *fit;
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.groups = words_set(&groups, "p q");
    const cx_frame *x = numbers_set(&f, NAMES, SQUARE, 5, 5);
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 99, &options, &fit, err), CX_E_OPTION,
                    "name the drivers");
    ck_assert_fails(
        cx_driver_fit_matrix(x, words_set(&names, "a b c"), "y", 99, &options, &fit, err),
        CX_E_LENGTH, "groups");
}
END_TEST

/* -- sampled orders ------------------------------------------------------------------------ */

START_TEST(test_sampled_orders_add_up_and_agree_within_their_error) {
    words groups;
    for (int grouped = 0; grouped < 2; grouped++) {
        cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
        if (grouped) options.groups = words_set(&groups, "p p q q");
        cx_table *exact = square_table("a b c d", &options);
        options.orders = 2000;
        cx_table *t = square_table("a b c d", &options), *again = square_table("a b c d", &options);
        ck_assert_double_eq(table_figure(exact, "orders"), 0);
        ck_assert_double_eq(table_figure(t, "orders"), 2000);
        ck_assert_near(table_sum(t, "importance"), table_figure(t, "r2"), 1e-14);
        for (int64_t j = 0; j < 4; j++) {
            double mc = table_number(t, "mc_se", j);
            ck_assert(mc > 0 && mc < 0.01);
            ck_assert_near(table_number(t, "importance", j), table_number(exact, "importance", j),
                           4 * mc);
            ck_assert_double_eq(table_number(t, "importance", j),
                                table_number(again, "importance", j));
        }
        cx_table_free(exact);
        cx_table_free(t);
        cx_table_free(again);
    }
}
END_TEST

/* 40 drivers with equal correlations share equally. */
START_TEST(test_more_drivers_than_the_exact_method_takes_are_sampled) {
    enum { SIDE = 41 };
    static double square[SIDE * SIDE];
    static char names[SIDE][8];
    cx_array columns[SIDE];
    cx_frame frame = {.columns = columns, .count = SIDE};
    cx_driver_fit *fit;
    cx_table *t;
    for (int i = 0; i < SIDE; i++) {
        sprintf(names[i], i < SIDE - 1 ? "x%d" : "y", i);
        for (int k = 0; k < SIDE; k++) square[i * SIDE + k] = i == k ? 1 : 0.3;
        columns[i] = cx_array_of(square + i * SIDE, CX_F64, SIDE);
        columns[i].name = names[i];
    }
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.orders = 400;
    ck_assert_ok(cx_driver_fit_matrix(&frame, NULL, "y", 500, &options, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    ck_assert_int_eq(cx_table_rows(t), 40);
    double r2 = table_figure(t, "r2");
    ck_assert_close(r2, 0.3 * 0.3 * 40 / (1 + 39 * 0.3), 1e-12);
    ck_assert_near(table_sum(t, "importance"), r2, 1e-13);
    for (int64_t j = 0; j < 40; j++)
        ck_assert_near(table_number(t, "importance", j), r2 / 40, 5 * table_number(t, "mc_se", j));
    ck_assert_int_eq(cx_table_find(t, "conditional_0"), -1);
    cx_table_free(t);
    ck_assert_fails(cx_driver_fit_dominance(fit, &t, err), CX_E_LIMIT, "40 drivers");
    cx_driver_fit_free(fit);
}
END_TEST

/* -- dominance ----------------------------------------------------------------------------- */

START_TEST(test_dominance_compares_every_pair_in_every_model) {
    cx_table *t;
    cx_driver_fit *fit = square_fit(NULL, NULL);
    ck_assert_ok(cx_driver_fit_dominance(fit, &t, err));
    ck_assert_int_eq(cx_table_rows(t), 6);
    ck_assert_double_eq(table_figure(t, "models"), 4);
    /* a is ahead of b alone, beside c, beside d, beside both */
    static const char *const beside[] = {"", " c", " d", " c d"};
    int ahead = 0;
    for (int s = 0; s < 4; s++) {
        char a[16], b[16];
        sprintf(a, "a%s", beside[s]);
        sprintf(b, "b%s", beside[s]);
        ahead += explained(a) > explained(b);
    }
    ck_assert(table_word_is(t, "name", 0, "a"));
    ck_assert_str_eq(table_text(t, "other", 0), "b");
    ck_assert_double_eq(table_number(t, "ahead", 0), ahead / 4.0);
    ck_assert_str_eq(table_text(t, "complete", 0), ahead == 4 ? "dominates" : "undecided");
    ck_assert_str_eq(table_text(t, "conditional", 0), "dominates");
    ck_assert_str_eq(table_text(t, "general", 0), "dominates");
    cx_table_free(t);
    cx_driver_fit_free(fit);
    fit = square_fit("a", NULL);
    ck_assert_fails(cx_driver_fit_dominance(fit, &t, err), CX_E_EMPTY, "single");
    cx_driver_fit_free(fit);
}
END_TEST

START_TEST(test_dominance_of_like_drivers_is_equal) {
    static const double square[] = {1, 0.5, 0.4, 0.5, 1, 0.4, 0.4, 0.4, 1};
    static const char *const names[] = {"a", "b", "y"};
    numbers f;
    cx_table *t;
    cx_driver_fit *fit;
    ck_assert_ok(cx_driver_fit_matrix(numbers_set(&f, names, square, 3, 3), NULL, "y", 100, NULL,
                                      &fit, err));
    ck_assert_ok(cx_driver_fit_dominance(fit, &t, err));
    ck_assert_str_eq(table_text(t, "complete", 0), "equal");
    ck_assert_str_eq(table_text(t, "general", 0), "equal");
    cx_table_free(t);
    cx_driver_fit_free(fit);
}
END_TEST

/* -- the matrix, names of what is redundant ------------------------------------------------ */

START_TEST(test_a_matrix_gives_what_its_moments_give) {
    const double x[] = {5, 3, 8, 1, 9, 4, 2, 1, 3, 1, 4, 2, 2, 2, 3, 1, 4, 7, 7, 1, 2, 9, 4, 5};
    double square[16];
    numbers f, s;
    cx_table *a, *b;
    cx_driver_fit *fit;
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, x, 6, 4), NULL, err));
    for (int64_t i = 0; i < 16; i++) square[i] = cx_moments_correlation(m, i / 4, i % 4);
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &a, err));
    ck_assert_ok(
        cx_driver_fit_matrix(numbers_set(&s, YABC, square, 4, 4), NULL, "y", 6, NULL, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &b, err));
    for (int64_t j = 0; j < 3; j++) {
        ck_assert_close(table_number(b, "importance", j), table_number(a, "importance", j), 1e-12);
        ck_assert_close(table_number(b, "beta", j), table_number(a, "beta", j), 1e-12);
        ck_assert_double_eq(table_number(b, "sign", j), table_number(a, "sign", j));
        ck_assert(isnan(table_number(b, "coefficient", j)));
    }
    ck_assert_double_eq(table_figure(a, "missing"), 0);
    cx_table_free(a);
    cx_table_free(b);
    cx_driver_fit_free(fit);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_what_is_no_matrix_of_correlations_is_refused) {
    static const char *const names[] = {"a", "b", "y"};
    static const struct {
        double square[9];
        const char *says;
    } bad[] = {{{1, 0.5, 0.4, 0.5, 2, 0.4, 0.4, 0.4, 1}, "diagonal"},
               {{1, 0.5, 0.4, 0.3, 1, 0.4, 0.4, 0.4, 1}, "symmetric"},
               {{1, 1.5, 0.4, 1.5, 1, 0.4, 0.4, 0.4, 1}, "between -1 and 1"},
               {{1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1}, "eigenvalue"},
               {{1, NAN, 0.4, NAN, 1, 0.4, 0.4, 0.4, 1}, "between -1 and 1"}};
    numbers f;
    cx_driver_fit *fit = NULL;
    for (int i = 0; i < 5; i++)
        ck_assert_fails(cx_driver_fit_matrix(numbers_set(&f, names, bad[i].square, 3, 3), NULL, "y",
                                             50, NULL, &fit, err),
                        CX_E_DOMAIN, bad[i].says);
    ck_assert_fails(
        cx_driver_fit_matrix(numbers_set(&f, NAMES, SQUARE, 4, 5), NULL, "y", 50, NULL, &fit, err),
        CX_E_LENGTH, "square");
    const cx_frame *x = numbers_set(&f, NAMES, SQUARE, 5, 5);
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 4, NULL, &fit, err), CX_E_FEW, "4 rows");
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", NAN, NULL, &fit, err), CX_E_DOMAIN, "n is");
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "q", 9, NULL, &fit, err), CX_E_NAME, "called q");
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.errors = CX_DRIVER_ERRORS_INFLUENCE;
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 9, &options, &fit, err), CX_E_OPTION,
                    "need rows");
    ck_assert_ptr_null(fit);
}
END_TEST

START_TEST(test_dropped_drivers_name_what_explains_them) {
    /* c = a - 2 b */
    const double x[] = {5, 3, 8, 1, 9, 4, 1, 2, 3, 4, 5, 7, 2, 1, 4, 3, 6, 5};
    double full[24];
    numbers f;
    cx_table *t;
    memcpy(full, x, sizeof x);
    for (int r = 0; r < 6; r++) full[18 + r] = full[6 + r] - 2 * full[12 + r];
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, YABC, full, 6, 4), NULL, err));
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &t, err));
    ck_assert_str_eq(table_text(t, "status", 0), "ok");
    ck_assert_str_eq(table_text(t, "status", 2), "collinear");
    ck_assert_str_eq(table_text(t, "collinear_with", 2), "a, b");
    ck_assert_ptr_null(table_text(t, "collinear_with", 0));
    ck_assert_near(table_number(t, "last", 0), 0, 1e-12);
    ck_assert_near(table_sum(t, "johnson"), table_figure(t, "r2"), 1e-12);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_analyses_refuse_bad_options) {
    static const int64_t orders[] = {-1, 1, 10000001}, draws[] = {0, 99, 1000001};
    numbers f;
    cx_driver_fit *fit = NULL;
    const cx_frame *x = numbers_set(&f, NAMES, SQUARE, 5, 5);
    for (int i = 0; i < 3; i++) {
        cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
        options.orders = orders[i];
        ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 50, &options, &fit, err), CX_E_OPTION,
                        "orders");
        options.orders = 0;
        options.draws = draws[i];
        ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 50, &options, &fit, err), CX_E_OPTION,
                        "draws");
    }
    cx_driver_options options = options_of(CX_IMPORTANCE_SHAPLEY);
    options.errors = CX_DRIVER_ERRORS_END;
    ck_assert_fails(cx_driver_fit_matrix(x, NULL, "y", 50, &options, &fit, err), CX_E_OPTION,
                    "errors is 4");
    ck_assert_str_eq(cx_driver_errors_name(CX_DRIVER_ERRORS_BOOTSTRAP), "bootstrap");
    ck_assert_str_eq(cx_driver_errors_name(-1), "unknown");
    ck_assert_str_eq(cx_importance_name(CX_IMPORTANCE_BETA_SQUARED), "beta-squared");
}
END_TEST

Suite *suite_driver_fit(void);
Suite *suite_driver_fit(void) {
    Suite *suite = suite_create("driver_fit");
    TCase *c = tcase_create("driver_fit");
    tcase_add_test(c, test_a_single_driver_gets_everything_by_every_method);
    tcase_add_test(c, test_methods_that_share_out_add_up_to_r_squared);
    tcase_add_test(c, test_johnson_and_genizi_are_the_same_numbers);
    tcase_add_test(c, test_every_method_is_also_a_column);
    tcase_add_test(c, test_pratt_of_a_suppressor_is_negative);
    tcase_add_test(c, test_published_importances_are_reproduced);
    tcase_add_test(c, test_groups_share_out_first_then_their_members);
    tcase_add_test(c, test_drivers_alone_in_their_groups_are_as_without);
    tcase_add_test(c, test_groups_need_as_many_named_drivers);
    tcase_add_test(c, test_sampled_orders_add_up_and_agree_within_their_error);
    tcase_add_test(c, test_more_drivers_than_the_exact_method_takes_are_sampled);
    tcase_add_test(c, test_dominance_compares_every_pair_in_every_model);
    tcase_add_test(c, test_dominance_of_like_drivers_is_equal);
    tcase_add_test(c, test_a_matrix_gives_what_its_moments_give);
    tcase_add_test(c, test_what_is_no_matrix_of_correlations_is_refused);
    tcase_add_test(c, test_dropped_drivers_name_what_explains_them);
    tcase_add_test(c, test_analyses_refuse_bad_options);
    suite_add_tcase(suite, c);
    return suite;
}
