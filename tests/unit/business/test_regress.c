#include "columns.h"

#include <float.h>

/* -- help ---------------------------------------------------------------------------------- */

static cx_fit *fitted(const cx_frame *x, const cx_array *y, const cx_regress_options *options) {
    cx_fit *fit = NULL;
    ck_assert_ok(cx_regress(x, y, NULL, NULL, NULL, NULL, options, &fit, err));
    return fit;
}

static cx_estimate term(const cx_fit *fit, const char *name) {
    cx_estimate estimate;
    ck_assert_ok(cx_fit_estimate(fit, name, &estimate, err));
    return estimate;
}

static double digits(double actual, double expected) {
    double error = fabs(actual - expected);
    return error == 0 ? 15 : -log10(expected == 0 ? error : error / fabs(expected));
}

static const char *const XZ[] = {"x", "z"};
static const double X[] = {1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 4, 3, 6, 5, 8, 7};
static const double Y[] = {1.5, 2.5, 2, 4, 3.5, 6.5, 5, 9};

/* -- tests --------------------------------------------------------------------------------- */

START_TEST(test_regression_without_complete_rows_is_empty) {
    numbers f;
    double gone[] = {NAN, 1}, y[] = {1, NAN};
    cx_array outcome = cx_array_of(y, CX_F64, 2);
    cx_fit *fit = NULL;
    ck_assert_fails(cx_regress(numbers_set(&f, XZ, gone, 2, 1), &outcome, NULL, NULL, NULL, NULL,
                               NULL, &fit, err),
                    CX_E_EMPTY, "none of the 2 rows");
    ck_assert_ptr_null(fit);
}
END_TEST

START_TEST(test_regression_with_no_more_rows_than_coefficients_offers_a_ridge) {
    numbers f;
    cx_array outcome = cx_array_of(Y, CX_F64, 3);
    cx_fit *fit = NULL;
    double x[] = {1, 2, 4, 2, 1, 7};
    ck_assert_fails(
        cx_regress(numbers_set(&f, XZ, x, 3, 2), &outcome, NULL, NULL, NULL, NULL, NULL, &fit, err),
        CX_E_FEW, "ridge");
    ck_assert_ptr_null(fit);
}
END_TEST

START_TEST(test_regression_of_a_constant_outcome_is_refused) {
    numbers f;
    double y[] = {2, 2, 2, 2, 2, 2, 2, 2};
    cx_array outcome = cx_array_of(y, CX_F64, 8);
    outcome.name = "score";
    cx_fit *fit = NULL;
    cx_error error;
    ck_assert_int_eq(cx_regress(numbers_set(&f, XZ, X, 8, 2), &outcome, NULL, NULL, NULL, NULL,
                                NULL, &fit, &error),
                     CX_E_CONSTANT);
    ck_assert_str_eq(error.column, "score");
}
END_TEST

/* Certified values of NIST; see the vectors. */
START_TEST(test_regression_reproduces_certified_values) {
    static const struct {
        const char *set;
        double digits;
        int64_t rows, p;
        int power;
    } cases[] = {{"Longley", 13, 16, 6, 0}, {"Norris", 12, 36, 1, 0}, {"NoInt1", 14, 11, 1, 0}};
    vectors v = vectors_read("moments_nist"), d = vectors_read("moments_nist_data");
    static const char *const names[] = {"y", "x1", "x2", "x3", "x4", "x5", "x6"};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double x[6 * 64], y[64];
        int64_t n = 0, p = cases[c].p;
        for (int64_t r = 0; r < d.rows; r++) {
            if (strcmp(vectors_text(&d, r, "set"), cases[c].set) != 0) continue;
            y[n] = vectors_number(&d, r, "y");
            for (int64_t j = 0; j < p; j++)
                x[j * cases[c].rows + n] = vectors_number(&d, r, names[j + 1]);
            n++;
        }
        ck_assert_int_eq(n, cases[c].rows);
        numbers f;
        cx_regress_options options;
        cx_regress_options_init(&options);
        options.intercept = strcmp(cases[c].set, "NoInt1") != 0;
        cx_array outcome = cx_array_of(y, CX_F64, n);
        cx_fit *fit = fitted(numbers_set(&f, names + 1, x, n, p), &outcome, &options);
        int64_t found = 0;
        for (int64_t r = 0; r < v.rows; r++) {
            if (strcmp(vectors_text(&v, r, "set"), cases[c].set) != 0) continue;
            const char *parameter = vectors_text(&v, r, "parameter");
            double value = vectors_number(&v, r, "value"), se = vectors_number(&v, r, "se");
            if (strcmp(parameter, "r2") == 0)
                ck_assert_double_ge(digits(cx_fit_figure(fit, "r2"), value), 13);
            if (parameter[0] < '0' || parameter[0] > '9') continue;
            int64_t j = atoi(parameter);
            cx_estimate b = term(fit, j == 0 ? "const" : names[j]);
            ck_assert_double_ge(digits(b.value, value), cases[c].digits);
            ck_assert_double_ge(digits(b.se, se), cases[c].digits - 1);
            found++;
        }
        ck_assert_int_ge(found, p);
        cx_fit_free(fit);
    }
    vectors_free(&v);
    vectors_free(&d);
}
END_TEST

