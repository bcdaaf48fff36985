/* Estimates after adaptive measuring, on points whose share of the answers follows their own recent
 * score: what is unbiased, what is not, and whether intervals keep their word. With the argument
 * `table`, the larger figures of docs/validation/adaptive.md. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

enum { POINTS = 20, PERIODS = 30, BUDGET = 200, CELLS = POINTS * PERIODS, CONTACTS = 4000 };

static uint64_t seed = 1, draw;

static double uniform(void) {
    return cx_random_uniform(seed, 41, draw++, 0);
}

static void fail(const cx_error *err) {
    printf("Bail out! %s\n", err->text);
    exit(1);
}

/* A score in points of somebody at a point: 100, 0 or -100. */
static double score_at(int point) {
    double u = uniform(), detractors = 0.15 + 0.01 * point;
    return u < detractors ? -100 : u < detractors + 0.3 ? 0 : 100;
}

static double level_of(int point) {
    return 100 * (1 - 0.3 - 2 * (0.15 + 0.01 * point));
}

/* -- periods ------------------------------------------------------------------------------- */

typedef struct sums {
    double n, y, yy;
} sums;

typedef struct outcome {
    double naive, pooled, se; /* errors of the company's figure, and the standard error */
    double running;           /* 1 when the sequence held at every look */
} outcome;

/* Points that looked worse so far get more of the next period, six answers at least. */
static void allocate(const sums *so_far, int *answers) {
    double weight[POINTS], total = 0;
    for (int i = 0; i < POINTS; i++) {
        double mean = so_far[i].n > 0 ? so_far[i].y / so_far[i].n : 0;
        weight[i] = exp(-mean / 15);
        total += weight[i];
    }
    for (int i = 0; i < POINTS; i++)
        answers[i] = 6 + (int)((BUDGET - 6 * POINTS) * weight[i] / total);
}

typedef struct cells {
    int64_t period[CELLS];
    double weight[CELLS], n[CELLS], mean[CELLS], variance[CELLS];
} cells;

static void simulate_periods(cells *out, sums *all) {
    for (int t = 0; t < PERIODS; t++) {
        int answers[POINTS];
        allocate(all, answers);
        for (int i = 0; i < POINTS; i++) {
            int c = t * POINTS + i;
            sums now = {0, 0, 0};
            for (int k = 0; k < answers[i]; k++) {
                double y = score_at(i);
                now.n++, now.y += y, now.yy += y * y;
            }
            all[i].n += now.n, all[i].y += now.y;
            out->period[c] = t;
            out->weight[c] = 1;
            out->n[c] = now.n;
            out->mean[c] = now.y / now.n;
            out->variance[c] = (now.yy - now.y * now.y / now.n) / (now.n - 1);
        }
    }
}

static outcome run_periods(void) {
    static cells in;
    static const char *const names[] = {"weight", "n", "mean", "variance"};
    const double *const data[] = {in.weight, in.n, in.mean, in.variance};
    sums all[POINTS] = {{0, 0, 0}};
    cx_array column[5] = {cx_array_of(in.period, CX_I64, CELLS)};
    cx_frame frame = {column, 5, {0, 0}};
    cx_table *table, *running;
    cx_error err;
    double truth = 0, naive = 0;
    cx_error_init(&err);
    simulate_periods(&in, all);
    column[0].name = "period";
    for (int c = 0; c < 4; c++) {
        column[c + 1] = cx_array_of(data[c], CX_F64, CELLS);
        column[c + 1].name = names[c];
    }
    if (cx_period_means(&frame, NULL, &table, &err) != CX_OK) fail(&err);
    for (int i = 0; i < POINTS; i++) {
        truth += level_of(i) / POINTS;
        naive += all[i].y / all[i].n / POINTS;
    }
    outcome found = {naive - truth, table_figure(table, "value") - truth, table_figure(table, "se"),
                     1};
    cx_array estimates = cx_array_of(table_column(table, "value").data, CX_F64, PERIODS);
    if (cx_running_mean(&estimates, NULL, NULL, &running, &err) != CX_OK) fail(&err);
    const double *low = table_column(running, "ci_low").data,
                 *high = table_column(running, "ci_high").data;
    for (int t = 0; t < PERIODS; t++)
        if (low[t] > truth || high[t] < truth) found.running = 0;
    cx_table_free(running);
    cx_table_free(table);
    return found;
}

/* -- contacts ------------------------------------------------------------------------------ */

enum { METHODS = 4 };
static const char *const method_names[METHODS] = {"Hajek", "Horvitz-Thompson", "AIPW",
                                                  "naive pooled"};

typedef struct contact_log {
    double score[CONTACTS], probability[CONTACTS], predicted[CONTACTS];
    int32_t invite[CONTACTS];
} contact_log;

/* Who complained lately scores 40 points lower and is asked five times as often; predictions know
 * half of that. */
