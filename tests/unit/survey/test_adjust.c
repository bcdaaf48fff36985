#include "../metric/figures.h"
#include "calibrated.h"

/* -- helpers ------------------------------------------------------------------------------- */

enum { MOST = 40 };
static double rho[MOST], answered[MOST], weight[MOST];
static cx_array chances, responded, weights;
static cx_adjust_options o;

/* Forty customers of rising chance, of whom those with an even number of the last digit answer. */
static void setup(void) {
    for (int i = 0; i < MOST; i++) {
        rho[i] = (i + 1) / 50.0;
        answered[i] = i % 2;
        weight[i] = 1 + i % 3;
    }
    chances = cx_array_of(rho, CX_F64, MOST);
    responded = cx_array_of(answered, CX_F64, MOST);
    weights = cx_array_of(weight, CX_F64, MOST);
    cx_adjust_options_init(&o);
    o.least = 1;
}

static cx_adjustment *adjust(const cx_array *propensity, const cx_frame *by, const cx_array *w) {
    cx_adjustment *made;
    ck_assert_ok(cx_adjust_response(propensity, by, &responded, w, &o, &made, err));
    return made;
}

static cx_table *classes_of(const cx_adjustment *adjustment) {
    cx_table *table;
    ck_assert_ok(cx_adjustment_classes(adjustment, &table, err));
    return table;
}

/* -- classes of chances -------------------------------------------------------------------- */

START_TEST(test_nobody_asked_or_nobody_answered_is_empty) {
    cx_adjustment *made;
    static const double none[MOST];
    responded.data = none;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, NULL, &o, &made, err),
                    CX_E_EMPTY, "nobody");
    responded.length = chances.length = 0;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, NULL, NULL, &made, err),
                    CX_E_EMPTY, "nobody");
}
END_TEST

