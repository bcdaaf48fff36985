#include "columns.h"

static cx_moments *pairwise_of(const char *list) {
    words names;
    cx_moments *m = NULL;
    ck_assert_ok(cx_moments_new_pairwise(words_set(&names, list), NULL, &m, err));
    return m;
}

static const char *const three[] = {"a", "b", "c"};

/* Each pair is answered by others, and says 1, -1 and 1: no data can have that. */
static const double impossible[] = {1,   2,   3,   NAN, NAN, NAN, 1,   2,   3,   /* a */
                                    1,   2,   3,   1,   2,   3,   NAN, NAN, NAN, /* b */
                                    NAN, NAN, NAN, 1,   2,   3,   3,   2,   1};  /* c */

START_TEST(test_correlations_of_pairs_are_those_of_the_rows_with_both) {
    const double x[] = {9, 10, 7, 3, NAN, 10, 4, 5, 4, 2, 3, 5, 1, 2, NAN, 4, 6, 9};
    numbers f;
    const cx_frame *frame = numbers_set(&f, three, x, 6, 3);
    cx_moments *m = pairwise_of("a b c");
    cx_table *table;
    cx_estimate e, state;
    ck_assert_ok(cx_moments_add(m, frame, NULL, err));
    ck_assert_int_eq(cx_moments_n(m), 6);
    ck_assert_int_eq(cx_moments_n_pair(m, 0, 0), 5);
    ck_assert_int_eq(cx_moments_n_pair(m, 2, 1), 5);
    ck_assert_int_eq(cx_moments_n_pair(m, 0, 2), 4);
    ck_assert(cx_moments_pairwise(m));
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = 0; j < 3; j++) {
            if (i == j) continue;
            ck_assert_ok(cx_correlate(&f.columns[i], &f.columns[j], NULL, NULL, &e, err));
            ck_assert_ok(cx_moments_pearson(m, i, j, NULL, &state, err));
            ck_assert_close(cx_moments_correlation(m, i, j), e.value, 1e-15);
            ck_assert(memcmp(&e, &state, sizeof e) == 0);
        }
    ck_assert_close(cx_moments_mean(m, 0), 39.0 / 5, 1e-15);
    ck_assert_ok(cx_moments_correlations(m, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_close(table_number(table, "value", 1), cx_moments_correlation(m, 0, 2), 1e-15);
    ck_assert_close(table_number(table, "nearest", 1), table_number(table, "value", 1), 1e-15);
    ck_assert_double_eq(table_figure(table, "distance"), 0);
    cx_table_free(table);
    cx_moments_free(m);
}
END_TEST

/* [[1, 1, -1], [1, 1, 1], [-1, 1, 1]]: the nearest has 1/2, -1/2, 1/2 by symmetry. */
START_TEST(test_correlations_that_cannot_be_are_brought_to_the_nearest_that_can) {
    numbers f;
    const cx_frame *frame = numbers_set(&f, three, impossible, 9, 3);
    cx_moments *m = pairwise_of("a b c");
    cx_table *table;
    ck_assert_ok(cx_moments_add(m, frame, NULL, err));
    ck_assert_ok(cx_moments_correlations(m, NULL, &table, err));
    ck_assert_close(table_figure(table, "smallest_eigenvalue"), -1, 1e-12);
    ck_assert_close(table_figure(table, "distance"), sqrt(1.5), 1e-9);
    for (int64_t k = 0; k < 3; k++) {
        ck_assert_near(table_number(table, "value", k), k == 1 ? -1 : 1, 1e-15);
        ck_assert_near(table_number(table, "nearest", k), k == 1 ? -0.5 : 0.5, 1e-9);
    }
    cx_table_free(table);
    ck_assert_ok(cx_correlations(frame, NULL, NULL, &table, err));
    ck_assert_near(table_number(table, "nearest", 0), 0.5, 1e-9);
    cx_table_free(table);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_correlations_of_pairs_add_up_and_come_back) {
    const double more[] = {4, 5, NAN, 2, NAN, 1, 6, 7, 8}, w[] = {1, 2, 0.5};
    numbers f, g;
    cx_array weights = cx_array_of(w, CX_F64, 3);
    cx_moments *all = pairwise_of("a b c"), *first = pairwise_of("a b c");
    cx_moments *second = pairwise_of("a b c"), *back = NULL, *plain = moments_of("a b c");
    numbers_set(&f, three, impossible, 9, 3);
    numbers_set(&g, three, more, 3, 3);
    ck_assert_ok(cx_moments_add(first, &f.frame, NULL, err));
    ck_assert_ok(cx_moments_add(second, &g.frame, &weights, err));
    ck_assert_ok(cx_moments_add(all, &f.frame, NULL, err));
    ck_assert_ok(cx_moments_add(all, &g.frame, &weights, err));
    ck_assert_ok(cx_moments_copy(first, NULL, &back, err));
    ck_assert(cx_moments_equal(first, back));
    ck_assert_ok(cx_moments_merge(back, second, err));
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = 0; j < 3; j++) {
            ck_assert_close(cx_moments_covariance(back, i, j), cx_moments_covariance(all, i, j),
                            1e-13);
            ck_assert_int_eq(cx_moments_n_pair(back, i, j), cx_moments_n_pair(all, i, j));
        }
    size_t size = cx_moments_encoded_size(back);
    uint8_t *bytes = malloc(size);
    cx_moments *read = NULL;
    ck_assert_ok(cx_moments_encode(back, bytes, size, err));
    ck_assert_int_eq(bytes[6], 2);
    ck_assert_ok(cx_moments_decode(bytes, size, NULL, &read, err));
    ck_assert(cx_moments_equal(back, read));
    for (size_t bit = 0; bit < 8 * size; bit += 13) {
        cx_moments *bad = NULL;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_ne(cx_moments_decode(bytes, size, NULL, &bad, NULL), CX_OK);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
    ck_assert_ok(cx_moments_subtract(back, second, err));
    for (int64_t i = 0; i < 3; i++)
        ck_assert_close(cx_moments_variance(back, i), cx_moments_variance(first, i), 1e-13);
    ck_assert_fails(cx_moments_merge(back, plain, err), CX_E_MISMATCH, "pairs of columns");
    cx_moments_reset(back);
    ck_assert_int_eq(cx_moments_n_pair(back, 0, 1), 0);
    cx_moments_free(read);
    cx_moments_free(plain);
    cx_moments_free(back);
    cx_moments_free(all);
    cx_moments_free(first);
    cx_moments_free(second);
}
END_TEST

START_TEST(test_correlations_of_complete_rows_are_the_same_in_pairs) {
    static double x[3 * 1200];
    for (int64_t i = 0; i < 1200; i++) {
        x[i] = (double)(i * 7919 % 1201) / 3;
        x[1200 + i] = (double)(i * 104729 % 11);
        x[2400 + i] = x[i] + 7 * x[1200 + i];
    }
    numbers f;
    cx_moments *pairs = pairwise_of("a b c"), *plain = moments_of("a b c");
    const cx_frame *frame = numbers_set(&f, three, x, 1200, 3);
    ck_assert_ok(cx_moments_add(pairs, frame, NULL, err));
    ck_assert_ok(cx_moments_add(plain, frame, NULL, err));
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = 0; j < 3; j++)
            ck_assert_close(cx_moments_covariance(pairs, i, j), cx_moments_covariance(plain, i, j),
                            1e-15);
    cx_moments_free(pairs);
    cx_moments_free(plain);
}
END_TEST