/* Columns x, x^2, ... of a set of NIST, rounded as they come */
static int64_t powers(const vectors *data, const char *set, int64_t p, double *x, double *y) {
    int64_t all = 0, n = 0;
    for (int64_t r = 0; r < data->rows; r++) all += strcmp(vectors_text(data, r, "set"), set) == 0;
    for (int64_t r = 0; r < data->rows; r++) {
        if (strcmp(vectors_text(data, r, "set"), set) != 0) continue;
        y[n] = vectors_number(data, r, "y");
        x[n] = vectors_number(data, r, "x1");
        for (int64_t j = 1; j < p; j++) x[j * all + n] = x[(j - 1) * all + n] * x[n];
        n++;
    }
    return n;
}

static const char *const POWERS[] = {"const", "x1", "x2", "x3", "x4", "x5",
                                     "x6",    "x7", "x8", "x9", "x10"};

/* Filip's tenth power follows from the others but for 4e-15 of its variance; what is lost of the
 * certified digits is lost in rounding the powers. */
START_TEST(test_regression_on_powers_reproduces_certified_values) {
    static const struct {
        const char *set, *data;
        int64_t p;
    } cases[] = {{"Wampler1", "Wampler1", 5},
                 {"Wampler3", "Wampler3", 5},
                 {"Filip", "Filip", 10},
                 {"Filip in doubles", "Filip", 10}};
    vectors v = vectors_read("moments_nist"), d = vectors_read("moments_nist_data");
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double x[10 * 82], y[82];
        int64_t n = powers(&d, cases[c].data, cases[c].p, x, y), found = 0;
        numbers f;
        cx_array outcome = cx_array_of(y, CX_F64, n);
        cx_fit *fit = fitted(numbers_set(&f, POWERS + 1, x, n, cases[c].p), &outcome, NULL);
        ck_assert_double_eq(cx_fit_figure(fit, "rank"), (double)cases[c].p + 1);
        for (int64_t r = 0; r < v.rows; r++) {
            if (strcmp(vectors_text(&v, r, "set"), cases[c].set) != 0) continue;
            const char *parameter = vectors_text(&v, r, "parameter");
            double value = vectors_number(&v, r, "value"), se = vectors_number(&v, r, "se");
            double least = vectors_number(&v, r, "digits");
            if (strcmp(parameter, "r2") == 0)
                ck_assert_double_ge(digits(cx_fit_figure(fit, "r2"), value), least);
            if (parameter[0] < '0' || parameter[0] > '9') continue;
            cx_estimate b = term(fit, POWERS[atoi(parameter)]);
            ck_assert_double_ge(digits(b.value, value), least);
            if (se > 0) ck_assert_double_ge(digits(b.se, se), least - 1);
            found++;
        }
        ck_assert_int_eq(found, cases[c].p + 1);
        cx_fit_free(fit);
    }
    vectors_free(&v);
    vectors_free(&d);
}
END_TEST

