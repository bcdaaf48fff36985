#include "business/driver_model.h"

#include <cxkit/estimate.h>

#include "base/names.h"
#include "business/moments.h"

/* -- which columns ------------------------------------------------------------------------- */

static cx_i_named driver_columns(const cx_i_driver_source *from) {
    return (cx_i_named){from->name, from->count, "x has"};
}

static bool driver_is_used(const cx_i_driver_source *from, int64_t column) {
    for (int64_t i = 0; i < from->all; i++)
        if (from->use[i] == column) return true;
    return column == from->outcome;
}

static cx_status driver_use_names(cx_i_driver_source *from, const cx_array *names, const char *role,
                                  cx_error *err) {
    cx_i_named columns = driver_columns(from);
    if (names == NULL) return CX_OK;
    CX_TRY(cx_i_names_check(names, role, err));
    for (int64_t i = 0; i < names->length; i++) {
        int64_t column;
        CX_TRY(cx_i_named_at(&columns, names, role, i, &column, err));
        if (driver_is_used(from, column))
            return cx_i_fail(err, CX_E_OPTION, "column %s is used twice in the model",
                             from->name[column]);
        from->use[from->all++] = column;
    }
    return CX_OK;
}

static cx_status driver_check_size(const cx_driver_fit *fit, cx_error *err) {
    bool errors = fit->options.errors != CX_DRIVER_ERRORS_NONE;
    int64_t most = errors ? CX_DRIVERS_INTERVALS : CX_DRIVERS_MOST;
    if (fit->p == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no driver");
    if (fit->p <= most) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT,
                     "%d drivers are more than %d%s: name fewer, join items that belong together "
                     "into one, or move some to adjust",
                     fit->p, most, errors ? " with errors" : "");
}

cx_status cx_i_driver_choose(cx_driver_fit *fit, cx_i_driver_source *from, const cx_array *drivers,
                             const char *outcome, const cx_driver_options *options, cx_error *err) {
    cx_i_named columns = driver_columns(from);
    if (outcome == NULL) return cx_i_fail(err, CX_E_NULL, "outcome is missing");
    CX_TRY(cx_i_named_find(&columns, outcome, &from->outcome, err));
    from->use = cx_i_driver_take(fit, from->count, sizeof *from->use);
    if (from->use == NULL) return cx_i_out_of_memory(err);
    CX_TRY(driver_use_names(from, options->adjust, "adjust", err));
    fit->adjust = from->all;
    CX_TRY(driver_use_names(from, drivers, "drivers", err));
    for (int64_t i = 0; i < from->count && drivers == NULL; i++)
        if (!driver_is_used(from, i)) from->use[from->all++] = i;
    fit->all = from->all;
    fit->p = fit->all - fit->adjust;
    fit->side = fit->all + 1;
    CX_TRY(driver_check_size(fit, err));
    return cx_i_driver_groups(fit, options->groups, drivers, err);
}

int64_t cx_i_driver_source_column(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                  int64_t i) {
    return i < fit->all ? from->use[i] : from->outcome;
}

/* -- what every model has ------------------------------------------------------------------ */

static cx_status driver_copy_names(cx_driver_fit *fit, const cx_i_driver_source *from,
                                   cx_error *err) {
    size_t bytes = 0;
    for (int64_t i = 0; i < fit->side; i++)
        bytes += strlen(from->name[cx_i_driver_source_column(fit, from, i)]) + 1;
    fit->name = cx_i_driver_take(fit, fit->side, sizeof *fit->name);
    char *text = cx_i_driver_take(fit, (int64_t)bytes, 1);
    if (fit->name == NULL || text == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < fit->side; i++) {
        const char *name = from->name[cx_i_driver_source_column(fit, from, i)];
        fit->name[i] = text;
        memcpy(text, name, strlen(name));
        text += strlen(name) + 1;
    }
    return CX_OK;
}

