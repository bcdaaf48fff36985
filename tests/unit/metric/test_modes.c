#include "../support.h"

/* Answers by mode: 1 phone, 2 mail, 3 gate. */
enum { MOST = 600 };
static int8_t scores[MOST];
static int32_t modes[MOST], sites[MOST];
static int64_t rows;

static void start(void) {
    rows = 0;
}

static void answer(int32_t site, int32_t mode, int detractors, int passives, int promoters) {
    int counts[] = {detractors, passives, promoters};
    static const int8_t answers[] = {2, 7, 10};
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < counts[kind]; i++, rows++) {
            scores[rows] = answers[kind];
            modes[rows] = mode;
            sites[rows] = site;
        }
}

static cx_tallies *by_mode(bool sited) {
    cx_array x = cx_array_of(scores, CX_I8, rows), keys[2];
    cx_frame by = {sited ? keys : keys + 1, sited ? 2 : 1, {0, 0}};
    cx_tallies *set;
    keys[0] = cx_array_of(sites, CX_I32, rows);
    keys[1] = cx_array_of(modes, CX_I32, rows);
    keys[0].name = "site", keys[1].name = "mode";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    return set;
}

static bool mixed(const cx_table *table, int64_t row) {
    return strstr(table_text(table, "flags", row), "mixed-modes") != NULL;
}

static cx_table *table_of(bool sited) {
    cx_tallies *set = by_mode(sited);
    cx_table *table;
    ck_assert_ok(cx_modes(set, NULL, NULL, NULL, NULL, &table, err));
    cx_tallies_free(set);
    return table;
}

