#include "../support.h"

#define DAY INT64_C(86400000000)
#define HOUR INT64_C(3600000000)

static cx_tallies *set;
static cx_window_options window;

static void setup(void) {
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    cx_window_options_init(&window);
}

static void teardown(void) {
    cx_tallies_free(set);
}

static cx_array times_of(const int64_t *times, int64_t n) {
    return cx_array_of(times, CX_I64, n);
}

static void add(const int64_t *times, const double *scores, int64_t n) {
    cx_array time = times_of(times, n), x = cx_array_of(scores, CX_F64, n);
    ck_assert_ok(cx_windows_add(set, &time, NULL, &x, NULL, NULL, &window, NULL, err));
}

static const int64_t *column(const cx_table *table, const char *name) {
    cx_array view;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &view, err));
    return view.data;
}

static cx_table *nps_of(const cx_tallies *tallies) {
    cx_table *table;
    ck_assert_ok(cx_nps_by(tallies, NULL, &table, err));
    return table;
}

START_TEST(test_no_answers_make_no_windows) {
    cx_tallies *rolled;
    add(NULL, NULL, 0);
    ck_assert_int_eq(cx_tallies_size(set), 0);
    ck_assert_ok(cx_windows_roll(set, 3, 1, NULL, &rolled, err));
    ck_assert_int_eq(cx_tallies_size(rolled), 0);
    cx_tallies_free(rolled);
}
END_TEST

START_TEST(test_the_windows_are_those_of_the_calendar) {
    vectors v = vectors_read("windows");
    for (int64_t row = 0; row < v.rows; row++) {
        const int64_t time = atoll(vectors_text(&v, row, "time"));
        const int64_t start = atoll(vectors_text(&v, row, "window"));
        cx_table *table;
        cx_array view = times_of(&time, 1);
        window.unit = (int32_t)vectors_number(&v, row, "unit");
        window.every = (int32_t)vectors_number(&v, row, "every");
        window.week_starts = (int32_t)vectors_number(&v, row, "week_starts");
        window.offset = (int32_t)vectors_number(&v, row, "offset");
        ck_assert_ok(cx_window_of(&view, NULL, &window, NULL, &table, err));
        const char *id = vectors_text(&v, row, "id");
        int64_t local = time + INT64_C(1000000) * window.offset;
        ck_assert_msg(*column(table, "window") == start, "%s starts at %ld, not %ld", id,
                      (long)*column(table, "window"), (long)start);
        ck_assert_msg(start <= local && local < *column(table, "window_end"), "%s", id);
        cx_table_free(table);
    }
    ck_assert_int_gt(v.rows, 300);
    vectors_free(&v);
}
END_TEST

START_TEST(test_the_end_of_a_window_belongs_to_the_next) {
    const int64_t times[] = {DAY - 1, DAY, -1};
    const double scores[] = {10, 3, 9};
    add(times, scores, 3);
    cx_table *table = nps_of(set);
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_int_eq(column(table, "window")[0], -DAY);
    ck_assert_int_eq(column(table, "window_end")[1], DAY);
    ck_assert_int_eq(column(table, "window")[2], DAY);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_day_of_25_hours_is_one_day_when_the_offsets_say_so) {
    /* Brussels, 2023-10-29: summer time ends at 01:00 UTC */
    const int64_t midnight = INT64_C(1698530400000000); /* 2023-10-28T22:00Z, 00:00 local */
    const int64_t times[] = {midnight, midnight + 3 * HOUR, midnight + 24 * HOUR,
                             midnight + 25 * HOUR, midnight - 1};
    const double scores[] = {10, 10, 10, 10, 10};
    const int32_t offsets[] = {7200, 3600, 3600, 3600, 7200};
    cx_array time = times_of(times, 5), x = cx_array_of(scores, CX_F64, 5);
    cx_array offset = cx_array_of(offsets, CX_I32, 5);
    ck_assert_ok(cx_windows_add(set, &time, &offset, &x, NULL, NULL, &window, NULL, err));
    cx_table *table = nps_of(set);
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_int_eq(column(table, "n")[0], 1);
    ck_assert_int_eq(column(table, "n")[1], 3);
    ck_assert_int_eq(column(table, "window")[1], INT64_C(1698537600000000)); /* 2023-10-29 */
    cx_table_free(table);
}
END_TEST

START_TEST(test_answers_without_a_time_have_a_row_without_a_window) {
    const double times[] = {0, NAN, 0}, scores[] = {9, 9, 9};
    const float offsets[] = {0, 0, NAN};
    cx_array time = cx_array_of(times, CX_F64, 3), x = cx_array_of(scores, CX_F64, 3), view;
    cx_array offset = cx_array_of(offsets, CX_F32, 3);
    ck_assert_ok(cx_windows_add(set, &time, &offset, &x, NULL, NULL, &window, NULL, err));
    cx_table *table = nps_of(set);
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "window_end"), &view, err));
    ck_assert_int_eq(view.dtype, CX_TIMESTAMP);
    ck_assert_int_eq(view.validity[0] & 3, 1);
    ck_assert_int_eq(column(table, "n")[1], 2);
    cx_table_free(table);
}
END_TEST

