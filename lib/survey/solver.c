#include "survey/constraints.h"

#include "stat/linalg.h"

/* The weights w = d F(x'lambda) meet the totals T where the concave D(lambda) = lambda'T - sum d
 * G(u) is largest, G being the integral of F [DevilleSarndal1992]: Newton's method, each step
 * halved until D grows or the largest residual falls. */

enum { SOLVER_NEWTON_LIMIT = 400, SOLVER_HALVINGS = 40, SOLVER_ROUNDS = 10, SOLVER_CHORDS = 30 };

/* -- the distances ------------------------------------------------------------------------- */

typedef struct solver_link {
    double f, slope, integral;
} solver_link;

static solver_link solver_logit(const cx_i_distance *d, double u) {
    double low = d->lower, high = d->upper, below = 1 - low, above = high - 1;
    double a = (high - low) / (below * above);
    if (a * u > 700) return (solver_link){high, 0, high * u};
    double e = exp(a * u), den = above + below * e;
    solver_link link = {(low * above + high * below * e) / den, 0, 0};
    link.slope = a / (high - low) * (link.f - low) * (high - link.f);
    link.integral = low * u + (high - low) / a * log(den / (high - low));
    return link;
}

static solver_link solver_open(bool raking, double u) {
    if (!raking) return (solver_link){1 + u, 1, u + u * u / 2};
    double e = exp(u);
    return (solver_link){e, e, e - 1};
}

static solver_link solver_cut(const cx_i_distance *d, bool raking, double u) {
    double low = raking ? log(d->lower) : d->lower - 1;
    double high = raking ? log(d->upper) : d->upper - 1;
    if (u >= low && u <= high) return solver_open(raking, u);
    double edge = u < low ? low : high, f = u < low ? d->lower : d->upper;
    return (solver_link){f, 0, solver_open(raking, edge).integral + f * (u - edge)};
}

static solver_link solver_at(const cx_i_distance *d, double u) {
    switch (d->kind) {
    case CX_DISTANCE_RAKING:
        return solver_open(true, u);
    case CX_DISTANCE_LINEAR:
        return solver_open(false, u);
    case CX_DISTANCE_LOGIT:
        return solver_logit(d, u);
    case CX_DISTANCE_TRUNCATED_LINEAR:
        return solver_cut(d, false, u);
    default:
        return solver_cut(d, true, u);
    }
}

/* -- room ---------------------------------------------------------------------------------- */

cx_status cx_i_solver_new(const cx_i_constraints *constraints, cx_i_distance distance,
                          const cx_calibrate_options *options, cx_i_solver *out, cx_error *err) {
    const cx_allocator *a = constraints->allocator;
    int64_t p = constraints->count;
    cx_i_solver s = {.constraints = constraints,
                     .distance = distance,
                     .tolerance = options->tolerance,
                     .max_iterations = options->max_iterations};
    bool newton =
        p <= SOLVER_NEWTON_LIMIT || distance.kind != CX_DISTANCE_RAKING || constraints->columns > 0;
    if (newton && p > 8 * SOLVER_NEWTON_LIMIT)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d totals are too many to be met at once: merge categories (raking "
                         "without bounds and without numeric columns has no such limit)",
                         p);
    s.lambda = cx_i_alloc_array(a, p, sizeof *s.lambda);
    s.attained = cx_i_alloc_array(a, p, sizeof *s.attained);
    s.step = cx_i_alloc_array(a, p, sizeof *s.step);
    s.trial = cx_i_alloc_array(a, p, sizeof *s.trial);
    s.scale = cx_i_alloc_array(a, p, sizeof *s.scale);
    s.dropped = cx_i_alloc_array(a, p, sizeof *s.dropped);
    s.side = cx_i_alloc_array(a, p, sizeof *s.side);
    s.factor = cx_i_alloc_array(a, p, sizeof *s.factor);
    if (newton) s.matrix = cx_i_alloc_array(a, cx_i_packed_size(p), sizeof *s.matrix);
    if (s.lambda == NULL || s.attained == NULL || s.step == NULL || s.trial == NULL ||
        s.scale == NULL || s.dropped == NULL || s.side == NULL || s.factor == NULL ||
        (newton && s.matrix == NULL)) {
        cx_i_solver_free(&s);
        return cx_i_out_of_memory(err);
    }
    *out = s;
    return CX_OK;
}

void cx_i_solver_free(cx_i_solver *s) {
    const cx_allocator *a = s->constraints->allocator;
    cx_i_free(a, s->lambda);
    cx_i_free(a, s->attained);
    cx_i_free(a, s->step);
    cx_i_free(a, s->trial);
    cx_i_free(a, s->scale);
    cx_i_free(a, s->dropped);
    cx_i_free(a, s->side);
    cx_i_free(a, s->factor);
    cx_i_free(a, s->matrix);
}

/* -- residuals ----------------------------------------------------------------------------- */

