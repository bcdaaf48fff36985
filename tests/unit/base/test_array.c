#include "../support.h"

static cx_tally *tally;

static void setup(void) {
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

/* Adds the column and checks how often 0, 9 and 10 came out. */
static void expect(const cx_array *column, int64_t zeros, int64_t nines, int64_t tens) {
    cx_tally_reset(tally);
    ck_assert_ok(cx_tally_add(tally, column, NULL, NULL, err));
    ck_assert_int_eq(cx_tally_count(tally, 0), zeros);
    ck_assert_int_eq(cx_tally_count(tally, 9), nines);
    ck_assert_int_eq(cx_tally_count(tally, 10), tens);
    ck_assert_int_eq(cx_tally_n(tally), zeros + nines + tens);
}

START_TEST(test_an_empty_column_adds_nothing) {
    cx_array column = cx_array_of(NULL, CX_I32, 0);
    expect(&column, 0, 0, 0);
}
END_TEST

#define NUMBERS(type, dtype)                                                                       \
    do {                                                                                           \
        const type values[] = {0, 9, 9, 10, 10, 10};                                               \
        cx_array column = cx_array_of(values, dtype, 6);                                           \
        expect(&column, 1, 2, 3);                                                                  \
        column.stride = 2 * (int64_t)sizeof(type);                                                 \
        column.length = 3;                                                                         \
        expect(&column, 1, 1, 1);                                                                  \
        column.data = values + 5;                                                                  \
        column.stride = -(int64_t)sizeof(type);                                                    \
        column.length = 6;                                                                         \
        expect(&column, 1, 2, 3);                                                                  \
        column.stride = 0;                                                                         \
        expect(&column, 0, 0, 6);                                                                  \
    } while (0)

START_TEST(test_every_number_type_is_read_at_any_stride) {
    NUMBERS(int8_t, CX_I8);
    NUMBERS(int16_t, CX_I16);
    NUMBERS(int32_t, CX_I32);
    NUMBERS(int64_t, CX_I64);
    NUMBERS(uint8_t, CX_U8);
    NUMBERS(uint16_t, CX_U16);
    NUMBERS(uint32_t, CX_U32);
    NUMBERS(uint64_t, CX_U64);
    NUMBERS(float, CX_F32);
    NUMBERS(double, CX_F64);
}
END_TEST

START_TEST(test_unaligned_elements_are_read) {
    char bytes[1 + 3 * sizeof(double)];
    const double values[] = {0, 9, 10};
    memcpy(bytes + 1, values, sizeof values);
    cx_array column = cx_array_of(bytes + 1, CX_F64, 3);
    expect(&column, 1, 1, 1);
}
END_TEST

START_TEST(test_bool_and_bit_are_0_and_1) {
    const uint8_t flags[] = {0, 1, 7, 0}, bits[] = {0xB0}; /* bits 4 .. 7: 1 1 0 1 */
    cx_array column = cx_array_of(flags, CX_BOOL, 4);
    ck_assert_ok(cx_tally_add(tally, &column, NULL, NULL, err));
    ck_assert_int_eq(cx_tally_count(tally, 0), 2);
    ck_assert_int_eq(cx_tally_count(tally, 1), 2);
    cx_tally_reset(tally);
    column = cx_array_of(bits, CX_BIT, 4);
    column.offset = 4;
    ck_assert_ok(cx_tally_add(tally, &column, NULL, NULL, err));
    ck_assert_int_eq(cx_tally_count(tally, 0), 1);
    ck_assert_int_eq(cx_tally_count(tally, 1), 3);
}
END_TEST

START_TEST(test_validity_is_read_from_its_offset) {
    const int8_t values[] = {0, 9, 9, 10, 10, 10};
    const uint8_t validity[] = {0x50, 0x02}; /* bits 3 .. 8: 0 1 0 1 0 0, bit 9 set */
    cx_array column = cx_array_of(values, CX_I8, 6);
    column.validity = validity;
    column.offset = 3;
    expect(&column, 0, 1, 1);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_MISSING), 4);
}
END_TEST

START_TEST(test_text_timestamps_and_codes_are_not_numbers) {
    const int8_t codes[] = {0, 1};
    const int32_t offsets[] = {0, 1, 2};
    cx_array words = cx_array_of("ab", CX_STRING, 2);
    words.offsets = offsets;
    ck_assert_fails(cx_tally_add(tally, &words, NULL, NULL, err), CX_E_TYPE, "holds text");
    cx_array column = cx_array_of(codes, CX_I8, 2);
    column.dictionary = &words;
    column.name = "team";
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_TYPE,
                    "column team is categorical");
    cx_error error;
    ck_assert_int_eq(cx_tally_add(tally, &column, NULL, NULL, &error), CX_E_TYPE);
    ck_assert_str_eq(error.column, "team");
    const int64_t times[] = {0, 1};
    column = cx_array_of(times, CX_TIMESTAMP, 2);
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_TYPE, "holds timestamps");
    column.dtype = 99;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_TYPE, "unknown element");
    ck_assert_int_eq(cx_tally_n(tally), 0);
}
END_TEST

