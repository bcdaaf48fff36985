#include "../support.h"

static const double y_given[] = {1, 2, 3, 4, 5, 4}, f_given[] = {1.5, 2, 2.5, 4.5, 4.5, 3.5};
static const double g_given[] = {2, 3, 4, 1, 5, 3, 4, 2.5, 3.5, 4.5};
static const double w_given[] = {1, 2, 0.5, 1, 1.5, 3};
static const double v_given[] = {1, 1, 2, 1, 0.5, 1, 1, 2, 1, 1};
static const int32_t own_key[] = {0, 0, 1, 1, 2, 3};
static const int32_t apart_key[] = {4, 4, 5, 5, 6, 6, 7, 7, 8, 8};
static const int32_t shared_key[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
static cx_array y, f, g, w, v, own, other;
static cx_frame by, by_other;
static cx_ppi_options o;
static cx_ppi_result r;

static void setup(void) {
    y = cx_array_of(y_given, CX_F64, 6);
    f = cx_array_of(f_given, CX_F64, 6);
    g = cx_array_of(g_given, CX_F64, 10);
    w = cx_array_of(w_given, CX_F64, 6);
    v = cx_array_of(v_given, CX_F64, 10);
    own = cx_array_of(own_key, CX_I32, 6);
    other = cx_array_of(apart_key, CX_I32, 10);
    own.name = other.name = "shop";
    by = (cx_frame){&own, 1, {0, 0}};
    by_other = (cx_frame){&other, 1, {0, 0}};
    cx_ppi_options_init(&o);
    o.labelled = CX_LABELLED_RANDOM;
}

#define MEAN(weights, others, clusters, clusters_other)                                            \
    cx_ppi_mean(&y, &f, &g, weights, others, clusters, clusters_other, &o, &r, err)
#define PLAIN_MEAN() MEAN(NULL, NULL, NULL, NULL)

START_TEST(test_no_answer_is_an_error) {
    y.length = f.length = 0;
    ck_assert_fails(PLAIN_MEAN(), CX_E_EMPTY, "no row has an answer");
}
END_TEST

START_TEST(test_one_answer_has_a_value_and_no_limits) {
    y.length = f.length = 1;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_double_eq(r.estimate.value, 1);
    ck_assert(isinf(r.estimate.ci_low) && isinf(r.estimate.ci_high) && isnan(r.estimate.se));
    ck_assert_int_eq(r.estimate.status, CX_E_FEW);
    ck_assert(r.estimate.flags & CX_FLAG_FEW);
}
END_TEST

START_TEST(test_without_other_predictions_it_is_the_classical_mean) {
    g.length = 0;
    for (o.form = 0; o.form < CX_PPI_FORM_END; o.form++) {
        ck_assert_ok(PLAIN_MEAN());
        ck_assert_double_eq(r.lam, 0);
        ck_assert_close(r.estimate.value, 19.0 / 6, 1e-15);
        ck_assert_double_eq(r.estimate.ci_low, r.classical.ci_low);
        ck_assert_double_eq(r.estimate.n_eff, 6);
    }
}
END_TEST

START_TEST(test_predictions_all_alike_are_of_no_use) {
    static const double tenth = 0.1; /* its mean is rounded */
    f.data = g.data = &tenth;
    f.stride = g.stride = 0;
    for (o.tuning = 0; o.tuning < CX_PPI_GIVEN; o.tuning++) {
        ck_assert_ok(PLAIN_MEAN());
        ck_assert_double_eq(r.lam, 0);
        ck_assert_double_eq(r.estimate.ci_high, r.classical.ci_high);
    }
}
END_TEST

START_TEST(test_answers_all_alike_have_no_variance_and_say_so) {
    y.stride = 0;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_double_eq(r.estimate.value, 1);
    ck_assert(r.estimate.flags & CX_FLAG_NO_VARIANCE);
}
END_TEST

START_TEST(test_means_match_the_independent_numbers) {
    vectors known = vectors_read("ppi");
    for (int64_t i = 0; i < known.rows; i++) {
        const char *lam = vectors_text(&known, i, "lam");
        const char *clusters = vectors_text(&known, i, "clusters");
        bool weighted = vectors_number(&known, i, "weighted") > 0;
        double tolerance = vectors_number(&known, i, "tolerance");
        o.form = strcmp(vectors_text(&known, i, "form"), "published") == 0;
        o.tuning = strcmp(lam, "auto") == 0      ? CX_PPI_POOLED
                   : strcmp(lam, "optimal") == 0 ? CX_PPI_OPTIMAL
                                                 : CX_PPI_GIVEN;
        if (o.tuning == CX_PPI_GIVEN) o.lam = vectors_number(&known, i, "lam");
        bool single = strcmp(clusters, "none") == 0;
        other.data = strcmp(clusters, "shared") == 0 ? shared_key : apart_key;
        ck_assert_ok(MEAN(weighted ? &w : NULL, weighted ? &v : NULL, single ? NULL : &by,
                          single ? NULL : &by_other));
        ck_assert_close(r.estimate.value, vectors_number(&known, i, "value"), tolerance);
        ck_assert_close(r.estimate.ci_low, vectors_number(&known, i, "ci_low"), tolerance);
        ck_assert_close(r.estimate.ci_high, vectors_number(&known, i, "ci_high"), tolerance);
        if (!isnan(vectors_number(&known, i, "lambda")))
            ck_assert_close(r.lam, vectors_number(&known, i, "lambda"), tolerance);
    }
    vectors_free(&known);
}
END_TEST

START_TEST(test_one_side_is_one_sided_also_where_lambda_is_found) { /* ppi_py gives two sides */
    cx_ppi_result two;
    for (o.form = 0; o.form < CX_PPI_FORM_END; o.form++) {
        o.alternative = CX_TWO_SIDED;
        o.confidence = 0.9;
        ck_assert_ok(PLAIN_MEAN());
        two = r;
        o.confidence = 0.95;
        o.alternative = CX_LARGER;
        ck_assert_ok(PLAIN_MEAN());
        ck_assert_close(r.estimate.ci_low, two.estimate.ci_low, 1e-14);
        ck_assert(isinf(r.estimate.ci_high) && r.estimate.ci_high > 0);
        o.alternative = CX_SMALLER;
        ck_assert_ok(PLAIN_MEAN());
        ck_assert_close(r.estimate.ci_high, two.estimate.ci_high, 1e-14);
        ck_assert(isinf(r.estimate.ci_low) && r.estimate.ci_low < 0);
        ck_assert_double_gt(r.estimate.p_value, 0.99);
    }
}
END_TEST

START_TEST(test_lambda_for_clusters_is_not_inverted) {
    /* perfect predictions and few answers among many: trust is n / N away from 1, not from 0 */
    enum { FEW = 8, MANY = 400 };
    double answers[FEW], many[MANY];
    int32_t few_key[FEW], many_key[MANY];
    for (int i = 0; i < FEW; i++) answers[i] = i % 4 + i * 0.01, few_key[i] = i;
    for (int i = 0; i < MANY; i++) many[i] = i % 4 + i % 8 * 0.01, many_key[i] = 1000 + i;
    y = f = cx_array_of(answers, CX_F64, FEW);
    g = cx_array_of(many, CX_F64, MANY);
    own.data = few_key, own.length = FEW;
    other.data = many_key, other.length = MANY;
    ck_assert_ok(MEAN(NULL, NULL, &by, &by_other));
    ck_assert_double_gt(r.lam, 0.97);
    double by_clusters = r.lam;
    o.tuning = CX_PPI_OPTIMAL;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_close(by_clusters, r.lam, 1e-12); /* a cluster of one is a row */
}
END_TEST

START_TEST(test_lambda_0_is_the_classical_mean_whatever_the_weights) {
    o.tuning = CX_PPI_GIVEN;
    o.lam = 0;
    ck_assert_ok(MEAN(&w, &v, NULL, NULL));
    ck_assert_double_eq(r.estimate.ci_low, r.classical.ci_low);
    ck_assert_double_eq(r.estimate.value, r.classical.value);
}
END_TEST

START_TEST(test_a_constant_with_weights_has_no_variance_unless_centred_as_published) {
    y.stride = 0;
    o.tuning = CX_PPI_GIVEN;
    o.lam = 0;
    ck_assert_ok(MEAN(&w, NULL, NULL, NULL));
    ck_assert_near(r.estimate.se, 0, 1e-15);
    o.centring = CX_PPI_PLAIN;
    ck_assert_ok(MEAN(&w, NULL, NULL, NULL));
    ck_assert_double_gt(r.estimate.se, 0.1);
}
END_TEST

START_TEST(test_what_is_missing_is_counted_on_its_own_side) {
    double answers[] = {1, 2, NAN, 4, 5, 4}, predicted[] = {1.5, NAN, 2.5, 4.5, 4.5, 3.5};
    double others[] = {2, NAN, 4, 1, 5, 3, 4, 2.5, 3.5, NAN};
    y.data = answers, f.data = predicted, g.data = others;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_int_eq(r.estimate.n, 4);
    ck_assert_int_eq(r.estimate.excluded[CX_EXCLUDED_MISSING], 2);
    ck_assert_int_eq(r.unlabelled, 8);
    ck_assert_int_eq(r.unlabelled_out[CX_EXCLUDED_MISSING], 2);
}
END_TEST

START_TEST(test_long_columns_of_every_type_give_what_rows_with_weights_give) {
    enum { LONG = 3001 };
    static double many[LONG], one[LONG];
    static float narrow[LONG];
    for (int i = 0; i < LONG; i++) {
        many[i] = 1000 + 0.125 * (i * 37 % 64) + i / 512;
        narrow[i] = (float)many[i];
        one[i] = 1;
    }
    many[700] = NAN;
    narrow[700] = NAN;
    o.tuning = CX_PPI_GIVEN;
    o.lam = 1;
    g = cx_array_of(many, CX_F64, LONG);
    v = cx_array_of(one, CX_F64, LONG);
    ck_assert_ok(MEAN(NULL, &v, NULL, NULL));
    cx_ppi_result slow = r;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_close(r.estimate.value, slow.estimate.value, 1e-14);
    ck_assert_close(r.estimate.se, slow.estimate.se, 1e-13);
    ck_assert_int_eq(r.unlabelled, LONG - 1);
    g = cx_array_of(narrow, CX_F32, LONG);
    ck_assert_ok(PLAIN_MEAN());
    ck_assert_close(r.estimate.se, slow.estimate.se, 1e-13);
}
END_TEST

START_TEST(test_net_scores_are_in_points_and_cut_at_their_range) {
    static const double scores[] = {10, 9, 3, 8, 11, 6, 10, 7.5};
    static const double net[] = {0.8, 0.7, -0.6, 0.1, 0, -0.2, 0.9, 0};
    y = cx_array_of(scores, CX_F64, 8);
    f = cx_array_of(net, CX_F64, 8);
    g = cx_array_of(net, CX_F64, 8);
    ck_assert_ok(cx_ppi_nps(&y, &f, &g, NULL, NULL, NULL, NULL, &o, &r, err));
    ck_assert_int_eq(r.estimate.n, 6);
    ck_assert_int_eq(r.estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
    ck_assert_int_eq(r.estimate.excluded[CX_EXCLUDED_NON_INTEGER], 1);
    ck_assert_close(r.classical.value, 100.0 / 6, 1e-14);
    ck_assert_int_eq(r.estimate.unit, CX_UNIT_POINTS);
    ck_assert(r.classical.flags & CX_FLAG_CLIPPED);
    o.promoters = 6;
    ck_assert_fails(cx_ppi_nps(&y, &f, &g, NULL, NULL, NULL, NULL, &o, &r, err), CX_E_OPTION,
                    "cut points");
    o.promoters = 9;
    f.data = scores;
    ck_assert_fails(cx_ppi_nps(&y, &f, &g, NULL, NULL, NULL, NULL, &o, &r, err), CX_E_DOMAIN,
                    "row 0");
}
END_TEST

START_TEST(test_fifty_answers_are_not_few) {
    static double answers[50], predicted[50];
    for (int i = 0; i < 50; i++) answers[i] = i % 7, predicted[i] = i % 5;
    y = cx_array_of(answers, CX_F64, 50);
    f = cx_array_of(predicted, CX_F64, 50);
    ck_assert_ok(PLAIN_MEAN());
    ck_assert(!(r.estimate.flags & CX_FLAG_FEW));
    y.length = f.length = 49;
    ck_assert_ok(PLAIN_MEAN());
    ck_assert(r.estimate.flags & CX_FLAG_FEW);
}
END_TEST

START_TEST(test_it_is_refused_where_chance_did_not_decide) {
    o.labelled = CX_LABELLED_UNSTATED;
    ck_assert_fails(PLAIN_MEAN(), CX_E_OPTION, "labelled is not stated");
    ck_assert_fails(cx_ppi_mean(&y, &f, &g, NULL, NULL, NULL, NULL, NULL, &r, err), CX_E_OPTION,
                    "labelled is not stated");
    o.labelled = CX_LABELLED_CHOSE;
    ck_assert_fails(PLAIN_MEAN(), CX_E_UNIDENTIFIED, "aipw_mean");
    o.labelled = CX_LABELLED_WEIGHTED;
    ck_assert_fails(PLAIN_MEAN(), CX_E_OPTION, "there are no weights");
    ck_assert_ok(MEAN(&w, NULL, NULL, NULL));
    ck_assert_str_eq(cx_labelled_name(CX_LABELLED_CHOSE), "chose");
    ck_assert_str_eq(cx_labelled_name(CX_LABELLED_END), "unknown");
}
END_TEST

START_TEST(test_bad_values_are_named) {
    double bad[] = {1, 2, -1, INFINITY, 5, 4, 1, 1, 1, 1};
    w.data = bad;
    ck_assert_fails(MEAN(&w, NULL, NULL, NULL), CX_E_DOMAIN, "row 2");
    y.data = bad;
    ck_assert_fails(PLAIN_MEAN(), CX_E_DOMAIN, "row 3: the answer is infinite");
    y.data = y_given;
    g.data = bad;
    ck_assert_fails(PLAIN_MEAN(), CX_E_DOMAIN, "row 3: the prediction is infinite");
    ck_assert_fails(MEAN(NULL, NULL, NULL, &by_other), CX_E_MISMATCH, "clusters are not");
    o.lam = NAN;
    ck_assert_fails(PLAIN_MEAN(), CX_E_OPTION, "lam is");
}
END_TEST

Suite *suite_ppi(void);
Suite *suite_ppi(void) {
    Suite *suite = suite_create("ppi");
    TCase *tcase = tcase_create("ppi");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_no_answer_is_an_error);
    tcase_add_test(tcase, test_one_answer_has_a_value_and_no_limits);
    tcase_add_test(tcase, test_without_other_predictions_it_is_the_classical_mean);
    tcase_add_test(tcase, test_predictions_all_alike_are_of_no_use);
    tcase_add_test(tcase, test_answers_all_alike_have_no_variance_and_say_so);
    tcase_add_test(tcase, test_means_match_the_independent_numbers);
    tcase_add_test(tcase, test_one_side_is_one_sided_also_where_lambda_is_found);
    tcase_add_test(tcase, test_lambda_for_clusters_is_not_inverted);
    tcase_add_test(tcase, test_lambda_0_is_the_classical_mean_whatever_the_weights);
    tcase_add_test(tcase, test_a_constant_with_weights_has_no_variance_unless_centred_as_published);
    tcase_add_test(tcase, test_what_is_missing_is_counted_on_its_own_side);
    tcase_add_test(tcase, test_long_columns_of_every_type_give_what_rows_with_weights_give);
    tcase_add_test(tcase, test_net_scores_are_in_points_and_cut_at_their_range);
    tcase_add_test(tcase, test_fifty_answers_are_not_few);
    tcase_add_test(tcase, test_it_is_refused_where_chance_did_not_decide);
    tcase_add_test(tcase, test_bad_values_are_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
