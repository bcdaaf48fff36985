#include "../unit/support.h"

/* Every allocation of the readers of a log fails, once and for ever: the call says CX_E_MEMORY and
 * nothing is left behind. */

enum { CONTACTS = 40 };

static const char *const letters = "AnnBobCydDanEve";
static char names[3 * CONTACTS];
static int32_t name_offsets[CONTACTS + 1];
static int64_t times[CONTACTS], channels[CONTACTS], teams[CONTACTS];
static cx_array columns[4], team, nobody;
static cx_frame contact_log, by;

static void setup(void) {
    static const int32_t offsets[] = {0, 3};
    for (int i = 0; i < CONTACTS; i++) {
        memcpy(names + (size_t)3 * (size_t)i, letters + 3 * (i % 5), 3);
        name_offsets[i + 1] = 3 * (i + 1);
        times[i] = (int64_t)i * 86400000000;
        channels[i] = i % 3, teams[i] = i % 2;
    }
    columns[0] = cx_array_of(names, CX_STRING, CONTACTS);
    columns[0].offsets = name_offsets;
    columns[1] = cx_array_of(times, CX_I64, CONTACTS);
    columns[2] = cx_array_of(channels, CX_I64, CONTACTS);
    columns[3] = cx_array_of(teams, CX_I64, CONTACTS);
    columns[0].name = "customer", columns[1].name = "time";
    columns[2].name = "channel", columns[3].name = "topic";
    team = columns[3];
    team.name = "team";
    contact_log = (cx_frame){columns, 4, {0, 0}};
    by = (cx_frame){&team, 1, {0, 0}};
    nobody = cx_array_of("Eve", CX_STRING, 1);
    nobody.offsets = offsets;
}

static cx_status run_reader(int reader, const cx_allocator *allocator, cx_error *err) {
    cx_contacts_options options;
    cx_fcr_result result;
    cx_effort_result effort;
    cx_table *table = NULL;
    cx_status status;
    cx_contacts_options_init(&options);
    options.allocator = allocator;
    options.window = 3 * 86400;
    if (reader == 2 || reader == 4 || reader == 6) options.min_n = 2;
    if (reader == 0) return cx_fcr(&contact_log, &nobody, NULL, &options, &result, err);
    if (reader == 1) return cx_log_effort(&contact_log, &nobody, NULL, &options, &effort, err);
    if (reader == 2)
        status = cx_fcr_by(&contact_log, &by, &nobody, NULL, &options, &table, err);
    else if (reader == 3)
        status = cx_episodes(&contact_log, &nobody, NULL, &options, &table, err);
    else if (reader == 4)
        status = cx_log_effort_by(&contact_log, &by, &nobody, NULL, &options, &table, err);
    else if (reader == 5)
        status = cx_episodes_by(&contact_log, &by, &nobody, NULL, &options, &table, err);
    else
        status = cx_channel_moves(&contact_log, &nobody, NULL, &options, &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    return status;
}

static int64_t fail_everywhere(int reader, bool once) {
    for (int64_t at = 0; at < 10000; at++) {
        fault f = {0, 0, at, once};
        cx_allocator allocator = fault_allocator(&f);
        cx_error error;
        cx_error_init(&error);
        cx_status status = run_reader(reader, &allocator, &error);
        ck_assert_int_eq(f.live, 0);
        if (status == CX_OK) return at;
        ck_assert_msg(status == CX_E_MEMORY, "request %ld: %s", (long)at, error.text);
    }
    ck_abort_msg("never succeeded");
    return 0;
}

START_TEST(test_a_log_survives_every_failing_allocation) {
    static const int64_t least[] = {20, 20, 60, 40, 60, 20, 20};
    ck_assert_int_ge(fail_everywhere(_i, true), least[_i]);
    ck_assert_int_ge(fail_everywhere(_i, false), least[_i]);
}
END_TEST

Suite *suite_alloc_contacts(void);
Suite *suite_alloc_contacts(void) {
    Suite *suite = suite_create("alloc_contacts");
    TCase *tcase = tcase_create("alloc_contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, test_a_log_survives_every_failing_allocation, 0, 7);
    suite_add_tcase(suite, tcase);
    return suite;
}
