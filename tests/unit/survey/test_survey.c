#include "sample.h"

static cx_design *design;
static cx_survey_options options;
static cx_survey_estimate estimate;
static cx_table *table;

static void setup(void) {
    sample_setup();
    design = sample_design(CX_REPLICATES_NONE);
    cx_survey_options_init(&options);
    table = NULL;
}

static void teardown(void) {
    cx_design_free(design);
    cx_table_free(table);
}

static void expect(const char *value, const char *se) {
    double tolerance;
    double expected = sample_expected(value, &tolerance);
    ck_assert_near(estimate.estimate.value, expected, tolerance * (1 + fabs(expected)));
    expected = sample_expected(se, &tolerance);
    ck_assert_close(estimate.estimate.se, expected, tolerance);
}

static double cell(const char *name, int64_t row) {
    return table_number(table, name, row);
}

/* -- figures ------------------------------------------------------------------------------- */

START_TEST(test_totals_and_ratios_agree_with_an_independent_computation) {
    ck_assert_ok(cx_survey_total(&sample_column_y, design, NULL, NULL, &estimate, err));
    expect("small-total", "small-total-se");
    ck_assert_ok(
        cx_survey_ratio(&sample_column_y, &sample_column_x, design, NULL, NULL, &estimate, err));
    expect("small-ratio", "small-ratio-se");
}
END_TEST

START_TEST(test_net_scores_and_shares_agree_with_an_independent_computation) {
    ck_assert_ok(cx_survey_nps(&sample_column_y, design, NULL, NULL, &estimate, err));
    expect("small-net", "small-net-se");
    ck_assert_int_eq(estimate.estimate.unit, CX_UNIT_POINTS);
    options.top = 3;
    ck_assert_ok(cx_survey_csat(&sample_column_y, design, NULL, &options, &estimate, err));
    expect("small-share", "small-share-se");
    double eight[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) eight[i] = sample_y[i] >= 8;
    cx_array column = cx_array_of(eight, CX_F64, SAMPLE_ROWS);
    ck_assert_ok(cx_survey_share(&column, design, NULL, NULL, &estimate, err));
    expect("small-share", "small-share-se");
}
END_TEST

START_TEST(test_a_domain_keeps_the_units_outside_it) {
    double tolerance;
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, &sample_column_g, NULL, &estimate, err));
    expect("small-domain-mean", "small-domain-se");
    double dropped = sample_expected("small-dropped-rows-se", &tolerance);
    ck_assert(fabs(estimate.estimate.se - dropped) > 0.01);
    ck_assert_int_eq(estimate.estimate.n, 8);
}
END_TEST

/* -- limits -------------------------------------------------------------------------------- */

START_TEST(test_limits_are_those_of_t_with_units_minus_strata) {
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.df, 3);
    double half = 3.182446305283708 * estimate.estimate.se;
    ck_assert_close(estimate.estimate.ci_low, estimate.estimate.value - half, 1e-12);
    ck_assert_close(estimate.estimate.ci_high, estimate.estimate.value + half, 1e-12);
}
END_TEST

START_TEST(test_limits_of_shares_stay_within_nought_and_one) {
    static const int32_t methods[] = {CX_METHOD_LOGIT, CX_METHOD_ARCSINE, CX_METHOD_BETA,
                                      CX_METHOD_LIKELIHOOD, CX_METHOD_WALD};
    for (int i = 0; i < 5; i++) {
        options.method = methods[i];
        ck_assert_ok(cx_survey_share(&sample_column_g, design, NULL, &options, &estimate, err));
        ck_assert_int_eq(estimate.estimate.method, methods[i]);
        ck_assert_double_ge(estimate.estimate.ci_low, 0);
        ck_assert_double_le(estimate.estimate.ci_high, 1);
        ck_assert_double_lt(estimate.estimate.ci_low, estimate.estimate.value);
        ck_assert_double_gt(estimate.estimate.ci_high, estimate.estimate.value);
    }
}
END_TEST

