#ifndef CXKIT_PPI_H
#define CXKIT_PPI_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/estimate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup ppi Prediction-powered means
 *
 * A few answers and predictions for many: the predictions of everybody, corrected by what the
 * answers say about their error [Angelopoulos2023a; Angelopoulos2023b]. Right however bad the
 * predictions are, as long as chance decided who was labelled. Predictions have to come from other
 * data, or be cross-fitted.
 * @{
 */

/** How it came about that some have an answer. */
typedef enum cx_labelled {
    CX_LABELLED_UNSTATED = 0, /**< refused: it has to be said */
    CX_LABELLED_RANDOM = 1,   /**< drawn at random, all alike */
    CX_LABELLED_WEIGHTED = 2, /**< drawn at random, with the chances that the weights undo */
    CX_LABELLED_CHOSE = 3,    /**< they chose to answer: refused, see cx_aipw_mean */
    CX_LABELLED_END = 4       /**< one more than the largest */
} cx_labelled;

/** Which version of the estimate. */
typedef enum cx_ppi_form {
    CX_PPI_DEFAULT = 0,   /**< variances with n - 1, interval by t */
    CX_PPI_PUBLISHED = 1, /**< variances with n, interval by z: too short for few answers */
    CX_PPI_FORM_END = 2   /**< one more than the largest */
} cx_ppi_form;

/** Where lambda, the trust in the predictions, comes from. */
typedef enum cx_ppi_tuning {
    CX_PPI_POOLED = 0,    /**< cov(y, f) / ((1 + n / N) var(f of all)), in 0..1 */
    CX_PPI_OPTIMAL = 1,   /**< cov(y, f) / (var(f) + (n / N) var(f~)), in 0..1: the least variance
                               that these data promise */
    CX_PPI_GIVEN = 2,     /**< the number in `lam` */
    CX_PPI_TUNING_END = 3 /**< one more than the largest */
} cx_ppi_tuning;

/** How weights enter the variance. */
typedef enum cx_ppi_centring {
    CX_PPI_CENTRING_AUTO = 0, /**< by the form: linearised in the default one */
    CX_PPI_LINEARISED = 1,    /**< w (y - mean): a ratio's influence [Hajek1971] */
    CX_PPI_PLAIN = 2,         /**< w y - mean: as published; a constant has a variance then */
    CX_PPI_CENTRING_END = 3   /**< one more than the largest */
} cx_ppi_centring;

/** Which side an interval is open to. */
typedef enum cx_alternative {
    CX_TWO_SIDED = 0,      /**< two limits */
    CX_LARGER = 1,         /**< a lower limit only: is it larger? */
    CX_SMALLER = 2,        /**< an upper limit only: is it smaller? */
    CX_ALTERNATIVE_END = 3 /**< one more than the largest */
} cx_alternative;

/** Options of cx_ppi_mean. */
typedef struct cx_ppi_options {
    uint32_t struct_size;          /**< set by cx_ppi_options_init */
    int32_t labelled;              /**< a cx_labelled; has to be stated */
    int32_t form;                  /**< a cx_ppi_form */
    int32_t tuning;                /**< a cx_ppi_tuning; default pooled */
    int32_t centring;              /**< a cx_ppi_centring */
    int32_t alternative;           /**< a cx_alternative */
    int32_t promoters;             /**< cx_ppi_nps: lowest answer of a promoter; default 9 */
    int32_t detractors;            /**< cx_ppi_nps: highest answer of a detractor; default 6 */
    int32_t scale_min;             /**< cx_ppi_nps: lowest answer, default 0 */
    int32_t scale_max;             /**< cx_ppi_nps: highest answer, default 10 */
    double lam;                    /**< of CX_PPI_GIVEN: 0 ignores the predictions, 1 is PPI */
    double confidence;             /**< default 0.95 */
    const cx_allocator *allocator; /**< for the call; NULL = malloc */
} cx_ppi_options;

/** @brief The defaults, but for `labelled`, which has none. */
CX_API void cx_ppi_options_init(cx_ppi_options *options);

/** @brief The word of a cx_labelled: "random", "weighted", "chose"; "unknown" outside the list. */
CX_API const char *cx_labelled_name(int32_t labelled);

/** A prediction-powered mean. */
typedef struct cx_ppi_result {
    cx_estimate estimate;  /**< n counts answers; n_eff: how many answers without predictions would
                                have the same variance */
    cx_estimate classical; /**< the answers alone, in the same form */
    double lam;            /**< used: 0 = the predictions were of no use */
    int64_t unlabelled;    /**< predictions used of those without an answer */
    int64_t unlabelled_out[8]; /**< left out of them, by cx_excluded */
    int64_t clusters;          /**< with an answer; 0 without clusters */
} cx_ppi_result;

/** @brief Mean of y from n answers with predictions f and N predictions f~ without an answer.
 *
 * lambda mean(f~) + mean(y - lambda f), with variance lambda^2 var(f~) / N + var(y - lambda f) / n
 * [Angelopoulos2023b]. The default form divides by n - 1 and takes t with the degrees of freedom of
 * [Welch1947], one less where lambda came from the answers. The flag "few" is set below 50 answers
 * (or clusters of them). Lambda is 0 where predictions do not vary or N < 2.
 *
 * @param      y                      answers; null and NaN are left out
 * @param      predicted              their predictions; null is left out, so is its answer
 * @param      predicted_unlabelled   predictions of those without an answer; may be empty
 * @param      weights                of the answers, >= 0; NULL for 1
 * @param      weights_unlabelled     of the others, >= 0; NULL for 1
 * @param      clusters               keys of what was drawn as one; NULL: each answer by itself.
 * Lambda is then the optimal one for clusters
 * @param      clusters_unlabelled    the same keys of the others; a cluster may be in both
 * @param      options                `labelled` has to be stated
 * @param[out] out                    written only on CX_OK
 * @param      err                    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_MISMATCH | CX_E_MEMORY
 * @retval CX_E_OPTION        also: `labelled` is not stated, or "weighted" without weights
 * @retval CX_E_UNIDENTIFIED  they chose to answer: this estimate would be biased
 * @retval CX_E_EMPTY         no answer with a prediction and a weight
 *
 * One answer (or cluster): a value, infinite limits, estimate.status CX_E_FEW. Cost: one pass over
 * unweighted predictions, two over the rest; memory for the keys of clusters only. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status
cx_ppi_mean(const cx_array *y, const cx_array *predicted, const cx_array *predicted_unlabelled,
            const cx_array *weights, const cx_array *weights_unlabelled, const cx_frame *clusters,
            const cx_frame *clusters_unlabelled, const cx_ppi_options *options, cx_ppi_result *out,
            cx_error *err);

/** @brief Net Promoter Score, in points, with predictions. See cx_ppi_mean.
 *
 * @param scores     answers on the scale; those outside it are left out and counted
 * @param predicted  P(promoter) - P(detractor) of each, -1..1; so for predicted_unlabelled
 */
CX_API CX_NODISCARD cx_status
cx_ppi_nps(const cx_array *scores, const cx_array *predicted, const cx_array *predicted_unlabelled,
           const cx_array *weights, const cx_array *weights_unlabelled, const cx_frame *clusters,
           const cx_frame *clusters_unlabelled, const cx_ppi_options *options, cx_ppi_result *out,
           cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
