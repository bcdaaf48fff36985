#include "series.h"

/* -- distributed lags ----------------------------------------------------------------------- */

static cx_distributed_lag_options dlag(int32_t shape, int32_t max_lag) {
    cx_distributed_lag_options options;
    cx_distributed_lag_options_init(&options);
    options.shape = shape;
    options.max_lag = max_lag;
    return options;
}

static cx_table *fit(const cx_distributed_lag_options *options) {
    cx_table *table;
    ck_assert_ok(cx_distributed_lag(&x, &y, NULL, NULL, &beside, options, &table, err));
    return table;
}

START_TEST(test_macrodata_has_the_published_newey_west_errors) {
    static const char *const names[] = {"realgdp", "realinv", "realint"};
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 0);
    if (!shared_columns("data/macrodata/macrodata.csv", names, 3)) return;
    for (int c = 0; c < 2; c++)
        for (int64_t i = 0; i + 1 < x.length; i++)
            data[c][i] = 400 * (log(data[c][i + 1]) - log(data[c][i]));
    x.length = y.length = z.length = x.length - 1;
    options.hac_lags = 4;
    cx_table *table = fit(&options);
    expect("macro_coefficient", table_number(table, "coefficient", 0));
    expect("macro_newey_small", table_number(table, "se", 0));
    cx_table_free(table);
    options.small_sample = 0;
    table = fit(&options);
    expect("macro_newey_plain", table_number(table, "se", 0));
    cx_table_free(table);
    options.small_sample = 1, options.covariance = CX_LAG_HC1;
    table = fit(&options);
    expect("macro_hc1", table_number(table, "se", 0));
    cx_table_free(table);
}
END_TEST

START_TEST(test_free_lags_agree_with_least_squares) {
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 4);
    options.hac_lags = 3;
    cx_table *table = fit(&options);
    for (int64_t lag = 0; lag <= 4; lag++) {
        expect_at("free_b", lag, table_number(table, "coefficient", lag));
        expect_at("free_se", lag, table_number(table, "se", lag));
    }
    expect("free_long_run", table_figure(table, "long_run"));
    expect("free_long_run_se", table_figure(table, "long_run_se"));
    ck_assert_close(table_figure(table, "long_run_fieller_low"),
                    table_figure(table, "long_run_ci_low"), 1e-12);
    expect("free_mean_lag", table_figure(table, "mean_lag"));
    expect("free_mean_lag_se", table_figure(table, "mean_lag_se"));
    expect("free_share_1", table_number(table, "share", 1));
    expect("free_share_1_low", table_number(table, "share_ci_low", 1));
    expect("free_share_1_high", table_number(table, "share_ci_high", 1));
    ck_assert_near(table_number(table, "share", 4), 1, 1e-12);
    ck_assert_double_eq(table_figure(table, "lag_50"), 1);
    ck_assert_double_eq(table_figure(table, "no_history"), 4);
    cx_table_free(table);
}
END_TEST

