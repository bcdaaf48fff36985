#include "monitored.h"

/* -- reading answers ----------------------------------------------------------------------- */

START_TEST(test_monitor_reads_answers_in_any_order_and_split) {
    enum { N = 3000 };
    static int32_t points[N], backwards[N];
    static int8_t scores[N], reversed[N];
    for (int i = 0; i < N; i++) {
        points[i] = i * 7 % 4, scores[i] = (int8_t)(i * 13 % 12); /* an 11 now and then */
        backwards[N - 1 - i] = points[i], reversed[N - 1 - i] = scores[i];
    }
    cx_array p = cx_array_of(points, CX_I32, N), s = cx_array_of(scores, CX_I8, N);
    cx_array q = cx_array_of(backwards, CX_I32, N), r = cx_array_of(reversed, CX_I8, N);
    make_known(4);
    cx_monitor *other = again(monitor);
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err));
    for (int k = 0; k < N; k += 1000) {
        q = cx_array_of(backwards + k, CX_I32, 1000), r = cx_array_of(reversed + k, CX_I8, 1000);
        ck_assert_ok(cx_monitor_observe(other, &q, &r, NULL, NULL, err));
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_OUT_OF_RANGE), 250);
    end(monitor), end(other);
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    double n = 0;
    for (int64_t i = 0; i < 4; i++) n += at(monitor, i, "n");
    ck_assert_double_eq(n, 2750);
    cx_monitor_free(other);
}
END_TEST

START_TEST(test_monitor_counts_classes_by_its_cuts) {
    const double scores[] = {6, 7, 8, 9, 10, 0, NAN, 6.5};
    const int32_t point = 1;
    cx_array s = cx_array_of(scores, CX_F64, 8), key = cx_array_of(&point, CX_I32, 1);
    cx_answer_options read;
    make_known(2);
    cx_monitor *other = again(monitor);
    ck_assert_ok(cx_monitor_observe(monitor, &key, &s, NULL, NULL, err));
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_MISSING), 1);
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_NON_INTEGER), 1);
    count_now(other, 1, 2, 2, 2);
    end(monitor), end(other);
    ck_assert_double_eq(at(monitor, 1, "level"), at(other, 1, "level"));
    cx_answer_options_init(&read);
    read.fractional = CX_FRACTIONAL_FLOOR;
    ck_assert_ok(cx_monitor_observe(monitor, &key, &s, NULL, &read, err));
    ck_assert_double_eq(at(monitor, 1, "open"), 7);
    cx_monitor_free(other);
}
END_TEST

START_TEST(test_monitor_is_unchanged_by_a_call_that_fails) {
    enum { N = 2000 };
    static int32_t points[N];
    static double scores[N];
    static int64_t periods[N];
    for (int i = 0; i < N; i++) points[i] = i % 3, scores[i] = i % 13, periods[i] = 1 + i % 2;
    cx_array p = cx_array_of(points, CX_I32, N), s = cx_array_of(scores, CX_F64, N);
    cx_array t = cx_array_of(periods, CX_I64, N);
    options.max_age = 1;
    make_known(3);
    end(monitor), end(monitor);
    count_now(monitor, 2, 1, 2, 3);
    cx_monitor *before = again(monitor);
    points[1900] = 77;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN,
                    "77 is not a point");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    points[1900] = 0, scores[1999] = INFINITY;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN, "infinite");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    scores[1999] = 3, periods[1500] = 0;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN,
                    "period 0 is closed");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    periods[1500] = 1;
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, &t, NULL, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 0);
    cx_monitor_free(before);
}
END_TEST

START_TEST(test_monitor_knows_its_points_by_text) {
    const char names[] = "ZurichBernGenf", asked[] = "BernZurichBernBasel";
    const int32_t ends[] = {0, 6, 10, 14}, offsets[] = {0, 4, 10, 14, 19};
    const int8_t scores[] = {10, 9, 0, 10};
    cx_array keys = {.data = names, .length = 3, .offsets = ends, .dtype = CX_STRING};
    cx_array p = {.data = asked, .length = 3, .offsets = offsets, .dtype = CX_STRING};
    cx_array s = cx_array_of(scores, CX_I8, 3), number = cx_array_of(numbers, CX_I32, 3);
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &monitor, err));
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err));
    ck_assert_double_eq(at(monitor, 0, "open"), 2); /* Bern is first in key order */
    ck_assert_double_eq(at(monitor, 2, "open"), 1);
    p.length = 4, s.length = 4;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err), CX_E_DOMAIN,
                    "\"Basel\" is not a point");
    s.length = 3;
    ck_assert_fails(cx_monitor_observe(monitor, &number, &s, NULL, NULL, err), CX_E_TYPE, "text");
}
END_TEST

