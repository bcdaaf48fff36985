#include "stat/latent_cell.h"

#include "stat/special.h"

#define LATENT_TINY 1e-290

/* -- the bivariate normal law ------------------------------------------------------------------ */

/* exp(-(a^2 + b^2 - 2 a b cos t)/(2 sin^2 t)), t the arc cosine of the correlation */
static double latent_integrand(double a, double b, double t) {
    double s = sin(t), h = sin(t / 2), apart = (a - b) * (a - b) + 4 * a * b * h * h;
    return exp(-apart / (2 * s * s));
}

static double latent_panel(double a, double b, double low, double high) {
    double half = (high - low) / 2, middle = low + half, sum = 0;
    for (int k = 0; k < 10; k++) {
        double step = half * cx_i_legendre_node[k];
        sum += cx_i_legendre_weight[k] *
               (latent_integrand(a, b, middle - step) + latent_integrand(a, b, middle + step));
    }
    return sum * half;
}

/* P(X <= a, Y <= b) beyond that of independence: the integral of the density over the correlation
 * from 0 to rho [DreznerWesolowsky1990], in panels that shrink towards a correlation of 1. */
static double latent_corner(double a, double b, double rho) {
    static const double quarter = 1.57079632679489661923, turn = 6.28318530717958647693;
    double end = acos(fabs(rho)), sum = 0, other = rho < 0 ? -b : b;
    while (end < 0.5) {
        sum += latent_panel(a, other, end, 2 * end);
        end *= 2;
    }
    sum += latent_panel(a, other, end, quarter);
    return (rho < 0 ? -sum : sum) / turn;
}

/* -- the grid of a table ----------------------------------------------------------------------- */

static double latent_threshold_x(const cx_i_latent *self, int64_t i) {
    return self->theta[self->cells->ky + i - 1];
}

static double latent_threshold_y(const cx_i_latent *self, int64_t j) {
    return self->theta[j];
}

/* Density at the corner, and its derivative by the correlation */
static void latent_density(double a, double b, double rho, double *slope, double *bend) {
    static const double turn = 6.28318530717958647693;
    double rest = (1 - rho) * (1 + rho), q = (a - b) * (a - b) + 2 * a * b * (1 - rho);
    *slope = exp(-q / (2 * rest)) / (turn * sqrt(rest));
    *bend = *slope * (rho / rest + (a * b * rest - rho * q) / (rest * rest));
}

static void latent_shares(cx_i_latent *self) {
    const cx_i_two_way *cells = self->cells;
    for (int side = 0; side < (self->z == NULL ? 2 : 1); side++) {
        double *share = side == 0 ? self->share_y : self->share_x;
        const double *threshold = self->theta + (side == 0 ? 1 : cells->ky);
        int64_t levels = side == 0 ? cells->ky : cells->kx;
        for (int64_t k = 0; k < levels; k++) {
            double low = k == 0 ? -INFINITY : threshold[k - 1];
            double high = k == levels - 1 ? INFINITY : threshold[k];
            share[k] = low > 0 ? cx_normal_sf(low) - cx_normal_sf(high)
                               : cx_normal_cdf(high) - cx_normal_cdf(low);
        }
    }
}

/* Derivatives of P(X <= a, Y <= b) by a and by b, at corners and at the ends of each line */
static void latent_lines(cx_i_latent *self, double rho) {
    int64_t kx = self->cells->kx, ky = self->cells->ky, width = ky + 1;
    double s = sqrt((1 - rho) * (1 + rho));
    for (int64_t i = 1; i < kx; i++) {
        double a = latent_threshold_x(self, i), density = cx_normal_pdf(a);
        for (int64_t j = 1; j < ky; j++) {
            double b = latent_threshold_y(self, j);
            self->by_x[i * width + j] = density * cx_normal_cdf((b - rho * a) / s);
            self->by_y[i * width + j] = cx_normal_pdf(b) * cx_normal_cdf((a - rho * b) / s);
        }
        self->by_x[i * width + ky] = density;
    }
    for (int64_t j = 1; j < ky; j++)
        self->by_y[kx * width + j] = cx_normal_pdf(latent_threshold_y(self, j));
}

