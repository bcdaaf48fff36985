#include "gated.h"

/* -- rules --------------------------------------------------------------------------------- */

START_TEST(test_a_gate_without_rules_invites_everybody_once_a_period) {
    points(0);
    cx_decision d = decide(7, 0, START);
    ck_assert(d.invite == 1 && d.reason == CX_REASON_INVITED && d.rule == -1);
    ck_assert_double_eq(d.probability, 1);
    ck_assert_int_eq(d.retry_at, START);
    d = decide(7, 0, START + HOUR);
    ck_assert(d.invite == 0 && d.reason == CX_REASON_ASKED_BEFORE && d.repeat == 1);
    ck_assert_int_eq(decide(7, 0, START + 28 * DAY).invite, 1);
}
END_TEST

START_TEST(test_an_elapsed_time_of_exactly_the_gap_passes) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 7 * 86400);
    points(0);
    ck_assert_int_eq(decide(7, 0, START).invite, 1);
    cx_decision d = decide(7, 1, START + 7 * DAY - 1);
    ck_assert(d.invite == 0 && d.reason == CX_REASON_RULE && d.rule == 0);
    ck_assert(d.probability == 0 && d.action == CX_ACTION_DEFER);
    ck_assert_int_eq(d.retry_at, START + 7 * DAY);
    ck_assert_int_eq(decide(7, 1, START + 7 * DAY).invite, 1);
}
END_TEST

START_TEST(test_at_most_so_many_in_a_rolling_window) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 3, 86400);
    points(0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(decide(7, i, START + i * HOUR).invite, 1);
    }
    cx_decision d = decide(7, 0, START + 3 * HOUR);
    ck_assert(d.reason == CX_REASON_RULE);
    ck_assert_int_eq(d.retry_at, START + DAY); /* when the first of the three has left */
}
END_TEST

START_TEST(test_scopes_tell_points_and_groups_apart) {
    rule(CX_SCOPE_GROUP, CX_EVENT_INVITED, 1, 30 * 86400);
    points(0);
    ck_assert_int_eq(decide(7, 0, START).invite, 1);
    ck_assert_int_eq(decide(7, 1, START + HOUR).reason, CX_REASON_RULE);
    ck_assert_int_eq(decide(7, 2, START + HOUR).invite, 1); /* of no group */
    ck_assert_int_eq(decide(8, 1, START + HOUR).invite, 1);
}
END_TEST

START_TEST(test_events_at_exempt_points_do_not_count) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(1);
    ck_assert_int_eq(decide(7, 2, START).invite, 1);
    ck_assert_int_eq(decide(7, 0, START + HOUR).invite, 1);
    ck_assert_int_eq(decide(9, 0, START + HOUR).invite, 1);
    ck_assert_int_eq(decide(9, 2, START + 2 * HOUR).invite, 1); /* the rule does not hold there */
}
END_TEST

START_TEST(test_the_first_rule_answers_and_the_last_tells_when) {
    cx_rule one;
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 30 * 86400);
    cx_rule_init(&one);
    one.window = 86400, one.priority = -1, one.action = CX_ACTION_BLOCK;
    ck_assert_ok(cx_gate_add_rule(gate, &one, err));
    points(0);
    decide(7, 0, START);
    cx_decision d = decide(7, 1, START + HOUR);
    ck_assert(d.rule == 1 && d.action == CX_ACTION_BLOCK);
    ck_assert_int_eq(d.retry_at, START + 30 * DAY);
}
END_TEST

START_TEST(test_rules_may_be_for_some_contacts_only) {
    cx_rule one;
    cx_decision d;
    cx_rule_init(&one);
    one.window = 86400, one.attributes = 2;
    ck_assert_ok(cx_gate_add_rule(gate, &one, err));
    points(0);
    decide(7, 0, START);
    ck_assert_ok(cx_gate_decide(gate, 7, 1, START + HOUR, 3, &d, err));
    ck_assert_int_eq(d.reason, CX_REASON_RULE);
    ck_assert_ok(cx_gate_decide(gate, 7, 1, START + HOUR, 1, &d, err));
    ck_assert_int_eq(d.invite, 1);
}
END_TEST

