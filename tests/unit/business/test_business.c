#include "../support.h"

static cx_business_options small(void) {
    cx_business_options o;
    cx_business_options_init(&o);
    o.stores = 12;
    o.months = 24;
    o.customers = 240;
    o.seed = 7;
    return o;
}

static cx_table *made(int32_t part, const cx_business_options *o) {
    cx_table *table = NULL;
    ck_assert_ok(cx_simulate_business(part, o, &table, err));
    return table;
}

static double sum_of(const cx_table *table, const char *column) {
    double sum = 0, value;
    for (int64_t i = 0; i < cx_table_rows(table); i++)
        if (!isnan(value = table_number(table, column, i))) sum += value;
    return sum;
}

START_TEST(test_every_table_has_the_rows_that_its_options_say) {
    cx_business_options o = small();
    const int64_t rows[] = {12 * 24, 240, -1, 12 * 24 * 12, 29};
    for (int32_t part = 0; part < CX_BUSINESS_PART_END; part++) {
        cx_table *table = made(part, &o);
        if (rows[part] >= 0) ck_assert_int_eq(cx_table_rows(table), rows[part]);
        ck_assert_near(table_figure(table, "hazard_ratio"), 0.8, 0);
        cx_table_free(table);
    }
    ck_assert_str_eq(cx_business_part_name(CX_BUSINESS_MONTHS), "months");
    ck_assert_str_eq(cx_business_part_name(-1), "unknown");
}
END_TEST

START_TEST(test_tables_of_parts_of_the_stores_are_the_table_of_all) {
    cx_business_options o = small();
    for (int32_t part = 0; part < CX_BUSINESS_TRUTH; part++) {
        cx_table *all = made(part, &o);
        int64_t at = 0;
        for (o.first_store = 0; o.first_store < 12; o.first_store += 5) {
            o.store_count = o.first_store < 10 ? 5 : -1;
            cx_table *some = made(part, &o);
            for (int64_t c = 0; c < cx_table_columns(all); c++) {
                const char *name = cx_table_column_name(all, c);
                for (int64_t i = 0; i < cx_table_rows(some); i++)
                    if (part != CX_BUSINESS_EMPLOYEES || i % 7 == 0)
                        ck_assert_close(table_number(some, name, i),
                                        table_number(all, name, at + i), 0);
            }
            at += cx_table_rows(some);
            cx_table_free(some);
        }
        ck_assert_int_eq(at, cx_table_rows(all));
        cx_table_free(all);
        o.first_store = 0, o.store_count = -1;
    }
}
END_TEST

START_TEST(test_the_seed_makes_the_company) {
    cx_business_options o = small();
    cx_table *one = made(CX_BUSINESS_STORES, &o);
    o.seed++;
    cx_table *other = made(CX_BUSINESS_STORES, &o);
    ck_assert(table_number(one, "cx", 5) != table_number(other, "cx", 5));
    cx_table_free(one);
    cx_table_free(other);
}
END_TEST

START_TEST(test_stores_customers_and_months_agree) {
    cx_business_options o = small();
    cx_table *stores = made(CX_BUSINESS_STORES, &o), *months = made(CX_BUSINESS_MONTHS, &o);
    cx_table *customers = made(CX_BUSINESS_CUSTOMERS, &o);
    ck_assert_near(sum_of(stores, "customers"), (double)cx_table_rows(months), 0);
    ck_assert_near(sum_of(stores, "left"), sum_of(months, "event"), 0);
    ck_assert_near(sum_of(stores, "left"), sum_of(customers, "event"), 0);
    ck_assert_near(sum_of(stores, "asked"), sum_of(customers, "asked"), 0);
    ck_assert_near(sum_of(stores, "responses"), sum_of(customers, "answers"), 0);
    ck_assert_near(sum_of(stores, "responses"), sum_of(months, "answered"), 0);
    ck_assert_near(sum_of(customers, "exit") - sum_of(customers, "entry"),
                   (double)cx_table_rows(months), 0);
    cx_table_free(stores);
    cx_table_free(months);
    cx_table_free(customers);
}
END_TEST

START_TEST(test_customers_are_read_as_rows_at_risk) {
    cx_business_options o = small();
    cx_table *customers = made(CX_BUSINESS_CUSTOMERS, &o), *rows;
    cx_table *months = made(CX_BUSINESS_MONTHS, &o);
    cx_array entry, exit, event;
    ck_assert_ok(cx_table_column(customers, cx_table_find(customers, "entry"), &entry, err));
    ck_assert_ok(cx_table_column(customers, cx_table_find(customers, "exit"), &exit, err));
    ck_assert_ok(cx_table_column(customers, cx_table_find(customers, "event"), &event, err));
    ck_assert_ok(cx_person_periods(&entry, &exit, &event, NULL, &rows, err));
    ck_assert_int_eq(cx_table_rows(rows), cx_table_rows(months));
    for (int64_t i = 0; i < cx_table_rows(rows); i++) {
        ck_assert_near(table_number(rows, "period", i), table_number(months, "tenure", i), 0);
        ck_assert_near(table_number(rows, "event", i), table_number(months, "event", i), 0);
    }
    cx_table_free(rows);
    cx_table_free(months);
    cx_table_free(customers);
}
END_TEST

