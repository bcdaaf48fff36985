#include <cxkit/random.h>

#define RANDOM_ROUNDS 10

void cx_philox(uint64_t counter_low, uint64_t counter_high, uint64_t key, cx_random_words *out) {
    uint32_t c0 = (uint32_t)counter_low, c1 = (uint32_t)(counter_low >> 32);
    uint32_t c2 = (uint32_t)counter_high, c3 = (uint32_t)(counter_high >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)0xD2511F53u * c0;
        uint64_t product1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)product1;
        c3 = (uint32_t)product0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out->w0 = c0, out->w1 = c1, out->w2 = c2, out->w3 = c3;
}

double cx_random_uniform(uint64_t seed, uint32_t purpose, uint64_t index, uint32_t draw) {
    cx_random_words words;
    cx_philox(index, (uint64_t)purpose << 32 | draw, seed, &words);
    uint64_t bits = ((uint64_t)words.w1 << 32 | words.w0) >> 12;
    return ((double)bits + 0.5) * 0x1p-52;
}
