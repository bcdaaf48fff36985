/* Lags by simulation: how often intervals hold the truth, and how often nothing is taken for
 * something. `lag table RUNS` prints the table of docs/validation/lag.md. */

#include "../unit/support.h"
#include "require.h"

enum { MOST = 2400 };
#define SEED UINT64_C(20261123)

static double x[MOST], y[MOST];
static int64_t unit[MOST], period[MOST];
static int64_t stream;

static double normal(uint32_t i) {
    return cx_normal_quantile(cx_random_uniform(SEED, 2, (uint64_t)stream, i));
}

/* An autoregression of order one, in `out` from number `first` on */
static void walk(double *out, int64_t n, double phi, uint32_t first) {
    for (int64_t t = 0; t < n; t++)
        out[t] = normal(first + (uint32_t)t) / (t == 0 ? sqrt(1 - phi * phi) : 1) +
                 (t == 0 ? 0 : phi * out[t - 1]);
}

/* -- how often the truth is held ------------------------------------------------------------ */

/* y follows x with a falling effect, 0.6^j up to lag 60, or `humped` up to lag 5 */
static double follow(int64_t n, double phi, double noise, bool humped) {
    static const double hump[] = {0.3, 0.8, 1, 0.8, 0.5, 0.2};
    double e[MOST], lead[MOST], total = 0;
    walk(lead, n + 60, 0.5, 0);
    walk(e, n, noise, 1000);
    for (int64_t t = 0; t < n; t++) {
        x[t] = lead[t + 60], y[t] = e[t];
        for (int64_t j = 0; j < (humped ? 6 : 60); j++)
            y[t] += (humped ? hump[j] : pow(phi, (double)j)) * lead[t + 60 - j];
    }
    for (int64_t j = 0; j < 6 && humped; j++) total += hump[j];
    return humped ? total : 1 / (1 - phi);
}

static double covered(int32_t shape, bool fieller, double noise) {
    int64_t n = 150;
    bool humped = shape != CX_LAG_KOYCK;
    double truth = follow(n, 0.6, noise, humped);
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_distributed_lag_options options;
    cx_error err;
    cx_table *table;
    cx_distributed_lag_options_init(&options);
    options.shape = shape, options.max_lag = humped ? 6 : 4;
    if (shape == CX_LAG_ALMON) options.degree = 3;
    require(cx_distributed_lag(&a, &b, NULL, NULL, NULL, &options, &table, &err), &err);
    double low = table_figure(table, fieller ? "long_run_fieller_low" : "long_run_ci_low");
    double high = table_figure(table, fieller ? "long_run_fieller_high" : "long_run_ci_high");
    cx_table_free(table);
    return low <= truth && truth <= high;
}

static double free_white(void) {
    return covered(CX_LAG_FREE, false, 0);
}
static double free_coloured(void) {
    return covered(CX_LAG_FREE, false, 0.4);
}
static double almon_white(void) {
    return covered(CX_LAG_ALMON, false, 0);
}
static double smoothed_white(void) {
    return covered(CX_LAG_SMOOTHED, false, 0);
}
static double koyck_delta(void) {
    return covered(CX_LAG_KOYCK, false, 0);
}
static double koyck_fieller(void) {
    return covered(CX_LAG_KOYCK, true, 0);
}

/* A panel of 30 units by 20 periods, errors that stay within units */
static double panel_cluster(void) {
    int64_t n = 600;
    for (int64_t i = 0; i < n; i++) {
        unit[i] = i / 20, period[i] = i % 20;
        x[i] = normal((uint32_t)i) + (period[i] > 0 ? 0.5 * x[i - 1] : 0);
        y[i] = normal((uint32_t)(1000 + i)) + normal((uint32_t)(2000 + unit[i]));
        if (period[i] > 0) y[i] += 0.5 * x[i - 1] + 0.3 * normal((uint32_t)(999 + i));
    }
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_array u = cx_array_of(unit, CX_I64, n), p = cx_array_of(period, CX_I64, n);
    cx_distributed_lag_options options;
    cx_error err;
    cx_table *table;
    cx_distributed_lag_options_init(&options);
    options.max_lag = 2;
    require(cx_distributed_lag(&a, &b, &u, &p, NULL, &options, &table, &err), &err);
    double low = table_figure(table, "long_run_ci_low"),
           high = table_figure(table, "long_run_ci_high");
    cx_table_free(table);
    return low <= 0.5 && high >= 0.5;
}

