#include "../support.h"

/* Two key columns: text with a missing one, and a number. */
static const char *team_text = "northsouthnorthsouth";
static const int32_t team_offsets[] = {0, 5, 10, 15, 20, 20};
static const uint8_t team_valid[] = {0x0F};
static const int16_t hours[] = {2, -1, 2, -1, 2};
static const double scores[] = {9, 10, 3, 7, 6};
static const double weights[] = {1, 0.5, 2, 1, 3};
static cx_array columns[2], x, w;
static cx_frame by;
static cx_tallies *set;

static void setup(void) {
    columns[0] = cx_array_of(team_text, CX_STRING, 5);
    columns[0].offsets = team_offsets;
    columns[0].validity = team_valid;
    columns[0].name = "team";
    columns[1] = cx_array_of(hours, CX_I16, 5);
    columns[1].name = "hour";
    by = (cx_frame){columns, 2, {0, 0}};
    x = cx_array_of(scores, CX_F64, 5);
    w = cx_array_of(weights, CX_F64, 5);
    ck_assert_ok(cx_tally_by(&x, &w, &by, 0, 10, NULL, &set, err));
}

static void teardown(void) {
    cx_tallies_free(set);
}

START_TEST(test_an_empty_set_has_no_keys) {
    cx_tallies *empty;
    cx_table *table;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &empty, err));
    ck_assert_int_eq(cx_tallies_size(empty), 0);
    ck_assert_ptr_null(cx_tallies_at(empty, 0));
    ck_assert_ok(cx_nps_by(empty, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 0);
    cx_table_free(table);
    cx_tallies_free(empty);
    ck_assert_int_eq(cx_tallies_size(NULL), 0);
    cx_tallies_free(NULL);
}
END_TEST

START_TEST(test_keys_are_sorted_and_a_missing_key_is_last) {
    cx_table *table;
    cx_array team, hour;
    ck_assert_int_eq(cx_tallies_size(set), 3);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(set, 0)), 2);
    ck_assert_double_eq(cx_tally_weight(cx_tallies_at(set, 0), 3), 2);
    ck_assert_double_eq(cx_tally_weight(cx_tallies_at(set, 1), 10), 0.5);
    ck_assert_double_eq(cx_tally_weight(cx_tallies_at(set, 2), 6), 3);
    ck_assert_ok(cx_nps_by(set, NULL, &table, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "team"), &team, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "hour"), &hour, err));
    ck_assert_int_eq(memcmp(team.data, "northsouth", 10), 0);
    ck_assert_uint_eq(team.validity[0] & 7, 3);
    ck_assert_int_eq(((const int64_t *)hour.data)[1], -1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_rows_in_any_order_give_the_same_bytes) {
    cx_tallies *parts;
    uint8_t *one, *two;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &parts, err));
    for (int64_t i = 5; i-- > 0;) {
        cx_array row[2] = {columns[0], columns[1]}, score = x, weight = w;
        cx_frame one_row = {row, 2, {0, 0}};
        row[0].offsets = team_offsets + i;
        row[0].offset = i;
        row[1].data = hours + i;
        score.data = scores + i;
        weight.data = weights + i;
        row[0].length = row[1].length = score.length = weight.length = 1;
        ck_assert_ok(cx_tallies_add(parts, &score, &weight, &one_row, NULL, err));
    }
    ck_assert(cx_tallies_equal(set, parts));
    size_t size = cx_tallies_encoded_size(set);
    ck_assert_uint_eq(size, cx_tallies_encoded_size(parts));
    one = malloc(size), two = malloc(size);
    ck_assert_ok(cx_tallies_encode(set, one, size, err));
    ck_assert_ok(cx_tallies_encode(parts, two, size, err));
    ck_assert_int_eq(memcmp(one, two, size), 0);
    free(one);
    free(two);
    cx_tallies_free(parts);
}
END_TEST

