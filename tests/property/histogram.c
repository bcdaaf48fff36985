/* Every path of the byte histogram counts what a plain loop counts, whatever the length, the
 * alignment, the lowest score and the number of levels. */

#define _POSIX_C_SOURCE 200809L

#include "metric/histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 17 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

/* Bytes from base - 1 to base + levels mostly, all 256 values sometimes, long runs sometimes. */
static void fill(uint8_t *x, int n, int base, int levels, int kind) {
    for (int i = 0; i < n; i++) {
        if (kind == 0)
            x[i] = (uint8_t)draw();
        else if (kind == 1)
            x[i] = (uint8_t)(base - 1 + (int)(draw() % (uint32_t)(levels + 2)));
        else
            x[i] = (uint8_t)(base + (kind == 2 ? levels - 1 : 0));
    }
}

static void count(const uint8_t *x, int n, int base, int levels, int64_t *counts,
                  int64_t *outside) {
    for (int i = 0; i < n; i++) {
        int k = (x[i] - base) & 255;
        *(k < levels ? counts + k : outside) += 1;
    }
}

/* Path CX_I_PATH_COUNT is the one the CPU picks. Counts start at 1000: they are added to. */
static int agrees(int path, const uint8_t *x, int n, int base, int levels) {
    int64_t want[257], got[257];
    for (int k = 0; k < 257; k++) want[k] = got[k] = 1000 + k;
    count(x, n, base, levels, want, want + 256);
    if (path == CX_I_PATH_COUNT)
        cx_i_histogram_u8(x, n, (uint8_t)base, levels, got, got + 256);
    else
        cx_i_histogram_path(path, x, n, (uint8_t)base, levels, got, got + 256);
    if (memcmp(want, got, sizeof want) == 0) return 1;
    printf("# n %d base %d levels %d address mod 64 %d\n", n, base, levels,
           (int)((uintptr_t)x % 64));
    return 0;
}

/* The bytes end where their allocation ends, so that a sanitizer sees a read past them. */
static int agrees_on(int path, int n, int align, int base, int levels, int kind) {
    void *memory;
    if (posix_memalign(&memory, 64, (size_t)(align + n)) != 0) return 0;
    uint8_t *x = (uint8_t *)memory + align;
    fill(x, n, base, levels, kind);
    int good = agrees(path, x, n, base, levels);
    free(memory);
    return good;
}

static int lengths_and_alignments(int path) {
    int good = 1;
    for (int n = 0; n <= 300; n++)
        for (int align = 0; align < 64; align++)
            good &= agrees_on(path, n, align, (int)(draw() % 256), 1 + (int)(draw() % 16),
                              (int)(draw() % 4));
    return good;
}

static int levels_and_bases(int path) {
    int good = 1;
    for (int levels = 1; levels <= 16; levels++)
        for (int base = 0; base < 256; base++)
            good &= agrees_on(path, 2000 + base, base % 64, base, levels, base % 4);
    for (int levels = 17; levels <= 256; levels++)
        good &= agrees_on(path, 3000, 0, (int)(draw() % 256), levels, levels % 2);
    return good;
}

/* Around the multiples of 512 to 4096 where a kernel changes its stride, and far beyond them. */
static int block_edges(int path) {
    int good = 1;
    for (int edge = 512; edge <= 1 << 14; edge += 512)
        for (int d = -2; d <= 2; d++)
            for (int kind = 0; kind < 4; kind++)
                good &= agrees_on(path, edge + d, kind, 0, 11, kind);
    for (int n = ROOM - 3; n <= ROOM; n++)
        for (int levels = 1; levels <= 16; levels++)
            for (int kind = 0; kind < 4; kind++) good &= agrees_on(path, n, 1, 250, levels, kind);
    return good;
}

static int every_value_alone(int path) {
    static uint8_t x[5000];
    int good = 1;
    for (int v = 0; v < 256; v++) {
        memset(x, v, sizeof x);
        good &= agrees(path, x, (int)sizeof x, 0, 11) && agrees(path, x, (int)sizeof x, 246, 16) &&
                agrees(path, x, (int)sizeof x, 1, 5);
    }
    return good;
}

/* 20 million times the same score: more than a 16-bit and a 24-bit counter hold. */
static int many(int path) {
    int64_t n = 20000000, counts[16] = {0}, outside = 0;
    uint8_t *x = malloc((size_t)n);
    if (x == NULL) return 0;
    memset(x, 10, (size_t)n);
    x[12345] = 99;
    x[n - 1] = 255;
    cx_i_histogram_path(path, x, n, 0, 11, counts, &outside);
    free(x);
    return counts[10] == n - 2 && outside == 2;
}

static int full_table(void) {
    static uint8_t x[ROOM];
    int good = 1;
    for (int i = 0; i < ROOM; i++) x[i] = (uint8_t)draw();
    for (int n = 0; n <= ROOM; n += n < 600 ? 1 : 9973) {
        int64_t want[256] = {0}, got[256] = {0};
        for (int i = 0; i < n; i++) want[x[i]]++;
        cx_i_histogram_256(x, n, got);
        good &= memcmp(want, got, sizeof want) == 0;
    }
    return good;
}

static int test_number;

static int report(int good, const char *path, const char *what) {
    printf("%sok %d - %s: %s\n", good ? "" : "not ", ++test_number, path, what);
    return !good;
}

int main(void) {
    int failed = 0;
    for (int path = 0; path <= CX_I_PATH_COUNT; path++) {
        int named = path < CX_I_PATH_COUNT;
        const char *name = named ? cx_i_histogram_path_name(path) : "chosen";
        if (named && !cx_i_histogram_path_available(path)) {
            printf("ok %d - %s # SKIP this CPU has no %s\n", ++test_number, name, name);
            continue;
        }
        failed += report(lengths_and_alignments(path), name, "lengths 0 to 300, every alignment");
        failed += report(levels_and_bases(path), name, "1 to 256 levels, every base");
        failed += report(block_edges(path), name, "lengths around the kernel's strides");
        failed += report(every_value_alone(path), name, "each of the 256 values alone");
        if (named) failed += report(many(path), name, "20 million equal scores");
    }
    failed += report(full_table(), "256", "every value, every length");
    printf("1..%d\n", test_number);
    return failed != 0;
}
