#include "../support.h"

static cx_evidence_facts facts;

static void setup(void) {
    cx_evidence_facts_init(&facts);
}

static int level_of(void) {
    cx_table *table;
    ck_assert_ok(cx_evidence(&facts, &table, err));
    int level = (int)cx_table_figure(table, 0);
    cx_table_free(table);
    return level;
}

/* Is there a row for this rule, and does it say this effect? */
static bool says(const char *rule, const char *effect) {
    cx_table *table;
    cx_array rules, effects;
    const char *text;
    bool found = false;
    ck_assert_ok(cx_evidence(&facts, &table, err));
    ck_assert_ok(cx_table_column(table, 0, &rules, err));
    ck_assert_ok(cx_table_column(table, 1, &effects, err));
    for (int64_t i = 0; i < rules.length; i++) {
        const int32_t *r = rules.offsets, *e = effects.offsets;
        text = (const char *)rules.data + r[i];
        bool same =
            (size_t)(r[i + 1] - r[i]) == strlen(rule) && strncmp(text, rule, strlen(rule)) == 0;
        text = (const char *)effects.data + e[i];
        found = found || (same && strncmp(text, effect, strlen(effect)) == 0);
    }
    cx_table_free(table);
    return found;
}

static void method(int32_t level) {
    cx_evidence_facts_init(&facts);
    facts.level = level;
    facts.adjusted = facts.ordered = 1;
    facts.split_p = 0.5;
    facts.attrition = 0;
    facts.periods = 60;
    facts.pre_trend_p = 0.5;
}

START_TEST(test_a_method_whose_conditions_hold_keeps_its_level) {
    for (int32_t level = 0; level < CX_EVIDENCE_END; level++) {
        method(level);
        ck_assert_int_eq(level_of(), level);
    }
}
END_TEST

START_TEST(test_what_is_assumed_or_associated_is_not_lowered) {
    for (int32_t level = 0; level < 2; level++) {
        cx_evidence_facts_init(&facts);
        facts.level = level;
        facts.separated = facts.reverse = facts.unidentified = facts.selected = 1;
        ck_assert_int_eq(level_of(), level);
    }
}
END_TEST

START_TEST(test_adjusted_needs_adjustment_overlap_and_no_separation) {
    method(2);
    facts.adjusted = 0;
    ck_assert_int_eq(level_of(), 1);
    ck_assert(says("unadjusted", "lowered"));
    method(2);
    facts.overlap = 0.19;
    ck_assert_int_eq(level_of(), 1);
    ck_assert(says("overlap", "lowered"));
    facts.overlap = 0.2;
    ck_assert_int_eq(level_of(), 2);
    facts.separated = 1;
    ck_assert_int_eq(level_of(), 1);
    method(2);
    facts.unidentified = 1;
    ck_assert_int_eq(level_of(), 1);
}
END_TEST

START_TEST(test_order_in_time_counts_on_top_of_adjustment) {
    method(3);
    facts.adjusted = 0;
    ck_assert_int_eq(level_of(), 1);
    method(3);
    facts.ordered = 0;
    ck_assert_int_eq(level_of(), 2);
    method(3);
    facts.periods = 29;
    ck_assert_int_eq(level_of(), 2);
    ck_assert(says("few-periods", "lowered"));
    facts.periods = 30;
    ck_assert_int_eq(level_of(), 3);
    facts.reverse = 1;
    ck_assert_int_eq(level_of(), 2);
    facts.adjusted = 0;
    ck_assert_int_eq(level_of(), 1);
    method(3);
    facts.periods = NAN;
    ck_assert_int_eq(level_of(), 3);
    ck_assert(says("few-periods", "not-checked"));
}
END_TEST

START_TEST(test_a_quasi_experiment_stands_on_its_trends_before) {
    method(4);
    facts.pre_trend_p = 0.049;
    ck_assert_int_eq(level_of(), 2);
    facts.pre_trend_p = 0.05;
    ck_assert_int_eq(level_of(), 4);
    facts.breakdown = 0.99;
    ck_assert_int_eq(level_of(), 2);
    facts.breakdown = 1;
    ck_assert_int_eq(level_of(), 4);
    facts.pre_trend_p = NAN;
    ck_assert(!says("pre-trend", "not-checked"));
    facts.breakdown = NAN;
    ck_assert(says("pre-trend", "not-checked"));
    ck_assert_int_eq(level_of(), 4);
    facts.selected = 1;
    ck_assert_int_eq(level_of(), 2);
    facts.unidentified = 1;
    ck_assert_int_eq(level_of(), 1);
}
END_TEST

