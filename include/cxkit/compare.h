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

/** Options of cx_compare and its `_by` forms, cx_decompose, cx_heterogeneity and cx_belief_gap. */
typedef struct cx_compare_options {
    uint32_t struct_size;    /**< set by cx_compare_options_init */
    int32_t score;           /**< a cx_score; default NPS */
    int32_t promoters;       /**< NPS: lowest answer of a promoter; default 9 */
    int32_t detractors;      /**< NPS: highest answer of a detractor; default 6 */
    int32_t top;             /**< top box: as in cx_csat_options; default 0 */
    int32_t method;          /**< differences: a cx_method, default auto; see cx_compare */
    double confidence;       /**< default 0.95 */
    int32_t lower_is_better; /**< 1: a difference carries the flag "lower-is-better" (effort of
                                  CES 1); default 0 */
    int32_t direction;       /**< top box: a cx_direction, as in cx_csat_options; default 0 */
    int64_t min_n;           /**< fewest answers of a figure that is shown; default 0: all are.
                                  cx_heterogeneity does not read it */
} cx_compare_options;

/** @brief The defaults: NPS with its usual cut points, auto, 95 %. */
CX_API void cx_compare_options_init(cx_compare_options *options);

/** @brief The difference a - b of a score between two independent groups, with its interval and
 *  test.
 *
 * Methods, by score; the limits and p-value of each agree: p < 1 - confidence exactly when 0 lies
 * outside the limits.
 *
 * | score | methods |
 * | --- | --- |
 * | NPS | mover (auto), wald |
 * | mean | t (auto: Welch's [Welch1947]), mover (auto where a side has no variance), wald |
 * | top box | score (auto), newcombe or mover, agresti-caffo, wald |
 *
 * mover puts the interval of each side together [Zou2008]: with limits l, u of the sides,
 * d - sqrt((a - l_a)^2 + (u_b - b)^2) .. d + sqrt((u_a - a)^2 + (b - l_b)^2); a side's interval is
 * score for NPS, t for a mean (bounded where its answers are all alike), wilson for a share, where
 * mover is Newcombe's hybrid [Newcombe1998]. Its p-value is 1 minus the confidence at which a
 * limit touches 0. agresti-caffo adds a success and a failure to each side [AgrestiCaffo2000];
 * score inverts the score test with the variance under the difference tested, times N/(N - 1)
 * [MiettinenNurminen1985]; wald adds the variances of the sides, n in their denominators.
 *
 * @param      a        the answers of one group
 * @param      b        those of the other, on the same scale
 * @param      options  NULL for the defaults
 * @param[out] out      value a - b in the unit of the score, p_value of no difference; n, n_eff,
 *                      sum_w and exclusions of both sides together; flags of either side. se is
 *                      NaN when a side has a single answer; df is finite for t only
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_OPTION    also: a method that is not one of this score
 * @retval CX_E_MISMATCH  the scales differ
 * @retval CX_E_EMPTY     a side without a valid answer (the sentence says which)
 * @retval CX_E_SUPPRESSED  a side with fewer than min_n answers
 * @retval CX_E_FEW       t with a single answer on a side
 * @retval CX_E_CONSTANT  t with both sides all alike
 * @retval CX_E_DOMAIN    as cx_nps
 *
 * agresti-caffo is centred on more than the answers: at extremes its limits can exclude the value.
 * With weights the sides count their effective answers. Extremes: all promoters against all
 * detractors, single answers, sides all alike have an interval of positive width under every
 * method but wald. Customers who are on both sides are not independent: this interval is then too
 * wide or too narrow. Limits are cut at the widest possible difference (flag "clipped").
 * Cost: O(steps), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_compare(const cx_tally *a, const cx_tally *b,
                                         const cx_compare_options *options, cx_estimate *out,
                                         cx_error *err);

/** @brief The differences a - b for every key.
 *
 * @param      a        tallies by group
 * @param      b        the same scale and key columns
 * @param      options  NULL for the defaults
 * @param[out] out      the key columns of both, value_a, n_a, value_b, n_b, then the columns of
 *                      cx_estimate, then p_adjusted: the p-values of all rows together, by Holm
 *                      [Holm1979], so that the chance of any false difference is that of one test
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH | CX_E_MEMORY | CX_E_DOMAIN
 *
 * A group on one side only, or without valid answers on one, is a row with status CX_E_EMPTY; t
 * has rows with CX_E_FEW and CX_E_CONSTANT. min_n hides the values and counts of each side as in
 * cx_nps_by, and the difference where either is hidden; its p-value is then none of the family.
 * Owned by the caller: cx_table_free.
 * Cost: O(groups (steps + log groups)). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_compare_by(const cx_tallies *a, const cx_tallies *b,
                                            const cx_compare_options *options, cx_table **out,
                                            cx_error *err);

/** @brief Each group against all others together: which points stand out?
 *
 * @param      tallies  the groups
 * @param      options  NULL for the defaults
 * @param[out] out      the columns of cx_compare_by, a the group and b the rest
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY | CX_E_OVERFLOW | CX_E_DOMAIN
 *
 * A single group has no rest: its row has status CX_E_EMPTY. The rest of each group is exact: all
 * minus the group. Below min_n groups are hidden as in cx_nps_by, whole rows, and so is a group
 * whose rest is as small: group and rest tell the total. Cost: as cx_compare_by. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_compare_rest(const cx_tallies *tallies,
                                              const cx_compare_options *options, cx_table **out,
                                              cx_error *err);

/** @brief The difference a - b of two independent estimates, from their limits.
 *
 * mover (auto) puts the two intervals together, see cx_compare, whatever made them. The p-value
 * takes the distance of a limit to grow with the normal quantile of the confidence; it agrees with
 * the limits. wald is a - b +- z sqrt(se_a^2 + se_b^2) of their standard errors.
 *
 * @param      a        with a value and limits
 * @param      b        the same unit, confidence and direction
 * @param      options  its method: auto, mover or wald (the confidence is that of the estimates);
 *                     NULL for the defaults
 * @param[out] out  n, n_eff, sum_w and exclusions of both together; se from both when they have
 *                  one
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_MISMATCH  units, confidences or directions differ
 * @retval CX_E_EMPTY     an estimate without a value or without limits; for wald without an error
 * @retval CX_E_OPTION    another method
 *
 * Limits are cut at the widest difference of the unit, where there is one. Cost: constant.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_compare_estimates(const cx_estimate *a, const cx_estimate *b,
                                                   const cx_compare_options *options,
                                                   cx_estimate *out, cx_error *err);

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
 *                      where absent), mix, within, each of these two with _se, _ci_low and
 *                      _ci_high (null where nothing varies), n_before, n_after, side ("both",
 *                      "before", "after", "neither", or "hidden"). Figures: before, after, change,
 * mix, within, each of the last three with _se, _ci_low, _ci_high; change_p. The errors and limits
 * are NaN when the answers of each side are all alike (or single)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH | CX_E_MEMORY
 * @retval CX_E_EMPTY       a side without valid answers
 * @retval CX_E_SUPPRESSED  a side with fewer than min_n of them
 *
 * Below min_n a group is hidden as in cx_nps_by: on both sides when it is on one, since its parts
 * are made of both. The figures are about all groups and stay.
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
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH
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
