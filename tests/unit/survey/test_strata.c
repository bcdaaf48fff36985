#include "sample.h"

static cx_strata *state, *other;
static cx_survey_estimate estimate, of_rows;
static cx_design *design;
static cx_table *table;

static void setup(void) {
    sample_setup();
    state = other = NULL;
    design = NULL;
    table = NULL;
}

static void teardown(void) {
    cx_strata_free(state);
    cx_strata_free(other);
    cx_design_free(design);
    cx_table_free(table);
}

static cx_array part(const cx_array *column, int64_t start, int64_t count) {
    cx_array out = *column;
    out.data = (const char *)column->data + start * column->stride;
    out.length = count;
    return out;
}

/* Rows start .. of the sample; by g where `keyed`. */
static cx_status add(cx_strata *to, int64_t start, int64_t count, bool clusters, bool keyed,
                     cx_error *err) {
    cx_array y = part(&sample_column_y, start, count), w = part(&sample_weights, start, count);
    cx_array h = part(sample_strata.columns, start, count);
    cx_array c = part(sample_clusters.columns, start, count);
    cx_array fpc = part(sample_fpc.columns, start, count);
    cx_array g = part(&sample_column_g, start, count);
    cx_frame by = {&g, 1, {0, 0}};
    return cx_strata_add(to, &y, NULL, &w, &h, clusters ? &c : NULL, clusters ? &fpc : NULL,
                         keyed ? &by : NULL, err);
}

static cx_strata *made(int32_t figure) {
    cx_strata *out = NULL;
    ck_assert_ok(cx_strata_new(figure, NULL, NULL, &out, err));
    return out;
}

static cx_strata *whole(int32_t figure, bool clusters, bool keyed) {
    cx_strata *out = made(figure);
    ck_assert_ok(add(out, 0, SAMPLE_ROWS, clusters, keyed, err));
    return out;
}

static void expect_equal(void) {
    const cx_estimate *a = &estimate.estimate, *b = &of_rows.estimate;
    ck_assert_close(a->value, b->value, 1e-12);
    ck_assert_close(a->se, b->se, 1e-12);
    ck_assert_close(a->ci_low, b->ci_low, 1e-11);
    ck_assert_close(a->ci_high, b->ci_high, 1e-11);
    ck_assert_close(estimate.deff, of_rows.deff, 1e-11);
    ck_assert_double_eq(a->df, b->df);
    ck_assert_int_eq(a->n, b->n);
    ck_assert_int_eq(estimate.units, of_rows.units);
    ck_assert_int_eq(estimate.strata, of_rows.strata);
}

static double cell(const char *name, int64_t row) {
    return table_number(table, name, row);
}

/* -- figures ------------------------------------------------------------------------------- */

START_TEST(test_a_net_score_of_clusters_is_that_of_the_rows) {
    ck_assert_ok(cx_design_new(&sample_weights, &sample_strata, &sample_clusters, &sample_fpc, NULL,
                               NULL, &design, err));
    ck_assert_ok(cx_survey_nps(&sample_column_y, design, NULL, NULL, &of_rows, err));
    state = whole(CX_SURVEY_NPS, true, false);
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_NPS, CX_LONELY_FAIL, NULL, NULL, &estimate, err));
    expect_equal();
    ck_assert_int_eq(cx_strata_rows(state), SAMPLE_ROWS);
    ck_assert_int_eq(cx_strata_size(state), 3);
    ck_assert_int_eq(cx_strata_figure(state), CX_SURVEY_NPS);
}
END_TEST

START_TEST(test_means_and_totals_of_single_rows_come_from_one_state) {
    ck_assert_ok(
        cx_design_new(&sample_weights, &sample_strata, NULL, NULL, NULL, NULL, &design, err));
    state = whole(CX_SURVEY_TOTAL, false, false);
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, NULL, NULL, &of_rows, err));
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_MEAN, CX_LONELY_FAIL, NULL, NULL, &estimate, err));
    expect_equal();
    ck_assert_ok(cx_survey_total(&sample_column_y, design, NULL, NULL, &of_rows, err));
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_TOTAL, CX_LONELY_FAIL, NULL, NULL, &estimate, err));
    expect_equal();
}
END_TEST

