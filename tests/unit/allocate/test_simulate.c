#include "../support.h"

static cx_simulation_options options;
static cx_error failure;

static void setup(void) {
    cx_simulation_options_init(&options);
    options.seed = 7;
    options.arl = 20; /* short histories */
}

static cx_simulation *made_of(int64_t first, int64_t count) {
    cx_simulation *made;
    ck_assert_ok(cx_simulation_new(&options, &made, err));
    if (count > 0) ck_assert_ok(cx_simulation_run(made, first, count, err));
    return made;
}

static cx_simulation_result read_of(const cx_simulation *self) {
    cx_simulation_result result;
    memset(&result, 0, sizeof result);
    ck_assert_ok(cx_simulation_read(self, &result, err));
    return result;
}

START_TEST(test_without_runs_there_is_nothing_to_read) {
    cx_simulation *none = made_of(0, 0);
    cx_simulation_result result;
    ck_assert_int_eq(cx_simulation_size(none), 0);
    ck_assert_int_eq(cx_simulation_size(NULL), 0);
    ck_assert_int_eq(cx_simulation_read(none, &result, &failure), CX_E_EMPTY);
    cx_simulation_free(none);
    cx_simulation_free(NULL);
}
END_TEST

START_TEST(test_one_run_has_no_standard_error) {
    cx_simulation *one = made_of(3, 1);
    cx_simulation_result result = read_of(one);
    ck_assert_int_eq(result.runs, 1);
    ck_assert(result.arl >= 1 && isnan(result.arl_se) && isnan(result.delay_se));
    cx_simulation_free(one);
}
END_TEST

START_TEST(test_neyman_is_the_measure_of_errors) {
    options.policy = CX_POLICY_NEYMAN;
    options.runs = 2;
    cx_simulation_result result;
    ck_assert_ok(cx_simulate_allocation(&options, &result, err));
    ck_assert(result.error_ratio == 1 && result.error_after == 1);
    ck_assert(fabs(result.neyman_day - 1.755) < 0.005);
}
END_TEST

START_TEST(test_runs_add_up_in_any_split_and_order) {
    options.policy = CX_POLICY_TSSRP; /* draws heads */
    cx_simulation *all = made_of(10, 3), *last = made_of(12, 1), *first = made_of(10, 2);
    ck_assert_ok(cx_simulation_merge(last, first, err));
    ck_assert_int_eq(cx_simulation_size(last), 3);
    cx_simulation_result a = read_of(all), b = read_of(last);
    ck_assert_mem_eq(&a, &b, sizeof a);
    cx_simulation_free(all);
    cx_simulation_free(last);
    cx_simulation_free(first);
}
END_TEST

START_TEST(test_a_run_counts_once) {
    cx_simulation *a = made_of(5, 2), *b = made_of(6, 1);
    cx_simulation_result before = read_of(a);
    ck_assert_int_eq(cx_simulation_merge(a, b, &failure), CX_E_MISMATCH);
    ck_assert_int_eq(cx_simulation_run(a, 4, 2, &failure), CX_E_MISMATCH);
    ck_assert_int_eq(cx_simulation_merge(a, a, &failure), CX_E_MISMATCH);
    cx_simulation_result after = read_of(a);
    ck_assert_mem_eq(&before, &after, sizeof before);
    options.boost = 13;
    cx_simulation *other = made_of(9, 1);
    ck_assert_int_eq(cx_simulation_merge(a, other, &failure), CX_E_MISMATCH);
    cx_simulation_free(a);
    cx_simulation_free(b);
    cx_simulation_free(other);
}
END_TEST

static const int32_t every_policy[] = {CX_POLICY_EVIDENCE,     CX_POLICY_PRECISION_BUDGET,
                                       CX_POLICY_DETECT,       CX_POLICY_NEYMAN,
                                       CX_POLICY_PROPORTIONAL, CX_POLICY_UNIFORM,
                                       CX_POLICY_EXPLORATION,  CX_POLICY_TRAS,
                                       CX_POLICY_TSSRP,        CX_POLICY_INDEX,
                                       CX_SIMULATED_RANDOM,    CX_SIMULATED_STAY,
                                       CX_SIMULATED_ORACLE};
