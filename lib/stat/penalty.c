#include "stat/penalty.h"

#include "stat/eigen.h"
#include "stat/linalg.h"

#define PENALTY_ROUNDS 20000
#define PENALTY_STILL 1e-13 /* a gradient that is 0 for all purposes */

cx_status cx_i_penalty_room_new(cx_i_penalty_room *room, int64_t p, const cx_allocator *allocator,
                                cx_error *err) {
    int64_t twofolds = cx_i_packed_size(p) + p;
    int64_t bytes = twofolds * (int64_t)sizeof(cx_i_twofold) + 3 * p * 8 + 2 * p;
    char *memory = cx_i_alloc_array(allocator, bytes, 1);
    if (memory == NULL) return cx_i_out_of_memory(err);
    room->memory = memory;
    room->factor = (cx_i_twofold *)memory;
    room->z = room->factor + cx_i_packed_size(p);
    room->beta = (double *)(room->z + p);
    room->gradient = room->beta + p;
    room->member = (int64_t *)(room->gradient + p);
    room->in = (bool *)(room->member + p);
    room->dropped = room->in + p;
    return CX_OK;
}

/* -- conditions of a minimum --------------------------------------------------------------- */

static double penalty_absolute(const cx_i_penalty *problem) {
    return problem->penalty * problem->mix;
}

static double penalty_square(const cx_i_penalty *problem) {
    return problem->penalty * (1 - problem->mix);
}

static void penalty_gradient(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    int64_t p = problem->p;
    for (int64_t i = 0; i < p; i++) {
        double sum = problem->outcome[i];
        for (int64_t k = 0; k < p; k++)
            if (room->beta[k] != 0) sum -= problem->matrix[i * p + k] * room->beta[k];
        room->gradient[i] = sum;
    }
}

static bool penalty_varies(const cx_i_penalty *problem, int64_t j) {
    return problem->matrix[j * problem->p + j] > 0;
}

/* How far element j is from its condition, given the gradient of the squares */
static double penalty_violation(const cx_i_penalty *problem, const cx_i_penalty_room *room,
                                int64_t j) {
    double b = room->beta[j], limit = penalty_absolute(problem);
    double slope = room->gradient[j] - penalty_square(problem) * b;
    if (!penalty_varies(problem, j)) return 0;
    if (b != 0) return fabs(slope - (b > 0 ? limit : -limit));
    double beyond = (problem->non_negative ? slope : fabs(slope)) - limit;
    return beyond > 0 ? beyond : 0;
}

static double penalty_worst(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    double worst = 0;
    penalty_gradient(problem, room);
    for (int64_t j = 0; j < problem->p; j++) {
        double violation = penalty_violation(problem, room, j);
        if (violation > worst) worst = violation;
    }
    return worst;
}

/* -- coordinate descent -------------------------------------------------------------------- */

/* The minimum along one element; returns how far it was from there. */
static double penalty_step(const cx_i_penalty *problem, cx_i_penalty_room *room, int64_t j) {
    int64_t p = problem->p;
    double own = problem->matrix[j * p + j], limit = penalty_absolute(problem);
    double pull = room->gradient[j] + own * room->beta[j];
    double size = fabs(pull) - limit;
    double next = size > 0 ? copysign(size, pull) / (own + penalty_square(problem)) : 0;
    double step = next - room->beta[j];
    if (step == 0) return 0;
    for (int64_t k = 0; k < p; k++) room->gradient[k] -= problem->matrix[k * p + j] * step;
    room->beta[j] = next;
    return fabs(step);
}

/* Once through all columns, or through those in the model; returns the largest step. */
static double penalty_round(const cx_i_penalty *problem, cx_i_penalty_room *room, bool all) {
    double largest = 0;
    for (int64_t j = 0; j < problem->p; j++) {
        if (!penalty_varies(problem, j) || (!all && room->beta[j] == 0)) continue;
        double step = penalty_step(problem, room, j);
        if (step > largest) largest = step;
    }
    room->rounds++;
    return largest;
}

static void penalty_descend(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    penalty_gradient(problem, room);
    while (room->rounds < PENALTY_ROUNDS) {
        if (penalty_round(problem, room, true) < 1e-10) return;
        while (room->rounds < PENALTY_ROUNDS && penalty_round(problem, room, false) >= 1e-10)
            continue;
    }
}

/* -- the exact solution for a set of columns ----------------------------------------------- */

/* Factors R + l I of the first `count` members; returns its rank. */
static int64_t penalty_factor(const cx_i_penalty *problem, cx_i_penalty_room *room, int64_t count) {
    const int64_t *member = room->member;
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k <= i; k++)
            room->factor[cx_i_packed(i, k)] =
                cx_i_tf(problem->matrix[member[i] * problem->p + member[k]]);
        size_t own = cx_i_packed(i, i);
        room->factor[own] = cx_i_tf_add(room->factor[own], cx_i_tf(penalty_square(problem)));
    }
    return cx_i_cholesky(room->factor, count, 1e-13, room->dropped);
}

/* z of the first `count` members, whose signs are those of beta, or all positive */
static int64_t penalty_exact(const cx_i_penalty *problem, cx_i_penalty_room *room, int64_t count) {
    double limit = penalty_absolute(problem);
    int64_t rank = penalty_factor(problem, room, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t j = room->member[i];
        bool falls = !problem->non_negative && room->beta[j] < 0;
        room->z[i] = cx_i_tf_sum(problem->outcome[j], falls ? limit : -limit);
    }
    cx_i_cholesky_forward(room->factor, count, room->z);
    cx_i_cholesky_backward(room->factor, count, room->z);
    return rank;
}

