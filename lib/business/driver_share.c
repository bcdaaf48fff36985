#include "business/driver.h"

#include "stat/eigen.h"
#include "stat/twofold.h"

/* Exact Shapley values with groups visit at most so many models. */
#define SHARE_MODELS 0x1p22

/* -- room ---------------------------------------------------------------------------------- */

bool cx_i_driver_is_exact(const cx_driver_fit *fit) {
    if (fit->options.method != CX_IMPORTANCE_SHAPLEY || fit->options.orders > 0) return false;
    if (fit->groups == 0) return fit->p <= CX_DRIVERS_EXACT;
    return cx_i_driver_blocks_models(fit) <= SHARE_MODELS;
}

static cx_status share_room_shapley(cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p;
    bool exact = cx_i_driver_is_exact(fit);
    if (exact && fit->groups == 0) {
        fit->sums.total = cx_i_driver_take(fit, p + 1, sizeof(double));
        fit->sums.with = cx_i_driver_take(fit, p * p, sizeof(double));
        fit->tree = cx_i_driver_take(fit, (int64_t)cx_i_driver_tree_room(p), sizeof(double));
        if (fit->sums.total == NULL || fit->sums.with == NULL || fit->tree == NULL)
            return cx_i_out_of_memory(err);
    }
    if (exact && fit->groups > 0) {
        fit->group_steps = cx_i_driver_take(fit, fit->groups * fit->groups, sizeof(double));
        if (fit->group_steps == NULL) return cx_i_out_of_memory(err);
    }
    if (exact) return CX_OK;
    fit->mc_se = cx_i_driver_take(fit, p, sizeof(double));
    fit->orders = fit->options.orders > 0 ? (fit->options.orders + 1) / 2 * 2
                                          : cx_i_driver_orders_many(fit, 2e10, 200, 20000);
    return fit->mc_se == NULL ? cx_i_out_of_memory(err) : CX_OK;
}

cx_status cx_i_driver_room(cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p, cells = (p + 1) * (p + 1);
    double **rooms[] = {&fit->swept, &fit->rest, &fit->star, &fit->scale,
                        &fit->root,  &fit->pull, &fit->g,    &fit->eigen};
    int64_t sizes[] = {fit->side * fit->side, cells, cells, p, p * p, p * p, p, 2 * p * p + p};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        *rooms[i] = cx_i_driver_take(fit, sizes[i], sizeof(double));
        if (*rooms[i] == NULL) return cx_i_out_of_memory(err);
    }
    for (int m = 0; m < CX_IMPORTANCE_END; m++) {
        fit->value[m] = cx_i_driver_take(fit, p, sizeof(double));
        if (fit->value[m] == NULL) return cx_i_out_of_memory(err);
    }
    fit->importance = fit->value[fit->options.method];
    return fit->options.method == CX_IMPORTANCE_SHAPLEY ? share_room_shapley(fit, err) : CX_OK;
}

/* -- what adjusting leaves ----------------------------------------------------------------- */

/* Takes a column out of what remains, and its share of the outcome. */
static void share_sweep(cx_driver_fit *fit, int64_t column) {
    int64_t side = fit->side;
    double *a = fit->swept, *pivot = a + column * side;
    if (!(pivot[column] > fit->options.tolerance)) return;
    fit->r2_adjust += pivot[side - 1] * pivot[side - 1] / pivot[column];
    for (int64_t i = column + 1; i < side; i++) {
        double factor = pivot[i] / pivot[column];
        for (int64_t k = column + 1; k < side; k++) a[i * side + k] -= factor * pivot[k];
    }
}

