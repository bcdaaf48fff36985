#include "stat/latent.h"

#include <cxkit/special.h>

#include "stat/latent_cell.h"
#include "stat/linalg.h"

#define LATENT_STEPS 200

/* -- memory ------------------------------------------------------------------------------------ */

/* Thresholds at the margins: P(level <= k) */
static void latent_margin(const double *share, int64_t levels, double *threshold) {
    double below = 0;
    for (int64_t k = 0; k + 1 < levels; k++) {
        below += share[k];
        threshold[k] = cx_normal_quantile(below < 1 ? below : 1);
    }
}

cx_status cx_i_latent_new(const cx_i_two_way *cells, const double *z, const cx_allocator *allocator,
                          cx_i_latent *out, cx_error *err) {
    int64_t kx = z == NULL ? cells->kx : 0, ky = cells->ky;
    int64_t grid = z == NULL ? (kx + 1) * (ky + 1) : 0;
    *out = (cx_i_latent){.cells = cells, .z = z, .allocator = allocator};
    out->size = ky + (z == NULL ? kx - 1 : 0);
    out->room = cx_i_alloc_array(allocator, 2 * kx + 2 * ky + 5 * grid, sizeof *out->room);
    if (out->room == NULL) return cx_i_out_of_memory(err);
    out->theta = out->room;
    out->share_y = out->theta + kx + ky;
    out->share_x = out->share_y + ky;
    double **arrays[] = {&out->corner, &out->slope, &out->bend, &out->by_x, &out->by_y};
    for (int k = 0; k < 5; k++) *arrays[k] = out->share_x + kx + k * grid;
    double total = 0;
    for (int64_t c = 0; c < cells->count; c++) total += cells->w[c];
    for (int64_t c = 0; c < cells->count; c++) {
        out->share_y[cells->y[c]] += cells->w[c] / total;
        if (z == NULL) out->share_x[cells->x[c]] += cells->w[c] / total;
    }
    latent_margin(out->share_y, ky, out->theta + 1);
    if (z == NULL) latent_margin(out->share_x, kx, out->theta + ky);
    return CX_OK;
}

void cx_i_latent_free(cx_i_latent *self) {
    cx_i_free(self->allocator, self->room);
    self->room = NULL;
}

/* -- the correlation alone --------------------------------------------------------------------- */

typedef struct latent_line {
    double loglik, score, information;
} latent_line;

static latent_line latent_along(cx_i_latent *self, double rho) {
    latent_line sum = {0, 0, 0};
    self->theta[0] = rho;
    cx_i_latent_prepare(self, false);
    for (int64_t c = 0; c < self->cells->count; c++) {
        cx_i_latent_term term = cx_i_latent_at(self, c);
        double w = self->cells->w[c], relative = term.d[0] / term.p;
        sum.loglik += w * log(term.p);
        sum.score += w * relative;
        sum.information += w * (relative * relative - term.bend / term.p);
    }
    return sum;
}

/* Newton's steps between the points where the likelihood is known to rise and to fall. */
static latent_line latent_climb(cx_i_latent *self, cx_i_latent_fit *fit) {
    double low = -CX_I_LATENT_MOST, high = CX_I_LATENT_MOST, rho = 0;
    latent_line at = latent_along(self, rho);
    fit->independent = at.loglik;
    for (int k = 0; k < LATENT_STEPS && !fit->converged; k++) {
        if (at.score > 0)
            low = rho;
        else
            high = rho;
        double next = at.information > 0 ? rho + at.score / at.information : NAN;
        if (!(next > low && next < high)) next = low + (high - low) / 2;
        fit->converged = fabs(next - rho) < 1e-11 || high - low < 1e-11;
        rho = next;
        at = latent_along(self, rho);
    }
    fit->rho = rho;
    return at;
}

/* -- covariances ------------------------------------------------------------------------------- */

/* Scores: their sum, and the sum of their products, each weighted. */
static double latent_scores(cx_i_latent *self, double *score, cx_i_twofold *outer) {
    double loglik = 0;
    cx_i_latent_prepare(self, true);
    memset(score, 0, (size_t)self->size * sizeof *score);
    if (outer != NULL) memset(outer, 0, (size_t)cx_i_packed_size(self->size) * sizeof *outer);
    for (int64_t c = 0; c < self->cells->count; c++) {
        cx_i_latent_term term = cx_i_latent_at(self, c);
        double w = self->cells->w[c];
        loglik += w * log(term.p);
        for (int k = 0; k < term.count; k++) {
            double one = term.d[k] / term.p;
            score[term.at[k]] += w * one;
            for (int l = 0; l < term.count && outer != NULL; l++)
                if (term.at[l] <= term.at[k])
                    outer[cx_i_packed(term.at[k], term.at[l])].hi += w * one * term.d[l] / term.p;
        }
    }
    return loglik;
}

