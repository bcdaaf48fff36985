#include "contact_log.h"

/* -- empty, one ---------------------------------------------------------------------------- */

START_TEST(test_fcr_of_an_empty_log_is_no_number) {
    memset(&result, 0xAB, sizeof result);
    cx_fcr_result before = result;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "index");
    ck_assert_int_eq(memcmp(&result, &before, sizeof result), 0);
    options.start = INT64_MIN;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "no time");
}
END_TEST

START_TEST(test_fcr_of_one_contact_is_one_with_a_wide_interval) {
    add(1, 50);
    fcr();
    ck_assert_double_eq(result.estimate.value, 1);
    ck_assert_double_lt(result.estimate.ci_low, 0.3);
    ck_assert(isnan(result.estimate.se));
    ck_assert(result.estimate.flags & CX_FLAG_NO_VARIANCE);
    ck_assert(result.estimate.flags & CX_FLAG_FEW);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_within_the_first_window_is_no_number) {
    add(1, 3);
    add(2, 6.9);
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "first");
}
END_TEST

/* -- constant ------------------------------------------------------------------------------ */

START_TEST(test_fcr_without_repeats_has_an_interval_of_positive_width) {
    for (int i = 0; i < 20; i++) add(i, 30 + i);
    fcr();
    ck_assert_double_eq(result.estimate.value, 1);
    cx_estimate wilson;
    ck_assert_ok(cx_share(20, 20, NULL, &wilson, err));
    ck_assert_close(result.estimate.ci_low, wilson.ci_low, 1e-12);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_of_nothing_but_repeats_is_zero) {
    for (int i = 0; i < 20; i++) add(i, 30 + i), add(i, 33 + i);
    fcr();
    ck_assert_double_eq(result.estimate.value, 0);
    ck_assert_int_eq(result.repeats, 20);
    ck_assert_int_eq(result.later, 20);
    ck_assert_double_gt(result.estimate.ci_high, 0.1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_without_repeats_counts_only_those_followed_to_the_end) {
    for (int i = 0; i < 20; i++) add(i, i < 10 ? 50 : 99);
    fcr();
    ck_assert_int_eq(result.censored, 10);
    ck_assert_double_eq(result.estimate.n_eff, 10);
}
END_TEST

/* -- definitions --------------------------------------------------------------------------- */

START_TEST(test_fcr_a_contact_exactly_one_window_later_is_no_repeat) {
    add(1, 20), add(1, 27), add(2, 20), add(2, 27 - 1e-9);
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_only_first_contacts_of_an_issue_are_an_index) {
    for (int i = 0; i < 10; i++) add(1, 20 + 2 * i);
    add(2, 40);
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.later, 9);
    ck_assert_double_eq(result.estimate.value, 0.5);
    ck_assert_int_eq(result.issues, 2);
    ck_assert_double_eq(result.contacts_per_issue, 5.5);
    counts_add_up();
    ck_assert_ok(cx_non_repeat(the_log(), NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 11);
    ck_assert_close(result.estimate.value, 2.0 / 11, 1e-14);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_the_first_window_is_run_in) {
    add(1, 6.99), add(2, 7), add(3, 5), add(3, 11);
    fcr();
    ck_assert_int_eq(result.run_in, 2);
    ck_assert_int_eq(result.later, 1);
    ck_assert_int_eq(result.estimate.n, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_another_topic_is_another_issue) {
    add(1, 20), add(1, 21);
    topic[1] = 5;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
    with_topic = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.customers, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_duplicates_of_the_same_minute_are_one_contact) {
    add(1, 20), add(1, 20 + 59.0 / 86400), add(2, 20), add(2, 20 + 60.0 / 86400);
    fcr();
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_DUPLICATE], 1);
    ck_assert_int_eq(result.contacts, 3);
    ck_assert_int_eq(result.repeats, 1);
    options.merge_gap = 0;
    fcr();
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_DUPLICATE], 0);
    ck_assert_int_eq(result.repeats, 2);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_two_channels_in_one_minute_are_two_contacts) {
    add(1, 20), add(1, 20 + 30.0 / 86400);
    channel[1] = 1;
    with_channel = true;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
}
END_TEST

