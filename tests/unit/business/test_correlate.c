#include "columns.h"

static int64_t parse(const char *list, double *x) {
    int64_t n = 0;
    char *end;
    for (double v = strtod(list, &end); end != list; v = strtod(list, &end)) x[n++] = v, list = end;
    return n;
}

static cx_correlate_options of_method(const char *word) {
    cx_correlate_options options;
    cx_correlate_options_init(&options);
    while (strcmp(cx_correlation_name(options.method), word) != 0) {
        ck_assert_int_lt(options.method, CX_CORRELATION_END);
        options.method++;
    }
    return options;
}

START_TEST(test_correlate_nothing_is_an_error) {
    const double missing[] = {NAN, 1}, other[] = {1, NAN};
    cx_array x = cx_array_of(NULL, CX_F64, 0), a = cx_array_of(missing, CX_F64, 2);
    cx_array b = cx_array_of(other, CX_F64, 2);
    cx_estimate e;
    ck_assert_fails(cx_correlate(&x, &x, NULL, NULL, &e, err), CX_E_EMPTY, "no complete row");
    ck_assert_fails(cx_correlate(&a, &b, NULL, NULL, &e, err), CX_E_EMPTY, "no complete row");
}
END_TEST

START_TEST(test_correlate_one_row_is_too_few) {
    const double one[] = {1};
    cx_array x = cx_array_of(one, CX_F64, 1);
    cx_estimate e;
    ck_assert_fails(cx_correlate(&x, &x, NULL, NULL, &e, err), CX_E_FEW, "one complete row");
}
END_TEST

START_TEST(test_correlate_a_constant_is_named) {
    const double flat[] = {0.1, 0.1, 0.1}, x[] = {1, 2, 3};
    cx_array a = cx_array_of(flat, CX_F64, 3), b = cx_array_of(x, CX_F64, 3);
    cx_estimate e;
    cx_error error;
    a.name = "waiting";
    ck_assert_fails(cx_correlate(&b, &a, NULL, NULL, &e, err), CX_E_CONSTANT, "waiting");
    ck_assert_int_eq(cx_correlate(&a, &b, NULL, NULL, &e, &error), CX_E_CONSTANT);
    ck_assert_str_eq(error.column, "waiting");
}
END_TEST

START_TEST(test_correlate_two_and_three_rows_have_no_interval) {
    const double x[] = {1, 2, 4}, y[] = {5, 3, 4};
    cx_estimate e;
    for (int64_t n = 2; n <= 3; n++) {
        cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
        ck_assert_ok(cx_correlate(&a, &b, NULL, NULL, &e, err));
        ck_assert_double_eq(e.ci_low, -1);
        ck_assert_double_eq(e.ci_high, 1);
        ck_assert(isnan(e.se));
        ck_assert((e.flags & CX_FLAG_FEW) != 0);
        ck_assert_int_eq(isnan(e.p_value) != 0, n == 2);
        if (n == 2) ck_assert_double_eq(e.value, -1);
    }
}
END_TEST

START_TEST(test_correlate_a_perfect_line_is_exactly_one) {
    const double x[] = {0.1, 0.2, 0.3, 0.4, 7}, down[] = {-0.2, -0.4, -0.6, -0.8, -14};
    const double w[] = {1, 2, 3, 4, 5};
    cx_array a = cx_array_of(x, CX_F64, 5), b = cx_array_of(down, CX_F64, 5);
    cx_array weights = cx_array_of(w, CX_F64, 5);
    cx_estimate e;
    ck_assert_ok(cx_correlate(&a, &a, NULL, NULL, &e, err));
    ck_assert_double_eq(e.value, 1);
    ck_assert_double_eq(e.ci_low, 1);
    ck_assert_double_eq(e.ci_high, 1);
    ck_assert_double_eq(e.p_value, 0);
    ck_assert_double_eq(e.se, 0);
    ck_assert_ok(cx_correlate(&a, &b, &weights, NULL, &e, err));
    ck_assert_double_eq(e.value, -1);
    ck_assert_double_eq(e.ci_low, -1);
    ck_assert_double_eq(e.ci_high, -1);
    ck_assert_double_eq(e.p_value, 0);
}
END_TEST

