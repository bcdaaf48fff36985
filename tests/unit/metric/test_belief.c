#include "../support.h"

static cx_tally *customers;
static cx_belief belief;

static cx_tally *answers(const double *scores, int64_t n) {
    cx_array x = cx_array_of(scores, CX_F64, n);
    cx_tally *tally;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &x, NULL, NULL, err));
    return tally;
}

static void setup(void) {
    static const double scores[] = {10, 9, 3, 8, 7, 9, 2, 10, 9, 5};
    customers = answers(scores, 10);
}

static void teardown(void) {
    cx_tally_free(customers);
}

START_TEST(test_without_a_belief_there_is_no_gap) {
    const double none[] = {NAN, 101, -101};
    cx_array x = cx_array_of(none, CX_F64, 3);
    ck_assert_fails(cx_belief_gap(&x, customers, NULL, &belief, err), CX_E_EMPTY, "belief");
    cx_tally *nobody = answers(none, 0);
    x.data = (const double[]){1, 2, 3};
    ck_assert_fails(cx_belief_gap(&x, nobody, NULL, &belief, err), CX_E_EMPTY, "valid answer");
    cx_tally_free(nobody);
}
END_TEST

START_TEST(test_one_believer_has_an_interval) {
    const double one[] = {60};
    cx_array x = cx_array_of(one, CX_F64, 1);
    ck_assert_ok(cx_belief_gap(&x, customers, NULL, &belief, err));
    ck_assert_double_eq(belief.believed.value, 60);
    ck_assert_double_eq(belief.customers.value, 20);
    ck_assert_double_eq(belief.gap.value, 40);
    ck_assert_double_lt(belief.gap.ci_low, 40);
    ck_assert_double_gt(belief.gap.ci_high, 40);
    ck_assert(isnan(belief.gap.se));
    ck_assert_double_eq(belief.over.value, 1);
}
END_TEST

/* Both sides put together by hand. */
START_TEST(test_beliefs_in_points_stand_against_the_net_score) {
    const double x[] = {40, 55, 10, 60, NAN, 35, 120};
    cx_array beliefs = cx_array_of(x, CX_F64, 7);
    cx_nps_options score;
    cx_estimate nps;
    cx_nps_options_init(&score);
    score.method = CX_METHOD_SCORE;
    ck_assert_ok(cx_nps(customers, &score, &nps, err));
    ck_assert_ok(cx_belief_gap(&beliefs, customers, NULL, &belief, err));
    ck_assert_close(belief.believed.value, 40, 1e-12);
    ck_assert_close(belief.gap.value, 40 - nps.value, 1e-12);
    ck_assert_close(belief.customers.ci_low, nps.ci_low, 1e-9);
    double half = belief.believed.ci_high - belief.believed.value;
    ck_assert_close(half, cx_t_quantile_upper(0.025, 4) * sqrt(1550.0 / 4 / 5), 1e-12);
    ck_assert_close(belief.gap.ci_low, belief.gap.value - hypot(half, nps.ci_high - nps.value),
                    1e-9);
    ck_assert_int_eq(belief.gap.method, CX_METHOD_MOVER);
    ck_assert_int_eq(belief.believed.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(belief.believed.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
    ck_assert_close(belief.over.value, 0.8, 1e-15);
    ck_assert_int_eq(belief.gap.p_value<0.05, belief.gap.ci_low> 0);
}
END_TEST

START_TEST(test_beliefs_about_a_mean_compare_by_welch) {
    const double x[] = {8, 9, 8.5, 9.5};
    cx_array beliefs = cx_array_of(x, CX_F64, 4);
    cx_compare_options options;
    cx_compare_options_init(&options);
    options.score = CX_SCORE_MEAN;
    ck_assert_ok(cx_belief_gap(&beliefs, customers, &options, &belief, err));
    ck_assert_int_eq(belief.gap.method, CX_METHOD_T);
    ck_assert_close(belief.gap.value, 8.75 - 7.2, 1e-12);
    ck_assert(belief.gap.df > 9 && belief.gap.df < 12);
    options.score = CX_SCORE_TOP_BOX;
    options.top = 2;
    ck_assert_fails(cx_belief_gap(&beliefs, customers, &options, &belief, err), CX_E_EMPTY,
                    "belief");
    const double shares[] = {0.8, 0.9, 0.7};
    beliefs = cx_array_of(shares, CX_F64, 3);
    ck_assert_ok(cx_belief_gap(&beliefs, customers, &options, &belief, err));
    ck_assert_close(belief.gap.value, 0.3, 1e-12);
    options.method = CX_METHOD_NEWCOMBE;
    ck_assert_fails(cx_belief_gap(&beliefs, customers, &options, &belief, err), CX_E_OPTION,
                    "newcombe");
}
END_TEST

START_TEST(test_staff_who_answer_as_customers_compare_as_two_groups) {
    const double x[] = {9, 10, 9, 8, 10, 7};
    cx_tally *staff = answers(x, 6);
    cx_estimate e;
    ck_assert_ok(cx_compare(staff, customers, NULL, &e, err));
    ck_assert_ok(cx_belief_gap_answers(staff, customers, NULL, &belief, err));
    ck_assert_int_eq(memcmp(&belief.gap, &e, sizeof e), 0);
    ck_assert_close(belief.believed.value, 400.0 / 6, 1e-12);
    ck_assert_close(belief.over.value, 5.0 / 6, 1e-12); /* all but the 7 lie above 7.2 */
    cx_tally_free(staff);
}
END_TEST

START_TEST(test_beliefs_all_alike_do_not_claim_certainty) {
    const double x[] = {0.1, 0.1, 0.1};
    cx_array beliefs = cx_array_of(x, CX_F64, 3);
    ck_assert_ok(cx_belief_gap(&beliefs, customers, NULL, &belief, err));
    ck_assert_int_eq(belief.believed.method, CX_METHOD_BOUNDED);
    ck_assert_double_gt(belief.believed.ci_high - belief.believed.ci_low, 50);
    ck_assert(belief.believed.flags & CX_FLAG_NO_VARIANCE);
}
END_TEST

START_TEST(test_an_infinite_belief_is_named) {
    const double x[] = {40, INFINITY};
    cx_array beliefs = cx_array_of(x, CX_F64, 2);
    ck_assert_fails(cx_belief_gap(&beliefs, customers, NULL, &belief, err), CX_E_DOMAIN, "row 1");
}
END_TEST

Suite *suite_belief(void) {
    Suite *suite = suite_create("belief");
    TCase *tcase = tcase_create("belief");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_without_a_belief_there_is_no_gap);
    tcase_add_test(tcase, test_one_believer_has_an_interval);
    tcase_add_test(tcase, test_beliefs_in_points_stand_against_the_net_score);
    tcase_add_test(tcase, test_beliefs_about_a_mean_compare_by_welch);
    tcase_add_test(tcase, test_staff_who_answer_as_customers_compare_as_two_groups);
    tcase_add_test(tcase, test_beliefs_all_alike_do_not_claim_certainty);
    tcase_add_test(tcase, test_an_infinite_belief_is_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
