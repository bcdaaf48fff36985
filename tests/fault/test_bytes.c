#include "../unit/support.h"

/* Hostile bytes: every truncation and every flipped bit of an encoded state is refused; bytes with
 * a mended checksum decode only to a state that writes the very same bytes. */

enum { ROOM = 4096, CHECKSUM = 8 };

typedef struct encoded {
    uint8_t bytes[ROOM];
    size_t size;
} encoded;

/* Decodes and, when that succeeds, encodes again into `again`. */
typedef cx_status (*codec)(const uint8_t *bytes, size_t size, encoded *again, cx_error *err);

#define DECODE(noun)                                                                               \
    static cx_status decode_##noun(const uint8_t *bytes, size_t size, encoded *again,              \
                                   cx_error *err) {                                                \
        cx_##noun *state;                                                                          \
        cx_status status = cx_##noun##_decode(bytes, size, NULL, &state, err);                     \
        if (status != CX_OK) return status;                                                        \
        again->size = cx_##noun##_encoded_size(state);                                             \
        ck_assert_uint_le(again->size, ROOM);                                                      \
        status = cx_##noun##_encode(state, again->bytes, again->size, err);                        \
        cx_##noun##_free(state);                                                                   \
        return status;                                                                             \
    }

DECODE(tally)
DECODE(tallies)
DECODE(moments)
DECODE(joint)
DECODE(waits)
DECODE(strata)
DECODE(monitor)
DECODE(ledger)
DECODE(mystery)
DECODE(recent)
DECODE(crosstab)

static encoded make_tally(bool weighted) {
    const double scores[] = {9, 3, 10, 11, NAN, 3}, weights[] = {1, 2.5, 0.1, 1, 1, 0};
    cx_array x = cx_array_of(scores, CX_F64, 6), w = cx_array_of(weights, CX_F64, 6);
    cx_tally *tally;
    encoded e;
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &x, weighted ? &w : NULL, NULL, err));
    e.size = cx_tally_encoded_size(tally);
    ck_assert_ok(cx_tally_encode(tally, e.bytes, e.size, err));
    cx_tally_free(tally);
    return e;
}

static encoded make_tallies(void) {
    const double scores[] = {2, 1, 3}, weights[] = {1, 2.5, 0.1};
    const int32_t offsets[] = {0, 1, 2, 3}, hours[] = {5, -6, 5};
    cx_array keys[2], x = cx_array_of(scores, CX_F64, 3), w = cx_array_of(weights, CX_F64, 3);
    cx_frame by = {keys, 2, {0, 0}};
    cx_tallies *set;
    encoded e;
    keys[0] = cx_array_of("ba\0", CX_STRING, 3);
    keys[0].offsets = offsets;
    keys[0].name = "team";
    keys[1] = cx_array_of(hours, CX_I32, 3);
    keys[1].name = "hour";
    ck_assert_ok(cx_tally_by(&x, &w, &by, 1, 3, NULL, &set, err));
    e.size = cx_tallies_encoded_size(set);
    ck_assert_uint_le(e.size, ROOM);
    ck_assert_ok(cx_tallies_encode(set, e.bytes, e.size, err));
    cx_tallies_free(set);
    return e;
}

static encoded make_waits(bool split) {
    const double durations[] = {2.5, 1, 3, 1, -1, 7}, ends[] = {1, 0, 1, NAN, 1, 0};
    const int32_t offsets[] = {0, 1, 2, 3, 4, 5, 6};
    cx_array key = cx_array_of("babbab", CX_STRING, 6);
    cx_array x = cx_array_of(durations, CX_F64, 6), e = cx_array_of(ends, CX_F64, 6);
    cx_frame by = {&key, 1, {0, 0}};
    cx_waits *waits;
    encoded made;
    key.offsets = offsets;
    key.name = "team";
    ck_assert_ok(cx_waits_new(NULL, &waits, err));
    ck_assert_ok(cx_waits_add(waits, &x, &e, split ? &by : NULL, NULL, err));
    made.size = cx_waits_encoded_size(waits);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_waits_encode(waits, made.bytes, made.size, err));
    cx_waits_free(waits);
    return made;
}

