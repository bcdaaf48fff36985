#include "../support.h"

#include <stdint.h>

/* A small journey: stage, touchpoint, channel; detractors, passives, promoters; volume. */
typedef struct path {
    const char *stage, *touchpoint, *channel;
    int counts[3];
    double volume;
} path;

static const path paths[] = {
    {"arrive", "desk", "app", {2, 1, 9}, 400},
    {"arrive", "desk", "staff", {5, 5, 5}, 900},
    {"arrive", "parking", "staff", {9, 3, 2}, 300},
    {"depart", "gate", "screen", {0, 0, 6}, 100},
    {"depart", "gate", "staff", {4, 6, 12}, 700},
    {"depart", "security", "staff", {20, 10, 11}, 1500},
    {"stay", "shop", "staff", {1, 0, 1}, 250},
};
enum { PATHS = sizeof paths / sizeof *paths, LEVELS = 3, TEXT = 4096 };
static const char *const level_names[] = {"stage", "touchpoint", "channel"};

typedef struct text_column {
    char characters[TEXT];
    int32_t offsets[256];
    int64_t rows;
} text_column;
static text_column levels[LEVELS], path_levels[LEVELS];

static void append(text_column *column, const char *word) {
    size_t length = strlen(word);
    memcpy(column->characters + column->offsets[column->rows], word, length);
    column->offsets[column->rows + 1] = column->offsets[column->rows] + (int32_t)length;
    column->rows++;
}

static cx_array view(const text_column *column, const char *name) {
    cx_array array = cx_array_of(column->characters, CX_STRING, column->rows);
    array.offsets = column->offsets;
    array.name = name;
    return array;
}

static const char *level_of(const path *p, int level) {
    return level == 0 ? p->stage : level == 1 ? p->touchpoint : p->channel;
}

/* The answers of the paths first .. end, one row each. */
static cx_tallies *answers_of(int first, int end) {
    static const int8_t answers[] = {3, 8, 10};
    int8_t scores[256];
    cx_array by[LEVELS];
    cx_tallies *set;
    memset(levels, 0, sizeof levels);
    for (int p = first; p < end; p++)
        for (int kind = 0; kind < 3; kind++)
            for (int i = 0; i < paths[p].counts[kind]; i++) {
                scores[levels[0].rows] = answers[kind];
                for (int l = 0; l < LEVELS; l++) append(&levels[l], level_of(&paths[p], l));
            }
    for (int l = 0; l < LEVELS; l++) by[l] = view(&levels[l], level_names[l]);
    cx_array x = cx_array_of(scores, CX_I8, levels[0].rows);
    cx_frame frame = {by, LEVELS, {0, 0}};
    ck_assert_ok(cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &set, err));
    return set;
}

static double volumes[PATHS];
static cx_array volume_columns[LEVELS], volume_column;
static cx_frame volume_frame;

static void state_volumes(void) {
    memset(path_levels, 0, sizeof path_levels);
    for (int p = 0; p < PATHS; p++) {
        volumes[p] = paths[p].volume;
        for (int l = 0; l < LEVELS; l++) append(&path_levels[l], level_of(&paths[p], l));
    }
    for (int l = 0; l < LEVELS; l++) volume_columns[l] = view(&path_levels[l], level_names[l]);
    volume_frame = (cx_frame){volume_columns, LEVELS, {0, 0}};
    volume_column = cx_array_of(volumes, CX_F64, PATHS);
    volume_column.name = "passengers";
}

static bool says(const cx_table *table, const char *name, int64_t row, const char *word) {
    return strstr(table_text(table, name, row), word) != NULL;
}

static void path_of(const cx_table *table, int64_t row, char *out) {
    strcpy(out, "");
    for (int l = 0; l < (int)table_number(table, "depth", row); l++) {
        cx_array column;
        ck_assert_ok(cx_table_column(table, l, &column, err));
        const int32_t *at = (const int32_t *)column.offsets + row;
        if (l > 0) strcat(out, "/");
        strncat(out, (const char *)column.data + at[0], (size_t)(at[1] - at[0]));
    }
    if (*out == '\0') strcpy(out, "-");
}

static int64_t row_of(const cx_table *table, const char *wanted) {
    char words[128];
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        path_of(table, i, words);
        if (strcmp(words, wanted) == 0) return i;
    }
    ck_abort_msg("no node %s", wanted);
    return -1;
}

