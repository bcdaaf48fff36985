/* Silent customers: of those whose rhythm has not changed, about `level` are called silent; of
 * those who have left, most are. With the argument `table`, the larger figures of
 * docs/validation/silence.md. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

#define DAY 86400.0
#define NOW 730.0 /* days of log */

typedef enum rates { RATES_GAMMA, RATES_LOGNORMAL, RATES_EQUAL } rates;

typedef struct scenario {
    const char *name;
    rates rates;
    double regularity; /* shape of the gaps: 1 at random, more: regular, less: in bursts */
    double mean_gap;   /* days */
    double left;       /* share of customers who left, half a year before now */
} scenario;

static const scenario scenarios[] = {
    {"rates gamma, a contact a month", RATES_GAMMA, 1, 30, 0},
    {"rates gamma, a contact in half a year", RATES_GAMMA, 1, 180, 0},
    {"rates lognormal, a contact a month", RATES_LOGNORMAL, 1, 30, 0},
    {"rates all alike", RATES_EQUAL, 1, 30, 0},
    {"regular gaps (shape 3)", RATES_GAMMA, 3, 30, 0},
    {"gaps in bursts (shape 0.5)", RATES_GAMMA, 0.5, 30, 0},
    {"one in three left half a year ago", RATES_GAMMA, 1, 30, 1.0 / 3},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

typedef struct found {
    double active, single, few, many; /* shares called silent among those who did not leave */
    double left;                      /* among those who left */
    double beyond;                    /* what the library estimates */
} found;

static uint64_t seed = 1;
static uint32_t draw;

static double uniform(uint64_t index) {
    return cx_random_uniform(seed, 77, index, draw++);
}

static double rate_of(const scenario *s, uint64_t i) {
    double u = uniform(i);
    if (s->rates == RATES_GAMMA) return cx_gamma_quantile(u, 2, 0.5 / s->mean_gap);
    if (s->rates == RATES_LOGNORMAL) return exp(cx_normal_quantile(u)) / s->mean_gap;
    return 1 / s->mean_gap;
}

static double gap_of(const scenario *s, double rate, uint64_t i) {
    double u = uniform(i);
    if (s->regularity == 1) return -log(u) / rate;
    return cx_gamma_quantile(u, s->regularity, 1 / (s->regularity * rate));
}

static void fail(const cx_error *err) {
    printf("Bail out! %s\n", err->text);
    exit(1);
}

typedef struct log_of_contacts {
    int32_t *who;
    int64_t *when;
    int64_t count, room;
} log_of_contacts;

static void put(log_of_contacts *log, int32_t who, double day) {
    if (log->count == log->room) {
        log->room = log->room == 0 ? 1024 : 2 * log->room;
        log->who = realloc(log->who, (size_t)log->room * sizeof *log->who);
        log->when = realloc(log->when, (size_t)log->room * sizeof *log->when);
    }
    log->who[log->count] = who;
    log->when[log->count++] = (int64_t)(day * DAY * 1e6);
}

/* The first contact falls anywhere in the log; who left makes none in the last half year. */
static void simulate(const scenario *s, int32_t customers, log_of_contacts *log, char *left) {
    for (int32_t i = 0; i < customers; i++) {
        draw = 0;
        left[i] = uniform((uint64_t)i) < s->left;
        double rate = rate_of(s, (uint64_t)i), end = left[i] ? NOW - 182 : NOW;
        double day = uniform((uint64_t)i) * (left[i] ? NOW - 182 : NOW);
        for (; day < end; day += gap_of(s, rate, (uint64_t)i)) put(log, i, day);
    }
}

static double share(int64_t some, int64_t all) {
    return all > 0 ? (double)some / (double)all : (double)NAN;
}

static found count(const cx_table *table, const char *left) {
    const int64_t *who = table_column(table, "customer").data,
                  *gaps = table_column(table, "gaps").data;
    const int64_t *silent = table_column(table, "silent").data;
    const double *tail = table_column(table, "tail").data;
    int64_t all[5] = {0}, some[5] = {0};
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        int group = left[who[i]] ? 4 : gaps[i] == 0 ? 1 : gaps[i] < 5 ? 2 : 3;
        if (isnan(tail[i])) continue; /* a single contact without a prior */
        all[group]++;
        some[group] += silent[i];
        if (group < 4) all[0]++, some[0] += silent[i];
    }
    return (found){share(some[0], all[0]),
                   share(some[1], all[1]),
                   share(some[2], all[2]),
                   share(some[3], all[3]),
                   share(some[4], all[4]),
                   table_has_figure(table, "beyond_chance") ? table_figure(table, "beyond_chance")
                                                            : (double)NAN};
}

static found run(const scenario *s, int32_t customers, double level, bool own) {
    log_of_contacts log = {NULL, NULL, 0, 0};
    char *left = calloc((size_t)customers, 1);
    cx_silence_options options;
    cx_table *table;
    cx_error err;
    simulate(s, customers, &log, left);
    cx_silence_options_init(&options);
    options.level = level;
    if (own) options.prior_shape = options.prior_scale = 0;
    cx_array who = cx_array_of(log.who, CX_I32, log.count);
    cx_array when = cx_array_of(log.when, CX_I64, log.count);
    cx_error_init(&err);
    if (cx_silence(&who, &when, (int64_t)(NOW * DAY * 1e6), &options, &table, &err) != CX_OK)
        fail(&err);
    found f = count(table, left);
    cx_table_free(table);
    free(log.who);
    free(log.when);
    free(left);
    return f;
}

static int tests, failures;

static void check(const char *what, double value, double low, double high) {
    tests++;
    bool ok = value >= low && value <= high;
    failures += !ok;
    printf("%s %d - %s: %.4f in %.3f .. %.3f\n", ok ? "ok" : "not ok", tests, what, value, low,
           high);
}

static void print_share(double value) {
    if (isnan(value))
        printf(" - |");
    else
        printf(" %.3f |", value);
}

static void print_table(void) {
    printf("| customers | prior | level | all active | single | 1-4 gaps | 5 or more | who left | "
           "beyond chance |\n|---|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < SCENARIOS; i++)
        for (int own = 0; own < 2; own++)
            for (int l = 0; l < 2; l++) {
                double level = l == 0 ? 0.05 : 0.01;
                found f = run(&scenarios[i], 50000, level, own);
                printf("| %s | %s | %g |", scenarios[i].name, own ? "none" : "population", level);
                const double shares[] = {f.active, f.single, f.few, f.many, f.left, f.beyond};
                for (int c = 0; c < 6; c++) print_share(shares[c]);
                printf("\n");
            }
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "table") == 0) {
        print_table();
        return 0;
    }
    for (int i = 0; i < SCENARIOS; i++) {
        const scenario *s = &scenarios[i];
        bool random = s->regularity == 1, few = s->mean_gap > 100;
        found f = run(s, 4000, 0.05, false), own = run(s, 4000, 0.05, true);
        check(s->name, f.active, 0, random ? 0.08 : s->regularity > 1 ? 0.05 : 0.2);
        if (random && !few) check("  with five gaps or more", f.many, 0.03, 0.07);
        if (random) check("  by their own rhythm alone", own.active, 0.035, 0.065);
        if (s->left > 0) check("  of those who left", f.left, 0.6, 1);
        if (s->left > 0) check("  beyond chance", f.beyond, 0.2, 1.0 / 3);
    }
    printf("1..%d\n", tests);
    return failures > 0;
}
