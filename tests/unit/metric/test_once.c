#include "../support.h"

enum { N = 8 };

/* Respondent 1 answers three times, 2 twice at one time, 3 leaves a blank last; one has no id. */
static const int32_t ids[N] = {1, 2, 1, 3, 2, 1, 3, 0};
static const uint8_t id_valid[] = {0x7F};
static const double scores[N] = {10, 3, 5, 9, 7, 0, NAN, 8};
static const int64_t times[N] = {300, 100, 100, 100, 100, 200, 900, 100};
static cx_array x, id, time;
static cx_frame who;
static cx_tally *tally;

static void setup(void) {
    x = cx_array_of(scores, CX_F64, N);
    id = cx_array_of(ids, CX_I32, N);
    id.validity = id_valid;
    id.name = "id";
    time = cx_array_of(times, CX_I64, N);
    who = (cx_frame){&id, 1, {0, 0}};
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

static void add(const cx_array *at, int32_t keep) {
    ck_assert_ok(cx_tally_add_once(tally, &x, NULL, &who, at, keep, NULL, NULL, err));
}

START_TEST(test_no_answers_have_no_duplicates) {
    x.length = id.length = time.length = 0;
    add(&time, CX_KEEP_LAST);
    ck_assert_int_eq(cx_tally_n(tally), 0);
}
END_TEST

START_TEST(test_the_last_answer_counts_and_of_a_tie_the_last_row) {
    add(&time, CX_KEEP_LAST);
    ck_assert_int_eq(cx_tally_n(tally), 4);
    ck_assert_int_eq(cx_tally_count(tally, 10), 1);
    ck_assert_int_eq(cx_tally_count(tally, 7), 1);
    ck_assert_int_eq(cx_tally_count(tally, 9), 1); /* a blank pushes out no answer */
    ck_assert_int_eq(cx_tally_count(tally, 8), 1); /* without an id: a person */
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_DUPLICATE), 3);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_MISSING), 1);
}
END_TEST

START_TEST(test_the_first_answer_counts_and_of_a_tie_the_first_row) {
    add(&time, CX_KEEP_FIRST);
    ck_assert_int_eq(cx_tally_count(tally, 5), 1);
    ck_assert_int_eq(cx_tally_count(tally, 3), 1);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_DUPLICATE), 3);
}
END_TEST

START_TEST(test_without_times_the_rows_are_in_order) {
    add(NULL, CX_KEEP_LAST);
    ck_assert_int_eq(cx_tally_count(tally, 0), 1);
    ck_assert_int_eq(cx_tally_count(tally, 7), 1);
}
END_TEST

START_TEST(test_all_answers_are_those_of_a_plain_tally) {
    cx_tally *plain;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &plain, err));
    ck_assert_ok(cx_tally_add(plain, &x, NULL, NULL, err));
    add(&time, CX_KEEP_ALL);
    ck_assert_int_eq(cx_tally_equal(tally, plain), 1);
    cx_tally_free(plain);
}
END_TEST

START_TEST(test_each_window_has_one_answer_of_a_respondent) {
    int64_t days[N];
    cx_window_options month;
    cx_window_options_init(&month);
    for (int i = 0; i < N; i++) days[i] = times[i] * INT64_C(86400000000) / 8;
    time.data = days;
    month.unit = CX_WINDOW_MONTH;
    ck_assert_ok(cx_tally_add_once(tally, &x, NULL, &who, &time, CX_KEEP_LAST, &month, NULL, err));
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_DUPLICATE),
                     2); /* two of three in January */
    ck_assert_int_eq(cx_tally_count(tally, 10), 1);
    ck_assert_int_eq(cx_tally_count(tally, 0), 1);
}
END_TEST

START_TEST(test_keys_and_weights_split_what_is_kept) {
    const int8_t sites[N] = {1, 1, 2, 2, 2, 1, 1, 1};
    const double weights[N] = {2, 1, 1, 1, 1, 1, 1, 1};
    cx_array site = cx_array_of(sites, CX_I8, N), w = cx_array_of(weights, CX_F64, N), both[2];
    cx_tallies *set;
    site.name = "site";
    cx_frame by = {&site, 1, {0, 0}};
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    ck_assert_ok(cx_tallies_add_once(set, &x, &w, &by, &who, &time, CX_KEEP_LAST, NULL, NULL, err));
    ck_assert_double_eq(cx_tally_weight(cx_tallies_at(set, 0), 10), 2);
    ck_assert_int_eq(cx_tally_excluded(cx_tallies_at(set, 0), CX_EXCLUDED_DUPLICATE), 2);
    ck_assert_int_eq(cx_tally_excluded(cx_tallies_at(set, 1), CX_EXCLUDED_DUPLICATE), 1);
    cx_tallies_free(set);
    both[0] = id, both[1] = site;
    who = (cx_frame){both, 2, {0, 0}};
    add(&time, CX_KEEP_LAST);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_DUPLICATE), 1);
}
END_TEST

