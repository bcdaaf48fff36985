#include "columns.h"

enum { PEOPLE = 3000 };

static const char *const NAMES[] = {"y", "a", "b", "c"};
static double latent[4 * PEOPLE], seen[4 * PEOPLE], weight_of[PEOPLE];

/* Answers behind which a and b move y, and c does not; the truth is in `latent`. */
static void fill(void) {
    uint64_t state = 11;
    double z[4];
    for (int r = 0; r < PEOPLE; r++) {
        for (int i = 0; i < 4; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            z[i] = cx_normal_quantile(((double)(state >> 11) + 0.5) * 0x1p-53);
        }
        double a = z[0], b = 0.5 * z[0] + sqrt(0.75) * z[1], c = z[2];
        double y = 0.6 * a + 0.3 * b + 0.6 * z[3];
        latent[r] = y, latent[PEOPLE + r] = a, latent[2 * PEOPLE + r] = b;
        latent[3 * PEOPLE + r] = c;
        seen[PEOPLE + r] = (a > -1) + (a > 0.2) + (a > 1.4);
        seen[2 * PEOPLE + r] = b;
        seen[3 * PEOPLE + r] = c > 0.4;
        weight_of[r] = 1 + r % 3;
    }
}

static void answer(int levels) {
    static const double cuts[] = {0.7, -0.5, 0.1, 1.2};
    for (int r = 0; r < PEOPLE; r++) {
        seen[r] = 1;
        for (int k = 0; k < levels - 1; k++) seen[r] += latent[r] > cuts[k];
    }
}

static cx_driver_options reading(int32_t outcome) {
    cx_driver_options options;
    cx_driver_options_init(&options);
    options.outcome = outcome;
    return options;
}

static cx_table *of(const double *x, const cx_array *weights, const cx_driver_options *options) {
    numbers f;
    cx_driver_fit *fit;
    cx_table *t = NULL;
    ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, x, PEOPLE, 4), NULL, "y", weights, NULL,
                                    options, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    cx_driver_fit_free(fit);
    return t;
}

START_TEST(test_answers_give_the_importances_of_what_is_behind_them) {
    fill();
    cx_table *truth = of(latent, NULL, NULL);
    ck_assert_double_eq(table_figure(truth, "pairwise"), 0);
    ck_assert_double_eq(table_figure(truth, "distance"), 0);
    for (int32_t outcome = CX_DRIVER_OUTCOME_ORDINAL; outcome < CX_DRIVER_OUTCOME_END; outcome++) {
        cx_driver_options options = reading(outcome);
        answer(outcome == CX_DRIVER_OUTCOME_BINARY ? 2 : 5);
        cx_table *found = of(seen, NULL, &options), *plain = of(seen, NULL, NULL);
        for (int64_t j = 0; j < 3; j++)
            ck_assert_near(table_number(found, "importance", j),
                           table_number(truth, "importance", j), 0.04);
        ck_assert_near(table_sum(found, "importance"), table_figure(found, "r2"), 1e-14);
        ck_assert(table_figure(plain, "r2") < table_figure(truth, "r2") - 0.1);
        ck_assert_double_eq(table_figure(found, "pairwise"), 1);
        ck_assert_double_eq(table_figure(found, "n"), PEOPLE);
        ck_assert(isnan(table_number(found, "coefficient", 0)));
        ck_assert_double_eq(table_number(found, "sign", 0), 1);
        cx_table_free(found);
        cx_table_free(plain);
    }
    cx_table_free(truth);
}
END_TEST

START_TEST(test_weights_count_and_errors_are_those_of_normal_columns) {
    fill();
    answer(5);
    cx_array weights = cx_array_of(weight_of, CX_F64, PEOPLE);
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_ORDINAL);
    options.errors = CX_DRIVER_ERRORS_NORMAL;
    cx_table *t = of(seen, &weights, &options);
    ck_assert(table_figure(t, "n_eff") < 0.9 * PEOPLE);
    for (int64_t j = 0; j < 3; j++) {
        ck_assert(table_number(t, "ci_low", j) <= table_number(t, "importance", j));
        ck_assert(table_number(t, "ci_high", j) >= table_number(t, "importance", j));
    }
    cx_table_free(t);
}
END_TEST

