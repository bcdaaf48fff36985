#define _POSIX_C_SOURCE 200809L

#include "shrunken.h"

/* -- empty and one ------------------------------------------------------------------------- */

START_TEST(test_no_groups_are_empty) {
    length(0);
    ck_assert_fails(VALUES(err), CX_E_EMPTY, "no group");
    ck_assert_fails(COUNTS(err), CX_E_EMPTY, "no group has an answer");
    length(2);
    value[0] = value[1] = NAN;
    ck_assert_fails(VALUES(err), CX_E_EMPTY, "no group has a value");
    for (int i = 0; i < 2; i++) detractors[i] = passives[i] = promoters[i] = 0;
    ck_assert_fails(COUNTS(err), CX_E_EMPTY, "no group has an answer");
}
END_TEST

START_TEST(test_one_group_stays_as_it_is) {
    length(1);
    ck_assert_ok(VALUES(err));
    ck_assert_double_eq(table_number(table, "value", 0), value[0]);
    ck_assert_close(table_number(table, "se", 0), sqrt(variance[0]), 1e-15);
    ck_assert_double_eq(table_number(table, "own_weight", 0), 1);
    ck_assert(table_word_is(table, "flags", 0, "not-identified"));
    again();
    detractors[0] = 2, passives[0] = 11, promoters[0] = 18;
    ck_assert_ok(COUNTS(err));
    ck_assert_close(table_number(table, "value", 0), 1600.0 / 31, 1e-14);
    ck_assert_close(table_number(table, "ci_low", 0), 26.0919091659, 1e-9); /* the score interval */
    ck_assert_close(table_number(table, "ci_high", 0), 69.9158989472, 1e-9);
    ck_assert(isnan(figure("precision")));
}
END_TEST

/* -- constant ------------------------------------------------------------------------------ */

START_TEST(test_promoters_everywhere_are_not_certain) {
    for (int i = 0; i < 12; i++) promoters[i] = 10, passives[i] = detractors[i] = 0;
    ck_assert_ok(COUNTS(err));
    ck_assert_double_eq(table_number(table, "value", 3), 100);
    ck_assert_close(table_number(table, "ci_low", 3), 44.49344, 1e-6); /* of ten promoters */
    ck_assert(isnan(table_number(table, "se", 3)));
    ck_assert(table_word_is(table, "flags", 3, "no-variance,not-identified"));
}
END_TEST

START_TEST(test_a_point_of_promoters_only_is_drawn_to_the_others) {
    ck_assert_double_eq(promoters[3], 5); /* of five */
    ck_assert_ok(COUNTS(err));
    ck_assert_double_eq(table_number(table, "raw", 3), 100);
    ck_assert_double_lt(table_number(table, "value", 3), 60);
    ck_assert_double_gt(table_number(table, "se", 3), 10);
    ck_assert(isnan(table_number(table, "raw_se", 3)));
    ck_assert(table_word_is(table, "flags", 3, "no-variance"));
}
END_TEST

START_TEST(test_a_variance_of_zero_is_smoothed) {
    double unit = 0, answers = 0;
    variance[3] = 0;
    for (int i = 0; i < 12; i++) {
        if (i == 3) continue;
        unit += number[i] * number[i] * variance[i];
        answers += number[i];
    }
    ck_assert_ok(VALUES(err));
    ck_assert_close(pow(table_number(table, "raw_se", 3), 2), unit / answers / number[3], 1e-12);
    ck_assert_double_lt(table_number(table, "own_weight", 3), 0.5);
    ck_assert(table_word_is(table, "flags", 3, "no-variance"));
    ck_assert_double_eq(figure("smoothed"), 1);
    again();
    ck_assert_ok(cx_shrink(&values, &variances, NULL, NULL, &options, &table, err));
    ck_assert_close(pow(table_number(table, "raw_se", 3), 2), 800, 1e-12); /* the largest */
    for (int i = 0; i < 12; i++) variance[i] = 0;
    again();
    ck_assert_fails(VALUES(err), CX_E_CONSTANT, "all variances are 0");
}
END_TEST

START_TEST(test_groups_that_do_not_differ_are_pooled_in_full) {
    for (int i = 0; i < 12; i++) value[i] = 30 + i % 2;
    ck_assert_ok(VALUES(err));
    ck_assert_double_eq(figure("between"), 0);
    for (int i = 0; i < 12; i++) {
        ck_assert_double_eq(table_number(table, "own_weight", i), 0);
        ck_assert_close(table_number(table, "value", i), table_number(table, "value", 0), 1e-15);
        ck_assert_double_gt(table_number(table, "se", i), 0);
        ck_assert_double_eq(table_number(table, "rank", i), 1);
    }
    again();
    for (int i = 0; i < 12; i++) detractors[i] = 2, passives[i] = 3, promoters[i] = 5;
    ck_assert_ok(COUNTS(err));
    ck_assert(isinf(figure("precision")));
    ck_assert_close(table_number(table, "value", 7), 30, 1e-14);
    ck_assert_double_gt(table_number(table, "se", 7), 100 * sqrt(0.61 / 120));
    ck_assert_double_lt(table_number(table, "se", 7), 100 * sqrt(0.61 / 10));
}
END_TEST

