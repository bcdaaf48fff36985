#include "columns.h"

enum { SMALL = 24 };

static const double SMALL_X[] = {2, 9, 7, 10, 4, 5, 8, 9, 1, 6, 3, 10, 7, 5, 8, 2,
                                 9, 6, 4, 10, 3, 7, 8, 5, 0, 1, 0, 1,  0, 1, 1, 0,
                                 0, 1, 0, 1,  1, 0, 0, 1, 0, 1, 0, 1,  1, 0, 1, 0};
static const double SMALL_Y[] = {1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0,
                                 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0};
static const char *const SMALL_NAMES[] = {"score", "new", "third"};

/* -- helpers ------------------------------------------------------------------------------- */

typedef struct model {
    numbers x;
    cx_array y, clusters;
    cx_frame by;
    cx_model_options options;
} model;

static model small(void) {
    static int32_t team[SMALL];
    model m;
    for (int i = 0; i < SMALL; i++) team[i] = i / 3;
    numbers_set(&m.x, SMALL_NAMES, SMALL_X, SMALL, 2);
    m.y = cx_array_of(SMALL_Y, CX_F64, SMALL);
    m.clusters = cx_array_of(team, CX_I32, SMALL);
    m.clusters.name = "team";
    cx_model_options_init(&m.options);
    return m;
}

static const cx_frame *frame_of(model *m) {
    m->x.frame.columns = m->x.columns;
    m->by = (cx_frame){&m->clusters, 1, {0, 0}};
    return &m->x.frame;
}

static cx_fit *logit(model *m) {
    cx_fit *fit;
    ck_assert_ok(cx_logit(frame_of(m), &m->y, NULL, NULL, NULL, &m->options, &fit, err));
    return fit;
}

static double model_cell(const cx_fit *fit, const char *name, const char *term) {
    cx_table *table;
    double found = NAN;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    for (int64_t i = 0; i < cx_fit_terms(fit); i++)
        if (strcmp(cx_fit_term(fit, i), term) == 0) found = table_number(table, name, i);
    cx_table_free(table);
    return found;
}

static bool model_is(const cx_fit *fit, const char *term, const char *status) {
    cx_table *table;
    bool found = false;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    for (int64_t i = 0; i < cx_fit_terms(fit); i++)
        if (strcmp(cx_fit_term(fit, i), term) == 0)
            found = table_word_is(table, "status", i, status);
    cx_table_free(table);
    return found;
}

static double coefficient(const cx_fit *fit, const char *term) {
    return model_cell(fit, "coefficient", term);
}

/* "se x", "low x", "p x", a figure, or a coefficient. */
static double quantity(const cx_fit *fit, const char *text) {
    if (strncmp(text, "se ", 3) == 0) return model_cell(fit, "se", text + 3);
    if (strncmp(text, "low ", 4) == 0) return model_cell(fit, "ci_low", text + 4);
    if (strncmp(text, "high ", 5) == 0) return model_cell(fit, "ci_high", text + 5);
    if (strncmp(text, "p ", 2) == 0) return model_cell(fit, "p_value", text + 2);
    double figure = cx_fit_figure(fit, text);
    return isnan(figure) ? coefficient(fit, text) : figure;
}

static void matches(const cx_fit *fit, const char *set) {
    vectors v = vectors_read("models");
    int found = 0;
    for (int64_t row = 0; row < v.rows; row++) {
        if (strcmp(vectors_text(&v, row, "set"), set) != 0) continue;
        found++;
        ck_assert_close(quantity(fit, vectors_text(&v, row, "quantity")),
                        vectors_number(&v, row, "value"), vectors_number(&v, row, "tolerance"));
    }
    ck_assert_int_gt(found, 0);
    vectors_free(&v);
}

/* -- reference numbers --------------------------------------------------------------------- */

