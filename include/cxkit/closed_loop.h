#ifndef CXKIT_CLOSED_LOOP_H
#define CXKIT_CLOSED_LOOP_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup closed_loop Closed loop
 *
 * Were unhappy customers contacted in time, and did it help?
 * @{
 */

/** Who is followed. */
typedef enum cx_followed {
    CX_FOLLOWED_DETRACTORS = 0, /**< recovered: no detractor when asked again */
    CX_FOLLOWED_PASSIVES = 1,   /**< won over: a promoter when asked again */
    CX_FOLLOWED_PROMOTERS = 2   /**< activated: what the column `acted` says */
} cx_followed;

/** Options of cx_closed_loop. */
typedef struct cx_closed_loop_options {
    uint32_t struct_size;             /**< set by cx_closed_loop_options_init */
    int32_t followed;                 /**< a cx_followed; default detractors */
    int32_t scale_min;                /**< lowest score; default 0 */
    int32_t scale_max;                /**< highest score; default 10 */
    int32_t promoters;                /**< lowest score of a promoter; default 9 */
    int32_t detractors;               /**< highest score of a detractor; default 6 */
    double level;                     /**< contacted in time: seconds; default 172800, two days */
    double confidence;                /**< default 0.95 */
    const cx_answer_options *reading; /**< how scores are read; NULL: the defaults */
    const cx_allocator *allocator;    /**< of the scratch memory; NULL: malloc and free */
    int64_t min_n; /**< fewest customers of a share that is shown; default 0: all are */
} cx_closed_loop_options;

/** @brief The defaults: detractors of 0 to 10, two days, 95 %. */
CX_API void cx_closed_loop_options_init(cx_closed_loop_options *options);

/** A closed loop. All shares are fractions; one without a base has the status CX_E_EMPTY. The
 * treated are those contacted, or with a hold-out those who were to be contacted. */
typedef struct cx_closed_loop_result {
    cx_estimate contacted;           /**< share contacted by now, of those not held out */
    cx_estimate in_time;             /**< contacted within the level: Kaplan-Meier, open cases
                                          censored */
    cx_estimate in_time_naive;       /**< the same with open cases as failures */
    cx_estimate reasked_treated;     /**< asked again */
    cx_estimate reasked_comparison;  /**< asked again */
    cx_estimate answered_treated;    /**< with a known outcome, of all treated */
    cx_estimate answered_comparison; /**< with a known outcome, of the comparison */
    cx_estimate improved_treated;    /**< of those with a known outcome; only beside a comparison
                                      */
    cx_estimate improved_comparison; /**< the same without having been contacted */
    cx_estimate effect;              /**< improved_treated less improved_comparison */
    cx_estimate left_class_without_control; /**< what there is without a comparison: a share that
                                                 says nothing about the contact */
    double bounds_low;    /**< the effect on all, whatever those would say who did not */
    double bounds_high;   /**< answer [HorowitzManski2000]; NaN without an effect */
    double lee_low;       /**< on those who answer either way, when contact moves */
    double lee_high;      /**< answering in one direction only [Lee2009] */
    int64_t followed;     /**< customers of the class followed */
    int64_t others;       /**< customers of other classes: not looked at */
    int64_t crossed;      /**< held out, and contacted all the same */
    uint64_t reserved[8]; /**< zero */
} cx_closed_loop_result;

/** @brief Contacted in time, asked again, recovered: the effect only against a comparison.
 *
 * About half of all detractors leave their class when asked again although nothing was done: who
 * scored low by chance scores higher next time. So `effect` is the share that improved among the
 * treated less that among others [Newcombe1998]: with `control`, those held out at random; without,
 * those who happened not to be contacted (flag observational). When there is nobody to compare
 * with, the effect is not identified (status CX_E_UNIDENTIFIED), and the bare share is called
 * left_class_without_control.
 *
 * When not all have answered again (flag partial), bounds_low and bounds_high hold whatever the
 * others would have said; lee_low and lee_high hold for those who answer either way if contact
 * makes nobody less willing to answer, or nobody more.
 *
 * @param      score         the first score; who is not of the class followed is not looked at
 * @param      contacted     0 or 1
 * @param      score_again   the score when asked again; missing: not asked, or not answered; NULL
 *                           with `acted`
 * @param      reasked       0 or 1: asked again; NULL: not known
 * @param      control       1: held out at random, 0: not; NULL: no hold-out
 * @param      alerted       when the case was opened; NULL: no figures of time
 * @param      contacted_at  when the customer was contacted; with `alerted`
 * @param      acted         0 or 1 in place of a second score, such as a recommendation made;
 *                           needed for promoters
 * @param      now           microseconds since 1970 UTC; read with `alerted`
 * @param      options       NULL for the defaults
 * @param[out] out           written only on CX_OK
 * @param      err           may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  a column of 0 and 1 holds something else, an infinite score, a time that is
 *                      no time
 * @retval CX_E_EMPTY   nobody of the class followed
 *
 * A share of fewer than min_n customers has the status CX_E_SUPPRESSED; so have the effect and both
 * shares that it is made of when one of them has, without bounds, and both forms of in_time.
 *
 * Rows without a score, or without `contacted` or `control`, are counted under missing in
 * `contacted`. Of in_time: cases without a time under missing, contacts before their alert and
 * alerts after now under out_of_range, open cases younger than the level under open; its status is
 * CX_E_UNIDENTIFIED when no case has been followed for as long as the level. Cost: O(n log n),
 * 16 bytes a row. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_closed_loop(const cx_array *score, const cx_array *contacted,
                                             const cx_array *score_again, const cx_array *reasked,
                                             const cx_array *control, const cx_array *alerted,
                                             const cx_array *contacted_at, const cx_array *acted,
                                             int64_t now, const cx_closed_loop_options *options,
                                             cx_closed_loop_result *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
