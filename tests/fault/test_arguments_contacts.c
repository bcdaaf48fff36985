#include "arguments.h"

static const int64_t customer_values[ROWS] = {1, 2, 1, 3, 2, 4};
static const double time_values[ROWS] = {0, 1e12, 2e12, 3e12, 4e12, 5e12};
static const int64_t channel_values[ROWS] = {1, 2, 1, 1, 2, 2};
static cx_array columns[3], by_column;
static cx_frame contact_log, by;

CALL(fcr, frame_with(0, &contact_log), NULL, NULL, options, OUT(1, cx_fcr_result))
CALL(non_repeat, frame_with(0, &contact_log), NULL, NULL, options, OUT(1, cx_fcr_result))
CALL(fcr_by, frame_with(0, &contact_log), frame_with(1, &by), NULL, NULL, options,
     HANDLE(2, cx_table))
CALL(non_repeat_by, frame_with(0, &contact_log), frame_with(1, &by), NULL, NULL, options,
     HANDLE(2, cx_table))
CALL(episodes, frame_with(0, &contact_log), NULL, NULL, options, HANDLE(1, cx_table))
CALL(log_effort, frame_with(0, &contact_log), NULL, NULL, options, OUT(1, cx_effort_result))
CALL(episodes_by, frame_with(0, &contact_log), frame_with(1, &by), NULL, NULL, options,
     HANDLE(2, cx_table))
CALL(log_effort_by, frame_with(0, &contact_log), frame_with(1, &by), NULL, NULL, options,
     HANDLE(2, cx_table))
CALL(channel_moves, frame_with(0, &contact_log), NULL, NULL, options, HANDLE(1, cx_table))
INIT(contacts)

#define CONTACTS(name, slots, bits)                                                                \
    OPTIONS(name, slots, bits, contacts, AT(contacts, confidence), AT(contacts, method),           \
            AT(contacts, abandoned), AT(contacts, outbound))

static const function functions[] = {
    CONTACTS(fcr, 2, 1),           CONTACTS(non_repeat, 2, 1),  CONTACTS(fcr_by, 3, 3),
    CONTACTS(non_repeat_by, 3, 3), CONTACTS(episodes, 2, 1),    CONTACTS(log_effort, 2, 1),
    CONTACTS(channel_moves, 2, 1), CONTACTS(episodes_by, 3, 3), CONTACTS(log_effort_by, 3, 3),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name;
}

static void setup(void) {
    columns[0] = cx_array_of(time_values, CX_F64, ROWS);
    columns[1] = cx_array_of(customer_values, CX_I64, ROWS);
    columns[2] = cx_array_of(channel_values, CX_I64, ROWS);
    columns[0].name = "time", columns[1].name = "customer", columns[2].name = "channel";
    by_column = columns[2];
    by_column.name = "team";
    contact_log = (cx_frame){columns, 3, {0, 0}};
    by = (cx_frame){&by_column, 1, {0, 0}};
    arguments_start(functions, states_unchanged);
}

START_TEST(test_every_function_of_a_log_accepts_the_good_arguments) {
    const function *f = &functions[_i];
    f->init();
    options = given.bytes;
    ck_assert_ok(f->call(err));
    if (out.handle != untouched.handle && strcmp(f->name, "fcr") != 0 &&
        strcmp(f->name, "non_repeat") != 0 && strcmp(f->name, "log_effort") != 0)
        cx_table_free(out.handle);
}
END_TEST

Suite *suite_arguments_contacts(void);
Suite *suite_arguments_contacts(void) {
    Suite *suite = suite_create("arguments_contacts");
    TCase *tcase = tcase_create("arguments_contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    tcase_add_loop_test(tcase, test_every_function_of_a_log_accepts_the_good_arguments, 0,
                        FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
