#include "sample.h"

static cx_design *design;
static cx_design_options options;
static cx_survey_estimate estimate;

static void setup(void) {
    sample_setup();
    design = NULL;
    cx_design_options_init(&options);
}

static void teardown(void) {
    cx_design_free(design);
}

static cx_status make(const cx_frame *clusters, const cx_frame *fpc, cx_error *err) {
    return cx_design_new(&sample_weights, &sample_strata, clusters, fpc, NULL, &options, &design,
                         err);
}

static void expect_mean(const char *value, const char *se) {
    double tolerance;
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
    double expected = sample_expected(value, &tolerance);
    ck_assert_close(estimate.estimate.value, expected, tolerance);
    expected = sample_expected(se, &tolerance);
    ck_assert_close(estimate.estimate.se, expected, tolerance);
}

/* -- stages -------------------------------------------------------------------------------- */

START_TEST(test_a_design_without_anything_is_refused) {
    ck_assert_fails(cx_design_new(NULL, NULL, NULL, NULL, NULL, NULL, &design, err), CX_E_NULL,
                    "all missing");
}
END_TEST

START_TEST(test_a_design_without_rows_is_empty) {
    cx_array none = cx_array_of(sample_weight, CX_F64, 0);
    ck_assert_fails(cx_design_new(&none, NULL, NULL, NULL, NULL, NULL, &design, err), CX_E_EMPTY,
                    "no row");
}
END_TEST

START_TEST(test_weights_that_are_all_zero_are_refused) {
    static const double zeros[SAMPLE_ROWS] = {0};
    cx_array none = cx_array_of(zeros, CX_F64, SAMPLE_ROWS);
    ck_assert_fails(cx_design_new(&none, NULL, NULL, NULL, NULL, NULL, &design, err), CX_E_EMPTY,
                    "no row has a weight");
}
END_TEST

START_TEST(test_a_negative_weight_is_named_with_its_row) {
    double bad[SAMPLE_ROWS];
    memcpy(bad, sample_weight, sizeof bad);
    bad[4] = -1;
    cx_array column = cx_array_of(bad, CX_F64, SAMPLE_ROWS);
    ck_assert_fails(cx_design_new(&column, NULL, NULL, NULL, NULL, NULL, &design, err), CX_E_DOMAIN,
                    "row 4");
}
END_TEST

START_TEST(test_clusters_are_told_apart_within_their_stratum) {
    ck_assert_ok(make(&sample_clusters, NULL, err));
    ck_assert_int_eq(cx_design_rows(design), SAMPLE_ROWS);
    ck_assert_int_eq(cx_design_units(design), 6);
    ck_assert_int_eq(cx_design_strata(design), 3);
    expect_mean("small-mean", "small-se");
    ck_assert_double_eq(estimate.estimate.df, 3);
}
END_TEST

START_TEST(test_a_finite_population_of_the_first_stage_counts) {
    ck_assert_ok(make(&sample_clusters, &sample_fpc, err));
    expect_mean("small-mean", "small-se-fpc");
}
END_TEST

START_TEST(test_a_second_stage_adds_its_own_variance) {
    ck_assert_ok(make(&sample_stages, &sample_fpc_stages, err));
    expect_mean("small-mean", "small-se-two-stage");
}
END_TEST

START_TEST(test_populations_may_be_given_as_the_shares_drawn) {
    double shares[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++)
        shares[i] = 2 / ((const double *)sample_fpc.columns[0].data)[i];
    cx_array column = cx_array_of(shares, CX_F64, SAMPLE_ROWS);
    column.name = "population";
    cx_frame fpc = {&column, 1, {0, 0}};
    ck_assert_ok(make(&sample_clusters, &fpc, err));
    expect_mean("small-mean", "small-se-fpc");
}
END_TEST

START_TEST(test_a_sample_that_is_the_whole_stratum_has_no_error) {
    double two[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) two[i] = 2;
    cx_array column = cx_array_of(two, CX_F64, SAMPLE_ROWS);
    column.name = "population";
    cx_frame fpc = {&column, 1, {0, 0}};
    ck_assert_ok(make(&sample_clusters, &fpc, err));
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.se, 0);
    ck_assert_uint_ne(estimate.estimate.flags & CX_FLAG_NO_VARIANCE, 0);
}
END_TEST

START_TEST(test_a_population_smaller_than_its_sample_is_refused) {
    double values[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) values[i] = 1.5;
    cx_array column = cx_array_of(values, CX_F64, SAMPLE_ROWS);
    column.name = "population";
    cx_frame fpc = {&column, 1, {0, 0}};
    ck_assert_fails(make(&sample_clusters, &fpc, err), CX_E_DOMAIN, "2 units in the sample");
}
END_TEST

