#include "support.h"

static cx_adaptive_options options;
static cx_estimate estimate;
static cx_table *table;

static void setup(void) {
    cx_adaptive_options_init(&options);
    table = NULL;
}

static void teardown(void) {
    cx_table_free(table);
}

static double cell(const char *name, int64_t row) {
    return table_number(table, name, row);
}

static double figure(const char *name) {
    return table_figure(table, name);
}

/* A log of up to 16 rows; a column that is not given is not there. */
typedef struct log_columns {
    double score[16], probability[16], response[16], predicted[16];
    int32_t invite[16], contact[16], frequency[16], point[16];
} log_columns;

static cx_array column[8];

static cx_frame log_of(const log_columns *in, int64_t rows, bool response, bool predicted,
                       bool contact, bool frequency) {
    int64_t count = 0;
    column[count] = cx_array_of(in->score, CX_F64, rows), column[count++].name = "score";
    column[count] = cx_array_of(in->probability, CX_F64, rows);
    column[count++].name = "probability";
    column[count] = cx_array_of(in->invite, CX_I32, rows), column[count++].name = "invite";
    if (response) column[count] = cx_array_of(in->response, CX_F64, rows);
    if (response) column[count++].name = "response";
    if (predicted) column[count] = cx_array_of(in->predicted, CX_F64, rows);
    if (predicted) column[count++].name = "predicted";
    if (contact) column[count] = cx_array_of(in->contact, CX_I32, rows);
    if (contact) column[count++].name = "contact";
    if (frequency) column[count] = cx_array_of(in->frequency, CX_I32, rows);
    if (frequency) column[count++].name = "frequency";
    return (cx_frame){column, count, {0, 0}};
}

static const log_columns four = {.score = {10, NAN, 4, 7},
                                 .probability = {0.5, 0.5, 0.25, 0.25},
                                 .invite = {1, 0, 1, 1},
                                 .predicted = {8, 8, 5, 5},
                                 .response = {0.5, 0.5, 0.5, 1},
                                 .contact = {1, 2, 3, 3},
                                 .frequency = {0, 0, 1, 1}};

START_TEST(test_without_answers_there_is_no_figure) {
    log_columns none = four;
    for (int i = 0; i < 4; i++) none.score[i] = NAN;
    cx_frame log = log_of(&none, 0, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_EMPTY, "no answer");
    log = log_of(&none, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_EMPTY, "no answer");
}
END_TEST

START_TEST(test_one_answer_has_a_value_and_no_limits) {
    cx_frame log = log_of(&four, 2, false, false, false, false);
    ck_assert_ok(cx_adaptive_mean(&log, NULL, NULL, &estimate, err));
    ck_assert_near(estimate.value, 10, 1e-12);
    ck_assert(estimate.flags & CX_FLAG_UNIDENTIFIED);
    ck_assert(isinf(estimate.ci_low) && isnan(estimate.se));
}
END_TEST

START_TEST(test_hajek_weighs_each_answer_by_its_chance) {
    cx_frame log = log_of(&four, 4, false, false, false, false);
    ck_assert_ok(cx_adaptive_mean(&log, NULL, NULL, &estimate, err));
    ck_assert_near(estimate.value, (2 * 10 + 4 * 4 + 4 * 7) / 10.0, 1e-12);
    ck_assert_near(estimate.n_eff, 100 / 36.0, 1e-12);
    ck_assert_near(estimate.sum_w, 10, 1e-12);
    double e[] = {2 * 3.6, 4 * -2.4, 4 * 0.6}, sum = 0;
    for (int i = 0; i < 3; i++) sum += e[i] * e[i] / 100;
    ck_assert_near(estimate.se, sqrt(sum * 3 / 2), 1e-12);
    ck_assert_near(estimate.df, 2, 0);
    options.finite = 1;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    sum = (e[0] * e[0] * 0.5 + (e[1] * e[1] + e[2] * e[2]) * 0.75) / 100;
    ck_assert_near(estimate.se, sqrt(sum), 1e-12);
}
END_TEST

