#include "stat/power.h"

#include "stat/special.h"

/* T is a normal over an independent s with df s^2 chi-squared. The integral over the law of s,
 * without its constant, is divided by that law's own. */
double cx_i_noncentral_sf(double shift, double t, double df) {
    if (isinf(df)) return cx_normal_sf(t - shift);
    double spread = 9 / sqrt(2 * df), low = fmax(1 - spread, 0), width = (1 + spread - low) / 4;
    double sum = 0, all = 0;
    for (int k = 0; k < 80; k++) {
        double node = cx_i_legendre_node[k % 10], middle = low + width * (k / 20 + 0.5);
        double s = middle + width / 2 * (k % 20 < 10 ? -node : node);
        double law = exp((df - 1) * log(s) - df * (s * s - 1) / 2) * cx_i_legendre_weight[k % 10];
        sum += law * cx_normal_sf(t * s - shift);
        all += law;
    }
    return sum / all;
}

double cx_i_power(double effect, double df, double alpha) {
    double t = cx_t_quantile_upper(alpha / 2, df);
    return cx_i_noncentral_sf(effect, t, df) + cx_i_noncentral_sf(-effect, t, df);
}

double cx_i_power_effect(double power, double df, double alpha) {
    double low = 0, high = 1;
    while (cx_i_power(high, df, alpha) < power && high < 1e6) low = high, high *= 2;
    for (int i = 0; i < 60 && high - low > 1e-13 * high; i++) {
        double middle = low + (high - low) / 2;
        if (cx_i_power(middle, df, alpha) < power) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}