START_TEST(test_logit_matches_an_independent_fit) {
    model m = small();
    cx_fit *fit = logit(&m);
    matches(fit, "small logit");
    cx_fit_free(fit);
    ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, &m.by, NULL, &m.options, &fit, err));
    matches(fit, "small logit clusters");
    ck_assert_str_eq(cx_fit_method(fit), "cr1");
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_hazard_matches_an_independent_fit) {
    model m = small();
    cx_fit *fit;
    ck_assert_ok(cx_hazard(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &m.options, &fit, err));
    matches(fit, "small hazard");
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_firth_matches_the_penalised_likelihood_and_its_profile) {
    model m = small();
    m.options.firth = 1;
    cx_fit *fit = logit(&m);
    matches(fit, "small firth");
    cx_fit_free(fit);
}
END_TEST

/* A column of a file as numbers; words by their place in `words`. */
static void file_column(const vectors *v, const char *name, const char *const *known, double *out) {
    for (int64_t row = 0; row < v->rows; row++) {
        out[row] = known == NULL ? vectors_number(v, row, name) : -1;
        for (int k = 0; known != NULL && known[k] != NULL; k++)
            if (strcmp(vectors_text(v, row, name), known[k]) == 0) out[row] = k;
    }
}

START_TEST(test_poisson_of_the_sicilian_smoking_ban_matches) {
    static const char *const names[] = {"smokban", "time", "s1", "c1", "s2", "c2"};
    char path[512];
    double x[6 * 64], aces[64], people[64];
    numbers f;
    cx_fit *fit;
    cx_model_options options;
    const char *found = shared_path("data/sicily/sicily.csv", path, sizeof path);
    if (found == NULL) return;
    vectors v = vectors_read_path(found);
    int64_t n = v.rows;
    ck_assert_int_eq(n, 59);
    file_column(&v, "smokban", NULL, x);
    file_column(&v, "time", NULL, x + n);
    file_column(&v, "aces", NULL, aces);
    file_column(&v, "stdpop", NULL, people);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            double angle = 2 * 3.14159265358979323846 * (k + 1) * x[n + i] / 12;
            x[(2 + 2 * k) * n + i] = sin(angle), x[(3 + 2 * k) * n + i] = cos(angle);
        }
    cx_array y = cx_array_of(aces, CX_F64, n), exposure = cx_array_of(people, CX_F64, n);
    cx_model_options_init(&options);
    ck_assert_ok(cx_poisson(numbers_set(&f, names, x, n, 2), &y, NULL, NULL, &exposure, NULL,
                            &options, &fit, err));
    matches(fit, "sicily");
    cx_fit_free(fit);
    options.quasi = 1;
    ck_assert_ok(cx_poisson(numbers_set(&f, names, x, n, 6), &y, NULL, NULL, &exposure, NULL,
                            &options, &fit, err));
    matches(fit, "sicily seasonal");
    cx_fit_free(fit);
    vectors_free(&v);
}
END_TEST

START_TEST(test_ordinal_of_the_graduate_school_answers_matches) {
    static const char *const names[] = {"pared", "public", "gpa"};
    static const char *const answers[] = {"unlikely", "somewhat likely", "very likely", NULL};
    static double x[3 * 400], apply[400];
    char path[512];
    numbers f;
    cx_fit *fit;
    cx_model_options options;
    const char *found = shared_path("data/ologit/ologit_ucla.csv", path, sizeof path);
    if (found == NULL) return;
    vectors v = vectors_read_path(found);
    ck_assert_int_eq(v.rows, 400);
    for (int j = 0; j < 3; j++) file_column(&v, names[j], NULL, x + 400 * j);
    file_column(&v, "apply", answers, apply);
    cx_array y = cx_array_of(apply, CX_F64, 400);
    cx_model_options_init(&options);
    for (options.probit = 0; options.probit < 2; options.probit++) {
        ck_assert_ok(cx_ordinal(numbers_set(&f, names, x, 400, 3), &y, NULL, NULL, NULL, &options,
                                &fit, err));
        matches(fit, options.probit ? "ucla probit" : "ucla");
        cx_fit_free(fit);
    }
    vectors_free(&v);
}
END_TEST

/* -- closed forms -------------------------------------------------------------------------- */

