#include "arguments.h"

/* Penalised regression, importance and performance: every bad argument. */

static const double a_values[ROWS] = {4, 1, 9, 16, 1, 2}, b_values[ROWS] = {1, 2, 0.5, 3, 5, 1};
static const double outcomes[ROWS] = {1, 2, 3, 5, 4, 2}, ones[ROWS] = {1, 1, 1, 1, 1, 1};
static cx_array x_columns[2], items_columns[2], y, weights;
static cx_frame x, items;

CALL(penalised, frame_with(0, &x), COL(1, &y), COL(3, &weights), NULL, options, HANDLE(2, cx_table))
CALL(penalised_path, frame_with(0, &x), COL(1, &y), COL(3, &weights), NULL, options,
     HANDLE(2, cx_table))
CALL(importance_performance, frame_with(0, &items), options, HANDLE(1, cx_table))
CALL(penalty_reward, frame_with(0, &x), COL(1, &y), COL(3, &weights), options, HANDLE(2, cx_table))

static void init_penalised(void) {
    cx_penalised_options *o = (cx_penalised_options *)(void *)given.bytes;
    cx_penalised_options_init(o);
    o->penalty = 0.1;
}

static void init_folds(void) {
    cx_penalised_options *o = (cx_penalised_options *)(void *)given.bytes;
    cx_penalised_options_init(o);
    o->folds = 2, o->seed = 3;
}

static void init_importance(void) {
    cx_importance_options *o = (cx_importance_options *)(void *)given.bytes;
    cx_importance_options_init(o);
    o->best = 20;
}

static void init_penalty_reward(void) {
    cx_penalty_reward_options *o = (cx_penalty_reward_options *)(void *)given.bytes;
    cx_penalty_reward_options_init(o);
    o->neutral = 2;
}

static const function functions[] = {
    OPTIONS(penalised, 3, 1 | 2 | 8, penalised, 0, AT(penalised, method),
            AT(penalised, non_negative), AT(penalised, one_error)),
    {"penalised_path",
     call_penalised_path,
     3,
     1 | 2 | 8,
     init_folds,
     sizeof(cx_penalised_options),
     0,
     {AT(penalised, method), AT(penalised, non_negative), AT(penalised, one_error)},
     0,
     0,
     0},
    OPTIONS(importance_performance, 2, 1, importance, AT(importance, confidence), 0),
    OPTIONS(penalty_reward, 3, 1 | 2 | 8, penalty_reward, AT(penalty_reward, confidence), 0),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(name != NULL, "a function without a name");
}

static void setup(void) {
    x_columns[0] = items_columns[0] = cx_array_of(a_values, CX_F64, ROWS);
    x_columns[1] = items_columns[1] = cx_array_of(b_values, CX_F64, ROWS);
    x_columns[0].name = "a", x_columns[1].name = "b";
    items_columns[0].name = "importance", items_columns[1].name = "performance";
    x = (cx_frame){x_columns, 2, {0, 0}};
    items = (cx_frame){items_columns, 2, {0, 0}};
    y = cx_array_of(outcomes, CX_F64, ROWS);
    weights = cx_array_of(ones, CX_F64, ROWS);
    arguments_start(functions, states_unchanged);
}

Suite *suite_arguments_penalised(void);
Suite *suite_arguments_penalised(void) {
    Suite *suite = suite_create("arguments_penalised");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
