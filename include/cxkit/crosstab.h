#ifndef CXKIT_CROSSTAB_H
#define CXKIT_CROSSTAB_H

#include <cxkit/correlate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup crosstab Tables of two answers
 *
 * How often each answer to one question came with each answer to another. Tables add up, and every
 * correlation of two scales follows from one exactly, however many respondents stand behind it: the
 * same bytes for any split and any order of the same rows.
 * @{
 */

/** An opaque state. */
typedef struct cx_crosstab cx_crosstab;

/** Most answers of one scale. */
#define CX_CROSSTAB_LEVELS 256

/** The two scales: whole numbers from the least to the most. */
typedef struct cx_crosstab_options {
    uint32_t struct_size; /**< sizeof(cx_crosstab_options) */
    int32_t x_min;        /**< default 0 */
    int32_t x_max;        /**< default 10 */
    int32_t y_min;        /**< default 0 */
    int32_t y_max;        /**< default 10 */
    int32_t reserved;     /**< zero */
} cx_crosstab_options;

/** @brief Fills in the defaults: 0 to 10 both. NULL is ignored. */
CX_API void cx_crosstab_options_init(cx_crosstab_options *options);

/** @brief An empty table.
 *
 * @param      options    NULL: the defaults; at most CX_CROSSTAB_LEVELS answers a scale, at least 2
 * @param      allocator  NULL: malloc; kept by the state
 * @param[out] out        written only on CX_OK; release with cx_crosstab_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Cost: 56 bytes a cell, allocated here once. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_crosstab_new(const cx_crosstab_options *options,
                                              const cx_allocator *allocator, cx_crosstab **out,
                                              cx_error *err);

/** @brief Releases a table. NULL is ignored. */
CX_API void cx_crosstab_free(cx_crosstab *self);

/** @brief Forgets all rows; the scales stay. NULL is ignored. */
CX_API void cx_crosstab_reset(cx_crosstab *self);

/** @brief A second table with the same content.
 *
 * @param      self       the table
 * @param      allocator  NULL: malloc; kept by the copy
 * @param[out] out        written only on CX_OK; release with cx_crosstab_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_crosstab_copy(const cx_crosstab *self,
                                               const cx_allocator *allocator, cx_crosstab **out,
                                               cx_error *err);

/** @brief Adds respondents.
 *
 * @param self     unchanged unless CX_OK
 * @param x        one answer each; null and NaN are missing
 * @param y        as many
 * @param weights  survey weights, 0 or from 1e-100 to 1e100, or NULL for 1; rounded to 2^-64
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH
 * @retval CX_E_DOMAIN    an infinite answer, or a bad weight
 * @retval CX_E_OVERFLOW  more than 2^53 rows, or a sum of squared weights beyond 2^120
 *
 * A row counts under one reason when it is left out: missing, out of range, not a whole number
 * (either answer, in this order), or a weight of 0. Cost: O(n), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_crosstab_add(cx_crosstab *self, const cx_array *x,
                                              const cx_array *y, const cx_array *weights,
                                              cx_error *err);

/** @brief Adds combinations that were counted elsewhere, such as by GROUP BY.
 *
 * @param self    unchanged unless CX_OK
 * @param x       the answer to one question in each combination
 * @param y       the answer to the other
 * @param counts  how many respondents gave both: whole numbers >= 0
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH
 * @retval CX_E_DOMAIN    an infinite answer; a count that is missing, negative or not whole
 * @retval CX_E_OVERFLOW  more than 2^53 rows
 */
CX_API CX_NODISCARD cx_status cx_crosstab_add_counts(cx_crosstab *self, const cx_array *x,
                                                     const cx_array *y, const cx_array *counts,
                                                     cx_error *err);

/** @brief Adds another table of the same scales.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW
 * @retval CX_E_MISMATCH  the scales differ
 */
CX_API CX_NODISCARD cx_status cx_crosstab_merge(cx_crosstab *self, const cx_crosstab *other,
                                                cx_error *err);

/** @brief Whether both have the same scales and content; false for NULL. */
CX_API int cx_crosstab_equal(const cx_crosstab *a, const cx_crosstab *b);

/** @brief Respondents with two valid answers and a positive weight; 0 for NULL. */
CX_API int64_t cx_crosstab_n(const cx_crosstab *self);

/** @brief How many of them gave these two answers; 0 outside the scales. */
CX_API int64_t cx_crosstab_count(const cx_crosstab *self, int64_t x, int64_t y);

/** @brief Respondents left out, by cx_excluded reason. */
CX_API int64_t cx_crosstab_excluded(const cx_crosstab *self, int32_t reason);

/** @brief 1 when any call gave weights. */
CX_API int cx_crosstab_weighted(const cx_crosstab *self);

/** @brief Any correlation of the two answers, as cx_correlate() on the rows.
 *
 * @param      self     the table
 * @param      options  NULL: the defaults; every method
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_EMPTY | CX_E_FEW | CX_E_CONSTANT | CX_E_LIMIT |
 * CX_E_CONVERGENCE | CX_E_MEMORY
 *
 * Cost: O(cells log cells), whatever the number of rows. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_crosstab_correlate(const cx_crosstab *self,
                                                    const cx_correlate_options *options,
                                                    cx_estimate *out, cx_error *err);

/** @brief Bytes of the encoded table; 0 for NULL. */
CX_API size_t cx_crosstab_encoded_size(const cx_crosstab *self);

/** @brief Writes the table as bytes: little-endian, versioned, with a checksum.
 *
 * @param      self    the table
 * @param[out] buffer  room for exactly cx_crosstab_encoded_size() bytes
 * @param      size    that size
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_LENGTH
 */
CX_API CX_NODISCARD cx_status cx_crosstab_encode(const cx_crosstab *self, uint8_t *buffer,
                                                 size_t size, cx_error *err);

/** @brief Reads an encoded table, and checks everything about it.
 *
 * @param      bytes      what cx_crosstab_encode() wrote
 * @param      size       their number
 * @param      allocator  NULL: malloc; kept by the state
 * @param[out] out        written only on CX_OK; release with cx_crosstab_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_FORMAT | CX_E_VERSION | CX_E_MEMORY
 *
 * Allocates at most eight bytes for each byte given, and a kilobyte. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_crosstab_decode(const uint8_t *bytes, size_t size,
                                                 const cx_allocator *allocator, cx_crosstab **out,
                                                 cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