START_TEST(test_a_malformed_column_is_refused) {
    const int8_t values[] = {1, 2};
    cx_array column = cx_array_of(values, CX_I8, 2), other = cx_array_of(values, CX_I8, 1);
    ck_assert_fails(cx_tally_add(tally, NULL, NULL, NULL, err), CX_E_NULL, "scores");
    column.length = -1;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_LENGTH, "negative");
    column.length = 2;
    column.offset = -1;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_LENGTH, "negative");
    column.offset = 0;
    column.reserved[3] = 1;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_OPTION, "zero the");
    column.reserved[3] = 0;
    column.data = NULL;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_NULL, "no data");
    column.data = values;
    ck_assert_fails(cx_tally_add(tally, &column, &other, NULL, err), CX_E_LENGTH,
                    "2 rows and column weights has 1");
}
END_TEST

START_TEST(test_types_have_names_and_sizes) {
    ck_assert_str_eq(cx_dtype_name(CX_I8), "int8");
    ck_assert_str_eq(cx_dtype_name(CX_TIMESTAMP), "timestamp");
    ck_assert_str_eq(cx_dtype_name(0), "unknown");
    ck_assert_str_eq(cx_dtype_name(16), "unknown");
    ck_assert_int_eq(cx_dtype_size(CX_U16), 2);
    ck_assert_int_eq(cx_dtype_size(CX_STRING), 0);
}
END_TEST

START_TEST(test_only_whole_numbers_are_codes_of_a_dictionary) {
    const char *text = "northsouth";
    const int32_t offsets[] = {0, 5, 10};
    const int64_t codes[] = {0, 1};
    const double scores[] = {9, 3};
    const int32_t wrong[] = {CX_F32, CX_F64, CX_STRING, CX_LARGE_STRING, CX_TIMESTAMP};
    cx_array words = cx_array_of(text, CX_STRING, 2), x = cx_array_of(scores, CX_F64, 2);
    cx_array key = cx_array_of(codes, CX_I64, 2);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    words.offsets = offsets;
    key.dictionary = &words;
    key.name = "team";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        key.dtype = wrong[i];
        key.offsets = offsets;
        ck_assert_fails(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err), CX_E_TYPE, "codes");
    }
}
END_TEST

START_TEST(test_offsets_of_text_that_run_backwards_are_refused) {
    const char *text = "northsouth";
    const int32_t narrow[][3] = {{0, 5, 3}, {-1, 5, 10}, {INT32_MIN, INT32_MAX, INT32_MAX}};
    const int64_t wide[][3] = {
        {0, 5, 3}, {-1, 5, 10}, {INT64_MIN, INT64_MAX, INT64_MAX}, {0, INT64_MAX, INT64_MAX}};
    const double scores[] = {9, 3};
    cx_array x = cx_array_of(scores, CX_F64, 2), key = cx_array_of(text, CX_STRING, 2);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_moments *m;
    key.name = "team";
    for (size_t i = 0; i < 7; i++) {
        key.dtype = i < 3 ? CX_STRING : CX_LARGE_STRING;
        key.offsets = i < 3 ? (const void *)narrow[i] : wide[i - 3];
        ck_assert_fails(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err), CX_E_LENGTH, "offsets");
        ck_assert_fails(cx_moments_new(&key, NULL, &m, err), CX_E_LENGTH, "offsets");
    }
    key.dtype = CX_STRING;
    key.offsets = (const int32_t[]){0, 5, 10};
    key.data = NULL;
    ck_assert_fails(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err), CX_E_LENGTH, "offsets");
}
END_TEST

START_TEST(test_an_offset_beyond_every_bitmap_is_refused) {
    const uint8_t values[] = {9, 9}, valid[] = {3};
    cx_array column = cx_array_of(values, CX_U8, 2);
    column.validity = valid;
    column.offset = INT64_MAX;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, NULL, err), CX_E_LENGTH, "offset");
}
END_TEST

Suite *suite_array(void) {
    Suite *suite = suite_create("array");
    TCase *tcase = tcase_create("array");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_column_adds_nothing);
    tcase_add_test(tcase, test_every_number_type_is_read_at_any_stride);
    tcase_add_test(tcase, test_unaligned_elements_are_read);
    tcase_add_test(tcase, test_bool_and_bit_are_0_and_1);
    tcase_add_test(tcase, test_validity_is_read_from_its_offset);
    tcase_add_test(tcase, test_text_timestamps_and_codes_are_not_numbers);
    tcase_add_test(tcase, test_a_malformed_column_is_refused);
    tcase_add_test(tcase, test_types_have_names_and_sizes);
    tcase_add_test(tcase, test_only_whole_numbers_are_codes_of_a_dictionary);
    tcase_add_test(tcase, test_offsets_of_text_that_run_backwards_are_refused);
    tcase_add_test(tcase, test_an_offset_beyond_every_bitmap_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
