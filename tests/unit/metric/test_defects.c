#include "../support.h"

/* Mistakes of other tools, and complaints of their users: one test each, by name. */

static cx_tally *tally;
static cx_estimate estimate;

static void setup(void) {
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

static void add_to(cx_tally *self, const double *scores, int64_t n) {
    cx_array column = cx_array_of(scores, CX_F64, n);
    ck_assert_ok(cx_tally_add(self, &column, NULL, NULL, err));
}

static int64_t left_out(const cx_tally *self) {
    int64_t sum = 0;
    for (int32_t reason = 0; reason < CX_EXCLUDED_END; reason++)
        sum += cx_tally_excluded(self, reason);
    return sum;
}

static cx_nps_options method(int32_t word) {
    cx_nps_options options;
    cx_nps_options_init(&options);
    options.method = word;
    return options;
}

/* -- the package NPS of R ------------------------------------------------------------------ */

/* Passives of one step, detractors of three: it answers -1. */
START_TEST(test_cut_points_of_a_five_point_scale_give_0_and_not_minus_1) {
    static const double scores[] = {1, 5, 5, 4, 3};
    cx_nps_options options = method(CX_METHOD_AUTO);
    cx_tally *five;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    add_to(five, scores, 5);
    options.detractors = 3;
    options.promoters = 5;
    ck_assert_ok(cx_nps(five, &options, &estimate, err));
    ck_assert_double_eq(estimate.value, 0);
    cx_tally_free(five);
}
END_TEST

START_TEST(test_a_missing_answer_is_left_out_and_does_not_make_the_score_missing) {
    static const double scores[] = {10, NAN, 9, 3};
    add_to(tally, scores, 4);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, 100.0 / 3, 1e-14);
    ck_assert_int_eq(estimate.n, 3);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
}
END_TEST

START_TEST(test_limits_come_lower_first) {
    static const double scores[] = {10, 9, 3, 8, 7, 0};
    add_to(tally, scores, 6);
    for (int32_t word = CX_METHOD_AUTO; word <= CX_METHOD_GOODMAN; word++) {
        cx_nps_options options = method(word);
        ck_assert_ok(cx_nps(tally, &options, &estimate, err));
        ck_assert_double_lt(estimate.ci_low, estimate.value);
        ck_assert_double_gt(estimate.ci_high, estimate.value);
    }
}
END_TEST

START_TEST(test_promoters_only_are_not_certainty) {
    static const double scores[] = {10, 9, 10, 9, 10, 10, 10, 10, 10, 10};
    cx_nps_options options = method(CX_METHOD_SCORE);
    add_to(tally, scores, 10);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 100);
    ck_assert_near(estimate.ci_low, 47.5035515, 1e-6);
    ck_assert(estimate.flags & CX_FLAG_NO_VARIANCE);
    ck_assert(isnan(estimate.p_value));
    ck_assert_ok(cx_nps(tally, &options, &estimate, err));
    ck_assert_near(estimate.ci_low, 44.49344, 1e-5);
}
END_TEST

/* Raw answers are an input, not only counts; and both give the same. */
START_TEST(test_raw_answers_and_counts_give_the_same_score) {
    static const double scores[] = {10, 10, 3, 8, 9}, steps[] = {3, 8, 9, 10};
    static const int64_t counts[] = {1, 1, 1, 2};
    cx_array step = cx_array_of(steps, CX_F64, 4), count = cx_array_of(counts, CX_I64, 4);
    cx_tally *counted;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &counted, err));
    add_to(tally, scores, 5);
    ck_assert_ok(cx_tally_add_counts(counted, &step, &count, err));
    ck_assert(cx_tally_equal(tally, counted));
    cx_tally_free(counted);
}
END_TEST

/* In points a variance is ten thousand times that of a fraction, not a hundred times. */
START_TEST(test_the_error_in_points_is_a_hundred_times_that_of_a_fraction) {
    static const double scores[] = {10, 9, 9, 7, 8, 2};
    cx_nps_options options = method(CX_METHOD_WALD);
    add_to(tally, scores, 6);
    ck_assert_ok(cx_nps(tally, &options, &estimate, err));
    ck_assert_close(estimate.se, 100 * sqrt((4.0 / 6 - 1.0 / 9) / 6), 1e-14);
}
END_TEST

