#ifndef CXKIT_SHARES_H
#define CXKIT_SHARES_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup shares Several shares
 * @{
 */

/** Options of cx_share_difference. */
typedef struct cx_share_difference_options {
    uint32_t struct_size; /**< set by cx_share_difference_options_init */
    int32_t method;       /**< score (auto, default), newcombe, agresti-caffo, wald */
    double confidence;    /**< default 0.95 */
} cx_share_difference_options;

/** @brief The defaults: score, as in cx_compare; 95 %. */
CX_API void cx_share_difference_options_init(cx_share_difference_options *options);

/** @brief The difference x1/n1 - x2/n2 of two independent shares, with interval and test.
 *
 * The methods and their sources are those of cx_compare for a top box. The p-value of each belongs
 * to its interval.
 *
 * @param      x1       successes of the first group, 0 <= x1 <= n1
 * @param      n1       trials of the first group
 * @param      x2       successes of the second group, 0 <= x2 <= n2
 * @param      n2       trials of the second group
 * @param      options  NULL for the defaults
 * @param[out] out      a fraction, -1..1; written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_DOMAIN
 * @retval CX_E_EMPTY  n1 or n2 is 0
 *
 * Cost: constant, no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_share_difference(int64_t x1, int64_t n1, int64_t x2, int64_t n2,
                                                  const cx_share_difference_options *options,
                                                  cx_estimate *out, cx_error *err);

/** Options of cx_shares. */
typedef struct cx_shares_options {
    uint32_t struct_size;          /**< set by cx_shares_options_init */
    int32_t method;                /**< goodman (default) or sison-glaz */
    double confidence;             /**< of all intervals together; default 0.95 */
    const cx_allocator *allocator; /**< of the result and of scratch; NULL: malloc and free */
} cx_shares_options;

/** @brief The defaults: goodman, 95 %. */
CX_API void cx_shares_options_init(cx_shares_options *options);

/** @brief Shares of several classes with intervals that hold together: all at once in at least
 *  about the stated share of samples.
 *
 * goodman [Goodman1965]: Wilson limits with z^2 the chi-squared quantile (1 df) of 1 - alpha / k.
 * sison-glaz [SisonGlaz1995]: p - c/n .. p + (c + 2 g)/n, with c the largest whole number for which
 * a multinomial with the observed shares stays within c of its means with at most the stated
 * probability, and g its interpolation to c + 1: all classes get one width. It takes the
 * observed shares for the true ones, which holds with many answers in every class only; with few,
 * take goodman. That
 * probability is the published approximation (truncated Poisson laws, Edgeworth's series); where a
 * class has fewer than five answers the approximation fails, and the probability is summed
 * exactly (as long as that takes at most some 20 million steps).
 *
 * @param      counts   one whole number >= 0 for each of two or more classes; a null is an error
 * @param      options  NULL for the defaults
 * @param[out] out      count, value (the share, 0..1), ci_low, ci_high; one row a class. Figures:
 *                      n, confidence. Owned by the caller: cx_table_free
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_TYPE | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a count that is missing, negative, infinite or no whole number
 * @retval CX_E_FEW       fewer than two classes
 * @retval CX_E_EMPTY     all counts are 0
 * @retval CX_E_OVERFLOW  more than 2^53 answers
 *
 * Limits are cut at 0 and 1. Cost: goodman O(k); sison-glaz O(k sqrt(n) log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_shares(const cx_array *counts, const cx_shares_options *options,
                                        cx_table **out, cx_error *err);

/** Most classes of a chi-square test. */
#define CX_CHI_SQUARE_CLASSES 256

/** Do groups fall into classes alike? */
typedef struct cx_chi_square_test {
    double chi2;           /**< Pearson's statistic */
    double df;             /**< (groups - 1)(classes - 1) */
    double p_value;        /**< of equal shares in all groups */
    double least_expected; /**< smallest expected count */
    int64_t few;           /**< cells with an expected count below 5 */
    int64_t n;             /**< counted in all */
    int64_t groups;        /**< with a count */
    int64_t classes;       /**< with a count */
    uint32_t flags;        /**< CX_FLAG_FEW: a cell is expected to hold fewer than 5, so that the
                                chi-square law may not be near */
    int32_t reserved;      /**< zero */
} cx_chi_square_test;

/** @brief Pearson's chi-square test across groups of class counts [Pearson1900].
 *
 * chi2 = sum (o - e)^2 / e with e = row total times column total / n, without a correction for
 * continuity. For promoters, passives and detractors by team, or answers to any question by
 * surgery: it sees any difference between the groups, cx_heterogeneity one of their scores.
 *
 * @param      counts  one column for each class, one row for each group: whole numbers >= 0
 * @param[out] out     written only on CX_OK
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH
 * @retval CX_E_DOMAIN    a count that is missing, negative, infinite or no whole number
 * @retval CX_E_LIMIT     more than CX_CHI_SQUARE_CLASSES columns
 * @retval CX_E_FEW       fewer than two groups, or two classes, hold anything
 * @retval CX_E_OVERFLOW  more than 2^53 in all
 *
 * Groups and classes without a count are left out. Counts are of independent answers: weights make
 * none of them. Cost: O(cells), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_chi_square(const cx_frame *counts, cx_chi_square_test *out,
                                            cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