START_TEST(test_clusters_without_a_row_of_the_domain_still_count) {
    ck_assert_ok(cx_design_new(&sample_weights, &sample_strata, &sample_clusters, &sample_fpc, NULL,
                               NULL, &design, err));
    ck_assert_ok(cx_survey_mean(&sample_column_y, design, &sample_column_g, NULL, &of_rows, err));
    state = whole(CX_SURVEY_MEAN, true, true);
    ck_assert_ok(cx_strata_by(state, CX_SURVEY_MEAN, CX_LONELY_FAIL, NULL, 0, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_close(cell("value", 1), of_rows.estimate.value, 1e-12);
    ck_assert_close(cell("se", 1), of_rows.estimate.se, 1e-12);
    ck_assert_int_eq((int64_t)cell("units", 1), of_rows.units);
}
END_TEST

START_TEST(test_values_far_from_nought_keep_their_digits) {
    double y[1000], low[1000];
    for (int i = 0; i < 1000; i++) low[i] = i % 7 / 7.0, y[i] = low[i] + 0x1p30;
    cx_array far = cx_array_of(y, CX_F64, 1000);
    for (int i = 0; i < 1000; i++) low[i] = y[i] - 0x1p30;
    cx_array near = cx_array_of(low, CX_F64, 1000);
    state = made(CX_SURVEY_MEAN), other = made(CX_SURVEY_MEAN);
    ck_assert_ok(cx_strata_add(state, &far, NULL, NULL, NULL, NULL, NULL, NULL, err));
    ck_assert_ok(cx_strata_add(other, &near, NULL, NULL, NULL, NULL, NULL, NULL, err));
    ck_assert_ok(cx_strata_estimate(state, CX_SURVEY_MEAN, 0, NULL, NULL, &estimate, err));
    ck_assert_ok(cx_strata_estimate(other, CX_SURVEY_MEAN, 0, NULL, NULL, &of_rows, err));
    ck_assert_close(estimate.estimate.se, of_rows.estimate.se, 1e-12);
}
END_TEST

START_TEST(test_small_weights_are_not_lost_on_the_grid) {
    double w[100], y[100];
    for (int i = 0; i < 100; i++) w[i] = (1 + i % 3) * 1e-12, y[i] = i % 11;
    cx_array weights = cx_array_of(w, CX_F64, 100), values = cx_array_of(y, CX_F64, 100);
    ck_assert_ok(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &design, err));
    ck_assert_ok(cx_survey_mean(&values, design, NULL, NULL, &of_rows, err));
    state = made(CX_SURVEY_MEAN);
    ck_assert_ok(cx_strata_add(state, &values, NULL, &weights, NULL, NULL, NULL, NULL, err));
    ck_assert_ok(cx_strata_estimate(state, CX_SURVEY_MEAN, 0, NULL, NULL, &estimate, err));
    expect_equal();
}
END_TEST

/* -- states -------------------------------------------------------------------------------- */

START_TEST(test_a_cluster_may_lie_on_two_machines) {
    uint8_t bytes[2][4096];
    state = whole(CX_SURVEY_NPS, true, true);
    other = made(CX_SURVEY_NPS);
    cx_strata *second = made(CX_SURVEY_NPS);
    ck_assert_ok(add(second, 0, 2, true, true, err)); /* a cluster has rows 0 to 2 */
    ck_assert_ok(add(other, 2, SAMPLE_ROWS - 2, true, true, err));
    ck_assert_ok(cx_strata_merge(other, second, err));
    cx_strata_free(second);
    size_t size = cx_strata_encoded_size(state);
    ck_assert_uint_eq(cx_strata_encoded_size(other), size);
    ck_assert_uint_le(size, sizeof bytes[0]);
    ck_assert_ok(cx_strata_encode(state, bytes[0], size, err));
    ck_assert_ok(cx_strata_encode(other, bytes[1], size, err));
    ck_assert_int_eq(memcmp(bytes[0], bytes[1], size), 0);
    ck_assert(cx_strata_equal(state, other));
}
END_TEST

START_TEST(test_an_empty_state_is_neutral_and_reset_makes_one) {
    state = whole(CX_SURVEY_MEAN, true, true), other = made(CX_SURVEY_MEAN);
    ck_assert_ok(cx_strata_merge(state, other, err));
    ck_assert_ok(cx_strata_merge(other, state, err));
    ck_assert(cx_strata_equal(state, other));
    cx_strata_reset(other);
    ck_assert_int_eq(cx_strata_rows(other), 0);
    ck_assert(!cx_strata_equal(state, other));
    ck_assert_fails(cx_strata_estimate(other, CX_SURVEY_MEAN, 0, NULL, NULL, &estimate, err),
                    CX_E_EMPTY, "no row");
    ck_assert(!cx_strata_equal(NULL, other));
    ck_assert_int_eq(cx_strata_figure(NULL), -1);
}
END_TEST

START_TEST(test_a_copy_is_a_state_of_its_own) {
    state = whole(CX_SURVEY_CSAT - 1, false, true);
    ck_assert_ok(cx_strata_copy(state, NULL, &other, err));
    ck_assert(cx_strata_equal(state, other));
    ck_assert_ok(cx_strata_merge(state, state, err));
    ck_assert_int_eq(cx_strata_rows(state), 2 * SAMPLE_ROWS);
    ck_assert(!cx_strata_equal(state, other));
}
END_TEST

START_TEST(test_states_of_different_form_are_refused) {
    state = whole(CX_SURVEY_NPS, true, false), other = whole(CX_SURVEY_NPS, false, false);
    ck_assert_fails(cx_strata_merge(state, other, err), CX_E_MISMATCH, "one has clusters");
    cx_strata_free(other);
    other = whole(CX_SURVEY_MEAN, true, false);
    ck_assert_fails(cx_strata_merge(state, other, err), CX_E_MISMATCH, "one state is of nps");
    cx_strata_free(other);
    cx_survey_options options;
    cx_survey_options_init(&options);
    options.promoters = 8;
    ck_assert_ok(cx_strata_new(CX_SURVEY_NPS, &options, NULL, &other, err));
    ck_assert_fails(cx_strata_merge(state, other, err), CX_E_MISMATCH, "cuts differ");
    ck_assert_fails(add(state, 0, 3, true, true, err), CX_E_MISMATCH, "keys (by)");
    ck_assert_int_eq(cx_strata_rows(state), SAMPLE_ROWS);
}
END_TEST

START_TEST(test_a_population_differs_on_no_machine) {
    double y[2] = {1, 2}, ten[2] = {10, 10}, mixed[2] = {10, 12};
    int64_t h[2] = {4, 4};
    cx_array values = cx_array_of(y, CX_F64, 2), fpc = cx_array_of(ten, CX_F64, 2);
    cx_array strata = cx_array_of(h, CX_I64, 2);
    state = made(CX_SURVEY_MEAN), other = made(CX_SURVEY_MEAN);
    ck_assert_ok(cx_strata_add(state, &values, NULL, NULL, &strata, NULL, &fpc, NULL, err));
    fpc = cx_array_of(mixed, CX_F64, 2);
    ck_assert_fails(cx_strata_add(other, &values, NULL, NULL, &strata, NULL, &fpc, NULL, err),
                    CX_E_MISMATCH, "the stratum 4 is 10 here and 12 there");
    ck_assert_int_eq(cx_strata_rows(other), 0);
    mixed[0] = 12;
    ck_assert_ok(cx_strata_add(other, &values, NULL, NULL, &strata, NULL, &fpc, NULL, err));
    ck_assert_fails(cx_strata_merge(state, other, err), CX_E_MISMATCH, "the stratum 4 is 10");
    mixed[0] = mixed[1] = 1.5;
    cx_strata_reset(other);
    ck_assert_ok(cx_strata_add(other, &values, NULL, NULL, &strata, NULL, &fpc, NULL, err));
    ck_assert_fails(cx_strata_estimate(other, CX_SURVEY_MEAN, 0, NULL, NULL, &estimate, err),
                    CX_E_DOMAIN, "stratum 4 has 2 units in the sample and only 1.5");
}
END_TEST

/* -- what is refused ----------------------------------------------------------------------- */

START_TEST(test_lonely_strata_are_named) {
    state = made(CX_SURVEY_MEAN);
    ck_assert_ok(add(state, 0, 6, false, false, err)); /* one row of the second stratum */
    ck_assert_fails(
        cx_strata_estimate(state, CX_SURVEY_MEAN, CX_LONELY_FAIL, NULL, NULL, &estimate, err),
        CX_E_FEW, "the stratum 2 has a single unit");
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_MEAN, CX_LONELY_ADJUST, NULL, NULL, &estimate, err));
    ck_assert_fails(cx_strata_estimate(state, CX_SURVEY_MEAN, 9, NULL, NULL, &estimate, err),
                    CX_E_OPTION, "lonely is 9");
    ck_assert_fails(cx_strata_estimate(state, CX_SURVEY_NPS, 0, NULL, NULL, &estimate, err),
                    CX_E_OPTION, "the state is of mean, and nps");
}
END_TEST

