#include "../support.h"

/* -- helpers ------------------------------------------------------------------------------- */

static const int32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
static cx_monitor *monitor;
static cx_monitor_options options;

static cx_monitor *made(int64_t points) {
    cx_array keys = cx_array_of(numbers, CX_I32, points);
    cx_monitor *out = NULL;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &out, err));
    return out;
}

/* A monitor of known references: 20 / 30 / 50 at every point. */
static void setup(void) {
    cx_monitor_options_init(&options);
    options.arl = 200;
    options.reference = CX_REFERENCE_PLUG_IN;
    options.drop_count = 1;
    options.drops[0] = 20;
    monitor = NULL;
}

static void teardown(void) {
    cx_monitor_free(monitor);
}

static void set_baseline(cx_monitor *m, double detractors, double passives, double promoters,
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

static void make_known(int64_t points) {
    monitor = made(points);
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
}

static cx_status count_at(cx_monitor *m, int32_t point, int64_t d, int64_t n, int64_t p,
                          int64_t period, cx_error *err) {
    cx_array key = cx_array_of(&point, CX_I32, 1), when = cx_array_of(&period, CX_I64, 1);
    cx_array x[3] = {cx_array_of(&d, CX_I64, 1), cx_array_of(&n, CX_I64, 1),
                     cx_array_of(&p, CX_I64, 1)};
    return cx_monitor_observe_counts(m, &key, &x[0], &x[1], &x[2], &when, err);
}

static void count_now(cx_monitor *m, int32_t point, int64_t d, int64_t n, int64_t p) {
    ck_assert_ok(count_at(m, point, d, n, p, cx_monitor_period(m), err));
}

static void invite_now(cx_monitor *m, int32_t point, int64_t invited) {
    int64_t period = cx_monitor_period(m);
    cx_array key = cx_array_of(&point, CX_I32, 1), when = cx_array_of(&period, CX_I64, 1);
    cx_array x = cx_array_of(&invited, CX_I64, 1);
    ck_assert_ok(cx_monitor_invite(m, &key, &x, NULL, NULL, &when, err));
}

static void end(cx_monitor *m) {
    ck_assert_ok(cx_monitor_end_period(m, err));
}

/* One number of the points table. */
static double at(const cx_monitor *m, int64_t point, const char *name) {
    cx_table *table = NULL;
    ck_assert_ok(cx_monitor_points(m, &table, err));
    double value = table_number(table, name, point);
    cx_table_free(table);
    return value;
}

static void assert_word(const cx_monitor *m, int64_t row, const char *name, const char *word) {
    cx_table *table = NULL;
    ck_assert_ok(cx_monitor_points(m, &table, err));
    ck_assert_str_eq(table_text(table, name, row), word);
    cx_table_free(table);
}

static cx_monitor *again(const cx_monitor *m) {
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

/* -- making -------------------------------------------------------------------------------- */

START_TEST(test_monitor_needs_points_and_a_threshold) {
    cx_array keys = cx_array_of(numbers, CX_I32, 2), none = cx_array_of(NULL, CX_I32, 0);
    cx_monitor *out = NULL;
    ck_assert_fails(cx_monitor_new(&none, NULL, &options, NULL, &out, err), CX_E_EMPTY,
                    "no points");
    ck_assert_fails(cx_monitor_new(&keys, NULL, NULL, NULL, &out, err), CX_E_OPTION,
                    "arl is not set");
    options.arl = 0.5;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_OPTION, "0.5");
    options.arl = 200;
    options.drops[0] = 0;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_OPTION, "drop");
    ck_assert_ptr_null(out);
}
END_TEST

START_TEST(test_monitor_refuses_points_that_stand_twice_or_have_no_key) {
    const int32_t twice[] = {4, 9, 4};
    const uint8_t valid[] = {5};
    const double weights[] = {1, 0, 1};
    cx_array keys = cx_array_of(twice, CX_I32, 3), w = cx_array_of(weights, CX_F64, 3);
    cx_monitor *out = NULL;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_DOMAIN, "twice");
    keys = cx_array_of(numbers, CX_I32, 3);
    keys.validity = valid;
    ck_assert_fails(cx_monitor_new(&keys, NULL, &options, NULL, &out, err), CX_E_DOMAIN, "no key");
    keys.validity = NULL;
    ck_assert_fails(cx_monitor_new(&keys, &w, &options, NULL, &out, err), CX_E_DOMAIN, "weight");
}
END_TEST

START_TEST(test_monitor_before_any_answer_says_nothing) {
    monitor = made(2);
    ck_assert_double_eq(at(monitor, 0, "n"), 0);
    ck_assert_double_eq(at(monitor, 1, "level"), 0);
    ck_assert_close(at(monitor, 0, "se"), sqrt(10000.0 / 3), 1e-15);
    ck_assert(isnan(at(monitor, 0, "log_evidence")));
    ck_assert(isnan(at(monitor, 0, "age")));
    ck_assert(isinf(cx_monitor_log_evidence(monitor)));
    assert_word(monitor, 0, "state", "learning");
    for (int i = 0; i < 100; i++) end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
    ck_assert_int_eq(cx_monitor_period(monitor), 100);
}
END_TEST

