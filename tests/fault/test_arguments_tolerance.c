#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double wait_values[ROWS] = {10, 20, 30, 40, 50, 60};
static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const double bit_values[ROWS] = {1, 0, 1, 0, 1, 0};
static cx_array waits, scores, weights, keys, times, bits;
static cx_frame by;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(tolerance, COL(0, &waits), COL(1, &scores), 1, COL(3, &weights), NULL, options,
     OUT(2, cx_tolerance_result))
CALL(tolerance_by, COL(0, &waits), COL(1, &scores), 1, COL(4, &weights), NULL, frame_with(2, &by),
     options, HANDLE(3, cx_table))
CALL(tolerance_curve, COL(0, &waits), COL(1, &scores), COL(3, &weights), options,
     HANDLE(2, cx_table))

CALL(silence, PTR(0, &keys), PTR(1, &times), 100, options, HANDLE(2, cx_table))
CALL(silence_rhythm, COL(0, &waits), COL(1, &scores), COL(3, &weights), 100, options,
     HANDLE(2, cx_table))

CALL(coverage, frame_with(0, &by), COL(3, NULL), COL(1, &bits), COL(4, NULL), options,
     HANDLE(2, cx_table))
CALL(closed_loop, COL(0, &scores), COL(1, &bits), COL(2, &scores), COL(4, NULL), COL(5, NULL), NULL,
     NULL, NULL, 0, options, OUT(3, cx_closed_loop_result))

/* -- the table ----------------------------------------------------------------------------- */

INIT(tolerance)
INIT(silence)
INIT(coverage)
INIT(closed_loop)
#define TOLERANCE(name, slots, bits)                                                               \
    OPTIONS(name, slots, bits, tolerance, AT(tolerance, confidence), AT(tolerance, shape),         \
            AT(tolerance, measure), AT(tolerance, draws))

static const function functions[] = {
    TOLERANCE(tolerance, 3, 11),
    TOLERANCE(tolerance_by, 4, 19),
    TOLERANCE(tolerance_curve, 3, 11),
    OPTIONS(silence, 3, 0, silence, AT(silence, confidence), 0),
    OPTIONS(coverage, 3, 26, coverage, AT(coverage, confidence), 0),
    OPTIONS(closed_loop, 4, 55, closed_loop, AT(closed_loop, confidence),
            AT(closed_loop, followed)),
    OPTIONS(silence_rhythm, 3, 11, silence, AT(silence, confidence), 0),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* there are no states here */
}

static void setup(void) {
    waits = cx_array_of(wait_values, CX_F64, ROWS);
    scores = cx_array_of(score_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    times = waits;
    bits = cx_array_of(bit_values, CX_F64, ROWS);
    keys.name = "team";
    by = (cx_frame){&keys, 1, {0, 0}};
    arguments_start(functions, states_unchanged);
}

Suite *suite_arguments_tolerance(void);
Suite *suite_arguments_tolerance(void) {
    Suite *suite = suite_create("arguments_tolerance");
    TCase *tcase = tcase_create("arguments_tolerance");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
