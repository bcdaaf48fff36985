#include "people.h"

/* -- what a margin is ----------------------------------------------------------------------- */

START_TEST(test_a_margin_is_refused_whole) {
    double of[] = {1, -2};
    ck_assert_fails(margin_add("age", "young old", of, err), CX_E_DOMAIN, "row 1");
    of[1] = INFINITY;
    ck_assert_fails(margin_add("age", "young old", of, err), CX_E_DOMAIN, "row 1");
    of[1] = NAN;
    ck_assert_fails(margin_add("age", "young old", of, err), CX_E_DOMAIN, "missing");
    of[1] = 2;
    ck_assert_fails(margin_add("age", "old old", of, err), CX_E_DOMAIN, "twice");
    of[0] = of[1] = 0;
    ck_assert_fails(margin_add("age", "young old", of, err), CX_E_EMPTY, "0");
    ck_assert_int_eq(cx_margins_size(margins), 0);
    MARGIN("age", "young old", 1, 2);
    of[0] = 1;
    ck_assert_fails(margin_add("age", "young old", of, err), CX_E_MISMATCH, "already");
    ck_assert_int_eq(cx_margins_size(margins), 1);
}
END_TEST

/* -- categories ----------------------------------------------------------------------------- */

START_TEST(test_structural_zeros_are_no_obstacle) {
    people("young young old old middle", "f f f m m"); /* no young m, no middle f */
    MARGIN("age", "young middle old", 10, 20, 30);
    MARGIN("sex", "f m", 25, 35);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    weights_into(weights, "weight", values[0]);
    ck_assert_close(values[0][2], 15, 1e-8);
    ck_assert_close(values[0][4], 20, 1e-8);
}
END_TEST

START_TEST(test_a_total_of_zero_gives_weights_of_zero) {
    people("young old old middle", "f f m m");
    MARGIN("age", "young middle old", 10, 0, 30);
    MARGIN("sex", "f m", 25, 15);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    weights_into(weights, "weight", values[0]);
    ck_assert_double_eq(values[0][3], 0);
    ck_assert_close(values[0][2], 15, 1e-9);
    ck_assert_int_eq(summary_of(weights).positive, 3);
}
END_TEST

START_TEST(test_a_total_whose_people_were_all_given_zero_is_out_of_reach) {
    people("young old middle", "f f m");
    MARGIN("age", "young middle old", 10, 0, 30);
    MARGIN("sex", "f m", 25, 15);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_INFEASIBLE,
                    "margin sex: category m");
}
END_TEST

START_TEST(test_a_total_without_people_names_margin_and_category) {
    people("young old old", "f f m");
    MARGIN("age", "young middle old", 10, 20, 30);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_INFEASIBLE,
                    "margin age: category middle has the total 20 and nobody");
}
END_TEST

START_TEST(test_a_category_without_total_names_the_row) {
    people("young old older", "f f m");
    MARGIN("age", "young old", 10, 20);
    cx_error error;
    cx_error_init(&error);
    ck_assert_int_eq(cx_rake(&table, margins, NULL, NULL, &weights, &error), CX_E_DOMAIN);
    ck_assert_int_eq(error.row, 2);
    ck_assert_ptr_nonnull(strstr(error.text, "older"));
    static const uint8_t present[] = {0x03};
    column[0].validity = present; /* a null is a category like others */
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_DOMAIN, "(none)");
}
END_TEST

START_TEST(test_a_column_of_numbers_does_not_meet_a_margin_of_words) {
    int32_t numbers[] = {1, 2, 2};
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    column[0] = cx_array_of(numbers, CX_I32, 3);
    column[0].name = "age";
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_MISMATCH, "text");
    column[0].name = "years";
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_NAME, "age");
}
END_TEST

START_TEST(test_codes_of_a_dictionary_are_read_as_their_words) {
    static int8_t codes[] = {1, 0, 0};
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    words dictionary;
    cx_array of = *words_split(&dictionary, "words", "old young");
    column[0] = cx_array_of(codes, CX_I8, 3);
    column[0].name = "age";
    column[0].dictionary = &of;
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    weights_into(weights, "weight", values[0]);
    ck_assert_double_eq(values[0][0], 10);
    ck_assert_double_eq(values[0][1], 10);
}
END_TEST

/* -- wholes --------------------------------------------------------------------------------- */

START_TEST(test_margins_of_different_wholes_are_refused_or_scaled) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    MARGIN("sex", "f m", 20, 20);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_INFEASIBLE,
                    "add up to 30, those of margin sex to 40");
    opts.rescale = 1;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &weights, err));
    ck_assert_close(summary_of(weights).total, 30, 1e-9);
}
END_TEST

START_TEST(test_shares_that_were_rounded_away_are_not_totals_of_one) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 0.33, 0.66);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_INFEASIBLE,
                    "shares add up to 0.99");
    opts.rescale = 1;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &weights, err));
    ck_assert_close(summary_of(weights).total, 3, 1e-9);
}
END_TEST

START_TEST(test_a_total_that_contradicts_the_margins_is_refused) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    opts.total = 60;
    ck_assert_fails(cx_rake(&table, margins, NULL, &opts, &weights, err), CX_E_INFEASIBLE,
                    "total is 60");
}
END_TEST

/* -- what is told --------------------------------------------------------------------------- */

START_TEST(test_every_total_is_told_with_start_and_rows) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    cx_table *told;
    ck_assert_ok(cx_weights_margins(weights, &told, err));
    ck_assert_int_eq(cx_table_rows(told), 2);
    cx_array words_of_it;
    ck_assert_ok(cx_table_column(told, 0, &words_of_it, err));
    ck_assert_int_eq(((const int32_t *)words_of_it.offsets)[2], 6);
    ck_assert_int_eq(memcmp(words_of_it.data, "ageage", 6), 0);
    ck_assert_double_eq(table_number(told, "wanted", 1), 20);
    ck_assert_double_eq(table_number(told, "attained", 1), 20);
    ck_assert_double_eq(table_number(told, "start", 1), 20); /* 30 / 3 for each of two */
    ck_assert_double_eq(table_number(told, "rows", 1), 2);
    cx_table_free(told);
}
END_TEST

Suite *suite_margins(void);
Suite *suite_margins(void) {
    Suite *suite = suite_create("margins");
    TCase *tcase = tcase_create("margins");
    tcase_add_checked_fixture(tcase, people_setup, people_teardown);
    tcase_add_test(tcase, test_a_margin_is_refused_whole);
    tcase_add_test(tcase, test_structural_zeros_are_no_obstacle);
    tcase_add_test(tcase, test_a_total_of_zero_gives_weights_of_zero);
    tcase_add_test(tcase, test_a_total_whose_people_were_all_given_zero_is_out_of_reach);
    tcase_add_test(tcase, test_a_total_without_people_names_margin_and_category);
    tcase_add_test(tcase, test_a_category_without_total_names_the_row);
    tcase_add_test(tcase, test_a_column_of_numbers_does_not_meet_a_margin_of_words);
    tcase_add_test(tcase, test_codes_of_a_dictionary_are_read_as_their_words);
    tcase_add_test(tcase, test_margins_of_different_wholes_are_refused_or_scaled);
    tcase_add_test(tcase, test_shares_that_were_rounded_away_are_not_totals_of_one);
    tcase_add_test(tcase, test_a_total_that_contradicts_the_margins_is_refused);
    tcase_add_test(tcase, test_every_total_is_told_with_start_and_rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
