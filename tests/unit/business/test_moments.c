#include "momented.h"

START_TEST(test_moments_without_rows_have_no_figures) {
    cx_moments *m = moments_of("a b");
    ck_assert_int_eq(cx_moments_columns(m), 2);
    ck_assert_int_eq(cx_moments_n(m), 0);
    ck_assert_double_eq(cx_moments_sum_w(m), 0);
    ck_assert_double_eq(cx_moments_n_eff(m), 0);
    ck_assert(isnan(cx_moments_mean(m, 0)));
    ck_assert(isnan(cx_moments_variance(m, 0)));
    ck_assert(isnan(cx_moments_correlation(m, 0, 1)));
    cx_moments_free(m);
    cx_moments_free(NULL);
    ck_assert_int_eq(cx_moments_columns(NULL), 0);
    ck_assert_ptr_null(cx_moments_name(NULL, 0));
}
END_TEST

START_TEST(test_moments_of_one_row_have_a_mean_and_no_variance) {
    const double row[] = {0.1, 7, -2};
    numbers f;
    cx_moments *m = moments_of("a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, ABC, row, 1, 3), NULL, err));
    ck_assert_double_eq(cx_moments_mean(m, 0), 0.1);
    ck_assert_double_eq(cx_moments_n_eff(m), 1);
    ck_assert(isnan(cx_moments_variance(m, 0)));
    ck_assert_double_eq(cx_i_moments_product(cx_i_moments_now(m), 1, 0).hi, 0);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_of_a_constant_are_exactly_zero) {
    enum { N = 1500 };
    static double x[2 * N];
    numbers f;
    for (int i = 0; i < N; i++) x[i] = 0.1, x[N + i] = i % 7;
    cx_moments *m = moments_of("a b");
    for (int i = 0; i < 3; i++)
        ck_assert_ok(cx_moments_add(m, numbers_set(&f, ABC, x, N, 2), NULL, err));
    ck_assert_double_eq(cx_moments_mean(m, 0), 0.1);
    ck_assert_double_eq(cx_moments_variance(m, 0), 0);
    ck_assert_double_eq(cx_moments_covariance(m, 0, 1), 0);
    ck_assert(isnan(cx_moments_correlation(m, 0, 1)));
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_match_columns_by_name_and_ignore_others) {
    const char *const order[] = {"c", "x", "b", "a"};
    const double data[] = {8, 7, 7, 5, 1, 1, 1, 1, 9, 0.1, 5, 5, 1, 2, 4, 3.25};
    numbers f;
    cx_moments *m = moments_of("a b");
    const cx_frame *frame = numbers_set(&f, order, data, 4, 4);
    f.columns[1].dtype = CX_STRING; /* a column that is not asked for may hold text */
    f.columns[1].offsets = data;
    ck_assert_ok(cx_moments_add(m, frame, NULL, err));
    ck_assert_close(cx_moments_mean(m, 0), 2.5625, 1e-15);
    ck_assert_close(cx_moments_mean(m, 1), 4.775, 1e-15);
    ck_assert_close(cx_moments_variance(m, 0), 1.7656250000000002, 1e-14);
    ck_assert_int_eq(cx_moments_find(m, "b"), 1);
    ck_assert_int_eq(cx_moments_find(m, "x"), -1);
    ck_assert_str_eq(cx_moments_name(m, 1), "b");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_leave_out_incomplete_rows_and_count_them) {
    const double x[] = {1, NAN, 3, 4, 5, 2, NAN, 1, NAN, 8};
    const double w[] = {1, 1, 0, 1, 2};
    numbers f;
    cx_array weights = cx_array_of(w, CX_F64, 5);
    cx_moments *m = moments_of("a b");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, ABC, x, 5, 2), &weights, err));
    ck_assert_int_eq(cx_moments_n(m), 2);
    ck_assert_int_eq(cx_moments_excluded(m, CX_EXCLUDED_MISSING), 2);
    ck_assert_int_eq(cx_moments_excluded(m, CX_EXCLUDED_ZERO_WEIGHT), 1);
    ck_assert_int_eq(cx_moments_excluded(m, CX_EXCLUDED_OUT_OF_RANGE), 0);
    ck_assert_int_eq(cx_moments_missing(m, 0), 1);
    ck_assert_int_eq(cx_moments_missing(m, 1), 2);
    ck_assert_close(cx_moments_mean(m, 0), 11.0 / 3, 1e-15);
    ck_assert_close(cx_moments_n_eff(m), 9.0 / 5, 1e-15);
    ck_assert_int_eq(cx_moments_weighted(m), 1);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_do_not_depend_on_the_scale_of_weights) {
    const double w[] = {0.5, 1, 1, 2}, w3[] = {1.5, 3, 3, 6};
    cx_array weights = cx_array_of(w, CX_F64, 4), tripled = cx_array_of(w3, CX_F64, 4);
    cx_moments *a = moments_of("a b c"), *b = moments_of("a b c");
    add_some(a, &weights);
    add_some(b, &tripled);
    for (int i = 0; i < 3; i++) {
        ck_assert_close(cx_moments_mean(a, i), cx_moments_mean(b, i), 1e-15);
        ck_assert_close(cx_moments_variance(a, i), cx_moments_variance(b, i), 1e-15);
    }
    /* (0.5*1 + 2 + 4 + 2*3.25)/4.5; sum w (x-m)^2 / 4.5 * 4/3 */
    ck_assert_close(cx_moments_mean(a, 0), 13.0 / 4.5, 1e-15);
    ck_assert_close(cx_moments_variance(a, 0), (41.625 - 169 / 4.5) / 4.5 * 4 / 3, 1e-14);
    ck_assert_close(cx_moments_n_eff(a), 20.25 / 6.25, 1e-15);
    cx_moments_free(a);
    cx_moments_free(b);
}
END_TEST

