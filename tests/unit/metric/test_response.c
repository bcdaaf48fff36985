#include "../support.h"

#define SECOND INT64_C(1000000)

static int64_t opened[6], answered[6];
static uint8_t valid;
static cx_array opened_column, answered_column;
static cx_response_options options;
static cx_waits *waits;

/* Seconds; an answer of -1 is missing */
static void give(const double *from, const double *to, int64_t count) {
    valid = 0;
    for (int64_t i = 0; i < count; i++) {
        opened[i] = (int64_t)from[i] * SECOND;
        answered[i] = (int64_t)(to[i] * (double)SECOND);
        if (to[i] >= 0) valid |= (uint8_t)(1u << i);
    }
    opened_column = cx_array_of(opened, CX_I64, count);
    answered_column = cx_array_of(answered, CX_I64, count);
    answered_column.validity = &valid;
}

static cx_status add(cx_error *err) {
    return cx_response_add(waits, &opened_column, &answered_column, NULL, &options, err);
}

static void setup(void) {
    cx_response_options_init(&options);
    options.now = 1000 * SECOND;
    ck_assert_ok(cx_waits_new(NULL, &waits, err));
}

static void teardown(void) {
    cx_waits_free(waits);
}

START_TEST(test_without_cases_there_is_a_row_without_figures) {
    cx_table *table;
    give(NULL, NULL, 0);
    ck_assert_ok(add(err));
    ck_assert_ok(cx_response_speed(waits, 60, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert(isnan(table_number(table, "value", 0)) && isnan(table_number(table, "of_all", 0)));
    ck_assert(isnan(table_number(table, "median", 0)));
    cx_table_free(table);
}
END_TEST

/* Waits 10, 20, 30, 40 answered; open for 15 and 900 */
START_TEST(test_open_cases_are_censored_and_the_shares_without_that_stand_beside) {
    const double from[] = {0, 0, 100, 100, 985, 100}, to[] = {10, 20, 130, 140, -1, -1};
    cx_table *table;
    give(from, to, 6);
    ck_assert_ok(add(err));
    ck_assert_ok(cx_response_speed(waits, 30, NULL, &table, err));
    ck_assert_double_eq(table_number(table, "answered", 0), 4);
    ck_assert_double_eq(table_number(table, "waiting", 0), 2);
    ck_assert_close(table_number(table, "value", 0), 1 - 5 / 6.0 * 3 / 4.0 * 2 / 3.0, 1e-14);
    ck_assert_double_eq(table_number(table, "of_answered", 0), 0.75);
    ck_assert_double_eq(table_number(table, "of_all", 0), 0.5);
    ck_assert_double_eq(table_number(table, "median", 0), 30);
    ck_assert(isnan(table_number(table, "q90", 0)));
    cx_table_free(table);
    ck_assert_ok(cx_response_speed(waits, NAN, NULL, &table, err));
    ck_assert_int_eq(cx_table_find(table, "value"), -1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_impossible_times_are_counted_or_named) {
    const double from[] = {0, 50, 2000, 10}, to[] = {10, 40, -1, 1001};
    const char *const says[] = {"answered before", "opened after", "answered after"};
    give(from, to, 4);
    ck_assert_ok(add(err));
    ck_assert_int_eq(cx_waits_n(waits), 1);
    ck_assert_int_eq(cx_waits_excluded(waits, CX_EXCLUDED_OUT_OF_RANGE), 3);
    options.invalid = CX_INVALID_ERROR;
    for (int64_t i = 1; i < 4; i++) {
        give(from + i, to + i, 1);
        ck_assert_fails(add(err), CX_E_DOMAIN, says[i - 1]);
    }
    ck_assert_int_eq(cx_waits_n(waits), 1);
}
END_TEST

START_TEST(test_now_and_level_are_checked) {
    const double from[] = {0}, to[] = {10};
    cx_table *table;
    give(from, to, 1);
    options.now = CX_NOW_UNSET;
    ck_assert_fails(add(err), CX_E_OPTION, "now is not set");
    ck_assert_fails(cx_response_speed(waits, -1, NULL, &table, err), CX_E_DOMAIN, "level");
    ck_assert_fails(cx_response_speed(waits, INFINITY, NULL, &table, err), CX_E_DOMAIN, "level");
    options.now = SECOND;
    options.invalid = 7;
    ck_assert_fails(add(err), CX_E_OPTION, "invalid");
}
END_TEST

Suite *suite_response(void);
Suite *suite_response(void) {
    Suite *suite = suite_create("response");
    TCase *tcase = tcase_create("response");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_without_cases_there_is_a_row_without_figures);
    tcase_add_test(tcase, test_open_cases_are_censored_and_the_shares_without_that_stand_beside);
    tcase_add_test(tcase, test_impossible_times_are_counted_or_named);
    tcase_add_test(tcase, test_now_and_level_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
