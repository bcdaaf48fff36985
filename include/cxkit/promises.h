#ifndef CXKIT_PROMISES_H
#define CXKIT_PROMISES_H

#include <cxkit/metric.h>
#include <cxkit/waits.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup promises Promises
 *
 * Was it done by the time it was promised for? A promise is as fine as it was made: one given as a
 * date is kept until the end of that day where the customer lives. The state is the lateness: waits
 * that begin at the last moment that keeps the promise, where a kept promise is an event at 0, a
 * late one an event above 0, and one that is overdue and still open is censored at `now`. So it
 * merges, travels, and has a curve of how late.
 * @{
 */

/** How finely a promise and its fulfilment are compared. */
typedef enum cx_resolution {
    CX_RESOLUTION_AS_DUE = 0, /**< days where `due` holds dates or only midnights, else the time */
    CX_RESOLUTION_TIMESTAMP = 1, /**< kept when done <= due */
    CX_RESOLUTION_MINUTE = 2,    /**< kept until the end of the minute of due */
    CX_RESOLUTION_HOUR = 3,      /**< kept until the end of the hour of due */
    CX_RESOLUTION_DAY = 4        /**< kept until the end of the day of due */
} cx_resolution;

/** "now" was not set */
#define CX_NOW_UNSET INT64_MIN

/** How promises are read. */
typedef struct cx_promise_options {
    uint32_t struct_size; /**< set by cx_promise_options_init */
    int32_t resolution;   /**< a cx_resolution; default as due */
    int32_t invalid;      /**< a cx_invalid, for impossible times; default exclude */
    int32_t reserved;     /**< zero */
    int64_t now;          /**< microseconds since 1970 UTC; has to be set */
    double offset;        /**< of the customers' clock from UTC in seconds, east positive; at most a
                               day; default 0 */
} cx_promise_options;

/** @brief The defaults: as due, UTC, impossible times left out; now is not set. */
CX_API void cx_promise_options_init(cx_promise_options *options);

/** @brief Adds promises to their lateness.
 *
 * @param self       unchanged unless CX_OK
 * @param due        times (or dates); a missing one is no promise, counted under missing
 * @param done       times (or dates); missing where it is not done. Dates need a resolution of
 * days, and give lateness in whole days
 * @param made       NULL, or when the promise was made
 * @param cancelled  NULL, or 1 where the promise was called off, counted under not_applicable
 * @param by         NULL, or key columns as in cx_tallies_add
 * @param options    `now` has to be set
 * @param err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MISMATCH | CX_E_MEMORY |
 *         CX_E_OVERFLOW
 * @retval CX_E_DOMAIN  cancelled is neither 0 nor 1; or, where that is an error, done after `now`,
 *                      made after `now`, done before made, or due before made
 *
 * Impossible times are counted under out_of_range, what is open and not yet due under open. Times
 * in `due` that are dates are days of the customers' calendar. Cost: O(n) as cx_waits_add, and one
 * more pass over due for CX_RESOLUTION_AS_DUE. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_promises_add(cx_waits *self, const cx_array *due,
                                              const cx_array *done, const cx_array *made,
                                              const cx_array *cancelled, const cx_frame *by,
                                              const cx_promise_options *options, cx_error *err);

/** @brief The share of promises kept, among all that were due: what is open and overdue is broken.
 *
 * @param      lateness  of promises, without keys
 * @param      options   NULL for Wilson limits at 95 %
 * @param[out] out       a fraction; excluded says what was left out
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH (keys)
 * @retval CX_E_EMPTY  no promise was due
 */
CX_API CX_NODISCARD cx_status cx_promises(const cx_waits *lateness, const cx_share_options *options,
                                          cx_estimate *out, cx_error *err);

/** @brief The share kept among the promises that are settled: open ones count under open.
 *
 * It flatters: the worst are still open. Parameters and status as in cx_promises.
 */
CX_API CX_NODISCARD cx_status cx_promises_settled(const cx_waits *lateness,
                                                  const cx_share_options *options, cx_estimate *out,
                                                  cx_error *err);

/** @brief Counts and both shares, one row for each key (one row without keys).
 *
 * @param      lateness  of promises
 * @param      options   NULL for Wilson limits at 95 %
 * @param[out] out       the key columns; kept, late, overdue, cancelled; the columns of the
 *                       estimate of cx_promises (open: not yet due); settled_value, settled_ci_low,
 * settled_ci_high
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * A key with fewer than min_n promises keeps its row, with nulls, and others beside it as in
 * cx_nps_by.
 */
CX_API CX_NODISCARD cx_status cx_promises_by(const cx_waits *lateness,
                                             const cx_share_options *options, cx_table **out,
                                             cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
