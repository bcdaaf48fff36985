#ifndef CXKIT_MYSTERY_H
#define CXKIT_MYSTERY_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup mystery Mystery shopping
 *
 * A visit is a row: points on several items, judged by an auditor at an outlet. Its score is the
 * weighted points achieved over the weighted points that could be achieved, both over the items
 * that apply, 0 to 1. Auditors are part of the measurement: what differs between them is shown, and
 * taken out of the outlets' scores where the data allow it.
 *
 * The state holds, for each pair of auditor and outlet, the number of visits and the sums of their
 * scores and squared scores, and for each item how often it was passed. It adds up: the same bytes
 * for any split and any order of the same visits, in memory proportional to the pairs.
 * @{
 */

/** Most items of one state. */
#define CX_MYSTERY_ITEMS 1024

/** Most auditors whose effects are estimated together with the outlets'. */
#define CX_MYSTERY_AUDITORS 512

/** Visits. */
typedef struct cx_mystery cx_mystery;

/** Options of cx_mystery_score, cx_mystery_items and cx_mystery_shops. */
typedef struct cx_mystery_options {
    uint32_t struct_size; /**< set by cx_mystery_options_init */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest visits of a figure that is shown; default 0: all are */
} cx_mystery_options;

/** @brief The defaults: 95 %. */
CX_API void cx_mystery_options_init(cx_mystery_options *options);

/** @brief Makes an empty state; the first cx_mystery_add says whether auditors and outlets are
 *  known.
 *
 * @param      names       text: 1 to CX_MYSTERY_ITEMS names of items, each once
 * @param      maximum     most points of each item, > 0; NULL: 1
 * @param      importance  weight >= 0 of each item's points; NULL: equal
 * @param      pass_mark   an item is passed from this share of its points, above 0 and up to 1
 * @param      allocator   kept by the state; NULL = malloc
 * @param[out] out         owned by the caller: cx_mystery_free
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH | CX_E_EMPTY | CX_E_LIMIT |
 *         CX_E_MEMORY
 * @retval CX_E_OPTION  pass_mark
 * @retval CX_E_DOMAIN  a maximum that is not positive, an importance below 0, or all of them 0
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_new(const cx_array *names, const cx_array *maximum,
                                             const cx_array *importance, double pass_mark,
                                             const cx_allocator *allocator, cx_mystery **out,
                                             cx_error *err);

/** @brief Releases a state. NULL is ignored. */
CX_API void cx_mystery_free(cx_mystery *self);

/** @brief Empties a state; its items stay, auditors and outlets are forgotten. */
CX_API void cx_mystery_reset(cx_mystery *self);

/** @brief A second state with the same content.
 *
 * @param      self       the state
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_mystery_copy(const cx_mystery *self, const cx_allocator *allocator,
                                              cx_mystery **out, cx_error *err);

/** @brief Adds visits.
 *
 * @param self     unchanged unless CX_OK
 * @param items    points, one column an item found by name, 0 to its maximum; null and NaN do not
 *                 apply; other columns are ignored
 * @param auditor  one or more key columns: who judged the visit; NULL: not known
 * @param shop     one or more key columns: the outlet; NULL: not known
 * @param answers  missing and not-applicable codes, and whether points off the scale are left out
 *                 or an error; NULL for the defaults. `fractional` is not used: points may be
 *                 fractions
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY |
 *         CX_E_OVERFLOW
 * @retval CX_E_DOMAIN    infinite points, or points off the scale when that is an error
 * @retval CX_E_MISMATCH  other keys than before
 *
 * A visit to which no item applies has no score and is counted under not_applicable (or under the
 * reason of its first item). Cost: O(visits items); scratch memory of the new pairs. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_add(cx_mystery *self, const cx_frame *items,
                                             const cx_frame *auditor, const cx_frame *shop,
                                             const cx_answer_options *answers, cx_error *err);

/** @brief Adds another state of the same items and keys.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_MISMATCH  names, maxima, importance, pass mark or keys differ
 */
CX_API CX_NODISCARD cx_status cx_mystery_merge(cx_mystery *self, const cx_mystery *other,
                                               cx_error *err);

/** @brief 1 when both hold the same items, keys and content; 0 for NULL. */
CX_API int cx_mystery_equal(const cx_mystery *a, const cx_mystery *b);

/** @brief Number of items; 0 for NULL. */
CX_API int64_t cx_mystery_columns(const cx_mystery *self);

/** @brief The name of an item; NULL outside. Owned by the state. */
CX_API const char *cx_mystery_name(const cx_mystery *self, int64_t index);

/** @brief Number of key columns of the auditors; 0 when they are not known. */
CX_API int64_t cx_mystery_auditor_columns(const cx_mystery *self);

/** @brief Number of key columns of the outlets; 0 when they are not known. */
CX_API int64_t cx_mystery_shop_columns(const cx_mystery *self);

/** @brief Visits with a score. */
CX_API int64_t cx_mystery_n(const cx_mystery *self);

/** @brief Visits without one, by the cx_excluded reason. */
CX_API int64_t cx_mystery_excluded(const cx_mystery *self, int32_t reason);

/** What visits and auditors say together. */
typedef struct cx_mystery_result {
    cx_estimate score;       /**< mean score over visits; with auditors the interval is clustered by
                                  them, with auditors - 1 degrees of freedom */
    double se_visits;        /**< standard error if visits were independent; NaN below two visits */
    double f;                /**< variance ratio between to within auditors; NaN where none */
    double df_between;       /**< auditors - 1 */
    double df_within;        /**< visits - auditors */
    double p_value;          /**< of no difference between auditors */
    double variance_between; /**< component of variance between auditors, at least 0 */
    double variance_within;  /**< between the visits of one auditor */
    double icc;              /**< share of the variance that lies between auditors */
    int64_t visits;          /**< with a score */
    int64_t auditors;        /**< with such a visit; 0 when not given */
    int64_t shops;           /**< with such a visit; 0 when not given */
    int32_t confounded;      /**< 1: no outlet was visited by two auditors, so that outlets and
                                  auditors cannot be told apart */
    int32_t reserved;        /**< zero */
} cx_mystery_result;

/** @brief The mean score of visits, and the effect of the auditors.
 *
 * Between and within auditors by one-way analysis of variance with random effects: variance_between
 * = (MSB - MSW) / n0, n0 = (N - sum n_a^2 / N) / (A - 1) [Searle1992]; the clustered variance is
 * A / (A - 1) sum_a (sum_i (y_ai - mean))^2 / N^2 [Cameron2015].
 *
 * @param      self     visits
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_EMPTY   no visit has an item that applies
 * @retval CX_E_SUPPRESSED  fewer than min_n visits
 *
 * Edge cases: one auditor: there is no interval over auditors: that over visits is given, with the
 * flag "not-identified". Scores all alike, or one visit: a bounded interval. Auditors confounded
 * with outlets: f and icc stand for both, `confounded` says so. Cost: O(pairs). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_score(const cx_mystery *self,
                                               const cx_mystery_options *options,
                                               cx_mystery_result *out, cx_error *err);

/** @brief Items: how often each is passed.
 *
 * @param      self     visits
 * @param      options  NULL for the defaults
 * @param[out] out      one row for each item: `item`, `importance` (its share of the points that
 *                      could be achieved), `points` (mean share achieved), then the columns of
 *                      cx_estimate for the share of visits that pass it (wilson)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY; CX_E_EMPTY is a row's status
 *
 * Below min_n an item is hidden; a single one would follow from the score, so that the smallest of
 * the others goes too. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_items(const cx_mystery *self,
                                               const cx_mystery_options *options, cx_table **out,
                                               cx_error *err);

/** @brief Outlets: mean score of their visits, and what it would be with the same auditors.
 *
 * The adjusted mean is that of an additive model, outlet + auditor, by least squares: the outlet's
 * score if every auditor visited it in proportion to all visits. It needs outlets and auditors that
 * cross so that all are connected.
 *
 * @param      self     visits whose outlets are known
 * @param      options  NULL for the defaults
 * @param[out] out      one row for each outlet: its key columns, `adjusted`, `adjusted_se`,
 *                      `adjusted_ci_low`, `adjusted_ci_high` (null where not identified, or without
 *                      auditors), then the columns of cx_estimate for the plain mean (t over its
 *                      visits). Figures: identified (1 or 0), residual_sd, df
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_EMPTY     no visit has an item that applies
 * @retval CX_E_MISMATCH  the outlets are not known
 * @retval CX_E_LIMIT     more than CX_MYSTERY_AUDITORS auditors
 *
 * Edge cases: auditors confounded with outlets, or groups of both that never meet: the flag of
 * every row is "not-identified". Below min_n outlets are hidden as in cx_nps_by, by their visits.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_shops(const cx_mystery *self,
                                               const cx_mystery_options *options, cx_table **out,
                                               cx_error *err);

/** @brief Bytes of the encoded state; 0 for NULL. */
CX_API size_t cx_mystery_encoded_size(const cx_mystery *self);

/** @brief Writes the state as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_mystery_encode(const cx_mystery *self, uint8_t *buffer,
                                                size_t size, cx_error *err);

/** @brief Reads an encoded state; see cx_tally_decode. */
CX_API CX_NODISCARD cx_status cx_mystery_decode(const uint8_t *bytes, size_t size,
                                                const cx_allocator *allocator, cx_mystery **out,
                                                cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
