#ifndef CX_I_KEYS_H
#define CX_I_KEYS_H

#include "base/array.h"
#include "base/codec.h"

/* A dictionary of composite keys: each distinct combination of key columns gets a number, in order
 * of appearance. A key is kept as bytes that memcmp sorts: numbers by size, text by byte, missing
 * last. */
typedef enum cx_i_key_kind { CX_I_KEY_NUMBER = 1, CX_I_KEY_TEXT = 2 } cx_i_key_kind;
enum { CX_I_KEY_MISSING = 3 }; /* the one byte of a part that is missing */

typedef struct cx_i_key_column {
    char *name;
    int32_t kind;
} cx_i_key_column;

typedef struct cx_i_keys {
    const cx_allocator *allocator; /* the owner's */
    cx_i_key_column *columns;
    int64_t column_count;
    uint8_t *bytes; /* all keys, one after the other */
    size_t bytes_used, bytes_room;
    size_t *ends; /* where each key ends in `bytes` */
    int64_t count, room;
    int64_t *slots; /* open addressing: key number + 1 and some bits of the hash, or 0 */
    int64_t slot_count;
} cx_i_keys;

void cx_i_keys_init(cx_i_keys *keys, const cx_allocator *allocator);
void cx_i_keys_free(cx_i_keys *keys);
/* Room for columns, then each by name. On failure there are no columns. */
cx_status cx_i_keys_new_columns(cx_i_keys *keys, int64_t count, cx_error *err);
cx_status cx_i_keys_set_column(cx_i_keys *keys, int64_t i, const char *name, size_t length,
                               int32_t kind, cx_error *err);
/* Takes names and kinds from the frame when there are none yet, else checks that they agree. */
cx_status cx_i_keys_bind(cx_i_keys *keys, const cx_frame *by, cx_error *err);
/* The same, from another set of keys. */
cx_status cx_i_keys_bind_like(cx_i_keys *keys, const cx_i_keys *other, cx_error *err);
bool cx_i_keys_same_columns(const cx_i_keys *a, const cx_i_keys *b);

/* Numbers of the keys of rows start .. start+count; new keys are added. */
cx_status cx_i_keys_read(cx_i_keys *keys, const cx_frame *by, int64_t start, int64_t count,
                         int64_t *numbers, cx_error *err);
/* The same for keys that are there; -1 for the others. The keys stay as they are. */
cx_status cx_i_keys_lookup(cx_i_keys *keys, const cx_frame *by, int64_t start, int64_t count,
                           int64_t *numbers, cx_error *err);
const uint8_t *cx_i_keys_bytes(const cx_i_keys *keys, int64_t number, size_t *size);
/* The same number for the same bytes, whatever else is there. */
uint64_t cx_i_keys_hash(const uint8_t *bytes, size_t size);
int64_t cx_i_keys_find(const cx_i_keys *keys, const uint8_t *bytes, size_t size); /* or -1 */
cx_status cx_i_keys_put(cx_i_keys *keys, const uint8_t *bytes, size_t size, int64_t *number,
                        cx_error *err);
/* The numbers of keys that stand one after the other in the room behind the last key; ends count
 * from there. At most CX_I_BLOCK of them. */
cx_status cx_i_keys_put_block(cx_i_keys *keys, const size_t *ends, int64_t count, int64_t *numbers,
                              cx_error *err);
/* Room for more keys, so that cx_i_keys_put cannot fail for that many of at most so many bytes. */
cx_status cx_i_keys_reserve(cx_i_keys *keys, int64_t more, size_t more_bytes, cx_error *err);
/* order[i] = number of the key at position i when sorted. */
void cx_i_keys_sort(const cx_i_keys *keys, int64_t *order);

/* -- some of the columns: bits of `dropped` say which ones go, 1 for the last column, 2 for the one
 * before, and so on */
cx_status cx_i_keys_bind_part(cx_i_keys *keys, const cx_i_keys *from, int64_t dropped,
                              cx_error *err);
/* The bytes of a key without those parts; `room` has room for the whole key, twice. */
size_t cx_i_keys_project(const cx_i_keys *keys, int64_t dropped, int64_t key, uint8_t *room);

/* The bytes of a number as a part of a key: 9 of them. */
size_t cx_i_key_put_number(uint8_t *out, int64_t value);

/* One part of a key: missing, a number or text (escaped text is unescaped into `text`, whose room
 * is at least the size of the key). Returns the bytes consumed, 0 when malformed. */
typedef struct cx_i_key_part {
    bool missing;
    int64_t number;
    int64_t length;
} cx_i_key_part;
size_t cx_i_key_parse(const uint8_t *bytes, size_t size, int32_t kind, char *text,
                      cx_i_key_part *part);
/* Bytes of the first part of a well-formed key. */
size_t cx_i_key_part_size(const uint8_t *bytes, size_t size, int32_t kind);
/* true when the bytes are exactly one well-formed key of these columns */
bool cx_i_keys_well_formed(const cx_i_keys *keys, const uint8_t *bytes, size_t size, char *scratch);

/* The columns in the parameters of an encoded state; reading consumes what is left of the reader.
 */
void cx_i_keys_put_columns(const cx_i_keys *keys, cx_i_writer *writer);
cx_status cx_i_keys_get_columns(cx_i_keys *keys, cx_i_reader *reader, const char *noun,
                                cx_error *err);

#endif
