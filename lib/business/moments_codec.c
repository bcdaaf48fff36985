#include "business/moments.h"

#include "base/codec.h"

#define MOMENTS_VERSION 1  /* complete rows */
#define MOMENTS_PAIRWISE 2 /* then the sums of every pair as well */
#define MOMENTS_NOUN "moments state"

/* -- writing: parameters are the names, the payload is the sums ---------------------------- */

/* -0 and 0 are the same number and get the same bytes. */
static void moments_put_twofold(cx_i_writer *writer, cx_i_twofold value) {
    cx_i_put_f64(writer, value.hi + 0.0);
    cx_i_put_f64(writer, value.lo + 0.0);
}

static void moments_write_sums(const cx_i_sums *sums, int64_t p, cx_i_writer *writer) {
    cx_i_put_i64(writer, sums->n);
    cx_i_put_i64(writer, sums->zero);
    cx_i_put_i64(writer, sums->missing);
    cx_i_put_u8(writer, sums->weighted ? 1 : 0);
    moments_put_twofold(writer, sums->w);
    moments_put_twofold(writer, sums->w2);
    for (int64_t i = 0; i < p; i++) cx_i_put_i64(writer, sums->missing_in[i]);
    for (int64_t i = 0; i < p; i++) moments_put_twofold(writer, sums->mean[i]);
    for (int64_t k = 0; k < cx_i_packed_size(p); k++) moments_put_twofold(writer, sums->product[k]);
}

static void moments_write(const cx_moments *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_MOMENTS,
                     self->pairs == NULL ? MOMENTS_VERSION : MOMENTS_PAIRWISE);
    cx_i_put_u32(writer, (uint32_t)self->p);
    for (int64_t i = 0; i < self->p; i++) {
        size_t length = strlen(self->names[i]);
        cx_i_put_u32(writer, (uint32_t)length);
        cx_i_put_bytes(writer, self->names[i], length);
    }
    cx_i_codec_payload(writer);
    moments_write_sums(cx_i_moments_now(self), self->p, writer);
    for (int64_t i = 0; i < self->p && self->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++)
            moments_write_sums(cx_i_moments_pair(self, self->now, i, j), cx_i_pair_width(i, j),
                               writer);
    cx_i_codec_end(writer);
}

size_t cx_moments_encoded_size(const cx_moments *self) {
    if (self == NULL) return 0;
    cx_i_writer counter = {NULL, 0};
    moments_write(self, &counter);
    return counter.used;
}

