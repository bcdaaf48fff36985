#include "stat/resample.h"

#include "base/random.h"

/* The next words, how many it is worth to have at once. */
static int resample_words(uint64_t counter, uint64_t high, uint64_t seed, int64_t left,
                          uint32_t *words) {
    cx_random_words four;
    if (left > CX_I_RANDOM_WORDS / 4) {
        cx_i_random_words(counter, high, seed, words);
        return CX_I_RANDOM_WORDS;
    }
    cx_philox(counter, high, seed, &four);
    words[0] = four.w0, words[1] = four.w1, words[2] = four.w2, words[3] = four.w3;
    return 4;
}

/* Multiplication in place of division; words that would favour some units are drawn again
 * [Lemire2019]. */
void cx_i_resample(uint64_t seed, uint32_t purpose, uint32_t draw, int64_t units, int64_t take,
                   uint32_t *counts) {
    uint32_t words[CX_I_RANDOM_WORDS];
    uint64_t counter = 0, high = (uint64_t)purpose << 32 | draw;
    uint32_t range = (uint32_t)units, threshold = (0u - range) % range;
    memset(counts, 0, (size_t)units * sizeof *counts);
    for (int64_t left = take; left > 0;) {
        int count = resample_words(counter, high, seed, left, words);
        counter += (uint64_t)count / 4;
        for (int i = 0; i < count && left > 0; i++) {
            uint64_t product = (uint64_t)words[i] * range;
            if ((uint32_t)product < threshold) continue;
            counts[product >> 32]++;
            left--;
        }
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
