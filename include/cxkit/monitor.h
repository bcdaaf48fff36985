#ifndef CXKIT_MONITOR_H
#define CXKIT_MONITOR_H

#include <cxkit/estimate.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup monitor Monitors
 *
 * A monitor watches measurement points period by period. For each point it keeps a level, what the
 * answers look like, and the evidence that the point has moved away from a frozen reference; all of
 * it in memory that does not grow.
 *
 * Answers are counted in the period their customers were asked in (their cohort), in three classes:
 * detractors, passives and promoters, with the mean 100 (P - D) / n in points -100..100. A cohort
 * stays open for `max_age` periods and is closed, with all its answers, by cx_monitor_end_period.
 * Only closing changes levels and evidence, so that the same answers in any order and any split
 * give the same bytes.
 *
 * Evidence. For a design drop j the statistic of Shiryaev and Roberts [Shiryaev1963, Roberts1966]
 * is
 *
 *     R_j <- (R_j + 1) * product of LR_j over the answers of the cohort,   R = mean of the R_j
 *
 * with g_i, the points' shares of `weights`, the alarm is raised when sum g_i R_i >= arl. If the
 * answers' LR has a conditional mean of at most 1 as long as nothing is wrong, sum g_i R_i - t is a
 * supermartingale, and the mean number of periods to the first false alarm is at least `arl`,
 * however the points to be asked were chosen from the past [ShinRamdasRinaldo2023]. "Nothing is
 * wrong" is, by form, for every point that has a reference:
 *
 * - bounded: with x = 0, 1/2, 1 for the classes, LR = 1 + lambda (m0 - x). The true mean is at or
 *   above the reference's mean m0; nothing else is assumed.
 * - trinomial: LR = p1 / p0, where p1 moves half the drop from promoters to detractors. The true
 *   ratio of promoters to detractors is at or above that of the reference.
 *
 * The guarantee is for the first alarm, and conditional on the reference: by default that is the
 * lower confidence limit of the window it was frozen from (the upper one for rises). It is void
 * when the true level drifts below the reference, when answering depends on the score, and after
 * an acknowledgement.
 * @{
 */

/** Most design drops of a monitor. */
#define CX_MONITOR_MOST_DROPS 8

/** Most periods a cohort may stay open after its own. */
#define CX_MONITOR_MOST_AGE 63

/** Longest cycle, in periods. */
#define CX_MONITOR_MOST_CYCLE 31

/** The likelihood ratio of an answer. */
typedef enum cx_monitor_form {
    CX_MONITOR_BOUNDED = 0,  /**< 1 + lambda (m0 - x): holds for every distribution */
    CX_MONITOR_TRINOMIAL = 1 /**< p1 / p0: a little faster, and for the ratio of two classes */
} cx_monitor_form;

/** Which changes count. */
typedef enum cx_monitor_direction {
    CX_MONITOR_DOWN = 0, /**< drops */
    CX_MONITOR_UP = 1,   /**< rises */
    CX_MONITOR_BOTH = 2  /**< the mean of both statistics, at the same threshold */
} cx_monitor_direction;

/** What a reference is made of. */
typedef enum cx_monitor_reference {
    CX_REFERENCE_LIMIT = 0,  /**< the confidence limit of the window */
    CX_REFERENCE_PLUG_IN = 1 /**< the window's shares as they are: known, or taken as known */
} cx_monitor_reference;

/** What becomes of an answer whose cohort is closed. */
typedef enum cx_late {
    CX_LATE_ERROR = 0, /**< the call fails: the clock runs backwards */
    CX_LATE_COUNT = 1  /**< counted as late, and otherwise left out */
} cx_late;

/** What becomes of the reference of an acknowledged point. */
typedef enum cx_acknowledge {
    CX_ACKNOWLEDGE_KEEP = 0,  /**< it stays, and the evidence starts again at nothing */
    CX_ACKNOWLEDGE_LEARN = 1, /**< a new one is frozen from the answers since the alarm */
} cx_acknowledge;

/** Settings of a monitor; they never change. */
typedef struct cx_monitor_options {
    uint32_t struct_size;                /**< set by cx_monitor_options_init */
    int32_t form;                        /**< a cx_monitor_form; default bounded */
    int32_t direction;                   /**< a cx_monitor_direction; default down */
    int32_t reference;                   /**< a cx_monitor_reference; default limit */
    int32_t scale_min;                   /**< lowest answer; default 0 */
    int32_t scale_max;                   /**< highest answer; default 10 */
    int32_t detractors;                  /**< highest answer of a detractor; default 6 */
    int32_t promoters;                   /**< lowest answer of a promoter; default 9 */
    int32_t max_age;                     /**< periods a cohort stays open after its own: 0 (default)
                                              .. CX_MONITOR_MOST_AGE */
    int32_t late;                        /**< a cx_late; default error */
    int32_t guard;                       /**< periods between the end of a reference's window and
                                              its use; default 14 */
    int32_t cycle;                       /**< periods in a cycle, such as 7; 0: none (default) */
    int32_t learn;                       /**< periods from which the cycle is learned; default 56 */
    int32_t common_shock;                /**< 1: also keep evidence from which each period's common
                                              shock is taken away, the weighted median of the points'
                                              means less their references, where that is a change for
                                              the worse (up: the better): no guarantee; default 0 */
    int32_t drop_count;                  /**< design drops in use; default 3 */
    int32_t reserved;                    /**< zero */
    double drops[CX_MONITOR_MOST_DROPS]; /**< points, above 0 and at most 200; default 10, 20, 40 */
    double arl;            /**< threshold, periods, > 1: the least mean time to a false alarm; there
                                is no default */
    double confidence;     /**< of a reference's limit, one-sided, 0.5 < c < 1; default 0.95 */
    double baseline;       /**< answers in a window before a reference is frozen; default 300 */
    double rate_drop;      /**< design response rate, as a share of the reference's; default 0.5 */
    double half_life;      /**< periods, of the shares and of the response rate; infinity allowed;
                                default 28 */
    double process_noise;  /**< variance of a level's change per period, points^2; default 1 */
    double prior_variance; /**< of the level before any answer, around 0, points^2; default 10000/3,
                                that of -100..100 */
    double prior[3];       /**< Dirichlet counts of detractors, passives and promoters before any
                                answer; default 0.5 each */
    double fdr;            /**< share of false flags of the points table; default 0.1 */
    int64_t first_period;  /**< number of the first period; default 0 */
} cx_monitor_options;

/** @brief The defaults; arl is 0 and has to be set. */
CX_API void cx_monitor_options_init(cx_monitor_options *options);

/** A monitor. */
typedef struct cx_monitor cx_monitor;

/** @brief Makes a monitor of some points, without references.
 *
 * @param      points     one key per point: whole numbers or text; none missing, none twice
 * @param      weights    hazard: how likely each point is to be the one that changes, finite and
 *                        above 0, not necessarily summing to 1; NULL: all alike
 * @param      options    arl must be set
 * @param      allocator  kept by the monitor; NULL = malloc
 * @param[out] out        owned by the caller: cx_monitor_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY (no points) | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN |
 *         CX_E_OPTION | CX_E_MEMORY
 *
 * Points are kept in key order, which is the order of all tables. Memory: 176 bytes a point, 8 for
 * each design drop and direction (twice that with common_shock), 16 for each open cohort, and the
 * keys: 216 bytes with the defaults. Later calls on numbers allocate nothing. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_monitor_new(const cx_array *points, const cx_array *weights,
                                             const cx_monitor_options *options,
                                             const cx_allocator *allocator, cx_monitor **out,
                                             cx_error *err);

/** @brief Releases a monitor. NULL is ignored. */
CX_API void cx_monitor_free(cx_monitor *self);

/** @brief Forgets everything but the settings, the points and their weights. */
CX_API void cx_monitor_reset(cx_monitor *self);

/** @brief A second monitor with the same content. */
CX_API CX_NODISCARD cx_status cx_monitor_copy(const cx_monitor *self, const cx_allocator *allocator,
                                              cx_monitor **out, cx_error *err);

/** @brief An empty companion: the same settings, points and period, and nothing counted.
 *
 * For a second engine that collects answers of the open cohorts: merging it adds them.
 */
CX_API CX_NODISCARD cx_status cx_monitor_fork(const cx_monitor *self, const cx_allocator *allocator,
                                              cx_monitor **out, cx_error *err);

/** @brief Number of points; 0 for NULL. */
CX_API int64_t cx_monitor_size(const cx_monitor *self);

/** @brief Number of the newest open period; 0 for NULL. */
CX_API int64_t cx_monitor_period(const cx_monitor *self);

/** @brief Rows left out for a cx_excluded reason; 0 outside the list. */
CX_API int64_t cx_monitor_excluded(const cx_monitor *self, int32_t reason);

/** @brief Answers that came after their cohort was closed. */
CX_API int64_t cx_monitor_late(const cx_monitor *self);

/** @brief Points whose alarm is not acknowledged. */
CX_API int64_t cx_monitor_alarm_count(const cx_monitor *self);

/** @brief log(sum g_i R_i / arl), over the points without an alarm, after the last period that
 *  ended: an alarm at 0. -infinity before. */
CX_API double cx_monitor_log_evidence(const cx_monitor *self);

/** @brief The settings.
 *
 * @param      self  the monitor
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL
 */
CX_API CX_NODISCARD cx_status cx_monitor_settings(const cx_monitor *self, cx_monitor_options *out,
                                                  cx_error *err);

/** @brief Counts answers.
 *
 * @param self     unchanged unless CX_OK
 * @param points   keys, as many as scores, or one for all
 * @param scores   answers on the scale; null and NaN are missing
 * @param periods  of the invitations: whole numbers, as many as scores or one for all; NULL: the
 *                 newest. Between cx_monitor_period - max_age and cx_monitor_period
 * @param options  how answers are read; NULL for the defaults: what is invalid is left out and
 *                 counted
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an unknown point, a period that is closed (unless those are counted as
 *                        late) or has not begun, an answer outside the scale when that is an error
 * @retval CX_E_OVERFLOW  more than 2^32 - 1 answers in the open periods
 *
 * Cost: O(n); no allocation for numbered points. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_monitor_observe(cx_monitor *self, const cx_array *points,
                                                 const cx_array *scores, const cx_array *periods,
                                                 const cx_answer_options *options, cx_error *err);

/** @brief Counts answers that are already counted by class.
 *
 * @param self        unchanged unless CX_OK
 * @param points      keys
 * @param detractors  whole numbers >= 0, one for each row
 * @param passives    likewise
 * @param promoters   likewise
 * @param periods     as in cx_monitor_observe
 * @param err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_observe_counts(cx_monitor *self, const cx_array *points,
                                                        const cx_array *detractors,
                                                        const cx_array *passives,
                                                        const cx_array *promoters,
                                                        const cx_array *periods, cx_error *err);

/** @brief Counts invitations, what was shown of them and what was declined.
 *
 * @param self      unchanged unless CX_OK
 * @param points    keys
 * @param invited   whole numbers >= 0, one for each row: with them the response rate is watched
 * @param shown     likewise, or NULL; only counted
 * @param declined  likewise, or NULL; only counted
 * @param periods   of the invitations, as in cx_monitor_observe
 * @param err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_invite(cx_monitor *self, const cx_array *points,
                                                const cx_array *invited, const cx_array *shown,
                                                const cx_array *declined, const cx_array *periods,
                                                cx_error *err);

/** @brief Gives points a reference from earlier answers, and starts their evidence at nothing.
 *
 * @param self        unchanged unless CX_OK
 * @param points      keys
 * @param detractors  counts, finite and >= 0, not necessarily whole: shares will do for a plug-in
 * @param passives    likewise
 * @param promoters   likewise; at least one of the two ends must be above 0
 * @param invited     of whom these answered, >= their sum; NULL: the response rate has no reference
 * @param err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_MEMORY
 *
 * Without this a point's reference is frozen by itself once its window, which ends `guard` periods
 * before, holds `baseline` answers.
 */
CX_API CX_NODISCARD cx_status cx_monitor_baseline(cx_monitor *self, const cx_array *points,
                                                  const cx_array *detractors,
                                                  const cx_array *passives,
                                                  const cx_array *promoters,
                                                  const cx_array *invited, cx_error *err);

/** @brief Gives the offsets of the cycle, which are otherwise learned from the first `learn`
 *  periods.
 *
 * @param self     unchanged unless CX_OK
 * @param offsets  points, one for each phase: the phase of a period is its number modulo `cycle`
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN
 */
CX_API CX_NODISCARD cx_status cx_monitor_set_cycle(cx_monitor *self, const cx_array *offsets,
                                                   cx_error *err);

/** @brief Ends the newest period: closes the oldest open cohort and begins a new period.
 *
 * Levels, shares and response rates are carried on and updated, R grows by 1 and by the cohort's
 * LR, alarms are raised: of the points without an alarm, those with the largest contributions, so
 * many that the others' sum is below arl. The same for the response rates, separately: with both,
 * the mean time to the first alarm of either kind is at least arl / 2.
 *
 * @param self  unchanged unless CX_OK
 * @param err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW (2^31 periods)
 *
 * Cost: O(points), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_monitor_end_period(cx_monitor *self, cx_error *err);

/** @brief Ends periods until `period` is the newest.
 *
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW
 * @retval CX_E_DOMAIN  the period lies before the newest: the clock runs backwards
 */
CX_API CX_NODISCARD cx_status cx_monitor_advance(cx_monitor *self, int64_t period, cx_error *err);

/** @brief Takes notice of points: their alarms end, their evidence starts again at nothing.
 *
 * @param self    unchanged unless CX_OK
 * @param points  keys, with an alarm or without
 * @param action  a cx_acknowledge
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_DOMAIN | CX_E_OPTION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_acknowledge(cx_monitor *self, const cx_array *points,
                                                     int32_t action, cx_error *err);

/** @brief Adds another monitor.
 *
 * Both have the same settings (but for first_period) and the same newest period. A point that only
 * one of them knows is taken as it is. Of a point that both know, the counts of the open cohorts
 * add up, and one of the two must have no history: no closed answers, no reference. Two histories
 * of one point do not add up: have the second engine collect in a fork.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_merge(cx_monitor *self, const cx_monitor *other,
                                               cx_error *err);

/** @brief 1 when both hold the same settings and content; 0 for NULL. */
CX_API int cx_monitor_equal(const cx_monitor *a, const cx_monitor *b);

/** @brief Bytes of the encoded monitor; 0 for NULL. */
CX_API size_t cx_monitor_encoded_size(const cx_monitor *self);

/** @brief Writes the monitor as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_monitor_encode(const cx_monitor *self, uint8_t *buffer,
                                                size_t size, cx_error *err);

/** @brief Reads an encoded monitor; see cx_tally_decode. */
CX_API CX_NODISCARD cx_status cx_monitor_decode(const uint8_t *bytes, size_t size,
                                                const cx_allocator *allocator, cx_monitor **out,
                                                cx_error *err);

/** @brief One row for each point: what a planner needs.
 *
 * Columns: the key (named as in cx_monitor_new); `weight`, the share g; `n`, closed answers;
 * `open`, answers in open cohorts; `level` and `se`, posterior mean and standard deviation, in
 * points; `s2`, variance of one answer, points^2; `variance`, of the level predicted for the next
 * cohort; `known` = s2 / variance, the answers that is worth; `detractors`, `passives`,
 * `promoters`, discounted shares; `invited`, `shown`, `declined`; `response_rate`, discounted, null
 * without invitations; `outstanding`, answers still expected from the open cohorts; `log_evidence`,
 * log R, null while learning; `log_evidence_down`, `log_evidence_up` and `log_evidence_adjusted`
 * (without common shocks), where they are kept; `log_evidence_rate`, null without a reference;
 * `reference` and `reference_up`, points, null while learning; `reference_n`, answers behind it;
 * `reference_rate`; `state`, "learning" or "watching"; `alarm`, "none", "down", "up", "rate" or
 * "score and rate"; `flag`, 1 for the points that e-BH names at level `fdr` from R / t
 * [WangRamdas2022], a statement about this moment only; `last`, period of the newest closed cohort
 * with answers; `age`, closed cohorts since. Figures: `period`, `arl`, `log_evidence` (as
 * cx_monitor_log_evidence), `log_evidence_rate`, `alarms`, `flags`, `learning`, `late`.
 *
 * @param      self  the monitor
 * @param[out] out   owned by the caller
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_points(const cx_monitor *self, cx_table **out,
                                                cx_error *err);

/** @brief One row for each alarm that is not acknowledged, by key.
 *
 * Columns: the key; `kind`, "down", "up" or "rate"; `since`, the period that raised it;
 * `log_evidence`, log R now; `reference`, points or a rate; `n_after`, answers of later cohorts,
 * and their mean `after` with `ci_low` and `ci_high` (score limits for points, Clopper-Pearson for
 * a rate) and `change` = after - reference. Answers before the alarm are what raised it and say
 * too much of the change; these do not. Null without such answers.
 *
 * @param      self  the monitor
 * @param[out] out   owned by the caller
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_monitor_alarms(const cx_monitor *self, cx_table **out,
                                                cx_error *err);

/** @brief How late answers come: one row for each age 0 .. max_age.
 *
 * Columns: `age`, periods after the invitation; `answers` of closed cohorts; `share` of their
 * answers that had come by then, null without any.
 */
CX_API CX_NODISCARD cx_status cx_monitor_delays(const cx_monitor *self, cx_table **out,
                                                cx_error *err);

/** @brief The cycle: one row for each phase.
 *
 * Columns: `phase`; `offset`, points, null until it is learned or given; `se`, null if given;
 * `learned`, what the answers so far say of it, null without any; `reference`, what is added to the
 * reference of a drop (offset, or its lower limit when references are limits).
 */
CX_API CX_NODISCARD cx_status cx_monitor_cycle(const cx_monitor *self, cx_table **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
