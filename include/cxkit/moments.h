#ifndef CXKIT_MOMENTS_H
#define CXKIT_MOMENTS_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup moments Moments
 *
 * A state that holds what every linear method needs of several columns: how many rows, the sum of
 * weights, the means, and the sums of products about the means. States add up: rows are added in
 * any number of calls, states of other months or machines are merged, and old ones are subtracted.
 *
 * Means and products are carried in double-double arithmetic (about 31 digits), so that
 * correlations and regressions read from the state are as exact as the numbers put in.
 * @{
 */

/** An opaque state. */
typedef struct cx_moments cx_moments;

/** Most columns of one state. */
#define CX_MOMENTS_COLUMNS 1024

/** @brief An empty state.
 *
 * @param      names      string column: the names of the columns, different and not empty
 * @param      allocator  NULL: malloc; kept by the state
 * @param[out] out        written only on CX_OK; release with cx_moments_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE (names are not text) | CX_E_EMPTY (no name) | CX_E_NAME (a
 * null, empty or repeated name) | CX_E_LIMIT (more than CX_MOMENTS_COLUMNS) | CX_E_MEMORY
 *
 * Cost: 16 p^2 + 16000 p bytes for p columns, allocated here once; cx_moments_add() allocates
 * nothing. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_new(const cx_array *names, const cx_allocator *allocator,
                                             cx_moments **out, cx_error *err);

/** @brief An empty state of pairs: a missing value costs its column's pairs only, not the row.
 *
 * For every pair of columns the rows that have both are summed apart: their number, weights, means
 * and products. A correlation then stands on its own rows and its own means and variances; several
 * together need not belong to any data at all: see cx_moments_correlations(). Methods that need
 * complete rows refuse the state.
 *
 * @param      names      as for cx_moments_new()
 * @param      allocator  NULL: malloc; kept by the state
 * @param[out] out        written only on CX_OK; release with cx_moments_free()
 * @param      err        may be NULL
 * @retval CX_OK | those of cx_moments_new()
 *
 * cx_moments_n() counts rows with any value; cx_moments_n_pair() those of a pair. Means and
 * variances are those of a column alone. Cost: 400 bytes a pair; adding takes several times as long
 * as with cx_moments_new(). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_new_pairwise(const cx_array *names,
                                                      const cx_allocator *allocator,
                                                      cx_moments **out, cx_error *err);

/** @brief Whether the state was made by cx_moments_new_pairwise(); 0 for NULL. */
CX_API int cx_moments_pairwise(const cx_moments *self);

/** @brief Rows that columns i and j stand on together: those with both, or the complete ones. */
CX_API int64_t cx_moments_n_pair(const cx_moments *self, int64_t i, int64_t j);

/** @brief Releases a state. NULL is ignored. */
CX_API void cx_moments_free(cx_moments *self);

/** @brief Forgets all rows and keeps the columns. NULL is ignored. */
CX_API void cx_moments_reset(cx_moments *self);

/** @brief A second state with the same content.
 *
 * @param      self       the state
 * @param      allocator  NULL: malloc; kept by the copy
 * @param[out] out        written only on CX_OK; release with cx_moments_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Cost: O(p^2). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_copy(const cx_moments *self, const cx_allocator *allocator,
                                              cx_moments **out, cx_error *err);

/** @brief Adds rows.
 *
 * Blocks of rows are centred at a point near their mean, their products are summed with the error
 * of every operation carried along [OgitaRumpOishi2005], and the block is joined to the state:
 * C = C_a + C_b + (w_a w_b / (w_a + w_b)) d d', d the difference of the means
 * [ChanGolubLeVeque1983; Pebay2008].
 *
 * @param self     the state; unchanged unless CX_OK
 * @param x        numeric columns, matched by name; columns the state does not know are ignored. A
 *                 row with a null or NaN in any of the state's columns is left out of all of them
 *                 and counted
 * @param weights  survey weights, 0 or from 1e-100 to 1e100, or NULL for 1. Only their ratios
 * matter for means and correlations. A row of weight 0 is left out and counted; a missing weight is
 * an error. How often a row occurred is not a survey weight: repeat the row instead
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_NAME (the column is not there) |
 * CX_E_DOMAIN (an infinite value, or a weight outside that range; row and column in err) |
 * CX_E_OVERFLOW (a square exceeds the range of double)
 *
 * Edge cases: no rows: CX_OK. A column that never varies has products of exactly 0. Deviations
 * smaller than 1e-150 vanish.
 * Same bytes for the same sequence of calls; 1e-14 relative for any other split of the rows.
 * Cost: O(n p^2), no allocation. Threads: one writer. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_add(cx_moments *self, const cx_frame *x,
                                             const cx_array *weights, cx_error *err);

/** @brief Joins another state to this one, as if its rows had been added here.
 *
 * @param self   the state; unchanged unless CX_OK
 * @param other  a state of the same columns in the same order; may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH (other columns) | CX_E_OVERFLOW
 *
 * Cost: O(p^2), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_merge(cx_moments *self, const cx_moments *other,
                                               cx_error *err);

/** @brief Takes another state's rows out again: the mirror of cx_moments_merge(), for rolling
 * windows.
 *
 * @param self   the state; unchanged unless CX_OK
 * @param other  a state whose rows are all in self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH (other columns) | CX_E_DOMAIN (other holds rows that
 * self does not: a count, a weight or a variance would fall below zero)
 *
 * Edge cases: when no row is left the state is exactly empty. What remains keeps the absolute
 * accuracy of what was there: after rows a billion times larger have left, few digits remain.
 * Cost: O(p^2), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_subtract(cx_moments *self, const cx_moments *other,
                                                  cx_error *err);

/** @brief Whether two states have the same columns and the same encoded bytes; false for NULL. */
CX_API int cx_moments_equal(const cx_moments *a, const cx_moments *b);

/** @brief The number of bytes cx_moments_encode() writes; 0 for NULL. */
CX_API size_t cx_moments_encoded_size(const cx_moments *self);

/** @brief Writes the state: little-endian, versioned, with a checksum.
 *
 * @param      self    the state
 * @param[out] buffer  room for exactly cx_moments_encoded_size() bytes
 * @param      size    that size
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_LENGTH
 *
 * Cost: O(p^2), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_encode(const cx_moments *self, uint8_t *buffer,
                                                size_t size, cx_error *err);

/** @brief Reads a state that cx_moments_encode() wrote, and checks everything about it.
 *
 * @param      bytes      the encoded state
 * @param      size       their number
 * @param      allocator  NULL: malloc; kept by the state
 * @param[out] out        written only on CX_OK; release with cx_moments_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_FORMAT | CX_E_VERSION | CX_E_MEMORY
 *
 * Cost: O(p^2); allocates no more than a fixed multiple of `size`. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_moments_decode(const uint8_t *bytes, size_t size,
                                                const cx_allocator *allocator, cx_moments **out,
                                                cx_error *err);

/** @brief Number of columns; 0 for NULL. */
CX_API int64_t cx_moments_columns(const cx_moments *self);

/** @brief The name of column i, 0 <= i < columns; NULL outside. Owned by the state. */
CX_API const char *cx_moments_name(const cx_moments *self, int64_t i);

/** @brief The position of the column called `name`, or -1. */
CX_API int64_t cx_moments_find(const cx_moments *self, const char *name);

/** @brief Rows in the state: complete, with a positive weight. 0 for NULL. */
CX_API int64_t cx_moments_n(const cx_moments *self);

/** @brief Sum of the weights of those rows. */
CX_API double cx_moments_sum_w(const cx_moments *self);

/** @brief The effective number of rows, (sum w)^2 / sum w^2 [Kish1965]; n without weights. */
CX_API double cx_moments_n_eff(const cx_moments *self);

/** @brief Whether any call gave weights. */
CX_API int cx_moments_weighted(const cx_moments *self);

/** @brief Rows left out for a reason: CX_EXCLUDED_MISSING or CX_EXCLUDED_ZERO_WEIGHT; 0 otherwise.
 */
CX_API int64_t cx_moments_excluded(const cx_moments *self, int32_t reason);

/** @brief Rows in which column i was missing; 0 outside. A row may miss several columns. */
CX_API int64_t cx_moments_missing(const cx_moments *self, int64_t i);

/** @brief The weighted mean of column i; NaN for an empty state or outside. */
CX_API double cx_moments_mean(const cx_moments *self, int64_t i);

/** @brief The variance of column i, n/(n-1) sum w (x - mean)^2 / sum w; NaN for n < 2 or outside.
 */
CX_API double cx_moments_variance(const cx_moments *self, int64_t i);

/** @brief The covariance of columns i and j, with the same divisor; NaN for n < 2 or outside. */
CX_API double cx_moments_covariance(const cx_moments *self, int64_t i, int64_t j);

/** @brief Pearson's correlation of columns i and j, in [-1, 1]; NaN for n < 2, when a column is
 * constant, or outside. */
CX_API double cx_moments_correlation(const cx_moments *self, int64_t i, int64_t j);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
