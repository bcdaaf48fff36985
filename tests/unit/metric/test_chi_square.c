#include "../support.h"

static double recommend[16], other[16];
static cx_array columns[2];
static cx_frame counts;
static cx_chi_square_test test;

/* Recommendations by surgery; published counts of 3,882 answers, MIT licence. */
static void setup(void) {
    vectors v = vectors_read("chi_square_data");
    for (int64_t r = 0; r < v.rows; r++) {
        recommend[r] = vectors_number(&v, r, "recommend");
        other[r] = vectors_number(&v, r, "other");
    }
    columns[0] = cx_array_of(recommend, CX_F64, v.rows);
    columns[1] = cx_array_of(other, CX_F64, v.rows);
    columns[0].name = "recommend", columns[1].name = "other";
    counts = (cx_frame){columns, 2, {0, 0}};
    vectors_free(&v);
}

START_TEST(test_counts_of_nothing_and_of_one_group_are_refused) {
    columns[0].length = columns[1].length = 0;
    ck_assert_fails(cx_chi_square(&counts, &test, err), CX_E_FEW, "two of each");
    columns[0].length = columns[1].length = 1;
    ck_assert_fails(cx_chi_square(&counts, &test, err), CX_E_FEW, "1 groups");
}
END_TEST

START_TEST(test_groups_that_are_alike_have_a_chi2_of_0) {
    for (int r = 0; r < 11; r++) recommend[r] = 30, other[r] = 10;
    ck_assert_ok(cx_chi_square(&counts, &test, err));
    ck_assert_double_eq(test.chi2, 0);
    ck_assert_double_eq(test.p_value, 1);
}
END_TEST

START_TEST(test_recommendations_by_surgery_match_the_published_figure) {
    vectors v = vectors_read("chi_square");
    ck_assert_ok(cx_chi_square(&counts, &test, err));
    for (int64_t r = 0; r < v.rows; r++) {
        const char *id = vectors_text(&v, r, "id");
        double found = strcmp(id, "chi2") == 0      ? test.chi2
                       : strcmp(id, "p_value") == 0 ? test.p_value
                       : strcmp(id, "df") == 0      ? test.df
                       : strcmp(id, "few") == 0     ? (double)test.few
                                                    : test.least_expected;
        ck_assert_close(found, vectors_number(&v, r, "value"), vectors_number(&v, r, "tolerance"));
    }
    ck_assert_near(test.chi2, 114.00626798, 1e-8);
    ck_assert_int_eq(test.n, 3882);
    ck_assert_int_eq(test.groups, 11);
    ck_assert_int_eq(test.classes, 2);
    vectors_free(&v);
}
END_TEST

START_TEST(test_few_expected_are_flagged_and_empty_groups_left_out) {
    for (int r = 0; r < 11; r++) recommend[r] = other[r] = 0;
    recommend[0] = 9, other[0] = 1, recommend[4] = 4, other[4] = 6;
    ck_assert_ok(cx_chi_square(&counts, &test, err));
    ck_assert_int_eq(test.groups, 2);
    ck_assert_double_eq(test.df, 1);
    ck_assert_close(test.chi2, 2 * 2.5 * 2.5 / 6.5 + 2 * 2.5 * 2.5 / 3.5, 1e-14);
    ck_assert_double_eq(test.least_expected, 3.5);
    ck_assert_int_eq(test.few, 2);
    ck_assert_uint_eq(test.flags, CX_FLAG_FEW);
}
END_TEST

START_TEST(test_what_is_no_count_is_named) {
    const double bad[] = {NAN, -1, 0.5, INFINITY};
    for (int i = 0; i < 4; i++) {
        other[3] = bad[i];
        ck_assert_fails(cx_chi_square(&counts, &test, err), CX_E_DOMAIN, "row 3");
    }
    other[3] = 0x1p53;
    ck_assert_fails(cx_chi_square(&counts, &test, err), CX_E_OVERFLOW, "2^53");
    ck_assert_fails(cx_chi_square(NULL, &test, err), CX_E_NULL, "counts");
    ck_assert_fails(cx_chi_square(&counts, NULL, err), CX_E_NULL, "out");
    columns[1].length = 4;
    ck_assert_fails(cx_chi_square(&counts, &test, err), CX_E_LENGTH, "other");
}
END_TEST

Suite *suite_chi_square(void) {
    Suite *suite = suite_create("chi_square");
    TCase *tcase = tcase_create("chi_square");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_counts_of_nothing_and_of_one_group_are_refused);
    tcase_add_test(tcase, test_groups_that_are_alike_have_a_chi2_of_0);
    tcase_add_test(tcase, test_recommendations_by_surgery_match_the_published_figure);
    tcase_add_test(tcase, test_few_expected_are_flagged_and_empty_groups_left_out);
    tcase_add_test(tcase, test_what_is_no_count_is_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
