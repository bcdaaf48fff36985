#include "columns.h"

enum { MOST = 4096 };

/* Rows of a table of counts, x by row and y by column */
typedef struct table_rows {
    double x[MOST], y[MOST];
    int64_t n;
    cx_array a, b;
} table_rows;

static table_rows *rows_of(table_rows *rows, const int *counts, int kx, int ky) {
    rows->n = 0;
    for (int c = 0; c < kx * ky; c++)
        for (int k = 0; k < counts[c]; k++, rows->n++)
            rows->x[rows->n] = c / ky, rows->y[rows->n] = c % ky;
    rows->a = cx_array_of(rows->x, CX_F64, rows->n);
    rows->b = cx_array_of(rows->y, CX_F64, rows->n);
    return rows;
}

static cx_estimate latent(const cx_array *x, const cx_array *y, const cx_array *weights,
                          int32_t method, int32_t joint) {
    cx_correlate_options options;
    cx_estimate e;
    cx_correlate_options_init(&options);
    options.method = method;
    options.joint = joint;
    ck_assert_ok(cx_correlate(x, y, weights, &options, &e, err));
    return e;
}

/* Satisfaction by influence in housing [Venables and Ripley]; the maximum in 25 digits */
START_TEST(test_latent_polychoric_is_the_maximum_of_the_likelihood) {
    static const int counts[] = {282, 206, 79, 170, 189, 87, 175, 264, 229};
    static table_rows rows;
    rows_of(&rows, counts, 3, 3);
    vectors v = vectors_read("correlate_published");
    int checked = 0;
    for (int64_t i = 0; i < v.rows; i++) {
        int32_t joint = strcmp(vectors_text(&v, i, "case"), "joint") == 0;
        if (strcmp(vectors_text(&v, i, "id"), "B24") != 0) continue;
        cx_estimate found = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, joint);
        bool error = strcmp(vectors_text(&v, i, "figure"), "se") == 0;
        ck_assert_near(error ? found.se : found.value, vectors_number(&v, i, "value"),
                       vectors_number(&v, i, "tolerance"));
        checked++;
    }
    ck_assert_int_eq(checked, 8);
    vectors_free(&v);
    cx_estimate e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 0);
    ck_assert_near(e.ci_low, 0.254800793059, 1e-10);
    ck_assert_near(e.ci_high, 0.365949654318, 1e-10);
    ck_assert_close(e.p_value, 1.769517746e-24, 1e-7);
    ck_assert_int_eq(e.method, CX_METHOD_LIKELIHOOD);
    e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 1);
    ck_assert_int_eq(e.method, CX_METHOD_FISHER_Z);
}
END_TEST

/* A table of the exact probabilities of a correlation gives it back, whatever the thresholds. */
START_TEST(test_latent_polychoric_recovers_the_correlation_of_a_table) {
    static const double cut[] = {-1.5, -0.3, 0.4, 1.1};
    static table_rows rows;
    for (double rho = -0.9; rho < 0.95; rho += 0.3) {
        double x[25], y[25], w[25];
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 5; j++) {
                double low_x = i == 0 ? -INFINITY : cut[i - 1], high_x = i == 4 ? INFINITY : cut[i];
                double low_y = j == 0 ? -INFINITY : cut[j - 1], high_y = j == 4 ? INFINITY : cut[j];
                double p = cx_bvn_cdf(high_x, high_y, rho) - cx_bvn_cdf(low_x, high_y, rho) -
                           cx_bvn_cdf(high_x, low_y, rho) + cx_bvn_cdf(low_x, low_y, rho);
                x[5 * i + j] = i, y[5 * i + j] = j, w[5 * i + j] = p > 1e-12 ? p : 0;
            }
        rows.a = cx_array_of(x, CX_F64, 25), rows.b = cx_array_of(y, CX_F64, 25);
        cx_array weights = cx_array_of(w, CX_F64, 25);
        for (int32_t joint = 0; joint < 2; joint++) {
            cx_estimate e = latent(&rows.a, &rows.b, &weights, CX_CORRELATION_POLYCHORIC, joint);
            ck_assert_near(e.value, rho, 1e-7);
        }
    }
}
END_TEST

