#include "../support.h"

static cx_closed_loop_options options;
static cx_closed_loop_result result;

static void setup(void) {
    cx_closed_loop_options_init(&options);
}

static cx_array doubles(const double *values, int64_t n) {
    return cx_array_of(values, CX_F64, n);
}

static cx_status loop(const double *score, const double *contacted, const double *again,
                      const double *control, int64_t n, cx_error *err) {
    cx_array s = doubles(score, n), c = doubles(contacted, n), a = doubles(again, n),
             h = doubles(control, n);
    return cx_closed_loop(&s, &c, &a, NULL, control != NULL ? &h : NULL, NULL, NULL, NULL, 0,
                          &options, &result, err);
}

START_TEST(test_a_loop_of_nobody_is_refused) {
    const double score[] = {9}, contacted[] = {1}, again[] = {9};
    ck_assert_fails(loop(score, contacted, again, NULL, 0, err), CX_E_EMPTY, "no detractor");
    ck_assert_fails(loop(score, contacted, again, NULL, 1, err), CX_E_EMPTY, "no detractor");
}
END_TEST

START_TEST(test_without_a_comparison_the_effect_is_not_identified) {
    const double score[] = {0, 3, 6, 5}, contacted[] = {1, 1, 1, 1}, again[] = {8, 2, 9, NAN};
    ck_assert_ok(loop(score, contacted, again, NULL, 4, err));
    ck_assert(isnan(result.effect.value));
    ck_assert_int_eq(result.effect.status, CX_E_UNIDENTIFIED);
    ck_assert(result.effect.flags & CX_FLAG_UNIDENTIFIED);
    ck_assert_int_eq(result.improved_treated.status, CX_E_EMPTY);
    ck_assert(isnan(result.improved_treated.value));
    ck_assert_close(result.left_class_without_control.value, 2.0 / 3, 1e-14);
    ck_assert_close(result.answered_treated.value, 0.75, 1e-14);
    ck_assert_int_eq(result.reasked_treated.status, CX_E_EMPTY);
    ck_assert(isnan(result.bounds_low));
}
END_TEST

/* 6 of 10 against 3 of 8; statsmodels 0.14, confint_proportions_2indep, method newcomb. */
START_TEST(test_the_effect_is_a_difference_of_shares) {
    double score[24], contacted[24], again[24];
    for (int i = 0; i < 24; i++) {
        score[i] = i < 20 ? i % 7 : 9;
        contacted[i] = i < 11;
        again[i] = i < 6 ? 8 : i < 10 ? 4 : i == 10 ? NAN : i < 14 ? 10 : i < 19 ? 6 : NAN;
    }
    ck_assert_ok(loop(score, contacted, again, NULL, 24, err));
    ck_assert_close(result.effect.value, 0.6 - 0.375, 1e-14);
    ck_assert_close(result.effect.ci_low, -0.20451342377524295, 1e-9);
    ck_assert_close(result.effect.ci_high, 0.5573529806244887, 1e-9);
    ck_assert_int_eq(result.effect.method, CX_METHOD_NEWCOMBE);
    ck_assert_uint_eq(result.effect.flags, CX_FLAG_PARTIAL | CX_FLAG_OBSERVATIONAL);
    ck_assert_int_eq(result.effect.n, 18);
    ck_assert_int_eq(result.effect.excluded[CX_EXCLUDED_MISSING], 2);
    ck_assert_int_eq(result.others, 4);
    ck_assert_int_eq(result.followed, 20);
    ck_assert_int_eq(result.left_class_without_control.status, CX_E_EMPTY);
    /* by hand: 6/11 .. 7/11 against 3/9 .. 4/9 */
    ck_assert_close(result.bounds_low, 6.0 / 11 - 4.0 / 9, 1e-13);
    ck_assert_close(result.bounds_high, 7.0 / 11 - 3.0 / 9, 1e-13);
    /* by hand: 10/11 answer against 8/9; kept 0.9777... of the treated */
    double kept = (8.0 / 9) / (10.0 / 11);
    ck_assert_close(result.lee_low, (0.6 - (1 - kept)) / kept - 0.375, 1e-13);
    ck_assert_close(result.lee_high, 0.6 / kept - 0.375, 1e-13);
}
END_TEST

