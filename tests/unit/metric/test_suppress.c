#include "../support.h"

#include "metric/suppress.h"

/* Whether a hidden entry follows from those shown is decided here a second time, by another way:
 * every entry is a sum of cells; a hidden one follows when its vector of ones is a rational
 * combination of the vectors of shown entries. Integers of 128 bits, no relation of the library. */

enum { MOST_KEYS = 4, MOST_CELLS = 36 };

typedef struct table_of_counts {
    int64_t keys, cells;
    int64_t code[MOST_KEYS][MOST_CELLS];
    int64_t n[MOST_CELLS];
} table_of_counts;

static uint64_t state;

static int64_t below(int64_t limit) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((state >> 33) % (uint64_t)limit);
}

/* -- an independent elimination ------------------------------------------------------------ */

typedef __int128 wide;
typedef struct basis {
    int64_t width, rows;
    wide row[MOST_CELLS][MOST_CELLS];
    int64_t pivot[MOST_CELLS];
} basis;

static wide wide_abs(wide a) {
    return a < 0 ? -a : a;
}

static void normalise(wide *v, int64_t width) {
    wide divisor = 0;
    for (int64_t i = 0; i < width; i++)
        for (wide a = wide_abs(v[i]); a != 0;) {
            wide rest = divisor % a;
            divisor = a;
            a = rest;
        }
    for (int64_t i = 0; i < width && divisor > 1; i++) v[i] /= divisor;
    for (int64_t i = 0; i < width; i++) ck_assert(wide_abs(v[i]) < (wide)1 << 60);
}

/* What remains of v beside the basis; true when something does. */
static bool reduce(const basis *b, wide *v) {
    for (int64_t r = 0; r < b->rows; r++) {
        wide own = b->row[r][b->pivot[r]], other = v[b->pivot[r]];
        for (int64_t i = 0; i < b->width && other != 0; i++)
            v[i] = v[i] * own - b->row[r][i] * other;
        normalise(v, b->width);
    }
    for (int64_t i = 0; i < b->width; i++)
        if (v[i] != 0) return true;
    return false;
}

static void extend(basis *b, wide *v) {
    if (!reduce(b, v)) return;
    int64_t at = 0;
    while (v[at] == 0) at++;
    memcpy(b->row[b->rows], v, sizeof b->row[0]);
    b->pivot[b->rows++] = at;
}

/* -- what an entry is, from the codes alone ------------------------------------------------ */

static bool in_entry(const table_of_counts *t, int64_t grouping, int64_t cell, int64_t like) {
    for (int64_t k = 0; k < t->keys; k++)
        if (!(grouping >> (t->keys - 1 - k) & 1) && t->code[k][cell] != t->code[k][like])
            return false;
    return true;
}

static void entry_vector(const table_of_counts *t, int64_t grouping, int64_t like, wide *v) {
    memset(v, 0, MOST_CELLS * sizeof *v);
    for (int64_t i = 0; i < t->cells; i++) v[i] = t->n[i] > 0 && in_entry(t, grouping, i, like);
}

static void check_hidden(const table_of_counts *t, const cx_i_cube *cube, int64_t min_n) {
    static basis b;
    wide v[MOST_CELLS];
    b.width = t->cells, b.rows = 0;
    for (int64_t e = 0; e < cube->entries; e++) {
        if (cube->hidden[e]) continue;
        entry_vector(t, cube->grouping[e], cube->member[cube->start[e]], v);
        extend(&b, v);
    }
    for (int64_t e = 0; e < cube->entries; e++) {
        int64_t n = 0, hidden = 0;
        entry_vector(t, cube->grouping[e], cube->member[cube->start[e]], v);
        for (int64_t i = 0; i < t->cells; i++) {
            if (v[i] != 0) n += t->n[i];
            if (v[i] != 0 && cube->hidden[cube->of_cell[i]]) hidden += t->n[i];
        }
        ck_assert_int_eq(cube->n[e], n);
        if (n > 0 && n < min_n) ck_assert(cube->hidden[e]);
        if (n == 0) ck_assert(!cube->hidden[e]);
        if (cube->hidden[e])
            ck_assert_msg(reduce(&b, v), "entry %ld of grouping %ld follows", (long)e,
                          (long)cube->grouping[e]);
        else
            ck_assert(hidden == 0 || hidden >= min_n);
    }
}

