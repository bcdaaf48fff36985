#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double a_values[ROWS] = {5, 3, 4, 1, 2, 5};
static const double b_values[ROWS] = {4, 2, 5, 1, 1, 3};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const double importance_values[] = {2, 1};
static const double maximum_values[] = {5, 5};
static const int32_t key_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const int32_t name_offsets[] = {0, 1, 2};
static cx_array a, b, weights, importance, maximum, names, pair[2], keys;
static cx_frame two, by;
static cx_joint *joint, *empty, *gaps;
static cx_mystery *shopping;
static uint8_t mystery_bytes[2048];
static size_t mystery_size;
static uint8_t joint_bytes[2048], buffer[2048];
static size_t joint_size;

CALL(joint_new, COL(0, &names), options, NULL, HANDLE(1, cx_joint))
CALL(joint_set, PTR(0, empty), 0, options)
CALL(joint_copy, PTR(0, joint), NULL, HANDLE(1, cx_joint))
CALL(joint_add, PTR(0, joint), frame_with(1, &two), COL(2, &weights), options)
CALL(joint_add_waves, PTR(0, joint), COL(1, &a), frame_with(2, &by), COL(3, &b), frame_with(4, &by),
     options)
CALL(joint_merge, PTR(0, joint), PTR(1, joint))
CALL(joint_tally, PTR(0, joint), 0, HANDLE(1, cx_tally))
CALL(joint_encode, PTR(0, joint), PTR(1, buffer), joint_size)
CALL(joint_decode, PTR(0, joint_bytes), joint_size, NULL, HANDLE(1, cx_joint))
CALL(index, PTR(0, joint), COL(2, &importance), options, OUT(1, cx_estimate))
CALL(index_components, PTR(0, joint), COL(2, &importance), options, HANDLE(1, cx_table))
CALL(index_by, PTR(0, joint), frame_with(1, &two), COL(4, &weights), frame_with(2, &by), NULL, NULL,
     options, HANDLE(3, cx_table))
CALL(compare_paired, PTR(0, joint), 0, 1, options, OUT(1, cx_estimate))

CALL(gap_new, COL(0, &names), 1, 5, NULL, HANDLE(1, cx_joint))
CALL(gap_add, PTR(0, gaps), frame_with(1, &two), frame_with(2, &two), COL(3, &weights), options)
CALL(gap, PTR(0, gaps), COL(2, &importance), options, HANDLE(1, cx_table))
CALL(gap_total, PTR(0, gaps), COL(2, &importance), options, OUT(1, cx_estimate))
CALL(gap_by, PTR(0, gaps), frame_with(1, &two), frame_with(2, &two), COL(5, &weights),
     frame_with(3, &by), NULL, NULL, options, HANDLE(4, cx_table))
CALL(mystery_new, COL(0, &names), COL(2, &maximum), COL(3, &importance), 1, NULL,
     HANDLE(1, cx_mystery))
CALL(mystery_copy, PTR(0, shopping), NULL, HANDLE(1, cx_mystery))
CALL(mystery_add, PTR(0, shopping), frame_with(1, &two), NULL, frame_with(2, &by), options)
CALL(mystery_merge, PTR(0, shopping), PTR(1, shopping))
CALL(mystery_encode, PTR(0, shopping), PTR(1, buffer), mystery_size)
CALL(mystery_decode, PTR(0, mystery_bytes), mystery_size, NULL, HANDLE(1, cx_mystery))
CALL(mystery_score, PTR(0, shopping), options, OUT(1, cx_mystery_result))
CALL(mystery_items, PTR(0, shopping), options, HANDLE(1, cx_table))
CALL(mystery_shops, PTR(0, shopping), options, HANDLE(1, cx_table))

INIT(answer)
INIT(gap)
INIT(mystery)
INIT(joint)
INIT(index)
INIT(paired)

#define ANSWER                                                                                     \
    AT(answer, invalid), AT(answer, fractional), AT(answer, missing_count),                        \
        AT(answer, not_applicable_count)
#define INDEX(name, slots, bits)                                                                   \
    OPTIONS(name, slots, bits, index, AT(index, confidence), AT(index, method), AT(index, cases),  \
            AT(index, reserved))
/* Columns of two numbers, one for each component. */
#define SHARES(name)                                                                               \
    {                                                                                              \
#name, call_##name, 2, 4, init_index, sizeof(cx_index_options), AT(index, confidence),     \
            {AT(index, method), AT(index, cases), AT(index, reserved) }, 2, 0, 0                   \
    }

#define GAP(name)                                                                                  \
    {                                                                                              \
#name, call_##name, 2, 4, init_gap, sizeof(cx_gap_options), AT(gap, confidence),           \
            {AT(gap, cases), AT(gap, cut), AT(gap, reserved) }, 2, 0, 0                            \
    }