START_TEST(test_windows_hold_one_answer_of_each_respondent) {
    int64_t days[N];
    const uint8_t time_valid[] = {0xEF};
    cx_tallies *set, *plain;
    cx_window_options month;
    cx_window_options_init(&month);
    for (int i = 0; i < N; i++) days[i] = times[i] * INT64_C(86400000000) / 8;
    time.data = days;
    time.validity = time_valid; /* one of the answers of respondent 2 has no time */
    month.unit = CX_WINDOW_MONTH;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &plain, err));
    ck_assert_ok(cx_windows_add_once(set, &time, NULL, &x, NULL, NULL, &who, CX_KEEP_LAST, &month,
                                     NULL, err));
    ck_assert_ok(cx_windows_add(plain, &time, NULL, &x, NULL, NULL, &month, NULL, err));
    ck_assert_int_eq(cx_tallies_size(set), cx_tallies_size(plain)); /* the same windows */
    const cx_tally *january = cx_tallies_at(set, 0), *later = cx_tallies_at(set, 1);
    ck_assert_int_eq(cx_tally_n(january), 4); /* 1 late, 2, 3 and the one without an id */
    ck_assert_int_eq(cx_tally_count(january, 0), 1);
    ck_assert_int_eq(cx_tally_excluded(january, CX_EXCLUDED_DUPLICATE), 1);
    ck_assert_int_eq(cx_tally_count(later, 10), 1); /* respondent 1 again */
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(set, cx_tallies_size(set) - 1)), 1); /* no time */
    ck_assert_ok(cx_tallies_merge(plain, set, err)); /* the same kind of state */
    cx_tallies_free(plain);
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &plain, err));
    ck_assert_ok(cx_windows_add_once(plain, &time, NULL, &x, NULL, NULL, &who, CX_KEEP_ALL, &month,
                                     NULL, err));
    ck_assert_int_eq(cx_tally_excluded(cx_tallies_at(plain, 0), CX_EXCLUDED_DUPLICATE), 0);
    month.unit = CX_WINDOW_DAY;
    ck_assert_fails(cx_windows_add_once(plain, &time, NULL, &x, NULL, NULL, &who, CX_KEEP_LAST,
                                        &month, NULL, err),
                    CX_E_MISMATCH, "key");
    cx_tallies_free(plain);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_what_cannot_be_ordered_is_refused) {
    cx_window_options month;
    cx_window_options_init(&month);
    ck_assert_fails(cx_tally_add_once(tally, &x, NULL, &who, NULL, 0, &month, NULL, err),
                    CX_E_OPTION, "needs the times");
    ck_assert_fails(cx_tally_add_once(tally, &x, NULL, &who, NULL, 3, NULL, NULL, err), CX_E_OPTION,
                    "keep is 3");
    ck_assert_fails(cx_tally_add_once(tally, &x, NULL, NULL, NULL, 0, NULL, NULL, err), CX_E_NULL,
                    "respondent");
    id.length = 1;
    ck_assert_fails(cx_tally_add_once(tally, &x, NULL, &who, NULL, 0, NULL, NULL, err), CX_E_LENGTH,
                    "has 8 rows");
    ck_assert_int_eq(cx_tally_n(tally), 0);
}
END_TEST

Suite *suite_once(void) {
    Suite *suite = suite_create("once");
    TCase *tcase = tcase_create("once");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_answers_have_no_duplicates);
    tcase_add_test(tcase, test_the_last_answer_counts_and_of_a_tie_the_last_row);
    tcase_add_test(tcase, test_the_first_answer_counts_and_of_a_tie_the_first_row);
    tcase_add_test(tcase, test_without_times_the_rows_are_in_order);
    tcase_add_test(tcase, test_all_answers_are_those_of_a_plain_tally);
    tcase_add_test(tcase, test_each_window_has_one_answer_of_a_respondent);
    tcase_add_test(tcase, test_keys_and_weights_split_what_is_kept);
    tcase_add_test(tcase, test_windows_hold_one_answer_of_each_respondent);
    tcase_add_test(tcase, test_what_cannot_be_ordered_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