/* The codes as ranks among those in use. */
static int64_t rank_of(const table_of_counts *t, int64_t key, int64_t code) {
    int64_t rank = 0;
    for (int64_t below_it = 0; below_it < code; below_it++) {
        bool used = false;
        for (int64_t i = 0; i < t->cells; i++) used = used || t->code[key][i] == below_it;
        rank += used;
    }
    return rank;
}

static cx_i_cube cube_of(const table_of_counts *t) {
    static int64_t codes[MOST_KEYS * MOST_CELLS];
    cx_i_cube cube;
    for (int64_t k = 0; k < t->keys; k++)
        for (int64_t i = 0; i < t->cells; i++)
            codes[k * t->cells + i] = rank_of(t, k, t->code[k][i]);
    ck_assert_ok(cx_i_cube_new(codes, t->keys, t->n, t->cells, NULL, &cube, err));
    return cube;
}

static int64_t hidden_of(const cx_i_cube *cube) {
    int64_t hidden = 0;
    for (int64_t e = 0; e < cube->entries; e++) hidden += cube->hidden[e];
    return hidden;
}

static int64_t hide(const table_of_counts *t, int64_t min_n, cx_i_cube *cube) {
    *cube = cube_of(t);
    ck_assert_ok(cx_i_cube_suppress(cube, min_n, err));
    check_hidden(t, cube, min_n);
    return hidden_of(cube);
}

/* Cells in key order, some left out, some empty, many small. */
static void random_table(table_of_counts *t, int64_t keys) {
    int64_t size[MOST_KEYS] = {1, 1, 1, 1}, all = 1, missing = below(4), large = 1 + below(40);
    for (int64_t k = 0; k < keys; k++) {
        size[k] = 1 + below(keys == 1 ? MOST_CELLS : keys == 2 ? 8 : keys == 3 ? 4 : 3);
        if (all * size[k] > MOST_CELLS) size[k] = 1;
        all *= size[k];
    }
    t->keys = keys, t->cells = 0;
    for (int64_t i = 0; i < all; i++) {
        int64_t rest = i;
        if (missing > 0 && below(3) < missing - 1) continue;
        for (int64_t k = keys; k-- > 0; rest /= size[k]) t->code[k][t->cells] = rest % size[k];
        t->n[t->cells++] = below(8) == 0 ? 0 : 1 + below(large) * (below(3) + 1) / 2;
    }
}

/* -- empty, one, typical ------------------------------------------------------------------- */

START_TEST(test_a_table_without_cells_hides_nothing) {
    table_of_counts t = {2, 0, {{0}}, {0}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 0);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_a_whole_that_is_too_small_is_hidden_with_all_its_parts) {
    table_of_counts t = {1, 3, {{0, 1, 2}}, {1, 0, 3}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 3); /* two cells and the total; the empty one is shown */
    ck_assert(!cube.hidden[1]);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_large_and_empty_cells_are_never_hidden) {
    table_of_counts t = {2, 4, {{0, 0, 1, 1}, {0, 1, 0, 1}}, {5, 0, 7, 100}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 0);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_a_minimum_of_zero_or_one_hides_nothing) {
    table_of_counts t = {1, 2, {{0, 1}}, {1, 2}};
    cx_i_cube cube = cube_of(&t);
    ck_assert_ok(cx_i_cube_suppress(&cube, 0, err));
    ck_assert_ok(cx_i_cube_suppress(&cube, 1, err));
    ck_assert_int_eq(hidden_of(&cube), 0);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_one_small_cell_takes_the_smallest_other_with_it) {
    table_of_counts t = {1, 4, {{0, 1, 2, 3}}, {20, 3, 9, 15}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 2);
    ck_assert(cube.hidden[1] && cube.hidden[2]);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_two_small_cells_whose_sum_is_small_need_a_third) {
    table_of_counts t = {1, 4, {{0, 1, 2, 3}}, {20, 2, 1, 15}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 3);
    ck_assert(cube.hidden[1] && cube.hidden[2] && cube.hidden[3]);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_one_small_cell_of_a_square_needs_a_rectangle) {
    table_of_counts t = {2,
                         9,
                         {{0, 0, 0, 1, 1, 1, 2, 2, 2}, {0, 1, 2, 0, 1, 2, 0, 1, 2}},
                         {3, 10, 20, 30, 11, 40, 50, 60, 12}};
    cx_i_cube cube;
    ck_assert_int_eq(hide(&t, 5, &cube), 4);
    ck_assert(cube.hidden[0] && cube.hidden[1] && cube.hidden[3] && cube.hidden[4]);
    cx_i_cube_free(&cube);
}
END_TEST

