#include "stat/linalg.h"

/* a[row][column] minus the product of the two rows of the factor up to there */
static cx_i_twofold linalg_rest(const cx_i_twofold *a, int64_t row, int64_t column) {
    const cx_i_twofold *x = a + cx_i_packed(row, 0), *y = a + cx_i_packed(column, 0);
    cx_i_twofold rest = x[column];
    for (int64_t k = 0; k < column; k++)
        rest = cx_i_tf_subtract(rest, cx_i_tf_multiply(x[k], y[k]));
    return rest;
}

int64_t cx_i_cholesky(cx_i_twofold *a, int64_t p, double tolerance, bool *dropped) {
    int64_t rank = 0;
    for (int64_t j = 0; j < p; j++) {
        cx_i_twofold *row = a + cx_i_packed(j, 0);
        for (int64_t i = 0; i < j; i++) {
            cx_i_twofold pivot = a[cx_i_packed(i, i)];
            row[i] = dropped[i] ? cx_i_tf(0) : cx_i_tf_divide(linalg_rest(a, j, i), pivot);
        }
        cx_i_twofold rest = linalg_rest(a, j, j);
        dropped[j] = !(rest.hi > tolerance);
        row[j] = cx_i_tf_sqrt(rest);
        if (dropped[j]) memset(row, 0, (size_t)(j + 1) * sizeof *row);
        rank += dropped[j] ? 0 : 1;
    }
    return rank;
}

static cx_i_twofold linalg_quotient(cx_i_twofold rest, cx_i_twofold pivot) {
    return pivot.hi > 0 ? cx_i_tf_divide(rest, pivot) : cx_i_tf(0);
}

void cx_i_cholesky_forward(const cx_i_twofold *factor, int64_t p, cx_i_twofold *b) {
    for (int64_t j = 0; j < p; j++) {
        cx_i_twofold rest = b[j];
        for (int64_t k = 0; k < j; k++)
            rest = cx_i_tf_subtract(rest, cx_i_tf_multiply(factor[cx_i_packed(j, k)], b[k]));
        b[j] = linalg_quotient(rest, factor[cx_i_packed(j, j)]);
    }
}

void cx_i_cholesky_backward(const cx_i_twofold *factor, int64_t p, cx_i_twofold *b) {
    for (int64_t j = p - 1; j >= 0; j--) {
        cx_i_twofold rest = b[j];
        for (int64_t k = j + 1; k < p; k++)
            rest = cx_i_tf_subtract(rest, cx_i_tf_multiply(factor[cx_i_packed(k, j)], b[k]));
        b[j] = linalg_quotient(rest, factor[cx_i_packed(j, j)]);
    }
}

cx_i_twofold cx_i_cholesky_inverse(const cx_i_twofold *factor, int64_t p, int64_t j,
                                   cx_i_twofold *b) {
    for (int64_t i = 0; i < p; i++) b[i] = cx_i_tf(i == j ? 1 : 0);
    cx_i_cholesky_forward(factor, p, b);
    cx_i_twofold sum = cx_i_tf(0);
    for (int64_t i = j; i < p; i++) sum = cx_i_tf_add(sum, cx_i_tf_multiply(b[i], b[i]));
    return sum;
}
