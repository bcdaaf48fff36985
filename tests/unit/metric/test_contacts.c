#include "../support.h"

/* -- a log --------------------------------------------------------------------------------- */

#define DAY INT64_C(86400000000)
#define SECOND INT64_C(1000000)
enum { MOST = 4000 };

static int64_t customer[MOST], moment[MOST], topic[MOST], channel[MOST], team[MOST];
static int8_t abandoned[MOST], outbound[MOST], indexed[MOST], transfers[MOST];
static int64_t rows;
static bool with_topic, with_channel, with_abandoned, with_outbound, with_index, with_transfers;
static cx_array columns[8], by_column;
static cx_frame log_frame, by_frame;
static cx_contacts_options options;
static cx_fcr_result result;

static void setup(void) {
    rows = 0;
    with_topic = with_channel = with_abandoned = with_outbound = with_index = with_transfers =
        false;
    memset(topic, 0, sizeof topic), memset(channel, 0, sizeof channel);
    memset(team, 0, sizeof team), memset(abandoned, 0, sizeof abandoned);
    memset(outbound, 0, sizeof outbound), memset(transfers, 0, sizeof transfers);
    memset(indexed, 1, sizeof indexed);
    cx_contacts_options_init(&options);
    options.start = 0;
    options.end = 100 * DAY;
}

static void add(int64_t who, double day) {
    customer[rows] = who;
    moment[rows++] = (int64_t)llround(day * (double)DAY);
}

static void column(const void *data, cx_dtype type, const char *name) {
    columns[log_frame.count] = cx_array_of(data, type, rows);
    columns[log_frame.count++].name = name;
}

static const cx_frame *the_log(void) {
    log_frame = (cx_frame){columns, 0, {0, 0}};
    column(customer, CX_I64, "customer");
    column(moment, CX_I64, "time");
    if (with_topic) column(topic, CX_I64, "topic");
    if (with_channel) column(channel, CX_I64, "channel");
    if (with_abandoned) column(abandoned, CX_I8, "abandoned");
    if (with_outbound) column(outbound, CX_I8, "outbound");
    if (with_index) column(indexed, CX_I8, "index");
    if (with_transfers) column(transfers, CX_I8, "transfers");
    by_column = cx_array_of(team, CX_I64, rows);
    by_column.name = "team";
    by_frame = (cx_frame){&by_column, 1, {0, 0}};
    return &log_frame;
}

static void fcr(void) {
    ck_assert_ok(cx_fcr(the_log(), NULL, NULL, &options, &result, err));
}

static void counts_add_up(void) {
    ck_assert_int_eq(result.contacts, result.estimate.n + result.run_in + result.later +
                                          result.not_index + result.cut);
    int64_t left = 0;
    for (int i = 0; i < CX_EXCLUDED_END; i++) left += result.estimate.excluded[i];
    ck_assert_int_eq(result.rows, result.contacts + left);
    ck_assert(result.estimate.ci_low <= result.estimate.value);
    ck_assert(result.estimate.ci_high >= result.estimate.value);
    ck_assert(result.estimate.ci_low >= 0 && result.estimate.ci_high <= 1);
    ck_assert_double_lt(result.estimate.ci_low, result.estimate.ci_high);
}

static double draw(uint64_t index, uint32_t what) {
    return cx_random_uniform(20, 7, index, what);
}

/* Customers of different habits, in no order of time. */
static void random_log(int64_t count, int64_t customers) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t k = (uint64_t)i;
        double u = draw(k, 0);
        add((int64_t)floor((double)customers * u * u), floor(draw(k, 1) * 100 * 86400) / 86400);
        topic[i] = (int64_t)floor(3 * draw(k, 2));
        channel[i] = (int64_t)floor(3 * draw(k, 3));
        team[i] = (int64_t)floor(4 * draw(k, 4));
        abandoned[i] = draw(k, 5) < 0.2;
        outbound[i] = draw(k, 6) < 0.1;
        transfers[i] = (int8_t)floor(3 * draw(k, 7));
    }
}

/* -- the same by brute force --------------------------------------------------------------- */

typedef struct plain {
    int64_t who, time, topic;
    bool no_index, used;
} plain;

static plain plains[MOST];
static int64_t plain_count;

static int plain_compare(const void *a, const void *b) {
    const plain *x = a, *y = b;
    if (x->who != y->who) return x->who < y->who ? -1 : 1;
    if (x->topic != y->topic) return x->topic < y->topic ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (int)x->no_index - (int)y->no_index;
}

