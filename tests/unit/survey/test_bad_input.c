#include "calibrated.h"

/* What a survey must refuse, in every function that could meet it, with a sentence that names the
 * column, the row and the value; and what it must not refuse. */

enum { ROWS = 6 };
static const double y_given[ROWS] = {9, 3, 10, 7, 6, 8}, f_given[ROWS] = {8, 4, 9, 7, 6, 7};
static const double rho_given[ROWS] = {0.5, 0.25, 0.75, 0.5, 0.3, 0.6};
static const double came_given[ROWS] = {1, 0, 1, 0, 1, 1};
static double weight[ROWS], chance[ROWS];
static cx_array y, f, chances, came, weights, key;
static cx_frame by;
static words shops;

static void setup(void) {
    for (int i = 0; i < ROWS; i++) weight[i] = 1 + i % 2, chance[i] = rho_given[i];
    y = doubles(y_given, ROWS, "y");
    f = doubles(f_given, ROWS, "predicted");
    came = doubles(came_given, ROWS, "responded");
    chances = doubles(chance, ROWS, "propensity");
    weights = doubles(weight, ROWS, "w");
    key = *words_split(&shops, "shop", "a b a b a b");
    by = (cx_frame){&key, 1, {0, 0}};
}

static cx_margins *margins_of(const char *names, const double *totals, int64_t count) {
    static words room;
    cx_array named = *words_split(&room, "shop", names), total = doubles(totals, count, "totals");
    cx_frame frame = {&named, 1, {0, 0}};
    cx_margins *made;
    ck_assert_ok(cx_margins_new(NULL, &made, err));
    ck_assert_ok(cx_margins_add(made, &frame, &total, err));
    return made;
}

/* -- every function that takes weights ----------------------------------------------------- */

static cx_status rake(cx_error *err) {
    static const double totals[] = {5, 5};
    cx_margins *margins = margins_of("a b", totals, 2);
    cx_weights *out = NULL;
    cx_status status = cx_rake(&by, margins, &weights, NULL, &out, err);
    cx_weights_free(out);
    cx_margins_free(margins);
    return status;
}

static cx_status calibrate(cx_error *err) {
    static const double total = 60;
    cx_array goal = doubles(&total, 1, "totals");
    cx_frame X = {&y, 1, {0, 0}};
    cx_weights *out = NULL;
    cx_status status = cx_calibrate(&X, &goal, NULL, NULL, &weights, NULL, &out, err);
    cx_weights_free(out);
    return status;
}

static cx_status trim(cx_error *err) {
    cx_weights *out = NULL;
    cx_status status = cx_trim(&weights, NULL, NULL, &out, err);
    cx_weights_free(out);
    return status;
}

static cx_status kish(cx_error *err) {
    cx_kish_result out;
    return cx_kish(&weights, NULL, &out, err);
}

static cx_status design(cx_error *err) {
    cx_design *out = NULL;
    cx_status status = cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &out, err);
    cx_design_free(out);
    return status;
}

static cx_status ppi(cx_error *err) {
    cx_ppi_options options;
    cx_ppi_result out;
    cx_ppi_options_init(&options);
    options.labelled = CX_LABELLED_WEIGHTED;
    return cx_ppi_mean(&y, &f, &f, &weights, NULL, NULL, NULL, &options, &out, err);
}

static cx_status aipw(cx_error *err) {
    cx_aipw_result out;
    return cx_aipw_mean(&y, &f, &chances, &weights, NULL, &out, err);
}

static cx_status bounds(cx_error *err) {
    cx_aipw_options options;
    cx_bounds_result out;
    cx_aipw_options_init(&options);
    options.low = 0, options.high = 10;
    return cx_bounds(&y, &weights, &options, &out, err);
}

static cx_status bias_range(cx_error *err) {
    cx_table *out = NULL;
    cx_status status = cx_bias_range(&y, &weights, &f, NULL, &out, err);
    cx_table_free(out);
    return status;
}

static cx_status indicator(cx_error *err) {
    cx_r_indicator_result out;
    return cx_r_indicator(&chances, NULL, &weights, NULL, &out, err);
}

