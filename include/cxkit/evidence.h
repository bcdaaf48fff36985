#ifndef CXKIT_EVIDENCE_H
#define CXKIT_EVIDENCE_H

#include <cxkit/alloc.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup evidence Levels of evidence and verdicts
 *
 * How far a claim about a link may go, and what a test of it says, in fixed words.
 * @{
 */

/** Levels of evidence: name, number, word, what the level lets one say of a link. */
#define CX_EVIDENCE_LIST(X)                                                                        \
    X(CX_EVIDENCE_ASSUMED, 0, "assumed", "is assumed to go with")                                  \
    X(CX_EVIDENCE_ASSOCIATED, 1, "associated", "is associated with")                               \
    X(CX_EVIDENCE_ADJUSTED, 2, "adjusted",                                                         \
      "is associated, after adjusting for what was measured, with")                                \
    X(CX_EVIDENCE_ORDERED, 3, "ordered in time", "precedes")                                       \
    X(CX_EVIDENCE_QUASI, 4, "quasi-experiment", "is estimated to have changed")                    \
    X(CX_EVIDENCE_RANDOMISED, 5, "randomised", "caused")

/** Levels of evidence. */
typedef enum cx_evidence_level {
#define CX_EVIDENCE_ENUM(name, number, text, sentence) name = number,
    CX_EVIDENCE_LIST(CX_EVIDENCE_ENUM)
#undef CX_EVIDENCE_ENUM
        CX_EVIDENCE_END = 6 /**< one more than the highest */
} cx_evidence_level;

/** @brief The word of a level, such as "adjusted"; "unknown" outside the list. */
CX_API const char *cx_evidence_name(int32_t level);

/** @brief What a level lets one say, such as "is associated with"; "" outside the list. */
CX_API const char *cx_evidence_phrase(int32_t level);

/** Why a level is lowered: name, number, word, sentence. */
#define CX_EVIDENCE_RULE_LIST(X)                                                                   \
    X(CX_RULE_UNADJUSTED, 0, "unadjusted",                                                         \
      "nothing is adjusted for: without it the order in time does not count either")               \
    X(CX_RULE_OVERLAP, 1, "overlap",                                                               \
      "the groups hardly overlap: less than 20 % of the sample is left after weighting")           \
    X(CX_RULE_SEPARATED, 2, "separated",                                                           \
      "a predictor separates the outcomes: the model has no finite answer")                        \
    X(CX_RULE_UNORDERED, 3, "unordered",                                                           \
      "it is not established that the change came before what it is to explain")                   \
    X(CX_RULE_FEW_PERIODS, 4, "few-periods", "there are fewer than 30 periods")                    \
    X(CX_RULE_REVERSE, 5, "reverse", "the reverse direction is as strong")                         \
    X(CX_RULE_PRE_TREND, 6, "pre-trend", "the groups were already drifting apart before")          \
    X(CX_RULE_BREAKDOWN, 7, "breakdown",                                                           \
      "a violation of parallel trends no larger than those before would undo the result")          \
    X(CX_RULE_PLACEBO, 8, "placebo",                                                               \
      "with one treated unit, untreated ones move as much too often")                              \
    X(CX_RULE_UNIDENTIFIED, 9, "unidentified",                                                     \
      "the register of changes says it is only identified together with another")                  \
    X(CX_RULE_SPLIT, 10, "split", "the groups have not the sizes that were drawn")                 \
    X(CX_RULE_SPLIT_UNKNOWN, 11, "split-unknown",                                                  \
      "the sizes of the groups were not checked against what was drawn")                           \
    X(CX_RULE_ATTRITION, 12, "attrition",                                                          \
      "drop-out differs between the groups by more than 5 points")                                 \
    X(CX_RULE_THROUGH, 13, "through",                                                              \
      "the initiative was randomised, not the score through which this link goes")                 \
    X(CX_RULE_SELECTED, 14, "selected",                                                            \
      "units were chosen by how they did before: part of any change is regression to the mean")

/** Why a level is lowered. */
typedef enum cx_evidence_rule {
#define CX_EVIDENCE_RULE_ENUM(name, number, text, sentence) name = number,
    CX_EVIDENCE_RULE_LIST(CX_EVIDENCE_RULE_ENUM)
#undef CX_EVIDENCE_RULE_ENUM
        CX_RULE_END = 15 /**< one more than the largest */
} cx_evidence_rule;

/** @brief The word of a rule, such as "pre-trend"; "unknown" outside the list. */
CX_API const char *cx_evidence_rule_name(int32_t rule);

/** What is known of how a link was found. What is not known stays as cx_evidence_facts_init left
 *  it. */
typedef struct cx_evidence_facts {
    uint32_t struct_size; /**< set by cx_evidence_facts_init */
    int32_t level;        /**< a cx_evidence_level: that of the method; default associated */
    int32_t adjusted;     /**< 1: stated confounders are adjusted for; default 0 */
    int32_t ordered;      /**< 1: the cause was measured before the effect; default 0 */
    int32_t reverse;      /**< 1: the reverse direction is as strong; default 0 */
    int32_t separated;    /**< 1: a predictor separates the outcomes; default 0 */
    int32_t unidentified; /**< 1: only identified together with another change; default 0 */
    int32_t through;      /**< 1: a slope through a score, where something else was randomised;
                               default 0 */
    int32_t selected;     /**< 1: units chosen by their values before the change; default 0 */
    int32_t treated;      /**< units treated; 0 (default): not known, or many */
    double periods;       /**< periods in the series; NaN (default): not known */
    double overlap;       /**< Kish's effective sample after weighting, as a share; NaN */
    double pre_trend_p;   /**< p-value of the test before the change; NaN */
    double breakdown;     /**< violation of parallel trends, relative to those before, at which the
                               result is lost; NaN */
    double placebo_p;     /**< rank of the treated unit among placebos, as a p-value; NaN */
    double split_p;       /**< p-value of the sizes of the groups against those drawn; NaN */
    double attrition;     /**< difference in drop-out between the groups, 0..1; NaN */
} cx_evidence_facts;

/** @brief Nothing known, method of level 1. */
CX_API void cx_evidence_facts_init(cx_evidence_facts *facts);

/** @brief The level of evidence of a link, and why it is not higher.
 *
 * | level of the method | is lowered |
 * | --- | --- |
 * | 2 adjusted | to 1: not adjusted, overlap below 0.2, separated, unidentified |
 * | 3 ordered in time | to 2: not ordered, fewer than 30 periods, reverse as strong; and as 2: the
 *   order in time counts on top of adjustment, not in its place |
 * | 4 quasi-experiment | to 2: pre_trend_p < 0.05, breakdown < 1, selected; to 3: one unit treated
 *   and placebo_p > 0.1; to 1: unidentified |
 * | 5 randomised | to 2: split_p < 0.0005; to 4: attrition above 0.05, split_p not known; through a
 *   score: the level of that slope, 2 if adjusted, else 1 |
 *
 * @param      facts  see above
 * @param[out] out    a row for each rule that lowered the level, and for each fact that was wanted
 *                    and is not known; free with cx_table_free
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION (a fact outside its range) | CX_E_MEMORY
 *
 * Columns: `rule`, `effect` ("lowered" or "not-checked"), `from`, `to` (levels before and after
 * this rule), `value`, `limit` (missing where there is none), `sentence`. Figures: `level`,
 * `claimed`. Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_evidence(const cx_evidence_facts *facts, cx_table **out,
                                          cx_error *err);

/* -- verdicts ------------------------------------------------------------------------------ */

/** What a test of a link says: name, number, words. */
#define CX_VERDICT_LIST(X)                                                                         \
    X(CX_VERDICT_NOT_TESTABLE, 0, "not testable with these data")                                  \
    X(CX_VERDICT_NO_LINK, 1, "no link found")                                                      \
    X(CX_VERDICT_LINK, 2, "link found")

/** What a test of a link says. */
typedef enum cx_verdict_word {
#define CX_VERDICT_ENUM(name, number, text) name = number,
    CX_VERDICT_LIST(CX_VERDICT_ENUM)
#undef CX_VERDICT_ENUM
        CX_VERDICT_END = 3 /**< one more than the largest */
} cx_verdict_word;

/** @brief The words of a verdict, such as "no link found"; "unknown" outside the list. */
CX_API const char *cx_verdict_name(int32_t verdict);

/** Why a link is not testable: name, number, word. */
#define CX_VERDICT_REASON_LIST(X)                                                                  \
    X(CX_REASON_TESTABLE, 0, "")                                                                   \
    X(CX_REASON_NO_VALUE, 1, "no-value")          /* there is no estimate */                       \
    X(CX_REASON_NO_ERROR, 2, "no-standard-error") /* or it is 0 */                                 \
    X(CX_REASON_CELLS, 3, "cells")                /* a cell is too small */                        \
    X(CX_REASON_POWER, 4, "power")                /* the effect of interest would be missed */     \
    X(CX_REASON_NO_EFFECT, 5, "no-effect-stated") /* no smallest effect of interest was stated */

/** Why a link is not testable. */
typedef enum cx_verdict_reason {
#define CX_VERDICT_REASON_ENUM(name, number, text) name = number,
    CX_VERDICT_REASON_LIST(CX_VERDICT_REASON_ENUM)
#undef CX_VERDICT_REASON_ENUM
        CX_REASON_VERDICT_END = 6 /**< one more than the largest */
} cx_verdict_reason;

/** @brief The word of a reason, such as "power"; "unknown" outside the list. */
CX_API const char *cx_verdict_reason_name(int32_t reason);

/** Options of cx_verdict. */
typedef struct cx_verdict_options {
    uint32_t struct_size; /**< set by cx_verdict_options_init */
    double smallest;      /**< smallest effect of interest, > 0, in the unit of the estimate; NaN
                               (default): none was stated, so "no link found" cannot be said */
    double power;         /**< wanted at the smallest effect, 0.5..1; default 0.8 */
    double confidence;    /**< of the two-sided test; default 0.95 */
    double reliability; /**< of the explaining measure, above 0, at most 1: an effect of d shows as
                             d times it; default 1 */
    int64_t cell;       /**< the smallest cell behind the estimate; -1 (default): not known */
    int64_t least_cell; /**< the smallest allowed; default 5 */
} cx_verdict_options;

/** @brief The defaults: no effect stated, power 80 %, 95 %, reliable. */
CX_API void cx_verdict_options_init(cx_verdict_options *options);

/** A verdict and the figures behind it. */
typedef struct cx_verdict_result {
    int32_t verdict;    /**< a cx_verdict_word */
    int32_t reason;     /**< a cx_verdict_reason */
    int32_t negligible; /**< 1: the whole interval is nearer to 0 than the smallest effect */
    int32_t direction;  /**< -1 or 1 of a link found, else 0 */
    double value;       /**< of the estimate */
    double p_value;     /**< of no link; NaN where it cannot be tested */
    double power;       /**< at the smallest effect; NaN without one */
    double detectable;  /**< effect that is found with the power wanted; NaN without an error */
    double smallest;    /**< as stated */
    double reliability; /**< as given */
    int64_t n;          /**< answers behind the estimate */
    int64_t cell;       /**< smallest cell; -1: not known */
} cx_verdict_result;

/** @brief One of three: "link found", "no link found", "not testable with these data".
 *
 * Not testable: no value, no standard error, a cell below `least_cell`. Else a link is found when p
 * is below 1 - confidence. Else "no link found" only with the power wanted at the smallest effect
 * of interest, which shows as its `reliability`; with less power, or without such an effect, the
 * data cannot tell: not testable. Power is that of the two-sided test on the estimate's
 * degrees of freedom (noncentral t).
 *
 * @param      estimate  a coefficient or a difference, 0 where there is no link
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 *
 * Without a standard error the interval stands in for it. Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_verdict(const cx_estimate *estimate,
                                         const cx_verdict_options *options, cx_verdict_result *out,
                                         cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
