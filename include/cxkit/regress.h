#ifndef CXKIT_REGRESS_H
#define CXKIT_REGRESS_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/fit.h>
#include <cxkit/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup regress Linear regression
 * @{
 */

/** How the errors of coefficients are made: name, number, word. */
#define CX_COV_LIST(X)                                                                             \
    X(CX_COV_AUTO, 0, "auto")                                                                      \
    X(CX_COV_CLASSICAL, 1, "classical")            /* one variance for all rows */                 \
    X(CX_COV_HC0, 2, "hc0")                        /* a variance of its own for each row */        \
    X(CX_COV_HC1, 3, "hc1")                        /* times n / (n - k) */                         \
    X(CX_COV_HC2, 4, "hc2")                        /* residuals / sqrt(1 - leverage) */            \
    X(CX_COV_HC3, 5, "hc3")                        /* residuals / (1 - leverage) */                \
    X(CX_COV_CR0, 6, "cr0")                        /* rows of a cluster go together */             \
    X(CX_COV_CR1, 7, "cr1")                        /* times G / (G - 1) (n - 1) / (n - k) */       \
    X(CX_COV_CR2, 8, "cr2")                        /* unbiased where errors are alike; own df */   \
    X(CX_COV_NEWEY_WEST, 9, "newey-west")          /* rows near in time go together */             \
    X(CX_COV_DRISCOLL_KRAAY, 10, "driscoll-kraay") /* the same for panels, by period */            \
    X(CX_COV_WILD, 11, "wild")                     /* cr1, judged by a wild cluster bootstrap */

/** How the errors of coefficients are made. */
typedef enum cx_cov {
#define CX_COV_ENUM(name, number, text) name = number,
    CX_COV_LIST(CX_COV_ENUM)
#undef CX_COV_ENUM
        CX_COV_END = 12 /**< one more than the largest */
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

/** Which fixed effects count as coefficients in the (n - 1) / (n - k) of clustered errors. */
typedef enum cx_fixed_count {
    CX_FIXED_NESTED = 0, /**< all but those nested in the clusters, which count as one */
    CX_FIXED_ALL = 1,    /**< all */
    CX_FIXED_NONE = 2,   /**< none: they count as one */
    CX_FIXED_END = 3     /**< one more than the largest */
} cx_fixed_count;

/** How many lags the errors of series look back. */
typedef enum cx_lag_rule {
    CX_LAG_LENGTH = 0,  /**< floor(4 (n / 100)^(2/9)) */
    CX_LAG_PLUG_IN = 1, /**< from the data [NeweyWest1994] */
    CX_LAG_GIVEN = 2,   /**< options.lag */
    CX_LAG_END = 3      /**< one more than the largest */
} cx_lag_rule;

/** @brief The word of a way to make errors, such as "hc3"; "unknown" outside the list. */
CX_API const char *cx_cov_name(int32_t cov);

/** @brief The word of a kind of weights, such as "survey"; "unknown" outside the list. */
CX_API const char *cx_weight_kind_name(int32_t kind);

/** Options of cx_regress(). */
typedef struct cx_regress_options {
    uint32_t struct_size; /**< sizeof(cx_regress_options) */
    int32_t cov;          /**< a cx_cov; default CX_COV_AUTO */
    int32_t weight_kind;  /**< a cx_weight_kind; default CX_WEIGHT_SURVEY */
    int32_t intercept;    /**< 1 (default): a term "const"; 0: none. Fixed effects take its place */
    int32_t influence;    /**< 1: keep what cx_fit_influence() reads; default 0 */
    int32_t fixed_count;  /**< a cx_fixed_count; default CX_FIXED_NESTED */
    int32_t lag_rule;     /**< a cx_lag_rule; default CX_LAG_LENGTH */
    int32_t small_sample; /**< 1 (default): newey-west times n / (n - k), driscoll-kraay as cr1 with
                               periods for clusters; 0: neither */
    int64_t lag;          /**< for CX_LAG_GIVEN: 0 or more; default 0 */
    int64_t draws;        /**< of the wild bootstrap where signs are not enumerated; default 9999 */
    uint64_t seed;        /**< of those draws; default 1 */
    double confidence;    /**< of the intervals; default 0.95 */
    double tolerance;     /**< a column whose variance the columns before it explain but for this
                               fraction is dropped; in (0, 1); default 1e-20 */
    const cx_allocator *allocator; /**< of the work and of the result; NULL: malloc */
} cx_regress_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_regress_options_init(cx_regress_options *options);

/** @brief Ordinary and weighted least squares, with errors for every design.
 *
 * Normal equations in double-double arithmetic from compensated moments: certified values of badly
 * conditioned data come out to 12 digits and more. A column that is constant, or a combination of
 * columns before it, stays in the result as a term without coefficient, with the reason and its
 * partners.
 *
 * Errors. CX_COV_AUTO stands for: with clusters CX_COV_WILD below 5 of them, CX_COV_CR2 below 50,
 * else CX_COV_CR1 (also with two sets of clusters); with time CX_COV_NEWEY_WEST, or
 * CX_COV_DRISCOLL_KRAAY when times repeat; with survey weights CX_COV_HC1; else CX_COV_CLASSICAL.
 * - hc0 .. hc3 [White1980; MacKinnonWhite1985]: n - k degrees of freedom.
 * - cr0, cr1 [LiangZeger1986]: G - 1 degrees of freedom. Two sets of clusters: V1 + V2 - V12, each
 *   with its own factor, V12 without where no two rows share both [CameronGelbachMiller2011];
 * negative eigenvalues of the sum become 0, and the result is flagged CX_FLAG_REPAIRED; df from the
 * smaller set.
 * - cr2 [BellMcCaffrey2002; PustejovskyTipton2018]: scores of a cluster times (I - P_g)^(-1/2), P_g
 *   its part of the cross-products in orthonormal coordinates, with Satterthwaite's df of each
 *   coefficient; weights are taken for precisions in the working model.
 * - wild [CameronGelbachMiller2008; RoodmanEtAl2019]: errors of cr1; p-value and interval from the
 *   restricted wild cluster bootstrap of t. All 2^G signs for 8 to 13 clusters; Webb's six-point
 *   weights below 8 (all 6^G where there are no more than `draws`), else `draws` random signs. The
 *   p-value counts draws at least as extreme, the data themselves included, so that it is never 0.
 *   A limit that no value of the coefficient reaches is infinite.
 * - newey-west [NeweyWest1987]: Bartlett weights; rows in the order of `time`, or as given.
 *   driscoll-kraay [DriscollKraay1998]: the same for the sums of scores by period; T - 1 degrees of
 *   freedom.
 * Fewer than 5 clusters (20 periods for driscoll-kraay) are flagged CX_FLAG_FEW_CLUSTERS. A single
 * cluster is refused: it has no error.
 *
 * Fixed effects are taken out exactly: the larger set analytically, the smaller one by one linear
 * system with as many unknowns as it has levels. A column that they determine (variance left below
 * 1e-12 of its own) is `absorbed`. cr2 and wild need effects that are nested in the clusters;
 * others of up to 200 levels are carried along as columns.
 *
 * @param      x         numeric columns: a term each, by their names. A row in which any column,
 * the outcome, the weight or the time is missing is left out and counted
 * @param      y         the outcome
 * @param      weights   0 or from 1e-100 to 1e100, of the kind that the options say, or NULL for 1.
 *                       A row of weight 0 is left out and counted
 * @param      clusters  one or two columns of keys (whole numbers, text, times), or NULL; a row
 *                       without is counted as CX_EXCLUDED_NO_ID
 * @param      fixed     one or two columns of keys: an effect of its own for each level, or NULL
 * @param      time      times or whole numbers: the order of rows, and the periods; or NULL
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; release with cx_fit_free()
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_NAME | CX_E_OPTION | CX_E_DOMAIN (an
 * infinite value, a bad weight; row and column in err) | CX_E_EMPTY | CX_E_FEW (no more rows than
 * coefficients; a single cluster) | CX_E_CONSTANT (the outcome) | CX_E_LIMIT | CX_E_OVERFLOW |
 * CX_E_MEMORY
 *
 * Figures: `n` (the sum of frequencies), `n_eff`, `rank` (coefficients), `df_residual`, `r2`,
 * `r2_adjusted`, `sigma`, `rss`, `loglik` (none with survey weights); with clusters `clusters` and
 * `clusters_2`; with lags `lag`; with time `periods`; with fixed effects `r2_within`, `levels`,
 * `levels_2`, `components` (parts that nothing connects), `singletons` (rows alone in their level)
 * and `absorbed` (coefficients that the effects amount to); with a bootstrap `draws`.
 * Evidence: a regression with stated confounders is level 2 (adjusted).
 * Cost: O(n p^2); reads columns of doubles without gaps where they lie. Threads: any. Randomness:
 * the seed, for CX_COV_WILD with random draws only. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_regress(const cx_frame *x, const cx_array *y,
                                         const cx_array *weights, const cx_frame *clusters,
                                         const cx_frame *fixed, const cx_array *time,
                                         const cx_regress_options *options, cx_fit **out,
                                         cx_error *err);

/** @brief The same from moments, with classical errors.
 *
 * @param      x        a state that holds the outcome and the columns
 * @param      outcome  its name
 * @param      terms    string column: names of the terms in their order; NULL: all other columns
 * @param      options  cov CX_COV_AUTO or CX_COV_CLASSICAL; no influence. Weights of the state have
 *                      to be meant as precisions: say so in weight_kind
 * @param[out] out      written only on CX_OK; release with cx_fit_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_NAME | CX_E_OPTION | CX_E_EMPTY | CX_E_FEW |
 * CX_E_CONSTANT | CX_E_MEMORY
 *
 * Cost: O(p^3). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_regress_moments(const cx_moments *x, const char *outcome,
                                                 const cx_array *terms,
                                                 const cx_regress_options *options, cx_fit **out,
                                                 cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
