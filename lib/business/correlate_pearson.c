#include "business/correlate.h"
#include "business/moments.h"

/* Sums of three passes over the rows. */
typedef struct pearson_rows {
    cx_i_correlate_input *input;
    /* First pass, about the first complete row: a column that never varies gives exact zeros. */
    double origin_x, origin_y;
    cx_i_twofold sum_x, sum_y, mean_x, mean_y;
    cx_i_twofold xx, xy, yy; /* second pass */
    double r, psi2;          /* third: sum of w^2 psi^2 */
} pearson_rows;

static void pearson_sum(pearson_rows *rows, const cx_i_correlate_block *block) {
    if (rows->input->n == 0 && block->rows > 0) {
        rows->origin_x = block->value[0][0];
        rows->origin_y = block->value[1][0];
    }
    rows->input->n += block->rows;
    for (int64_t r = 0; r < block->rows; r++) {
        cx_i_twofold x = cx_i_tf_sum(block->value[0][r], -rows->origin_x);
        cx_i_twofold y = cx_i_tf_sum(block->value[1][r], -rows->origin_y);
        cx_i_twofold w = cx_i_tf(block->value[2][r]);
        rows->input->w = cx_i_tf_add(rows->input->w, w);
        rows->input->w2 = cx_i_tf_add(rows->input->w2, cx_i_tf_multiply(w, w));
        rows->sum_x = cx_i_tf_add(rows->sum_x, cx_i_tf_multiply(w, x));
        rows->sum_y = cx_i_tf_add(rows->sum_y, cx_i_tf_multiply(w, y));
    }
}

static void pearson_square(pearson_rows *rows, const cx_i_correlate_block *block) {
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

static void pearson_influence(pearson_rows *rows, const cx_i_correlate_block *block) {
    double sx = sqrt(cx_i_tf_double(rows->xx) / rows->input->w.hi);
    double sy = sqrt(cx_i_tf_double(rows->yy) / rows->input->w.hi);
    for (int64_t r = 0; r < block->rows; r++) {
        double zx = (block->value[0][r] - rows->origin_x - rows->mean_x.hi) / sx;
        double zy = (block->value[1][r] - rows->origin_y - rows->mean_y.hi) / sy;
        double psi = zx * zy - rows->r * (zx * zx + zy * zy) / 2;
        psi *= block->value[2][r];
        rows->psi2 += psi * psi;
    }
}

typedef void (*pearson_pass)(pearson_rows *rows, const cx_i_correlate_block *block);

static cx_status pearson_run(pearson_rows *rows, pearson_pass pass, cx_error *err) {
    int64_t length = rows->input->column[0]->length;
    cx_i_correlate_block block;
    rows->input->missing = rows->input->zero = 0;
    for (int64_t start = 0; start < length; start += CX_I_BLOCK) {
        int64_t count = length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK;
        CX_TRY(cx_i_correlate_read(rows->input, start, count, &block, err));
        pass(rows, &block);
    }
    return CX_OK;
}

static cx_status pearson_passes(pearson_rows *rows, cx_error *err) {
    CX_TRY(pearson_run(rows, pearson_sum, err));
    if (rows->input->n > 0) {
        rows->mean_x = cx_i_tf_divide(rows->sum_x, rows->input->w);
        rows->mean_y = cx_i_tf_divide(rows->sum_y, rows->input->w);
    }
    CX_TRY(pearson_run(rows, pearson_square, err));
    if (!isfinite(rows->xx.hi) || !isfinite(rows->yy.hi) || !isfinite(rows->xy.hi))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the squares of these values exceed the range of "
                         "double; rescale them");
    CX_TRY(cx_i_correlate_check(rows->input->n, rows->xx.hi > 0, rows->yy.hi > 0,
                                rows->input->name[0], rows->input->name[1], err));
    rows->r = cx_i_moments_ratio(rows->xy, rows->xx, rows->yy);
    return rows->input->column[2] == NULL ? CX_OK : pearson_run(rows, pearson_influence, err);
}

