#include "../support.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define START (20000 * DAY)

static cx_gate *gate;

/* Four generations of a day each. */
static cx_recent *filter_of(int64_t capacity, int bits, uint64_t salt) {
    cx_recent_options options;
    cx_recent *made;
    cx_recent_options_init(&options);
    options.window = 4 * 86400.0;
    options.capacity = capacity, options.bits = bits, options.salt = salt;
    ck_assert_ok(cx_recent_new(&options, NULL, &made, err));
    return made;
}

static cx_gate *gate_of(const cx_recent *filter) {
    static int64_t names[] = {1, 2, 3};
    cx_array column = cx_array_of(names, CX_I64, 3);
    cx_frame points = {&column, 1, {0, 0}};
    cx_gate_options options;
    cx_gate *made;
    column.name = "point";
    cx_gate_options_init(&options);
    options.seed = 1;
    ck_assert_ok(cx_gate_new(&options, NULL, &made, err));
    if (filter != NULL) ck_assert_ok(cx_gate_use_recent(made, filter, err));
    ck_assert_ok(cx_gate_add_points(made, &points, err));
    return made;
}

static void make(int64_t capacity, int bits) {
    cx_recent *filter = filter_of(capacity, bits, 0);
    gate = gate_of(filter);
    cx_recent_free(filter);
}

static cx_decision decide(uint64_t contact, int64_t point, int64_t time) {
    cx_decision d;
    ck_assert_ok(cx_gate_decide(gate, contact, point, time, 0, &d, err));
    return d;
}

static double figure(const char *name) {
    cx_table *table;
    ck_assert_ok(cx_gate_coverage(gate, &table, err));
    double found = table_figure(table, name);
    cx_table_free(table);
    return found;
}

static void teardown(void) {
    cx_gate_free(gate);
    gate = NULL;
}

START_TEST(test_with_a_filter_nobody_is_asked_again_within_its_window) {
    make(1000, 16);
    ck_assert_int_eq(decide(7, 0, START).invite, 1);
    cx_decision again = decide(7, 1, START + DAY);
    ck_assert_int_eq(again.reason, CX_REASON_RULE);
    ck_assert_int_eq(again.rule, 0);
    ck_assert_int_eq(again.action, CX_ACTION_DEFER);
    ck_assert_double_eq(again.probability, 0);
    ck_assert_int_eq(again.retry_at, START + 5 * DAY);
    ck_assert_int_eq(decide(7, 1, again.retry_at - 1).invite, 0);
    ck_assert_int_eq(decide(7, 1, again.retry_at).invite, 1);
    ck_assert_ptr_null(cx_gate_ledger(gate));
    ck_assert_int_eq(cx_gate_erase(gate, 7), 0);
}
END_TEST

START_TEST(test_a_repeated_call_gets_the_same_answer_with_a_filter) {
    make(1000, 16);
    cx_decision first = decide(7, 0, START), retry = decide(7, 0, START);
    ck_assert_int_eq(first.invite, 1);
    ck_assert_int_eq(retry.invite, 1);
    ck_assert_int_eq(retry.repeat, 1);
    ck_assert_double_eq(retry.probability, first.probability);
}
END_TEST

START_TEST(test_invitations_made_elsewhere_enter_the_filter_and_answers_do_not) {
    make(1000, 16);
    ck_assert_ok(cx_gate_record(gate, 8, 0, CX_EVENT_ANSWERED, START, err));
    ck_assert_int_eq(decide(8, 0, START).invite, 1);
    ck_assert_ok(cx_gate_record(gate, 9, 0, CX_EVENT_INVITED, START, err));
    ck_assert_int_eq(decide(9, 0, START).reason, CX_REASON_RULE);
}
END_TEST

START_TEST(test_two_filters_merge_into_a_gate) {
    cx_recent *other = filter_of(1000, 16, 0), *wrong = filter_of(2000, 16, 0);
    make(1000, 16);
    ck_assert_ok(cx_recent_record(other, 5, START, err));
    ck_assert_ok(cx_gate_merge_recent(gate, other, err));
    ck_assert_int_eq(decide(5, 0, START).invite, 0);
    ck_assert_fails(cx_gate_merge_recent(gate, wrong, err), CX_E_MISMATCH, "made with another");
    ck_assert_int_eq(cx_recent_asked(cx_gate_recent(gate), 5, START), 1);
    cx_recent_free(other);
    cx_recent_free(wrong);
}
END_TEST

