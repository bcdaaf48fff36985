#ifndef CXKIT_SURVEY_H
#define CXKIT_SURVEY_H

#include <cxkit/design.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup survey Estimates under a design
 *
 * Means, totals, ratios, shares and net scores with the error of the sample that was really drawn,
 * by linearisation [Binder1983] or by the replicates of the design: strata, clusters, stages,
 * finite populations, calibration. A domain is a part of the sample: its rows are chosen, the
 * others stay in the design.
 * @{
 */

/** What can be estimated by domains. */
typedef enum cx_survey_figure {
    CX_SURVEY_MEAN = 0,  /**< cx_survey_mean */
    CX_SURVEY_TOTAL = 1, /**< cx_survey_total */
    CX_SURVEY_RATIO = 2, /**< cx_survey_ratio */
    CX_SURVEY_SHARE = 3, /**< cx_survey_share */
    CX_SURVEY_NPS = 4,   /**< cx_survey_nps */
    CX_SURVEY_CSAT = 5,  /**< cx_survey_csat */
    CX_SURVEY_END = 6    /**< one more than the largest figure */
} cx_survey_figure;

/** Options of the estimates under a design. */
typedef struct cx_survey_options {
    uint32_t struct_size; /**< set by cx_survey_options_init */
    int32_t method;      /**< of the interval. Shares: logit (default), arcsine, beta, likelihood or
                              wald. Net scores: score (default), adjusted-wald or wald */
    int32_t promoters;   /**< net scores: lowest answer of a promoter; default 9 */
    int32_t detractors;  /**< net scores: highest answer of a detractor; default 6 */
    int32_t scale_min;   /**< nps, csat: lowest answer; others are left out. Default 0 */
    int32_t scale_max;   /**< nps, csat: highest answer; default 10 */
    int32_t replacement; /**< 1: the design effect is against drawing with replacement; default 0 */
    int32_t top;         /**< csat: boxes counted as satisfied; 0 (default): as in cx_csat */
    double confidence;   /**< default 0.95 */
    int64_t min_n;       /**< fewest answers of a figure that is shown; default 0: all are. See
                              cx_nps_by */
} cx_survey_options;

/** @brief The word of a figure, such as "nps"; "unknown" outside the list. */
CX_API const char *cx_survey_figure_name(int32_t figure);

/** @brief The defaults. */
CX_API void cx_survey_options_init(cx_survey_options *options);

/** An estimate under a design. */
typedef struct cx_survey_estimate {
    cx_estimate estimate; /**< value, interval, df = units - strata; n_eff = n / deff */
    double deff;    /**< variance divided by that of a simple random sample (with replacement when
                         the weights add up to the rows at most), NaN for totals and
                         ratios without one */
    int64_t units;  /**< of the first stage with a row that counts */
    int64_t strata; /**< of the first stage with a row that counts */
} cx_survey_estimate;

/** @brief Mean of a column.
 *
 * @param      y        one number for each row of the design; null and NaN are left out and counted
 * @param      design   the design
 * @param      domain   true for rows of the domain; a null is false; NULL for all
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK; t interval with units - strata degrees of freedom
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_MEMORY
 * @retval CX_E_EMPTY  no row with a value and a weight
 * @retval CX_E_FEW    a stratum with a single unit when those are errors
 * @retval CX_E_SUPPRESSED  fewer than min_n answers
 *
 * Without a degree of freedom the limits bound nothing and the flag is "not-identified"; with rows
 * in one unit only, or with a replicate that has no row of the domain, there is no standard error
 * either. Where nothing varies there are no limits by t. Cost: O(rows stages), or O(rows
 * replicates). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_survey_mean(const cx_array *y, const cx_design *design,
                                             const cx_array *domain,
                                             const cx_survey_options *options,
                                             cx_survey_estimate *out, cx_error *err);

/** @brief Total of a column; see cx_survey_mean. */
CX_API CX_NODISCARD cx_status cx_survey_total(const cx_array *y, const cx_design *design,
                                              const cx_array *domain,
                                              const cx_survey_options *options,
                                              cx_survey_estimate *out, cx_error *err);

/** @brief Ratio of two totals; see cx_survey_mean. Rows that lack either are left out.
 *
 * @retval CX_E_DOMAIN  also: the total of the denominator is 0
 */
CX_API CX_NODISCARD cx_status cx_survey_ratio(const cx_array *numerator,
                                              const cx_array *denominator, const cx_design *design,
                                              const cx_array *domain,
                                              const cx_survey_options *options,
                                              cx_survey_estimate *out, cx_error *err);

/** @brief Share of rows for which y is true (not 0), 0..1.
 *
 * Intervals [KornGraubard1998]: logit and arcsine transform; beta is Clopper-Pearson with the
 * effective number of rows; likelihood inverts the scaled likelihood-ratio test [RaoScott1984].
 * Where all rows are alike, beta takes the place of each. See cx_survey_mean.
 */
CX_API CX_NODISCARD cx_status cx_survey_share(const cx_array *y, const cx_design *design,
                                              const cx_array *domain,
                                              const cx_survey_options *options,
                                              cx_survey_estimate *out, cx_error *err);

/** @brief Net Promoter Score under a design, in points.
 *
 * The interval is that of cx_nps with the effective number of answers, the variance of one answer
 * divided by that of the score and scaled by (t_n / t_df)^2 [KornGraubard1998]. With uneven weights
 * or units of uneven size df is less than the estimate's: that of a sum of squares which expects
 * more of some units than of others [Satterthwaite1946]. Answers outside the scale are left out and
 * counted. See cx_survey_mean.
 */
CX_API CX_NODISCARD cx_status cx_survey_nps(const cx_array *scores, const cx_design *design,
                                            const cx_array *domain,
                                            const cx_survey_options *options,
                                            cx_survey_estimate *out, cx_error *err);

/** @brief Share of satisfied answers under a design: those in the top boxes of cx_csat, 0..1.
 *
 * The scale has to be stated. Intervals as in cx_survey_share. See cx_survey_mean.
 */
CX_API CX_NODISCARD cx_status cx_survey_csat(const cx_array *scores, const cx_design *design,
                                             const cx_array *domain,
                                             const cx_survey_options *options,
                                             cx_survey_estimate *out, cx_error *err);

/** @brief One of these figures for every key: each is a domain.
 *
 * @param      figure       a cx_survey_figure
 * @param      y            as in cx_survey_mean
 * @param      denominator  of a ratio; NULL for the others
 * @param      design       the design
 * @param      by           the key columns, one row for each row of the design
 * @param      options      NULL for the defaults; below min_n rows are hidden as in cx_nps_by
 * @param[out] out          the keys, the columns of cx_nps_by, deff, units, strata; owned by the
 * caller: cx_table_free
 * @param      err          may be NULL
 * @retval as cx_survey_mean; a domain without a row has its own status
 *
 * Cost: O(rows + for each domain the units it has rows in), with a calibration all rows of those
 * units and constraints^2 beside; with replicates O(rows replicates). A lonely stratum counts in
 * every domain, unless it is removed or certain: then, and with a calibration in stages with fpc,
 * O(domains rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_survey_by(int32_t figure, const cx_array *y,
                                           const cx_array *denominator, const cx_design *design,
                                           const cx_frame *by, const cx_survey_options *options,
                                           cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