static void plain_log(void) {
    int64_t gap = (int64_t)(options.merge_gap * 1e6), kept = 0;
    plain_count = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (with_outbound && outbound[i] && options.outbound == CX_CONTACT_IGNORED) continue;
        plains[plain_count++] = (plain){
            customer[i], moment[i], with_topic ? topic[i] : 0,
            with_abandoned && abandoned[i] && options.abandoned == CX_CONTACT_REPEAT, false};
    }
    qsort(plains, (size_t)plain_count, sizeof *plains, plain_compare);
    for (int64_t i = 0; i < plain_count; i++) {
        plain *last = kept > 0 ? &plains[kept - 1] : NULL;
        if (last != NULL && last->who == plains[i].who && last->topic == plains[i].topic &&
            plains[i].time - last->time < gap)
            last->no_index = last->no_index && plains[i].no_index;
        else
            plains[kept++] = plains[i];
    }
    plain_count = kept;
}

/* Kaplan-Meier at the end of the window without the contacts of one customer, by definition. */
static double plain_fcr(bool every, int64_t without, int64_t *index) {
    int64_t window = (int64_t)(options.window * 1e6), n = 0;
    static int64_t times[MOST];
    static bool events[MOST];
    for (int64_t i = 0; i < plain_count; i++) {
        const plain *p = &plains[i];
        int64_t before = INT64_MAX, after = INT64_MAX, follow = options.end - p->time;
        for (int64_t j = 0; j < plain_count; j++) {
            const plain *q = &plains[j];
            if (j == i || q->who != p->who || q->topic != p->topic) continue;
            if (j < i && p->time - q->time < before) before = p->time - q->time;
            if (j > i && q->time - p->time < after) after = q->time - p->time;
        }
        if (p->who == without || p->no_index) continue;
        if (!every && (p->time - options.start < window || before < window)) continue;
        events[n] = after < window;
        times[n++] = after < window ? after : follow < window ? follow : window;
    }
    double survival = 1;
    *index = n;
    for (int64_t i = 0; i < n; i++) {
        int64_t at_risk = 0, gone = 0, same = 0;
        if (!events[i]) continue;
        for (int64_t j = 0; j < n; j++) {
            at_risk += times[j] >= times[i];
            gone += events[j] && times[j] == times[i];
            same += events[j] && times[j] == times[i] && j < i;
        }
        if (same == 0) survival *= 1 - (double)gone / (double)at_risk;
    }
    return survival;
}

/* Leaves out every customer in turn: exactly, and at any cost. */
static double plain_jackknife(bool every, int64_t customers) {
    static double without[MOST];
    int64_t all, index, m = 0;
    double mean = 0, sum = 0;
    plain_fcr(every, -1, &all);
    for (int64_t c = 0; c < customers; c++) {
        double value = plain_fcr(every, c, &index);
        if (index == all) continue;
        without[m++] = value;
        mean += value;
    }
    mean /= (double)m;
    for (int64_t i = 0; i < m; i++) sum += (without[i] - mean) * (without[i] - mean);
    return sqrt((double)(m - 1) / (double)m * sum);
}

/* -- empty, one ---------------------------------------------------------------------------- */

START_TEST(test_fcr_of_an_empty_log_is_no_number) {
    memset(&result, 0xAB, sizeof result);
    cx_fcr_result before = result;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "index");
    ck_assert_int_eq(memcmp(&result, &before, sizeof result), 0);
    options.start = INT64_MIN;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "no time");
}
END_TEST

START_TEST(test_fcr_of_one_contact_is_one_with_a_wide_interval) {
    add(1, 50);
    fcr();
    ck_assert_double_eq(result.estimate.value, 1);
    ck_assert_double_lt(result.estimate.ci_low, 0.3);
    ck_assert(isnan(result.estimate.se));
    ck_assert(result.estimate.flags & CX_FLAG_NO_VARIANCE);
    ck_assert(result.estimate.flags & CX_FLAG_FEW);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_within_the_first_window_is_no_number) {
    add(1, 3);
    add(2, 6.9);
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "first");
}
END_TEST

/* -- constant ------------------------------------------------------------------------------ */

