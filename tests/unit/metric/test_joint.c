#include "joints.h"

static const double answers[] = {5, 4, 2, 4, 4, NAN, 2, 1, 1, NAN, NAN, NAN, 3, 9, 5, 1, 5, 2};
static const double weights[] = {1, 0.1, 2.5, 1, 0, 3};

START_TEST(test_an_empty_state_holds_nobody) {
    cx_joint *joint = joint_empty(3, CX_SCORE_NPS);
    ck_assert_int_eq(cx_joint_columns(joint), 3);
    ck_assert_str_eq(cx_joint_name(joint, 1), "b");
    ck_assert_int_eq(cx_joint_find(joint, "c"), 2);
    ck_assert_int_eq(cx_joint_find(joint, "d"), -1);
    ck_assert_int_eq(cx_joint_n(joint) + cx_joint_complete(joint) + cx_joint_both(joint, 0, 1), 0);
    ck_assert(cx_joint_name(joint, 3) == NULL && cx_joint_both(joint, 0, 3) == 0);
    cx_joint_free(joint);
    cx_joint_free(NULL);
}
END_TEST

START_TEST(test_who_answered_what_is_counted) {
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, answers, NULL, 6);
    cx_tally *b;
    ck_assert_int_eq(cx_joint_n(joint), 5);
    ck_assert_int_eq(cx_joint_complete(joint), 3);
    ck_assert_int_eq(cx_joint_both(joint, 0, 0), 5);
    ck_assert_int_eq(cx_joint_both(joint, 0, 1), 4);
    ck_assert_int_eq(cx_joint_both(joint, 1, 0), 4);
    ck_assert_int_eq(cx_joint_both(joint, 2, 1), 3);
    ck_assert_int_eq(cx_joint_excluded(joint, CX_EXCLUDED_MISSING), 1);
    ck_assert_ok(cx_joint_tally(joint, 1, &b, err));
    ck_assert_int_eq(cx_tally_n(b), 4);
    ck_assert_int_eq(cx_tally_excluded(b, CX_EXCLUDED_OUT_OF_RANGE), 1);
    ck_assert_int_eq(cx_tally_excluded(b, CX_EXCLUDED_MISSING), 1);
    cx_tally_free(b);
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_a_weight_of_zero_counts_for_nothing_but_itself) {
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, answers, weights, 6);
    ck_assert_int_eq(cx_joint_n(joint), 4);
    ck_assert_int_eq(cx_joint_complete(joint), 3);
    ck_assert_int_eq(cx_joint_weighted(joint), 1);
    ck_assert_int_eq(cx_joint_excluded(joint, CX_EXCLUDED_ZERO_WEIGHT), 1);
    cx_joint_free(joint);
}
END_TEST

static void encode(const cx_joint *joint, uint8_t *bytes, size_t *size) {
    *size = cx_joint_encoded_size(joint);
    ck_assert_uint_le(*size, 8192);
    ck_assert_ok(cx_joint_encode(joint, bytes, *size, err));
}

START_TEST(test_any_split_and_order_gives_the_same_bytes) {
    static uint8_t whole_bytes[8192], bytes[8192];
    static const int order[] = {4, 0, 5, 2, 1, 3};
    size_t whole_size, size;
    for (int weighted = 0; weighted < 2; weighted++)
        for (int cut = 0; cut <= 6; cut++) {
            double mixed[18], mixed_weights[6];
            for (int r = 0; r < 6; r++) {
                memcpy(&mixed[3 * r], &answers[3 * order[r]], 3 * sizeof *mixed);
                mixed_weights[r] = weights[order[r]];
            }
            cx_joint *whole = joint_of(3, CX_SCORE_MEAN, answers, weighted ? weights : NULL, 6);
            cx_joint *first =
                joint_of(3, CX_SCORE_MEAN, mixed, weighted ? mixed_weights : NULL, cut);
            cx_joint *rest = joint_of(3, CX_SCORE_MEAN, mixed + 3 * cut,
                                      weighted ? mixed_weights + cut : NULL, 6 - cut);
            ck_assert_ok(cx_joint_merge(rest, first, err));
            encode(whole, whole_bytes, &whole_size);
            encode(rest, bytes, &size);
            ck_assert_uint_eq(size, whole_size);
            ck_assert_int_eq(memcmp(bytes, whole_bytes, size), 0);
            ck_assert(cx_joint_equal(whole, rest));
            cx_joint_free(whole);
            cx_joint_free(first);
            cx_joint_free(rest);
        }
}
END_TEST

