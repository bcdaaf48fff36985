/* False alarms of monitors: the mean time to the first one is at least `arl` for every way to
 * choose the points; with estimated baselines as well when the reference is the lower limit. With
 * the argument `table`, the figures of docs/validation/monitor.md. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"
#include "require.h"

enum { MOST = 200 };

/* -- a world ------------------------------------------------------------------------------- */

static uint64_t state = 0x9E3779B97F4A7C15u;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

typedef struct world {
    int points;
    double detractors[MOST], promoters[MOST];
    double drift;  /* standard deviation of a point's change per period, points */
    double season; /* points, of the best day of a week of seven */
} world;

static world world_of(int points) {
    world w = {.points = points};
    for (int i = 0; i < points; i++) {
        w.detractors[i] = 0.20 + 0.08 * sin(i);
        w.promoters[i] = 0.50 - 0.08 * sin(i);
    }
    return w;
}

static double clip(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

/* Half of a change on each end. */
static void move_point(world *w, int i, double by) {
    double shift = clip(by / 200, 0.01 - w->promoters[i], w->detractors[i] - 0.01);
    w->detractors[i] -= shift;
    w->promoters[i] += shift;
}

static void drift(world *w) {
    for (int i = 0; w->drift > 0 && i < w->points; i++) {
        double z = sqrt(-2 * log(1 - draw())) * cos(6.283185307179586 * draw());
        move_point(w, i, w->drift * z);
    }
}

static const double week[] = {1, 0.5, 0, 0, -0.5, -1, 0};

static void answer(const world *w, int i, int64_t n, int64_t day, int64_t counts[3]) {
    double move = w->season * week[day % 7] / 200;
    double low = w->detractors[i] - move, high = 1 - w->promoters[i] - move;
    counts[0] = counts[1] = counts[2] = 0;
    for (int64_t k = 0; k < n; k++) {
        double u = draw();
        counts[u < low ? 0 : u < high ? 1 : 2]++;
    }
}

/* -- one run ------------------------------------------------------------------------------- */

typedef enum policy {
    POLICY_UNIFORM, /* everybody alike */
    POLICY_CHASE,   /* everything where the evidence is largest */
    POLICY_STAY,    /* at one point while its evidence is above 1, else at the next */
    POLICY_STOP,    /* no longer where the evidence is ahead */
    POLICY_NOBODY,  /* no answers at all */
    POLICY_END
} policy;

static const char *const policy_name[] = {"everybody alike", "where the evidence is largest",
                                          "one point while its evidence grows",
                                          "no longer where evidence is ahead", "nobody"};

typedef struct trial {
    cx_monitor_options options;
    policy policy;
    int64_t answers;  /* in a period */
    int64_t baseline; /* answers a point, 0: known */
    int64_t most;     /* periods at which a run is cut */
    bool learned;     /* the monitor finds its references by itself; periods count from there */
    bool cycle_given;
    int64_t change; /* period in which one point drops by 20 points, 0: never */
} trial;

static int64_t position[MOST];
static int64_t counts[3][MOST];

static void give_baseline(cx_monitor *m, const world *w, int64_t n) {
    static double column[3][MOST];
    cx_error err;
    for (int i = 0; i < w->points; i++) {
        int64_t c[3] = {0, 0, 0};
        if (n > 0) answer(w, i, n, 2, c); /* a day without season */
        column[0][i] = n > 0 ? (double)c[0] : w->detractors[i];
        column[2][i] = n > 0 ? (double)c[2] : w->promoters[i];
        column[1][i] = n > 0 ? (double)c[1] : 1 - w->detractors[i] - w->promoters[i];
    }
    cx_array x[4] = {cx_array_of(position, CX_I64, w->points)};
    for (int k = 0; k < 3; k++) x[k + 1] = cx_array_of(column[k], CX_F64, w->points);
    require(cx_monitor_baseline(m, &x[0], &x[1], &x[2], &x[3], NULL, &err), &err);
}

static void read_evidence(const cx_monitor *m, double *evidence) {
    cx_table *table;
    cx_error err;
    require(cx_monitor_points(m, &table, &err), &err);
    cx_array view = table_column(table, "log_evidence");
    memcpy(evidence, view.data, (size_t)view.length * sizeof *evidence);
    cx_table_free(table);
}

/* How many answers each point gets. */
static void allot(const trial *t, const world *w, const cx_monitor *m, int64_t *n) {
    static double evidence[MOST];
    static int at;
    int best = 0, open = 0;
    for (int i = 0; i < w->points; i++) n[i] = 0;
    if (t->policy == POLICY_NOBODY) return;
    if (t->policy != POLICY_UNIFORM) read_evidence(m, evidence);
    for (int i = 1; i < w->points; i++) best = evidence[i] > evidence[best] ? i : best;
    at %= w->points;
    if (t->policy == POLICY_STAY && !(evidence[at] > 0)) at = (at + 1) % w->points;
    if (t->policy == POLICY_CHASE) n[best] = t->answers;
    if (t->policy == POLICY_STAY) n[at] = t->answers;
    if (t->policy == POLICY_CHASE || t->policy == POLICY_STAY) return;
    bool stops = t->policy == POLICY_STOP;
    double ahead = log(1 + (double)cx_monitor_period(m));
    for (int i = 0; i < w->points; i++) open += !stops || evidence[i] < ahead;
    for (int i = 0; i < w->points && open > 0; i++)
        if (!stops || evidence[i] < ahead) n[i] = t->answers / open;
}

static cx_monitor *begin(const trial *t, const world *w) {
    cx_array keys = cx_array_of(position, CX_I64, w->points), offsets;
    double values[7];
    cx_monitor *m;
    cx_error err;
    require(cx_monitor_new(&keys, NULL, &t->options, NULL, &m, &err), &err);
    if (!t->learned) give_baseline(m, w, t->baseline);
    for (int k = 0; k < 7; k++) values[k] = w->season * week[k];
    offsets = cx_array_of(values, CX_F64, 7);
    if (t->cycle_given) require(cx_monitor_set_cycle(m, &offsets, &err), &err);
    return m;
}

static bool is_learning(const cx_monitor *m) {
    cx_table *table;
    cx_error err;
    require(cx_monitor_points(m, &table, &err), &err);
    double learning = table_figure(table, "learning");
    cx_table_free(table);
    return learning > 0;
}

static bool is_alarm_at(const cx_monitor *m, int64_t point) {
    cx_table *table;
    cx_array view;
    cx_error err;
    bool found = false;
    if (cx_monitor_alarm_count(m) == 0) return false;
    require(cx_monitor_alarms(m, &table, &err), &err);
    require(cx_table_column(table, 0, &view, &err), &err);
    for (int64_t i = 0; i < view.length; i++)
        found = found || ((const int64_t *)view.data)[i] == point;
    cx_table_free(table);
    return found;
}

/* Periods to the first alarm, or, with a change, from it to the alarm of its point; -1 when another
 * point came first. */
static int64_t run(const trial *t, world w) {
    cx_array keys = cx_array_of(position, CX_I64, w.points), x[3];
    int64_t n[MOST], start = 0;
    cx_error err;
    bool learning = t->learned;
    int fallen = (int)(draw() * w.points);
    cx_monitor *m = begin(t, &w);
    for (int k = 0; k < 3; k++) x[k] = cx_array_of(counts[k], CX_I64, w.points);
    while (cx_monitor_alarm_count(m) == 0 && cx_monitor_period(m) - start < t->most) {
        if (t->change > 0 && cx_monitor_period(m) == t->change) move_point(&w, fallen, -20);
        drift(&w);
        allot(t, &w, m, n);
        for (int i = 0; i < w.points; i++) {
            int64_t c[3];
            answer(&w, i, n[i], cx_monitor_period(m), c);
            for (int k = 0; k < 3; k++) counts[k][i] = c[k];
        }
        require(cx_monitor_observe_counts(m, &keys, &x[0], &x[1], &x[2], NULL, &err), &err);
        require(cx_monitor_end_period(m, &err), &err);
        if (learning) learning = is_learning(m), start = cx_monitor_period(m);
    }
    int64_t periods = cx_monitor_period(m) - start;
    if (t->change > 0) periods = is_alarm_at(m, fallen) ? periods - t->change : -1;
    cx_monitor_free(m);
    return periods;
}

typedef struct result {
    double mean, se;
    int cut, other; /* runs without an alarm; with a first alarm elsewhere */
} result;

static result repeat(const trial *t, const world *w, int runs) {
    double sum = 0, squares = 0;
    result r = {0, 0, 0, 0};
    for (int k = 0; k < runs; k++) {
        double periods = (double)run(t, *w);
        if (periods < 0) {
            r.other++;
            continue;
        }
        sum += periods, squares += periods * periods;
        r.cut += periods >= (double)t->most;
    }
    int counted = runs - r.other;
    r.mean = sum / counted;
    r.se = sqrt(fmax(squares / counted - r.mean * r.mean, 0) / (counted - 1));
    return r;
}

static trial trial_of(int32_t form, int32_t reference) {
    trial t = {.policy = POLICY_UNIFORM, .answers = 100, .most = 4000};
    cx_monitor_options_init(&t.options);
    t.options.arl = 200;
    t.options.form = form;
    t.options.reference = reference;
    return t;
}

/* -- the table ----------------------------------------------------------------------------- */

static const char *const form_name[] = {"bounded", "trinomial"};

static void print(const char *what, const trial *t, const world *w, int runs) {
    result r = repeat(t, w, runs);
    int digits = t->change > 0;
    printf("| %s | %s | %s%.*f (%.*f) |", what, form_name[t->options.form], r.cut > 0 ? "> " : "",
           digits, r.mean, digits, r.se);
    if (t->change > 0) printf(" %.0f %% |", 100.0 * r.other / runs);
    printf("\n");
    fflush(stdout);
}

static void table_policies(int runs) {
    world w = world_of(20);
    printf("\nKnown references, 20 points, 100 answers a period\n\n");
    for (int form = 0; form < 2; form++)
        for (int p = 0; p < POLICY_END; p++) {
            trial t = trial_of(form, CX_REFERENCE_PLUG_IN);
            t.policy = (policy)p;
            t.most = 20000;
            print(policy_name[p], &t, &w, p == POLICY_NOBODY ? 2 : runs);
        }
}

static void table_baselines(int runs) {
    static const int64_t baselines[] = {100, 300, 1000, 3000, 0};
    world w = world_of(200);
    printf("\nEstimated references, 200 points, 2,000 answers a period, drop of 20 points\n\n");
    for (int reference = 1; reference >= 0; reference--)
        for (int form = 0; form < 2; form++)
            for (int b = 0; b < (reference == 1 ? 5 : 4); b++) {
                trial t = trial_of(form, reference);
                char what[64];
                t.options.drop_count = 1;
                t.options.drops[0] = 20;
                t.answers = 2000, t.baseline = baselines[b];
                t.most = reference == 1 ? 4000 : 1000;
                snprintf(what, sizeof what, "%s, %lld answers", reference ? "as it is" : "limit",
                         (long long)baselines[b]);
                print(what, &t, &w, reference == 1 ? runs : runs / 4);
            }
}

static void print_baselines(int points, int runs, double confidence) {
    static const int64_t baselines[] = {100, 300, 1000, 3000};
    world w = world_of(points);
    for (int reference = confidence > 0 ? 0 : 1; reference >= 0; reference--)
        for (int b = 0; b < (confidence > 0 ? 2 : 4); b++) {
            trial t = trial_of(CX_MONITOR_BOUNDED, reference);
            char what[64];
            t.answers = 10 * points, t.baseline = baselines[b];
            t.most = reference == 1 ? 4000 : 2000;
            if (confidence > 0) t.options.confidence = confidence;
            snprintf(what, sizeof what, "%s, %lld answers", reference ? "as it is" : "limit",
                     (long long)baselines[b]);
            print(what, &t, &w, reference == 1 ? runs : runs / 2);
        }
}

static void table_bank(int runs) {
    static const int sizes[] = {1, 20, 200};
    for (int k = 0; k < 3; k++) {
        printf("\nBank of drops 10, 20, 40; %d points, 10 answers each a period\n\n", sizes[k]);
        print_baselines(sizes[k], sizes[k] == 200 ? runs / 2 : runs, 0);
    }
    printf("\nThe same, 200 points, confidence 0.99\n\n");
    print_baselines(200, runs / 2, 0.99);
}

static void table_drift(int runs) {
    static const double drifts[] = {0, 0.1, 0.3, 1};
    static const int64_t baselines[] = {300, 1000};
    printf("\nDrift, 200 points, 2,000 answers a period, reference a limit, default bank\n\n");
    for (int b = 0; b < 2; b++)
        for (int d = 0; d < 4; d++) {
            world w = world_of(200);
            trial t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_LIMIT);
            char what[64];
            w.drift = drifts[d];
            t.answers = 2000, t.baseline = baselines[b], t.most = 2000;
            snprintf(what, sizeof what, "%g points a period, %lld answers", drifts[d],
                     (long long)baselines[b]);
            print(what, &t, &w, runs / 4);
        }
}