/* -- levels -------------------------------------------------------------------------------- */

START_TEST(test_monitor_level_settles_at_the_steady_variance) {
    options.process_noise = 4;
    options.half_life = INFINITY;
    options.prior[0] = 0.2, options.prior[1] = 0.3, options.prior[2] = 0.5;
    monitor = made(1);
    for (int i = 0; i < 200; i++) {
        count_now(monitor, 0, 6, 9, 15);
        end(monitor);
    }
    double se = at(monitor, 0, "se"), s2 = at(monitor, 0, "s2");
    ck_assert_close(s2, 6100, 1e-12);
    ck_assert_close(se * se, 26.5890421898, 1e-10);
    ck_assert_close(at(monitor, 0, "level"), 30, 1e-9);
    ck_assert_close(at(monitor, 0, "known"), 6100 / 30.5890421898, 1e-10);
    ck_assert_double_eq(at(monitor, 0, "n"), 6000);
    ck_assert_close(at(monitor, 0, "promoters"), 0.5, 1e-12);
}
END_TEST

START_TEST(test_monitor_variance_of_one_answer_never_reaches_0) {
    monitor = made(1);
    for (int i = 0; i < 50; i++) {
        count_now(monitor, 0, 0, 0, 20);
        end(monitor);
    }
    ck_assert_double_gt(at(monitor, 0, "s2"), 0);
    ck_assert_double_lt(at(monitor, 0, "level"), 100);
}
END_TEST

START_TEST(test_monitor_forgets_shares_by_its_half_life) {
    options.half_life = 1;
    monitor = made(1);
    count_now(monitor, 0, 8, 0, 0);
    end(monitor);
    end(monitor);
    count_now(monitor, 0, 0, 0, 6);
    end(monitor); /* 8 became 2 */
    ck_assert_close(at(monitor, 0, "promoters"), 6.5 / 9.5, 1e-14);
    ck_assert_double_eq(at(monitor, 0, "age"), 0);
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "age"), 1);
    ck_assert_double_eq(at(monitor, 0, "last"), 2);
}
END_TEST

/* -- evidence ------------------------------------------------------------------------------ */

START_TEST(test_monitor_grows_as_fast_as_the_information_per_answer) {
    const double expected[] = {0.0304, 0.0324}; /* bounded, trinomial */
    for (int form = 0; form < 2; form++) {
        options.form = form;
        make_known(1);
        count_now(monitor, 0, 3000, 3000, 4000);
        end(monitor);
        ck_assert_near(at(monitor, 0, "log_evidence") / 10000, expected[form], 5e-5);
        cx_monitor_free(monitor);
    }
    monitor = NULL;
}
END_TEST

START_TEST(test_monitor_trinomial_evidence_is_the_recursion_of_shiryaev_and_roberts) {
    const int64_t seen[][3] = {{2, 3, 5}, {0, 0, 0}, {4, 1, 2}, {1, 4, 5}, {9, 0, 1}};
    double r = 0;
    options.form = CX_MONITOR_TRINOMIAL;
    make_known(1);
    for (int t = 0; t < 5; t++) {
        count_now(monitor, 0, seen[t][0], seen[t][1], seen[t][2]);
        end(monitor);
        r = (r + 1) * pow(0.3 / 0.2, (double)seen[t][0]) * pow(0.4 / 0.5, (double)seen[t][2]);
        ck_assert_close(at(monitor, 0, "log_evidence"), log(r), 1e-13);
    }
    ck_assert_close(cx_monitor_log_evidence(monitor), log(r / 200), 1e-13);
}
END_TEST

START_TEST(test_monitor_evidence_neither_overflows_nor_dies) {
    make_known(2);
    for (int t = 0; t < 100; t++) {
        count_now(monitor, 0, 10000000, 0, 0);
        count_now(monitor, 1, 0, 0, 10000000);
        end(monitor);
    }
    double up = at(monitor, 0, "log_evidence"), down = at(monitor, 1, "log_evidence");
    ck_assert(isfinite(up) && up > 1e8);
    ck_assert(isfinite(down) && down < -1e6);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    for (int t = 0; t < 3; t++) end(monitor);
    ck_assert_double_gt(at(monitor, 1, "log_evidence"), 0); /* the past no longer counts */
}
END_TEST

START_TEST(test_monitor_bank_is_the_mean_of_its_drops) {
    double r[3], mean = 0;
    for (int j = 0; j < 3; j++) {
        options.drops[0] = 10 * pow(2, j);
        make_known(1);
        count_now(monitor, 0, 40, 30, 30);
        end(monitor);
        r[j] = exp(at(monitor, 0, "log_evidence"));
        mean += r[j] / 3;
        cx_monitor_free(monitor);
    }
    options.drop_count = 3;
    for (int j = 0; j < 3; j++) options.drops[j] = 10 * pow(2, j);
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence"), log(mean), 1e-13);
}
END_TEST

