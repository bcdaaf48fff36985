#ifndef CXKIT_PROPENSITY_H
#define CXKIT_PROPENSITY_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup propensity The chance to answer
 *
 * A logistic regression of having answered on what is known about everybody who was asked
 * [RosenbaumRubin1983].
 * @{
 */

/** Options of cx_propensity. */
typedef struct cx_propensity_options {
    uint32_t struct_size;   /**< set by cx_propensity_options_init */
    int32_t max_iterations; /**< default 50 */
    double ridge;           /**< ridge / 2 times the squared coefficients, but the intercept's, is
                                 taken off the log likelihood; default 0 */
    const cx_allocator *allocator; /**< of the model; NULL = malloc */
} cx_propensity_options;

/** @brief The defaults: no ridge. */
CX_API void cx_propensity_options_init(cx_propensity_options *options);

/** A fitted model of who answers. */
typedef struct cx_response_model cx_response_model;

/** @brief Fits the chance to answer by logistic regression.
 *
 * Text and dictionary columns are categories: each but the first in order has a coefficient,
 * missing is a category of its own. Other columns are numbers. A column that those before it
 * determine is dropped: coefficient 0, no standard error.
 *
 * @param      X          one row for everybody who was asked; numbers may not be missing
 * @param      responded  1 for those who answered, else 0
 * @param      weights    of the design, >= 0; standard errors are then those of the scores
 * [Binder1983]; NULL for 1
 * @param      options    NULL for the defaults
 * @param[out] out        owned by the caller: cx_response_model_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_MEMORY
 * @retval CX_E_EMPTY        no row with a weight
 * @retval CX_E_CONSTANT     all answered, or nobody
 * @retval CX_E_CONVERGENCE  the iteration did not end
 *
 * Where a combination of columns tells answers apart without error there is no estimate
 * [AlbertAnderson1984]: cx_response_model_separated says so, and which coefficients run away. Take
 * a ridge then, or fewer columns. Cost: O(rows columns^2) an iteration, however many categories.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_propensity(const cx_frame *X, const cx_array *responded,
                                            const cx_array *weights,
                                            const cx_propensity_options *options,
                                            cx_response_model **out, cx_error *err);

/** @brief Releases a model. NULL is ignored. */
CX_API void cx_response_model_free(cx_response_model *self);

/** @brief 1 where answers are told apart without error, else 0. */
CX_API int32_t cx_response_model_separated(const cx_response_model *self);

/** @brief The chance of everybody: columns `probability` and `variance` (of the estimated chance).
 *
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_response_model_rows(const cx_response_model *self, cx_table **out,
                                                     cx_error *err);

/** @brief The coefficients: `name` ("intercept", "age", "region: north"), `coefficient`, `se` (null
 * where dropped or separated), `separates` (1 for coefficients that run away).
 *
 * Figures: loglik, null_loglik, n, responded, iterations, ridge, separated.
 *
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_response_model_coefficients(const cx_response_model *self,
                                                             cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
