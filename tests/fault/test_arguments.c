#include "../unit/support.h"

#include <stddef.h>

/* Every argument of every function that returns a status takes every bad value: the status says
 * so, the outputs and the states stay as they were. A row of the table is one function; its
 * arguments are numbered slots, of which one at a time is spoilt. */

/* -- good arguments ------------------------------------------------------------------------ */

enum { ROWS = 6 };

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

/* What a call may write. The pattern shows whether it did. */
typedef union outputs {
    void *handle;
    cx_array array;
    cx_estimate estimate;
    cx_heterogeneity_test test;
    struct {
        struct ArrowSchema schema;
        struct ArrowArray array;
    } arrow;
    struct ArrowArrayStream stream;
    uint8_t bytes[512];
} outputs;

static outputs out, untouched;

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
    memset(&untouched, 0xA5, sizeof untouched);
}

static void teardown(void) {
    cx_tally_free(tally);
    cx_tallies_free(set);
    cx_moments_free(moments);
    cx_table_free(table);
}

static void expect_unchanged(const char *name) {
    ck_assert_msg(memcmp(&out, &untouched, sizeof out) == 0, "%s wrote an output", name);
    ck_assert_ok(cx_tally_encode(tally, buffer, tally_size, err));
    ck_assert_msg(memcmp(buffer, tally_bytes, tally_size) == 0, "%s changed the tally", name);
    ck_assert_ok(cx_tallies_encode(set, buffer, set_size, err));
    ck_assert_msg(memcmp(buffer, set_bytes, set_size) == 0, "%s changed the set", name);
    ck_assert_ok(cx_moments_encode(moments, buffer, moments_size, err));
    ck_assert_msg(memcmp(buffer, moments_bytes, moments_size) == 0, "%s changed moments", name);
}

/* -- the calls ----------------------------------------------------------------------------- */

static int null_slot, bad_slot;
static const cx_array *bad_column;
static const void *options;

#define PTR(slot, good) (null_slot == (slot) ? NULL : (good))
#define COL(slot, good) (bad_slot == (slot) ? bad_column : PTR(slot, good))
#define OUT(slot, member) PTR(slot, &out.member)
#define HANDLE(slot, type) PTR(slot, (type **)&out.handle)

#define CALL(name, ...)                                                                            \
    static cx_status call_##name(cx_error *err) {                                                  \
        return cx_##name(__VA_ARGS__, err);                                                        \
    }

