/* Is the probability of a gain what it says in the simulated company? Its effects, the worth of
 * what it moves and the cost are drawn for each world; links are estimated from the company's data,
 * errors of the same stores together, and the case is held against what the truth comes to.
 * `case_worlds table RUNS [FIRST]` prints the table of docs/validation/case.md. */

#include "../unit/support.h"
#include "require.h"

enum { STORES = 40, MONTHS = 36, CUSTOMERS = 1200, LAGS = 12, HORIZON = 24, BANDS = 5 };
enum { MOST = CUSTOMERS * MONTHS };
enum { IDENTIFIED, NAIVE, CORRECTED, SCORES, ROUTES };
static const char *const route_names[ROUTES] = {
    "stores and months held fixed, competitor known", "stores against stores",
    "the same less the documented bias", "the first, from survey scores"};

#define SEED UINT64_C(20260519)
#define BASE 0.02 /* share leaving in a month, known */
#define PEOPLE 1000.0
#define RATE 0.08

static double columns_of[LAGS + 1][MOST], y[MOST];
static int64_t store_of[MOST], month_of[MOST];
static cx_array columns[LAGS + 1];
static const char *const lag_names[] = {"0", "1", "2", "3",  "4",  "5",       "6",
                                        "7", "8", "9", "10", "11", "long run"};

/* Drawn for each world, from what anybody could have thought: as wide as the figures allow against
 * their errors, so that what the data leave open is all that is not known. */
typedef struct world {
    cx_business_options company;
    double margin, kept, cost, npv;
    cx_table *stores, *months;
} world;

typedef struct link {
    cx_estimate estimate;
    cx_table *influence;
    double lag[LAGS + 1];
} link;

static cx_array column(const cx_table *table, const char *name) {
    cx_array view;
    cx_error err;
    require(cx_table_column(table, cx_table_find(table, name), &view, &err), &err);
    view.name = name;
    return view;
}

static double figure(const cx_table *table, const char *name) {
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), name) == 0) return cx_table_figure(table, i);
    exit(EXIT_FAILURE);
}

/* -- what is true -------------------------------------------------------------------------- */

static double between(uint64_t run, uint32_t what, double low, double high) {
    return low + (high - low) * cx_random_uniform(SEED, 7, run, what);
}

static double triangle(uint64_t run, uint32_t what, double low, double mode, double high) {
    double u = cx_random_uniform(SEED, 7, run, what), rise = mode - low, fall = high - mode;
    if (u * (high - low) < rise) return low + sqrt(u * (high - low) * rise);
    return high - sqrt((1 - u) * (high - low) * fall);
}

/* Money of the months to come, from the company's own parameters and not from the case. */
static double truth(const world *w) {
    const cx_business_options *o = &w->company;
    double npv = -w->cost, spend = 0, left = BASE * (pow(o->hazard_ratio, o->emotion) - 1);
    for (int t = 1; t <= HORIZON; t++) {
        spend += o->emotion * o->spend * pow(o->theta, t - 1);
        npv += PEOPLE * (w->margin * spend + w->kept * left) * pow(1 + RATE, -t / 12.0);
    }
    return npv;
}

static world world_of(uint64_t run) {
    world w;
    cx_error err;
    cx_business_options_init(&w.company);
    w.company.seed = run + 1;
    w.company.stores = STORES, w.company.months = MONTHS, w.company.customers = CUSTOMERS;
    w.company.asked = 1;
    w.company.emotion = between(run, 0, 0.2, 1.2);
    w.company.spend = between(run, 1, 0, 2);
    w.company.hazard_ratio = exp(between(run, 2, -0.6, 0.2));
    w.margin = triangle(run, 3, 0.4, 0.5, 0.6);
    w.kept = -triangle(run, 4, 100, 150, 200);
    w.cost = between(run, 5, 0, 50000);
    w.npv = truth(&w);
    require(cx_simulate_business(CX_BUSINESS_STORES, &w.company, &w.stores, &err), &err);
    require(cx_simulate_business(CX_BUSINESS_MONTHS, &w.company, &w.months, &err), &err);
    return w;
}

