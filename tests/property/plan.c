/* Laws of plans on random problems: optimal against enumeration and against plain greedy, certified
 * by the columns alone, nested in the budget, indifferent to the order of the points. */

#include <cxkit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

enum { MOST = 400 };

typedef struct problem {
    double a[MOST], lower[MOST], upper[MOST], known[MOST], cost[MOST], budget;
    int64_t points;
    int costs, whole;
} problem;

typedef struct answer {
    cx_status status;
    double n[MOST], objective, high, low, gap, used;
} answer;

static uint64_t state = 0x9E3779B97F4A7C15u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static double draw_whole(int below) {
    return floor(draw() * below);
}

static answer solve(const problem *p) {
    cx_array a = cx_array_of(p->a, CX_F64, p->points), l = cx_array_of(p->lower, CX_F64, p->points);
    cx_array u = cx_array_of(p->upper, CX_F64, p->points), n;
    cx_array k = cx_array_of(p->known, CX_F64, p->points);
    cx_array c = cx_array_of(p->cost, CX_F64, p->points);
    cx_plan_options options;
    cx_table *table = NULL;
    answer result;
    memset(&result, 0, sizeof result);
    cx_plan_options_init(&options);
    options.integer = p->whole;
    result.status = cx_plan(&a, p->budget, &l, &u, &k, p->costs ? &c : NULL, NULL, NULL, &options,
                            &table, NULL);
    if (result.status != CX_OK) return result;
    if (cx_table_column(table, cx_table_find(table, "n"), &n, NULL) != CX_OK) abort();
    memcpy(result.n, n.data, (size_t)p->points * sizeof(double));
    result.objective = table_figure(table, "objective");
    result.high = table_figure(table, "gain_high");
    result.low = table_figure(table, "gain_low");
    result.gap = table_figure(table, "gap");
    result.used = table_figure(table, "budget_used");
    cx_table_free(table);
    return result;
}

static problem draw_small(int costs) {
    problem p;
    memset(&p, 0, sizeof p);
    p.points = 1 + (int64_t)draw_whole(4);
    p.budget = draw_whole(13);
    p.costs = costs;
    p.whole = 1;
    for (int64_t i = 0; i < p.points; i++) {
        p.a[i] = draw_whole(12);
        p.known[i] = draw() < 0.5 ? 0 : draw() < 0.5 ? draw_whole(4) : 4 * draw();
        p.lower[i] = draw_whole(3);
        p.upper[i] = draw() < 0.4 ? INFINITY : p.lower[i] + draw_whole(6);
        p.cost[i] = costs ? 1 + draw_whole(4) : 1;
    }
    return p;
}

/* The least objective over all plans that spend the budget, or with costs at most the budget;
 * infinite when every plan leaves a point uninformed, NaN when there is no plan. */
static long double enumerate(const problem *p, int64_t i, double left) {
    if (i == p->points) return left == 0 || p->costs ? 0 : NAN;
    long double best = NAN;
    for (double n = p->lower[i]; n <= p->upper[i] && n * p->cost[i] <= left; n++) {
        long double rest = enumerate(p, i + 1, left - n * p->cost[i]);
        long double here = p->a[i] == 0 ? 0 : (long double)p->a[i] / (n + p->known[i]);
        if (!isnan(rest) && !(best <= here + rest)) best = here + rest;
    }
    return best;
}

static double spend(const problem *p, const double *n) {
    double sum = 0;
    for (int64_t i = 0; i < p->points; i++) sum += n[i] * (p->costs ? p->cost[i] : 1);
    return sum;
}

static int in_bounds(const problem *p, const answer *r) {
    for (int64_t i = 0; i < p->points; i++) {
        if (!(r->n[i] >= p->lower[i] && r->n[i] <= p->upper[i])) return 0;
        if (p->whole && r->n[i] != floor(r->n[i])) return 0;
    }
    return 1;
}

