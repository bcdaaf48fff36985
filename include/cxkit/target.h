#ifndef CXKIT_TARGET_H
#define CXKIT_TARGET_H

#include <cxkit/estimate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup target Targets
 * @{
 */

/** Options of cx_target. */
typedef struct cx_target_options {
    uint32_t struct_size; /**< set by cx_target_options_init */
    int32_t at_most;      /**< 1: met at or below the target (effort, waiting); 0 (default): at or
                               above it */
} cx_target_options;

/** @brief The defaults: at least. */
CX_API void cx_target_options_init(cx_target_options *options);

/** How sure a target is met. */
typedef struct cx_target_result {
    double probability;   /**< 0..1 */
    double target;        /**< as given */
    int32_t at_most;      /**< as given */
    int32_t method;       /**< posterior (shares, net scores), t, or that of the estimate */
    uint64_t reserved[2]; /**< zero */
} cx_target_result;

/** @brief The probability that the true value meets a target, given the answers.
 *
 * A share with a binomial interval: its posterior under Jeffreys' prior, Beta(x + 1/2,
 * n - x + 1/2) at the effective answers [Brown2001]. A net score with an interval of cx_nps: the
 * posterior of the three classes, Dirichlet with 1/2 added to each, its classes recovered from
 * value, standard error and n_eff. A mean with a t interval: t, as the interval. All other
 * estimates: the distance to the target in units of that to the limit on its side, as a normal
 * deviate.
 *
 * It is the probability that one is justified to hold who knew nothing before. It is not the
 * chance that the next survey's score meets the target: that one varies too. At a limit of a
 * 95 % interval it is about 0.975.
 *
 * @param      estimate  with a value and limits
 * @param      target    in the unit of the estimate; inside its range (between 0 and 1, between
 *                       -100 and 100)
 * @param      options   NULL for the defaults
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 * @retval CX_E_DOMAIN  a target that is not finite, or at or beyond an end of the range
 * @retval CX_E_EMPTY   an estimate without a value or without limits
 *
 * Calibrated: among cases whose true score is the target, a probability of at most 5 % comes up
 * in about 5 % (docs/validation/compare.md). Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_target(const cx_estimate *estimate, double target,
                                        const cx_target_options *options, cx_target_result *out,
                                        cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