/* -- typical ------------------------------------------------------------------------------- */

START_TEST(test_fay_herriot_agrees_with_dense_matrices) {
    ck_assert_ok(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err));
    ck_assert_int_eq(expect("fay_herriot"), 10);
    again();
    ck_assert_ok(VALUES(err));
    ck_assert_int_eq(expect("fay_herriot_plain"), 10);
    again();
    ck_assert_ok(
        cx_shrink_coefficients(&values, &variances, &n, &covariates, &options, &table, err));
    ck_assert_int_eq(expect("fay_herriot_terms"), 8);
    ck_assert(table_word_is(table, "term", 0, "intercept"));
    ck_assert(table_word_is(table, "term", 3, "team: c"));
}
END_TEST

START_TEST(test_intervals_agree_with_adaptive_quadrature) {
    ck_assert_ok(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err));
    ck_assert_int_eq(expect("fay_herriot_interval"), 6);
    again();
    ck_assert_ok(VALUES(err));
    ck_assert_int_eq(expect("fay_herriot_plain_interval"), 4);
    again();
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("dirichlet_interval"), 6);
    again();
    shares();
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("beta_binomial_interval"), 6);
}
END_TEST

START_TEST(test_plug_in_intervals_are_those_of_the_standard_error) {
    double z = cx_normal_quantile_upper(0.025);
    options.intervals = CX_SHRINK_PLUG_IN;
    ck_assert_ok(VALUES(err));
    for (int64_t i = 0; i < values.length; i++) {
        double half = z * table_number(table, "se", i), at = table_number(table, "value", i);
        ck_assert_close(table_number(table, "ci_low", i), at - half, 1e-12);
        ck_assert_close(table_number(table, "ci_high", i), at + half, 1e-12);
    }
    ck_assert_int_eq(expect("fay_herriot_plain"), 10); /* values and errors are the same */
}
END_TEST

START_TEST(test_intervals_do_not_take_the_spread_of_three_groups_for_known) {
    double plug_in;
    length(3);
    options.intervals = CX_SHRINK_PLUG_IN;
    ck_assert_ok(VALUES(err));
    plug_in = table_number(table, "ci_high", 0) - table_number(table, "ci_low", 0);
    again();
    options.intervals = CX_SHRINK_INTEGRATED;
    ck_assert_ok(VALUES(err));
    ck_assert_double_gt(table_number(table, "ci_high", 0) - table_number(table, "ci_low", 0),
                        plug_in);
    for (int64_t i = 0; i < 3; i++) {
        ck_assert_double_le(table_number(table, "ci_low", i), table_number(table, "value", i));
        ck_assert_double_ge(table_number(table, "ci_high", i), table_number(table, "value", i));
    }
}
END_TEST

START_TEST(test_intervals_find_a_spread_that_is_far_from_the_variances) {
    for (int64_t i = 0; i < values.length; i++)
        value[i] *= 1e4, variance[i] = 1e-3 * (double)(i + 1);
    ck_assert_ok(VALUES(err));
    for (int64_t i = 0; i < values.length; i++) { /* the groups differ in all they have */
        double half = cx_normal_quantile_upper(0.025) * sqrt(variance[i]);
        ck_assert_close(table_number(table, "ci_high", i) - value[i], half, 1e-3);
    }
}
END_TEST

/* Reads a compressed file of the data folder through gzip. */
static int64_t read_milk(const char *path, char *district) {
    char command[600], line[200];
    int64_t rows = 0;
    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    FILE *file = popen(command, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    for (double sd; rows < MOST && fgets(line, sizeof line, file) != NULL; rows++) {
        ck_assert_int_eq(sscanf(line, "%*d,%lf,%lf,%lf,%*f,%c", &number[rows], &value[rows], &sd,
                                &district[rows]),
                         4);
        variance[rows] = sd * sd;
        team_offsets[rows + 1] = (int32_t)(rows + 1);
    }
    pclose(file);
    return rows;
}

START_TEST(test_milk_expenditure_agrees_with_the_published_figures) {
    char path[500];
    if (shared_path("data/oracle-inputs/milk.csv.gz", path, sizeof path) == NULL) return;
    length(read_milk(path, team_text));
    ck_assert_int_eq(values.length, 43);
    covariates = (cx_frame){&x[1], 1, {0, 0}};
    ck_assert_ok(cx_shrink(&values, &variances, NULL, &covariates, &options, &table, err));
    ck_assert_int_eq(expect("milk"), 7);
    again();
    ck_assert_ok(
        cx_shrink_coefficients(&values, &variances, NULL, &covariates, &options, &table, err));
    ck_assert_int_eq(expect("milk_terms"), 4);
}
END_TEST

START_TEST(test_counts_agree_with_forty_digits) {
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("dirichlet"), 9);
    again();
    options.correction = 0;
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("dirichlet_plain"), 3);
    again();
    shares();
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("beta_binomial_plain"), 3);
    again();
    options.correction = 1;
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("beta_binomial"), 8);
}
END_TEST

