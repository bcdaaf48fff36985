#ifndef CXKIT_POLICY_H
#define CXKIT_POLICY_H

#include <cxkit/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup policy Policies
 *
 * Where the next period's answers should come from, when some points must keep their floor and the
 * rest should go where trouble appears.
 * @{
 */

/** How the movable part of the budget is split. */
typedef enum cx_policy_rule {
    CX_POLICY_EVIDENCE = 0,         /**< Neyman's allocation, tilted towards evidence of a change */
    CX_POLICY_PRECISION_BUDGET = 1, /**< the most evidence that a given loss of precision buys */
    CX_POLICY_DETECT = 2,           /**< capacity to the points with most evidence, in order */
    CX_POLICY_NEYMAN = 3,           /**< the smallest variance of the weighted mean */
    CX_POLICY_PROPORTIONAL = 4,     /**< as traffic */
    CX_POLICY_UNIFORM = 5,          /**< as much for each */
    CX_POLICY_EXPLORATION = 6,      /**< shares p (1 - p), p the chance of being the changed one */
    CX_POLICY_TRAS = 7,             /**< capacity in the order of the column `local`; a reference */
    CX_POLICY_TSSRP = 8, /**< as detect, with a random head start for each point; a reference */
    CX_POLICY_INDEX = 9, /**< one answer at a time to the point whose level is most worth knowing */
    CX_POLICY_END = 10   /**< one more than the largest number */
} cx_policy_rule;

/** @brief The word of a policy, such as "precision-budget"; "unknown" outside the list. */
CX_API const char *cx_policy_name(int32_t policy);

/** What the budget counts. */
typedef enum cx_plan_unit {
    CX_PLAN_ANSWERS = 0,     /**< answers of the whole period, those already there included */
    CX_PLAN_INVITATIONS = 1, /**< invitations still to be sent */
    CX_PLAN_UNIT_END = 2     /**< one more than the largest number */
} cx_plan_unit;

/** How a plan becomes whole numbers. */
typedef enum cx_plan_rounding {
    CX_ROUND_AUTO = 0,       /**< exact for evidence, precision-budget and neyman where the budget
                                  suffices, systematic otherwise */
    CX_ROUND_EXACT = 1,      /**< the best whole-number plan, with its certificate */
    CX_ROUND_SYSTEMATIC = 2, /**< n or n + 1 by one random start: each point's expected n is the
                                  continuous plan's, and P(n >= 1) is known */
    CX_ROUND_NONE = 3,       /**< the continuous plan */
    CX_ROUND_END = 4         /**< one more than the largest number */
} cx_plan_rounding;

/** Options of policies. */
typedef struct cx_policy_options {
    uint32_t struct_size; /**< set by cx_policy_options_init */
    int32_t policy;       /**< a cx_policy_rule; default evidence */
    int32_t unit;         /**< a cx_plan_unit; default answers */
    int32_t rounding;     /**< a cx_plan_rounding; default auto */
    int32_t soft;         /**< 1: floors of points that are not permanent shrink, and the budget
                               shrinks to the capacity, where they do not fit; 0: an error */
    int32_t reserved;     /**< zero */
    double arl;           /**< periods to a false alarm, the scale of evidence; >= 1, default 200 */
    double boost;         /**< evidence: the average shares that a point gets when its evidence
                               reaches arl; 0 .. 1e6, default 18 */
    double gamma;         /**< evidence: how steeply, 0.1 .. 10; default 1.5 */
    double cap;           /**< evidence: log(R / arl) counts up to here, 0 .. 50; default 8 */
    double allowance;     /**< the error may grow by this share: in all of precision-budget, for
                               asking small points in evidence; 0 .. 100; default 0.05 */
    double head;          /**< tssrp: mean of the head start, > 0; default 1 */
    double max_share;     /**< policies that follow evidence: a point without capacity and traffic
                               gets its floor and at most this part of the movable pool; above 0,
                               1: all of it; default 0.2 */
    uint64_t seed;        /**< of systematic rounding, of ties in tras and tssrp, of head starts */
    const cx_allocator *allocator; /**< NULL: malloc and free */
} cx_policy_options;

/** @brief The defaults. */
CX_API void cx_policy_options_init(cx_policy_options *options);

/** What a policy knows of the points: columns of `count` numbers each, NULL where the default
 * holds. The names are those of cx_monitor_points where both have them. */
typedef struct cx_points {
    int64_t count;              /**< number of points */
    const double *weight;       /**< share in the company figure, >= 0; 1 */
    const double *s2;           /**< variance of one answer, >= 0; 1 */
    const double *known;        /**< answers' worth of earlier information, 0 .. 2^53; 0 */
    const double *log_evidence; /**< log of the Shiryaev-Roberts statistic, < infinity; -infinity
                                     or NaN where there is none yet */
    const double *lower;        /**< floor in answers a period; 0 */
    const double *upper;        /**< capacity in answers a period, >= lower; infinity */
    const double *traffic;      /**< customers that can still be invited in this period; infinity */
    const double *response_rate; /**< answers to one invitation, 1e-9 .. 1; NaN: the mean of the
                                      others; 1 */
    const double *cost;          /**< of an answer or an invitation, 1e-100 .. 1e100; 1 */
    const double *permanent;     /**< not 0: the floor does not shrink when soft; 0 */
    const double *information; /**< Kullback-Leibler nats that one answer of a changed point brings,
                                    >= 0; 1 */
    const double *local;       /**< the statistic that tras ranks by */
    const double *likelihood;  /**< log likelihood ratio since the start, for tssrp */
    const double *age;         /**< periods since the last answer, >= 0, NaN: never; among points
                                    of equal evidence the oldest is first; 0 */
    const double *drift;       /**< variance of the level's step a period, > 0, for index */
    const double *answered;    /**< answers of this period already there, >= 0; 0 */
    const double *outstanding; /**< answers still expected from invitations sent, >= 0; 0 */
} cx_points;

/** A policy with the memory it works in. */
typedef struct cx_policy cx_policy;

/** @brief Makes a policy for up to `capacity` points; nothing is allocated after this.
 *
 * @param      capacity  >= 1
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK; free with cx_policy_free
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_LIMIT | CX_E_MEMORY
 *
 * Cost: about 210 bytes a point. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_policy_new(int64_t capacity, const cx_policy_options *options,
                                            cx_policy **out, cx_error *err);

/** @brief Releases a policy. NULL is ignored. */
CX_API void cx_policy_free(cx_policy *policy);

/** @brief The plan of one period as plain numbers; see cx_plan_points.
 *
 * @param      policy  its scratch memory is written, so one thread at a time
 * @param      points  up to its capacity
 * @param      budget  finite, >= 0
 * @param      period  the number of this period: what is random depends on (seed, period, point)
 * @param[out] n       `points->count` numbers, written only on CX_OK
 * @param      err     may be NULL
 * @retval as cx_plan_points
 *
 * Cost: O(K log K), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_policy_plan(cx_policy *policy, const cx_points *points,
                                             double budget, uint64_t period, double *n,
                                             cx_error *err);

/** @brief The plan of one period, with reasons.
 *
 * Every policy keeps floors and capacities: a point's n lies between them, the floor of a point
 * whose traffic is too small being its capacity. With `answered` and `outstanding` the period is
 * solved again half-way: what is there and what is on its way is a lower bound, and counts as
 * known.
 *
 * - evidence: a_i = w_i^2 s_i^2 / V* + kappa (R_i / arl)^(2 gamma), V* the variance of the best
 *   plan, log(R_i / arl) at most cap, kappa = boost^2 B / K^2 for a budget of B answers and K
 *   points; then the exact plan of cx_plan. What is known of a level says nothing about a change,
 *   but keeps answers from points that the best plan gives less than one: of those with known > 0
 *   the ones with most evidence get a floor of one answer, the older first between equals, until
 *   1 - (1 + allowance)^-2 of the answers of the points between their bounds is spent. The variance
 *   of these goes as one over their answers when nothing is known before, and less steeply when
 *   something is: that costs the error `allowance` at most. Points without evidence get none.
 * - precision-budget: maximises sum p_i I_i n_i with p_i = R_i / (arl + R_i) and I_i = information,
 *   subject to a variance of the weighted mean of at most (1 + allowance)^2 V*.
 * - detect: points in decreasing order of evidence are filled to their capacity, the older first
 *   between equals [XuMeiMoustakides2021].
 * - neyman: a_i = w_i^2 s_i^2. proportional, uniform: n as traffic, or the same for all.
 * - exploration: the pool above the floors in shares p_i (1 - p_i), p_i = R_i / sum R
 *   [KasySautmann2021].
 * - tras: filled in decreasing order of `local`, ties at random [LiuMeiShi2015].
 * - tssrp: as detect, with R_i + h_i exp(likelihood_i), h_i exponential [ZhangMei2022].
 * - index: each answer goes to the point with the largest index w^2 m (m + 1) (p(m + 1) - p(m) +
 *   q / 2): p(m) is the variance after an answer every m periods for ever, m = x^2 / (q (x + s^2))
 * for the present variance x = s^2 / (known + n), q the drift. It is the price of an answer at
 * which asking every m and every m + 1 periods cost the same [Whittle1988] [DanceSilander2019].
 *
 * Where nobody says what a point can yield, neither `upper` nor `traffic`, the policies that follow
 * evidence (all but neyman, proportional, uniform and index) hold it at
 *
 *     floor + max(max_share, 3 / K) pool,    pool = budget - sum of floors
 *
 * or more if the budget finds no other place: one alarm is not all there is to see, and others
 * would go unseen. Its reason is then "spread". A capacity, also a generous one, takes its place.
 *
 * tras and tssrp are there to be compared with. Only evidence, precision-budget, neyman, uniform
 * and proportional bound what the moving does to the company figure.
 *
 * @param      points   columns named as the members of cx_points, and optionally `point`, the
 *                      points' names, none twice, which the result repeats; others are ignored
 * @param      budget   finite, >= 0: answers of the period, or invitations or money still to spend
 * @param      period   the number of this period: what is random depends on (seed, period, point)
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK; free with cx_table_free
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_LENGTH | CX_E_TYPE | CX_E_DOMAIN | CX_E_OPTION |
 *         CX_E_NAME (a column that the policy needs) | CX_E_INFEASIBLE | CX_E_UNINFORMED (exact
 *         rounding leaves a point with n + known = 0) | CX_E_LIMIT | CX_E_OVERFLOW | CX_E_MEMORY
 *
 * Columns: `point` if given; `n` in the unit of the budget, with `answered` and `outstanding` in it
 * when that is answers; `expected`, before rounding; `chance` of n >= 1 over the random start;
 * `answers`, expected in the whole period; `invitations` still to be sent; `floor`, `capacity` as
 * used; `committed`, answered and outstanding; `precision` and `evidence`, the shares of these two
 * in what one more answer is worth (both 0 where neither counts); `score`, what the policy orders
 * by; `reason`: "none" (no capacity), "fixed" (floor = capacity), "committed" (nothing more is
 * needed), "floor", "capacity", "spread" (held at max_share), "evidence" (more for it, or a floor
 * of one answer), "precision", "share", "remainder".
 *
 * Figures: `variance` of the weighted mean and `best_variance`, V* (infinite when a point has no
 * information, missing when there is nothing to plan); `error`, sqrt(variance / best_variance) - 1;
 * `gain_high`, `gain_low` of the exact plan, as in cx_plan, NaN otherwise; `gap`; `kappa`; `theta`,
 * the price of a nat in precision-budget; `spread`, the most of the pool for a point without
 * capacity, NaN where that does not hold; `budget_used`; `committed`; `floor_scale`; `points`;
 * `unmet`, floors above what traffic allows; `unmeasured`, points without capacity or knowledge,
 * which no plan can help and which the variance leaves out.
 *
 * Cost: O(K log K); index O(B log K). Threads: no shared state. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_plan_points(const cx_frame *points, double budget, uint64_t period,
                                             const cx_policy_options *options, cx_table **out,
                                             cx_error *err);

/** @brief Whole numbers for a continuous plan, by one random start.
 *
 * Each n is rounded down or up, up with the probability of its fraction, so that P(n >= 1) =
 * min(1, expected) is known beforehand and can be logged; a whole sum stays what it is. A point
 * with a tenth of an answer a period gets one in a tenth of the periods.
 *
 * @param      expected  finite, 0 .. 2^53
 * @param      seed      the same seed and period give the same draw
 * @param      period    the number of the period
 * @param[out] out       columns `n`, `expected`, `chance`; free with cx_table_free
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_TYPE | CX_E_DOMAIN | CX_E_MEMORY
 *
 * Points next to each other in the list are never both lucky when their fractions add up to at most
 * 1: variances of totals need that [Madow1949]. Cost: O(K). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_plan_draw(const cx_array *expected, uint64_t seed, uint64_t period,
                                           cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
