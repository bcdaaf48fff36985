#include "survey/survey.h"

#include "stat/estimate.h"
#include "stat/interval.h"

#include <cxkit/special.h>

/* Limits of shares [KornGraubard1998, RaoScott1984] and of net scores under a design. */

static double limits_logistic(double x) {
    return 1 / (1 + exp(-x));
}

static cx_i_interval limits_transformed(const cx_estimate *e, double t) {
    double p = e->value;
    if (e->method == CX_METHOD_LOGIT) {
        double centre = log(p / (1 - p)), half = t * e->se / (p * (1 - p));
        return (cx_i_interval){limits_logistic(centre - half), limits_logistic(centre + half)};
    }
    double centre = asin(sqrt(p)), half = t * e->se / (2 * sqrt(p * (1 - p)));
    double low = fmax(centre - half, 0), high = fmin(centre + half, asin(1));
    return (cx_i_interval){sin(low) * sin(low), sin(high) * sin(high)};
}

/* The scaled likelihood ratio of a share q when p was seen. */
static double limits_ratio(double p, double q, double n) {
    return 2 * n * (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)));
}

static double limits_likelihood(double p, double n, double bound, double end) {
    double inside = p, outside = end;
    for (double middle = (inside + outside) / 2; middle != inside && middle != outside;
         middle = (inside + outside) / 2) {
        if (limits_ratio(p, middle, n) <= bound)
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

static cx_i_interval limits_share(const cx_estimate *e, double small_n) {
    double p = e->value, t = cx_t_quantile_upper((1 - e->confidence) / 2, e->df);
    switch (e->method) {
    case CX_METHOD_LOGIT:
    case CX_METHOD_ARCSINE:
        return limits_transformed(e, t);
    case CX_METHOD_LIKELIHOOD: {
        double rows = (double)e->n, n = p * (1 - p) / (e->se * e->se) * (rows - 1) / rows;
        return (cx_i_interval){limits_likelihood(p, n, t * t, 0),
                               limits_likelihood(p, n, t * t, 1)};
    }
    case CX_METHOD_WALD:
        return (cx_i_interval){p - t * e->se, p + t * e->se};
    default:
        return cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, p * small_n, small_n, e->confidence);
    }
}

void cx_i_survey_limits_share(const cx_survey_options *options, double small_n, cx_estimate *e) {
    if (e->flags & CX_FLAG_UNIDENTIFIED) {
        e->ci_low = 0;
        e->ci_high = 1;
        return;
    }
    e->method = options->method == CX_METHOD_AUTO ? CX_METHOD_LOGIT : options->method;
    if (!(e->se > 0)) e->method = CX_METHOD_BETA;
    cx_i_interval interval = limits_share(e, small_n);
    e->ci_low = interval.low;
    e->ci_high = interval.high;
    cx_i_estimate_clip(e, 0, 1);
}

void cx_i_survey_limits_net(const cx_survey_options *options, double small_n, double both,
                            cx_estimate *e) {
    double net = e->value;
    cx_i_trinomial counts = {small_n * (both - net) / 2, small_n * (1 - both),
                             small_n * (both + net) / 2};
    e->method = options->method == CX_METHOD_AUTO ? CX_METHOD_SCORE : options->method;
    cx_i_interval interval = {-1, 1};
    if (!(e->flags & CX_FLAG_UNIDENTIFIED))
        interval = cx_i_net_interval((cx_method)e->method, counts, e->confidence);
    e->ci_low = interval.low;
    e->ci_high = interval.high;
    cx_i_estimate_clip(e, -1, 1);
    e->value *= 100, e->ci_low *= 100, e->ci_high *= 100, e->se *= 100;
}
