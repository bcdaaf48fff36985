#include "../support.h"

enum { N = 60, P = 6 };

static double cell[P][N], outcome[N], weight[N];
static cx_array column[P], y;
static cx_frame x;
static cx_penalised_options options;
static const char *const names[P] = {"a", "b", "c", "d", "e", "f"};

/* Columns that go together; the outcome follows a and b, against c. */
static void setup(void) {
    for (int i = 0; i < N; i++) {
        double common = sin(1.7 * i);
        for (int j = 0; j < P; j++) cell[j][i] = common + cos(2.3 * i * (j + 1) + j);
        outcome[i] = 4 + 2 * cell[0][i] + cell[1][i] - cell[2][i] + 0.5 * sin(9.1 * i);
        weight[i] = 1 + i % 3;
    }
    for (int j = 0; j < P; j++) {
        column[j] = cx_array_of(cell[j], CX_F64, N);
        column[j].name = names[j];
    }
    y = cx_array_of(outcome, CX_F64, N);
    x = (cx_frame){column, P, {0, 0}};
    cx_penalised_options_init(&options);
}

static cx_table *fitted(void) {
    cx_table *table = NULL;
    ck_assert_ok(cx_penalised(&x, &y, NULL, NULL, &options, &table, err));
    return table;
}

/* R, r of the data, with the divisor n */
static void correlations(double r[P + 1][P + 1]) {
    double mean[P + 1], sd[P + 1];
    for (int j = 0; j <= P; j++) {
        const double *v = j < P ? cell[j] : outcome;
        mean[j] = sd[j] = 0;
        for (int i = 0; i < N; i++) mean[j] += v[i] / N;
        for (int i = 0; i < N; i++) sd[j] += (v[i] - mean[j]) * (v[i] - mean[j]) / N;
        sd[j] = sqrt(sd[j]);
    }
    for (int j = 0; j <= P; j++)
        for (int k = 0; k <= P; k++) {
            const double *v = j < P ? cell[j] : outcome, *u = k < P ? cell[k] : outcome;
            r[j][k] = 0;
            for (int i = 0; i < N; i++)
                r[j][k] += (v[i] - mean[j]) * (u[i] - mean[k]) / (N * sd[j] * sd[k]);
        }
}

/* How far b is from the minimum of the definition */
static double distance(const double *b, double penalty, double mix, bool non_negative) {
    double r[P + 1][P + 1], worst = 0;
    correlations(r);
    for (int j = 0; j < P; j++) {
        double slope = r[j][P] - penalty * (1 - mix) * b[j], off;
        for (int k = 0; k < P; k++) slope -= r[j][k] * b[k];
        if (b[j] != 0)
            off = fabs(slope - copysign(penalty * mix, b[j]));
        else
            off = (non_negative ? slope : fabs(slope)) - penalty * mix;
        if (off > worst) worst = off;
    }
    return worst;
}

START_TEST(test_a_given_penalty_meets_the_conditions_of_the_minimum) {
    const double penalties[] = {0, 1e-4, 0.02, 0.2}, mixes[] = {0.1, 0.5, 1};
    options.method = CX_PENALTY_ELASTIC_NET;
    for (int s = 0; s < 4; s++)
        for (int m = 0; m < 3; m++) {
            double b[P];
            options.penalty = penalties[s], options.mix = mixes[m];
            cx_table *table = fitted();
            for (int j = 0; j < P; j++) b[j] = table_number(table, "beta", j);
            ck_assert_double_lt(distance(b, penalties[s], mixes[m], false), 1e-12);
            ck_assert_double_lt(table_figure(table, "kkt"), 1e-12);
            cx_table_free(table);
        }
}
END_TEST

START_TEST(test_ridge_meets_its_conditions_and_keeps_every_column) {
    double b[P];
    options.penalty = 0.3;
    cx_table *table = fitted();
    for (int j = 0; j < P; j++) b[j] = table_number(table, "beta", j);
    ck_assert_double_lt(distance(b, 0.3, 0, false), 1e-12);
    for (int j = 0; j < P; j++) ck_assert_double_ne(b[j], 0);
    ck_assert_double_lt(table_figure(table, "df"), P);
    cx_table_free(table);
}
END_TEST

