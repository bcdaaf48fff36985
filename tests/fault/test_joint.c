#include "../unit/metric/joints.h"

/* Joint states: every allocation fails once and for ever; every damaged byte is refused. */

enum { BYTES = 16384, CHECKSUM = 8 };

static const double answers[] = {5, 4, NAN, 2, NAN, NAN, 3, 9, 5, 1, 5, 2};
static const double weights[] = {1, 0.1, 2.5, 0};
static const double ids[] = {1, 2, 3, 4};
static cx_array columns[3], w, key;
static cx_frame x, by;

static void setup(void) {
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        columns[i] = cx_array_of(answers + i, CX_F64, 4);
        columns[i].stride = 24;
        columns[i].name = names[i];
    }
    w = cx_array_of(weights, CX_F64, 4);
    key = cx_array_of(ids, CX_F64, 4);
    key.name = "id";
    x = (cx_frame){columns, 3, {0, 0}};
    by = (cx_frame){&key, 1, {0, 0}};
}

/* -- memory -------------------------------------------------------------------------------- */

typedef cx_status (*operation)(const cx_allocator *allocator, cx_error *err);

static void check(operation run, int64_t least) {
    for (int once = 0; once < 2; once++)
        for (int64_t at = 0;; at++) {
            fault f = {0, 0, at, once == 1};
            cx_allocator allocator = fault_allocator(&f);
            cx_error error;
            cx_error_init(&error);
            cx_status status = run(&allocator, &error);
            ck_assert_int_eq(f.live, 0);
            if (status == CX_OK) {
                ck_assert_int_ge(at, least);
                break;
            }
            ck_assert_msg(status == CX_E_MEMORY, "request %ld: %s", (long)at, error.text);
            ck_assert_int_lt(at, 10000);
        }
}

static cx_status make(int64_t k, const cx_allocator *allocator, cx_joint **out, cx_error *err) {
    cx_array names = joint_name_column(k);
    return cx_joint_new(&names, NULL, allocator, out, err);
}

static cx_status run_state(const cx_allocator *allocator, cx_error *err) {
    cx_joint *joint, *copy;
    cx_joint_options as;
    cx_tally *tally;
    cx_status status = make(3, allocator, &joint, err);
    if (status != CX_OK) return status;
    cx_joint_options_init(&as);
    as.scale_max = 10;
    status = cx_joint_set(joint, 1, &as, err);
    if (status == CX_OK) {
        ck_assert_int_eq(cx_joint_add(joint, &x, &w, NULL, err), CX_OK); /* allocates nothing */
        status = cx_joint_copy(joint, allocator, &copy, err);
    }
    if (status == CX_OK) {
        status = cx_joint_tally(copy, 0, &tally, err);
        if (status == CX_OK) cx_tally_free(tally);
        cx_joint_free(copy);
    }
    cx_joint_free(joint);
    return status;
}

static cx_status run_decode(const cx_allocator *allocator, cx_error *err) {
    static uint8_t bytes[BYTES];
    cx_joint *joint = joint_of(3, CX_SCORE_NPS, answers, weights, 4), *again;
    size_t size = cx_joint_encoded_size(joint);
    ck_assert_uint_le(size, BYTES);
    ck_assert_int_eq(cx_joint_encode(joint, bytes, size, NULL), CX_OK);
    cx_status status = cx_joint_decode(bytes, size, allocator, &again, err);
    if (status == CX_OK) {
        ck_assert(cx_joint_equal(joint, again));
        cx_joint_free(again);
    }
    cx_joint_free(joint);
    return status;
}

static cx_status run_waves(const cx_allocator *allocator, cx_error *err) {
    cx_joint *joint;
    cx_status status = make(2, allocator, &joint, err);
    if (status != CX_OK) return status;
    status = cx_joint_add_waves(joint, &columns[0], &by, &columns[1], &by, NULL, err);
    if (status != CX_OK) ck_assert_int_eq(cx_joint_n(joint), 0);
    cx_joint_free(joint);
    return status;
}

