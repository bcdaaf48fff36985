#include "stat/keys_table.h"

#include "base/calendar.h"

/* Row r of the table shows key[r / repeat], without the keys that are totalled in it. */
typedef struct keys_rows {
    const cx_i_keys *keys;
    const int64_t *key, *totalled; /* totalled may be NULL */
    int64_t rows, repeat;
    char *text;
} keys_rows;

/* The part of a row's key that belongs to one column; nothing when the column is totalled. */
static cx_i_key_part keys_part(const keys_rows *rows, int64_t row, int64_t column) {
    const cx_i_keys *keys = rows->keys;
    size_t size, used = 0;
    cx_i_key_part part = {true, 0, 0};
    const uint8_t *bytes = cx_i_keys_bytes(keys, rows->key[row / rows->repeat], &size);
    if (rows->totalled != NULL && rows->totalled[row] >> (keys->column_count - 1 - column) & 1)
        return part;
    for (int64_t i = 0; i <= column; i++)
        used += cx_i_key_parse(bytes + used, size - used, keys->columns[i].kind, rows->text, &part);
    return part;
}

static cx_status keys_mark_missing(const keys_rows *rows, int64_t column, cx_table *table,
                                   cx_error *err) {
    for (int64_t r = 0; r < rows->rows; r++)
        if (keys_part(rows, r, column).missing) CX_TRY(cx_i_table_null(table, r, err));
    return CX_OK;
}

/* Steps of a calendar as the times they begin and end. */
static cx_status keys_window_columns(const keys_rows *rows, int64_t column,
                                     const cx_i_calendar *calendar, cx_table *table,
                                     cx_error *err) {
    int64_t *start, *end;
    CX_TRY(cx_i_table_time(table, "window", &start, err));
    for (int64_t r = 0; r < rows->rows; r++)
        start[r] = cx_i_calendar_start(calendar, keys_part(rows, r, column).number);
    CX_TRY(keys_mark_missing(rows, column, table, err));
    CX_TRY(cx_i_table_time(table, "window_end", &end, err));
    for (int64_t r = 0; r < rows->rows; r++)
        end[r] = cx_i_calendar_start(calendar, keys_part(rows, r, column).number + calendar->steps);
    return keys_mark_missing(rows, column, table, err);
}

static cx_status keys_number_column(const keys_rows *rows, int64_t column, cx_table *table,
                                    cx_error *err) {
    int64_t *numbers;
    cx_i_calendar calendar;
    if (column == 0 && cx_i_calendar_parse(rows->keys->columns[0].name, &calendar))
        return keys_window_columns(rows, column, &calendar, table, err);
    CX_TRY(cx_i_table_i64(table, rows->keys->columns[column].name, &numbers, err));
    for (int64_t r = 0; r < rows->rows; r++) numbers[r] = keys_part(rows, r, column).number;
    return keys_mark_missing(rows, column, table, err);
}

static cx_status keys_text_column(const keys_rows *rows, int64_t column, cx_table *table,
                                  cx_error *err) {
    char *characters;
    int32_t *offsets;
    int64_t bytes = 0;
    for (int64_t r = 0; r < rows->rows; r++) bytes += keys_part(rows, r, column).length;
    CX_TRY(cx_i_table_string(table, rows->keys->columns[column].name, bytes, &characters, &offsets,
                             err));
    for (int64_t r = 0; r < rows->rows; r++) {
        int64_t length = keys_part(rows, r, column).length;
        memcpy(characters + offsets[r], rows->text, (size_t)length);
        offsets[r + 1] = offsets[r] + (int32_t)length;
    }
    return keys_mark_missing(rows, column, table, err);
}

static cx_status keys_columns(keys_rows *rows, cx_table *table, cx_error *err) {
    const cx_i_keys *keys = rows->keys;
    rows->text = cx_i_alloc(keys->allocator, keys->bytes_used);
    cx_status status = rows->text == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t c = 0; c < keys->column_count && status == CX_OK; c++)
        status = keys->columns[c].kind == CX_I_KEY_NUMBER ? keys_number_column(rows, c, table, err)
                                                          : keys_text_column(rows, c, table, err);
    cx_i_free(keys->allocator, rows->text);
    return status;
}

cx_status cx_i_keys_to_table(const cx_i_keys *keys, const int64_t *order, int64_t repeat,
                             cx_table *table, cx_error *err) {
    keys_rows rows = {keys, order, NULL, keys->count * repeat, repeat, NULL};
    return keys_columns(&rows, table, err);
}

cx_status cx_i_keys_cube_to_table(const cx_i_keys *keys, const int64_t *key,
                                  const int64_t *totalled, int64_t count, cx_table *table,
                                  cx_error *err) {
    keys_rows rows = {keys, key, totalled, count, 1, NULL};
    return keys_columns(&rows, table, err);
}

cx_status cx_i_keys_to_rows(const cx_i_keys *keys, const int64_t *key_of_row, int64_t count,
                            cx_table *table, cx_error *err) {
    keys_rows rows = {keys, key_of_row, NULL, count, 1, NULL};
    return keys_columns(&rows, table, err);
}