/* Two points after three periods, with all that a monitor can keep or with the least of it. */
static encoded make_monitor(bool full) {
    const int32_t offsets[] = {0, 4, 8};
    const int64_t d[] = {3, 9}, n[] = {2, 1}, p[] = {9, 2}, offered[] = {20, 20};
    cx_array keys = cx_array_of("BernGenf", CX_STRING, 2), number = cx_array_of(d, CX_I64, 2);
    cx_array x[4] = {cx_array_of(d, CX_I64, 2), cx_array_of(n, CX_I64, 2),
                     cx_array_of(p, CX_I64, 2), cx_array_of(offered, CX_I64, 2)};
    cx_monitor_options settings;
    cx_monitor *monitor;
    encoded made;
    keys.offsets = offsets;
    cx_monitor_options_init(&settings);
    settings.arl = 5;
    settings.max_age = full ? 1 : 0;
    settings.cycle = full ? 2 : 0;
    settings.direction = full ? CX_MONITOR_BOTH : CX_MONITOR_DOWN;
    settings.common_shock = full;
    const cx_array *points = full ? &keys : &number;
    ck_assert_ok(cx_monitor_new(points, NULL, &settings, NULL, &monitor, err));
    ck_assert_ok(cx_monitor_baseline(monitor, points, &x[0], &x[1], &x[2], &x[3], err));
    for (int t = 0; t < 3; t++) {
        ck_assert_ok(cx_monitor_observe_counts(monitor, points, &x[2], &x[1], &x[0], NULL, err));
        if (full) ck_assert_ok(cx_monitor_invite(monitor, points, &x[3], NULL, NULL, NULL, err));
        ck_assert_ok(cx_monitor_end_period(monitor, err));
    }
    made.size = cx_monitor_encoded_size(monitor);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_monitor_encode(monitor, made.bytes, made.size, err));
    cx_monitor_free(monitor);
    return made;
}

static encoded make_mystery(bool split) {
    const double points[2][4] = {{5, 3, 9, 4}, {1, NAN, NAN, 0.5}}, most[] = {5, 1};
    const int32_t offsets[] = {0, 1, 2, 3, 4}, shops[] = {2, 1, 2, 1};
    cx_array columns[2], key = cx_array_of("baab", CX_STRING, 4), maximum;
    cx_array shop = cx_array_of(shops, CX_I32, 4), names = cx_array_of("xy", CX_STRING, 2);
    cx_frame x = {columns, 2, {0, 0}}, who = {&key, 1, {0, 0}}, where = {&shop, 1, {0, 0}};
    cx_mystery *visits;
    encoded made;
    for (int i = 0; i < 2; i++) columns[i] = cx_array_of(points[i], CX_F64, 4);
    columns[0].name = "x", columns[1].name = "y", key.name = "auditor", shop.name = "shop";
    key.offsets = names.offsets = offsets;
    maximum = cx_array_of(most, CX_F64, 2);
    ck_assert_ok(cx_mystery_new(&names, &maximum, NULL, 0.8, NULL, &visits, err));
    ck_assert_ok(cx_mystery_add(visits, &x, split ? &who : NULL, split ? &where : NULL, NULL, err));
    made.size = cx_mystery_encoded_size(visits);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_mystery_encode(visits, made.bytes, made.size, err));
    cx_mystery_free(visits);
    return made;
}

/* With clusters and finite populations, or without; a weight is on the finer grid. */
static encoded make_strata(bool clusters) {
    const double scores[] = {10, 7, NAN, 11, 9, 2}, w[] = {1, 2.5, 1, 1, 1e-9, 3};
    const double population[] = {8, 8, 8, 9, 9, 9};
    const int64_t stratum[] = {1, 1, 1, 2, 2, 2}, cluster[] = {5, 6, 5, 7, 8, 8};
    const int32_t offsets[] = {0, 1, 2, 3, 4, 5, 6};
    cx_array key = cx_array_of("babbab", CX_STRING, 6);
    cx_array y = cx_array_of(scores, CX_F64, 6), weights = cx_array_of(w, CX_F64, 6);
    cx_array fpc = cx_array_of(population, CX_F64, 6), h = cx_array_of(stratum, CX_I64, 6);
    cx_array c = cx_array_of(cluster, CX_I64, 6);
    cx_frame by = {&key, 1, {0, 0}};
    cx_strata *state;
    encoded made;
    key.offsets = offsets;
    key.name = "team";
    ck_assert_ok(cx_strata_new(CX_SURVEY_NPS, NULL, NULL, &state, err));
    ck_assert_ok(cx_strata_add(state, &y, NULL, &weights, &h, clusters ? &c : NULL,
                               clusters ? &fpc : NULL, clusters ? &by : NULL, err));
    made.size = cx_strata_encoded_size(state);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_strata_encode(state, made.bytes, made.size, err));
    cx_strata_free(state);
    return made;
}

