#include "../support.h"

enum { DAY = 86400 };
static cx_table *table;
static cx_silence_options options;

static void setup(void) {
    table = NULL;
    cx_silence_options_init(&options);
}

static void teardown(void) {
    cx_table_free(table);
}

static int64_t day(double days) {
    return (int64_t)(days * DAY * 1e6);
}

static cx_status silence(const int32_t *who, const int64_t *when, int64_t n, int64_t now,
                         cx_error *err) {
    cx_array a = cx_array_of(who, CX_I32, n), b = cx_array_of(when, CX_I64, n);
    cx_table_free(table);
    table = NULL;
    return cx_silence(&a, &b, now, &options, &table, err);
}

static double cell(const char *name, int64_t row) {
    return table_number(table, name, row);
}

static double figure(const char *name) {
    return table_figure(table, name);
}

START_TEST(test_an_empty_log_knows_nobody) {
    const int32_t who[] = {1};
    const int64_t when[] = {5};
    ck_assert_fails(silence(who, when, 0, 10, err), CX_E_EMPTY, "no contact");
    ck_assert_fails(silence(who, when, 1, 4, err), CX_E_EMPTY, "no contact");
}
END_TEST

START_TEST(test_one_contact_has_no_rhythm) {
    const int32_t who[] = {1, 2};
    const int64_t when[] = {day(1), day(2)};
    ck_assert_fails(silence(who, when, 2, day(9), err), CX_E_UNIDENTIFIED, "twice");
    options.prior_shape = options.prior_scale = 0;
    ck_assert_fails(silence(who, when, 2, day(9), err), CX_E_UNIDENTIFIED, "twice");
    options.prior_shape = 2, options.prior_scale = 10 * DAY;
    ck_assert_ok(silence(who, when, 2, day(9), err));
    ck_assert_close(cell("tail", 0), pow(10.0 / 18, 2), 1e-14);
    ck_assert_close(cell("rhythm", 0), 5.0 * DAY, 1e-14);
    ck_assert_double_eq(figure("single"), 2);
}
END_TEST

/* By hand: m = 2 / 40 days without spread, so that the population is worth five gaps. */
START_TEST(test_customers_all_alike_lean_on_each_other_as_on_five_gaps) {
    const int32_t who[] = {7, 7, 8, 8};
    const int64_t when[] = {day(0), day(10), day(0), day(5)};
    ck_assert_ok(silence(who, when, 4, day(20), err));
    ck_assert_double_eq(figure("prior_shape"), 5);
    ck_assert_close(figure("rhythm"), 20.0 * DAY, 1e-14);
    ck_assert_close(cell("tail", 0), pow(110.0 / 120, 6), 1e-14);
    ck_assert_close(cell("tail", 1), pow(105.0 / 120, 6), 1e-14);
}
END_TEST

START_TEST(test_contacts_at_the_same_time_are_one) {
    const int32_t who[] = {1, 1, 1, 1};
    const int64_t when[] = {day(0), day(0), day(4), day(4) + 30000000};
    options.prior_shape = options.prior_scale = 0;
    ck_assert_ok(silence(who, when, 4, day(8), err));
    ck_assert_double_eq(cell("gaps", 0), 2);
    ck_assert_double_eq(figure("merged"), 1);
    options.merge_gap = 60;
    ck_assert_ok(silence(who, when, 4, day(8), err));
    ck_assert_double_eq(cell("gaps", 0), 1);
    ck_assert_double_eq(figure("merged"), 2);
    ck_assert_double_eq(cell("last", 0), (double)when[3]);
}
END_TEST

/* The moments are worked out here row by row. */
START_TEST(test_few_gaps_lean_on_the_population) {
    int32_t who[64];
    int64_t when[64], n = 0;
    for (int i = 0; i <= 4; i++) who[n] = 1, when[n++] = day(5 * i);
    who[n] = 2, when[n++] = day(10);
    who[n] = 2, when[n++] = day(12);
    who[n] = 3, when[n++] = day(20);
    for (int i = 0; i <= 30; i++) who[n] = 5, when[n++] = day(i);
    const double k[] = {4, 1, 0, 30}, t[] = {40, 30, 20, 40};
    double m = 35.0 / 130, excess = 0, square = 0;
    for (int i = 0; i < 4; i++) {
        excess += (k[i] - m * t[i]) * (k[i] - m * t[i]) - k[i];
        square += t[i] * t[i];
    }
    double v = excess / square, shape = m * m / v, scale = m / v;
    ck_assert_ok(silence(who, when, n, day(40), err));
    ck_assert_close(figure("prior_shape"), shape, 1e-12);
    ck_assert_close(figure("prior_scale"), scale * DAY, 1e-12);
    ck_assert_close(cell("tail", 0), pow((scale + 20) / (scale + 40), shape + 4), 1e-12);
    ck_assert_close(cell("tail", 1), pow((scale + 2) / (scale + 30), shape + 1), 1e-12);
    ck_assert_close(cell("tail", 2), pow(scale / (scale + 20), shape), 1e-12);
    ck_assert_double_eq(cell("silent", 3), 1);
    ck_assert_double_eq(figure("customers"), 4);
    options.prior_shape = options.prior_scale = 0;
    ck_assert_ok(silence(who, when, n, day(40), err));
    ck_assert_close(cell("tail", 0), pow(20.0 / 40, 4), 1e-12);
    ck_assert_close(cell("tail", 1), 2.0 / 30, 1e-12);
    ck_assert(isnan(cell("tail", 2)) && isnan(cell("silent", 2)));
    ck_assert_double_eq(figure("customers"), 3);
}
END_TEST

