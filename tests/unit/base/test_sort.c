#include "../support.h"

#include "base/sort.h"

enum { MOST = 70000 };

static cx_i_sortable items[MOST], scratch[MOST], sorted[MOST];
static uint64_t keys[MOST], room[MOST];
static uint64_t state;

static uint64_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double uniform(void) {
    return ((double)(draw() >> 12) + 0.5) * 0x1p-52;
}

static int in_order(const void *a, const void *b) {
    const cx_i_sortable *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

/* What sorting has to cope with: the way keys are spread. */
static uint64_t key_of(int kind, int64_t i, int64_t count) {
    double u = uniform();
    switch (kind) {
    case 0: /* every bit */
        return draw();
    case 1: /* scores */
        return draw() % 11;
    case 2: /* real numbers on both sides of 0 */
        return cx_i_sort_key_f64(log(u / (1 - u)));
    case 3: /* a long tail */
        return cx_i_sort_key_f64(pow(u, -8));
    case 4: /* one far from all others, which differ in the last bits */
        return i == count / 2 ? UINT64_MAX : draw() % 64;
    case 5: /* one value */
        return 7;
    case 6: /* in order */
        return (uint64_t)i;
    case 7: /* backwards */
        return UINT64_MAX - (uint64_t)i;
    default: /* a level of the tree in every bit */
        return UINT64_MAX >> (draw() % 64);
    }
}

static void check(int kind, int64_t count) {
    state = 1 + (uint64_t)kind;
    for (int64_t i = 0; i < count; i++) {
        items[i] = sorted[i] = (cx_i_sortable){key_of(kind, i, count), i};
        keys[i] = items[i].key;
    }
    qsort(sorted, (size_t)count, sizeof *sorted, in_order);
    cx_i_sort(items, scratch, count);
    cx_i_sort_u64(keys, room, count);
    int64_t item = 0, key = 0;
    while (item < count && memcmp(&items[item], &sorted[item], sizeof *items) == 0) item++;
    while (key < count && keys[key] == sorted[key].key) key++;
    ck_assert_msg(item == count, "kind %d, %d items: item %d", kind, (int)count, (int)item);
    ck_assert_msg(key == count, "kind %d, %d keys: key %d", kind, (int)count, (int)key);
}

START_TEST(test_sort_nothing_and_one_stay) {
    keys[0] = 5;
    items[0] = (cx_i_sortable){5, 3};
    cx_i_sort_u64(keys, room, 0);
    cx_i_sort(items, scratch, 0);
    ck_assert_uint_eq(keys[0], 5);
    cx_i_sort_u64(keys, room, 1);
    cx_i_sort(items, scratch, 1);
    ck_assert_uint_eq(keys[0], 5);
    ck_assert_int_eq(items[0].row, 3);
}
END_TEST

START_TEST(test_sort_is_stable_whatever_the_keys) {
    const int64_t counts[] = {2, 3, 15, 16, 17, 23, 24, 25, 63, 64, 100, 600, 2047, 2048, 2049};
    for (int kind = 0; kind < 9; kind++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) check(kind, counts[k]);
}
END_TEST

START_TEST(test_sort_many_parts_of_parts) {
    for (int kind = 0; kind < 9; kind++) check(kind, thinned(MOST));
}
END_TEST

START_TEST(test_sort_keys_of_numbers_go_there_and_back) {
    const double rising[] = {-INFINITY, -1e308, -1, -5e-324, 0, 5e-324, 1, 1e308, INFINITY};
    for (int k = 0; k < 9; k++) {
        ck_assert_double_eq(cx_i_sort_value_f64(cx_i_sort_key_f64(rising[k])), rising[k]);
        if (k > 0) ck_assert(cx_i_sort_key_f64(rising[k]) > cx_i_sort_key_f64(rising[k - 1]));
    }
    ck_assert(cx_i_sort_key_f64(-0.0) == cx_i_sort_key_f64(0));
    ck_assert(cx_i_sort_key_i64(INT64_MIN) < cx_i_sort_key_i64(-1));
    ck_assert(cx_i_sort_key_i64(-1) < cx_i_sort_key_i64(0));
}
END_TEST

Suite *suite_sort(void) {
    Suite *suite = suite_create("sort");
    TCase *tcase = tcase_create("sort");
    tcase_add_test(tcase, test_sort_nothing_and_one_stay);
    tcase_add_test(tcase, test_sort_is_stable_whatever_the_keys);
    tcase_add_test(tcase, test_sort_many_parts_of_parts);
    tcase_add_test(tcase, test_sort_keys_of_numbers_go_there_and_back);
    suite_add_tcase(suite, tcase);
    return suite;
}