START_TEST(test_monitor_sees_rises_as_drops_from_the_other_end) {
    double drop;
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    drop = at(monitor, 0, "log_evidence");
    cx_monitor_free(monitor);
    options.direction = CX_MONITOR_UP;
    monitor = made(1);
    set_baseline(monitor, 0.5, 0.3, 0.2, 0);
    count_now(monitor, 0, 30, 30, 40);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence"), drop, 1e-13);
    cx_monitor_free(monitor);
    options.direction = CX_MONITOR_BOTH;
    make_known(1);
    count_now(monitor, 0, 40, 30, 30);
    end(monitor);
    ck_assert_close(at(monitor, 0, "log_evidence_down"), drop, 1e-13);
    double up = at(monitor, 0, "log_evidence_up");
    ck_assert_double_lt(up, 0);
    ck_assert_close(at(monitor, 0, "log_evidence"), log((exp(up) + exp(drop)) / 2), 1e-13);
    assert_word(monitor, 0, "alarm", "down");
    cx_array key = cx_array_of(numbers, CX_I32, 1);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_KEEP, err));
    while (cx_monitor_alarm_count(monitor) == 0) {
        count_now(monitor, 0, 0, 30, 70);
        end(monitor);
    }
    assert_word(monitor, 0, "alarm", "up");
}
END_TEST

START_TEST(test_monitor_reference_is_the_lower_limit_unless_told_otherwise) {
    options.reference = CX_REFERENCE_LIMIT;
    cx_tally *tally;
    cx_estimate nps;
    cx_nps_options read;
    const int8_t steps[] = {0, 8, 10};
    const int64_t counts[] = {60, 90, 150};
    cx_array s = cx_array_of(steps, CX_I8, 3), c = cx_array_of(counts, CX_I64, 3);
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add_counts(tally, &s, &c, err));
    cx_nps_options_init(&read);
    read.method = CX_METHOD_SCORE;
    read.confidence = 0.9; /* 95 % on one side */
    ck_assert_ok(cx_nps(tally, &read, &nps, err));
    cx_tally_free(tally);
    monitor = made(1);
    set_baseline(monitor, 60, 90, 150, 0);
    ck_assert_close(at(monitor, 0, "reference"), nps.ci_low, 1e-12);
    ck_assert_double_eq(at(monitor, 0, "reference_n"), 300);
    cx_monitor_free(monitor);
    options.form = CX_MONITOR_TRINOMIAL; /* the ratio's limit is that of 150 of 210 */
    monitor = made(1);
    set_baseline(monitor, 60, 90, 150, 0);
    double promoters = cx_beta_quantile(0.05, 150, 61);
    ck_assert_close(at(monitor, 0, "reference"), 70 * (2 * promoters - 1), 1e-12);
}
END_TEST

START_TEST(test_monitor_freezes_a_reference_from_before_the_guard) {
    options.guard = 2;
    options.baseline = 60;
    monitor = made(1);
    for (int t = 0; t < 6; t++) { /* 20 a period; the last 2 are another mix */
        if (t < 4)
            count_now(monitor, 0, 4, 6, 10);
        else
            count_now(monitor, 0, 20, 0, 0);
        assert_word(monitor, 0, "state", "learning");
        end(monitor);
    }
    assert_word(monitor, 0, "state", "watching");
    ck_assert_double_eq(at(monitor, 0, "reference_n"), 80);
    ck_assert_close(at(monitor, 0, "reference"), 30, 1e-12);
}
END_TEST

/* -- alarms -------------------------------------------------------------------------------- */

START_TEST(test_monitor_raises_the_alarm_at_the_threshold_and_not_before) {
    make_known(4);
    while (cx_monitor_alarm_count(monitor) == 0) {
        for (int32_t i = 0; i < 4; i++) count_now(monitor, i, 4, 6, 10);
        count_now(monitor, 2, 4, 0, 0);
        end(monitor);
        double sum = 0;
        for (int64_t i = 0; i < 4; i++) sum += exp(at(monitor, i, "log_evidence")) / 4;
        ck_assert_int_eq(cx_monitor_alarm_count(monitor) > 0, sum >= 200);
    }
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    assert_word(monitor, 2, "alarm", "down");
    assert_word(monitor, 1, "alarm", "none");
    ck_assert_double_lt(cx_monitor_log_evidence(monitor), 0); /* the others run on */
}
END_TEST

START_TEST(test_monitor_alarms_speak_of_answers_after_the_flag_only) {
    cx_table *table = NULL;
    make_known(2);
    count_now(monitor, 1, 100, 0, 0);
    end(monitor);
    ck_assert_ok(cx_monitor_alarms(monitor, &table, err));
    ck_assert_int_eq(cx_table_rows(table), 1);
    ck_assert_double_eq(table_number(table, "point", 0), 1);
    ck_assert_double_eq(table_number(table, "since", 0), 0);
    ck_assert_double_eq(table_number(table, "n_after", 0), 0);
    ck_assert(isnan(table_number(table, "change", 0)));
    cx_table_free(table);
    count_now(monitor, 1, 20, 40, 40);
    end(monitor);
    ck_assert_ok(cx_monitor_alarms(monitor, &table, err));
    ck_assert_double_eq(table_number(table, "n_after", 0), 100);
    ck_assert_close(table_number(table, "after", 0), 20, 1e-13);
    ck_assert_close(table_number(table, "change", 0), -10, 1e-12);
    ck_assert_double_lt(table_number(table, "ci_low", 0), 20);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_acknowledged_points_start_again) {
    const int32_t one = 1, nobody = 9;
    cx_array key = cx_array_of(&one, CX_I32, 1), wrong = cx_array_of(&nobody, CX_I32, 1);
    make_known(2);
    count_now(monitor, 1, 100, 0, 0);
    end(monitor);
    ck_assert_fails(cx_monitor_acknowledge(monitor, &wrong, CX_ACKNOWLEDGE_KEEP, err), CX_E_DOMAIN,
                    "9 is not a point");
    ck_assert_fails(cx_monitor_acknowledge(monitor, &key, 2, err), CX_E_OPTION, "2");
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_KEEP, err));
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
    ck_assert_close(at(monitor, 1, "reference"), 30, 1e-12);
    end(monitor);
    ck_assert_double_eq(at(monitor, 1, "log_evidence"), 0);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_LEARN, err));
    assert_word(monitor, 1, "state", "learning");
    ck_assert(isnan(at(monitor, 1, "reference")));
}
END_TEST