static void simulate_contacts(contact_log *log) {
    for (int i = 0; i < CONTACTS; i++) {
        bool complained = uniform() < 0.2;
        double u = uniform();
        double detractors = complained ? 0.45 : 0.15, promoters = complained ? 0.35 : 0.55;
        double y = u < detractors ? -100 : u < 1 - promoters ? 0 : 100;
        log->probability[i] = complained ? 0.5 : 0.1;
        log->predicted[i] = complained ? 10 : 30;
        log->invite[i] = uniform() < log->probability[i];
        log->score[i] = log->invite[i] ? y : NAN;
    }
}

static void run_contacts(double *error, double *covered) {
    static contact_log log;
    cx_array column[4] = {
        cx_array_of(log.score, CX_F64, CONTACTS), cx_array_of(log.probability, CX_F64, CONTACTS),
        cx_array_of(log.invite, CX_I32, CONTACTS), cx_array_of(log.predicted, CX_F64, CONTACTS)};
    static const char *const names[] = {"score", "probability", "invite", "predicted"};
    cx_frame frame = {column, 4, {0, 0}};
    double truth = 0.2 * -10 + 0.8 * 40;
    simulate_contacts(&log);
    for (int c = 0; c < 4; c++) column[c].name = names[c];
    for (int m = 0; m < METHODS; m++) {
        cx_adaptive_options options;
        cx_estimate e;
        cx_error err;
        cx_error_init(&err);
        cx_adaptive_options_init(&options);
        options.estimator = m;
        if (cx_adaptive_mean(&frame, NULL, &options, &e, &err) != CX_OK) fail(&err);
        error[m] = e.value - truth;
        covered[m] = e.ci_low <= truth && truth <= e.ci_high;
    }
}

/* -- what comes out ------------------------------------------------------------------------ */

typedef struct report {
    double naive, naive_se, pooled, pooled_se, covered, running;
    double bias[METHODS], se[METHODS], coverage[METHODS];
} report;

static double mean_se(double sum, double square, double n) {
    return sqrt((square / n - sum / n * (sum / n)) / (n - 1));
}

static report simulate(int runs) {
    report r;
    double squares[METHODS] = {0}, naive = 0, pooled = 0;
    memset(&r, 0, sizeof r);
    for (int i = 0; i < runs; i++) {
        double error[METHODS], covered[METHODS];
        outcome o = run_periods();
        r.naive += o.naive, naive += o.naive * o.naive;
        r.pooled += o.pooled, pooled += o.pooled * o.pooled;
        r.covered += fabs(o.pooled) <= 1.959964 * o.se;
        r.running += o.running;
        run_contacts(error, covered);
        for (int m = 0; m < METHODS; m++) {
            r.bias[m] += error[m], squares[m] += error[m] * error[m];
            r.coverage[m] += covered[m];
        }
    }
    r.naive_se = mean_se(r.naive, naive, runs), r.pooled_se = mean_se(r.pooled, pooled, runs);
    r.naive /= runs, r.pooled /= runs, r.covered /= runs, r.running /= runs;
    for (int m = 0; m < METHODS; m++) {
        r.se[m] = mean_se(r.bias[m], squares[m], runs);
        r.bias[m] /= runs, r.coverage[m] /= runs;
    }
    return r;
}

static void print_table(int runs) {
    report r = simulate(runs);
    printf("| company figure over %d periods | bias (se), points | coverage |\n|---|---|---|\n",
           PERIODS);
    printf("| all answers of a point pooled | %+.3f (%.3f) | |\n", r.naive, r.naive_se);
    printf("| `cx_period_means`, equal weights | %+.3f (%.3f) | %.3f |\n", r.pooled, r.pooled_se,
           r.covered);
    printf("| `cx_running_mean`, all looks together | | %.3f |\n\n", r.running);
    printf(
        "| contacts with logged probabilities | bias (se), points | coverage |\n|---|---|---|\n");
    for (int m = 0; m < METHODS; m++)
        printf("| %s | %+.3f (%.3f) | %.3f |\n", method_names[m], r.bias[m], r.se[m],
               r.coverage[m]);
}

static int tests, failures;

static void check(const char *what, double value, double low, double high) {
    bool ok = value >= low && value <= high;
    tests++;
    failures += !ok;
    printf("%s %d - %s: %.4f in %.3f .. %.3f\n", ok ? "ok" : "not ok", tests, what, value, low,
           high);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "table") == 0) {
        print_table(10000);
        return 0;
    }
    report r = simulate(400);
    check("pooling what was moved is biased", r.naive / r.naive_se, 5, 1e9);
    check("periods with fixed weights are not", r.pooled / r.pooled_se, -4, 4);
    check("their interval covers", r.covered, 0.92, 0.98);
    check("the running mean is covered at every look", r.running, 0.95, 1);
    for (int m = 0; m < METHODS - 1; m++) {
        check(method_names[m], r.bias[m] / r.se[m], -3.5, 3.5);
        check("  its interval covers", r.coverage[m], 0.92, 0.98);
    }
    check("the naive mean is far off", r.bias[METHODS - 1], -30, -10);
    printf("1..%d\n", tests);
    return failures > 0;
}