START_TEST(test_monitor_allocates_nothing_after_it_is_made) {
    fault f = {.fail_at = -1};
    cx_allocator allocator = fault_allocator(&f);
    cx_array keys = cx_array_of(numbers, CX_I32, 8);
    const int8_t scores[] = {10, 9, 0, 10, 7, 7, 2, 1};
    cx_array s = cx_array_of(scores, CX_I8, 8);
    options.common_shock = 1;
    options.max_age = 2;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, &allocator, &monitor, err));
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    int64_t requests = f.requests;
    for (int t = 0; t < 100; t++) {
        ck_assert_ok(cx_monitor_observe(monitor, &keys, &s, NULL, NULL, err));
        end(monitor);
    }
    ck_assert_int_gt(cx_monitor_alarm_count(monitor), 0);
    ck_assert_int_eq(f.requests, requests);
    cx_monitor_free(monitor);
    monitor = NULL;
    ck_assert_int_eq(f.live, 0);
}
END_TEST

/* -- merging and bytes --------------------------------------------------------------------- */

START_TEST(test_monitor_engines_collect_in_forks_and_merge) {
    options.max_age = 1;
    make_known(3);
    count_now(monitor, 0, 1, 2, 3);
    end(monitor), end(monitor);
    count_now(monitor, 1, 1, 0, 0);
    cx_monitor *whole = again(monitor), *fork = NULL;
    ck_assert_ok(cx_monitor_fork(monitor, NULL, &fork, err));
    invite_now(fork, 1, 9), invite_now(whole, 1, 9);
    count_now(fork, 1, 4, 5, 6), count_now(whole, 1, 4, 5, 6);
    count_now(monitor, 2, 1, 1, 1), count_now(whole, 2, 1, 1, 1);
    cx_monitor *reversed = again(fork);
    ck_assert_ok(cx_monitor_merge(reversed, monitor, err));
    ck_assert_ok(cx_monitor_merge(monitor, fork, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    ck_assert_int_eq(cx_monitor_equal(reversed, whole), 1);
    end(monitor), end(whole);
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    ck_assert_fails(cx_monitor_merge(monitor, whole, err), CX_E_MISMATCH, "history in both");
    ck_assert_fails(cx_monitor_merge(monitor, fork, err), CX_E_MISMATCH, "period");
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    cx_monitor_free(whole), cx_monitor_free(fork), cx_monitor_free(reversed);
}
END_TEST

START_TEST(test_monitor_merges_disjoint_points_and_takes_new_ones) {
    const int32_t new_points[] = {-5, 40};
    cx_array keys = cx_array_of(new_points, CX_I32, 2);
    cx_monitor *more = NULL;
    make_known(3);
    count_now(monitor, 0, 30, 2, 3);
    end(monitor);
    double evidence = at(monitor, 0, "log_evidence");
    options.first_period = 1;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &more, err));
    cx_monitor *reversed = again(more);
    ck_assert_ok(cx_monitor_merge(reversed, monitor, err));
    ck_assert_ok(cx_monitor_merge(monitor, more, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, reversed), 1);
    ck_assert_int_eq(cx_monitor_size(monitor), 5);
    ck_assert_double_eq(at(monitor, 1, "log_evidence"), evidence); /* behind -5 */
    ck_assert_double_eq(at(monitor, 1, "last"), 0);
    ck_assert(isnan(at(monitor, 0, "log_evidence")));
    options.arl = 100;
    cx_monitor_free(more);
    more = made(1);
    ck_assert_fails(cx_monitor_merge(monitor, more, err), CX_E_MISMATCH, "settings");
    cx_monitor_free(more), cx_monitor_free(reversed);
}
END_TEST

