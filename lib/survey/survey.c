#include "survey/design.h"

#include "stat/estimate.h"
#include "stat/interval.h"

#include <cxkit/special.h>
#include <cxkit/survey.h>

void cx_survey_options_init(cx_survey_options *options) {
    if (options == NULL) return;
    *options = (cx_survey_options){.struct_size = sizeof *options,
                                   .method = CX_METHOD_AUTO,
                                   .promoters = 9,
                                   .detractors = 6,
                                   .scale_min = 0,
                                   .scale_max = 10,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE};
}

/* -- one call ------------------------------------------------------------------------------ */

typedef struct survey_call {
    const cx_design *design;
    cx_survey_options options;
    double *y; /* of each row, 0 outside */
    double *x; /* denominators of a ratio, else NULL */
    double *e; /* influence */
    double *z; /* the same, weighted */
    bool *in;  /* valid rows of the domain with a weight */
    bool whole;
    double sum_w, sum_w2;
    cx_survey_estimate out;
} survey_call;

typedef enum survey_kind { SURVEY_NUMBER, SURVEY_TRUTH, SURVEY_NET } survey_kind;

static void survey_free(survey_call *call) {
    const cx_allocator *a = &call->design->allocator;
    cx_i_free(a, call->y);
    cx_i_free(a, call->x);
    cx_i_free(a, call->e);
    cx_i_free(a, call->z);
    cx_i_free(a, call->in);
}

