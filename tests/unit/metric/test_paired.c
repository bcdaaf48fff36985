#include "joints.h"

static cx_estimate e;
static double data[3 * 64], weight[64];

static cx_paired_options method_only(int32_t method) {
    cx_paired_options options;
    cx_paired_options_init(&options);
    options.method = method;
    return options;
}

/* Rows of two shares of the same people: both 1, only the first, only the second, neither. */
static cx_joint *shares(int both, int first, int second, int neither) {
    double values[2 * 256];
    int rows = 0;
    for (int i = 0; i < both + first + second + neither; i++, rows++) {
        values[2 * rows] = i < both + first ? 5 : 1;
        values[2 * rows + 1] = i < both || (i >= both + first && i < both + first + second) ? 5 : 1;
    }
    return joint_of(2, CX_SCORE_TOP_BOX, values, NULL, rows);
}

START_TEST(test_two_scores_without_answers_have_no_difference) {
    const double values[] = {5, NAN, 4, NAN};
    cx_joint *joint = joint_of(2, CX_SCORE_NPS, values, NULL, 2);
    ck_assert_fails(cx_compare_paired(joint, 0, 1, NULL, &e, err), CX_E_EMPTY, "answer to b");
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_differences_all_alike_have_an_interval_of_positive_width) {
    double same[2 * 30];
    for (int32_t score = CX_SCORE_NPS; score <= CX_SCORE_TOP_BOX; score++) {
        for (int i = 0; i < 60; i++) same[i] = i / 2 % 2 == 0 ? 5 : 1;
        cx_joint *joint = joint_of(2, score, same, NULL, 30);
        ck_assert_ok(cx_compare_paired(joint, 0, 1, NULL, &e, err));
        double unit = score == CX_SCORE_NPS ? 100 : 1;
        ck_assert_double_eq(e.value, 0);
        ck_assert_double_lt(e.ci_low, -0.05 * unit);
        ck_assert_double_gt(e.ci_high, 0.05 * unit);
        ck_assert(isnan(e.se) && (e.flags & CX_FLAG_NO_VARIANCE));
        cx_joint_free(joint);
    }
}
END_TEST

