#ifndef CXKIT_DRIVER_H
#define CXKIT_DRIVER_H

#include <cxkit/design.h>
#include <cxkit/moments.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup driver Key drivers
 *
 * What drives an outcome: the part of its variance that a linear model explains, shared out over
 * the drivers. One analysis (cx_driver_fit) is made from moments, from rows or from a matrix of
 * correlations, and read as tables: the drivers, their groups, their ranks, and who dominates whom.
 * @{
 */

/** Most drivers of the exact method without groups; beyond, orders are sampled. */
#define CX_DRIVERS_EXACT 28
/** Most drivers of one analysis. */
#define CX_DRIVERS_MOST 300
/** Most drivers of one analysis with intervals. */
#define CX_DRIVERS_INTERVALS 150
/** Most drivers of complete dominance. */
#define CX_DRIVERS_COMPLETE 20

/** Ways to share out the explained variance: name, number, word. */
#define CX_IMPORTANCE_LIST(X)                                                                      \
    X(CX_IMPORTANCE_SHAPLEY, 0, "shapley")                                                         \
    X(CX_IMPORTANCE_JOHNSON, 1, "johnson")                                                         \
    X(CX_IMPORTANCE_GENIZI, 2, "genizi")                                                           \
    X(CX_IMPORTANCE_FIRST, 3, "first")                                                             \
    X(CX_IMPORTANCE_LAST, 4, "last")                                                               \
    X(CX_IMPORTANCE_PRATT, 5, "pratt")                                                             \
    X(CX_IMPORTANCE_BETA_SQUARED, 6, "beta-squared")                                               \
    X(CX_IMPORTANCE_CAR, 7, "car")

/** Ways to share out the explained variance. */
typedef enum cx_importance {
#define CX_IMPORTANCE_ENUM(name, number, text) name = number,
    CX_IMPORTANCE_LIST(CX_IMPORTANCE_ENUM)
#undef CX_IMPORTANCE_ENUM
        CX_IMPORTANCE_END = 8 /**< one more than the largest */
} cx_importance;

/** Where errors of importances come from: name, number, word. */
#define CX_DRIVER_ERRORS_LIST(X)                                                                   \
    X(CX_DRIVER_ERRORS_NONE, 0, "none")                                                            \
    X(CX_DRIVER_ERRORS_INFLUENCE, 1, "influence")                                                  \
    X(CX_DRIVER_ERRORS_NORMAL, 2, "normal")                                                        \
    X(CX_DRIVER_ERRORS_BOOTSTRAP, 3, "bootstrap")

/** Where errors of importances come from. */
typedef enum cx_driver_errors {
#define CX_DRIVER_ERRORS_ENUM(name, number, text) name = number,
    CX_DRIVER_ERRORS_LIST(CX_DRIVER_ERRORS_ENUM)
#undef CX_DRIVER_ERRORS_ENUM
        CX_DRIVER_ERRORS_END = 4 /**< one more than the largest */
} cx_driver_errors;

/** How an outcome is read: name, number, word. */
#define CX_DRIVER_OUTCOME_LIST(X)                                                                  \
    X(CX_DRIVER_OUTCOME_NUMERIC, 0, "numeric")                                                     \
    X(CX_DRIVER_OUTCOME_ORDINAL, 1, "ordinal")                                                     \
    X(CX_DRIVER_OUTCOME_BINARY, 2, "binary")

/** How an outcome is read. */
typedef enum cx_driver_outcome {
#define CX_DRIVER_OUTCOME_ENUM(name, number, text) name = number,
    CX_DRIVER_OUTCOME_LIST(CX_DRIVER_OUTCOME_ENUM)
#undef CX_DRIVER_OUTCOME_ENUM
        CX_DRIVER_OUTCOME_END = 3 /**< one more than the largest */
} cx_driver_outcome;

/** Most different answers of an ordinal outcome, and of a driver that is read as ordered beside it.
 */
#define CX_DRIVERS_LEVELS 11

/** Options of an analysis of drivers. */
typedef struct cx_driver_options {
    uint32_t struct_size;   /**< sizeof(cx_driver_options) */
    int32_t method;         /**< a cx_importance; default CX_IMPORTANCE_SHAPLEY */
    double tolerance;       /**< a column whose variance is explained by others up to this fraction
                                 adds nothing; in (0, 1); default 1e-9 */
    const cx_array *adjust; /**< string column: names of columns whose share is taken out first,
                               such as the segment; NULL for none (default) */
    const cx_array *groups; /**< key column, one row for each of `drivers`: the group it belongs to,
                               null for a group of its own; NULL for none (default) */
    int32_t errors;         /**< a cx_driver_errors; default none. influence: of the rows, with
                               their weights and design. normal: as if all columns were jointly
                               normal, all that moments alone allow. bootstrap: of the rows */
    int32_t outcome;        /**< a cx_driver_outcome; default numeric. ordinal, binary: what is
                               explained is the normal variable behind the answers, see
                               cx_driver_fit_rows(); errors are then none, bootstrap or normal */
    double confidence;      /**< of intervals, rank intervals and the noise threshold; default
                               0.95 */
    int64_t orders;         /**< sample that many orders, in pairs of an order and its reverse; 0
                               (default): exact where possible, else 20000 and fewer beyond 100
                               drivers; 2 to 10^7 */
    int64_t draws; /**< of ranks, and replicates of the bootstrap (at most 400 of ordinal and
                      binary outcomes); default 2000; 100 to 10^6 */
    uint64_t seed; /**< of orders, draws and replicates; default 1 */
    const cx_allocator *allocator; /**< of the analysis; NULL: that of the moments, or malloc */
} cx_driver_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_driver_options_init(cx_driver_options *options);

/** @brief The word of a method, such as "shapley"; "unknown" outside the list. */
CX_API const char *cx_importance_name(int32_t method);

/** @brief The word of a kind of errors, such as "influence"; "unknown" outside the list. */
CX_API const char *cx_driver_errors_name(int32_t errors);

/** @brief The word of a way to read an outcome, such as "ordinal"; "unknown" outside the list. */
CX_API const char *cx_driver_outcome_name(int32_t outcome);

/** An analysis: read-only, owned. */
typedef struct cx_driver_fit cx_driver_fit;

/** @brief Releases an analysis. NULL is ignored. */
CX_API void cx_driver_fit_free(cx_driver_fit *self);

/** @brief Shares out the explained variance of an outcome, from moments.
 *
 * R2(S) is the part of the outcome's variance that a linear model with the drivers S explains.
 *
 * shapley: a driver's importance is its gain R2(S + j) - R2(S), averaged over all orders in which
 * drivers can enter [LindemanMerendaGold1980; Groemping2006], which is its Shapley value; the
 * importances add up to R2. conditional_k is the mean gain over the models with k other drivers
 * [Budescu1993; AzenBudescu2003]; the importance is the mean of conditional_0 .. conditional_{p-1}.
 * All 2^p models are visited by eliminating one column at a time from what is left of the
 * correlation matrix [FurnivalWilson1974]: work for the larger half of all models is shared. With
 * more than CX_DRIVERS_EXACT drivers, or when options->orders asks for it, orders are sampled
 * [CastroGomezTejada2009], each with its reverse; the importances still add up to R2, and `mc_se`
 * is what the sampling adds to the error.
 *
 * With groups, orders keep the members of a group together: a group's importance is the Shapley
 * value of the groups, and it is shared out within the group [Owen1977].
 *
 * johnson and genizi (the same numbers): the outcome is regressed on the uncorrelated columns that
 * are closest to the drivers, and what these explain is handed back in proportion to the squared
 * correlations with the drivers [Genizi1993; Johnson2000]. first, last: the gain when entering
 * first and last; they do not add up to R2. pratt: beta times correlation [Pratt1987]; adds up to
 * R2 and may be negative. beta-squared. car: the squared correlation with the closest uncorrelated
 * column [ZuberStrimmer2011]; adds up to R2.
 *
 * @param      x        moments of drivers and outcome
 * @param      drivers  string column: names of the drivers, in the order of the rows of the tables;
 *                      NULL for all columns but the outcome and those of options->adjust
 * @param      outcome  name of the outcome
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK; release with cx_driver_fit_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH (groups) | CX_E_OPTION (a column named
 * twice, a bad option, errors that need rows) | CX_E_NAME (not in the state) | CX_E_EMPTY (no
 * driver, no rows) | CX_E_FEW (no more rows than columns) | CX_E_CONSTANT (the outcome) |
 * CX_E_LIMIT (more than CX_DRIVERS_MOST drivers, or CX_DRIVERS_INTERVALS with errors) | CX_E_MEMORY
 *
 * Edge cases: redundant drivers share equally what they have in common: two copies of one column
 * get the same importance (shapley, johnson, car). In the model with all drivers the later one is
 * dropped, and its sign, coefficient and beta are null. A constant driver has importance 0.
 * With weights, shares are those of the weighted rows; errors `normal` then use the effective
 * number of rows. A pairwise state (cx_moments_new_pairwise()): the nearest correlation matrix is
 * taken, `n` is the smallest number of rows behind a pair, the figure `pairwise` is 1, `distance`
 * says how far the matrix was moved, and there are no coefficients; a pair without a correlation is
 * an error that names its column.
 *
 * Cost: shapley O(2^p) steps of shrinking size (p = 20: some hundredths of a second), O(p^3)
 * memory; sampled O(orders p^3); others O(p^3). Threads: any. Randomness: options->seed.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_moments(const cx_moments *x, const cx_array *drivers,
                                                    const char *outcome,
                                                    const cx_driver_options *options,
                                                    cx_driver_fit **out, cx_error *err);

/** @brief The same from rows, with the errors of the sample that was really drawn.
 *
 * An importance is a function of the correlations. A row's influence on it is that on the
 * correlations, put through the derivative: for one model S it is -R2(S) y^2 + 2 y f - f^2, with y
 * the standardised outcome of the row and f its fitted value. The variance of their weighted mean
 * is that of the design (strata, clusters, calibration; linearisation also when the design has
 * replicates), or that of rows drawn one by one.
 *
 * Outcome ordinal or binary: the correlations of x are those of cx_correlations() with
 * CX_CORRELATION_MIXED, polychoric, polyserial or Pearson's as the columns are, over the rows that
 * have both columns, and of these the nearest correlation matrix. Importances are then parts of the
 * variance of the normal variable behind the answers, and do not depend on where these were cut;
 * `n`, `pairwise` and `distance` are as of a pairwise state.
 *
 * @param      x        drivers, adjusting columns and outcome by name; rows with a missing value
 *                      in any column that is used are left out and counted
 * @param      drivers  as in cx_driver_fit_moments(); NULL for all columns but the outcome and
 *                      those of options->adjust
 * @param      outcome  name of the outcome
 * @param      weights  survey weights as in cx_moments_add(), NULL for 1; not with a design
 * @param      design   NULL, or the design of these rows, which brings their weights
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK; release with cx_driver_fit_free()
 * @param      err      may be NULL
 * @retval what cx_driver_fit_moments() and cx_moments_add() return | CX_E_LENGTH (rows of x and
 * design) | CX_E_OPTION (weights and design) | CX_E_FEW (a stratum with a single unit) | with an
 * outcome ordinal or binary CX_E_DOMAIN (it has more answers, or some that are not whole numbers),
 * CX_E_CONSTANT (a column), CX_E_OPTION (errors influence; normal with a design), CX_E_CONVERGENCE
 *
 * Cost: that of cx_driver_fit_moments(), and with influences O(rows p^3) (beyond 16 drivers the
 * derivative is an average over 4000 orders), with a design O(rows p) memory. Bootstrap: O(rows
 * p^2 + 2^p) for each replicate, with an outcome ordinal or binary all correlations anew: some
 * milliseconds for a thousand rows of six columns. Threads: any. Randomness: options->seed. Since:
 * 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_rows(const cx_frame *x, const cx_array *drivers,
                                                 const char *outcome, const cx_array *weights,
                                                 const cx_design *design,
                                                 const cx_driver_options *options,
                                                 cx_driver_fit **out, cx_error *err);

/** @brief The same from a matrix of correlations, such as polychoric and polyserial ones for binary
 * and ordinal answers.
 *
 * @param      x        a square: numeric columns with their names, as many rows, in the same
 *                      order; columns of text are ignored. Symmetric to 1e-8, 1 on the diagonal,
 *                      no eigenvalue below -1e-8
 * @param      drivers  as in cx_driver_fit_moments()
 * @param      outcome  name of the outcome
 * @param      n        number of rows behind the correlations, effective rows when weighted
 * @param      options  NULL: the defaults; errors: none, or normal, which is too narrow for
 *                      correlations that are not Pearson's
 * @param[out] out      written only on CX_OK; release with cx_driver_fit_free()
 * @param      err      may be NULL
 * @retval what cx_driver_fit_moments() returns | CX_E_DOMAIN (not a correlation matrix; row and
 * column in err) | CX_E_LENGTH (not square)
 *
 * Edge cases: `coefficient` is null: there are no units. options->outcome must be numeric: the
 * matrix says what its correlations are. Cost: as cx_driver_fit_moments().
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_matrix(const cx_frame *x, const cx_array *drivers,
                                                   const char *outcome, double n,
                                                   const cx_driver_options *options,
                                                   cx_driver_fit **out, cx_error *err);

/** @brief The drivers, one row each.
 *
 * @param      fit  the analysis
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Columns: `name`; `importance` (part of the outcome's variance, by the method); `share`
 * (importance / sum of importances, null when nothing is explained); `sign` (-1, 0, 1: of the
 * coefficient in the model with all drivers); `coefficient` (that coefficient: outcome units per
 * unit of the driver); `beta` (the same in standard deviations); `correlation` (with the outcome,
 * alone); `first`, `last`, `johnson`, `pratt`, `beta_squared`, `car` (by the other methods);
 * `status` (ok, constant, or collinear: dropped from the model with all drivers) and
 * `collinear_with` (the columns that explain it, with a coefficient above 0.1). With groups
 * `group`. With errors `se`, `ci_low`, `ci_high`, `share_se`, `share_low`, `share_high`. With
 * sampled orders `mc_se`. `above_noise` (1 when the importance is above the figure `noise`, 0 when
 * not, null without one). Shapley values of all models without groups: `conditional_0` ...
 * Figures: `r2` (of the model with everything), `r2_adjust` (of the adjusting columns alone), `n`,
 * `n_eff`, `drivers`, `rank` (columns of the model that are not redundant), `orders` (0: exact),
 * `noise` and `noise_mean`; `missing` and `zero_weight` (rows left out); `pairwise` (1 when each
 * correlation stands on its own rows) and `distance` (how far the nearest correlation matrix is
 * from the one they make, the root of the summed squares of all changes; 0 where none was needed);
 * with errors `r2_se`, `r2_low`, `r2_high`, `df`.
 *
 * Limits are symmetric on the scale of Fisher's z of the root of an importance, the scale on which
 * a squared correlation has an error that does not depend on it; the lower one is 0 when the root
 * cannot be told from 0, and when the importance is not above `noise`. Errors are null when there
 * are as many columns as rows. Pratt's, which may be negative, are symmetric.
 *
 * noise: what a column of random numbers beside the drivers would reach with probability
 * `confidence` at most [TonidandelLeBretonJohnson2009], from the distribution of its correlations,
 * rows drawn one by one; NaN for pratt. noise_mean: what it would reach on average.
 *
 * What this does not say: that changing a driver would change the outcome.
 *
 * Cost: O(p^2). Threads: any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_table(const cx_driver_fit *fit, cx_table **out,
                                                  cx_error *err);

/** @brief The groups, one row each, in the order in which they first appear.
 *
 * @param      fit  an analysis with groups
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION (no groups) | CX_E_MEMORY
 *
 * Columns: `name` (a driver without a group: its own name), `drivers`, `importance` (sum over its
 * drivers; shapley: the Shapley value of the groups), `share`, `first` and `last` (gain when the
 * whole group enters first and last); with errors `se`, `ci_low`, `ci_high`; exact Shapley values:
 * `conditional_0` ... (mean gain over the models with so many other groups). Cost: O(p^3).
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_groups(const cx_driver_fit *fit, cx_table **out,
                                                   cx_error *err);

/** @brief How sure the order of the drivers is.
 *
 * @param      fit  an analysis with errors
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION (no errors) | CX_E_FEW (as many columns as rows) |
 * CX_E_MEMORY
 *
 * Columns: `name`; `importance`; `rank` (1 is the most important); `rank_low` and `rank_high`: with
 * probability `confidence` they contain the driver's rank in the population, from simultaneous
 * intervals of its differences to all others [MogstadRomanoShaikhWilhelm2024]; `top_1`, `top_2`
 * ... : the probability that the driver is among the first k, over draws from the joint normal
 * distribution of the estimates, at most 28 columns. Cost: O(draws p^2). Randomness:
 * options->seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_ranks(const cx_driver_fit *fit, cx_table **out,
                                                  cx_error *err);

/** @brief Who dominates whom, one row for each pair of drivers.
 *
 * @param      fit  an analysis of at most CX_DRIVERS_COMPLETE drivers; groups are ignored
 * @param[out] out  written only on CX_OK; release with cx_table_free()
 * @param      err  may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY (a single driver) | CX_E_LIMIT | CX_E_MEMORY
 *
 * Columns: `name`, `other`; `complete`, `conditional`, `general`: "dominates", "dominated",
 * "undecided" or "equal"; `ahead` and `behind`: the share of the 2^(p-2) models without the two in
 * which adding the first explains more, or less, than adding the other. Complete: at least as much
 * in every model and more in one; conditional: in the mean over the models of each size; general:
 * in the mean of these means, the Shapley value [AzenBudescu2003]. Gains that differ by 1e-12 or
 * less are equal. Of the rows at hand: another sample may decide otherwise. Cost: O(2^p p^2),
 * 8 * 2^p bytes. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_driver_fit_dominance(const cx_driver_fit *fit, cx_table **out,
                                                      cx_error *err);

/** @brief The drivers at once: cx_driver_fit_moments() and cx_driver_fit_table().
 *
 * @param      x        moments of drivers and outcome
 * @param      drivers  string column: names of the drivers; NULL for all other columns
 * @param      outcome  name of the outcome
 * @param      options  NULL: the defaults
 * @param[out] out      one row per driver; written only on CX_OK; release with cx_table_free()
 * @param      err      may be NULL
 * @retval what cx_driver_fit_moments() returns
 *
 * Cost: as cx_driver_fit_moments(). Threads: any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_drivers(const cx_moments *x, const cx_array *drivers,
                                         const char *outcome, const cx_driver_options *options,
                                         cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
