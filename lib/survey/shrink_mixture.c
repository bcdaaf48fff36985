#include "survey/shrink.h"

#include "stat/special.h"

/* Distributions of groups mixed over how much the groups differ. The density is found within
 * e^-16 of its summit and integrated by two panels of Gauss and Legendre's twenty points. */

enum { MIXTURE_COARSE = 12, MIXTURE_HALVINGS = 15, MIXTURE_PANELS = 2 };
#define MIXTURE_DEEP 16.0

typedef struct mixture_range {
    double low, high, top; /* top: the largest logarithm that was seen */
} mixture_range;

/* The point between inside and outside where the density is lost. */
static double mixture_edge(const cx_i_mixture *m, double inside, double outside, double floor) {
    if (m->log_density(m->context, outside) > floor) return outside;
    for (int i = 0; i < MIXTURE_HALVINGS; i++) {
        double middle = (inside + outside) / 2;
        if (m->log_density(m->context, middle) > floor)
            inside = middle;
        else
            outside = middle;
    }
    return outside;
}

static mixture_range mixture_find(const cx_i_mixture *m) {
    double at[MIXTURE_COARSE + 1], value[MIXTURE_COARSE + 1], width = m->last - m->first;
    int count = 0, i = 0;
    mixture_range range = {m->first, m->last, -(double)INFINITY};
    for (; i < MIXTURE_COARSE; i++) { /* in order, the guess among them */
        double u = m->first + width * (i + 0.5) / MIXTURE_COARSE;
        if (count == i && m->guess <= u) at[count++] = fmin(fmax(m->guess, m->first), m->last);
        at[count++] = u;
    }
    if (count == MIXTURE_COARSE) at[count++] = fmin(m->guess, m->last);
    for (i = 0; i < count; i++) {
        value[i] = m->log_density(m->context, at[i]);
        range.top = fmax(range.top, value[i]);
    }
    int low = 0, high = count - 1;
    while (value[low] < range.top - MIXTURE_DEEP) low++;
    while (value[high] < range.top - MIXTURE_DEEP) high--;
    range.low =
        mixture_edge(m, at[low], low > 0 ? at[low - 1] : m->first, range.top - MIXTURE_DEEP);
    range.high = mixture_edge(m, at[high], high < count - 1 ? at[high + 1] : m->last,
                              range.top - MIXTURE_DEEP);
    return range;
}

/* Adds moments about the centre of each row, with a weight. */
static void mixture_add(const cx_i_mixture *m, double weight) {
    for (int64_t g = 0; g < m->rows; g++) {
        double mean, v;
        m->moments(m->context, g, &mean, &v);
        double d = mean - m->centre[g], *sum = m->sum + 4 * g;
        sum[0] += weight * d;
        sum[1] += weight * (v + d * d);
        sum[2] += weight * (3 * v * d + d * d * d);
        sum[3] += weight * (3 * v * v + 6 * v * d * d + d * d * d * d);
    }
}

cx_i_mixed cx_i_mixture_row(const cx_i_mixture *m, int64_t g) {
    const double *s = m->sum + 4 * g;
    double d = s[0] / m->total, second = s[1] / m->total, third = s[2] / m->total;
    double variance = fmax(second - d * d, 0);
    double fourth = s[3] / m->total - 4 * d * third + 6 * d * d * second - 3 * d * d * d * d;
    double excess = variance > 0 ? fourth / (variance * variance) - 3 : 0;
    return (cx_i_mixed){m->centre[g] + d, variance, excess > 1e-6 ? 4 + 6 / excess : INFINITY};
}

void cx_i_mixture_integrate(cx_i_mixture *m) {
    mixture_range range = mixture_find(m);
    double half = (range.high - range.low) / (2 * MIXTURE_PANELS);
    m->total = 0;
    for (int panel = 0; panel < MIXTURE_PANELS; panel++)
        for (int k = 0; k < 20; k++) {
            double middle = range.low + half * (2 * panel + 1);
            double u = middle + (k < 10 ? -half : half) * cx_i_legendre_node[k % 10];
            double weight = exp(m->log_density(m->context, u) - range.top);
            weight *= cx_i_legendre_weight[k % 10];
            m->total += weight;
            mixture_add(m, weight);
        }
}