START_TEST(test_one_treated_unit_is_held_against_placebos) {
    method(4);
    facts.treated = 1;
    facts.placebo_p = 0.11;
    ck_assert_int_eq(level_of(), 3);
    facts.treated = 2;
    ck_assert_int_eq(level_of(), 4);
    facts.treated = 1;
    facts.placebo_p = 0.1;
    ck_assert_int_eq(level_of(), 4);
    facts.placebo_p = NAN;
    ck_assert(says("placebo", "not-checked"));
}
END_TEST

START_TEST(test_a_pilot_stands_on_its_split_and_on_who_stays) {
    method(5);
    facts.split_p = 0.0004;
    ck_assert_int_eq(level_of(), 2);
    facts.split_p = 0.0005;
    ck_assert_int_eq(level_of(), 5);
    facts.split_p = NAN;
    ck_assert_int_eq(level_of(), 4);
    ck_assert(says("split-unknown", "lowered"));
    method(5);
    facts.attrition = 0.051;
    ck_assert_int_eq(level_of(), 4);
    facts.attrition = 0.05;
    ck_assert_int_eq(level_of(), 5);
    facts.attrition = NAN;
    ck_assert_int_eq(level_of(), 5);
    ck_assert(says("attrition", "not-checked"));
}
END_TEST

START_TEST(test_a_slope_through_a_score_was_not_randomised) {
    method(5);
    facts.through = 1;
    ck_assert_int_eq(level_of(), 2);
    facts.adjusted = 0;
    ck_assert_int_eq(level_of(), 1);
}
END_TEST

START_TEST(test_only_the_highest_level_says_caused) {
    for (int32_t level = 0; level < 5; level++) {
        ck_assert_ptr_null(strstr(cx_evidence_phrase(level), "caus"));
        ck_assert_str_ne(cx_evidence_name(level), "unknown");
    }
    ck_assert_str_eq(cx_evidence_phrase(5), "caused");
    ck_assert_str_eq(cx_evidence_name(6), "unknown");
    ck_assert_str_eq(cx_evidence_phrase(-1), "");
    for (int32_t rule = 0; rule < CX_RULE_END; rule++)
        ck_assert_str_ne(cx_evidence_rule_name(rule), "unknown");
    ck_assert_str_eq(cx_evidence_rule_name(CX_RULE_END), "unknown");
}
END_TEST

START_TEST(test_facts_out_of_range_are_refused) {
    cx_table *table = NULL;
    facts.level = 6;
    ck_assert_fails(cx_evidence(&facts, &table, err), CX_E_OPTION, "level is 6");
    setup();
    facts.adjusted = 2;
    ck_assert_fails(cx_evidence(&facts, &table, err), CX_E_OPTION, "adjusted is 2");
    setup();
    facts.attrition = 5; /* points in place of a share */
    ck_assert_fails(cx_evidence(&facts, &table, err), CX_E_OPTION, "attrition is 5");
    setup();
    facts.treated = -1;
    ck_assert_fails(cx_evidence(&facts, &table, err), CX_E_OPTION, "treated");
    facts.struct_size = 4;
    ck_assert_fails(cx_evidence(&facts, &table, err), CX_E_OPTION, "struct_size");
    ck_assert_ptr_null(table);
}
END_TEST

/* -- verdicts ------------------------------------------------------------------------------ */

static cx_estimate slope(double value, double se) {
    return (cx_estimate){.value = value,
                         .se = se,
                         .ci_low = NAN,
                         .ci_high = NAN,
                         .confidence = 0.95,
                         .df = INFINITY,
                         .p_value = NAN,
                         .n = 100};
}

static cx_verdict_result verdict(const cx_estimate *e, double smallest) {
    cx_verdict_options options;
    cx_verdict_result r;
    cx_verdict_options_init(&options);
    options.smallest = smallest;
    ck_assert_ok(cx_verdict(e, &options, &r, err));
    return r;
}