START_TEST(test_regression_drops_powers_under_a_tolerance_that_asks_for_it) {
    vectors d = vectors_read("moments_nist_data");
    double x[10 * 82], y[82];
    int64_t n = powers(&d, "Filip", 10, x, y), dropped = 0;
    numbers f;
    cx_regress_options options;
    cx_regress_options_init(&options);
    options.tolerance = 1e-9;
    cx_array outcome = cx_array_of(y, CX_F64, n);
    cx_fit *fit = fitted(numbers_set(&f, POWERS + 1, x, n, 10), &outcome, &options);
    cx_table *table;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    for (int64_t j = 1; j <= 10; j++) {
        if (table_word_is(table, "status", j, "ok")) continue;
        ck_assert(table_word_is(table, "status", j, "collinear"));
        ck_assert(isnan(table_number(table, "coefficient", j)));
        dropped++;
    }
    ck_assert_int_eq(dropped, 2); /* the seventh, then the ninth */
    ck_assert_double_eq(cx_fit_figure(fit, "rank"), (double)(11 - dropped));
    cx_table_free(table);
    cx_fit_free(fit);
    vectors_free(&d);
}
END_TEST

START_TEST(test_a_fit_reads_the_same_as_table_estimate_and_covariance) {
    numbers f;
    cx_array outcome = cx_array_of(Y, CX_F64, 8);
    cx_fit *fit = fitted(numbers_set(&f, XZ, X, 8, 2), &outcome, NULL);
    cx_table *table, *covariance;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    ck_assert_ok(cx_fit_covariance(fit, &covariance, err));
    ck_assert_int_eq(cx_fit_terms(fit), 3);
    ck_assert_str_eq(cx_fit_term(fit, 0), "const");
    ck_assert_str_eq(cx_fit_method(fit), "classical");
    ck_assert_str_eq(cx_fit_model(fit), "regress");
    for (int64_t i = 0; i < 3; i++) {
        cx_estimate b = term(fit, cx_fit_term(fit, i));
        ck_assert_double_eq(table_number(table, "coefficient", i), b.value);
        ck_assert_double_eq(table_number(table, "se", i), b.se);
        ck_assert_double_eq(table_number(table, "p_value", i), b.p_value);
        ck_assert_double_eq(table_number(table, "ci_low", i), b.ci_low);
        ck_assert_double_eq(table_number(table, "df", i), 5);
        ck_assert_double_eq(table_number(table, "statistic", i), b.value / b.se);
        ck_assert_close(table_number(covariance, cx_fit_term(fit, i), i), b.se * b.se, 1e-14);
        ck_assert(table_word_is(table, "status", i, "ok"));
        ck_assert_int_eq(b.n, 8);
        ck_assert_int_eq(b.method, CX_METHOD_T);
        ck_assert_close((b.ci_high + b.ci_low) / 2, b.value, 1e-13);
    }
    ck_assert_close(table_number(covariance, "x", 2), table_number(covariance, "z", 1), 1e-15);
    cx_table_free(table);
    cx_table_free(covariance);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_what_cannot_be_estimated_is_a_row_with_a_reason) {
    static const char *const names[] = {"a", "flat", "b", "both"};
    double x[32];
    for (int i = 0; i < 8; i++) {
        x[i] = X[i], x[8 + i] = 3, x[16 + i] = X[8 + i];
        x[24 + i] = 0.1 * X[i] + 0.7 * X[8 + i];
    }
    numbers f;
    cx_array outcome = cx_array_of(Y, CX_F64, 8);
    cx_fit *fit = fitted(numbers_set(&f, names, x, 8, 4), &outcome, NULL);
    cx_table *table;
    cx_estimate e;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    ck_assert(table_word_is(table, "status", 2, "constant"));
    ck_assert(table_word_is(table, "status", 4, "collinear"));
    ck_assert(table_word_is(table, "collinear_with", 4, "a, b"));
    ck_assert(isnan(table_number(table, "coefficient", 4)));
    ck_assert(isnan(table_number(table, "df", 4)));
    ck_assert_double_eq(cx_fit_figure(fit, "rank"), 3);
    ck_assert_fails(cx_fit_estimate(fit, "both", &e, err), CX_E_SINGULAR, "a, b");
    ck_assert_fails(cx_fit_estimate(fit, "flat", &e, err), CX_E_CONSTANT, "flat");
    ck_assert_fails(cx_fit_estimate(fit, "c", &e, err), CX_E_NAME, "no term c");
    cx_table_free(table);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_rows_with_missing_values_are_left_out_and_counted) {
    numbers f, g;
    double x[20], y[10], w[10];
    for (int i = 0; i < 10; i++) w[i] = 1;
    for (int i = 0; i < 8; i++) x[i + 1] = X[i], x[11 + i] = X[8 + i], y[i + 1] = Y[i];
    x[0] = NAN, x[10] = 1, y[0] = 2, x[9] = 1, x[19] = 3, y[9] = 100, w[9] = 0;
    cx_array all = cx_array_of(y, CX_F64, 10), outcome = cx_array_of(Y, CX_F64, 8);
    cx_array weights = cx_array_of(w, CX_F64, 10);
    cx_regress_options options;
    cx_regress_options_init(&options);
    options.weight_kind = CX_WEIGHT_PRECISION;
    cx_fit *one = fitted(numbers_set(&f, XZ, X, 8, 2), &outcome, NULL), *two = NULL;
    ck_assert_ok(cx_regress(numbers_set(&g, XZ, x, 10, 2), &all, &weights, NULL, NULL, NULL,
                            &options, &two, err));
    ck_assert_close(term(one, "x").value, term(two, "x").value, 1e-14);
    ck_assert_close(term(one, "z").se, term(two, "z").se, 1e-13);
    ck_assert_int_eq(cx_fit_excluded(two, CX_EXCLUDED_MISSING), 1);
    ck_assert_int_eq(cx_fit_excluded(two, CX_EXCLUDED_ZERO_WEIGHT), 1);
    cx_fit_free(one);
    cx_fit_free(two);
}
END_TEST