void cx_i_driver_adjust(cx_driver_fit *fit) {
    int64_t side = fit->side, kept = fit->p + 1, p = fit->p;
    memcpy(fit->swept, fit->r, (size_t)(side * side) * sizeof *fit->r);
    fit->r2_adjust = 0;
    for (int64_t column = 0; column < fit->adjust; column++) share_sweep(fit, column);
    for (int64_t i = 0; i < kept; i++)
        memcpy(fit->rest + i * kept, fit->swept + (i + fit->adjust) * side + fit->adjust,
               (size_t)kept * sizeof *fit->rest);
    double left = fit->rest[p * kept + p];
    fit->left = left > 0 ? left : 0;
    for (int64_t j = 0; j < p; j++) {
        double variance = fit->rest[j * kept + j];
        fit->scale[j] = variance > fit->options.tolerance ? sqrt(variance) : 0;
    }
    for (int64_t i = 0; i < kept; i++)
        for (int64_t k = 0; k < kept; k++) {
            double a = i < p ? fit->scale[i] : sqrt(fit->left);
            double b = k < p ? fit->scale[k] : sqrt(fit->left), r = fit->rest[i * kept + k];
            fit->star[i * kept + k] = !(a > 0 && b > 0) ? 0 : i == k ? 1 : r / a / b;
        }
}

/* -- methods in closed form ---------------------------------------------------------------- */

/* The root of the drivers' correlations, and its inverse on their span. */
static void share_root(cx_driver_fit *fit) {
    int64_t p = fit->p;
    double *a = fit->eigen, *vectors = a + p * p, *values = vectors + p * p;
    for (int64_t i = 0; i < p; i++)
        memcpy(a + i * p, fit->star + i * (p + 1), (size_t)p * sizeof *a);
    cx_i_eigen(a, p, values, vectors);
    memset(fit->root, 0, (size_t)(p * p) * sizeof *fit->root);
    memset(fit->pull, 0, (size_t)(p * p) * sizeof *fit->pull);
    for (int64_t e = 0; e < p; e++) {
        bool inside = values[e] > fit->options.tolerance / 100;
        values[e] = inside ? sqrt(values[e]) : 0;
        const double *v = vectors + e * p;
        for (int64_t i = 0; i < p && inside; i++)
            for (int64_t k = 0; k < p; k++) {
                fit->root[i * p + k] += values[e] * v[i] * v[k];
                fit->pull[i * p + k] += v[i] * v[k] / values[e];
            }
    }
}

static void share_uncorrelated(cx_driver_fit *fit) {
    int64_t p = fit->p;
    for (int64_t i = 0; i < p; i++) {
        fit->g[i] = 0;
        for (int64_t k = 0; k < p; k++)
            fit->g[i] += fit->pull[i * p + k] * fit->star[k * (p + 1) + p];
    }
    for (int64_t j = 0; j < p; j++) {
        double sum = 0;
        for (int64_t k = 0; k < p; k++) {
            double part = fit->root[j * p + k] * fit->g[k];
            sum += part * part;
        }
        fit->value[CX_IMPORTANCE_JOHNSON][j] = fit->value[CX_IMPORTANCE_GENIZI][j] =
            fit->left * sum;
        fit->value[CX_IMPORTANCE_CAR][j] = fit->left * fit->g[j] * fit->g[j];
    }
}

/* The gain of each driver after all others. */
static void share_last(cx_driver_fit *fit, cx_i_chain *chain) {
    for (int64_t j = 0; j < fit->p; j++) {
        chain->size = 0;
        for (int64_t i = 0; i < fit->p; i++)
            if (i != j) cx_i_chain_push(chain, i);
        fit->value[CX_IMPORTANCE_LAST][j] = fit->left * cx_i_chain_push(chain, j);
    }
}

/* The same when no driver is redundant: b_j^2 / (R^-1)_jj, with R^-1 the square of pull. */
static void share_last_regular(cx_driver_fit *fit, const cx_i_chain *chain) {
    int64_t p = fit->p;
    for (int64_t j = 0; j < p; j++) {
        double inverse = 0;
        for (int64_t k = 0; k < p; k++) inverse += fit->pull[j * p + k] * fit->pull[j * p + k];
        fit->value[CX_IMPORTANCE_LAST][j] = fit->left * chain->b[j] * chain->b[j] / inverse;
    }
}

