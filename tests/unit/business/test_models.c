#include "modelled.h"

/* -- reference numbers --------------------------------------------------------------------- */

START_TEST(test_logit_matches_an_independent_fit) {
    model m = small();
    cx_fit *fit = logit(&m);
    matches(fit, "small logit");
    cx_fit_free(fit);
    ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, &m.by, NULL, &m.options, &fit, err));
    matches(fit, "small logit clusters");
    ck_assert_str_eq(cx_fit_method(fit), "cr1");
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_hazard_matches_an_independent_fit) {
    model m = small();
    cx_fit *fit;
    ck_assert_ok(cx_hazard(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &m.options, &fit, err));
    matches(fit, "small hazard");
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_firth_matches_the_penalised_likelihood_and_its_profile) {
    model m = small();
    m.options.firth = 1;
    cx_fit *fit = logit(&m);
    matches(fit, "small firth");
    cx_fit_free(fit);
}
END_TEST

/* A column of a file as numbers; words by their place in `words`. */
static void file_column(const vectors *v, const char *name, const char *const *known, double *out) {
    for (int64_t row = 0; row < v->rows; row++) {
        out[row] = known == NULL ? vectors_number(v, row, name) : -1;
        for (int k = 0; known != NULL && known[k] != NULL; k++)
            if (strcmp(vectors_text(v, row, name), known[k]) == 0) out[row] = k;
    }
}

START_TEST(test_poisson_of_the_sicilian_smoking_ban_matches) {
    static const char *const names[] = {"smokban", "time", "s1", "c1", "s2", "c2"};
    char path[512];
    double x[6 * 64], aces[64], people[64];
    numbers f;
    cx_fit *fit;
    cx_model_options options;
    const char *found = shared_path("data/sicily/sicily.csv", path, sizeof path);
    if (found == NULL) return;
    vectors v = vectors_read_path(found);
    int64_t n = v.rows;
    ck_assert_int_eq(n, 59);
    file_column(&v, "smokban", NULL, x);
    file_column(&v, "time", NULL, x + n);
    file_column(&v, "aces", NULL, aces);
    file_column(&v, "stdpop", NULL, people);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            double angle = 2 * 3.14159265358979323846 * (k + 1) * x[n + i] / 12;
            x[(2 + 2 * k) * n + i] = sin(angle), x[(3 + 2 * k) * n + i] = cos(angle);
        }
    cx_array y = cx_array_of(aces, CX_F64, n), exposure = cx_array_of(people, CX_F64, n);
    cx_model_options_init(&options);
    ck_assert_ok(cx_poisson(numbers_set(&f, names, x, n, 2), &y, NULL, NULL, &exposure, NULL,
                            &options, &fit, err));
    matches(fit, "sicily");
    cx_fit_free(fit);
    options.quasi = 1;
    ck_assert_ok(cx_poisson(numbers_set(&f, names, x, n, 6), &y, NULL, NULL, &exposure, NULL,
                            &options, &fit, err));
    matches(fit, "sicily seasonal");
    cx_fit_free(fit);
    vectors_free(&v);
}
END_TEST

START_TEST(test_ordinal_of_the_graduate_school_answers_matches) {
    static const char *const names[] = {"pared", "public", "gpa"};
    static const char *const answers[] = {"unlikely", "somewhat likely", "very likely", NULL};
    static double x[3 * 400], apply[400];
    char path[512];
    numbers f;
    cx_fit *fit;
    cx_model_options options;
    const char *found = shared_path("data/ologit/ologit_ucla.csv", path, sizeof path);
    if (found == NULL) return;
    vectors v = vectors_read_path(found);
    ck_assert_int_eq(v.rows, 400);
    for (int j = 0; j < 3; j++) file_column(&v, names[j], NULL, x + 400 * j);
    file_column(&v, "apply", answers, apply);
    cx_array y = cx_array_of(apply, CX_F64, 400);
    cx_model_options_init(&options);
    for (options.probit = 0; options.probit < 2; options.probit++) {
        ck_assert_ok(cx_ordinal(numbers_set(&f, names, x, 400, 3), &y, NULL, NULL, NULL, &options,
                                &fit, err));
        matches(fit, options.probit ? "ucla probit" : "ucla");
        cx_fit_free(fit);
    }
    vectors_free(&v);
}
END_TEST

/* -- closed forms -------------------------------------------------------------------------- */