START_TEST(test_monitor_learns_a_new_reference_from_after_the_alarm) {
    const int32_t one = 0;
    cx_array key = cx_array_of(&one, CX_I32, 1);
    options.guard = 3;
    options.baseline = 100;
    make_known(1);
    count_now(monitor, 0, 100, 0, 0);
    end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    ck_assert_ok(cx_monitor_acknowledge(monitor, &key, CX_ACKNOWLEDGE_LEARN, err));
    for (int t = 0; t < 9; t++) {
        count_now(monitor, 0, 16, 8, 16);
        end(monitor);
    }
    assert_word(monitor, 0, "state", "watching");
    ck_assert_near(at(monitor, 0, "reference"), 0, 1e-12);
}
END_TEST

START_TEST(test_monitor_flags_by_e_bh) {
    options.arl = 1e12;
    make_known(8);
    count_now(monitor, 3, 30, 10, 10);
    end(monitor);
    double e = exp(at(monitor, 3, "log_evidence")); /* t = 1 */
    ck_assert_double_gt(e, 8 / 0.1);
    for (int64_t i = 0; i < 8; i++) ck_assert_double_eq(at(monitor, i, "flag"), i == 3);
    for (int t = 0; t < 3; t++) end(monitor);
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 0);
}
END_TEST

START_TEST(test_monitor_weights_are_hazards) {
    const double weights[] = {1, 3};
    cx_array keys = cx_array_of(numbers, CX_I32, 2), w = cx_array_of(weights, CX_F64, 2);
    ck_assert_ok(cx_monitor_new(&keys, &w, &options, NULL, &monitor, err));
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    count_now(monitor, 0, 3, 0, 1);
    end(monitor);
    double a = exp(at(monitor, 0, "log_evidence")), b = exp(at(monitor, 1, "log_evidence"));
    ck_assert_double_eq(at(monitor, 1, "weight"), 0.75);
    ck_assert_close(cx_monitor_log_evidence(monitor), log((a + 3 * b) / 4 / 200), 1e-13);
}
END_TEST

START_TEST(test_monitor_alarms_when_nobody_answers_any_more) {
    make_known(2);
    set_baseline(monitor, 40, 60, 100, 1000); /* 20 % answer */
    double r = 0;
    for (int t = 0; t < 30 && cx_monitor_alarm_count(monitor) == 0; t++) {
        for (int32_t i = 0; i < 2; i++) invite_now(monitor, i, 50);
        count_now(monitor, 0, 2, 3, 5);
        count_now(monitor, 1, 1, 1, 3);
        end(monitor);
        r = (r + 1) * pow(0.5, 5) * pow(0.9 / 0.8, 45);
        ck_assert_close(at(monitor, 1, "log_evidence_rate"), log(r), 1e-12);
    }
    ck_assert_int_eq(cx_monitor_alarm_count(monitor), 1);
    assert_word(monitor, 1, "alarm", "rate");
    ck_assert_double_lt(at(monitor, 1, "response_rate"), 0.12);
    ck_assert_double_eq(at(monitor, 0, "invited"), 50 * (double)cx_monitor_period(monitor));
}
END_TEST

/* -- cohorts ------------------------------------------------------------------------------- */

START_TEST(test_monitor_counts_late_answers_in_the_cohort_they_belong_to) {
    cx_table *table = NULL;
    options.max_age = 2;
    make_known(1);
    count_now(monitor, 0, 1, 0, 5);
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "n"), 0); /* still open */
    ck_assert_double_eq(at(monitor, 0, "open"), 6);
    ck_assert_ok(count_at(monitor, 0, 2, 0, 1, 0, err));
    end(monitor);
    ck_assert_ok(count_at(monitor, 0, 1, 0, 0, 0, err));
    end(monitor);
    ck_assert_double_eq(at(monitor, 0, "n"), 10);
    ck_assert_double_eq(at(monitor, 0, "last"), 0);
    ck_assert_fails(count_at(monitor, 0, 1, 0, 0, 0, err), CX_E_DOMAIN, "period 0 is closed");
    ck_assert_fails(count_at(monitor, 0, 1, 0, 0, 4, err), CX_E_DOMAIN, "period 4 has not begun");
    ck_assert_ok(cx_monitor_delays(monitor, &table, err));
    ck_assert_double_eq(table_number(table, "share", 0), 0.6);
    ck_assert_double_eq(table_number(table, "share", 1), 0.9);
    ck_assert_double_eq(table_number(table, "share", 2), 1);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_late_answers_may_be_counted_as_late) {
    options.late = CX_LATE_COUNT;
    make_known(1);
    end(monitor);
    ck_assert_ok(count_at(monitor, 0, 1, 2, 3, 0, err));
    ck_assert_int_eq(cx_monitor_late(monitor), 6);
    ck_assert_double_eq(at(monitor, 0, "open"), 0);
}
END_TEST

