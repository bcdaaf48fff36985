#include "stat/nested.h"

/* A tree of scores, each node normal about its parent, only the leaves seen. The posterior given
 * the variances is exact: messages go up from the leaves and down from the root [Robinson1991]. */

enum { NESTED_COLUMNS = 15 };

cx_status cx_i_nested_new(int64_t count, const cx_allocator *allocator, cx_i_nested *out,
                          cx_error *err) {
    int64_t cells;
    *out = (cx_i_nested){.count = count};
    if (!cx_i_mul_i64(count, NESTED_COLUMNS, &cells)) return cx_i_out_of_memory(err);
    out->parent = cx_i_alloc_array(allocator, count, sizeof *out->parent);
    out->depth = cx_i_alloc_array(allocator, count, sizeof *out->depth);
    out->inner = cx_i_alloc_array(allocator, count, sizeof *out->inner);
    out->weight = cx_i_alloc_array(allocator, cells, sizeof *out->weight);
    if (out->parent == NULL || out->depth == NULL || out->inner == NULL || out->weight == NULL) {
        cx_i_nested_free(allocator, out);
        return cx_i_out_of_memory(err);
    }
    out->mean = out->weight + count;
    out->variance = out->mean + count;
    out->value = out->variance + count;
    out->error = out->value + count;
    out->own = out->error + count;
    out->scratch = out->own + count; /* nine columns */
    return CX_OK;
}

void cx_i_nested_free(const cx_allocator *allocator, cx_i_nested *nested) {
    cx_i_free(allocator, nested->parent);
    cx_i_free(allocator, nested->depth);
    cx_i_free(allocator, nested->inner);
    cx_i_free(allocator, nested->weight);
    *nested = (cx_i_nested){.count = 0};
}

/* -- messages ------------------------------------------------------------------------------ */

/* What the data beneath the parts at one depth say of the nodes above them: mean and variance. */
static void nested_lift(cx_i_nested *tree, int32_t depth, double between) {
    double *precision = tree->scratch, *sum = precision + tree->count;
    for (int64_t i = 0; i < tree->count; i++) precision[i] = sum[i] = 0;
    for (int64_t i = 1; i < tree->count; i++) {
        if (tree->depth[i] != depth) continue;
        double each = 1 / (tree->variance[i] + between);
        precision[tree->parent[i]] += each;
        sum[tree->parent[i]] += each * tree->mean[i];
    }
    for (int64_t i = 0; i < tree->count; i++) {
        if (!tree->inner[i] || tree->depth[i] != depth - 1) continue;
        tree->variance[i] = 1 / precision[i];
        tree->mean[i] = sum[i] / precision[i];
    }
}

typedef struct nested_column {
    double *fixed, *slope,
        *rest;               /* the node's score given its latent: fixed + slope latent, rest */
    double *centre, *spread; /* of the latent, given everything */
} nested_column;

static nested_column nested_columns(const cx_i_nested *tree) {
    double *first = tree->scratch + 2 * tree->count;
    return (nested_column){first, first + tree->count, first + 2 * tree->count,
                           first + 3 * tree->count, first + 4 * tree->count};
}

/* The score of a whole given its latent, from its parts. Parts come after it. */
static void nested_up(cx_i_nested *tree, const double *between) {
    nested_column c = nested_columns(tree);
    for (int64_t i = 0; i < tree->count; i++) {
        c.fixed[i] = c.rest[i] = 0;
        c.slope[i] = tree->inner[i] ? 0 : 1;
    }
    for (int32_t depth = tree->depth_end - 1; depth > 0; depth--)
        nested_lift(tree, depth, between[depth]);
    for (int64_t i = tree->count - 1; i > 0; i--) {
        double t = between[tree->depth[i]], own = t / (t + tree->variance[i]);
        double weight = tree->weight[i];
        int64_t p = tree->parent[i];
        c.fixed[p] += weight * (c.fixed[i] + c.slope[i] * own * tree->mean[i]);
        c.slope[p] += weight * c.slope[i] * (1 - own);
        c.rest[p] +=
            weight * weight * (c.rest[i] + c.slope[i] * c.slope[i] * own * tree->variance[i]);
    }
}

static void nested_down(cx_i_nested *tree, const double *between, double *value, double *error) {
    nested_column c = nested_columns(tree);
    c.centre[0] = tree->mean[0];
    c.spread[0] = tree->variance[0];
    for (int64_t i = 0; i < tree->count; i++) {
        if (i > 0) {
            double t = between[tree->depth[i]], own = t / (t + tree->variance[i]);
            int64_t p = tree->parent[i];
            c.centre[i] = own * tree->mean[i] + (1 - own) * c.centre[p];
            c.spread[i] = own * tree->variance[i] + (1 - own) * (1 - own) * c.spread[p];
        }
        value[i] = c.fixed[i] + c.slope[i] * c.centre[i];
        error[i] = c.rest[i] + c.slope[i] * c.slope[i] * c.spread[i];
    }
}