static int64_t penalty_members(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    int64_t count = 0;
    for (int64_t j = 0; j < problem->p; j++)
        if (room->beta[j] != 0) room->member[count++] = j;
    return count;
}

/* Takes the exact solution where it has full rank and keeps all signs. */
static void penalty_polish(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    int64_t count = penalty_members(problem, room);
    if (penalty_exact(problem, room, count) < count) return;
    for (int64_t i = 0; i < count; i++)
        if (!(cx_i_tf_double(room->z[i]) * room->beta[room->member[i]] > 0)) return;
    for (int64_t i = 0; i < count; i++) room->beta[room->member[i]] = cx_i_tf_double(room->z[i]);
}

/* -- no element below 0 -------------------------------------------------------------------- */

static int64_t penalty_best(const cx_i_penalty *problem, const cx_i_penalty_room *room) {
    int64_t best = -1;
    double most = PENALTY_STILL;
    for (int64_t j = 0; j < problem->p; j++) {
        double gain = room->gradient[j] - penalty_absolute(problem);
        if (room->in[j] || !penalty_varies(problem, j) || !(gain > most)) continue;
        best = j;
        most = gain;
    }
    return best;
}

/* Moves towards z until an element would fall below 0; takes those out. False: z is reached. */
static bool penalty_toward(cx_i_penalty_room *room, int64_t *count) {
    double part = 1;
    for (int64_t i = 0; i < *count; i++) {
        double b = room->beta[room->member[i]], z = cx_i_tf_double(room->z[i]);
        if (z <= 0 && b - z > 0 && b / (b - z) < part) part = b / (b - z);
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < *count; i++) {
        int64_t j = room->member[i];
        double b = room->beta[j], z = cx_i_tf_double(room->z[i]);
        room->beta[j] = part < 1 ? b + part * (z - b) : z;
        bool out = z <= 0 && (part < 1 ? b / (b - z) <= part : true);
        if (out) room->beta[j] = 0, room->in[j] = false;
        if (!out) room->member[kept++] = j;
    }
    bool moved = kept < *count;
    *count = kept;
    return moved;
}

static void penalty_non_negative(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    int64_t count = 0;
    memset(room->in, 0, (size_t)problem->p * sizeof *room->in);
    memset(room->beta, 0, (size_t)problem->p * sizeof *room->beta);
    while (room->rounds++ < PENALTY_ROUNDS) {
        penalty_gradient(problem, room);
        int64_t best = penalty_best(problem, room);
        if (best < 0) return;
        room->in[best] = true; /* stays marked when it is redundant: it is not tried again */
        room->member[count++] = best;
        if (penalty_exact(problem, room, count) < count || !(room->z[count - 1].hi > 0)) {
            count--;
            continue;
        }
        while (penalty_toward(room, &count)) penalty_exact(problem, room, count);
    }
}

double cx_i_penalty_solve(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    room->rounds = 0;
    if (problem->non_negative) {
        penalty_non_negative(problem, room);
    } else {
        penalty_descend(problem, room);
        penalty_polish(problem, room);
    }
    return penalty_worst(problem, room);
}

double cx_i_penalty_freedom(const cx_i_penalty *problem, cx_i_penalty_room *room) {
    int64_t count = penalty_members(problem, room);
    int64_t rank = penalty_factor(problem, room, count);
    double square = penalty_square(problem), freedom = (double)rank;
    for (int64_t i = 0; i < count && square > 0; i++)
        freedom -= square * cx_i_tf_double(cx_i_cholesky_inverse(room->factor, count, i, room->z));
    return freedom;
}

/* -- ridge --------------------------------------------------------------------------------- */

cx_status cx_i_ridge_new(cx_i_ridge *ridge, const double *matrix, const double *outcome, int64_t p,
                         const cx_allocator *allocator, cx_error *err) {
    double *memory = cx_i_alloc_array(allocator, 2 * p * p + 2 * p, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    *ridge = (cx_i_ridge){p, memory, memory + p, memory + p + p * p, memory};
    double *copy = ridge->turned + p;
    memcpy(copy, matrix, (size_t)(p * p) * sizeof *copy);
    cx_i_eigen(copy, p, ridge->value, ridge->vector);
    for (int64_t k = 0; k < p; k++) {
        double sum = 0;
        for (int64_t j = 0; j < p; j++) sum += ridge->vector[k * p + j] * outcome[j];
        bool redundant = ridge->value[k] < 1e-12 * (double)p;
        ridge->turned[k] = redundant ? 0 : sum;
        if (redundant) ridge->value[k] = 0;
    }
    return CX_OK;
}

void cx_i_ridge_solve(const cx_i_ridge *ridge, double penalty, double *beta) {
    int64_t p = ridge->p;
    memset(beta, 0, (size_t)p * sizeof *beta);
    for (int64_t k = 0; k < p && ridge->value[k] > 0; k++) {
        double weight = ridge->turned[k] / (ridge->value[k] + penalty);
        for (int64_t j = 0; j < p; j++) beta[j] += weight * ridge->vector[k * p + j];
    }
}

double cx_i_ridge_explained(const cx_i_ridge *ridge, double penalty) {
    double sum = 0;
    for (int64_t k = 0; k < ridge->p && ridge->value[k] > 0; k++) {
        double d = ridge->value[k], c = ridge->turned[k] / (d + penalty);
        sum += c * c * (d + 2 * penalty);
    }
    return sum;
}

double cx_i_ridge_freedom(const cx_i_ridge *ridge, double penalty) {
    double sum = 0;
    for (int64_t k = 0; k < ridge->p && ridge->value[k] > 0; k++)
        sum += ridge->value[k] / (ridge->value[k] + penalty);
    return sum;
}
