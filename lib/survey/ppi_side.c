#include "survey/ppi.h"

#include "stat/twofold.h"

/* Sums over the answers and over the other predictions: block by block, so that what is read once
 * lies in the first cache, with the rounding of block totals carried along. */

enum { PPI_LANES = 8 };

typedef struct ppi_block {
    int64_t start, count;
    double y[CX_I_BLOCK], f[CX_I_BLOCK], w[CX_I_BLOCK]; /* w is 0 for a row left out */
    int64_t key[CX_I_BLOCK];
} ppi_block;

static void ppi_carry(cx_i_twofold *sum, double term) {
    cx_i_twofold s = cx_i_tf_sum(sum->hi, term);
    *sum = (cx_i_twofold){s.hi, sum->lo + s.lo};
}

/* -- reading ------------------------------------------------------------------------------- */

static int ppi_score_reason(const cx_ppi_options *o, double score) {
    if (!(score >= o->scale_min && score <= o->scale_max)) return CX_EXCLUDED_OUT_OF_RANGE;
    return score == floor(score) ? -1 : CX_EXCLUDED_NON_INTEGER;
}

/* Why a row is left out, or -1. */
static int ppi_reason(const cx_i_ppi_side *side, const ppi_block *b, int64_t i) {
    if (isnan(b->f[i])) return CX_EXCLUDED_MISSING;
    if (side->y != NULL) {
        if (isnan(b->y[i])) return CX_EXCLUDED_MISSING;
        int reason = side->net != NULL ? ppi_score_reason(side->net, b->y[i]) : -1;
        if (reason >= 0) return reason;
    }
    return b->w[i] > 0 ? -1 : CX_EXCLUDED_ZERO_WEIGHT;
}

