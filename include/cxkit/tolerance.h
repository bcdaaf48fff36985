#ifndef CXKIT_TOLERANCE_H
#define CXKIT_TOLERANCE_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup tolerance Waiting-time tolerance
 *
 * How long customers wait before their score falls.
 * @{
 */

/** The form of the fitted curve. */
typedef enum cx_shape {
    CX_SHAPE_ISOTONIC = 0, /**< never rising, otherwise free */
    CX_SHAPE_ONE_KNOT = 1, /**< two straight parts that meet */
    CX_SHAPE_PLATEAU = 2   /**< level, then one straight part */
} cx_shape;

/** What falls. */
typedef enum cx_measure {
    CX_MEASURE_MEAN = 0,       /**< the mean score, in units of the scale */
    CX_MEASURE_DETRACTORS = 1, /**< the share of detractors; a drop is a rise of it, 0..1 */
    CX_MEASURE_PROMOTERS = 2,  /**< the share of promoters, 0..1 */
    CX_MEASURE_NPS = 3         /**< the net promoter score, in points */
} cx_measure;

/** Options of cx_tolerance and its relatives. */
typedef struct cx_tolerance_options {
    uint32_t struct_size;             /**< set by cx_tolerance_options_init */
    int32_t shape;                    /**< a cx_shape; default isotonic */
    int32_t measure;                  /**< a cx_measure; default mean */
    int32_t scale_min;                /**< lowest score; default 0 */
    int32_t scale_max;                /**< highest score; default 10 */
    int32_t promoters;                /**< lowest score of a promoter; default 9 */
    int32_t detractors;               /**< highest score of a detractor; default 6: below 7 */
    int32_t draws;                    /**< bootstrap samples, 20 .. 1000000; default 1000 */
    double band_low;                  /**< reference band, seconds, both ends included; NaN */
    double band_high;                 /**< (default): the lowest quarter of the waits */
    double confidence;                /**< default 0.95 */
    uint64_t seed;                    /**< of the bootstrap; default 1 */
    const cx_answer_options *reading; /**< codes and what is invalid; NULL: the defaults. Scores
                                           between two steps are kept: `fractional` is not read */
    const cx_allocator *allocator;    /**< of the scratch memory; NULL: malloc and free */
    int64_t min_n;                    /**< fewest pairs of a figure that is shown; default 0 */
} cx_tolerance_options;

/** @brief The defaults: isotonic fit of the mean score, 0 to 10, lowest quarter, 1,000 draws, 95 %.
 */
CX_API void cx_tolerance_options_init(cx_tolerance_options *options);

/** A tolerance and what it is measured against. */
typedef struct cx_tolerance_result {
    cx_estimate tolerance; /**< seconds */
    cx_estimate baseline;  /**< of the measure in the reference band; its n are the band's */
    double band_low;       /**< shortest wait in the band, or its lower end as given */
    double band_high;      /**< longest wait in the band, or its upper end as given */
    double level;          /**< the baseline less the drop (more, for detractors) */
    double longest;        /**< the longest wait */
    double beyond;         /**< share of the draws in which the drop is not reached */
    int64_t draws;         /**< bootstrap samples with a baseline */
    uint64_t reserved[8];  /**< zero */
} cx_tolerance_result;

/** @brief The longest wait before a score falls by `drop`.
 *
 * A curve that never rises is fitted to the scores by least squares (pool adjacent violators
 * [Ayer1955]), or one with a knot [Hudson1966]. The tolerance is the longest wait at which it is at
 * least the baseline less `drop`; the baseline is the mean score in a stated band of short waits,
 * since the fit at the shortest wait itself is biased upwards. The isotonic answer is found without
 * fitting: it is where the sum of w (score - level) is largest [Groeneboom1985].
 *
 * The interval is the percentile interval of a bootstrap [Efron1979] that repeats all of it, band
 * and baseline too, over rows or over respondents; docs/validation/tolerance.md gives its simulated
 * coverage.
 *
 * **Not identified.** When the curve never falls by `drop` within the waits there are, or is below
 * the level from the first wait on, the call succeeds with the value NaN, the status
 * CX_E_UNIDENTIFIED and the flag not-identified: the tolerance lies beyond the longest wait. An
 * upper limit beyond the longest wait is infinite, with the flag censored; the limit is then the
 * longest wait at least when no draw falls by `drop`.
 *
 * @param      wait        seconds; null and NaN are missing, negative is out of range (or an error)
 * @param      score       numbers on the scale; null, NaN and missing codes are missing
 * @param      drop        in units of the measure, finite, > 0
 * @param      weights     0 or 1e-100 .. 1e100; NULL: 1
 * @param      respondent  a key: rows of one respondent are drawn together; missing: a respondent
 *                         of its own; NULL: every row is
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  an infinite wait or score, a drop that is not positive, a bad weight
 * @retval CX_E_EMPTY   no valid pair, or none in the band
 * @retval CX_E_MISMATCH  cut points that do not lie on the scale
 * @retval CX_E_LIMIT   more than 2^31 - 1 valid pairs
 * @retval CX_E_SUPPRESSED  fewer than min_n valid pairs
 *
 * Flags: few, no-variance (all scores alike), weighted. Rows left out are counted in `excluded`.
 * Cost: one linear sort of the pairs, then O(pairs) a draw. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tolerance(const cx_array *wait, const cx_array *score, double drop,
                                           const cx_array *weights, const cx_array *respondent,
                                           const cx_tolerance_options *options,
                                           cx_tolerance_result *out, cx_error *err);

/** @brief The same for each group.
 *
 * @param      wait        as in cx_tolerance
 * @param      score       as in cx_tolerance
 * @param      drop        as in cx_tolerance
 * @param      weights     as in cx_tolerance
 * @param      respondent  as in cx_tolerance
 * @param      by          key columns
 * @param      options     NULL for the defaults
 * @param[out] out         the key columns, sorted; those of the estimate; baseline, baseline_n,
 *                         band_low, band_high, level, longest, beyond. A group without valid pairs
 *                         is a row with the status CX_E_EMPTY
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_EMPTY (no rows at all) | those of cx_tolerance
 *
 * Each row is what cx_tolerance gives for the group alone. Below min_n rows are hidden as in
 * cx_nps_by; a baseline of fewer answers is hidden with its level. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tolerance_by(const cx_array *wait, const cx_array *score,
                                              double drop, const cx_array *weights,
                                              const cx_array *respondent, const cx_frame *by,
                                              const cx_tolerance_options *options, cx_table **out,
                                              cx_error *err);

/** @brief The fitted curve.
 *
 * @param      wait     as in cx_tolerance
 * @param      score    as in cx_tolerance
 * @param      weights  as in cx_tolerance
 * @param      options  NULL for the defaults; band, draws and seed are not read
 * @param[out] out      a row for each part: wait_from and wait_to (seconds), fitted_from and
 *                      fitted_to (equal for an isotonic fit), mean of the scores in it (null
 *                      without any), n
 * @param      err      may be NULL
 * @retval CX_OK | those of cx_tolerance
 *
 * Shares of detractors rise where the others fall. Parts with fewer than min_n pairs are hidden,
 * and never one alone. Cost: one linear sort. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tolerance_curve(const cx_array *wait, const cx_array *score,
                                                 const cx_array *weights,
                                                 const cx_tolerance_options *options,
                                                 cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