START_TEST(test_fcr_without_repeats_has_an_interval_of_positive_width) {
    for (int i = 0; i < 20; i++) add(i, 30 + i);
    fcr();
    ck_assert_double_eq(result.estimate.value, 1);
    cx_estimate wilson;
    ck_assert_ok(cx_share(20, 20, NULL, &wilson, err));
    ck_assert_close(result.estimate.ci_low, wilson.ci_low, 1e-12);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_of_nothing_but_repeats_is_zero) {
    for (int i = 0; i < 20; i++) add(i, 30 + i), add(i, 33 + i);
    fcr();
    ck_assert_double_eq(result.estimate.value, 0);
    ck_assert_int_eq(result.repeats, 20);
    ck_assert_int_eq(result.later, 20);
    ck_assert_double_gt(result.estimate.ci_high, 0.1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_without_repeats_counts_only_those_followed_to_the_end) {
    for (int i = 0; i < 20; i++) add(i, i < 10 ? 50 : 99);
    fcr();
    ck_assert_int_eq(result.censored, 10);
    ck_assert_double_eq(result.estimate.n_eff, 10);
}
END_TEST

/* -- definitions --------------------------------------------------------------------------- */

START_TEST(test_fcr_a_contact_exactly_one_window_later_is_no_repeat) {
    add(1, 20), add(1, 27), add(2, 20), add(2, 27 - 1e-9);
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_only_first_contacts_of_an_issue_are_an_index) {
    for (int i = 0; i < 10; i++) add(1, 20 + 2 * i);
    add(2, 40);
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.later, 9);
    ck_assert_double_eq(result.estimate.value, 0.5);
    ck_assert_int_eq(result.issues, 2);
    ck_assert_double_eq(result.contacts_per_issue, 5.5);
    counts_add_up();
    ck_assert_ok(cx_non_repeat(the_log(), NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 11);
    ck_assert_close(result.estimate.value, 2.0 / 11, 1e-14);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_the_first_window_is_run_in) {
    add(1, 6.99), add(2, 7), add(3, 5), add(3, 11);
    fcr();
    ck_assert_int_eq(result.run_in, 2);
    ck_assert_int_eq(result.later, 1);
    ck_assert_int_eq(result.estimate.n, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_another_topic_is_another_issue) {
    add(1, 20), add(1, 21);
    topic[1] = 5;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
    with_topic = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.customers, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_duplicates_of_the_same_minute_are_one_contact) {
    add(1, 20), add(1, 20 + 59.0 / 86400), add(2, 20), add(2, 20 + 60.0 / 86400);
    fcr();
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_DUPLICATE], 1);
    ck_assert_int_eq(result.contacts, 3);
    ck_assert_int_eq(result.repeats, 1);
    options.merge_gap = 0;
    fcr();
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_DUPLICATE], 0);
    ck_assert_int_eq(result.repeats, 2);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_two_channels_in_one_minute_are_two_contacts) {
    add(1, 20), add(1, 20 + 30.0 / 86400);
    channel[1] = 1;
    with_channel = true;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
}
END_TEST

START_TEST(test_fcr_an_abandoned_call_is_a_repeat_and_no_index) {
    add(1, 20), add(1, 22), add(2, 20), add(2, 22), add(3, 50);
    abandoned[1] = abandoned[2] = 1;
    with_abandoned = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    ck_assert_int_eq(result.not_index, 1);
    ck_assert_int_eq(result.later, 2);
    counts_add_up();
    options.abandoned = CX_CONTACT_IGNORED;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 2);
    counts_add_up();
    options.abandoned = CX_CONTACT_FULL;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 2);
}
END_TEST

START_TEST(test_fcr_redialling_within_a_minute_makes_an_abandoned_call_an_index) {
    add(1, 20), add(1, 20 + 30.0 / 86400);
    abandoned[0] = 1;
    team[1] = 7;
    with_abandoned = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.not_index, 0);
    cx_table *table;
    ck_assert_ok(cx_fcr_by(the_log(), &by_frame, NULL, NULL, &options, &table, err));
    cx_array n;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &n, err));
    ck_assert_int_eq(((const int64_t *)n.data)[1], 1); /* of team 7, who took the call */
    cx_table_free(table);
}
END_TEST

START_TEST(test_fcr_a_callback_that_we_make_is_no_repeat) {
    add(1, 20), add(1, 21);
    outbound[1] = 1;
    with_outbound = true;
    fcr();
    ck_assert_int_eq(result.repeats, 0);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    options.outbound = CX_CONTACT_REPEAT;
    fcr();
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_contacts_marked_so_are_no_index) {
    add(1, 20), add(2, 20), add(2, 23);
    indexed[0] = indexed[2] = 0;
    with_index = true;
    fcr();
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.not_index, 1);
    ck_assert_int_eq(result.repeats, 1);
}
END_TEST

