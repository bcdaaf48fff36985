#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double y_values[ROWS] = {1, 0, 9, 10, 7, 3};
static const double weight_values[ROWS] = {1, 2, 1, 2, 3, 1};
static const double population_values[ROWS] = {9, 9, 9, 9, 9, 9};
static const int64_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const int64_t cluster_values[ROWS] = {1, 2, 3, 1, 2, 3};
static cx_array y, weights, population, key, cluster;
static cx_frame by;
static cx_strata *state, *spare;
static uint8_t written[4096];
static size_t written_size;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(strata_new, CX_SURVEY_NPS, options, NULL, HANDLE(0, cx_strata))
CALL(strata_copy, PTR(0, state), NULL, HANDLE(1, cx_strata))
CALL(strata_add, PTR(0, spare), COL(1, &y), NULL, COL(2, &weights), &key, &cluster,
     COL(3, &population), frame_with(4, &by))
CALL(strata_merge, PTR(0, spare), PTR(1, state))
CALL(strata_estimate, PTR(0, state), CX_SURVEY_MEAN, CX_LONELY_FAIL, NULL, options,
     OUT(1, cx_survey_estimate))
CALL(strata_by, PTR(0, state), CX_SURVEY_MEAN, CX_LONELY_FAIL, NULL, 0, options,
     HANDLE(1, cx_table))
CALL(strata_cells, PTR(0, state), HANDLE(1, cx_table))
CALL(strata_encode, PTR(0, state), PTR(1, out.bytes), cx_strata_encoded_size(state))
CALL(strata_decode, PTR(0, written), written_size, NULL, HANDLE(1, cx_strata))

/* -- the table ----------------------------------------------------------------------------- */

INIT(survey)

static const function functions[] = {
    OPTIONS(strata_new, 1, 0, survey, AT(survey, confidence), AT(survey, method),
            AT(survey, replacement)),
    PLAIN(strata_copy, 2),
    COLUMNS(strata_add, 2, 14),
    PLAIN(strata_merge, 2),
    OPTIONS(strata_estimate, 2, 0, survey, AT(survey, confidence), AT(survey, method),
            AT(survey, replacement)),
    OPTIONS(strata_by, 2, 0, survey, AT(survey, confidence), AT(survey, method),
            AT(survey, replacement)),
    PLAIN(strata_cells, 2),
    PLAIN(strata_encode, 2),
    PLAIN(strata_decode, 2),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(cx_strata_rows(state) == ROWS && cx_strata_rows(spare) == 0, "%s changed a state",
                  name);
}

static cx_array named(const void *values, cx_dtype type, const char *name) {
    cx_array array = cx_array_of(values, type, ROWS);
    array.name = name;
    return array;
}

static void setup(void) {
    y = named(y_values, CX_F64, "y"), weights = named(weight_values, CX_F64, "w");
    population = named(population_values, CX_F64, "population");
    key = named(key_values, CX_I64, "team"), cluster = named(cluster_values, CX_I64, "cluster");
    by = (cx_frame){&key, 1, {0, 0}};
    ck_assert_ok(cx_strata_new(CX_SURVEY_MEAN, NULL, NULL, &state, err));
    ck_assert_ok(cx_strata_new(CX_SURVEY_MEAN, NULL, NULL, &spare, err));
    ck_assert_ok(cx_strata_add(state, &y, NULL, &weights, &key, &cluster, &population, &by, err));
    written_size = cx_strata_encoded_size(state);
    ck_assert_uint_le(written_size, sizeof written);
    ck_assert_ok(cx_strata_encode(state, written, written_size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_strata_free(state);
    cx_strata_free(spare);
}

Suite *suite_arguments_strata(void);
Suite *suite_arguments_strata(void) {
    Suite *suite = suite_create("arguments_strata");
    TCase *tcase = tcase_create("arguments_strata");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
