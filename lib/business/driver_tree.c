#include "business/driver.h"

#include "stat/twofold.h"

/* A node has m free columns and the outcome: m rows of m + 1, m, ..., 2 numbers, the upper triangle
 * of what is left of the correlations, and `r2`, what the columns already taken in explain. Its
 * first column stays out (the rest of the same memory is the child) or comes in (one elimination
 * step makes the child). Results: total[0..m] and with[j m + k - 1]. */

typedef struct tree_result {
    double *total, *with;
} tree_result;

/* Below this size, nodes are compiled with their size known. */
enum { TREE_FIXED = 6 };

static size_t tree_cells(int64_t m) {
    return (size_t)(m * (m + 3) / 2);
}

static size_t tree_result_cells(int64_t m) {
    return (size_t)(m + 1 + m * m);
}

CX_I_INLINE void tree_eliminate(const double *a, int64_t m, double *child) {
    const double *row = a + m + 1;
    for (int64_t i = 1; i < m; i++) {
        double factor = a[i] / a[0];
        for (int64_t k = i; k <= m; k++) *child++ = *row++ - factor * a[k];
    }
}

CX_I_INLINE void tree_combine(int64_t m, tree_result out, tree_result in, tree_result to) {
    int64_t below = m - 1;
    to.total[0] = out.total[0];
    for (int64_t k = 1; k < m; k++) to.total[k] = out.total[k] + in.total[k - 1];
    to.total[m] = in.total[m - 1];
    for (int64_t k = 0; k < m; k++) to.with[k] = in.total[k];
    for (int64_t j = 0; j < below; j++) {
        const double *without = out.with + j * below, *with = in.with + j * below;
        double *row = to.with + (j + 1) * m;
        row[0] = without[0];
        for (int64_t k = 1; k < below; k++) row[k] = without[k] + with[k - 1];
        row[below] = with[below - 1];
    }
}

static double tree_gain(double pivot, double y, double tolerance) {
    return pivot > tolerance ? y * (y / pivot) : 0;
}

/* a: the correlations of columns 0 and 1 with 0, 1, y */
CX_I_INLINE void tree_2(const double *a, double r2, double tolerance, tree_result to) {
    double first = r2 + tree_gain(a[0], a[2], tolerance);
    double second = r2 + tree_gain(a[3], a[4], tolerance), both = second;
    if (a[0] > tolerance) {
        double factor = a[1] / a[0];
        both = first + tree_gain(a[3] - factor * a[1], a[4] - factor * a[2], tolerance);
    }
    to.total[0] = r2, to.total[1] = first + second, to.total[2] = both;
    to.with[0] = first, to.with[1] = both, to.with[2] = second, to.with[3] = both;
}

/* A redundant column adds nothing: with it, everything is as without it. */
#define TREE_NODE(m, below)                                                                        \
    static void tree_##m(const double *a, double r2, double tolerance, tree_result to) {           \
        double child[m * (m + 1) / 2], memory[2][m + (m - 1) * (m - 1)];                           \
        tree_result out = {memory[0], memory[0] + m}, in = {memory[1], memory[1] + m};             \
        below(a + m + 1, r2, tolerance, out);                                                      \
        if (a[0] > tolerance) {                                                                    \
            tree_eliminate(a, m, child);                                                           \
            below(child, r2 + tree_gain(a[0], a[m], tolerance), tolerance, in);                    \
            tree_combine(m, out, in, to);                                                          \
        } else {                                                                                   \
            tree_combine(m, out, out, to);                                                         \
        }                                                                                          \
    }

TREE_NODE(3, tree_2)
TREE_NODE(4, tree_3)
TREE_NODE(5, tree_4)
TREE_NODE(6, tree_5)

static void tree_1(const double *a, double r2, double tolerance, tree_result to) {
    to.total[0] = r2;
    to.total[1] = to.with[0] = r2 + tree_gain(a[0], a[1], tolerance);
}

static void tree_fixed(const double *a, int64_t m, double r2, double tolerance, tree_result to) {
    switch (m) {
    case 1:
        tree_1(a, r2, tolerance, to);
        break;
    case 2:
        tree_2(a, r2, tolerance, to);
        break;
    case 3:
        tree_3(a, r2, tolerance, to);
        break;
    case 4:
        tree_4(a, r2, tolerance, to);
        break;
    case 5:
        tree_5(a, r2, tolerance, to);
        break;
    default:
        tree_6(a, r2, tolerance, to);
    }
}

/* Depth is at most the number of drivers. */
static void tree_visit(const double *a, int64_t m, double r2, double tolerance, double *room,
                       tree_result to) {
    if (m <= TREE_FIXED) {
        tree_fixed(a, m, r2, tolerance, to);
        return;
    }
    double *child = room, *first = child + tree_cells(m - 1);
    double *second = first + tree_result_cells(m - 1), *rest = second + tree_result_cells(m - 1);
    tree_result out = {first, first + m}, in = {second, second + m};
    tree_visit(a + m + 1, m - 1, r2, tolerance, rest, out);
    if (a[0] > tolerance) {
        tree_eliminate(a, m, child);
        tree_visit(child, m - 1, r2 + tree_gain(a[0], a[m], tolerance), tolerance, rest, in);
        tree_combine(m, out, in, to);
    } else {
        tree_combine(m, out, out, to);
    }
}

size_t cx_i_driver_tree_room(int64_t p) {
    size_t cells = tree_cells(p);
    for (int64_t m = p - 1; m >= 1; m--) cells += tree_cells(m) + 2 * tree_result_cells(m);
    return cells;
}

void cx_i_driver_tree(const double *matrix, int64_t p, double tolerance, double *room,
                      cx_i_model_sums sums) {
    double *a = room;
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = i; k <= p; k++) *a++ = matrix[i * (p + 1) + k];
    tree_visit(room, p, 0, tolerance, a, (tree_result){sums.total, sums.with});
}