/* Degrees of freedom of a quadratic form, tr(QS)^2 / tr(QSQS), with all elements of Q. */
static double freedom_of(const double *w, const int32_t *stratum, int n) {
    double trace = 0, square = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double k = 0, q = 0;
            for (int m = 0; m < n; m++) k += stratum[m] == stratum[i];
            if (stratum[i] == stratum[j]) q = k / (k - 1) * ((i == j) - 1 / k);
            if (i == j) trace += q * w[i] * w[i];
            square += q * q * w[i] * w[i] * w[j] * w[j];
        }
    return trace * trace / square;
}

START_TEST(test_uneven_weights_leave_a_net_score_fewer_degrees_of_freedom) {
    static const double w[] = {1, 9, 2, 1, 3, 1, 1, 5, 2, 1},
                        even[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    static const double scores[] = {10, 3, 9, 8, 9, 2, 10, 7, 6, 9};
    static const int32_t of[] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    cx_array weights = cx_array_of(w, CX_F64, 10), y = cx_array_of(scores, CX_F64, 10);
    cx_array h = cx_array_of(of, CX_I32, 10);
    cx_frame strata = {&h, 1, {0, 0}};
    cx_design *own;
    h.name = "stratum";
    cx_survey_options_init(&options);
    options.method = CX_METHOD_WALD;
    options.confidence = 0.6;
    for (int same = 0; same < 2; same++) {
        weights.data = same ? even : w;
        ck_assert_ok(cx_design_new(&weights, &strata, NULL, NULL, NULL, NULL, &own, err));
        ck_assert_ok(cx_survey_nps(&y, own, NULL, &options, &estimate, err));
        const cx_estimate *e = &estimate.estimate;
        double df = freedom_of(weights.data, of, 10);
        if (same) ck_assert_close(df, 8, 1e-14);
        double half = cx_normal_quantile_upper(0.2) * e->se * cx_t_quantile_upper(0.2, df) /
                      cx_t_quantile_upper(0.2, 9);
        ck_assert_double_eq(e->df, 8);
        ck_assert_double_lt(fabs(e->value + half), 100);
        ck_assert_close(e->ci_high, e->value + half, 1e-12);
        cx_design_free(own);
    }
}
END_TEST

START_TEST(test_answers_that_are_all_alike_still_have_an_interval) {
    double tens[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) tens[i] = 10;
    cx_array column = cx_array_of(tens, CX_F64, SAMPLE_ROWS);
    ck_assert_ok(cx_survey_nps(&column, design, NULL, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.value, 100);
    ck_assert_double_eq(estimate.estimate.ci_high, 100);
    ck_assert_double_lt(estimate.estimate.ci_low, 95);
    ck_assert_uint_ne(estimate.estimate.flags & CX_FLAG_NO_VARIANCE, 0);
    ck_assert_ok(cx_survey_share(&column, design, NULL, NULL, &estimate, err));
    ck_assert_int_eq(estimate.estimate.method, CX_METHOD_BETA);
    ck_assert_double_lt(estimate.estimate.ci_low, 0.95);
}
END_TEST

START_TEST(test_units_that_are_alike_have_no_variance_but_rounding) {
    double w[12], scores[12];
    int32_t unit[12];
    for (int i = 0; i < 12; i++) {
        w[i] = 1 + i % 3 / 7.0;
        scores[i] = i % 3 == 0 ? 3 : 10;
        unit[i] = i / 3;
    }
    cx_array weights = cx_array_of(w, CX_F64, 12), y = cx_array_of(scores, CX_F64, 12);
    cx_array shop = cx_array_of(unit, CX_I32, 12);
    cx_frame clusters = {&shop, 1, {0, 0}};
    cx_design *own;
    shop.name = "shop";
    ck_assert_ok(cx_design_new(&weights, NULL, &clusters, NULL, NULL, NULL, &own, err));
    ck_assert_ok(cx_survey_nps(&y, own, NULL, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.se, 0);
    ck_assert_uint_ne(estimate.estimate.flags & CX_FLAG_NO_VARIANCE, 0);
    ck_assert_double_le(estimate.estimate.n_eff, 12);
    ck_assert_double_gt(estimate.estimate.ci_high - estimate.estimate.ci_low, 40);
    cx_design_free(own);
}
END_TEST

START_TEST(test_an_error_without_a_degree_of_freedom_bounds_nothing) {
    int64_t in[SAMPLE_ROWS] = {0};
    in[0] = in[1] = in[2] = 1; /* one cluster */
    cx_array domain = cx_array_of(in, CX_I64, SAMPLE_ROWS);
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, &domain, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.df, 0);
    ck_assert_double_eq(estimate.estimate.ci_high, INFINITY);
    ck_assert(isnan(estimate.estimate.se));
    ck_assert_uint_ne(estimate.estimate.flags & CX_FLAG_UNIDENTIFIED, 0);
    ck_assert_ok(cx_survey_share(&sample_column_y, design, &domain, NULL, &estimate, err));
    ck_assert_double_eq(estimate.estimate.ci_low, 0);
}
END_TEST

START_TEST(test_a_replicate_without_the_domain_leaves_its_error_unknown) {
    int64_t in[SAMPLE_ROWS] = {0};
    in[0] = in[1] = in[2] = 1;
    cx_array domain = cx_array_of(in, CX_I64, SAMPLE_ROWS);
    cx_design_free(design);
    design = sample_design(CX_REPLICATES_JKN);
    ck_assert_ok(cx_survey_nps(&sample_column_y, design, &domain, NULL, &estimate, err));
    ck_assert_uint_ne(estimate.estimate.flags & CX_FLAG_UNIDENTIFIED, 0);
    ck_assert(isnan(estimate.estimate.se));
    ck_assert_double_eq(estimate.estimate.ci_low, -100);
    ck_assert_double_eq(estimate.estimate.ci_high, 100);
}
END_TEST

/* -- what is left out ---------------------------------------------------------------------- */

START_TEST(test_missing_and_impossible_answers_are_counted_apart) {
    double y[SAMPLE_ROWS], w[SAMPLE_ROWS];
    memcpy(y, sample_y, sizeof y);
    memcpy(w, sample_weight, sizeof w);
    y[0] = NAN, y[1] = 11, y[2] = 7.5, w[3] = 0;
    cx_array column = cx_array_of(y, CX_F64, SAMPLE_ROWS);
    cx_array weights = cx_array_of(w, CX_F64, SAMPLE_ROWS);
    cx_design_free(design);
    ck_assert_ok(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &design, err));
    ck_assert_ok(cx_survey_nps(&column, design, NULL, NULL, &estimate, err));
    ck_assert_int_eq(estimate.estimate.n, SAMPLE_ROWS - 4);
    ck_assert_int_eq(estimate.estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(estimate.estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
    ck_assert_int_eq(estimate.estimate.excluded[CX_EXCLUDED_NON_INTEGER], 1);
    ck_assert_int_eq(estimate.estimate.excluded[CX_EXCLUDED_ZERO_WEIGHT], 1);
    ck_assert_ok(cx_survey_mean(&column, design, NULL, NULL, &estimate, err));
    ck_assert_int_eq(estimate.estimate.n, SAMPLE_ROWS - 2);
}
END_TEST

START_TEST(test_an_infinite_answer_is_an_error_with_its_row) {
    double y[SAMPLE_ROWS];
    memcpy(y, sample_y, sizeof y);
    y[7] = INFINITY;
    cx_array column = cx_array_of(y, CX_F64, SAMPLE_ROWS);
    ck_assert_fails(cx_survey_mean(&column, design, NULL, NULL, &estimate, err), CX_E_DOMAIN,
                    "row 7");
}
END_TEST

START_TEST(test_a_domain_without_a_row_is_empty) {
    static const int64_t none[SAMPLE_ROWS] = {0};
    cx_array domain = cx_array_of(none, CX_I64, SAMPLE_ROWS);
    ck_assert_fails(cx_survey_mean(&sample_column_y, design, &domain, NULL, &estimate, err),
                    CX_E_EMPTY, "no row of the domain");
}
END_TEST

START_TEST(test_a_denominator_of_nought_is_refused) {
    static const double zeros[SAMPLE_ROWS] = {0};
    cx_array column = cx_array_of(zeros, CX_F64, SAMPLE_ROWS);
    ck_assert_fails(cx_survey_ratio(&sample_column_y, &column, design, NULL, NULL, &estimate, err),
                    CX_E_DOMAIN, "there is no ratio");
}
END_TEST

START_TEST(test_columns_of_another_length_are_refused) {
    cx_array shorter = cx_array_of(sample_y, CX_F64, 3);
    ck_assert_fails(cx_survey_mean(&shorter, design, NULL, NULL, &estimate, err), CX_E_LENGTH,
                    "3 rows and the design has 15");
}
END_TEST

START_TEST(test_few_answers_are_hidden_when_asked) {
    options.min_n = 9;
    ck_assert_fails(
        cx_survey_mean(&sample_column_y, design, &sample_column_g, &options, &estimate, err),
        CX_E_SUPPRESSED, "fewer than 9");
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, &options, &estimate, err));
}
END_TEST

/* -- by key -------------------------------------------------------------------------------- */

START_TEST(test_a_table_by_key_has_the_figures_of_its_domains) {
    for (int32_t replicates = 0; replicates < CX_REPLICATES_END; replicates++) {
        if (replicates == CX_REPLICATES_JK1) continue;
        cx_design_free(design);
        design = sample_design(replicates);
        ck_assert_ok(cx_survey_by(CX_SURVEY_NPS, &sample_column_y, NULL, design, &sample_by, NULL,
                                  &table, err));
        ck_assert_int_eq(cx_table_rows(table), 2);
        ck_assert_ok(
            cx_survey_nps(&sample_column_y, design, &sample_column_g, NULL, &estimate, err));
        ck_assert_close(cell("value", 1), estimate.estimate.value, 1e-14);
        ck_assert_close(cell("se", 1), estimate.estimate.se, 1e-13);
        ck_assert_close(cell("ci_low", 1), estimate.estimate.ci_low, 1e-12);
        ck_assert_close(cell("deff", 1), estimate.deff, 1e-12);
        cx_table_free(table);
        table = NULL;
    }
}
END_TEST

/* Only the second key's rows count, whether the others are looked at or not. */
static void expect_domains_alike(void) {
    for (int32_t figure = CX_SURVEY_MEAN; figure <= CX_SURVEY_TOTAL; figure++) {
        ck_assert_ok(
            cx_survey_by(figure, &sample_column_y, NULL, design, &sample_by, NULL, &table, err));
        if (figure == CX_SURVEY_MEAN)
            ck_assert_ok(
                cx_survey_mean(&sample_column_y, design, &sample_column_g, NULL, &estimate, err));
        else
            ck_assert_ok(
                cx_survey_total(&sample_column_y, design, &sample_column_g, NULL, &estimate, err));
        ck_assert_double_gt(estimate.estimate.se, 0);
        ck_assert_close(cell("se", 1), estimate.estimate.se, 1e-11);
        cx_table_free(table);
        table = NULL;
    }
    cx_design_free(design);
    design = NULL;
}

START_TEST(test_domains_by_key_are_those_taken_one_by_one_in_every_design) {
    static int64_t alone[SAMPLE_ROWS] = {9};
    cx_array column = cx_array_of(alone, CX_I64, SAMPLE_ROWS);
    column.name = "stratum";
    cx_frame lonely = {&column, 1, {0, 0}};
    cx_design_options how;
    cx_design_free(design);
    ck_assert_ok(cx_design_new(&sample_weights, NULL, NULL, NULL, NULL, NULL, &design, err));
    expect_domains_alike();
    ck_assert_ok(cx_design_new(&sample_weights, &sample_strata, &sample_clusters, &sample_fpc, NULL,
                               NULL, &design, err));
    expect_domains_alike();
    ck_assert_ok(cx_design_new(&sample_weights, &sample_strata, &sample_stages, &sample_fpc_stages,
                               NULL, NULL, &design, err));
    expect_domains_alike();
    cx_design_options_init(&how);
    for (how.lonely = CX_LONELY_REMOVE; how.lonely < CX_LONELY_END; how.lonely++) {
        ck_assert_ok(cx_design_new(&sample_weights, &lonely, NULL, NULL, NULL, &how, &design, err));
        expect_domains_alike();
    }
    cx_weights *weights = sample_rake();
    ck_assert_ok(cx_design_new(NULL, NULL, NULL, NULL, weights, NULL, &design, err));
    expect_domains_alike();
    ck_assert_ok(cx_design_new(NULL, &sample_strata, &sample_clusters, &sample_fpc, weights, NULL,
                               &design, err));
    cx_weights_free(weights);
    expect_domains_alike();
    ck_assert_ok(cx_design_new(&sample_weights, &lonely, NULL, NULL, NULL, NULL, &design, err));
    ck_assert_fails(
        cx_survey_by(CX_SURVEY_MEAN, &sample_column_y, NULL, design, &sample_by, NULL, &table, err),
        CX_E_FEW, "row 0");
}
END_TEST

START_TEST(test_weights_that_add_up_to_the_rows_have_a_design_effect_like_any_others) {
    double w[10], scores[] = {10, 3, 9, 8, 9, 2, 10, 7, 6, 9}, large = 0;
    for (int scale = 0; scale < 2; scale++) {
        cx_array weights = cx_array_of(w, CX_F64, 10), y = cx_array_of(scores, CX_F64, 10);
        cx_design *own;
        for (int i = 0; i < 10; i++) w[i] = (i % 2 ? 0.3 : 1.7) * (scale == 0 ? 1e9 : 1);
        ck_assert_ok(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &own, err));
        ck_assert_ok(cx_survey_mean(&y, own, NULL, NULL, &estimate, err));
        if (scale == 0) large = estimate.deff;
        ck_assert_close(estimate.deff, large, 1e-7);
        cx_design_free(own);
    }
}
END_TEST

