#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2}, names[2] = {1, 2};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3}, total_values[2] = {30, 70};
static const double x_values[ROWS] = {3, 1, 4, 1, 5, 2}, x_total[1] = {30};
static cx_array team, categories, weights, totals, x, goal;
static cx_frame table, category, xs;
static cx_margins *margins, *added;
static cx_weights *calibrated;
static const cx_dispositions counts = {.complete = 4, .noncontact = 6};

/* -- the calls ----------------------------------------------------------------------------- */

CALL(margins_new, NULL, HANDLE(0, cx_margins))
CALL(margins_add, PTR(0, added), frame_with(1, &category), COL(2, &totals))
CALL(rake, frame_with(0, &table), PTR(1, margins), COL(3, &weights), options, HANDLE(2, cx_weights))
CALL(poststratify, frame_with(0, &table), PTR(1, margins), COL(3, &weights), options,
     HANDLE(2, cx_weights))
CALL(calibrate, frame_with(0, &xs), COL(1, &goal), &table, NULL, COL(3, &weights), options,
     HANDLE(2, cx_weights))
CALL(weights_summarise, PTR(0, calibrated), OUT(1, cx_weights_summary))
CALL(weights_values, PTR(0, calibrated), HANDLE(1, cx_table))
CALL(weights_table, PTR(0, calibrated), HANDLE(1, cx_table))
CALL(weights_margins, PTR(0, calibrated), HANDLE(1, cx_table))
CALL(trim, COL(0, &weights), NULL, options, HANDLE(1, cx_weights))
CALL(kish, COL(0, &weights), options, OUT(1, cx_kish_result))
CALL(response_rates, PTR(0, &counts), options, OUT(1, cx_rates))
CALL(response_rates_table, PTR(0, &counts), options, HANDLE(1, cx_table))
CALL(dispositions_of, COL(0, &team), NULL, COL(2, NULL), COL(3, &weights), options,
     OUT(1, cx_dispositions))
CALL(dispositions_by, COL(0, &team), NULL, COL(3, NULL), COL(4, &weights), frame_with(1, &table),
     options, NULL, HANDLE(2, cx_table))

/* -- the table ----------------------------------------------------------------------------- */

INIT(calibrate)
INIT(trim)
INIT(kish)
INIT(rates)
INIT(dispositions)
#define CALIBRATE(name, slots, bits)                                                               \
    OPTIONS(name, slots, bits, calibrate, 0, AT(calibrate, distance),                              \
            AT(calibrate, allow_unconverged), AT(calibrate, rescale))

/* One column, whose length is nobody else's. */
#define ALONE(name, noun, ...)                                                                     \
    {                                                                                              \
#name, call_##name, 2, 1, init_##noun, sizeof(cx_##noun##_options), 0,                     \
            {__VA_ARGS__ }, 0, 1, 0                                                                \
    }

static const function functions[] = {
    PLAIN(margins_new, 1),
    PLAIN(margins_add, 3),
    CALIBRATE(rake, 3, 8),
    CALIBRATE(poststratify, 3, 8),
    CALIBRATE(calibrate, 3, 8),
    PLAIN(weights_summarise, 2),
    PLAIN(weights_values, 2),
    PLAIN(weights_table, 2),
    PLAIN(weights_margins, 2),
    ALONE(trim, trim, AT(trim, base), AT(trim, redistribute)),
    ALONE(kish, kish, AT(kish, zeros)),
    OPTIONS(response_rates, 2, 0, rates, AT(rates, confidence), AT(rates, method)),
    OPTIONS(response_rates_table, 2, 0, rates, AT(rates, confidence), AT(rates, method)),
    OPTIONS(dispositions_of, 2, 8, dispositions, 0, AT(dispositions, bounced),
            AT(dispositions, sent), AT(dispositions, delivered), AT(dispositions, opened)),
    OPTIONS(dispositions_by, 3, 16, dispositions, 0, AT(dispositions, bounced),
            AT(dispositions, sent), AT(dispositions, delivered), AT(dispositions, opened)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(cx_margins_size(added) == 0, "%s changed the margins", name);
    ck_assert_msg(cx_margins_size(margins) == 1, "%s changed the margins", name);
}

static void setup(void) {
    team = cx_array_of(key_values, CX_I32, ROWS);
    categories = cx_array_of(names, CX_I32, 2);
    team.name = categories.name = "team";
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    totals = cx_array_of(total_values, CX_F64, 2);
    x = cx_array_of(x_values, CX_F64, ROWS);
    goal = cx_array_of(x_total, CX_F64, 1);
    x.name = "spend";
    table = (cx_frame){&team, 1, {0, 0}};
    category = (cx_frame){&categories, 1, {0, 0}};
    xs = (cx_frame){&x, 1, {0, 0}};
    ck_assert_ok(cx_margins_new(NULL, &margins, err));
    ck_assert_ok(cx_margins_new(NULL, &added, err));
    ck_assert_ok(cx_margins_add(margins, &category, &totals, err));
    ck_assert_ok(cx_rake(&table, margins, &weights, NULL, &calibrated, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_margins_free(margins);
    cx_margins_free(added);
    cx_weights_free(calibrated);
}

Suite *suite_arguments_weights(void);
Suite *suite_arguments_weights(void) {
    Suite *suite = suite_create("arguments_weights");
    TCase *tcase = tcase_create("arguments_weights");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
