#ifndef CXKIT_WAITS_H
#define CXKIT_WAITS_H

#include <cxkit/estimate.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup waits Waits
 *
 * How long customers waited until something happened (they gave up, they were answered, the parcel
 * came), when some of them had not got there yet. The state is a survival table: for each distinct
 * duration how many ended in the event, how many were cut off before it (censored: answered before
 * they lost patience, still open today), and of how many the end is unknown. It adds up: the same
 * bytes for any split and any order of the same rows, in memory proportional to the distinct
 * durations. At a tie events come before censoring.
 *
 * Waits may be split by keys; then they have one table for each key, kept sorted by key. Functions
 * that give one estimate read waits without keys; those ending in _by give one row for each key,
 * and one row for waits without keys.
 * @{
 */

/** What becomes of waits of length 0. */
typedef enum cx_zero {
    CX_ZERO_KEEP = 0,   /**< taken as they are: an event at 0 is an event */
    CX_ZERO_CENSOR = 1, /**< counted as censored at 0, whatever their end */
    CX_ZERO_EXCLUDE = 2 /**< left out and counted under not_applicable: nobody waited */
} cx_zero;

/** How waits of unknown end are read, such as those of customers who left without a word. */
typedef enum cx_unknown {
    CX_UNKNOWN_EXCLUDE = 0, /**< left out, counted under missing; the estimate is flagged partial */
    CX_UNKNOWN_CENSORED = 1, /**< as if none of them had the event: one bound */
    CX_UNKNOWN_EVENT = 2     /**< as if all of them had it: the other bound */
} cx_unknown;

/** How rows are read. */
typedef struct cx_waits_options {
    uint32_t struct_size; /**< set by cx_waits_options_init */
    int32_t invalid;      /**< a cx_invalid, for durations below 0; default exclude */
    int32_t zero;         /**< a cx_zero; default keep */
    int32_t reserved;     /**< zero */
} cx_waits_options;

/** @brief The defaults: negative durations are left out and counted, zeros kept. */
CX_API void cx_waits_options_init(cx_waits_options *options);

/** How a curve is read. */
typedef struct cx_curve_options {
    uint32_t struct_size; /**< set by cx_curve_options_init */
    int32_t method;       /**< CX_METHOD_LOG_LOG (default) or CX_METHOD_WALD, of the limits */
    int32_t unknown;      /**< a cx_unknown; default exclude */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest waits of a figure that is shown; default 0: all are */
} cx_curve_options;

/** @brief The defaults: log-log limits at 95 %, unknown ends left out. */
CX_API void cx_curve_options_init(cx_curve_options *options);

/** Waits, by keys or not. */
typedef struct cx_waits cx_waits;

/** @brief Makes an empty state; the first cx_waits_add says whether it has keys.
 *
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_waits_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_waits_new(const cx_allocator *allocator, cx_waits **out,
                                           cx_error *err);

/** @brief Releases waits. NULL is ignored. */
CX_API void cx_waits_free(cx_waits *self);

/** @brief Empties waits; keys are forgotten too. */
CX_API void cx_waits_reset(cx_waits *self);

/** @brief A second state with the same content.
 *
 * @param      self       the state
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_waits_copy(const cx_waits *self, const cx_allocator *allocator,
                                            cx_waits **out, cx_error *err);

/** @brief Adds rows.
 *
 * @param self       unchanged unless CX_OK
 * @param durations  seconds, kept exactly as doubles; null and NaN are missing
 * @param ended      1 when the wait ended in the event, 0 when it was cut off before; null and NaN:
 *                   the end is unknown
 * @param by         NULL, or key columns as in cx_tallies_add
 * @param options    NULL for the defaults
 * @param err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY | CX_E_OVERFLOW
 * @retval CX_E_DOMAIN    an infinite duration, an end that is neither 0 nor 1, or a duration below
 *                        0 when that is an error
 * @retval CX_E_MISMATCH  the keys differ from those of the first call
 *
 * Each row is one wait: the table holds whole counts, and neither weights nor counts for each row
 * are read. Repeat rows that stand for several; weighted survival has other variances.
 * Cost: O(n) for whole seconds and O(n) passes of a radix sort otherwise, and one pass over the
 * distinct durations there are already; scratch memory 16 bytes for each row of a part, a part
 * being 131,072 rows or as many as there are distinct durations. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_waits_add(cx_waits *self, const cx_array *durations,
                                           const cx_array *ended, const cx_frame *by,
                                           const cx_waits_options *options, cx_error *err);

/** @brief Adds other waits with the same keys.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_waits_merge(cx_waits *self, const cx_waits *other, cx_error *err);

/** @brief 1 when both hold the same keys and content; 0 for NULL. */
CX_API int cx_waits_equal(const cx_waits *a, const cx_waits *b);

/** @brief Number of key columns; 0 for waits without keys. */
CX_API int64_t cx_waits_key_columns(const cx_waits *self);

/** @brief Number of keys, 1 for waits without keys; 0 for NULL. */
CX_API int64_t cx_waits_size(const cx_waits *self);

/** @brief Rows with a known end. */
CX_API int64_t cx_waits_n(const cx_waits *self);

/** @brief Rows that ended in the event. */
CX_API int64_t cx_waits_events(const cx_waits *self);

/** @brief Rows of unknown end. */
CX_API int64_t cx_waits_unknown(const cx_waits *self);

/** @brief Rows left out for a cx_excluded reason; 0 outside the list. */
CX_API int64_t cx_waits_excluded(const cx_waits *self, int32_t reason);

/** @brief The longest duration with a known end; NaN without any. */
CX_API double cx_waits_longest(const cx_waits *self);

/** @brief A copy of the waits at a position in key order, without keys.
 *
 * @param      self   the state
 * @param      index  0 <= index < size
 * @param[out] out    owned by the caller
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_waits_take(const cx_waits *self, int64_t index, cx_waits **out,
                                            cx_error *err);

/** @brief The waits of all keys together.
 *
 * @param      self       the state
 * @param      allocator  of the result; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY | CX_E_OVERFLOW
 */
CX_API CX_NODISCARD cx_status cx_waits_total(const cx_waits *self, const cx_allocator *allocator,
                                             cx_waits **out, cx_error *err);

/** @brief Bytes of the encoded waits; 0 for NULL. */
CX_API size_t cx_waits_encoded_size(const cx_waits *self);

/** @brief Writes the waits as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_waits_encode(const cx_waits *self, uint8_t *buffer, size_t size,
                                              cx_error *err);

/** @brief Reads encoded waits; see cx_tally_decode. */
CX_API CX_NODISCARD cx_status cx_waits_decode(const uint8_t *bytes, size_t size,
                                              const cx_allocator *allocator, cx_waits **out,
                                              cx_error *err);

/** @} */

/** @defgroup curve Survival curves
 *
 * S(t), the share that lasts longer than t, by Kaplan and Meier [KaplanMeier1958]: the product over
 * the times of events up to t of 1 - d / Y, d events among Y who are still followed. Its variance
 * is Greenwood's [Greenwood1926]. Censoring must have nothing to do with the wait: a call centre
 * that answers the impatient first would break that.
 *
 * All functions fail with CX_E_NULL, CX_E_OPTION, CX_E_EMPTY (no rows), and those for one estimate
 * with CX_E_MISMATCH for waits split by keys, and CX_E_SUPPRESSED for fewer waits than min_n. In
 * tables such a row has that status, or CX_E_UNIDENTIFIED, and no value. min_n hides the same keys
 * in every table, by the waits that are read, and more of them as in cx_nps_by.
 * @{
 */

/** @brief The share that lasts longer than t.
 *
 * Limits on the log(-log) scale, or plain ones (CX_METHOD_WALD) cut at 0 and 1. Where the curve is
 * still 1, the exact limit of m out of m (m are known to last longer); where it is 0, the upper
 * limit before the last event.
 *
 * @param      self     waits without keys
 * @param      t        seconds, finite and >= 0
 * @param      options  NULL for the defaults
 * @param[out] out      a fraction
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_MISMATCH | CX_E_DOMAIN (t)
 * @retval CX_E_UNIDENTIFIED  nobody was followed to t and the curve does not end at 0
 *
 * Cost: O(distinct durations), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_waits_survival(const cx_waits *self, double t,
                                                const cx_curve_options *options, cx_estimate *out,
                                                cx_error *err);

/** @brief The same for each key: the key columns, then those of an estimate. */
CX_API CX_NODISCARD cx_status cx_waits_survival_by(const cx_waits *self, double t,
                                                   const cx_curve_options *options, cx_table **out,
                                                   cx_error *err);

/** @brief The share that has had the event by t: 1 - S(t), the limits mirrored.
 *
 * Parameters and status as in cx_waits_survival.
 */
CX_API CX_NODISCARD cx_status cx_waits_within(const cx_waits *self, double t,
                                              const cx_curve_options *options, cx_estimate *out,
                                              cx_error *err);

/** @brief The same for each key. */
CX_API CX_NODISCARD cx_status cx_waits_within_by(const cx_waits *self, double t,
                                                 const cx_curve_options *options, cx_table **out,
                                                 cx_error *err);

/** @brief The time by which a share p has had the event: the first at which S(t) <= 1 - p.
 *
 * The limits are the first times at which the lower and the upper limit of the curve are there
 * [BrookmeyerCrowley1982]; an upper limit beyond the follow-up is infinite, flagged censored.
 *
 * @param      self     waits without keys
 * @param      p        0 < p < 1; 0.5 is the median
 * @param      options  NULL for the defaults
 * @param[out] out      seconds
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_MISMATCH | CX_E_DOMAIN (p)
 * @retval CX_E_UNIDENTIFIED  the curve never falls that far
 *
 * Cost: O(distinct durations), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_waits_quantile(const cx_waits *self, double p,
                                                const cx_curve_options *options, cx_estimate *out,
                                                cx_error *err);

/** @brief The same for each key. */
CX_API CX_NODISCARD cx_status cx_waits_quantile_by(const cx_waits *self, double p,
                                                   const cx_curve_options *options, cx_table **out,
                                                   cx_error *err);

/** @brief The mean of the wait cut at t: the area under the curve up to t.
 *
 * Normal limits, cut at 0 and t, with the variance of the area [Irwin1949].
 *
 * @param      self     waits without keys
 * @param      t        seconds, finite and > 0
 * @param      options  NULL for the defaults; method does not matter
 * @param[out] out      seconds
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_MISMATCH | CX_E_DOMAIN (t)
 * @retval CX_E_UNIDENTIFIED  nobody was followed to t and the curve does not end at 0
 *
 * Cost: O(distinct durations), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_waits_restricted_mean(const cx_waits *self, double t,
                                                       const cx_curve_options *options,
                                                       cx_estimate *out, cx_error *err);

/** @brief The same for each key. */
CX_API CX_NODISCARD cx_status cx_waits_restricted_mean_by(const cx_waits *self, double t,
                                                          const cx_curve_options *options,
                                                          cx_table **out, cx_error *err);

/** @brief Events for each second waited: the rate of an exponential, and the theta of Erlang-A.
 *
 * Exact limits of a Poisson count over the time waited [Garwood1936].
 *
 * @param      self     waits without keys
 * @param      options  NULL for the defaults; method does not matter
 * @param[out] out      events per second
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MISMATCH
 * @retval CX_E_EMPTY  no rows, or no time waited at all
 */
CX_API CX_NODISCARD cx_status cx_waits_rate(const cx_waits *self, const cx_curve_options *options,
                                            cx_estimate *out, cx_error *err);

/** @brief The same for each key. */
CX_API CX_NODISCARD cx_status cx_waits_rate_by(const cx_waits *self,
                                               const cx_curve_options *options, cx_table **out,
                                               cx_error *err);

/** @brief The curve: one row for each key and distinct duration that is read.
 *
 * @param      self     waits, with keys or without
 * @param      options  NULL for the defaults
 * @param[out] out      the key columns, time, at_risk (just before time), events, censored,
 *                      survival, se, ci_low, ci_high
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * A key hidden by min_n is one row of nulls.
 */
CX_API CX_NODISCARD cx_status cx_waits_curve(const cx_waits *self, const cx_curve_options *options,
                                             cx_table **out, cx_error *err);

/** @brief Are the curves of the keys the same? The log-rank test [Mantel1966].
 *
 * @param      self     waits split by keys
 * @param      options  NULL for the defaults; method and confidence do not matter
 * @param[out] out      the key columns, n, observed and expected events; figures chi2, df, p_value
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_MISMATCH  waits without keys
 * @retval CX_E_FEW       fewer than two groups have anything to compare
 *
 * A key hidden by min_n keeps its row, with nulls, and its part in the test. Cost: O(keys^2) for
 * each distinct time. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_waits_logrank(const cx_waits *self,
                                               const cx_curve_options *options, cx_table **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
