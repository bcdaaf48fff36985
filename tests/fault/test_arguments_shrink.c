#include "arguments.h"

/* Shrinkage: every bad argument, every failing allocation. */

static const double value_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double variance_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const double hit_values[ROWS] = {5, 2, 9, 7, 1, 4};
static const double n_values[ROWS] = {9, 8, 10, 9, 12, 11};
static const double x_values[ROWS] = {1, 2, 1, 3, 2, 5};
static const int32_t key_values[ROWS] = {1, 1, 2, 2, 3, 3};
static const char *const text = "northsoutheastnorthwesteast";
static const int32_t offsets[] = {0, 5, 10, 14, 19, 23, 27};
static cx_array values, variances, n, x[2], count[2], key;
static cx_frame covariates, number, counts, by;
static cx_tallies *set;
static uint8_t before[4096], after[4096];
static size_t size;

CALL(shrink, COL(0, &values), COL(1, &variances), COL(3, &n), frame_with(4, &number), options,
     HANDLE(2, cx_table))
CALL(shrink_coefficients, COL(0, &values), COL(1, &variances), COL(3, &n), frame_with(4, &number),
     options, HANDLE(2, cx_table))
CALL(shrink_counts, PTR(0, frame_with(2, &counts)), options, HANDLE(1, cx_table))
CALL(shrink_tallies, PTR(0, set), options, HANDLE(1, cx_table))
INIT(shrink)

/* One variance may serve all values: its column is `alone`. */
#define SHRINK(name, slots, bits, alone)                                                           \
    {                                                                                              \
#name, call_##name, slots, bits, init_shrink, sizeof(cx_shrink_options),                   \
            AT(shrink, confidence),                                                                \
            {AT(shrink, method), AT(shrink, ranks), AT(shrink, ascending), AT(shrink, draws),      \
             AT(shrink, intercept), AT(shrink, correction) },                                      \
             0, alone, 0                                                                           \
    }

static const function functions[] = {
    SHRINK(shrink, 3, 1 | 2 | 8 | 16, 2),
    SHRINK(shrink_coefficients, 3, 1 | 2 | 8 | 16, 2),
    SHRINK(shrink_counts, 2, 4, 0),
    OPTIONS(shrink_tallies, 2, 0, shrink, AT(shrink, confidence), AT(shrink, method),
            AT(shrink, ranks), AT(shrink, intervals), AT(shrink, promoters),
            AT(shrink, detractors)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_tallies_encode(set, after, size, err));
    ck_assert_msg(memcmp(before, after, size) == 0, "%s changed the tallies", name);
}

static void columns(void) {
    values = cx_array_of(value_values, CX_F64, ROWS);
    variances = cx_array_of(variance_values, CX_F64, ROWS);
    n = cx_array_of(n_values, CX_F64, ROWS);
    x[0] = cx_array_of(x_values, CX_F64, ROWS);
    x[1] = cx_array_of(text, CX_STRING, ROWS);
    x[1].offsets = offsets;
    x[0].name = "x", x[1].name = "team";
    count[0] = cx_array_of(hit_values, CX_F64, ROWS);
    count[1] = n;
    count[0].name = "hits", count[1].name = "n";
    key = cx_array_of(key_values, CX_I32, ROWS);
    key.name = "key";
    covariates = (cx_frame){x, 2, {0, 0}};
    number = (cx_frame){x, 1, {0, 0}};
    counts = (cx_frame){count, 2, {0, 0}};
    by = (cx_frame){&key, 1, {0, 0}};
}

static void setup(void) {
    columns();
    ck_assert_ok(cx_tally_by(&values, NULL, &by, 0, 10, NULL, &set, err));
    size = cx_tallies_encoded_size(set);
    ck_assert_uint_le(size, sizeof before);
    ck_assert_ok(cx_tallies_encode(set, before, size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_tallies_free(set);
}

/* -- allocations --------------------------------------------------------------------------- */

static cx_status run_all(const cx_allocator *allocator, cx_error *err) {
    cx_shrink_options plan;
    cx_tallies *own;
    cx_table *table;
    cx_shrink_options_init(&plan);
    plan.allocator = allocator;
    plan.draws = 100;
    cx_status status = CX_OK;
    for (plan.ranks = 0; plan.ranks < 2 && status == CX_OK; plan.ranks++) {
        status = cx_shrink(&values, &variances, &n, &covariates, &plan, &table, err);
        if (status == CX_OK) cx_table_free(table);
        if (status == CX_OK) status = cx_shrink_counts(&counts, &plan, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    plan.ranks = CX_RANKS_NONE;
    if (status == CX_OK)
        status = cx_shrink_coefficients(&values, &variances, NULL, &covariates, &plan, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_tallies_new(0, 10, allocator, &own, err);
    if (status != CX_OK) return status;
    status = cx_tallies_add(own, &values, NULL, &by, NULL, err);
    plan.allocator = NULL; /* that of the tallies */
    if (status == CX_OK) status = cx_shrink_tallies(own, &plan, &table, err);
    if (status == CX_OK) cx_table_free(table);
    plan.method = CX_SHRINK_FAY_HERRIOT;
    if (status == CX_OK) status = cx_shrink_tallies(own, &plan, &table, err);
    if (status == CX_OK) cx_table_free(table);
    cx_tallies_free(own);
    return status;
}

START_TEST(test_shrinkage_survives_every_failing_allocation) {
    columns();
    fault_each(run_all, _i == 1, 200);
}
END_TEST

Suite *suite_arguments_shrink(void) {
    Suite *suite = suite_create("arguments_shrink");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("allocations");
    tcase_set_timeout(tcase, 20);
    tcase_add_loop_test(tcase, test_shrinkage_survives_every_failing_allocation, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
