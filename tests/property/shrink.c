/* Shrinkage by simulation: groups whose true figures are known. How often intervals of values and
 * of ranks hold, and how far shrunken and raw values are from the truth. `shrink table RUNS` prints
 * the table of docs/validation/shrink.md. */

#include "../unit/support.h"

enum { MOST = 40 };
#define SEED UINT64_C(20260202)

/* Values with known variances and a covariate; shares, normal on their scale and not what the model
 * assumes; net scores of Dirichlet shares; net scores whose share of passives hardly differs, which
 * no Dirichlet distribution has. */
typedef enum model { VALUES, SHARES, SCORES, ALIKE } model;

typedef struct scenario {
    const char *name;
    model model;
    int groups;
    double spread;        /* standard deviation of the true figures, as a part of the range */
    double fewest, most;  /* answers, drawn evenly on a logarithmic scale */
    double least, widest; /* coverage that is asked for in `check` */
} scenario;

static const scenario scenarios[] = {
    {"values with a covariate, 40 groups", VALUES, 40, 0.1, 5, 80, 0.94, 0.97},
    {"values with a covariate, 12 groups", VALUES, 12, 0.1, 5, 80, 0.93, 0.98},
    {"values with a covariate, 6 groups", VALUES, 6, 0.1, 5, 80, 0.93, 0.99},
    {"values that do not differ, 40 groups", VALUES, 40, 0, 5, 80, 0.97, 1},
    {"shares, 40 groups", SHARES, 40, 0.1, 5, 80, 0.93, 0.97},
    {"shares, 12 groups", SHARES, 12, 0.1, 5, 80, 0.93, 0.98},
    {"shares, 6 groups", SHARES, 6, 0.1, 5, 80, 0.93, 0.99},
    {"shares that hardly differ, 40 groups", SHARES, 40, 0.03, 5, 80, 0.93, 1},
    {"shares that do not differ, 40 groups", SHARES, 40, 0, 5, 80, 0.97, 1},
    {"net scores, 40 groups", SCORES, 40, 0.1, 5, 80, 0.93, 0.97},
    {"net scores, 12 groups", SCORES, 12, 0.1, 5, 80, 0.93, 0.98},
    {"net scores, passives alike, 40 groups", ALIKE, 40, 0.1, 5, 80, 0.84, 0.97},
    {"net scores that do not differ, 40 groups", SCORES, 40, 0, 5, 80, 0.97, 1},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

typedef struct outcome {
    double cells, runs, covered, shrunken, raw, width, ranked, rank_width, together;
} outcome;

typedef struct sample {
    double truth[MOST], value[MOST], variance[MOST], x[MOST], n[MOST], count[3][MOST];
} sample;

static uint32_t draws;
static double uniform(uint64_t run) {
    return cx_random_uniform(SEED, 1, run, draws++);
}

static double normal(uint64_t run) {
    return cx_normal_quantile(uniform(run));
}

static void require(cx_status status) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", cx_strerror((int32_t)status));
    exit(EXIT_FAILURE);
}

/* Dirichlet shares of which the net score has the standard deviation that is asked for. */
static void draw_shares(sample *s, const scenario *what, uint64_t run, int g, double *q) {
    static const double mean[3] = {0.2, 0.3, 0.5};
    double variance = 4 * what->spread * what->spread, sum = 0;
    double precision = (0.7 - 0.09) / variance - 1;
    for (int k = 0; k < 3; k++) {
        q[k] = variance > 0 ? cx_gamma_quantile(uniform(run), precision * mean[k], 1) : mean[k];
        sum += q[k];
    }
    for (int k = 0; k < 3; k++) q[k] /= sum;
    s->truth[g] = 100 * (q[2] - q[0]);
}

static void draw_group(sample *s, const scenario *what, uint64_t run, int g) {
    double n = floor(what->fewest * pow(what->most / what->fewest, uniform(run)) + 0.5);
    double shift = what->spread * normal(run), q[3];
    s->n[g] = n;
    s->x[g] = normal(run);
    if (what->model == VALUES) {
        s->truth[g] = 30 + 10 * s->x[g] + 200 * shift;
        s->variance[g] = 6400 / n;
        s->value[g] = s->truth[g] + sqrt(s->variance[g]) * normal(run);
        return;
    }
    if (what->model == SHARES) {
        s->truth[g] = fmin(fmax(0.75 + shift, 0.02), 0.98);
        q[0] = s->truth[g], q[1] = 1 - q[0];
    } else if (what->model == SCORES) {
        draw_shares(s, what, run, g, q);
    } else {
        double score = fmin(fmax(0.3 + 2 * shift, -0.9), 0.9), passive = 0.4 * (1 - fabs(score));
        s->truth[g] = 100 * score;
        q[0] = (1 - passive - score) / 2, q[1] = passive;
    }
    for (int k = 0; k < 3; k++) s->count[k][g] = 0;
    for (int i = 0; i < (int)n; i++) {
        double u = uniform(run);
        s->count[u < q[0] ? 0 : u < q[0] + q[1] ? 1 : 2][g]++;
    }
    if (what->model == SHARES) s->count[1][g] = n;
}