START_TEST(test_horvitz_thompson_divides_by_everybody) {
    cx_frame log = log_of(&four, 4, false, false, false, false);
    options.estimator = CX_ADAPTIVE_HT;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, 64 / 4.0, 1e-12);
}
END_TEST

START_TEST(test_aipw_corrects_the_predictions_of_everybody) {
    cx_frame log = log_of(&four, 4, false, true, false, false);
    options.estimator = CX_ADAPTIVE_AIPW;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, (26 + 2 * 2 + 4 * -1 + 4 * 2) / 4.0, 1e-12);
    cx_frame without = log_of(&four, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&without, NULL, &options, &estimate, err), CX_E_NAME,
                    "no column called predicted");
}
END_TEST

START_TEST(test_the_naive_mean_says_what_it_is) {
    cx_frame log = log_of(&four, 4, false, false, false, false);
    options.estimator = CX_ADAPTIVE_NAIVE_POOLED;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, 7, 1e-12);
    ck_assert_near(estimate.se, sqrt(18 / 2.0 / 3), 1e-12);
    ck_assert(estimate.flags & CX_FLAG_UNCORRECTED);
}
END_TEST

START_TEST(test_the_chance_to_answer_belongs_to_the_weight) {
    cx_frame log = log_of(&four, 4, true, false, false, false);
    ck_assert_ok(cx_adaptive_mean(&log, NULL, NULL, &estimate, err));
    ck_assert_near(estimate.value, (4 * 10 + 8 * 4 + 4 * 7) / 16.0, 1e-12);
    ck_assert(estimate.flags & CX_FLAG_MODEL_BASED);
}
END_TEST

START_TEST(test_silence_needs_a_chance_to_answer_or_the_ratio) {
    log_columns silent = four;
    silent.score[2] = NAN;
    cx_frame log = log_of(&silent, 4, false, false, false, false);
    options.estimator = CX_ADAPTIVE_HT;
    ck_assert_fails(cx_adaptive_mean(&log, NULL, &options, &estimate, err), CX_E_DOMAIN,
                    "use the Hajek estimator");
    ck_assert_ok(cx_adaptive_mean(&log, NULL, NULL, &estimate, err));
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
    log = log_of(&silent, 4, true, false, false, false);
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, (4 * 10 + 4 * 7) / 4.0, 1e-12);
}
END_TEST

START_TEST(test_rows_of_one_contact_belong_together) {
    cx_frame log = log_of(&four, 4, false, false, true, false);
    ck_assert_ok(cx_adaptive_mean(&log, NULL, NULL, &estimate, err));
    ck_assert_near(estimate.df, 1, 0);
    ck_assert_near(estimate.se, sqrt(2 * 7.2 * 7.2 / 100 * 2), 1e-12);
}
END_TEST

START_TEST(test_those_without_a_chance_are_outside_and_counted) {
    log_columns spared = four;
    spared.probability[1] = 0;
    cx_frame log = log_of(&spared, 4, false, false, false, false);
    options.estimator = CX_ADAPTIVE_HT;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, 64 / 3.0, 1e-12);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    spared.invite[1] = 1;
    log = log_of(&spared, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, &options, &estimate, err), CX_E_DOMAIN,
                    "invited with probability 0");
}
END_TEST

static cx_array shares_column[2];
static cx_frame shares_of(const int32_t *frequency, const double *share, int64_t rows) {
    shares_column[0] = cx_array_of(frequency, CX_I32, rows);
    shares_column[0].name = "frequency";
    shares_column[1] = cx_array_of(share, CX_F64, rows);
    shares_column[1].name = "share";
    return (cx_frame){shares_column, 2, {0, 0}};
}

START_TEST(test_classes_are_put_together_by_their_shares) {
    const int32_t frequency[] = {1, 0};
    const double share[] = {3, 1};
    cx_frame log = log_of(&four, 4, false, false, false, true);
    cx_frame shares = shares_of(frequency, share, 2);
    ck_assert_ok(cx_adaptive_mean(&log, &shares, NULL, &estimate, err));
    ck_assert_near(estimate.value, 0.75 * 5.5 + 0.25 * 10, 1e-12);
    ck_assert_near(estimate.n_eff, 1 / (0.75 * 0.75 / 2 + 0.25 * 0.25), 1e-12);
}
END_TEST

