#include "business/moments.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define MOMENTS_AVX2 1
#define MOMENTS_TARGET __attribute__((target("avx2,fma")))
#endif

#define BLOCK_ROWS CX_I_MOMENTS_BLOCK

/* Loops run in steps of 16 rows, whose constant length the compiler turns into vectors. */
enum { BLOCK_STEP = 16, BLOCK_LANES = 4 };

static int64_t block_padded(int64_t rows) {
    return (rows + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP;
}

/* -- dot products --------------------------------------------------------------------------------
 * Of short columns: every product and sum is exact, so order does not matter. Of others: the
 * rounding errors are summed beside the sum [OgitaRumpOishi2005], in four lanes. Both ways, with
 * or without vector instructions, give the same bits. */

typedef struct block_column {
    const double *hi, *lo;
    bool is_short;
} block_column;

typedef cx_i_twofold (*block_dot)(const block_column *a, const block_column *b, int64_t rows);

CX_I_INLINE cx_i_twofold block_lanes(const double *hi, const double *lo) {
    cx_i_twofold sum = cx_i_tf_quick(hi[0], lo[0]);
    for (int l = 1; l < BLOCK_LANES; l++) sum = cx_i_tf_add(sum, cx_i_tf_sum(hi[l], lo[l]));
    return sum;
}

static cx_i_twofold block_dot_portable(const block_column *a, const block_column *b, int64_t rows) {
    double hi[BLOCK_LANES] = {0}, lo[BLOCK_LANES] = {0};
    if (a->is_short && b->is_short) {
        for (int64_t r = 0; r < rows; r += BLOCK_LANES)
            for (int l = 0; l < BLOCK_LANES; l++) hi[l] += a->hi[r + l] * b->hi[r + l];
        return cx_i_tf(hi[0] + hi[1] + (hi[2] + hi[3]));
    }
    for (int64_t r = 0; r < rows; r += BLOCK_LANES)
        for (int l = 0; l < BLOCK_LANES; l++) {
            cx_i_twofold product = cx_i_tf_product(a->hi[r + l], b->hi[r + l]);
            double cross = fma(a->hi[r + l], b->lo[r + l], product.lo);
            cross = fma(a->lo[r + l], b->hi[r + l], cross);
            cx_i_twofold sum = cx_i_tf_sum(hi[l], product.hi);
            hi[l] = sum.hi;
            lo[l] += sum.lo + cross;
        }
    return block_lanes(hi, lo);
}

#ifdef MOMENTS_AVX2
MOMENTS_TARGET static cx_i_twofold block_dot_short(const double *a, const double *b, int64_t rows) {
    __m256d s0 = _mm256_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
    for (int64_t r = 0; r < rows; r += BLOCK_STEP) {
        s0 = _mm256_fmadd_pd(_mm256_loadu_pd(a + r), _mm256_loadu_pd(b + r), s0);
        s1 = _mm256_fmadd_pd(_mm256_loadu_pd(a + r + 4), _mm256_loadu_pd(b + r + 4), s1);
        s2 = _mm256_fmadd_pd(_mm256_loadu_pd(a + r + 8), _mm256_loadu_pd(b + r + 8), s2);
        s3 = _mm256_fmadd_pd(_mm256_loadu_pd(a + r + 12), _mm256_loadu_pd(b + r + 12), s3);
    }
    double lane[BLOCK_LANES];
    _mm256_storeu_pd(lane, _mm256_add_pd(_mm256_add_pd(s0, s1), _mm256_add_pd(s2, s3)));
    return cx_i_tf(lane[0] + lane[1] + (lane[2] + lane[3]));
}

MOMENTS_TARGET static cx_i_twofold block_dot_avx2(const block_column *a, const block_column *b,
                                                  int64_t rows) {
    if (a->is_short && b->is_short) return block_dot_short(a->hi, b->hi, rows);
    __m256d hi = _mm256_setzero_pd(), lo = hi;
    for (int64_t r = 0; r < rows; r += BLOCK_LANES) {
        __m256d ah = _mm256_loadu_pd(a->hi + r), bh = _mm256_loadu_pd(b->hi + r);
        __m256d product = _mm256_mul_pd(ah, bh);
        __m256d cross = _mm256_fmsub_pd(ah, bh, product);
        cross = _mm256_fmadd_pd(ah, _mm256_loadu_pd(b->lo + r), cross);
        cross = _mm256_fmadd_pd(_mm256_loadu_pd(a->lo + r), bh, cross);
        __m256d sum = _mm256_add_pd(hi, product), back = _mm256_sub_pd(sum, hi);
        __m256d error = _mm256_add_pd(_mm256_sub_pd(hi, _mm256_sub_pd(sum, back)),
                                      _mm256_sub_pd(product, back));
        hi = sum;
        lo = _mm256_add_pd(lo, _mm256_add_pd(error, cross));
    }
    double hi_lanes[BLOCK_LANES], lo_lanes[BLOCK_LANES];
    _mm256_storeu_pd(hi_lanes, hi);
    _mm256_storeu_pd(lo_lanes, lo);
    return block_lanes(hi_lanes, lo_lanes);
}
#endif

/* -- centring ---------------------------------------------------------------------------------- */

/* About the middle of the range, with few digits: then the differences of ordinary data, such as
 * scores, are short and their products exact. */
static double block_origin(double low, double high) {
    double spread = high - low, middle = low + spread / 2;
    if (!(spread > 0) || !isfinite(spread)) return low;
    double grid = ldexp(1, ilogb(spread) - 2), steps = middle / grid;
    return fabs(steps) < 0x1p51 ? nearbyint(steps) * grid : middle;
}

CX_I_INLINE void block_range(const double *x, int64_t rows, double *low, double *high) {
    double l[BLOCK_LANES], h[BLOCK_LANES];
    for (int k = 0; k < BLOCK_LANES; k++) l[k] = h[k] = x[0];
    int64_t r = 0;
    for (; r + BLOCK_LANES <= rows; r += BLOCK_LANES)
        for (int k = 0; k < BLOCK_LANES; k++) {
            l[k] = x[r + k] < l[k] ? x[r + k] : l[k];
            h[k] = x[r + k] > h[k] ? x[r + k] : h[k];
        }
    for (; r < rows; r++) {
        l[0] = x[r] < l[0] ? x[r] : l[0];
        h[0] = x[r] > h[0] ? x[r] : h[0];
    }
    for (int k = 1; k < BLOCK_LANES; k++) {
        l[0] = l[k] < l[0] ? l[k] : l[0];
        h[0] = h[k] > h[0] ? h[k] : h[0];
    }
    *low = l[0], *high = h[0];
}

/* Whether all numbers are multiples of 2^(e - 22), e the exponent just above the largest: the
 * products of two such columns, and sums of 512 of them, fit a double. */
CX_I_INLINE bool block_short(const double *hi, const double *lo, int64_t rows, double largest) {
    if (!(largest > 0)) return true;
    int exponent = ilogb(largest) + 1;
    if (exponent > 400 || exponent < -400) return false;
    double magic = ldexp(1.5, exponent - 22 + 52), off[BLOCK_STEP] = {0}, all = 0;
    for (int64_t r = 0; r < rows; r += BLOCK_STEP)
        for (int l = 0; l < BLOCK_STEP; l++)
            off[l] += fabs(hi[r + l] - ((hi[r + l] + magic) - magic)) + fabs(lo[r + l]);
    for (int l = 0; l < BLOCK_STEP; l++) all += off[l];
    return all == 0;
}

CX_I_INLINE void block_centre(cx_i_block *block, int64_t column) {
    double *hi = block->hi + column * BLOCK_ROWS, *lo = block->lo + column * BLOCK_ROWS;
    int64_t padded = block_padded(block->rows);
    double low, high;
    block_range(hi, block->rows, &low, &high);
    double origin = block_origin(low, high);
    for (int64_t r = 0; r < padded; r += BLOCK_STEP) {
        double sum[BLOCK_STEP], error[BLOCK_STEP]; /* apart, so that nothing overlaps */
        for (int l = 0; l < BLOCK_STEP; l++) {
            cx_i_twofold d = cx_i_tf_sum(hi[r + l], -origin);
            sum[l] = d.hi, error[l] = d.lo;
        }
        memcpy(hi + r, sum, sizeof sum);
        memcpy(lo + r, error, sizeof error);
    }
    for (int64_t r = block->rows; r < padded; r++) hi[r] = lo[r] = 0;
    block->origin[column] = origin;
    block->is_short[column] =
        block_short(hi, lo, padded, fmax(fabs(low - origin), fabs(high - origin)));
}

CX_I_INLINE void block_weight(cx_i_block *block, int64_t column) {
    const double *hi = block->hi + column * BLOCK_ROWS, *lo = block->lo + column * BLOCK_ROWS;
    const double *w = block->weighted_hi;
    double *to_hi = block->weighted_hi + column * BLOCK_ROWS;
    double *to_lo = block->weighted_lo + column * BLOCK_ROWS;
    double low, high;
    for (int64_t r = 0; r < block_padded(block->rows); r += BLOCK_STEP) {
        double product[BLOCK_STEP], error[BLOCK_STEP];
        for (int l = 0; l < BLOCK_STEP; l++) {
            cx_i_twofold d = cx_i_tf_product(w[r + l], hi[r + l]);
            product[l] = d.hi, error[l] = fma(w[r + l], lo[r + l], d.lo);
        }
        memcpy(to_hi + r, product, sizeof product);
        memcpy(to_lo + r, error, sizeof error);
    }
    block_range(to_hi, block->rows, &low, &high);
    block->weighted_short[column] =
        block_short(to_hi, to_lo, block_padded(block->rows), fmax(fabs(low), fabs(high)));
}

CX_I_INLINE void block_prepare(cx_i_block *block, int64_t p) {
    int64_t padded = block_padded(block->rows);
    for (int64_t r = 0; r < padded; r++) {
        block->hi[r] = r < block->rows ? 1 : 0;
        block->lo[r] = 0;
    }
    block->is_short[0] = true;
    block->origin[0] = 0;
    for (int64_t j = 1; j <= p; j++) block_centre(block, j);
    if (!block->weighted) return;
    double low, high;
    for (int64_t r = block->rows; r < padded; r++) block->weighted_hi[r] = 0;
    for (int64_t r = 0; r < padded; r++) block->weighted_lo[r] = 0;
    block_range(block->weighted_hi, block->rows, &low, &high);
    block->weighted_short[0] = block_short(block->weighted_hi, block->weighted_lo, padded, high);
    for (int64_t j = 1; j <= p; j++) block_weight(block, j);
}

/* -- joining ----------------------------------------------------------------------------------- */

CX_I_INLINE block_column block_right(const cx_i_block *block, int64_t column) {
    return (block_column){block->hi + column * BLOCK_ROWS, block->lo + column * BLOCK_ROWS,
                          block->is_short[column]};
}

CX_I_INLINE block_column block_left(const cx_i_block *block, int64_t column) {
    if (!block->weighted) return block_right(block, column);
    return (block_column){block->weighted_hi + column * BLOCK_ROWS,
                          block->weighted_lo + column * BLOCK_ROWS, block->weighted_short[column]};
}

/* Row j of the products: those of the block about its own mean, then about the common one. */
CX_I_INLINE void block_join_row(cx_i_sums *sums, cx_i_block *block, int64_t j, cx_i_twofold factor,
                                block_dot dot) {
    int64_t rows = block_padded(block->rows);
    block_column left = block_left(block, j), one = block_right(block, 0);
    cx_i_twofold *product = sums->product + cx_i_packed(j - 1, 0) - 1;
    block->total[j] = dot(&left, &one, rows);
    cx_i_twofold mean = cx_i_tf_divide(block->total[j], block->total[0]);
    cx_i_twofold centre = cx_i_tf_add(cx_i_tf(block->origin[j]), mean);
    block->step[j] = cx_i_tf_subtract(centre, sums->mean[j - 1]);
    cx_i_twofold step = cx_i_tf_multiply(factor, block->step[j]);
    for (int64_t i = 1; i <= j; i++) {
        block_column right = block_right(block, i);
        cx_i_twofold inside =
            cx_i_tf_subtract(dot(&left, &right, rows), cx_i_tf_multiply(mean, block->total[i]));
        if (i == j && inside.hi < 0) inside = cx_i_tf(0);
        cx_i_twofold between = cx_i_tf_multiply(step, block->step[i]);
        product[i] = cx_i_tf_add(product[i], cx_i_tf_add(inside, between));
    }
}

/* While the sums are empty their mean is 0, the factor 0 and the fraction 1: the mean becomes the
 * block's. */
CX_I_INLINE void block_join_all(cx_i_sums *sums, int64_t p, cx_i_block *block, block_dot dot) {
    block_prepare(block, p);
    int64_t rows = block_padded(block->rows);
    block_column w = block_left(block, 0), one = block_right(block, 0);
    block->total[0] = dot(&w, &one, rows);
    cx_i_twofold w2 = dot(&w, &w, rows), both = cx_i_tf_add(sums->w, block->total[0]);
    cx_i_twofold fraction = cx_i_tf_divide(block->total[0], both);
    cx_i_twofold factor = cx_i_tf_multiply(sums->w, fraction);
    for (int64_t j = 1; j <= p; j++) block_join_row(sums, block, j, factor, dot);
    for (int64_t j = 1; j <= p; j++)
        sums->mean[j - 1] =
            cx_i_tf_add(sums->mean[j - 1], cx_i_tf_multiply(block->step[j], fraction));
    sums->w = both;
    sums->w2 = cx_i_tf_add(sums->w2, w2);
}

#ifdef MOMENTS_AVX2
MOMENTS_TARGET static void block_join_avx2(cx_i_sums *sums, int64_t p, cx_i_block *block) {
    block_join_all(sums, p, block, block_dot_avx2);
}
#endif

static void block_join_portable(cx_i_sums *sums, int64_t p, cx_i_block *block) {
    block_join_all(sums, p, block, block_dot_portable);
}

void cx_i_moments_join(cx_i_sums *sums, int64_t p, cx_i_block *block) {
    if (block->rows == 0) return;
#ifdef MOMENTS_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        block_join_avx2(sums, p, block);
        return;
    }
#endif
    block_join_portable(sums, p, block);
}
