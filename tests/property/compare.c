/* Exact coverage of the default interval of a difference, by enumeration over pairs of trinomials
 * (shares in steps of 0.05, none below it) and of binomials. With arguments "n1 n2 ..." it prints
 * the table of docs/validation/compare.md instead. */

#include "stat/difference.h"

#include "../unit/support.h"

enum { STEPS = 20, POINTS = 171 };

typedef struct side {
    int n, outcomes;
    cx_i_side *result;
    int *net;            /* of each point, in steps */
    double *probability; /* points x outcomes */
    int points;
} side;

static double log_ways(int n, int a, int b) {
    return cx_lgamma(n + 1.0) - cx_lgamma(a + 1.0) - cx_lgamma(b + 1.0) -
           cx_lgamma(n - a - b + 1.0);
}

static side side_new(int n, int points) {
    side s = {n, 0, NULL, NULL, NULL, points};
    size_t most = (size_t)((n + 1) * (n + 2) / 2);
    s.result = calloc(most, sizeof *s.result);
    s.net = calloc((size_t)points, sizeof *s.net);
    s.probability = calloc((size_t)points * most, sizeof *s.probability);
    return s;
}

static void side_free(side *s) {
    free(s->result);
    free(s->net);
    free(s->probability);
}

static void side_add_point(side *s, int point, int minus, int plus) {
    int o = 0;
    double p = (double)minus / STEPS, q = (double)plus / STEPS;
    s->net[point] = plus - minus;
    for (int a = 0; a <= s->n; a++)
        for (int b = 0; b <= s->n - a; b++, o++)
            s->probability[point * s->outcomes + o] = exp(
                log_ways(s->n, a, b) + a * log(p) + b * log(q) + (s->n - a - b) * log(1 - p - q));
}

static side side_of_nets(int n) {
    side s = side_new(n, POINTS);
    int point = 0;
    for (int a = 0; a <= n; a++)
        for (int b = 0; b <= n - a; b++) {
            cx_i_trinomial counts = {a, n - a - b, b};
            s.result[s.outcomes++] =
                (cx_i_side){CX_I_SIDE_NET, (double)(b - a) / n, 0, 1, counts, NAN, INFINITY};
        }
    for (int minus = 1; minus < STEPS; minus++)
        for (int plus = 1; plus < STEPS - minus; plus++, point++)
            side_add_point(&s, point, minus, plus);
    if (point != POINTS) abort();
    return s;
}

static side side_of_shares(int n) {
    side s = side_new(n, STEPS - 1);
    for (int x = 0; x <= n; x++)
        s.result[s.outcomes++] =
            (cx_i_side){CX_I_SIDE_SHARE, (double)x / n, 0, 1, {n - x, 0, x}, NAN, INFINITY};
    for (int point = 0; point < STEPS - 1; point++) {
        double p = (point + 1.0) / STEPS;
        s.net[point] = point + 1;
        for (int x = 0; x <= n; x++)
            s.probability[point * s.outcomes + x] =
                exp(log_ways(n, x, 0) + x * log(p) + (n - x) * log(1 - p));
    }
    return s;
}

typedef struct coverage {
    double mean, least;
} coverage;

/* The limits of every pair of outcomes, then the chance of those that hold the difference. */
static coverage coverage_of(const side *a, const side *b, cx_method method) {
    size_t pairs = (size_t)a->outcomes * (size_t)b->outcomes;
    double *low = malloc(pairs * sizeof *low), *high = malloc(pairs * sizeof *high);
    coverage found = {0, 1};
    for (int i = 0; i < a->outcomes; i++)
        for (int j = 0; j < b->outcomes; j++) {
            cx_i_two_shares shares = {i, a->n, j, b->n};
            cx_i_difference d = method == CX_METHOD_MOVER
                                    ? cx_i_mover(&a->result[i], &b->result[j], 0.95)
                                    : cx_i_share_difference(method, &shares, 0.95);
            low[i * b->outcomes + j] = d.low - 1e-12;
            high[i * b->outcomes + j] = d.high + 1e-12;
        }
    for (int p = 0; p < a->points; p++)
        for (int q = 0; q < b->points; q++) {
            double truth = (double)(a->net[p] - b->net[q]) / STEPS, held = 0;
            const double *of_b = &b->probability[q * b->outcomes];
            for (int i = 0; i < a->outcomes; i++) {
                double of_a = a->probability[p * a->outcomes + i], sum = 0;
                const double *l = &low[i * b->outcomes], *h = &high[i * b->outcomes];
                if (of_a < 1e-12) continue;
                for (int j = 0; j < b->outcomes; j++)
                    sum += l[j] <= truth && truth <= h[j] ? of_b[j] : 0;
                held += of_a * sum;
            }
            found.mean += held / (a->points * b->points);
            found.least = fmin(found.least, held);
        }
    free(low);
    free(high);
    return found;
}

static coverage coverage_nets(int n1, int n2) {
    side a = side_of_nets(n1), b = side_of_nets(n2);
    coverage found = coverage_of(&a, &b, CX_METHOD_MOVER);
    side_free(&a);
    side_free(&b);
    return found;
}

static coverage coverage_shares(int n1, int n2, cx_method method) {
    side a = side_of_shares(n1), b = side_of_shares(n2);
    coverage found = coverage_of(&a, &b, method);
    side_free(&a);
    side_free(&b);
    return found;
}

START_TEST(test_ten_answers_a_side_hold_a_difference_of_net_scores) {
    coverage even = coverage_nets(10, 10);
    ck_assert_double_ge(even.mean, 0.94);
    ck_assert_double_le(even.mean, 0.97);
    ck_assert_double_ge(even.least, 0.92);
}
END_TEST

START_TEST(test_sides_of_unequal_size_hold_it_too) {
    coverage uneven = coverage_nets(6, 15);
    ck_assert_double_ge(uneven.mean, 0.94);
    ck_assert_double_le(uneven.mean, 0.97);
    ck_assert_double_ge(uneven.least, 0.92);
}
END_TEST

START_TEST(test_differences_of_shares_hold_from_ten_answers_on) {
    static const int sizes[][2] = {{10, 10}, {10, 30}, {30, 30}, {20, 100}};
    for (int i = 0; i < 4; i++) {
        coverage found = coverage_shares(sizes[i][0], sizes[i][1], CX_METHOD_SCORE);
        ck_assert_double_ge(found.mean, 0.94);
        ck_assert_double_le(found.mean, 0.97);
        ck_assert_double_ge(found.least, 0.92);
    }
}
END_TEST

int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        int n1 = atoi(argv[i]), n2 = atoi(argv[i + 1]);
        coverage nets = coverage_nets(n1, n2);
        coverage score = coverage_shares(n1, n2, CX_METHOD_SCORE);
        coverage newcombe = coverage_shares(n1, n2, CX_METHOD_NEWCOMBE);
        printf("| %d | %d | %.4f / %.4f | %.4f / %.4f | %.4f / %.4f |\n", n1, n2, nets.mean,
               nets.least, score.mean, score.least, newcombe.mean, newcombe.least);
    }
    if (argc > 1) return 0;
    Suite *suite = suite_create("compare_coverage");
    TCase *tcase = tcase_create("compare_coverage");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_ten_answers_a_side_hold_a_difference_of_net_scores);
    tcase_add_test(tcase, test_sides_of_unequal_size_hold_it_too);
    tcase_add_test(tcase, test_differences_of_shares_hold_from_ten_answers_on);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