START_TEST(test_all_at_once_is_one_after_the_other_with_a_filter) {
    enum { ROWS = 4000 };
    static int64_t who[ROWS], where[ROWS], when[ROWS];
    cx_array contact = cx_array_of(who, CX_I64, ROWS), point = cx_array_of(where, CX_I64, ROWS);
    cx_array time = cx_array_of(when, CX_I64, ROWS);
    cx_table *table;
    for (int64_t i = 0; i < ROWS; i++)
        who[i] = i * 7919 % 1500, where[i] = 1 + i % 3, when[i] = START + i * 12 * DAY / ROWS;
    make(500, 8);
    ck_assert_ok(cx_gate_decide_all(gate, &contact, &point, &time, NULL, &table, err));
    int64_t *invites = malloc(ROWS * sizeof *invites), asked = 0;
    cx_array column;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "invite"), &column, err));
    for (int64_t i = 0; i < ROWS; i++) invites[i] = ((const int64_t *)column.data)[i];
    cx_table_free(table);
    double spared = figure("spared_rate");
    cx_gate_free(gate);
    make(500, 8);
    for (int64_t i = 0; i < ROWS; i++) {
        cx_decision d = decide(cx_contact_number(who[i], 0), where[i] - 1, when[i]);
        ck_assert_int_eq(d.invite, invites[i]);
        asked += d.invite;
    }
    ck_assert_int_gt(asked, 500);
    ck_assert_int_lt(asked, ROWS);
    ck_assert_double_eq(figure("spared_rate"), spared);
    free(invites);
}
END_TEST

START_TEST(test_the_share_spared_by_mistake_is_as_reported) {
    int64_t wrong = 0, fresh = 4000;
    make(2000, 8); /* eight bits err often enough to count */
    for (int64_t i = 0; i < 2000; i++) decide(cx_contact_number(i, 0), 0, START + i * DAY / 1000);
    for (int64_t i = 0; i < fresh; i++)
        wrong +=
            decide(cx_contact_number(10000 + i, 0), 0, START + 2 * DAY).reason == CX_REASON_RULE;
    double rate = figure("spared_rate"), share = figure("spared_share");
    ck_assert_double_gt(rate, 0.005);
    ck_assert_double_le(share, figure("quarantined_share"));
    ck_assert_double_gt((double)wrong / (double)fresh, rate / 4);
    ck_assert_double_lt((double)wrong / (double)fresh, rate * 1.2);
}
END_TEST

START_TEST(test_a_gate_with_a_ledger_spares_nobody_by_mistake) {
    gate = gate_of(NULL);
    decide(7, 0, START);
    ck_assert_double_eq(figure("spared_rate"), 0);
    ck_assert_double_eq(figure("spared_share"), 0);
    ck_assert_ptr_null(cx_gate_recent(gate));
}
END_TEST

START_TEST(test_a_filter_is_the_one_rule_and_comes_first) {
    cx_recent *filter = filter_of(100, 16, 0), *salted = filter_of(100, 16, 5);
    cx_gate_options options;
    cx_rule rule;
    cx_gate_options_init(&options);
    cx_rule_init(&rule);
    rule.window = 86400;
    ck_assert_ok(cx_gate_new(&options, NULL, &gate, err));
    ck_assert_fails(cx_gate_use_recent(gate, salted, err), CX_E_MISMATCH, "another salt");
    ck_assert_ok(cx_gate_use_recent(gate, filter, err));
    ck_assert_fails(cx_gate_use_recent(gate, filter, err), CX_E_LIMIT, "a filter already");
    ck_assert_fails(cx_gate_add_rule(gate, &rule, err), CX_E_OPTION, "one rule");
    cx_gate_free(gate);
    ck_assert_ok(cx_gate_new(&options, NULL, &gate, err));
    ck_assert_ok(cx_gate_add_rule(gate, &rule, err));
    ck_assert_fails(cx_gate_use_recent(gate, filter, err), CX_E_OPTION, "one rule");
    cx_gate_free(gate);
    gate = gate_of(NULL);
    ck_assert_fails(cx_gate_use_recent(gate, filter, err), CX_E_LIMIT, "points already");
    ck_assert_fails(cx_gate_merge_recent(gate, filter, err), CX_E_MISMATCH, "no filter");
    cx_recent_free(filter);
    cx_recent_free(salted);
}
END_TEST

Suite *suite_gate_recent(void);
Suite *suite_gate_recent(void) {
    Suite *suite = suite_create("gate_recent");
    TCase *tcase = tcase_create("gate_recent");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, test_with_a_filter_nobody_is_asked_again_within_its_window);
    tcase_add_test(tcase, test_a_repeated_call_gets_the_same_answer_with_a_filter);
    tcase_add_test(tcase, test_invitations_made_elsewhere_enter_the_filter_and_answers_do_not);
    tcase_add_test(tcase, test_two_filters_merge_into_a_gate);
    tcase_add_test(tcase, test_all_at_once_is_one_after_the_other_with_a_filter);
    tcase_add_test(tcase, test_the_share_spared_by_mistake_is_as_reported);
    tcase_add_test(tcase, test_a_gate_with_a_ledger_spares_nobody_by_mistake);
    tcase_add_test(tcase, test_a_filter_is_the_one_rule_and_comes_first);
    suite_add_tcase(suite, tcase);
    return suite;
}
