#include "../support.h"

static cx_tally *tally;

static void setup(void) {
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
}

static void teardown(void) {
    cx_tally_free(tally);
}

static void add_doubles(cx_tally *to, const double *scores, const double *weights, int64_t n,
                        const cx_answer_options *options) {
    cx_array x = cx_array_of(scores, CX_F64, n), w = cx_array_of(weights, CX_F64, n);
    ck_assert_ok(cx_tally_add(to, &x, weights == NULL ? NULL : &w, options, err));
}

START_TEST(test_a_new_tally_is_empty) {
    ck_assert_int_eq(cx_tally_n(tally), 0);
    ck_assert_int_eq(cx_tally_scale_min(tally), 0);
    ck_assert_int_eq(cx_tally_scale_max(tally), 10);
    ck_assert_int_eq(cx_tally_weighted(tally), 0);
    for (int32_t reason = 0; reason < CX_EXCLUDED_END; reason++)
        ck_assert_int_eq(cx_tally_excluded(tally, reason), 0);
}
END_TEST

START_TEST(test_null_is_an_empty_tally_to_every_reader) {
    ck_assert_int_eq(cx_tally_n(NULL), 0);
    ck_assert_int_eq(cx_tally_count(NULL, 0), 0);
    ck_assert_double_eq(cx_tally_weight(NULL, 0), 0);
    ck_assert_int_eq(cx_tally_excluded(NULL, 0), 0);
    ck_assert_uint_eq(cx_tally_encoded_size(NULL), 0);
    ck_assert_int_eq(cx_tally_equal(NULL, NULL), 0);
    cx_tally_free(NULL);
    cx_tally_reset(NULL);
}
END_TEST

START_TEST(test_what_is_left_out_is_counted_by_reason) {
    const double scores[] = {9, NAN, 99, 98, 11, -1, 6.5, 10};
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.missing_codes[0] = 99;
    options.missing_count = 1;
    options.not_applicable_codes[0] = 98;
    options.not_applicable_count = 1;
    add_doubles(tally, scores, NULL, 8, &options);
    ck_assert_int_eq(cx_tally_n(tally), 2);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_MISSING), 2);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_NOT_APPLICABLE), 1);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_OUT_OF_RANGE), 2);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_NON_INTEGER), 1);
}
END_TEST

START_TEST(test_half_points_fall_on_the_step_below_when_asked) {
    const double scores[] = {6.5, 8.5, 0.25, 10};
    cx_answer_options options;
    cx_estimate estimate;
    cx_answer_options_init(&options);
    options.fractional = CX_FRACTIONAL_FLOOR;
    add_doubles(tally, scores, NULL, 4, &options);
    ck_assert_int_eq(cx_tally_count(tally, 6), 1);
    ck_assert_int_eq(cx_tally_count(tally, 8), 1);
    ck_assert_int_eq(cx_tally_count(tally, 0), 1);
    ck_assert_int_eq(cx_tally_n(tally), 4);
    ck_assert_ok(cx_nps(tally, NULL, &estimate, err));
    ck_assert(estimate.flags & CX_FLAG_ROUNDED);
}
END_TEST

/* Bytes take the fast way unless an answer is an error, doubles never do. */
START_TEST(test_bytes_and_doubles_agree_with_every_option) {
    int8_t bytes[2000];
    double doubles[2000];
    for (int i = 0; i < 2000; i++) {
        bytes[i] = (int8_t)(i % 29 - 8);
        doubles[i] = bytes[i];
    }
    for (int codes = 0; codes < 2; codes++) {
        cx_answer_options options;
        cx_tally *other;
        cx_array x = cx_array_of(bytes, CX_I8, 2000);
        cx_answer_options_init(&options);
        options.missing_codes[0] = 11;
        options.missing_count = codes;
        options.not_applicable_codes[0] = 5;
        options.not_applicable_count = codes;
        cx_tally_reset(tally);
        ck_assert_ok(cx_tally_add(tally, &x, NULL, &options, err));
        ck_assert_ok(cx_tally_new(0, 10, NULL, &other, err));
        add_doubles(other, doubles, NULL, 2000, &options);
        ck_assert(cx_tally_equal(tally, other));
        ck_assert_int_eq(cx_tally_n(tally) > 0, 1);
        cx_tally_free(other);
    }
}
END_TEST

START_TEST(test_unsigned_bytes_above_127_are_out_of_range_not_negative) {
    const uint8_t scores[] = {200, 255, 10, 0};
    cx_array x = cx_array_of(scores, CX_U8, 4);
    ck_assert_ok(cx_tally_add(tally, &x, NULL, NULL, err));
    ck_assert_int_eq(cx_tally_n(tally), 2);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_OUT_OF_RANGE), 2);
}
END_TEST

