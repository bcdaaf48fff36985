#ifndef CXKIT_JOURNEY_H
#define CXKIT_JOURNEY_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup journey Journeys and modes
 * @{
 */

/** Most levels of a journey, such as stage, touchpoint and channel. */
#define CX_JOURNEY_MAX_DEPTH 8

/** What the parts of a journey count for in their whole. */
typedef enum cx_journey_weights {
    CX_JOURNEY_VOLUME = 0, /**< the stated volumes, or the answers when none are stated */
    CX_JOURNEY_EQUAL = 1   /**< every part of a node the same */
} cx_journey_weights;

/** Options of cx_journey. */
typedef struct cx_journey_options {
    uint32_t struct_size; /**< set by cx_journey_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    int32_t promoters;    /**< as in cx_compare_options */
    int32_t detractors;   /**< as in cx_compare_options */
    int32_t top;          /**< as in cx_compare_options */
    int32_t weights;      /**< a cx_journey_weights; default volume */
    int32_t pool;         /**< 1 (default): the pooled columns too; 0: without */
    int32_t direction;    /**< as in cx_compare_options */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest answers of a node that is shown; default 0: all are */
} cx_journey_options;

/** @brief The defaults: NPS, volumes, pooled columns, 95 %. */
CX_API void cx_journey_options_init(cx_journey_options *options);

/** @brief A score at every node of a journey: stage > touchpoint > channel, or any other levels.
 *
 * The key columns of the tallies are the levels from the outside in; their answers belong to the
 * innermost one. A node above is the weighted mean of its parts. Weighted by the answers, that is
 * the score of all answers beneath it; otherwise the weights are taken as fixed, the standard error
 * is propagated and the interval is that of a linear combination of intervals [Zou2008] ("mover").
 *
 * Pooling [Robinson1991]: the scores of the parts of a node vary about it with a variance of their
 * depth, estimated from the inside out by the equation of Paule and Mandel [Paule1982]; each answer
 * has a variance from counts to which ten answers spread as those of everyone were added, so that a
 * node of promoters only has one too. Given those, the pooled values are the best linear unbiased
 * predictions of the nodes' true scores: a pooled whole is exactly the weighted mean of its pooled
 * parts. The intervals are wider than that by what the estimated variances leave open
 * [Kass1989]. One part everywhere: no pooling; no variance between parts: full pooling.
 *
 * @param      tallies       one or more key columns, at most CX_JOURNEY_MAX_DEPTH
 * @param      volume_paths  the key columns of the volumes, one row a path, or NULL; a path that
 *                           stands twice adds up
 * @param      volumes       >= 0 and none missing, one for each row of volume_paths, or NULL
 * @param      expected      paths that should have answers, by the first or all key columns (such
 *                           as the list of stages), or NULL
 * @param      options       NULL for the defaults
 * @param[out] out           one row a node, each before its parts: the key columns (null below the
 *                           node's own depth), depth (0: the whole), weight (in the node above),
 *                           share (of the whole), covered (part of the volume, or of the equal
 *                           weights, that has answers; null when weighted by answers and something
 *                           is missing), absent (nodes without answers beneath), the columns of
 *                           cx_estimate, then pooled_value, pooled_se, pooled_low, pooled_high,
 *                           own_weight (of the node's own answers in its pooled value) and rollup
 *                           ("answers", "volumes" or "equal"). Figures: sd_between_1 ... for each
 *                           depth
 * @param      err           may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_LENGTH | CX_E_TYPE | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_EMPTY     no valid answer at all
 * @retval CX_E_MISMATCH  the columns of volume_paths or expected are not those of the tallies
 * @retval CX_E_DOMAIN    a volume is negative or missing, or answers stand where none is stated
 *
 * Edge cases: a part without answers leaves the whole with the weights of the others and the flag
 * "partial"; it is never counted as 0. A part with one answer leaves the standard error of its
 * wholes empty, not their interval. Answers that are all alike have no pooled values. min_n hides
 * nodes, each a margin of the innermost paths, as cx_nps_by does with totals: their scores, pooled
 * values and covered part, and with weights by answers the weights that would tell them. Cost:
 * O(nodes depth), one tally for each inner node. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_journey(const cx_tallies *tallies, const cx_frame *volume_paths,
                                         const cx_array *volumes, const cx_frame *expected,
                                         const cx_journey_options *options, cx_table **out,
                                         cx_error *err);

/** Options of cx_modes. */
typedef struct cx_modes_options {
    uint32_t struct_size; /**< set by cx_modes_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    int32_t promoters;    /**< as in cx_compare_options */
    int32_t detractors;   /**< as in cx_compare_options */
    int32_t top;          /**< as in cx_compare_options */
    int32_t direction;    /**< as in cx_compare_options */
    double confidence;    /**< default 0.95 */
    double alpha;         /**< modes count as different below this p-value; default 0.05 */
    int64_t min_n;        /**< fewest answers of a figure that is shown; default 0: all are */
} cx_modes_options;

/** @brief The defaults: NPS, 95 %, alpha 0.05. */
CX_API void cx_modes_options_init(cx_modes_options *options);

/** @brief Scores by mode of asking (mail, phone, at the gate), and what comes of mixing them.
 *
 * The last key column of the tallies is the mode, those before it are groups of their own. Each
 * mode is held against the reference mode: difference, interval and p-value of
 * cx_compare, and the p-value for all modes of the group together [Holm1979]. The row of the whole
 * group pools the modes as they came; it has the flag "mixed-modes" when their scores differ
 * (cx_heterogeneity, p < alpha), or when there are several and nobody can tell. With a mix the
 * standardised score stands beside it: the modes weighted by that mix, so that two periods compare.
 * What a change of the mode mix did to a score is told by cx_decompose on tallies by mode.
 *
 * @param      tallies    one or more key columns, of which the last is the mode
 * @param      mix        one column: the modes of a fixed mix, or NULL
 * @param      shares     >= 0, one for each row of mix; scaled to add up to 1; or NULL
 * @param      reference  one column, one row: the mode others are compared with; NULL: that with
 *                        the most answers in the group
 * @param      options    NULL for the defaults
 * @param[out] out        for each group a row "all", then one for each mode: the key columns (the
 *                        mode of "all" is null), kind ("all", "mode"), share (of the group's
 *                        weight), the columns of cx_estimate; difference, difference_se,
 *                        difference_low, difference_high, difference_p, difference_holm (null at
 *                        the reference and at "all"); modes, q, q_df, q_p (test of equality),
 *                        standardised, standardised_se, standardised_low, standardised_high,
 *                        covered (part of the mix that has answers): all null but at "all"
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_LENGTH | CX_E_TYPE | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_EMPTY     tallies without keys
 * @retval CX_E_MISMATCH  mix or reference is no column of that name and kind
 * @retval CX_E_NAME      the reference has no answers in any group
 * @retval CX_E_DOMAIN    a share is negative, missing or all are 0, or a mode has answers and no
 *                        share: state 0 to leave it out
 *
 * A mode without answers is a row with its own status. min_n hides modes and wholes as in cx_nps_by
 * with totals; what would tell of a hidden mode is null: differences to it, the shares of a group
 * whose whole is hidden, and of a group with a hidden mode the test and the standardised score. The
 * reference, unless named, is a mode that is shown. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_modes(const cx_tallies *tallies, const cx_frame *mix,
                                       const cx_array *shares, const cx_frame *reference,
                                       const cx_modes_options *options, cx_table **out,
                                       cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
