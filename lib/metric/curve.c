#include "metric/waits.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

/* What is read from waits: figures of one group, and of each. */

#define CURVE_METHODS 2
static const cx_method curve_methods[CURVE_METHODS] = {CX_METHOD_LOG_LOG, CX_METHOD_WALD};

void cx_curve_options_init(cx_curve_options *options) {
    if (options == NULL) return;
    *options = (cx_curve_options){
        sizeof *options, CX_METHOD_LOG_LOG, CX_UNKNOWN_EXCLUDE, 0, CX_I_DEFAULT_CONFIDENCE, 0};
}

cx_status cx_i_curve_options_check(const cx_curve_options *options, cx_curve_options *used,
                                   cx_error *err) {
    cx_curve_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_curve_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    CX_TRY(cx_i_min_n_check(used->min_n, err));
    CX_TRY(cx_i_check_method(used->method, curve_methods, CURVE_METHODS, err));
    if (used->unknown < CX_UNKNOWN_EXCLUDE || used->unknown > CX_UNKNOWN_EVENT)
        return cx_i_fail(err, CX_E_OPTION, "unknown is %d: exclude (0), censored (1) or event (2)",
                         (int64_t)used->unknown);
    return CX_OK;
}

/* -- small groups -------------------------------------------------------------------------- */

static int64_t curve_n(const cx_i_waits_group *group, const cx_curve_options *options) {
    return group == NULL ? 0
                         : cx_i_survival_count(&group->table, (cx_i_unknown_end)options->unknown);
}

static cx_status curve_hidden(const cx_waits *waits, const cx_curve_options *options, int64_t *n,
                              bool *hidden, cx_error *err) {
    for (int64_t i = 0; i < waits->made; i++) n[i] = curve_n(cx_i_waits_at(waits, i), options);
    return cx_i_rows_suppress(&waits->keys, waits->order, n, options->min_n, &waits->allocator,
                              hidden, err);
}

cx_status cx_i_waits_hidden(const cx_waits *waits, const cx_curve_options *options, bool *hidden,
                            cx_error *err) {
    if (options->min_n < 2) return CX_OK;
    if (waits->keys.column_count == 0) {
        int64_t all = curve_n(cx_i_waits_at(waits, 0), options);
        if (hidden == NULL) return cx_i_min_n_one(all, options->min_n, err);
        if (all > 0) hidden[0] = all < options->min_n;
        return CX_OK;
    }
    int64_t *n = cx_i_alloc_array(&waits->allocator, waits->made, sizeof *n);
    if (n == NULL) return cx_i_out_of_memory(err);
    cx_status status = curve_hidden(waits, options, n, hidden, err);
    cx_i_free(&waits->allocator, n);
    return status;
}

void cx_i_waits_hide(const bool *hidden, cx_estimate *rows, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (hidden[i]) cx_i_estimate_hide(&rows[i]);
}

/* -- figures of one group ------------------------------------------------------------------ */

static cx_i_unknown_end curve_unknown(const cx_curve_options *options) {
    return (cx_i_unknown_end)options->unknown;
}

static cx_status curve_start(const cx_i_waits_group *group, const cx_curve_options *options,
                             cx_unit unit, cx_estimate *out, cx_error *err) {
    *out = cx_i_estimate_new(options->confidence, unit);
    out->method = options->method;
    if (group == NULL) return cx_i_fail(err, CX_E_EMPTY, "there are no waits");
    memcpy(out->excluded, group->excluded, sizeof group->excluded);
    int64_t unknown = group->table.unknown;
    out->n = cx_i_survival_count(&group->table, CX_I_UNKNOWN_OMITTED);
    if (options->unknown != CX_UNKNOWN_EXCLUDE) {
        out->n += unknown;
    } else {
        out->excluded[CX_EXCLUDED_MISSING] += unknown;
        if (unknown > 0) out->flags |= CX_FLAG_PARTIAL;
    }
    out->n_eff = out->sum_w = (double)out->n;
    if (out->n == 0) return cx_i_fail(err, CX_E_EMPTY, "there are no waits");
    if (out->n < 5) out->flags |= CX_FLAG_FEW;
    return CX_OK;
}

static cx_status curve_check_reach(const cx_i_waits_group *group, double t,
                                   const cx_curve_options *options, cx_error *err) {
    if (cx_i_survival_reaches(&group->table, curve_unknown(options), t)) return CX_OK;
    return cx_i_fail(err, CX_E_UNIDENTIFIED,
                     "nobody was followed for %g seconds: the longest wait is %g and was cut off",
                     t, cx_i_survival_last(&group->table, curve_unknown(options)));
}