enum { POLICIES = sizeof every_policy / sizeof *every_policy };

START_TEST(test_every_policy_can_be_simulated) {
    options.policy = every_policy[_i];
    options.runs = 1;
    cx_simulation_result result;
    ck_assert_ok(cx_simulate_allocation(&options, &result, err));
    ck_assert(result.delay >= 1 && result.error_ratio > 0.999 && result.max_age == 0);
    ck_assert_str_ne(cx_simulated_policy_name(options.policy), "unknown");
}
END_TEST

START_TEST(test_every_scenario_can_be_simulated) {
    options.scenario = _i;
    options.runs = 1;
    if (_i == CX_SCENARIO_S5 || _i == CX_SCENARIO_S6) return; /* below; of minutes */
    cx_simulation_result result;
    ck_assert_ok(cx_simulate_allocation(&options, &result, err));
    bool changes =
        _i != CX_SCENARIO_S3 && _i != CX_SCENARIO_S3_PLAIN && _i != CX_SCENARIO_S3_SEASON;
    ck_assert(changes ? result.delay >= 1 : isnan(result.delay));
    ck_assert(result.arl >= 1);
    ck_assert_str_ne(cx_scenario_name(_i), "unknown");
}
END_TEST

static const int32_t gates[] = {CX_SIMULATED_CLOSED, CX_SIMULATED_OPEN, CX_SIMULATED_CAP};

START_TEST(test_who_gets_asked) {
    options.scenario = CX_SCENARIO_S5;
    options.policy = gates[_i];
    options.runs = 1;
    bool closed = options.policy == CX_SIMULATED_CLOSED;
    cx_simulation_result result;
    if (thinned(2) < 2) return; /* a million visits */
    ck_assert_ok(cx_simulate_allocation(&options, &result, err));
    ck_assert_int_eq(result.violations, 0);
    ck_assert_int_ge(result.decisions, 600000);
    ck_assert(isnan(result.delay) && isnan(result.error_ratio) && isnan(result.arl));
    ck_assert(result.answers > 100 && result.answers < 400 && result.invited > result.answers);
    ck_assert(result.able_share > 0.7 && result.able_share < 1 && result.able_gap < 0);
    ck_assert_int_eq(isnan(result.slope), !closed);
    ck_assert_int_eq(isnan(result.hajek_bias), !closed);
    ck_assert(result.hours_fit == (options.policy != CX_SIMULATED_CAP));
    if (closed) ck_assert(fabs(result.answers - 250) < 40 && fabs(result.slope - 1) < 0.1);
}
END_TEST

START_TEST(test_each_scenario_has_its_policies) {
    cx_simulation *made = NULL;
    options.scenario = CX_SCENARIO_S5;
    ck_assert_fails(cx_simulation_new(&options, &made, err), CX_E_OPTION, "S5 knows closed-loop");
    options.scenario = CX_SCENARIO_S6;
    options.policy = CX_POLICY_TRAS;
    ck_assert_fails(cx_simulation_new(&options, &made, err), CX_E_OPTION, "S6 knows those");
    options.scenario = CX_SCENARIO_S1;
    options.policy = CX_SIMULATED_OPEN;
    ck_assert_fails(cx_simulation_new(&options, &made, err), CX_E_OPTION, "which only S5 knows");
    ck_assert_ptr_null(made);
}
END_TEST

