#include "../support.h"

#define WEEK INT64_C(604800000000)

static cx_tallies *set;
static cx_window_options weeks;

static void setup(void) {
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    cx_window_options_init(&weeks);
    weeks.unit = CX_WINDOW_WEEK;
}

static void teardown(void) {
    cx_tallies_free(set);
}

/* n answers of a site in a week, `promoters` of them 10 and the rest 0. */
static void answers(int week, int site, int n, int promoters) {
    int64_t times[400];
    int8_t scores[400];
    int32_t sites[400];
    for (int i = 0; i < n; i++) {
        times[i] = week * WEEK;
        scores[i] = i < promoters ? 10 : 0;
        sites[i] = site;
    }
    cx_array time = cx_array_of(times, CX_I64, n), x = cx_array_of(scores, CX_I8, n);
    cx_array key = cx_array_of(sites, CX_I32, n);
    key.name = "site";
    cx_frame by = {&key, 1, {0, 0}};
    ck_assert_ok(
        cx_windows_add(set, &time, NULL, &x, NULL, site == 0 ? NULL : &by, &weeks, NULL, err));
}

static cx_table *trend(void) {
    cx_table *table;
    ck_assert_ok(cx_trend(set, NULL, &table, err));
    return table;
}

START_TEST(test_one_window_has_nothing_to_be_set_against) {
    answers(0, 0, 10, 5);
    cx_table *table = trend();
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert(isnan(table_number(table, "change", 0)));
    ck_assert(table_word_is(table, "change_flag", 0, NULL));
    ck_assert(isnan(table_figure(table, "slope")));
    cx_table_free(table);
}
END_TEST