START_TEST(test_weights_of_one_are_the_same_as_none) {
    static const double ones[] = {1, 1, 1, 1, 1, 1};
    cx_joint *plain = joint_of(3, CX_SCORE_MEAN, answers, NULL, 6);
    cx_joint *ones_of = joint_of(3, CX_SCORE_MEAN, answers, ones, 6);
    cx_joint *empty = joint_of(3, CX_SCORE_MEAN, answers, ones, 0);
    ck_assert(!cx_joint_equal(plain, ones_of));
    ck_assert_ok(cx_joint_merge(plain, empty, err));
    ck_assert(cx_joint_equal(plain, ones_of));
    cx_joint_free(plain);
    cx_joint_free(ones_of);
    cx_joint_free(empty);
}
END_TEST

START_TEST(test_blocks_are_counted_as_rows_are) {
    static double many[3 * JOINT_ROWS], ones[JOINT_ROWS];
    for (int64_t r = 0; r < JOINT_ROWS; r++) {
        ones[r] = 1;
        for (uint32_t i = 0; i < 3; i++) {
            double u = cx_random_uniform(5, 1, (uint64_t)r, i);
            many[3 * r + i] = u < 0.1 ? NAN : floor(1 + 7 * (u - 0.1) / 0.9);
        }
    }
    cx_joint *blocks = joint_of(3, CX_SCORE_MEAN, many, NULL, JOINT_ROWS);
    cx_joint *rows = joint_of(3, CX_SCORE_MEAN, many, ones, JOINT_ROWS);
    cx_joint *none = joint_of(3, CX_SCORE_MEAN, many, ones, 0);
    ck_assert_ok(cx_joint_merge(blocks, none, err));
    ck_assert(cx_joint_equal(blocks, rows));
    cx_joint_free(blocks);
    cx_joint_free(rows);
    cx_joint_free(none);
}
END_TEST

START_TEST(test_a_copy_and_decoded_bytes_are_equal) {
    static uint8_t bytes[8192];
    size_t size;
    cx_joint *copy, *again, *joint = joint_of(3, CX_SCORE_TOP_BOX, answers, weights, 6);
    ck_assert_ok(cx_joint_copy(joint, NULL, &copy, err));
    ck_assert(cx_joint_equal(joint, copy));
    encode(joint, bytes, &size);
    ck_assert_ok(cx_joint_decode(bytes, size, NULL, &again, err));
    ck_assert(cx_joint_equal(joint, again));
    cx_joint_reset(copy);
    ck_assert_int_eq(cx_joint_n(copy), 0);
    ck_assert(!cx_joint_equal(joint, copy));
    cx_joint_free(joint);
    cx_joint_free(copy);
    cx_joint_free(again);
}
END_TEST

START_TEST(test_components_may_have_scales_of_their_own_until_there_are_answers) {
    cx_joint *joint = joint_empty(2, CX_SCORE_NPS);
    cx_joint_options options;
    cx_joint_options_init(&options);
    options.scale_min = 0, options.scale_max = 10, options.high = 9, options.low = 6;
    ck_assert_ok(cx_joint_set(joint, 1, &options, err));
    const double values[] = {5, 10, 1, 3};
    joint_add(joint, values, NULL, 2);
    ck_assert_int_eq(cx_joint_both(joint, 0, 1), 2);
    ck_assert_fails(cx_joint_set(joint, 1, &options, err), CX_E_MISMATCH, "2 respondents already");
    ck_assert_fails(cx_joint_set(joint, 2, &options, err), CX_E_NAME, "none at 2");
    options.low = 9;
    cx_joint_reset(joint);
    ck_assert_fails(cx_joint_set(joint, 1, &options, err), CX_E_OPTION, "overlap");
    cx_joint_free(joint);
}
END_TEST

