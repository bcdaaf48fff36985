#ifndef CXKIT_WINDOWS_H
#define CXKIT_WINDOWS_H

#include <cxkit/compare.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup windows Windows
 *
 * Scores over time. A set of tallies whose first key is a window of a calendar is a state like any
 * other: it merges, encodes and is read by every `_by` function, which then show the columns
 * `window` (start) and `window_end` (exclusive), both in microseconds since 1970 on the clock that
 * was used: UTC, or local time by an offset. The kind of window is part of the state: days and
 * weeks do not merge.
 *
 * Event, invitation and answer are three times. A score says something about the event, so windows
 * are by the time of the event; cx_answer_delay shows how far the answers lie behind it.
 * @{
 */

/** What a window is made of. */
typedef enum cx_window_unit {
    CX_WINDOW_SECOND = 0, /**< seconds, counted from midnight of 1970-01-01 */
    CX_WINDOW_DAY = 1,    /**< days, counted from 1970-01-01 */
    CX_WINDOW_WEEK = 2,   /**< weeks, counted from that of 1970-01-01 */
    CX_WINDOW_MONTH = 3   /**< months, counted from January 1970: 3 are a quarter, 12 a year */
} cx_window_unit;

/** A calendar. */
typedef struct cx_window_options {
    uint32_t struct_size; /**< set by cx_window_options_init */
    int32_t unit;         /**< a cx_window_unit; default day */
    int32_t every;        /**< units in a window; default 1, at most 36,500 days, weeks or months */
    int32_t week_starts;  /**< first day of a week, 1 Monday (default) .. 7 Sunday */
    int32_t offset;       /**< seconds from UTC to local time, east positive; default 0 */
    int32_t reserved;     /**< zero */
} cx_window_options;

/** @brief The defaults: days in UTC, weeks from Monday. */
CX_API void cx_window_options_init(cx_window_options *options);

/** @brief Adds a column of answers to a set, split by the window of their event and by keys.
 *
 * @param self     empty, or made by this function with the same kind of window and the same keys;
 *                 unchanged unless CX_OK
 * @param time     when it happened: timestamps, dates, or microseconds since 1970 UTC, in any
 *                 order, before 1970 too; answers without a time have a row of their own without a
 *                 window
 * @param offsets  seconds from UTC to local time for each row, such as those of a time zone with
 *                 summer time, -86400 to 86400; without an offset there is no window. NULL: the
 *                 offset of the options for all
 * @param scores   as in cx_tally_add
 * @param weights  as in cx_tally_add, or NULL
 * @param by       more keys, as in cx_tallies_add, or NULL
 * @param window   the calendar; NULL for days in UTC
 * @param options  how answers are read; NULL for the defaults
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_DOMAIN    as cx_tallies_add; also an impossible offset
 * @retval CX_E_MISMATCH  another kind of window, or other keys
 * @retval CX_E_NAME      a key is called window or window_end
 *
 * The first moment of a window belongs to it, its end to the next. A day of 23 or 25 hours is one
 * day when the offsets say so. Cost: O(n), scratch memory of 9 MB at most (a failing call reads
 * again, with 9 bytes a row). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_windows_add(cx_tallies *self, const cx_array *time,
                                             const cx_array *offsets, const cx_array *scores,
                                             const cx_array *weights, const cx_frame *by,
                                             const cx_window_options *window,
                                             const cx_answer_options *options, cx_error *err);

/** @brief Rolling windows, and windows without answers.
 *
 * @param      self       a set made by cx_windows_add
 * @param      steps      windows of the set in one rolling window; 1 leaves them as they are
 * @param      empty      1: every window from the first to the last is there for every combination
 *                        of the other keys, with no answers (status CX_E_EMPTY) where there were
 *                        none; 0: only windows with answers
 * @param      allocator  of the result; NULL = malloc
 * @param[out] out        owned by the caller: cx_tallies_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_MISMATCH  the first key is no window, or windows roll already
 * @retval CX_E_LIMIT     more than 4 million rows: take longer windows, or none that are empty
 *
 * A rolling window ends where a window of the set ends, from the first to the last of these. Those
 * that reach back beyond the first are flagged "partial" by the `_by` functions: their history is
 * not complete. Neighbouring rolling windows share answers: they are no independent samples. Cost:
 * O(rows steps). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_windows_roll(const cx_tallies *self, int32_t steps, int32_t empty,
                                              const cx_allocator *allocator, cx_tallies **out,
                                              cx_error *err);

/** @brief The window of each row, for joining other columns to it.
 *
 * @param      time     as in cx_windows_add
 * @param      offsets  as in cx_windows_add
 * @param      window   NULL for days in UTC
 * @param      allocator  of the table; NULL = malloc
 * @param[out] out      window and window_end, null where there is no time; owned by the caller
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_OVERFLOW |
 *         CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_window_of(const cx_array *time, const cx_array *offsets,
                                           const cx_window_options *window,
                                           const cx_allocator *allocator, cx_table **out,
                                           cx_error *err);

/** How far answers lie behind what they are about. */
typedef struct cx_delay {
    int64_t n;       /**< rows with both times, the answer not before the event */
    int64_t missing; /**< rows without one of the two */
    int64_t before;  /**< rows whose answer precedes the event: wrong clocks, wrong columns, or
                          answers about something that had not happened yet */
    double shortest; /**< seconds; NaN without rows, as the next three */
    double median;   /**< seconds */
    double late;     /**< seconds: the delay that 9 of 10 answers do not exceed */
    double longest;  /**< seconds */
    double reserved; /**< zero */
} cx_delay;

/** @brief How far the answers lie behind the events.
 *
 * @param      event     when it happened, as `time` in cx_windows_add
 * @param      answered  when the answer was given
 * @param      invalid   CX_INVALID_ERROR: an answer before its event is an error that names the
 * row; CX_INVALID_EXCLUDE: it is counted
 * @param      allocator for the call; NULL = malloc
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_DOMAIN  also an answer that precedes its event, when that is an error
 *
 * Quantiles are the smallest delay that at least that share does not exceed. What had not happened
 * when a customer answered cannot have moved the answer. Cost: O(n), 32 bytes a row. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_answer_delay(const cx_array *event, const cx_array *answered,
                                              int32_t invalid, const cx_allocator *allocator,
                                              cx_delay *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
