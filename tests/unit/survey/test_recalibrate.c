#include "sample.h"

static cx_design *design;
static cx_weights *weights, *trimmed;
static cx_design_options options;
static cx_survey_estimate estimate;

static void setup(void) {
    sample_setup();
    design = NULL;
    weights = trimmed = NULL;
    cx_design_options_init(&options);
}

static void teardown(void) {
    cx_design_free(design);
    cx_weights_free(weights);
    cx_weights_free(trimmed);
}

static double mean_under(const cx_weights *under) {
    cx_design *plain;
    cx_survey_estimate of;
    ck_assert_ok(cx_design_new(NULL, NULL, NULL, NULL, under, NULL, &plain, err));
    ck_assert_ok(cx_survey_mean(&sample_column_y, plain, NULL, NULL, &of, err));
    cx_design_free(plain);
    return of.estimate.value;
}

/* -- halves -------------------------------------------------------------------------------- */

/* Row r: which cluster of strata 1, 2, 3 is in the half, by the matrix of order 4. */
static const int halves[4][3] = {{-1, -1, -1}, {1, 1, -1}, {-1, 1, 1}, {1, -1, 1}};

/* The half-sample made by hand and raked on its own: its mean. */
static double mean_of_half(int r, double part) {
    const int64_t *stratum = sample_strata.columns[0].data;
    const int64_t *cluster = sample_clusters.columns[0].data;
    double start[SAMPLE_ROWS];
    for (int i = 0; i < SAMPLE_ROWS; i++) {
        int sign = halves[r][stratum[i] - 1] * (cluster[i] == 1 ? 1 : -1);
        start[i] = sample_weight[i] * (1 + sign * part);
    }
    cx_array kept = sample_weights;
    sample_weights = cx_array_of(start, CX_F64, SAMPLE_ROWS);
    cx_weights *half = sample_rake();
    sample_weights = kept;
    double mean = mean_under(half);
    cx_weights_free(half);
    return mean;
}

START_TEST(test_balanced_halves_are_each_raked_on_their_own) {
    static const int32_t kinds[] = {CX_REPLICATES_BRR, CX_REPLICATES_FAY};
    static const double parts[] = {1, 0.7};
    weights = sample_rake();
    for (int k = 0; k < 2; k++) {
        double variance = 0, mean = mean_under(weights);
        for (int r = 0; r < 4; r++) {
            double distance = mean_of_half(r, parts[k]) - mean;
            variance += distance * distance / (4 * parts[k] * parts[k]);
        }
        options.replicates = kinds[k];
        options.fay = 0.3; /* of no account without Fay */
        ck_assert_ok(cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, weights, &options,
                                   &design, err));
        ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
        ck_assert_close(estimate.estimate.value, mean, 1e-12);
        ck_assert_close(estimate.estimate.se, sqrt(variance), 1e-6);
        cx_design_free(design);
        design = NULL;
    }
}
END_TEST

/* -- weights that were trimmed ------------------------------------------------------------- */

static void trim(const cx_array *given) {
    cx_trim_options how;
    cx_trim_options_init(&how);
    how.base = CX_TRIM_MEAN;
    how.upper = 1.5;
    ck_assert_ok(cx_trim(given, given == NULL ? weights : NULL, &how, &trimmed, err));
}

START_TEST(test_calibrated_weights_once_trimmed_are_not_made_again) {
    weights = sample_rake();
    trim(NULL);
    options.replicates = CX_REPLICATES_JKN;
    ck_assert_fails(cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, trimmed, &options,
                                  &design, err),
                    CX_E_OPTION, "trimmed cannot be made again");
    ck_assert_ptr_null(design);
}
END_TEST

START_TEST(test_trimmed_weights_of_an_array_have_replicates_like_any_column) {
    static const int32_t kinds[] = {CX_REPLICATES_JKN, CX_REPLICATES_BRR, CX_REPLICATES_FAY,
                                    CX_REPLICATES_BOOTSTRAP};
    trim(&sample_weights);
    for (int k = 0; k < 4; k++) {
        cx_table *column;
        cx_array as_column;
        options.replicates = kinds[k];
        ck_assert_ok(cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, trimmed, &options,
                                   &design, err));
        ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
        cx_design_free(design);
        double se = estimate.estimate.se;
        ck_assert_double_gt(se, 0);
        ck_assert_ok(cx_weights_values(trimmed, &column, err));
        ck_assert_ok(cx_table_column(column, 0, &as_column, err));
        ck_assert_ok(cx_design_new(&as_column, &sample_strata, &sample_clusters, NULL, NULL,
                                   &options, &design, err));
        ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
        ck_assert_double_eq(estimate.estimate.se, se);
        cx_design_free(design);
        design = NULL;
        cx_table_free(column);
    }
}
END_TEST

/* -- the bootstrap ------------------------------------------------------------------------- */

/* Raking one margin is post-stratification: the equations and the short way have to agree. */
START_TEST(test_a_second_margin_that_says_the_same_changes_no_replicate) {
    static const int64_t kinds[] = {0, 1};
    static const double goal[] = {20, 15};
    double se[2];
    static int64_t twin[SAMPLE_ROWS];
    cx_array columns[2] = {sample_column_g, cx_array_of(twin, CX_I64, SAMPLE_ROWS)};
    memcpy(twin, sample_column_g.data, sizeof twin);
    columns[1].name = "twin";
    cx_frame table = {columns, 2, {0, 0}};
    options.replicates = CX_REPLICATES_BOOTSTRAP;
    options.count = 200;
    for (int more = 0; more < 2; more++) {
        cx_margins *margins;
        cx_array category = cx_array_of(kinds, CX_I64, 2), totals = cx_array_of(goal, CX_F64, 2);
        cx_frame categories = {&category, 1, {0, 0}};
        ck_assert_ok(cx_margins_new(NULL, &margins, err));
        for (int m = 0; m <= more; m++) {
            category.name = columns[m].name;
            ck_assert_ok(cx_margins_add(margins, &categories, &totals, err));
        }
        ck_assert_ok(cx_rake(&table, margins, &sample_weights, NULL, &weights, err));
        cx_margins_free(margins);
        ck_assert_ok(cx_design_new(NULL, NULL, NULL, NULL, weights, &options, &design, err));
        ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &estimate, err));
        se[more] = estimate.estimate.se;
        cx_design_free(design);
        cx_weights_free(weights);
        design = NULL, weights = NULL;
    }
    ck_assert_close(se[0], se[1], 1e-8);
}
END_TEST

Suite *suite_recalibrate(void);
Suite *suite_recalibrate(void) {
    Suite *suite = suite_create("recalibrate");
    TCase *tcase = tcase_create("recalibrate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_balanced_halves_are_each_raked_on_their_own);
    tcase_add_test(tcase, test_calibrated_weights_once_trimmed_are_not_made_again);
    tcase_add_test(tcase, test_trimmed_weights_of_an_array_have_replicates_like_any_column);
    tcase_add_test(tcase, test_a_second_margin_that_says_the_same_changes_no_replicate);
    suite_add_tcase(suite, tcase);
    return suite;
}