static cx_status partial(cx_error *err) {
    cx_table *out = NULL;
    cx_status status = cx_r_indicator_partial(&chances, &by, &weights, NULL, &out, err);
    cx_table_free(out);
    return status;
}

static cx_status propensity(cx_error *err) {
    cx_response_model *out = NULL;
    cx_status status = cx_propensity(&by, &came, &weights, NULL, &out, err);
    cx_response_model_free(out);
    return status;
}

static cx_status classes(cx_error *err) {
    cx_adjustment *out = NULL;
    cx_status status = cx_adjust_response(&chances, NULL, &came, &weights, NULL, &out, err);
    cx_adjustment_free(out);
    return status;
}

static const struct {
    const char *name;
    cx_status (*run)(cx_error *err);
} weighted[] = {{"rake", rake},     {"calibrate", calibrate}, {"trim", trim},
                {"kish", kish},     {"design", design},       {"ppi_mean", ppi},
                {"aipw", aipw},     {"bounds", bounds},       {"bias_range", bias_range},
                {"r", indicator},   {"partial", partial},     {"propensity", propensity},
                {"adjust", classes}};
enum { WEIGHTED = sizeof weighted / sizeof *weighted, CHANCES = 4 };
static cx_status (*const with_chances[CHANCES])(cx_error *) = {aipw, indicator, partial, classes};

static void refuses(cx_status (*run)(cx_error *), const char *name, cx_status wanted,
                    const char *part) {
    cx_error error;
    cx_error_init(&error);
    cx_status status = run(&error);
    ck_assert_msg(status == wanted, "%s says %s: %s", name, cx_status_name((int32_t)status),
                  error.text);
    ck_assert_msg(strstr(error.text, part) != NULL, "%s: \"%s\" does not say \"%s\"", name,
                  error.text, part);
}

START_TEST(test_good_weights_are_taken) {
    cx_error error;
    cx_error_init(&error);
    ck_assert_msg(weighted[_i].run(&error) == CX_OK, "%s: %s", weighted[_i].name, error.text);
}
END_TEST

START_TEST(test_a_negative_weight_is_an_error_with_its_row) {
    weight[1] = -1;
    refuses(weighted[_i].run, weighted[_i].name, CX_E_DOMAIN, "row 1");
}
END_TEST

START_TEST(test_a_weight_that_is_missing_or_infinite_is_an_error_with_its_row) {
    weight[2] = NAN;
    refuses(weighted[_i].run, weighted[_i].name, CX_E_DOMAIN, "row 2");
    weight[2] = INFINITY;
    refuses(weighted[_i].run, weighted[_i].name, CX_E_DOMAIN, "row 2");
}
END_TEST

START_TEST(test_weights_that_are_all_0_are_empty) {
    for (int i = 0; i < ROWS; i++) weight[i] = 0;
    refuses(weighted[_i].run, weighted[_i].name, CX_E_EMPTY, "");
}
END_TEST

/* -- chances ------------------------------------------------------------------------------- */

START_TEST(test_a_chance_outside_0_and_1_is_an_error_with_its_row) {
    static const double bad[] = {0, 1, -0.1, 1.5, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        chance[3] = bad[i];
        refuses(with_chances[_i], "a chance", CX_E_DOMAIN, "row 3");
    }
}
END_TEST

/* -- categories ---------------------------------------------------------------------------- */

static void raking(const char *names, const double *totals, int64_t count, cx_status wanted,
                   const char *part) {
    cx_margins *margins = margins_of(names, totals, count);
    cx_weights *out = NULL;
    ck_assert_fails(cx_rake(&by, margins, NULL, NULL, &out, err), wanted, part);
    ck_assert_fails(cx_poststratify(&by, margins, NULL, NULL, &out, err), wanted, part);
    cx_margins_free(margins);
}

START_TEST(test_a_category_with_a_total_and_nobody_in_it_is_named) {
    static const double totals[] = {5, 5, 2};
    raking("a b c", totals, 3, CX_E_INFEASIBLE, "shop");
    raking("a b c", totals, 3, CX_E_INFEASIBLE, "c");
}
END_TEST

START_TEST(test_a_category_without_a_total_is_named) {
    static const double total = 5;
    raking("a", &total, 1, CX_E_DOMAIN, "row 1");
}
END_TEST