START_TEST(test_what_cannot_be_known_spares) {
    rule(CX_SCOPE_POINT, CX_EVENT_INVITED, 1, 30 * 86400);
    points(0);
    for (int i = 0; i < 9; i++)
        ck_assert_ok(cx_gate_record(gate, 7, 0, CX_EVENT_INVITED, START + i * HOUR, err));
    cx_decision d = decide(7, 1, START + DAY);
    ck_assert(d.invite == 0 && d.reason == CX_REASON_FORGOTTEN);
    ck_assert_int_eq(d.retry_at, START + HOUR + 30 * DAY);
}
END_TEST

START_TEST(test_a_contact_from_the_future_is_refused_by_name) {
    rule(CX_SCOPE_ALL, CX_EVENT_DECLINED, 1, 3600);
    points(0);
    ck_assert_ok(cx_gate_record(gate, 7, 0, CX_EVENT_DECLINED, START + 2 * DAY, err));
    cx_decision d = decide(7, 0, START);
    ck_assert(d.invite == 0 && d.retry_at >= START + 2 * DAY);
    ck_assert(d.reason == CX_REASON_RULE || d.reason == CX_REASON_CLOCK);
}
END_TEST

/* -- draws --------------------------------------------------------------------------------- */

START_TEST(test_a_repeated_call_gets_the_same_answer) {
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 500, 1000, 10);
    for (uint64_t c = 1; c <= 200; c++) {
        cx_decision first = decide(c, 0, START + (int64_t)c * HOUR);
        cx_decision again = decide(c, 0, START + (int64_t)c * HOUR);
        ck_assert_int_eq(again.invite, first.invite);
        ck_assert_double_eq(again.probability, first.probability);
        ck_assert_double_eq(again.u, first.u);
        ck_assert_int_eq(again.repeat, 1);
    }
}
END_TEST

START_TEST(test_a_later_visit_is_not_drawn_again) {
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 50, 1000, 10);
    for (uint64_t c = 1; c <= 300; c++) decide(c, 0, START);
    for (uint64_t c = 1; c <= 300; c++) {
        cx_decision d = decide(c, 0, START + 9 * DAY); /* by now p is higher */
        ck_assert_int_eq(d.invite, 0);
        ck_assert(d.reason == CX_REASON_DRAWN_BEFORE || d.reason == CX_REASON_ASKED_BEFORE);
        ck_assert_double_lt(d.probability, 0.1);
    }
}
END_TEST

START_TEST(test_two_gates_draw_alike) {
    cx_gate *other = gate;
    points(0);
    gate = make(0.5);
    points(0);
    for (uint64_t c = 1; c < 50; c++) {
        cx_decision a, b = decide(c, 1, START);
        ck_assert_ok(cx_gate_decide(other, c, 1, START, 0, &a, err));
        ck_assert_double_eq(a.u, b.u);
    }
    cx_gate_set_policy(other, 2);
    cx_decision a, b = decide(99, 1, START);
    ck_assert_ok(cx_gate_decide(other, 99, 1, START, 0, &a, err));
    ck_assert_double_ne(a.u, b.u);
    ck_assert_int_eq(a.policy, 2);
    cx_gate_free(other);
}
END_TEST

/* -- goals --------------------------------------------------------------------------------- */

static int64_t run(int64_t visitors, double days, int64_t point) {
    int64_t invited = 0;
    for (int64_t i = 0; i < visitors; i++)
        invited += decide(cx_contact_number(i, point == 0 ? 0 : 9), point,
                          START + (int64_t)((double)i / (double)visitors * days * (double)DAY))
                       .invite;
    return invited;
}

START_TEST(test_a_goal_is_reached_although_the_forecast_was_wrong) {
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 400, 10000, 28); /* 20,000 come */
    int64_t invited = run(20000, 28, 0);
    ck_assert_msg(invited >= 400 && invited <= 460, "%ld", (long)invited);
}
END_TEST

START_TEST(test_a_goal_is_reached_without_a_forecast) {
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 1000, NAN, 28);
    int64_t invited = run(5000, 28, 0);
    ck_assert_msg(invited >= 940 && invited <= 1060, "%ld", (long)invited);
}
END_TEST

