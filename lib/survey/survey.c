#include "survey/survey.h"

#include "stat/estimate.h"

#include <cxkit/special.h>

/* The domain at hand, and what becomes of it. */
typedef struct survey_call {
    cx_i_survey *survey;
    const int64_t *row;
    int64_t domain;
    cx_i_survey_sums sums;
    double square; /* sum of squared weights */
    cx_survey_estimate out;
} survey_call;

/* -- sums ---------------------------------------------------------------------------------- */

static cx_unit survey_unit(int32_t figure) {
    if (figure == CX_SURVEY_NPS) return CX_UNIT_POINTS;
    if (figure == CX_SURVEY_SHARE || figure == CX_SURVEY_CSAT) return CX_UNIT_FRACTION;
    return CX_UNIT_SCALE;
}

static cx_status survey_add_up(survey_call *call, cx_error *err) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    e->n = s->first[call->domain + 1] - s->first[call->domain];
    memcpy(e->excluded, s->excluded[call->domain], sizeof e->excluded);
    for (int64_t i = 0; i < e->n; i++) {
        int64_t row = call->row[i];
        double w = s->design->weight[row];
        call->sums.w += w;
        call->sums.y += w * s->y[row];
        if (s->x != NULL) call->sums.x += w * s->x[row];
        call->square += w * w;
    }
    e->sum_w = call->sums.w;
    if (s->design->weighted) e->flags |= CX_FLAG_WEIGHTED;
    if (e->n < 5) e->flags |= CX_FLAG_FEW;
    if (e->n == 0 || !(call->sums.w > 0))
        return cx_i_fail(err, CX_E_EMPTY, "no row of the domain has a value and a weight");
    if (s->figure == CX_SURVEY_RATIO && call->sums.x == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the denominator adds up to 0: there is no ratio");
    e->value = cx_i_survey_value(s->figure, call->sums);
    return CX_OK;
}

/* Variance of one value, as every textbook and R's svyvar have it. */
static double survey_spread(const survey_call *call) {
    const cx_i_survey *s = call->survey;
    double sum = 0, n = (double)call->out.estimate.n, mean = call->sums.y / call->sums.w;
    for (int64_t i = 0; i < call->out.estimate.n; i++) {
        double distance = s->y[call->row[i]] - mean;
        sum += s->design->weight[call->row[i]] * distance * distance;
    }
    return n > 1 ? sum / call->sums.w * n / (n - 1) : (double)NAN;
}

/* -- variance ------------------------------------------------------------------------------ */

/* Units and strata of the first stage with a row that is used. */
static void survey_count(survey_call *call) {
    const cx_i_survey *s = call->survey;
    const cx_i_stage *stage = &s->design->stage[0];
    int64_t mark = call->domain + 1;
    for (int64_t i = 0; i < call->out.estimate.n; i++) {
        int64_t unit = stage->unit[call->row[i]], stratum = stage->stratum[unit];
        if (s->unit_seen[unit] == mark) continue;
        s->unit_seen[unit] = mark;
        call->out.units++;
        if (s->stratum_seen[stratum] == mark) continue;
        s->stratum_seen[stratum] = mark;
        call->out.strata++;
    }
}

/* What one row, counted once, adds to the estimate. */
static double survey_influence(const survey_call *call, int64_t row) {
    const cx_i_survey *s = call->survey;
    if (s->figure == CX_SURVEY_TOTAL) return s->y[row];
    if (s->figure == CX_SURVEY_RATIO)
        return (s->y[row] - call->out.estimate.value * s->x[row]) / call->sums.x;
    return (s->y[row] - call->out.estimate.value) / call->sums.w;
}

/* From the rows of the domain alone; false when that is not enough. */
static bool survey_linearise_few(survey_call *call, double *variance) {
    cx_i_survey *s = call->survey;
    int64_t rows = call->out.estimate.n;
    if (s->sparse.stage == NULL) return false;
    for (int64_t i = 0; i < rows; i++) s->z[i] = survey_influence(call, call->row[i]);
    *variance = cx_i_sparse_variance(s->design, &s->sparse, call->row, s->z, rows);
    return !isnan(*variance);
}

