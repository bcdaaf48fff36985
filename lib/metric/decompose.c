#include "metric/compare.h"

#include "metric/suppress.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

/* Mix and within [Kitagawa1955], with delta-method errors from the tallies alone: an answer y of
 * group k moves a figure by w/W (A_k + B_k (y - m_k)), where A and B are the figure's derivatives
 * by the group's share (centred) and by its mean (over the share). */

typedef struct decompose_group {
    const cx_tally *tally[2]; /* before, after; NULL where absent */
    double share[2], mean[2];
    bool hidden;
} decompose_group;

typedef struct decompose_work {
    const cx_tallies *all; /* the union of keys */
    const cx_i_read_as *as;
    decompose_group *group;
    double sum_w[2], sum_w2[2], total[2];
    double mix, within;
    double change_v, mix_v, within_v; /* variances */
} decompose_work;

/* -- shares and means ---------------------------------------------------------------------- */

static double decompose_squares(const cx_tally *tally) {
    double sum = 0;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) sum += cx_i_tally_square(tally, i);
    return sum;
}

static cx_status decompose_read_side(decompose_work *work, const cx_tallies *tallies, int side,
                                     cx_error *err) {
    for (int64_t i = 0; i < work->all->keys.count; i++) {
        const cx_tally *tally = cx_i_compare_find(tallies, work->all, i);
        if (tally != NULL) CX_TRY(cx_i_tally_check_weights(tally, err));
        double weight = cx_i_tally_sum_w(tally);
        work->group[i].tally[side] = weight > 0 ? tally : NULL;
        work->sum_w[side] += weight;
    }
    if (!(work->sum_w[side] > 0))
        return cx_i_fail(err, CX_E_EMPTY, "there is no valid answer %s the change",
                         side == 0 ? "before" : "after");
    for (int64_t i = 0; i < work->all->keys.count; i++) {
        decompose_group *group = &work->group[i];
        if (group->tally[side] == NULL) continue;
        group->share[side] = cx_i_tally_sum_w(group->tally[side]) / work->sum_w[side];
        group->mean[side] =
            cx_i_tally_figures(group->tally[side], work->as->reading, work->as->context).mean;
        work->sum_w2[side] += decompose_squares(group->tally[side]);
        work->total[side] += group->share[side] * group->mean[side];
    }
    return CX_OK;
}

/* A group without a mean on one side takes that of the other: all of it is mix. */
static void decompose_fill_means(decompose_work *work) {
    for (int64_t i = 0; i < work->all->keys.count; i++) {
        decompose_group *group = &work->group[i];
        if (group->tally[0] == NULL) group->mean[0] = group->mean[1];
        if (group->tally[1] == NULL) group->mean[1] = group->mean[0];
        work->mix += (group->share[1] - group->share[0]) * (group->mean[0] + group->mean[1]) / 2;
        work->within += (group->mean[1] - group->mean[0]) * (group->share[0] + group->share[1]) / 2;
    }
}

/* -- small cells --------------------------------------------------------------------------- */

static cx_status decompose_hide_side(decompose_work *work, int side, int64_t min_n, int64_t *n,
                                     bool *hidden, cx_error *err) {
    int64_t total = 0;
    for (int64_t i = 0; i < work->all->keys.count; i++)
        total += n[i] = cx_tally_n(work->group[i].tally[side]);
    CX_TRY(cx_i_min_n_one(total, min_n, err));
    CX_TRY(cx_i_rows_suppress_beside(&work->all->keys, work->all->order, n, min_n,
                                     &work->all->allocator, hidden, err));
    for (int64_t i = 0; i < work->all->keys.count; i++)
        work->group[i].hidden = work->group[i].hidden || hidden[i];
    return CX_OK;
}

static cx_status decompose_hide(decompose_work *work, int64_t min_n, cx_error *err) {
    const cx_allocator *allocator = &work->all->allocator;
    int64_t count = work->all->keys.count;
    if (min_n < 2) return CX_OK;
    int64_t *n = cx_i_alloc_array(allocator, count, sizeof *n);
    bool *hidden = cx_i_alloc_array(allocator, count, sizeof *hidden);
    cx_status status = n == NULL || hidden == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int side = 0; side < 2 && status == CX_OK; side++)
        status = decompose_hide_side(work, side, min_n, n, hidden, err);
    cx_i_free(allocator, n);
    cx_i_free(allocator, hidden);
    return status;
}

/* The column added last says nothing of hidden groups. */
static cx_status decompose_blank(const decompose_work *work, cx_table *table, cx_error *err) {
    for (int64_t i = 0; i < work->all->keys.count; i++)
        if (work->group[i].hidden) CX_TRY(cx_i_table_null(table, i, err));
    return CX_OK;
}

/* -- variances ----------------------------------------------------------------------------- */

/* Derivatives of the three figures by share and mean of one group on one side. */
typedef struct decompose_slopes {
    double share[3], mean[3]; /* change, mix, within */
} decompose_slopes;

