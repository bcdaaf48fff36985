#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double answer_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double chance_values[ROWS] = {0.5, 0.25, 0.75, 0.5, 0.3, 0.6};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const double bit_values[ROWS] = {1, 0, 1, 0, 0, 1};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static cx_array answers, chances, weights, bits, keys;
static cx_frame by;
static cx_response_model *model;
static cx_adjustment *adjustment;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(aipw_mean, COL(0, &answers), COL(1, &answers), COL(2, &chances), COL(4, &weights), options,
     OUT(3, cx_aipw_result))
CALL(bounds, COL(0, &answers), COL(2, &weights), options, OUT(1, cx_bounds_result))
CALL(r_indicator, COL(0, &chances), COL(2, &chances), COL(3, &weights), options,
     OUT(1, cx_r_indicator_result))
CALL(r_indicator_partial, COL(0, &chances), frame_with(1, &by), COL(3, &weights), options,
     HANDLE(2, cx_table))
CALL(bias_range, COL(0, &answers), COL(3, &weights), COL(1, &chances), options, HANDLE(2, cx_table))
CALL(adjust_response, COL(2, &chances), NULL, COL(0, &bits), COL(3, &weights), options,
     HANDLE(1, cx_adjustment))
static cx_status call_adjust_cells(cx_error *err) {
    return cx_adjust_response(NULL, frame_with(0, &by), COL(1, &bits), COL(3, &weights), options,
                              HANDLE(2, cx_adjustment), err);
}
CALL(response_model_rows, PTR(0, model), HANDLE(1, cx_table))
CALL(response_model_coefficients, PTR(0, model), HANDLE(1, cx_table))
CALL(adjustment_rows, PTR(0, adjustment), HANDLE(1, cx_table))
CALL(adjustment_classes, PTR(0, adjustment), HANDLE(1, cx_table))
CALL(propensity, frame_with(0, &by), COL(1, &bits), COL(3, &weights), options,
     HANDLE(2, cx_response_model))

/* -- the table ----------------------------------------------------------------------------- */

static void init_aipw(void) {
    cx_aipw_options *made = (cx_aipw_options *)(void *)given.bytes;
    cx_aipw_options_init(made);
    made->low = 0;
    made->high = 10;
}
INIT(r_indicator)
INIT(propensity)
INIT(adjust)

static const function functions[] = {
    OPTIONS(aipw_mean, 4, 0x17, aipw, AT(aipw, confidence), AT(aipw, normalise), AT(aipw, unit)),
    OPTIONS(bounds, 2, 5, aipw, AT(aipw, confidence), AT(aipw, normalise)),
    {"bias_range",
     call_bias_range,
     3,
     11,
     init_aipw,
     sizeof(cx_aipw_options),
     AT(aipw, confidence),
     {AT(aipw, normalise), AT(aipw, unit)},
     0,
     2,
     0},
    OPTIONS(adjust_response, 2, 13, adjust, 0, AT(adjust, classes)),
    OPTIONS(adjust_cells, 3, 10, adjust, 0, AT(adjust, classes)),
    PLAIN(response_model_rows, 2),
    PLAIN(response_model_coefficients, 2),
    PLAIN(adjustment_rows, 2),
    PLAIN(adjustment_classes, 2),
    OPTIONS(r_indicator, 2, 13, r_indicator, 0, AT(r_indicator, ddof)),
    OPTIONS(r_indicator_partial, 3, 9, r_indicator, 0, AT(r_indicator, ddof)),
    OPTIONS(propensity, 3, 10, propensity, 0, AT(propensity, max_iterations)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* there are no states here */
}

static void setup(void) {
    answers = cx_array_of(answer_values, CX_F64, ROWS);
    chances = cx_array_of(chance_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    bits = cx_array_of(bit_values, CX_F64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    keys.name = "shop";
    by = (cx_frame){&keys, 1, {0, 0}};
    ck_assert_int_eq(cx_propensity(&by, &bits, &weights, NULL, &model, NULL), CX_OK);
    ck_assert_int_eq(cx_adjust_response(&chances, NULL, &bits, &weights, NULL, &adjustment, NULL),
                     CX_OK);
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_response_model_free(model);
    cx_adjustment_free(adjustment);
}

Suite *suite_arguments_nonrespondents(void);
Suite *suite_arguments_nonrespondents(void) {
    Suite *suite = suite_create("arguments_nonrespondents");
    TCase *tcase = tcase_create("arguments_nonrespondents");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
