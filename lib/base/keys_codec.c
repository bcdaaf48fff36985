#include "base/keys.h"

/* The key columns of an encoded state: names and kinds. */

void cx_i_keys_put_columns(const cx_i_keys *keys, cx_i_writer *writer) {
    cx_i_put_i64(writer, keys->column_count);
    for (int64_t c = 0; c < keys->column_count; c++) {
        size_t length = strlen(keys->columns[c].name);
        cx_i_put_u8(writer, (uint8_t)keys->columns[c].kind);
        cx_i_put_u64(writer, length);
        cx_i_put_bytes(writer, keys->columns[c].name, length);
    }
}

static cx_status keys_get_column(cx_i_keys *keys, cx_i_reader *reader, int64_t c, const char *noun,
                                 cx_error *err) {
    int32_t kind = cx_i_get_u8(reader);
    uint64_t length = cx_i_get_u64(reader);
    const uint8_t *name = cx_i_get_bytes(reader, (size_t)length);
    if (name == NULL || kind < CX_I_KEY_NUMBER || kind > CX_I_KEY_TEXT ||
        memchr(name, 0, (size_t)length) != NULL)
        return cx_i_codec_damaged(err, noun, "its key columns are impossible");
    CX_TRY(cx_i_keys_set_column(keys, c, (const char *)name, (size_t)length, kind, err));
    for (int64_t b = 0; b < c; b++)
        if (strcmp(keys->columns[b].name, keys->columns[c].name) == 0)
            return cx_i_codec_damaged(err, noun, "two key columns have one name");
    return CX_OK;
}

cx_status cx_i_keys_get_columns(cx_i_keys *keys, cx_i_reader *reader, const char *noun,
                                cx_error *err) {
    int64_t count = cx_i_get_i64(reader);
    if (count < 0 || (uint64_t)count > reader->size / 9)
        return cx_i_codec_damaged(err, noun, "its key columns are impossible");
    if (count > 0) CX_TRY(cx_i_keys_new_columns(keys, count, err));
    for (int64_t c = 0; c < count; c++) CX_TRY(keys_get_column(keys, reader, c, noun, err));
    if (!cx_i_get_done(reader)) return cx_i_codec_damaged(err, noun, "its lengths do not add up");
    return CX_OK;
}
