/* The gate: decisions a second with a full ledger, and bytes a contact.
 *
 *     bench/gate [contacts [decisions [turns]]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define START (20000 * DAY)

enum { POINTS = 20, MOST_TURNS = 64 };

/* Time of this core, not of the clock: what else the machine does is not counted. */
static double core(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t state = 1;

static uint64_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 20;
}

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void rule(cx_gate *gate, int event, int most, double days) {
    cx_error err;
    cx_rule one;
    cx_rule_init(&one);
    one.event = event, one.most = most, one.window = days * 86400;
    must(cx_gate_add_rule(gate, &one, &err), &err);
}

/* A third was asked within the last 90 days. */
static cx_gate *make(int64_t contacts) {
    int64_t ids[POINTS];
    cx_array column = cx_array_of(ids, CX_I64, POINTS);
    cx_frame frame = {&column, 1, {0, 0}};
    cx_gate_options options;
    cx_gate_target_options target;
    cx_gate *gate;
    cx_error err;
    column.name = "point";
    cx_gate_options_init(&options);
    options.capacity = contacts;
    must(cx_gate_new(&options, NULL, &gate, &err), &err);
    rule(gate, CX_EVENT_INVITED, 1, 90);
    rule(gate, CX_EVENT_DECLINED, 1, 30);
    rule(gate, CX_EVENT_INVITED, 3, 365);
    for (int i = 0; i < POINTS; i++) ids[i] = i;
    must(cx_gate_add_points(gate, &frame, &err), &err);
    for (int64_t c = 0; c < contacts; c++)
        must(cx_gate_record(gate, cx_contact_number(c, 0), c % POINTS, CX_EVENT_INVITED,
                            START - (int64_t)(next() % 270) * DAY, &err),
             &err);
    cx_gate_target_options_init(&target);
    target.number = 100000, target.traffic = 2e6;
    target.start = START, target.end = START + 28 * DAY;
    for (int i = 0; i < POINTS; i++) must(cx_gate_target(gate, i, &target, &err), &err);
    return gate;
}

int main(int argc, char **argv) {
    int64_t contacts = argc > 1 ? atoll(argv[1]) : 10000000;
    int64_t rows = argc > 2 ? atoll(argv[2]) : 1000000;
    int turns = argc > 3 ? atoi(argv[3]) : 5;
    double took[MOST_TURNS];
    if (contacts < 1 || rows < 1 || turns < 1 || turns > MOST_TURNS) return 1;
    cx_gate *gate = make(contacts);
    int64_t *room = malloc((size_t)rows * 3 * sizeof *room), time = START;
    int64_t *ids = room, *where = room + rows, *times = room + 2 * rows;
    cx_error err;
    if (room == NULL) return 1;
    printf("ledger of %ld contacts,%.4g,bytes a contact,\n", (long)contacts,
           (double)cx_ledger_memory(cx_gate_ledger(gate)) /
               (double)cx_ledger_size(cx_gate_ledger(gate)));
    for (int t = 0; t < turns; t++) {
        cx_array contact = cx_array_of(ids, CX_I64, rows), point = cx_array_of(where, CX_I64, rows);
        cx_array when = cx_array_of(times, CX_I64, rows);
        cx_table *table;
        for (int64_t i = 0; i < rows; i++) {
            ids[i] = (int64_t)(next() % (uint64_t)contacts), where[i] = (int64_t)(next() % POINTS);
            times[i] = time += DAY / 40 / rows * 10;
        }
        double start = core();
        must(cx_gate_decide_all(gate, &contact, &point, &when, NULL, &table, &err), &err);
        took[t] = core() - start;
        cx_table_free(table);
    }
    printf("decide_all,%.4g,million a second,\n", 1e-6 * (double)rows / bench_least(took, turns));
    for (int t = 0; t < turns; t++) {
        cx_decision d;
        double start = core();
        for (int64_t i = 0; i < rows; i++)
            must(cx_gate_decide(gate, cx_contact_number(ids[i], 0), where[i], time += 1000, 0, &d,
                                &err),
                 &err);
        took[t] = core() - start;
    }
    printf("decide one by one,%.4g,million a second,\n",
           1e-6 * (double)rows / bench_least(took, turns));
    cx_gate_free(gate);
    free(room);
    return 0;
}
