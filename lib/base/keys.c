#include "base/keys.h"

#define KEY_FIRST_ROOM 16
#define KEY_NUMBER_BITS 40 /* of a slot; the rest are those of the hash */

void cx_i_keys_init(cx_i_keys *keys, const cx_allocator *allocator) {
    memset(keys, 0, sizeof *keys);
    keys->allocator = allocator;
}

static void keys_free_columns(cx_i_keys *keys) {
    for (int64_t i = 0; i < keys->column_count && keys->columns != NULL; i++)
        cx_i_free(keys->allocator, keys->columns[i].name);
    cx_i_free(keys->allocator, keys->columns);
    keys->columns = NULL;
    keys->column_count = 0;
}

void cx_i_keys_free(cx_i_keys *keys) {
    keys_free_columns(keys);
    cx_i_free(keys->allocator, keys->bytes);
    cx_i_free(keys->allocator, keys->ends);
    cx_i_free(keys->allocator, keys->slots);
}

/* -- columns ------------------------------------------------------------------------------- */

static int32_t keys_kind(const cx_array *column) {
    bool text = column->dictionary != NULL || column->dtype == CX_STRING ||
                column->dtype == CX_LARGE_STRING;
    return text ? CX_I_KEY_TEXT : CX_I_KEY_NUMBER;
}

cx_status cx_i_keys_set_column(cx_i_keys *keys, int64_t i, const char *name, size_t length,
                               int32_t kind, cx_error *err) {
    keys->columns[i].kind = kind;
    keys->columns[i].name = cx_i_alloc(keys->allocator, length + 1);
    if (keys->columns[i].name == NULL) {
        keys_free_columns(keys);
        return cx_i_out_of_memory(err);
    }
    memcpy(keys->columns[i].name, name, length);
    return CX_OK;
}

cx_status cx_i_keys_new_columns(cx_i_keys *keys, int64_t count, cx_error *err) {
    keys->columns = cx_i_alloc_array(keys->allocator, count, sizeof *keys->columns);
    if (keys->columns == NULL) return cx_i_out_of_memory(err);
    keys->column_count = count;
    return CX_OK;
}

static cx_status keys_check_columns(const cx_i_keys *keys, const cx_frame *by, cx_error *err) {
    if (by->count != keys->column_count)
        return cx_i_fail(err, CX_E_MISMATCH, "there are %d key columns, and there were %d before",
                         by->count, keys->column_count);
    for (int64_t i = 0; i < by->count; i++) {
        if (strcmp(keys->columns[i].name, by->columns[i].name) != 0)
            return cx_i_fail(err, CX_E_MISMATCH, "key column %d is called %s, and was %s before", i,
                             by->columns[i].name, keys->columns[i].name);
        if (keys->columns[i].kind != keys_kind(&by->columns[i]))
            return cx_i_fail(err, CX_E_MISMATCH, "key column %s holds %s, and held %s before",
                             keys->columns[i].name,
                             keys_kind(&by->columns[i]) == CX_I_KEY_TEXT ? "text" : "numbers",
                             keys->columns[i].kind == CX_I_KEY_TEXT ? "text" : "numbers");
    }
    return CX_OK;
}

cx_status cx_i_keys_bind(cx_i_keys *keys, const cx_frame *by, cx_error *err) {
    if (keys->column_count > 0) return keys_check_columns(keys, by, err);
    CX_TRY(cx_i_keys_new_columns(keys, by->count, err));
    for (int64_t i = 0; i < by->count; i++)
        CX_TRY(cx_i_keys_set_column(keys, i, by->columns[i].name, strlen(by->columns[i].name),
                                    keys_kind(&by->columns[i]), err));
    return CX_OK;
}

cx_status cx_i_keys_bind_like(cx_i_keys *keys, const cx_i_keys *other, cx_error *err) {
    if (keys->column_count > 0 || other->column_count == 0) return CX_OK;
    CX_TRY(cx_i_keys_new_columns(keys, other->column_count, err));
    for (int64_t i = 0; i < other->column_count; i++)
        CX_TRY(cx_i_keys_set_column(keys, i, other->columns[i].name, strlen(other->columns[i].name),
                                    other->columns[i].kind, err));
    return CX_OK;
}

