#include "../support.h"

enum { PAIRS = 240 };
static double waits[PAIRS], scores[PAIRS], weights[PAIRS];
static int32_t people[PAIRS];
static cx_array wait, score, weight, person;
static cx_tolerance_options options;
static cx_tolerance_result result;

/* The pairs behind tests/vectors/tolerance.csv. */
static void setup(void) {
    for (int i = 0; i < PAIRS; i++) {
        waits[i] = i * 37 % PAIRS * 3;
        scores[i] = floor(9.5 - fmax(0, waits[i] - 150) / 110) + (i * i % 7 - 3) * 0.5;
        scores[i] = fmax(0, fmin(10, scores[i]));
        weights[i] = 1 + i % 7 * 0.5;
        people[i] = i % 60;
    }
    wait = cx_array_of(waits, CX_F64, PAIRS);
    score = cx_array_of(scores, CX_F64, PAIRS);
    weight = cx_array_of(weights, CX_F64, PAIRS);
    person = cx_array_of(people, CX_I32, PAIRS);
    cx_tolerance_options_init(&options);
    options.draws = 200;
}

static cx_status of(const double *x, const double *y, int64_t n, double drop, cx_error *err) {
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    return cx_tolerance(&a, &b, drop, NULL, NULL, &options, &result, err);
}

/* The words of shapes and measures, as the bindings spell them. */
static int32_t word(const char *text, const char *const *words) {
    int32_t i = 0;
    while (strcmp(text, words[i]) != 0) i++;
    return i;
}

START_TEST(test_no_pair_has_no_tolerance) {
    const double x[] = {NAN, 3}, y[] = {5, NAN};
    ck_assert_fails(of(x, y, 0, 1, err), CX_E_EMPTY, "no valid pair");
    ck_assert_fails(of(x, y, 2, 1, err), CX_E_EMPTY, "no valid pair");
}
END_TEST

START_TEST(test_one_pair_does_not_identify_a_tolerance) {
    const double x[] = {30}, y[] = {5};
    ck_assert_ok(of(x, y, 1, 1, err));
    ck_assert(isnan(result.tolerance.value));
    ck_assert_int_eq(result.tolerance.status, CX_E_UNIDENTIFIED);
    ck_assert_uint_eq(result.tolerance.flags,
                      CX_FLAG_UNIDENTIFIED | CX_FLAG_CENSORED | CX_FLAG_FEW | CX_FLAG_NO_VARIANCE);
    ck_assert_double_eq(result.tolerance.ci_low, 30);
    ck_assert(isinf(result.tolerance.ci_high));
    ck_assert_double_eq(result.baseline.value, 5);
    ck_assert_double_eq(result.beyond, 1);
}
END_TEST

START_TEST(test_scores_all_alike_do_not_identify_a_tolerance) {
    const double y[] = {7, 7, 7, 7, 7, 7};
    for (int32_t shape = 0; shape < 3; shape++) {
        options.shape = shape;
        ck_assert_ok(of(waits, y, 6, 0.5, err));
        ck_assert(isnan(result.tolerance.value));
        ck_assert(result.tolerance.flags & CX_FLAG_UNIDENTIFIED);
        ck_assert(result.tolerance.flags & CX_FLAG_NO_VARIANCE);
        ck_assert(isnan(result.tolerance.se));
    }
}
END_TEST

START_TEST(test_a_wait_that_is_always_the_same_does_not_identify_a_tolerance) {
    const double x[] = {60, 60, 60, 60}, y[] = {10, 0, 5, 9};
    for (int32_t shape = 0; shape < 3; shape++) {
        options.shape = shape;
        ck_assert_ok(of(x, y, 4, 1, err));
        ck_assert(isnan(result.tolerance.value));
        ck_assert_double_eq(result.baseline.value, 6);
        ck_assert_int_eq(result.baseline.n, 4);
    }
}
END_TEST

START_TEST(test_a_step_is_found_where_it_is) {
    double x[20], y[20];
    for (int i = 0; i < 20; i++) x[i] = 10 * (19 - i), y[i] = x[i] <= 100 ? 8 : 4;
    ck_assert_ok(of(x, y, 20, 2, err));
    ck_assert_double_eq(result.tolerance.value, 100);
    ck_assert_double_eq(result.baseline.value, 8);
    ck_assert_double_eq(result.band_low, 0);
    ck_assert_double_eq(result.band_high, 40);
    ck_assert_int_eq(result.baseline.n, 5);
    ck_assert_double_eq(result.level, 6);
    ck_assert_double_eq(result.longest, 190);
    ck_assert_int_eq(result.tolerance.unit, CX_UNIT_SECONDS);
    ck_assert_int_eq(result.tolerance.method, CX_METHOD_BOOTSTRAP);
    ck_assert_int_eq(result.draws, 200);
}
END_TEST