START_TEST(test_logit_of_one_group_column_is_the_odds_ratio) {
    const int n[] = {30, 50}, events[] = {9, 40};
    double x[80], y[80];
    model m = small();
    int64_t rows = groups(n, events, 2, x, y);
    numbers_set(&m.x, SMALL_NAMES, x, rows, 1);
    m.y = cx_array_of(y, CX_F64, rows);
    cx_fit *fit = logit(&m);
    ck_assert_close(coefficient(fit, "score"), log(40 / 10.0) - log(9 / 21.0), 1e-12);
    ck_assert_close(quantity(fit, "se score"), sqrt(1 / 9.0 + 1 / 21.0 + 1 / 40.0 + 0.1), 1e-12);
    cx_fit_free(fit);
    m.options.firth = 1;
    fit = logit(&m);
    ck_assert_close(coefficient(fit, "score"), log(40.5 / 10.5) - log(9.5 / 21.5), 1e-8);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_poisson_of_groups_is_their_rates) {
    const double x[] = {0, 0, 1, 1}, y[] = {2, 5, 12, 0}, days[] = {10, 20, 30, 10};
    numbers f;
    cx_fit *fit;
    cx_array counts = cx_array_of(y, CX_F64, 4), exposure = cx_array_of(days, CX_F64, 4);
    ck_assert_ok(cx_poisson(numbers_set(&f, SMALL_NAMES, x, 4, 1), &counts, NULL, NULL, &exposure,
                            NULL, NULL, &fit, err));
    ck_assert_close(coefficient(fit, "score"), log(12 / 40.0) - log(7 / 30.0), 1e-11);
    ck_assert_close(quantity(fit, "se score"), sqrt(1 / 7.0 + 1 / 12.0), 1e-11);
    ck_assert_close(cx_fit_figure(fit, "rate"), 19 / 70.0, 1e-14);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_ordinal_with_two_classes_is_the_logit) {
    model m = small();
    cx_fit *two, *fit = logit(&m);
    ck_assert_ok(cx_ordinal(frame_of(&m), &m.y, NULL, NULL, NULL, &m.options, &two, err));
    ck_assert_close(coefficient(two, "cut 1"), -coefficient(fit, "const"), 1e-10);
    ck_assert_close(coefficient(two, "score"), coefficient(fit, "score"), 1e-10);
    ck_assert_close(quantity(two, "se new"), quantity(fit, "se new"), 1e-10);
    ck_assert_close(cx_fit_figure(two, "loglik"), cx_fit_figure(fit, "loglik"), 1e-12);
    cx_fit_free(two);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_frequencies_are_repeated_rows) {
    double x[2 * 48], y[48], times[SMALL];
    numbers f;
    cx_fit *once, *repeated;
    model m = small();
    int64_t rows = 0;
    for (int i = 0; i < SMALL; i++) times[i] = 1 + i % 3;
    for (int i = 0; i < SMALL; i++)
        for (int k = 0; k < 1 + i % 3; k++, rows++) y[rows] = SMALL_Y[i];
    ck_assert_int_eq(rows, 48);
    for (int i = 0, to = 0; i < SMALL; i++)
        for (int k = 0; k < 1 + i % 3; k++, to++)
            x[to] = SMALL_X[i], x[48 + to] = SMALL_X[SMALL + i];
    cx_array weights = cx_array_of(times, CX_F64, SMALL), all = cx_array_of(y, CX_F64, 48);
    m.options.weight_kind = CX_WEIGHT_FREQUENCY;
    for (m.options.cov = CX_COV_CLASSICAL; m.options.cov <= CX_COV_HC1; m.options.cov++) {
        ck_assert_ok(cx_logit(frame_of(&m), &m.y, &weights, NULL, NULL, &m.options, &once, err));
        ck_assert_ok(cx_logit(numbers_set(&f, SMALL_NAMES, x, 48, 2), &all, NULL, NULL, NULL,
                              &m.options, &repeated, err));
        static const char *const same[] = {"const",  "new",    "se score",
                                           "se new", "loglik", "dispersion"};
        for (int k = 0; k < 6; k++)
            ck_assert_close(quantity(once, same[k]), quantity(repeated, same[k]), 1e-10);
        cx_fit_free(once);
        cx_fit_free(repeated);
    }
}
END_TEST

START_TEST(test_scaled_and_shifted_columns_give_the_same_model) {
    double x[2 * SMALL];
    model m = small();
    cx_fit *plain = logit(&m), *moved;
    for (int i = 0; i < SMALL; i++) {
        x[i] = 1e6 + 1e-3 * SMALL_X[i];
        x[SMALL + i] = -250 * SMALL_X[SMALL + i];
    }
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 2);
    moved = logit(&m);
    ck_assert_close(coefficient(moved, "score"), 1e3 * coefficient(plain, "score"), 1e-6);
    ck_assert_close(coefficient(moved, "new"), coefficient(plain, "new") / -250, 1e-6);
    ck_assert_close(quantity(moved, "se new"), quantity(plain, "se new") / 250, 1e-6);
    ck_assert_close(cx_fit_figure(moved, "loglik"), cx_fit_figure(plain, "loglik"), 1e-7);
    cx_fit_free(plain);
    cx_fit_free(moved);
}
END_TEST

/* -- degenerate ---------------------------------------------------------------------------- */

