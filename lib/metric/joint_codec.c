#include "metric/joint.h"

/* A joint state as bytes: parameters are the components, the payload what adds up. */

#define JOINT_VERSION 1
#define JOINT_NOUN "joint state"

/* -- writing ------------------------------------------------------------------------------- */

static void joint_put_component(cx_i_writer *writer, const cx_i_component *component) {
    size_t length = strlen(component->name);
    cx_i_put_u32(writer, (uint32_t)length);
    cx_i_put_bytes(writer, component->name, length);
    cx_i_put_u8(writer, (uint8_t)component->as.score);
    cx_i_put_i64(writer, component->as.scale_min);
    cx_i_put_i64(writer, component->as.scale_max);
    cx_i_put_i64(writer, component->as.low);
    cx_i_put_i64(writer, component->as.high);
}

static void joint_put_sums(cx_i_writer *writer, const cx_joint *self) {
    const cx_i_joint_sums *sums = &self->sums;
    cx_i_put_i64(writer, sums->rows);
    cx_i_put_u8(writer, sums->weighted ? 1 : 0);
    cx_i_put_u8(writer, CX_EXCLUDED_END);
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        cx_i_put_i64(writer, sums->nobody[r]);
        cx_i_put_i64(writer, sums->incomplete[r]);
    }
    for (int64_t s = 0; s < self->slots; s++) cx_i_put_i64(writer, sums->plain[s]);
    for (int64_t s = 0; s < self->slots && sums->weighted; s++) {
        cx_i_put_sum(writer, &sums->weight[s]);
        cx_i_put_sum(writer, &sums->square[s]);
    }
}

static void joint_write(const cx_joint *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_JOINT, JOINT_VERSION);
    cx_i_put_u32(writer, (uint32_t)self->k);
    for (int64_t i = 0; i < self->k; i++) joint_put_component(writer, &self->component[i]);
    cx_i_codec_payload(writer);
    joint_put_sums(writer, self);
    for (int64_t i = 0; i < self->k; i++) {
        const cx_tally *tally = self->component[i].tally;
        cx_i_cells_put(writer, &tally->cells, cx_i_tally_levels(tally));
    }
    cx_i_codec_end(writer);
}

size_t cx_joint_encoded_size(const cx_joint *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) joint_write(self, &writer);
    return writer.used;
}

cx_status cx_joint_encode(const cx_joint *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_joint_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    joint_write(self, &writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status joint_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, JOINT_NOUN, what);
}

static int32_t joint_get_step(cx_i_reader *reader) {
    int64_t value = cx_i_get_i64(reader);
    if (value < INT32_MIN || value > INT32_MAX) reader->failed = true;
    return reader->failed ? 0 : (int32_t)value;
}

/* What is read as what: the number of top boxes follows from the lowest. */
static cx_status joint_read_component(cx_joint *self, int64_t i, cx_i_reader *parameters,
                                      cx_error *err) {
    cx_joint_options as;
    cx_error ignored;
    uint32_t length = cx_i_get_u32(parameters);
    const uint8_t *name = cx_i_get_bytes(parameters, length);
    cx_joint_options_init(&as);
    as.score = cx_i_get_u8(parameters);
    as.scale_min = joint_get_step(parameters);
    as.scale_max = joint_get_step(parameters);
    as.low = joint_get_step(parameters);
    as.high = joint_get_step(parameters);
    cx_joint_options written = as;
    int64_t levels = (int64_t)as.scale_max - as.scale_min + 1;
    if (as.score == CX_SCORE_TOP_BOX) {
        int64_t boxes = (int64_t)as.scale_max - as.high + 1;
        as.top = boxes > 0 && boxes < levels ? (int32_t)boxes : -1;
    }
    if (parameters->failed || name == NULL || levels > CX_TALLY_MAX_LEVELS)
        return joint_damaged(err, "its components are impossible");
    cx_error_init(&ignored);
    cx_status status = cx_i_joint_name(self, i, (const char *)name, length, &ignored);
    if (status == CX_OK) status = cx_i_joint_read_as(self, i, &as, &ignored);
    if (status == CX_E_MEMORY) return cx_i_out_of_memory(err);
    if (status != CX_OK || self->component[i].as.low != written.low ||
        self->component[i].as.high != written.high)
        return joint_damaged(err, "its components are impossible");
    return CX_OK;
}

static void joint_get_sums(cx_joint *self, cx_i_reader *payload) {
    cx_i_joint_sums *sums = &self->sums;
    sums->rows = cx_i_get_i64(payload);
    uint8_t weighted = cx_i_get_u8(payload), reasons = cx_i_get_u8(payload);
    sums->weighted = weighted == 1;
    if (weighted > 1 || reasons != CX_EXCLUDED_END) payload->failed = true;
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        sums->nobody[r] = cx_i_get_i64(payload);
        sums->incomplete[r] = cx_i_get_i64(payload);
    }
    for (int64_t s = 0; s < self->slots; s++) sums->plain[s] = cx_i_get_i64(payload);
    for (int64_t s = 0; s < self->slots && sums->weighted; s++) {
        sums->weight[s] = cx_i_get_sum(payload);
        sums->square[s] = cx_i_get_sum(payload);
    }
}

