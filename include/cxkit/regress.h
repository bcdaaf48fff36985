#ifndef CXKIT_REGRESS_H
#define CXKIT_REGRESS_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup regress Linear regression
 * @{
 */

/** How the errors of coefficients are made: name, number, word. */
#define CX_COV_LIST(X)                                                                             \
    X(CX_COV_AUTO, 0, "auto")                                                                      \
    X(CX_COV_CLASSICAL, 1, "classical")                                                            \
    X(CX_COV_HC0, 2, "hc0")                                                                        \
    X(CX_COV_HC1, 3, "hc1")                                                                        \
    X(CX_COV_HC2, 4, "hc2")                                                                        \
    X(CX_COV_HC3, 5, "hc3")

/** How the errors of coefficients are made. */
typedef enum cx_cov {
#define CX_COV_ENUM(name, number, text) name = number,
    CX_COV_LIST(CX_COV_ENUM)
#undef CX_COV_ENUM
        CX_COV_END = 6 /**< one more than the largest */
} cx_cov;

/** What weights are: name, number, word. */
#define CX_WEIGHT_KIND_LIST(X)                                                                     \
    X(CX_WEIGHT_SURVEY, 0, "survey")       /* how many people a row stands for */                  \
    X(CX_WEIGHT_PRECISION, 1, "precision") /* one over the variance of a row's outcome */          \
    X(CX_WEIGHT_FREQUENCY, 2, "frequency") /* how often the row occurred: a whole number */

/** What weights are. */
typedef enum cx_weight_kind {
#define CX_WEIGHT_KIND_ENUM(name, number, text) name = number,
    CX_WEIGHT_KIND_LIST(CX_WEIGHT_KIND_ENUM)
#undef CX_WEIGHT_KIND_ENUM
        CX_WEIGHT_KIND_END = 3 /**< one more than the largest */
} cx_weight_kind;

/** @brief The word of a way to make errors, such as "hc3"; "unknown" outside the list. */
CX_API const char *cx_cov_name(int32_t cov);

/** @brief The word of a kind of weights, such as "survey"; "unknown" outside the list. */
CX_API const char *cx_weight_kind_name(int32_t kind);

/** Options of cx_regress(). */
typedef struct cx_regress_options {
    uint32_t struct_size; /**< sizeof(cx_regress_options) */
    int32_t cov;          /**< a cx_cov; default CX_COV_AUTO */
    int32_t weight_kind;  /**< a cx_weight_kind; default CX_WEIGHT_SURVEY */
    int32_t intercept;    /**< 1 (default): a term "const"; 0: none */
    int32_t influence;    /**< 1: keep what cx_fit_influence() reads; default 0 */
    double confidence;    /**< of the intervals; default 0.95 */
    double tolerance;     /**< a column whose variance the columns before it explain but for
                               this fraction is dropped; in (0, 1); default 1e-20 */
    const cx_allocator *allocator; /**< of the work and of the result; NULL: malloc */
} cx_regress_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_regress_options_init(cx_regress_options *options);

/** @brief Ordinary and weighted least squares.
 *
 * @param      x        numeric columns: a term each, by their names. A row in which any column, the
 *                      outcome or the weight is missing is left out and counted
 * @param      y        the outcome
 * @param      weights  0 or from 1e-100 to 1e100, of the kind that the options say, or NULL for 1.
 * A row of weight 0 is left out and counted
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK; release with cx_fit_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_NAME | CX_E_OPTION | CX_E_DOMAIN (an
 * infinite value, a bad weight; row and column in err) | CX_E_EMPTY | CX_E_FEW (no more rows than
 * coefficients) | CX_E_CONSTANT (the outcome) | CX_E_LIMIT | CX_E_OVERFLOW | CX_E_MEMORY
 *
 * Cost: O(n p^2). Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_regress(const cx_frame *x, const cx_array *y,
                                         const cx_array *weights, const cx_regress_options *options,
                                         cx_fit **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
