#include "stat/concordance.h"

#include <cxkit/special.h>

#define CONCORDANCE_EXACT 60

/* -- counting ---------------------------------------------------------------------------------- */

/* Sums of weights by level of y, of the rows before; a binary indexed tree. */
typedef struct concordance_tree {
    int32_t size;
    double *node; /* size + 1 */
} concordance_tree;

CX_I_INLINE double concordance_below(const concordance_tree *tree, int32_t level) {
    double sum = 0;
    for (int32_t at = level; at > 0; at &= at - 1) sum += tree->node[at];
    return sum;
}

CX_I_INLINE void concordance_insert(concordance_tree *tree, int32_t level, double weight) {
    for (int32_t at = level + 1; at <= tree->size; at += at & -at) tree->node[at] += weight;
}

/* Where one group of equal x stands among all rows. */
typedef struct concordance_scan {
    concordance_tree tree;
    double *seen;  /* by level of y: weight with a smaller x */
    double *less;  /* by level of y: weight below it */
    double before; /* weight with a smaller x */
} concordance_scan;

/* The net concordance of the cells start .. end, which share one x. */
static void concordance_group(cx_i_concordance *self, const concordance_scan *scan, int64_t start,
                              int64_t end) {
    const cx_i_two_way *cells = self->cells;
    double here = self->tx[cells->x[start]], run = 0;
    for (int64_t c = start; c < end; c++) {
        int32_t y = cells->y[c];
        double below = concordance_below(&scan->tree, y), level = self->ty[y];
        double above = scan->before - below - scan->seen[y];
        double right_below = scan->less[y] - below - run;
        double right_level = level - scan->seen[y] - cells->w[c];
        double right_above = self->total - scan->before - here - right_below - right_level;
        self->net[c] = below + right_above - above - right_below;
        run += cells->w[c];
    }
}

static int64_t concordance_group_end(const cx_i_two_way *cells, int64_t start) {
    int64_t end = start + 1;
    while (end < cells->count && cells->x[end] == cells->x[start]) end++;
    return end;
}

static void concordance_run(cx_i_concordance *self, concordance_scan *scan) {
    const cx_i_two_way *cells = self->cells;
    double less = 0;
    for (int32_t y = 0; y < cells->ky; y++) scan->less[y] = less, less += self->ty[y];
    for (int64_t start = 0, end; start < cells->count; start = end) {
        end = concordance_group_end(cells, start);
        concordance_group(self, scan, start, end);
        for (int64_t c = start; c < end; c++) {
            concordance_insert(&scan->tree, cells->y[c], cells->w[c]);
            scan->seen[cells->y[c]] += cells->w[c];
        }
        scan->before += self->tx[cells->x[start]];
    }
}

/* -- few rows a cell -------------------------------------------------------------------------- */

/* Rows come in the order of x; here they are put in that of y, equal ones backwards, so that those
 * of the same y are never below before one another. level: where each level of y begins. */
static void concordance_place(const cx_i_two_way *cells, const int32_t *level, int32_t *seen,
                              uint64_t *items) {
    uint64_t row = 0;
    memset(seen, 0, (size_t)cells->ky * sizeof *seen);
    for (int64_t c = 0; c < cells->count; c++) {
        int32_t y = cells->y[c];
        for (int32_t left = (int32_t)cells->w[c]; left > 0; left--)
            items[level[y + 1] - 1 - seen[y]++] = row++ << 32;
    }
}

/* below: by row, how many have a smaller y and come before */
static void concordance_net(cx_i_concordance *self, const int32_t *level, int32_t *seen,
                            const uint32_t *below) {
    const cx_i_two_way *cells = self->cells;
    int64_t first = 0; /* row of the group, of x */
    memset(seen, 0, (size_t)cells->ky * sizeof *seen);
    for (int64_t start = 0, end; start < cells->count; start = end) {
        int64_t row = first, after = first + (int64_t)self->tx[cells->x[start]];
        end = concordance_group_end(cells, start);
        for (int64_t c = start; c < end; c++) {
            int32_t y = cells->y[c], here = (int32_t)cells->w[c];
            int64_t left = (int64_t)below[row] - (row - first), same = seen[y];
            int64_t right = level[y] - left - (row - first);
            int64_t level_right = level[y + 1] - level[y] - same - here;
            int64_t above_right = cells->n - after - right - level_right;
            self->net[c] = (double)(left + above_right - (first - left - same) - right);
            seen[y] += here;
            row += here;
        }
        first = after;
    }
}

