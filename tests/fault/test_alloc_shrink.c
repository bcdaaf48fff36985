#include "../unit/survey/calibrated.h"

/* Every allocation of shrinkage fails, once and for ever: the call says CX_E_MEMORY, writes nothing
 * and leaves nothing behind. */

enum { GROUPS = 6 };
static const double value[GROUPS] = {10, 40, 25, 60, 5, 30};
static const double variance[GROUPS] = {90, 80, 70, 60, 50, 0};
static const double size[GROUPS] = {8, 9, 10, 12, 14, 16};
static const double hits[GROUPS] = {7, 5, 9, 3, 12, 11};
static cx_array values, variances, n, column[2], counted[2];
static cx_frame x, counts;
static words team;

static void setup(void) {
    values = doubles(value, GROUPS, "value");
    variances = doubles(variance, GROUPS, "variance");
    n = doubles(size, GROUPS, "n");
    column[0] = *words_split(&team, "team", "a b a b a b");
    x = (cx_frame){column, 1, {0, 0}};
    counted[0] = doubles(hits, GROUPS, "hits");
    counted[1] = n;
    counts = (cx_frame){counted, 2, {0, 0}};
}

static cx_shrink_options with(const cx_allocator *allocator) {
    cx_shrink_options options;
    cx_shrink_options_init(&options);
    options.allocator = allocator;
    options.draws = 100;
    return options;
}

static cx_status run_values(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    cx_shrink_options options = with(allocator);
    return cx_shrink(&values, &variances, &n, &x, &options, out, err);
}

static cx_status run_coefficients(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    cx_shrink_options options = with(allocator);
    return cx_shrink_coefficients(&values, &variances, &n, &x, &options, out, err);
}

static cx_status run_sets(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    cx_shrink_options options = with(allocator);
    options.ranks = CX_RANKS_SIMULTANEOUS;
    options.ascending = 1;
    return cx_shrink(&values, &variances, &n, NULL, &options, out, err);
}

static cx_status run_counts(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    cx_shrink_options options = with(allocator);
    return cx_shrink_counts(&counts, &options, out, err);
}

static cx_status run_tallies(const cx_allocator *allocator, cx_table **out, cx_error *err) {
    static const int32_t scores[] = {10, 3, 9, 8, 10, 6, 2, 9, 7, 10, 10, 9};
    static const int32_t shops[] = {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
    cx_shrink_options options = with(allocator);
    cx_array score = cx_array_of(scores, CX_I32, 12), shop = cx_array_of(shops, CX_I32, 12);
    cx_frame by = {&shop, 1, {0, 0}};
    cx_tallies *tallies;
    shop.name = "shop";
    ck_assert_int_eq(cx_tallies_new(0, 10, NULL, &tallies, NULL), CX_OK);
    ck_assert_int_eq(cx_tallies_add(tallies, &score, NULL, &by, NULL, NULL), CX_OK);
    options.method = CX_SHRINK_FAY_HERRIOT;
    cx_status status = cx_shrink_tallies(tallies, &options, out, err);
    cx_tallies_free(tallies);
    return status;
}

/* -- failing ------------------------------------------------------------------------------- */

static const struct {
    cx_status (*run)(const cx_allocator *allocator, cx_table **out, cx_error *err);
    int64_t least; /* requests */
} operations[] = {
    {run_values, 30}, {run_coefficients, 20}, {run_sets, 30}, {run_counts, 25}, {run_tallies, 30}};
enum { OPERATIONS = sizeof operations / sizeof *operations };

START_TEST(test_every_allocation_fails_once_and_for_ever) {
    for (int once = 0; once < 2; once++) {
        int64_t at = 0;
        for (cx_status status = CX_E_MEMORY; status != CX_OK; at++) {
            fault what = {0, 0, at, once == 1};
            cx_allocator allocator = fault_allocator(&what);
            cx_table *table = NULL;
            cx_error error;
            cx_error_init(&error);
            status = operations[_i].run(&allocator, &table, &error);
            ck_assert((status == CX_OK) == (table != NULL));
            cx_table_free(table);
            ck_assert_int_eq(what.live, 0);
            if (status != CX_OK) ck_assert_msg(status == CX_E_MEMORY, "%s", error.text);
        }
        ck_assert_int_ge(at - 1, operations[_i].least);
    }
}
END_TEST

Suite *suite_alloc_shrink(void);
Suite *suite_alloc_shrink(void) {
    Suite *suite = suite_create("alloc_shrink");
    TCase *tcase = tcase_create("alloc_shrink");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, test_every_allocation_fails_once_and_for_ever, 0, OPERATIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