START_TEST(test_infinite_values_are_refused_with_their_row) {
    numbers f;
    double x[16];
    memcpy(x, X, sizeof x);
    x[11] = INFINITY;
    cx_array outcome = cx_array_of(Y, CX_F64, 8);
    cx_fit *fit = NULL;
    cx_error error;
    ck_assert_int_eq(cx_regress(numbers_set(&f, XZ, x, 8, 2), &outcome, NULL, NULL, NULL, NULL,
                                NULL, &fit, &error),
                     CX_E_DOMAIN);
    ck_assert_int_eq(error.row, 3);
    ck_assert_str_eq(error.column, "z");
}
END_TEST

START_TEST(test_frequencies_are_the_same_as_repeated_rows) {
    numbers f, g;
    double w[] = {1, 2, 1, 3, 1, 1, 2, 1}, x[24], y[12];
    int n = 0;
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < (int)w[i]; k++, n++) x[n] = X[i], x[12 + n] = X[8 + i], y[n] = Y[i];
    cx_array outcome = cx_array_of(Y, CX_F64, 8), all = cx_array_of(y, CX_F64, 12);
    cx_array weights = cx_array_of(w, CX_F64, 8);
    cx_regress_options options;
    cx_regress_options_init(&options);
    for (options.cov = CX_COV_CLASSICAL; options.cov < CX_COV_HC3 + 1; options.cov++) {
        cx_fit *two = NULL;
        options.weight_kind = CX_WEIGHT_FREQUENCY;
        ck_assert_ok(cx_regress(numbers_set(&f, XZ, X, 8, 2), &outcome, &weights, NULL, NULL, NULL,
                                &options, &two, err));
        cx_fit *one = fitted(numbers_set(&g, XZ, x, 12, 2), &all, &options);
        const char *const terms[] = {"const", "x", "z"};
        for (int t = 0; t < 3; t++) {
            ck_assert_close(term(one, terms[t]).value, term(two, terms[t]).value, 1e-13);
            ck_assert_close(term(one, terms[t]).se, term(two, terms[t]).se, 1e-13);
            ck_assert_double_eq(term(one, terms[t]).df, term(two, terms[t]).df);
        }
        cx_fit_free(one);
        cx_fit_free(two);
    }
}
END_TEST

