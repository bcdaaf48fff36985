#ifndef CXKIT_RESPONSE_H
#define CXKIT_RESPONSE_H

#include <cxkit/promises.h>
#include <cxkit/waits.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup response Response speed
 *
 * How long an inquiry or a complaint waits for its first answer, or for its resolution. A case that
 * is still open has waited at least until now: it is censored, and not left out, which would drop
 * the slowest. Time runs on the clock; opening hours are the caller's to take out.
 * @{
 */

/** How cases are read. */
typedef struct cx_response_options {
    uint32_t struct_size; /**< set by cx_response_options_init */
    int32_t invalid;      /**< a cx_invalid, for impossible times; default exclude */
    int64_t now;          /**< microseconds since 1970 UTC; has to be set */
} cx_response_options;

/** @brief The defaults: impossible times left out; now is not set. */
CX_API void cx_response_options_init(cx_response_options *options);

/** @brief Adds cases to waits: the seconds from opened to answered, or to now where it is open.
 *
 * @param self      unchanged unless CX_OK
 * @param opened    times; a missing one is counted under missing
 * @param answered  times of the first answer (or of the resolution); missing where there is none
 * @param by        NULL, or key columns as in cx_tallies_add
 * @param options   `now` has to be set
 * @param err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MISMATCH | CX_E_MEMORY |
 *         CX_E_OVERFLOW
 * @retval CX_E_DOMAIN  where that is an error: answered before opened, or either after `now`
 *
 * Impossible times are counted under out_of_range. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_response_add(cx_waits *self, const cx_array *opened,
                                              const cx_array *answered, const cx_frame *by,
                                              const cx_response_options *options, cx_error *err);

/** @brief Response speed at a glance, one row for each key (one row without keys).
 *
 * @param      waits    made by cx_response_add
 * @param      level    seconds within which an answer is in time; NaN for none
 * @param      options  NULL for the defaults
 * @param[out] out      the key columns; answered, waiting; median and q90 with _ci_low and _ci_high
 *                      (null where the curve does not reach them). With a level also the columns of
 *                      the estimate of cx_waits_within at the level, and the two shares that do
 *                      without censoring: of_answered (of the answered ones, in time: drops the
 * open ones) and of_all (of all, answered in time: counts the youngest as late)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY | CX_E_DOMAIN (level)
 *
 * A key hidden by min_n keeps its row, with nulls.
 */
CX_API CX_NODISCARD cx_status cx_response_speed(const cx_waits *waits, double level,
                                                const cx_curve_options *options, cx_table **out,
                                                cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
