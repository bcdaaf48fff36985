#include "stat/keys_table.h"

/* The part of a key that belongs to one column. */
static cx_i_key_part keys_part(const cx_i_keys *keys, int64_t key, int64_t column, char *text) {
    size_t size, used = 0;
    cx_i_key_part part = {true, 0, 0};
    const uint8_t *bytes = cx_i_keys_bytes(keys, key, &size);
    for (int64_t i = 0; i <= column; i++)
        used += cx_i_key_parse(bytes + used, size - used, keys->columns[i].kind, text, &part);
    return part;
}

static cx_status keys_mark_missing(const cx_i_keys *keys, const int64_t *order, int64_t column,
                                   int64_t repeat, char *text, cx_table *table, cx_error *err) {
    for (int64_t i = 0; i < keys->count; i++)
        for (int64_t r = 0; r < repeat && keys_part(keys, order[i], column, text).missing; r++)
            CX_TRY(cx_i_table_null(table, i * repeat + r, err));
    return CX_OK;
}

static cx_status keys_number_column(const cx_i_keys *keys, const int64_t *order, int64_t column,
                                    int64_t repeat, char *text, cx_table *table, cx_error *err) {
    int64_t *numbers;
    CX_TRY(cx_i_table_i64(table, keys->columns[column].name, &numbers, err));
    for (int64_t i = 0; i < keys->count; i++)
        for (int64_t r = 0; r < repeat; r++)
            numbers[i * repeat + r] = keys_part(keys, order[i], column, text).number;
    return keys_mark_missing(keys, order, column, repeat, text, table, err);
}

static cx_status keys_text_column(const cx_i_keys *keys, const int64_t *order, int64_t column,
                                  int64_t repeat, char *text, cx_table *table, cx_error *err) {
    char *characters;
    int32_t *offsets;
    int64_t bytes = 0, row = 0;
    for (int64_t i = 0; i < keys->count; i++)
        bytes += repeat * keys_part(keys, order[i], column, text).length;
    CX_TRY(cx_i_table_string(table, keys->columns[column].name, bytes, &characters, &offsets, err));
    for (int64_t i = 0; i < keys->count; i++) {
        int64_t length = keys_part(keys, order[i], column, text).length;
        for (int64_t r = 0; r < repeat; r++, row++) {
            memcpy(characters + offsets[row], text, (size_t)length);
            offsets[row + 1] = offsets[row] + (int32_t)length;
        }
    }
    return keys_mark_missing(keys, order, column, repeat, text, table, err);
}

cx_status cx_i_keys_to_table(const cx_i_keys *keys, const int64_t *order, int64_t repeat,
                             cx_table *table, cx_error *err) {
    char *text = cx_i_alloc(keys->allocator, keys->bytes_used);
    cx_status status = text == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t c = 0; c < keys->column_count && status == CX_OK; c++)
        status = keys->columns[c].kind == CX_I_KEY_NUMBER
                     ? keys_number_column(keys, order, c, repeat, text, table, err)
                     : keys_text_column(keys, order, c, repeat, text, table, err);
    cx_i_free(keys->allocator, text);
    return status;
}