/* By hand: the waits 1 2 3 4 pool to 8, 6, 6, 2; the level 6 is reached up to 3. */
START_TEST(test_ties_and_violators_are_pooled) {
    const double x[] = {1, 1, 2, 3, 3, 4}, y[] = {7, 9, 5, 6, 7, 2};
    ck_assert_ok(of(x, y, 6, 2, err));
    ck_assert_double_eq(result.baseline.value, 8);
    ck_assert_double_eq(result.tolerance.value, 3);
    ck_assert_ok(of(x, y, 6, 1.9, err));
    ck_assert_double_eq(result.tolerance.value, 1);
}
END_TEST

START_TEST(test_tolerances_match_the_independent_numbers) {
    static const char *const shapes[] = {"isotonic", "one-knot", "plateau"};
    static const char *const measures[] = {"mean", "detractors", "promoters", "nps"};
    vectors v = vectors_read("tolerance");
    ck_assert_int_ge(v.rows, 8);
    for (int64_t i = 0; i < v.rows; i++) {
        double tolerance = vectors_number(&v, i, "tolerance");
        options.shape = word(vectors_text(&v, i, "shape"), shapes);
        options.measure = word(vectors_text(&v, i, "measure"), measures);
        options.band_low = vectors_number(&v, i, "band_low");
        options.band_high = vectors_number(&v, i, "band_high");
        options.seed = (uint64_t)vectors_number(&v, i, "seed");
        ck_assert_ok(cx_tolerance(&wait, &score, vectors_number(&v, i, "drop"),
                                  vectors_number(&v, i, "weighted") > 0 ? &weight : NULL,
                                  vectors_number(&v, i, "respondents") > 0 ? &person : NULL,
                                  &options, &result, err));
        const char *fields[] = {"value", "ci_low", "ci_high", "baseline", "band_end"};
        const double found[] = {result.tolerance.value, result.tolerance.ci_low,
                                result.tolerance.ci_high, result.baseline.value, result.band_high};
        for (int f = 0; f < 5; f++) {
            double expected = vectors_number(&v, i, fields[f]);
            if (!isnan(expected))
                ck_assert_msg(fabs(found[f] - expected) <= tolerance * fmax(fabs(expected), 1),
                              "%s: %s is %.15g, not %.15g", vectors_text(&v, i, "id"), fields[f],
                              found[f], expected);
        }
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_a_drop_that_is_not_reached_is_not_identified) {
    ck_assert_ok(cx_tolerance(&wait, &score, 9.5, NULL, NULL, &options, &result, err));
    ck_assert(isnan(result.tolerance.value));
    ck_assert_int_eq(result.tolerance.status, CX_E_UNIDENTIFIED);
    ck_assert(result.tolerance.flags & CX_FLAG_CENSORED);
    ck_assert_double_eq(result.tolerance.ci_low, 717);
    ck_assert(isinf(result.tolerance.ci_high));
    ck_assert_double_eq(result.longest, 717);
}
END_TEST

START_TEST(test_scores_below_the_level_from_the_start_are_not_identified) {
    const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 1, 9, 9, 2, 1};
    options.band_low = 3, options.band_high = 4;
    ck_assert_ok(of(x, y, 6, 1, err));
    ck_assert(isnan(result.tolerance.value));
    ck_assert_int_eq(result.tolerance.status, CX_E_UNIDENTIFIED);
    ck_assert_double_eq(result.tolerance.ci_low, 0);
}
END_TEST

START_TEST(test_the_order_of_the_pairs_does_not_matter) {
    double x[PAIRS], y[PAIRS];
    for (int i = 0; i < PAIRS; i++) x[i] = waits[PAIRS - 1 - i], y[i] = scores[PAIRS - 1 - i];
    ck_assert_ok(cx_tolerance(&wait, &score, 1, NULL, NULL, &options, &result, err));
    cx_tolerance_result first = result;
    ck_assert_ok(of(x, y, PAIRS, 1, err));
    ck_assert_int_eq(memcmp(&first, &result, sizeof first), 0);
}
END_TEST

