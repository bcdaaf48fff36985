#include "arguments.h"

/* Models of answers, and many tests at once: every bad argument, every failing allocation. */

static const double p_values[ROWS] = {0.01, 0.2, 0.5, 0.04, 0.001, 0.9};
static const double psi_values[2][ROWS] = {{1, -1, 2, 0.5, -1, -1.5}, {1, 1, -2, 0.5, -1, 0.5}};
static const int8_t area_values[ROWS] = {1, 1, 2, 2, 3, 3},
                    metric_values[ROWS] = {1, 2, 1, 2, 1, 2};
static cx_array p, estimates, psi_columns[2], path_columns[2];
static const double yes_values[ROWS] = {1, 0, 0, 1, 0, 1}, ones_values[ROWS] = {1, 1, 1, 1, 1, 1};
static const double zero_values[ROWS], when_values[ROWS] = {1, 1, 2, 2, 1, 2};
static const int32_t team_values[ROWS] = {1, 1, 2, 2, 3, 3};
static cx_array yes, ones, zero, when, team_column;
static cx_frame psi, path, x, team;
static cx_fit *fitted;

CALL(adjust_p, COL(0, &p), frame_with(2, &path), options, HANDLE(1, cx_table))
CALL(simultaneous, COL(0, &estimates), frame_with(1, &psi), options, HANDLE(2, cx_table))
CALL(logit, frame_with(0, &x), COL(1, &yes), COL(4, &ones), frame_with(3, &team), COL(5, &zero),
     options, HANDLE(2, cx_fit))
CALL(poisson, frame_with(0, &x), COL(1, &yes), COL(4, &ones), frame_with(3, &team), COL(5, &ones),
     COL(6, &zero), options, HANDLE(2, cx_fit))
CALL(hazard, frame_with(0, &x), COL(1, &yes), COL(5, &when), COL(4, &ones), frame_with(3, &team),
     COL(6, &zero), options, HANDLE(2, cx_fit))
CALL(ordinal, frame_with(0, &x), COL(1, &yes), COL(4, &ones), frame_with(3, &team), COL(5, &zero),
     options, HANDLE(2, cx_fit))
CALL(separation, frame_with(0, &x), COL(1, &yes), 0.95, NULL, HANDLE(2, cx_table))
CALL(person_periods, COL(3, &zero), COL(0, &when), COL(1, &yes), NULL, HANDLE(2, cx_table))
CALL(margin, PTR(0, fitted), frame_with(1, &x), COL(4, &ones), PTR(2, "a"), options,
     OUT(3, cx_estimate))
INIT(model)
INIT(margin)
INIT(multiplicity)
INIT(simultaneous)