START_TEST(test_constant_and_collinear_columns_are_named) {
    double x[3 * SMALL];
    model m = small();
    cx_table *table;
    for (int i = 0; i < SMALL; i++)
        x[i] = SMALL_X[i], x[SMALL + i] = 7, x[2 * SMALL + i] = 3 - 2 * SMALL_X[i];
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 3);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "ok") && model_is(fit, "new", "constant"));
    ck_assert(model_is(fit, "third", "collinear"));
    ck_assert_ok(cx_fit_table(fit, &table, err));
    cx_array with = {0};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "collinear_with"), &with, err));
    ck_assert(strstr((const char *)with.data, "score") != NULL);
    cx_table_free(table);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_one_cluster_gives_coefficients_without_errors) {
    int32_t one[SMALL] = {0};
    model m = small();
    cx_fit *fit;
    m.clusters.data = one;
    ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, &m.by, NULL, &m.options, &fit, err));
    ck_assert(model_is(fit, "score", "no-interval"));
    ck_assert(isnan(quantity(fit, "se score")) && isfinite(coefficient(fit, "score")));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_rows_with_something_missing_are_left_out_and_counted) {
    double x[2 * SMALL], y[SMALL];
    model m = small();
    memcpy(x, SMALL_X, sizeof x);
    memcpy(y, SMALL_Y, sizeof y);
    x[3] = NAN, y[5] = NAN;
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 2);
    m.y = cx_array_of(y, CX_F64, SMALL);
    cx_fit *fit = logit(&m);
    ck_assert_int_eq(cx_fit_excluded(fit, CX_EXCLUDED_MISSING), 2);
    ck_assert_double_eq(cx_fit_figure(fit, "n"), SMALL - 2);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_influences_add_up_to_the_variance) {
    model m = small();
    cx_fit *fit;
    cx_table *table;
    m.options.influence = 1;
    for (int clustered = 0; clustered < 2; clustered++) {
        cx_array c = {0};
        double sum = 0;
        m.options.cov = clustered ? CX_COV_AUTO : CX_COV_HC1;
        ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, clustered ? &m.by : NULL, NULL, &m.options,
                              &fit, err));
        ck_assert_ok(cx_fit_influence(fit, "score", &table, err));
        ck_assert_int_eq(cx_table_rows(table), clustered ? 8 : SMALL);
        ck_assert_ok(cx_table_column(table, cx_table_find(table, "influence"), &c, err));
        for (int64_t i = 0; i < cx_table_rows(table); i++)
            sum += ((const double *)c.data)[i] * ((const double *)c.data)[i];
        ck_assert_close(sqrt(sum), quantity(fit, "se score"), 1e-10);
        cx_table_free(table);
        cx_fit_free(fit);
    }
}
END_TEST

START_TEST(test_models_bad_input_is_named) {
    model m = small();
    double y[SMALL];
    cx_fit *fit = NULL;
    memcpy(y, SMALL_Y, sizeof y);
    m.y = cx_array_of(y, CX_F64, SMALL);
    y[4] = 2;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_DOMAIN,
                    "row 4");
    y[4] = 0.5;
    ck_assert_fails(cx_poisson(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, NULL, &fit, err),
                    CX_E_DOMAIN, "quasi");
    y[4] = INFINITY;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_DOMAIN,
                    "infinite");
    m = small();
    m.y.length = 3;
    m.x.columns[0].length = m.x.columns[1].length = 3;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_FEW,
                    "3 complete rows");
    m = small();
    m.options.max_iterations = 2;
    cx_error error;
    cx_error_init(&error);
    ck_assert_int_eq(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, &m.options, &fit, &error),
                     CX_E_CONVERGENCE);
    ck_assert_double_gt(error.value, 1e-9);
    ck_assert_ptr_null(fit);
    m.options.allow_unconverged = 1;
    fit = logit(&m);
    ck_assert_double_eq(cx_fit_figure(fit, "converged"), 0);
    ck_assert(cx_fit_flags(fit) & CX_FLAG_PARTIAL);
    cx_fit_free(fit);
}
END_TEST

Suite *suite_models(void) {
    Suite *suite = suite_create("models");
    TCase *tcase = tcase_create("models");
    tcase_add_test(tcase, test_logit_matches_an_independent_fit);
    tcase_add_test(tcase, test_hazard_matches_an_independent_fit);
    tcase_add_test(tcase, test_firth_matches_the_penalised_likelihood_and_its_profile);
    tcase_add_test(tcase, test_poisson_of_the_sicilian_smoking_ban_matches);
    tcase_add_test(tcase, test_ordinal_of_the_graduate_school_answers_matches);
    tcase_add_test(tcase, test_logit_of_one_group_column_is_the_odds_ratio);
    tcase_add_test(tcase, test_poisson_of_groups_is_their_rates);
    tcase_add_test(tcase, test_ordinal_with_two_classes_is_the_logit);
    tcase_add_test(tcase, test_frequencies_are_repeated_rows);
    tcase_add_test(tcase, test_scaled_and_shifted_columns_give_the_same_model);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("degenerate");
    tcase_add_test(tcase, test_constant_and_collinear_columns_are_named);
    tcase_add_test(tcase, test_one_cluster_gives_coefficients_without_errors);
    tcase_add_test(tcase, test_rows_with_something_missing_are_left_out_and_counted);
    tcase_add_test(tcase, test_influences_add_up_to_the_variance);
    tcase_add_test(tcase, test_models_bad_input_is_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
