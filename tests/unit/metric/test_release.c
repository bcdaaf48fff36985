#include "../support.h"

/* Tables with totals and with a smallest cell, through the metrics. */

enum { ROOM = 512 };

static int8_t scores[ROOM], shops[ROOM];
static const char *words[ROOM];
static char text[8 * ROOM];
static int32_t offsets[ROOM + 1];
static uint8_t validity[ROOM / 8];
static int64_t rows;
static cx_tallies *set;
static cx_table *table;
static cx_nps_options options;

static void setup(void) {
    rows = 0;
    set = NULL;
    table = NULL;
    cx_nps_options_init(&options);
}

static void teardown(void) {
    cx_table_free(table);
    cx_tallies_free(set);
}

static void add(const char *region, int8_t shop, int64_t n, int8_t score) {
    for (int64_t i = 0; i < n; i++, rows++)
        words[rows] = region, shops[rows] = shop, scores[rows] = score;
}

/* The set of what was added; a region of "" is missing. */
static void group(void) {
    cx_array x = cx_array_of(scores, CX_I8, rows), key[2];
    cx_frame by = {key, 2, {0, 0}};
    memset(validity, 0, sizeof validity);
    for (int64_t i = 0; i < rows; i++) {
        size_t length = strlen(words[i]);
        memcpy(text + offsets[i], words[i], length);
        offsets[i + 1] = offsets[i] + (int32_t)length;
        if (length > 0) validity[i / 8] |= (uint8_t)(1u << i % 8);
    }
    key[0] = cx_array_of(text, CX_STRING, rows);
    key[0].offsets = offsets, key[0].validity = validity, key[0].name = "region";
    key[1] = cx_array_of(shops, CX_I8, rows);
    key[1].name = "shop";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
}

static cx_array column(const char *name) {
    cx_array found;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &found, err));
    return found;
}

static bool present(const char *name, int64_t row) {
    cx_array found = column(name);
    return found.validity == NULL || (found.validity[row / 8] >> row % 8 & 1) != 0;
}

static int64_t whole(const char *name, int64_t row) {
    cx_array found = column(name);
    return ((const int64_t *)found.data)[row];
}

static double real(const char *name, int64_t row) {
    cx_array found = column(name);
    return ((const double *)found.data)[row];
}

static bool word_is(const char *name, int64_t row, const char *expected) {
    cx_array found = column(name);
    const int32_t *ends = found.offsets;
    size_t length = (size_t)(ends[row + 1] - ends[row]);
    return length == strlen(expected) &&
           memcmp((const char *)found.data + ends[row], expected, length) == 0;
}

/* -- totals -------------------------------------------------------------------------------- */

START_TEST(test_totals_of_no_rows_are_no_rows) {
    ck_assert_ok(cx_tallies_new(0, 10, NULL, &set, err));
    options.totals = 1, options.min_n = 5;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 0);
}
END_TEST

START_TEST(test_totals_of_one_cell_are_four_rows_alike) {
    add("north", 1, 6, 9);
    group();
    options.totals = 1;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(whole("grouping", i), i);
        ck_assert_int_eq(whole("n", i), 6);
        ck_assert_int_eq(present("shop", i), (i & 1) == 0);
        ck_assert_int_eq(present("region", i), (i & 2) == 0);
    }
}
END_TEST

START_TEST(test_the_cube_has_every_margin_and_tells_missing_from_totalled) {
    add("north", 1, 4, 10), add("north", 2, 4, 0), add("", 1, 2, 10);
    group();
    options.totals = 1;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    /* north 1, north 2, missing 1; north, missing; shop 1, shop 2; all */
    ck_assert_int_eq(cx_table_rows(table), 8);
    const int64_t grouping[8] = {0, 0, 0, 1, 1, 2, 2, 3}, n[8] = {4, 4, 2, 8, 2, 6, 4, 10};
    const double value[8] = {100, -100, 100, 0, 100, 100, -100, 20};
    const bool region[8] = {true, true, false, true, false, false, false, false};
    for (int64_t i = 0; i < 8; i++) {
        ck_assert_int_eq(whole("grouping", i), grouping[i]);
        ck_assert_int_eq(whole("n", i), n[i]);
        ck_assert_near(real("value", i), value[i], 1e-12);
        ck_assert_int_eq(present("region", i), region[i]);
        ck_assert_int_eq(present("shop", i), (grouping[i] & 1) == 0);
    }
    ck_assert(word_is("region", 3, "north"));
    ck_assert_int_eq(whole("shop", 6), 2);
}
END_TEST

START_TEST(test_a_margin_row_is_the_metric_of_the_merged_tallies) {
    cx_table *margin;
    cx_tallies *shops_only;
    cx_array a, b;
    add("north", 1, 7, 9), add("north", 2, 5, 3), add("south", 1, 3, 8), add("south", 2, 9, 10);
    group();
    options.totals = 1;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    ck_assert_ok(cx_tallies_margin(set, 2, NULL, &shops_only, err));
    ck_assert_ok(cx_nps_by(shops_only, NULL, &margin, err));
    ck_assert_int_eq(cx_table_rows(margin), 2);
    a = column("ci_low");
    ck_assert_ok(cx_table_column(margin, cx_table_find(margin, "ci_low"), &b, err));
    ck_assert_int_eq(memcmp((const double *)a.data + 6, b.data, 2 * sizeof(double)), 0);
    ck_assert_int_eq(whole("grouping", 6), 2);
    cx_table_free(margin);
    cx_tallies_free(shops_only);
}
END_TEST

