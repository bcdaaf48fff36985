#ifndef CXKIT_MODELS_H
#define CXKIT_MODELS_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/fit.h>
#include <cxkit/regress.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup models Models of shares, classes, counts and hazards
 *
 * A result is a cx_fit, as that of cx_regress(). Natural evidence level of a coefficient: 2
 * (adjusted), as far as the confounders are among the columns.
 * @{
 */

/** Options of cx_logit(), cx_poisson(), cx_hazard() and cx_ordinal(). */
typedef struct cx_model_options {
    uint32_t struct_size; /**< sizeof(cx_model_options) */
    int32_t cov;          /**< CX_COV_AUTO (default): of clusters where they are given, of rows
                               with survey weights, else the model's own; or CX_COV_CLASSICAL,
                               CX_COV_HC0, CX_COV_HC1 */
    int32_t weight_kind;  /**< a cx_weight_kind; default CX_WEIGHT_SURVEY */
    int32_t intercept; /**< 1 (default): a term "const"; 0: none. Ordinal models have their cuts */
    int32_t influence; /**< 1: keep what cx_fit_influence() reads; default 0 */
    int32_t firth;     /**< 1: Firth's estimates, which exist under separation too, with
                            likelihood intervals; logit, Poisson, hazard; default 0 */
    int32_t probit;    /**< 1: ordered probit; default 0, logit */
    int32_t quasi;     /**< 1: Poisson errors times the square root of the dispersion; default 0 */
    int32_t small_sample;   /**< 1: Student's t with the rows (or clusters) less the terms; default
                                 0: normal */
    int32_t max_iterations; /**< default 60 */
    int32_t allow_unconverged;     /**< 1: a result that did not converge is returned, with a flag;
                                        default 0: it is CX_E_CONVERGENCE */
    int32_t reserved;              /**< 0 */
    double confidence;             /**< of the intervals; default 0.95 */
    const cx_allocator *allocator; /**< of the work and of the result; NULL: malloc */
} cx_model_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_model_options_init(cx_model_options *options);

/** @brief Logistic regression: log odds of y = 1.
 *
 * logit P(y = 1) = x'b + offset, by iteratively reweighted least squares with step halving
 * [McCullaghNelder1989], until no row's linear predictor moves by more than 1e-9.
 *
 * **Separation.** When some combination of columns splits the outcomes without error, the
 * likelihood has no maximum: software that stops when little changes reports a coefficient such as
 * -20 with an error of thousands [AlbertAnderson1984]. Here the direction is looked for and found:
 * the terms along it have the status "separated" and no number; the rows that it decides are left
 * out of the likelihood, where they contribute nothing, and the other terms are what they are in
 * the limit. The result has CX_FLAG_UNIDENTIFIED and the figures `separated` (terms) and
 * `separated_rows`. cx_separation() has the exact rates of the groups; `firth` gives finite
 * estimates [Firth1993, HeinzeSchemper2002] with intervals of the penalised likelihood.
 *
 * **Errors.** Without clusters and weights those of the model. With clusters sums of scores, times
 * G / (G - 1) (n - 1) / (n - k). With survey weights those of rows, times n / (n - 1)
 * [Binder1983]. One cluster: no errors, status "no-interval".
 *
 * @param      x         numeric columns: a term each, by their names. A row in which any column,
 * the outcome, the offset or the cluster is missing is left out and counted
 * @param      y         0 or 1
 * @param      weights   0 or from 1e-100 to 1e100, of the kind that the options say, or NULL for 1
 * @param      clusters  keys of the units that are drawn or treated together; NULL: rows
 * @param      offset    added to the linear predictor; NULL: 0
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; release with cx_fit_free()
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_NAME | CX_E_OPTION | CX_E_DOMAIN (an
 * outcome other than 0 and 1, an infinite value, a bad weight; row and column in err) | CX_E_EMPTY
 * | CX_E_FEW (no more rows than terms) | CX_E_LIMIT | CX_E_CONVERGENCE (err->value: the last
 * change) | CX_E_MEMORY
 *
 * Figures: n, n_eff, rank, loglik, null_loglik (of a constant and the offset), deviance, dispersion
 * (Pearson's, not applied), r2 (1 - loglik / null_loglik) [McFadden1974], r2_latent (variance of
 * the latent variable explained) [McKelveyZavoina1975], aic, iterations, converged, worst, events,
 * rate, rate_low, rate_high (of y = 1, exact [ClopperPearson1934]; NaN with survey or precision
 * weights), clusters, separated, separated_rows.
 *
 * Constant and collinear columns are terms with that status; the later one goes. Cost: O(n p^2) per
 * iteration. Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_logit(const cx_frame *x, const cx_array *y,
                                       const cx_array *weights, const cx_frame *clusters,
                                       const cx_array *offset, const cx_model_options *options,
                                       cx_fit **out, cx_error *err);

/** @brief Poisson regression of counts: log E(y) = x'b + offset + log exposure.
 *
 * As cx_logit(), separation included: a group without any event has none [Correia2019]. With
 * `quasi` the errors are multiplied by the square root of the dispersion, Pearson's statistic over
 * the residual degrees of freedom; y may then be any number that is not negative. The robust errors
 * hold for any distribution with that mean.
 *
 * @param      x         as in cx_logit()
 * @param      y         0, 1, 2, ...
 * @param      weights   as in cx_logit()
 * @param      clusters  as in cx_logit()
 * @param      exposure  positive: persons, days, contacts; NULL: 1
 * @param      offset    added to the linear predictor; NULL: 0
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; release with cx_fit_free()
 * @param      err       may be NULL
 * @retval as cx_logit(); CX_E_DOMAIN also for a count below 0 or with a fraction, and an exposure
 * that is not positive
 *
 * Figures: those of cx_logit(); `rate` is events per exposure, exactly [Garwood1936]. r2_latent is
 * NaN. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_poisson(const cx_frame *x, const cx_array *y,
                                         const cx_array *weights, const cx_frame *clusters,
                                         const cx_array *exposure, const cx_array *offset,
                                         const cx_model_options *options, cx_fit **out,
                                         cx_error *err);

/** @brief The hazard of an event in discrete time: who leaves, month by month.
 *
 * One row for each customer and period at risk (cx_person_periods() makes them), y = 1 in the
 * period of the event. log(-log(1 - h)) = a_period + x'b + offset, the proportional hazards model
 * of grouped times [PrenticeGloeckler1978]: exp(b) is a hazard ratio. Columns may change with time.
 *
 * @param      x         as in cx_logit()
 * @param      event     0 or 1
 * @param      period    a baseline for each value: terms "period 1", ... in the place of "const";
 *                       whole numbers, at most 1000 of them; NULL: the baseline is made of columns
 *                       of x (tenure, a spline) and "const"
 * @param      weights   as in cx_logit()
 * @param      clusters  the customers, or the units that they belong to
 * @param      offset    added to the linear predictor; NULL: 0
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; release with cx_fit_free()
 * @param      err       may be NULL
 * @retval as cx_logit()
 *
 * A period without an event, or with nothing else, is "separated": its hazard is 0 or 1, and it
 * says nothing of x. Figures: those of cx_logit(). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_hazard(const cx_frame *x, const cx_array *event,
                                        const cx_array *period, const cx_array *weights,
                                        const cx_frame *clusters, const cx_array *offset,
                                        const cx_model_options *options, cx_fit **out,
                                        cx_error *err);

/** @brief Ordered classes: P(y <= k) = F(cut_k - x'b - offset), F logistic or normal.
 *
 * A positive coefficient moves answers to higher classes. The terms are "cut 1", "cut 2", ..., then
 * the columns. Newton's method on the log likelihood, which is concave [McCullagh1980, Pratt1981];
 * errors of the observed information, or robust as in cx_logit(). Separation is found as there.
 *
 * @param      x         as in cx_logit()
 * @param      y         the classes as whole numbers, such as 1..5; those that nobody chose are
 * none
 * @param      weights   as in cx_logit()
 * @param      clusters  as in cx_logit()
 * @param      offset    added to the linear predictor; NULL: 0
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; release with cx_fit_free()
 * @param      err       may be NULL
 * @retval as cx_logit(); CX_E_CONSTANT (one class) | CX_E_LIMIT (more than 100 classes)
 *
 * Figures: n, n_eff, rank, classes, loglik, null_loglik, r2, r2_latent, aic, iterations, converged,
 * worst, clusters, separated, separated_rows. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_ordinal(const cx_frame *x, const cx_array *y,
                                         const cx_array *weights, const cx_frame *clusters,
                                         const cx_array *offset, const cx_model_options *options,
                                         cx_fit **out, cx_error *err);

/** @brief What each value of each column says of a yes or no: exact rates of groups.
 *
 * The table to look at when a model calls a term separated, or an event is rare. A value with all
 * or none of the events has an exact interval [ClopperPearson1934], where a regression has no
 * estimate.
 *
 * @param      x           numeric columns; those with more than 50 values have one row, without a
 *                         value, for all of them
 * @param      y           0 or 1; a row in which y is missing is left out, and in a column where
 * that is missing
 * @param      confidence  such as 0.95
 * @param      allocator   NULL: malloc
 * @param[out] out         columns `term`, `value`, `n`, `events`, `rate`, `ci_low`, `ci_high`,
 * `side`
 *                         ("all", "none", "mixed"; of a column with many values "splits" where a
 *                         threshold splits the outcomes, else "mixed"). Figures: n, events. Release
 *                         with cx_table_free()
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_EMPTY |
 * CX_E_MEMORY
 *
 * Cost: O(n log n) for each column. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_separation(const cx_frame *x, const cx_array *y, double confidence,
                                            const cx_allocator *allocator, cx_table **out,
                                            cx_error *err);

/** @brief Customers as rows for each period at risk.
 *
 * @param      entry      whole periods completed when the watch began; NULL: 0
 * @param      exit       whole periods completed when it ended, more than at entry
 * @param      event      1: the event ended it, in period `exit`; 0: it was still to come
 * @param      allocator  NULL: malloc
 * @param[out] out        columns `row` (of the customer, from 0), `period` (entry + 1 .. exit),
 *                        `event`. Figures: customers, events, excluded (something was missing).
 *                        Release with cx_table_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN (not whole, an exit at or
 * before the entry, an event other than 0 and 1) | CX_E_LIMIT (more than 2^31 rows) | CX_E_MEMORY
 *
 * Cost: O(rows made). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_person_periods(const cx_array *entry, const cx_array *exit,
                                                const cx_array *event,
                                                const cx_allocator *allocator, cx_table **out,
                                                cx_error *err);

/** Options of cx_margin(). */
typedef struct cx_margin_options {
    uint32_t struct_size; /**< sizeof(cx_margin_options) */
    int32_t horizon;      /**< hazards: periods of the retention; default 12 */
    int32_t population;   /**< 1: the rows are a sample of those spoken of, which adds to the
                               error; 0 (default): they are the ones spoken of */
    int32_t reserved;     /**< 0 */
    double change;        /**< of the column; default 1 */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< of the work; NULL: malloc */
} cx_margin_options;

/** @brief The defaults: a change of 1, 12 periods. */
CX_API void cx_margin_options_init(cx_margin_options *options);

/** @brief What a change of one column does to the mean prediction.
 *
 * The average over the rows of g(x + change) - g(x): of the probability (cx_logit()), of the
 * expected count per exposure (cx_poisson()), of the retention over a horizon of H periods
 * (cx_hazard()), S_H = prod (1 - h_t), from "period 1" .. "period H" or, without periods, from a
 * hazard that stays what the row says. Its error is that of the coefficients by the delta method.
 * "One more point of satisfaction, 2.1 points more of retention": an adjusted association, unless
 * the column was randomised.
 *
 * @param      fit      of cx_logit(), cx_poisson() or cx_hazard()
 * @param      x        the columns of the model by their names, one row for each customer; rows
 * with something missing are left out and counted
 * @param      weights  of the rows; NULL: 1
 * @param      column   the name of the column that changes
 * @param      options  NULL: the defaults
 * @param[out] out      method CX_METHOD_DELTA; unit CX_UNIT_FRACTION or CX_UNIT_COUNT
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_EMPTY |
 * CX_E_NAME (a column of the model is not there, a period within the horizon is not in the model) |
 * CX_E_UNIDENTIFIED (a term it needs is separated) | CX_E_SINGULAR | CX_E_CONSTANT (the column was
 * dropped) | CX_E_MISMATCH (another kind of model) | CX_E_MEMORY
 *
 * A separated period counts as one without an event. Cost: O(n p). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_margin(const cx_fit *fit, const cx_frame *x,
                                        const cx_array *weights, const char *column,
                                        const cx_margin_options *options, cx_estimate *out,
                                        cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