static cx_status curve_survival(const cx_i_waits_group *group, double t,
                                const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    CX_TRY(curve_start(group, options, CX_UNIT_FRACTION, out, err));
    CX_TRY(curve_check_reach(group, t, options, err));
    cx_i_survival_walk walk = cx_i_survival_at(&group->table, curve_unknown(options), t);
    cx_i_interval limits =
        cx_i_survival_limits(&walk, (cx_method)options->method, options->confidence);
    out->value = walk.survival;
    out->se = walk.survival > 0 && walk.survival < 1 ? cx_i_survival_se(&walk) : (double)NAN;
    out->ci_low = limits.low;
    out->ci_high = limits.high;
    if (isnan(out->se)) out->flags |= CX_FLAG_NO_VARIANCE;
    return CX_OK;
}

cx_status cx_i_curve_within(const cx_i_waits_group *group, double t,
                            const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    CX_TRY(curve_survival(group, t, options, out, err));
    double low = 1 - out->ci_high;
    out->value = 1 - out->value;
    out->ci_high = 1 - out->ci_low;
    out->ci_low = low;
    return CX_OK;
}

cx_status cx_i_curve_quantile(const cx_i_waits_group *group, double p,
                              const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    CX_TRY(curve_start(group, options, CX_UNIT_SECONDS, out, err));
    cx_i_survival_quantile found = cx_i_survival_quantile_of(
        &group->table, curve_unknown(options), p, (cx_method)options->method, options->confidence);
    if (isinf(found.value))
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "within the follow-up of %g seconds fewer than the share %g had the "
                         "event",
                         cx_i_survival_last(&group->table, curve_unknown(options)), p);
    out->value = found.value;
    out->ci_low = found.low;
    out->ci_high = found.high;
    if (isinf(found.high)) out->flags |= CX_FLAG_CENSORED;
    return CX_OK;
}

static cx_status curve_mean(const cx_i_waits_group *group, double t,
                            const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    CX_TRY(curve_start(group, options, CX_UNIT_SECONDS, out, err));
    out->method = CX_METHOD_WALD;
    CX_TRY(curve_check_reach(group, t, options, err));
    cx_i_survival_mean mean = cx_i_survival_mean_to(&group->table, curve_unknown(options), t);
    double half = cx_i_estimate_z(options->confidence) * mean.se;
    out->value = mean.value;
    out->se = mean.se > 0 ? mean.se : (double)NAN;
    out->ci_low = mean.value - half;
    out->ci_high = mean.value + half;
    if (isnan(out->se)) out->flags |= CX_FLAG_NO_VARIANCE;
    cx_i_estimate_clip(out, 0, t);
    return CX_OK;
}

static cx_status curve_rate(const cx_i_waits_group *group, double at,
                            const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    (void)at;
    CX_TRY(curve_start(group, options, CX_UNIT_RATE, out, err));
    out->method = CX_METHOD_GARWOOD;
    cx_i_survival_exposure exposure = cx_i_survival_exposed(&group->table, curve_unknown(options));
    if (!(exposure.time > 0)) return cx_i_fail(err, CX_E_EMPTY, "nobody waited any time");
    cx_i_interval limits = cx_i_survival_rate_limits(exposure, options->confidence);
    out->value = (double)exposure.events / exposure.time;
    out->se = exposure.events > 0 ? sqrt((double)exposure.events) / exposure.time : (double)NAN;
    out->ci_low = limits.low;
    out->ci_high = limits.high;
    if (exposure.events == 0) out->flags |= CX_FLAG_NO_VARIANCE;
    return CX_OK;
}

/* -- one estimate, or one for each key ----------------------------------------------------- */

