#include "../support.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

/* Times in hours from 1970, -1 for a missing one */
static int64_t due[8], done[8], made[8];
static uint8_t due_valid, done_valid;
static cx_array due_column, done_column, made_column;
static cx_promise_options options;
static cx_waits *lateness;
static cx_estimate estimate;

static cx_array hours_column(const double *hours, int64_t count, int64_t *times, uint8_t *valid) {
    *valid = 0;
    for (int64_t i = 0; i < count; i++) {
        times[i] = (int64_t)(hours[i] * 3600) * SECOND;
        if (hours[i] >= 0) *valid |= (uint8_t)(1u << i);
    }
    cx_array column = cx_array_of(times, CX_TIMESTAMP, count);
    column.unit = CX_MICROSECONDS;
    column.validity = valid;
    return column;
}

static void give(const double *due_hours, const double *done_hours, int64_t count) {
    due_column = hours_column(due_hours, count, due, &due_valid);
    done_column = hours_column(done_hours, count, done, &done_valid);
}

static cx_status add(cx_error *err) {
    return cx_promises_add(lateness, &due_column, &done_column, NULL, NULL, NULL, &options, err);
}

static void setup(void) {
    cx_promise_options_init(&options);
    options.now = 100 * DAY;
    ck_assert_ok(cx_waits_new(NULL, &lateness, err));
}

static void teardown(void) {
    cx_waits_free(lateness);
}

static double share(void) {
    ck_assert_ok(cx_promises(lateness, NULL, &estimate, err));
    return estimate.value;
}

START_TEST(test_without_promises_there_is_no_share) {
    give(NULL, NULL, 0);
    ck_assert_ok(add(err));
    ck_assert_fails(cx_promises(lateness, NULL, &estimate, err), CX_E_EMPTY, "no promise");
    ck_assert_fails(cx_promises_settled(lateness, NULL, &estimate, err), CX_E_EMPTY, "no promise");
}
END_TEST

START_TEST(test_a_promise_for_a_day_is_kept_until_the_end_of_that_day) {
    const double due_hours[] = {48, 48, 48, 48}, done_hours[] = {30, 48, 71.9, 72};
    give(due_hours, done_hours, 4);
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 0.75);
}
END_TEST

START_TEST(test_a_promise_for_a_moment_is_broken_a_moment_later) {
    const double due_hours[] = {48, 48, 49.5}, done_hours[] = {48, 48.5, 49.5};
    give(due_hours, done_hours, 3);
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 2 / 3.0);
    options.resolution = CX_RESOLUTION_HOUR;
    cx_waits_reset(lateness);
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 1);
    options.resolution = CX_RESOLUTION_TIMESTAMP;
    const double midnights[] = {48, 48, 72};
    give(midnights, done_hours, 3);
    cx_waits_reset(lateness);
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 2 / 3.0);
}
END_TEST

START_TEST(test_the_day_ends_where_the_customer_lives) {
    const double due_hours[] = {46, 46}, done_hours[] = {69, 71}; /* midnight two hours east */
    give(due_hours, done_hours, 2);
    options.offset = 7200;
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 0.5);
    cx_waits_reset(lateness);
    options.offset = 0; /* no longer midnights: to the second */
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 0);
}
END_TEST

START_TEST(test_dates_are_days_of_the_calendar) {
    const int32_t due_days[] = {10, 10, 10, 10}, done_days[] = {9, 10, 11, 13};
    cx_array d = cx_array_of(due_days, CX_TIMESTAMP, 4),
             e = cx_array_of(done_days, CX_TIMESTAMP, 4);
    d.unit = e.unit = CX_DAYS;
    d.stride = e.stride = 4;
    options.offset = -5 * 3600;
    ck_assert_ok(cx_promises_add(lateness, &d, &e, NULL, NULL, NULL, &options, err));
    ck_assert_double_eq(share(), 0.5);
    ck_assert_double_eq(cx_waits_longest(lateness), 3 * 86400.0);
    options.resolution = CX_RESOLUTION_HOUR;
    ck_assert_fails(cx_promises_add(lateness, &d, &e, NULL, NULL, NULL, &options, err), CX_E_OPTION,
                    "due holds dates");
    const double times[] = {48.5, 49, 50, 51};
    d = hours_column(times, 4, due, &due_valid);
    options.resolution = CX_RESOLUTION_AS_DUE;
    ck_assert_fails(cx_promises_add(lateness, &d, &e, NULL, NULL, NULL, &options, err), CX_E_OPTION,
                    "done holds dates");
}
END_TEST

START_TEST(test_open_and_overdue_is_broken_open_and_not_due_is_left_out) {
    const double due_hours[] = {24, 24, 48, 200 * 24, -1}, done_hours[] = {25, 60, -1, -1, 30};
    cx_table *table;
    give(due_hours, done_hours, 5);
    ck_assert_ok(add(err));
    ck_assert_double_eq(share(), 1 / 3.0);
    ck_assert_int_eq(estimate.n, 3);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_OPEN], 1);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_ok(cx_promises_settled(lateness, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.5);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_OPEN], 2);
    ck_assert_ok(cx_promises_by(lateness, NULL, &table, err));
    cx_array column;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "overdue"), &column, err));
    ck_assert_int_eq(*(const int64_t *)column.data, 1);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "settled_value"), &column, err));
    ck_assert_double_eq(*(const double *)column.data, 0.5);
    cx_table_free(table);
}
END_TEST