START_TEST(test_domains_of_weights_calibrated_to_numbers_are_those_taken_one_by_one) {
    double goal[] = {40, 80}, one[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) one[i] = 1;
    cx_array columns[] = {cx_array_of(one, CX_F64, SAMPLE_ROWS), sample_column_x};
    columns[0].name = "one";
    cx_array totals = cx_array_of(goal, CX_F64, 2);
    cx_frame xs = {columns, 2, {0, 0}};
    cx_calibrate_options how;
    cx_weights *weights;
    cx_calibrate_options_init(&how);
    how.distance = CX_DISTANCE_LINEAR;
    ck_assert_ok(cx_calibrate(&xs, &totals, NULL, NULL, &sample_weights, &how, &weights, err));
    cx_design_free(design);
    ck_assert_ok(
        cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, weights, NULL, &design, err));
    expect_domains_alike();
    ck_assert_ok(cx_design_new(NULL, NULL, NULL, NULL, weights, NULL, &design, err));
    cx_weights_free(weights);
    expect_domains_alike();
}
END_TEST

START_TEST(test_what_calibration_makes_certain_has_no_error_in_its_domain) {
    double one[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) one[i] = 1;
    cx_array ones = cx_array_of(one, CX_F64, SAMPLE_ROWS);
    cx_weights *weights = sample_rake();
    cx_design_free(design);
    ck_assert_ok(
        cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, weights, NULL, &design, err));
    cx_weights_free(weights);
    ck_assert_ok(cx_survey_by(CX_SURVEY_TOTAL, &ones, NULL, design, &sample_by, NULL, &table, err));
    ck_assert_close(cell("value", 0), 20, 1e-9);
    ck_assert_close(cell("value", 1), 15, 1e-9);
    ck_assert_double_lt(cell("se", 0), 1e-12);
    ck_assert_double_lt(cell("se", 1), 1e-12);
}
END_TEST

