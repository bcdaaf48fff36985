#include "metric/histogram.h"

#ifdef CX_I_HISTOGRAM_X86

#include <immintrin.h>
#include <string.h>

/* A byte shuffle turns a score into one bit of sixteen (a low byte for scores 0 .. 7, a high one
 * for 8 .. 15). The bits are added in vertical counters, plane j holding the bits of weight 2^j,
 * by a tree of carry-save adders, so that only one vector in 64 is counted bit by bit. */

#define HISTOGRAM_512 __attribute__((target("avx512f,avx512bw,popcnt")))
#define HISTOGRAM_512_INLINE HISTOGRAM_512 __attribute__((always_inline)) static inline

enum {
    WIDTH_512 = 64,
    PLANES_512 = 6,
    GROUP_512 = 16 * WIDTH_512,
    STEP_512 = 4 * GROUP_512,
    AHEAD_512 = 12288 /* bytes; the hardware's own prefetch stops at the end of a page */
};

typedef struct bits_512 {
    __m512i low, high;
} bits_512;

typedef struct counter_512 {
    bits_512 plane[PLANES_512];
    bits_512 table;
    __m512i base;
    int64_t ahead;
    uint64_t total[16];
} counter_512;

/* plane + a + b, the sum stays in the plane, the carry comes back. */
HISTOGRAM_512_INLINE __m512i carry_512(__m512i *plane, __m512i a, __m512i b) {
    __m512i p = *plane;
    *plane = _mm512_ternarylogic_epi64(p, a, b, 0x96);
    return _mm512_ternarylogic_epi64(p, a, b, 0xE8);
}

HISTOGRAM_512_INLINE bits_512 add_512(counter_512 *c, int j, bits_512 a, bits_512 b, bool wide) {
    bits_512 r = a;
    r.low = carry_512(&c->plane[j].low, a.low, b.low);
    if (wide) r.high = carry_512(&c->plane[j].high, a.high, b.high);
    return r;
}

/* Saturation sends 0 .. 15 to 112 .. 127 and the rest above 127, where the shuffle gives 0. */
HISTOGRAM_512_INLINE bits_512 read_512(const counter_512 *c, const uint8_t *x, bool wide) {
    _mm_prefetch((const char *)x + c->ahead, _MM_HINT_T0);
    __m512i v = _mm512_loadu_si512(x);
    __asm__ volatile("" : "+v"(v)); /* keeps loads and prefetches evenly spread */
    v = _mm512_sub_epi8(v, c->base);
    v = _mm512_adds_epu8(v, _mm512_set1_epi8(0x70));
    bits_512 r = {_mm512_shuffle_epi8(c->table.low, v), c->base};
    if (wide) r.high = _mm512_shuffle_epi8(c->table.high, v);
    return r;
}

HISTOGRAM_512_INLINE bits_512 two_512(counter_512 *c, const uint8_t *x, bool wide) {
    return add_512(c, 0, read_512(c, x, wide), read_512(c, x + WIDTH_512, wide), wide);
}

HISTOGRAM_512_INLINE bits_512 four_512(counter_512 *c, const uint8_t *x, bool wide) {
    bits_512 a = two_512(c, x, wide);
    return add_512(c, 1, a, two_512(c, x + 2 * WIDTH_512, wide), wide);
}

HISTOGRAM_512_INLINE bits_512 eight_512(counter_512 *c, const uint8_t *x, bool wide) {
    bits_512 a = four_512(c, x, wide);
    return add_512(c, 2, a, four_512(c, x + 4 * WIDTH_512, wide), wide);
}

HISTOGRAM_512_INLINE bits_512 sixteen_512(counter_512 *c, const uint8_t *x, bool wide) {
    bits_512 a = eight_512(c, x, wide);
    return add_512(c, 3, a, eight_512(c, x + 8 * WIDTH_512, wide), wide);
}

HISTOGRAM_512_INLINE void flush_512(counter_512 *c, bits_512 b, int weight, bool wide) {
    for (int k = 7; k >= 0; k--) {
        c->total[k] += (uint64_t)__builtin_popcountll(_mm512_movepi8_mask(b.low)) << weight;
        b.low = _mm512_add_epi8(b.low, b.low);
        if (!wide) continue;
        c->total[k + 8] += (uint64_t)__builtin_popcountll(_mm512_movepi8_mask(b.high)) << weight;
        b.high = _mm512_add_epi8(b.high, b.high);
    }
}

HISTOGRAM_512_INLINE void run_512(counter_512 *c, const uint8_t *x, int64_t n, uint8_t filler,
                                  bool wide) {
    for (; n >= STEP_512; n -= STEP_512, x += STEP_512) {
        c->ahead = n >= STEP_512 + AHEAD_512 ? AHEAD_512 : 0;
        bits_512 a = sixteen_512(c, x, wide);
        a = add_512(c, 4, a, sixteen_512(c, x + GROUP_512, wide), wide);
        bits_512 b = sixteen_512(c, x + 2 * GROUP_512, wide);
        b = add_512(c, 4, b, sixteen_512(c, x + 3 * GROUP_512, wide), wide);
        flush_512(c, add_512(c, 5, a, b, wide), 6, wide);
    }
    c->ahead = 0;
    for (; n >= GROUP_512; n -= GROUP_512, x += GROUP_512)
        flush_512(c, sixteen_512(c, x, wide), 4, wide);
    if (n > 0) {
        uint8_t tail[GROUP_512];
        memset(tail, filler, sizeof tail);
        memcpy(tail, x, (size_t)n);
        flush_512(c, sixteen_512(c, tail, wide), 4, wide);
    }
    for (int j = 0; j < PLANES_512; j++) flush_512(c, c->plane[j], j, wide);
}

HISTOGRAM_512 void cx_i_histogram_avx512(const uint8_t *x, int64_t n, uint8_t base, int levels,
                                         int64_t *counts, int64_t *outside) {
    uint8_t bit[32] = {0};
    for (int k = 0; k < levels; k++) bit[16 * (k / 8) + k] = (uint8_t)(1u << (k % 8));
    counter_512 c;
    memset(&c, 0, sizeof c);
    c.table.low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)bit));
    c.table.high =
        _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)(bit + 16)));
    c.base = _mm512_set1_epi8((char)base);
    uint8_t filler = (uint8_t)(base + 16);
    if (levels > 8)
        run_512(&c, x, n, filler, true);
    else
        run_512(&c, x, n, filler, false);
    int64_t inside = 0;
    for (int k = 0; k < levels; k++) {
        counts[k] += (int64_t)c.total[k];
        inside += (int64_t)c.total[k];
    }
    *outside += n - inside;
}

#endif
