#include "../support.h"

static cx_table *shares(const double *counts, int64_t k, cx_method method) {
    cx_array x = cx_array_of(counts, CX_F64, k);
    cx_shares_options options;
    cx_table *table;
    cx_shares_options_init(&options);
    options.method = (int32_t)method;
    ck_assert_ok(cx_shares(&x, &options, &table, err));
    return table;
}

START_TEST(test_a_share_of_nothing_does_not_compare) {
    cx_estimate e;
    ck_assert_fails(cx_share_difference(0, 0, 1, 2, NULL, &e, err), CX_E_EMPTY, "n1");
    ck_assert_fails(cx_share_difference(1, 2, 0, 0, NULL, &e, err), CX_E_EMPTY, "n2");
    ck_assert_fails(cx_share_difference(3, 2, 0, 1, NULL, &e, err), CX_E_DOMAIN, "3 of 2");
    ck_assert_fails(cx_share_difference(1, 2, -1, 1, NULL, &e, err), CX_E_DOMAIN, "-1 of 1");
}
END_TEST

START_TEST(test_differences_of_shares_match_the_vectors) {
    vectors v = vectors_read("share_difference");
    ck_assert_int_ge(v.rows, 25);
    for (int64_t i = 0; i < v.rows; i++) {
        cx_share_difference_options options;
        cx_estimate e;
        double tolerance = vectors_number(&v, i, "tolerance"), p = vectors_number(&v, i, "p_value");
        cx_share_difference_options_init(&options);
        options.method = method_of(vectors_text(&v, i, "method"));
        ck_assert_ok(cx_share_difference((int64_t)vectors_number(&v, i, "x1"),
                                         (int64_t)vectors_number(&v, i, "n1"),
                                         (int64_t)vectors_number(&v, i, "x2"),
                                         (int64_t)vectors_number(&v, i, "n2"), &options, &e, err));
        ck_assert_near(e.ci_low, fmax(vectors_number(&v, i, "ci_low"), -1), tolerance);
        ck_assert_near(e.ci_high, fmin(vectors_number(&v, i, "ci_high"), 1), tolerance);
        if (!isnan(p)) ck_assert_close(e.p_value, p, 1e-9);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_a_difference_of_shares_is_that_of_two_top_boxes) {
    cx_share_difference_options options;
    cx_estimate plain, score;
    cx_share_difference_options_init(&options);
    options.method = CX_METHOD_SCORE;
    ck_assert_ok(cx_share_difference(56, 70, 48, 80, NULL, &plain, err));
    ck_assert_ok(cx_share_difference(56, 70, 48, 80, &options, &score, err));
    ck_assert_int_eq(plain.method, CX_METHOD_SCORE);
    ck_assert_double_eq(plain.ci_low, score.ci_low);
    ck_assert_double_eq(plain.ci_high, score.ci_high);
}
END_TEST

START_TEST(test_wald_says_when_a_limit_was_cut) {
    cx_share_difference_options options;
    cx_estimate e;
    cx_share_difference_options_init(&options);
    options.method = CX_METHOD_WALD;
    ck_assert_ok(cx_share_difference(9, 10, 0, 3, &options, &e, err));
    ck_assert_double_eq(e.ci_high, 1);
    ck_assert(e.flags & CX_FLAG_CLIPPED);
    ck_assert(e.flags & CX_FLAG_FEW);
}
END_TEST

START_TEST(test_a_survey_of_three_classes_has_goodman_limits) {
    const double counts[] = {362, 176, 462};
    const double expected[][2] = {{0.326499799517, 0.399072981100},
                                  {0.149039619437, 0.206652995925},
                                  {0.424580941973, 0.499852142544}};
    cx_table *table = shares(counts, 3, CX_METHOD_GOODMAN);
    for (int64_t i = 0; i < 3; i++) {
        ck_assert_near(table_number(table, "ci_low", i), expected[i][0], 1e-11);
        ck_assert_near(table_number(table, "ci_high", i), expected[i][1], 1e-11);
        ck_assert_double_eq(table_number(table, "value", i), counts[i] / 1000);
    }
    cx_table_free(table);
}
END_TEST

/* statsmodels 0.15: seven classes, no sparse one */
START_TEST(test_sison_and_glaz_give_all_classes_one_width) {
    const double counts[] = {56, 72, 73, 59, 62, 87, 58};
    cx_table *table = shares(counts, 7, CX_METHOD_SISON_GLAZ);
    ck_assert_near(table_number(table, "ci_low", 0), 0.079229122056, 1e-11);
    ck_assert_near(table_number(table, "ci_high", 0), 0.164355734040, 1e-11);
    ck_assert_near(table_number(table, "ci_low", 5), 0.145610278373, 1e-11);
    ck_assert_near(table_number(table, "ci_high", 5), 0.230736890357, 1e-11);
    for (int64_t i = 1; i < 7; i++)
        ck_assert_near(table_number(table, "ci_high", i) - table_number(table, "ci_low", i),
                       table_number(table, "ci_high", 0) - table_number(table, "ci_low", 0), 1e-14);
    cx_table_free(table);
}
END_TEST

/* The search for c once ran past every value for sparse counts (statsmodels). */
/* The search for c once ran past every value for sparse counts (statsmodels). */
START_TEST(test_sparse_classes_end_with_limits_that_hold_the_shares) {
    const double sparse[][5] = {{0, 0, 0, 0, 1}, {1, 1, 1, 1, 1},    {0, 1, 2, 0, 0},
                                {4, 0, 0, 0, 0}, {1000, 0, 0, 3, 1}, {0, 0, 0, 1e6, 1}};
    for (int i = 0; i < 6; i++) {
        cx_table *table = shares(sparse[i], 5, CX_METHOD_SISON_GLAZ);
        for (int64_t j = 0; j < 5; j++) {
            double low = table_number(table, "ci_low", j), high = table_number(table, "ci_high", j);
            ck_assert(low >= 0 && high <= 1);
            ck_assert(low <= table_number(table, "value", j) &&
                      table_number(table, "value", j) <= high);
        }
        cx_table_free(table);
    }
}
END_TEST

/* Of 3 answers over shares of 1/3 and 2/3 the chance to stay within one of 1 and 2 is 26/27: c is
 * 0 and g 0.95 of that. */
START_TEST(test_the_chance_of_sparse_classes_is_exact) {
    const double counts[] = {0, 1, 2};
    cx_table *table = shares(counts, 3, CX_METHOD_SISON_GLAZ);
    ck_assert_close(table_number(table, "ci_high", 0), 2 * 0.95 * 27 / 26 / 3, 1e-12);
    ck_assert_close(table_number(table, "ci_low", 1), 1.0 / 3, 1e-12);
    cx_table_free(table);
}
END_TEST

/* Every multinomial of 12 answers under an uneven law. */
START_TEST(test_goodman_holds_for_few_answers) {
    const double p[] = {0.75, 0.15, 0.1};
    double held = 0, all = 0;
    enum { N = 12 };
    for (int a = 0; a <= N; a++)
        for (int b = 0; b <= N - a; b++) {
            const double counts[] = {a, b, N - a - b};
            double chance = cx_lgamma(N + 1);
            cx_table *table = shares(counts, 3, CX_METHOD_GOODMAN);
            bool inside = true;
            for (int64_t i = 0; i < 3; i++) {
                chance += counts[i] * log(p[i]) - cx_lgamma(counts[i] + 1);
                inside = inside && table_number(table, "ci_low", i) <= p[i] &&
                         p[i] <= table_number(table, "ci_high", i);
            }
            all += exp(chance);
            if (inside) held += exp(chance);
            cx_table_free(table);
        }
    ck_assert_near(all, 1, 1e-12);
    ck_assert_double_gt(held, 0.94);
}
END_TEST

START_TEST(test_counts_that_are_none_are_refused) {
    const double bad[][2] = {{1, -1}, {1, 0.5}, {1, NAN}, {1, INFINITY}, {0, 0}, {1e16, 1}};
    const cx_status codes[] = {CX_E_DOMAIN, CX_E_DOMAIN, CX_E_DOMAIN,
                               CX_E_DOMAIN, CX_E_EMPTY,  CX_E_OVERFLOW};
    const char *const says[] = {"-1", "0.5", "missing", "inf", "nothing", "exactly"};
    for (int i = 0; i < 6; i++) {
        cx_array x = cx_array_of(bad[i], CX_F64, 2);
        cx_table *table;
        ck_assert_fails(cx_shares(&x, NULL, &table, err), codes[i], says[i]);
    }
    cx_array one = cx_array_of(bad[0], CX_F64, 1);
    cx_table *table;
    ck_assert_fails(cx_shares(&one, NULL, &table, err), CX_E_FEW, "two");
}
END_TEST

Suite *suite_shares(void) {
    Suite *suite = suite_create("shares");
    TCase *tcase = tcase_create("shares");
    tcase_add_test(tcase, test_a_share_of_nothing_does_not_compare);
    tcase_add_test(tcase, test_differences_of_shares_match_the_vectors);
    tcase_add_test(tcase, test_a_difference_of_shares_is_that_of_two_top_boxes);
    tcase_add_test(tcase, test_wald_says_when_a_limit_was_cut);
    tcase_add_test(tcase, test_a_survey_of_three_classes_has_goodman_limits);
    tcase_add_test(tcase, test_sison_and_glaz_give_all_classes_one_width);
    tcase_add_test(tcase, test_sparse_classes_end_with_limits_that_hold_the_shares);
    tcase_add_test(tcase, test_the_chance_of_sparse_classes_is_exact);
    tcase_add_test(tcase, test_goodman_holds_for_few_answers);
    tcase_add_test(tcase, test_counts_that_are_none_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
