#include "business/driver.h"

#include <cxkit/special.h>

/* -- limits -------------------------------------------------------------------------------- */

static double driver_error_quantile(const cx_driver_fit *fit) {
    double tail = (1 - fit->options.confidence) / 2;
    return isfinite(fit->df) ? cx_t_quantile_upper(tail, fit->df) : cx_normal_quantile_upper(tail);
}

/* A squared correlation's root has a Fisher z whose error does not depend on it. */
cx_i_driver_limits cx_i_driver_interval(const cx_driver_fit *fit, double value, double se) {
    double quantile = driver_error_quantile(fit);
    bool negative = fit->options.method == CX_IMPORTANCE_PRATT;
    if (isnan(value) || isnan(se) || !(fit->df > 0)) return (cx_i_driver_limits){NAN, NAN};
    if (negative) return (cx_i_driver_limits){value - quantile * se, value + quantile * se};
    if (!(se > 0) || !(value > 0) || value >= 1) return (cx_i_driver_limits){value, value};
    double root = sqrt(value), z = atanh(root);
    double reach = quantile * se / (2 * root * (1 - value));
    double low = z > reach ? tanh(z - reach) : 0, high = tanh(z + reach);
    return (cx_i_driver_limits){low * low, high * high};
}

double cx_i_driver_variance(const cx_driver_fit *fit, const double *weight) {
    int64_t side = fit->p + 1;
    double sum = 0;
    for (int64_t i = 0; i < fit->p; i++)
        for (int64_t k = 0; k < fit->p; k++)
            sum += weight[i] * weight[k] * fit->covariance[i * side + k];
    return sum < 0 ? 0 : sum;
}

/* -- as if rows were normal ---------------------------------------------------------------- */

static void driver_error_product(const double *a, const double *b, int64_t side, double *out) {
    memset(out, 0, (size_t)(side * side) * sizeof *out);
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k < side; k++)
            for (int64_t c = 0; c < side; c++)
                out[i * side + c] += a[i * side + k] * b[k * side + c];
}

/* The trace of a b */
static double driver_error_trace(const double *a, const double *b, int64_t side) {
    double sum = 0;
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k < side; k++) sum += a[i * side + k] * b[k * side + i];
    return sum;
}

/* Of normal columns with correlations R, forms Q and P have the covariance 2 tr(QRPR). */
cx_status cx_i_driver_normal(cx_driver_fit *fit, cx_error *err) {
    int64_t count = fit->p + 1, side = fit->side, cells = side * side;
    double *forms = cx_i_alloc_array(&fit->allocator, 2 * count * cells, sizeof *forms);
    fit->covariance = cx_i_driver_take(fit, count * count, sizeof *fit->covariance);
    cx_status status = forms == NULL || fit->covariance == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = cx_i_driver_forms(fit, forms, err);
    double *products = forms + count * cells;
    for (int64_t i = 0; status == CX_OK && i < count; i++)
        driver_error_product(forms + i * cells, fit->r, side, products + i * cells);
    double freedom = fit->n_eff - (double)fit->rank - 1;
    for (int64_t i = 0; status == CX_OK && i < count; i++)
        for (int64_t k = 0; k <= i; k++)
            fit->covariance[i * count + k] = fit->covariance[k * count + i] =
                freedom > 0
                    ? 2 * driver_error_trace(products + i * cells, products + k * cells, side) /
                          freedom
                    : NAN;
    fit->df = freedom;
    cx_i_free(&fit->allocator, forms);
    return status;
}

/* -- what a random column would reach ------------------------------------------------------ */

/* In Johnson's and CAR's terms: x = (A + I)^-1 v are the new column's rows of the root, and
 * v_y - x'g its part of the outcome. */
