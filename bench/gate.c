/* The gate: decisions a second with a full ledger, and bytes a contact. Twice: with memory that is
 * new for each call, which the system has to clear, and with an allocator that keeps it, as a
 * server's does.
 *
 *     bench/gate [contacts [decisions [turns]]] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
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

/* -- memory that is kept -------------------------------------------------------------------- */

enum { KEPT = 256, KEPT_LEAST = 4096 };

typedef union block {
    size_t size;
    double align[2];
} block;

static block *kept[KEPT];
static int kept_count;
static bool keeping;

static void *keep_allocate(void *context, size_t size) {
    (void)context;
    for (int i = 0; keeping && i < kept_count; i++) {
        block *b = kept[i];
        if (b->size < size || b->size / 2 > size) continue;
        kept[i] = kept[--kept_count];
        return b + 1;
    }
    block *b = malloc(size + sizeof *b);
    if (b == NULL) return NULL;
    b->size = size;
    return b + 1;
}

static void keep_release(void *context, void *memory) {
    (void)context;
    block *b = memory == NULL ? NULL : (block *)memory - 1;
    if (b != NULL && keeping && b->size >= KEPT_LEAST && kept_count < KEPT)
        kept[kept_count++] = b;
    else
        free(b);
}

static void *keep_reallocate(void *context, void *memory, size_t size) {
    block *b = memory == NULL ? NULL : (block *)memory - 1;
    void *more = keep_allocate(context, size);
    if (b == NULL || more == NULL) return more;
    memcpy(more, memory, b->size < size ? b->size : size);
    keep_release(context, memory);
    return more;
}

static void keep_end(void) {
    keeping = false;
    while (kept_count > 0) free(kept[--kept_count]);
}

/* -- the gate ------------------------------------------------------------------------------- */

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
    int64_t ids[POINTS] = {0};
    cx_array column = cx_array_of(ids, CX_I64, POINTS);
    cx_frame frame = {&column, 1, {0, 0}};
    cx_gate_options options;
    cx_gate_target_options target;
    const cx_allocator allocator = {keep_allocate, keep_reallocate, keep_release, NULL};
    cx_gate *gate;
    cx_error err;
    column.name = "point";
    cx_gate_options_init(&options);
    options.capacity = contacts;
    must(cx_gate_new(&options, &allocator, &gate, &err), &err);
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

typedef struct calls {
    int64_t contacts, rows, turns, time;
    int64_t *ids, *where, *times;
} calls;

static void decide_all(cx_gate *gate, calls *c, const char *name) {
    double took[MOST_TURNS];
    cx_error err;
    for (int64_t t = 0; t < c->turns; t++) {
        cx_array contact = cx_array_of(c->ids, CX_I64, c->rows);
        cx_array point = cx_array_of(c->where, CX_I64, c->rows);
        cx_array when = cx_array_of(c->times, CX_I64, c->rows);
        cx_table *table;
        for (int64_t i = 0; i < c->rows; i++) {
            c->ids[i] = (int64_t)(next() % (uint64_t)c->contacts);
            c->where[i] = (int64_t)(next() % POINTS);
            c->times[i] = c->time += DAY / 4000000;
        }
        double start = core();
        must(cx_gate_decide_all(gate, &contact, &point, &when, NULL, &table, &err), &err);
        cx_table_free(table);
        took[t] = core() - start;
    }
    printf("%s,%.4g,million a second,", name,
           1e-6 * (double)c->rows / bench_least(took, (int)c->turns));
    printf("median %.4g\n", 1e-6 * (double)c->rows / bench_median(took, (int)c->turns));
}

static void decide_each(cx_gate *gate, calls *c) {
    double took[MOST_TURNS] = {0};
    cx_error err;
    int turns = c->turns < 8 ? (int)c->turns : 8;
    for (int t = 0; t < turns; t++) {
        cx_decision d;
        double start = core();
        for (int64_t i = 0; i < c->rows; i++)
            must(cx_gate_decide(gate, cx_contact_number(c->ids[i], 0), c->where[i], c->time += 1000,
                                0, &d, &err),
                 &err);
        took[t] = core() - start;
    }
    printf("decide one by one,%.4g,million a second,\n",
           1e-6 * (double)c->rows / bench_least(took, turns));
}

int main(int argc, char **argv) {
    calls c = {argc > 1 ? atoll(argv[1]) : 10000000,
               argc > 2 ? atoll(argv[2]) : 100000,
               argc > 3 ? atoll(argv[3]) : 60,
               START,
               NULL,
               NULL,
               NULL};
    if (c.contacts < 1 || c.rows < 1 || c.turns < 1 || c.turns > MOST_TURNS) return 1;
    cx_gate *gate = make(c.contacts);
    int64_t *room = malloc((size_t)c.rows * 3 * sizeof *room);
    if (room == NULL) return 1;
    c.ids = room, c.where = room + c.rows, c.times = room + 2 * c.rows;
    printf("ledger of %ld contacts,%.4g,bytes a contact,\n", (long)c.contacts,
           (double)cx_ledger_memory(cx_gate_ledger(gate)) /
               (double)cx_ledger_size(cx_gate_ledger(gate)));
    for (int turn = 0; turn < 2; turn++) {
        decide_all(gate, &c, "decide_all, new memory");
        keeping = true;
        decide_all(gate, &c, "decide_all, memory kept");
        keep_end();
    }
    decide_each(gate, &c);
    cx_gate_free(gate);
    free(room);
    return 0;
}
