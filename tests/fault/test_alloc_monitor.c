#include "../unit/support.h"

/* Every allocation of a monitor fails, once and for ever: the call says CX_E_MEMORY, nothing is
 * left behind and nothing has changed. */

static const char *const names = "BernBielGenf";
static const int32_t offsets[] = {0, 4, 8, 12};
static const double scores[] = {9, 3, 10}, shares[] = {20, 30, 50};
static cx_array points, x;

static void setup(void) {
    points = cx_array_of(names, CX_STRING, 3);
    points.offsets = offsets;
    x = cx_array_of(scores, CX_F64, 3);
}

static cx_status fill(cx_monitor *monitor, cx_error *err) {
    cx_array c = cx_array_of(shares, CX_F64, 3);
    cx_status status = cx_monitor_baseline(monitor, &points, &c, &c, &c, NULL, err);
    if (status == CX_OK) status = cx_monitor_observe(monitor, &points, &x, NULL, NULL, err);
    if (status == CX_OK) status = cx_monitor_end_period(monitor, err);
    return status;
}

static cx_status read_all(const cx_monitor *monitor, const cx_allocator *allocator, cx_error *err) {
    cx_table *table;
    cx_monitor *copy;
    cx_status status = cx_monitor_points(monitor, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_monitor_alarms(monitor, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_monitor_cycle(monitor, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_monitor_delays(monitor, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_monitor_copy(monitor, allocator, &copy, err);
    if (status == CX_OK) cx_monitor_free(copy);
    return status;
}

static cx_status merge_back(cx_monitor *monitor, const cx_allocator *allocator, cx_error *err) {
    cx_monitor *fork, *before;
    cx_status status = cx_monitor_fork(monitor, allocator, &fork, err);
    if (status != CX_OK) return status;
    status = cx_monitor_observe(fork, &points, &x, NULL, NULL, err);
    ck_assert_int_eq(cx_monitor_copy(monitor, NULL, &before, NULL), CX_OK);
    if (status == CX_OK) status = cx_monitor_merge(monitor, fork, err);
    if (status != CX_OK) ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    cx_monitor_free(before);
    cx_monitor_free(fork);
    return status;
}

static cx_status decode_again(const cx_monitor *monitor, const cx_allocator *allocator,
                              cx_error *err) {
    uint8_t bytes[4096];
    cx_monitor *again;
    size_t size = cx_monitor_encoded_size(monitor);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_int_eq(cx_monitor_encode(monitor, bytes, size, err), CX_OK);
    cx_status status = cx_monitor_decode(bytes, size, allocator, &again, err);
    if (status == CX_OK) cx_monitor_free(again);
    return status;
}

static cx_status run(const cx_allocator *allocator, cx_error *err) {
    cx_monitor_options options;
    cx_monitor *monitor;
    cx_monitor_options_init(&options);
    options.arl = 1.5; /* an alarm at once */
    options.direction = CX_MONITOR_BOTH;
    options.common_shock = 1;
    options.cycle = 2;
    cx_status status = cx_monitor_new(&points, NULL, &options, allocator, &monitor, err);
    if (status != CX_OK) return status;
    status = fill(monitor, err);
    if (status == CX_OK) status = read_all(monitor, allocator, err);
    if (status == CX_OK) status = merge_back(monitor, allocator, err);
    if (status == CX_OK) status = decode_again(monitor, allocator, err);
    cx_monitor_free(monitor);
    return status;
}

START_TEST(test_a_monitor_survives_every_failing_allocation) {
    fault_everywhere(run, 120);
}
END_TEST

Suite *suite_alloc_monitor(void);
Suite *suite_alloc_monitor(void) {
    Suite *suite = suite_create("alloc_monitor");
    TCase *tcase = tcase_create("alloc_monitor");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_a_monitor_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
