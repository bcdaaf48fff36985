#include "survey/constraints.h"

/* Sums over cells through their tree: what belongs to a beginning of categories is done once for
 * all cells that share it, so that a cell costs about one multiplication and two additions. */

/* -- the tree ------------------------------------------------------------------------------ */

void cx_i_tree_free(cx_i_constraints *c) {
    cx_i_free(c->allocator, c->tree.parent);
    cx_i_free(c->allocator, c->tree.constraint);
    cx_i_free(c->allocator, c->tree.leaf);
    c->tree = (cx_i_tree){.nodes = 0};
}

/* How many categories the cell shares with the one before, from the root on. */
static int64_t tree_shared(const cx_i_constraints *c, const int64_t *order, int64_t cell) {
    int64_t d = 0;
    if (cell == 0) return 0;
    while (d < c->margins && c->code[order[d]][cell] == c->code[order[d]][cell - 1]) d++;
    return d;
}

static int64_t tree_count(const cx_i_constraints *c, const int64_t *order, int64_t depth) {
    int64_t nodes = 1;
    for (int64_t i = 0; i < c->cells; i++) {
        int64_t shared = tree_shared(c, order, i);
        if (shared < depth) nodes += depth - shared;
    }
    return nodes;
}

/* Level by level; `at` holds the node of each cell at the level before, the root to begin with. */
static void tree_fill(const cx_i_constraints *c, const int64_t *order, int32_t *at, cx_i_tree *t) {
    int32_t node = 0, above = -1, code = -1;
    for (int64_t d = 0; d < t->depth; d++) {
        const int32_t *codes = c->code[order[d]];
        above = -1;
        t->twigs = node + 1;
        for (int64_t i = 0; i < c->cells; i++) {
            if (at[i] != above || codes[i] != code) {
                above = at[i], code = codes[i];
                t->parent[++node] = above;
                t->constraint[node] = (int32_t)(c->first[order[d]] + code);
            }
            at[i] = node;
        }
    }
    for (int64_t i = c->cells; i-- > 0;) t->leaf[at[i] - t->twigs] = i;
    t->leaf[t->nodes - t->twigs] = c->cells;
}

cx_status cx_i_tree_make(cx_i_constraints *c, const int64_t *order, cx_error *err) {
    const cx_allocator *a = c->allocator;
    cx_i_tree *t = &c->tree;
    int64_t nodes = tree_count(c, order, c->margins - 1);
    if (nodes >= INT32_MAX) return CX_OK;
    t->depth = c->margins - 1;
    t->margin = order[t->depth];
    t->parent = cx_i_alloc_array(a, nodes, sizeof *t->parent);
    t->constraint = cx_i_alloc_array(a, nodes, sizeof *t->constraint);
    t->leaf = cx_i_alloc_array(a, nodes + 1, sizeof *t->leaf);
    int32_t *at = cx_i_alloc_array(a, c->cells, sizeof *at);
    if (t->parent == NULL || t->constraint == NULL || t->leaf == NULL || at == NULL) {
        cx_i_free(a, at);
        return cx_i_out_of_memory(err);
    }
    t->nodes = nodes;
    tree_fill(c, order, at, t);
    cx_i_free(a, at);
    return CX_OK;
}

/* -- from the root to the leaves ----------------------------------------------------------- */

static void tree_multiply(const cx_i_tree *t, const double *factor, double *product) {
    product[0] = 1;
    for (int64_t n = 1; n < t->nodes; n++)
        product[n] = product[t->parent[n]] * factor[t->constraint[n]];
}

void cx_i_tree_products(const cx_i_constraints *c, const double *factor, const double *start,
                        double *room, double *weight) {
    const cx_i_tree *t = &c->tree;
    const int32_t *code = c->code[t->margin];
    const double *own = factor + c->first[t->margin];
    tree_multiply(t, factor, room);
    for (int64_t n = t->twigs; n < t->nodes; n++) {
        double product = room[n];
        const int64_t *leaf = t->leaf + (n - t->twigs);
        for (int64_t i = leaf[0]; i < leaf[1]; i++) weight[i] = start[i] * product * own[code[i]];
    }
}

void cx_i_tree_sums(const cx_i_constraints *c, const double *lambda, double *room, double *out) {
    const cx_i_tree *t = &c->tree;
    const int32_t *code = c->code[t->margin];
    const double *own = lambda + c->first[t->margin];
    room[0] = 0;
    for (int64_t n = 1; n < t->nodes; n++) room[n] = room[t->parent[n]] + lambda[t->constraint[n]];
    for (int64_t n = t->twigs; n < t->nodes; n++) {
        const int64_t *leaf = t->leaf + (n - t->twigs);
        for (int64_t i = leaf[0]; i < leaf[1]; i++) out[i] = room[n] + own[code[i]];
    }
}

