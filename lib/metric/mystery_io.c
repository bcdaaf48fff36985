#include "metric/mystery.h"

/* Visits as bytes. Parameters: the items, and the key columns. Payload: what adds up for each item,
 * then the cells in key order, each with its key when there are key columns. */

#define MYSTERY_VERSION 1
#define MYSTERY_NOUN "state of visits"
#define MYSTERY_CELL_SIZE (8 + 8 * CX_EXCLUDED_END + 48)
#define MYSTERY_ITEM_SIZE 20 /* and its name */

/* -- writing ------------------------------------------------------------------------------- */

static void mystery_write_parameters(const cx_mystery *self, cx_i_writer *writer) {
    cx_i_put_f64(writer, self->pass_mark);
    cx_i_put_u32(writer, (uint32_t)self->k);
    for (int64_t i = 0; i < self->k; i++) {
        size_t length = strlen(self->item[i].name);
        cx_i_put_u32(writer, (uint32_t)length);
        cx_i_put_bytes(writer, self->item[i].name, length);
        cx_i_put_f64(writer, self->item[i].most);
        cx_i_put_f64(writer, self->item[i].weight);
    }
    cx_i_put_u8(writer, CX_EXCLUDED_END);
    cx_i_put_u8(writer, self->shaped ? 1 : 0);
    cx_i_put_u32(writer, (uint32_t)self->auditor_columns);
    cx_i_keys_put_columns(&self->keys, writer);
}

static void mystery_write_cell(const cx_i_mystery_cell *cell, cx_i_writer *writer) {
    cx_i_put_i64(writer, cell->n);
    for (int r = 0; r < CX_EXCLUDED_END; r++) cx_i_put_i64(writer, cell->excluded[r]);
    cx_i_put_sum(writer, &cell->sum);
    cx_i_put_sum(writer, &cell->square);
}

static void mystery_write(const cx_mystery *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_MYSTERY, MYSTERY_VERSION);
    mystery_write_parameters(self, writer);
    cx_i_codec_payload(writer);
    for (int64_t i = 0; i < self->k; i++) {
        const cx_i_mystery_counts *counts = &self->counts[i];
        cx_i_put_i64(writer, counts->n);
        cx_i_put_i64(writer, counts->passed);
        for (int r = 0; r < CX_EXCLUDED_END; r++) cx_i_put_i64(writer, counts->excluded[r]);
        cx_i_put_sum(writer, &counts->points);
    }
    cx_i_put_i64(writer, self->made);
    for (int64_t c = 0; c < self->made; c++) {
        if (self->keys.column_count > 0) {
            size_t size;
            const uint8_t *key = cx_i_keys_bytes(&self->keys, self->order[c], &size);
            cx_i_put_u64(writer, size);
            cx_i_put_bytes(writer, key, size);
        }
        mystery_write_cell(&self->cell[self->order[c]], writer);
    }
    cx_i_codec_end(writer);
}

size_t cx_mystery_encoded_size(const cx_mystery *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) mystery_write(self, &writer);
    return writer.used;
}

cx_status cx_mystery_encode(const cx_mystery *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_mystery_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    mystery_write(self, &writer);
    return CX_OK;
}

/* -- reading: items ------------------------------------------------------------------------ */

static cx_status mystery_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, MYSTERY_NOUN, what);
}

static cx_status mystery_read_item(cx_mystery *self, int64_t i, cx_i_reader *reader,
                                   cx_error *err) {
    uint32_t length = cx_i_get_u32(reader);
    const uint8_t *name = cx_i_get_bytes(reader, length);
    cx_i_mystery_item *item = &self->item[i];
    item->most = cx_i_get_f64(reader);
    item->weight = cx_i_get_f64(reader);
    if (name == NULL || reader->failed || !(item->most > 0 && item->most <= 1e100) ||
        !(item->weight >= 0 && item->weight <= 1e100) || signbit(item->weight))
        return mystery_damaged(err, "an item is impossible");
    cx_status status = cx_i_mystery_set(self, i, (const char *)name, length, err);
    return status == CX_E_NAME ? mystery_damaged(err, "a name is impossible") : status;
}

static cx_status mystery_read_parameters(cx_i_reader *reader, const cx_allocator *allocator,
                                         cx_mystery **out, cx_error *err) {
    double pass_mark = cx_i_get_f64(reader), total = 0;
    uint32_t k = cx_i_get_u32(reader);
    if (reader->failed || !(pass_mark > 0 && pass_mark <= 1) || k < 1 || k > CX_MYSTERY_ITEMS ||
        k > reader->size / MYSTERY_ITEM_SIZE)
        return mystery_damaged(err, "its parameters are impossible");
    CX_TRY(cx_i_mystery_make(k, pass_mark, allocator, out, err));
    for (int64_t i = 0; i < k; i++) {
        CX_TRY(mystery_read_item(*out, i, reader, err));
        total += (*out)->item[i].weight;
    }
    uint8_t reasons = cx_i_get_u8(reader), shaped = cx_i_get_u8(reader);
    uint32_t columns = cx_i_get_u32(reader);
    if (reader->failed || !(total > 0) || reasons != CX_EXCLUDED_END || shaped > 1)
        return mystery_damaged(err, "its form is impossible");
    CX_TRY(cx_i_keys_get_columns(&(*out)->keys, reader, MYSTERY_NOUN, err));
    if ((int64_t)columns > (*out)->keys.column_count ||
        (shaped == 0 && (*out)->keys.column_count > 0))
        return mystery_damaged(err, "its keys are impossible");
    (*out)->shaped = shaped == 1;
    (*out)->auditor_columns = columns;
    return CX_OK;
}

