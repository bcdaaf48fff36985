#include "monitored.h"

/* -- making -------------------------------------------------------------------------------- */

START_TEST(test_monitor_needs_points_and_a_threshold) {
    cx_array keys = cx_array_of(numbers, CX_I32, 2), none = cx_array_of(NULL, CX_I32, 0);
    cx_monitor *out = NULL;
    ck_assert_fails(cx_monitor_new(&none, NULL, &options, NULL, &out, err), CX_E_EMPTY,
                    "no points");
    ck_assert_fails(cx_monitor_new(&keys, NULL, NULL, NULL, &out, err), CX_E_OPTION,
                    "arl is not set");
    options.arl = 0.5;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_OPTION, "0.5");
    options.arl = 200;
    options.drops[0] = 0;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_OPTION, "drop");
    ck_assert_ptr_null(out);
}
END_TEST

START_TEST(test_monitor_refuses_points_that_stand_twice_or_have_no_key) {
    const int32_t twice[] = {4, 9, 4};
    const uint8_t valid[] = {5};
    const double weights[] = {1, 0, 1};
    cx_array keys = cx_array_of(twice, CX_I32, 3), w = cx_array_of(weights, CX_F64, 3);
    cx_monitor *out = NULL;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_DOMAIN, "twice");
    keys = cx_array_of(numbers, CX_I32, 3);
    keys.validity = valid;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_DOMAIN, "no key");
    keys.validity = NULL;
    ck_assert_fails(cx_monitor_new(&keys, &w, &options, NULL, &out, err), CX_E_DOMAIN, "weight");
}
END_TEST

START_TEST(test_monitor_before_any_answer_says_nothing) {
    monitor = made(2);
    ck_assert_double_eq(at(monitor, 0, "n"), 0);
    ck_assert_double_eq(at(monitor, 1, "level"), 0);
    ck_assert_close(at(monitor, 0, "se"), sqrt(10000.0 / 3), 1e-15);
    ck_assert(isnan(at(monitor, 0, "log_evidence")));
    ck_assert(isnan(at(monitor, 0, "age")));
    ck_assert(isinf(cx_monitor_log_evidence(monitor)));
    assert_word(monitor, 0, "state", "learning");
    for (int i = 0; i < 100; i++) end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
    ck_assert_int_eq(cx_monitor_period(monitor), 100);
}
END_TEST

/* -- levels -------------------------------------------------------------------------------- */

START_TEST(test_monitor_level_settles_at_the_steady_variance) {
    options.process_noise = 4;
    options.half_life = INFINITY;
    options.prior[0] = 0.2, options.prior[1] = 0.3, options.prior[2] = 0.5;
    monitor = made(1);
    for (int i = 0; i < 200; i++) {
        count_now(monitor, 0, 6, 9, 15);
        end(monitor);
    }
    double se = at(monitor, 0, "se"), s2 = at(monitor, 0, "s2");
    ck_assert_close(s2, 6100, 1e-12);
    ck_assert_close(se * se, 26.5890421898, 1e-10);
    ck_assert_close(at(monitor, 0, "level"), 30, 1e-9);
    ck_assert_close(at(monitor, 0, "known"), 6100 / 30.5890421898, 1e-10);
    ck_assert_double_eq(at(monitor, 0, "n"), 6000);
    ck_assert_close(at(monitor, 0, "promoters"), 0.5, 1e-12);
}
END_TEST

START_TEST(test_monitor_variance_of_one_answer_never_reaches_0) {
    monitor = made(1);
    for (int i = 0; i < 50; i++) {
        count_now(monitor, 0, 0, 0, 20);
        end(monitor);
    }
    ck_assert_double_gt(at(monitor, 0, "s2"), 0);
    ck_assert_double_lt(at(monitor, 0, "level"), 100);
}
END_TEST

