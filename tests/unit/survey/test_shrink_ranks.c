#include "shrunken.h"

/* -- ranks --------------------------------------------------------------------------------- */

START_TEST(test_simultaneous_ranks_are_wider_and_both_hold_the_rank) {
    double low[12], high[12];
    int64_t wider = 0;
    ck_assert_ok(COUNTS(err));
    for (int i = 0; i < 12; i++) {
        low[i] = table_number(table, "rank_low", i), high[i] = table_number(table, "rank_high", i);
        ck_assert(low[i] >= 1 && high[i] <= 12 && low[i] <= high[i]);
    }
    again();
    options.ranks = CX_RANKS_SIMULTANEOUS;
    ck_assert_ok(COUNTS(err));
    for (int i = 0; i < 12; i++) {
        double rank = table_number(table, "rank", i);
        ck_assert(table_number(table, "rank_low", i) <= rank);
        ck_assert(table_number(table, "rank_high", i) >= rank);
        wider += table_number(table, "rank_low", i) < low[i];
        wider += table_number(table, "rank_high", i) > high[i];
    }
    ck_assert_int_gt(wider, 5);
    again();
    options.ranks = CX_RANKS_NONE;
    ck_assert_ok(COUNTS(err));
    ck_assert_int_eq(cx_table_find(table, "rank_low"), -1);
}
END_TEST

START_TEST(test_ascending_ranks_count_from_the_lowest) {
    double rank[12];
    ck_assert_ok(VALUES(err));
    for (int i = 0; i < 12; i++) rank[i] = table_number(table, "rank", i);
    again();
    options.ascending = 1;
    ck_assert_ok(VALUES(err));
    for (int i = 0; i < 12; i++) ck_assert_double_eq(table_number(table, "rank", i), 13 - rank[i]);
}
END_TEST

START_TEST(test_values_far_apart_have_certain_ranks) {
    for (int i = 0; i < 12; i++) value[i] = 1000 * i, variance[i] = 1;
    for (options.ranks = 0; options.ranks < 2; options.ranks++) {
        ck_assert_ok(VALUES(err));
        for (int i = 0; i < 12; i++) {
            ck_assert_double_eq(table_number(table, "rank_low", i), 12 - i);
            ck_assert_double_eq(table_number(table, "rank_high", i), 12 - i);
        }
        again();
    }
}
END_TEST

/* -- tallies ------------------------------------------------------------------------------- */

START_TEST(test_tallies_are_their_counts) {
    double weights[] = {1, 0.25};
    for (int i = 0; i < 2; i++) {
        cx_tallies *set = tallies_of(weights[i]);
        ck_assert_ok(cx_shrink_tallies(set, NULL, &table, err));
        ck_assert_int_eq(expect("dirichlet"), 9);
        ck_assert_double_eq(table_number(table, "team", 5), 5);
        ck_assert_double_eq(table_number(table, "n", 9), 250);
        again();
        options.method = CX_SHRINK_BETA_BINOMIAL;
        options.top = 3; /* 8 and above: not a detractor */
        ck_assert_ok(cx_shrink_tallies(set, &options, &table, err));
        ck_assert_int_eq(expect("beta_binomial"), 8);
        again();
        options.method = CX_SHRINK_FAY_HERRIOT;
        ck_assert_ok(cx_shrink_tallies(set, &options, &table, err));
        ck_assert_double_eq(table_number(table, "raw", 3), 100);
        ck_assert_double_gt(table_number(table, "raw_se", 3), 20);
        ck_assert_double_lt(table_number(table, "own_weight", 3), 0.6);
        again();
        cx_tallies_free(set);
    }
}
END_TEST

Suite *suite_shrink_ranks(void) {
    Suite *suite = suite_create("shrink_ranks");
    TCase *tcase = tcase_create("shrink");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_simultaneous_ranks_are_wider_and_both_hold_the_rank);
    tcase_add_test(tcase, test_ascending_ranks_count_from_the_lowest);
    tcase_add_test(tcase, test_values_far_apart_have_certain_ranks);
    tcase_add_test(tcase, test_tallies_are_their_counts);
    suite_add_tcase(suite, tcase);
    return suite;
}
