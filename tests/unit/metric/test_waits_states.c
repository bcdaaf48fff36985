#include "waiting.h"

/* -- states -------------------------------------------------------------------------------- */

static uint64_t random_state = 1;
static double uniform(void) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(random_state >> 11) / 0x1p53;
}

/* Durations of every kind: whole, fractions, tiny, large, zeros, many and few distinct ones. */
static void check_split(int64_t count, int kind, bool keyed) {
    double *d = malloc((size_t)count * sizeof *d), *e = malloc((size_t)count * sizeof *e);
    int32_t *k = malloc((size_t)count * sizeof *k);
    cx_waits *parts, *once;
    for (int64_t i = 0; i < count; i++) {
        double u = -log(1 - uniform()) * 100;
        d[i] = kind == 0 ? floor(u) : kind == 1 ? u : kind == 2 ? exp(20 * uniform() - 10) : -0.0;
        e[i] = uniform() < 0.1 ? (double)NAN : uniform() < 0.6;
        k[i] = (int32_t)(uniform() * 5);
    }
    ck_assert_ok(cx_waits_new(NULL, &parts, err));
    ck_assert_ok(cx_waits_new(NULL, &once, err));
    for (int64_t start = 0, step = 1; start < count; start += step, step = step * 3 + 1) {
        int64_t length = count - start < step ? count - start : step;
        cx_array x = cx_array_of(d + start, CX_F64, length), y = x, key = x;
        y.data = e + start, key.data = k + start, key.dtype = CX_I32, key.stride = 4;
        key.name = "key";
        cx_frame by = {&key, 1, {0, 0}};
        ck_assert_ok(cx_waits_add(parts, &x, &y, keyed ? &by : NULL, NULL, err));
    }
    cx_array x = cx_array_of(d, CX_F64, count), y = cx_array_of(e, CX_F64, count);
    cx_array key = cx_array_of(k, CX_I32, count);
    key.name = "key";
    cx_frame by = {&key, 1, {0, 0}};
    ck_assert_ok(cx_waits_add(once, &x, &y, keyed ? &by : NULL, NULL, err));
    ck_assert(cx_waits_equal(once, parts));
    ck_assert_int_eq(cx_waits_n(once) + cx_waits_unknown(once), count);
    double longest = -1;
    for (int64_t i = 0; i < count; i++)
        if (!isnan(e[i])) longest = fmax(longest, d[i]);
    ck_assert_double_eq(cx_waits_longest(once), longest);
    cx_waits_free(parts);
    cx_waits_free(once);
    free(d), free(e), free(k);
}

START_TEST(test_any_split_of_the_rows_gives_the_same_waits) {
    for (int kind = 0; kind < 4; kind++)
        for (int keyed = 0; keyed < 2; keyed++) {
            check_split(40, kind, keyed);
            check_split(3000, kind, keyed);
            check_split(300000, kind, keyed);
        }
}
END_TEST

/* Many whole seconds are counted as they come, all else is sorted. */
START_TEST(test_a_long_column_is_the_sum_of_its_rows) {
    enum { LONG = 40000, PIECE = 1000 };
    static double seconds[LONG];
    static uint8_t ended[LONG];
    const int32_t types[] = {CX_BOOL, CX_U8};
    for (int type = 0; type < 2; type++) {
        cx_waits *whole = NULL, *pieces = NULL;
        ck_assert_ok(cx_waits_new(NULL, &whole, err));
        ck_assert_ok(cx_waits_new(NULL, &pieces, err));
        for (int64_t i = 0; i < LONG; i++) {
            seconds[i] = (double)(i * 7919 % (i < LONG / 2 ? 601 : 20011));
            ended[i] = i % 3 != 0;
        }
        seconds[5000] = 2.5, seconds[6000] = NAN, seconds[7000] = -1, seconds[8000] = 1e9;
        seconds[9000] = -0.0;
        for (int64_t start = 0; start < LONG; start += PIECE) {
            cx_array d = cx_array_of(seconds + start, CX_F64, PIECE);
            cx_array e = cx_array_of(ended + start, types[type], PIECE);
            ck_assert_ok(cx_waits_add(pieces, &d, &e, NULL, NULL, err));
        }
        cx_array d = cx_array_of(seconds, CX_F64, LONG), e = cx_array_of(ended, types[type], LONG);
        ck_assert_ok(cx_waits_add(whole, &d, &e, NULL, NULL, err));
        ck_assert_int_eq(cx_waits_n(whole), LONG - 2);
        ck_assert(cx_waits_equal(whole, pieces));
        cx_waits_free(whole);
        cx_waits_free(pieces);
    }
}
END_TEST

