#include "metric/journey.h"

#include "metric/suppress.h"
#include "stat/combine.h"
#include "stat/keys_table.h"
#include "stat/nested.h"

/* Answers added to each group, spread as those of everyone, before its variance is read: enough
 * that the variance does not follow the score, which would draw the pooled values to one side. */
#define JOURNEY_MORE_ANSWERS 10

void cx_journey_options_init(cx_journey_options *options) {
    if (options == NULL) return;
    *options = (cx_journey_options){sizeof *options,
                                    CX_SCORE_NPS,
                                    9,
                                    6,
                                    0,
                                    CX_JOURNEY_VOLUME,
                                    1,
                                    0,
                                    CX_I_DEFAULT_CONFIDENCE,
                                    0};
}

typedef struct journey_work {
    cx_i_journey tree;
    cx_journey_options options;
    cx_compare_options score;
    cx_i_read_as as;
    double low, high; /* range of the score */
    cx_i_nested nested;
    int64_t *place; /* of each node in `nested`, or -1 */
} journey_work;

/* -- weights ------------------------------------------------------------------------------- */

static bool journey_by_answers(const journey_work *work) {
    return work->options.weights == CX_JOURNEY_VOLUME && !work->tree.stated;
}

static cx_status journey_check_volume(const journey_work *work, int64_t i, cx_error *err) {
    char words[200];
    cx_i_journey_node *node = &work->tree.node[i];
    if (!isnan(node->volume)) return CX_OK;
    node->volume = 0;
    if (!work->tree.stated || node->estimate.n == 0) return CX_OK;
    cx_i_journey_words(&work->tree, i, words, sizeof words);
    return cx_i_fail(err, CX_E_DOMAIN, "%s has answers and no stated volume", words);
}

/* How much a node stands for, itself and with answers only. */
static void journey_weigh_leaf(const journey_work *work, cx_i_journey_node *node) {
    bool present = node->estimate.status == CX_OK;
    if (work->options.weights == CX_JOURNEY_EQUAL)
        node->covered = present ? 1 : 0;
    else if (journey_by_answers(work))
        node->volume = present ? node->estimate.sum_w : 0;
    node->answered = present ? node->volume : 0;
}

/* -- scores -------------------------------------------------------------------------------- */

static cx_status journey_read(const journey_work *work, const cx_tally *tally, cx_estimate *out,
                              cx_error *err) {
    cx_status status = cx_i_compare_estimate(tally, &work->score, out, err);
    out->status = (int32_t)status;
    if (status != CX_E_EMPTY) return status;
    cx_error_init(err);
    return CX_OK;
}

static cx_status journey_leaf(const journey_work *work, int64_t i, cx_error *err) {
    cx_i_journey_node *node = &work->tree.node[i];
    if (node->tally == NULL) {
        node->estimate.status = CX_E_EMPTY;
    } else {
        CX_TRY(journey_read(work, node->tally, &node->estimate, err));
    }
    CX_TRY(journey_check_volume(work, i, err));
    journey_weigh_leaf(work, node);
    return CX_OK;
}

/* The weight of a part in its whole: what it stands for of what has answers. */
static double journey_weight(const journey_work *work, const cx_i_journey_node *part,
                             const cx_i_journey_node *whole) {
    if (part->estimate.status != CX_OK) return 0;
    if (work->options.weights == CX_JOURNEY_EQUAL) return 1 / (double)whole->present;
    return whole->answered > 0 ? part->answered / whole->answered : 0;
}

static void journey_gather(journey_work *work, int64_t i) {
    cx_i_journey_node *node = &work->tree.node[i], *whole = &work->tree.node[node->parent];
    bool present = node->estimate.status == CX_OK;
    whole->volume = isnan(whole->volume) ? node->volume : whole->volume + node->volume;
    whole->answered += node->answered;
    whole->covered += node->covered;
    whole->present += present;
    whole->missing += present ? node->missing : 1;
}

