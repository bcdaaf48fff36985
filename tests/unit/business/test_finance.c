#include "../support.h"

enum { MOST = 400 };
static double amounts[MOST];
static cx_array columns[3];
static cx_frame frame;

/* Flows one period apart, from text such as "-100 39 59". */
static const cx_frame *flows(const char *text) {
    int64_t count = 0;
    char *end;
    for (const char *at = text;; at = end) {
        double value = strtod(at, &end);
        if (end == at) break;
        amounts[count++] = value;
    }
    columns[0] = cx_array_of(amounts, CX_F64, count);
    columns[0].name = "amount";
    frame = (cx_frame){columns, 1, {0, 0}};
    return &frame;
}

static double npv_at(const cx_frame *f, double rate) {
    cx_npv_result result;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    ck_assert_ok(cx_npv(f, &rates, NULL, &result, err));
    return result.npv;
}

typedef struct roots {
    double rate[16], multiple, changes;
    int64_t slope[16], count;
} roots;

static roots irr(const cx_frame *f) {
    cx_table *table;
    cx_array rate, slope;
    roots found = {.count = 0};
    ck_assert_ok(cx_irr(f, NULL, &table, err));
    ck_assert_ok(cx_table_column(table, 0, &rate, err));
    ck_assert_ok(cx_table_column(table, 1, &slope, err));
    found.count = cx_table_rows(table);
    ck_assert_int_le(found.count, 16);
    memcpy(found.rate, rate.data, (size_t)found.count * sizeof(double));
    memcpy(found.slope, slope.data, (size_t)found.count * sizeof(int64_t));
    found.multiple = cx_table_figure(table, 0);
    found.changes = cx_table_figure(table, 2);
    cx_table_free(table);
    return found;
}

static double multiple(double retention, double rate, double growth, double horizon) {
    cx_multiple_result result;
    ck_assert_ok(cx_margin_multiple(retention, rate, growth, horizon, &result, err));
    return result.multiple;
}

