#ifndef CXKIT_BUSINESS_H
#define CXKIT_BUSINESS_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup business A company of which everything is known
 *
 * Stores, months, customers, employees and a survey, drawn from a model with stated effects: to try
 * an analysis on before it is believed, to teach, and to test this library.
 *
 * Experience of store s in month t, in points of 0..10:
 *
 *     x_st = 7 + own_s - a k_st + sum_i effect_i on_ist + g (e_s,t-2 - 3.6) + common_t + u_st
 *
 * k the local competitor (mean 0, variance 1), which no analysis is meant to see; e what employees
 * feel (1..5); on_ist the initiatives ease, efficiency and emotion, each rolled out in six waves of
 * stores drawn by lot (a stepped wedge); common_t season, shocks that all share, and -0.3 from the
 * month of a price change on. Spend of a customer in a month:
 *
 *     y_st = 40 + b_s + beta sum_j theta^j (x_s,t-j - 7) - c k_st + common_t + v_st
 *
 * with +1.5 from the price change on and v a first-order autoregression (0.4). A customer of
 * tenure m months experiences x_it = x_st + own_i (sd 1.2) + w_it (sd 0.8) and leaves with
 * the hazard h_it of
 *
 *     log(-log(1 - h_it)) = log(hazard) + log(hazard_ratio) (x_it - 7) + d k_st + 0.2 price_t
 *                           - 0.25 log(m / 12)
 *
 * Each month's survey asks a new sample of those present. Who is asked answers with the log odds
 * -1 + response_cx (x_it - 7) + response_leaving (leaves in this month or the next two), and gives
 * x_it plus an error of sd 1, rounded, within 0..10: answers are not missing at random.
 * @{
 */

#define CX_BUSINESS_MOST_STORES 2000       /**< stores of the company */
#define CX_BUSINESS_MOST_MONTHS 120        /**< months watched */
#define CX_BUSINESS_MOST_CUSTOMERS 1000000 /**< customers of the company */

/** Tables of the company: name, number, word. */
#define CX_BUSINESS_PART_LIST(X)                                                                   \
    X(CX_BUSINESS_STORES, 0, "stores")       /* a row for each store and month */                  \
    X(CX_BUSINESS_CUSTOMERS, 1, "customers") /* a row for each customer */                         \
    X(CX_BUSINESS_MONTHS, 2, "months")       /* a row for each customer and month at risk */       \
    X(CX_BUSINESS_EMPLOYEES, 3, "employees") /* a row for each answer of an employee */            \
    X(CX_BUSINESS_TRUTH, 4, "truth")         /* a row for each figure that is known */

/** Tables of the company. */
typedef enum cx_business_part {
#define CX_BUSINESS_PART_ENUM(name, number, text) name = number,
    CX_BUSINESS_PART_LIST(CX_BUSINESS_PART_ENUM)
#undef CX_BUSINESS_PART_ENUM
        CX_BUSINESS_PART_END = 5 /**< one more than the largest */
} cx_business_part;

/** @brief The word of a part, such as "months"; "unknown" outside the list. */
CX_API const char *cx_business_part_name(int32_t part);

/** Options of cx_simulate_business(). */
typedef struct cx_business_options {
    uint32_t struct_size; /**< set by cx_business_options_init */
    int32_t reserved;     /**< zero */
    int64_t stores;       /**< of the company, 2 to CX_BUSINESS_MOST_STORES; default 200 */
    int64_t months;       /**< 12 to CX_BUSINESS_MOST_MONTHS; default 36 */
    int64_t customers;    /**< who are ever there, 0 to CX_BUSINESS_MOST_CUSTOMERS; default
                               60,000 */
    int64_t first_store;  /**< of the tables, from 0; default 0 */
    int64_t store_count;  /**< of the tables; default -1: all from the first on. What a store is
                               does not depend on who else is asked for */
    int64_t price_month;  /**< of the price change; default 20; 0: none */
    uint64_t seed;        /**< the same seed, the same company; default 0 */
    double ease;          /**< effect on experience, points, -3 to 3; default 0.25 */
    double efficiency;    /**< likewise; default 0.15 */
    double emotion;       /**< likewise; default 0.4 */
    double engagement;    /**< effect of a point of engagement on experience two months later, 0 to
                               1; default 0.4 */
    double icc;           /**< of employees' answers in stores, in (0, 1); default 0.15 */
    double hazard;        /**< of leaving in a month, 0 to 0.5; default 0.02 */
    double hazard_ratio;  /**< for a point of experience, 0.3 to 3; default 0.8 */
    double spend; /**< effect of a point on the same month's spend, -10 to 10; default 0.8 */
    double theta; /**< part of an effect left a month later, 0 to 0.9; default 0.6 */
    double confounder_cx; /**< partial R2 of the competitor: of the variance of experience between
                               stores, 0 to 0.8; default 0.3 */
    double confounder_spend;  /**< partial R2 of the competitor: of the variance of spend between
                                 stores that experience leaves, 0 to 0.8; default 0.2 */
    double confounder_hazard; /**< log hazard ratio of a standard deviation of the competitor, -1 to
                                1; default 0.15 */
    double confounder_moves;  /**< part of the competitor's variance within stores (autoregression,
                                 0.9), 0 to 1; default 0: the competitor stays as it is */
    double asked;             /**< of the customers present, each month, 0 to 1; default 0.1 */
    double response_cx;       /**< log odds of an answer for a point, -2 to 2; default 0.3 */
    double response_leaving;  /**< of those about to leave, -5 to 5; default -1 */
    const cx_allocator *allocator; /**< NULL: malloc and free */
} cx_business_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_business_options_init(cx_business_options *options);

/** @brief A table of the company.
 *
 * stores: `store`, `month` (from 1), `cx` (true), `asked`, `responses`, `customers` (present),
 * `left`, `engagement` (true), `surveyed_engagement` (mean of 12 employees), `spend`, `competitor`
 * (hidden from any honest analysis), `ease`, `efficiency`, `emotion`, `price` (0 or 1), `surveyed`
 * (mean score of the month; null: no answer). customers: `customer`, `store`, `first` (month from
 * which watched), `entry` (months of tenure before that), `exit` (months of tenure at the end),
 * `event` (1: left), `cx` (mean true experience), `asked`, `answers`, `score` (the last one; null:
 * none). As cx_person_periods() takes them. months: `customer`, `store`, `month`, `tenure` (from
 * 1), `event`, `leaving` (in this month or the next two), `asked`, `answered`, `price`, `cx`
 * (true), `competitor` (hidden), `score` (null: none). employees: `store`, `month`, `employee` (1
 * .. 12, new ones each month), `engagement`. truth: `quantity`, `value`, `meaning`. Figures: the
 * same values by their names, on every table.
 *
 * The truth of the naive analysis: stores' mean spend on their mean true experience has the slope
 * `spend_long_run` + `naive_bias`, in expectation, where
 *
 *     naive_bias = a c q / V,
 *
 * q the variance of the competitor's mean over the months, V that of the stores' mean experience
 * [CinelliHazlett2020]; `naive_correlation` against `correlation`, that of the same stores if the
 * competitor left their spend alone.
 *
 * @param      part     a cx_business_part
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK; release with cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Tables of parts of the stores, one under the other, are the table of all. Cost: 0.1 us for each
 * customer and month, twice for `months`, which has 100 bytes a row. Threads: any. Randomness:
 * seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_simulate_business(int32_t part, const cx_business_options *options,
                                                   cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
