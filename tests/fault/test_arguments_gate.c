#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const int64_t contact_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const int64_t point_values[ROWS] = {1, 2, 3, 1, 2, 3};
static const int64_t time_values[ROWS] = {10, 20, 30, 40, 50, 60};
static const double bit_values[ROWS] = {0, 1, 2, 3, 4, 5};
static double hour_values[168];
static const int64_t names[3] = {1, 2, 3};
static cx_array contact, point, times, attributes, hours, name;
static cx_frame points;
static cx_gate *gate, *bare, *spare;
static cx_ledger *ledger;
static cx_recent *recent;
static cx_decision row;
static cx_rule rule;
static uint8_t bytes[1024], room[1024], filter_bytes[1024];
static size_t size, filter_size;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(contact_text, PTR(0, bytes), 5, 0, OUT(1, cx_contact))
CALL(ledger_new, options, NULL, HANDLE(0, cx_ledger))
CALL(ledger_copy, PTR(0, ledger), NULL, HANDLE(1, cx_ledger))
CALL(ledger_record, PTR(0, ledger), 7, 0, 0, 60000000)
CALL(ledger_history, PTR(0, ledger), 7, HANDLE(1, cx_table))
CALL(ledger_merge, PTR(0, ledger), PTR(1, ledger))
CALL(ledger_encode, PTR(0, ledger), PTR(1, room), size)
CALL(ledger_decode, PTR(0, bytes), size, NULL, HANDLE(1, cx_ledger))
CALL(recent_new, options, NULL, HANDLE(0, cx_recent))
CALL(recent_copy, PTR(0, recent), NULL, HANDLE(1, cx_recent))
CALL(recent_record, PTR(0, recent), 7, 60000000)
CALL(recent_rates, PTR(0, recent), 60000000, HANDLE(1, cx_table))
CALL(recent_merge, PTR(0, recent), PTR(1, recent))
CALL(recent_encode, PTR(0, recent), PTR(1, room), filter_size)
CALL(recent_decode, PTR(0, filter_bytes), filter_size, NULL, HANDLE(1, cx_recent))
CALL(gate_new, options, NULL, HANDLE(0, cx_gate))
CALL(gate_use_recent, PTR(0, bare), PTR(1, recent))
CALL(gate_merge_recent, PTR(0, spare), PTR(1, recent))
CALL(gate_add_rule, PTR(0, bare), PTR(1, &rule))
CALL(gate_add_points, PTR(0, bare), PTR(1, &points))
CALL(gate_profile, PTR(0, bare), COL(1, &hours))
CALL(gate_decide, PTR(0, gate), 7, 0, 100, 0, OUT(1, cx_decision))
CALL(gate_decide_all, PTR(0, gate), COL(1, &contact), COL(2, &point), COL(3, &times),
     COL(4, &attributes), HANDLE(5, cx_table))
CALL(gate_record, PTR(0, gate), 7, 0, 0, 60000000)
CALL(gate_replay, PTR(0, gate), PTR(1, &row))
CALL(gate_coverage, PTR(0, gate), HANDLE(1, cx_table))
CALL(gate_points, PTR(0, gate), 100, HANDLE(1, cx_table))
CALL(gate_merge, PTR(0, gate), PTR(1, cx_gate_ledger(gate)))

static cx_status call_gate_target(cx_error *err) {
    return cx_gate_target(PTR(0, gate), 0, PTR(1, options), err);
}

/* -- the table ----------------------------------------------------------------------------- */

INIT(ledger)
INIT(gate)
INIT(recent)

static void init_gate_target(void) {
    cx_gate_target_options target;
    cx_gate_target_options_init(&target);
    target.number = 5;
    target.end = 100;
    memcpy(given.bytes, &target, sizeof target);
}

