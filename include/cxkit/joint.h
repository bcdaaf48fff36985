#ifndef CXKIT_JOINT_H
#define CXKIT_JOINT_H

#include <cxkit/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup joint Joint states
 *
 * Several answers of the same respondents: a tally of each, and for every pair the sums over those
 * who answered both, so that a figure made of several answers keeps their covariance. An answer
 * that is missing costs that answer only. Joint states add up: the same bytes for any split and any
 * order of the same respondents.
 * @{
 */

/** Most components of one state. */
#define CX_JOINT_COLUMNS 64

/** Several components of the same respondents. */
typedef struct cx_joint cx_joint;

/** How the answers of a component are read. */
typedef struct cx_joint_options {
    uint32_t struct_size; /**< set by cx_joint_options_init */
    int32_t score;        /**< a cx_score: net (default), the answer itself, or top boxes */
    int32_t scale_min;    /**< lowest answer; default 1 */
    int32_t scale_max;    /**< highest answer; default 5 */
    int32_t high;         /**< net: lowest answer that counts as +1; default 4 */
    int32_t low;          /**< net: highest answer that counts as -1; default 2 */
    int32_t top;          /**< top box: as in cx_csat_options; default 0 */
    int32_t reserved;     /**< zero */
} cx_joint_options;

/** @brief The defaults: net, high from 4, low to 2, on 1 to 5. */
CX_API void cx_joint_options_init(cx_joint_options *options);

/** @brief Makes an empty state of components that are read alike.
 *
 * @param      names      text: 1 to CX_JOINT_COLUMNS names, each once
 * @param      options    of every component; NULL for the defaults
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_joint_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_NAME | CX_E_EMPTY | CX_E_LIMIT | CX_E_OPTION |
 *         CX_E_MEMORY
 *
 * Cost: about 600 bytes for each pair of components, and 230 for each step of each scale; nothing
 * is allocated after. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_joint_new(const cx_array *names, const cx_joint_options *options,
                                           const cx_allocator *allocator, cx_joint **out,
                                           cx_error *err);

/** @brief Gives one component a reading and a scale of its own, before anything is added.
 *
 * @param self     empty, unchanged unless CX_OK
 * @param index    0 <= index < columns
 * @param options  of this component; NULL for the defaults
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_MISMATCH  the state holds answers already
 */
CX_API CX_NODISCARD cx_status cx_joint_set(cx_joint *self, int64_t index,
                                           const cx_joint_options *options, cx_error *err);

/** @brief Releases a state. NULL is ignored. */
CX_API void cx_joint_free(cx_joint *self);

/** @brief Empties a state; its components stay. */
CX_API void cx_joint_reset(cx_joint *self);

/** @brief A second state with the same content.
 *
 * @param      self       the state
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_joint_copy(const cx_joint *self, const cx_allocator *allocator,
                                            cx_joint **out, cx_error *err);

/** @brief Adds respondents.
 *
 * @param self     unchanged unless CX_OK
 * @param x        one column for each component, found by name; other columns are ignored. Null
 *                 and NaN are missing
 * @param weights  one for each respondent, as in cx_tally_add; NULL for 1
 * @param options  how the answers are read; NULL for the defaults
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION
 * @retval CX_E_DOMAIN    as in cx_tally_add
 * @retval CX_E_OVERFLOW  more than 2^42 respondents, or a sum of weights beyond 2^127
 *
 * What is left out is counted for each component by its reason; a respondent without any answer
 * also under cx_joint_excluded. Cost: O(n columns^2), no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_joint_add(cx_joint *self, const cx_frame *x,
                                           const cx_array *weights,
                                           const cx_answer_options *options, cx_error *err);

/** @brief Adds two waves of one question to the two components of a state, matched by respondent.
 *
 * A respondent who answered both waves is one row with two answers, everyone else a row with one.
 *
 * @param self        of two components; unchanged unless CX_OK
 * @param before      answers of the first wave
 * @param ids_before  one or more key columns as long as `before`; an answer without an id is
 *                    matched with nobody
 * @param after       answers of the second wave
 * @param ids_after   the same key columns, as long as `after`
 * @param options     how the answers are read; NULL for the defaults
 * @param err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY | CX_E_OVERFLOW
 * @retval CX_E_MISMATCH  not two components, or other kinds of ids in the second wave
 * @retval CX_E_DOMAIN    a respondent who stands twice in a wave, or as in cx_tally_add
 *
 * Both waves of a respondent must come in one call: states of several calls merge, but are not
 * matched with each other. Cost: O(n) expected, 24 bytes a row and the ids. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_joint_add_waves(cx_joint *self, const cx_array *before,
                                                 const cx_frame *ids_before, const cx_array *after,
                                                 const cx_frame *ids_after,
                                                 const cx_answer_options *options, cx_error *err);

/** @brief Adds another state of the same components.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW
 * @retval CX_E_MISMATCH  names, readings or scales differ
 */
CX_API CX_NODISCARD cx_status cx_joint_merge(cx_joint *self, const cx_joint *other, cx_error *err);

/** @brief true when both hold the same components and content; false for NULL. */
CX_API int cx_joint_equal(const cx_joint *a, const cx_joint *b);

/** @brief Number of components; 0 for NULL. */
CX_API int64_t cx_joint_columns(const cx_joint *self);

/** @brief The name of a component; NULL outside. Owned by the state. */
CX_API const char *cx_joint_name(const cx_joint *self, int64_t index);

/** @brief The position of the component called `name`, or -1. */
CX_API int64_t cx_joint_find(const cx_joint *self, const char *name);

/** @brief Respondents with at least one valid answer and a positive weight. */
CX_API int64_t cx_joint_n(const cx_joint *self);

/** @brief Respondents who answered every component. */
CX_API int64_t cx_joint_complete(const cx_joint *self);

/** @brief Respondents who answered both components; of one with itself, its answers. */
CX_API int64_t cx_joint_both(const cx_joint *self, int64_t i, int64_t j);

/** @brief Respondents without a valid answer, by the cx_excluded reason of the first component. */
CX_API int64_t cx_joint_excluded(const cx_joint *self, int32_t reason);

/** @brief 1 when any respondent came with a weight. */
CX_API int cx_joint_weighted(const cx_joint *self);

/** @brief A copy of the tally of one component.
 *
 * @param      self   the state
 * @param      index  0 <= index < columns
 * @param[out] out    owned by the caller: cx_tally_free
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_joint_tally(const cx_joint *self, int64_t index, cx_tally **out,
                                             cx_error *err);

/** @brief Bytes of the encoded state; 0 for NULL. */
CX_API size_t cx_joint_encoded_size(const cx_joint *self);

/** @brief Writes the state as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_joint_encode(const cx_joint *self, uint8_t *buffer, size_t size,
                                              cx_error *err);

/** @brief Reads an encoded state; see cx_tally_decode.
 *
 * Allocates at most sixty bytes for each byte given, and four kilobytes.
 */
CX_API CX_NODISCARD cx_status cx_joint_decode(const uint8_t *bytes, size_t size,
                                              const cx_allocator *allocator, cx_joint **out,
                                              cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
