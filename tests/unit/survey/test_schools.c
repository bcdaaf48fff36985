#define _POSIX_C_SOURCE 200809L

#include "../metric/figures.h"

/* 183 Californian schools of 15 drawn districts: the calibrations of R survey's test caleg.R. */

enum { SCHOOLS = 183 };

static double enroll[SCHOOLS], tested[SCHOOLS], start[SCHOOLS], whole[SCHOOLS], one[SCHOOLS];
static double mean_enroll[SCHOOLS];
static int32_t district[SCHOOLS];
static cx_weights *weights;
static cx_design *design;
static cx_calibrate_options opts;

static void setup(void) {
    weights = NULL;
    design = NULL;
    cx_calibrate_options_init(&opts);
    opts.distance = CX_DISTANCE_LINEAR;
}

static void teardown(void) {
    cx_weights_free(weights);
    cx_design_free(design);
}

/* Each number is the mean of its district's: then weights are the same within one. */
static void average(void) {
    for (int i = 0; i < SCHOOLS; i++) {
        double sum = 0, n = 0;
        for (int j = 0; j < SCHOOLS; j++)
            if (district[j] == district[i]) sum += enroll[j], n++;
        mean_enroll[i] = sum / n;
    }
}

static bool read_schools(void) {
    char path[500], command[600], line[400];
    if (shared_path("data/oracle-inputs/apiclus1.csv.gz", path, sizeof path) == NULL) return false;
    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    FILE *file = popen(command, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    for (int i = 0; i < SCHOOLS; i++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
        ck_assert_int_eq(sscanf(line,
                                "\"%*[^\"]\",\"%*[^\"]\",%*d,%d,%*d,%*d,%*d,\"%*[^\"]\",\"%*[^\"]"
                                "\",\"%*[^\"]\",\"%*[^\"]\",%*d,%*d,%lf,%lf,%lf,%lf",
                                &district[i], &enroll[i], &tested[i], &start[i], &whole[i]),
                         5);
        one[i] = 1;
    }
    pclose(file);
    average();
    return true;
}

static void calibrate(const double *x) {
    static const double goal[] = {6194, 3811472};
    cx_array column[2] = {cx_array_of(one, CX_F64, SCHOOLS), cx_array_of(x, CX_F64, SCHOOLS)};
    cx_array totals = cx_array_of(goal, CX_F64, 2), from = cx_array_of(start, CX_F64, SCHOOLS);
    cx_frame xs = {column, 2, {0, 0}};
    column[0].name = "schools", column[1].name = "enroll";
    ck_assert_ok(cx_calibrate(&xs, &totals, NULL, NULL, &from, &opts, &weights, err));
}

static void expect_ratios(double least, double largest, double digits) {
    cx_weights_summary told;
    ck_assert_ok(cx_weights_summarise(weights, &told, err));
    ck_assert_double_eq_tol(told.ratio_min, least, digits);
    ck_assert_double_eq_tol(told.ratio_max, largest, digits);
}

START_TEST(test_ratios_of_linear_weights_are_the_published_ones) {
    if (!read_schools()) return;
    calibrate(enroll);
    expect_ratios(0.7906782, 1.7891164, 5e-8);
}
END_TEST

START_TEST(test_bounds_give_the_published_ratios) {
    if (!read_schools()) return;
    opts.distance = CX_DISTANCE_TRUNCATED_LINEAR;
    opts.lower = 0.6, opts.upper = 1.5;
    calibrate(enroll);
    expect_ratios(0.7198751, 1.5, 5e-8);
}
END_TEST

START_TEST(test_weights_alike_within_clusters_give_the_published_total) {
    cx_survey_estimate total;
    if (!read_schools()) return;
    calibrate(mean_enroll);
    cx_array y = cx_array_of(tested, CX_F64, SCHOOLS),
             unit = cx_array_of(district, CX_I32, SCHOOLS);
    cx_array population = cx_array_of(whole, CX_F64, SCHOOLS);
    cx_frame units = {&unit, 1, {0, 0}}, fpc = {&population, 1, {0, 0}};
    unit.name = "district", population.name = "fpc";
    ck_assert_ok(cx_design_new(NULL, NULL, &units, &fpc, weights, NULL, &design, err));
    ck_assert_ok(cx_survey_total(&y, design, NULL, NULL, &total, err));
    ck_assert_double_eq_tol(total.estimate.value, 3242857, 0.5);
    ck_assert_double_eq_tol(total.estimate.se, 38967, 0.5);
}
END_TEST

Suite *suite_schools(void);
Suite *suite_schools(void) {
    Suite *suite = suite_create("schools");
    TCase *tcase = tcase_create("schools");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_ratios_of_linear_weights_are_the_published_ones);
    tcase_add_test(tcase, test_bounds_give_the_published_ratios);
    tcase_add_test(tcase, test_weights_alike_within_clusters_give_the_published_total);
    suite_add_tcase(suite, tcase);
    return suite;
}
