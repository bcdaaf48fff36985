#include "metric/histogram.h"

#include <string.h>

/* Consecutive equal bytes would wait for each other's store, so eight tables take turns. */
enum { HISTOGRAM_TABLES = 8, HISTOGRAM_BLOCK = 1 << 30, HISTOGRAM_SHORT = 192 };

static void histogram_block(const uint8_t *x, int64_t n, int64_t *counts) {
    uint32_t table[HISTOGRAM_TABLES][256];
    memset(table, 0, sizeof table);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t w;
        memcpy(&w, x + i, sizeof w);
        table[0][w & 255]++;
        table[1][(w >> 8) & 255]++;
        table[2][(w >> 16) & 255]++;
        table[3][(w >> 24) & 255]++;
        table[4][(w >> 32) & 255]++;
        table[5][(w >> 40) & 255]++;
        table[6][(w >> 48) & 255]++;
        table[7][w >> 56]++;
    }
    for (; i < n; i++) table[0][x[i]]++;
    for (int v = 0; v < 256; v++)
        for (int t = 0; t < HISTOGRAM_TABLES; t++) counts[v] += table[t][v];
}

void cx_i_histogram_256(const uint8_t *x, int64_t n, int64_t counts[256]) {
    if (n < HISTOGRAM_SHORT) {
        for (int64_t i = 0; i < n; i++) counts[x[i]]++;
        return;
    }
    for (int64_t i = 0; i < n; i += HISTOGRAM_BLOCK)
        histogram_block(x + i, n - i < HISTOGRAM_BLOCK ? n - i : HISTOGRAM_BLOCK, counts);
}

static void histogram_short(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                            int64_t *outside) {
    for (int64_t i = 0; i < n; i++) {
        int k = (uint8_t)(x[i] - base);
        if (k < levels)
            counts[k]++;
        else
            *outside += 1;
    }
}

static void histogram_portable(const uint8_t *x, int64_t n, uint8_t base, int levels,
                               int64_t *counts, int64_t *outside) {
    int64_t all[256] = {0};
    cx_i_histogram_256(x, n, all);
    int64_t inside = 0;
    for (int k = 0; k < levels; k++) {
        int64_t c = all[(uint8_t)(base + k)];
        counts[k] += c;
        inside += c;
    }
    *outside += n - inside;
}

const char *cx_i_histogram_path_name(int path) {
    static const char *const names[CX_I_PATH_COUNT] = {"portable", "avx2", "avx512"};
    return names[path];
}

bool cx_i_histogram_path_available(int path) {
#ifdef CX_I_HISTOGRAM_X86
    if (path == CX_I_PATH_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    if (path == CX_I_PATH_AVX512)
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("popcnt");
#endif
    return path == CX_I_PATH_PORTABLE;
}

void cx_i_histogram_path(int path, const uint8_t *x, int64_t n, uint8_t base, int levels,
                         int64_t *counts, int64_t *outside) {
    if (n < HISTOGRAM_SHORT) {
        histogram_short(x, n, base, levels, counts, outside);
        return;
    }
#ifdef CX_I_HISTOGRAM_X86
    if (levels <= 16 && path == CX_I_PATH_AVX512) {
        cx_i_histogram_avx512(x, n, base, levels, counts, outside);
        return;
    }
    if (levels <= 16 && path == CX_I_PATH_AVX2) {
        cx_i_histogram_avx2(x, n, base, levels, counts, outside);
        return;
    }
#endif
    histogram_portable(x, n, base, levels, counts, outside);
}

void cx_i_histogram_u8(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                       int64_t *outside) {
    int path = CX_I_PATH_COUNT - 1;
    while (!cx_i_histogram_path_available(path)) path--;
    cx_i_histogram_path(path, x, n, base, levels, counts, outside);
}
