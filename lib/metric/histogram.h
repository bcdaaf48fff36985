#ifndef CX_I_HISTOGRAM_H
#define CX_I_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* Counting contiguous bytes. Every path gives the same counts; the CPU decides per call. */

/* counts[k] += bytes equal to base + k (modulo 256), k = 0 .. levels - 1; *outside += the rest.
 * 1 <= levels <= 256, n >= 0; int8 data are read as uint8 with base = (uint8_t)lowest. Up to 16
 * levels run at memory speed. */
void cx_i_histogram_u8(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                       int64_t *outside);

/* counts[v] += bytes equal to v. */
void cx_i_histogram_256(const uint8_t *x, int64_t n, int64_t counts[256]);

/* One path by name, so that tests and benchmarks can hold them against each other. */
enum { CX_I_PATH_PORTABLE = 0, CX_I_PATH_AVX2 = 1, CX_I_PATH_AVX512 = 2, CX_I_PATH_COUNT = 3 };

const char *cx_i_histogram_path_name(int path);
bool cx_i_histogram_path_available(int path);
void cx_i_histogram_path(int path, const uint8_t *x, int64_t n, uint8_t base, int levels,
                         int64_t *counts, int64_t *outside);

/* Written for one CPU each; at most 16 levels, and the caller has asked the CPU. */
#if defined(__x86_64__) && defined(__GNUC__)
#define CX_I_HISTOGRAM_X86 1
void cx_i_histogram_avx2(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                         int64_t *outside);
void cx_i_histogram_avx512(const uint8_t *x, int64_t n, uint8_t base, int levels, int64_t *counts,
                           int64_t *outside);
#endif

#endif