START_TEST(test_rows_that_cannot_be_added_change_nothing) {
    double y[2] = {1, INFINITY}, w[2] = {1, -1}, big[2] = {1e30, 1e30};
    cx_array bad = cx_array_of(y, CX_F64, 2), weights = cx_array_of(w, CX_F64, 2);
    cx_array good = cx_array_of(big, CX_F64, 2);
    state = made(CX_SURVEY_MEAN);
    ck_assert_fails(cx_strata_add(state, &bad, NULL, NULL, NULL, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "infinite");
    ck_assert_fails(cx_strata_add(state, &good, NULL, &weights, NULL, NULL, NULL, NULL, err),
                    CX_E_DOMAIN, "-1");
    ck_assert_fails(cx_strata_add(state, &good, NULL, NULL, NULL, NULL, NULL, NULL, err),
                    CX_E_OVERFLOW, "1.7e38");
    ck_assert_fails(cx_strata_add(state, &good, &good, NULL, NULL, NULL, NULL, NULL, err),
                    CX_E_OPTION, "only a ratio");
    cx_array odd = good;
    odd.name = "(stratum)";
    cx_frame by = {&odd, 1, {0, 0}};
    ck_assert_fails(cx_strata_add(state, &good, NULL, NULL, NULL, NULL, NULL, &by, err),
                    CX_E_OPTION, "cannot be called (stratum)");
    ck_assert_int_eq(cx_strata_rows(state), 0);
}
END_TEST

START_TEST(test_weights_whose_fourth_powers_overflow_are_refused) {
    double y[2] = {10, 3}, w[2] = {1, 4e9};
    cx_array scores = cx_array_of(y, CX_F64, 2), weights = cx_array_of(w, CX_F64, 2);
    state = made(CX_SURVEY_NPS), other = made(CX_SURVEY_MEAN);
    ck_assert_fails(cx_strata_add(state, &scores, NULL, &weights, NULL, NULL, NULL, NULL, err),
                    CX_E_OVERFLOW, "fourth powers of the weights");
    ck_assert_int_eq(cx_strata_rows(state), 0);
    ck_assert_ok(cx_strata_add(other, &scores, NULL, &weights, NULL, NULL, NULL, NULL, err));
    w[1] = 2.5e9;
    ck_assert_ok(cx_strata_add(state, &scores, NULL, &weights, NULL, NULL, NULL, NULL, err));
    ck_assert_ok(cx_strata_merge(state, state, err));
    ck_assert_ok(cx_strata_merge(state, state, err));
    ck_assert_fails(cx_strata_merge(state, state, err), CX_E_OVERFLOW, "1.7e38");
    ck_assert_int_eq(cx_strata_rows(state), 8);
}
END_TEST

START_TEST(test_small_weights_of_a_net_score_keep_their_freedom) {
    double w[100], y[100];
    for (int i = 0; i < 100; i++) w[i] = (1 + i % 3) * 1e-9, y[i] = i % 11;
    cx_array weights = cx_array_of(w, CX_F64, 100), scores = cx_array_of(y, CX_F64, 100);
    ck_assert_ok(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &design, err));
    ck_assert_ok(cx_survey_nps(&scores, design, NULL, NULL, &of_rows, err));
    state = made(CX_SURVEY_NPS);
    ck_assert_ok(cx_strata_add(state, &scores, NULL, &weights, NULL, NULL, NULL, NULL, err));
    ck_assert_ok(cx_strata_estimate(state, CX_SURVEY_NPS, 0, NULL, NULL, &estimate, err));
    ck_assert_close(estimate.estimate.se, of_rows.estimate.se, 1e-12);
    ck_assert_close(estimate.estimate.df, of_rows.estimate.df, 1e-5);
    ck_assert_close(estimate.estimate.ci_low, of_rows.estimate.ci_low, 1e-6);
}
END_TEST