/* A group of n customers, of whom `events` left, for each value of a column. */
static int64_t groups(const int *n, const int *events, int count, double *x, double *y) {
    int64_t rows = 0;
    for (int g = 0; g < count; g++)
        for (int i = 0; i < n[g]; i++, rows++) x[rows] = g, y[rows] = i < events[g] ? 1 : 0;
    return rows;
}

START_TEST(test_logit_of_one_group_column_is_the_odds_ratio) {
    const int n[] = {30, 50}, events[] = {9, 40};
    double x[80], y[80];
    model m = small();
    int64_t rows = groups(n, events, 2, x, y);
    numbers_set(&m.x, SMALL_NAMES, x, rows, 1);
    m.y = cx_array_of(y, CX_F64, rows);
    cx_fit *fit = logit(&m);
    ck_assert_close(coefficient(fit, "score"), log(40 / 10.0) - log(9 / 21.0), 1e-12);
    ck_assert_close(quantity(fit, "se score"), sqrt(1 / 9.0 + 1 / 21.0 + 1 / 40.0 + 0.1), 1e-12);
    cx_fit_free(fit);
    m.options.firth = 1;
    fit = logit(&m);
    ck_assert_close(coefficient(fit, "score"), log(40.5 / 10.5) - log(9.5 / 21.5), 1e-8);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_poisson_of_groups_is_their_rates) {
    const double x[] = {0, 0, 1, 1}, y[] = {2, 5, 12, 0}, days[] = {10, 20, 30, 10};
    numbers f;
    cx_fit *fit;
    cx_array counts = cx_array_of(y, CX_F64, 4), exposure = cx_array_of(days, CX_F64, 4);
    ck_assert_ok(cx_poisson(numbers_set(&f, SMALL_NAMES, x, 4, 1), &counts, NULL, NULL, &exposure,
                            NULL, NULL, &fit, err));
    ck_assert_close(coefficient(fit, "score"), log(12 / 40.0) - log(7 / 30.0), 1e-11);
    ck_assert_close(quantity(fit, "se score"), sqrt(1 / 7.0 + 1 / 12.0), 1e-11);
    ck_assert_close(cx_fit_figure(fit, "rate"), 19 / 70.0, 1e-14);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_ordinal_with_two_classes_is_the_logit) {
    model m = small();
    cx_fit *two, *fit = logit(&m);
    ck_assert_ok(cx_ordinal(frame_of(&m), &m.y, NULL, NULL, NULL, &m.options, &two, err));
    ck_assert_close(coefficient(two, "cut 1"), -coefficient(fit, "const"), 1e-10);
    ck_assert_close(coefficient(two, "score"), coefficient(fit, "score"), 1e-10);
    ck_assert_close(quantity(two, "se new"), quantity(fit, "se new"), 1e-10);
    ck_assert_close(cx_fit_figure(two, "loglik"), cx_fit_figure(fit, "loglik"), 1e-12);
    cx_fit_free(two);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_frequencies_are_repeated_rows) {
    double x[2 * 48], y[48], times[SMALL];
    numbers f;
    cx_fit *once, *repeated;
    model m = small();
    int64_t rows = 0;
    for (int i = 0; i < SMALL; i++) times[i] = 1 + i % 3;
    for (int i = 0; i < SMALL; i++)
        for (int k = 0; k < 1 + i % 3; k++, rows++) y[rows] = SMALL_Y[i];
    ck_assert_int_eq(rows, 48);
    for (int i = 0, to = 0; i < SMALL; i++)
        for (int k = 0; k < 1 + i % 3; k++, to++)
            x[to] = SMALL_X[i], x[48 + to] = SMALL_X[SMALL + i];
    cx_array weights = cx_array_of(times, CX_F64, SMALL), all = cx_array_of(y, CX_F64, 48);
    m.options.weight_kind = CX_WEIGHT_FREQUENCY;
    for (m.options.cov = CX_COV_CLASSICAL; m.options.cov <= CX_COV_HC1; m.options.cov++) {
        ck_assert_ok(cx_logit(frame_of(&m), &m.y, &weights, NULL, NULL, &m.options, &once, err));
        ck_assert_ok(cx_logit(numbers_set(&f, SMALL_NAMES, x, 48, 2), &all, NULL, NULL, NULL,
                              &m.options, &repeated, err));
        static const char *const same[] = {"const",  "new",    "se score",
                                           "se new", "loglik", "dispersion"};
        for (int k = 0; k < 6; k++)
            ck_assert_close(quantity(once, same[k]), quantity(repeated, same[k]), 1e-10);
        cx_fit_free(once);
        cx_fit_free(repeated);
    }
}
END_TEST

