#include "modelled.h"

/* -- separation ---------------------------------------------------------------------------- */

/* The defect: satisfaction 1 and 2 all left, 4 and 5 nobody; elsewhere -20.3, "converged". */
START_TEST(test_groups_that_all_leave_are_separated_and_not_minus_twenty) {
    const int n[] = {92, 52, 266, 179, 115}, events[] = {92, 52, 43, 0, 0};
    static double x[704], y[704], dummies[4 * 704];
    static const char *const names[] = {"sat 1", "sat 2", "sat 4", "sat 5"};
    numbers f;
    cx_fit *fit;
    cx_table *table;
    cx_estimate e;
    int64_t rows = groups(n, events, 5, x, y);
    ck_assert_int_eq(rows, 704);
    for (int64_t i = 0; i < rows; i++)
        for (int k = 0; k < 4; k++) dummies[k * 704 + i] = x[i] == (k < 2 ? k : k + 1) ? 1 : 0;
    cx_array outcome = cx_array_of(y, CX_F64, rows);
    const cx_frame *frame = numbers_set(&f, names, dummies, rows, 4);
    ck_assert_ok(cx_logit(frame, &outcome, NULL, NULL, NULL, NULL, &fit, err));
    for (int k = 0; k < 4; k++) ck_assert(model_is(fit, names[k], "separated"));
    ck_assert_close(coefficient(fit, "const"), log(43 / 223.0), 1e-10);
    ck_assert_double_eq(cx_fit_figure(fit, "separated"), 4);
    ck_assert_double_eq(cx_fit_figure(fit, "separated_rows"), 704 - 266);
    ck_assert((cx_fit_flags(fit) & CX_FLAG_UNIDENTIFIED) != 0);
    ck_assert_fails(cx_fit_estimate(fit, "sat 1", &e, err), CX_E_UNIDENTIFIED, "sat 1");
    cx_fit_free(fit);
    ck_assert_ok(
        cx_separation(numbers_set(&f, SMALL_NAMES, x, rows, 1), &outcome, 0.95, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 5);
    cx_array high = {0};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "ci_high"), &high, err));
    ck_assert_close(((const double *)high.data)[3], 1 - pow(0.025, 1 / 179.0), 1e-10);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_threshold_that_splits_the_outcomes_is_separated) {
    double x[20], y[20];
    model m = small();
    for (int i = 0; i < 20; i++) x[i] = i, y[i] = i >= 10 ? 1 : 0;
    numbers_set(&m.x, SMALL_NAMES, x, 20, 1);
    m.y = cx_array_of(y, CX_F64, 20);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "const", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "loglik"), 0);
    cx_fit_free(fit);
    x[9] = 10; /* quasi-complete: one value on both sides */
    fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated"));
    ck_assert_close(cx_fit_figure(fit, "loglik"), -2 * log(2), 1e-9);
    cx_fit_free(fit);
    m.options.firth = 1;
    fit = logit(&m);
    ck_assert(model_is(fit, "score", "ok"));
    ck_assert_double_gt(coefficient(fit, "score"), 0.2);
    ck_assert(isfinite(quantity(fit, "low score")) && quantity(fit, "low score") > 0);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_separation_by_two_columns_together_is_found) {
    double x[2 * 40], y[40];
    model m = small();
    for (int i = 0; i < 40; i++) {
        x[i] = i % 7 - 3 + 0.1 * (i % 5);
        x[40 + i] = i % 11 - 5 + 0.3 * (i % 3);
        y[i] = 2 * x[i] - x[40 + i] > 0.35 ? 1 : 0;
    }
    numbers_set(&m.x, SMALL_NAMES, x, 40, 2);
    m.y = cx_array_of(y, CX_F64, 40);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "new", "separated"));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_nobody_or_everybody_has_an_exact_rate_and_no_coefficient) {
    double y[SMALL] = {0};
    model m = small();
    m.y = cx_array_of(y, CX_F64, SMALL);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "const", "separated") && model_is(fit, "score", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "rate_low"), 0);
    ck_assert_close(cx_fit_figure(fit, "rate_high"), 1 - pow(0.025, 1.0 / SMALL), 1e-10);
    cx_fit_free(fit);
    ck_assert_ok(cx_poisson(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, NULL, &fit, err));
    ck_assert(model_is(fit, "const", "separated"));
    ck_assert_close(cx_fit_figure(fit, "rate_high"), -log(0.025) / SMALL, 1e-10);
    cx_fit_free(fit);
    for (int i = 0; i < SMALL; i++) y[i] = 1;
    fit = logit(&m);
    ck_assert(model_is(fit, "const", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "rate_high"), 1);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_a_group_without_counts_is_separated) {
    const double x[] = {0, 0, 0, 1, 1, 1}, y[] = {2, 5, 1, 0, 0, 0};
    numbers f;
    cx_fit *fit;
    cx_array counts = cx_array_of(y, CX_F64, 6);
    ck_assert_ok(cx_poisson(numbers_set(&f, SMALL_NAMES, x, 6, 1), &counts, NULL, NULL, NULL, NULL,
                            NULL, &fit, err));
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "const", "ok"));
    ck_assert_close(coefficient(fit, "const"), log(8 / 3.0), 1e-10);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_ordered_classes_that_are_split_are_separated) {
    double x[30], y[30];
    numbers f;
    cx_fit *fit;
    for (int i = 0; i < 30; i++) x[i] = i, y[i] = i / 10;
    cx_array classes = cx_array_of(y, CX_F64, 30);
    ck_assert_ok(cx_ordinal(numbers_set(&f, SMALL_NAMES, x, 30, 1), &classes, NULL, NULL, NULL,
                            NULL, &fit, err));
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "cut 1", "separated"));
    cx_fit_free(fit);
}
END_TEST

Suite *suite_separation(void) {
    Suite *suite = suite_create("separation");
    TCase *tcase = tcase_create("separation");
    tcase_add_test(tcase, test_groups_that_all_leave_are_separated_and_not_minus_twenty);
    tcase_add_test(tcase, test_a_threshold_that_splits_the_outcomes_is_separated);
    tcase_add_test(tcase, test_separation_by_two_columns_together_is_found);
    tcase_add_test(tcase, test_nobody_or_everybody_has_an_exact_rate_and_no_coefficient);
    tcase_add_test(tcase, test_a_group_without_counts_is_separated);
    tcase_add_test(tcase, test_ordered_classes_that_are_split_are_separated);
    suite_add_tcase(suite, tcase);
    return suite;
}
