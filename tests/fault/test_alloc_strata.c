#include "../unit/survey/sample.h"

/* Every allocation of survey sums fails, once and for ever: the call says CX_E_MEMORY, states stay
 * as they were and nothing is left behind. */

static cx_status read_all(const cx_strata *state, cx_error *err) {
    cx_survey_estimate estimate;
    cx_table *table = NULL;
    uint8_t bytes[8192];
    size_t size = cx_strata_encoded_size(state);
    cx_strata *again = NULL;
    ck_assert_uint_le(size, sizeof bytes);
    cx_status status =
        cx_strata_estimate(state, CX_SURVEY_MEAN, CX_LONELY_ADJUST, NULL, NULL, &estimate, err);
    if (status == CX_OK)
        status = cx_strata_by(state, CX_SURVEY_MEAN, CX_LONELY_ADJUST, NULL, 0, NULL, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_strata_cells(state, &table, err);
    cx_table_free(table);
    if (status != CX_OK) return status;
    ck_assert_int_eq(cx_strata_encode(state, bytes, size, err), CX_OK);
    ck_assert_int_eq(cx_strata_decode(bytes, size, NULL, &again, err), CX_OK);
    ck_assert(cx_strata_equal(state, again));
    cx_strata_free(again);
    return CX_OK;
}

static cx_status add(cx_strata *state, int kind, const cx_frame *by, cx_error *err) {
    int64_t rows = cx_strata_rows(state);
    cx_status status = cx_strata_add(
        state, &sample_column_y, NULL, &sample_weights, sample_strata.columns,
        kind > 0 ? sample_clusters.columns : NULL, kind > 1 ? sample_fpc.columns : NULL, by, err);
    ck_assert_int_eq(cx_strata_rows(state), status == CX_OK ? rows + SAMPLE_ROWS : rows);
    return status;
}

/* 0: rows; 1: clusters; 2: finite populations */
static cx_status run_strata(int kind, const cx_allocator *allocator, cx_error *err) {
    cx_strata *state = NULL, *copy = NULL;
    cx_status status = cx_strata_new(CX_SURVEY_MEAN, NULL, allocator, &state, err);
    ck_assert((status == CX_OK) == (state != NULL));
    if (status == CX_OK) status = add(state, kind, &sample_by, err);
    if (status == CX_OK) status = cx_strata_copy(state, allocator, &copy, err);
    if (status == CX_OK) status = add(copy, kind, &sample_by, err);
    if (status == CX_OK) status = cx_strata_merge(state, copy, err);
    if (status == CX_OK) status = read_all(state, err);
    cx_strata_free(state);
    cx_strata_free(copy);
    return status;
}

static cx_status run_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                            cx_error *err) {
    cx_strata *state = NULL;
    cx_status status = cx_strata_decode(bytes, size, allocator, &state, err);
    ck_assert((status == CX_OK) == (state != NULL));
    cx_strata_free(state);
    return status;
}

START_TEST(test_survey_sums_survive_every_failing_allocation) {
    for (int once = 0; once < 2; once++) {
        int64_t at = 0;
        for (cx_status status = CX_E_MEMORY; status != CX_OK; at++) {
            fault f = {0, 0, at, once == 1};
            cx_allocator allocator = fault_allocator(&f);
            cx_error error;
            cx_error_init(&error);
            status = run_strata(_i, &allocator, &error);
            ck_assert_int_eq(f.live, 0);
            if (status != CX_OK) ck_assert_int_eq(status, CX_E_MEMORY);
        }
        ck_assert_int_gt(at, 60);
    }
}
END_TEST

START_TEST(test_decoding_survives_every_failing_allocation) {
    uint8_t bytes[8192];
    cx_strata *state;
    ck_assert_ok(cx_strata_new(CX_SURVEY_MEAN, NULL, NULL, &state, err));
    ck_assert_ok(add(state, 2, &sample_by, err));
    size_t size = cx_strata_encoded_size(state);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_ok(cx_strata_encode(state, bytes, size, err));
    cx_strata_free(state);
    int64_t at = 0;
    for (cx_status status = CX_E_MEMORY; status != CX_OK; at++) {
        fault f = {0, 0, at, false};
        cx_allocator allocator = fault_allocator(&f);
        cx_error error;
        cx_error_init(&error);
        status = run_decode(bytes, size, &allocator, &error);
        ck_assert_int_eq(f.live, 0);
        if (status != CX_OK) ck_assert_int_eq(status, CX_E_MEMORY);
    }
    ck_assert_int_gt(at, 10);
}
END_TEST

Suite *suite_alloc_strata(void);
Suite *suite_alloc_strata(void) {
    Suite *suite = suite_create("alloc_strata");
    TCase *tcase = tcase_create("alloc_strata");
    tcase_add_checked_fixture(tcase, sample_setup, NULL);
    tcase_add_loop_test(tcase, test_survey_sums_survive_every_failing_allocation, 0, 3);
    tcase_add_test(tcase, test_decoding_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