cx_status cx_i_driver_closed(cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p;
    cx_i_chain chain;
    CX_TRY(cx_i_chain_new(&chain, fit->star, p + 1, fit->options.tolerance, &fit->allocator, err));
    share_root(fit);
    share_uncorrelated(fit);
    for (int64_t j = 0; j < p; j++) cx_i_chain_push(&chain, j);
    cx_i_chain_solve(&chain);
    fit->gain = fit->left * cx_i_chain_explained(&chain);
    memset(fit->value[CX_IMPORTANCE_PRATT], 0, (size_t)p * sizeof(double));
    memset(fit->value[CX_IMPORTANCE_BETA_SQUARED], 0, (size_t)p * sizeof(double));
    for (int64_t i = 0; i < chain.size; i++) {
        int64_t j = chain.column[i];
        double b = chain.b[i];
        fit->value[CX_IMPORTANCE_PRATT][j] = fit->left * b * fit->star[j * (p + 1) + p];
        fit->value[CX_IMPORTANCE_BETA_SQUARED][j] = fit->left * b * b;
    }
    for (int64_t j = 0; j < p; j++) {
        double r = fit->star[j * (p + 1) + p];
        fit->value[CX_IMPORTANCE_FIRST][j] = fit->left * r * r;
    }
    if (chain.size == p)
        share_last_regular(fit, &chain);
    else
        share_last(fit, &chain);
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

/* -- Shapley values ------------------------------------------------------------------------ */

/* A gain in R2 is never negative. */
double cx_i_driver_conditional(const cx_driver_fit *fit, int64_t j, int64_t k) {
    int64_t p = fit->p;
    const double *with = fit->sums.with + j * p;
    double models = 1;
    for (int64_t i = 1; i <= k; i++) models = models * (double)(p - i) / (double)i;
    double without = fit->sums.total[k] - (k > 0 ? with[k - 1] : 0);
    double gain = (with[k] - without) / models;
    return gain > 0 && !fit->constant[j] ? gain : 0;
}

static void share_exact(cx_driver_fit *fit) {
    int64_t p = fit->p;
    double *shapley = fit->value[CX_IMPORTANCE_SHAPLEY];
    cx_i_driver_tree(fit->rest, p, fit->options.tolerance, fit->tree, fit->sums);
    for (int64_t j = 0; j < p; j++) {
        cx_i_twofold sum = cx_i_tf(0);
        for (int64_t k = 0; k < p; k++)
            sum = cx_i_tf_add(sum, cx_i_tf(cx_i_driver_conditional(fit, j, k)));
        shapley[j] = cx_i_tf_double(sum) / (double)p;
        fit->value[CX_IMPORTANCE_FIRST][j] = cx_i_driver_conditional(fit, j, 0);
        fit->value[CX_IMPORTANCE_LAST][j] = cx_i_driver_conditional(fit, j, p - 1);
    }
    fit->gain = fit->sums.total[p];
}

static cx_status share_shapley(cx_driver_fit *fit, cx_error *err) {
    double *shapley = fit->value[CX_IMPORTANCE_SHAPLEY];
    if (!cx_i_driver_is_exact(fit))
        return cx_i_driver_orders(fit, fit->orders, shapley, fit->mc_se, err);
    if (fit->groups > 0) {
        memset(fit->group_steps, 0, (size_t)(fit->groups * fit->groups) * sizeof(double));
        return cx_i_driver_blocks(fit, shapley, fit->group_steps, NULL, err);
    }
    share_exact(fit);
    return CX_OK;
}

cx_status cx_i_driver_share(cx_driver_fit *fit, cx_error *err) {
    cx_i_driver_adjust(fit);
    CX_TRY(cx_i_driver_closed(fit, err));
    return fit->options.method == CX_IMPORTANCE_SHAPLEY ? share_shapley(fit, err) : CX_OK;
}