START_TEST(test_a_hold_out_is_compared_as_it_was_drawn) {
    const double score[] = {1, 2, 3, 4, 5, 6}, contacted[] = {1, 0, 1, 0, 0, 1};
    const double again[] = {9, 1, 8, 7, 2, 3}, control[] = {0, 0, 0, 1, 1, 1};
    ck_assert_ok(loop(score, contacted, again, control, 6, err));
    ck_assert_close(result.improved_treated.value, 2.0 / 3, 1e-14);
    ck_assert_close(result.improved_comparison.value, 1.0 / 3, 1e-14);
    ck_assert(!(result.effect.flags & CX_FLAG_OBSERVATIONAL));
    ck_assert(result.effect.flags & CX_FLAG_FEW);
    ck_assert_int_eq(result.crossed, 1);
    ck_assert_int_eq(result.contacted.n, 3);
    ck_assert_close(result.contacted.value, 2.0 / 3, 1e-14);
    ck_assert_close(result.bounds_low, result.effect.value, 1e-14);
    ck_assert_close(result.lee_high, result.effect.value, 1e-14);
}
END_TEST

/* Survival at 3.5 hours from lifelines 0.30: 0.46875, limits 0.119929 and 0.762856. */
START_TEST(test_contact_in_time_counts_open_cases_as_censored) {
    const double hours[] = {1, 2, 2, 3, 5, 6, 4, 1.5}, done[] = {1, 1, 0, 1, 1, 0, 0, 1};
    double score[10], contacted[10], at[10], alert[10], reasked[10], again[10];
    int64_t now = INT64_C(36000000000);
    for (int i = 0; i < 10; i++) {
        score[i] = 3, contacted[i] = i < 8 ? done[i] : 1;
        alert[i] = i < 8 && !done[i] ? (10 - hours[i]) * 3.6e9 : 0;
        at[i] = i < 8 ? (done[i] ? hours[i] * 3.6e9 : NAN) : NAN;
        reasked[i] = i % 2, again[i] = i == 3 ? 9 : NAN;
    }
    at[9] = -5, alert[8] = 0;
    cx_array s = doubles(score, 10), c = doubles(contacted, 10), t = doubles(at, 10),
             a = doubles(alert, 10), r = doubles(reasked, 10), g = doubles(again, 10);
    options.level = 3.5 * 3600;
    ck_assert_ok(cx_closed_loop(&s, &c, &g, &r, NULL, &a, &t, NULL, now, &options, &result, err));
    ck_assert_close(result.in_time.value, 1 - 0.46875, 1e-12);
    ck_assert_close(result.in_time.ci_low, 1 - 0.762856, 1e-5);
    ck_assert_close(result.in_time.ci_high, 1 - 0.119929, 1e-5);
    ck_assert_int_eq(result.in_time.n, 8);
    ck_assert_int_eq(result.in_time.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(result.in_time.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
    ck_assert_int_eq(result.in_time.excluded[CX_EXCLUDED_OPEN], 1);
    ck_assert_close(result.in_time_naive.value, 0.5, 1e-14);
    ck_assert_int_eq(result.in_time_naive.status, CX_OK);
    ck_assert_int_eq(result.reasked_treated.n, 7);
    options.level = 1e6;
    ck_assert_ok(cx_closed_loop(&s, &c, &g, &r, NULL, &a, &t, NULL, now, &options, &result, err));
    ck_assert_int_eq(result.in_time.status, CX_E_UNIDENTIFIED);
    ck_assert(isnan(result.in_time.value));
}
END_TEST

START_TEST(test_promoters_are_activated_by_what_they_do) {
    const double score[] = {9, 10, 9, 3}, contacted[] = {1, 1, 0, 1}, acted[] = {1, 0, 0, 1};
    cx_array s = doubles(score, 4), c = doubles(contacted, 4), a = doubles(acted, 4);
    options.followed = CX_FOLLOWED_PROMOTERS;
    ck_assert_fails(loop(score, contacted, acted, NULL, 4, err), CX_E_OPTION, "acted");
    ck_assert_ok(
        cx_closed_loop(&s, &c, NULL, NULL, NULL, NULL, NULL, &a, 0, &options, &result, err));
    ck_assert_close(result.improved_treated.value, 0.5, 1e-14);
    ck_assert_close(result.effect.value, 0.5, 1e-14);
    ck_assert_int_eq(result.followed, 3);
}
END_TEST

START_TEST(test_passives_are_won_over_by_becoming_promoters) {
    const double score[] = {7, 8, 7, 8}, contacted[] = {1, 1, 0, 0}, again[] = {9, 8, 7, 10};
    options.followed = CX_FOLLOWED_PASSIVES;
    ck_assert_ok(loop(score, contacted, again, NULL, 4, err));
    ck_assert_double_eq(result.improved_treated.value, 0.5);
    ck_assert_double_eq(result.effect.value, 0);
}
END_TEST

START_TEST(test_what_a_loop_cannot_use_is_counted) {
    const double score[] = {1, NAN, 99, 2, 3}, contacted[] = {1, 1, 1, NAN, 0};
    const double again[] = {9, 9, 9, 9, 5};
    ck_assert_ok(loop(score, contacted, again, NULL, 5, err));
    ck_assert_int_eq(result.followed, 2);
    ck_assert_int_eq(result.contacted.excluded[CX_EXCLUDED_MISSING], 2);
    ck_assert_int_eq(result.contacted.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
}
END_TEST

START_TEST(test_bad_loop_arguments_are_refused) {
    const double score[] = {1, 2}, half[] = {1, 0.5}, far[] = {1, INFINITY};
    cx_array s = doubles(score, 2);
    ck_assert_fails(loop(score, half, score, NULL, 2, err), CX_E_DOMAIN,
                    "column contacted, row 1: 0.5 is neither 0 nor 1");
    ck_assert_fails(loop(far, score, score, NULL, 2, err), CX_E_DOMAIN, "infinite");
    ck_assert_fails(
        cx_closed_loop(&s, &s, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, &result, err),
        CX_E_NULL, "acted");
    ck_assert_fails(cx_closed_loop(&s, &s, &s, NULL, NULL, &s, NULL, NULL, 0, NULL, &result, err),
                    CX_E_NULL, "contacted_at");
    options.level = 0;
    ck_assert_fails(loop(score, score, score, NULL, 2, err), CX_E_OPTION, "level");
    cx_closed_loop_options_init(NULL);
}
END_TEST

Suite *suite_closed_loop(void) {
    Suite *suite = suite_create("closed_loop");
    TCase *tcase = tcase_create("closed_loop");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_a_loop_of_nobody_is_refused);
    tcase_add_test(tcase, test_without_a_comparison_the_effect_is_not_identified);
    tcase_add_test(tcase, test_the_effect_is_a_difference_of_shares);
    tcase_add_test(tcase, test_a_hold_out_is_compared_as_it_was_drawn);
    tcase_add_test(tcase, test_contact_in_time_counts_open_cases_as_censored);
    tcase_add_test(tcase, test_promoters_are_activated_by_what_they_do);
    tcase_add_test(tcase, test_passives_are_won_over_by_becoming_promoters);
    tcase_add_test(tcase, test_what_a_loop_cannot_use_is_counted);
    tcase_add_test(tcase, test_bad_loop_arguments_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