static void table_season(int runs) {
    world w = world_of(200);
    trial t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_PLUG_IN);
    printf("\nA week of +6 .. -6 points, 200 points, 2,000 answers a period\n\n");
    w.season = 6;
    t.answers = 2000, t.most = 2000;
    print("known references, no cycle", &t, &w, runs / 4);
    t.options.cycle = 7, t.cycle_given = true;
    print("known references, cycle given", &t, &w, runs / 4);
    t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_LIMIT);
    t.answers = 2000, t.learned = true, t.most = 1000;
    print("all learned, no cycle", &t, &w, runs / 8);
    t.options.cycle = 7;
    print("all learned, cycle too", &t, &w, runs / 8);
}

static void print_delay(const char *what, const trial *t, const world *w, int runs) {
    trial changed = *t;
    changed.change = 60;
    changed.answers = 2000, changed.most = 2000;
    print(what, &changed, w, runs);
}

static void table_delay(int runs) {
    static const int64_t baselines[] = {300, 1000, 3000};
    world w = world_of(200);
    printf("\nPeriods from a drop of 20 points to its alarm, 200 points, 10 answers each\n\n");
    for (int form = 0; form < 2; form++) {
        trial t = trial_of(form, CX_REFERENCE_PLUG_IN);
        print_delay("known reference, drops 10, 20, 40", &t, &w, runs);
        t.options.drop_count = 1, t.options.drops[0] = 20;
        print_delay("known reference, drop 20", &t, &w, runs);
        t.options.direction = CX_MONITOR_BOTH;
        print_delay("known reference, drop 20, both directions", &t, &w, runs);
    }
    for (int b = 0; b < 3; b++) {
        trial t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_LIMIT);
        char what[64];
        t.baseline = baselines[b];
        snprintf(what, sizeof what, "limit of %lld answers, drops 10, 20, 40",
                 (long long)baselines[b]);
        print_delay(what, &t, &w, runs);
    }
}