static cx_table *shrink_sample(const sample *s, const scenario *what, int32_t ranks) {
    cx_array x = cx_array_of(s->x, CX_F64, what->groups), count[3];
    cx_array values = cx_array_of(s->value, CX_F64, what->groups);
    cx_array variances = cx_array_of(s->variance, CX_F64, what->groups);
    cx_frame frame = {&x, 1, {0, 0}}, counts = {count, what->model == SHARES ? 2 : 3, {0, 0}};
    cx_shrink_options options;
    cx_table *table;
    x.name = "x";
    for (int k = 0; k < 3; k++) {
        count[k] = cx_array_of(s->count[k], CX_F64, what->groups);
        count[k].name = k == 0 ? "a" : k == 1 ? "b" : "c";
    }
    cx_shrink_options_init(&options);
    options.ranks = ranks;
    options.draws = 400;
    if (what->model == VALUES)
        require(cx_shrink(&values, &variances, NULL, &frame, &options, &table, NULL));
    else
        require(cx_shrink_counts(&counts, &options, &table, NULL));
    return table;
}

/* The true rank lies between the two when groups share a true figure. */
static bool rank_holds(const sample *s, int groups, int g, int64_t low, int64_t high) {
    int better = 0, equal = 0;
    for (int h = 0; h < groups; h++) {
        better += s->truth[h] > s->truth[g];
        equal += s->truth[h] == s->truth[g];
    }
    return low <= better + equal && high >= better + 1;
}

static void add_run(const sample *s, const scenario *what, const cx_table *table, outcome *sum) {
    const double *value = table_column(table, "value").data, *raw = table_column(table, "raw").data;
    const double *low = table_column(table, "ci_low").data,
                 *high = table_column(table, "ci_high").data;
    const int64_t *first = table_column(table, "rank_low").data,
                  *last = table_column(table, "rank_high").data;
    for (int g = 0; g < what->groups; g++) {
        double truth = s->truth[g];
        sum->cells++;
        sum->covered += truth >= low[g] && truth <= high[g];
        sum->shrunken += (value[g] - truth) * (value[g] - truth);
        sum->raw += (raw[g] - truth) * (raw[g] - truth);
        sum->width += high[g] - low[g];
        sum->ranked += rank_holds(s, what->groups, g, first[g], last[g]);
        sum->rank_width += (double)(last[g] - first[g]);
    }
}

static void add_together(const sample *s, const scenario *what, const cx_table *table,
                         outcome *sum) {
    const int64_t *first = table_column(table, "rank_low").data,
                  *last = table_column(table, "rank_high").data;
    bool all = true;
    for (int g = 0; g < what->groups; g++)
        all = all && rank_holds(s, what->groups, g, first[g], last[g]);
    sum->together += all;
    sum->runs++;
}

static outcome simulate(const scenario *what, int runs) {
    static sample s;
    outcome sum;
    memset(&sum, 0, sizeof sum);
    for (int run = 0; run < runs; run++) {
        draws = 0;
        for (int g = 0; g < what->groups; g++) draw_group(&s, what, (uint64_t)run, g);
        cx_table *table = shrink_sample(&s, what, CX_RANKS_MARGINAL);
        add_run(&s, what, table, &sum);
        cx_table_free(table);
        table = shrink_sample(&s, what, CX_RANKS_SIMULTANEOUS);
        add_together(&s, what, table, &sum);
        cx_table_free(table);
    }
    return sum;
}

START_TEST(test_intervals_hold_and_shrunken_values_are_nearer) {
    const scenario *what = &scenarios[_i];
    outcome o = simulate(what, 70);
    double covered = o.covered / o.cells;
    ck_assert_msg(covered >= what->least && covered <= what->widest, "%s: %.3f", what->name,
                  covered);
    ck_assert_msg(o.shrunken < 0.95 * o.raw, "%s: %.3f", what->name, o.shrunken / o.raw);
    ck_assert_msg(o.ranked / o.cells >= 0.92, "%s: ranks %.3f", what->name, o.ranked / o.cells);
    ck_assert_msg(o.together / o.runs >= 0.9, "%s: sets %.3f", what->name, o.together / o.runs);
}
END_TEST

static int print_table(int runs) {
    for (int i = 0; i < SCENARIOS; i++) {
        outcome o = simulate(&scenarios[i], runs);
        double unit = scenarios[i].model == SHARES ? 100 : 1;
        printf("| %s | %.1f | %.2f | %.1f | %.1f | %.1f | %.1f |\n", scenarios[i].name,
               100 * o.covered / o.cells, o.shrunken / o.raw, unit * o.width / o.cells,
               100 * o.ranked / o.cells, 1 + o.rank_width / o.cells, 100 * o.together / o.runs);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "table") == 0) return print_table(atoi(words[2]));
    Suite *suite = suite_create("shrink");
    TCase *tcase = tcase_create("simulation");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_intervals_hold_and_shrunken_values_are_nearer, 0, SCENARIOS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