START_TEST(test_correlate_agrees_with_the_definition_in_many_digits) {
    vectors v = vectors_read("pearson");
    double x[64], y[64], w[64];
    for (int64_t i = 0; i < v.rows; i++) {
        int64_t n = parse(vectors_text(&v, i, "x"), x);
        parse(vectors_text(&v, i, "y"), y);
        bool weighted = parse(vectors_text(&v, i, "weights"), w) > 0;
        cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
        cx_array weights = cx_array_of(w, CX_F64, n);
        cx_correlate_options options;
        cx_estimate e;
        double tolerance = vectors_number(&v, i, "tolerance");
        cx_correlate_options_init(&options);
        options.confidence = vectors_number(&v, i, "confidence");
        ck_assert_ok(cx_correlate(&a, &b, weighted ? &weights : NULL, &options, &e, err));
        ck_assert_close(e.value, vectors_number(&v, i, "value"), tolerance);
        ck_assert_close(e.ci_low, vectors_number(&v, i, "ci_low"), tolerance);
        ck_assert_close(e.ci_high, vectors_number(&v, i, "ci_high"), tolerance);
        ck_assert_close(e.se, vectors_number(&v, i, "se"), tolerance * 1e3); /* 1 - r^2 */
        ck_assert_close(e.p_value, vectors_number(&v, i, "p_value"), 1e-8);
        ck_assert_close(e.n_eff, vectors_number(&v, i, "n_eff"), tolerance);
        ck_assert_int_eq(e.n, n);
        ck_assert_int_eq(e.unit, CX_UNIT_CORRELATION);
        ck_assert_int_eq(e.method, CX_METHOD_FISHER_Z);
        ck_assert_int_eq((e.flags & CX_FLAG_WEIGHTED) != 0, weighted);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_correlate_rows_and_moments_agree) {
    const char *const names[] = {"a", "b"};
    const double x[] = {9, 10, 7, 3, NAN, 10, 4, 5, 4, 2, 3, 5};
    numbers f;
    cx_moments *m = moments_of("a b");
    cx_estimate rows, state;
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, 6, 2), NULL, err));
    ck_assert_ok(cx_correlate(&f.columns[0], &f.columns[1], NULL, NULL, &rows, err));
    ck_assert_ok(cx_moments_pearson(m, 0, 1, NULL, &state, err));
    ck_assert_int_eq(rows.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert(memcmp(&rows, &state, sizeof rows) == 0);
    ck_assert_fails(cx_moments_pearson(m, 0, 2, NULL, &state, err), CX_E_NAME, "column 2");
    ck_assert_fails(cx_moments_pearson(m, -1, 0, NULL, &state, err), CX_E_NAME, "column -1");
    ck_assert_fails(cx_moments_pearson(NULL, 0, 0, NULL, &state, err), CX_E_NULL, "x");
    cx_moments_free(m);
}
END_TEST

START_TEST(test_correlate_moments_with_weights_use_the_effective_rows) {
    const char *const names[] = {"a", "b"};
    const double x[] = {9, 10, 7, 3, 8, 10, 0, 6, 4, 5, 4, 2, 3, 5, 1, 3};
    const double w[] = {2, 2, 2, 2, 2, 2, 2, 2};
    numbers f;
    cx_array weights = cx_array_of(w, CX_F64, 8);
    cx_moments *m = moments_of("a b"), *plain = moments_of("a b");
    cx_estimate weighted, expected;
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, 8, 2), &weights, err));
    ck_assert_ok(cx_moments_add(plain, &f.frame, NULL, err));
    ck_assert_ok(cx_moments_pearson(m, 0, 1, NULL, &weighted, err));
    ck_assert_ok(cx_moments_pearson(plain, 0, 1, NULL, &expected, err));
    ck_assert_double_eq(weighted.value, expected.value);
    ck_assert_double_eq(weighted.ci_low, expected.ci_low);
    ck_assert_double_eq(weighted.p_value, expected.p_value);
    ck_assert_double_eq(weighted.sum_w, 16);
    cx_moments_free(m);
    cx_moments_free(plain);
}
END_TEST

START_TEST(test_correlate_leaves_out_zero_weights_and_counts_them) {
    const double x[] = {1, 2, 3, 4, 50, 6}, y[] = {2, 1, 4, 3, -9, 5};
    const double w[] = {1, 1, 1, 1, 0, 0}, none[] = {1, 1, 1, 1, 0, NAN};
    cx_array a = cx_array_of(x, CX_F64, 6), b = cx_array_of(y, CX_F64, 6);
    cx_array weights = cx_array_of(w, CX_F64, 6);
    cx_estimate e;
    ck_assert_ok(cx_correlate(&a, &b, &weights, NULL, &e, err));
    ck_assert_int_eq(e.n, 4);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_ZERO_WEIGHT], 2);
    ck_assert_int_eq(e.excluded[CX_EXCLUDED_MISSING], 0);
    ck_assert_close(e.value, 0.6, 1e-15);
    weights.data = none;
    ck_assert_fails(cx_correlate(&a, &b, &weights, NULL, &e, err), CX_E_DOMAIN,
                    "column weights, row 5: the weight is missing");
}
END_TEST

