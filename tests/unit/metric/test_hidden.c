#include "../support.h"

/* Small cells of comparisons, journeys, modes, coverage and visits. */

enum { ROOM = 64 };

static int8_t scores[2][ROOM];
static int32_t teams[2][ROOM];
static int64_t rows[2];
static cx_tallies *side[2];
static cx_table *table;
static cx_compare_options options;

static void setup(void) {
    table = NULL;
    for (int i = 0; i < 2; i++) side[i] = NULL, rows[i] = 0;
    cx_compare_options_init(&options);
    options.min_n = 5;
}

static void teardown(void) {
    cx_table_free(table);
    for (int i = 0; i < 2; i++) cx_tallies_free(side[i]);
}

static void add(int i, int32_t team, int64_t n, int8_t score) {
    for (int64_t k = 0; k < n; k++, rows[i]++)
        teams[i][rows[i]] = team, scores[i][rows[i]] = (int8_t)(score - k % 2);
}

static void group(int i) {
    cx_array x = cx_array_of(scores[i], CX_I8, rows[i]);
    cx_array key = cx_array_of(teams[i], CX_I32, rows[i]);
    cx_frame by = {&key, 1, {0, 0}};
    key.name = "team";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &side[i], err));
}

/* Teams of 3, 6 and 9 answers; then of 8, 4 and 7. */
static void teams_of_few(void) {
    add(0, 1, 3, 9), add(0, 2, 6, 10), add(0, 3, 9, 4), group(0);
    add(1, 1, 8, 9), add(1, 2, 4, 3), add(1, 3, 7, 10), group(1);
}

static bool shown(const char *name, int64_t row) {
    return !isnan(table_number(table, name, row));
}

/* What is shown in the rows, as "101": 1 shown, 0 hidden. */
static void assert_shown(const char *name, const char *expected) {
    for (int64_t i = 0; expected[i] != 0; i++)
        ck_assert_msg(shown(name, i) == (expected[i] == '1'), "%s, row %d", name, (int)i);
}

static double beneath(const char *name, int64_t row) {
    cx_array found;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &found, err));
    return found.dtype == CX_I64 ? (double)((const int64_t *)found.data)[row]
                                 : ((const double *)found.data)[row];
}

/* -- comparisons --------------------------------------------------------------------------- */

START_TEST(test_hidden_needs_a_number_of_answers) {
    teams_of_few();
    options.min_n = -1;
    ck_assert_fails(cx_compare_by(side[0], side[1], &options, &table, err), CX_E_OPTION, "min_n");
    ck_assert_fails(cx_compare_rest(side[0], &options, &table, err), CX_E_OPTION, "min_n");
    ck_assert_fails(cx_decompose(side[0], side[1], &options, &table, err), CX_E_OPTION, "min_n");
}
END_TEST

START_TEST(test_hidden_sides_of_a_comparison_are_hidden_alone) {
    teams_of_few();
    ck_assert_ok(cx_compare_by(side[0], side[1], &options, &table, err));
    assert_shown("n_a", "001");
    assert_shown("value_a", "001");
    assert_shown("n_b", "100");
    assert_shown("value_b", "100");
    assert_shown("value", "000");
    assert_shown("p_adjusted", "000");
}
END_TEST

START_TEST(test_hidden_rest_and_group_go_together) {
    teams_of_few();
    ck_assert_ok(cx_compare_rest(side[0], &options, &table, err));
    assert_shown("n_a", "001");
    assert_shown("n_b", "001");
    assert_shown("value", "001");
}
END_TEST

START_TEST(test_hidden_rest_of_too_few_hides_the_group) {
    add(0, 1, 20, 9), add(0, 2, 1, 3), add(0, 3, 2, 3), group(0);
    ck_assert_ok(cx_compare_rest(side[0], &options, &table, err));
    assert_shown("n_a", "000");
    assert_shown("n_b", "000");
}
END_TEST

