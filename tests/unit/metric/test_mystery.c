#include "figures.h"

static double points[3][64];
static int32_t auditors[64];
static char shop_text[256];
static int32_t shop_offsets[65];
static cx_array items[3], key[2], maximum, importance;
static cx_frame visits, auditor, shop;
static const double most[] = {5, 10, 1}, weights[] = {2, 1, 3};
static cx_mystery_result result;
static cx_table *table;
static vectors known;

static void setup(void) {
    static const char *const names[] = {"smile", "speed", "tidy"};
    vectors v = vectors_read("mystery_data");
    known = vectors_read("mystery");
    for (int64_t r = 0; r < v.rows; r++) {
        for (int i = 0; i < 3; i++) points[i][r] = vectors_number(&v, r, names[i]);
        auditors[r] = (int32_t)vectors_number(&v, r, "auditor");
        memcpy(shop_text + 2 * r, vectors_text(&v, r, "shop"), 2);
        shop_offsets[r + 1] = (int32_t)(2 * r + 2);
    }
    for (int i = 0; i < 3; i++) {
        items[i] = cx_array_of(points[i], CX_F64, v.rows);
        items[i].name = names[i];
    }
    key[0] = cx_array_of(auditors, CX_I32, v.rows);
    key[1] = cx_array_of(shop_text, CX_STRING, v.rows);
    key[1].offsets = shop_offsets;
    key[0].name = "auditor", key[1].name = "shop";
    maximum = cx_array_of(most, CX_F64, 3);
    importance = cx_array_of(weights, CX_F64, 3);
    visits = (cx_frame){items, 3, {0, 0}};
    auditor = (cx_frame){&key[0], 1, {0, 0}};
    shop = (cx_frame){&key[1], 1, {0, 0}};
    vectors_free(&v);
}

static void teardown(void) {
    vectors_free(&known);
}

static void rows(int64_t n) {
    for (int i = 0; i < 3; i++) items[i].length = n;
    key[0].length = key[1].length = n;
}

/* The state of some visits; read and freed by the functions below. */
static double pass_mark = 1;

static cx_status state_of(const cx_array *most_points, const cx_array *weight, const cx_frame *who,
                          const cx_frame *where, const cx_answer_options *answers, cx_mystery **out,
                          cx_error *err) {
    static const int32_t offsets[] = {0, 5, 10, 14};
    cx_array names = cx_array_of("smilespeedtidy", CX_STRING, 3);
    names.offsets = offsets;
    cx_status status = cx_mystery_new(&names, most_points, weight, pass_mark, NULL, out, err);
    if (status != CX_OK) return status;
    status = cx_mystery_add(*out, &visits, who, where, answers, err);
    if (status != CX_OK) cx_mystery_free(*out);
    return status;
}

static cx_status read_score(const cx_array *most_points, const cx_array *weight,
                            const cx_frame *who, const cx_frame *where,
                            const cx_answer_options *answers, cx_error *err) {
    cx_mystery *state;
    cx_status status = state_of(most_points, weight, who, where, answers, &state, err);
    if (status != CX_OK) return status;
    status = cx_mystery_score(state, NULL, &result, err);
    cx_mystery_free(state);
    return status;
}

static cx_status read_shops(const cx_array *most_points, const cx_array *weight,
                            const cx_frame *who, cx_error *err) {
    cx_mystery *state;
    cx_status status = state_of(most_points, weight, who, &shop, NULL, &state, err);
    if (status != CX_OK) return status;
    status = cx_mystery_shops(state, NULL, &table, err);
    cx_mystery_free(state);
    return status;
}

static cx_status read_items(const cx_array *most_points, const cx_array *weight,
                            const cx_answer_options *answers, cx_error *err) {
    cx_mystery *state;
    cx_status status = state_of(most_points, weight, NULL, NULL, answers, &state, err);
    if (status != CX_OK) return status;
    status = cx_mystery_items(state, NULL, &table, err);
    cx_mystery_free(state);
    return status;
}

#define RUN(err) read_score(&maximum, &importance, &auditor, &shop, NULL, err)