START_TEST(test_a_list_is_spread_over_all_of_it) {
    cx_gate_target_options target;
    int64_t first = 0, second = 0;
    points(0);
    cx_gate_target_options_init(&target);
    target.number = 300, target.traffic = 3000, target.list = 1;
    target.start = START, target.end = START + DAY;
    ck_assert_ok(cx_gate_target(gate, 0, &target, err));
    for (int64_t i = 0; i < 3000; i++) {
        int64_t invited = decide(cx_contact_number(i, 0), 0, START + MINUTE).invite;
        if (i < 1500)
            first += invited;
        else
            second += invited;
    }
    ck_assert_msg(first > 110 && first < 190, "%ld", (long)first);
    ck_assert_msg(first + second > 280 && first + second < 320, "%ld", (long)(first + second));
}
END_TEST

START_TEST(test_answers_are_expected_from_those_invited) {
    points(0);
    aim(0, CX_GOAL_ANSWERS, 100, 10000, 28);
    int64_t invited = 0;
    for (int64_t i = 0; i < 10000; i++) {
        int64_t time = START + (int64_t)((double)i / 10000 * 28 * (double)DAY);
        cx_decision d = decide(cx_contact_number(i, 0), 0, time);
        invited += d.invite;
        if (d.invite && cx_random_uniform(3, 1, (uint64_t)i, 0) < 0.1)
            for (int twice = 0; twice < 2; twice++)
                ck_assert_ok(cx_gate_record(gate, cx_contact_number(i, 0), 0, CX_EVENT_ANSWERED,
                                            time + HOUR, err));
    }
    cx_table *table;
    ck_assert_ok(cx_gate_points(gate, START + 28 * DAY - 1, &table, err));
    int64_t answered = ((const int64_t *)data(table, "answered"))[0];
    ck_assert_msg(answered > 75 && answered < 125, "%ld of %ld", (long)answered, (long)invited);
    ck_assert_near(((const double *)data(table, "response"))[0], 0.1, 0.04);
    cx_table_free(table);
}
END_TEST

START_TEST(test_p_stays_at_the_floor_and_then_stops) {
    points(0);
    aim(0, CX_GOAL_INVITATIONS, 1, 1000, 28);
    double lowest = 1;
    int64_t stopped = 0;
    for (int64_t i = 0; i < 2000; i++) {
        cx_decision d = decide(cx_contact_number(i, 0), 0, START + i * 10 * MINUTE);
        if (d.reason == CX_REASON_STOPPED)
            stopped++;
        else if (d.probability < lowest)
            lowest = d.probability;
    }
    ck_assert_double_eq(lowest, 0.02);
    ck_assert_int_gt(stopped, 0);
    ck_assert_int_eq(decide(5, 0, START + 29 * DAY).probability == 0.02, 1); /* after its end */
}
END_TEST

START_TEST(test_a_retired_point_asks_nobody) {
    cx_gate_target_options target;
    points(0);
    cx_gate_target_options_init(&target);
    target.retired = 1;
    ck_assert_ok(cx_gate_target(gate, 0, &target, err));
    cx_decision d = decide(7, 0, START);
    ck_assert(d.invite == 0 && d.probability == 0 && d.reason == CX_REASON_RETIRED);
    ck_assert_int_eq(decide(7, 1, START).invite, 1);
}
END_TEST

/* Mean p of the draws in the first and in the last quarter of 20 days of visits by 4,000 contacts,
 * half of them six times as often. */
static void visits_of_a_period(int64_t start, double mean[2]) {
    uint64_t at = 9;
    int64_t drawn[2] = {0, 0}, visits = 16000;
    mean[0] = mean[1] = 0;
    for (int64_t i = 0; i < visits; i++) {
        at = at * 6364136223846793005u + 1442695040888963407u;
        int64_t contact = (int64_t)((at >> 33) % 14000) % (at >> 60 < 2 ? 4000 : 2000);
        cx_decision d = decide(cx_contact_number(contact, 0), 0, start + 20 * DAY / visits * i);
        int part = i < visits / 4 ? 0 : 1;
        if (d.repeat || (i >= visits / 4 && i < visits * 3 / 4)) continue;
        mean[part] += d.probability;
        drawn[part]++;
    }
    ck_assert_int_gt(drawn[0], 3 * drawn[1]); /* most have come by then */
    for (int k = 0; k < 2; k++) mean[k] /= (double)drawn[k];
}