START_TEST(test_a_link_is_found_where_p_is_small) {
    cx_estimate e = slope(-2, 1);
    cx_verdict_result r = verdict(&e, NAN);
    ck_assert_int_eq(r.verdict, CX_VERDICT_LINK);
    ck_assert_int_eq(r.direction, -1);
    ck_assert_close(r.p_value, 0.0455002638963584, 1e-12);
    ck_assert_close(r.detectable, 2.8015845, 1e-4); /* 1.96 + 0.84 */
    ck_assert_double_nan(r.power);
    e.p_value = 0.06; /* the estimate's own test counts */
    ck_assert_int_eq(verdict(&e, NAN).verdict, CX_VERDICT_NOT_TESTABLE);
}
END_TEST

START_TEST(test_no_link_needs_power_at_a_stated_effect) {
    cx_estimate e = slope(0.5, 1);
    cx_verdict_result r = verdict(&e, NAN);
    ck_assert_int_eq(r.verdict, CX_VERDICT_NOT_TESTABLE);
    ck_assert_int_eq(r.reason, CX_REASON_NO_EFFECT);
    r = verdict(&e, 2.7);
    ck_assert_int_eq(r.verdict, CX_VERDICT_NOT_TESTABLE);
    ck_assert_int_eq(r.reason, CX_REASON_POWER);
    ck_assert_near(r.power, 0.77, 0.01);
    r = verdict(&e, 2.9);
    ck_assert_int_eq(r.verdict, CX_VERDICT_NO_LINK);
    ck_assert_int_eq(r.reason, CX_REASON_TESTABLE);
    ck_assert_int_eq(r.negligible, 1);
    ck_assert_int_eq(r.direction, 0);
}
END_TEST

START_TEST(test_an_unreliable_measure_hides_effects) {
    cx_estimate e = slope(0.5, 1);
    cx_verdict_options options;
    cx_verdict_result r;
    cx_verdict_options_init(&options);
    options.smallest = 2.9;
    options.reliability = 0.5;
    ck_assert_ok(cx_verdict(&e, &options, &r, err));
    ck_assert_int_eq(r.verdict, CX_VERDICT_NOT_TESTABLE);
    ck_assert_close(r.detectable, 2 * verdict(&e, 2.9).detectable, 1e-12);
}
END_TEST

START_TEST(test_small_cells_cannot_be_tested) {
    cx_estimate e = slope(9, 1);
    cx_verdict_options options;
    cx_verdict_result r;
    cx_verdict_options_init(&options);
    options.cell = 4;
    ck_assert_ok(cx_verdict(&e, &options, &r, err));
    ck_assert_int_eq(r.verdict, CX_VERDICT_NOT_TESTABLE);
    ck_assert_int_eq(r.reason, CX_REASON_CELLS);
    ck_assert_int_eq(r.cell, 4);
    options.cell = 5;
    ck_assert_ok(cx_verdict(&e, &options, &r, err));
    ck_assert_int_eq(r.verdict, CX_VERDICT_LINK);
}
END_TEST

START_TEST(test_what_has_no_value_or_no_error_cannot_be_tested) {
    cx_estimate e = slope(NAN, 1);
    ck_assert_int_eq(verdict(&e, 1).reason, CX_REASON_NO_VALUE);
    e = slope(1, 1);
    e.status = CX_E_FEW;
    ck_assert_int_eq(verdict(&e, 1).reason, CX_REASON_NO_VALUE);
    ck_assert_double_nan(verdict(&e, 1).value);
    e = slope(1, 0);
    ck_assert_int_eq(verdict(&e, 1).reason, CX_REASON_NO_ERROR);
    e = slope(1, NAN);
    ck_assert_int_eq(verdict(&e, 1).reason, CX_REASON_NO_ERROR);
    ck_assert_double_nan(verdict(&e, 1).detectable);
    e.ci_low = 1 - 1.959963984540054 / 4, e.ci_high = 1 + 1.959963984540054 / 4;
    ck_assert_int_eq(verdict(&e, 1).verdict, CX_VERDICT_LINK); /* se is 1/4 */
}
END_TEST

