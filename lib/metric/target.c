#include <cxkit/target.h>

#include "stat/estimate.h"
#include "stat/special.h"

/* How sure a target is met. */

void cx_target_options_init(cx_target_options *options) {
    if (options == NULL) return;
    *options = (cx_target_options){sizeof *options, 0};
}

/* -- net scores ---------------------------------------------------------------------------- */

/* Promoters, passives and detractors, with half an answer each: Jeffreys' Dirichlet law. */
typedef struct target_classes {
    double plus, zero, minus;
} target_classes;

static target_classes target_recover(const cx_estimate *estimate) {
    double net = estimate->value / 100, n = estimate->n_eff, both = fabs(net);
    if (estimate->se > 0) both = estimate->se * estimate->se * n / 1e4 + net * net;
    both = fmax(fmin(both, 1), fabs(net));
    return (target_classes){n * (both + net) / 2 + 0.5, n * (1 - both) + 0.5,
                            n * (both - net) / 2 + 0.5};
}

/* The net score reaches t when, of the share s that is not passive, at least (t + s)/(2 s) are
 * promoters: the two shares are independent beta laws. */
static double target_net_at(const target_classes *c, double s, double t) {
    double least = (t + s) / (2 * s);
    if (least <= 0) return 1;
    return least >= 1 ? 0 : cx_beta_sf(least, c->plus, c->minus);
}

/* Integrates over the law of s by panels of equal probability mass at its ends and middle. */
static double target_net(const cx_estimate *estimate, double t) {
    static const double edge[] = {0, 1e-6, 1e-3, 0.05, 0.5, 0.95, 0.999, 0.999999, 1};
    target_classes c = target_recover(estimate);
    double sum = 0, a = c.plus + c.minus;
    for (int panel = 0; panel < 8; panel++) {
        double half = (edge[panel + 1] - edge[panel]) / 2, middle = edge[panel] + half;
        for (int k = 0; k < 20; k++) {
            double u = middle + (k < 10 ? -half : half) * cx_i_legendre_node[k % 10];
            double s = cx_beta_quantile(u, a, c.zero);
            if (s > 0) sum += half * cx_i_legendre_weight[k % 10] * target_net_at(&c, s, t);
        }
    }
    return fmax(fmin(sum, 1), 0);
}

/* -- all others ---------------------------------------------------------------------------- */

/* The distance in units of that to the limit on the target's side; t with finite df. */
static double target_by_limits(const cx_estimate *estimate, double target) {
    double distance = estimate->value - target;
    if (distance == 0) return 0.5;
    double limit =
        distance > 0 ? estimate->value - estimate->ci_low : estimate->ci_high - estimate->value;
    double tail = (1 - estimate->confidence) / 2;
    if (!(limit > 0)) return distance > 0 ? 1 : 0;
    return cx_t_cdf(cx_t_quantile_upper(tail, estimate->df) * distance / limit, estimate->df);
}

static bool target_is_one_of(int32_t method, const cx_method *methods, int count) {
    for (int i = 0; i < count; i++)
        if (method == (int32_t)methods[i]) return true;
    return false;
}

static double target_at_least(const cx_estimate *estimate, double target, int32_t *method) {
    static const cx_method shares[] = {CX_METHOD_WILSON, CX_METHOD_JEFFREYS,
                                       CX_METHOD_CLOPPER_PEARSON, CX_METHOD_AGRESTI_COULL};
    static const cx_method nets[] = {CX_METHOD_ADJUSTED_WALD, CX_METHOD_ADJUSTED_WALD_Z,
                                     CX_METHOD_SCORE, CX_METHOD_BONETT_PRICE, CX_METHOD_GOODMAN};
    bool counted = estimate->n_eff > 0 && isfinite(estimate->n_eff) && isnan(estimate->p_value);
    *method = CX_METHOD_POSTERIOR;
    if (counted && estimate->unit == CX_UNIT_FRACTION &&
        target_is_one_of(estimate->method, shares, 4)) {
        double x = fmax(fmin(estimate->value, 1), 0) * estimate->n_eff;
        return cx_beta_sf(target, x + 0.5, estimate->n_eff - x + 0.5);
    }
    if (counted && estimate->unit == CX_UNIT_POINTS && target_is_one_of(estimate->method, nets, 5))
        return target_net(estimate, target / 100);
    *method = estimate->method;
    if (estimate->se > 0 && estimate->method == CX_METHOD_T)
        return cx_t_cdf((estimate->value - target) / estimate->se, estimate->df);
    return target_by_limits(estimate, target);
}

static cx_status target_check(const cx_estimate *estimate, double target, cx_error *err) {
    double end = estimate->unit == CX_UNIT_POINTS ? 100 : 1;
    double low = estimate->unit == CX_UNIT_FRACTION ? 0 : -end;
    bool ends = estimate->unit == CX_UNIT_POINTS || estimate->unit == CX_UNIT_FRACTION ||
                estimate->unit == CX_UNIT_CORRELATION;
    if (estimate->status != CX_OK || isnan(estimate->value))
        return cx_i_fail(err, CX_E_EMPTY, "the estimate has no value to hold against a target");
    if (isnan(estimate->ci_low) || isnan(estimate->ci_high))
        return cx_i_fail(err, CX_E_EMPTY,
                         "the estimate has no interval, so that nothing is known about its error");
    CX_TRY(cx_i_check_confidence(estimate->confidence, err));
    if (!isfinite(target) || (ends && (target <= low || target >= end)))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the target %g %s has to lie between the ends of the range", target,
                         cx_unit_name(estimate->unit));
    return CX_OK;
}

cx_status cx_target(const cx_estimate *estimate, double target, const cx_target_options *options,
                    cx_target_result *out, cx_error *err) {
    cx_target_options used;
    cx_target_result result = {0, target, 0, 0, {0, 0}};
    cx_target_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_target_options", err));
    if (estimate == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", estimate == NULL ? "estimate" : "out");
    if (used.at_most != 0 && used.at_most != 1)
        return cx_i_fail(err, CX_E_OPTION, "at_most is %d, neither 0 nor 1", (int64_t)used.at_most);
    CX_TRY(target_check(estimate, target, err));
    result.probability = target_at_least(estimate, target, &result.method);
    if (used.at_most) result.probability = 1 - result.probability;
    result.at_most = used.at_most;
    *out = result;
    return CX_OK;
}
