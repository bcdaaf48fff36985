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
