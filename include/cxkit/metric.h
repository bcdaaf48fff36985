#ifndef CXKIT_METRIC_H
#define CXKIT_METRIC_H

#include <cxkit/estimate.h>
#include <cxkit/table.h>
#include <cxkit/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup metric Metrics
 *
 * Pure functions of a tally. No answers is a status (CX_E_EMPTY), never a number. With weights the
 * variance is that of the weighted mean by linearisation, the weights taken as given, and intervals
 * use the effective number of answers. The `_by` forms give one row for each key, each with its own
 * status, so that an empty group never fails the call.
 * @{
 */

/** Options of cx_nps. */
typedef struct cx_nps_options {
    uint32_t struct_size; /**< set by cx_nps_options_init */
    int32_t method;       /**< a cx_method; default auto */
    int32_t promoters;    /**< lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< highest answer of a detractor; default 6 */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest answers of a figure that is shown; default 0: all are. See
                               cx_nps_by */
    int32_t totals;       /**< grouped: 1 adds the margins; default 0. See cx_nps_by */
    int32_t reserved;     /**< zero */
} cx_nps_options;

/** @brief The defaults: auto, promoters from 9, detractors to 6, 95 %. */
CX_API void cx_nps_options_init(cx_nps_options *options);

/** @brief Net Promoter Score in points, -100..100 [Reichheld2003].
 *
 * 100 (share of promoters - share of detractors). Intervals [Rocks2016]: adjusted-wald adds 0.75,
 * 1.5, 0.75 answers to detractors, passives, promoters; adjusted-wald-z a third of z^2 to each;
 * bonett-price 1, 0, 1; score inverts the score test; goodman is simultaneous for all contrasts
 * (too wide for one); wald is offered for comparison. auto is score below 5 and from 30 effective
 * answers, adjusted-wald between; the grouped form uses score for every row.
 *
 * @param      tally    any scale that holds both cut points; a question asked from 1 to 5 is none
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION
 * @retval CX_E_MISMATCH  the cut points do not lie on the scale of the tally
 * @retval CX_E_EMPTY       no valid answer with a positive weight
 * @retval CX_E_SUPPRESSED  fewer than min_n answers
 * @retval CX_E_DOMAIN      weights so small (below about 1e-5) that their squares lose digits
 *
 * Edge cases: at low confidence the limits of adjusted-wald and bonett-price, which are centred on
 * more than the answers, can exclude the value. All promoters gives 100 with an interval of
 * positive width; one answer gives a value and the flag "few". se is sqrt((p + d - (p - d)^2) / n)
 * in points, with weights that of the linearised mean. Cost: O(steps), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_nps(const cx_tally *tally, const cx_nps_options *options,
                                     cx_estimate *out, cx_error *err);

/** @brief cx_nps for every key.
 *
 * min_n hides every row with 1 to min_n - 1 valid answers, and more of them, until no hidden row
 * follows from the rest by subtraction (complementary suppression [Cox1980]): not from the rows
 * shown, nor from any margin of the keys, whether it is a row of this table or not. Margins that
 * are too small, or would tell, are hidden too. A hidden row keeps its keys and its unit; all else
 * is null, its status is CX_E_SUPPRESSED and its flag "suppressed". Rows without answers tell of
 * nobody and are shown. The same tallies and min_n hide the same rows in every metric. Chosen are
 * first the rows that ask for fewest others, then those with fewest answers, then the first; up to
 * three keys and 100,000 rows take seconds at most, and where more cannot be decided all but the
 * grand total is hidden.
 * It does not protect against comparing two tables of different keys, filters or days, nor against
 * bounds: a hidden count lies between 1 and the total of what is hidden.
 *
 * totals adds the cube: a row for each combination of values of each subset of the keys down to the
 * grand total, after the rows of the keys, by ascending `grouping`. In these rows the totalled keys
 * are null and `grouping`, a column behind the keys, has their bits as SQL's GROUPING() has: 1 for
 * the last key, 2 for the one before. A null key with bit 0 is a missing key.
 *
 * @param      tallies  the tallies
 * @param      options  NULL for the defaults
 * @param[out] out      the key columns, `grouping` when there are totals, then those of
 *                      cx_estimate; owned by the caller
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_LIMIT   totals or min_n with more than 10 keys
 *
 * Cost: O(keys); with totals or min_n O(rows 2^columns), and the elimination for three columns and
 * more. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_nps_by(const cx_tallies *tallies, const cx_nps_options *options,
                                        cx_table **out, cx_error *err);

/** @brief Employee Net Promoter Score: cx_nps that shows nothing of fewer than 5 people.
 *
 * The formula is that of cx_nps. min_n 0, its default, means 5 here; 1 shows everything.
 *
 * @param      tally    any scale that holds both cut points; a question asked from 1 to 5 is none
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval as cx_nps
 */
CX_API CX_NODISCARD cx_status cx_enps(const cx_tally *tally, const cx_nps_options *options,
                                      cx_estimate *out, cx_error *err);

/** @brief cx_enps for every key; see cx_nps_by. */
CX_API CX_NODISCARD cx_status cx_enps_by(const cx_tallies *tallies, const cx_nps_options *options,
                                         cx_table **out, cx_error *err);

/** What a share is taken of. */
typedef enum cx_denominator {
    CX_DENOMINATOR_VALID = 0,   /**< valid answers */
    CX_DENOMINATOR_ANSWERED = 1 /**< valid answers and those that do not apply ("don't know");
                                     needs unweighted tallies */
} cx_denominator;

/** Which end of a scale is best. */
typedef enum cx_direction {
    CX_HIGH_IS_BEST = 0, /**< the highest answers are satisfied ones */
    CX_LOW_IS_BEST = 1   /**< the lowest are: 1 is "very satisfied" */
} cx_direction;

/** Options of cx_csat. */
typedef struct cx_csat_options {
    uint32_t struct_size; /**< set by cx_csat_options_init */
    int32_t method;       /**< wilson (default), jeffreys, clopper-pearson, agresti-coull, wald */
    int32_t top;          /**< boxes counted as satisfied; 0 (default): 1 of 2 or 3 steps, 2 of 4 to
                               7, 3 of 10 */
    int32_t denominator;  /**< a cx_denominator */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest answers of a figure that is shown; default 0: all are. See
                               cx_nps_by */
    int32_t totals;       /**< grouped: 1 adds the margins; default 0. See cx_nps_by */
    int32_t direction;    /**< a cx_direction; default high is best */
} cx_csat_options;

/** @brief The defaults: wilson, the usual boxes, valid answers, 95 %. */
CX_API void cx_csat_options_init(cx_csat_options *options);

/** @brief Customer satisfaction: the share of answers in the top boxes, 0..1.
 *
 * @param      tally    the answers
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_SUPPRESSED
 * @retval CX_E_OPTION  also: no usual boxes for this scale (state `top`)
 *
 * Where low is best the boxes are taken from the low end; the share is that of satisfied answers
 * either way. Cost: O(steps), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_csat(const cx_tally *tally, const cx_csat_options *options,
                                      cx_estimate *out, cx_error *err);

/** @brief cx_csat for every key; see cx_nps_by. */
CX_API CX_NODISCARD cx_status cx_csat_by(const cx_tallies *tallies, const cx_csat_options *options,
                                         cx_table **out, cx_error *err);

/** Forms of the Customer Effort Score. */
typedef enum cx_ces_report {
    CX_CES_MEAN = 0,  /**< mean answer */
    CX_CES_AGREE = 1, /**< version 2: share of 5 to 7 */
    CX_CES_NET = 2    /**< version 2: points, share of 6 and 7 minus share of 1 to 3 */
} cx_ces_report;

/** Options of cx_ces. */
typedef struct cx_ces_options {
    uint32_t struct_size; /**< set by cx_ces_options_init */
    int32_t version;   /**< 1: effort 1-5, lower is better; 2 (default): agreement 1-7 that it was
                            easy, higher is better */
    int32_t report;    /**< a cx_ces_report; default mean */
    int32_t method;    /**< of the net form, as in cx_nps_options; default auto */
    double confidence; /**< default 0.95 */
    int64_t min_n;     /**< fewest answers of a figure that is shown; default 0: all are. See
                            cx_nps_by */
    int32_t totals;    /**< grouped: 1 adds the margins; default 0. See cx_nps_by */
    int32_t ease;      /**< 1: effort is turned into ease (lowest + highest - answer), so that more
                            is better in both versions; default 0 */
} cx_ces_options;

/** @brief The defaults: version 2, mean, 95 %. */
CX_API void cx_ces_options_init(cx_ces_options *options);

/** @brief Customer Effort Score [Dixon2010, Dixon2013]. The direction is part of the metric.
 *
 * @param      tally    scale 1-5 for version 1, 1-7 for version 2
 * @param      options  NULL for the defaults
 * @param[out] out      version 1 carries the flag "lower-is-better"
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_EMPTY | CX_E_SUPPRESSED
 * @retval CX_E_OPTION    also: agree or net of version 1
 * @retval CX_E_MISMATCH  the tally has another scale
 *
 * Tallies of the two versions do not merge, since their scales differ; with `ease` version 1 loses
 * its flag and is still another question. Intervals: t for the mean, wilson for the share, as
 * cx_nps for the net score. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_ces(const cx_tally *tally, const cx_ces_options *options,
                                     cx_estimate *out, cx_error *err);

/** @brief cx_ces for every key; see cx_nps_by. */
CX_API CX_NODISCARD cx_status cx_ces_by(const cx_tallies *tallies, const cx_ces_options *options,
                                        cx_table **out, cx_error *err);

/** Options of cx_mean_score. */
typedef struct cx_mean_options {
    uint32_t struct_size; /**< set by cx_mean_options_init */
    int32_t totals;       /**< grouped: 1 adds the margins; default 0. See cx_nps_by */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest answers of a figure that is shown; default 0: all are. See
                               cx_nps_by */
} cx_mean_options;

/** @brief The defaults: 95 %. */
CX_API void cx_mean_options_init(cx_mean_options *options);

/** @brief Mean answer in the units of the scale, with a t interval.
 *
 * When all answers are alike the t interval would have no width; the score interval of a bounded
 * mean takes its place (method "bounded", flag "no-variance").
 *
 * @param      tally    the answers
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_SUPPRESSED
 */
CX_API CX_NODISCARD cx_status cx_mean_score(const cx_tally *tally, const cx_mean_options *options,
                                            cx_estimate *out, cx_error *err);

/** @brief cx_mean_score for every key; see cx_nps_by. */
CX_API CX_NODISCARD cx_status cx_mean_score_by(const cx_tallies *tallies,
                                               const cx_mean_options *options, cx_table **out,
                                               cx_error *err);

/** Options of cx_share. */
typedef struct cx_share_options {
    uint32_t struct_size; /**< set by cx_share_options_init */
    int32_t method;       /**< wilson (default), jeffreys, clopper-pearson, agresti-coull, wald */
    double confidence;    /**< default 0.95 */
    int64_t min_n;        /**< fewest trials of a share that is shown; default 0: all are */
} cx_share_options;

/** @brief The defaults: wilson, 95 %. */
CX_API void cx_share_options_init(cx_share_options *options);

/** @brief A share with its interval [Brown2001].
 *
 * Jeffreys has the limit 0 at no success and 1 at no failure. The limits of every method are cut at
 * 0 and 1; the flag "clipped" says so.
 *
 * @param      successes  0 <= successes <= n
 * @param      n          trials
 * @param      options    NULL for the defaults
 * @param[out] out        written only on CX_OK
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_DOMAIN
 * @retval CX_E_EMPTY  n is 0
 * @retval CX_E_SUPPRESSED  n is below min_n
 */
CX_API CX_NODISCARD cx_status cx_share(int64_t successes, int64_t n,
                                       const cx_share_options *options, cx_estimate *out,
                                       cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