START_TEST(test_fcr_only_channels_that_count_are_contacts) {
    const int64_t chosen[] = {2, 4};
    cx_array channels = cx_array_of(chosen, CX_I64, 2);
    add(1, 20), add(1, 21), add(2, 20), add(2, 21);
    channel[0] = channel[2] = 2, channel[1] = 3, channel[3] = 4;
    with_channel = true;
    ck_assert_ok(cx_fcr(the_log(), NULL, &channels, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NOT_APPLICABLE], 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_nobody_is_left_out_and_their_share_is_told) {
    const int64_t codes[] = {0, -1};
    const uint8_t valid[] = {0xF7};
    cx_array no_id = cx_array_of(codes, CX_I64, 2);
    add(0, 20), add(-1, 20), add(0, 21), add(9, 30), add(5, 40);
    the_log();
    columns[0].validity = valid;
    ck_assert_ok(cx_fcr(&log_frame, &no_id, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NO_ID], 4);
    ck_assert_double_eq(result.no_id_share, 0.8);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_ids_are_text_too_and_empty_text_is_nobody) {
    static const int32_t offsets[] = {0, 3, 3, 6, 10, 13};
    const cx_array none = {
        .data = "none", .length = 1, .offsets = (int32_t[]){0, 4}, .dtype = CX_STRING};
    for (int i = 0; i < 5; i++) add(0, 20 + i);
    the_log();
    columns[0] = cx_array_of("AnnAnnnoneBob", CX_STRING, 5);
    columns[0].offsets = offsets;
    columns[0].name = "customer";
    ck_assert_ok(cx_fcr(&log_frame, &none, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_NO_ID], 2);
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.repeats, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_missing_and_outside_times_are_counted_apart) {
    const double times[] = {NAN, 20.0 * 86400e6, -1, 100.0 * 86400e6};
    for (int i = 0; i < 4; i++) add(i, 0);
    the_log();
    columns[1] = cx_array_of(times, CX_F64, 4);
    columns[1].name = "time";
    ck_assert_ok(cx_fcr(&log_frame, NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_MISSING], 1);
    ck_assert_int_eq(result.estimate.excluded[CX_EXCLUDED_OUT_OF_RANGE], 2);
    ck_assert_int_eq(result.estimate.n, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_the_log_runs_from_its_first_time_to_just_after_its_last) {
    add(1, 10), add(2, 18), add(3, 40);
    options.start = INT64_MIN, options.end = INT64_MAX;
    fcr();
    ck_assert_int_eq(result.start, 10 * DAY);
    ck_assert_int_eq(result.end, 40 * DAY + 1);
    ck_assert_int_eq(result.run_in, 1);
    ck_assert_int_eq(result.estimate.n, 2);
    ck_assert_int_eq(result.censored, 1);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_times_in_any_unit_are_the_same) {
    int64_t nano[40];
    random_log(40, 10);
    fcr();
    double value = result.estimate.value, low = result.estimate.ci_low;
    for (int i = 0; i < 40; i++) nano[i] = moment[i] * 1000;
    the_log();
    columns[1] = cx_array_of(nano, CX_TIMESTAMP, 40);
    columns[1].unit = CX_NANOSECONDS;
    columns[1].name = "time";
    ck_assert_ok(cx_fcr(&log_frame, NULL, NULL, &options, &result, err));
    ck_assert_double_eq(result.estimate.value, value);
    ck_assert_double_eq(result.estimate.ci_low, low);
}
END_TEST

/* -- the end of the log -------------------------------------------------------------------- */

START_TEST(test_fcr_without_censoring_is_one_minus_repeats) {
    random_log(600, 150);
    for (int64_t i = 0; i < rows; i++) moment[i] = moment[i] * 9 / 10;
    options.window = 5 * 86400;
    for (int method = 0; method < 3; method++) {
        options.method = method;
        fcr();
        ck_assert_int_eq(result.censored, 0);
        ck_assert_close(result.estimate.value,
                        1 - (double)result.repeats / (double)result.estimate.n, 1e-13);
        counts_add_up();
    }
}
END_TEST

START_TEST(test_fcr_methods_differ_at_the_end_of_the_log_only) {
    for (int i = 0; i < 50; i++) {
        add(i, 30 + i % 10);
        if (i % 2 == 0) add(i, 33 + i % 10);
        add(100 + i, 97);
        if (i % 4 == 0) add(100 + i, 99);
    }
    options.method = CX_FCR_NAIVE;
    fcr();
    ck_assert_close(result.estimate.value, 1 - 38.0 / 100, 1e-14);
    options.method = CX_FCR_COMPLETE_WINDOW;
    fcr();
    ck_assert_close(result.estimate.value, 0.5, 1e-14);
    ck_assert_int_eq(result.cut, 50);
    counts_add_up();
    options.method = CX_FCR_KAPLAN_MEIER;
    fcr();
    ck_assert_int_eq(result.censored, 37);
    ck_assert_close(result.estimate.value, 1 * (1 - 13.0 / 100) * (1 - 25.0 / 87), 1e-14);
    counts_add_up();
}
END_TEST

START_TEST(test_fcr_of_a_log_of_less_than_two_windows_is_not_identified) {
    add(1, 8), add(2, 9), add(2, 10), add(3, 12);
    options.end = 13 * DAY;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_UNIDENTIFIED,
                    "has to be longer");
}
END_TEST

/* -- typical ------------------------------------------------------------------------------- */

static void matches_brute_force(bool every) {
    int64_t index;
    plain_log();
    double value = plain_fcr(every, -1, &index), se = plain_jackknife(every, 60);
    ck_assert_ok((every ? cx_non_repeat : cx_fcr)(the_log(), NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, index);
    ck_assert_close(result.estimate.value, value, 1e-12);
    ck_assert_close(result.estimate.se, se, 0.02);
    counts_add_up();
}

START_TEST(test_fcr_is_the_definition_and_its_jackknife_the_exact_one) {
    random_log(240, 60);
    options.window = 4 * 86400;
    matches_brute_force(false);
    matches_brute_force(true);
    with_topic = true;
    matches_brute_force(false);
    with_abandoned = with_outbound = true;
    matches_brute_force(false);
    options.merge_gap = 86400;
    matches_brute_force(false);
    matches_brute_force(true);
}
END_TEST

START_TEST(test_fcr_without_censoring_the_jackknife_is_exact) {
    random_log(240, 60);
    for (int64_t i = 0; i < rows; i++) moment[i] = moment[i] * 9 / 10;
    options.window = 4 * 86400;
    plain_log();
    for (int every = 0; every < 2; every++) {
        double se = plain_jackknife(every, 60);
        ck_assert_ok(
            (every ? cx_non_repeat : cx_fcr)(the_log(), NULL, NULL, &options, &result, err));
        ck_assert_close(result.estimate.se, se, 1e-10);
    }
}
END_TEST

START_TEST(test_fcr_does_not_depend_on_the_order_of_rows) {
    random_log(3000, 40); /* many contacts a customer: buckets that are sorted by bits */
    with_topic = with_channel = with_abandoned = true;
    fcr();
    cx_fcr_result first = result;
    for (int64_t i = 0; i < rows / 2; i++) {
        int64_t j = rows - 1 - i;
#define SWAP(x)                                                                                    \
    do {                                                                                           \
        int64_t kept = x[i];                                                                       \
        x[i] = x[j], x[j] = (__typeof__(x[0]))kept;                                                \
    } while (0)
        SWAP(customer);
        SWAP(moment);
        SWAP(topic);
        SWAP(channel);
        SWAP(abandoned);
    }
    fcr();
    ck_assert_int_eq(memcmp(&first, &result, sizeof result), 0);
}
END_TEST

START_TEST(test_fcr_of_many_keys_adds_up_to_that_of_all) {
    cx_table *table;
    cx_array n, contacts, repeats, value, key;
    random_log(2000, 300);
    with_abandoned = true;
    fcr();
    ck_assert_ok(cx_fcr_by(the_log(), &by_frame, NULL, NULL, &options, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 4);
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &n, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "contacts"), &contacts, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "repeats"), &repeats, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &value, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "team"), &key, err));
    int64_t sums[3] = {0, 0, 0};
    for (int i = 0; i < 4; i++) {
        sums[0] += ((const int64_t *)n.data)[i];
        sums[1] += ((const int64_t *)contacts.data)[i];
        sums[2] += ((const int64_t *)repeats.data)[i];
        ck_assert_int_eq(((const int64_t *)key.data)[i], i);
    }
    ck_assert_int_eq(sums[0], result.estimate.n);
    ck_assert_int_eq(sums[1], result.contacts);
    ck_assert_int_eq(sums[2], result.repeats);
    /* one key at a time is the same as marking the others as no index */
    with_index = true;
    for (int64_t i = 0; i < rows; i++) indexed[i] = team[i] == 2;
    fcr();
    ck_assert_double_eq(((const double *)value.data)[2], result.estimate.value);
    ck_assert_int_eq(((const int64_t *)n.data)[2], result.estimate.n);
    cx_table_free(table);
}
END_TEST