START_TEST(test_correlate_agrees_with_swiss_fertility_and_education) {
    char path[1024];
    if (shared_path("data/rdatasets/swiss.csv", path, sizeof path) == NULL) return;
    vectors v = vectors_read_path(path);
    double x[64], y[64];
    for (int64_t i = 0; i < v.rows; i++) {
        x[i] = vectors_number(&v, i, "Fertility");
        y[i] = vectors_number(&v, i, "Education");
    }
    cx_array a = cx_array_of(x, CX_F64, v.rows), b = cx_array_of(y, CX_F64, v.rows);
    cx_estimate e;
    ck_assert_ok(cx_correlate(&a, &b, NULL, NULL, &e, err));
    ck_assert_close(e.value, -0.663788857035069, 1e-12);
    cx_correlate_options options = of_method("kendall");
    ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
    ck_assert_close(e.value, -0.33061116135805874, 1e-12);
    ck_assert_close(e.p_value, 0.001394068992878042, 1e-11);
    options = of_method("spearman");
    ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
    ck_assert_close(e.value, -0.44325769036098817, 1e-12);
    vectors_free(&v);
}
END_TEST

START_TEST(test_correlate_refuses_bad_values) {
    const double x[] = {1, 2, INFINITY}, y[] = {1, 3, 2}, w[] = {1, -1, 1}, huge[] = {0, 1e200, 1};
    cx_array a = cx_array_of(x, CX_F64, 3), b = cx_array_of(y, CX_F64, 3);
    cx_array weights = cx_array_of(w, CX_F64, 3), c = cx_array_of(huge, CX_F64, 3);
    cx_estimate e, untouched;
    cx_error error;
    memset(&e, 7, sizeof e);
    untouched = e;
    ck_assert_int_eq(cx_correlate(&b, &a, NULL, NULL, &e, &error), CX_E_DOMAIN);
    ck_assert_int_eq(error.row, 2);
    ck_assert_str_eq(error.column, "y");
    ck_assert_fails(cx_correlate(&b, &b, &weights, NULL, &e, err), CX_E_DOMAIN, "weight");
    ck_assert_fails(cx_correlate(&b, &c, NULL, NULL, &e, err), CX_E_OVERFLOW, "rescale");
    b.length = 2;
    ck_assert_fails(cx_correlate(&a, &b, NULL, NULL, &e, err), CX_E_LENGTH, "rows");
    b.length = 3;
    ck_assert_fails(cx_correlate(NULL, &b, NULL, NULL, &e, err), CX_E_NULL, "x");
    ck_assert_fails(cx_correlate(&b, NULL, NULL, NULL, &e, err), CX_E_NULL, "y");
    ck_assert_fails(cx_correlate(&b, &b, NULL, NULL, NULL, err), CX_E_NULL, "out");
    ck_assert(memcmp(&e, &untouched, sizeof e) == 0);
}
END_TEST

START_TEST(test_correlate_refuses_bad_options) {
    const double y[] = {1, 3, 2, 5};
    cx_array b = cx_array_of(y, CX_F64, 4);
    cx_correlate_options options;
    cx_estimate e;
    cx_correlate_options_init(&options);
    options.confidence = 1;
    ck_assert_fails(cx_correlate(&b, &b, NULL, &options, &e, err), CX_E_OPTION, "confidence");
    cx_correlate_options_init(&options);
    options.method = 99;
    ck_assert_fails(cx_correlate(&b, &b, NULL, &options, &e, err), CX_E_OPTION, "99");
    options.struct_size = 0;
    ck_assert_fails(cx_correlate(&b, &b, NULL, &options, &e, err), CX_E_OPTION, "");
    ck_assert_str_eq(cx_correlation_name(CX_CORRELATION_PEARSON), "pearson");
    ck_assert_str_eq(cx_correlation_name(-1), "unknown");
}
END_TEST