/* Monte-Carlo: n = 8 values of a normal mean, 7 degrees of freedom. */
START_TEST(test_power_is_that_of_the_t_test) {
    cx_estimate e = slope(0, 1);
    e.df = 7;
    double power = verdict(&e, 2.5).power, found = 0, runs = (double)thinned(20000);
    for (uint64_t run = 0; run < (uint64_t)runs; run++) {
        double sum = 0, square = 0;
        for (uint32_t i = 0; i < 8; i++) {
            double x = cx_normal_quantile(cx_random_uniform(3, 1, run, i)) + 2.5 / sqrt(8);
            sum += x, square += x * x;
        }
        double mean = sum / 8, sd = sqrt((square - sum * mean) / 7);
        found += fabs(mean) / sd * sqrt(8) > cx_t_quantile_upper(0.025, 7);
    }
    ck_assert_near(power, found / runs, 4 * 0.5 / sqrt(runs));
    ck_assert_double_lt(power, verdict(&(cx_estimate){.se = 1, .df = INFINITY}, 2.5).power);
}
END_TEST

START_TEST(test_bad_verdict_options_are_refused) {
    cx_estimate e = slope(1, 1);
    cx_verdict_options options;
    cx_verdict_result r;
    cx_verdict_options_init(&options);
    options.smallest = -1;
    ck_assert_fails(cx_verdict(&e, &options, &r, err), CX_E_OPTION, "smallest is -1");
    cx_verdict_options_init(&options);
    options.reliability = 0;
    ck_assert_fails(cx_verdict(&e, &options, &r, err), CX_E_OPTION, "reliability");
    cx_verdict_options_init(&options);
    options.power = 0.3;
    ck_assert_fails(cx_verdict(&e, &options, &r, err), CX_E_OPTION, "power is 0.3");
    cx_verdict_options_init(&options);
    options.cell = -2;
    ck_assert_fails(cx_verdict(&e, &options, &r, err), CX_E_OPTION, "cell");
}
END_TEST

START_TEST(test_the_three_words_are_fixed) {
    ck_assert_str_eq(cx_verdict_name(CX_VERDICT_LINK), "link found");
    ck_assert_str_eq(cx_verdict_name(CX_VERDICT_NO_LINK), "no link found");
    ck_assert_str_eq(cx_verdict_name(CX_VERDICT_NOT_TESTABLE), "not testable with these data");
    ck_assert_str_eq(cx_verdict_name(3), "unknown");
    ck_assert_str_eq(cx_verdict_reason_name(CX_REASON_POWER), "power");
    ck_assert_str_eq(cx_verdict_reason_name(-1), "unknown");
}
END_TEST

Suite *suite_evidence(void);
Suite *suite_evidence(void) {
    Suite *suite = suite_create("evidence");
    TCase *tcase = tcase_create("evidence");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_a_method_whose_conditions_hold_keeps_its_level);
    tcase_add_test(tcase, test_what_is_assumed_or_associated_is_not_lowered);
    tcase_add_test(tcase, test_adjusted_needs_adjustment_overlap_and_no_separation);
    tcase_add_test(tcase, test_order_in_time_counts_on_top_of_adjustment);
    tcase_add_test(tcase, test_a_quasi_experiment_stands_on_its_trends_before);
    tcase_add_test(tcase, test_one_treated_unit_is_held_against_placebos);
    tcase_add_test(tcase, test_a_pilot_stands_on_its_split_and_on_who_stays);
    tcase_add_test(tcase, test_a_slope_through_a_score_was_not_randomised);
    tcase_add_test(tcase, test_only_the_highest_level_says_caused);
    tcase_add_test(tcase, test_facts_out_of_range_are_refused);
    tcase_add_test(tcase, test_a_link_is_found_where_p_is_small);
    tcase_add_test(tcase, test_no_link_needs_power_at_a_stated_effect);
    tcase_add_test(tcase, test_an_unreliable_measure_hides_effects);
    tcase_add_test(tcase, test_small_cells_cannot_be_tested);
    tcase_add_test(tcase, test_what_has_no_value_or_no_error_cannot_be_tested);
    tcase_add_test(tcase, test_power_is_that_of_the_t_test);
    tcase_add_test(tcase, test_bad_verdict_options_are_refused);
    tcase_add_test(tcase, test_the_three_words_are_fixed);
    suite_add_tcase(suite, tcase);
    return suite;
}
