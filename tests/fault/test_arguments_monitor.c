#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const int32_t key_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int64_t count_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const int64_t many_values[ROWS] = {10, 20, 30, 40, 50, 60};
static const int64_t period_values[ROWS] = {0, 0, 0, 0, 0, 0};
static cx_array keys, weights, counts, many, periods, offsets;
static cx_monitor *monitor, *other;
static uint8_t bytes[8192], room[8192];
static size_t size;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(monitor_new, COL(0, &keys), COL(2, &weights), options, NULL, HANDLE(1, cx_monitor))
CALL(monitor_copy, PTR(0, monitor), NULL, HANDLE(1, cx_monitor))
CALL(monitor_fork, PTR(0, monitor), NULL, HANDLE(1, cx_monitor))
CALL(monitor_settings, PTR(0, monitor), OUT(1, cx_monitor_options))
CALL(monitor_observe, PTR(0, monitor), COL(1, &keys), COL(2, &counts), COL(3, &periods), options)
CALL(monitor_observe_counts, PTR(0, monitor), COL(1, &keys), COL(2, &counts), COL(3, &counts),
     COL(4, &counts), COL(5, &periods))
CALL(monitor_invite, PTR(0, monitor), COL(1, &keys), COL(2, &counts), COL(3, &counts),
     COL(4, &counts), COL(5, &periods))
CALL(monitor_baseline, PTR(0, monitor), COL(1, &keys), COL(2, &counts), COL(3, &counts),
     COL(4, &counts), COL(5, &many))
CALL(monitor_set_cycle, PTR(0, monitor), COL(1, &offsets))
CALL(monitor_acknowledge, PTR(0, monitor), COL(1, &keys), CX_ACKNOWLEDGE_KEEP)
CALL(monitor_end_period, PTR(0, monitor))
CALL(monitor_advance, PTR(0, monitor), 4)
CALL(monitor_merge, PTR(0, monitor), PTR(1, other))
CALL(monitor_encode, PTR(0, monitor), PTR(1, room), size)
CALL(monitor_decode, PTR(0, bytes), size, NULL, HANDLE(1, cx_monitor))
CALL(monitor_points, PTR(0, monitor), HANDLE(1, cx_table))
CALL(monitor_alarms, PTR(0, monitor), HANDLE(1, cx_table))
CALL(monitor_delays, PTR(0, monitor), HANDLE(1, cx_table))
CALL(monitor_cycle, PTR(0, monitor), HANDLE(1, cx_table))

/* -- the table ----------------------------------------------------------------------------- */

INIT(answer)

static void init_monitor(void) {
    cx_monitor_options settings;
    cx_monitor_options_init(&settings);
    settings.arl = 100;
    memcpy(given.bytes, &settings, sizeof settings);
}

/* A single point or period stands for all rows. */
#define SINGLE(name, slots, bits, single)                                                          \
    { #name, call_##name, slots, bits, NULL, 0, 0, {0 }, 0, single, 0 }

static const function functions[] = {
    {"monitor_new",
     call_monitor_new,
     2,
     5,
     init_monitor,
     sizeof(cx_monitor_options),
     AT(monitor, confidence),
     {AT(monitor, form), AT(monitor, direction), AT(monitor, reference), AT(monitor, late),
      AT(monitor, common_shock), AT(monitor, drop_count)},
     0,
     1,
     0},
    PLAIN(monitor_copy, 2),
    PLAIN(monitor_fork, 2),
    PLAIN(monitor_settings, 2),
    {"monitor_observe",
     call_monitor_observe,
     3,
     14,
     init_answer,
     sizeof(cx_answer_options),
     0,
     {AT(answer, invalid), AT(answer, fractional)},
     0,
     10,
     0},
    SINGLE(monitor_observe_counts, 5, 62, 34),
    SINGLE(monitor_invite, 3, 62, 34),
    COLUMNS(monitor_baseline, 5, 62),
    COLUMNS(monitor_set_cycle, 2, 2),
    SINGLE(monitor_acknowledge, 2, 2, 2),
    PLAIN(monitor_end_period, 1),
    PLAIN(monitor_advance, 1),
    PLAIN(monitor_merge, 2),
    PLAIN(monitor_encode, 2),
    PLAIN(monitor_decode, 2),
    PLAIN(monitor_points, 2),
    PLAIN(monitor_alarms, 2),
    PLAIN(monitor_delays, 2),
    PLAIN(monitor_cycle, 2),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    size_t now = cx_monitor_encoded_size(monitor);
    ck_assert_uint_eq(now, size);
    ck_assert_ok(cx_monitor_encode(monitor, room, now, err));
    ck_assert_msg(memcmp(room, bytes, size) == 0, "%s changed a state", name);
}

static void setup(void) {
    cx_monitor_options settings;
    keys = cx_array_of(key_values, CX_I32, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    counts = cx_array_of(count_values, CX_I64, ROWS);
    many = cx_array_of(many_values, CX_I64, ROWS);
    periods = cx_array_of(period_values, CX_I64, ROWS);
    offsets = cx_array_of(weight_values, CX_F64, ROWS);
    cx_monitor_options_init(&settings);
    settings.arl = 100;
    settings.cycle = ROWS;
    settings.max_age = 1;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &settings, NULL, &monitor, err));
    ck_assert_ok(cx_monitor_observe_counts(monitor, &keys, &counts, &counts, &counts, NULL, err));
    ck_assert_ok(cx_monitor_copy(monitor, NULL, &other, err));
    size = cx_monitor_encoded_size(monitor);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_ok(cx_monitor_encode(monitor, bytes, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_monitor_free(monitor);
    cx_monitor_free(other);
}

Suite *suite_arguments_monitor(void);
Suite *suite_arguments_monitor(void) {
    Suite *suite = suite_create("arguments_monitor");
    TCase *tcase = tcase_create("arguments_monitor");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
