/* Partial pooling by simulation: journeys whose true scores are known, answered by few. How often
 * the pooled intervals hold the true score of a node, and how far the pooled and the plain score
 * are from it. `journey table RUNS` prints docs/validation/journey.md's table. */

#include "../unit/support.h"

enum { STAGES = 5, TOUCHPOINTS = 3, CHANNELS = 3, LEAVES = 45, DEPTHS = 4, MOST = 64 * 1024 };
#define SEED UINT64_C(20260101)

/* Standard deviations of the true scores between stages, touchpoints and channels, in shares of the
 * range 0..1; answers a leaf, drawn evenly on a logarithmic scale. */
typedef struct scenario {
    const char *name;
    double sd[3];
    double fewest, most;
} scenario;

static const scenario scenarios[] = {
    {"stages differ, few answers", {0.2, 0.1, 0.1}, 5, 60},
    {"everything differs, few answers", {0.25, 0.25, 0.25}, 5, 60},
    {"small differences, few answers", {0.1, 0.1, 0.1}, 5, 60},
    {"stages differ, many answers", {0.2, 0.1, 0.1}, 50, 500},
    {"nothing differs, few answers", {0, 0, 0}, 5, 60},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

typedef struct outcome {
    double covered[DEPTHS], plain_covered[DEPTHS], pooled[DEPTHS], plain[DEPTHS];
    double width[DEPTHS], plain_width[DEPTHS], nodes[DEPTHS];
} outcome;

/* Works outside a test too. */
static void require(cx_status status) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", cx_strerror((int32_t)status));
    exit(EXIT_FAILURE);
}

static uint32_t draws;
static double uniform(uint64_t run) {
    return cx_random_uniform(SEED, 1, run, draws++);
}

static double normal(uint64_t run) {
    return cx_normal_quantile(uniform(run));
}

typedef struct sample {
    int8_t score[MOST];
    int32_t key[3][MOST];
    int64_t rows;
    double truth[LEAVES], volume[LEAVES];
} sample;

static void draw_leaf(sample *s, const scenario *what, uint64_t run, int leaf, double mean) {
    double score = fmin(fmax(mean, -0.9), 0.9), passive = 0.25 * (1 - fabs(score));
    double detractor = (1 - passive - score) / 2;
    int n = (int)floor(what->fewest * pow(what->most / what->fewest, uniform(run)) + 0.5);
    s->truth[leaf] = 100 * score;
    s->volume[leaf] = exp(0.7 * normal(run));
    for (int i = 0; i < n; i++, s->rows++) {
        double u = uniform(run);
        s->score[s->rows] = u < detractor ? 3 : u < detractor + passive ? 8 : 10;
        s->key[0][s->rows] = leaf / (TOUCHPOINTS * CHANNELS);
        s->key[1][s->rows] = leaf / CHANNELS % TOUCHPOINTS;
        s->key[2][s->rows] = leaf % CHANNELS;
    }
}

static void draw_sample(sample *s, const scenario *what, uint64_t run) {
    double stage = 0, touchpoint = 0;
    s->rows = 0;
    draws = 0;
    for (int leaf = 0; leaf < LEAVES; leaf++) {
        if (leaf % (TOUCHPOINTS * CHANNELS) == 0) stage = 0.3 + what->sd[0] * normal(run);
        if (leaf % CHANNELS == 0) touchpoint = stage + what->sd[1] * normal(run);
        draw_leaf(s, what, run, leaf, touchpoint + what->sd[2] * normal(run));
    }
}

static cx_table *journey_of(sample *s) {
    static const char *const names[] = {"stage", "touchpoint", "channel"};
    static int32_t path[3][LEAVES];
    cx_array by[3], paths[3], x = cx_array_of(s->score, CX_I8, s->rows);
    cx_array volume = cx_array_of(s->volume, CX_F64, LEAVES);
    cx_frame frame = {by, 3, {0, 0}}, volumes = {paths, 3, {0, 0}};
    cx_tallies *set;
    cx_table *table;
    for (int leaf = 0; leaf < LEAVES; leaf++) {
        path[0][leaf] = leaf / (TOUCHPOINTS * CHANNELS);
        path[1][leaf] = leaf / CHANNELS % TOUCHPOINTS;
        path[2][leaf] = leaf % CHANNELS;
    }
    for (int l = 0; l < 3; l++) {
        by[l] = cx_array_of(s->key[l], CX_I32, s->rows);
        paths[l] = cx_array_of(path[l], CX_I32, LEAVES);
        by[l].name = paths[l].name = names[l];
    }
    require(cx_tally_by(&x, NULL, &frame, 0, 10, NULL, &set, NULL));
    require(cx_journey(set, &volumes, &volume, NULL, NULL, &table, NULL));
    cx_tallies_free(set);
    return table;
}