static cx_status journey_merge_answers(const cx_i_journey *tree, int64_t i, cx_error *err) {
    const cx_i_journey_node *node = &tree->node[i];
    const cx_tally *own = node->merged != NULL ? node->merged : node->tally;
    if (own == NULL) return CX_OK;
    cx_i_journey_node *whole = &tree->node[node->parent];
    if (whole->merged == NULL)
        CX_TRY(cx_i_tally_new(tree->tallies->scale_min, tree->tallies->scale_max, 1,
                              &tree->tallies->allocator, &whole->merged, err));
    return cx_tally_merge(whole->merged, own, err);
}

/* The parts of a node lie behind it, up to the next node that is not deeper. */
static void journey_combine(journey_work *work, int64_t i) {
    cx_i_journey_node *node = &work->tree.node[i];
    cx_i_weighted_mean sum;
    cx_i_combine_start(&sum, work->options.confidence, (cx_unit)node->estimate.unit);
    for (int64_t c = i + 1; c < work->tree.count && work->tree.node[c].depth > node->depth; c++) {
        cx_i_journey_node *part = &work->tree.node[c];
        if (part->parent != i) continue;
        if (part->estimate.status == CX_OK)
            cx_i_combine_add(&sum, &part->estimate, part->weight);
        else
            cx_i_combine_without(&sum, &part->estimate);
    }
    node->estimate = cx_i_combine_end(&sum, work->low, work->high);
}

static cx_status journey_whole(journey_work *work, int64_t i, cx_error *err) {
    cx_i_journey_node *node = &work->tree.node[i];
    for (int64_t c = i + 1; c < work->tree.count && work->tree.node[c].depth > node->depth; c++)
        if (work->tree.node[c].parent == i)
            work->tree.node[c].weight = journey_weight(work, &work->tree.node[c], node);
    if (!journey_by_answers(work)) {
        journey_combine(work, i);
    } else if (node->merged != NULL) {
        CX_TRY(journey_read(work, node->merged, &node->estimate, err));
    } else {
        node->estimate.status = CX_E_EMPTY;
    }
    if (node->missing > 0) node->estimate.flags |= CX_FLAG_PARTIAL;
    if (work->options.weights == CX_JOURNEY_EQUAL) node->covered /= (double)node->parts;
    return CX_OK;
}

/* What is covered of the volume: known when it is stated, or when nothing is missing. */
static void journey_share(journey_work *work) {
    for (int64_t i = 0; i < work->tree.count; i++) {
        cx_i_journey_node *node = &work->tree.node[i];
        if (i == 0) node->weight = node->share = 1;
        if (i > 0) node->share = node->weight * work->tree.node[node->parent].share;
        if (work->options.weights == CX_JOURNEY_EQUAL) continue;
        bool empty = node->estimate.status != CX_OK;
        node->covered = work->tree.stated && node->volume > 0 ? node->answered / node->volume
                        : !empty && node->missing == 0        ? 1
                                                              : (double)NAN;
    }
}

static cx_status journey_score(journey_work *work, cx_error *err) {
    cx_i_journey *tree = &work->tree;
    for (int64_t i = 0; i < tree->count; i++) {
        int32_t unit = work->options.score == CX_SCORE_NPS    ? CX_UNIT_POINTS
                       : work->options.score == CX_SCORE_MEAN ? CX_UNIT_SCALE
                                                              : CX_UNIT_FRACTION;
        tree->node[i].estimate = cx_i_estimate_new(work->options.confidence, (cx_unit)unit);
        if (tree->node[i].parts > 0) tree->node[i].volume = NAN;
    }
    for (int64_t i = tree->count - 1; i >= 0; i--) {
        CX_TRY(tree->node[i].parts == 0 ? journey_leaf(work, i, err) : journey_whole(work, i, err));
        if (i == 0) break;
        journey_gather(work, i);
        if (journey_by_answers(work)) CX_TRY(journey_merge_answers(tree, i, err));
    }
    if (tree->node[0].estimate.status != CX_OK)
        return cx_i_fail(err, CX_E_EMPTY, "there is no valid answer in the journey");
    journey_share(work);
    return CX_OK;
}

