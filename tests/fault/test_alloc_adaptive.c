#include "../unit/support.h"

/* Every allocation of the estimates after adaptive measuring fails, once and for ever. */

enum { ROWS = 6 };
static const double score[ROWS] = {9, 3, 10, 7, NAN, 8};
static const double chance[ROWS] = {0.5, 0.5, 0.2, 0.2, 1, 1};
static const int32_t invite[ROWS] = {1, 1, 1, 0, 1, 1}, frequency[ROWS] = {0, 0, 1, 1, 0, 1};
static const int32_t contact[ROWS] = {1, 2, 3, 4, 5, 1}, first[2] = {0, 1};
static const int64_t period[ROWS] = {1, 1, 1, 2, 2, 2};
static const double two[ROWS] = {2, 2, 2, 2, 2, 2};
static cx_array log_columns[5], share_columns[2], cell_columns[5], estimates;
static cx_frame log_frame, shares, by, cells;

static cx_array named(const char *name, const void *data, int32_t type, int64_t rows) {
    cx_array made = cx_array_of(data, type, rows);
    made.name = name;
    return made;
}

static void setup(void) {
    static const char *const cell_names[] = {"period", "weight", "n", "mean", "variance"};
    log_columns[0] = named("score", score, CX_F64, ROWS);
    log_columns[1] = named("probability", chance, CX_F64, ROWS);
    log_columns[2] = named("invite", invite, CX_I32, ROWS);
    log_columns[3] = named("frequency", frequency, CX_I32, ROWS);
    log_columns[4] = named("contact", contact, CX_I32, ROWS);
    share_columns[0] = named("frequency", first, CX_I32, 2);
    share_columns[1] = named("share", two, CX_F64, 2);
    for (int i = 0; i < 5; i++) cell_columns[i] = named(cell_names[i], two, CX_F64, ROWS);
    cell_columns[0] = named("period", period, CX_I64, ROWS);
    estimates = named("estimates", two, CX_F64, ROWS);
    log_frame = (cx_frame){log_columns, 5, {0, 0}};
    shares = (cx_frame){share_columns, 2, {0, 0}};
    by = (cx_frame){cell_columns, 1, {0, 0}};
    cells = (cx_frame){cell_columns, 5, {0, 0}};
}

static cx_status run_mean(const cx_allocator *allocator, cx_error *err) {
    cx_adaptive_options options;
    cx_estimate estimate, untouched;
    cx_adaptive_options_init(&options);
    options.allocator = allocator;
    memset(&estimate, 0x5a, sizeof estimate);
    untouched = estimate;
    cx_status status = cx_adaptive_mean(&log_frame, &shares, &options, &estimate, err);
    if (status != CX_OK) ck_assert_mem_eq(&estimate, &untouched, sizeof estimate);
    return status;
}

static cx_status finish(cx_status status, cx_table *const *made) {
    cx_table *table = *made;
    ck_assert((status == CX_OK) == (table != NULL));
    cx_table_free(table);
    return status;
}

static cx_status run_by(const cx_allocator *allocator, cx_error *err) {
    cx_adaptive_options options;
    cx_table *table = NULL;
    cx_adaptive_options_init(&options);
    options.allocator = allocator;
    return finish(cx_adaptive_mean_by(&log_frame, &by, NULL, &options, &table, err), &table);
}

static cx_status run_periods(const cx_allocator *allocator, cx_error *err) {
    cx_period_options options;
    cx_table *table = NULL;
    cx_period_options_init(&options);
    options.allocator = allocator;
    return finish(cx_period_means(&cells, &options, &table, err), &table);
}

static cx_status run_running(const cx_allocator *allocator, cx_error *err) {
    cx_running_options options;
    cx_table *table = NULL;
    cx_running_options_init(&options);
    options.allocator = allocator;
    return finish(cx_running_mean(&estimates, NULL, &options, &table, err), &table);
}

static const struct {
    cx_status (*run)(const cx_allocator *allocator, cx_error *err);
    int64_t least; /* requests */
} operations[] = {{run_mean, 20}, {run_by, 25}, {run_periods, 15}, {run_running, 5}};
enum { OPERATIONS = sizeof operations / sizeof *operations };

START_TEST(test_every_allocation_fails_once_and_for_ever) {
    fault_everywhere(operations[_i].run, operations[_i].least);
}
END_TEST

Suite *suite_alloc_adaptive(void);
Suite *suite_alloc_adaptive(void) {
    Suite *suite = suite_create("alloc_adaptive");
    TCase *tcase = tcase_create("alloc_adaptive");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, test_every_allocation_fails_once_and_for_ever, 0, OPERATIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
