#include "../support.h"

#include "allocate/ledger.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)

static cx_ledger *ledger;

static void setup(void) {
    ck_assert_ok(cx_ledger_new(NULL, NULL, &ledger, err));
}

static void teardown(void) {
    cx_ledger_free(ledger);
}

static void record(cx_ledger *to, uint64_t contact, int32_t event, int32_t place, int64_t time) {
    ck_assert_ok(cx_ledger_record(to, contact, event, place, time, err));
}

static cx_table *history(const cx_ledger *of, uint64_t contact) {
    cx_table *table = NULL;
    ck_assert_ok(cx_ledger_history(of, contact, &table, err));
    return table;
}

static int64_t cell(const cx_table *table, const char *name, int64_t row) {
    return (int64_t)table_number(table, name, row);
}

static cx_ledger *copy_of(const cx_ledger *of) {
    cx_ledger *copy = NULL;
    ck_assert_ok(cx_ledger_copy(of, NULL, &copy, err));
    return copy;
}

START_TEST(test_an_empty_ledger_knows_nobody) {
    cx_table *table = history(ledger, 7);
    ck_assert_int_eq(cx_table_rows(table), 0);
    ck_assert(isnan(cx_table_figure(table, 0)));
    cx_table_free(table);
    ck_assert_int_eq(cx_ledger_size(ledger), 0);
    ck_assert_int_eq(cx_ledger_erase(ledger, 7), 0);
    ck_assert_int_eq(cx_ledger_size(NULL), 0);
}
END_TEST

START_TEST(test_siphash_gives_the_published_value) {
    uint8_t bytes[15];
    for (uint8_t i = 0; i < 15; i++) bytes[i] = i;
    ck_assert(cx_i_sip_hash(bytes, 15, UINT64_C(0x0706050403020100),
                            UINT64_C(0x0f0e0d0c0b0a0908)) == UINT64_C(0xa129ca6149be45e5));
}
END_TEST

START_TEST(test_keys_depend_on_the_salt_and_on_all_bytes) {
    cx_contact a, b, c;
    ck_assert_ok(cx_contact_text((const uint8_t *)"Ada", 3, 1, &a, err));
    ck_assert_ok(cx_contact_text((const uint8_t *)"Ada", 3, 2, &b, err));
    ck_assert_ok(cx_contact_text((const uint8_t *)"Ad", 2, 1, &c, err));
    ck_assert(a.key != b.key && a.key != c.key);
    ck_assert(cx_contact_number(5, 1) != cx_contact_number(5, 2));
    ck_assert_fails(cx_contact_text((const uint8_t *)"", 0, 1, &c, err), CX_E_DOMAIN, "empty");
}
END_TEST

START_TEST(test_an_event_ends_with_its_minute) {
    record(ledger, 7, CX_EVENT_INVITED, 3, 60 * MINUTE);
    record(ledger, 7, CX_EVENT_SHOWN, 4, 60 * MINUTE + 1);
    cx_table *table = history(ledger, 7);
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_int_eq(cell(table, "time", 0), 61 * MINUTE);
    ck_assert_int_eq(cell(table, "place", 0), 4);
    ck_assert_int_eq(cell(table, "time", 1), 60 * MINUTE);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_same_event_twice_is_one_event) {
    record(ledger, 7, CX_EVENT_INVITED, 3, 10 * MINUTE);
    cx_ledger *before = copy_of(ledger);
    record(ledger, 7, CX_EVENT_INVITED, 3, 10 * MINUTE);
    ck_assert(cx_ledger_equal(ledger, before));
    cx_ledger_free(before);
}
END_TEST

START_TEST(test_events_come_in_any_order) {
    static const int64_t minutes[] = {50, 20, 90, 10, 70, 30, 60};
    cx_ledger *other;
    ck_assert_ok(cx_ledger_new(NULL, NULL, &other, err));
    for (int i = 0; i < 7; i++) {
        record(ledger, 7, i % 2, i % 3, minutes[i] * MINUTE);
        int j = 6 - i;
        record(other, 7, j % 2, j % 3, minutes[j] * MINUTE);
    }
    ck_assert(cx_ledger_equal(ledger, other));
    cx_ledger_free(other);
}
END_TEST