CALL(table_column, PTR(0, table), 0, OUT(1, array))
CALL(table_export, PTR(0, table), OUT(1, arrow.schema), OUT(2, arrow.array))
CALL(table_stream, PTR(0, table), OUT(1, stream))
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
CALL(tallies_take, PTR(0, set), 0, HANDLE(1, cx_tally))
CALL(tallies_total, PTR(0, set), NULL, HANDLE(1, cx_tally))
CALL(tallies_table, PTR(0, set), HANDLE(1, cx_table))
CALL(tallies_encode, PTR(0, set), PTR(1, buffer), set_size)
CALL(tallies_decode, PTR(0, set_bytes), set_size, NULL, HANDLE(1, cx_tallies))
CALL(nps, PTR(0, tally), options, OUT(1, estimate))
CALL(nps_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(csat, PTR(0, tally), options, OUT(1, estimate))
CALL(csat_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(mean_score, PTR(0, tally), options, OUT(1, estimate))
CALL(mean_score_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(ces, PTR(0, tally), options, OUT(1, estimate))
CALL(ces_by, PTR(0, set), options, HANDLE(1, cx_table))
CALL(share, 3, 10, options, OUT(0, estimate))
CALL(decompose, PTR(0, set), PTR(1, set), options, HANDLE(2, cx_table))
CALL(heterogeneity, PTR(0, set), options, OUT(1, test))
CALL(moments_new, COL(0, &names), NULL, HANDLE(1, cx_moments))
CALL(moments_copy, PTR(0, moments), NULL, HANDLE(1, cx_moments))
CALL(moments_merge, PTR(0, moments), PTR(1, moments))
CALL(moments_subtract, PTR(0, moments), PTR(1, moments))
CALL(moments_encode, PTR(0, moments), PTR(1, out.bytes), moments_size)
CALL(moments_decode, PTR(0, moments_bytes), moments_size, NULL, HANDLE(1, cx_moments))
CALL(correlate, COL(0, &scores), COL(1, &other), COL(3, &other), options, OUT(2, estimate))
CALL(moments_pearson, PTR(0, moments), 0, 1, options, OUT(1, estimate))
CALL(drivers, PTR(0, moments), NULL, PTR(1, "y"), options, HANDLE(2, cx_table))
CALL(plan, COL(0, &importance), 10, COL(2, NULL), COL(3, NULL), COL(4, NULL), COL(5, NULL), NULL,
     options, HANDLE(1, cx_table))

static const cx_frame *frame_with(int slot, const cx_frame *good) {
    static cx_array columns[2];
    static cx_frame frame;
    if (null_slot == slot) return NULL;
    if (bad_slot != slot) return good;
    memcpy(columns, good->columns, (size_t)good->count * sizeof *columns);
    columns[0] = *bad_column;
    columns[0].name = good->columns[0].name;
    frame = (cx_frame){columns, good->count, {0, 0}};
    return &frame;
}

CALL(tallies_add, PTR(0, set), COL(1, &scores), COL(3, &other), frame_with(2, &by), options)
CALL(tally_by, COL(0, &scores), COL(3, &other), frame_with(1, &by), 0, 10, options,
     HANDLE(2, cx_tallies))
CALL(moments_add, PTR(0, moments), frame_with(1, &table_of_two), COL(2, &other))

/* -- the table ----------------------------------------------------------------------------- */

typedef struct function {
    const char *name;
    cx_status (*call)(cx_error *err);
    int required;       /* slots 0 .. required - 1 may not be NULL */
    unsigned columns;   /* bits: slots that are columns of numbers */
    void (*init)(void); /* good options, or NULL */
    size_t options;     /* size of the structure */
    size_t confidence;  /* offset, 0: none */
    size_t codes[4];    /* offsets of int32 members that may not be -1, INT32_MIN or INT32_MAX */
} function;

static union {
    cx_answer_options answer;
    cx_nps_options nps;
    cx_csat_options csat;
    cx_ces_options ces;
    cx_mean_options mean;
    cx_share_options share;
    cx_compare_options compare;
    cx_correlate_options correlate;
    cx_driver_options driver;
    cx_plan_options plan;
    uint8_t bytes[1024];
} given;

#define INIT(name)                                                                                 \
    static void init_##name(void) {                                                                \
        cx_##name##_options_init(&given.name);                                                     \
    }
INIT(answer)
INIT(mean)
INIT(nps)
INIT(ces)
INIT(share)
INIT(compare)
INIT(correlate)
INIT(driver)
INIT(plan)
static void init_boxes(void) {
    cx_csat_options_init(&given.csat);
    given.csat.top = 2;
}

#define PLAIN(name, required)                                                                      \
    {                                                                                              \
#name, call_##name, required, 0, NULL, 0, 0, {                                             \
            0                                                                                      \
        }                                                                                          \
    }
#define COLUMNS(name, required, columns)                                                           \
    {                                                                                              \
#name, call_##name, required, columns, NULL, 0, 0, {                                       \
            0                                                                                      \
        }                                                                                          \
    }
#define AT(type, member) offsetof(cx_##type##_options, member)
#define ANSWER                                                                                     \
    init_answer, sizeof(cx_answer_options), 0, {                                                   \
        AT(answer, invalid), AT(answer, fractional), AT(answer, missing_count),                    \
            AT(answer, not_applicable_count)                                                       \
    }
#define COMPARE                                                                                    \
    init_compare, sizeof(cx_compare_options), AT(compare, confidence), {                           \
        AT(compare, score)                                                                         \
    }
#define NPS                                                                                        \
    init_nps, sizeof(cx_nps_options), AT(nps, confidence), {                                       \
        AT(nps, method)                                                                            \
    }
#define CSAT                                                                                       \
    init_boxes, sizeof(cx_csat_options), AT(csat, confidence), {                                   \
        AT(csat, method), AT(csat, top), AT(csat, denominator)                                     \
    }
#define CES                                                                                        \
    init_ces, sizeof(cx_ces_options), AT(ces, confidence), {                                       \
        AT(ces, version), AT(ces, report)                                                          \
    }
#define MEAN                                                                                       \
    init_mean, sizeof(cx_mean_options), AT(mean, confidence), {                                    \
        0                                                                                          \
    }
#define CORRELATE                                                                                  \
    init_correlate, sizeof(cx_correlate_options), AT(correlate, confidence), {                     \
        AT(correlate, method)                                                                      \
    }

