#include "metric/tally.h"

#include "base/array.h"

int32_t cx_i_tally_levels(const cx_tally *tally) {
    return tally->scale_max - tally->scale_min + 1;
}

cx_status cx_i_tally_check_scale(int32_t scale_min, int32_t scale_max, cx_error *err) {
    int64_t levels = (int64_t)scale_max - scale_min + 1;
    if (levels < 2)
        return cx_i_fail(err, CX_E_OPTION, "a scale from %d to %d has no two steps",
                         (int64_t)scale_min, (int64_t)scale_max);
    if (levels > CX_TALLY_MAX_LEVELS)
        return cx_i_fail(
            err, CX_E_OPTION, "a scale from %d to %d has %d steps; at most %d are kept",
            (int64_t)scale_min, (int64_t)scale_max, levels, (int64_t)CX_TALLY_MAX_LEVELS);
    return CX_OK;
}

cx_status cx_i_tally_overflow(cx_error *err) {
    return cx_i_fail(err, CX_E_OVERFLOW,
                     "a count exceeds 2^63 - 1 or a sum of weights exceeds 2^127");
}

/* -- life ---------------------------------------------------------------------------------- */

/* Counts, and sums, of all cells lie in one block each. */
static void tally_lay_out(cx_tally *tally, int sides, int64_t *counts, cx_i_sum *sums) {
    int32_t levels = cx_i_tally_levels(tally);
    tally->cells.count = counts;
    tally->cells.weight = sums;
    tally->cells.square = sums + levels;
    if (sides == 1) return;
    tally->scratch.count = counts + levels;
    tally->scratch.weight = sums + 2 * levels;
    tally->scratch.square = sums + 3 * levels;
}

cx_status cx_i_tally_new(int32_t scale_min, int32_t scale_max, int sides,
                         const cx_allocator *allocator, cx_tally **out, cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    int64_t levels = scale_max - scale_min + 1;
    cx_tally *tally = cx_i_alloc(&own, sizeof *tally);
    int64_t *counts = cx_i_alloc_array(&own, sides * levels, sizeof *counts);
    cx_i_sum *sums = cx_i_alloc_array(&own, 2 * sides * levels, sizeof *sums);
    if (tally == NULL || counts == NULL || sums == NULL) {
        cx_i_free(&own, tally);
        cx_i_free(&own, counts);
        cx_i_free(&own, sums);
        return cx_i_out_of_memory(err);
    }
    tally->allocator = own;
    tally->scale_min = scale_min;
    tally->scale_max = scale_max;
    tally_lay_out(tally, sides, counts, sums);
    *out = tally;
    return CX_OK;
}

cx_status cx_tally_new(int32_t scale_min, int32_t scale_max, const cx_allocator *allocator,
                       cx_tally **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_tally_check_scale(scale_min, scale_max, err));
    return cx_i_tally_new(scale_min, scale_max, 2, allocator, out, err);
}

void cx_tally_free(cx_tally *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_i_free(&allocator, self->cells.count);
    cx_i_free(&allocator, self->cells.weight);
    cx_i_free(&allocator, self);
}

void cx_tally_reset(cx_tally *self) {
    if (self != NULL) cx_i_cells_clear(&self->cells, cx_i_tally_levels(self));
}

cx_status cx_tally_copy(const cx_tally *self, const cx_allocator *allocator, cx_tally **out,
                        cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_tally_new(self->scale_min, self->scale_max, allocator, out, err));
    cx_i_cells_merge(&(*out)->cells, &self->cells, cx_i_tally_levels(self));
    return CX_OK;
}

/* -- merging ------------------------------------------------------------------------------- */

