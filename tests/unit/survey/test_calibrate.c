#include "people.h"

/* -- one row, few rows --------------------------------------------------------------------- */

START_TEST(test_no_row_no_margin_and_no_weight_are_told_apart) {
    people("", "");
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_EMPTY, "no margin");
    MARGIN("age", "young", 3);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_EMPTY, "no row");
    people("young young", "f m");
    cx_array zero = doubles(values[0], 2, "w");
    values[0][0] = values[0][1] = 0;
    ck_assert_fails(cx_rake(&table, margins, &zero, NULL, &weights, err), CX_E_EMPTY, "weight");
}
END_TEST

START_TEST(test_one_row_stands_for_all) {
    people("young", "f");
    MARGIN("age", "young", 70);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    weights_into(weights, "weight", values[0]);
    ck_assert_double_eq(values[0][0], 70);
    cx_weights_summary s = summary_of(weights);
    ck_assert_double_eq(s.n_eff, 1);
    ck_assert_double_eq(s.ratio_max, 1); /* without start weights every row starts at 70 / 1 */
}
END_TEST

START_TEST(test_shares_are_of_the_start_weights_and_totals_of_themselves) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 0.5, 0.5);
    MARGIN("sex", "f m", 0.6, 0.4);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    ck_assert_close(summary_of(weights).total, 3, 1e-9);
    weights_into(weights, "weight", values[0]);
    ck_assert_close(values[0][0], 1.5, 1e-9);
    ck_assert_close(values[0][1], 0.3, 1e-9);
    ck_assert_close(values[0][2], 1.2, 1e-9);
    opts.total = 300;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &other, err));
    ck_assert_close(summary_of(other).total, 300, 1e-9);
}
END_TEST

START_TEST(test_shares_beside_totals_are_shares_of_the_totals) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 50, 150);
    MARGIN("sex", "f m", 0.6, 0.4);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    ck_assert_close(summary_of(weights).total, 200, 1e-9);
    weights_into(weights, "weight", values[0]);
    ck_assert_close(values[0][2], 80, 1e-9);
}
END_TEST

/* -- reference numbers --------------------------------------------------------------------- */

static vectors known, totals;

/* The names of column a or b of one case, or its numbers. Returns the rows. */
static int64_t case_rows(const char *id, const char *name, const char **out) {
    int64_t count = 0;
    for (int64_t r = 0; r < known.rows; r++)
        if (strcmp(vectors_text(&known, r, "id"), id) == 0)
            out[count++] = vectors_text(&known, r, name);
    return count;
}

static int64_t case_totals(const char *id, const char *margin, const char **names, double *out) {
    int64_t count = 0;
    for (int64_t r = 0; r < totals.rows; r++) {
        if (strcmp(vectors_text(&totals, r, "id"), id) != 0 ||
            strcmp(vectors_text(&totals, r, "margin"), margin) != 0)
            continue;
        names[count] = vectors_text(&totals, r, "category");
        out[count++] = vectors_number(&totals, r, "total");
    }
    return count;
}

static void case_margin(const char *id, const char *name) {
    const char *names[16];
    double of[16];
    int64_t count = case_totals(id, name, names, of);
    if (count == 0) return;
    cx_frame frame = {words_of(&categories, name, count, names), 1, {0, 0}};
    cx_array column_of = doubles(of, count, "totals");
    ck_assert_ok(cx_margins_add(margins, &frame, &column_of, err));
}