START_TEST(test_monitor_expects_answers_of_open_cohorts) {
    options.max_age = 1;
    options.half_life = INFINITY;
    monitor = made(1);
    for (int t = 0; t < 400; t++) { /* 20 of 100 answer, 15 at once */
        invite_now(monitor, 0, 100);
        count_now(monitor, 0, 5, 5, 5);
        if (t > 0) ck_assert_ok(count_at(monitor, 0, 1, 1, 3, t - 1, err));
        end(monitor);
    }
    /* one cohort of 85 silent customers, each answering with probability .2 .25 / (1 - .2 .75) */
    ck_assert_near(at(monitor, 0, "outstanding"), 85 * 0.05 / 0.85, 0.02);
    invite_now(monitor, 0, 50);
    ck_assert_near(at(monitor, 0, "outstanding"), 85 * 0.05 / 0.85 + 10, 0.04);
}
END_TEST

START_TEST(test_monitor_clock_never_runs_backwards) {
    make_known(1);
    ck_assert_ok(cx_monitor_advance(monitor, 5, err));
    ck_assert_int_eq(cx_monitor_period(monitor), 5);
    ck_assert_ok(cx_monitor_advance(monitor, 5, err));
    ck_assert_fails(cx_monitor_advance(monitor, 4, err), CX_E_DOMAIN, "runs backwards");
    ck_assert_fails(cx_monitor_advance(monitor, INT64_MAX, err), CX_E_OVERFLOW, "2^31");
    ck_assert_close(at(monitor, 0, "log_evidence"), log(5), 1e-14);
}
END_TEST

/* -- the cycle and common shocks ----------------------------------------------------------- */

START_TEST(test_monitor_cycle_moves_the_reference) {
    const double offsets[] = {10, 0, -10};
    cx_array x = cx_array_of(offsets, CX_F64, 3), two = cx_array_of(offsets, CX_F64, 2);
    options.cycle = 3;
    options.learn = 6;
    options.first_period = 2; /* the phase of -10 */
    make_known(1);
    ck_assert_fails(cx_monitor_set_cycle(monitor, &two, err), CX_E_LENGTH, "2 offsets");
    ck_assert_ok(cx_monitor_set_cycle(monitor, &x, err));
    count_now(monitor, 0, 250, 300, 450); /* 20, as on such a day */
    end(monitor);
    double in_season = at(monitor, 0, "log_evidence");
    ck_assert_double_lt(in_season, 0);
    ck_assert_ok(cx_monitor_advance(monitor, 4, err)); /* phase 1 */
    count_now(monitor, 0, 250, 300, 450);
    end(monitor);
    ck_assert_double_gt(at(monitor, 0, "log_evidence"), in_season + 5);
}
END_TEST

START_TEST(test_monitor_learns_the_cycle) {
    cx_table *table = NULL;
    options.cycle = 2;
    options.learn = 100;
    monitor = made(4);
    for (int t = 0; t < 100; t++) {
        for (int32_t i = 0; i < 4; i++) count_now(monitor, i, t % 2 ? 40 : 20, 30, t % 2 ? 30 : 50);
        end(monitor);
    }
    ck_assert_ok(cx_monitor_cycle(monitor, &table, err));
    ck_assert_near(table_number(table, "offset", 0), 20, 2.5);
    ck_assert_near(table_number(table, "offset", 1), -20, 2.5);
    ck_assert_double_lt(table_number(table, "se", 0), 2);
    cx_table_free(table);
}
END_TEST

START_TEST(test_monitor_takes_common_shocks_away_only_where_it_says_so) {
    options.common_shock = 1;
    options.arl = 1e9;
    make_known(5);
    for (int t = 0; t < 20; t++) {
        for (int32_t i = 0; i < 5; i++) count_now(monitor, i, 20, 30, 50);
        end(monitor);
    }
    double before = at(monitor, 0, "log_evidence"),
           shared = at(monitor, 0, "log_evidence_adjusted");
    ck_assert_close(before, shared, 0.2);
    for (int32_t i = 0; i < 5; i++) count_now(monitor, i, i == 3 ? 60 : 30, 30, i == 3 ? 10 : 40);
    end(monitor);
    ck_assert_double_gt(at(monitor, 0, "log_evidence"), before + 2);
    ck_assert_double_lt(at(monitor, 0, "log_evidence_adjusted"), before + 1);
    ck_assert_double_gt(at(monitor, 3, "log_evidence_adjusted"), before + 5);
}
END_TEST

/* -- reading answers ----------------------------------------------------------------------- */

