#include "metric/histogram.h"

#ifdef CX_I_HISTOGRAM_X86

#include <immintrin.h>
#include <string.h>

/* As in histogram_avx512.c, with vectors of half the width. A carry costs five operations here, so
 * 9 to 12 levels share their high bytes: the high bits of two vectors go into one, the second one's
 * shifted by four, and are added half as often. */

#define HISTOGRAM_256 __attribute__((target("avx2,popcnt")))
#define HISTOGRAM_256_INLINE HISTOGRAM_256 __attribute__((always_inline)) static inline

enum {
    WIDTH_256 = 32,
    PLANES_256 = 6,
    GROUP_256 = 16 * WIDTH_256,
    STEP_256 = 4 * GROUP_256,
    AHEAD_256 = 12288 /* bytes; the hardware's own prefetch stops at the end of a page */
};

/* What becomes of the high byte. */
enum { NONE_256 = 0, SHARED_256 = 1, WHOLE_256 = 2 };

typedef struct bits_256 {
    __m256i low, high;
} bits_256;

typedef struct counter_256 {
    bits_256 plane[PLANES_256];
    bits_256 table;
    __m256i shifted;
    __m256i base;
    int64_t ahead;
    uint64_t total[16];
} counter_256;

/* plane + a + b, the sum stays in the plane, the carry comes back. */
HISTOGRAM_256_INLINE __m256i carry_256(__m256i *plane, __m256i a, __m256i b) {
    __m256i p = *plane;
    __m256i half = _mm256_xor_si256(a, b);
    *plane = _mm256_xor_si256(p, half);
    return _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(p, half));
}

HISTOGRAM_256_INLINE bits_256 add_256(counter_256 *c, int j, bits_256 a, bits_256 b, int high) {
    bits_256 r = a;
    r.low = carry_256(&c->plane[j].low, a.low, b.low);
    if (high != NONE_256) r.high = carry_256(&c->plane[j].high, a.high, b.high);
    return r;
}

/* Saturation sends 0 .. 15 to 112 .. 127 and the rest above 127, where the shuffle gives 0. */
HISTOGRAM_256_INLINE bits_256 read_256(const counter_256 *c, const uint8_t *x, __m256i table,
                                       int high) {
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)x);
    __asm__ volatile("" : "+x"(v)); /* keeps loads and prefetches evenly spread */
    v = _mm256_sub_epi8(v, c->base);
    v = _mm256_adds_epu8(v, _mm256_set1_epi8(0x70));
    bits_256 r = {_mm256_shuffle_epi8(c->table.low, v), table};
    if (high != NONE_256) r.high = _mm256_shuffle_epi8(table, v);
    return r;
}

HISTOGRAM_256_INLINE bits_256 two_256(counter_256 *c, const uint8_t *x, int high) {
    _mm_prefetch((const char *)x + c->ahead, _MM_HINT_T0);
    bits_256 a = read_256(c, x, c->table.high, high);
    bits_256 b = read_256(c, x + WIDTH_256, high == SHARED_256 ? c->shifted : c->table.high, high);
    if (high != SHARED_256) return add_256(c, 0, a, b, high);
    bits_256 r = {carry_256(&c->plane[0].low, a.low, b.low), _mm256_or_si256(a.high, b.high)};
    return r;
}

HISTOGRAM_256_INLINE bits_256 four_256(counter_256 *c, const uint8_t *x, int high) {
    bits_256 a = two_256(c, x, high);
    return add_256(c, 1, a, two_256(c, x + 2 * WIDTH_256, high), high);
}

HISTOGRAM_256_INLINE bits_256 eight_256(counter_256 *c, const uint8_t *x, int high) {
    bits_256 a = four_256(c, x, high);
    return add_256(c, 2, a, four_256(c, x + 4 * WIDTH_256, high), high);
}

HISTOGRAM_256_INLINE bits_256 sixteen_256(counter_256 *c, const uint8_t *x, int high) {
    bits_256 a = eight_256(c, x, high);
    return add_256(c, 3, a, eight_256(c, x + 8 * WIDTH_256, high), high);
}

HISTOGRAM_256_INLINE uint64_t ones_256(__m256i v) {
    return (uint64_t)__builtin_popcount((unsigned)_mm256_movemask_epi8(v));
}

HISTOGRAM_256_INLINE void flush_256(counter_256 *c, bits_256 b, int weight, int high) {
    for (int k = 7; k >= 0; k--) {
        c->total[k] += ones_256(b.low) << weight;
        b.low = _mm256_add_epi8(b.low, b.low);
        if (high == NONE_256) continue;
        c->total[8 + (high == SHARED_256 ? k & 3 : k)] += ones_256(b.high) << weight;
        b.high = _mm256_add_epi8(b.high, b.high);
    }
}

HISTOGRAM_256_INLINE void run_256(counter_256 *c, const uint8_t *x, int64_t n, uint8_t filler,
                                  int high) {
    for (; n >= STEP_256; n -= STEP_256, x += STEP_256) {
        c->ahead = n >= STEP_256 + AHEAD_256 ? AHEAD_256 : 0;
        bits_256 a = sixteen_256(c, x, high);
        a = add_256(c, 4, a, sixteen_256(c, x + GROUP_256, high), high);
        bits_256 b = sixteen_256(c, x + 2 * GROUP_256, high);
        b = add_256(c, 4, b, sixteen_256(c, x + 3 * GROUP_256, high), high);
        flush_256(c, add_256(c, 5, a, b, high), 6, high);
    }
    c->ahead = 0;
    for (; n >= GROUP_256; n -= GROUP_256, x += GROUP_256)
        flush_256(c, sixteen_256(c, x, high), 4, high);
    if (n > 0) {
        uint8_t tail[GROUP_256];
        memset(tail, filler, sizeof tail);
        memcpy(tail, x, (size_t)n);
        flush_256(c, sixteen_256(c, tail, high), 4, high);
    }
    for (int j = 0; j < PLANES_256; j++) flush_256(c, c->plane[j], j, high);
}

HISTOGRAM_256 void cx_i_histogram_avx2(const uint8_t *x, int64_t n, uint8_t base, int levels,
                                       int64_t *counts, int64_t *outside) {
    uint8_t bit[32] = {0};
    for (int k = 0; k < levels; k++) bit[16 * (k / 8) + k] = (uint8_t)(1u << (k % 8));
    counter_256 c;
    memset(&c, 0, sizeof c);
    c.table.low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)bit));
    c.table.high =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(bit + 16)));
    c.shifted = _mm256_slli_epi16(c.table.high, 4);
    c.base = _mm256_set1_epi8((char)base);
    uint8_t filler = (uint8_t)(base + 16);
    if (levels <= 8)
        run_256(&c, x, n, filler, NONE_256);
    else if (levels <= 12)
        run_256(&c, x, n, filler, SHARED_256);
    else
        run_256(&c, x, n, filler, WHOLE_256);
    /* A shared byte goes in where carries of weight two do. */
    for (int k = 8; k < 12 && levels <= 12; k++) c.total[k] /= 2;
    int64_t inside = 0;
    for (int k = 0; k < levels; k++) {
        counts[k] += (int64_t)c.total[k];
        inside += (int64_t)c.total[k];
    }
    *outside += n - inside;
}

#endif
