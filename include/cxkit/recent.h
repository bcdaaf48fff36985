#ifndef CXKIT_RECENT_H
#define CXKIT_RECENT_H

#include <cxkit/alloc.h>
#include <cxkit/status.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup recent Asked recently
 *
 * "Has this contact been asked within the last 90 days?" in 2.5 bytes a contact, where a ledger
 * takes 44. Bloom filters in generations [Bloom1970]: each holds the contacts asked in a part of
 * the window, and the oldest gives way to the next. It never says no to a contact that was asked
 * within the window. It says yes by mistake to a share of the others, who are then spared without
 * need: cx_recent_rates reports that share. It also says yes for up to a generation longer than the
 * window.
 *
 * What it cannot do: tell when or where a contact was asked, or forget one contact. Where people
 * have a right to be erased, drop the filter and make it anew, or keep a ledger. It holds no ids:
 * only bits that many contacts share.
 *
 * Filters of several machines merge to the same bytes in any order and any number of times.
 * @{
 */

/** How a filter is made. Filters that merge are made alike. */
typedef struct cx_recent_options {
    uint32_t struct_size; /**< set by cx_recent_options_init */
    int32_t generations;  /**< 1 .. 64 parts of the window, and one more is kept; default 4 */
    int32_t bits;         /**< for each contact of a generation, 4 .. 64; default 16 */
    int32_t reserved;     /**< zero */
    double window;        /**< seconds, at least 60 for each generation; default 90 days */
    int64_t capacity;     /**< contacts asked within a window, 1 .. 2^36; default a million. With
                               more, the share of mistakes grows */
    uint64_t salt;        /**< of the contact keys: its fingerprint is remembered, not it */
} cx_recent_options;

/** @brief The defaults. */
CX_API void cx_recent_options_init(cx_recent_options *options);

/** A filter. */
typedef struct cx_recent cx_recent;

/** @brief Makes an empty filter.
 *
 * @param      options    NULL for the defaults
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_recent_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Cost: capacity * bits / 8 * (1 + 1 / generations) bytes. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_recent_new(const cx_recent_options *options,
                                            const cx_allocator *allocator, cx_recent **out,
                                            cx_error *err);

/** @brief Releases a filter. NULL is ignored. */
CX_API void cx_recent_free(cx_recent *self);

/** @brief Forgets all contacts; the settings stay. */
CX_API void cx_recent_reset(cx_recent *self);

/** @brief A second filter with the same content.
 *
 * @param      self       the state
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_recent_copy(const cx_recent *self, const cx_allocator *allocator,
                                             cx_recent **out, cx_error *err);

/** @brief Enters that a contact was asked. Twice is once.
 *
 * @param self     unchanged unless CX_OK
 * @param contact  key, not 0
 * @param time     microseconds since 1970 UTC, in any order. A later generation pushes out the
 *                 oldest; a time before the generations that are kept changes nothing
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL
 * @retval CX_E_DOMAIN  contact 0, or a time before 1970
 *
 * Cost: about 0.1 us, a line or two of memory. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_recent_record(cx_recent *self, uint64_t contact, int64_t time,
                                               cx_error *err);

/** @brief 1 when the contact was asked within the window before `time`, or seems to; else 0.
 *
 * 0 also for NULL and for contact 0. What was asked after `time` counts too.
 */
CX_API int cx_recent_asked(const cx_recent *self, uint64_t contact, int64_t time);

/** @brief How often it is mistaken at this time, by generation.
 *
 * Columns, the latest generation first: `start` and `end` of it, `contacts` (estimated from the
 * bits), `fill` (share of bits set), `rate` (share of contacts never asked that this generation
 * takes for asked). Figures: `rate` of all generations that count at `time`, from the bits as they
 * are; `rate_expected` at full capacity; `contacts` (the sum; who was asked in two generations is
 * in both), `bytes`.
 *
 *     rate = 1 - product over generations of (1 - mean over blocks of fill^7)
 *     rate_expected: the same with Poisson(512 / bits) contacts in a block
 *
 * @param      self  the state
 * @param      time  now, microseconds since 1970 UTC
 * @param[out] out   written only on CX_OK
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_DOMAIN | CX_E_MEMORY
 *
 * Cost: O(bytes). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_recent_rates(const cx_recent *self, int64_t time, cx_table **out,
                                              cx_error *err);

/** @brief Adds what another filter knows.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH (made with other options)
 */
CX_API CX_NODISCARD cx_status cx_recent_merge(cx_recent *self, const cx_recent *other,
                                              cx_error *err);

/** @brief 1 when the contacts' keys are those of this salt; 0 otherwise and for NULL. */
CX_API int cx_recent_is_salted(const cx_recent *self, uint64_t salt);

/** @brief 1 when both hold the same settings and content; 0 for NULL. */
CX_API int cx_recent_equal(const cx_recent *a, const cx_recent *b);

/** @brief Bytes of memory in use. */
CX_API int64_t cx_recent_memory(const cx_recent *self);

/** @brief Size in bytes of the encoded filter. */
CX_API size_t cx_recent_encoded_size(const cx_recent *self);

/** @brief Writes the filter; the same content gives the same bytes.
 *
 * @param self    the state
 * @param buffer  room for exactly cx_recent_encoded_size bytes
 * @param size    of the buffer
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_LENGTH
 */
CX_API CX_NODISCARD cx_status cx_recent_encode(const cx_recent *self, uint8_t *buffer, size_t size,
                                               cx_error *err);

/** @brief Reads a filter from any bytes, validating them in full.
 *
 * @param      bytes      what cx_recent_encode wrote
 * @param      size       of the bytes
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_FORMAT | CX_E_VERSION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_recent_decode(const uint8_t *bytes, size_t size,
                                               const cx_allocator *allocator, cx_recent **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