START_TEST(test_hidden_on_one_side_of_a_change_is_hidden_on_both) {
    teams_of_few();
    ck_assert_ok(cx_decompose(side[0], side[1], &options, &table, err));
    static const char *const names[] = {"share_before", "n_before", "mean_after", "mix",
                                        "within_se",    "n_after",  "mix_ci_low"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_shown(names[i], "000");
    ck_assert(beneath("n_before", 1) == 0);
    ck_assert(isnan(beneath("mix", 0)) && isnan(beneath("share_after", 2)));
}
END_TEST

START_TEST(test_hidden_whole_of_a_change_is_refused) {
    add(0, 1, 4, 9), group(0), add(1, 1, 9, 9), group(1);
    ck_assert_fails(cx_decompose(side[0], side[1], &options, &table, err), CX_E_SUPPRESSED,
                    "min_n");
}
END_TEST

/* -- modes and journeys -------------------------------------------------------------------- */

START_TEST(test_hidden_modes_leave_no_test_and_no_difference) {
    cx_modes_options modes;
    cx_modes_options_init(&modes);
    modes.min_n = 5;
    teams_of_few();
    ck_assert_ok(cx_modes(side[0], NULL, NULL, NULL, &modes, &table, err));
    assert_shown("value", "1001");
    assert_shown("n", "1001");
    assert_shown("share", "1001");
    assert_shown("difference", "0000");
    assert_shown("q", "0000");
    modes.min_n = -2;
    ck_assert_fails(cx_modes(side[0], NULL, NULL, NULL, &modes, &table, err), CX_E_OPTION, "min_n");
}
END_TEST

START_TEST(test_hidden_nodes_of_a_journey_have_no_weight_by_answers) {
    cx_journey_options journey;
    cx_journey_options_init(&journey);
    journey.min_n = 5;
    teams_of_few();
    ck_assert_ok(cx_journey(side[0], NULL, NULL, NULL, &journey, &table, err));
    assert_shown("value", "1001");
    assert_shown("weight", "1001");
    assert_shown("share", "1001");
    assert_shown("pooled_value", "1001");
    journey.min_n = -2;
    ck_assert_fails(cx_journey(side[0], NULL, NULL, NULL, &journey, &table, err), CX_E_OPTION,
                    "min_n");
}
END_TEST

/* -- coverage and visits ------------------------------------------------------------------- */

START_TEST(test_hidden_kinds_stand_last_and_follow_from_no_figure) {
    static const int64_t contacts[] = {20, 2, 4, 30}, asked[] = {10, 0, 4, 30};
    static const int32_t kinds[] = {1, 2, 3, 4};
    cx_array key = cx_array_of(kinds, CX_I32, 4), n = cx_array_of(contacts, CX_I64, 4);
    cx_array a = cx_array_of(asked, CX_I64, 4);
    cx_frame by = {&key, 1, {0, 0}};
    cx_coverage_options coverage;
    key.name = "kind";
    cx_coverage_options_init(&coverage);
    coverage.min_n = 5;
    ck_assert_ok(cx_coverage(&by, &n, &a, NULL, &coverage, &table, err));
    assert_shown("contacts", "1100");
    assert_shown("gap", "1100");
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strstr(cx_table_figure_name(table, i), "never") != NULL ||
            strcmp(cx_table_figure_name(table, i), "dissimilarity") == 0)
            ck_assert_msg(isnan(cx_table_figure(table, i)), "%s", cx_table_figure_name(table, i));
    coverage.min_n = 57;
    cx_table *none = NULL;
    ck_assert_fails(cx_coverage(&by, &n, &a, NULL, &coverage, &none, err), CX_E_SUPPRESSED,
                    "min_n");
    coverage.min_n = -1;
    ck_assert_fails(cx_coverage(&by, &n, &a, NULL, &coverage, &none, err), CX_E_OPTION, "min_n");
}
END_TEST

START_TEST(test_hidden_outlets_are_those_of_few_visits) {
    static const char name[] = "speed";
    static const int32_t ends[] = {0, 5};
    double points[18];
    cx_mystery_options visits;
    cx_mystery *state;
    cx_array names = cx_array_of(name, CX_STRING, 1), x = cx_array_of(points, CX_F64, 18);
    names.offsets = ends;
    teams_of_few();
    for (int i = 0; i < 18; i++) points[i] = i % 2;
    cx_array key = cx_array_of(teams[0], CX_I32, 18);
    cx_frame shop = {&key, 1, {0, 0}}, items = {&x, 1, {0, 0}};
    key.name = "shop", x.name = "speed";
    ck_assert_ok(cx_mystery_new(&names, NULL, NULL, 1, NULL, &state, err));
    ck_assert_ok(cx_mystery_add(state, &items, NULL, &shop, NULL, err));
    cx_mystery_options_init(&visits);
    visits.min_n = 5;
    ck_assert_ok(cx_mystery_shops(state, &visits, &table, err));
    assert_shown("value", "001");
    cx_mystery_result result;
    visits.min_n = 19;
    ck_assert_fails(cx_mystery_score(state, &visits, &result, err), CX_E_SUPPRESSED, "min_n");
    visits.min_n = -1;
    ck_assert_fails(cx_mystery_score(state, &visits, &result, err), CX_E_OPTION, "min_n");
    cx_mystery_free(state);
}
END_TEST

Suite *suite_hidden(void) {
    Suite *suite = suite_create("hidden");
    TCase *tests = tcase_create("hidden");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_hidden_needs_a_number_of_answers);
    tcase_add_test(tests, test_hidden_sides_of_a_comparison_are_hidden_alone);
    tcase_add_test(tests, test_hidden_rest_and_group_go_together);
    tcase_add_test(tests, test_hidden_rest_of_too_few_hides_the_group);
    tcase_add_test(tests, test_hidden_on_one_side_of_a_change_is_hidden_on_both);
    tcase_add_test(tests, test_hidden_whole_of_a_change_is_refused);
    tcase_add_test(tests, test_hidden_modes_leave_no_test_and_no_difference);
    tcase_add_test(tests, test_hidden_nodes_of_a_journey_have_no_weight_by_answers);
    tcase_add_test(tests, test_hidden_kinds_stand_last_and_follow_from_no_figure);
    tcase_add_test(tests, test_hidden_outlets_are_those_of_few_visits);
    suite_add_tcase(suite, tests);
    return suite;
}