START_TEST(test_merge_adds_and_keeps_new_keys) {
    cx_tallies *other;
    const int8_t codes[] = {0, 1, -1};
    const int32_t offsets[] = {0, 4, 9};
    const int64_t hour[] = {2, 2, 2};
    cx_array words = cx_array_of("eastnorth", CX_STRING, 2), rows[2], three = x;
    words.offsets = offsets;
    rows[0] = cx_array_of(codes, CX_I8, 3);
    rows[0].dictionary = &words;
    rows[0].name = "team";
    rows[1] = cx_array_of(hour, CX_I64, 3);
    rows[1].name = "hour";
    three.length = 3;
    cx_frame frame = {rows, 2, {0, 0}};
    ck_assert_ok(cx_tally_by(&three, NULL, &frame, 0, 10, NULL, &other, err));
    ck_assert_ok(cx_tallies_merge(set, other, err));
    ck_assert_int_eq(cx_tallies_size(set), 4); /* east, north, south, missing */
    ck_assert_int_eq(cx_tally_count(cx_tallies_at(set, 0), 9), 1);
    ck_assert_int_eq(cx_tally_count(cx_tallies_at(set, 1), 10), 1);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(set, 3)), 2);
    ck_assert_ok(cx_tallies_merge(set, set, err));
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(set, 3)), 4);
    cx_tallies_free(other);
}
END_TEST

START_TEST(test_the_total_is_the_tally_of_all) {
    cx_tally *total, *plain;
    ck_assert_ok(cx_tallies_total(set, NULL, &total, err));
    ck_assert_ok(cx_tally_new(0, 10, NULL, &plain, err));
    ck_assert_ok(cx_tally_add(plain, &x, &w, NULL, err));
    ck_assert(cx_tally_equal(total, plain));
    cx_tally_free(total);
    cx_tally_free(plain);
}
END_TEST

START_TEST(test_the_table_holds_every_step_of_every_key) {
    cx_table *table;
    cx_array count;
    int64_t sum = 0;
    ck_assert_ok(cx_tallies_table(set, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 33);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "count"), &count, err));
    for (int i = 0; i < 33; i++) sum += ((const int64_t *)count.data)[i];
    ck_assert_int_eq(sum, 5);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_copy_and_a_taken_tally_are_independent) {
    cx_tallies *copy;
    cx_tally *taken;
    ck_assert_ok(cx_tallies_copy(set, NULL, &copy, err));
    ck_assert(cx_tallies_equal(set, copy));
    ck_assert_ok(cx_tallies_take(copy, 1, &taken, err));
    cx_tallies_free(copy);
    ck_assert(cx_tally_equal(taken, cx_tallies_at(set, 1)));
    ck_assert_ok(cx_tally_merge(taken, taken, err));
    ck_assert_int_eq(cx_tally_equal(taken, cx_tallies_at(set, 1)), 0);
    cx_tally_free(taken);
    ck_assert_fails(cx_tallies_take(set, 3, &taken, err), CX_E_NAME, "none at 3");
}
END_TEST

START_TEST(test_keys_of_many_kinds_are_whole_numbers) {
    const double floats[] = {1, 2, NAN, 1, -3};
    cx_tallies *other;
    cx_array key = cx_array_of(floats, CX_F64, 5);
    cx_frame frame = {&key, 1, {0, 0}};
    key.name = "k";
    ck_assert_ok(cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &other, err));
    ck_assert_int_eq(cx_tallies_size(other), 4);
    ck_assert_int_eq(cx_tally_count(cx_tallies_at(other, 0), 6), 1); /* key -3 */
    cx_tallies_free(other);
    const double broken[] = {1, 2.5, 3, 4, 5};
    key.data = broken;
    ck_assert_fails(cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &other, err), CX_E_DOMAIN,
                    "column k, row 1: 2.5 cannot be a key");
}
END_TEST