START_TEST(test_monitor_reads_answers_in_any_order_and_split) {
    enum { N = 3000 };
    static int32_t points[N], backwards[N];
    static int8_t scores[N], reversed[N];
    for (int i = 0; i < N; i++) {
        points[i] = i * 7 % 4, scores[i] = (int8_t)(i * 13 % 12); /* an 11 now and then */
        backwards[N - 1 - i] = points[i], reversed[N - 1 - i] = scores[i];
    }
    cx_array p = cx_array_of(points, CX_I32, N), s = cx_array_of(scores, CX_I8, N);
    cx_array q = cx_array_of(backwards, CX_I32, N), r = cx_array_of(reversed, CX_I8, N);
    make_known(4);
    cx_monitor *other = again(monitor);
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err));
    for (int k = 0; k < N; k += 1000) {
        q = cx_array_of(backwards + k, CX_I32, 1000), r = cx_array_of(reversed + k, CX_I8, 1000);
        ck_assert_ok(cx_monitor_observe(other, &q, &r, NULL, NULL, err));
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_OUT_OF_RANGE), 250);
    end(monitor), end(other);
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    double n = 0;
    for (int64_t i = 0; i < 4; i++) n += at(monitor, i, "n");
    ck_assert_double_eq(n, 2750);
    cx_monitor_free(other);
}
END_TEST

START_TEST(test_monitor_counts_classes_by_its_cuts) {
    const double scores[] = {6, 7, 8, 9, 10, 0, NAN, 6.5};
    const int32_t point = 1;
    cx_array s = cx_array_of(scores, CX_F64, 8), key = cx_array_of(&point, CX_I32, 1);
    cx_answer_options read;
    make_known(2);
    cx_monitor *other = again(monitor);
    ck_assert_ok(cx_monitor_observe(monitor, &key, &s, NULL, NULL, err));
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_MISSING), 1);
    ck_assert_int_eq(cx_monitor_excluded(monitor, CX_EXCLUDED_NON_INTEGER), 1);
    count_now(other, 1, 2, 2, 2);
    end(monitor), end(other);
    ck_assert_double_eq(at(monitor, 1, "level"), at(other, 1, "level"));
    cx_answer_options_init(&read);
    read.fractional = CX_FRACTIONAL_FLOOR;
    ck_assert_ok(cx_monitor_observe(monitor, &key, &s, NULL, &read, err));
    ck_assert_double_eq(at(monitor, 1, "open"), 7);
    cx_monitor_free(other);
}
END_TEST

START_TEST(test_monitor_is_unchanged_by_a_call_that_fails) {
    enum { N = 2000 };
    static int32_t points[N];
    static double scores[N];
    static int64_t periods[N];
    for (int i = 0; i < N; i++) points[i] = i % 3, scores[i] = i % 13, periods[i] = 1 + i % 2;
    cx_array p = cx_array_of(points, CX_I32, N), s = cx_array_of(scores, CX_F64, N);
    cx_array t = cx_array_of(periods, CX_I64, N);
    options.max_age = 1;
    make_known(3);
    end(monitor), end(monitor);
    count_now(monitor, 2, 1, 2, 3);
    cx_monitor *before = again(monitor);
    points[1900] = 77;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN,
                    "77 is not a point");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    points[1900] = 0, scores[1999] = INFINITY;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN, "infinite");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    scores[1999] = 3, periods[1500] = 0;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, &t, NULL, err), CX_E_DOMAIN,
                    "period 0 is closed");
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 1);
    periods[1500] = 1;
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, &t, NULL, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, before), 0);
    cx_monitor_free(before);
}
END_TEST

START_TEST(test_monitor_knows_its_points_by_text) {
    const char names[] = "ZurichBernGenf", asked[] = "BernZurichBernBasel";
    const int32_t ends[] = {0, 6, 10, 14}, offsets[] = {0, 4, 10, 14, 19};
    const int8_t scores[] = {10, 9, 0, 10};
    cx_array keys = {.data = names, .length = 3, .offsets = ends, .dtype = CX_STRING};
    cx_array p = {.data = asked, .length = 3, .offsets = offsets, .dtype = CX_STRING};
    cx_array s = cx_array_of(scores, CX_I8, 3), number = cx_array_of(numbers, CX_I32, 3);
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &monitor, err));
    ck_assert_ok(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err));
    ck_assert_double_eq(at(monitor, 0, "open"), 2); /* Bern is first in key order */
    ck_assert_double_eq(at(monitor, 2, "open"), 1);
    p.length = 4, s.length = 4;
    ck_assert_fails(cx_monitor_observe(monitor, &p, &s, NULL, NULL, err), CX_E_DOMAIN,
                    "\"Basel\" is not a point");
    s.length = 3;
    ck_assert_fails(cx_monitor_observe(monitor, &number, &s, NULL, NULL, err), CX_E_TYPE, "text");
}
END_TEST

