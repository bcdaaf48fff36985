#include "stat/hac.h"

int64_t cx_i_hac_lags(int64_t n) {
    return n > 0 ? (int64_t)floor(4 * pow((double)n / 100, 2.0 / 9)) : 0;
}

static void hac_add(double *out, int64_t p, const double *a, const double *b, double weight) {
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = 0; j <= i; j++) out[i * p + j] += weight * (a[i] * b[j] + b[i] * a[j]);
}

static void hac_mirror(double *out, int64_t p) {
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = i + 1; j < p; j++) out[i * p + j] = out[j * p + i];
}

static int64_t hac_distance(const cx_i_hac *shape, int64_t from, int64_t to) {
    return shape->time == NULL ? to - from : shape->time[to] - shape->time[from];
}

static bool hac_together(const cx_i_hac *shape, int64_t a, int64_t b) {
    return shape->group == NULL || shape->group[a] == shape->group[b];
}

void cx_i_hac_meat(const cx_i_hac *shape, const double *scores, double *out) {
    int64_t p = shape->p;
    memset(out, 0, (size_t)(p * p) * sizeof *out);
    for (int64_t i = 0; i < shape->rows; i++) {
        const double *own = scores + i * p;
        hac_add(out, p, own, own, 0.5);
        for (int64_t j = i - 1; j >= 0 && hac_together(shape, i, j); j--) {
            int64_t distance = hac_distance(shape, j, i);
            if (distance > shape->lags) break;
            double weight = 1 - (double)distance / ((double)shape->lags + 1);
            hac_add(out, p, own, scores + j * p, weight);
        }
    }
    hac_mirror(out, p);
}

int64_t cx_i_hac_clusters(const cx_i_hac *shape, const double *scores, double *room, double *out) {
    int64_t p = shape->p, groups = 0;
    memset(out, 0, (size_t)(p * p) * sizeof *out);
    for (int64_t i = 0; i < shape->rows;) {
        memset(room, 0, (size_t)p * sizeof *room);
        int64_t first = i;
        for (; i < shape->rows && hac_together(shape, first, i); i++)
            for (int64_t k = 0; k < p; k++) room[k] += scores[i * p + k];
        hac_add(out, p, room, room, 0.5);
        groups++;
    }
    hac_mirror(out, p);
    return groups;
}
