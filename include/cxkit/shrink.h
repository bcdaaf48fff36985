#ifndef CXKIT_SHRINK_H
#define CXKIT_SHRINK_H

#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup shrink Shrinkage for small groups
 *
 * A touchpoint with eight answers borrows from the others: its figure moves towards theirs, by as
 * much as chance makes it differ more than they do. Every row tells how much is its own, and
 * between which ranks it may lie.
 * @{
 */

/** How groups borrow from each other. */
typedef enum cx_shrink_method {
    CX_SHRINK_AUTO = 0,          /**< fay-herriot for values, by the number of columns for counts,
                                      dirichlet for tallies */
    CX_SHRINK_FAY_HERRIOT = 1,   /**< values with their variances, and covariates */
    CX_SHRINK_BETA_BINOMIAL = 2, /**< shares: x of n */
    CX_SHRINK_DIRICHLET = 3,     /**< net scores: detractors, passives, promoters */
    CX_SHRINK_JAMES_STEIN = 4,   /**< values of one common variance */
    CX_SHRINK_END = 5            /**< one more than the largest method */
} cx_shrink_method;

/** @brief The word of a method, such as "fay-herriot"; "unknown" outside the list. */
CX_API const char *cx_shrink_method_name(int32_t method);

/** Which intervals ranks get. */
typedef enum cx_ranks {
    CX_RANKS_MARGINAL = 0,     /**< each holds by itself: quantiles of ranks over draws from the
                                    posterior distributions */
    CX_RANKS_SIMULTANEOUS = 1, /**< all hold at once: sets of ranks from simultaneous intervals */
    CX_RANKS_NONE = 2,         /**< none */
    CX_RANKS_END = 3           /**< one more than the largest number */
} cx_ranks;

/** What intervals know of how much groups differ. */
typedef enum cx_shrink_intervals {
    CX_SHRINK_INTEGRATED = 0, /**< that it is estimated: every difference counts as much as the data
                                   make it likely */
    CX_SHRINK_PLUG_IN = 1,    /**< the estimated one, and the standard error: too short for few
                                   groups */
    CX_SHRINK_INTERVALS_END = 2 /**< one more than the largest number */
} cx_shrink_intervals;

/** Options of cx_shrink and its relatives. */
typedef struct cx_shrink_options {
    uint32_t struct_size; /**< set by cx_shrink_options_init */
    int32_t method;       /**< a cx_shrink_method; default auto */
    int32_t ranks;        /**< a cx_ranks; default marginal */
    int32_t ascending;    /**< 1: rank 1 has the lowest value; default 0: the highest */
    int32_t draws;        /**< of marginal ranks, 100 to 1,000,000; default 1000 */
    int32_t intercept;    /**< fay-herriot: 1, the default, puts a constant before the covariates */
    int32_t correction;   /**< counts: 1, the default, adds to each standard error what comes from
                               the fitted distribution being uncertain; 0: the plain posterior */
    int32_t promoters;    /**< tallies: lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< tallies: highest answer of a detractor; default 6 */
    int32_t top;          /**< tallies with beta-binomial: steps from the top that count as
                               satisfied; default 2 */
    int32_t intervals;    /**< a cx_shrink_intervals; default integrated */
    int32_t reserved;     /**< zero */
    uint64_t seed;        /**< of marginal ranks; default 0 */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_shrink_options;

/** @brief The defaults. */
CX_API void cx_shrink_options_init(cx_shrink_options *options);

/** @brief Shrinks values by their variances, towards what covariates predict.
 *
 * Fay-Herriot [FayHerriot1979]: value y_g = x_g'b + u_g + e_g, variance A of u_g between groups by
 * restricted maximum likelihood (Fisher scoring), psi_g of e_g as given; own weight A / (A +
 * psi_g); b by generalised least squares. Standard errors by Prasad and Rao, g1 + g2 + 2 g3
 * [PrasadRao1990; DattaLahiri2000]. James-Stein [EfronMorris1975]: ybar + c (y_g - ybar), c = 1 -
 * (k - 3) psi / sum (y_g - ybar)^2, not below 0; standard errors of [Morris1983].
 *
 * Intervals of fay-herriot do not take A for known: they are those of a t distribution with the
 * mean, the variance and the kurtosis of the group's value over all A, each as likely as the
 * restricted likelihood makes it, A uniform before [MorrisTang2011]; so they are not centred at the
 * value. With plug_in, or above 10,000 groups, value plus and minus z se.
 *
 * Columns: raw, raw_se, own_weight, rank, rank_low, rank_high, then those of a grouped estimate:
 * its value is the shrunken one. Figures of fay-herriot: groups, between (A), between_se,
 * log_likelihood, iterations, coefficients, smoothed. Of james-stein: groups, mean, factor (c),
 * variance.
 *
 * @param      values     the direct estimate of each group; null and NaN: a group that nobody was
 *                        asked in, predicted from the covariates
 * @param      variances  its variance, >= 0, one for each group or a single one for all. 0 (all
 *                        answers alike) is no certainty: it becomes the mean variance of one answer
 *                        of the others, divided by n; without n the largest of the others. The flag
 *                        "no-variance" says so. James-Stein: equal
 * @param      n          answers of each group, > 0; NULL: not known
 * @param      x          covariates: numbers, or text for an indicator of each category but the
 *                        first; no null; NULL: none. Columns that follow from others are left out
 * @param      options    NULL for the defaults
 * @param[out] out        owned by the caller: cx_table_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an infinite value, a negative variance, a value without variance, a
 *                        covariate that is missing
 * @retval CX_E_EMPTY     no value
 * @retval CX_E_FEW       fay-herriot: no more groups than coefficients; james-stein: below four
 * @retval CX_E_CONSTANT  all variances are 0
 * @retval CX_E_MISMATCH  james-stein with variances that differ, or covariates
 * @retval CX_E_CONVERGENCE
 *
 * Edge cases: one group stays as it is. A = 0: every group lies on the prediction, own weight 0.
 * Draws of ranks are normal and independent. Cost: O(groups coefficients^2) an iteration, and
 * O(groups draws) for marginal ranks. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_shrink(const cx_array *values, const cx_array *variances,
                                        const cx_array *n, const cx_frame *x,
                                        const cx_shrink_options *options, cx_table **out,
                                        cx_error *err);

/** @brief The coefficients of a Fay-Herriot model: what the groups are drawn to.
 *
 * Columns: term (text), value, se, ci_low, ci_high, p_value (normal); the figures of cx_shrink. A
 * term that follows from those before it has no numbers.
 *
 * @param      values     as in cx_shrink
 * @param      variances  as in cx_shrink
 * @param      n          as in cx_shrink
 * @param      x          as in cx_shrink
 * @param      options    as in cx_shrink; the method is fay-herriot
 * @param[out] out        owned by the caller: cx_table_free
 * @param      err        may be NULL
 * @retval as cx_shrink. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_shrink_coefficients(const cx_array *values,
                                                     const cx_array *variances, const cx_array *n,
                                                     const cx_frame *x,
                                                     const cx_shrink_options *options,
                                                     cx_table **out, cx_error *err);

/** @brief Shrinks shares or net scores of counted answers.
 *
 * Beta-binomial and Dirichlet-multinomial [Minka2000]: alpha by maximum likelihood over the groups,
 * q_k = (n_k + alpha_k) / (n + A), A = sum alpha. Share: q_1. Net score in points: 100 (q_promoters
 * - q_detractors) with variance 100^2 [(q_pr + q_de) - (q_pr - q_de)^2] / (n + A + 1). `correction`
 * adds d'Sd, d the derivative of the value in log alpha and S the inverse information
 * [KassSteffey1989]. Intervals are those of a beta distribution over the range of the score, with
 * the mean and the variance that the value has over all A, each as likely as the data make it,
 * 1 / (A + 1) uniform before, as the variance between groups then is. With plug_in, without
 * `correction` or above 10,000 groups: with the value and its standard error.
 *
 * Columns as in cx_shrink. Figures: groups, answers, mean, precision (A), between (variance of the
 * groups' true values), alpha_1.. (in the order of the columns; beta-binomial: alpha_2 belongs to
 * n - x), log_likelihood, iterations.
 *
 * @param      counts   two columns, x and n, or three: detractors, passives, promoters; one row a
 *                      group. Not negative; null is an error; fractions are effective counts. A
 * group without answers gets what is known of the others
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_table_free
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  a count that is negative, missing or infinite, or x above n
 * @retval CX_E_EMPTY   no answers at all
 * @retval CX_E_CONVERGENCE
 *
 * Edge cases: groups that differ no more than chance make A infinite: each gets the pooled value,
 * own weight 0, and an interval that allows for differences that cannot be seen. A single group,
 * groups without any two answers alike or different, answers all alike everywhere, and groups each
 * of one mind (A = 0) teach nothing about each other: own values with their own intervals
 * (Wilson's, the score interval of a net score); the flag is "not-identified". Cost: O(groups) an
 * iteration, and O(groups draws) for marginal ranks. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_shrink_counts(const cx_frame *counts,
                                               const cx_shrink_options *options, cx_table **out,
                                               cx_error *err);

/** @brief Shrinks the scores of tallies by keys.
 *
 * dirichlet (the default): net scores in points. beta-binomial: the share of the top boxes.
 * fay-herriot: net scores with the variance of each read after adding three answers spread as those
 * of everyone, so that nobody's is 0. Weighted answers count as n_eff = (sum w)^2 / sum w^2.
 * Columns: the keys, then as in cx_shrink.
 *
 * @param      self     the tallies
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_table_free
 * @param      err      may be NULL
 * @retval as cx_shrink_counts and cx_shrink; CX_E_OPTION also for james-stein and for classes that
 *         the scale does not have. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_shrink_tallies(const cx_tallies *self,
                                                const cx_shrink_options *options, cx_table **out,
                                                cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