/* The true score of each node: its leaves lie behind it in the table. */
static double truth_of(const sample *s, const int64_t *depth, int64_t rows, int64_t at, int leaf) {
    double sum = 0, volume = 0;
    for (int64_t i = at; i < rows && (i == at || depth[i] > depth[at]); i++) {
        if (depth[i] != 3) continue;
        sum += s->volume[leaf] * s->truth[leaf];
        volume += s->volume[leaf++];
    }
    return sum / volume;
}

static void add_run(const sample *s, const cx_table *table, outcome *sum) {
    const double *value = table_column(table, "value").data,
                 *pooled = table_column(table, "pooled_value").data;
    const double *low = table_column(table, "ci_low").data,
                 *high = table_column(table, "ci_high").data;
    const double *pooled_low = table_column(table, "pooled_low").data;
    const double *pooled_high = table_column(table, "pooled_high").data;
    const int64_t *depth = table_column(table, "depth").data;
    int leaf = 0;
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        double truth = truth_of(s, depth, cx_table_rows(table), i, leaf);
        int64_t d = depth[i];
        if (d == 3) leaf++;
        sum->nodes[d]++;
        sum->covered[d] += truth >= pooled_low[i] && truth <= pooled_high[i];
        sum->plain_covered[d] += truth >= low[i] && truth <= high[i];
        sum->pooled[d] += (pooled[i] - truth) * (pooled[i] - truth);
        sum->plain[d] += (value[i] - truth) * (value[i] - truth);
        sum->width[d] += pooled_high[i] - pooled_low[i];
        sum->plain_width[d] += high[i] - low[i];
    }
}

static outcome simulate(const scenario *what, int runs) {
    static sample s;
    outcome sum;
    memset(&sum, 0, sizeof sum);
    for (int run = 0; run < runs; run++) {
        draw_sample(&s, what, (uint64_t)run);
        cx_table *table = journey_of(&s);
        add_run(&s, table, &sum);
        cx_table_free(table);
    }
    return sum;
}

/* Over all nodes below the whole. */
static double parts(const double *by_depth) {
    return by_depth[1] + by_depth[2] + by_depth[3];
}

START_TEST(test_pooled_intervals_cover_and_pooled_values_are_nearer) {
    outcome o = simulate(&scenarios[_i], 150);
    double covered = parts(o.covered) / parts(o.nodes);
    double error = parts(o.pooled) / parts(o.plain);
    bool differs = scenarios[_i].sd[0] > 0;
    ck_assert_msg(covered > 0.93 && (covered < 0.975 || !differs), "%s: %.3f", scenarios[_i].name,
                  covered);
    ck_assert_msg(error < 0.95, "%s: %.3f", scenarios[_i].name, error);
    ck_assert_double_lt(parts(o.width), parts(o.plain_width));
}
END_TEST

static int print_table(int runs) {
    static const char *const depth[] = {"whole", "stage", "touchpoint", "channel"};
    for (int i = 0; i < SCENARIOS; i++) {
        outcome o = simulate(&scenarios[i], runs);
        for (int d = 0; d < DEPTHS; d++)
            printf("| %s | %s | %.1f | %.1f | %.2f | %.1f | %.1f |\n", scenarios[i].name, depth[d],
                   100 * o.covered[d] / o.nodes[d], 100 * o.plain_covered[d] / o.nodes[d],
                   o.pooled[d] / o.plain[d], o.width[d] / o.nodes[d],
                   o.plain_width[d] / o.nodes[d]);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "table") == 0) return print_table(atoi(words[2]));
    Suite *suite = suite_create("journey");
    TCase *tcase = tcase_create("pooling");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_pooled_intervals_cover_and_pooled_values_are_nearer, 0,
                        SCENARIOS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
