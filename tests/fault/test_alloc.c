#include "../unit/support.h"

/* Every allocation fails, once and for ever: the call says CX_E_MEMORY, nothing is left behind and
 * nothing has changed. */

static const double scores[] = {9, 3, 10, 7, 6, 8};
static const double weights[] = {1, 2, 0.5, 1, 1, 3};
static const char *const text = "northsoutheastnorthwesteast";
static const int32_t offsets[] = {0, 5, 10, 14, 19, 23, 27};
static cx_array x, w, key;
static cx_frame by;

static void setup(void) {
    x = cx_array_of(scores, CX_F64, 6);
    w = cx_array_of(weights, CX_F64, 6);
    key = cx_array_of(text, CX_STRING, 6);
    key.offsets = offsets;
    key.name = "team";
    by = (cx_frame){&key, 1, {0, 0}};
}

static cx_status run_tally(const cx_allocator *allocator, cx_error *err) {
    cx_tally *tally, *copy;
    cx_status status = cx_tally_new(0, 10, allocator, &tally, err);
    if (status != CX_OK) return status;
    status = cx_tally_add(tally, &x, &w, NULL, err);
    ck_assert_int_eq(status, CX_OK); /* allocates nothing */
    status = cx_tally_copy(tally, allocator, &copy, err);
    if (status == CX_OK) cx_tally_free(copy);
    cx_tally_free(tally);
    return status;
}

static cx_status run_decode(const cx_allocator *allocator, cx_error *err) {
    cx_tally *tally, *again;
    uint8_t bytes[2048];
    ck_assert_int_eq(cx_tally_new(0, 10, NULL, &tally, err), CX_OK);
    ck_assert_int_eq(cx_tally_add(tally, &x, &w, NULL, err), CX_OK);
    size_t size = cx_tally_encoded_size(tally);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_int_eq(cx_tally_encode(tally, bytes, size, err), CX_OK);
    cx_status status = cx_tally_decode(bytes, size, allocator, &again, err);
    if (status == CX_OK) {
        ck_assert(cx_tally_equal(tally, again));
        cx_tally_free(again);
    }
    cx_tally_free(tally);
    return status;
}

/* A first batch goes in from the ordinary memory of the failing allocator; the second may fail. */
static cx_status add_twice(cx_tallies *set, cx_error *err) {
    cx_array first = x, first_key = key, rest = x, rest_key = key;
    cx_frame first_by = {&first_key, 1, {0, 0}}, rest_by = {&rest_key, 1, {0, 0}};
    cx_tallies *before;
    first.length = first_key.length = 3;
    rest.data = scores + 3, rest.length = rest_key.length = 3;
    rest_key.offsets = offsets + 3;
    cx_status status = cx_tallies_add(set, &first, NULL, &first_by, NULL, err);
    if (status != CX_OK) {
        ck_assert_int_eq(cx_tallies_size(set), 0);
        return status;
    }
    ck_assert_int_eq(cx_tallies_copy(set, NULL, &before, NULL), CX_OK);
    status = cx_tallies_add(set, &rest, NULL, &rest_by, NULL, err);
    if (status != CX_OK) ck_assert(cx_tallies_equal(set, before));
    cx_tallies_free(before);
    return status;
}

static cx_status run_tallies(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set;
    cx_status status = cx_tallies_new(0, 10, allocator, &set, err);
    if (status != CX_OK) return status;
    status = add_twice(set, err);
    cx_tallies_free(set);
    return status;
}

/* Long enough for cells and a table of keys, which grow on the way. */
static cx_status run_long_batch(const cx_allocator *allocator, cx_error *err) {
    enum { LONG = 4000 };
    static int8_t answers[LONG];
    static int32_t keys[LONG];
    cx_tallies *set;
    for (int i = 0; i < LONG; i++)
        answers[i] = (int8_t)(i % 12), keys[i] = i * 7 % 60 + i / 1000 * 5000;
    cx_array long_x = cx_array_of(answers, CX_I8, LONG), long_key = cx_array_of(keys, CX_I32, LONG);
    long_key.name = "shop";
    cx_frame long_by = {&long_key, 1, {0, 0}};
    cx_status status = cx_tallies_new(0, 10, allocator, &set, err);
    if (status != CX_OK) return status;
    status = cx_tallies_add(set, &long_x, NULL, &long_by, NULL, err);
    if (status != CX_OK) ck_assert_int_eq(cx_tallies_size(set), 0);
    cx_tallies_free(set);
    return status;
}

