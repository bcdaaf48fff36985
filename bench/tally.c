/* A tally of 100 million 8-bit answers against the speed at which this machine reads memory.
 *
 *     bench/tally [answers [turns]]
 *
 * The reads are the best this program knows: the widest vectors the CPU has, with and without
 * prefetching, one thread, the same bytes. In every turn the fastest of six reads is the limit, and
 * what is measured has three tries, so that being interrupted does not pass for being slow. */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"
#include "metric/histogram.h"

#include <cxkit.h>

#include <string.h>

#ifdef CX_I_HISTOGRAM_X86
#include <immintrin.h>
#endif

enum { READS = 6, TRIES = 3, MOST_TURNS = 256, LEVELS = 11 };

static volatile uint64_t sink;

/* -- reading ------------------------------------------------------------------------------- */

static uint64_t read_words(const uint8_t *x, int64_t n) {
    uint64_t a[8] = {0};
    for (int64_t i = 0; i + 64 <= n; i += 64)
        for (int j = 0; j < 8; j++) {
            uint64_t w;
            memcpy(&w, x + i + 8 * j, sizeof w);
            a[j] |= w;
        }
    return a[0] | a[1] | a[2] | a[3] | a[4] | a[5] | a[6] | a[7];
}

#ifdef CX_I_HISTOGRAM_X86
#define WITH_AVX2 __attribute__((target("avx2")))
#define WITH_AVX512 __attribute__((target("avx512f")))

WITH_AVX2 static uint64_t read_avx2(const uint8_t *x, int64_t n, int64_t ahead) {
    __m256i a[8];
    for (int j = 0; j < 8; j++) a[j] = _mm256_setzero_si256();
    for (int64_t i = 0; i + 256 <= n; i += 256) {
        int64_t next = i + 256 + ahead <= n ? i + ahead : i;
        if (ahead > 0)
            for (int j = 0; j < 256; j += 64) _mm_prefetch((const char *)x + next + j, _MM_HINT_T0);
        for (int j = 0; j < 8; j++)
            a[j] = _mm256_or_si256(
                a[j], _mm256_loadu_si256((const __m256i *)(const void *)(x + i + 32 * j)));
    }
    for (int j = 1; j < 8; j++) a[0] = _mm256_or_si256(a[0], a[j]);
    uint64_t w[4];
    memcpy(w, a, sizeof w);
    return w[0] | w[1] | w[2] | w[3];
}

WITH_AVX512 static uint64_t read_avx512(const uint8_t *x, int64_t n, int64_t ahead) {
    __m512i a[4];
    for (int j = 0; j < 4; j++) a[j] = _mm512_setzero_si512();
    for (int64_t i = 0; i + 256 <= n; i += 256) {
        int64_t next = i + 256 + ahead <= n ? i + ahead : i;
        if (ahead > 0)
            for (int j = 0; j < 256; j += 64) _mm_prefetch((const char *)x + next + j, _MM_HINT_T0);
        for (int j = 0; j < 4; j++)
            a[j] = _mm512_or_si512(a[j], _mm512_loadu_si512(x + i + 64 * j));
    }
    a[0] = _mm512_or_si512(_mm512_or_si512(a[0], a[1]), _mm512_or_si512(a[2], a[3]));
    return (uint64_t)_mm512_reduce_or_epi64(a[0]);
}
#endif

/* false when this CPU cannot read that way */
static int read_once(int way, const uint8_t *x, int64_t n, double *seconds) {
    static const int64_t ahead[3] = {0, 8192, 12288};
    (void)ahead;
#ifdef CX_I_HISTOGRAM_X86
    if (cx_i_histogram_path_available(CX_I_PATH_AVX512) && way < 3) {
        BENCH(*seconds, sink += read_avx512(x, n, ahead[way]));
        return 1;
    }
    if (cx_i_histogram_path_available(CX_I_PATH_AVX2) && way >= 3) {
        BENCH(*seconds, sink += read_avx2(x, n, ahead[way - 3]));
        return 1;
    }
#endif
    if (way > 0) return 0;
    BENCH(*seconds, sink += read_words(x, n));
    return 1;
}

