#include "../support.h"

/* -- tables and data ------------------------------------------------------------------------ */

enum { MOST = 1200 };
static vectors known;
static double data[4][MOST];
static int64_t number[2][MOST];
static cx_array x, y, key[2];
static cx_frame by;

static void expect(const char *id, double found) {
    for (int64_t i = 0; i < known.rows; i++) {
        if (strcmp(vectors_text(&known, i, "id"), id) != 0) continue;
        ck_assert_close(found, vectors_number(&known, i, "value"),
                        vectors_number(&known, i, "tolerance"));
        return;
    }
    ck_abort_msg("no vector %s", id);
}

static void resize(int64_t n) {
    x.length = y.length = key[0].length = key[1].length = n;
}

static void setup(void) {
    known = vectors_read("lag");
    vectors rows = vectors_read("linkage_data");
    for (int64_t i = 0; i < rows.rows; i++) {
        number[0][i] = (int64_t)vectors_number(&rows, i, "unit");
        number[1][i] = (int64_t)vectors_number(&rows, i, "period");
        data[0][i] = vectors_number(&rows, i, "x");
        data[1][i] = vectors_number(&rows, i, "y");
    }
    x = cx_array_of(data[0], CX_F64, 0);
    y = cx_array_of(data[1], CX_F64, 0);
    key[0] = cx_array_of(number[0], CX_I64, 0);
    key[1] = cx_array_of(number[1], CX_I64, 0);
    x.name = "staff", y.name = "guests", key[0].name = "unit", key[1].name = "period";
    by = (cx_frame){key, 2, {0, 0}};
    resize(rows.rows);
    vectors_free(&rows);
}

static void teardown(void) {
    vectors_free(&known);
}

static double normal(uint32_t purpose, int64_t i) {
    return cx_normal_quantile(cx_random_uniform(20261123, purpose, 0, (uint32_t)i));
}

/* -- answers of units ------------------------------------------------------------------------ */