START_TEST(test_scaled_and_shifted_columns_give_the_same_model) {
    double x[2 * SMALL];
    model m = small();
    cx_fit *plain = logit(&m), *moved;
    for (int i = 0; i < SMALL; i++) {
        x[i] = 1e6 + 1e-3 * SMALL_X[i];
        x[SMALL + i] = -250 * SMALL_X[SMALL + i];
    }
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 2);
    moved = logit(&m);
    ck_assert_close(coefficient(moved, "score"), 1e3 * coefficient(plain, "score"), 1e-6);
    ck_assert_close(coefficient(moved, "new"), coefficient(plain, "new") / -250, 1e-6);
    ck_assert_close(quantity(moved, "se new"), quantity(plain, "se new") / 250, 1e-6);
    ck_assert_close(cx_fit_figure(moved, "loglik"), cx_fit_figure(plain, "loglik"), 1e-7);
    cx_fit_free(plain);
    cx_fit_free(moved);
}
END_TEST

/* -- separation ---------------------------------------------------------------------------- */

/* The defect: satisfaction 1 and 2 all left, 4 and 5 nobody; elsewhere -20.3, "converged". */
START_TEST(test_groups_that_all_leave_are_separated_and_not_minus_twenty) {
    const int n[] = {92, 52, 266, 179, 115}, events[] = {92, 52, 43, 0, 0};
    static double x[704], y[704], dummies[4 * 704];
    static const char *const names[] = {"sat 1", "sat 2", "sat 4", "sat 5"};
    numbers f;
    cx_fit *fit;
    cx_table *table;
    cx_estimate e;
    int64_t rows = groups(n, events, 5, x, y);
    ck_assert_int_eq(rows, 704);
    for (int64_t i = 0; i < rows; i++)
        for (int k = 0; k < 4; k++) dummies[k * 704 + i] = x[i] == (k < 2 ? k : k + 1) ? 1 : 0;
    cx_array outcome = cx_array_of(y, CX_F64, rows);
    const cx_frame *frame = numbers_set(&f, names, dummies, rows, 4);
    ck_assert_ok(cx_logit(frame, &outcome, NULL, NULL, NULL, NULL, &fit, err));
    for (int k = 0; k < 4; k++) ck_assert(model_is(fit, names[k], "separated"));
    ck_assert_close(coefficient(fit, "const"), log(43 / 223.0), 1e-10);
    ck_assert_double_eq(cx_fit_figure(fit, "separated"), 4);
    ck_assert_double_eq(cx_fit_figure(fit, "separated_rows"), 704 - 266);
    ck_assert((cx_fit_flags(fit) & CX_FLAG_UNIDENTIFIED) != 0);
    ck_assert_fails(cx_fit_estimate(fit, "sat 1", &e, err), CX_E_UNIDENTIFIED, "sat 1");
    cx_fit_free(fit);
    ck_assert_ok(
        cx_separation(numbers_set(&f, SMALL_NAMES, x, rows, 1), &outcome, 0.95, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 5);
    cx_array high = {0};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "ci_high"), &high, err));
    ck_assert_close(((const double *)high.data)[3], 1 - pow(0.025, 1 / 179.0), 1e-10);
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_threshold_that_splits_the_outcomes_is_separated) {
    double x[20], y[20];
    model m = small();
    for (int i = 0; i < 20; i++) x[i] = i, y[i] = i >= 10 ? 1 : 0;
    numbers_set(&m.x, SMALL_NAMES, x, 20, 1);
    m.y = cx_array_of(y, CX_F64, 20);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "const", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "loglik"), 0);
    cx_fit_free(fit);
    x[9] = 10; /* quasi-complete: one value on both sides */
    fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated"));
    ck_assert_close(cx_fit_figure(fit, "loglik"), -2 * log(2), 1e-9);
    cx_fit_free(fit);
    m.options.firth = 1;
    fit = logit(&m);
    ck_assert(model_is(fit, "score", "ok"));
    ck_assert_double_gt(coefficient(fit, "score"), 0.2);
    ck_assert(isfinite(quantity(fit, "low score")) && quantity(fit, "low score") > 0);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_separation_by_two_columns_together_is_found) {
    double x[2 * 40], y[40];
    model m = small();
    for (int i = 0; i < 40; i++) {
        x[i] = i % 7 - 3 + 0.1 * (i % 5);
        x[40 + i] = i % 11 - 5 + 0.3 * (i % 3);
        y[i] = 2 * x[i] - x[40 + i] > 0.35 ? 1 : 0;
    }
    numbers_set(&m.x, SMALL_NAMES, x, 40, 2);
    m.y = cx_array_of(y, CX_F64, 40);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "new", "separated"));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_nobody_or_everybody_has_an_exact_rate_and_no_coefficient) {
    double y[SMALL] = {0};
    model m = small();
    m.y = cx_array_of(y, CX_F64, SMALL);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "const", "separated") && model_is(fit, "score", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "rate_low"), 0);
    ck_assert_close(cx_fit_figure(fit, "rate_high"), 1 - pow(0.025, 1.0 / SMALL), 1e-10);
    cx_fit_free(fit);
    ck_assert_ok(cx_poisson(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, NULL, &fit, err));
    ck_assert(model_is(fit, "const", "separated"));
    ck_assert_close(cx_fit_figure(fit, "rate_high"), -log(0.025) / SMALL, 1e-10);
    cx_fit_free(fit);
    for (int i = 0; i < SMALL; i++) y[i] = 1;
    fit = logit(&m);
    ck_assert(model_is(fit, "const", "separated"));
    ck_assert_double_eq(cx_fit_figure(fit, "rate_high"), 1);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_a_group_without_counts_is_separated) {
    const double x[] = {0, 0, 0, 1, 1, 1}, y[] = {2, 5, 1, 0, 0, 0};
    numbers f;
    cx_fit *fit;
    cx_array counts = cx_array_of(y, CX_F64, 6);
    ck_assert_ok(cx_poisson(numbers_set(&f, SMALL_NAMES, x, 6, 1), &counts, NULL, NULL, NULL, NULL,
                            NULL, &fit, err));
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "const", "ok"));
    ck_assert_close(coefficient(fit, "const"), log(8 / 3.0), 1e-10);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_ordered_classes_that_are_split_are_separated) {
    double x[30], y[30];
    numbers f;
    cx_fit *fit;
    for (int i = 0; i < 30; i++) x[i] = i, y[i] = i / 10;
    cx_array classes = cx_array_of(y, CX_F64, 30);
    ck_assert_ok(cx_ordinal(numbers_set(&f, SMALL_NAMES, x, 30, 1), &classes, NULL, NULL, NULL,
                            NULL, &fit, err));
    ck_assert(model_is(fit, "score", "separated") && model_is(fit, "cut 1", "separated"));
    cx_fit_free(fit);
}
END_TEST

