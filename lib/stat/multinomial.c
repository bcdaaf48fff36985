#include "stat/multinomial.h"

#include <cxkit/special.h>

/* Simultaneous intervals by Sison and Glaz [SisonGlaz1995]: the chance that a multinomial with the
 * observed shares stays within c of its means, as that of independent Poisson counts, each
 * truncated to its box, given that they add up to n. */

enum { MULTINOMIAL_ROOM = CX_I_SISON_GLAZ_SCRATCH / 3 };

typedef struct multinomial_box {
    const double *counts;
    int64_t k;
    double n;
    bool sparse;     /* a class with fewer than five answers: the series fails */
    double *scratch; /* 3 * MULTINOMIAL_ROOM */
} multinomial_box;

/* Of one truncated Poisson count about its mean parameter. */
typedef struct multinomial_cell {
    double log_inside;     /* of the untruncated count to be in the box */
    double m1, m2, m3, m4; /* moments about the count */
} multinomial_cell;

static double multinomial_log_pmf(double x) { /* of Poisson(x) at x */
    return x > 0 ? x * log(x) - x - cx_lgamma(x + 1) : 0;
}

static double multinomial_down(double count, double c) {
    return fmin(count, c);
}

static double multinomial_up(const multinomial_box *box, double count, double c) {
    return count > 0 ? fmin(box->n - count, c) : 0; /* Poisson(0) is always 0 */
}

/* Weights relative to the one at the count: from there outwards each follows from the last. */
static multinomial_cell multinomial_moments(const multinomial_box *box, double count, double c) {
    double sum = 1, m[4] = {0, 0, 0, 0}, weight = 1;
    double up = multinomial_up(box, count, c), down = multinomial_down(count, c);
    for (double d = 1; d <= up; d++) {
        weight *= count / (count + d);
        sum += weight;
        m[0] += weight * d, m[1] += weight * d * d;
        m[2] += weight * d * d * d, m[3] += weight * d * d * d * d;
    }
    weight = 1;
    for (double d = 1; d <= down; d++) {
        weight *= (count - d + 1) / count;
        sum += weight;
        m[0] -= weight * d, m[1] += weight * d * d;
        m[2] -= weight * d * d * d, m[3] += weight * d * d * d * d;
    }
    return (multinomial_cell){multinomial_log_pmf(count) + log(sum), m[0] / sum, m[1] / sum,
                              m[2] / sum, m[3] / sum};
}

/* The density of the sum at n by Edgeworth's series, formula (1) of the paper. */
static double multinomial_series(const multinomial_box *box, double c) {
    double mean = 0, variance = 0, third = 0, fourth = 0, log_inside = 0;
    for (int64_t i = 0; i < box->k; i++) {
        multinomial_cell cell = multinomial_moments(box, box->counts[i], c);
        double a = cell.m1, v = cell.m2 - a * a;
        log_inside += cell.log_inside;
        mean += a;
        variance += v;
        third += cell.m3 - 3 * a * cell.m2 + 2 * a * a * a;
        fourth += cell.m4 - 4 * a * cell.m3 + 6 * a * a * cell.m2 - 3 * a * a * a * a - 3 * v * v;
    }
    double sd = sqrt(variance), x = -mean / sd, x2 = x * x;
    double skew = third / (variance * sd), excess = fourth / (variance * variance);
    double h3 = x * (x2 - 3), h4 = (x2 - 6) * x2 + 3, h6 = ((x2 - 15) * x2 + 45) * x2 - 15;
    double series = 1 + skew * h3 / 6 + excess * h4 / 24 + skew * skew * h6 / 72;
    double density = cx_normal_pdf(x) * series / sd;
    return density * exp(log_inside - multinomial_log_pmf(box->n));
}

/* -- the same, summed ---------------------------------------------------------------------- */

/* Adds one class to the law of the sum: sum[] covers `length` values and grows by `width`. */
static int64_t multinomial_convolve(double *sum, int64_t length, const double *cell, int64_t width,
                                    double *next) {
    memset(next, 0, (size_t)(length + width) * sizeof *next);
    for (int64_t i = 0; i < length; i++)
        for (int64_t j = 0; j <= width; j++) next[i + j] += sum[i] * cell[j];
    memcpy(sum, next, (size_t)(length + width) * sizeof *sum);
    return length + width;
}

/* The truncated law of one class, adding up to 1; returns its sum relative to the largest. */
static double multinomial_cell_law(double count, int64_t down, int64_t up, double *cell) {
    double total = 1;
    cell[down] = 1;
    for (int64_t d = 1; d <= up; d++)
        total += cell[down + d] = cell[down + d - 1] * count / (count + (double)d);
    for (int64_t d = 1; d <= down; d++)
        total += cell[down - d] = cell[down - d + 1] * (count - (double)d + 1) / count;
    for (int64_t j = 0; j <= down + up; j++) cell[j] /= total;
    return total;
}

static double multinomial_exact(const multinomial_box *box, double c) {
    double *sum = box->scratch, *next = sum + MULTINOMIAL_ROOM, *cell = next + MULTINOMIAL_ROOM;
    double log_inside = 0;
    int64_t length = 1, zero = 0;
    sum[0] = 1;
    for (int64_t i = 0; i < box->k; i++) {
        double count = box->counts[i];
        int64_t down = (int64_t)multinomial_down(count, c);
        int64_t up = (int64_t)multinomial_up(box, count, c);
        double total = multinomial_cell_law(count, down, up, cell);
        log_inside += multinomial_log_pmf(count) + log(total);
        zero += down;
        length = multinomial_convolve(sum, length, cell, down + up, next);
    }
    return sum[zero] * exp(log_inside - multinomial_log_pmf(box->n));
}

/* The chance to stay within c; nothing is within less than one answer, everything within n. */
static double multinomial_within(const multinomial_box *box, double c) {
    if (c < 1) return 0;
    if (c >= box->n) return 1;
    bool room = 2 * (double)box->k * c + 2 < MULTINOMIAL_ROOM;
    double within = box->sparse && room ? multinomial_exact(box, c) : multinomial_series(box, c);
    return isnan(within) ? 0 : fmin(within, 1);
}

cx_i_sison_glaz_width cx_i_sison_glaz(const double *counts, int64_t k, double n, double confidence,
                                      double *scratch) {
    multinomial_box box = {counts, k, n, false, scratch};
    for (int64_t i = 0; i < k; i++) box.sparse = box.sparse || counts[i] < 5;
    double low = 0, high = 1; /* within(low) <= confidence < within(high) */
    while (high < n && !(multinomial_within(&box, high) > confidence)) {
        low = high;
        high = fmin(2 * high, n);
    }
    while (high - low > 1) {
        double middle = floor(low + (high - low) / 2);
        if (multinomial_within(&box, middle) > confidence)
            high = middle;
        else
            low = middle;
    }
    double at_low = multinomial_within(&box, low), at_high = multinomial_within(&box, high);
    double part = at_high > at_low ? (confidence - at_low) / (at_high - at_low) : 1;
    return (cx_i_sison_glaz_width){low, low + 2 * fmax(fmin(part, 1), 0)};
}