START_TEST(test_keys_to_total_have_to_leave_one) {
    state = whole(CX_SURVEY_MEAN, true, true), other = whole(CX_SURVEY_MEAN, true, false);
    ck_assert_fails(cx_strata_by(state, CX_SURVEY_MEAN, 0, NULL, 1, NULL, &table, err), CX_E_OPTION,
                    "totalled is 1");
    ck_assert_fails(cx_strata_by(other, CX_SURVEY_MEAN, 0, NULL, 0, NULL, &table, err), CX_E_OPTION,
                    "no keys");
    ck_assert_fails(cx_strata_cells(other, &table, err), CX_E_OPTION, "no keys");
    cx_survey_options options;
    cx_survey_options_init(&options);
    options.min_n = 16;
    ck_assert_fails(cx_strata_estimate(state, CX_SURVEY_MEAN, 0, NULL, &options, &estimate, err),
                    CX_E_SUPPRESSED, "fewer than 16");
}
END_TEST

/* -- calibration --------------------------------------------------------------------------- */

/* The sample's margins: g, and its strata as a key. */
static void add_keyed(cx_strata *to) {
    cx_frame by = sample_table;
    ck_assert_ok(cx_strata_add(to, &sample_column_y, NULL, &sample_weights, sample_strata.columns,
                               sample_clusters.columns, NULL, &by, err));
}