/* The observed information: differences of the score, made symmetric. false: not positive. */
static void latent_information(cx_i_latent *self, double *above, double *below,
                               cx_i_twofold *information) {
    static const double step = 1e-5;
    memset(information, 0, (size_t)cx_i_packed_size(self->size) * sizeof *information);
    for (int64_t k = 0; k < self->size; k++) {
        double here = self->theta[k];
        double h = k == 0 ? fmin(step, (1 - fabs(here)) / 16) : step;
        self->theta[k] = here + h;
        latent_scores(self, above, NULL);
        self->theta[k] = here - h;
        latent_scores(self, below, NULL);
        self->theta[k] = here;
        for (int64_t l = 0; l < self->size; l++) {
            double d = (below[l] - above[l]) / (2 * h);
            cx_i_twofold *cell = &information[k > l ? cx_i_packed(k, l) : cx_i_packed(l, k)];
            cell->hi += k == l ? d : d / 2;
        }
    }
}

/* The variance of the correlation, the first parameter: row 0 of the inverse of the information is
 * `row`; with survey weights, of the weighted scores around it. */
static double latent_variance(cx_i_latent *self, const double *row) {
    double sum = 0;
    if (!self->cells->weighted) return row[0];
    for (int64_t c = 0; c < self->cells->count; c++) {
        cx_i_latent_term term = cx_i_latent_at(self, c);
        double influence = 0;
        for (int k = 0; k < term.count; k++) influence += row[term.at[k]] * term.d[k] / term.p;
        sum += self->cells->w2[c] * influence * influence;
    }
    return sum;
}

typedef struct latent_room {
    cx_i_twofold *matrix, *vector;
    double *score, *other, *scale;
    bool *dropped;
    void *memory;
} latent_room;

static cx_status latent_room_new(latent_room *room, const cx_i_latent *self, cx_error *err) {
    int64_t m = self->size, cells = cx_i_packed_size(m) + 3 * m;
    room->memory = cx_i_alloc_array(self->allocator, cells, sizeof *room->matrix);
    if (room->memory == NULL) return cx_i_out_of_memory(err);
    room->matrix = room->memory;
    room->vector = room->matrix + cx_i_packed_size(m);
    room->score = (double *)(room->vector + m);
    room->other = room->score + m;
    room->scale = room->other + m;
    room->dropped = (bool *)(room->scale + m);
    return CX_OK;
}

/* Factorises the matrix, scaled to a diagonal of 1. false: it is not positive definite. */
static bool latent_factorise(latent_room *room, int64_t m) {
    for (int64_t k = 0; k < m; k++) {
        double square = room->matrix[cx_i_packed(k, k)].hi;
        if (!(square > 0)) return false;
        room->scale[k] = sqrt(square);
    }
    for (int64_t k = 0; k < m; k++)
        for (int64_t l = 0; l <= k; l++)
            room->matrix[cx_i_packed(k, l)].hi /= room->scale[k] * room->scale[l];
    return cx_i_cholesky(room->matrix, m, 1e-12, room->dropped) == m;
}

/* vector := inverse of the matrix times it */
static void latent_solve(latent_room *room, int64_t m) {
    for (int64_t k = 0; k < m; k++) room->vector[k].hi /= room->scale[k], room->vector[k].lo = 0;
    cx_i_cholesky_forward(room->matrix, m, room->vector);
    cx_i_cholesky_backward(room->matrix, m, room->vector);
    for (int64_t k = 0; k < m; k++)
        room->vector[k] = cx_i_tf(cx_i_tf_double(room->vector[k]) / room->scale[k]);
}

/* -- two steps --------------------------------------------------------------------------------- */

/* What the thresholds' own error adds: a threshold moves by the excess of rows below it over its
 * probability, divided by its density; the correlation by that times the products of scores. */
static double latent_shift(const cx_i_latent *self, const cx_i_twofold *outer, double total,
                           int64_t first, int64_t levels, int64_t level) {
    double sum = 0;
    for (int64_t k = 0; k + 1 < levels; k++) {
        double t = self->theta[first + k];
        double excess = (level <= k ? 1 : 0) - cx_normal_cdf(t);
        sum += outer[cx_i_packed(first + k, 0)].hi / total * excess / cx_normal_pdf(t);
    }
    return sum;
}

static double latent_two_step_variance(cx_i_latent *self, const cx_i_twofold *outer,
                                       double information) {
    const cx_i_two_way *cells = self->cells;
    double total = 0, sum = 0;
    for (int64_t c = 0; c < cells->count; c++) total += cells->w[c];
    for (int64_t c = 0; c < cells->count; c++) {
        cx_i_latent_term term = cx_i_latent_at(self, c);
        double influence = term.d[0] / term.p;
        influence -= latent_shift(self, outer, total, 1, cells->ky, cells->y[c]);
        if (self->z == NULL)
            influence -= latent_shift(self, outer, total, cells->ky, cells->kx, cells->x[c]);
        sum += cells->w2[c] * influence * influence;
    }
    return sum / (information * information);
}