START_TEST(test_a_class_without_answers_or_without_a_share_is_named) {
    const int32_t more[] = {0, 1, 2}, twice[] = {0, 0};
    const double share[] = {1, 1, 1};
    cx_frame log = log_of(&four, 4, false, false, false, true);
    cx_frame shares = shares_of(more, share, 3);
    ck_assert_fails(cx_adaptive_mean(&log, &shares, NULL, &estimate, err), CX_E_EMPTY,
                    "1 of 3 classes");
    shares = shares_of(more, share, 1);
    ck_assert_fails(cx_adaptive_mean(&log, &shares, NULL, &estimate, err), CX_E_DOMAIN,
                    "the class has no share");
    shares = shares_of(twice, share, 2);
    ck_assert_fails(cx_adaptive_mean(&log, &shares, NULL, &estimate, err), CX_E_DOMAIN, "twice");
}
END_TEST

START_TEST(test_net_scores_are_in_points_and_others_counted) {
    log_columns odd = four;
    odd.score[2] = 12;
    cx_frame log = log_of(&odd, 4, false, false, false, false);
    options.score = CX_SCORE_NPS;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, 100 * 2 / 6.0, 1e-12);
    ck_assert_int_eq(estimate.unit, CX_UNIT_POINTS);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 1);
}
END_TEST

START_TEST(test_answers_all_alike_have_limits_within_the_range) {
    log_columns alike = four;
    alike.score[2] = alike.score[3] = 10;
    cx_frame log = log_of(&alike, 4, false, false, false, false);
    options.score = CX_SCORE_NPS;
    ck_assert_ok(cx_adaptive_mean(&log, NULL, &options, &estimate, err));
    ck_assert_near(estimate.value, 100, 0);
    ck_assert(estimate.flags & CX_FLAG_NO_VARIANCE);
    ck_assert(estimate.ci_low > -100 && estimate.ci_low < 70 && estimate.ci_high <= 100);
}
END_TEST

