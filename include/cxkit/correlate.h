#ifndef CXKIT_CORRELATE_H
#define CXKIT_CORRELATE_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/estimate.h>
#include <cxkit/moments.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup correlate Correlation
 * @{
 */

/** Kinds of correlation: name, number, word. */
#define CX_CORRELATION_LIST(X)                                                                     \
    X(CX_CORRELATION_PEARSON, 0, "pearson")       /* linear */                                     \
    X(CX_CORRELATION_SPEARMAN, 1, "spearman")     /* of the mid-ranks */                           \
    X(CX_CORRELATION_KENDALL, 2, "kendall")       /* tau-b: of the order of pairs, both ties */    \
    X(CX_CORRELATION_GAMMA, 3, "gamma")           /* of the order of pairs without ties */         \
    X(CX_CORRELATION_SOMERS, 4, "somers")         /* d of y given x: of pairs that differ in x */  \
    X(CX_CORRELATION_POLYCHORIC, 5, "polychoric") /* of the normals behind two ordered columns */  \
    X(CX_CORRELATION_POLYSERIAL, 6, "polyserial") /* of x and the normal behind an ordered y */    \
    X(CX_CORRELATION_MIXED, 7, "mixed")           /* of the three the one that fits the columns */

/** Kinds of correlation. */
typedef enum cx_correlation {
#define CX_CORRELATION_ENUM(name, number, text) name = number,
    CX_CORRELATION_LIST(CX_CORRELATION_ENUM)
#undef CX_CORRELATION_ENUM
        CX_CORRELATION_END = 8 /**< one more than the largest */
} cx_correlation;

/** Options of cx_correlate() and cx_moments_pearson(). */
typedef struct cx_correlate_options {
    uint32_t struct_size; /**< sizeof(cx_correlate_options) */
    int32_t method;       /**< a cx_correlation; default CX_CORRELATION_PEARSON */
    double confidence;    /**< of the interval, in (0, 1); default 0.95 */
    int32_t joint;        /**< polychoric, polyserial: 0 two steps (default), 1 all at once */
    int32_t part;         /**< cx_partial(): 0 controls taken out of x and y (default), 1 of x
                             only, 2 of y only */
    int32_t levels;       /**< mixed: a column of whole numbers with at most so many different ones
                             is ordered; default 11 */
    int32_t reserved;     /**< zero */
    const cx_allocator *allocator; /**< of scratch memory; NULL: malloc and free */
} cx_correlate_options;

/** @brief Fills in the defaults. NULL is ignored. */
CX_API void cx_correlate_options_init(cx_correlate_options *options);

/** @brief The word of a kind of correlation, such as "pearson"; "unknown" outside the list. */
CX_API const char *cx_correlation_name(int32_t method);

/** @brief Correlation of two columns.
 *
 * Pearson: r = sum w (x - mx)(y - my) / sqrt(sum w (x - mx)^2 sum w (y - my)^2), clamped to
 * [-1, 1]. The interval is symmetric on Fisher's scale z = atanh r [Fisher1921]. Without weights
 * the standard error of z is 1/sqrt(n - 3), `se` is (1 - r^2) times that, and the p-value is that
 * of t = r sqrt((n - 2)/(1 - r^2)) with n - 2 degrees of freedom, exact for normal columns.
 *
 * Spearman: Pearson's of the mid-ranks. The standard error of z is sqrt((1 + r^2/2)/(n - 3))
 * [BonettWright2000]; the p-value is exact up to 9 rows without ties and where both orders are the
 * same, else that of t.
 *
 * With C and D the numbers of concordant and discordant pairs of rows, T_x the pairs that differ in
 * x: Kendall's tau-b is (C - D)/sqrt(T_x T_y), gamma (C - D)/(C + D) [GoodmanKruskal1954], Somers'
 * d of y given x (C - D)/T_x [Somers1962]; exchange x and y for that of x given y. Pairs are
 * counted in O(n log n) [Knight1966]. `se` comes from the influence of each row
 * [GoodmanKruskal1972], the limits from it on Fisher's scale with Student's t of n - 2 degrees of
 * freedom. The p-value is that of independence: exact up to 60 rows without ties, else normal with
 * the variance under ties [Kendall1970], in arithmetic of 106 bits.
 *
 * With weights, a pair weighs the product of its rows' weights, and `se` of every method is
 * sqrt(sum w_i^2 psi_i^2) with psi_i the influence of a row; for Pearson
 * (zx zy - r (zx^2 + zy^2)/2) / sum w, zx and zy the standardised columns. Interval and p-value
 * use se / (1 - r^2) on Fisher's scale and a t distribution with n_eff - 2 degrees of freedom. For
 * a handful of rows that standard error tends to be too small.
 *
 * @param      x        numbers; a row with a null or NaN in x or y is left out and counted
 * @param      y        numbers, as many as x
 * @param      weights  survey weights, 0 or from 1e-100 to 1e100, or NULL; rows of weight 0 are
 * left out and counted
 * @param      options  NULL: the defaults
 * @param[out] out      value, limits, p_value, n, n_eff, excluded; df of Student's t, infinite
 * where the interval is a normal one; written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN (infinite value,
 * bad weight) | CX_E_EMPTY (no complete row) | CX_E_FEW (one complete row) | CX_E_CONSTANT (names
 * the column) | CX_E_OVERFLOW | CX_E_LIMIT (2^31 rows, but for Pearson) | CX_E_MEMORY
 *
 * Edge cases: n < 4 (or an effective n of 3 or less): no interval can be made; the limits are -1
 * and 1, se is NaN and CX_FLAG_FEW is set. n = 2: r is -1 or 1; Pearson's p_value is NaN. |r| = 1
 * with n > 3: Pearson's limits are both r and p_value is 0; of the others the far limit is where
 * floor(n/2) pairs of different rows that differ all agree with probability (1 - confidence)/2,
 * whatever the distribution. Deviations smaller than 1e-150 vanish for Pearson.
 * Cost: Pearson O(n), two passes (three with weights), no allocation; the others O(n log n) and
 * 80 bytes a row, ranks without ties or weights 20. Threads: any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_correlate(const cx_array *x, const cx_array *y,
                                           const cx_array *weights,
                                           const cx_correlate_options *options, cx_estimate *out,
                                           cx_error *err);

/** @brief Correlation of two columns with others held constant.
 *
 * Pearson: r = s_xy / sqrt(s_xx s_yy), s the sums of products that the controls leave over, solved
 * in double-double by a Cholesky factor: so many digits that the order of the controls does not
 * matter. Spearman: the same of the mid-ranks. With options->part the controls are taken out of one
 * side only: the semi-partial correlation.
 *
 * Without weights, k controls: the interval has a standard error of 1/sqrt(n - k - 3) on Fisher's
 * scale [Fisher1924], for Spearman sqrt((1 + r^2/2)/(n - k - 3)); semi-partial, one from the
 * influence of each row. The p-value is that of t with n - 2 - k degrees of freedom of the partial
 * correlation, also where the value is semi-partial: both are 0 together. With weights all are from
 * the influence of each row, as in cx_correlate(); ranks count as known.
 *
 * @param      x        numbers; a row with a null or NaN in any column is left out and counted
 * @param      y        numbers, as many as x
 * @param      given    the controls: one or more numeric columns, as long as x
 * @param      weights  survey weights, as in cx_correlate(), or NULL
 * @param      options  NULL: the defaults; method Pearson or Spearman
 * @param[out] out      as in cx_correlate(); written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_EMPTY |
 * CX_E_FEW (no more than k + 2 rows) | CX_E_CONSTANT | CX_E_SINGULAR (names the control, or x or y,
 * that is a combination of the controls) | CX_E_LIMIT | CX_E_OVERFLOW | CX_E_MEMORY
 *
 * Cost: O(n k^2) and 8 (k + 3) bytes a row; sorting for ranks. Threads: any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_partial(const cx_array *x, const cx_array *y,
                                         const cx_frame *given, const cx_array *weights,
                                         const cx_correlate_options *options, cx_estimate *out,
                                         cx_error *err);

/** @brief Pearson's correlation of columns i and j of a state.
 *
 * As cx_correlate(), but the rows are gone: with weights the effective number of rows
 * [Kish1965] stands for n in standard error, interval and p-value.
 *
 * @param      x        the state
 * @param      i        0 <= i < columns
 * @param      j        0 <= j < columns
 * @param      options  NULL: the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME (no such column) | CX_E_OPTION | CX_E_EMPTY | CX_E_FEW |
 * CX_E_CONSTANT (names the column)
 *
 * Cost: constant, no allocation. Threads: any. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_pearson(const cx_moments *x, int64_t i, int64_t j,
                                                 const cx_correlate_options *options,
                                                 cx_estimate *out, cx_error *err);

/** @brief Pearson's correlation of every pair of columns of a state.
 *
 * Of a pairwise state each pair stands on its own rows, and the matrix may be one that no data can
 * have. The nearest correlation matrix in the sense of least squares [Higham2002] stands beside it.
 *
 * @param      x        the state, of 2 columns or more
 * @param      options  NULL: the defaults; method Pearson
 * @param[out] out      one row a pair: x, y, correlation (the method's word), the columns of an
 *                      estimate, nearest; figures distance (the root of the summed squares of all
 *                      changes, 0 where none was needed) and smallest_eigenvalue (of the matrix as
 *                      it was). A pair without a correlation has a status, and nothing is nearest
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_FEW (one column) | CX_E_CONVERGENCE | CX_E_MEMORY
 *
 * Cost: O(p^3), some tens of times where a correction is needed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_correlations(const cx_moments *x,
                                                      const cx_correlate_options *options,
                                                      cx_table **out, cx_error *err);

/** @brief A correlation of every pair of columns, each over the rows that have both.
 *
 * With CX_CORRELATION_MIXED each pair is read as its columns are: polychoric for two ordered ones,
 * polyserial for an ordered one and a number, Pearson for two numbers.
 *
 * @param      x        2 numeric columns or more
 * @param      weights  survey weights, as in cx_correlate(), or NULL
 * @param      options  NULL: the defaults; any method
 * @param[out] out      as cx_moments_correlations()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_FEW (one column) |
 * CX_E_DOMAIN | CX_E_LIMIT | CX_E_OVERFLOW | CX_E_CONVERGENCE | CX_E_MEMORY
 *
 * Cost: p(p - 1)/2 times cx_correlate(). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_correlations(const cx_frame *x, const cx_array *weights,
                                              const cx_correlate_options *options, cx_table **out,
                                              cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