static cx_status survey_room(survey_call *call, bool ratio, cx_error *err) {
    const cx_allocator *a = &call->design->allocator;
    int64_t rows = call->design->rows;
    call->y = cx_i_alloc_array(a, rows, sizeof *call->y);
    call->e = cx_i_alloc_array(a, rows, sizeof *call->e);
    call->z = cx_i_alloc_array(a, rows, sizeof *call->z);
    call->in = cx_i_alloc_array(a, rows, sizeof *call->in);
    if (ratio) call->x = cx_i_alloc_array(a, rows, sizeof *call->x);
    if (call->y == NULL || call->e == NULL || call->z == NULL || call->in == NULL ||
        (ratio && call->x == NULL))
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status survey_read_domain(survey_call *call, const cx_array *domain, cx_error *err) {
    double values[CX_I_BLOCK];
    call->whole = domain == NULL;
    for (int64_t start = 0; start < call->design->rows; start += CX_I_BLOCK) {
        int64_t left = call->design->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        if (domain != NULL) cx_i_array_read(domain, start, count, values);
        for (int64_t i = 0; i < count; i++) {
            if (domain != NULL && isinf(values[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, domain, start + i, values[i],
                                    "the value is infinite: a domain is true or false");
            call->in[start + i] = domain == NULL || (!isnan(values[i]) && values[i] != 0);
        }
    }
    return CX_OK;
}

/* A row that is not used: why, or -1 for one that is. */
static int survey_reason(const survey_call *call, survey_kind kind, double value) {
    const cx_survey_options *o = &call->options;
    if (isnan(value)) return CX_EXCLUDED_MISSING;
    if (kind != SURVEY_NET) return -1;
    if (!(value >= o->scale_min && value <= o->scale_max)) return CX_EXCLUDED_OUT_OF_RANGE;
    return value == floor(value) ? -1 : CX_EXCLUDED_NON_INTEGER;
}

static double survey_value(const survey_call *call, survey_kind kind, double value) {
    if (kind == SURVEY_TRUTH) return value != 0 ? 1 : 0;
    if (kind == SURVEY_NET)
        return (value >= call->options.promoters ? 1 : 0) -
               (value <= call->options.detractors ? 1 : 0);
    return value;
}

static cx_status survey_read_column(survey_call *call, const cx_array *column, survey_kind kind,
                                    double *out, cx_error *err) {
    double values[CX_I_BLOCK];
    int64_t *excluded = call->out.estimate.excluded;
    for (int64_t start = 0; start < call->design->rows; start += CX_I_BLOCK) {
        int64_t left = call->design->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(column, start, count, values);
        for (int64_t i = 0; i < count; i++) {
            int64_t row = start + i;
            if (isinf(values[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, row, values[i],
                                    "the value is infinite");
            if (!call->in[row]) continue;
            int reason = survey_reason(call, kind, values[i]);
            if (reason >= 0) {
                excluded[reason]++;
                call->in[row] = false;
                continue;
            }
            out[row] = survey_value(call, kind, values[i]);
        }
    }
    return CX_OK;
}

static cx_status survey_count(survey_call *call, cx_error *err) {
    cx_estimate *e = &call->out.estimate;
    for (int64_t row = 0; row < call->design->rows; row++) {
        double w = call->design->weight[row];
        if (!call->in[row]) continue;
        if (w == 0) {
            e->excluded[CX_EXCLUDED_ZERO_WEIGHT]++;
            call->in[row] = false;
            continue;
        }
        e->n++;
        call->sum_w += w;
        call->sum_w2 += w * w;
    }
    e->sum_w = call->sum_w;
    if (e->n < 5) e->flags |= CX_FLAG_FEW;
    if (call->design->weight != NULL) e->flags |= CX_FLAG_WEIGHTED;
    if (e->n == 0 || !(call->sum_w > 0))
        return cx_i_fail(err, CX_E_EMPTY, "no row of the domain has a value and a weight");
    return CX_OK;
}

static cx_status survey_check_method(const cx_survey_options *o, survey_kind kind, cx_error *err) {
    static const cx_method shares[] = {CX_METHOD_AUTO, CX_METHOD_LOGIT,      CX_METHOD_ARCSINE,
                                       CX_METHOD_BETA, CX_METHOD_LIKELIHOOD, CX_METHOD_WALD};
    static const cx_method nets[] = {CX_METHOD_AUTO, CX_METHOD_SCORE, CX_METHOD_ADJUSTED_WALD,
                                     CX_METHOD_WALD};
    static const cx_method numbers[] = {CX_METHOD_AUTO, CX_METHOD_T};
    if (kind == SURVEY_TRUTH) return cx_i_check_method(o->method, shares, 6, err);
    if (kind == SURVEY_NET) return cx_i_check_method(o->method, nets, 4, err);
    return cx_i_check_method(o->method, numbers, 2, err);
}

static cx_status survey_check_options(const cx_survey_options *given, survey_kind kind,
                                      cx_survey_options *used, cx_error *err) {
    cx_survey_options_init(used);
    if (given != NULL) {
        CX_TRY(cx_i_options_check(given->struct_size, sizeof *used, "cx_survey_options", err));
        *used = *given;
    }
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    CX_TRY(survey_check_method(used, kind, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (used->replacement < 0 || used->replacement > 1)
        return cx_i_fail(err, CX_E_OPTION, "replacement is %d: 0 or 1", (int64_t)used->replacement);
    if (kind == SURVEY_NET &&
        !(used->scale_min <= used->detractors && used->detractors < used->promoters &&
          used->promoters <= used->scale_max))
        return cx_i_fail(err, CX_E_OPTION,
                         "the cut points %d and %d do not lie in the scale %d to %d: detractors "
                         "below promoters, both answers of the scale",
                         (int64_t)used->detractors, (int64_t)used->promoters,
                         (int64_t)used->scale_min, (int64_t)used->scale_max);
    return CX_OK;
}

static cx_status survey_check_column(const survey_call *call, const cx_array *column,
                                     const char *role, cx_error *err) {
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    if (column->length == call->design->rows) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "%s has %d rows and the design has %d",
                     cx_i_array_name(column, role), column->length, call->design->rows);
}

/* What is given to every estimate. */
typedef struct survey_given {
    const cx_array *y, *x, *domain;
    const cx_survey_options *options;
    survey_kind kind;
    cx_unit unit;
} survey_given;

static cx_status survey_open(survey_call *call, const survey_given *given, cx_error *err) {
    CX_TRY(survey_check_options(given->options, given->kind, &call->options, err));
    CX_TRY(survey_check_column(call, given->y, "y", err));
    if (given->x != NULL) CX_TRY(survey_check_column(call, given->x, "denominator", err));
    if (given->domain != NULL) CX_TRY(survey_check_column(call, given->domain, "domain", err));
    CX_TRY(survey_room(call, given->x != NULL, err));
    call->out.estimate = cx_i_estimate_new(call->options.confidence, given->unit);
    CX_TRY(survey_read_domain(call, given->domain, err));
    CX_TRY(survey_read_column(call, given->y, given->kind, call->y, err));
    if (given->x != NULL) CX_TRY(survey_read_column(call, given->x, SURVEY_NUMBER, call->x, err));
    return survey_count(call, err);
}

/* -- variance ------------------------------------------------------------------------------ */

/* From influence values in call->e: standard error, degrees of freedom, limits by t. */
static cx_status survey_infer(survey_call *call, cx_error *err) {
    cx_estimate *e = &call->out.estimate;
    double variance;
    CX_TRY(cx_i_design_weigh(call->design, call->e, call->z, err));
    CX_TRY(cx_i_design_variance(call->design, call->z, &variance, err));
    CX_TRY(cx_i_design_count(call->design, call->whole ? NULL : call->in, &call->out.units,
                             &call->out.strata, err));
    e->df = (double)(call->out.units - call->out.strata);
    e->se = sqrt(variance);
    e->method = CX_METHOD_T;
    if (!(variance > 0)) e->flags |= CX_FLAG_NO_VARIANCE;
    if (!(variance > 0)) return CX_OK;
    if (!(e->df > 0)) { /* an error without a degree of freedom bounds nothing */
        e->ci_low = -(double)INFINITY;
        e->ci_high = (double)INFINITY;
        e->flags |= CX_FLAG_FEW;
        return CX_OK;
    }
    double t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    e->ci_low = e->value - t * e->se;
    e->ci_high = e->value + t * e->se;
    return CX_OK;
}

/* Variance of one value, as R's svyvar and every textbook: with n / (n - 1). */
static double survey_spread(const survey_call *call, double mean) {
    double sum = 0, n = (double)call->out.estimate.n;
    for (int64_t row = 0; row < call->design->rows; row++)
        if (call->in[row]) {
            double distance = call->y[row] - mean;
            sum += call->design->weight[row] * distance * distance;
        }
    return n > 1 ? sum / call->sum_w * n / (n - 1) : (double)NAN;
}

/* The design effect of a mean, and the effective number of answers. */
static void survey_effect(survey_call *call, double spread) {
    cx_estimate *e = &call->out.estimate;
    double n = (double)e->n, simple = spread / n, variance = e->se * e->se;
    e->n_eff = variance > 0 ? spread / variance : call->sum_w * call->sum_w / call->sum_w2;
    if (call->options.replacement == 0 && call->sum_w > n)
        simple *= (call->sum_w - n) / call->sum_w;
    call->out.deff = variance > 0 && simple > 0 ? variance / simple : (double)NAN;
}

static cx_status survey_mean_of(survey_call *call, cx_error *err) {
    const double *w = call->design->weight;
    double sum = 0;
    for (int64_t row = 0; row < call->design->rows; row++)
        if (call->in[row]) sum += w[row] * call->y[row];
    double mean = sum / call->sum_w;
    call->out.estimate.value = mean;
    for (int64_t row = 0; row < call->design->rows; row++)
        call->e[row] = call->in[row] ? (call->y[row] - mean) / call->sum_w : 0;
    CX_TRY(survey_infer(call, err));
    survey_effect(call, survey_spread(call, mean));
    return CX_OK;
}

/* -- limits -------------------------------------------------------------------------------- */

/* Effective answers for a small-sample interval: p (1 - p) / V, or that of a net score, times
 * (t_n / t_df)^2; the weights' own where nothing varies [KornGraubard1998]. */
static double survey_small_n(const survey_call *call, double one) {
    const cx_estimate *e = &call->out.estimate;
    double tail = (1 - e->confidence) / 2, n = call->sum_w * call->sum_w / call->sum_w2;
    if (e->se > 0) n = one / (e->se * e->se);
    if (!(e->df > 0)) return n;
    double rows = (double)call->design->rows - 1;
    double ratio = cx_t_quantile_upper(tail, fmax(rows, 1)) / cx_t_quantile_upper(tail, e->df);
    return n * ratio * ratio;
}

static double survey_logistic(double x) {
    return 1 / (1 + exp(-x));
}

static cx_i_interval survey_transformed(const cx_estimate *e, double t) {
    double p = e->value;
    if (e->method == CX_METHOD_LOGIT) {
        double centre = log(p / (1 - p)), half = t * e->se / (p * (1 - p));
        return (cx_i_interval){survey_logistic(centre - half), survey_logistic(centre + half)};
    }
    double centre = asin(sqrt(p)), half = t * e->se / (2 * sqrt(p * (1 - p)));
    double low = fmax(centre - half, 0), high = fmin(centre + half, asin(1));
    return (cx_i_interval){sin(low) * sin(low), sin(high) * sin(high)};
}

/* 2 n KL(p, q) for shares: the scaled likelihood ratio. */
static double survey_ratio_at(double p, double q, double n) {
    return 2 * n * (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)));
}

static double survey_likelihood_limit(double p, double n, double bound, double end) {
    double inside = p, outside = end;
    for (int i = 0; i < 200 && inside != outside; i++) {
        double middle = (inside + outside) / 2;
        if (middle == inside || middle == outside) break;
        if (survey_ratio_at(p, middle, n) <= bound)
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

static cx_i_interval survey_share_limits(const survey_call *call, const cx_estimate *e) {
    double p = e->value, t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    switch (e->method) {
    case CX_METHOD_LOGIT:
    case CX_METHOD_ARCSINE:
        return survey_transformed(e, t);
    case CX_METHOD_LIKELIHOOD: {
        double rows = (double)e->n, n = p * (1 - p) / (e->se * e->se) * (rows - 1) / rows;
        return (cx_i_interval){survey_likelihood_limit(p, n, t * t, 0),
                               survey_likelihood_limit(p, n, t * t, 1)};
    }
    case CX_METHOD_WALD:
        return (cx_i_interval){p - t * e->se, p + t * e->se};
    default: {
        double n = survey_small_n(call, p * (1 - p));
        return cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, p * n, n, e->confidence);
    }
    }
}

static void survey_finish_share(survey_call *call) {
    cx_estimate *e = &call->out.estimate;
    e->method = call->options.method == CX_METHOD_AUTO ? CX_METHOD_LOGIT : call->options.method;
    if (!(e->se > 0) || !(e->df > 0)) e->method = CX_METHOD_BETA;
    cx_i_interval interval = survey_share_limits(call, e);
    e->ci_low = interval.low;
    e->ci_high = interval.high;
    cx_i_estimate_clip(e, 0, 1);
}

static void survey_finish_net(survey_call *call) {
    cx_estimate *e = &call->out.estimate;
    double net = e->value, both = 0;
    for (int64_t row = 0; row < call->design->rows; row++)
        if (call->in[row] && call->y[row] != 0) both += call->design->weight[row];
    both /= call->sum_w;
    e->method = call->options.method == CX_METHOD_AUTO ? CX_METHOD_SCORE : call->options.method;
    double n = survey_small_n(call, both - net * net);
    cx_i_trinomial counts = {n * (both - net) / 2, n * (1 - both), n * (both + net) / 2};
    cx_i_interval interval = cx_i_net_interval((cx_method)e->method, counts, e->confidence);
    e->ci_low = interval.low;
    e->ci_high = interval.high;
    cx_i_estimate_clip(e, -1, 1);
    e->value *= 100, e->ci_low *= 100, e->ci_high *= 100, e->se *= 100;
}

/* -- the calls ----------------------------------------------------------------------------- */

typedef cx_status (*survey_body)(survey_call *call, cx_error *err);

static cx_status survey_run(const cx_design *design, const survey_given *given, survey_body body,
                            cx_survey_estimate *out, cx_error *err) {
    if (given->y == NULL || design == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         given->y == NULL ? "y"
                         : design == NULL ? "design"
                                          : "out");
    survey_call call = {.design = design};
    call.out.deff = (double)NAN;
    cx_status status = survey_open(&call, given, err);
    if (status == CX_OK) status = body(&call, err);
    survey_free(&call);
    if (status == CX_OK) *out = call.out;
    return status;
}

cx_status cx_survey_mean(const cx_array *y, const cx_design *design, const cx_array *domain,
                         const cx_survey_options *options, cx_survey_estimate *out, cx_error *err) {
    survey_given given = {y, NULL, domain, options, SURVEY_NUMBER, CX_UNIT_SCALE};
    return survey_run(design, &given, survey_mean_of, out, err);
}

static cx_status survey_share_of(survey_call *call, cx_error *err) {
    CX_TRY(survey_mean_of(call, err));
    survey_finish_share(call);
    return CX_OK;
}

cx_status cx_survey_share(const cx_array *y, const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    survey_given given = {y, NULL, domain, options, SURVEY_TRUTH, CX_UNIT_FRACTION};
    return survey_run(design, &given, survey_share_of, out, err);
}

static cx_status survey_net_of(survey_call *call, cx_error *err) {
    CX_TRY(survey_mean_of(call, err));
    survey_finish_net(call);
    return CX_OK;
}

cx_status cx_survey_nps(const cx_array *scores, const cx_design *design, const cx_array *domain,
                        const cx_survey_options *options, cx_survey_estimate *out, cx_error *err) {
    survey_given given = {scores, NULL, domain, options, SURVEY_NET, CX_UNIT_POINTS};
    return survey_run(design, &given, survey_net_of, out, err);
}

static cx_status survey_total_of(survey_call *call, cx_error *err) {
    const double *w = call->design->weight;
    cx_estimate *e = &call->out.estimate;
    e->value = 0;
    for (int64_t row = 0; row < call->design->rows; row++) {
        call->e[row] = call->in[row] ? call->y[row] : 0;
        e->value += w[row] * call->e[row];
    }
    CX_TRY(survey_infer(call, err));
    e->n_eff = call->sum_w * call->sum_w / call->sum_w2;
    double simple = survey_spread(call, e->value / call->sum_w) / (double)e->n, n = (double)e->n;
    if (call->options.replacement == 0 && call->sum_w > n)
        simple *= (call->sum_w - n) / call->sum_w;
    if (call->whole && simple > 0)
        call->out.deff = e->se * e->se / (simple * call->sum_w * call->sum_w);
    return CX_OK;
}

cx_status cx_survey_total(const cx_array *y, const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    survey_given given = {y, NULL, domain, options, SURVEY_NUMBER, CX_UNIT_SCALE};
    return survey_run(design, &given, survey_total_of, out, err);
}

static cx_status survey_ratio_of(survey_call *call, cx_error *err) {
    const double *w = call->design->weight;
    double above = 0, below = 0;
    for (int64_t row = 0; row < call->design->rows; row++)
        if (call->in[row]) above += w[row] * call->y[row], below += w[row] * call->x[row];
    if (below == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the denominator adds up to 0: there is no ratio");
    cx_estimate *e = &call->out.estimate;
    e->value = above / below;
    e->n_eff = call->sum_w * call->sum_w / call->sum_w2;
    for (int64_t row = 0; row < call->design->rows; row++)
        call->e[row] = call->in[row] ? (call->y[row] - e->value * call->x[row]) / below : 0;
    return survey_infer(call, err);
}

cx_status cx_survey_ratio(const cx_array *numerator, const cx_array *denominator,
                          const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    survey_given given = {numerator, denominator, domain, options, SURVEY_NUMBER, CX_UNIT_SCALE};
    if (denominator == NULL) return cx_i_fail(err, CX_E_NULL, "denominator is missing");
    return survey_run(design, &given, survey_ratio_of, out, err);
}