START_TEST(test_published_figures_are_reproduced) {
    vectors v = vectors_read("finance");
    for (int64_t i = 0; i < v.rows; i++) {
        const char *figure = vectors_text(&v, i, "figure");
        double rate = vectors_number(&v, i, "rate"), other = vectors_number(&v, i, "other"), found;
        const cx_frame *f = flows(vectors_text(&v, i, "flows"));
        if (strcmp(figure, "npv") == 0) {
            found = npv_at(f, rate);
        } else if (strcmp(figure, "irr") == 0) {
            roots r = irr(f);
            ck_assert_int_eq(r.count, 1);
            ck_assert_int_eq(r.slope[0], -1);
            found = r.rate[0];
        } else if (strcmp(figure, "mirr") == 0) {
            cx_mirr_result r;
            ck_assert_ok(cx_mirr(f, rate, other, NULL, &r, err));
            found = r.rate;
        } else {
            found = multiple(other, rate, 0, INFINITY);
        }
        ck_assert_close(found, vectors_number(&v, i, "value"), vectors_number(&v, i, "tolerance"));
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_no_flows_are_refused) {
    double rate = 0.1;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_npv_result r;
    cx_table *table;
    ck_assert_fails(cx_npv(flows(""), &rates, NULL, &r, err), CX_E_EMPTY, "no rows");
    ck_assert_fails(cx_irr(flows(""), NULL, &table, err), CX_E_EMPTY, "no rows");
}
END_TEST

START_TEST(test_every_root_is_found) {
    /* (x - 1.1)(x - 1.2)(x - 1.5) and its like: roots are known */
    const double roots_of[][4] = {{0.1, 0.2, 0.5, 3}, {-0.5, 0.05, 4, 3}, {0.1, 0.3, 0, 2}};
    for (int c = 0; c < 3; c++) {
        double p[4] = {1, 0, 0, 0};
        int degree = (int)roots_of[c][3];
        for (int r = 0; r < degree; r++)
            for (int k = r + 1; k > 0; k--) p[k] -= (1 + roots_of[c][r]) * p[k - 1];
        for (int k = 0; k <= degree; k++) amounts[k] = -1000 * p[k];
        columns[0] = cx_array_of(amounts, CX_F64, degree + 1);
        columns[0].name = "amount";
        frame = (cx_frame){columns, 1, {0, 0}};
        roots found = irr(&frame);
        ck_assert_int_eq(found.count, degree);
        ck_assert_double_eq(found.multiple, 1);
        ck_assert_double_eq(found.changes, degree);
        for (int r = 0; r < degree; r++) ck_assert_near(found.rate[r], roots_of[c][r], 1e-12);
        for (int r = 1; r < degree; r++) ck_assert_int_eq(found.slope[r], -found.slope[r - 1]);
    }
}
END_TEST

START_TEST(test_a_value_that_touches_nought_is_a_root) {
    roots found = irr(flows("-100 220 -121")); /* -100 (x - 1.1)^2 */
    ck_assert_int_eq(found.count, 1);
    ck_assert_near(found.rate[0], 0.1, 1e-6);
    ck_assert_int_eq(found.slope[0], 0);
    ck_assert_double_eq(found.multiple, 0);
}
END_TEST

START_TEST(test_no_root_says_why) {
    cx_table *table = NULL;
    ck_assert_fails(cx_irr(flows("-100 -5"), NULL, &table, err), CX_E_UNIDENTIFIED, "only ever");
    ck_assert_fails(cx_irr(flows("0 0"), NULL, &table, err), CX_E_UNIDENTIFIED, "any rate");
    ck_assert_fails(cx_irr(flows("10 -20 15"), NULL, &table, err), CX_E_UNIDENTIFIED,
                    "no rate above -1");
    ck_assert_ptr_null(table);
}
END_TEST

START_TEST(test_the_roots_of_random_flows_are_all_there) {
    for (uint64_t run = 0; run < (uint64_t)thinned(60); run++) {
        int64_t count = 3 + (int64_t)(run % 30);
        for (int64_t i = 0; i < count; i++)
            amounts[i] = floor(2000 * cx_random_uniform(7, 1, run, (uint32_t)i)) - 1000;
        columns[0] = cx_array_of(amounts, CX_F64, count);
        columns[0].name = "amount";
        frame = (cx_frame){columns, 1, {0, 0}};
        int64_t crossings = 0; /* on a grid of log(1 + r), which misses what is close together */
        double before = npv_at(&frame, expm1(-8));
        for (double x = -8; x < 8; x += 0.02) {
            double now = npv_at(&frame, expm1(x));
            crossings += (now < 0) != (before < 0);
            before = now;
        }
        cx_table *table = NULL;
        cx_status status = cx_irr(&frame, NULL, &table, NULL);
        if (status == CX_OK) {
            roots found = irr(&frame);
            ck_assert_int_ge(found.count, crossings);
            ck_assert_int_eq((found.count - (int64_t)found.changes) % 2, 0);
            for (int64_t i = 0; i < found.count; i++) {
                double at = found.rate[i], size = 0;
                for (int64_t k = 0; k < count; k++)
                    size += fabs(amounts[k]) * pow(1 + at, -(double)k);
                ck_assert_double_le(fabs(npv_at(&frame, at)), 1e-10 * size);
            }
        } else {
            ck_assert_int_eq(status, CX_E_UNIDENTIFIED);
            ck_assert_int_eq(crossings, 0);
        }
        cx_table_free(table);
    }
}
END_TEST

START_TEST(test_thirty_years_of_months_have_one_root) {
    amounts[0] = -100000;
    for (int i = 1; i <= 360; i++) amounts[i] = 599.5505;
    columns[0] = cx_array_of(amounts, CX_F64, 361);
    columns[0].name = "amount";
    frame = (cx_frame){columns, 1, {0, 0}};
    ck_assert_near(irr(&frame).rate[0], 0.005, 1e-9);
}
END_TEST

/* -- time ---------------------------------------------------------------------------------- */

START_TEST(test_dates_are_years_of_365_days) {
    const int64_t day = INT64_C(86400000000), dates[] = {365 * day, 0, 730 * day};
    const double x[] = {110, -200, 121};
    cx_array a[2] = {cx_array_of(x, CX_F64, 3), cx_array_of(dates, CX_I64, 3)};
    a[0].name = "amount", a[1].name = "date", a[1].dtype = CX_TIMESTAMP;
    a[1].unit = CX_MICROSECONDS;
    cx_frame f = {a, 2, {0, 0}};
    ck_assert_near(npv_at(&f, 0.1), 0, 1e-12);
    ck_assert_near(irr(&f).rate[0], 0.1, 1e-14);
}
END_TEST

START_TEST(test_rates_may_differ_by_time) {
    const double spot[] = {0.01, 0.02, 0.03}, x[] = {-100, 50, 60};
    double forward[] = {0, 0.02, 1.03 * 1.03 / 1.02 - 1};
    cx_array rates = cx_array_of(spot, CX_F64, 3), next = cx_array_of(forward, CX_F64, 3);
    cx_finance_options options;
    cx_npv_result r;
    const cx_frame *f = flows("-100 50 60");
    ck_assert_ok(cx_npv(f, &rates, NULL, &r, err));
    ck_assert_close(r.npv, x[0] + x[1] / 1.02 + x[2] / (1.03 * 1.03), 1e-13);
    ck_assert_close(r.roi, r.npv / 100, 1e-13);
    ck_assert_close(r.break_even, 100 / r.inflow, 1e-13);
    double npv = r.npv;
    cx_finance_options_init(&options);
    options.rate_kind = CX_RATES_FORWARD;
    ck_assert_ok(cx_npv(f, &next, &options, &r, err));
    ck_assert_close(r.npv, npv, 1e-12);
    rates.length = 2;
    ck_assert_fails(cx_npv(f, &rates, NULL, &r, err), CX_E_LENGTH, "2 rates for 3 flows");
}
END_TEST

START_TEST(test_money_that_comes_all_along_is_half_a_period_earlier) {
    double rate = 0.1;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_finance_options options;
    cx_npv_result r;
    cx_finance_options_init(&options);
    options.timing = CX_FLOWS_MIDDLE;
    ck_assert_ok(cx_npv(flows("-100 60 60"), &rates, &options, &r, err));
    ck_assert_close(r.npv, -100 + 60 / sqrt(1.1) + 60 / pow(1.1, 1.5), 1e-13);
}
END_TEST

START_TEST(test_real_and_nominal_agree) {
    double nominal = 0.08, real = 1.08 / 1.02 - 1;
    cx_array rates = cx_array_of(&nominal, CX_F64, 1), real_rates = cx_array_of(&real, CX_F64, 1);
    cx_finance_options options;
    cx_npv_result a, b;
    cx_finance_options_init(&options);
    options.real_flows = 1;
    ck_assert_fails(cx_npv(flows("-100 60 60"), &rates, &options, &a, err), CX_E_OPTION,
                    "inflation");
    options.inflation = 0.02;
    ck_assert_ok(cx_npv(flows("-100 60 60"), &rates, &options, &a, err));
    options.real_rates = 1;
    ck_assert_ok(cx_npv(flows("-100 60 60"), &real_rates, &options, &b, err));
    ck_assert_close(a.npv, b.npv, 1e-13);
    options.real_flows = 0;
    ck_assert_ok(cx_npv(flows("-100 60 60"), &real_rates, &options, &b, err));
    ck_assert_near(b.npv, npv_at(flows("-100 60 60"), 0.08), 1e-12);
}
END_TEST

START_TEST(test_cents_are_whole_numbers) {
    const int64_t cents[] = {-12345, 10, 20000};
    double rate = 0;
    cx_array rates = cx_array_of(&rate, CX_F64, 1), a = cx_array_of(cents, CX_I64, 3);
    cx_frame f = {&a, 1, {0, 0}};
    cx_finance_options options;
    cx_npv_result r;
    a.name = "amount";
    cx_finance_options_init(&options);
    options.minor_digits = 2;
    ck_assert_ok(cx_npv(&f, &rates, &options, &r, err));
    ck_assert_double_eq(r.npv, 76.65);
    ck_assert_fails(cx_npv(flows("-1 2"), &rates, &options, &r, err), CX_E_TYPE, "whole numbers");
}
END_TEST

/* -- payback and multiples ----------------------------------------------------------------- */

static cx_payback_result payback(const char *text, double rate) {
    cx_payback_result r;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    ck_assert_ok(cx_payback(flows(text), &rates, NULL, &r, err));
    return r;
}

START_TEST(test_payback_is_interpolated_or_a_word) {
    cx_payback_result r = payback("-100 40 40 40", 0.1);
    ck_assert_double_eq(r.simple, 2.5);
    ck_assert_int_eq(r.simple_end, CX_PAYBACK_REACHED);
    ck_assert_int_eq(r.discounted_end, CX_PAYBACK_NEVER);
    ck_assert_double_nan(r.discounted);
    ck_assert_double_eq(r.lowest, -100);
    r = payback("-100 150 -100", 0);
    ck_assert_int_eq(r.simple_end, CX_PAYBACK_LOST_AGAIN);
    ck_assert_close(r.simple, 2.0 / 3, 1e-14);
    r = payback("10 20", 0);
    ck_assert_int_eq(r.simple_end, CX_PAYBACK_NOT_NEEDED);
    ck_assert_double_eq(r.simple, 0);
    ck_assert_str_eq(cx_payback_name(CX_PAYBACK_NEVER), "never");
    ck_assert_str_eq(cx_payback_name(99), "unknown");
}
END_TEST

START_TEST(test_margin_multiples_are_sums_of_margins) {
    double sum = 0;
    for (int t = 1; t <= 5; t++) sum += pow(0.8, t) * pow(1.03, t - 1) / pow(1.1, t);
    ck_assert_close(multiple(0.8, 0.1, 0.03, 5), sum, 1e-14);
    ck_assert_close(multiple(1, 0, 0, 7), 7, 1e-14);
    ck_assert_double_eq(multiple(0, 0.1, 0, 9), 0);
    cx_multiple_result r;
    ck_assert_fails(cx_margin_multiple(1, 0.02, 0.02, INFINITY, &r, err), CX_E_DOMAIN, "no bound");
    ck_assert_fails(cx_margin_multiple(1.2, 0.02, 0, 5, &r, err), CX_E_DOMAIN, "retention is 1.2");
    ck_assert_fails(cx_margin_multiple(0.9, 0.02, 0, 2.5, &r, err), CX_E_DOMAIN, "horizon");
    double last = 0;
    for (double kept = 0; kept < 1.02; kept += 0.05) {
        double now = multiple(fmin(kept, 1), 0.05, 0, INFINITY);
        ck_assert_double_ge(now, last);
        last = now;
    }
}
END_TEST

START_TEST(test_mirr_needs_both_sides) {
    cx_mirr_result r;
    ck_assert_fails(cx_mirr(flows("1 2"), 0.1, 0.1, NULL, &r, err), CX_E_UNIDENTIFIED, "goes out");
    ck_assert_fails(cx_mirr(flows("-1 -2"), 0.1, 0.1, NULL, &r, err), CX_E_UNIDENTIFIED,
                    "comes in");
    ck_assert_fails(cx_mirr(flows("-1 2"), -1, 0.1, NULL, &r, err), CX_E_DOMAIN, "finance rate");
}
END_TEST

START_TEST(test_bad_flows_are_named) {
    static const char money[] = "EUREURUSD";
    static const int32_t ends[] = {0, 3, 6, 9};
    double rate = 0.1, low = -1;
    cx_array rates = cx_array_of(&rate, CX_F64, 1), bad = cx_array_of(&low, CX_F64, 1);
    cx_npv_result r;
    ck_assert_fails(cx_npv(flows("1 nan"), &rates, NULL, &r, err), CX_E_DOMAIN, "missing");
    ck_assert_fails(cx_npv(flows("1 inf"), &rates, NULL, &r, err), CX_E_DOMAIN, "row 1");
    ck_assert_fails(cx_npv(flows("1 2"), &bad, NULL, &r, err), CX_E_DOMAIN, "above -1");
    flows("-1 2 3");
    columns[1] = (cx_array){.data = money, .length = 3, .offsets = ends, .dtype = CX_STRING};
    columns[1].name = "currency";
    frame.count = 2;
    ck_assert_fails(cx_npv(&frame, &rates, NULL, &r, err), CX_E_MISMATCH,
                    "USD, in row 0 it is EUR");
    columns[1].name = "colour";
    ck_assert_fails(cx_npv(&frame, &rates, NULL, &r, err), CX_E_NAME, "colour");
    columns[0].name = "cash";
    frame.count = 1;
    ck_assert_fails(cx_npv(&frame, &rates, NULL, &r, err), CX_E_NAME, "cash");
}
END_TEST

Suite *suite_finance(void);
Suite *suite_finance(void) {
    Suite *suite = suite_create("finance");
    TCase *tcase = tcase_create("finance");
    tcase_add_test(tcase, test_no_flows_are_refused);
    tcase_add_test(tcase, test_published_figures_are_reproduced);
    tcase_add_test(tcase, test_every_root_is_found);
    tcase_add_test(tcase, test_a_value_that_touches_nought_is_a_root);
    tcase_add_test(tcase, test_no_root_says_why);
    tcase_add_test(tcase, test_the_roots_of_random_flows_are_all_there);
    tcase_add_test(tcase, test_thirty_years_of_months_have_one_root);
    tcase_add_test(tcase, test_dates_are_years_of_365_days);
    tcase_add_test(tcase, test_rates_may_differ_by_time);
    tcase_add_test(tcase, test_money_that_comes_all_along_is_half_a_period_earlier);
    tcase_add_test(tcase, test_real_and_nominal_agree);
    tcase_add_test(tcase, test_cents_are_whole_numbers);
    tcase_add_test(tcase, test_payback_is_interpolated_or_a_word);
    tcase_add_test(tcase, test_margin_multiples_are_sums_of_margins);
    tcase_add_test(tcase, test_mirr_needs_both_sides);
    tcase_add_test(tcase, test_bad_flows_are_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
