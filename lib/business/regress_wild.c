#include "business/regress.h"

#include <cxkit/estimate.h>
#include <cxkit/random.h>

#include "stat/resample.h"

/* The restricted wild cluster bootstrap of t [CameronGelbachMiller2008; RoodmanEtAl2019], from sums
 * over clusters only. Under the hypothesis that a coefficient is c its residuals have the scores
 * s_g + P_g r tau, tau = (b - c) / r'r, r the coefficient's row of the root. So the numerator of a
 * draw's t is linear in tau and the square of its denominator quadratic: five numbers of each draw
 * give the p-value of every c, which is what an interval needs. */

enum { WILD_FULL_LEAST = 8, WILD_FULL_MOST = 13 };

typedef struct wild_draw {
    double n0, n1, d0, d1, d2; /* (n0 + n1 tau)^2 / (d0 + 2 d1 tau + d2 tau^2) */
} wild_draw;

typedef struct wild_room {
    int64_t groups, k, draws;
    bool all, webb; /* every vector of weights, once; Webb's weights */
    uint64_t seed;
    wild_draw *draw;
    double *v, *own, *along;   /* groups */
    double *across;            /* groups x k: P_g r */
    double *d0, *d1;           /* k */
    double estimate, norm, se; /* norm: r'r */
    double denominator;        /* of the data's t, squared */
} wild_room;

/* -- weights ------------------------------------------------------------------------------- */

static double wild_webb(uint32_t six) {
    static const double size[] = {0.70710678118654752440, 1, 1.22474487139158904910};
    return six < 3 ? size[six] : -size[six - 3];
}

static void wild_weights_all(wild_room *room, int64_t draw) {
    uint64_t code = (uint64_t)draw;
    for (int64_t g = 0; g < room->groups; g++) {
        uint32_t base = room->webb ? 6 : 2, digit = (uint32_t)(code % base);
        room->v[g] = room->webb ? wild_webb(digit) : digit == 0 ? 1 : -1;
        code /= base;
    }
}

static void wild_weights_drawn(wild_room *room, int64_t draw) {
    uint64_t high = (uint64_t)CX_I_PURPOSE_WILD << 32 | (uint64_t)draw;
    cx_random_words words = {0, 0, 0, 0};
    for (int64_t g = 0; g < room->groups; g++) {
        if (room->webb) {
            cx_philox((uint64_t)g, high, room->seed, &words);
            room->v[g] = wild_webb((uint32_t)((uint64_t)words.w0 * 6 >> 32));
            continue;
        }
        if (g % 128 == 0) cx_philox((uint64_t)g, high, room->seed, &words);
        const uint32_t word[] = {words.w0, words.w1, words.w2, words.w3};
        room->v[g] = word[g % 128 / 32] >> g % 32 & 1 ? -1 : 1;
    }
}

/* Opposite weights give the same |t|: half of all signs are enough. */
static void wild_plan(wild_room *room, const cx_regress_options *options) {
    int64_t groups = room->groups, webb = 1;
    for (int64_t g = 0; g < groups && webb <= options->draws; g++) webb *= 6;
    room->webb = groups < WILD_FULL_LEAST;
    room->all = room->webb ? webb <= options->draws : groups <= WILD_FULL_MOST;
    room->draws = options->draws;
    if (room->all) room->draws = room->webb ? webb : (int64_t)1 << (groups - 1);
    room->seed = options->seed;
}

/* -- one coefficient ----------------------------------------------------------------------- */