START_TEST(test_paired_differences_match_the_independent_numbers) {
    double apart[3 * 64];
    cx_paired_options options = method_only(CX_METHOD_AUTO);
    int64_t rows = joint_data(data, weight), n = 0;
    cx_joint *joint = joint_of(3, CX_SCORE_MEAN, data, NULL, rows);
    options.cases = CX_CASES_COMPLETE;
    ck_assert_ok(cx_compare_paired(joint, 0, 1, &options, &e, err));
    ck_assert_int_eq(joint_expect("paired-t", &e), 6);
    ck_assert_int_eq(e.n, 11);
    cx_joint_free(joint);
    for (int64_t r = 0; r < rows; r++)
        for (int i = 0; i < 3; i += 2) { /* every answer by somebody else */
            apart[3 * n] = i == 0 ? data[3 * r] : NAN;
            apart[3 * n + 1] = NAN;
            apart[3 * n + 2] = i == 2 ? data[3 * r + 2] : NAN;
            n++;
        }
    joint = joint_of(3, CX_SCORE_MEAN, apart, NULL, n);
    ck_assert_ok(cx_compare_paired(joint, 0, 2, NULL, &e, err));
    ck_assert_int_eq(joint_expect("apart-t", &e), 5);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_shares_of_the_same_people_have_the_score_interval) {
    cx_joint *joint = shares(1, 1, 7, 12);
    ck_assert_ok(cx_compare_paired(joint, 0, 1, NULL, &e, err));
    ck_assert_int_eq(e.method, CX_METHOD_SCORE);
    ck_assert_int_eq(joint_expect("tango", &e), 3);
    ck_assert_close(e.value, -6.0 / 21, 1e-14);
    cx_estimate back;
    ck_assert_ok(cx_compare_paired(joint, 1, 0, NULL, &back, err));
    ck_assert_close(back.ci_low, -e.ci_high, 1e-12);
    ck_assert_close(back.p_value, e.p_value, 1e-12);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_two_samples_without_overlap_are_agresti_and_caffos) {
    double values[2 * 50];
    for (int r = 0; r < 50; r++) { /* 15 of 20 and 12 of 30 */
        values[2 * r] = r < 20 ? (r < 15 ? 5 : 1) : NAN;
        values[2 * r + 1] = r < 20 ? NAN : r < 32 ? 5 : 1;
    }
    cx_joint *joint = joint_of(2, CX_SCORE_TOP_BOX, values, NULL, 50);
    double p = 16.0 / 22, q = 13.0 / 32, z = cx_normal_quantile(0.975);
    double half = z * sqrt(p * (1 - p) / 22 + q * (1 - q) / 32);
    ck_assert_ok(cx_compare_paired(joint, 0, 1, NULL, &e, err));
    ck_assert_int_eq(e.method, CX_METHOD_AGRESTI_CAFFO);
    ck_assert_close(e.value, 0.35, 1e-13);
    ck_assert_close(e.ci_low, p - q - half, 1e-12);
    ck_assert_close(e.ci_high, p - q + half, 1e-12);
    ck_assert_int_eq(e.n, 50);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_an_overlap_narrows_the_interval_of_a_change) {
    double overlap[2 * 60], apart[2 * 120];
    cx_estimate independent;
    for (int r = 0; r < 60; r++) {
        double before = r % 3 == 0 ? 1 : r % 3 == 1 ? 3 : 5, after = r % 7 == 0 ? 5 : before;
        overlap[2 * r] = before, overlap[2 * r + 1] = after;
        apart[4 * r] = before, apart[4 * r + 1] = NAN;
        apart[4 * r + 2] = NAN, apart[4 * r + 3] = after;
    }
    for (int32_t score = CX_SCORE_NPS; score <= CX_SCORE_MEAN; score++) {
        cx_joint *one = joint_of(2, score, overlap, NULL, 60);
        cx_joint *two = joint_of(2, score, apart, NULL, 120);
        ck_assert_ok(cx_compare_paired(one, 1, 0, NULL, &e, err));
        ck_assert_ok(cx_compare_paired(two, 1, 0, NULL, &independent, err));
        ck_assert_close(e.value, independent.value, 1e-12);
        ck_assert_double_lt(e.se, 0.6 * independent.se);
        ck_assert_double_lt(e.p_value, independent.p_value);
        cx_joint_free(one);
        cx_joint_free(two);
    }
}
END_TEST

START_TEST(test_weights_that_are_all_the_same_change_nothing) {
    double twos[64];
    cx_estimate other;
    int64_t rows = joint_data(data, weight);
    for (int64_t r = 0; r < rows; r++) twos[r] = 2;
    for (int cases = 0; cases < 2; cases++) {
        cx_paired_options options = method_only(CX_METHOD_AUTO);
        options.cases = cases;
        cx_joint *plain = joint_of(3, CX_SCORE_NPS, data, NULL, rows);
        cx_joint *weighted = joint_of(3, CX_SCORE_NPS, data, twos, rows);
        ck_assert_ok(cx_compare_paired(plain, 0, 2, &options, &e, err));
        ck_assert_ok(cx_compare_paired(weighted, 0, 2, &options, &other, err));
        ck_assert_close(other.value, e.value, 1e-13);
        ck_assert_close(other.se, e.se, 1e-12);
        ck_assert_close(other.ci_low, e.ci_low, 1e-12);
        ck_assert_close(other.p_value, e.p_value, 1e-12);
        cx_joint_free(plain);
        cx_joint_free(weighted);
    }
}
END_TEST

START_TEST(test_methods_that_do_not_fit_are_refused) {
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, data, NULL, joint_data(data, weight));
    cx_paired_options options = method_only(CX_METHOD_SCORE);
    ck_assert_fails(cx_compare_paired(joint, 0, 1, &options, &e, err), CX_E_OPTION, "shares");
    options.method = CX_METHOD_AGRESTI_CAFFO;
    ck_assert_fails(cx_compare_paired(joint, 0, 1, &options, &e, err), CX_E_OPTION, "net scores");
    ck_assert_fails(cx_compare_paired(joint, 1, 1, NULL, &e, err), CX_E_NAME, "not two");
    ck_assert_fails(cx_compare_paired(joint, 0, 3, NULL, &e, err), CX_E_NAME, "not two");
    cx_joint_free(joint);
}
END_TEST