START_TEST(test_monitor_forgets_shares_by_its_half_life) {
    options.half_life = 1;
    monitor = made(1);
    count_now(monitor, 0, 8, 0, 0);
    end(monitor);
    end(monitor);
    count_now(monitor, 0, 0, 0, 6);
    end(monitor); /* 8 became 2 */
    ck_assert_close(at(monitor, 0, "promoters"), 6.5 / 9.5, 1e-14);
    ck_assert_double_eq(at(monitor, 0, "age"), 0);
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "age"), 1);
    ck_assert_double_eq(at(monitor, 0, "last"), 2);
}
END_TEST

/* -- evidence ------------------------------------------------------------------------------ */

START_TEST(test_monitor_grows_as_fast_as_the_information_per_answer) {
    const double expected[] = {0.0304, 0.0324}; /* bounded, trinomial */
    for (int form = 0; form < 2; form++) {
        options.form = form;
        make_known(1);
        count_now(monitor, 0, 3000, 3000, 4000);
        end(monitor);
        ck_assert_near(at(monitor, 0, "log_evidence") / 10000, expected[form], 5e-5);
        cx_monitor_free(monitor);
    }
    monitor = NULL;
}
END_TEST

START_TEST(test_monitor_trinomial_evidence_is_the_recursion_of_shiryaev_and_roberts) {
    const int64_t seen[][3] = {{2, 3, 5}, {0, 0, 0}, {4, 1, 2}, {1, 4, 5}, {9, 0, 1}};
    double r = 0;
    options.form = CX_MONITOR_TRINOMIAL;
    make_known(1);
    for (int t = 0; t < 5; t++) {
        count_now(monitor, 0, seen[t][0], seen[t][1], seen[t][2]);
        end(monitor);
        r = (r + 1) * pow(0.3 / 0.2, (double)seen[t][0]) * pow(0.4 / 0.5, (double)seen[t][2]);
        ck_assert_close(at(monitor, 0, "log_evidence"), log(r), 1e-13);
    }
    ck_assert_close(cx_monitor_log_evidence(monitor), log(r / 200), 1e-13);
}
END_TEST

START_TEST(test_monitor_evidence_neither_overflows_nor_dies) {
    make_known(2);
    for (int t = 0; t < 100; t++) {
        count_now(monitor, 0, 10000000, 0, 0);
        count_now(monitor, 1, 0, 0, 10000000);
        end(monitor);
    }
    double up = at(monitor, 0, "log_evidence"), down = at(monitor, 1, "log_evidence");
    ck_assert(isfinite(up) && up > 1e8);
    ck_assert(isfinite(down) && down < -1e6);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    for (int t = 0; t < 3; t++) end(monitor);
    ck_assert_double_gt(at(monitor, 1, "log_evidence"), 0); /* the past no longer counts */
}
END_TEST

START_TEST(test_monitor_bank_is_the_mean_of_its_drops) {
    double r[3], mean = 0;
    for (int j = 0; j < 3; j++) {
        options.drops[0] = 10 * pow(2, j);
        make_known(1);
        count_now(monitor, 0, 40, 30, 30);
        end(monitor);
        r[j] = exp(at(monitor, 0, "log_evidence"));
        mean += r[j] / 3;
        cx_monitor_free(monitor);
    }
    options.drop_count = 3;
    for (int j = 0; j < 3; j++) options.drops[j] = 10 * pow(2, j);
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence"), log(mean), 1e-13);
}
END_TEST

START_TEST(test_monitor_sees_rises_as_drops_from_the_other_end) {
    double drop;
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    drop = at(monitor, 0, "log_evidence");
    cx_monitor_free(monitor);
    options.direction = CX_MONITOR_UP;
    monitor = made(1);
    set_baseline(monitor, 0.5, 0.3, 0.2, 0);
    count_now(monitor, 0, 30, 30, 40);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence"), drop, 1e-13);
    cx_monitor_free(monitor);
    options.direction = CX_MONITOR_BOTH;
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence_down"), drop, 1e-13);
    double up = at(monitor, 0, "log_evidence_up");
    ck_assert_double_lt(up, 0);
    ck_assert_close(at(monitor, 0, "log_evidence"), log((exp(up) + exp(drop)) / 2), 1e-13);
    assert_word(monitor, 0, "alarm", "down");
    cx_array key = cx_array_of(numbers, CX_I32, 1);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_KEEP, err));
    while (cx_monitor_alarm_count(monitor) == 0) {
        count_now(monitor, 0, 0, 30, 70);
        end(monitor);
    }
    assert_word(monitor, 0, "alarm", "up");
}
END_TEST

