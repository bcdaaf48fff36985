#include "metric/waits.h"

/* Waits as bytes. Parameters: the key columns. Payload: the groups in key order, each with its key
 * (when there are key columns), what was left out, and its rows. */

#define WAITS_VERSION 1
#define WAITS_NOUN "state of waits"
#define WAITS_ROW_SIZE 24 /* without the unknown */

/* -- writing ------------------------------------------------------------------------------- */

static void waits_write_group(const cx_i_waits_group *group, cx_i_writer *writer) {
    bool unknown = group->table.unknown > 0;
    cx_i_put_u8(writer, unknown ? 1 : 0);
    cx_i_put_u8(writer, CX_EXCLUDED_END);
    for (int r = 0; r < CX_EXCLUDED_END; r++) cx_i_put_i64(writer, group->excluded[r]);
    cx_i_put_i64(writer, group->table.size);
    for (int64_t i = 0; i < group->table.size; i++) {
        cx_i_put_f64(writer, group->table.rows[i].time);
        cx_i_put_i64(writer, group->table.rows[i].events);
        cx_i_put_i64(writer, group->table.rows[i].censored);
        if (unknown) cx_i_put_i64(writer, group->table.rows[i].unknown);
    }
}

static void waits_write(const cx_waits *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_WAITS, WAITS_VERSION);
    cx_i_keys_put_columns(&self->keys, writer);
    cx_i_codec_payload(writer);
    cx_i_put_i64(writer, self->made);
    for (int64_t i = 0; i < self->made; i++) {
        if (self->keys.column_count > 0) {
            size_t size;
            const uint8_t *key = cx_i_keys_bytes(&self->keys, self->order[i], &size);
            cx_i_put_u64(writer, size);
            cx_i_put_bytes(writer, key, size);
        }
        waits_write_group(cx_i_waits_at(self, i), writer);
    }
    cx_i_codec_end(writer);
}

size_t cx_waits_encoded_size(const cx_waits *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) waits_write(self, &writer);
    return writer.used;
}

cx_status cx_waits_encode(const cx_waits *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_waits_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    waits_write(self, &writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status waits_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, WAITS_NOUN, what);
}

static cx_status waits_read_key(cx_waits *self, cx_i_reader *reader, char *scratch, cx_error *err) {
    uint64_t size = cx_i_get_u64(reader);
    const uint8_t *key = cx_i_get_bytes(reader, (size_t)size);
    int64_t number;
    if (key == NULL || !cx_i_keys_well_formed(&self->keys, key, (size_t)size, scratch))
        return waits_damaged(err, "a key is impossible");
    CX_TRY(cx_i_keys_put(&self->keys, key, (size_t)size, &number, err));
    return number == self->made ? CX_OK : waits_damaged(err, "a key stands twice");
}

static cx_i_survival_row waits_read_row(cx_i_reader *reader, bool unknown) {
    cx_i_survival_row row;
    row.time = cx_i_get_f64(reader);
    row.events = cx_i_get_i64(reader);
    row.censored = cx_i_get_i64(reader);
    row.unknown = unknown ? cx_i_get_i64(reader) : 0;
    return row;
}

static bool waits_row_is_possible(const cx_i_survival_row *row, double before) {
    return row->time > before && row->time < INFINITY && !signbit(row->time) && row->events >= 0 &&
           row->censored >= 0 && row->unknown >= 0 &&
           (row->events > 0 || row->censored > 0 || row->unknown > 0);
}

static bool waits_add_totals(cx_i_survival *table, const cx_i_survival_row *row) {
    return cx_i_add_i64(table->events, row->events, &table->events) &&
           cx_i_add_i64(table->censored, row->censored, &table->censored) &&
           cx_i_add_i64(table->unknown, row->unknown, &table->unknown);
}

static cx_status waits_read_rows(cx_i_survival *table, cx_i_reader *reader, int64_t size,
                                 bool unknown, cx_error *err) {
    double before = -1;
    uint64_t each = WAITS_ROW_SIZE + (unknown ? 8 : 0);
    if (size < 0 || (uint64_t)size > (reader->size - reader->used) / each)
        return waits_damaged(err, "its number of rows is impossible");
    table->rows = cx_i_alloc_array(table->allocator, size, sizeof *table->rows);
    if (table->rows == NULL) return cx_i_out_of_memory(err);
    table->size = size;
    for (int64_t i = 0; i < size; i++) {
        table->rows[i] = waits_read_row(reader, unknown);
        if (!waits_row_is_possible(&table->rows[i], before) ||
            !waits_add_totals(table, &table->rows[i]))
            return waits_damaged(err, "a row is impossible");
        before = table->rows[i].time;
    }
    if (unknown && table->unknown == 0) return waits_damaged(err, "its form is impossible");
    return CX_OK;
}

static cx_status waits_read_group(cx_waits *self, cx_i_reader *reader, cx_error *err) {
    CX_TRY(cx_i_waits_make(self, self->made + 1, err));
    cx_i_waits_group *group = &self->groups[self->made - 1];
    uint8_t unknown = cx_i_get_u8(reader), reasons = cx_i_get_u8(reader);
    if (unknown > 1 || reasons != CX_EXCLUDED_END)
        return waits_damaged(err, "its form is impossible");
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        group->excluded[r] = cx_i_get_i64(reader);
        if (group->excluded[r] < 0) return waits_damaged(err, "its counts are impossible");
    }
    int64_t size = cx_i_get_i64(reader);
    if (reader->failed) return waits_damaged(err, "its lengths do not add up");
    return waits_read_rows(&group->table, reader, size, unknown == 1, err);
}

static cx_status waits_read_payload(cx_waits *self, cx_i_reader *reader, char *scratch,
                                    cx_error *err) {
    int64_t count = cx_i_get_i64(reader);
    bool keyed = self->keys.column_count > 0;
    if (count < 0 || (uint64_t)count > reader->size / 74 || (count > 1 && !keyed))
        return waits_damaged(err, "its number of keys is impossible");
    for (int64_t i = 0; i < count; i++) {
        if (keyed) CX_TRY(waits_read_key(self, reader, scratch, err));
        CX_TRY(waits_read_group(self, reader, err));
    }
    if (!cx_i_get_done(reader)) return waits_damaged(err, "its lengths do not add up");
    if (!cx_i_waits_count(self, &self->count))
        return waits_damaged(err, "its counts are impossible");
    if (keyed) cx_i_keys_sort(&self->keys, self->order);
    for (int64_t i = 0; i < count; i++)
        if (self->order[i] != i) return waits_damaged(err, "its keys are not in order");
    return CX_OK;
}

static cx_status waits_read_all(cx_waits *self, cx_i_reader *parameters, cx_i_reader *payload,
                                cx_error *err) {
    CX_TRY(cx_i_keys_get_columns(&self->keys, parameters, WAITS_NOUN, err));
    char *scratch = cx_i_alloc(&self->allocator, payload->size);
    if (scratch == NULL) return cx_i_out_of_memory(err);
    cx_status status = waits_read_payload(self, payload, scratch, err);
    cx_i_free(&self->allocator, scratch);
    return status;
}

cx_status cx_waits_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                          cx_waits **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_waits *waits;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_WAITS, WAITS_VERSION, WAITS_NOUN, &parameters,
                           &payload, err));
    CX_TRY(cx_waits_new(allocator, &waits, err));
    cx_status status = waits_read_all(waits, &parameters, &payload, err);
    if (status == CX_OK)
        *out = waits;
    else
        cx_waits_free(waits);
    return status;
}
