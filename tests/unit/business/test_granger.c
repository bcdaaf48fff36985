#include "series.h"

/* -- what precedes what --------------------------------------------------------------------- */

START_TEST(test_granger_agrees_with_the_usual_tests) {
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    for (int32_t lags = 1; lags <= 4; lags++) {
        char id[64];
        if (lags == 3) continue;
        options.max_lag = lags;
        ck_assert_ok(cx_granger(&x, &y, NULL, NULL, &options, &table, err));
        snprintf(id, sizeof id, "granger_%d_f", (int)lags);
        expect(id, table_number(table, "statistic", 0));
        snprintf(id, sizeof id, "granger_%d_p", (int)lags);
        expect(id, table_number(table, "p_value", 0));
        snprintf(id, sizeof id, "granger_%d_reverse_f", (int)lags);
        expect(id, table_number(table, "statistic", 1));
        ck_assert(table_word_is(table, "verdict", 0, "precedes"));
        ck_assert(table_word_is(table, "verdict", 1, "not shown"));
        ck_assert(table_word_is(table, "from", 1, "y"));
        ck_assert_double_eq(table_figure(table, "feedback"), 0);
        cx_table_free(table);
    }
}
END_TEST

START_TEST(test_granger_takes_some_lags_covariates_and_robust_errors) {
    double set[] = {1, 3};
    cx_array lags = cx_array_of(set, CX_F64, 2);
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    options.covariance = CX_LAG_HC1;
    ck_assert_ok(cx_granger(&x, &y, &beside, &lags, &options, &table, err));
    expect("granger_set_hc1_f", table_number(table, "statistic", 0));
    expect("granger_set_hc1_p", table_number(table, "p_value", 0));
    ck_assert_double_eq(table_number(table, "lags", 0), 2);
    ck_assert_double_eq(table_number(table, "max_lag", 0), 3);
    cx_table_free(table);
    options.covariance = CX_LAG_NEWEY_WEST;
    options.hac_lags = 3;
    ck_assert_ok(cx_granger(&x, &y, &beside, &lags, &options, &table, err));
    expect("granger_set_nw_f", table_number(table, "statistic", 0));
    expect("granger_set_nw_p", table_number(table, "p_value", 0));
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_number_of_lags_is_chosen_on_the_same_rows) {
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    options.select = 1, options.max_lag = 8;
    ck_assert_ok(cx_granger(&x, &y, NULL, NULL, &options, &table, err));
    int64_t chosen = (int64_t)table_number(table, "lags", 0);
    ck_assert(chosen >= 1 && chosen <= 4);
    ck_assert_double_eq(table_number(table, "n", 0), (double)(80 - chosen));
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_series_and_its_copy_cannot_be_told_apart) {
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    ck_assert_ok(cx_granger(&x, &x, NULL, NULL, &options, &table, err));
    ck_assert(table_word_is(table, "status", 0, "collinear"));
    ck_assert(isnan(table_number(table, "p_value", 0)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_series_that_drive_each_other_show_it) {
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    noise(data[0], 300, 5, 1);
    noise(data[1], 300, 6, 1);
    for (int i = 1; i < 300; i++) {
        data[0][i] += 0.5 * data[1][i - 1];
        data[1][i] += 0.5 * data[0][i - 1];
    }
    x.length = y.length = 300;
    options.max_lag = 1;
    ck_assert_ok(cx_granger(&x, &y, NULL, NULL, &options, &table, err));
    ck_assert_double_eq(table_figure(table, "feedback"), 1);
    ck_assert_double_eq(table_figure(table, "reverse_as_strong"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_granger_refuses_short_broken_and_constant_series) {
    cx_granger_options options;
    double set[] = {0};
    cx_array lags = cx_array_of(set, CX_F64, 1);
    cx_table *table;
    cx_granger_options_init(&options);
    x.length = y.length = 13; /* 3 L + 1 */
    ck_assert_fails(cx_granger(&x, &y, NULL, NULL, &options, &table, err), CX_E_FEW,
                    "more than 13");
    x.length = y.length = 14;
    ck_assert_ok(cx_granger(&x, &y, NULL, NULL, &options, &table, err));
    ck_assert_double_eq(table_figure(table, "few_periods"), 1);
    cx_table_free(table);
    x.length = y.length = z.length = 14;
    ck_assert_fails(cx_granger(&x, &y, &beside, NULL, &options, &table, err), CX_E_FEW, "14");
    x.length = y.length = z.length = 80;
    ck_assert_fails(cx_granger(&x, &y, NULL, &lags, &options, &table, err), CX_E_DOMAIN, "lag");
    lags.length = 0;
    ck_assert_fails(cx_granger(&x, &y, NULL, &lags, &options, &table, err), CX_E_EMPTY, "lags");
    data[0][3] = NAN;
    ck_assert_fails(cx_granger(&x, &y, NULL, NULL, &options, &table, err), CX_E_DOMAIN, "row 3");
    for (int i = 0; i < 80; i++) data[0][i] = 4;
    ck_assert_fails(cx_granger(&x, &y, NULL, NULL, &options, &table, err), CX_E_CONSTANT, "x");
    for (int i = 0; i < 80; i++) data[0][i] = i % 2;
    ck_assert_fails(cx_granger(&y, &x, NULL, NULL, &options, &table, err), CX_E_SINGULAR, "lag 2");
    options.covariance = CX_LAG_CLUSTER;
    ck_assert_fails(cx_granger(&y, &x, NULL, NULL, &options, &table, err), CX_E_OPTION,
                    "covariance");
}
END_TEST

START_TEST(test_a_panel_that_is_too_short_is_told_why) {
    int64_t units[80], periods[80];
    cx_granger_options options;
    cx_table *table;
    cx_granger_options_init(&options);
    panel(2, units, periods);
    cx_array unit = cx_array_of(units, CX_I64, 80), period = cx_array_of(periods, CX_I64, 80);
    options.max_lag = 1;
    ck_assert_ok(cx_granger_panel(&x, &y, &unit, &period, &options, &table, err));
    ck_assert(table_word_is(table, "verdict", 0, "precedes"));
    ck_assert_double_eq(table_number(table, "units", 0), 4);
    cx_table_free(table);
    options.max_lag = 6;
    ck_assert_fails(cx_granger_panel(&x, &y, &unit, &period, &options, &table, err), CX_E_FEW,
                    "4 have fewer than 18 rows");
    options.select = 1;
    ck_assert_fails(cx_granger_panel(&x, &y, &unit, &period, &options, &table, err), CX_E_OPTION,
                    "select");
}
END_TEST

START_TEST(test_words_of_lags_are_known) {
    ck_assert_str_eq(cx_lag_covariance_name(CX_LAG_NEWEY_WEST), "newey-west");
    ck_assert_str_eq(cx_lag_covariance_name(-1), "unknown");
    ck_assert_str_eq(cx_lag_shape_name(CX_LAG_KOYCK), "koyck");
    ck_assert_str_eq(cx_lag_shape_name(CX_LAG_SHAPE_END), "unknown");
}
END_TEST

Suite *suite_granger(void) {
    Suite *suite = suite_create("granger");
    TCase *tcase = tcase_create("lag");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_granger_agrees_with_the_usual_tests);
    tcase_add_test(tcase, test_granger_takes_some_lags_covariates_and_robust_errors);
    tcase_add_test(tcase, test_the_number_of_lags_is_chosen_on_the_same_rows);
    tcase_add_test(tcase, test_a_series_and_its_copy_cannot_be_told_apart);
    tcase_add_test(tcase, test_series_that_drive_each_other_show_it);
    tcase_add_test(tcase, test_granger_refuses_short_broken_and_constant_series);
    tcase_add_test(tcase, test_a_panel_that_is_too_short_is_told_why);
    tcase_add_test(tcase, test_words_of_lags_are_known);
    suite_add_tcase(suite, tcase);
    return suite;
}
