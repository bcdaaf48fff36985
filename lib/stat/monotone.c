#include "stat/monotone.h"

/* -- non-increasing ------------------------------------------------------------------------ */

int64_t cx_i_antitonic_last(const cx_i_points *points, double level) {
    double sum = 0, largest = 0;
    int64_t last = -1;
    for (int64_t i = 0; i < points->count; i++) {
        sum += points->wy[i] - level * points->w[i];
        if (sum >= largest && points->w[i] > 0) {
            largest = sum;
            last = i;
        }
    }
    return last;
}

int64_t cx_i_antitonic_blocks(const cx_i_points *points, int64_t *ends, double *weight,
                              double *mean) {
    int64_t blocks = 0;
    for (int64_t i = 0; i < points->count; i++) {
        if (!(points->w[i] > 0)) {
            if (blocks > 0) ends[blocks - 1] = i + 1;
            continue;
        }
        ends[blocks] = i + 1;
        weight[blocks] = points->w[i];
        mean[blocks] = points->wy[i] / points->w[i];
        for (blocks++; blocks > 1 && mean[blocks - 2] <= mean[blocks - 1]; blocks--) {
            double both = weight[blocks - 2] + weight[blocks - 1];
            mean[blocks - 2] =
                (weight[blocks - 2] * mean[blocks - 2] + weight[blocks - 1] * mean[blocks - 1]) /
                both;
            weight[blocks - 2] = both;
            ends[blocks - 2] = ends[blocks - 1];
        }
    }
    return blocks;
}

/* -- one knot ------------------------------------------------------------------------------ */

/* A knot among the last few points would follow their errors. */
#define KNOT_SIDE 0.1

/* Sums over the points above some x, of w times: 1, x, x^2, y, x y. */
typedef struct knot_sums {
    double w, x, xx, y, xy;
} knot_sums;

static void knot_take(knot_sums *sums, double w, double wy, double x, double sign) {
    sums->w += sign * w;
    sums->x += sign * w * x;
    sums->xx += sign * w * x * x;
    sums->y += sign * wy;
    sums->xy += sign * wy * x;
}

/* Slopes of x and of h = (x - knot)+ in y = a + p x + q h, and what they explain. */
typedef struct knot_slopes {
    double p, q, knot, mean_h, gain;
} knot_slopes;

static knot_slopes knot_solve(const knot_sums *all, const knot_sums *above, double knot,
                              bool flat) {
    knot_slopes slopes = {0, 0, knot, 0, -1};
    double h = above->x - knot * above->w;
    double hh = above->xx - 2 * knot * above->x + knot * knot * above->w - h * h / all->w;
    double hy = above->xy - knot * above->y - h * all->y / all->w;
    double xh = above->xx - knot * above->x - h * all->x / all->w;
    double xx = all->xx - all->x * all->x / all->w, xy = all->xy - all->x * all->y / all->w;
    double determinant = xx * hh - xh * xh;
    slopes.mean_h = h / all->w;
    if (flat && hh > 0) {
        slopes.q = hy / hh;
        slopes.gain = slopes.q * hy;
    } else if (!flat && determinant > 1e-12 * xx * hh) {
        slopes.p = (xy * hh - hy * xh) / determinant;
        slopes.q = (hy * xx - xy * xh) / determinant;
        slopes.gain = slopes.p * xy + slopes.q * hy;
    }
    return slopes;
}

/* The straight line, which has its knot at the upper end. */
static knot_slopes knot_line(const knot_sums *all, double x_high) {
    knot_slopes slopes = {0, 0, x_high, 0, 0};
    double xx = all->xx - all->x * all->x / all->w, xy = all->xy - all->x * all->y / all->w;
    if (xx > 0) slopes.p = fmin(xy / xx, 0);
    slopes.gain = slopes.p * xy;
    return slopes;
}

typedef struct knot_frame {
    int64_t first, last; /* points with weight */
    double low, width;   /* of x, mapped to 0 .. 1 */
    double centre;       /* of y */
} knot_frame;

static knot_frame knot_frame_of(const cx_i_points *points) {
    knot_frame frame = {-1, -1, 0, 1, 0};
    double w = 0, wy = 0;
    for (int64_t i = 0; i < points->count; i++) {
        if (!(points->w[i] > 0)) continue;
        if (frame.first < 0) frame.first = i;
        frame.last = i;
        w += points->w[i];
        wy += points->wy[i];
    }
    frame.low = points->x[frame.first];
    frame.width = points->x[frame.last] - frame.low;
    if (!(frame.width > 0)) frame.width = 1;
    frame.centre = wy / w;
    return frame;
}

static double knot_x(const knot_frame *frame, const cx_i_points *points, int64_t i) {
    return (points->x[i] - frame->low) / frame->width;
}

static knot_slopes knot_best(const cx_i_points *points, const knot_frame *frame, knot_sums *all,
                             bool flat) {
    memset(all, 0, sizeof *all);
    for (int64_t i = frame->first; i <= frame->last; i++)
        knot_take(all, points->w[i], points->wy[i] - frame->centre * points->w[i],
                  knot_x(frame, points, i), 1);
    knot_slopes best = {0, 0, 1, 0, 0};
    if (!flat) best = knot_line(all, knot_x(frame, points, frame->last));
    knot_sums above = *all;
    for (int64_t i = frame->first; i < frame->last; i++) {
        double x = knot_x(frame, points, i);
        if (!(points->w[i] > 0)) continue;
        knot_take(&above, points->w[i], points->wy[i] - frame->centre * points->w[i], x, -1);
        bool tail = above.w < KNOT_SIDE * all->w || above.w > (1 - KNOT_SIDE) * all->w;
        if (tail && !(flat && i == frame->first)) continue;
        knot_slopes slopes = knot_solve(all, &above, x, flat);
        if (slopes.p > 0) slopes = knot_solve(all, &above, x, true);
        if (slopes.p + slopes.q <= 0 && slopes.gain > best.gain) best = slopes;
    }
    return best;
}

cx_i_knot cx_i_knot_fit(const cx_i_points *points, bool flat) {
    knot_sums all;
    knot_frame frame = knot_frame_of(points);
    knot_slopes best = knot_best(points, &frame, &all, flat);
    double at_0 = frame.centre + all.y / all.w - best.p * all.x / all.w - best.q * best.mean_h;
    cx_i_knot fit;
    fit.x_low = frame.low;
    fit.x_high = points->x[frame.last];
    fit.knot = frame.low + best.knot * frame.width;
    if (fit.knot > fit.x_high) fit.knot = fit.x_high;
    double knot = (fit.knot - frame.low) / frame.width;
    fit.at_low = at_0;
    fit.at_knot = at_0 + best.p * knot;
    fit.at_high = at_0 + best.p * ((fit.x_high - frame.low) / frame.width) +
                  best.q * ((fit.x_high - fit.knot) / frame.width);
    return fit;
}

/* Where a falling line from (x0, y0) to (x1, y1) passes a level between them. */
static double knot_cross(double x0, double y0, double x1, double y1, double level) {
    return x0 + (x1 - x0) * ((y0 - level) / (y0 - y1));
}

double cx_i_knot_last(const cx_i_knot *fit, double level) {
    if (fit->at_high >= level) return fit->x_high;
    if (fit->at_knot >= level)
        return knot_cross(fit->knot, fit->at_knot, fit->x_high, fit->at_high, level);
    if (fit->at_low >= level)
        return knot_cross(fit->x_low, fit->at_low, fit->knot, fit->at_knot, level);
    return NAN;
}
