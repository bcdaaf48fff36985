#include "base/array.h"
#include "business/driver_model.h"
#include "business/moments.h"
#include "stat/eigen.h"

#define MATRIX_NEAR 1e-8

static bool driver_matrix_is_text(const cx_array *column) {
    return column->dictionary != NULL || column->dtype == CX_STRING ||
           column->dtype == CX_LARGE_STRING;
}

/* The square: `values` by rows, columns that are not text. */
typedef struct driver_matrix_read {
    const cx_array **column;
    const char **name;
    double *value;
    int64_t count;
    cx_allocator allocator;
} driver_matrix_read;

static void driver_matrix_free(driver_matrix_read *matrix) {
    cx_i_free(&matrix->allocator, matrix->column);
    cx_i_free(&matrix->allocator, matrix->name);
    cx_i_free(&matrix->allocator, matrix->value);
}

static cx_status driver_matrix_columns(driver_matrix_read *matrix, const cx_frame *x,
                                       cx_error *err) {
    CX_TRY(cx_i_frame_check(x, "x", CX_I_KEYS, err));
    matrix->column = cx_i_alloc_array(&matrix->allocator, x->count, sizeof *matrix->column);
    matrix->name = cx_i_alloc_array(&matrix->allocator, x->count, sizeof *matrix->name);
    if (matrix->column == NULL || matrix->name == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < x->count; i++) {
        if (driver_matrix_is_text(&x->columns[i])) continue;
        CX_TRY(cx_i_array_check(&x->columns[i], "x", CX_I_NUMBERS, err));
        matrix->name[matrix->count] = x->columns[i].name;
        matrix->column[matrix->count++] = &x->columns[i];
    }
    if (matrix->count == 0) return cx_i_fail(err, CX_E_EMPTY, "x has no column of numbers");
    if (matrix->count > CX_MOMENTS_COLUMNS)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than %d", matrix->count,
                         (int64_t)CX_MOMENTS_COLUMNS);
    int64_t rows = matrix->column[0]->length;
    if (rows == matrix->count) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH,
                     "x has %d columns of numbers and %d rows: a matrix of correlations is square",
                     matrix->count, rows);
}

static cx_status driver_matrix_values(driver_matrix_read *matrix, cx_error *err) {
    int64_t p = matrix->count;
    double room[CX_I_BLOCK];
    matrix->value = cx_i_alloc_array(&matrix->allocator, p * p, sizeof *matrix->value);
    if (matrix->value == NULL) return cx_i_out_of_memory(err);
    for (int64_t k = 0; k < p; k++)
        for (int64_t start = 0; start < p; start += CX_I_BLOCK) {
            int64_t count = p - start < CX_I_BLOCK ? p - start : CX_I_BLOCK;
            cx_i_array_read(matrix->column[k], start, count, room);
            for (int64_t r = 0; r < count; r++) matrix->value[(start + r) * p + k] = room[r];
        }
    return CX_OK;
}

static cx_status driver_matrix_check(const driver_matrix_read *matrix, cx_error *err) {
    int64_t p = matrix->count;
    for (int64_t k = 0; k < p; k++)
        for (int64_t i = 0; i <= k; i++) {
            double r = matrix->value[i * p + k], other = matrix->value[k * p + i];
            if (i == k && !(fabs(r - 1) <= MATRIX_NEAR))
                return cx_i_fail_at(err, CX_E_DOMAIN, matrix->column[k], i, r,
                                    "the diagonal of a matrix of correlations is 1");
            if (!(fabs(r) <= 1 + MATRIX_NEAR))
                return cx_i_fail_at(err, CX_E_DOMAIN, matrix->column[k], i, r,
                                    "a correlation lies between -1 and 1");
            if (!(fabs(r - other) <= MATRIX_NEAR))
                return cx_i_fail_at(err, CX_E_DOMAIN, matrix->column[k], i, r,
                                    "the matrix is not symmetric: row %d of column %s has %g", k,
                                    matrix->name[i], other);
        }
    return CX_OK;
}

static cx_status driver_matrix_check_definite(const driver_matrix_read *matrix, cx_error *err) {
    int64_t p = matrix->count;
    double *a = cx_i_alloc_array(&matrix->allocator, 2 * p * p + p, sizeof *a);
    if (a == NULL) return cx_i_out_of_memory(err);
    memcpy(a, matrix->value, (size_t)(p * p) * sizeof *a);
    cx_i_eigen(a, p, a + 2 * p * p, a + p * p);
    double least = a[3 * p * p - p * p + p - 1];
    cx_i_free(&matrix->allocator, a);
    if (least >= -MATRIX_NEAR) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN,
                     "the matrix has the eigenvalue %g: no data have such correlations; take the "
                     "nearest matrix that some have",
                     least);
}