/* There an interval on the negative side is never called different from 0. */
START_TEST(test_a_bad_score_is_told_from_0_as_well_as_a_good_one) {
    cx_nps_options options = method(CX_METHOD_SCORE);
    cx_estimate good;
    double bad_scores[40], good_scores[40];
    for (int i = 0; i < 40; i++) bad_scores[i] = i % 4 == 0 ? 10 : 0;
    for (int i = 0; i < 40; i++) good_scores[i] = i % 4 == 0 ? 0 : 10;
    add_to(tally, good_scores, 40);
    ck_assert_ok(cx_nps(tally, &options, &good, err));
    cx_tally_reset(tally);
    add_to(tally, bad_scores, 40);
    ck_assert_ok(cx_nps(tally, &options, &estimate, err));
    ck_assert_double_gt(good.ci_low, 0);
    ck_assert_double_lt(estimate.ci_high, 0);
    ck_assert_near(estimate.ci_high, -good.ci_low, 1e-9);
}
END_TEST

/* -- marketr, surveytoolbox, a sum by hand ------------------------------------------------- */

START_TEST(test_a_missing_answer_is_never_a_passive_and_99_never_a_promoter) {
    static const double scores[] = {NAN, 99, 0, 10};
    add_to(tally, scores, 4);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_double_eq(estimate.value, 0);
    ck_assert_int_eq(estimate.n, 2);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
}
END_TEST

START_TEST(test_the_margin_of_error_is_half_the_interval) {
    static const double scores[] = {10, 9, 8, 7, 3, 10, 9, 2};
    cx_nps_options options = method(CX_METHOD_WALD);
    add_to(tally, scores, 8);
    ck_assert_ok(cx_nps(tally, &options, &estimate, err));
    ck_assert_close((estimate.ci_high - estimate.ci_low) / 2, 1.959963984540054 * estimate.se,
                    1e-13);
}
END_TEST

/* "32 provided", and 2 + 11 + 18 = 31: whoever is missing is counted. */
START_TEST(test_classes_and_what_is_left_out_add_up_to_the_rows) {
    double scores[32];
    for (int i = 0; i < 31; i++) scores[i] = i < 2 ? 4 : i < 13 ? 7 : 10;
    scores[31] = NAN;
    add_to(tally, scores, 32);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_int_eq(estimate.n, 31);
    ck_assert_int_eq(estimate.n + left_out(tally), 32);
    ck_assert_close(estimate.value, 1600.0 / 31, 1e-14);
}
END_TEST

/* -- what users ask for -------------------------------------------------------------------- */

START_TEST(test_several_surveys_merge_into_one_score) {
    static const double first[] = {10, 9, 3}, second[] = {8, 8, 10, NAN},
                        all[] = {10, 9, 3, 8, 8, 10, NAN};
    cx_tally *other, *whole;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &other, err));
    ck_assert_ok(cx_tally_new(0, 10, NULL, &whole, err));
    add_to(tally, first, 3);
    add_to(other, second, 4);
    add_to(whole, all, 7);
    ck_assert_ok(cx_tally_merge(tally, other, err));
    ck_assert(cx_tally_equal(tally, whole));
    cx_tally_free(other);
    cx_tally_free(whole);
}
END_TEST

START_TEST(test_surveys_on_different_scales_do_not_merge) {
    cx_tally *five, *seven;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    ck_assert_ok(cx_tally_new(1, 7, NULL, &seven, err));
    ck_assert_fails(cx_tally_merge(tally, five, err), CX_E_MISMATCH, "scales differ");
    ck_assert_fails(cx_tally_merge(five, seven, err), CX_E_MISMATCH, "1 to 5 and 1 to 7");
    cx_tally_free(five);
    cx_tally_free(seven);
}
END_TEST

START_TEST(test_a_score_is_refused_where_the_question_is_another) {
    cx_ces_options first;
    cx_tally *five, *seven;
    cx_ces_options_init(&first);
    first.version = 1;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    ck_assert_ok(cx_tally_new(1, 7, NULL, &seven, err));
    ck_assert_fails(cx_nps(five, NULL, &estimate, err), CX_E_MISMATCH, "no net promoter question");
    ck_assert_fails(cx_nps(seven, NULL, &estimate, err), CX_E_MISMATCH, "1 to 7");
    ck_assert_fails(cx_ces(tally, NULL, &estimate, err), CX_E_MISMATCH, "not from 0 to 10");
    ck_assert_fails(cx_ces(five, NULL, &estimate, err), CX_E_MISMATCH, "not from 1 to 5");
    ck_assert_fails(cx_ces(seven, &first, &estimate, err), CX_E_MISMATCH, "not from 1 to 7");
    ck_assert_fails(cx_csat(tally, NULL, &estimate, err), CX_E_OPTION, "no usual top boxes");
    cx_tally_free(five);
    cx_tally_free(seven);
}
END_TEST

