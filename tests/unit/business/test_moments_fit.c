#include "momented.h"

/* -- certified regressions through the state ----------------------------------------------- */

/* Correct digits; 16 when equal */
static double digits_of(double actual, double expected) {
    if (actual == expected) return 16;
    return -log10(fabs(actual - expected) / fabs(expected));
}

/* Columns y, x1.. of one set, column-major; the polynomials of Wampler in x. Returns p. */
static int64_t nist_columns(const vectors *data, const char *set, double *x, int64_t *rows) {
    int64_t p = 0, n = 0, polynomial = strncmp(set, "Wampler", 7) == 0;
    const char *const names[] = {"y", "x1", "x2", "x3", "x4", "x5", "x6"};
    for (int64_t r = 0; r < data->rows; r++) n += strcmp(vectors_text(data, r, "set"), set) == 0;
    *rows = n;
    for (int64_t r = 0, i = 0; r < data->rows; r++) {
        if (strcmp(vectors_text(data, r, "set"), set) != 0) continue;
        for (int64_t j = 0; j < 7; j++) {
            double v = vectors_number(data, r, names[j]);
            if (polynomial && j > 1 && j < 6) v = x[(j - 1) * n + i] * x[n + i];
            if (!isnan(v)) x[j * n + i] = v, p = j > p ? j : p;
        }
        i++;
    }
    return p;
}

static void nist_check(const vectors *certified, const char *set, const cx_i_fit *fit,
                       bool constant) {
    for (int64_t r = 0; r < certified->rows; r++) {
        if (strcmp(vectors_text(certified, r, "set"), set) != 0) continue;
        const char *parameter = vectors_text(certified, r, "parameter");
        double value = vectors_number(certified, r, "value"), se = 0, got = fit->r2, got_se = 0;
        double least = vectors_number(certified, r, "digits");
        if (parameter[0] >= '0' && parameter[0] <= '9') {
            int64_t j = parameter[0] - '0';
            se = vectors_number(certified, r, "se");
            got = j == 0 ? fit->constant : cx_i_tf_double(fit->coefficient[j - 1]);
            got_se = j == 0 ? fit->constant_se : fit->se[j - 1];
        } else if (strcmp(parameter, "sd") == 0) {
            got = sqrt(fit->residual / (double)fit->df);
        }
        if (value == 0) {
            ck_assert_near(got, 0, 1e-9); /* of a total sum of squares of 2e13 */
            continue;
        }
        ck_assert_msg(digits_of(got, value) >= least, "%s %s: %.17g is not %.17g", set, parameter,
                      got, value);
        if (se > 0) ck_assert_msg(digits_of(got_se, se) >= 13, "%s se %s", set, parameter);
    }
    ck_assert_int_eq(fit->df, constant ? fit->df : 10);
}

/* Once in one call, once row by row */
START_TEST(test_moments_give_the_certified_regressions) {
    static const char *const sets[] = {"Longley", "Norris", "NoInt1", "Wampler1", "Wampler3"};
    static const char *const names[] = {"y", "x1", "x2", "x3", "x4", "x5", "x6"};
    static double x[7 * 64];
    vectors data = vectors_read("moments_nist_data"), certified = vectors_read("moments_nist");
    for (int s = 0; s < 10; s++) {
        const char *set = sets[s / 2];
        int64_t rows, p = nist_columns(&data, set, x, &rows), use[] = {1, 2, 3, 4, 5, 6};
        bool constant = strcmp(set, "NoInt1") != 0, dropped[6];
        char list[32] = "y x1 x2 x3 x4 x5 x6";
        numbers f;
        list[1 + 3 * p] = '\0';
        cx_moments *m = moments_of(list);
        numbers_set(&f, names, x, rows, p + 1);
        if (s % 2 == 0) ck_assert_ok(cx_moments_add(m, &f.frame, NULL, err));
        for (int64_t r = 0; r < rows && s % 2 == 1; r++) {
            for (int64_t j = 0; j <= p; j++) {
                f.columns[j].data = x + j * rows + r;
                f.columns[j].length = 1;
            }
            ck_assert_ok(cx_moments_add(m, &f.frame, NULL, err));
        }
        cx_i_twofold coefficient[6];
        double se[6];
        cx_i_fit fit = {.coefficient = coefficient, .se = se, .dropped = dropped};
        ck_assert_ok(cx_i_moments_fit(m, 0, use, p, constant, 1e-20, &fit, err));
        ck_assert_int_eq(fit.rank, p);
        nist_check(&certified, set, &fit, constant);
        cx_moments_free(m);
    }
    vectors_free(&data);
    vectors_free(&certified);
}
END_TEST

static void comes_back(const cx_moments *m) {
    cx_moments *again;
    size_t size = cx_moments_encoded_size(m);
    uint8_t *bytes = malloc(size);
    ck_assert_ok(cx_moments_encode(m, bytes, size, err));
    ck_assert_ok(cx_moments_decode(bytes, size, NULL, &again, err));
    ck_assert(cx_moments_equal(m, again));
    cx_moments_free(again);
    free(bytes);
}

START_TEST(test_moments_of_vanishing_deviations_come_back_from_their_bytes) {
    const char *const names[] = {"x", "y"};
    for (int e = -1070; e < -480; e++) {
        const double x[] = {0, ldexp(1, e), ldexp(1, e), 1, 2, 4};
        cx_moments *m = moments_of("x y");
        numbers f;
        ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, 3, 2), NULL, err));
        comes_back(m);
        ck_assert_ok(cx_moments_merge(m, m, err));
        comes_back(m);
        cx_moments_free(m);
    }
}
END_TEST

START_TEST(test_moments_without_weighted_rows_keep_count_of_weights_of_zero) {
    const char *const names[] = {"x", "y"};
    const double x[] = {1, 2, 5, 3, 4, 4}, w[] = {1, 2, 0};
    cx_moments *all = moments_of("x y"), *some = moments_of("x y");
    cx_array weights = cx_array_of(w, CX_F64, 3);
    numbers f;
    ck_assert_ok(cx_moments_add(all, numbers_set(&f, names, x, 3, 2), &weights, err));
    weights.length = 2;
    f.columns[0].length = f.columns[1].length = 2;
    ck_assert_ok(cx_moments_add(some, &f.frame, &weights, err));
    ck_assert_ok(cx_moments_subtract(all, some, err));
    ck_assert_int_eq(cx_moments_n(all), 0);
    comes_back(all);
    ck_assert_ok(cx_moments_add(all, numbers_set(&f, names, x, 3, 2), NULL, err));
    ck_assert_int_eq(cx_moments_excluded(all, CX_EXCLUDED_ZERO_WEIGHT), 1);
    comes_back(all);
    cx_moments_free(all);
    cx_moments_free(some);
}
END_TEST

Suite *suite_moments_fit(void);
Suite *suite_moments_fit(void) {
    Suite *suite = suite_create("moments_fit");
    TCase *c = tcase_create("moments");
    tcase_add_test(c, test_moments_give_the_certified_regressions);
    tcase_add_test(c, test_moments_of_vanishing_deviations_come_back_from_their_bytes);
    tcase_add_test(c, test_moments_without_weighted_rows_keep_count_of_weights_of_zero);
    suite_add_tcase(suite, c);
    return suite;
}
