#include "base/keys.h"

#include "base/times.h"

/* Turning rows into keys, and keys back into their parts. */

/* A part starts with its tag, so that missing sorts last. Text ends in 00 00 and a zero inside it
 * is written 00 FF: then a prefix sorts before what it begins. */
enum { KEY_TAG_NUMBER = 1, KEY_TAG_TEXT = 2, KEY_TAG_MISSING = CX_I_KEY_MISSING };
#define KEY_NUMBER_SIZE 9

size_t cx_i_key_put_number(uint8_t *out, int64_t value) {
    uint64_t sortable = (uint64_t)value ^ UINT64_C(1) << 63;
    out[0] = KEY_TAG_NUMBER;
    for (int i = 0; i < 8; i++) out[1 + i] = (uint8_t)(sortable >> (56 - 8 * i));
    return KEY_NUMBER_SIZE;
}

static size_t key_put_text(uint8_t *out, const char *text, int64_t length) {
    size_t used = 0;
    out[used++] = KEY_TAG_TEXT;
    for (int64_t i = 0; i < length; i++) {
        out[used++] = (uint8_t)text[i];
        if (text[i] == '\0') out[used++] = 0xFF;
    }
    out[used++] = 0;
    out[used++] = 0;
    return used;
}

static cx_status key_number(const cx_array *column, int64_t row, int64_t *value, cx_error *err) {
    double number;
    if (column->dtype == CX_TIMESTAMP) return cx_i_times_read(column, row, value, err);
    if (column->dtype != CX_F32 && column->dtype != CX_F64) {
        *value = cx_i_array_i64(column, row);
        if (column->dtype == CX_U64 && *value < 0)
            return cx_i_fail_at(err, CX_E_DOMAIN, column, row, NAN, "the key exceeds 2^63 - 1");
        return CX_OK;
    }
    cx_i_array_read(column, row, 1, &number);
    if (number != floor(number) || fabs(number) > 0x1p53)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, number,
                            "%g cannot be a key; keys are whole numbers or text", number);
    *value = (int64_t)number;
    return CX_OK;
}

/* The most bytes the key of one row can take. */
static cx_status key_room(const cx_i_keys *keys, const cx_frame *by, int64_t row, size_t *room,
                          cx_error *err) {
    *room = 0;
    for (int64_t i = 0; i < by->count; i++) {
        const cx_array *column = &by->columns[i];
        const char *text;
        int64_t length = 0;
        if (keys->columns[i].kind == CX_I_KEY_TEXT && !cx_i_times_missing(column, row))
            CX_TRY(cx_i_array_text(column, "by", row, &text, &length, err));
        *room += KEY_NUMBER_SIZE + 2 * (size_t)length;
    }
    return CX_OK;
}

static cx_status key_write(const cx_i_keys *keys, const cx_frame *by, int64_t row, uint8_t *out,
                           size_t *size, cx_error *err) {
    *size = 0;
    for (int64_t i = 0; i < by->count; i++) {
        const cx_array *column = &by->columns[i];
        int64_t value;
        if (cx_i_times_missing(column, row)) {
            out[(*size)++] = KEY_TAG_MISSING;
        } else if (keys->columns[i].kind == CX_I_KEY_TEXT) {
            const char *text;
            CX_TRY(cx_i_array_text(column, "by", row, &text, &value, err));
            *size += key_put_text(out + *size, text, value);
        } else {
            CX_TRY(key_number(column, row, &value, err));
            *size += cx_i_key_put_number(out + *size, value);
        }
    }
    return CX_OK;
}

/* The most bytes that the keys of these rows can take. */
static cx_status key_block_room(const cx_i_keys *keys, const cx_frame *by, int64_t start,
                                int64_t count, size_t *room, cx_error *err) {
    bool text = false;
    for (int64_t i = 0; i < keys->column_count; i++)
        text = text || keys->columns[i].kind == CX_I_KEY_TEXT;
    *room = text ? 0 : (size_t)count * (size_t)by->count * KEY_NUMBER_SIZE;
    for (int64_t i = 0; text && i < count; i++) {
        size_t more;
        CX_TRY(key_room(keys, by, start + i, &more, err));
        if (!cx_i_add_size(*room, more, room)) return cx_i_out_of_memory(err);
    }
    return CX_OK;
}

static cx_status key_read_block(cx_i_keys *keys, const cx_frame *by, int64_t start, int64_t count,
                                int64_t *numbers, cx_error *err) {
    size_t ends[CX_I_BLOCK], room, used = 0;
    CX_TRY(key_block_room(keys, by, start, count, &room, err));
    CX_TRY(cx_i_keys_reserve(keys, 1, room, err));
    for (int64_t i = 0; i < count; i++) {
        size_t size;
        CX_TRY(key_write(keys, by, start + i, keys->bytes + keys->bytes_used + used, &size, err));
        ends[i] = used += size;
    }
    return cx_i_keys_put_block(keys, ends, count, numbers, err);
}

