#ifndef CXKIT_TALLY_H
#define CXKIT_TALLY_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup tally Tallies
 *
 * The state behind every score: how many answers, and how much weight, stand on each step of a
 * scale, and what was left out. Tallies add up: the same bytes for any split and any order of the
 * same answers.
 * @{
 */

/** Most steps a scale may have. */
#define CX_TALLY_MAX_LEVELS 1024

/** Most codes of one kind in cx_answer_options. */
#define CX_MAX_CODES 16

/** What happens to a value outside the scale, or between two of its steps. */
typedef enum cx_invalid {
    CX_INVALID_EXCLUDE = 0, /**< left out and counted */
    CX_INVALID_ERROR = 1    /**< the call fails and names the row */
} cx_invalid;

/** What happens to a value between two steps of the scale. */
typedef enum cx_fractional {
    CX_FRACTIONAL_INVALID = 0, /**< as `invalid` says */
    CX_FRACTIONAL_FLOOR = 1    /**< counted on the step below, so that 8.5 is a passive; flagged */
} cx_fractional;

/** How a column of answers is read. NaN and null are missing; infinity is an error. */
typedef struct cx_answer_options {
    uint32_t struct_size;                      /**< set by cx_answer_options_init */
    int32_t invalid;                           /**< a cx_invalid; default exclude */
    int32_t fractional;                        /**< a cx_fractional; default invalid */
    int32_t missing_count;                     /**< codes in use in missing_codes */
    int32_t not_applicable_count;              /**< codes in use in not_applicable_codes */
    int32_t reserved;                          /**< zero */
    double missing_codes[CX_MAX_CODES];        /**< values that mean "no answer", such as 99 */
    double not_applicable_codes[CX_MAX_CODES]; /**< values that mean "does not apply" */
} cx_answer_options;

/** @brief The defaults: exclude what is invalid, no codes. */
CX_API void cx_answer_options_init(cx_answer_options *options);

/** A tally of one column. */
typedef struct cx_tally cx_tally;

/** @brief Makes an empty tally.
 *
 * @param      scale_min  lowest answer
 * @param      scale_max  highest answer; at most CX_TALLY_MAX_LEVELS steps of 1
 * @param      allocator  kept by the tally; NULL = malloc
 * @param[out] out        owned by the caller: cx_tally_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Cost: three allocations, 112 bytes a step; nothing is allocated after. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tally_new(int32_t scale_min, int32_t scale_max,
                                           const cx_allocator *allocator, cx_tally **out,
                                           cx_error *err);

/** @brief Releases a tally. NULL is ignored. */
CX_API void cx_tally_free(cx_tally *self);

/** @brief Empties a tally; the scale stays. */
CX_API void cx_tally_reset(cx_tally *self);

/** @brief A second tally with the same content.
 *
 * @param      self       the tally
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_tally_copy(const cx_tally *self, const cx_allocator *allocator,
                                            cx_tally **out, cx_error *err);

/** @brief Adds a column of answers.
 *
 * @param self     unchanged unless CX_OK
 * @param scores   numbers; null and NaN are missing
 * @param weights  one weight for each answer, 0 or from 1e-100 to 1e100, or NULL for 1; a weight of
 *                 0 is counted under zero_weight and adds nothing
 * @param options  NULL for the defaults
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION
 * @retval CX_E_DOMAIN    an infinite answer, a missing weight or one outside that range, or an
 * answer outside the scale when those are errors
 * @retval CX_E_OVERFLOW  more than 2^63 answers, or a sum of weights beyond 2^127
 *
 * Weights and their squares are summed exactly on a grid of 2^-64; weights far below 1 lose digits
 * there, which the metrics refuse: scale them so that their mean is near 1. Cost: O(n), no
 * allocation; at memory speed for contiguous 8-bit integers without weights. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tally_add(cx_tally *self, const cx_array *scores,
                                           const cx_array *weights,
                                           const cx_answer_options *options, cx_error *err);

/** @brief Adds answers that are already counted, such as the result of a GROUP BY.
 *
 * @param self    unchanged unless CX_OK
 * @param scores  one value of the scale a row; none may be missing
 * @param counts  integers >= 0, how many answers have that value
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_DOMAIN | CX_E_OVERFLOW
 */
CX_API CX_NODISCARD cx_status cx_tally_add_counts(cx_tally *self, const cx_array *scores,
                                                  const cx_array *counts, cx_error *err);

/** @brief Adds another tally of the same scale.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW
 * @retval CX_E_MISMATCH  the scales differ
 */
CX_API CX_NODISCARD cx_status cx_tally_merge(cx_tally *self, const cx_tally *other, cx_error *err);

/** @brief true when both hold the same scale and content; false for NULL. */
CX_API int cx_tally_equal(const cx_tally *a, const cx_tally *b);

/** @brief Lowest answer of the scale; 0 for NULL. */
CX_API int32_t cx_tally_scale_min(const cx_tally *self);

/** @brief Highest answer of the scale; 0 for NULL. */
CX_API int32_t cx_tally_scale_max(const cx_tally *self);

/** @brief Valid answers with a positive weight. */
CX_API int64_t cx_tally_n(const cx_tally *self);

/** @brief Answers with this value; 0 outside the scale. */
CX_API int64_t cx_tally_count(const cx_tally *self, int32_t score);

/** @brief Weight of the answers with this value, correctly rounded; 0 outside the scale. */
CX_API double cx_tally_weight(const cx_tally *self, int32_t score);

/** @brief Rows left out for a cx_excluded reason; 0 outside the list. */
CX_API int64_t cx_tally_excluded(const cx_tally *self, int32_t reason);

/** @brief 1 when any answer came with weights. */
CX_API int cx_tally_weighted(const cx_tally *self);

/** @brief Bytes of the encoded tally; 0 for NULL. */
CX_API size_t cx_tally_encoded_size(const cx_tally *self);

/** @brief Writes the tally as bytes: the same content gives the same bytes on every machine.
 *
 * @param      self    the tally
 * @param[out] buffer  `size` bytes, written only on CX_OK
 * @param      size    exactly cx_tally_encoded_size
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_LENGTH
 */
CX_API CX_NODISCARD cx_status cx_tally_encode(const cx_tally *self, uint8_t *buffer, size_t size,
                                              cx_error *err);

/** @brief Reads an encoded tally. Any bytes may be given: they are validated in full.
 *
 * @param      bytes      `size` bytes
 * @param      size       number of bytes
 * @param      allocator  kept by the tally; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_FORMAT | CX_E_VERSION | CX_E_MEMORY
 *
 * Allocates at most sixteen bytes for each byte given, and one kilobyte.
 */
CX_API CX_NODISCARD cx_status cx_tally_decode(const uint8_t *bytes, size_t size,
                                              const cx_allocator *allocator, cx_tally **out,
                                              cx_error *err);

/** @} */

/** @defgroup tallies Tallies by key
 *
 * One tally for every combination of keys, kept sorted by key (numbers by size, text by byte, a
 * missing key last), so that neither the order nor the split of the rows shows.
 * @{
 */

/** Tallies by one or more key columns. */
typedef struct cx_tallies cx_tallies;

/** @brief Makes an empty set of tallies.
 *
 * @param      scale_min  lowest answer
 * @param      scale_max  highest answer
 * @param      allocator  kept by the set; NULL = malloc
 * @param[out] out        owned by the caller: cx_tallies_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_tallies_new(int32_t scale_min, int32_t scale_max,
                                             const cx_allocator *allocator, cx_tallies **out,
                                             cx_error *err);

/** @brief Releases the set and its tallies. NULL is ignored. */
CX_API void cx_tallies_free(cx_tallies *self);

/** @brief A second set with the same content. */
CX_API CX_NODISCARD cx_status cx_tallies_copy(const cx_tallies *self, const cx_allocator *allocator,
                                              cx_tallies **out, cx_error *err);

/** @brief Adds a column of answers, split by keys.
 *
 * @param self     unchanged unless CX_OK
 * @param scores   as in cx_tally_add
 * @param weights  as in cx_tally_add
 * @param by       one or more key columns: integers, bool, timestamps, text or dictionary codes
 *                 (or float columns that hold whole numbers); a missing key is a key of its own.
 *                 Timestamps become microseconds since 1970 UTC.
 *                 The first call sets names and kinds (number or text); later calls must agree.
 * @param options  NULL for the defaults
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_DOMAIN | CX_E_OVERFLOW |
 *         CX_E_MEMORY
 * @retval CX_E_MISMATCH  the keys differ from those of the first call
 *
 * Cost: O(n) expected, one tally for each new key. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tallies_add(cx_tallies *self, const cx_array *scores,
                                             const cx_array *weights, const cx_frame *by,
                                             const cx_answer_options *options, cx_error *err);

/** @brief Adds another set with the same scale and keys.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_tallies_merge(cx_tallies *self, const cx_tallies *other,
                                               cx_error *err);

/** @brief true when both hold the same keys and content; false for NULL. */
CX_API int cx_tallies_equal(const cx_tallies *a, const cx_tallies *b);

/** @brief Number of keys; 0 for NULL. */
CX_API int64_t cx_tallies_size(const cx_tallies *self);

/** @brief The tally at a position in key order, owned by the set and valid until it changes; NULL
 *  outside. */
CX_API const cx_tally *cx_tallies_at(const cx_tallies *self, int64_t index);

/** @brief A copy of the tally at a position in key order.
 *
 * @param      self   the set
 * @param      index  0 <= index < size
 * @param[out] out    owned by the caller
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_tallies_take(const cx_tallies *self, int64_t index, cx_tally **out,
                                              cx_error *err);

/** @brief One tally of everything.
 *
 * @param      self       the set
 * @param      allocator  of the result; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_tallies_total(const cx_tallies *self,
                                               const cx_allocator *allocator, cx_tally **out,
                                               cx_error *err);

/** @brief The tallies of some of the keys, the others totalled: a margin, which merges and encodes
 *  like any set.
 *
 * @param      self       the set
 * @param      totalled   bits of the keys that go: 1 for the last one, 2 for the one before, as in
 *                        `grouping` of cx_nps_by; at least one key has to remain
 * @param      allocator  of the result; NULL = malloc
 * @param[out] out        owned by the caller: cx_tallies_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_OPTION  bits of no key, or of all
 *
 * Cost: O(keys steps). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_tallies_margin(const cx_tallies *self, int64_t totalled,
                                                const cx_allocator *allocator, cx_tallies **out,
                                                cx_error *err);

/** @brief The distribution: keys, score, count and weight, one row for each key and step.
 *
 * @param      self  the set
 * @param[out] out   owned by the caller: cx_table_free
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY | CX_E_OVERFLOW
 */
CX_API CX_NODISCARD cx_status cx_tallies_table(const cx_tallies *self, cx_table **out,
                                               cx_error *err);

/** @brief Bytes of the encoded set; 0 for NULL. */
CX_API size_t cx_tallies_encoded_size(const cx_tallies *self);

/** @brief Writes the set as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_tallies_encode(const cx_tallies *self, uint8_t *buffer,
                                                size_t size, cx_error *err);

/** @brief Reads an encoded set; see cx_tally_decode. */
CX_API CX_NODISCARD cx_status cx_tallies_decode(const uint8_t *bytes, size_t size,
                                                const cx_allocator *allocator, cx_tallies **out,
                                                cx_error *err);

/** @brief The tallies of one column by keys, in one call: cx_tallies_new and cx_tallies_add.
 *
 * @param      scores     as in cx_tallies_add
 * @param      weights    as in cx_tallies_add
 * @param      by         as in cx_tallies_add
 * @param      scale_min  lowest answer
 * @param      scale_max  highest answer
 * @param      options    NULL for the defaults
 * @param[out] out        owned by the caller: cx_tallies_free
 * @param      err        may be NULL
 * @retval as cx_tallies_new and cx_tallies_add
 */
CX_API CX_NODISCARD cx_status cx_tally_by(const cx_array *scores, const cx_array *weights,
                                          const cx_frame *by, int32_t scale_min, int32_t scale_max,
                                          const cx_answer_options *options, cx_tallies **out,
                                          cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