static int table(int runs) {
    table_policies(2 * runs);
    table_baselines(runs);
    table_delay(runs);
    table_bank(runs);
    table_drift(runs);
    table_season(runs);
    return 0;
}

/* -- the check ----------------------------------------------------------------------------- */

static int tests, failures;

static void expect(bool fine, const char *name, double value, double bound) {
    tests++;
    failures += !fine;
    printf("%sok %d - %s\n", fine ? "" : "not ", tests, name);
    if (!fine) printf("# %g against %g\n", value, bound);
}

static void check_policies(void) {
    world w = world_of(8);
    for (int form = 0; form < 2; form++)
        for (int p = 0; p < POLICY_NOBODY; p++) {
            trial t = trial_of(form, CX_REFERENCE_PLUG_IN);
            char name[128];
            t.options.arl = 50, t.answers = 48, t.policy = (policy)p;
            result r = repeat(&t, &w, 150);
            snprintf(name, sizeof name, "%s: no false alarm before arl on average, asking %s",
                     form_name[form], policy_name[p]);
            expect(r.cut == 0 && r.mean + 3 * r.se >= 50, name, r.mean, 50);
        }
}

static void check_baselines(void) {
    world w = world_of(20);
    trial plug_in = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_PLUG_IN);
    trial limit = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_LIMIT);
    plug_in.baseline = limit.baseline = 100;
    plug_in.answers = limit.answers = 400;
    plug_in.options.arl = limit.options.arl = 100;
    plug_in.most = limit.most = 300;
    result a = repeat(&plug_in, &w, 60), b = repeat(&limit, &w, 60);
    expect(a.mean + 3 * a.se < 100, "a short baseline taken as known alarms too early", a.mean,
           100);
    expect(b.mean - 3 * b.se > 100, "its lower limit does not", b.mean, 100);
}

