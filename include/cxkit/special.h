#ifndef CXKIT_SPECIAL_H
#define CXKIT_SPECIAL_H

#include <cxkit/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup special Distributions and special functions
 *
 * Plain functions of doubles. They are pure and may be called from any thread; nothing is
 * reported through errno or signgam, and the results depend only on IEEE arithmetic and on the exp,
 * log and their kin in the C library.
 *
 * One rule for all: a NaN argument gives NaN, an argument outside the stated domain gives NaN.
 * Of a pair _cdf and _sf each is accurate relative to itself, however small, so never form
 * 1 - cdf. A _log_ form stays finite where the plain one has underflowed. A _quantile takes the
 * lower tail probability, a _quantile_upper the upper one; 0 and 1 give the ends of the support.
 * Measured errors are listed in docs/validation/special.md. Since: 0.1.
 * @{
 */

/* -- Gamma and its relatives --------------------------------------------------------------- */

/** @brief log |Gamma(x)|.
 *
 * Chebyshev series of lgamma(x) / ((x - 1)(x - 2)) on [1, 3], recurrence below 12, Stirling's
 * series above, reflection for x < 0 [DLMF 5.5, 5.11].
 *
 * @param x  real; 0, the negative integers and both infinities give +infinity
 *
 * Accuracy: relative, also near the zeros 1 and 2; near the zeros on the negative axis too, until
 * the argument itself can no longer tell. Cost: O(1).
 */
CX_API double cx_lgamma(double x);

/** @brief The logarithmic derivative of the gamma function.
 *
 * Chebyshev series of psi(x) / (x - x0) about the positive root x0 = 1.4616..., recurrence and
 * asymptotic series above, reflection for x < 0 [DLMF 5.4, 5.5, 5.11].
 *
 * @param x  real; 0, the negative integers and -infinity give NaN, +infinity gives +infinity
 *
 * Accuracy: relative for x > 0, also at the root; for x < 0 relative to the larger of the two terms
 * of the reflection. Cost: O(1).
 */
CX_API double cx_digamma(double x);

/** @brief The derivative of cx_digamma().
 *
 * Recurrence and asymptotic series, reflection for x < 0 [DLMF 5.15].
 *
 * @param x  real; 0 and the negative integers give +infinity, +infinity gives 0, -infinity NaN
 *
 * Accuracy: relative. Cost: O(1).
 */
CX_API double cx_trigamma(double x);

/** @brief log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b).
 *
 * Stirling remainders, in double-double, so that nothing cancels when one argument is large.
 *
 * @param a  > 0; 0 gives +infinity, +infinity gives -infinity
 * @param b  likewise; one 0 and one infinite gives NaN
 *
 * Accuracy: relative, also where B(a, b) is near 1. Cost: O(1).
 */
CX_API double cx_lbeta(double a, double b);

/* -- Normal -------------------------------------------------------------------------------- */

/** @brief Standard normal density.
 *
 * @param x  real or infinite
 *
 * Accuracy: relative, to the end of the subnormal range. Cost: O(1).
 */
CX_API double cx_normal_pdf(double x);

/** @brief P(Z <= x), standard normal.
 *
 * The density times the Mills ratio, which is one Chebyshev series over the half line; the square
 * in the exponent is formed exactly.
 *
 * @param x  real or infinite
 *
 * Accuracy: relative in both tails. Cost: O(1).
 */
CX_API double cx_normal_cdf(double x);

/** @brief P(Z > x), standard normal; see cx_normal_cdf().
 *
 * @param x  real or infinite
 */
CX_API double cx_normal_sf(double x);

/** @brief log P(Z <= x), standard normal; finite down to x = -1e154.
 *
 * @param x  real or infinite
 */
CX_API double cx_normal_log_cdf(double x);

/** @brief log P(Z > x), standard normal; finite up to x = 1e154.
 *
 * @param x  real or infinite
 */
CX_API double cx_normal_log_sf(double x);

/** @brief The x with P(Z <= x) = p.
 *
 * Start from the tail's expansion, then Halley's steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]; 0 and 1 give -infinity and +infinity
 *
 * Accuracy: relative, also next to p = 1/2, where x is near 0. Cost: O(1).
 */
CX_API double cx_normal_quantile(double p);

/** @brief The x with P(Z > x) = q; see cx_normal_quantile().
 *
 * @param q  upper tail probability in [0, 1]; 0 and 1 give +infinity and -infinity
 */
CX_API double cx_normal_quantile_upper(double q);

/** @brief P(X <= h, Y <= k) for standard normal X, Y with correlation rho.
 *
 * The integral of density times conditional probability, a log-concave function, by Gauss-Legendre
 * panels chosen about its mode and its step [Plackett 1954; DreznerWesolowsky1990]; exact
 * forms for rho = -1, 0, 1 and infinite limits.
 *
 * @param h    real or infinite
 * @param k    real or infinite
 * @param rho  correlation in [-1, 1]
 *
 * Accuracy: relative, in all corners. Cost: a few hundred evaluations of cx_normal_cdf().
 */
CX_API double cx_bvn_cdf(double h, double k, double rho);

/* -- Gamma and chi-square ------------------------------------------------------------------ */

/** @brief P(X <= x), gamma distribution.
 *
 * With scale 1 the regularised incomplete gamma function P(shape, x), cx_gamma_sf() its complement
 * Q. Power series in double-double, and for large arguments the integral itself from x outwards,
 * where the integrand is a smooth, log-concave decay; the factor in front in double-double
 * [DLMF 8.2, 8.7].
 *
 * @param x      real or infinite; below 0 the probability is that at 0
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 *
 * Accuracy: relative in both tails. Cost: O(1), some microseconds.
 */
CX_API double cx_gamma_cdf(double x, double shape, double scale);

/** @brief P(X > x), gamma distribution; see cx_gamma_cdf().
 *
 * @param x      real or infinite; below 0 the probability is that at 0
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 */
CX_API double cx_gamma_sf(double x, double shape, double scale);

/** @brief log P(X <= x), gamma distribution; see cx_gamma_cdf().
 *
 * @param x      real or infinite; below 0 the probability is that at 0
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 */
CX_API double cx_gamma_log_cdf(double x, double shape, double scale);

/** @brief log P(X > x), gamma distribution; see cx_gamma_cdf().
 *
 * @param x      real or infinite; below 0 the probability is that at 0
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 */
CX_API double cx_gamma_log_sf(double x, double shape, double scale);

/** @brief The x with P(X <= x) = p, gamma distribution.
 *
 * Bracketed Newton steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 *
 * Accuracy: as far as the problem's own conditioning allows. Cost: about ten evaluations of
 * cx_gamma_cdf().
 */
CX_API double cx_gamma_quantile(double p, double shape, double scale);

/** @brief The x with P(X > x) = q, gamma distribution; see cx_gamma_quantile().
 *
 * @param q  upper tail probability in [0, 1]
 * @param shape  > 0; full accuracy from 1e-14 to 1e15
 * @param scale  > 0, finite
 */
CX_API double cx_gamma_quantile_upper(double q, double shape, double scale);

/** @brief P(X <= x), chi-square distribution.
 *
 * The gamma distribution with shape df / 2 and scale 2; see cx_gamma_cdf().
 *
 * @param x   real or infinite; below 0 the probability is that at 0
 * @param df  degrees of freedom, > 0 and finite; full accuracy from 1e-14 to 1e15
 *
 * Accuracy: relative in both tails. Cost: O(1), some microseconds.
 */
CX_API double cx_chisq_cdf(double x, double df);

/** @brief P(X > x), chi-square distribution; see cx_chisq_cdf().
 *
 * @param x   real or infinite; below 0 the probability is that at 0
 * @param df  degrees of freedom, > 0 and finite; full accuracy from 1e-14 to 1e15
 */
CX_API double cx_chisq_sf(double x, double df);

/** @brief log P(X > x), chi-square distribution; see cx_chisq_cdf().
 *
 * @param x   real or infinite; below 0 the probability is that at 0
 * @param df  degrees of freedom, > 0 and finite; full accuracy from 1e-14 to 1e15
 */
CX_API double cx_chisq_log_sf(double x, double df);

/** @brief The x with P(X <= x) = p, chi-square distribution.
 *
 * Bracketed Newton steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]
 * @param df  degrees of freedom, > 0 and finite; full accuracy from 1e-14 to 1e15
 *
 * Accuracy: as far as the problem's own conditioning allows. Cost: about ten evaluations of
 * cx_chisq_cdf().
 */
CX_API double cx_chisq_quantile(double p, double df);

/** @brief The x with P(X > x) = q, chi-square distribution; see cx_chisq_quantile().
 *
 * @param q  upper tail probability in [0, 1]
 * @param df  degrees of freedom, > 0 and finite; full accuracy from 1e-14 to 1e15
 */
CX_API double cx_chisq_quantile_upper(double q, double df);

/* -- Beta and what follows from it --------------------------------------------------------- */

/** @brief P(X <= x), beta distribution.
 *
 * The regularised incomplete beta function I_x(a, b): power series in x or 1 - x in double-double,
 * and otherwise the integral itself from x outwards, as for cx_gamma_cdf(); the factor in front in
 * double-double [DLMF 8.17; DiDonatoMorris1992 for the regions].
 *
 * @param x  real or infinite; below 0 and above 1 the probability is that at the end
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 *
 * Accuracy: relative in both tails. Cost: O(1), some microseconds.
 */
CX_API double cx_beta_cdf(double x, double a, double b);

/** @brief P(X > x), beta distribution; see cx_beta_cdf().
 *
 * @param x  real or infinite; below 0 and above 1 the probability is that at the end
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 */
CX_API double cx_beta_sf(double x, double a, double b);

/** @brief log P(X <= x), beta distribution; see cx_beta_cdf().
 *
 * @param x  real or infinite; below 0 and above 1 the probability is that at the end
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 */
CX_API double cx_beta_log_cdf(double x, double a, double b);

/** @brief log P(X > x), beta distribution; see cx_beta_cdf().
 *
 * @param x  real or infinite; below 0 and above 1 the probability is that at the end
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 */
CX_API double cx_beta_log_sf(double x, double a, double b);

/** @brief The x with P(X <= x) = p, beta distribution.
 *
 * Bracketed Newton steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 *
 * Accuracy: as far as the problem's own conditioning allows. Cost: about ten evaluations of
 * cx_beta_cdf().
 */
CX_API double cx_beta_quantile(double p, double a, double b);

/** @brief The x with P(X > x) = q, beta distribution; see cx_beta_quantile().
 *
 * @param q  upper tail probability in [0, 1]
 * @param a  > 0; full accuracy from 1e-14 to 1e15
 * @param b  likewise
 */
CX_API double cx_beta_quantile_upper(double q, double a, double b);

/** @brief P(T <= t), Student's t distribution.
 *
 * The incomplete beta function of df / (df + t^2), formed without rounding; see cx_beta_cdf().
 *
 * @param t   real or infinite
 * @param df  degrees of freedom, > 0; infinity gives the normal distribution
 *
 * Accuracy: relative in both tails. Cost: O(1), some microseconds.
 */
CX_API double cx_t_cdf(double t, double df);

/** @brief P(T > t), Student's t distribution; see cx_t_cdf().
 *
 * @param t   real or infinite
 * @param df  degrees of freedom, > 0; infinity gives the normal distribution
 */
CX_API double cx_t_sf(double t, double df);

/** @brief log P(T > t), Student's t distribution; see cx_t_cdf().
 *
 * @param t   real or infinite
 * @param df  degrees of freedom, > 0; infinity gives the normal distribution
 */
CX_API double cx_t_log_sf(double t, double df);

/** @brief The t with P(T <= t) = p, Student's t distribution.
 *
 * Bracketed Newton steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]
 * @param df  degrees of freedom, > 0; infinity gives the normal distribution
 *
 * Accuracy: as far as the problem's own conditioning allows. Cost: about ten evaluations of
 * cx_t_cdf().
 */
CX_API double cx_t_quantile(double p, double df);

/** @brief The t with P(T > t) = q, Student's t distribution; see cx_t_quantile().
 *
 * @param q  upper tail probability in [0, 1]
 * @param df  degrees of freedom, > 0; infinity gives the normal distribution
 */
CX_API double cx_t_quantile_upper(double q, double df);

/** @brief P(F <= f), F distribution.
 *
 * The incomplete beta function of d1 f / (d1 f + d2), formed without rounding; see cx_beta_cdf().
 * One infinite parameter gives the scaled chi-square law, two the constant 1.
 *
 * @param f   real or infinite; below 0 the probability is that at 0
 * @param d1  degrees of freedom of the numerator, > 0; may be infinite
 * @param d2  degrees of freedom of the denominator, > 0; may be infinite
 *
 * Accuracy: relative in both tails. Cost: O(1), some microseconds.
 */
CX_API double cx_f_cdf(double f, double d1, double d2);

/** @brief P(F > f), F distribution; see cx_f_cdf().
 *
 * @param f   real or infinite; below 0 the probability is that at 0
 * @param d1  degrees of freedom of the numerator, > 0; may be infinite
 * @param d2  degrees of freedom of the denominator, > 0; may be infinite
 */
CX_API double cx_f_sf(double f, double d1, double d2);

/** @brief log P(F > f), F distribution; see cx_f_cdf().
 *
 * @param f   real or infinite; below 0 the probability is that at 0
 * @param d1  degrees of freedom of the numerator, > 0; may be infinite
 * @param d2  degrees of freedom of the denominator, > 0; may be infinite
 */
CX_API double cx_f_log_sf(double f, double d1, double d2);

/** @brief The f with P(F <= f) = p, F distribution.
 *
 * Bracketed Newton steps on the logarithm of the smaller tail.
 *
 * @param p  lower tail probability in [0, 1]
 * @param d1  degrees of freedom of the numerator, > 0; may be infinite
 * @param d2  degrees of freedom of the denominator, > 0; may be infinite
 *
 * Accuracy: as far as the problem's own conditioning allows. Cost: about ten evaluations of
 * cx_f_cdf().
 */
CX_API double cx_f_quantile(double p, double d1, double d2);

/** @brief The f with P(F > f) = q, F distribution; see cx_f_quantile().
 *
 * @param q  upper tail probability in [0, 1]
 * @param d1  degrees of freedom of the numerator, > 0; may be infinite
 * @param d2  degrees of freedom of the denominator, > 0; may be infinite
 */
CX_API double cx_f_quantile_upper(double q, double d1, double d2);

/** @brief P(K = k), binomial.
 *
 * The logarithm is summed in double-double, so large n costs no digits.
 *
 * @param k  successes; a value that is not an integer from 0 to n has probability 0
 * @param n  trials, an integer from 0 to 2^53
 * @param p  probability of success in [0, 1]
 *
 * Accuracy: relative. Cost: O(1).
 */
CX_API double cx_binomial_pmf(double k, double n, double p);

/** @brief P(K <= k), binomial: I_{1-p}(n - k, k + 1); see cx_beta_cdf().
 *
 * @param k  real or infinite; rounded down to an integer
 * @param n  trials, an integer from 0 to 2^53
 * @param p  probability of success in [0, 1]
 */
CX_API double cx_binomial_cdf(double k, double n, double p);

/** @brief P(K > k), binomial; k itself is not included. For P(K >= k) ask for k - 1.
 *
 * @param k  real or infinite; rounded down to an integer
 * @param n  trials, an integer from 0 to 2^53
 * @param p  probability of success in [0, 1]
 */
CX_API double cx_binomial_sf(double k, double n, double p);

/** @brief The smallest k with P(K <= k) >= prob.
 *
 * Bisection from a normal start. A probability that falls short of prob by less than 16 units in
 * its last place counts as reached, so that a cdf value gives back its k.
 *
 * @param prob  lower tail probability in [0, 1]; 0 gives 0, 1 gives n (0 where p = 0)
 * @param n  trials, an integer from 0 to 2^53
 * @param p  probability of success in [0, 1]
 *
 * Cost: O(log n) evaluations of cx_binomial_cdf().
 */
CX_API double cx_binomial_quantile(double prob, double n, double p);

/* -- Hypergeometric ------------------------------------------------------------------------ */

/** @brief Gauss's hypergeometric function 2F1(a, b; c; z).
 *
 * Power series in double-double for small z, Pfaff's transform for z < 0, and for z above 1/2
 * Taylor steps along the differential equation towards the singularity at 1; Gauss's sum at z = 1
 * [DLMF 15.2, 15.4.20, 15.8.1, 15.10.1].
 *
 * @param a  finite
 * @param b  finite
 * @param c  finite; 0 and the negative integers give NaN
 * @param z  at most 1; above 1, or at 1 when c - a - b <= 0, the function is not real and finite:
 * NaN
 *
 * Polynomials (a or b an integer <= 0) are evaluated at any z, also above 1.
 *
 * Accuracy: relative. Where large parameters make the terms cancel beyond 106 bits the result is
 * NaN, never a number without correct digits. An overflowing value is infinity. Cost: hundreds of
 * terms; more next to 1 and for large parameters.
 */
CX_API double cx_hyp2f1(double a, double b, double c, double z);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
