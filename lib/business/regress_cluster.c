#include "business/regress.h"

#include "stat/eigen.h"

/* Covariances of clusters [LiangZeger1986; CameronGelbachMiller2011]. */

/* -- scores -------------------------------------------------------------------------------- */

/* What a row counts: its weight, which includes how often it occurred. */
static void cluster_add_row(int64_t k, const double *z, double w, double residual, double *score,
                            double *product) {
    double factor = w * residual;
    for (int64_t a = 0; a < k; a++) score[a] += factor * z[a];
    if (product == NULL) return;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = 0; b <= a; b++) product[a * k + b] += w * z[a] * z[b];
}

static void cluster_add_block(const cx_i_linear *linear, const cx_i_linear_block *block,
                              const int32_t *of, double *row, double *scores, double *products) {
    int64_t k = linear->k;
    for (int64_t r = 0; r < block->rows; r++) {
        int64_t g = of[block->start + r];
        for (int64_t a = 0; a < k; a++) row[a] = block->z[a * CX_I_LINEAR_BLOCK + r];
        cluster_add_row(k, row, block->w[r], block->residual[r], scores + g * k,
                        products == NULL ? NULL : products + g * k * k);
    }
}

/* From sums of centred rows to coordinates: once a group instead of once a row */
static void cluster_turn(const cx_i_linear *linear, cx_i_linear_block *block, int64_t groups,
                         double *scores) {
    int64_t k = linear->k;
    for (int64_t start = 0; start < groups; start += CX_I_LINEAR_BLOCK) {
        int64_t left = groups - start;
        double *part = scores + start * k;
        block->rows = left < CX_I_LINEAR_BLOCK ? left : CX_I_LINEAR_BLOCK;
        for (int64_t g = 0; g < block->rows; g++)
            for (int64_t a = 0; a < k; a++) block->z[a * CX_I_LINEAR_BLOCK + g] = part[g * k + a];
        cx_i_linear_turn(linear, block);
        for (int64_t g = 0; g < block->rows; g++)
            for (int64_t a = 0; a < k; a++) part[g * k + a] = block->z[a * CX_I_LINEAR_BLOCK + g];
    }
}

cx_status cx_i_regress_scores(cx_i_linear *linear, const cx_i_factor *factor, double *scores,
                              double *products, cx_error *err) {
    cx_i_linear_block block = {0};
    int64_t k = linear->k;
    double *row = cx_i_rows_take(linear->rows, k, sizeof *row);
    if (row == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_linear_block_new(linear, &block, err));
    for (int64_t start = 0; start < linear->rows->n; start += CX_I_LINEAR_BLOCK) {
        cx_i_linear_centre(linear, start, &block);
        if (products != NULL) cx_i_linear_turn(linear, &block);
        cluster_add_block(linear, &block, factor->of, row, scores, products);
    }
    if (products == NULL) cluster_turn(linear, &block, factor->count, scores);
    for (int64_t g = 0; products != NULL && g < factor->count; g++)
        for (int64_t a = 0; a < k; a++)
            for (int64_t b = a + 1; b < k; b++)
                products[(g * k + a) * k + b] = products[(g * k + b) * k + a];
    return CX_OK;
}

/* -- sums of products ---------------------------------------------------------------------- */

double cx_i_regress_cr1(const cx_i_linear *linear, int64_t groups) {
    const cx_i_rows *rows = linear->rows;
    double g = (double)groups, n = rows->count;
    return g / (g - 1) * (n - 1) / (n - (double)(linear->k + rows->counted));
}

static void cluster_meat(const double *scores, int64_t groups, int64_t k, double factor,
                         double *meat) {
    for (int64_t g = 0; g < groups; g++)
        for (int64_t a = 0; a < k; a++) {
            double left = factor * scores[g * k + a];
            for (int64_t b = 0; b < k; b++) meat[a * k + b] += left * scores[g * k + b];
        }
}

static double *cluster_room(cx_i_linear *linear, int64_t groups, int64_t each) {
    int64_t cells;
    if (!cx_i_mul_i64(groups, each, &cells)) return NULL;
    return cx_i_rows_take(linear->rows, cells, sizeof(double));
}

/* -- one set of clusters ------------------------------------------------------------------- */

static cx_status cluster_keep(cx_i_linear *linear, const double *scores, double factor, cx_fit *fit,
                              cx_error *err) {
    cx_i_factor *cluster = &linear->rows->cluster[0];
    CX_TRY(cx_i_fit_add_influence(fit, cluster->count, false, err));
    for (int64_t g = 0; g < cluster->count; g++)
        cx_i_linear_influence(linear, scores + g * linear->k, sqrt(factor), fit, g);
    fit->key = cx_i_alloc_array(&fit->allocator, cluster->count, sizeof *fit->key);
    if (fit->key == NULL) return cx_i_out_of_memory(err);
    memcpy(fit->key, cluster->key, (size_t)cluster->count * sizeof *fit->key);
    fit->keys = cluster->keys;
    fit->keys.allocator = &fit->allocator;
    cluster->open = false;
    return CX_OK;
}

