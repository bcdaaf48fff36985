#include "columns.h"

enum { MANY = 120 };

static const char *const NAMES[] = {"y", "a", "b", "c"};
static double rows[4 * MANY], weights_of[MANY], units[MANY];

/* Scores with a common part; c has nothing to do with y. */
static void fill(void) {
    uint64_t state = 7;
    double u[4];
    for (int r = 0; r < MANY; r++) {
        for (int i = 0; i < 4; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            u[i] = (double)(state >> 11) * 0x1p-53;
        }
        rows[MANY + r] = u[0] + u[1];
        rows[2 * MANY + r] = u[0] + u[2];
        rows[3 * MANY + r] = u[3];
        rows[r] = 2 * u[0] + u[1] + 0.8 * u[2] * u[3] + (r % 5) * 0.2;
        weights_of[r] = 1 + r % 3;
        units[r] = r / 4;
    }
}

static cx_driver_options with_errors(int32_t errors) {
    cx_driver_options options;
    cx_driver_options_init(&options);
    options.errors = errors;
    return options;
}

static cx_table *table_of(const cx_array *weights, const cx_design *design,
                          const cx_driver_options *options, int64_t count) {
    numbers f;
    cx_driver_fit *fit;
    cx_table *t = NULL;
    ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, rows, count, 4), NULL, "y", weights,
                                    design, options, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    cx_driver_fit_free(fit);
    return t;
}

/* By columns of MANY rows. */
static cx_driver_fit *fit_of(const char *drivers, const cx_driver_options *options) {
    numbers f;
    words names;
    cx_driver_fit *fit = NULL;
    ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, rows, MANY, 4),
                                    drivers == NULL ? NULL : words_set(&names, drivers), "y", NULL,
                                    NULL, options, &fit, err));
    return fit;
}

START_TEST(test_rows_without_any_are_an_error) {
    numbers f;
    cx_driver_fit *fit = NULL;
    fill();
    ck_assert_fails(cx_driver_fit_rows(numbers_set(&f, NAMES, rows, 0, 4), NULL, "y", NULL, NULL,
                                       NULL, &fit, err),
                    CX_E_EMPTY, "no complete row");
    ck_assert_fails(cx_driver_fit_rows(numbers_set(&f, NAMES, rows, MANY, 4), NULL, "q", NULL, NULL,
                                       NULL, &fit, err),
                    CX_E_NAME, "q");
    ck_assert_ptr_null(fit);
}
END_TEST

START_TEST(test_rows_give_the_importances_of_their_moments) {
    numbers f;
    cx_table *a, *b;
    fill();
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, NAMES, rows, MANY, 4), &weights, err));
    ck_assert_ok(cx_drivers(m, NULL, "y", NULL, &a, err));
    b = table_of(&weights, NULL, NULL, MANY);
    for (int64_t j = 0; j < 3; j++)
        ck_assert_double_eq(table_number(a, "importance", j), table_number(b, "importance", j));
    ck_assert_int_eq(cx_table_find(b, "se"), -1);
    cx_table_free(a);
    cx_table_free(b);
    cx_moments_free(m);
}
END_TEST