START_TEST(test_influences_add_up_to_the_variance) {
    numbers f;
    cx_array outcome = cx_array_of(Y, CX_F64, 8);
    cx_regress_options options;
    cx_regress_options_init(&options);
    options.influence = 1;
    for (options.cov = CX_COV_HC0; options.cov <= CX_COV_HC3; options.cov++) {
        cx_fit *fit = fitted(numbers_set(&f, XZ, X, 8, 2), &outcome, &options);
        cx_table *table;
        ck_assert_ok(cx_fit_influence(fit, "z", &table, err));
        double sum = 0;
        for (int64_t i = 0; i < 8; i++) {
            sum += table_number(table, "influence", i) * table_number(table, "influence", i);
            ck_assert_double_eq(table_number(table, "id", i), (double)i);
        }
        ck_assert_close(sqrt(sum), term(fit, "z").se, 1e-13);
        cx_table_free(table);
        cx_fit_free(fit);
    }
    cx_table *table = NULL;
    cx_fit *fit = fitted(&f.frame, &outcome, NULL);
    ck_assert_fails(cx_fit_influence(fit, "z", &table, err), CX_E_OPTION, "influence");
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_survey_weights_need_errors_that_know_them) {
    numbers f;
    double w[] = {1, 2, 1, 3, 1, 1, 2, 1};
    cx_array outcome = cx_array_of(Y, CX_F64, 8), weights = cx_array_of(w, CX_F64, 8);
    cx_regress_options options;
    cx_regress_options_init(&options);
    cx_fit *fit = NULL;
    ck_assert_ok(cx_regress(numbers_set(&f, XZ, X, 8, 2), &outcome, &weights, NULL, NULL, NULL,
                            NULL, &fit, err));
    ck_assert_str_eq(cx_fit_method(fit), "hc1");
    ck_assert(cx_fit_flags(fit) & CX_FLAG_WEIGHTED);
    cx_fit_free(fit);
    fit = NULL;
    options.cov = CX_COV_CLASSICAL;
    ck_assert_fails(cx_regress(&f.frame, &outcome, &weights, NULL, NULL, NULL, &options, &fit, err),
                    CX_E_OPTION, "survey weights");
    ck_assert_ptr_null(fit);
}
END_TEST

START_TEST(test_an_exact_fit_has_no_error) {
    numbers f;
    double y[8];
    for (int i = 0; i < 8; i++) y[i] = 2 * X[i] - 3;
    cx_array outcome = cx_array_of(y, CX_F64, 8);
    cx_fit *fit = fitted(numbers_set(&f, XZ, X, 8, 1), &outcome, NULL);
    ck_assert_double_eq(term(fit, "x").value, 2);
    ck_assert_double_eq(term(fit, "const").value, -3);
    ck_assert_near(term(fit, "x").se, 0, 1e-13);
    ck_assert_close(cx_fit_figure(fit, "r2"), 1, 1e-15);
    cx_fit_free(fit);
}
END_TEST

/* -- reference numbers ------------------------------------------------------------------------ */

typedef struct sample {
    double x[2][128], y[128], w[128];
    int64_t g[128], t[128], n;
} sample;

static void sample_read(sample *s) {
    vectors v = vectors_read("regress_data");
    s->n = v.rows;
    for (int64_t r = 0; r < v.rows; r++) {
        s->x[0][r] = vectors_number(&v, r, "x"), s->x[1][r] = vectors_number(&v, r, "z");
        s->y[r] = vectors_number(&v, r, "y"), s->w[r] = vectors_number(&v, r, "w");
        s->g[r] = (int64_t)vectors_number(&v, r, "g"),
        s->t[r] = (int64_t)vectors_number(&v, r, "t");
    }
    vectors_free(&v);
}

static const struct {
    const char *name;
    int32_t cov;
    int clusters, fixed;
    bool weighted;
} sample_cases[] = {
    {"cr2", CX_COV_AUTO, 1, 0, false},
    {"cr1", CX_COV_CR1, 1, 0, false},
    {"hc0", CX_COV_HC0, 0, 0, false},
    {"hc1", CX_COV_HC1, 0, 0, false},
    {"hc2", CX_COV_HC2, 0, 0, false},
    {"hc3", CX_COV_HC3, 0, 0, false},
    {"weighted hc0", CX_COV_HC0, 0, 0, true},
    {"weighted hc1", CX_COV_AUTO, 0, 0, true},
    {"weighted hc2", CX_COV_HC2, 0, 0, true},
    {"weighted hc3", CX_COV_HC3, 0, 0, true},
    {"one fixed cr2", CX_COV_AUTO, 1, 1, false},
    {"two fixed cr2", CX_COV_AUTO, 1, 2, false},
    {"two ways", CX_COV_AUTO, 2, 0, false},
    {"wild", CX_COV_WILD, 1, 0, false},
    {"plug-in newey-west", CX_COV_NEWEY_WEST, 0, 0, false},
};

