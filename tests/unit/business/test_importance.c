#include "columns.h"

enum { K = 4 };

static double importance[K] = {0.4, 0.1, 0.3, 0.2}, performance[K] = {6, 8, 9, 5};
static double error[K] = {0.01, 0.01, 0.01, 0.01}, wide[K] = {1, 1, 1, 1};
static cx_array column[8];
static cx_frame items;
static words names;
static cx_importance_options options;

static void put(const char *name, const double *values) {
    column[items.count] = cx_array_of(values, CX_F64, K);
    column[items.count++].name = name;
}

static void setup(void) {
    items = (cx_frame){column, 0, {0, 0}};
    put("importance", importance);
    put("performance", performance);
    cx_importance_options_init(&options);
    options.best = 10;
}

static cx_table *placed(void) {
    cx_table *table = NULL;
    ck_assert_ok(cx_importance_performance(&items, &options, &table, err));
    return table;
}

START_TEST(test_values_alone_place_the_items_around_the_means) {
    cx_table *table = placed();
    const char *const expected[K] = {"concentrate here", "possible overkill",
                                     "keep up the good work", "low priority"};
    for (int i = 0; i < K; i++) ck_assert(table_word_is(table, "quadrant", i, expected[i]));
    ck_assert_close(table_figure(table, "cut_importance"), 0.25, 1e-15);
    ck_assert_close(table_figure(table, "cut_performance"), 7, 1e-15);
    ck_assert_double_eq(table_figure(table, "decided"), K);
    ck_assert(isnan(table_number(table, "importance_gap_low", 0)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_an_item_whose_interval_holds_a_cut_is_undecided) {
    put("importance_se", error);
    put("performance_se", wide);
    cx_table *table = placed();
    /* (1 - 2/4) 1 + 4/16 = 0.75 */
    double half = cx_normal_quantile(0.975) * sqrt(0.75);
    ck_assert_close(table_number(table, "performance_gap_low", 0), -1 - half, 1e-14);
    ck_assert(table_word_is(table, "quadrant", 0, "undecided"));
    ck_assert(table_word_is(table, "nearest", 0, "concentrate here"));
    ck_assert(table_word_is(table, "quadrant", 2, "keep up the good work"));
    cx_table_free(table);
    options.cut_performance = 7;
    table = placed();
    half = cx_normal_quantile(0.975);
    ck_assert_close(table_number(table, "performance_gap_high", 0), -1 + half, 1e-14);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_gain_is_what_can_be_reached_and_the_rank_counts_its_cost) {
    const double reachable[K] = {0.5, 1, 1, 1}, cost[K] = {10, 1, 1, 1};
    cx_table *table = placed();
    ck_assert_close(table_number(table, "gain", 0), 0.4 * 4, 1e-15);
    ck_assert(isnan(table_number(table, "gain_per_cost", 0)));
    ck_assert_double_eq(table_number(table, "rank", 0), 1);
    cx_table_free(table);
    put("reachable", reachable);
    put("cost", cost);
    table = placed();
    ck_assert_close(table_number(table, "gain", 0), 0.8, 1e-15);
    ck_assert_close(table_number(table, "gain_per_cost", 0), 0.08, 1e-15);
    ck_assert_double_eq(table_number(table, "rank", 0), 4);
    ck_assert_double_eq(table_number(table, "rank", 3), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_one_item_and_equal_items_are_undecided_and_above_the_best_gains_nothing) {
    const double same[K] = {0.1, 0.1, 0.1, 0.1}, top[K] = {11, 11, 11, 11};
    column[0].data = same, column[1].data = top;
    cx_table *table = placed();
    for (int i = 0; i < K; i++) {
        ck_assert(table_word_is(table, "quadrant", i, "undecided"));
        ck_assert_double_eq(table_number(table, "gain", i), 0);
        ck_assert_double_eq(table_number(table, "rank", i), 1);
    }
    cx_table_free(table);
    column[0].length = column[1].length = 1;
    table = placed();
    ck_assert(table_word_is(table, "quadrant", 0, "undecided"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_names_are_passed_on) {
    column[2] = *words_set(&names, "ease price staff speed");
    column[2].name = "name";
    items.count = 3;
    cx_table *table = placed();
    ck_assert(table_word_is(table, "name", 3, "speed"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_bad_items_are_named) {
    const double zero[K] = {1, 0, 1, 1}, gap[K] = {1, 2, NAN, 4};
    cx_table *table = NULL;
    put("cost", zero);
    ck_assert_fails(cx_importance_performance(&items, &options, &table, err), CX_E_DOMAIN,
                    "above 0");
    items.count = 2, column[1].data = gap;
    ck_assert_fails(cx_importance_performance(&items, &options, &table, err), CX_E_DOMAIN,
                    "performance");
    items.count = 1;
    ck_assert_fails(cx_importance_performance(&items, &options, &table, err), CX_E_NAME,
                    "performance");
    setup();
    options.best = NAN;
    ck_assert_fails(cx_importance_performance(&items, &options, &table, err), CX_E_OPTION, "best");
    options.best = 10, column[0].length = column[1].length = 0;
    ck_assert_fails(cx_importance_performance(&items, &options, &table, err), CX_E_EMPTY,
                    "no item");
    ck_assert_ptr_null(table);
}
END_TEST

/* -- penalty and reward -------------------------------------------------------------------- */

enum { N = 90 };

static double answer[2][N], score[N], weight[N];
static cx_array item[2], y;
static cx_frame x;
static cx_penalty_reward_options around;

static void answers(void) {
    setup();
    for (int i = 0; i < N; i++) {
        double a = answer[0][i] = 1 + i % 5, b = answer[1][i] = 1 + i / 5 % 5;
        score[i] = 5 + 2 * (a < 3 ? a - 3 : 0) + 0.2 * (a > 3 ? a - 3 : 0) +
                   0.9 * (b > 3 ? b - 3 : 0) + 0.3 * sin(7.7 * i);
        weight[i] = 1 + i % 2;
    }
    for (int j = 0; j < 2; j++) item[j] = cx_array_of(answer[j], CX_F64, N);
    item[0].name = "clean", item[1].name = "music";
    y = cx_array_of(score, CX_F64, N);
    x = (cx_frame){item, 2, {0, 0}};
    cx_penalty_reward_options_init(&around);
    around.neutral = 3;
}

static cx_table *contrasted(const cx_array *weights) {
    cx_table *table = NULL;
    ck_assert_ok(cx_penalty_reward(&x, &y, weights, &around, &table, err));
    return table;
}

START_TEST(test_slopes_below_and_above_neutral_are_found) {
    cx_table *table = contrasted(NULL);
    ck_assert_near(table_number(table, "penalty", 0), 2, 0.1);
    ck_assert_near(table_number(table, "reward", 0), 0.2, 0.1);
    ck_assert_near(table_number(table, "reward", 1), 0.9, 0.1);
    ck_assert(table_word_is(table, "kind", 0, "basic"));
    ck_assert(table_word_is(table, "kind", 1, "excitement"));
    for (int j = 0; j < 2; j++)
        ck_assert_close(table_number(table, "asymmetry", j),
                        table_number(table, "penalty", j) - table_number(table, "reward", j),
                        1e-12);
    ck_assert_double_lt(table_number(table, "p_value", 0), 0.001);
    ck_assert_near(table_figure(table, "constant"), 5, 0.2);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_straight_line_has_no_asymmetry) {
    for (int i = 0; i < N; i++)
        score[i] = answer[0][i] + 0.5 * answer[1][i] + sin(12.9898 * i) * cos(78.233 * i);
    cx_table *table = contrasted(NULL);
    for (int j = 0; j < 2; j++) ck_assert(table_word_is(table, "kind", j, "undecided"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_an_item_without_answers_on_one_side_is_not_testable) {
    for (int i = 0; i < N; i++) answer[1][i] = answer[1][i] < 3 ? 3 : answer[1][i];
    cx_table *table = contrasted(NULL);
    ck_assert(isnan(table_number(table, "penalty", 1)));
    ck_assert(isnan(table_number(table, "p_value", 1)));
    ck_assert(table_word_is(table, "kind", 1, "not testable"));
    ck_assert_double_gt(table_number(table, "reward", 1), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_weights_move_the_errors_of_penalty_and_reward) {
    cx_array weights = cx_array_of(weight, CX_F64, N);
    cx_table *plain = contrasted(NULL), *weighted = contrasted(&weights);
    ck_assert_double_ne(table_number(plain, "penalty_se", 0),
                        table_number(weighted, "penalty_se", 0));
    cx_table_free(plain);
    cx_table_free(weighted);
}
END_TEST

START_TEST(test_neutral_has_to_be_given) {
    cx_table *table = NULL;
    around.neutral = NAN;
    ck_assert_fails(cx_penalty_reward(&x, &y, NULL, &around, &table, err), CX_E_OPTION, "neutral");
    around.neutral = 3, answer[0][5] = INFINITY;
    ck_assert_fails(cx_penalty_reward(&x, &y, NULL, &around, &table, err), CX_E_DOMAIN, "clean");
    ck_assert_ptr_null(table);
}
END_TEST

static cx_status run_placed(const cx_allocator *allocator, cx_error *err) {
    cx_table *table = NULL;
    options.allocator = allocator;
    cx_status status = cx_importance_performance(&items, &options, &table, err);
    cx_table_free(table);
    return status;
}

static cx_status run_contrasted(const cx_allocator *allocator, cx_error *err) {
    cx_table *table = NULL;
    around.allocator = allocator;
    cx_status status = cx_penalty_reward(&x, &y, NULL, &around, &table, err);
    cx_table_free(table);
    return status;
}

START_TEST(test_every_allocation_of_importance_may_fail) {
    fault_everywhere(run_placed, 10);
    fault_everywhere(run_contrasted, 15);
}
END_TEST

Suite *suite_importance(void);
Suite *suite_importance(void) {
    Suite *suite = suite_create("importance");
    TCase *map = tcase_create("map"), *sides = tcase_create("sides");
    tcase_add_checked_fixture(map, setup, NULL);
    tcase_add_test(map,
                   test_one_item_and_equal_items_are_undecided_and_above_the_best_gains_nothing);
    tcase_add_test(map, test_values_alone_place_the_items_around_the_means);
    tcase_add_test(map, test_an_item_whose_interval_holds_a_cut_is_undecided);
    tcase_add_test(map, test_the_gain_is_what_can_be_reached_and_the_rank_counts_its_cost);
    tcase_add_test(map, test_names_are_passed_on);
    tcase_add_test(map, test_bad_items_are_named);
    suite_add_tcase(suite, map);
    tcase_add_checked_fixture(sides, answers, NULL);
    tcase_add_test(sides, test_slopes_below_and_above_neutral_are_found);
    tcase_add_test(sides, test_a_straight_line_has_no_asymmetry);
    tcase_add_test(sides, test_an_item_without_answers_on_one_side_is_not_testable);
    tcase_add_test(sides, test_weights_move_the_errors_of_penalty_and_reward);
    tcase_add_test(sides, test_neutral_has_to_be_given);
    tcase_add_test(sides, test_every_allocation_of_importance_may_fail);
    suite_add_tcase(suite, sides);
    return suite;
}
