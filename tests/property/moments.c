/* Laws of moments: vector and portable kernels give the same bits, any split of the rows gives the
 * same figures, subtraction undoes merging, and all agree with a two-pass sum in long double. */

#include "business/moments_block.c"

#include <cxkit.h>

#include <stdio.h>
#include <stdlib.h>

enum { P = 5, ROWS = 3000 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static int failures;

static void expect(bool fine, const char *what, double got, double wanted) {
    if (fine) return;
    failures++;
    printf("# %s: %.17g, expected %.17g\n", what, got, wanted);
}

static void expect_close(double got, double wanted, double scale, double tolerance,
                         const char *what) {
    expect(fabs(got - wanted) <= tolerance * scale, what, got, wanted);
}

static const char *const names[P] = {"a", "b", "c", "d", "e"};
static double x[P][ROWS], w[ROWS];

/* Scores, decimals, a huge offset, six decades, nearly a copy of the first */
static void fill(int64_t rows) {
    for (int64_t r = 0; r < rows; r++) {
        x[0][r] = floor(draw() * 11);
        x[1][r] = floor(draw() * 1000) / 10;
        x[2][r] = 1e9 + draw();
        x[3][r] = exp(14 * draw());
        x[4][r] = x[0][r] + 1e-3 * draw();
        w[r] = 0.1 + draw();
    }
}

static cx_moments *fresh(void) {
    static const int32_t offsets[] = {0, 1, 2, 3, 4, 5};
    cx_array column = {.data = "abcde", .length = P, .offsets = offsets, .dtype = CX_STRING};
    cx_moments *m = NULL;
    if (cx_moments_new(&column, NULL, &m, NULL) != CX_OK) exit(99);
    return m;
}

static void add(cx_moments *m, int64_t from, int64_t to, bool weighted) {
    cx_array columns[P], weights = cx_array_of(w + from, CX_F64, to - from);
    for (int j = 0; j < P; j++) {
        columns[j] = cx_array_of(x[j] + from, CX_F64, to - from);
        columns[j].name = names[j];
    }
    cx_frame frame = {.columns = columns, .count = P};
    if (cx_moments_add(m, &frame, weighted ? &weights : NULL, NULL) != CX_OK) exit(99);
}

static double spread(const cx_moments *m, int i, int j) {
    return sqrt(cx_moments_variance(m, i) * cx_moments_variance(m, j));
}

static void compare(const cx_moments *a, const cx_moments *b, double tolerance, const char *what) {
    expect(cx_moments_n(a) == cx_moments_n(b), what, (double)cx_moments_n(a),
           (double)cx_moments_n(b));
    for (int i = 0; i < P; i++) {
        expect_close(cx_moments_mean(a, i), cx_moments_mean(b, i), fabs(cx_moments_mean(b, i)),
                     tolerance, what);
        for (int j = 0; j < P; j++)
            expect_close(cx_moments_covariance(a, i, j), cx_moments_covariance(b, i, j),
                         spread(b, i, j), tolerance, what);
    }
}

/* -- the law of bits ----------------------------------------------------------------------- */

#ifdef MOMENTS_AVX2
static void same_bits(int64_t rows, bool weighted) {
    cx_moments *m = fresh();
    for (int side = 0; side < 2; side++)
        for (int64_t start = 0; start < rows; start += 500) {
            cx_i_block *block = &m->block;
            block->rows = rows - start < 500 ? rows - start : 500;
            block->weighted = weighted;
            for (int j = 0; j < P; j++)
                memcpy(block->hi + (j + 1) * BLOCK_ROWS, x[j] + start,
                       (size_t)block->rows * sizeof(double));
            memcpy(block->weighted_hi, w + start, (size_t)block->rows * sizeof(double));
            (side == 0 ? block_join_avx2 : block_join_portable)(&m->sums[side], P, block);
        }
    const cx_i_sums *a = &m->sums[0], *b = &m->sums[1];
    bool same = memcmp(a->mean, b->mean, P * sizeof *a->mean) == 0 &&
                memcmp(a->product, b->product, P * (P + 1) / 2 * sizeof *a->product) == 0 &&
                memcmp(&a->w, &b->w, sizeof a->w) == 0 && memcmp(&a->w2, &b->w2, sizeof a->w2) == 0;
    expect(same, "kernels differ", (double)rows, weighted);
    cx_moments_free(m);
}
#endif

static void kernels_give_the_same_bits(void) {
#ifdef MOMENTS_AVX2
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    for (int64_t rows = 1; rows < 40; rows++) same_bits(rows, rows % 2);
    same_bits(ROWS, false);
    same_bits(ROWS, true);
#endif
}

/* -- the laws of sums ---------------------------------------------------------------------- */

static void agrees_with_long_double(bool weighted) {
    cx_moments *m = fresh();
    long double mean[P] = {0}, sum = 0;
    add(m, 0, ROWS, weighted);
    for (int64_t r = 0; r < ROWS; r++) sum += weighted ? w[r] : 1;
    for (int j = 0; j < P; j++) {
        for (int64_t r = 0; r < ROWS; r++) mean[j] += (weighted ? w[r] : 1) * (long double)x[j][r];
        mean[j] /= sum;
        expect_close(cx_moments_mean(m, j), (double)mean[j], fabs((double)mean[j]), 1e-15, "mean");
    }
    for (int i = 0; i < P; i++)
        for (int j = 0; j <= i; j++) {
            long double product = 0;
            for (int64_t r = 0; r < ROWS; r++)
                product += (weighted ? w[r] : 1) * (x[i][r] - mean[i]) * (x[j][r] - mean[j]);
            double wanted = (double)(product / sum * ROWS / (ROWS - 1));
            expect_close(cx_moments_covariance(m, i, j), wanted, spread(m, i, j), 1e-14,
                         "covariance");
        }
    cx_moments_free(m);
}

static void any_split_gives_the_same_figures(bool weighted) {
    cx_moments *all = fresh(), *calls = fresh(), *parts = fresh(), *window, *twice = fresh();
    add(all, 0, ROWS, weighted);
    for (int64_t from = 0, to; from < ROWS; from = to) {
        cx_moments *part = fresh();
        to = from + 1 + (int64_t)(draw() * 900);
        if (to > ROWS) to = ROWS;
        add(calls, from, to, weighted);
        add(twice, from, to, weighted);
        add(part, from, to, weighted);
        if (cx_moments_merge(parts, part, NULL) != CX_OK) exit(99);
        cx_moments_free(part);
    }
    compare(calls, all, 1e-14, "calls");
    compare(parts, all, 1e-14, "merged parts");
    expect(cx_moments_equal(calls, twice), "the same calls give the same bytes", 0, 1);
    if (cx_moments_copy(all, NULL, &window, NULL) != CX_OK) exit(99);
    cx_moments *head = fresh(), *tail = fresh();
    add(head, 0, 700, weighted);
    add(tail, 700, ROWS, weighted);
    if (cx_moments_subtract(window, head, NULL) != CX_OK) exit(99);
    compare(window, tail, 1e-13, "subtraction");
    cx_moments *const made[] = {all, calls, parts, window, twice, head, tail};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) cx_moments_free(made[i]);
}

int main(void) {
    fill(ROWS);
    kernels_give_the_same_bits();
    for (int weighted = 0; weighted < 2; weighted++) {
        agrees_with_long_double(weighted);
        for (int i = 0; i < 10; i++) any_split_gives_the_same_figures(weighted);
    }
    printf("1..1\n%s 1 - laws of moments\n", failures ? "not ok" : "ok");
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
