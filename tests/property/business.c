/* Analyses of the simulated company: how often intervals hold what is true, and by how much those
 * miss that cannot. `business table RUNS` prints the table of docs/validation/business.md. */

#include "../unit/support.h"
#include "require.h"

enum { MOST = 100000, LAGS = 12 };

static double y[MOST], columns_of[LAGS + 1][MOST], unit_of[MOST], month_of[MOST];
static cx_array columns[LAGS + 1];
static cx_business_options company;

typedef struct answer {
    double low, high, value, truth;
} answer;

static cx_table *simulated(int32_t part) {
    cx_table *table;
    cx_error err;
    require(cx_simulate_business(part, &company, &table, &err), &err);
    return table;
}

static answer term(const cx_fit *fit, const char *name, double truth) {
    cx_estimate found;
    cx_error err;
    require(cx_fit_estimate(fit, name, &found, &err), &err);
    return (answer){found.ci_low, found.ci_high, found.value, truth};
}

/* -- who leaves ---------------------------------------------------------------------------- */

/* Columns of the months: `first`, price and log tenure, then the competitor if it is known; of the
 * rows that have an answer, or of all. */
static answer leaving(const char *first, bool competitor) {
    company.stores = 40, company.customers = 2000, company.asked = 1;
    cx_table *months = simulated(CX_BUSINESS_MONTHS);
    cx_array event = table_column(months, "event"), x = table_column(months, first);
    cx_array price = table_column(months, "price"), tenure = table_column(months, "tenure");
    cx_array rival = table_column(months, "competitor");
    cx_array *const extra = &columns[1];
    int64_t n = cx_table_rows(months);
    if (n > MOST) exit(EXIT_FAILURE);
    for (int64_t i = 0; i < n; i++)
        columns_of[1][i] = log((double)((const int64_t *)tenure.data)[i]);
    columns[0] = x, columns[0].name = "x";
    extra[0] = price, extra[0].name = "price";
    extra[1] = cx_array_of(columns_of[1], CX_F64, n), extra[1].name = "tenure";
    extra[2] = rival, extra[2].name = "competitor";
    cx_frame frame = {columns, competitor ? 4 : 3, {0, 0}};
    cx_fit *fit;
    cx_error err;
    require(cx_hazard(&frame, &event, NULL, NULL, NULL, NULL, NULL, &fit, &err), &err);
    answer found = term(fit, "x", table_figure(months, "log_hazard_ratio"));
    cx_fit_free(fit);
    cx_table_free(months);
    return found;
}

static answer hazard_adjusted(void) {
    return leaving("cx", true);
}
static answer hazard_unadjusted(void) {
    return leaving("cx", false);
}
static answer hazard_of_answers(void) {
    company.confounder_hazard = 0;
    return leaving("score", false);
}

/* -- what customers spend ------------------------------------------------------------------ */

/* Every month's mean over the stores taken out: what a coefficient for each month does. */
static void less_months(const double *from, double *to, bool take) {
    for (int64_t t = 0; t < company.months; t++) {
        double sum = 0;
        for (int64_t s = 0; s < company.stores; s++) sum += from[company.months * s + t];
        for (int64_t s = 0; s < company.stores; s++)
            to[company.months * s + t] =
                from[company.months * s + t] - (take ? sum / (double)company.stores : 0);
    }
}

static answer arriving(int32_t shape, const char *experience, bool months) {
    cx_table *stores = simulated(CX_BUSINESS_STORES), *table;
    cx_array x = table_column(stores, experience), spend = table_column(stores, "spend");
    cx_array unit = table_column(stores, "store"), month = table_column(stores, "month");
    less_months(x.data, columns_of[0], months);
    less_months(spend.data, y, months);
    x.data = columns_of[0], spend.data = y;
    cx_distributed_lag_options options;
    cx_error err;
    cx_distributed_lag_options_init(&options);
    options.shape = shape, options.max_lag = shape == CX_LAG_KOYCK ? 0 : LAGS;
    require(cx_distributed_lag(&x, &spend, &unit, &month, NULL, &options, &table, &err), &err);
    answer found = {table_figure(table, "long_run_ci_low"), table_figure(table, "long_run_ci_high"),
                    table_figure(table, "long_run"), table_figure(stores, "spend_long_run")};
    cx_table_free(table);
    cx_table_free(stores);
    return found;
}

static answer long_run_free(void) {
    return arriving(CX_LAG_FREE, "cx", true);
}
static answer long_run_koyck(void) {
    return arriving(CX_LAG_KOYCK, "cx", true);
}
static answer long_run_no_months(void) {
    return arriving(CX_LAG_FREE, "cx", false);
}
static answer long_run_rival_moves(void) {
    company.confounder_moves = 0.5;
    return arriving(CX_LAG_FREE, "cx", true);
}
static answer long_run_surveyed(void) {
    company.customers = 120 * company.stores, company.asked = 1;
    return arriving(CX_LAG_FREE, "surveyed", true);
}