static const function functions[] = {
    PLAIN(table_column, 2),
    PLAIN(table_export, 3),
    PLAIN(table_stream, 2),
    PLAIN(tally_new, 1),
    PLAIN(tally_copy, 2),
    {"tally_add", call_tally_add, 2, 6, ANSWER},
    COLUMNS(tally_add_counts, 3, 6),
    PLAIN(tally_merge, 2),
    PLAIN(tally_encode, 2),
    PLAIN(tally_decode, 2),
    PLAIN(tallies_new, 1),
    PLAIN(tallies_copy, 2),
    {"tallies_add", call_tallies_add, 3, 10, ANSWER},
    PLAIN(tallies_merge, 2),
    PLAIN(tallies_take, 2),
    PLAIN(tallies_total, 2),
    PLAIN(tallies_table, 2),
    PLAIN(tallies_encode, 2),
    PLAIN(tallies_decode, 2),
    {"tally_by", call_tally_by, 3, 9, ANSWER},
    {"nps", call_nps, 2, 0, NPS},
    {"nps_by", call_nps_by, 2, 0, NPS},
    {"csat", call_csat, 2, 0, CSAT},
    {"csat_by", call_csat_by, 2, 0, CSAT},
    {"mean_score", call_mean_score, 2, 0, MEAN},
    {"mean_score_by", call_mean_score_by, 2, 0, MEAN},
    {"ces", call_ces, 2, 0, CES},
    {"ces_by", call_ces_by, 2, 0, CES},
    {"share",
     call_share,
     1,
     0,
     init_share,
     sizeof(cx_share_options),
     AT(share, confidence),
     {AT(share, method)}},
    {"decompose", call_decompose, 3, 0, COMPARE},
    {"heterogeneity", call_heterogeneity, 2, 0, COMPARE},
    PLAIN(moments_new, 2),
    PLAIN(moments_copy, 2),
    COLUMNS(moments_add, 2, 6),
    PLAIN(moments_merge, 2),
    PLAIN(moments_subtract, 2),
    PLAIN(moments_encode, 2),
    PLAIN(moments_decode, 2),
    {"correlate", call_correlate, 3, 11, CORRELATE},
    {"moments_pearson", call_moments_pearson, 2, 0, CORRELATE},
    {"drivers",
     call_drivers,
     3,
     0,
     init_driver,
     sizeof(cx_driver_options),
     0,
     {AT(driver, method)}},
    {"plan",
     call_plan,
     2,
     61,
     init_plan,
     sizeof(cx_plan_options),
     0,
     {AT(plan, integer), AT(plan, soft), AT(plan, reserved)}},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* The call fails with one of the statuses (0: with any), with and without an error to fill. */
static void expect_failure(const function *f, cx_status wanted, const char *what) {
    cx_error error;
    for (int with = 0; with < 2; with++) {
        out = untouched;
        cx_error_init(&error);
        cx_status status = f->call(with ? &error : NULL);
        ck_assert_msg(status != CX_OK, "%s accepts %s", f->name, what);
        ck_assert_msg(wanted == CX_OK || status == wanted, "%s says %s to %s", f->name,
                      cx_status_name((int32_t)status), what);
        if (!with) continue;
        ck_assert_int_eq(error.code, status);
        ck_assert_msg(error.text[0] != '\0', "%s fails without a word", f->name);
    }
    expect_unchanged(f->name);
}

static void start(const function *f) {
    null_slot = bad_slot = -1;
    options = NULL;
    if (f->init == NULL) return;
    f->init();
    options = given.bytes;
}

START_TEST(test_every_required_argument_may_not_be_missing) {
    const function *f = &functions[_i];
    for (int slot = 0; slot < f->required; slot++) {
        start(f);
        null_slot = slot;
        expect_failure(f, CX_E_NULL, "a missing argument");
    }
}
END_TEST

START_TEST(test_every_options_structure_must_have_its_size) {
    const function *f = &functions[_i];
    if (f->init == NULL) return;
    const uint32_t sizes[] = {0, 4, (uint32_t)f->options - 1, (uint32_t)f->options + 8, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        start(f);
        memcpy(given.bytes, &sizes[i], sizeof sizes[i]);
        expect_failure(f, CX_E_OPTION, "a wrong struct_size");
    }
}
END_TEST

START_TEST(test_every_confidence_lies_between_0_and_1) {
    const function *f = &functions[_i];
    const double bad[] = {NAN, INFINITY, -INFINITY, 0, 1, -0.5, 95, 1e300, -0.0};
    if (f->confidence == 0) return;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start(f);
        memcpy(given.bytes + f->confidence, &bad[i], sizeof bad[i]);
        expect_failure(f, CX_E_OPTION, "that confidence");
    }
}
END_TEST

START_TEST(test_every_code_in_options_is_one_of_its_list) {
    const function *f = &functions[_i];
    const int32_t bad[] = {-1, INT32_MIN, INT32_MAX};
    for (size_t c = 0; c < 4 && f->codes[c] != 0; c++)
        for (size_t i = 0; i < 3; i++) {
            start(f);
            memcpy(given.bytes + f->codes[c], &bad[i], sizeof bad[i]);
            expect_failure(f, CX_E_OPTION, "that code");
        }
}
END_TEST

