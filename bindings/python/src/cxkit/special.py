"""Special functions and distributions, to the last digits.

The names and arguments are those of C: ``normal_cdf(x)``, ``t_quantile(p, df)``. Outside its
domain a function gives NaN.

>>> from cxkit import special
>>> special.normal_cdf(0.0)
0.5
"""

from __future__ import annotations

from . import _native

__all__ = [
    "beta_cdf",
    "beta_log_cdf",
    "beta_log_sf",
    "beta_quantile",
    "beta_quantile_upper",
    "beta_sf",
    "binomial_cdf",
    "binomial_pmf",
    "binomial_quantile",
    "binomial_sf",
    "bvn_cdf",
    "chisq_cdf",
    "chisq_log_sf",
    "chisq_quantile",
    "chisq_quantile_upper",
    "chisq_sf",
    "digamma",
    "f_cdf",
    "f_log_sf",
    "f_quantile",
    "f_quantile_upper",
    "f_sf",
    "gamma_cdf",
    "gamma_log_cdf",
    "gamma_log_sf",
    "gamma_quantile",
    "gamma_quantile_upper",
    "gamma_sf",
    "hyp2f1",
    "lbeta",
    "lgamma",
    "normal_cdf",
    "normal_log_cdf",
    "normal_log_sf",
    "normal_pdf",
    "normal_quantile",
    "normal_quantile_upper",
    "normal_sf",
    "t_cdf",
    "t_log_sf",
    "t_quantile",
    "t_quantile_upper",
    "t_sf",
    "trigamma",
]


def lgamma(x: float) -> float:
    """log |Gamma(x)|."""
    return float(_native.cx_lgamma(x))


def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function."""
    return float(_native.cx_digamma(x))


def trigamma(x: float) -> float:
    """The derivative of digamma."""
    return float(_native.cx_trigamma(x))


def lbeta(a: float, b: float) -> float:
    """log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b)."""
    return float(_native.cx_lbeta(a, b))


def normal_pdf(x: float) -> float:
    """Standard normal density."""
    return float(_native.cx_normal_pdf(x))


def normal_cdf(x: float) -> float:
    """P(Z <= x), standard normal."""
    return float(_native.cx_normal_cdf(x))


def normal_sf(x: float) -> float:
    """P(Z > x), standard normal; see normal_cdf."""
    return float(_native.cx_normal_sf(x))


def normal_log_cdf(x: float) -> float:
    """log P(Z <= x), standard normal; finite down to x = -1e154."""
    return float(_native.cx_normal_log_cdf(x))


def normal_log_sf(x: float) -> float:
    """log P(Z > x), standard normal; finite up to x = 1e154."""
    return float(_native.cx_normal_log_sf(x))


def normal_quantile(p: float) -> float:
    """The x with P(Z <= x) = p."""
    return float(_native.cx_normal_quantile(p))


def normal_quantile_upper(q: float) -> float:
    """The x with P(Z > x) = q; see normal_quantile."""
    return float(_native.cx_normal_quantile_upper(q))


def bvn_cdf(h: float, k: float, rho: float) -> float:
    """P(X <= h, Y <= k) for standard normal X, Y with correlation rho."""
    return float(_native.cx_bvn_cdf(h, k, rho))


def gamma_cdf(x: float, shape: float, scale: float) -> float:
    """P(X <= x), gamma distribution."""
    return float(_native.cx_gamma_cdf(x, shape, scale))


def gamma_sf(x: float, shape: float, scale: float) -> float:
    """P(X > x), gamma distribution; see gamma_cdf."""
    return float(_native.cx_gamma_sf(x, shape, scale))


def gamma_log_cdf(x: float, shape: float, scale: float) -> float:
    """log P(X <= x), gamma distribution; see gamma_cdf."""
    return float(_native.cx_gamma_log_cdf(x, shape, scale))


def gamma_log_sf(x: float, shape: float, scale: float) -> float:
    """log P(X > x), gamma distribution; see gamma_cdf."""
    return float(_native.cx_gamma_log_sf(x, shape, scale))


def gamma_quantile(p: float, shape: float, scale: float) -> float:
    """The x with P(X <= x) = p, gamma distribution."""
    return float(_native.cx_gamma_quantile(p, shape, scale))


def gamma_quantile_upper(q: float, shape: float, scale: float) -> float:
    """The x with P(X > x) = q, gamma distribution; see gamma_quantile."""
    return float(_native.cx_gamma_quantile_upper(q, shape, scale))


def chisq_cdf(x: float, df: float) -> float:
    """P(X <= x), chi-square distribution."""
    return float(_native.cx_chisq_cdf(x, df))


def chisq_sf(x: float, df: float) -> float:
    """P(X > x), chi-square distribution; see chisq_cdf."""
    return float(_native.cx_chisq_sf(x, df))


def chisq_log_sf(x: float, df: float) -> float:
    """log P(X > x), chi-square distribution; see chisq_cdf."""
    return float(_native.cx_chisq_log_sf(x, df))


def chisq_quantile(p: float, df: float) -> float:
    """The x with P(X <= x) = p, chi-square distribution."""
    return float(_native.cx_chisq_quantile(p, df))


def chisq_quantile_upper(q: float, df: float) -> float:
    """The x with P(X > x) = q, chi-square distribution; see chisq_quantile."""
    return float(_native.cx_chisq_quantile_upper(q, df))


def beta_cdf(x: float, a: float, b: float) -> float:
    """P(X <= x), beta distribution."""
    return float(_native.cx_beta_cdf(x, a, b))


def beta_sf(x: float, a: float, b: float) -> float:
    """P(X > x), beta distribution; see beta_cdf."""
    return float(_native.cx_beta_sf(x, a, b))


def beta_log_cdf(x: float, a: float, b: float) -> float:
    """log P(X <= x), beta distribution; see beta_cdf."""
    return float(_native.cx_beta_log_cdf(x, a, b))


def beta_log_sf(x: float, a: float, b: float) -> float:
    """log P(X > x), beta distribution; see beta_cdf."""
    return float(_native.cx_beta_log_sf(x, a, b))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with P(X <= x) = p, beta distribution."""
    return float(_native.cx_beta_quantile(p, a, b))