cx_status cx_tally_merge(cx_tally *self, const cx_tally *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self->scale_min != other->scale_min || self->scale_max != other->scale_max)
        return cx_i_fail(err, CX_E_MISMATCH, "the scales differ: %d to %d and %d to %d",
                         (int64_t)self->scale_min, (int64_t)self->scale_max,
                         (int64_t)other->scale_min, (int64_t)other->scale_max);
    int32_t levels = cx_i_tally_levels(self);
    if (!cx_i_cells_fit(&self->cells, &other->cells, levels)) return cx_i_tally_overflow(err);
    cx_i_cells_merge(&self->cells, &other->cells, levels);
    return CX_OK;
}

int cx_tally_equal(const cx_tally *a, const cx_tally *b) {
    if (a == NULL || b == NULL) return 0;
    return a->scale_min == b->scale_min && a->scale_max == b->scale_max &&
           cx_i_cells_equal(&a->cells, &b->cells, cx_i_tally_levels(a));
}

/* -- reading ------------------------------------------------------------------------------- */

int32_t cx_tally_scale_min(const cx_tally *self) {
    return self == NULL ? 0 : self->scale_min;
}

int32_t cx_tally_scale_max(const cx_tally *self) {
    return self == NULL ? 0 : self->scale_max;
}

int cx_tally_weighted(const cx_tally *self) {
    return self != NULL && self->cells.weighted;
}

int64_t cx_tally_n(const cx_tally *self) {
    int64_t n = 0;
    for (int32_t i = 0; self != NULL && i < cx_i_tally_levels(self); i++) n += self->cells.count[i];
    return n;
}

static bool tally_has(const cx_tally *self, int32_t score) {
    return self != NULL && score >= self->scale_min && score <= self->scale_max;
}

int64_t cx_tally_count(const cx_tally *self, int32_t score) {
    return tally_has(self, score) ? self->cells.count[score - self->scale_min] : 0;
}

double cx_tally_weight(const cx_tally *self, int32_t score) {
    if (!tally_has(self, score)) return 0;
    int32_t step = score - self->scale_min;
    return self->cells.weighted ? cx_i_sum_value(&self->cells.weight[step])
                                : (double)self->cells.count[step];
}

int64_t cx_tally_excluded(const cx_tally *self, int32_t reason) {
    if (self == NULL || reason < 0 || reason >= CX_EXCLUDED_END) return 0;
    return self->cells.excluded[reason];
}

/* -- bytes --------------------------------------------------------------------------------- */

#define TALLY_VERSION 1

static void tally_write(const cx_tally *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_TALLY, TALLY_VERSION);
    cx_i_put_i64(writer, self->scale_min);
    cx_i_put_i64(writer, self->scale_max);
    cx_i_codec_payload(writer);
    cx_i_cells_put(writer, &self->cells, cx_i_tally_levels(self));
    cx_i_codec_end(writer);
}

size_t cx_tally_encoded_size(const cx_tally *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) tally_write(self, &writer);
    return writer.used;
}

cx_status cx_tally_encode(const cx_tally *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_tally_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    tally_write(self, &writer);
    return CX_OK;
}

cx_status cx_tally_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                          cx_tally **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_tally *tally;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_TALLY, TALLY_VERSION, "tally", &parameters,
                           &payload, err));
    int64_t low = cx_i_get_i64(&parameters), high = cx_i_get_i64(&parameters);
    bool scale = cx_i_get_done(&parameters) && low >= INT32_MIN && high <= INT32_MAX && low < high;
    if (!scale || high - low >= CX_TALLY_MAX_LEVELS || (uint64_t)(high - low) >= payload.size / 8)
        return cx_i_codec_damaged(err, "tally", "its scale is impossible");
    CX_TRY(cx_tally_new((int32_t)low, (int32_t)high, allocator, &tally, err));
    if (!cx_i_cells_get(&payload, &tally->cells, cx_i_tally_levels(tally)) ||
        !cx_i_get_done(&payload)) {
        cx_tally_free(tally);
        return cx_i_codec_damaged(err, "tally", "its counts are impossible");
    }
    *out = tally;
    return CX_OK;
}