static double read_best(const uint8_t *x, int64_t n) {
    double best = 0;
    for (int way = 0; way < READS; way++) {
        double seconds;
        if (read_once(way, x, n, &seconds) && (best <= 0 || seconds < best)) best = seconds;
    }
    return best;
}

/* -- counting ------------------------------------------------------------------------------ */

static int64_t truth[LEVELS];

static void verify(const char *name, const int64_t *counts) {
    if (memcmp(counts, truth, sizeof truth) == 0) return;
    fprintf(stderr, "%s counts wrongly\n", name);
    exit(1);
}

static double path_once(int path, const uint8_t *x, int64_t n) {
    int64_t counts[LEVELS] = {0}, outside = 0;
    double seconds;
    BENCH(seconds, cx_i_histogram_path(path, x, n, 0, LEVELS, counts, &outside));
    verify(cx_i_histogram_path_name(path), counts);
    return seconds;
}

/* The path is the library's choice here. */
static double tally_once(int path, const uint8_t *x, int64_t n) {
    (void)path;
    cx_error err;
    cx_tally *tally;
    cx_array view = cx_array_of(x, CX_I8, n);
    if (cx_tally_new(0, LEVELS - 1, NULL, &tally, &err) != CX_OK) exit(1);
    double seconds;
    cx_status status;
    BENCH(seconds, status = cx_tally_add(tally, &view, NULL, NULL, &err));
    int64_t counts[LEVELS];
    for (int k = 0; k < LEVELS; k++) counts[k] = cx_tally_count(tally, k);
    cx_tally_free(tally);
    if (status != CX_OK) exit(1);
    verify("cx_tally_add", counts);
    return seconds;
}

static double best_of(double (*once)(int, const uint8_t *, int64_t), int path, const uint8_t *x,
                      int64_t n) {
    double seconds[TRIES];
    for (int i = 0; i < TRIES; i++) seconds[i] = once(path, x, n);
    return bench_least(seconds, TRIES);
}

/* Answers as they come: mostly 8 to 10, some of everything. */
static uint8_t *answers(int64_t n) {
    static const uint8_t common[16] = {0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10};
    uint8_t *x = malloc((size_t)n);
    if (x == NULL) exit(1);
    uint64_t s = 88172645463325252u;
    for (int64_t i = 0; i < n; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        x[i] = common[s >> 60];
        truth[x[i]]++;
    }
    return x;
}

static void print(const char *name, const double *limit, double *seconds, int turns, int64_t n) {
    char best[64];
    snprintf(best, sizeof best, "%s_best", name);
    bench_line(name, bench_ratio(limit, seconds, turns), "ratio", "read");
    bench_line(best, bench_least(limit, turns) / bench_least(seconds, turns), "ratio", "read_best");
    bench_line(name, 1e-9 * (double)n / bench_median(seconds, turns), "GB/s", "");
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 100000000;
    int turns = argc > 2 ? atoi(argv[2]) : 15;
    if (n < 1 || turns < 1 || turns > MOST_TURNS) return 2;
    static double limit[MOST_TURNS], tally[MOST_TURNS], path[CX_I_PATH_COUNT][MOST_TURNS];
    uint8_t *x = answers(n);
    read_best(x, n);
    for (int t = 0; t < turns; t++) {
        limit[t] = read_best(x, n);
        tally[t] = best_of(tally_once, -1, x, n);
        for (int p = 0; p < CX_I_PATH_COUNT; p++)
            if (cx_i_histogram_path_available(p)) path[p][t] = best_of(path_once, p, x, n);
    }
    bench_header();
    print("tally_add", limit, tally, turns, n);
    for (int p = 0; p < CX_I_PATH_COUNT; p++) {
        char name[64];
        snprintf(name, sizeof name, "histogram_%s", cx_i_histogram_path_name(p));
        if (cx_i_histogram_path_available(p)) print(name, limit, path[p], turns, n);
    }
    bench_line("read", 1e-9 * (double)n / bench_median(limit, turns), "GB/s", "");
    free(x);
    return 0;
}