START_TEST(test_other_components_do_not_merge) {
    cx_joint *net = joint_empty(2, CX_SCORE_NPS), *mean = joint_empty(2, CX_SCORE_MEAN);
    cx_joint *three = joint_empty(3, CX_SCORE_NPS);
    ck_assert_fails(cx_joint_merge(net, mean, err), CX_E_MISMATCH, "read differently");
    ck_assert_fails(cx_joint_merge(net, three, err), CX_E_MISMATCH, "2 components");
    ck_assert(!cx_joint_equal(net, mean) && !cx_joint_equal(net, three));
    cx_joint_free(net);
    cx_joint_free(mean);
    cx_joint_free(three);
}
END_TEST

START_TEST(test_names_are_text_and_stand_once) {
    cx_array names = cx_array_of("aab", CX_STRING, 3), none = names;
    cx_joint *joint = NULL;
    names.offsets = joint_offsets;
    ck_assert_fails(cx_joint_new(&names, NULL, NULL, &joint, err), CX_E_NAME, "given twice");
    none.offsets = joint_offsets;
    none.length = 0;
    ck_assert_fails(cx_joint_new(&none, NULL, NULL, &joint, err), CX_E_EMPTY, "empty");
    none.length = 65;
    ck_assert_fails(cx_joint_new(&none, NULL, NULL, &joint, err), CX_E_LIMIT, "64");
    none = cx_array_of(answers, CX_F64, 2);
    ck_assert_fails(cx_joint_new(&none, NULL, NULL, &joint, err), CX_E_TYPE, "text");
    ck_assert_ptr_null(joint);
}
END_TEST

START_TEST(test_a_failing_batch_leaves_no_trace) {
    cx_joint *joint = joint_of(2, CX_SCORE_NPS, answers, NULL, 6), *before;
    double values[2 * 300];
    cx_array columns[2];
    cx_frame x = {columns, 2, {0, 0}};
    for (int i = 0; i < 600; i++) values[i] = 3;
    values[598] = INFINITY;
    for (int i = 0; i < 2; i++) {
        columns[i] = cx_array_of(values + 300 * i, CX_F64, 300);
        columns[i].name = i == 0 ? "a" : "b";
    }
    ck_assert_ok(cx_joint_copy(joint, NULL, &before, err));
    ck_assert_fails(cx_joint_add(joint, &x, NULL, NULL, err), CX_E_DOMAIN, "row 298");
    ck_assert(cx_joint_equal(joint, before));
    columns[1].name = "z";
    ck_assert_fails(cx_joint_add(joint, &x, NULL, NULL, err), CX_E_NAME, "no column called b");
    ck_assert(cx_joint_equal(joint, before));
    cx_joint_free(joint);
    cx_joint_free(before);
}
END_TEST

Suite *suite_joint(void) {
    Suite *suite = suite_create("joint");
    TCase *tcase = tcase_create("joint");
    tcase_add_test(tcase, test_an_empty_state_holds_nobody);
    tcase_add_test(tcase, test_who_answered_what_is_counted);
    tcase_add_test(tcase, test_a_weight_of_zero_counts_for_nothing_but_itself);
    tcase_add_test(tcase, test_any_split_and_order_gives_the_same_bytes);
    tcase_add_test(tcase, test_weights_of_one_are_the_same_as_none);
    tcase_add_test(tcase, test_blocks_are_counted_as_rows_are);
    tcase_add_test(tcase, test_a_copy_and_decoded_bytes_are_equal);
    tcase_add_test(tcase, test_components_may_have_scales_of_their_own_until_there_are_answers);
    tcase_add_test(tcase, test_other_components_do_not_merge);
    tcase_add_test(tcase, test_names_are_text_and_stand_once);
    tcase_add_test(tcase, test_a_failing_batch_leaves_no_trace);
    suite_add_tcase(suite, tcase);
    return suite;
}
