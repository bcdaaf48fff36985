#include "chain.h"

/* -- evidence, checks, ledger -------------------------------------------------------------- */

START_TEST(test_the_level_is_that_of_the_weakest_link_without_values) {
    cx_case_result *result;
    chain();
    ck_assert_int_eq(summary(&result).evidence, 2);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "value\n"));
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "no-cost\n"));
    cx_case_result_free(result);
    ck_assert_ok(cx_case_assume(c, "hope", "call-back", "sales", NULL, "EUR", 1, 1, NULL, "guess",
                                NULL, err));
    ck_assert_int_eq(summary(NULL).evidence, 0);
}
END_TEST

START_TEST(test_a_slope_is_never_randomised) {
    cx_case_result *result;
    link_options.evidence = 5;
    add("one", "pilot", "nps", NULL, "points", 5, 1);
    add("two", "nps", "money", "points", "EUR", 5, 1);
    ck_assert_int_eq(summary(&result).evidence, 2);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "through\n"));
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_leaving_the_observed_range_is_noted) {
    cx_case_result *result;
    add("one", "pilot", "nps", NULL, "points", 5, 1);
    link_options.observed_low = -3;
    link_options.observed_high = 3;
    add("two", "nps", "money", "points", "EUR", 5, 1);
    (void)summary(&result);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "extrapolated\n"));
    ck_assert_near(cell(result, CX_CASE_LINKS, "outside", 1), cx_normal_sf(-2), 0.03);
    ck_assert_double_eq(cell(result, CX_CASE_LINKS, "change_high", 1), 5);
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_a_direct_estimate_is_compared_and_not_added) {
    cx_case_result *result;
    chain();
    double before = summary(NULL).npv;
    link_options.direct = 1;
    add("did", "call-back", "money", NULL, "EUR", 9, 1);
    ck_assert_double_eq(summary(&result).npv, before);
    ck_assert_near(cell(result, CX_CASE_DIRECT, "chained", 0), 3, 0.15);
    ck_assert_double_eq(cell(result, CX_CASE_DIRECT, "direct", 0), 9);
    ck_assert_double_lt(cell(result, CX_CASE_DIRECT, "p_value", 0), 0.001);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "direct-gap\n"));
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_claims_have_to_fit_into_the_whole_change) {
    cx_case_result *result;
    chain();
    add("other", "app", "nps", NULL, "NPS points", 4, 1);
    ck_assert_ok(cx_case_total(c, "nps", 6, 6, 0.5, err));
    (void)summary(&result);
    ck_assert_near(cell(result, CX_CASE_TOTALS, "claimed", 0), 9, 0.2);
    ck_assert_near(cell(result, CX_CASE_TOTALS, "ratio", 0), 1.5, 0.04);
    ck_assert_double_gt(cell(result, CX_CASE_TOTALS, "p_exceeds", 0), 0.9);
    ck_assert_ptr_nonnull(strstr(words(result, CX_CASE_NOTES, "note"), "double-counted\n"));
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_the_ledger_holds_the_plan_against_what_came) {
    const double lag[] = {0.25, 0.25, 0.5};
    cx_array lags = cx_array_of(lag, CX_F64, 3);
    cx_estimate e = slope(8, 2, INFINITY);
    cx_case_result *result;
    ck_assert_ok(cx_case_link(c, "one", "x", "nps", NULL, "points", &e, &lags, NULL, NULL, err));
    add("two", "nps", "money", "points", "EUR", 5, 1);
    ck_assert_ok(cx_case_observe(c, "nps", 2, 3, 0.5, err));
    ck_assert_ok(cx_case_observe(c, "nps", 2, -4, 0.5, err));
    (void)summary(&result);
    ck_assert_near(cell(result, CX_CASE_LEDGER, "share", 0), 0.5, 1e-9);
    ck_assert_near(cell(result, CX_CASE_LEDGER, "planned", 0), 4, 0.1);
    /* the plan says 8 (2), what came says 6 (1): 6.4 (0.894) */
    ck_assert_near(cell(result, CX_CASE_LEDGER, "forecast", 0), 6.4, 0.1);
    ck_assert_near(cell(result, CX_CASE_LEDGER, "forecast_se", 0), 0.894, 0.02);
    ck_assert_str_eq(words(result, CX_CASE_LEDGER, "word"), "on plan\nbehind\n");
    cx_case_result_free(result);
}
END_TEST