START_TEST(test_initiatives_come_in_six_equal_waves_and_stay) {
    cx_business_options o = small();
    o.customers = 0;
    o.stores = 60;
    o.months = 36;
    cx_table *stores = made(CX_BUSINESS_STORES, &o);
    static const char *const names[] = {"ease", "efficiency", "emotion"};
    for (int i = 0; i < 3; i++)
        for (int64_t month = 0; month < 36; month++) {
            double on = 0, waves = floor(((double)month - 4 - 3 * i) / 3) + 1;
            for (int64_t s = 0; s < 60; s++) on += table_number(stores, names[i], 36 * s + month);
            ck_assert_near(on, 10 * fmin(fmax(waves, 0), 6), 0);
        }
    ck_assert_near(table_number(stores, "price", 18), 0, 0);
    ck_assert_near(table_number(stores, "price", 19), 1, 0);
    ck_assert(isnan(table_number(stores, "surveyed", 0)));
    cx_table_free(stores);
}
END_TEST

START_TEST(test_nobody_answers_who_is_not_asked_and_few_who_leave) {
    cx_business_options o = small();
    o.customers = 3000, o.asked = 1, o.response_leaving = -3;
    cx_table *months = made(CX_BUSINESS_MONTHS, &o);
    double leaving = 0, silent = 0, answers = 0;
    for (int64_t i = 0; i < cx_table_rows(months); i++) {
        bool goes = table_number(months, "leaving", i) > 0;
        double answered = table_number(months, "answered", i);
        ck_assert(isnan(table_number(months, "score", i)) == !(answered > 0));
        leaving += goes, silent += goes && !(answered > 0), answers += answered;
    }
    ck_assert(silent > 0.9 * leaving);
    ck_assert(answers > 0.2 * (double)cx_table_rows(months));
    cx_table_free(months);
    o.asked = 0;
    cx_table *stores = made(CX_BUSINESS_STORES, &o);
    ck_assert_near(sum_of(stores, "asked") + sum_of(stores, "responses"), 0, 0);
    cx_table_free(stores);
}
END_TEST

START_TEST(test_the_truth_has_every_figure) {
    cx_business_options o = small();
    cx_table *truth = made(CX_BUSINESS_TRUTH, &o);
    ck_assert_int_eq(cx_table_figures(truth), cx_table_rows(truth));
    for (int64_t i = 0; i < cx_table_rows(truth); i++) {
        ck_assert(table_word_is(truth, "quantity", i, cx_table_figure_name(truth, i)));
        ck_assert_close(table_number(truth, "value", i), cx_table_figure(truth, i), 0);
    }
    ck_assert_near(table_figure(truth, "spend_long_run"), 2, 1e-12);
    ck_assert_near(table_figure(truth, "share_3"), 1 - 0.6 * 0.6 * 0.6 * 0.6, 1e-12);
    ck_assert_near(table_figure(truth, "mean_lag"), 1.5, 1e-12);
    ck_assert(table_figure(truth, "naive_correlation") > table_figure(truth, "correlation"));
    cx_table_free(truth);
    o.confounder_spend = 0;
    truth = made(CX_BUSINESS_TRUTH, &o);
    ck_assert_near(table_figure(truth, "naive_bias"), 0, 0);
    ck_assert_close(table_figure(truth, "naive_correlation"), table_figure(truth, "correlation"),
                    1e-12);
    cx_table_free(truth);
}
END_TEST

START_TEST(test_impossible_companies_are_refused) {
    cx_business_options o = small();
    cx_table *table = NULL;
    ck_assert_fails(cx_simulate_business(9, &o, &table, err), CX_E_OPTION, "part 9");
    o.stores = 1;
    ck_assert_fails(cx_simulate_business(0, &o, &table, err), CX_E_OPTION, "stores is 1");
    o = small(), o.first_store = 12;
    ck_assert_fails(cx_simulate_business(0, &o, &table, err), CX_E_OPTION, "first_store is 12");
    o = small(), o.theta = 1;
    ck_assert_fails(cx_simulate_business(0, &o, &table, err), CX_E_OPTION, "theta is 1");
    o = small(), o.icc = NAN;
    ck_assert_fails(cx_simulate_business(0, &o, &table, err), CX_E_OPTION, "icc is NaN");
    o = small(), o.confounder_cx = 0.8, o.engagement = 1;
    ck_assert_fails(cx_simulate_business(0, &o, &table, err), CX_E_OPTION, "of their own");
    ck_assert_ptr_null(table);
}
END_TEST

Suite *suite_business(void);
Suite *suite_business(void) {
    Suite *suite = suite_create("business");
    TCase *tcase = tcase_create("business");
    tcase_add_test(tcase, test_every_table_has_the_rows_that_its_options_say);
    tcase_add_test(tcase, test_tables_of_parts_of_the_stores_are_the_table_of_all);
    tcase_add_test(tcase, test_the_seed_makes_the_company);
    tcase_add_test(tcase, test_stores_customers_and_months_agree);
    tcase_add_test(tcase, test_customers_are_read_as_rows_at_risk);
    tcase_add_test(tcase, test_initiatives_come_in_six_equal_waves_and_stay);
    tcase_add_test(tcase, test_nobody_answers_who_is_not_asked_and_few_who_leave);
    tcase_add_test(tcase, test_the_truth_has_every_figure);
    tcase_add_test(tcase, test_impossible_companies_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