START_TEST(test_what_is_forgotten_leaves_its_time) {
    for (int i = 1; i <= 9; i++) record(ledger, 7, CX_EVENT_INVITED, 0, i * DAY);
    cx_table *table = history(ledger, 7);
    ck_assert_int_eq(cx_table_rows(table), 4); /* the latest, and three others of all kinds */
    ck_assert_int_eq(cell(table, "time", 3), 6 * DAY);
    ck_assert_double_eq(cx_table_figure(table, 0), 5.0 * DAY);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_latest_of_each_kind_is_never_forgotten) {
    record(ledger, 7, CX_EVENT_DECLINED, 9, DAY);
    for (int i = 2; i <= 40; i++) record(ledger, 7, CX_EVENT_INVITED, 0, i * DAY);
    cx_table *table = history(ledger, 7);
    int64_t last = cx_table_rows(table) - 1;
    ck_assert_int_eq(cell(table, "time", last), DAY);
    ck_assert_int_eq(cell(table, "place", last), 9);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_ledger_of_one_kind_keeps_seven) {
    cx_ledger_options options;
    cx_ledger *narrow;
    cx_ledger_options_init(&options);
    options.events = 1u << CX_EVENT_ANSWERED;
    ck_assert_ok(cx_ledger_new(&options, NULL, &narrow, err));
    for (int i = 1; i <= 7; i++) record(narrow, 7, CX_EVENT_ANSWERED, 0, i * DAY);
    cx_table *table = history(narrow, 7);
    ck_assert_int_eq(cx_table_rows(table), 7);
    cx_table_free(table);
    ck_assert_fails(cx_ledger_record(narrow, 7, CX_EVENT_SHOWN, 0, DAY, err), CX_E_MISMATCH,
                    "\"shown\"");
    ck_assert_fails(cx_ledger_merge(ledger, narrow, err), CX_E_MISMATCH, "kinds of event");
    cx_ledger_free(narrow);
}
END_TEST

START_TEST(test_an_erased_contact_leaves_no_trace) {
    for (uint64_t c = 1; c <= 2000; c++)
        record(ledger, cx_contact_number((int64_t)c, 0), (int32_t)(c % 4), 1, (int64_t)c * MINUTE);
    cx_ledger *without = copy_of(ledger);
    record(ledger, UINT64_C(0x123456789abcdef0), CX_EVENT_INVITED, 5, DAY);
    ck_assert_int_eq(cx_ledger_erase(ledger, UINT64_C(0x123456789abcdef0)), 1);
    ck_assert_int_eq(cx_ledger_erase(ledger, UINT64_C(0x123456789abcdef0)), 0);
    ck_assert(cx_ledger_equal(ledger, without));
    for (uint64_t c = 1; c <= 2000; c += 2)
        ck_assert_int_eq(cx_ledger_erase(ledger, cx_contact_number((int64_t)c, 0)), 1);
    ck_assert_int_eq(cx_ledger_size(ledger), 1000);
    for (uint64_t c = 1; c <= 2000; c++) {
        const cx_i_past *cells = cx_i_ledger_find(ledger, cx_contact_number((int64_t)c, 0));
        ck_assert((cells != NULL) == (c % 2 == 0));
        if (cells != NULL) ck_assert_uint_eq(cells->newest, c);
    }
    cx_ledger_free(without);
}
END_TEST

START_TEST(test_a_contact_takes_48_bytes_at_most_whether_announced_or_not) {
    cx_ledger_options options;
    cx_ledger *large;
    for (int turn = 0; turn < 2; turn++) {
        cx_ledger_options_init(&options);
        options.capacity = turn == 0 ? 400000 : 0;
        ck_assert_ok(cx_ledger_new(&options, NULL, &large, err));
        for (int64_t c = 0; c < 400000; c++) {
            record(large, cx_contact_number(c, 0), CX_EVENT_INVITED, 0, c * 1000);
            if ((c + 1) % 20000 != 0 || c < (turn == 0 ? 399999 : 300000)) continue;
            double each = (double)cx_ledger_memory(large) / (double)cx_ledger_size(large);
            ck_assert_msg(each <= 48, "%g bytes a contact", each);
        }
        cx_ledger_reset(large);
        ck_assert_int_eq(cx_ledger_size(large), 0);
        cx_ledger_free(large);
    }
}
END_TEST

