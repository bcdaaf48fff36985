#include "stat/multiple.h"

/* -- order --------------------------------------------------------------------------------- */

static bool multiple_before(const double *values, int64_t a, int64_t b) {
    return values[a] < values[b] || (!(values[b] < values[a]) && a < b);
}

static void multiple_sift(const double *values, int64_t *order, int64_t root, int64_t count) {
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && multiple_before(values, order[child], order[child + 1])) child++;
        if (!multiple_before(values, order[root], order[child])) return;
        int64_t held = order[root];
        order[root] = order[child];
        order[child] = held;
    }
}

/* Heap sort: no recursion, no memory; the place decides between equals. */
void cx_i_multiple_sort(const double *values, int64_t *order, int64_t count) {
    for (int64_t i = count / 2; i-- > 0;) multiple_sift(values, order, i, count);
    for (int64_t end = count; end-- > 1;) {
        int64_t held = order[0];
        order[0] = order[end];
        order[end] = held;
        multiple_sift(values, order, 0, end);
    }
}

/* -- Hommel -------------------------------------------------------------------------------- */

typedef struct multiple_hull {
    const double *p;
    const int64_t *order;
    int64_t *point; /* ranks 1 .. m on the lower hull of (rank, p), the leftmost last */
    int64_t size;
} multiple_hull;

static double multiple_at(const multiple_hull *hull, int64_t rank) {
    return hull->p[hull->order[rank - 1]];
}

static void multiple_push(multiple_hull *hull, int64_t rank) {
    while (hull->size >= 2) {
        int64_t b = hull->point[hull->size - 1], c = hull->point[hull->size - 2];
        double rise = multiple_at(hull, b) - multiple_at(hull, rank);
        double next = multiple_at(hull, c) - multiple_at(hull, rank);
        if (rise * (double)(c - rank) < next * (double)(b - rank)) break;
        hull->size--;
    }
    hull->point[hull->size++] = rank;
}

/* The least p_k / (k - x) over k > x: the tangent from (x, 0) to the hull. */
static double multiple_tangent(const multiple_hull *hull, int64_t x) {
    int64_t low = 0, high = hull->size - 1; /* slopes fall, then rise, from the last point on */
    while (low < high) {
        int64_t middle =
            (low + high + 1) / 2; /* is the point left of its right neighbour better? */
        int64_t left = hull->point[middle], right = hull->point[middle - 1];
        double a = multiple_at(hull, left) / (double)(left - x);
        double b = multiple_at(hull, right) / (double)(right - x);
        if (a <= b)
            low = middle;
        else
            high = middle - 1;
    }
    int64_t best = hull->point[low];
    return multiple_at(hull, best) / (double)(best - x);
}

/* The closed test with Simes's in O(m log m) [Hommel1988, MeijerKrebsGoeman2019]: s_i is Simes's
 * p-value of the i largest, S_i the largest s_k of k > i, and the adjusted p-value the least
 * max(S_i, i p) over i. */
static void multiple_hommel(const double *p, const int64_t *order, int64_t m, double *room,
                            double *out) {
    multiple_hull hull = {p, order, (int64_t *)(void *)(room + m), 0};
    double *s = room; /* s[i - 1] of s_i, later S_{i - 1} */
    for (int64_t i = 1; i <= m; i++) {
        multiple_push(&hull, m - i + 1);
        s[i - 1] = fmin((double)i * multiple_tangent(&hull, m - i), 1);
    }
    for (int64_t i = m - 1; i >= 1; i--) s[i - 1] = fmax(s[i - 1], s[i]);
    for (int64_t k = 0; k < m; k++) {
        double mine = p[order[k]];
        int64_t low = 1, high = m; /* the first i with i p >= S_i, where S_m = 0 */
        while (low < high) {
            int64_t i = (low + high) / 2;
            if ((double)i * mine >= s[i])
                high = i;
            else
                low = i + 1;
        }
        double above = (double)low * mine, below = s[low - 1]; /* i = low - 1: max is S_i */
        out[order[k]] = fmin(fmin(above, below), 1);
    }
}

/* -- p-values ------------------------------------------------------------------------------ */

static double multiple_factor(cx_i_multiple method, int64_t k, int64_t m, double harmonic) {
    switch (method) {
    case CX_I_BONFERRONI:
        return (double)m;
    case CX_I_BH:
        return (double)m / (double)k;
    case CX_I_BY:
        return harmonic * (double)m / (double)k;
    default:
        return (double)(m - k + 1); /* Holm, Hochberg */
    }
}

void cx_i_multiple_adjust(cx_i_multiple method, const double *p, const int64_t *order,
                          int64_t count, double *room, double *out) {
    double harmonic = 0, bound = 0;
    for (int64_t k = count; k >= 1; k--) harmonic += 1 / (double)k;
    if (method == CX_I_HOMMEL) {
        multiple_hommel(p, order, count, room, out);
    } else if (method == CX_I_BONFERRONI || method == CX_I_HOLM) {
        for (int64_t k = 1; k <= count; k++) { /* step down */
            double value = multiple_factor(method, k, count, harmonic) * p[order[k - 1]];
            out[order[k - 1]] = bound = fmax(bound, fmin(value, 1));
        }
    } else {
        bound = 1;
        for (int64_t k = count; k >= 1; k--) { /* step up */
            double value = multiple_factor(method, k, count, harmonic) * p[order[k - 1]];
            out[order[k - 1]] = bound = fmin(bound, value);
        }
    }
}

void cx_i_holm(const double *p, int64_t count, int64_t *order, double *out) {
    int64_t tests = 0;
    for (int64_t i = 0; i < count; i++) {
        out[i] = NAN;
        if (!isnan(p[i])) order[tests++] = i;
    }
    cx_i_multiple_sort(p, order, tests);
    cx_i_multiple_adjust(CX_I_HOLM, p, order, tests, NULL, out);
}

/* -- e-values ------------------------------------------------------------------------------ */

int64_t cx_i_e_bh(const double *log_e, int64_t count, double fdr) {
    int64_t rejected = 0;
    for (int64_t k = 1; k <= count; k++)
        if (log_e[k - 1] >= log((double)count / (fdr * (double)k))) rejected = k;
    return rejected;
}

void cx_i_e_bh_rates(double *e, int64_t count) {
    double bound = 1;
    for (int64_t k = count; k >= 1; k--) {
        double scale = e[k - 1] > 1e280 ? 0x1p-64 : 1; /* k e may exceed the range */
        double rate = (double)count * scale / ((double)k * (e[k - 1] * scale));
        e[k - 1] = bound = fmin(bound, rate);
    }
}
