#ifndef CXKIT_PLAN_H
#define CXKIT_PLAN_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/status.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup plan Plans
 *
 * How many answers each measurement point should get from a budget.
 * @{
 */

/** Options of cx_plan. */
typedef struct cx_plan_options {
    uint32_t struct_size; /**< set by cx_plan_options_init */
    int32_t integer;      /**< 1: whole numbers (default); 0: the continuous optimum */
    int32_t soft;         /**< 1: scale the lower bounds of the points that are not permanent when
                               they do not fit into the budget; 0: that is an error (default) */
    int32_t reserved;     /**< zero */
    const cx_allocator *allocator; /**< of the result and of all scratch; NULL: malloc and free */
} cx_plan_options;

/** @brief The defaults: whole numbers, lower bounds that must hold. */
CX_API void cx_plan_options_init(cx_plan_options *options);

/** @brief The best split of a budget over measurement points.
 *
 * Minimises sum a_i / (n_i + known_i) subject to lower_i <= n_i <= upper_i and
 * sum cost_i n_i = budget. With a_i = (w_i s_i)^2, weight times standard deviation, the sum is the
 * variance of the weighted mean and the continuous plan is Neyman's allocation with bounds
 * [Neyman1934]; known_i are the answers that earlier information about a point is worth.
 *
 * Continuous (integer = 0): n_i = clip(sqrt(a_i / (L cost_i)) - known_i, lower_i, upper_i), with
 * the one multiplier L that spends the budget.
 *
 * Whole numbers (default): one more answer gains D_i(n) = a_i / ((n + known_i)(n + known_i + 1)),
 * which falls with n. A plan is optimal exactly when no gain still to be had exceeds a gain
 * already taken [Wright2012]. Gains are compared exactly, never as rounded quotients; between
 * equal gains the lower row wins. A gain is infinite where n + known = 0. Fractional lower bounds
 * round up, fractional upper bounds down.
 *
 * Points with a = 0 get their lower bound. Only when all others are at capacity do they get the
 * rest, in the order of rows.
 *
 * Whole numbers with unequal costs are a knapsack. The gains per unit of cost are taken in
 * decreasing order while the next one fits, then whatever still fits (at most 4 K + 2^20 more:
 * enough unless costs differ a millionfold). The budget is never exceeded; the figure `gap` bounds
 * the distance to the optimum and is at most one answer's gain. With equal costs the budget buys
 * floor(budget / cost) answers and the plan is optimal.
 *
 * With `rate`, the expected answers to one invitation, everything is in invitations: n, lower,
 * upper, cost and budget. `a` and `known` stay about answers: the objective is sum a_i / (rate_i
 * n_i + known_i), and gains are compared exactly for a / rate and known / rate as rounded.
 *
 * Columns of the table, one row per point: `n`; `lower` and `upper` as they were used; `known`;
 * `a`; `cost`; `marginal`, the gain of one more (continuous: a / (n + known)^2), infinite without
 * any information; `share` of the budget spent; `reason`: "fixed" (lower = upper), "floor",
 * "capacity", "remainder" (a = 0 and above its lower bound) or "precision"; with rates also `rate`
 * and `answers`, the expected ones.
 *
 * Figures: `objective`; `gain_high`, the largest gain per unit of cost still to be had below
 * capacity (0 if none), and `gain_low`, the smallest one taken above a lower bound (infinite if
 * none): the plan is certified by gain_high <= gain_low, up to rounding when continuous; `gap`, an
 * upper bound of objective minus optimum, 0 for whole numbers with equal costs (with unequal ones
 * the plan is optimal when it is 0, and the two gains alone prove nothing); `budget_used`;
 * `multiplier`, what one more unit of budget takes off the objective; `floor_scale`, below 1 when
 * `soft` scaled lower bounds; `points`.
 *
 * @param      a          importance: finite, >= 0; a null is an error, here and below
 * @param      budget     finite, >= 0; a whole number when integer and cost is NULL, <= 2^53
 * @param      lower      least n, finite, >= 0; NULL: 0
 * @param      upper      largest n, >= lower, infinity for none; NULL: infinity
 * @param      known      answers' worth of earlier information, 0 .. 2^53; NULL: 0
 * @param      cost       of one answer, 1e-100 .. 1e100; NULL: 1
 * @param      rate       answers to one invitation, 1e-9 .. 1; NULL: the budget is in answers
 * @param      permanent  not 0: `soft` leaves this lower bound alone; NULL: none; read only
 *                        with `soft`
 * @param      options    NULL: the defaults
 * @param[out] out        written only on CX_OK; free with cx_table_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_LENGTH | CX_E_TYPE | CX_E_DOMAIN | CX_E_OPTION |
 *         CX_E_INFEASIBLE (the sentence names the binding sum) | CX_E_UNINFORMED (a point with
 *         a > 0 would be left with n + known = 0) | CX_E_LIMIT (more than 2^53 answers) |
 *         CX_E_OVERFLOW | CX_E_MEMORY
 *
 * Soft lower bounds of a whole-number plan are rounded down after scaling. Permuting the points
 * permutes the plan, but for ties. Cost: O(K log K) for K points whatever the budget, 12 columns
 * of memory. Randomness: none. Threads: no shared state. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_plan(const cx_array *a, double budget, const cx_array *lower,
                                      const cx_array *upper, const cx_array *known,
                                      const cx_array *cost, const cx_array *rate,
                                      const cx_array *permanent, const cx_plan_options *options,
                                      cx_table **out, cx_error *err);

/** @brief The best constant split of a budget per period over points whose levels wander.
 *
 * A level that takes a random step of variance q each period and gives n answers of variance s^2
 * each period is known, in the long run, with the variance
 *
 *     P(n) = (q / 2) (sqrt(1 + 4 s^2 / (q n)) - 1)
 *
 * after each period's answers [Kalman1960]. It falls with n ever more slowly, so the same
 * certificate holds as for cx_plan: minimises sum w_i^2 P_i(n_i) under the same bounds. Gains are
 * compared as rounded numbers; between equal ones the lower row wins.
 *
 * @param a      (w s)^2: finite, >= 0; a null is an error, here and below
 * @param drift  w^2 q, the step's variance on the same scale, 0 .. 1e300; with 0 a point is known
 *               exactly after any answer and needs no more than one
 *
 * The other parameters, columns and figures are those of cx_plan; `drift` is a column too, and
 * what is known beforehand is of no account in the long run.
 *
 * @retval as cx_plan; CX_E_UNINFORMED when a point with a > 0 would get nothing for ever: points
 *         that get less than one answer a period are for the index of cx_plan_points
 *
 * Cost: O(K log K) and about ten logarithms and exponentials a point. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_plan_steady(const cx_array *a, const cx_array *drift,
                                             double budget, const cx_array *lower,
                                             const cx_array *upper, const cx_array *cost,
                                             const cx_array *rate, const cx_array *permanent,
                                             const cx_plan_options *options, cx_table **out,
                                             cx_error *err);

/** @brief The split of a budget that serves the worst-off domain best.
 *
 * A domain is a group of points with a figure of its own: a country, a channel. Minimises the
 * largest
 *
 *     ratio_d = (sum over the domain of a_i / (n_i + known_i) - a_i / population_i) / target_d
 *
 * subject to lower_i <= n_i <= upper_i and sum n_i = budget. With target_d the square of a total
 * times a priority this is the common relative variance of several surveys [Wojciak2026]. Domains
 * whose points are all at capacity stay behind; the others then share one ratio.
 *
 * Continuous: Neyman's allocation within each domain, at the one ratio that spends the budget.
 * Whole numbers: within each domain the exact plan of cx_plan; no answer can be moved so that the
 * worst ratio among domains that can still be helped falls. Both sides of that certificate are
 * figures: `ratio_high`, that worst ratio (-infinity when none can be helped), and `ratio_low`, the
 * smallest ratio that any domain would have after giving away its least useful answer (infinity
 * when none can); the plan is certified by ratio_high <= ratio_low, up to rounding when continuous.
 *
 * @param      a           importance: 0 .. 1e300; a null is an error, here and below
 * @param      by          the columns that name a point's domain
 * @param      budget      finite, >= 0; a whole number up to 2^53 when integer
 * @param      lower       least n; NULL: 0
 * @param      upper       largest n, >= lower; NULL: infinity
 * @param      known       answers' worth of earlier information, 0 .. 2^53; NULL: 0
 * @param      population  > 0: what a complete count would be; NULL: infinite
 * @param      target      1e-150 .. 1e150, the same for all points of a domain; NULL: 1
 * @param      options     NULL: the defaults; soft must be 0
 * @param[out] out         written only on CX_OK; free with cx_table_free
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_LENGTH | CX_E_TYPE | CX_E_DOMAIN | CX_E_OPTION |
 *         CX_E_INFEASIBLE | CX_E_UNINFORMED | CX_E_MEMORY
 *
 * Columns: those of `by`, `n`, `lower`, `upper`, `known`, `a`, `ratio` of the point's domain,
 * `reason` as in cx_plan. Other figures: `ratio`, the largest of all; `budget_used`, `domains`,
 * `points`. Cost: about 300 passes over the points; whole numbers also O(D) steps over D domains
 * each. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_plan_domains(const cx_array *a, const cx_frame *by, double budget,
                                              const cx_array *lower, const cx_array *upper,
                                              const cx_array *known, const cx_array *population,
                                              const cx_array *target,
                                              const cx_plan_options *options, cx_table **out,
                                              cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