/* Three pairs on three rows each, that contradict each other: the nearest matrix has 1/2. */
START_TEST(test_pairwise_moments_are_taken_as_their_nearest_matrix) {
    static const char *const names[] = {"a", "b", "c"};
    static const double x[] = {1, 2,   3,   NAN, NAN, NAN, 1,   2, 3, 1, 2, 3, 1, 2,
                               3, NAN, NAN, NAN, NAN, NAN, NAN, 1, 2, 3, 3, 2, 1};
    words list;
    numbers f;
    cx_moments *m = NULL;
    cx_driver_fit *fit;
    cx_table *t;
    ck_assert_ok(cx_moments_new_pairwise(words_set(&list, "a b c"), NULL, &m, err));
    ck_assert_ok(cx_moments_add(m, numbers_set(&f, names, x, 9, 3), NULL, err));
    ck_assert_ok(cx_driver_fit_moments(m, NULL, "a", NULL, &fit, err));
    ck_assert_ok(cx_driver_fit_table(fit, &t, err));
    ck_assert_near(table_number(t, "correlation", 0), 0.5, 1e-8);
    ck_assert_near(table_number(t, "correlation", 1), -0.5, 1e-8);
    ck_assert_near(table_figure(t, "distance"), sqrt(1.5), 1e-8);
    ck_assert_double_eq(table_figure(t, "pairwise"), 1);
    ck_assert_double_eq(table_figure(t, "n"), 3);
    cx_table_free(t);
    cx_driver_fit_free(fit);
    cx_moments_free(m);
}
END_TEST

static void refuse(const double *x, const cx_driver_options *options, cx_status status,
                   const char *why) {
    numbers f;
    cx_driver_fit *fit = NULL;
    ck_assert_fails(cx_driver_fit_rows(numbers_set(&f, NAMES, x, PEOPLE, 4), NULL, "y", NULL, NULL,
                                       options, &fit, err),
                    status, why);
    ck_assert_ptr_null(fit);
}

START_TEST(test_what_is_not_the_answer_it_is_called_is_refused) {
    cx_driver_options ordinal = reading(CX_DRIVER_OUTCOME_ORDINAL);
    cx_driver_options binary = reading(CX_DRIVER_OUTCOME_BINARY);
    fill();
    answer(5);
    refuse(seen, &binary, CX_E_DOMAIN, "y is not binary");
    refuse(latent, &ordinal, CX_E_DOMAIN, "y is not ordinal");
    for (int r = 0; r < PEOPLE; r++) seen[3 * PEOPLE + r] = 2;
    refuse(seen, &ordinal, CX_E_CONSTANT, "column c is constant");
    for (int r = 0; r < PEOPLE; r++) seen[3 * PEOPLE + r] = NAN;
    refuse(seen, &ordinal, CX_E_EMPTY, "no complete row");
    ordinal.errors = CX_DRIVER_ERRORS_INFLUENCE;
    refuse(seen, &ordinal, CX_E_OPTION, "influence");
    ordinal.outcome = 3;
    refuse(seen, &ordinal, CX_E_OPTION, "cx_driver_outcome");
    ck_assert_str_eq(cx_driver_outcome_name(CX_DRIVER_OUTCOME_BINARY), "binary");
    ck_assert_str_eq(cx_driver_outcome_name(3), "unknown");
}
END_TEST