START_TEST(test_non_negative_has_no_coefficient_below_0_and_meets_its_conditions) {
    double b[P];
    options.method = CX_PENALTY_NON_NEGATIVE;
    cx_table *table = fitted();
    for (int j = 0; j < P; j++) b[j] = table_number(table, "beta", j);
    for (int j = 0; j < P; j++) ck_assert_double_ge(b[j], 0);
    ck_assert_double_eq(b[2], 0);
    ck_assert_double_lt(distance(b, 0, 1, true), 1e-12);
    cx_table_free(table);
    options.method = CX_PENALTY_ELASTIC_NET, options.non_negative = 1, options.penalty = 0.05;
    table = fitted();
    for (int j = 0; j < P; j++) b[j] = table_number(table, "beta", j);
    for (int j = 0; j < P; j++) ck_assert_double_ge(b[j], 0);
    ck_assert_double_lt(distance(b, 0.05, 0.5, true), 1e-12);
    cx_table_free(table);
}
END_TEST

START_TEST(test_no_penalty_gives_least_squares) {
    options.penalty = 0;
    cx_table *table = fitted();
    double square = 0;
    for (int j = 0; j < P; j++) {
        double sum = 0;
        for (int i = 0; i < N; i++) {
            double fit = table_figure(table, "constant");
            for (int k = 0; k < P; k++) fit += table_number(table, "coefficient", k) * cell[k][i];
            sum += (outcome[i] - fit) * cell[j][i];
        }
        square += fabs(sum);
    }
    ck_assert_double_lt(square, 1e-9);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_largest_penalty_of_the_path_leaves_nothing) {
    options.method = CX_PENALTY_ELASTIC_NET;
    cx_table *path = NULL;
    ck_assert_ok(cx_penalised_path(&x, &y, NULL, NULL, &options, &path, err));
    ck_assert_int_eq(cx_table_rows(path), 100);
    ck_assert_double_eq(table_number(path, "df", 0), 0);
    ck_assert_double_eq(table_number(path, "a", 0), 0);
    ck_assert_double_eq(table_number(path, "penalty", 0), table_figure(path, "penalty_max"));
    ck_assert_double_lt(table_number(path, "penalty", 99), table_number(path, "penalty", 98));
    ck_assert_double_gt(table_number(path, "r2", 99), 0.9);
    cx_table_free(path);
}
END_TEST

/* Every part is left out by hand: fit the others with the penalty given, and predict. */
START_TEST(test_the_errors_of_the_folds_are_those_of_fitting_the_rest) {
    static int64_t fold_of[N];
    static double rest[P][N], rest_y[N];
    cx_table *path = NULL, *table = NULL;
    for (int i = 0; i < N; i++) fold_of[i] = i / 20;
    cx_array key = cx_array_of(fold_of, CX_I64, N);
    options.folds = 1000, options.penalties = 5; /* three clusters in three parts */
    ck_assert_ok(cx_penalised_path(&x, &y, NULL, &key, &options, &path, err));
    double error = 0;
    options.penalty = table_number(path, "penalty", 2);
    for (int part = 0; part < 3; part++) {
        int64_t kept = 0;
        for (int i = 0; i < N; i++) {
            if (fold_of[i] == part) continue;
            for (int j = 0; j < P; j++) rest[j][kept] = cell[j][i];
            rest_y[kept++] = outcome[i];
        }
        for (int j = 0; j < P; j++) column[j].data = rest[j], column[j].length = kept;
        y.data = rest_y, y.length = kept;
        ck_assert_ok(cx_penalised(&x, &y, NULL, NULL, &options, &table, err));
        for (int i = 0; i < N; i++) {
            double fit = table_figure(table, "constant");
            if (fold_of[i] != part) continue;
            for (int j = 0; j < P; j++) fit += table_number(table, "coefficient", j) * cell[j][i];
            error += (outcome[i] - fit) * (outcome[i] - fit) / N;
        }
        cx_table_free(table);
    }
    ck_assert_close(table_number(path, "error", 2), error, 1e-10);
    cx_table_free(path);
}
END_TEST

