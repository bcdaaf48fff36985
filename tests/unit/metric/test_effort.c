#include "contact_log.h"

/* -- effort -------------------------------------------------------------------------------- */

static cx_effort_result effort;

START_TEST(test_effort_of_the_published_ratio) {
    /* 1.9 contacts per issue, 53 of 100 issues with one contact */
    for (int i = 0; i < 100; i++) {
        add(i, 30);
        for (int k = 1; k <= (i < 53 ? 0 : i < 57 ? 1 : 2); k++) add(i, 30 + k);
    }
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_close(effort.contacts.value, 1.9, 1e-14);
    ck_assert_close(effort.repeated.value, 0.47, 1e-14);
    fcr();
    ck_assert_close(result.estimate.value, 0.53, 1e-14);
    ck_assert_close(result.contacts_per_issue, 1.9, 1e-14);
    ck_assert_int_eq(effort.transfers.status, CX_E_NAME);
    ck_assert(isnan(effort.switches.value));
}
END_TEST

START_TEST(test_effort_counts_transfers_switches_and_time) {
    for (int i = 0; i < 4; i++) add(i, 30), add(i, 31), add(i, 33);
    for (int i = 4; i < 8; i++) add(i, 40);
    channel[1] = 1, channel[4] = 1, channel[5] = 1;
    transfers[0] = 2, transfers[11] = 1;
    with_channel = with_transfers = true;
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, 8);
    ck_assert_double_eq(effort.contacts.value, 2);
    ck_assert_double_eq(effort.transfers.value, 3.0 / 8);
    ck_assert_double_eq(effort.switches.value, 3.0 / 8);
    ck_assert_double_eq(effort.multichannel.value, 2.0 / 8);
    ck_assert_double_eq(effort.repeated.value, 0.5);
    ck_assert_double_eq(effort.duration.value, 3.0 * 86400 / 2);
    ck_assert_int_eq(effort.open, 0);
    /* one issue a customer: the standard error of a mean, with n - 1 */
    ck_assert_close(effort.contacts.se, sqrt(8.0 / 7 / 8), 1e-12);
}
END_TEST

START_TEST(test_effort_leaves_out_issues_at_both_ends_of_the_log) {
    add(1, 3), add(2, 20), add(3, 92), add(3, 96), add(4, 94), add(5, 7), add(6, 93);
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, 4);
    ck_assert_int_eq(effort.open, 1);
    ck_assert(effort.contacts.flags & CX_FLAG_PARTIAL);
    ck_assert(!(effort.repeated.flags & CX_FLAG_PARTIAL));
}
END_TEST

START_TEST(test_effort_the_share_repeated_is_what_first_contacts_did_not_resolve) {
    random_log(2000, 300);
    options.method = CX_FCR_COMPLETE_WINDOW;
    fcr();
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, result.estimate.n);
    ck_assert_close(1 - effort.repeated.value, result.estimate.value, 1e-12);
    ck_assert_close(effort.repeated.se, result.estimate.se, 1e-9);
}
END_TEST

START_TEST(test_moves_say_which_channel_did_not_serve) {
    static const int64_t first[] = {0, 0, 0, 0, 1, 1};
    static const int64_t then[] = {0, 1, 2, 1, -1, 0};
    cx_table *table;
    cx_array from, to, issues, value, n;
    for (int i = 0; i < 6; i++) {
        channel[rows] = first[i];
        add(i, 30);
        if (then[i] < 0) continue;
        channel[rows] = then[i];
        add(i, 31);
    }
    with_channel = true;
    ck_assert_ok(cx_channel_moves(the_log(), NULL, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "from"), &from, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "to"), &to, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "issues"), &issues, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &value, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &n, err));
    static const int64_t expected[][4] = {
        {0, 1, 2, 4}, {0, 2, 1, 4}, {0, -1, 1, 4}, {1, 0, 1, 2}, {1, -1, 1, 2}};
    ck_assert_int_eq(cx_table_rows(table), 5);
    for (int i = 0; i < 5; i++) {
        bool missing = to.validity != NULL && !(to.validity[0] >> i & 1);
        ck_assert_int_eq(((const int64_t *)from.data)[i], expected[i][0]);
        ck_assert_int_eq(missing ? -1 : ((const int64_t *)to.data)[i], expected[i][1]);
        ck_assert_int_eq(((const int64_t *)issues.data)[i], expected[i][2]);
        ck_assert_int_eq(((const int64_t *)n.data)[i], expected[i][3]);
        ck_assert_close(((const double *)value.data)[i],
                        (double)expected[i][2] / (double)expected[i][3], 1e-14);
    }
    cx_table_free(table);
}
END_TEST