/* Poisson counts have the variance that many samples of one population have. */
START_TEST(test_a_bootstrap_of_answers_gives_the_errors_of_many_samples) {
    enum { SAMPLES = 12, SIZE = PEOPLE / SAMPLES };
    double sum[2] = {0}, square[2] = {0}, error[2] = {0};
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_BINARY);
    fill();
    answer(2);
    options.errors = CX_DRIVER_ERRORS_BOOTSTRAP;
    options.draws = 100;
    for (int s = 0; s < SAMPLES; s++) {
        numbers f;
        cx_driver_fit *fit;
        cx_table *t;
        double cells[3 * SIZE];
        for (int i = 0; i < 3 * SIZE; i++) cells[i] = seen[i / SIZE * PEOPLE + s * SIZE + i % SIZE];
        options.errors = s < 1 ? CX_DRIVER_ERRORS_BOOTSTRAP : CX_DRIVER_ERRORS_NONE;
        ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, cells, SIZE, 3), NULL, "y", NULL,
                                        NULL, &options, &fit, err));
        ck_assert_ok(cx_driver_fit_table(fit, &t, err));
        for (int j = 0; j < 2; j++) {
            double value = table_number(t, "importance", j);
            sum[j] += value / SAMPLES, square[j] += value * value / SAMPLES;
            if (s < 1) error[j] = table_number(t, "se", j);
        }
        cx_table_free(t);
        cx_driver_fit_free(fit);
    }
    for (int j = 0; j < 2; j++) {
        double sd = sqrt((square[j] - sum[j] * sum[j]) * SAMPLES / (SAMPLES - 1));
        ck_assert_double_gt(error[j], 0.55 * sd);
        ck_assert_double_lt(error[j], 1.8 * sd);
    }
}
END_TEST

START_TEST(test_a_bootstrap_of_answers_resamples_the_units_of_a_design) {
    enum { ROWS = 150 };
    static double cells[3 * ROWS];
    static int64_t team[ROWS];
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_ORDINAL);
    cx_design *design;
    fill();
    answer(4);
    /* every answer three times over: as one unit they are worth one */
    for (int i = 0; i < 3 * ROWS; i++) cells[i] = seen[i / ROWS * PEOPLE + i % ROWS / 3];
    for (int r = 0; r < ROWS; r++) team[r] = r / 3;
    cx_array key = cx_array_of(team, CX_I64, ROWS);
    cx_frame clusters = {&key, 1, {0, 0}};
    key.name = "team";
    options.errors = CX_DRIVER_ERRORS_BOOTSTRAP;
    options.draws = 100;
    ck_assert_ok(cx_design_new(NULL, NULL, &clusters, NULL, NULL, NULL, &design, err));
    double se[2];
    for (int k = 0; k < 2; k++) {
        numbers f;
        cx_driver_fit *fit;
        cx_table *t;
        ck_assert_ok(cx_driver_fit_rows(numbers_set(&f, NAMES, cells, ROWS, 3), NULL, "y", NULL,
                                        k == 0 ? NULL : design, &options, &fit, err));
        ck_assert_ok(cx_driver_fit_table(fit, &t, err));
        se[k] = table_number(t, "se", 0);
        cx_table_free(t);
        cx_driver_fit_free(fit);
    }
    ck_assert_double_gt(se[1], 1.3 * se[0]); /* the root of 3, and its noise */
    cx_design_free(design);
}
END_TEST

START_TEST(test_moments_matrices_and_designs_have_no_ordinal_outcome) {
    static const double one[] = {1, 0.5, 0.5, 1};
    numbers f;
    cx_driver_fit *fit = NULL;
    cx_design *design;
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_ORDINAL);
    cx_moments *m = moments_of("y a b c");
    ck_assert_fails(cx_driver_fit_moments(m, NULL, "y", &options, &fit, err), CX_E_OPTION, "rows");
    ck_assert_fails(
        cx_driver_fit_matrix(numbers_set(&f, NAMES, one, 2, 2), NULL, "y", 9, &options, &fit, err),
        CX_E_OPTION, "matrix");
    fill();
    cx_array weights = cx_array_of(weight_of, CX_F64, PEOPLE);
    ck_assert_ok(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &design, err));
    options.errors = CX_DRIVER_ERRORS_NORMAL;
    ck_assert_fails(cx_driver_fit_rows(numbers_set(&f, NAMES, seen, PEOPLE, 4), NULL, "y", NULL,
                                       design, &options, &fit, err),
                    CX_E_OPTION, "with a design");
    cx_design_free(design);
    cx_moments_free(m);
}
END_TEST

