/* Simulated coverage of the intervals of indices, of paired differences and of gaps. `joint full`
 * prints the tables of docs/validation/joint.md. */

#include <cxkit.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 200, SEED = 11 };

static double values[3][MOST];
static uint64_t stream;

static double draw(uint32_t which) {
    return cx_random_uniform(SEED, 1, stream, which);
}

/* One answer on 1 to 5 of shares low (1) and high (5), the rest 3. */
static double answer(double u, double low, double high) {
    return u < low ? 1 : u < 1 - high ? 3 : 5;
}

static cx_joint *make(int64_t k, int32_t score) {
    static const int32_t offsets[] = {0, 1, 2, 3};
    cx_array names = cx_array_of("abc", CX_STRING, k);
    cx_joint_options options;
    cx_joint *joint = NULL;
    names.offsets = offsets;
    cx_joint_options_init(&options);
    options.score = score;
    return cx_joint_new(&names, &options, NULL, &joint, NULL) == CX_OK ? joint : NULL;
}

static int add(cx_joint *joint, int64_t k, int64_t rows) {
    static const char *const names[] = {"a", "b", "c"};
    cx_array columns[3];
    cx_frame x = {columns, k, {0, 0}};
    for (int64_t i = 0; i < k; i++) {
        columns[i] = cx_array_of(values[i], CX_F64, rows);
        columns[i].name = names[i];
    }
    cx_joint_reset(joint);
    return cx_joint_add(joint, &x, NULL, NULL, NULL) == CX_OK;
}

/* -- index of three net scores: a respondent answers alike with probability rho ------------ */

typedef struct found {
    double covered, width, least;
    int cases;
} found;

static void respondents(int n, double low, double high, double rho, double missing) {
    for (int r = 0; r < n; r++, stream++) {
        double common = draw(0);
        for (uint32_t i = 0; i < 3; i++) {
            double u = draw(1 + 3 * i) < rho ? common : draw(2 + 3 * i);
            values[i][r] = draw(3 + 3 * i) < missing ? (double)NAN : answer(u, low, high);
        }
    }
}

static double index_case(cx_joint *joint, int n, const double *shares, double rho, double missing,
                         int32_t method, int runs, double *width) {
    cx_index_options options;
    cx_estimate e;
    int covered = 0, counted = 0;
    double truth = 100 * (shares[1] - shares[0]);
    cx_index_options_init(&options);
    options.method = method;
    *width = 0;
    for (int run = 0; run < runs; run++) {
        respondents(n, shares[0], shares[1], rho, missing);
        if (!add(joint, 3, n) || cx_index(joint, NULL, &options, &e, NULL) != CX_OK ||
            (e.flags & CX_FLAG_PARTIAL))
            continue;
        counted++;
        covered += e.ci_low <= truth + 1e-9 && truth - 1e-9 <= e.ci_high;
        *width += e.ci_high - e.ci_low;
    }
    *width /= counted;
    return (double)covered / counted;
}

static found index_coverage(int n, double missing, int32_t method, int runs) {
    static const double shares[][2] = {{0.2, 0.5}, {0.4, 0.4}, {0.05, 0.8}, {0.02, 0.95}};
    static const double rhos[] = {0, 0.5, 0.9};
    found all = {0, 0, 1, 0};
    cx_joint *joint = make(3, CX_SCORE_NPS);
    for (int s = 0; s < 4 && joint != NULL; s++)
        for (int r = 0; r < 3; r++, all.cases++) {
            double width,
                at = index_case(joint, n, shares[s], rhos[r], missing, method, runs, &width);
            all.covered += at;
            all.width += width;
            all.least = fmin(all.least, at);
        }
    all.covered /= all.cases;
    all.width /= all.cases;
    cx_joint_free(joint);
    return all;
}

/* -- two waves of n answers, a part of them by the same respondents ------------------------ */

static int waves(int n, double overlap, const double *before, const double *after, double rho) {
    int both = (int)lround(n * overlap), rows = 2 * n - both;
    for (int r = 0; r < rows; r++, stream++) {
        double u = draw(0), v = draw(1) < rho ? u : draw(2);
        values[0][r] = r < n ? answer(u, before[0], before[1]) : (double)NAN;
        values[1][r] = r >= n - both ? answer(v, after[0], after[1]) : (double)NAN;
    }
    return rows;
}