static cx_status survey_linearise(survey_call *call, double *variance, cx_error *err) {
    cx_i_survey *s = call->survey;
    if (survey_linearise_few(call, variance)) return CX_OK;
    for (int64_t i = 0; i < call->out.estimate.n; i++)
        s->e[call->row[i]] = survey_influence(call, call->row[i]);
    cx_status status = cx_i_design_weigh(s->design, s->e, s->z, err);
    if (status == CX_OK) status = cx_i_design_variance(s->design, s->z, variance, err);
    double size = 0;
    for (int64_t i = 0; i < call->out.estimate.n; i++) {
        size += fabs(s->z[call->row[i]]);
        s->e[call->row[i]] = 0;
    }
    /* totals of units that are alike differ in rounding all the same */
    if (status == CX_OK && *variance < 1e-30 * size * size) *variance = 0;
    return status;
}

/* Without a degree of freedom, or with a replicate that has no row of the domain, nothing is known
 * about the error: the limits bound nothing. */
static bool survey_is_unidentified(survey_call *call) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    bool partial = s->variance != NULL && s->partial[call->domain];
    if (e->df > 0 && !partial) return false;
    if (partial) e->se = (double)NAN;
    e->ci_low = -(double)INFINITY;
    e->ci_high = (double)INFINITY;
    e->flags |= CX_FLAG_FEW | CX_FLAG_UNIDENTIFIED;
    return true;
}

/* Standard error, degrees of freedom, limits by t. */
static cx_status survey_infer(survey_call *call, cx_error *err) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    double variance;
    survey_count(call);
    e->df = (double)(call->out.units - call->out.strata);
    e->method = CX_METHOD_T;
    if (s->variance != NULL)
        variance = s->variance[call->domain];
    else
        CX_TRY(survey_linearise(call, &variance, err));
    if (call->out.units > 1) e->se = sqrt(variance); /* of one unit it is 0 */
    if (survey_is_unidentified(call)) return CX_OK;
    if (!(variance > 0)) e->flags |= CX_FLAG_NO_VARIANCE;
    if (!(variance > 0)) return CX_OK;
    double t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    e->ci_low = e->value - t * e->se;
    e->ci_high = e->value + t * e->se;
    return CX_OK;
}

/* -- design effects ------------------------------------------------------------------------ */

/* The design effect against a simple random sample, and the effective number of answers. */
static void survey_effect(survey_call *call) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    double n = (double)e->n, variance = e->se * e->se, whole = call->sums.w;
    e->n_eff = whole * whole / call->square;
    call->out.deff = (double)NAN;
    if (s->figure == CX_SURVEY_RATIO) return;
    double spread = survey_spread(call), simple = spread / n;
    if (s->options.replacement == 0 && whole > n) simple *= (whole - n) / whole;
    if (!(variance > 0) || !(simple > 0)) return;
    if (s->figure != CX_SURVEY_TOTAL) {
        e->n_eff = spread / variance;
        call->out.deff = variance / simple;
    } else if (s->design->rows == e->n) {
        call->out.deff = variance / (simple * whole * whole);
    }
}

/* Effective answers for a small-sample interval: the variance of one divided by that of the
 * estimate, times (t_n / t_df)^2; the weights' own where nothing varies [KornGraubard1998]. */
static double survey_small_n(const survey_call *call, double one, double df) {
    const cx_estimate *e = &call->out.estimate;
    double tail = (1 - e->confidence) / 2, n = call->sums.w * call->sums.w / call->square;
    if (e->se > 0) n = one / (e->se * e->se);
    double rows = fmax((double)call->survey->design->rows - 1, 1);
    double ratio = cx_t_quantile_upper(tail, rows) / cx_t_quantile_upper(tail, df);
    return n * ratio * ratio;
}

/* Of a net score: no more degrees of freedom than uneven weights leave. */
static double survey_net_n(const survey_call *call, double one) {
    const cx_estimate *e = &call->out.estimate;
    double worth = call->sums.w * call->sums.w / call->square, df = e->df;
    double deff = e->se > 0 && one > 0 ? worth * e->se * e->se / one : 1;
    if (df > 0) df = fmin(df, fmax(cx_i_survey_freedom(call->survey, call->row, e->n, deff), 1));
    return survey_small_n(call, one, df);
}

