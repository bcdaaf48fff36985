#include "metric/tally.h"

#include "base/base.h"

void cx_i_cells_clear(cx_i_cells *cells, int32_t levels) {
    size_t steps = (size_t)levels;
    memset(cells->excluded, 0, sizeof cells->excluded);
    memset(cells->count, 0, steps * sizeof *cells->count);
    memset(cells->weight, 0, steps * sizeof *cells->weight);
    memset(cells->square, 0, steps * sizeof *cells->square);
    cells->weighted = cells->rounded = false;
}

/* The sums of step i, whether stored or implied. */
static cx_i_sum cells_sum(const cx_i_cells *cells, const cx_i_sum *sums, int32_t i) {
    cx_i_sum ones = {{0, 0, 0}};
    if (cells->weighted) return sums[i];
    cx_i_sum_add_i64(&ones, cells->count[i]);
    return ones;
}

void cx_i_cells_make_weighted(cx_i_cells *cells, int32_t levels) {
    if (cells->weighted) return;
    for (int32_t i = 0; i < levels; i++) {
        cells->weight[i] = cells_sum(cells, cells->weight, i);
        cells->square[i] = cells->weight[i];
    }
    cells->weighted = true;
}

/* weight and square + those of all steps; false when that exceeds their range. */
static bool cells_sums(const cx_i_cells *cells, int32_t levels, cx_i_sum *weight,
                       cx_i_sum *square) {
    for (int32_t i = 0; i < levels; i++) {
        cx_i_sum w = cells_sum(cells, cells->weight, i), w2 = cells_sum(cells, cells->square, i);
        if (!cx_i_sum_merge(weight, &w) || !cx_i_sum_merge(square, &w2)) return false;
    }
    return true;
}

/* n + all answers counted, in use or left out; false when that exceeds int64. */
static bool cells_total(const cx_i_cells *cells, int32_t levels, int64_t *n) {
    for (int32_t i = 0; i < levels; i++)
        if (!cx_i_add_i64(*n, cells->count[i], n)) return false;
    for (int i = 0; i < CX_EXCLUDED_END; i++)
        if (!cx_i_add_i64(*n, cells->excluded[i], n)) return false;
    return true;
}

/* The total must fit, too: then no reader has to check again. */
bool cx_i_cells_fit(const cx_i_cells *cells, const cx_i_cells *more, int32_t levels) {
    int64_t n = 0;
    cx_i_sum weight = {{0, 0, 0}}, square = {{0, 0, 0}};
    if (!cells_total(cells, levels, &n) || !cells_total(more, levels, &n)) return false;
    return (!cells->weighted && !more->weighted) || (cells_sums(cells, levels, &weight, &square) &&
                                                     cells_sums(more, levels, &weight, &square));
}

void cx_i_cells_merge(cx_i_cells *cells, const cx_i_cells *more, int32_t levels) {
    bool weighted = cells->weighted || more->weighted;
    if (weighted) cx_i_cells_make_weighted(cells, levels);
    for (int32_t i = 0; i < levels; i++) {
        if (weighted) {
            cx_i_sum weight = cells_sum(more, more->weight, i);
            cx_i_sum square = cells_sum(more, more->square, i);
            cx_i_sum_merge(&cells->weight[i], &weight);
            cx_i_sum_merge(&cells->square[i], &square);
        }
        cells->count[i] += more->count[i];
    }
    for (int i = 0; i < CX_EXCLUDED_END; i++) cells->excluded[i] += more->excluded[i];
    cells->rounded = cells->rounded || more->rounded;
}

void cx_i_cells_subtract(cx_i_cells *cells, const cx_i_cells *less, int32_t levels) {
    for (int32_t i = 0; i < levels; i++) {
        if (cells->weighted) {
            cx_i_sum weight = cells_sum(less, less->weight, i);
            cx_i_sum square = cells_sum(less, less->square, i);
            cx_i_sum_subtract(&cells->weight[i], &weight);
            cx_i_sum_subtract(&cells->square[i], &square);
        }
        cells->count[i] -= less->count[i];
    }
    for (int i = 0; i < CX_EXCLUDED_END; i++) cells->excluded[i] -= less->excluded[i];
}

