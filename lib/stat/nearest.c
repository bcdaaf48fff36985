#include "stat/nearest.h"

#include "stat/eigen.h"

#define NEAREST_STEPS 1000
#define NEAREST_TOLERANCE 1e-12

typedef struct nearest_room {
    double *given, *correction, *work, *vectors, *values;
    double *memory;
} nearest_room;

/* `to` becomes the part of `from` with eigenvalues of 0 or more. Gives the smallest of all. */
static double nearest_positive(const double *from, double *to, int64_t p, nearest_room *room) {
    memcpy(room->work, from, (size_t)(p * p) * sizeof *from);
    cx_i_eigen(room->work, p, room->values, room->vectors);
    memset(to, 0, (size_t)(p * p) * sizeof *to);
    for (int64_t k = 0; k < p && room->values[k] > 0; k++) {
        const double *v = room->vectors + k * p;
        for (int64_t i = 0; i < p; i++)
            for (int64_t j = 0; j <= i; j++) to[i * p + j] += room->values[k] * v[i] * v[j];
    }
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j < i; j++) to[j * p + i] = to[i * p + j];
    return room->values[p - 1];
}

/* One round; gives the largest change of `a`. */
static double nearest_round(double *a, int64_t p, nearest_room *room) {
    double change = 0;
    for (int64_t k = 0; k < p * p; k++) room->correction[k] = a[k] - room->correction[k];
    /* work is room for the eigenvalues: the result goes behind it */
    double *next = room->given + p * p;
    nearest_positive(room->correction, next, p, room);
    for (int64_t k = 0; k < p * p; k++) {
        room->correction[k] = next[k] - room->correction[k];
        double value = k / p == k % p ? 1 : next[k] > 1 ? 1 : next[k] < -1 ? -1 : next[k];
        change = fmax(change, fabs(value - a[k]));
        a[k] = value;
    }
    return change;
}

static void nearest_solve(double *a, int64_t p, nearest_room *room, cx_i_nearest *out) {
    double *next = room->given + p * p;
    memcpy(room->given, a, (size_t)(p * p) * sizeof *a);
    out->smallest = nearest_positive(a, next, p, room);
    out->distance = 0;
    out->converged = true;
    if (out->smallest >= -1e-13 * (double)p) return;
    out->converged = false;
    for (int k = 0; k < NEAREST_STEPS && !out->converged; k++)
        out->converged = nearest_round(a, p, room) < NEAREST_TOLERANCE;
    for (int64_t k = 0; k < p * p; k++)
        out->distance += (a[k] - room->given[k]) * (a[k] - room->given[k]);
    out->distance = sqrt(out->distance);
}

cx_status cx_i_nearest_correlation(double *a, int64_t p, const cx_allocator *allocator,
                                   cx_i_nearest *out, cx_error *err) {
    nearest_room room;
    int64_t cells = p * p;
    room.memory = cx_i_alloc_array(allocator, 5 * cells + p, sizeof *room.memory);
    if (room.memory == NULL) return cx_i_out_of_memory(err);
    room.given = room.memory; /* and room for one more behind it */
    room.correction = room.memory + 2 * cells;
    room.work = room.correction + cells;
    room.vectors = room.work + cells;
    room.values = room.vectors + cells;
    nearest_solve(a, p, &room, out);
    cx_i_free(allocator, room.memory);
    return CX_OK;
}
