#include "survey/shrink.h"

#include "metric/tallies.h"
#include "stat/keys_table.h"

/* Tallies as counts of classes, or as direct estimates. */

/* Answers added to each group, spread as those of everyone, before its variance is read. */
#define TALLIES_MORE_ANSWERS 3

typedef struct tallies_classes {
    int count;
    int32_t from[CX_I_SHRINK_CLASSES]; /* the lowest answer of each class */
} tallies_classes;

static cx_status tallies_classes_of(const cx_tallies *self, const cx_shrink_options *options,
                                    tallies_classes *out, cx_error *err) {
    int32_t low = self->scale_min, high = self->scale_max;
    if (options->method == CX_SHRINK_BETA_BINOMIAL) {
        if (options->top < 1 || options->top > high - low)
            return cx_i_fail(err, CX_E_OPTION,
                             "top is %d; the scale has boxes 1 to %d from the top",
                             (int64_t)options->top, (int64_t)high - low);
        *out = (tallies_classes){2, {high - options->top + 1, low}};
        return CX_OK;
    }
    if (options->detractors < low || options->promoters > high ||
        options->detractors >= options->promoters)
        return cx_i_fail(
            err, CX_E_OPTION,
            "detractors up to %d and promoters from %d do not fit a scale from %d to %d",
            (int64_t)options->detractors, (int64_t)options->promoters, (int64_t)low, (int64_t)high);
    *out = (tallies_classes){3, {low, options->detractors + 1, options->promoters}};
    return CX_OK;
}

static int tallies_class(const tallies_classes *classes, int32_t score) {
    if (classes->count == 2) return score >= classes->from[0] ? 0 : 1;
    return score >= classes->from[2] ? 2 : score >= classes->from[1] ? 1 : 0;
}

/* Effective counts: shares of the weights, times n_eff. */
static void tallies_count(const cx_tally *tally, const tallies_classes *classes, double *out) {
    int32_t levels = cx_i_tally_levels(tally);
    double weight = 0, square = 0;
    for (int k = 0; k < classes->count; k++) out[k] = 0;
    for (int32_t level = 0; level < levels; level++) {
        const cx_i_cells *cells = &tally->cells;
        double w =
            cells->weighted ? cx_i_sum_value(&cells->weight[level]) : (double)cells->count[level];
        weight += w;
        square += cells->weighted ? cx_i_sum_value(&cells->square[level]) : w;
        out[tallies_class(classes, tally->scale_min + level)] += w;
    }
    if (!tally->cells.weighted || !(weight > 0)) return;
    for (int k = 0; k < classes->count; k++) out[k] *= weight / square;
}

/* Direct net scores in points, none of them certain. */
static void tallies_direct(const double *count, int64_t rows, cx_i_area *area) {
    double all[3] = {0, 0, 0}, total = 0;
    for (int64_t g = 0; g < rows; g++)
        for (int k = 0; k < 3; k++) all[k] += count[3 * g + k];
    for (int k = 0; k < 3; k++) total += all[k];
    for (int64_t g = 0; g < rows; g++) {
        const double *x = count + 3 * g;
        double n = x[0] + x[1] + x[2], more = TALLIES_MORE_ANSWERS, q[3];
        for (int k = 0; k < 3; k++) q[k] = (x[k] + more * all[k] / total) / (n + more);
        double net = q[2] - q[0];
        area->x[g] = 1;
        area->n[g] = n;
        area->value[g] = n > 0 ? 100 * (x[2] - x[0]) / n : NAN;
        area->variance[g] = 1e4 * (q[2] + q[0] - net * net) / n;
        area->smoothed[g] = n > 0 && (x[0] == n || x[1] == n || x[2] == n);
        area->used += n > 0 ? 1 : 0;
    }
}