/* Means of 40 units, 5 answers of each kind, whose true values correlate at 0.6 */
static double disattenuated(void) {
    int64_t n = 200;
    for (int64_t i = 0; i < n; i++) {
        uint32_t g = (uint32_t)(i / 5);
        double own = normal(g), other = 0.6 * own + 0.8 * normal(100 + g);
        unit[i] = i / 5;
        x[i] = own + 1.5 * normal((uint32_t)(500 + i));
        y[i] = other + 1.5 * normal((uint32_t)(1000 + i));
    }
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_array u = cx_array_of(unit, CX_I64, n);
    u.name = "unit";
    cx_frame by = {&u, 1, {0, 0}};
    cx_error err;
    cx_table *table;
    require(cx_aggregate_link(&a, &by, &b, &by, NULL, &table, &err), &err);
    double low = table_number(table, "disattenuated_ci_low", 0);
    double high = table_number(table, "disattenuated_ci_high", 0);
    cx_table_free(table);
    return low <= 0.6 && 0.6 <= high;
}

/* -- how often nothing is taken for something ------------------------------------------------ */

/* Two independent autoregressions: the part of lags outside their own limits, or any outside the
 * band */
static double alone(bool prewhiten, bool band) {
    int64_t n = 150;
    walk(x, n, 0.9, 0);
    walk(y, n, 0.9, 1000);
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_cross_correlate_options options;
    cx_error err;
    cx_table *table;
    cx_cross_correlate_options_init(&options);
    options.max_lag = 10, options.prewhiten = prewhiten;
    require(cx_cross_correlate(&a, &b, NULL, &options, &table, &err), &err);
    double outside = table_figure(table, "outside") > 0, single = 0;
    for (int64_t i = 0; i < 21; i++) {
        double pairs = table_figure(table, "n") - fabs((double)i - 10);
        single += fabs(table_number(table, "correlation", i)) * sqrt(pairs) > 1.959964;
    }
    cx_table_free(table);
    return band ? outside : single / 21;
}

static double raw(void) {
    return alone(false, false);
}
static double prewhitened(void) {
    return alone(true, false);
}
static double prewhitened_band(void) {
    return alone(true, true);
}

static double granger(void) {
    int64_t n = 80;
    walk(x, n, 0.6, 0);
    walk(y, n, 0.6, 1000);
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_granger_options options;
    cx_error err;
    cx_table *table;
    cx_granger_options_init(&options);
    options.max_lag = 2;
    require(cx_granger(&a, &b, NULL, NULL, &options, &table, &err), &err);
    double found = table_number(table, "p_value", 0) < 0.05;
    cx_table_free(table);
    return found;
}

static double hurlin(void) {
    int64_t n = 10 * 30;
    for (int64_t i = 0; i < n; i++) {
        unit[i] = i / 30, period[i] = i % 30;
        x[i] = normal((uint32_t)i) + (period[i] > 0 ? 0.5 * x[i - 1] : 0);
        y[i] = normal((uint32_t)(1000 + i)) + (period[i] > 0 ? 0.5 * y[i - 1] : 0);
    }
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_array u = cx_array_of(unit, CX_I64, n), p = cx_array_of(period, CX_I64, n);
    cx_granger_options options;
    cx_error err;
    cx_table *table;
    cx_granger_options_init(&options);
    options.max_lag = 1;
    require(cx_granger_panel(&a, &b, &u, &p, &options, &table, &err), &err);
    double found = table_number(table, "p_tilde", 0) < 0.05;
    cx_table_free(table);
    return found;
}