static const function functions[] = {
    PLAIN(contact_text, 2),
    OPTIONS(ledger_new, 1, 0, ledger, 0, 0),
    PLAIN(ledger_copy, 2),
    PLAIN(ledger_record, 1),
    PLAIN(ledger_history, 2),
    PLAIN(ledger_merge, 2),
    PLAIN(ledger_encode, 2),
    PLAIN(ledger_decode, 2),
    OPTIONS(recent_new, 1, 0, recent, 0, AT(recent, generations), AT(recent, bits)),
    PLAIN(recent_copy, 2),
    PLAIN(recent_record, 1),
    PLAIN(recent_rates, 2),
    PLAIN(recent_merge, 2),
    PLAIN(recent_encode, 2),
    PLAIN(recent_decode, 2),
    OPTIONS(gate_new, 1, 0, gate, 0, 0),
    PLAIN(gate_use_recent, 2),
    PLAIN(gate_merge_recent, 2),
    PLAIN(gate_add_rule, 2),
    PLAIN(gate_add_points, 2),
    PLAIN(gate_profile, 1),
    PLAIN(gate_decide, 2),
    COLUMNS(gate_decide_all, 4, 8),
    PLAIN(gate_record, 1),
    PLAIN(gate_replay, 2),
    PLAIN(gate_coverage, 2),
    PLAIN(gate_points, 2),
    PLAIN(gate_merge, 2),
    OPTIONS(gate_target, 1, 0, gate_target, 0, AT(gate_target, goal), AT(gate_target, list),
            AT(gate_target, retired)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *what) {
    size_t now = cx_ledger_encoded_size(ledger);
    ck_assert_uint_eq(now, size);
    ck_assert_ok(cx_ledger_encode(ledger, room, now, err));
    ck_assert_msg(memcmp(room, bytes, size) == 0, "%s changed a ledger", what);
    ck_assert_ok(cx_recent_encode(recent, room, filter_size, err));
    ck_assert_msg(memcmp(room, filter_bytes, filter_size) == 0, "%s changed a filter", what);
    ck_assert_msg(cx_ledger_size(cx_gate_ledger(gate)) == 0, "%s changed a gate", what);
    ck_assert_msg(cx_gate_size(bare) == 0, "%s added points", what);
}

static void setup(void) {
    contact = cx_array_of(contact_values, CX_I64, ROWS);
    point = cx_array_of(point_values, CX_I64, ROWS);
    times = cx_array_of(time_values, CX_I64, ROWS);
    attributes = cx_array_of(bit_values, CX_F64, ROWS);
    for (int i = 0; i < 168; i++) hour_values[i] = 1;
    hours = cx_array_of(hour_values, CX_F64, 168);
    name = cx_array_of(names, CX_I64, 3);
    name.name = "point";
    points = (cx_frame){&name, 1, {0, 0}};
    cx_rule_init(&rule);
    rule.window = 86400;
    ck_assert_ok(cx_gate_new(NULL, NULL, &gate, err));
    ck_assert_ok(cx_gate_add_rule(gate, &rule, err));
    ck_assert_ok(cx_gate_add_points(gate, &points, err));
    ck_assert_ok(cx_gate_new(NULL, NULL, &bare, err));
    ck_assert_ok(cx_gate_new(NULL, NULL, &spare, err));
    ck_assert_ok(cx_ledger_new(NULL, NULL, &ledger, err));
    ck_assert_ok(cx_ledger_record(ledger, 9, 0, 0, 60000000, err));
    cx_recent_options small;
    cx_recent_options_init(&small);
    small.capacity = 10;
    ck_assert_ok(cx_recent_new(&small, NULL, &recent, err));
    ck_assert_ok(cx_recent_record(recent, 9, 60000000, err));
    ck_assert_ok(cx_gate_use_recent(spare, recent, err));
    filter_size = cx_recent_encoded_size(recent);
    ck_assert_ok(cx_recent_encode(recent, filter_bytes, filter_size, err));
    memset(&row, 0, sizeof row);
    row.reason = CX_REASON_NOT_DRAWN, row.contact = 7, row.probability = 0.5, row.rule = -1;
    size = cx_ledger_encoded_size(ledger);
    ck_assert_ok(cx_ledger_encode(ledger, bytes, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_gate_free(gate);
    cx_gate_free(bare);
    cx_gate_free(spare);
    cx_ledger_free(ledger);
    cx_recent_free(recent);
}

/* -- every allocation ---------------------------------------------------------------------- */

enum { MANY = 900 };

/* A failed batch leaves the gate as it was. */
static cx_status run_gate(const cx_allocator *allocator, cx_error *err) {
    static int64_t ids[MANY], where[MANY], when[MANY];
    cx_array who = cx_array_of(ids, CX_I64, MANY), at = cx_array_of(where, CX_I64, MANY);
    cx_array time = cx_array_of(when, CX_I64, MANY);
    cx_gate *made = NULL;
    cx_table *table = NULL;
    for (int i = 0; i < MANY; i++) ids[i] = i, where[i] = 1 + i % 3, when[i] = i * 1000000;
    cx_status status = cx_gate_new(NULL, allocator, &made, err);
    if (status == CX_OK) status = cx_gate_add_rule(made, &rule, err);
    if (status == CX_OK) status = cx_gate_add_points(made, &points, err);
    if (status == CX_OK) {
        status = cx_gate_decide_all(made, &who, &at, &time, NULL, &table, err);
        if (status != CX_OK) ck_assert_int_eq(cx_ledger_size(cx_gate_ledger(made)), 0);
        cx_table_free(table);
    }
    if (status == CX_OK && (status = cx_gate_coverage(made, &table, err)) == CX_OK)
        cx_table_free(table);
    if (status == CX_OK && (status = cx_gate_points(made, when[MANY - 1], &table, err)) == CX_OK)
        cx_table_free(table);
    cx_gate_free(made);
    return status;
}

/* With a filter, once within a generation and once where one gives way. */
static cx_status run_filtered(const cx_allocator *allocator, cx_error *err) {
    static int64_t ids[MANY], where[MANY], when[MANY];
    cx_array who = cx_array_of(ids, CX_I64, MANY), at = cx_array_of(where, CX_I64, MANY);
    cx_array time = cx_array_of(when, CX_I64, MANY);
    cx_gate *made = NULL;
    cx_status status = cx_gate_new(NULL, allocator, &made, err);
    if (status == CX_OK) status = cx_gate_use_recent(made, recent, err);
    if (status == CX_OK) status = cx_gate_add_points(made, &points, err);
    for (int64_t turn = 0; turn < 2 && status == CX_OK; turn++) {
        cx_recent *before = NULL;
        cx_table *table = NULL;
        for (int i = 0; i < MANY; i++)
            ids[i] = turn * MANY + i, where[i] = 1 + i % 3,
            when[i] = 70000000 + turn * INT64_C(17280000000000) + i * 1000000;
        ck_assert_int_eq(cx_recent_copy(cx_gate_recent(made), NULL, &before, NULL), CX_OK);
        status = cx_gate_decide_all(made, &who, &at, &time, NULL, &table, err);
        if (status != CX_OK) ck_assert_int_eq(cx_recent_equal(before, cx_gate_recent(made)), 1);
        if (status == CX_OK) ck_assert_int_eq(cx_recent_equal(before, cx_gate_recent(made)), 0);
        cx_table_free(table);
        cx_recent_free(before);
    }
    cx_gate_free(made);
    return status;
}

static cx_status run_ledger(const cx_allocator *allocator, cx_error *err) {
    cx_ledger *made = NULL, *copy = NULL;
    cx_table *table;
    cx_status status = cx_ledger_new(NULL, allocator, &made, err);
    for (int64_t c = 0; c < 2000 && status == CX_OK; c++)
        status = cx_ledger_record(made, cx_contact_number(c, 0), 0, 0, c * 60000000, err);
    if (status == CX_OK) status = cx_ledger_copy(made, allocator, &copy, err);
    if (status == CX_OK) status = cx_ledger_merge(made, copy, err);
    if (status == CX_OK &&
        (status = cx_ledger_history(made, cx_contact_number(5, 0), &table, err)) == CX_OK)
        cx_table_free(table);
    cx_ledger_free(copy);
    if (status == CX_OK) status = cx_ledger_decode(bytes, size, allocator, &copy, err);
    if (status == CX_OK) cx_ledger_free(copy);
    cx_ledger_free(made);
    return status;
}

static cx_status run_recent(const cx_allocator *allocator, cx_error *err) {
    cx_recent *made = NULL, *copy = NULL;
    cx_table *table;
    cx_status status = cx_recent_decode(filter_bytes, filter_size, allocator, &made, err);
    if (status == CX_OK) status = cx_recent_copy(made, allocator, &copy, err);
    if (status == CX_OK && (status = cx_recent_rates(copy, 60000000, &table, err)) == CX_OK)
        cx_table_free(table);
    cx_recent_free(made);
    cx_recent_free(copy);
    return status;
}

START_TEST(test_a_gate_survives_every_failing_allocation) {
    fault_everywhere(run_gate, 40);
}
END_TEST

START_TEST(test_a_gate_with_a_filter_survives_every_failing_allocation) {
    fault_everywhere(run_filtered, 40);
}
END_TEST

START_TEST(test_a_ledger_survives_every_failing_allocation) {
    fault_everywhere(run_ledger, 100);
}
END_TEST

START_TEST(test_a_filter_survives_every_failing_allocation) {
    fault_everywhere(run_recent, 10);
}
END_TEST

Suite *suite_arguments_gate(void);
Suite *suite_arguments_gate(void) {
    Suite *suite = suite_create("arguments_gate");
    TCase *tcase = tcase_create("arguments_gate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    tcase_add_test(tcase, test_a_gate_survives_every_failing_allocation);
    tcase_add_test(tcase, test_a_gate_with_a_filter_survives_every_failing_allocation);
    tcase_add_test(tcase, test_a_ledger_survives_every_failing_allocation);
    tcase_add_test(tcase, test_a_filter_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