START_TEST(test_copies_merge_and_travel_as_bytes) {
    cx_waits *copy, *again;
    add_groups("1 2? 3.25 | 5 6+ 0 -1 | 4+");
    ck_assert_ok(cx_waits_copy(waits, NULL, &copy, err));
    ck_assert(cx_waits_equal(waits, copy));
    ck_assert_ok(cx_waits_merge(copy, copy, err));
    ck_assert(!cx_waits_equal(waits, copy));
    ck_assert_int_eq(cx_waits_n(copy), 2 * cx_waits_n(waits));
    ck_assert_ok(cx_waits_merge(waits, waits, err));
    ck_assert(cx_waits_equal(waits, copy));
    size_t size = cx_waits_encoded_size(waits);
    uint8_t *bytes = malloc(size);
    ck_assert_ok(cx_waits_encode(waits, bytes, size, err));
    ck_assert_ok(cx_waits_decode(bytes, size, NULL, &again, err));
    ck_assert(cx_waits_equal(waits, again));
    free(bytes);
    cx_waits_free(copy);
    cx_waits_free(again);
}
END_TEST

START_TEST(test_integers_and_booleans_are_read_too) {
    const int16_t seconds[] = {3, 5, 5};
    const uint8_t bits[] = {5};
    cx_array d = cx_array_of(seconds, CX_I16, 3), e = cx_array_of(bits, CX_BIT, 3);
    ck_assert_ok(cx_waits_add(waits, &d, &e, NULL, NULL, err));
    ck_assert_int_eq(cx_waits_events(waits), 2);
    d.dtype = CX_TIMESTAMP;
    ck_assert_fails(cx_waits_add(waits, &d, &e, NULL, NULL, err), CX_E_TYPE, "timestamps");
}
END_TEST

START_TEST(test_times_and_shares_outside_their_domain_are_refused) {
    cx_table *table;
    const double times[] = {-1, NAN, INFINITY}, shares[] = {0, 1, NAN, -0.5};
    add("1 2 3");
    for (int i = 0; i < 3; i++) {
        ck_assert_fails(cx_waits_survival(waits, times[i], NULL, &estimate, err), CX_E_DOMAIN, "t");
        ck_assert_fails(cx_waits_within_by(waits, times[i], NULL, &table, err), CX_E_DOMAIN, "t");
    }
    for (int i = 0; i < 4; i++)
        ck_assert_fails(cx_waits_quantile(waits, shares[i], NULL, &estimate, err), CX_E_DOMAIN,
                        "p is");
    ck_assert_fails(cx_waits_restricted_mean(waits, 0, NULL, &estimate, err), CX_E_DOMAIN, "above");
}
END_TEST

Suite *suite_waits_states(void);
Suite *suite_waits_states(void) {
    Suite *suite = suite_create("waits_states");
    TCase *tcase = tcase_create("waits");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_any_split_of_the_rows_gives_the_same_waits);
    tcase_add_test(tcase, test_a_long_column_is_the_sum_of_its_rows);
    tcase_add_test(tcase, test_copies_merge_and_travel_as_bytes);
    tcase_add_test(tcase, test_integers_and_booleans_are_read_too);
    tcase_add_test(tcase, test_times_and_shares_outside_their_domain_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
