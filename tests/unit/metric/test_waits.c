#include "waiting.h"

/* -- empty and one ------------------------------------------------------------------------- */

START_TEST(test_without_waits_there_is_no_curve) {
    cx_table *table;
    ck_assert_fails(cx_waits_survival(waits, 10, NULL, &estimate, err), CX_E_EMPTY, "no waits");
    ck_assert_fails(cx_waits_quantile(waits, 0.5, NULL, &estimate, err), CX_E_EMPTY, "no waits");
    ck_assert_fails(cx_waits_rate(waits, NULL, &estimate, err), CX_E_EMPTY, "no waits");
    ck_assert_ok(cx_waits_curve(waits, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 0);
    cx_table_free(table);
    ck_assert(isnan(cx_waits_longest(waits)));
    ck_assert_int_eq(cx_waits_size(waits), 1);
    ck_assert_int_eq(cx_waits_size(NULL), 0);
    cx_waits_free(NULL);
}
END_TEST

START_TEST(test_one_abandoned_wait_is_a_step_to_zero) {
    add("5");
    ck_assert_ok(cx_waits_survival(waits, 4.5, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 1);
    ck_assert_close(estimate.ci_low, 0.025, 1e-12);
    ck_assert_ok(cx_waits_survival(waits, 1e9, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0);
    ck_assert_double_eq(estimate.ci_low, 0);
    ck_assert_close(estimate.ci_high, 0.975, 1e-12);
    ck_assert(isnan(estimate.se));
    ck_assert(estimate.flags & CX_FLAG_FEW);
    ck_assert_ok(cx_waits_quantile(waits, 0.5, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 5);
}
END_TEST

START_TEST(test_when_nobody_gives_up_the_curve_stays_at_one_and_ends_with_the_follow_up) {
    add("1+ 2+ 3+ 4+ 5+ 6+");
    ck_assert_ok(cx_waits_survival(waits, 6, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 1);
    ck_assert_close(estimate.ci_low, 0.025,
                    1e-12); /* one customer is known to last longer than 6 */
    ck_assert_ok(cx_waits_survival(waits, 2, NULL, &estimate, err));
    ck_assert_close(estimate.ci_low, pow(0.025, 1 / 5.0), 1e-12);
    ck_assert_fails(cx_waits_survival(waits, 6.5, NULL, &estimate, err), CX_E_UNIDENTIFIED,
                    "longest wait is 6");
    ck_assert_fails(cx_waits_quantile(waits, 0.5, NULL, &estimate, err), CX_E_UNIDENTIFIED,
                    "follow-up of 6");
    ck_assert_fails(cx_waits_restricted_mean(waits, 7, NULL, &estimate, err), CX_E_UNIDENTIFIED,
                    "longest");
    ck_assert_ok(cx_waits_restricted_mean(waits, 6, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 6);
    ck_assert(isnan(estimate.se));
    ck_assert_ok(cx_waits_rate(waits, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0);
    ck_assert_double_eq(estimate.ci_low, 0);
    ck_assert_close(estimate.ci_high, -log(0.025) / 21, 1e-10);
}
END_TEST

/* -- ties and typical ---------------------------------------------------------------------- */

START_TEST(test_at_a_tie_events_come_before_censoring) {
    add("3+ 3 3+ 4");
    ck_assert_ok(cx_waits_survival(waits, 3, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.75);
}
END_TEST

START_TEST(test_figures_match_those_of_others) {
    vectors v = vectors_read("waits");
    ck_assert_int_gt(v.rows, 30);
    for (int64_t i = 0; i < v.rows; i++) {
        const char *kind = vectors_text(&v, i, "figure");
        double at = vectors_number(&v, i, "at"), tolerance = vectors_number(&v, i, "tolerance");
        cx_waits_reset(waits);
        add(vectors_text(&v, i, "waits"));
        if (strcmp(kind, "survival") == 0)
            ck_assert_ok(cx_waits_survival(waits, at, NULL, &estimate, err));
        else if (strcmp(kind, "quantile") == 0)
            ck_assert_ok(cx_waits_quantile(waits, at, NULL, &estimate, err));
        else if (strcmp(kind, "restricted-mean") == 0)
            ck_assert_ok(cx_waits_restricted_mean(waits, at, NULL, &estimate, err));
        else
            ck_assert_ok(cx_waits_rate(waits, NULL, &estimate, err));
        const char *fields[] = {"value", "se", "ci_low", "ci_high"};
        const double found[] = {estimate.value, estimate.se, estimate.ci_low, estimate.ci_high};
        for (int f = 0; f < 4; f++) {
            double expected = vectors_number(&v, i, fields[f]);
            if (!isnan(expected))
                ck_assert_msg(close_relative(found[f], expected, tolerance),
                              "%s: %s is %.15g, not %.15g", vectors_text(&v, i, "id"), fields[f],
                              found[f], expected);
        }
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_log_rank_matches_that_of_others) {
    vectors v = vectors_read("logrank");
    ck_assert_int_ge(v.rows, 3);
    for (int64_t i = 0; i < v.rows; i++) {
        cx_table *table;
        double tolerance = vectors_number(&v, i, "tolerance"), observed = 0, expected = 0;
        cx_waits_reset(waits);
        add_groups(vectors_text(&v, i, "groups"));
        ck_assert_ok(cx_waits_logrank(waits, NULL, &table, err));
        ck_assert_close(table_figure(table, "chi2"), vectors_number(&v, i, "chi2"), tolerance);
        ck_assert_double_eq(table_figure(table, "df"), vectors_number(&v, i, "df"));
        ck_assert_close(table_figure(table, "p_value"), vectors_number(&v, i, "p_value"), 1e-6);
        for (int64_t g = 0; g < cx_table_rows(table); g++) {
            observed += table_number(table, "observed", g);
            expected += table_number(table, "expected", g);
        }
        ck_assert_close(expected, observed, 1e-12);
        ck_assert_double_eq(observed, (double)cx_waits_events(waits));
        cx_table_free(table);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_log_rank_of_equal_groups_is_zero_and_of_one_group_nothing) {
    cx_table *table;
    add_groups("1 2 3+ 5 | 1 2 3+ 5");
    ck_assert_ok(cx_waits_logrank(waits, NULL, &table, err));
    ck_assert_double_eq(table_figure(table, "chi2"), 0);
    ck_assert_double_eq(table_figure(table, "p_value"), 1);
    cx_table_free(table);
    cx_waits_reset(waits);
    add_groups("1 2 3");
    ck_assert_fails(cx_waits_logrank(waits, NULL, &table, err), CX_E_FEW, "1 groups");
    cx_waits_reset(waits);
    add_groups("1+ 2+ | 1+ 2+");
    ck_assert_fails(cx_waits_logrank(waits, NULL, &table, err), CX_E_FEW, "nothing to compare");
    cx_waits_reset(waits);
    add("1 2");
    ck_assert_fails(cx_waits_logrank(waits, NULL, &table, err), CX_E_MISMATCH, "not split");
}
END_TEST

START_TEST(test_plain_limits_are_cut_at_zero_and_one) {
    cx_curve_options options;
    cx_curve_options_init(&options);
    options.method = CX_METHOD_WALD;
    add("1 2 3 4 5+ 6 7 8 9 10");
    ck_assert_ok(cx_waits_survival(waits, 1, &options, &estimate, err));
    ck_assert_close(estimate.se, sqrt(0.9 * 0.1 / 10), 1e-12);
    ck_assert_close(estimate.ci_low, 0.9 - 1.959963984540054 * estimate.se, 1e-12);
    ck_assert_double_eq(estimate.ci_high, 1);
}
END_TEST

START_TEST(test_within_is_the_complement_of_survival) {
    cx_estimate within;
    add("1 2 2+ 4 5+ 6 7 8+ 9 10");
    ck_assert_ok(cx_waits_survival(waits, 5, NULL, &estimate, err));
    ck_assert_ok(cx_waits_within(waits, 5, NULL, &within, err));
    ck_assert_double_eq(within.value, 1 - estimate.value);
    ck_assert_double_eq(within.ci_low, 1 - estimate.ci_high);
    ck_assert_double_eq(within.ci_high, 1 - estimate.ci_low);
}
END_TEST

START_TEST(test_the_curve_shows_every_step) {
    cx_table *table;
    add("2 2 1+ 4 4+ 7+");
    ck_assert_ok(cx_waits_curve(waits, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    const double times[] = {1, 2, 4, 7}, risk[] = {6, 5, 3, 1};
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_double_eq(table_number(table, "time", i), times[i]);
        ck_assert_double_eq(table_number(table, "at_risk", i), risk[i]);
    }
    ck_assert_close(table_number(table, "survival", 1), 0.6, 1e-15);
    ck_assert_close(table_number(table, "survival", 2), 0.4, 1e-15);
    ck_assert_double_eq(table_number(table, "survival", 3), table_number(table, "survival", 2));
    ck_assert_double_eq(table_number(table, "events", 1), 2);
    ck_assert_double_eq(table_number(table, "censored", 2), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_without_censoring_the_curve_is_the_share_that_lasted) {
    for (rows = 0; rows < 97; rows++)
        durations[rows] = (double)(rows * 31 % 97) / 7, ends[rows] = 1;
    ck_assert_ok(add_rows(0, rows, NULL, NULL, err));
    for (int k = 1; k < 97; k++) {
        ck_assert_ok(cx_waits_survival(waits, (k - 1) / 7.0, NULL, &estimate, err));
        ck_assert_close(estimate.value, (97 - k) / 97.0, 1e-15);
        ck_assert_close(estimate.se, sqrt(estimate.value * (1 - estimate.value) / 97), 1e-12);
    }
}
END_TEST

/* -- silent leavers, zeros, groups --------------------------------------------------------- */

START_TEST(test_unknown_ends_give_two_bounds_around_what_is_known) {
    cx_estimate low, high;
    cx_curve_options options;
    cx_curve_options_init(&options);
    add("1 2? 3 3? 4+ 5 6? 8+");
    ck_assert_int_eq(cx_waits_unknown(waits), 3);
    ck_assert_int_eq(cx_waits_n(waits), 5);
    ck_assert_ok(cx_waits_survival(waits, 4, NULL, &estimate, err));
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 3);
    ck_assert(estimate.flags & CX_FLAG_PARTIAL);
    options.unknown = CX_UNKNOWN_CENSORED;
    ck_assert_ok(cx_waits_survival(waits, 4, &options, &high, err));
    options.unknown = CX_UNKNOWN_EVENT;
    ck_assert_ok(cx_waits_survival(waits, 4, &options, &low, err));
    ck_assert_int_eq(low.n, 8);
    ck_assert_int_eq(low.excluded[CX_EXCLUDED_MISSING], 0);
    ck_assert_double_eq(low.value, 0.5);
    ck_assert_close(high.value, 7 / 8.0 * 5 / 6.0, 1e-15);
    ck_assert(!(low.flags & CX_FLAG_PARTIAL));
}
END_TEST

START_TEST(test_waits_of_zero_are_kept_censored_or_left_out) {
    cx_waits_options options;
    const double values[] = {0.75, 1, 1};
    const int64_t n[] = {4, 4, 2};
    cx_waits_options_init(&options);
    parse("0 0+ 5 6");
    for (int32_t zero = CX_ZERO_KEEP; zero <= CX_ZERO_EXCLUDE; zero++) {
        options.zero = zero;
        cx_waits_reset(waits);
        ck_assert_ok(add_rows(0, rows, NULL, &options, err));
        ck_assert_ok(cx_waits_survival(waits, 0, NULL, &estimate, err));
        ck_assert_double_eq(estimate.value, values[zero]);
        ck_assert_int_eq(estimate.n, n[zero]);
        ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], zero == 2 ? 2 : 0);
    }
}
END_TEST

START_TEST(test_what_is_left_out_is_counted) {
    add("1 - -3 4+ -1");
    ck_assert_int_eq(cx_waits_n(waits), 2);
    ck_assert_int_eq(cx_waits_excluded(waits, CX_EXCLUDED_MISSING), 1);
    ck_assert_int_eq(cx_waits_excluded(waits, CX_EXCLUDED_OUT_OF_RANGE), 2);
    ck_assert_int_eq(cx_waits_excluded(waits, 99), 0);
}
END_TEST

START_TEST(test_bad_rows_are_named_and_nothing_changes) {
    cx_waits_options options;
    cx_waits_options_init(&options);
    options.invalid = CX_INVALID_ERROR;
    add("1 2+");
    parse("1 2 -3");
    ck_assert_fails(add_rows(0, rows, NULL, &options, err), CX_E_DOMAIN, "row 2");
    durations[2] = INFINITY;
    ck_assert_fails(add_rows(0, rows, NULL, NULL, err), CX_E_DOMAIN, "infinite");
    durations[2] = 3, ends[1] = 2;
    ck_assert_fails(add_rows(0, rows, NULL, NULL, err), CX_E_DOMAIN, "2 is neither 0");
    ck_assert_int_eq(cx_waits_n(waits), 2);
}
END_TEST

START_TEST(test_groups_are_the_curves_of_their_parts) {
    cx_table *table;
    cx_waits *part, *total;
    add_groups("1 2+ 3 | 5 6 7+ 9 | 4+");
    ck_assert_int_eq(cx_waits_size(waits), 3);
    ck_assert_ok(cx_waits_quantile_by(waits, 0.5, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_ok(cx_waits_take(waits, 1, &part, err));
    ck_assert_int_eq(cx_waits_key_columns(part), 0);
    ck_assert_ok(cx_waits_quantile(part, 0.5, NULL, &estimate, err));
    ck_assert_double_eq(table_number(table, "value", 1), estimate.value);
    ck_assert(isnan(table_number(table, "value", 2))); /* nobody gave up there */
    ck_assert_fails(cx_waits_quantile(waits, 0.5, NULL, &estimate, err), CX_E_MISMATCH, "keys");
    ck_assert_ok(cx_waits_total(waits, NULL, &total, err));
    ck_assert_int_eq(cx_waits_n(total), 8);
    cx_table_free(table);
    ck_assert_ok(cx_waits_curve(waits, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 8);
    ck_assert_double_eq(table_number(table, "group", 3), 1);
    cx_table_free(table);
    ck_assert_fails(cx_waits_take(waits, 3, &part, err), CX_E_NAME, "none at 3");
    cx_waits_free(part);
    cx_waits_free(total);
}
END_TEST

START_TEST(test_keys_may_not_come_and_go) {
    const int32_t keys[] = {1, 2, 1};
    cx_array key = cx_array_of(keys, CX_I32, 3);
    cx_frame by = {&key, 1, {0, 0}};
    key.name = "team";
    add("1 2 3");
    ck_assert_fails(add_rows(0, 3, &by, NULL, err), CX_E_MISMATCH, "are not split");
    cx_waits_reset(waits);
    ck_assert_ok(add_rows(0, 0, &(cx_frame){&(cx_array){.dtype = CX_I32, .name = "team"}, 1, {0}},
                          NULL, err));
    ck_assert_fails(add_rows(0, 3, NULL, NULL, err), CX_E_MISMATCH, "are split");
    ck_assert_ok(add_rows(0, 3, &by, NULL, err));
    key.name = "shop";
    ck_assert_fails(add_rows(0, 3, &by, NULL, err), CX_E_MISMATCH, "team");
    ck_assert_int_eq(cx_waits_n(waits), 3);
}
END_TEST

Suite *suite_waits(void);
Suite *suite_waits(void) {
    Suite *suite = suite_create("waits");
    TCase *tcase = tcase_create("waits");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_without_waits_there_is_no_curve);
    tcase_add_test(tcase, test_one_abandoned_wait_is_a_step_to_zero);
    tcase_add_test(tcase,
                   test_when_nobody_gives_up_the_curve_stays_at_one_and_ends_with_the_follow_up);
    tcase_add_test(tcase, test_at_a_tie_events_come_before_censoring);
    tcase_add_test(tcase, test_figures_match_those_of_others);
    tcase_add_test(tcase, test_log_rank_matches_that_of_others);
    tcase_add_test(tcase, test_log_rank_of_equal_groups_is_zero_and_of_one_group_nothing);
    tcase_add_test(tcase, test_plain_limits_are_cut_at_zero_and_one);
    tcase_add_test(tcase, test_within_is_the_complement_of_survival);
    tcase_add_test(tcase, test_the_curve_shows_every_step);
    tcase_add_test(tcase, test_without_censoring_the_curve_is_the_share_that_lasted);
    tcase_add_test(tcase, test_unknown_ends_give_two_bounds_around_what_is_known);
    tcase_add_test(tcase, test_waits_of_zero_are_kept_censored_or_left_out);
    tcase_add_test(tcase, test_what_is_left_out_is_counted);
    tcase_add_test(tcase, test_bad_rows_are_named_and_nothing_changes);
    tcase_add_test(tcase, test_groups_are_the_curves_of_their_parts);
    tcase_add_test(tcase, test_keys_may_not_come_and_go);
    suite_add_tcase(suite, tcase);
    return suite;
}