START_TEST(test_an_error_names_the_row_of_a_byte) {
    int8_t scores[1000] = {0};
    cx_array x = cx_array_of(scores, CX_I8, 1000);
    cx_answer_options options;
    cx_error error;
    cx_answer_options_init(&options);
    options.invalid = CX_INVALID_ERROR;
    scores[777] = 12;
    x.name = "q1";
    ck_assert_int_eq(cx_tally_add(tally, &x, NULL, &options, &error), CX_E_DOMAIN);
    ck_assert_int_eq(error.row, 777);
    ck_assert_double_eq(error.value, 12);
    ck_assert_str_eq(error.column, "q1");
    ck_assert_ptr_nonnull(strstr(error.text, "column q1, row 777: 12 is outside the scale"));
    ck_assert_int_eq(cx_tally_n(tally), 0);
}
END_TEST

START_TEST(test_weights_are_summed_exactly_in_any_order) {
    double scores[400], weights[400];
    cx_tally *reverse;
    for (int i = 0; i < 400; i++) {
        scores[i] = i % 11;
        weights[i] = ldexp(1 + cx_random_uniform(1, 1, (uint64_t)i, 0), i % 60 - 30);
    }
    ck_assert_ok(cx_tally_new(0, 10, NULL, &reverse, err));
    add_doubles(tally, scores, weights, 400, NULL);
    for (int i = 400; i-- > 0;) add_doubles(reverse, scores + i, weights + i, 1, NULL);
    ck_assert(cx_tally_equal(tally, reverse));
    cx_tally_free(reverse);
}
END_TEST

START_TEST(test_a_small_weight_beside_a_huge_one_is_not_lost) {
    const double scores[] = {9, 9, 9, 9}, weights[] = {0x1p60, 1, 0x1p-60, 0x1p60};
    add_doubles(tally, scores, weights, 4, NULL);
    cx_tally *rest;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &rest, err));
    add_doubles(rest, scores + 1, weights + 1, 2, NULL);
    ck_assert_double_eq(cx_tally_weight(rest, 9), 1 + 0x1p-60); /* rounded once, to 1 */
    ck_assert_double_eq(cx_tally_weight(tally, 9), 0x1p61);
    cx_tally_free(rest);
}
END_TEST

START_TEST(test_a_zero_weight_is_counted_apart) {
    const double scores[] = {9, 9, 3}, weights[] = {2, 0, 1};
    add_doubles(tally, scores, weights, 3, NULL);
    ck_assert_int_eq(cx_tally_n(tally), 2);
    ck_assert_int_eq(cx_tally_excluded(tally, CX_EXCLUDED_ZERO_WEIGHT), 1);
    ck_assert_double_eq(cx_tally_weight(tally, 9), 2);
    ck_assert_int_eq(cx_tally_weighted(tally), 1);
}
END_TEST

START_TEST(test_bad_weights_are_errors_and_leave_no_trace) {
    const double scores[] = {1, 2, 3}, bad[] = {-1, INFINITY, NAN};
    cx_array x = cx_array_of(scores, CX_F64, 3);
    for (int i = 0; i < 3; i++) {
        double weights[] = {1, bad[i], 1};
        cx_array w = cx_array_of(weights, CX_F64, 3);
        ck_assert_fails(cx_tally_add(tally, &x, &w, NULL, err), CX_E_DOMAIN, "row 1:");
    }
    ck_assert_int_eq(cx_tally_n(tally), 0);
    ck_assert_int_eq(cx_tally_weighted(tally), 0);
}
END_TEST

START_TEST(test_sums_beyond_2_127_overflow_and_leave_no_trace) {
    const double scores[] = {1, 1, 1}, weights[] = {0x1p63, 0x1p62, 0x1p60};
    const double alone[] = {0x1p64};
    cx_array x = cx_array_of(scores, CX_F64, 3), w = cx_array_of(weights, CX_F64, 3);
    ck_assert_ok(cx_tally_add(tally, &x, &w, NULL, err));
    w.data = alone;
    w.length = x.length = 1;
    ck_assert_fails(cx_tally_add(tally, &x, &w, NULL, err), CX_E_OVERFLOW, "2^127");
    ck_assert_int_eq(cx_tally_n(tally), 3);
}
END_TEST

START_TEST(test_an_infinite_answer_is_an_error) {
    const double scores[] = {1, INFINITY};
    cx_array x = cx_array_of(scores, CX_F64, 2);
    ck_assert_fails(cx_tally_add(tally, &x, NULL, NULL, err), CX_E_DOMAIN, "infinite");
    ck_assert_int_eq(cx_tally_n(tally), 0);
}
END_TEST