START_TEST(test_correlate_agrees_with_the_definitions_of_rank_correlation) {
    vectors v = vectors_read("correlate");
    double x[64], y[64], w[64];
    for (int64_t i = 0; i < v.rows; i++) {
        int64_t n = parse(vectors_text(&v, i, "x"), x);
        parse(vectors_text(&v, i, "y"), y);
        bool weighted = parse(vectors_text(&v, i, "weights"), w) > 0;
        cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
        cx_array weights = cx_array_of(w, CX_F64, n);
        double tolerance = vectors_number(&v, i, "tolerance");
        cx_estimate e;
        cx_correlate_options options = of_method(vectors_text(&v, i, "method"));
        ck_assert_ok(cx_correlate(&a, &b, weighted ? &weights : NULL, &options, &e, err));
        struct {
            const char *name;
            double value;
        } figures[] = {{"value", e.value},
                       {"se", e.se},
                       {"p_value", e.p_value},
                       {"ci_low", e.ci_low},
                       {"ci_high", e.ci_high}};
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            double expected = vectors_number(&v, i, figures[k].name);
            if (!isnan(expected)) ck_assert_close(figures[k].value, expected, tolerance);
        }
        ck_assert_int_eq(e.n, n);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_correlate_ranks_of_a_constant_have_no_correlation) {
    const double flat[] = {3, 3, 3, 3}, x[] = {1, 2, 3, 4};
    cx_array a = cx_array_of(flat, CX_F64, 4), b = cx_array_of(x, CX_F64, 4);
    cx_estimate e;
    for (int32_t method = 1; method < CX_CORRELATION_END; method++) {
        cx_correlate_options options;
        cx_correlate_options_init(&options);
        options.method = method;
        ck_assert_fails(cx_correlate(&a, &b, NULL, &options, &e, err), CX_E_CONSTANT, "x");
        ck_assert_fails(cx_correlate(&b, &a, NULL, &options, &e, err), CX_E_CONSTANT, "y");
        b.length = a.length = 0;
        ck_assert_fails(cx_correlate(&b, &a, NULL, &options, &e, err), CX_E_EMPTY, "no complete");
        b.length = a.length = 1;
        ck_assert_fails(cx_correlate(&b, &a, NULL, &options, &e, err), CX_E_FEW, "one complete");
        b.length = a.length = 4;
    }
}
END_TEST

/* n! orders, two of which are as extreme */
START_TEST(test_correlate_the_same_order_is_one_and_its_limits_say_how_few_rows_there_were) {
    double x[12], factorial = 1;
    for (int64_t n = 1; n <= 12; n++) {
        x[n - 1] = (double)(n * n);
        factorial *= (double)n;
        for (int32_t method = 1; method <= CX_CORRELATION_SOMERS && n > 1; method++) {
            cx_array a = cx_array_of(x, CX_F64, n);
            cx_correlate_options options;
            cx_estimate e;
            cx_correlate_options_init(&options);
            options.method = method;
            ck_assert_ok(cx_correlate(&a, &a, NULL, &options, &e, err));
            ck_assert_double_eq(e.value, 1);
            ck_assert_close(e.p_value, 2 / factorial, 1e-12);
            ck_assert_double_eq(e.ci_high, 1);
            ck_assert(e.ci_low < 1 && e.ci_low >= -1);
            if (n < 4) ck_assert_double_eq(e.ci_low, -1);
        }
    }
    cx_array a = cx_array_of(x, CX_F64, 10);
    cx_estimate e;
    cx_correlate_options options = of_method("kendall");
    ck_assert_ok(cx_correlate(&a, &a, NULL, &options, &e, err));
    ck_assert_close(e.ci_low, 2 * pow(0.025, 0.2) - 1, 1e-12); /* five pairs of different rows */
}
END_TEST

/* Heavy ties, and no ties beyond the size whose factorial a double can hold */
START_TEST(test_correlate_of_many_rows_has_a_p_value_in_range) {
    enum { N = 2000 };
    static double x[N], y[N];
    cx_array a = cx_array_of(x, CX_F64, N), b = cx_array_of(y, CX_F64, N);
    cx_correlate_options options = of_method("kendall");
    cx_estimate e;
    for (int64_t levels = 2; levels <= N; levels *= 10) {
        for (int64_t i = 0; i < N; i++) {
            x[i] = (double)(i * 7919 % N % levels);
            y[i] = (double)(i * 104729 % 1999 % levels);
        }
        ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
        ck_assert(e.p_value >= 0 && e.p_value <= 1 && fabs(e.value) < 0.1);
    }
    for (int64_t n = 50; n <= 200; n++) {
        a.length = b.length = n;
        ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
        ck_assert(e.p_value >= 0 && e.p_value <= 1);
    }
}
END_TEST

