/* Intervals of logit, Poisson, hazard and ordinal models hold the true coefficient as often as they
 * say; many tests at once keep their promise. `models table` prints more. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2000, TEAM = 10 };
enum { LOGIT, POISSON, HAZARD, ORDINAL, KINDS };

static const char *const kinds[] = {"logit", "poisson", "hazard", "ordinal"};
static const double truth[] = {0.4, -0.6};
static uint64_t state = 0x9E3779B97F4A7C15u;
static double x[2][MOST], y[MOST];
static int32_t team[MOST];

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) * 0x1p-53;
}

static double normal(void) {
    return cx_normal_quantile(draw());
}

static double count(double mean) {
    double p = exp(-mean), sum = p, u = draw();
    int k = 0;
    for (; u > sum && k < 1000; sum += p) p *= mean / ++k;
    return k;
}

static double outcome(int kind, double eta) {
    if (kind == POISSON) return count(exp(eta));
    if (kind == HAZARD) return draw() < -expm1(-exp(eta - 1)) ? 1 : 0;
    double u = draw(), latent = eta + log(u / (1 - u));
    if (kind == LOGIT) return latent > 0.5 ? 1 : 0;
    return (latent > -1 ? 1 : 0) + (latent > 0.5 ? 1 : 0) + (latent > 2 ? 1 : 0);
}

/* With `spread` the teams differ, and so does the first column between them. */
static void fill(int kind, int n, double spread) {
    double level = 0, shared = 0;
    for (int i = 0; i < n; i++) {
        if (i % TEAM == 0) level = spread * normal(), shared = spread > 0 ? normal() : 0;
        team[i] = i / TEAM;
        x[0][i] = spread > 0 ? 0.7 * shared + 0.7 * normal() : normal();
        x[1][i] = draw() < 0.4 ? 1 : 0;
        y[i] = outcome(kind, truth[0] * x[0][i] + truth[1] * x[1][i] + level);
    }
}

static cx_status fit_of(int kind, int n, bool clustered, bool firth, cx_fit **out) {
    cx_array columns[2], outcomes = cx_array_of(y, CX_F64, n), key = cx_array_of(team, CX_I32, n);
    cx_frame frame = {columns, 2, {0, 0}}, by = {&key, 1, {0, 0}};
    const cx_frame *clusters = clustered ? &by : NULL;
    cx_model_options options;
    cx_model_options_init(&options);
    options.firth = firth;
    key.name = "team";
    for (int j = 0; j < 2; j++) {
        columns[j] = cx_array_of(x[j], CX_F64, n);
        columns[j].name = j == 0 ? "score" : "new";
    }
    if (kind == LOGIT)
        return cx_logit(&frame, &outcomes, NULL, clusters, NULL, &options, out, NULL);
    if (kind == POISSON)
        return cx_poisson(&frame, &outcomes, NULL, clusters, NULL, NULL, &options, out, NULL);
    if (kind == HAZARD)
        return cx_hazard(&frame, &outcomes, NULL, NULL, clusters, NULL, &options, out, NULL);
    return cx_ordinal(&frame, &outcomes, NULL, clusters, NULL, &options, out, NULL);
}

typedef struct held {
    double share[2]; /* of intervals that hold the truth */
    int fits, separated;
} held;

static held coverage(int kind, int n, int runs, double spread, bool clustered, bool firth) {
    held h = {{0, 0}, 0, 0};
    for (int run = 0; run < runs; run++) {
        cx_fit *fit;
        cx_estimate e[2];
        fill(kind, n, spread);
        if (fit_of(kind, n, clustered, firth, &fit) != CX_OK) continue;
        if (cx_fit_estimate(fit, "score", &e[0], NULL) == CX_OK &&
            cx_fit_estimate(fit, "new", &e[1], NULL) == CX_OK) {
            h.fits++;
            for (int j = 0; j < 2; j++)
                h.share[j] += e[j].ci_low <= truth[j] && truth[j] <= e[j].ci_high ? 1 : 0;
        } else {
            h.separated++;
        }
        cx_fit_free(fit);
    }
    for (int j = 0; j < 2; j++) h.share[j] /= h.fits > 0 ? h.fits : 1;
    return h;
}

static int tests, failures;

static void expect(bool good, const char *what, double figure) {
    tests++;
    failures += good ? 0 : 1;
    printf("%s %d - %s (%.3f)\n", good ? "ok" : "not ok", tests, what, figure);
}