/* -- degenerate ---------------------------------------------------------------------------- */

START_TEST(test_constant_and_collinear_columns_are_named) {
    double x[3 * SMALL];
    model m = small();
    cx_table *table;
    for (int i = 0; i < SMALL; i++)
        x[i] = SMALL_X[i], x[SMALL + i] = 7, x[2 * SMALL + i] = 3 - 2 * SMALL_X[i];
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 3);
    cx_fit *fit = logit(&m);
    ck_assert(model_is(fit, "score", "ok") && model_is(fit, "new", "constant"));
    ck_assert(model_is(fit, "third", "collinear"));
    ck_assert_ok(cx_fit_table(fit, &table, err));
    cx_array with = {0};
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "collinear_with"), &with, err));
    ck_assert(strstr((const char *)with.data, "score") != NULL);
    cx_table_free(table);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_one_cluster_gives_coefficients_without_errors) {
    int32_t one[SMALL] = {0};
    model m = small();
    cx_fit *fit;
    m.clusters.data = one;
    ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, &m.by, NULL, &m.options, &fit, err));
    ck_assert(model_is(fit, "score", "no-interval"));
    ck_assert(isnan(quantity(fit, "se score")) && isfinite(coefficient(fit, "score")));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_rows_with_something_missing_are_left_out_and_counted) {
    double x[2 * SMALL], y[SMALL];
    model m = small();
    memcpy(x, SMALL_X, sizeof x);
    memcpy(y, SMALL_Y, sizeof y);
    x[3] = NAN, y[5] = NAN;
    numbers_set(&m.x, SMALL_NAMES, x, SMALL, 2);
    m.y = cx_array_of(y, CX_F64, SMALL);
    cx_fit *fit = logit(&m);
    ck_assert_int_eq(cx_fit_excluded(fit, CX_EXCLUDED_MISSING), 2);
    ck_assert_double_eq(cx_fit_figure(fit, "n"), SMALL - 2);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_influences_add_up_to_the_variance) {
    model m = small();
    cx_fit *fit;
    cx_table *table;
    m.options.influence = 1;
    for (int clustered = 0; clustered < 2; clustered++) {
        cx_array c = {0};
        double sum = 0;
        m.options.cov = clustered ? CX_COV_AUTO : CX_COV_HC1;
        ck_assert_ok(cx_logit(frame_of(&m), &m.y, NULL, clustered ? &m.by : NULL, NULL, &m.options,
                              &fit, err));
        ck_assert_ok(cx_fit_influence(fit, "score", &table, err));
        ck_assert_int_eq(cx_table_rows(table), clustered ? 8 : SMALL);
        ck_assert_ok(cx_table_column(table, cx_table_find(table, "influence"), &c, err));
        for (int64_t i = 0; i < cx_table_rows(table); i++)
            sum += ((const double *)c.data)[i] * ((const double *)c.data)[i];
        ck_assert_close(sqrt(sum), quantity(fit, "se score"), 1e-10);
        cx_table_free(table);
        cx_fit_free(fit);
    }
}
END_TEST