START_TEST(test_monitor_restarts_where_it_was) {
    options.direction = CX_MONITOR_BOTH;
    options.drop_count = 3;
    options.common_shock = 1;
    options.cycle = 7;
    options.max_age = 2;
    options.guard = 3;
    options.baseline = 30;
    monitor = made(4);
    for (int t = 0; t < 200; t++) {
        for (int32_t i = 0; i < 4; i++) {
            invite_now(monitor, i, 40);
            count_now(monitor, i, 2 + t % 3, 3, t > 150 && i == 1 ? 1 : 6);
        }
        end(monitor);
    }
    cx_monitor *other = again(monitor), *copy = NULL;
    ck_assert_ok(cx_monitor_copy(monitor, NULL, &copy, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, copy), 1);
    for (int t = 0; t < 10; t++) {
        count_now(monitor, 2, 3, 3, 1), count_now(other, 2, 3, 3, 1), count_now(copy, 2, 3, 3, 1);
        end(monitor), end(other), end(copy);
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    ck_assert_int_eq(cx_monitor_equal(monitor, copy), 1);
    ck_assert_int_gt(cx_monitor_alarm_count(monitor), 0);
    cx_monitor_free(other), cx_monitor_free(copy);
}
END_TEST

START_TEST(test_monitor_forgets_all_but_its_settings_and_weights) {
    const double weights[] = {1, 3};
    cx_array keys = cx_array_of(numbers, CX_I32, 2), w = cx_array_of(weights, CX_F64, 2);
    options.direction = CX_MONITOR_BOTH;
    options.cycle = 2;
    options.max_age = 1;
    ck_assert_ok(cx_monitor_new(&keys, &w, &options, NULL, &monitor, err));
    cx_monitor *fresh = again(monitor);
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    for (int t = 0; t < 60; t++) {
        count_now(monitor, 1, 9, 1, 0), invite_now(monitor, 0, 5);
        end(monitor);
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, fresh), 0);
    cx_monitor_reset(monitor);
    cx_monitor_reset(NULL);
    ck_assert_int_eq(cx_monitor_equal(monitor, fresh), 1);
    cx_monitor_free(fresh);
}
END_TEST

START_TEST(test_monitor_takes_about_200_bytes_a_point) {
    enum { POINTS = 2000 };
    static int32_t keys[POINTS];
    for (int i = 0; i < POINTS; i++) keys[i] = i;
    cx_array few = cx_array_of(keys, CX_I32, 1000), many = cx_array_of(keys, CX_I32, POINTS);
    cx_monitor *small = NULL;
    cx_monitor_options_init(&options);
    options.arl = 365;
    ck_assert_ok(cx_monitor_new(&few, NULL, &options, NULL, &small, err));
    ck_assert_ok(cx_monitor_new(&many, NULL, &options, NULL, &monitor, err));
    size_t each = (cx_monitor_encoded_size(monitor) - cx_monitor_encoded_size(small)) / 1000;
    ck_assert_uint_eq(each, 225); /* 208 and the key */
    cx_monitor_free(small);
}
END_TEST

Suite *suite_monitor_states(void);
Suite *suite_monitor_states(void) {
    Suite *suite = suite_create("monitor_states");
    TCase *tcase = tcase_create("monitor");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_monitor_reads_answers_in_any_order_and_split);
    tcase_add_test(tcase, test_monitor_counts_classes_by_its_cuts);
    tcase_add_test(tcase, test_monitor_is_unchanged_by_a_call_that_fails);
    tcase_add_test(tcase, test_monitor_knows_its_points_by_text);
    tcase_add_test(tcase, test_monitor_allocates_nothing_after_it_is_made);
    tcase_add_test(tcase, test_monitor_engines_collect_in_forks_and_merge);
    tcase_add_test(tcase, test_monitor_merges_disjoint_points_and_takes_new_ones);
    tcase_add_test(tcase, test_monitor_restarts_where_it_was);
    tcase_add_test(tcase, test_monitor_forgets_all_but_its_settings_and_weights);
    tcase_add_test(tcase, test_monitor_takes_about_200_bytes_a_point);
    suite_add_tcase(suite, tcase);
    return suite;
}
