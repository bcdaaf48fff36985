#include "calibrated.h"

/* -- unequal weights ----------------------------------------------------------------------- */

static cx_kish_result kish;
static cx_trim_options opts;
static cx_weights *trimmed, *raked;
static double got[64];

static void setup(void) {
    cx_trim_options_init(&opts);
    trimmed = raked = NULL;
}

static void teardown(void) {
    cx_weights_free(trimmed);
    cx_weights_free(raked);
}

static cx_status kish_of(const double *values, int64_t count, int32_t zeros, cx_error *err) {
    cx_array weights = doubles(values, count, "w");
    cx_kish_options options;
    cx_kish_options_init(&options);
    options.zeros = zeros;
    return cx_kish(&weights, &options, &kish, err);
}

START_TEST(test_no_weight_has_no_design_effect) {
    double zero[] = {0, 0};
    ck_assert_fails(kish_of(zero, 0, 0, err), CX_E_EMPTY, "weight");
    ck_assert_fails(kish_of(zero, 2, 1, err), CX_E_EMPTY, "weight");
}
END_TEST

START_TEST(test_one_weight_is_one_answer) {
    double one[] = {0, 7};
    ck_assert_ok(kish_of(one, 2, 0, err));
    ck_assert_double_eq(kish.deff, 1);
    ck_assert_double_eq(kish.n_eff, 1);
    ck_assert_double_eq(kish.largest, 1);
}
END_TEST

START_TEST(test_equal_weights_cost_nothing) {
    double same[] = {3, 3, 3, 3};
    ck_assert_ok(kish_of(same, 4, 0, err));
    ck_assert_double_eq(kish.deff, 1);
    ck_assert_double_eq(kish.n_eff, 4);
    ck_assert_double_eq(kish.cv, 0);
}
END_TEST

START_TEST(test_kish_agrees_with_published_numbers) {
    vectors v = vectors_read("kish");
    for (int64_t r = 0; r < v.rows; r++) {
        double values[16];
        int64_t count = 0;
        for (const char *at = vectors_text(&v, r, "weights"); *at != '\0';) {
            char *end;
            values[count++] = strtod(at, &end);
            at = end + strspn(end, " ");
        }
        ck_assert_ok(kish_of(values, count, (int32_t)vectors_number(&v, r, "zeros"), err));
        double tolerance = vectors_number(&v, r, "tolerance");
        ck_assert_close(kish.deff, vectors_number(&v, r, "deff"), tolerance);
        ck_assert_close(kish.n_eff, vectors_number(&v, r, "n_eff"), tolerance);
    }
    ck_assert_int_ge(v.rows, 5);
    vectors_free(&v);
}
END_TEST

START_TEST(test_weights_of_any_size_have_a_design_effect) {
    double huge[] = {1e100, 1e100, 5e99}, tiny[] = {1e-100, 1e-100, 5e-101};
    ck_assert_ok(kish_of(huge, 3, 0, err));
    double deff = kish.deff;
    ck_assert_close(deff, 3 * 2.25 / 6.25, 1e-14);
    tiny[2] = 1e-100 * 2;
    tiny[0] = tiny[1] = 4e-100;
    ck_assert_ok(kish_of(tiny, 3, 0, err));
    ck_assert_close(kish.deff, deff, 1e-14);
}
END_TEST

START_TEST(test_bad_weights_name_their_row) {
    double bad[] = {1, -1}, missing[] = {1, NAN};
    ck_assert_fails(kish_of(bad, 2, 0, err), CX_E_DOMAIN, "row 1");
    ck_assert_fails(kish_of(missing, 2, 0, err), CX_E_DOMAIN, "missing");
}
END_TEST

/* -- trimming ------------------------------------------------------------------------------ */

static cx_status trim_of(const double *values, int64_t count, cx_error *err) {
    cx_array weights = doubles(values, count, "w");
    cx_weights_free(trimmed);
    trimmed = NULL;
    cx_status status = cx_trim(&weights, NULL, &opts, &trimmed, err);
    if (status == CX_OK) weights_into(trimmed, "weight", got);
    return status;
}