START_TEST(test_one_unit_has_no_correlation_within_classes) {
    double answers[] = {3, 4, 5};
    int64_t units[] = {7, 7, 7};
    cx_array a = cx_array_of(answers, CX_F64, 3), u = cx_array_of(units, CX_I64, 3);
    u.name = "unit";
    cx_frame one = {&u, 1, {0, 0}};
    cx_table *table;
    ck_assert_ok(cx_aggregate(&a, &one, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert_double_eq(table_number(table, "unit", 0), 7);
    ck_assert(isnan(table_figure(table, "icc1")) && isnan(table_figure(table, "icc2")));
    ck_assert_double_eq(table_number(table, "shrunk", 0), 4);
    ck_assert_double_eq(table_number(table, "weight", 0), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_aggregates_agree_with_analysis_of_variance) {
    cx_table *table;
    ck_assert_ok(cx_aggregate(&x, &by, NULL, &table, err));
    expect("icc1_x", table_figure(table, "icc1"));
    expect("icc2_x", table_figure(table, "icc2"));
    expect("shrunk_0", table_number(table, "shrunk", 0));
    ck_assert_double_lt(table_figure(table, "icc1_ci_low"), table_figure(table, "icc1"));
    ck_assert_double_gt(table_figure(table, "icc2_ci_high"), table_figure(table, "icc2"));
    ck_assert(isnan(table_number(table, "r_wg", 0)));
    cx_table_free(table);
    ck_assert_ok(cx_aggregate(&y, &by, NULL, &table, err));
    expect("icc1_y", table_figure(table, "icc1"));
    expect("icc2_y", table_figure(table, "icc2"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_agreement_is_set_against_answers_at_random) {
    double answers[] = {5, 5, 5, 1, 5, 1, 5, 3, 4};
    int64_t units[] = {1, 1, 1, 2, 2, 2, 2, 3, 3};
    cx_array a = cx_array_of(answers, CX_F64, 9), u = cx_array_of(units, CX_I64, 9);
    u.name = "unit";
    cx_frame one = {&u, 1, {0, 0}};
    cx_aggregate_options options;
    cx_table *table;
    cx_aggregate_options_init(&options);
    options.scale_steps = 5; /* variance 2 of answers at random */
    ck_assert_ok(cx_aggregate(&a, &one, &options, &table, err));
    ck_assert_double_eq(table_number(table, "r_wg", 0), 1);
    ck_assert_double_eq(table_number(table, "r_wg", 1), 0); /* below nothing is nothing */
    ck_assert_near(table_number(table, "r_wg", 2), 0.75, 1e-14);
    ck_assert_near(table_figure(table, "r_wg_mean"), 1.75 / 3, 1e-14);
    cx_table_free(table);
}
END_TEST

START_TEST(test_aggregates_refuse_what_is_empty_or_constant) {
    cx_table *table;
    for (int i = 0; i < 4; i++) data[0][i] = NAN;
    resize(4);
    ck_assert_fails(cx_aggregate(&x, &by, NULL, &table, err), CX_E_EMPTY, "x");
    for (int i = 0; i < 4; i++) data[0][i] = 6;
    ck_assert_fails(cx_aggregate(&x, &by, NULL, &table, err), CX_E_CONSTANT, "x");
    by.count = 0;
    ck_assert_fails(cx_aggregate(&x, &by, NULL, &table, err), CX_E_EMPTY, "by");
}
END_TEST

/* -- two kinds of people --------------------------------------------------------------------- */

static cx_aggregate_link_options link(int32_t max_lag) {
    cx_aggregate_link_options options;
    cx_aggregate_link_options_init(&options);
    options.max_lag = max_lag;
    return options;
}

START_TEST(test_links_agree_with_sums_by_unit) {
    cx_aggregate_link_options options = link(1);
    cx_table *table;
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, &by, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    for (int64_t lag = 0; lag <= 1; lag++) {
        static const char *const ids[2][6] = {{"link_0_r", "link_0_se", "link_0_true",
                                               "link_0_true_se", "link_0_within", "link_0_between"},
                                              {"link_1_r", "link_1_se", "link_1_true",
                                               "link_1_true_se", "link_1_within",
                                               "link_1_between"}};
        static const char *const names[] = {"correlation",      "se",     "disattenuated",
                                            "disattenuated_se", "within", "between"};
        for (int c = 0; c < 6; c++) expect(ids[lag][c], table_number(table, names[c], lag));
        ck_assert(table_word_is(table, "from", lag, "staff"));
    }
    ck_assert(table_word_is(table, "from", 2, "guests"));
    ck_assert_double_eq(table_number(table, "lag", 2), 1);
    expect("icc2_x_se", table_figure(table, "icc2_x_se"));
    ck_assert(isnan(table_figure(table, "person")));
    /* better units are better in both, but no unit that gets better */
    ck_assert_double_eq(table_number(table, "ecological", 1), 1);
    ck_assert_double_eq(table_figure(table, "ecological"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_rows_in_pairs_are_correlated_person_by_person) {
    cx_table *table;
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, NULL, NULL, &table, err));
    expect("person", table_figure(table, "person"));
    ck_assert_double_eq(table_figure(table, "person_n"), (double)x.length);
    expect("link_0_r", table_number(table, "correlation", 0));
    cx_table_free(table);
}
END_TEST

START_TEST(test_units_and_persons_that_disagree_are_flagged) {
    /* units with better staff have better guests; within a unit it is the other way round */
    for (int64_t i = 0; i < 200; i++) {
        double own = normal(1, i);
        number[0][i] = i / 10;
        data[0][i] = (double)(i / 10) + own;
        data[1][i] = (double)(i / 10) - own;
    }
    resize(200);
    by.count = 1;
    cx_table *table;
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, NULL, NULL, &table, err));
    ck_assert_double_gt(table_number(table, "between", 0), 0.9);
    ck_assert_double_lt(table_figure(table, "person"), -0.9);
    ck_assert_double_eq(table_number(table, "ecological", 0), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_side_that_moves_first_is_found) {
    for (int64_t i = 0; i < 1200; i++) {
        int64_t unit = i / 60, period = i / 3 % 20;
        number[0][i] = unit, number[1][i] = 2000 + period;
        data[0][i] = normal(2, 20 * unit + period) + 0.2 * normal(4, i);
        data[1][i] = (period > 1 ? normal(2, 20 * unit + period - 2) : 0) + 0.2 * normal(5, i);
    }
    resize(1200);
    cx_aggregate_link_options options = link(3);
    cx_table *table;
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, &by, &options, &table, err));
    for (int64_t i = 0; i < 7; i++) {
        if (i == 2)
            ck_assert_double_gt(table_number(table, "correlation", i), 0.9);
        else
            ck_assert_double_lt(fabs(table_number(table, "correlation", i)), 0.3);
    }
    ck_assert_double_eq(table_number(table, "n", 2), 20 * 18);
    cx_table_free(table);
}
END_TEST

START_TEST(test_cells_with_few_answers_are_left_out_and_counted) {
    cx_aggregate_link_options options = link(0);
    cx_table *table;
    options.fewest = 4;
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, &by, &options, &table, err));
    ck_assert_double_gt(table_figure(table, "small_x"), 0);
    ck_assert_double_eq(table_figure(table, "cells_x") + table_figure(table, "small_x"), 80);
    ck_assert_double_eq(table_number(table, "n", 0), table_figure(table, "cells_x"));
    cx_table_free(table);
    options.fewest = 50;
    ck_assert_fails(cx_aggregate_link(&x, &by, &y, &by, &options, &table, err), CX_E_EMPTY,
                    "50 answers");
}
END_TEST