START_TEST(test_no_visits_and_visits_without_items_have_no_score) {
    rows(0);
    ck_assert_fails(RUN(err), CX_E_EMPTY, "no visit");
    rows(1);
    for (int i = 0; i < 3; i++) points[i][0] = NAN;
    ck_assert_fails(RUN(err), CX_E_EMPTY, "no visit");
    ck_assert_fails(read_shops(NULL, NULL, NULL, err), CX_E_EMPTY, "no visit");
}
END_TEST

START_TEST(test_one_visit_has_a_score_and_a_wide_interval) {
    rows(1);
    points[0][0] = 4, points[1][0] = NAN, points[2][0] = 1; /* (2 * 4 + 3) of (2 * 5 + 3) */
    ck_assert_ok(RUN(err));
    ck_assert_close(result.score.value, 11.0 / 13, 1e-14);
    ck_assert_int_eq(result.score.method, CX_METHOD_BOUNDED);
    ck_assert_double_lt(result.score.ci_low, 0.5);
    ck_assert(isnan(result.f) && isnan(result.icc) && isnan(result.se_visits));
    ck_assert(result.score.flags & CX_FLAG_UNIDENTIFIED);
    ck_assert_int_eq(result.auditors, 1);
    ck_assert_int_eq(result.shops, 1);
}
END_TEST

START_TEST(test_scores_all_alike_do_not_give_certainty) {
    for (int r = 0; r < 40; r++)
        for (int i = 0; i < 3; i++) points[i][r] = most[i];
    ck_assert_ok(RUN(err));
    ck_assert_double_eq(result.score.value, 1);
    ck_assert_double_lt(result.score.ci_low, 0.95);
    ck_assert_double_eq(result.score.ci_high, 1);
    ck_assert(isnan(result.f) && isnan(result.icc));
    ck_assert_double_eq(result.variance_within, 0);
}
END_TEST

START_TEST(test_scores_and_auditors_match_the_independent_numbers) {
    ck_assert_ok(RUN(err));
    ck_assert_close(result.score.value, vector_figure(&known, "score", "value"), 1e-12);
    ck_assert_close(result.score.se, vector_figure(&known, "score", "se"), 1e-12);
    ck_assert_close(result.score.ci_low, vector_figure(&known, "score", "ci_low"), 1e-10);
    ck_assert_close(result.score.df, vector_figure(&known, "score", "df"), 1e-12);
    ck_assert_close(result.se_visits, vector_figure(&known, "score", "se_visits"), 1e-12);
    ck_assert_close(result.f, vector_figure(&known, "anova", "f"), 1e-10);
    ck_assert_close(result.p_value, vector_figure(&known, "anova", "p_value"), 1e-10);
    ck_assert_close(result.variance_within, vector_figure(&known, "anova", "variance_within"),
                    1e-10);
    ck_assert_close(result.variance_between, vector_figure(&known, "anova", "variance_between"),
                    1e-10);
    ck_assert_close(result.icc, vector_figure(&known, "anova", "icc"), 1e-10);
    ck_assert_int_eq(result.visits + result.score.excluded[CX_EXCLUDED_NOT_APPLICABLE], 40);
    ck_assert_int_eq(result.auditors, 4);
    ck_assert_int_eq(result.shops, 6);
    ck_assert_int_eq(result.confounded, 0);
}
END_TEST

START_TEST(test_outlets_match_the_independent_numbers) {
    static const char *const names[] = {"s0", "s1", "s2", "s3", "s4", "s5"};
    ck_assert_ok(read_shops(&maximum, &importance, &auditor, err));
    ck_assert_int_eq(cx_table_rows(table), 6);
    for (int64_t s = 0; s < 6; s++) {
        ck_assert(table_word_is(table, "shop", s, names[s]));
        ck_assert_int_eq(table_expect(&known, names[s], table, s), 3);
        ck_assert_double_lt(table_number(table, "adjusted_ci_low", s),
                            table_number(table, "adjusted", s));
    }
    for (int64_t i = 0; i < cx_table_figures(table); i++) {
        const char *name = cx_table_figure_name(table, i);
        double found = cx_table_figure(table, i);
        if (strcmp(name, "identified") == 0)
            ck_assert_double_eq(found, 1);
        else
            ck_assert_close(found, vector_figure(&known, "cross", name), 1e-10);
    }
    cx_table_free(table);
}
END_TEST

