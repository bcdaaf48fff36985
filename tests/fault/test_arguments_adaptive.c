#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double chance_values[ROWS] = {0.5, 0.5, 0.2, 0.2, 1, 1};
static const int32_t invite_values[ROWS] = {1, 1, 1, 0, 1, 1};
static const int64_t period_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const double two_values[ROWS] = {2, 2, 2, 2, 2, 2};
static const int32_t class_values[ROWS] = {0, 1, 2, 0, 1, 2}, first_values[ROWS] = {0, 1, 2};
static cx_array log_columns[4], cell_columns[5], share_columns[2], keys, scores, periods;
static cx_frame log_frame, cells, shares, by;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(adaptive_mean, frame_with(0, &log_frame), frame_with(2, &shares), options, OUT(1, cx_estimate))
CALL(adaptive_mean_by, frame_with(0, &log_frame), frame_with(1, &by), NULL, options,
     HANDLE(2, cx_table))
CALL(change_since, COL(0, &scores), COL(1, &periods), 0, 50, 1, options, OUT(2, cx_estimate))
CALL(period_means, frame_with(0, &cells), options, HANDLE(1, cx_table))
CALL(running_mean, COL(0, &scores), COL(2, &scores), options, HANDLE(1, cx_table))

/* -- the table ----------------------------------------------------------------------------- */

INIT(adaptive)
INIT(period)
INIT(running)

static const function functions[] = {
    {"adaptive_mean",
     call_adaptive_mean,
     2,
     1,
     init_adaptive,
     sizeof(cx_adaptive_options),
     AT(adaptive, confidence),
     {AT(adaptive, estimator), AT(adaptive, score), AT(adaptive, finite), AT(adaptive, reserved)},
     0,
     0,
     0},
    {"adaptive_mean_by",
     call_adaptive_mean_by,
     3,
     1,
     init_adaptive,
     sizeof(cx_adaptive_options),
     AT(adaptive, confidence),
     {AT(adaptive, estimator), AT(adaptive, score), AT(adaptive, finite), AT(adaptive, reserved)},
     0,
     0,
     0},
    {"change_since",
     call_change_since,
     3,
     3,
     init_adaptive,
     sizeof(cx_adaptive_options),
     AT(adaptive, confidence),
     {AT(adaptive, score), AT(adaptive, reserved)},
     0,
     0,
     0},
    {"period_means",
     call_period_means,
     2,
     1,
     init_period,
     sizeof(cx_period_options),
     AT(period, confidence),
     {AT(period, aipw), AT(period, unit), AT(period, reserved)},
     0,
     0,
     0},
    {"running_mean",
     call_running_mean,
     2,
     5,
     init_running,
     sizeof(cx_running_options),
     AT(running, confidence),
     {AT(running, reserved)},
     0,
     0,
     0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* there are no states here */
}

static cx_array named(const char *name, const void *data, int32_t type) {
    cx_array made = cx_array_of(data, type, ROWS);
    made.name = name;
    return made;
}

static void setup(void) {
    static const char *const cell_names[] = {"period", "weight", "n", "mean", "variance"};
    scores = named("score", score_values, CX_F64);
    periods = named("period", period_values, CX_I64);
    keys = named("point", period_values, CX_I64);
    log_columns[0] = scores;
    log_columns[1] = named("probability", chance_values, CX_F64);
    log_columns[2] = named("invite", invite_values, CX_I32);
    log_columns[3] = named("frequency", class_values, CX_I32);
    share_columns[0] = named("frequency", first_values, CX_I32);
    share_columns[1] = named("share", two_values, CX_F64);
    cell_columns[0] = periods;
    for (int i = 1; i < 5; i++) cell_columns[i] = named(cell_names[i], two_values, CX_F64);
    log_frame = (cx_frame){log_columns, 4, {0, 0}};
    share_columns[0].length = share_columns[1].length = 3;
    log_columns[3].length = ROWS;
    shares = (cx_frame){share_columns, 2, {0, 0}};
    cells = (cx_frame){cell_columns, 5, {0, 0}};
    by = (cx_frame){&keys, 1, {0, 0}};
    arguments_start(functions, states_unchanged);
}

Suite *suite_arguments_adaptive(void);
Suite *suite_arguments_adaptive(void) {
    Suite *suite = suite_create("arguments_adaptive");
    TCase *tcase = tcase_create("arguments_adaptive");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
