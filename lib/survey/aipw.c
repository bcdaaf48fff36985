#include <cxkit/nonrespondents.h>

#include <cxkit/special.h>

#include "stat/estimate.h"
#include "survey/chances.h"

void cx_aipw_options_init(cx_aipw_options *options) {
    if (options == NULL) return;
    *options = (cx_aipw_options){.struct_size = sizeof *options,
                                 .unit = CX_UNIT_SCALE,
                                 .low = (double)NAN,
                                 .high = (double)NAN,
                                 .threshold = (double)NAN,
                                 .confidence = CX_I_DEFAULT_CONFIDENCE};
}

static cx_status aipw_options(const cx_aipw_options *given, cx_aipw_options *used, cx_error *err) {
    cx_aipw_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_aipw_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (used->normalise < 0 || used->normalise > 1)
        return cx_i_fail(err, CX_E_OPTION, "normalise is %d: 0 or 1", (int64_t)used->normalise);
    if (used->unit < 0 || used->unit >= CX_UNIT_END)
        return cx_i_fail(err, CX_E_OPTION, "unit is %d, which is not a cx_unit",
                         (int64_t)used->unit);
    if (!(used->trim >= 0 && used->trim < 1))
        return cx_i_fail(err, CX_E_OPTION, "trim is %g: 0 or more and below 1", used->trim);
    return CX_OK;
}

/* -- sums ---------------------------------------------------------------------------------- */

typedef struct aipw_call {
    const cx_array *y, *predicted;
    cx_i_chances chances;
    cx_aipw_options options;
    double y_read[CX_I_BLOCK], f[CX_I_BLOCK];
    int64_t asked, n, missing, zero, trimmed;
    double sum_w, sum_w2;        /* of everybody */
    double sum_a;                /* of w / rho of the answers */
    double sum_wy, sum_answered; /* of w y and w of the answers */
    double sum_f, sum_rest;      /* of w f; of w (y - f) / rho */
    double largest;
    double squares; /* of the influence values */
} aipw_call;

