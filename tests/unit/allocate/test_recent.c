#include "../support.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define START (20000 * DAY)

/* Four generations of a day each. */
static cx_recent *make(int64_t capacity) {
    cx_recent_options options;
    cx_recent *made;
    cx_recent_options_init(&options);
    options.window = 4 * 86400.0;
    options.capacity = capacity;
    ck_assert_ok(cx_recent_new(&options, NULL, &made, err));
    return made;
}

static uint64_t who(int64_t id) {
    return cx_contact_number(id, 0);
}

static double figure(const cx_recent *filter, int64_t time, const char *name) {
    cx_table *table;
    ck_assert_ok(cx_recent_rates(filter, time, &table, err));
    double found = table_figure(table, name);
    cx_table_free(table);
    return found;
}

START_TEST(test_an_empty_filter_has_asked_nobody) {
    cx_recent *filter = make(1000);
    ck_assert_int_eq(cx_recent_asked(filter, who(1), START), 0);
    ck_assert_double_eq(figure(filter, START, "rate"), 0);
    ck_assert_double_eq(figure(filter, START, "contacts"), 0);
    cx_recent_free(filter);
}
END_TEST

START_TEST(test_who_was_asked_is_never_missed_within_the_window) {
    cx_recent *filter = make(5000);
    for (int64_t i = 0; i < 8000; i++) { /* more than it is made for */
        int64_t time = START + i * 4 * DAY / 8000;
        ck_assert_ok(cx_recent_record(filter, who(i), time, err));
        for (int64_t k = 0; k <= i; k += 97)
            ck_assert_msg(cx_recent_asked(filter, who(k), time) == 1, "%ld was forgotten", (long)k);
    }
    cx_recent_free(filter);
}
END_TEST

START_TEST(test_a_contact_is_spared_for_the_window_and_at_most_a_generation_more) {
    cx_recent *filter = make(1000);
    int64_t asked = START + DAY / 2;
    ck_assert_ok(cx_recent_record(filter, who(1), asked, err));
    ck_assert_int_eq(cx_recent_asked(filter, who(1), asked), 1);
    ck_assert_int_eq(cx_recent_asked(filter, who(1), asked + 4 * DAY), 1);
    ck_assert_int_eq(cx_recent_asked(filter, who(1), START + 5 * DAY - 1), 1);
    ck_assert_int_eq(cx_recent_asked(filter, who(1), START + 5 * DAY), 0);
    ck_assert_int_eq(cx_recent_asked(filter, who(1), asked - DAY), 1); /* asked after that time */
    cx_recent_free(filter);
}
END_TEST

START_TEST(test_later_generations_push_out_old_ones_and_old_events_change_nothing) {
    cx_recent *filter = make(1000), *fresh = make(1000);
    ck_assert_ok(cx_recent_record(filter, who(1), START, err));
    ck_assert_ok(cx_recent_record(filter, who(2), START + 100 * DAY, err));
    ck_assert_ok(cx_recent_record(fresh, who(2), START + 100 * DAY, err));
    ck_assert_int_eq(cx_recent_equal(filter, fresh), 1);
    ck_assert_ok(cx_recent_record(filter, who(3), START + 95 * DAY, err));
    ck_assert_int_eq(cx_recent_equal(filter, fresh), 1);
    ck_assert_ok(cx_recent_record(filter, who(3), START + 96 * DAY, err));
    ck_assert_int_eq(cx_recent_equal(filter, fresh), 0);
    cx_recent_reset(filter);
    ck_assert_int_eq(cx_recent_asked(filter, who(2), START + 100 * DAY), 0);
    cx_recent_free(filter);
    cx_recent_free(fresh);
}
END_TEST

/* The rate that it reports is the rate at which it errs. */
START_TEST(test_mistakes_are_as_many_as_reported) {
    const int64_t n = 40000, strangers = 400000;
    cx_recent *filter = make(n);
    int64_t wrong = 0, now = START + 4 * DAY;
    for (int64_t i = 0; i < n + n / 4; i++)
        ck_assert_ok(cx_recent_record(filter, who(i), START + i * 5 * DAY / (n + n / 4), err));
    for (int64_t i = 0; i < strangers; i++) wrong += cx_recent_asked(filter, who(-1 - i), now);
    double rate = figure(filter, now, "rate"), expected = figure(filter, now, "rate_expected");
    double found = (double)wrong / (double)strangers, sd = sqrt(rate / (double)strangers);
    ck_assert_msg(fabs(found - rate) < 4 * sd, "%g found, %g reported", found, rate);
    ck_assert_msg(fabs(expected / rate - 1) < 0.1, "%g expected, %g reported", expected, rate);
    ck_assert_msg(rate < 0.01, "%g", rate);
    ck_assert_double_eq_tol(figure(filter, now, "contacts") / (double)(n + n / 4), 1, 0.01);
    ck_assert_double_eq_tol((double)cx_recent_memory(filter) / (double)n, 2.5, 0.05);
    cx_recent_free(filter);
}
END_TEST