START_TEST(test_times_of_every_unit_are_microseconds) {
    const int64_t times[] = {86400, 86400000, 86400000000, 86400000000000, 0, 1};
    const int32_t units[] = {CX_SECONDS, CX_MILLISECONDS, CX_MICROSECONDS, CX_NANOSECONDS};
    const int32_t day = 1;
    cx_tallies *times_set;
    cx_table *table;
    cx_array key, one = x, column;
    cx_frame frame = {&key, 1, {0, 0}};
    one.length = 1;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &times_set, err));
    for (int i = 0; i < 5; i++) {
        key = i < 4 ? cx_array_of(&times[i], CX_TIMESTAMP, 1) : cx_array_of(&day, CX_I32, 1);
        key.dtype = CX_TIMESTAMP;
        key.unit = i < 4 ? units[i] : CX_DAYS;
        key.name = "day";
        ck_assert_ok(cx_tallies_add(times_set, &one, NULL, &frame, NULL, err));
    }
    ck_assert_int_eq(cx_tallies_size(times_set), 1);
    ck_assert_ok(cx_nps_by(times_set, NULL, &table, err));
    ck_assert_ok(cx_table_column(table, 0, &column, err));
    ck_assert_int_eq(((const int64_t *)column.data)[0], INT64_C(86400000000));
    key = cx_array_of(&times[5], CX_TIMESTAMP, 1);
    key.name = "day";
    ck_assert_fails(cx_tallies_add(times_set, &one, NULL, &frame, NULL, err), CX_E_TYPE, "unit");
    key.unit = CX_NANOSECONDS;
    ck_assert_fails(cx_tallies_add(times_set, &one, NULL, &frame, NULL, err), CX_E_DOMAIN,
                    "whole number of microseconds");
    const int64_t far = INT64_MAX / 2;
    key.data = &far;
    key.unit = CX_SECONDS;
    ck_assert_fails(cx_tallies_add(times_set, &one, NULL, &frame, NULL, err), CX_E_OVERFLOW,
                    "beyond");
    cx_table_free(table);
    cx_tallies_free(times_set);
}
END_TEST

START_TEST(test_text_keys_may_hold_any_byte) {
    const char bytes[] = {'a', 0, 'a', 'a', 0, (char)0xFF, 'a'};
    const int32_t offsets[] = {0, 2, 3, 6, 7, 7}; /* "a\0" "a" "a\0\xFF" "a" "" */
    cx_tallies *other, *again;
    cx_array key = cx_array_of(bytes, CX_STRING, 5);
    cx_frame frame = {&key, 1, {0, 0}};
    uint8_t encoded[4096];
    key.offsets = offsets;
    key.name = "k";
    ck_assert_ok(cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &other, err));
    ck_assert_int_eq(cx_tallies_size(other), 4);
    ck_assert_int_eq(cx_tally_count(cx_tallies_at(other, 0), 6), 1); /* "" */
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(other, 1)), 2);        /* "a" */
    size_t size = cx_tallies_encoded_size(other);
    ck_assert_uint_lt(size, sizeof encoded);
    ck_assert_ok(cx_tallies_encode(other, encoded, size, err));
    ck_assert_ok(cx_tallies_decode(encoded, size, NULL, &again, err));
    ck_assert(cx_tallies_equal(other, again));
    cx_tallies_free(other);
    cx_tallies_free(again);
}
END_TEST

START_TEST(test_many_keys_are_found_again) {
    enum { N = 20000 };
    int32_t *keys = malloc(N * sizeof *keys);
    int8_t *answers = calloc(N, 1);
    cx_tallies *many;
    for (int32_t i = 0; i < N; i++) keys[i] = (i * 7919) % 5000 - 2500;
    cx_array key = cx_array_of(keys, CX_I32, N), score = cx_array_of(answers, CX_I8, N);
    cx_frame frame = {&key, 1, {0, 0}};
    key.name = "k";
    ck_assert_ok(cx_tally_by(&score, NULL, &frame, 0, 10, NULL, &many, err));
    ck_assert_int_eq(cx_tallies_size(many), 5000);
    for (int64_t i = 0; i < 5000; i++) ck_assert_int_eq(cx_tally_n(cx_tallies_at(many, i)), 4);
    cx_tallies_free(many);
    free(keys);
    free(answers);
}
END_TEST

