#ifndef CXKIT_DRIVER_H
#define CXKIT_DRIVER_H

#include <cxkit/moments.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup driver Key drivers
 * @{
 */

/** Most drivers of the exact method. */
#define CX_DRIVERS_EXACT 28

/** Ways to share out the explained variance: name, number, word. */
#define CX_IMPORTANCE_LIST(X) X(CX_IMPORTANCE_SHAPLEY, 0, "shapley")

/** Ways to share out the explained variance. */
typedef enum cx_importance {
#define CX_IMPORTANCE_ENUM(name, number, text) name = number,
    CX_IMPORTANCE_LIST(CX_IMPORTANCE_ENUM)
#undef CX_IMPORTANCE_ENUM
        CX_IMPORTANCE_END = 1 /**< one more than the largest */
} cx_importance;

/** Options of cx_drivers(). */
typedef struct cx_driver_options {
    uint32_t struct_size;   /**< sizeof(cx_driver_options) */
    int32_t method;         /**< a cx_importance; default CX_IMPORTANCE_SHAPLEY */
    double tolerance;       /**< a column whose variance is explained by others up to this fraction
                                 adds nothing; in (0, 1); default 1e-9 */
    const cx_array *adjust; /**< string column: names of columns whose share is taken out first,
                               such as the segment; NULL for none (default) */
} cx_driver_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_driver_options_init(cx_driver_options *options);

/** @brief The word of a method, such as "shapley"; "unknown" outside the list. */
CX_API const char *cx_importance_name(int32_t method);

/** @brief What drives an outcome: the explained variance, shared out exactly.
 *
 * R2(S) is the part of the outcome's variance that a linear model with the drivers S explains. A
 * driver's importance is its gain R2(S + j) - R2(S), averaged over all orders in which drivers can
 * enter [LindemanMerendaGold1980; Groemping2006], which is its Shapley value; the importances add
 * up to R2. conditional_k is the mean gain over the models with k other drivers [Budescu1993;
 * AzenBudescu2003]; the importance is the mean of conditional_0 .. conditional_{p-1}.
 * All 2^p models are visited by eliminating one column at a time from what is left of the
 * correlation matrix [FurnivalWilson1974]: work for the larger half of all models is shared.
 *
 * @param      x        moments of drivers and outcome
 * @param      drivers  string column: names of the drivers, in the order of the rows of the table;
 *                      NULL for all columns but the outcome and those of options->adjust
 * @param      outcome  name of the outcome
 * @param      options  NULL: the defaults
 * @param[out] out      one row per driver; written only on CX_OK; release with cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_OPTION (a column named twice, a bad option) |
 * CX_E_NAME (not in the state) | CX_E_EMPTY (no driver, no rows) | CX_E_FEW (no more rows than
 * columns) | CX_E_CONSTANT (the outcome) | CX_E_LIMIT (more than CX_DRIVERS_EXACT drivers) |
 * CX_E_MEMORY
 *
 * Columns: `name`; `importance` (part of the outcome's variance); `share` (importance / sum of
 * importances, null when nothing is explained); `sign` (-1, 0, 1: of the coefficient in the model
 * with all drivers); `coefficient` (that coefficient: outcome units per unit of the driver); `beta`
 * (the same in standard deviations); `correlation` (with the outcome, alone); `first` and `last`
 * (gain when entering first and last); `conditional_0` ...
 * Figures: `r2` (of the model with everything), `r2_adjust` (of the adjusting columns alone), `n`,
 * `n_eff`, `drivers`, `rank` (columns of the model that are not redundant).
 *
 * Edge cases: redundant drivers share equally what they have in common: two copies of one column
 * get the same importance. In the model with all drivers the later one is dropped, and its sign,
 * coefficient and beta are null. A constant driver has importance 0, sign 0 and null elsewhere.
 * With weights, shares are those of the weighted rows.
 * What this does not say: that changing a driver would change the outcome.
 *
 * Cost: O(2^p) steps of shrinking size (p = 20: some hundredths of a second), O(p^3) memory.
 * Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_drivers(const cx_moments *x, const cx_array *drivers,
                                         const char *outcome, const cx_driver_options *options,
                                         cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