static void noise_root(const cx_driver_fit *fit, double *half, double *form) {
    int64_t p = fit->p, side = p + 1;
    const double *vectors = fit->eigen + p * p, *roots = vectors + p * p;
    memset(half, 0, (size_t)(p * p + p) * sizeof *half);
    for (int64_t e = 0; e < p; e++)
        for (int64_t i = 0; i < p; i++)
            for (int64_t k = 0; k < p; k++)
                half[i * p + k] += vectors[e * p + i] * vectors[e * p + k] / (1 + roots[e]);
    double *w = half + p * p;
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = 0; k < p; k++) w[i] += half[i * p + k] * fit->g[k];
    for (int64_t i = 0; i < p; i++) {
        form[p * side + i] -= 2 * w[i];
        for (int64_t k = 0; k < p; k++) {
            form[i * side + k] += w[i] * w[k];
            if (fit->options.method == CX_IMPORTANCE_CAR) continue;
            for (int64_t c = 0; c < p; c++)
                form[i * side + k] += half[c * p + i] * half[c * p + k] * fit->g[c] * fit->g[c];
        }
    }
    form[side * side - 1] += 1;
}

static cx_status noise_model(const cx_driver_fit *fit, double *form, cx_error *err) {
    cx_i_chain chain;
    int64_t p = fit->p, side = p + 1;
    CX_TRY(cx_i_chain_new(&chain, fit->star, side, fit->options.tolerance, &fit->allocator, err));
    for (int64_t j = 0; j < p; j++) cx_i_chain_push(&chain, j);
    cx_i_chain_solve(&chain);
    for (int64_t i = 0; i < chain.size; i++) {
        form[p * side + chain.column[i]] -= 2 * chain.b[i];
        for (int64_t k = 0; k < chain.size; k++)
            form[chain.column[i] * side + chain.column[k]] += chain.b[i] * chain.b[k];
    }
    form[side * side - 1] += 1;
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

static cx_status noise_form(const cx_driver_fit *fit, double *half, double *form, cx_error *err) {
    switch (fit->options.method) {
    case CX_IMPORTANCE_SHAPLEY:
        return cx_i_driver_orders_noise(fit, cx_i_driver_orders_many(fit, 2e9, 32, 500), form, err);
    case CX_IMPORTANCE_LAST:
    case CX_IMPORTANCE_BETA_SQUARED:
        return noise_model(fit, form, err);
    case CX_IMPORTANCE_FIRST:
        form[(fit->p + 1) * (fit->p + 1) - 1] = 1;
        return CX_OK;
    default:
        noise_root(fit, half, form);
        return CX_OK;
    }
}

/* The correlations of a random column are normal with covariance R / (n - 1): its importance, a
 * form of them, is close to a multiple of chi-square with the same mean and variance
 * [Satterthwaite1946]. */
cx_status cx_i_driver_noise(cx_driver_fit *fit, cx_error *err) {
    int64_t side = fit->p + 1, cells = side * side;
    fit->noise = fit->noise_mean = NAN;
    if (fit->options.method == CX_IMPORTANCE_PRATT || !(fit->n_eff > (double)fit->rank + 1))
        return CX_OK;
    double *form = cx_i_alloc_array(&fit->allocator, 3 * cells, sizeof *form);
    if (form == NULL) return cx_i_out_of_memory(err);
    double *product = form + cells, *half = form + 2 * cells;
    cx_status status = noise_form(fit, half, form, err);
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k < i; k++)
            form[i * side + k] = form[k * side + i] = (form[i * side + k] + form[k * side + i]) / 2;
    if (status == CX_OK && fit->left > 0) {
        driver_error_product(form, fit->star, side, product);
        double mean = 0, square = driver_error_trace(product, product, side);
        for (int64_t i = 0; i < side; i++) mean += product[i * side + i];
        bool last = fit->options.method == CX_IMPORTANCE_LAST;
        double unit = fit->left / (fit->n_eff - 1 - (last ? (double)fit->rank : 0));
        fit->noise_mean = unit * mean;
        fit->noise = mean > 0 ? unit * square / mean *
                                    cx_chisq_quantile(fit->options.confidence, mean * mean / square)
                              : 0;
    }
    cx_i_free(&fit->allocator, form);
    return status;
}