static encoded make_crosstab(bool weighted) {
    const double x[] = {1, 2, 2, 3, 0, NAN}, y[] = {2, 1, 1, 2, 1, 2},
                 w[] = {1, 0.5, 0, 2.25, 1, 1};
    cx_array a = cx_array_of(x, CX_F64, 6), b = cx_array_of(y, CX_F64, 6);
    cx_array weights = cx_array_of(w, CX_F64, 6);
    cx_crosstab_options scales;
    cx_crosstab *table;
    encoded made;
    cx_crosstab_options_init(&scales);
    scales.x_min = scales.y_min = 1, scales.x_max = 3, scales.y_max = 2;
    ck_assert_ok(cx_crosstab_new(&scales, NULL, &table, err));
    ck_assert_ok(cx_crosstab_add(table, &a, &b, weighted ? &weights : NULL, err));
    made.size = cx_crosstab_encoded_size(table);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_crosstab_encode(table, made.bytes, made.size, err));
    cx_crosstab_free(table);
    return made;
}

/* Format 1: complete rows; format 2: every pair of columns has rows of its own. */
static encoded make_moments(bool pairwise) {
    const double x[2][5] = {{1, 2, NAN, 4.5, 0.1}, {3, NAN, 2, 1, 0.7}}, w[] = {1, 0.5, 2, 0, 3};
    const int32_t offsets[] = {0, 1, 2};
    cx_array columns[2], names = cx_array_of("ab", CX_STRING, 2);
    cx_array weights = cx_array_of(w, CX_F64, 5);
    cx_frame rows = {columns, 2, {0, 0}};
    cx_moments *state;
    encoded made;
    for (int i = 0; i < 2; i++) columns[i] = cx_array_of(x[i], CX_F64, 5);
    columns[0].name = "a", columns[1].name = "b", names.offsets = offsets;
    ck_assert_ok(pairwise ? cx_moments_new_pairwise(&names, NULL, &state, err)
                          : cx_moments_new(&names, NULL, &state, err));
    ck_assert_ok(cx_moments_add(state, &rows, &weights, err));
    made.size = cx_moments_encoded_size(state);
    ck_assert_uint_le(made.size, ROOM);
    ck_assert_ok(cx_moments_encode(state, made.bytes, made.size, err));
    ck_assert_uint_eq(made.bytes[6], pairwise ? 2 : 1);
    cx_moments_free(state);
    return made;
}

static void check_truncations(const encoded *e, codec decode) {
    encoded again;
    for (size_t size = 0; size < e->size; size++) {
        uint8_t *exact = malloc(size == 0 ? 1 : size); /* a reader past the end is seen */
        memcpy(exact, e->bytes, size);
        ck_assert_int_eq(decode(exact, size, &again, NULL), CX_E_FORMAT);
        free(exact);
    }
}