START_TEST(test_a_key_without_an_answer_is_a_row_with_its_status) {
    double y[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++)
        y[i] = ((const int64_t *)sample_column_g.data)[i] == 1 ? NAN : sample_y[i];
    cx_array column = cx_array_of(y, CX_F64, SAMPLE_ROWS);
    ck_assert_ok(
        cx_survey_by(CX_SURVEY_MEAN, &column, NULL, design, &sample_by, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert(!isnan(cell("value", 0)));
    ck_assert(isnan(cell("value", 1))); /* what a null holds */
}
END_TEST

START_TEST(test_a_ratio_by_key_needs_its_denominator) {
    ck_assert_fails(cx_survey_by(CX_SURVEY_RATIO, &sample_column_y, NULL, design, &sample_by, NULL,
                                 &table, err),
                    CX_E_OPTION, "needs a denominator");
    ck_assert_fails(cx_survey_by(CX_SURVEY_MEAN, &sample_column_y, &sample_column_x, design,
                                 &sample_by, NULL, &table, err),
                    CX_E_OPTION, "only a ratio");
    ck_assert_fails(
        cx_survey_by(CX_SURVEY_END, &sample_column_y, NULL, design, &sample_by, NULL, &table, err),
        CX_E_OPTION, "figure is 6");
    ck_assert_str_eq(cx_survey_figure_name(CX_SURVEY_CSAT), "csat");
    ck_assert_str_eq(cx_survey_figure_name(-1), "unknown");
    cx_survey_options_init(NULL);
}
END_TEST

Suite *suite_survey(void);
Suite *suite_survey(void) {
    Suite *suite = suite_create("survey");
    TCase *tcase = tcase_create("survey");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_totals_and_ratios_agree_with_an_independent_computation);
    tcase_add_test(tcase, test_net_scores_and_shares_agree_with_an_independent_computation);
    tcase_add_test(tcase, test_a_domain_keeps_the_units_outside_it);
    tcase_add_test(tcase, test_limits_are_those_of_t_with_units_minus_strata);
    tcase_add_test(tcase, test_limits_of_shares_stay_within_nought_and_one);
    tcase_add_test(tcase, test_uneven_weights_leave_a_net_score_fewer_degrees_of_freedom);
    tcase_add_test(tcase, test_answers_that_are_all_alike_still_have_an_interval);
    tcase_add_test(tcase, test_units_that_are_alike_have_no_variance_but_rounding);
    tcase_add_test(tcase, test_an_error_without_a_degree_of_freedom_bounds_nothing);
    tcase_add_test(tcase, test_a_replicate_without_the_domain_leaves_its_error_unknown);
    tcase_add_test(tcase, test_missing_and_impossible_answers_are_counted_apart);
    tcase_add_test(tcase, test_an_infinite_answer_is_an_error_with_its_row);
    tcase_add_test(tcase, test_a_domain_without_a_row_is_empty);
    tcase_add_test(tcase, test_a_denominator_of_nought_is_refused);
    tcase_add_test(tcase, test_columns_of_another_length_are_refused);
    tcase_add_test(tcase, test_few_answers_are_hidden_when_asked);
    tcase_add_test(tcase, test_a_table_by_key_has_the_figures_of_its_domains);
    tcase_add_test(tcase, test_domains_by_key_are_those_taken_one_by_one_in_every_design);
    tcase_add_test(tcase,
                   test_weights_that_add_up_to_the_rows_have_a_design_effect_like_any_others);
    tcase_add_test(tcase, test_domains_of_weights_calibrated_to_numbers_are_those_taken_one_by_one);
    tcase_add_test(tcase, test_what_calibration_makes_certain_has_no_error_in_its_domain);
    tcase_add_test(tcase, test_a_key_without_an_answer_is_a_row_with_its_status);
    tcase_add_test(tcase, test_a_ratio_by_key_needs_its_denominator);
    suite_add_tcase(suite, tcase);
    return suite;
}