/* -- links --------------------------------------------------------------------------------- */

static link link_of(cx_fit *fit, const char *term) {
    link found;
    cx_error err;
    memset(&found, 0, sizeof found);
    require(cx_fit_estimate(fit, term, &found.estimate, &err), &err);
    require(cx_fit_influence(fit, term, &found.influence, &err), &err);
    return found;
}

/* `p` columns; errors by store, and what stores and months are held fixed, where there are keys. */
static link regressed(int64_t p, const char *term, const cx_array *out, const cx_array *keys) {
    cx_frame frame = {columns, p, {0, 0}}, fixed = {keys, 2, {0, 0}}, stores = {keys, 1, {0, 0}};
    cx_regress_options options;
    cx_fit *fit;
    cx_error err;
    cx_regress_options_init(&options);
    options.influence = 1;
    if (keys == NULL) options.cov = CX_COV_HC1;
    require(cx_regress(&frame, out, NULL, keys ? &stores : NULL, keys ? &fixed : NULL, NULL,
                       &options, &fit, &err),
            &err);
    link found = link_of(fit, term);
    cx_fit_free(fit);
    return found;
}

/* What the six waves say: where and when came by lot. */
static link initiative(const world *w, const char *experience) {
    const cx_array keys[2] = {column(w->stores, "store"), column(w->stores, "month")};
    cx_array out = column(w->stores, experience);
    columns[0] = column(w->stores, "emotion");
    columns[1] = column(w->stores, "ease");
    columns[2] = column(w->stores, "efficiency");
    return regressed(3, "emotion", &out, keys);
}

/* sum_j b_j x_t-j written as B x_t-12 + sum_j B_j (x_t-j - x_t-j-1): B_j is what has arrived by
 * lag j and B the long run, with an error of its own. Null where a month has no answers. */
static link spending(const world *w, const char *experience) {
    cx_array x = column(w->stores, experience), spend = column(w->stores, "spend"), keys[2];
    const double *seen = x.data;
    int64_t n = 0;
    for (int64_t at = 0; at < STORES * MONTHS; at++) {
        if (at % MONTHS < LAGS) continue;
        for (int j = 0; j < LAGS; j++) columns_of[j][n] = seen[at - j] - seen[at - j - 1];
        columns_of[LAGS][n] = seen[at - LAGS], y[n] = ((const double *)spend.data)[at];
        store_of[n] = at / MONTHS, month_of[n++] = at % MONTHS;
    }
    for (int j = 0; j <= LAGS; j++) {
        columns[j] = cx_array_of(columns_of[j], CX_F64, n);
        columns[j].name = lag_names[j];
    }
    keys[0] = cx_array_of(store_of, CX_I64, n), keys[1] = cx_array_of(month_of, CX_I64, n);
    keys[0].name = "store", keys[1].name = "month";
    cx_array out = cx_array_of(y, CX_F64, n);
    return regressed(LAGS + 1, lag_names[LAGS], &out, keys);
}

/* The stores' means. */
static link naive(const world *w) {
    const double *x = column(w->stores, "cx").data, *spend = column(w->stores, "spend").data;
    for (int64_t s = 0; s < STORES; s++) {
        columns_of[0][s] = y[s] = 0;
        for (int64_t t = 0; t < MONTHS; t++) {
            columns_of[0][s] += x[MONTHS * s + t] / MONTHS;
            y[s] += spend[MONTHS * s + t] / MONTHS;
        }
    }
    columns[0] = cx_array_of(columns_of[0], CX_F64, STORES), columns[0].name = "cx";
    cx_array out = cx_array_of(y, CX_F64, STORES);
    return regressed(1, "cx", &out, NULL);
}