START_TEST(test_moments_read_every_integer_type) {
    const int8_t narrow[] = {1, 2, 3};
    const uint64_t wide[] = {10, 30, 20};
    const uint8_t present = 5; /* the second is missing */
    cx_array columns[2] = {cx_array_of(narrow, CX_I8, 3), cx_array_of(wide, CX_U64, 3)};
    columns[0].name = "a", columns[1].name = "b";
    columns[1].validity = &present;
    cx_frame frame = {.columns = columns, .count = 2};
    cx_moments *m = moments_of("a b");
    ck_assert_ok(cx_moments_add(m, &frame, NULL, err));
    ck_assert_int_eq(cx_moments_n(m), 2);
    ck_assert_double_eq(cx_moments_mean(m, 0), 2);
    ck_assert_double_eq(cx_moments_mean(m, 1), 15);
    ck_assert_double_eq(cx_moments_correlation(m, 0, 1), 1);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_merge_like_adding_all_rows) {
    cx_moments *a = moments_of("a b c"), *b = moments_of("a b c"), *all = moments_of("a b c");
    const double other[] = {100, 101, 102, -5, 3, 8, 0, 0, 1e6};
    numbers f;
    add_some(a, NULL);
    ck_assert_ok(cx_moments_add(b, numbers_set(&f, ABC, other, 3, 3), NULL, err));
    add_some(all, NULL);
    ck_assert_ok(cx_moments_add(all, &f.frame, NULL, err));
    ck_assert_ok(cx_moments_merge(a, b, err));
    ck_assert_int_eq(cx_moments_n(a), 7);
    for (int i = 0; i < 3; i++) {
        ck_assert_close(cx_moments_mean(a, i), cx_moments_mean(all, i), 1e-15);
        for (int j = 0; j < 3; j++)
            ck_assert_close(cx_moments_covariance(a, i, j), cx_moments_covariance(all, i, j),
                            1e-15);
    }
    cx_moments_free(a);
    cx_moments_free(b);
    cx_moments_free(all);
}
END_TEST

START_TEST(test_moments_merged_with_an_empty_state_are_unchanged) {
    cx_moments *a = moments_of("a b c"), *empty = moments_of("a b c"), *before;
    add_some(a, NULL);
    ck_assert_ok(cx_moments_copy(a, NULL, &before, err));
    ck_assert_ok(cx_moments_merge(a, empty, err));
    ck_assert(cx_moments_equal(a, before));
    ck_assert_ok(cx_moments_merge(empty, a, err));
    ck_assert(cx_moments_equal(empty, before));
    ck_assert_ok(cx_moments_merge(a, a, err));
    ck_assert_int_eq(cx_moments_n(a), 8);
    ck_assert_close(cx_moments_mean(a, 1), cx_moments_mean(before, 1), 1e-15);
    cx_moments_free(a);
    cx_moments_free(empty);
    cx_moments_free(before);
}
END_TEST

