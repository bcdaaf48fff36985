#ifndef CXKIT_CASE_H
#define CXKIT_CASE_H

#include <cxkit/estimate.h>
#include <cxkit/evidence.h>
#include <cxkit/finance.h>
#include <cxkit/linkage.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup case Business cases
 *
 * The chain from an initiative over what customers experience and do to money. A case holds metrics
 * (each with an area, a unit and a direction), links between them, costs, and what has been
 * observed since. Every link carries its own uncertainty and its level of evidence into the result,
 * so that a case can say no, and which link to measure next.
 *
 * Periods are whole: 0 is now, effects start in period 1 unless said otherwise, and money of period
 * t is discounted to now.
 * @{
 */

#define CX_CASE_MOST_LINKS 64     /**< links of a case */
#define CX_CASE_MOST_COSTS 32     /**< costs of a case */
#define CX_CASE_MOST_METRICS 64   /**< metrics and initiatives of a case */
#define CX_CASE_MOST_LAGS 120     /**< periods of a lag profile */
#define CX_CASE_MOST_HORIZON 600  /**< periods of a case */
#define CX_CASE_MOST_OBSERVED 128 /**< observations, and totals, of a case */

/** Distributions of what is uncertain: name, number, word. */
#define CX_SPREAD_LIST(X)                                                                          \
    X(CX_SPREAD_FIXED, 0, "fixed")           /* the value, for sure */                             \
    X(CX_SPREAD_NORMAL, 1, "normal")         /* mean and standard deviation; t with `df` */        \
    X(CX_SPREAD_LOGNORMAL, 2, "lognormal")   /* mean and standard deviation, value not 0 */        \
    X(CX_SPREAD_TRIANGULAR, 3, "triangular") /* most likely value, between low and high */         \
    X(CX_SPREAD_UNIFORM, 4, "uniform")       /* between low and high */

/** Distributions of what is uncertain. */
typedef enum cx_spread {
#define CX_SPREAD_ENUM(name, number, text) name = number,
    CX_SPREAD_LIST(CX_SPREAD_ENUM)
#undef CX_SPREAD_ENUM
        CX_SPREAD_END = 5 /**< one more than the largest */
} cx_spread;

/** @brief The word of a distribution, such as "lognormal"; "unknown" outside the list. */
CX_API const char *cx_spread_name(int32_t spread);

/** Forms of a link: name, number, word. */
#define CX_LINK_FORM_LIST(X)                                                                       \
    X(CX_FORM_LINEAR, 0, "linear")             /* change = value x */                              \
    X(CX_FORM_PROPORTIONAL, 1, "proportional") /* change = base (exp(value x) - 1) */              \
    X(CX_FORM_LOGIT, 2, "logit")               /* change = expit(logit(base) + value x) - base */

/** Forms of a link. */
typedef enum cx_link_form {
#define CX_LINK_FORM_ENUM(name, number, text) name = number,
    CX_LINK_FORM_LIST(CX_LINK_FORM_ENUM)
#undef CX_LINK_FORM_ENUM
        CX_FORM_END = 3 /**< one more than the largest */
} cx_link_form;

/** @brief The word of a form, such as "logit"; "unknown" outside the list. */
CX_API const char *cx_link_form_name(int32_t form);

/** Options of cx_case_new. */
typedef struct cx_case_options {
    uint32_t struct_size;  /**< set by cx_case_options_init */
    int32_t timing;        /**< a cx_flow_timing: of the effects' money; default at the end */
    int64_t horizon;       /**< periods, 1 .. CX_CASE_MOST_HORIZON; default 12 */
    double periods_a_year; /**< rates are for a year of so many periods; default 1: for a period */
    double population;     /**< people the case is about, in period 0; NaN (default): not given */
    double growth;         /**< of the population, for a period; default 0 */
    double capacity;       /**< most people the initiatives can reach; default infinity */
} cx_case_options;

/** @brief The defaults: 12 periods, rates for a period, no population. */
CX_API void cx_case_options_init(cx_case_options *options);

/** A case. */
typedef struct cx_case cx_case;

/** @brief Makes an empty case.
 *
 * @param      currency   three capital letters, such as "EUR": the unit of money
 * @param      rates      discount rate, > -1: one, or one for each period 0 .. horizon (spot rates)
 * @param      options    NULL for the defaults
 * @param      allocator  kept by the case; NULL = malloc
 * @param[out] out        owned by the caller: cx_case_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_DOMAIN | CX_E_LENGTH | CX_E_TYPE | CX_E_MEMORY
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_new(const char *currency, const cx_array *rates,
                                          const cx_case_options *options,
                                          const cx_allocator *allocator, cx_case **out,
                                          cx_error *err);

/** @brief Releases a case. NULL is ignored. */
CX_API void cx_case_free(cx_case *self);

/** @brief Names a metric, its area and its unit. A link to a metric that is not named names it.
 *
 * @param self       unchanged unless CX_OK
 * @param name       1 to 63 bytes
 * @param area       a cx_area
 * @param unit       such as "NPS points", "points of 0-10", "share"; a currency makes it money
 * @param direction  1: higher is better, -1: lower is better, 0: not said
 * @param err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_DOMAIN | CX_E_LIMIT
 * @retval CX_E_MISMATCH  it is there with another area, unit or direction; a foreign currency
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_metric(cx_case *self, const char *name, int32_t area,
                                             const char *unit, int32_t direction, cx_error *err);

/** Options of a link. */
typedef struct cx_link_options {
    uint32_t struct_size; /**< set by cx_link_options_init */
    int32_t evidence;     /**< a cx_evidence_level of the estimate; default associated */
    int32_t form;         /**< a cx_link_form; default linear */
    int32_t spread;       /**< a cx_spread; default normal */
    int32_t per_person;   /**< of a link to money: 1 (default): per person and period; 0: for the
                               whole company and period */
    int32_t is_value;     /**< 1: what a unit of behaviour is worth, from the books: no claim about
                               causes, and not counted in the level of evidence; needs a source */
    int32_t direct;       /**< 1: initiative to money as a whole, to hold the chain against; not
                               added to it */
    int32_t from_direction; /**< of `from`, as in cx_case_metric; default 0 */
    int32_t to_direction;   /**< of `to`; default 0 */
    int64_t start;          /**< of a link from an initiative: its first period; default 1 */
    double low;             /**< of triangular and uniform */
    double high;            /**< of triangular and uniform */
    double base;            /**< of proportional and logit: level from which `to` changes */
    double observed_low;  /**< range of changes of `from` that were observed within units; NaN: not
                               known (default) */
    double observed_high; /**< the same */
    double observed_periods; /**< of a link from an initiative: periods over which the effect was
                                  observed, after which it ends; NaN: not known (default), and then
                                  it holds for the horizon, which is noted */
    double held;  /**< instead: periods it is taken to hold; needs a source when longer */
    double decay; /**< part of the effect left from a period to the next after that, 0..1;
                       default 0 */
} cx_link_options;

/** @brief The defaults: a linear, normal link of level 1. */
CX_API void cx_link_options_init(cx_link_options *options);

/** @brief Adds a link from an estimate: the change of `to` for a unit of `from`.
 *
 * @param self       unchanged unless CX_OK
 * @param name       1 to 63 bytes, of its own
 * @param from       metric or initiative
 * @param to         metric
 * @param from_unit  unit in which the estimate counts `from`; NULL: `from` is an initiative, which
 * is done or not, or a metric already named
 * @param to_unit    the same for `to`; NULL: already named
 * @param estimate   value, se and df are used; se = 0 is refused: nothing estimated is certain
 * @param lag        share of the effect that arrives 0, 1, 2 ... periods later, summing to 1; NULL:
 *                   all at once
 * @param source     where it comes from; NULL for an estimate of one's own
 * @param options    NULL for the defaults
 * @param err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_DOMAIN | CX_E_OPTION | CX_E_TYPE | CX_E_EMPTY (no value) |
 *         CX_E_LIMIT
 * @retval CX_E_MISMATCH  another unit, direction or currency than the metric has; the sentence says
 *                        which
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_link(cx_case *self, const char *name, const char *from,
                                           const char *to, const char *from_unit,
                                           const char *to_unit, const cx_estimate *estimate,
                                           const cx_array *lag, const char *source,
                                           const cx_link_options *options, cx_error *err);

/** @brief Adds a link that is assumed: level 0, with a source.
 *
 * @param self    unchanged unless CX_OK
 * @param name, from, to, from_unit, to_unit, lag, options  as in cx_case_link
 * @param value   mean, or most likely value of a triangle
 * @param sd      of normal and lognormal, > 0; of no account otherwise
 * @param source  who says so, and where: not empty
 * @param err     may be NULL
 * @retval as cx_case_link
 *
 * With options.is_value it is a value from the books, else of level 0. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_assume(cx_case *self, const char *name, const char *from,
                                             const char *to, const char *from_unit,
                                             const char *to_unit, double value, double sd,
                                             const cx_array *lag, const char *source,
                                             const cx_link_options *options, cx_error *err);

/** @brief The influence of each person or cluster on a link's estimate, so that links estimated on
 *  the same people vary together: V_ab = sum_c influence_a,c influence_b,c.
 *
 * @param self       unchanged unless CX_OK
 * @param name       of a link
 * @param id         key column: whole numbers or text, the same for all links
 * @param influence  none missing
 * @param err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_EMPTY |
 *         CX_E_MISMATCH (ids of another type) | CX_E_MEMORY
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_influence(cx_case *self, const char *name, const cx_array *id,
                                                const cx_array *influence, cx_error *err);

/** @brief States the correlation of two links or costs (of the normal variables behind them).
 *
 * @param self    unchanged unless CX_OK
 * @param a, b    names of links or costs
 * @param rho     in (-1, 1)
 * @param source  who says so; not empty
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_DOMAIN | CX_E_LIMIT
 */
CX_API CX_NODISCARD cx_status cx_case_correlate(cx_case *self, const char *a, const char *b,
                                                double rho, const char *source, cx_error *err);

/** @brief Adds a cost: money that goes out in each period from first to last.
 *
 * @param self    unchanged unless CX_OK
 * @param name    1 to 63 bytes, of its own
 * @param amount  for a period, >= 0: mean, or most likely
 * @param sd      of normal and lognormal
 * @param first   period, 0 is now
 * @param last    period, at most the horizon
 * @param spread  a cx_spread
 * @param low     of triangular and uniform
 * @param high    of triangular and uniform
 * @param source  who says so; may be NULL
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_DOMAIN | CX_E_OPTION | CX_E_LIMIT
 */
CX_API CX_NODISCARD cx_status cx_case_cost(cx_case *self, const char *name, double amount,
                                           double sd, int64_t first, int64_t last, int32_t spread,
                                           double low, double high, const char *source,
                                           cx_error *err);

/** @brief What happened: the change of a metric that was observed by the end of a period.
 *
 * @param self    unchanged unless CX_OK
 * @param metric  its name; of money: the sum so far
 * @param period  1 .. horizon
 * @param change  in the metric's unit
 * @param se      of the change, > 0
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_DOMAIN | CX_E_LIMIT
 */
CX_API CX_NODISCARD cx_status cx_case_observe(cx_case *self, const char *metric, int64_t period,
                                              double change, double se, cx_error *err);

/** @brief The total change of a metric by the end of a period, whatever its causes: what all
 *  initiatives claim together has to fit into it.
 *
 * @param self, metric, period, change, se, err  as in cx_case_observe
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_DOMAIN | CX_E_LIMIT
 */
CX_API CX_NODISCARD cx_status cx_case_total(cx_case *self, const char *metric, int64_t period,
                                            double change, double se, cx_error *err);

/* -- running ------------------------------------------------------------------------------- */

/** Options of cx_case_run. */
typedef struct cx_case_run_options {
    uint32_t struct_size; /**< set by cx_case_run_options_init */
    int32_t antithetic;   /**< 1 (default): draws come in mirrored pairs */
    int64_t draws;        /**< even, 1000 .. 1000000; default 20000 */
    uint64_t seed;        /**< the same seed, the same figures; default 0 */
    double confidence;    /**< of the intervals; default 0.9 */
    double surely;        /**< probability of a gain above which the case is said to pay, and below
                               the rest of which it does not; default 0.8 */
    int32_t sobol;        /**< 1: the first 32 inputs from a Sobol sequence, moved by the seed, in
                               the place of random numbers [Sobol1967]: means and shares come nearer
                               for smooth cases, and `antithetic` does not count; default 0 */
    int32_t reserved;     /**< 0 */
} cx_case_run_options;

/** @brief The defaults: 20,000 draws, mirrored, 90 %. */
CX_API void cx_case_run_options_init(cx_case_run_options *options);

/** What a case says in the end: name, number, word. */
#define CX_DECISION_WORD_LIST(X)                                                                   \
    X(CX_CASE_DOES_NOT_PAY, 0, "does not pay")                                                     \
    X(CX_CASE_UNDECIDED, 1, "undecided")                                                           \
    X(CX_CASE_PAYS, 2, "pays")

/** What a case says in the end. */
typedef enum cx_case_word {
#define CX_CASE_WORD_ENUM(name, number, text) name = number,
    CX_DECISION_WORD_LIST(CX_CASE_WORD_ENUM)
#undef CX_CASE_WORD_ENUM
        CX_CASE_WORD_END = 3 /**< one more than the largest */
} cx_case_word;

/** @brief The word of what a case says, such as "pays"; "unknown" outside the list. */
CX_API const char *cx_case_word_name(int32_t word);

/** The figures of a case. Money is in its currency, times in periods. */
typedef struct cx_case_summary {
    double npv;               /**< mean net present value */
    double npv_sd;            /**< its standard deviation */
    double npv_median;        /**< half of the outcomes are below */
    double npv_low;           /**< lower limit of the interval */
    double npv_high;          /**< upper limit of the interval */
    double npv_exact;         /**< mean without draws, where there is a closed form; else NaN */
    double npv_exact_sd;      /**< the same for the standard deviation */
    double p_positive;        /**< P(NPV > 0) */
    double p_positive_se;     /**< its Monte-Carlo error */
    double shortfall;         /**< mean of the worst 5 % */
    double loss_if_wrong;     /**< mean NPV where it is below 0; NaN where it never is */
    double benefit;           /**< mean present value of what comes in */
    double cost;              /**< mean present value of what goes out */
    double roi;               /**< benefit / cost - 1; NaN without cost */
    double roi_low;           /**< lower limit of its interval */
    double roi_high;          /**< upper limit */
    double p_paid_back;       /**< within the horizon */
    double payback;           /**< median time until paid back (discounted); NaN when half of the
                                   outcomes never are */
    double break_even_factor; /**< what the effects of the initiatives have to be multiplied by for
                                   a mean NPV of 0; NaN where none does */
    double break_even;        /**< that effect, where there is one link from an initiative */
    double value_of_information; /**< what it is worth to know everything: EVPI */
    double confidence;           /**< of the intervals */
    int64_t draws;               /**< made */
    int32_t evidence;            /**< level of the case: the least of its links */
    int32_t word;                /**< a cx_case_word */
    int32_t notes;               /**< rows of the table of notes */
    int32_t reserved;            /**< zero */
} cx_case_summary;

/** Tables of a result: name, number, word. */
#define CX_CASE_PART_LIST(X)                                                                       \
    X(CX_CASE_LINKS, 0, "links")                                                                   \
    X(CX_CASE_TORNADO, 1, "tornado")                                                               \
    X(CX_CASE_INFORMATION, 2, "information")                                                       \
    X(CX_CASE_FLOWS, 3, "flows")                                                                   \
    X(CX_CASE_QUANTILES, 4, "quantiles")                                                           \
    X(CX_CASE_PAYBACK, 5, "payback")                                                               \
    X(CX_CASE_DIRECT, 6, "direct")                                                                 \
    X(CX_CASE_TOTALS, 7, "totals")                                                                 \
    X(CX_CASE_LEDGER, 8, "ledger")                                                                 \
    X(CX_CASE_NOTES, 9, "notes")                                                                   \
    X(CX_CASE_STATEMENT_EN, 10, "statement-en")                                                    \
    X(CX_CASE_STATEMENT_FI, 11, "statement-fi")                                                    \
    X(CX_CASE_DRAWS, 12, "draws")

/** Tables of a result. */
typedef enum cx_case_part {
#define CX_CASE_PART_ENUM(name, number, text) name = number,
    CX_CASE_PART_LIST(CX_CASE_PART_ENUM)
#undef CX_CASE_PART_ENUM
        CX_CASE_PART_END = 13 /**< one more than the largest */
} cx_case_part;

/** @brief The word of a part, such as "tornado"; "unknown" outside the list. */
CX_API const char *cx_case_part_name(int32_t part);

/** What a case comes to. Read-only; read from any thread. */
typedef struct cx_case_result cx_case_result;

/** @brief Draws the case.
 *
 * The money of period t in a draw is the sum over the chains of slopes, lags convolved, times the
 * people reached; links that are not linear are evaluated on the draw. Links that share people vary
 * together by a Gaussian copula; normals come by inversion from counter-based random numbers.
 *
 * @param      self     the case
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_case_result_free
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_EMPTY         there is no link
 * @retval CX_E_UNIDENTIFIED  a link is missing: the sentence says between what
 * @retval CX_E_INFEASIBLE    links go in a circle; correlations that cannot be
 * @retval CX_E_OVERFLOW      values beyond 1e300
 *
 * Cost: O(draws (links + costs) horizon). Threads: any. Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_run(const cx_case *self, const cx_case_run_options *options,
                                          cx_case_result **out, cx_error *err);

/** @brief Releases a result. Tables read from it stay. NULL is ignored. */
CX_API void cx_case_result_free(cx_case_result *result);

/** @brief The figures of a result.
 *
 * @param      result  a result
 * @param[out] out     written only on CX_OK
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL
 */
CX_API CX_NODISCARD cx_status cx_case_figures(const cx_case_result *result, cx_case_summary *out,
                                              cx_error *err);

/** @brief One table of a result.
 *
 * - links: `name`, `from`, `to`, `from_unit` (empty: an initiative), `to_unit`, `value`, `se`,
 * `level`, `word`, `kind` (link, value, direct), `break_even` (value at which the mean NPV is 0,
 * all else as it is), `break_even_factor`, `robustness` (partial R2 that an unmeasured confounder
 * needs with both sides to bring the estimate there [CinelliHazlett2020]; null without df),
 * `change_low`, `change_high` (of `from`, in the middle of all inputs), `outside` (share of draws
 * beyond the observed range; null: not known), `source`.
 * - tornado, largest first: `name`, `low`, `high` (10 and 90 % of the input), `npv_low`, `npv_high`
 *   (others at their medians), `swing`, `first`, `total` (shares of the variance of the NPV
 * [Sobol1993; Saltelli2010]; inputs of a correlated `group` share theirs), `group`.
 * - information, largest first: `name`, `kind`, `evppi` (what it is worth to know this one exactly
 *   [StrongOakley2013]), `share` of `value_of_information`.
 * - flows: `period`, `benefit`, `cost`, `net`, `discounted`, `cumulative`: means.
 * - quantiles: `p`, `npv`. payback: `period`, `p` (paid back by its end).
 * - direct: `initiative`, `chained`, `chained_se`, `direct`, `direct_se`, `gap`, `p_value`: money
 *   by the chain against the direct estimate, a person and period at the full effect.
 * - totals: `metric`, `period`, `claimed`, `total`, `total_se`, `ratio`, `p_exceeds`.
 * - ledger: `metric`, `period`, `planned`, `observed`, `se`, `gap`, `band` (half width of a 95 %
 *   band of the observed that holds at every look), `word` (behind, on plan, ahead), `share` of the
 *   full effect expected by now, `full` as planned, `forecast`, `forecast_se`.
 * - notes: `note`, `about`, `level`, `value`, `sentence`.
 * - statements: `key`, `sentence`, `value`, `low`, `high`.
 * - draws: `npv`, `benefit`, `cost`.
 *
 * @param      result  a result
 * @param      part    a cx_case_part
 * @param[out] out     written only on CX_OK; free with cx_table_free
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 *
 * Cost: constant: the tables are shared. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_case_table(const cx_case_result *result, int32_t part,
                                            cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