static void case_solve(int64_t first) {
    const char *id = vectors_text(&known, first, "id"), *text[64];
    int64_t rows = case_rows(id, "a", text);
    const char *names[16];
    double x_total[16];
    column[0] = *words_of(&a, "a", rows, text);
    case_rows(id, "b", text);
    column[1] = *words_of(&b, "b", rows, text);
    table = (cx_frame){column, 2, {0, 0}};
    for (int64_t i = 0; i < rows; i++) {
        values[0][i] = vectors_number(&known, first + i, "start");
        values[1][i] = vectors_number(&known, first + i, "x");
    }
    case_margin(id, "a");
    case_margin(id, "b");
    const char *distance = vectors_text(&known, first, "distance");
    while (strcmp(cx_distance_name(opts.distance), distance) != 0) opts.distance++;
    opts.lower = vectors_number(&known, first, "lower");
    opts.upper = vectors_number(&known, first, "upper");
    cx_array start = doubles(values[0], rows, "start"), x = doubles(values[1], rows, "x");
    cx_frame xs = {&x, case_totals(id, "x", names, x_total), {0, 0}};
    cx_array of = doubles(x_total, xs.count, "totals");
    static double one[64];
    for (int64_t i = 0; i < rows; i++) one[i] = 1;
    if (xs.count == 0) { /* a column that follows from the margins changes nothing */
        x = doubles(one, rows, "one");
        xs.count = 1;
        of = doubles(x_total, 1, "totals");
        x_total[0] = 0;
        for (int64_t i = 0; i < totals.rows; i++)
            if (strcmp(vectors_text(&totals, i, "id"), id) == 0 &&
                strcmp(vectors_text(&totals, i, "margin"), "a") == 0)
                x_total[0] += vectors_number(&totals, i, "total");
    }
    ck_assert_ok(cx_calibrate(&xs, &of, &table, margins, &start, &opts, &weights, err));
    weights_into(weights, "weight", values[2]);
    for (int64_t i = 0; i < rows; i++)
        ck_assert_msg(close_relative(values[2][i], vectors_number(&known, first + i, "weight"),
                                     vectors_number(&known, first + i, "tolerance")),
                      "%s: weight %d is %.17g", id, (int)i, values[2][i]);
    if (opts.distance == CX_DISTANCE_RAKING && strncmp(id, "twelve", 6) != 0) {
        ck_assert_ok(cx_rake(&table, margins, &start, NULL, &other, err));
        weights_into(other, "weight", values[3]);
        for (int64_t i = 0; i < rows; i++) ck_assert_close(values[3][i], values[2][i], 1e-9);
    }
}

START_TEST(test_weights_agree_with_published_ones_and_with_the_equations_solved_elsewhere) {
    known = vectors_read("calibrate");
    totals = vectors_read("calibrate_totals");
    int64_t cases = 0;
    for (int64_t r = 0; r < known.rows; r++) {
        if (r > 0 && strcmp(vectors_text(&known, r, "id"), vectors_text(&known, r - 1, "id")) == 0)
            continue;
        people_teardown();
        people_setup();
        case_solve(r);
        cases++;
    }
    ck_assert_int_eq(cases, 9);
    vectors_free(&known);
    vectors_free(&totals);
}
END_TEST

/* -- laws ---------------------------------------------------------------------------------- */

enum { CROWD = 60 };

/* A crowd whose categories and start weights look arbitrary and are always the same. */
static cx_array crowd(int64_t rows) {
    static char first[PEOPLE_MOST * 8], second[PEOPLE_MOST * 8];
    first[0] = second[0] = '\0';
    for (int64_t i = 0; i < rows; i++) {
        double u = cx_random_uniform(7, 1, (uint64_t)i, 0);
        double v = cx_random_uniform(7, 2, (uint64_t)i, 0);
        strcat(first, u < 0.2 ? "young " : u < 0.6 ? "middle " : "old ");
        strcat(second, v < 0.45 ? "f " : "m ");
        values[0][i] = 0.5 + u + 2 * v;
    }
    people(first, second);
    return doubles(values[0], rows, "start");
}

START_TEST(test_raking_is_calibration_with_the_raking_distance) {
    cx_array start = crowd(CROWD);
    double one[CROWD], total = 500;
    for (int i = 0; i < CROWD; i++) one[i] = 1;
    cx_array x = doubles(one, CROWD, "one"), of = doubles(&total, 1, "totals");
    cx_frame xs = {&x, 1, {0, 0}};
    MARGIN("age", "young middle old", 100, 150, 250);
    MARGIN("sex", "f m", 240, 260);
    ck_assert_ok(cx_rake(&table, margins, &start, NULL, &weights, err));
    ck_assert_ok(cx_calibrate(&xs, &of, &table, margins, &start, NULL, &other, err));
    weights_into(weights, "weight", values[1]);
    weights_into(other, "weight", values[2]);
    for (int i = 0; i < CROWD; i++) ck_assert_close(values[1][i], values[2][i], 1e-9);
    ck_assert_int_eq(summary_of(weights).dropped, 1); /* both margins have the same sum */
    ck_assert_int_eq(summary_of(other).dropped, 2);
}
END_TEST