START_TEST(test_a_journey_without_answers_is_empty) {
    cx_tallies *set;
    cx_table *table = NULL;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    ck_assert_fails(cx_journey(set, NULL, NULL, NULL, NULL, &table, err), CX_E_EMPTY, "no valid");
    ck_assert_ptr_null(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_one_path_alone_is_not_pooled) {
    cx_tallies *set = answers_of(0, 1);
    cx_table *table;
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq((int)table_number(table, "depth", i), (int)i);
        ck_assert_close(table_number(table, "value", i), 700.0 / 12, 1e-14);
        ck_assert_close(table_number(table, "pooled_value", i), 700.0 / 12, 1e-12);
        ck_assert_close(table_number(table, "own_weight", i), 1, 1e-12);
        ck_assert_double_eq(table_number(table, "share", i), 1);
        ck_assert_double_eq(table_number(table, "covered", i), 1);
    }
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

/* The same answers in every part: nothing varies between them, and all have one pooled value. */
START_TEST(test_parts_that_do_not_differ_are_pooled_in_full) {
    int8_t scores[30];
    int32_t keys[30];
    for (int i = 0; i < 30; i++) scores[i] = (int8_t)(i % 5 + 6), keys[i] = i / 5;
    cx_array x = cx_array_of(scores, CX_I8, 30), key = cx_array_of(keys, CX_I32, 30);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    key.name = "stage";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &table, err));
    for (int64_t i = 1; i < 7; i++) {
        ck_assert_close(table_number(table, "pooled_value", i), table_number(table, "value", 0),
                        1e-12);
        ck_assert_close(table_number(table, "own_weight", i), 1.0 / 6, 1e-12);
        ck_assert_double_lt(table_number(table, "pooled_high", i) -
                                table_number(table, "pooled_low", i),
                            table_number(table, "ci_high", i) - table_number(table, "ci_low", i));
    }
    ck_assert_double_eq(cx_table_figure(table, 0), 0);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_answers_that_are_all_alike_have_no_pooled_value) {
    const int8_t scores[] = {10, 10, 10, 10};
    const int32_t keys[] = {1, 1, 2, 2};
    cx_array x = cx_array_of(scores, CX_I8, 4), key = cx_array_of(keys, CX_I32, 4);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    key.name = "stage";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &table, err));
    ck_assert_double_eq(table_number(table, "value", 0), 100);
    ck_assert(isnan(table_number(table, "pooled_value", 0)));
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

static void check_vectors(const cx_table *table, const vectors *v, const char *weights) {
    int checked = 0;
    for (int64_t i = 0; i < v->rows; i++) {
        if (strcmp(vectors_text(v, i, "weights"), weights) != 0) continue;
        int64_t row = row_of(table, vectors_text(v, i, "path"));
        static const char *const columns[] = {"value", "pooled_value", "pooled_se", "own_weight"};
        for (int c = 0; c < 4; c++)
            ck_assert_near(table_number(table, columns[c], row), vectors_number(v, i, columns[c]),
                           2e-8);
        ck_assert(says(table, "rollup", row, weights));
        checked++;
    }
    ck_assert_int_eq(checked, 16);
    ck_assert_int_eq(cx_table_rows(table), 16);
}

START_TEST(test_a_journey_is_that_of_dense_matrices) {
    cx_tallies *set = answers_of(0, PATHS);
    vectors v = vectors_read("journey");
    cx_journey_options options;
    cx_table *table;
    cx_journey_options_init(&options);
    state_volumes();
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, &options, &table, err));
    check_vectors(table, &v, "answers");
    cx_table_free(table);
    ck_assert_ok(cx_journey(set, &volume_frame, &volume_column, NULL, &options, &table, err));
    check_vectors(table, &v, "volumes");
    cx_table_free(table);
    options.weights = CX_JOURNEY_EQUAL;
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, &options, &table, err));
    check_vectors(table, &v, "equal");
    cx_table_free(table);
    vectors_free(&v);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_weighted_by_answers_a_stage_is_the_score_of_its_answers) {
    cx_tallies *set = answers_of(0, PATHS), *stage = answers_of(0, 3);
    cx_tally *all;
    cx_estimate estimate;
    cx_nps_options nps;
    cx_table *table;
    cx_nps_options_init(&nps);
    nps.method = CX_METHOD_SCORE;
    ck_assert_ok(cx_tallies_total(stage, NULL, &all, err));
    ck_assert_ok(cx_nps(all, &nps, &estimate, err));
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &table, err));
    int64_t row = row_of(table, "arrive");
    ck_assert_double_eq(table_number(table, "value", row), estimate.value);
    ck_assert_double_eq(table_number(table, "ci_low", row), estimate.ci_low);
    ck_assert_double_eq(table_number(table, "se", row), estimate.se);
    cx_table_free(table);
    cx_tally_free(all);
    cx_tallies_free(set);
    cx_tallies_free(stage);
}
END_TEST

