#include "people.h"

/* Few combinations of categories, many, and more than any number: the weights are the same. */

enum { ROWS = 300, COLUMNS = 13, SPARE = 30 };

static int32_t codes[COLUMNS][ROWS], names[SPARE];
static cx_array many[COLUMNS];
static double start[ROWS];

static void cells_setup(void) {
    people_setup();
    for (int i = 0; i < SPARE; i++) names[i] = i;
    for (int m = 0; m < COLUMNS; m++) {
        static const char *const titles[COLUMNS] = {"a", "b", "c", "d", "e", "f", "g",
                                                    "h", "i", "j", "k", "l", "m"};
        for (int i = 0; i < ROWS; i++) {
            double u = cx_random_uniform(5, (uint32_t)m, (uint64_t)i, 0);
            codes[m][i] = (int32_t)(u * (m < 2 ? 5 : 2));
            start[i] = 0.5 + u;
        }
        many[m] = cx_array_of(codes[m], CX_I32, ROWS);
        many[m].name = titles[m];
    }
    table = (cx_frame){many, COLUMNS, {0, 0}};
}

/* Margins of so many columns, with so many categories each: those that nobody has are to be 0. */
static void cells_margins(int columns, int each) {
    cx_margins_free(margins);
    ck_assert_ok(cx_margins_new(NULL, &margins, err));
    for (int m = 0; m < columns; m++) {
        double totals[SPARE] = {0}, sum = 0;
        for (int k = 0; k < (m < 2 ? 5 : 2); k++) sum += totals[k] = 2 + (k + m) % 3;
        for (int k = 0; k < each; k++) totals[k] /= sum;
        cx_array of = cx_array_of(names, CX_I32, each), goal = doubles(totals, each, "t");
        of.name = many[m].name;
        cx_frame category = {&of, 1, {0, 0}};
        ck_assert_ok(cx_margins_add(margins, &category, &goal, err));
    }
}

static void cells_rake(int columns, int each, const cx_array *from, double *out) {
    cells_margins(columns, each);
    cx_weights_free(weights);
    weights = NULL;
    ck_assert_ok(cx_rake(&table, margins, from, &opts, &weights, err));
    ck_assert_int_eq(summary_of(weights).converged, 1);
    weights_into(weights, "weight", out);
}

START_TEST(test_one_margin_has_a_cell_for_each_category) {
    cells_rake(1, 5, NULL, values[0]);
    cells_rake(1, SPARE, NULL, values[1]);
    for (int i = 0; i < ROWS; i++) ck_assert_close(values[0][i], values[1][i], 1e-12);
}
END_TEST

START_TEST(test_combinations_that_nobody_has_change_no_weight) {
    cx_array from = doubles(start, ROWS, "start");
    static const int32_t distances[] = {CX_DISTANCE_RAKING, CX_DISTANCE_TRUNCATED_RAKING};
    for (int i = 0; i < 2; i++) {
        opts.distance = distances[i];
        opts.upper = i == 0 ? INFINITY : 8;
        cells_rake(4, 5, &from, values[0]);     /* 625 combinations: counted directly */
        cells_rake(4, SPARE, &from, values[1]); /* 810,000: hashed */
        for (int r = 0; r < ROWS; r++) ck_assert_close(values[0][r], values[1][r], 1e-8);
    }
}
END_TEST

START_TEST(test_more_combinations_than_any_number_change_no_weight) {
    cells_rake(COLUMNS, 5, NULL, values[0]);     /* 5^13: hashed */
    cells_rake(COLUMNS, SPARE, NULL, values[1]); /* 30^13: no number at all */
    for (int r = 0; r < ROWS; r++) ck_assert_close(values[0][r], values[1][r], 1e-8);
}
END_TEST

START_TEST(test_equal_start_weights_are_no_start_weights) {
    for (int i = 0; i < ROWS; i++) start[i] = 1;
    cx_array from = doubles(start, ROWS, "start");
    cells_rake(4, 5, &from, values[0]);
    cx_weights_summary given = summary_of(weights);
    cells_rake(4, 5, NULL, values[1]);
    cx_weights_summary s = summary_of(weights);
    for (int i = 0; i < ROWS; i++) ck_assert_close(values[0][i], values[1][i], 1e-12);
    ck_assert_close(s.deff, given.deff, 1e-12);
    ck_assert_close(s.total, given.total, 1e-12);
    ck_assert_close(s.ratio_max, given.ratio_max, 1e-12);
    ck_assert_int_eq(s.positive, given.positive);
    ck_assert_int_eq(s.rows, given.rows);
}
END_TEST

START_TEST(test_an_unknown_category_is_named_however_cells_are_found) {
    static const int each[] = {5, SPARE};
    codes[2][ROWS - 1] = 77;
    for (int i = 0; i < 2; i++) {
        cx_error error;
        cx_error_init(&error);
        cells_margins(4, each[i]);
        ck_assert_int_eq(cx_rake(&table, margins, NULL, NULL, &weights, &error), CX_E_DOMAIN);
        ck_assert_int_eq(error.row, ROWS - 1);
        ck_assert_ptr_nonnull(strstr(error.text, "the category 77 has no total in margin c"));
    }
}
END_TEST

START_TEST(test_weights_are_shared_with_a_table_that_outlives_them) {
    cx_table *shared;
    cells_rake(4, 5, NULL, values[0]);
    ck_assert_ok(cx_weights_values(weights, &shared, err));
    cx_weights_free(weights);
    weights = NULL;
    ck_assert_int_eq(cx_table_rows(shared), ROWS);
    ck_assert_int_eq(cx_table_columns(shared), 1);
    for (int i = 0; i < ROWS; i++)
        ck_assert_double_eq(table_number(shared, "weight", i), values[0][i]);
    cx_table_free(shared);
}
END_TEST

Suite *suite_cells(void);
Suite *suite_cells(void) {
    Suite *suite = suite_create("cells");
    TCase *tcase = tcase_create("cells");
    tcase_add_checked_fixture(tcase, cells_setup, people_teardown);
    tcase_add_test(tcase, test_one_margin_has_a_cell_for_each_category);
    tcase_add_test(tcase, test_combinations_that_nobody_has_change_no_weight);
    tcase_add_test(tcase, test_more_combinations_than_any_number_change_no_weight);
    tcase_add_test(tcase, test_equal_start_weights_are_no_start_weights);
    tcase_add_test(tcase, test_an_unknown_category_is_named_however_cells_are_found);
    tcase_add_test(tcase, test_weights_are_shared_with_a_table_that_outlives_them);
    suite_add_tcase(suite, tcase);
    return suite;
}