cx_status cx_moments_encode(const cx_moments *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_moments_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    moments_write(self, &writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status moments_read_names(cx_moments *self, cx_i_reader *parameters, cx_error *err) {
    char *room = self->names[0];
    cx_i_get_u32(parameters);
    for (int64_t i = 0; i < self->p; i++) {
        uint32_t length = cx_i_get_u32(parameters);
        const uint8_t *bytes = cx_i_get_bytes(parameters, length);
        if (bytes == NULL ||
            cx_i_moments_set_name(self, i, (const char *)bytes, length, &room, NULL) != CX_OK)
            return cx_i_codec_damaged(err, MOMENTS_NOUN, "its names are not a list of names");
    }
    if (cx_i_get_done(parameters)) return CX_OK;
    return cx_i_codec_damaged(err, MOMENTS_NOUN, "there is more than its names");
}

static cx_i_twofold moments_get_twofold(cx_i_reader *payload) {
    double hi = cx_i_get_f64(payload);
    return (cx_i_twofold){hi, cx_i_get_f64(payload)};
}

static void moments_read_sums(cx_i_sums *sums, int64_t p, cx_i_reader *payload) {
    sums->n = cx_i_get_i64(payload);
    sums->zero = cx_i_get_i64(payload);
    sums->missing = cx_i_get_i64(payload);
    uint8_t weighted = cx_i_get_u8(payload);
    sums->weighted = weighted == 1;
    if (weighted > 1) payload->failed = true;
    sums->w = moments_get_twofold(payload);
    sums->w2 = moments_get_twofold(payload);
    for (int64_t i = 0; i < p; i++) sums->missing_in[i] = cx_i_get_i64(payload);
    for (int64_t i = 0; i < p; i++) sums->mean[i] = moments_get_twofold(payload);
    for (int64_t k = 0; k < cx_i_packed_size(p); k++)
        sums->product[k] = moments_get_twofold(payload);
}

/* Two parts that do not overlap, and no negative zero: what arithmetic leaves and we write. */
static bool moments_is_normal(cx_i_twofold value) {
    return isfinite(value.hi) && isfinite(value.lo) && value.hi + value.lo == value.hi &&
           !(value.hi == 0 && signbit(value.hi)) && !(value.lo == 0 && signbit(value.lo));
}

static bool moments_counts_valid(const cx_i_sums *sums, int64_t p, bool complete) {
    int64_t all = 0;
    bool fine = sums->n >= 0 && sums->zero >= 0 && sums->missing >= 0 &&
                cx_i_add_i64(sums->n, sums->zero, &all) && cx_i_add_i64(all, sums->missing, &all) &&
                (sums->zero == 0 || sums->weighted || sums->n == 0);
    for (int64_t i = 0; i < p && fine; i++)
        fine = sums->missing_in[i] >= 0 && sums->missing_in[i] <= (complete ? sums->missing : all);
    return fine;
}

/* sum w^2 <= (sum w)^2 <= n sum w^2; without weights all three are n */
static bool moments_weights_valid(const cx_i_sums *sums) {
    if (!moments_is_normal(sums->w) || !moments_is_normal(sums->w2)) return false;
    double n = (double)sums->n, w = sums->w.hi, w2 = sums->w2.hi, slack = 1 + 1e-9;
    if (sums->n == 0) return w == 0 && w2 == 0;
    if (!sums->weighted) return w == n && w2 == n;
    return w > 0 && w2 > 0 && sqrt(w2) <= w * slack && w <= sqrt(n) * sqrt(w2) * slack;
}

static bool moments_products_valid(const cx_i_sums *sums, int64_t p) {
    for (int64_t j = 0; j < p; j++) {
        double yy = sums->product[cx_i_packed(j, j)].hi;
        if (!moments_is_normal(sums->mean[j]) || yy < 0) return false;
        if (sums->n == 0 && (sums->mean[j].hi != 0 || yy != 0)) return false;
        for (int64_t i = 0; i <= j; i++) {
            cx_i_twofold xy = sums->product[cx_i_packed(j, i)];
            double most = sqrt(sums->product[cx_i_packed(i, i)].hi) * sqrt(yy);
            if (!moments_is_normal(xy) || !(fabs(xy.hi) <= most * (1 + 1e-3))) return false;
        }
    }
    return true;
}

static cx_status moments_check_sums(const cx_i_sums *sums, int64_t p, bool complete,
                                    cx_error *err) {
    if (!moments_counts_valid(sums, p, complete))
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its counts are impossible");
    if (!moments_weights_valid(sums))
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its sums of weights are impossible");
    if (!moments_products_valid(sums, p))
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its means or products are impossible");
    return CX_OK;
}

static size_t moments_sums_size(int64_t p) {
    return 3 * 8 + 1 + 32 + (size_t)p * 24 + (size_t)cx_i_packed_size(p) * 16;
}

/* p from the parameters; the payload's size then has one value only, so that no more memory is
 * asked for than the bytes given account for. */
static cx_status moments_read_size(const cx_i_reader *parameters, const cx_i_reader *payload,
                                   bool pairwise, int64_t *p, cx_error *err) {
    cx_i_reader peek = *parameters;
    *p = cx_i_get_u32(&peek);
    if (peek.failed || *p < 1 || *p > CX_MOMENTS_COLUMNS)
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its number of columns is impossible");
    size_t needed = moments_sums_size(*p), pairs = (size_t)(*p * (*p - 1) / 2);
    if (pairwise) needed += (size_t)*p * moments_sums_size(1) + pairs * moments_sums_size(2);
    if (payload->size != needed)
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its size does not fit its columns");
    return CX_OK;
}

/* Counts of pairs hold rows only, and no more of them than there are. */
static cx_status moments_read_pairs(cx_moments *self, cx_i_reader *payload, cx_error *err) {
    const cx_i_sums *all = &self->sums[0];
    CX_TRY(cx_i_moments_make_pairs(self, err));
    for (int64_t i = 0; i < self->p; i++)
        for (int64_t j = 0; j <= i; j++) {
            cx_i_sums *sums = cx_i_moments_pair(self, 0, i, j);
            int64_t width = cx_i_pair_width(i, j);
            moments_read_sums(sums, width, payload);
            if (sums->zero != 0 || sums->missing != 0 || sums->n > all->n ||
                sums->weighted != all->weighted)
                return cx_i_codec_damaged(err, MOMENTS_NOUN, "its counts are impossible");
            CX_TRY(moments_check_sums(sums, width, true, err));
        }
    return CX_OK;
}

static cx_status moments_decode_state(cx_moments *self, cx_i_reader *parameters,
                                      cx_i_reader *payload, bool pairwise, cx_error *err) {
    CX_TRY(moments_read_names(self, parameters, err));
    moments_read_sums(&self->sums[0], self->p, payload);
    if (!pairwise && !cx_i_get_done(payload))
        return cx_i_codec_damaged(err, MOMENTS_NOUN, "its flags are impossible");
    CX_TRY(moments_check_sums(&self->sums[0], self->p, !pairwise, err));
    if (!pairwise) return CX_OK;
    CX_TRY(moments_read_pairs(self, payload, err));
    if (cx_i_get_done(payload)) return CX_OK;
    return cx_i_codec_damaged(err, MOMENTS_NOUN, "its flags are impossible");
}

cx_status cx_moments_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                            cx_moments **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_reader parameters, payload;
    int64_t p;
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_MOMENTS, MOMENTS_PAIRWISE, MOMENTS_NOUN,
                           &parameters, &payload, err));
    bool pairwise = bytes[6] == MOMENTS_PAIRWISE;
    CX_TRY(moments_read_size(&parameters, &payload, pairwise, &p, err));
    cx_moments *self;
    CX_TRY(cx_i_moments_make(p, parameters.size, allocator, &self, err));
    cx_status status = moments_decode_state(self, &parameters, &payload, pairwise, err);
    if (status != CX_OK) {
        cx_moments_free(self);
        return status;
    }
    *out = self;
    return CX_OK;
}

