#include <cxkit/adaptive.h>

#include "base/array.h"
#include "stat/estimate.h"
#include "stat/sequence.h"

/* The running mean of the levels, at every look [Howard2021]. */

void cx_running_options_init(cx_running_options *options) {
    if (options == NULL) return;
    *options = (cx_running_options){.struct_size = sizeof *options,
                                    .low = -100,
                                    .high = 100,
                                    .optimise_at = 30,
                                    .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status running_options(const cx_running_options *given, cx_running_options *used,
                                 cx_error *err) {
    cx_running_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_running_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (!(isfinite(used->low) && isfinite(used->high) && used->low < used->high))
        return cx_i_fail(err, CX_E_OPTION, "the range %g to %g is not one", used->low, used->high);
    if (!(used->optimise_at > 0 && used->optimise_at < INFINITY))
        return cx_i_fail(err, CX_E_OPTION, "optimise_at is %g: a number of periods above 0",
                         used->optimise_at);
    if (!(used->spread >= 0 && used->spread < INFINITY))
        return cx_i_fail(err, CX_E_OPTION, "spread is %g: 0 or more", used->spread);
    if (used->spread == 0) used->spread = (used->high - used->low) / 40;
    return CX_OK;
}

typedef struct running_state {
    cx_running_options options;
    const cx_array *estimates, *predicted;
    double alpha, rho;
} running_state;

static cx_status running_read(const running_state *state, const cx_array *column, int64_t row,
                              double *value, cx_error *err) {
    double low = state->options.low, high = state->options.high;
    cx_i_array_read(column, row, 1, value);
    if (*value >= low && *value <= high) return CX_OK;
    if (isnan(*value))
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, *value, "the period has no number");
    return cx_i_fail_at(err, CX_E_DOMAIN, column, row, *value, "%g is outside %g to %g", *value,
                        low, high);
}

static cx_status running_fill(const running_state *state, cx_table *table, cx_error *err) {
    double *value, *ci_low, *ci_high, *v, sum = 0, square = 0;
    double low = state->options.low, high = state->options.high;
    CX_TRY(cx_i_table_f64(table, "value", &value, err));
    CX_TRY(cx_i_table_f64(table, "ci_low", &ci_low, err));
    CX_TRY(cx_i_table_f64(table, "ci_high", &ci_high, err));
    CX_TRY(cx_i_table_f64(table, "v", &v, err));
    for (int64_t t = 0; t < state->estimates->length; t++) {
        double estimate, predicted = t == 0 ? low + (high - low) / 2 : sum / (double)t;
        CX_TRY(running_read(state, state->estimates, t, &estimate, err));
        if (state->predicted != NULL)
            CX_TRY(running_read(state, state->predicted, t, &predicted, err));
        sum += estimate;
        square += (estimate - predicted) * (estimate - predicted);
        double bound = cx_i_gamma_mixture_bound(square, state->rho, high - low, state->alpha);
        double mean = sum / (double)(t + 1), half = bound / (double)(t + 1);
        value[t] = mean;
        ci_low[t] = fmax(mean - half, low);
        ci_high[t] = fmin(mean + half, high);
        v[t] = square;
    }
    return CX_OK;
}

cx_status cx_running_mean(const cx_array *estimates, const cx_array *predicted,
                          const cx_running_options *options, cx_table **out, cx_error *err) {
    running_state state = {.estimates = estimates, .predicted = predicted};
    cx_table *table;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(running_options(options, &state.options, err));
    CX_TRY(cx_i_array_check(estimates, "estimates", CX_I_NUMBERS, err));
    if (predicted != NULL) {
        CX_TRY(cx_i_array_check(predicted, "predicted", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(estimates, "estimates", predicted, "predicted", err));
    }
    if (estimates->length == 0) return cx_i_fail(err, CX_E_EMPTY, "there are no periods");
    state.alpha = (1 - state.options.confidence) / 2;
    double spread = state.options.spread;
    state.rho = cx_i_one_sided_rho(state.options.optimise_at * spread * spread, state.alpha);
    cx_allocator allocator = cx_i_allocator(state.options.allocator);
    CX_TRY(cx_i_table_new(estimates->length, &allocator, &table, err));
    cx_status status = running_fill(&state, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
