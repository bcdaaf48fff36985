#ifndef CXKIT_PENALISED_H
#define CXKIT_PENALISED_H

#include <cxkit/moments.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup penalised Penalised regression
 *
 * Least squares for many columns that go together, or for more columns than rows allow. With all
 * columns and the outcome scaled to a variance of 1, b minimises
 * b'R b / 2 - r'b + penalty (mix |b|_1 + (1 - mix) b'b / 2), R and r correlations. The penalty has
 * no unit; times the outcome's standard deviation it is the one of most other programs.
 * There are no standard errors: a coefficient that was shrunk is biased on purpose.
 * @{
 */

/** Most columns of one model. */
#define CX_PENALISED_COLUMNS 500

/** Kinds of penalised regression: name, number, word. */
#define CX_PENALTY_LIST(X)                                                                         \
    X(CX_PENALTY_RIDGE, 0, "ridge")                                                                \
    X(CX_PENALTY_ELASTIC_NET, 1, "elastic-net")                                                    \
    X(CX_PENALTY_NON_NEGATIVE, 2, "non-negative")

/** Kinds of penalised regression. */
typedef enum cx_penalty {
#define CX_PENALTY_ENUM(name, number, text) name = number,
    CX_PENALTY_LIST(CX_PENALTY_ENUM)
#undef CX_PENALTY_ENUM
        CX_PENALTY_END = 3 /**< one more than the largest */
} cx_penalty;

/** Options of cx_penalised() and its kin. */
typedef struct cx_penalised_options {
    uint32_t struct_size;          /**< sizeof(cx_penalised_options) */
    int32_t method;                /**< a cx_penalty; default CX_PENALTY_RIDGE. ridge: all columns
                                        stay [HoerlKennard1970]; elastic-net: some coefficients
                                        become 0 [ZouHastie2005]; non-negative: no penalty, but no
                                        coefficient below 0 [LawsonHanson1974] */
    double penalty;                /**< >= 0; NaN (default): chosen */
    double mix;                    /**< of the elastic net: part of the penalty on absolute values,
                                        in (0, 1]; 1 is the lasso; default 0.5 */
    int32_t non_negative;          /**< 1: no coefficient of an elastic net below 0; default 0 */
    int32_t one_error;             /**< 1: the largest penalty whose error is within one standard
                                        error of the least; default 0: the least. By folds only */
    int64_t penalties;             /**< steps of the path, 2 to 10000; default 100 */
    int64_t folds;                 /**< 2 to 1000; default 10 */
    uint64_t seed;                 /**< of the folds; default 1 */
    const cx_allocator *allocator; /**< NULL: malloc. Not for states, which have their own */
} cx_penalised_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_penalised_options_init(cx_penalised_options *options);

/** @brief The word of a kind, such as "ridge"; "unknown" outside the list. */
CX_API const char *cx_penalty_name(int32_t method);

/** @brief Penalised regression of rows; the penalty is chosen by cross-validation.
 *
 * The path has equal steps of the logarithm from `penalty_max` down to 1e-4 of it (1e-2 with no
 * more rows than columns, 1e-9 for ridge).
 * Rows are dealt to `folds` parts of one size, by (seed, row); clusters go to them by a hash of
 * (seed, key), and a part that gets none is passed over. One block of moments is made for each
 * part: the others are the whole minus the part, and the error of a part follows from its moments,
 * so every row is read once whatever the number of folds.
 *
 * @param      x        columns of numbers, each with a name of its own
 * @param      y        the outcome
 * @param      weights  survey weights as in cx_moments_add(), or NULL
 * @param      clusters keys: rows of one key stay in one part; NULL: every row by itself
 * @param      options  NULL: the defaults
 * @param[out] out      one row per column of x; written only on CX_OK; release with
 *                      cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_NAME | CX_E_DOMAIN (infinite value,
 * bad weight) | CX_E_OPTION | CX_E_EMPTY | CX_E_FEW (a part leaves fewer than two rows) |
 * CX_E_CONSTANT (the outcome) | CX_E_LIMIT (more than CX_PENALISED_COLUMNS) | CX_E_CONVERGENCE |
 * CX_E_OVERFLOW | CX_E_MEMORY
 *
 * Columns: `name`; `coefficient` (outcome units per unit of the column); `beta` (in standard
 * deviations); `kept` (1 when it is not 0); `status` ("ok", or "constant": left out, null).
 * Figures: `constant`, `penalty`, `penalty_max` (from there on all coefficients are 0; for ridge
 * the start of the path), `df` (effective), `r2`, `r2_cv` (1 - squared error outside the fitted
 * rows / variance; absent when the penalty was given), `n`, `n_eff`, `excluded_missing`,
 * `excluded_zero_weight`, `kkt` (distance from the conditions of a minimum).
 *
 * Edge cases: columns that repeat one another share a ridge coefficient; an elastic net shares it
 * too while mix < 1. More columns than rows are fine. A penalty of 0 with redundant columns gives
 * the shortest ridge solution.
 * Cost: O(n p^2 + folds penalties p^2 rounds). Threads: any. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_penalised(const cx_frame *x, const cx_array *y,
                                           const cx_array *weights, const cx_array *clusters,
                                           const cx_penalised_options *options, cx_table **out,
                                           cx_error *err);

/** @brief All penalties of cx_penalised(), from the largest to the smallest: one row for each.
 *
 * Parameters and errors are those of cx_penalised(); options->penalty is not read, and the method
 * non-negative has no path (CX_E_OPTION).
 *
 * Columns: `penalty`; `df`; `r2`; `kept` (coefficients that are not 0); `error` (mean squared error
 * outside the fitted rows) and `error_se`; `chosen` (1 in one row); then one column for each column
 * of x, called by its name, with its coefficient. Figures as there.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_penalised_path(const cx_frame *x, const cx_array *y,
                                                const cx_array *weights, const cx_array *clusters,
                                                const cx_penalised_options *options, cx_table **out,
                                                cx_error *err);

/** @brief Penalised regression from moments; the penalty is chosen by generalised
 * cross-validation, the least (1 - r2) / (1 - (1 + df) / n_eff)^2 [GolubHeathWahba1979].
 *
 * @param      x        moments of columns and outcome
 * @param      outcome  name of the outcome
 * @param      columns  string column: names of the columns, NULL for all but the outcome
 * @param      options  NULL: the defaults
 * @param[out] out      as cx_penalised(), without `r2_cv`
 * @param      err      may be NULL
 * @retval as cx_penalised()
 *
 * Cost: O(p^3). Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_penalised_moments(const cx_moments *x, const char *outcome,
                                                   const cx_array *columns,
                                                   const cx_penalised_options *options,
                                                   cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
