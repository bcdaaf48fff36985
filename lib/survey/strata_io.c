#include "survey/strata.h"

/* Survey sums as bytes. Parameters: figure, form, scale, key columns. Payload: the strata's
 * populations in the order of their keys, where there are some; then the cells in key order. */

#define STRATA_VERSION 1
#define STRATA_NOUN "state of survey sums"
enum { STRATA_FINE = 1 };

/* -- writing ------------------------------------------------------------------------------- */

static void strata_write_cell(const cx_strata *self, int64_t cell, cx_i_writer *writer) {
    size_t size;
    const uint8_t *key = cx_i_keys_bytes(&self->keys, cell, &size);
    cx_i_put_u64(writer, size);
    cx_i_put_bytes(writer, key, size);
    cx_i_put_i64(writer, self->cell[cell].n);
    for (int r = 0; r < CX_I_STRATA_REASONS; r++)
        cx_i_put_i64(writer, self->cell[cell].excluded[r]);
    const cx_i_wide_sum *sum = cx_i_strata_at(self, cell);
    for (int64_t i = 0; i < cx_i_strata_sums(self); i++) {
        bool fine = !cx_i_sum_is_zero(&sum[i].fine);
        cx_i_put_u8(writer, fine ? STRATA_FINE : 0);
        cx_i_put_sum(writer, &sum[i].coarse);
        if (fine) cx_i_put_sum(writer, &sum[i].fine);
    }
}

/* The strata in key order; each stands before its cells, which are in key order, too. */
static void strata_write_populations(const cx_strata *self, cx_i_writer *writer) {
    int64_t before = -1;
    if (!(self->form & CX_I_STRATA_FINITE)) return;
    for (int64_t i = 0; i < self->keys.count; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&self->keys, self->order[i], &size);
        int64_t stratum = cx_i_strata_of(self, bytes, size);
        if (stratum == before) continue;
        cx_i_put_f64(writer, self->population[stratum]);
        before = stratum;
    }
}

static void strata_write(const cx_strata *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_STRATA, STRATA_VERSION);
    cx_i_put_u8(writer, (uint8_t)self->figure);
    cx_i_put_u8(writer, (uint8_t)self->form);
    cx_i_put_i64(writer, self->scale.scale_min);
    cx_i_put_i64(writer, self->scale.scale_max);
    cx_i_put_i64(writer, self->scale.detractors);
    cx_i_put_i64(writer, self->scale.promoters);
    cx_i_keys_put_columns(&self->keys, writer);
    cx_i_codec_payload(writer);
    cx_i_put_i64(writer, self->strata.count);
    strata_write_populations(self, writer);
    cx_i_put_i64(writer, self->keys.count);
    for (int64_t i = 0; i < self->keys.count; i++) strata_write_cell(self, self->order[i], writer);
    cx_i_codec_end(writer);
}

size_t cx_strata_encoded_size(const cx_strata *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) strata_write(self, &writer);
    return writer.used;
}

cx_status cx_strata_encode(const cx_strata *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_strata_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    strata_write(self, &writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status strata_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, STRATA_NOUN, what);
}

static bool strata_is_at_least_zero(const cx_i_wide_sum *sum, bool ratio) {
    static const int sums[] = {CX_I_SUM_W, CX_I_SUM_WW, CX_I_SUM_OUT};
    for (int i = 0; i < 3; i++)
        if (cx_i_sum_is_negative(&sum[sums[i]].coarse)) return false;
    return ratio || !cx_i_sum_is_negative(&sum[CX_I_SUM_WYY].coarse);
}