def beta_quantile_upper(q: float, a: float, b: float) -> float:
    """The x with P(X > x) = q, beta distribution; see beta_quantile."""
    return float(_native.cx_beta_quantile_upper(q, a, b))


def t_cdf(t: float, df: float) -> float:
    """P(T <= t), Student's t distribution."""
    return float(_native.cx_t_cdf(t, df))


def t_sf(t: float, df: float) -> float:
    """P(T > t), Student's t distribution; see t_cdf."""
    return float(_native.cx_t_sf(t, df))


def t_log_sf(t: float, df: float) -> float:
    """log P(T > t), Student's t distribution; see t_cdf."""
    return float(_native.cx_t_log_sf(t, df))


def t_quantile(p: float, df: float) -> float:
    """The t with P(T <= t) = p, Student's t distribution."""
    return float(_native.cx_t_quantile(p, df))


def t_quantile_upper(q: float, df: float) -> float:
    """The t with P(T > t) = q, Student's t distribution; see t_quantile."""
    return float(_native.cx_t_quantile_upper(q, df))


def f_cdf(f: float, d1: float, d2: float) -> float:
    """P(F <= f), F distribution."""
    return float(_native.cx_f_cdf(f, d1, d2))


def f_sf(f: float, d1: float, d2: float) -> float:
    """P(F > f), F distribution; see f_cdf."""
    return float(_native.cx_f_sf(f, d1, d2))


def f_log_sf(f: float, d1: float, d2: float) -> float:
    """log P(F > f), F distribution; see f_cdf."""
    return float(_native.cx_f_log_sf(f, d1, d2))


def f_quantile(p: float, d1: float, d2: float) -> float:
    """The f with P(F <= f) = p, F distribution."""
    return float(_native.cx_f_quantile(p, d1, d2))


def f_quantile_upper(q: float, d1: float, d2: float) -> float:
    """The f with P(F > f) = q, F distribution; see f_quantile."""
    return float(_native.cx_f_quantile_upper(q, d1, d2))


def binomial_pmf(k: float, n: float, p: float) -> float:
    """P(K = k), binomial."""
    return float(_native.cx_binomial_pmf(k, n, p))


def binomial_cdf(k: float, n: float, p: float) -> float:
    """P(K <= k), binomial: I_{1-p}(n - k, k + 1); see beta_cdf."""
    return float(_native.cx_binomial_cdf(k, n, p))


def binomial_sf(k: float, n: float, p: float) -> float:
    """P(K > k), binomial; k itself is not included. For P(K >= k) ask for k - 1."""
    return float(_native.cx_binomial_sf(k, n, p))


def binomial_quantile(prob: float, n: float, p: float) -> float:
    """The smallest k with P(K <= k) >= prob."""
    return float(_native.cx_binomial_quantile(prob, n, p))


def hyp2f1(a: float, b: float, c: float, z: float) -> float:
    """Gauss's hypergeometric function 2F1(a, b; c; z)."""
    return float(_native.cx_hyp2f1(a, b, c, z))