START_TEST(test_windows_without_answers_are_empty_and_never_zero) {
    const int64_t times[] = {0, 3 * DAY};
    const double scores[] = {10, 10};
    cx_tallies *rolled;
    cx_array value;
    add(times, scores, 2);
    ck_assert_ok(cx_windows_roll(set, 1, 1, NULL, &rolled, err));
    cx_table *table = nps_of(rolled);
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &value, err));
    ck_assert_uint_eq(value.validity[0] & 15, 9);
    cx_table_free(table);
    cx_tallies_free(rolled);
    ck_assert_ok(cx_windows_roll(set, 1, 0, NULL, &rolled, err));
    ck_assert_int_eq(cx_tallies_equal(rolled, set), 1);
    cx_tallies_free(rolled);
}
END_TEST

START_TEST(test_rolling_windows_are_sums_and_the_first_are_partial) {
    const int64_t times[] = {0, DAY, DAY, 3 * DAY};
    const double scores[] = {10, 9, 0, 5};
    const int64_t n[] = {1, 3, 2, 1};
    cx_tallies *rolled;
    cx_array flags;
    add(times, scores, 4);
    ck_assert_ok(cx_windows_roll(set, 2, 1, NULL, &rolled, err));
    cx_table *table = nps_of(rolled);
    ck_assert_int_eq(cx_table_rows(table), 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(column(table, "n")[i], n[i]);
        ck_assert_int_eq(column(table, "window")[i], (i - 1) * DAY);
        ck_assert_int_eq(column(table, "window_end")[i], (i + 1) * DAY);
    }
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "flags"), &flags, err));
    const int32_t *ends = flags.offsets;
    char first[64] = "", others[256] = ""; /* text of a table does not end in a zero */
    memcpy(first, flags.data, (size_t)ends[1]);
    memcpy(others, (const char *)flags.data + ends[1], (size_t)(ends[4] - ends[1]));
    ck_assert_ptr_nonnull(strstr(first, "partial"));
    ck_assert_ptr_null(strstr(others, "partial"));
    cx_table_free(table);
    cx_tallies_free(rolled);
}
END_TEST

START_TEST(test_every_site_has_every_window) {
    const int64_t times[] = {0, 2 * DAY, DAY};
    const double scores[] = {10, 9, 0};
    const int8_t sites[] = {1, 1, 2};
    cx_array time = times_of(times, 3), x = cx_array_of(scores, CX_F64, 3);
    cx_array site = cx_array_of(sites, CX_I8, 3);
    cx_tallies *rolled;
    site.name = "site";
    cx_frame by = {&site, 1, {0, 0}};
    ck_assert_ok(cx_windows_add(set, &time, NULL, &x, NULL, &by, NULL, NULL, err));
    ck_assert_ok(cx_windows_roll(set, 1, 1, NULL, &rolled, err));
    ck_assert_int_eq(cx_tallies_size(rolled), 6);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(rolled, 0)), 1);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(rolled, 1)), 0);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(rolled, 3)), 1);
    cx_tallies_free(rolled);
}
END_TEST

START_TEST(test_parts_merge_to_the_bytes_of_the_whole) {
    int64_t times[600];
    double scores[600];
    cx_tallies *whole = set, *again;
    uint8_t *a, *b;
    for (int i = 0; i < 600; i++) times[i] = (i * 37 % 400 - 100) * DAY, scores[i] = i % 11;
    add(times, scores, 600);
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    add(times + 400, scores + 400, 200);
    add(times, scores, 400);
    size_t size = cx_tallies_encoded_size(whole);
    ck_assert_uint_eq(size, cx_tallies_encoded_size(set));
    a = malloc(size), b = malloc(size);
    ck_assert_ok(cx_tallies_encode(whole, a, size, err));
    ck_assert_ok(cx_tallies_encode(set, b, size, err));
    ck_assert_int_eq(memcmp(a, b, size), 0);
    ck_assert_ok(cx_tallies_decode(a, size, NULL, &again, err));
    cx_table *table = nps_of(again);
    ck_assert_int_eq(column(table, "window")[0], -100 * DAY);
    cx_table_free(table);
    cx_tallies_free(again);
    cx_tallies_free(whole);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_days_and_weeks_do_not_merge) {
    const int64_t times[] = {0};
    const double scores[] = {10};
    cx_array time = times_of(times, 1), x = cx_array_of(scores, CX_F64, 1);
    add(times, scores, 1);
    window.unit = CX_WINDOW_WEEK;
    ck_assert_fails(cx_windows_add(set, &time, NULL, &x, NULL, NULL, &window, NULL, err),
                    CX_E_MISMATCH, "window: 1 week from monday");
    ck_assert_int_eq(cx_tallies_size(set), 1);
}
END_TEST

