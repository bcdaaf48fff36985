#include "metric/scale.h"

#include "base/array.h"

/* With at most 2^11 weights between 2^m and 2^(m+32) and a cut at g = 2^(m-10): the upper parts are
 * multiples of g below 2^(m+33), their sums below 2^(m+43) = 2^53 g; the lower parts are multiples
 * of 2^(m-52), at most g / 2, their sums at most 2^m = 2^52 2^(m-52). Both are exact. For squares
 * the range 2^(2m) to 2^(2m+32) allows 2^m to 2^(m+16), and 2m >= -12 keeps all on the grid of
 * cx_i_sum, so that no weight is rounded there either. */
enum { SCALE_MOST = 2048, SCALE_LEAST = -6, SCALE_SPAN = 16, SCALE_BELOW = 8, SCALE_CUT = -10 };

static void scale_set(cx_i_scale *scale, int exponent) {
    int m = exponent - SCALE_BELOW;
    if (m < SCALE_LEAST) m = SCALE_LEAST;
    if (m > 100) m = 100; /* the sums end at 2^127 */
    scale->least = ldexp(1, m);
    scale->most = ldexp(1, m + SCALE_SPAN);
    scale->cut[0] = ldexp(1.5, 52 + m + SCALE_CUT);
    scale->cut[1] = ldexp(1.5, 52 + 2 * m + SCALE_CUT);
}

void cx_i_scale_init(cx_i_scale *scale, int32_t levels) {
    memset(scale, 0, sizeof *scale);
    scale->levels = levels;
    scale_set(scale, 0);
}

static bool scale_flush_step(cx_i_scale *scale, int32_t step, cx_i_cells *cells) {
    cx_i_pan all = {{0, 0}, {0, 0}};
    for (int p = 0; p < CX_I_SCALE_PANS; p++) {
        const cx_i_pan *pan = &scale->pan[p][step];
        for (int i = 0; i < 2; i++) all.above[i] += pan->above[i], all.below[i] += pan->below[i];
        cells->count[step] += scale->count[p][step];
    }
    return cx_i_sum_add(&cells->weight[step], all.above[0]) &&
           cx_i_sum_add(&cells->weight[step], all.below[0]) &&
           cx_i_sum_add(&cells->square[step], all.above[1]) &&
           cx_i_sum_add(&cells->square[step], all.below[1]);
}

bool cx_i_scale_flush(cx_i_scale *scale, cx_i_cells *cells) {
    bool fits = true;
    for (int32_t step = 0; step < scale->levels && fits; step++)
        fits = scale_flush_step(scale, step, cells);
    for (int pan = 0; pan < CX_I_SCALE_PANS; pan++) {
        memset(scale->pan[pan], 0, (size_t)scale->levels * sizeof scale->pan[pan][0]);
        memset(scale->count[pan], 0, (size_t)scale->levels * sizeof scale->count[pan][0]);
    }
    scale->held = 0;
    return fits;
}

bool cx_i_scale_ready(cx_i_scale *scale, const double *weights, int64_t count, cx_i_cells *cells) {
    double first = 0;
    int exponent;
    for (int64_t i = 0; i < count && !(first > 0); i++) first = weights[i];
    bool outside = first > 0 && !(first >= scale->least && first < scale->most);
    if (outside || scale->held + count > SCALE_MOST)
        if (!cx_i_scale_flush(scale, cells)) return false;
    if (outside && isfinite(first)) {
        (void)frexp(first, &exponent);
        scale_set(scale, exponent);
    }
    scale->held += (int32_t)count;
    return true;
}

CX_I_INLINE void scale_put_one(cx_i_pan *pan, double weight, const double cut[2]) {
    const double part[2] = {weight, weight * weight};
    for (int i = 0; i < 2; i++) {
        double above = part[i] + cut[i] - cut[i];
        pan->above[i] += above;
        pan->below[i] += part[i] - above;
    }
}

CX_I_INLINE void scale_put_four(cx_i_scale *scale, const uint16_t *steps, const double *weights,
                                const double cut[2]) {
    scale_put_one(&scale->pan[0][steps[0]], weights[0], cut);
    scale_put_one(&scale->pan[1][steps[1]], weights[1], cut);
    scale_put_one(&scale->pan[2][steps[2]], weights[2], cut);
    scale_put_one(&scale->pan[3][steps[3]], weights[3], cut);
    scale->count[0][steps[0]]++;
    scale->count[1][steps[1]]++;
    scale->count[2][steps[2]]++;
    scale->count[3][steps[3]]++;
}

/* As bits, weights from 2^m to 2^(m+16) are integers from those of 2^m on, less than 16 << 52. */
CX_I_INLINE bool scale_takes_rows(const cx_i_scale *scale, const uint16_t *steps,
                                  const double *weights, int64_t count) {
    const int32_t levels = scale->levels;
    uint64_t least, outside = 0;
    int32_t beyond = 0;
    memcpy(&least, &scale->least, sizeof least);
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &weights[i], sizeof bits);
        outside |= bits - least;
    }
    for (int64_t i = 0; i < count; i++) beyond |= steps[i] >= levels;
    return outside >> 52 < SCALE_SPAN && beyond == 0;
}

/* Does every row have a place? A whole block is a loop whose length the compiler knows. */
static bool scale_takes(const cx_i_scale *scale, const uint16_t *steps, const double *weights,
                        int64_t count) {
    return count == CX_I_BLOCK ? scale_takes_rows(scale, steps, weights, CX_I_BLOCK)
                               : scale_takes_rows(scale, steps, weights, count);
}

int64_t cx_i_scale_put(cx_i_scale *scale, const uint16_t *steps, const double *weights,
                       int64_t start, int64_t count) {
    const double cut[2] = {scale->cut[0], scale->cut[1]};
    int64_t i = start;
    if (start == 0 && scale_takes(scale, steps, weights, count))
        for (; i + CX_I_SCALE_PANS <= count; i += CX_I_SCALE_PANS)
            scale_put_four(scale, steps + i, weights + i, cut);
    for (; i < count; i++) {
        if (steps[i] >= scale->levels || !(weights[i] >= scale->least && weights[i] < scale->most))
            return i;
        scale_put_one(&scale->pan[0][steps[i]], weights[i], cut);
        scale->count[0][steps[i]]++;
    }
    return count;
}
