#ifndef CXKIT_SIMULATE_H
#define CXKIT_SIMULATE_H

#include <cxkit/monitor.h>
#include <cxkit/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup simulate Simulated allocation
 *
 * What a policy finds, how soon, and what it costs: worlds of which everything is known, planned
 * and watched by the same policies and monitors that are used in earnest.
 *
 * Common to the scenarios: 200 points of very different size, point i with T_i = 250 exp(0.8 z_i -
 * 0.32) customers a day, z_i the normal quantile of (i - 0.5) / 200; capacity a fifth of them;
 * 2,000 answers a day, of which floors of 10 at every fifth point and of 2 at the others take 716;
 * detractors 0.20 + 0.08 sin i, passives 0.30; the company's figure weighs points by T_i. The
 * trinomial monitor knows this as its reference and starts with no evidence. A change comes after
 * day 60, in run k at point 61 k modulo 200: make the number of runs a multiple of 200.
 *
 * A policy decides on a day with the answers of the days before. Delays count the first changed day
 * as 1. An alarm before the change is taken for what it is and the evidence runs on, so that it may
 * still be above the threshold when the change comes; `clean` figures leave such runs out.
 *
 * S6: point i has 150,000 i^-1.1 customers a day, of whom 5 to 30 % answer, but can give one
 * answer a day at least; every hundredth keeps a floor of 5, and a point without an answer for 30
 * days is owed one. What is known of levels is what the monitor says. The threshold is 10 arl: the
 * mean of 100,000 statistics is close to the number of days, and would pass a lower one by itself.
 * A history ends 365 days after the change; `delay` counts those without an alarm as 365. The
 * answers of a changed point come from a tape that depends on seed, run and point alone, so that
 * policies can be compared run by run. There is no history without the change: no calibrated
 * figures and no biases. The error is of the
 * company figure given all that is known, sum w^2 s^2 / (n + known), every tenth day before the
 * change.
 * @{
 */

/** A world. */
typedef enum cx_scenario {
    CX_SCENARIO_S1 = 0,  /**< one point drops by 20 points: the drop the monitor is made for */
    CX_SCENARIO_S2A = 1, /**< one point loses 1 point a day for 40 days; drops 10, 20, 40 */
    CX_SCENARIO_S2B = 2, /**< ten points drawn for each run drop by 10; drops 10, 20, 40 */
    CX_SCENARIO_S2C = 3, /**< all drop by 5; drops 10, 20, 40 */
    CX_SCENARIO_S3 = 4,  /**< nothing is wrong: a week of +-6 points, +5 in days 14 .. 20 of each
                              period of 90 at 30 % of the points, levels that wander by 1 point
                              a day; the monitor knows the week */
    CX_SCENARIO_S3_PLAIN = 5,  /**< the same, and the monitor does not know the week */
    CX_SCENARIO_S3_SEASON = 6, /**< as S3, with levels that do not wander */
    CX_SCENARIO_S4 = 7,  /**< as S1 by invitation: 5 % reach nobody, a fifth of the others answer,
                            60, 20, 10, 5, 5 % of them after 0, 1, 2, 4, 7 days, the first 5 points
                              higher; the response rate of the changed point halves; cohorts are
                              closed after 2 days, with 90 % of their answers */
    CX_SCENARIO_S5 = 8,  /**< who gets asked: see below; no monitor and no plan */
    CX_SCENARIO_S6 = 9,  /**< 100,000 points, 20,000 answers a day: see below; 20 drop by 30 points;
                              drops 10, 20, 40 */
    CX_SCENARIO_END = 10 /**< one more than the largest number */
} cx_scenario;

/** @brief The word of a scenario, such as "S2b"; "unknown" outside the list. */
CX_API const char *cx_scenario_name(int32_t scenario);

/** What decides in a simulation, besides the numbers of cx_policy_rule. */
typedef enum cx_simulated_policy {
    CX_SIMULATED_RANDOM = 100, /**< the pool to points drawn anew every day */
    CX_SIMULATED_STAY = 101, /**< at a point while its CUSUM is above 0, else where it has not been
                                  for longest */
    CX_SIMULATED_ORACLE = 102, /**< Neyman, and from the change on the changed points in full */
    CX_SIMULATED_CLOSED = 103, /**< S5: the gate, its probabilities in a closed loop */
    CX_SIMULATED_OPEN = 104,   /**< S5: on day n of D those customers whose hash lies below n / D of
                                    the share that the forecast asks for */
    CX_SIMULATED_CAP = 105,    /**< S5: everybody, until the day has its answers */
    CX_SIMULATED_END = 106     /**< one more than the largest number */
} cx_simulated_policy;

/** @brief The word of a policy of either list; "unknown" outside. */
CX_API const char *cx_simulated_policy_name(int32_t policy);

/** Options of simulations. */
typedef struct cx_simulation_options {
    uint32_t struct_size; /**< set by cx_simulation_options_init */
    int32_t scenario;     /**< a cx_scenario; default S1 */
    int32_t policy;       /**< a cx_policy_rule or cx_simulated_policy; default evidence */
    int32_t form;         /**< a cx_monitor_form; default trinomial */
    int32_t common_shock; /**< 1: plans go by the monitor's evidence without common shocks, alarms
                             by the exact one; not in S5, S6; default 0 */
    int32_t reserved;     /**< zero */
    uint64_t seed;        /**< what a run draws depends on seed, run and policy alone; default 0 */
    int64_t first_run;    /**< of cx_simulate_allocation, >= 0; default 0 */
    int64_t runs;         /**< of cx_simulate_allocation, 1 .. 1e6; default 200 */
    double arl;           /**< days to a false alarm, 20 .. 2000; default 200 */
    double boost;         /**< as in cx_policy_options; default 18 */
    double gamma;         /**< as in cx_policy_options; default 1.5 */
    double allowance;     /**< as in cx_policy_options; default 0.05 */
    double compensation;  /**< tras: what a day at its floor adds to a point's CUSUM, 0 .. 10;
                               default 0.15 */
    const cx_allocator *allocator; /**< NULL: malloc and free */
} cx_simulation_options;

/** @brief The defaults. */
CX_API void cx_simulation_options_init(cx_simulation_options *options);

/** What came out. NaN where a scenario has no such figure. All errors are in points. */
typedef struct cx_simulation_result {
    int64_t runs;       /**< simulated */
    int64_t clean;      /**< without an alarm before the change, at the guaranteed threshold */
    int64_t cut;        /**< without an alarm in 20 arl days: arl is then too small; S6: in 365 */
    int64_t max_age;    /**< most days in a row without an answer at some point */
    int64_t decisions;  /**< S5: visits decided about, in all periods */
    int64_t violations; /**< S5: invitations within a rest, and refusals without one, counted apart
                             from the gate */
    double arl;         /**< mean days to the first false alarm */
    double arl_se;      /**< its standard error */
    double delay;       /**< mean days from the change to the first alarm after it */
    double delay_se;    /**< its standard error */
    double delay_p90;   /**< nine of ten are no longer */
    double delay_value; /**< mean delay, points weighted as in the company's figure */
    double clean_delay; /**< the same over the clean runs */
    double clean_se;    /**< its standard error */
    double calibrated_threshold; /**< the one at which the mean days to a false alarm are `arl` of
                                      the options */
    double calibrated_delay;     /**< as delay, with that threshold */
    double calibrated_se;        /**< its standard error */
    double calibrated_p90;       /**< as delay_p90 */
    double calibrated_value;     /**< as delay_value */
    double true_share;           /**< alarms whose largest evidence is at a changed point */
    double rate_delay;           /**< S4: median days to the alarm of the response rate */
    double error_ratio;    /**< error of the day's company figure over Neyman's, without a change;
                                from sum w^2 s^2 / n, which is exact given the plan */
    double error_after;    /**< the same from the change to the alarm, in S2c for 60 days */
    double error_day;      /**< root mean squared error of the day's company figure, as it fell */
    double error_week;     /**< of the mean of 7 days */
    double error_month;    /**< of the mean of 28 days */
    double neyman_day;     /**< error of the day's company figure by Neyman's plan */
    double coverage;       /**< share of days in which the 95 % interval held the truth */
    double bias;           /**< company figure, mean of days, first 60 days */
    double bias_se;        /**< its standard error */
    double point_bias;     /**< mean over the points of the mean of 60 days' means less the truth */
    double point_bias_se;  /**< its standard error */
    double pooled_bias;    /**< the same for all answers of a point thrown together */
    double pooled_bias_se; /**< its standard error */
    double root_bias;      /**< the same for days weighted by the root of their answers */
    double root_bias_se;   /**< its standard error */
    double company_bias;   /**< company figure from the pooled points */
    double company_bias_se; /**< its standard error */
    double pooled_error;    /**< root mean squared error of that figure, 60 days */
    double days_error;      /**< of the one from days' means */
    double root_error;      /**< of the one from days weighted by the root of their answers */
    double worst_bias;      /**< mean of the last 14 days at the point with most evidence on day 60,
                                 less the truth: nothing is wrong there */
    double wrong_share;     /**< of the answers above the floors from the change to the alarm, those
                                 at points that have not changed */
    double change_bias;     /**< mean error of the change measured in the 14 days after the alarm */
    double change_error;    /**< its root mean square */
    double change_naive;    /**< mean error of the change measured in the 14 days up to the alarm */
    double outstanding_error; /**< S4: mean absolute error of the answers expected from open
                                   cohorts, as a share of those that came */
    double answers;           /**< S5: mean number of answers; 250 are wanted */
    double answers_sd;        /**< S5: its standard deviation */
    double within_share;      /**< S5: runs within 250 +- 2 sqrt(250) */
    double invited;           /**< S5: mean number of invitations */
    double able_share; /**< S5: first visits of a customer to a point in the period, those at which
                            rules allowed to ask */
    double hours_fit;  /**< S5: runs whose invitations by hour of the day are as the first allowed
                            visits, chi-square p > 0.01 */
    double hours_off;  /**< S5: the hour farthest from the mean chance of an invitation, all runs
                            together, as a share of it */
    double days_fit;   /**< S5: as hours_fit, by day of the period */
    double days_off;   /**< S5: as hours_off, by day of the period */
    double naive_bias; /**< S5: mean score of all asked, less that of all who came */
    double naive_bias_se;  /**< its standard error */
    double hajek_bias;     /**< S5: weighted by 1 / p, less that of those who could be asked */
    double hajek_bias_se;  /**< its standard error */
    double strata_bias;    /**< S5: and post-stratified by frequency of contact, less that of all */
    double strata_bias_se; /**< its standard error */
    double able_gap;       /**< S5: mean score of those who could be asked, less that of all */
    double slope;          /**< S5: of being invited on the logged probability */
    double slope_se;       /**< its standard error */
    double sequence_coverage; /**< share of runs in which the 95 % confidence sequence of the mean
                                   of days, cx_running_mean, held it on all of the first 60 */
    double delay_median;      /**< S6: half of the runs have an alarm by then; 365 if fewer do */
    double found_share;       /**< S6: changed points whose alarm came within 365 days */
    double found_se;          /**< its standard error, by runs */
    double found_delay;       /**< S6: mean days to the alarm of a changed point, 365 without one */
    double found_delay_se;    /**< its standard error, by runs */
} cx_simulation_result;

/** Runs that add up. */
typedef struct cx_simulation cx_simulation;

/** @brief Makes a simulation without runs.
 *
 * @param      options    NULL: the defaults; first_run and runs do not matter here
 * @param[out] out        written only on CX_OK; free with cx_simulation_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_simulation_new(const cx_simulation_options *options,
                                                cx_simulation **out, cx_error *err);

/** @brief Releases a simulation. NULL is ignored. */
CX_API void cx_simulation_free(cx_simulation *self);

/** @brief Number of runs so far; 0 for NULL. */
CX_API int64_t cx_simulation_size(const cx_simulation *self);

/** @brief Adds runs first .. first + count - 1.
 *
 * A run is two histories: one in which nothing happens, up to the first false alarm and for at
 * least 60 days, and one with the change, up to the first alarm after it and 14 days more.
 *
 * @param self   unchanged unless CX_OK
 * @param first  number of the first run, 0 .. 2^32 - 1
 * @param count  1 .. 1e6
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_MISMATCH  some of these runs are already there
 *
 * Cost: some 30 ms a run in S1, 0.5 s in S5, 20 s in S6. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_simulation_run(cx_simulation *self, int64_t first, int64_t count,
                                                cx_error *err);

/** @brief Adds the runs of another simulation with the same options.
 *
 * The result does not depend on how runs were split or in which order they came.
 *
 * @param self   unchanged unless CX_OK
 * @param other  the runs to add
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 * @retval CX_E_MISMATCH  other options, or a run that both have
 */
CX_API CX_NODISCARD cx_status cx_simulation_merge(cx_simulation *self, const cx_simulation *other,
                                                  cx_error *err);

/** @brief What the runs say.
 *
 * @param      self  at least one run
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY (no runs) | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_simulation_read(const cx_simulation *self,
                                                 cx_simulation_result *out, cx_error *err);

/** @brief All in one: runs first_run .. first_run + runs - 1 of the options, and what they say.
 *
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Threads: no shared state; blocks of runs in several threads and cx_simulation_merge give the same
 * figures. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_simulate_allocation(const cx_simulation_options *options,
                                                     cx_simulation_result *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
