#include "base/codec.h"
#include "business/correlate.h"
#include "business/crosstab.h"

#define CROSSTAB_VERSION 1
#define CROSSTAB_NOUN "table of two answers"

int64_t cx_crosstab_n(const cx_crosstab *self) {
    return self == NULL ? 0 : self->n;
}

int64_t cx_crosstab_count(const cx_crosstab *self, int64_t x, int64_t y) {
    if (self == NULL || x < self->low[0] || x - self->low[0] >= self->levels[0]) return 0;
    if (y < self->low[1] || y - self->low[1] >= self->levels[1]) return 0;
    return self->count[(x - self->low[0]) * self->levels[1] + (y - self->low[1])];
}

int64_t cx_crosstab_excluded(const cx_crosstab *self, int32_t reason) {
    if (self == NULL || reason < 0 || reason >= CX_EXCLUDED_END) return 0;
    return self->excluded[reason];
}

int cx_crosstab_weighted(const cx_crosstab *self) {
    return self != NULL && self->weighted;
}

/* -- correlation ------------------------------------------------------------------------------- */

/* Which answers occur: by answer, the level it becomes, or -1. Gives how many there are. */
static int32_t crosstab_levels(const cx_crosstab *self, int side, int32_t *level) {
    int32_t used = 0, width = self->levels[1];
    for (int32_t k = 0; k < self->levels[side]; k++) level[k] = -1;
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++)
        if (self->count[c] > 0) level[side == 0 ? c / width : c % width] = 0;
    for (int32_t k = 0; k < self->levels[side]; k++)
        if (level[k] == 0) level[k] = used++;
    return used;
}

static double crosstab_weight(const cx_crosstab *self, int64_t c, bool squared) {
    if (!self->weighted) return (double)self->count[c];
    return cx_i_sum_value(squared ? &self->w2[c] : &self->w[c]);
}

static void crosstab_fill(const cx_crosstab *self, int32_t (*level)[CX_CROSSTAB_LEVELS],
                          cx_i_correlate_cells *out, cx_i_correlate_input *input) {
    cx_i_two_way *cells = &out->cells;
    int64_t at = 0;
    cells->n = self->n;
    for (int side = 0; side < 2; side++)
        for (int32_t k = 0; k < self->levels[side]; k++)
            if (level[side][k] >= 0) out->value[side][level[side][k]] = self->low[side] + k;
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++) {
        if (self->count[c] == 0) continue;
        cells->x[at] = level[0][c / self->levels[1]];
        cells->y[at] = level[1][c % self->levels[1]];
        cells->w[at] = crosstab_weight(self, c, false);
        if (self->weighted) cells->w2[at] = crosstab_weight(self, c, true);
        input->w = cx_i_tf_add(input->w, cx_i_tf(cells->w[at]));
        input->w2 = cx_i_tf_add(input->w2, cx_i_tf(cells->w2[at]));
        at++;
    }
    cells->count = at;
}

cx_status cx_crosstab_correlate(const cx_crosstab *self, const cx_correlate_options *options,
                                cx_estimate *out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    cx_correlate_options chosen;
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    int32_t level[2][CX_CROSSTAB_LEVELS];
    cx_array weights = {0};
    cx_i_correlate_input input = {.column = {NULL, NULL, self->weighted ? &weights : NULL},
                                  .name = {"x", "y", "weights"},
                                  .n = self->n,
                                  .missing = self->excluded[CX_EXCLUDED_MISSING],
                                  .zero = self->excluded[CX_EXCLUDED_ZERO_WEIGHT]};
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    cx_i_correlate_cells cells;
    int32_t kx = crosstab_levels(self, 0, level[0]), ky = crosstab_levels(self, 1, level[1]);
    CX_TRY(cx_i_correlate_cells_make(cx_i_crosstab_cells(self), kx, ky, self->weighted, &allocator,
                                     &cells, err));
    crosstab_fill(self, level, &cells, &input);
    if (!(input.w.hi > 0)) input.n = 0; /* weights that vanish on the grid of the sums */
    cx_estimate result;
    cx_status status = cx_i_correlate_cells_estimate(&cells, &input, &chosen, &result, err);
    cx_i_correlate_cells_free(&cells);
    if (status != CX_OK) return status;
    memcpy(result.excluded, self->excluded, sizeof result.excluded);
    *out = result;
    return CX_OK;
}

/* -- bytes: parameters are the scales, the payload is what was counted ------------------------- */

static void crosstab_write(const cx_crosstab *self, cx_i_writer *writer) {
    int64_t cells = cx_i_crosstab_cells(self);
    cx_i_codec_begin(writer, CX_I_TYPE_CROSSTAB, CROSSTAB_VERSION);
    for (int side = 0; side < 2; side++) {
        cx_i_put_u32(writer, (uint32_t)self->low[side]);
        cx_i_put_u32(writer, (uint32_t)self->levels[side]);
    }
    cx_i_codec_payload(writer);
    cx_i_put_u8(writer, self->weighted ? 1 : 0);
    for (int r = 0; r < CX_EXCLUDED_END; r++) cx_i_put_i64(writer, self->excluded[r]);
    for (int64_t c = 0; c < cells; c++) cx_i_put_i64(writer, self->count[c]);
    for (int64_t c = 0; c < cells && self->weighted; c++) {
        cx_i_put_sum(writer, &self->w[c]);
        cx_i_put_sum(writer, &self->w2[c]);
    }
    cx_i_codec_end(writer);
}

