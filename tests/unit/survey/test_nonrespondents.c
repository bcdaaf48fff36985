#include "../metric/figures.h"

static const double y_given[] = {8, NAN, 6, 9, NAN, 3, 10, NAN};
static const double f_given[] = {7, 5, 6.5, 8, 4, 4, 9, 6};
static const double p_given[] = {0.8, 0.3, 0.6, 0.7, 0.2, 0.5, 0.9, 0.4};
static cx_array y, f, p;
static cx_aipw_options o;

static void setup(void) {
    y = cx_array_of(y_given, CX_F64, 8);
    f = cx_array_of(f_given, CX_F64, 8);
    p = cx_array_of(p_given, CX_F64, 8);
    cx_aipw_options_init(&o);
}

START_TEST(test_chances_all_alike_are_representative) {
    static const double alike = 0.3;
    cx_array same = cx_array_of(&alike, CX_F64, 5);
    cx_r_indicator_result r;
    same.stride = 0;
    ck_assert_ok(cx_r_indicator(&same, NULL, NULL, NULL, &r, err));
    ck_assert_double_eq(r.value, 1);
    ck_assert_double_eq(r.cv, 0);
    ck_assert(isnan(r.adjusted));
}
END_TEST

START_TEST(test_the_r_indicator_is_the_published_one) { /* balance docstring */
    static const double rho[] = {0.2, 0.4, 0.3, 0.5}, v[] = {0.001, 0.002, 0.001, 0.002};
    cx_array chances = cx_array_of(rho, CX_F64, 4), variances = cx_array_of(v, CX_F64, 4);
    cx_r_indicator_result r;
    ck_assert_ok(cx_r_indicator(&chances, &variances, NULL, NULL, &r, err));
    ck_assert_close(r.value, 0.7418011102528389, 1e-14);
    ck_assert_close(r.s2_adjusted, 0.05 / 3 - 0.0015, 1e-13);
    ck_assert_close(r.cv, sqrt(0.05 / 3) / 0.35, 1e-14);
}
END_TEST

START_TEST(test_a_chance_of_0_or_1_is_named) {
    static const double rho[] = {0.2, 1, 0.3, 0.5};
    cx_array chances = cx_array_of(rho, CX_F64, 4);
    cx_r_indicator_result r;
    ck_assert_fails(cx_r_indicator(&chances, NULL, NULL, NULL, &r, err), CX_E_DOMAIN, "row 1");
    chances.length = 0;
    ck_assert_fails(cx_r_indicator(&chances, NULL, NULL, NULL, &r, err), CX_E_EMPTY, "no row");
}
END_TEST