/* -- comparing ----------------------------------------------------------------------------- */

static bool moments_same(cx_i_twofold a, cx_i_twofold b) {
    return a.hi == b.hi && a.lo == b.lo;
}

static bool moments_same_sums(const cx_i_sums *a, const cx_i_sums *b, int64_t p) {
    bool same = a->n == b->n && a->zero == b->zero && a->missing == b->missing &&
                a->weighted == b->weighted && moments_same(a->w, b->w) &&
                moments_same(a->w2, b->w2);
    for (int64_t i = 0; i < p && same; i++)
        same = a->missing_in[i] == b->missing_in[i] && moments_same(a->mean[i], b->mean[i]);
    for (int64_t k = 0; k < cx_i_packed_size(p) && same; k++)
        same = moments_same(a->product[k], b->product[k]);
    return same;
}

int cx_moments_equal(const cx_moments *a, const cx_moments *b) {
    if (a == NULL || b == NULL || a->p != b->p) return 0;
    for (int64_t i = 0; i < a->p; i++)
        if (strcmp(a->names[i], b->names[i]) != 0) return 0;
    if ((a->pairs == NULL) != (b->pairs == NULL)) return 0;
    for (int64_t i = 0; i < a->p && a->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++)
            if (!moments_same_sums(cx_i_moments_pair(a, a->now, i, j),
                                   cx_i_moments_pair(b, b->now, i, j), cx_i_pair_width(i, j)))
                return 0;
    return moments_same_sums(cx_i_moments_now(a), cx_i_moments_now(b), a->p);
}