START_TEST(test_a_population_that_differs_within_its_stratum_is_refused) {
    double values[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) values[i] = 10 + i;
    cx_array column = cx_array_of(values, CX_F64, SAMPLE_ROWS);
    column.name = "population";
    cx_frame fpc = {&column, 1, {0, 0}};
    ck_assert_fails(make(&sample_clusters, &fpc, err), CX_E_MISMATCH, "differs within");
}
END_TEST

/* -- lonely units -------------------------------------------------------------------------- */

/* Strata of 1, 3 and 4 rows; y and weights of 1. */
static const int64_t lonely_strata[] = {1, 2, 2, 2, 3, 3, 3, 3};
static const double lonely_y[] = {9, 1, 2, 6, 4, 4, 8, 8};

static cx_status lonely(int32_t rule, cx_error *err) {
    cx_array stratum = cx_array_of(lonely_strata, CX_I64, 8), y = cx_array_of(lonely_y, CX_F64, 8);
    stratum.name = "stratum";
    cx_frame strata = {&stratum, 1, {0, 0}};
    options.lonely = rule;
    cx_design_free(design);
    design = NULL;
    cx_status status = cx_design_new(NULL, &strata, NULL, NULL, NULL, &options, &design, err);
    if (status != CX_OK) return status;
    return cx_survey_total(&y, design, NULL, NULL, &estimate, err);
}

START_TEST(test_a_lonely_unit_is_an_error_that_names_it) {
    ck_assert_fails(lonely(CX_LONELY_FAIL, err), CX_E_FEW, "row 0");
}
END_TEST

START_TEST(test_a_lonely_unit_adds_nothing_when_removed_or_certain) {
    /* 3 of squares about 3: 4 + 1 + 9 = 14, times 3/2; 4 of 16 about 6, times 4/3 */
    double others = 14 * 1.5 + 16 * 4.0 / 3;
    ck_assert_ok(lonely(CX_LONELY_REMOVE, err));
    ck_assert_close(estimate.estimate.se, sqrt(others), 1e-14);
    ck_assert_ok(lonely(CX_LONELY_CERTAINTY, err));
    ck_assert_close(estimate.estimate.se, sqrt(others), 1e-14);
    ck_assert_ok(lonely(CX_LONELY_AVERAGE, err));
    ck_assert_close(estimate.estimate.se, sqrt(others * 3 / 2), 1e-14);
    ck_assert_ok(lonely(CX_LONELY_ADJUST, err)); /* about the mean of all units, 42/8 */
    ck_assert_close(estimate.estimate.se, sqrt(others + 3.75 * 3.75), 1e-14);
}
END_TEST

START_TEST(test_replicates_know_no_average_of_lonely_units) {
    options.replicates = CX_REPLICATES_JKN;
    ck_assert_fails(lonely(CX_LONELY_AVERAGE, err), CX_E_OPTION, "average");
    ck_assert_fails(lonely(CX_LONELY_FAIL, err), CX_E_FEW, "row 0");
    ck_assert_ok(lonely(CX_LONELY_REMOVE, err));
    ck_assert_close(estimate.estimate.se, sqrt(14 * 1.5 + 16 * 4.0 / 3), 1e-14);
}
END_TEST

/* -- replicates ---------------------------------------------------------------------------- */

START_TEST(test_the_jackknife_agrees_with_one_made_by_hand) {
    options.replicates = CX_REPLICATES_JKN;
    ck_assert_ok(make(&sample_clusters, NULL, err));
    ck_assert_int_eq(cx_design_replicates(design), 6);
    expect_mean("small-mean", "small-jkn-se");
}
END_TEST

START_TEST(test_the_jackknife_knows_finite_populations) {
    options.replicates = CX_REPLICATES_JKN;
    ck_assert_ok(make(&sample_clusters, &sample_fpc, err));
    expect_mean("small-mean", "small-jkn-se-fpc");
}
END_TEST

START_TEST(test_squares_about_the_mean_of_replicates_are_smaller) {
    options.replicates = CX_REPLICATES_JKN;
    options.about_mean = 1;
    ck_assert_ok(make(&sample_clusters, NULL, err));
    expect_mean("small-mean", "small-jkn-se-about-mean");
}
END_TEST