START_TEST(test_post_stratification_is_linear_calibration_on_saturated_margins) {
    cx_array start = crowd(CROWD);
    double dummy[6][CROWD], of[6] = {10, 20, 30, 40, 50, 60};
    static const char *const ages[] = {"young", "middle", "old"};
    static const char *const cells_of[] = {"c0", "c1", "c2", "c3", "c4", "c5"};
    cx_array x[6], joint[2];
    for (int k = 0; k < 6; k++) {
        for (int i = 0; i < CROWD; i++) {
            int32_t from = a.offsets[i], to = a.offsets[i + 1];
            bool age = strlen(ages[k / 2]) == (size_t)(to - from) &&
                       memcmp(a.text + from, ages[k / 2], (size_t)(to - from)) == 0;
            dummy[k][i] = age && b.text[b.offsets[i]] == "fm"[k % 2];
        }
        x[k] = doubles(dummy[k], CROWD, cells_of[k]);
    }
    cx_frame xs = {x, 6, {0, 0}}, cells = {joint, 2, {0, 0}};
    words first, second;
    joint[0] = *words_split(&first, "age", "young young middle middle old old");
    joint[1] = *words_split(&second, "sex", "f m f m f m");
    cx_array goal = doubles(of, 6, "totals");
    ck_assert_ok(cx_margins_add(margins, &cells, &goal, err));
    ck_assert_ok(cx_poststratify(&table, margins, &start, NULL, &weights, err));
    opts.distance = CX_DISTANCE_LINEAR;
    ck_assert_ok(cx_calibrate(&xs, &goal, NULL, NULL, &start, &opts, &other, err));
    weights_into(weights, "weight", values[1]);
    weights_into(other, "weight", values[2]);
    for (int i = 0; i < CROWD; i++) ck_assert_close(values[1][i], values[2][i], 1e-9);
    cx_weights_free(other);
    ck_assert_ok(cx_rake(&table, margins, &start, NULL, &other, err)); /* one joint margin */
    weights_into(other, "weight", values[2]);
    for (int i = 0; i < CROWD; i++) ck_assert_close(values[1][i], values[2][i], 1e-9);
}
END_TEST

START_TEST(test_the_order_of_rows_does_not_matter) {
    people("young old old middle middle", "f f m m f");
    MARGIN("age", "young middle old", 10, 20, 30);
    MARGIN("sex", "f m", 25, 35);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    weights_into(weights, "weight", values[0]);
    people("middle middle old old young", "f m m f f");
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &other, err));
    weights_into(other, "weight", values[1]);
    for (int i = 0; i < 5; i++) ck_assert_close(values[0][i], values[1][4 - i], 1e-9);
}
END_TEST

START_TEST(test_margins_that_follow_from_others_are_left_out_and_met) {
    people("young old old middle middle", "y o o m m"); /* the same thing twice */
    MARGIN("age", "young middle old", 10, 20, 30);
    MARGIN("sex", "y m o", 10, 20, 30);
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    cx_weights_summary s = summary_of(weights);
    ck_assert_int_eq(s.dropped, 3);
    ck_assert_int_eq(s.converged, 1);
}
END_TEST