/* Four metrics of four areas, 20 units by 15 periods, nothing linked */
static double unlinked(void) {
    static double metric[4][300];
    static const char text[] = "brandexperiencerelationshipresult";
    static const int32_t offsets[] = {0, 5, 15, 27, 33};
    static const char *const names[] = {"a", "b", "c", "d"};
    int64_t n = 300;
    cx_array columns[4], areas = cx_array_of(text, CX_STRING, 4);
    areas.offsets = offsets;
    for (int64_t i = 0; i < n; i++) {
        unit[i] = i / 15, period[i] = i % 15;
        for (int64_t m = 0; m < 4; m++)
            metric[m][i] = normal((uint32_t)(1000 * m + i)) + (double)unit[i] +
                           (period[i] > 0 ? 0.4 * (metric[m][i - 1] - (double)unit[i]) : 0);
    }
    for (int m = 0; m < 4; m++) {
        columns[m] = cx_array_of(metric[m], CX_F64, n);
        columns[m].name = names[m];
    }
    cx_frame frame = {columns, 4, {0, 0}};
    cx_array u = cx_array_of(unit, CX_I64, n), p = cx_array_of(period, CX_I64, n);
    cx_linkage_options options;
    cx_error err;
    cx_table *table;
    cx_linkage_options_init(&options);
    options.max_lag = 2;
    require(cx_linkage(&frame, &areas, &u, &p, &options, &table, &err), &err);
    double found = table_figure(table, "found") > 0;
    cx_table_free(table);
    return found;
}

/* -- all of them ----------------------------------------------------------------------------- */

typedef struct scenario {
    const char *name;
    double (*run)(void);
    int runs;           /* in `check` */
    double least, most; /* of what is asked for there */
} scenario;

static const scenario scenarios[] = {
    {"long run, free lags", free_white, 400, 0.90, 0.98},
    {"long run, free lags, errors with a memory (0.4)", free_coloured, 400, 0.85, 0.97},
    {"long run, polynomial of degree 3", almon_white, 400, 0.90, 0.98},
    {"long run, smoothed lags", smoothed_white, 60, 0.85, 1},
    {"long run, falling lags, delta", koyck_delta, 40, 0.82, 1},
    {"long run, falling lags, Fieller", koyck_fieller, 40, 0.82, 1},
    {"long run, panel of 30 units, by cluster", panel_cluster, 200, 0.90, 0.99},
    {"disattenuated correlation of 40 units", disattenuated, 400, 0.90, 0.99},
    {"raw lags outside 1.96 standard errors", raw, 400, 0.30, 0.65},
    {"prewhitened lags outside theirs", prewhitened, 400, 0.03, 0.07},
    {"any prewhitened lag outside the band", prewhitened_band, 400, 0.01, 0.08},
    {"precedes, one series", granger, 400, 0.02, 0.09},
    {"precedes, ten units", hurlin, 300, 0.02, 0.10},
    {"any link among four unlinked areas", unlinked, 60, 0, 0.15},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static double share(const scenario *what, int runs) {
    double sum = 0;
    for (int run = 0; run < runs; run++) {
        stream = run;
        sum += what->run();
    }
    return sum / runs;
}

START_TEST(test_intervals_and_tests_hold_what_they_say) {
    const scenario *what = &scenarios[_i];
    double found = share(what, what->runs);
    ck_assert_msg(found >= what->least && found <= what->most, "%s: %.3f", what->name, found);
}
END_TEST

static int print_table(int runs) {
    for (int i = 0; i < SCENARIOS; i++) {
        printf("| %s | %.1f |\n", scenarios[i].name, 100 * share(&scenarios[i], runs));
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "table") == 0) return print_table(atoi(words[2]));
    Suite *suite = suite_create("lag");
    TCase *tcase = tcase_create("simulation");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_intervals_and_tests_hold_what_they_say, 0, SCENARIOS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