/* A full set from the failing allocator, for the readers. */
static cx_status make_set(const cx_allocator *allocator, cx_tallies **out, cx_error *err) {
    cx_tallies *set;
    cx_status status = cx_tallies_new(0, 10, allocator, &set, err);
    if (status != CX_OK) return status;
    status = cx_tallies_add(set, &x, &w, &by, NULL, err);
    if (status == CX_OK)
        *out = set;
    else
        cx_tallies_free(set);
    return status;
}

static cx_status run_readers(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set, *copy;
    cx_tally *total;
    cx_table *table;
    cx_heterogeneity_test test;
    cx_status status = make_set(allocator, &set, err);
    if (status != CX_OK) return status;
    status = cx_nps_by(set, NULL, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK && (status = cx_tallies_table(set, &table, err)) == CX_OK)
        cx_table_free(table);
    if (status == CX_OK && (status = cx_decompose(set, set, NULL, &table, err)) == CX_OK)
        cx_table_free(table);
    if (status == CX_OK && (status = cx_tallies_copy(set, allocator, &copy, err)) == CX_OK)
        cx_tallies_free(copy);
    if (status == CX_OK && (status = cx_tallies_total(set, allocator, &total, err)) == CX_OK)
        cx_tally_free(total);
    if (status == CX_OK) {
        status = cx_heterogeneity(set, NULL, &test, err);
        if (status == CX_E_FEW) status = CX_OK;
    }
    cx_tallies_free(set);
    return status;
}

static cx_status run_release(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set, *margin;
    cx_table *table;
    cx_nps_options options;
    cx_status status = make_set(allocator, &set, err);
    if (status != CX_OK) return status;
    cx_nps_options_init(&options);
    options.min_n = 2;
    options.totals = 1;
    status = cx_nps_by(set, &options, &table, err);
    if (status == CX_OK) cx_table_free(table);
    if (status == CX_OK) status = cx_tallies_margin(set, 2, allocator, &margin, err);
    if (status == CX_OK) cx_tallies_free(margin);
    cx_tallies_free(set);
    return status;
}

static cx_status run_differences(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set;
    cx_table *table;
    cx_shares_options options;
    cx_shares_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_shares(&x, &options, &table, err);
    if (status != CX_OK) return status;
    cx_table_free(table);
    status = make_set(allocator, &set, err);
    if (status != CX_OK) return status;
    status = cx_compare_by(set, set, NULL, &table, err);
    if (status == CX_OK) {
        cx_table_free(table);
        status = cx_compare_rest(set, NULL, &table, err);
    }
    if (status == CX_OK) cx_table_free(table);
    cx_tallies_free(set);
    return status;
}

static cx_status run_decode_set(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set, *again;
    uint8_t bytes[8192];
    ck_assert_int_eq(make_set(NULL, &set, err), CX_OK);
    size_t size = cx_tallies_encoded_size(set);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_int_eq(cx_tallies_encode(set, bytes, size, err), CX_OK);
    cx_status status = cx_tallies_decode(bytes, size, allocator, &again, err);
    if (status == CX_OK) {
        ck_assert(cx_tallies_equal(set, again));
        cx_tallies_free(again);
    }
    cx_tallies_free(set);
    return status;
}

static cx_status run_arrow(const cx_allocator *allocator, cx_error *err) {
    cx_tallies *set;
    cx_table *table;
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    cx_status status = make_set(allocator, &set, err);
    if (status != CX_OK) return status;
    status = cx_mean_score_by(set, NULL, &table, err);
    cx_tallies_free(set);
    if (status != CX_OK) return status;
    status = cx_table_export(table, &schema, &array, err);
    if (status == CX_OK) schema.release(&schema), array.release(&array);
    if (status == CX_OK && (status = cx_table_stream(table, &stream, err)) == CX_OK) {
        int code = stream.get_schema(&stream, &schema);
        if (code == 0) schema.release(&schema);
        if (code == 0) code = stream.get_next(&stream, &array);
        if (code == 0) array.release(&array);
        if (code != 0) {
            ck_assert_int_eq(code, 12); /* ENOMEM */
            ck_assert_str_eq(stream.get_last_error(&stream), "out of memory");
            status = cx_table_find(table, "value") >= 0 ? CX_E_MEMORY : CX_OK;
            snprintf(err->text, sizeof err->text, "out of memory");
        }
        stream.release(&stream);
    }
    cx_table_free(table);
    return status;
}

