#include "../support.h"

/* -- tables and data ------------------------------------------------------------------------ */

static vectors known;
static double data[3][400];
static cx_array x, y, z;
static cx_frame beside;

static void expect(const char *id, double found) {
    for (int64_t i = 0; i < known.rows; i++) {
        if (strcmp(vectors_text(&known, i, "id"), id) != 0) continue;
        double wanted = vectors_number(&known, i, "value");
        double tolerance = vectors_number(&known, i, "tolerance");
        bool absolute = strncmp(vectors_text(&known, i, "source"), "absolute", 8) == 0;
        double scale = absolute ? 1 : fabs(wanted);
        ck_assert_msg(fabs(found - wanted) <= tolerance * scale, "%s is %.15g, not %.15g", id,
                      found, wanted);
        return;
    }
    ck_abort_msg("no vector %s", id);
}

static void expect_at(const char *name, int64_t lag, double found) {
    char id[64];
    snprintf(id, sizeof id, "%s_%d", name, (int)lag);
    expect(id, found);
}

static void setup(void) {
    static const char *const names[] = {"x", "y", "z"};
    known = vectors_read("lag");
    vectors rows = vectors_read("lag_data");
    for (int c = 0; c < 3; c++)
        for (int64_t i = 0; i < rows.rows; i++) data[c][i] = vectors_number(&rows, i, names[c]);
    x = cx_array_of(data[0], CX_F64, rows.rows);
    y = cx_array_of(data[1], CX_F64, rows.rows);
    z = cx_array_of(data[2], CX_F64, rows.rows);
    x.name = "x", y.name = "y", z.name = "z";
    beside = (cx_frame){&z, 1, {0, 0}};
    vectors_free(&rows);
}

static void teardown(void) {
    vectors_free(&known);
}

/* Independent normal numbers */
static void noise(double *out, int64_t n, uint32_t purpose, uint64_t run) {
    for (int64_t i = 0; i < n; i++)
        out[i] = cx_normal_quantile(cx_random_uniform(20261123, purpose, run, (uint32_t)i));
}

/* Two columns of a file with a header; false without the data */
static bool shared_columns(const char *path, const char *const *names, int count) {
    char room[512];
    const char *found = shared_path(path, room, sizeof room);
    if (found == NULL) return false;
    vectors rows = vectors_read_path(found);
    for (int c = 0; c < count; c++)
        for (int64_t i = 0; i < rows.rows; i++) data[c][i] = vectors_number(&rows, i, names[c]);
    x.length = y.length = z.length = rows.rows;
    vectors_free(&rows);
    return true;
}

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

/* Four series of twenty periods, levels far apart, rows shuffled */
static void panel(double effect, int64_t unit[80], int64_t period[80]) {
    noise(data[0], 80, 3, 1);
    noise(data[1], 80, 4, 1);
    for (int64_t i = 0; i < 80; i++) unit[i] = i / 20, period[i] = 100 + i % 20;
    for (int64_t i = 79; i >= 0; i--) {
        data[1][i] = 0.1 * data[1][i] + 50.0 * (double)unit[i];
        if (i % 20 > 0) data[1][i] += effect * data[0][i - 1];
    }
    for (int64_t i = 0; i < 40; i++) {
        int64_t j = 79 - i, u = unit[i], p = period[i];
        double a = data[0][i], b = data[1][i];
        unit[i] = unit[j], period[i] = period[j], data[0][i] = data[0][j], data[1][i] = data[1][j];
        unit[j] = u, period[j] = p, data[0][j] = a, data[1][j] = b;
    }
}

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