START_TEST(test_keys_are_estimated_for_themselves) {
    const int32_t points[] = {7, 7, 5, 9};
    cx_frame log = log_of(&four, 4, false, false, true, false);
    cx_array key = cx_array_of(points, CX_I32, 4);
    key.name = "point";
    cx_frame by = {&key, 1, {0, 0}};
    log_columns one = four;
    one.score[3] = NAN;
    log = log_of(&one, 4, false, false, true, false);
    ck_assert_ok(cx_adaptive_mean_by(&log, &by, NULL, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_near(cell("value", 0), 4, 1e-12);
    ck_assert_near(cell("value", 1), 10, 1e-12);
    ck_assert(isnan(cell("value", 2)));
}
END_TEST

START_TEST(test_bad_rows_are_named) {
    log_columns bad = four;
    bad.probability[3] = 1.5;
    cx_frame log = log_of(&bad, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_DOMAIN,
                    "1.5 is not a probability");
    bad = four, bad.invite[1] = 2;
    log = log_of(&bad, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_DOMAIN,
                    "neither 0 nor 1");
    bad = four, bad.response[0] = 0;
    log = log_of(&bad, 4, true, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_DOMAIN,
                    "chance to answer");
    bad = four, bad.score[0] = INFINITY;
    log = log_of(&bad, 4, false, false, false, false);
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_DOMAIN, "infinite");
    column[1].name = "p";
    ck_assert_fails(cx_adaptive_mean(&log, NULL, NULL, &estimate, err), CX_E_NAME,
                    "no column called probability");
}
END_TEST

/* -- after a flag -------------------------------------------------------------------------- */

START_TEST(test_only_answers_after_the_flag_count) {
    const double scores[] = {0, 0, 9, 10, 3, 9, NAN}, periods[] = {1, 2, 3, 3, 4, 4, 5};
    cx_array s = cx_array_of(scores, CX_F64, 7), p = cx_array_of(periods, CX_F64, 7);
    options.score = CX_SCORE_NPS;
    ck_assert_ok(cx_change_since(&s, &p, 2, 70, 3, &options, &estimate, err));
    ck_assert_near(estimate.value, 50 - 70, 1e-12);
    ck_assert_int_eq(estimate.n, 4);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 2);
    ck_assert_int_eq(estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_near(estimate.se, sqrt(10000.0 / 4 + 9), 1e-9);
    ck_assert_near(estimate.df, 3 * pow(2509 / 2500.0, 2), 1e-9);
    ck_assert_fails(cx_change_since(&s, &p, 5, 70, 3, &options, &estimate, err), CX_E_EMPTY,
                    "wait for some");
    ck_assert_fails(cx_change_since(&s, &p, 2, 70, -1, &options, &estimate, err), CX_E_DOMAIN,
                    "reference_se is -1");
}
END_TEST

/* -- period by period ---------------------------------------------------------------------- */

typedef struct cell_columns {
    int64_t period[4];
    double weight[4], n[4], mean[4], variance[4], predicted[4], chance[4], pool[4];
} cell_columns;

static const cell_columns cells = {.period = {2, 2, 1, 1},
                                   .weight = {3, 1, 3, 1},
                                   .n = {10, 5, 2, 20},
                                   .mean = {40, 0, 20, 8},
                                   .variance = {4000, 2000, 3000, 1000},
                                   .predicted = {30, 10, 30, 10},
                                   .chance = {1, 0.5, 1, 1},
                                   .pool = {1, 1, 3, 3}};

static cx_frame cells_of(const cell_columns *in, bool aipw, bool pool) {
    const double *const data[] = {in->weight, in->n, in->mean, in->variance};
    const char *const names[] = {"weight", "n", "mean", "variance"};
    int64_t count = 0;
    column[count] = cx_array_of(in->period, CX_I64, 4), column[count++].name = "period";
    for (int i = 0; i < 4; i++)
        column[count] = cx_array_of(data[i], CX_F64, 4), column[count++].name = names[i];
    if (aipw) {
        column[count] = cx_array_of(in->predicted, CX_F64, 4), column[count++].name = "predicted";
        column[count] = cx_array_of(in->chance, CX_F64, 4), column[count++].name = "chance";
    }
    if (pool) column[count] = cx_array_of(in->pool, CX_F64, 4), column[count++].name = "pool";
    return (cx_frame){column, count, {0, 0}};
}

START_TEST(test_periods_are_weighted_by_what_was_fixed_before) {
    cx_frame frame = cells_of(&cells, false, false);
    ck_assert_ok(cx_period_means(&frame, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_near(cell("value", 0), 17, 1e-12);
    ck_assert_near(cell("value", 1), 30, 1e-12);
    double first = (9 * 1500 + 50) / 16.0, second = (9 * 400 + 400) / 16.0;
    ck_assert_near(cell("se", 0), sqrt(first), 1e-12);
    ck_assert_near(figure("value"), 23.5, 1e-12);
    ck_assert_near(figure("se"), sqrt(first + second) / 2, 1e-12);
    ck_assert_near(figure("se_between"), sqrt(2 * 6.5 * 6.5) / 2, 1e-12);
    cx_table_free(table);
    frame = cells_of(&cells, false, true);
    ck_assert_ok(cx_period_means(&frame, NULL, &table, err));
    ck_assert_near(figure("value"), (3 * 17 + 30) / 4.0, 1e-12);
}
END_TEST

START_TEST(test_a_point_without_answers_counts_with_its_prediction) {
    cell_columns silent = cells;
    cx_period_options period;
    cx_period_options_init(&period);
    silent.n[1] = 0;
    cx_frame frame = cells_of(&silent, true, false);
    ck_assert_ok(cx_period_means(&frame, NULL, &table, err));
    ck_assert(isnan(cell("value", 1)) && isnan(figure("value")));
    cx_table_free(table);
    period.aipw = 1;
    ck_assert_ok(cx_period_means(&frame, &period, &table, err));
    ck_assert_near(cell("value", 1), (3 * 40 + 10) / 4.0, 1e-12);
    cx_table_free(table);
    frame = cells_of(&cells, true, false);
    ck_assert_ok(cx_period_means(&frame, &period, &table, err));
    ck_assert_near(cell("value", 1), (3 * 40 + 10 + 2 * -10) / 4.0, 1e-12);
    ck_assert_near(cell("se", 1), sqrt(9 * 400 + 100 * 2 + 400 * 2) / 4, 1e-12);
}
END_TEST

START_TEST(test_cells_that_cannot_be_are_named) {
    cell_columns bad = cells;
    bad.n[2] = 1.5;
    cx_frame frame = cells_of(&bad, false, false);
    ck_assert_fails(cx_period_means(&frame, NULL, &table, err), CX_E_DOMAIN, "number of answers");
    bad = cells, bad.pool[1] = 2;
    frame = cells_of(&bad, false, true);
    ck_assert_fails(cx_period_means(&frame, NULL, &table, err), CX_E_DOMAIN, "differs from 1");
    frame.columns = column, frame.count = 3;
    ck_assert_fails(cx_period_means(&frame, NULL, &table, err), CX_E_NAME, "called mean");
}
END_TEST

/* -- at every look ------------------------------------------------------------------------- */

START_TEST(test_the_running_mean_narrows_and_stays_in_its_range) {
    double estimates[200];
    for (int i = 0; i < 200; i++) estimates[i] = 30 + (i % 2 == 0 ? 4 : -4);
    cx_array e = cx_array_of(estimates, CX_F64, 200);
    ck_assert_ok(cx_running_mean(&e, NULL, NULL, &table, err));
    ck_assert_near(cell("value", 199), 30, 1e-12);
    ck_assert(cell("ci_low", 0) == -100 && cell("ci_high", 0) == 100);
    double wide = cell("ci_high", 49) - cell("ci_low", 49);
    ck_assert(cell("ci_high", 199) - cell("ci_low", 199) < wide);
    estimates[3] = 101;
    ck_assert_fails(cx_running_mean(&e, NULL, NULL, &table, err), CX_E_DOMAIN, "outside -100");
}
END_TEST

Suite *suite_adaptive(void);
Suite *suite_adaptive(void) {
    Suite *suite = suite_create("adaptive");
    TCase *tcase = tcase_create("adaptive");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_without_answers_there_is_no_figure);
    tcase_add_test(tcase, test_one_answer_has_a_value_and_no_limits);
    tcase_add_test(tcase, test_hajek_weighs_each_answer_by_its_chance);
    tcase_add_test(tcase, test_horvitz_thompson_divides_by_everybody);
    tcase_add_test(tcase, test_aipw_corrects_the_predictions_of_everybody);
    tcase_add_test(tcase, test_the_naive_mean_says_what_it_is);
    tcase_add_test(tcase, test_the_chance_to_answer_belongs_to_the_weight);
    tcase_add_test(tcase, test_silence_needs_a_chance_to_answer_or_the_ratio);
    tcase_add_test(tcase, test_rows_of_one_contact_belong_together);
    tcase_add_test(tcase, test_those_without_a_chance_are_outside_and_counted);
    tcase_add_test(tcase, test_classes_are_put_together_by_their_shares);
    tcase_add_test(tcase, test_a_class_without_answers_or_without_a_share_is_named);
    tcase_add_test(tcase, test_net_scores_are_in_points_and_others_counted);
    tcase_add_test(tcase, test_answers_all_alike_have_limits_within_the_range);
    tcase_add_test(tcase, test_keys_are_estimated_for_themselves);
    tcase_add_test(tcase, test_bad_rows_are_named);
    tcase_add_test(tcase, test_only_answers_after_the_flag_count);
    tcase_add_test(tcase, test_periods_are_weighted_by_what_was_fixed_before);
    tcase_add_test(tcase, test_a_point_without_answers_counts_with_its_prediction);
    tcase_add_test(tcase, test_cells_that_cannot_be_are_named);
    tcase_add_test(tcase, test_the_running_mean_narrows_and_stays_in_its_range);
    suite_add_tcase(suite, tcase);
    return suite;
}