START_TEST(test_almon_is_least_squares_on_a_polynomial) {
    cx_distributed_lag_options options = dlag(CX_LAG_ALMON, 4);
    options.covariance = CX_LAG_CLASSICAL;
    options.far_zero = 1;
    cx_table *table = fit(&options);
    for (int64_t lag = 0; lag <= 4; lag++) {
        expect_at("almon_b", lag, table_number(table, "coefficient", lag));
        expect_at("almon_se", lag, table_number(table, "se", lag));
    }
    expect("almon_restriction_p", table_figure(table, "restriction_p"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_almon_of_full_degree_is_free) {
    cx_distributed_lag_options options = dlag(CX_LAG_ALMON, 3), plain = dlag(CX_LAG_FREE, 3);
    options.degree = 3;
    cx_table *a = fit(&options), *b = fit(&plain);
    for (int64_t lag = 0; lag <= 3; lag++) {
        ck_assert_close(table_number(a, "coefficient", lag), table_number(b, "coefficient", lag),
                        1e-9);
        ck_assert_close(table_number(a, "se", lag), table_number(b, "se", lag), 1e-9);
    }
    ck_assert(isnan(table_figure(a, "restriction_p")));
    cx_table_free(a);
    cx_table_free(b);
}
END_TEST

START_TEST(test_smoothed_lags_solve_the_penalised_equations) {
    cx_distributed_lag_options options = dlag(CX_LAG_SMOOTHED, 4);
    options.penalty = 7;
    cx_table *table = fit(&options);
    for (int64_t lag = 0; lag <= 4; lag++)
        expect_at("smooth_b", lag, table_number(table, "coefficient", lag));
    expect("smooth_k", table_figure(table, "k"));
    cx_table_free(table);
    options.penalty = -1;
    table = fit(&options);
    expect("smooth_gcv", table_figure(table, "penalty"));
    cx_table_free(table);
    options.penalty = 1e12; /* a straight line */
    table = fit(&options);
    for (int64_t lag = 1; lag < 4; lag++)
        ck_assert_near(table_number(table, "coefficient", lag + 1) -
                           2 * table_number(table, "coefficient", lag) +
                           table_number(table, "coefficient", lag - 1),
                       0, 1e-6);
    cx_table_free(table);
}
END_TEST

START_TEST(test_koyck_finds_the_least_squares) {
    cx_distributed_lag_options options = dlag(CX_LAG_KOYCK, 4);
    options.covariance = CX_LAG_CLASSICAL;
    cx_table *table = fit(&options);
    double theta = table_figure(table, "theta");
    expect("koyck_theta", theta);
    expect("koyck_theta_se", table_figure(table, "theta_se"));
    expect("koyck_long_run", table_figure(table, "long_run"));
    expect("koyck_long_run_se", table_figure(table, "long_run_se"));
    ck_assert_close(table_number(table, "share", 2), 1 - pow(theta, 3), 1e-12);
    ck_assert_close(table_figure(table, "mean_lag"), theta / (1 - theta), 1e-12);
    ck_assert_double_eq(table_figure(table, "lag_90"), ceil(log(0.1) / log(theta) - 1));
    ck_assert_double_le(table_figure(table, "lag_90_low"), table_figure(table, "lag_90"));
    ck_assert_double_ge(table_figure(table, "lag_90_high"), table_figure(table, "lag_90"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_koyck_at_the_end_of_its_range_says_so) {
    cx_distributed_lag_options options = dlag(CX_LAG_KOYCK, 2);
    for (int i = 0; i < 80; i++) data[1][i] = (i > 0 ? data[1][i] * 1e-3 : 0) + data[0][i];
    for (int i = 79; i > 0; i--) data[1][i] -= 0.5 * data[0][i - 1];
    cx_table *table = fit(&options);
    ck_assert_double_eq(table_figure(table, "boundary"), 1);
    ck_assert_double_eq(table_figure(table, "theta"), 0);
    ck_assert(isnan(table_figure(table, "theta_se")));
    ck_assert_double_eq(table_figure(table, "lag_90"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_own_lags_spread_an_effect_beyond_its_own) {
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 1);
    options.own_lags = 1, options.horizon = 40;
    options.covariance = CX_LAG_CLASSICAL;
    cx_table *table;
    ck_assert_ok(cx_distributed_lag(&x, &y, NULL, NULL, NULL, &options, &table, err));
    expect("own_long_run", table_figure(table, "long_run"));
    expect("own_long_run_se", table_figure(table, "long_run_se"));
    expect("own_effect_3", table_number(table, "coefficient", 3));
    ck_assert_near(table_number(table, "share", 40), 1, 1e-6);
    ck_assert_double_lt(table_figure(table, "own_sum"), 1);
    /* Fieller's interval is about the ratio, not about its middle */
    double below = table_figure(table, "long_run") - table_figure(table, "long_run_fieller_low");
    ck_assert_double_gt(
        table_figure(table, "long_run_fieller_high") - table_figure(table, "long_run"), below);
    cx_table_free(table);
}
END_TEST

START_TEST(test_an_effect_of_nothing_has_no_shares) {
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 2);
    noise(data[0], 80, 7, 1);
    noise(data[1], 80, 8, 1);
    cx_table *table = fit(&options);
    ck_assert_double_lt(table_figure(table, "long_run_ci_low"), 0);
    ck_assert_double_gt(table_figure(table, "long_run_ci_high"), 0);
    ck_assert(isnan(table_number(table, "share_ci_low", 1)));
    ck_assert(isnan(table_number(table, "share_ci_high", 1)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_panels_lag_within_units_in_any_order_of_rows) {
    int64_t units[80], periods[80];
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 2);
    cx_table *table;
    panel(2, units, periods);
    cx_array unit = cx_array_of(units, CX_I64, 80), period = cx_array_of(periods, CX_I64, 80);
    ck_assert_ok(cx_distributed_lag(&x, &y, &unit, &period, NULL, &options, &table, err));
    ck_assert_near(table_number(table, "coefficient", 1), 2, 0.1);
    ck_assert_near(table_number(table, "coefficient", 0), 0, 0.1);
    ck_assert_double_eq(table_figure(table, "units"), 4);
    ck_assert_double_eq(table_figure(table, "no_history"), 8);
    ck_assert_double_eq(table_figure(table, "few_clusters"), 1);
    ck_assert_double_eq(table_figure(table, "df"), 3);
    ck_assert_double_eq(table_figure(table, "nickell"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_gap_in_time_is_a_gap) {
    int64_t units[80], periods[80];
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 2);
    cx_table *table;
    panel(2, units, periods);
    for (int i = 0; i < 80; i++)
        if (periods[i] >= 110) periods[i] += 5;
    data[0][0] = NAN; /* the last row of the last unit, once turned round */
    cx_array unit = cx_array_of(units, CX_I64, 80), period = cx_array_of(periods, CX_I64, 80);
    ck_assert_ok(cx_distributed_lag(&x, &y, &unit, &period, NULL, &options, &table, err));
    ck_assert_double_eq(table_figure(table, "no_history"), 16);
    ck_assert_double_eq(table_figure(table, "missing"), 1);
    ck_assert_double_eq(table_figure(table, "n"), 63);
    cx_table_free(table);
}
END_TEST

START_TEST(test_own_lags_in_a_short_panel_are_flagged) {
    int64_t units[80], periods[80];
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 1);
    cx_table *table;
    panel(2, units, periods);
    for (int i = 0; i < 80; i++) units[i] = 2 * units[i] + (periods[i] >= 110);
    options.own_lags = 1;
    cx_array unit = cx_array_of(units, CX_I64, 80), period = cx_array_of(periods, CX_I64, 80);
    ck_assert_ok(cx_distributed_lag(&x, &y, &unit, &period, NULL, &options, &table, err));
    ck_assert_double_eq(table_figure(table, "nickell"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_distributed_lags_refuse_what_they_cannot_fit) {
    cx_distributed_lag_options options = dlag(CX_LAG_FREE, 3);
    int64_t numbers[80] = {0};
    cx_array unit = cx_array_of(numbers, CX_I64, 80), period = unit;
    cx_table *table;
    ck_assert_fails(cx_distributed_lag(&x, &y, &unit, &period, NULL, &options, &table, err),
                    CX_E_DOMAIN, "this period stands in row");
    ck_assert_fails(cx_distributed_lag(&x, &y, &unit, NULL, NULL, &options, &table, err), CX_E_FEW,
                    "one unit");
    options.covariance = CX_LAG_CLUSTER;
    ck_assert_fails(cx_distributed_lag(&x, &y, NULL, NULL, NULL, &options, &table, err),
                    CX_E_OPTION, "cluster");
    options = dlag(CX_LAG_FREE, 90);
    ck_assert_fails(cx_distributed_lag(&x, &y, NULL, NULL, NULL, &options, &table, err), CX_E_EMPTY,
                    "lags");
    options = dlag(CX_LAG_FREE, 60);
    ck_assert_fails(cx_distributed_lag(&x, &y, NULL, NULL, NULL, &options, &table, err), CX_E_FEW,
                    "rows");
    options = dlag(CX_LAG_FREE, 2);
    z = x;
    z.name = "z";
    ck_assert_fails(cx_distributed_lag(&x, &y, NULL, NULL, &beside, &options, &table, err),
                    CX_E_SINGULAR, "covariate 0");
    for (int i = 0; i < 80; i++) data[2][i] = 1;
    cx_array flat = cx_array_of(data[2], CX_F64, 80);
    ck_assert_fails(cx_distributed_lag(&flat, &y, NULL, NULL, NULL, &options, &table, err),
                    CX_E_CONSTANT, "x");
    ck_assert_fails(cx_distributed_lag(&x, &flat, NULL, NULL, NULL, &options, &table, err),
                    CX_E_CONSTANT, "y");
    for (int i = 0; i < 80; i++) data[2][i] = i % 2;
    ck_assert_fails(cx_distributed_lag(&flat, &y, NULL, NULL, NULL, &options, &table, err),
                    CX_E_SINGULAR, "lag 1 of x");
}
END_TEST

Suite *suite_distributed_lag(void) {
    Suite *suite = suite_create("distributed_lag");
    TCase *tcase = tcase_create("lag");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_macrodata_has_the_published_newey_west_errors);
    tcase_add_test(tcase, test_free_lags_agree_with_least_squares);
    tcase_add_test(tcase, test_almon_is_least_squares_on_a_polynomial);
    tcase_add_test(tcase, test_almon_of_full_degree_is_free);
    tcase_add_test(tcase, test_smoothed_lags_solve_the_penalised_equations);
    tcase_add_test(tcase, test_koyck_finds_the_least_squares);
    tcase_add_test(tcase, test_koyck_at_the_end_of_its_range_says_so);
    tcase_add_test(tcase, test_own_lags_spread_an_effect_beyond_its_own);
    tcase_add_test(tcase, test_an_effect_of_nothing_has_no_shares);
    tcase_add_test(tcase, test_panels_lag_within_units_in_any_order_of_rows);
    tcase_add_test(tcase, test_a_gap_in_time_is_a_gap);
    tcase_add_test(tcase, test_own_lags_in_a_short_panel_are_flagged);
    tcase_add_test(tcase, test_distributed_lags_refuse_what_they_cannot_fit);
    suite_add_tcase(suite, tcase);
    return suite;
}