/* -- reading: what adds up ----------------------------------------------------------------- */

/* n and all reasons, each at least 0; false when they do not fit */
static bool mystery_read_counts(cx_i_reader *reader, int64_t n, int64_t *excluded, int64_t *rows) {
    bool possible = n >= 0;
    *rows = n;
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        excluded[r] = cx_i_get_i64(reader);
        possible = possible && excluded[r] >= 0 && cx_i_add_i64(*rows, excluded[r], rows);
    }
    return possible;
}

/* Of n shares between 0 and 1; rounding of each may add to their squares. */
static bool mystery_sum_is_possible(const cx_i_sum *sum, int64_t n) {
    return !cx_i_sum_is_negative(sum) && cx_i_sum_value(sum) <= (double)n * (1 + 1e-15) &&
           (n > 0 || cx_i_sum_is_zero(sum));
}

static cx_status mystery_read_items(cx_mystery *self, cx_i_reader *reader, cx_error *err) {
    for (int64_t i = 0; i < self->k; i++) {
        cx_i_mystery_counts *counts = &self->counts[i];
        int64_t rows;
        counts->n = cx_i_get_i64(reader);
        counts->passed = cx_i_get_i64(reader);
        bool possible = mystery_read_counts(reader, counts->n, counts->excluded, &rows);
        counts->points = cx_i_get_sum(reader);
        if (reader->failed) return mystery_damaged(err, "its lengths do not add up");
        if (!possible || counts->passed < 0 || counts->passed > counts->n ||
            !mystery_sum_is_possible(&counts->points, counts->n) || (i > 0 && rows != self->rows))
            return mystery_damaged(err, "its counts are impossible");
        self->rows = rows;
    }
    return CX_OK;
}

static cx_status mystery_read_key(cx_mystery *self, cx_i_reader *reader, char *scratch,
                                  cx_error *err) {
    uint64_t size = cx_i_get_u64(reader);
    const uint8_t *key = cx_i_get_bytes(reader, (size_t)size);
    int64_t number;
    if (key == NULL || !cx_i_keys_well_formed(&self->keys, key, (size_t)size, scratch))
        return mystery_damaged(err, "a key is impossible");
    CX_TRY(cx_i_keys_put(&self->keys, key, (size_t)size, &number, err));
    return number == self->made ? CX_OK : mystery_damaged(err, "a key stands twice");
}

static cx_status mystery_read_cell(cx_mystery *self, cx_i_reader *reader, int64_t *left,
                                   cx_error *err) {
    int64_t rows;
    CX_TRY(cx_i_mystery_cells(self, self->made + 1, err));
    cx_i_mystery_cell *cell = &self->cell[self->made - 1];
    cell->n = cx_i_get_i64(reader);
    bool possible = mystery_read_counts(reader, cell->n, cell->excluded, &rows);
    cell->sum = cx_i_get_sum(reader);
    cell->square = cx_i_get_sum(reader);
    if (reader->failed) return mystery_damaged(err, "its lengths do not add up");
    if (!possible || !mystery_sum_is_possible(&cell->sum, cell->n) ||
        !mystery_sum_is_possible(&cell->square, cell->n) || rows > *left ||
        cx_i_sum_value(&cell->square) > cx_i_sum_value(&cell->sum) * (1 + 1e-15))
        return mystery_damaged(err, "its counts are impossible");
    if (rows == 0 && self->keys.column_count > 0) return mystery_damaged(err, "a key is empty");
    *left -= rows;
    return CX_OK;
}

static cx_status mystery_read_payload(cx_mystery *self, cx_i_reader *reader, char *scratch,
                                      cx_error *err) {
    bool keyed = self->keys.column_count > 0;
    CX_TRY(mystery_read_items(self, reader, err));
    int64_t count = cx_i_get_i64(reader), left = self->rows;
    if (count < 0 || (uint64_t)count > reader->size / MYSTERY_CELL_SIZE || (count > 1 && !keyed) ||
        (count > 0) != self->shaped)
        return mystery_damaged(err, "its number of keys is impossible");
    for (int64_t c = 0; c < count; c++) {
        if (keyed) CX_TRY(mystery_read_key(self, reader, scratch, err));
        CX_TRY(mystery_read_cell(self, reader, &left, err));
    }
    if (!cx_i_get_done(reader)) return mystery_damaged(err, "its lengths do not add up");
    if (left != 0 || (!keyed && count > 0 && self->rows == 0))
        return mystery_damaged(err, "its counts are impossible");
    if (keyed && count > 0) cx_i_keys_sort(&self->keys, self->order);
    for (int64_t c = 0; c < count; c++)
        if (self->order[c] != c) return mystery_damaged(err, "its keys are not in order");
    return CX_OK;
}

cx_status cx_mystery_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                            cx_mystery **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_mystery *self = NULL;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_MYSTERY, MYSTERY_VERSION, MYSTERY_NOUN,
                           &parameters, &payload, err));
    cx_status status = mystery_read_parameters(&parameters, allocator, &self, err);
    if (status == CX_OK) {
        char *scratch = cx_i_alloc(&self->allocator, payload.size);
        status = scratch == NULL ? cx_i_out_of_memory(err)
                                 : mystery_read_payload(self, &payload, scratch, err);
        cx_i_free(&self->allocator, scratch);
    }
    if (status == CX_OK)
        *out = self;
    else
        cx_mystery_free(self);
    return status;
}