static cx_status run_index(const cx_allocator *allocator, cx_error *err) {
    cx_joint *joint;
    cx_table *table;
    cx_status status = make(3, allocator, &joint, err);
    if (status != CX_OK) return status;
    status = cx_joint_add(joint, &x, NULL, NULL, err);
    if (status == CX_OK) status = cx_index_components(joint, NULL, NULL, &table, err);
    if (status == CX_OK) {
        cx_table_free(table);
        status = cx_index_by(joint, &x, &w, &by, NULL, NULL, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    cx_joint_free(joint);
    return status;
}

static cx_status run_gap(const cx_allocator *allocator, cx_error *err) {
    cx_joint *joint;
    cx_table *table;
    cx_array names = joint_name_column(3);
    cx_status status = cx_gap_new(&names, 1, 5, allocator, &joint, err);
    if (status != CX_OK) return status;
    status = cx_gap_add(joint, &x, &x, &w, NULL, err);
    if (status == CX_OK) status = cx_gap(joint, NULL, NULL, &table, err);
    if (status == CX_OK) {
        cx_table_free(table);
        status = cx_gap_by(joint, &x, &x, NULL, &by, NULL, NULL, NULL, &table, err);
        if (status == CX_OK) cx_table_free(table);
    }
    cx_joint_free(joint);
    return status;
}

static cx_status read_visits(const cx_mystery *visits, cx_error *err) {
    cx_mystery_result result;
    cx_table *table;
    cx_status status = cx_mystery_score(visits, NULL, &result, err);
    if (status != CX_OK) return status;
    status = cx_mystery_items(visits, NULL, &table, err);
    if (status != CX_OK) return status;
    cx_table_free(table);
    status = cx_mystery_shops(visits, NULL, &table, err);
    if (status == CX_OK) cx_table_free(table);
    return status;
}

static cx_status run_mystery(const cx_allocator *allocator, cx_error *err) {
    const double fives[] = {5, 5, 5};
    static uint8_t bytes[8192];
    cx_array maximum = cx_array_of(fives, CX_F64, 3), names = joint_name_column(3);
    cx_mystery *visits, *copy;
    cx_status status = cx_mystery_new(&names, &maximum, NULL, 1, allocator, &visits, err);
    if (status != CX_OK) return status;
    status = cx_mystery_add(visits, &x, &by, &by, NULL, err);
    if (status != CX_OK) ck_assert_int_eq(cx_mystery_n(visits), 0);
    if (status == CX_OK) status = read_visits(visits, err);
    if (status == CX_OK) {
        size_t size = cx_mystery_encoded_size(visits);
        ck_assert_uint_le(size, sizeof bytes);
        ck_assert_int_eq(cx_mystery_encode(visits, bytes, size, NULL), CX_OK);
        status = cx_mystery_decode(bytes, size, allocator, &copy, err);
    }
    if (status == CX_OK) {
        int64_t before = cx_mystery_n(copy);
        status = cx_mystery_merge(copy, copy, err);
        ck_assert_int_eq(cx_mystery_n(copy), status == CX_OK ? 2 * before : before);
        cx_mystery_free(copy);
    }
    cx_mystery_free(visits);
    return status;
}

START_TEST(test_every_allocation_may_fail) {
    check(run_state, 20);
    check(run_decode, 10);
    check(run_waves, 10);
    check(run_index, 30);
    check(run_gap, 40);
    check(run_mystery, 40);
}
END_TEST

/* -- bytes --------------------------------------------------------------------------------- */

typedef struct encoded {
    uint8_t bytes[BYTES];
    size_t size;
} encoded;

static cx_status decode(const uint8_t *bytes, size_t size, encoded *again) {
    cx_joint *joint;
    cx_status status = cx_joint_decode(bytes, size, NULL, &joint, NULL);
    if (status != CX_OK) return status;
    again->size = cx_joint_encoded_size(joint);
    ck_assert_uint_le(again->size, BYTES);
    status = cx_joint_encode(joint, again->bytes, again->size, NULL);
    cx_joint_free(joint);
    return status;
}

static void encode(cx_joint *joint, encoded *e) {
    e->size = cx_joint_encoded_size(joint);
    ck_assert_uint_le(e->size, BYTES);
    ck_assert_ok(cx_joint_encode(joint, e->bytes, e->size, err));
    cx_joint_free(joint);
}

static void mend_checksum(encoded *e) {
    uint64_t crc = UINT64_MAX;
    for (size_t i = 0; i < e->size - CHECKSUM; i++)
        for (int bit = 7; bit >= 0; bit--) {
            uint64_t in = (uint64_t)(e->bytes[i] >> bit & 1) ^ crc >> 63;
            crc = crc << 1 ^ (in ? UINT64_C(0x42F0E1EBA9EA3693) : 0);
        }
    crc = ~crc;
    for (int i = 0; i < CHECKSUM; i++)
        e->bytes[e->size - CHECKSUM + (size_t)i] = (uint8_t)(crc >> 8 * i);
}

static void check_damage(const encoded *e, size_t step) {
    static encoded copy, again;
    for (size_t size = 0; size < e->size; size += step) {
        uint8_t *exact = malloc(size == 0 ? 1 : size); /* a reader past the end is seen */
        memcpy(exact, e->bytes, size);
        ck_assert_int_eq(decode(exact, size, &again), CX_E_FORMAT);
        free(exact);
    }
    copy = *e;
    for (size_t bit = 0; bit < 8 * e->size; bit += step) {
        copy.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_eq(decode(copy.bytes, copy.size, &again), CX_E_FORMAT);
        copy.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* What is taken after a mended checksum is written back bit for bit, and can be read. */
static void check_mended(const encoded *e) {
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    static encoded copy, again;
    for (size_t at = 0; at + CHECKSUM < e->size; at++)
        for (size_t v = 0; v < 5; v++) {
            copy = *e;
            copy.bytes[at] = values[v];
            mend_checksum(&copy);
            cx_status status = decode(copy.bytes, copy.size, &again);
            if (status == CX_OK) {
                cx_joint *joint;
                cx_estimate estimate;
                ck_assert_int_eq(memcmp(again.bytes, copy.bytes, copy.size), 0);
                ck_assert_ok(cx_joint_decode(copy.bytes, copy.size, NULL, &joint, err));
                if (cx_index(joint, NULL, NULL, &estimate, NULL) == CX_OK)
                    ck_assert(!isinf(estimate.value));
                cx_joint_free(joint);
            } else {
                ck_assert(status == CX_E_FORMAT || status == CX_E_VERSION);
            }
        }
}

START_TEST(test_damaged_bytes_are_refused) {
    static encoded e;
    encode(joint_of(2, CX_SCORE_TOP_BOX, answers, NULL, 4), &e);
    check_damage(&e, 1);
    check_mended(&e);
    encode(joint_of(2, CX_SCORE_MEAN, answers, weights, 4), &e);
    check_damage(&e, 3);
    check_mended(&e);
}
END_TEST

Suite *suite_joint_faults(void) {
    Suite *suite = suite_create("joint_faults");
    TCase *tcase = tcase_create("joint_faults");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_every_allocation_may_fail);
    tcase_add_test(tcase, test_damaged_bytes_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
