#ifndef CXKIT_ONCE_H
#define CXKIT_ONCE_H

#include <cxkit/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @addtogroup windows
 * @{
 */

/** Which answer of a respondent counts. */
typedef enum cx_keep {
    CX_KEEP_LAST = 0,  /**< the latest; of several at one time the last row */
    CX_KEEP_FIRST = 1, /**< the earliest; of several at one time the first row */
    CX_KEEP_ALL = 2    /**< every answer */
} cx_keep;

/** @brief Adds a column of answers, of each respondent one.
 *
 * @param self        unchanged unless CX_OK
 * @param scores      as in cx_tally_add
 * @param weights     as in cx_tally_add, or NULL
 * @param respondent  who answered: columns as in cx_tallies_add, taken together, so that one answer
 *                    for each customer and touchpoint can be kept. A row without a respondent is a
 *                    person of its own
 * @param time        when; NULL: by row. A row without a time cannot be put in order: it stays,
 *                    and takes the place of no other
 * @param keep        a cx_keep
 * @param window      one answer for each window of this calendar (needs `time`); NULL: one in all
 * @param options     how answers are read; NULL for the defaults
 * @param err         may be NULL
 * @retval as cx_tally_add; also CX_E_OPTION: an unknown keep, or a window without times
 *
 * Only answers on the scale take part: a blank does not push out an answer, and is counted as the
 * blank it is. Answers that give way are counted under "duplicate". Duplicates are seen within one
 * call: tallies that are merged do not know each other's respondents. Cost: O(n); scratch memory of
 * 2 bytes a row, 8 more with a window, and of 40 bytes and the key for each respondent. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tally_add_once(cx_tally *self, const cx_array *scores,
                                                const cx_array *weights, const cx_frame *respondent,
                                                const cx_array *time, int32_t keep,
                                                const cx_window_options *window,
                                                const cx_answer_options *options, cx_error *err);

/** @brief The same for tallies by keys; a respondent counts once over all keys, unless the keys are
 *  among the columns of `respondent`.
 *
 * @param self        as in cx_tallies_add
 * @param scores      as in cx_tally_add_once
 * @param weights     as in cx_tally_add_once
 * @param by          as in cx_tallies_add
 * @param respondent  as in cx_tally_add_once
 * @param time        as in cx_tally_add_once
 * @param keep        as in cx_tally_add_once
 * @param window      as in cx_tally_add_once
 * @param options     as in cx_tally_add_once
 * @param err         may be NULL
 * @retval as cx_tallies_add and cx_tally_add_once
 */
CX_API CX_NODISCARD cx_status cx_tallies_add_once(cx_tallies *self, const cx_array *scores,
                                                  const cx_array *weights, const cx_frame *by,
                                                  const cx_frame *respondent, const cx_array *time,
                                                  int32_t keep, const cx_window_options *window,
                                                  const cx_answer_options *options, cx_error *err);

/** @brief Adds answers by windows, of each respondent one in each window.
 *
 * @param self        as in cx_windows_add
 * @param time        as in cx_windows_add; it also puts the answers in order
 * @param offsets     as in cx_windows_add
 * @param scores      as in cx_tally_add_once
 * @param weights     as in cx_tally_add_once
 * @param by          as in cx_windows_add; a respondent counts once in a window over all of them
 * @param respondent  as in cx_tally_add_once
 * @param keep        as in cx_tally_add_once
 * @param window      as in cx_windows_add
 * @param options     as in cx_windows_add
 * @param err         may be NULL
 * @retval as cx_windows_add and cx_tally_add_once
 *
 * Rolling windows made of the result hold one answer for each of the windows they are made of.
 * Cost: as cx_tally_add_once, and 9 bytes a row more. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_windows_add_once(cx_tallies *self, const cx_array *time,
                                                  const cx_array *offsets, const cx_array *scores,
                                                  const cx_array *weights, const cx_frame *by,
                                                  const cx_frame *respondent, int32_t keep,
                                                  const cx_window_options *window,
                                                  const cx_answer_options *options, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
