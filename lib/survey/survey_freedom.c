#include "survey/survey.h"

/* Degrees of freedom of a variance under unequal weights and units of unequal size: twice its
 * square over its variance [Satterthwaite1946], as if answers had one variance and those of a unit
 * the correlation that the standard error shows. With weights and units alike it is units less
 * strata. */

/* Weights and squared weights of each unit into z and e. */
static void freedom_units(const cx_i_survey *s, const int64_t *row, int64_t n, double *within,
                          double *between) {
    const int64_t *unit = s->design->stage[0].unit;
    *within = *between = 0;
    for (int64_t i = 0; i < n; i++) s->z[unit[row[i]]] = 0;
    for (int64_t i = 0; i < n; i++) {
        double w = s->design->weight[row[i]], before = s->z[unit[row[i]]];
        s->z[unit[row[i]]] += w;
        s->e[unit[row[i]]] += w * w;
        *within += w * w;
        *between += (2 * before + w) * w;
    }
}

double cx_i_survey_freedom(const cx_i_survey *s, const int64_t *row, int64_t n, double deff) {
    const cx_i_stage *stage = &s->design->stage[0];
    double within, between, sum = 0, spread = 0;
    freedom_units(s, row, n, &within, &between);
    double icc = between > within ? (deff - 1) * within / (between - within) : 0;
    icc = fmin(fmax(icc, 0), 1);
    for (int64_t i = 0; i < n; i++) {
        int64_t u = stage->unit[row[i]];
        if (s->e[u] == 0) continue;
        cx_i_freedom *h = &s->room[stage->stratum[u]];
        double expected = (1 - icc) * s->e[u] + icc * s->z[u] * s->z[u];
        s->e[u] = 0;
        h->units++;
        h->sum += expected;
        h->squares += expected * expected;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t at = stage->stratum[stage->unit[row[i]]];
        cx_i_freedom *h = &s->room[at];
        double k = h->units;
        if (k > 1) {
            sum += h->sum;
            spread += k * k / ((k - 1) * (k - 1)) *
                      (h->squares * (1 - 2 / k) + h->sum * h->sum / (k * k));
        }
        *h = (cx_i_freedom){0, 0, 0};
    }
    return spread > 0 ? sum * sum / spread : 0;
}