START_TEST(test_twins_that_disagree_are_named_with_what_they_come_to) {
    people("young old old middle middle", "y o o m m");
    MARGIN("age", "young middle old", 10, 20, 30);
    MARGIN("sex", "y m o", 20, 20, 20);
    ck_assert_fails(cx_rake(&table, margins, NULL, NULL, &weights, err), CX_E_CONVERGENCE,
                    "category");
    ck_assert_ptr_null(weights);
    opts.allow_unconverged = 1;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &weights, err));
    cx_weights_summary s = summary_of(weights);
    ck_assert_int_eq(s.converged, 0);
    ck_assert_double_gt(s.residual, 0.1);
    ck_assert_str_ne(s.worst_margin, "");
    ck_assert_str_ne(s.worst_category, "");
    ck_assert(fabs(s.worst_wanted - s.worst_attained) > 1);
}
END_TEST

/* -- bounds -------------------------------------------------------------------------------- */

START_TEST(test_bounds_hold_and_rows_at_them_are_counted) {
    people("young old old old old", "f f m m m");
    MARGIN("age", "young old", 2, 3);
    MARGIN("sex", "f m", 3.2, 1.8);
    opts.lower = 0.5, opts.upper = 2.5;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &weights, err));
    cx_weights_summary s = summary_of(weights);
    ck_assert_double_le(s.ratio_max, 2.5);
    ck_assert_double_ge(s.ratio_min, 0.5);
    opts.upper = 1.5;
    ck_assert_fails(cx_rake(&table, margins, NULL, &opts, &other, err), CX_E_CONVERGENCE,
                    "widen the bounds");
    opts.allow_unconverged = 1;
    ck_assert_ok(cx_rake(&table, margins, NULL, &opts, &other, err));
    ck_assert_double_le(summary_of(other).ratio_max, 1.5 * (1 + 1e-12));
    ck_assert_int_ge(summary_of(other).at_upper, 1);
}
END_TEST

START_TEST(test_linear_weights_may_be_negative_and_are_counted) {
    double x[] = {1, 2, 3, 10}, one[] = {1, 1, 1, 1}, goal[] = {4, 3.9};
    cx_array columns[] = {doubles(one, 4, "one"), doubles(x, 4, "x")};
    cx_frame xs = {columns, 2, {0, 0}};
    cx_array of = doubles(goal, 2, "totals");
    opts.distance = CX_DISTANCE_LINEAR;
    ck_assert_ok(cx_calibrate(&xs, &of, NULL, NULL, NULL, &opts, &weights, err));
    cx_weights_summary s = summary_of(weights);
    ck_assert_int_eq(s.negative, 1);
    ck_assert_int_eq(s.positive, 3);
    opts.distance = CX_DISTANCE_RAKING; /* below the least x */
    ck_assert_fails(cx_calibrate(&xs, &of, NULL, NULL, NULL, &opts, &other, err), CX_E_CONVERGENCE,
                    "instead of");
}
END_TEST

/* -- many categories ----------------------------------------------------------------------- */

START_TEST(test_more_than_400_categories_are_met_by_weights_of_the_same_form) {
    enum { MANY = 450, PEOPLE = 2 * MANY };
    static int32_t shop[PEOPLE], kind[PEOPLE], shops[MANY], kinds[] = {0, 1, 2};
    static double shop_total[MANY], kind_total[3], whole, got[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) shop[i] = i % MANY, kind[i] = (i * 7 / 5 + i / MANY) % 3;
    for (int i = 0; i < MANY; i++) shops[i] = i, shop_total[i] = 2 + i % 5, whole += 2 + i % 5;
    for (int i = 0; i < 3; i++) kind_total[i] = whole * (i == 1 ? 0.4 : 0.3);
    cx_array columns[] = {cx_array_of(shop, CX_I32, PEOPLE), cx_array_of(kind, CX_I32, PEOPLE)};
    columns[0].name = "shop", columns[1].name = "kind";
    cx_array keys[] = {cx_array_of(shops, CX_I32, MANY), cx_array_of(kinds, CX_I32, 3)};
    keys[0].name = "shop", keys[1].name = "kind";
    cx_array of[] = {doubles(shop_total, MANY, "totals"), doubles(kind_total, 3, "totals")};
    for (int m = 0; m < 2; m++) {
        cx_frame frame = {&keys[m], 1, {0, 0}};
        ck_assert_ok(cx_margins_add(margins, &frame, &of[m], err));
    }
    table = (cx_frame){columns, 2, {0, 0}};
    ck_assert_ok(cx_rake(&table, margins, NULL, NULL, &weights, err));
    ck_assert_int_eq(summary_of(weights).converged, 1);
    weights_into(weights, "weight", got);
    double odds[3] = {0, 0,
                      0}; /* w = d exp(a + b): within a shop the odds are those of the kinds */
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq((kind[i] + 1) % 3, kind[i + MANY]);
        if (odds[kind[i]] == 0) odds[kind[i]] = got[i + MANY] / got[i];
        ck_assert_close(got[i + MANY] / got[i], odds[kind[i]], 1e-9);
    }
    ck_assert_close(odds[0] * odds[1] * odds[2], 1, 1e-9);
}
END_TEST

