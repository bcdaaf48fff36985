#include "figures.h"

static const char *const items[] = {"food", "room", "staff"};
static const int32_t item_offsets[] = {0, 4, 8, 13};
static double data[6][64];
static int64_t rows;
static cx_array expected[3], experienced[3], names;
static cx_frame expectation, experience;
static cx_joint *joint;
static cx_estimate e;
static vectors known;

static void setup(void) {
    static const char *const columns[] = {"expect_food", "expect_room", "expect_staff",
                                          "food",        "room",        "staff"};
    vectors v = vectors_read("gap_data");
    known = vectors_read("gap");
    rows = v.rows;
    for (int c = 0; c < 6; c++)
        for (int64_t r = 0; r < rows; r++) data[c][r] = vectors_number(&v, r, columns[c]);
    vectors_free(&v);
    names = cx_array_of("foodroomstaff", CX_STRING, 3);
    names.offsets = item_offsets;
    for (int i = 0; i < 3; i++) {
        expected[i] = cx_array_of(data[i], CX_F64, rows);
        experienced[i] = cx_array_of(data[3 + i], CX_F64, rows);
        expected[i].name = experienced[i].name = items[i];
    }
    expectation = (cx_frame){expected, 3, {0, 0}};
    experience = (cx_frame){experienced, 3, {0, 0}};
    ck_assert_ok(cx_gap_new(&names, 1, 5, NULL, &joint, err));
}

static void teardown(void) {
    cx_joint_free(joint);
    vectors_free(&known);
}

START_TEST(test_a_gap_of_nobody_is_no_number) {
    cx_table *table = NULL;
    ck_assert_fails(cx_gap_total(joint, NULL, NULL, &e, err), CX_E_EMPTY, "nobody answered both");
    ck_assert_fails(cx_gap(joint, NULL, NULL, &table, err), CX_E_EMPTY, "nobody answered both");
    ck_assert_ptr_null(table);
}
END_TEST

START_TEST(test_one_respondent_has_a_gap_and_a_wide_interval) {
    cx_table *table;
    for (int i = 0; i < 3; i++) expected[i].length = experienced[i].length = 1;
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    ck_assert_ok(cx_gap(joint, NULL, NULL, &table, err));
    double gap = data[3][0] - data[0][0];
    ck_assert_double_eq(table_number(table, "value", 0), gap);
    ck_assert_double_gt(table_number(table, "ci_high", 0) - table_number(table, "ci_low", 0), 2);
    ck_assert(isnan(table_number(table, "se", 0)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_gaps_all_alike_have_an_interval_of_positive_width) {
    cx_table *table;
    memcpy(expected, experienced, sizeof expected);
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    ck_assert_ok(cx_gap(joint, NULL, NULL, &table, err));
    for (int64_t i = 0; i < 3; i++) {
        ck_assert_double_eq(table_number(table, "value", i), 0);
        ck_assert_double_eq(table_number(table, "same", i), 1);
        ck_assert_double_lt(table_number(table, "ci_low", i), -0.3);
        ck_assert_double_lt(table_number(table, "ci_high", i), 1);
        ck_assert(isnan(table_number(table, "p_value", i)));
    }
    ck_assert_ok(cx_gap_total(joint, NULL, NULL, &e, err));
    ck_assert_double_gt(e.ci_high, 0.3);
    ck_assert_int_eq(e.method, CX_METHOD_BOUNDED);
    cx_table_free(table);
}
END_TEST

START_TEST(test_gaps_match_the_independent_numbers) {
    const double given[] = {3, 2, 5};
    cx_array importance = cx_array_of(given, CX_F64, 3);
    cx_gap_options options;
    cx_table *table;
    cx_gap_options_init(&options);
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    ck_assert_ok(cx_gap(joint, &importance, NULL, &table, err));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(table_expect(&known, items[i], table, i), 16);
        double shares = table_number(table, "below", i) + table_number(table, "same", i) +
                        table_number(table, "above", i);
        ck_assert_close(shares, 1, 1e-14);
        int64_t out = (int64_t)table_number(table, "missing", i);
        ck_assert_int_eq(out + (int64_t)table_number(table, "n", i), rows);
    }
    cx_table_free(table);
    ck_assert_ok(cx_gap_total(joint, &importance, NULL, &e, err));
    ck_assert_close(e.value, vector_figure(&known, "total", "value"), 1e-12);
    ck_assert_close(e.se, vector_figure(&known, "total", "se"), 1e-12);
    int64_t answered = 0;
    for (int64_t r = 0; r < rows; r++)
        answered += !isnan(data[0][r] + data[3][r]) || !isnan(data[1][r] + data[4][r]) ||
                    !isnan(data[2][r] + data[5][r]);
    ck_assert_int_eq(e.n, answered);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], rows - answered);
    options.cases = CX_CASES_COMPLETE;
    ck_assert_ok(cx_gap_total(joint, &importance, &options, &e, err));
    ck_assert_close(e.value, vector_figure(&known, "complete", "value"), 1e-10);
    ck_assert_close(e.se, vector_figure(&known, "complete", "se"), 1e-10);
    ck_assert_close(e.ci_low, vector_figure(&known, "complete", "ci_low"), 1e-10);
    ck_assert_close(e.p_value, vector_figure(&known, "complete", "p_value"), 1e-10);
}
END_TEST

