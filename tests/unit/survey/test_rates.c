#include "../metric/figures.h"
#include "calibrated.h"

static cx_dispositions counts;
static cx_rates rates;
static cx_rates_options opts;
static cx_dispositions_options how;

static void setup(void) {
    memset(&counts, 0, sizeof counts);
    cx_rates_options_init(&opts);
    cx_dispositions_options_init(&how);
}

START_TEST(test_a_bucket_nothing_was_sent_in_has_no_rate_at_all) {
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert(isnan(rates.rr1) && isnan(rates.rr6) && isnan(rates.coop1) && isnan(rates.con3));
    ck_assert(isnan(rates.e) && isnan(rates.coverage));
    cx_table *table;
    cx_array value;
    ck_assert_ok(cx_response_rates_table(&counts, NULL, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 16);
    ck_assert_ok(cx_table_column(table, 1, &value, err));
    for (int i = 0; i < 16; i++) ck_assert_int_eq(value.validity[i / 8] >> i % 8 & 1, 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_nobody_answered_is_a_rate_of_0) {
    counts.noncontact = 10;
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert_double_eq(rates.rr1, 0);
    ck_assert(isnan(rates.coop1));
    ck_assert_double_eq(rates.con1, 0);
}
END_TEST

static double *rate_of(const char *name) {
    static const char *const names[] = {"rr1",   "rr2",   "rr3",   "rr4",   "rr5",  "rr6",
                                        "coop1", "coop2", "coop3", "coop4", "ref1", "ref2",
                                        "ref3",  "con1",  "con2",  "con3",  "e"};
    for (int i = 0; i < 17; i++)
        if (strcmp(names[i], name) == 0) return &rates.rr1 + i;
    ck_abort_msg("no rate %s", name);
    return NULL;
}

START_TEST(test_rates_agree_with_published_numbers) {
    vectors v = vectors_read("response_rates");
    for (int64_t r = 0; r < v.rows; r++) {
        double *count = &counts.complete;
        static const char *const names[] = {"I", "P", "R", "NC", "O", "UH", "UO", "NE"};
        for (int i = 0; i < 8; i++) count[i] = vectors_number(&v, r, names[i]);
        opts.e = vectors_number(&v, r, "e");
        ck_assert_ok(cx_response_rates(&counts, &opts, &rates, err));
        ck_assert_near(*rate_of(vectors_text(&v, r, "rate")), vectors_number(&v, r, "value"),
                       vectors_number(&v, r, "tolerance"));
    }
    ck_assert_int_ge(v.rows, 32);
    vectors_free(&v);
}
END_TEST

START_TEST(test_the_unknown_are_taken_in_proportion_by_default) {
    counts =
        (cx_dispositions){.complete = 30, .noncontact = 30, .unknown_other = 40, .ineligible = 20};
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert_close(rates.e, 0.75, 1e-15);
    ck_assert_close(rates.rr3, 30.0 / (60 + 30), 1e-15);
    counts.complete = counts.noncontact = counts.ineligible = 0; /* no known one to go by */
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert_double_eq(rates.rr1, 0);
    ck_assert(isnan(rates.rr3));
}
END_TEST

START_TEST(test_sums_of_weights_give_weighted_rates_without_intervals) {
    counts = (cx_dispositions){.complete = 2.5, .noncontact = 7.5};
    cx_table *table;
    cx_array low;
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert_close(rates.rr1, 0.25, 1e-15);
    ck_assert_ok(cx_response_rates_table(&counts, NULL, &table, err));
    ck_assert_ok(cx_table_column(table, 2, &low, err));
    ck_assert_int_eq(low.validity[0] & 1, 0);
    cx_table_free(table);
    counts = (cx_dispositions){.complete = 19, .noncontact = 19};
    ck_assert_ok(cx_response_rates_table(&counts, NULL, &table, err));
    ck_assert_close(table_number(table, "ci_low", 0), 0.348499283643951, 1e-12);
    ck_assert_close(table_number(table, "ci_high", 0), 0.651500716356049, 1e-12);
    ck_assert_double_eq(table_number(table, "denominator", 0), 38);
    cx_table_free(table);
}
END_TEST

START_TEST(test_bad_counts_and_shares_are_refused) {
    counts.refusal = -1;
    ck_assert_fails(cx_response_rates(&counts, NULL, &rates, err), CX_E_DOMAIN, "refusal is -1");
    counts.refusal = NAN;
    ck_assert_fails(cx_response_rates(&counts, NULL, &rates, err), CX_E_DOMAIN, "refusal");
    counts.refusal = 1;
    opts.e = 1.01;
    ck_assert_fails(cx_response_rates(&counts, &opts, &rates, err), CX_E_OPTION, "e is 1.01");
    opts.e = -0.1;
    ck_assert_fails(cx_response_rates(&counts, &opts, &rates, err), CX_E_OPTION, "e is -0.1");
}
END_TEST

/* -- events -------------------------------------------------------------------------------- */

static words event_words, id_words;

static cx_status of(const char *events, const char *ids, const double *progress,
                    const double *weights, cx_error *err) {
    cx_array event = *words_split(&event_words, "event", events), id, share, weight;
    if (ids != NULL) id = *words_split(&id_words, "id", ids);
    if (progress != NULL) share = doubles(progress, event.length, "progress");
    if (weights != NULL) weight = doubles(weights, event.length, "weight");
    return cx_dispositions_of(&event, ids != NULL ? &id : NULL, progress != NULL ? &share : NULL,
                              weights != NULL ? &weight : NULL, &how, &counts, err);
}

START_TEST(test_each_event_alone_has_its_class) {
    ck_assert_ok(of("sent delivered opened bounced started finished refused ineligible quarantined "
                    "opted-out",
                    NULL, NULL, NULL, err));
    ck_assert_double_eq(counts.noncontact, 3);
    ck_assert_double_eq(counts.unknown_other, 1);
    ck_assert_double_eq(counts.refusal, 2); /* broken off, and refused */
    ck_assert_double_eq(counts.complete, 1);
    ck_assert_double_eq(counts.ineligible, 1);
    ck_assert_double_eq(counts.not_sampled, 2);
    ck_assert_double_eq(counts.partial, 0);
    ck_assert_int_eq(counts.invitations, 10);
    how.bounced = CX_DISPOSITION_INELIGIBLE;
    how.opened = CX_DISPOSITION_REFUSAL;
    how.sent = CX_DISPOSITION_UNKNOWN_OTHER;
    ck_assert_ok(of("sent opened bounced", NULL, NULL, NULL, err));
    ck_assert_double_eq(counts.ineligible, 1);
    ck_assert_double_eq(counts.refusal, 1);
    ck_assert_double_eq(counts.unknown_other, 1);
}
END_TEST

START_TEST(test_the_furthest_event_of_an_invitation_decides_in_any_order) {
    ck_assert_ok(of("finished sent sent started opened delivered sent quarantined",
                    "1 1 2 1 2 1 3 4", NULL, NULL, err));
    ck_assert_int_eq(counts.invitations, 4);
    ck_assert_double_eq(counts.complete, 1);
    ck_assert_double_eq(counts.noncontact, 2);
    ck_assert_double_eq(counts.not_sampled, 1);
    ck_assert_ok(cx_response_rates(&counts, NULL, &rates, err));
    ck_assert_close(rates.rr1, 1.0 / 3, 1e-15); /* the quarantined is no non-response */
    ck_assert_close(rates.coverage, 0.75, 1e-15);
}
END_TEST

START_TEST(test_who_opts_out_of_an_invitation_refuses_it) {
    ck_assert_ok(of("sent opted-out opted-out", "1 1 2", NULL, NULL, err));
    ck_assert_double_eq(counts.refusal, 1);
    ck_assert_double_eq(counts.not_sampled, 1);
}
END_TEST

START_TEST(test_progress_tells_partial_answers_from_breaking_off) {
    double progress[] = {0.5, 0.49, NAN, 0.2, 0.9};
    ck_assert_ok(of("started started started started started", "1 2 3 4 4", progress, NULL, err));
    ck_assert_double_eq(counts.partial, 2);
    ck_assert_double_eq(counts.refusal, 2);
    progress[0] = 1.5;
    ck_assert_fails(of("started started started started started", NULL, progress, NULL, err),
                    CX_E_DOMAIN, "row 0");
}
END_TEST

START_TEST(test_weights_are_those_of_invitations) {
    double weights[] = {2, 3, 2};
    ck_assert_ok(of("sent sent finished", "1 2 1", NULL, weights, err));
    ck_assert_double_eq(counts.complete, 2);
    ck_assert_double_eq(counts.noncontact, 3);
    weights[2] = 1;
    ck_assert_fails(of("sent sent finished", "1 2 1", NULL, weights, err), CX_E_DOMAIN,
                    "the same invitation");
}
END_TEST

START_TEST(test_rows_without_an_id_are_counted_apart) {
    int32_t ids[] = {1, 1, 0, 2}, events[] = {0, 5, 5, 0};
    static const uint8_t present[] = {0x0B};
    cx_array event = cx_array_of(events, CX_I32, 4), id = cx_array_of(ids, CX_I32, 4);
    id.validity = present;
    ck_assert_ok(cx_dispositions_of(&event, &id, NULL, NULL, NULL, &counts, err));
    ck_assert_int_eq(counts.no_id, 1);
    ck_assert_int_eq(counts.invitations, 2);
    ck_assert_double_eq(counts.complete, 1);
}
END_TEST

START_TEST(test_unknown_events_name_their_row) {
    ck_assert_fails(of("sent clicked", NULL, NULL, NULL, err), CX_E_DOMAIN, "row 1");
    ck_assert_fails(of("sent clicked", NULL, NULL, NULL, err), CX_E_DOMAIN, "clicked");
    ck_assert_fails(of("sent", "", NULL, NULL, err), CX_E_LENGTH, "id has 0");
    ck_assert_fails(of("", NULL, NULL, NULL, err), CX_E_EMPTY, "no invitation");
    double numbers[] = {1, 10};
    cx_array event = doubles(numbers, 2, "event");
    ck_assert_fails(cx_dispositions_of(&event, NULL, NULL, NULL, NULL, &counts, err), CX_E_DOMAIN,
                    "10 is not the number");
    numbers[1] = NAN;
    ck_assert_fails(cx_dispositions_of(&event, NULL, NULL, NULL, NULL, &counts, err), CX_E_DOMAIN,
                    "missing");
    how.partial_at = 2;
    ck_assert_fails(of("sent", NULL, NULL, NULL, err), CX_E_OPTION, "partial_at");
    cx_dispositions_options_init(&how);
    how.opened = CX_DISPOSITION_END;
    ck_assert_fails(of("sent", NULL, NULL, NULL, err), CX_E_OPTION, "opened");
}
END_TEST

/* -- keys ---------------------------------------------------------------------------------- */

static words channel_words;

static cx_status of_channels(const char *channels, const char *ids, cx_table **out, cx_error *e) {
    cx_array event = *words_split(&event_words, "event", "sent finished sent quarantined sent");
    cx_array channel = *words_split(&channel_words, "channel", channels), id;
    cx_frame by = {&channel, 1, {0, 0}};
    if (ids != NULL) id = *words_split(&id_words, "id", ids);
    return cx_dispositions_by(&event, ids != NULL ? &id : NULL, NULL, NULL, &by, &how, &opts, out,
                              e);
}

START_TEST(test_each_key_has_its_counts_and_rates) {
    cx_table *table;
    ck_assert_ok(of_channels("mail mail app app mail", "1 1 2 3 4", &table, err));
    ck_assert_int_eq(cx_table_rows(table), 2); /* app, mail */
    ck_assert_int_eq(cx_table_columns(table), 1 + 9 + 2 + 18);
    ck_assert(table_word_is(table, "channel", 0, "app"));
    static const struct {
        const char *name;
        double app, mail;
    } figures[] = {{"complete", 0, 1}, {"noncontact", 1, 1}, {"not_sampled", 1, 0},
                   {"rr1", 0, 0.5},    {"coverage", 0.5, 1}, {"invitations", 2, 2}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        ck_assert_double_eq(table_number(table, figures[i].name, 0), figures[i].app);
        ck_assert_double_eq(table_number(table, figures[i].name, 1), figures[i].mail);
    }
    cx_table_free(table);
}
END_TEST

START_TEST(test_a_key_nobody_was_asked_in_has_counts_and_no_rate) {
    cx_table *table;
    ck_assert_ok(of_channels("mail mail mail app mail", NULL, &table, err));
    ck_assert_double_eq(table_number(table, "not_sampled", 0), 1);
    ck_assert(isnan(table_number(table, "rr1", 0)));
    ck_assert_double_eq(table_number(table, "coverage", 0), 0);
    ck_assert_double_eq(table_number(table, "rr1", 1), 0.25);
    cx_table_free(table);
}
END_TEST

START_TEST(test_keys_add_up_to_the_whole) {
    cx_table *table;
    cx_array event = *words_split(&event_words, "event",
                                  "sent started finished bounced opened refused finished sent");
    cx_array wave = *words_split(&channel_words, "wave", "1 1 2 2 3 3 3 1");
    cx_frame by = {&wave, 1, {0, 0}};
    static const char *const names[] = {"complete", "refusal", "noncontact", "unknown_other"};
    ck_assert_ok(cx_dispositions_of(&event, NULL, NULL, NULL, &how, &counts, err));
    ck_assert_ok(cx_dispositions_by(&event, NULL, NULL, NULL, &by, &how, NULL, &table, err));
    const double whole[] = {counts.complete, counts.refusal, counts.noncontact,
                            counts.unknown_other};
    for (int i = 0; i < 4; i++) {
        double sum = 0;
        for (int64_t r = 0; r < 3; r++) sum += table_number(table, names[i], r);
        ck_assert_double_eq(sum, whole[i]);
    }
    cx_table_free(table);
}
END_TEST

START_TEST(test_rows_without_an_id_are_counted_at_their_key) {
    static const uint8_t present[] = {0x0A};
    int32_t ids[] = {0, 1, 0, 2}, events[] = {0, 5, 5, 0}, keys[] = {7, 7, 8, 7};
    cx_array event = cx_array_of(events, CX_I32, 4), id = cx_array_of(ids, CX_I32, 4);
    cx_array key = cx_array_of(keys, CX_I32, 4);
    cx_frame by = {&key, 1, {0, 0}};
    cx_table *table;
    id.validity = present;
    key.name = "wave";
    ck_assert_ok(cx_dispositions_by(&event, &id, NULL, NULL, &by, NULL, NULL, &table, err));
    ck_assert_double_eq(table_number(table, "no_id", 0), 1);
    ck_assert_double_eq(table_number(table, "no_id", 1), 1);
    ck_assert_double_eq(table_number(table, "invitations", 0), 2);
    ck_assert_double_eq(table_number(table, "invitations", 1), 0);
    cx_table_free(table);
}
END_TEST

START_TEST(test_an_invitation_has_one_key) {
    cx_table *table;
    ck_assert_fails(of_channels("mail app app app mail", "1 1 2 3 4", &table, err), CX_E_DOMAIN,
                    "row 1");
    ck_assert_fails(of_channels("mail app", "1 1 2 3 4", &table, err), CX_E_LENGTH, "2");
    opts.e = 2;
    ck_assert_fails(of_channels("mail mail app app mail", "1 1 2 3 4", &table, err), CX_E_OPTION,
                    "e is 2");
}
END_TEST

Suite *suite_rates(void);
Suite *suite_rates(void) {
    Suite *suite = suite_create("rates");
    TCase *tcase = tcase_create("rates");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_a_bucket_nothing_was_sent_in_has_no_rate_at_all);
    tcase_add_test(tcase, test_nobody_answered_is_a_rate_of_0);
    tcase_add_test(tcase, test_rates_agree_with_published_numbers);
    tcase_add_test(tcase, test_the_unknown_are_taken_in_proportion_by_default);
    tcase_add_test(tcase, test_sums_of_weights_give_weighted_rates_without_intervals);
    tcase_add_test(tcase, test_bad_counts_and_shares_are_refused);
    tcase_add_test(tcase, test_each_event_alone_has_its_class);
    tcase_add_test(tcase, test_the_furthest_event_of_an_invitation_decides_in_any_order);
    tcase_add_test(tcase, test_who_opts_out_of_an_invitation_refuses_it);
    tcase_add_test(tcase, test_progress_tells_partial_answers_from_breaking_off);
    tcase_add_test(tcase, test_weights_are_those_of_invitations);
    tcase_add_test(tcase, test_rows_without_an_id_are_counted_apart);
    tcase_add_test(tcase, test_unknown_events_name_their_row);
    tcase_add_test(tcase, test_each_key_has_its_counts_and_rates);
    tcase_add_test(tcase, test_a_key_nobody_was_asked_in_has_counts_and_no_rate);
    tcase_add_test(tcase, test_keys_add_up_to_the_whole);
    tcase_add_test(tcase, test_rows_without_an_id_are_counted_at_their_key);
    tcase_add_test(tcase, test_an_invitation_has_one_key);
    suite_add_tcase(suite, tcase);
    return suite;
}