START_TEST(test_one_error_takes_a_larger_penalty) {
    cx_table *least = fitted();
    options.one_error = 1;
    cx_table *simple = fitted();
    ck_assert_double_ge(table_figure(simple, "penalty"), table_figure(least, "penalty"));
    ck_assert_double_le(table_figure(simple, "r2_cv"), table_figure(least, "r2_cv"));
    cx_table_free(least);
    cx_table_free(simple);
}
END_TEST

START_TEST(test_two_copies_share_and_a_constant_is_left_out) {
    for (int i = 0; i < N; i++) cell[1][i] = cell[0][i], cell[5][i] = 3;
    options.penalty = 0.1;
    for (options.method = 0; options.method < 2; options.method++) {
        cx_table *table = fitted();
        ck_assert_close(table_number(table, "beta", 0), table_number(table, "beta", 1), 1e-9);
        ck_assert(isnan(table_number(table, "coefficient", 5)));
        ck_assert(table_word_is(table, "status", 5, "constant"));
        cx_table_free(table);
    }
}
END_TEST

START_TEST(test_moments_give_the_coefficients_of_the_rows) {
    char text[] = "abcdefy";
    int32_t offsets[] = {0, 1, 2, 3, 4, 5, 6, 7};
    cx_array list = cx_array_of(text, CX_STRING, P + 1), all[P + 1];
    list.offsets = offsets;
    cx_moments *moments = NULL;
    ck_assert_ok(cx_moments_new(&list, NULL, &moments, err));
    for (int j = 0; j < P; j++) all[j] = column[j];
    all[P] = y, all[P].name = "y";
    cx_frame frame = {all, P + 1, {0, 0}};
    ck_assert_ok(cx_moments_add(moments, &frame, NULL, err));
    options.method = CX_PENALTY_ELASTIC_NET, options.penalty = 0.03;
    cx_table *rows = fitted(), *state = NULL;
    ck_assert_ok(cx_penalised_moments(moments, "y", NULL, &options, &state, err));
    for (int j = 0; j < P; j++)
        ck_assert_close(table_number(state, "coefficient", j), table_number(rows, "coefficient", j),
                        1e-12);
    cx_table_free(state);
    options.penalty = NAN;
    ck_assert_ok(cx_penalised_moments(moments, "y", NULL, &options, &state, err));
    ck_assert_double_gt(table_figure(state, "penalty"), 0);
    cx_table_free(state);
    cx_array bad = cx_array_of("qa", CX_STRING, 2);
    bad.offsets = offsets;
    ck_assert_fails(cx_penalised_moments(moments, "y", &bad, &options, &state, err), CX_E_NAME,
                    "names q");
    ck_assert_fails(cx_penalised_moments(moments, "z", NULL, &options, &state, err), CX_E_NAME,
                    "no column called z");
    cx_table_free(rows);
    cx_moments_free(moments);
}
END_TEST

START_TEST(test_whole_weights_are_repeated_rows) {
    static double twice[P][3 * N], twice_y[3 * N];
    int64_t rows = 0;
    cx_array weights = cx_array_of(weight, CX_F64, N);
    cx_table *weighted = NULL;
    options.penalty = 0.05;
    ck_assert_ok(cx_penalised(&x, &y, &weights, NULL, &options, &weighted, err));
    for (int i = 0; i < N; i++)
        for (int k = 0; k < (int)weight[i]; k++, rows++) {
            for (int j = 0; j < P; j++) twice[j][rows] = cell[j][i];
            twice_y[rows] = outcome[i];
        }
    for (int j = 0; j < P; j++) column[j].data = twice[j], column[j].length = rows;
    y.data = twice_y, y.length = rows;
    cx_table *repeated = fitted();
    for (int j = 0; j < P; j++)
        ck_assert_close(table_number(weighted, "beta", j), table_number(repeated, "beta", j),
                        1e-11);
    cx_table_free(weighted);
    cx_table_free(repeated);
}
END_TEST

START_TEST(test_more_columns_than_rows_can_be_fitted) {
    for (int j = 0; j < P; j++) column[j].length = 5;
    y.length = 5;
    options.penalty = 0.1;
    cx_table *table = fitted();
    ck_assert_double_lt(table_figure(table, "df"), 5);
    cx_table_free(table);
}
END_TEST