cx_status cx_i_driver_model_room(cx_driver_fit *fit, const cx_i_driver_source *from,
                                 cx_error *err) {
    CX_TRY(driver_copy_names(fit, from, err));
    fit->r = cx_i_driver_take(fit, fit->side * fit->side, sizeof *fit->r);
    fit->constant = cx_i_driver_take(fit, fit->p, sizeof *fit->constant);
    fit->beta = cx_i_driver_take(fit, fit->all, sizeof *fit->beta);
    fit->coefficient = cx_i_driver_take(fit, fit->all, sizeof *fit->coefficient);
    fit->dropped = cx_i_driver_take(fit, fit->all, sizeof *fit->dropped);
    if (fit->r == NULL || fit->constant == NULL || fit->beta == NULL || fit->coefficient == NULL ||
        fit->dropped == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* -- partners of a dropped column ---------------------------------------------------------- */

/* Joins the names whose coefficient is above 0.1, or that of the largest. */
static char *driver_join(cx_driver_fit *fit, const cx_i_chain *chain, const double *x) {
    size_t bytes = 1;
    double least = 0.1, largest = 0;
    for (int64_t k = 0; k < chain->size; k++) largest = fmax(largest, fabs(x[k]));
    if (largest <= least) least = largest * 0.999;
    for (int64_t k = 0; k < chain->size; k++)
        if (fabs(x[k]) > least) bytes += strlen(fit->name[chain->column[k]]) + 2;
    char *text = cx_i_driver_take(fit, (int64_t)bytes, 1), *at = text;
    for (int64_t k = 0; k < chain->size && text != NULL; k++) {
        if (!(fabs(x[k]) > least)) continue;
        const char *name = fit->name[chain->column[k]];
        if (at != text) memcpy(at, ", ", 2), at += 2;
        memcpy(at, name, strlen(name));
        at += strlen(name);
    }
    return text;
}

static cx_status driver_explain(cx_driver_fit *fit, cx_i_chain *chain, double *x, cx_error *err) {
    int64_t named = 0;
    for (int64_t i = 0; i < fit->all; i++) {
        int64_t j = i - fit->adjust;
        if (!fit->dropped[i]) {
            cx_i_chain_push(chain, i);
            continue;
        }
        if (j < 0 || fit->constant[j] || chain->size == 0) continue;
        if (++named > CX_I_DRIVER_PARTNERS) return CX_OK;
        for (int64_t k = 0; k < chain->size; k++) x[k] = fit->r[i * fit->side + chain->column[k]];
        cx_i_chain_inverse(chain, x);
        fit->partners[j] = driver_join(fit, chain, x);
        if (fit->partners[j] == NULL) return cx_i_out_of_memory(err);
    }
    return CX_OK;
}

cx_status cx_i_driver_partners(cx_driver_fit *fit, cx_error *err) {
    cx_i_chain chain = {0};
    fit->partners = cx_i_driver_take(fit, fit->p, sizeof *fit->partners);
    double *x = cx_i_alloc_array(&fit->allocator, fit->side, sizeof *x);
    cx_status status = fit->partners == NULL || x == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK)
        status =
            cx_i_chain_new(&chain, fit->r, fit->side, fit->options.tolerance, &fit->allocator, err);
    if (status == CX_OK) status = driver_explain(fit, &chain, x, err);
    cx_i_free(&fit->allocator, chain.memory);
    cx_i_free(&fit->allocator, x);
    return status;
}

/* -- from moments -------------------------------------------------------------------------- */

static cx_status driver_check_moments(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                      const cx_moments *x, cx_error *err) {
    int64_t n = cx_moments_n(x);
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no complete row");
    if (n <= fit->all)
        return cx_i_fail(err, CX_E_FEW, "%d complete rows cannot tell %d columns apart", n,
                         fit->all);
    if (cx_i_moments_product(cx_i_moments_now(x), from->outcome, from->outcome).hi > 0)
        return CX_OK;
    return cx_i_blame(
        err, from->name[from->outcome],
        cx_i_fail(err, CX_E_CONSTANT, "the outcome %s is constant", from->name[from->outcome]));
}

/* A constant column has no correlation, not even with itself, and so never comes in. */
static void driver_correlate(cx_driver_fit *fit, const cx_i_driver_source *from,
                             const cx_moments *x) {
    for (int64_t i = 0; i < fit->side; i++)
        for (int64_t k = i; k < fit->side; k++) {
            double r = cx_moments_correlation(x, cx_i_driver_source_column(fit, from, i),
                                              cx_i_driver_source_column(fit, from, k));
            if (isnan(r)) r = 0;
            fit->r[i * fit->side + k] = fit->r[k * fit->side + i] = i == k && r != 0 ? 1 : r;
        }
    for (int64_t j = 0; j < fit->p; j++)
        fit->constant[j] = !(fit->r[(fit->adjust + j) * (fit->side + 1)] > 0);
}

/* In twice the digits, from the state. */
static cx_status driver_regress(cx_driver_fit *fit, const cx_i_driver_source *from,
                                const cx_moments *x, cx_error *err) {
    cx_i_fit model = {.dropped = fit->dropped};
    model.coefficient = cx_i_alloc_array(&fit->allocator, fit->all, sizeof *model.coefficient);
    if (model.coefficient == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_moments_fit(x, from->outcome, from->use, fit->all, true,
                                        fit->options.tolerance, &model, err);
    double y = sqrt(cx_moments_variance(x, from->outcome));
    for (int64_t i = 0; status == CX_OK && i < fit->all; i++) {
        double b = fit->dropped[i] ? NAN : cx_i_tf_double(model.coefficient[i]);
        fit->coefficient[i] = b;
        fit->beta[i] = b * (sqrt(cx_moments_variance(x, from->use[i])) / y);
    }
    fit->rank = model.rank;
    cx_i_free(&fit->allocator, model.coefficient);
    return status;
}

cx_status cx_i_driver_model(cx_driver_fit *fit, const cx_moments *x, const cx_array *drivers,
                            const char *outcome, const cx_driver_options *options, cx_error *err) {
    cx_i_driver_source from = {.name = (const char *const *)x->names, .count = x->p, .outcome = -1};
    CX_TRY(cx_i_driver_choose(fit, &from, drivers, outcome, options, err));
    CX_TRY(driver_check_moments(fit, &from, x, err));
    CX_TRY(cx_i_driver_model_room(fit, &from, err));
    fit->n = (double)cx_moments_n(x);
    fit->n_eff = cx_moments_n_eff(x);
    fit->missing = cx_moments_excluded(x, CX_EXCLUDED_MISSING);
    fit->unweighted = cx_moments_excluded(x, CX_EXCLUDED_ZERO_WEIGHT);
    driver_correlate(fit, &from, x);
    CX_TRY(driver_regress(fit, &from, x, err));
    return cx_i_driver_partners(fit, err);
}