static double truth_of(int32_t score, const double *shares) {
    if (score == CX_SCORE_NPS) return 100 * (shares[1] - shares[0]);
    return score == CX_SCORE_TOP_BOX ? shares[1] : 3 + 2 * (shares[1] - shares[0]);
}

static found paired_coverage(int32_t score, int n, double overlap, int runs) {
    static const double pairs[][4] = {{0.2, 0.5, 0.2, 0.5},
                                      {0.05, 0.8, 0.1, 0.7},
                                      {0.4, 0.3, 0.2, 0.6},
                                      {0.02, 0.95, 0.02, 0.95}};
    static const double rhos[] = {0.2, 0.8};
    found all = {0, 0, 1, 0};
    cx_joint *joint = make(2, score);
    for (int p = 0; p < 4 && joint != NULL; p++)
        for (int r = 0; r < 2; r++, all.cases++) {
            double truth = truth_of(score, pairs[p]) - truth_of(score, pairs[p] + 2);
            int covered = 0, counted = 0;
            cx_estimate e;
            for (int run = 0; run < runs; run++) {
                int rows = waves(n, overlap, pairs[p], pairs[p] + 2, rhos[r]);
                if (!add(joint, 2, rows) || cx_compare_paired(joint, 0, 1, NULL, &e, NULL) != CX_OK)
                    continue;
                counted++;
                covered += e.ci_low <= truth + 1e-9 && truth - 1e-9 <= e.ci_high;
                all.width += (e.ci_high - e.ci_low) / runs;
            }
            double at = (double)covered / counted;
            all.covered += at;
            all.least = fmin(all.least, at);
        }
    all.covered /= all.cases;
    all.width /= all.cases;
    cx_joint_free(joint);
    return all;
}

/* -- tables and laws ----------------------------------------------------------------------- */

static void print_tables(int runs) {
    static const int sizes[] = {10, 30, 100};
    static const double overlaps[] = {0, 0.3, 0.7, 1}, missing[] = {0, 0.2};
    static const char *const scores[] = {"net score", "mean", "share"};
    printf("| n | missing | method | mean | least | width |\n");
    for (int m = 0; m < 2; m++)
        for (int s = 0; s < 3; s++)
            for (int g = 0; g < 2; g++) {
                int32_t method = g == 0 ? CX_METHOD_AUTO : CX_METHOD_T;
                found f = index_coverage(sizes[s], missing[m], method, runs);
                printf("| %d | %.0f %% | %s | %.3f | %.3f | %.1f |\n", sizes[s], 100 * missing[m],
                       g == 0 ? "adjusted-wald" : "t", f.covered, f.least, f.width);
            }
    printf("| score | n | overlap | mean | least | width |\n");
    for (int32_t score = 0; score < 3; score++)
        for (int s = 0; s < 3; s++)
            for (int o = 0; o < 4; o++) {
                found f = paired_coverage(score, sizes[s], overlaps[o], runs);
                printf("| %s | %d | %.0f %% | %.3f | %.3f | %.3g |\n", scores[score], sizes[s],
                       100 * overlaps[o], f.covered, f.least, f.width);
            }
}

static int index_holds(void) {
    static const int sizes[] = {10, 30, 100};
    int holds = 1;
    for (int s = 0; s < 3; s++)
        for (int m = 0; m < 2; m++) {
            found f = index_coverage(sizes[s], 0.2 * m, CX_METHOD_AUTO, 600);
            holds = holds && f.covered >= 0.94 && f.covered <= 0.975 && f.least >= 0.90;
        }
    return holds;
}

static int paired_holds(int32_t score) {
    static const double overlaps[] = {0, 0.3, 0.7, 1};
    int holds = 1;
    for (int o = 0; o < 4; o++)
        for (int n = 10; n <= 100; n *= 10) {
            found f = paired_coverage(score, n, overlaps[o], 600);
            holds = holds && f.covered >= 0.935 && f.least >= (score == CX_SCORE_MEAN ? 0.8 : 0.91);
        }
    return holds;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "full") == 0) {
        print_tables(4000);
        return 0;
    }
    static const char *const names[] = {"paired net scores", "paired means", "paired shares"};
    int failed = !index_holds();
    printf("1..4\n%sok 1 - the interval of an index covers\n", failed ? "not " : "");
    for (int32_t score = 0; score < 3; score++) {
        int ok = paired_holds(score);
        printf("%sok %d - intervals of %s cover at any overlap\n", ok ? "" : "not ", score + 2,
               names[score]);
        failed += !ok;
    }
    return failed != 0;
}