START_TEST(test_fcr_a_key_without_an_index_is_a_row_with_its_status) {
    cx_table *table;
    cx_array status;
    add(1, 20), add(2, 21), add(2, 22), add(3, 60);
    team[2] = 1;
    ck_assert_ok(cx_fcr_by(the_log(), &by_frame, NULL, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "status"), &status, err));
    const int32_t *offsets = status.offsets;
    ck_assert_int_eq(memcmp((const char *)status.data + offsets[1], "CX_E_EMPTY", 10), 0);
    cx_table_free(table);
}
END_TEST

/* -- effort -------------------------------------------------------------------------------- */

static cx_effort_result effort;

START_TEST(test_effort_of_the_published_ratio) {
    /* 1.9 contacts per issue, 53 of 100 issues with one contact */
    for (int i = 0; i < 100; i++) {
        add(i, 30);
        for (int k = 1; k <= (i < 53 ? 0 : i < 57 ? 1 : 2); k++) add(i, 30 + k);
    }
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_close(effort.contacts.value, 1.9, 1e-14);
    ck_assert_close(effort.repeated.value, 0.47, 1e-14);
    fcr();
    ck_assert_close(result.estimate.value, 0.53, 1e-14);
    ck_assert_close(result.contacts_per_issue, 1.9, 1e-14);
    ck_assert_int_eq(effort.transfers.status, CX_E_NAME);
    ck_assert(isnan(effort.switches.value));
}
END_TEST

