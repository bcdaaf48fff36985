#ifndef CXKIT_SAMPLE_H
#define CXKIT_SAMPLE_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup sample Sample sizes
 *
 * How many answers it takes, before any has come in. What is assumed about them is an option; NaN
 * takes the case that needs the most answers.
 * @{
 */

/** Options of cx_sample_size and cx_detectable. */
typedef struct cx_sample_options {
    uint32_t struct_size; /**< set by cx_sample_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    double margin;        /**< cx_sample_size: half the width of the interval wanted, in the unit of
                               the score; NaN (default): none */
    double difference;    /**< cx_sample_size: the difference b - a to be detected, not 0, in the
                               unit of the score; NaN (default): none */
    double power;         /**< chance to detect it; default 0.8 */
    double confidence;    /**< of the interval and the two-sided test; default 0.95 */
    double promoters;     /**< NPS: share assumed (of group a); NaN (default): the worst case */
    double detractors;    /**< NPS: the same */
    double share;         /**< top box: share assumed (of group a); NaN (default): the worst case */
    double sd;         /**< mean: standard deviation of an answer, has to be given; default NaN */
    double ratio;      /**< answers of group b for each of group a; default 1 */
    double population; /**< of each group; default infinity */
    double response_rate; /**< answers for each invitation, 0..1; default 1 */
    double design_effect; /**< variance relative to a simple random sample (weights, clusters);
                               default 1 */
    uint64_t reserved[2]; /**< zero */
} cx_sample_options;

/** @brief The defaults: NPS, worst case, 95 %, power 80 %, everyone answers. */
CX_API void cx_sample_options_init(cx_sample_options *options);

/** What a number of answers buys, or what was asked for costs. */
typedef struct cx_sample {
    int64_t n;             /**< answers: of the one group, or of group a */
    int64_t n_b;           /**< answers of group b; 0 when only a margin was asked for */
    int64_t invitations;   /**< for n answers at the response rate */
    int64_t invitations_b; /**< for n_b answers */
    double margin;         /**< half the width of the interval of n answers */
    double difference;     /**< what n and n_b detect with the power; NaN when only a margin was
                                asked for */
    double power;          /**< as asked for with a difference: that of n and n_b; else NaN */
    double confidence;     /**< as asked for */
    double sd;             /**< standard deviation of an answer (of group a), as assumed */
} cx_sample;

/** @brief The answers needed for a margin, or to detect a difference.
 *
 * Margin: the least n with z sd sqrt(deff / n) sqrt((N - n)/(N - 1)) <= margin (t instead of z for
 * a mean). Difference: the least n with the power wanted of the two-sided test: for shares and net
 * scores with the common variance under no difference and each group's own under the difference
 * [Fleiss2003], for a mean by the noncentral t of equal variances. The variance
 * of a net score is p + d - (p - d)^2; group b keeps the passives of group a where it can.
 *
 * @param      options  exactly one of margin and difference
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_OPTION      also: neither or both of margin and difference; a mean without sd
 * @retval CX_E_DOMAIN      a difference that leads out of the score's range
 * @retval CX_E_INFEASIBLE  not even the whole population is enough, or it has too few to invite
 * @retval CX_E_LIMIT       more than 2^53 answers
 *
 * The margin is that of the textbook interval: those of cx_nps and cx_share are about as wide near
 * the middle of the range and a little wider at its ends. Cost: O(log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_sample_size(const cx_sample_options *options, cx_sample *out,
                                             cx_error *err);

/** @brief What n answers buy: the margin of one group, and the difference between two groups of n
 *  and ratio n that is detected with the power.
 *
 * @param      n        answers (of group a), >= 2, at most the population
 * @param      options  NULL for the defaults; margin and difference are results here: leave them
 * @param[out] out      written only on CX_OK; difference is upwards, and NaN when not even the
 *                      largest possible one is detected with the power
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_DOMAIN (n) | CX_E_INFEASIBLE (invitations)
 *
 * Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_detectable(int64_t n, const cx_sample_options *options,
                                            cx_sample *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