static void cluster_freedom(const cx_i_linear *linear, const double *df, double plain,
                            cx_fit *fit) {
    for (int64_t i = 0; i < fit->p; i++) fit->df[i] = plain;
    for (int64_t i = 0; i < linear->k && df != NULL; i++)
        if (cx_i_linear_term(linear, i) >= 0) fit->df[cx_i_linear_term(linear, i)] = df[i];
}

static cx_status cluster_one(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                             cx_error *err) {
    int64_t k = linear->k, groups = linear->rows->cluster[0].count;
    bool cr2 = options->cov == CX_COV_CR2, wild = options->cov == CX_COV_WILD;
    double *scores = cluster_room(linear, groups, k), *meat = cluster_room(linear, k, k);
    double *products = cr2 || wild ? cluster_room(linear, groups, k * k) : NULL;
    double *df = cluster_room(linear, k, 1);
    if (scores == NULL || meat == NULL || df == NULL || ((cr2 || wild) && products == NULL))
        return cx_i_out_of_memory(err);
    CX_TRY(cx_i_regress_scores(linear, &linear->rows->cluster[0], scores, products, err));
    if (cr2) CX_TRY(cx_i_regress_cr2(linear, groups, scores, products, df, err));
    bool plain = cr2 || options->cov == CX_COV_CR0;
    double factor = plain ? 1 : cx_i_regress_cr1(linear, groups);
    cluster_meat(scores, groups, k, 1, meat);
    CX_TRY(cx_i_linear_spread(linear, meat, factor, fit, err));
    cluster_freedom(linear, cr2 ? df : NULL, (double)groups - 1, fit);
    if (wild) CX_TRY(cx_i_regress_wild(linear, groups, scores, products, options, fit, err));
    if (options->influence) CX_TRY(cluster_keep(linear, scores, factor, fit, err));
    if (groups < 5) fit->flags |= CX_FLAG_FEW_CLUSTERS;
    cx_i_fit_add_figure(fit, "clusters", (double)groups);
    return CX_OK;
}

/* -- two sets ------------------------------------------------------------------------------ */

static cx_status cluster_add_set(cx_i_linear *linear, const cx_i_factor *factor, double sign,
                                 bool cr1, double *meat, cx_error *err) {
    double *scores = cluster_room(linear, factor->count, linear->k);
    if (scores == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_regress_scores(linear, factor, scores, NULL, err));
    bool single = factor->count == linear->rows->n; /* rows on their own: White's, uncorrected */
    double scale = cr1 && !single ? cx_i_regress_cr1(linear, factor->count) : 1;
    cluster_meat(scores, factor->count, linear->k, sign * scale, meat);
    return CX_OK;
}

/* Negative eigenvalues of the covariance of the estimated terms become 0. */
static cx_status cluster_repair(cx_i_linear *linear, cx_fit *fit, cx_error *err) {
    int64_t p = 0, all = fit->p;
    int64_t *term = cx_i_rows_take(linear->rows, all, sizeof *term);
    double *a = cluster_room(linear, 2 * all + 1, all);
    if (term == NULL || a == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < all; i++)
        if (fit->status[i] == CX_TERM_OK) term[p++] = i;
    double *vectors = a + p * p, *values = vectors + p * p, trace = 0;
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++) a[i * p + j] = fit->covariance[term[i] * all + term[j]];
    for (int64_t i = 0; i < p; i++) trace += fabs(a[i * p + i]);
    cx_i_eigen(a, p, values, vectors);
    if (p == 0 || values[p - 1] >= -1e-14 * trace) return CX_OK;
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < p; j++) {
            double sum = 0;
            for (int64_t v = 0; v < p && values[v] > 0; v++)
                sum += values[v] * vectors[v * p + i] * vectors[v * p + j];
            fit->covariance[term[i] * all + term[j]] = sum;
        }
    fit->flags |= CX_FLAG_REPAIRED;
    return CX_OK;
}

static cx_status cluster_two(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                             cx_error *err) {
    cx_i_rows *rows = linear->rows;
    bool cr1 = options->cov == CX_COV_CR1;
    int64_t fewer = rows->cluster[0].count;
    double *meat = cluster_room(linear, linear->k, linear->k);
    if (meat == NULL) return cx_i_out_of_memory(err);
    if (rows->cluster[1].count < fewer) fewer = rows->cluster[1].count;
    CX_TRY(cx_i_factor_cross(rows, &rows->cluster[0], &rows->cluster[1], &rows->cross, err));
    for (int c = 0; c < 2; c++)
        CX_TRY(cluster_add_set(linear, &rows->cluster[c], 1, cr1, meat, err));
    CX_TRY(cluster_add_set(linear, &rows->cross, -1, cr1, meat, err));
    CX_TRY(cx_i_linear_spread(linear, meat, 1, fit, err));
    CX_TRY(cluster_repair(linear, fit, err));
    cluster_freedom(linear, NULL, (double)fewer - 1, fit);
    if (fewer < 5) fit->flags |= CX_FLAG_FEW_CLUSTERS;
    cx_i_fit_add_figure(fit, "clusters", (double)rows->cluster[0].count);
    cx_i_fit_add_figure(fit, "clusters_2", (double)rows->cluster[1].count);
    return CX_OK;
}

cx_status cx_i_regress_clusters(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                                cx_error *err) {
    if (linear->rows->clusters == 2) return cluster_two(linear, options, fit, err);
    return cluster_one(linear, options, fit, err);
}