START_TEST(test_merging_is_the_union_in_any_order) {
    cx_recent *a = make(1000), *b = make(1000), *both = make(1000), *ab, *ba;
    for (int64_t i = 0; i < 900; i++) {
        int64_t time = START + i * DAY / 100;
        ck_assert_ok(cx_recent_record(i % 3 == 0 && i < 700 ? a : b, who(i), time, err));
        ck_assert_ok(cx_recent_record(both, who(i), time, err));
    }
    ck_assert_ok(cx_recent_copy(a, NULL, &ab, err));
    ck_assert_ok(cx_recent_copy(b, NULL, &ba, err));
    ck_assert_ok(cx_recent_merge(ab, b, err));
    ck_assert_ok(cx_recent_merge(ba, a, err));
    ck_assert_int_eq(cx_recent_equal(ab, ba), 1);
    ck_assert_int_eq(cx_recent_equal(ab, both), 1);
    ck_assert_ok(cx_recent_merge(ab, ba, err));
    ck_assert_ok(cx_recent_merge(ab, ab, err));
    ck_assert_int_eq(cx_recent_equal(ab, both), 1);
    cx_recent *all[] = {a, b, both, ab, ba};
    for (int i = 0; i < 5; i++) cx_recent_free(all[i]);
}
END_TEST

START_TEST(test_filters_made_differently_do_not_merge) {
    cx_recent *a = make(1000), *b = make(1001);
    ck_assert_int_eq(cx_recent_merge(a, b, NULL), CX_E_MISMATCH);
    ck_assert_int_eq(cx_recent_equal(a, b), 0);
    cx_recent_free(a);
    cx_recent_free(b);
}
END_TEST

START_TEST(test_bytes_hold_all_there_is) {
    cx_recent *a = make(3000), *again;
    for (int64_t i = 0; i < 300; i++)
        ck_assert_ok(cx_recent_record(a, who(i), START + i * DAY / 50, err));
    size_t size = cx_recent_encoded_size(a);
    uint8_t *bytes = malloc(size);
    ck_assert_ok(cx_recent_encode(a, bytes, size, err));
    ck_assert_ok(cx_recent_decode(bytes, size, NULL, &again, err));
    ck_assert_int_eq(cx_recent_equal(a, again), 1);
    ck_assert_int_eq(cx_recent_decode(bytes, size - 8, NULL, &again, NULL), CX_E_FORMAT);
    cx_recent_free(a);
    cx_recent_free(again);
    free(bytes);
}
END_TEST

START_TEST(test_what_makes_no_sense_is_refused) {
    cx_recent_options options;
    cx_recent *filter = make(10), *none = NULL;
    cx_table *table;
    ck_assert_int_eq(cx_recent_record(filter, 0, START, NULL), CX_E_DOMAIN);
    ck_assert_int_eq(cx_recent_record(filter, 1, -1, NULL), CX_E_DOMAIN);
    ck_assert_int_eq(cx_recent_rates(filter, -1, &table, NULL), CX_E_DOMAIN);
    ck_assert_int_eq(cx_recent_asked(NULL, 1, 0), 0);
    ck_assert_int_eq(cx_recent_asked(filter, 0, 0), 0);
    cx_recent_options_init(&options);
    options.window = NAN;
    ck_assert_int_eq(cx_recent_new(&options, NULL, &none, NULL), CX_E_OPTION);
    cx_recent_options_init(&options);
    options.bits = 3;
    ck_assert_int_eq(cx_recent_new(&options, NULL, &none, NULL), CX_E_OPTION);
    cx_recent_options_init(&options);
    options.capacity = 0;
    ck_assert_int_eq(cx_recent_new(&options, NULL, &none, NULL), CX_E_OPTION);
    ck_assert_ptr_null(none);
    cx_recent_free(filter);
    cx_recent_free(NULL);
}
END_TEST

Suite *suite_recent(void);
Suite *suite_recent(void) {
    Suite *suite = suite_create("recent");
    TCase *tcase = tcase_create("recent");
    tcase_add_test(tcase, test_an_empty_filter_has_asked_nobody);
    tcase_add_test(tcase, test_who_was_asked_is_never_missed_within_the_window);
    tcase_add_test(tcase, test_a_contact_is_spared_for_the_window_and_at_most_a_generation_more);
    tcase_add_test(tcase, test_later_generations_push_out_old_ones_and_old_events_change_nothing);
    tcase_add_test(tcase, test_mistakes_are_as_many_as_reported);
    tcase_add_test(tcase, test_merging_is_the_union_in_any_order);
    tcase_add_test(tcase, test_filters_made_differently_do_not_merge);
    tcase_add_test(tcase, test_bytes_hold_all_there_is);
    tcase_add_test(tcase, test_what_makes_no_sense_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