START_TEST(test_monitor_reference_is_the_lower_limit_unless_told_otherwise) {
    options.reference = CX_REFERENCE_LIMIT;
    cx_tally *tally;
    cx_estimate nps;
    cx_nps_options read;
    const int8_t steps[] = {0, 8, 10};
    const int64_t counts[] = {60, 90, 150};
    cx_array s = cx_array_of(steps, CX_I8, 3), c = cx_array_of(counts, CX_I64, 3);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add_counts(tally, &s, &c, err));
    cx_nps_options_init(&read);
    read.method = CX_METHOD_SCORE;
    read.confidence = 0.9; /* 95 % on one side */
    ck_assert_ok(cx_nps(tally, &read, &nps, err));
    cx_tally_free(tally);
    monitor = made(1);
    set_baseline(monitor, 60, 90, 150, 0);
    ck_assert_close(at(monitor, 0, "reference"), nps.ci_low, 1e-12);
    ck_assert_double_eq(at(monitor, 0, "reference_n"), 300);
    cx_monitor_free(monitor);
    options.form = CX_MONITOR_TRINOMIAL; /* the ratio's limit is that of 150 of 210 */
    monitor = made(1);
    set_baseline(monitor, 60, 90, 150, 0);
    double promoters = cx_beta_quantile(0.05, 150, 61);
    ck_assert_close(at(monitor, 0, "reference"), 70 * (2 * promoters - 1), 1e-12);
}
END_TEST

START_TEST(test_monitor_freezes_a_reference_from_before_the_guard) {
    options.guard = 2;
    options.baseline = 60;
    monitor = made(1);
    for (int t = 0; t < 6; t++) { /* 20 a period; the last 2 are another mix */
        if (t < 4)
            count_now(monitor, 0, 4, 6, 10);
        else
            count_now(monitor, 0, 20, 0, 0);
        assert_word(monitor, 0, "state", "learning");
        end(monitor);
    }
    assert_word(monitor, 0, "state", "watching");
    ck_assert_double_eq(at(monitor, 0, "reference_n"), 80);
    ck_assert_close(at(monitor, 0, "reference"), 30, 1e-12);
}
END_TEST

Suite *suite_monitor(void);
Suite *suite_monitor(void) {
    Suite *suite = suite_create("monitor");
    TCase *tcase = tcase_create("monitor");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_monitor_needs_points_and_a_threshold);
    tcase_add_test(tcase, test_monitor_refuses_points_that_stand_twice_or_have_no_key);
    tcase_add_test(tcase, test_monitor_before_any_answer_says_nothing);
    tcase_add_test(tcase, test_monitor_level_settles_at_the_steady_variance);
    tcase_add_test(tcase, test_monitor_variance_of_one_answer_never_reaches_0);
    tcase_add_test(tcase, test_monitor_forgets_shares_by_its_half_life);
    tcase_add_test(tcase, test_monitor_grows_as_fast_as_the_information_per_answer);
    tcase_add_test(tcase, test_monitor_trinomial_evidence_is_the_recursion_of_shiryaev_and_roberts);
    tcase_add_test(tcase, test_monitor_evidence_neither_overflows_nor_dies);
    tcase_add_test(tcase, test_monitor_bank_is_the_mean_of_its_drops);
    tcase_add_test(tcase, test_monitor_sees_rises_as_drops_from_the_other_end);
    tcase_add_test(tcase, test_monitor_reference_is_the_lower_limit_unless_told_otherwise);
    tcase_add_test(tcase, test_monitor_freezes_a_reference_from_before_the_guard);
    suite_add_tcase(suite, tcase);
    return suite;
}
