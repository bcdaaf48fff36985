#include "stat/eigen.h"

#include <math.h>

#define EIGEN_SWEEPS 60

static void eigen_turn(double *row, double *other, int64_t p, double c, double s) {
    for (int64_t k = 0; k < p; k++) {
        double x = row[k], y = other[k];
        row[k] = c * x - s * y;
        other[k] = s * x + c * y;
    }
}

/* Turns the plane of i and j until a[i][j] is 0. */
static void eigen_rotate(double *a, double *vectors, int64_t p, int64_t i, int64_t j) {
    double off = a[i * p + j], ii = a[i * p + i], jj = a[j * p + j];
    double theta = (jj - ii) / (2 * off);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + hypot(1, theta));
    double c = 1 / hypot(1, t), s = t * c;
    eigen_turn(a + i * p, a + j * p, p, c, s);
    for (int64_t k = 0; k < p; k++) a[k * p + i] = a[i * p + k], a[k * p + j] = a[j * p + k];
    a[i * p + i] = ii - t * off;
    a[j * p + j] = jj + t * off;
    a[i * p + j] = a[j * p + i] = 0;
    eigen_turn(vectors + i * p, vectors + j * p, p, c, s);
}

static bool eigen_sweep(double *a, double *vectors, int64_t p) {
    bool turned = false;
    for (int64_t i = 0; i < p; i++)
        for (int64_t j = i + 1; j < p; j++) {
            double off = fabs(a[i * p + j]);
            double size = sqrt(fabs(a[i * p + i])) * sqrt(fabs(a[j * p + j]));
            if (off == 0 || off <= 1e-16 * size) continue;
            eigen_rotate(a, vectors, p, i, j);
            turned = true;
        }
    return turned;
}

static void eigen_swap(double *values, double *vectors, int64_t p, int64_t i, int64_t j) {
    double value = values[i];
    values[i] = values[j];
    values[j] = value;
    for (int64_t k = 0; k < p; k++) {
        double x = vectors[i * p + k];
        vectors[i * p + k] = vectors[j * p + k];
        vectors[j * p + k] = x;
    }
}

static void eigen_point(double *vector, int64_t p) {
    int64_t largest = 0;
    for (int64_t k = 1; k < p; k++)
        if (fabs(vector[k]) > fabs(vector[largest]) * (1 + 1e-9)) largest = k;
    if (vector[largest] < 0)
        for (int64_t k = 0; k < p; k++) vector[k] = -vector[k];
}

void cx_i_eigen(double *a, int64_t p, double *values, double *vectors) {
    for (int64_t i = 0; i < p * p; i++) vectors[i] = i % (p + 1) == 0;
    for (int sweep = 0; sweep < EIGEN_SWEEPS && eigen_sweep(a, vectors, p); sweep++) continue;
    for (int64_t i = 0; i < p; i++) values[i] = a[i * p + i];
    for (int64_t i = 0; i < p; i++) {
        int64_t largest = i;
        for (int64_t k = i + 1; k < p; k++)
            if (values[k] > values[largest]) largest = k;
        if (largest != i) eigen_swap(values, vectors, p, i, largest);
        eigen_point(vectors + i * p, p);
    }
}