START_TEST(test_effort_counts_transfers_switches_and_time) {
    for (int i = 0; i < 4; i++) add(i, 30), add(i, 31), add(i, 33);
    for (int i = 4; i < 8; i++) add(i, 40);
    channel[1] = 1, channel[4] = 1, channel[5] = 1;
    transfers[0] = 2, transfers[11] = 1;
    with_channel = with_transfers = true;
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, 8);
    ck_assert_double_eq(effort.contacts.value, 2);
    ck_assert_double_eq(effort.transfers.value, 3.0 / 8);
    ck_assert_double_eq(effort.switches.value, 3.0 / 8);
    ck_assert_double_eq(effort.multichannel.value, 2.0 / 8);
    ck_assert_double_eq(effort.repeated.value, 0.5);
    ck_assert_double_eq(effort.duration.value, 3.0 * 86400 / 2);
    ck_assert_int_eq(effort.open, 0);
    /* one issue a customer: the standard error of a mean, with n - 1 */
    ck_assert_close(effort.contacts.se, sqrt(8.0 / 7 / 8), 1e-12);
}
END_TEST

START_TEST(test_effort_leaves_out_issues_at_both_ends_of_the_log) {
    add(1, 3), add(2, 20), add(3, 92), add(3, 96), add(4, 94), add(5, 7), add(6, 93);
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, 4);
    ck_assert_int_eq(effort.open, 1);
    ck_assert(effort.contacts.flags & CX_FLAG_PARTIAL);
    ck_assert(!(effort.repeated.flags & CX_FLAG_PARTIAL));
}
END_TEST

START_TEST(test_effort_the_share_repeated_is_what_first_contacts_did_not_resolve) {
    random_log(2000, 300);
    options.method = CX_FCR_COMPLETE_WINDOW;
    fcr();
    ck_assert_ok(cx_log_effort(the_log(), NULL, NULL, &options, &effort, err));
    ck_assert_int_eq(effort.issues, result.estimate.n);
    ck_assert_close(1 - effort.repeated.value, result.estimate.value, 1e-12);
    ck_assert_close(effort.repeated.se, result.estimate.se, 1e-9);
}
END_TEST

START_TEST(test_moves_say_which_channel_did_not_serve) {
    static const int64_t first[] = {0, 0, 0, 0, 1, 1};
    static const int64_t then[] = {0, 1, 2, 1, -1, 0};
    cx_table *table;
    cx_array from, to, issues, value, n;
    for (int i = 0; i < 6; i++) {
        channel[rows] = first[i];
        add(i, 30);
        if (then[i] < 0) continue;
        channel[rows] = then[i];
        add(i, 31);
    }
    with_channel = true;
    ck_assert_ok(cx_channel_moves(the_log(), NULL, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "from"), &from, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "to"), &to, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "issues"), &issues, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "value"), &value, err));
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "n"), &n, err));
    static const int64_t expected[][4] = {
        {0, 1, 2, 4}, {0, 2, 1, 4}, {0, -1, 1, 4}, {1, 0, 1, 2}, {1, -1, 1, 2}};
    ck_assert_int_eq(cx_table_rows(table), 5);
    for (int i = 0; i < 5; i++) {
        bool missing = to.validity != NULL && !(to.validity[0] >> i & 1);
        ck_assert_int_eq(((const int64_t *)from.data)[i], expected[i][0]);
        ck_assert_int_eq(missing ? -1 : ((const int64_t *)to.data)[i], expected[i][1]);
        ck_assert_int_eq(((const int64_t *)issues.data)[i], expected[i][2]);
        ck_assert_int_eq(((const int64_t *)n.data)[i], expected[i][3]);
        ck_assert_close(((const double *)value.data)[i],
                        (double)expected[i][2] / (double)expected[i][3], 1e-14);
    }
    cx_table_free(table);
}
END_TEST

START_TEST(test_moves_need_channels) {
    cx_table *table;
    add(1, 30);
    ck_assert_fails(cx_channel_moves(the_log(), NULL, NULL, &options, &table, err), CX_E_NAME,
                    "channel");
}
END_TEST

/* -- episodes ------------------------------------------------------------------------------ */

static int64_t cell(const cx_table *table, const char *name, int64_t row) {
    return (int64_t)table_number(table, name, row);
}

