#include "arguments.h"

/* Journeys and modes: every bad argument, every failing allocation. */

static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double volume_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int32_t stage_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const int32_t mode_values[ROWS] = {1, 2, 3, 1, 2, 3};
static cx_array scores, volumes, keys[2], mode, one_mode;
static cx_frame by, stages, mix, reference;
static cx_tallies *set;
static uint8_t before[4096], after[4096];
static size_t size;

CALL(journey, PTR(0, set), PTR(2, &by), COL(3, &volumes), frame_with(4, &stages), options,
     HANDLE(1, cx_table))
CALL(modes, PTR(0, set), PTR(2, &mix), COL(3, &volumes), frame_with(4, &reference), options,
     HANDLE(1, cx_table))
INIT(journey)
INIT(modes)

static const function functions[] = {
    OPTIONS(journey, 2, 8, journey, AT(journey, confidence), AT(journey, score),
            AT(journey, weights), AT(journey, pool), AT(journey, direction)),
    OPTIONS(modes, 2, 8, modes, AT(modes, confidence), AT(modes, score), AT(modes, direction)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_tallies_encode(set, after, size, err));
    ck_assert_msg(memcmp(before, after, size) == 0, "%s changed the tallies", name);
}

static void columns(void) {
    scores = cx_array_of(score_values, CX_F64, ROWS);
    volumes = cx_array_of(volume_values, CX_F64, ROWS);
    keys[0] = cx_array_of(stage_values, CX_I32, ROWS);
    keys[1] = mode = cx_array_of(mode_values, CX_I32, ROWS);
    one_mode = cx_array_of(mode_values, CX_I32, 1);
    keys[0].name = "stage";
    keys[1].name = mode.name = one_mode.name = "mode";
    by = (cx_frame){keys, 2, {0, 0}};
    stages = (cx_frame){keys, 1, {0, 0}};
    mix = (cx_frame){&mode, 1, {0, 0}};
    reference = (cx_frame){&one_mode, 1, {0, 0}};
}

static void setup(void) {
    columns();
    ck_assert_ok(cx_tally_by(&scores, NULL, &by, 0, 10, NULL, &set, err));
    size = cx_tallies_encoded_size(set);
    ck_assert_uint_le(size, sizeof before);
    ck_assert_ok(cx_tallies_encode(set, before, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_tallies_free(set);
}

/* -- allocations --------------------------------------------------------------------------- */

static cx_status run_both(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *own;
    cx_table *table;
    cx_status status = cx_tallies_new(0, 10, allocator, &own, err);
    if (status != CX_OK) return status;
    status = cx_tallies_add(own, &scores, NULL, &by, NULL, err);
    if (status == CX_OK) {
        status = cx_journey(own, &by, &volumes, &stages, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        status = cx_journey(own, NULL, NULL, NULL, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    if (status == CX_OK) {
        status = cx_modes(own, &mix, &volumes, &reference, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    cx_tallies_free(own);
    return status;
}

START_TEST(test_journeys_and_modes_survive_every_failing_allocation) {
    columns();
    fault_each(run_both, _i == 1, 200);
}
END_TEST

Suite *suite_arguments_journey(void) {
    Suite *suite = suite_create("arguments_journey");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("allocations");
    tcase_add_loop_test(tcase, test_journeys_and_modes_survive_every_failing_allocation, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