static cx_status curve_one(const cx_waits *self, cx_i_curve_figure figure, double at,
                           const cx_curve_options *options, cx_estimate *out, cx_error *err) {
    cx_curve_options used;
    cx_estimate estimate;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_curve_options_check(options, &used, err));
    if (self->keys.column_count > 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "these waits are split by keys: ask for a row for each key, or take "
                         "their total first");
    CX_TRY(cx_i_waits_hidden(self, &used, NULL, err));
    CX_TRY(figure(cx_i_waits_at(self, 0), at, &used, &estimate, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_i_waits_key_columns(const cx_waits *waits, cx_table *table, cx_error *err) {
    if (waits->keys.column_count == 0) return CX_OK;
    return cx_i_keys_to_table(&waits->keys, waits->order, 1, table, err);
}

static cx_status curve_table(const cx_waits *self, const cx_estimate *rows, int64_t count,
                             cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(count, &self->allocator, &table, err));
    cx_status status = cx_i_waits_key_columns(self, table, err);
    if (status == CX_OK) status = cx_i_estimates_to_table(rows, count, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status curve_by(const cx_waits *self, cx_i_curve_figure figure, double at,
                          const cx_curve_options *options, cx_table **out, cx_error *err) {
    cx_curve_options used;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_curve_options_check(options, &used, err));
    int64_t count = cx_waits_size(self);
    cx_estimate *rows = cx_i_alloc_array(&self->allocator, count, sizeof *rows);
    bool *hidden = cx_i_alloc_array(&self->allocator, count, sizeof *hidden);
    cx_status status = rows == NULL || hidden == NULL ? cx_i_out_of_memory(err)
                                                      : cx_i_waits_hidden(self, &used, hidden, err);
    for (int64_t i = 0; i < count && status == CX_OK; i++)
        rows[i].status = (int32_t)figure(cx_i_waits_at(self, i), at, &used, &rows[i], NULL);
    if (status == CX_OK) {
        cx_i_waits_hide(hidden, rows, count);
        status = curve_table(self, rows, count, out, err);
    }
    cx_i_free(&self->allocator, hidden);
    cx_i_free(&self->allocator, rows);
    return status;
}

/* -- the public names ---------------------------------------------------------------------- */

static cx_status curve_check_time(double t, bool above, cx_error *err) {
    if (t >= 0 && t < INFINITY && !(above && t == 0)) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "t is %g; it has to be a finite number of seconds %s", t,
                     above ? "above 0" : "from 0 up");
}

static cx_status curve_check_share(double p, cx_error *err) {
    if (p > 0 && p < 1) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "p is %g; it has to lie between 0 and 1, such as 0.5", p);
}

cx_status cx_waits_survival(const cx_waits *self, double t, const cx_curve_options *options,
                            cx_estimate *out, cx_error *err) {
    CX_TRY(curve_check_time(t, false, err));
    return curve_one(self, curve_survival, t, options, out, err);
}

cx_status cx_waits_survival_by(const cx_waits *self, double t, const cx_curve_options *options,
                               cx_table **out, cx_error *err) {
    CX_TRY(curve_check_time(t, false, err));
    return curve_by(self, curve_survival, t, options, out, err);
}

cx_status cx_waits_within(const cx_waits *self, double t, const cx_curve_options *options,
                          cx_estimate *out, cx_error *err) {
    CX_TRY(curve_check_time(t, false, err));
    return curve_one(self, cx_i_curve_within, t, options, out, err);
}

cx_status cx_waits_within_by(const cx_waits *self, double t, const cx_curve_options *options,
                             cx_table **out, cx_error *err) {
    CX_TRY(curve_check_time(t, false, err));
    return curve_by(self, cx_i_curve_within, t, options, out, err);
}

cx_status cx_waits_quantile(const cx_waits *self, double p, const cx_curve_options *options,
                            cx_estimate *out, cx_error *err) {
    CX_TRY(curve_check_share(p, err));
    return curve_one(self, cx_i_curve_quantile, p, options, out, err);
}

cx_status cx_waits_quantile_by(const cx_waits *self, double p, const cx_curve_options *options,
                               cx_table **out, cx_error *err) {
    CX_TRY(curve_check_share(p, err));
    return curve_by(self, cx_i_curve_quantile, p, options, out, err);
}

cx_status cx_waits_restricted_mean(const cx_waits *self, double t, const cx_curve_options *options,
                                   cx_estimate *out, cx_error *err) {
    CX_TRY(curve_check_time(t, true, err));
    return curve_one(self, curve_mean, t, options, out, err);
}

cx_status cx_waits_restricted_mean_by(const cx_waits *self, double t,
                                      const cx_curve_options *options, cx_table **out,
                                      cx_error *err) {
    CX_TRY(curve_check_time(t, true, err));
    return curve_by(self, curve_mean, t, options, out, err);
}

cx_status cx_waits_rate(const cx_waits *self, const cx_curve_options *options, cx_estimate *out,
                        cx_error *err) {
    return curve_one(self, curve_rate, 0, options, out, err);
}

cx_status cx_waits_rate_by(const cx_waits *self, const cx_curve_options *options, cx_table **out,
                           cx_error *err) {
    return curve_by(self, curve_rate, 0, options, out, err);
}