START_TEST(test_the_order_of_contacts_does_not_matter) {
    int32_t who[200], back[200];
    int64_t when[200], then[200];
    for (int i = 0; i < 200; i++) who[i] = i % 7, when[i] = day(i + i * i % 5);
    for (int i = 0; i < 200; i++) back[i] = who[199 - i], then[i] = when[199 - i];
    ck_assert_ok(silence(who, when, 200, day(220), err));
    double tail = cell("tail", 3), share = figure("share");
    ck_assert_ok(silence(back, then, 200, day(220), err));
    ck_assert_double_eq(cell("tail", 3), tail);
    ck_assert_double_eq(figure("share"), share);
}
END_TEST

START_TEST(test_what_cannot_be_used_of_a_log_is_counted) {
    const double who[] = {1, 1, NAN, 1, 2, 3}, when[] = {0, 1e6, 2e6, NAN, 9e6, 3e6};
    cx_array a = cx_array_of(who, CX_F64, 6), b = cx_array_of(when, CX_F64, 6);
    ck_assert_ok(cx_silence(&a, &b, 5000000, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_double_eq(figure("no_id"), 1);
    ck_assert_double_eq(figure("missing"), 1);
    ck_assert_double_eq(figure("later"), 1);
    ck_assert_double_eq(figure("contacts"), 3);
}
END_TEST

START_TEST(test_the_share_beyond_chance_takes_the_level_away) {
    int64_t last[100];
    double rhythm[100];
    for (int i = 0; i < 100; i++) last[i] = i < 30 ? 0 : day(99), rhythm[i] = DAY;
    cx_array a = cx_array_of(last, CX_I64, 100), b = cx_array_of(rhythm, CX_F64, 100);
    ck_assert_ok(cx_silence_rhythm(&a, &b, NULL, day(100), NULL, &table, err));
    ck_assert_double_eq(figure("silent"), 30);
    ck_assert_close(figure("beyond_chance"), 0.25 / 0.95, 1e-14);
    ck_assert_close(figure("share_ci_low"), 0.21894885294180, 1e-9);
    ck_assert_close(cell("tail", 99), exp(-1), 1e-14);
}
END_TEST

START_TEST(test_a_known_rhythm_is_as_sure_as_its_gaps) {
    const double last[] = {0, 0, NAN, 2e6, 0, 0}, rhythm[] = {1, 1, 1, 1, NAN, -1};
    const double gaps[] = {1, 4, 4, 4, 4, 4};
    cx_array a = cx_array_of(last, CX_F64, 6), b = cx_array_of(rhythm, CX_F64, 6),
             c = cx_array_of(gaps, CX_F64, 6);
    ck_assert_ok(cx_silence_rhythm(&a, &b, &c, 1000000, NULL, &table, err));
    ck_assert_close(cell("tail", 0), 0.5, 1e-14);
    ck_assert_close(cell("tail", 1), pow(0.8, 4), 1e-14);
    for (int i = 2; i < 6; i++) ck_assert(isnan(cell("tail", i)));
    ck_assert_double_eq(figure("missing"), 2);
    ck_assert_double_eq(figure("later"), 1);
    ck_assert_double_eq(figure("out_of_range"), 1);
    ck_assert_double_eq(figure("customers"), 2);
}
END_TEST

START_TEST(test_bad_silence_arguments_are_refused) {
    const double x[] = {1, INFINITY};
    cx_array good = cx_array_of(x, CX_F64, 1), bad = cx_array_of(x, CX_F64, 2);
    cx_array words = cx_array_of("ab", CX_STRING, 1);
    const int32_t offsets[] = {0, 2};
    words.offsets = offsets;
    ck_assert_fails(cx_silence_rhythm(&bad, &bad, NULL, 5, NULL, &table, err), CX_E_DOMAIN,
                    "row 1");
    ck_assert_fails(cx_silence(&good, &words, 5, NULL, &table, err), CX_E_TYPE, "no times");
    const double levels[] = {0, 1, NAN, -1}, gaps[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        options.level = levels[i];
        ck_assert_fails(cx_silence(&good, &good, 5, &options, &table, err), CX_E_OPTION, "level");
    }
    for (int i = 0; i < 3; i++) {
        cx_silence_options_init(&options);
        options.merge_gap = gaps[i];
        ck_assert_fails(cx_silence(&good, &good, 5, &options, &table, err), CX_E_OPTION,
                        "merge_gap");
    }
    cx_silence_options_init(&options);
    options.prior_shape = 1;
    ck_assert_fails(cx_silence(&good, &good, 5, &options, &table, err), CX_E_OPTION, "prior");
    cx_silence_options_init(NULL);
}
END_TEST

Suite *suite_silence(void) {
    Suite *suite = suite_create("silence");
    TCase *tcase = tcase_create("silence");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_an_empty_log_knows_nobody);
    tcase_add_test(tcase, test_one_contact_has_no_rhythm);
    tcase_add_test(tcase, test_customers_all_alike_lean_on_each_other_as_on_five_gaps);
    tcase_add_test(tcase, test_contacts_at_the_same_time_are_one);
    tcase_add_test(tcase, test_few_gaps_lean_on_the_population);
    tcase_add_test(tcase, test_the_order_of_contacts_does_not_matter);
    tcase_add_test(tcase, test_what_cannot_be_used_of_a_log_is_counted);
    tcase_add_test(tcase, test_the_share_beyond_chance_takes_the_level_away);
    tcase_add_test(tcase, test_a_known_rhythm_is_as_sure_as_its_gaps);
    tcase_add_test(tcase, test_bad_silence_arguments_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