START_TEST(test_an_empty_cell_with_a_total_of_0_is_none) {
    static const double totals[] = {6, 4, 0};
    cx_margins *margins = margins_of("a b c", totals, 3);
    cx_weights *out;
    double made[ROWS];
    ck_assert_ok(cx_rake(&by, margins, NULL, NULL, &out, err));
    weights_into(out, "weight", made);
    ck_assert_close(made[0], 2, 1e-12);
    ck_assert_close(made[1], 4.0 / 3, 1e-12);
    cx_weights_free(out);
    cx_margins_free(margins);
}
END_TEST

START_TEST(test_a_total_of_0_for_those_who_answered_weighs_them_0) {
    static const double totals[] = {6, 0};
    cx_margins *margins = margins_of("a b", totals, 2);
    cx_weights *out;
    double made[ROWS];
    ck_assert_ok(cx_rake(&by, margins, NULL, NULL, &out, err));
    weights_into(out, "weight", made);
    ck_assert_close(made[0], 2, 1e-12);
    ck_assert_double_eq(made[1], 0);
    cx_weights_free(out);
    cx_margins_free(margins);
}
END_TEST

START_TEST(test_a_negative_or_infinite_total_is_an_error_with_its_row) {
    static const double bad[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        double totals[] = {5, bad[i]};
        cx_array total = doubles(totals, 2, "totals");
        static words room;
        cx_array named = *words_split(&room, "shop", "a b");
        cx_frame frame = {&named, 1, {0, 0}};
        cx_margins *made;
        ck_assert_ok(cx_margins_new(NULL, &made, err));
        ck_assert_fails(cx_margins_add(made, &frame, &total, err), CX_E_DOMAIN, "row 1");
        ck_assert_int_eq(cx_margins_size(made), 0);
        cx_margins_free(made);
    }
}
END_TEST

/* -- strata -------------------------------------------------------------------------------- */

START_TEST(test_a_stratum_of_one_cluster_is_an_error_that_names_it) {
    static const int32_t stratum[ROWS] = {1, 1, 1, 1, 2, 2}, cluster[ROWS] = {1, 1, 2, 2, 3, 3};
    cx_array h = cx_array_of(stratum, CX_I32, ROWS), c = cx_array_of(cluster, CX_I32, ROWS);
    cx_frame strata = {&h, 1, {0, 0}}, clusters = {&c, 1, {0, 0}};
    cx_design *made;
    cx_survey_estimate out;
    h.name = "region", c.name = "shop";
    ck_assert_ok(cx_design_new(&weights, &strata, &clusters, NULL, NULL, NULL, &made, err));
    ck_assert_fails(cx_survey_mean(&y, made, NULL, NULL, &out, err), CX_E_FEW, "row 4");
    cx_design_free(made);
}
END_TEST

Suite *suite_bad_input(void);
Suite *suite_bad_input(void) {
    Suite *suite = suite_create("bad_input");
    TCase *tcase = tcase_create("bad_input");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, test_good_weights_are_taken, 0, WEIGHTED);
    tcase_add_loop_test(tcase, test_a_negative_weight_is_an_error_with_its_row, 0, WEIGHTED);
    tcase_add_loop_test(tcase, test_a_weight_that_is_missing_or_infinite_is_an_error_with_its_row,
                        0, WEIGHTED);
    tcase_add_loop_test(tcase, test_weights_that_are_all_0_are_empty, 0, WEIGHTED);
    tcase_add_loop_test(tcase, test_a_chance_outside_0_and_1_is_an_error_with_its_row, 0, CHANCES);
    tcase_add_test(tcase, test_a_category_with_a_total_and_nobody_in_it_is_named);
    tcase_add_test(tcase, test_a_category_without_a_total_is_named);
    tcase_add_test(tcase, test_an_empty_cell_with_a_total_of_0_is_none);
    tcase_add_test(tcase, test_a_total_of_0_for_those_who_answered_weighs_them_0);
    tcase_add_test(tcase, test_a_negative_or_infinite_total_is_an_error_with_its_row);
    tcase_add_test(tcase, test_a_stratum_of_one_cluster_is_an_error_that_names_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