START_TEST(test_nothing_is_cut_where_nothing_exceeds) {
    double values[] = {1, 2, 3, 0};
    ck_assert_ok(trim_of(values, 4, err));
    for (int i = 0; i < 4; i++) ck_assert_double_eq(got[i], values[i]);
    cx_weights_summary s = summary_of(trimmed);
    ck_assert_int_eq(s.at_upper, 0);
    ck_assert_int_eq(s.converged, 1);
    ck_assert_double_eq(s.cap_upper, 10); /* 5 times the median of 1, 2, 3 */
}
END_TEST

START_TEST(test_what_is_cut_goes_to_the_others_in_proportion) {
    double values[] = {1, 1, 2, 16};
    opts.base = CX_TRIM_MEAN;
    opts.upper = 2;
    ck_assert_ok(trim_of(values, 4, err)); /* mean 5: the cap is 10, 6 go to 1, 1, 2 */
    ck_assert_close(got[3], 10, 1e-14);
    ck_assert_close(got[0], 2.5, 1e-14);
    ck_assert_close(got[2], 5, 1e-14);
    cx_weights_summary s = summary_of(trimmed);
    ck_assert_close(s.total, 20, 1e-14);
    ck_assert_int_eq(s.at_upper, 1);
}
END_TEST

START_TEST(test_sharing_out_goes_on_until_no_weight_passes_the_cap) {
    double values[] = {1, 1, 1, 9, 28};
    opts.base = CX_TRIM_MEAN;
    opts.upper = 1.5; /* mean 8, cap 12: 28 falls by 16, which lifts 9 beyond the cap as well */
    ck_assert_ok(trim_of(values, 5, err));
    ck_assert_close(got[4], 12, 1e-14);
    ck_assert_close(got[3], 12, 1e-14);
    ck_assert_close(got[0], 16.0 / 3, 1e-14);
    ck_assert_close(summary_of(trimmed).total, 40, 1e-14);
    ck_assert_int_eq(summary_of(trimmed).at_upper, 2);
}
END_TEST

START_TEST(test_both_caps_hold_together) {
    double values[] = {0.1, 1, 1, 1, 6.9};
    opts.base = CX_TRIM_MEAN;
    opts.lower = 0.5, opts.upper = 2;
    ck_assert_ok(trim_of(values, 5, err)); /* mean 2: 1 and 4 are the caps */
    ck_assert_close(got[0], 1, 1e-14);
    ck_assert_close(got[1], 5.0 / 3, 1e-13);
    ck_assert_close(got[4], 4, 1e-14);
    ck_assert_int_eq(summary_of(trimmed).at_lower, 1);
}
END_TEST

START_TEST(test_without_redistribution_the_total_falls_and_says_so) {
    double values[] = {1, 1, 2, 16};
    opts.base = CX_TRIM_ABSOLUTE;
    opts.redistribute = 0;
    opts.upper = 4;
    ck_assert_ok(trim_of(values, 4, err));
    ck_assert_double_eq(got[3], 4);
    ck_assert_double_eq(got[0], 1);
    ck_assert_double_eq(summary_of(trimmed).total, 8);
    ck_assert_int_eq(summary_of(trimmed).converged, 0);
}
END_TEST

START_TEST(test_caps_that_cannot_hold_the_total_are_refused) {
    double values[] = {1, 1, 1, 97};
    opts.upper = 2;
    ck_assert_fails(trim_of(values, 4, err), CX_E_INFEASIBLE, "4 weights of at most 2");
    opts.upper = 0.5;
    ck_assert_fails(trim_of(values, 4, err), CX_E_OPTION, "caps");
    opts.base = CX_TRIM_ABSOLUTE, opts.lower = 50, opts.upper = 60;
    ck_assert_fails(trim_of(values, 4, err), CX_E_INFEASIBLE, "at least 50");
}
END_TEST

