/* Long batches are counted in cells and through a table of keys, short ones answer by answer: the
 * bytes are the same, whatever the type, stride, offset and bitmap of the columns, wherever the
 * keys lie, whenever they appear. A batch that fails names the same row and changes nothing. */

#include "base/sum.h"

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6000, PIECE = 200, RUNS = 400 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t draw(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

/* -- columns ------------------------------------------------------------------------------- */

typedef struct column {
    unsigned char data[2 * 8 * ROWS + 8];
    uint8_t validity[ROWS / 8 + 16];
    cx_array view;
} column;

static void put(unsigned char *at, int32_t dtype, int64_t value) {
    double wide = (double)value;
    float narrow = (float)value;
    switch (dtype) {
    case CX_F32:
        memcpy(at, &narrow, sizeof narrow);
        break;
    case CX_F64:
        memcpy(at, &wide, sizeof wide);
        break;
    default: /* little-endian: the low bytes are the narrower integer */
        memcpy(at, &value, (size_t)cx_dtype_size(dtype));
    }
}

/* Contiguous, with gaps, or backwards; sometimes with a bitmap that starts anywhere. */
static void lay_out(column *c, const char *name, int32_t dtype, const int64_t *values, int64_t n) {
    int64_t size = cx_dtype_size(dtype), stride = draw(3) > 0 ? size : 2 * size;
    memset(c, 0, sizeof *c);
    c->view = cx_array_of(c->data, (cx_dtype)dtype, n);
    c->view.name = name;
    c->view.stride = stride;
    if (draw(4) == 0) {
        c->view.data = c->data + (n - 1) * stride;
        c->view.stride = -stride;
    }
    for (int64_t i = 0; i < n; i++)
        put((unsigned char *)c->data + (c->view.stride > 0 ? i : n - 1 - i) * stride, dtype,
            values[i]);
    if (draw(3) > 0) return;
    c->view.validity = c->validity;
    c->view.offset = draw(13);
    for (size_t i = 0; i < sizeof c->validity; i++)
        c->validity[i] = (uint8_t)(draw(256) | draw(256) | draw(256));
}

static const char *const words[] = {"north", "south", "", "east", "west", "north"};
static char letters[64];
static int32_t word_ends[7];
static uint8_t word_validity = 0xF7; /* the fourth is null */
static cx_array dictionary;

static void make_dictionary(void) {
    for (int i = 0; i < 6; i++) {
        memcpy(letters + word_ends[i], words[i], strlen(words[i]));
        word_ends[i + 1] = word_ends[i] + (int32_t)strlen(words[i]);
    }
    dictionary = cx_array_of(letters, CX_STRING, 6);
    dictionary.offsets = word_ends;
    dictionary.validity = &word_validity;
}

static void make_key(column *c, const char *name, int64_t n) {
    static const int32_t types[] = {CX_I8, CX_I16, CX_I32, CX_I32, CX_I32, CX_I64, CX_U8, CX_U32};
    static int64_t values[ROWS];
    int32_t dtype = types[draw(8)];
    bool codes = draw(5) == 0, far = !codes && draw(6) == 0;
    int64_t groups = codes ? 6 : 1 + draw(draw(2) ? 100 : 3000);
    int64_t low = codes || dtype == CX_U8 || dtype == CX_U32 ? 0 : -(int64_t)draw(200);
    for (int64_t i = 0; i < n; i++) {
        values[i] = low + draw((uint32_t)groups);
        if (far && draw(500) == 0) values[i] = draw(2) ? INT32_MAX : INT32_MIN + 3;
        if (i > n / 2 && !codes && draw(1000) == 0) values[i] += 5000; /* late */
    }
    lay_out(c, name, dtype, values, n);
    if (codes) c->view.dictionary = &dictionary;
}

static void make_scores(column *c, int64_t n) {
    static const int32_t types[] = {CX_I8, CX_I8, CX_U8, CX_I16, CX_I32, CX_F32, CX_F64};
    static int64_t values[ROWS];
    int32_t dtype = types[draw(7)];
    int outside = draw(3) == 0;
    for (int64_t i = 0; i < n; i++) {
        values[i] = draw(11);
        if (outside && draw(100) == 0) values[i] = draw(3) ? 99 : dtype == CX_U8 ? 200 : -1;
    }
    lay_out(c, "scores", dtype, values, n);
    if (dtype == CX_F64 && draw(2)) {
        double odd = draw(3) == 0 ? INFINITY : draw(2) ? NAN : 7.5;
        memcpy(c->data + (int64_t)draw((uint32_t)n) * 8, &odd, sizeof odd);
    }
}

static void make_weights(column *c, int64_t n) {
    static int64_t ones[ROWS];
    int far = draw(3) == 0 ? 30 : 0;
    lay_out(c, "weights", CX_F64, ones, n);
    for (int64_t i = 0; i < n; i++) {
        double weight = ldexp(1 + draw(1u << 30) * 0x1p-30, (int)draw(20) - 16 + far);
        if (draw(100) == 0) weight = draw(20) ? 0 : ldexp(1, -80);
        if (draw(50000) == 0) weight = draw(2) ? -1 : NAN;
        memcpy((unsigned char *)(uintptr_t)c->view.data + i * c->view.stride, &weight, 8);
    }
    c->view.validity = NULL;
}

/* -- both ways ----------------------------------------------------------------------------- */

typedef struct batch {
    column scores, weights, key[2];
    int64_t keys;
    bool weighted;
    cx_answer_options options;
} batch;

static cx_array part(const cx_array *view, int64_t start, int64_t count) {
    cx_array p = *view;
    p.data = (const char *)view->data + start * view->stride;
    p.offset += start;
    p.length = count;
    return p;
}

static cx_status add(cx_tallies *set, const batch *b, int64_t start, int64_t count, cx_error *err) {
    cx_array scores = part(&b->scores.view, start, count), keys[2];
    cx_array weights = part(&b->weights.view, start, count);
    for (int k = 0; k < b->keys; k++) keys[k] = part(&b->key[k].view, start, count);
    cx_frame by = {keys, b->keys, {0, 0}};
    return cx_tallies_add(set, &scores, b->weighted ? &weights : NULL, &by, &b->options, err);
}

static uint8_t *bytes_of(const cx_tallies *set, size_t *size) {
    *size = cx_tallies_encoded_size(set);
    uint8_t *bytes = malloc(*size);
    if (bytes == NULL || cx_tallies_encode(set, bytes, *size, NULL) != CX_OK) exit(2);
    return bytes;
}

static int same(const cx_tallies *a, const cx_tallies *b) {
    size_t size_a, size_b;
    uint8_t *bytes_a = bytes_of(a, &size_a), *bytes_b = bytes_of(b, &size_b);
    int equal = size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return equal;
}

static cx_status add_pieces(cx_tallies *set, const batch *b, int64_t n, cx_error *err) {
    for (int64_t start = 0; start < n; start += PIECE) {
        cx_status status = add(set, b, start, n - start < PIECE ? n - start : PIECE, err);
        if (status != CX_OK) {
            err->row += start;
            return status;
        }
    }
    return CX_OK;
}

static void make_batch(batch *b, int64_t n) {
    static const double codes[] = {99, -1};
    memset(b, 0, sizeof *b);
    b->keys = 1 + (draw(3) == 0);
    b->weighted = draw(4) == 0;
    make_scores(&b->scores, n);
    make_weights(&b->weights, n);
    make_key(&b->key[0], "first", n);
    make_key(&b->key[1], "second", n);
    cx_answer_options_init(&b->options);
    b->options.invalid = draw(4) == 0 ? CX_INVALID_ERROR : CX_INVALID_EXCLUDE;
    b->options.fractional = draw(4) == 0 ? CX_FRACTIONAL_FLOOR : CX_FRACTIONAL_INVALID;
    if (draw(3) == 0) {
        b->options.missing_count = 1;
        b->options.missing_codes[0] = codes[draw(2)];
    }
}

static int agrees(int *failed) {
    static batch b;
    int64_t n = 256 + draw(ROWS - 256);
    cx_tallies *long_set, *short_set, *before;
    cx_error long_err, short_err;
    make_batch(&b, n);
    if (cx_tallies_new(0, 10, NULL, &long_set, NULL) != CX_OK) exit(2);
    if (cx_tallies_new(0, 10, NULL, &short_set, NULL) != CX_OK) exit(2);
    cx_error_init(&long_err);
    cx_error_init(&short_err);
    if (draw(2) && add(long_set, &b, 0, 100, NULL) == CX_OK &&
        add(short_set, &b, 0, 100, NULL) != CX_OK)
        exit(2);
    if (cx_tallies_copy(long_set, NULL, &before, NULL) != CX_OK) exit(2);
    cx_status status = add(long_set, &b, 0, n, &long_err);
    int right = status == add_pieces(short_set, &b, n, &short_err);
    if (status == CX_OK)
        right = right && same(long_set, short_set);
    else
        right = right && long_err.row == short_err.row && same(long_set, before);
    *failed += status != CX_OK;
    if (!right)
        printf("# status %d, row %lld and %lld: %s | %s\n", (int)status, (long long)long_err.row,
               (long long)short_err.row, long_err.text, short_err.text);
    cx_tallies_free(long_set);
    cx_tallies_free(short_set);
    cx_tallies_free(before);
    return right;
}

/* One tally of a long batch against the row-by-row sums of a set with a single key. */
static int weighs_alike(void) {
    static batch b;
    static const int8_t one_key[ROWS];
    int64_t n = 1 + draw(ROWS - 1);
    cx_tallies *set;
    cx_tally *tally, *apart;
    make_batch(&b, n);
    memset(&b.key[0], 0, sizeof b.key[0]);
    b.key[0].view = cx_array_of(one_key, CX_I8, n);
    b.key[0].view.name = "key";
    b.keys = 1;
    b.weighted = draw(5) > 0;
    if (cx_tallies_new(0, 10, NULL, &set, NULL) != CX_OK) exit(2);
    if (cx_tally_new(0, 10, NULL, &tally, NULL) != CX_OK) exit(2);
    cx_error err, other;
    cx_error_init(&err);
    cx_error_init(&other);
    cx_status status =
        cx_tally_add(tally, &b.scores.view, b.weighted ? &b.weights.view : NULL, &b.options, &err);
    int right = status == add_pieces(set, &b, n, &other) && err.row == other.row;
    if (status == CX_OK && right) {
        if (cx_tallies_take(set, 0, &apart, NULL) != CX_OK) exit(2);
        right = cx_tally_equal(tally, apart);
        cx_tally_free(apart);
    }
    cx_tally_free(tally);
    cx_tallies_free(set);
    return right;
}

/* A weight and its negative take different ways onto the grid. */
static int sums_cancel(void) {
    cx_i_sum sum = {{0, 0, 0}};
    for (int i = 0; i < 20000; i++) {
        double weight =
            ldexp(1 + (draw(1u << 30) + draw(1u << 22) * 0x1p-22) * 0x1p-30, (int)draw(80) - 20);
        if (!cx_i_sum_add(&sum, weight) || !cx_i_sum_add(&sum, -weight)) return 0;
        if (!cx_i_sum_is_zero(&sum)) return 0;
    }
    return 1;
}

int main(void) {
    int right = 0, failed = 0, weighed = 0;
    make_dictionary();
    for (int run = 0; run < RUNS; run++) right += agrees(&failed);
    for (int run = 0; run < RUNS; run++) weighed += weighs_alike();
    puts("1..4");
    printf("%s 1 - long batches give the bytes of short ones, or the same error\n",
           right == RUNS ? "ok" : "not ok");
    printf("%s 2 - among %d batches some fail and most do not (%d failed)\n",
           failed > RUNS / 50 && failed < RUNS / 2 ? "ok" : "not ok", RUNS, failed);
    printf("%s 3 - a long batch of one tally gives the sums of single rows\n",
           weighed == RUNS ? "ok" : "not ok");
    int cancel = sums_cancel();
    printf("%s 4 - a weight and its negative cancel on the grid\n", cancel ? "ok" : "not ok");
    return right != RUNS || weighed != RUNS || !cancel;
}
