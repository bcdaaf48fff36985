#include "columns.h"

enum { N = 8 };

static const double partial_x[N] = {9, 10, 7, 3, 8, 10, 0, 6},
                    partial_y[N] = {4, 5, 4, 2, 3, 5, 1, 3};
static const double partial_z[2 * N] = {1, 2, 2, 4, 3, 1, 5, 4, 7, 1, 3, 2, 8, 2, 1, 6};

static cx_estimate partial_of(int64_t controls, int32_t method, int32_t part, const double *w) {
    static const char *const names[] = {"age", "visits"};
    cx_array x = cx_array_of(partial_x, CX_F64, N), y = cx_array_of(partial_y, CX_F64, N);
    cx_array weights = cx_array_of(w, CX_F64, N);
    cx_correlate_options options;
    cx_estimate e;
    numbers given;
    cx_correlate_options_init(&options);
    options.method = method;
    options.part = part;
    numbers_set(&given, names, partial_z, N, controls);
    ck_assert_ok(cx_partial(&x, &y, &given.frame, w == NULL ? NULL : &weights, &options, &e, err));
    return e;
}

static double plain(const double *a, const double *b) {
    cx_array x = cx_array_of(a, CX_F64, N), y = cx_array_of(b, CX_F64, N);
    cx_estimate e;
    ck_assert_ok(cx_correlate(&x, &y, NULL, NULL, &e, err));
    return e.value;
}

START_TEST(test_partial_of_one_control_is_the_textbook_formula) {
    double xy = plain(partial_x, partial_y), xz = plain(partial_x, partial_z);
    double yz = plain(partial_y, partial_z);
    cx_estimate e = partial_of(1, CX_CORRELATION_PEARSON, 0, NULL);
    double r = (xy - xz * yz) / sqrt((1 - xz * xz) * (1 - yz * yz));
    ck_assert_close(e.value, r, 1e-13);
    ck_assert_close(e.p_value, 2 * cx_t_sf(fabs(r) * sqrt(5 / (1 - r * r)), 5), 1e-12);
    ck_assert_close(e.ci_low, tanh(atanh(r) - cx_normal_quantile(0.975) / 2), 1e-12);
    cx_estimate of_x = partial_of(1, CX_CORRELATION_PEARSON, 1, NULL);
    ck_assert_close(of_x.value, (xy - xz * yz) / sqrt(1 - xz * xz), 1e-13);
    ck_assert_close(of_x.p_value, e.p_value, 1e-12);
    cx_estimate of_y = partial_of(1, CX_CORRELATION_PEARSON, 2, NULL);
    ck_assert_close(of_y.value, (xy - xz * yz) / sqrt(1 - yz * yz), 1e-13);
    ck_assert(of_x.se > 0 && of_x.ci_low < of_x.value && of_x.value < of_x.ci_high);
}
END_TEST

START_TEST(test_partial_of_two_controls_does_the_same_step_twice) {
    double a = plain(partial_x, partial_y), b = plain(partial_x, partial_z + N);
    double c = plain(partial_y, partial_z + N), z = plain(partial_z, partial_z + N);
    double xz = plain(partial_x, partial_z), yz = plain(partial_y, partial_z);
    double xy_z = (a - xz * yz) / sqrt((1 - xz * xz) * (1 - yz * yz));
    double xv_z = (b - xz * z) / sqrt((1 - xz * xz) * (1 - z * z));
    double yv_z = (c - yz * z) / sqrt((1 - yz * yz) * (1 - z * z));
    double r = (xy_z - xv_z * yv_z) / sqrt((1 - xv_z * xv_z) * (1 - yv_z * yv_z));
    cx_estimate e = partial_of(2, CX_CORRELATION_PEARSON, 0, NULL);
    ck_assert_close(e.value, r, 1e-12);
    ck_assert_close(e.p_value, 2 * cx_t_sf(fabs(r) * sqrt(4 / (1 - r * r)), 4), 1e-11);
}
END_TEST

START_TEST(test_partial_of_ranks_does_not_change_with_a_monotone_scale) {
    cx_estimate e = partial_of(2, CX_CORRELATION_SPEARMAN, 0, NULL);
    const double w[N] = {2, 2, 2, 2, 2, 2, 2, 2};
    ck_assert_close(partial_of(2, CX_CORRELATION_SPEARMAN, 0, w).value, e.value, 1e-13);
    ck_assert(fabs(e.value) < 1 && e.p_value > 0 && e.p_value < 1);
}
END_TEST

