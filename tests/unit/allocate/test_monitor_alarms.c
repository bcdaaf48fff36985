#include "monitored.h"

/* -- alarms -------------------------------------------------------------------------------- */

START_TEST(test_monitor_raises_the_alarm_at_the_threshold_and_not_before) {
    make_known(4);
    while (cx_monitor_alarm_count(monitor) == 0) {
        for (int32_t i = 0; i < 4; i++) count_now(monitor, i, 4, 6, 10);
        count_now(monitor, 2, 4, 0, 0);
        end(monitor);
        double sum = 0;
        for (int64_t i = 0; i < 4; i++) sum += exp(at(monitor, i, "log_evidence")) / 4;
        ck_assert_int_eq(cx_monitor_alarm_count(monitor) > 0, sum >= 200);
    }
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    assert_word(monitor, 2, "alarm", "down");
    assert_word(monitor, 1, "alarm", "none");
    ck_assert_double_lt(cx_monitor_log_evidence(monitor), 0); /* the others run on */
}
END_TEST

START_TEST(test_monitor_alarms_speak_of_answers_after_the_flag_only) {
    cx_table *table = NULL;
    make_known(2);
    count_now(monitor, 1, 100, 0, 0);
    end(monitor);
    ck_assert_ok(cx_monitor_alarms(monitor, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert_double_eq(table_number(table, "point", 0), 1);
    ck_assert_double_eq(table_number(table, "since", 0), 0);
    ck_assert_double_eq(table_number(table, "n_after", 0), 0);
    ck_assert(isnan(table_number(table, "change", 0)));
    cx_table_free(table);
    count_now(monitor, 1, 20, 40, 40);
    end(monitor);
    ck_assert_ok(cx_monitor_alarms(monitor, &table, err));
    ck_assert_double_eq(table_number(table, "n_after", 0), 100);
    ck_assert_close(table_number(table, "after", 0), 20, 1e-13);
    ck_assert_close(table_number(table, "change", 0), -10, 1e-12);
    ck_assert_double_lt(table_number(table, "ci_low", 0), 20);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_acknowledged_points_start_again) {
    const int32_t one = 1, nobody = 9;
    cx_array key = cx_array_of(&one, CX_I32, 1), wrong = cx_array_of(&nobody, CX_I32, 1);
    make_known(2);
    count_now(monitor, 1, 100, 0, 0);
    end(monitor);
    ck_assert_fails(cx_monitor_acknowledge(monitor, &wrong, CX_ACKNOWLEDGE_KEEP, err), CX_E_DOMAIN,
                    "9 is not a point");
    ck_assert_fails(cx_monitor_acknowledge(monitor, &key, 2, err), CX_E_OPTION, "2");
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_KEEP, err));
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
    ck_assert_close(at(monitor, 1, "reference"), 30, 1e-12);
    end(monitor);
    ck_assert_double_eq(at(monitor, 1, "log_evidence"), 0);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_LEARN, err));
    assert_word(monitor, 1, "state", "learning");
    ck_assert(isnan(at(monitor, 1, "reference")));
}
END_TEST

START_TEST(test_monitor_learns_a_new_reference_from_after_the_alarm) {
    const int32_t one = 0;
    cx_array key = cx_array_of(&one, CX_I32, 1);
    options.guard = 3;
    options.baseline = 100;
    make_known(1);
    count_now(monitor, 0, 100, 0, 0);
    end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_LEARN, err));
    for (int t = 0; t < 9; t++) {
        count_now(monitor, 0, 16, 8, 16);
        end(monitor);
    }
    assert_word(monitor, 0, "state", "watching");
    ck_assert_near(at(monitor, 0, "reference"), 0, 1e-12);
}
END_TEST

START_TEST(test_monitor_flags_by_e_bh) {
    options.arl = 1e12;
    make_known(8);
    count_now(monitor, 3, 30, 10, 10);
    end(monitor);
    double e = exp(at(monitor, 3, "log_evidence")); /* t = 1 */
    ck_assert_double_gt(e, 8 / 0.1);
    for (int64_t i = 0; i < 8; i++) ck_assert_double_eq(at(monitor, i, "flag"), i == 3);
    for (int t = 0; t < 3; t++) end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
}
END_TEST