/* Fixed effects of stores and months: `outcome` on `name` and its lags from `first` to `last`. */
static answer within(const char *outcome, const char *name, int64_t first, int64_t last,
                     const char *truth) {
    static const char *const names[] = {"0", "1", "2", "3",  "4",  "5", "6",
                                        "7", "8", "9", "10", "11", "12"};
    cx_table *stores = simulated(CX_BUSINESS_STORES);
    cx_array x = table_column(stores, name), out = table_column(stores, outcome), keys[2];
    int64_t n = 0;
    for (int64_t s = 0; s < company.stores; s++)
        for (int64_t t = last; t < company.months; t++, n++) {
            int64_t at = company.months * s + t;
            y[n] = ((const double *)out.data)[at], unit_of[n] = (double)s, month_of[n] = (double)t;
            for (int64_t j = first; j <= last; j++)
                columns_of[j - first][n] = ((const double *)x.data)[at - j];
        }
    for (int64_t j = 0; j <= last - first; j++) {
        columns[j] = cx_array_of(columns_of[j], CX_F64, n);
        columns[j].name = names[j];
    }
    keys[0] = cx_array_of(unit_of, CX_F64, n), keys[1] = cx_array_of(month_of, CX_F64, n);
    keys[0].name = "store", keys[1].name = "month";
    cx_frame frame = {columns, last - first + 1, {0, 0}}, fixed = {keys, 2, {0, 0}};
    cx_frame clusters = {keys, 1, {0, 0}};
    cx_array a = cx_array_of(y, CX_F64, n);
    cx_fit *fit;
    cx_error err;
    require(cx_regress(&frame, &a, NULL, &clusters, &fixed, NULL, NULL, &fit, &err), &err);
    answer found = term(fit, "0", table_figure(stores, truth));
    cx_fit_free(fit);
    cx_table_free(stores);
    return found;
}

static answer immediate(void) {
    return within("spend", "cx", 0, LAGS, "spend_immediate");
}
static answer without_lags(void) {
    return within("spend", "cx", 0, 0, "spend_long_run");
}
static answer engagement(void) {
    return within("cx", "engagement", 2, 2, "engagement");
}
static answer engagement_surveyed(void) {
    return within("cx", "surveyed_engagement", 2, 2, "engagement");
}

/* What the six waves say of one initiative, the others adjusted for. */
static answer emotion(void) {
    static const char *const names[] = {"ease", "efficiency", "emotion"};
    cx_table *stores = simulated(CX_BUSINESS_STORES);
    cx_array out = table_column(stores, "cx"), keys[2];
    for (int i = 0; i < 3; i++) {
        columns[i] = table_column(stores, names[i]);
        columns[i].name = names[i];
    }
    keys[0] = table_column(stores, "store"), keys[1] = table_column(stores, "month");
    cx_frame frame = {columns, 3, {0, 0}}, fixed = {keys, 2, {0, 0}}, clusters = {keys, 1, {0, 0}};
    cx_fit *fit;
    cx_error err;
    require(cx_regress(&frame, &out, NULL, &clusters, &fixed, NULL, NULL, &fit, &err), &err);
    answer found = term(fit, "emotion", table_figure(stores, "emotion"));
    cx_fit_free(fit);
    cx_table_free(stores);
    return found;
}

/* -- stores against stores ----------------------------------------------------------------- */

static cx_table *store_means(void) {
    cx_table *stores = simulated(CX_BUSINESS_STORES);
    const double *x = table_column(stores, "cx").data, *spend = table_column(stores, "spend").data;
    for (int64_t s = 0; s < company.stores; s++) {
        columns_of[0][s] = y[s] = 0;
        for (int64_t t = 0; t < company.months; t++) {
            columns_of[0][s] += x[company.months * s + t] / (double)company.months;
            y[s] += spend[company.months * s + t] / (double)company.months;
        }
    }
    columns[0] = cx_array_of(columns_of[0], CX_F64, company.stores);
    columns[0].name = "x";
    return stores;
}

static answer between(const char *truth) {
    cx_table *stores = store_means();
    cx_frame frame = {columns, 1, {0, 0}};
    cx_array a = cx_array_of(y, CX_F64, company.stores);
    cx_fit *fit;
    cx_error err;
    require(cx_regress(&frame, &a, NULL, NULL, NULL, NULL, NULL, &fit, &err), &err);
    answer found = term(fit, "x", table_figure(stores, truth));
    cx_fit_free(fit);
    cx_table_free(stores);
    return found;
}

static answer naive(void) {
    return between("spend_long_run");
}
static answer naive_as_documented(void) {
    return between("naive_slope");
}
static answer no_competitor(void) {
    company.confounder_spend = 0;
    return between("spend_long_run");
}

