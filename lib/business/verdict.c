#include <cxkit/evidence.h>

#include "stat/estimate.h"
#include "stat/power.h"
#include "stat/special.h"

/* What a test of a link says, in three words. */

const char *cx_verdict_name(int32_t verdict) {
    switch (verdict) {
#define VERDICT_WORD(name, number, text)                                                           \
    case name:                                                                                     \
        return text;
        CX_VERDICT_LIST(VERDICT_WORD)
    default:
        return "unknown";
    }
}

const char *cx_verdict_reason_name(int32_t reason) {
    switch (reason) {
        CX_VERDICT_REASON_LIST(VERDICT_WORD)
    default:
        return "unknown";
    }
}

void cx_verdict_options_init(cx_verdict_options *options) {
    if (options == NULL) return;
    *options = (cx_verdict_options){.struct_size = sizeof *options,
                                    .smallest = NAN,
                                    .power = 0.8,
                                    .confidence = CX_I_DEFAULT_CONFIDENCE,
                                    .reliability = 1,
                                    .cell = -1,
                                    .least_cell = 5};
}

static cx_status verdict_check(const cx_verdict_options *o, cx_error *err) {
    CX_TRY(cx_i_check_confidence(o->confidence, err));
    if (!isnan(o->smallest) && !(o->smallest > 0 && o->smallest < 1e300))
        return cx_i_fail(err, CX_E_OPTION,
                         "smallest is %g: the smallest effect of interest is above 0, whatever its "
                         "direction",
                         o->smallest);
    if (!(o->power > 0.5 && o->power < 1))
        return cx_i_fail(err, CX_E_OPTION, "power is %g and must lie between 0.5 and 1", o->power);
    if (!(o->reliability > 0 && o->reliability <= 1))
        return cx_i_fail(err, CX_E_OPTION, "reliability is %g: above 0, at most 1", o->reliability);
    if (o->cell < -1 || o->least_cell < 0)
        return cx_i_fail(err, CX_E_OPTION, "cell is %d and least_cell is %d: sizes of cells",
                         o->cell, o->least_cell);
    return CX_OK;
}

/* The standard error, or what the interval says of it; NaN without either. */
static double verdict_error(const cx_estimate *e) {
    if (e->se > 0 && isfinite(e->se)) return e->se;
    double width = e->ci_high - e->ci_low;
    if (e->se == 0 || !(width > 0 && isfinite(width))) return NAN;
    if (!(e->confidence > 0 && e->confidence < 1)) return NAN;
    return width / 2 / cx_i_estimate_z(e->confidence);
}

static bool verdict_has_value(const cx_estimate *e) {
    return e->status == CX_OK && isfinite(e->value) &&
           (e->flags & (CX_FLAG_UNIDENTIFIED | CX_FLAG_SUPPRESSED)) == 0;
}

static int32_t verdict_why(const cx_estimate *e, const cx_verdict_options *o, double se) {
    if (!verdict_has_value(e)) return CX_REASON_NO_VALUE;
    if (isnan(se)) return CX_REASON_NO_ERROR;
    return o->cell >= 0 && o->cell < o->least_cell ? CX_REASON_CELLS : CX_REASON_TESTABLE;
}

static void verdict_test(const cx_estimate *e, const cx_verdict_options *o, double se,
                         cx_verdict_result *r) {
    double df = e->df > 0 ? e->df : (double)INFINITY, alpha = 1 - o->confidence;
    double half = cx_t_quantile_upper(alpha / 2, df) * se;
    r->p_value = isnan(e->p_value) ? 2 * cx_t_sf(fabs(e->value) / se, df) : e->p_value;
    r->detectable = cx_i_power_effect(o->power, df, alpha) * se / o->reliability;
    if (!isnan(o->smallest)) {
        r->power = cx_i_power(o->smallest * o->reliability / se, df, alpha);
        r->negligible = fabs(e->value) + half < o->smallest * o->reliability;
    }
    if (r->reason != CX_REASON_TESTABLE) return;
    if (r->p_value < alpha) {
        r->verdict = CX_VERDICT_LINK;
        r->direction = e->value < 0 ? -1 : 1;
    } else if (r->power >= o->power) {
        r->verdict = CX_VERDICT_NO_LINK;
    } else {
        r->reason = isnan(o->smallest) ? CX_REASON_NO_EFFECT : CX_REASON_POWER;
    }
}

cx_status cx_verdict(const cx_estimate *estimate, const cx_verdict_options *options,
                     cx_verdict_result *out, cx_error *err) {
    cx_verdict_options used;
    if (estimate == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", estimate == NULL ? "estimate" : "out");
    cx_verdict_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_verdict_options", err));
    CX_TRY(verdict_check(&used, err));
    double se = verdict_error(estimate);
    cx_verdict_result result = {.verdict = CX_VERDICT_NOT_TESTABLE,
                                .reason = verdict_why(estimate, &used, se),
                                .value =
                                    verdict_has_value(estimate) ? estimate->value : (double)NAN,
                                .p_value = NAN,
                                .power = NAN,
                                .detectable = NAN,
                                .smallest = used.smallest,
                                .reliability = used.reliability,
                                .n = estimate->n,
                                .cell = used.cell};
    if (verdict_has_value(estimate) && !isnan(se)) verdict_test(estimate, &used, se, &result);
    *out = result;
    return CX_OK;
}