/* sqrt(sum w^2 se^2), and limits by the distances of the parts' limits. */
START_TEST(test_fixed_weights_propagate_the_errors_of_the_parts) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_journey_options options;
    cx_table *table;
    double variance = 0, below = 0;
    cx_journey_options_init(&options);
    options.weights = CX_JOURNEY_EQUAL;
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, &options, &table, err));
    static const char *const parts[] = {"arrive/desk", "arrive/parking"};
    int64_t row = row_of(table, "arrive");
    for (int i = 0; i < 2; i++) {
        int64_t part = row_of(table, parts[i]);
        ck_assert_double_eq(table_number(table, "weight", part), 0.5);
        variance += pow(table_number(table, "se", part) / 2, 2);
        below +=
            pow((table_number(table, "value", part) - table_number(table, "ci_low", part)) / 2, 2);
    }
    ck_assert_close(table_number(table, "se", row), sqrt(variance), 1e-13);
    ck_assert_close(table_number(table, "ci_low", row),
                    table_number(table, "value", row) - sqrt(below), 1e-13);
    ck_assert(says(table, "method", row, "mover"));
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_pooled_whole_is_the_mean_of_its_pooled_parts) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_table *table;
    double sum = 0;
    state_volumes();
    ck_assert_ok(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err));
    for (int64_t i = 1; i < cx_table_rows(table); i++)
        if ((int)table_number(table, "depth", i) == 3)
            sum += table_number(table, "share", i) * table_number(table, "pooled_value", i);
    ck_assert_close(table_number(table, "pooled_value", 0), sum, 1e-12);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_node_of_promoters_only_is_drawn_inwards) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_table *table;
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &table, err));
    int64_t row = row_of(table, "depart/gate/screen");
    ck_assert_double_eq(table_number(table, "value", row), 100);
    ck_assert_double_lt(table_number(table, "pooled_value", row), 90);
    ck_assert_double_lt(table_number(table, "own_weight", row), 0.8);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_missing_stage_makes_a_partial_score_and_never_a_zero) {
    cx_tallies *set = answers_of(0, 6); /* nobody answered about the stay */
    text_column *stages = calloc(1, sizeof *stages);
    cx_table *table, *plain;
    append(stages, "arrive"), append(stages, "stay"), append(stages, "depart");
    cx_array column = view(stages, "stage");
    cx_frame expected = {&column, 1, {0, 0}};
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, NULL, &plain, err));
    ck_assert_ok(cx_journey(set, NULL, NULL, &expected, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), cx_table_rows(plain) + 1);
    int64_t row = row_of(table, "stay");
    ck_assert(isnan(table_number(table, "value", row)) &&
              isnan(table_number(table, "pooled_value", row)));
    ck_assert(says(table, "status", row, "CX_E_EMPTY"));
    ck_assert_double_eq(table_number(table, "value", 0), table_number(plain, "value", 0));
    ck_assert_double_eq(table_number(table, "pooled_value", 0),
                        table_number(plain, "pooled_value", 0));
    ck_assert_double_eq(table_number(table, "absent", 0), 1);
    ck_assert(isnan(table_number(table, "covered", 0)));
    ck_assert(says(table, "flags", 0, "partial") && !says(plain, "flags", 0, "partial"));
    ck_assert(!says(table, "flags", row_of(table, "arrive"), "partial"));
    cx_table_free(table);
    cx_table_free(plain);
    cx_tallies_free(set);
    free(stages);
}
END_TEST