START_TEST(test_monitor_allocates_nothing_after_it_is_made) {
    fault f = {.fail_at = -1};
    cx_allocator allocator = fault_allocator(&f);
    cx_array keys = cx_array_of(numbers, CX_I32, 8);
    const int8_t scores[] = {10, 9, 0, 10, 7, 7, 2, 1};
    cx_array s = cx_array_of(scores, CX_I8, 8);
    options.common_shock = 1;
    options.max_age = 2;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, &allocator, &monitor, err));
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    int64_t requests = f.requests;
    for (int t = 0; t < 100; t++) {
        ck_assert_ok(cx_monitor_observe(monitor, &keys, &s, NULL, NULL, err));
        end(monitor);
    }
    ck_assert_int_gt(cx_monitor_alarm_count(monitor), 0);
    ck_assert_int_eq(f.requests, requests);
    cx_monitor_free(monitor);
    monitor = NULL;
    ck_assert_int_eq(f.live, 0);
}
END_TEST

/* -- merging and bytes --------------------------------------------------------------------- */

START_TEST(test_monitor_engines_collect_in_forks_and_merge) {
    options.max_age = 1;
    make_known(3);
    count_now(monitor, 0, 1, 2, 3);
    end(monitor), end(monitor);
    count_now(monitor, 1, 1, 0, 0);
    cx_monitor *whole = again(monitor), *fork = NULL;
    ck_assert_ok(cx_monitor_fork(monitor, NULL, &fork, err));
    invite_now(fork, 1, 9), invite_now(whole, 1, 9);
    count_now(fork, 1, 4, 5, 6), count_now(whole, 1, 4, 5, 6);
    count_now(monitor, 2, 1, 1, 1), count_now(whole, 2, 1, 1, 1);
    cx_monitor *reversed = again(fork);
    ck_assert_ok(cx_monitor_merge(reversed, monitor, err));
    ck_assert_ok(cx_monitor_merge(monitor, fork, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    ck_assert_int_eq(cx_monitor_equal(reversed, whole), 1);
    end(monitor), end(whole);
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    ck_assert_fails(cx_monitor_merge(monitor, whole, err), CX_E_MISMATCH, "history in both");
    ck_assert_fails(cx_monitor_merge(monitor, fork, err), CX_E_MISMATCH, "period");
    ck_assert_int_eq(cx_monitor_equal(monitor, whole), 1);
    cx_monitor_free(whole), cx_monitor_free(fork), cx_monitor_free(reversed);
}
END_TEST

START_TEST(test_monitor_merges_disjoint_points_and_takes_new_ones) {
    const int32_t new_points[] = {-5, 40};
    cx_array keys = cx_array_of(new_points, CX_I32, 2);
    cx_monitor *more = NULL;
    make_known(3);
    count_now(monitor, 0, 30, 2, 3);
    end(monitor);
    double evidence = at(monitor, 0, "log_evidence");
    options.first_period = 1;
    ck_assert_ok(cx_monitor_new(&keys, NULL, &options, NULL, &more, err));
    cx_monitor *reversed = again(more);
    ck_assert_ok(cx_monitor_merge(reversed, monitor, err));
    ck_assert_ok(cx_monitor_merge(monitor, more, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, reversed), 1);
    ck_assert_int_eq(cx_monitor_size(monitor), 5);
    ck_assert_double_eq(at(monitor, 1, "log_evidence"), evidence); /* behind -5 */
    ck_assert_double_eq(at(monitor, 1, "last"), 0);
    ck_assert(isnan(at(monitor, 0, "log_evidence")));
    options.arl = 100;
    cx_monitor_free(more);
    more = made(1);
    ck_assert_fails(cx_monitor_merge(monitor, more, err), CX_E_MISMATCH, "settings");
    cx_monitor_free(more), cx_monitor_free(reversed);
}
END_TEST

START_TEST(test_monitor_restarts_where_it_was) {
    options.direction = CX_MONITOR_BOTH;
    options.drop_count = 3;
    options.common_shock = 1;
    options.cycle = 7;
    options.max_age = 2;
    options.guard = 3;
    options.baseline = 30;
    monitor = made(4);
    for (int t = 0; t < 200; t++) {
        for (int32_t i = 0; i < 4; i++) {
            invite_now(monitor, i, 40);
            count_now(monitor, i, 2 + t % 3, 3, t > 150 && i == 1 ? 1 : 6);
        }
        end(monitor);
    }
    cx_monitor *other = again(monitor), *copy = NULL;
    ck_assert_ok(cx_monitor_copy(monitor, NULL, &copy, err));
    ck_assert_int_eq(cx_monitor_equal(monitor, copy), 1);
    for (int t = 0; t < 10; t++) {
        count_now(monitor, 2, 3, 3, 1), count_now(other, 2, 3, 3, 1), count_now(copy, 2, 3, 3, 1);
        end(monitor), end(other), end(copy);
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, other), 1);
    ck_assert_int_eq(cx_monitor_equal(monitor, copy), 1);
    ck_assert_int_gt(cx_monitor_alarm_count(monitor), 0);
    cx_monitor_free(other), cx_monitor_free(copy);
}
END_TEST

START_TEST(test_monitor_forgets_all_but_its_settings_and_weights) {
    const double weights[] = {1, 3};
    cx_array keys = cx_array_of(numbers, CX_I32, 2), w = cx_array_of(weights, CX_F64, 2);
    options.direction = CX_MONITOR_BOTH;
    options.cycle = 2;
    options.max_age = 1;
    ck_assert_ok(cx_monitor_new(&keys, &w, &options, NULL, &monitor, err));
    cx_monitor *fresh = again(monitor);
    set_baseline(monitor, 0.2, 0.3, 0.5, 0);
    for (int t = 0; t < 60; t++) {
        count_now(monitor, 1, 9, 1, 0), invite_now(monitor, 0, 5);
        end(monitor);
    }
    ck_assert_int_eq(cx_monitor_equal(monitor, fresh), 0);
    cx_monitor_reset(monitor);
    cx_monitor_reset(NULL);
    ck_assert_int_eq(cx_monitor_equal(monitor, fresh), 1);
    cx_monitor_free(fresh);
}
END_TEST

START_TEST(test_monitor_takes_about_200_bytes_a_point) {
    enum { POINTS = 2000 };
    static int32_t keys[POINTS];
    for (int i = 0; i < POINTS; i++) keys[i] = i;
    cx_array few = cx_array_of(keys, CX_I32, 1000), many = cx_array_of(keys, CX_I32, POINTS);
    cx_monitor *small = NULL;
    cx_monitor_options_init(&options);
    options.arl = 365;
    ck_assert_ok(cx_monitor_new(&few, NULL, &options, NULL, &small, err));
    ck_assert_ok(cx_monitor_new(&many, NULL, &options, NULL, &monitor, err));
    size_t each = (cx_monitor_encoded_size(monitor) - cx_monitor_encoded_size(small)) / 1000;
    ck_assert_uint_eq(each, 225); /* 208 and the key */
    cx_monitor_free(small);
}
END_TEST

Suite *suite_monitor(void);
Suite *suite_monitor(void) {
    Suite *suite = suite_create("monitor");
    TCase *tcase = tcase_create("monitor");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_monitor_needs_points_and_a_threshold);
    tcase_add_test(tcase, test_monitor_refuses_points_that_stand_twice_or_have_no_key);
    tcase_add_test(tcase, test_monitor_before_any_answer_says_nothing);
    tcase_add_test(tcase, test_monitor_level_settles_at_the_steady_variance);
    tcase_add_test(tcase, test_monitor_variance_of_one_answer_never_reaches_0);
    tcase_add_test(tcase, test_monitor_forgets_shares_by_its_half_life);
    tcase_add_test(tcase, test_monitor_grows_as_fast_as_the_information_per_answer);
    tcase_add_test(tcase, test_monitor_trinomial_evidence_is_the_recursion_of_shiryaev_and_roberts);
    tcase_add_test(tcase, test_monitor_evidence_neither_overflows_nor_dies);
    tcase_add_test(tcase, test_monitor_bank_is_the_mean_of_its_drops);
    tcase_add_test(tcase, test_monitor_sees_rises_as_drops_from_the_other_end);
    tcase_add_test(tcase, test_monitor_reference_is_the_lower_limit_unless_told_otherwise);
    tcase_add_test(tcase, test_monitor_freezes_a_reference_from_before_the_guard);
    tcase_add_test(tcase, test_monitor_raises_the_alarm_at_the_threshold_and_not_before);
    tcase_add_test(tcase, test_monitor_alarms_speak_of_answers_after_the_flag_only);
    tcase_add_test(tcase, test_monitor_acknowledged_points_start_again);
    tcase_add_test(tcase, test_monitor_learns_a_new_reference_from_after_the_alarm);
    tcase_add_test(tcase, test_monitor_flags_by_e_bh);
    tcase_add_test(tcase, test_monitor_weights_are_hazards);
    tcase_add_test(tcase, test_monitor_alarms_when_nobody_answers_any_more);
    tcase_add_test(tcase, test_monitor_counts_late_answers_in_the_cohort_they_belong_to);
    tcase_add_test(tcase, test_monitor_late_answers_may_be_counted_as_late);
    tcase_add_test(tcase, test_monitor_expects_answers_of_open_cohorts);
    tcase_add_test(tcase, test_monitor_clock_never_runs_backwards);
    tcase_add_test(tcase, test_monitor_cycle_moves_the_reference);
    tcase_add_test(tcase, test_monitor_learns_the_cycle);
    tcase_add_test(tcase, test_monitor_takes_common_shocks_away_only_where_it_says_so);
    tcase_add_test(tcase, test_monitor_reads_answers_in_any_order_and_split);
    tcase_add_test(tcase, test_monitor_counts_classes_by_its_cuts);
    tcase_add_test(tcase, test_monitor_is_unchanged_by_a_call_that_fails);
    tcase_add_test(tcase, test_monitor_knows_its_points_by_text);
    tcase_add_test(tcase, test_monitor_allocates_nothing_after_it_is_made);
    tcase_add_test(tcase, test_monitor_engines_collect_in_forks_and_merge);
    tcase_add_test(tcase, test_monitor_merges_disjoint_points_and_takes_new_ones);
    tcase_add_test(tcase, test_monitor_restarts_where_it_was);
    tcase_add_test(tcase, test_monitor_forgets_all_but_its_settings_and_weights);
    tcase_add_test(tcase, test_monitor_takes_about_200_bytes_a_point);
    suite_add_tcase(suite, tcase);
    return suite;
}
