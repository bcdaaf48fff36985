#ifndef CX_TEST_MONITORED_H
#define CX_TEST_MONITORED_H

#include "../support.h"

/* A monitor, and what is counted in it. */

static const int32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
static cx_monitor *monitor;
static cx_monitor_options options;

static inline cx_monitor *made(int64_t points) {
    cx_array keys = cx_array_of(numbers, CX_I32, points);
    cx_monitor *out = NULL;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &out, err));
    return out;
}

/* A monitor of known references: 20 / 30 / 50 at every point. */
static inline void setup(void) {
    cx_monitor_options_init(&options);
    options.arl = 200;
    options.reference = CX_REFERENCE_PLUG_IN;
    options.drop_count = 1;
    options.drops[0] = 20;
    monitor = NULL;
}

static inline void teardown(void) {
    cx_monitor_free(monitor);
}

static inline void set_baseline(cx_monitor *m, double detractors, double passives, double promoters,
                                double invited) {
    int64_t points = cx_monitor_size(m);
    double column[4][8];
    for (int64_t i = 0; i < points; i++) {
        column[0][i] = detractors, column[1][i] = passives, column[2][i] = promoters;
        column[3][i] = invited;
    }
    cx_array keys = cx_array_of(numbers, CX_I32, points), x[4];
    for (int k = 0; k < 4; k++) x[k] = cx_array_of(column[k], CX_F64, points);
    ck_assert_ok(
        cx_monitor_baseline(m, &keys, &x[0], &x[1], &x[2], invited > 0 ? &x[3] : NULL, err));
}

static inline void make_known(int64_t points) {
    monitor = made(points);
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
}

static inline cx_status count_at(cx_monitor *m, int32_t point, int64_t d, int64_t n, int64_t p,
                                 int64_t period, cx_error *err) {
    cx_array key = cx_array_of(&point, CX_I32, 1), when = cx_array_of(&period, CX_I64, 1);
    cx_array x[3] = {cx_array_of(&d, CX_I64, 1), cx_array_of(&n, CX_I64, 1),
                     cx_array_of(&p, CX_I64, 1)};
    return cx_monitor_observe_counts(m, &key, &x[0], &x[1], &x[2], &when, err);
}

static inline void count_now(cx_monitor *m, int32_t point, int64_t d, int64_t n, int64_t p) {
    ck_assert_ok(count_at(m, point, d, n, p, cx_monitor_period(m), err));
}

static inline void invite_now(cx_monitor *m, int32_t point, int64_t invited) {
    int64_t period = cx_monitor_period(m);
    cx_array key = cx_array_of(&point, CX_I32, 1), when = cx_array_of(&period, CX_I64, 1);
    cx_array x = cx_array_of(&invited, CX_I64, 1);
    ck_assert_ok(cx_monitor_invite(m, &key, &x, NULL, NULL, &when, err));
}

static inline void end(cx_monitor *m) {
    ck_assert_ok(cx_monitor_end_period(m, err));
}

/* One number of the points table. */
static inline double at(const cx_monitor *m, int64_t point, const char *name) {
    cx_table *table = NULL;
    ck_assert_ok(cx_monitor_points(m, &table, err));
    double value = table_number(table, name, point);
    cx_table_free(table);
    return value;
}

static inline void assert_word(const cx_monitor *m, int64_t row, const char *name,
                               const char *word) {
    cx_table *table = NULL;
    ck_assert_ok(cx_monitor_points(m, &table, err));
    ck_assert_str_eq(table_text(table, name, row), word);
    cx_table_free(table);
}

static inline cx_monitor *again(const cx_monitor *m) {
    size_t size = cx_monitor_encoded_size(m);
    uint8_t *bytes = malloc(size), *more = malloc(size);
    cx_monitor *out = NULL;
    ck_assert_ok(cx_monitor_encode(m, bytes, size, err));
    ck_assert_ok(cx_monitor_decode(bytes, size, NULL, &out, err));
    ck_assert_uint_eq(cx_monitor_encoded_size(out), size);
    ck_assert_ok(cx_monitor_encode(out, more, size, err));
    ck_assert_int_eq(memcmp(bytes, more, size), 0);
    ck_assert_int_eq(cx_monitor_equal(m, out), 1);
    free(bytes), free(more);
    return out;
}

#endif
