#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double y_values[ROWS] = {1, 0, 9, 10, 7, 3};
static const double x_values[ROWS] = {1, 2, 1, 2, 1, 2};
static const double weight_values[ROWS] = {1, 2, 1, 2, 3, 1};
static const double population_values[ROWS] = {9, 9, 9, 9, 9, 9};
static const int64_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const int64_t cluster_values[ROWS] = {1, 2, 3, 1, 2, 3};
static cx_array y, x, weights, population, key, cluster;
static cx_frame strata, clusters, fpc, by;
static cx_design *design;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(design_new, COL(1, &weights), frame_with(2, &strata), frame_with(3, &clusters),
     frame_with(4, &fpc), NULL, options, HANDLE(0, cx_design))
CALL(survey_mean, COL(0, &y), PTR(1, design), COL(3, &x), options, OUT(2, cx_survey_estimate))
CALL(survey_total, COL(0, &y), PTR(1, design), COL(3, &x), options, OUT(2, cx_survey_estimate))
CALL(survey_share, COL(0, &y), PTR(1, design), COL(3, &x), options, OUT(2, cx_survey_estimate))
CALL(survey_nps, COL(0, &y), PTR(1, design), COL(3, &x), options, OUT(2, cx_survey_estimate))
CALL(survey_csat, COL(0, &y), PTR(1, design), COL(3, &x), options, OUT(2, cx_survey_estimate))
CALL(survey_ratio, COL(0, &y), COL(1, &x), PTR(2, design), COL(4, &x), options,
     OUT(3, cx_survey_estimate))
CALL(survey_by, CX_SURVEY_MEAN, COL(0, &y), NULL, PTR(1, design), frame_with(2, &by), options,
     HANDLE(3, cx_table))

/* -- the table ----------------------------------------------------------------------------- */

INIT(design)

static void init_survey(void) {
    cx_survey_options survey;
    cx_survey_options_init(&survey);
    survey.top = 3;
    memcpy(given.bytes, &survey, sizeof survey);
}

#define SURVEY(name, slots, bits)                                                                  \
    OPTIONS(name, slots, bits, survey, AT(survey, confidence), AT(survey, method),                 \
            AT(survey, replacement))

static const function functions[] = {
    OPTIONS(design_new, 1, 30, design, 0, AT(design, lonely), AT(design, replicates),
            AT(design, about_mean)),
    SURVEY(survey_mean, 3, 9),
    SURVEY(survey_total, 3, 9),
    SURVEY(survey_share, 3, 9),
    SURVEY(survey_nps, 3, 9),
    SURVEY(survey_csat, 3, 9),
    SURVEY(survey_ratio, 4, 19),
    SURVEY(survey_by, 4, 5),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(cx_design_units(design) == ROWS, "%s changed a design", name);
}

static cx_array named(const void *values, cx_dtype type, const char *name) {
    cx_array array = cx_array_of(values, type, ROWS);
    array.name = name;
    return array;
}

static void setup(void) {
    y = named(y_values, CX_F64, "y"), x = named(x_values, CX_F64, "x");
    weights = named(weight_values, CX_F64, "w");
    population = named(population_values, CX_F64, "population");
    key = named(key_values, CX_I64, "team"), cluster = named(cluster_values, CX_I64, "cluster");
    strata = by = (cx_frame){&key, 1, {0, 0}};
    clusters = (cx_frame){&cluster, 1, {0, 0}};
    fpc = (cx_frame){&population, 1, {0, 0}};
    ck_assert_ok(cx_design_new(&weights, &strata, &clusters, &fpc, NULL, NULL, &design, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_design_free(design);
}

Suite *suite_arguments_survey(void);
Suite *suite_arguments_survey(void) {
    Suite *suite = suite_create("arguments_survey");
    TCase *tcase = tcase_create("arguments_survey");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