START_TEST(test_a_margin_merges_and_travels_like_any_set) {
    cx_tallies *margin, *twice, *decoded;
    uint8_t bytes[4096];
    add("north", 1, 7, 9), add("", 2, 5, 3), add("", 1, 3, 8);
    group();
    ck_assert_ok(cx_tallies_margin(set, 1, NULL, &margin, err));
    ck_assert_int_eq(cx_tallies_size(margin), 2);
    ck_assert_int_eq(cx_tally_n(cx_tallies_at(margin, 1)), 8); /* missing comes last */
    ck_assert_ok(cx_tallies_merge(set, set, err));
    ck_assert_ok(cx_tallies_margin(set, 1, NULL, &twice, err));
    ck_assert_ok(cx_tallies_merge(margin, margin, err));
    ck_assert(cx_tallies_equal(margin, twice));
    size_t size = cx_tallies_encoded_size(margin);
    ck_assert_ok(cx_tallies_encode(margin, bytes, size, err));
    ck_assert_ok(cx_tallies_decode(bytes, size, NULL, &decoded, err));
    ck_assert(cx_tallies_equal(margin, decoded));
    cx_tallies_free(margin);
    cx_tallies_free(twice);
    cx_tallies_free(decoded);
}
END_TEST

START_TEST(test_a_margin_of_no_key_or_of_all_is_told_apart) {
    cx_tallies *margin = NULL;
    add("north", 1, 7, 9);
    group();
    ck_assert_fails(cx_tallies_margin(set, 3, NULL, &margin, err), CX_E_OPTION, "cx_tallies_total");
    ck_assert_fails(cx_tallies_margin(set, 4, NULL, &margin, err), CX_E_OPTION, "totalled is 4");
    ck_assert_fails(cx_tallies_margin(set, -1, NULL, &margin, err), CX_E_OPTION, "totalled is -1");
    ck_assert_ok(cx_tallies_margin(set, 0, NULL, &margin, err));
    ck_assert(cx_tallies_equal(margin, set));
    cx_tallies_free(margin);
}
END_TEST

/* -- hidden rows --------------------------------------------------------------------------- */

START_TEST(test_a_hidden_row_keeps_its_keys_and_nothing_else) {
    static const char *const nothing[] = {
        "value",          "ci_low",      "ci_high", "se",        "df",           "p_value",
        "n_eff",          "sum_w",       "n",       "missing",   "out_of_range", "zero_weight",
        "not_applicable", "non_integer", "no_id",   "duplicate", "open"};
    add("north", 1, 3, 9), add("north", 1, 1, 11), add("north", 2, 9, 3), add("north", 3, 20, 8);
    group();
    options.min_n = 5;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
            if (row < 2) ck_assert_msg(!present(nothing[i], row), "%s is shown", nothing[i]);
        ck_assert(word_is("region", row, "north"));
        ck_assert(word_is("status", row, row < 2 ? "CX_E_SUPPRESSED" : "CX_OK"));
        ck_assert(word_is("flags", row, row < 2 ? "suppressed" : "no-variance"));
        ck_assert(word_is("method", row, row < 2 ? "auto" : "score"));
        ck_assert(word_is("unit", row, "points"));
    }
    ck_assert_int_eq(whole("n", 2), 20);
}
END_TEST

START_TEST(test_an_empty_group_is_shown_as_empty_beside_hidden_ones) {
    add("north", 1, 3, 9), add("north", 2, 9, 3), add("north", 3, 2, 99);
    group();
    options.min_n = 5;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    ck_assert(word_is("status", 2, "CX_E_EMPTY"));
    ck_assert(present("n", 2));
    ck_assert_int_eq(whole("n", 2), 0);
    ck_assert_int_eq(whole("out_of_range", 2), 2);
}
END_TEST

START_TEST(test_the_same_rows_are_hidden_with_and_without_totals_and_in_every_metric) {
    cx_csat_options csat;
    cx_mean_options mean;
    for (int8_t shop = 0; shop < 4; shop++)
        add(shop % 2 ? "north" : "south", shop, shop == 0 ? 3 : 5 + shop, 7);
    add("east", 0, 2, 9), add("east", 1, 12, 9);
    group();
    options.min_n = 5;
    ck_assert_ok(cx_nps_by(set, &options, &table, err));
    int64_t count = cx_table_rows(table);
    ck_assert_int_eq(count, 6);
    bool nps[6];
    for (int64_t i = 0; i < count; i++) nps[i] = present("n", i);
    options.totals = 1;
    cx_csat_options_init(&csat);
    csat.top = 2, csat.min_n = 5;
    cx_mean_options_init(&mean);
    mean.min_n = 5, mean.totals = 1;
    for (int metric = 0; metric < 3; metric++) {
        cx_table_free(table);
        table = NULL;
        if (metric == 0) ck_assert_ok(cx_nps_by(set, &options, &table, err));
        if (metric == 1) ck_assert_ok(cx_csat_by(set, &csat, &table, err));
        if (metric == 2) ck_assert_ok(cx_mean_score_by(set, &mean, &table, err));
        for (int64_t i = 0; i < count; i++) ck_assert_int_eq(present("n", i), nps[i]);
    }
}
END_TEST