START_TEST(test_fcr_an_abandoned_call_is_a_repeat_and_no_index) {
    add(1, 20), add(1, 22), add(2, 20), add(2, 22), add(3, 50);
    abandoned[1] = abandoned[2] = 1;
    with_abandoned = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    ck_assert_int_eq(result.not_index, 1);
    ck_assert_int_eq(result.later, 2);
    counts_add_up();
    options.abandoned = CX_CONTACT_IGNORED;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 2);
    counts_add_up();
    options.abandoned = CX_CONTACT_FULL;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 2);
}
END_TEST

START_TEST(test_fcr_redialling_within_a_minute_makes_an_abandoned_call_an_index) {
    add(1, 20), add(1, 20 + 30.0 / 86400);
    abandoned[0] = 1;
    team[1] = 7;
    with_abandoned = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.not_index, 0);
    cx_table *table;
    ck_assert_ok(cx_fcr_by(the_log(), &by_frame, NULL, NULL, &options, &table, err));
    cx_array n;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &n, err));
    ck_assert_int_eq(((const int64_t *)n.data)[1], 1); /* of team 7, who took the call */
    cx_table_free(table);
}
END_TEST

START_TEST(test_fcr_a_callback_that_we_make_is_no_repeat) {
    add(1, 20), add(1, 21);
    outbound[1] = 1;
    with_outbound = true;
    fcr();
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    options.outbound = CX_CONTACT_REPEAT;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_contacts_marked_so_are_no_index) {
    add(1, 20), add(2, 20), add(2, 23);
    indexed[0] = indexed[2] = 0;
    with_index = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.not_index, 1);
    ck_assert_int_eq(result.repeats, 1);
}
END_TEST

