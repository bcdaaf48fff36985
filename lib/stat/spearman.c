#include "stat/concordance.h"

#include <cxkit/special.h>

/* One variable: by level, the weight below minus that above, which is twice the centred mid-rank
 * with its sign; and what the product changes when a row is added at that level. */
typedef struct spearman_side {
    int64_t levels;
    const double *weight;
    double *rank, *other, *shift;
    cx_i_twofold square;
} spearman_side;

static void spearman_rank(spearman_side *side, double total) {
    double below = 0;
    side->square = cx_i_tf(0);
    for (int64_t k = 0; k < side->levels; k++) {
        double here = side->weight[k];
        side->rank[k] = below - (total - below - here);
        below += here;
        cx_i_twofold moment = cx_i_tf_product(here, side->rank[k]);
        side->square = cx_i_tf_add(side->square, cx_i_tf_multiply(moment, cx_i_tf(side->rank[k])));
    }
}

/* shift[k]: sum of `other` above level k minus that below it */
static void spearman_shift(spearman_side *side) {
    double below = 0, all = 0;
    for (int64_t k = 0; k < side->levels; k++) all += side->other[k];
    for (int64_t k = 0; k < side->levels; k++) {
        side->shift[k] = all - 2 * below - side->other[k];
        below += side->other[k];
    }
}

/* The ranks of all others move when a row gains weight: `own` of that row, and `shift` of them. */
static double spearman_error(const cx_i_concordance *self, spearman_side *x, spearman_side *y,
                             double r) {
    const cx_i_two_way *cells = self->cells;
    double bx = x->square.hi, by = y->square.hi, root = sqrt(bx) * sqrt(by), variance = 0;
    for (int64_t c = 0; c < cells->count; c++) {
        x->other[cells->x[c]] += cells->w[c] * y->rank[cells->y[c]];
        y->other[cells->y[c]] += cells->w[c] * x->rank[cells->x[c]];
    }
    spearman_shift(x);
    spearman_shift(y);
    for (int64_t c = 0; c < cells->count; c++) {
        double a = x->rank[cells->x[c]], b = y->rank[cells->y[c]];
        self->net[c] = (a * b + x->shift[cells->x[c]] + y->shift[cells->y[c]]) / root;
    }
    for (int side = 0; side < 2; side++) {
        spearman_side *s = side == 0 ? x : y;
        for (int64_t k = 0; k < s->levels; k++) s->other[k] = s->weight[k] * s->rank[k];
        spearman_shift(s);
    }
    for (int64_t c = 0; c < cells->count; c++) {
        double a = x->rank[cells->x[c]], b = y->rank[cells->y[c]];
        double in_x = (a * a + 2 * x->shift[cells->x[c]]) / bx;
        double in_y = (b * b + 2 * y->shift[cells->y[c]]) / by;
        double slope = self->net[c] - r / 2 * (in_x + in_y);
        variance += cells->w2[c] * slope * slope;
    }
    return sqrt(variance);
}

/* -- independence ------------------------------------------------------------------------------ */

#define SPEARMAN_EXACT 9
#define SPEARMAN_SUMS (SPEARMAN_EXACT * (SPEARMAN_EXACT * SPEARMAN_EXACT - 1) / 3 + 1)

/* From the orders of the first rows, by which places they take, to those of one more: how many give
 * each sum of squared differences of ranks. */
static void spearman_law(int64_t n, double *ways) {
    ways[0] = 1;
    for (int64_t taken = 0; taken < 1 << n; taken++) {
        const double *from = ways + taken * SPEARMAN_SUMS;
        int64_t row = 0;
        for (int64_t place = 0; place < n; place++) row += taken >> place & 1;
        for (int64_t place = 0; place < n; place++) {
            int64_t square = (place - row) * (place - row);
            if (taken >> place & 1) continue;
            double *to = ways + (taken | INT64_C(1) << place) * SPEARMAN_SUMS + square;
            for (int64_t s = 0; s < SPEARMAN_SUMS - square; s++) to[s] += from[s];
        }
    }
}

