#ifndef CXKIT_LINKAGE_H
#define CXKIT_LINKAGE_H

#include <cxkit/lag.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup linkage Linkage
 *
 * Which figures of one area move with which figures of another, and how those of employees and of
 * customers hang together over the same units.
 * @{
 */

/** The four areas of figures, from what is said to what is earned: name, number, word. */
#define CX_AREA_LIST(X)                                                                            \
    X(CX_AREA_BRAND, 0, "brand")                                                                   \
    X(CX_AREA_EXPERIENCE, 1, "experience")                                                         \
    X(CX_AREA_RELATIONSHIP, 2, "relationship")                                                     \
    X(CX_AREA_RESULT, 3, "result")

/** The four areas. */
typedef enum cx_area {
#define CX_AREA_ENUM(name, number, text) name = number,
    CX_AREA_LIST(CX_AREA_ENUM)
#undef CX_AREA_ENUM
        CX_AREA_END = 4 /**< one more than the largest */
} cx_area;

/** @brief The word of an area, such as "brand"; "unknown" outside the list. */
CX_API const char *cx_area_name(int32_t area);

/** Most metrics of cx_linkage(). */
#define CX_LINKAGE_METRICS 64

/** Options of cx_linkage(). */
typedef struct cx_linkage_options {
    uint32_t struct_size; /**< set by cx_linkage_options_init */
    int32_t max_lag;      /**< 0 to 24; default 3 */
    int32_t fewest;       /**< degrees of freedom of a test, from 3; default 20 */
    int32_t covariance;   /**< a cx_lag_covariance; default auto: cluster with at least 10 units,
                               else newey-west */
    double level;         /**< of the hierarchical tests; default 0.05 */
    double effect;        /**< partial correlation that would matter; in (0, 1), default 0.3 */
    double power;         /**< asked for, before "no link found" is said; default 0.8 */
    double confidence;    /**< of the limits; default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_linkage_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_linkage_options_init(cx_linkage_options *options);

/** @brief Lag-by-lag partial correlations between metrics of different areas.
 *
 * For metrics a and b of different areas and a lag k: the correlation of a_{t-k} and b_t that is
 * left when b_{t-1} (b's own past), all other metrics at t - k and, at lag 0, a_{t-1} are held
 * constant; in a panel the mean of each unit is taken out first. Tested by the coefficient of
 * a_{t-k} with standard errors that allow for correlation over time.
 *
 * All tests are held together as a tree [Yekutieli2008]: pairs of areas, in them pairs of metrics,
 * in them lags. A family is tested by Benjamini and Hochberg when its parent is found, the parent's
 * p-value is Simes' of its children. The verdict has three words: "link found"; "no link found",
 * only where `effect` would have been found with at least `power`; else "not testable with these
 * data".
 *
 * @param      metrics  numbers, a row for each unit and period; a missing value costs the tests
 *                      that need it
 * @param      areas    the area of each metric, in their order: "brand", "experience",
 *                      "relationship" or "result"
 * @param      unit     as in cx_distributed_lag; NULL: one series
 * @param      period   as in cx_distributed_lag
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each test, by pair of areas, pair of metrics and lag (lag 0 once
 *                      for a pair): `from`, `from_area`, `to`, `to_area`, `lag`, `correlation`
 *                      (partial), `se`, `ci_low`, `ci_high` (Fisher's scale), `statistic` (t),
 *                      `df`, `p_value`, `p_adjusted` (the largest on the way from the root),
 *                      `detectable` (partial correlation found with `power`, at the level divided
 *                      by the number of tests), `n`, `verdict`, `status` ("ok", "few", "constant",
 *                      "collinear").
 *                      Figures: `tests`, `found`, `level`, `effect`, `power`, `metrics`, `units`,
 *                      `rows`, `nickell` (1: fewer than 15 rows a unit: coefficients of own pasts,
 *                      and what stands beside them, are biased [Nickell1981]), `few_clusters`
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an unknown area, an infinite value, a missing unit or period, a period
 *                        twice in a unit
 * @retval CX_E_EMPTY     no row, or fewer than two areas
 * @retval CX_E_LIMIT     more than CX_LINKAGE_METRICS metrics
 *
 * Nothing here says that a metric changes another. Cost: O(m^2 lags n m^2) for m metrics.
 * Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_linkage(const cx_frame *metrics, const cx_array *areas,
                                         const cx_array *unit, const cx_array *period,
                                         const cx_linkage_options *options, cx_table **out,
                                         cx_error *err);

/* -- answers of units ---------------------------------------------------------------------- */

/** Options of cx_aggregate(). */
typedef struct cx_aggregate_options {
    uint32_t struct_size; /**< set by cx_aggregate_options_init */
    int32_t scale_steps;  /**< answers that the scale has, from 2: for r_wg; default 0: no r_wg */
    double confidence;    /**< of the intervals of ICC; default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_aggregate_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_aggregate_options_init(cx_aggregate_options *options);

/** @brief Answers put together by unit (and period): are they one thing, and how well is it known?
 *
 * One-way analysis of variance over the cells, k = (N - sum n^2 / N) / (cells - 1):
 * ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW), the part of an answer's variance that lies between
 * cells; ICC(2) = (MSB - MSW) / MSB, the reliability of a cell's mean [ShroutFleiss1979;
 * Bliese2000]. A cell's mean is drawn to the mean of all: weight n t2 / (n t2 + MSW),
 * t2 = max(0, (MSB - MSW) / k). r_wg = 1 - s^2 / ((A^2 - 1) / 12), not below 0, sets the variance
 * in a cell against that of answers at random on a scale of A steps [JamesDemareeWolf1984].
 *
 * @param      x        answers; missing ones are left out and counted
 * @param      by       unit, or unit and period
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each cell, in the order of the keys: the keys, `n`, `mean`, `sd`,
 *                      `shrunk`, `weight`, `r_wg`. Figures: `icc1` and `icc2` with `_ci_low` and
 *                      `_ci_high` (exact F for cells of one size), `f`, `df1`, `df2`, `p_value`,
 *                      `between` (t2), `within` (MSW), `k`, `cells`, `n`, `missing`, `mean`,
 *                      `r_wg_mean`
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an infinite value
 * @retval CX_E_EMPTY     no answer
 * @retval CX_E_CONSTANT  all answers are alike
 *
 * Edge cases: one cell, or no cell with two answers: the ICC are null, nothing is shrunk. A
 * negative ICC is shown: cells are no more alike than chance. Cost: O(n log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_aggregate(const cx_array *x, const cx_frame *by,
                                           const cx_aggregate_options *options, cx_table **out,
                                           cx_error *err);

/** Options of cx_aggregate_link(). */
typedef struct cx_aggregate_link_options {
    uint32_t struct_size;          /**< set by cx_aggregate_link_options_init */
    int32_t max_lag;               /**< 0 to 100, both ways; default 0; needs periods */
    int32_t fewest;                /**< answers of a cell that is used, from 1; default 2 */
    int32_t reserved;              /**< zero */
    double confidence;             /**< default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_aggregate_link_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_aggregate_link_options_init(cx_aggregate_link_options *options);

/** @brief Answers of two kinds of people, such as employees and customers, over the same units.
 *
 * Both are put together by unit and period; means of the same unit, the second `lag` periods after
 * the first, are correlated. Standard errors by unit: influences psi = zx zy - r (zx^2 + zy^2) / 2
 * are summed within it, t with units - 1 degrees of freedom on Fisher's scale. Means of few answers
 * are noisy, which draws r to 0: r / sqrt(ICC2_x ICC2_y) is what means without that noise would
 * show [Spearman1904], its standard error by the delta method with those of both ICC(2).
 *
 * `between` is the correlation of the units' averages, `within` that of the periods of a unit, the
 * averages taken out. Where they differ in sign, units that are better in one are better in the
 * other although a unit that gets better does not: one must not be read as the other
 * [Robinson1950], and `ecological` is 1. With rows in pairs (y_by NULL) the figure `person` is the
 * correlation of the two answers of a row within its cell, and `ecological` of lag 0 compares that
 * instead.
 *
 * @param      x        answers of the first kind; missing ones are left out and counted
 * @param      x_by     their unit, or unit and period
 * @param      y        answers of the second kind
 * @param      y_by     likewise; NULL: y stands in the rows of x
 * @param      options  NULL for the defaults
 * @param[out] out      rows: lag 0; then x before y, lags 1 ..; then y before x: `from`, `to`,
 *                      `lag`, `correlation`, `se`, `ci_low`, `ci_high`, `p_value`,
 *                      `disattenuated`, `disattenuated_se`, `disattenuated_ci_low`,
 *                      `disattenuated_ci_high` (not cut at 1), `between`, `within`, `within_se`,
 *                      `n` (pairs of cells), `units`, `ecological`, `status` ("ok", "few": fewer
 *                      than 4 pairs or than 2 units, "constant").
 *                      Figures: `icc1_x`, `icc2_x`, `icc2_x_se`, `icc1_y`, `icc2_y`, `icc2_y_se`,
 *                      `cells_x`, `cells_y` (with `fewest` answers), `small_x`, `small_y` (left
 *                      out), `missing_x`, `missing_y`, `person`, `person_se`, `person_n`,
 *                      `ecological` (any), `few_clusters` (1: fewer than 5 units)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an infinite value, a missing unit or period
 * @retval CX_E_EMPTY     no cell of x or of y with enough answers, or none in common
 * @retval CX_E_MISMATCH  units or periods of different kinds
 *
 * Cost: O(n log n + cells lags). Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_aggregate_link(const cx_array *x, const cx_frame *x_by,
                                                const cx_array *y, const cx_frame *y_by,
                                                const cx_aggregate_link_options *options,
                                                cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