static cx_status ppi_check_row(const cx_i_ppi_side *side, const ppi_block *b, int64_t i,
                               cx_error *err) {
    int64_t row = b->start + i;
    if (side->w != NULL) CX_TRY(cx_i_weight_check(side->w, row, b->w[i], err));
    if (isinf(b->f[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, side->f, row, b->f[i], "the prediction is infinite");
    if (side->net != NULL && fabs(b->f[i]) > 1)
        return cx_i_fail_at(err, CX_E_DOMAIN, side->f, row, b->f[i],
                            "%g is not P(promoter) - P(detractor), which lies in -1..1", b->f[i]);
    if (side->y != NULL && isinf(b->y[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, side->y, row, b->y[i], "the answer is infinite");
    return CX_OK;
}

static void ppi_read(const cx_i_ppi_side *side, int64_t start, ppi_block *b) {
    int64_t left = side->f->length - start;
    b->start = start;
    b->count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
    cx_i_array_read(side->f, start, b->count, b->f);
    if (side->y != NULL) cx_i_array_read(side->y, start, b->count, b->y);
    if (side->w != NULL) cx_i_array_read(side->w, start, b->count, b->w);
    for (int64_t i = 0; side->w == NULL && i < b->count; i++) b->w[i] = 1;
    for (int64_t i = 0; side->y == NULL && i < b->count; i++) b->y[i] = 0;
}

/* Leaves rows out (w becomes 0) and turns scores into -1, 0, 1. */
static void ppi_settle(const cx_i_ppi_side *side, ppi_block *b, int64_t *excluded) {
    for (int64_t i = 0; i < b->count; i++) {
        int reason = ppi_reason(side, b, i);
        if (reason >= 0) {
            if (excluded != NULL) excluded[reason]++;
            b->w[i] = b->y[i] = b->f[i] = 0;
        } else if (side->net != NULL && side->y != NULL) {
            b->y[i] = (b->y[i] >= side->net->promoters ? 1 : 0) -
                      (b->y[i] <= side->net->detractors ? 1 : 0);
        }
    }
}

/* -- predictions alone, all alike: one pass ------------------------------------------------ */

/* Sums of x - shift and of its square, in lanes that the compiler can keep side by side. */
typedef struct ppi_sums {
    double first, second;
} ppi_sums;

#define PPI_LANES_OF(name, type)                                                                   \
    static ppi_sums name(const type *x, int64_t count, double shift) {                             \
        double first[PPI_LANES] = {0}, second[PPI_LANES] = {0};                                    \
        int64_t i = 0;                                                                             \
        for (; i + PPI_LANES <= count; i += PPI_LANES)                                             \
            for (int j = 0; j < PPI_LANES; j++) {                                                  \
                double d = (double)x[i + j] - shift;                                               \
                first[j] += d;                                                                     \
                second[j] += d * d;                                                                \
            }                                                                                      \
        for (int j = 0; i < count; i++, j++) {                                                     \
            double d = (double)x[i] - shift;                                                       \
            first[j] += d;                                                                         \
            second[j] += d * d;                                                                    \
        }                                                                                          \
        for (int j = 1; j < PPI_LANES; j++) first[0] += first[j], second[0] += second[j];          \
        return (ppi_sums){first[0], second[0]};                                                    \
    }
PPI_LANES_OF(ppi_lanes_f64, double)
PPI_LANES_OF(ppi_lanes_f32, float)

static ppi_sums ppi_lanes(const cx_array *column, int64_t start, int64_t count, double shift,
                          double *room) {
    bool narrow = column->dtype == CX_F32 && column->stride == (int64_t)sizeof(float) &&
                  column->validity == NULL && (uintptr_t)column->data % sizeof(float) == 0;
    if (narrow) return ppi_lanes_f32((const float *)column->data + start, count, shift);
    return ppi_lanes_f64(cx_i_array_doubles(column, start, count, room), count, shift);
}

/* A block that holds more than plain numbers: what is left out goes, infinity is named. */
static cx_status ppi_sift(cx_i_ppi_side *side, ppi_block *b, int64_t start, int64_t *kept,
                          cx_error *err) {
    ppi_read(side, start, b);
    for (int64_t i = 0; i < b->count; i++) CX_TRY(ppi_check_row(side, b, i, err));
    ppi_settle(side, b, side->excluded);
    *kept = 0;
    for (int64_t i = 0; i < b->count; i++)
        if (b->w[i] > 0) b->f[(*kept)++] = b->f[i];
    return CX_OK;
}

static cx_status ppi_stream(cx_i_ppi_side *side, ppi_block *b, cx_error *err) {
    cx_i_twofold total = {0, 0};
    double squares = 0, shift = 0;
    for (int64_t start = 0; start < side->f->length; start += CX_I_BLOCK) {
        int64_t left = side->f->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        if (start == 0) cx_i_array_read(side->f, 0, 1, &shift);
        if (!isfinite(shift)) shift = 0;
        ppi_sums s = ppi_lanes(side->f, start, count, shift, b->f);
        if (!isfinite(s.second) || side->net != NULL) {
            CX_TRY(ppi_sift(side, b, start, &count, err));
            if (count == 0) continue;
            s = ppi_lanes_f64(b->f, count, shift);
        }
        double n = (double)side->n, k = (double)count, mean = shift + s.first / k;
        double apart = side->n > 0 ? mean - cx_i_tf_double(total) / n : 0;
        squares += fmax(s.second - s.first * s.first / k, 0) + apart * apart * (n * k / (n + k));
        ppi_carry(&total, s.first);
        ppi_carry(&total, shift * k);
        side->n += count;
        shift = cx_i_tf_double(total) / (double)side->n;
    }
    side->sum_w = side->sum_w2 = side->vv = (double)side->n;
    side->ff = squares;
    side->mean_f = side->n > 0 ? cx_i_tf_double(total) / (double)side->n : 0;
    return CX_OK;
}

static bool ppi_streams(const cx_i_ppi_side *side) {
    return side->y == NULL && side->w == NULL && side->by == NULL;
}

/* -- all others: means, then deviations ---------------------------------------------------- */

cx_status cx_i_ppi_count(cx_i_ppi_side *side, cx_i_keys *keys, cx_error *err) {
    ppi_block b;
    cx_i_twofold w = {0, 0}, w2 = {0, 0}, wy = {0, 0}, wf = {0, 0};
    if (ppi_streams(side)) return ppi_stream(side, &b, err);
    for (int64_t start = 0; start < side->f->length; start += CX_I_BLOCK) {
        ppi_read(side, start, &b);
        for (int64_t i = 0; i < b.count; i++) CX_TRY(ppi_check_row(side, &b, i, err));
        ppi_settle(side, &b, side->excluded);
        if (side->by != NULL) CX_TRY(cx_i_keys_read(keys, side->by, start, b.count, b.key, err));
        for (int64_t i = 0; i < b.count; i++) {
            if (b.w[i] > 0) side->n++;
            ppi_carry(&w, b.w[i]);
            ppi_carry(&w2, b.w[i] * b.w[i]);
            ppi_carry(&wy, b.w[i] * b.y[i]);
            ppi_carry(&wf, b.w[i] * b.f[i]);
        }
    }
    side->sum_w = cx_i_tf_double(w);
    side->sum_w2 = cx_i_tf_double(w2);
    if (side->n == 0) return CX_OK;
    side->mean_y = cx_i_tf_double(wy) / side->sum_w;
    side->mean_f = cx_i_tf_double(wf) / side->sum_w;
    return CX_OK;
}

static void ppi_spread_row(cx_i_ppi_side *side, const ppi_block *b, int64_t i,
                           cx_i_ppi_cluster *cell) {
    double v = b->w[i] * ((double)side->n / side->sum_w);
    double y = side->plain ? v * b->y[i] - side->mean_y : v * (b->y[i] - side->mean_y);
    double f = side->plain ? v * b->f[i] - side->mean_f : v * (b->f[i] - side->mean_f);
    side->yy += y * y;
    side->yf += y * f;
    side->ff += f * f;
    side->vv += side->plain ? 1 : v * v;
    side->vf += side->plain ? f : v * f;
    if (cell == NULL) return;
    cx_i_ppi_cluster *c = &cell[b->key[i]];
    double n = (double)side->n;
    if (side->y != NULL) {
        c->y += y / n;
        c->f += f / n;
        c->labelled = true;
    } else {
        c->other += f / n;
        c->unlabelled = true;
    }
}

cx_status cx_i_ppi_spread(cx_i_ppi_side *side, cx_i_keys *keys, cx_i_ppi_cluster *cell,
                          cx_error *err) {
    ppi_block b;
    if (ppi_streams(side) || side->n == 0) return CX_OK;
    for (int64_t start = 0; start < side->f->length; start += CX_I_BLOCK) {
        cx_i_ppi_side part = *side; /* a block's own sums, then added: less rounding */
        part.yy = part.yf = part.ff = part.vv = part.vf = 0;
        ppi_read(side, start, &b);
        ppi_settle(side, &b, NULL);
        if (side->by != NULL) CX_TRY(cx_i_keys_read(keys, side->by, start, b.count, b.key, err));
        for (int64_t i = 0; i < b.count; i++)
            if (b.w[i] > 0) ppi_spread_row(&part, &b, i, side->by != NULL ? cell : NULL);
        side->yy += part.yy, side->yf += part.yf, side->ff += part.ff;
        side->vv += part.vv, side->vf += part.vf;
    }
    return CX_OK;
}
