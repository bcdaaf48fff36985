#ifndef CXKIT_LEDGER_H
#define CXKIT_LEDGER_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/status.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup ledger Ledger of contacts
 *
 * What happened to each customer lately: invitations, surveys shown, refusals, answers. The state
 * behind every rule that spares customers. A contact takes 44 bytes at a load of 15/16: the latest
 * event of each kind and the most recent others, seven in all, each with its minute and its place
 * (a measurement point or a class of them). What has to be forgotten leaves its time behind, so
 * that a reader knows when the seven are not the whole story.
 *
 * Times are kept in whole minutes, rounded up: nobody is taken to have been spared for longer than
 * he was. Events of the same kind, place and minute are one event. Contacts are known by a keyed
 * 64-bit hash; of ten million the chance that any two share one is 3 in a million, and those two
 * would be spared together.
 *
 * Ledgers of several machines merge to the same bytes in any order and any number of times.
 * @{
 */

/** Kinds of event: name, number, word. */
#define CX_EVENT_LIST(X)                                                                           \
    X(CX_EVENT_INVITED, 0, "invited")                                                              \
    X(CX_EVENT_SHOWN, 1, "shown")                                                                  \
    X(CX_EVENT_DECLINED, 2, "declined")                                                            \
    X(CX_EVENT_ANSWERED, 3, "answered")

/** Kinds of event. */
typedef enum cx_event {
#define CX_EVENT_ENUM(name, number, text) name = number,
    CX_EVENT_LIST(CX_EVENT_ENUM)
#undef CX_EVENT_ENUM
        CX_EVENT_END = 4 /**< one more than the largest */
} cx_event;

/** @brief The word of a kind of event, such as "invited"; "unknown" outside the list. */
CX_API const char *cx_event_name(int32_t event);

/** Most places that a ledger tells apart. */
#define CX_LEDGER_PLACES 1023
/** Events that a ledger remembers of a contact. */
#define CX_LEDGER_EVENTS 7

/** A contact as a ledger knows it. */
typedef struct cx_contact {
    uint64_t key; /**< keyed hash, never 0 */
} cx_contact;

/** @brief The key of a contact whose id is text [Aumasson2012].
 *
 * SipHash-2-4 of the bytes. Without the salt nobody can tell from a key who it is.
 *
 * @param      bytes  the id; any bytes, no terminator
 * @param      size   how many; 0 is refused: an empty id is nobody
 * @param      salt   secret of the installation; the same on all machines that merge
 * @param[out] out    written only on CX_OK
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_DOMAIN
 *
 * Cost: about 20 ns. Threads: pure. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_contact_text(const uint8_t *bytes, size_t size, uint64_t salt,
                                              cx_contact *out, cx_error *err);

/** @brief The key of a contact whose id is a number: 64 bits of Philox 4x32. Never 0.
 *
 * Cost: about 10 ns. Threads: pure. Since: 0.1.
 */
CX_API uint64_t cx_contact_number(int64_t id, uint64_t salt);

/** How a ledger is made. */
typedef struct cx_ledger_options {
    uint32_t struct_size; /**< set by cx_ledger_options_init */
    uint32_t events;      /**< bits 1 << cx_event of the kinds to keep; default all four. The fewer,
                               the more events of each: of one kind all seven */
    int64_t capacity;     /**< contacts to make room for at once; default 0 */
    uint64_t salt;        /**< of the contact keys: a ledger remembers its fingerprint, not it */
} cx_ledger_options;

/** @brief The defaults: all kinds of event, no room ahead, salt 0. */
CX_API void cx_ledger_options_init(cx_ledger_options *options);

/** A ledger. */
typedef struct cx_ledger cx_ledger;

/** @brief Makes an empty ledger.
 *
 * @param      options    NULL for the defaults
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_ledger_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 *
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_ledger_new(const cx_ledger_options *options,
                                            const cx_allocator *allocator, cx_ledger **out,
                                            cx_error *err);

/** @brief Releases a ledger. NULL is ignored. */
CX_API void cx_ledger_free(cx_ledger *self);

/** @brief Forgets all contacts; the settings stay. */
CX_API void cx_ledger_reset(cx_ledger *self);

/** @brief A second ledger with the same content.
 *
 * @param      self       the state
 * @param      allocator  of the copy; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_ledger_copy(const cx_ledger *self, const cx_allocator *allocator,
                                             cx_ledger **out, cx_error *err);

/** @brief Enters one event. The same event a second time changes nothing.
 *
 * @param self     unchanged unless CX_OK
 * @param contact  key, not 0
 * @param event    a cx_event that this ledger keeps
 * @param place    0 .. CX_LEDGER_PLACES - 1
 * @param time     microseconds since 1970 UTC, not before; in any order
 * @param err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an unknown event, a place or a time outside its range, contact 0
 * @retval CX_E_MISMATCH  a kind of event that this ledger does not keep
 *
 * Cost: about 0.2 us; a ledger grows by a 64th at a time: about 3 ms once in a while with ten
 * million contacts. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_ledger_record(cx_ledger *self, uint64_t contact, int32_t event,
                                               int32_t place, int64_t time, cx_error *err);

/** @brief Forgets one contact. Returns 1 if it was there, else 0. Nothing of it is left in memory.
 */
CX_API int cx_ledger_erase(cx_ledger *self, uint64_t contact);

/** @brief What is known of one contact: a row for each event, the latest first.
 *
 * Columns: `event`, `place`, `time` (the end of its minute). Figure: `forgotten`, the time in
 * microseconds of the latest event that is not among them; NaN when there is none.
 *
 * @param      self     the state
 * @param      contact  an unknown one gives a table without rows
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_ledger_history(const cx_ledger *self, uint64_t contact,
                                                cx_table **out, cx_error *err);

/** @brief Adds what another ledger knows: the latest of each kind and the union of the others.
 *
 * Commutative, associative and idempotent: machines may exchange ledgers in any order, and twice.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH (other kinds of event, another salt) | CX_E_MEMORY
 *
 * Cost: O(contacts of both); needs room for the result beside both. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_ledger_merge(cx_ledger *self, const cx_ledger *other,
                                              cx_error *err);

/** @brief 1 when both hold the same settings and content; 0 for NULL. */
CX_API int cx_ledger_equal(const cx_ledger *a, const cx_ledger *b);

/** @brief Number of contacts. */
CX_API int64_t cx_ledger_size(const cx_ledger *self);

/** @brief Bytes of memory in use, unused slots included. */
CX_API int64_t cx_ledger_memory(const cx_ledger *self);

/** @brief The kinds of event it keeps: bits 1 << cx_event. */
CX_API uint32_t cx_ledger_events(const cx_ledger *self);

/** @brief 1 when the contacts' keys are those of this salt; 0 otherwise and for NULL. */
CX_API int cx_ledger_is_salted(const cx_ledger *self, uint64_t salt);

/** @brief Size in bytes of the encoded ledger: 56 and 44 for each contact. */
CX_API size_t cx_ledger_encoded_size(const cx_ledger *self);

/** @brief Writes the ledger; the same content gives the same bytes.
 *
 * @param self    the state
 * @param buffer  room for exactly cx_ledger_encoded_size bytes
 * @param size    of the buffer
 * @param err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_LENGTH
 */
CX_API CX_NODISCARD cx_status cx_ledger_encode(const cx_ledger *self, uint8_t *buffer, size_t size,
                                               cx_error *err);

/** @brief Reads a ledger from any bytes, validating them in full.
 *
 * @param      bytes      what cx_ledger_encode wrote
 * @param      size       of the bytes
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_FORMAT | CX_E_VERSION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_ledger_decode(const uint8_t *bytes, size_t size,
                                               const cx_allocator *allocator, cx_ledger **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