START_TEST(test_moments_subtract_undoes_merge) {
    cx_moments *a = moments_of("a b c"), *b = moments_of("a b c"), *both;
    const double other[] = {100, 101, 102, -5, 3, 8, 0, 0, 1e3};
    numbers f;
    add_some(a, NULL);
    ck_assert_ok(cx_moments_add(b, numbers_set(&f, ABC, other, 3, 3), NULL, err));
    ck_assert_ok(cx_moments_copy(a, NULL, &both, err));
    ck_assert_ok(cx_moments_merge(both, b, err));
    ck_assert_ok(cx_moments_subtract(both, b, err));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            ck_assert_near(cx_moments_covariance(both, i, j), cx_moments_covariance(a, i, j),
                           1e-14);
    ck_assert_ok(cx_moments_subtract(both, a, err));
    cx_moments *empty = moments_of("a b c");
    ck_assert(cx_moments_equal(both, empty));
    ck_assert_fails(cx_moments_subtract(both, a, err), CX_E_DOMAIN, "not part of self");
    cx_moments_free(a);
    cx_moments_free(b);
    cx_moments_free(both);
    cx_moments_free(empty);
}
END_TEST

START_TEST(test_moments_subtract_makes_a_column_constant_again) {
    const double flat[] = {3, 3, 3, 1, 2, 3}, rough[] = {4, 4.5, -1, 0};
    numbers f;
    cx_moments *a = moments_of("a b"), *b = moments_of("a b");
    ck_assert_ok(cx_moments_add(a, numbers_set(&f, ABC, flat, 3, 2), NULL, err));
    ck_assert_ok(cx_moments_add(b, numbers_set(&f, ABC, rough, 2, 2), NULL, err));
    ck_assert_ok(cx_moments_merge(a, b, err));
    ck_assert_ok(cx_moments_subtract(a, b, err));
    ck_assert_double_eq(cx_moments_variance(a, 0), 0);
    ck_assert_close(cx_moments_variance(a, 1), 1, 1e-15);
    cx_moments_free(a);
    cx_moments_free(b);
}
END_TEST

START_TEST(test_moments_of_different_columns_do_not_merge) {
    cx_moments *a = moments_of("a b"), *b = moments_of("b a"), *c = moments_of("a");
    ck_assert_fails(cx_moments_merge(a, b, err), CX_E_MISMATCH, "column 0 is a");
    ck_assert_fails(cx_moments_merge(a, c, err), CX_E_MISMATCH, "2 columns");
    ck_assert_fails(cx_moments_merge(a, NULL, err), CX_E_NULL, "other");
    ck_assert_int_eq(cx_moments_equal(a, b), 0);
    ck_assert_int_eq(cx_moments_equal(a, NULL), 0);
    cx_moments_free(a);
    cx_moments_free(b);
    cx_moments_free(c);
}
END_TEST

START_TEST(test_moments_come_back_from_their_bytes) {
    const double w[] = {0.5, 1, 0, 2};
    cx_array weights = cx_array_of(w, CX_F64, 4);
    cx_moments *m = moments_of("a b c"), *back;
    size_t size;
    for (int round = 0; round < 2; round++) {
        uint8_t *bytes = encoded(m, &size);
        ck_assert_ok(cx_moments_decode(bytes, size, NULL, &back, err));
        ck_assert(cx_moments_equal(m, back));
        ck_assert_fails(cx_moments_encode(m, bytes, size - 1, err), CX_E_LENGTH, "needs");
        free(bytes);
        cx_moments_free(back);
        add_some(m, &weights);
    }
    cx_moments_reset(m);
    back = moments_of("a b c");
    ck_assert(cx_moments_equal(m, back));
    cx_moments_free(m);
    cx_moments_free(back);
}
END_TEST