/* One driver: r^2, whose influence is 2 r (z_x z_y - r (z_x^2 + z_y^2) / 2). */
START_TEST(test_the_error_of_one_driver_is_that_of_a_squared_correlation) {
    numbers f;
    cx_table *t;
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    cx_driver_fit *fit = fit_of("a", &options);
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    cx_moments *m = moments_of("y a");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, NAMES, rows, MANY, 2), NULL, err));
    double r = cx_moments_correlation(m, 0, 1), sum = 0, n = MANY;
    for (int64_t i = 0; i < MANY; i++) {
        double x = (rows[MANY + i] - cx_moments_mean(m, 1)) /
                   sqrt(cx_moments_variance(m, 1) * (n - 1) / n);
        double y =
            (rows[i] - cx_moments_mean(m, 0)) / sqrt(cx_moments_variance(m, 0) * (n - 1) / n);
        double influence = 2 * r * (x * y - r * (x * x + y * y) / 2);
        sum += influence * influence;
    }
    double se = sqrt(sum / n / (n - 2)), z = atanh(fabs(r));
    double reach = cx_t_quantile(0.975, n - 2) * se / (2 * fabs(r) * (1 - r * r));
    ck_assert_close(table_number(t, "se", 0), se, 1e-11);
    ck_assert_close(table_figure(t, "r2_se"), se, 1e-11);
    ck_assert_close(table_number(t, "ci_high", 0), pow(tanh(z + reach), 2), 1e-10);
    ck_assert_close(table_number(t, "ci_low", 0), pow(tanh(z - reach), 2), 1e-10);
    ck_assert_double_eq(table_figure(t, "df"), n - 2);
    cx_table_free(t);
    cx_driver_fit_free(fit);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_errors_do_not_notice_the_scale_of_weights) {
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_table *a = table_of(&weights, NULL, &options, MANY);
    for (int r = 0; r < MANY; r++) weights_of[r] *= 7;
    cx_table *b = table_of(&weights, NULL, &options, MANY);
    for (int64_t j = 0; j < 3; j++)
        ck_assert_close(table_number(a, "se", j), table_number(b, "se", j), 1e-10);
    ck_assert(table_figure(a, "n_eff") < MANY);
    cx_table_free(a);
    cx_table_free(b);
}
END_TEST

static cx_design *design_of(bool clustered, const cx_design_options *options) {
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_array cluster;
    cx_frame clusters = {.columns = &cluster, .count = 1};
    static int64_t keys[MANY];
    for (int r = 0; r < MANY; r++) keys[r] = (int64_t)units[r];
    cluster = cx_array_of(keys, CX_I64, MANY);
    cluster.name = "cluster";
    cx_design *design = NULL;
    ck_assert_ok(cx_design_new(&weights, NULL, clustered ? &clusters : NULL, NULL, NULL, options,
                               &design, err));
    return design;
}

START_TEST(test_a_design_of_single_rows_has_their_errors) {
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_design *single = design_of(false, NULL), *clustered = design_of(true, NULL);
    cx_table *a = table_of(&weights, NULL, &options, MANY);
    cx_table *b = table_of(NULL, single, &options, MANY);
    cx_table *c = table_of(NULL, clustered, &options, MANY);
    for (int64_t j = 0; j < 3; j++) {
        ck_assert_close(table_number(a, "importance", j), table_number(c, "importance", j), 1e-14);
        ck_assert_close(table_number(a, "se", j), table_number(b, "se", j), 1e-9);
        ck_assert(fabs(table_number(a, "se", j) - table_number(c, "se", j)) > 1e-6);
    }
    ck_assert_double_eq(table_figure(b, "df"), MANY - 1);
    ck_assert_double_eq(table_figure(c, "df"), MANY / 4 - 1);
    cx_table_free(a);
    cx_table_free(b);
    cx_table_free(c);
    cx_design_free(single);
    cx_design_free(clustered);
}
END_TEST

START_TEST(test_the_bootstrap_and_the_jackknife_agree_with_the_influences) {
    cx_design_options jackknife;
    cx_design_options_init(&jackknife);
    jackknife.replicates = CX_REPLICATES_JK1;
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    cx_design *single = design_of(false, &jackknife);
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_table *a = table_of(&weights, NULL, &options, MANY);
    options.errors = CX_DRIVER_ERRORS_BOOTSTRAP;
    options.draws = 500;
    cx_table *b = table_of(&weights, NULL, &options, MANY);
    cx_table *again = table_of(&weights, NULL, &options, MANY);
    cx_table *c = table_of(NULL, single, &options, MANY);
    for (int64_t j = 0; j < 2; j++) {
        ck_assert_close(table_number(b, "se", j), table_number(a, "se", j), 0.15);
        ck_assert_close(table_number(c, "se", j), table_number(a, "se", j), 0.08);
        ck_assert_double_eq(table_number(b, "se", j), table_number(again, "se", j));
    }
    cx_table_free(a);
    cx_table_free(b);
    cx_table_free(c);
    cx_table_free(again);
    cx_design_free(single);
}
END_TEST