START_TEST(test_surgeries_agree_with_the_published_figures) {
    vectors v = vectors_read("fft");
    for (int64_t r = 0; r < v.rows; r++) {
        detractors[r] = vectors_number(&v, r, "s4") + vectors_number(&v, r, "s5");
        passives[r] = detractors[r] + vectors_number(&v, r, "s1") + vectors_number(&v, r, "s2") +
                      vectors_number(&v, r, "s3") + vectors_number(&v, r, "dont_know");
    }
    length(v.rows);
    counts.count = 2;
    vectors_free(&v);
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(expect("fft"), 4);
}
END_TEST

START_TEST(test_batting_averages_are_those_of_the_paper) {
    static const double averages[18] = {.400, .378, .356, .333, .311, .311, .289, .267, .244,
                                        .244, .222, .222, .222, .222, .222, .200, .178, .156};
    memcpy(value, averages, sizeof averages);
    length(18);
    variance[0] = 0.265 * 0.735 / 45;
    variances.length = 1;
    options.method = CX_SHRINK_JAMES_STEIN;
    ck_assert_ok(cx_shrink(&values, &variances, NULL, NULL, &options, &table, err));
    ck_assert_int_eq(expect("baseball"), 2);
    ck_assert_double_eq(table_number(table, "rank", 0), 1);
    ck_assert_double_eq(table_number(table, "rank", 4), 5); /* a tie */
    ck_assert_double_eq(table_number(table, "rank", 5), 5);
}
END_TEST

START_TEST(test_james_stein_never_turns_the_order_round) {
    for (int i = 0; i < 12; i++) value[i] = 30 + i, variance[i] = 1e4;
    options.method = CX_SHRINK_JAMES_STEIN;
    ck_assert_ok(VALUES(err));
    ck_assert_double_eq(figure("factor"), 0);
    ck_assert_close(table_number(table, "value", 0), 35.5, 1e-14);
}
END_TEST

START_TEST(test_a_group_that_nobody_was_asked_in_gets_the_prediction) {
    double se[2];
    value[5] = NAN, variance[5] = NAN, number[5] = NAN;
    ck_assert_ok(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err));
    ck_assert_double_eq(table_number(table, "own_weight", 5), 0);
    ck_assert(isnan(table_number(table, "raw", 5)));
    ck_assert(isfinite(table_number(table, "value", 5)));
    se[0] = table_number(table, "se", 5), se[1] = table_number(table, "se", 9);
    ck_assert_double_gt(se[0], se[1]);
    again();
    detractors[5] = passives[5] = promoters[5] = 0;
    ck_assert_ok(COUNTS(err));
    ck_assert_close(table_number(table, "value", 5), figure("mean"), 1e-12);
    ck_assert_double_eq(table_number(table, "own_weight", 5), 0);
}
END_TEST

START_TEST(test_covariates_that_follow_from_others_are_left_out) {
    double fitted[12];
    cx_array twice[3] = {x[0], x[1], x[0]};
    cx_frame more = {twice, 3, {0, 0}};
    ck_assert_ok(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err));
    for (int i = 0; i < 12; i++) fitted[i] = table_number(table, "value", i);
    again();
    twice[2].name = "again";
    ck_assert_ok(cx_shrink(&values, &variances, &n, &more, &options, &table, err));
    for (int i = 0; i < 12; i++) ck_assert_close(table_number(table, "value", i), fitted[i], 1e-9);
    ck_assert_double_eq(figure("coefficients"), 4);
    again();
    ck_assert_ok(cx_shrink_coefficients(&values, &variances, &n, &more, &options, &table, err));
    ck_assert(isnan(table_number(table, "value", 4)));
}
END_TEST

/* -- invalid ------------------------------------------------------------------------------- */