START_TEST(test_items_match_the_independent_numbers) {
    static const char *const names[] = {"smile", "speed", "tidy"};
    pass_mark = 0.8;
    ck_assert_ok(read_items(&maximum, &importance, NULL, err));
    pass_mark = 1;
    for (int64_t i = 0; i < 3; i++) {
        ck_assert_int_eq(table_expect(&known, names[i], table, i), 4);
        ck_assert_double_eq(table_number(table, "n", i) + table_number(table, "not_applicable", i),
                            40);
    }
    ck_assert_close(table_number(table, "importance", 1), 10.0 / 23, 1e-14);
    cx_table_free(table);
}
END_TEST

START_TEST(test_auditors_with_outlets_of_their_own_are_not_told_apart) {
    for (int r = 0; r < 40; r++) auditors[r] = shop_text[2 * r + 1] / 2; /* two outlets each */
    ck_assert_ok(RUN(err));
    ck_assert_int_eq(result.confounded, 1);
    ck_assert_ok(read_shops(&maximum, &importance, &auditor, err));
    for (int64_t s = 0; s < 6; s++) {
        ck_assert(isnan(table_number(table, "adjusted", s)));
        ck_assert(!isnan(table_number(table, "value", s)));
    }
    cx_array flags;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "flags"), &flags, err));
    ck_assert(memcmp(flags.data, "not-identified", 14) == 0 ||
              memcmp(flags.data, "few,not-identified", 18) == 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_one_auditor_leaves_the_interval_over_visits) {
    for (int r = 0; r < 40; r++) auditors[r] = 1;
    ck_assert_ok(RUN(err));
    ck_assert_double_eq(result.score.se, result.se_visits);
    ck_assert(result.score.flags & CX_FLAG_UNIDENTIFIED);
    ck_assert(isnan(result.f) && isnan(result.p_value));
}
END_TEST

START_TEST(test_without_auditors_visits_are_independent) {
    ck_assert_ok(read_score(&maximum, &importance, NULL, NULL, NULL, err));
    ck_assert_double_eq(result.score.se, result.se_visits);
    ck_assert_int_eq(result.auditors + result.shops + result.confounded, 0);
    ck_assert(!(result.score.flags & CX_FLAG_UNIDENTIFIED));
    ck_assert_ok(read_shops(NULL, NULL, NULL, err));
    ck_assert(isnan(table_number(table, "adjusted", 0)));
    cx_table_free(table);
}
END_TEST

START_TEST(test_points_off_the_scale_are_left_out_or_refused) {
    cx_answer_options answers;
    cx_answer_options_init(&answers);
    ck_assert_ok(RUN(err));
    double before = result.score.value;
    points[2][3] = 7;
    ck_assert_ok(RUN(err));
    ck_assert_double_ne(result.score.value, before);
    answers.invalid = CX_INVALID_ERROR;
    ck_assert_fails(read_score(&maximum, NULL, NULL, NULL, &answers, err), CX_E_DOMAIN, "row 3");
    answers.not_applicable_count = 1, answers.not_applicable_codes[0] = 7;
    ck_assert_ok(read_score(&maximum, NULL, NULL, NULL, &answers, err));
    ck_assert_ok(read_items(&maximum, NULL, &answers, err));
    cx_table_free(table);
    points[0][2] = INFINITY;
    ck_assert_fails(RUN(err), CX_E_DOMAIN, "infinite");
}
END_TEST

START_TEST(test_maxima_weights_and_options_are_checked) {
    const double bad[] = {5, 0, 1}, zero[] = {0, 0, 0};
    maximum.data = bad;
    ck_assert_fails(RUN(err), CX_E_DOMAIN, "above 0");
    maximum.data = most, importance.data = zero;
    ck_assert_fails(RUN(err), CX_E_DOMAIN, "every importance");
    importance.length = 2;
    ck_assert_fails(RUN(err), CX_E_LENGTH, "3 items");
    pass_mark = 0;
    ck_assert_fails(read_score(NULL, NULL, NULL, NULL, NULL, err), CX_E_OPTION, "pass");
    pass_mark = 1;
}
END_TEST