START_TEST(test_rows_with_a_missing_value_are_left_out_and_counted) {
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    rows[2 * MANY + 5] = NAN;
    cx_table *t = table_of(NULL, NULL, &options, MANY);
    ck_assert_double_eq(table_figure(t, "n"), MANY - 1);
    ck_assert_double_eq(table_figure(t, "missing"), 1);
    ck_assert(table_number(t, "se", 0) > 0);
    cx_table_free(t);
}
END_TEST

START_TEST(test_as_many_columns_as_rows_leave_no_error) {
    fill();
    double few[] = {1, 2, 4, 3, 2, 1, 3, 4, 1, 3, 2, 2};
    numbers f;
    cx_table *t;
    cx_driver_fit *fit;
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, few, 3, 3), NULL, "y", NULL, NULL,
                                    &options, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    ck_assert(isnan(table_number(t, "se", 0)) && isnan(table_number(t, "ci_low", 0)));
    cx_table_free(t);
    ck_assert_fails(cx_driver_fit_ranks(fit, &t, err), CX_E_FEW, "no error");
    cx_driver_fit_free(fit);
}
END_TEST

START_TEST(test_ranks_hold_the_rank_and_say_how_sure_it_is) {
    cx_table *t;
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    cx_driver_fit *fit = fit_of(NULL, &options);
    ck_assert_ok(cx_driver_fit_ranks(fit, &t, err));
    for (int64_t j = 0; j < 3; j++) {
        ck_assert(table_number(t, "rank_low", j) <= table_number(t, "rank", j));
        ck_assert(table_number(t, "rank_high", j) >= table_number(t, "rank", j));
        ck_assert(table_number(t, "top_1", j) <= table_number(t, "top_2", j));
        ck_assert_double_eq(table_number(t, "top_3", j), 1);
    }
    ck_assert_near(table_sum(t, "top_1"), 1, 1e-12);
    ck_assert_near(table_sum(t, "top_2"), 2, 1e-12);
    ck_assert_double_eq(table_number(t, "rank", 2), 3);
    ck_assert_double_eq(table_number(t, "rank_low", 2), 3); /* c has nothing to do with y */
    cx_table_free(t);
    cx_driver_fit_free(fit);
    fit = fit_of(NULL, NULL);
    ck_assert_fails(cx_driver_fit_ranks(fit, &t, err), CX_E_OPTION, "without errors");
    cx_driver_fit_free(fit);
}
END_TEST

/* The largest of one squared random correlation: chi-square with one degree of freedom over n. */
START_TEST(test_noise_entering_first_is_a_squared_random_correlation) {
    cx_table *t;
    fill();
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_NONE);
    options.method = CX_IMPORTANCE_FIRST;
    cx_driver_fit *fit = fit_of(NULL, &options);
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    ck_assert_close(table_figure(t, "noise"), cx_chisq_quantile(0.95, 1) / (MANY - 1), 1e-12);
    ck_assert_close(table_figure(t, "noise_mean"), 1.0 / (MANY - 1), 1e-12);
    ck_assert_double_eq(table_number(t, "above_noise", 0), 1);
    ck_assert_double_eq(table_number(t, "above_noise", 2), 0);
    cx_table_free(t);
    cx_driver_fit_free(fit);
}
END_TEST

START_TEST(test_moments_have_errors_only_as_if_normal) {
    numbers f;
    cx_table *t;
    fill();
    cx_moments *m = moments_of("y a b c");
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, NAMES, rows, MANY, 4), NULL, err));
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    ck_assert_fails(cx_drivers(m, NULL, "y", &options, &t, err), CX_E_OPTION, "need rows");
    options.errors = CX_DRIVER_ERRORS_NORMAL;
    words names;
    ck_assert_ok(cx_drivers(m, words_set(&names, "a"), "y", &options, &t, err));
    double r2 = table_number(t, "importance", 0);
    /* the variance of r is (1 - r^2)^2 / n, that of r^2 4 r^2 times as much */
    ck_assert_close(table_number(t, "se", 0), 2 * sqrt(r2) * (1 - r2) / sqrt(MANY - 2), 1e-12);
    cx_table_free(t);
    cx_moments_free(m);
}
END_TEST

