#ifndef CX_TEST_CONTACT_LOG_H
#define CX_TEST_CONTACT_LOG_H

#include "../support.h"

/* A log of contacts under construction, and first contact resolution in it. */

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

static inline void setup(void) {
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

static inline void add(int64_t who, double day) {
    customer[rows] = who;
    moment[rows++] = (int64_t)llround(day * (double)DAY);
}

static inline void column(const void *data, cx_dtype type, const char *name) {
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

static inline void fcr(void) {
    ck_assert_ok(cx_fcr(the_log(), NULL, NULL, &options, &result, err));
}

static inline void counts_add_up(void) {
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

static inline double draw(uint64_t index, uint32_t what) {
    return cx_random_uniform(20, 7, index, what);
}

/* Customers of different habits, in no order of time. */
static inline void random_log(int64_t count, int64_t customers) {
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

#endif
