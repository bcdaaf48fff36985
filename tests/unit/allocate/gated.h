#ifndef CX_TEST_GATED_H
#define CX_TEST_GATED_H

#include "../support.h"

/* A gate under construction. */

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START (20000 * DAY)

static cx_gate *gate;

static inline cx_gate *make(double p_min) {
    cx_gate_options options;
    cx_gate *made = NULL;
    cx_gate_options_init(&options);
    options.seed = 1;
    options.p_min = p_min;
    ck_assert_ok(cx_gate_new(&options, NULL, &made, err));
    return made;
}

static inline void rule(int scope, int event, int most, double seconds) {
    cx_rule one;
    cx_rule_init(&one);
    one.scope = scope, one.event = event, one.most = most, one.window = seconds;
    ck_assert_ok(cx_gate_add_rule(gate, &one, err));
}

/* shop and web are the group "sales", the reminder is exempt from the rules in its bits. */
static inline cx_status add_points(int64_t exempt, cx_error *err) {
    static const int32_t names[] = {0, 4, 7, 15}, groups[] = {0, 5, 10, 10};
    static const uint8_t present[] = {3};
    const int64_t bits[] = {0, 0, exempt};
    cx_array columns[3];
    cx_frame frame = {columns, 3, {0, 0}};
    columns[0] = cx_array_of("shopwebreminder", CX_STRING, 3);
    columns[0].offsets = names, columns[0].name = "point";
    columns[1] = cx_array_of("salessales", CX_STRING, 3);
    columns[1].offsets = groups, columns[1].name = "group", columns[1].validity = present;
    columns[2] = cx_array_of(bits, CX_I64, 3);
    columns[2].name = "exempt";
    return cx_gate_add_points(gate, &frame, err);
}

static inline void points(int64_t exempt) {
    ck_assert_ok(add_points(exempt, err));
}

static inline cx_decision decide(uint64_t contact, int64_t point, int64_t time) {
    cx_decision d;
    memset(&d, 0, sizeof d);
    ck_assert_ok(cx_gate_decide(gate, contact, point, time, 0, &d, err));
    return d;
}

static inline void aim(int64_t point, int goal, double number, double traffic, double days) {
    cx_gate_target_options target;
    cx_gate_target_options_init(&target);
    target.goal = goal, target.number = number, target.traffic = traffic;
    target.start = START, target.end = START + (int64_t)(days * (double)DAY);
    target.allocation = 77;
    ck_assert_ok(cx_gate_target(gate, point, &target, err));
}

static const void *data(const cx_table *table, const char *name) {
    return table_column(table, name).data;
}

static inline void setup(void) {
    gate = make(0.02);
}

static inline void teardown(void) {
    cx_gate_free(gate);
}

#endif
