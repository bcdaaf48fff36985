#include "business/driver.h"

#include "business/moments.h"
#include "stat/estimate.h"

static const char *const driver_importance_names[] = {
#define DRIVER_NAME(name, number, text) [number] = text,
    CX_IMPORTANCE_LIST(DRIVER_NAME)
#undef DRIVER_NAME
};

static const char *const driver_errors_names[] = {
#define DRIVER_NAME(name, number, text) [number] = text,
    CX_DRIVER_ERRORS_LIST(DRIVER_NAME)
#undef DRIVER_NAME
};

static const char *const driver_outcome_names[] = {
#define DRIVER_NAME(name, number, text) [number] = text,
    CX_DRIVER_OUTCOME_LIST(DRIVER_NAME)
#undef DRIVER_NAME
};

const char *cx_importance_name(int32_t method) {
    return method >= 0 && method < CX_IMPORTANCE_END ? driver_importance_names[method] : "unknown";
}

const char *cx_driver_errors_name(int32_t errors) {
    return errors >= 0 && errors < CX_DRIVER_ERRORS_END ? driver_errors_names[errors] : "unknown";
}

const char *cx_driver_outcome_name(int32_t outcome) {
    return outcome >= 0 && outcome < CX_DRIVER_OUTCOME_END ? driver_outcome_names[outcome]
                                                           : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

void cx_driver_options_init(cx_driver_options *options) {
    if (options == NULL) return;
    *options = (cx_driver_options){.struct_size = sizeof *options,
                                   .method = CX_IMPORTANCE_SHAPLEY,
                                   .tolerance = 1e-9,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE,
                                   .draws = 2000,
                                   .seed = 1};
}

static cx_status driver_check_numbers(const cx_driver_options *o, cx_error *err) {
    if (!(o->tolerance > 0 && o->tolerance < 1))
        return cx_i_fail(err, CX_E_OPTION, "tolerance is %g and must lie between 0 and 1",
                         o->tolerance);
    if (o->orders != 0 && (o->orders < 2 || o->orders > 10000000))
        return cx_i_fail(err, CX_E_OPTION, "orders is %d: 0 for the default, or 2 to 10000000",
                         o->orders);
    if (o->draws < 100 || o->draws > 1000000)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d: 100 to 1000000", o->draws);
    return cx_i_check_confidence(o->confidence, err);
}

cx_status cx_i_driver_options(const cx_driver_options *given, cx_driver_options *options,
                              cx_error *err) {
    cx_driver_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_driver_options", err));
    if (options->method < 0 || options->method >= CX_IMPORTANCE_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is not a way to share out variance",
                         (int64_t)options->method);
    if (options->errors < 0 || options->errors >= CX_DRIVER_ERRORS_END)
        return cx_i_fail(err, CX_E_OPTION, "errors is %d, which is not a cx_driver_errors",
                         (int64_t)options->errors);
    if (options->outcome < 0 || options->outcome >= CX_DRIVER_OUTCOME_END)
        return cx_i_fail(err, CX_E_OPTION, "outcome is %d, which is not a cx_driver_outcome",
                         (int64_t)options->outcome);
    return driver_check_numbers(options, err);
}

/* -- memory -------------------------------------------------------------------------------- */

void *cx_i_driver_take(cx_driver_fit *fit, int64_t count, size_t element) {
    if (fit->pieces == CX_I_DRIVER_PIECES) return NULL;
    void *piece = cx_i_alloc_array(&fit->allocator, count, element);
    if (piece != NULL) fit->piece[fit->pieces++] = piece;
    return piece;
}

cx_status cx_i_driver_new(const cx_driver_options *options, const cx_allocator *allocator,
                          cx_driver_fit **out, cx_error *err) {
    cx_allocator own = cx_i_allocator(options->allocator != NULL ? options->allocator : allocator);
    cx_driver_fit *fit = cx_i_alloc(&own, sizeof *fit);
    if (fit == NULL) return cx_i_out_of_memory(err);
    fit->allocator = own;
    fit->options = *options;
    fit->options.adjust = fit->options.groups = NULL;
    fit->options.allocator = NULL;
    *out = fit;
    return CX_OK;
}

void cx_driver_fit_free(cx_driver_fit *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int i = 0; i < self->pieces; i++) cx_i_free(&allocator, self->piece[i]);
    cx_i_free(&allocator, self);
}

/* -- from moments -------------------------------------------------------------------------- */

static cx_status driver_from_moments(cx_driver_fit *fit, const cx_moments *x,
                                     const cx_array *drivers, const char *outcome,
                                     const cx_driver_options *options, cx_error *err) {
    if (x->pairs != NULL) return cx_i_driver_pairwise(fit, x, drivers, outcome, options, err);
    CX_TRY(cx_i_driver_model(fit, x, drivers, outcome, options, err));
    CX_TRY(cx_i_driver_room(fit, err));
    CX_TRY(cx_i_driver_share(fit, err));
    CX_TRY(cx_i_driver_noise(fit, err));
    if (options->errors == CX_DRIVER_ERRORS_NONE) return CX_OK;
    return cx_i_driver_normal(fit, err);
}

cx_status cx_driver_fit_moments(const cx_moments *x, const cx_array *drivers, const char *outcome,
                                const cx_driver_options *options, cx_driver_fit **out,
                                cx_error *err) {
    if (x == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", x == NULL ? "x" : "out");
    cx_driver_options chosen;
    CX_TRY(cx_i_driver_options(options, &chosen, err));
    if (chosen.outcome != CX_DRIVER_OUTCOME_NUMERIC)
        return cx_i_fail(err, CX_E_OPTION,
                         "an outcome that is %s needs rows: moments do not know the answers",
                         cx_driver_outcome_name(chosen.outcome));
    if (chosen.errors != CX_DRIVER_ERRORS_NONE && chosen.errors != CX_DRIVER_ERRORS_NORMAL)
        return cx_i_fail(err, CX_E_OPTION,
                         "errors %s need rows, whose fourth moments the state does not keep: give "
                         "the rows, or take the errors of normal columns",
                         cx_driver_errors_name(chosen.errors));
    cx_driver_fit *fit;
    CX_TRY(cx_i_driver_new(&chosen, &x->allocator, &fit, err));
    cx_status status = driver_from_moments(fit, x, drivers, outcome, &chosen, err);
    if (status == CX_OK)
        *out = fit;
    else
        cx_driver_fit_free(fit);
    return status;
}

cx_status cx_drivers(const cx_moments *x, const cx_array *drivers, const char *outcome,
                     const cx_driver_options *options, cx_table **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_driver_fit *fit;
    CX_TRY(cx_driver_fit_moments(x, drivers, outcome, options, &fit, err));
    cx_status status = cx_driver_fit_table(fit, out, err);
    cx_driver_fit_free(fit);
    return status;
}