START_TEST(test_everybody_answered_changes_no_weight) {
    for (int i = 0; i < MOST; i++) answered[i] = 1;
    cx_adjustment *made = adjust(&chances, NULL, &weights);
    cx_table *rows;
    ck_assert_ok(cx_adjustment_rows(made, &rows, err));
    for (int i = 0; i < MOST; i++) ck_assert_double_eq(table_number(rows, "weight", i), weight[i]);
    cx_table_free(rows);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_equal_chances_are_one_class) {
    chances.stride = 0;
    cx_adjustment *made = adjust(&chances, NULL, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert_double_eq(table_number(table, "factor", 0), 2);
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_fifths_have_as_many_rows_and_weigh_as_much_as_they_were_asked) {
    cx_adjustment *made = adjust(&chances, NULL, &weights);
    cx_table *table = classes_of(made), *rows;
    ck_assert_ok(cx_adjustment_rows(made, &rows, err));
    ck_assert_int_eq(cx_table_rows(table), 5);
    for (int c = 0; c < 5; c++) {
        double sum = 0;
        for (int i = 0; i < MOST; i++)
            if ((int)table_number(rows, "class", i) == c) sum += table_number(rows, "weight", i);
        ck_assert_double_eq(table_number(table, "n", c), 8);
        ck_assert_double_eq(table_number(table, "responded", c), 4);
        ck_assert_close(sum, table_number(table, "sum_w", c), 1e-14);
        ck_assert_double_eq(table_number(table, "low", c), (8 * c + 1) / 50.0);
        ck_assert_double_eq(table_number(table, "high", c), (8 * c + 8) / 50.0);
        ck_assert(isnan(table_number(table, "flags", c)) || table_number(table, "flags", c) == 0);
    }
    /* rows 0 to 7 weigh 1 2 3 1 2 3 1 2; of them 2 1 3 2 answered */
    ck_assert_close(table_number(table, "rate", 0), 8.0 / 15, 1e-15);
    ck_assert_close(table_number(rows, "weight", 1), 2 * 15 / 8.0, 1e-15);
    ck_assert_double_eq(table_number(rows, "weight", 0), 0);
    cx_table_free(table);
    cx_table_free(rows);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_small_classes_join_the_neighbour_of_nearer_chance) {
    for (int i = 8; i < 15; i++) answered[i] = 0; /* one answer left in the second fifth */
    for (int i = 0; i < 8; i++) rho[i] = 0.001;   /* further away than the third */
    o.least = 2;
    cx_adjustment *made = adjust(&chances, NULL, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_double_eq(table_number(table, "n", 1), 16);
    ck_assert_double_eq(table_number(table, "responded", 1), 5);
    ck_assert_double_eq(table_number(table, "joined", 1), 2);
    ck_assert_double_eq(table_number(table, "factor", 1), 3.2);
    ck_assert_str_eq(cx_table_figure_name(table, 4), "joined");
    ck_assert_double_eq(cx_table_figure(table, 4), 1);
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_one_class_that_is_too_small_says_few) {
    o.least = 30;
    cx_adjustment *made = adjust(&chances, NULL, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert_double_eq(table_number(table, "flags", 0), CX_FLAG_FEW);
    ck_assert_double_eq(table_number(table, "joined", 0), 5);
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_rows_without_weight_are_in_no_class) {
    weight[3] = 0;
    cx_adjustment *made = adjust(&chances, NULL, &weights);
    cx_table *rows;
    ck_assert_ok(cx_adjustment_rows(made, &rows, err));
    ck_assert(isnan(table_number(rows, "class", 3)));
    ck_assert(isnan(table_number(rows, "rate", 3)));
    ck_assert_double_eq(table_number(rows, "weight", 3), 0);
    cx_table_free(rows);
    cx_adjustment_free(made);
}
END_TEST

/* -- cells of categories ------------------------------------------------------------------- */

static words region, channel;
static cx_array column[2];
static cx_frame by;

/* north web 1 of 2, north mail 2 of 2, south web 0 of 2, south mail 1 of 2 */
static void cells(void) {
    static const double came[] = {1, 0, 1, 1, 0, 0, 1, 0};
    column[0] = *words_split(&region, "region", "north north north north south south south south");
    column[1] = *words_split(&channel, "channel", "web web mail mail web web mail mail");
    by = (cx_frame){column, 2, {0, 0}};
    memcpy(answered, came, sizeof came);
    responded.length = 8;
}

START_TEST(test_a_cell_without_answers_joins_one_of_its_own_region) {
    cells();
    cx_adjustment *made = adjust(NULL, &by, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert(table_word_is(table, "categories", 0, "north, mail"));
    ck_assert(table_word_is(table, "categories", 1, "north, web"));
    ck_assert(table_word_is(table, "categories", 2, "south, mail | south, web"));
    ck_assert_double_eq(table_number(table, "factor", 2), 4);
    ck_assert(isnan(table_number(table, "low", 2)));
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_cells_with_the_nearest_share_join_when_nothing_is_shared) {
    cells();
    by.columns = column + 1; /* web 1 of 4, mail 3 of 4 */
    by.count = 1;
    o.least = 2;
    cx_adjustment *made = adjust(NULL, &by, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert(table_word_is(table, "categories", 0, "mail | web"));
    ck_assert_double_eq(table_number(table, "rate", 0), 0.5);
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_regions_join_only_when_their_own_cells_are_one) {
    cells();
    o.least = 3;
    cx_adjustment *made = adjust(NULL, &by, NULL);
    cx_table *table = classes_of(made);
    ck_assert_int_eq(cx_table_rows(table), 1); /* north 3 of 4, south 1 of 4: too few */
    ck_assert_double_eq(table_number(table, "joined", 0), 4);
    ck_assert(table_word_is(table, "categories", 0,
                            "north, mail | north, web | south, mail | south, web"));
    cx_table_free(table);
    cx_adjustment_free(made);
}
END_TEST

START_TEST(test_more_than_10000_cells_are_refused) {
    static double many[10001];
    static int32_t key[10001];
    cx_adjustment *made;
    for (int i = 0; i < 10001; i++) key[i] = i, many[i] = 1;
    column[0] = cx_array_of(key, CX_I32, 10001);
    column[0].name = "customer";
    by = (cx_frame){column, 1, {0, 0}};
    responded = cx_array_of(many, CX_F64, 10001);
    ck_assert_fails(cx_adjust_response(NULL, &by, &responded, NULL, &o, &made, err), CX_E_LIMIT,
                    "10000 cells");
    responded.length = column[0].length = 10000;
    made = adjust(NULL, &by, NULL);
    cx_adjustment_free(made);
}
END_TEST

/* -- refused ------------------------------------------------------------------------------- */

START_TEST(test_classes_are_of_chances_or_of_categories) {
    cx_adjustment *made;
    cells();
    ck_assert_fails(cx_adjust_response(NULL, NULL, &responded, NULL, &o, &made, err), CX_E_NULL,
                    "propensity is missing");
    ck_assert_fails(cx_adjust_response(&chances, &by, &responded, NULL, &o, &made, err),
                    CX_E_MISMATCH, "not of both");
}
END_TEST

START_TEST(test_bad_rows_and_options_are_named) {
    cx_adjustment *made;
    answered[5] = 0.5;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, NULL, &o, &made, err),
                    CX_E_DOMAIN, "row 5: 0.5 is neither 1");
    answered[5] = 1;
    rho[7] = 1;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, NULL, &o, &made, err),
                    CX_E_DOMAIN, "row 7");
    rho[7] = 0.5;
    weight[2] = -1;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, &weights, &o, &made, err),
                    CX_E_DOMAIN, "row 2");
    o.classes = 0;
    ck_assert_fails(cx_adjust_response(&chances, NULL, &responded, NULL, &o, &made, err),
                    CX_E_OPTION, "classes is 0");
}
END_TEST

Suite *suite_adjust(void);
Suite *suite_adjust(void) {
    Suite *suite = suite_create("adjust");
    TCase *tcase = tcase_create("adjust");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_nobody_asked_or_nobody_answered_is_empty);
    tcase_add_test(tcase, test_everybody_answered_changes_no_weight);
    tcase_add_test(tcase, test_equal_chances_are_one_class);
    tcase_add_test(tcase, test_fifths_have_as_many_rows_and_weigh_as_much_as_they_were_asked);
    tcase_add_test(tcase, test_small_classes_join_the_neighbour_of_nearer_chance);
    tcase_add_test(tcase, test_one_class_that_is_too_small_says_few);
    tcase_add_test(tcase, test_rows_without_weight_are_in_no_class);
    tcase_add_test(tcase, test_a_cell_without_answers_joins_one_of_its_own_region);
    tcase_add_test(tcase, test_cells_with_the_nearest_share_join_when_nothing_is_shared);
    tcase_add_test(tcase, test_regions_join_only_when_their_own_cells_are_one);
    tcase_add_test(tcase, test_more_than_10000_cells_are_refused);
    tcase_add_test(tcase, test_classes_are_of_chances_or_of_categories);
    tcase_add_test(tcase, test_bad_rows_and_options_are_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