START_TEST(test_options_are_checked) {
    const struct {
        double *option;
        double bad[3];
    } reals[] = {{&options.arl, {19, 2001, NAN}},
                 {&options.boost, {-1, INFINITY, NAN}},
                 {&options.gamma, {0, 11, NAN}},
                 {&options.allowance, {-1, 101, NAN}},
                 {&options.compensation, {-1, 11, NAN}}};
    cx_simulation *made = NULL;
    for (size_t k = 0; k < sizeof reals / sizeof *reals; k++)
        for (int b = 0; b < 3; b++) {
            double good = *reals[k].option;
            *reals[k].option = reals[k].bad[b];
            ck_assert_int_eq(cx_simulation_new(&options, &made, &failure), CX_E_OPTION);
            *reals[k].option = good;
        }
    options.policy = CX_SIMULATED_END;
    ck_assert_int_eq(cx_simulation_new(&options, &made, &failure), CX_E_OPTION);
    options.policy = CX_POLICY_END;
    ck_assert_int_eq(cx_simulation_new(&options, &made, &failure), CX_E_OPTION);
    ck_assert_ptr_null(made);
    ck_assert_str_eq(cx_scenario_name(-1), "unknown");
    ck_assert_str_eq(cx_simulated_policy_name(CX_SIMULATED_END), "unknown");
}
END_TEST

START_TEST(test_runs_that_cannot_be_are_refused) {
    cx_simulation *made = made_of(0, 0);
    ck_assert_int_eq(cx_simulation_run(made, -1, 1, &failure), CX_E_OPTION);
    ck_assert_int_eq(cx_simulation_run(made, INT64_MAX, 1, &failure), CX_E_OPTION);
    ck_assert_int_eq(cx_simulation_run(made, 0, 0, &failure), CX_E_OPTION);
    ck_assert_int_eq(cx_simulation_run(made, 0, INT64_MAX, &failure), CX_E_OPTION);
    ck_assert_int_eq(cx_simulation_size(made), 0);
    cx_simulation_free(made);
}
END_TEST

/* -- memory -------------------------------------------------------------------------------- */

static cx_status run_all(const cx_allocator *allocator) {
    cx_simulation_result result, untouched;
    cx_simulation *more = NULL;
    memset(&result, 0x5a, sizeof result);
    untouched = result;
    options.allocator = allocator;
    options.runs = 1;
    options.policy = CX_POLICY_UNIFORM;
    cx_status status = cx_simulate_allocation(&options, &result, &failure);
    if (status != CX_OK) ck_assert_mem_eq(&result, &untouched, sizeof result);
    if (status == CX_OK) status = cx_simulation_new(&options, &more, &failure);
    if (status == CX_OK) status = cx_simulation_run(more, 0, 1, &failure);
    if (status == CX_OK) status = cx_simulation_run(more, 1, 1, &failure);
    cx_simulation_free(more);
    return status;
}

START_TEST(test_every_allocation_fails_once_and_for_ever) {
    for (int once = 0; once < 2; once++) {
        int64_t at = 0;
        for (cx_status status = CX_E_MEMORY; status != CX_OK; at++) {
            fault what = {0, 0, at, once == 1};
            cx_allocator allocator = fault_allocator(&what);
            status = run_all(&allocator);
            ck_assert_int_eq(what.live, 0);
            if (status != CX_OK) ck_assert_msg(status == CX_E_MEMORY, "%s", failure.text);
        }
        ck_assert_int_ge(at, 10);
    }
}
END_TEST

Suite *suite_simulate(void);
Suite *suite_simulate(void) {
    Suite *suite = suite_create("simulate");
    TCase *tcase = tcase_create("simulate");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_without_runs_there_is_nothing_to_read);
    tcase_add_test(tcase, test_one_run_has_no_standard_error);
    tcase_add_test(tcase, test_neyman_is_the_measure_of_errors);
    tcase_add_test(tcase, test_runs_add_up_in_any_split_and_order);
    tcase_add_test(tcase, test_a_run_counts_once);
    tcase_add_loop_test(tcase, test_every_policy_can_be_simulated, 0, POLICIES);
    tcase_add_loop_test(tcase, test_every_scenario_can_be_simulated, 0, CX_SCENARIO_END);
    tcase_add_loop_test(tcase, test_who_gets_asked, 0, sizeof gates / sizeof *gates);
    tcase_add_test(tcase, test_each_scenario_has_its_policies);
    tcase_add_test(tcase, test_options_are_checked);
    tcase_add_test(tcase, test_runs_that_cannot_be_are_refused);
    tcase_add_test(tcase, test_every_allocation_fails_once_and_for_ever);
    suite_add_tcase(suite, tcase);
    return suite;
}