START_TEST(test_where_nothing_was_sent_there_is_no_rate) {
    ck_assert_fails(cx_share(0, 0, NULL, &estimate, err), CX_E_EMPTY, "nothing");
}
END_TEST

START_TEST(test_skipped_answers_are_not_in_the_denominator) {
    static const double scores[] = {10, -1, 3, 9, -1};
    cx_array column = cx_array_of(scores, CX_F64, 5);
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.missing_count = 1;
    options.missing_codes[0] = -1;
    ck_assert_ok(cx_tally_add(tally, &column, NULL, &options, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert_close(estimate.value, 100.0 / 3, 1e-14);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 2);
}
END_TEST

/* 6.5 and 8.5 fell in no class. Here: left out and counted, an error, or in exactly one class. */
START_TEST(test_half_points_fall_in_no_gap) {
    static const double scores[] = {6.5, 8.5, 9.5, 7, 0.5};
    cx_array column = cx_array_of(scores, CX_F64, 5);
    cx_answer_options options;
    cx_answer_options_init(&options);
    add_to(tally, scores, 5);
    ck_assert_int_eq(cx_tally_n(tally), 1);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_NON_INTEGER), 4);
    options.invalid = CX_INVALID_ERROR;
    ck_assert_fails(cx_tally_add(tally, &column, NULL, &options, err), CX_E_DOMAIN, "row 0");
    options.fractional = CX_FRACTIONAL_FLOOR;
    cx_tally_reset(tally);
    ck_assert_ok(cx_tally_add(tally, &column, NULL, &options, err));
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err)); /* 6.5 and 0.5 against, 9.5 in favour */
    ck_assert_int_eq(estimate.n, 5);
    ck_assert_double_eq(estimate.value, -20);
    ck_assert(estimate.flags & CX_FLAG_ROUNDED);
}
END_TEST

/* Option 0 of a question from 1 to 5 is counted as off the scale and never as the answer 1. */
START_TEST(test_the_index_of_an_option_is_not_its_value) {
    static const double indices[] = {0, 4, 3, 0, 4};
    cx_tally *five;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    add_to(five, indices, 5);
    ck_assert_int_eq(cx_tally_excluded(five, CX_EXCLUDED_OUT_OF_RANGE), 2);
    ck_assert_int_eq(cx_tally_count(five, 1), 0);
    cx_tally_free(five);
}
END_TEST

/* -- the right boxes, the right end -------------------------------------------------------- */

START_TEST(test_the_usual_boxes_follow_the_scale) {
    static const int32_t steps[] = {3, 4, 5, 6, 7, 10}, boxes[] = {1, 2, 2, 2, 2, 3};
    for (int i = 0; i < 6; i++) {
        cx_tally *each;
        ck_assert_ok(cx_tally_new(1, steps[i], NULL, &each, err));
        for (double score = 1; score <= steps[i]; score++) add_to(each, &score, 1);
        ck_assert_ok(cx_csat(each, NULL, &estimate, err));
        ck_assert_close(estimate.value, (double)boxes[i] / steps[i], 1e-14);
        cx_tally_free(each);
    }
}
END_TEST

START_TEST(test_where_1_is_best_the_boxes_are_at_the_low_end) {
    static const double scores[] = {1, 2, 2, 5, 4};
    cx_csat_options options;
    cx_tally *five;
    cx_csat_options_init(&options);
    options.direction = CX_LOW_IS_BEST;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    add_to(five, scores, 5);
    ck_assert_ok(cx_csat(five, &options, &estimate, err));
    ck_assert_close(estimate.value, 0.6, 1e-15);
    options.top = 1;
    ck_assert_ok(cx_csat(five, &options, &estimate, err));
    ck_assert_close(estimate.value, 0.2, 1e-15);
    options.direction = 2;
    ck_assert_fails(cx_csat(five, &options, &estimate, err), CX_E_OPTION, "direction is 2");
    cx_tally_free(five);
}
END_TEST