START_TEST(test_moves_need_channels) {
    cx_table *table;
    add(1, 30);
    ck_assert_fails(cx_channel_moves(the_log(), NULL, NULL, &options, &table, err), CX_E_NAME,
                    "channel");
}
END_TEST

/* -- episodes ------------------------------------------------------------------------------ */

static int64_t cell(const cx_table *table, const char *name, int64_t row) {
    return (int64_t)table_number(table, name, row);
}

START_TEST(test_episodes_are_rows_by_customer_and_time) {
    cx_table *table;
    add(7, 96), add(-3, 40), add(7, 30), add(7, 33), add(-3, 2), add(7, 39.5);
    channel[3] = 1;
    transfers[2] = 2;
    with_channel = with_transfers = true;
    ck_assert_ok(cx_episodes(the_log(), NULL, NULL, &options, &table, err));
    static const int64_t expected[][7] = {{-3, 2, 1, 0, 0, 1, 0},
                                          {-3, 40, 1, 0, 0, 0, 0},
                                          {7, 30, 3, 2, 2, 0, 0},
                                          {7, 96, 1, 0, 0, 0, 1}};
    ck_assert_int_eq(cx_table_rows(table), 4);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(cell(table, "customer", i), expected[i][0]);
        ck_assert_int_eq(cell(table, "start", i), expected[i][1] * DAY);
        ck_assert_int_eq(cell(table, "contacts", i), expected[i][2]);
        ck_assert_int_eq(cell(table, "transfers", i), expected[i][3]);
        ck_assert_int_eq(cell(table, "switches", i), expected[i][4]);
        ck_assert_int_eq(cell(table, "run_in", i), expected[i][5]);
        ck_assert_int_eq(cell(table, "open", i), expected[i][6]);
    }
    ck_assert_int_eq(cell(table, "end", 2), (int64_t)(39.5 * (double)DAY));
    cx_table_free(table);
}
END_TEST

START_TEST(test_episodes_keep_every_contact_and_agree_with_fcr) {
    cx_table *table;
    random_log(3000, 200);
    with_topic = true;
    fcr();
    ck_assert_ok(cx_episodes(the_log(), NULL, NULL, &options, &table, err));
    int64_t contacts = 0, after = 0;
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        contacts += cell(table, "contacts", i);
        after += cell(table, "run_in", i) == 0;
        if (i > 0) ck_assert_int_le(cell(table, "customer", i - 1), cell(table, "customer", i));
    }
    ck_assert_int_eq(contacts, result.contacts);
    ck_assert_int_eq(after, result.issues);
    cx_table_free(table);
}
END_TEST

START_TEST(test_episodes_of_customers_by_name) {
    static const int32_t offsets[] = {0, 3, 6, 9};
    cx_table *table;
    cx_array who;
    add(0, 40), add(0, 41), add(0, 42);
    the_log();
    columns[0] = cx_array_of("BobAnnBob", CX_STRING, 3);
    columns[0].offsets = offsets;
    columns[0].name = "customer";
    ck_assert_ok(cx_episodes(&log_frame, NULL, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, 0, &who, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_int_eq(memcmp(who.data, "AnnBob", 6), 0);
    cx_table_free(table);
}
END_TEST

Suite *suite_effort(void) {
    Suite *suite = suite_create("effort");
    TCase *tcase = tcase_create("contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
#define T(name) tcase_add_test(tcase, test_##name)
    T(effort_of_the_published_ratio);
    T(effort_counts_transfers_switches_and_time);
    T(effort_leaves_out_issues_at_both_ends_of_the_log);
    T(effort_the_share_repeated_is_what_first_contacts_did_not_resolve);
    T(moves_say_which_channel_did_not_serve);
    T(moves_need_channels);
    T(episodes_are_rows_by_customer_and_time);
    T(episodes_keep_every_contact_and_agree_with_fcr);
    T(episodes_of_customers_by_name);
#undef T
    suite_add_tcase(suite, tcase);
    return suite;
}