/* -- the single figure --------------------------------------------------------------------- */

START_TEST(test_a_figure_of_fewer_than_min_n_answers_is_refused) {
    cx_tally *tally;
    cx_estimate estimate;
    const int8_t four[] = {9, 9, 3, 8};
    cx_array x = cx_array_of(four, CX_I8, 4);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    options.min_n = 5;
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_EMPTY, "no valid answer");
    ck_assert_ok(cx_tally_add(tally, &x, NULL, NULL, err));
    ck_assert_fails(cx_nps(tally, &options, &estimate, err), CX_E_SUPPRESSED, "min_n = 5");
    options.min_n = 4;
    ck_assert_ok(cx_nps(tally, &options, &estimate, err));
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_enps_shows_nothing_of_fewer_than_five_people_unless_told) {
    cx_tally *tally;
    cx_estimate estimate, nps;
    const int8_t five[] = {9, 9, 3, 8, 10};
    cx_array x = cx_array_of(five, CX_I8, 4);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &x, NULL, NULL, err));
    ck_assert_fails(cx_enps(tally, NULL, &estimate, err), CX_E_SUPPRESSED, "min_n = 5");
    ck_assert_fails(cx_enps(tally, &options, &estimate, err), CX_E_SUPPRESSED, "min_n = 5");
    options.min_n = 1;
    ck_assert_ok(cx_enps(tally, &options, &estimate, err));
    x.data = five + 4, x.length = 1;
    ck_assert_ok(cx_tally_add(tally, &x, NULL, NULL, err));
    ck_assert_ok(cx_enps(tally, NULL, &estimate, err));
    ck_assert_ok(cx_nps(tally, NULL, &nps, err));
    ck_assert_int_eq(memcmp(&estimate, &nps, sizeof nps), 0);
    cx_tally_free(tally);
}
END_TEST

START_TEST(test_enps_by_hides_small_teams) {
    add("sales", 1, 4, 9), add("sales", 2, 6, 3), add("sales", 3, 7, 8);
    group();
    ck_assert_ok(cx_enps_by(set, NULL, &table, err));
    ck_assert(!present("value", 0) && !present("value", 1) && present("value", 2));
}
END_TEST

START_TEST(test_a_negative_minimum_and_other_totals_are_refused) {
    cx_estimate estimate;
    cx_mean_options mean;
    add("north", 1, 6, 9);
    group();
    options.min_n = -1;
    ck_assert_fails(cx_nps_by(set, &options, &table, err), CX_E_OPTION, "min_n is -1");
    ck_assert_fails(cx_nps(cx_tallies_at(set, 0), &options, &estimate, err), CX_E_OPTION, "min_n");
    options.min_n = 0, options.totals = 2;
    ck_assert_fails(cx_nps_by(set, &options, &table, err), CX_E_OPTION, "totals is 2");
    cx_mean_options_init(&mean);
    mean.min_n = INT64_MIN;
    ck_assert_fails(cx_mean_score_by(set, &mean, &table, err), CX_E_OPTION, "min_n");
    mean.min_n = INT64_MAX;
    ck_assert_ok(cx_mean_score_by(set, &mean, &table, err));
    ck_assert(!present("n", 0));
}
END_TEST

Suite *suite_release(void) {
    Suite *suite = suite_create("release");
    TCase *tcase = tcase_create("release");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_totals_of_no_rows_are_no_rows);
    tcase_add_test(tcase, test_totals_of_one_cell_are_four_rows_alike);
    tcase_add_test(tcase, test_the_cube_has_every_margin_and_tells_missing_from_totalled);
    tcase_add_test(tcase, test_a_margin_row_is_the_metric_of_the_merged_tallies);
    tcase_add_test(tcase, test_a_margin_merges_and_travels_like_any_set);
    tcase_add_test(tcase, test_a_margin_of_no_key_or_of_all_is_told_apart);
    tcase_add_test(tcase, test_a_hidden_row_keeps_its_keys_and_nothing_else);
    tcase_add_test(tcase, test_an_empty_group_is_shown_as_empty_beside_hidden_ones);
    tcase_add_test(tcase,
                   test_the_same_rows_are_hidden_with_and_without_totals_and_in_every_metric);
    tcase_add_test(tcase, test_a_figure_of_fewer_than_min_n_answers_is_refused);
    tcase_add_test(tcase, test_enps_shows_nothing_of_fewer_than_five_people_unless_told);
    tcase_add_test(tcase, test_enps_by_hides_small_teams);
    tcase_add_test(tcase, test_a_negative_minimum_and_other_totals_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