static cx_margins *margins_of(void) {
    static const int64_t g[] = {0, 1}, h[] = {1, 2, 3};
    static const double of_g[] = {20, 15}, of_h[] = {12, 13, 10};
    cx_margins *out;
    cx_array key = cx_array_of(g, CX_I64, 2), total = cx_array_of(of_g, CX_F64, 2);
    cx_frame frame = {&key, 1, {0, 0}};
    key.name = "g";
    ck_assert_ok(cx_margins_new(NULL, &out, err));
    ck_assert_ok(cx_margins_add(out, &frame, &total, err));
    key = cx_array_of(h, CX_I64, 3), total = cx_array_of(of_h, CX_F64, 3);
    key.name = "stratum";
    ck_assert_ok(cx_margins_add(out, &frame, &total, err));
    return out;
}

static cx_weights *rake_cells(const cx_strata *of, bool even) {
    cx_margins *margins = margins_of();
    cx_weights *out = NULL;
    cx_array key[2], weight;
    ck_assert_ok(cx_strata_cells(of, &table, err));
    for (int i = 0; i < 2; i++) {
        ck_assert_ok(cx_table_column(table, i, &key[i], err));
        key[i].name = i == 0 ? "g" : "stratum";
    }
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "weight"), &weight, err));
    cx_frame keys = {key, 2, {0, 0}};
    ck_assert_ok(cx_rake(&keys, margins, even ? NULL : &weight, NULL, &out, err));
    cx_margins_free(margins);
    return out;
}

START_TEST(test_raked_cells_give_the_error_of_raked_rows) {
    cx_weights *of_row = sample_rake();
    ck_assert_ok(
        cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, of_row, NULL, &design, err));
    ck_assert_ok(cx_survey_nps(&sample_column_y, design, NULL, NULL, &of_rows, err));
    state = made(CX_SURVEY_NPS);
    add_keyed(state);
    cx_weights *of_cells = rake_cells(state, false);
    ck_assert_int_eq((int64_t)cell("rows", 0), 2);
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_NPS, CX_LONELY_FAIL, of_cells, NULL, &estimate, err));
    ck_assert_close(estimate.estimate.value, of_rows.estimate.value, 1e-8);
    ck_assert_close(estimate.estimate.se, of_rows.estimate.se, 1e-8);
    ck_assert_close(estimate.deff, of_rows.deff, 1e-8);
    cx_weights_free(of_row);
    cx_weights_free(of_cells);
}
END_TEST

/* A number that is the same for all rows of a cell: calibrating the cells' counts on it is
 * calibrating the rows. */
