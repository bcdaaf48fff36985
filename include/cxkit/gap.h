#ifndef CXKIT_GAP_H
#define CXKIT_GAP_H

#include <cxkit/index.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup gap Expectation and experience
 *
 * What a customer experienced minus what the same customer expected, on one scale. The state is a
 * joint state of 2 m components for m items: the difference of each item, and its experience, both
 * over those who gave the two answers. So the shares below, at and above expectation come from a
 * tally of differences, and a figure of several items keeps the covariance of the respondents.
 * @{
 */

/** Most items of one state. */
#define CX_GAP_ITEMS 32

/** Where importance and performance are cut into high and low. */
typedef enum cx_cut {
    CX_CUT_MEANS = 0, /**< at the mean importance, and the mean experience of the items */
    CX_CUT_FIXED = 1  /**< at cut_importance and cut_experience */
} cx_cut;

/** Options of cx_gap, cx_gap_total and cx_gap_by. */
typedef struct cx_gap_options {
    uint32_t struct_size;  /**< set by cx_gap_options_init */
    int32_t cases;         /**< a cx_cases, of the total; default available */
    int32_t cut;           /**< a cx_cut; default means */
    int32_t reserved;      /**< zero */
    double cut_importance; /**< in the numbers given as importance; for CX_CUT_FIXED */
    double cut_experience; /**< on the scale; for CX_CUT_FIXED */
    double confidence;     /**< default 0.95 */
    int64_t min_n;         /**< fewest respondents of a figure that is shown; default 0: all are */
} cx_gap_options;

/** @brief The defaults: available answers, cut at the means, 95 %. */
CX_API void cx_gap_options_init(cx_gap_options *options);

/** @brief Makes an empty state of gaps.
 *
 * @param      names      text: 1 to CX_GAP_ITEMS names of items, each once
 * @param      scale_min  lowest answer of both questions
 * @param      scale_max  highest answer; at most 512 steps
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_joint_free
 * @param      err        may be NULL
 * @retval as cx_joint_new
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gap_new(const cx_array *names, int32_t scale_min,
                                         int32_t scale_max, const cx_allocator *allocator,
                                         cx_joint **out, cx_error *err);

/** @brief Adds respondents.
 *
 * @param self         made by cx_gap_new; unchanged unless CX_OK
 * @param expectation  one column for each item, found by name
 * @param experience   the same names and rows
 * @param weights      as in cx_joint_add
 * @param options      how the answers are read; NULL for the defaults
 * @param err          may be NULL
 * @retval as cx_joint_add
 * @retval CX_E_MISMATCH  not a state of gaps
 *
 * An item with one of the two answers is left out, by the reason of the expectation, else of the
 * experience. Cost: O(n items^2), no allocation but for one block. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gap_add(cx_joint *self, const cx_frame *expectation,
                                         const cx_frame *experience, const cx_array *weights,
                                         const cx_answer_options *options, cx_error *err);

/** @brief Items: gap, shares below and above expectation, and where to act.
 *
 * The gap has a t interval from the paired differences, the shares Wilson's. The quadrant is that
 * of importance and performance analysis [Martilla1977]: "concentrate" (important, low
 * experience), "keep" (important, high), "low-priority", "overkill" (unimportant, high), and
 * "undecided" where the interval of the experience, or of its distance from the mean of the items,
 * spans the cut; null without importance.
 *
 * @param      joint       made by cx_gap_new, or decoded from one
 * @param      importance  one number >= 0 for each item; NULL: equal
 * @param      options     NULL for the defaults
 * @param[out] out         one row for each item: `item`, `importance` (its share), `expectation`,
 *                         `experience` (means), `below`, `same`, `above` (shares), each with
 *                         _ci_low and _ci_high, `quadrant`, then the columns of cx_estimate for the
 *                         gap. Figures: value, ci_low, ci_high, se, p_value, n of the weighted gap
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_MEMORY
 * @retval CX_E_EMPTY     no item has a pair of answers
 * @retval CX_E_MISMATCH  not a state of gaps
 * @retval CX_E_SUPPRESSED  fewer than min_n respondents
 *
 * Below min_n pairs an item is hidden; a single one would follow from the total, so that the
 * smallest of the others goes too. Edge cases: differences that are all alike have a bounded
 * interval of positive width. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gap(const cx_joint *joint, const cx_array *importance,
                                     const cx_gap_options *options, cx_table **out, cx_error *err);

/** @brief The gap of all items, weighted by importance; the respondents' covariance is kept.
 *
 * @param      joint       as in cx_gap
 * @param      importance  as in cx_gap
 * @param      options     as in cx_gap
 * @param[out] out         experience minus expectation in units of the scale, negative where
 *                         customers are disappointed; p_value is of no gap. An item nobody answered
 *                         is left out, flag "partial"
 * @param      err         may be NULL
 * @retval as cx_gap
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gap_total(const cx_joint *joint, const cx_array *importance,
                                           const cx_gap_options *options, cx_estimate *out,
                                           cx_error *err);

/** @brief cx_gap_total for every key.
 *
 * @param      like         made by cx_gap_new; what it holds is not used
 * @param      expectation  as in cx_gap_add
 * @param      experience   as in cx_gap_add
 * @param      weights      as in cx_gap_add
 * @param      by           as in cx_tallies_add
 * @param      importance   as in cx_gap
 * @param      answers      how the answers are read; NULL for the defaults
 * @param      options      as in cx_gap
 * @param[out] out          the key columns, then those of cx_estimate; owned by the caller
 * @param      err          may be NULL
 * @retval as cx_gap_add and cx_gap_total, but CX_E_EMPTY: that is a row's status
 *
 * Below min_n rows are hidden as in cx_nps_by.
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gap_by(const cx_joint *like, const cx_frame *expectation,
                                        const cx_frame *experience, const cx_array *weights,
                                        const cx_frame *by, const cx_array *importance,
                                        const cx_answer_options *answers,
                                        const cx_gap_options *options, cx_table **out,
                                        cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