/* As many parts as rows leave one out each, and few rows or clusters are no reason to fail. */
START_TEST(test_no_part_is_without_rows) {
    static int64_t shop[N];
    cx_array key = cx_array_of(shop, CX_I64, N);
    for (int i = 0; i < N; i++) shop[i] = i % 4;
    for (int32_t folds = 2; folds <= N; folds += 29) {
        options.folds = folds;
        for (options.seed = 1; options.seed < 6; options.seed++) {
            cx_table *table = fitted();
            ck_assert_double_gt(table_figure(table, "r2_cv"), 0.9);
            cx_table_free(table);
        }
    }
    options.folds = 10;
    cx_table *table = NULL;
    ck_assert_ok(cx_penalised(&x, &y, NULL, &key, &options, &table, err));
    ck_assert_double_gt(table_figure(table, "r2_cv"), 0.9);
    cx_table_free(table);
}
END_TEST

START_TEST(test_bad_input_is_named) {
    cx_table *table = NULL;
    options.mix = 0;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_OPTION, "ridge");
    options.mix = 0.5, options.penalty = -1;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_OPTION,
                    "penalty is -1");
    options.penalty = NAN, options.non_negative = 1;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_OPTION,
                    "both signs");
    options.non_negative = 0, options.method = CX_PENALTY_NON_NEGATIVE;
    ck_assert_fails(cx_penalised_path(&x, &y, NULL, NULL, &options, &table, err), CX_E_OPTION,
                    "no path");
    static int64_t one[N];
    cx_array key = cx_array_of(one, CX_I64, N);
    options.method = 0;
    ck_assert_fails(cx_penalised(&x, &y, NULL, &key, &options, &table, err), CX_E_FEW,
                    "more clusters");
    cell[3][7] = INFINITY;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_DOMAIN, "7");
    setup();
    for (int i = 0; i < N; i++) outcome[i] = 1;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_CONSTANT,
                    "outcome");
    column[1].name = NULL;
    ck_assert_fails(cx_penalised(&x, &y, NULL, NULL, &options, &table, err), CX_E_NAME,
                    "column 1 of x has no name");
    ck_assert_ptr_null(table);
}
END_TEST

static cx_status run_rows(const cx_allocator *allocator, cx_error *err) {
    cx_table *table = NULL;
    static int64_t each[N];
    for (int i = 0; i < N; i++) each[i] = i;
    cx_array key = cx_array_of(each, CX_I64, N);
    options.allocator = allocator, options.folds = 2, options.penalties = 3;
    options.method = CX_PENALTY_ELASTIC_NET;
    cx_status status = cx_penalised_path(&x, &y, NULL, &key, &options, &table, err);
    cx_table_free(table);
    return status;
}

START_TEST(test_every_allocation_may_fail) {
    setup();
    fault_everywhere(run_rows, 20);
}
END_TEST

Suite *suite_penalised(void);
Suite *suite_penalised(void) {
    Suite *suite = suite_create("penalised");
    TCase *tcase = tcase_create("penalised");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_no_penalty_gives_least_squares);
    tcase_add_test(tcase, test_a_given_penalty_meets_the_conditions_of_the_minimum);
    tcase_add_test(tcase, test_ridge_meets_its_conditions_and_keeps_every_column);
    tcase_add_test(tcase, test_non_negative_has_no_coefficient_below_0_and_meets_its_conditions);
    tcase_add_test(tcase, test_the_largest_penalty_of_the_path_leaves_nothing);
    tcase_add_test(tcase, test_the_errors_of_the_folds_are_those_of_fitting_the_rest);
    tcase_add_test(tcase, test_one_error_takes_a_larger_penalty);
    tcase_add_test(tcase, test_two_copies_share_and_a_constant_is_left_out);
    tcase_add_test(tcase, test_moments_give_the_coefficients_of_the_rows);
    tcase_add_test(tcase, test_whole_weights_are_repeated_rows);
    tcase_add_test(tcase, test_more_columns_than_rows_can_be_fitted);
    tcase_add_test(tcase, test_no_part_is_without_rows);
    tcase_add_test(tcase, test_bad_input_is_named);
    tcase_add_test(tcase, test_every_allocation_may_fail);
    suite_add_tcase(suite, tcase);
    return suite;
}
