#ifndef CXKIT_FIT_H
#define CXKIT_FIT_H

#include <cxkit/estimate.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup fit Fitted models
 *
 * What every regression gives: coefficients by the name of their term, the covariance of all of
 * them, what was dropped and why, and figures about the whole. Read-only; read from any thread.
 * @{
 */

/** An owned result. */
typedef struct cx_fit cx_fit;

/** What became of a term: name, number, word. */
#define CX_TERM_LIST(X)                                                                            \
    X(CX_TERM_OK, 0, "ok")                   /* estimated */                                       \
    X(CX_TERM_COLLINEAR, 1, "collinear")     /* a combination of terms before it */                \
    X(CX_TERM_CONSTANT, 2, "constant")       /* never varies */                                    \
    X(CX_TERM_ABSORBED, 3, "absorbed")       /* a combination of the fixed effects */              \
    X(CX_TERM_SEPARATED, 4, "separated")     /* runs away: it splits the outcomes without error */ \
    X(CX_TERM_NO_INTERVAL, 5, "no-interval") /* estimated, without error: nothing to judge it by   \
                                              */

/** What became of a term. */
typedef enum cx_term {
#define CX_TERM_ENUM(name, number, text) name = number,
    CX_TERM_LIST(CX_TERM_ENUM)
#undef CX_TERM_ENUM
        CX_TERM_END = 6 /**< one more than the largest */
} cx_term;

/** @brief The word of a term's status, such as "collinear"; "unknown" outside the list. */
CX_API const char *cx_term_name(int32_t status);

/** @brief Releases a result. Tables read from it stay. NULL is ignored. */
CX_API void cx_fit_free(cx_fit *fit);

/** @brief Number of terms, dropped ones included; 0 for NULL. */
CX_API int64_t cx_fit_terms(const cx_fit *fit);

/** @brief The name of term i, 0 <= i < terms; NULL outside. Owned by the result. */
CX_API const char *cx_fit_term(const cx_fit *fit, int64_t i);

/** @brief A figure about the whole by its name, such as "r2"; NaN where there is none. The table of
 * cx_fit_table() has them all. */
CX_API double cx_fit_figure(const cx_fit *fit, const char *name);

/** @brief cx_flag bits: what a reader should know; 0 for NULL. */
CX_API uint32_t cx_fit_flags(const cx_fit *fit);

/** @brief How the errors were made, such as "classical", "hc3" or "cr2"; NULL for NULL. */
CX_API const char *cx_fit_method(const cx_fit *fit);

/** @brief The model, such as "regress"; NULL for NULL. */
CX_API const char *cx_fit_model(const cx_fit *fit);

/** @brief Rows left out for a reason, a cx_excluded; 0 outside. */
CX_API int64_t cx_fit_excluded(const cx_fit *fit, int32_t reason);

/** @brief One row for each term.
 *
 * Columns: `term`; `coefficient`; `se`; `statistic` (coefficient / se); `p_value` (of the
 * coefficient 0, two-sided); `ci_low`, `ci_high`; `df` (of Student's t; infinite: normal); `status`
 * (a cx_term as a word); `collinear_with` (the terms it is a combination of, separated by commas;
 * null unless collinear). What there is not is null. Figures: those of the model, see there.
 *
 * @param      fit  the result
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Cost: O(terms). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_fit_table(const cx_fit *fit, cx_table **out, cx_error *err);

/** @brief The covariances of the coefficients: a row and a column for each term.
 *
 * Columns: `term`, then one by the name of each term; null for dropped terms. A term called "term"
 * has its column called "term" too, after the first.
 *
 * @param      fit  the result
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Cost: O(terms^2). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_fit_covariance(const cx_fit *fit, cx_table **out, cx_error *err);

/** @brief One coefficient as an estimate.
 *
 * @param      fit   the result
 * @param      term  its name, such as "const"
 * @param[out] out   unit CX_UNIT_SCALE, method CX_METHOD_T, CX_METHOD_WALD or the model's own
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME (no such term) | CX_E_SINGULAR (collinear, absorbed) |
 * CX_E_CONSTANT | CX_E_UNIDENTIFIED (separated)
 *
 * Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_fit_estimate(const cx_fit *fit, const char *term, cx_estimate *out,
                                              cx_error *err);

/** @brief What each cluster, or each row, adds to a coefficient: its influence.
 *
 * The sum of squares is the variance of the coefficient that the model reports, where that is a sum
 * over clusters or rows. Coefficients of models on the same people, joined by `id`, have the
 * covariance that the products of their influences add up to.
 *
 * @param      fit   the result of a model that was asked to keep them
 * @param      term  the name of a coefficient
 * @param[out] out   columns `id` (the cluster's key, or the row counted from 0) and `influence`;
 *                   written only on CX_OK; release with cx_table_free()
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME (no such term) | CX_E_OPTION (not kept: set the model's
 * option `influence`) | CX_E_SINGULAR | CX_E_CONSTANT | CX_E_UNIDENTIFIED | CX_E_MEMORY
 *
 * Cost: O(clusters or rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_fit_influence(const cx_fit *fit, const char *term, cx_table **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
