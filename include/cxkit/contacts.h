#ifndef CXKIT_CONTACTS_H
#define CXKIT_CONTACTS_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup contacts Contact logs
 *
 * What a log of contacts says about resolution and effort. Every function reads the same columns,
 * in any order of rows, from a frame in which they go by name:
 *
 * - `customer` (required): whole numbers or text. Null, empty text and the values of `no_id` mean
 *   that nobody was identified: such contacts are left out, counted under "no_id", and their share
 *   is reported.
 * - `time` (required): timestamps, or whole microseconds since 1970 UTC. Null is left out and
 *   counted under "missing"; what lies outside start .. end under "out_of_range".
 * - `topic`: with it, only contacts about the same topic belong to one issue. Null: "missing".
 * - `channel`: with `channels`, only these count as contacts; the others are left out and counted
 *   under "not_applicable". Null: "missing".
 * - `abandoned`, `outbound`: 0 or 1. What such contacts count as is an option; those that do not
 *   count are left out under "not_applicable".
 * - `index`: 0 or 1; 0: this contact may not be an index, but counts as a repeat.
 * - `transfers`: 0 .. 1000 within this contact.
 *
 * Windows and gaps are half-open: a contact exactly one window later is no repeat. Contacts of one
 * customer, topic and channel that follow within `merge_gap` of the first are one contact, at the
 * time of the first, and the others are counted under "duplicate"; it may be an index if any of
 * them may. A null or another number than 0 and 1 among the marks is an error.
 *
 * Memory: 24 bytes a row, and the distinct texts of ids, topics, channels and keys. Times need not
 * be sorted. Results do not depend on the order of rows.
 * @{
 */

/** What a contact counts as. */
typedef enum cx_contact_as {
    CX_CONTACT_IGNORED = 0, /**< as if it were not in the log */
    CX_CONTACT_REPEAT = 1,  /**< it can follow another contact, and is no index itself */
    CX_CONTACT_FULL = 2     /**< as any other contact */
} cx_contact_as;

/** How contacts that are not followed for the whole window are dealt with. */
typedef enum cx_fcr_method {
    CX_FCR_KAPLAN_MEIER = 0,    /**< they count for as long as they are followed */
    CX_FCR_COMPLETE_WINDOW = 1, /**< they are left out: unbiased, and a window late */
    CX_FCR_NAIVE = 2            /**< they count as resolved: too high at the end of the log */
} cx_fcr_method;

/** How a log is read. */
typedef struct cx_contacts_options {
    uint32_t struct_size; /**< set by cx_contacts_options_init */
    int32_t method;       /**< a cx_fcr_method; default kaplan-meier */
    int32_t abandoned;    /**< a cx_contact_as; default repeat */
    int32_t outbound;     /**< a cx_contact_as: contacts that we make; default ignored */
    double window;        /**< seconds, at least a microsecond; default 604800, seven days */
    double merge_gap;     /**< seconds, below the window; 0: nothing is merged; default 60 */
    double confidence;    /**< default 0.95 */
    int64_t start;        /**< of the log, microseconds; default INT64_MIN: the first time in it */
    int64_t end;          /**< of the log, exclusive; default INT64_MAX: just after the last time */
    const cx_allocator *allocator; /**< of tables and of all scratch; NULL: malloc and free */
    int64_t min_n; /**< fewest customers of a figure that is shown; default 0: all are */
} cx_contacts_options;

/** @brief The defaults: Kaplan-Meier over seven days, a merge gap of 60 seconds, 95 %. */
CX_API void cx_contacts_options_init(cx_contacts_options *options);

/** First contact resolution, and what it stands on: contacts = estimate.n + run_in + later +
 *  not_index + cut. */
typedef struct cx_fcr_result {
    cx_estimate estimate; /**< n: index contacts; df: customers behind them - 1 */
    int64_t rows;         /**< of the log as given */
    int64_t contacts;     /**< of identified customers, duplicates merged */
    int64_t customers;    /**< who made an index contact */
    int64_t run_in;       /**< contacts of the first window: what was before them is unknown */
    int64_t later;        /**< contacts less than a window after another: no first contacts */
    int64_t not_index;    /**< first contacts that may not be an index */
    int64_t cut;          /**< complete-window: first contacts in the last window of the log */
    int64_t repeats;      /**< index contacts followed by another within the window */
    int64_t censored;     /**< index contacts not followed for the whole window, so far without */
    int64_t issues;       /**< that began after the run-in */
    double contacts_per_issue; /**< in those; NaN when there are none */
    double no_id_share;        /**< contacts without an id in all, before duplicates are merged */
    int64_t start;             /**< of the log, as it was used, in microseconds */
    int64_t end;               /**< exclusive */
    uint64_t reserved[8];      /**< zero */
} cx_fcr_result;

/** @brief First contact resolution: the share of issues that need no second contact.
 *
 * An index contact opens an issue: the same customer (and topic) made no contact within the window
 * before it, and that window lies within the log. The figure is the Kaplan-Meier estimate
 * [KaplanMeier1958] at the end of the window of the time from an index contact to the next contact,
 * censored at the end of the log. Without censoring it is 1 - repeats / n.
 *
 * Customers are the clusters: the standard error is the jackknife that leaves out one customer at a
 * time [Efron1981], by the influence function of the Kaplan-Meier estimate [Reid1981] with each
 * customer's leverage,
 * (S - S_without_c) = U_c / (1 - n_c / n), which is exact where nothing is censored. The interval
 * is Wilson's at n_eff = S (1 - S) / se^2, at most n, widened by (z / t)^2 for customers - 1
 * degrees of freedom. With no repeat, or nothing but repeats, n_eff is Kish's number of customers.
 *
 * @param      log       the columns named above
 * @param      no_id     values of `customer` that mean nobody, at most 16; NULL: none
 * @param      channels  the channels that count; NULL: all
 * @param      options   NULL for the defaults
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_MEMORY
 * @retval CX_E_NAME          a column of another name, or a required one is not there
 * @retval CX_E_EMPTY         no index contact
 * @retval CX_E_UNIDENTIFIED  no index contact is followed for a whole window: it needs a log of
 * more than two
 * @retval CX_E_SUPPRESSED    fewer than min_n customers
 * @retval CX_E_OVERFLOW      the log spans more than 285 years
 * @retval CX_E_LIMIT         more than 2^32 - 2 rows, or 2^32 combinations of topic, key and
 * channel
 *
 * The estimate takes for granted that resolution does not change within the log: cut it into
 * periods with cx_fcr_by. Resolution is what the log can see of it: who gave up, or went to a
 * channel that is not logged, counts as resolved. Cost: O(n) expected for n rows. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_fcr(const cx_frame *log, const cx_array *no_id,
                                     const cx_array *channels, const cx_contacts_options *options,
                                     cx_fcr_result *out, cx_error *err);

/** @brief cx_fcr for every key of the index contact, such as a team or a period.
 *
 * Repeats count whatever their key. A customer with index contacts of two keys is in both rows.
 *
 * @param      log       as in cx_fcr
 * @param      by        keys, as many rows as the log
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults
 * @param[out] out       the key columns, those of cx_estimate, then `contacts`, `customers`,
 *                       `run_in`, `later`, `not_index`, `cut`, `repeats`, `censored` and
 *                       `no_id_share`; figures `rows`, `start`, `end`
 * @param      err       may be NULL
 * @retval CX_OK | as cx_fcr; a key without an estimate is a row with its own status
 *
 * min_n counts customers, who may have many contacts: a key with fewer is hidden, and others beside
 * it as in cx_nps_by.
 */
CX_API CX_NODISCARD cx_status cx_fcr_by(const cx_frame *log, const cx_frame *by,
                                        const cx_array *no_id, const cx_array *channels,
                                        const cx_contacts_options *options, cx_table **out,
                                        cx_error *err);

/** @brief The non-repeat rate: the share of all contacts that no other follows within the window.
 *
 * As cx_fcr, but every contact is an index, also the fourth about one issue. It answers another
 * question: lower than first contact resolution where a few customers come again and again, higher
 * where most issues take two contacts, since no other follows the second.
 */
CX_API CX_NODISCARD cx_status cx_non_repeat(const cx_frame *log, const cx_array *no_id,
                                            const cx_array *channels,
                                            const cx_contacts_options *options, cx_fcr_result *out,
                                            cx_error *err);

/** @brief cx_non_repeat for every key of the index contact; see cx_fcr_by. */
CX_API CX_NODISCARD cx_status cx_non_repeat_by(const cx_frame *log, const cx_frame *by,
                                               const cx_array *no_id, const cx_array *channels,
                                               const cx_contacts_options *options, cx_table **out,
                                               cx_error *err);

/** @brief Issues: contacts of one customer (and topic), each less than a window after the one
 * before.
 *
 * @param      log       as in cx_fcr; the options abandoned and outbound say what counts
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults; method is not read
 * @param[out] out       one row for each issue, by customer, topic and time: `customer`, `topic` if
 *                       given, `start` and `end` (first and last contact, microseconds),
 * `contacts`, `transfers` and `switches` of channel if given, `run_in` (1: it began in the first
 * window of the log, and may have begun before), `open` (1: less than a window passed after the
 * last contact)
 * @param      err       may be NULL
 * @retval CX_OK | as cx_fcr, but for CX_E_UNIDENTIFIED; CX_E_EMPTY: no contact
 *
 * Cost: O(n log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_episodes(const cx_frame *log, const cx_array *no_id,
                                          const cx_array *channels,
                                          const cx_contacts_options *options, cx_table **out,
                                          cx_error *err);

/** @brief cx_episodes with the keys of each issue's first contact, such as its team.
 *
 * @param      log       as in cx_episodes
 * @param      by        keys, as many rows as the log; named otherwise than the columns of the
 * table
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults; method and min_n are not read: a row is one
 * customer's
 * @param[out] out       as in cx_episodes, the key columns after `topic`
 * @param      err       may be NULL
 * @retval as cx_episodes
 */
CX_API CX_NODISCARD cx_status cx_episodes_by(const cx_frame *log, const cx_frame *by,
                                             const cx_array *no_id, const cx_array *channels,
                                             const cx_contacts_options *options, cx_table **out,
                                             cx_error *err);

/** Effort that the log shows, per issue. Without the column that it needs an estimate has the
 * status CX_E_NAME and no value. */
typedef struct cx_effort_result {
    cx_estimate contacts;     /**< mean number of contacts */
    cx_estimate transfers;    /**< mean number of transfers */
    cx_estimate switches;     /**< mean number of changes of channel */
    cx_estimate duration;     /**< mean time from the first contact to the last, seconds */
    cx_estimate repeated;     /**< share with more than one contact */
    cx_estimate multichannel; /**< share with more than one channel */
    int64_t rows;             /**< of the log as given */
    int64_t customers;        /**< with such an issue */
    int64_t issues;           /**< that began after the first window and before the last */
    int64_t open;             /**< of these, not yet ended when the log does */
    double no_id_share;       /**< as in cx_fcr_result */
    int64_t start;            /**< of the log, microseconds */
    int64_t end;              /**< exclusive */
    uint64_t reserved[8];     /**< zero */
} cx_effort_result;

/** @brief Customer effort as the log shows it: contacts, transfers and changes of channel per
 * issue.
 *
 * Issues as in cx_episodes that began at least a window after the start of the log and a window
 * before its end, so that each is followed for a window. Issues still open at the end are counted
 * as far as they went, and flagged "partial". Means have t intervals, shares Wilson's at their
 * effective number, both by the jackknife over customers.
 *
 * @param      log       as in cx_fcr
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults; method is not read
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK | as cx_fcr, but for CX_E_UNIDENTIFIED; CX_E_EMPTY: no such issue
 */
CX_API CX_NODISCARD cx_status cx_log_effort(const cx_frame *log, const cx_array *no_id,
                                            const cx_array *channels,
                                            const cx_contacts_options *options,
                                            cx_effort_result *out, cx_error *err);

/** @brief cx_log_effort for every key of an issue's first contact.
 *
 * An issue is one, whatever the keys of its later contacts. A customer with issues of two keys is
 * in both.
 *
 * @param      log       as in cx_fcr
 * @param      by        keys, as many rows as the log
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults; method is not read
 * @param[out] out       for each key a row for each measure that the log has the columns for: the
 *                       key columns, `measure` ("contacts", "transfers", "switches", "duration",
 *                       "repeated", "multichannel"), the columns of cx_estimate (n: issues),
 *                       `customers`, `still_open` (issues); figures `rows`, `start`, `end`
 * @param      err       may be NULL
 * @retval CX_OK | as cx_log_effort; a key without an issue has rows with the status CX_E_EMPTY
 *
 * min_n hides keys as in cx_fcr_by. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_log_effort_by(const cx_frame *log, const cx_frame *by,
                                               const cx_array *no_id, const cx_array *channels,
                                               const cx_contacts_options *options, cx_table **out,
                                               cx_error *err);

/** @brief From the channel that a customer sought to the one that had to help.
 *
 * Of the issues of cx_log_effort that began in channel `from`: the share in which the first other
 * channel was `to`; and, with `to` missing, the share that stayed: the channel contained them.
 *
 * @param      log       as in cx_fcr, with `channel`
 * @param      no_id     as in cx_fcr
 * @param      channels  as in cx_fcr
 * @param      options   NULL for the defaults; method is not read
 * @param[out] out       `from`, `to`, `issues`, then the columns of cx_estimate: n is the number of
 *                       issues that began in `from`; one row for each pair seen, and one with `to`
 *                       missing for each channel in which issues began
 * @param      err       may be NULL
 * @retval CX_OK | as cx_log_effort; CX_E_LIMIT: more than 256 channels
 *
 * Moves of fewer than min_n issues are hidden as in cx_nps_by, a channel with as few issues whole.
 */
CX_API CX_NODISCARD cx_status cx_channel_moves(const cx_frame *log, const cx_array *no_id,
                                               const cx_array *channels,
                                               const cx_contacts_options *options, cx_table **out,
                                               cx_error *err);

/** @brief The word of a cx_fcr_method, such as "kaplan-meier"; "unknown" outside the list. */
CX_API const char *cx_fcr_method_name(int32_t method);

/** @brief The word of a cx_contact_as: "ignored", "repeat" or "contact". */
CX_API const char *cx_contact_as_name(int32_t as);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
