#include "business/regress.h"

/* Covariances that are sums over rows [White1980; MacKinnonWhite1985]. */

/* What the squared residual is multiplied with at leverage h. */
static double regress_adjust(int32_t cov, double h) {
    double left = 1 - h > 0 ? 1 - h : 0;
    if (cov == CX_COV_HC2) return left > 1e-12 ? 1 / sqrt(left) : 0;
    if (cov == CX_COV_HC3) return left > 1e-12 ? 1 / left : 0;
    return 1;
}

/* Scores of the rows into residual: weight, residual, adjustment. A row that the model meets
 * exactly whatever its outcome (leverage 1) has no residual to learn from. */
static void regress_score(const cx_i_linear *linear, int32_t cov, cx_i_linear_block *block) {
    bool frequency = linear->rows->kind == CX_WEIGHT_FREQUENCY;
    const cx_i_absorb *absorb = &linear->rows->absorb;
    for (int64_t r = 0; r < block->rows; r++) {
        double h = 0, w = frequency ? 1 : block->w[r];
        if (absorb->rank > 0 && cov >= CX_COV_HC2)
            h = 1 / absorb->unit_weight[absorb->unit.of[block->start + r]];
        for (int64_t j = 0; j < linear->k && cov >= CX_COV_HC2; j++)
            h += block->z[j * CX_I_LINEAR_BLOCK + r] * block->z[j * CX_I_LINEAR_BLOCK + r];
        block->residual[r] *= w * regress_adjust(cov, w * h);
        if (frequency) block->residual[r] *= sqrt(block->w[r]);
    }
}

static double regress_dot(const double *a, const double *b, int64_t n) {
    double lane[8] = {0}, sum = 0;
    int64_t r = 0;
    for (; r + 8 <= n; r += 8)
        for (int l = 0; l < 8; l++) lane[l] += a[r + l] * b[r + l];
    for (; r < n; r++) sum += a[r] * b[r];
    for (int l = 0; l < 8; l++) sum += lane[l];
    return sum;
}

static void regress_add(const cx_i_linear *linear, cx_i_linear_block *block, double *meat) {
    int64_t k = linear->k;
    for (int64_t j = 0; j < k; j++)
        for (int64_t r = 0; r < block->rows; r++)
            block->z[j * CX_I_LINEAR_BLOCK + r] *= block->residual[r];
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j <= i; j++)
            meat[i * k + j] += regress_dot(block->z + i * CX_I_LINEAR_BLOCK,
                                           block->z + j * CX_I_LINEAR_BLOCK, block->rows);
}

/* Influences of the rows of a block, whose z are scores; `score` is room for k numbers. */
static void regress_keep(const cx_i_linear *linear, const cx_i_linear_block *block, double factor,
                         double *score, cx_fit *fit) {
    const cx_i_rows *rows = linear->rows;
    for (int64_t r = 0; r < block->rows; r++) {
        int64_t row = block->start + r;
        fit->row[row] = rows->row == NULL ? row : rows->row[row];
        for (int64_t a = 0; a < linear->k; a++) score[a] = block->z[a * CX_I_LINEAR_BLOCK + r];
        cx_i_linear_influence(linear, score, factor, fit, row);
    }
}

cx_status cx_i_regress_rows(cx_i_linear *linear, const cx_regress_options *options, cx_fit *fit,
                            cx_error *err) {
    int64_t k = linear->k, n = linear->rows->n;
    double factor = 1;
    cx_i_linear_block block = {0};
    double *meat = cx_i_rows_take(linear->rows, k * k + k, sizeof *meat);
    if (meat == NULL) return cx_i_out_of_memory(err);
    if (linear->rows->absorb.period.of != NULL && options->cov >= CX_COV_HC2)
        return cx_i_fail(err, CX_E_OPTION,
                         "%s needs leverages, which two sets of fixed effects do not give: use hc1 "
                         "or clusters",
                         cx_cov_name(options->cov));
    CX_TRY(cx_i_linear_block_new(linear, &block, err));
    if (options->cov == CX_COV_HC1) factor = linear->rows->count / cx_i_linear_df(linear);
    if (options->influence) CX_TRY(cx_i_fit_add_influence(fit, n, true, err));
    for (int64_t start = 0; start < n; start += CX_I_LINEAR_BLOCK) {
        cx_i_linear_read(linear, start, &block);
        regress_score(linear, options->cov, &block);
        regress_add(linear, &block, meat);
        if (options->influence) regress_keep(linear, &block, sqrt(factor), meat + k * k, fit);
    }
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = i + 1; j < k; j++) meat[i * k + j] = meat[j * k + i];
    return cx_i_linear_spread(linear, meat, factor, fit, err);
}
