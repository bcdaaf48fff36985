#include "survey/survey.h"

#include "stat/estimate.h"

#include <cxkit/special.h>

/* The domain at hand, and what becomes of it. */
typedef struct survey_call {
    cx_i_survey *survey;
    const int64_t *row;
    int64_t domain;
    cx_i_survey_facts facts;
    cx_survey_estimate out;
} survey_call;

/* -- sums ---------------------------------------------------------------------------------- */

static cx_unit survey_unit(int32_t figure) {
    if (figure == CX_SURVEY_NPS) return CX_UNIT_POINTS;
    if (figure == CX_SURVEY_SHARE || figure == CX_SURVEY_CSAT) return CX_UNIT_FRACTION;
    return CX_UNIT_SCALE;
}

void cx_i_survey_begin(int32_t figure, const cx_survey_options *options, cx_survey_estimate *out) {
    memset(out, 0, sizeof *out);
    out->deff = (double)NAN;
    out->estimate = cx_i_estimate_new(options->confidence, survey_unit(figure));
}

cx_status cx_i_survey_value_of(const cx_i_survey_facts *facts, cx_survey_estimate *out,
                               cx_error *err) {
    cx_estimate *e = &out->estimate;
    e->sum_w = facts->sums.w;
    if (facts->weighted) e->flags |= CX_FLAG_WEIGHTED;
    if (e->n < 5) e->flags |= CX_FLAG_FEW;
    if (e->n == 0 || !(facts->sums.w > 0))
        return cx_i_fail(err, CX_E_EMPTY, "no row of the domain has a value and a weight");
    if (facts->figure == CX_SURVEY_RATIO && facts->sums.x == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the denominator adds up to 0: there is no ratio");
    e->value = cx_i_survey_value(facts->figure, facts->sums);
    return CX_OK;
}

static cx_status survey_add_up(survey_call *call, cx_error *err) {
    const cx_i_survey *s = call->survey;
    cx_estimate *e = &call->out.estimate;
    cx_i_survey_facts *f = &call->facts;
    e->n = s->first[call->domain + 1] - s->first[call->domain];
    memcpy(e->excluded, s->excluded[call->domain], sizeof e->excluded);
    for (int64_t i = 0; i < e->n; i++) {
        int64_t row = call->row[i];
        double w = s->design->weight[row];
        f->sums.w += w;
        f->sums.y += w * s->y[row];
        if (s->x != NULL) f->sums.x += w * s->x[row];
        f->square += w * w;
        if (s->y[row] != 0) f->both += w;
    }
    f->both /= f->sums.w;
    return cx_i_survey_value_of(f, &call->out, err);
}

/* Variance of one value, as every textbook and R's svyvar have it. */
static double survey_spread(const survey_call *call) {
    const cx_i_survey *s = call->survey;
    cx_i_survey_sums sums = call->facts.sums;
    double sum = 0, n = (double)call->out.estimate.n, mean = sums.y / sums.w;
    for (int64_t i = 0; i < call->out.estimate.n; i++) {
        double distance = s->y[call->row[i]] - mean;
        sum += s->design->weight[call->row[i]] * distance * distance;
    }
    return n > 1 ? sum / sums.w * n / (n - 1) : (double)NAN;
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
        return (s->y[row] - call->out.estimate.value * s->x[row]) / call->facts.sums.x;
    return (s->y[row] - call->out.estimate.value) / call->facts.sums.w;
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

static cx_status survey_variance(survey_call *call, cx_error *err) {
    const cx_i_survey *s = call->survey;
    survey_count(call);
    call->facts.partial = s->variance != NULL && s->partial[call->domain];
    call->facts.spread = survey_spread(call);
    if (s->variance == NULL) return survey_linearise(call, &call->facts.variance, err);
    call->facts.variance = s->variance[call->domain];
    return CX_OK;
}

/* Without a degree of freedom, or with a replicate that has no row of the domain, nothing is known
 * about the error: the limits bound nothing. */
static bool survey_is_unidentified(const cx_i_survey_facts *facts, cx_estimate *e) {
    if (e->df > 0 && !facts->partial) return false;
    if (facts->partial) e->se = (double)NAN;
    e->ci_low = -(double)INFINITY;
    e->ci_high = (double)INFINITY;
    e->flags |= CX_FLAG_FEW | CX_FLAG_UNIDENTIFIED;
    return true;
}

/* Standard error, degrees of freedom, limits by t. */
static void survey_infer(const cx_i_survey_facts *facts, cx_survey_estimate *out) {
    cx_estimate *e = &out->estimate;
    e->df = (double)(out->units - out->strata);
    e->method = CX_METHOD_T;
    if (out->units > 1) e->se = sqrt(facts->variance); /* of one unit it is 0 */
    if (survey_is_unidentified(facts, e)) return;
    if (!(facts->variance > 0)) e->flags |= CX_FLAG_NO_VARIANCE;
    if (!(facts->variance > 0)) return;
    double t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    e->ci_low = e->value - t * e->se;
    e->ci_high = e->value + t * e->se;
}

/* -- design effects ------------------------------------------------------------------------ */

/* Weights that add up to the rows do not say how large the whole is: no finite population. */
#define SURVEY_WHOLE 1e-9

/* The design effect against a simple random sample, and the effective number of answers. */
static void survey_effect(const cx_i_survey_facts *facts, cx_survey_estimate *out) {
    cx_estimate *e = &out->estimate;
    double n = (double)e->n, variance = e->se * e->se, whole = facts->sums.w;
    e->n_eff = whole * whole / facts->square;
    if (facts->figure == CX_SURVEY_RATIO) return;
    double simple = facts->spread / n;
    if (facts->options->replacement == 0 && whole > n * (1 + SURVEY_WHOLE))
        simple *= (whole - n) / whole;
    if (!(variance > 0) || !(simple > 0)) return;
    if (facts->figure != CX_SURVEY_TOTAL) {
        e->n_eff = facts->spread / variance;
        out->deff = variance / simple;
    } else if (facts->rows == e->n) {
        out->deff = variance / (simple * whole * whole);
    }
}

/* Effective answers for a small-sample interval: the variance of one divided by that of the
 * estimate, times (t_n / t_df)^2; the weights' own where nothing varies [KornGraubard1998]. */
static double survey_small_n(const cx_i_survey_facts *facts, const cx_estimate *e, double one,
                             double df) {
    double tail = (1 - e->confidence) / 2, n = facts->sums.w * facts->sums.w / facts->square;
    if (e->se > 0) n = one / (e->se * e->se);
    double rows = fmax((double)facts->rows - 1, 1);
    double ratio = cx_t_quantile_upper(tail, rows) / cx_t_quantile_upper(tail, df);
    return n * ratio * ratio;
}

/* Of a net score: no more degrees of freedom than uneven weights leave. */
static double survey_net_n(const cx_i_survey_facts *facts, const cx_estimate *e, double one) {
    double df = e->df > 0 ? fmin(e->df, fmax(facts->freedom, 1)) : e->df;
    return survey_small_n(facts, e, one, df);
}

double cx_i_survey_net_effect(const cx_i_survey_facts *facts, const cx_survey_estimate *out) {
    double value = out->estimate.value, one = facts->both - value * value;
    double worth = facts->sums.w * facts->sums.w / facts->square;
    double se = out->units > 1 ? sqrt(facts->variance) : (double)NAN;
    return se > 0 && one > 0 ? worth * se * se / one : 1;
}

static void survey_limits(const cx_i_survey_facts *facts, cx_estimate *e) {
    double value = e->value, both = facts->both;
    if (e->unit == CX_UNIT_FRACTION)
        cx_i_survey_limits_share(facts->options,
                                 survey_small_n(facts, e, value * (1 - value), e->df), e);
    if (e->unit == CX_UNIT_POINTS)
        cx_i_survey_limits_net(facts->options, survey_net_n(facts, e, both - value * value), both,
                               e);
}

void cx_i_survey_finish(const cx_i_survey_facts *facts, cx_survey_estimate *out) {
    survey_infer(facts, out);
    survey_effect(facts, out);
    survey_limits(facts, &out->estimate);
}

cx_status cx_i_survey_domain(cx_i_survey *survey, int64_t domain, cx_survey_estimate *out,
                             cx_error *err) {
    survey_call call;
    memset(&call, 0, sizeof call);
    call.survey = survey;
    call.row = survey->row + survey->first[domain];
    call.domain = domain;
    call.facts.options = &survey->options;
    call.facts.figure = survey->figure;
    call.facts.rows = survey->design->rows;
    call.facts.weighted = survey->design->weighted;
    cx_i_survey_begin(survey->figure, &survey->options, &call.out);
    cx_status status = survey_add_up(&call, err);
    if (status != CX_OK) {
        *out = call.out; /* what was left out, and why, is known all the same */
        return status;
    }
    CX_TRY(survey_variance(&call, err));
    if (survey->figure == CX_SURVEY_NPS)
        call.facts.freedom = cx_i_survey_freedom(survey, call.row, call.out.estimate.n,
                                                 cx_i_survey_net_effect(&call.facts, &call.out));
    cx_i_survey_finish(&call.facts, &call.out);
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