static decompose_slopes decompose_slope(const decompose_group *group, int side) {
    double sign = side == 1 ? 1 : -1;
    bool both = group->tally[0] != NULL && group->tally[1] != NULL;
    double average = (group->mean[0] + group->mean[1]) / 2;
    double move = group->share[1] - group->share[0];
    decompose_slopes slopes;
    slopes.share[0] = sign * group->mean[side];
    slopes.share[1] = sign * average;
    slopes.share[2] = (group->mean[1] - group->mean[0]) / 2;
    slopes.mean[0] = sign * group->share[side];
    slopes.mean[1] = both ? move / 2 : move;
    slopes.mean[2] = both ? sign * (group->share[0] + group->share[1]) / 2 : 0;
    return slopes;
}

static double decompose_variance_group(const decompose_work *work, const decompose_group *group,
                                       int side, double level, double slope) {
    const cx_tally *tally = group->tally[side];
    double variance = 0;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) {
        double y = work->as->reading(tally->scale_min + i, work->as->context);
        double influence = level + slope / group->share[side] * (y - group->mean[side]);
        variance += cx_i_tally_square(tally, i) * influence * influence;
    }
    return variance / (work->sum_w[side] * work->sum_w[side]);
}

static double decompose_variance_side(const decompose_work *work, int figure, int side) {
    double centre = 0, variance = 0;
    for (int64_t i = 0; i < work->all->keys.count; i++)
        if (work->group[i].tally[side] != NULL)
            centre +=
                work->group[i].share[side] * decompose_slope(&work->group[i], side).share[figure];
    for (int64_t i = 0; i < work->all->keys.count; i++) {
        const decompose_group *group = &work->group[i];
        if (group->tally[side] == NULL) continue;
        decompose_slopes slopes = decompose_slope(group, side);
        variance += decompose_variance_group(work, group, side, slopes.share[figure] - centre,
                                             slopes.mean[figure]);
    }
    return variance;
}

static double decompose_variance(const decompose_work *work, int figure) {
    return decompose_variance_side(work, figure, 0) + decompose_variance_side(work, figure, 1);
}

/* The variance of one group's part of a figure: answers of other groups move its share alone. */
static double decompose_variance_part(const decompose_work *work, const decompose_group *group,
                                      int figure) {
    double variance = 0;
    for (int side = 0; side < 2; side++) {
        const cx_tally *tally = group->tally[side];
        if (tally == NULL) continue;
        decompose_slopes slopes = decompose_slope(group, side);
        double others = slopes.share[figure] * group->share[side] / work->sum_w[side];
        variance += decompose_variance_group(work, group, side,
                                             slopes.share[figure] * (1 - group->share[side]),
                                             slopes.mean[figure]);
        variance += (work->sum_w2[side] - decompose_squares(tally)) * others * others;
    }
    return variance;
}

/* -- table --------------------------------------------------------------------------------- */

/* Error and limits of one figure's part in each group, beside the parts themselves. */
static cx_status decompose_part_columns(const decompose_work *work, int figure, const double *part,
                                        double z, cx_table *table, cx_error *err) {
    static const char *const names[][3] = {{"mix_se", "mix_ci_low", "mix_ci_high"},
                                           {"within_se", "within_ci_low", "within_ci_high"}};
    for (int what = 0; what < 3; what++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[figure - 1][what], &column, err));
        for (int64_t i = 0; i < work->all->keys.count; i++) {
            double variance = decompose_variance_part(work, &work->group[i], figure);
            double se = variance > 0 ? sqrt(variance) : (double)NAN;
            column[i] = work->group[i].hidden ? (double)NAN
                        : what == 0           ? se
                                              : part[i] + (what == 1 ? -z : z) * se;
            if (isnan(se)) CX_TRY(cx_i_table_null(table, i, err));
        }
        CX_TRY(decompose_blank(work, table, err));
    }
    return CX_OK;
}

