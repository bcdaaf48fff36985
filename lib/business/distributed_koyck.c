#include "business/distributed.h"

#define KOYCK_MOST 0.99

typedef struct koyck_room {
    double *x;      /* by position, about the mean of the unit */
    double *w, *dw; /* by position: sum theta^j x_{t-j}, and its derivative */
    double *columns, *y;
} koyck_room;

static void koyck_centre(const cx_i_dlag *work, koyck_room *room) {
    const cx_i_periods *periods = &work->periods;
    for (int64_t from = 0, to; from < periods->rows; from = to) {
        double sum = 0, n = 0;
        for (to = from; to < periods->rows && periods->unit[to] == periods->unit[from]; to++)
            if (!isnan(work->x[to])) sum += work->x[to], n++;
        for (int64_t i = from; i < to; i++) room->x[i] = work->x[i] - sum / n;
    }
}

/* What came before the first row, or a gap, is taken at the mean. */
static void koyck_sums(const cx_i_dlag *work, koyck_room *room, double theta) {
    const cx_i_periods *periods = &work->periods;
    for (int64_t i = 0; i < periods->rows; i++) {
        bool follows = i > 0 && periods->unit[i] == periods->unit[i - 1] &&
                       periods->period[i] == periods->period[i - 1] + 1 && !isnan(room->x[i - 1]);
        room->w[i] = room->x[i] + (follows ? theta * room->w[i - 1] : 0);
        room->dw[i] = follows ? room->w[i - 1] + theta * room->dw[i - 1] : 0;
    }
}

/* y on w, dw (scaled) when `slope`, and the covariates */
static cx_status koyck_fit(cx_i_dlag *work, koyck_room *room, double theta, double scale,
                           cx_i_ols *model, cx_error *err) {
    int64_t rows = work->rows, p = 0;
    koyck_sums(work, room, theta);
    for (int64_t i = 0; i < rows; i++) room->columns[i] = room->w[work->position[i]];
    p++;
    for (int64_t i = 0; i < rows && scale != 0; i++)
        room->columns[p * rows + i] = scale * room->dw[work->position[i]];
    p += scale != 0;
    for (int64_t j = 0; j < work->controls; j++, p++)
        for (int64_t i = 0; i < rows; i++)
            room->columns[p * rows + i] = work->control[j * work->periods.rows + work->position[i]];
    for (int64_t i = 0; i < rows; i++) room->y[i] = work->y[work->position[i]];
    *model = (cx_i_ols){.allocator = &work->allocator,
                        .rows = rows,
                        .p = p,
                        .x = room->columns,
                        .y = room->y,
                        .time = work->time,
                        .group = work->group};
    return cx_i_dlag_fit(work, model, scale != 0 ? 2 : 1, err);
}

static cx_status koyck_rss(cx_i_dlag *work, koyck_room *room, double theta, double *rss,
                           cx_error *err) {
    cx_i_ols model;
    cx_status status = koyck_fit(work, room, theta, 0, &model, err);
    *rss = model.rss;
    cx_i_ols_free(&model);
    return status;
}

/* The step of least squares on both derivatives */
static cx_status koyck_step(cx_i_dlag *work, koyck_room *room, double theta, double *step,
                            cx_error *err) {
    cx_i_ols model;
    cx_status status = koyck_fit(work, room, theta, 1, &model, err);
    if (status == CX_OK) *step = model.beta[0] != 0 ? model.beta[1] / model.beta[0] : 0;
    cx_i_ols_free(&model);
    return status;
}

static cx_status koyck_refine(cx_i_dlag *work, koyck_room *room, double *theta, double rss,
                              cx_error *err) {
    for (int turn = 0; turn < 50; turn++) {
        double step, next, found;
        CX_TRY(koyck_step(work, room, *theta, &step, err));
        if (!(fabs(step) > 1e-12)) break;
        bool better = false;
        for (int half = 0; half < 30 && !better; half++, step /= 2) {
            next = fmin(KOYCK_MOST, fmax(0, *theta + step));
            if (next == *theta) break;
            CX_TRY(koyck_rss(work, room, next, &found, err));
            better = found < rss;
        }
        if (!better) break;
        rss = found;
        *theta = next;
    }
    return CX_OK;
}

static cx_status koyck_search(cx_i_dlag *work, koyck_room *room, double *theta, cx_error *err) {
    double best = INFINITY, rss;
    for (int i = 0; i <= 99; i++) {
        CX_TRY(koyck_rss(work, room, i / 100.0, &rss, err));
        if (rss < best) best = rss, *theta = i / 100.0;
    }
    return koyck_refine(work, room, theta, best, err);
}

/* At an end of its range theta is taken as given. */
static cx_status koyck_finish(cx_i_dlag *work, koyck_room *room, double theta, cx_error *err) {
    cx_i_ols model;
    cx_status status = koyck_fit(work, room, theta, 0, &model, err);
    double b = status == CX_OK ? model.beta[0] : 0;
    work->boundary = theta <= 0 || theta >= KOYCK_MOST;
    if (status == CX_OK && !work->boundary) {
        cx_i_ols_free(&model);
        status = koyck_fit(work, room, theta, b, &model, err);
    }
    int64_t p = model.p;
    double *v = cx_i_alloc_array(&work->allocator, p * p, sizeof *v);
    if (status == CX_OK && v == NULL) status = cx_i_out_of_memory(err);
    if (status == CX_OK) status = cx_i_dlag_covariance(work, &model, v, err);
    if (status == CX_OK) {
        work->q = 2;
        work->phi[0] = b, work->phi[1] = theta;
        work->v[0] = v[0];
        work->v[1] = work->v[2] = work->boundary ? 0 : v[1];
        work->v[3] = work->boundary ? 0 : v[p + 1];
        work->theta_se = work->boundary ? (double)NAN : sqrt(work->v[3]);
    }
    cx_i_free(&work->allocator, v);
    cx_i_ols_free(&model);
    return status;
}

cx_status cx_i_dlag_koyck(cx_i_dlag *work, cx_error *err) {
    int64_t n = work->periods.rows;
    koyck_room room;
    double theta = 0;
    double *memory = cx_i_alloc_array(&work->allocator, n, (size_t)(6 + work->controls) * 8);
    if (memory == NULL) return cx_i_out_of_memory(err);
    room = (koyck_room){memory, memory + n, memory + 2 * n, memory + 4 * n, memory + 3 * n};
    koyck_centre(work, &room);
    cx_status status = koyck_search(work, &room, &theta, err);
    if (status == CX_OK) status = koyck_finish(work, &room, theta, err);
    cx_i_free(&work->allocator, memory);
    return status;
}