static const function functions[] = {
    OPTIONS(joint_new, 2, 0, joint, 0, AT(joint, score), AT(joint, reserved)),
    OPTIONS(joint_set, 1, 0, joint, 0, AT(joint, score), AT(joint, reserved)),
    PLAIN(joint_copy, 2),
    OPTIONS(joint_add, 2, 6, answer, 0, ANSWER),
    OPTIONS(joint_add_waves, 5, 30, answer, 0, ANSWER),
    PLAIN(joint_merge, 2),
    PLAIN(joint_tally, 2),
    PLAIN(joint_encode, 2),
    PLAIN(joint_decode, 2),
    SHARES(index),
    SHARES(index_components),
    INDEX(index_by, 4, 22),
    OPTIONS(compare_paired, 2, 0, paired, AT(paired, confidence), AT(paired, method),
            AT(paired, cases), AT(paired, reserved)),
    PLAIN(gap_new, 2),
    OPTIONS(gap_add, 3, 14, answer, 0, ANSWER),
    GAP(gap),
    GAP(gap_total),
    OPTIONS(gap_by, 5, 46, gap, AT(gap, confidence), AT(gap, cases), AT(gap, cut),
            AT(gap, reserved)),
    {"mystery_new", call_mystery_new, 2, 12, NULL, 0, 0, {0}, 2, 0, 0},
    PLAIN(mystery_copy, 2),
    OPTIONS(mystery_add, 2, 4, answer, 0, ANSWER),
    PLAIN(mystery_merge, 2),
    PLAIN(mystery_encode, 2),
    PLAIN(mystery_decode, 2),
    OPTIONS(mystery_score, 2, 0, mystery, AT(mystery, confidence), AT(mystery, reserved)),
    OPTIONS(mystery_items, 2, 0, mystery, AT(mystery, confidence), AT(mystery, reserved)),
    OPTIONS(mystery_shops, 2, 0, mystery, AT(mystery, confidence), AT(mystery, reserved)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_joint_encode(joint, buffer, joint_size, err));
    ck_assert_msg(memcmp(buffer, joint_bytes, joint_size) == 0, "%s changed the state", name);
    ck_assert_int_eq(cx_joint_n(empty), 0);
    ck_assert_int_eq(cx_joint_n(gaps), ROWS);
    ck_assert_ok(cx_mystery_encode(shopping, buffer, mystery_size, err));
    ck_assert_msg(memcmp(buffer, mystery_bytes, mystery_size) == 0, "%s changed the visits", name);
}

static void setup(void) {
    a = cx_array_of(a_values, CX_F64, ROWS);
    b = cx_array_of(b_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    importance = cx_array_of(importance_values, CX_F64, 2);
    maximum = cx_array_of(maximum_values, CX_F64, 2);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    keys.name = "id";
    names = cx_array_of("xy", CX_STRING, 2);
    names.offsets = name_offsets;
    pair[0] = a, pair[1] = b;
    pair[0].name = "x", pair[1].name = "y";
    two = (cx_frame){pair, 2, {0, 0}};
    by = (cx_frame){&keys, 1, {0, 0}};
    ck_assert_ok(cx_joint_new(&names, NULL, NULL, &empty, err));
    ck_assert_ok(cx_joint_new(&names, NULL, NULL, &joint, err));
    ck_assert_ok(cx_joint_add(joint, &two, NULL, NULL, err));
    ck_assert_ok(cx_gap_new(&names, 1, 5, NULL, &gaps, err));
    ck_assert_ok(cx_gap_add(gaps, &two, &two, NULL, NULL, err));
    ck_assert_ok(cx_mystery_new(&names, &maximum, NULL, 1, NULL, &shopping, err));
    ck_assert_ok(cx_mystery_add(shopping, &two, NULL, &by, NULL, err));
    mystery_size = cx_mystery_encoded_size(shopping);
    ck_assert_uint_le(mystery_size, sizeof mystery_bytes);
    ck_assert_ok(cx_mystery_encode(shopping, mystery_bytes, mystery_size, err));
    joint_size = cx_joint_encoded_size(joint);
    ck_assert_uint_le(joint_size, sizeof joint_bytes);
    ck_assert_ok(cx_joint_encode(joint, joint_bytes, joint_size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_joint_free(joint);
    cx_joint_free(empty);
    cx_joint_free(gaps);
    cx_mystery_free(shopping);
}

Suite *suite_arguments_joint(void) {
    Suite *suite = suite_create("arguments_joint");
    TCase *tcase = tcase_create("arguments_joint");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