START_TEST(test_monitor_weights_are_hazards) {
    const double weights[] = {1, 3};
    cx_array keys = cx_array_of(numbers, CX_I32, 2), w = cx_array_of(weights, CX_F64, 2);
    ck_assert_ok(cx_monitor_new(&keys, &w, &options, NULL, &monitor, err));
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    count_now(monitor, 0, 3, 0, 1);
    end(monitor);
    double a = exp(at(monitor, 0, "log_evidence")), b = exp(at(monitor, 1, "log_evidence"));
    ck_assert_double_eq(at(monitor, 1, "weight"), 0.75);
    ck_assert_close(cx_monitor_log_evidence(monitor), log((a + 3 * b) / 4 / 200), 1e-13);
}
END_TEST

START_TEST(test_monitor_alarms_when_nobody_answers_any_more) {
    make_known(2);
    set_baseline(monitor, 40, 60, 100, 1000); /* 20 % answer */
    double r = 0;
    for (int t = 0; t < 30 && cx_monitor_alarm_count(monitor) == 0; t++) {
        for (int32_t i = 0; i < 2; i++) invite_now(monitor, i, 50);
        count_now(monitor, 0, 2, 3, 5);
        count_now(monitor, 1, 1, 1, 3);
        end(monitor);
        r = (r + 1) * pow(0.5, 5) * pow(0.9 / 0.8, 45);
        ck_assert_close(at(monitor, 1, "log_evidence_rate"), log(r), 1e-12);
    }
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    assert_word(monitor, 1, "alarm", "rate");
    ck_assert_double_lt(at(monitor, 1, "response_rate"), 0.12);
    ck_assert_double_eq(at(monitor, 0, "invited"), 50 * (double)cx_monitor_period(monitor));
}
END_TEST

/* -- cohorts ------------------------------------------------------------------------------- */

START_TEST(test_monitor_counts_late_answers_in_the_cohort_they_belong_to) {
    cx_table *table = NULL;
    options.max_age = 2;
    make_known(1);
    count_now(monitor, 0, 1, 0, 5);
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "n"), 0); /* still open */
    ck_assert_double_eq(at(monitor, 0, "open"), 6);
    ck_assert_ok(count_at(monitor, 0, 2, 0, 1, 0, err));
    end(monitor);
    ck_assert_ok(count_at(monitor, 0, 1, 0, 0, 0, err));
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "n"), 10);
    ck_assert_double_eq(at(monitor, 0, "last"), 0);
    ck_assert_fails(count_at(monitor, 0, 1, 0, 0, 0, err), CX_E_DOMAIN, "period 0 is closed");
    ck_assert_fails(count_at(monitor, 0, 1, 0, 0, 4, err), CX_E_DOMAIN, "period 4 has not begun");
    ck_assert_ok(cx_monitor_delays(monitor, &table, err));
    ck_assert_double_eq(table_number(table, "share", 0), 0.6);
    ck_assert_double_eq(table_number(table, "share", 1), 0.9);
    ck_assert_double_eq(table_number(table, "share", 2), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_late_answers_may_be_counted_as_late) {
    options.late = CX_LATE_COUNT;
    make_known(1);
    end(monitor);
    ck_assert_ok(count_at(monitor, 0, 1, 2, 3, 0, err));
    ck_assert_int_eq(cx_monitor_late(monitor), 6);
    ck_assert_double_eq(at(monitor, 0, "open"), 0);
}
END_TEST

START_TEST(test_monitor_expects_answers_of_open_cohorts) {
    options.max_age = 1;
    options.half_life = INFINITY;
    monitor = made(1);
    for (int t = 0; t < 400; t++) { /* 20 of 100 answer, 15 at once */
        invite_now(monitor, 0, 100);
        count_now(monitor, 0, 5, 5, 5);
        if (t > 0) ck_assert_ok(count_at(monitor, 0, 1, 1, 3, t - 1, err));
        end(monitor);
    }
    /* one cohort of 85 silent customers, each answering with probability .2 .25 / (1 - .2 .75) */
    ck_assert_near(at(monitor, 0, "outstanding"), 85 * 0.05 / 0.85, 0.02);
    invite_now(monitor, 0, 50);
    ck_assert_near(at(monitor, 0, "outstanding"), 85 * 0.05 / 0.85 + 10, 0.04);
}
END_TEST

START_TEST(test_monitor_clock_never_runs_backwards) {
    make_known(1);
    ck_assert_ok(cx_monitor_advance(monitor, 5, err));
    ck_assert_int_eq(cx_monitor_period(monitor), 5);
    ck_assert_ok(cx_monitor_advance(monitor, 5, err));
    ck_assert_fails(cx_monitor_advance(monitor, 4, err), CX_E_DOMAIN, "runs backwards");
    ck_assert_fails(cx_monitor_advance(monitor, INT64_MAX, err), CX_E_OVERFLOW, "2^31");
    ck_assert_close(at(monitor, 0, "log_evidence"), log(5), 1e-14);
}
END_TEST