cx_status cx_i_latent_two_step(cx_i_latent *self, cx_i_latent_fit *fit, cx_error *err) {
    latent_room room;
    *fit = (cx_i_latent_fit){.error = NAN};
    cx_i_latent_prepare(self, true);
    latent_line at = latent_climb(self, fit);
    fit->loglik = at.loglik;
    fit->extreme = fabs(fit->rho) > 1 - 1e-5;
    if (fit->extreme) return CX_OK;
    if (!self->cells->weighted) {
        fit->error = 1 / sqrt(at.information);
        return CX_OK;
    }
    CX_TRY(latent_room_new(&room, self, err));
    latent_scores(self, room.score, room.matrix);
    fit->error = sqrt(latent_two_step_variance(self, room.matrix, at.information));
    cx_i_free(self->allocator, room.memory);
    return CX_OK;
}

/* -- all at once ------------------------------------------------------------------------------- */

static bool latent_valid(const cx_i_latent *self) {
    bool fine = fabs(self->theta[0]) < CX_I_LATENT_MOST;
    for (int64_t k = 1; k < self->size; k++)
        if (k != 1 && k != self->cells->ky) fine = fine && self->theta[k] > self->theta[k - 1];
    return fine;
}

/* One step, halved until the likelihood does not fall. Gives how much it promised. */
static double latent_step(cx_i_latent *self, latent_room *room, double *loglik) {
    int64_t m = self->size;
    double promise = 0;
    for (int64_t k = 0; k < m; k++) room->vector[k] = cx_i_tf(room->score[k]);
    if (!latent_factorise(room, m)) return 0;
    latent_solve(room, m);
    for (int64_t k = 0; k < m; k++) promise += room->score[k] * room->vector[k].hi;
    memcpy(room->other, self->theta, (size_t)m * sizeof *room->other);
    for (double part = 1; part > 1e-9; part /= 2) {
        for (int64_t k = 0; k < m; k++) self->theta[k] = room->other[k] + part * room->vector[k].hi;
        if (!latent_valid(self)) continue;
        double next = latent_scores(self, room->score, room->matrix);
        if (next >= *loglik - 1e-12 * fabs(*loglik)) {
            *loglik = next;
            return promise;
        }
    }
    memcpy(self->theta, room->other, (size_t)m * sizeof *room->other);
    latent_scores(self, room->score, room->matrix);
    return 0;
}

static void latent_maximise(cx_i_latent *self, latent_room *room, cx_i_latent_fit *fit) {
    fit->loglik = latent_scores(self, room->score, room->matrix);
    fit->converged = false;
    for (int k = 0; k < LATENT_STEPS && !fit->converged; k++)
        fit->converged = latent_step(self, room, &fit->loglik) < 1e-20 * (1 + fabs(fit->loglik));
    fit->rho = self->theta[0];
    latent_information(self, room->score, room->other, room->matrix);
    cx_i_latent_prepare(self, true);
    fit->error = NAN;
    if (!latent_factorise(room, self->size)) return;
    for (int64_t k = 0; k < self->size; k++) room->vector[k] = cx_i_tf(k == 0 ? 1 : 0);
    latent_solve(room, self->size);
    for (int64_t k = 0; k < self->size; k++) room->score[k] = room->vector[k].hi;
    fit->error = sqrt(latent_variance(self, room->score));
}

cx_status cx_i_latent_joint(cx_i_latent *self, cx_i_latent_fit *fit, cx_error *err) {
    latent_room room;
    CX_TRY(cx_i_latent_two_step(self, fit, err));
    if (fit->extreme) return CX_OK;
    CX_TRY(latent_room_new(&room, self, err));
    latent_maximise(self, &room, fit);
    cx_i_free(self->allocator, room.memory);
    return CX_OK;
}

/* Newton's steps towards the level, between a point above it and one below. */
double cx_i_latent_limit(cx_i_latent *self, const cx_i_latent_fit *fit, double drop, double end) {
    double inside = fit->rho, outside = end * CX_I_LATENT_MOST, least = fit->loglik - drop;
    double rho = fit->rho + end * sqrt(2 * drop) * fit->error;
    if (fit->extreme && fit->rho * end > 0) return end;
    if (latent_along(self, outside).loglik >= least) return end;
    for (int k = 0; k < 60 && fabs(outside - inside) > 1e-12; k++) {
        if (!((rho - inside) * (outside - rho) > 0)) rho = inside + (outside - inside) / 2;
        latent_line at = latent_along(self, rho);
        if (at.loglik < least)
            outside = rho;
        else
            inside = rho;
        double next = rho - (at.loglik - least) / at.score;
        if (fabs(next - rho) < 1e-12) return next;
        rho = next;
    }
    return inside + (outside - inside) / 2;
}
