#include "stat/draws.h"

#include <cxkit/random.h>

cx_i_draws cx_i_draws_at(uint64_t seed, uint32_t purpose, uint32_t draw, int64_t index) {
    return (cx_i_draws){(uint64_t)index << 24, (uint64_t)purpose << 32 | draw, seed};
}

typedef struct draws_pair {
    double first, second; /* uniform, strictly between 0 and 1 */
} draws_pair;

static draws_pair draws_next(cx_i_draws *draws) {
    cx_random_words words;
    cx_philox(draws->block++, draws->high, draws->seed, &words);
    uint64_t first = ((uint64_t)words.w1 << 32 | words.w0) >> 12;
    uint64_t second = ((uint64_t)words.w3 << 32 | words.w2) >> 12;
    return (draws_pair){((double)first + 0.5) * 0x1p-52, ((double)second + 0.5) * 0x1p-52};
}

/* The polar method [Marsaglia1964]; the second of the pair is not used. */
double cx_i_draw_normal(cx_i_draws *draws) {
    for (;;) {
        draws_pair u = draws_next(draws);
        double x = 2 * u.first - 1, y = 2 * u.second - 1, square = x * x + y * y;
        if (square < 1 && square > 0) return x * sqrt(-2 * log(square) / square);
    }
}

/* [MarsagliaTsang2000] */
double cx_i_draw_gamma(cx_i_draws *draws, double shape) {
    if (shape < 1) {
        double power = pow(draws_next(draws).first, 1 / shape);
        return cx_i_draw_gamma(draws, shape + 1) * power;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = cx_i_draw_normal(draws), v = 1 + c * x;
        if (!(v > 0)) continue;
        v = v * v * v;
        if (log(draws_next(draws).first) < x * x / 2 + d - d * v + d * log(v)) return d * v;
    }
}

double cx_i_draw_beta(cx_i_draws *draws, double a, double b) {
    double x = cx_i_draw_gamma(draws, a), y = cx_i_draw_gamma(draws, b);
    if (x + y > 0) return x / (x + y);
    return draws_next(draws).first < a / (a + b) ? 1 : 0; /* both underflowed */
}

double cx_i_draw_uniform(cx_i_draws *draws) {
    return draws_next(draws).first;
}

/* -- counts -------------------------------------------------------------------------------- */

/* Up to here 0.5^n is far from underflow. */
enum { DRAWS_INVERSION = 500 };

/* By inversion, from the smallest. */
static int64_t draws_invert(double u, int64_t n, double chance) {
    bool other = chance > 0.5;
    double p = other ? 1 - chance : chance, odds = p / (1 - p);
    double mass = exp((double)n * log1p(-p));
    int64_t k = 0;
    while (u > mass && k < n) {
        u -= mass;
        mass *= odds * (double)(n - k) / (double)(k + 1);
        k++;
    }
    return other ? n - k : k;
}

/* Many tries are split at the middle one in size, which is a beta variate [Devroye1986]. */
static int64_t draws_binomial(cx_i_draws *draws, double u, int64_t n, double chance) {
    int64_t sure = 0;
    while (n > DRAWS_INVERSION && chance > 0 && chance < 1) {
        int64_t middle = (n + 1) / 2;
        double x = cx_i_draw_beta(draws, (double)middle, (double)(n + 1 - middle));
        if (x <= chance) {
            sure += middle;
            n -= middle;
            chance = x < 1 ? (chance - x) / (1 - x) : 0;
        } else {
            n = middle - 1;
            chance /= x;
        }
    }
    if (!(chance > 0)) return sure;
    return sure + (chance < 1 ? draws_invert(u, n, chance) : n);
}

int64_t cx_i_draw_binomial(cx_i_draws *draws, int64_t n, double chance) {
    return draws_binomial(draws, draws_next(draws).first, n, chance);
}

void cx_i_draw_trinomial(cx_i_draws *draws, int64_t n, double first, double last, int64_t out[3]) {
    draws_pair u = draws_next(draws);
    out[0] = draws_binomial(draws, u.first, n, first);
    double rest = first < 1 ? fmin(last / (1 - first), 1) : 0;
    out[2] = draws_binomial(draws, u.second, n - out[0], rest);
    out[1] = n - out[0] - out[2];
}