static cx_status strata_read_sums(cx_strata *self, int64_t cell, cx_i_reader *reader,
                                  cx_error *err) {
    cx_i_wide_sum *sum = cx_i_strata_at(self, cell);
    bool used = self->cell[cell].n > 0;
    for (int64_t i = 0; i < cx_i_strata_sums(self); i++) {
        uint8_t fine = cx_i_get_u8(reader);
        sum[i].coarse = cx_i_get_sum(reader);
        if (fine == STRATA_FINE) sum[i].fine = cx_i_get_sum(reader);
        if (fine > STRATA_FINE || (fine == STRATA_FINE && cx_i_sum_is_zero(&sum[i].fine)))
            return strata_damaged(err, "the form of a sum is impossible");
        bool out = i == CX_I_SUM_OUT || i == CX_I_SUM_OUT2;
        if (!out && !used && !(cx_i_sum_is_zero(&sum[i].coarse) && fine == 0))
            return strata_damaged(err, "there are sums of no row");
    }
    if (!strata_is_at_least_zero(sum, self->figure == CX_SURVEY_RATIO))
        return strata_damaged(err, "a sum of squares is below 0");
    return CX_OK;
}

static cx_status strata_read_counts(cx_strata *self, int64_t cell, cx_i_reader *reader,
                                    cx_error *err) {
    cx_i_strata_cell *counts = &self->cell[cell];
    int64_t rows = counts->n = cx_i_get_i64(reader);
    bool possible = rows >= 0;
    for (int r = 0; r < CX_I_STRATA_REASONS; r++) {
        counts->excluded[r] = cx_i_get_i64(reader);
        possible =
            possible && counts->excluded[r] >= 0 && cx_i_add_i64(rows, counts->excluded[r], &rows);
    }
    if (possible && rows > 0 && cx_i_add_i64(self->rows, rows, &self->rows)) return CX_OK;
    return strata_damaged(err, "its counts are impossible");
}

static cx_status strata_read_cell(cx_strata *self, cx_i_reader *reader, char *scratch,
                                  cx_error *err) {
    uint64_t size = cx_i_get_u64(reader);
    const uint8_t *key = cx_i_get_bytes(reader, (size_t)size);
    int64_t number, expected = self->keys.count, strata = self->strata.count, stratum;
    cx_i_key_part part;
    if (key == NULL || !cx_i_keys_well_formed(&self->keys, key, (size_t)size, scratch))
        return strata_damaged(err, "a key is impossible");
    CX_TRY(cx_i_keys_put(&self->keys, key, (size_t)size, &number, err));
    if (number != expected) return strata_damaged(err, "a key stands twice");
    size_t lead = cx_i_key_parse(key, (size_t)size, self->keys.columns[0].kind, scratch, &part);
    CX_TRY(cx_i_keys_put(&self->strata, key, lead, &stratum, err));
    if (stratum >= self->strata_room || (stratum == strata) != (self->strata.count > strata))
        return strata_damaged(err, "its number of strata is impossible");
    CX_TRY(strata_read_counts(self, number, reader, err));
    return strata_read_sums(self, number, reader, err);
}

/* Reserves all there will be: a part of the cell is in the payload for each. */
static cx_status strata_read_sizes(cx_strata *self, cx_i_reader *reader, int64_t *cells,
                                   int64_t *strata, cx_error *err) {
    uint64_t least = 49 + 25 * (uint64_t)cx_i_strata_sums(self);
    *strata = cx_i_get_i64(reader);
    if (*strata < 0 || (uint64_t)*strata > reader->size / least)
        return strata_damaged(err, "its number of strata is impossible");
    self->population = cx_i_alloc_array(&self->allocator, *strata, sizeof *self->population);
    if (self->population == NULL) return cx_i_out_of_memory(err);
    self->strata_room = *strata;
    for (int64_t h = 0; h < *strata && (self->form & CX_I_STRATA_FINITE) != 0; h++) {
        self->population[h] = cx_i_get_f64(reader);
        if (!(self->population[h] > 0) || isinf(self->population[h]))
            return strata_damaged(err, "a population is impossible");
    }
    *cells = cx_i_get_i64(reader);
    if (*cells < *strata || (uint64_t)*cells > reader->size / least)
        return strata_damaged(err, "its number of cells is impossible");
    return cx_i_strata_reserve(self, *cells, *strata, err);
}