static int matches_enumeration(void) {
    int solved = 0, uninformed = 0, infeasible = 0;
    for (int run = 0; run < 20000; run++) {
        problem p = draw_small(0);
        answer r = solve(&p);
        long double best = enumerate(&p, 0, p.budget);
        if (isnan(best) || isinf(best)) {
            if (r.status != (isnan(best) ? CX_E_INFEASIBLE : CX_E_UNINFORMED)) return 0;
            isnan(best) ? infeasible++ : uninformed++;
            continue;
        }
        solved++;
        if (r.status != CX_OK || !in_bounds(&p, &r) || spend(&p, r.n) != p.budget) return 0;
        if (fabsl(r.objective - best) > 1e-14L * best || r.gap != 0 || r.high > r.low) return 0;
    }
    printf("# %d solved, %d uninformed, %d infeasible\n", solved, uninformed, infeasible);
    return solved > 5000 && uninformed > 500 && infeasible > 500;
}

static int gap_covers_the_optimum(void) {
    int solved = 0, short_of = 0;
    for (int run = 0; run < 20000; run++) {
        problem p = draw_small(1);
        answer r = solve(&p);
        if (r.status != CX_OK) continue;
        long double best = enumerate(&p, 0, p.budget);
        if (!in_bounds(&p, &r) || spend(&p, r.n) > p.budget) return 0;
        if (r.objective < best * (1 - 1e-14L)) return 0;
        if (r.objective - best > r.gap + 1e-14L * best) return 0;
        solved++, short_of += r.objective > best * (1 + 1e-12L);
    }
    printf("# %d solved, %d short of the optimum, all within their gap\n", solved, short_of);
    return solved > 5000;
}

static problem draw_large(int whole, int costs) {
    problem p;
    memset(&p, 0, sizeof p);
    p.points = 2 + (int64_t)draw_whole(MOST - 2);
    p.whole = whole, p.costs = costs;
    double least = 0, spread = draw() < 0.5 ? 3 : 40;
    for (int64_t i = 0; i < p.points; i++) {
        p.a[i] = draw() < 0.05  ? 0
                 : draw() < 0.2 ? 1 + draw_whole(5)
                                : exp(spread * (draw() - 0.5));
        p.known[i] = draw() < 0.3 ? 0 : exp(8 * draw() - 4);
        p.lower[i] = draw() < 0.5 ? 0 : draw_whole(8);
        p.upper[i] = draw() < 0.5 ? INFINITY : p.lower[i] + 1 + draw_whole(200);
        p.cost[i] = costs ? 1 + 3 * draw() : 1;
        if (p.known[i] == 0 && p.lower[i] == 0) p.lower[i] = 1;
        least += p.lower[i] * p.cost[i];
    }
    p.budget = floor(least + (double)p.points * 20 * draw());
    p.upper[0] = INFINITY;
    return p;
}

/* Plain greedy in long double: one answer at a time to the largest gain. */
static long double greedy(const problem *p) {
    double n[MOST], left = p->budget;
    long double objective = 0;
    for (int64_t i = 0; i < p->points; i++) n[i] = p->lower[i], left -= n[i];
    for (; left > 0; left--) {
        int64_t best = -1;
        long double most = -1;
        for (int64_t i = 0; i < p->points; i++) {
            long double s = (long double)n[i] + p->known[i], gain = p->a[i] / (s * (s + 1));
            if (p->a[i] == 0) gain = 0;
            if (n[i] < p->upper[i] && gain > most) best = i, most = gain;
        }
        n[best]++;
    }
    for (int64_t i = 0; i < p->points; i++)
        if (p->a[i] > 0) objective += p->a[i] / ((long double)n[i] + p->known[i]);
    return objective;
}

static int matches_greedy(void) {
    for (int run = 0; run < 300; run++) {
        problem p = draw_large(1, 0);
        answer r = solve(&p);
        long double best = greedy(&p);
        if (r.status != CX_OK || !in_bounds(&p, &r) || spend(&p, r.n) != p.budget) return 0;
        if (fabsl(r.objective - best) > 1e-13L * best || r.high > r.low || r.gap != 0) return 0;
    }
    return 1;
}

/* One more in the budget is one more at one point, and takes gain_high off the objective. */
static int plans_are_nested(void) {
    for (int run = 0; run < 300; run++) {
        problem p = draw_large(1, 0);
        answer less = solve(&p);
        for (int step = 0; step < 5; step++) {
            p.budget++;
            answer more = solve(&p);
            double grown = 0;
            for (int64_t i = 0; i < p.points; i++) {
                if (more.n[i] < less.n[i]) return 0;
                grown += more.n[i] - less.n[i];
            }
            if (grown != 1) return 0;
            if (fabs(less.objective - more.objective - less.high) > 1e-12 * less.objective)
                return 0;
            less = more;
        }
    }
    return 1;
}