START_TEST(test_correlations_of_mixed_columns_fit_their_kinds) {
    static double x[3 * 300];
    for (int64_t i = 0; i < 300; i++) {
        x[i] = cx_normal_quantile(((double)i + 0.5) / 300);
        x[300 + i] = floor(x[i] + (double)(i * 7 % 3) - 1);
        x[600 + i] = (double)(i * 31 % 4);
    }
    numbers f;
    const cx_frame *frame = numbers_set(&f, three, x, 300, 3);
    cx_correlate_options options;
    cx_table *table;
    cx_estimate e;
    cx_array words_column;
    const char *expected = "polyserialpolyserialpolychoric";
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_MIXED;
    ck_assert_ok(cx_correlations(frame, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "correlation"), &words_column, err));
    ck_assert(memcmp(words_column.data, expected, strlen(expected)) == 0);
    ck_assert_ok(cx_correlate(&f.columns[0], &f.columns[1], NULL, &options, &e, err));
    ck_assert_double_eq(table_number(table, "value", 0), e.value);
    cx_estimate turned;
    ck_assert_ok(cx_correlate(&f.columns[1], &f.columns[0], NULL, &options, &turned, err));
    ck_assert_close(turned.value, e.value, 1e-12);
    ck_assert_double_eq(table_figure(table, "distance"), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_correlations_of_a_constant_are_a_row_that_says_so) {
    const double x[] = {1, 2, 3, 4, 5, 5, 5, 5, 2, 1, 4, 3};
    numbers f;
    const cx_frame *frame = numbers_set(&f, three, x, 4, 3);
    cx_table *table;
    ck_assert_ok(cx_correlations(frame, NULL, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert(isnan(table_figure(table, "distance")));
    cx_table_free(table);
    cx_frame one = {.columns = f.columns, .count = 1};
    ck_assert_fails(cx_correlations(&one, NULL, NULL, &table, err), CX_E_FEW, "two columns");
}
END_TEST

static cx_status correlations_fault(const cx_allocator *allocator, cx_error *err) {
    words names;
    numbers f;
    cx_moments *m = NULL, *copy = NULL;
    cx_table *table = NULL, *mixed = NULL;
    cx_correlate_options options;
    cx_correlate_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_moments_new_pairwise(words_set(&names, "a b c"), allocator, &m, err);
    numbers_set(&f, three, impossible, 9, 3);
    if (status == CX_OK) status = cx_moments_add(m, &f.frame, NULL, err);
    if (status == CX_OK) status = cx_moments_copy(m, allocator, &copy, err);
    if (status == CX_OK) status = cx_moments_correlations(copy, &options, &table, err);
    options.method = CX_CORRELATION_MIXED;
    if (status == CX_OK) status = cx_correlations(&f.frame, NULL, &options, &mixed, err);
    cx_table_free(table);
    cx_table_free(mixed);
    cx_moments_free(copy);
    cx_moments_free(m);
    return status;
}

START_TEST(test_correlations_survive_every_failing_allocation) {
    fault_everywhere(correlations_fault, 20);
}
END_TEST

Suite *suite_correlations(void);
Suite *suite_correlations(void) {
    Suite *suite = suite_create("correlations");
    TCase *c = tcase_create("correlations");
    tcase_add_test(c, test_correlations_of_pairs_are_those_of_the_rows_with_both);
    tcase_add_test(c, test_correlations_that_cannot_be_are_brought_to_the_nearest_that_can);
    tcase_add_test(c, test_correlations_of_pairs_add_up_and_come_back);
    tcase_add_test(c, test_correlations_of_complete_rows_are_the_same_in_pairs);
    tcase_add_test(c, test_correlations_of_mixed_columns_fit_their_kinds);
    tcase_add_test(c, test_correlations_of_a_constant_are_a_row_that_says_so);
    tcase_add_test(c, test_correlations_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