START_TEST(test_each_replicate_of_a_calibration_is_calibrated_again) {
    cx_weights *weights = sample_rake();
    ck_assert_ok(cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, weights, &options,
                               &design, err));
    expect_mean("small-raked-mean", "small-raked-se");
    cx_design_free(design);
    options.replicates = CX_REPLICATES_JKN;
    ck_assert_ok(cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, weights, &options,
                               &design, err));
    cx_weights_free(weights); /* the design keeps what it needs */
    expect_mean("small-raked-mean", "small-raked-jkn-se");
}
END_TEST

START_TEST(test_balanced_halves_give_the_variance_of_a_total_exactly) {
    static const int32_t kinds[] = {CX_REPLICATES_BRR, CX_REPLICATES_FAY};
    double tolerance, expected = sample_expected("small-total-se", &tolerance);
    for (int i = 0; i < 2; i++) {
        design = sample_design(kinds[i]);
        ck_assert_int_eq(cx_design_replicates(design), 4);
        ck_assert_ok(cx_survey_total(&sample_column_y, design, NULL, NULL, &estimate, err));
        ck_assert_close(estimate.estimate.se, expected, 1e-12);
        cx_design_free(design);
        design = NULL;
    }
}
END_TEST

/* Two units in each of `strata` strata: halves balance whatever the order of the matrix. */
START_TEST(test_balanced_halves_balance_for_every_number_of_strata) {
    enum { MOST = 90 };
    int64_t stratum[2 * MOST];
    double y[2 * MOST], variance = 0;
    for (int64_t strata = 1; strata <= MOST; strata++) {
        for (int64_t i = 2 * strata - 2; i < 2 * strata; i++) {
            stratum[i] = strata;
            y[i] = (double)(i * i % 7);
        }
        double distance = y[2 * strata - 1] - y[2 * strata - 2];
        variance += distance * distance;
        cx_array s = cx_array_of(stratum, CX_I64, 2 * strata);
        cx_array column = cx_array_of(y, CX_F64, 2 * strata);
        s.name = "stratum";
        cx_frame by = {&s, 1, {0, 0}};
        options.replicates = CX_REPLICATES_BRR;
        ck_assert_ok(cx_design_new(NULL, &by, NULL, NULL, NULL, &options, &design, err));
        ck_assert_ok(cx_survey_total(&column, design, NULL, NULL, &estimate, err));
        ck_assert_near(estimate.estimate.se, sqrt(variance), 1e-9 * (1 + sqrt(variance)));
        ck_assert_int_lt(cx_design_replicates(design), 2 * strata + 5);
        cx_design_free(design);
        design = NULL;
    }
}
END_TEST

START_TEST(test_balanced_halves_need_two_units_in_each_stratum) {
    static const int64_t one[SAMPLE_ROWS] = {0};
    cx_array stratum = cx_array_of(one, CX_I64, SAMPLE_ROWS);
    cx_frame strata = {&stratum, 1, {0, 0}};
    stratum.name = "stratum";
    options.replicates = CX_REPLICATES_BRR;
    ck_assert_fails(cx_design_new(NULL, &strata, NULL, NULL, NULL, &options, &design, err),
                    CX_E_FEW, "15 units");
}
END_TEST

START_TEST(test_the_plain_jackknife_knows_no_strata) {
    options.replicates = CX_REPLICATES_JK1;
    ck_assert_fails(make(&sample_clusters, NULL, err), CX_E_OPTION, "use jkn");
}
END_TEST

START_TEST(test_the_bootstrap_comes_near_linearisation_and_repeats_itself) {
    double tolerance, expected = sample_expected("small-total-se", &tolerance);
    options.replicates = CX_REPLICATES_BOOTSTRAP;
    options.count = 4000;
    double se[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_ok(make(&sample_clusters, NULL, err));
        ck_assert_ok(cx_survey_total(&sample_column_y, design, NULL, NULL, &estimate, err));
        se[i] = estimate.estimate.se;
        cx_design_free(design);
        design = NULL;
    }
    ck_assert_double_eq(se[0], se[1]);
    ck_assert_close(se[0], expected, 0.05);
    options.seed = 2;
    ck_assert_ok(make(&sample_clusters, NULL, err));
    ck_assert_ok(cx_survey_total(&sample_column_y, design, NULL, NULL, &estimate, err));
    ck_assert_double_ne(se[0], estimate.estimate.se);
}
END_TEST

START_TEST(test_replicates_that_cannot_meet_their_totals_are_refused_with_the_category) {
    cx_weights *weights = sample_rake();
    options.replicates = CX_REPLICATES_JKN;
    /* each stratum is one cluster of rows here: without it its total cannot be met */
    ck_assert_fails(
        cx_design_new(NULL, NULL, &sample_strata, NULL, weights, &options, &design, err),
        CX_E_CONVERGENCE, "stratum");
    cx_weights_free(weights);
}
END_TEST

