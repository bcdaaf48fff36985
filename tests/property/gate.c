/* The gate against a reference that keeps every event and asks every rule of all of them: no
 * invitation that a rule forbids, no refusal without a rule, the same earliest time to come again.
 * The draws are uniform, and the logged probabilities are those by which contacts are invited.
 *
 *     tests/property/gate [decisions]        default: a million */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "require.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)

enum { POINTS = 12, RULES = 6, CONTACTS = 4000, BINS = 50, GROUPS = 20 };

static int tests, failures;
static uint64_t state = 1;

static void ok(bool passed, const char *name) {
    printf("%s %d - %s\n", passed ? "ok" : "not ok", ++tests, name);
    failures += !passed;
}

static double uniform(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static int below(int n) {
    return (int)(uniform() * n);
}

/* -- the reference ------------------------------------------------------------------------- */

typedef struct event {
    int kind, point;
    int64_t time; /* the end of its minute */
    int next;     /* of the contact */
} event;

static event *events;
static int event_count, event_room, heads[CONTACTS];
static cx_rule rules[RULES];
static int64_t groups[POINTS], types[POINTS], exempt[POINTS];

static void note(int contact, int kind, int point, int64_t time) {
    int64_t end = (time + MINUTE - 1) / MINUTE * MINUTE;
    for (int e = heads[contact]; e >= 0; e = events[e].next)
        if (events[e].kind == kind && events[e].point == point && events[e].time == end) return;
    if (event_count == event_room) {
        event_room = 2 * event_room + 1024;
        events = realloc(events, (size_t)event_room * sizeof *events);
        if (events == NULL) exit(1);
    }
    events[event_count] = (event){kind, point, end, heads[contact]};
    heads[contact] = event_count++;
}

static bool counts(const cx_rule *rule, int r, const event *e, int point) {
    if (e->kind != rule->event || (exempt[e->point] >> r & 1) != 0) return false;
    if (rule->scope == CX_SCOPE_POINT) return e->point == point;
    if (rule->scope == CX_SCOPE_GROUP) return groups[e->point] == groups[point];
    if (rule->scope == CX_SCOPE_TYPE) return types[e->point] == types[point];
    return true;
}

/* When the rule allows it: the most-th latest event has left the window. */
static int64_t allowed(int r, int contact, int point, int64_t time) {
    const cx_rule *rule = &rules[r];
    int64_t window = (int64_t)(rule->window * 1e6), latest[8];
    int found = 0;
    for (int e = heads[contact]; e >= 0; e = events[e].next) {
        if (events[e].time < time - 40 * DAY) break; /* no window is longer */
        if (!counts(rule, r, &events[e], point) || events[e].time <= time - window) continue;
        int at = found < 8 ? found++ : 7;
        if (at == 7 && latest[7] >= events[e].time && found == 8) continue;
        for (; at > 0 && latest[at - 1] < events[e].time; at--) latest[at] = latest[at - 1];
        latest[at] = events[e].time;
    }
    return found < rule->most ? time : latest[rule->most - 1] + window;
}

static int64_t reference(int contact, int point, int64_t time, uint64_t bits, int *first) {
    int64_t latest = time;
    int best = -1;
    for (int r = 0; r < RULES; r++) {
        if ((exempt[point] >> r & 1) != 0 ||
            (rules[r].attributes != 0 && (rules[r].attributes & bits) == 0))
            continue;
        int64_t wait = allowed(r, contact, point, time);
        if (wait <= time) continue;
        if (best < 0 || rules[r].priority < rules[best].priority) best = r;
        if (wait > latest) latest = wait;
    }
    *first = best;
    return latest;
}

/* -- a gate with all kinds of rules -------------------------------------------------------- */

static void set_rule(int r, int scope, int kind, int most, double days, int priority) {
    cx_rule_init(&rules[r]);
    rules[r].scope = scope, rules[r].event = kind, rules[r].most = most;
    rules[r].window = days * 86400, rules[r].priority = priority;
}

static cx_gate *make(uint64_t seed, bool pass) {
    static const char *const names[] = {"point", "group", "type", "exempt"};
    int64_t ids[POINTS];
    cx_array columns[4];
    cx_frame frame = {columns, 4, {0, 0}};
    cx_gate_options options;
    cx_gate *gate;
    cx_error err;
    cx_gate_options_init(&options);
    options.seed = seed;
    options.period = 3600; /* a new draw each hour */
    if (pass) options.p_min = 1;
    set_rule(0, CX_SCOPE_ALL, CX_EVENT_INVITED, 1, 2, 3);
    set_rule(1, CX_SCOPE_POINT, CX_EVENT_INVITED, 1, 20, 1);
    set_rule(2, CX_SCOPE_GROUP, CX_EVENT_ANSWERED, 1, 30, 2);
    set_rule(3, CX_SCOPE_ALL, CX_EVENT_INVITED, 3, 14, 1);
    set_rule(4, CX_SCOPE_TYPE, CX_EVENT_DECLINED, 2, 15.5, 0);
    set_rule(5, CX_SCOPE_ALL, CX_EVENT_DECLINED, 1, 10, 5);
    rules[5].attributes = 6;
    require(cx_gate_new(&options, NULL, &gate, &err), &err);
    for (int r = 0; r < RULES; r++) require(cx_gate_add_rule(gate, &rules[r], &err), &err);
    for (int i = 0; i < POINTS; i++) {
        ids[i] = 100 + i, groups[i] = i % 3, types[i] = i % 2;
        exempt[i] = i == 5 ? 63 : i == 6 ? 9 : 0;
    }
    const int64_t *data[] = {ids, groups, types, exempt};
    for (int c = 0; c < 4; c++) {
        columns[c] = cx_array_of(data[c], CX_I64, POINTS);
        columns[c].name = names[c];
    }
    require(cx_gate_add_points(gate, &frame, &err), &err);
    return gate;
}

/* -- rules --------------------------------------------------------------------------------- */

static void follow(cx_gate *gate, int contact, uint64_t key, const cx_decision *d) {
    cx_error err;
    double u = uniform();
    int kind = u < 0.25 ? CX_EVENT_ANSWERED : u < 0.6 ? CX_EVENT_DECLINED : -1;
    note(contact, CX_EVENT_INVITED, (int)d->point, d->time);
    if (kind < 0) return;
    require(cx_gate_record(gate, key, d->point, kind, d->time + MINUTE, &err), &err);
    require(cx_gate_record(gate, key, d->point, kind, d->time + MINUTE, &err), &err);
    note(contact, kind, (int)d->point, d->time + MINUTE);
}

static void check_rules(int64_t decisions) {
    cx_gate *gate = make(7, true);
    int64_t broken = 0, unfounded = 0, wrong_time = 0, wrong_rule = 0, forgotten = 0, invited = 0;
    int64_t time = DAY, refused = 0, spared = 0;
    double pace = 4.0 * 365 * (double)DAY / (double)decisions;
    for (int c = 0; c < CONTACTS; c++) heads[c] = -1;
    for (int64_t i = 0; i < decisions; i++) {
        int contact = (int)(CONTACTS * uniform() * uniform()), first, point = below(POINTS);
        uint64_t key = cx_contact_number(contact, 0), bits = (uint64_t)below(8);
        cx_decision d;
        cx_error err;
        if (uniform() < 0.7) time += (int64_t)(2 * pace * uniform());
        require(cx_gate_decide(gate, key, point, time, bits, &d, &err), &err);
        int64_t wait = reference(contact, point, time, bits, &first);
        bool says = d.reason == CX_REASON_RULE || d.reason == CX_REASON_FORGOTTEN;
        bool ahead = d.reason == CX_REASON_CLOCK;
        invited += d.invite && !d.repeat;
        refused += says;
        forgotten += d.reason == CX_REASON_FORGOTTEN;
        spared += d.reason == CX_REASON_FORGOTTEN && first < 0;
        broken += d.invite && !d.repeat && first >= 0;
        unfounded += d.reason == CX_REASON_RULE && first < 0;
        if (d.reason == CX_REASON_RULE && !ahead) {
            wrong_time += d.retry_at < wait;
            wrong_rule += d.rule != first;
        }
        if (d.invite && !d.repeat) follow(gate, contact, key, &d);
    }
    printf("# %ld decisions: %ld invited, %ld refused; %ld spared since events were forgotten\n",
           (long)decisions, (long)invited, (long)refused, (long)spared);
    ok(invited > decisions / 100 && refused > decisions / 10, "many are invited, many are refused");
    ok(broken == 0, "nobody is invited against a rule");
    ok(unfounded == 0, "nobody is refused by a rule that allows it");
    ok(wrong_time == 0, "nobody is told to come again too early");
    printf("# %ld answers name another rule\n", (long)wrong_rule);
    ok(wrong_rule <= forgotten, "the answer names the first rule that refuses");
    ok(spared * 20 < refused, "few are spared because events were forgotten");
    cx_gate_free(gate);
}

/* -- draws --------------------------------------------------------------------------------- */

/* Goals with traffic that is forecast wrongly, so that p moves all over its range. */
static void check_draws(int64_t decisions) {
    cx_gate *gate = make(11, false);
    cx_gate_target_options target;
    cx_error err;
    int64_t bins[BINS] = {0}, drawn = 0;
    double sum_p = 0, sum_pp = 0, sum_i = 0, sum_pi = 0, chi = 0, spread = 0;
    for (int p = 0; p < POINTS; p++) {
        cx_gate_target_options_init(&target);
        target.start = 0, target.end = 40000 * DAY / 1000;
        target.number = (double)decisions / POINTS * (p + 1) / (POINTS + 1);
        target.traffic = (double)decisions / POINTS * (p % 3 == 0 ? 0.3 : p % 3 == 1 ? 1 : 2);
        require(cx_gate_target(gate, p, &target, &err), &err);
    }
    for (int64_t i = 0; i < decisions; i++) {
        cx_decision d;
        int64_t time = (int64_t)((double)i * 40 * (double)DAY / (double)decisions);
        require(cx_gate_decide(gate, cx_contact_number(i, 3), below(POINTS), time, 0, &d, &err),
                &err);
        if (d.reason != CX_REASON_INVITED && d.reason != CX_REASON_NOT_DRAWN) continue;
        drawn++;
        bins[(int)(d.u * BINS)]++;
        sum_p += d.probability, sum_pp += d.probability * d.probability;
        sum_i += d.invite, sum_pi += d.invite * d.probability;
        spread += d.probability * (1 - d.probability);
    }
    for (int b = 0; b < BINS; b++) {
        double expected = (double)drawn / BINS, off = (double)bins[b] - expected;
        chi += off * off / expected;
    }
    double n = (double)drawn, slope = (sum_pi - sum_p * sum_i / n) / (sum_pp - sum_p * sum_p / n);
    double se = sqrt(spread / n) / sqrt(sum_pp - sum_p * sum_p / n);
    printf("# %ld draws: chi-square %.1f with %d degrees of freedom, slope of invited on p %.4f "
           "(standard error %.4f), invited less expected %.1f (%.1f)\n",
           (long)drawn, chi, BINS - 1, slope, se, sum_i - sum_p, sqrt(spread));
    ok(drawn > decisions / 2, "most contacts are drawn");
    ok(chi < 85.4, "U is uniform"); /* 99.9 % of chi-square with 49 degrees of freedom */
    ok(fabs(slope - 1) < fmax(0.01, 4 * se), "who is invited follows the logged probability");
    ok(fabs(sum_i - sum_p) < 4 * sqrt(spread), "as many are invited as the probabilities say");
    cx_gate_free(gate);
}

/* -- merging ledgers ----------------------------------------------------------------------- */

static cx_ledger *random_ledger(uint32_t kinds, int count) {
    cx_ledger_options options;
    cx_ledger *ledger;
    cx_error err;
    cx_ledger_options_init(&options);
    options.events = kinds;
    require(cx_ledger_new(&options, NULL, &ledger, &err), &err);
    for (int i = 0; i < count; i++) {
        int kind = below(CX_EVENT_END);
        if ((kinds >> kind & 1) == 0) continue;
        int64_t time = below(10) == 0 ? below(1000) * 3 * DAY : below(400) * MINUTE * 10;
        require(
            cx_ledger_record(ledger, cx_contact_number(below(40), 0), kind, below(3), time, &err),
            &err);
    }
    return ledger;
}

static cx_ledger *both(const cx_ledger *a, const cx_ledger *b) {
    cx_ledger *sum;
    cx_error err;
    require(cx_ledger_copy(a, NULL, &sum, &err), &err);
    require(cx_ledger_merge(sum, b, &err), &err);
    return sum;
}

static void check_merge(void) {
    int commutes = 0, associates = 0, repeats = 0, turns = 200;
    for (int turn = 0; turn < turns; turn++) {
        uint32_t kinds = 1 + (uint32_t)below(15);
        cx_ledger *a = random_ledger(kinds, below(600)), *b = random_ledger(kinds, below(600));
        cx_ledger *c = random_ledger(kinds, below(600));
        cx_ledger *ab = both(a, b), *ba = both(b, a), *bc = both(b, c);
        cx_ledger *left = both(ab, c), *right = both(a, bc), *again = both(left, b);
        commutes += cx_ledger_equal(ab, ba);
        associates += cx_ledger_equal(left, right);
        repeats += cx_ledger_equal(again, left);
        cx_ledger *all[] = {a, b, c, ab, ba, bc, left, right, again};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) cx_ledger_free(all[i]);
    }
    ok(commutes == turns, "merging ledgers is commutative");
    ok(associates == turns, "merging ledgers is associative");
    ok(repeats == turns, "merging a ledger twice changes nothing");
}

int main(int argc, char **argv) {
    int64_t decisions = argc > 1 ? atoll(argv[1]) : 1000000;
    check_rules(decisions);
    check_draws(decisions);
    check_merge();
    printf("1..%d\n", tests);
    free(events);
    return failures > 0;
}