START_TEST(test_a_failing_row_is_named_and_changes_nothing) {
    enum { LONG = 1100000 };
    int64_t *times = calloc(LONG, sizeof *times);
    float *scores = calloc(LONG, sizeof *scores);
    ck_assert(times != NULL && scores != NULL);
    cx_array time = times_of(times, LONG), x = cx_array_of(scores, CX_F32, LONG);
    cx_error error;
    scores[LONG - 3] = INFINITY;
    ck_assert_int_eq(cx_windows_add(set, &time, NULL, &x, NULL, NULL, NULL, NULL, &error),
                     CX_E_DOMAIN);
    ck_assert_int_eq(error.row, LONG - 3);
    ck_assert_int_eq(cx_tallies_size(set), 0);
    scores[LONG - 3] = 0;
    ck_assert_ok(cx_windows_add(set, &time, NULL, &x, NULL, NULL, NULL, NULL, err));
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(set, 0)), LONG);
    free(times);
    free(scores);
}
END_TEST

START_TEST(test_impossible_windows_are_refused) {
    const int64_t times[] = {0, INT64_MAX};
    const double scores[] = {10, 10}, wrong[] = {100000, 0};
    cx_array time = times_of(times, 1), x = cx_array_of(scores, CX_F64, 1), key;
    cx_array offsets = cx_array_of(wrong, CX_F64, 1);
    cx_tallies *rolled, *plain;
    ck_assert_fails(cx_windows_add(set, &time, &offsets, &x, NULL, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "100000 is no offset");
    key = time;
    key.name = "window_end";
    cx_frame by = {&key, 1, {0, 0}};
    ck_assert_fails(cx_windows_add(set, &time, NULL, &x, NULL, &by, NULL, NULL, err), CX_E_NAME,
                    "window_end");
    time.length = x.length = 2;
    window.offset = 60;
    ck_assert_fails(cx_windows_add(set, &time, NULL, &x, NULL, NULL, &window, NULL, err),
                    CX_E_OVERFLOW, "row 1");
    window.offset = 0;
    window.unit = CX_WINDOW_SECOND;
    add(times, scores, 2);
    ck_assert_fails(cx_windows_roll(set, 1, 1, NULL, &rolled, err), CX_E_LIMIT, "longer windows");
    ck_assert_fails(cx_windows_roll(set, 0, 1, NULL, &rolled, err), CX_E_OPTION, "steps is 0");
    ck_assert_fails(cx_windows_roll(set, 1, 2, NULL, &rolled, err), CX_E_OPTION, "empty is 2");
    ck_assert_ok(cx_windows_roll(set, 2, 0, NULL, &rolled, err));
    ck_assert_fails(cx_windows_roll(rolled, 2, 0, NULL, &plain, err), CX_E_MISMATCH, "already");
    cx_tallies_free(rolled);
    key.name = "key";
    x.length = 1;
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &plain, err));
    ck_assert_fails(cx_windows_roll(plain, 2, 0, NULL, &rolled, err), CX_E_MISMATCH, "no window");
    cx_tallies_free(plain);
}
END_TEST

START_TEST(test_answers_before_their_event_are_counted_or_refused) {
    const int64_t events[] = {0, 0, 0, 10000000}, answers[] = {4000000, 1000000, 2000000, 9000000};
    cx_array event = times_of(events, 4), answer = times_of(answers, 4);
    cx_delay delay;
    ck_assert_ok(cx_answer_delay(&event, &answer, CX_INVALID_EXCLUDE, NULL, &delay, err));
    ck_assert_int_eq(delay.n, 3);
    ck_assert_int_eq(delay.before, 1);
    ck_assert_double_eq(delay.shortest, 1);
    ck_assert_double_eq(delay.median, 2);
    ck_assert_double_eq(delay.late, 4);
    ck_assert_fails(cx_answer_delay(&event, &answer, CX_INVALID_ERROR, NULL, &delay, err),
                    CX_E_DOMAIN, "row 3: the answer precedes the event");
    event.length = answer.length = 0;
    ck_assert_ok(cx_answer_delay(&event, &answer, CX_INVALID_ERROR, NULL, &delay, err));
    ck_assert(isnan(delay.median) && delay.n == 0);
}
END_TEST

Suite *suite_windows(void) {
    Suite *suite = suite_create("windows");
    TCase *tcase = tcase_create("windows");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_answers_make_no_windows);
    tcase_add_test(tcase, test_the_windows_are_those_of_the_calendar);
    tcase_add_test(tcase, test_the_end_of_a_window_belongs_to_the_next);
    tcase_add_test(tcase, test_a_day_of_25_hours_is_one_day_when_the_offsets_say_so);
    tcase_add_test(tcase, test_answers_without_a_time_have_a_row_without_a_window);
    tcase_add_test(tcase, test_windows_without_answers_are_empty_and_never_zero);
    tcase_add_test(tcase, test_rolling_windows_are_sums_and_the_first_are_partial);
    tcase_add_test(tcase, test_every_site_has_every_window);
    tcase_add_test(tcase, test_parts_merge_to_the_bytes_of_the_whole);
    tcase_add_test(tcase, test_days_and_weeks_do_not_merge);
    tcase_add_test(tcase, test_a_failing_row_is_named_and_changes_nothing);
    tcase_add_test(tcase, test_impossible_windows_are_refused);
    tcase_add_test(tcase, test_answers_before_their_event_are_counted_or_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