START_TEST(test_margins_are_looked_at_again_after_the_cut) {
    static words text, names;
    cx_margins *margins;
    double totals[] = {60, 40};
    cx_array column = *words_split(&text, "age", "young old old old old old old old old old");
    cx_array of = doubles(totals, 2, "totals");
    cx_frame table = {&column, 1, {0, 0}};
    cx_frame categories = {words_split(&names, "age", "young old"), 1, {0, 0}};
    ck_assert_ok(cx_margins_new(NULL, &margins, err));
    ck_assert_ok(cx_margins_add(margins, &categories, &of, err));
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &raked, err));
    cx_margins_free(margins);
    opts.base = CX_TRIM_MEAN, opts.upper = 3;
    ck_assert_ok(cx_trim(NULL, raked, &opts, &trimmed, err));
    cx_weights_free(raked); /* the trimmed ones hold what they need */
    raked = NULL;
    cx_weights_summary s = summary_of(trimmed);
    ck_assert_int_eq(s.converged, 0);
    ck_assert_str_eq(s.worst_margin, "age");
    ck_assert_str_eq(s.worst_category, "old");
    ck_assert_close(s.worst_attained, 70, 1e-12);
    ck_assert_close(s.total, 100, 1e-12);
    cx_table *told;
    ck_assert_ok(cx_weights_margins(trimmed, &told, err));
    ck_assert_close(table_number(told, "attained", 0), 30, 1e-12);
    ck_assert_double_eq(table_number(told, "wanted", 0), 60);
    cx_table_free(told);
}
END_TEST

START_TEST(test_trimmed_weights_of_an_array_have_no_margins_and_serve_a_design) {
    double values[] = {1, 1, 2, 16}, y[] = {1, 2, 3, 4};
    cx_array weights = doubles(values, 4, "w"), scores = doubles(y, 4, "y");
    cx_design *design;
    cx_survey_estimate estimate;
    cx_table *told;
    opts.base = CX_TRIM_MEAN, opts.upper = 2;
    ck_assert_ok(cx_trim(&weights, NULL, &opts, &trimmed, err));
    ck_assert_str_eq(summary_of(trimmed).worst_margin, "");
    ck_assert_ok(cx_weights_margins(trimmed, &told, err));
    ck_assert_int_eq(cx_table_rows(told), 0);
    cx_table_free(told);
    ck_assert_ok(cx_design_new(NULL, NULL, NULL, NULL, trimmed, NULL, &design, err));
    ck_assert_ok(cx_survey_mean(&scores, design, NULL, NULL, &estimate, err));
    ck_assert_close(estimate.estimate.value, (2.5 + 5 + 15 + 40) / 20, 1e-12);
    cx_design_free(design);
}
END_TEST

Suite *suite_trim(void);
Suite *suite_trim(void) {
    Suite *suite = suite_create("trim");
    TCase *tcase = tcase_create("trim");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_weight_has_no_design_effect);
    tcase_add_test(tcase, test_one_weight_is_one_answer);
    tcase_add_test(tcase, test_equal_weights_cost_nothing);
    tcase_add_test(tcase, test_kish_agrees_with_published_numbers);
    tcase_add_test(tcase, test_weights_of_any_size_have_a_design_effect);
    tcase_add_test(tcase, test_bad_weights_name_their_row);
    tcase_add_test(tcase, test_nothing_is_cut_where_nothing_exceeds);
    tcase_add_test(tcase, test_what_is_cut_goes_to_the_others_in_proportion);
    tcase_add_test(tcase, test_sharing_out_goes_on_until_no_weight_passes_the_cap);
    tcase_add_test(tcase, test_both_caps_hold_together);
    tcase_add_test(tcase, test_without_redistribution_the_total_falls_and_says_so);
    tcase_add_test(tcase, test_caps_that_cannot_hold_the_total_are_refused);
    tcase_add_test(tcase, test_margins_are_looked_at_again_after_the_cut);
    tcase_add_test(tcase, test_trimmed_weights_of_an_array_have_no_margins_and_serve_a_design);
    suite_add_tcase(suite, tcase);
    return suite;
}