static answer correlated(const char *truth) {
    cx_table *stores = store_means();
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0, n = (double)company.stores;
    for (int64_t s = 0; s < company.stores; s++) mx += columns_of[0][s] / n, my += y[s] / n;
    for (int64_t s = 0; s < company.stores; s++) {
        double a = columns_of[0][s] - mx, b = y[s] - my;
        xx += a * a, yy += b * b, xy += a * b;
    }
    double r = xy / sqrt(xx * yy), z = atanh(r), half = 1.959963984540054 / sqrt(n - 3);
    answer found = {tanh(z - half), tanh(z + half), r, table_figure(stores, truth)};
    cx_table_free(stores);
    return found;
}

static answer naive_correlation(void) {
    return correlated("correlation");
}
static answer naive_correlation_as_documented(void) {
    return correlated("naive_correlation");
}

/* What the month's answers say of all who were there; no interval. */
static answer mean_score(void) {
    company.stores = 40, company.customers = 2000, company.asked = 1;
    cx_table *months = simulated(CX_BUSINESS_MONTHS);
    cx_array x = table_column(months, "cx"), score = table_column(months, "score");
    cx_array answered = table_column(months, "answered");
    double sum = 0, n = (double)cx_table_rows(months), scores = 0, square = 0, answers = 0;
    for (int64_t i = 0; i < cx_table_rows(months); i++) {
        sum += ((const double *)x.data)[i];
        if (((const int64_t *)answered.data)[i] == 0) continue;
        double value = ((const double *)score.data)[i];
        scores += value, square += value * value, answers++;
    }
    double mean = scores / answers,
           half = 1.96 * sqrt(square / answers - mean * mean) / sqrt(answers);
    cx_table_free(months);
    return (answer){mean - half, mean + half, mean, sum / n};
}

/* -- all of them --------------------------------------------------------------------------- */

typedef struct scenario {
    const char *name;
    answer (*run)(void);
    int runs;           /* in `check` */
    double least, most; /* of the share that holds the truth, there */
} scenario;

static const scenario scenarios[] = {
    {"log hazard ratio, the competitor known", hazard_adjusted, 6, 0.6, 1},
    {"the same, the competitor not known", hazard_unadjusted, 0, 0, 1},
    {"the same from survey scores, no competitor", hazard_of_answers, 0, 0, 1},
    {"long-run spend, free lags, stores and months", long_run_free, 60, 0.86, 1},
    {"the same, geometric lags", long_run_koyck, 0, 0, 1},
    {"the same, free lags, months left out", long_run_no_months, 0, 0, 1},
    {"the same, the competitor moves", long_run_rival_moves, 0, 0, 1},
    {"the same, surveyed scores for experience", long_run_surveyed, 0, 0, 1},
    {"immediate spend, lags 0 to 12, fixed effects", immediate, 60, 0.86, 1},
    {"spend on the same month alone, against the long run", without_lags, 20, 0, 0.2},
    {"engagement on experience, two months later", engagement, 60, 0.86, 1},
    {"the same, surveyed engagement", engagement_surveyed, 20, 0, 0.6},
    {"emotion on experience, six waves", emotion, 60, 0.86, 1},
    {"stores against stores, long-run spend", naive, 60, 0, 0.85},
    {"the same, against the documented slope", naive_as_documented, 100, 0.87, 1},
    {"the same, no competitor", no_competitor, 100, 0.87, 1},
    {"correlation of stores' means, against the one without competitor", naive_correlation, 0, 0,
     1},
    {"the same, against the documented one", naive_correlation_as_documented, 100, 0.87, 1},
    {"mean score, against the mean experience of all", mean_score, 2, 0, 0},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

typedef struct summary {
    double held, value, truth;
} summary;

static summary summed(const scenario *what, int runs) {
    summary sum = {0, 0, 0};
    for (int run = 0; run < runs; run++) {
        cx_business_options_init(&company);
        company.stores = 100, company.customers = 0, company.seed = (uint64_t)run + 1;
        answer found = what->run();
        sum.held += found.low <= found.truth && found.truth <= found.high;
        sum.value += found.value, sum.truth += found.truth;
    }
    sum.held /= runs, sum.value /= runs, sum.truth /= runs;
    return sum;
}

START_TEST(test_intervals_hold_what_the_design_identifies) {
    const scenario *what = &scenarios[_i];
    if (what->runs == 0) return; /* of the table alone */
    double held = summed(what, what->runs).held;
    ck_assert_msg(held >= what->least && held <= what->most, "%s: %.3f", what->name, held);
}
END_TEST

static int print_table(int runs) {
    for (int i = 0; i < SCENARIOS; i++) {
        summary s = summed(&scenarios[i], runs);
        printf("| %s | %.3f | %.3f | %+.3f | %.1f |\n", scenarios[i].name, s.truth, s.value,
               s.value - s.truth, 100 * s.held);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "table") == 0) return print_table(atoi(words[2]));
    Suite *suite = suite_create("business");
    TCase *tcase = tcase_create("simulation");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_intervals_hold_what_the_design_identifies, 0, SCENARIOS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
