#include "stat/keys_table.h"

/* The rows of the table: the keys order[0 .. count - 1], each `repeat` times. */
typedef struct keys_rows {
    const cx_i_keys *keys;
    const int64_t *order;
    int64_t count, repeat;
} keys_rows;

/* The part of a key that belongs to one column. */
static cx_i_key_part keys_part(const keys_rows *rows, int64_t i, int64_t column, char *text) {
    const cx_i_keys *keys = rows->keys;
    size_t size, used = 0;
    cx_i_key_part part = {true, 0, 0};
    const uint8_t *bytes = cx_i_keys_bytes(keys, rows->order[i], &size);
    for (int64_t c = 0; c <= column; c++)
        used += cx_i_key_parse(bytes + used, size - used, keys->columns[c].kind, text, &part);
    return part;
}

static cx_status keys_mark_missing(const keys_rows *rows, int64_t column, char *text,
                                   cx_table *table, cx_error *err) {
    for (int64_t i = 0; i < rows->count; i++)
        for (int64_t r = 0; r < rows->repeat && keys_part(rows, i, column, text).missing; r++)
            CX_TRY(cx_i_table_null(table, i * rows->repeat + r, err));
    return CX_OK;
}

static cx_status keys_number_column(const keys_rows *rows, int64_t column, char *text,
                                    cx_table *table, cx_error *err) {
    int64_t *numbers;
    CX_TRY(cx_i_table_i64(table, rows->keys->columns[column].name, &numbers, err));
    for (int64_t i = 0; i < rows->count; i++)
        for (int64_t r = 0; r < rows->repeat; r++)
            numbers[i * rows->repeat + r] = keys_part(rows, i, column, text).number;
    return keys_mark_missing(rows, column, text, table, err);
}

static cx_status keys_text_column(const keys_rows *rows, int64_t column, char *text,
                                  cx_table *table, cx_error *err) {
    char *characters;
    int32_t *offsets;
    int64_t bytes = 0, row = 0;
    for (int64_t i = 0; i < rows->count; i++)
        bytes += rows->repeat * keys_part(rows, i, column, text).length;
    CX_TRY(cx_i_table_string(table, rows->keys->columns[column].name, bytes, &characters, &offsets,
                             err));
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t length = keys_part(rows, i, column, text).length;
        for (int64_t r = 0; r < rows->repeat; r++, row++) {
            memcpy(characters + offsets[row], text, (size_t)length);
            offsets[row + 1] = offsets[row] + (int32_t)length;
        }
    }
    return keys_mark_missing(rows, column, text, table, err);
}

static cx_status keys_columns(const keys_rows *rows, cx_table *table, cx_error *err) {
    const cx_i_keys *keys = rows->keys;
    char *text = cx_i_alloc(keys->allocator, keys->bytes_used);
    cx_status status = text == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t c = 0; c < keys->column_count && status == CX_OK; c++)
        status = keys->columns[c].kind == CX_I_KEY_NUMBER
                     ? keys_number_column(rows, c, text, table, err)
                     : keys_text_column(rows, c, text, table, err);
    cx_i_free(keys->allocator, text);
    return status;
}

cx_status cx_i_keys_to_table(const cx_i_keys *keys, const int64_t *order, int64_t repeat,
                             cx_table *table, cx_error *err) {
    keys_rows rows = {keys, order, keys->count, repeat};
    return keys_columns(&rows, table, err);
}

cx_status cx_i_keys_to_rows(const cx_i_keys *keys, const int64_t *key_of_row, int64_t count,
                            cx_table *table, cx_error *err) {
    keys_rows rows = {keys, key_of_row, count, 1};
    return keys_columns(&rows, table, err);
}