START_TEST(test_a_bootstrap_depends_on_its_seed_alone) {
    ck_assert_ok(cx_tolerance(&wait, &score, 1, NULL, NULL, &options, &result, err));
    cx_tolerance_result first = result;
    ck_assert_ok(cx_tolerance(&wait, &score, 1, NULL, NULL, &options, &result, err));
    ck_assert_int_eq(memcmp(&first, &result, sizeof first), 0);
    options.seed = 2;
    ck_assert_ok(cx_tolerance(&wait, &score, 1, NULL, NULL, &options, &result, err));
    ck_assert_double_ne(first.tolerance.se, result.tolerance.se);
}
END_TEST

START_TEST(test_what_is_left_out_is_counted) {
    const double x[] = {1, NAN, -3, 4, 5, 6, 7}, y[] = {8, 8, 8, 11, NAN, 7, 6};
    const double w[] = {1, 1, 1, 1, 1, 0, 1};
    cx_array a = cx_array_of(x, CX_F64, 7), b = cx_array_of(y, CX_F64, 7),
             c = cx_array_of(w, CX_F64, 7);
    ck_assert_ok(cx_tolerance(&a, &b, 1, &c, NULL, &options, &result, err));
    ck_assert_int_eq(result.tolerance.n, 2);
    ck_assert_int_eq(result.tolerance.excluded[CX_EXCLUDED_MISSING], 2);
    ck_assert_int_eq(result.tolerance.excluded[CX_EXCLUDED_OUT_OF_RANGE], 2);
    ck_assert_int_eq(result.tolerance.excluded[CX_EXCLUDED_ZERO_WEIGHT], 1);
    cx_answer_options reading;
    cx_answer_options_init(&reading);
    reading.invalid = CX_INVALID_ERROR;
    options.reading = &reading;
    ck_assert_fails(cx_tolerance(&a, &b, 1, &c, NULL, &options, &result, err), CX_E_DOMAIN,
                    "column wait, row 2");
    reading.invalid = CX_INVALID_EXCLUDE;
    reading.missing_codes[0] = 6, reading.missing_count = 1;
    ck_assert_ok(cx_tolerance(&a, &b, 1, &c, NULL, &options, &result, err));
    ck_assert_int_eq(result.tolerance.excluded[CX_EXCLUDED_MISSING], 3);
}
END_TEST

START_TEST(test_each_group_is_as_if_it_were_alone) {
    cx_array key = cx_array_of(people, CX_I32, PAIRS), half_wait, half_score, column;
    cx_frame by = {&key, 1, {0, 0}};
    double x[PAIRS], y[PAIRS];
    cx_table *table;
    int64_t n = 0;
    for (int i = 0; i < PAIRS; i++) people[i] = i % 3 == 0 ? 9 : i % 3 == 1 ? 4 : 5;
    for (int i = 0; i < PAIRS; i++)
        if (people[i] == 5) scores[i] = 99;
    for (int i = 0; i < PAIRS; i++)
        if (people[i] == 9) x[n] = waits[i], y[n++] = scores[i];
    key.name = "team";
    ck_assert_ok(cx_tolerance_by(&wait, &score, 1, NULL, NULL, &by, &options, &table, err));
    half_wait = cx_array_of(x, CX_F64, n), half_score = cx_array_of(y, CX_F64, n);
    ck_assert_ok(cx_tolerance(&half_wait, &half_score, 1, NULL, NULL, &options, &result, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    const char *names[] = {"value", "ci_low", "ci_high", "baseline", "band_high"};
    const double expected[] = {result.tolerance.value, result.tolerance.ci_low,
                               result.tolerance.ci_high, result.baseline.value, result.band_high};
    for (int f = 0; f < 5; f++) {
        ck_assert_ok(cx_table_column(table, cx_table_find(table, names[f]), &column, err));
        ck_assert_double_eq(((const double *)column.data)[2], expected[f]);
    }
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &column, err));
    ck_assert_int_eq(memcmp(column.data, "CX_OKCX_E_EMPTYCX_OK", 20), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "out_of_range"), &column, err));
    ck_assert_int_eq(((const int64_t *)column.data)[1], 80);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_curve_is_the_pooled_fit) {
    const double x[] = {1, 1, 2, 3, 3, 4}, y[] = {7, 9, 5, 6, 7, 2};
    cx_array a = cx_array_of(x, CX_F64, 6), b = cx_array_of(y, CX_F64, 6), column;
    cx_table *table;
    ck_assert_ok(cx_tolerance_curve(&a, &b, NULL, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    const double fitted[] = {8, 6, 2}, to[] = {1, 3, 4};
    const int64_t n[] = {2, 3, 1};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "fitted_from"), &column, err));
    ck_assert_int_eq(memcmp(column.data, fitted, sizeof fitted), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "wait_to"), &column, err));
    ck_assert_int_eq(memcmp(column.data, to, sizeof to), 0);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &column, err));
    ck_assert_int_eq(memcmp(column.data, n, sizeof n), 0);
    cx_table_free(table);
    options.shape = CX_SHAPE_PLATEAU;
    ck_assert_ok(cx_tolerance_curve(&wait, &score, NULL, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "wait_to"), &column, err));
    ck_assert_double_eq(((const double *)column.data)[0], 150);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "fitted_to"), &column, err));
    ck_assert_close(((const double *)column.data)[0], 8.472004313249768, 1e-11);
    ck_assert_close(((const double *)column.data)[1], 3.3900986797766794, 1e-11);
    cx_table_free(table);
}
END_TEST

