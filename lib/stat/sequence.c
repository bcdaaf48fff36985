#include "stat/sequence.h"

#include <cxkit/special.h>

/* -- normal mixture ------------------------------------------------------------------------ */

double cx_i_mixture_rho(double v_opt, double alpha) {
    double twice = -2 * log(alpha);
    return v_opt / (twice + log1p(twice));
}

double cx_i_normal_mixture_log(double s, double v, double rho) {
    return (log(rho / (v + rho)) + s * s / (v + rho)) / 2;
}

double cx_i_normal_mixture_bound(double v, double rho, double alpha) {
    return sqrt((v + rho) * (log1p(v / rho) - 2 * log(alpha)));
}

/* Values in a range of 1 are sub-Gaussian with variance 1/4 [Hoeffding1963]. */
static cx_i_interval sequence_normal(const cx_i_seen *seen, double t_opt, double alpha) {
    double rho = cx_i_mixture_rho(t_opt / 4, alpha);
    double half = cx_i_normal_mixture_bound(seen->n_all / 4, rho, alpha) / seen->n_all;
    return (cx_i_interval){seen->mean - half, seen->mean + half};
}

/* -- gamma-exponential mixture [Howard2021] ------------------------------------------------- */

double cx_i_one_sided_rho(double v_opt, double alpha) {
    return cx_i_mixture_rho(v_opt, 2 * alpha);
}

double cx_i_gamma_mixture_log(double s, double v, double rho, double scale) {
    double square = scale * scale, a = rho / square, shape = a + v / square;
    double x = shape + s / scale;
    double start = a * log(a) - cx_lgamma(a) - cx_gamma_log_cdf(a, a, 1);
    return start + cx_lgamma(shape) + cx_gamma_log_cdf(x, shape, 1) - shape * log(x) + x - a;
}

