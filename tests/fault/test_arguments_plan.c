#include "arguments.h"

/* Plans: every bad argument. */

static const double a_values[ROWS] = {4, 1, 9, 16, 1, 2}, ones[ROWS] = {1, 1, 1, 1, 1, 1};
static const double rates[ROWS] = {0.5, 0.2, 0.3, 0.4, 0.1, 1};
static cx_array a, drift, lower, rate, column[3];
static cx_frame points, domains;

CALL(plan_steady, COL(0, &a), COL(1, &drift), 30, COL(3, &lower), COL(4, NULL), NULL, COL(5, &rate),
     NULL, options, HANDLE(2, cx_table))
CALL(plan_points, frame_with(0, &points), 30, 1, options, HANDLE(1, cx_table))
CALL(plan_draw, COL(0, &a), 1, 2, HANDLE(1, cx_table))
CALL(policy_new, 6, options, HANDLE(0, cx_policy))
CALL(plan_domains, COL(0, &a), frame_with(1, &domains), 30, COL(3, &lower), COL(4, NULL),
     COL(5, NULL), NULL, NULL, options, HANDLE(2, cx_table))
INIT(plan)
INIT(policy)

static const function functions[] = {
    {"plan_steady",
     call_plan_steady,
     3,
     1 | 2 | 8 | 32,
     init_plan,
     sizeof(cx_plan_options),
     0,
     {AT(plan, integer), AT(plan, soft), AT(plan, reserved)},
     0,
     0,
     0},
    {"plan_domains",
     call_plan_domains,
     3,
     1 | 8 | 32,
     init_plan,
     sizeof(cx_plan_options),
     0,
     {AT(plan, integer), AT(plan, soft), AT(plan, reserved)},
     0,
     0,
     0},
    OPTIONS(plan_points, 2, 1, policy, 0, 0),
    {"plan_draw", call_plan_draw, 2, 1, NULL, 0, 0, {0}, 0, 1, 0},
    OPTIONS(policy_new, 1, 0, policy, 0, AT(policy, policy), AT(policy, unit), AT(policy, rounding),
            AT(policy, soft), AT(policy, reserved)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(name != NULL, "a function without a name");
}

static void setup(void) {
    a = cx_array_of(a_values, CX_F64, ROWS);
    drift = lower = cx_array_of(ones, CX_F64, ROWS);
    rate = cx_array_of(rates, CX_F64, ROWS);
    column[0] = a, column[1] = lower, column[2] = rate;
    column[0].name = "weight", column[1].name = "log_evidence", column[2].name = "response_rate";
    points = (cx_frame){column, 3, {0, 0}};
    domains = (cx_frame){column + 1, 1, {0, 0}};
    arguments_start(functions, states_unchanged);
}

Suite *suite_arguments_plan(void);
Suite *suite_arguments_plan(void) {
    Suite *suite = suite_create("arguments_plan");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
