#include "arguments.h"

static cx_simulation *simulation, *other;
static cx_simulation_result before;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(simulation_new, options, HANDLE(0, cx_simulation))
CALL(simulation_run, PTR(0, simulation), 5, 1)
CALL(simulation_merge, PTR(0, simulation), PTR(1, other))
CALL(simulation_read, PTR(0, simulation), OUT(1, cx_simulation_result))
CALL(simulate_allocation, options, OUT(0, cx_simulation_result))

/* -- the table ----------------------------------------------------------------------------- */

INIT(simulation)

static const function functions[] = {
    OPTIONS(simulation_new, 1, 0, simulation, 0, AT(simulation, scenario), AT(simulation, policy),
            AT(simulation, form), AT(simulation, common_shock)),
    PLAIN(simulation_run, 1),
    PLAIN(simulation_merge, 2),
    PLAIN(simulation_read, 2),
    OPTIONS(simulate_allocation, 1, 0, simulation, 0, AT(simulation, scenario),
            AT(simulation, policy), AT(simulation, form), AT(simulation, common_shock)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void unchanged(const char *name) {
    cx_simulation_result now;
    if (cx_simulation_size(simulation) != 1) return; /* a call that was meant to succeed */
    ck_assert_ok(cx_simulation_read(simulation, &now, err));
    ck_assert_msg(memcmp(&now, &before, sizeof now) == 0, "%s changed the simulation", name);
}

static void setup(void) {
    cx_simulation_options given_options;
    cx_simulation_options_init(&given_options);
    given_options.policy = CX_POLICY_UNIFORM;
    ck_assert_ok(cx_simulation_new(&given_options, &simulation, err));
    ck_assert_ok(cx_simulation_new(&given_options, &other, err));
    ck_assert_ok(cx_simulation_run(simulation, 0, 1, err));
    ck_assert_ok(cx_simulation_run(other, 1, 1, err));
    ck_assert_ok(cx_simulation_read(simulation, &before, err));
    arguments_start(functions, unchanged);
}

static void teardown(void) {
    cx_simulation_free(simulation);
    cx_simulation_free(other);
}

Suite *suite_arguments_simulate(void);
Suite *suite_arguments_simulate(void) {
    Suite *suite = suite_create("arguments_simulate");
    TCase *tcase = tcase_create("arguments_simulate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