double cx_i_constraints_linear(const cx_i_constraints *c, const double *lambda, int64_t cell) {
    double u = 0;
    for (int64_t m = 0; m < c->margins; m++) u += lambda[c->first[m] + c->code[m][cell]];
    const double *rest = lambda + c->first[c->margins];
    for (int64_t k = 0; k < c->columns; k++) u += rest[k] * c->column[k][cell];
    return u;
}

/* Raking to margins only: one exponential for each category instead of one for each cell. */
static double solver_weigh_raking(const cx_i_solver *s, const double *lambda, const double *start,
                                  double *weight) {
    const cx_i_constraints *c = s->constraints;
    double objective = 0;
    for (int64_t j = 0; j < c->count; j++) {
        s->factor[j] = exp(lambda[j]);
        objective += lambda[j] * c->wanted[j];
    }
    memcpy(weight, start, (size_t)c->cells * sizeof *weight);
    for (int64_t m = 0; m < c->margins; m++) {
        const double *factor = s->factor + c->first[m];
        const int32_t *code = c->code[m];
        for (int64_t i = 0; i < c->cells; i++) weight[i] *= factor[code[i]];
    }
    for (int64_t i = 0; i < c->cells; i++) objective -= weight[i] - start[i];
    return objective;
}

/* Weights of the cells for a lambda, and the dual objective. */
static double solver_weigh(const cx_i_solver *s, const double *lambda, const double *start,
                           double *weight) {
    const cx_i_constraints *c = s->constraints;
    double objective = 0;
    if (s->distance.kind == CX_DISTANCE_RAKING && c->columns == 0)
        return solver_weigh_raking(s, lambda, start, weight);
    for (int64_t i = 0; i < c->cells; i++) {
        weight[i] = 0;
        if (start[i] == 0) continue;
        solver_link link = solver_at(&s->distance, cx_i_constraints_linear(c, lambda, i));
        weight[i] = start[i] * link.f;
        objective -= start[i] * link.integral;
    }
    for (int64_t j = 0; j < c->count; j++) objective += lambda[j] * c->wanted[j];
    return objective;
}

static double solver_miss(const cx_i_solver *s, int64_t j) {
    return fabs(s->attained[j] - s->constraints->wanted[j]) / (1 + fabs(s->constraints->wanted[j]));
}

/* Totals and the largest residual of weights. */
static void solver_look(cx_i_solver *s, const double *weight) {
    cx_i_constraints_attained(s->constraints, weight, s->attained);
    s->residual = 0;
    s->worst = 0;
    for (int64_t j = 0; j < s->constraints->count; j++) {
        double miss = solver_miss(s, j);
        if (miss > s->residual || isnan(miss)) s->residual = miss, s->worst = j;
        if (isnan(miss)) s->residual = (double)INFINITY;
    }
    s->converged = s->residual < s->tolerance;
}

/* -- one step ------------------------------------------------------------------------------ */

static void solver_add(cx_i_twofold *matrix, int64_t a, int64_t b, double value) {
    matrix[cx_i_packed(a, b)].hi += value;
}

static void solver_add_cell(const cx_i_constraints *c, cx_i_twofold *matrix, int64_t cell,
                            double slope) {
    int64_t numeric = c->first[c->margins];
    for (int64_t m = 0; m < c->margins; m++) {
        int64_t a = c->first[m] + c->code[m][cell];
        for (int64_t l = 0; l <= m; l++)
            solver_add(matrix, a, c->first[l] + c->code[l][cell], slope);
    }
    for (int64_t k = 0; k < c->columns; k++) {
        double x = slope * c->column[k][cell];
        for (int64_t m = 0; m < c->margins; m++)
            solver_add(matrix, numeric + k, c->first[m] + c->code[m][cell], x);
        for (int64_t l = 0; l <= k; l++)
            solver_add(matrix, numeric + k, numeric + l, x * c->column[l][cell]);
    }
}

void cx_i_solver_factor(cx_i_solver *s, const double *start) {
    const cx_i_constraints *c = s->constraints;
    memset(s->matrix, 0, (size_t)cx_i_packed_size(c->count) * sizeof *s->matrix);
    for (int64_t i = 0; i < c->cells; i++) {
        if (start[i] == 0) continue;
        double slope = solver_at(&s->distance, cx_i_constraints_linear(c, s->lambda, i)).slope;
        if (slope != 0) solver_add_cell(c, s->matrix, i, start[i] * slope);
    }
    for (int64_t j = 0; j < c->count; j++) {
        double diagonal = s->matrix[cx_i_packed(j, j)].hi;
        s->scale[j] = diagonal > 0 ? 1 / sqrt(diagonal) : 0;
    }
    for (int64_t j = 0; j < c->count; j++)
        for (int64_t l = 0; l <= j; l++) {
            cx_i_twofold *cell = &s->matrix[cx_i_packed(j, l)];
            *cell = cx_i_tf(cell->hi * s->scale[j] * s->scale[l]);
        }
    s->rank = cx_i_cholesky(s->matrix, c->count, 1e-11, s->dropped);
}