/* -- many tests ---------------------------------------------------------------------------- */

/* Of 20 tests 12 are of nothing: the share of runs with a false rejection, and of false among the
 * rejected. */
static void many(int32_t method, int runs, double *any, double *share) {
    cx_multiplicity_options options;
    cx_multiplicity_options_init(&options);
    options.method = method;
    *any = *share = 0;
    for (int run = 0; run < runs; run++) {
        double p[20];
        cx_table *table;
        cx_array column = cx_array_of(p, CX_F64, 20), rejected = {0};
        int wrong = 0, all = 0;
        for (int i = 0; i < 20; i++) p[i] = 2 * cx_normal_sf(fabs(normal() + (i < 12 ? 0 : 3)));
        if (cx_adjust_p(&column, NULL, &options, &table, NULL) != CX_OK ||
            cx_table_column(table, cx_table_find(table, "rejected"), &rejected, NULL) != CX_OK)
            exit(1);
        for (int i = 0; i < 20; i++) {
            all += (int)((const int64_t *)rejected.data)[i];
            wrong += i < 12 ? (int)((const int64_t *)rejected.data)[i] : 0;
        }
        *any += wrong > 0 ? 1.0 / runs : 0;
        *share += all > 0 ? (double)wrong / all / runs : 0;
        cx_table_free(table);
    }
}

static void print_table(void) {
    static const int sizes[] = {50, 100, 200, 500, 2000};
    printf("model,n,score,new,without an estimate\n");
    for (int kind = 0; kind < KINDS; kind++)
        for (int s = 0; s < 5; s++) {
            held h = coverage(kind, sizes[s], sizes[s] > 400 ? 1000 : 2000, 0, false, false);
            printf("%s,%d,%.3f,%.3f,%d\n", kinds[kind], sizes[s], h.share[0], h.share[1],
                   h.separated);
        }
    for (int s = 0; s < 3; s++) {
        held h = coverage(LOGIT, sizes[s], 2000, 0, false, true);
        printf("logit (Firth),%d,%.3f,%.3f,%d\n", sizes[s], h.share[0], h.share[1], h.separated);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        if (kind == LOGIT || kind == HAZARD) continue; /* their coefficients are of one team */
        held naive = coverage(kind, 500, 2000, 0.3, false, false);
        held h = coverage(kind, 500, 2000, 0.3, true, false);
        printf("%s (50 teams; without clusters %.3f),500,%.3f,%.3f,%d\n", kinds[kind],
               naive.share[0], h.share[0], h.share[1], h.separated);
    }
    for (int32_t method = 0; method <= CX_MULTIPLICITY_BY; method++) {
        double any, share;
        many(method, 10000, &any, &share);
        printf("%s,any false %.4f,share false %.4f\n", cx_multiplicity_name(method), any, share);
    }
}

int main(int argc, char **argv) {
    char what[128];
    if (argc > 1 && strcmp(argv[1], "table") == 0) {
        print_table();
        return 0;
    }
    for (int kind = 0; kind < KINDS; kind++) {
        held h = coverage(kind, 300, 1500, 0, false, false);
        for (int j = 0; j < 2; j++) {
            snprintf(what, sizeof what, "%s: intervals of column %d hold the truth", kinds[kind],
                     j);
            expect(h.share[j] > 0.932 && h.share[j] < 0.968, what, h.share[j]);
        }
    }
    held h = coverage(LOGIT, 40, 150, 0, false, true);
    expect(h.separated == 0 && h.share[0] > 0.9, "Firth's estimates always exist", h.share[0]);
    h = coverage(POISSON, 500, 300, 0.3, false, false);
    double naive = h.share[0];
    h = coverage(POISSON, 500, 300, 0.3, true, false);
    expect(h.share[0] > 0.9 && h.share[0] > naive, "clusters widen what teams share", h.share[0]);
    for (int32_t method = 0; method <= CX_MULTIPLICITY_BY; method++) {
        double any, share;
        many(method, 2000, &any, &share);
        snprintf(what, sizeof what, "%s keeps its level", cx_multiplicity_name(method));
        expect((method < CX_MULTIPLICITY_BH ? any : share) < 0.06, what,
               method < CX_MULTIPLICITY_BH ? any : share);
    }
    printf("1..%d\n", tests);
    return failures > 0;
}