/* The first released format: decoded for ever, and written for the same calls */
START_TEST(test_moments_keep_their_first_format) {
    const double w[] = {0.5, 1, 0, 2};
    cx_array weights = cx_array_of(w, CX_F64, 4);
    vectors golden = vectors_read("moments_golden");
    const char *hex = vectors_text(&golden, 0, "hex");
    cx_moments *m = moments_of("a b c"), *old;
    size_t size;
    add_some(m, &weights);
    uint8_t *bytes = encoded(m, &size), *stored = malloc(size);
    ck_assert_int_eq(strlen(hex), 2 * size);
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
        stored[i] = (uint8_t)byte;
    }
    ck_assert(memcmp(bytes, stored, size) == 0);
    ck_assert_ok(cx_moments_decode(stored, size, NULL, &old, err));
    ck_assert(cx_moments_equal(m, old));
    cx_moments_free(m);
    cx_moments_free(old);
    free(bytes);
    free(stored);
    vectors_free(&golden);
}
END_TEST

START_TEST(test_moments_refuse_every_damaged_encoding) {
    cx_moments *m = moments_of("a b c"), *out = NULL;
    size_t size;
    add_some(m, NULL);
    uint8_t *bytes = encoded(m, &size);
    for (size_t cut = 0; cut < size; cut++)
        ck_assert_int_eq(cx_moments_decode(bytes, cut, NULL, &out, NULL), CX_E_FORMAT);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_ne(cx_moments_decode(bytes, size, NULL, &out, NULL), CX_OK);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert_ptr_null(out);
    free(bytes);
    cx_moments_free(m);
}
END_TEST

/* A state that no rows can have, with a right checksum, is refused all the same. */
START_TEST(test_moments_refuse_impossible_states) {
    cx_moments *m = moments_of("a b c"), *out = NULL;
    add_some(m, NULL);
    cx_i_sums *sums = &m->sums[m->now], good = *sums;
    for (int kind = 0; kind < 8; kind++) {
        size_t size;
        cx_i_twofold mean = sums->mean[1], product = sums->product[1];
        if (kind == 0) sums->n = -1;
        if (kind == 1) sums->n = 5;
        if (kind == 2) sums->w2.hi = 5;
        if (kind == 3) sums->mean[1].hi = NAN;
        if (kind == 4) sums->mean[1].lo = 1;
        if (kind == 5) sums->product[1].hi = 1e9;
        if (kind == 6) sums->missing_in[0] = 1;
        if (kind == 7) sums->zero = 1;
        uint8_t *bytes = encoded(m, &size);
        ck_assert_fails(cx_moments_decode(bytes, size, NULL, &out, err), CX_E_FORMAT, "impossible");
        free(bytes);
        *sums = good;
        sums->mean[1] = mean, sums->product[1] = product, sums->missing_in[0] = 0;
    }
    cx_moments_free(m);
}
END_TEST

START_TEST(test_moments_refuse_bad_names) {
    words names;
    cx_moments *m = NULL;
    cx_array numbers_column = cx_array_of(SOME, CX_F64, 4);
    ck_assert_fails(cx_moments_new(words_set(&names, "a b a"), NULL, &m, err), CX_E_NAME, "twice");
    ck_assert_fails(cx_moments_new(words_set(&names, ""), NULL, &m, err), CX_E_EMPTY, "names");
    ck_assert_fails(cx_moments_new(words_set(&names, "a  b"), NULL, &m, err), CX_E_NAME, "empty");
    ck_assert_fails(cx_moments_new(&numbers_column, NULL, &m, err), CX_E_TYPE, "text");
    ck_assert_fails(cx_moments_new(NULL, NULL, &m, err), CX_E_NULL, "names");
    ck_assert_fails(cx_moments_new(words_set(&names, "a"), NULL, NULL, err), CX_E_NULL, "out");
    ck_assert_ptr_null(m);
}
END_TEST

