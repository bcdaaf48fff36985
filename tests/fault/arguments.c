#include "arguments.h"

outputs out, untouched;
int null_slot, bad_slot;
const cx_array *bad_column;
const void *options;
union arguments_given given;

static const function *functions;
static void (*states_unchanged)(const char *name);
/* Long enough for the functions that want more rows than ROWS. */
enum { LONGEST = 256 };
static const double values[LONGEST] = {1, 2, 0.5, 1, 1, 3};

void arguments_start(const function *table, void (*unchanged)(const char *name)) {
    functions = table;
    states_unchanged = unchanged;
    memset(&untouched, 0xA5, sizeof untouched);
    out = untouched;
    null_slot = bad_slot = -1;
    options = NULL;
}

void arguments_expect_unchanged(const char *name) {
    ck_assert_msg(memcmp(&out, &untouched, sizeof out) == 0, "%s wrote an output", name);
    states_unchanged(name);
}

const cx_frame *frame_with(int slot, const cx_frame *good) {
    static cx_array columns[8];
    static cx_frame frame;
    if (null_slot == slot) return NULL;
    if (bad_slot != slot) return good;
    memcpy(columns, good->columns, (size_t)good->count * sizeof *columns);
    columns[0] = *bad_column;
    columns[0].name = good->columns[0].name;
    frame = (cx_frame){columns, good->count, {0, 0}};
    return &frame;
}

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
    arguments_expect_unchanged(f->name);
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
    for (size_t c = 0; c < 6 && f->codes[c] != 0; c++)
        for (size_t i = 0; i < 3; i++) {
            start(f);
            memcpy(given.bytes + f->codes[c], &bad[i], sizeof bad[i]);
            expect_failure(f, CX_E_OPTION, "that code");
        }
}
END_TEST

/* -- columns ------------------------------------------------------------------------------- */

enum { BAD_COLUMNS = 13, INFINITE = 9 };

static const char *spoil(int kind, cx_array *column) {
    static const double infinite[LONGEST] = {1, INFINITY, 1, 1, 1, 1};
    static const int32_t offsets[LONGEST + 1] = {0};
    static cx_array words;
    *column = cx_array_of(values, CX_F64, ROWS);
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
    case INFINITE:
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
            ck_assert_int_le(f->rows, LONGEST);
            if (f->rows > 0 && column.length == ROWS) column.length = f->rows;
            if (kind == INFINITE && (f->infinite >> slot & 1) != 0) continue;
            start(f);
            bad_slot = slot;
            bad_column = &column;
            expect_failure(f, CX_OK, what);
        }
}
END_TEST

START_TEST(test_lengths_that_differ_are_refused) {
    const function *f = &functions[_i];
    cx_array column = cx_array_of(values, CX_F64, 1);
    const int64_t lengths[] = {0, 1, ROWS - 1, INT64_MAX};
    for (int slot = 0; slot < 6; slot++)
        for (int i = 0; i < 4 && (f->columns >> slot & 1) != 0; i++) {
            column.length = lengths[i];
            column.stride = 0;
            if ((f->alone >> slot & 1) != 0) continue;
            start(f);
            bad_slot = slot;
            bad_column = &column;
            expect_failure(f, CX_E_LENGTH, "another length");
        }
}
END_TEST

void arguments_add(TCase *tcase, int count) {
    tcase_add_loop_test(tcase, test_every_required_argument_may_not_be_missing, 0, count);
    tcase_add_loop_test(tcase, test_every_options_structure_must_have_its_size, 0, count);
    tcase_add_loop_test(tcase, test_every_confidence_lies_between_0_and_1, 0, count);
    tcase_add_loop_test(tcase, test_every_code_in_options_is_one_of_its_list, 0, count);
    tcase_add_loop_test(tcase, test_every_column_may_not_be_malformed, 0, count);
    tcase_add_loop_test(tcase, test_lengths_that_differ_are_refused, 0, count);
}