START_TEST(test_partial_indicators_add_up_to_the_whole) {
    static const int32_t shop[] = {1, 1, 2, 2, 2, 3, 3, 3};
    cx_array key = cx_array_of(shop, CX_I32, 8);
    cx_frame by = {&key, 1, {0, 0}};
    cx_r_indicator_options options;
    cx_r_indicator_result r;
    cx_table *table;
    key.name = "shop";
    cx_r_indicator_options_init(&options);
    options.ddof = 0;
    ck_assert_ok(cx_r_indicator(&p, NULL, NULL, &options, &r, err));
    ck_assert_ok(cx_r_indicator_partial(&p, &by, NULL, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_close(table_number(table, "conditional", 0), sqrt(r.s2), 1e-14);
    double sum = 0;
    for (int64_t row = 1; row < 4; row++) sum += pow(table_number(table, "unconditional", row), 2);
    ck_assert_close(sqrt(sum), table_number(table, "unconditional", 0), 1e-14);
    ck_assert(table_word_is(table, "category", 1, "1"));
    ck_assert(table_word_is(table, "variable", 0, "shop"));
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_doubly_robust_mean_counts_everybody) {
    cx_aipw_result r;
    double sum = 0;
    for (int i = 0; i < 8; i++)
        sum += f_given[i] + (isnan(y_given[i]) ? 0 : (y_given[i] - f_given[i]) / p_given[i]);
    ck_assert_ok(cx_aipw_mean(&y, &f, &p, NULL, &o, &r, err));
    ck_assert_close(r.estimate.value, sum / 8, 1e-15);
    ck_assert_int_eq(r.estimate.n, 5);
    ck_assert_int_eq(r.asked, 8);
    ck_assert_close(r.respondents, 36.0 / 5, 1e-15);
    ck_assert_close(r.largest_weight, 2, 1e-15);
    o.trim = 0.65;
    ck_assert_ok(cx_aipw_mean(&y, &f, &p, NULL, &o, &r, err));
    ck_assert_int_eq(r.trimmed, 2);
}
END_TEST

START_TEST(test_perfect_predictions_need_no_correction) {
    cx_aipw_result r;
    double perfect[8];
    for (int i = 0; i < 8; i++) perfect[i] = isnan(y_given[i]) ? f_given[i] : y_given[i];
    f.data = perfect;
    for (o.normalise = 0; o.normalise < 2; o.normalise++) {
        ck_assert_ok(cx_aipw_mean(&y, &f, &p, NULL, &o, &r, err));
        ck_assert_near(r.correction, 0, 1e-15);
        ck_assert_close(r.estimate.value, r.predictions, 1e-15);
    }
}
END_TEST

START_TEST(test_nobody_or_one_who_answered) {
    cx_aipw_result r;
    y.length = f.length = p.length = 2;
    ck_assert_ok(cx_aipw_mean(&y, &f, &p, NULL, &o, &r, err));
    ck_assert_int_eq(r.estimate.status, CX_E_FEW);
    ck_assert(isinf(r.estimate.ci_low));
    y.data = y_given + 1, y.length = f.length = p.length = 1;
    ck_assert_fails(cx_aipw_mean(&y, &f, &p, NULL, &o, &r, err), CX_E_EMPTY, "nobody");
}
END_TEST

START_TEST(test_bounds_hold_whatever_the_silent_think) {
    cx_bounds_result r;
    ck_assert_fails(cx_bounds(&y, NULL, &o, &r, err), CX_E_OPTION, "lowest");
    o.low = 0, o.high = 10, o.threshold = 5;
    ck_assert_ok(cx_bounds(&y, NULL, &o, &r, err));
    ck_assert_close(r.low, 36.0 / 8, 1e-15);
    ck_assert_close(r.high, 66.0 / 8, 1e-15);
    ck_assert_double_lt(r.ci_low, r.low);
    ck_assert_double_gt(r.ci_high, r.high);
    ck_assert_close(r.tipping, 4.0 / 3, 1e-14); /* 36 + 3 x = 40 */
    ck_assert_int_eq(r.can_flip, 1);
    o.threshold = 4;
    ck_assert_ok(cx_bounds(&y, NULL, &o, &r, err));
    ck_assert_int_eq(r.can_flip, 0);
    o.high = 9;
    ck_assert_fails(cx_bounds(&y, NULL, &o, &r, err), CX_E_DOMAIN, "row 6");
}
END_TEST

START_TEST(test_the_range_of_bias_is_the_delta_of_the_silent) {
    static const double deltas[] = {0, -2};
    cx_array d = cx_array_of(deltas, CX_F64, 2);
    cx_table *table;
    ck_assert_ok(cx_bias_range(&y, NULL, &d, &o, &table, err));
    ck_assert_close(table_number(table, "value", 0), 7.2, 1e-14);
    ck_assert_close(table_number(table, "value", 1), 7.2 - 0.75, 1e-14);
    ck_assert_close(table_number(table, "bias", 1), 0.75, 1e-13);
    cx_table_free(table);
}
END_TEST

START_TEST(test_separated_answers_are_told) {
    static const double x[] = {1, 2, 3, 4, 5, 6}, answered[] = {0, 0, 0, 1, 1, 1};
    static const double mixed[] = {0, 1, 0, 1, 0, 1};
    cx_array number = cx_array_of(x, CX_F64, 6), r = cx_array_of(answered, CX_F64, 6);
    cx_frame X = {&number, 1, {0, 0}};
    cx_response_model *model;
    cx_table *table;
    number.name = "age";
    ck_assert_ok(cx_propensity(&X, &r, NULL, NULL, &model, err));
    ck_assert_int_eq(cx_response_model_separated(model), 1);
    ck_assert_ok(cx_response_model_coefficients(model, &table, err));
    ck_assert(isnan(table_number(table, "se", 1)));
    ck_assert_double_eq(table_number(table, "separates", 1), 1);
    cx_table_free(table);
    cx_response_model_free(model);
    cx_propensity_options options;
    cx_propensity_options_init(&options);
    options.ridge = 1;
    ck_assert_ok(cx_propensity(&X, &r, NULL, &options, &model, err));
    ck_assert_int_eq(cx_response_model_separated(model), 0);
    cx_response_model_free(model);
    r.data = mixed;
    ck_assert_ok(cx_propensity(&X, &r, NULL, NULL, &model, err));
    ck_assert_int_eq(cx_response_model_separated(model), 0);
    ck_assert_ok(cx_response_model_rows(model, &table, err));
    double sum = 0; /* with an intercept the chances add up to the answers */
    for (int64_t row = 0; row < 6; row++) sum += table_number(table, "probability", row);
    ck_assert_close(sum, 3, 1e-9);
    cx_table_free(table);
    cx_response_model_free(model);
    r.data = x;
    ck_assert_fails(cx_propensity(&X, &r, NULL, NULL, &model, err), CX_E_DOMAIN, "row 1");
}
END_TEST

/* -- reference numbers --------------------------------------------------------------------- */

static int expected; /* how many numbers were held against the vectors */
static void expect_known(const vectors *v, const char *id, const char *figure, double found) {
    for (int64_t r = 0; r < v->rows; r++) {
        if (strcmp(vectors_text(v, r, "id"), id) != 0) continue;
        if (strcmp(vectors_text(v, r, "figure"), figure) != 0) continue;
        double known = vectors_number(v, r, "value");
        ck_assert_near(found, known, vectors_number(v, r, "tolerance") * (1 + fabs(known)));
        expected++;
        return;
    }
    ck_abort_msg("no %s of %s", figure, id);
}

static void expect_aipw(const vectors *v, const char *id, const cx_array *weights) {
    cx_aipw_result r;
    ck_assert_ok(cx_aipw_mean(&y, &f, &p, weights, &o, &r, err));
    expect_known(v, id, "value", r.estimate.value);
    expect_known(v, id, "se", r.estimate.se);
    expect_known(v, id, "ci_low", r.estimate.ci_low);
    expect_known(v, id, "ci_high", r.estimate.ci_high);
}

START_TEST(test_figures_agree_with_the_vectors) {
    static const double rho[] = {0.2, 0.4, 0.3, 0.5}, variance[] = {0.001, 0.002, 0.001, 0.002};
    static const double w[] = {1, 2, 1, 1, 3, 2, 1, 1}, same = 0.3;
    cx_array chances = cx_array_of(rho, CX_F64, 4), variances = cx_array_of(variance, CX_F64, 4);
    cx_array weights = cx_array_of(w, CX_F64, 8), alike = cx_array_of(&same, CX_F64, 4);
    vectors v = vectors_read("nonrespondents");
    cx_r_indicator_result r;
    cx_bounds_result b;
    expected = 0;
    alike.stride = 0;
    ck_assert_ok(cx_r_indicator(&alike, NULL, NULL, NULL, &r, err));
    expect_known(&v, "alike", "value", r.value);
    ck_assert_ok(cx_r_indicator(&chances, &variances, NULL, NULL, &r, err));
    expect_known(&v, "representative", "value", r.value);
    expect_known(&v, "representative", "s2_adjusted", r.s2_adjusted);
    expect_known(&v, "representative", "adjusted", r.adjusted);
    expect_known(&v, "representative", "cv", r.cv);
    expect_aipw(&v, "aipw", NULL);
    expect_aipw(&v, "aipw weighted", &weights);
    o.normalise = 1;
    expect_aipw(&v, "aipw normalised", &weights);
    o.low = 0, o.high = 10, o.threshold = 5;
    ck_assert_ok(cx_bounds(&y, NULL, &o, &b, err));
    expect_known(&v, "bounds", "low", b.low);
    expect_known(&v, "bounds", "high", b.high);
    expect_known(&v, "bounds", "ci_low", b.ci_low);
    expect_known(&v, "bounds", "ci_high", b.ci_high);
    expect_known(&v, "bounds", "tipping", b.tipping);
    ck_assert_int_eq(expected, v.rows - 8);
    vectors_free(&v);
}
END_TEST

START_TEST(test_weights_of_classes_agree_with_the_vectors) {
    static const double w[] = {1, 2, 1, 1, 3, 2, 1, 1}, came[] = {1, 0, 1, 1, 0, 1, 1, 0};
    cx_array weights = cx_array_of(w, CX_F64, 8), responded = cx_array_of(came, CX_F64, 8);
    vectors v = vectors_read("nonrespondents");
    cx_adjust_options options;
    cx_adjustment *made;
    cx_table *table;
    char name[] = "weight 0";
    cx_adjust_options_init(&options);
    options.classes = 2, options.least = 1;
    ck_assert_ok(cx_adjust_response(&p, NULL, &responded, &weights, &options, &made, err));
    ck_assert_ok(cx_adjustment_rows(made, &table, err));
    for (int i = 0; i < 8; i++, name[7]++)
        expect_known(&v, "classes", name, table_number(table, "weight", i));
    cx_table_free(table);
    cx_adjustment_free(made);
    vectors_free(&v);
}
END_TEST

Suite *suite_nonrespondents(void);
Suite *suite_nonrespondents(void) {
    Suite *suite = suite_create("nonrespondents");
    TCase *tcase = tcase_create("nonrespondents");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_chances_all_alike_are_representative);
    tcase_add_test(tcase, test_the_r_indicator_is_the_published_one);
    tcase_add_test(tcase, test_a_chance_of_0_or_1_is_named);
    tcase_add_test(tcase, test_partial_indicators_add_up_to_the_whole);
    tcase_add_test(tcase, test_the_doubly_robust_mean_counts_everybody);
    tcase_add_test(tcase, test_perfect_predictions_need_no_correction);
    tcase_add_test(tcase, test_nobody_or_one_who_answered);
    tcase_add_test(tcase, test_bounds_hold_whatever_the_silent_think);
    tcase_add_test(tcase, test_the_range_of_bias_is_the_delta_of_the_silent);
    tcase_add_test(tcase, test_separated_answers_are_told);
    tcase_add_test(tcase, test_figures_agree_with_the_vectors);
    tcase_add_test(tcase, test_weights_of_classes_agree_with_the_vectors);
    suite_add_tcase(suite, tcase);
    return suite;
}