void cx_i_latent_prepare(cx_i_latent *self, bool thresholds) {
    double rho = self->theta[0];
    int64_t width = self->cells->ky + 1;
    if (thresholds) latent_shares(self);
    if (self->z != NULL) return;
    for (int64_t i = 1; i < self->cells->kx; i++)
        for (int64_t j = 1; j < self->cells->ky; j++) {
            double a = latent_threshold_x(self, i), b = latent_threshold_y(self, j);
            int64_t at = i * width + j;
            self->corner[at] = latent_corner(a, b, rho);
            latent_density(a, b, rho, self->slope + at, self->bend + at);
        }
    if (thresholds) latent_lines(self, rho);
}

/* -- cells ------------------------------------------------------------------------------------- */

static double latent_square(const double *grid, int64_t at, int64_t width) {
    return grid[at + width + 1] - grid[at + width] - (grid[at + 1] - grid[at]);
}

static void latent_by(cx_i_latent_term *term, int64_t at, double d) {
    term->at[term->count] = at;
    term->d[term->count++] = d;
}

static cx_i_latent_term latent_of_table(const cx_i_latent *self, int64_t cell) {
    const cx_i_two_way *cells = self->cells;
    int64_t i = cells->x[cell], j = cells->y[cell], kx = cells->kx, ky = cells->ky;
    int64_t width = ky + 1, at = i * width + j;
    double independent = self->share_x[i] * self->share_y[j];
    cx_i_latent_term term = {.count = 1, .at = {0}};
    term.p = independent + latent_square(self->corner, at, width);
    term.d[0] = latent_square(self->slope, at, width);
    term.bend = latent_square(self->bend, at, width);
    if (!(term.p > 1e-13 * independent)) term.p = 1e-13 * independent;
    const double *x = self->by_x, *y = self->by_y;
    if (j > 0) latent_by(&term, j, y[at] - y[at + width]);
    if (j < ky - 1) latent_by(&term, j + 1, y[at + width + 1] - y[at + 1]);
    if (i > 0) latent_by(&term, ky + i - 1, x[at] - x[at + 1]);
    if (i < kx - 1) latent_by(&term, ky + i, x[at + width + 1] - x[at + width]);
    return term;
}

/* P(Y in its level | x), and how one of its two limits moves */
static cx_i_latent_term latent_of_number(const cx_i_latent *self, int64_t cell) {
    int64_t j = self->cells->y[cell], ky = self->cells->ky;
    double rho = self->theta[0], z = self->z[self->cells->x[cell]];
    double rest = (1 - rho) * (1 + rho), s = sqrt(rest), limit[2] = {-INFINITY, INFINITY};
    cx_i_latent_term term = {.count = 1, .at = {0}};
    for (int side = 0; side < 2; side++) {
        int64_t at = j + side;
        if (at < 1 || at >= ky) continue;
        double t = self->theta[at], u = (t - rho * z) / s, sign = side == 0 ? -1 : 1;
        double density = sign * cx_normal_pdf(u), first = (rho * t - z) / (rest * s);
        double second = t / (rest * s) + 3 * rho * first / rest;
        limit[side] = u;
        term.d[0] += density * first;
        term.bend += density * (second - u * first * first);
        latent_by(&term, at, density / s);
    }
    term.p = limit[0] > 0 ? cx_normal_sf(limit[0]) - cx_normal_sf(limit[1])
                          : cx_normal_cdf(limit[1]) - cx_normal_cdf(limit[0]);
    if (!(term.p > LATENT_TINY)) term.p = LATENT_TINY;
    return term;
}

cx_i_latent_term cx_i_latent_at(const cx_i_latent *self, int64_t cell) {
    return self->z == NULL ? latent_of_table(self, cell) : latent_of_number(self, cell);
}