bool cx_i_keys_same_columns(const cx_i_keys *a, const cx_i_keys *b) {
    if (a->column_count != b->column_count) return false;
    for (int64_t i = 0; i < a->column_count; i++)
        if (a->columns[i].kind != b->columns[i].kind ||
            strcmp(a->columns[i].name, b->columns[i].name) != 0)
            return false;
    return true;
}

/* -- the table of keys --------------------------------------------------------------------- */

uint64_t cx_i_keys_hash(const uint8_t *bytes, size_t size) {
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ size;
    while (size > 0) {
        uint64_t word = 0;
        size_t step = size < 8 ? size : 8;
        memcpy(&word, bytes, step);
        hash = (hash ^ word) * UINT64_C(0xD6E8FEB86659FD93);
        hash ^= hash >> 32;
        bytes += step, size -= step;
    }
    hash *= UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ hash >> 29;
}

/* Of the key in a slot; -1 when the slot is free. */
static int64_t keys_slot_number(const cx_i_keys *keys, int64_t slot) {
    return (int64_t)((uint64_t)keys->slots[slot] & ((UINT64_C(1) << KEY_NUMBER_BITS) - 1)) - 1;
}

const uint8_t *cx_i_keys_bytes(const cx_i_keys *keys, int64_t number, size_t *size) {
    size_t begin = number == 0 ? 0 : keys->ends[number - 1];
    *size = keys->ends[number] - begin;
    return keys->bytes + begin;
}

/* The slot of a key, or the free slot where it belongs; other keys seldom share the hash's bits. */
static int64_t keys_slot(const cx_i_keys *keys, const uint8_t *bytes, size_t size, uint64_t hash) {
    int64_t mask = keys->slot_count - 1;
    int64_t slot = (int64_t)(hash & (uint64_t)mask);
    for (; keys->slots[slot] != 0; slot = (slot + 1) & mask) {
        size_t found_size;
        if (((uint64_t)keys->slots[slot] ^ hash) >> KEY_NUMBER_BITS != 0) continue;
        const uint8_t *found = cx_i_keys_bytes(keys, keys_slot_number(keys, slot), &found_size);
        if (found_size == size && (size == 0 || memcmp(found, bytes, size) == 0)) break;
    }
    return slot;
}

static int64_t keys_slot_entry(uint64_t hash, int64_t number) {
    return (int64_t)(hash >> KEY_NUMBER_BITS << KEY_NUMBER_BITS | (uint64_t)(number + 1));
}

int64_t cx_i_keys_find(const cx_i_keys *keys, const uint8_t *bytes, size_t size) {
    if (keys->count == 0) return -1;
    return keys_slot_number(keys, keys_slot(keys, bytes, size, cx_i_keys_hash(bytes, size)));
}

static cx_status keys_rehash(cx_i_keys *keys, int64_t slot_count, cx_error *err) {
    int64_t *slots = cx_i_alloc_array(keys->allocator, slot_count, sizeof *slots);
    if (slots == NULL) return cx_i_out_of_memory(err);
    cx_i_free(keys->allocator, keys->slots);
    keys->slots = slots;
    keys->slot_count = slot_count;
    for (int64_t i = 0; i < keys->count; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(keys, i, &size);
        uint64_t hash = cx_i_keys_hash(bytes, size);
        keys->slots[keys_slot(keys, bytes, size, hash)] = keys_slot_entry(hash, i);
    }
    return CX_OK;
}

static cx_status keys_grow(const cx_allocator *allocator, void **memory, size_t used, size_t size,
                           cx_error *err) {
    void *grown = cx_i_alloc(allocator, size);
    if (grown == NULL) return cx_i_out_of_memory(err);
    if (used > 0) memcpy(grown, *memory, used);
    cx_i_free(allocator, *memory);
    *memory = grown;
    return CX_OK;
}

static cx_status keys_reserve_bytes(cx_i_keys *keys, size_t more, cx_error *err) {
    size_t need, room = keys->bytes_room < 256 ? 256 : keys->bytes_room;
    if (!cx_i_add_size(keys->bytes_used, more, &need) || need > SIZE_MAX / 2)
        return cx_i_out_of_memory(err);
    if (need <= keys->bytes_room) return CX_OK;
    while (room < need) room *= 2;
    void *memory = keys->bytes;
    CX_TRY(keys_grow(keys->allocator, &memory, keys->bytes_used, room, err));
    keys->bytes = memory;
    keys->bytes_room = room;
    return CX_OK;
}

