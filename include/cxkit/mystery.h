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
 * @{
 */

/** Most auditors whose effects are estimated together with the outlets'. */
#define CX_MYSTERY_AUDITORS 512

/** Options of cx_mystery, cx_mystery_items and cx_mystery_shops. */
typedef struct cx_mystery_options {
    uint32_t struct_size; /**< set by cx_mystery_options_init */
    int32_t reserved;     /**< zero */
    double pass_mark;     /**< an item is passed from this share of its points; default 1 */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_mystery_options;

/** @brief The defaults: passed with all points, 95 %, malloc. */
CX_API void cx_mystery_options_init(cx_mystery_options *options);

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
 * @param      items       points, one column an item, 0 to its maximum; null and NaN do not apply
 * @param      maximum     most points of each item, > 0; NULL: 1
 * @param      importance  weight >= 0 of each item's points; NULL: equal
 * @param      auditor     one or more key columns: who judged the visit; NULL: not known
 * @param      shop        one or more key columns: the outlet; NULL: not known
 * @param      answers     missing and not-applicable codes, and whether points off the scale are
 *                         left out or an error; NULL for the defaults. `fractional` is not used:
 *                         points may be fractions
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  infinite points, or points off the scale when that is an error; a maximum
 *                      that is not positive, an importance below 0, or all of them 0
 * @retval CX_E_EMPTY   no visit has an item that applies
 *
 * Edge cases: a visit to which no item applies has no score and is counted under not_applicable.
 * One auditor: there is no interval over auditors: that over visits is given, with the flag
 * "not-identified". Scores all alike, or one visit: a bounded interval. Auditors confounded with
 * outlets: f and icc stand for both, `confounded` says so. Cost: O(visits items), 32 bytes a visit.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery(const cx_frame *items, const cx_array *maximum,
                                         const cx_array *importance, const cx_frame *auditor,
                                         const cx_frame *shop, const cx_answer_options *answers,
                                         const cx_mystery_options *options, cx_mystery_result *out,
                                         cx_error *err);

/** @brief Items: how often each is passed.
 *
 * @param      items       as in cx_mystery
 * @param      maximum     as in cx_mystery
 * @param      importance  as in cx_mystery
 * @param      answers     as in cx_mystery
 * @param      options     as in cx_mystery
 * @param[out] out         one row for each item: `item`, `importance` (its share of the points that
 *                         could be achieved), `points` (mean share achieved), then the columns of
 *                         cx_estimate for the share of visits that pass it (wilson)
 * @param      err         may be NULL
 * @retval as cx_mystery, but CX_E_EMPTY: that is a row's status
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_items(const cx_frame *items, const cx_array *maximum,
                                               const cx_array *importance,
                                               const cx_answer_options *answers,
                                               const cx_mystery_options *options, cx_table **out,
                                               cx_error *err);

/** @brief Outlets: mean score of their visits, and what it would be with the same auditors.
 *
 * The adjusted mean is that of an additive model, outlet + auditor, by least squares: the outlet's
 * score if every auditor visited it in proportion to all visits. It needs outlets and auditors that
 * cross so that all are connected.
 *
 * @param      items       as in cx_mystery
 * @param      maximum     as in cx_mystery
 * @param      importance  as in cx_mystery
 * @param      auditor     as in cx_mystery; NULL: nothing is adjusted
 * @param      shop        as in cx_mystery
 * @param      answers     as in cx_mystery
 * @param      options     as in cx_mystery
 * @param[out] out         one row for each outlet: its key columns, `adjusted`, `adjusted_se`,
 *                         `adjusted_ci_low`, `adjusted_ci_high` (null where not identified), then
 *                         the columns of cx_estimate for the plain mean (t over its visits).
 *                         Figures: identified (1 or 0), residual_sd, df
 * @param      err         may be NULL
 * @retval as cx_mystery
 * @retval CX_E_LIMIT  more than CX_MYSTERY_AUDITORS auditors
 *
 * Edge cases: auditors confounded with outlets, or groups of both that never meet: the flag of
 * every row is "not-identified". Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mystery_shops(const cx_frame *items, const cx_array *maximum,
                                               const cx_array *importance, const cx_frame *auditor,
                                               const cx_frame *shop,
                                               const cx_answer_options *answers,
                                               const cx_mystery_options *options, cx_table **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