static cx_status tallies_area(const double *count, cx_i_shrunk *out, cx_error *err) {
    cx_i_area area = {.allocator = out->allocator};
    cx_status status = cx_i_area_new(out->rows, 1, true, &area, err);
    if (status == CX_OK) {
        tallies_direct(count, out->rows, &area);
        if (area.used == 0) status = cx_i_fail(err, CX_E_EMPTY, "no group has an answer");
    }
    for (int64_t g = 0; g < out->rows && status == CX_OK; g++)
        if (!isnan(area.value[g]) && !(area.variance[g] > 0))
            status = cx_i_fail(err, CX_E_CONSTANT, "all answers of all groups are in one class");
    if (status == CX_OK) status = cx_i_area_shrink(&area, out, err);
    for (int64_t g = 0; g < out->rows && status == CX_OK; g++)
        cx_i_estimate_clip(&out->row[g], -100, 100);
    cx_i_area_free(&area);
    return status;
}

static void tallies_evidence(const cx_tallies *self, cx_i_shrunk *out) {
    for (int64_t g = 0; g < out->rows; g++) {
        const cx_tally *tally = self->tally[self->order[g]];
        cx_estimate *row = &out->row[g];
        row->n = cx_tally_n(tally);
        row->sum_w = 0;
        for (int32_t s = self->scale_min; s <= self->scale_max; s++)
            row->sum_w += cx_tally_weight(tally, s);
        memcpy(row->excluded, tally->cells.excluded, sizeof row->excluded);
        if (tally->cells.weighted) row->flags |= CX_FLAG_WEIGHTED;
        if (tally->cells.rounded) row->flags |= CX_FLAG_ROUNDED;
    }
}

static cx_status tallies_shrink(const cx_tallies *self, const tallies_classes *classes,
                                double *count, cx_i_shrunk *out, cx_error *err) {
    cx_i_counts model = {.rows = out->rows, .classes = classes->count, .count = count};
    for (int64_t g = 0; g < out->rows; g++)
        tallies_count(self->tally[self->order[g]], classes, count + g * classes->count);
    if (out->options.method == CX_SHRINK_FAY_HERRIOT)
        CX_TRY(tallies_area(count, out, err));
    else
        CX_TRY(cx_i_counts_shrink(&model, out, err));
    tallies_evidence(self, out);
    return CX_OK;
}

static cx_status tallies_table(const cx_tallies *self, cx_i_shrunk *shrunk, cx_table **out,
                               cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(shrunk->rows, shrunk->allocator, &table, err));
    cx_status status = cx_i_keys_to_table(&self->keys, self->order, 1, table, err);
    if (status == CX_OK) status = cx_i_shrunk_to_table(shrunk, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_shrink_tallies(const cx_tallies *self, const cx_shrink_options *options,
                            cx_table **out, cx_error *err) {
    cx_i_shrunk shrunk;
    tallies_classes classes = {0, {0, 0, 0}};
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_shrink_options(options, &shrunk, err));
    if (shrunk.options.method == CX_SHRINK_JAMES_STEIN)
        return cx_i_fail(err, CX_E_OPTION,
                         "james-stein needs values of one variance, tallies have none: use "
                         "dirichlet, beta-binomial or fay-herriot");
    if (shrunk.options.allocator == NULL) shrunk.memory = self->allocator;
    CX_TRY(tallies_classes_of(self, &shrunk.options, &classes, err));
    int64_t rows = cx_tallies_size(self);
    if (rows == 0) return cx_i_fail(err, CX_E_EMPTY, "the tallies have no key yet");
    double *count = cx_i_alloc_array(shrunk.allocator, rows, CX_I_SHRINK_CLASSES * sizeof *count);
    if (count == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_shrunk_rows(
        &shrunk, rows, classes.count == 2 ? CX_UNIT_FRACTION : CX_UNIT_POINTS, err);
    if (status == CX_OK) status = tallies_shrink(self, &classes, count, &shrunk, err);
    if (status == CX_OK) status = tallies_table(self, &shrunk, out, err);
    cx_i_free(shrunk.allocator, count);
    cx_i_shrunk_free(&shrunk);
    return status;
}