/* The logarithm rises with s. */
double cx_i_gamma_mixture_bound(double v, double rho, double scale, double alpha) {
    double target = -log(alpha), low = 0, high = sqrt(v + rho) + scale;
    while (cx_i_gamma_mixture_log(high, v, rho, scale) < target) low = high, high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-13 * high; i++) {
        double middle = low + (high - low) / 2;
        if (cx_i_gamma_mixture_log(middle, v, rho, scale) < target)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* -- beta-binomial mixture ----------------------------------------------------------------- */

#define SEQUENCE_LEAST_STRENGTH 1e-3

double cx_i_beta_mixture_strength(double t_opt, double alpha) {
    return fmax(cx_i_mixture_rho(t_opt, alpha) - 1, SEQUENCE_LEAST_STRENGTH);
}

double cx_i_beta_mixture_log(double p, double successes, double failures, double r) {
    double a = p * r, b = (1 - p) * r;
    double ratio = cx_lbeta(a + successes, b + failures) - cx_lbeta(a, b);
    return ratio - (successes > 0 ? successes * log(p) : 0) -
           (failures > 0 ? failures * log1p(-p) : 0);
}

/* Less what rounding may have added: a mean is left out only when it certainly may be. */
static double sequence_beta_least(double p, double successes, double failures, double r) {
    double size = fabs(successes * log(p)) + fabs(failures * log1p(-p)) +
                  fabs(cx_lbeta(p * r + successes, (1 - p) * r + failures)) +
                  fabs(cx_lbeta(p * r, (1 - p) * r));
    return cx_i_beta_mixture_log(p, successes, failures, r) - 0x1p-50 * (1 + size);
}

/* The lower limit: the wealth rises from the mean down to `end`, or stays low there. With fewer
 * than one success it need not: then nothing is left out. */
static double sequence_beta_low(double successes, double failures, double r, double target) {
    double out = 1e-15, in = successes / (successes + failures);
    if (!(sequence_beta_least(out, successes, failures, r) > target)) return 0;
    for (int i = 0; i < 200 && in - out > 1e-13 * in; i++) {
        double middle = out + (in - out) / 2;
        if (sequence_beta_least(middle, successes, failures, r) > target)
            out = middle;
        else
            in = middle;
    }
    return out;
}

static cx_i_interval sequence_beta(const cx_i_seen *seen, double t_opt, double alpha) {
    double r = cx_i_beta_mixture_strength(t_opt, alpha), successes = 0, failures = 0;
    for (int64_t i = 0; i < seen->count; i++) {
        successes += seen->n[i] * seen->x[i];
        failures += seen->n[i] * (1 - seen->x[i]);
    }
    cx_i_interval interval = {0, 1};
    if (successes > 0) interval.low = sequence_beta_low(successes, failures, r, -log(alpha));
    if (failures > 0) interval.high = 1 - sequence_beta_low(failures, successes, r, -log(alpha));
    return interval;
}

/* -- betting ------------------------------------------------------------------------------- */

/* Bets are shares k of the wealth on a grid that is even in log(k / (1 - k)), weighed by a Cauchy
 * density in k, whose scale is about the best bet for t_opt values at the ends: narrow there, and
 * no grave loss elsewhere. A discrete prior is as valid as a continuous one: nothing is integrated
 * and nothing is lost but a little width. */
#define SEQUENCE_BETS 51
#define SEQUENCE_FIRST_BET (-18.0)
#define SEQUENCE_BET_STEP 0.5

typedef struct sequence_bets {
    double share[SEQUENCE_BETS], log_weight[SEQUENCE_BETS];
} sequence_bets;

static void sequence_prior(double t_opt, double alpha, sequence_bets *bets) {
    double scale = fmin(0.5, sqrt(2 * log(3 / alpha) / t_opt)), total = 0;
    for (int i = 0; i < SEQUENCE_BETS; i++) {
        double odds = exp(SEQUENCE_FIRST_BET + SEQUENCE_BET_STEP * i), k = odds / (1 + odds);
        bets->share[i] = k;
        bets->log_weight[i] = k * (1 - k) / (1 + k * k / (scale * scale));
        total += bets->log_weight[i];
    }
    for (int i = 0; i < SEQUENCE_BETS; i++) bets->log_weight[i] = log(bets->log_weight[i] / total);
}

/* One bet against the mean e^u. x / m - 1 is 0 for x = m: logarithms of what is near 1. */
static double sequence_bet(const cx_i_seen *seen, double share, double u, bool upper,
                           double *slope) {
    double sum = 0, odds = exp(-u);
    *slope = 0;
    for (int64_t i = 0; i < seen->count; i++) {
        double x = upper ? 1 - seen->x[i] : seen->x[i], gain = share * (x * odds - 1);
        sum += seen->n[i] * log1p(gain);
        *slope -= seen->n[i] * share * x * odds / (1 + gain);
    }
    return sum;
}

static double sequence_wealth(const cx_i_seen *seen, const sequence_bets *bets, double u,
                              bool upper, double *slope) {
    double logs[SEQUENCE_BETS], slopes[SEQUENCE_BETS], most = -INFINITY, sum = 0, weighted = 0;
    for (int i = 0; i < SEQUENCE_BETS; i++) {
        logs[i] = bets->log_weight[i] + sequence_bet(seen, bets->share[i], u, upper, &slopes[i]);
        most = fmax(most, logs[i]);
    }
    for (int i = 0; i < SEQUENCE_BETS; i++) {
        double part = exp(logs[i] - most);
        sum += part;
        weighted += part * slopes[i];
    }
    *slope = weighted / sum;
    return most + log(sum);
}

double cx_i_betting_log(const cx_i_seen *seen, double u, double t_opt, double alpha, bool upper,
                        double *slope) {
    sequence_bets bets;
    sequence_prior(t_opt, alpha, &bets);
    return sequence_wealth(seen, &bets, u, upper, slope);
}

/* The mean at which the wealth is 2 / alpha. Its logarithm falls in u and is convex, as each factor
 * 1 - k + k x e^-u is log-convex and sums of such are: so the set of means left out is what lies
 * below one point, and Newton's steps reach it from below, never from within the interval. */
static double sequence_betting_low(const cx_i_seen *seen, const sequence_bets *bets, double mean,
                                   bool upper, double target) {
    double u = log(mean), slope;
    if (!(mean > 0)) return 0;
    for (int i = 0; i < 200; i++) {
        double above = sequence_wealth(seen, bets, u, upper, &slope) - target;
        double step = -above / slope;
        if (i > 0 && fabs(step) < 1e-13) break;
        u += step;
        if (!(u > -700)) return 0;
    }
    return exp(u) * (1 - 0x1p-40);
}

static cx_i_interval sequence_betting(const cx_i_seen *seen, double t_opt, double alpha) {
    sequence_bets bets;
    double target = log(2 / alpha);
    sequence_prior(t_opt, alpha, &bets);
    double low = sequence_betting_low(seen, &bets, seen->mean, false, target);
    double high = 1 - sequence_betting_low(seen, &bets, 1 - seen->mean, true, target);
    return (cx_i_interval){low, high};
}

/* -- all ----------------------------------------------------------------------------------- */

cx_i_interval cx_i_sequence_interval(cx_method method, const cx_i_seen *seen, double t_opt,
                                     double alpha) {
    cx_i_interval interval =
        method == CX_METHOD_NORMAL_MIXTURE  ? sequence_normal(seen, t_opt, alpha)
        : method == CX_METHOD_BETA_BINOMIAL ? sequence_beta(seen, t_opt, alpha)
                                            : sequence_betting(seen, t_opt, alpha);
    return (cx_i_interval){fmax(interval.low, 0), fmin(interval.high, 1)};
}