/* -- pooling ------------------------------------------------------------------------------- */

static bool journey_pools(const cx_i_journey_node *node) {
    return node->estimate.status == CX_OK && node->weight > 0;
}

static void journey_prepare(journey_work *work, const cx_tally *all) {
    cx_i_figures total = cx_i_tally_figures(all, work->as.reading, work->as.context);
    for (int64_t i = 0; i < work->tree.count; i++) {
        const cx_i_journey_node *node = &work->tree.node[i];
        int64_t at = work->place[i];
        if (at < 0) continue;
        work->nested.parent[at] = i == 0 ? -1 : work->place[node->parent];
        work->nested.depth[at] = node->depth;
        work->nested.inner[at] = node->parts > 0;
        work->nested.weight[at] = node->weight;
        if (node->depth >= work->nested.depth_end) work->nested.depth_end = node->depth + 1;
        if (node->parts > 0) continue;
        cx_i_figures own = cx_i_tally_figures(node->tally, work->as.reading, work->as.context);
        work->nested.mean[at] = node->estimate.value;
        work->nested.variance[at] =
            cx_i_compare_spread(node->tally, &own, all, &total, &work->as, JOURNEY_MORE_ANSWERS) /
            own.n_eff;
    }
}

static cx_status journey_pool(journey_work *work, const cx_tally *all, cx_error *err) {
    const cx_allocator *allocator = &work->tree.tallies->allocator;
    cx_i_figures total = cx_i_tally_figures(all, work->as.reading, work->as.context);
    int64_t count = 0;
    if (!(total.spread > 0)) return CX_OK; /* nothing to tell sampling from difference */
    work->place = cx_i_alloc_array(allocator, work->tree.count, sizeof *work->place);
    if (work->place == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < work->tree.count; i++) {
        const cx_i_journey_node *node = &work->tree.node[i];
        bool in = journey_pools(node) && (i == 0 || work->place[node->parent] >= 0);
        work->place[i] = in ? count++ : -1;
    }
    CX_TRY(cx_i_nested_new(count, allocator, &work->nested, err));
    journey_prepare(work, all);
    cx_i_nested_pool(&work->nested);
    return CX_OK;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status journey_f64(const journey_work *work, const char *name, const double *by_place,
                             bool limited, cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < work->tree.count; i++) {
        bool none = work->place == NULL || work->tree.node[i].hidden;
        int64_t at = none ? -1 : work->place[i];
        double value = at < 0 ? (double)NAN : by_place[at];
        column[i] = limited ? fmin(fmax(value, work->low), work->high) : value;
        if (isnan(value)) column[i] = value;
        if (isnan(value)) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status journey_pooled_columns(journey_work *work, cx_table *table, cx_error *err) {
    static const char *const figures[] = {"sd_between_1", "sd_between_2", "sd_between_3",
                                          "sd_between_4", "sd_between_5", "sd_between_6",
                                          "sd_between_7", "sd_between_8"};
    cx_i_nested *tree = &work->nested;
    double z = cx_i_estimate_z(work->options.confidence);
    double *se = tree->error, *low = tree->mean, *high = tree->variance; /* no longer needed */
    for (int64_t i = 0; i < tree->count; i++) {
        se[i] = sqrt(tree->error[i]);
        low[i] = tree->value[i] - z * se[i];
        high[i] = tree->value[i] + z * se[i];
    }
    CX_TRY(journey_f64(work, "pooled_value", tree->value, false, table, err));
    CX_TRY(journey_f64(work, "pooled_se", se, false, table, err));
    CX_TRY(journey_f64(work, "pooled_low", low, true, table, err));
    CX_TRY(journey_f64(work, "pooled_high", high, true, table, err));
    CX_TRY(journey_f64(work, "own_weight", tree->own, false, table, err));
    for (int32_t d = 1; d <= work->tree.tallies->keys.column_count; d++)
        CX_TRY(cx_i_table_figure(table, figures[d - 1],
                                 work->place == NULL ? (double)NAN : sqrt(tree->between[d]), err));
    return CX_OK;
}

/* Weights by answers are counts in another form. */
static void journey_hide(journey_work *work) {
    cx_i_journey_node *node = work->tree.node;
    for (int64_t i = 0; i < work->tree.count; i++) {
        bool within = node[i].hidden || (i > 0 && node[node[i].parent].hidden);
        if (node[i].hidden) node[i].covered = NAN;
        if (node[i].hidden) cx_i_estimate_hide(&node[i].estimate);
        if (!journey_by_answers(work)) continue;
        if (within) node[i].weight = NAN;
        if (node[i].hidden || node[0].hidden) node[i].share = NAN;
    }
}

static cx_status journey_tree_f64(const journey_work *work, const char *name, size_t offset,
                                  cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < work->tree.count; i++) {
        memcpy(&column[i], (const char *)&work->tree.node[i] + offset, sizeof column[i]);
        if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status journey_tree_columns(const journey_work *work, cx_table *table, cx_error *err) {
    const cx_i_journey *tree = &work->tree;
    int64_t *depth, *absent;
    CX_TRY(cx_i_keys_to_table(&tree->keys, tree->order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "depth", &depth, err));
    CX_TRY(cx_i_table_i64(table, "absent", &absent, err));
    for (int64_t i = 0; i < tree->count; i++) {
        depth[i] = tree->node[i].depth;
        absent[i] = tree->node[i].missing;
    }
    CX_TRY(journey_tree_f64(work, "weight", offsetof(cx_i_journey_node, weight), table, err));
    CX_TRY(journey_tree_f64(work, "share", offsetof(cx_i_journey_node, share), table, err));
    return journey_tree_f64(work, "covered", offsetof(cx_i_journey_node, covered), table, err);
}

static cx_status journey_words(const journey_work *work, cx_estimate *rows, const char **words,
                               cx_table *table, cx_error *err) {
    const char *word = work->options.weights == CX_JOURNEY_EQUAL ? "equal"
                       : work->tree.stated                       ? "volumes"
                                                                 : "answers";
    for (int64_t i = 0; i < work->tree.count; i++) {
        rows[i] = work->tree.node[i].estimate;
        words[i] = word;
    }
    CX_TRY(cx_i_estimates_to_table(rows, work->tree.count, table, err));
    return cx_i_table_words(table, "rollup", words, err);
}

static cx_status journey_table(journey_work *work, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &work->tree.tallies->allocator;
    cx_table *table;
    journey_hide(work);
    CX_TRY(cx_i_table_new(work->tree.count, allocator, &table, err));
    cx_estimate *rows = cx_i_alloc_array(allocator, work->tree.count, sizeof *rows);
    const char **words = cx_i_alloc_array(allocator, work->tree.count, sizeof *words);
    cx_status status = rows == NULL || words == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = journey_tree_columns(work, table, err);
    if (status == CX_OK) status = journey_words(work, rows, words, table, err);
    if (status == CX_OK && work->options.pool == 1)
        status = journey_pooled_columns(work, table, err);
    cx_i_free(allocator, rows);
    cx_i_free(allocator, words);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status journey_check(journey_work *work, const cx_tallies *tallies, cx_error *err) {
    const cx_journey_options *options = &work->options;
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_journey_options", err));
    if (options->weights < CX_JOURNEY_VOLUME || options->weights > CX_JOURNEY_EQUAL)
        return cx_i_fail(err, CX_E_OPTION, "weights is %d, neither volume (0) nor equal (1)",
                         (int64_t)options->weights);
    if (options->pool != 0 && options->pool != 1)
        return cx_i_fail(err, CX_E_OPTION, "pool is %d, neither 0 nor 1", (int64_t)options->pool);
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    cx_compare_options_init(&work->score);
    work->score.score = options->score;
    work->score.promoters = options->promoters;
    work->score.detractors = options->detractors;
    work->score.top = options->top;
    work->score.direction = options->direction;
    work->score.confidence = options->confidence;
    CX_TRY(
        cx_i_compare_reading(&work->score, tallies->scale_min, tallies->scale_max, &work->as, err));
    bool net = options->score == CX_SCORE_NPS, mean = options->score == CX_SCORE_MEAN;
    work->low = net ? -100 : mean ? tallies->scale_min : 0;
    work->high = net ? 100 : mean ? tallies->scale_max : 1;
    if (tallies->keys.column_count > CX_JOURNEY_MAX_DEPTH)
        return cx_i_fail(err, CX_E_OPTION, "a journey has at most %d levels, not %d",
                         (int64_t)CX_JOURNEY_MAX_DEPTH, tallies->keys.column_count);
    if (tallies->keys.column_count == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no valid answer in the journey");
    return CX_OK;
}

/* Paths with answers stand in both in key order; each node above is a margin of theirs. */
static cx_status journey_mark(cx_i_journey *tree, int64_t min_n, cx_error *err) {
    cx_i_cube cube = {.entries = 0};
    CX_TRY(cx_i_tallies_suppress(tree->tallies, min_n, &cube, err));
    for (int64_t i = 0, cell = 0; i < tree->count && cube.entries > 0; i++) {
        if (tree->node[i].tally == NULL) continue;
        for (int64_t at = i; at >= 0; at = tree->node[at].parent) {
            int64_t grouping = ((int64_t)1 << (cube.keys - tree->node[at].depth)) - 1;
            tree->node[at].hidden = cube.hidden[cube.of_cell[grouping * cube.cells + cell]];
        }
        cell++;
    }
    cx_i_cube_free(&cube);
    return CX_OK;
}

static cx_status journey_run(journey_work *work, cx_table **out, cx_error *err) {
    cx_tally *all;
    CX_TRY(cx_tallies_total(work->tree.tallies, &work->tree.tallies->allocator, &all, err));
    cx_status status = cx_i_tally_check_weights(all, err);
    if (status == CX_OK) status = journey_score(work, err);
    if (status == CX_OK && work->options.pool == 1) status = journey_pool(work, all, err);
    if (status == CX_OK) status = journey_mark(&work->tree, work->options.min_n, err);
    if (status == CX_OK) status = journey_table(work, out, err);
    cx_tally_free(all);
    return status;
}

cx_status cx_journey(const cx_tallies *tallies, const cx_frame *volume_paths,
                     const cx_array *volumes, const cx_frame *expected,
                     const cx_journey_options *options, cx_table **out, cx_error *err) {
    journey_work work = {.place = NULL};
    cx_journey_options_init(&work.options);
    if (tallies == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tallies == NULL ? "tallies" : "out");
    if ((volumes == NULL) != (volume_paths == NULL))
        return cx_i_fail(err, CX_E_NULL, "volumes and their paths go together; %s missing",
                         volumes == NULL ? "volumes are" : "volume_paths are");
    CX_TRY(
        cx_i_options_take(options, &work.options, sizeof work.options, "cx_journey_options", err));
    CX_TRY(journey_check(&work, tallies, err));
    if (volumes != NULL && work.options.weights == CX_JOURNEY_EQUAL)
        return cx_i_fail(err, CX_E_OPTION, "equal weights leave no use for volumes");
    cx_status status =
        cx_i_journey_build(&work.tree, tallies, volume_paths, volumes, expected, err);
    if (status == CX_OK) status = journey_run(&work, out, err);
    cx_i_nested_free(&tallies->allocator, &work.nested);
    cx_i_free(&tallies->allocator, work.place);
    cx_i_journey_release(&work.tree);
    return status;
}