START_TEST(test_bad_values_say_where) {
    variance[2] = -1;
    ck_assert_fails(VALUES(err), CX_E_DOMAIN, "row 2");
    variance[2] = NAN;
    ck_assert_fails(VALUES(err), CX_E_DOMAIN, "has no variance");
    variance[2] = 160, value[4] = INFINITY;
    ck_assert_fails(VALUES(err), CX_E_DOMAIN, "row 4");
    value[4] = 1, number[6] = 0;
    ck_assert_fails(VALUES(err), CX_E_DOMAIN, "above 0");
    number[6] = 9, covariate[1] = NAN;
    ck_assert_fails(cx_shrink(&values, &variances, &n, &covariates, NULL, &table, err), CX_E_DOMAIN,
                    "column x, row 1");
    options.method = CX_SHRINK_JAMES_STEIN;
    ck_assert_fails(VALUES(err), CX_E_MISMATCH, "one for all");
    ck_assert_fails(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err),
                    CX_E_MISMATCH, "no covariates");
    length(3);
    ck_assert_fails(VALUES(err), CX_E_FEW, "four groups");
    options.method = CX_SHRINK_FAY_HERRIOT;
    covariate[1] = 2;
    ck_assert_fails(cx_shrink(&values, &variances, &n, &covariates, &options, &table, err),
                    CX_E_FEW, "coefficients");
    options.method = CX_SHRINK_DIRICHLET;
    ck_assert_fails(VALUES(err), CX_E_OPTION, "needs counts");
}
END_TEST

START_TEST(test_bad_counts_say_where) {
    cx_tallies *set = tallies_of(1);
    detractors[2] = -1;
    ck_assert_fails(COUNTS(err), CX_E_DOMAIN, "row 2");
    detractors[2] = NAN;
    ck_assert_fails(COUNTS(err), CX_E_DOMAIN, "row 2");
    options.method = CX_SHRINK_BETA_BINOMIAL;
    ck_assert_fails(COUNTS(err), CX_E_OPTION, "does not fit");
    counts.count = 1;
    ck_assert_fails(COUNTS(err), CX_E_LENGTH, "1 columns");
    counts.count = 2;
    detractors[2] = 100;
    ck_assert_fails(COUNTS(err), CX_E_DOMAIN, "more than the n");
    options.top = 11;
    ck_assert_fails(cx_shrink_tallies(set, &options, &table, err), CX_E_OPTION, "top is 11");
    options.method = CX_SHRINK_JAMES_STEIN;
    ck_assert_fails(cx_shrink_tallies(set, &options, &table, err), CX_E_OPTION, "one variance");
    options.method = CX_SHRINK_AUTO, options.promoters = 6;
    ck_assert_fails(cx_shrink_tallies(set, &options, &table, err), CX_E_OPTION, "do not fit");
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_methods_have_names) {
    ck_assert_str_eq(cx_shrink_method_name(CX_SHRINK_FAY_HERRIOT), "fay-herriot");
    ck_assert_str_eq(cx_shrink_method_name(CX_SHRINK_JAMES_STEIN), "james-stein");
    ck_assert_str_eq(cx_shrink_method_name(-1), "unknown");
    ck_assert_str_eq(cx_shrink_method_name(CX_SHRINK_END), "unknown");
}
END_TEST

Suite *suite_shrink(void) {
    Suite *suite = suite_create("shrink");
    TCase *tcase = tcase_create("shrink");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_groups_are_empty);
    tcase_add_test(tcase, test_one_group_stays_as_it_is);
    tcase_add_test(tcase, test_promoters_everywhere_are_not_certain);
    tcase_add_test(tcase, test_a_point_of_promoters_only_is_drawn_to_the_others);
    tcase_add_test(tcase, test_a_variance_of_zero_is_smoothed);
    tcase_add_test(tcase, test_groups_that_do_not_differ_are_pooled_in_full);
    tcase_add_test(tcase, test_fay_herriot_agrees_with_dense_matrices);
    tcase_add_test(tcase, test_intervals_agree_with_adaptive_quadrature);
    tcase_add_test(tcase, test_plug_in_intervals_are_those_of_the_standard_error);
    tcase_add_test(tcase, test_intervals_do_not_take_the_spread_of_three_groups_for_known);
    tcase_add_test(tcase, test_intervals_find_a_spread_that_is_far_from_the_variances);
    tcase_add_test(tcase, test_milk_expenditure_agrees_with_the_published_figures);
    tcase_add_test(tcase, test_counts_agree_with_forty_digits);
    tcase_add_test(tcase, test_surgeries_agree_with_the_published_figures);
    tcase_add_test(tcase, test_batting_averages_are_those_of_the_paper);
    tcase_add_test(tcase, test_james_stein_never_turns_the_order_round);
    tcase_add_test(tcase, test_a_group_that_nobody_was_asked_in_gets_the_prediction);
    tcase_add_test(tcase, test_covariates_that_follow_from_others_are_left_out);
    tcase_add_test(tcase, test_bad_values_say_where);
    tcase_add_test(tcase, test_bad_counts_say_where);
    tcase_add_test(tcase, test_methods_have_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
