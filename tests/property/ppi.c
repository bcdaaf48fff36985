/* Coverage of prediction-powered intervals for few answers, and the bias of means where customers
 * chose to answer, by seeded simulation. With a number of runs it prints the tables of
 * docs/validation/ppi.md. */

#include "../unit/support.h"

enum { OTHERS = 1000, MOST = 50 };

typedef struct stream {
    uint64_t state;
    double spare;
    bool has_spare;
} stream;

static double uniform(stream *s) {
    s->state = s->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(s->state >> 11) + 0.5) / 0x1p53;
}

static double normal(stream *s) {
    if (s->has_spare) {
        s->has_spare = false;
        return s->spare;
    }
    double radius = sqrt(-2 * log(uniform(s))), angle = 6.283185307179586 * uniform(s);
    s->spare = radius * sin(angle);
    s->has_spare = true;
    return radius * cos(angle);
}

/* -- coverage ------------------------------------------------------------------------------ */

/* Answers with their predictions: of a scale, or net scores -1, 0, 1. */
static double draw(stream *s, bool net, double *prediction) {
    double z = normal(s);
    if (!net) {
        *prediction = z;
        return z + normal(s);
    }
    double promoter = 0.8 / (1 + exp(0.5 - z)), detractor = 0.5 * (1 - promoter), u = uniform(s);
    *prediction = promoter - detractor;
    return u < promoter ? 1 : u > 1 - detractor ? -1 : 0;
}

/* E of the net score of draw(): by the trapezoidal rule. */
static double net_truth(void) {
    double sum = 0, step = 0.001;
    for (int i = -9000; i <= 9000; i++) {
        double z = i * step, p = 0.8 / (1 + exp(0.5 - z));
        sum += (p - 0.5 * (1 - p)) * exp(-z * z / 2) * step / 2.5066282746310002;
    }
    return sum;
}

static bool covers(int n, const double *y, const double *f, const double *others, int form,
                   int tuning, double truth) {
    cx_array answers = cx_array_of(y, CX_F64, n), own = cx_array_of(f, CX_F64, n);
    cx_array rest = cx_array_of(others, CX_F64, OTHERS);
    cx_ppi_options o;
    cx_ppi_result r;
    cx_ppi_options_init(&o);
    o.labelled = CX_LABELLED_RANDOM;
    o.form = form;
    o.tuning = tuning;
    if (cx_ppi_mean(&answers, &own, &rest, NULL, NULL, NULL, NULL, &o, &r, NULL) != CX_OK) abort();
    return r.estimate.ci_low <= truth && truth <= r.estimate.ci_high;
}

typedef struct shares {
    double published, pooled, optimal;
} shares;

static shares coverage(int n, bool net, int runs) {
    stream s = {(uint64_t)(n + (net ? 1000 : 0)), 0, false};
    double y[MOST], f[MOST], others[OTHERS], truth = net ? net_truth() : 0;
    int hits[3] = {0, 0, 0};
    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < n; i++) y[i] = draw(&s, net, &f[i]);
        for (int i = 0; i < OTHERS; i++) draw(&s, net, &others[i]);
        hits[0] += covers(n, y, f, others, CX_PPI_PUBLISHED, CX_PPI_POOLED, truth);
        hits[1] += covers(n, y, f, others, CX_PPI_DEFAULT, CX_PPI_POOLED, truth);
        hits[2] += covers(n, y, f, others, CX_PPI_DEFAULT, CX_PPI_OPTIMAL, truth);
    }
    return (shares){(double)hits[0] / runs, (double)hits[1] / runs, (double)hits[2] / runs};
}

START_TEST(test_the_default_form_covers_what_the_published_one_misses) {
    shares few = coverage(10, false, 1500), net = coverage(10, true, 1500);
    ck_assert_double_gt(few.pooled, 0.935);
    ck_assert_double_gt(net.optimal, 0.93);
    ck_assert_double_lt(few.published, 0.915);
    ck_assert_double_lt(net.published, 0.915);
}
END_TEST

static void print_coverage(int runs) {
    static const int sizes[] = {10, 20, 30, 50};
    for (int net = 0; net < 2; net++)
        for (int i = 0; i < 4; i++) {
            shares c = coverage(sizes[i], net != 0, runs);
            printf("| %s | %d | %.3f | %.3f | %.3f |\n", net ? "net score" : "scale", sizes[i],
                   c.published, c.pooled, c.optimal);
        }
}

int main(int argc, char **argv) {
    if (argc > 1) {
        print_coverage(atoi(argv[1]));
        return 0;
    }
    Suite *suite = suite_create("ppi_laws");
    TCase *tcase = tcase_create("ppi_laws");
    tcase_add_test(tcase, test_the_default_form_covers_what_the_published_one_misses);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