START_TEST(test_models_bad_input_is_named) {
    model m = small();
    double y[SMALL];
    cx_fit *fit = NULL;
    memcpy(y, SMALL_Y, sizeof y);
    m.y = cx_array_of(y, CX_F64, SMALL);
    y[4] = 2;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_DOMAIN,
                    "row 4");
    y[4] = 0.5;
    ck_assert_fails(cx_poisson(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, NULL, &fit, err),
                    CX_E_DOMAIN, "quasi");
    y[4] = INFINITY;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_DOMAIN,
                    "infinite");
    m = small();
    m.y.length = 3;
    m.x.columns[0].length = m.x.columns[1].length = 3;
    ck_assert_fails(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, NULL, &fit, err), CX_E_FEW,
                    "3 complete rows");
    m = small();
    m.options.max_iterations = 2;
    cx_error error;
    cx_error_init(&error);
    ck_assert_int_eq(cx_logit(frame_of(&m), &m.y, NULL, NULL, NULL, &m.options, &fit, &error),
                     CX_E_CONVERGENCE);
    ck_assert_double_gt(error.value, 1e-9);
    ck_assert_ptr_null(fit);
    m.options.allow_unconverged = 1;
    fit = logit(&m);
    ck_assert_double_eq(cx_fit_figure(fit, "converged"), 0);
    ck_assert(cx_fit_flags(fit) & CX_FLAG_PARTIAL);
    cx_fit_free(fit);
}
END_TEST

/* -- hazards and margins ------------------------------------------------------------------- */