/* -- columns ------------------------------------------------------------------------------- */

enum { BAD_COLUMNS = 13 };

static const char *spoil(int kind, cx_array *column) {
    static const double infinite[ROWS] = {1, INFINITY, 1, 1, 1, 1};
    static const int32_t offsets[ROWS + 1] = {0};
    static cx_array words;
    *column = cx_array_of(other_values, CX_F64, ROWS);
    switch (kind) {
    case 0:
        return column->length = -1, "a negative length";
    case 1:
        return column->length = INT64_MIN, "the least length";
    case 2:
        return column->offset = -1, "a negative offset";
    case 3:
        return column->offset = INT64_MAX, "the largest offset";
    case 4:
        return column->dtype = 0, "type 0";
    case 5:
        return column->dtype = INT32_MAX, "the largest type";
    case 6:
        return column->dtype = INT32_MIN, "the least type";
    case 7:
        return column->reserved[3] = 1, "reserved bits";
    case 8:
        return column->data = NULL, "no data";
    case 9:
        column->data = infinite;
        return "an infinite value";
    case 10:
        column->dtype = CX_STRING;
        return "text without offsets";
    case 11:
        words = cx_array_of("", CX_STRING, ROWS);
        words.offsets = offsets;
        column->dictionary = &words;
        return "codes that are not whole";
    default:
        *column = cx_array_of("", CX_STRING, ROWS);
        column->offsets = offsets;
        column->dictionary = column;
        return "a dictionary of itself";
    }
}

START_TEST(test_every_column_may_not_be_malformed) {
    const function *f = &functions[_i];
    cx_array column;
    for (int slot = 0; slot < 6; slot++)
        for (int kind = 0; kind < BAD_COLUMNS && (f->columns >> slot & 1) != 0; kind++) {
            const char *what = spoil(kind, &column);
            if (f->call == call_plan && column.length == ROWS) column.length = 2;
            if (f->call == call_plan && slot == 3 && kind == 9)
                continue; /* upper may be infinite */
            start(f);
            bad_slot = slot;
            bad_column = &column;
            expect_failure(f, CX_OK, what);
        }
}
END_TEST

START_TEST(test_lengths_that_differ_are_refused) {
    const function *f = &functions[_i];
    cx_array column = cx_array_of(other_values, CX_F64, 1);
    const int64_t lengths[] = {0, 1, ROWS - 1, INT64_MAX};
    for (int slot = 0; slot < 6; slot++)
        for (int i = 0; i < 4 && (f->columns >> slot & 1) != 0; i++) {
            column.length = lengths[i];
            column.stride = 0;
            if (f->call == call_plan && slot == 0) continue; /* alone, it sets the length */
            start(f);
            bad_slot = slot;
            bad_column = &column;
            expect_failure(f, CX_E_LENGTH, "another length");
        }
}
END_TEST

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
        ck_assert_fails(cx_plan(&column, 1, NULL, NULL, NULL, NULL, NULL, &o, &none, err),
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
    expect_unchanged("a position");
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
            cx_plan(&importance, budgets[i], NULL, NULL, NULL, NULL, NULL, NULL, &none, err),
            CX_E_DOMAIN, "budget");
    ck_assert_ptr_null(none);
}
END_TEST

Suite *suite_arguments(void);
Suite *suite_arguments(void) {
    Suite *suite = suite_create("arguments");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_every_required_argument_may_not_be_missing, 0, FUNCTIONS);
    tcase_add_loop_test(tcase, test_every_options_structure_must_have_its_size, 0, FUNCTIONS);
    tcase_add_loop_test(tcase, test_every_confidence_lies_between_0_and_1, 0, FUNCTIONS);
    tcase_add_loop_test(tcase, test_every_code_in_options_is_one_of_its_list, 0, FUNCTIONS);
    tcase_add_loop_test(tcase, test_every_column_may_not_be_malformed, 0, FUNCTIONS);
    tcase_add_loop_test(tcase, test_lengths_that_differ_are_refused, 0, FUNCTIONS);
    tcase_add_test(tcase, test_a_plan_for_all_the_points_there_could_be_is_refused);
    tcase_add_test(tcase, test_scales_out_of_all_bounds_are_refused);
    tcase_add_test(tcase, test_sizes_and_positions_out_of_all_bounds_are_refused);
    tcase_add_test(tcase, test_shares_and_budgets_outside_their_domain_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
