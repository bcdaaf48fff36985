#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double duration_values[ROWS] = {10, 20, 30.5, 40, 50, 60};
static const double end_values[ROWS] = {1, 0, 1, 1, 0, 1};
static const int64_t due_values[ROWS] = {20, 20, 20, 20, 20, 20};
static const int64_t done_values[ROWS] = {10, 15, 20, 25, 30, 35};
static const int64_t made_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const double none_values[ROWS] = {0, 0, 0, 1, 0, 0};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static cx_array durations, ends, due, done, made, none, keys;
static cx_frame by;
static cx_waits *split, *whole, *empty;
static uint8_t bytes[1024], room[1024];
static size_t size;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(waits_new, NULL, HANDLE(0, cx_waits))
CALL(waits_copy, PTR(0, split), NULL, HANDLE(1, cx_waits))
CALL(waits_merge, PTR(0, split), PTR(1, whole))
CALL(waits_take, PTR(0, split), 0, HANDLE(1, cx_waits))
CALL(waits_total, PTR(0, split), NULL, HANDLE(1, cx_waits))
CALL(waits_encode, PTR(0, split), PTR(1, room), size)
CALL(waits_decode, PTR(0, bytes), size, NULL, HANDLE(1, cx_waits))
CALL(waits_survival, PTR(0, whole), 15, options, OUT(1, cx_estimate))
CALL(waits_within, PTR(0, whole), 15, options, OUT(1, cx_estimate))
CALL(waits_quantile, PTR(0, whole), 0.5, options, OUT(1, cx_estimate))
CALL(waits_restricted_mean, PTR(0, whole), 15, options, OUT(1, cx_estimate))
CALL(waits_rate, PTR(0, whole), options, OUT(1, cx_estimate))
CALL(waits_survival_by, PTR(0, split), 15, options, HANDLE(1, cx_table))
CALL(waits_within_by, PTR(0, split), 15, options, HANDLE(1, cx_table))
CALL(waits_quantile_by, PTR(0, split), 0.5, options, HANDLE(1, cx_table))
CALL(waits_restricted_mean_by, PTR(0, split), 15, options, HANDLE(1, cx_table))
CALL(waits_rate_by, PTR(0, split), options, HANDLE(1, cx_table))
CALL(waits_curve, PTR(0, split), options, HANDLE(1, cx_table))
CALL(waits_logrank, PTR(0, split), options, HANDLE(1, cx_table))
CALL(response_speed, PTR(0, split), 15, options, HANDLE(1, cx_table))
CALL(promises, PTR(0, whole), options, OUT(1, cx_estimate))
CALL(promises_settled, PTR(0, whole), options, OUT(1, cx_estimate))
CALL(promises_by, PTR(0, split), options, HANDLE(1, cx_table))

CALL(waits_add, PTR(0, empty), COL(1, &durations), COL(2, &ends), frame_with(3, &by), options)
CALL(promises_add, PTR(0, empty), COL(1, &due), COL(2, &done), COL(3, &made), COL(4, &none),
     frame_with(5, &by), options)
CALL(response_add, PTR(0, empty), COL(1, &made), COL(2, &done), frame_with(3, &by), options)

/* -- the table ----------------------------------------------------------------------------- */

INIT(waits)
INIT(curve)
INIT(share)

static void init_promise(void) {
    cx_promise_options promise;
    cx_promise_options_init(&promise);
    promise.now = 100;
    memcpy(given.bytes, &promise, sizeof promise);
}

static void init_response(void) {
    cx_response_options response;
    cx_response_options_init(&response);
    response.now = 100;
    memcpy(given.bytes, &response, sizeof response);
}

#define CURVE(name)                                                                                \
    OPTIONS(name, 2, 0, curve, AT(curve, confidence), AT(curve, method), AT(curve, unknown))
#define SHARE(name) OPTIONS(name, 2, 0, share, AT(share, confidence), AT(share, method))

static const function functions[] = {
    PLAIN(waits_new, 1),
    PLAIN(waits_copy, 2),
    PLAIN(waits_merge, 2),
    PLAIN(waits_take, 2),
    PLAIN(waits_total, 2),
    PLAIN(waits_encode, 2),
    PLAIN(waits_decode, 2),
    OPTIONS(waits_add, 3, 14, waits, 0, AT(waits, invalid), AT(waits, zero)),
    CURVE(waits_survival),
    CURVE(waits_survival_by),
    CURVE(waits_within),
    CURVE(waits_within_by),
    CURVE(waits_quantile),
    CURVE(waits_quantile_by),
    CURVE(waits_restricted_mean),
    CURVE(waits_restricted_mean_by),
    CURVE(waits_rate),
    CURVE(waits_rate_by),
    CURVE(waits_curve),
    CURVE(waits_logrank),
    CURVE(response_speed),
    SHARE(promises),
    SHARE(promises_settled),
    SHARE(promises_by),
    OPTIONS(promises_add, 3, 62, promise, 0, AT(promise, resolution), AT(promise, invalid)),
    OPTIONS(response_add, 3, 14, response, 0, AT(response, invalid)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    size_t now = cx_waits_encoded_size(split);
    ck_assert_uint_eq(now, size);
    ck_assert_ok(cx_waits_encode(split, room, now, err));
    ck_assert_msg(memcmp(room, bytes, size) == 0, "%s changed a state", name);
    ck_assert_msg(cx_waits_n(empty) == 0, "%s changed an empty state", name);
}

static void setup(void) {
    durations = cx_array_of(duration_values, CX_F64, ROWS);
    ends = cx_array_of(end_values, CX_F64, ROWS);
    due = cx_array_of(due_values, CX_I64, ROWS);
    done = cx_array_of(done_values, CX_I64, ROWS);
    made = cx_array_of(made_values, CX_I64, ROWS);
    none = cx_array_of(none_values, CX_F64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    keys.name = "team";
    by = (cx_frame){&keys, 1, {0, 0}};
    ck_assert_ok(cx_waits_new(NULL, &split, err));
    ck_assert_ok(cx_waits_new(NULL, &whole, err));
    ck_assert_ok(cx_waits_new(NULL, &empty, err));
    ck_assert_ok(cx_waits_add(split, &durations, &ends, &by, NULL, err));
    ck_assert_ok(cx_waits_add(whole, &durations, &ends, NULL, NULL, err));
    size = cx_waits_encoded_size(split);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_ok(cx_waits_encode(split, bytes, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_waits_free(split);
    cx_waits_free(whole);
    cx_waits_free(empty);
}

Suite *suite_arguments_waits(void);
Suite *suite_arguments_waits(void) {
    Suite *suite = suite_create("arguments_waits");
    TCase *tcase = tcase_create("arguments_waits");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