static bool cells_same_sum(const cx_i_sum *a, const cx_i_sum *b) {
    return memcmp(a->word, b->word, sizeof a->word) == 0;
}

bool cx_i_cells_equal(const cx_i_cells *a, const cx_i_cells *b, int32_t levels) {
    if (a->weighted != b->weighted || a->rounded != b->rounded) return false;
    if (memcmp(a->excluded, b->excluded, sizeof a->excluded) != 0) return false;
    for (int32_t i = 0; i < levels; i++) {
        if (a->count[i] != b->count[i]) return false;
        if (a->weighted && (!cells_same_sum(&a->weight[i], &b->weight[i]) ||
                            !cells_same_sum(&a->square[i], &b->square[i])))
            return false;
    }
    return true;
}

bool cx_i_cells_add(cx_i_cells *cells, int32_t levels, int step, bool rounded,
                    const double *weight) {
    if (weight != NULL) cx_i_cells_make_weighted(cells, levels);
    if (step < 0) {
        cells->excluded[-1 - step]++;
        return true;
    }
    if (weight != NULL && *weight == 0) {
        cells->excluded[CX_EXCLUDED_ZERO_WEIGHT]++;
        return true;
    }
    cells->rounded = cells->rounded || rounded;
    cells->count[step]++;
    return weight == NULL || (cx_i_sum_add(&cells->weight[step], *weight) &&
                              cx_i_sum_add(&cells->square[step], *weight * *weight));
}

/* -- bytes --------------------------------------------------------------------------------- */

enum { CELLS_WEIGHTED = 1, CELLS_ROUNDED = 2 };

void cx_i_cells_put(cx_i_writer *writer, const cx_i_cells *cells, int32_t levels) {
    cx_i_put_u8(writer, (uint8_t)((cells->weighted ? CELLS_WEIGHTED : 0) |
                                  (cells->rounded ? CELLS_ROUNDED : 0)));
    cx_i_put_u8(writer, CX_EXCLUDED_END);
    for (int i = 0; i < CX_EXCLUDED_END; i++) cx_i_put_i64(writer, cells->excluded[i]);
    for (int32_t i = 0; i < levels; i++) {
        cx_i_put_i64(writer, cells->count[i]);
        if (!cells->weighted) continue;
        cx_i_put_sum(writer, &cells->weight[i]);
        cx_i_put_sum(writer, &cells->square[i]);
    }
}

static bool cells_get_sum(cx_i_reader *reader, int64_t count, cx_i_sum *sum) {
    *sum = cx_i_get_sum(reader);
    return !cx_i_sum_is_negative(sum) && (count > 0 || cx_i_sum_is_zero(sum));
}

static bool cells_get_step(cx_i_reader *reader, cx_i_cells *cells, int32_t i) {
    cells->count[i] = cx_i_get_i64(reader);
    if (cells->count[i] < 0) return false;
    if (!cells->weighted) return true;
    return cells_get_sum(reader, cells->count[i], &cells->weight[i]) &&
           cells_get_sum(reader, cells->count[i], &cells->square[i]);
}

/* `cells` is empty; true when everything read is possible and the totals fit. */
bool cx_i_cells_get(cx_i_reader *reader, cx_i_cells *cells, int32_t levels) {
    uint8_t bits = cx_i_get_u8(reader), reasons = cx_i_get_u8(reader);
    if (bits > (CELLS_WEIGHTED | CELLS_ROUNDED) || reasons != CX_EXCLUDED_END) return false;
    cells->weighted = (bits & CELLS_WEIGHTED) != 0;
    cells->rounded = (bits & CELLS_ROUNDED) != 0;
    for (int i = 0; i < CX_EXCLUDED_END; i++)
        if ((cells->excluded[i] = cx_i_get_i64(reader)) < 0) return false;
    for (int32_t i = 0; i < levels; i++)
        if (!cells_get_step(reader, cells, i)) return false;
    int64_t n = 0;
    cx_i_sum weight = {{0, 0, 0}}, square = {{0, 0, 0}};
    return !reader->failed && cells_total(cells, levels, &n) &&
           (!cells->weighted || cells_sums(cells, levels, &weight, &square));
}
