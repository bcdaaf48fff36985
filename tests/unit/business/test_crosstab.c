#include "columns.h"

static const double crosstab_x[] = {9, 10, 7, 3, 8, 10, 0, 6, 10, 9, 8, 5, 7, 2};
static const double crosstab_y[] = {4, 5, 4, 2, 3, 5, 1, 3, 4, 5, 3, 3, 4, 1};
static const double crosstab_w[] = {1, 0.5, 2, 1.25, 0.75, 3, 1, 1, 0.25, 2, 1, 1.5, 0.5, 1};

static cx_crosstab *crosstab_of(int64_t start, int64_t count, bool weighted) {
    cx_crosstab_options options;
    cx_crosstab *t = NULL;
    cx_crosstab_options_init(&options);
    options.y_min = 1, options.y_max = 5;
    cx_array x = cx_array_of(crosstab_x + start, CX_F64, count);
    cx_array y = cx_array_of(crosstab_y + start, CX_F64, count);
    cx_array w = cx_array_of(crosstab_w + start, CX_F64, count);
    ck_assert_ok(cx_crosstab_new(&options, NULL, &t, err));
    ck_assert_ok(cx_crosstab_add(t, &x, &y, weighted ? &w : NULL, err));
    return t;
}

START_TEST(test_crosstab_without_rows_has_no_correlation) {
    cx_crosstab *t = crosstab_of(0, 0, false);
    cx_estimate e;
    ck_assert_fails(cx_crosstab_correlate(t, NULL, &e, err), CX_E_EMPTY, "no complete row");
    ck_assert_int_eq(cx_crosstab_n(t), 0);
    ck_assert_int_eq(cx_crosstab_n(NULL), 0);
    cx_crosstab_free(t);
    t = crosstab_of(0, 1, false);
    ck_assert_fails(cx_crosstab_correlate(t, NULL, &e, err), CX_E_FEW, "one complete row");
    cx_crosstab_free(t);
    cx_crosstab_free(NULL);
}
END_TEST

START_TEST(test_crosstab_counts_what_it_leaves_out) {
    const double x[] = {NAN, 11, 2.5, 3, 4, 5}, y[] = {1, NAN, 2, 6, 1.5, 2},
                 w[] = {1, 1, 1, 1, 1, 0};
    cx_crosstab *t = crosstab_of(0, 0, true);
    cx_array a = cx_array_of(x, CX_F64, 6), b = cx_array_of(y, CX_F64, 6);
    cx_array weights = cx_array_of(w, CX_F64, 6);
    ck_assert_ok(cx_crosstab_add(t, &a, &b, &weights, err));
    ck_assert_int_eq(cx_crosstab_excluded(t, CX_EXCLUDED_MISSING), 2);
    ck_assert_int_eq(cx_crosstab_excluded(t, CX_EXCLUDED_OUT_OF_RANGE), 1);
    ck_assert_int_eq(cx_crosstab_excluded(t, CX_EXCLUDED_NON_INTEGER), 2);
    ck_assert_int_eq(cx_crosstab_excluded(t, CX_EXCLUDED_ZERO_WEIGHT), 1);
    ck_assert_int_eq(cx_crosstab_n(t), 0);
    ck_assert_int_eq(cx_crosstab_excluded(t, -1), 0);
    cx_crosstab_free(t);
}
END_TEST

START_TEST(test_crosstab_gives_the_correlations_of_the_rows) {
    cx_array x = cx_array_of(crosstab_x, CX_F64, 14), y = cx_array_of(crosstab_y, CX_F64, 14);
    cx_array w = cx_array_of(crosstab_w, CX_F64, 14);
    for (int weighted = 0; weighted < 2; weighted++) {
        cx_crosstab *t = crosstab_of(0, 14, weighted);
        for (int32_t method = 0; method < CX_CORRELATION_END; method++) {
            cx_correlate_options options;
            cx_estimate rows, table;
            cx_correlate_options_init(&options);
            options.method = method;
            ck_assert_ok(cx_correlate(&x, &y, weighted ? &w : NULL, &options, &rows, err));
            ck_assert_ok(cx_crosstab_correlate(t, &options, &table, err));
            ck_assert_close(table.value, rows.value, 1e-13);
            ck_assert_close(table.se, rows.se, 1e-9);
            ck_assert_close(table.ci_low, rows.ci_low, 1e-9);
            ck_assert_close(table.ci_high, rows.ci_high, 1e-9);
            ck_assert_close(table.p_value, rows.p_value, 1e-8);
            ck_assert_close(table.n_eff, rows.n_eff, 1e-13);
            ck_assert_int_eq(table.n, rows.n);
            ck_assert_uint_eq(table.flags, rows.flags);
        }
        cx_crosstab_free(t);
    }
}
END_TEST