/* -- the cycle and common shocks ----------------------------------------------------------- */

START_TEST(test_monitor_cycle_moves_the_reference) {
    const double offsets[] = {10, 0, -10};
    cx_array x = cx_array_of(offsets, CX_F64, 3), two = cx_array_of(offsets, CX_F64, 2);
    options.cycle = 3;
    options.learn = 6;
    options.first_period = 2; /* the phase of -10 */
    make_known(1);
    ck_assert_fails(cx_monitor_set_cycle(monitor, &two, err), CX_E_LENGTH, "2 offsets");
    ck_assert_ok(cx_monitor_set_cycle(monitor, &x, err));
    count_now(monitor, 0, 250, 300, 450); /* 20, as on such a day */
    end(monitor);
    double in_season = at(monitor, 0, "log_evidence");
    ck_assert_double_lt(in_season, 0);
    ck_assert_ok(cx_monitor_advance(monitor, 4, err)); /* phase 1 */
    count_now(monitor, 0, 250, 300, 450);
    end(monitor);
    ck_assert_double_gt(at(monitor, 0, "log_evidence"), in_season + 5);
}
END_TEST

START_TEST(test_monitor_learns_the_cycle) {
    cx_table *table = NULL;
    options.cycle = 2;
    options.learn = 100;
    monitor = made(4);
    for (int t = 0; t < 100; t++) {
        for (int32_t i = 0; i < 4; i++) count_now(monitor, i, t % 2 ? 40 : 20, 30, t % 2 ? 30 : 50);
        end(monitor);
    }
    ck_assert_ok(cx_monitor_cycle(monitor, &table, err));
    ck_assert_near(table_number(table, "offset", 0), 20, 2.5);
    ck_assert_near(table_number(table, "offset", 1), -20, 2.5);
    ck_assert_double_lt(table_number(table, "se", 0), 2);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_takes_common_shocks_away_only_where_it_says_so) {
    options.common_shock = 1;
    options.arl = 1e9;
    make_known(5);
    for (int t = 0; t < 20; t++) {
        for (int32_t i = 0; i < 5; i++) count_now(monitor, i, 20, 30, 50);
        end(monitor);
    }
    double before = at(monitor, 0, "log_evidence"),
           shared = at(monitor, 0, "log_evidence_adjusted");
    ck_assert_close(before, shared, 0.2);
    for (int32_t i = 0; i < 5; i++) count_now(monitor, i, i == 3 ? 60 : 30, 30, i == 3 ? 10 : 40);
    end(monitor);
    ck_assert_double_gt(at(monitor, 0, "log_evidence"), before + 2);
    ck_assert_double_lt(at(monitor, 0, "log_evidence_adjusted"), before + 1);
    ck_assert_double_gt(at(monitor, 3, "log_evidence_adjusted"), before + 5);
}
END_TEST

Suite *suite_monitor_alarms(void);
Suite *suite_monitor_alarms(void) {
    Suite *suite = suite_create("monitor_alarms");
    TCase *tcase = tcase_create("monitor");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_monitor_raises_the_alarm_at_the_threshold_and_not_before);
    tcase_add_test(tcase, test_monitor_alarms_speak_of_answers_after_the_flag_only);
    tcase_add_test(tcase, test_monitor_acknowledged_points_start_again);
    tcase_add_test(tcase, test_monitor_learns_a_new_reference_from_after_the_alarm);
    tcase_add_test(tcase, test_monitor_flags_by_e_bh);
    tcase_add_test(tcase, test_monitor_weights_are_hazards);
    tcase_add_test(tcase, test_monitor_alarms_when_nobody_answers_any_more);
    tcase_add_test(tcase, test_monitor_counts_late_answers_in_the_cohort_they_belong_to);
    tcase_add_test(tcase, test_monitor_late_answers_may_be_counted_as_late);
    tcase_add_test(tcase, test_monitor_expects_answers_of_open_cohorts);
    tcase_add_test(tcase, test_monitor_clock_never_runs_backwards);
    tcase_add_test(tcase, test_monitor_cycle_moves_the_reference);
    tcase_add_test(tcase, test_monitor_learns_the_cycle);
    tcase_add_test(tcase, test_monitor_takes_common_shocks_away_only_where_it_says_so);
    suite_add_tcase(suite, tcase);
    return suite;
}
