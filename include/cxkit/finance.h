#ifndef CXKIT_FINANCE_H
#define CXKIT_FINANCE_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup finance Money over time
 *
 * Cash flows are a frame with the columns
 *
 * | column | holds |
 * | --- | --- |
 * | `amount` | money: what comes in is positive, what goes out negative; none may be missing |
 * | `time` | optional: periods from today, in any order; without it row i is period i, row 0 today
 * | | `date` | optional, instead of `time`: dates or timestamps; the unit of time is then a year |
 * | `currency` | optional: text; all rows must agree |
 *
 * Money enters in the currency's unit, or exactly, as whole numbers of its minor unit (cents) with
 * `minor_digits`; what comes out is in the currency's unit. Others columns are refused.
 * @{
 */

/** When within its period a flow falls. */
typedef enum cx_flow_timing {
    CX_FLOWS_AT_END = 0, /**< the flow of period t at t */
    CX_FLOWS_MIDDLE = 1  /**< the flow of period t > 0 at t - 1/2: money that comes all along */
} cx_flow_timing;

/** What a rate of a term structure says of its flow. */
typedef enum cx_rate_kind {
    CX_RATES_SPOT = 0,   /**< the rate from today to the flow: (1 + r)^-t */
    CX_RATES_FORWARD = 1 /**< the rate from the flow before to the flow: products of them */
} cx_rate_kind;

/** Options of the functions of cash flows. */
typedef struct cx_finance_options {
    uint32_t struct_size; /**< set by cx_finance_options_init */
    int32_t timing;     /**< a cx_flow_timing; default at the end; dates have none but their own */
    int32_t rate_kind;  /**< a cx_rate_kind, when there is a rate for each flow; default spot */
    int32_t real_flows; /**< 1: amounts are in money of today; default 0: of their own time */
    int32_t real_rates; /**< 1: rates are above inflation; default 0: rates are nominal */
    int32_t minor_digits; /**< amounts are whole numbers of 10^-d units, 0 .. 6; default 0: amounts
                               are in the unit, whole or not */
    double inflation;     /**< for a unit of time, > -1; needed when flows and rates are not both
                               real or both nominal; default NaN */
    double year_days;     /**< days in a year, when there are dates; default 365 */
    const cx_allocator *allocator; /**< NULL = malloc */
} cx_finance_options;

/** @brief The defaults: flows at the end of periods, everything nominal, years of 365 days. */
CX_API void cx_finance_options_init(cx_finance_options *options);

/** What a series of flows is worth today. */
typedef struct cx_npv_result {
    double npv;        /**< inflow - outflow */
    double inflow;     /**< present value of what comes in */
    double outflow;    /**< present value of what goes out, >= 0 */
    double roi;        /**< (inflow - outflow) / outflow; NaN without outflow */
    double break_even; /**< outflow / inflow: what inflows have to be multiplied by for npv = 0; NaN
                            without inflow */
    int64_t n;         /**< flows */
} cx_npv_result;

/** @brief Net present value: sum of amount / (1 + r)^t.
 *
 * @param      flows    see above
 * @param      rates    one rate for all, or one for each row of `flows` (a term structure); as a
 *                      fraction for a unit of time, > -1
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN (a missing or
 *         infinite amount, a rate <= -1) | CX_E_NAME (no amount, an unknown column) | CX_E_MISMATCH
 *         (currencies) | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY
 *
 * A benefit and a cost of the same time are two rows with the same time: added up beforehand they
 * would hide both from `inflow`, `outflow`, `roi` and `break_even`. Cost: O(n log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_npv(const cx_frame *flows, const cx_array *rates,
                                     const cx_finance_options *options, cx_npv_result *out,
                                     cx_error *err);

/** @brief All internal rates of return: every rate > -1 at which the net present value is 0.
 *
 * With x = log(1 + r) the value is a sum of exponentials. Taking out the first and differentiating
 * leaves a sum of one term less, whose roots part the line into stretches where the one before is
 * monotone (Rolle): so every root is bracketed, none is missed, and dates are as good as periods.
 * The coefficients of all those sums are products, without cancellation. Then Newton's steps within
 * the bracket.
 *
 * @param      flows    see above; rates and inflation are of no account
 * @param      options  NULL: the defaults
 * @param[out] out      one row for each root, ascending; free with cx_table_free
 * @param      err      may be NULL
 * @retval CX_OK and as cx_npv
 * @retval CX_E_UNIDENTIFIED  no such rate, with the reason in the sentence; or any rate will do
 * @retval CX_E_OVERFLOW      a rate beyond 1e300
 *
 * Columns: `rate` for a unit of time; `slope`, -1 where more than the rate makes a loss (the usual
 * case), 1 where more than it makes a gain, 0 where the value only touches 0.
 * Figures: `multiple`, 1 when there is more than one root: then no root is "the" rate of return,
 * and npv has to be asked instead; `roots`; `sign_changes` of the flows in order of time, which
 * bounds them. Cost: O(n^2) for each change of sign. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_irr(const cx_frame *flows, const cx_finance_options *options,
                                     cx_table **out, cx_error *err);

/** The modified rate of return. */
typedef struct cx_mirr_result {
    double rate;     /**< for a unit of time */
    double invested; /**< present value of what goes out, at the finance rate */
    double grown;    /**< what comes in, by the time of the last flow, at the reinvestment rate */
    double span;     /**< time from the first to the last flow */
} cx_mirr_result;

/** @brief Modified internal rate of return: (grown / invested)^(1 / span) - 1, which always is one.
 *
 * @param      flows     see above
 * @param      finance   rate paid for what goes out, > -1
 * @param      reinvest  rate earned by what comes in, > -1
 * @param      options   NULL: the defaults
 * @param[out] out       written only on CX_OK
 * @param      err       may be NULL
 * @retval CX_OK and as cx_npv
 * @retval CX_E_UNIDENTIFIED  nothing goes out, nothing comes in, or all at one time
 *
 * Cost: O(n log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_mirr(const cx_frame *flows, double finance, double reinvest,
                                      const cx_finance_options *options, cx_mirr_result *out,
                                      cx_error *err);

/** How a payback ended: name, number, word. */
#define CX_PAYBACK_LIST(X)                                                                         \
    X(CX_PAYBACK_REACHED, 0, "reached")       /* and not lost again */                             \
    X(CX_PAYBACK_NEVER, 1, "never")           /* not within these flows */                         \
    X(CX_PAYBACK_LOST_AGAIN, 2, "lost-again") /* reached, but later flows turn it negative */      \
    X(CX_PAYBACK_NOT_NEEDED, 3, "not-needed") /* nothing ever had to be paid back */

/** How a payback ended. */
typedef enum cx_payback_end {
#define CX_PAYBACK_ENUM(name, number, text) name = number,
    CX_PAYBACK_LIST(CX_PAYBACK_ENUM)
#undef CX_PAYBACK_ENUM
        CX_PAYBACK_END = 4 /**< one more than the largest */
} cx_payback_end;

/** @brief The word of how a payback ended, such as "never"; "unknown" outside the list. */
CX_API const char *cx_payback_name(int32_t end);

/** When the money is back. */
typedef struct cx_payback_result {
    double simple;      /**< time until the flows add up to 0; NaN for never, 0 for not needed */
    double discounted;  /**< the same for discounted flows */
    int32_t simple_end; /**< a cx_payback_end */
    int32_t discounted_end; /**< a cx_payback_end */
    double lowest;          /**< the least sum of flows on the way: what has to be financed, <= 0 */
} cx_payback_result;

/** @brief Simple and discounted payback, interpolated linearly between two flows.
 *
 * @param      flows    see above
 * @param      rates    as in cx_npv
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK and as cx_npv
 *
 * Money that is never back is the word "never", not a number. Cost: O(n log n). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_payback(const cx_frame *flows, const cx_array *rates,
                                         const cx_finance_options *options, cx_payback_result *out,
                                         cx_error *err);

/** What a unit of yearly margin is worth over a customer's life. */
typedef struct cx_multiple_result {
    double multiple; /**< customer lifetime value for a margin of 1 */
    double kept;     /**< retention (1 + growth) / (1 + rate): the weight of a period to the next */
} cx_multiple_result;

/** @brief Margin multiple r / (1 + i - r (1 + g)) [GuptaLehmann2003]: the present value of the
 *  margins of a customer who is there today, the first margin in one period.
 *
 * Over a horizon of T periods it is r / (1 + i) (1 - q^T) / (1 - q), q = r (1 + g) / (1 + i).
 *
 * @param      retention  share kept from a period to the next, 0..1
 * @param      rate       discount rate for a period, > -1
 * @param      growth     of the margin of those who stay, for a period, > -1
 * @param      horizon    whole periods, >= 1; infinity: for life
 * @param[out] out        written only on CX_OK
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_DOMAIN  a value outside its range; a life whose value has no bound (q >= 1)
 *
 * Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_margin_multiple(double retention, double rate, double growth,
                                                 double horizon, cx_multiple_result *out,
                                                 cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