/* -- the statement ------------------------------------------------------------------------- */

/* The word of causing is kept for level 5, on every path and in both languages. */
START_TEST(test_causing_is_not_said_below_level_five) {
    for (int32_t level = 0; level <= 5; level++)
        for (int extra = 0; extra < 8; extra++) {
            cx_case_result *result;
            teardown();
            setup();
            link_options.evidence = level;
            if (extra == 1) link_options.observed_periods = 3;
            cx_estimate e = slope(3, 1, extra == 2 ? 50 : INFINITY);
            if (level == 0)
                ck_assert_ok(cx_case_assume(c, "one", "pilot", "sales", NULL, "EUR", 3, 1, NULL,
                                            "memo", NULL, err));
            else
                ck_assert_ok(cx_case_link(c, "one", "pilot", "sales", NULL, "EUR", &e, NULL, NULL,
                                          &link_options, err));
            if (extra >= 3) cost(1000 * pow(8, extra - 3));
            if (extra == 7) add("more", "app", "sales", NULL, "EUR", 3, 1);
            run_options.draws = 1000;
            cx_case_summary s = summary(&result);
            ck_assert_int_eq(s.evidence, level);
            for (int32_t which = 0; which < CX_CASE_PART_END; which++) {
                cx_table *table = part(result, which);
                for (int64_t k = 0; k < cx_table_columns(table); k++) {
                    cx_array x;
                    ck_assert_ok(cx_table_column(table, k, &x, err));
                    if (x.dtype != CX_STRING) continue;
                    const char *text = words(result, which, cx_table_column_name(table, k));
                    bool sentence = strcmp(cx_table_column_name(table, k), "sentence") == 0;
                    if (level < 5) {
                        ck_assert_ptr_null(strstr(text, "caus"));
                        ck_assert_ptr_null(strstr(text, "Caus"));
                        ck_assert_ptr_null(strstr(text, "iheut"));
                    } else if (sentence && which == CX_CASE_STATEMENT_EN) {
                        ck_assert_ptr_nonnull(strstr(text, "caused"));
                    } else if (sentence && which == CX_CASE_STATEMENT_FI) {
                        ck_assert_ptr_nonnull(strstr(text, "aiheutti"));
                    }
                }
                cx_table_free(table);
            }
            cx_case_result_free(result);
        }
}
END_TEST

