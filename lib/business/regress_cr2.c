#include "business/regress.h"

#include "stat/eigen.h"

/* The bias-reduced covariance and its degrees of freedom [BellMcCaffrey2002;
 * PustejovskyTipton2018]. In orthonormal coordinates the residuals of cluster g have the covariance
 * I - X_g X_g', and its inverse root times X_g is X_g (I - P_g)^(-1/2) with P_g = X_g'X_g: k x k,
 * however large the cluster. An eigenvalue of 1 is a direction in which the cluster meets the model
 * exactly: it has no residual, and the inverse root is taken as 0 there. */

#define CR2_EXACT 1e-10 /* 1 - eigenvalue below this is 0 */

typedef struct cr2_room {
    double *matrix, *vectors, *values; /* k x k, k x k, k */
    double *along, *t;                 /* k */
    double *spread;                    /* k x k x k: sums of t t' by coefficient */
    double *trace, *square;            /* k */
} cr2_room;

static cx_status cr2_room_new(cx_i_linear *linear, cr2_room *room, cx_error *err) {
    int64_t k = linear->k, cells;
    if (!cx_i_mul_i64(k * k, k + 2, &cells)) return cx_i_out_of_memory(err);
    double *memory = cx_i_rows_take(linear->rows, cells + 5 * k, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    room->matrix = memory;
    room->vectors = memory + k * k;
    room->spread = room->vectors + k * k;
    room->values = room->spread + k * k * k;
    room->along = room->values + k;
    room->t = room->along + k;
    room->trace = room->t + k;
    room->square = room->trace + k;
    return CX_OK;
}

static double cr2_root(double value) {
    double rest = 1 - value;
    return rest > CR2_EXACT ? 1 / sqrt(rest) : 0;
}

/* along = vectors x */
static void cr2_rotate(const cr2_room *room, int64_t k, const double *x) {
    for (int64_t v = 0; v < k; v++) {
        double sum = 0;
        for (int64_t a = 0; a < k; a++) sum += room->vectors[v * k + a] * x[a];
        room->along[v] = sum;
    }
}

/* x = vectors' along */
static void cr2_back(const cr2_room *room, int64_t k, double *x) {
    memset(x, 0, (size_t)k * sizeof *x);
    for (int64_t v = 0; v < k; v++)
        for (int64_t a = 0; a < k; a++) x[a] += room->along[v] * room->vectors[v * k + a];
}

/* One cluster's part in the moments of a coefficient's variance: with a = X_g A_g r and t = X_g'a,
 * the matrix of the quadratic form has a'a - t't on its diagonal and -t_g't_h beside it. */
static void cr2_freedom(cr2_room *room, int64_t k, const double *root, int64_t coefficient) {
    double *t = room->t, own = 0, norm = 0;
    double *spread = room->spread + coefficient * k * k;
    cr2_rotate(room, k, root + coefficient * k);
    for (int64_t v = 0; v < k; v++) {
        double half = room->along[v] * cr2_root(room->values[v]);
        own += half * half * room->values[v];
        room->along[v] = half * room->values[v];
    }
    cr2_back(room, k, t);
    for (int64_t a = 0; a < k; a++) norm += t[a] * t[a];
    room->trace[coefficient] += own - norm;
    room->square[coefficient] += (own - norm) * (own - norm) - norm * norm;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = 0; b < k; b++) spread[a * k + b] += t[a] * t[b];
}

static double cr2_df(const cr2_room *room, int64_t k, int64_t coefficient) {
    const double *spread = room->spread + coefficient * k * k;
    double square = room->square[coefficient], trace = room->trace[coefficient];
    for (int64_t a = 0; a < k * k; a++) square += spread[a] * spread[a];
    return trace * trace / square;
}

cx_status cx_i_regress_cr2(cx_i_linear *linear, int64_t groups, double *scores,
                           const double *products, double *df, cx_error *err) {
    int64_t k = linear->k;
    cr2_room room = {0};
    CX_TRY(cr2_room_new(linear, &room, err));
    for (int64_t g = 0; g < groups; g++) {
        memcpy(room.matrix, products + g * k * k, (size_t)(k * k) * sizeof *room.matrix);
        cx_i_eigen(room.matrix, k, room.values, room.vectors);
        for (int64_t v = 0; v < k; v++)
            if (room.values[v] < 0) room.values[v] = 0;
        cr2_rotate(&room, k, scores + g * k);
        for (int64_t v = 0; v < k; v++) room.along[v] *= cr2_root(room.values[v]);
        cr2_back(&room, k, scores + g * k);
        for (int64_t i = 0; i < k; i++)
            if (cx_i_linear_term(linear, i) >= 0) cr2_freedom(&room, k, linear->root, i);
    }
    for (int64_t i = 0; i < k; i++) df[i] = cr2_df(&room, k, i);
    return CX_OK;
}
