#include "survey/constraints.h"

#include "stat/linalg.h"

/* The weights w = d F(x'lambda) meet the totals T where the concave D(lambda) = lambda'T - sum d
 * G(u) is largest, G being the integral of F [DevilleSarndal1992]: Newton's method, each step
 * halved until D grows or the largest residual falls. To look at the cells costs little beside the
 * factor of the equations, which is kept as long as its steps bring enough. */

enum { SOLVER_NEWTON_LIMIT = 400, SOLVER_HALVINGS = 40, SOLVER_ROUNDS = 10, SOLVER_CHORDS = 30 };
/* A step that leaves more than this of the residual was not worth a look at the cells. */
#define SOLVER_SCALED 0.125
#define SOLVER_KEPT 0.25

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

static bool solver_has_tree(const cx_i_solver *s) {
    return s->constraints->tree.nodes > 0;
}

static bool solver_make_room(cx_i_solver *s, bool newton) {
    const cx_i_constraints *c = s->constraints;
    const cx_allocator *a = c->allocator;
    int64_t p = c->count;
    bool made = (s->lambda = cx_i_alloc_array(a, p, sizeof *s->lambda)) != NULL;
    made = made && (s->attained = cx_i_alloc_array(a, p, sizeof *s->attained)) != NULL;
    made = made && (s->step = cx_i_alloc_array(a, p, sizeof *s->step)) != NULL;
    made = made && (s->trial = cx_i_alloc_array(a, p, sizeof *s->trial)) != NULL;
    made = made && (s->scale = cx_i_alloc_array(a, p, sizeof *s->scale)) != NULL;
    made = made && (s->dropped = cx_i_alloc_array(a, p, sizeof *s->dropped)) != NULL;
    made = made && (s->side = cx_i_alloc_array(a, p, sizeof *s->side)) != NULL;
    made = made && (s->factor = cx_i_alloc_array(a, p, sizeof *s->factor)) != NULL;
    made = made && (s->room = cx_i_alloc_array(a, 2 * c->tree.nodes, sizeof *s->room)) != NULL;
    if (!made || !newton) return made;
    int64_t packed = cx_i_packed_size(p);
    made = (s->matrix = cx_i_alloc_array(a, packed, sizeof *s->matrix)) != NULL;
    made = made && (s->plain = cx_i_alloc_array(a, packed, sizeof *s->plain)) != NULL;
    if (!made || !solver_has_tree(s) || p > SOLVER_NEWTON_LIMIT) return made;
    made = (s->square = cx_i_alloc_array(a, p * p, sizeof *s->square)) != NULL;
    return made && (s->slope = cx_i_alloc_room(a, c->cells, sizeof *s->slope)) != NULL;
}

