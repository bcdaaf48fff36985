#include "gated.h"

/* -- many ---------------------------------------------------------------------------------- */

START_TEST(test_a_batch_decides_as_single_calls_do) {
    enum { N = 3000 };
    static int64_t ids[N], times[N];
    static int32_t where[N], offsets[] = {0, 4, 7, 15};
    cx_array words = cx_array_of("shopwebreminder", CX_STRING, 3);
    cx_array contact = cx_array_of(ids, CX_I64, N), time = cx_array_of(times, CX_I64, N);
    cx_array point = cx_array_of(where, CX_I32, N);
    cx_table *table;
    words.offsets = offsets;
    point.dictionary = &words;
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    aim(1, CX_GOAL_INVITATIONS, 100, 1000, 28);
    for (int i = 0; i < N; i++) {
        ids[i] = i * 7919 % 400, times[i] = START + i * 5 * MINUTE, where[i] = i % 3;
    }
    ck_assert_ok(cx_gate_decide_all(gate, &contact, &point, &time, NULL, &table, err));
    cx_gate *batch = gate;
    gate = make(0.02);
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    aim(1, CX_GOAL_INVITATIONS, 100, 1000, 28);
    const int64_t *invite = data(table, "invite");
    const double *p = data(table, "probability");
    for (int i = 0; i < N; i++) {
        cx_decision d = decide(cx_contact_number(ids[i], 0), where[i], times[i]);
        ck_assert_int_eq(d.invite, invite[i]);
        ck_assert_double_eq(d.probability, p[i]);
    }
    ck_assert(cx_ledger_equal(cx_gate_ledger(gate), cx_gate_ledger(batch)));
    cx_table_free(table);
    cx_gate_free(batch);
}
END_TEST

START_TEST(test_a_batch_names_the_row_that_is_wrong) {
    static const int32_t offsets[] = {0, 4, 8}, other[] = {0, 4, 7};
    int64_t ids[] = {1, 2}, times[] = {START, START - 1};
    cx_array contact = cx_array_of(ids, CX_I64, 2), time = cx_array_of(times, CX_I64, 2);
    cx_array point = cx_array_of("shopshop", CX_STRING, 2);
    cx_table *table;
    point.offsets = offsets;
    points(0);
    ck_assert_fails(cx_gate_decide_all(gate, &contact, &point, &time, NULL, &table, err),
                    CX_E_DOMAIN, "backwards");
    times[1] = START;
    point = cx_array_of("shopbar", CX_STRING, 2);
    point.offsets = other;
    cx_error error;
    cx_error_init(&error);
    ck_assert_int_eq(cx_gate_decide_all(gate, &contact, &point, &time, NULL, &table, &error),
                     CX_E_NAME);
    ck_assert_int_eq(error.row, 1);
    ck_assert_ok(cx_gate_coverage(gate, &table, err));
    ck_assert_double_eq(table_figure(table, "visits"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_missing_ids_are_counted_and_never_asked) {
    points(0);
    cx_decision d = decide(0, 0, START);
    ck_assert(d.invite == 0 && d.reason == CX_REASON_NO_ID && d.probability == 0);
}
END_TEST

START_TEST(test_coverage_adds_up) {
    cx_table *table;
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 30 * 86400);
    points(0);
    for (int i = 0; i < 100; i++) decide((uint64_t)(1 + i % 20), 0, START + i * HOUR);
    ck_assert_ok(cx_gate_coverage(gate, &table, err));
    ck_assert_double_eq(table_figure(table, "visits"), 100);
    ck_assert_double_eq(table_figure(table, "eligible"), 20);
    ck_assert_double_eq(table_figure(table, "quarantined_share"), 0.8);
    const int64_t *visits = data(table, "visits");
    ck_assert(visits[0] == 20 && visits[1] == 20 && visits[2] == 40 && visits[3] == 20);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_log_brings_a_gate_back) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 100, 1000, 28);
    cx_gate *old = gate;
    gate = make(0.02);
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 100, 1000, 28);
    for (uint64_t c = 1; c <= 500; c++) {
        cx_decision d;
        ck_assert_ok(cx_gate_decide(old, c % 300 + 1, 0, START + (int64_t)c * HOUR, 0, &d, err));
        ck_assert_ok(cx_gate_replay(gate, &d, err));
    }
    ck_assert(cx_ledger_equal(cx_gate_ledger(gate), cx_gate_ledger(old)));
    for (uint64_t c = 1; c <= 300; c++) {
        cx_decision a, b = decide(c, 0, START + 600 * HOUR);
        ck_assert_ok(cx_gate_decide(old, c, 0, START + 600 * HOUR, 0, &a, err));
        ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
    }
    cx_gate_free(old);
}
END_TEST

START_TEST(test_engines_share_what_they_know) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    cx_gate *other = gate;
    gate = make(0.02);
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    ck_assert_fails(cx_gate_merge(gate, cx_gate_ledger(other), err), CX_E_EMPTY, "no points");
    points(0);
    ck_assert_int_eq(decide(7, 0, START).invite, 1);
    ck_assert_ok(cx_gate_merge(other, cx_gate_ledger(gate), err));
    cx_decision d;
    ck_assert_ok(cx_gate_decide(other, 7, 1, START + HOUR, 0, &d, err));
    ck_assert_int_eq(d.reason, CX_REASON_RULE);
    ck_assert_int_eq(cx_gate_erase(other, 7), 1);
    ck_assert_ok(cx_gate_decide(other, 7, 1, START + HOUR, 0, &d, err));
    ck_assert_int_eq(d.invite, 1);
    cx_gate_free(other);
}
END_TEST

Suite *suite_gate_many(void);
Suite *suite_gate_many(void) {
    Suite *suite = suite_create("gate_many");
    TCase *tcase = tcase_create("gate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_batch_decides_as_single_calls_do);
    tcase_add_test(tcase, test_a_batch_names_the_row_that_is_wrong);
    tcase_add_test(tcase, test_missing_ids_are_counted_and_never_asked);
    tcase_add_test(tcase, test_coverage_adds_up);
    tcase_add_test(tcase, test_a_log_brings_a_gate_back);
    tcase_add_test(tcase, test_engines_share_what_they_know);
    suite_add_tcase(suite, tcase);
    return suite;
}