/* The same questionnaire printed the other way round gives the same difference. */
START_TEST(test_a_difference_does_not_depend_on_which_end_is_best) {
    static const double one[] = {1, 2, 2, 5, 4, 3}, two[] = {5, 5, 1, 4, 4, 3};
    cx_compare_options options;
    cx_estimate turned;
    cx_tally *each[4];
    cx_compare_options_init(&options);
    options.score = CX_SCORE_TOP_BOX;
    for (int i = 0; i < 4; i++) {
        ck_assert_ok(cx_tally_new(1, 5, NULL, &each[i], err));
        for (int j = 0; j < 6; j++) {
            double score = i % 2 ? two[j] : one[j], other = 6 - score;
            add_to(each[i], i < 2 ? &score : &other, 1);
        }
    }
    ck_assert_ok(cx_compare(each[2], each[3], &options, &estimate, err));
    options.direction = CX_LOW_IS_BEST;
    ck_assert_ok(cx_compare(each[0], each[1], &options, &turned, err));
    ck_assert_double_eq(turned.value, estimate.value);
    ck_assert_double_eq(turned.ci_low, estimate.ci_low);
    ck_assert_double_eq(turned.p_value, estimate.p_value);
    for (int i = 0; i < 4; i++) cx_tally_free(each[i]);
}
END_TEST

START_TEST(test_effort_turned_into_ease_is_better_the_higher) {
    static const double scores[] = {1, 2, 2, 4};
    cx_ces_options options;
    cx_estimate ease;
    cx_tally *five;
    cx_ces_options_init(&options);
    options.version = 1;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    add_to(five, scores, 4);
    ck_assert_ok(cx_ces(five, &options, &estimate, err));
    options.ease = 1;
    ck_assert_ok(cx_ces(five, &options, &ease, err));
    ck_assert(estimate.flags & CX_FLAG_LOWER_IS_BETTER);
    ck_assert(!(ease.flags & CX_FLAG_LOWER_IS_BETTER));
    ck_assert_double_eq(ease.value, 6 - estimate.value);
    ck_assert_double_eq(ease.ci_low, 6 - estimate.ci_high);
    ck_assert_double_eq(ease.ci_high, 6 - estimate.ci_low);
    options.ease = 2;
    ck_assert_fails(cx_ces(five, &options, &ease, err), CX_E_OPTION, "ease is 2");
    cx_tally_free(five);
}
END_TEST

/* -- every row is somewhere ---------------------------------------------------------------- */

static double any_value(uint64_t row) {
    static const double odd[] = {NAN, 99, 98, -1, 11, 6.5, 8.5, 1e300, -0.0, 0.25};
    double u = cx_random_uniform(7, 2, row, 0);
    if (u < 0.4) return odd[(int)(u / 0.4 * 10)];
    return floor(11 * cx_random_uniform(7, 2, row, 1));
}

START_TEST(test_answers_and_exclusions_add_up_to_the_rows_of_any_column) {
    enum { ROWS = 300 };
    double scores[ROWS], weights[ROWS];
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.missing_count = options.not_applicable_count = 1;
    options.missing_codes[0] = 99, options.not_applicable_codes[0] = 98;
    for (uint64_t column = 0; column < 200; column++) {
        int64_t rows = (int64_t)(ROWS * cx_random_uniform(7, 3, column, 0));
        for (int64_t i = 0; i < rows; i++) {
            scores[i] = any_value(column * ROWS + (uint64_t)i);
            weights[i] = floor(3 * cx_random_uniform(7, 4, column, (uint32_t)i));
        }
        cx_array x = cx_array_of(scores, CX_F64, rows), w = cx_array_of(weights, CX_F64, rows);
        options.fractional = column % 2 ? CX_FRACTIONAL_FLOOR : CX_FRACTIONAL_INVALID;
        cx_tally_reset(tally);
        ck_assert_ok(cx_tally_add(tally, &x, column % 3 ? &w : NULL, &options, err));
        ck_assert_int_eq(cx_tally_n(tally) + left_out(tally), rows);
    }
}
END_TEST

/* -- the Friends and Family Test ----------------------------------------------------------- */

static const char *const steps[] = {"s1", "s2", "s3", "s4", "s5"};

static cx_tally *surgery(const vectors *v, int64_t row) {
    cx_tally *each;
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.not_applicable_count = 1;
    options.not_applicable_codes[0] = 9;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &each, err));
    for (int s = 0; s < 6; s++) {
        double score = s < 5 ? s + 1 : 9;
        int64_t n = (int64_t)vectors_number(v, row, s < 5 ? steps[s] : "dont_know");
        cx_array column = cx_array_of(&score, CX_F64, n);
        column.stride = 0; /* n times the same */
        ck_assert_ok(cx_tally_add(each, &column, NULL, &options, err));
    }
    return each;
}

