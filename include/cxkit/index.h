#ifndef CXKIT_INDEX_H
#define CXKIT_INDEX_H

#include <cxkit/joint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup index Indices of several components
 * @{
 */

/** Whose answers a figure of several components is made of. */
typedef enum cx_cases {
    CX_CASES_AVAILABLE = 0, /**< each component of everyone who answered it */
    CX_CASES_COMPLETE = 1   /**< respondents who answered every component */
} cx_cases;

/** Options of cx_index, cx_index_components and cx_index_by. */
typedef struct cx_index_options {
    uint32_t struct_size; /**< set by cx_index_options_init */
    int32_t method;       /**< auto (default), adjusted-wald or t */
    int32_t cases;        /**< a cx_cases; default available */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest respondents of a figure that is shown; default 0: all are */
} cx_index_options;

/** @brief The defaults: auto, available answers, 95 %. */
CX_API void cx_index_options_init(cx_index_options *options);

/** @brief An index: the weighted mean of the scores of its components.
 *
 * The CX index of net scores (needs or efficiency, ease, emotion) is one, and so is a score with
 * cognitive, emotional, social and sensory parts: other columns, the same function. The variance is
 * that of the respondents, by linearisation: with m_i the score of component i, W_i the weight of
 * its answers and c_i its importance, respondent r moves the index by
 * sum_i c_i w_r (y_ri - m_i) / W_i over what it answered, so that answers of one respondent keep
 * their covariance, and each component stands on its own valid answers. A component of n answers
 * counts with n / (n - 1); degrees of freedom are n - 1, averaged (harmonically, by their part of
 * the variance) where components have different numbers of answers.
 *
 * auto is adjusted-wald for net scores (three respondents more: three quarters of one at +1 in
 * every component, as much at -1, one and a half at 0) and for shares (four more, two of them 1),
 * else t.
 *
 * @param      joint       its components are read alike; means on one scale
 * @param      importance  one number >= 0 for each component, made to add up to 1; NULL: equal
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN
 * @retval CX_E_EMPTY     no component has an answer
 * @retval CX_E_MISMATCH  components in different units
 * @retval CX_E_SUPPRESSED  fewer than min_n respondents
 *
 * Edge cases: a component that nobody answered is left out, the others keep their proportions, and
 * the flag is "partial"; it is never 0. All respondents alike, or a component with a single answer:
 * the interval is "bounded" and has a width. `n` are respondents with at least one answer,
 * `excluded` those without any, by the reason of the first component. Cost: O(columns^2), no
 * allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_index(const cx_joint *joint, const cx_array *importance,
                                       const cx_index_options *options, cx_estimate *out,
                                       cx_error *err);

/** @brief The parts of an index.
 *
 * @param      joint       as in cx_index
 * @param      importance  as in cx_index
 * @param      options     as in cx_index
 * @param[out] out         one row for each component: `component`, `importance` (its share of the
 *                         index, 0 when nobody answered it), `correlation` with the index without
 *                         it (null where there is none), then the columns of cx_estimate. Figures
 *                         of the whole: value, ci_low, ci_high, se, n, complete
 * @param      err         may be NULL
 * @retval as cx_index, and CX_E_MEMORY
 *
 * Net rows are those of cx_nps, shares of cx_csat, means of cx_mean_score. Below min_n answers a
 * row is hidden; a single one would follow from the index, so that the smallest of the others goes
 * too. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_index_components(const cx_joint *joint, const cx_array *importance,
                                                  const cx_index_options *options, cx_table **out,
                                                  cx_error *err);

/** @brief cx_index for every key.
 *
 * @param      like        its components say how columns are read; what it holds is not used
 * @param      x           as in cx_joint_add
 * @param      weights     as in cx_joint_add
 * @param      by          as in cx_tallies_add
 * @param      importance  as in cx_index
 * @param      answers     how the answers are read; NULL for the defaults
 * @param      options     as in cx_index
 * @param[out] out         the key columns, then those of cx_estimate; owned by the caller
 * @param      err         may be NULL
 * @retval as cx_joint_add, cx_tallies_add and cx_index, but CX_E_EMPTY: that is a row's status
 *
 * Below min_n rows are hidden as in cx_nps_by. Cost: O(n columns^2), one state for each key.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_index_by(const cx_joint *like, const cx_frame *x,
                                          const cx_array *weights, const cx_frame *by,
                                          const cx_array *importance,
                                          const cx_answer_options *answers,
                                          const cx_index_options *options, cx_table **out,
                                          cx_error *err);

/** Options of cx_compare_paired. */
typedef struct cx_paired_options {
    uint32_t struct_size; /**< set by cx_paired_options_init */
    int32_t method;       /**< auto (default), t, score, agresti-caffo, adjusted-wald */
    int32_t cases;        /**< a cx_cases; default available: overlapping samples too */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
} cx_paired_options;

/** @brief The defaults: auto, available answers, 95 %. */
CX_API void cx_paired_options_init(cx_paired_options *options);

/** @brief The difference of two scores answered by the same people, or by samples that overlap.
 *
 * Component i minus component j, with Var_i + Var_j - 2 Cov, the covariance from those who answered
 * both. auto: shares answered by the same people score [Tango1998], other shares agresti-caffo, net
 * scores adjusted-wald, means t. agresti-caffo adds two answers to each share, one of them 1;
 * adjusted-wald one and a half to each net score (0.375, 0.75, 0.375); the covariance stays
 * [AgrestiCaffo2000]. t has the degrees of freedom of Welch and Satterthwaite over three groups:
 * both, only i, only j.
 *
 * @param      joint    the two components are read alike
 * @param      i        0 <= i < columns
 * @param      j        another component
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK. n are the respondents in use; p_value is of no
 *                      difference and agrees with the interval
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_EMPTY
 * @retval CX_E_OPTION    also: score without unweighted shares of the same people
 * @retval CX_E_MISMATCH  different units or scales
 *
 * Edge cases: differences that are all alike have an interval of positive width. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_compare_paired(const cx_joint *joint, int64_t i, int64_t j,
                                                const cx_paired_options *options, cx_estimate *out,
                                                cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