static cx_fit *sample_fit(const sample *s, int at) {
    cx_array x[2], keys[2] = {cx_array_of(s->g, CX_I64, s->n), cx_array_of(s->t, CX_I64, s->n)};
    cx_array y = cx_array_of(s->y, CX_F64, s->n), w = cx_array_of(s->w, CX_F64, s->n);
    for (int j = 0; j < 2; j++) x[j] = cx_array_of(s->x[j], CX_F64, s->n);
    x[0].name = "x", x[1].name = "z", keys[0].name = "g", keys[1].name = "t";
    cx_frame frame = {x, 2, {0, 0}}, clusters = {keys, sample_cases[at].clusters, {0, 0}};
    cx_frame fixed = {keys, sample_cases[at].fixed, {0, 0}};
    cx_regress_options options;
    cx_fit *fit = NULL;
    cx_regress_options_init(&options);
    options.cov = sample_cases[at].cov;
    options.lag_rule = CX_LAG_PLUG_IN;
    ck_assert_ok(cx_regress(&frame, &y, sample_cases[at].weighted ? &w : NULL,
                            clusters.count > 0 ? &clusters : NULL, fixed.count > 0 ? &fixed : NULL,
                            NULL, &options, &fit, err));
    return fit;
}

START_TEST(test_errors_agree_with_other_packages) {
    sample s;
    vectors v = vectors_read("regress");
    int64_t found = 0;
    sample_read(&s);
    cx_fit *fit = sample_fit(&s, _i);
    for (int64_t r = 0; r < v.rows; r++) {
        if (strcmp(vectors_text(&v, r, "case"), sample_cases[_i].name) != 0) continue;
        const char *figure = vectors_text(&v, r, "figure");
        double value = vectors_number(&v, r, "value"), got = cx_fit_figure(fit, figure);
        if (strcmp(figure, "lag") != 0) {
            cx_estimate b = term(fit, vectors_text(&v, r, "term"));
            got = strcmp(figure, "se") == 0 ? b.se : figure[0] == 'd' ? b.df : b.p_value;
        }
        ck_assert_close(got, value, vectors_number(&v, r, "tolerance"));
        found++;
    }
    ck_assert_int_gt(found, 0);
    cx_fit_free(fit);
    vectors_free(&v);
}
END_TEST

Suite *suite_regress(void);
Suite *suite_regress(void) {
    Suite *suite = suite_create("regress");
    TCase *c = tcase_create("regress");
    tcase_add_test(c, test_regression_without_complete_rows_is_empty);
    tcase_add_test(c, test_regression_with_no_more_rows_than_coefficients_offers_a_ridge);
    tcase_add_test(c, test_regression_of_a_constant_outcome_is_refused);
    tcase_add_test(c, test_regression_reproduces_certified_values);
    tcase_add_test(c, test_regression_on_powers_reproduces_certified_values);
    tcase_add_test(c, test_regression_drops_powers_under_a_tolerance_that_asks_for_it);
    tcase_add_test(c, test_a_fit_reads_the_same_as_table_estimate_and_covariance);
    tcase_add_test(c, test_what_cannot_be_estimated_is_a_row_with_a_reason);
    tcase_add_test(c, test_rows_with_missing_values_are_left_out_and_counted);
    tcase_add_test(c, test_infinite_values_are_refused_with_their_row);
    tcase_add_test(c, test_frequencies_are_the_same_as_repeated_rows);
    tcase_add_test(c, test_influences_add_up_to_the_variance);
    tcase_add_test(c, test_survey_weights_need_errors_that_know_them);
    tcase_add_test(c, test_an_exact_fit_has_no_error);
    tcase_add_loop_test(c, test_errors_agree_with_other_packages, 0,
                        sizeof sample_cases / sizeof *sample_cases);
    suite_add_tcase(suite, c);
    return suite;
}