START_TEST(test_bytes_bring_a_ledger_back) {
    cx_ledger *again;
    for (int64_t c = 0; c < 500; c++)
        record(ledger, cx_contact_number(c % 90, 0), (int32_t)(c % 4), (int32_t)(c % 7), c * DAY);
    size_t size = cx_ledger_encoded_size(ledger);
    ck_assert_uint_eq(size, 28 + 12 + 8 + 90 * 44);
    uint8_t *bytes = malloc(size);
    ck_assert_ok(cx_ledger_encode(ledger, bytes, size, err));
    ck_assert_ok(cx_ledger_decode(bytes, size, NULL, &again, err));
    ck_assert(cx_ledger_equal(ledger, again));
    bytes[size / 2] ^= 1;
    ck_assert_fails(cx_ledger_decode(bytes, size, NULL, &again, err), CX_E_FORMAT, "ledger");
    free(bytes);
    cx_ledger_free(again);
}
END_TEST

START_TEST(test_merging_takes_what_both_know) {
    cx_ledger *other;
    ck_assert_ok(cx_ledger_new(NULL, NULL, &other, err));
    record(ledger, 7, CX_EVENT_INVITED, 0, DAY);
    record(other, 7, CX_EVENT_INVITED, 1, 2 * DAY);
    record(other, UINT64_C(1) << 60, CX_EVENT_ANSWERED, 2, 3 * DAY);
    ck_assert_ok(cx_ledger_merge(ledger, other, err));
    ck_assert_int_eq(cx_ledger_size(ledger), 2);
    cx_table *table = history(ledger, 7);
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_int_eq(cell(table, "place", 0), 1);
    cx_table_free(table);
    cx_ledger_free(other);
}
END_TEST

START_TEST(test_bad_events_are_refused) {
    cx_ledger_options options;
    cx_ledger *none = NULL;
    ck_assert_fails(cx_ledger_record(ledger, 0, 0, 0, 0, err), CX_E_DOMAIN, "nobody");
    ck_assert_fails(cx_ledger_record(ledger, 7, 4, 0, 0, err), CX_E_DOMAIN, "event is 4");
    ck_assert_fails(cx_ledger_record(ledger, 7, 0, 1023, 0, err), CX_E_DOMAIN, "place is 1023");
    ck_assert_fails(cx_ledger_record(ledger, 7, 0, 0, -1, err), CX_E_DOMAIN, "-1 microseconds");
    ck_assert_fails(cx_ledger_record(ledger, 7, 0, 0, INT64_MAX, err), CX_E_DOMAIN, "10136");
    ck_assert_int_eq(cx_ledger_size(ledger), 0);
    cx_ledger_options_init(&options);
    options.events = 16;
    ck_assert_fails(cx_ledger_new(&options, NULL, &none, err), CX_E_OPTION, "events is 16");
    cx_ledger_options_init(&options);
    options.capacity = -1;
    ck_assert_fails(cx_ledger_new(&options, NULL, &none, err), CX_E_OPTION, "capacity is -1");
    cx_ledger_options_init(&options);
    options.salt = 5;
    ck_assert_ok(cx_ledger_new(&options, NULL, &none, err));
    ck_assert_fails(cx_ledger_merge(ledger, none, err), CX_E_MISMATCH, "salts");
    cx_ledger_free(none);
}
END_TEST

Suite *suite_ledger(void);
Suite *suite_ledger(void) {
    Suite *suite = suite_create("ledger");
    TCase *tcase = tcase_create("ledger");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_ledger_knows_nobody);
    tcase_add_test(tcase, test_siphash_gives_the_published_value);
    tcase_add_test(tcase, test_keys_depend_on_the_salt_and_on_all_bytes);
    tcase_add_test(tcase, test_an_event_ends_with_its_minute);
    tcase_add_test(tcase, test_the_same_event_twice_is_one_event);
    tcase_add_test(tcase, test_events_come_in_any_order);
    tcase_add_test(tcase, test_what_is_forgotten_leaves_its_time);
    tcase_add_test(tcase, test_the_latest_of_each_kind_is_never_forgotten);
    tcase_add_test(tcase, test_a_ledger_of_one_kind_keeps_seven);
    tcase_add_test(tcase, test_an_erased_contact_leaves_no_trace);
    tcase_add_test(tcase, test_a_contact_takes_48_bytes_at_most_whether_announced_or_not);
    tcase_add_test(tcase, test_bytes_bring_a_ledger_back);
    tcase_add_test(tcase, test_merging_takes_what_both_know);
    tcase_add_test(tcase, test_bad_events_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