void cx_i_solver_solve(cx_i_solver *s, const double *side, double *out) {
    int64_t p = s->constraints->count;
    for (int64_t j = 0; j < p; j++) s->side[j] = cx_i_tf(s->dropped[j] ? 0 : side[j] * s->scale[j]);
    cx_i_cholesky_forward(s->matrix, p, s->side);
    cx_i_cholesky_backward(s->matrix, p, s->side);
    for (int64_t j = 0; j < p; j++) out[j] = s->side[j].hi * s->scale[j];
}

static void solver_direction(cx_i_solver *s) {
    const cx_i_constraints *c = s->constraints;
    for (int64_t j = 0; j < c->count; j++) s->trial[j] = c->wanted[j] - s->attained[j];
    cx_i_solver_solve(s, s->trial, s->step);
}

/* Goes along the step; false when no part of it helps. */
static bool solver_advance(cx_i_solver *s, const double *start, double objective, double *weight,
                           double *reached) {
    const cx_i_constraints *c = s->constraints;
    double before = s->residual, gain = 0;
    for (int64_t j = 0; j < c->count; j++) gain += s->step[j] * (c->wanted[j] - s->attained[j]);
    double part = 1;
    for (int halving = 0; halving < SOLVER_HALVINGS; halving++, part /= 2) {
        for (int64_t j = 0; j < c->count; j++) s->trial[j] = s->lambda[j] + part * s->step[j];
        *reached = solver_weigh(s, s->trial, start, weight);
        solver_look(s, weight);
        if (s->residual < before || *reached > objective + 1e-4 * part * gain) {
            memcpy(s->lambda, s->trial, (size_t)c->count * sizeof *s->lambda);
            return true;
        }
    }
    solver_weigh(s, s->lambda, start, weight);
    solver_look(s, weight);
    return false;
}

static void solver_newton(cx_i_solver *s, const double *start, double *weight) {
    double objective = solver_weigh(s, s->lambda, start, weight);
    solver_look(s, weight);
    for (s->iterations = 0; !s->converged && s->iterations < s->max_iterations; s->iterations++) {
        cx_i_solver_factor(s, start);
        solver_direction(s);
        if (!solver_advance(s, start, objective, weight, &objective)) break;
    }
}

/* -- many categories: one margin after the other ------------------------------------------- */

static void solver_fit_margin(cx_i_solver *s, int64_t m, double *weight) {
    const cx_i_constraints *c = s->constraints;
    double *sums = s->trial;
    int64_t categories = c->first[m + 1] - c->first[m];
    memset(sums, 0, (size_t)categories * sizeof *sums);
    for (int64_t i = 0; i < c->cells; i++) sums[c->code[m][i]] += weight[i];
    for (int64_t k = 0; k < categories; k++) {
        double factor = sums[k] > 0 ? c->wanted[c->first[m] + k] / sums[k] : 1;
        if (factor > 0) s->lambda[c->first[m] + k] += log(factor);
        sums[k] = factor;
    }
    for (int64_t i = 0; i < c->cells; i++) weight[i] *= sums[c->code[m][i]];
}

static void solver_fit(cx_i_solver *s, const double *start, double *weight) {
    solver_weigh(s, s->lambda, start, weight);
    solver_look(s, weight);
    s->rank = s->constraints->count - s->constraints->margins + 1;
    int64_t rounds = SOLVER_ROUNDS * s->max_iterations;
    for (s->iterations = 0; !s->converged && s->iterations < rounds; s->iterations++) {
        for (int64_t m = 0; m < s->constraints->margins; m++) solver_fit_margin(s, m, weight);
        solver_look(s, weight);
    }
}

void cx_i_solver_run(cx_i_solver *s, const double *start, double *ratio) {
    if (s->matrix != NULL) {
        solver_newton(s, start, ratio);
        if (s->iterations == 0) cx_i_solver_factor(s, start);
    } else {
        solver_fit(s, start, ratio);
    }
    for (int64_t i = 0; i < s->constraints->cells; i++)
        ratio[i] = start[i] != 0 ? ratio[i] / start[i] : 0;
}

/* -- replicates ---------------------------------------------------------------------------- */

bool cx_i_solver_chord(cx_i_solver *s, const double *start, double *weight) {
    const cx_i_constraints *c = s->constraints;
    solver_weigh(s, s->lambda, start, weight);
    solver_look(s, weight);
    for (int step = 0; step < SOLVER_CHORDS && !s->converged; step++) {
        double before = s->residual;
        solver_direction(s);
        for (int64_t j = 0; j < c->count; j++) s->lambda[j] += s->step[j];
        solver_weigh(s, s->lambda, start, weight);
        solver_look(s, weight);
        if (!(s->residual < before / 2)) return s->converged;
    }
    return s->converged;
}

void cx_i_solver_weigh(const cx_i_solver *s, const double *lambda, const double *start,
                       double *weight) {
    solver_weigh(s, lambda, start, weight);
}