START_TEST(test_episodes_are_rows_by_customer_and_time) {
    cx_table *table;
    add(7, 96), add(-3, 40), add(7, 30), add(7, 33), add(-3, 2), add(7, 39.5);
    channel[3] = 1;
    transfers[2] = 2;
    with_channel = with_transfers = true;
    ck_assert_ok(cx_episodes(the_log(), NULL, NULL, &options, &table, err));
    static const int64_t expected[][7] = {{-3, 2, 1, 0, 0, 1, 0},
                                          {-3, 40, 1, 0, 0, 0, 0},
                                          {7, 30, 3, 2, 2, 0, 0},
                                          {7, 96, 1, 0, 0, 0, 1}};
    ck_assert_int_eq(cx_table_rows(table), 4);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(cell(table, "customer", i), expected[i][0]);
        ck_assert_int_eq(cell(table, "start", i), expected[i][1] * DAY);
        ck_assert_int_eq(cell(table, "contacts", i), expected[i][2]);
        ck_assert_int_eq(cell(table, "transfers", i), expected[i][3]);
        ck_assert_int_eq(cell(table, "switches", i), expected[i][4]);
        ck_assert_int_eq(cell(table, "run_in", i), expected[i][5]);
        ck_assert_int_eq(cell(table, "open", i), expected[i][6]);
    }
    ck_assert_int_eq(cell(table, "end", 2), (int64_t)(39.5 * (double)DAY));
    cx_table_free(table);
}
END_TEST

START_TEST(test_episodes_keep_every_contact_and_agree_with_fcr) {
    cx_table *table;
    random_log(3000, 200);
    with_topic = true;
    fcr();
    ck_assert_ok(cx_episodes(the_log(), NULL, NULL, &options, &table, err));
    int64_t contacts = 0, after = 0;
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        contacts += cell(table, "contacts", i);
        after += cell(table, "run_in", i) == 0;
        if (i > 0) ck_assert_int_le(cell(table, "customer", i - 1), cell(table, "customer", i));
    }
    ck_assert_int_eq(contacts, result.contacts);
    ck_assert_int_eq(after, result.issues);
    cx_table_free(table);
}
END_TEST

START_TEST(test_episodes_of_customers_by_name) {
    static const int32_t offsets[] = {0, 3, 6, 9};
    cx_table *table;
    cx_array who;
    add(0, 40), add(0, 41), add(0, 42);
    the_log();
    columns[0] = cx_array_of("BobAnnBob", CX_STRING, 3);
    columns[0].offsets = offsets;
    columns[0].name = "customer";
    ck_assert_ok(cx_episodes(&log_frame, NULL, NULL, &options, &table, err));
    ck_assert_ok(cx_table_column(table, 0, &who, err));
    ck_assert_int_eq(cx_table_rows(table), 2);
    ck_assert_int_eq(memcmp(who.data, "AnnBob", 6), 0);
    cx_table_free(table);
}
END_TEST

/* -- extreme ------------------------------------------------------------------------------- */

START_TEST(test_fcr_of_a_customer_who_never_stops_calling_has_no_first_contact) {
    for (int i = 0; i < MOST; i++) add(1, 90.0 * i / MOST);
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "first");
    ck_assert_ok(cx_non_repeat(the_log(), NULL, NULL, &options, &result, err));
    ck_assert_int_eq(result.estimate.n, MOST);
    ck_assert_int_eq(result.repeats, MOST - 1);
    ck_assert_int_eq(result.customers, 1);
    ck_assert(isnan(result.estimate.se));
}
END_TEST

START_TEST(test_fcr_the_widest_ids_and_times_are_kept_apart) {
    options.start = INT64_MIN, options.end = INT64_MAX;
    customer[0] = INT64_MIN, moment[0] = 0;
    customer[1] = INT64_MAX, moment[1] = 20 * DAY;
    customer[2] = INT64_MIN, moment[2] = 21 * DAY;
    customer[3] = -1, moment[3] = 60 * DAY;
    rows = 4;
    fcr();
    ck_assert_int_eq(result.estimate.n, 3);
    ck_assert_int_eq(result.repeats, 0);
    moment[3] = INT64_MAX;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OVERFLOW, "285");
}
END_TEST

/* -- invalid ------------------------------------------------------------------------------- */

START_TEST(test_fcr_refuses_what_it_cannot_read) {
    add(1, 20), add(2, 30);
    with_abandoned = true;
    abandoned[1] = 2;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_DOMAIN,
                    "2 is no mark");
    with_abandoned = false, with_transfers = true, transfers[0] = -1;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_DOMAIN,
                    "transfers");
    with_transfers = false;
    the_log();
    columns[1].name = "when";
    ck_assert_fails(cx_fcr(&log_frame, NULL, NULL, &options, &result, err), CX_E_NAME, "when");
    log_frame.count = 1;
    ck_assert_fails(cx_fcr(&log_frame, NULL, NULL, &options, &result, err), CX_E_NAME, "time");
}
END_TEST