START_TEST(test_merge_is_the_tally_of_all) {
    const double scores[] = {1, 2, 2, 9, 10, NAN, 7}, weights[] = {1, 2, 0.5, 1, 3, 1, 0.1};
    cx_tally *first, *second;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &first, err));
    ck_assert_ok(cx_tally_new(0, 10, NULL, &second, err));
    add_doubles(tally, scores, weights, 3, NULL);
    add_doubles(tally, scores + 3, NULL, 4, NULL);
    add_doubles(first, scores, weights, 3, NULL);
    add_doubles(second, scores + 3, NULL, 4, NULL);
    ck_assert_ok(cx_tally_merge(second, first, err));
    ck_assert(cx_tally_equal(tally, second));
    ck_assert_double_eq(cx_tally_weight(second, 9), 1);
    cx_tally_free(first);
    cx_tally_free(second);
}
END_TEST

START_TEST(test_a_tally_merged_with_itself_doubles) {
    const double scores[] = {1, 9}, weights[] = {0.5, 2};
    add_doubles(tally, scores, weights, 2, NULL);
    ck_assert_ok(cx_tally_merge(tally, tally, err));
    ck_assert_int_eq(cx_tally_n(tally), 4);
    ck_assert_double_eq(cx_tally_weight(tally, 9), 4);
}
END_TEST

START_TEST(test_different_scales_do_not_merge) {
    cx_tally *five;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &five, err));
    ck_assert_fails(cx_tally_merge(tally, five, err), CX_E_MISMATCH, "0 to 10 and 1 to 5");
    ck_assert_int_eq(cx_tally_equal(tally, five), 0);
    cx_tally_free(five);
}
END_TEST

START_TEST(test_counts_add_like_answers) {
    const double scores[] = {9, 9, 9, 2, 2}, values[] = {9, 2}, counts[] = {3, 2};
    cx_tally *other;
    cx_array v = cx_array_of(values, CX_F64, 2), c = cx_array_of(counts, CX_F64, 2);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &other, err));
    add_doubles(other, scores, NULL, 5, NULL);
    ck_assert_ok(cx_tally_add_counts(tally, &v, &c, err));
    ck_assert(cx_tally_equal(tally, other));
    cx_tally_free(other);
}
END_TEST

START_TEST(test_counts_must_be_counts) {
    const double bad_values[] = {11, 2.5, NAN}, bad_counts[] = {-1, 0.5, NAN};
    const double one = 1, nine = 9;
    for (int i = 0; i < 3; i++) {
        cx_array v = cx_array_of(&bad_values[i], CX_F64, 1), c = cx_array_of(&one, CX_F64, 1);
        ck_assert_fails(cx_tally_add_counts(tally, &v, &c, err), CX_E_DOMAIN, "not a step");
        v = cx_array_of(&nine, CX_F64, 1), c = cx_array_of(&bad_counts[i], CX_F64, 1);
        ck_assert_fails(cx_tally_add_counts(tally, &v, &c, err), CX_E_DOMAIN, "not a count");
    }
}
END_TEST

START_TEST(test_counts_beyond_2_63_overflow) {
    const int64_t huge = INT64_C(1) << 53;
    const double nine = 9;
    cx_array v = cx_array_of(&nine, CX_F64, 1), c = cx_array_of(&huge, CX_I64, 1);
    ck_assert_ok(cx_tally_add_counts(tally, &v, &c, err));
    for (int i = 0; i < 9; i++) ck_assert_ok(cx_tally_merge(tally, tally, err));
    ck_assert_int_eq(cx_tally_n(tally), INT64_C(1) << 62);
    ck_assert_fails(cx_tally_merge(tally, tally, err), CX_E_OVERFLOW, "2^63");
    ck_assert_int_eq(cx_tally_n(tally), INT64_C(1) << 62);
}
END_TEST

START_TEST(test_impossible_scales_are_refused) {
    cx_tally *none = NULL;
    ck_assert_fails(cx_tally_new(5, 5, NULL, &none, err), CX_E_OPTION, "no two steps");
    ck_assert_fails(cx_tally_new(5, 1, NULL, &none, err), CX_E_OPTION, "no two steps");
    ck_assert_fails(cx_tally_new(0, 1024, NULL, &none, err), CX_E_OPTION, "1025 steps");
    ck_assert_fails(cx_tally_new(INT32_MIN, INT32_MAX, NULL, &none, err), CX_E_OPTION, "steps");
    ck_assert_fails(cx_tally_new(0, 10, NULL, NULL, err), CX_E_NULL, "out");
    ck_assert_ptr_null(none);
}
END_TEST