/* Replicates of a design are as few as its units. */
enum { TEAMS = 4 };
static cx_design *teams;

static void teams_set(void) {
    static int64_t team[TEAMS * 10];
    cx_design_options options;
    for (int r = 0; r < TEAMS * 10; r++) team[r] = r % TEAMS;
    cx_array key = cx_array_of(team, CX_I64, TEAMS * 10);
    cx_frame clusters = {&key, 1, {0, 0}};
    key.name = "team";
    cx_design_options_init(&options);
    options.replicates = CX_REPLICATES_JK1;
    ck_assert_ok(cx_design_new(NULL, NULL, &clusters, NULL, NULL, &options, &teams, err));
}

static cx_status run_answers(int64_t columns, const cx_design *design,
                             const cx_allocator *allocator, cx_error *err) {
    numbers f;
    cx_driver_fit *fit;
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_ORDINAL);
    options.allocator = allocator;
    if (design != NULL) options.errors = CX_DRIVER_ERRORS_BOOTSTRAP;
    const cx_frame *x = numbers_set(&f, NAMES, seen, TEAMS * 10, columns);
    cx_status status = cx_driver_fit_rows(x, NULL, "y", NULL, design, &options, &fit, err);
    if (status == CX_OK) cx_driver_fit_free(fit);
    return status;
}

static cx_status run_latent(const cx_allocator *allocator, cx_error *err) {
    return run_answers(3, NULL, allocator, err);
}

static cx_status run_resampled(const cx_allocator *allocator, cx_error *err) {
    return run_answers(2, teams, allocator, err);
}

static cx_status run_pairwise(const cx_allocator *allocator, cx_error *err) {
    words list;
    numbers f;
    cx_moments *m = NULL;
    cx_driver_fit *fit;
    cx_driver_options options = reading(CX_DRIVER_OUTCOME_NUMERIC);
    options.allocator = allocator;
    cx_status status = cx_moments_new_pairwise(words_set(&list, "y a b c"), allocator, &m, err);
    if (status != CX_OK) return status;
    status = cx_moments_add(m, numbers_set(&f, NAMES, latent, 60, 4), NULL, err);
    if (status == CX_OK) status = cx_driver_fit_moments(m, NULL, "y", &options, &fit, err);
    if (status == CX_OK) cx_driver_fit_free(fit);
    cx_moments_free(m);
    return status;
}

START_TEST(test_pairs_survive_every_failing_allocation) {
    fill();
    answer(5);
    teams_set();
    fault_everywhere(run_latent, 20);
    answer(2);
    fault_everywhere(run_resampled, 20);
    cx_design_free(teams);
    fault_everywhere(run_pairwise, 10);
}
END_TEST

Suite *suite_driver_pairs(void);
Suite *suite_driver_pairs(void) {
    Suite *suite = suite_create("driver_pairs");
    TCase *c = tcase_create("driver_pairs");
    tcase_add_test(c, test_answers_give_the_importances_of_what_is_behind_them);
    tcase_add_test(c, test_weights_count_and_errors_are_those_of_normal_columns);
    tcase_add_test(c, test_pairwise_moments_are_taken_as_their_nearest_matrix);
    tcase_add_test(c, test_what_is_not_the_answer_it_is_called_is_refused);
    tcase_add_test(c, test_a_bootstrap_of_answers_gives_the_errors_of_many_samples);
    tcase_add_test(c, test_a_bootstrap_of_answers_resamples_the_units_of_a_design);
    tcase_add_test(c, test_moments_matrices_and_designs_have_no_ordinal_outcome);
    tcase_add_test(c, test_pairs_survive_every_failing_allocation);
    suite_add_tcase(suite, c);
    return suite;
}
