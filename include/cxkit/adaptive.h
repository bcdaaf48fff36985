#ifndef CXKIT_ADAPTIVE_H
#define CXKIT_ADAPTIVE_H

#include <cxkit/alloc.h>
#include <cxkit/compare.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup adaptive Estimates after adaptive measuring
 *
 * Where measuring goes depends on what was found before. A mean of all answers as they came is then
 * biased: a point that looked bad by chance was measured more while it looked bad. Three ways out,
 * exact without a model of the scores: the logged probability of each decision, means period by
 * period with weights fixed beforehand, and sequences that hold at every look.
 * @{
 */

/** How the rows of a log are put together. */
typedef enum cx_adaptive_estimator {
    CX_ADAPTIVE_HAJEK = 0, /**< sum(a y) / sum(a), with a = 1 / p of the answers */
    CX_ADAPTIVE_HT = 1,    /**< sum(a y) / N over all N rows with a chance [HorvitzThompson1952] */
    CX_ADAPTIVE_AIPW = 2,  /**< mean of m + a (y - m), m predicted from the past only */
    CX_ADAPTIVE_NAIVE_POOLED = 3, /**< the plain mean of the answers: biased, for comparison */
    CX_ADAPTIVE_END = 4           /**< one more than the largest */
} cx_adaptive_estimator;

/** Options of cx_adaptive_mean and cx_change_since. */
typedef struct cx_adaptive_options {
    uint32_t struct_size; /**< set by cx_adaptive_options_init */
    int32_t estimator;    /**< a cx_adaptive_estimator; default Hajek */
    int32_t score;        /**< a cx_score; default the mean of the answers themselves */
    int32_t promoters;    /**< NPS: lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< NPS: highest answer of a detractor; default 6 */
    int32_t top;          /**< top box: as in cx_csat_options; default 0 */
    int32_t scale_min;    /**< NPS, top box: others are left out; default 0 */
    int32_t scale_max;    /**< the same; default 10 */
    int32_t finite;       /**< 1: the rows are all there is to know about; 0 (default): they stand
                               for others to come, and vary like them */
    int32_t reserved;     /**< zero */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< of scratch and tables; NULL = malloc */
} cx_adaptive_options;

/** @brief The defaults. */
CX_API void cx_adaptive_options_init(cx_adaptive_options *options);

/** @brief A score over everybody who had a chance to be asked, from the log of a gate.
 *
 * An answer stands for a = 1 / (p r) contacts: p is the probability its invitation was drawn with,
 * as it was logged, r the chance of an invited contact to answer. Without r the figure is that of
 * those who answer when asked. Hajek's ratio does not change when a constant is added to the
 * scores, and is the default; Horvitz-Thompson and AIPW are unbiased, and ask for an answer of
 * everybody who was invited or for r.
 *
 * The standard error is by linearisation, sum e_c^2 C / (C - 1) over the contacts c, and counts the
 * spread of the contacts themselves; with `finite` only that of the draw, sum a^2 (1 - p r) e^2.
 *
 * @param      log      columns by name: `score` (null or NaN: no answer), `probability`, `invite`
 *                      (1 or 0); if wanted `response` (r, of invited rows), `predicted` (m, AIPW),
 *                      `contact` (keys: rows of one contact belong together) and `frequency`, the
 *                      class that `shares` is about. Other columns are not read: the table of
 *                      cx_gate_decide_all with the scores beside it will do
 * @param      shares   NULL, or columns `frequency` and `share`: what each class is of the traffic,
 *                      quarantined visits included (cx_gate_coverage). Each class is estimated for
 *                      itself, and the shares put them together: those who come often are spared
 *                      more often and would else count too little
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK: t interval with the contacts that answered less 1
 *                      degrees of freedom. Rows with probability 0 are counted as not applicable,
 *                      invited ones without answer as missing. Flag "model-based" with `response`,
 *                      "uncorrected" for the naive mean
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_NAME    a column that is needed is not there
 * @retval CX_E_DOMAIN  a probability outside 0..1 or missing, an invitation with probability 0, an
 *                      infinite score, an invitation without answer or r where that is needed; a
 *                      class that stands twice in `shares`, or in the log only
 * @retval CX_E_EMPTY   no answer, or none of a class with a share
 *
 * Cost: O(rows), 32 bytes for each. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_adaptive_mean(const cx_frame *log, const cx_frame *shares,
                                               const cx_adaptive_options *options, cx_estimate *out,
                                               cx_error *err);

/** @brief cx_adaptive_mean for every key, such as the point: a row for each, with its status.
 *
 * @param      log      as in cx_adaptive_mean
 * @param      by       keys of the rows
 * @param      shares   as in cx_adaptive_mean: one set for all keys
 * @param      options  NULL for the defaults
 * @param[out] out      key columns, then those of a grouped estimate; free with cx_table_free
 * @param      err      may be NULL
 * @retval as cx_adaptive_mean, but that an empty key is a row with CX_E_EMPTY
 */
CX_API CX_NODISCARD cx_status cx_adaptive_mean_by(const cx_frame *log, const cx_frame *by,
                                                  const cx_frame *shares,
                                                  const cx_adaptive_options *options,
                                                  cx_table **out, cx_error *err);

/** @brief How far a score has moved at a flagged point: only answers after the flag count.
 *
 * The answers that raised the flag are the worst of many, picked because they were so low; a drop
 * measured on them is found even where there is none. What came later was not picked.
 *
 * @param      scores        answers; null and NaN are missing
 * @param      periods       when each was given, any number; a null is an error
 * @param      flagged       period of the flag: answers of it and before are counted as not
 *                           applicable
 * @param      reference     what the score was before: the frozen reference, in points, scale units
 *                           or a fraction
 * @param      reference_se  its standard error, >= 0; 0: it is a given figure
 * @param      options       NULL for the defaults; `estimator` and `finite` do not matter
 * @param[out] out           mean after the flag less the reference, t interval (Welch)
 * @param      err           may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN
 * @retval CX_E_EMPTY  no answer after the flag
 *
 * With one answer the limits bound nothing. Cost: O(rows), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_change_since(const cx_array *scores, const cx_array *periods,
                                              double flagged, double reference, double reference_se,
                                              const cx_adaptive_options *options, cx_estimate *out,
                                              cx_error *err);

/** Options of cx_period_means. */
typedef struct cx_period_options {
    uint32_t struct_size;          /**< set by cx_period_options_init */
    int32_t aipw;                  /**< 1: m + Z / e (mean - m) in place of the mean; default 0 */
    int32_t unit;                  /**< a cx_unit; default points */
    int32_t reserved;              /**< zero */
    double confidence;             /**< default 0.95 */
    const cx_allocator *allocator; /**< of the table; NULL = malloc */
} cx_period_options;

/** @brief The defaults. */
CX_API void cx_period_options_init(cx_period_options *options);

/** @brief The company's figure period by period, and over all of them.
 *
 * Within a period the allocation is fixed beforehand, so that sum w_i mean_i / sum w_i is unbiased
 * whatever led to it, with variance sum w_i^2 s_i^2 / n_i. Periods are put together with weights
 * that are fixed too: equal, or the column `pool`. Weights that follow the number of answers, or
 * its root, bring the bias back.
 *
 * With `aipw` a point that was not measured in a period still counts: w_i (m_i + Z_i / e_i (mean_i
 * - m_i)) with the level m_i predicted from the past and the chance e_i of at least one answer
 * [HadadHirshbergZhanWagerAthey2021]. It is unbiased whatever m_i is.
 *
 * @param      cells    one row for each point and period; columns by name: `period` (whole
 *                      numbers), `weight` (of the point, >= 0), `n` (answers, 0 for none), `mean`
 *                      and `variance` (of single answers; the variance is read from n = 2 on);
 *                      `predicted_variance` takes its place below; with aipw `predicted` and
 *                      `chance` (e, above 0 to 1; default 1); `pool` (weight of the period)
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each period, in order: `period`, `pool`, `points`, then a grouped
 *                      estimate: status CX_E_EMPTY where a point with a weight has no answer,
 *                      CX_E_FEW where it has one and no predicted variance. Figures: `value`, `se`
 *                      (from the variances within), `ci_low`, `ci_high`, `se_between` (from the
 *                      spread of the periods [HadadHirshbergZhanWagerAthey2021]), `periods`;
 * without a number when one period has none, since leaving it out would be a choice made after
 * looking
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_NAME    a column that is needed is not there
 * @retval CX_E_DOMAIN  a value that cannot be, or a `pool` that differs within a period
 * @retval CX_E_EMPTY   no rows
 *
 * Cost: O(rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_period_means(const cx_frame *cells,
                                              const cx_period_options *options, cx_table **out,
                                              cx_error *err);

/** Options of cx_running_mean. All of them have to be chosen before the first period. */
typedef struct cx_running_options {
    uint32_t struct_size; /**< set by cx_running_options_init */
    int32_t reserved;     /**< zero */
    double low;           /**< the least an estimate can be; default -100 */
    double high;          /**< the largest; default 100 */
    double optimise_at;   /**< periods at which the interval is about as narrow as it can be made;
                               default 30 */
    double spread;        /**< expected distance of an estimate from its prediction; default 0: a
                               fortieth of high - low */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< of the table; NULL = malloc */
} cx_running_options;

/** @brief The defaults. */
CX_API void cx_running_options_init(cx_running_options *options);

/** @brief The average level over all periods so far, with an interval that holds at every look.
 *
 * Each estimate is unbiased for the level of its own period given the past, so that the sum of what
 * they miss is a martingale; with V the sum of squared distances from the predictions it stays
 * below the gamma-exponential mixture bound with scale high - low, each side at half of 1 -
 * confidence [Howard2021]. It covers the running average of the levels, not today's level: they may
 * drift as they like.
 *
 * @param      estimates  one for each period in order, between low and high; a null is an error
 * @param      predicted  for each, made before it; NULL: the mean of the estimates before, first
 *                        the middle of the range
 * @param      options    NULL for the defaults
 * @param[out] out        columns `value`, `ci_low`, `ci_high` (cut at low and high), `v`
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  an estimate or a prediction that is missing or outside the range
 * @retval CX_E_EMPTY   no periods
 *
 * Cost: O(periods), some microseconds each. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_running_mean(const cx_array *estimates, const cx_array *predicted,
                                              const cx_running_options *options, cx_table **out,
                                              cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