START_TEST(test_a_tally_survives_every_failing_allocation) {
    fault_everywhere(run_tally, 6);
}
END_TEST

START_TEST(test_decoding_a_tally_survives_every_failing_allocation) {
    fault_everywhere(run_decode, 3);
}
END_TEST

START_TEST(test_a_set_survives_every_failing_allocation) {
    fault_everywhere(run_tallies, 20);
}
END_TEST

START_TEST(test_a_long_batch_survives_every_failing_allocation) {
    fault_everywhere(run_long_batch, 100);
}
END_TEST

START_TEST(test_readers_survive_every_failing_allocation) {
    fault_everywhere(run_readers, 100);
}
END_TEST

START_TEST(test_totals_and_hidden_cells_survive_every_failing_allocation) {
    cx_array pair[2] = {key, x};
    pair[1].name = "score";
    by = (cx_frame){pair, 2, {0, 0}};
    fault_everywhere(run_release, 100);
}
END_TEST

START_TEST(test_differences_survive_every_failing_allocation) {
    fault_everywhere(run_differences, 100);
}
END_TEST

START_TEST(test_decoding_a_set_survives_every_failing_allocation) {
    fault_everywhere(run_decode_set, 10);
}
END_TEST

START_TEST(test_arrow_exports_survive_every_failing_allocation) {
    fault_everywhere(run_arrow, 50);
}
END_TEST

/* An arena that never grows is allocator enough. */
/* Waits of a second batch, whose states may not change when it fails. */
static cx_status add_waits_twice(cx_waits *waits, cx_error *err) {
    const double ends[] = {1, 0, NAN, 1, 1, 0};
    cx_array e = cx_array_of(ends, CX_F64, 6);
    cx_waits *before;
    cx_status status = cx_waits_add(waits, &x, &e, &by, NULL, err);
    if (status != CX_OK) {
        ck_assert_int_eq(cx_waits_n(waits), 0);
        return status;
    }
    ck_assert_int_eq(cx_waits_copy(waits, NULL, &before, NULL), CX_OK);
    status = cx_waits_add(waits, &w, &e, &by, NULL, err);
    if (status != CX_OK) ck_assert(cx_waits_equal(waits, before));
    cx_waits_free(before);
    return status;
}

static cx_status read_waits(const cx_waits *waits, const cx_allocator *allocator, cx_error *err) {
    cx_table *table = NULL;
    cx_waits *total;
    cx_status status = cx_waits_quantile_by(waits, 0.5, NULL, &table, err);
    cx_table_free(table), table = NULL;
    if (status == CX_OK) status = cx_waits_curve(waits, NULL, &table, err);
    cx_table_free(table), table = NULL;
    if (status == CX_OK) status = cx_waits_logrank(waits, NULL, &table, err);
    cx_table_free(table), table = NULL;
    if (status == CX_OK) status = cx_promises_by(waits, NULL, &table, err);
    cx_table_free(table), table = NULL;
    if (status == CX_OK) status = cx_response_speed(waits, 3, NULL, &table, err);
    cx_table_free(table);
    if (status == CX_OK) status = cx_waits_total(waits, allocator, &total, err);
    if (status == CX_OK) cx_waits_free(total);
    return status;
}

static cx_status run_waits(const cx_allocator *allocator, cx_error *err) {
    cx_waits *waits;
    cx_status status = cx_waits_new(allocator, &waits, err);
    if (status != CX_OK) return status;
    status = add_waits_twice(waits, err);
    if (status == CX_OK) status = read_waits(waits, allocator, err);
    cx_waits_free(waits);
    return status;
}

static cx_status run_decode_waits(const cx_allocator *allocator, cx_error *err) {
    cx_waits *waits, *again;
    uint8_t bytes[2048];
    ck_assert_int_eq(cx_waits_new(NULL, &waits, err), CX_OK);
    ck_assert_int_eq(cx_waits_add(waits, &x, &x, &by, NULL, NULL), CX_E_DOMAIN);
    ck_assert_int_eq(add_waits_twice(waits, err), CX_OK);
    size_t size = cx_waits_encoded_size(waits);
    ck_assert_uint_le(size, sizeof bytes);
    ck_assert_int_eq(cx_waits_encode(waits, bytes, size, err), CX_OK);
    cx_status status = cx_waits_decode(bytes, size, allocator, &again, err);
    if (status == CX_OK) {
        ck_assert(cx_waits_equal(waits, again));
        cx_waits_free(again);
    }
    cx_waits_free(waits);
    return status;
}