/* A row's weight, 0 for one that is left out; *a is weight / chance for an answer, else 0. */
static cx_status aipw_row(aipw_call *call, int64_t i, double *w, double *a, bool *trimmed,
                          cx_error *err) {
    int64_t row = call->chances.start + i;
    double rho = fmax(call->chances.rho[i], call->options.trim);
    if (isinf(call->f[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, call->predicted, row, call->f[i],
                            "the prediction is infinite");
    if (isinf(call->y_read[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, call->y, row, call->y_read[i],
                            "the answer is infinite");
    *w = isnan(call->f[i]) ? 0 : call->chances.w[i];
    *a = isnan(call->y_read[i]) ? 0 : *w / rho;
    *trimmed = *a > 0 && rho > call->chances.rho[i];
    return CX_OK;
}

static void aipw_count(aipw_call *call, int64_t i, double w, double a) {
    if (isnan(call->f[i])) call->missing++;
    if (!isnan(call->f[i]) && !(w > 0)) call->zero++;
    if (!(w > 0)) return;
    double f = call->f[i], y = call->y_read[i];
    call->asked++;
    call->sum_w += w;
    call->sum_w2 += w * w;
    call->sum_f += w * f;
    if (!(a > 0)) return;
    call->n++;
    call->sum_a += a;
    call->sum_answered += w;
    call->sum_wy += w * y;
    call->sum_rest += a * (y - f);
    call->largest = fmax(call->largest, a / w);
}

/* What a row adds to the estimate, and how far that is from its mean. */
static void aipw_spread(aipw_call *call, int64_t i, double w, double a) {
    if (!(w > 0)) return;
    double f = call->f[i], rest = a > 0 ? call->y_read[i] - f : 0, influence;
    double mean_f = call->sum_f / call->sum_w;
    if (call->options.normalise) {
        double mean_rest = call->sum_rest / call->sum_a;
        influence = w * (f - mean_f) / call->sum_w;
        if (a > 0) influence += a * (rest - mean_rest) / call->sum_a;
    } else {
        double theta = (call->sum_f + call->sum_rest) / call->sum_w;
        influence = (w * (f - theta) + a * rest) / call->sum_w;
    }
    call->squares += influence * influence;
}

static cx_status aipw_pass(aipw_call *call, bool second, cx_error *err) {
    cx_status status = CX_OK;
    call->chances.start = call->chances.count = 0;
    while (cx_i_chances_next(&call->chances, &status, err)) {
        int64_t start = call->chances.start, count = call->chances.count;
        cx_i_array_read(call->predicted, start, count, call->f);
        cx_i_array_read(call->y, start, count, call->y_read);
        for (int64_t i = 0; i < count; i++) {
            double w = 0, a = 0;
            bool trimmed = false;
            CX_TRY(aipw_row(call, i, &w, &a, &trimmed, err));
            if (second) {
                aipw_spread(call, i, w, a);
            } else {
                aipw_count(call, i, w, a);
                call->trimmed += trimmed ? 1 : 0;
            }
        }
    }
    return status;
}

/* -- the estimate -------------------------------------------------------------------------- */

static void aipw_limits(const aipw_call *call, cx_estimate *e) {
    double n = (double)call->asked;
    if (call->n < 2) {
        e->ci_low = -(double)INFINITY;
        e->ci_high = (double)INFINITY;
        e->df = 0;
        e->status = CX_E_FEW;
        e->flags |= CX_FLAG_NO_VARIANCE;
        return;
    }
    e->df = (double)call->n - 1;
    e->se = sqrt(call->squares * n / (n - 1));
    if (!(e->se > 0)) e->flags |= CX_FLAG_NO_VARIANCE;
    double t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    e->ci_low = e->value - t * e->se;
    e->ci_high = e->value + t * e->se;
}

static void aipw_finish(const aipw_call *call, cx_aipw_result *out) {
    cx_estimate *e = &out->estimate;
    memset(out, 0, sizeof *out);
    *e = cx_i_estimate_new(call->options.confidence, (cx_unit)call->options.unit);
    out->asked = call->asked;
    out->respondents = call->sum_wy / call->sum_answered;
    out->predictions = call->sum_f / call->sum_w;
    out->correction = call->sum_rest / (call->options.normalise ? call->sum_a : call->sum_w);
    out->trimmed = call->trimmed;
    out->largest_weight = call->largest;
    e->value = out->predictions + out->correction;
    e->method = CX_METHOD_T;
    e->n = call->n;
    e->sum_w = call->sum_w;
    e->n_eff = call->sum_w * call->sum_w / call->sum_w2;
    e->excluded[CX_EXCLUDED_MISSING] = call->missing;
    e->excluded[CX_EXCLUDED_ZERO_WEIGHT] = call->zero;
    if (call->n < 50) e->flags |= CX_FLAG_FEW;
    if (call->chances.weights != NULL) e->flags |= CX_FLAG_WEIGHTED;
    if (call->trimmed > 0) e->flags |= CX_FLAG_CLIPPED;
    aipw_limits(call, e);
}

cx_status cx_aipw_mean(const cx_array *y, const cx_array *predicted, const cx_array *propensity,
                       const cx_array *weights, const cx_aipw_options *options, cx_aipw_result *out,
                       cx_error *err) {
    aipw_call call = {.y = y, .predicted = predicted};
    call.chances.propensity = propensity;
    call.chances.weights = weights;
    if (y == NULL || predicted == NULL || propensity == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         y == NULL            ? "y"
                         : predicted == NULL  ? "predicted"
                         : propensity == NULL ? "propensity"
                                              : "out");
    CX_TRY(aipw_options(options, &call.options, err));
    CX_TRY(cx_i_chances_check(&call.chances, err));
    CX_TRY(cx_i_chances_column(&call.chances, y, "y", err));
    CX_TRY(cx_i_chances_column(&call.chances, predicted, "predicted", err));
    CX_TRY(aipw_pass(&call, false, err));
    if (call.n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "nobody with a prediction and a weight answered");
    CX_TRY(aipw_pass(&call, true, err));
    aipw_finish(&call, out);
    return CX_OK;
}

/* -- bounds -------------------------------------------------------------------------------- */

typedef struct bounds_sums {
    int64_t asked, n;
    double w, answered, wy, w2;
    double mean, share; /* of the answers; that answered */
    double variance[3]; /* of the share, of (share x mean), and covariance */
} bounds_sums;

static cx_status bounds_row(const cx_array *y, const cx_array *weights, const cx_aipw_options *o,
                            int64_t row, double value, double w, cx_error *err) {
    if (weights != NULL) CX_TRY(cx_i_weight_check(weights, row, w, err));
    if (isinf(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, y, row, value, "the answer is infinite");
    if (value < o->low || value > o->high)
        return cx_i_fail_at(err, CX_E_DOMAIN, y, row, value,
                            "%g lies outside the possible answers, %g to %g", value, o->low,
                            o->high);
    return CX_OK;
}

/* Once for sums, once for the variances of w R / sum w and w R y / sum w. */
static cx_status bounds_pass(const cx_array *y, const cx_array *weights, const cx_aipw_options *o,
                             bool second, bounds_sums *s, cx_error *err) {
    double values[CX_I_BLOCK], w[CX_I_BLOCK];
    for (int64_t start = 0; start < y->length; start += CX_I_BLOCK) {
        int64_t left = y->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(y, start, count, values);
        if (weights != NULL) cx_i_array_read(weights, start, count, w);
        for (int64_t i = 0; i < count; i++) {
            if (weights == NULL) w[i] = 1;
            CX_TRY(bounds_row(y, weights, o, start + i, values[i], w[i], err));
            bool answered = !isnan(values[i]);
            double value = answered ? values[i] : 0;
            if (!(w[i] > 0)) continue;
            if (second) {
                double a = w[i] * ((answered ? 1 : 0) - s->share) / s->w;
                double b = w[i] * (value - s->share * s->mean) / s->w;
                s->variance[0] += a * a, s->variance[1] += b * b, s->variance[2] += a * b;
                continue;
            }
            s->asked++;
            s->w += w[i];
            s->n += answered ? 1 : 0;
            s->answered += answered ? w[i] : 0;
            s->wy += w[i] * value;
        }
    }
    return CX_OK;
}

static cx_status bounds_sum(const cx_array *y, const cx_array *weights, const cx_aipw_options *o,
                            bounds_sums *s, cx_error *err) {
    memset(s, 0, sizeof *s);
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    if (weights != NULL) {
        CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(y, "y", weights, "weights", err));
    }
    CX_TRY(bounds_pass(y, weights, o, false, s, err));
    if (s->n == 0) return cx_i_fail(err, CX_E_EMPTY, "nobody answered");
    s->share = s->answered / s->w;
    s->mean = s->wy / s->answered;
    CX_TRY(bounds_pass(y, weights, o, true, s, err));
    double n = (double)s->asked, scale = n > 1 ? n / (n - 1) : (double)INFINITY;
    for (int i = 0; i < 3; i++) s->variance[i] *= scale;
    return CX_OK;
}

/* Standard error of share x mean + (1 - share) x silent. */
static double bounds_se(const bounds_sums *s, double silent) {
    double v = s->variance[1] + silent * silent * s->variance[0] - 2 * silent * s->variance[2];
    return s->asked > 1 ? sqrt(fmax(v, 0)) : (double)INFINITY;
}

/* The multiplier that makes the interval hold the mean, not the whole range: between one-sided
 * where the range is wide and two-sided where it is a point. */
static double bounds_multiplier(double width, double se, double confidence) {
    double low = cx_normal_quantile_upper(1 - confidence);
    double high = cx_normal_quantile_upper((1 - confidence) / 2);
    if (!(se > 0)) return low;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (middle == low || middle == high) break;
        if (1 - cx_normal_sf(middle + width / se) - cx_normal_sf(middle) < confidence)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void bounds_finish(const bounds_sums *s, const cx_aipw_options *o, cx_bounds_result *out) {
    double known = s->share * s->mean, silent = 1 - s->share;
    memset(out, 0, sizeof *out);
    out->n = s->n;
    out->asked = s->asked;
    out->respondents = s->mean;
    out->response = s->share;
    out->low = known + silent * o->low;
    out->high = known + silent * o->high;
    double se_low = bounds_se(s, o->low), se_high = bounds_se(s, o->high);
    double c = bounds_multiplier(out->high - out->low, fmax(se_low, se_high), o->confidence);
    out->ci_low = fmax(out->low - c * se_low, o->low);
    out->ci_high = fmin(out->high + c * se_high, o->high);
    out->tipping = out->tipping_gap = (double)NAN;
    if (isnan(o->threshold)) return;
    if (silent > 0) out->tipping = (o->threshold - known) / silent;
    out->tipping_gap = out->tipping - s->mean;
    out->can_flip = out->tipping >= o->low && out->tipping <= o->high ? 1 : 0;
}

static cx_status bounds_options(const cx_aipw_options *given, bool needed, cx_aipw_options *used,
                                cx_error *err) {
    CX_TRY(aipw_options(given, used, err));
    bool none = isnan(used->low) && isnan(used->high);
    if (none && !needed) return CX_OK;
    if (!(used->low < used->high && isfinite(used->low) && isfinite(used->high)))
        return cx_i_fail(err, CX_E_OPTION,
                         "low is %g and high is %g: give the lowest and the highest possible "
                         "answer, such as 0 and 10",
                         used->low, used->high);
    if (isinf(used->threshold)) return cx_i_fail(err, CX_E_OPTION, "threshold is infinite");
    return CX_OK;
}

cx_status cx_bounds(const cx_array *y, const cx_array *weights, const cx_aipw_options *options,
                    cx_bounds_result *out, cx_error *err) {
    cx_aipw_options used;
    bounds_sums sums;
    if (y == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", y == NULL ? "y" : "out");
    CX_TRY(bounds_options(options, true, &used, err));
    CX_TRY(bounds_sum(y, weights, &used, &sums, err));
    bounds_finish(&sums, &used, out);
    return CX_OK;
}

/* -- range of bias ------------------------------------------------------------------------- */

static cx_status bounds_range(const bounds_sums *s, const cx_array *deltas,
                              const cx_aipw_options *o, cx_table *table, cx_error *err) {
    static const char *const names[] = {"delta", "silent", "value", "ci_low", "ci_high", "bias"};
    double *column[6], z = cx_i_estimate_z(o->confidence), delta[CX_I_BLOCK];
    for (int c = 0; c < 6; c++) CX_TRY(cx_i_table_f64(table, names[c], &column[c], err));
    for (int64_t row = 0; row < deltas->length; row++) {
        if (row % CX_I_BLOCK == 0) {
            int64_t left = deltas->length - row;
            cx_i_array_read(deltas, row, left < CX_I_BLOCK ? left : CX_I_BLOCK, delta);
        }
        double d = delta[row % CX_I_BLOCK], silent = s->mean + d;
        if (!isfinite(d))
            return cx_i_fail_at(err, CX_E_DOMAIN, deltas, row, d, "a delta has to be a number");
        if (silent < o->low) silent = o->low;
        if (silent > o->high) silent = o->high;
        double value = s->share * s->mean + (1 - s->share) * silent;
        /* the silent are as far from the answers as said: their mean moves with it */
        double shift = silent - s->mean, mean = s->variance[1] - 2 * s->mean * s->variance[2] +
                                                s->mean * s->mean * s->variance[0];
        double part = mean / (s->share * s->share) + shift * shift * s->variance[0] -
                      2 * shift / s->share * (s->variance[2] - s->mean * s->variance[0]);
        double se = s->asked > 1 ? sqrt(fmax(part, 0)) : (double)INFINITY;
        double cells[] = {d, silent, value, value - z * se, value + z * se, s->mean - value};
        for (int c = 0; c < 6; c++) column[c][row] = cells[c];
    }
    return CX_OK;
}

cx_status cx_bias_range(const cx_array *y, const cx_array *weights, const cx_array *deltas,
                        const cx_aipw_options *options, cx_table **out, cx_error *err) {
    cx_aipw_options used;
    bounds_sums sums;
    cx_table *table;
    if (y == NULL || deltas == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         y == NULL        ? "y"
                         : deltas == NULL ? "deltas"
                                          : "out");
    CX_TRY(bounds_options(options, false, &used, err));
    CX_TRY(cx_i_array_check(deltas, "deltas", CX_I_NUMBERS, err));
    CX_TRY(bounds_sum(y, weights, &used, &sums, err));
    CX_TRY(cx_i_table_new(deltas->length, used.allocator, &table, err));
    cx_status status = bounds_range(&sums, deltas, &used, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
