#include "../support.h"

START_TEST(test_every_status_has_a_name_and_a_sentence) {
    for (int32_t code = 0; code < CX_STATUS_END; code++) {
        ck_assert_ptr_nonnull(cx_status_name(code));
        ck_assert_int_eq(strncmp(cx_status_name(code), "CX_", 3), 0);
        ck_assert_str_ne(cx_strerror(code), "unknown status");
    }
}
END_TEST

START_TEST(test_a_number_outside_the_list_is_unknown) {
    ck_assert_ptr_null(cx_status_name(-1));
    ck_assert_ptr_null(cx_status_name(CX_STATUS_END));
    ck_assert_str_eq(cx_strerror(CX_STATUS_END), "unknown status");
    ck_assert_str_eq(cx_strerror(-1), "unknown status");
}
END_TEST

START_TEST(test_status_numbers_are_those_ever_published) {
    ck_assert_int_eq(CX_OK, 0);
    ck_assert_int_eq(CX_E_NULL, 1);
    ck_assert_int_eq(CX_E_DOMAIN, 2);
    ck_assert_int_eq(CX_E_EMPTY, 3);
    ck_assert_int_eq(CX_E_MEMORY, 8);
    ck_assert_int_eq(CX_E_FORMAT, 9);
    ck_assert_int_eq(CX_E_UNINFORMED, 17);
    ck_assert_int_eq(CX_E_LIMIT, 19);
}
END_TEST

START_TEST(test_a_fresh_error_says_nothing) {
    cx_error error;
    memset(&error, 0xAB, sizeof error);
    cx_error_init(&error);
    ck_assert_int_eq(error.code, 0);
    ck_assert_int_eq(error.row, -1);
    ck_assert(isnan(error.value));
    ck_assert_str_eq(error.column, "");
    ck_assert_str_eq(error.text, "");
    cx_error_init(NULL);
}
END_TEST

/* The sentence is written without the locale and cut, never overrun. */
START_TEST(test_an_error_names_column_row_and_value) {
    double scores[] = {3, 11.25};
    char name[200];
    cx_tally *tally;
    cx_error error;
    cx_answer_options options;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    cx_answer_options_init(&options);
    options.invalid = CX_INVALID_ERROR;
    cx_array column = cx_array_of(scores, CX_F64, 2);
    column.name = name;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_int_eq(cx_tally_add(tally, &column, NULL, &options, &error), CX_E_DOMAIN);
    ck_assert_int_eq(error.row, 1);
    ck_assert_double_eq(error.value, 11.25);
    ck_assert_uint_eq(strlen(error.column), sizeof error.column - 1);
    ck_assert_ptr_nonnull(strstr(error.text, "row 1: 11.25 is outside the scale 0 to 10"));
    cx_tally_free(tally);
}
END_TEST

Suite *suite_status(void) {
    Suite *suite = suite_create("status");
    TCase *tcase = tcase_create("status");
    tcase_add_test(tcase, test_every_status_has_a_name_and_a_sentence);
    tcase_add_test(tcase, test_a_number_outside_the_list_is_unknown);
    tcase_add_test(tcase, test_status_numbers_are_those_ever_published);
    tcase_add_test(tcase, test_a_fresh_error_says_nothing);
    tcase_add_test(tcase, test_an_error_names_column_row_and_value);
    suite_add_tcase(suite, tcase);
    return suite;
}
