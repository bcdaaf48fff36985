/* Is the probability of a gain what it says? Worlds whose true slopes are known: each is estimated
 * with its error, the case is drawn from the estimates, and held against the value of the truth.
 * `case table RUNS` prints the table of docs/validation/case.md. */

#include "../unit/support.h"

#define SEED UINT64_C(20260303)
enum { BINS = 5, LINKS = 3 };

typedef struct outcome {
    double runs, brier, covered;
    double said[BINS], gained[BINS], count[BINS];
} outcome;

static void require(cx_status status, const cx_error *error) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", error->text);
    exit(EXIT_FAILURE);
}

static double normal(uint64_t run, uint32_t draw) {
    return cx_normal_quantile(cx_random_uniform(SEED, 1, run, draw));
}

/* True slopes vary widely against their standard errors, so that what is not known of them is what
 * the estimate leaves open. */
static const double middle[LINKS] = {5, 0.004, 300}, wide[LINKS] = {8, 0.004, 200};
static const double error_of[LINKS] = {1.5, 0.0007, 30};

static void world(uint64_t run, double *truth, double *found) {
    for (uint32_t k = 0; k < LINKS; k++) {
        truth[k] = middle[k] + wide[k] * (2 * cx_random_uniform(SEED, 2, run, k) - 1);
        found[k] = truth[k] + error_of[k] * normal(run, k);
    }
}

static cx_case_summary draw(const double *found, int64_t draws, uint64_t seed) {
    static const char *const names[] = {"one", "two", "three"};
    static const char *const ends[] = {"app", "nps", "retention", "money"};
    static const char *const units[] = {NULL, "points", "share", "EUR"};
    double rate = 0;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_case_options options;
    cx_case_run_options run;
    cx_case *self;
    cx_case_result *result;
    cx_case_summary summary;
    cx_error error;
    cx_case_options_init(&options);
    options.population = 1000;
    require(cx_case_new("EUR", &rates, &options, NULL, &self, &error), &error);
    for (int k = 0; k < LINKS; k++) {
        cx_estimate e = {.value = found[k], .se = error_of[k], .df = INFINITY};
        require(cx_case_link(self, names[k], ends[k], ends[k + 1], units[k], units[k + 1], &e, NULL,
                             NULL, NULL, &error),
                &error);
    }
    require(cx_case_cost(self, "cost", 60000, 0, 0, 0, CX_SPREAD_FIXED, 0, 0, NULL, &error),
            &error);
    cx_case_run_options_init(&run);
    run.draws = draws;
    run.seed = seed;
    require(cx_case_run(self, &run, &result, &error), &error);
    require(cx_case_figures(result, &summary, &error), &error);
    cx_case_result_free(result);
    cx_case_free(self);
    return summary;
}

static outcome simulate(int64_t runs, int64_t draws) {
    outcome o;
    memset(&o, 0, sizeof o);
    for (uint64_t run = 0; run < (uint64_t)runs; run++) {
        double truth[LINKS], found[LINKS];
        world(run, truth, found);
        double npv = truth[0] * truth[1] * truth[2] * 12000 - 60000;
        cx_case_summary s = draw(found, draws, run);
        int bin = (int)(s.p_positive * BINS);
        if (bin == BINS) bin--;
        o.runs++;
        o.brier += (s.p_positive - (npv > 0)) * (s.p_positive - (npv > 0));
        o.covered += npv >= s.npv_low && npv <= s.npv_high;
        o.said[bin] += s.p_positive;
        o.gained[bin] += npv > 0;
        o.count[bin]++;
    }
    return o;
}

START_TEST(test_the_probability_of_a_gain_is_what_it_says) {
    outcome o = simulate(400, 1000);
    double said = 0, gained = 0;
    for (int b = 0; b < BINS; b++) {
        double n = o.count[b], p = o.said[b] / n;
        said += o.said[b], gained += o.gained[b];
        if (n < 20) continue;
        double bound = 3.5 * sqrt(fmax(p * (1 - p), 0.02) / n) + 0.02;
        ck_assert_msg(fabs(o.gained[b] / n - p) < bound, "said %.3f, came %.3f of %.0f", p,
                      o.gained[b] / n, n);
    }
    ck_assert_msg(fabs(said - gained) < 0.05 * o.runs, "said %.1f, came %.1f", said, gained);
    ck_assert_msg(o.brier / o.runs < 0.12, "Brier %.3f", o.brier / o.runs);
    ck_assert_msg(fabs(o.covered / o.runs - 0.9) < 0.05, "covered %.3f", o.covered / o.runs);
}
END_TEST

static int print_table(int runs) {
    outcome o = simulate(runs, 1000);
    for (int b = 0; b < BINS; b++)
        printf("| %.1f to %.1f | %.0f | %.3f | %.3f |\n", (double)b / BINS, (b + 1.0) / BINS,
               o.count[b], o.said[b] / o.count[b], o.gained[b] / o.count[b]);
    printf("Brier %.4f, interval held %.3f\n", o.brier / o.runs, o.covered / o.runs);
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "table") == 0) return print_table(atoi(words[2]));
    Suite *suite = suite_create("case");
    TCase *tcase = tcase_create("simulation");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_the_probability_of_a_gain_is_what_it_says);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