static double wild_dot(const double *a, const double *b, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void wild_start(wild_room *room, const cx_i_linear *linear, int64_t i, const double *scores,
                       const double *products) {
    int64_t k = room->k;
    const double *r = linear->root + i * k;
    room->norm = wild_dot(r, r, k);
    room->denominator = 0;
    for (int64_t g = 0; g < room->groups; g++) {
        double *across = room->across + g * k;
        for (int64_t a = 0; a < k; a++) across[a] = wild_dot(products + (g * k + a) * k, r, k);
        room->own[g] = wild_dot(r, scores + g * k, k);
        room->along[g] = wild_dot(r, across, k);
        room->denominator += room->own[g] * room->own[g];
    }
}

static wild_draw wild_one(const wild_room *room, const double *r, const double *scores) {
    int64_t k = room->k;
    wild_draw draw = {0, 0, 0, 0, 0};
    memset(room->d0, 0, (size_t)k * sizeof *room->d0);
    memset(room->d1, 0, (size_t)k * sizeof *room->d1);
    for (int64_t g = 0; g < room->groups; g++)
        for (int64_t a = 0; a < k; a++) {
            room->d0[a] += room->v[g] * scores[g * k + a];
            room->d1[a] += room->v[g] * room->across[g * k + a];
        }
    draw.n0 = wild_dot(r, room->d0, k);
    draw.n1 = wild_dot(r, room->d1, k);
    for (int64_t g = 0; g < room->groups; g++) {
        const double *across = room->across + g * k;
        double x = room->v[g] * room->own[g] - wild_dot(across, room->d0, k);
        double y = room->v[g] * room->along[g] - wild_dot(across, room->d1, k);
        draw.d0 += x * x;
        draw.d1 += x * y;
        draw.d2 += y * y;
    }
    return draw;
}

/* Draws at least as extreme as the data, but for rounding. */
static double wild_p(const wild_room *room, double c) {
    double gap = room->estimate - c, tau = gap / room->norm;
    double observed = gap * gap * (1 - 1e-10);
    int64_t extreme = 0;
    for (int64_t d = 0; d < room->draws; d++) {
        const wild_draw *draw = &room->draw[d];
        double numerator = draw->n0 + draw->n1 * tau;
        double square = draw->d0 + tau * (2 * draw->d1 + tau * draw->d2);
        extreme += !(numerator * numerator * room->denominator < observed * square);
    }
    if (room->all) return (double)extreme / (double)room->draws;
    return (double)(extreme + 1) / (double)(room->draws + 1);
}

/* Where the p-value falls to alpha on one side (direction -1 or 1). */
static double wild_limit(const wild_room *room, double alpha, double direction) {
    double inside = 0, outside = 2 * room->se;
    for (int step = 0; wild_p(room, room->estimate + direction * outside) > alpha; step++) {
        inside = outside;
        outside *= 2;
        if (step == 24) return direction * INFINITY;
    }
    for (int step = 0; step < 50; step++) {
        double middle = inside + (outside - inside) / 2;
        if (wild_p(room, room->estimate + direction * middle) > alpha)
            inside = middle;
        else
            outside = middle;
    }
    return room->estimate + direction * outside;
}

static void wild_judge(wild_room *room, cx_fit *fit, int64_t term) {
    double alpha = 1 - fit->confidence;
    room->estimate = fit->coefficient[term];
    room->se = cx_i_fit_se(fit, term);
    fit->p_value[term] = wild_p(room, 0);
    fit->low[term] = room->se > 0 ? wild_limit(room, alpha, -1) : room->estimate;
    fit->high[term] = room->se > 0 ? wild_limit(room, alpha, 1) : room->estimate;
}

static cx_status wild_allocate(cx_i_linear *linear, wild_room *room, cx_error *err) {
    int64_t k = room->k, cells;
    if (!cx_i_mul_i64(room->groups, k + 3, &cells)) return cx_i_out_of_memory(err);
    room->v = cx_i_rows_take(linear->rows, cells + 2 * k, sizeof *room->v);
    room->draw = cx_i_rows_take(linear->rows, room->draws, sizeof *room->draw);
    if (room->v == NULL || room->draw == NULL) return cx_i_out_of_memory(err);
    room->own = room->v + room->groups;
    room->along = room->own + room->groups;
    room->across = room->along + room->groups;
    room->d0 = room->across + room->groups * k;
    room->d1 = room->d0 + k;
    return CX_OK;
}

cx_status cx_i_regress_wild(cx_i_linear *linear, int64_t groups, const double *scores,
                            const double *products, const cx_regress_options *options, cx_fit *fit,
                            cx_error *err) {
    wild_room room = {.groups = groups, .k = linear->k};
    wild_plan(&room, options);
    CX_TRY(wild_allocate(linear, &room, err));
    for (int64_t i = 0; i < linear->k; i++) {
        int64_t term = cx_i_linear_term(linear, i);
        if (term < 0) continue;
        wild_start(&room, linear, i, scores, products);
        for (int64_t d = 0; d < room.draws; d++) {
            if (room.all)
                wild_weights_all(&room, d);
            else
                wild_weights_drawn(&room, d);
            room.draw[d] = wild_one(&room, linear->root + i * room.k, scores);
        }
        wild_judge(&room, fit, term);
    }
    fit->interval = CX_METHOD_BOOTSTRAP;
    cx_i_fit_add_figure(fit, "draws", (double)room.draws);
    return CX_OK;
}