/* -- states -------------------------------------------------------------------------------- */

static double shuffled[3][64];
static int32_t shuffled_auditors[64];
static char shuffled_shops[128];

/* The visits order[0] .. order[count - 1]. */
static cx_mystery *state_of_rows(const int *order, int64_t count) {
    cx_array columns[3], keys[2];
    cx_frame x = {columns, 3, {0, 0}}, who = {&keys[0], 1, {0, 0}}, where = {&keys[1], 1, {0, 0}};
    for (int64_t r = 0; r < count; r++) {
        for (int i = 0; i < 3; i++) shuffled[i][r] = points[i][order[r]];
        shuffled_auditors[r] = auditors[order[r]];
        memcpy(shuffled_shops + 2 * r, shop_text + 2 * order[r], 2);
    }
    for (int i = 0; i < 3; i++) {
        columns[i] = items[i];
        columns[i].data = shuffled[i], columns[i].length = count;
    }
    for (int k = 0; k < 2; k++) keys[k] = key[k], keys[k].length = count;
    keys[0].data = shuffled_auditors, keys[1].data = shuffled_shops;
    cx_mystery *state;
    static const int32_t offsets[] = {0, 5, 10, 14};
    cx_array names = cx_array_of("smilespeedtidy", CX_STRING, 3);
    names.offsets = offsets;
    ck_assert_ok(cx_mystery_new(&names, &maximum, &importance, 0.8, NULL, &state, err));
    ck_assert_ok(cx_mystery_add(state, &x, &who, &where, NULL, err));
    return state;
}

static void assert_same_bytes(const cx_mystery *a, const cx_mystery *b) {
    static uint8_t x[8192], y[8192];
    size_t size = cx_mystery_encoded_size(a);
    ck_assert(cx_mystery_equal(a, b));
    ck_assert_uint_eq(cx_mystery_encoded_size(b), size);
    ck_assert_uint_le(size, sizeof x);
    ck_assert_ok(cx_mystery_encode(a, x, size, err));
    ck_assert_ok(cx_mystery_encode(b, y, size, err));
    ck_assert_int_eq(memcmp(x, y, size), 0);
}

START_TEST(test_any_order_and_split_of_the_visits_gives_the_same_bytes_and_figures) {
    int order[40];
    cx_mystery_result whole;
    for (int r = 0; r < 40; r++) order[r] = r;
    cx_mystery *all = state_of_rows(order, 40);
    ck_assert_ok(cx_mystery_score(all, NULL, &whole, err));
    for (int cut = 0; cut <= 40; cut += 8) {
        for (int r = 0; r < 40; r++) order[r] = (7 * r + cut) % 40;
        cx_mystery *a = state_of_rows(order, cut), *b = state_of_rows(order + cut, 40 - cut);
        ck_assert_ok(cx_mystery_merge(b, a, err));
        assert_same_bytes(b, all);
        ck_assert_ok(cx_mystery_score(b, NULL, &result, err));
        ck_assert_int_eq(memcmp(&result, &whole, sizeof result), 0);
        cx_mystery_free(a);
        cx_mystery_free(b);
    }
    cx_mystery_free(all);
}
END_TEST