START_TEST(test_waits_survive_every_failing_allocation) {
    fault_everywhere(run_waits, 40);
    fault_everywhere(run_decode_waits, 5);
}
END_TEST

typedef struct arena {
    _Alignas(16) unsigned char room[64 * 1024];
    size_t used;
} arena;

static void *arena_allocate(void *context, size_t size) {
    arena *a = context;
    size_t begin = (a->used + 15) / 16 * 16;
    if (size > sizeof a->room - begin) return NULL;
    a->used = begin + size;
    return a->room + begin;
}

static void *arena_reallocate(void *context, void *memory, size_t size) {
    (void)context, (void)memory, (void)size;
    return NULL;
}

static void arena_release(void *context, void *memory) {
    (void)context, (void)memory;
}

START_TEST(test_a_fixed_arena_is_enough) {
    static arena a;
    cx_allocator allocator = {arena_allocate, arena_reallocate, arena_release, &a};
    cx_tallies *set;
    cx_table *table;
    ck_assert_ok(make_set(&allocator, &set, err));
    ck_assert_ok(cx_nps_by(set, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_uint_gt(a.used, 0);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

static cx_status run_tolerance(const cx_allocator *allocator, cx_error *err) {
    cx_tolerance_options options;
    cx_tolerance_result result;
    cx_table *table = NULL;
    cx_tolerance_options_init(&options);
    options.allocator = allocator;
    options.draws = 20;
    cx_status status = cx_tolerance(&x, &x, 1, &w, &key, &options, &result, err);
    if (status == CX_OK)
        status = cx_tolerance_by(&x, &x, 1, NULL, NULL, &by, &options, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_tolerance_curve(&x, &x, NULL, &options, &table, err);
    cx_table_free(table);
    return status;
}

static cx_status run_silence(const cx_allocator *allocator, cx_error *err) {
    cx_silence_options options;
    cx_table *table = NULL;
    cx_silence_options_init(&options);
    options.allocator = allocator;
    cx_status status = cx_silence(&key, &x, 50, &options, &table, err);
    cx_table_free(table);
    table = NULL;
    if (status == CX_OK) status = cx_silence_rhythm(&x, &w, NULL, 50, &options, &table, err);
    cx_table_free(table);
    return status;
}

static cx_status run_coverage(const cx_allocator *allocator, cx_error *err) {
    static const double ones[] = {1, 0, 1, 1, 0, 1};
    cx_array asked = cx_array_of(ones, CX_F64, 6), score = x;
    cx_coverage_options options;
    cx_closed_loop_options loop;
    cx_closed_loop_result result;
    cx_table *table = NULL;
    cx_coverage_options_init(&options);
    cx_closed_loop_options_init(&loop);
    options.allocator = loop.allocator = allocator;
    cx_status status = cx_coverage(&by, NULL, &asked, &asked, &options, &table, err);
    cx_table_free(table);
    if (status == CX_OK)
        status = cx_closed_loop(&score, &asked, &score, NULL, NULL, &score, &score, NULL, 50, &loop,
                                &result, err);
    return status;
}

START_TEST(test_tolerance_and_silence_survive_every_failing_allocation) {
    fault_everywhere(run_tolerance, 30);
    fault_everywhere(run_silence, 15);
    fault_everywhere(run_coverage, 15);
}
END_TEST

Suite *suite_alloc(void) {
    Suite *suite = suite_create("alloc");
    TCase *tcase = tcase_create("alloc");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_a_tally_survives_every_failing_allocation);
    tcase_add_test(tcase, test_decoding_a_tally_survives_every_failing_allocation);
    tcase_add_test(tcase, test_a_set_survives_every_failing_allocation);
    tcase_add_test(tcase, test_a_long_batch_survives_every_failing_allocation);
    tcase_add_test(tcase, test_readers_survive_every_failing_allocation);
    tcase_add_test(tcase, test_totals_and_hidden_cells_survive_every_failing_allocation);
    tcase_add_test(tcase, test_differences_survive_every_failing_allocation);
    tcase_add_test(tcase, test_decoding_a_set_survives_every_failing_allocation);
    tcase_add_test(tcase, test_arrow_exports_survive_every_failing_allocation);
    tcase_add_test(tcase, test_waits_survive_every_failing_allocation);
    tcase_add_test(tcase, test_tolerance_and_silence_survive_every_failing_allocation);
    tcase_add_test(tcase, test_a_fixed_arena_is_enough);
    suite_add_tcase(suite, tcase);
    return suite;
}