static void survey_limits(survey_call *call) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    double value = e->value, both = 0;
    if (e->unit == CX_UNIT_FRACTION)
        cx_i_survey_limits_share(&s->options, survey_small_n(call, value * (1 - value), e->df), e);
    if (e->unit != CX_UNIT_POINTS) return;
    for (int64_t i = 0; i < e->n; i++)
        if (s->y[call->row[i]] != 0) both += s->design->weight[call->row[i]];
    both /= call->sums.w;
    cx_i_survey_limits_net(&s->options, survey_net_n(call, both - value * value), both, e);
}

cx_status cx_i_survey_domain(cx_i_survey *survey, int64_t domain, cx_survey_estimate *out,
                             cx_error *err) {
    survey_call call;
    memset(&call, 0, sizeof call);
    call.survey = survey;
    call.row = survey->row + survey->first[domain];
    call.domain = domain;
    call.out.deff = (double)NAN;
    call.out.estimate = cx_i_estimate_new(survey->options.confidence, survey_unit(survey->figure));
    cx_status status = survey_add_up(&call, err);
    if (status != CX_OK) {
        *out = call.out; /* what was left out, and why, is known all the same */
        return status;
    }
    CX_TRY(survey_infer(&call, err));
    survey_effect(&call);
    survey_limits(&call);
    *out = call.out;
    return CX_OK;
}

/* -- the calls ----------------------------------------------------------------------------- */

static cx_status survey_run(const cx_design *design, const cx_i_survey_given *given,
                            cx_survey_estimate *out, cx_error *err) {
    cx_i_survey survey;
    cx_survey_estimate estimate;
    if (given->y == NULL || design == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         given->y == NULL ? "y"
                         : design == NULL ? "design"
                                          : "out");
    CX_TRY(cx_i_survey_open(design, given, &survey, err));
    cx_status status = cx_i_survey_domain(&survey, 0, &estimate, err);
    int64_t n = estimate.estimate.n, least = survey.options.min_n;
    cx_i_survey_free(&survey);
    CX_TRY(status);
    if (n < least) return cx_i_fail(err, CX_E_SUPPRESSED, "there are fewer than %d answers", least);
    *out = estimate;
    return CX_OK;
}

cx_status cx_survey_mean(const cx_array *y, const cx_design *design, const cx_array *domain,
                         const cx_survey_options *options, cx_survey_estimate *out, cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_MEAN, y, NULL, domain, NULL, options};
    return survey_run(design, &given, out, err);
}

cx_status cx_survey_total(const cx_array *y, const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_TOTAL, y, NULL, domain, NULL, options};
    return survey_run(design, &given, out, err);
}

cx_status cx_survey_ratio(const cx_array *numerator, const cx_array *denominator,
                          const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_RATIO, numerator, denominator, domain, NULL, options};
    if (denominator == NULL) return cx_i_fail(err, CX_E_NULL, "denominator is missing");
    return survey_run(design, &given, out, err);
}

cx_status cx_survey_share(const cx_array *y, const cx_design *design, const cx_array *domain,
                          const cx_survey_options *options, cx_survey_estimate *out,
                          cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_SHARE, y, NULL, domain, NULL, options};
    return survey_run(design, &given, out, err);
}

cx_status cx_survey_nps(const cx_array *scores, const cx_design *design, const cx_array *domain,
                        const cx_survey_options *options, cx_survey_estimate *out, cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_NPS, scores, NULL, domain, NULL, options};
    return survey_run(design, &given, out, err);
}

cx_status cx_survey_csat(const cx_array *scores, const cx_design *design, const cx_array *domain,
                         const cx_survey_options *options, cx_survey_estimate *out, cx_error *err) {
    cx_i_survey_given given = {CX_SURVEY_CSAT, scores, NULL, domain, NULL, options};
    return survey_run(design, &given, out, err);
}
