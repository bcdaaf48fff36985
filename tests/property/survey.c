/* Intervals of net scores and of shares under a design hold the true value as often as they say,
 * whatever the clusters, the strata and the weights. With the argument `table`, the larger figures
 * of docs/validation/survey.md. */

#include <cxkit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000 };

typedef struct scenario {
    const char *name;
    int rows, size, strata; /* answers, of each cluster, strata */
    double icc;
    double spread; /* standard deviation of the log of the weights */
    double promoters, detractors;
    double least; /* coverage that is asked for */
} scenario;

static const scenario scenarios[] = {
    {"10 answers one by one", 10, 1, 1, 0, 0, 0.5, 0.2, 0.92},
    {"20 answers one by one", 20, 1, 1, 0, 0, 0.5, 0.2, 0.92},
    {"20 answers one by one, nearly all promoters", 20, 1, 1, 0, 0, 0.95, 0.02, 0.92},
    {"50 answers one by one", 50, 1, 1, 0, 0, 0.5, 0.2, 0.92},
    {"50 answers one by one, nearly all promoters", 50, 1, 1, 0, 0, 0.95, 0.02, 0.92},
    {"50 answers one by one, nearly all passives", 50, 1, 1, 0, 0, 0.03, 0.02, 0.92},
    {"50 answers one by one, no passives", 50, 1, 1, 0, 0, 0.6, 0.4, 0.92},
    {"50 answers one by one, uneven weights", 50, 1, 1, 0, 0.6, 0.5, 0.2, 0.92},
    {"200 answers one by one, very uneven weights", 200, 1, 1, 0, 1.2, 0.5, 0.2, 0.91},
    {"200 answers one by one, uneven weights, nearly all promoters", 200, 1, 1, 0, 0.6, 0.95, 0.02,
     0.91},
    {"50 answers in 10 clusters, icc 0.05", 50, 5, 1, 0.05, 0, 0.5, 0.2, 0.92},
    {"50 answers in 10 clusters, icc 0.2", 50, 5, 1, 0.2, 0, 0.5, 0.2, 0.92},
    {"100 answers in 4 clusters, icc 0.05", 100, 25, 1, 0.05, 0, 0.5, 0.2, 0.92},
    {"100 answers in 6 clusters, icc 0.02", 102, 17, 1, 0.02, 0, 0.5, 0.2, 0.92},
    {"200 answers in 20 clusters, icc 0.05", 200, 10, 1, 0.05, 0, 0.5, 0.2, 0.92},
    {"200 answers in 20 clusters, icc 0.2", 200, 10, 1, 0.2, 0, 0.5, 0.2, 0.92},
    {"200 answers in 20 clusters, icc 0.2, uneven weights", 200, 10, 1, 0.2, 0.6, 0.5, 0.2, 0.91},
    {"200 answers in 20 clusters, icc 0.2, nearly all promoters", 200, 10, 1, 0.2, 0, 0.95, 0.02,
     0.92},
    {"200 answers in 20 clusters of 4 strata, icc 0.2, weights 1 to 4", 200, 10, 4, 0.2, 0, 0.5,
     0.2, 0.91},
    {"500 answers in 25 clusters, icc 0.05", 500, 20, 1, 0.05, 0, 0.3, 0.4, 0.92},
    {"500 answers in 25 clusters, icc 0.2", 500, 20, 1, 0.2, 0, 0.3, 0.4, 0.92},
    {"1000 answers in 100 clusters, icc 0.1", 1000, 10, 1, 0.1, 0, 0.5, 0.2, 0.92},
    {"1000 answers in 100 clusters of 50 strata, icc 0.1, uneven weights", 1000, 10, 50, 0.1, 0.6,
     0.5, 0.2, 0.92},
    {"1000 answers in 100 clusters, icc 0.1, nearly all promoters", 1000, 10, 1, 0.1, 0, 0.97, 0.01,
     0.92},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static double uniform(uint64_t run, uint32_t draw) {
    return cx_random_uniform(11, 78, run, draw);
}

/* Answers of one sample: a normal of the cluster and one of the row, cut at the true shares. */
static void sample(const scenario *s, uint64_t run, double *score, double *weight, int64_t *cluster,
                   int64_t *stratum) {
    double low = cx_normal_quantile(s->detractors), high = cx_normal_quantile(1 - s->promoters);
    uint32_t draw = 0;
    double common = 0;
    for (int i = 0; i < s->rows; i++) {
        cluster[i] = i / s->size;
        stratum[i] = cluster[i] % s->strata;
        weight[i] = s->strata > 1 ? (double)(1 + stratum[i]) : 1;
        if (i % s->size == 0) common = cx_normal_quantile(uniform(run, draw++));
        double own = cx_normal_quantile(uniform(run, draw++));
        double value = sqrt(s->icc) * common + sqrt(1 - s->icc) * own;
        if (s->spread > 0) weight[i] *= exp(s->spread * cx_normal_quantile(uniform(run, draw++)));
        score[i] = value <= low ? 3 : value > high ? 10 : 8;
    }
}

typedef struct held {
    double score, wald, share, width, n_eff; /* how often; sums of widths, of 1 / n_eff */
} held;

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void look(const scenario *s, uint64_t run, held *out) {
    static double score[MOST], weight[MOST], promoter[MOST];
    static int64_t cluster[MOST], stratum[MOST];
    cx_error err;
    cx_survey_options options;
    cx_survey_estimate found;
    cx_design *design;
    cx_error_init(&err);
    cx_survey_options_init(&options);
    sample(s, run, score, weight, cluster, stratum);
    for (int i = 0; i < s->rows; i++) promoter[i] = score[i] >= 9;
    cx_array w = cx_array_of(weight, CX_F64, s->rows), y = cx_array_of(score, CX_F64, s->rows);
    cx_array c = cx_array_of(cluster, CX_I64, s->rows), h = cx_array_of(stratum, CX_I64, s->rows);
    cx_array p = cx_array_of(promoter, CX_F64, s->rows);
    c.name = "cluster", h.name = "stratum";
    cx_frame clusters = {&c, 1, {0, 0}}, strata = {&h, 1, {0, 0}};
    must(cx_design_new(&w, &strata, &clusters, NULL, NULL, NULL, &design, &err), &err);
    double truth = 100 * (s->promoters - s->detractors);
    must(cx_survey_nps(&y, design, NULL, &options, &found, &err), &err);
    out->score += found.estimate.ci_low <= truth && truth <= found.estimate.ci_high;
    out->width += found.estimate.ci_high - found.estimate.ci_low;
    out->n_eff += 1 / found.estimate.n_eff;
    options.method = CX_METHOD_WALD;
    must(cx_survey_nps(&y, design, NULL, &options, &found, &err), &err);
    out->wald += found.estimate.ci_low <= truth && truth <= found.estimate.ci_high;
    options.method = CX_METHOD_AUTO;
    must(cx_survey_share(&p, design, NULL, &options, &found, &err), &err);
    out->share += found.estimate.ci_low <= s->promoters && s->promoters <= found.estimate.ci_high;
    cx_design_free(design);
}

int main(int argc, char **argv) {
    int table = argc > 1 && strcmp(argv[1], "table") == 0, failed = 0;
    int runs = table ? 10000 : 300;
    if (!table) printf("1..%d\n", SCENARIOS);
    for (int i = 0; i < SCENARIOS; i++) {
        const scenario *s = &scenarios[i];
        held out = {0, 0, 0, 0, 0};
        for (int run = 0; run < runs; run++) look(s, (uint64_t)run, &out);
        if (table)
            printf("| %s | %.0f | %.1f | %.1f | %.1f | %.1f |\n", s->name, runs / out.n_eff,
                   100 * out.score / runs, 100 * out.wald / runs, 100 * out.share / runs,
                   out.width / runs);
        double slack = 3 * sqrt(s->least * (1 - s->least) / runs);
        int held_often = out.score / runs >= s->least - slack;
        if (!table)
            printf("%sok %d - %s: %.3f of the intervals hold the score, wanted %.2f\n",
                   held_often ? "" : "not ", i + 1, s->name, out.score / runs, s->least);
        if (!held_often) failed = 1;
    }
    return failed;
}