START_TEST(test_one_unit_has_no_standard_error) {
    cx_table *table;
    for (int64_t i = 0; i < x.length; i++) {
        number[1][i] += 100 * number[0][i];
        number[0][i] = 1;
    }
    ck_assert_ok(cx_aggregate_link(&x, &by, &y, &by, NULL, &table, err));
    ck_assert(table_word_is(table, "status", 0, "few"));
    ck_assert(!isnan(table_number(table, "correlation", 0)));
    ck_assert(isnan(table_number(table, "se", 0)) && isnan(table_number(table, "p_value", 0)));
    ck_assert_double_eq(table_figure(table, "few_clusters"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_links_refuse_what_does_not_fit_together) {
    cx_aggregate_link_options options = link(1);
    cx_frame units = {key, 1, {0, 0}};
    cx_table *table;
    ck_assert_fails(cx_aggregate_link(&x, &units, &y, &units, &options, &table, err), CX_E_OPTION,
                    "period");
    options.max_lag = 0;
    ck_assert_fails(cx_aggregate_link(&x, &by, &y, &units, &options, &table, err), CX_E_MISMATCH,
                    "periods");
    cx_array other = key[0];
    int64_t far[MOST];
    for (int64_t i = 0; i < x.length; i++) far[i] = 1000 + number[0][i];
    other.data = far;
    cx_frame elsewhere = {&other, 1, {0, 0}};
    ck_assert_fails(cx_aggregate_link(&x, &units, &y, &elsewhere, &options, &table, err),
                    CX_E_EMPTY, "in common");
}
END_TEST

/* -- four areas ------------------------------------------------------------------------------ */

static const char area_text[] = "experienceresult";
static const int32_t area_offsets[] = {0, 10, 16};

static cx_array areas_of(void) {
    cx_array areas = cx_array_of(area_text, CX_STRING, 2);
    areas.offsets = area_offsets;
    return areas;
}

/* The means of the cells, as pandas put them together */
static void cells(void) {
    cx_table *table[2];
    ck_assert_ok(cx_aggregate(&x, &by, NULL, &table[0], err));
    ck_assert_ok(cx_aggregate(&y, &by, NULL, &table[1], err));
    int64_t n = cx_table_rows(table[0]);
    for (int64_t i = 0; i < n; i++) {
        data[0][i] = table_number(table[0], "mean", i);
        data[1][i] = table_number(table[1], "mean", i);
        number[0][i] = (int64_t)table_number(table[0], "unit", i);
        number[1][i] = (int64_t)table_number(table[0], "period", i);
    }
    resize(n);
    cx_table_free(table[0]);
    cx_table_free(table[1]);
}

START_TEST(test_partial_correlations_agree_with_regression_within_units) {
    cx_linkage_options options;
    cx_array areas = areas_of(), metric[2];
    cx_frame metrics = {metric, 2, {0, 0}};
    cx_table *table;
    cells();
    metric[0] = x, metric[1] = y;
    cx_linkage_options_init(&options);
    options.max_lag = 1;
    options.covariance = CX_LAG_CLUSTER;
    ck_assert_ok(cx_linkage(&metrics, &areas, &key[0], &key[1], &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3); /* lag 0 once */
    expect("partial_r", table_number(table, "correlation", 1));
    expect("partial_cluster_t", table_number(table, "statistic", 1));
    ck_assert_double_eq(table_number(table, "n", 1), 72);
    ck_assert(table_word_is(table, "from_area", 1, "experience"));
    ck_assert(table_word_is(table, "to_area", 1, "result"));
    ck_assert_double_eq(table_figure(table, "nickell"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_panel_test_is_the_mean_of_units) {
    cx_granger_options options;
    cx_table *table;
    cells();
    cx_granger_options_init(&options);
    options.max_lag = 1;
    ck_assert_ok(cx_granger_panel(&x, &y, &key[0], &key[1], &options, &table, err));
    expect("hurlin_w", table_number(table, "w", 0));
    expect("hurlin_z_bar", table_number(table, "z_bar", 0));
    expect("hurlin_z_tilde", table_number(table, "z_tilde", 0));
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_link_is_found_at_its_lag_and_in_its_direction_only) {
    cx_linkage_options options;
    cx_array areas = areas_of(), metric[2];
    cx_frame metrics = {metric, 2, {0, 0}};
    cx_table *table;
    for (int64_t i = 0; i < 600; i++) {
        number[0][i] = i / 30, number[1][i] = i % 30;
        data[0][i] = normal(8, i);
        data[1][i] = normal(9, i) + (i % 30 > 1 ? 0.6 * data[0][i - 2] : 0);
    }
    resize(600);
    metric[0] = x, metric[1] = y;
    cx_linkage_options_init(&options);
    options.effect = 0.5;
    ck_assert_ok(cx_linkage(&metrics, &areas, &key[0], &key[1], &options, &table, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        bool it = i == 2; /* lags 0 to 3 of staff, then 1 to 3 of guests */
        if (it)
            ck_assert(table_word_is(table, "verdict", i, "link found"));
        else
            ck_assert_double_lt(fabs(table_number(table, "correlation", i)), 0.2);
        ck_assert_double_ge(table_number(table, "p_adjusted", i),
                            table_number(table, "p_value", i));
    }
    ck_assert_double_ge(table_figure(table, "found"), 1);
    cx_table_free(table);
    options.effect = 0.01; /* nobody could see that */
    ck_assert_ok(cx_linkage(&metrics, &areas, &key[0], &key[1], &options, &table, err));
    ck_assert(table_word_is(table, "verdict", 0, "not testable with these data"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_metrics_that_cannot_be_tested_have_a_row_that_says_so) {
    cx_linkage_options options;
    cx_array areas = areas_of(), metric[2];
    cx_frame metrics = {metric, 2, {0, 0}};
    cx_table *table;
    cells();
    for (int64_t i = 0; i < x.length; i++) data[0][i] = (double)number[0][i];
    metric[0] = x, metric[1] = y;
    cx_linkage_options_init(&options);
    ck_assert_ok(cx_linkage(&metrics, &areas, &key[0], &key[1], &options, &table, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        ck_assert(!table_word_is(table, "status", i, "ok"));
        ck_assert(table_word_is(table, "verdict", i, "not testable with these data"));
        ck_assert(isnan(table_number(table, "p_adjusted", i)));
    }
    ck_assert_double_eq(table_figure(table, "tests"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_areas_have_to_be_two_of_the_four) {
    static const char wrong[] = "experienceresults", alike[] = "experienceexperience";
    static const int32_t longer[] = {0, 10, 17}, same[] = {0, 10, 20};
    cx_array areas = areas_of(), metric[2] = {x, y};
    cx_frame metrics = {metric, 2, {0, 0}};
    cx_table *table;
    areas.data = wrong, areas.offsets = longer;
    ck_assert_fails(cx_linkage(&metrics, &areas, NULL, NULL, NULL, &table, err), CX_E_DOMAIN,
                    "guests");
    areas.data = alike, areas.offsets = same;
    ck_assert_fails(cx_linkage(&metrics, &areas, NULL, NULL, NULL, &table, err), CX_E_EMPTY,
                    "one area");
    areas.length = 1;
    ck_assert_fails(cx_linkage(&metrics, &areas, NULL, NULL, NULL, &table, err), CX_E_LENGTH,
                    "areas");
    ck_assert_str_eq(cx_area_name(CX_AREA_RELATIONSHIP), "relationship");
    ck_assert_str_eq(cx_area_name(4), "unknown");
}
END_TEST

Suite *suite_linkage(void) {
    Suite *suite = suite_create("linkage");
    TCase *tcase = tcase_create("linkage");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_one_unit_has_no_correlation_within_classes);
    tcase_add_test(tcase, test_aggregates_agree_with_analysis_of_variance);
    tcase_add_test(tcase, test_agreement_is_set_against_answers_at_random);
    tcase_add_test(tcase, test_aggregates_refuse_what_is_empty_or_constant);
    tcase_add_test(tcase, test_links_agree_with_sums_by_unit);
    tcase_add_test(tcase, test_rows_in_pairs_are_correlated_person_by_person);
    tcase_add_test(tcase, test_units_and_persons_that_disagree_are_flagged);
    tcase_add_test(tcase, test_the_side_that_moves_first_is_found);
    tcase_add_test(tcase, test_cells_with_few_answers_are_left_out_and_counted);
    tcase_add_test(tcase, test_one_unit_has_no_standard_error);
    tcase_add_test(tcase, test_links_refuse_what_does_not_fit_together);
    tcase_add_test(tcase, test_partial_correlations_agree_with_regression_within_units);
    tcase_add_test(tcase, test_the_panel_test_is_the_mean_of_units);
    tcase_add_test(tcase, test_a_link_is_found_at_its_lag_and_in_its_direction_only);
    tcase_add_test(tcase, test_metrics_that_cannot_be_tested_have_a_row_that_says_so);
    tcase_add_test(tcase, test_areas_have_to_be_two_of_the_four);
    suite_add_tcase(suite, tcase);
    return suite;
}