cx_status cx_i_correlate_pearson(cx_i_correlate_input *input, const cx_correlate_options *options,
                                 cx_estimate *out, cx_error *err) {
    pearson_rows rows = {.input = input};
    CX_TRY(pearson_passes(&rows, err));
    cx_estimate result = cx_i_correlate_start(input, rows.r, options->confidence);
    if (input->column[2] == NULL)
        cx_i_correlate_classical(&result, 0);
    else
        cx_i_correlate_robust(&result, sqrt(rows.psi2) / input->w.hi, 0);
    *out = result;
    return CX_OK;
}

/* -- cells ------------------------------------------------------------------------------------- */

static cx_i_twofold pearson_mean(const cx_i_correlate_cells *from, int side) {
    const cx_i_two_way *cells = &from->cells;
    cx_i_twofold sum = cx_i_tf(0), total = cx_i_tf(0);
    double origin = from->value[side][0]; /* of the first level: differences are exact */
    for (int64_t c = 0; c < cells->count; c++) {
        int32_t level = side == 0 ? cells->x[c] : cells->y[c];
        cx_i_twofold d = cx_i_tf_sum(from->value[side][level], -origin);
        sum = cx_i_tf_add(sum, cx_i_tf_multiply(cx_i_tf(cells->w[c]), d));
        total = cx_i_tf_add(total, cx_i_tf(cells->w[c]));
    }
    return cx_i_tf_add(cx_i_tf(origin), cx_i_tf_divide(sum, total));
}

cx_status cx_i_correlate_pearson_cells(const cx_i_correlate_cells *from,
                                       const cx_i_correlate_input *input,
                                       const cx_correlate_options *options, cx_estimate *out,
                                       cx_error *err) {
    const cx_i_two_way *cells = &from->cells;
    cx_i_twofold mean[2] = {pearson_mean(from, 0), pearson_mean(from, 1)};
    cx_i_twofold xx = cx_i_tf(0), xy = xx, yy = xx, total = xx;
    for (int64_t c = 0; c < cells->count; c++) {
        cx_i_twofold x = cx_i_tf_subtract(cx_i_tf(from->value[0][cells->x[c]]), mean[0]);
        cx_i_twofold y = cx_i_tf_subtract(cx_i_tf(from->value[1][cells->y[c]]), mean[1]);
        cx_i_twofold w = cx_i_tf(cells->w[c]), wx = cx_i_tf_multiply(w, x);
        xx = cx_i_tf_add(xx, cx_i_tf_multiply(wx, x));
        xy = cx_i_tf_add(xy, cx_i_tf_multiply(wx, y));
        yy = cx_i_tf_add(yy, cx_i_tf_multiply(cx_i_tf_multiply(w, y), y));
        total = cx_i_tf_add(total, w);
    }
    if (!(xx.hi > 0 && yy.hi > 0 && isfinite(xx.hi) && isfinite(yy.hi)))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the squares of these values leave the range of double; rescale them");
    double r = cx_i_moments_ratio(xy, xx, yy), psi2 = 0;
    cx_estimate result = cx_i_correlate_start(input, r, options->confidence);
    for (int64_t c = 0; c < cells->count && cells->weighted; c++) {
        double zx = (from->value[0][cells->x[c]] - mean[0].hi) / sqrt(xx.hi / total.hi);
        double zy = (from->value[1][cells->y[c]] - mean[1].hi) / sqrt(yy.hi / total.hi);
        double psi = (zx * zy - r * (zx * zx + zy * zy) / 2) / total.hi;
        psi2 += cells->w2[c] * psi * psi;
    }
    if (cells->weighted)
        cx_i_correlate_robust(&result, sqrt(psi2), 0);
    else
        cx_i_correlate_classical(&result, 0);
    *out = result;
    return CX_OK;
}