static void swap_points(problem *p, int64_t i, int64_t j) {
    double *const columns[] = {p->a, p->lower, p->upper, p->known, p->cost};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        double kept = columns[c][i];
        columns[c][i] = columns[c][j];
        columns[c][j] = kept;
    }
}

static int order_does_not_matter(void) {
    for (int run = 0; run < 300; run++) {
        problem p = draw_large(run % 2, run % 4 > 1);
        answer before = solve(&p);
        int64_t place[MOST];
        for (int64_t i = 0; i < p.points; i++) place[i] = i;
        for (int64_t i = p.points - 1; i > 0; i--) {
            int64_t j = (int64_t)draw_whole((int)i + 1), kept = place[i];
            swap_points(&p, i, j);
            place[i] = place[j], place[j] = kept;
        }
        answer after = solve(&p);
        if (before.status != after.status) return 0;
        if (fabs(before.objective - after.objective) > before.gap + 1e-12 * before.objective)
            return 0;
        if (p.whole && p.costs) continue;
        for (int64_t i = 0; i < p.points; i++) {
            double n = after.n[i], m = before.n[place[i]];
            /* ties: equal points may trade one answer */
            if (fabs(n - m) > (p.whole ? 1 : 1e-9 * (1 + m))) return 0;
        }
    }
    return 1;
}

/* Every point between its bounds has the same gain per cost, and no point at a bound wants away. */
static int continuous_is_stationary(void) {
    for (int run = 0; run < 2000; run++) {
        problem p = draw_large(0, run % 2);
        p.budget += draw();
        if (run % 4 > 1)
            for (int64_t i = 0; i < p.points; i++) p.known[i] += 1e10 * draw();
        answer r = solve(&p);
        double high = 0, low = INFINITY;
        if (r.status != CX_OK || !in_bounds(&p, &r)) return 0;
        if (fabs(spend(&p, r.n) - p.budget) > 1e-12 * p.budget) return 0;
        for (int64_t i = 0; i < p.points; i++) {
            double s = r.n[i] + p.known[i], gain = p.a[i] / (s * s) / p.cost[i];
            if (r.n[i] < p.upper[i]) high = fmax(high, gain);
            if (r.n[i] > p.lower[i]) low = fmin(low, gain);
        }
        if (high > low * (1 + 1e-12) || r.gap > 1e-11 * r.objective) return 0;
        p.budget = floor(p.budget);
        answer real = solve(&p);
        p.whole = 1;
        answer whole = solve(&p);
        if (real.objective > whole.objective * (1 + 1e-13)) return 0;
    }
    return 1;
}

static int any_magnitude_is_certified(void) {
    for (int run = 0; run < 2000; run++) {
        problem p;
        memset(&p, 0, sizeof p);
        p.points = 2 + (int64_t)draw_whole(30);
        p.whole = 1;
        p.budget = 100 + floor(exp(36 * draw()));
        for (int64_t i = 0; i < p.points; i++) {
            p.a[i] = pow(10, 600 * draw() - 300);
            p.known[i] = draw() < 0.5 ? exp(36 * draw()) : pow(10, -300 * draw());
            p.upper[i] = draw() < 0.5 ? INFINITY : 100 + floor(exp(30 * draw()));
        }
        p.upper[0] = INFINITY;
        answer r = solve(&p);
        if (r.status == CX_E_OVERFLOW) continue;
        if (r.status != CX_OK || !in_bounds(&p, &r) || r.high > r.low) return 0;
        int64_t sum = 0;
        for (int64_t i = 0; i < p.points; i++) sum += (int64_t)r.n[i];
        if (sum != (int64_t)p.budget) return 0;
    }
    return 1;
}

/* -- policies ------------------------------------------------------------------------------ */

typedef struct points {
    double weight[30], s2[30], evidence[30], lower[30], upper[30], known[30], traffic[30];
    double local[30], drift[30], rate[30], least, most;
    cx_points view;
} points;