cx_status cx_i_keys_read(cx_i_keys *keys, const cx_frame *by, int64_t start, int64_t count,
                         int64_t *numbers, cx_error *err) {
    for (int64_t done = 0; done < count; done += CX_I_BLOCK) {
        int64_t some = count - done < CX_I_BLOCK ? count - done : CX_I_BLOCK;
        CX_TRY(key_read_block(keys, by, start + done, some, numbers + done, err));
    }
    return CX_OK;
}

cx_status cx_i_keys_lookup(cx_i_keys *keys, const cx_frame *by, int64_t start, int64_t count,
                           int64_t *numbers, cx_error *err) {
    for (int64_t i = 0; i < count; i++) {
        size_t room, size;
        CX_TRY(key_room(keys, by, start + i, &room, err));
        if (keys->bytes_room - keys->bytes_used < room)
            CX_TRY(cx_i_keys_reserve(keys, 1, room, err));
        uint8_t *bytes = keys->bytes + keys->bytes_used;
        CX_TRY(key_write(keys, by, start + i, bytes, &size, err));
        numbers[i] = cx_i_keys_find(keys, bytes, size);
    }
    return CX_OK;
}

/* -- parts --------------------------------------------------------------------------------- */

static size_t key_parse_number(const uint8_t *bytes, size_t size, cx_i_key_part *part) {
    uint64_t sortable = 0;
    if (size < KEY_NUMBER_SIZE) return 0;
    for (int i = 0; i < 8; i++) sortable = sortable << 8 | bytes[1 + i];
    part->number = (int64_t)(sortable ^ UINT64_C(1) << 63);
    return KEY_NUMBER_SIZE;
}

static size_t key_parse_text(const uint8_t *bytes, size_t size, char *text, cx_i_key_part *part) {
    for (size_t i = 1; i < size; i++) {
        if (bytes[i] != 0) {
            text[part->length++] = (char)bytes[i];
            continue;
        }
        if (++i >= size) return 0;
        if (bytes[i] == 0) return i + 1;
        if (bytes[i] != 0xFF) return 0;
        text[part->length++] = '\0';
    }
    return 0;
}

size_t cx_i_key_parse(const uint8_t *bytes, size_t size, int32_t kind, char *text,
                      cx_i_key_part *part) {
    *part = (cx_i_key_part){true, 0, 0};
    if (size == 0) return 0; /* a key that ends here has no such part */
    part->missing = bytes[0] == KEY_TAG_MISSING;
    if (part->missing) return 1;
    if (kind == CX_I_KEY_NUMBER)
        return bytes[0] == KEY_TAG_NUMBER ? key_parse_number(bytes, size, part) : 0;
    return bytes[0] == KEY_TAG_TEXT ? key_parse_text(bytes, size, text, part) : 0;
}

size_t cx_i_key_part_size(const uint8_t *bytes, size_t size, int32_t kind) {
    size_t i = 1;
    if (bytes[0] == KEY_TAG_MISSING) return 1;
    if (kind == CX_I_KEY_NUMBER) return KEY_NUMBER_SIZE;
    for (; i + 1 < size && (bytes[i] != 0 || bytes[i + 1] != 0); i++)
        if (bytes[i] == 0) i++; /* a zero inside the text is followed by FF */
    return i + 2;
}

bool cx_i_keys_well_formed(const cx_i_keys *keys, const uint8_t *bytes, size_t size,
                           char *scratch) {
    size_t used = 0;
    for (int64_t i = 0; i < keys->column_count; i++) {
        cx_i_key_part part;
        size_t step =
            cx_i_key_parse(bytes + used, size - used, keys->columns[i].kind, scratch, &part);
        if (step == 0) return false;
        used += step;
    }
    return used == size;
}

/* -- some of the columns ------------------------------------------------------------------- */

static bool keys_drops(const cx_i_keys *keys, int64_t dropped, int64_t column) {
    return (dropped >> (keys->column_count - 1 - column) & 1) != 0;
}

cx_status cx_i_keys_bind_part(cx_i_keys *keys, const cx_i_keys *from, int64_t dropped,
                              cx_error *err) {
    int64_t kept = 0, at = 0;
    for (int64_t c = 0; c < from->column_count; c++) kept += !keys_drops(from, dropped, c);
    CX_TRY(cx_i_keys_new_columns(keys, kept, err));
    for (int64_t c = 0; c < from->column_count; c++) {
        const cx_i_key_column *column = &from->columns[c];
        if (!keys_drops(from, dropped, c))
            CX_TRY(cx_i_keys_set_column(keys, at++, column->name, strlen(column->name),
                                        column->kind, err));
    }
    return CX_OK;
}

size_t cx_i_keys_project(const cx_i_keys *keys, int64_t dropped, int64_t key, uint8_t *room) {
    size_t size, read = 0, kept = 0;
    const uint8_t *bytes = cx_i_keys_bytes(keys, key, &size);
    for (int64_t c = 0; c < keys->column_count; c++) {
        cx_i_key_part part;
        size_t step = cx_i_key_parse(bytes + read, size - read, keys->columns[c].kind,
                                     (char *)room + size, &part);
        if (!keys_drops(keys, dropped, c)) {
            memcpy(room + kept, bytes + read, step);
            kept += step;
        }
        read += step;
    }
    return kept;
}
