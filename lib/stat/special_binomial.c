#include "stat/special.h"

static const double binomial_most = 0x1p53;

static bool binomial_valid(double k, double n, double p) {
    return !isnan(k) && n >= 0.0 && n <= binomial_most && n == floor(n) && p >= 0.0 && p <= 1.0;
}

double cx_binomial_pmf(double k, double n, double p) {
    if (!binomial_valid(k, n, p)) return NAN;
    if (k < 0.0 || k > n || k != floor(k)) return 0.0;
    if (p == 0.0 || p == 1.0) return k == (p == 0.0 ? 0.0 : n) ? 1.0 : 0.0;
    cx_i_dd q = cx_i_dd_sum(1.0, -p);
    cx_i_dd log_p = p > 0.95 ? cx_i_dd_log1p(cx_i_dd_neg(q)) : cx_i_dd_log(cx_i_dd_of(p));
    cx_i_dd log_q = cx_i_dd_log1p(cx_i_dd_of(-p));
    cx_i_dd power = cx_i_dd_add(cx_i_dd_mul_d(log_p, k), cx_i_dd_mul_d(log_q, n - k));
    if (k == 0.0 || k == n) return cx_i_dd_exp_times(power, 1.0);
    /* the coefficient is n / (k (n - k) B(k, n - k)) */
    power = cx_i_dd_sub(power, cx_i_dd_lbeta(k, n - k));
    cx_i_dd factor = cx_i_dd_div(cx_i_dd_of(n), cx_i_dd_product(k, n - k));
    return cx_i_dd_exp_times(power, factor.hi);
}

/* 0 < p < 1 and 0 <= k < n: p is P(K <= k) */
static cx_i_tails binomial_tails(double k, double n, double p) {
    cx_i_beta beta = {.a = n - k, .b = k + 1.0};
    beta.log_beta = cx_i_dd_lbeta(beta.a, beta.b);
    cx_i_beta_at(&beta, cx_i_dd_sum(1.0, -p), cx_i_dd_of(p));
    return cx_i_beta_tails(&beta);
}

static double binomial_tail(double k, double n, double p, bool upper) {
    if (!binomial_valid(k, n, p)) return NAN;
    k = floor(k);
    if (k < 0.0) return upper ? 1.0 : 0.0;
    if (k >= n || p == 0.0) return upper ? 0.0 : 1.0;
    if (p == 1.0) return upper ? 1.0 : 0.0;
    cx_i_tails t = binomial_tails(k, n, p);
    return upper ? t.q : t.p;
}

double cx_binomial_cdf(double k, double n, double p) {
    return binomial_tail(k, n, p, false);
}

double cx_binomial_sf(double k, double n, double p) {
    return binomial_tail(k, n, p, true);
}

/* The cdf at k reaches prob, up to rounding; measured on the smaller tail. */
static bool binomial_reaches(double k, double n, double p, double prob) {
    const double slack = 16.0 * 0x1p-52;
    if (k >= n) return true;
    if (prob <= 0.5) return cx_binomial_cdf(k, n, p) >= prob * (1.0 - slack);
    return cx_binomial_sf(k, n, p) <= (1.0 - prob) + slack * prob;
}

double cx_binomial_quantile(double prob, double n, double p) {
    if (!(prob >= 0.0 && prob <= 1.0) || !binomial_valid(0.0, n, p)) return NAN;
    if (prob == 0.0 || p == 0.0 || n == 0.0) return 0.0;
    if (prob == 1.0 || p == 1.0) return n;
    double sd = sqrt(n * p * (1.0 - p)), reach = 1.0 + floor(sd);
    double middle = floor(n * p + sd * cx_normal_quantile(prob));
    middle = middle < 0.0 ? 0.0 : middle > n ? n : middle;
    double low = middle, high = middle; /* low fails, high reaches */
    while (low >= 0.0 && binomial_reaches(low, n, p, prob)) {
        high = low;
        low = low - reach >= 0.0 ? low - reach : -1.0;
        reach *= 2.0;
    }
    while (high < n && !binomial_reaches(high, n, p, prob)) {
        low = high;
        high = high + reach <= n ? high + reach : n;
        reach *= 2.0;
    }
    while (high - low > 1.0) {
        double half = floor(low + 0.5 * (high - low));
        if (binomial_reaches(half, n, p, prob))
            high = half;
        else
            low = half;
    }
    return high;
}
