#include "../unit/survey/calibrated.h"

/* Every allocation of the weights and of the response rates fails, once and for ever. */

static words age_words, age_names, events, ids;
static cx_array column[2], x, ages, age_totals, kinds, kind_totals;
static cx_frame table, by_age, by_kind, xs;
static int32_t kind[4] = {1, 2, 1, 2}, kind_names[2] = {1, 2};
static double ones[4] = {1, 1, 1, 1}, whole[1] = {40}, age_of[2] = {10, 30}, kind_of[2] = {25, 15};

static void setup(void) {
    column[0] = *words_split(&age_words, "age", "young old old young");
    column[1] = cx_array_of(kind, CX_I32, 4);
    column[1].name = "kind";
    table = (cx_frame){column, 2, {0, 0}};
    ages = *words_split(&age_names, "age", "young old");
    age_totals = doubles(age_of, 2, "totals");
    kinds = cx_array_of(kind_names, CX_I32, 2);
    kinds.name = "kind";
    kind_totals = doubles(kind_of, 2, "totals");
    by_age = (cx_frame){&ages, 1, {0, 0}};
    by_kind = (cx_frame){&kinds, 1, {0, 0}};
    x = doubles(ones, 4, "one");
    xs = (cx_frame){&x, 1, {0, 0}};
}

typedef cx_status (*operation)(const cx_allocator *allocator, cx_error *err);

static void check(operation run, int64_t least) {
    for (int once = 0; once < 2; once++) {
        int64_t at = 0;
        for (cx_status status = CX_E_MEMORY; status != CX_OK; at++) {
            fault f = {0, 0, at, once == 1};
            cx_allocator allocator = fault_allocator(&f);
            cx_error error;
            cx_error_init(&error);
            status = run(&allocator, &error);
            ck_assert_int_eq(f.live, 0);
            if (status != CX_OK) ck_assert_int_eq(status, CX_E_MEMORY);
        }
        ck_assert_int_gt(at, least);
    }
}

static cx_status margins_of(const cx_allocator *allocator, cx_margins **out, cx_error *err) {
    cx_margins *made;
    cx_status status = cx_margins_new(allocator, &made, err);
    if (status != CX_OK) return status;
    status = cx_margins_add(made, &by_age, &age_totals, err);
    if (status == CX_OK) {
        status = cx_margins_add(made, &by_kind, &kind_totals, err);
        if (status != CX_OK) ck_assert_int_eq(cx_margins_size(made), 1);
    }
    if (status != CX_OK) cx_margins_free(made);
    if (status == CX_OK) *out = made;
    return status;
}

static cx_status run_margins(const cx_allocator *allocator, cx_error *err) {
    cx_margins *margins;
    cx_status status = margins_of(allocator, &margins, err);
    if (status == CX_OK) cx_margins_free(margins);
    return status;
}

/* Rakes or calibrates, looks at all there is to see, and trims. */
static cx_status use(cx_weights *weights, const cx_allocator *allocator, cx_error *err) {
    cx_table *told;
    cx_weights *trimmed;
    cx_trim_options options;
    cx_trim_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_weights_table(weights, &told, err);
    if (status != CX_OK) return status;
    cx_table_free(told);
    status = cx_weights_margins(weights, &told, err);
    if (status != CX_OK) return status;
    cx_table_free(told);
    status = cx_trim(NULL, weights, &options, &trimmed, err);
    if (status == CX_OK) cx_weights_free(trimmed);
    return status;
}

static cx_status run_weights(const cx_allocator *allocator, bool numeric, cx_error *err) {
    cx_margins *margins;
    cx_weights *weights;
    cx_calibrate_options options;
    cx_array goal = doubles(whole, 1, "totals");
    ck_assert_int_eq(margins_of(NULL, &margins, err), CX_OK);
    cx_calibrate_options_init(&options);
    options.allocator = allocator;
    cx_status status =
        numeric ? cx_calibrate(&xs, &goal, &table, margins, NULL, &options, &weights, err)
                : cx_rake(&table, margins, NULL, &options, &weights, err);
    if (status == CX_OK) {
        status = use(weights, allocator, err);
        cx_weights_free(weights);
    }
    cx_margins_free(margins);
    return status;
}

static cx_status run_rake(const cx_allocator *allocator, cx_error *err) {
    return run_weights(allocator, false, err);
}

static cx_status run_calibrate(const cx_allocator *allocator, cx_error *err) {
    return run_weights(allocator, true, err);
}

static cx_status run_trim(const cx_allocator *allocator, cx_error *err) {
    cx_weights *trimmed;
    cx_trim_options options;
    cx_trim_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_trim(&x, NULL, &options, &trimmed, err);
    if (status == CX_OK) cx_weights_free(trimmed);
    return status;
}

static cx_status run_rates(const cx_allocator *allocator, cx_error *err) {
    cx_dispositions counts;
    cx_table *told;
    cx_dispositions_options options;
    cx_rates_options shown;
    cx_array event = *words_split(&events, "event", "sent opened finished sent");
    cx_array id = *words_split(&ids, "id", "a a b c");
    cx_dispositions_options_init(&options);
    cx_rates_options_init(&shown);
    options.allocator = shown.allocator = allocator;
    cx_status status = cx_dispositions_of(&event, &id, NULL, NULL, &options, &counts, err);
    if (status != CX_OK) return status;
    ck_assert_int_eq(counts.invitations, 3);
    status = cx_response_rates_table(&counts, &shown, &told, err);
    if (status != CX_OK) return status;
    cx_table_free(told);
    cx_frame by = {&id, 1, {0, 0}};
    status = cx_dispositions_by(&event, &id, NULL, NULL, &by, &options, NULL, &told, err);
    if (status == CX_OK) cx_table_free(told);
    return status;
}

#define ALLOCATIONS(noun, least)                                                                   \
    START_TEST(test_##noun##_survives_every_allocation_that_fails) {                               \
        check(run_##noun, least);                                                                  \
    }                                                                                              \
    END_TEST
ALLOCATIONS(margins, 10)
ALLOCATIONS(rake, 30)
ALLOCATIONS(calibrate, 30)
ALLOCATIONS(trim, 5)
ALLOCATIONS(rates, 15)

Suite *suite_alloc_weights(void);
Suite *suite_alloc_weights(void) {
    Suite *suite = suite_create("alloc_weights");
    TCase *tcase = tcase_create("alloc_weights");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_margins_survives_every_allocation_that_fails);
    tcase_add_test(tcase, test_rake_survives_every_allocation_that_fails);
    tcase_add_test(tcase, test_calibrate_survives_every_allocation_that_fails);
    tcase_add_test(tcase, test_trim_survives_every_allocation_that_fails);
    tcase_add_test(tcase, test_rates_survives_every_allocation_that_fails);
    suite_add_tcase(suite, tcase);
    return suite;
}
