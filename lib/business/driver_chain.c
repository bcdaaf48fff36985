#include "business/driver.h"

#include "stat/linalg.h"

cx_status cx_i_chain_new(cx_i_chain *chain, const double *r, int64_t side, double tolerance,
                         const cx_allocator *allocator, cx_error *err) {
    int64_t cells = cx_i_packed_size(side) + 5 * side + 1;
    double *memory = cx_i_alloc_array(allocator, cells, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    *chain = (cx_i_chain){.r = r, .side = side, .tolerance = tolerance, .memory = memory};
    chain->l = memory;
    chain->inverse = memory + cx_i_packed_size(side);
    chain->z = chain->inverse + side;
    chain->b = chain->z + side;
    chain->sum = chain->b + side;
    chain->column = (int64_t *)(chain->sum + side + 1);
    return CX_OK;
}

/* In four lanes: order is fixed, and no sum waits for the one before. */
static double chain_dot(const double *a, const double *b, int64_t count) {
    double lane[4] = {0}, rest = 0;
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int k = 0; k < 4; k++) lane[k] += a[i + k] * b[i + k];
    for (; i < count; i++) rest += a[i] * b[i];
    return lane[0] + lane[1] + (lane[2] + lane[3]) + rest;
}

double cx_i_chain_push(cx_i_chain *chain, int64_t column) {
    int64_t size = chain->size;
    const double *from = chain->r + column * chain->side;
    double *row = chain->l + cx_i_packed(size, 0);
    for (int64_t i = 0; i < size; i++) {
        double done = chain_dot(row, chain->l + cx_i_packed(i, 0), i);
        row[i] = (from[chain->column[i]] - done) * chain->inverse[i];
    }
    double pivot = from[column] - chain_dot(row, row, size);
    if (!(pivot > chain->tolerance)) return 0;
    row[size] = sqrt(pivot);
    chain->inverse[size] = 1 / row[size];
    double z = (from[chain->side - 1] - chain_dot(row, chain->z, size)) * chain->inverse[size];
    chain->z[size] = z;
    chain->column[size] = column;
    chain->sum[size + 1] = chain->sum[size] + z * z;
    chain->size++;
    return z * z;
}

static void chain_backward(const cx_i_chain *chain, double *x) {
    for (int64_t k = chain->size - 1; k >= 0; k--) {
        const double *row = chain->l + cx_i_packed(k, 0);
        x[k] *= chain->inverse[k];
        for (int64_t j = 0; j < k; j++) x[j] -= row[j] * x[k];
    }
}

void cx_i_chain_solve(cx_i_chain *chain) {
    memcpy(chain->b, chain->z, (size_t)chain->size * sizeof *chain->b);
    chain_backward(chain, chain->b);
}

void cx_i_chain_inverse(const cx_i_chain *chain, double *x) {
    for (int64_t k = 0; k < chain->size; k++)
        x[k] = (x[k] - chain_dot(chain->l + cx_i_packed(k, 0), x, k)) * chain->inverse[k];
    chain_backward(chain, x);
}

void cx_i_chain_influence(const cx_i_chain *chain, double weight, double *form) {
    int64_t outcome = chain->side - 1;
    double *y = form + outcome * chain->side;
    for (int64_t i = 0; i < chain->size; i++) {
        double b = weight * chain->b[i], *row = form + chain->column[i] * chain->side;
        y[chain->column[i]] += 2 * b;
        for (int64_t k = 0; k < i; k++) row[chain->column[k]] -= 2 * b * chain->b[k];
        row[chain->column[i]] -= b * chain->b[i];
    }
    y[outcome] -= weight * cx_i_chain_explained(chain);
}