static cx_status decompose_side_columns(const decompose_work *work, cx_table *table,
                                        cx_error *err) {
    static const char *const shares[] = {"share_before", "share_after"};
    static const char *const means[] = {"mean_before", "mean_after"};
    static const char *const counts[] = {"n_before", "n_after"};
    for (int side = 0; side < 2; side++) {
        double *share, *mean;
        int64_t *n;
        CX_TRY(cx_i_table_f64(table, shares[side], &share, err));
        CX_TRY(decompose_blank(work, table, err));
        CX_TRY(cx_i_table_i64(table, counts[side], &n, err));
        CX_TRY(decompose_blank(work, table, err));
        CX_TRY(cx_i_table_f64(table, means[side], &mean, err));
        CX_TRY(decompose_blank(work, table, err));
        for (int64_t i = 0; i < work->all->keys.count; i++) {
            const decompose_group *group = &work->group[i];
            share[i] = group->hidden ? (double)NAN : group->share[side];
            n[i] = group->hidden ? 0 : cx_tally_n(group->tally[side]);
            mean[i] = group->hidden ? (double)NAN : group->mean[side];
            if (group->tally[side] == NULL) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status decompose_group_columns(const decompose_work *work, const char **words, double z,
                                         cx_table *table, cx_error *err) {
    double *mix, *within;
    CX_TRY(cx_i_keys_to_table(&work->all->keys, work->all->order, 1, table, err));
    CX_TRY(decompose_side_columns(work, table, err));
    CX_TRY(cx_i_table_f64(table, "mix", &mix, err));
    CX_TRY(decompose_blank(work, table, err));
    CX_TRY(cx_i_table_f64(table, "within", &within, err));
    CX_TRY(decompose_blank(work, table, err));
    for (int64_t i = 0; i < work->all->keys.count; i++) {
        const decompose_group *group = &work->group[i];
        mix[i] = (group->share[1] - group->share[0]) * (group->mean[0] + group->mean[1]) / 2;
        within[i] = (group->mean[1] - group->mean[0]) * (group->share[0] + group->share[1]) / 2;
        if (group->hidden) mix[i] = within[i] = NAN;
        words[i] = group->hidden             ? "hidden"
                   : group->tally[0] == NULL ? (group->tally[1] == NULL ? "neither" : "after")
                                             : (group->tally[1] == NULL ? "before" : "both");
    }
    CX_TRY(decompose_part_columns(work, 1, mix, z, table, err));
    CX_TRY(decompose_part_columns(work, 2, within, z, table, err));
    return cx_i_table_words(table, "side", words, err);
}

static cx_status decompose_figure(cx_table *table, const char *const names[4], double value,
                                  double variance, double z, cx_error *err) {
    double se = sqrt(variance);
    CX_TRY(cx_i_table_figure(table, names[0], value, err));
    CX_TRY(cx_i_table_figure(table, names[1], se, err));
    CX_TRY(cx_i_table_figure(table, names[2], value - z * se, err));
    return cx_i_table_figure(table, names[3], value + z * se, err);
}

static cx_status decompose_figures(const decompose_work *work, double confidence, cx_table *table,
                                   cx_error *err) {
    static const char *const change[] = {"change", "change_se", "change_ci_low", "change_ci_high"};
    static const char *const mix[] = {"mix", "mix_se", "mix_ci_low", "mix_ci_high"};
    static const char *const within[] = {"within", "within_se", "within_ci_low", "within_ci_high"};
    double z = cx_i_estimate_z(confidence), total = work->total[1] - work->total[0];
    bool varies = work->change_v > 0;
    double none = varies ? 0 : (double)NAN; /* answers all alike say nothing about their errors */
    double p = varies ? 2 * cx_normal_sf(fabs(total) / sqrt(work->change_v)) : (double)NAN;
    CX_TRY(cx_i_table_figure(table, "before", work->total[0], err));
    CX_TRY(cx_i_table_figure(table, "after", work->total[1], err));
    CX_TRY(decompose_figure(table, change, total, work->change_v + none, z, err));
    CX_TRY(decompose_figure(table, mix, work->mix, work->mix_v + none, z, err));
    CX_TRY(decompose_figure(table, within, work->within, work->within_v + none, z, err));
    return cx_i_table_figure(table, "change_p", p, err);
}

static cx_status decompose_table(const decompose_work *work, double confidence, cx_table **out,
                                 cx_error *err) {
    cx_table *table;
    const cx_allocator *allocator = &work->all->allocator;
    CX_TRY(cx_i_table_new(work->all->keys.count, allocator, &table, err));
    const char **words = cx_i_alloc_array(allocator, work->all->keys.count, sizeof *words);
    cx_status status =
        words == NULL
            ? cx_i_out_of_memory(err)
            : decompose_group_columns(work, words, cx_i_estimate_z(confidence), table, err);
    cx_i_free(allocator, words);
    if (status == CX_OK) status = decompose_figures(work, confidence, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status decompose_run(decompose_work *work, const cx_tallies *before,
                               const cx_tallies *after, const cx_compare_options *options,
                               cx_table **out, cx_error *err) {
    CX_TRY(decompose_read_side(work, before, 0, err));
    CX_TRY(decompose_read_side(work, after, 1, err));
    CX_TRY(decompose_hide(work, options->min_n, err));
    decompose_fill_means(work);
    work->change_v = decompose_variance(work, 0);
    work->mix_v = decompose_variance(work, 1);
    work->within_v = decompose_variance(work, 2);
    return decompose_table(work, options->confidence, out, err);
}

cx_status cx_decompose(const cx_tallies *before, const cx_tallies *after,
                       const cx_compare_options *options, cx_table **out, cx_error *err) {
    cx_compare_options used;
    cx_i_read_as as;
    cx_tallies *all;
    CX_TRY(cx_i_compare_options(options, &used, err));
    if (before == NULL || after == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "before, after or out is missing");
    CX_TRY(cx_i_compare_reading(&used, before->scale_min, before->scale_max, &as, err));
    CX_TRY(cx_i_compare_union(before, after, &all, err));
    decompose_work work = {.all = all, .as = &as};
    work.group = cx_i_alloc_array(&before->allocator, all->keys.count, sizeof *work.group);
    cx_status status = work.group == NULL ? cx_i_out_of_memory(err)
                                          : decompose_run(&work, before, after, &used, out, err);
    cx_i_free(&before->allocator, work.group);
    cx_tallies_free(all);
    return status;
}
