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

/* -- adjustment within classes ------------------------------------------------------------- */

/** Options of cx_adjust_response. */
typedef struct cx_adjust_options {
    uint32_t struct_size;          /**< set by cx_adjust_options_init */
    int32_t classes;               /**< of chances, as many rows in each; 1 to 1000, default 5 */
    int32_t least;                 /**< answers that a class has to have, 1 or more; default 30 */
    int32_t reserved;              /**< zero */
    const cx_allocator *allocator; /**< of the result; NULL = malloc */
} cx_adjust_options;

/** @brief The defaults: fifths [RosenbaumRubin1984] of at least 30 answers. */
CX_API void cx_adjust_options_init(cx_adjust_options *options);

/** Weights that make up for those who did not answer. */
typedef struct cx_adjustment cx_adjustment;

/** @brief Weights of those who answered, each divided by the share that answered in its class
 * [Little1986].
 *
 * Classes are quantiles of a chance to answer, or categories. A class's share is sum w of those who
 * answered over sum w of all; theirs are the weights w / share, so that they add up to the class as
 * it was asked; everybody else's is 0.
 *
 * A class with fewer than `least` answers is joined to another, the one with the fewest answers
 * first. Classes of chances: to the neighbour with the nearer mean chance. Categories: to the class
 * that shares the most of their leading columns, and among those the one whose share is nearest, so
 * put the column that matters most first. When one class is left that is too small all the same,
 * its flag is "few".
 *
 * @param      propensity  the chance of everybody who was asked, above 0 and below 1; rows of equal
 * chance are never parted, so there may be fewer classes; NULL with `by`
 * @param      by          columns of categories, a missing one is a category; at most 10,000 cells;
 * NULL with `propensity`
 * @param      responded   1 for those who answered, else 0
 * @param      weights     of the design, >= 0; NULL for 1. Rows of weight 0 are in no class
 * @param      options     NULL for the defaults
 * @param[out] out         owned by the caller: cx_adjustment_free
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a chance outside (0, 1), a bad weight, neither 1 nor 0
 * @retval CX_E_EMPTY     nobody with a weight answered
 * @retval CX_E_LIMIT     more than 10,000 cells
 * @retval CX_E_MISMATCH  both propensity and by
 *
 * Intervals that take these weights as given do not know that the shares were estimated. Cost:
 * O(rows), and O(cells^2) to join cells. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_adjust_response(const cx_array *propensity, const cx_frame *by,
                                                 const cx_array *responded, const cx_array *weights,
                                                 const cx_adjust_options *options,
                                                 cx_adjustment **out, cx_error *err);

/** @brief Releases an adjustment. NULL is ignored. */
CX_API void cx_adjustment_free(cx_adjustment *self);

/** @brief Everybody: columns `class` (from 0; null for a row without weight), `rate` (the share
 * that answered there) and `weight` (0 for those who did not).
 *
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_adjustment_rows(const cx_adjustment *self, cx_table **out,
                                                 cx_error *err);

/** @brief The classes: `class`, `categories` ("north, web | north, mail", null for chances), `low`
 * and `high` (of the chances, null for categories), `n`, `responded`, `sum_w`, `rate`, `factor`
 * (1 / rate), `joined` (how many classes it was made of), `flags`.
 *
 * Figures: n, responded, sum_w, classes, joined (classes that were too small), largest_factor, deff
 * and n_eff of the weights [Kish1965].
 *
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_adjustment_classes(const cx_adjustment *self, cx_table **out,
                                                    cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
