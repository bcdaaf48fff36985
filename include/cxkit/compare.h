#ifndef CXKIT_COMPARE_H
#define CXKIT_COMPARE_H

#include <cxkit/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup compare Comparisons
 * @{
 */

/** What is read from an answer. */
typedef enum cx_score {
    CX_SCORE_NPS = 0,    /**< 100 for a promoter, 0 for a passive, -100 for a detractor */
    CX_SCORE_MEAN = 1,   /**< the answer itself */
    CX_SCORE_TOP_BOX = 2 /**< 1 in the top boxes, else 0 */
} cx_score;

/** Options of cx_decompose and cx_heterogeneity. */
typedef struct cx_compare_options {
    uint32_t struct_size; /**< set by cx_compare_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    int32_t promoters;    /**< NPS: lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< NPS: highest answer of a detractor; default 6 */
    int32_t top;          /**< top box: as in cx_csat_options; default 0 */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
} cx_compare_options;

/** @brief The defaults: NPS with its usual cut points, 95 %. */
CX_API void cx_compare_options_init(cx_compare_options *options);

/** @brief Splits a change into mix (other customers) and within (other scores) [Kitagawa1955].
 *
 * With shares s and means m of the groups, 0 before and 1 after: mix = sum (s1 - s0)(m0 + m1)/2,
 * within = sum (m1 - m0)(s0 + s1)/2; they add up exactly. A group present on one side only has no
 * mean on the other and goes to mix alone. Standard errors by the delta method, the two sides
 * independent, shares and means estimated from the same answers.
 *
 * @param      before   tallies by group
 * @param      after    the same scale and keys
 * @param      options  NULL for the defaults
 * @param[out] out      the key columns, share_before, share_after, mean_before, mean_after (null
 *                      where absent), mix, within, n_before, n_after, side ("both", "before",
 *                      "after", "neither"). Figures: before, after, change, mix, within, each of
 * the last three with _se, _ci_low, _ci_high; change_p. The errors and limits
 *                      are NaN when the answers of each side are all alike (or single)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH | CX_E_MEMORY
 * @retval CX_E_EMPTY  a side without valid answers
 */
CX_API CX_NODISCARD cx_status cx_decompose(const cx_tallies *before, const cx_tallies *after,
                                           const cx_compare_options *options, cx_table **out,
                                           cx_error *err);

/** Can the groups be told apart? */
typedef struct cx_heterogeneity_test {
    double q;             /**< weighted sum of squared distances from the common mean */
    double df;            /**< groups - 1 */
    double p_value;       /**< of equal means */
    double mean;          /**< precision-weighted common mean */
    double sd_between;    /**< standard deviation between groups beyond sampling, DerSimonian-Laird;
                               0 when nothing remains */
    double share_between; /**< share of the variation between groups that is not sampling: I^2 */
    int64_t groups;       /**< groups with a variance; the others are left out */
    int64_t left_out;     /**< groups without answers, or with fewer than two */
} cx_heterogeneity_test;

/** @brief Tests whether groups have the same mean score [Cochran1954].
 *
 * Variances come from adjusted counts (one answer spread over the observed distribution of all), so
 * that a group of all promoters has one too.
 *
 * @param      tallies  at least two groups with two answers
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 * @retval CX_E_FEW       fewer than two groups with two answers
 * @retval CX_E_CONSTANT  all answers of all groups alike
 */
CX_API CX_NODISCARD cx_status cx_heterogeneity(const cx_tallies *tallies,
                                               const cx_compare_options *options,
                                               cx_heterogeneity_test *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
