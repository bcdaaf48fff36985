#include <cxkit/sample.h>

#include "stat/estimate.h"
#include "stat/power.h"
#include "stat/special.h"

/* How many answers it takes, and what a number of them buys. */

void cx_sample_options_init(cx_sample_options *options) {
    if (options == NULL) return;
    *options = (cx_sample_options){.struct_size = sizeof *options,
                                   .score = CX_SCORE_NPS,
                                   .margin = NAN,
                                   .difference = NAN,
                                   .power = 0.8,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE,
                                   .promoters = NAN,
                                   .detractors = NAN,
                                   .share = NAN,
                                   .sd = NAN,
                                   .ratio = 1,
                                   .population = INFINITY,
                                   .response_rate = 1,
                                   .design_effect = 1};
}

/* -- options ------------------------------------------------------------------------------- */

static cx_status sample_check_scores(const cx_sample_options *o, cx_error *err) {
    if (o->score < CX_SCORE_NPS || o->score > CX_SCORE_TOP_BOX)
        return cx_i_fail(err, CX_E_OPTION, "score is %d: nps (0), mean (1) or top box (2)",
                         (int64_t)o->score);
    if (o->score == CX_SCORE_MEAN && !(o->sd > 0 && o->sd < 1e100))
        return cx_i_fail(err, CX_E_OPTION,
                         "sd is %g; a mean score needs the standard deviation of an answer, above "
                         "0",
                         o->sd);
    if (isnan(o->promoters) != isnan(o->detractors))
        return cx_i_fail(err, CX_E_OPTION,
                         "promoters and detractors are assumed together, or neither");
    if (!isnan(o->promoters) &&
        !(o->promoters >= 0 && o->detractors >= 0 && o->promoters + o->detractors <= 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "shares of %g promoters and %g detractors do not fit into 1", o->promoters,
                         o->detractors);
    if (!isnan(o->share) && !(o->share >= 0 && o->share <= 1))
        return cx_i_fail(err, CX_E_OPTION, "share is %g and must lie between 0 and 1", o->share);
    return CX_OK;
}

static cx_status sample_check(const cx_sample_options *o, cx_error *err) {
    CX_TRY(cx_i_check_confidence(o->confidence, err));
    CX_TRY(sample_check_scores(o, err));
    if (!(o->power > 0.5 && o->power < 1))
        return cx_i_fail(err, CX_E_OPTION, "power is %g and must lie between 0.5 and 1", o->power);
    if (!(o->ratio >= 1e-6 && o->ratio <= 1e6))
        return cx_i_fail(err, CX_E_OPTION, "ratio is %g and must lie between 1e-6 and 1e6",
                         o->ratio);
    if (!(o->population >= 2))
        return cx_i_fail(err, CX_E_OPTION, "population is %g and must be 2 or more", o->population);
    if (!(o->response_rate > 0 && o->response_rate <= 1))
        return cx_i_fail(err, CX_E_OPTION, "response_rate is %g: above 0, at most 1",
                         o->response_rate);
    if (!(o->design_effect >= 1e-6 && o->design_effect <= 1e6))
        return cx_i_fail(err, CX_E_OPTION, "design_effect is %g and must lie between 1e-6 and 1e6",
                         o->design_effect);
    return CX_OK;
}

/* -- what is assumed ----------------------------------------------------------------------- */

/* Variances of an answer, in units where a net score is -1..1. */
typedef struct sample_case {
    double variance_a, variance_b;
    double null; /* of both groups when they do not differ */
} sample_case;

static double sample_scale(const cx_sample_options *o) {
    return o->score == CX_SCORE_NPS ? 100 : 1;
}

/* The score of group a, in those units; the worst case lies in the middle. */
static double sample_start(const cx_sample_options *o, double d) {
    if (o->score == CX_SCORE_MEAN) return 0;
    if (o->score == CX_SCORE_NPS)
        return isnan(o->promoters) ? -d / 2 : o->promoters - o->detractors;
    return isnan(o->share) ? 0.5 - d / 2 : o->share;
}

static double sample_variance(const cx_sample_options *o, double score) {
    if (o->score == CX_SCORE_MEAN) return o->sd * o->sd;
    if (o->score == CX_SCORE_TOP_BOX) return fmax(score * (1 - score), 0);
    double both = isnan(o->promoters) ? 1 : fmax(o->promoters + o->detractors, fabs(score));
    return fmax(both - score * score, 0);
}

static sample_case sample_case_of(const cx_sample_options *o, double d) {
    double a = sample_start(o, d), r = o->ratio;
    sample_case found = {sample_variance(o, a), sample_variance(o, a + d), 0};
    double common = (a + r * (a + d)) / (1 + r);
    found.null = o->score == CX_SCORE_TOP_BOX ? sample_variance(o, common)
                                              : (found.variance_a + r * found.variance_b) / (1 + r);
    return found;
}

/* Does the difference stay within the range of the score? */
static bool sample_possible(const cx_sample_options *o, double d) {
    double a = sample_start(o, d), b = a + d, low = o->score == CX_SCORE_TOP_BOX ? 0 : -1;
    return o->score == CX_SCORE_MEAN || (a >= low && a <= 1 && b >= low && b <= 1);
}

/* -- margin and power ---------------------------------------------------------------------- */

/* The variance of the mean of n answers, for a variance of 1. */
static double sample_of_mean(const cx_sample_options *o, double n) {
    double finite = isinf(o->population) ? 1 : (o->population - n) / (o->population - 1);
    return o->design_effect / n * fmax(finite, 0);
}

static double sample_margin(const cx_sample_options *o, double n) {
    double df = o->score == CX_SCORE_MEAN ? fmax(n / o->design_effect, 2) - 1 : (double)INFINITY;
    double quantile = cx_t_quantile_upper((1 - o->confidence) / 2, df);
    return quantile * sqrt(sample_variance(o, sample_start(o, 0)) * sample_of_mean(o, n));
}

static double sample_second(const cx_sample_options *o, double n) {
    return ceil(n * o->ratio * (1 - 1e-15));
}

static double sample_power(const cx_sample_options *o, double n, double d) {
    double n_b = sample_second(o, n), tail = (1 - o->confidence) / 2;
    sample_case is = sample_case_of(o, d);
    double a = sample_of_mean(o, n), b = sample_of_mean(o, n_b);
    double own = sqrt(is.variance_a * a + is.variance_b * b);
    if (o->score != CX_SCORE_MEAN) {
        double null = cx_normal_quantile_upper(tail) * sqrt(is.null * (a + b));
        if (!(own > 0)) return fabs(d) > null ? 1 : 0;
        return cx_normal_cdf((fabs(d) - null) / own);
    }
    double df = fmax((n + n_b) / o->design_effect, 4) - 2, t = cx_t_quantile_upper(tail, df);
    if (!(own > 0)) return 1;
    return cx_i_noncentral_sf(fabs(d) / own, t, df);
}

/* -- the least n --------------------------------------------------------------------------- */

static bool sample_enough(const cx_sample_options *o, double n) {
    if (!isnan(o->margin)) return sample_margin(o, n) <= o->margin / sample_scale(o) * (1 + 1e-12);
    return sample_power(o, n, o->difference / sample_scale(o)) >= o->power;
}

static cx_status sample_least(const cx_sample_options *o, double *n, cx_error *err) {
    double most = isinf(o->population) ? 0x1p53 : floor(fmin(o->population, 0x1p53));
    if (isnan(o->margin) && o->ratio > 1) most = floor(most / o->ratio);
    double low = 1, high = fmin(2, most);
    while (!sample_enough(o, high)) {
        if (high >= most && isinf(o->population))
            return cx_i_fail(err, CX_E_LIMIT, "it takes more than 2^53 answers");
        if (high >= most)
            return cx_i_fail(err, CX_E_INFEASIBLE,
                             "not even %g answers of the population of %g are enough", most,
                             o->population);
        low = high;
        high = fmin(2 * high, most);
    }
    while (high - low > 1) {
        double middle = floor(low + (high - low) / 2);
        if (sample_enough(o, middle))
            high = middle;
        else
            low = middle;
    }
    *n = high;
    return CX_OK;
}

static cx_status sample_invite(const cx_sample_options *o, double n, int64_t *out, cx_error *err) {
    double invitations = ceil(n / o->response_rate * (1 - 1e-15));
    if (invitations > o->population)
        return cx_i_fail(err, CX_E_INFEASIBLE,
                         "%g answers at a response rate of %g take %g invitations: there are only "
                         "%g to invite",
                         n, o->response_rate, invitations, o->population);
    if (invitations > 0x1p53)
        return cx_i_fail(err, CX_E_LIMIT, "it takes more than 2^53 invitations");
    *out = (int64_t)invitations;
    return CX_OK;
}

static cx_status sample_fill(const cx_sample_options *o, double n, double d, cx_sample *out,
                             cx_error *err) {
    double scale = sample_scale(o), n_b = isnan(d) ? 0 : sample_second(o, n);
    memset(out, 0, sizeof *out);
    CX_TRY(sample_invite(o, n, &out->invitations, err));
    CX_TRY(sample_invite(o, n_b, &out->invitations_b, err));
    out->n = (int64_t)n;
    out->n_b = (int64_t)n_b;
    out->margin = scale * sample_margin(o, n);
    out->difference = scale * d;
    out->power = isnan(d) ? (double)NAN : sample_power(o, n, d);
    out->confidence = o->confidence;
    out->sd = scale * sqrt(sample_variance(o, sample_start(o, isnan(d) ? 0 : d)));
    return CX_OK;
}

static cx_status sample_take_options(const cx_sample_options *options, cx_sample_options *used,
                                     cx_error *err) {
    cx_sample_options_init(used);
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_sample_options", err));
    return sample_check(used, err);
}

static cx_status sample_check_goal(const cx_sample_options *o, cx_error *err) {
    if (isnan(o->margin) == isnan(o->difference))
        return cx_i_fail(err, CX_E_OPTION, "give a margin or a difference: one of them");
    if (!isnan(o->margin) && !(o->margin > 0 && isfinite(o->margin)))
        return cx_i_fail(err, CX_E_OPTION, "margin is %g and must be above 0", o->margin);
    if (!isnan(o->difference) && !(o->difference != 0 && isfinite(o->difference)))
        return cx_i_fail(err, CX_E_OPTION, "difference is %g and must not be 0", o->difference);
    if (!isnan(o->difference) && !sample_possible(o, o->difference / sample_scale(o)))
        return cx_i_fail(err, CX_E_DOMAIN, "a difference of %g leads out of the range of the score",
                         o->difference);
    return CX_OK;
}

cx_status cx_sample_size(const cx_sample_options *options, cx_sample *out, cx_error *err) {
    cx_sample_options used;
    cx_sample sample;
    double n = 0;
    CX_TRY(sample_take_options(options, &used, err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(sample_check_goal(&used, err));
    CX_TRY(sample_least(&used, &n, err));
    CX_TRY(sample_fill(&used, n, used.difference / sample_scale(&used), &sample, err));
    *out = sample;
    return CX_OK;
}

/* -- what n buys --------------------------------------------------------------------------- */

/* The least difference upwards that n detects; NaN when none does. */
static double sample_least_difference(const cx_sample_options *o, double n) {
    double low = 0, high = o->score == CX_SCORE_MEAN ? o->sd : 1 - sample_start(o, 0);
    if (o->score == CX_SCORE_NPS && isnan(o->promoters)) high = 2;
    if (o->score == CX_SCORE_TOP_BOX && isnan(o->share)) high = 1;
    while (o->score == CX_SCORE_MEAN && sample_power(o, n, high) < o->power) high *= 2;
    if (!(sample_power(o, n, high) >= o->power)) return NAN;
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2;
        if (sample_power(o, n, middle) >= o->power)
            high = middle;
        else
            low = middle;
    }
    return high;
}

cx_status cx_detectable(int64_t n, const cx_sample_options *options, cx_sample *out,
                        cx_error *err) {
    cx_sample_options used;
    cx_sample sample;
    CX_TRY(sample_take_options(options, &used, err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (!isnan(used.margin) || !isnan(used.difference))
        return cx_i_fail(err, CX_E_OPTION,
                         "margin and difference are what n answers buy: leave them out here");
    double largest = fmax((double)n, sample_second(&used, (double)n));
    if (n < 2 || largest > fmin(used.population, 0x1p53))
        return cx_i_fail(err, CX_E_DOMAIN, "n is %d: from 2 up to the population of %g", n,
                         used.population);
    double d = sample_least_difference(&used, (double)n);
    CX_TRY(sample_fill(&used, (double)n, d, &sample, err));
    if (isnan(d)) {
        sample.n_b = (int64_t)sample_second(&used, (double)n);
        CX_TRY(sample_invite(&used, (double)sample.n_b, &sample.invitations_b, err));
    }
    *out = sample;
    return CX_OK;
}