START_TEST(test_rows_refuse_what_does_not_belong_together) {
    numbers f;
    cx_driver_fit *fit = NULL;
    fill();
    cx_array weights = cx_array_of(weights_of, CX_F64, MANY);
    cx_design *design = design_of(false, NULL);
    const cx_frame *x = numbers_set(&f, NAMES, rows, MANY, 4);
    ck_assert_fails(cx_driver_fit_rows(x, NULL, "y", &weights, design, NULL, &fit, err),
                    CX_E_OPTION, "both given");
    x = numbers_set(&f, NAMES, rows, MANY - 1, 4);
    ck_assert_fails(cx_driver_fit_rows(x, NULL, "y", NULL, design, NULL, &fit, err), CX_E_LENGTH,
                    "design");
    rows[3] = (double)INFINITY;
    x = numbers_set(&f, NAMES, rows, MANY, 4);
    ck_assert_fails(cx_driver_fit_rows(x, NULL, "y", NULL, NULL, NULL, &fit, err), CX_E_DOMAIN,
                    "infinite");
    ck_assert_ptr_null(fit);
    cx_design_free(design);
}
END_TEST

static cx_status run_rows(const cx_allocator *allocator, cx_error *err) {
    numbers f;
    words names, groups, adjust;
    cx_driver_fit *fit;
    cx_table *t;
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_INFLUENCE);
    options.allocator = allocator;
    options.draws = 100;
    options.adjust = words_set(&adjust, "c");
    options.groups = words_set(&groups, "p q");
    cx_status status =
        cx_driver_fit_rows(numbers_set(&f, NAMES, rows, 20, 4), words_set(&names, "a b"), "y", NULL,
                           NULL, &options, &fit, err);
    if (status != CX_OK) return status;
    cx_status (*const readers[])(const cx_driver_fit *, cx_table **, cx_error *) = {
        cx_driver_fit_table, cx_driver_fit_groups, cx_driver_fit_ranks, cx_driver_fit_dominance};
    for (int i = 0; i < 4 && status == CX_OK; i++) {
        status = readers[i](fit, &t, err);
        if (status == CX_OK) cx_table_free(t);
    }
    cx_driver_fit_free(fit);
    return status;
}

static cx_status run_bootstrap(const cx_allocator *allocator, cx_error *err) {
    numbers f;
    cx_driver_fit *fit;
    cx_driver_options options = with_errors(CX_DRIVER_ERRORS_BOOTSTRAP);
    options.allocator = allocator;
    options.draws = 100;
    options.orders = 2;
    cx_status status = cx_driver_fit_rows(numbers_set(&f, NAMES, rows, 20, 4), NULL, "y", NULL,
                                          NULL, &options, &fit, err);
    if (status == CX_OK) cx_driver_fit_free(fit);
    return status;
}

START_TEST(test_analyses_survive_every_failing_allocation) {
    fill();
    fault_everywhere(run_rows, 20);
    fault_everywhere(run_bootstrap, 20);
}
END_TEST

Suite *suite_driver_rows(void);
Suite *suite_driver_rows(void) {
    Suite *suite = suite_create("driver_rows");
    TCase *c = tcase_create("driver_rows");
    tcase_add_test(c, test_rows_without_any_are_an_error);
    tcase_add_test(c, test_rows_give_the_importances_of_their_moments);
    tcase_add_test(c, test_the_error_of_one_driver_is_that_of_a_squared_correlation);
    tcase_add_test(c, test_errors_do_not_notice_the_scale_of_weights);
    tcase_add_test(c, test_a_design_of_single_rows_has_their_errors);
    tcase_add_test(c, test_the_bootstrap_and_the_jackknife_agree_with_the_influences);
    tcase_add_test(c, test_rows_with_a_missing_value_are_left_out_and_counted);
    tcase_add_test(c, test_as_many_columns_as_rows_leave_no_error);
    tcase_add_test(c, test_ranks_hold_the_rank_and_say_how_sure_it_is);
    tcase_add_test(c, test_noise_entering_first_is_a_squared_random_correlation);
    tcase_add_test(c, test_moments_have_errors_only_as_if_normal);
    tcase_add_test(c, test_rows_refuse_what_does_not_belong_together);
    tcase_add_test(c, test_analyses_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