START_TEST(test_a_failing_add_leaves_no_trace) {
    cx_tallies *before;
    double bad[] = {1, 2, 3, 4, INFINITY};
    cx_array broken = cx_array_of(bad, CX_F64, 5), text;
    cx_frame one = {columns, 1, {0, 0}}, renamed = by;
    ck_assert_ok(cx_tallies_copy(set, NULL, &before, err));
    ck_assert_fails(cx_tallies_add(set, &broken, NULL, &by, NULL, err), CX_E_DOMAIN, "infinite");
    ck_assert_fails(cx_tallies_add(set, &x, NULL, &one, NULL, err), CX_E_MISMATCH, "1 key columns");
    cx_array other[2] = {columns[0], columns[1]};
    other[1].name = "minute";
    renamed.columns = other;
    ck_assert_fails(cx_tallies_add(set, &x, NULL, &renamed, NULL, err), CX_E_MISMATCH,
                    "called minute, and was hour");
    text = columns[0];
    text.name = "hour";
    other[1] = text;
    ck_assert_fails(cx_tallies_add(set, &x, NULL, &renamed, NULL, err), CX_E_MISMATCH,
                    "holds text, and held numbers");
    other[1].name = "team";
    ck_assert_fails(cx_tallies_add(set, &x, NULL, &renamed, NULL, err), CX_E_NAME, "two columns");
    ck_assert_fails(cx_tallies_add(set, &x, NULL, NULL, NULL, err), CX_E_NULL, "by");
    ck_assert(cx_tallies_equal(set, before));
    cx_tallies_free(before);
}
END_TEST

START_TEST(test_sets_of_different_kind_do_not_merge) {
    cx_tallies *five, *other;
    cx_frame one = {columns, 1, {0, 0}};
    ck_assert_ok(cx_tallies_new(1, 5, NULL, &five, err));
    ck_assert_fails(cx_tallies_merge(set, five, err), CX_E_MISMATCH, "scales");
    ck_assert_ok(cx_tally_by(&x, NULL, &one, 0, 10, NULL, &other, err));
    ck_assert_fails(cx_tallies_merge(set, other, err), CX_E_MISMATCH, "key columns");
    ck_assert_int_eq(cx_tallies_equal(set, other), 0);
    cx_tallies_free(five);
    cx_tallies_free(other);
}
END_TEST

START_TEST(test_an_empty_set_still_checks_options_and_outputs) {
    cx_tallies *none, *copy;
    cx_table *table;
    cx_nps_options nps;
    cx_csat_options csat;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &none, err));
    ck_assert_fails(cx_tallies_copy(none, NULL, NULL, err), CX_E_NULL, "out");
    cx_nps_options_init(&nps);
    nps.confidence = 2;
    ck_assert_fails(cx_nps_by(none, &nps, &table, err), CX_E_OPTION, "confidence");
    cx_csat_options_init(&csat);
    csat.struct_size = 0;
    ck_assert_fails(cx_csat_by(none, &csat, &table, err), CX_E_OPTION, "struct_size");
    ck_assert_ok(cx_nps_by(none, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 0);
    cx_table_free(table);
    ck_assert_ok(cx_tallies_copy(none, NULL, &copy, err));
    cx_tallies_free(copy);
    cx_tallies_free(none);
}
END_TEST

Suite *suite_tallies(void) {
    Suite *suite = suite_create("tallies");
    TCase *tcase = tcase_create("tallies");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_set_has_no_keys);
    tcase_add_test(tcase, test_keys_are_sorted_and_a_missing_key_is_last);
    tcase_add_test(tcase, test_rows_in_any_order_give_the_same_bytes);
    tcase_add_test(tcase, test_merge_adds_and_keeps_new_keys);
    tcase_add_test(tcase, test_the_total_is_the_tally_of_all);
    tcase_add_test(tcase, test_the_table_holds_every_step_of_every_key);
    tcase_add_test(tcase, test_a_copy_and_a_taken_tally_are_independent);
    tcase_add_test(tcase, test_keys_of_many_kinds_are_whole_numbers);
    tcase_add_test(tcase, test_times_of_every_unit_are_microseconds);
    tcase_add_test(tcase, test_text_keys_may_hold_any_byte);
    tcase_add_test(tcase, test_many_keys_are_found_again);
    tcase_add_test(tcase, test_a_failing_add_leaves_no_trace);
    tcase_add_test(tcase, test_sets_of_different_kind_do_not_merge);
    tcase_add_test(tcase, test_an_empty_set_still_checks_options_and_outputs);
    suite_add_tcase(suite, tcase);
    return suite;
}
