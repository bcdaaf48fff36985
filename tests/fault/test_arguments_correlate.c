#include "arguments.h"

static const double a_values[ROWS] = {5, 3, 4, 1, 2, 5};
static const double b_values[ROWS] = {4, 2, 5, 1, 1, 3};
static const double c_values[ROWS] = {1, 4, 2, 2, 5, 3};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int64_t count_values[ROWS] = {1, 2, 0, 1, 1, 3};
static const int32_t name_offsets[] = {0, 1, 2};
static cx_array a, b, weights, counts, names, control, pair[2];
static cx_frame two, given_columns;
static cx_moments *pairs;
static cx_crosstab *table;
static uint8_t table_bytes[2048], buffer[2048];
static size_t table_size;

CALL(partial, COL(0, &a), COL(1, &b), frame_with(2, &given_columns), COL(4, &weights), options,
     OUT(3, cx_estimate))
CALL(correlations, frame_with(0, &two), COL(2, &weights), options, HANDLE(1, cx_table))
CALL(moments_new_pairwise, COL(0, &names), NULL, HANDLE(1, cx_moments))
CALL(moments_correlations, PTR(0, pairs), options, HANDLE(1, cx_table))
CALL(crosstab_new, options, NULL, HANDLE(0, cx_crosstab))
CALL(crosstab_copy, PTR(0, table), NULL, HANDLE(1, cx_crosstab))
CALL(crosstab_add, PTR(0, table), COL(1, &a), COL(2, &b), COL(3, &weights))
CALL(crosstab_add_counts, PTR(0, table), COL(1, &a), COL(2, &b), COL(3, &counts))
CALL(crosstab_merge, PTR(0, table), PTR(1, table))
CALL(crosstab_correlate, PTR(0, table), options, OUT(1, cx_estimate))
CALL(crosstab_encode, PTR(0, table), PTR(1, buffer), table_size)
CALL(crosstab_decode, PTR(0, table_bytes), table_size, NULL, HANDLE(1, cx_crosstab))

INIT(correlate)
INIT(crosstab)

#define CORRELATE(name, slots, bits)                                                               \
    OPTIONS(name, slots, bits, correlate, AT(correlate, confidence), AT(correlate, method),        \
            AT(correlate, joint), AT(correlate, part), AT(correlate, levels),                      \
            AT(correlate, reserved))

static const function functions[] = {
    CORRELATE(partial, 4, 23),
    CORRELATE(correlations, 2, 5),
    PLAIN(moments_new_pairwise, 2),
    CORRELATE(moments_correlations, 2, 0),
    OPTIONS(crosstab_new, 1, 0, crosstab, 0, AT(crosstab, reserved)),
    PLAIN(crosstab_copy, 2),
    COLUMNS(crosstab_add, 3, 14),
    COLUMNS(crosstab_add_counts, 4, 14),
    PLAIN(crosstab_merge, 2),
    CORRELATE(crosstab_correlate, 2, 0),
    PLAIN(crosstab_encode, 2),
    PLAIN(crosstab_decode, 2),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_crosstab_encode(table, buffer, table_size, err));
    ck_assert_msg(memcmp(buffer, table_bytes, table_size) == 0, "%s changed the table", name);
    ck_assert_int_eq(cx_moments_n(pairs), ROWS);
}

static void setup(void) {
    a = cx_array_of(a_values, CX_F64, ROWS);
    b = cx_array_of(b_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    counts = cx_array_of(count_values, CX_I64, ROWS);
    control = cx_array_of(c_values, CX_F64, ROWS);
    control.name = "z";
    names = cx_array_of("xy", CX_STRING, 2);
    names.offsets = name_offsets;
    pair[0] = a, pair[1] = b;
    pair[0].name = "x", pair[1].name = "y";
    two = (cx_frame){pair, 2, {0, 0}};
    given_columns = (cx_frame){&control, 1, {0, 0}};
    ck_assert_ok(cx_moments_new_pairwise(&names, NULL, &pairs, err));
    ck_assert_ok(cx_moments_add(pairs, &two, NULL, err));
    ck_assert_ok(cx_crosstab_new(NULL, NULL, &table, err));
    ck_assert_ok(cx_crosstab_add(table, &a, &b, NULL, err));
    table_size = cx_crosstab_encoded_size(table);
    ck_assert_uint_le(table_size, sizeof table_bytes);
    ck_assert_ok(cx_crosstab_encode(table, table_bytes, table_size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_moments_free(pairs);
    cx_crosstab_free(table);
}

Suite *suite_arguments_correlate(void);
Suite *suite_arguments_correlate(void) {
    Suite *suite = suite_create("arguments_correlate");
    TCase *tcase = tcase_create("arguments_correlate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