/* -- waves --------------------------------------------------------------------------------- */

static cx_frame id_frame(cx_array *column, const double *ids, int64_t n) {
    *column = cx_array_of(ids, CX_F64, n);
    column->name = "id";
    return (cx_frame){column, 1, {0, 0}};
}

START_TEST(test_waves_are_matched_by_respondent) {
    const double before[] = {5, 3, 1, 4}, after[] = {4, 2, 5, 9, 1};
    const double ids_before[] = {7, 8, 9, NAN}, ids_after[] = {10, 9, 7, 8, NAN};
    cx_array first = cx_array_of(before, CX_F64, 4), second = cx_array_of(after, CX_F64, 5), c[2];
    cx_frame of_first = id_frame(&c[0], ids_before, 4), of_second = id_frame(&c[1], ids_after, 5);
    cx_joint *joint = joint_empty(2, CX_SCORE_MEAN);
    const double rows[] = {5, 5, 3, NAN, 1, 2, 4, NAN, NAN, 4, NAN, 1};
    cx_joint *expected = joint_of(2, CX_SCORE_MEAN, rows, NULL, 6);
    cx_estimate other;
    ck_assert_ok(cx_joint_add_waves(joint, &first, &of_first, &second, &of_second, NULL, err));
    ck_assert_int_eq(cx_joint_both(joint, 0, 0), 4);
    ck_assert_int_eq(cx_joint_both(joint, 1, 1), 4);
    ck_assert_int_eq(cx_joint_both(joint, 0, 1), 2);
    ck_assert_int_eq(cx_joint_n(joint), 6);
    ck_assert_ok(cx_compare_paired(joint, 1, 0, NULL, &e, err));
    ck_assert_ok(cx_compare_paired(expected, 1, 0, NULL, &other, err));
    ck_assert_double_eq(e.ci_low, other.ci_low);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], 0);
    cx_joint_free(joint);
    cx_joint_free(expected);
}
END_TEST

START_TEST(test_a_respondent_twice_in_a_wave_is_an_error) {
    const double scores[] = {5, 3, 1}, once[] = {1, 2, 3}, twice[] = {1, 2, 1};
    cx_array x = cx_array_of(scores, CX_F64, 3), c[2];
    cx_frame good = id_frame(&c[0], once, 3), bad = id_frame(&c[1], twice, 3);
    cx_joint *joint = joint_empty(2, CX_SCORE_MEAN), *three = joint_empty(3, CX_SCORE_MEAN);
    ck_assert_fails(cx_joint_add_waves(joint, &x, &good, &x, &bad, NULL, err), CX_E_DOMAIN,
                    "the respondent of row 0");
    ck_assert_fails(cx_joint_add_waves(joint, &x, &bad, &x, &good, NULL, err), CX_E_DOMAIN,
                    "row 2");
    ck_assert_int_eq(cx_joint_n(joint), 0);
    ck_assert_fails(cx_joint_add_waves(three, &x, &good, &x, &good, NULL, err), CX_E_MISMATCH,
                    "two components");
    cx_joint_free(joint);
    cx_joint_free(three);
}
END_TEST

Suite *suite_paired(void) {
    Suite *suite = suite_create("paired");
    TCase *tcase = tcase_create("paired");
    tcase_add_test(tcase, test_two_scores_without_answers_have_no_difference);
    tcase_add_test(tcase, test_differences_all_alike_have_an_interval_of_positive_width);
    tcase_add_test(tcase, test_paired_differences_match_the_independent_numbers);
    tcase_add_test(tcase, test_shares_of_the_same_people_have_the_score_interval);
    tcase_add_test(tcase, test_two_samples_without_overlap_are_agresti_and_caffos);
    tcase_add_test(tcase, test_an_overlap_narrows_the_interval_of_a_change);
    tcase_add_test(tcase, test_weights_that_are_all_the_same_change_nothing);
    tcase_add_test(tcase, test_methods_that_do_not_fit_are_refused);
    tcase_add_test(tcase, test_waves_are_matched_by_respondent);
    tcase_add_test(tcase, test_a_respondent_twice_in_a_wave_is_an_error);
    suite_add_tcase(suite, tcase);
    return suite;
}
