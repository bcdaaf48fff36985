#ifndef CXKIT_IMPORTANCE_H
#define CXKIT_IMPORTANCE_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup importance Importance and performance
 *
 * What to work on: importance against performance, and what items do below and above neutral.
 * @{
 */

/** Places on the map of importance and performance [MartillaJames1977]: name, number, word. */
#define CX_QUADRANT_LIST(X)                                                                        \
    X(CX_QUADRANT_UNDECIDED, 0, "undecided")                                                       \
    X(CX_QUADRANT_CONCENTRATE, 1, "concentrate here")                                              \
    X(CX_QUADRANT_KEEP_UP, 2, "keep up the good work")                                             \
    X(CX_QUADRANT_LOW_PRIORITY, 3, "low priority")                                                 \
    X(CX_QUADRANT_OVERKILL, 4, "possible overkill")

/** Places on the map of importance and performance. */
typedef enum cx_quadrant {
#define CX_QUADRANT_ENUM(name, number, text) name = number,
    CX_QUADRANT_LIST(CX_QUADRANT_ENUM)
#undef CX_QUADRANT_ENUM
        CX_QUADRANT_END = 5 /**< one more than the largest */
} cx_quadrant;

/** @brief The word of a place, such as "low priority"; "unknown" outside the list. */
CX_API const char *cx_quadrant_name(int32_t quadrant);

/** Options of cx_importance_performance(). */
typedef struct cx_importance_options {
    uint32_t struct_size;   /**< sizeof(cx_importance_options) */
    double best;            /**< the best possible performance, such as 10; no default */
    double cut_importance;  /**< what divides important from unimportant; NaN (default): the mean */
    double cut_performance; /**< what divides well from badly done; NaN (default): the mean */
    double confidence;      /**< of the intervals, in (0, 1); default 0.95 */
    const cx_allocator *allocator; /**< NULL: malloc */
} cx_importance_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_importance_options_init(cx_importance_options *options);

/** @brief Importance against performance, with the items that cannot be placed.
 *
 * An item is placed when the intervals of its distances from both cuts leave 0 out. A cut that is
 * the mean of k items moves with each of them: the distance of item i has the variance
 * (1 - 2/k) se_i^2 + sum of se_j^2 / k^2, with items taken as independent.
 *
 * gain = importance * (best - performance) * reachable, which has the unit of the outcome when
 * importance is a coefficient, and is an index when it is a share. An item above `best` gains 0.
 *
 * @param      items    columns of numbers by name: `importance`, `performance`; and if they are
 *                      there `importance_se`, `performance_se` (standard errors), `reachable` (what
 *                      part of the way to the best can be gone, 0 to 1; 1 without), `cost` (of
 *                      going it, above 0; in money). `name` (text) is passed on
 * @param      options  best has to be set
 * @param[out] out      one row per item; written only on CX_OK; release with cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME (importance or performance is not there) | CX_E_TYPE |
 * CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN (a value missing or outside its range) | CX_E_EMPTY |
 * CX_E_MEMORY
 *
 * Columns: `name` (the number of the row without names); `importance`; `performance`;
 * `importance_gap`, `importance_gap_low`, `importance_gap_high` and the same for performance
 * (distances from the cuts; limits null without standard errors); `quadrant` (undecided when a
 * limit is on the other side of a cut); `nearest` (the quadrant by the values alone); `gain`;
 * `gain_per_cost` (null without cost); `rank` (1 for the largest gain per cost, or gain; ties share
 * the smaller number). Figures: `cut_importance`, `cut_performance`, `items`, `decided`.
 *
 * Edge cases: without standard errors of an axis its values alone decide. An item on a cut is
 * undecided. One item stands on its own mean:
 * undecided.
 * Cost: O(k^2). Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_importance_performance(const cx_frame *items,
                                                        const cx_importance_options *options,
                                                        cx_table **out, cx_error *err);

/** What an item does below and above neutral: name, number, word. */
#define CX_ASYMMETRY_LIST(X)                                                                       \
    X(CX_ASYMMETRY_UNDECIDED, 0, "undecided")                                                      \
    X(CX_ASYMMETRY_BASIC, 1, "basic") /* a bad answer costs more than a good one earns */          \
    X(CX_ASYMMETRY_EXCITEMENT, 2,                                                                  \
      "excitement") /* a good answer earns more than a bad one costs */                            \
    X(CX_ASYMMETRY_NOT_TESTABLE, 3, "not testable")

/** What an item does below and above neutral. */
typedef enum cx_asymmetry {
#define CX_ASYMMETRY_ENUM(name, number, text) name = number,
    CX_ASYMMETRY_LIST(CX_ASYMMETRY_ENUM)
#undef CX_ASYMMETRY_ENUM
        CX_ASYMMETRY_END = 4 /**< one more than the largest */
} cx_asymmetry;

/** @brief The word of an asymmetry, such as "basic"; "unknown" outside the list. */
CX_API const char *cx_asymmetry_name(int32_t asymmetry);

/** Options of cx_penalty_reward(). */
typedef struct cx_penalty_reward_options {
    uint32_t struct_size;          /**< sizeof(cx_penalty_reward_options) */
    double neutral;                /**< the neutral answer, such as 3 of 1..5; no default */
    double confidence;             /**< of the intervals, in (0, 1); default 0.95 */
    const cx_allocator *allocator; /**< NULL: malloc */
} cx_penalty_reward_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_penalty_reward_options_init(cx_penalty_reward_options *options);

/** @brief Two slopes for each item: below the neutral answer, and above it.
 *
 * The outcome is regressed on min(x - neutral, 0) and max(x - neutral, 0) of all items together
 * [MittalRossBaldasare1998], with errors that hold for unequal variances (HC3; the design's with
 * weights). The penalty is the slope below, the reward the slope above; their difference is tested
 * by its own standard error.
 *
 * @param      x        items: columns of numbers on the same scale, each with a name
 * @param      y        the outcome
 * @param      weights  survey weights, or NULL
 * @param      options  neutral has to be set
 * @param[out] out      one row per item; written only on CX_OK; release with cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | what cx_regress() returns
 *
 * Columns: `name`; `penalty`, `penalty_se`, `penalty_low`, `penalty_high`; `reward` and the same;
 * `asymmetry` (penalty - reward) and the same; `p_value` (of the asymmetry 0); `kind` (a
 * cx_asymmetry as a word: basic or excitement when the interval of the asymmetry leaves 0 out).
 * Figures: `n`, `r2`, `constant` (the outcome when every item is neutral), `df`.
 *
 * Edge cases: an item that nobody placed below (or above) neutral, or whose slope repeats others,
 * has no such slope: null, and the kind is "not testable".
 * Cost: O(n p^2). Threads: any. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_penalty_reward(const cx_frame *x, const cx_array *y,
                                                const cx_array *weights,
                                                const cx_penalty_reward_options *options,
                                                cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
