#ifndef CXKIT_BELIEF_H
#define CXKIT_BELIEF_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup belief Belief gap
 *
 * What managers or staff believe a score to be, against what customers say: two independent
 * groups.
 * @{
 */

/** A belief gap. */
typedef struct cx_belief {
    cx_estimate gap;       /**< believed - customers' score: positive means over-estimated */
    cx_estimate believed;  /**< mean belief */
    cx_estimate customers; /**< the customers' score */
    cx_estimate over;      /**< share of the staff who believe more than the customers' value:
                                Wilson limits, the customers' value taken as known */
} cx_belief;

/** @brief The gap when the staff name the score they expect.
 *
 * gap = mean(beliefs) - score(customers). Beliefs have a t interval (bounded where they are all
 * alike or there is a single one), customers that of their score; mover puts the two together. For
 * a mean score both sides vary by t, and the gap is Welch's (cx_compare).
 *
 * @param      beliefs    one number for each member of staff, in the unit of the score: points,
 *                        the scale, or a fraction for a top box. Null and NaN are missing,
 *                        numbers beyond the score's range are out_of_range: both left out, counted
 * @param      customers  their answers
 * @param      options    NULL for the defaults; method auto, mover or wald, and t for a mean
 * @param[out] out        written only on CX_OK
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_TYPE
 * @retval CX_E_DOMAIN  an infinite belief; as cx_nps
 * @retval CX_E_EMPTY   no belief, or no valid answer of a customer
 * @retval CX_E_SUPPRESSED  fewer than min_n beliefs, or answers of customers
 *
 * Cost: O(beliefs + steps), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_belief_gap(const cx_array *beliefs, const cx_tally *customers,
                                            const cx_compare_options *options, cx_belief *out,
                                            cx_error *err);

/** @brief The gap when the staff answered the customers' question as they think customers would.
 *
 * gap = score(staff) - score(customers), as cx_compare; believed is the staff's score by the
 * default method, over the share of staff whose answer lies above the customers' mean answer.
 *
 * @param      staff      answers on the customers' scale
 * @param      customers  their answers
 * @param      options    NULL for the defaults
 * @param[out] out        written only on CX_OK
 * @param      err        may be NULL
 * @retval as cx_compare
 *
 * Cost: O(steps), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_belief_gap_answers(const cx_tally *staff,
                                                    const cx_tally *customers,
                                                    const cx_compare_options *options,
                                                    cx_belief *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