START_TEST(test_lateness_is_a_curve_from_the_due_time) {
    const double due_hours[] = {24.5, 24.5, 24.5, 24.5}, done_hours[] = {24, 26.5, -1, 30.5};
    give(due_hours, done_hours, 4);
    ck_assert_ok(add(err));
    ck_assert_ok(cx_waits_survival(lateness, 0, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.75); /* the share that is late */
    ck_assert_ok(cx_waits_survival(lateness, 2 * 3600, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0.5);
    ck_assert_double_eq(cx_waits_longest(lateness), (100 * 24 - 24.5) * 3600);
}
END_TEST

START_TEST(test_cancelled_promises_stand_apart) {
    const double due_hours[] = {24, 24, 24}, done_hours[] = {20, -1, 90};
    const double off[] = {0, 1, NAN};
    cx_array c = cx_array_of(off, CX_F64, 3);
    give(due_hours, done_hours, 3);
    ck_assert_ok(
        cx_promises_add(lateness, &due_column, &done_column, NULL, &c, NULL, &options, err));
    ck_assert_double_eq(share(), 1);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
    const int8_t bad[] = {0, 2, 0};
    c = cx_array_of(bad, CX_I8, 3);
    ck_assert_fails(
        cx_promises_add(lateness, &due_column, &done_column, NULL, &c, NULL, &options, err),
        CX_E_DOMAIN, "row 1");
}
END_TEST

START_TEST(test_impossible_times_are_counted_or_named) {
    const double due_hours[] = {48.5, 48.5, 48.5, 9.5, 48.5};
    const double done_hours[] = {40, 5, 101 * 24, 10, 40},
                 made_hours[] = {10, 10, 10, 10, 102 * 24};
    uint8_t made_valid;
    give(due_hours, done_hours, 5);
    made_column = hours_column(made_hours, 5, made, &made_valid);
    ck_assert_ok(cx_promises_add(lateness, &due_column, &done_column, &made_column, NULL, NULL,
                                 &options, err));
    ck_assert_int_eq(cx_waits_n(lateness), 1);
    ck_assert_int_eq(cx_waits_excluded(lateness, CX_EXCLUDED_OUT_OF_RANGE), 4);
    options.invalid = CX_INVALID_ERROR;
    const char *const says[] = {"done before", "after now", "due before", "promised"};
    for (int64_t i = 1; i < 5; i++) {
        cx_array d = due_column, e = done_column, m = made_column;
        d.length = e.length = m.length = 1;
        d.data = due + i, e.data = done + i, m.data = made + i;
        d.offset = e.offset = m.offset = i;
        ck_assert_fails(cx_promises_add(lateness, &d, &e, &m, NULL, NULL, &options, err),
                        CX_E_DOMAIN, says[i - 1]);
    }
    ck_assert_int_eq(cx_waits_n(lateness), 1);
}
END_TEST

START_TEST(test_now_has_to_be_said) {
    const double due_hours[] = {24}, done_hours[] = {20};
    give(due_hours, done_hours, 1);
    options.now = CX_NOW_UNSET;
    ck_assert_fails(add(err), CX_E_OPTION, "now is not set");
    ck_assert_fails(
        cx_promises_add(lateness, &due_column, &done_column, NULL, NULL, NULL, NULL, err),
        CX_E_OPTION, "now is not set");
    options.now = INT64_MAX;
    ck_assert_fails(add(err), CX_E_OPTION, "far");
    options.now = DAY, options.offset = NAN;
    ck_assert_fails(add(err), CX_E_OPTION, "offset");
}
END_TEST

START_TEST(test_times_too_far_away_are_refused) {
    const double due_hours[] = {24}, done_hours[] = {20};
    give(due_hours, done_hours, 1);
    due[0] = INT64_MAX - 1;
    ck_assert_fails(add(err), CX_E_OVERFLOW, "far");
    due[0] = INT64_MIN + 5;
    ck_assert_fails(add(err), CX_E_OVERFLOW, "far");
}
END_TEST

Suite *suite_promises(void);
Suite *suite_promises(void) {
    Suite *suite = suite_create("promises");
    TCase *tcase = tcase_create("promises");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_without_promises_there_is_no_share);
    tcase_add_test(tcase, test_a_promise_for_a_day_is_kept_until_the_end_of_that_day);
    tcase_add_test(tcase, test_a_promise_for_a_moment_is_broken_a_moment_later);
    tcase_add_test(tcase, test_the_day_ends_where_the_customer_lives);
    tcase_add_test(tcase, test_dates_are_days_of_the_calendar);
    tcase_add_test(tcase, test_open_and_overdue_is_broken_open_and_not_due_is_left_out);
    tcase_add_test(tcase, test_lateness_is_a_curve_from_the_due_time);
    tcase_add_test(tcase, test_cancelled_promises_stand_apart);
    tcase_add_test(tcase, test_impossible_times_are_counted_or_named);
    tcase_add_test(tcase, test_now_has_to_be_said);
    tcase_add_test(tcase, test_times_too_far_away_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
