#include "../unit/survey/sample.h"

/* Every allocation of a design and of the estimates under it fails, once and for ever: the call
 * says CX_E_MEMORY and nothing is left behind. */

static cx_status run_estimates(const cx_design *design, cx_error *err) {
    cx_survey_estimate estimate;
    cx_table *table = NULL;
    cx_status status = cx_survey_nps(&sample_column_y, design, NULL, NULL, &estimate, err);
    if (status == CX_OK)
        status =
            cx_survey_ratio(&sample_column_y, &sample_column_x, design, NULL, NULL, &estimate, err);
    if (status == CX_OK)
        status = cx_survey_by(CX_SURVEY_MEAN, &sample_column_y, NULL, design, &sample_by, NULL,
                              &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    return status;
}

/* 0: stages; 1: a calibration; 2: replicates of it */
static cx_status run_design(int kind, const cx_weights *weights, const cx_allocator *allocator,
                            cx_error *err) {
    cx_design_options options;
    cx_design *design = NULL;
    cx_design_options_init(&options);
    options.allocator = allocator;
    if (kind == 2) options.replicates = CX_REPLICATES_JKN;
    cx_status status = kind == 0 ? cx_design_new(&sample_weights, &sample_strata, &sample_stages,
                                                 &sample_fpc_stages, NULL, &options, &design, err)
                                 : cx_design_new(NULL, &sample_strata, &sample_clusters, NULL,
                                                 weights, &options, &design, err);
    ck_assert((status == CX_OK) == (design != NULL));
    if (status == CX_OK) status = run_estimates(design, err);
    cx_design_free(design);
    return status;
}

static int64_t fail_everywhere(int kind, const cx_weights *weights, bool once) {
    for (int64_t at = 0; at < 10000; at++) {
        fault f = {0, 0, at, once};
        cx_allocator allocator = fault_allocator(&f);
        cx_error error;
        cx_error_init(&error);
        cx_status status = run_design(kind, weights, &allocator, &error);
        ck_assert_int_eq(f.live, 0);
        if (status == CX_OK) return at;
        ck_assert_msg(status == CX_E_MEMORY, "request %ld: %s", (long)at, error.text);
    }
    ck_abort_msg("never succeeded");
    return 0;
}

START_TEST(test_a_design_survives_every_failing_allocation) {
    cx_weights *weights = sample_rake();
    ck_assert_int_ge(fail_everywhere(_i, weights, true), 60);
    ck_assert_int_ge(fail_everywhere(_i, weights, false), 60);
    cx_weights_free(weights);
}
END_TEST

Suite *suite_alloc_survey(void);
Suite *suite_alloc_survey(void) {
    Suite *suite = suite_create("alloc_survey");
    TCase *tcase = tcase_create("alloc_survey");
    tcase_add_checked_fixture(tcase, sample_setup, NULL);
    tcase_add_loop_test(tcase, test_a_design_survives_every_failing_allocation, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
