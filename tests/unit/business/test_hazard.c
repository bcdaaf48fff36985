#include "modelled.h"

/* -- hazards and margins ------------------------------------------------------------------- */

START_TEST(test_hazards_of_periods_are_their_shares) {
    static const double at_risk[] = {40, 30, 25}, leave[] = {4, 0, 5};
    double x[95], y[95], period[95];
    numbers f;
    cx_fit *fit;
    int64_t rows = 0;
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < (int)at_risk[t]; i++, rows++)
            x[rows] = 0, y[rows] = i < (int)leave[t] ? 1 : 0, period[rows] = t + 1;
    cx_array event = cx_array_of(y, CX_F64, 95), when = cx_array_of(period, CX_F64, 95);
    cx_frame none = {f.columns, 0, {0, 0}};
    numbers_set(&f, SMALL_NAMES, x, 95, 1);
    ck_assert_ok(cx_hazard(&none, &event, &when, NULL, NULL, NULL, NULL, &fit, err));
    ck_assert_close(1 - exp(-exp(coefficient(fit, "period 1"))), 0.1, 1e-10);
    ck_assert_close(1 - exp(-exp(coefficient(fit, "period 3"))), 0.2, 1e-10);
    ck_assert(model_is(fit, "period 2", "separated"));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_margin_of_retention_is_the_difference_of_products) {
    static double x[400], y[400], period[400];
    numbers f;
    cx_fit *fit;
    cx_margin_options options;
    cx_estimate e;
    for (int i = 0; i < 400; i++) {
        x[i] = i % 11, period[i] = 1 + i % 4;
        y[i] = (i * 7 + i / 13) % 17 < 5 - x[i] / 3 ? 1 : 0;
    }
    cx_array event = cx_array_of(y, CX_F64, 400), when = cx_array_of(period, CX_F64, 400);
    ck_assert_ok(cx_hazard(numbers_set(&f, SMALL_NAMES, x, 400, 1), &event, &when, NULL, NULL, NULL,
                           NULL, &fit, err));
    const double one[] = {6};
    cx_margin_options_init(&options);
    options.horizon = 3;
    ck_assert_ok(
        cx_margin(fit, numbers_set(&f, SMALL_NAMES, one, 1, 1), NULL, "score", &options, &e, err));
    double stay[2] = {1, 1}, b = coefficient(fit, "score");
    for (int t = 1; t <= 3; t++)
        for (int k = 0; k < 2; k++) {
            char name[16];
            snprintf(name, sizeof name, "period %d", t);
            stay[k] *= exp(-exp(coefficient(fit, name) + b * (6 + k)));
        }
    ck_assert_close(e.value, stay[1] - stay[0], 1e-10);
    ck_assert_int_eq(e.method, CX_METHOD_DELTA);
    ck_assert(e.ci_low < e.value && e.value < e.ci_high);
    options.horizon = 12;
    ck_assert_fails(cx_margin(fit, &f.frame, NULL, "score", &options, &e, err), CX_E_NAME,
                    "period 5");
    ck_assert_fails(cx_margin(fit, &f.frame, NULL, "period 1", &options, &e, err), CX_E_NAME,
                    "no column");
    cx_fit_free(fit);
}
END_TEST

/* The delta method against numerical differences of the coefficients. */
START_TEST(test_margin_of_a_logit_has_the_error_of_the_delta_method) {
    model m = small();
    cx_fit *fit = logit(&m);
    cx_estimate e;
    cx_table *table;
    ck_assert_ok(cx_margin(fit, frame_of(&m), NULL, "score", NULL, &e, err));
    double b[3], slope[3], variance = 0;
    for (int j = 0; j < 3; j++) b[j] = coefficient(fit, cx_fit_term(fit, j));
    for (int j = -1; j < 6; j++) {
        double moved[3], sum = 0;
        memcpy(moved, b, sizeof b);
        if (j >= 0) moved[j / 2] += j % 2 ? 1e-5 : -1e-5;
        for (int i = 0; i < SMALL; i++) {
            double eta = moved[0] + moved[1] * SMALL_X[i] + moved[2] * SMALL_X[SMALL + i];
            sum += (1 / (1 + exp(-eta - moved[1])) - 1 / (1 + exp(-eta))) / SMALL;
        }
        if (j < 0) ck_assert_close(e.value, sum, 1e-12);
        if (j >= 0) slope[j / 2] = j % 2 ? (sum - slope[j / 2]) / 2e-5 : sum;
    }
    ck_assert_ok(cx_fit_covariance(fit, &table, err));
    for (int j = 0; j < 3; j++) {
        cx_array c = {0};
        ck_assert_ok(cx_table_column(table, j + 1, &c, err));
        for (int i = 0; i < 3; i++) variance += slope[i] * slope[j] * ((const double *)c.data)[i];
    }
    ck_assert_close(e.se, sqrt(variance), 1e-6);
    cx_table_free(table);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_person_periods_are_rows_at_risk) {
    const double enter[] = {0, 2, 0}, leave[] = {2, 4, NAN}, event[] = {1, 0, 1};
    static const int64_t rows[] = {0, 0, 1, 1}, periods[] = {1, 2, 3, 4}, events[] = {0, 1, 0, 0};
    cx_array entry = cx_array_of(enter, CX_F64, 3), exit = cx_array_of(leave, CX_F64, 3);
    cx_array ended = cx_array_of(event, CX_F64, 3), c = {0};
    cx_table *table = NULL;
    ck_assert_ok(cx_person_periods(&entry, &exit, &ended, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    const int64_t *const expected[] = {rows, periods, events};
    for (int k = 0; k < 3; k++) {
        ck_assert_ok(cx_table_column(table, k, &c, err));
        ck_assert(memcmp(c.data, expected[k], 4 * sizeof(int64_t)) == 0);
    }
    cx_table_free(table);
    const double half[] = {1.5, 2, 3};
    exit.data = half;
    ck_assert_fails(cx_person_periods(&entry, &exit, &ended, NULL, &table, err), CX_E_DOMAIN,
                    "whole periods");
}
END_TEST

Suite *suite_hazard(void) {
    Suite *suite = suite_create("hazard");
    TCase *tcase = tcase_create("margins");
    tcase_add_test(tcase, test_hazards_of_periods_are_their_shares);
    tcase_add_test(tcase, test_margin_of_retention_is_the_difference_of_products);
    tcase_add_test(tcase, test_margin_of_a_logit_has_the_error_of_the_delta_method);
    tcase_add_test(tcase, test_person_periods_are_rows_at_risk);
    suite_add_tcase(suite, tcase);
    return suite;
}
