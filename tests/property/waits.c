/* Coverage of the limits of a survival curve, by simulation with a fixed seed: exponential waits of
 * mean 1, exponential censoring that cuts off 30 %, at the times at which three quarters, half and
 * a quarter truly last longer; and of the median's limits. */

#include "../unit/support.h"

enum { RUNS = 4000, TIMES = 3 };

typedef struct rates {
    double at[TIMES], median, reached;
} rates;

static void simulate(cx_waits *waits, int n, uint64_t run) {
    double durations[256], ends[256];
    for (int i = 0; i < n; i++) {
        double wait = -log1p(-cx_random_uniform(20240502, (uint32_t)n, run, 2 * (uint32_t)i));
        double cut = -log1p(-cx_random_uniform(20240502, (uint32_t)n, run, 2 * (uint32_t)i + 1)) *
                     7 / 3; /* P(cut < wait) = 3 / 10 */
        durations[i] = fmin(wait, cut);
        ends[i] = wait <= cut;
    }
    cx_array d = cx_array_of(durations, CX_F64, n), e = cx_array_of(ends, CX_F64, n);
    cx_waits_reset(waits);
    ck_assert_ok(cx_waits_add(waits, &d, &e, NULL, NULL, err));
}

static rates coverage(int n, int32_t method) {
    static const double truth[TIMES] = {0.75, 0.5, 0.25};
    rates found = {{0}, 0, 0};
    double known[TIMES] = {0};
    cx_curve_options options;
    cx_estimate e;
    cx_waits *waits;
    cx_curve_options_init(&options);
    options.method = method;
    ck_assert_ok(cx_waits_new(NULL, &waits, err));
    for (uint64_t run = 0; run < RUNS; run++) {
        simulate(waits, n, run);
        for (int t = 0; t < TIMES; t++) {
            if (cx_waits_survival(waits, -log(truth[t]), &options, &e, NULL) != CX_OK) continue;
            known[t]++;
            found.at[t] += e.ci_low <= truth[t] && truth[t] <= e.ci_high;
        }
        if (cx_waits_quantile(waits, 0.5, &options, &e, NULL) != CX_OK) continue;
        found.reached++;
        found.median += e.ci_low <= log(2) && log(2) <= e.ci_high;
    }
    for (int t = 0; t < TIMES; t++) found.at[t] /= known[t];
    found.median /= found.reached;
    found.reached /= RUNS;
    cx_waits_free(waits);
    return found;
}

static void show(int n, int32_t method, const rates *r) {
    printf("# n = %d, %s: %.4f %.4f %.4f, median %.4f, reached %.4f\n", n, cx_method_name(method),
           r->at[0], r->at[1], r->at[2], r->median, r->reached);
}

START_TEST(test_log_log_limits_cover_what_they_promise) {
    const int sizes[] = {20, 50, 200};
    for (int s = 0; s < 3; s++) {
        rates plain = coverage(sizes[s], CX_METHOD_WALD);
        rates r = coverage(sizes[s], CX_METHOD_LOG_LOG);
        show(sizes[s], CX_METHOD_LOG_LOG, &r);
        show(sizes[s], CX_METHOD_WALD, &plain);
        for (int t = 0; t < TIMES; t++)
            ck_assert_msg(r.at[t] > 0.93 && r.at[t] < 0.975, "n = %d: %.4f", sizes[s], r.at[t]);
        ck_assert_msg(r.median > 0.93 && r.median < 0.98, "n = %d: %.4f", sizes[s], r.median);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("waits");
    TCase *tcase = tcase_create("waits");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_log_log_limits_cover_what_they_promise);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
