#include "series.h"

/* -- cross-correlation ---------------------------------------------------------------------- */

static cx_cross_correlate_options cross(int32_t max_lag) {
    cx_cross_correlate_options options;
    cx_cross_correlate_options_init(&options);
    options.max_lag = max_lag;
    return options;
}

START_TEST(test_the_gas_furnace_has_a_delay_of_three_and_a_peak_at_five) {
    static const char *const names[] = {"X", "Y"};
    double filter[] = {1.97, -1.37, 0.34};
    cx_array ar = cx_array_of(filter, CX_F64, 3);
    cx_cross_correlate_options options = cross(8);
    cx_table *table;
    if (!shared_columns("data/gasfurnace/seriesJ.csv", names, 2)) return;
    ck_assert_ok(cx_cross_correlate(&x, &y, &ar, &options, &table, err));
    for (int64_t lag = -1; lag <= 6; lag++)
        if (lag < 1 || lag > 2)
            expect_at("furnace_r", lag, table_number(table, "correlation", lag + 8));
    for (int64_t lag = -3; lag <= 2; lag++)
        ck_assert(table_word_is(table, "outside", lag + 8, "within"));
    for (int64_t lag = 3; lag <= 6; lag++)
        ck_assert(table_word_is(table, "outside", lag + 8, "below"));
    ck_assert_double_eq(table_figure(table, "peak_lag"), 5);
    ck_assert_double_eq(table_figure(table, "difference"), 0);
    cx_table_free(table);
    options.order = 3, options.difference = 0;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    expect("furnace_ar_1", table_figure(table, "ar_1"));
    expect("furnace_ar_2", table_figure(table, "ar_2"));
    expect("furnace_ar_3", table_figure(table, "ar_3"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_cross_correlations_agree_with_those_by_hand) {
    cx_cross_correlate_options options = cross(4);
    cx_table *table;
    options.order = 2, options.difference = 0;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    for (int64_t lag = -2; lag <= 2; lag++)
        if (lag != -1) expect_at("ccf", lag, table_number(table, "correlation", lag + 4));
    expect("kpss_x", table_figure(table, "kpss_x"));
    ck_assert_double_eq(table_figure(table, "n"), 78);
    ck_assert_close(table_number(table, "se", 1), 1 / sqrt(75), 1e-14);
    /* the band of nine lags at once */
    double z9 = cx_normal_quantile_upper((1 - pow(0.95, 1.0 / 9)) / 2);
    ck_assert_close(table_figure(table, "band_z"), z9, 1e-14);
    ck_assert_close(table_number(table, "band", 1), z9 / sqrt(75), 1e-14);
    cx_table_free(table);
}
END_TEST

START_TEST(test_adjusted_p_values_and_the_band_say_the_same) {
    cx_cross_correlate_options options = cross(6);
    cx_table *table;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    for (int64_t i = 0; i < 13; i++) {
        bool out = table_number(table, "p_adjusted", i) < 0.05;
        ck_assert(out == !table_word_is(table, "outside", i, "within"));
        ck_assert_double_ge(table_number(table, "p_adjusted", i),
                            table_number(table, "p_value", i));
    }
    ck_assert_double_gt(table_figure(table, "forward"), table_figure(table, "backward"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_lags_with_fewer_than_twenty_pairs_have_no_numbers) {
    cx_cross_correlate_options options = cross(60);
    cx_table *table;
    x.length = y.length = 40;
    options.order = 0, options.difference = 0;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    ck_assert(table_word_is(table, "status", 60 + 20, "ok"));
    ck_assert(table_word_is(table, "status", 60 + 21, "few"));
    ck_assert(isnan(table_number(table, "correlation", 60 - 21)));
    ck_assert_double_eq(table_number(table, "n", 60 + 21), 19);
    ck_assert_double_eq(table_number(table, "n", 0), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_raw_correlations_describe_and_test_nothing) {
    cx_cross_correlate_options options = cross(3);
    cx_table *table;
    options.prewhiten = 0;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    for (int64_t i = 0; i < 7; i++) {
        ck_assert(table_word_is(table, "status", i, "descriptive"));
        ck_assert(!isnan(table_number(table, "correlation", i)));
        ck_assert(isnan(table_number(table, "p_value", i)) &&
                  isnan(table_number(table, "band", i)));
    }
    ck_assert_double_eq(table_figure(table, "prewhitened"), 0);
    ck_assert_double_eq(table_figure(table, "outside"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_series_that_wander_are_differenced) {
    cx_cross_correlate_options options = cross(4);
    cx_table *table;
    for (int c = 0; c < 2; c++) {
        noise(data[c], 300, (uint32_t)c, 1);
        for (int i = 1; i < 300; i++) data[c][i] += data[c][i - 1];
    }
    x.length = y.length = 300;
    ck_assert_ok(cx_cross_correlate(&x, &y, NULL, &options, &table, err));
    ck_assert_double_ge(table_figure(table, "difference"), 1);
    ck_assert_double_le(table_figure(table, "kpss_x"), 0.463);
    cx_table_free(table);
}
END_TEST

START_TEST(test_cross_correlations_refuse_what_they_cannot_read) {
    cx_cross_correlate_options options = cross(4);
    cx_table *table;
    x.length = 79;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_LENGTH, "y");
    x.length = y.length = 0;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_EMPTY, "x");
    x.length = y.length = 7;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_FEW, "7");
    x.length = y.length = 60;
    data[1][17] = NAN;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_DOMAIN, "row 17");
    data[1][17] = INFINITY;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_DOMAIN, "row 17");
    for (int i = 0; i < 60; i++) data[1][i] = 3;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_CONSTANT, "y");
    for (int i = 0; i < 60; i++) data[1][i] = data[0][i] = i;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_CONSTANT,
                    "differenced");
    options.max_lag = 0;
    ck_assert_fails(cx_cross_correlate(&x, &y, NULL, &options, &table, err), CX_E_OPTION,
                    "max_lag");
}
END_TEST

Suite *suite_lag(void) {
    Suite *suite = suite_create("lag");
    TCase *tcase = tcase_create("lag");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_cross_correlations_agree_with_those_by_hand);
    tcase_add_test(tcase, test_the_gas_furnace_has_a_delay_of_three_and_a_peak_at_five);
    tcase_add_test(tcase, test_adjusted_p_values_and_the_band_say_the_same);
    tcase_add_test(tcase, test_lags_with_fewer_than_twenty_pairs_have_no_numbers);
    tcase_add_test(tcase, test_raw_correlations_describe_and_test_nothing);
    tcase_add_test(tcase, test_series_that_wander_are_differenced);
    tcase_add_test(tcase, test_cross_correlations_refuse_what_they_cannot_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