/* -- what is refused ----------------------------------------------------------------------- */

START_TEST(test_options_and_values_that_make_no_sense_are_refused) {
    people("young old old", "f f m");
    MARGIN("age", "young old", 10, 20);
    opts.distance = CX_DISTANCE_LINEAR;
    ck_assert_fails(cx_rake(&table, margins, NULL, &opts, &weights, err), CX_E_OPTION, "linear");
    cx_calibrate_options_init(&opts);
    opts.lower = 1.5;
    ck_assert_fails(cx_rake(&table, margins, NULL, &opts, &weights, err), CX_E_OPTION, "bounds");
    opts.lower = 0, opts.upper = 2;
    ck_assert_fails(cx_poststratify(&table, margins, NULL, &opts, &weights, err), CX_E_OPTION,
                    "no bounds");
    MARGIN("sex", "f m", 10, 20);
    ck_assert_fails(cx_poststratify(&table, margins, NULL, NULL, &weights, err), CX_E_OPTION,
                    "2 margins");
    double x[] = {1, NAN, 2}, total = 3;
    cx_array column_x = doubles(x, 3, "spend"), of = doubles(&total, 1, "totals");
    cx_frame xs = {&column_x, 1, {0, 0}};
    ck_assert_fails(cx_calibrate(&xs, &of, NULL, NULL, NULL, NULL, &weights, err), CX_E_DOMAIN,
                    "spend");
    opts.distance = CX_DISTANCE_LOGIT, opts.upper = INFINITY;
    x[1] = 1;
    ck_assert_fails(cx_calibrate(&xs, &of, NULL, NULL, NULL, &opts, &weights, err), CX_E_OPTION,
                    "logit needs an upper bound");
}
END_TEST

Suite *suite_calibrate(void);
Suite *suite_calibrate(void) {
    Suite *suite = suite_create("calibrate");
    TCase *tcase = tcase_create("calibrate");
    tcase_add_checked_fixture(tcase, people_setup, people_teardown);
    tcase_add_test(tcase, test_no_row_no_margin_and_no_weight_are_told_apart);
    tcase_add_test(tcase, test_one_row_stands_for_all);
    tcase_add_test(tcase, test_shares_are_of_the_start_weights_and_totals_of_themselves);
    tcase_add_test(tcase, test_shares_beside_totals_are_shares_of_the_totals);
    tcase_add_test(tcase,
                   test_weights_agree_with_published_ones_and_with_the_equations_solved_elsewhere);
    tcase_add_test(tcase, test_raking_is_calibration_with_the_raking_distance);
    tcase_add_test(tcase, test_post_stratification_is_linear_calibration_on_saturated_margins);
    tcase_add_test(tcase, test_the_order_of_rows_does_not_matter);
    tcase_add_test(tcase, test_margins_that_follow_from_others_are_left_out_and_met);
    tcase_add_test(tcase, test_twins_that_disagree_are_named_with_what_they_come_to);
    tcase_add_test(tcase, test_bounds_hold_and_rows_at_them_are_counted);
    tcase_add_test(tcase, test_linear_weights_may_be_negative_and_are_counted);
    tcase_add_test(tcase, test_more_than_400_categories_are_met_by_weights_of_the_same_form);
    tcase_add_test(tcase, test_options_and_values_that_make_no_sense_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