/* Two squares of hidden cells joined by one: each row and column has two hidden cells or more, yet
 * the joint follows from the margins of one square. */
START_TEST(test_a_cell_that_follows_from_several_margins_together_is_found) {
    table_of_counts t = {2, 16, {{0}}, {0}};
    const int64_t n[16] = {4, 4, 50, 60, 4, 4, 3, 70, 51, 61, 4, 4, 71, 52, 4, 4};
    cx_i_cube cube;
    for (int64_t i = 0; i < 16; i++) t.code[0][i] = i / 4, t.code[1][i] = i % 4, t.n[i] = n[i];
    ck_assert_int_eq(hide(&t, 5, &cube), 10);
    ck_assert(cube.hidden[2]); /* the smallest one across */
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_a_small_margin_is_hidden_and_not_told_by_the_others) {
    table_of_counts t = {2, 6, {{0, 0, 1, 1, 2, 2}, {0, 1, 0, 1, 0, 1}}, {2, 2, 30, 40, 50, 60}};
    cx_i_cube cube;
    hide(&t, 5, &cube);
    ck_assert(cube.hidden[0] && cube.hidden[1]);
    int64_t margin = cx_i_cube_parent(&cube, 0, 1), total = cx_i_cube_parent(&cube, margin, 0);
    ck_assert_int_eq(cube.n[margin], 4);
    ck_assert(cube.hidden[margin]);
    ck_assert(!cube.hidden[total]);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_no_hidden_entry_follows_from_the_shown_ones) {
    static table_of_counts t;
    cx_i_cube cube;
    int64_t some = 0, all = 0;
    for (int round = 0; round < 250; round++) {
        state = (uint64_t)round;
        random_table(&t, 1 + below(MOST_KEYS));
        int64_t hidden = hide(&t, 2 + below(9), &cube);
        some += hidden > 0;
        all += hidden == cube.entries;
        cx_i_cube_free(&cube);
    }
    ck_assert_int_gt(some, 150);
    ck_assert_int_lt(all, 100);
}
END_TEST

START_TEST(test_the_same_table_hides_the_same_cells) {
    static table_of_counts t;
    cx_i_cube a, b;
    state = 7;
    random_table(&t, 3);
    hide(&t, 6, &a);
    hide(&t, 6, &b);
    ck_assert_int_eq(memcmp(a.hidden, b.hidden, (size_t)a.entries), 0);
    cx_i_cube_free(&a);
    cx_i_cube_free(&b);
}
END_TEST

/* -- extreme, invalid ---------------------------------------------------------------------- */

static cx_i_cube large_cube(int64_t keys, const int64_t *size, int64_t cells) {
    int64_t *codes = calloc((size_t)(keys * cells), sizeof *codes);
    int64_t *n = calloc((size_t)cells, sizeof *n);
    cx_i_cube cube;
    for (int64_t i = 0; i < cells; i++) {
        int64_t rest = i;
        for (int64_t k = keys; k-- > 0; rest /= size[k]) codes[k * cells + i] = rest % size[k];
        n[i] = below(100) < 20 ? below(6) : 5 + below(200);
    }
    ck_assert_ok(cx_i_cube_new(codes, keys, n, cells, NULL, &cube, err));
    free(codes);
    free(n);
    return cube;
}