START_TEST(test_latent_polyserial_agrees_with_its_likelihood) {
    static double x[500], y[500];
    const double step = 1e-4;
    for (int i = 0; i < 500; i++) {
        double u = cx_normal_quantile((i + 0.5) / 500);
        double v = cx_normal_quantile((i * 211 % 500 + 0.5) / 500), z = 0.6 * u + 0.8 * v;
        x[i] = 20 + 3 * u;
        y[i] = (z > -1) + (z > 0) + (z > 0.7);
    }
    cx_array a = cx_array_of(x, CX_F64, 500), b = cx_array_of(y, CX_F64, 500);
    cx_estimate e = latent(&a, &b, NULL, CX_CORRELATION_POLYSERIAL, 0);
    cx_estimate joint = latent(&a, &b, NULL, CX_CORRELATION_POLYSERIAL, 1);
    ck_assert_near(e.value, 0.6, 0.03);
    ck_assert_near(joint.value, e.value, 0.01);
    /* the log-likelihood by hand: highest at the estimate, with that curvature */
    double below[4] = {0}, mean = 0, square = 0, loglik[3] = {0};
    for (int i = 0; i < 500; i++) {
        mean += x[i] / 500;
        for (int k = (int)y[i]; k < 4; k++) below[k] += 1.0 / 500;
    }
    for (int i = 0; i < 500; i++) square += (x[i] - mean) * (x[i] - mean) / 499;
    for (int s = 0; s < 3; s++) {
        double rho = e.value + (s - 1) * step, root = sqrt(1 - rho * rho);
        for (int i = 0; i < 500; i++) {
            double z = (x[i] - mean) / sqrt(square);
            int k = (int)y[i];
            double high =
                k == 3 ? 1 : cx_normal_cdf((cx_normal_quantile(below[k]) - rho * z) / root);
            double low =
                k == 0 ? 0 : cx_normal_cdf((cx_normal_quantile(below[k - 1]) - rho * z) / root);
            loglik[s] += log(high - low);
        }
    }
    double slope = (loglik[2] - loglik[0]) / (2 * step);
    double curve = (loglik[0] - 2 * loglik[1] + loglik[2]) / (step * step);
    ck_assert_near(slope, 0, 1e-3);
    ck_assert_close(e.se, 1 / sqrt(-curve), 1e-4);
}
END_TEST

START_TEST(test_latent_agreement_without_exception_is_one_and_flagged) {
    static const int counts[] = {5, 0, 0, 0, 7, 0, 0, 0, 6};
    static table_rows rows;
    rows_of(&rows, counts, 3, 3);
    cx_estimate e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 0);
    ck_assert_double_eq(e.value, 1);
    ck_assert_double_eq(e.ci_high, 1);
    ck_assert(e.ci_low > 0.5 && e.ci_low < 1);
    ck_assert(e.p_value < 1e-6 && e.p_value > 0);
    ck_assert((e.flags & CX_FLAG_CLIPPED) != 0);
    ck_assert(isnan(e.se));
}
END_TEST

START_TEST(test_latent_one_empty_cell_of_four_is_filled_and_reported) {
    static const int counts[] = {12, 0, 5, 9}, full[] = {12, 3, 5, 9},
                     larger[] = {12, 0, 5, 9, 4, 3};
    static table_rows rows;
    rows_of(&rows, counts, 2, 2);
    cx_estimate e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 0);
    ck_assert((e.flags & CX_FLAG_ADJUSTED) != 0);
    ck_assert(e.value > 0.7 && e.value < 1);
    ck_assert_int_eq(e.n, 26);
    rows_of(&rows, full, 2, 2);
    e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 0);
    ck_assert_int_eq((e.flags & CX_FLAG_ADJUSTED) != 0, 0);
    rows_of(&rows, larger, 3, 2);
    e = latent(&rows.a, &rows.b, NULL, CX_CORRELATION_POLYCHORIC, 0);
    ck_assert_int_eq((e.flags & CX_FLAG_ADJUSTED) != 0, 0);
}
END_TEST

START_TEST(test_latent_refuses_numbers_that_are_not_ordered_answers) {
    double x[60], y[60];
    for (int i = 0; i < 60; i++) x[i] = i, y[i] = i % 3;
    cx_array a = cx_array_of(x, CX_F64, 60), b = cx_array_of(y, CX_F64, 60);
    cx_correlate_options options;
    cx_estimate e;
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_POLYCHORIC;
    ck_assert_fails(cx_correlate(&a, &b, NULL, &options, &e, err), CX_E_LIMIT, "60 different");
    options.method = CX_CORRELATION_POLYSERIAL;
    ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
    ck_assert_fails(cx_correlate(&b, &a, NULL, &options, &e, err), CX_E_LIMIT, "column y");
    options.joint = 2;
    ck_assert_fails(cx_correlate(&a, &b, NULL, &options, &e, err), CX_E_OPTION, "joint");
}
END_TEST

Suite *suite_latent(void);
Suite *suite_latent(void) {
    Suite *suite = suite_create("latent");
    TCase *c = tcase_create("latent");
    tcase_add_test(c, test_latent_polychoric_is_the_maximum_of_the_likelihood);
    tcase_add_test(c, test_latent_polychoric_recovers_the_correlation_of_a_table);
    tcase_add_test(c, test_latent_polyserial_agrees_with_its_likelihood);
    tcase_add_test(c, test_latent_agreement_without_exception_is_one_and_flagged);
    tcase_add_test(c, test_latent_one_empty_cell_of_four_is_filled_and_reported);
    tcase_add_test(c, test_latent_refuses_numbers_that_are_not_ordered_answers);
    suite_add_tcase(suite, c);
    return suite;
}