START_TEST(test_modes_of_nothing_are_empty) {
    cx_tallies *set;
    cx_table *table = NULL;
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    ck_assert_fails(cx_modes(set, NULL, NULL, NULL, NULL, &table, err), CX_E_EMPTY, "no mode");
    ck_assert_ptr_null(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_a_single_mode_is_not_mixed) {
    start();
    answer(0, 1, 3, 4, 5);
    cx_table *table = table_of(false);
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_double_eq(table_number(table, "modes", 0), 1);
    ck_assert(!mixed(table, 0) && isnan(table_number(table, "q_p", 0)));
    ck_assert(isnan(table_number(table, "difference", 1)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_modes_that_answer_alike_are_not_flagged) {
    start();
    answer(0, 1, 10, 20, 30);
    answer(0, 2, 10, 20, 30);
    cx_table *table = table_of(false);
    ck_assert_double_eq(table_number(table, "q_p", 0), 1);
    ck_assert(!mixed(table, 0));
    ck_assert_double_eq(table_number(table, "difference", 2), 0);
    ck_assert_double_eq(table_number(table, "difference_p", 2), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_modes_that_differ_are_never_mixed_silently) {
    start();
    answer(0, 1, 10, 20, 90);
    answer(0, 2, 50, 30, 30);
    cx_table *table = table_of(false);
    cx_tallies *set = by_mode(false);
    cx_heterogeneity_test test;
    ck_assert_ok(cx_heterogeneity(set, NULL, &test, err));
    ck_assert(mixed(table, 0) && !mixed(table, 1));
    ck_assert_double_eq(table_number(table, "q", 0), test.q);
    ck_assert_double_eq(table_number(table, "q_p", 0), test.p_value);
    ck_assert_close(table_number(table, "value", 0), 100.0 * 60 / 230, 1e-14);
    ck_assert_double_eq(table_number(table, "reference", 1), 1); /* the larger one */
    double difference = 100.0 * (-20.0 / 110 - 80.0 / 120);
    ck_assert_close(table_number(table, "difference", 2), difference, 1e-13);
    cx_estimate found;
    ck_assert_ok(cx_compare(cx_tallies_at(set, 1), cx_tallies_at(set, 0), NULL, &found, err));
    ck_assert_double_eq(table_number(table, "difference_low", 2), found.ci_low);
    ck_assert_double_eq(table_number(table, "difference_high", 2), found.ci_high);
    ck_assert_double_eq(table_number(table, "difference_se", 2), found.se);
    ck_assert_double_eq(table_number(table, "difference_p", 2), found.p_value);
    ck_assert_double_lt(table_number(table, "difference_p", 2), 1e-10);
    cx_table_free(table);
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_modes_that_nobody_can_tell_apart_are_flagged) {
    start();
    answer(0, 1, 5, 5, 20);
    answer(0, 2, 1, 0, 0);
    cx_table *table = table_of(false);
    ck_assert(mixed(table, 0) && isnan(table_number(table, "q_p", 0)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_p_values_of_all_modes_are_adjusted_together) {
    start();
    answer(0, 1, 20, 20, 60);
    answer(0, 2, 30, 20, 50);
    answer(0, 3, 35, 10, 30);
    cx_table *table = table_of(false);
    double first = table_number(table, "difference_p", 2),
           second = table_number(table, "difference_p", 3);
    ck_assert_double_gt(first, second);
    ck_assert_close(table_number(table, "difference_holm", 3), 2 * second, 1e-14);
    ck_assert_close(table_number(table, "difference_holm", 2), fmax(first, 2 * second), 1e-14);
    ck_assert(isnan(table_number(table, "difference_holm", 1)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_fixed_mix_makes_a_standardised_score) {
    static const int32_t names[] = {1, 2, 3};
    static const double parts[] = {3, 1, 4};
    cx_array mode = cx_array_of(names, CX_I32, 2), share = cx_array_of(parts, CX_F64, 2);
    cx_frame mix = {&mode, 1, {0, 0}};
    mode.name = "mode";
    start();
    answer(0, 1, 10, 20, 70);
    answer(0, 2, 50, 30, 20);
    cx_tallies *set = by_mode(false);
    cx_table *table;
    ck_assert_ok(cx_modes(set, &mix, &share, NULL, NULL, &table, err));
    ck_assert_close(table_number(table, "standardised", 0), 0.75 * 60 + 0.25 * -30, 1e-13);
    ck_assert_close(table_number(table, "standardised_se", 0),
                    hypot(0.75 * table_number(table, "se", 1), 0.25 * table_number(table, "se", 2)),
                    1e-13);
    ck_assert_double_eq(table_number(table, "covered", 0), 1);
    cx_table_free(table);
    mode.length = share.length = 3; /* nobody answered at the gate */
    ck_assert_ok(cx_modes(set, &mix, &share, NULL, NULL, &table, err));
    ck_assert_close(table_number(table, "standardised", 0), 0.75 * 60 + 0.25 * -30, 1e-13);
    ck_assert_double_eq(table_number(table, "covered", 0), 0.5);
    cx_table_free(table);
    mode.length = share.length = 1;
    ck_assert_fails(cx_modes(set, &mix, &share, NULL, NULL, &table, err), CX_E_DOMAIN,
                    "no share in the mix");
    cx_tallies_free(set);
}
END_TEST

START_TEST(test_each_group_has_its_own_modes) {
    start();
    answer(1, 1, 5, 5, 30);
    answer(1, 2, 30, 5, 5);
    answer(2, 2, 10, 5, 10);
    answer(2, 3, 11, 5, 9);
    cx_table *table = table_of(true);
    ck_assert_int_eq(cx_table_rows(table), 6);
    ck_assert(mixed(table, 0) && !mixed(table, 3));
    for (int64_t i = 0; i < 6; i++) {
        bool whole = i % 3 == 0;
        ck_assert_double_eq(table_number(table, "site", i), i < 3 ? 1 : 2);
        ck_assert(whole == (bool)isnan(table_number(table, "mode", i)));
        ck_assert(whole == !isnan(table_number(table, "modes", i)));
    }
    ck_assert_double_eq(table_number(table, "n", 3), 50);
    cx_table_free(table);
}
END_TEST

START_TEST(test_the_reference_can_be_named) {
    static const int32_t names[] = {2, 9};
    cx_array mode = cx_array_of(names, CX_I32, 1), text = cx_array_of("x", CX_STRING, 1);
    static const int32_t offsets[] = {0, 1};
    cx_frame reference = {&mode, 1, {0, 0}}, words = {&text, 1, {0, 0}};
    cx_table *table = NULL;
    mode.name = text.name = "mode";
    text.offsets = offsets;
    start();
    answer(0, 1, 10, 20, 70);
    answer(0, 2, 5, 3, 2);
    cx_tallies *set = by_mode(false);
    ck_assert_ok(cx_modes(set, NULL, NULL, &reference, NULL, &table, err));
    ck_assert_double_eq(table_number(table, "reference", 2), 1);
    ck_assert_double_gt(table_number(table, "difference", 1), 0);
    cx_table_free(table);
    mode.data = names + 1;
    ck_assert_fails(cx_modes(set, NULL, NULL, &reference, NULL, &table, err), CX_E_NAME,
                    "no answers");
    ck_assert_fails(cx_modes(set, NULL, NULL, &words, NULL, &table, err), CX_E_MISMATCH, "text");
    mode.length = 2;
    ck_assert_fails(cx_modes(set, NULL, NULL, &reference, NULL, &table, err), CX_E_LENGTH,
                    "one mode");
    cx_tallies_free(set);
}
END_TEST

/* Each mode scores the same before and after; only fewer are asked by phone. */
START_TEST(test_a_change_of_the_mode_mix_is_told_apart_from_a_change_of_scores) {
    cx_table *table;
    start();
    answer(0, 1, 10, 20, 70);
    answer(0, 2, 20, 10, 20);
    cx_tallies *before = by_mode(false);
    start();
    answer(0, 1, 5, 10, 35);
    answer(0, 2, 40, 20, 40);
    cx_tallies *after = by_mode(false);
    ck_assert_ok(cx_decompose(before, after, NULL, &table, err));
    for (int64_t i = 0; i < cx_table_figures(table); i++) {
        if (strcmp(cx_table_figure_name(table, i), "within") == 0)
            ck_assert_near(cx_table_figure(table, i), 0, 1e-12);
        if (strcmp(cx_table_figure_name(table, i), "mix") == 0)
            ck_assert_double_lt(cx_table_figure(table, i), -10);
    }
    cx_table_free(table);
    cx_tallies_free(before);
    cx_tallies_free(after);
}
END_TEST

Suite *suite_modes(void) {
    Suite *suite = suite_create("modes");
    TCase *tcase = tcase_create("modes");
    tcase_add_test(tcase, test_modes_of_nothing_are_empty);
    tcase_add_test(tcase, test_a_single_mode_is_not_mixed);
    tcase_add_test(tcase, test_modes_that_answer_alike_are_not_flagged);
    tcase_add_test(tcase, test_modes_that_differ_are_never_mixed_silently);
    tcase_add_test(tcase, test_modes_that_nobody_can_tell_apart_are_flagged);
    tcase_add_test(tcase, test_the_p_values_of_all_modes_are_adjusted_together);
    tcase_add_test(tcase, test_a_fixed_mix_makes_a_standardised_score);
    tcase_add_test(tcase, test_each_group_has_its_own_modes);
    tcase_add_test(tcase, test_the_reference_can_be_named);
    tcase_add_test(tcase, test_a_change_of_the_mode_mix_is_told_apart_from_a_change_of_scores);
    suite_add_tcase(suite, tcase);
    return suite;
}