static cx_status strata_read_payload(cx_strata *self, cx_i_reader *reader, char *scratch,
                                     cx_error *err) {
    int64_t cells = 0, strata = 0;
    CX_TRY(strata_read_sizes(self, reader, &cells, &strata, err));
    for (int64_t i = 0; i < cells; i++) CX_TRY(strata_read_cell(self, reader, scratch, err));
    if (!cx_i_get_done(reader)) return strata_damaged(err, "its lengths do not add up");
    if (self->strata.count != strata)
        return strata_damaged(err, "its number of strata is impossible");
    cx_i_keys_sort(&self->keys, self->order);
    for (int64_t i = 0; i < cells; i++)
        if (self->order[i] != i) return strata_damaged(err, "its keys are not in order");
    return CX_OK;
}

static cx_status strata_check_columns(const cx_strata *self, cx_error *err) {
    const cx_i_keys *keys = &self->keys;
    bool settled = (self->form & CX_I_STRATA_SETTLED) != 0;
    int64_t lead = cx_i_strata_lead(self);
    if (!settled && keys->column_count == 0 && self->form == 0) return CX_OK;
    bool possible =
        settled && keys->column_count >= lead && keys->column_count <= 62 &&
        strcmp(keys->columns[0].name, CX_I_STRATA_STRATUM) == 0 &&
        ((self->form & CX_I_STRATA_STRATA) != 0 || keys->columns[0].kind == CX_I_KEY_NUMBER);
    if (possible && lead == 2) possible = strcmp(keys->columns[1].name, CX_I_STRATA_CLUSTER) == 0;
    return possible ? CX_OK : strata_damaged(err, "its key columns are impossible");
}

static cx_status strata_read(cx_strata *self, cx_i_reader *parameters, cx_i_reader *payload,
                             cx_error *err) {
    CX_TRY(cx_i_keys_get_columns(&self->keys, parameters, STRATA_NOUN, err));
    CX_TRY(strata_check_columns(self, err));
    if (self->form != 0)
        CX_TRY(cx_i_keys_bind_part(&self->strata, &self->keys, cx_i_strata_behind(self, 1), err));
    char *scratch = cx_i_alloc(&self->allocator, payload->size);
    if (scratch == NULL) return cx_i_out_of_memory(err);
    cx_status status = strata_read_payload(self, payload, scratch, err);
    cx_i_free(&self->allocator, scratch);
    return status;
}

/* A scale that cx_strata_new could have kept. */
static cx_status strata_read_scale(cx_strata *self, cx_i_reader *parameters, cx_error *err) {
    cx_survey_options *o = &self->scale;
    int64_t low = cx_i_get_i64(parameters), high = cx_i_get_i64(parameters);
    int64_t detractors = cx_i_get_i64(parameters), promoters = cx_i_get_i64(parameters);
    bool net = self->figure == CX_SURVEY_NPS, csat = self->figure == CX_SURVEY_CSAT;
    bool possible = low >= INT32_MIN && high <= INT32_MAX;
    if (net)
        possible = possible && low <= detractors && detractors < promoters && promoters <= high;
    else if (csat)
        possible = possible && low < promoters && promoters <= high && detractors == 0;
    else
        possible = low == 0 && high == 0 && detractors == 0 && promoters == 0;
    if (!possible) return strata_damaged(err, "its scale is impossible");
    memset(o, 0, sizeof *o);
    o->scale_min = (int32_t)low;
    o->scale_max = (int32_t)high;
    o->detractors = (int32_t)detractors;
    o->promoters = (int32_t)promoters;
    return CX_OK;
}

cx_status cx_strata_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                           cx_strata **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_strata *made;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_STRATA, STRATA_VERSION, STRATA_NOUN, &parameters,
                           &payload, err));
    CX_TRY(cx_strata_new(CX_SURVEY_MEAN, NULL, allocator, &made, err));
    made->figure = cx_i_get_u8(&parameters);
    made->form = cx_i_get_u8(&parameters);
    cx_status status = CX_OK;
    if (made->figure >= CX_SURVEY_END || made->figure == CX_SURVEY_TOTAL ||
        made->form >= 2 * CX_I_STRATA_FINITE)
        status = strata_damaged(err, "its figure or form is impossible");
    if (status == CX_OK) status = strata_read_scale(made, &parameters, err);
    if (status == CX_OK) status = strata_read(made, &parameters, &payload, err);
    if (status == CX_OK)
        *out = made;
    else
        cx_strata_free(made);
    return status;
}
