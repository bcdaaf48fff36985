#include "sample.h"

static const double stratum[SAMPLE_ROWS] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3};
static const double cluster[SAMPLE_ROWS] = {1, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2};
static const double row_number[SAMPLE_ROWS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
static const double clusters_of[SAMPLE_ROWS] = {8, 8, 8, 8, 8, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4};
static const double rows_of[SAMPLE_ROWS] = {6, 6, 6, 5, 5, 7, 7, 9, 9, 9, 9, 3, 3, 4, 4};
static const double g[SAMPLE_ROWS] = {0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1};
static int64_t keys[4][SAMPLE_ROWS];
const double sample_weight[SAMPLE_ROWS] = {2, 2, 3, 1, 4, 2, 5, 1, 1, 2, 2, 3, 3, 1, 2};
const double sample_y[SAMPLE_ROWS] = {3, 9, 10, 7, 0, 10, 8, 2, 9, 6, 10, 5, 9, 10, 1};
const double sample_x[SAMPLE_ROWS] = {1, 2, 2, 1, 3, 2, 1, 1, 4, 2, 2, 1, 3, 2, 1};

cx_array sample_column_y, sample_column_x, sample_column_g, sample_weights;
cx_frame sample_strata, sample_clusters, sample_stages, sample_fpc, sample_fpc_stages;
cx_frame sample_table, sample_by;
static cx_array strata, stages[2], populations[2], table[2];

static cx_array named(const void *values, cx_dtype type, const char *name) {
    cx_array array = cx_array_of(values, type, SAMPLE_ROWS);
    array.name = name;
    return array;
}

static cx_array key(int at, const double *values, const char *name) {
    for (int i = 0; i < SAMPLE_ROWS; i++) keys[at][i] = (int64_t)values[i];
    return named(keys[at], CX_I64, name);
}

void sample_setup(void) {
    sample_column_y = named(sample_y, CX_F64, "y");
    sample_column_x = named(sample_x, CX_F64, "x");
    sample_weights = named(sample_weight, CX_F64, "w");
    strata = key(0, stratum, "stratum");
    stages[0] = key(1, cluster, "cluster");
    stages[1] = key(2, row_number, "row");
    sample_column_g = key(3, g, "g");
    populations[0] = named(clusters_of, CX_F64, "clusters");
    populations[1] = named(rows_of, CX_F64, "rows");
    table[0] = sample_column_g, table[1] = strata;
    sample_strata = (cx_frame){&strata, 1, {0, 0}};
    sample_clusters = (cx_frame){stages, 1, {0, 0}};
    sample_stages = (cx_frame){stages, 2, {0, 0}};
    sample_fpc = (cx_frame){populations, 1, {0, 0}};
    sample_fpc_stages = (cx_frame){populations, 2, {0, 0}};
    sample_table = (cx_frame){table, 2, {0, 0}};
    sample_by = (cx_frame){&sample_column_g, 1, {0, 0}};
}

static void add_margin(cx_margins *margins, const char *name, const int64_t *values,
                       const double *totals, int64_t count) {
    cx_array category = cx_array_of(values, CX_I64, count);
    cx_array total = cx_array_of(totals, CX_F64, count);
    category.name = name;
    cx_frame categories = {&category, 1, {0, 0}};
    ck_assert_ok(cx_margins_add(margins, &categories, &total, err));
}

cx_weights *sample_rake(void) {
    static const int64_t values[] = {0, 1, 2, 3};
    static const double of_g[] = {20, 15}, of_strata[] = {12, 13, 10};
    cx_margins *margins;
    cx_weights *weights = NULL;
    ck_assert_ok(cx_margins_new(NULL, &margins, err));
    add_margin(margins, "g", values, of_g, 2);
    add_margin(margins, "stratum", values + 1, of_strata, 3);
    ck_assert_ok(cx_rake(&sample_table, margins, &sample_weights, NULL, &weights, err));
    cx_margins_free(margins);
    return weights;
}

cx_design *sample_design(int32_t replicates) {
    cx_design_options options;
    cx_design *design = NULL;
    cx_design_options_init(&options);
    options.replicates = replicates;
    ck_assert_ok(cx_design_new(&sample_weights, &sample_strata, &sample_clusters, NULL, NULL,
                               &options, &design, err));
    return design;
}

double sample_expected(const char *id, double *tolerance) {
    vectors v = vectors_read("survey");
    double value = NAN;
    *tolerance = 0;
    for (int64_t i = 0; i < v.rows; i++) {
        if (strcmp(vectors_text(&v, i, "id"), id) != 0) continue;
        value = vectors_number(&v, i, "value");
        *tolerance = vectors_number(&v, i, "tolerance");
    }
    vectors_free(&v);
    ck_assert_msg(!isnan(value), "there is no vector %s", id);
    return value;
}
