#include "base/random.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define RANDOM_AVX2 1
#define RANDOM_TARGET __attribute__((target("avx2")))
#endif

#define RANDOM_ROUNDS 10
#define RANDOM_MULTIPLIER0 0xD2511F53u
#define RANDOM_MULTIPLIER1 0xCD9E8D57u
#define RANDOM_STEP0 0x9E3779B9u
#define RANDOM_STEP1 0xBB67AE85u

void cx_philox(uint64_t counter_low, uint64_t counter_high, uint64_t key, cx_random_words *out) {
    uint32_t c0 = (uint32_t)counter_low, c1 = (uint32_t)(counter_low >> 32);
    uint32_t c2 = (uint32_t)counter_high, c3 = (uint32_t)(counter_high >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)RANDOM_MULTIPLIER0 * c0;
        uint64_t product1 = (uint64_t)RANDOM_MULTIPLIER1 * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)product1;
        c3 = (uint32_t)product0;
        k0 += RANDOM_STEP0;
        k1 += RANDOM_STEP1;
    }
    out->w0 = c0, out->w1 = c1, out->w2 = c2, out->w3 = c3;
}

double cx_random_uniform(uint64_t seed, uint32_t purpose, uint64_t index, uint32_t draw) {
    cx_random_words words;
    cx_philox(index, (uint64_t)purpose << 32 | draw, seed, &words);
    uint64_t bits = ((uint64_t)words.w1 << 32 | words.w0) >> 12;
    return ((double)bits + 0.5) * 0x1p-52;
}

/* -- many at a time ------------------------------------------------------------------------ */

#ifdef RANDOM_AVX2

/* Four counters; a word has 64 bits to itself, of which the upper 32 are of no account. */
typedef struct random_four {
    __m256i c0, c1, c2, c3;
} random_four;

RANDOM_TARGET CX_I_INLINE random_four random_begin(__m256i low, __m256i high) {
    return (random_four){low, _mm256_srli_epi64(low, 32), high, _mm256_srli_epi64(high, 32)};
}

RANDOM_TARGET CX_I_INLINE random_four random_begin_run(uint64_t low, uint64_t high) {
    __m256i counter =
        _mm256_add_epi64(_mm256_set1_epi64x((long long)low), _mm256_set_epi64x(3, 2, 1, 0));
    return random_begin(counter, _mm256_set1_epi64x((long long)high));
}

RANDOM_TARGET CX_I_INLINE random_four random_begin_at(const uint64_t *low, const uint64_t *high) {
    return random_begin(_mm256_loadu_si256((const __m256i *)(const void *)low),
                        _mm256_loadu_si256((const __m256i *)(const void *)high));
}

RANDOM_TARGET CX_I_INLINE random_four random_round(random_four x, __m256i k0, __m256i k1) {
    __m256i m0 = _mm256_set1_epi64x(RANDOM_MULTIPLIER0);
    __m256i m1 = _mm256_set1_epi64x(RANDOM_MULTIPLIER1);
    __m256i p0 = _mm256_mul_epu32(x.c0, m0), p1 = _mm256_mul_epu32(x.c2, m1);
    __m256i high0 = _mm256_xor_si256(_mm256_srli_epi64(p1, 32), k0);
    __m256i high1 = _mm256_xor_si256(_mm256_srli_epi64(p0, 32), k1);
    return (random_four){_mm256_xor_si256(high0, x.c1), p1, _mm256_xor_si256(high1, x.c3), p0};
}

typedef struct random_sixteen {
    random_four a, b, c, d;
} random_sixteen;

RANDOM_TARGET CX_I_INLINE random_sixteen random_rounds(random_sixteen x, uint64_t key) {
    __m256i k0 = _mm256_set1_epi64x((long long)key), k1 = _mm256_srli_epi64(k0, 32);
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        x.a = random_round(x.a, k0, k1), x.b = random_round(x.b, k0, k1);
        x.c = random_round(x.c, k0, k1), x.d = random_round(x.d, k0, k1);
        k0 = _mm256_add_epi32(k0, _mm256_set1_epi64x(RANDOM_STEP0));
        k1 = _mm256_add_epi32(k1, _mm256_set1_epi64x(RANDOM_STEP1));
    }
    return x;
}

RANDOM_TARGET CX_I_INLINE __m256i random_pair(random_four x) {
    return _mm256_blend_epi32(x.c0, _mm256_slli_epi64(x.c1, 32), 0xAA);
}

RANDOM_TARGET CX_I_INLINE void random_store(random_four x, uint32_t *out) {
    __m256i w01 = random_pair(x);
    __m256i w23 = _mm256_blend_epi32(x.c2, _mm256_slli_epi64(x.c3, 32), 0xAA);
    __m256i even = _mm256_unpacklo_epi64(w01, w23), odd = _mm256_unpackhi_epi64(w01, w23);
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(out + 8), _mm256_permute2x128_si256(even, odd, 0x31));
}

RANDOM_TARGET static void random_words_avx2(uint64_t low, uint64_t high, uint64_t key,
                                            uint32_t *out) {
    random_sixteen x = {random_begin_run(low, high), random_begin_run(low + 4, high),
                        random_begin_run(low + 8, high), random_begin_run(low + 12, high)};
    x = random_rounds(x, key);
    random_store(x.a, out), random_store(x.b, out + 16);
    random_store(x.c, out + 32), random_store(x.d, out + 48);
}

RANDOM_TARGET CX_I_INLINE void random_store_pair(random_four x, uint64_t *out) {
    _mm256_storeu_si256((__m256i *)(void *)out, random_pair(x));
}

RANDOM_TARGET static void random_pairs_avx2(const uint64_t *low, const uint64_t *high, uint64_t key,
                                            uint64_t *out) {
    random_sixteen x = {random_begin_at(low, high), random_begin_at(low + 4, high + 4),
                        random_begin_at(low + 8, high + 8), random_begin_at(low + 12, high + 12)};
    x = random_rounds(x, key);
    random_store_pair(x.a, out), random_store_pair(x.b, out + 4);
    random_store_pair(x.c, out + 8), random_store_pair(x.d, out + 12);
}

#endif

void cx_i_random_words(uint64_t low, uint64_t high, uint64_t key, uint32_t *out) {
#ifdef RANDOM_AVX2
    if (__builtin_cpu_supports("avx2")) {
        random_words_avx2(low, high, key, out);
        return;
    }
#endif
    for (uint64_t i = 0; i < CX_I_RANDOM_WORDS / 4; i++) {
        cx_random_words words;
        cx_philox(low + i, high, key, &words);
        memcpy(out + 4 * i, (uint32_t[]){words.w0, words.w1, words.w2, words.w3}, 4 * sizeof *out);
    }
}

void cx_i_random_pairs(const uint64_t *low, const uint64_t *high, uint64_t key, uint64_t *out) {
#ifdef RANDOM_AVX2
    if (__builtin_cpu_supports("avx2")) {
        for (int i = 0; i < CX_I_RANDOM_PAIRS; i += 16)
            random_pairs_avx2(low + i, high + i, key, out + i);
        return;
    }
#endif
    for (int i = 0; i < CX_I_RANDOM_PAIRS; i++) {
        cx_random_words words;
        cx_philox(low[i], high[i], key, &words);
        out[i] = (uint64_t)words.w1 << 32 | words.w0;
    }
}
