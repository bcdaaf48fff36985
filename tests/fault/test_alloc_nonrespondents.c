#include "../unit/survey/calibrated.h"

/* Every allocation about those who did not answer fails, once and for ever: the call says
 * CX_E_MEMORY, writes nothing and leaves nothing behind. */

enum { ROWS = 8 };
static const double answers[ROWS] = {9, NAN, 10, 7, 6, NAN, 8, 3};
static const double predicted[ROWS] = {8, 7, 9, 7, 5, 4, 8, 4};
static const double rho[ROWS] = {0.5, 0.25, 0.75, 0.5, 0.3, 0.6, 0.7, 0.4};
static const double came[ROWS] = {1, 0, 1, 1, 0, 1, 0, 1};
static const double one[ROWS] = {1, 2, 1, 2, 1, 2, 1, 1};
static cx_array y, f, chances, responded, weights, column[2];
static cx_frame by;
static words region, shop;

static void setup(void) {
    column[0] = *words_split(&region, "region", "north north north north south south south south");
    column[1] = *words_split(&shop, "shop", "a b a b a b a b");
    by = (cx_frame){column, 2, {0, 0}};
    y = doubles(answers, ROWS, "y");
    f = doubles(predicted, ROWS, "predicted");
    chances = doubles(rho, ROWS, "propensity");
    responded = doubles(came, ROWS, "responded");
    weights = doubles(one, ROWS, "weights");
}

static cx_status run_propensity(const cx_allocator *allocator, cx_error *err) {
    cx_propensity_options options;
    cx_response_model *model = NULL;
    cx_table *table = NULL;
    cx_propensity_options_init(&options);
    options.allocator = allocator;
    options.ridge = 0.5;
    cx_status status = cx_propensity(&by, &responded, &weights, &options, &model, err);
    ck_assert((status == CX_OK) == (model != NULL));
    if (status != CX_OK) return status;
    status = cx_response_model_rows(model, &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_response_model_coefficients(model, &table, err);
    cx_table_free(table);
    cx_response_model_free(model);
    return status;
}

static cx_status run_indicator(const cx_allocator *allocator, cx_error *err) {
    cx_r_indicator_options options;
    cx_table *table = NULL;
    cx_r_indicator_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_r_indicator_partial(&chances, &by, &weights, &options, &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    return status;
}

static cx_status run_bias_range(const cx_allocator *allocator, cx_error *err) {
    cx_aipw_options options;
    cx_table *table = NULL;
    cx_aipw_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_bias_range(&y, &weights, &f, &options, &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    return status;
}

/* Clusters are the only part of a prediction-powered mean that asks for memory. */
static cx_status run_ppi(const cx_allocator *allocator, cx_error *err) {
    cx_ppi_options options;
    cx_ppi_result result, untouched;
    cx_ppi_options_init(&options);
    options.labelled = CX_LABELLED_RANDOM;
    options.allocator = allocator;
    memset(&result, 0x5a, sizeof result);
    untouched = result;
    cx_status status =
        cx_ppi_mean(&y, &f, &f, &weights, &weights, &by, &by, &options, &result, err);
    if (status != CX_OK) ck_assert_mem_eq(&result, &untouched, sizeof result);
    return status;
}

static cx_status run_adjust(const cx_allocator *allocator, bool cells, cx_error *err) {
    cx_adjust_options options;
    cx_adjustment *made = NULL;
    cx_table *table = NULL;
    cx_adjust_options_init(&options);
    options.allocator = allocator;
    options.least = 2;
    cx_status status = cx_adjust_response(cells ? NULL : &chances, cells ? &by : NULL, &responded,
                                          &weights, &options, &made, err);
    ck_assert((status == CX_OK) == (made != NULL));
    if (status != CX_OK) return status;
    status = cx_adjustment_rows(made, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_adjustment_classes(made, &table, err);
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    cx_adjustment_free(made);
    return status;
}

static cx_status run_adjust_chances(const cx_allocator *allocator, cx_error *err) {
    return run_adjust(allocator, false, err);
}

static cx_status run_adjust_cells(const cx_allocator *allocator, cx_error *err) {
    return run_adjust(allocator, true, err);
}

/* Means and indicators that need no memory do not fail when there is none. */
static cx_status run_without(const cx_allocator *allocator, cx_error *err) {
    cx_r_indicator_options options;
    cx_r_indicator_result r;
    cx_aipw_options o;
    cx_aipw_result a;
    cx_r_indicator_options_init(&options);
    options.allocator = allocator;
    cx_aipw_options_init(&o);
    o.allocator = allocator;
    cx_status status = cx_r_indicator(&chances, NULL, &weights, &options, &r, err);
    if (status == CX_OK) status = cx_aipw_mean(&y, &f, &chances, &weights, &o, &a, err);
    return status;
}

/* -- failing ------------------------------------------------------------------------------- */

static const struct {
    cx_status (*run)(const cx_allocator *allocator, cx_error *err);
    int64_t least; /* requests */
} operations[] = {{run_propensity, 30}, {run_indicator, 15},      {run_bias_range, 7},
                  {run_ppi, 4},         {run_adjust_chances, 20}, {run_adjust_cells, 20},
                  {run_without, 0}};
enum { OPERATIONS = sizeof operations / sizeof *operations };

START_TEST(test_every_allocation_fails_once_and_for_ever) {
    fault_everywhere(operations[_i].run, operations[_i].least);
}
END_TEST

Suite *suite_alloc_nonrespondents(void);
Suite *suite_alloc_nonrespondents(void) {
    Suite *suite = suite_create("alloc_nonrespondents");
    TCase *tcase = tcase_create("alloc_nonrespondents");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, test_every_allocation_fails_once_and_for_ever, 0, OPERATIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