static void draw_points(points *p) {
    memset(p, 0, sizeof *p);
    p->view.count = 1 + (int64_t)draw_whole(30);
    for (int64_t i = 0; i < p->view.count; i++) {
        p->weight[i] = draw() < 0.1 ? 0 : draw();
        p->s2[i] = 8000 * draw();
        p->evidence[i] = draw() < 0.2 ? -INFINITY : 12 * draw() - 3;
        p->lower[i] = draw_whole(4);
        p->known[i] = draw() < 0.5 ? 0.5 : 40 * draw();
        p->rate[i] = 0.05 + 0.95 * draw();
        p->traffic[i] = floor((p->lower[i] + 60 * draw()) / p->rate[i]) + 2;
        p->upper[i] = draw() < 0.5 ? INFINITY : p->lower[i] + draw_whole(40);
        p->local[i] = draw_whole(3);
        p->drift[i] = 0.1 + draw();
        p->least += p->lower[i];
        p->most += fmin(p->upper[i], floor(p->traffic[i] * p->rate[i]));
    }
    p->view.weight = p->weight, p->view.s2 = p->s2, p->view.log_evidence = p->evidence;
    p->view.lower = p->lower, p->view.upper = p->upper, p->view.known = p->known;
    p->view.traffic = p->traffic, p->view.local = p->local, p->view.drift = p->drift;
    p->view.response_rate = p->rate;
}

static int policies_keep_budget_and_bounds(void) {
    for (int32_t policy = 0; policy < CX_POLICY_END; policy++) {
        cx_policy_options options;
        cx_policy *made = NULL;
        cx_policy_options_init(&options);
        options.policy = policy;
        if (cx_policy_new(30, &options, &made, NULL) != CX_OK) return 0;
        for (int run = 0; run < 1500; run++) {
            points p;
            double n[30], sum = 0;
            draw_points(&p);
            p.view.likelihood = p.local;
            double budget = p.least + floor((p.most - p.least) * draw());
            if (cx_policy_plan(made, &p.view, budget, (uint64_t)run, n, NULL) != CX_OK) return 0;
            for (int64_t i = 0; i < p.view.count; i++) {
                double most = fmin(p.upper[i], p.traffic[i] * p.rate[i] * (1 + 1e-12));
                if (n[i] < p.lower[i] || n[i] > most || n[i] != floor(n[i])) return 0;
                sum += n[i];
            }
            if (sum != budget) return 0;
        }
        cx_policy_free(made);
    }
    return 1;
}

/* In answers and in invitations at one rate for all, the best plan is the same. */
static int one_rate_for_all_changes_nothing(void) {
    for (int run = 0; run < 2000; run++) {
        problem p = draw_small(0);
        double rate[MOST];
        cx_array a = cx_array_of(p.a, CX_F64, p.points), r = cx_array_of(rate, CX_F64, p.points);
        cx_array l = cx_array_of(p.lower, CX_F64, p.points);
        cx_array u = cx_array_of(p.upper, CX_F64, p.points), n;
        cx_table *table = NULL;
        for (int64_t i = 0; i < p.points; i++) rate[i] = 0.125, p.known[i] = 0;
        answer plain = solve(&p);
        cx_status status = cx_plan(&a, p.budget, &l, &u, NULL, NULL, &r, NULL, NULL, &table, NULL);
        if (status != plain.status) return 0;
        if (status != CX_OK) continue;
        if (cx_table_column(table, cx_table_find(table, "n"), &n, NULL) != CX_OK) return 0;
        if (memcmp(n.data, plain.n, (size_t)p.points * sizeof(double)) != 0) return 0;
        cx_table_free(table);
    }
    return 1;
}

int main(void) {
    static const struct {
        const char *name;
        int (*holds)(void);
    } laws[] = {{"whole-number plans match enumeration", matches_enumeration},
                {"whole-number plans match plain greedy", matches_greedy},
                {"plans are nested in the budget", plans_are_nested},
                {"the order of the points does not matter", order_does_not_matter},
                {"continuous plans are stationary and bound whole ones", continuous_is_stationary},
                {"the gap covers the optimum under unequal costs", gap_covers_the_optimum},
                {"plans of any magnitude are certified", any_magnitude_is_certified},
                {"one rate for all changes nothing", one_rate_for_all_changes_nothing},
                {"policies keep budget and bounds", policies_keep_budget_and_bounds}};
    int failed = 0, count = (int)(sizeof laws / sizeof *laws);
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        int ok = laws[i].holds();
        printf("%sok %d - %s\n", ok ? "" : "not ", i + 1, laws[i].name);
        failed += !ok;
    }
    return failed != 0;
}