START_TEST(test_correlate_weights_of_one_or_any_size_are_no_weights) {
    const double x[] = {9, 10, 7, 3, 8, 10, 0, 6}, y[] = {4, 5, 4, 2, 3, 5, 1, 3};
    const double w[] = {1, 1, 1, 1, 1, 1, 1, 1};
    double huge[8];
    for (int i = 0; i < 8; i++) huge[i] = 1e100;
    cx_array a = cx_array_of(x, CX_F64, 8), b = cx_array_of(y, CX_F64, 8);
    cx_array ones = cx_array_of(w, CX_F64, 8), many = cx_array_of(huge, CX_F64, 8);
    for (int32_t method = CX_CORRELATION_SPEARMAN; method <= CX_CORRELATION_SOMERS; method++) {
        cx_correlate_options options;
        cx_estimate plain, e, large;
        cx_correlate_options_init(&options);
        options.method = method;
        ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &plain, err));
        ck_assert_ok(cx_correlate(&a, &b, &ones, &options, &e, err));
        ck_assert_ok(cx_correlate(&a, &b, &many, &options, &large, err));
        ck_assert_close(e.value, plain.value, 1e-15);
        if (method != CX_CORRELATION_SPEARMAN) ck_assert_close(e.ci_low, plain.ci_low, 1e-13);
        ck_assert_close(large.value, e.value, 1e-14);
        ck_assert_close(large.se, e.se, 1e-12);
        ck_assert_close(large.p_value, e.p_value, 1e-12);
    }
}
END_TEST

static cx_status rank_run(const cx_allocator *allocator, cx_error *err) {
    const double x[] = {9, 10, 7, 3, 8, 10, 0, 6}, y[] = {4, 5, 4, 2, 3, 5, 1, 3};
    const double w[] = {1, 2, 1, 2, 1, 2, 1, 2};
    cx_array a = cx_array_of(x, CX_F64, 8), b = cx_array_of(y, CX_F64, 8);
    cx_array weights = cx_array_of(w, CX_F64, 8);
    cx_estimate e;
    for (int32_t method = 1; method < CX_CORRELATION_END; method++) {
        cx_correlate_options options;
        cx_correlate_options_init(&options);
        options.method = method;
        options.allocator = allocator;
        cx_status status = cx_correlate(&a, &b, &weights, &options, &e, err);
        if (status == CX_OK) status = cx_correlate(&a, &a, NULL, &options, &e, err);
        if (status != CX_OK) return status;
    }
    return CX_OK;
}

START_TEST(test_correlate_survives_every_failing_allocation) {
    fault_everywhere(rank_run, 20);
}
END_TEST

Suite *suite_correlate(void);
Suite *suite_correlate(void) {
    Suite *suite = suite_create("correlate");
    TCase *c = tcase_create("correlate");
    tcase_add_test(c, test_correlate_nothing_is_an_error);
    tcase_add_test(c, test_correlate_one_row_is_too_few);
    tcase_add_test(c, test_correlate_a_constant_is_named);
    tcase_add_test(c, test_correlate_two_and_three_rows_have_no_interval);
    tcase_add_test(c, test_correlate_a_perfect_line_is_exactly_one);
    tcase_add_test(c, test_correlate_agrees_with_the_definition_in_many_digits);
    tcase_add_test(c, test_correlate_rows_and_moments_agree);
    tcase_add_test(c, test_correlate_moments_with_weights_use_the_effective_rows);
    tcase_add_test(c, test_correlate_leaves_out_zero_weights_and_counts_them);
    tcase_add_test(c, test_correlate_agrees_with_swiss_fertility_and_education);
    tcase_add_test(c, test_correlate_refuses_bad_values);
    tcase_add_test(c, test_correlate_refuses_bad_options);
    tcase_add_test(c, test_correlate_agrees_with_the_definitions_of_rank_correlation);
    tcase_add_test(c, test_correlate_ranks_of_a_constant_have_no_correlation);
    tcase_add_test(c,
                   test_correlate_the_same_order_is_one_and_its_limits_say_how_few_rows_there_were);
    tcase_add_test(c, test_correlate_of_many_rows_has_a_p_value_in_range);
    tcase_add_test(c, test_correlate_weights_of_one_or_any_size_are_no_weights);
    tcase_add_test(c, test_correlate_survives_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