static void check_more(void) {
    world w = world_of(8);
    trial t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_PLUG_IN);
    t.options.arl = 50, t.answers = 48;
    t.options.direction = CX_MONITOR_BOTH;
    result r = repeat(&t, &w, 150);
    expect(r.mean + 3 * r.se >= 50, "both directions together keep the bound", r.mean, 50);
    w.season = 12;
    t.options.direction = CX_MONITOR_DOWN;
    t.options.cycle = 7, t.cycle_given = true;
    r = repeat(&t, &w, 150);
    expect(r.mean + 3 * r.se >= 50, "a season that is known keeps the bound", r.mean, 50);
    w.season = 0;
    t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_PLUG_IN);
    t.answers = 200, t.change = 20;
    r = repeat(&t, &w, 60);
    expect(r.mean + 3 * r.se < 12 && r.other < 20, "a drop of 20 points is found within 12 periods",
           r.mean, 12);
}

static void check_nobody(void) {
    world w = world_of(8);
    trial t = trial_of(CX_MONITOR_BOUNDED, CX_REFERENCE_PLUG_IN);
    t.policy = POLICY_NOBODY;
    result r = repeat(&t, &w, 2);
    expect(r.mean == 200, "without an answer the alarm comes after exactly arl periods", r.mean,
           200);
}

int main(int argc, char **argv) {
    for (int i = 0; i < MOST; i++) position[i] = i;
    if (argc > 1 && strcmp(argv[1], "table") == 0) return table(argc > 2 ? atoi(argv[2]) : 400);
    check_policies();
    check_baselines();
    check_nobody();
    check_more();
    printf("1..%d\n", tests);
    return failures > 0;
}