START_TEST(test_fcr_refuses_windows_and_gaps_that_make_no_sense) {
    const double windows[] = {0, -1, NAN, INFINITY, 1e10, 1e-7};
    const double gaps[] = {-1, NAN, INFINITY, 604800};
    add(1, 20);
    for (int i = 0; i < 6; i++) {
        options.window = windows[i];
        ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OPTION,
                        "window");
    }
    options.window = 604800;
    for (int i = 0; i < 4; i++) {
        options.merge_gap = gaps[i];
        ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_OPTION,
                        "merge_gap");
    }
    options.merge_gap = 60;
    options.end = options.start;
    ck_assert_fails(cx_fcr(the_log(), NULL, NULL, &options, &result, err), CX_E_EMPTY, "ends");
}
END_TEST

START_TEST(test_fcr_refuses_codes_for_nobody_of_another_kind) {
    static const int32_t offsets[] = {0, 1};
    cx_array no_id = cx_array_of("x", CX_STRING, 1);
    no_id.offsets = offsets;
    add(1, 20);
    ck_assert_fails(cx_fcr(the_log(), &no_id, NULL, &options, &result, err), CX_E_TYPE, "no_id");
    ck_assert_fails(cx_fcr(the_log(), NULL, &no_id, &options, &result, err), CX_E_NAME, "channel");
}
END_TEST

Suite *suite_contacts(void) {
    Suite *suite = suite_create("contacts");
    TCase *tcase = tcase_create("contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
#define T(name) tcase_add_test(tcase, test_##name)
    T(fcr_of_an_empty_log_is_no_number);
    T(fcr_of_one_contact_is_one_with_a_wide_interval);
    T(fcr_within_the_first_window_is_no_number);
    T(fcr_without_repeats_has_an_interval_of_positive_width);
    T(fcr_of_nothing_but_repeats_is_zero);
    T(fcr_without_repeats_counts_only_those_followed_to_the_end);
    T(fcr_a_contact_exactly_one_window_later_is_no_repeat);
    T(fcr_only_first_contacts_of_an_issue_are_an_index);
    T(fcr_the_first_window_is_run_in);
    T(fcr_another_topic_is_another_issue);
    T(fcr_duplicates_of_the_same_minute_are_one_contact);
    T(fcr_two_channels_in_one_minute_are_two_contacts);
    T(fcr_an_abandoned_call_is_a_repeat_and_no_index);
    T(fcr_redialling_within_a_minute_makes_an_abandoned_call_an_index);
    T(fcr_a_callback_that_we_make_is_no_repeat);
    T(fcr_contacts_marked_so_are_no_index);
    T(fcr_only_channels_that_count_are_contacts);
    T(fcr_nobody_is_left_out_and_their_share_is_told);
    T(fcr_ids_are_text_too_and_empty_text_is_nobody);
    T(fcr_missing_and_outside_times_are_counted_apart);
    T(fcr_the_log_runs_from_its_first_time_to_just_after_its_last);
    T(fcr_times_in_any_unit_are_the_same);
    T(fcr_without_censoring_is_one_minus_repeats);
    T(fcr_methods_differ_at_the_end_of_the_log_only);
    T(fcr_of_a_log_of_less_than_two_windows_is_not_identified);
    T(fcr_is_the_definition_and_its_jackknife_the_exact_one);
    T(fcr_without_censoring_the_jackknife_is_exact);
    T(fcr_does_not_depend_on_the_order_of_rows);
    T(fcr_of_many_keys_adds_up_to_that_of_all);
    T(fcr_a_key_without_an_index_is_a_row_with_its_status);
    T(effort_of_the_published_ratio);
    T(effort_counts_transfers_switches_and_time);
    T(effort_leaves_out_issues_at_both_ends_of_the_log);
    T(effort_the_share_repeated_is_what_first_contacts_did_not_resolve);
    T(moves_say_which_channel_did_not_serve);
    T(moves_need_channels);
    T(episodes_are_rows_by_customer_and_time);
    T(episodes_keep_every_contact_and_agree_with_fcr);
    T(episodes_of_customers_by_name);
    T(fcr_of_a_customer_who_never_stops_calling_has_no_first_contact);
    T(fcr_the_widest_ids_and_times_are_kept_apart);
    T(fcr_refuses_what_it_cannot_read);
    T(fcr_refuses_windows_and_gaps_that_make_no_sense);
    T(fcr_refuses_codes_for_nobody_of_another_kind);
#undef T
    suite_add_tcase(suite, tcase);
    return suite;
}