static cx_status concordance_count_rows(cx_i_concordance *self, cx_error *err) {
    const cx_allocator *allocator = self->allocator;
    int64_t n = self->cells->n, ky = self->cells->ky;
    uint64_t *items = cx_i_alloc_room(allocator, 2 * n, sizeof *items);
    uint32_t *below = cx_i_alloc_room(allocator, n, sizeof *below);
    int32_t *level = cx_i_alloc_array(allocator, 2 * ky + 1, sizeof *level);
    bool made = items != NULL && below != NULL && level != NULL;
    for (int64_t y = 0; y < ky && made; y++) level[y + 1] = level[y] + (int32_t)self->ty[y];
    if (made) {
        concordance_place(self->cells, level, level + ky + 1, items);
        cx_i_untied_below(items, items + n, n, below);
        concordance_net(self, level, level + ky + 1, below);
    }
    cx_i_free(allocator, items);
    cx_i_free(allocator, below);
    cx_i_free(allocator, level);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

/* -- sums -------------------------------------------------------------------------------------- */

/* (sum of all)^2 minus the squares of the parts; of few rows every number is whole and exact. */
static cx_i_twofold concordance_untied(double total, const double *part, int64_t count,
                                       bool exact) {
    cx_i_twofold sum = cx_i_tf_product(total, total);
    double squares = 0;
    for (int64_t k = 0; k < count && exact; k++) squares += part[k] * part[k];
    if (exact) return cx_i_tf(sum.hi - squares);
    for (int64_t k = 0; k < count; k++)
        sum = cx_i_tf_subtract(sum, cx_i_tf_product(part[k], part[k]));
    return sum;
}

static void concordance_sum(cx_i_concordance *self) {
    const cx_i_two_way *cells = self->cells;
    bool exact = !cells->weighted && self->total * self->total < 0x1p53;
    double whole = 0;
    self->sum = cx_i_tf(0);
    for (int64_t c = 0; c < cells->count && exact; c++) whole += cells->w[c] * self->net[c];
    for (int64_t c = 0; c < cells->count && !exact; c++)
        self->sum = cx_i_tf_add(self->sum, cx_i_tf_product(cells->w[c], self->net[c]));
    if (exact) self->sum = cx_i_tf(whole);
    cx_i_twofold apart = concordance_untied(self->total, cells->w, cells->count, exact);
    self->untied_x = concordance_untied(self->total, self->tx, cells->kx, exact);
    self->untied_y = concordance_untied(self->total, self->ty, cells->ky, exact);
    self->untied = cx_i_tf_subtract(cx_i_tf_add(self->untied_x, self->untied_y), apart);
}

cx_status cx_i_concordance_new(const cx_i_two_way *cells, const cx_allocator *allocator,
                               cx_i_concordance *out, cx_error *err) {
    int64_t kx = cells->kx, ky = cells->ky;
    *out = (cx_i_concordance){.cells = cells, .allocator = allocator};
    if (cells->untied != NULL) {
        out->total = (double)cells->n;
        return CX_OK;
    }
    out->tx = cx_i_alloc_array(allocator, kx + ky, sizeof *out->tx);
    out->net = cx_i_alloc_room(allocator, cells->count, sizeof *out->net);
    if (out->tx == NULL || out->net == NULL) {
        cx_i_concordance_free(out);
        return cx_i_out_of_memory(err);
    }
    out->ty = out->tx + kx;
    for (int64_t c = 0; c < cells->count; c++) {
        out->tx[cells->x[c]] += cells->w[c];
        out->ty[cells->y[c]] += cells->w[c];
    }
    for (int64_t k = 0; k < kx; k++) out->total += out->tx[k];
    return CX_OK;
}

static cx_status concordance_count_cells(cx_i_concordance *self, cx_error *err) {
    int64_t ky = self->cells->ky;
    double *room = cx_i_alloc_array(self->allocator, 3 * ky + 1, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    concordance_scan scan = {{self->cells->ky, room}, room + ky + 1, room + 2 * ky + 1, 0};
    concordance_run(self, &scan);
    cx_i_free(self->allocator, room);
    return CX_OK;
}

cx_status cx_i_concordance_count(cx_i_concordance *self, cx_error *err) {
    bool rows = !self->cells->weighted && self->cells->n / 4 <= self->cells->count &&
                self->cells->n <= INT32_MAX;
    if (self->cells->untied != NULL) {
        self->sum = self->cells->untied->net;
        self->untied = cx_i_tf_product(self->total, self->total - 1);
        self->untied_x = self->untied_y = self->untied;
        return CX_OK;
    }
    CX_TRY(rows ? concordance_count_rows(self, err) : concordance_count_cells(self, err));
    concordance_sum(self);
    return CX_OK;
}

void cx_i_concordance_free(cx_i_concordance *self) {
    cx_i_free(self->allocator, self->tx);
    cx_i_free(self->allocator, self->net);
    self->tx = self->net = NULL;
}

/* -- coefficients ------------------------------------------------------------------------------ */

static double concordance_clamp(double value) {
    return value > 1 ? 1 : value < -1 ? -1 : value;
}

/* The two factors under the root of the denominator */
static void concordance_parts(const cx_i_concordance *self, cx_i_rank_kind kind, cx_i_twofold *a,
                              cx_i_twofold *b) {
    *a = kind == CX_I_RANK_GAMMA ? self->untied : self->untied_x;
    *b = kind == CX_I_RANK_TAU_B ? self->untied_y : *a;
}

double cx_i_rank_value(const cx_i_concordance *self, cx_i_rank_kind kind) {
    cx_i_twofold a, b;
    concordance_parts(self, kind, &a, &b);
    cx_i_twofold part = cx_i_tf_divide(self->sum, cx_i_tf_sqrt(a));
    return concordance_clamp(cx_i_tf_double(cx_i_tf_divide(part, cx_i_tf_sqrt(b))));
}

/* Without ties that is how far the net of each row is from their mean. */
static double concordance_untied_error(const cx_i_concordance *self) {
    const cx_i_untied *sums = self->cells->untied;
    cx_i_twofold n = cx_i_tf(self->total);
    cx_i_twofold spread = cx_i_tf_subtract(cx_i_tf_multiply(n, sums->squares),
                                           cx_i_tf_multiply(sums->net, sums->net));
    double variance = cx_i_tf_double(cx_i_tf_divide(spread, n));
    return variance > 0 ? 2 * sqrt(variance) / (self->total * (self->total - 1)) : 0;
}

/* The derivative of the coefficient by the weight of a row, whose square is summed: a ratio of
 * sums over pairs, each of which gains twice what the row shares with all others. */
double cx_i_rank_error(const cx_i_concordance *self, cx_i_rank_kind kind, double value) {
    const cx_i_two_way *cells = self->cells;
    cx_i_twofold a, b;
    if (cells->untied != NULL) return concordance_untied_error(self);
    concordance_parts(self, kind, &a, &b);
    double root = sqrt(a.hi) * sqrt(b.hi), variance = 0;
    bool apart = cells->ky == cells->n && !cells->weighted; /* no two rows share a y */
    for (int64_t c = 0; c < cells->count; c++) {
        double x = self->total - self->tx[cells->x[c]];
        double y = self->total - (apart ? 1 : self->ty[cells->y[c]]);
        double both = x + y - (self->total - cells->w[c]);
        double in_a = kind == CX_I_RANK_GAMMA ? both : x, in_b = kind == CX_I_RANK_TAU_B ? y : in_a;
        double slope = 2 * self->net[c] / root - value * (in_a / a.hi + in_b / b.hi);
        variance += cells->w2[c] * slope * slope;
    }
    return sqrt(variance);
}

/* -- independence ------------------------------------------------------------------------------ */

/* The law of the inversions of n rows from that of n - 1: a mean over n places. No term is ever
 * subtracted from a smaller one, since the law rises up to its middle, where it ends here. */
double cx_i_inversions_cdf(int64_t n, int64_t inversions) {
    double law[CONCORDANCE_EXACT * (CONCORDANCE_EXACT - 1) / 4 + 1] = {1}, next[sizeof law / 8];
    int64_t most = n * (n - 1) / 2;
    if (inversions < 0) return 0;
    if (2 * inversions >= most)
        return inversions >= most ? 1 : 1 - cx_i_inversions_cdf(n, most - 1 - inversions);
    for (int64_t m = 2; m <= n; m++) {
        double window = 0;
        for (int64_t k = 0; k <= inversions; k++) {
            window += law[k];
            if (k >= m) window -= law[k - m];
            next[k] = window / (double)m;
        }
        memcpy(law, next, (size_t)(inversions + 1) * sizeof *law);
    }
    double sum = 0;
    for (int64_t k = 0; k <= inversions; k++) sum += law[k];
    return sum;
}

/* sums over groups of equal rows: t(t-1)/2, t(t-1)(t-2), t(t-1)(2t+5) */
typedef struct concordance_ties {
    cx_i_twofold pairs, triples, third;
} concordance_ties;

static concordance_ties concordance_tied(const double *group, int64_t count) {
    concordance_ties ties = {{0, 0}, {0, 0}, {0, 0}};
    for (int64_t k = 0; k < count && group != NULL; k++) {
        double t = group[k];
        if (t == 1) continue;
        cx_i_twofold pairs = cx_i_tf_product(t, t - 1);
        ties.pairs = cx_i_tf_add(ties.pairs, (cx_i_twofold){pairs.hi / 2, pairs.lo / 2});
        ties.triples = cx_i_tf_add(ties.triples, cx_i_tf_multiply(pairs, cx_i_tf(t - 2)));
        ties.third = cx_i_tf_add(ties.third, cx_i_tf_multiply(pairs, cx_i_tf_sum(2 * t, 5)));
    }
    return ties;
}

/* The variance of concordant minus discordant pairs under independence, given the ties. */
static double concordance_variance(const cx_i_concordance *self) {
    concordance_ties x = concordance_tied(self->tx, self->cells->kx);
    concordance_ties y = concordance_tied(self->ty, self->cells->ky);
    double n = self->total;
    cx_i_twofold m = cx_i_tf_product(n, n - 1);
    cx_i_twofold main = cx_i_tf_multiply(m, cx_i_tf_sum(2 * n, 5));
    main = cx_i_tf_subtract(cx_i_tf_subtract(main, x.third), y.third);
    cx_i_twofold variance = cx_i_tf_divide(main, cx_i_tf(18));
    cx_i_twofold pairs = cx_i_tf_multiply(x.pairs, y.pairs);
    pairs = cx_i_tf_divide(cx_i_tf_multiply(pairs, cx_i_tf(2)), m);
    variance = cx_i_tf_add(variance, pairs);
    if (n > 2) {
        cx_i_twofold triples = cx_i_tf_multiply(x.triples, y.triples);
        triples = cx_i_tf_divide(triples, cx_i_tf_multiply(m, cx_i_tf(9)));
        variance = cx_i_tf_add(variance, cx_i_tf_divide(triples, cx_i_tf(n - 2)));
    }
    return cx_i_tf_double(variance);
}

double cx_i_rank_p(const cx_i_concordance *self) {
    int64_t n = self->cells->n;
    double net = fabs(cx_i_tf_double(self->sum)) / 2;
    if (self->cells->kx == n && self->cells->ky == n && n <= CONCORDANCE_EXACT) {
        int64_t fewer = (n * (n - 1) / 2 - (int64_t)net) / 2;
        double p = 2 * cx_i_inversions_cdf(n, fewer);
        return p > 1 || net == 0 ? 1 : p;
    }
    return 2 * cx_normal_sf(net / sqrt(concordance_variance(self)));
}