START_TEST(test_fcr_only_channels_that_count_are_contacts) {
    const int64_t chosen[] = {2, 4};
    cx_array channels = cx_array_of(chosen, CX_I64, 2);
    add(1, 20), add(1, 21), add(2, 20), add(2, 21);
    channel[0] = channel[2] = 2, channel[1] = 3, channel[3] = 4;
    with_channel = true;
    ck_assert_ok(cx_fcr(the_log(), NULL, &channels, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_nobody_is_left_out_and_their_share_is_told) {
    const int64_t codes[] = {0, -1};
    const uint8_t valid[] = {0xF7};
    cx_array no_id = cx_array_of(codes, CX_I64, 2);
    add(0, 20), add(-1, 20), add(0, 21), add(9, 30), add(5, 40);
    the_log();
    columns[0].validity = valid;
    ck_assert_ok(cx_fcr(&log_frame, &no_id, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NO_ID], 4);
    ck_assert_double_eq(result.no_id_share, 0.8);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_ids_are_text_too_and_empty_text_is_nobody) {
    static const int32_t offsets[] = {0, 3, 3, 6, 10, 13};
    const cx_array none = {
        .data = "none", .length = 1, .offsets = (int32_t[]){0, 4}, .dtype = CX_STRING};
    for (int i = 0; i < 5; i++) add(0, 20 + i);
    the_log();
    columns[0] = cx_array_of("AnnAnnnoneBob", CX_STRING, 5);
    columns[0].offsets = offsets;
    columns[0].name = "customer";
    ck_assert_ok(cx_fcr(&log_frame, &none, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NO_ID], 2);
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_missing_and_outside_times_are_counted_apart) {
    const double times[] = {NAN, 20.0 * 86400e6, -1, 100.0 * 86400e6};
    for (int i = 0; i < 4; i++) add(i, 0);
    the_log();
    columns[1] = cx_array_of(times, CX_F64, 4);
    columns[1].name = "time";
    ck_assert_ok(cx_fcr(&log_frame, NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 2);
    ck_assert_int_eq(result.estimate.n, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_the_log_runs_from_its_first_time_to_just_after_its_last) {
    add(1, 10), add(2, 18), add(3, 40);
    options.start = INT64_MIN, options.end = INT64_MAX;
    fcr();
    ck_assert_int_eq(result.start, 10 * DAY);
    ck_assert_int_eq(result.end, 40 * DAY + 1);
    ck_assert_int_eq(result.run_in, 1);
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.censored, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_times_in_any_unit_are_the_same) {
    int64_t nano[40];
    random_log(40, 10);
    fcr();
    double value = result.estimate.value, low = result.estimate.ci_low;
    for (int i = 0; i < 40; i++) nano[i] = moment[i] * 1000;
    the_log();
    columns[1] = cx_array_of(nano, CX_TIMESTAMP, 40);
    columns[1].unit = CX_NANOSECONDS;
    columns[1].name = "time";
    ck_assert_ok(cx_fcr(&log_frame, NULL, NULL, &options, &result, err));
    ck_assert_double_eq(result.estimate.value, value);
    ck_assert_double_eq(result.estimate.ci_low, low);
}
END_TEST

/* -- the end of the log -------------------------------------------------------------------- */

START_TEST(test_fcr_without_censoring_is_one_minus_repeats) {
    random_log(600, 150);
    for (int64_t i = 0; i < rows; i++) moment[i] = moment[i] * 9 / 10;
    options.window = 5 * 86400;
    for (int method = 0; method < 3; method++) {
        options.method = method;
        fcr();
        ck_assert_int_eq(result.censored, 0);
        ck_assert_close(result.estimate.value,
                        1 - (double)result.repeats / (double)result.estimate.n, 1e-13);
        counts_add_up();
    }
}
END_TEST

START_TEST(test_fcr_methods_differ_at_the_end_of_the_log_only) {
    for (int i = 0; i < 50; i++) {
        add(i, 30 + i % 10);
        if (i % 2 == 0) add(i, 33 + i % 10);
        add(100 + i, 97);
        if (i % 4 == 0) add(100 + i, 99);
    }
    options.method = CX_FCR_NAIVE;
    fcr();
    ck_assert_close(result.estimate.value, 1 - 38.0 / 100, 1e-14);
    options.method = CX_FCR_COMPLETE_WINDOW;
    fcr();
    ck_assert_close(result.estimate.value, 0.5, 1e-14);
    ck_assert_int_eq(result.cut, 50);
    counts_add_up();
    options.method = CX_FCR_KAPLAN_MEIER;
    fcr();
    ck_assert_int_eq(result.censored, 37);
    ck_assert_close(result.estimate.value, 1 * (1 - 13.0 / 100) * (1 - 25.0 / 87), 1e-14);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_of_a_log_of_less_than_two_windows_is_not_identified) {
    add(1, 8), add(2, 9), add(2, 10), add(3, 12);
    options.end = 13 * DAY;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_UNIDENTIFIED,
                    "has to be longer");
}
END_TEST

/* -- extreme ------------------------------------------------------------------------------- */

START_TEST(test_fcr_of_a_customer_who_never_stops_calling_has_no_first_contact) {
    for (int i = 0; i < MOST; i++) add(1, 90.0 * i / MOST);
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "first");
    ck_assert_ok(cx_non_repeat(the_log(), NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, MOST);
    ck_assert_int_eq(result.repeats, MOST - 1);
    ck_assert_int_eq(result.customers, 1);
    ck_assert(isnan(result.estimate.se));
}
END_TEST

START_TEST(test_fcr_the_widest_ids_and_times_are_kept_apart) {
    options.start = INT64_MIN, options.end = INT64_MAX;
    customer[0] = INT64_MIN, moment[0] = 0;
    customer[1] = INT64_MAX, moment[1] = 20 * DAY;
    customer[2] = INT64_MIN, moment[2] = 21 * DAY;
    customer[3] = -1, moment[3] = 60 * DAY;
    rows = 4;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 0);
    moment[3] = INT64_MAX;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OVERFLOW, "285");
}
END_TEST

/* -- invalid ------------------------------------------------------------------------------- */

START_TEST(test_fcr_refuses_what_it_cannot_read) {
    add(1, 20), add(2, 30);
    with_abandoned = true;
    abandoned[1] = 2;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_DOMAIN,
                    "2 is no mark");
    with_abandoned = false, with_transfers = true, transfers[0] = -1;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_DOMAIN,
                    "transfers");
    with_transfers = false;
    the_log();
    columns[1].name = "when";
    ck_assert_fails(cx_fcr(&log_frame, NULL, NULL, &options, &result, err), CX_E_NAME, "when");
    log_frame.count = 1;
    ck_assert_fails(cx_fcr(&log_frame, NULL, NULL, &options, &result, err), CX_E_NAME, "time");
}
END_TEST

