#include <cxkit/correlate.h>
#include <cxkit/special.h>

#include "base/array.h"
#include "business/moments.h"
#include "stat/estimate.h"

static const char *const correlate_names[] = {
#define CORRELATE_NAME(name, number, text) [number] = text,
    CX_CORRELATION_LIST(CORRELATE_NAME)
#undef CORRELATE_NAME
};

const char *cx_correlation_name(int32_t method) {
    return method >= 0 && method < CX_CORRELATION_END ? correlate_names[method] : "unknown";
}

void cx_correlate_options_init(cx_correlate_options *options) {
    if (options == NULL) return;
    *options = (cx_correlate_options){.struct_size = sizeof *options,
                                      .method = CX_CORRELATION_PEARSON,
                                      .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status correlate_options(const cx_correlate_options *given, cx_correlate_options *options,
                                   cx_error *err) {
    cx_correlate_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_correlate_options", err));
    memcpy(options, given, given->struct_size);
    if (options->method < 0 || options->method >= CX_CORRELATION_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is not a correlation",
                         (int64_t)options->method);
    return cx_i_check_confidence(options->confidence, err);
}

/* -- interval and test --------------------------------------------------------------------- */

/* Limits on Fisher's scale; at |r| = 1 both are r. */
static void correlate_limits(cx_estimate *out, double se_z, double quantile) {
    double z = atanh(out->value), half = quantile * se_z;
    out->ci_low = isinf(z) ? out->value : tanh(z - half);
    out->ci_high = isinf(z) ? out->value : tanh(z + half);
    out->se = (1 - out->value) * (1 + out->value) * se_z;
}

/* Two-sided p-value of t = r sqrt(df / (1 - r^2)) */
static double correlate_t(double r, double df) {
    if (!(df > 0)) return NAN;
    double rest = (1 - r) * (1 + r);
    return rest > 0 ? 2 * cx_t_sf(fabs(r) * sqrt(df / rest), df) : 0;
}

static void correlate_classical(cx_estimate *out) {
    double n = out->n_eff;
    out->p_value = correlate_t(out->value, n - 2);
    if (n > 3) correlate_limits(out, 1 / sqrt(n - 3), cx_i_estimate_z(out->confidence));
}

/* se_r: the sandwich standard error of r */
static void correlate_robust(cx_estimate *out, double se_r) {
    double rest = (1 - out->value) * (1 + out->value);
    if (!(out->n_eff > 3)) return;
    out->df = out->n_eff - 2;
    double quantile = cx_t_quantile_upper((1 - out->confidence) / 2, out->df);
    correlate_limits(out, rest > 0 ? se_r / rest : 0, quantile);
    out->p_value = rest > 0 ? 2 * cx_t_sf(atanh(fabs(out->value)) * rest / se_r, out->df) : 0;
}

static cx_estimate correlate_start(double r, double confidence, int64_t n, double n_eff,
                                   bool weighted) {
    cx_estimate out = cx_i_estimate_new(confidence, CX_UNIT_CORRELATION);
    out.value = r;
    out.ci_low = -1, out.ci_high = 1;
    out.method = CX_METHOD_FISHER_Z;
    out.n = n;
    out.n_eff = n_eff;
    if (n_eff < 5) out.flags |= CX_FLAG_FEW;
    if (weighted) out.flags |= CX_FLAG_WEIGHTED;
    return out;
}

static cx_status correlate_check(int64_t n, double xx, double yy, const char *x, const char *y,
                                 cx_error *err) {
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no complete row of %s and %s", x, y);
    if (n == 1)
        return cx_i_fail(err, CX_E_FEW, "one complete row of %s and %s has no correlation", x, y);
    if (xx > 0 && yy > 0) return CX_OK;
    const char *constant = xx > 0 ? y : x;
    return cx_i_moments_blame(err, constant,
                              cx_i_fail(err, CX_E_CONSTANT, "column %s is constant", constant));
}

/* -- from a state -------------------------------------------------------------------------- */

static cx_status correlate_check_position(const cx_moments *x, int64_t i, cx_error *err) {
    if (i >= 0 && i < x->p) return CX_OK;
    return cx_i_fail(err, CX_E_NAME, "there is no column %d in a state of %d columns", i, x->p);
}

cx_status cx_moments_pearson(const cx_moments *x, int64_t i, int64_t j,
                             const cx_correlate_options *options, cx_estimate *out, cx_error *err) {
    if (x == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", x == NULL ? "x" : "out");
    cx_correlate_options chosen;
    CX_TRY(correlate_options(options, &chosen, err));
    CX_TRY(correlate_check_position(x, i, err));
    CX_TRY(correlate_check_position(x, j, err));
    const cx_i_sums *sums = cx_i_moments_now(x);
    CX_TRY(correlate_check(sums->n, cx_i_moments_product(sums, i, i).hi,
                           cx_i_moments_product(sums, j, j).hi, x->names[i], x->names[j], err));
    cx_estimate result = correlate_start(cx_moments_correlation(x, i, j), chosen.confidence,
                                         sums->n, cx_moments_n_eff(x), sums->weighted);
    result.sum_w = cx_moments_sum_w(x);
    result.excluded[CX_EXCLUDED_MISSING] = sums->missing;
    result.excluded[CX_EXCLUDED_ZERO_WEIGHT] = sums->zero;
    correlate_classical(&result);
    *out = result;
    return CX_OK;
}

/* -- from rows ----------------------------------------------------------------------------- */

/* The columns being read, and the sums of three passes over them. */
typedef struct correlate_rows {
    const cx_array *column[3]; /* x, y, weights or NULL */
    const char *name[3];
    int64_t n, missing, zero;
    /* First pass, about the first complete row: a column that never varies gives exact zeros. */
    double origin_x, origin_y;
    cx_i_twofold w, w2, sum_x, sum_y, mean_x, mean_y;
    cx_i_twofold xx, xy, yy; /* second pass */
    double r, psi2;          /* third: sum of w^2 psi^2 */
} correlate_rows;

/* The complete rows of a block, one behind the other */
typedef struct correlate_block {
    int64_t rows;
    double value[3][CX_I_BLOCK];
} correlate_block;

static cx_status correlate_check_row(const correlate_rows *rows, const correlate_block *block,
                                     int64_t r, int64_t row, cx_error *err) {
    for (int c = 0; c < 2; c++) {
        if (!isinf(block->value[c][r])) continue;
        cx_array named = *rows->column[c];
        named.name = rows->name[c];
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, block->value[c][r],
                            "the value is infinite; give a number or leave it missing");
    }
    if (rows->column[2] == NULL) return CX_OK;
    return cx_i_weight_check(rows->column[2], row, block->value[2][r], err);
}

static cx_status correlate_read(correlate_rows *rows, int64_t start, int64_t count,
                                correlate_block *block, cx_error *err) {
    for (int c = 0; c < 2; c++) cx_i_array_read(rows->column[c], start, count, block->value[c]);
    if (rows->column[2] != NULL) cx_i_array_read(rows->column[2], start, count, block->value[2]);
    for (int64_t r = 0; r < count && rows->column[2] == NULL; r++) block->value[2][r] = 1;
    block->rows = 0;
    for (int64_t r = 0; r < count; r++) {
        CX_TRY(correlate_check_row(rows, block, r, start + r, err));
        double x = block->value[0][r], y = block->value[1][r], w = block->value[2][r];
        if (isnan(x) || isnan(y))
            rows->missing++;
        else if (w == 0)
            rows->zero++;
        else {
            block->value[0][block->rows] = x;
            block->value[1][block->rows] = y;
            block->value[2][block->rows++] = w;
        }
    }
    return CX_OK;
}

static void correlate_sum(correlate_rows *rows, const correlate_block *block) {
    if (rows->n == 0 && block->rows > 0) {
        rows->origin_x = block->value[0][0];
        rows->origin_y = block->value[1][0];
    }
    rows->n += block->rows;
    for (int64_t r = 0; r < block->rows; r++) {
        cx_i_twofold x = cx_i_tf_sum(block->value[0][r], -rows->origin_x);
        cx_i_twofold y = cx_i_tf_sum(block->value[1][r], -rows->origin_y);
        cx_i_twofold w = cx_i_tf(block->value[2][r]);
        rows->w = cx_i_tf_add(rows->w, w);
        rows->w2 = cx_i_tf_add(rows->w2, cx_i_tf_multiply(w, w));
        rows->sum_x = cx_i_tf_add(rows->sum_x, cx_i_tf_multiply(w, x));
        rows->sum_y = cx_i_tf_add(rows->sum_y, cx_i_tf_multiply(w, y));
    }
}

static void correlate_square(correlate_rows *rows, const correlate_block *block) {
    for (int64_t r = 0; r < block->rows; r++) {
        cx_i_twofold dx = cx_i_tf_sum(block->value[0][r], -rows->origin_x);
        cx_i_twofold dy = cx_i_tf_sum(block->value[1][r], -rows->origin_y);
        dx = cx_i_tf_subtract(dx, rows->mean_x);
        dy = cx_i_tf_subtract(dy, rows->mean_y);
        cx_i_twofold wx = cx_i_tf_multiply(dx, cx_i_tf(block->value[2][r]));
        cx_i_twofold wy = cx_i_tf_multiply(dy, cx_i_tf(block->value[2][r]));
        rows->xx = cx_i_tf_add(rows->xx, cx_i_tf_multiply(wx, dx));
        rows->xy = cx_i_tf_add(rows->xy, cx_i_tf_multiply(wx, dy));
        rows->yy = cx_i_tf_add(rows->yy, cx_i_tf_multiply(wy, dy));
    }
}

static void correlate_influence(correlate_rows *rows, const correlate_block *block) {
    double sx = sqrt(cx_i_tf_double(rows->xx) / rows->w.hi);
    double sy = sqrt(cx_i_tf_double(rows->yy) / rows->w.hi);
    for (int64_t r = 0; r < block->rows; r++) {
        double zx = (block->value[0][r] - rows->origin_x - rows->mean_x.hi) / sx;
        double zy = (block->value[1][r] - rows->origin_y - rows->mean_y.hi) / sy;
        double psi = zx * zy - rows->r * (zx * zx + zy * zy) / 2;
        psi *= block->value[2][r];
        rows->psi2 += psi * psi;
    }
}

typedef void (*correlate_pass)(correlate_rows *rows, const correlate_block *block);

static cx_status correlate_run(correlate_rows *rows, correlate_pass pass, cx_error *err) {
    int64_t length = rows->column[0]->length;
    correlate_block block;
    rows->missing = rows->zero = 0;
    for (int64_t start = 0; start < length; start += CX_I_BLOCK) {
        int64_t count = length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK;
        CX_TRY(correlate_read(rows, start, count, &block, err));
        pass(rows, &block);
    }
    return CX_OK;
}

static cx_status correlate_passes(correlate_rows *rows, cx_error *err) {
    CX_TRY(correlate_run(rows, correlate_sum, err));
    if (rows->n > 0) {
        rows->mean_x = cx_i_tf_divide(rows->sum_x, rows->w);
        rows->mean_y = cx_i_tf_divide(rows->sum_y, rows->w);
    }
    CX_TRY(correlate_run(rows, correlate_square, err));
    if (!isfinite(rows->xx.hi) || !isfinite(rows->yy.hi) || !isfinite(rows->xy.hi))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the squares of these values exceed the range of "
                         "double; rescale them");
    CX_TRY(correlate_check(rows->n, rows->xx.hi, rows->yy.hi, rows->name[0], rows->name[1], err));
    rows->r = cx_i_moments_ratio(rows->xy, rows->xx, rows->yy);
    return rows->column[2] == NULL ? CX_OK : correlate_run(rows, correlate_influence, err);
}

static cx_status correlate_columns(correlate_rows *rows, cx_error *err) {
    static const char *const roles[] = {"x", "y", "weights"};
    for (int c = 0; c < 3; c++) {
        if (c == 2 && rows->column[c] == NULL) break;
        CX_TRY(cx_i_array_check(rows->column[c], roles[c], CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(rows->column[0], "x", rows->column[c], roles[c], err));
        rows->name[c] = cx_i_array_name(rows->column[c], roles[c]);
    }
    return CX_OK;
}

cx_status cx_correlate(const cx_array *x, const cx_array *y, const cx_array *weights,
                       const cx_correlate_options *options, cx_estimate *out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_correlate_options chosen;
    CX_TRY(correlate_options(options, &chosen, err));
    correlate_rows rows = {.column = {x, y, weights}};
    CX_TRY(correlate_columns(&rows, err));
    CX_TRY(correlate_passes(&rows, err));
    double n_eff = (double)rows.n;
    if (weights != NULL) n_eff = rows.w.hi / (rows.w2.hi / rows.w.hi);
    cx_estimate result = correlate_start(rows.r, chosen.confidence, rows.n, n_eff, weights != NULL);
    result.sum_w = cx_i_tf_double(rows.w);
    result.excluded[CX_EXCLUDED_MISSING] = rows.missing;
    result.excluded[CX_EXCLUDED_ZERO_WEIGHT] = rows.zero;
    if (weights == NULL)
        correlate_classical(&result);
    else
        correlate_robust(&result, sqrt(rows.psi2) / rows.w.hi);
    *out = result;
    return CX_OK;
}