START_TEST(test_hazards_of_periods_are_their_shares) {
    static const double at_risk[] = {40, 30, 25}, leave[] = {4, 0, 5};
    double x[95], y[95], period[95];
    numbers f;
    cx_fit *fit;
    int64_t rows = 0;
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < (int)at_risk[t]; i++, rows++)
            x[rows] = 0, y[rows] = i < (int)leave[t] ? 1 : 0, period[rows] = t + 1;
    cx_array event = cx_array_of(y, CX_F64, 95), when = cx_array_of(period, CX_F64, 95);
    cx_frame none = {f.columns, 0, {0, 0}};
    numbers_set(&f, SMALL_NAMES, x, 95, 1);
    ck_assert_ok(cx_hazard(&none, &event, &when, NULL, NULL, NULL, NULL, &fit, err));
    ck_assert_close(1 - exp(-exp(coefficient(fit, "period 1"))), 0.1, 1e-10);
    ck_assert_close(1 - exp(-exp(coefficient(fit, "period 3"))), 0.2, 1e-10);
    ck_assert(model_is(fit, "period 2", "separated"));
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_margin_of_retention_is_the_difference_of_products) {
    static double x[400], y[400], period[400];
    numbers f;
    cx_fit *fit;
    cx_margin_options options;
    cx_estimate e;
    for (int i = 0; i < 400; i++) {
        x[i] = i % 11, period[i] = 1 + i % 4;
        y[i] = (i * 7 + i / 13) % 17 < 5 - x[i] / 3 ? 1 : 0;
    }
    cx_array event = cx_array_of(y, CX_F64, 400), when = cx_array_of(period, CX_F64, 400);
    ck_assert_ok(cx_hazard(numbers_set(&f, SMALL_NAMES, x, 400, 1), &event, &when, NULL, NULL, NULL,
                           NULL, &fit, err));
    const double one[] = {6};
    cx_margin_options_init(&options);
    options.horizon = 3;
    ck_assert_ok(
        cx_margin(fit, numbers_set(&f, SMALL_NAMES, one, 1, 1), NULL, "score", &options, &e, err));
    double stay[2] = {1, 1}, b = coefficient(fit, "score");
    for (int t = 1; t <= 3; t++)
        for (int k = 0; k < 2; k++) {
            char name[16];
            snprintf(name, sizeof name, "period %d", t);
            stay[k] *= exp(-exp(coefficient(fit, name) + b * (6 + k)));
        }
    ck_assert_close(e.value, stay[1] - stay[0], 1e-10);
    ck_assert_int_eq(e.method, CX_METHOD_DELTA);
    ck_assert(e.ci_low < e.value && e.value < e.ci_high);
    options.horizon = 12;
    ck_assert_fails(cx_margin(fit, &f.frame, NULL, "score", &options, &e, err), CX_E_NAME,
                    "period 5");
    ck_assert_fails(cx_margin(fit, &f.frame, NULL, "period 1", &options, &e, err), CX_E_NAME,
                    "no column");
    cx_fit_free(fit);
}
END_TEST

/* The delta method against numerical differences of the coefficients. */
START_TEST(test_margin_of_a_logit_has_the_error_of_the_delta_method) {
    model m = small();
    cx_fit *fit = logit(&m);
    cx_estimate e;
    cx_table *table;
    ck_assert_ok(cx_margin(fit, frame_of(&m), NULL, "score", NULL, &e, err));
    double b[3], slope[3], variance = 0;
    for (int j = 0; j < 3; j++) b[j] = coefficient(fit, cx_fit_term(fit, j));
    for (int j = -1; j < 6; j++) {
        double moved[3], sum = 0;
        memcpy(moved, b, sizeof b);
        if (j >= 0) moved[j / 2] += j % 2 ? 1e-5 : -1e-5;
        for (int i = 0; i < SMALL; i++) {
            double eta = moved[0] + moved[1] * SMALL_X[i] + moved[2] * SMALL_X[SMALL + i];
            sum += (1 / (1 + exp(-eta - moved[1])) - 1 / (1 + exp(-eta))) / SMALL;
        }
        if (j < 0) ck_assert_close(e.value, sum, 1e-12);
        if (j >= 0) slope[j / 2] = j % 2 ? (sum - slope[j / 2]) / 2e-5 : sum;
    }
    ck_assert_ok(cx_fit_covariance(fit, &table, err));
    for (int j = 0; j < 3; j++) {
        cx_array c = {0};
        ck_assert_ok(cx_table_column(table, j + 1, &c, err));
        for (int i = 0; i < 3; i++) variance += slope[i] * slope[j] * ((const double *)c.data)[i];
    }
    ck_assert_close(e.se, sqrt(variance), 1e-6);
    cx_table_free(table);
    cx_fit_free(fit);
}
END_TEST