/* -- from the leaves to the root ----------------------------------------------------------- */

/* Sums of the twigs are there; those of the nodes above follow, and the root's comes back. */
static double tree_climb(const cx_i_tree *t, double *sum, double *attained) {
    memset(sum, 0, (size_t)t->twigs * sizeof *sum);
    for (int64_t n = t->nodes - 1; n > 0; n--) {
        attained[t->constraint[n]] += sum[n];
        sum[t->parent[n]] += sum[n];
    }
    return sum[0];
}

/* The leaves of one twig: start * own, added up, and by category with the twig's factor. */
static double tree_rake_twig(const int32_t *code, const double *start, int64_t count,
                             const double *own, double product, double *attained) {
    double sums[2] = {0, 0};
    int64_t i = 0;
    for (; i + 2 <= count; i += 2) {
        double x = start[i] * own[code[i]], y = start[i + 1] * own[code[i + 1]];
        sums[0] += x, sums[1] += y;
        attained[code[i]] += product * x;
        attained[code[i + 1]] += product * y;
    }
    for (; i < count; i++) {
        double x = start[i] * own[code[i]];
        sums[0] += x;
        attained[code[i]] += product * x;
    }
    return product * (sums[0] + sums[1]);
}

double cx_i_tree_rake(const cx_i_constraints *c, const double *factor, const double *start,
                      double *room, double *attained) {
    const cx_i_tree *t = &c->tree;
    const int32_t *code = c->code[t->margin];
    const double *own = factor + c->first[t->margin];
    double *sum = room + t->nodes;
    memset(attained, 0, (size_t)c->count * sizeof *attained);
    tree_multiply(t, factor, room);
    for (int64_t n = t->twigs; n < t->nodes; n++) {
        const int64_t *leaf = t->leaf + (n - t->twigs);
        sum[n] = tree_rake_twig(code + leaf[0], start + leaf[0], leaf[1] - leaf[0], own, room[n],
                                attained + c->first[t->margin]);
    }
    if (t->twigs == 0) return sum[0];
    return tree_climb(t, sum, attained);
}

/* Values of the leaves added up by their categories, and by their twigs. */
static void tree_gather(const cx_i_constraints *c, const double *value, double *sum, double *own,
                        int64_t step) {
    const cx_i_tree *t = &c->tree;
    const int32_t *code = c->code[t->margin];
    for (int64_t n = t->twigs; n < t->nodes; n++) {
        const int64_t *leaf = t->leaf + (n - t->twigs);
        double total = 0;
        for (int64_t i = leaf[0]; i < leaf[1]; i++) {
            total += value[i];
            own[code[i] * step] += value[i];
        }
        sum[n] = total;
    }
}

void cx_i_tree_attained(const cx_i_constraints *c, const double *value, double *room, double *out) {
    const cx_i_tree *t = &c->tree;
    memset(out, 0, (size_t)c->count * sizeof *out);
    tree_gather(c, value, room + t->nodes, out + c->first[t->margin], 1);
    if (t->twigs > 0) tree_climb(t, room + t->nodes, out);
}

void cx_i_tree_cross(const cx_i_constraints *c, const double *value, double *room, double *square) {
    const cx_i_tree *t = &c->tree;
    const int32_t *code = c->code[t->margin];
    int64_t p = c->count, own = c->first[t->margin];
    double *sum = room;
    memset(square, 0, (size_t)(p * p) * sizeof *square);
    tree_gather(c, value, sum, square + own * p + own, p + 1);
    memset(sum, 0, (size_t)t->twigs * sizeof *sum);
    for (int64_t n = t->nodes - 1; n > 0; n--) {
        double *row = square + t->constraint[n] * p;
        for (int64_t above = n; above > 0; above = t->parent[above])
            row[t->constraint[above]] += sum[n];
        sum[t->parent[n]] += sum[n];
    }
    for (int64_t n = t->twigs; n < t->nodes; n++) {
        const int64_t *leaf = t->leaf + (n - t->twigs);
        for (int64_t above = n; above > 0; above = t->parent[above]) {
            double *row = square + t->constraint[above] * p + own;
            for (int64_t i = leaf[0]; i < leaf[1]; i++) row[code[i]] += value[i];
        }
    }
}