START_TEST(test_contacts_who_come_again_do_not_make_late_ones_more_likely) {
    double mean[2];
    points(0);
    for (int64_t period = 0; period < 2; period++) {
        cx_gate_target_options target;
        cx_gate_target_options_init(&target);
        target.number = 1000;
        target.start = START + period * 20 * DAY, target.end = target.start + 20 * DAY;
        ck_assert_ok(cx_gate_target(gate, 0, &target, err));
        visits_of_a_period(target.start, mean);
    }
    ck_assert_msg(mean[1] < 2 * mean[0] && mean[1] > mean[0] / 2, "%g %g", mean[0], mean[1]);
}
END_TEST

START_TEST(test_contacts_are_as_likely_asked_at_night_as_by_day) {
    static double weights[168];
    double by_hour[24] = {0}, came[24] = {0};
    cx_array profile = cx_array_of(weights, CX_F64, 168);
    points(0);
    for (int h = 0; h < 168; h++) weights[h] = h % 24 < 8 ? 1 : 10;
    ck_assert_ok(cx_gate_profile(gate, &profile, err));
    aim(0, CX_GOAL_INVITATIONS, 2000, 20000, 28);
    int64_t contact = 0, total = 0;
    for (int64_t hour = 0; hour < 28 * 24; hour++)
        for (int i = 0; i < (hour % 24 < 8 ? 4 : 43); i++) {
            cx_decision d = decide(cx_contact_number(contact++, 0), 0, START + hour * HOUR + i);
            by_hour[hour % 24] += d.invite, came[hour % 24]++;
            total += d.invite;
        }
    ck_assert_int_gt(total, 1880);
    double chi = 0;
    for (int h = 0; h < 24; h++) {
        double expected = came[h] * (double)total / (double)contact;
        chi += (by_hour[h] - expected) * (by_hour[h] - expected) / expected;
    }
    ck_assert_double_lt(chi, 45); /* 99.5 % with 23 degrees of freedom: 44.2 */
}
END_TEST

START_TEST(test_a_profile_is_learnt_from_visits) {
    points(0);
    ck_assert_fails(cx_gate_profile(gate, NULL, err), CX_E_FEW, "1680");
    for (int64_t i = 0; i < 2000; i++) decide(cx_contact_number(i, 0), 0, START + i * HOUR / 2);
    ck_assert_ok(cx_gate_profile(gate, NULL, err));
}
END_TEST

/* -- what is refused ----------------------------------------------------------------------- */

START_TEST(test_bad_calls_are_refused) {
    cx_rule one;
    cx_decision d;
    cx_gate_target_options target;
    points(0);
    cx_rule_init(&one);
    ck_assert_fails(cx_gate_add_rule(gate, &one, err), CX_E_OPTION, "window");
    one.window = 86400;
    ck_assert_fails(cx_gate_add_rule(gate, &one, err), CX_E_LIMIT, "rules come before points");
    ck_assert_fails(add_points(0, err), CX_E_DOMAIN, "added before");
    ck_assert_int_eq(cx_gate_size(gate), 3);
    ck_assert_fails(cx_gate_decide(gate, 7, 3, START, 0, &d, err), CX_E_NAME, "number 3");
    decide(7, 0, START);
    ck_assert_fails(cx_gate_decide(gate, 7, 0, START - 1, 0, &d, err), CX_E_DOMAIN, "backwards");
    ck_assert_fails(cx_gate_decide(gate, 7, 0, -1, 0, &d, err), CX_E_DOMAIN, "1970");
    ck_assert_fails(cx_gate_record(gate, 7, 0, 9, START, err), CX_E_DOMAIN, "event is 9");
    cx_gate_target_options_init(&target);
    ck_assert_fails(cx_gate_target(gate, 0, &target, err), CX_E_OPTION, "number is");
    target.number = 5, target.start = START, target.end = START;
    ck_assert_fails(cx_gate_target(gate, 0, &target, err), CX_E_OPTION, "not after its start");
    target.end = START + 1, target.haste = 0.9;
    ck_assert_fails(cx_gate_target(gate, 0, &target, err), CX_E_OPTION, "haste is 0.9");
    target.haste = 1, target.list = 1;
    ck_assert_fails(cx_gate_target(gate, 0, &target, err), CX_E_OPTION, "set traffic");
    memset(&d, 0, sizeof d);
    d.reason = 99;
    ck_assert_fails(cx_gate_replay(gate, &d, err), CX_E_DOMAIN, "no decision");
}
END_TEST

