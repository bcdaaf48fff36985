#ifndef CXKIT_GATE_H
#define CXKIT_GATE_H

#include <cxkit/ledger.h>
#include <cxkit/recent.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup gate Gate
 *
 * May this customer be asked, here and now? Three questions in turn: do the rules allow it (a
 * customer is not asked again too soon), with which probability should a customer at this point be
 * asked to reach the plan's number by the end of its period, and what does the draw say.
 *
 * The draw is U = hash(seed, policy, period, point, contact) / 2^64, and the customer is invited
 * when U < p. It is made once for each customer, point and period, at the first visit that the
 * rules allow; later visits in the period find it made, with the p of that time. So a customer is
 * included with the probability that was logged, however often he comes, a repeated call gets the
 * same answer, and machines need no common lock.
 *
 * An invitation is entered into the gate's ledger by the call that grants it. What follows (shown,
 * declined, answered), and invitations made elsewhere, are told by cx_gate_record.
 *
 * Times are microseconds since 1970 UTC. The ledger keeps whole minutes, rounded up: with events
 * on whole minutes rules are exact, else a customer is spared for less than a minute longer.
 * @{
 */

/** What an event counts for, in a rule: where it has to have happened. */
typedef enum cx_scope {
    CX_SCOPE_ALL = 0,   /**< anywhere */
    CX_SCOPE_TYPE = 1,  /**< at a point of the same type */
    CX_SCOPE_GROUP = 2, /**< at a point of the same group */
    CX_SCOPE_POINT = 3, /**< at the same point */
    CX_SCOPE_END = 4    /**< one more than the largest */
} cx_scope;

/** What the caller should do with a contact that a rule refuses. The gate itself keeps no queue. */
typedef enum cx_action {
    CX_ACTION_BLOCK = 0, /**< drop it */
    CX_ACTION_DEFER = 1, /**< come again at `retry_at` */
    CX_ACTION_END = 2    /**< one more than the largest */
} cx_action;

/** A rule: at most so many events of a kind within a time, in a scope. */
typedef struct cx_rule {
    uint32_t struct_size; /**< set by cx_rule_init */
    int32_t scope;        /**< a cx_scope; default all. A point without a group or type is never in
                               the scope of another */
    int32_t event;        /**< a cx_event; default invited */
    int32_t most;         /**< events allowed in the window, the new one included: 1 (default) makes
                               the window a minimum gap. At most 8 less the kinds of event that the
                               rules name, invited always among them */
    double window;        /**< seconds; an event exactly this long ago no longer counts. At most 728
                               days */
    int32_t action;       /**< a cx_action; default defer */
    int32_t priority;     /**< the lowest refusing rule is the answer's reason; default 0 */
    uint64_t attributes;  /**< 0: for all contacts; else for those with any of these bits */
} cx_rule;

/** @brief The defaults: any invitation anywhere, deferred; `window` has to be set. */
CX_API void cx_rule_init(cx_rule *rule);

/** Why a contact is invited or not: name, number, word. */
#define CX_REASON_LIST(X)                                                                          \
    X(CX_REASON_INVITED, 0, "invited")     /* drawn */                                             \
    X(CX_REASON_NOT_DRAWN, 1, "not drawn") /* U >= p */                                            \
    X(CX_REASON_RULE, 2, "rule")           /* a rule refuses */                                    \
    X(CX_REASON_FORGOTTEN, 3, "forgotten") /* more events than are kept: a rule cannot know */     \
    X(CX_REASON_CLOCK, 4, "clock")         /* the contact has an event after this time */          \
    X(CX_REASON_RETIRED, 5, "retired")     /* the point asks nobody any more */                    \
    X(CX_REASON_STOPPED, 6, "stopped")     /* three standard deviations above its goal */          \
    X(CX_REASON_DRAWN_BEFORE, 7, "drawn before") /* not drawn earlier in this period */            \
    X(CX_REASON_ASKED_BEFORE, 8, "asked before") /* invited here earlier in this period */         \
    X(CX_REASON_NO_ID, 9, "no id")               /* the contact's id is missing */

/** Reasons. */
typedef enum cx_reason {
#define CX_REASON_ENUM(name, number, text) name = number,
    CX_REASON_LIST(CX_REASON_ENUM)
#undef CX_REASON_ENUM
        CX_REASON_END = 10 /**< one more than the largest */
} cx_reason;

/** @brief The word of a reason, such as "not drawn"; "unknown" outside the list. */
CX_API const char *cx_reason_name(int32_t reason);

/** Classes of contact frequency: 0, 1, 2-3, 4-7, 8-15, 16 and more visits lately. */
#define CX_FREQUENCY_CLASSES 6

/** One decision: the row of the log. */
typedef struct cx_decision {
    int64_t time;       /**< as given */
    int64_t point;      /**< number of the point, in the order they were added */
    uint64_t contact;   /**< key; 0 for a missing id */
    double probability; /**< p of the draw; 0 where there was none. Never recomputed */
    double u;           /**< U of this contact, point and period */
    int64_t retry_at; /**< when all rules will allow it, if nothing happens; `time` when they do */
    int64_t period;   /**< start of the period of the draw */
    int64_t policy;   /**< version of the policy */
    int64_t allocation; /**< id of the plan behind the point's goal, 0 without */
    int32_t invite;     /**< 1: ask */
    int32_t reason;     /**< a cx_reason */
    int32_t rule;       /**< the refusing rule that comes first, in the order they were added; -1 */
    int32_t action;     /**< of that rule, a cx_action; 0 without */
    int32_t frequency;  /**< class of contact frequency before this visit */
    int32_t repeat;     /**< 1: the draw was made by an earlier call */
    uint64_t attributes; /**< as given */
    int64_t reserved[4]; /**< zero */
} cx_decision;

/** How a gate is made. */
typedef struct cx_gate_options {
    uint32_t struct_size; /**< set by cx_gate_options_init */
    int32_t reserved;     /**< zero */
    uint64_t seed;        /**< of the draws: the same on all machines that share customers */
    uint64_t salt;        /**< of the contact keys; default 0 */
    int64_t policy;       /**< version of the policy: a new one makes new draws; default 0 */
    double p_min;         /**< exploration floor of every point that is not retired, > 0; 0.02 */
    double p_max;         /**< p_min .. 1; default 1 */
    double period;        /**< seconds between new draws where no goal is set; default 28 days */
    double retry;         /**< a call so many seconds after the draw gets the same answer, then the
                               contact counts as asked before; default 0: the same second */
    double clock_slack;   /**< seconds that a clock may run back without an error; default 0 */
    double class_window;  /**< visits of this many seconds make the frequency class: 28 days */
    int64_t capacity;     /**< contacts to make room for at once; default 0 */
} cx_gate_options;

/** @brief The defaults; set `seed`. */
CX_API void cx_gate_options_init(cx_gate_options *options);

/** What a goal counts. */
typedef enum cx_goal {
    CX_GOAL_INVITATIONS = 0, /**< invitations */
    CX_GOAL_ANSWERS = 1,     /**< answers: outstanding ones are expected by the response rate */
    CX_GOAL_END = 2          /**< one more than the largest */
} cx_goal;

/** What a point is to collect. */
typedef struct cx_gate_target_options {
    uint32_t struct_size;   /**< set by cx_gate_target_options_init */
    int32_t goal;           /**< a cx_goal; default invitations */
    double number;          /**< how many, >= 0 */
    int64_t start;          /**< of the period, microseconds since 1970 UTC */
    int64_t end;            /**< of the period, after start */
    double traffic;         /**< contacts expected from start to end that the rules allow; NaN
                                 (default): learnt from those that come */
    double traffic_weight;  /**< the forecast counts as much as so many contacts; default 10 */
    double traffic_memory;  /**< half-life of what was learnt, in seconds; 0 (default): a quarter
                                 of the period */
    double response;        /**< response rate before any is seen, 0 < r <= 1; default 0.2 */
    double response_weight; /**< it counts as much as so many invitations; default 20 */
    double delay;           /**< mean seconds from invitation to answer; default 1 day */
    double haste;           /**< p is at most so many times what the whole period needs on average,
                                 >= 1, infinity allowed: late contacts are not hurried; 2 */
    int32_t list;           /**< 1: exactly `traffic` contacts come, in any rhythm, such as a
                                 mailing; 0 (default): a flow */
    int32_t retired;        /**< 1: the point asks nobody; the rest is not read */
    int64_t allocation;     /**< id of the plan, for the log */
} cx_gate_target_options;

/** @brief The defaults; set `number`, `start` and `end`. */
CX_API void cx_gate_target_options_init(cx_gate_target_options *options);

/** A gate. */
typedef struct cx_gate cx_gate;

/** @brief Makes a gate without rules and points. First the rules, then the points.
 *
 * @param      options    NULL for the defaults
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_gate_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Cost: 1 byte for each contact of `capacity` (at least 1 MiB), and 48 for each when capacity is
 * set. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gate_new(const cx_gate_options *options,
                                          const cx_allocator *allocator, cx_gate **out,
                                          cx_error *err);

/** @brief Releases a gate. NULL is ignored. */
CX_API void cx_gate_free(cx_gate *self);

/** @brief Adds a rule. A contact passes when all rules allow it.
 *
 * @param self  unchanged unless CX_OK
 * @param rule  copied
 * @param err   may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_OPTION  a member outside its range
 * @retval CX_E_LIMIT   more than 32 rules, or points were added before
 */
CX_API CX_NODISCARD cx_status cx_gate_add_rule(cx_gate *self, const cx_rule *rule, cx_error *err);

/** @brief A filter in place of the ledger: 2.5 bytes a contact, and one rule, number 0.
 *
 * Nobody is asked again within the filter's window, whatever the point, and there are no other
 * rules. A few are spared who were not asked: cx_gate_coverage says how many. What the filter says
 * does not depend on the draw, so that probabilities in the log stay right; whoever is spared has
 * none. `retry_at` is when the generation is over.
 *
 * @param self    unchanged unless CX_OK; without rules and points
 * @param filter  copied, with what it knows
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 * @retval CX_E_OPTION    the gate has rules
 * @retval CX_E_LIMIT     it has points, or a filter
 * @retval CX_E_MISMATCH  the filter has another salt
 *
 * cx_gate_erase then forgets nobody, cx_gate_ledger is NULL, cx_gate_merge an error. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gate_use_recent(cx_gate *self, const cx_recent *filter,
                                                 cx_error *err);

/** @brief The gate's filter, which stays the gate's; NULL when it keeps a ledger. */
CX_API const cx_recent *cx_gate_recent(const cx_gate *self);

/** @brief Adds what another machine's filter knows.
 *
 * @param self   unchanged unless CX_OK
 * @param other  the other filter
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH (made with other options, or the gate keeps a ledger)
 */
CX_API CX_NODISCARD cx_status cx_gate_merge_recent(cx_gate *self, const cx_recent *other,
                                                   cx_error *err);

/** @brief Adds measurement points; they are numbered in the order they come.
 *
 * @param self    unchanged unless CX_OK
 * @param points  a column `point` (whole numbers or text, none missing), and if wanted `group` and
 *                `type` (keys; missing: none) and `exempt`, bits 1 << number of the rules that do
 *                not hold here. Events at an exempt point do not count for its rules either:
 *                reminders, transactional messages
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_MEMORY | CX_E_MISMATCH
 * @retval CX_E_NAME    another column, or no column `point`
 * @retval CX_E_DOMAIN  a point that is missing or there already, bits of rules that are not there
 * @retval CX_E_LIMIT   the rules would have to tell more than CX_LEDGER_PLACES places apart
 *                      (points if a rule has that scope, else groups and types)
 * @retval CX_E_OPTION  `most` of a rule is more than the ledger can tell
 */
CX_API CX_NODISCARD cx_status cx_gate_add_points(cx_gate *self, const cx_frame *points,
                                                 cx_error *err);

/** @brief Number of points. */
CX_API int64_t cx_gate_size(const cx_gate *self);

/** @brief The weights of the hours of a week, Monday 0 o'clock UTC first: when contacts come.
 *
 * @param self     unchanged unless CX_OK
 * @param weights  168 numbers >= 0 that are not all 0; NULL: those learnt from all visits so far,
 *                 each hour's count plus a twentieth of the mean
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN
 * @retval CX_E_FEW  fewer than 1,680 visits to learn from
 */
CX_API CX_NODISCARD cx_status cx_gate_profile(cx_gate *self, const cx_array *weights,
                                              cx_error *err);

/** @brief Sets what a point is to collect, or retires it; its counts start anew.
 *
 * The probability of a draw at time t is
 *
 *     p = clip(min(v / (1 + E[further contacts until the end]), haste u), p_min, p_max)
 *     u = (number / r) / (contacts so far + 1 + E[further contacts]), r = 1 for invitations
 *     v = number - invited                                          (invitations)
 *     v = max(0, number - answered - r outstanding) / r             (answers)
 *
 * with the posterior mean r of the response rate, outstanding invitations by an exponential delay,
 * and a Gamma posterior for the rate of contacts, in units of the weekly profile. A contact is
 * drawn once in the period, so that new ones become fewer: by how much is learnt from those who
 * come again, in this period and the one before. It is a closed loop: what went wrong so far is put
 * right by the p of those still to come, and late contacts are as likely to be asked as early ones.
 * Once the goal is reached p stays at p_min, so that a point is never blind. The stop at number + 3
 * sqrt(number) is a guard against a forecast that is wrong by far: a stop at the number itself
 * would be reached in half of all periods and then leave out everybody who comes late
 * [Balseiro2023].
 *
 * A point without a goal draws with p_max; outside start .. end with p_min.
 *
 * @param self     unchanged unless CX_OK
 * @param point    its number
 * @param options  required
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 * @retval CX_E_NAME  no such point
 */
CX_API CX_NODISCARD cx_status cx_gate_target(cx_gate *self, int64_t point,
                                             const cx_gate_target_options *options, cx_error *err);

/** @brief The version of the policy from now on: new draws for everybody. */
CX_API void cx_gate_set_policy(cx_gate *self, int64_t policy);

/** @brief Decides about one contact, and enters the invitation if there is one.
 *
 * @param      self        unchanged unless CX_OK
 * @param      contact     key (cx_contact_text, cx_contact_number); 0: id missing, never invited
 * @param      point       its number
 * @param      time        not before that of the last decision, less `clock_slack`
 * @param      attributes  bits of the contact, for rules that have any
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 * @retval CX_E_NAME    no such point
 * @retval CX_E_DOMAIN  a time that runs backwards, before 1970 or after 2106
 *
 * A contact with an event after `time` is refused by the reason "clock". Cost: about 0.2 us with
 * millions of contacts. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gate_decide(cx_gate *self, uint64_t contact, int64_t point,
                                             int64_t time, uint64_t attributes, cx_decision *out,
                                             cx_error *err);

/** @brief Decides about many contacts, row after row, as cx_gate_decide would.
 *
 * Columns of the table, one row each: `time`, `point`, `contact` (key), `invite`, `probability`,
 * `u`, `reason` (word), `rule` (null without), `action` (word; null without), `retry_at` (null when
 * allowed), `frequency`, `repeat`, `period`, `policy`, `allocation`. It is the log.
 *
 * @param      self        unchanged unless CX_OK
 * @param      contact     whole numbers or text; a null is refused by the reason "no id"
 * @param      point       points as they were added
 * @param      time        in order; a null is an error
 * @param      attributes  NULL, or bits of each contact; a null has none
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_MISMATCH | CX_E_MEMORY
 * @retval CX_E_NAME    a point that was not added
 * @retval CX_E_DOMAIN  a time that is missing, runs backwards, or lies outside 1970 .. 2106
 *
 * Cost: O(rows), and 120 bytes for each. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_gate_decide_all(cx_gate *self, const cx_array *contact,
                                                 const cx_array *point, const cx_array *time,
                                                 const cx_array *attributes, cx_table **out,
                                                 cx_error *err);

/** @brief Enters what became of an invitation, or an invitation made elsewhere.
 *
 * The same event of the same minute twice is one event, and an invitation of the running period
 * has one answer. Answers count for the goal of the point from the start of its period on. The
 * ledger keeps only events that count for some rule.
 *
 * @param self     unchanged unless CX_OK
 * @param contact  key, not 0
 * @param point    its number
 * @param event    a cx_event
 * @param time     when it happened; may be long ago
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_DOMAIN | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_gate_record(cx_gate *self, uint64_t contact, int64_t point,
                                             int32_t event, int64_t time, cx_error *err);

/** @brief Enters a decision that was made before, from a log: after a restart.
 *
 * Rules are not asked again: what the row says is entered, its draw and its invitation. Rows that
 * made no draw only count.
 *
 * @param self      unchanged unless CX_OK
 * @param decision  the row
 * @param err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_MEMORY
 * @retval CX_E_DOMAIN  a row that cannot be
 */
CX_API CX_NODISCARD cx_status cx_gate_replay(cx_gate *self, const cx_decision *decision,
                                             cx_error *err);

/** @brief Share of traffic that could be asked, by class of contact frequency.
 *
 * Customers who come often are the ones that rules spare. Estimates from those who could be asked
 * are about customers not asked lately, unless they are post-stratified on this class.
 *
 * Columns, a row for each class: `frequency`, `visits` (decisions), `share` of them, `eligible`
 * (passed the rules), `eligible_share` (null without visits), `quarantined_share`, `drawn` (draws
 * made), `invited`. Figures: `visits`, `eligible`, `eligible_share`, `quarantined_share`, and
 * visits by reason: `reason_rule` and so on. With a filter `spared_rate`, the share of contacts not
 * asked that it now takes for asked, and `spared_share`, the visits refused for that, estimated as
 * (1 - quarantined_share) rate / (1 - rate); both 0 with a ledger.
 *
 * @param      self  the state
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_gate_coverage(const cx_gate *self, cx_table **out, cx_error *err);

/** @brief Where each point stands: what it has, what it expects, its probability now.
 *
 * Columns: `point`, `goal` (null without), `visits` (draws of the period), `invited`, `shown`,
 * `declined`, `answered`, `outstanding` (answers expected), `response`, `needed` (v), `expected`
 * (contacts to come), `probability`, `state`: "open", "retired", "stopped", "outside" its period.
 *
 * @param      self  the state
 * @param      time  now
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY | CX_E_DOMAIN
 */
CX_API CX_NODISCARD cx_status cx_gate_points(const cx_gate *self, int64_t time, cx_table **out,
                                             cx_error *err);

/** @brief The gate's ledger, which stays the gate's; NULL before any point was added. */
CX_API const cx_ledger *cx_gate_ledger(const cx_gate *self);

/** @brief Adds what another machine's ledger knows. Rules, points and salt have to be the same, and
 * the points added in the same order.
 *
 * @param self   unchanged unless CX_OK
 * @param other  the other ledger
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH | CX_E_MEMORY | CX_E_EMPTY (no points yet)
 */
CX_API CX_NODISCARD cx_status cx_gate_merge(cx_gate *self, const cx_ledger *other, cx_error *err);

/** @brief What has to agree for a log to be played into a gate: seed, salt and the names of the
 * first `points` points; 0 for NULL. */
CX_API uint64_t cx_gate_fingerprint(const cx_gate *self, int64_t points);

/** @brief Forgets the events of one contact. Returns 1 if there were any. Its draws of the running
 * period stay, as numbers that lead back to nobody. */
CX_API int cx_gate_erase(cx_gate *self, uint64_t contact);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
