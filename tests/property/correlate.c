/* How often intervals of correlations hold, by simulation: answers of two questions made of normal
 * pairs, cut into 11 and 5 steps. Seeded; the larger table is in docs/validation/correlate.md.
 *
 *     tests/property/correlate [runs] */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 400, TRUTH = 400000 };

static uint64_t state = 0x2545F4914F6CDD1Du;
static double x[TRUTH], y[TRUTH], w[TRUTH];

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 12) + 0.5) * 0x1p-52;
}

static double cut(double z, int levels) {
    if (levels == 0) return z;
    return floor(cx_normal_cdf(z) * levels);
}

/* Weights that go with x, as those of a sample that reached some more than others */
static void fill(int64_t n, double rho, int levels_x, int levels_y, bool weighted) {
    for (int64_t i = 0; i < n; i++) {
        double u, v;
        do {
            double a, b;
            a = sqrt(-2 * log(draw())), b = 6.283185307179586 * draw();
            u = a * cos(b), v = rho * u + sqrt(1 - rho * rho) * a * sin(b);
            w[i] = weighted ? 1 + (u > 0) : 1;
        } while (weighted && draw() * w[i] > 1); /* kept with probability 1 / w */
        x[i] = cut(u, levels_x);
        y[i] = cut(v, levels_y);
    }
}

static cx_estimate estimate(int64_t n, int32_t method, int joint, bool weighted, bool *made) {
    cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
    cx_array weights = cx_array_of(w, CX_F64, n);
    cx_correlate_options options;
    cx_estimate e = {0};
    cx_correlate_options_init(&options);
    options.method = method;
    options.joint = joint;
    *made = cx_correlate(&a, &b, weighted ? &weights : NULL, &options, &e, NULL) == CX_OK;
    return e;
}

typedef struct setting {
    int32_t method;
    int joint, levels_x, levels_y;
    double rho;
    int64_t n;
    bool weighted;
    double least, most; /* share of intervals that hold, for a pass */
} setting;

static double truth_of(const setting *s) {
    bool made;
    if (s->method == CX_CORRELATION_POLYCHORIC || s->method == CX_CORRELATION_POLYSERIAL)
        return s->rho;
    fill(TRUTH, s->rho, s->levels_x, s->levels_y, false);
    return estimate(TRUTH, s->method, 0, false, &made).value;
}

static double coverage(const setting *s, double truth, int64_t runs) {
    int64_t held = 0, all = 0;
    for (int64_t run = 0; run < runs; run++) {
        bool made;
        fill(s->n, s->rho, s->levels_x, s->levels_y, s->weighted);
        cx_estimate e = estimate(s->n, s->method, s->joint, s->weighted, &made);
        all += made;
        held += made && e.ci_low <= truth && truth <= e.ci_high;
    }
    return (double)held / (double)all;
}

static const setting settings[] = {
    {CX_CORRELATION_PEARSON, 0, 0, 0, 0.5, 30, false, 0.93, 0.97},
    {CX_CORRELATION_PEARSON, 0, 0, 0, 0.5, 200, true, 0.92, 0.97},
    {CX_CORRELATION_SPEARMAN, 0, 0, 0, 0.5, 30, false, 0.93, 0.98},
    {CX_CORRELATION_SPEARMAN, 0, 11, 5, 0.5, 100, false, 0.93, 0.98},
    {CX_CORRELATION_SPEARMAN, 0, 11, 5, 0.5, 200, true, 0.92, 0.97},
    {CX_CORRELATION_KENDALL, 0, 0, 0, 0.5, 15, false, 0.93, 0.98},
    {CX_CORRELATION_KENDALL, 0, 11, 5, 0.5, 50, false, 0.93, 0.97},
    {CX_CORRELATION_KENDALL, 0, 11, 5, 0.9, 50, false, 0.92, 0.98},
    {CX_CORRELATION_KENDALL, 0, 11, 5, 0.5, 200, true, 0.92, 0.97},
    {CX_CORRELATION_GAMMA, 0, 11, 5, 0.5, 100, false, 0.93, 0.98},
    {CX_CORRELATION_SOMERS, 0, 11, 5, 0.5, 100, false, 0.93, 0.97},
    {CX_CORRELATION_POLYCHORIC, 0, 5, 4, 0.5, 200, false, 0.92, 0.97},
    {CX_CORRELATION_POLYCHORIC, 1, 5, 4, 0.5, 200, false, 0.92, 0.97},
    {CX_CORRELATION_POLYCHORIC, 0, 5, 4, 0.5, 300, true, 0.92, 0.97},
    {CX_CORRELATION_POLYSERIAL, 0, 0, 4, 0.5, 200, false, 0.92, 0.97},
    {CX_CORRELATION_POLYSERIAL, 1, 0, 4, 0.5, 200, false, 0.92, 0.97},
};

int main(int argc, char **argv) {
    int64_t runs = argc > 1 ? atoll(argv[1]) : 600;
    int count = (int)(sizeof settings / sizeof *settings), failed = 0;
    double noise = 3 * sqrt(0.05 * 0.95 / (double)runs);
    printf("1..%d\n", count);
    for (int k = 0; k < count; k++) {
        const setting *s = &settings[k];
        double found = coverage(s, truth_of(s), runs);
        bool fine = found >= s->least - noise && found <= s->most + noise;
        failed += !fine;
        printf("%s %d - %s%s%s, %d by %d steps, correlation %g, n = %d: %.1f %%\n",
               fine ? "ok" : "not ok", k + 1, cx_correlation_name(s->method),
               s->joint ? " at once" : "", s->weighted ? ", weighted" : "", s->levels_x,
               s->levels_y, s->rho, (int)s->n, 100 * found);
    }
    return failed == 0 ? 0 : 1;
}
