#include "support.h"

#include "stat/detect.h"

/* Run lengths for Gaussian streams by integral equations: E[T | start] = 1 + integral of E[T |
 * next] over the next state's density, on Gauss and Legendre's nodes. Where the next state lies is
 * asked of the recursion itself. Published figures are to the digits given. */

enum { NODES = 160 };

static double nodes[NODES], weights[NODES];

/* Roots of the Legendre polynomial by Newton's method, moved to low .. high. */
static void quadrature(double low, double high) {
    for (int i = 0; i < NODES; i++) {
        double x = cos(3.141592653589793 * (i + 0.75) / (NODES + 0.5)), slope = 1;
        for (int turn = 0; turn < 100; turn++) {
            double before = 1, now = x;
            for (int k = 2; k <= NODES; k++) {
                double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
                before = now, now = next;
            }
            slope = NODES * (x * now - before) / (x * x - 1);
            x -= now / slope;
        }
        nodes[i] = low + (high - low) * (1 + x) / 2;
        weights[i] = (high - low) / ((1 - x * x) * slope * slope);
    }
}

static double matrix[NODES + 1][NODES + 1], solution[NODES + 1];

/* matrix x = 1 by elimination with pivots. */
static void solve(int size) {
    for (int i = 0; i < size; i++) solution[i] = 1;
    for (int c = 0; c < size; c++) {
        int pivot = c;
        for (int r = c + 1; r < size; r++)
            if (fabs(matrix[r][c]) > fabs(matrix[pivot][c])) pivot = r;
        for (int k = 0; k < size; k++) {
            double swap = matrix[c][k];
            matrix[c][k] = matrix[pivot][k], matrix[pivot][k] = swap;
        }
        double swap = solution[c];
        solution[c] = solution[pivot], solution[pivot] = swap;
        for (int r = c + 1; r < size; r++) {
            double factor = matrix[r][c] / matrix[c][c];
            for (int k = c; k < size; k++) matrix[r][k] -= factor * matrix[c][k];
            solution[r] -= factor * solution[c];
        }
    }
    for (int c = size - 1; c >= 0; c--) {
        for (int k = c + 1; k < size; k++) solution[c] -= matrix[c][k] * solution[k];
        solution[c] /= matrix[c][c];
    }
}

/* -- Shiryaev and Roberts ------------------------------------------------------------------ */

/* Density of the next log R at y after log R = x: observations are normal with mean mu and variance
 * 1, and their log likelihood ratio is theta X - theta^2 / 2. */
static double roberts_density(double x, double y, double theta, double mu) {
    double middle = cx_i_roberts_step(x, theta * mu - theta * theta / 2);
    return cx_normal_pdf((y - middle) / theta) / theta;
}

static void roberts_nodes(double log_a, double theta) {
    quadrature(-theta * theta / 2 - 9 * theta, log_a);
}

/* E[T] from R = 0; solution keeps that from every node. */
static double roberts_length(double theta, double mu) {
    double length = 1;
    for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++)
            matrix[i][j] = (i == j) - weights[j] * roberts_density(nodes[i], nodes[j], theta, mu);
    solve(NODES);
    for (int j = 0; j < NODES; j++)
        length += weights[j] * roberts_density(-INFINITY, nodes[j], theta, mu) * solution[j];
    return length;
}

/* Mean of `solution` over the states that no alarm was raised in. */
static double roberts_mean(const double mass[NODES]) {
    double sum = 0, all = 0;
    for (int j = 0; j < NODES; j++) sum += mass[j] * solution[j], all += mass[j];
    return sum / all;
}

/* After the first observation; and after many, where the state has forgotten its start. */
static void roberts_states(double theta, double first[NODES], double late[NODES]) {
    for (int j = 0; j < NODES; j++)
        late[j] = first[j] = weights[j] * roberts_density(-INFINITY, nodes[j], theta, 0);
    for (int turn = 0; turn < 60; turn++) {
        double next[NODES] = {0}, all = 0;
        for (int i = 0; i < NODES; i++)
            for (int j = 0; j < NODES; j++)
                next[j] += late[i] * weights[j] * roberts_density(nodes[i], nodes[j], theta, 0);
        for (int j = 0; j < NODES; j++) all += next[j];
        for (int j = 0; j < NODES; j++) late[j] = next[j] / all;
    }
}