/* -- variance between parts ---------------------------------------------------------------- */

/* Weighted squares of the parts at one depth about the mean of their siblings. */
static double nested_squares(cx_i_nested *tree, int32_t depth, double between) {
    double *precision = tree->scratch, *sum = precision + tree->count, squares = 0;
    nested_lift(tree, depth, between);
    for (int64_t i = 1; i < tree->count; i++) {
        if (tree->depth[i] != depth) continue;
        int64_t p = tree->parent[i];
        double distance = tree->mean[i] - sum[p] / precision[p];
        squares += distance * distance / (tree->variance[i] + between);
    }
    return squares;
}

/* Information about the variance: sum of w^2 - 2 w^3 / W + (sum w^2 / W)^2 over siblings. */
static double nested_information(cx_i_nested *tree, int32_t depth, double between) {
    double *precision = tree->scratch, *square = precision + 2 * tree->count, information = 0;
    nested_lift(tree, depth, between);
    for (int64_t i = 0; i < tree->count; i++) square[i] = 0;
    for (int64_t i = 1; i < tree->count; i++) {
        if (tree->depth[i] != depth) continue;
        double w = 1 / (tree->variance[i] + between), whole = precision[tree->parent[i]];
        square[tree->parent[i]] += w * w / whole;
        information += w * w - 2 * w * w * w / whole;
    }
    for (int64_t i = 0; i < tree->count; i++) information += square[i] * square[i];
    return information;
}

/* The variance at which the squares are what they should be [Paule1982]. They fall in it. */
static void nested_between(cx_i_nested *tree, int32_t depth) {
    double df = 0, low = 0, high = 0;
    for (int64_t i = 1; i < tree->count; i++) {
        if (tree->depth[i] == depth) df++, high = fmax(high, tree->variance[i]);
        if (tree->inner[i] && tree->depth[i] == depth - 1) df--;
    }
    if (depth == 1) df--; /* the root has parts too */
    tree->between[depth] = tree->between_error[depth] = 0;
    if (!(df > 0)) return;
    if (nested_squares(tree, depth, 0) > df) {
        for (int i = 0; i < 1000 && nested_squares(tree, depth, high) > df; i++) high *= 2;
        for (int i = 0; i < 200 && high - low > 1e-13 * high; i++) {
            double middle = low + (high - low) / 2;
            if (nested_squares(tree, depth, middle) > df)
                low = middle;
            else
                high = middle;
        }
        tree->between[depth] = high;
    }
    tree->between_error[depth] = 2 / nested_information(tree, depth, tree->between[depth]);
}

/* -- all together -------------------------------------------------------------------------- */

/* What a variance that is not known adds to the errors: the law of total variance over two points,
 * one standard deviation to either side (not below 0) [Kass1989]. */
static void nested_widen(cx_i_nested *tree, const double *plain, int32_t depth, double *value,
                         double *error) {
    double step = sqrt(tree->between_error[depth]), at[CX_I_NESTED_DEPTH + 1];
    for (int side = -1; side <= 1; side += 2) {
        memcpy(at, tree->between, sizeof at);
        at[depth] = fmax(at[depth] + side * step, 0);
        nested_up(tree, at);
        nested_down(tree, at, value, error);
        for (int64_t i = 0; i < tree->count; i++) {
            double move = value[i] - tree->value[i];
            tree->error[i] += fmax(error[i] - plain[i] + move * move, 0) / 2;
        }
    }
}

void cx_i_nested_pool(cx_i_nested *tree) {
    double *value = tree->own, *error = tree->scratch + 7 * tree->count;
    nested_column c = nested_columns(tree);
    for (int32_t depth = tree->depth_end - 1; depth > 0; depth--) {
        nested_between(tree, depth);
        nested_lift(tree, depth, tree->between[depth]);
    }
    double *plain = tree->scratch + 8 * tree->count;
    nested_up(tree, tree->between);
    nested_down(tree, tree->between, tree->value, plain);
    memcpy(tree->error, plain, (size_t)tree->count * sizeof *plain);
    for (int32_t depth = 1; depth < tree->depth_end; depth++)
        if (tree->between_error[depth] > 0) nested_widen(tree, plain, depth, value, error);
    nested_up(tree, tree->between);
    nested_down(tree, tree->between, tree->value, plain);
    for (int64_t i = 0; i < tree->count; i++)
        tree->own[i] = 1 - c.slope[i] * (1 - c.spread[i] / tree->variance[i]);
}
