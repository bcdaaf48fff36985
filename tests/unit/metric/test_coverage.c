#include "../support.h"

static cx_table *table;

static void setup(void) {
    table = NULL;
}

static void teardown(void) {
    cx_table_free(table);
}

static cx_status coverage(const int32_t *keys, const double *contacts, const double *asked,
                          const double *answered, int64_t n, cx_error *err) {
    cx_array key = cx_array_of(keys, CX_I32, n), c, a = cx_array_of(asked, CX_F64, n), r;
    cx_frame by = {&key, 1, {0, 0}};
    key.name = "channel";
    c = cx_array_of(contacts, CX_F64, n), r = cx_array_of(answered, CX_F64, n);
    cx_table_free(table);
    table = NULL;
    return cx_coverage(&by, contacts != NULL ? &c : NULL, &a, answered != NULL ? &r : NULL, NULL,
                       &table, err);
}

static double cell(const char *name, int64_t row) {
    return table_number(table, name, row);
}

static double figure(const char *name) {
    return table_figure(table, name);
}

START_TEST(test_no_encounter_has_no_coverage) {
    const int32_t keys[] = {1};
    const double none[] = {0};
    ck_assert_fails(coverage(keys, NULL, none, NULL, 0, err), CX_E_EMPTY, "no encounter");
    ck_assert_fails(coverage(keys, none, none, NULL, 1, err), CX_E_EMPTY, "no encounter");
}
END_TEST

START_TEST(test_a_bucket_nothing_was_sent_in_has_no_rate) {
    const int32_t keys[] = {1, 2, 2};
    const double asked[] = {1, 0, 0}, answered[] = {0, 0, 0};
    ck_assert_ok(coverage(keys, NULL, asked, answered, 3, err));
    ck_assert_double_eq(cell("channel", 0), 2);
    ck_assert_double_eq(cell("share_asked", 0), 0);
    ck_assert(isnan(cell("share_answered", 0)) && isnan(cell("share_answered_ci_low", 0)));
    ck_assert_double_eq(cell("share_answered", 1), 0);
    cx_array status;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &status, err));
    ck_assert_int_eq(memcmp(status.data, "CX_E_EMPTYCX_OK", 15), 0);
}
END_TEST

START_TEST(test_nobody_asked_at_all_leaves_gaps_unknown) {
    const int32_t keys[] = {1, 2};
    const double asked[] = {0, 0};
    ck_assert_ok(coverage(keys, NULL, asked, NULL, 2, err));
    ck_assert(isnan(cell("gap", 0)) && isnan(cell("share_of_asked", 0)));
    ck_assert(isnan(figure("dissimilarity")) && isnan(figure("share_answered")));
    ck_assert_double_eq(figure("share_never_asked"), 1);
}
END_TEST

START_TEST(test_everybody_asked_leaves_no_gap) {
    const int32_t keys[] = {1, 2, 2};
    const double asked[] = {1, 1, 1};
    ck_assert_ok(coverage(keys, NULL, asked, NULL, 3, err));
    ck_assert_double_eq(cell("gap", 0), 0);
    ck_assert_double_eq(cell("gap_ci_low", 1), 0);
    ck_assert_double_eq(figure("dissimilarity"), 0);
}
END_TEST