START_TEST(test_100000_cells_are_done_in_reasonable_time) {
    const int64_t sizes[3][3] = {{100000, 1, 1}, {1000, 100, 1}, {100, 50, 20}};
    for (int64_t keys = 1; keys <= 3; keys++) {
        state = (uint64_t)keys;
        cx_i_cube cube = large_cube(keys, sizes[keys - 1], 100000);
        ck_assert_ok(cx_i_cube_suppress(&cube, 5, err));
        int64_t hidden = 0, small = 0;
        for (int64_t e = 0; e < 100000; e++)
            hidden += cube.hidden[e], small += cube.n[e] > 0 && cube.n[e] < 5;
        ck_assert_int_ge(hidden, small);
        ck_assert_int_lt(hidden, 2 * small);
        cx_i_cube_free(&cube);
    }
}
END_TEST

START_TEST(test_what_cannot_be_decided_is_hidden_but_the_grand_total) {
    static table_of_counts t;
    int64_t hidden = 0;
    for (int round = 0; round < 200; round++) {
        state = (uint64_t)round;
        random_table(&t, 1 + below(MOST_KEYS));
        cx_i_cube cube = cube_of(&t);
        ck_assert_ok(cx_i_cube_suppress_within(&cube, 5, 0, err));
        check_hidden(&t, &cube, 5);
        hidden += hidden_of(&cube);
        cx_i_cube_free(&cube);
    }
    ck_assert_int_gt(hidden, 2000);
}
END_TEST

START_TEST(test_too_many_keys_are_refused) {
    const int64_t codes[11] = {0}, n[1] = {3};
    cx_i_cube cube;
    ck_assert_fails(cx_i_cube_new(codes, 11, n, 1, NULL, &cube, err), CX_E_LIMIT, "11 keys");
    ck_assert_ok(cx_i_cube_new(codes, 10, n, 1, NULL, &cube, err));
    ck_assert_ok(cx_i_cube_suppress(&cube, 5, err));
    ck_assert_int_eq(hidden_of(&cube), 1024);
    cx_i_cube_free(&cube);
}
END_TEST

START_TEST(test_more_answers_than_can_be_counted_are_refused) {
    const int64_t codes[2] = {0, 1}, n[2] = {INT64_MAX, 1};
    cx_i_cube cube;
    ck_assert_fails(cx_i_cube_new(codes, 1, n, 2, NULL, &cube, err), CX_E_OVERFLOW, "2^63");
}
END_TEST

Suite *suite_suppress(void) {
    Suite *suite = suite_create("suppress");
    TCase *tcase = tcase_create("suppress");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_a_table_without_cells_hides_nothing);
    tcase_add_test(tcase, test_a_whole_that_is_too_small_is_hidden_with_all_its_parts);
    tcase_add_test(tcase, test_large_and_empty_cells_are_never_hidden);
    tcase_add_test(tcase, test_a_minimum_of_zero_or_one_hides_nothing);
    tcase_add_test(tcase, test_one_small_cell_takes_the_smallest_other_with_it);
    tcase_add_test(tcase, test_two_small_cells_whose_sum_is_small_need_a_third);
    tcase_add_test(tcase, test_one_small_cell_of_a_square_needs_a_rectangle);
    tcase_add_test(tcase, test_a_cell_that_follows_from_several_margins_together_is_found);
    tcase_add_test(tcase, test_a_small_margin_is_hidden_and_not_told_by_the_others);
    tcase_add_test(tcase, test_no_hidden_entry_follows_from_the_shown_ones);
    tcase_add_test(tcase, test_the_same_table_hides_the_same_cells);
    tcase_add_test(tcase, test_100000_cells_are_done_in_reasonable_time);
    tcase_add_test(tcase, test_what_cannot_be_decided_is_hidden_but_the_grand_total);
    tcase_add_test(tcase, test_too_many_keys_are_refused);
    tcase_add_test(tcase, test_more_answers_than_can_be_counted_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
