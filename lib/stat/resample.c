#include "stat/resample.h"

#include <cxkit/random.h>

typedef struct resample_stream {
    uint64_t block, high, seed;
    uint32_t words[4];
    int used;
} resample_stream;

static uint32_t resample_next(resample_stream *stream) {
    if (stream->used == 4) {
        cx_random_words words;
        cx_philox(stream->block++, stream->high, stream->seed, &words);
        stream->words[0] = words.w0, stream->words[1] = words.w1;
        stream->words[2] = words.w2, stream->words[3] = words.w3;
        stream->used = 0;
    }
    return stream->words[stream->used++];
}

/* Multiplication in place of division; words that would favour some units are drawn again
 * [Lemire2019]. */
void cx_i_resample(uint64_t seed, uint32_t purpose, uint32_t draw, int64_t units, int64_t take,
                   uint32_t *counts) {
    resample_stream stream = {0, (uint64_t)purpose << 32 | draw, seed, {0}, 4};
    uint32_t range = (uint32_t)units, threshold = (0u - range) % range;
    memset(counts, 0, (size_t)units * sizeof *counts);
    for (int64_t i = 0; i < take; i++) {
        uint64_t product = (uint64_t)resample_next(&stream) * range;
        while ((uint32_t)product < threshold) product = (uint64_t)resample_next(&stream) * range;
        counts[product >> 32]++;
    }
}

/* Heap sort: sifts the value at `at` down among `count`. */
static void resample_sift(double *values, int64_t at, int64_t count) {
    double value = values[at];
    for (int64_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && values[child + 1] > values[child]) child++;
        if (values[child] <= value) break;
        values[at] = values[child];
        at = child;
    }
    values[at] = value;
}

void cx_i_resample_sort(double *values, int64_t count) {
    for (int64_t i = count / 2 - 1; i >= 0; i--) resample_sift(values, i, count);
    for (int64_t end = count - 1; end > 0; end--) {
        double largest = values[0];
        values[0] = values[end];
        values[end] = largest;
        resample_sift(values, 0, end);
    }
}

double cx_i_resample_quantile(const double *sorted, int64_t count, double p) {
    double position = p * (double)(count + 1);
    double whole = p < 0.5 ? floor(position) : ceil(position);
    if (whole < 1) whole = 1;
    if (whole > (double)count) whole = (double)count;
    return sorted[(int64_t)whole - 1];
}