START_TEST(test_impossible_options_are_refused) {
    const double nine = 9;
    cx_array x = cx_array_of(&nine, CX_F64, 1);
    cx_answer_options options;
    cx_answer_options_init(&options);
    options.struct_size = 0;
    ck_assert_fails(cx_tally_add(tally, &x, NULL, &options, err), CX_E_OPTION, "struct_size");
    cx_answer_options_init(&options);
    options.invalid = 2;
    ck_assert_fails(cx_tally_add(tally, &x, NULL, &options, err), CX_E_OPTION, "invalid");
    cx_answer_options_init(&options);
    options.fractional = -1;
    ck_assert_fails(cx_tally_add(tally, &x, NULL, &options, err), CX_E_OPTION, "fractional");
    cx_answer_options_init(&options);
    options.missing_count = CX_MAX_CODES + 1;
    ck_assert_fails(cx_tally_add(tally, &x, NULL, &options, err), CX_E_OPTION, "missing codes");
    cx_answer_options_init(&options);
    options.not_applicable_count = 1;
    options.not_applicable_codes[0] = NAN;
    ck_assert_fails(cx_tally_add(tally, &x, NULL, &options, err), CX_E_OPTION, "NaN cannot");
}
END_TEST

START_TEST(test_counts_beyond_2_to_53_are_refused_though_they_round_to_it) {
    const uint8_t score = 9;
    const int64_t counts[] = {(INT64_C(1) << 53) + 1, INT64_MAX, INT64_MIN};
    cx_array x = cx_array_of(&score, CX_U8, 1);
    cx_tally *t;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &t, err));
    for (int i = 0; i < 3; i++) {
        cx_array n = cx_array_of(&counts[i], CX_I64, 1);
        ck_assert_fails(cx_tally_add_counts(t, &x, &n, err), CX_E_DOMAIN, "not a count");
    }
    ck_assert_int_eq(cx_tally_n(t), 0);
    cx_tally_free(t);
}
END_TEST

START_TEST(test_answers_in_use_and_left_out_are_counted_together) {
    const uint8_t values[] = {1, 99};
    cx_array x = cx_array_of(values, CX_U8, 2);
    cx_answer_options answers;
    cx_csat_options csat;
    cx_tally *t;
    cx_estimate e;
    cx_answer_options_init(&answers);
    answers.not_applicable_count = 1;
    answers.not_applicable_codes[0] = 99;
    cx_csat_options_init(&csat);
    csat.denominator = CX_DENOMINATOR_ANSWERED;
    ck_assert_ok(cx_tally_new(1, 5, NULL, &t, err));
    ck_assert_ok(cx_tally_add(t, &x, NULL, &answers, err));
    for (int i = 0; i < 61; i++) ck_assert_ok(cx_tally_merge(t, t, err));
    ck_assert_fails(cx_tally_merge(t, t, err), CX_E_OVERFLOW, "2^63");
    ck_assert_ok(cx_csat(t, &csat, &e, err));
    ck_assert_int_eq(e.n, INT64_C(1) << 62);
    cx_tally_free(t);
}
END_TEST

Suite *suite_tally(void) {
    Suite *suite = suite_create("tally");
    TCase *tcase = tcase_create("tally");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_new_tally_is_empty);
    tcase_add_test(tcase, test_null_is_an_empty_tally_to_every_reader);
    tcase_add_test(tcase, test_what_is_left_out_is_counted_by_reason);
    tcase_add_test(tcase, test_half_points_fall_on_the_step_below_when_asked);
    tcase_add_test(tcase, test_bytes_and_doubles_agree_with_every_option);
    tcase_add_test(tcase, test_unsigned_bytes_above_127_are_out_of_range_not_negative);
    tcase_add_test(tcase, test_an_error_names_the_row_of_a_byte);
    tcase_add_test(tcase, test_weights_are_summed_exactly_in_any_order);
    tcase_add_test(tcase, test_a_small_weight_beside_a_huge_one_is_not_lost);
    tcase_add_test(tcase, test_a_zero_weight_is_counted_apart);
    tcase_add_test(tcase, test_bad_weights_are_errors_and_leave_no_trace);
    tcase_add_test(tcase, test_sums_beyond_2_127_overflow_and_leave_no_trace);
    tcase_add_test(tcase, test_an_infinite_answer_is_an_error);
    tcase_add_test(tcase, test_merge_is_the_tally_of_all);
    tcase_add_test(tcase, test_a_tally_merged_with_itself_doubles);
    tcase_add_test(tcase, test_different_scales_do_not_merge);
    tcase_add_test(tcase, test_counts_add_like_answers);
    tcase_add_test(tcase, test_counts_must_be_counts);
    tcase_add_test(tcase, test_counts_beyond_2_63_overflow);
    tcase_add_test(tcase, test_impossible_scales_are_refused);
    tcase_add_test(tcase, test_impossible_options_are_refused);
    tcase_add_test(tcase, test_counts_beyond_2_to_53_are_refused_though_they_round_to_it);
    tcase_add_test(tcase, test_answers_in_use_and_left_out_are_counted_together);
    suite_add_tcase(suite, tcase);
    return suite;
}
