#include "business/moments.h"

/* Room for one fit: all columns are scaled to a variance of about 1 before the factorisation. */
typedef struct fit_room {
    cx_i_twofold *factor;         /* p x p, packed */
    cx_i_twofold *z, *row, *mean; /* p */
    double *scale;                /* p */
    double outcome;               /* scale of the outcome */
    void *memory;
} fit_room;

static cx_status fit_room_new(fit_room *room, int64_t p, const cx_allocator *allocator,
                              cx_error *err) {
    int64_t cells = cx_i_packed_size(p) + 4 * p;
    cx_i_twofold *memory = cx_i_alloc_array(allocator, cells, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    room->memory = memory;
    room->factor = memory;
    room->z = memory + cx_i_packed_size(p);
    room->row = room->z + p;
    room->mean = room->row + p;
    room->scale = (double *)(room->mean + p);
    return CX_OK;
}

/* About the mean, or about 0 when the model has no constant */
static cx_i_twofold fit_product(const cx_i_sums *sums, int64_t i, int64_t j, bool constant) {
    cx_i_twofold product = cx_i_moments_product(sums, i, j);
    if (constant) return product;
    cx_i_twofold means = cx_i_tf_multiply(sums->mean[i], sums->mean[j]);
    return cx_i_tf_add(product, cx_i_tf_multiply(sums->w, means));
}

static cx_i_twofold fit_scaled(cx_i_twofold value, double a, double b) {
    return cx_i_tf_divide(cx_i_tf_divide(value, cx_i_tf(a)), cx_i_tf(b));
}

/* A constant column keeps the scale 1 and is dropped by its zero diagonal. */
static double fit_scale(cx_i_twofold square) {
    return square.hi > 0 ? sqrt(square.hi) : 1;
}

static void fit_fill(fit_room *room, const cx_i_sums *sums, int64_t y, const int64_t *x, int64_t p,
                     bool constant) {
    room->outcome = fit_scale(fit_product(sums, y, y, constant));
    for (int64_t j = 0; j < p; j++) {
        room->scale[j] = fit_scale(fit_product(sums, x[j], x[j], constant));
        for (int64_t i = 0; i <= j; i++)
            room->factor[cx_i_packed(j, i)] =
                fit_scaled(fit_product(sums, x[j], x[i], constant), room->scale[j], room->scale[i]);
        room->z[j] =
            fit_scaled(fit_product(sums, x[j], y, constant), room->scale[j], room->outcome);
        room->mean[j] =
            constant ? cx_i_tf_divide(sums->mean[x[j]], cx_i_tf(room->scale[j])) : cx_i_tf(0);
    }
}

static cx_i_twofold fit_square(const cx_i_twofold *v, int64_t p) {
    cx_i_twofold sum = cx_i_tf(0);
    for (int64_t j = 0; j < p; j++) sum = cx_i_tf_add(sum, cx_i_tf_multiply(v[j], v[j]));
    return sum;
}

/* z becomes L^-1 z: its squares are what the columns explain, one after the other. */
static void fit_explain(fit_room *room, const cx_i_sums *sums, int64_t y, int64_t p, bool constant,
                        cx_i_fit *fit) {
    cx_i_cholesky_forward(room->factor, p, room->z);
    cx_i_twofold all = fit_scaled(fit_product(sums, y, y, constant), room->outcome, room->outcome);
    cx_i_twofold explained = fit_square(room->z, p), rest = cx_i_tf_subtract(all, explained);
    if (rest.hi < 0) rest = cx_i_tf(0);
    fit->r2 = all.hi > 0 ? cx_i_tf_double(cx_i_tf_divide(explained, all)) : NAN;
    fit->residual = cx_i_tf_double(rest) * room->outcome * room->outcome;
    fit->df = sums->n - fit->rank - (constant ? 1 : 0);
}

static void fit_solve(fit_room *room, const cx_i_sums *sums, int64_t y, int64_t p, bool constant,
                      cx_i_fit *fit) {
    cx_i_cholesky_backward(room->factor, p, room->z);
    cx_i_twofold level = constant ? sums->mean[y] : cx_i_tf(0);
    for (int64_t j = 0; j < p; j++) {
        cx_i_twofold b = cx_i_tf_multiply(room->z[j], cx_i_tf(room->outcome));
        level = cx_i_tf_subtract(level, cx_i_tf_multiply(b, room->mean[j]));
        fit->coefficient[j] = cx_i_tf_divide(b, cx_i_tf(room->scale[j]));
    }
    fit->constant = cx_i_tf_double(level);
}

/* Classical: s^2 (X'X)^-1, weights taken as equal to 1 */
static void fit_errors(fit_room *room, const cx_i_sums *sums, int64_t p, bool constant,
                       cx_i_fit *fit) {
    double variance = fit->df > 0 ? fit->residual / (double)fit->df : NAN;
    for (int64_t j = 0; j < p; j++) {
        double inverse = cx_i_tf_double(cx_i_cholesky_inverse(room->factor, p, j, room->row));
        fit->se[j] = fit->dropped[j] ? NAN : sqrt(variance * inverse) / room->scale[j];
    }
    memcpy(room->row, room->mean, (size_t)p * sizeof *room->row);
    cx_i_cholesky_forward(room->factor, p, room->row);
    double leverage = cx_i_tf_double(fit_square(room->row, p)) + 1 / cx_i_tf_double(sums->w);
    fit->constant_se = constant ? sqrt(variance * leverage) : NAN;
}

cx_status cx_i_moments_fit(const cx_moments *self, int64_t y, const int64_t *x, int64_t p,
                           bool constant, double tolerance, cx_i_fit *fit, cx_error *err) {
    const cx_i_sums *sums = cx_i_moments_now(self);
    fit_room room = {0};
    CX_TRY(cx_i_moments_need_complete(self, err));
    CX_TRY(fit_room_new(&room, p, &self->allocator, err));
    fit_fill(&room, sums, y, x, p, constant);
    fit->rank = cx_i_cholesky(room.factor, p, tolerance, fit->dropped);
    fit_explain(&room, sums, y, p, constant, fit);
    fit_solve(&room, sums, y, p, constant, fit);
    if (fit->se != NULL) fit_errors(&room, sums, p, constant, fit);
    cx_i_free(&self->allocator, room.memory);
    return CX_OK;
}
