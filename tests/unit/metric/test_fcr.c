#include "contact_log.h"

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

Suite *suite_fcr(void) {
    Suite *suite = suite_create("fcr");
    TCase *tcase = tcase_create("contacts");
    tcase_add_checked_fixture(tcase, setup, NULL);
#define T(name) tcase_add_test(tcase, test_##name)
    T(fcr_is_the_definition_and_its_jackknife_the_exact_one);
    T(fcr_without_censoring_the_jackknife_is_exact);
    T(fcr_does_not_depend_on_the_order_of_rows);
    T(fcr_of_many_keys_adds_up_to_that_of_all);
    T(fcr_a_key_without_an_index_is_a_row_with_its_status);
#undef T
    suite_add_tcase(suite, tcase);
    return suite;
}
