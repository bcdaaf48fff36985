#ifndef CXKIT_CALIBRATE_H
#define CXKIT_CALIBRATE_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup calibrate Weights
 *
 * Weights that make a sample add up to what is known of the whole: raking, post-stratification and
 * calibration [DevilleSarndal1992]. What cannot be met is named, with what was attained.
 * @{
 */

/** What is known: for each of several margins, the total of every category. */
typedef struct cx_margins cx_margins;

/** @brief Makes an empty set of margins.
 *
 * @param      allocator  kept by the set; NULL = malloc
 * @param[out] out        owned by the caller: cx_margins_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_margins_new(const cx_allocator *allocator, cx_margins **out,
                                             cx_error *err);

/** @brief Releases the margins. NULL is ignored. */
CX_API void cx_margins_free(cx_margins *self);

/** @brief Adds one margin: the categories of one column, or the combinations of several.
 *
 * @param self        unchanged unless CX_OK
 * @param categories  one row for each category; the columns are called like those of the table that
 *                    will be weighted; a null is the category of those without a value
 * @param totals      >= 0: totals of the whole, or shares that add up to 1; none missing
 * @param err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a negative, missing or infinite total, or a category named twice
 * @retval CX_E_EMPTY     no category, or totals that are all 0
 * @retval CX_E_MISMATCH  there is already a margin of these columns
 */
CX_API CX_NODISCARD cx_status cx_margins_add(cx_margins *self, const cx_frame *categories,
                                             const cx_array *totals, cx_error *err);

/** @brief Number of margins; 0 for NULL. */
CX_API int64_t cx_margins_size(const cx_margins *self);

/** How far weights may go from where they started: w = d F(u). */
typedef enum cx_distance {
    CX_DISTANCE_RAKING = 0,           /**< F = exp(u): weights stay positive */
    CX_DISTANCE_LINEAR = 1,           /**< F = 1 + u: weights may become negative */
    CX_DISTANCE_LOGIT = 2,            /**< between the bounds, smoothly */
    CX_DISTANCE_TRUNCATED_LINEAR = 3, /**< 1 + u, cut at the bounds */
    CX_DISTANCE_TRUNCATED_RAKING = 4, /**< exp(u), cut at the bounds */
    CX_DISTANCE_END = 5               /**< one more than the largest distance */
} cx_distance;

/** Options of cx_rake, cx_calibrate and cx_poststratify. */
typedef struct cx_calibrate_options {
    uint32_t struct_size;      /**< set by cx_calibrate_options_init */
    int32_t distance;          /**< a cx_distance; default raking */
    int32_t max_iterations;    /**< default 200 */
    int32_t allow_unconverged; /**< 1: give what was attained, marked; default 0 */
    int32_t rescale;           /**< 1: margins that add up differently are scaled to the first, and
                                    shares to 1; default 0: they are refused */
    int32_t reserved;          /**< zero */
    double lower;              /**< least ratio of a weight to its start; default 0 */
    double upper;              /**< largest ratio; default infinity */
    double tolerance;          /**< of max |attained - wanted| / (1 + |wanted|); default 1e-10 */
    double total;              /**< what shares are shares of; NaN (default): the total of the
                                    other margins, else the sum of the start weights, else the
                                    number of rows */
    const cx_allocator *allocator; /**< of the result; NULL = malloc */
} cx_calibrate_options;

/** @brief The defaults: raking, without bounds, to 1e-10. */
CX_API void cx_calibrate_options_init(cx_calibrate_options *options);

/** @brief The word of a distance, such as "truncated-linear"; "unknown" outside the list. */
CX_API const char *cx_distance_name(int32_t distance);

/** Weights, with the constraints they were made for. */
typedef struct cx_weights cx_weights;

/** What became of the weights. */
typedef struct cx_weights_summary {
    int64_t rows;        /**< of the table */
    int64_t positive;    /**< rows with a weight above 0 */
    int64_t negative;    /**< rows with a weight below 0: linear distance only */
    int64_t constraints; /**< totals to be met */
    int64_t dropped;     /**< of them, those that follow from the others */
    int64_t at_lower;    /**< rows held at the lower bound or raised to the lower cap */
    int64_t at_upper;    /**< rows held at the upper bound or cut to the upper cap */
    int64_t iterations;  /**< taken */
    int32_t converged;   /**< 1 when every total is met to the tolerance */
    int32_t reserved;    /**< zero */
    double total;        /**< sum of the weights */
    double deff;         /**< design effect of unequal weights: n sum w^2 / (sum w)^2 [Kish1965] */
    double n_eff;        /**< rows with a weight, divided by it */
    double ratio_min;    /**< least weight divided by its start */
    double ratio_max;    /**< largest */
    double cap_lower;    /**< least weight after trimming; NaN without */
    double cap_upper;    /**< largest; NaN without */
    double residual;     /**< max |attained - wanted| / (1 + |wanted|) */
    double worst_wanted; /**< the total that is missed most */
    double worst_attained;    /**< what it came to */
    char worst_margin[64];    /**< its margin, or the numeric column */
    char worst_category[128]; /**< its category, or "" */
} cx_weights_summary;

/** @brief Releases the weights. NULL is ignored. */
CX_API void cx_weights_free(cx_weights *self);

/** @brief Rakes: the weights nearest to the start weights that meet every margin [Deming1940].
 *
 * Rows of the same categories are taken together, and the equations are solved by Newton's method
 * with the constraints that follow from others left out, so that the cost does not depend on how
 * many rounds of fitting one margin after the other would take. With bounds the distance is
 * truncated raking. A category with the total 0 gets weights of 0.
 *
 * @param      table    columns with the names of the margins; one row for each unit
 * @param      margins  at least one
 * @param      weights  start weights >= 0 for each row; NULL: the same for all, so that they add
 *                      up to the whole
 * @param      options  NULL for the defaults; `distance` must be a raking one
 * @param[out] out      owned by the caller: cx_weights_free
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_NAME         the table has no column of a margin
 * @retval CX_E_DOMAIN       a category of the table without a total (margin, row), a bad weight
 * @retval CX_E_INFEASIBLE   a category with a total and no weight behind it, or margins that add up
 *                           to different wholes
 * @retval CX_E_CONVERGENCE  the margins cannot be met together: names the worst one
 * @retval CX_E_EMPTY        no row with a weight
 *
 * More than 400 categories are fitted one margin after the other, in at most ten times as many
 * rounds as there may be iterations.
 *
 * Cost: O(rows margins) once, then O(cells) for each step and O(cells margins + constraints^3) for
 * each of the one to three times that the equations are set up; memory: one number for each row, a
 * number of its cell, and the start weights when there are any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_rake(const cx_frame *table, const cx_margins *margins,
                                      const cx_array *weights, const cx_calibrate_options *options,
                                      cx_weights **out, cx_error *err);

/** @brief Calibrates on numeric columns: sum w x = total for each [DevilleSarndal1992].
 *
 * @param      x        numeric columns, none missing; a column of ones fixes the number of units
 * @param      totals   one for each column
 * @param      table    as in cx_rake, for margins besides; NULL without margins
 * @param      margins  NULL for none
 * @param      weights  as in cx_rake
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_weights_free
 * @param      err      may be NULL
 * @retval as cx_rake
 */
CX_API CX_NODISCARD cx_status cx_calibrate(const cx_frame *x, const cx_array *totals,
                                           const cx_frame *table, const cx_margins *margins,
                                           const cx_array *weights,
                                           const cx_calibrate_options *options, cx_weights **out,
                                           cx_error *err);

/** @brief Post-stratifies: within each category, weights are scaled to its total [Holt1979].
 *
 * @param      table    as in cx_rake
 * @param      margins  exactly one
 * @param      weights  as in cx_rake
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_weights_free
 * @param      err      may be NULL
 * @retval as cx_rake
 *
 * Cost: O(rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_poststratify(const cx_frame *table, const cx_margins *margins,
                                              const cx_array *weights,
                                              const cx_calibrate_options *options, cx_weights **out,
                                              cx_error *err);

/** @brief What became of the weights.
 *
 * @param      self  the weights
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL
 */
CX_API CX_NODISCARD cx_status cx_weights_summarise(const cx_weights *self, cx_weights_summary *out,
                                                   cx_error *err);

/** @brief The weights alone: a table of the one column weight, which is shared and not copied.
 *
 * @param      self  the weights; the table outlives them
 * @param[out] out   owned by the caller: cx_table_free
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL
 *
 * Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_weights_values(const cx_weights *self, cx_table **out,
                                                cx_error *err);

/** @brief The weights: columns weight, start and ratio, one row for each row of the table.
 *
 * @param      self  the weights
 * @param[out] out   owned by the caller: cx_table_free. The ratio is null where the start is 0
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_weights_table(const cx_weights *self, cx_table **out,
                                               cx_error *err);

/** @brief Every total: columns margin, category, wanted, start, attained, rows.
 *
 * @param      self  the weights
 * @param[out] out   owned by the caller: cx_table_free
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_weights_margins(const cx_weights *self, cx_table **out,
                                                 cx_error *err);

/* -- trimming ------------------------------------------------------------------------------ */

/** What the caps of cx_trim are multiples of. */
typedef enum cx_trim_base {
    CX_TRIM_MEDIAN = 0,   /**< of the weights other than 0 */
    CX_TRIM_MEAN = 1,     /**< of the weights other than 0 */
    CX_TRIM_ABSOLUTE = 2, /**< 1: the caps are weights */
    CX_TRIM_END = 3       /**< one more than the largest base */
} cx_trim_base;

/** Options of cx_trim. */
typedef struct cx_trim_options {
    uint32_t struct_size;          /**< set by cx_trim_options_init */
    int32_t base;                  /**< a cx_trim_base; default median */
    int32_t redistribute;          /**< 1 (default): the total is kept; 0: it falls */
    int32_t reserved;              /**< zero */
    double lower;                  /**< least multiple; default 0 */
    double upper;                  /**< largest multiple; default 5 */
    const cx_allocator *allocator; /**< of the result; NULL = malloc */
} cx_trim_options;

/** @brief The defaults: between 0 and 5 times the median, the total kept. */
CX_API void cx_trim_options_init(cx_trim_options *options);

/** @brief Cuts weights to caps, and says what that does to the margins.
 *
 * Every weight other than 0 becomes min(upper, max(lower, c w)), where c is the one factor that
 * keeps the total: what is cut from large weights goes to the others in proportion, and none of
 * those passes the cap. That is where repeated cutting and sharing out ends [Potter1990]. Trimming
 * trades variance for bias: the totals that calibration had met are missed again, and the summary
 * names the one missed most. Bounds in cx_rake and cx_calibrate meet both.
 *
 * @param      weights     each >= 0; NULL when `calibrated` is given
 * @param      calibrated  weights with their constraints, which are checked again; NULL for plain
 *                         ones. The result holds on to it
 * @param      options     NULL for the defaults
 * @param[out] out         owned by the caller: cx_weights_free. `converged` is 1 when every total
 * is still met, and so is the total of the weights
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN      a bad weight
 * @retval CX_E_EMPTY       no row with a weight
 * @retval CX_E_INFEASIBLE  the caps cannot hold the total: all weights at the cap add up to less
 *
 * Cost: O(rows), a few times. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_trim(const cx_array *weights, const cx_weights *calibrated,
                                      const cx_trim_options *options, cx_weights **out,
                                      cx_error *err);

/* -- unequal weights ----------------------------------------------------------------------- */

/** Options of cx_kish. */
typedef struct cx_kish_options {
    uint32_t struct_size; /**< set by cx_kish_options_init */
    int32_t zeros;        /**< 1: rows with the weight 0 count in n; default 0 */
} cx_kish_options;

/** @brief The defaults: n counts the rows with a weight. */
CX_API void cx_kish_options_init(cx_kish_options *options);

/** What unequal weights cost. */
typedef struct cx_kish_result {
    int64_t rows;   /**< all */
    int64_t zeros;  /**< rows with the weight 0 */
    double total;   /**< sum of the weights */
    double deff;    /**< n sum w^2 / (sum w)^2, 1 for equal weights */
    double n_eff;   /**< n / deff = (sum w)^2 / sum w^2, which zeros leave alone */
    double cv;      /**< coefficient of variation of the weights: sqrt(deff - 1) */
    double largest; /**< the largest weight as a share of the total */
} cx_kish_result;

/** @brief The design effect of unequal weights and the effective sample size [Kish1965].
 *
 * It is the price for a figure that has nothing to do with the weights; what a particular estimate
 * loses or gains is the business of its design.
 *
 * @param      weights  each >= 0
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_OPTION
 * @retval CX_E_DOMAIN  a missing, negative or infinite weight
 * @retval CX_E_EMPTY   no row with a weight
 *
 * Cost: O(rows). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_kish(const cx_array *weights, const cx_kish_options *options,
                                      cx_kish_result *out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