START_TEST(test_cells_calibrated_to_a_number_give_the_error_of_rows) {
    double tenure[SAMPLE_ROWS], of_cell[2] = {1, 2.5}, ones[SAMPLE_ROWS], goal[2] = {35, 60};
    const int64_t *g = sample_column_g.data;
    for (int i = 0; i < SAMPLE_ROWS; i++) tenure[i] = of_cell[g[i]], ones[i] = 1;
    cx_array x[2] = {cx_array_of(ones, CX_F64, SAMPLE_ROWS),
                     cx_array_of(tenure, CX_F64, SAMPLE_ROWS)};
    cx_array totals = cx_array_of(goal, CX_F64, 2), weight;
    cx_frame xs = {x, 2, {0, 0}}, by = {&sample_column_g, 1, {0, 0}};
    cx_calibrate_options linear;
    cx_weights *of_row, *of_cells;
    x[0].name = "one", x[1].name = "tenure";
    cx_calibrate_options_init(&linear);
    linear.distance = CX_DISTANCE_LINEAR;
    ck_assert_ok(cx_calibrate(&xs, &totals, NULL, NULL, &sample_weights, &linear, &of_row, err));
    ck_assert_ok(
        cx_design_new(NULL, &sample_strata, &sample_clusters, NULL, of_row, NULL, &design, err));
    ck_assert_ok(cx_survey_nps(&sample_column_y, design, NULL, NULL, &of_rows, err));
    state = made(CX_SURVEY_NPS);
    ck_assert_ok(cx_strata_add(state, &sample_column_y, NULL, &sample_weights,
                               sample_strata.columns, sample_clusters.columns, NULL, &by, err));
    ck_assert_ok(cx_strata_cells(state, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    x[0] = cx_array_of(ones, CX_F64, 2), x[1] = cx_array_of(of_cell, CX_F64, 2);
    x[0].name = "one", x[1].name = "tenure";
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "weight"), &weight, err));
    ck_assert_ok(cx_calibrate(&xs, &totals, NULL, NULL, &weight, &linear, &of_cells, err));
    ck_assert_ok(
        cx_strata_estimate(state, CX_SURVEY_NPS, CX_LONELY_FAIL, of_cells, NULL, &estimate, err));
    ck_assert_close(estimate.estimate.value, of_rows.estimate.value, 1e-9);
    ck_assert_close(estimate.estimate.se, of_rows.estimate.se, 1e-9);
    ck_assert_close(estimate.deff, of_rows.deff, 1e-9);
    cx_weights_free(of_row);
    cx_weights_free(of_cells);
}
END_TEST

START_TEST(test_a_calibration_of_something_else_is_refused) {
    state = made(CX_SURVEY_NPS), other = whole(CX_SURVEY_NPS, true, true);
    add_keyed(state);
    cx_weights *of_rows_weights = sample_rake(), *even = rake_cells(state, true), *cut = NULL;
    ck_assert_fails(
        cx_strata_estimate(state, CX_SURVEY_NPS, 0, of_rows_weights, NULL, &estimate, err),
        CX_E_MISMATCH, "the calibration has 15 rows");
    ck_assert_fails(cx_strata_estimate(state, CX_SURVEY_NPS, 0, even, NULL, &estimate, err),
                    CX_E_MISMATCH, "the calibration started from");
    ck_assert_ok(cx_trim(NULL, even, NULL, &cut, err));
    ck_assert_fails(cx_strata_estimate(state, CX_SURVEY_NPS, 0, cut, NULL, &estimate, err),
                    CX_E_OPTION, "trimmed");
    cx_weights_free(of_rows_weights);
    cx_weights_free(even);
    cx_weights_free(cut);
}
END_TEST

Suite *suite_strata(void);
Suite *suite_strata(void) {
    Suite *suite = suite_create("strata");
    TCase *tcase = tcase_create("strata");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_net_score_of_clusters_is_that_of_the_rows);
    tcase_add_test(tcase, test_means_and_totals_of_single_rows_come_from_one_state);
    tcase_add_test(tcase, test_clusters_without_a_row_of_the_domain_still_count);
    tcase_add_test(tcase, test_values_far_from_nought_keep_their_digits);
    tcase_add_test(tcase, test_small_weights_are_not_lost_on_the_grid);
    tcase_add_test(tcase, test_a_cluster_may_lie_on_two_machines);
    tcase_add_test(tcase, test_an_empty_state_is_neutral_and_reset_makes_one);
    tcase_add_test(tcase, test_a_copy_is_a_state_of_its_own);
    tcase_add_test(tcase, test_states_of_different_form_are_refused);
    tcase_add_test(tcase, test_a_population_differs_on_no_machine);
    tcase_add_test(tcase, test_lonely_strata_are_named);
    tcase_add_test(tcase, test_rows_that_cannot_be_added_change_nothing);
    tcase_add_test(tcase, test_weights_whose_fourth_powers_overflow_are_refused);
    tcase_add_test(tcase, test_small_weights_of_a_net_score_keep_their_freedom);
    tcase_add_test(tcase, test_keys_to_total_have_to_leave_one);
    tcase_add_test(tcase, test_raked_cells_give_the_error_of_raked_rows);
    tcase_add_test(tcase, test_cells_calibrated_to_a_number_give_the_error_of_rows);
    tcase_add_test(tcase, test_a_calibration_of_something_else_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