/* The hazard in the months of customers, or in those that have an answer. */
static link leaving(const world *w, const char *experience, bool competitor) {
    cx_array event = column(w->months, "event"), tenure = column(w->months, "tenure");
    cx_array stores = column(w->months, "store");
    cx_frame frame = {columns, competitor ? 4 : 3, {0, 0}}, clusters = {&stores, 1, {0, 0}};
    cx_model_options options;
    cx_fit *fit;
    cx_error err;
    if (event.length > MOST) exit(EXIT_FAILURE);
    for (int64_t i = 0; i < event.length; i++)
        columns_of[0][i] = log((double)((const int64_t *)tenure.data)[i]);
    columns[0] = column(w->months, experience), columns[1] = column(w->months, "price");
    columns[2] = cx_array_of(columns_of[0], CX_F64, event.length), columns[2].name = "tenure";
    columns[3] = column(w->months, "competitor");
    cx_model_options_init(&options);
    options.influence = 1;
    require(cx_hazard(&frame, &event, NULL, NULL, &clusters, NULL, &options, &fit, &err), &err);
    link found = link_of(fit, experience);
    cx_fit_free(fit);
    return found;
}

static void less_months(const double *from, double *to) {
    for (int t = 0; t < MONTHS; t++) {
        double sum = 0;
        for (int s = 0; s < STORES; s++) sum += from[MONTHS * s + t];
        for (int s = 0; s < STORES; s++) to[MONTHS * s + t] = from[MONTHS * s + t] - sum / STORES;
    }
}

/* What arrives 0, 1, ... months later, by the geometric form; months are taken out as a
 * coefficient for each would. */
static void arriving(const world *w, const char *experience, double *lag) {
    cx_array x = column(w->stores, experience), spend = column(w->stores, "spend");
    cx_array store = column(w->stores, "store"), month = column(w->stores, "month");
    cx_distributed_lag_options options;
    cx_table *table;
    cx_error err;
    less_months(x.data, columns_of[0]);
    less_months(spend.data, y);
    x.data = columns_of[0], spend.data = y;
    cx_distributed_lag_options_init(&options);
    options.shape = CX_LAG_KOYCK;
    require(cx_distributed_lag(&x, &spend, &store, &month, NULL, &options, &table, &err), &err);
    double theta = figure(table, "theta"), sum = 0;
    for (int j = 0; j <= LAGS; j++) sum += lag[j] = pow(theta, j);
    for (int j = 0; j <= LAGS; j++) lag[j] /= sum;
    cx_table_free(table);
}

/* -- the case ------------------------------------------------------------------------------ */

static void add_link(cx_case *self, const char *name, const char *from, const char *to,
                     const char *to_unit, const link *l, const double *lag, cx_link_options *o) {
    const char *from_unit = strcmp(from, "emotion") == 0 ? NULL : "points";
    cx_array arrives = cx_array_of(lag, CX_F64, LAGS + 1);
    cx_array id = column(l->influence, "id"), influence = column(l->influence, "influence");
    cx_error err;
    require(cx_case_link(self, name, from, to, from_unit, to_unit, &l->estimate,
                         lag == NULL ? NULL : &arrives, NULL, o, &err),
            &err);
    require(cx_case_influence(self, name, &id, &influence, &err), &err);
}

static void add_value(cx_case *self, const char *name, const char *from, const char *unit,
                      double low, double value, double high) {
    cx_link_options o;
    cx_error err;
    cx_link_options_init(&o);
    o.is_value = 1, o.spread = CX_SPREAD_TRIANGULAR, o.low = low, o.high = high;
    require(cx_case_assume(self, name, from, "money", unit, "EUR", value, 0, NULL, "the books", &o,
                           &err),
            &err);
}