/* 200 respondents: food is expected 3 and gets 5 or 4, staff gets 1 or 2, room wavers about 3. */
static void add_clear_cut(void) {
    static double three[200], food[200], staff[200], room[200];
    const double *values[] = {food, room, staff};
    for (int r = 0; r < 200; r++) {
        three[r] = 3;
        food[r] = 4 + r % 2;
        staff[r] = 1 + r % 2;
        room[r] = r % 4 < 2 ? 1 : 5;
    }
    for (int i = 0; i < 3; i++) {
        expected[i] = cx_array_of(three, CX_F64, 200);
        experienced[i] = cx_array_of(values[i], CX_F64, 200);
        expected[i].name = experienced[i].name = items[i];
    }
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
}

START_TEST(test_quadrants_say_where_to_act_and_where_one_cannot_tell) {
    const double given[] = {5, 1, 5}, other[] = {1, 5, 1};
    cx_array importance = cx_array_of(given, CX_F64, 3);
    cx_gap_options options;
    cx_table *table;
    cx_gap_options_init(&options);
    add_clear_cut();
    ck_assert_ok(cx_gap(joint, &importance, NULL, &table, err));
    ck_assert(table_word_is(table, "quadrant", 0, "keep"));
    ck_assert(table_word_is(table, "quadrant", 1, "undecided"));
    ck_assert(table_word_is(table, "quadrant", 2, "concentrate"));
    cx_table_free(table);
    importance.data = other;
    options.cut = CX_CUT_FIXED, options.cut_importance = 3, options.cut_experience = 2.2;
    ck_assert_ok(cx_gap(joint, &importance, &options, &table, err));
    ck_assert(table_word_is(table, "quadrant", 0, "overkill"));
    ck_assert(table_word_is(table, "quadrant", 1, "keep"));
    ck_assert(table_word_is(table, "quadrant", 2, "low-priority"));
    cx_table_free(table);
    ck_assert_ok(cx_gap(joint, NULL, NULL, &table, err));
    ck_assert(!table_word_is(table, "quadrant", 0, "keep"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_gaps_add_up_and_travel_as_bytes) {
    static uint8_t one[32768], two[32768];
    cx_joint *rest, *again;
    ck_assert_ok(cx_gap_new(&names, 1, 5, NULL, &rest, err));
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    cx_joint *whole = joint;
    ck_assert_ok(cx_joint_copy(whole, NULL, &again, err));
    cx_joint_reset(again);
    for (int part = 0; part < 2; part++) {
        int64_t from = part == 0 ? 9 : 0, to = part == 0 ? rows : 9;
        for (int i = 0; i < 3; i++) {
            expected[i].data = data[i] + from, experienced[i].data = data[3 + i] + from;
            expected[i].length = experienced[i].length = to - from;
        }
        ck_assert_ok(
            cx_gap_add(part == 0 ? rest : again, &expectation, &experience, NULL, NULL, err));
    }
    ck_assert_ok(cx_joint_merge(rest, again, err));
    size_t size = cx_joint_encoded_size(whole);
    ck_assert_uint_le(size, sizeof one);
    ck_assert_uint_eq(cx_joint_encoded_size(rest), size);
    ck_assert_ok(cx_joint_encode(whole, one, size, err));
    ck_assert_ok(cx_joint_encode(rest, two, size, err));
    ck_assert_int_eq(memcmp(one, two, size), 0);
    cx_joint_free(again);
    ck_assert_ok(cx_joint_decode(one, size, NULL, &again, err));
    ck_assert_ok(cx_gap_total(again, NULL, NULL, &e, err));
    cx_joint_free(again);
    cx_joint_free(rest);
}
END_TEST

START_TEST(test_every_key_has_its_gap) {
    int32_t groups[64] = {0};
    cx_array key = cx_array_of(groups, CX_I32, rows);
    cx_frame by = {&key, 1, {0, 0}};
    cx_table *table;
    key.name = "hotel";
    for (int r = 0; r < 64; r++) groups[r] = r == 4 ? 9 : 1;
    ck_assert_ok(
        cx_gap_by(joint, &expectation, &experience, NULL, &by, NULL, NULL, NULL, &table, err));
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    ck_assert_ok(cx_gap_total(joint, NULL, NULL, &e, err));
    ck_assert_double_eq(table_number(table, "value", 0), e.value);
    ck_assert(table_word_is(table, "status", 1, "CX_E_EMPTY"));
    ck_assert_int_eq(cx_joint_n(joint), e.n);
    cx_table_free(table);
}
END_TEST

START_TEST(test_weights_of_two_change_nothing) {
    double twos[64] = {0};
    cx_array weights = cx_array_of(twos, CX_F64, rows);
    cx_joint *weighted;
    cx_estimate other;
    for (int r = 0; r < 64; r++) twos[r] = 2;
    ck_assert_ok(cx_gap_new(&names, 1, 5, NULL, &weighted, err));
    ck_assert_ok(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err));
    ck_assert_ok(cx_gap_add(weighted, &expectation, &experience, &weights, NULL, err));
    ck_assert_ok(cx_gap_total(joint, NULL, NULL, &e, err));
    ck_assert_ok(cx_gap_total(weighted, NULL, NULL, &other, err));
    ck_assert_close(other.value, e.value, 1e-13);
    ck_assert_close(other.se, e.se, 1e-12);
    cx_joint_free(weighted);
}
END_TEST

START_TEST(test_other_states_and_scales_are_refused) {
    cx_joint *plain, *none = NULL;
    cx_gap_options options;
    cx_gap_options_init(&options);
    ck_assert_ok(cx_joint_new(&names, NULL, NULL, &plain, err));
    ck_assert_fails(cx_gap_total(plain, NULL, NULL, &e, err), CX_E_MISMATCH, "does not hold");
    ck_assert_fails(cx_gap_add(plain, &expectation, &experience, NULL, NULL, err), CX_E_MISMATCH,
                    "does not hold");
    ck_assert_fails(cx_gap_new(&names, 0, 600, NULL, &none, err), CX_E_OPTION, "512 steps");
    options.cut = CX_CUT_FIXED, options.cut_experience = NAN;
    ck_assert_fails(cx_gap_total(joint, NULL, &options, &e, err), CX_E_OPTION, "two numbers");
    experience.count = 2;
    ck_assert_fails(cx_gap_add(joint, &expectation, &experience, NULL, NULL, err), CX_E_NAME,
                    "experience has no column called staff");
    cx_joint_free(plain);
}
END_TEST

Suite *suite_gap(void) {
    Suite *suite = suite_create("gap");
    TCase *tcase = tcase_create("gap");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_gap_of_nobody_is_no_number);
    tcase_add_test(tcase, test_one_respondent_has_a_gap_and_a_wide_interval);
    tcase_add_test(tcase, test_gaps_all_alike_have_an_interval_of_positive_width);
    tcase_add_test(tcase, test_gaps_match_the_independent_numbers);
    tcase_add_test(tcase, test_quadrants_say_where_to_act_and_where_one_cannot_tell);
    tcase_add_test(tcase, test_gaps_add_up_and_travel_as_bytes);
    tcase_add_test(tcase, test_every_key_has_its_gap);
    tcase_add_test(tcase, test_weights_of_two_change_nothing);
    tcase_add_test(tcase, test_other_states_and_scales_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