START_TEST(test_what_is_covered_is_told_where_volumes_are_stated) {
    cx_tallies *set = answers_of(0, 6);
    cx_table *table;
    state_volumes();
    ck_assert_ok(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err));
    ck_assert_close(table_number(table, "covered", 0), 3900.0 / 4150, 1e-14);
    ck_assert_double_eq(table_number(table, "covered", row_of(table, "stay")), 0);
    ck_assert(says(table, "flags", 0, "partial"));
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_path_nobody_takes_has_a_score_and_no_weight) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_table *table;
    state_volumes();
    volumes[6] = 0;
    ck_assert_ok(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err));
    int64_t row = row_of(table, "stay/shop/staff");
    ck_assert_double_eq(table_number(table, "value", row), 0);
    ck_assert_double_eq(table_number(table, "weight", row), 0);
    ck_assert(isnan(table_number(table, "value", row_of(table, "stay"))));
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_volumes_are_held_against_the_answers) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_table *table = NULL;
    state_volumes();
    volumes[2] = -1;
    ck_assert_fails(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err),
                    CX_E_DOMAIN, "row 2");
    volumes[2] = NAN;
    ck_assert_fails(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err),
                    CX_E_DOMAIN, "missing");
    state_volumes();
    for (int l = 0; l < LEVELS; l++) volume_columns[l].length = PATHS - 1;
    volume_column.length = PATHS - 1;
    ck_assert_fails(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err),
                    CX_E_DOMAIN, "stay > shop > staff has answers");
    ck_assert_fails(cx_journey(set, &volume_frame, NULL, NULL, NULL, &table, err), CX_E_NULL,
                    "go together");
    state_volumes();
    volume_frame.count = 2;
    ck_assert_fails(cx_journey(set, &volume_frame, &volume_column, NULL, NULL, &table, err),
                    CX_E_MISMATCH, "3 levels");
    state_volumes();
    volume_columns[1].name = "touch";
    ck_assert_fails(cx_journey(set, NULL, NULL, &volume_frame, NULL, &table, err), CX_E_MISMATCH,
                    "touchpoint");
    ck_assert_ptr_null(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_options_of_a_journey_are_checked) {
    cx_tallies *set = answers_of(0, PATHS);
    cx_journey_options options;
    cx_table *table = NULL;
    cx_journey_options_init(&options);
    options.weights = 2;
    ck_assert_fails(cx_journey(set, NULL, NULL, NULL, &options, &table, err), CX_E_OPTION,
                    "weights is 2");
    cx_journey_options_init(&options);
    options.weights = CX_JOURNEY_EQUAL;
    state_volumes();
    ck_assert_fails(cx_journey(set, &volume_frame, &volume_column, NULL, &options, &table, err),
                    CX_E_OPTION, "no use for volumes");
    cx_journey_options_init(&options);
    options.pool = 0;
    ck_assert_ok(cx_journey(set, NULL, NULL, NULL, &options, &table, err));
    ck_assert_int_eq((int)cx_table_find(table, "pooled_value"), -1);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

Suite *suite_journey(void) {
    Suite *suite = suite_create("journey");
    TCase *tcase = tcase_create("journey");
    tcase_add_test(tcase, test_a_journey_without_answers_is_empty);
    tcase_add_test(tcase, test_one_path_alone_is_not_pooled);
    tcase_add_test(tcase, test_parts_that_do_not_differ_are_pooled_in_full);
    tcase_add_test(tcase, test_answers_that_are_all_alike_have_no_pooled_value);
    tcase_add_test(tcase, test_a_journey_is_that_of_dense_matrices);
    tcase_add_test(tcase, test_weighted_by_answers_a_stage_is_the_score_of_its_answers);
    tcase_add_test(tcase, test_fixed_weights_propagate_the_errors_of_the_parts);
    tcase_add_test(tcase, test_a_pooled_whole_is_the_mean_of_its_pooled_parts);
    tcase_add_test(tcase, test_a_node_of_promoters_only_is_drawn_inwards);
    tcase_add_test(tcase, test_a_missing_stage_makes_a_partial_score_and_never_a_zero);
    tcase_add_test(tcase, test_what_is_covered_is_told_where_volumes_are_stated);
    tcase_add_test(tcase, test_a_path_nobody_takes_has_a_score_and_no_weight);
    tcase_add_test(tcase, test_volumes_are_held_against_the_answers);
    tcase_add_test(tcase, test_options_of_a_journey_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
