/* Means when customers chose to answer: the doubly robust one holds when the chances or the
 * predictions are right, the answers alone and a prediction-powered mean that takes the choice for
 * chance do not. With `table RUNS`, the figures of docs/validation/nonresponse.md. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"
#include "require.h"

enum { MOST = 1000 };
#define TRUTH 7.0

/* What makes customers satisfied makes them answer: chance 1 / (1 + exp(-0.2 - x)). */
typedef struct sample {
    double x[MOST], v[MOST], y[MOST], f[MOST], own[MOST], rest[MOST], came[MOST], answers[MOST];
    int asked, answered;
} sample;

typedef enum estimator { ANSWERS, PREDICTED, CLASSES, ROBUST, NORMALISED, ESTIMATORS } estimator;

typedef struct scenario {
    bool chances, predictions; /* right? */
    int asked;
} scenario;

static const scenario scenarios[] = {
    {true, true, 300},  {true, false, 300},  {false, true, 300},  {false, false, 300},
    {true, true, 1000}, {true, false, 1000}, {false, true, 1000}, {false, false, 1000},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

typedef struct outcome {
    double bias[ESTIMATORS], held[ESTIMATORS], se[ESTIMATORS];
} outcome;

static double normal(uint64_t run, uint32_t *draw) {
    return cx_normal_quantile(cx_random_uniform(20260303, 5, run, (*draw)++));
}

static void draw_sample(sample *s, const scenario *what, uint64_t run) {
    uint32_t draw = 0;
    int others = 0;
    s->asked = what->asked;
    s->answered = 0;
    for (int i = 0; i < s->asked; i++) {
        s->x[i] = normal(run, &draw);
        s->v[i] = normal(run, &draw);
        s->y[i] = TRUTH + 1.5 * s->x[i] + 0.5 * s->v[i] + normal(run, &draw);
        s->f[i] = what->predictions ? TRUTH + 1.5 * s->x[i] + 0.5 * s->v[i] : 6 + 0.5 * s->v[i];
        double chance = 1 / (1 + exp(-0.2 - s->x[i]));
        s->came[i] = cx_random_uniform(20260303, 5, run, draw++) < chance;
        if (s->came[i] > 0) {
            s->answers[s->answered] = s->y[i];
            s->own[s->answered++] = s->f[i];
        } else {
            s->rest[others++] = s->f[i];
            s->y[i] = NAN;
        }
    }
}

static void add(outcome *out, estimator which, const cx_estimate *e) {
    out->bias[which] += e->value - TRUTH;
    out->held[which] += e->ci_low <= TRUTH && TRUTH <= e->ci_high;
    out->se[which] += e->se;
}

/* The answers alone, and with predictions as if chance had decided who answers. */
static void add_predicted(const sample *s, outcome *out) {
    cx_array y = cx_array_of(s->answers, CX_F64, s->answered);
    cx_array own = cx_array_of(s->own, CX_F64, s->answered);
    cx_array rest = cx_array_of(s->rest, CX_F64, s->asked - s->answered);
    cx_ppi_options options;
    cx_ppi_result found;
    cx_error err;
    cx_error_init(&err);
    cx_ppi_options_init(&options);
    options.labelled = CX_LABELLED_RANDOM;
    require(cx_ppi_mean(&y, &own, &rest, NULL, NULL, NULL, NULL, &options, &found, &err), &err);
    add(out, ANSWERS, &found.classical);
    add(out, PREDICTED, &found.estimate);
}

/* Weights within fifths of the chance, then an interval that takes them as given. */
static void add_classes(const sample *s, const cx_array *chances, outcome *out) {
    cx_array came = cx_array_of(s->came, CX_F64, s->asked), y = came;
    double filled[MOST];
    cx_adjustment *adjustment;
    cx_design *design;
    cx_table *rows;
    cx_survey_estimate found;
    cx_error err;
    cx_error_init(&err);
    for (int i = 0; i < s->asked; i++) filled[i] = s->came[i] > 0 ? s->y[i] : 0;
    y.data = filled;
    require(cx_adjust_response(chances, NULL, &came, NULL, NULL, &adjustment, &err), &err);
    require(cx_adjustment_rows(adjustment, &rows, &err), &err);
    cx_array weights = table_column(rows, "weight");
    require(cx_design_new(&weights, NULL, NULL, NULL, NULL, NULL, &design, &err), &err);
    require(cx_survey_mean(&y, design, NULL, NULL, &found, &err), &err);
    add(out, CLASSES, &found.estimate);
    cx_design_free(design);
    cx_table_free(rows);
    cx_adjustment_free(adjustment);
}

static void add_run(const sample *s, const scenario *what, outcome *out) {
    cx_array known = cx_array_of(what->chances ? s->x : s->v, CX_F64, s->asked);
    cx_array came = cx_array_of(s->came, CX_F64, s->asked);
    cx_array y = cx_array_of(s->y, CX_F64, s->asked), f = cx_array_of(s->f, CX_F64, s->asked);
    cx_frame X = {&known, 1, {0, 0}};
    cx_response_model *model;
    cx_aipw_options options;
    cx_aipw_result found;
    cx_table *rows;
    cx_error err;
    cx_error_init(&err);
    known.name = "x";
    require(cx_propensity(&X, &came, NULL, NULL, &model, &err), &err);
    require(cx_response_model_rows(model, &rows, &err), &err);
    cx_array chances = table_column(rows, "probability");
    cx_aipw_options_init(&options);
    for (options.normalise = 0; options.normalise < 2; options.normalise++) {
        require(cx_aipw_mean(&y, &f, &chances, NULL, &options, &found, &err), &err);
        add(out, options.normalise ? NORMALISED : ROBUST, &found.estimate);
    }
    add_classes(s, &chances, out);
    cx_table_free(rows);
    cx_response_model_free(model);
    add_predicted(s, out);
}

static outcome simulate(const scenario *what, int runs) {
    static sample s;
    outcome sum;
    memset(&sum, 0, sizeof sum);
    for (int run = 0; run < runs; run++) {
        draw_sample(&s, what, (uint64_t)run);
        add_run(&s, what, &sum);
    }
    for (int e = 0; e < ESTIMATORS; e++)
        sum.bias[e] /= runs, sum.held[e] /= runs, sum.se[e] /= runs;
    return sum;
}

static void print_table(int runs) {
    for (int i = 0; i < SCENARIOS; i++) {
        const scenario *s = &scenarios[i];
        outcome o = simulate(s, runs);
        printf("| %d | %s | %s |", s->asked, s->chances ? "right" : "wrong",
               s->predictions ? "right" : "wrong");
        for (int e = 0; e < ESTIMATORS; e++) printf(" %+.3f | %.1f |", o.bias[e], 100 * o.held[e]);
        printf("\n");
        fflush(stdout);
    }
}

static int checked, failed;
static void check(bool holds, const char *what, const outcome *o, estimator e) {
    printf("%sok %d - %s: bias %+.3f, %.3f of the intervals hold\n", holds ? "" : "not ", ++checked,
           what, o->bias[e], o->held[e]);
    if (!holds) failed++;
}

int main(int argc, char **argv) {
    enum { RUNS = 300 };
    if (argc == 3 && strcmp(argv[1], "table") == 0) return print_table(atoi(argv[2])), 0;
    printf("1..10\n");
    for (int i = 0; i < 4; i++) {
        outcome o = simulate(&scenarios[i], RUNS);
        double slack = 4 * o.se[ROBUST] / sqrt(RUNS);
        if (i < 3) {
            check(fabs(o.bias[ROBUST]) < slack && o.held[ROBUST] > 0.92,
                  i == 0   ? "chances and predictions right"
                  : i == 1 ? "only the chances right"
                           : "only the predictions right",
                  &o, ROBUST);
            check(o.bias[PREDICTED] > 0.05 && o.held[PREDICTED] < 0.9,
                  "predictions as if chance had decided", &o, PREDICTED);
        } else {
            check(o.held[ROBUST] < 0.5, "nothing right: nothing helps", &o, ROBUST);
        }
        if (i == 0) check(o.held[ANSWERS] < 0.1, "the answers alone", &o, ANSWERS);
        if (i == 1)
            check(fabs(o.bias[CLASSES]) < 0.3 * o.bias[ANSWERS],
                  "classes of the chance remove most of the bias", &o, CLASSES);
        if (i == 3)
            check(o.held[CLASSES] < 0.5, "classes of chances that know nothing", &o, CLASSES);
    }
    return failed > 0;
}