START_TEST(test_a_state_is_copied_reset_doubled_and_read_back) {
    int order[40];
    uint8_t bytes[8192];
    for (int r = 0; r < 40; r++) order[r] = r;
    cx_mystery *state = state_of_rows(order, 40), *copy, *again;
    ck_assert_ok(cx_mystery_copy(state, NULL, &copy, err));
    assert_same_bytes(state, copy);
    size_t size = cx_mystery_encoded_size(state);
    ck_assert_ok(cx_mystery_encode(state, bytes, size, err));
    ck_assert_ok(cx_mystery_decode(bytes, size, NULL, &again, err));
    assert_same_bytes(state, again);
    ck_assert_ok(cx_mystery_merge(copy, copy, err));
    ck_assert_ok(cx_mystery_merge(again, state, err));
    assert_same_bytes(copy, again);
    ck_assert_int_eq(cx_mystery_n(copy), 2 * cx_mystery_n(state));
    ck_assert_int_eq(cx_mystery_n(state) + cx_mystery_excluded(state, CX_EXCLUDED_NOT_APPLICABLE),
                     40);
    cx_mystery_reset(copy);
    ck_assert_int_eq(cx_mystery_n(copy), 0);
    ck_assert_int_eq(cx_mystery_auditor_columns(copy), 0);
    ck_assert_ok(cx_mystery_merge(copy, state, err));
    assert_same_bytes(copy, state);
    ck_assert_int_eq(cx_mystery_columns(state), 3);
    ck_assert_str_eq(cx_mystery_name(state, 1), "speed");
    ck_assert_ptr_null(cx_mystery_name(state, 3));
    ck_assert_int_eq(cx_mystery_auditor_columns(state), 1);
    ck_assert_int_eq(cx_mystery_shop_columns(state), 1);
    cx_mystery_free(state);
    cx_mystery_free(copy);
    cx_mystery_free(again);
}
END_TEST

START_TEST(test_states_that_do_not_fit_are_refused_and_unchanged) {
    cx_mystery *plain, *keyed, *other;
    ck_assert_ok(state_of(&maximum, &importance, NULL, NULL, NULL, &plain, err));
    ck_assert_ok(state_of(&maximum, &importance, &auditor, &shop, NULL, &keyed, err));
    pass_mark = 0.5;
    ck_assert_ok(state_of(&maximum, &importance, &auditor, &shop, NULL, &other, err));
    pass_mark = 1;
    int64_t before = cx_mystery_n(plain);
    ck_assert_fails(cx_mystery_merge(plain, keyed, err), CX_E_MISMATCH, "key columns");
    ck_assert_fails(cx_mystery_merge(keyed, other, err), CX_E_MISMATCH, "pass marks");
    ck_assert_fails(cx_mystery_add(keyed, &visits, NULL, &shop, NULL, err), CX_E_MISMATCH, "key");
    ck_assert_fails(cx_mystery_shops(plain, NULL, &table, err), CX_E_MISMATCH, "outlets");
    points[1][9] = INFINITY;
    ck_assert_fails(cx_mystery_add(plain, &visits, NULL, NULL, NULL, err), CX_E_DOMAIN, "infinite");
    ck_assert_int_eq(cx_mystery_n(plain), before);
    items[2].name = "another";
    ck_assert_fails(cx_mystery_add(plain, &visits, NULL, NULL, NULL, err), CX_E_NAME, "tidy");
    cx_mystery_free(plain);
    cx_mystery_free(keyed);
    cx_mystery_free(other);
}
END_TEST

Suite *suite_mystery(void) {
    Suite *suite = suite_create("mystery");
    TCase *tcase = tcase_create("mystery");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_no_visits_and_visits_without_items_have_no_score);
    tcase_add_test(tcase, test_one_visit_has_a_score_and_a_wide_interval);
    tcase_add_test(tcase, test_scores_all_alike_do_not_give_certainty);
    tcase_add_test(tcase, test_scores_and_auditors_match_the_independent_numbers);
    tcase_add_test(tcase, test_outlets_match_the_independent_numbers);
    tcase_add_test(tcase, test_items_match_the_independent_numbers);
    tcase_add_test(tcase, test_auditors_with_outlets_of_their_own_are_not_told_apart);
    tcase_add_test(tcase, test_one_auditor_leaves_the_interval_over_visits);
    tcase_add_test(tcase, test_without_auditors_visits_are_independent);
    tcase_add_test(tcase, test_points_off_the_scale_are_left_out_or_refused);
    tcase_add_test(tcase, test_maxima_weights_and_options_are_checked);
    tcase_add_test(tcase, test_any_order_and_split_of_the_visits_gives_the_same_bytes_and_figures);
    tcase_add_test(tcase, test_a_state_is_copied_reset_doubled_and_read_back);
    tcase_add_test(tcase, test_states_that_do_not_fit_are_refused_and_unchanged);
    suite_add_tcase(suite, tcase);
    return suite;
}
