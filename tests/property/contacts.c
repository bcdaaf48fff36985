/* First contact resolution of simulated customers: is the interval as good as it says, and how far
 * off are the other ways of counting? `contacts` runs a short table with a check, `contacts N` the
 * published one with N logs a row. */
#include <cxkit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY INT64_C(86400000000)
enum { MOST = 4000000, WARM_UP = 60 };

static int64_t customer[MOST], moment[MOST], rows;
static uint64_t seed;

static double chance(int64_t who, uint32_t draw) {
    return cx_random_uniform(seed, 11, (uint64_t)who, draw);
}

static void put(int64_t who, double day, double days) {
    if (day < 0 || day >= days || rows == MOST) return;
    customer[rows] = who;
    moment[rows++] = (int64_t)(day * (double)DAY);
}

/* Issues come at a rate of the customer's own, most of them rarely. A part of the customers gets
 * few of its issues resolved at once, and calls on every two days. */
static void simulate(int64_t customers, double days) {
    rows = 0;
    for (int64_t who = 0; who < customers; who++) {
        uint32_t draw = 0;
        double rate = 0.01 * exp(2.5 * chance(who, draw++)), day = -WARM_UP;
        double resolved = chance(who, draw++) < 0.3 ? 0.3 : 0.85;
        while ((day += -log(chance(who, draw++)) / rate) < days) {
            double at = day;
            put(who, at, days);
            while (chance(who, draw++) > resolved)
                put(who, at += fmin(-2 * log(chance(who, draw++)), 6.5), days);
        }
    }
}

typedef cx_status (*measure)(const cx_frame *, const cx_array *, const cx_array *,
                             const cx_contacts_options *, cx_fcr_result *, cx_error *);

static cx_estimate estimate(measure of, int32_t method, double days) {
    cx_array columns[] = {cx_array_of(customer, CX_I64, rows), cx_array_of(moment, CX_I64, rows)};
    cx_frame log_of = {columns, 2, {0, 0}};
    cx_contacts_options options;
    cx_fcr_result result;
    cx_error error;
    columns[0].name = "customer", columns[1].name = "time";
    cx_contacts_options_init(&options);
    options.method = method;
    options.start = 0;
    options.end = (int64_t)(days * (double)DAY);
    if (of(&log_of, NULL, NULL, &options, &result, &error) == CX_OK) return result.estimate;
    fprintf(stderr, "%s\n", error.text);
    exit(1);
}

typedef struct row {
    double bias, covered, width;
} row;

static row study(measure of, int32_t method, int64_t customers, double days, double truth,
                 int logs) {
    row sums = {0, 0, 0};
    for (int i = 0; i < logs; i++) {
        seed = 1000 + (uint64_t)i;
        simulate(customers, days);
        cx_estimate e = estimate(of, method, days);
        sums.bias += (e.value - truth) / logs;
        sums.covered += (e.ci_low <= truth && truth <= e.ci_high ? 1.0 : 0.0) / logs;
        sums.width += (e.ci_high - e.ci_low) / logs;
    }
    return sums;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        measure of;
        int32_t method;
    } ways[] = {{"kaplan-meier", cx_fcr, CX_FCR_KAPLAN_MEIER},
                {"complete-window", cx_fcr, CX_FCR_COMPLETE_WINDOW},
                {"naive", cx_fcr, CX_FCR_NAIVE},
                {"every contact an index", cx_non_repeat, CX_FCR_KAPLAN_MEIER}};
    int logs = argc > 1 ? atoi(argv[1]) : 300, failed = 0, test = 0;
    seed = 1;
    simulate(40000, 400);
    double truth = estimate(cx_fcr, CX_FCR_COMPLETE_WINDOW, 400).value;
    printf("# truth %.4f, %d logs a row\n", truth, logs);
    for (int days = 30; days <= 90; days += 60)
        for (int64_t customers = 200; customers <= (argc > 1 ? 3200 : 200); customers *= 4)
            for (int way = 0; way < 4; way++) {
                row found = study(ways[way].of, ways[way].method, customers, days, truth, logs);
                int good = way > 1 ? found.bias * (way == 2 ? 1 : -1) > 0.005
                                   : found.covered > 0.925 && found.covered < 0.975;
                failed += !good;
                printf("%sok %d - %d days, %ld customers, %s: bias %+.4f, coverage %.3f, width "
                       "%.3f\n",
                       good ? "" : "not ", ++test, days, (long)customers, ways[way].name,
                       found.bias, found.covered, found.width);
            }
    printf("1..%d\n", test);
    return failed > 0;
}
