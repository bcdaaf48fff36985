#ifndef CXKIT_SILENCE_H
#define CXKIT_SILENCE_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup silence Silent customers
 *
 * Who has not been heard of for longer than his own rhythm explains.
 * @{
 */

/** Options of cx_silence and cx_silence_rhythm. */
typedef struct cx_silence_options {
    uint32_t struct_size;          /**< set by cx_silence_options_init */
    int32_t reserved;              /**< zero */
    double level;                  /**< silent: a tail probability at or below; default 0.05 */
    double merge_gap;              /**< contacts of a customer no more than so many seconds after
                                        the one before are one; default 0: at the same time */
    double prior_shape;            /**< gamma distribution of contacts per second between */
    double prior_scale;            /**< customers: shape, and scale in seconds; NaN (default):
                                        estimated from the log; 0 and 0: none */
    double confidence;             /**< of the share of silent customers; default 0.95 */
    const cx_allocator *allocator; /**< of the result and of all scratch; NULL: malloc and free */
} cx_silence_options;

/** @brief The defaults: level 0.05, contacts at the same time are one, prior from the log, 95 %. */
CX_API void cx_silence_options_init(cx_silence_options *options);

/** @brief Silent customers from a log of contacts.
 *
 * A customer makes contact at a rate of his own; the rates of all customers follow a gamma
 * distribution of shape a and scale b (in seconds), of mean a/b [Ehrenberg1959]. With k gaps that
 * add up to s seconds, the chance that he would be quiet for e seconds or more is
 * ((b + s) / (b + s + e))^(a + k): many gaps speak for themselves, few lean on everyone. For
 * a = b = 0 it is (s / (s + e))^k, which is uniform, exactly, for a customer whose rhythm has not
 * changed: the last of k times in a span of s + e.
 *
 * a and b are estimated by moments: with T the time from the first contact until now,
 * m = sum k / sum T, v = sum ((k - m T)^2 - k) / sum T^2, a = m^2 / v but at most 5, so that a
 * customer always speaks for himself in the end, and b = a / m.
 *
 * @param      customer  a key; missing: counted under no_id
 * @param      time      of a contact, answer or purchase: timestamps, or microseconds since 1970
 *                       UTC; in any order
 * @param      now       microseconds since 1970 UTC; later contacts are not known yet: left out
 * @param      options   NULL for the defaults
 * @param[out] out       a row for each customer, sorted: the key; last (microseconds); elapsed
 *                       (seconds since then); gaps; rhythm (seconds per contact at his posterior
 *                       mean rate); tail; silent (1 or 0); basis: "own", or "population" for a
 *                       customer with a single contact, or "none" without a prior: nulls then.
 * Figures: customers, single, silent, share with share_ci_low and share_ci_high (Wilson),
 * beyond_chance with its limits (the share less the level that falls silent by chance, over 1 -
 * level), prior_shape, prior_scale, rhythm (of the population, seconds), contacts, merged, missing,
 * no_id, later
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_MEMORY
 * @retval CX_E_EMPTY         no contact before now with a customer and a time
 * @retval CX_E_UNIDENTIFIED  no customer came twice: there is no rhythm, unless a prior is given
 * @retval CX_E_OVERFLOW      more than 2^32 - 3 customers, or a time beyond the range
 *
 * A rhythm more regular than chance is flagged late, one in bursts early:
 * docs/validation/silence.md. Cost: linear, 20 bytes a contact; contacts of a customer that are out
 * of order are sorted. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_silence(const cx_array *customer, const cx_array *time,
                                         int64_t now, const cx_silence_options *options,
                                         cx_table **out, cx_error *err);

/** @brief Silent customers from their last contacts and known rhythms.
 *
 * @param      last     time of the last contact, one row for each customer
 * @param      rhythm   usual seconds from one contact to the next, > 0
 * @param      gaps     number of gaps behind the rhythm, > 0, not counted on to be whole; NULL: the
 *                      rhythm is known exactly
 * @param      now      microseconds since 1970 UTC
 * @param      options  NULL for the defaults; merge_gap and the prior are not read
 * @param[out] out      the rows in their order: last, elapsed, rhythm, tail, silent; null where
 *                      there is none. tail is (1 + e / (gaps rhythm))^-gaps, or exp(-e / rhythm).
 *                      Figures: customers, silent, share, beyond_chance with limits, missing, later
 *                      (last contact after now), out_of_range (rhythm or gaps not above 0)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_DOMAIN  an infinite rhythm or number of gaps, or a time that is no time
 * @retval CX_E_EMPTY   no customer with a last contact and a rhythm
 *
 * Cost: linear. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_silence_rhythm(const cx_array *last, const cx_array *rhythm,
                                                const cx_array *gaps, int64_t now,
                                                const cx_silence_options *options, cx_table **out,
                                                cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