static cx_status spearman_exact(int64_t n, double r, const cx_allocator *allocator, double *p,
                                cx_error *err) {
    double *ways = cx_i_alloc_array(allocator, SPEARMAN_SUMS << n, sizeof *ways);
    if (ways == NULL) return cx_i_out_of_memory(err);
    spearman_law(n, ways);
    const double *law = ways + ((INT64_C(1) << n) - 1) * SPEARMAN_SUMS;
    int64_t all = n * (n * n - 1) / 6, near = (int64_t)nearbyint((1 - fabs(r)) * (double)all);
    double total = 0, inside = 0;
    for (int64_t s = 0; s < SPEARMAN_SUMS; s++) total += law[s], inside += s <= near ? law[s] : 0;
    *p = fmin(1, 2 * inside / total);
    cx_i_free(allocator, ways);
    return CX_OK;
}

cx_status cx_i_spearman_p(const cx_i_concordance *self, double r, double *p, cx_error *err) {
    int64_t n = self->cells->n;
    double rest = (1 - r) * (1 + r), log_p = log(2) - cx_lgamma(self->total + 1);
    if (self->cells->kx == n && self->cells->ky == n && n <= SPEARMAN_EXACT)
        return spearman_exact(n, r, self->allocator, p, err);
    if (rest > 0) {
        *p = n > 2 ? 2 * cx_t_sf(fabs(r) * sqrt((double)(n - 2) / rest), (double)(n - 2)) : NAN;
        return CX_OK;
    }
    for (int64_t k = 0; k < self->cells->kx && self->tx != NULL; k++)
        log_p += cx_lgamma(self->tx[k] + 1);
    *p = fmin(1, exp(log_p));
    return CX_OK;
}

/* -- the coefficient --------------------------------------------------------------------------- */

static double spearman_ratio(cx_i_twofold sum, cx_i_twofold x, cx_i_twofold y) {
    cx_i_twofold half = cx_i_tf_divide(sum, cx_i_tf_sqrt(x));
    double r = cx_i_tf_double(cx_i_tf_divide(half, cx_i_tf_sqrt(y)));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

/* The squares of n ranks without ties, as those above, are n (n^2 - 1) / 3. */
static double spearman_untied(const cx_i_untied *sums) {
    double n = (double)sums->n;
    cx_i_twofold square = cx_i_tf_multiply(cx_i_tf_product(n, n - 1), cx_i_tf(n + 1));
    square = cx_i_tf_divide(square, cx_i_tf(3));
    return spearman_ratio(sums->product, square, square);
}

static double spearman_value(const cx_i_concordance *self, const spearman_side *x,
                             const spearman_side *y) {
    const cx_i_two_way *cells = self->cells;
    cx_i_twofold sum = cx_i_tf(0);
    for (int64_t c = 0; c < cells->count; c++) {
        cx_i_twofold moment = cx_i_tf_product(cells->w[c], x->rank[cells->x[c]]);
        sum = cx_i_tf_add(sum, cx_i_tf_multiply(moment, cx_i_tf(y->rank[cells->y[c]])));
    }
    return spearman_ratio(sum, x->square, y->square);
}

cx_status cx_i_spearman(cx_i_concordance *self, double *r, double *error, cx_error *err) {
    int64_t kx = self->cells->kx, ky = self->cells->ky;
    if (self->cells->untied != NULL) {
        *r = spearman_untied(self->cells->untied);
        return CX_OK;
    }
    double *room = cx_i_alloc_array(self->allocator, 3 * (kx + ky), sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    spearman_side x = {kx, self->tx, room, room + kx, room + 2 * kx, {0, 0}};
    double *rest = room + 3 * kx;
    spearman_side y = {ky, self->ty, rest, rest + ky, rest + 2 * ky, {0, 0}};
    spearman_rank(&x, self->total);
    spearman_rank(&y, self->total);
    *r = spearman_value(self, &x, &y);
    if (error != NULL) *error = spearman_error(self, &x, &y, *r);
    cx_i_free(self->allocator, room);
    return CX_OK;
}
