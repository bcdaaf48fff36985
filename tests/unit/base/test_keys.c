#include "../support.h"

#include "base/keys.h"

enum { MANY = 5000 };

/* Texts of the two letters that need an escape and one that does not: many share long beginnings.
 */
static void make_keys(cx_i_keys *keys, const cx_allocator *allocator, int64_t count) {
    uint8_t bytes[64];
    cx_i_keys_init(keys, allocator);
    ck_assert_ok(cx_i_keys_new_columns(keys, 1, err));
    ck_assert_ok(cx_i_keys_set_column(keys, 0, "k", 1, CX_I_KEY_TEXT, err));
    for (int64_t i = 0; i < count; i++) {
        int64_t number;
        size_t size = 1 + (size_t)(cx_random_uniform(7, 1, (uint64_t)i, 0) * 60);
        for (size_t at = 0; at < size; at++)
            bytes[at] = at < 20 ? 'a' : (uint8_t)(3 * cx_random_uniform(7, 2 + at, (uint64_t)i, 0));
        ck_assert_ok(cx_i_keys_put(keys, bytes, size, &number, err));
    }
}

static void check_sorted(const cx_i_keys *keys, const int64_t *order) {
    for (int64_t i = 1; i < keys->count; i++) {
        size_t a, b;
        const uint8_t *before = cx_i_keys_bytes(keys, order[i - 1], &a);
        const uint8_t *after = cx_i_keys_bytes(keys, order[i], &b);
        int found = memcmp(before, after, a < b ? a : b);
        ck_assert(found < 0 || (found == 0 && a < b));
    }
}

START_TEST(test_no_key_and_one_key_are_sorted) {
    cx_i_keys keys;
    cx_allocator allocator = cx_i_allocator(NULL);
    int64_t order[1] = {-1};
    make_keys(&keys, &allocator, 0);
    cx_i_keys_sort(&keys, order);
    ck_assert_int_eq(order[0], -1);
    cx_i_keys_free(&keys);
    make_keys(&keys, &allocator, 1);
    cx_i_keys_sort(&keys, order);
    ck_assert_int_eq(order[0], 0);
    cx_i_keys_free(&keys);
}
END_TEST

START_TEST(test_keys_are_sorted_by_their_bytes) {
    static int64_t order[MANY];
    cx_i_keys keys;
    cx_allocator allocator = cx_i_allocator(NULL);
    for (int64_t count = 2; count <= MANY; count = count * 3 + 1) {
        make_keys(&keys, &allocator, count);
        cx_i_keys_sort(&keys, order);
        check_sorted(&keys, order);
        cx_i_keys_free(&keys);
    }
}
END_TEST

START_TEST(test_sorting_without_memory_gives_the_same_order) {
    static int64_t order[MANY], slow[MANY];
    cx_i_keys keys;
    fault f = {.fail_at = -1};
    cx_allocator allocator = fault_allocator(&f);
    make_keys(&keys, &allocator, MANY);
    cx_i_keys_sort(&keys, order);
    f.fail_at = 0;
    cx_i_keys_sort(&keys, slow);
    ck_assert_mem_eq(order, slow, (size_t)keys.count * sizeof *order);
    cx_i_keys_free(&keys);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

Suite *suite_keys(void) {
    Suite *suite = suite_create("keys");
    TCase *tcase = tcase_create("keys");
    tcase_add_test(tcase, test_no_key_and_one_key_are_sorted);
    tcase_add_test(tcase, test_keys_are_sorted_by_their_bytes);
    tcase_add_test(tcase, test_sorting_without_memory_gives_the_same_order);
    suite_add_tcase(suite, tcase);
    return suite;
}
