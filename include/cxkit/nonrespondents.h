#ifndef CXKIT_NONRESPONDENTS_H
#define CXKIT_NONRESPONDENTS_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup nonrespondents Those who did not answer
 *
 * How far the answers stand for all who were asked, a mean over all of them, and what could be said
 * if nothing were known about the silent ones.
 * @{
 */

/** Options of cx_r_indicator and cx_r_indicator_partial. */
typedef struct cx_r_indicator_options {
    uint32_t struct_size;          /**< set by cx_r_indicator_options_init */
    int32_t ddof;                  /**< 0 or 1, taken off the size of the population; default 1 */
    const cx_allocator *allocator; /**< for the call; NULL = malloc */
} cx_r_indicator_options;

/** @brief The defaults. */
CX_API void cx_r_indicator_options_init(cx_r_indicator_options *options);

/** How evenly the chances to answer are spread. */
typedef struct cx_r_indicator_result {
    double value;       /**< R = 1 - 2 S: 1 when all chances are equal */
    double adjusted;    /**< R from S^2 less the mean variance of the chances; NaN without those */
    double s2;          /**< variance of the chances */
    double s2_adjusted; /**< the same less the mean variance of the chances, at least 0; or NaN */
    double mean;        /**< mean chance */
    double cv;          /**< S / mean: no mean of the answers is further off than cv times the
                             standard deviation of the answers */
    double cv_adjusted; /**< the same with s2_adjusted; or NaN */
    int64_t n;          /**< rows with a weight */
    double sum_w;       /**< size of the population */
    double p_min;       /**< the smallest chance */
} cx_r_indicator_result;

/** @brief R-indicator of representative response [SchoutenCobbenBethlehem2009].
 *
 * R = 1 - 2 S, S^2 = sum d (rho - mean)^2 / (N - ddof), with N the sum of the weights d.
 *
 * @param      propensity  the chance of everybody who was asked, above 0 and below 1
 * @param      variances   of the estimated chances, as cx_response_model_rows gives; or NULL
 * @param      weights     of the design, >= 0; NULL for 1
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION
 * @retval CX_E_DOMAIN  a chance outside (0, 1), missing, a bad variance or weight
 * @retval CX_E_EMPTY   no row with a weight
 * @retval CX_E_FEW     the weights add up to no more than ddof
 *
 * R lies below 0 only where S > 1/2, which at most n / (n - 1) allows. Cost: O(rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_r_indicator(const cx_array *propensity, const cx_array *variances,
                                             const cx_array *weights,
                                             const cx_r_indicator_options *options,
                                             cx_r_indicator_result *out, cx_error *err);

/** @brief Partial R-indicators: which variables, and which of their categories, make the difference
 * [SchoutenShlomoSkinner2011].
 *
 * A row for each column (category null) and then for each of its categories. `unconditional`:
 * sqrt(sum N_h / N (mean_h - mean)^2), for a category with its sign; `conditional`: what remains
 * within the cells of the other columns (with one column: of all).
 *
 * @param      propensity  as in cx_r_indicator
 * @param      by          columns of categories; a missing one is a category
 * @param      weights     of the design; NULL for 1
 * @param      options     NULL for the defaults
 * @param[out] out         columns variable, category, n, share, mean, unconditional, conditional
 * @param      err         may be NULL
 * @retval as cx_r_indicator; CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_r_indicator_partial(const cx_array *propensity, const cx_frame *by,
                                                     const cx_array *weights,
                                                     const cx_r_indicator_options *options,
                                                     cx_table **out, cx_error *err);

/** Options of cx_aipw_mean, cx_bounds and cx_bias_range. */
typedef struct cx_aipw_options {
    uint32_t struct_size; /**< set by cx_aipw_options_init */
    int32_t normalise; /**< 1: the weights of the answers add up to all who were asked; default 0 */
    int32_t unit;      /**< a cx_unit of the answers; default scale */
    int32_t reserved;  /**< zero */
    double trim;       /**< chances below it count as it, 0..1; default 0: none */
    double low;        /**< cx_bounds: the lowest answer that is possible */
    double high;       /**< cx_bounds: the highest */
    double threshold;  /**< cx_bounds: the conclusion is that the mean is above it; NaN: none */
    double confidence; /**< default 0.95 */
    const cx_allocator *allocator; /**< of the table of cx_bias_range; NULL = malloc */
} cx_aipw_options;

/** @brief The defaults: no trimming; low, high and threshold are NaN. */
CX_API void cx_aipw_options_init(cx_aipw_options *options);

/** A mean over all who were asked. */
typedef struct cx_aipw_result {
    cx_estimate estimate;  /**< n counts answers */
    int64_t asked;         /**< rows with a weight and a prediction */
    double respondents;    /**< mean of the answers as they came */
    double predictions;    /**< mean of the predictions over everybody */
    double correction;     /**< what the answers add to it */
    int64_t trimmed;       /**< answers with a chance below `trim` */
    double largest_weight; /**< 1 / chance, of the answers */
} cx_aipw_result;

/** @brief Mean over everybody who was asked, from answers, predictions and chances to answer.
 *
 * The mean of f + R (y - f) / rho over every row, those who answered included
 * [RobinsRotnitzkyZhao1994]: right when either the chances or the predictions are. (The mean of f
 * over the silent ones alone, joined to the answers, is not.)
 *
 * @param      y           answers; null and NaN did not answer
 * @param      predicted   for every row; a row without is left out and counted
 * @param      propensity  for every row, above 0 and below 1
 * @param      weights     of the design, >= 0; NULL for 1
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK; t interval, answers - 1 degrees of freedom,
 * chances and predictions taken as known
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION
 * @retval CX_E_DOMAIN  a chance outside (0, 1) or missing, a bad weight, infinity
 * @retval CX_E_EMPTY   nobody answered
 *
 * One answer: no variance, infinite limits, estimate.status CX_E_FEW. Cost: O(rows), two passes.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_aipw_mean(const cx_array *y, const cx_array *predicted,
                                           const cx_array *propensity, const cx_array *weights,
                                           const cx_aipw_options *options, cx_aipw_result *out,
                                           cx_error *err);

/** What is sure about a mean when some did not answer. */
typedef struct cx_bounds_result {
    double low, high;       /**< of the mean, whatever the silent ones think [Manski1990] */
    double ci_low, ci_high; /**< these hold the true mean with the confidence
                                 [ImbensManski2004] */
    double respondents;     /**< mean of the answers */
    double response;        /**< share that answered */
    double tipping;     /**< mean of the silent ones at which the mean of all is the threshold */
    double tipping_gap; /**< the same less the mean of the answers; NaN without a threshold */
    int32_t can_flip;   /**< 1: that mean is a possible one; 0: the conclusion stands whatever they
                             think */
    int32_t reserved;   /**< zero */
    int64_t n, asked;   /**< answers; everybody with a weight */
} cx_bounds_result;

/** @brief Bounds of a mean without any assumption about those who did not answer, and how different
 * they would have to be for a conclusion to flip.
 *
 * @param      y        answers in low..high; null and NaN did not answer
 * @param      weights  of the design, >= 0; NULL for 1
 * @param      options  low and high have to be given
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION
 * @retval CX_E_DOMAIN  an answer outside low..high, a bad weight
 * @retval CX_E_EMPTY   nobody answered
 *
 * Cost: O(rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_bounds(const cx_array *y, const cx_array *weights,
                                        const cx_aipw_options *options, cx_bounds_result *out,
                                        cx_error *err);

/** @brief The mean of all, should the silent ones differ by each of `deltas` from those who
 * answered: columns delta, silent (their mean), value (of all), ci_low, ci_high, bias (of the mean
 * of the answers).
 *
 * @retval as cx_bounds; CX_E_MEMORY. Without low and high nothing is cut.
 */
CX_API CX_NODISCARD cx_status cx_bias_range(const cx_array *y, const cx_array *weights,
                                            const cx_array *deltas, const cx_aipw_options *options,
                                            cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