static void driver_matrix_fill(cx_driver_fit *fit, const cx_i_driver_source *from,
                               const driver_matrix_read *matrix) {
    for (int64_t i = 0; i < fit->side; i++)
        for (int64_t k = 0; k < fit->side; k++) {
            int64_t a = cx_i_driver_source_column(fit, from, i);
            int64_t b = cx_i_driver_source_column(fit, from, k);
            double r =
                (matrix->value[a * matrix->count + b] + matrix->value[b * matrix->count + a]) / 2;
            fit->r[i * fit->side + k] = i == k ? 1 : r;
        }
}

/* The model with everything; without units there are no coefficients. */
static cx_status driver_matrix_regress(cx_driver_fit *fit, cx_error *err) {
    cx_i_chain chain;
    CX_TRY(cx_i_chain_new(&chain, fit->r, fit->side, fit->options.tolerance, &fit->allocator, err));
    for (int64_t i = 0; i < fit->all; i++) {
        int64_t before = chain.size;
        cx_i_chain_push(&chain, i);
        fit->dropped[i] = chain.size == before;
        fit->beta[i] = fit->coefficient[i] = NAN;
    }
    cx_i_chain_solve(&chain);
    for (int64_t k = 0; k < chain.size; k++) fit->beta[chain.column[k]] = chain.b[k];
    fit->rank = chain.size;
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

cx_status cx_i_driver_from_r(cx_driver_fit *fit, const cx_driver_options *options, cx_error *err) {
    CX_TRY(driver_matrix_regress(fit, err));
    CX_TRY(cx_i_driver_partners(fit, err));
    CX_TRY(cx_i_driver_room(fit, err));
    CX_TRY(cx_i_driver_share(fit, err));
    CX_TRY(cx_i_driver_noise(fit, err));
    return options->errors == CX_DRIVER_ERRORS_NORMAL ? cx_i_driver_normal(fit, err) : CX_OK;
}

static cx_status driver_matrix_fit(cx_driver_fit *fit, const driver_matrix_read *matrix,
                                   const cx_array *drivers, const char *outcome, double n,
                                   const cx_driver_options *options, cx_error *err) {
    cx_i_driver_source from = {.name = matrix->name, .count = matrix->count, .outcome = -1};
    CX_TRY(cx_i_driver_choose(fit, &from, drivers, outcome, options, err));
    if (!(n > (double)fit->all))
        return cx_i_fail(err, CX_E_FEW, "%g rows cannot tell %d columns apart", n, fit->all);
    CX_TRY(cx_i_driver_model_room(fit, &from, err));
    fit->n = fit->n_eff = n;
    driver_matrix_fill(fit, &from, matrix);
    return cx_i_driver_from_r(fit, options, err);
}

static cx_status driver_matrix_check_call(const cx_driver_options *options, double n,
                                          cx_error *err) {
    if (!(n >= 1 && isfinite(n)))
        return cx_i_fail(err, CX_E_DOMAIN, "n is %g: the number of rows behind the matrix", n);
    if (options->outcome != CX_DRIVER_OUTCOME_NUMERIC)
        return cx_i_fail(err, CX_E_OPTION,
                         "outcome is %s, and a matrix already says what its correlations are",
                         cx_driver_outcome_name(options->outcome));
    if (options->errors == CX_DRIVER_ERRORS_NONE || options->errors == CX_DRIVER_ERRORS_NORMAL)
        return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "errors %s need rows: a matrix has none",
                     cx_driver_errors_name(options->errors));
}

cx_status cx_driver_fit_matrix(const cx_frame *x, const cx_array *drivers, const char *outcome,
                               double n, const cx_driver_options *options, cx_driver_fit **out,
                               cx_error *err) {
    cx_driver_options chosen;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_driver_options(options, &chosen, err));
    CX_TRY(driver_matrix_check_call(&chosen, n, err));
    driver_matrix_read matrix = {.allocator = cx_i_allocator(chosen.allocator)};
    cx_driver_fit *fit = NULL;
    cx_status status = driver_matrix_columns(&matrix, x, err);
    if (status == CX_OK) status = driver_matrix_values(&matrix, err);
    if (status == CX_OK) status = driver_matrix_check(&matrix, err);
    if (status == CX_OK) status = driver_matrix_check_definite(&matrix, err);
    if (status == CX_OK) status = cx_i_driver_new(&chosen, NULL, &fit, err);
    if (status == CX_OK)
        status = driver_matrix_fit(fit, &matrix, drivers, outcome, n, &chosen, err);
    driver_matrix_free(&matrix);
    if (status == CX_OK)
        *out = fit;
    else
        cx_driver_fit_free(fit);
    return status;
}
