#ifndef CXKIT_LAG_H
#define CXKIT_LAG_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup lag Lags
 *
 * Which of two series moves first, how long an effect takes, and how much of it has arrived. None
 * of it says that one makes the other: the word is "precedes".
 * @{
 */

/** Standard errors over time: name, number, word. */
#define CX_LAG_COVARIANCE_LIST(X)                                                                  \
    X(CX_LAG_AUTO, 0, "auto")             /* newey-west for a series, cluster for a panel */       \
    X(CX_LAG_CLASSICAL, 1, "classical")   /* one variance, no correlation over time */             \
    X(CX_LAG_HC1, 2, "hc1")               /* any variance, no correlation over time */             \
    X(CX_LAG_NEWEY_WEST, 3, "newey-west") /* any variance, correlation up to some lags */          \
    X(CX_LAG_CLUSTER, 4, "cluster")       /* anything within a unit: panels only */

/** Standard errors over time. */
typedef enum cx_lag_covariance {
#define CX_LAG_COVARIANCE_ENUM(name, number, text) name = number,
    CX_LAG_COVARIANCE_LIST(CX_LAG_COVARIANCE_ENUM)
#undef CX_LAG_COVARIANCE_ENUM
        CX_LAG_COVARIANCE_END = 5 /**< one more than the largest */
} cx_lag_covariance;

/** @brief The word of a cx_lag_covariance, such as "newey-west"; "unknown" outside the list. */
CX_API const char *cx_lag_covariance_name(int32_t covariance);

/* -- cross-correlation ---------------------------------------------------------------------- */

/** Most lags of any function here. */
#define CX_LAG_MOST 1000

/** Options of cx_cross_correlate(). */
typedef struct cx_cross_correlate_options {
    uint32_t struct_size; /**< set by cx_cross_correlate_options_init */
    int32_t max_lag;      /**< lags from -max_lag to max_lag, 1 to CX_LAG_MOST; default 12 */
    int32_t prewhiten;    /**< 1, the default; 0: the raw correlations, which describe and do not
                               test */
    int32_t order;        /**< of the filter, 0 to 60; default -1: by AICc up to 10 log10 n */
    int32_t difference;   /**< 0, 1 or 2 times; default -1: by the KPSS test (0 with a given
                                 filter, and without prewhiten) */
    int32_t fewest;       /**< pairs of a lag that is shown, from 4; default 20 */
    double confidence;    /**< of the limits and of the band; default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_cross_correlate_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_cross_correlate_options_init(cx_cross_correlate_options *options);

/** @brief Correlation of two series at lags, after the first has been made white.
 *
 * Two series that each move slowly are correlated at many lags by chance alone: raw
 * cross-correlations of independent series leave their limits far more often than they should.
 * Here x is made white by its own autoregression, y goes through the same filter, and the
 * filtered series are correlated [BoxJenkins1970]: if they are independent, r(k) has the standard
 * error 1/sqrt(n - k), whatever y's own memory.
 *
 * r(k) = sum (a_t - mean)(b_{t+k} - mean) / (n sd_a sd_b): k > 0 says that x moves first. The
 * filter: Yule-Walker equations by Levinson's recursion, order by AICc [HurvichTsai1989].
 * Differences: the fewest, up to 2, after which neither series is told from a stationary one by the
 * KPSS test at 5 % [KPSS1992]. The band is simultaneous: under independence no lag shown leaves it
 * with the chance `confidence`, by the quantile of the largest of as many independent normals,
 * which is never too small for dependent ones [Sidak1967].
 *
 * @param      x        one value for each period, in order
 * @param      y        likewise, of the same periods
 * @param      filter   coefficients of the autoregression of x, in place of an estimated one; NULL
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each lag: `lag`, `correlation`, `se`, `z`, `ci_low`, `ci_high`
 *                      (of this lag alone), `band` (half width of the simultaneous band), `p_value`
 *                      (two-sided, of this lag alone), `p_adjusted` (of the largest of all lags),
 *                      `outside` ("above", "below", "within"), `n` (pairs), `status` ("ok", or
 *                      "few": fewer than `fewest` pairs, no numbers). Without prewhitening se, z,
 *                      limits, band, p and outside are null, and status is "descriptive".
 *                      Figures: `n` (after differences and filter), `order`, `difference`, `kpss_x`
 *                      and `kpss_y` (of the series as used), `aicc`, `band_z`, `peak_lag` and
 *                      `peak` (largest in size), `forward` and `backward` (largest |z| at lags
 *                      above and below 0), `outside` (lags), `prewhitened`, `ar_1` ... `ar_p`
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a missing or infinite value: a series needs one for each period
 * @retval CX_E_EMPTY     no rows
 * @retval CX_E_FEW       fewer than 8 periods, or no more than order + differences + 4
 * @retval CX_E_CONSTANT  a series, or its differences, or what the filter leaves of them
 *
 * Cost: O(n (max_lag + order)). Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_cross_correlate(const cx_array *x, const cx_array *y,
                                                 const cx_array *filter,
                                                 const cx_cross_correlate_options *options,
                                                 cx_table **out, cx_error *err);

/* -- distributed lags ----------------------------------------------------------------------- */

/** Shapes of an effect over time: name, number, word. */
#define CX_LAG_SHAPE_LIST(X)                                                                       \
    X(CX_LAG_FREE, 0, "free")         /* a coefficient for each lag */                             \
    X(CX_LAG_ALMON, 1, "almon")       /* on a polynomial */                                        \
    X(CX_LAG_KOYCK, 2, "koyck")       /* falling by the same factor, for ever */                   \
    X(CX_LAG_SMOOTHED, 3, "smoothed") /* a coefficient for each lag, drawn to a smooth curve */

/** Shapes of an effect over time. */
typedef enum cx_lag_shape {
#define CX_LAG_SHAPE_ENUM(name, number, text) name = number,
    CX_LAG_SHAPE_LIST(CX_LAG_SHAPE_ENUM)
#undef CX_LAG_SHAPE_ENUM
        CX_LAG_SHAPE_END = 4 /**< one more than the largest */
} cx_lag_shape;

/** @brief The word of a cx_lag_shape, such as "almon"; "unknown" outside the list. */
CX_API const char *cx_lag_shape_name(int32_t shape);

/** Options of cx_distributed_lag(). */
typedef struct cx_distributed_lag_options {
    uint32_t struct_size; /**< set by cx_distributed_lag_options_init */
    int32_t shape;        /**< a cx_lag_shape; default CX_LAG_FREE */
    int32_t max_lag;      /**< 0 to CX_LAG_MOST; default 6. Of koyck: periods of x that a row has
                               to have before it */
    int32_t degree;       /**< almon: of the polynomial, 0 to max_lag; default 2 */
    int32_t near_zero;    /**< almon: 1: the polynomial is 0 one lag before the first; default 0 */
    int32_t far_zero;     /**< almon: 1: it is 0 one lag after the last; default 0 */
    int32_t own_lags;     /**< lags of y among the regressors, 0 to 20; default 0; not with koyck */
    int32_t horizon;      /**< last lag of the table, max_lag to CX_LAG_MOST; default -1: max_lag */
    int32_t covariance;   /**< a cx_lag_covariance; default auto */
    int32_t hac_lags;     /**< of newey-west, from 0; default -1: floor(4 (n/100)^(2/9)) */
    int32_t small_sample; /**< 1, the default: corrections n/(n - k); 0: none */
    int32_t reserved;     /**< zero */
    double penalty;       /**< smoothed: >= 0; default -1: by generalised cross-validation */
    double confidence;    /**< default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_distributed_lag_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_distributed_lag_options_init(cx_distributed_lag_options *options);

/** @brief How an effect is spread over time.
 *
 * y_t = constant + sum_j b_j x_{t-j} + sum_i a_i y_{t-i} + c'z_t + e_t, the b_j free, on a
 * polynomial [Almon1965], falling as b theta^j without end [Koyck1954; KleinL1958], or free with
 * the penalty `penalty` sum (second differences of b)^2 [Shiller1973], by default that of the least
 * generalised cross-validation [GolubHeathWahba1979]. Koyck: least squares over theta from 0 to
 * 0.99 (grid, then Newton), x before the first row taken at its mean. With `unit` the mean of each
 * unit is taken out of everything, and lags do not reach from one unit into another.
 *
 * The effect of one unit of x, of one period, at lag h is m_h = b_h + sum_i a_i m_{h-i}. The
 * long-run effect is sum b / (1 - sum a) (koyck: b / (1 - theta)); its interval by the delta method
 * and by Fieller [Fieller1954], who keeps his confidence where the denominator is near 0. The share
 * arrived by lag h is (m_0 + ... + m_h) / long-run effect, with Fieller's interval (delta where the
 * shape is not linear in its coefficients, first-order within Fieller's form).
 *
 * @param      x           what comes first: one value for each row
 * @param      y           what follows
 * @param      unit        which series a row belongs to, any key; NULL: one series
 * @param      period      when: whole numbers (a step of 1 is a lag of 1), or times or texts, whose
 *                         distinct values in order are the periods; NULL: rows are in order
 * @param      covariates  numbers of the same period; NULL: none
 * @param      options     NULL for the defaults
 * @param[out] out         a row for each lag: `lag`, `coefficient` (m), `se`, `ci_low`, `ci_high`,
 *                         `p_value`, `cumulative`, `cumulative_se`, `cumulative_ci_low`,
 *                         `cumulative_ci_high`, `share`, `share_se`, `share_ci_low`,
 *                         `share_ci_high` (null where every share is possible, as the long-run
 *                         effect may be 0).
 *                         Figures: `long_run` with `_se`, `_ci_low`, `_ci_high`, `_p`,
 *                         `_fieller_low`, `_fieller_high`; `mean_lag` with `_se`, `_ci_low`,
 *                         `_ci_high`; `lag_50` and `lag_90`, the first lag by which that share has
 *                         arrived, each with `_low` and `_high`, the first and last that the
 *                         intervals of the shares allow (NaN: not within the table); `n`, `units`,
 *                         `k` (effective coefficients), `df` (of the t intervals), `r2` (within),
 *                         `hac_lags`, `penalty`, `theta`, `theta_se`, `boundary` (1: theta at an
 *                         end of its range, no interval), `restriction_p` (of almon against free),
 *                         `own_sum` (sum a; at or above 1 there is no long run), `missing` (rows
 *                         left out: a value is missing), `no_history` (rows left out: a lag is not
 *                         there), `nickell` (1: own lags with fewer than 15 periods a unit are
 *                         biased towards 0 [Nickell1981]), `few_clusters` (1: below 5)
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an infinite value, a missing unit or period, a period twice in a unit
 * @retval CX_E_EMPTY     no row with all its lags
 * @retval CX_E_FEW       no more rows than coefficients; one unit with cluster
 * @retval CX_E_CONSTANT  x or y never varies (within units)
 * @retval CX_E_SINGULAR  a column follows from those before it: it is named
 *
 * Cost: O(n k^2), koyck O(100 n). Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_distributed_lag(const cx_array *x, const cx_array *y,
                                                 const cx_array *unit, const cx_array *period,
                                                 const cx_frame *covariates,
                                                 const cx_distributed_lag_options *options,
                                                 cx_table **out, cx_error *err);

/* -- what precedes what --------------------------------------------------------------------- */

/** Options of cx_granger() and cx_granger_panel(). */
typedef struct cx_granger_options {
    uint32_t struct_size; /**< set by cx_granger_options_init */
    int32_t max_lag;      /**< 1 to 200; default 4 */
    int32_t select;       /**< 1: the number of lags up to max_lag by BIC on the same rows; 0, the
                               default: max_lag; not with an explicit set */
    int32_t covariance;   /**< classical (the default), hc1 or newey-west */
    int32_t hac_lags;     /**< of newey-west, from 0; default -1: floor(4 (n/100)^(2/9)) */
    int32_t reserved;     /**< zero */
    double confidence;    /**< 1 - confidence is the level of the word; default 0.95 */
    const cx_allocator *allocator; /**< scratch memory and the table; NULL = malloc */
} cx_granger_options;

/** @brief The defaults. NULL is ignored. */
CX_API void cx_granger_options_init(cx_granger_options *options);

/** @brief Does the past of x help to predict y, beyond y's own past?
 *
 * [Granger1969] y_t on a constant, its own lags, lags of x and covariates; the lags of x are tested
 * together: F = ((RSS_r - RSS) / q) / (RSS / df), or with a robust covariance Wald / q, both
 * against F(q, df). Both directions stand in one table, so that a reverse that is as strong is
 * seen. The word is "precedes": a third series that moves both gives the same picture.
 *
 * @param      x           one value for each period, in order
 * @param      y           likewise
 * @param      covariates  numbers of the same period, as they are; NULL: none
 * @param      lags        the lags to use, whole numbers from 1; NULL: 1 .. max_lag
 * @param      options     NULL for the defaults
 * @param[out] out         two rows, x to y and y to x: `from`, `to` (names), `lags` (how many),
 *                         `max_lag`, `statistic` (F), `df1`, `df2`, `p_value`, `partial_r2` (part
 *                         of what y's own past leaves that the other's lags explain), `effect`
 *                         (sum of their coefficients) with `se`, `ci_low`, `ci_high`, `bic`, `n`,
 *                         `verdict` ("precedes", "not shown"), `status` ("ok", "collinear").
 *                         Figures: `feedback` (1: both directions precede), `reverse_as_strong` (1:
 *                         y precedes x, and explains at least half of what x explains of y),
 *                         `few_periods` (1: fewer than 30), `hac_lags`
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a missing or infinite value, a lag that is no whole number from 1
 * @retval CX_E_EMPTY     no rows, no lags
 * @retval CX_E_FEW       no more than 3 L + 1 + k rows: L the largest lag, k covariates
 * @retval CX_E_CONSTANT  a series
 * @retval CX_E_SINGULAR  own lags or covariates follow from each other
 *
 * Edge cases: lags of x that follow from those of y (x is y) cannot be tested: status "collinear".
 * Cost: O(n L^2), with select O(n max_lag^3). Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_granger(const cx_array *x, const cx_array *y,
                                         const cx_frame *covariates, const cx_array *lags,
                                         const cx_granger_options *options, cx_table **out,
                                         cx_error *err);

/** @brief The same over many units, each with coefficients of its own.
 *
 * [DumitrescuHurlin2012] W_i is the Wald statistic (K lags times F) of unit i, each with its own
 * series; W their mean; Z-bar = sqrt(N / 2K) (W - K), and Z-bar tilde corrects for short series
 * with the exact mean and variance of each W_i. The null: x precedes y in no unit.
 *
 * @param      x        one value for each row
 * @param      y        likewise
 * @param      unit     which series a row belongs to, any key
 * @param      period   as in cx_distributed_lag; NULL: rows of a unit are in order
 * @param      options  max_lag is K; select, covariance and hac_lags do not apply
 * @param[out] out      two rows: `from`, `to`, `lags`, `w`, `z_bar`, `p_value`, `z_tilde`,
 *                      `p_tilde` (two-sided), `share` (of units with p_i below the level),
 *                      `units`, `n`, `verdict` ("precedes", "not shown"; of z_tilde).
 *                      Figures: `units_short` (left out: fewer than 2 K + 6 rows with all lags),
 *                      `units_constant` (left out: a series that does not vary, or is collinear),
 *                      `missing` (rows left out), `feedback`
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY | CX_E_DOMAIN
 * @retval CX_E_EMPTY | CX_E_FEW (fewer than two units can be used)
 *
 * Units are taken as independent of each other: a shock that all share makes the test too bold.
 * Cost: O(n K^2). Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_granger_panel(const cx_array *x, const cx_array *y,
                                               const cx_array *unit, const cx_array *period,
                                               const cx_granger_options *options, cx_table **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
