#ifndef CXKIT_ANYTIME_H
#define CXKIT_ANYTIME_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup anytime Intervals that hold at every look
 *
 * An interval for a fixed number of answers is looked at once. On a dashboard that is looked at
 * daily it excludes the true score sooner or later. The intervals here hold at all looks together:
 * the probability that any of them, however many, ever excludes the true score is at most
 * 1 - confidence. They are wider, and one may stop, go on or act at any time.
 * @{
 */

/** Options of cx_anytime. All of them have to be chosen before the first answer. */
typedef struct cx_anytime_options {
    uint32_t struct_size; /**< set by cx_anytime_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    int32_t promoters;    /**< NPS: lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< NPS: highest answer of a detractor; default 6 */
    int32_t top;          /**< top box: as in cx_csat_options; default 0 */
    int32_t method;       /**< beta-binomial, normal-mixture, betting or auto (default) */
    double confidence;    /**< default 0.95 */
    double optimise_at;   /**< number of answers at which the interval is about as narrow as it can
                               be made; default 0: 500 */
    int64_t min_n;        /**< as in cx_nps_options; default 0 */
    int32_t totals;       /**< as in cx_nps_options; default 0 */
    int32_t reserved;     /**< zero */
} cx_anytime_options;

/** @brief The defaults: NPS, auto, 95 %, narrow at about 500 answers. */
CX_API void cx_anytime_options_init(cx_anytime_options *options);

/** @brief A score with an interval that holds at every look.
 *
 * An answer is read as a number x from 0 to 1 (the lowest to the highest reading) with mean m. Each
 * method has for every m a wealth that is 1 before the first answer and is expected not to grow
 * when m is the truth; the interval is the set of m whose wealth is below 1 / (1 - confidence)
 * [Ville1939]. With s the sum of x over n answers, a = 1 - confidence and t = optimise_at:
 * - beta-binomial: a mixture over Beta(m r, (1 - m) r) of the likelihood ratios of m [Howard2021],
 *   r = max(t / (2 ln(1/a) + ln(1 + 2 ln(1/a))) - 1, 0.001). Best for shares; valid for any x in
 *   [0, 1], but as wide as if all answers were at the ends.
 * - normal-mixture: |s - n m| <= sqrt((v + q)(ln(1 + v / q) + 2 ln(1/a))) with v = n / 4 and
 *   q = t / 4 / (2 ln(1/a) + ln(1 + 2 ln(1/a))) [Howard2021]: the simplest and widest.
 * - betting: for each side a mixture of bets of a share k of the wealth that the mean is larger
 *   (smaller), prod (1 - k + k x / m), over k on a fixed grid, each side at a / 2
 *   [OrabonaJun2021, WaudbySmithRamdas2023]. Since k does not change the order of answers does not
 *   matter, and the wealth is a function of the tally. It adapts to the spread of the answers.
 * auto is beta-binomial for top boxes, else betting: docs/validation/anytime.md has the widths.
 *
 * @param      tally    unweighted
 * @param      options  NULL for the defaults
 * @param[out] out      in points, scale units or fractions; se is the plain standard error and does
 *                      not belong to the interval
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_SUPPRESSED
 * @retval CX_E_DOMAIN  weighted answers: the guarantee is about answers that count once each
 *
 * The guarantee asks that each answer has the same expected score, whatever came before: a drifting
 * score has no single truth to cover. A caller who keeps the largest lower and the smallest upper
 * limit so far (the running intersection) keeps the guarantee, and loses the sign of a drift when
 * the limits cross. Edge cases: one answer gives an interval, nearly all of the range. The limits
 * are solved to 1e-12 and rounded outwards. Cost: O(steps), some 0.1 ms; no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_anytime(const cx_tally *tally, const cx_anytime_options *options,
                                         cx_estimate *out, cx_error *err);

/** @brief cx_anytime for every key; see cx_nps_by. Each row holds for itself, not all together. */
CX_API CX_NODISCARD cx_status cx_anytime_by(const cx_tallies *tallies,
                                            const cx_anytime_options *options, cx_table **out,
                                            cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
