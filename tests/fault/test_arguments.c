#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double other_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int64_t count_values[ROWS] = {1, 2, 3, 4, 5, 6};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static const int32_t name_offsets[] = {0, 1, 2};
static cx_array scores, other, counts, keys, names, pair[2], importance;
static cx_frame by, table_of_two;
static cx_tally *tally;
static cx_tallies *set;
static cx_moments *moments;
static cx_table *table;
static uint8_t tally_bytes[1024], set_bytes[2048], moments_bytes[1024], buffer[2048];
static size_t tally_size, set_size, moments_size;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(table_column, PTR(0, table), 0, OUT(1, cx_array))
CALL(table_export, PTR(0, table), PTR(1, &out.arrow.schema), PTR(2, &out.arrow.array))
CALL(table_stream, PTR(0, table), OUT(1, struct ArrowArrayStream))
CALL(tally_new, 0, 10, NULL, HANDLE(0, cx_tally))
CALL(tally_copy, PTR(0, tally), NULL, HANDLE(1, cx_tally))
CALL(tally_add, PTR(0, tally), COL(1, &scores), COL(2, &other), options)
CALL(tally_add_counts, PTR(0, tally), COL(1, &scores), COL(2, &counts))
CALL(tally_merge, PTR(0, tally), PTR(1, tally))
CALL(tally_encode, PTR(0, tally), PTR(1, out.bytes), tally_size)
CALL(tally_decode, PTR(0, tally_bytes), tally_size, NULL, HANDLE(1, cx_tally))
CALL(tallies_new, 0, 10, NULL, HANDLE(0, cx_tallies))
CALL(tallies_copy, PTR(0, set), NULL, HANDLE(1, cx_tallies))
CALL(tallies_merge, PTR(0, set), PTR(1, set))
CALL(tallies_margin, PTR(0, set), 0, NULL, HANDLE(1, cx_tallies))
CALL(tallies_take, PTR(0, set), 0, HANDLE(1, cx_tally))
CALL(tallies_total, PTR(0, set), NULL, HANDLE(1, cx_tally))
CALL(tallies_table, PTR(0, set), HANDLE(1, cx_table))
CALL(tallies_encode, PTR(0, set), PTR(1, buffer), set_size)
CALL(tallies_decode, PTR(0, set_bytes), set_size, NULL, HANDLE(1, cx_tallies))
CALL(nps, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(nps_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(enps, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(enps_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(anytime, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(anytime_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(csat, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(csat_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(mean_score, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(mean_score_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(ces, PTR(0, tally), options, OUT(1, cx_estimate))
CALL(ces_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(share, 3, 10, options, OUT(0, cx_estimate))
CALL(decompose, PTR(0, set), PTR(1, set), options, HANDLE(2, cx_table))
CALL(heterogeneity, PTR(0, set), options, OUT(1, cx_heterogeneity_test))
CALL(moments_new, COL(0, &names), NULL, HANDLE(1, cx_moments))
CALL(moments_copy, PTR(0, moments), NULL, HANDLE(1, cx_moments))
CALL(moments_merge, PTR(0, moments), PTR(1, moments))
CALL(moments_subtract, PTR(0, moments), PTR(1, moments))
CALL(moments_encode, PTR(0, moments), PTR(1, out.bytes), moments_size)
CALL(moments_decode, PTR(0, moments_bytes), moments_size, NULL, HANDLE(1, cx_moments))
CALL(correlate, COL(0, &scores), COL(1, &other), COL(3, &other), options, OUT(2, cx_estimate))
CALL(moments_pearson, PTR(0, moments), 0, 1, options, OUT(1, cx_estimate))
CALL(drivers, PTR(0, moments), NULL, PTR(1, "y"), options, HANDLE(2, cx_table))
CALL(plan, COL(0, &importance), 10, COL(2, NULL), COL(3, NULL), COL(4, NULL), COL(5, NULL), NULL,
     NULL, options, HANDLE(1, cx_table))

CALL(tallies_add, PTR(0, set), COL(1, &scores), COL(3, &other), frame_with(2, &by), options)
CALL(tally_by, COL(0, &scores), COL(3, &other), frame_with(1, &by), 0, 10, options,
     HANDLE(2, cx_tallies))
CALL(moments_add, PTR(0, moments), frame_with(1, &table_of_two), COL(2, &other))

/* -- the table ----------------------------------------------------------------------------- */

INIT(answer)
INIT(anytime)
INIT(mean)
INIT(nps)
INIT(ces)
INIT(share)
INIT(compare)
INIT(correlate)
INIT(driver)
INIT(plan)
static void init_csat(void) {
    cx_csat_options csat;
    cx_csat_options_init(&csat);
    csat.top = 2;
    memcpy(given.bytes, &csat, sizeof csat);
}

#define ANSWER                                                                                     \
    AT(answer, invalid), AT(answer, fractional), AT(answer, missing_count),                        \
        AT(answer, not_applicable_count)
#define NPS(name) OPTIONS(name, 2, 0, nps, AT(nps, confidence), AT(nps, method), AT(nps, totals))
#define ANYTIME(name)                                                                              \
    OPTIONS(name, 2, 0, anytime, AT(anytime, confidence), AT(anytime, score), AT(anytime, method), \
            AT(anytime, totals))
#define CSAT(name)                                                                                 \
    OPTIONS(name, 2, 0, csat, AT(csat, confidence), AT(csat, method), AT(csat, top),               \
            AT(csat, denominator), AT(csat, totals), AT(csat, direction))
#define CES(name)                                                                                  \
    OPTIONS(name, 2, 0, ces, AT(ces, confidence), AT(ces, version), AT(ces, report),               \
            AT(ces, totals), AT(ces, ease))
#define MEAN(name) OPTIONS(name, 2, 0, mean, AT(mean, confidence), AT(mean, totals))
#define COMPARE(name, slots)                                                                       \
    OPTIONS(name, slots, 0, compare, AT(compare, confidence), AT(compare, score))
#define CORRELATE(name, slots, bits)                                                               \
    OPTIONS(name, slots, bits, correlate, AT(correlate, confidence), AT(correlate, method))

static const function functions[] = {
    PLAIN(table_column, 2),
    PLAIN(table_export, 3),
    PLAIN(table_stream, 2),
    PLAIN(tally_new, 1),
    PLAIN(tally_copy, 2),
    OPTIONS(tally_add, 2, 6, answer, 0, ANSWER),
    COLUMNS(tally_add_counts, 3, 6),
    PLAIN(tally_merge, 2),
    PLAIN(tally_encode, 2),
    PLAIN(tally_decode, 2),
    PLAIN(tallies_new, 1),
    PLAIN(tallies_copy, 2),
    OPTIONS(tallies_add, 3, 10, answer, 0, ANSWER),
    PLAIN(tallies_merge, 2),
    PLAIN(tallies_margin, 2),
    PLAIN(tallies_take, 2),
    PLAIN(tallies_total, 2),
    PLAIN(tallies_table, 2),
    PLAIN(tallies_encode, 2),
    PLAIN(tallies_decode, 2),
    OPTIONS(tally_by, 3, 9, answer, 0, ANSWER),
    NPS(nps),
    NPS(nps_by),
    NPS(enps),
    NPS(enps_by),
    ANYTIME(anytime),
    ANYTIME(anytime_by),
    CSAT(csat),
    CSAT(csat_by),
    MEAN(mean_score),
    MEAN(mean_score_by),
    CES(ces),
    CES(ces_by),
    OPTIONS(share, 1, 0, share, AT(share, confidence), AT(share, method)),
    COMPARE(decompose, 3),
    COMPARE(heterogeneity, 2),
    PLAIN(moments_new, 2),
    PLAIN(moments_copy, 2),
    COLUMNS(moments_add, 2, 6),
    PLAIN(moments_merge, 2),
    PLAIN(moments_subtract, 2),
    PLAIN(moments_encode, 2),
    PLAIN(moments_decode, 2),
    CORRELATE(correlate, 3, 11),
    CORRELATE(moments_pearson, 2, 0),
    OPTIONS(drivers, 3, 0, driver, 0, AT(driver, method)),
    {"plan",
     call_plan,
     2,
     61,
     init_plan,
     sizeof(cx_plan_options),
     0,
     {AT(plan, integer), AT(plan, soft), AT(plan, reserved)},
     2, /* rows */
     1, /* the importances set the length */
     8 /* an upper bound may be infinite */},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_ok(cx_tally_encode(tally, buffer, tally_size, err));
    ck_assert_msg(memcmp(buffer, tally_bytes, tally_size) == 0, "%s changed the tally", name);
    ck_assert_ok(cx_tallies_encode(set, buffer, set_size, err));
    ck_assert_msg(memcmp(buffer, set_bytes, set_size) == 0, "%s changed the set", name);
    ck_assert_ok(cx_moments_encode(moments, buffer, moments_size, err));
    ck_assert_msg(memcmp(buffer, moments_bytes, moments_size) == 0, "%s changed moments", name);
}

static void setup(void) {
    scores = cx_array_of(score_values, CX_F64, ROWS);
    other = cx_array_of(other_values, CX_F64, ROWS);
    counts = cx_array_of(count_values, CX_I64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    importance = cx_array_of(other_values, CX_F64, 2);
    keys.name = "team";
    names = cx_array_of("xy", CX_STRING, 2);
    names.offsets = name_offsets;
    pair[0] = scores, pair[1] = other;
    pair[0].name = "x", pair[1].name = "y";
    by = (cx_frame){&keys, 1, {0, 0}};
    table_of_two = (cx_frame){pair, 2, {0, 0}};
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &scores, NULL, NULL, err));
    ck_assert_ok(cx_tally_by(&scores, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_moments_new(&names, NULL, &moments, err));
    ck_assert_ok(cx_moments_add(moments, &table_of_two, NULL, err));
    ck_assert_ok(cx_nps_by(set, NULL, &table, err));
    tally_size = cx_tally_encoded_size(tally);
    set_size = cx_tallies_encoded_size(set);
    moments_size = cx_moments_encoded_size(moments);
    ck_assert(tally_size <= sizeof tally_bytes && set_size <= sizeof set_bytes &&
              moments_size <= sizeof moments_bytes);
    ck_assert_ok(cx_tally_encode(tally, tally_bytes, tally_size, err));
    ck_assert_ok(cx_tallies_encode(set, set_bytes, set_size, err));
    ck_assert_ok(cx_moments_encode(moments, moments_bytes, moments_size, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_tally_free(tally);
    cx_tallies_free(set);
    cx_moments_free(moments);
    cx_table_free(table);
}

START_TEST(test_a_plan_for_all_the_points_there_could_be_is_refused) {
    const int64_t lengths[] = {INT64_MAX, INT64_MAX / 4 + 1};
    cx_array column = cx_array_of(other_values, CX_F64, 1);
    fault f = {0, 0, -1, false};
    cx_allocator allocator = fault_allocator(&f);
    cx_plan_options o;
    cx_table *none = NULL;
    column.stride = 0;
    for (int i = 0; i < 2; i++) {
        column.length = lengths[i];
        cx_plan_options_init(&o);
        o.allocator = &allocator;
        ck_assert_fails(cx_plan(&column, 1, NULL, NULL, NULL, NULL, NULL, NULL, &o, &none, err),
                        CX_E_MEMORY, "memory");
        ck_assert_int_eq(f.live, 0);
        ck_assert_ptr_null(none);
    }
}
END_TEST

/* -- numbers, sizes, positions ------------------------------------------------------------- */

START_TEST(test_scales_out_of_all_bounds_are_refused) {
    const int32_t bad[][2] = {
        {INT32_MIN, INT32_MAX}, {INT32_MAX, INT32_MIN}, {0, 0},        {5, 1}, {0, 1024},
        {INT32_MAX, INT32_MAX}, {-1, INT32_MAX},        {INT32_MIN, 0}};
    cx_tallies *tallies = NULL;
    cx_tally *one = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t low = bad[i][0], high = bad[i][1];
        ck_assert_fails(cx_tally_new(low, high, NULL, &one, err), CX_E_OPTION, "scale");
        ck_assert_fails(cx_tallies_new(low, high, NULL, &tallies, err), CX_E_OPTION, "scale");
        ck_assert_fails(cx_tally_by(&scores, NULL, &by, low, high, NULL, &tallies, err),
                        CX_E_OPTION, "scale");
    }
    ck_assert(one == NULL && tallies == NULL);
}
END_TEST

START_TEST(test_sizes_and_positions_out_of_all_bounds_are_refused) {
    const size_t sizes[] = {0, 1, SIZE_MAX, tally_size + 1, tally_size - 1};
    const int64_t positions[] = {-1, 2, INT64_MAX, INT64_MIN};
    cx_array column;
    cx_estimate e;
    cx_tally *one = NULL;
    out = untouched;
    for (int i = 0; i < 5; i++)
        ck_assert_fails(cx_tally_encode(tally, buffer, sizes[i], err), CX_E_LENGTH, "bytes");
    for (int i = 0; i < 4; i++) {
        ck_assert_fails(cx_tallies_take(set, positions[i], &one, err), CX_E_NAME, "none at");
        ck_assert_fails(cx_moments_pearson(moments, positions[i], 0, NULL, &e, err), CX_E_NAME,
                        "no column");
        ck_assert_fails(cx_moments_pearson(moments, 0, positions[i], NULL, &e, err), CX_E_NAME,
                        "no column");
        int64_t far = positions[i] == 2 ? 1000 : positions[i];
        ck_assert_fails(cx_table_column(table, far, &column, err), CX_E_NAME, "none at");
    }
    arguments_expect_unchanged("a position");
}
END_TEST

START_TEST(test_shares_and_budgets_outside_their_domain_are_refused) {
    const int64_t bad[][2] = {{-1, 5}, {6, 5}, {INT64_MIN, INT64_MAX}, {INT64_MAX, 0}, {0, -1}};
    const double budgets[] = {NAN, INFINITY, -INFINITY, -1, 0.5};
    cx_estimate e;
    cx_table *none = NULL;
    for (int i = 0; i < 5; i++)
        ck_assert_fails(cx_share(bad[i][0], bad[i][1], NULL, &e, err), CX_E_DOMAIN, "share");
    ck_assert_fails(cx_share(0, 0, NULL, &e, err), CX_E_EMPTY, "nothing");
    ck_assert_ok(cx_share(INT64_MAX, INT64_MAX, NULL, &e, err));
    ck_assert_double_eq(e.value, 1);
    for (int i = 0; i < 5; i++)
        ck_assert_fails(
            cx_plan(&importance, budgets[i], NULL, NULL, NULL, NULL, NULL, NULL, NULL, &none, err),
            CX_E_DOMAIN, "budget");
    ck_assert_ptr_null(none);
}
END_TEST

Suite *suite_arguments(void);
Suite *suite_arguments(void) {
    Suite *suite = suite_create("arguments");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    tcase_add_test(tcase, test_a_plan_for_all_the_points_there_could_be_is_refused);
    tcase_add_test(tcase, test_scales_out_of_all_bounds_are_refused);
    tcase_add_test(tcase, test_sizes_and_positions_out_of_all_bounds_are_refused);
    tcase_add_test(tcase, test_shares_and_budgets_outside_their_domain_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
