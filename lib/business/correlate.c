#include "business/correlate.h"

#include <cxkit/special.h>

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
                                      .confidence = CX_I_DEFAULT_CONFIDENCE,
                                      .levels = 11};
}

cx_status cx_i_correlate_options(const cx_correlate_options *given, cx_correlate_options *options,
                                 cx_error *err) {
    cx_correlate_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_correlate_options", err));
    if (options->method < 0 || options->method >= CX_CORRELATION_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is not a correlation",
                         (int64_t)options->method);
    if (options->joint != 0 && options->joint != 1)
        return cx_i_fail(err, CX_E_OPTION, "joint is %d; it has to be 0 or 1",
                         (int64_t)options->joint);
    if (options->reserved != 0)
        return cx_i_fail(err, CX_E_OPTION, "reserved is %d; it has to be 0",
                         (int64_t)options->reserved);
    if (options->part < 0 || options->part > 2)
        return cx_i_fail(err, CX_E_OPTION, "part is %d; it has to be 0 (both), 1 (x) or 2 (y)",
                         (int64_t)options->part);
    if (options->levels < 2 || options->levels > CX_I_LATENT_LEVELS)
        return cx_i_fail(err, CX_E_OPTION, "levels is %d; it has to be from 2 to %d",
                         (int64_t)options->levels, (int64_t)CX_I_LATENT_LEVELS);
    return cx_i_check_confidence(options->confidence, err);
}

/* -- interval and test --------------------------------------------------------------------- */

