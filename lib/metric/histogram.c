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

static void histogram_fold(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                           int64_t *outside) {
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

#ifdef __GNUC__
/* Sixteen bytes at once on any CPU: compare with a score, subtract the 0 or -1 from a byte counter.
 * 255 times fill the counter and stay in the nearest cache, so each pass takes a few scores. */
typedef uint8_t histogram_lanes __attribute__((vector_size(16)));

enum { HISTOGRAM_LANES = 16, HISTOGRAM_PASS = 6, HISTOGRAM_FILL = 255 };

static int64_t histogram_sum(histogram_lanes v) {
    int64_t sum = 0;
    for (int i = 0; i < HISTOGRAM_LANES; i++) sum += v[i];
    return sum;
}

static void histogram_pass(const uint8_t *x, int vectors, uint8_t first, int64_t *found) {
    const histogram_lanes zero = {0};
    histogram_lanes a = zero, b = zero, c = zero, d = zero, e = zero, f = zero;
    const histogram_lanes k = zero + first;
    for (int i = 0; i < vectors; i++) {
        histogram_lanes v;
        memcpy(&v, x + HISTOGRAM_LANES * i, sizeof v);
        v -= k;
        a -= (histogram_lanes)(v == zero);
        b -= (histogram_lanes)(v == 1);
        c -= (histogram_lanes)(v == 2);
        d -= (histogram_lanes)(v == 3);
        e -= (histogram_lanes)(v == 4);
        f -= (histogram_lanes)(v == 5);
    }
    const histogram_lanes all[HISTOGRAM_PASS] = {a, b, c, d, e, f};
    for (int j = 0; j < HISTOGRAM_PASS; j++) found[j] += histogram_sum(all[j]);
}

static void histogram_lanewise(const uint8_t *x, int64_t n, uint8_t base, int levels,
                               int64_t *counts, int64_t *outside) {
    int64_t found[16 + HISTOGRAM_PASS] = {0};
    int64_t inside = 0, done = 0;
    while (n - done >= HISTOGRAM_LANES) {
        int64_t left = (n - done) / HISTOGRAM_LANES;
        int vectors = left < HISTOGRAM_FILL ? (int)left : HISTOGRAM_FILL;
        for (int k = 0; k < levels; k += HISTOGRAM_PASS)
            histogram_pass(x + done, vectors, (uint8_t)(base + k), found + k);
        done += (int64_t)vectors * HISTOGRAM_LANES;
    }
    for (int k = 0; k < levels; k++) {
        counts[k] += found[k];
        inside += found[k];
    }
    *outside += done - inside;
    histogram_short(x + done, n - done, base, levels, counts, outside);
}
#endif

static void histogram_portable(const uint8_t *x, int64_t n, uint8_t base, int levels,
                               int64_t *counts, int64_t *outside) {
#ifdef __GNUC__
    if (levels <= 16) {
        histogram_lanewise(x, n, base, levels, counts, outside);
        return;
    }
#endif
    histogram_fold(x, n, base, levels, counts, outside);
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