START_TEST(test_windows_that_are_alike_have_no_flags) {
    for (int week = 0; week < 6; week++) answers(week, 0, 50, 25);
    cx_table *table = trend();
    for (int week = 1; week < 6; week++) {
        ck_assert(table_word_is(table, "change_flag", week, "none"));
        ck_assert(table_word_is(table, "against_flag", week, "none"));
        ck_assert_near(table_number(table, "change", week), 0, 1e-12);
    }
    ck_assert_near(table_figure(table, "slope"), 0, 1e-12);
    ck_assert_double_eq(table_figure(table, "slope_excess"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_step_is_flagged_and_its_size_is_the_difference) {
    for (int week = 0; week < 6; week++) answers(week, 0, 100, week < 3 ? 30 : 70);
    cx_table *table = trend();
    ck_assert(table_word_is(table, "change_flag", 3, "up"));
    ck_assert(table_word_is(table, "change_flag", 4, "none"));
    ck_assert_near(table_number(table, "change", 3), 80, 1e-9);
    ck_assert_near(table_number(table, "against", 3), 80, 1e-9);
    ck_assert_near(table_number(table, "against", 4), 60, 1e-9); /* 40 - (3 (-40) + 40) / 4 */
    ck_assert(table_word_is(table, "against_flag", 4, "up"));
    ck_assert_double_ge(table_number(table, "change_p_adjusted", 3),
                        table_number(table, "change_p", 3));
    ck_assert_double_gt(table_figure(table, "slope_excess"), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_differences_are_those_of_compare) {
    cx_estimate difference;
    cx_compare_options options;
    cx_compare_options_init(&options);
    answers(0, 0, 40, 10);
    answers(1, 0, 60, 30);
    cx_table *table = trend();
    ck_assert_ok(
        cx_compare(cx_tallies_at(set, 1), cx_tallies_at(set, 0), &options, &difference, err));
    ck_assert_close(table_number(table, "change", 1), difference.value, 1e-12);
    ck_assert_close(table_number(table, "change_ci_low", 1), difference.ci_low, 1e-9);
    ck_assert_close(table_number(table, "change_ci_high", 1), difference.ci_high, 1e-9);
    cx_table_free(table);
}
END_TEST

START_TEST(test_few_answers_are_no_test_and_empty_windows_are_passed_over) {
    answers(0, 0, 50, 25);
    answers(2, 0, 4, 4);
    answers(3, 0, 50, 25);
    answers(4, 0, 50, 45);
    cx_table *table = trend();
    ck_assert_int_eq(cx_table_rows(table), 5);
    ck_assert(isnan(table_number(table, "value", 1)));
    ck_assert(table_word_is(table, "change_flag", 1, NULL));
    ck_assert_near(table_number(table, "change", 2), 100, 1e-9);
    ck_assert(table_word_is(table, "change_flag", 2, "too few"));
    ck_assert(table_word_is(table, "change_flag", 3, "too few"));
    ck_assert(isnan(table_number(table, "change_p", 2)));
    ck_assert(table_word_is(table, "change_flag", 4, "up"));
    ck_assert_double_eq(table_figure(table, "windows"), 4);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_slope_of_equal_windows_is_that_of_least_squares) {
    /* scores -20, 0, 20, 40 with one variance up to their spread: all but the same weights */
    for (int week = 0; week < 4; week++) answers(week, 0, 200, 80 + 20 * week);
    cx_table *table = trend();
    ck_assert_near(table_figure(table, "slope"), 20, 0.2);
    ck_assert_double_eq(table_figure(table, "slope_df"), 2);
    ck_assert_double_eq(table_figure(table, "slope_excess"), 1);
    ck_assert(table_figure(table, "slope_ci_low") < 20 &&
              table_figure(table, "slope_ci_high") > 20);
    cx_table_free(table);
}
END_TEST

START_TEST(test_no_site_in_every_window_is_no_panel_and_no_error) {
    cx_error left;
    cx_table *table;
    cx_error_init(&left);
    answers(0, 1, 30, 15);
    answers(1, 2, 30, 15);
    answers(2, 1, 30, 15);
    ck_assert_int_eq(cx_trend(set, NULL, &table, &left), CX_OK);
    ck_assert_int_eq(left.code, CX_OK);
    ck_assert_double_eq(table_figure(table, "panel_keys"), 0);
    ck_assert_double_eq(table_number(table, "panel_n", 1), 0);
    ck_assert(isnan(table_number(table, "panel_ci_low", 1)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_change_of_sites_is_mix_and_the_panel_does_not_move) {
    for (int week = 0; week < 4; week++) answers(week, 1, 100, 50);
    answers(2, 2, 100, 90); /* a good site comes */
    answers(3, 2, 100, 90);
    answers(0, 3, 20, 10); /* one goes */
    cx_table *table = trend(), *keys;
    ck_assert_near(table_number(table, "change", 2), 40, 1e-9);
    ck_assert_near(table_number(table, "mix", 2), 40, 1e-9);
    ck_assert_near(table_number(table, "within", 2), 0, 1e-9);
    ck_assert_near(table_number(table, "panel_change", 2), 0, 1e-9);
    ck_assert_double_eq(table_number(table, "panel_n", 2), 100);
    /* in the second window the panel is all there is */
    ck_assert_double_eq(table_number(table, "panel_ci_low", 1), table_number(table, "ci_low", 1));
    ck_assert_double_eq(table_number(table, "panel_ci_high", 1), table_number(table, "ci_high", 1));
    ck_assert_double_eq(table_number(table, "panel_se", 1), table_number(table, "se", 1));
    ck_assert_double_eq(table_number(table, "panel_n_eff", 2), 100);
    ck_assert(table_number(table, "panel_change_ci_low", 2) < 0);
    ck_assert(table_number(table, "panel_change_ci_high", 2) > 0);
    ck_assert(isnan(table_number(table, "panel_change_ci_low", 0)));
    ck_assert_double_eq(table_number(table, "keys", 0), 2);
    ck_assert_double_eq(table_figure(table, "keys"), 3);
    ck_assert_double_eq(table_figure(table, "panel_keys"), 1);
    cx_table_free(table);
    ck_assert_ok(cx_trend_keys(set, &keys, err));
    ck_assert(table_word_is(keys, "presence", 0, "always"));
    ck_assert(table_word_is(keys, "presence", 1, "came"));
    ck_assert(table_word_is(keys, "presence", 2, "went"));
    ck_assert_double_eq(table_number(keys, "windows", 1), 2);
    ck_assert_double_eq(table_number(keys, "last", 2) - table_number(keys, "first", 2),
                        (double)WEEK);
    cx_table_free(keys);
}
END_TEST

START_TEST(test_what_is_no_series_is_refused) {
    cx_tallies *rolled;
    cx_table *table;
    cx_trend_options options;
    cx_trend_options_init(&options);
    answers(0, 0, 10, 5);
    options.few = 1;
    ck_assert_fails(cx_trend(set, &options, &table, err), CX_E_OPTION, "few is 1");
    ck_assert_fails(cx_trend_keys(set, &table, err), CX_E_MISMATCH, "no other keys");
    ck_assert_ok(cx_windows_roll(set, 2, 1, NULL, &rolled, err));
    ck_assert_fails(cx_trend(rolled, NULL, &table, err), CX_E_MISMATCH, "share answers");
    cx_tallies_free(rolled);
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &rolled, err));
    ck_assert_fails(cx_trend(rolled, NULL, &table, err), CX_E_MISMATCH, "no window");
    cx_tallies_free(rolled);
}
END_TEST

Suite *suite_trend(void) {
    Suite *suite = suite_create("trend");
    TCase *tcase = tcase_create("trend");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_one_window_has_nothing_to_be_set_against);
    tcase_add_test(tcase, test_windows_that_are_alike_have_no_flags);
    tcase_add_test(tcase, test_a_step_is_flagged_and_its_size_is_the_difference);
    tcase_add_test(tcase, test_the_differences_are_those_of_compare);
    tcase_add_test(tcase, test_few_answers_are_no_test_and_empty_windows_are_passed_over);
    tcase_add_test(tcase, test_the_slope_of_equal_windows_is_that_of_least_squares);
    tcase_add_test(tcase, test_no_site_in_every_window_is_no_panel_and_no_error);
    tcase_add_test(tcase, test_a_change_of_sites_is_mix_and_the_panel_does_not_move);
    tcase_add_test(tcase, test_what_is_no_series_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