START_TEST(test_fcr_refuses_windows_and_gaps_that_make_no_sense) {
    const double windows[] = {0, -1, NAN, INFINITY, 1e10, 1e-7};
    const double gaps[] = {-1, NAN, INFINITY, 604800};
    add(1, 20);
    for (int i = 0; i < 6; i++) {
        options.window = windows[i];
        ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OPTION,
                        "window");
    }
    options.window = 604800;
    for (int i = 0; i < 4; i++) {
        options.merge_gap = gaps[i];
        ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OPTION,
                        "merge_gap");
    }
    options.merge_gap = 60;
    options.end = options.start;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "ends");
}
END_TEST

START_TEST(test_fcr_refuses_codes_for_nobody_of_another_kind) {
    static const int32_t offsets[] = {0, 1};
    cx_array no_id = cx_array_of("x", CX_STRING, 1);
    no_id.offsets = offsets;
    add(1, 20);
    ck_assert_fails(cx_fcr(the_log(), &no_id, NULL, &options, &result, err), CX_E_TYPE, "no_id");
    ck_assert_fails(cx_fcr(the_log(), NULL, &no_id, &options, &result, err), CX_E_NAME, "channel");
}
END_TEST

Suite *suite_contacts(void) {
    Suite *suite = suite_create("contacts");
    TCase *tcase = tcase_create("contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
#define T(name) tcase_add_test(tcase, test_##name)
    T(fcr_of_an_empty_log_is_no_number);
    T(fcr_of_one_contact_is_one_with_a_wide_interval);
    T(fcr_within_the_first_window_is_no_number);
    T(fcr_without_repeats_has_an_interval_of_positive_width);
    T(fcr_of_nothing_but_repeats_is_zero);
    T(fcr_without_repeats_counts_only_those_followed_to_the_end);
    T(fcr_a_contact_exactly_one_window_later_is_no_repeat);
    T(fcr_only_first_contacts_of_an_issue_are_an_index);
    T(fcr_the_first_window_is_run_in);
    T(fcr_another_topic_is_another_issue);
    T(fcr_duplicates_of_the_same_minute_are_one_contact);
    T(fcr_two_channels_in_one_minute_are_two_contacts);
    T(fcr_an_abandoned_call_is_a_repeat_and_no_index);
    T(fcr_redialling_within_a_minute_makes_an_abandoned_call_an_index);
    T(fcr_a_callback_that_we_make_is_no_repeat);
    T(fcr_contacts_marked_so_are_no_index);
    T(fcr_only_channels_that_count_are_contacts);
    T(fcr_nobody_is_left_out_and_their_share_is_told);
    T(fcr_ids_are_text_too_and_empty_text_is_nobody);
    T(fcr_missing_and_outside_times_are_counted_apart);
    T(fcr_the_log_runs_from_its_first_time_to_just_after_its_last);
    T(fcr_times_in_any_unit_are_the_same);
    T(fcr_without_censoring_is_one_minus_repeats);
    T(fcr_methods_differ_at_the_end_of_the_log_only);
    T(fcr_of_a_log_of_less_than_two_windows_is_not_identified);
    T(fcr_of_a_customer_who_never_stops_calling_has_no_first_contact);
    T(fcr_the_widest_ids_and_times_are_kept_apart);
    T(fcr_refuses_what_it_cannot_read);
    T(fcr_refuses_windows_and_gaps_that_make_no_sense);
    T(fcr_refuses_codes_for_nobody_of_another_kind);
#undef T
    suite_add_tcase(suite, tcase);
    return suite;
}