static cx_case *case_of(const world *w, const link *moved, const link *spent, const link *left) {
    double rate = RATE;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_case_options options;
    cx_link_options plain, hazard;
    cx_case *self;
    cx_error err;
    cx_case_options_init(&options);
    options.population = PEOPLE, options.horizon = HORIZON, options.periods_a_year = 12;
    require(cx_case_new("EUR", &rates, &options, NULL, &self, &err), &err);
    cx_link_options_init(&plain);
    cx_link_options_init(&hazard);
    hazard.form = CX_FORM_PROPORTIONAL, hazard.base = BASE;
    add_link(self, "waves", "emotion", "experience", "points", moved, NULL, &plain);
    add_link(self, "spending", "experience", "spend", "EUR spent", spent, spent->lag, &plain);
    add_link(self, "leaving", "experience", "left", "share", left, NULL, &hazard);
    add_value(self, "margin", "spend", "EUR spent", 0.4, 0.5, 0.6);
    add_value(self, "kept", "left", "share", -200, -150, -100);
    require(cx_case_cost(self, "cost", w->cost, 0, 0, 0, CX_SPREAD_FIXED, 0, 0, NULL, &err), &err);
    return self;
}

static cx_case_summary drawn(const cx_case *self, uint64_t seed) {
    cx_case_run_options options;
    cx_case_result *result;
    cx_case_summary summary;
    cx_error err;
    cx_case_run_options_init(&options);
    options.draws = 1000, options.seed = seed;
    require(cx_case_run(self, &options, &result, &err), &err);
    require(cx_case_figures(result, &summary, &err), &err);
    cx_case_result_free(result);
    return summary;
}

/* -- many of them -------------------------------------------------------------------------- */

typedef struct outcome {
    double runs, brier, said, gained, held, off, square;
    double band_said[BANDS], band_gained[BANDS], band_runs[BANDS];
} outcome;

static void hold(outcome *o, const world *w, const cx_case_summary *s) {
    int band = (int)fmin(s->p_positive * BANDS, BANDS - 1);
    bool gain = w->npv > 0;
    o->runs++, o->said += s->p_positive, o->gained += gain;
    o->brier += (s->p_positive - gain) * (s->p_positive - gain);
    double z = (s->npv - w->npv) / s->npv_sd;
    o->off += z, o->square += z * z;
    o->held += w->npv >= s->npv_low && w->npv <= s->npv_high;
    o->band_said[band] += s->p_positive, o->band_gained[band] += gain, o->band_runs[band]++;
}

/* The links that a company would put together along each route. */
static void found(const world *w, bool all, link links[ROUTES][3]) {
    memset(links, 0, ROUTES * sizeof *links);
    links[IDENTIFIED][0] = initiative(w, "cx");
    links[IDENTIFIED][1] = spending(w, "cx");
    links[IDENTIFIED][2] = leaving(w, "cx", true);
    arriving(w, "cx", links[IDENTIFIED][1].lag);
    memcpy(links[NAIVE], links[IDENTIFIED], sizeof *links);
    memcpy(links[CORRECTED], links[IDENTIFIED], sizeof *links);
    links[NAIVE][1] = links[CORRECTED][1] = naive(w);
    memcpy(links[NAIVE][1].lag, links[IDENTIFIED][1].lag, sizeof links[NAIVE][1].lag);
    memcpy(links[CORRECTED][1].lag, links[IDENTIFIED][1].lag, sizeof links[NAIVE][1].lag);
    links[CORRECTED][1].estimate.value -= figure(w->stores, "naive_bias");
    if (!all) return;
    links[SCORES][0] = initiative(w, "surveyed");
    links[SCORES][1] = links[IDENTIFIED][1];
    links[SCORES][2] = leaving(w, "score", true);
}

static void released(link links[ROUTES][3]) {
    for (int i = 0; i < 3; i++) cx_table_free(links[IDENTIFIED][i].influence);
    cx_table_free(links[NAIVE][1].influence);
    cx_table_free(links[SCORES][0].influence);
    cx_table_free(links[SCORES][2].influence);
}