void cx_i_correlate_limits(cx_estimate *out, double se_z, double quantile) {
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

void cx_i_correlate_classical(cx_estimate *out, double spent) {
    double n = out->n_eff - spent;
    out->p_value = correlate_t(out->value, n - 2);
    if (n > 3) cx_i_correlate_limits(out, 1 / sqrt(n - 3), cx_i_estimate_z(out->confidence));
}

void cx_i_correlate_robust(cx_estimate *out, double se_r, double spent) {
    double rest = (1 - out->value) * (1 + out->value), n = out->n_eff - spent;
    if (!(n > 3)) return;
    out->df = n - 2;
    double quantile = cx_t_quantile_upper((1 - out->confidence) / 2, out->df);
    cx_i_correlate_limits(out, rest > 0 ? se_r / rest : 0, quantile);
    out->p_value = rest > 0 ? 2 * cx_t_sf(atanh(fabs(out->value)) * rest / se_r, out->df) : 0;
}

double cx_i_correlate_n_eff(const cx_i_correlate_input *input) {
    if (input->column[2] == NULL || input->n == 0) return (double)input->n;
    return input->w.hi / (input->w2.hi / input->w.hi);
}

cx_estimate cx_i_correlate_start(const cx_i_correlate_input *input, double r, double confidence) {
    cx_estimate out = cx_i_estimate_new(confidence, CX_UNIT_CORRELATION);
    out.value = r;
    out.ci_low = -1, out.ci_high = 1;
    out.method = CX_METHOD_FISHER_Z;
    out.n = input->n;
    out.n_eff = cx_i_correlate_n_eff(input);
    out.sum_w = cx_i_tf_double(input->w);
    out.excluded[CX_EXCLUDED_MISSING] = input->missing;
    out.excluded[CX_EXCLUDED_ZERO_WEIGHT] = input->zero;
    if (out.n_eff < 5) out.flags |= CX_FLAG_FEW;
    if (input->column[2] != NULL) out.flags |= CX_FLAG_WEIGHTED;
    return out;
}

cx_status cx_i_correlate_check(int64_t n, bool x_varies, bool y_varies, const char *x,
                               const char *y, cx_error *err) {
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no complete row of %s and %s", x, y);
    if (n == 1)
        return cx_i_fail(err, CX_E_FEW, "one complete row of %s and %s has no correlation", x, y);
    if (x_varies && y_varies) return CX_OK;
    const char *constant = x_varies ? y : x;
    return cx_i_blame(err, constant,
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
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    CX_TRY(correlate_check_position(x, i, err));
    CX_TRY(correlate_check_position(x, j, err));
    cx_i_moments_view view = cx_i_moments_see(x, i, j);
    const cx_i_sums *sums = view.sums, *all = cx_i_moments_now(x);
    CX_TRY(cx_i_correlate_check(sums->n, cx_i_moments_product(sums, view.i, view.i).hi > 0,
                                cx_i_moments_product(sums, view.j, view.j).hi > 0, x->names[i],
                                x->names[j], err));
    cx_array weights = {0};
    cx_i_correlate_input input = {.column = {NULL, NULL, all->weighted ? &weights : NULL},
                                  .n = sums->n,
                                  .missing = all->n + all->missing - sums->n,
                                  .zero = all->zero,
                                  .w = sums->w,
                                  .w2 = sums->w2};
    cx_estimate result =
        cx_i_correlate_start(&input, cx_moments_correlation(x, i, j), chosen.confidence);
    cx_i_correlate_classical(&result, 0);
    *out = result;
    return CX_OK;
}

/* -- from rows ----------------------------------------------------------------------------- */

static cx_status correlate_check_row(const cx_i_correlate_input *input,
                                     const cx_i_correlate_block *block, int64_t r, int64_t row,
                                     cx_error *err) {
    for (int c = 0; c < 2; c++) {
        if (!isinf(block->value[c][r])) continue;
        cx_array named = *input->column[c];
        named.name = input->name[c];
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, block->value[c][r],
                            "the value is infinite; give a number or leave it missing");
    }
    if (input->column[2] == NULL) return CX_OK;
    return cx_i_weight_check(input->column[2], row, block->value[2][r], err);
}

cx_status cx_i_correlate_read(cx_i_correlate_input *input, int64_t start, int64_t count,
                              cx_i_correlate_block *block, cx_error *err) {
    for (int c = 0; c < 2; c++) cx_i_array_read(input->column[c], start, count, block->value[c]);
    if (input->column[2] != NULL) cx_i_array_read(input->column[2], start, count, block->value[2]);
    for (int64_t r = 0; r < count && input->column[2] == NULL; r++) block->value[2][r] = 1;
    block->rows = 0;
    for (int64_t r = 0; r < count; r++) {
        CX_TRY(correlate_check_row(input, block, r, start + r, err));
        double x = block->value[0][r], y = block->value[1][r], w = block->value[2][r];
        if (isnan(x) || isnan(y))
            input->missing++;
        else if (w == 0)
            input->zero++;
        else {
            block->value[0][block->rows] = x;
            block->value[1][block->rows] = y;
            block->value[2][block->rows++] = w;
        }
    }
    return CX_OK;
}

cx_status cx_i_correlate_columns(cx_i_correlate_input *input, cx_error *err) {
    static const char *const roles[] = {"x", "y", "weights"};
    for (int c = 0; c < 3; c++) {
        if (c == 2 && input->column[c] == NULL) break;
        CX_TRY(cx_i_array_check(input->column[c], roles[c], CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(input->column[0], "x", input->column[c], roles[c], err));
        input->name[c] = cx_i_array_name(input->column[c], roles[c]);
    }
    return CX_OK;
}

cx_status cx_correlate(const cx_array *x, const cx_array *y, const cx_array *weights,
                       const cx_correlate_options *options, cx_estimate *out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_correlate_options chosen;
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    cx_i_correlate_input input = {.column = {x, y, weights}};
    CX_TRY(cx_i_correlate_columns(&input, err));
    if (chosen.method == CX_CORRELATION_PEARSON)
        return cx_i_correlate_pearson(&input, &chosen, out, err);
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    cx_i_correlate_cells cells;
    bool ranks = chosen.method >= CX_CORRELATION_SPEARMAN && chosen.method <= CX_CORRELATION_SOMERS;
    CX_TRY(cx_i_correlate_cells_new(&input, ranks, &allocator, &cells, err));
    cx_status status = cx_i_correlate_cells_estimate(&cells, &input, &chosen, out, err);
    cx_i_correlate_cells_free(&cells);
    return status;
}

cx_status cx_i_correlate_cells_estimate(const cx_i_correlate_cells *cells,
                                        const cx_i_correlate_input *input,
                                        const cx_correlate_options *options, cx_estimate *out,
                                        cx_error *err) {
    CX_TRY(cx_i_correlate_check(input->n, cells->cells.kx > 1, cells->cells.ky > 1, input->name[0],
                                input->name[1], err));
    if (options->method == CX_CORRELATION_PEARSON)
        return cx_i_correlate_pearson_cells(cells, input, options, out, err);
    if (options->method == CX_CORRELATION_MIXED)
        return cx_i_correlate_mixed(cells, input, options, out, err);
    if (options->method >= CX_CORRELATION_POLYCHORIC)
        return cx_i_correlate_latent(cells, input, options, out, err);
    return cx_i_correlate_rank(cells, input, options, out, err);
}

/* -- whichever fits ---------------------------------------------------------------------------- */

bool cx_i_correlate_ordered(const double *value, int64_t levels, int64_t most) {
    bool whole = levels <= most;
    for (int64_t k = 0; k < levels && whole; k++) whole = value[k] == floor(value[k]);
    return whole;
}

int32_t cx_i_correlate_kind(bool x_ordered, bool y_ordered) {
    if (x_ordered && y_ordered) return CX_CORRELATION_POLYCHORIC;
    return x_ordered || y_ordered ? CX_CORRELATION_POLYSERIAL : CX_CORRELATION_PEARSON;
}

cx_status cx_i_correlate_mixed(const cx_i_correlate_cells *cells, const cx_i_correlate_input *input,
                               const cx_correlate_options *options, cx_estimate *out,
                               cx_error *err) {
    const cx_i_two_way *from = &cells->cells;
    bool x = cx_i_correlate_ordered(cells->value[0], from->kx, options->levels);
    bool y = cx_i_correlate_ordered(cells->value[1], from->ky, options->levels);
    cx_correlate_options chosen = *options;
    chosen.method = cx_i_correlate_kind(x, y);
    if (!x || y) return cx_i_correlate_cells_estimate(cells, input, &chosen, out, err);
    cx_i_correlate_input swapped = *input;
    cx_i_correlate_cells turned = *cells;
    swapped.name[0] = input->name[1], swapped.name[1] = input->name[0];
    turned.value[0] = cells->value[1], turned.value[1] = cells->value[0];
    turned.cells.kx = from->ky, turned.cells.ky = from->kx;
    turned.cells.x = from->y, turned.cells.y = from->x;
    return cx_i_correlate_cells_estimate(&turned, &swapped, &chosen, out, err);
}