START_TEST(test_a_count_is_for_the_bootstrap_only) {
    options.count = 10;
    ck_assert_fails(make(&sample_clusters, NULL, err), CX_E_OPTION, "only a bootstrap");
    options.replicates = CX_REPLICATES_BOOTSTRAP;
    options.count = 1;
    ck_assert_fails(make(&sample_clusters, NULL, err), CX_E_OPTION, "count is 1");
}
END_TEST

START_TEST(test_a_jackknife_of_too_many_units_is_refused) {
    enum { MANY = 70000 };
    static double ones[MANY];
    for (int i = 0; i < MANY; i++) ones[i] = 1;
    cx_array weights = cx_array_of(ones, CX_F64, MANY);
    options.replicates = CX_REPLICATES_JK1;
    ck_assert_fails(cx_design_new(&weights, NULL, NULL, NULL, NULL, &options, &design, err),
                    CX_E_LIMIT, "use the bootstrap");
}
END_TEST

START_TEST(test_words_and_missing_designs_are_harmless) {
    ck_assert_str_eq(cx_lonely_name(CX_LONELY_ADJUST), "adjust");
    ck_assert_str_eq(cx_lonely_name(-1), "unknown");
    ck_assert_str_eq(cx_replicates_name(CX_REPLICATES_BOOTSTRAP), "bootstrap");
    ck_assert_str_eq(cx_replicates_name(CX_REPLICATES_END), "unknown");
    ck_assert_int_eq(cx_design_rows(NULL), 0);
    ck_assert_int_eq(cx_design_units(NULL), 0);
    ck_assert_int_eq(cx_design_strata(NULL), 0);
    ck_assert_int_eq(cx_design_replicates(NULL), 0);
    ck_assert_int_eq(cx_design_replicates_lost(NULL), 0);
    cx_design_free(NULL);
    cx_design_options_init(NULL);
}
END_TEST

Suite *suite_design(void);
Suite *suite_design(void) {
    Suite *suite = suite_create("design");
    TCase *tcase = tcase_create("design");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_design_without_anything_is_refused);
    tcase_add_test(tcase, test_a_design_without_rows_is_empty);
    tcase_add_test(tcase, test_weights_that_are_all_zero_are_refused);
    tcase_add_test(tcase, test_a_negative_weight_is_named_with_its_row);
    tcase_add_test(tcase, test_clusters_are_told_apart_within_their_stratum);
    tcase_add_test(tcase, test_a_finite_population_of_the_first_stage_counts);
    tcase_add_test(tcase, test_a_second_stage_adds_its_own_variance);
    tcase_add_test(tcase, test_populations_may_be_given_as_the_shares_drawn);
    tcase_add_test(tcase, test_a_sample_that_is_the_whole_stratum_has_no_error);
    tcase_add_test(tcase, test_a_population_smaller_than_its_sample_is_refused);
    tcase_add_test(tcase, test_a_population_that_differs_within_its_stratum_is_refused);
    tcase_add_test(tcase, test_a_lonely_unit_is_an_error_that_names_it);
    tcase_add_test(tcase, test_a_lonely_unit_adds_nothing_when_removed_or_certain);
    tcase_add_test(tcase, test_replicates_know_no_average_of_lonely_units);
    tcase_add_test(tcase, test_the_jackknife_agrees_with_one_made_by_hand);
    tcase_add_test(tcase, test_the_jackknife_knows_finite_populations);
    tcase_add_test(tcase, test_squares_about_the_mean_of_replicates_are_smaller);
    tcase_add_test(tcase, test_each_replicate_of_a_calibration_is_calibrated_again);
    tcase_add_test(tcase, test_balanced_halves_give_the_variance_of_a_total_exactly);
    tcase_add_test(tcase, test_balanced_halves_balance_for_every_number_of_strata);
    tcase_add_test(tcase, test_balanced_halves_need_two_units_in_each_stratum);
    tcase_add_test(tcase, test_the_plain_jackknife_knows_no_strata);
    tcase_add_test(tcase, test_the_bootstrap_comes_near_linearisation_and_repeats_itself);
    tcase_add_test(tcase,
                   test_replicates_that_cannot_meet_their_totals_are_refused_with_the_category);
    tcase_add_test(tcase, test_a_count_is_for_the_bootstrap_only);
    tcase_add_test(tcase, test_a_jackknife_of_too_many_units_is_refused);
    tcase_add_test(tcase, test_words_and_missing_designs_are_harmless);
    suite_add_tcase(suite, tcase);
    return suite;
}