static void simulate(int64_t first, int64_t runs, bool all, outcome *o) {
    memset(o, 0, ROUTES * sizeof *o);
    for (int64_t run = first; run < first + runs; run++) {
        world w = world_of((uint64_t)run);
        link links[ROUTES][3];
        found(&w, all, links);
        for (int route = 0; route < (all ? ROUTES : SCORES); route++) {
            link *l = links[route];
            cx_case *self = case_of(&w, &l[0], &l[1], &l[2]);
            cx_case_summary s = drawn(self, (uint64_t)run);
            hold(&o[route], &w, &s);
            cx_case_free(self);
        }
        released(links);
        cx_table_free(w.stores);
        cx_table_free(w.months);
    }
}

/* -- tests --------------------------------------------------------------------------------- */

static outcome seen[ROUTES];

static void see(void) {
    simulate(0, thinned(24), false, seen);
}

static double off(int route) {
    return seen[route].off / seen[route].runs;
}

START_TEST(test_the_probability_of_a_gain_is_what_it_says_in_the_company) {
    const outcome *o = &seen[IDENTIFIED];
    ck_assert_msg(fabs(o->said - o->gained) < 3.5 * sqrt(fmax(o->brier, 1)),
                  "said %.1f, came %.0f of %.0f", o->said, o->gained, o->runs);
    ck_assert_msg(o->held / o->runs > 0.9 - 3.5 * 0.3 / sqrt(o->runs), "held %.3f",
                  o->held / o->runs);
    ck_assert_msg(fabs(off(IDENTIFIED)) < 3.5 / sqrt(o->runs), "off by %.2f", off(IDENTIFIED));
}
END_TEST

/* The same companies, the same costs: what nobody sees is taken for experience. */
START_TEST(test_a_case_on_the_naive_link_promises_too_much_by_what_is_documented) {
    const outcome *o = &seen[NAIVE];
    if (o->runs < 24) return; /* too few to tell */
    ck_assert_msg(off(NAIVE) > 0.6, "off by %.2f", off(NAIVE));
    ck_assert_msg(o->held < seen[IDENTIFIED].held, "held %.0f", o->held);
    ck_assert_msg(o->said > seen[IDENTIFIED].said, "said %.2f", o->said);
    ck_assert_msg(fabs(off(CORRECTED)) < 3.5 / sqrt(o->runs), "off by %.2f", off(CORRECTED));
}
END_TEST

static int print_table(int64_t first, int64_t runs) {
    outcome o[ROUTES];
    simulate(first, runs, true, o);
    for (int r = 0; r < ROUTES; r++) {
        double n = o[r].runs, z = o[r].off / n;
        printf("%s: said %.3f, gained %.3f, off %+.2f (sd %.2f), Brier %.4f, held %.3f\n",
               route_names[r], o[r].said / n, o[r].gained / n, z, sqrt(o[r].square / n - z * z),
               o[r].brier / n, o[r].held / n);
        for (int b = 0; b < BANDS; b++) {
            double m = o[r].band_runs[b], said = o[r].band_said[b] / m;
            printf("| %.1f to %.1f | %.0f | %.3f | %.3f | %.3f |\n", (double)b / BANDS,
                   (b + 1.0) / BANDS, m, said, o[r].band_gained[b] / m,
                   sqrt(said * (1 - said) / m));
        }
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    if (count >= 3 && strcmp(words[1], "table") == 0)
        return print_table(count > 3 ? atoi(words[3]) : 0, atoi(words[2]));
    Suite *suite = suite_create("case worlds");
    TCase *tcase = tcase_create("simulation");
    tcase_set_timeout(tcase, 120);
    tcase_add_unchecked_fixture(tcase, see, NULL);
    tcase_add_test(tcase, test_the_probability_of_a_gain_is_what_it_says_in_the_company);
    tcase_add_test(tcase, test_a_case_on_the_naive_link_promises_too_much_by_what_is_documented);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