START_TEST(test_a_rule_beyond_the_memory_of_the_ledger_is_refused) {
    rule(CX_SCOPE_ALL, CX_EVENT_SHOWN, 7, 86400);
    ck_assert_fails(add_points(0, err), CX_E_OPTION, "at most 6");
}
END_TEST

START_TEST(test_too_many_places_are_refused_unless_rules_need_no_points) {
    enum { N = 2000 };
    static int64_t ids[N];
    cx_array column = cx_array_of(ids, CX_I64, N);
    cx_frame frame = {&column, 1, {0, 0}};
    for (int i = 0; i < N; i++) ids[i] = i;
    column.name = "point";
    rule(CX_SCOPE_POINT, CX_EVENT_INVITED, 1, 86400);
    ck_assert_fails(cx_gate_add_points(gate, &frame, err), CX_E_LIMIT, "1023");
    ck_assert_int_eq(cx_gate_size(gate), 0);
    cx_gate_free(gate);
    gate = make(0.02);
    rule(CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 86400);
    ck_assert_ok(cx_gate_add_points(gate, &frame, err));
    ck_assert_int_eq(cx_gate_size(gate), N);
}
END_TEST

Suite *suite_gate(void);
Suite *suite_gate(void) {
    Suite *suite = suite_create("gate");
    TCase *tcase = tcase_create("gate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_gate_without_rules_invites_everybody_once_a_period);
    tcase_add_test(tcase, test_an_elapsed_time_of_exactly_the_gap_passes);
    tcase_add_test(tcase, test_at_most_so_many_in_a_rolling_window);
    tcase_add_test(tcase, test_scopes_tell_points_and_groups_apart);
    tcase_add_test(tcase, test_events_at_exempt_points_do_not_count);
    tcase_add_test(tcase, test_the_first_rule_answers_and_the_last_tells_when);
    tcase_add_test(tcase, test_rules_may_be_for_some_contacts_only);
    tcase_add_test(tcase, test_what_cannot_be_known_spares);
    tcase_add_test(tcase, test_a_contact_from_the_future_is_refused_by_name);
    tcase_add_test(tcase, test_a_repeated_call_gets_the_same_answer);
    tcase_add_test(tcase, test_a_later_visit_is_not_drawn_again);
    tcase_add_test(tcase, test_two_gates_draw_alike);
    tcase_add_test(tcase, test_a_goal_is_reached_although_the_forecast_was_wrong);
    tcase_add_test(tcase, test_a_goal_is_reached_without_a_forecast);
    tcase_add_test(tcase, test_a_list_is_spread_over_all_of_it);
    tcase_add_test(tcase, test_answers_are_expected_from_those_invited);
    tcase_add_test(tcase, test_p_stays_at_the_floor_and_then_stops);
    tcase_add_test(tcase, test_a_retired_point_asks_nobody);
    tcase_add_test(tcase, test_contacts_who_come_again_do_not_make_late_ones_more_likely);
    tcase_add_test(tcase, test_contacts_are_as_likely_asked_at_night_as_by_day);
    tcase_add_test(tcase, test_a_profile_is_learnt_from_visits);
    tcase_add_test(tcase, test_bad_calls_are_refused);
    tcase_add_test(tcase, test_a_rule_beyond_the_memory_of_the_ledger_is_refused);
    tcase_add_test(tcase, test_too_many_places_are_refused_unless_rules_need_no_points);
    suite_add_tcase(suite, tcase);
    return suite;
}