cx_status cx_i_solver_new(const cx_i_constraints *constraints, cx_i_distance distance,
                          const cx_calibrate_options *options, cx_i_solver *out, cx_error *err) {
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
    if (!solver_make_room(&s, newton)) {
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
    cx_i_free(a, s->room);
    cx_i_free(a, s->matrix);
    cx_i_free(a, s->plain);
    cx_i_free(a, s->square);
    cx_i_free(a, s->slope);
}

/* -- residuals ----------------------------------------------------------------------------- */

double cx_i_constraints_linear(const cx_i_constraints *c, const double *lambda, int64_t cell) {
    double u = 0;
    for (int64_t m = 0; m < c->margins; m++) u += lambda[c->first[m] + c->code[m][cell]];
    const double *rest = lambda + c->first[c->margins];
    for (int64_t k = 0; k < c->columns; k++) u += rest[k] * c->column[k][cell];
    return u;
}

static bool solver_is_product(const cx_i_solver *s) {
    return s->distance.kind == CX_DISTANCE_RAKING && s->constraints->columns == 0;
}

/* One exponential for each category instead of one for each cell; lambda'T comes back. */
static double solver_factors(const cx_i_solver *s, const double *lambda) {
    double objective = 0;
    for (int64_t j = 0; j < s->constraints->count; j++) {
        s->factor[j] = exp(lambda[j]);
        objective += lambda[j] * s->constraints->wanted[j];
    }
    return objective;
}

/* Raking to margins only. */
static double solver_weigh_raking(const cx_i_solver *s, const double *lambda, const double *start,
                                  double *weight) {
    const cx_i_constraints *c = s->constraints;
    double objective = solver_factors(s, lambda);
    if (solver_has_tree(s)) {
        cx_i_tree_products(c, s->factor, start, s->room, weight);
    } else {
        memcpy(weight, start, (size_t)c->cells * sizeof *weight);
        for (int64_t m = 0; m < c->margins; m++) {
            const double *factor = s->factor + c->first[m];
            const int32_t *code = c->code[m];
            for (int64_t i = 0; i < c->cells; i++) weight[i] *= factor[code[i]];
        }
    }
    for (int64_t i = 0; i < c->cells; i++) objective -= weight[i];
    return objective;
}

/* x'lambda of all cells, or of one after the other without a tree. */
static const double *solver_linear(const cx_i_solver *s, const double *lambda, double *out) {
    if (!solver_has_tree(s)) return NULL;
    cx_i_tree_sums(s->constraints, lambda, s->room, out);
    return out;
}

/* Weights of the cells for a lambda, and the dual objective. */
static double solver_weigh(const cx_i_solver *s, const double *lambda, const double *start,
                           double *weight) {
    const cx_i_constraints *c = s->constraints;
    double objective = 0;
    if (solver_is_product(s)) return solver_weigh_raking(s, lambda, start, weight);
    const double *linear = solver_linear(s, lambda, weight);
    for (int64_t i = 0; i < c->cells; i++) {
        double u = linear != NULL ? linear[i] : cx_i_constraints_linear(c, lambda, i);
        weight[i] = 0;
        if (start[i] == 0) continue;
        solver_link link = solver_at(&s->distance, u);
        weight[i] = start[i] * link.f;
        objective -= start[i] * link.integral;
    }
    for (int64_t j = 0; j < c->count; j++) objective += lambda[j] * c->wanted[j];
    return objective;
}

static double solver_miss(const cx_i_solver *s, int64_t j) {
    return fabs(s->attained[j] - s->constraints->wanted[j]) / (1 + fabs(s->constraints->wanted[j]));
}

/* The largest residual. */
static void solver_compare(cx_i_solver *s) {
    s->residual = 0;
    s->worst = 0;
    for (int64_t j = 0; j < s->constraints->count; j++) {
        double miss = solver_miss(s, j);
        if (miss > s->residual || isnan(miss)) s->residual = miss, s->worst = j;
        if (isnan(miss)) s->residual = (double)INFINITY;
    }
    s->converged = s->residual < s->tolerance;
}

void cx_i_solver_attained(const cx_i_solver *s, const double *value, double *sums) {
    if (solver_has_tree(s))
        cx_i_tree_attained(s->constraints, value, s->room, sums);
    else
        cx_i_constraints_attained(s->constraints, value, sums);
}

/* Totals for a lambda, their residuals and the dual objective. The cells' weights are only written
 * where they are on the way. */
static double solver_look(cx_i_solver *s, const double *lambda, const double *start,
                          double *weight) {
    const cx_i_constraints *c = s->constraints;
    double objective;
    if (solver_is_product(s) && solver_has_tree(s)) {
        objective = solver_factors(s, lambda);
        objective -= cx_i_tree_rake(c, s->factor, start, s->room, s->attained);
    } else {
        objective = solver_weigh(s, lambda, start, weight);
        cx_i_solver_attained(s, weight, s->attained);
    }
    solver_compare(s);
    return objective;
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

/* sum start F' x x' cell by cell */
static void solver_add_cells(const cx_i_solver *s, const double *start) {
    const cx_i_constraints *c = s->constraints;
    for (int64_t i = 0; i < c->cells; i++) {
        if (start[i] == 0) continue;
        double slope = solver_at(&s->distance, cx_i_constraints_linear(c, s->lambda, i)).slope;
        if (slope != 0) solver_add_cell(c, s->matrix, i, start[i] * slope);
    }
}

/* The same by the tree. */
static void solver_add_tree(const cx_i_solver *s, const double *start) {
    const cx_i_constraints *c = s->constraints;
    int64_t p = c->count;
    if (solver_is_product(s)) {
        solver_weigh(s, s->lambda, start, s->slope);
    } else {
        solver_linear(s, s->lambda, s->slope);
        for (int64_t i = 0; i < c->cells; i++)
            s->slope[i] = start[i] == 0 ? 0 : start[i] * solver_at(&s->distance, s->slope[i]).slope;
    }
    cx_i_tree_cross(c, s->slope, s->room, s->square);
    for (int64_t j = 0; j < p; j++)
        for (int64_t l = 0; l <= j; l++)
            s->matrix[cx_i_packed(j, l)] =
                cx_i_tf(s->square[j * p + l] + (l < j ? s->square[l * p + j] : 0));
}

void cx_i_solver_factor(cx_i_solver *s, const double *start) {
    const cx_i_constraints *c = s->constraints;
    memset(s->matrix, 0, (size_t)cx_i_packed_size(c->count) * sizeof *s->matrix);
    if (s->square != NULL)
        solver_add_tree(s, start);
    else
        solver_add_cells(s, start);
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
    for (int64_t i = 0; i < cx_i_packed_size(c->count); i++) s->plain[i] = s->matrix[i].hi;
}

void cx_i_solver_solve(cx_i_solver *s, const double *side, double *out) {
    int64_t p = s->constraints->count;
    for (int64_t j = 0; j < p; j++) s->side[j] = cx_i_tf(s->dropped[j] ? 0 : side[j] * s->scale[j]);
    cx_i_cholesky_forward(s->matrix, p, s->side);
    cx_i_cholesky_backward(s->matrix, p, s->side);
    for (int64_t j = 0; j < p; j++) out[j] = s->side[j].hi * s->scale[j];
}

/* b := L'^-1 L^-1 b, along the rows of L both ways; dropped columns are 0. */
static void solver_substitute(const double *factor, int64_t p, double *b) {
    for (int64_t j = 0; j < p; j++) {
        const double *row = factor + cx_i_packed(j, 0);
        double sums[4] = {b[j], 0, 0, 0};
        int64_t k = 0;
        for (; k + 4 <= j; k += 4)
            for (int i = 0; i < 4; i++) sums[i] -= row[k + i] * b[k + i];
        for (; k < j; k++) sums[0] -= row[k] * b[k];
        b[j] = row[j] > 0 ? ((sums[0] + sums[1]) + (sums[2] + sums[3])) / row[j] : 0;
    }
    for (int64_t j = p; j-- > 0;) {
        const double *row = factor + cx_i_packed(j, 0);
        b[j] = row[j] > 0 ? b[j] / row[j] : 0;
        for (int64_t k = 0; k < j; k++) b[k] -= row[k] * b[j];
    }
}

static void solver_direction(cx_i_solver *s) {
    const cx_i_constraints *c = s->constraints;
    for (int64_t j = 0; j < c->count; j++)
        s->step[j] = s->dropped[j] ? 0 : (c->wanted[j] - s->attained[j]) * s->scale[j];
    solver_substitute(s->plain, c->count, s->step);
    for (int64_t j = 0; j < c->count; j++) s->step[j] *= s->scale[j];
}

/* Goes along the step; false when no part of it helps, and then nothing has changed. */
static bool solver_advance(cx_i_solver *s, const double *start, double *objective, double *weight) {
    const cx_i_constraints *c = s->constraints;
    double before = s->residual, gain = 0;
    for (int64_t j = 0; j < c->count; j++) gain += s->step[j] * (c->wanted[j] - s->attained[j]);
    double part = 1;
    for (int halving = 0; halving < SOLVER_HALVINGS; halving++, part /= 2) {
        for (int64_t j = 0; j < c->count; j++) s->trial[j] = s->lambda[j] + part * s->step[j];
        double reached = solver_look(s, s->trial, start, weight);
        if (s->residual < before || reached > *objective + 1e-4 * part * gain) {
            memcpy(s->lambda, s->trial, (size_t)c->count * sizeof *s->lambda);
            *objective = reached;
            return true;
        }
    }
    solver_look(s, s->lambda, start, weight);
    return false;
}

/* Where margins are nearly independent, each category scaled to its own total is near the end. */
static bool solver_rescale(cx_i_solver *s, const double *start, double *objective, double *weight) {
    const cx_i_constraints *c = s->constraints;
    double before = s->residual;
    for (int64_t j = 0; j < c->count; j++) {
        double factor = s->attained[j] > 0 ? c->wanted[j] / s->attained[j] : 1;
        s->trial[j] = s->lambda[j] + (factor > 0 ? log(factor) : 0);
    }
    double reached = solver_look(s, s->trial, start, weight);
    if (s->residual < SOLVER_SCALED * before) {
        memcpy(s->lambda, s->trial, (size_t)c->count * sizeof *s->lambda);
        *objective = reached;
        return true;
    }
    solver_look(s, s->lambda, start, weight);
    return false;
}

/* One more step, when the last ones have not left the tolerance far behind. */
static void solver_polish(cx_i_solver *s, const double *start, double *weight) {
    const cx_i_constraints *c = s->constraints;
    double before = s->residual;
    if (!s->converged || before < 1e-3 * s->tolerance) return;
    solver_direction(s);
    for (int64_t j = 0; j < c->count; j++) s->trial[j] = s->lambda[j] + s->step[j];
    solver_look(s, s->trial, start, weight);
    if (s->residual < before)
        memcpy(s->lambda, s->trial, (size_t)c->count * sizeof *s->lambda);
    else
        solver_look(s, s->lambda, start, weight);
}

static void solver_newton(cx_i_solver *s, const double *start, double *weight) {
    double objective = solver_look(s, s->lambda, start, weight);
    bool scaling = solver_is_product(s), made = false, kept = false;
    for (s->iterations = 0; !s->converged && s->iterations < s->max_iterations; s->iterations++) {
        double before = s->residual;
        if (scaling && (scaling = solver_rescale(s, start, &objective, weight))) continue;
        bool fresh = !kept;
        if (fresh) cx_i_solver_factor(s, start);
        made = true;
        solver_direction(s);
        bool advanced = solver_advance(s, start, &objective, weight);
        if (!advanced && fresh) break;
        kept = advanced && s->residual < SOLVER_KEPT * before;
    }
    if (!made) cx_i_solver_factor(s, start);
    solver_polish(s, start, weight);
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
    const cx_i_constraints *c = s->constraints;
    solver_weigh(s, s->lambda, start, weight);
    cx_i_solver_attained(s, weight, s->attained);
    solver_compare(s);
    s->rank = c->count - c->margins + 1;
    int64_t rounds = SOLVER_ROUNDS * s->max_iterations;
    for (s->iterations = 0; !s->converged && s->iterations < rounds; s->iterations++) {
        for (int64_t m = 0; m < c->margins; m++) solver_fit_margin(s, m, weight);
        cx_i_solver_attained(s, weight, s->attained);
        solver_compare(s);
    }
}

void cx_i_solver_run(cx_i_solver *s, const double *start, double *ratio) {
    if (s->matrix != NULL) {
        solver_newton(s, start, ratio);
        solver_weigh(s, s->lambda, start, ratio);
    } else {
        solver_fit(s, start, ratio);
    }
    for (int64_t i = 0; i < s->constraints->cells; i++)
        ratio[i] = start[i] != 0 ? ratio[i] / start[i] : 0;
}

/* -- replicates ---------------------------------------------------------------------------- */

bool cx_i_solver_chord(cx_i_solver *s, const double *start, double *weight) {
    solver_look(s, s->lambda, start, weight);
    for (int step = 0; step < SOLVER_CHORDS && !s->converged; step++) {
        double before = s->residual;
        solver_direction(s);
        for (int64_t j = 0; j < s->constraints->count; j++) s->lambda[j] += s->step[j];
        solver_look(s, s->lambda, start, weight);
        if (!(s->residual < before / 2)) return s->converged;
    }
    return s->converged;
}

void cx_i_solver_weigh(const cx_i_solver *s, const double *lambda, const double *start,
                       double *weight) {
    solver_weigh(s, lambda, start, weight);
}