START_TEST(test_the_friends_and_family_test_has_both_denominators) {
    vectors v = vectors_read("fft");
    cx_csat_options options;
    cx_tally *all;
    cx_csat_options_init(&options);
    ck_assert_ok(cx_tally_new(1, 5, NULL, &all, err));
    for (int64_t i = 0; i < v.rows; i++) {
        cx_tally *each = surgery(&v, i);
        ck_assert_ok(cx_tally_merge(all, each, err));
        cx_tally_free(each);
    }
    ck_assert_ok(cx_csat(all, &options, &estimate, err));
    ck_assert_int_eq(estimate.n, 3863);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 19);
    ck_assert_near(estimate.value, 0.9104323065, 1e-10);
    options.denominator = CX_DENOMINATOR_ANSWERED;
    ck_assert_ok(cx_csat(all, &options, &estimate, err));
    ck_assert_near(estimate.value, 0.90597630088, 1e-11);
    ck_assert_near(estimate.ci_low, 0.896389571724, 1e-11);
    ck_assert_near(estimate.ci_high, 0.914760351247, 1e-11);
    options.direction = CX_LOW_IS_BEST; /* the two lowest: not recommended */
    ck_assert_ok(cx_csat(all, &options, &estimate, err));
    ck_assert_near(estimate.value, 0.042503863988, 1e-11);
    cx_tally_free(all);
    vectors_free(&v);
}
END_TEST

/* Pearson's chi-square of recommended against the rest, from the shares alone. */
START_TEST(test_surgeries_differ_by_the_published_chi_square) {
    vectors v = vectors_read("fft");
    cx_csat_options options;
    double square = 0, all = 3517.0 / 3882;
    cx_csat_options_init(&options);
    options.denominator = CX_DENOMINATOR_ANSWERED;
    ck_assert_int_eq(v.rows, 11);
    for (int64_t i = 0; i < v.rows; i++) {
        cx_tally *each = surgery(&v, i);
        ck_assert_ok(cx_csat(each, &options, &estimate, err));
        square += (double)estimate.n * (estimate.value - all) * (estimate.value - all);
        cx_tally_free(each);
    }
    ck_assert_near(square / (all * (1 - all)), 114.00626798, 1e-7);
    ck_assert_double_lt(cx_chisq_sf(square / (all * (1 - all)), 10), 1e-18);
    vectors_free(&v);
}
END_TEST

Suite *suite_defects(void) {
    Suite *suite = suite_create("defects");
    TCase *tcase = tcase_create("defects");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_cut_points_of_a_five_point_scale_give_0_and_not_minus_1);
    tcase_add_test(tcase, test_a_missing_answer_is_left_out_and_does_not_make_the_score_missing);
    tcase_add_test(tcase, test_limits_come_lower_first);
    tcase_add_test(tcase, test_promoters_only_are_not_certainty);
    tcase_add_test(tcase, test_raw_answers_and_counts_give_the_same_score);
    tcase_add_test(tcase, test_the_error_in_points_is_a_hundred_times_that_of_a_fraction);
    tcase_add_test(tcase, test_a_bad_score_is_told_from_0_as_well_as_a_good_one);
    tcase_add_test(tcase, test_a_missing_answer_is_never_a_passive_and_99_never_a_promoter);
    tcase_add_test(tcase, test_the_margin_of_error_is_half_the_interval);
    tcase_add_test(tcase, test_classes_and_what_is_left_out_add_up_to_the_rows);
    tcase_add_test(tcase, test_several_surveys_merge_into_one_score);
    tcase_add_test(tcase, test_surveys_on_different_scales_do_not_merge);
    tcase_add_test(tcase, test_a_score_is_refused_where_the_question_is_another);
    tcase_add_test(tcase, test_where_nothing_was_sent_there_is_no_rate);
    tcase_add_test(tcase, test_skipped_answers_are_not_in_the_denominator);
    tcase_add_test(tcase, test_half_points_fall_in_no_gap);
    tcase_add_test(tcase, test_the_index_of_an_option_is_not_its_value);
    tcase_add_test(tcase, test_the_usual_boxes_follow_the_scale);
    tcase_add_test(tcase, test_where_1_is_best_the_boxes_are_at_the_low_end);
    tcase_add_test(tcase, test_a_difference_does_not_depend_on_which_end_is_best);
    tcase_add_test(tcase, test_effort_turned_into_ease_is_better_the_higher);
    tcase_add_test(tcase, test_answers_and_exclusions_add_up_to_the_rows_of_any_column);
    tcase_add_test(tcase, test_the_friends_and_family_test_has_both_denominators);
    tcase_add_test(tcase, test_surgeries_differ_by_the_published_chi_square);
    suite_add_tcase(suite, tcase);
    return suite;
}