START_TEST(test_person_periods_are_rows_at_risk) {
    const double enter[] = {0, 2, 0}, leave[] = {2, 4, NAN}, event[] = {1, 0, 1};
    static const int64_t rows[] = {0, 0, 1, 1}, periods[] = {1, 2, 3, 4}, events[] = {0, 1, 0, 0};
    cx_array entry = cx_array_of(enter, CX_F64, 3), exit = cx_array_of(leave, CX_F64, 3);
    cx_array ended = cx_array_of(event, CX_F64, 3), c = {0};
    cx_table *table = NULL;
    ck_assert_ok(cx_person_periods(&entry, &exit, &ended, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    const int64_t *const expected[] = {rows, periods, events};
    for (int k = 0; k < 3; k++) {
        ck_assert_ok(cx_table_column(table, k, &c, err));
        ck_assert(memcmp(c.data, expected[k], 4 * sizeof(int64_t)) == 0);
    }
    cx_table_free(table);
    const double half[] = {1.5, 2, 3};
    exit.data = half;
    ck_assert_fails(cx_person_periods(&entry, &exit, &ended, NULL, &table, err), CX_E_DOMAIN,
                    "whole periods");
}
END_TEST

Suite *suite_models(void) {
    Suite *suite = suite_create("models");
    TCase *tcase = tcase_create("models");
    tcase_add_test(tcase, test_logit_matches_an_independent_fit);
    tcase_add_test(tcase, test_hazard_matches_an_independent_fit);
    tcase_add_test(tcase, test_firth_matches_the_penalised_likelihood_and_its_profile);
    tcase_add_test(tcase, test_poisson_of_the_sicilian_smoking_ban_matches);
    tcase_add_test(tcase, test_ordinal_of_the_graduate_school_answers_matches);
    tcase_add_test(tcase, test_logit_of_one_group_column_is_the_odds_ratio);
    tcase_add_test(tcase, test_poisson_of_groups_is_their_rates);
    tcase_add_test(tcase, test_ordinal_with_two_classes_is_the_logit);
    tcase_add_test(tcase, test_frequencies_are_repeated_rows);
    tcase_add_test(tcase, test_scaled_and_shifted_columns_give_the_same_model);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("separation");
    tcase_add_test(tcase, test_groups_that_all_leave_are_separated_and_not_minus_twenty);
    tcase_add_test(tcase, test_a_threshold_that_splits_the_outcomes_is_separated);
    tcase_add_test(tcase, test_separation_by_two_columns_together_is_found);
    tcase_add_test(tcase, test_nobody_or_everybody_has_an_exact_rate_and_no_coefficient);
    tcase_add_test(tcase, test_a_group_without_counts_is_separated);
    tcase_add_test(tcase, test_ordered_classes_that_are_split_are_separated);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("degenerate");
    tcase_add_test(tcase, test_constant_and_collinear_columns_are_named);
    tcase_add_test(tcase, test_one_cluster_gives_coefficients_without_errors);
    tcase_add_test(tcase, test_rows_with_something_missing_are_left_out_and_counted);
    tcase_add_test(tcase, test_influences_add_up_to_the_variance);
    tcase_add_test(tcase, test_models_bad_input_is_named);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("margins");
    tcase_add_test(tcase, test_hazards_of_periods_are_their_shares);
    tcase_add_test(tcase, test_margin_of_retention_is_the_difference_of_products);
    tcase_add_test(tcase, test_margin_of_a_logit_has_the_error_of_the_delta_method);
    tcase_add_test(tcase, test_person_periods_are_rows_at_risk);
    suite_add_tcase(suite, tcase);
    return suite;
}