START_TEST(test_moments_refuse_bad_rows_and_stay_unchanged) {
    double x[] = {1, 2, 3, 4, 5, 6};
    const double bad[] = {1, -1, 1}, huge[] = {1, 1e300, 1}, none[] = {1, 0, NAN};
    numbers f;
    cx_array weights = cx_array_of(bad, CX_F64, 3);
    cx_moments *m = moments_of("a b"), *before;
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, ABC, x, 3, 2), NULL, err));
    ck_assert_ok(cx_moments_copy(m, NULL, &before, err));
    ck_assert_fails(cx_moments_add(m, &f.frame, &weights, err), CX_E_DOMAIN, "weight");
    weights = cx_array_of(huge, CX_F64, 3);
    ck_assert_fails(cx_moments_add(m, &f.frame, &weights, err), CX_E_DOMAIN, "weight");
    weights.length = 2;
    ck_assert_fails(cx_moments_add(m, &f.frame, &weights, err), CX_E_LENGTH, "weights");
    x[4] = -INFINITY;
    cx_error e;
    cx_error_init(&e);
    ck_assert_int_eq(cx_moments_add(m, &f.frame, NULL, &e), CX_E_DOMAIN);
    ck_assert_int_eq(e.row, 1);
    ck_assert_str_eq(e.column, "b");
    ck_assert(isinf(e.value));
    x[4] = 1e200;
    ck_assert_fails(cx_moments_add(m, &f.frame, NULL, err), CX_E_OVERFLOW, "rescale");
    f.columns[1].name = "z";
    ck_assert_fails(cx_moments_add(m, &f.frame, NULL, err), CX_E_NAME, "called b");
    ck_assert_fails(cx_moments_add(m, NULL, NULL, err), CX_E_NULL, "x");
    ck_assert_fails(cx_moments_add(NULL, &f.frame, NULL, err), CX_E_NULL, "self");
    f.columns[1].name = "b", x[4] = 5;
    weights = cx_array_of(none, CX_F64, 3);
    ck_assert_fails(cx_moments_add(m, &f.frame, &weights, err), CX_E_DOMAIN,
                    "row 2: the weight is missing");
    ck_assert(cx_moments_equal(m, before));
    cx_moments_free(m);
    cx_moments_free(before);
}
END_TEST

START_TEST(test_moments_survive_every_failing_allocation) {
    words names;
    for (int once = 0; once < 2; once++)
        for (int64_t at = 0; at < 4; at++) {
            fault f = {.fail_at = at, .once = once != 0};
            cx_allocator allocator = fault_allocator(&f);
            cx_moments *m = NULL, *copy = NULL;
            cx_status status = cx_moments_new(words_set(&names, "a b c"), &allocator, &m, NULL);
            if (status == CX_OK) {
                add_some(m, NULL);
                status = cx_moments_copy(m, &allocator, &copy, NULL);
            }
            ck_assert_int_eq(status, CX_E_MEMORY);
            ck_assert_ptr_null(copy);
            cx_moments_free(m);
            ck_assert_int_eq(f.live, 0);
        }
}
END_TEST

Suite *suite_moments(void);
Suite *suite_moments(void) {
    Suite *suite = suite_create("moments");
    TCase *c = tcase_create("moments");
    tcase_add_test(c, test_moments_without_rows_have_no_figures);
    tcase_add_test(c, test_moments_of_one_row_have_a_mean_and_no_variance);
    tcase_add_test(c, test_moments_of_a_constant_are_exactly_zero);
    tcase_add_test(c, test_moments_match_columns_by_name_and_ignore_others);
    tcase_add_test(c, test_moments_leave_out_incomplete_rows_and_count_them);
    tcase_add_test(c, test_moments_do_not_depend_on_the_scale_of_weights);
    tcase_add_test(c, test_moments_read_every_integer_type);
    tcase_add_test(c, test_moments_merge_like_adding_all_rows);
    tcase_add_test(c, test_moments_merged_with_an_empty_state_are_unchanged);
    tcase_add_test(c, test_moments_subtract_undoes_merge);
    tcase_add_test(c, test_moments_subtract_makes_a_column_constant_again);
    tcase_add_test(c, test_moments_of_different_columns_do_not_merge);
    tcase_add_test(c, test_moments_come_back_from_their_bytes);
    tcase_add_test(c, test_moments_keep_their_first_format);
    tcase_add_test(c, test_moments_refuse_every_damaged_encoding);
    tcase_add_test(c, test_moments_refuse_impossible_states);
    tcase_add_test(c, test_moments_refuse_bad_names);
    tcase_add_test(c, test_moments_refuse_bad_rows_and_stay_unchanged);
    tcase_add_test(c, test_moments_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