/* `in use` and those left out are all rows. */
static bool joint_rows_add_up(const int64_t *out, int64_t used, int64_t rows) {
    if (used < 0 || used > rows) return false;
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        if (out[r] < 0 || out[r] > rows) return false;
        used += out[r];
    }
    return used == rows;
}

/* Counts and sums of squares are not negative, and nothing exceeds its number of answers. */
static bool joint_slot_possible(const cx_i_joint_sums *sums, int64_t slot, int64_t n,
                                bool positive) {
    int64_t bound = n << 20, value = sums->plain[slot];
    if (value > bound || value < (positive ? 0 : -bound)) return false;
    if (!sums->weighted) return true;
    const cx_i_sum *weight = &sums->weight[slot], *square = &sums->square[slot];
    if (n == 0) return cx_i_sum_is_zero(weight) && cx_i_sum_is_zero(square);
    return !positive || (!cx_i_sum_is_negative(weight) && !cx_i_sum_is_negative(square));
}

static bool joint_pairs_possible(const cx_joint *self) {
    const cx_i_joint_sums *sums = &self->sums;
    for (int64_t i = 1; i < self->k; i++)
        for (int64_t j = 0; j < i; j++) {
            int64_t slot = cx_i_joint_pair(i, j), both = sums->plain[slot + CX_I_BOTH];
            if (both < cx_joint_complete(self) || both > cx_joint_both(self, i, i) ||
                both > cx_joint_both(self, j, j))
                return false;
            for (int s = 0; s < CX_I_PAIR_SLOTS; s++)
                if (!joint_slot_possible(sums, slot + s, both,
                                         s == CX_I_BOTH || s == CX_I_YY || s == CX_I_ZZ))
                    return false;
        }
    return true;
}

static bool joint_complete_possible(const cx_joint *self) {
    const cx_i_joint_sums *sums = &self->sums;
    int64_t complete = cx_joint_complete(self);
    if (!joint_slot_possible(sums, cx_i_joint_complete_one(self), complete, true)) return false;
    for (int64_t i = 0; i < self->k; i++) {
        if (!joint_slot_possible(sums, cx_i_joint_complete_y(self, i), complete, false))
            return false;
        for (int64_t j = 0; j <= i; j++)
            if (!joint_slot_possible(sums, cx_i_joint_complete_yy(self, i, j), complete, i == j))
                return false;
    }
    return true;
}

static bool joint_tallies_possible(const cx_joint *self) {
    for (int64_t i = 0; i < self->k; i++) {
        const cx_tally *tally = self->component[i].tally;
        int64_t n = cx_tally_n(tally), rows = n;
        if (tally->cells.weighted != self->sums.weighted || n > cx_joint_n(self) ||
            n < cx_joint_complete(self))
            return false;
        for (int32_t r = 0; r < CX_EXCLUDED_END; r++) rows += cx_tally_excluded(tally, r);
        if (rows > self->sums.rows) return false;
    }
    return true;
}

static bool joint_possible(const cx_joint *self) {
    const cx_i_joint_sums *sums = &self->sums;
    return sums->rows >= 0 && sums->rows <= CX_I_JOINT_ROWS &&
           joint_rows_add_up(sums->nobody, cx_joint_n(self), sums->rows) &&
           joint_rows_add_up(sums->incomplete, cx_joint_complete(self), sums->rows) &&
           joint_slot_possible(sums, cx_i_joint_everyone(self), cx_joint_n(self), true) &&
           joint_tallies_possible(self) && joint_pairs_possible(self) &&
           joint_complete_possible(self);
}

static cx_status joint_read(cx_joint *self, cx_i_reader *parameters, cx_i_reader *payload,
                            cx_error *err) {
    for (int64_t i = 0; i < self->k; i++) CX_TRY(joint_read_component(self, i, parameters, err));
    if (!cx_i_get_done(parameters)) return joint_damaged(err, "its lengths do not add up");
    joint_get_sums(self, payload);
    for (int64_t i = 0; i < self->k; i++) {
        cx_tally *tally = self->component[i].tally;
        if (!cx_i_cells_get(payload, &tally->cells, cx_i_tally_levels(tally)))
            return joint_damaged(err, "its counts are impossible");
    }
    if (!cx_i_get_done(payload)) return joint_damaged(err, "its lengths do not add up");
    return joint_possible(self) ? CX_OK : joint_damaged(err, "its sums are impossible");
}

/* Memory is asked for once the bytes can hold that many components. */
static cx_status joint_check_size(uint64_t k, const cx_i_reader *payload, cx_error *err) {
    uint64_t slots = k * (k - 1) / 2 * CX_I_PAIR_SLOTS + k * (k + 3) / 2 + 2;
    if (k < 1 || k > CX_JOINT_COLUMNS || payload->size / 8 < slots)
        return joint_damaged(err, "its number of components is impossible");
    return CX_OK;
}

cx_status cx_joint_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                          cx_joint **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_joint *self;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_JOINT, JOINT_VERSION, JOINT_NOUN, &parameters,
                           &payload, err));
    uint32_t k = cx_i_get_u32(&parameters);
    CX_TRY(joint_check_size(k, &payload, err));
    CX_TRY(cx_i_joint_make(k, allocator, &self, err));
    cx_status status = joint_read(self, &parameters, &payload, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_joint_free(self);
    return status;
}