size_t cx_crosstab_encoded_size(const cx_crosstab *self) {
    if (self == NULL) return 0;
    cx_i_writer counter = {NULL, 0};
    crosstab_write(self, &counter);
    return counter.used;
}

cx_status cx_crosstab_encode(const cx_crosstab *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_crosstab_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    crosstab_write(self, &writer);
    return CX_OK;
}

/* Scales of 2 to CX_CROSSTAB_LEVELS answers, and the payload they ask for */
static cx_status crosstab_read_scales(cx_i_reader *parameters, const cx_i_reader *payload,
                                      cx_crosstab_options *options, cx_error *err) {
    int64_t low[2], levels[2];
    for (int side = 0; side < 2; side++) {
        low[side] = (int32_t)cx_i_get_u32(parameters);
        levels[side] = cx_i_get_u32(parameters);
        if (levels[side] < 2 || levels[side] > CX_CROSSTAB_LEVELS ||
            low[side] + levels[side] - 1 > INT32_MAX)
            return cx_i_codec_damaged(err, CROSSTAB_NOUN, "its scales are impossible");
    }
    if (!cx_i_get_done(parameters))
        return cx_i_codec_damaged(err, CROSSTAB_NOUN, "there is more than its scales");
    size_t cells = (size_t)(levels[0] * levels[1]), head = 1 + 8 * CX_EXCLUDED_END + 8 * cells;
    if (payload->size != head && payload->size != head + 48 * cells)
        return cx_i_codec_damaged(err, CROSSTAB_NOUN, "its size does not fit its scales");
    cx_crosstab_options_init(options);
    options->x_min = (int32_t)low[0], options->x_max = (int32_t)(low[0] + levels[0] - 1);
    options->y_min = (int32_t)low[1], options->y_max = (int32_t)(low[1] + levels[1] - 1);
    return CX_OK;
}

static bool crosstab_read_sums(cx_crosstab *self, cx_i_reader *payload) {
    double squares = 0;
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++) {
        self->w[c] = cx_i_get_sum(payload);
        self->w2[c] = cx_i_get_sum(payload);
        if (cx_i_sum_is_negative(&self->w[c]) || cx_i_sum_is_negative(&self->w2[c])) return false;
        if (self->count[c] > 0) {
            squares += cx_i_sum_value(&self->w2[c]);
            continue;
        }
        if (!cx_i_sum_is_zero(&self->w[c]) || !cx_i_sum_is_zero(&self->w2[c])) return false;
    }
    return squares <= CX_I_CROSSTAB_SQUARES;
}

/* A number of rows; false when it is none, or more than are left. */
static bool crosstab_read_rows(cx_i_reader *payload, int64_t *rows, int64_t *left) {
    *rows = cx_i_get_i64(payload);
    if (*rows < 0 || *rows > *left) return false;
    *left -= *rows;
    return true;
}

static bool crosstab_read_counts(cx_crosstab *self, cx_i_reader *payload) {
    int64_t left = CX_I_CROSSTAB_ROWS;
    uint8_t weighted = cx_i_get_u8(payload);
    self->weighted = weighted == 1;
    bool fine = weighted <= 1;
    for (int r = 0; r < CX_EXCLUDED_END && fine; r++)
        fine = crosstab_read_rows(payload, &self->excluded[r], &left);
    for (int64_t c = 0; c < cx_i_crosstab_cells(self) && fine; c++) {
        fine = crosstab_read_rows(payload, &self->count[c], &left);
        self->n += fine ? self->count[c] : 0;
    }
    if (fine && self->weighted) fine = crosstab_read_sums(self, payload);
    return fine && cx_i_get_done(payload);
}

cx_status cx_crosstab_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                             cx_crosstab **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_reader parameters, payload;
    cx_crosstab_options options;
    cx_crosstab *self;
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_CROSSTAB, CROSSTAB_VERSION, CROSSTAB_NOUN,
                           &parameters, &payload, err));
    CX_TRY(crosstab_read_scales(&parameters, &payload, &options, err));
    CX_TRY(cx_crosstab_new(&options, allocator, &self, err));
    if (!crosstab_read_counts(self, &payload)) {
        cx_crosstab_free(self);
        return cx_i_codec_damaged(err, CROSSTAB_NOUN, "its counts are impossible");
    }
    *out = self;
    return CX_OK;
}

int cx_crosstab_equal(const cx_crosstab *a, const cx_crosstab *b) {
    if (a == NULL || b == NULL) return 0;
    for (int side = 0; side < 2; side++)
        if (a->low[side] != b->low[side] || a->levels[side] != b->levels[side]) return 0;
    size_t cells = (size_t)cx_i_crosstab_cells(a);
    return a->weighted == b->weighted &&
           memcmp(a->excluded, b->excluded, sizeof a->excluded) == 0 &&
           memcmp(a->count, b->count, cells * sizeof *a->count) == 0 &&
           memcmp(a->w, b->w, 2 * cells * sizeof *a->w) == 0;
}