START_TEST(test_very_large_and_very_small_waits_are_fine) {
    const double x[] = {0, 1e-300, 1e300, 1.5e300}, y[] = {9, 9, 1, 1};
    for (int32_t shape = 0; shape < 3; shape++) {
        options.shape = shape;
        ck_assert_ok(of(x, y, 4, 4, err));
        ck_assert(isfinite(result.tolerance.value));
    }
}
END_TEST

START_TEST(test_bad_tolerance_arguments_are_refused) {
    const double infinite[] = {1, INFINITY}, y[] = {1, 2}, drops[] = {0, -1, NAN, INFINITY};
    ck_assert_fails(of(infinite, y, 2, 1, err), CX_E_DOMAIN, "row 1: the wait is infinite");
    ck_assert_fails(of(y, infinite, 2, 1, err), CX_E_DOMAIN, "row 1: the answer is infinite");
    for (int i = 0; i < 4; i++)
        ck_assert_fails(of(y, y, 2, drops[i], err), CX_E_DOMAIN, "the drop is");
    options.draws = 19;
    ck_assert_fails(of(y, y, 2, 1, err), CX_E_OPTION, "draws");
    options.draws = 100;
    options.band_low = 5, options.band_high = 4;
    ck_assert_fails(of(y, y, 2, 1, err), CX_E_OPTION, "band");
    options.band_low = NAN;
    ck_assert_fails(of(y, y, 2, 1, err), CX_E_OPTION, "band");
    options.band_low = 3;
    ck_assert_fails(of(y, y, 2, 1, err), CX_E_EMPTY, "no wait lies in the band from 3 to 4");
    cx_tolerance_options_init(&options);
    options.scale_max = 5, options.measure = CX_MEASURE_NPS;
    ck_assert_fails(of(y, y, 2, 1, err), CX_E_MISMATCH, "scale");
    cx_tolerance_options_init(NULL);
}
END_TEST

Suite *suite_tolerance(void) {
    Suite *suite = suite_create("tolerance");
    TCase *tcase = tcase_create("tolerance");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_no_pair_has_no_tolerance);
    tcase_add_test(tcase, test_one_pair_does_not_identify_a_tolerance);
    tcase_add_test(tcase, test_scores_all_alike_do_not_identify_a_tolerance);
    tcase_add_test(tcase, test_a_wait_that_is_always_the_same_does_not_identify_a_tolerance);
    tcase_add_test(tcase, test_a_step_is_found_where_it_is);
    tcase_add_test(tcase, test_ties_and_violators_are_pooled);
    tcase_add_test(tcase, test_tolerances_match_the_independent_numbers);
    tcase_add_test(tcase, test_a_drop_that_is_not_reached_is_not_identified);
    tcase_add_test(tcase, test_scores_below_the_level_from_the_start_are_not_identified);
    tcase_add_test(tcase, test_the_order_of_the_pairs_does_not_matter);
    tcase_add_test(tcase, test_a_bootstrap_depends_on_its_seed_alone);
    tcase_add_test(tcase, test_what_is_left_out_is_counted);
    tcase_add_test(tcase, test_each_group_is_as_if_it_were_alone);
    tcase_add_test(tcase, test_the_curve_is_the_pooled_fit);
    tcase_add_test(tcase, test_very_large_and_very_small_waits_are_fine);
    tcase_add_test(tcase, test_bad_tolerance_arguments_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