START_TEST(test_partial_of_equal_weights_is_that_without) {
    const double w[N] = {3, 3, 3, 3, 3, 3, 3, 3};
    for (int32_t part = 0; part < 3; part++) {
        cx_estimate plain_e = partial_of(2, CX_CORRELATION_PEARSON, part, NULL);
        cx_estimate e = partial_of(2, CX_CORRELATION_PEARSON, part, w);
        ck_assert_close(e.value, plain_e.value, 1e-13);
        if (part != 0) ck_assert_close(e.se, plain_e.se, 1e-12);
    }
}
END_TEST

START_TEST(test_partial_names_what_is_collinear) {
    static const char *const names[] = {"age", "months"};
    double z[2 * N], flat[N] = {0};
    cx_array x = cx_array_of(partial_x, CX_F64, N), y = cx_array_of(partial_y, CX_F64, N);
    numbers given;
    cx_estimate e;
    for (int i = 0; i < N; i++) z[i] = partial_z[i], z[N + i] = 12 * partial_z[i];
    numbers_set(&given, names, z, N, 2);
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, NULL, &e, err), CX_E_SINGULAR, "months");
    numbers_set(&given, names, partial_x, N, 1);
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, NULL, &e, err), CX_E_SINGULAR,
                    "column x is a combination");
    numbers_set(&given, names, flat, N, 1);
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, NULL, &e, err), CX_E_CONSTANT, "age");
    x.length = y.length = 3;
    numbers_set(&given, names, partial_z, 3, 1);
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, NULL, &e, err), CX_E_FEW, "too few");
    given.frame.count = 0;
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, NULL, &e, err), CX_E_EMPTY, "given");
    cx_correlate_options options;
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_KENDALL;
    ck_assert_fails(cx_partial(&x, &y, &given.frame, NULL, &options, &e, err), CX_E_OPTION,
                    "kendall has no partial");
}
END_TEST

START_TEST(test_partial_agrees_with_the_published_example) {
    char path[1024];
    if (shared_path("data/pingouin/partial_corr.csv", path, sizeof path) == NULL) return;
    static const char *const names[] = {"cv1"};
    vectors v = vectors_read_path(path);
    double x[64], y[64], z[64];
    for (int64_t i = 0; i < v.rows; i++) {
        x[i] = vectors_number(&v, i, "x");
        y[i] = vectors_number(&v, i, "y");
        z[i] = vectors_number(&v, i, "cv1");
    }
    cx_array a = cx_array_of(x, CX_F64, v.rows), b = cx_array_of(y, CX_F64, v.rows);
    numbers given;
    cx_estimate e;
    numbers_set(&given, names, z, v.rows, 1);
    ck_assert_ok(cx_partial(&a, &b, &given.frame, NULL, NULL, &e, err));
    ck_assert_close(e.value, 0.5681692357333571, 1e-12);
    ck_assert_close(e.p_value, 0.001303059288035899, 1e-11);
    ck_assert_int_eq(e.n, 30);
    vectors_free(&v);
}
END_TEST

static cx_status partial_fault(const cx_allocator *allocator, cx_error *err) {
    static const char *const names[] = {"age", "visits"};
    cx_array x = cx_array_of(partial_x, CX_F64, N), y = cx_array_of(partial_y, CX_F64, N);
    cx_correlate_options options;
    cx_estimate e;
    numbers given;
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_SPEARMAN;
    options.allocator = allocator;
    numbers_set(&given, names, partial_z, N, 2);
    return cx_partial(&x, &y, &given.frame, NULL, &options, &e, err);
}

START_TEST(test_partial_survives_every_failing_allocation) {
    fault_everywhere(partial_fault, 8);
}
END_TEST

Suite *suite_partial(void);
Suite *suite_partial(void) {
    Suite *suite = suite_create("partial");
    TCase *c = tcase_create("partial");
    tcase_add_test(c, test_partial_of_one_control_is_the_textbook_formula);
    tcase_add_test(c, test_partial_of_two_controls_does_the_same_step_twice);
    tcase_add_test(c, test_partial_of_ranks_does_not_change_with_a_monotone_scale);
    tcase_add_test(c, test_partial_of_equal_weights_is_that_without);
    tcase_add_test(c, test_partial_names_what_is_collinear);
    tcase_add_test(c, test_partial_agrees_with_the_published_example);
    tcase_add_test(c, test_partial_survives_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