static void check_flips(const encoded *e, codec decode) {
    encoded copy = *e, again;
    for (size_t bit = 0; bit < 8 * e->size; bit++) {
        copy.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_eq(decode(copy.bytes, copy.size, &again, NULL), CX_E_FORMAT);
        copy.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* CRC-64 of ECMA-182, written a second time from its definition. */
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

static void check_mended(const encoded *e, codec decode) {
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    encoded copy = *e, again;
    mend_checksum(&copy);
    ck_assert_int_eq(memcmp(copy.bytes, e->bytes, e->size), 0); /* the format is as written */
    for (size_t at = 0; at + CHECKSUM < e->size; at++)
        for (size_t v = 0; v < 5 + 8; v++) {
            copy = *e;
            copy.bytes[at] = (uint8_t)(v < 5 ? values[v] : copy.bytes[at] ^ 1u << (v - 5));
            mend_checksum(&copy);
            cx_status status = decode(copy.bytes, copy.size, &again, NULL);
            if (status == CX_OK) {
                ck_assert_uint_eq(again.size, copy.size);
                ck_assert_int_eq(memcmp(again.bytes, copy.bytes, copy.size), 0);
            } else {
                ck_assert(status == CX_E_FORMAT || status == CX_E_VERSION);
            }
        }
}

static void check_all(encoded e, codec decode) {
    encoded again;
    ck_assert_int_eq(decode(e.bytes, e.size, &again, NULL), CX_OK);
    ck_assert_uint_eq(again.size, e.size);
    ck_assert_int_eq(memcmp(again.bytes, e.bytes, e.size), 0);
    check_truncations(&e, decode);
    check_flips(&e, decode);
    check_mended(&e, decode);
}

START_TEST(test_a_tally_refuses_damaged_bytes) {
    check_all(make_tally(false), decode_tally);
    check_all(make_tally(true), decode_tally);
}
END_TEST

START_TEST(test_a_set_refuses_damaged_bytes) {
    check_all(make_tallies(), decode_tallies);
}
END_TEST

static encoded make_ledger(void) {
    cx_ledger *ledger;
    encoded made;
    ck_assert_ok(cx_ledger_new(NULL, NULL, &ledger, err));
    for (int64_t i = 0; i < 24; i++)
        ck_assert_ok(cx_ledger_record(ledger, cx_contact_number(i % 3, 0), (int32_t)(i % 4),
                                      (int32_t)(i % 5), i * i * INT64_C(60000000), err));
    made.size = cx_ledger_encoded_size(ledger);
    ck_assert_ok(cx_ledger_encode(ledger, made.bytes, made.size, err));
    cx_ledger_free(ledger);
    return made;
}

START_TEST(test_a_ledger_refuses_damaged_bytes) {
    check_all(make_ledger(), decode_ledger);
}
END_TEST

static encoded make_recent(void) {
    cx_recent_options options;
    cx_recent *recent;
    encoded made;
    cx_recent_options_init(&options);
    options.capacity = 20;
    ck_assert_ok(cx_recent_new(&options, NULL, &recent, err));
    for (int64_t i = 0; i < 24; i++)
        ck_assert_ok(
            cx_recent_record(recent, cx_contact_number(i, 0), i * i * INT64_C(60000000), err));
    made.size = cx_recent_encoded_size(recent);
    ck_assert_ok(cx_recent_encode(recent, made.bytes, made.size, err));
    cx_recent_free(recent);
    return made;
}

START_TEST(test_a_filter_refuses_damaged_bytes) {
    check_all(make_recent(), decode_recent);
}
END_TEST

START_TEST(test_waits_refuse_damaged_bytes) {
    check_all(make_waits(false), decode_waits);
    check_all(make_waits(true), decode_waits);
}
END_TEST

START_TEST(test_monitors_refuse_damaged_bytes) {
    check_all(make_monitor(false), decode_monitor);
    check_all(make_monitor(true), decode_monitor);
}
END_TEST

START_TEST(test_visits_refuse_damaged_bytes) {
    check_all(make_mystery(false), decode_mystery);
    check_all(make_mystery(true), decode_mystery);
}
END_TEST

START_TEST(test_survey_sums_refuse_damaged_bytes) {
    check_all(make_strata(false), decode_strata);
    check_all(make_strata(true), decode_strata);
}
END_TEST

START_TEST(test_tables_refuse_damaged_bytes) {
    check_all(make_crosstab(false), decode_crosstab);
    check_all(make_crosstab(true), decode_crosstab);
}
END_TEST

START_TEST(test_moments_refuse_damaged_bytes) {
    check_all(make_moments(false), decode_moments);
    check_all(make_moments(true), decode_moments);
}
END_TEST

START_TEST(test_random_bytes_are_refused) {
    for (uint64_t run = 0; run < 2000; run++) {
        encoded e, again;
        e.size = (size_t)(200 * cx_random_uniform(3, 1, run, 0));
        for (uint32_t i = 0; i < e.size; i++)
            e.bytes[i] = (uint8_t)(256 * cx_random_uniform(3, 2, run, i));
        ck_assert_int_eq(decode_tally(e.bytes, e.size, &again, NULL), CX_E_FORMAT);
        ck_assert_int_eq(decode_tallies(e.bytes, e.size, &again, NULL), CX_E_FORMAT);
    }
}
END_TEST

START_TEST(test_states_of_another_kind_or_a_newer_format_are_refused) {
    encoded tally = make_tally(false), set = make_tallies(), again;
    ck_assert_fails(decode_tallies(tally.bytes, tally.size, &again, err), CX_E_FORMAT,
                    "do not hold a set of tallies");
    ck_assert_fails(decode_tally(set.bytes, set.size, &again, err), CX_E_FORMAT,
                    "do not hold a tally");
    tally.bytes[6] = 2;
    mend_checksum(&tally);
    ck_assert_fails(decode_tally(tally.bytes, tally.size, &again, err), CX_E_VERSION,
                    "written in format 2");
    ck_assert_fails(decode_tally(NULL, 0, &again, err), CX_E_NULL, "bytes");
}
END_TEST

START_TEST(test_a_buffer_of_the_wrong_size_is_refused) {
    cx_tally *tally;
    uint8_t bytes[8] = {0};
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_fails(cx_tally_encode(tally, bytes, 8, err), CX_E_LENGTH, "8 bytes");
    ck_assert_fails(cx_tally_encode(tally, NULL, 8, err), CX_E_NULL, "buffer");
    ck_assert_int_eq(bytes[0], 0);
    cx_tally_free(tally);
}
END_TEST

static encoded golden(const vectors *v, int64_t row) {
    const char *hex = vectors_text(v, row, "hex");
    encoded e = {.size = strlen(hex) / 2};
    ck_assert_uint_le(e.size, ROOM);
    for (size_t b = 0; b < e.size; b++) {
        char pair[3] = {hex[2 * b], hex[2 * b + 1], '\0'};
        e.bytes[b] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return e;
}

/* States written by every released format, decoded for ever. */
START_TEST(test_golden_states_are_read_for_ever) {
    static const struct {
        const char *kind;
        codec decode;
    } kinds[] = {
        {"tally", decode_tally},     {"tallies", decode_tallies},  {"moments", decode_moments},
        {"joint", decode_joint},     {"waits", decode_waits},      {"strata", decode_strata},
        {"monitor", decode_monitor}, {"ledger", decode_ledger},    {"mystery", decode_mystery},
        {"recent", decode_recent},   {"crosstab", decode_crosstab}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    vectors v = vectors_read("golden_states");
    bool met[KINDS] = {false};
    for (int64_t i = 0; i < v.rows; i++) {
        const char *kind = vectors_text(&v, i, "kind");
        encoded e = golden(&v, i), again;
        size_t k = 0;
        while (k < KINDS && strcmp(kind, kinds[k].kind) != 0) k++;
        ck_assert_msg(k < KINDS, "%s is no kind of state", kind);
        met[k] = true;
        ck_assert_ok(kinds[k].decode(e.bytes, e.size, &again, err));
        ck_assert_uint_eq(again.size, e.size);
        ck_assert_int_eq(memcmp(again.bytes, e.bytes, e.size), 0);
    }
    for (size_t k = 0; k < KINDS; k++) ck_assert_msg(met[k], "no golden %s", kinds[k].kind);
    vectors_free(&v);
}
END_TEST

/* What wrote them writes them still. */
START_TEST(test_golden_states_are_written_again) {
    const struct {
        const char *id;
        encoded made;
    } states[] = {{"table", make_crosstab(false)},
                  {"table-weighted", make_crosstab(true)},
                  {"moments-of-complete-rows", make_moments(false)},
                  {"moments-of-pairs", make_moments(true)},
                  {"recent", make_recent()}};
    vectors v = vectors_read("golden_states");
    for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
        int64_t row = 0;
        while (row < v.rows && strcmp(vectors_text(&v, row, "id"), states[s].id) != 0) row++;
        ck_assert_msg(row < v.rows, "no golden %s", states[s].id);
        encoded e = golden(&v, row);
        ck_assert_uint_eq(e.size, states[s].made.size);
        ck_assert_int_eq(memcmp(e.bytes, states[s].made.bytes, e.size), 0);
    }
    vectors_free(&v);
}
END_TEST

Suite *suite_bytes(void) {
    Suite *suite = suite_create("bytes");
    TCase *tcase = tcase_create("bytes");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_a_tally_refuses_damaged_bytes);
    tcase_add_test(tcase, test_a_set_refuses_damaged_bytes);
    tcase_add_test(tcase, test_waits_refuse_damaged_bytes);
    tcase_add_test(tcase, test_monitors_refuse_damaged_bytes);
    tcase_add_test(tcase, test_visits_refuse_damaged_bytes);
    tcase_add_test(tcase, test_survey_sums_refuse_damaged_bytes);
    tcase_add_test(tcase, test_a_ledger_refuses_damaged_bytes);
    tcase_add_test(tcase, test_a_filter_refuses_damaged_bytes);
    tcase_add_test(tcase, test_tables_refuse_damaged_bytes);
    tcase_add_test(tcase, test_moments_refuse_damaged_bytes);
    tcase_add_test(tcase, test_random_bytes_are_refused);
    tcase_add_test(tcase, test_states_of_another_kind_or_a_newer_format_are_refused);
    tcase_add_test(tcase, test_a_buffer_of_the_wrong_size_is_refused);
    tcase_add_test(tcase, test_golden_states_are_read_for_ever);
    tcase_add_test(tcase, test_golden_states_are_written_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
