#include "arguments.h"

/* The simulated company: every bad argument, every failing allocation. */

CALL(simulate_business, CX_BUSINESS_TRUTH, options, HANDLE(0, cx_table))

static void init_business(void) {
    cx_business_options *small = (cx_business_options *)(void *)given.bytes;
    cx_business_options_init(small);
    small->stores = 3;
    small->months = 12;
    small->customers = 9;
}

static const function functions[] = {
    OPTIONS(simulate_business, 1, 0, business, 0, 0),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void nothing_changes(const char *name) {
    (void)name; /* there is no state */
}

static void setup(void) {
    arguments_start(functions, nothing_changes);
}

static int32_t part;

static cx_status run_business(const cx_allocator *allocator, cx_error *err) {
    cx_business_options options_of_run;
    cx_table *table = NULL;
    cx_business_options_init(&options_of_run);
    options_of_run.stores = 3;
    options_of_run.months = 12;
    options_of_run.customers = 9;
    options_of_run.allocator = allocator;
    cx_status status = cx_simulate_business(part, &options_of_run, &table, err);
    cx_table_free(table);
    return status;
}

START_TEST(test_business_survives_every_failing_allocation) {
    part = _i;
    fault_everywhere(run_business, 6);
}
END_TEST

Suite *suite_arguments_business(void);
Suite *suite_arguments_business(void) {
    Suite *suite = suite_create("arguments_business");
    TCase *tcase = tcase_create("arguments_business");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    tcase_add_loop_test(tcase, test_business_survives_every_failing_allocation, 0,
                        CX_BUSINESS_PART_END);
    suite_add_tcase(suite, tcase);
    return suite;
}