START_TEST(test_shiryaev_roberts_has_the_published_run_lengths_and_delays) {
    vectors v = vectors_read("detect");
    for (int64_t row = 0; row < v.rows; row++) {
        if (strcmp(vectors_text(&v, row, "statistic"), "roberts") != 0) continue;
        double theta = vectors_number(&v, row, "theta"), first[NODES], late[NODES];
        double mu = vectors_number(&v, row, "mu"), delay = vectors_number(&v, row, "delay");
        roberts_nodes(log(vectors_number(&v, row, "threshold")), theta);
        ck_assert_near(roberts_length(theta, mu) - vectors_number(&v, row, "less"),
                       vectors_number(&v, row, "length"), vectors_number(&v, row, "tolerance"));
        if (isnan(delay)) continue;
        roberts_length(theta, theta); /* from every node, with the change */
        roberts_states(theta, first, late);
        ck_assert_near(roberts_mean(first), delay, 0.01);
        ck_assert_near(roberts_mean(late), vectors_number(&v, row, "steady"), 0.06);
    }
    vectors_free(&v);
}
END_TEST

/* -- CUSUM --------------------------------------------------------------------------------- */

/* One-sided, of X - 1/2, the log likelihood ratio of a shift by 1: up to h, from 0. */
static double cusum_length(double h, double mu) {
    quadrature(0, h);
    for (int i = 0; i <= NODES; i++) {
        double from = i == 0 ? 0 : nodes[i - 1], middle = from + mu - 0.5;
        matrix[i][0] = (i == 0) - cx_normal_cdf(-middle); /* back to 0 */
        for (int j = 1; j <= NODES; j++)
            matrix[i][j] = (i == j) - weights[j - 1] * cx_normal_pdf(nodes[j - 1] - middle);
    }
    solve(NODES + 1);
    return solution[0];
}

/* The recursion itself; mean and standard error of the run length. */
static double cusum_simulated(double h, double mu, int64_t runs, double *se) {
    double sum = 0, squares = 0;
    for (int64_t r = 0; r < runs; r++) {
        double c = 0, days = 0;
        while (c <= h) {
            double u = cx_random_uniform(1, 5, (uint64_t)r, (uint32_t)days++);
            c = cx_i_cusum_step(c, cx_normal_quantile(u) + mu - 0.5);
        }
        sum += days, squares += days * days;
    }
    *se = sqrt((squares / (double)runs - sum / (double)runs * sum / (double)runs) / (double)runs);
    return sum / (double)runs;
}

START_TEST(test_cusum_has_the_published_run_lengths) {
    vectors v = vectors_read("detect");
    int64_t runs = thinned(4000);
    for (int64_t row = 0; row < v.rows; row++) {
        const char *statistic = vectors_text(&v, row, "statistic");
        if (strncmp(statistic, "cusum", 5) != 0) continue;
        double h = vectors_number(&v, row, "threshold"), mu = vectors_number(&v, row, "mu"), se;
        double length = cusum_length(h, mu), one = length;
        if (strcmp(statistic, "cusum2") == 0) length = 1 / (1 / one + 1 / cusum_length(h, -mu));
        ck_assert_near(length, vectors_number(&v, row, "length"),
                       vectors_number(&v, row, "tolerance"));
        if (one > 20) continue;
        ck_assert_near(cusum_simulated(h, mu, runs, &se), one, 4 * se);
    }
    vectors_free(&v);
}
END_TEST

START_TEST(test_the_first_steps_are_plain) {
    ck_assert(cx_i_roberts_step(-INFINITY, 0.25) == 0.25);
    ck_assert_close(cx_i_roberts_step(log(3), log(2)), log(8), 1e-15);
    ck_assert(cx_i_roberts_step(1e6, -1) == 1e6 - 1);
    ck_assert(cx_i_cusum_step(0, -1) == 0 && cx_i_cusum_step(0.5, 0.25) == 0.75);
}
END_TEST

Suite *suite_detect(void);
Suite *suite_detect(void) {
    Suite *suite = suite_create("detect");
    TCase *tcase = tcase_create("detect");
    tcase_add_test(tcase, test_the_first_steps_are_plain);
    tcase_add_test(tcase, test_shiryaev_roberts_has_the_published_run_lengths_and_delays);
    tcase_add_test(tcase, test_cusum_has_the_published_run_lengths);
    suite_add_tcase(suite, tcase);
    return suite;
}