static cx_status keys_reserve_count(cx_i_keys *keys, int64_t more, cx_error *err) {
    int64_t need, room = keys->room < KEY_FIRST_ROOM ? KEY_FIRST_ROOM : keys->room;
    size_t size;
    if (!cx_i_add_i64(keys->count, more, &need) || need >> (KEY_NUMBER_BITS - 1) != 0)
        return cx_i_out_of_memory(err);
    while (room < need) room *= 2;
    if (room > keys->room) {
        if (!cx_i_mul_size((size_t)room, sizeof *keys->ends, &size)) return cx_i_out_of_memory(err);
        void *memory = keys->ends;
        CX_TRY(keys_grow(keys->allocator, &memory, (size_t)keys->count * sizeof *keys->ends, size,
                         err));
        keys->ends = memory;
        keys->room = room;
    }
    return keys->slot_count < 2 * room ? keys_rehash(keys, 2 * room, err) : CX_OK;
}

cx_status cx_i_keys_reserve(cx_i_keys *keys, int64_t more, size_t more_bytes, cx_error *err) {
    CX_TRY(keys_reserve_bytes(keys, more_bytes, err));
    return keys_reserve_count(keys, more, err);
}

static cx_status keys_put(cx_i_keys *keys, const uint8_t *bytes, size_t size, uint64_t hash,
                          int64_t *number, cx_error *err) {
    *number = keys->count == 0 ? -1 : keys_slot_number(keys, keys_slot(keys, bytes, size, hash));
    if (*number >= 0) return CX_OK;
    CX_TRY(cx_i_keys_reserve(keys, 1, size, err));
    if (size > 0) memmove(keys->bytes + keys->bytes_used, bytes, size);
    keys->bytes_used += size;
    keys->ends[keys->count] = keys->bytes_used;
    keys->slots[keys_slot(keys, bytes, size, hash)] = keys_slot_entry(hash, keys->count);
    *number = keys->count++;
    return CX_OK;
}

cx_status cx_i_keys_put(cx_i_keys *keys, const uint8_t *bytes, size_t size, int64_t *number,
                        cx_error *err) {
    return keys_put(keys, bytes, size, cx_i_keys_hash(bytes, size), number, err);
}

/* A look-up misses the cache three times, in slots, ends and bytes: here all rows of the block wait
 * for the same one. */
static void keys_fetch(const cx_i_keys *keys, const uint64_t *hash, int64_t count) {
    int64_t number[CX_I_BLOCK];
    if (keys->count == 0) return;
    for (int64_t i = 0; i < count; i++) {
        number[i] = keys_slot_number(keys, (int64_t)(hash[i] & (uint64_t)(keys->slot_count - 1)));
        if (number[i] > 0) __builtin_prefetch(&keys->ends[number[i] - 1]);
    }
    for (int64_t i = 0; i < count; i++)
        if (number[i] > 0) __builtin_prefetch(keys->bytes + keys->ends[number[i] - 1]);
}

/* New keys move down to the end of the kept ones: never past where they are read. */
cx_status cx_i_keys_put_block(cx_i_keys *keys, const size_t *ends, int64_t count, int64_t *numbers,
                              cx_error *err) {
    uint64_t hash[CX_I_BLOCK];
    size_t first = keys->bytes_used, begin = 0;
    for (int64_t i = 0; i < count; begin = ends[i++]) {
        hash[i] = cx_i_keys_hash(keys->bytes + first + begin, ends[i] - begin);
        if (keys->slot_count > 0)
            __builtin_prefetch(&keys->slots[hash[i] & (uint64_t)(keys->slot_count - 1)]);
    }
    keys_fetch(keys, hash, count);
    begin = 0;
    for (int64_t i = 0; i < count; begin = ends[i++])
        CX_TRY(keys_put(keys, keys->bytes + first + begin, ends[i] - begin, hash[i], &numbers[i],
                        err));
    return CX_OK;
}
