#include "../unit/business/columns.h"

/* Every allocation of a regression fails, once and for ever. */

enum { FAULT_ROWS = 12 };

static const double fault_x[] = {1, 4, 2, 8, 5, 7, 3, 6, 9, 2, 4, 1,
                                 2, 1, 3, 1, 2, 3, 1, 4, 2, 5, 1, 3};
static const double fault_y[] = {2, 3, 9, 4, 7, 1, 5, 3, 8, 6, 2, 4};
static const double fault_gap[] = {2, 3, NAN, 4, 7, 1, 5, 3, 8, 6, 2, 4};
static const int64_t fault_shop[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
static const int64_t fault_week[] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};

typedef struct fault_case {
    int32_t cov;
    int clusters, fixed, influence;
    bool time, gap;
} fault_case;

static const fault_case fault_cases[] = {
    {CX_COV_CLASSICAL, 0, 0, 0, false, true},   {CX_COV_HC3, 0, 1, 1, false, false},
    {CX_COV_CR1, 1, 2, 1, false, false},        {CX_COV_CR2, 1, 2, 0, false, true},
    {CX_COV_WILD, 1, 0, 0, false, false},       {CX_COV_CR1, 2, 0, 0, false, false},
    {CX_COV_NEWEY_WEST, 0, 0, 0, false, false}, {CX_COV_DRISCOLL_KRAAY, 0, 0, 0, true, false},
};
static const fault_case *fault_now;

static cx_status fault_read(const cx_fit *fit, int influence, cx_error *err) {
    cx_table *table = NULL;
    cx_status status = cx_fit_table(fit, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_fit_covariance(fit, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK && influence) status = cx_fit_influence(fit, "x", &table, err);
    cx_table_free(table);
    return status;
}

static cx_status fault_regress(const cx_allocator *allocator, cx_error *err) {
    static const char *const names[] = {"x", "z"};
    numbers frame;
    cx_array keys[2] = {cx_array_of(fault_shop, CX_I64, FAULT_ROWS),
                        cx_array_of(fault_week, CX_I64, FAULT_ROWS)};
    keys[0].name = "shop", keys[1].name = "week";
    cx_frame clusters = {keys, fault_now->clusters, {0, 0}}, fixed = {keys, fault_now->fixed, {0}};
    cx_array y = cx_array_of(fault_now->gap ? fault_gap : fault_y, CX_F64, FAULT_ROWS);
    cx_regress_options options;
    cx_fit *fit = NULL;
    cx_regress_options_init(&options);
    options.cov = fault_now->cov;
    options.influence = fault_now->influence;
    options.allocator = allocator;
    options.lag_rule = CX_LAG_PLUG_IN;
    cx_status status =
        cx_regress(numbers_set(&frame, names, fault_x, FAULT_ROWS, 2), &y, NULL,
                   fault_now->clusters > 0 ? &clusters : NULL, fault_now->fixed > 0 ? &fixed : NULL,
                   fault_now->time ? &keys[1] : NULL, &options, &fit, err);
    ck_assert((status == CX_OK) == (fit != NULL));
    if (status == CX_OK) status = fault_read(fit, fault_now->influence, err);
    cx_fit_free(fit);
    return status;
}

START_TEST(test_a_regression_survives_every_failing_allocation) {
    fault_now = &fault_cases[_i];
    fault_everywhere(fault_regress, 10);
}
END_TEST

Suite *suite_alloc_regress(void);
Suite *suite_alloc_regress(void) {
    Suite *suite = suite_create("alloc_regress");
    TCase *tcase = tcase_create("alloc_regress");
    tcase_add_loop_test(tcase, test_a_regression_survives_every_failing_allocation, 0,
                        sizeof fault_cases / sizeof *fault_cases);
    suite_add_tcase(suite, tcase);
    return suite;
}
