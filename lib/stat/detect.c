#include "stat/detect.h"

double cx_i_roberts_step(double log_r, double log_ratio) {
    double more = log_r > 0 ? log_r + log1p(exp(-log_r)) : log1p(exp(log_r));
    return more + log_ratio;
}

double cx_i_cusum_step(double sum, double log_ratio) {
    return fmax(sum + log_ratio, 0);
}