/* Wilson limits and Newcombe's interval from statsmodels 0.14, confint_proportions_2indep. */
START_TEST(test_never_asked_come_first_then_the_least_represented) {
    const int32_t keys[] = {1, 2, 3, 4, 5};
    const double contacts[] = {100, 40, 60, 200, 0}, asked[] = {50, 0, 0, 20, 0};
    const double answered[] = {20, 0, 0, 5, 0};
    const double expected[] = {3, 2, 4, 1, 5};
    ck_assert_ok(coverage(keys, contacts, asked, answered, 5, err));
    for (int i = 0; i < 5; i++) ck_assert_double_eq(cell("channel", i), expected[i]);
    ck_assert_close(cell("share_asked", 2), 0.1, 1e-14);
    ck_assert_close(cell("share_asked_ci_low", 2), 0.06567044866909588, 1e-12);
    ck_assert_close(cell("share_asked_ci_high", 2), 0.1494058124327174, 1e-12);
    ck_assert_close(cell("gap", 3), 50.0 / 70 - 0.25, 1e-14);
    ck_assert_close(cell("gap_ci_low", 3), 0.825 * 0.44030505093641487, 1e-12);
    ck_assert_close(cell("gap_ci_high", 3), 0.825 * 0.6615436000693432, 1e-12);
    ck_assert_double_eq(figure("keys_never_asked"), 2);
    ck_assert_double_eq(figure("contacts_never_asked"), 100);
    ck_assert_close(figure("share_never_asked"), 0.25, 1e-14);
    ck_assert_close(figure("share_answered"), 25.0 / 70, 1e-14);
    ck_assert_close(figure("dissimilarity"), 50.0 / 70 - 0.25, 1e-12);
    ck_assert(isnan(cell("share_asked", 4)));
}
END_TEST

START_TEST(test_rows_and_counts_say_the_same) {
    const int32_t keys[] = {1, 1, 2, 1, 2}, once[] = {1, 2};
    const double asked[] = {1, 0, 1, 0, 1}, counts[] = {3, 2}, sums[] = {1, 2};
    ck_assert_ok(coverage(keys, NULL, asked, NULL, 5, err));
    double low = cell("gap_ci_low", 0);
    ck_assert_ok(coverage(once, counts, sums, NULL, 2, err));
    ck_assert_double_eq(cell("gap_ci_low", 0), low);
}
END_TEST

START_TEST(test_rows_with_a_null_are_counted) {
    const int32_t keys[] = {1, 1, 1};
    const double asked[] = {1, NAN, 0};
    ck_assert_ok(coverage(keys, NULL, asked, NULL, 3, err));
    ck_assert_double_eq(figure("missing"), 1);
    ck_assert_double_eq(figure("contacts"), 2);
}
END_TEST

START_TEST(test_impossible_numbers_of_encounters_are_refused) {
    const int32_t keys[] = {1, 1};
    const double good[] = {1, 1}, two[] = {1, 2}, half[] = {1, 0.5}, minus[] = {-1, 1};
    const double far[] = {1, INFINITY};
    ck_assert_fails(coverage(keys, NULL, two, NULL, 2, err), CX_E_DOMAIN,
                    "row 1: 2 were asked at one encounter");
    ck_assert_fails(coverage(keys, two, good, two, 2, err), CX_E_DOMAIN, "more than were asked");
    ck_assert_fails(coverage(keys, half, good, NULL, 2, err), CX_E_DOMAIN, "whole");
    ck_assert_fails(coverage(keys, minus, good, NULL, 2, err), CX_E_DOMAIN, "row 0");
    ck_assert_fails(coverage(keys, far, good, NULL, 2, err), CX_E_DOMAIN, "row 1");
    cx_coverage_options_init(NULL);
}
END_TEST

Suite *suite_coverage(void) {
    Suite *suite = suite_create("coverage");
    TCase *tcase = tcase_create("coverage");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_encounter_has_no_coverage);
    tcase_add_test(tcase, test_a_bucket_nothing_was_sent_in_has_no_rate);
    tcase_add_test(tcase, test_nobody_asked_at_all_leaves_gaps_unknown);
    tcase_add_test(tcase, test_everybody_asked_leaves_no_gap);
    tcase_add_test(tcase, test_never_asked_come_first_then_the_least_represented);
    tcase_add_test(tcase, test_rows_and_counts_say_the_same);
    tcase_add_test(tcase, test_rows_with_a_null_are_counted);
    tcase_add_test(tcase, test_impossible_numbers_of_encounters_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
