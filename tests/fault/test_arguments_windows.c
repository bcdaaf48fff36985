#include "arguments.h"

/* Windows: every bad argument, every failing allocation. */

static const int64_t time_values[ROWS] = {0, 1, 86400000000, 5, 7, 86400000001};
static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int32_t site_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const int32_t offset_values[ROWS] = {0, 0, 3600, 0, 0, 0};
static cx_array times, scores, weights, offsets, site;
static cx_frame by;
static cx_tallies *set;
static uint8_t before[4096], after[4096];
static size_t size;

CALL(windows_add, PTR(0, set), COL(1, &times), COL(4, &offsets), COL(2, &scores), COL(3, &weights),
     frame_with(5, &by), options, NULL)
CALL(windows_roll, PTR(0, set), 2, 1, NULL, HANDLE(1, cx_tallies))
CALL(window_of, COL(0, &times), COL(2, &offsets), options, NULL, HANDLE(1, cx_table))
CALL(answer_delay, COL(0, &times), COL(1, &times), 0, NULL, OUT(2, cx_delay))
CALL(trend, PTR(0, set), options, HANDLE(1, cx_table))
CALL(trend_keys, PTR(0, set), HANDLE(1, cx_table))
CALL(tallies_add_once, PTR(0, set), COL(1, &scores), COL(4, &weights), frame_with(2, &by),
     frame_with(3, &by), COL(5, &times), 0, options, NULL)
CALL(windows_add_once, PTR(0, set), COL(1, &times), COL(5, &offsets), COL(2, &scores),
     COL(4, &weights), frame_with(6, &by), frame_with(3, &by), 0, options, NULL)
INIT(window)
INIT(trend)

static const function functions[] = {
    OPTIONS(windows_add, 3, 30, window, 0, AT(window, unit), AT(window, every),
            AT(window, week_starts)),
    PLAIN(windows_roll, 2),
    PLAIN(trend_keys, 2),
    OPTIONS(tallies_add_once, 4, 50, window, 0, AT(window, unit), AT(window, every)),
    OPTIONS(windows_add_once, 4, 54, window, 0, AT(window, unit), AT(window, every)),
    OPTIONS(trend, 2, 0, trend, AT(trend, confidence), AT(trend, score), AT(trend, few)),
    OPTIONS(window_of, 2, 5, window, 0, AT(window, unit), AT(window, every),
            AT(window, week_starts)),
    COLUMNS(answer_delay, 3, 3),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_tallies_encode(set, after, size, err));
    ck_assert_msg(memcmp(before, after, size) == 0, "%s changed the tallies", name);
}

static void columns(void) {
    times = cx_array_of(time_values, CX_I64, ROWS);
    scores = cx_array_of(score_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    offsets = cx_array_of(offset_values, CX_I32, ROWS);
    site = cx_array_of(site_values, CX_I32, ROWS);
    site.name = "site";
    by = (cx_frame){&site, 1, {0, 0}};
}

static void setup(void) {
    columns();
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    ck_assert_ok(cx_windows_add(set, &times, NULL, &scores, NULL, &by, NULL, NULL, err));
    size = cx_tallies_encoded_size(set);
    ck_assert_uint_le(size, sizeof before);
    ck_assert_ok(cx_tallies_encode(set, before, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_tallies_free(set);
}

/* -- allocations --------------------------------------------------------------------------- */

static cx_status run_windows(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *own, *rolled;
    cx_table *table;
    cx_delay delay;
    cx_status status = cx_tallies_new(0, 10, allocator, &own, err);
    if (status != CX_OK) return status;
    status = cx_windows_add(own, &times, &offsets, &scores, &weights, &by, NULL, NULL, err);
    if (status != CX_OK) ck_assert_int_eq(cx_tallies_size(own), 0);
    if (status == CX_OK) {
        status = cx_windows_roll(own, 2, 1, allocator, &rolled, err);
        if (status == CX_OK) status = cx_nps_by(rolled, NULL, &table, err), cx_tallies_free(rolled);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        status = cx_trend(own, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        status = cx_trend_keys(own, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        status = cx_window_of(&times, NULL, NULL, allocator, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        cx_tally *tally;
        status = cx_tally_new(0, 10, allocator, &tally, err);
        if (status == CX_OK) {
            status = cx_tally_add_once(tally, &scores, &weights, &by, &times, 0, NULL, NULL, err);
            cx_tally_free(tally);
        }
    }
    if (status == CX_OK)
        status = cx_windows_add_once(own, &times, &offsets, &scores, &weights, &by, &by, 0, NULL,
                                     NULL, err);
    if (status == CX_OK) status = cx_answer_delay(&times, &times, 0, allocator, &delay, err);
    cx_tallies_free(own);
    return status;
}

START_TEST(test_windows_survive_every_failing_allocation) {
    columns();
    fault_each(run_windows, _i == 1, 100);
}
END_TEST

Suite *suite_arguments_windows(void) {
    Suite *suite = suite_create("arguments_windows");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("allocations");
    tcase_add_loop_test(tcase, test_windows_survive_every_failing_allocation, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
