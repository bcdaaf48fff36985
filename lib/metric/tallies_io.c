#include "metric/tallies.h"

#include "stat/keys_table.h"

/* A set as a table and as bytes. */

/* -- table --------------------------------------------------------------------------------- */

static cx_status tallies_fill_table(const cx_tallies *self, int64_t levels, cx_table *table,
                                    cx_error *err) {
    int64_t *score, *count;
    double *weight;
    CX_TRY(cx_i_keys_to_table(&self->keys, self->order, levels, table, err));
    CX_TRY(cx_i_table_i64(table, "score", &score, err));
    CX_TRY(cx_i_table_i64(table, "count", &count, err));
    CX_TRY(cx_i_table_f64(table, "weight", &weight, err));
    for (int64_t row = 0; row < self->keys.count * levels; row++) {
        const cx_tally *tally = cx_tallies_at(self, row / levels);
        score[row] = self->scale_min + row % levels;
        count[row] = cx_tally_count(tally, (int32_t)score[row]);
        weight[row] = cx_tally_weight(tally, (int32_t)score[row]);
    }
    return CX_OK;
}

cx_status cx_tallies_table(const cx_tallies *self, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    int64_t levels = (int64_t)self->scale_max - self->scale_min + 1;
    CX_TRY(cx_i_table_new(self->keys.count * levels, &self->allocator, &table, err));
    cx_status status = tallies_fill_table(self, levels, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- bytes --------------------------------------------------------------------------------- */

#define TALLIES_VERSION 1

static void tallies_write(const cx_tallies *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_TALLIES, TALLIES_VERSION);
    cx_i_put_i64(writer, self->scale_min);
    cx_i_put_i64(writer, self->scale_max);
    cx_i_keys_put_columns(&self->keys, writer);
    cx_i_codec_payload(writer);
    cx_i_put_i64(writer, self->keys.count);
    for (int64_t i = 0; i < self->keys.count; i++) {
        size_t size;
        const cx_tally *tally = cx_tallies_at(self, i);
        const uint8_t *key = cx_i_keys_bytes(&self->keys, self->order[i], &size);
        cx_i_put_u64(writer, size);
        cx_i_put_bytes(writer, key, size);
        cx_i_cells_put(writer, &tally->cells, cx_i_tally_levels(tally));
    }
    cx_i_codec_end(writer);
}

size_t cx_tallies_encoded_size(const cx_tallies *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) tallies_write(self, &writer);
    return writer.used;
}

cx_status cx_tallies_encode(const cx_tallies *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_tallies_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    tallies_write(self, &writer);
    return CX_OK;
}

static cx_status tallies_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, "set of tallies", what);
}

static cx_status tallies_read_tally(cx_tallies *self, cx_i_reader *reader, char *scratch,
                                    cx_error *err) {
    uint64_t size = cx_i_get_u64(reader);
    const uint8_t *key = cx_i_get_bytes(reader, (size_t)size);
    int64_t number;
    if (key == NULL || !cx_i_keys_well_formed(&self->keys, key, (size_t)size, scratch))
        return tallies_damaged(err, "a key is impossible");
    CX_TRY(cx_i_keys_put(&self->keys, key, (size_t)size, &number, err));
    if (number != self->made) return tallies_damaged(err, "a key stands twice");
    CX_TRY(cx_i_tallies_reserve(self, self->made + 1, err));
    CX_TRY(cx_i_tally_new(self->scale_min, self->scale_max, 1, &self->allocator,
                          &self->tally[self->made], err));
    cx_tally *tally = self->tally[self->made++];
    if (!cx_i_cells_get(reader, &tally->cells, cx_i_tally_levels(tally)))
        return tallies_damaged(err, "its counts are impossible");
    return CX_OK;
}

static cx_status tallies_read_payload(cx_tallies *self, cx_i_reader *reader, char *scratch,
                                      cx_error *err) {
    int64_t count = cx_i_get_i64(reader);
    int64_t levels = (int64_t)self->scale_max - self->scale_min + 1;
    if (count < 0 || (uint64_t)count > reader->size / (8 * (uint64_t)levels + 40) ||
        (count > 0 && self->keys.column_count == 0))
        return tallies_damaged(err, "its number of keys is impossible");
    for (int64_t i = 0; i < count; i++) CX_TRY(tallies_read_tally(self, reader, scratch, err));
    if (!cx_i_get_done(reader)) return tallies_damaged(err, "its lengths do not add up");
    cx_i_keys_sort(&self->keys, self->order);
    for (int64_t i = 0; i < count; i++)
        if (self->order[i] != i) return tallies_damaged(err, "its keys are not in order");
    return CX_OK;
}

static cx_status tallies_read(cx_tallies *self, cx_i_reader *parameters, cx_i_reader *payload,
                              cx_error *err) {
    CX_TRY(cx_i_keys_get_columns(&self->keys, parameters, "set of tallies", err));
    char *scratch = cx_i_alloc(&self->allocator, payload->size);
    if (scratch == NULL) return cx_i_out_of_memory(err);
    cx_status status = tallies_read_payload(self, payload, scratch, err);
    cx_i_free(&self->allocator, scratch);
    return status;
}

cx_status cx_tallies_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                            cx_tallies **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_tallies *set;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_TALLIES, TALLIES_VERSION, "set of tallies",
                           &parameters, &payload, err));
    int64_t low = cx_i_get_i64(&parameters), high = cx_i_get_i64(&parameters);
    if (low < INT32_MIN || high > INT32_MAX || low >= high || high - low >= CX_TALLY_MAX_LEVELS)
        return tallies_damaged(err, "its scale is impossible");
    CX_TRY(cx_tallies_new((int32_t)low, (int32_t)high, allocator, &set, err));
    cx_status status = tallies_read(set, &parameters, &payload, err);
    if (status == CX_OK)
        *out = set;
    else
        cx_tallies_free(set);
    return status;
}
