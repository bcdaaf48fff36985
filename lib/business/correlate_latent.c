#include <cxkit/special.h>

#include "business/correlate.h"
#include "stat/estimate.h"
#include "stat/latent.h"

/* -- what goes in ------------------------------------------------------------------------------ */

static cx_status latent_check_levels(int64_t levels, const char *name, cx_error *err) {
    if (levels <= CX_I_LATENT_LEVELS) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT,
                     "column %s has %d different values; ordered answers have at most %d. Numbers "
                     "go with polyserial as x",
                     name, levels, (int64_t)CX_I_LATENT_LEVELS);
}

/* By level of x: standardised, with the divisor n - 1 */
static double *latent_standard(const cx_i_correlate_cells *cells, cx_error *err) {
    const cx_i_two_way *c = &cells->cells;
    double *z = cx_i_alloc_array(cells->allocator, c->kx, sizeof *z), n = (double)c->n;
    if (z == NULL) {
        cx_i_out_of_memory(err);
        return NULL;
    }
    double total = 0, mean = 0, square = 0;
    for (int64_t k = 0; k < c->count; k++) {
        total += c->w[k];
        mean += c->w[k] / total * (cells->value[0][c->x[k]] - mean);
    }
    for (int64_t k = 0; k < c->count; k++) {
        double d = cells->value[0][c->x[k]] - mean;
        square += c->w[k] * d * d;
    }
    double sd = sqrt(square / total * n / (n - 1));
    for (int64_t k = 0; k < c->kx; k++) z[k] = (cells->value[0][k] - mean) / sd;
    return z;
}

/* One empty cell of four: half a row moves there, and the margins stay [BrownBenedetti1977]. */
static void latent_fill_empty(cx_i_two_way *cells) {
    int32_t empty = 6; /* of 2 x + y */
    for (int64_t c = 0; c < 3; c++) empty -= 2 * cells->x[c] + cells->y[c];
    double half = 0.5;
    for (int64_t c = 0; c < 3; c++) half = fmin(half, cells->w[c] / 2);
    for (int64_t c = 0; c < 3; c++)
        cells->w[c] += 2 * cells->x[c] + cells->y[c] == 3 - empty ? half : -half;
    cells->x[3] = empty / 2, cells->y[3] = empty % 2;
    cells->w[3] = half;
    if (cells->weighted) cells->w2[3] = half * half;
    cells->count = 4;
}

/* -- what comes out ---------------------------------------------------------------------------- */

static void latent_by_likelihood(cx_i_latent *latent, const cx_i_latent_fit *fit,
                                 cx_estimate *out) {
    double drop = cx_chisq_quantile(out->confidence, 1) / 2;
    out->ci_low = cx_i_latent_limit(latent, fit, drop, -1);
    out->ci_high = cx_i_latent_limit(latent, fit, drop, 1);
    out->method = CX_METHOD_LIKELIHOOD;
    out->se = fit->error;
}

static cx_estimate latent_estimate(cx_i_latent *latent, const cx_i_latent_fit *fit,
                                   const cx_i_correlate_input *input,
                                   const cx_correlate_options *options) {
    double rho = fit->extreme ? copysign(1, fit->rho) : fit->rho;
    double ratio = 2 * (fit->loglik - fit->independent), z = cx_i_estimate_z(options->confidence);
    cx_estimate out = cx_i_correlate_start(input, rho, options->confidence);
    if (fit->extreme) out.flags |= CX_FLAG_CLIPPED;
    if (latent->cells->weighted) {
        if (!fit->extreme) cx_i_correlate_robust(&out, fit->error, 0);
        return out;
    }
    out.p_value = cx_chisq_sf(ratio > 0 ? ratio : 0, 1);
    if (out.n < 4) return out;
    if (options->joint && !fit->extreme && !isnan(fit->error))
        cx_i_correlate_limits(&out, fit->error / ((1 - rho) * (1 + rho)), z);
    else
        latent_by_likelihood(latent, fit, &out);
    return out;
}

static cx_status latent_solve_for(const cx_i_two_way *cells, const double *z,
                                  const cx_i_correlate_input *input,
                                  const cx_correlate_options *options,
                                  const cx_allocator *allocator, cx_estimate *out, cx_error *err) {
    cx_i_latent latent;
    cx_i_latent_fit fit;
    CX_TRY(cx_i_latent_new(cells, z, allocator, &latent, err));
    cx_status status = options->joint ? cx_i_latent_joint(&latent, &fit, err)
                                      : cx_i_latent_two_step(&latent, &fit, err);
    if (status == CX_OK && !fit.converged && !fit.extreme)
        status = cx_i_fail(err, CX_E_CONVERGENCE,
                           "the likelihood of the correlation of %s and %s has no maximum that "
                           "could be found",
                           input->name[0], input->name[1]);
    if (status == CX_OK) *out = latent_estimate(&latent, &fit, input, options);
    cx_i_latent_free(&latent);
    return status;
}

static cx_status latent_polychoric(const cx_i_correlate_cells *cells,
                                   const cx_i_correlate_input *input,
                                   const cx_correlate_options *options, cx_estimate *out,
                                   cx_error *err) {
    const cx_i_two_way *from = &cells->cells;
    cx_i_correlate_cells filled;
    CX_TRY(latent_check_levels(from->kx, input->name[0], err));
    CX_TRY(latent_check_levels(from->ky, input->name[1], err));
    if (from->kx != 2 || from->ky != 2 || from->count != 3)
        return latent_solve_for(from, NULL, input, options, cells->allocator, out, err);
    CX_TRY(cx_i_correlate_cells_make(4, 2, 2, from->weighted, cells->allocator, &filled, err));
    for (int64_t c = 0; c < 3; c++) {
        filled.cells.x[c] = from->x[c], filled.cells.y[c] = from->y[c];
        filled.cells.w[c] = from->w[c], filled.cells.w2[c] = from->w2[c];
    }
    filled.cells.n = from->n, filled.cells.count = 3;
    latent_fill_empty(&filled.cells);
    cx_status status =
        latent_solve_for(&filled.cells, NULL, input, options, cells->allocator, out, err);
    cx_i_correlate_cells_free(&filled);
    if (status == CX_OK) out->flags |= CX_FLAG_ADJUSTED;
    return status;
}

cx_status cx_i_correlate_latent(const cx_i_correlate_cells *cells,
                                const cx_i_correlate_input *input,
                                const cx_correlate_options *options, cx_estimate *out,
                                cx_error *err) {
    if (options->method == CX_CORRELATION_POLYCHORIC)
        return latent_polychoric(cells, input, options, out, err);
    CX_TRY(latent_check_levels(cells->cells.ky, input->name[1], err));
    double *z = latent_standard(cells, err);
    if (z == NULL) return CX_E_MEMORY;
    cx_status status =
        latent_solve_for(&cells->cells, z, input, options, cells->allocator, out, err);
    cx_i_free(cells->allocator, z);
    return status;
}