START_TEST(test_crosstab_merges_to_the_same_bytes) {
    for (int first = 0; first < 2; first++)
        for (int second = 0; second < 2; second++) {
            cx_crosstab *a = crosstab_of(0, 6, first), *b = crosstab_of(6, 8, second);
            cx_crosstab *c = crosstab_of(6, 8, second), *d = crosstab_of(0, 6, first), *copy;
            uint8_t one[4096], other[4096];
            ck_assert_ok(cx_crosstab_merge(a, b, err));
            ck_assert_ok(cx_crosstab_merge(c, d, err));
            ck_assert(cx_crosstab_equal(a, c));
            ck_assert(!cx_crosstab_equal(a, b) && !cx_crosstab_equal(a, NULL));
            size_t size = cx_crosstab_encoded_size(a);
            ck_assert_ok(cx_crosstab_encode(a, one, size, err));
            ck_assert_ok(cx_crosstab_encode(c, other, size, err));
            ck_assert(memcmp(one, other, size) == 0);
            ck_assert_ok(cx_crosstab_decode(one, size, NULL, &copy, err));
            ck_assert(cx_crosstab_equal(a, copy));
            ck_assert_int_eq(cx_crosstab_n(copy), 14);
            ck_assert_int_eq(cx_crosstab_count(copy, 10, 5), 2);
            ck_assert_int_eq(cx_crosstab_weighted(copy), first || second);
            for (size_t bit = 0; bit < 8 * size; bit += 7) {
                cx_crosstab *bad = NULL;
                one[bit / 8] ^= (uint8_t)(1 << bit % 8);
                ck_assert_int_ne(cx_crosstab_decode(one, size, NULL, &bad, NULL), CX_OK);
                one[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
            for (size_t cut = 0; cut < size; cut += 5) {
                cx_crosstab *bad = NULL;
                ck_assert_int_ne(cx_crosstab_decode(one, cut, NULL, &bad, NULL), CX_OK);
            }
            cx_crosstab_free(copy);
            cx_crosstab_free(a);
            cx_crosstab_free(b);
            cx_crosstab_free(c);
            cx_crosstab_free(d);
        }
}
END_TEST

/* Four cells of a quadrillion: products far beyond 64 bits */
START_TEST(test_crosstab_of_any_size_is_exact) {
    const double x[] = {0, 0, 1, 1}, y[] = {1, 2, 1, 2};
    const int64_t few[] = {3, 1, 1, 3};
    int64_t many[4];
    cx_array a = cx_array_of(x, CX_F64, 4), b = cx_array_of(y, CX_F64, 4);
    cx_crosstab *small = crosstab_of(0, 0, false), *large = crosstab_of(0, 0, false);
    for (int c = 0; c < 4; c++) many[c] = few[c] * 1000000000000000;
    cx_array counts = cx_array_of(few, CX_I64, 4), huge = cx_array_of(many, CX_I64, 4);
    ck_assert_ok(cx_crosstab_add_counts(small, &a, &b, &counts, err));
    ck_assert_ok(cx_crosstab_add_counts(large, &a, &b, &huge, err));
    ck_assert_int_eq(cx_crosstab_n(large), 8000000000000000);
    for (int32_t method = 0; method < CX_CORRELATION_END; method++) {
        cx_correlate_options options;
        cx_estimate e, reference;
        cx_correlate_options_init(&options);
        options.method = method;
        ck_assert_ok(cx_crosstab_correlate(large, &options, &e, err));
        ck_assert_ok(cx_crosstab_correlate(small, &options, &reference, err));
        /* polyserial standardises with n - 1 */
        if (method != CX_CORRELATION_POLYSERIAL) ck_assert_close(e.value, reference.value, 1e-10);
        ck_assert(e.p_value < 1e-100);
        ck_assert(e.ci_high - e.ci_low < 1e-6 && e.ci_high > e.ci_low);
    }
    counts = cx_array_of(x, CX_F64, 4);
    ck_assert_fails(cx_crosstab_add_counts(large, &a, &b, &huge, err), CX_E_OVERFLOW, "more rows");
    ck_assert_int_eq(cx_crosstab_n(large), 8000000000000000);
    cx_crosstab_free(small);
    cx_crosstab_free(large);
}
END_TEST

START_TEST(test_crosstab_refuses_and_stays_unchanged) {
    const double x[] = {1, INFINITY}, y[] = {1, 2}, w[] = {1, -1}, part[] = {1, 0.5},
                 big[] = {1, 1e90};
    cx_array a = cx_array_of(x, CX_F64, 2), b = cx_array_of(y, CX_F64, 2);
    cx_array bad = cx_array_of(w, CX_F64, 2), half = cx_array_of(part, CX_F64, 2);
    cx_array large = cx_array_of(big, CX_F64, 2);
    cx_crosstab *t = crosstab_of(0, 5, false), *before = crosstab_of(0, 5, false), *other = NULL;
    cx_crosstab_options options;
    ck_assert_fails(cx_crosstab_add(t, &a, &b, NULL, err), CX_E_DOMAIN, "row 1");
    ck_assert_fails(cx_crosstab_add(t, &b, &b, &bad, err), CX_E_DOMAIN, "weight");
    ck_assert_fails(cx_crosstab_add(t, &b, &b, &large, err), CX_E_OVERFLOW, "too large");
    ck_assert_fails(cx_crosstab_add_counts(t, &b, &b, &half, err), CX_E_DOMAIN, "whole number");
    ck_assert_fails(cx_crosstab_add_counts(t, &b, &b, NULL, err), CX_E_NULL, "counts");
    b.length = 1;
    ck_assert_fails(cx_crosstab_add(t, &a, &b, NULL, err), CX_E_LENGTH, "rows");
    ck_assert(cx_crosstab_equal(t, before));
    cx_crosstab_options_init(&options);
    options.x_max = 300;
    ck_assert_fails(cx_crosstab_new(&options, NULL, &other, err), CX_E_OPTION, "scale of x");
    options.x_max = 10, options.y_max = 0;
    ck_assert_fails(cx_crosstab_new(&options, NULL, &other, err), CX_E_OPTION, "scale of y");
    ck_assert_ok(cx_crosstab_new(NULL, NULL, &other, err));
    ck_assert_fails(cx_crosstab_merge(t, other, err), CX_E_MISMATCH, "scale of y");
    cx_crosstab_reset(t);
    ck_assert_int_eq(cx_crosstab_n(t), 0);
    cx_crosstab_free(other);
    cx_crosstab_free(before);
    cx_crosstab_free(t);
}
END_TEST

static cx_status crosstab_fault(const cx_allocator *allocator, cx_error *err) {
    cx_array x = cx_array_of(crosstab_x, CX_F64, 14), y = cx_array_of(crosstab_y, CX_F64, 14);
    cx_crosstab *t = NULL, *copy = NULL;
    cx_correlate_options options;
    cx_estimate e;
    cx_correlate_options_init(&options);
    options.allocator = allocator;
    options.method = CX_CORRELATION_KENDALL;
    cx_status status = cx_crosstab_new(NULL, allocator, &t, err);
    if (status == CX_OK) status = cx_crosstab_add(t, &x, &y, NULL, err);
    if (status == CX_OK) status = cx_crosstab_copy(t, allocator, &copy, err);
    if (status == CX_OK) status = cx_crosstab_correlate(copy, &options, &e, err);
    cx_crosstab_free(copy);
    cx_crosstab_free(t);
    return status;
}

START_TEST(test_crosstab_survives_every_failing_allocation) {
    fault_everywhere(crosstab_fault, 8);
}
END_TEST

Suite *suite_crosstab(void);
Suite *suite_crosstab(void) {
    Suite *suite = suite_create("crosstab");
    TCase *c = tcase_create("crosstab");
    tcase_add_test(c, test_crosstab_without_rows_has_no_correlation);
    tcase_add_test(c, test_crosstab_counts_what_it_leaves_out);
    tcase_add_test(c, test_crosstab_gives_the_correlations_of_the_rows);
    tcase_add_test(c, test_crosstab_merges_to_the_same_bytes);
    tcase_add_test(c, test_crosstab_of_any_size_is_exact);
    tcase_add_test(c, test_crosstab_refuses_and_stays_unchanged);
    tcase_add_test(c, test_crosstab_survives_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