static const function functions[] = {
    OPTIONS(adjust_p, 2, 1, multiplicity, 0, AT(multiplicity, method)),
    OPTIONS(logit, 3, 50, model, AT(model, confidence), AT(model, cov), AT(model, weight_kind),
            AT(model, intercept), AT(model, influence), AT(model, firth), AT(model, probit)),
    OPTIONS(poisson, 3, 114, model, AT(model, confidence), AT(model, quasi),
            AT(model, small_sample), AT(model, max_iterations), AT(model, allow_unconverged)),
    OPTIONS(hazard, 3, 114, model, AT(model, confidence), AT(model, cov)),
    OPTIONS(ordinal, 3, 50, model, AT(model, confidence), AT(model, firth)),
    COLUMNS(separation, 3, 2),
    COLUMNS(person_periods, 3, 11),
    OPTIONS(margin, 4, 16, margin, AT(margin, confidence), AT(margin, horizon),
            AT(margin, population)),
    OPTIONS(simultaneous, 3, 0, simultaneous, AT(simultaneous, confidence),
            AT(simultaneous, draws)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* there is none */
}

static void columns(void) {
    p = cx_array_of(p_values, CX_F64, ROWS);
    estimates = cx_array_of(p_values, CX_F64, 2);
    for (int j = 0; j < 2; j++) psi_columns[j] = cx_array_of(psi_values[j], CX_F64, ROWS);
    psi_columns[0].name = "a", psi_columns[1].name = "b";
    path_columns[0] = cx_array_of(area_values, CX_I8, ROWS);
    path_columns[1] = cx_array_of(metric_values, CX_I8, ROWS);
    path_columns[0].name = "area", path_columns[1].name = "metric";
    yes = cx_array_of(yes_values, CX_F64, ROWS);
    ones = cx_array_of(ones_values, CX_F64, ROWS);
    zero = cx_array_of(zero_values, CX_F64, ROWS);
    when = cx_array_of(when_values, CX_F64, ROWS);
    team_column = cx_array_of(team_values, CX_I32, ROWS);
    team_column.name = "team";
    team = (cx_frame){&team_column, 1, {0, 0}};
    x = (cx_frame){psi_columns, 1, {0, 0}};
    psi = (cx_frame){psi_columns, 2, {0, 0}};
    path = (cx_frame){path_columns, 2, {0, 0}};
}

static void setup(void) {
    columns();
    ck_assert_ok(cx_logit(&x, &yes, NULL, NULL, NULL, NULL, &fitted, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_fit_free(fitted);
}

/* -- allocations --------------------------------------------------------------------------- */

static cx_status run_multiplicity(const cx_allocator *allocator, cx_error *err) {
    cx_multiplicity_options chosen;
    cx_table *table;
    cx_status status = CX_OK;
    cx_multiplicity_options_init(&chosen);
    chosen.allocator = allocator;
    for (int32_t method = 0; method < CX_MULTIPLICITY_END && status == CX_OK; method++) {
        chosen.method = method;
        status = cx_adjust_p(&p, &path, &chosen, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    return status;
}

static cx_status run_simultaneous(const cx_allocator *allocator, cx_error *err) {
    cx_simultaneous_options chosen;
    cx_table *table;
    cx_simultaneous_options_init(&chosen);
    chosen.allocator = allocator;
    cx_status status = cx_simultaneous(&estimates, &psi, &chosen, &table, err);
    if (status == CX_OK) cx_table_free(table);
    return status;
}

static cx_status run_models(const cx_allocator *allocator, cx_error *err) {
    cx_model_options chosen;
    cx_fit *fit;
    cx_table *table;
    cx_status status = CX_OK;
    cx_model_options_init(&chosen);
    chosen.allocator = allocator;
    chosen.influence = 1;
    status = cx_logit(&x, &yes, &ones, &team, &zero, &chosen, &fit, err);
    if (status == CX_OK) cx_fit_free(fit);
    chosen.firth = 1, chosen.cov = CX_COV_HC0;
    if (status == CX_OK)
        status = cx_poisson(&x, &yes, NULL, NULL, &ones, &zero, &chosen, &fit, err);
    if (status == CX_OK) cx_fit_free(fit);
    chosen.cov = CX_COV_AUTO;
    chosen.firth = 0;
    if (status == CX_OK) status = cx_hazard(&x, &yes, &when, NULL, &team, NULL, &chosen, &fit, err);
    if (status == CX_OK) cx_fit_free(fit);
    if (status == CX_OK) status = cx_ordinal(&x, &when, NULL, NULL, NULL, &chosen, &fit, err);
    if (status == CX_OK) cx_fit_free(fit);
    if (status == CX_OK) status = cx_ordinal(&x, &yes, NULL, NULL, NULL, &chosen, &fit, err);
    if (status == CX_OK) cx_fit_free(fit);
    if (status == CX_OK) status = cx_separation(&x, &yes, 0.95, allocator, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_person_periods(NULL, &when, &yes, allocator, &table, err);
    if (status == CX_OK) cx_table_free(table);
    return status;
}

static cx_status run_margin(const cx_allocator *allocator, cx_error *err) {
    cx_margin_options chosen;
    cx_estimate e;
    cx_margin_options_init(&chosen);
    chosen.allocator = allocator;
    return cx_margin(fitted, &x, &ones, "a", &chosen, &e, err);
}

START_TEST(test_models_survive_every_failing_allocation) {
    columns();
    fault_everywhere(run_models, 150);
}
END_TEST

/* Profiles solve the model again and again: every 41st allocation fails. */
START_TEST(test_profiles_survive_failing_allocations) {
    cx_status status = CX_E_MEMORY;
    columns();
    for (int64_t at = 30; status != CX_OK; at += 41) {
        fault f = {0, 0, at, false};
        cx_allocator allocator = fault_allocator(&f);
        cx_model_options chosen;
        cx_fit *fit = NULL;
        cx_model_options_init(&chosen);
        chosen.allocator = &allocator;
        chosen.firth = 1;
        status = cx_logit(&x, &yes, NULL, NULL, NULL, &chosen, &fit, NULL);
        ck_assert(status == CX_OK || (status == CX_E_MEMORY && fit == NULL && f.live == 0));
        if (status == CX_OK) cx_fit_free(fit);
    }
}
END_TEST

START_TEST(test_margins_survive_every_failing_allocation) {
    columns();
    ck_assert_ok(cx_logit(&x, &yes, NULL, NULL, NULL, NULL, &fitted, err));
    fault_everywhere(run_margin, 5);
    cx_fit_free(fitted);
}
END_TEST

START_TEST(test_multiplicity_survives_every_failing_allocation) {
    columns();
    fault_everywhere(run_multiplicity, 50);
}
END_TEST

START_TEST(test_simultaneous_survives_every_failing_allocation) {
    columns();
    fault_everywhere(run_simultaneous, 8);
}
END_TEST

Suite *suite_arguments_models(void) {
    Suite *suite = suite_create("arguments_models");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("allocations");
    tcase_add_test(tcase, test_models_survive_every_failing_allocation);
    tcase_add_test(tcase, test_profiles_survive_failing_allocations);
    tcase_add_test(tcase, test_margins_survive_every_failing_allocation);
    tcase_add_test(tcase, test_multiplicity_survives_every_failing_allocation);
    tcase_add_test(tcase, test_simultaneous_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