START_TEST(test_the_statement_says_it_in_english_and_finnish) {
    cx_case_result *result;
    chain();
    cost(20000);
    cx_case_summary s = summary(&result);
    const char *text = words(result, CX_CASE_STATEMENT_EN, "sentence");
    ck_assert_ptr_nonnull(strstr(text, "The case pays: over 12 periods"));
    ck_assert_ptr_nonnull(strstr(text, "16,"));
    ck_assert_ptr_nonnull(strstr(text, "Evidence level 2, adjusted"));
    ck_assert_ptr_nonnull(
        strstr(text, "breaks even when call-back changes nps by 2.78 NPS points"));
    ck_assert_ptr_nonnull(strstr(text, "Measure callback next"));
    ck_assert_ptr_nonnull(strstr(text, "(source: Finance, 2025)"));
    text = words(result, CX_CASE_STATEMENT_FI, "sentence");
    ck_assert_ptr_nonnull(strstr(text, "Hanke kannattaa: odotettu nettonykyarvo 12 jakson"));
    ck_assert_ptr_nonnull(strstr(text, "2,78 NPS points"));
    ck_assert_ptr_nonnull(strstr(text, "16\xC2\xA0"));
    ck_assert_ptr_null(strstr(text, "16,"));
    ck_assert_double_eq(cell(result, CX_CASE_STATEMENT_EN, "value", 0), s.npv);
    ck_assert_double_eq(cell(result, CX_CASE_STATEMENT_FI, "high", 0), s.npv_high);
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_the_statement_names_months_percents_and_losses) {
    cx_case_result *result;
    teardown();
    options.periods_a_year = 12;
    c = case_of(0.1, 1000);
    chain();
    cost(60000);
    summary(&result);
    const char *text = words(result, CX_CASE_STATEMENT_EN, "sentence");
    ck_assert_ptr_nonnull(strstr(text, "The case does not pay: over 12 months its expected"));
    ck_assert_ptr_nonnull(strstr(text, " is \xE2\x88\x92"
                                       "2")); /* a minus, no hyphen */
    ck_assert_ptr_nonnull(strstr(text, "(90% of outcomes lie"));
    text = words(result, CX_CASE_STATEMENT_FI, "sentence");
    ck_assert_ptr_nonnull(strstr(text, "odotettu nettonykyarvo 12 kuukauden ajalta"));
    ck_assert_ptr_nonnull(strstr(text, "(90 % tuloksista"));
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_money_in_other_letters_is_no_unit) {
    cx_estimate e = slope(5, 1, 40);
    const char *const signs[] = {"usd", "$", "\xE2\x82\xAC", "Euro"};
    for (size_t i = 0; i < 4; i++)
        ck_assert_fails(
            cx_case_link(c, "a", "x", "spend", NULL, signs[i], &e, NULL, NULL, &link_options, err),
            CX_E_MISMATCH, "money is named by three capital letters, and this case is in EUR");
    ck_assert_ok(
        cx_case_link(c, "a", "x", "spend", NULL, "EUR spent", &e, NULL, NULL, &link_options, err));
    e.se = NAN;
    ck_assert_fails(
        cx_case_link(c, "b", "x", "nps", NULL, "points", &e, NULL, NULL, &link_options, err),
        CX_E_DOMAIN, "b has no standard error: what is estimated has one");
}
END_TEST

START_TEST(test_links_say_what_they_count_in) {
    cx_case_result *result;
    chain();
    summary(&result);
    ck_assert_str_eq(words(result, CX_CASE_LINKS, "from_unit"), "\nNPS points\nshare\n");
    ck_assert_str_eq(words(result, CX_CASE_LINKS, "to_unit"), "NPS points\nshare\nEUR\n");
    cx_case_result_free(result);
}
END_TEST

START_TEST(test_words_are_those_of_the_lists) {
    ck_assert_str_eq(cx_spread_name(CX_SPREAD_LOGNORMAL), "lognormal");
    ck_assert_str_eq(cx_link_form_name(CX_FORM_LOGIT), "logit");
    ck_assert_str_eq(cx_case_word_name(CX_CASE_PAYS), "pays");
    ck_assert_str_eq(cx_case_part_name(CX_CASE_LEDGER), "ledger");
    ck_assert_str_eq(cx_spread_name(-1), "unknown");
    ck_assert_str_eq(cx_link_form_name(3), "unknown");
    ck_assert_str_eq(cx_case_word_name(3), "unknown");
    ck_assert_str_eq(cx_case_part_name(13), "unknown");
}
END_TEST

Suite *suite_case_statement(void);
Suite *suite_case_statement(void) {
    Suite *suite = suite_create("case_statement");
    TCase *tcase = tcase_create("case");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_the_level_is_that_of_the_weakest_link_without_values);
    tcase_add_test(tcase, test_a_slope_is_never_randomised);
    tcase_add_test(tcase, test_leaving_the_observed_range_is_noted);
    tcase_add_test(tcase, test_a_direct_estimate_is_compared_and_not_added);
    tcase_add_test(tcase, test_claims_have_to_fit_into_the_whole_change);
    tcase_add_test(tcase, test_the_ledger_holds_the_plan_against_what_came);
    tcase_add_test(tcase, test_causing_is_not_said_below_level_five);
    tcase_add_test(tcase, test_the_statement_says_it_in_english_and_finnish);
    tcase_add_test(tcase, test_the_statement_names_months_percents_and_losses);
    tcase_add_test(tcase, test_money_in_other_letters_is_no_unit);
    tcase_add_test(tcase, test_links_say_what_they_count_in);
    tcase_add_test(tcase, test_words_are_those_of_the_lists);
    suite_add_tcase(suite, tcase);
    return suite;
}
