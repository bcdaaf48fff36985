/* A writer of the durable ledger is killed again and again: every row that it acknowledged is in
 * the file. And files that are cut short or have bits flipped are refused, or hold every row.
 *
 *     tests/property/store [kills]        default: 200
 *     tests/property/store write|read PATH [ROWS]     for the tests of the bindings */

#define _DEFAULT_SOURCE

#include <cxkit-ledger.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MINUTE INT64_C(60000000)
#define START (INT64_C(20000) * 1440 * MINUTE)

enum { MOST = 1 << 16, FRESH = 3000, POINTS = 3 };

typedef struct row {
    uint64_t contact;
    int64_t time;
    double u;
    int32_t event, reason;
} row;

/* What the writer acknowledged, in memory that outlives it. */
typedef struct acknowledged {
    volatile int64_t count;
    row rows[MOST];
} acknowledged;

static acknowledged *told;
static char folder[] = "/tmp/cxkit-store-XXXXXX", path[64], wal[64], mark[64];
static int tests, failures;
static uint64_t state = 1;

static void ok(bool passed, const char *name) {
    printf("%s %d - %s\n", passed ? "ok" : "not ok", ++tests, name);
    failures += !passed;
}

static int below(int n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)n);
}

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    printf("Bail out! %s\n", err->text);
    exit(2);
}

static cx_gate *make(uint64_t seed) {
    int64_t ids[POINTS] = {1, 2, 3};
    cx_array column = cx_array_of(ids, CX_I64, POINTS);
    cx_frame frame = {&column, 1, {0, 0}};
    cx_gate_options options;
    cx_gate_target_options target;
    cx_rule rule;
    cx_gate *gate;
    cx_error err;
    column.name = "point";
    cx_gate_options_init(&options);
    options.seed = seed;
    must(cx_gate_new(&options, NULL, &gate, &err), &err);
    cx_rule_init(&rule);
    rule.window = 7 * 86400;
    must(cx_gate_add_rule(gate, &rule, &err), &err);
    must(cx_gate_add_points(gate, &frame, &err), &err);
    cx_gate_target_options_init(&target);
    target.number = 1000, target.traffic = 3000, target.start = START;
    target.end = START + INT64_C(365) * 1440 * MINUTE;
    must(cx_gate_target(gate, 0, &target, &err), &err);
    return gate;
}

/* -- the writer ---------------------------------------------------------------------------- */

static void acknowledge(const row *done) {
    told->rows[told->count] = *done;
    __sync_synchronize();
    told->count = told->count + 1;
}

static void write_until_killed(bool group) {
    cx_gate *gate = make(1);
    cx_store_options options;
    cx_store *store;
    cx_error err;
    cx_store_options_init(&options);
    options.group = group;
    must(cx_store_open(path, gate, &options, &store, &err), &err);
    for (int64_t i = cx_store_rows(store); i < MOST - 16;) {
        row done[8];
        int batch = group ? 8 : 1;
        for (int k = 0; k < batch; k++, i++) {
            cx_decision d;
            row *r = &done[k];
            *r = (row){cx_contact_number(i % 997, 0), START + i * MINUTE, 0, -1, 0};
            if (i % 5 == 4) {
                r->event = CX_EVENT_ANSWERED;
                must(cx_store_record(store, r->contact, i % POINTS, r->event, r->time, &err), &err);
                continue;
            }
            must(cx_store_decide(store, r->contact, i % POINTS, r->time, 0, &d, &err), &err);
            r->u = d.u, r->reason = d.reason;
        }
        if (group) must(cx_store_commit(store, &err), &err);
        for (int k = 0; k < batch; k++) acknowledge(&done[k]);
    }
    _exit(0); /* as if killed: a leak checker at exit would outlive the kill and keep the lock */
}

/* -- the check ----------------------------------------------------------------------------- */

/* Rows of the file that are not what was acknowledged; takes up those that were not told. */
static int64_t compare(void) {
    sqlite3 *db;
    sqlite3_stmt *query;
    int64_t wrong = 0, count = 0;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT contact, time, u, event, reason FROM journal ORDER BY id",
                           -1, &query, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return -1;
    }
    for (; sqlite3_step(query) == SQLITE_ROW; count++) {
        row found = {(uint64_t)sqlite3_column_int64(query, 0), sqlite3_column_int64(query, 1),
                     sqlite3_column_double(query, 2), sqlite3_column_int(query, 3),
                     sqlite3_column_int(query, 4)};
        if (count >= told->count)
            acknowledge(&found);
        else
            wrong += memcmp(&found, &told->rows[count], sizeof found) != 0;
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return wrong + (told->count - count);
}

static cx_status reopen(uint64_t seed, bool accept_loss, int64_t *rows, cx_error *err) {
    cx_gate *gate = make(seed);
    cx_store_options options;
    cx_store *store;
    cx_store_options_init(&options);
    options.accept_loss = accept_loss;
    cx_status status = cx_store_open(path, gate, &options, &store, err);
    if (status == CX_OK) {
        *rows = cx_store_rows(store);
        status = cx_store_close(store, err);
    }
    cx_gate_free(gate);
    return status;
}

static void clear(void) {
    unlink(path), unlink(wal), unlink(mark);
    told->count = 0;
}

/* Any moment: while it opens the file, or in the midst of some row. */
static void kill_once(bool group) {
    struct timespec wait = {0, (long)below(3000) * 1000}, blink = {0, 200000};
    int64_t until = below(4) == 0 ? 0 : told->count + 1 + below(30);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) write_until_killed(group);
    for (int i = 0; told->count < until && i < 50000; i++) nanosleep(&blink, NULL);
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void check_kills(int kills) {
    int64_t lost = 0, refused = 0, rows = 0, total = 0, most = 0;
    cx_error err;
    for (int k = 0; k < kills; k++) {
        if (told->count > FRESH) total += told->count, clear();
        kill_once(k % 2 == 1);
        if (access(path, F_OK) != 0) continue; /* killed before there was a file */
        if (reopen(1, false, &rows, &err) != CX_OK) {
            printf("# kill %d: %s\n", k, err.text);
            refused++;
            clear();
            continue;
        }
        lost += rows < told->count || compare() != 0;
        if (told->count > most) most = told->count;
    }
    printf("# %d kills, %ld rows acknowledged, %ld in one file\n", kills,
           (long)(total + told->count), (long)most);
    ok(total + told->count >= kills / 2, "the writer gets something done before it is killed");
    ok(lost == 0, "every acknowledged row is there after a kill, as it was");
    ok(refused == 0, "a file that was only killed opens");
}

/* -- damage -------------------------------------------------------------------------------- */

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

static bytes slurp(const char *name) {
    bytes b = {NULL, 0};
    struct stat info;
    int file = open(name, O_RDONLY);
    if (file < 0) return b;
    if (fstat(file, &info) == 0 && (b.data = malloc((size_t)info.st_size + 1)) != NULL)
        b.size = (size_t)(read(file, b.data, (size_t)info.st_size));
    close(file);
    return b;
}

static void spill(const char *name, const bytes *b, size_t size) {
    unlink(name);
    if (b->data == NULL) return;
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, b->data, size) != (ssize_t)size) exit(2);
    close(file);
}

/* Kills until there are so many rows; what was written and not told is taken up each time. */
static void write_some(int64_t rows) {
    clear();
    while (told->count < rows) {
        if (access(path, F_OK) == 0) compare();
        if (told->count < rows) kill_once(false);
    }
}

static void check_damage(int turns) {
    cx_error err;
    int64_t rows, silent = 0, refused = 0, whole, sure;
    write_some(300);
    sure = told->count; /* a row more may be in the file that nobody was told of */
    bytes files[3] = {slurp(path), slurp(wal), slurp(mark)};
    const char *names[3] = {path, wal, mark};
    must(reopen(1, false, &whole, &err), &err);
    for (int t = 0; t < turns; t++) {
        int which = t % 16 == 15 ? 2 : below(2);
        for (int f = 0; f < 3; f++) spill(names[f], &files[f], files[f].size);
        bytes *hurt = &files[which];
        if (hurt->size == 0) continue;
        size_t at = (size_t)below((int)hurt->size), size = t % 3 == 0 ? at : hurt->size;
        uint8_t bit = (uint8_t)(t % 3 == 0 ? 0 : 1 << below(8));
        hurt->data[at] ^= bit;
        spill(names[which], hurt, size);
        hurt->data[at] ^= bit;
        cx_status status = reopen(1, false, &rows, &err);
        refused += status != CX_OK;
        told->count = sure;
        int64_t wrong = status == CX_OK ? compare() : 0;
        bool bad = status == CX_OK ? rows < sure || wrong != 0 : err.text[0] == '\0';
        if (bad)
            printf("# %s, byte %zu of %zu: status %d, %ld rows of %ld, %ld wrong: %s\n",
                   names[which], at, size, (int)status, (long)rows, (long)sure, (long)wrong,
                   err.text);
        silent += bad;
    }
    for (int f = 0; f < 3; f++) spill(names[f], &files[f], files[f].size);
    printf("# %d damaged files, %ld refused\n", turns, (long)refused);
    ok(refused > turns / 4, "most damage is refused with a sentence");
    ok(silent == 0, "no row is missing in silence from a file that was damaged");
    ok(reopen(2, false, &rows, &err) == CX_E_MISMATCH, "the log of another gate is refused");
    spill(mark, &(bytes){NULL, 0}, 0);
    ok(reopen(1, false, &rows, &err) == CX_E_FORMAT && strstr(err.text, "missing") != NULL,
       "a log without its mark is refused");
    ok(reopen(1, true, &rows, &err) == CX_OK && rows == whole, "and opened when loss is accepted");
    ok(reopen(1, false, &rows, &err) == CX_OK && rows == whole, "and whole from then on");
    for (int f = 0; f < 3; f++) free(files[f].data);
}

/* The names in the schema lie in the first page: another letter there is no other log. */
static void check_names(void) {
    static const char *const names[] = {"event", "contact", "probability", "checksum", "NOT NULL"};
    cx_error err;
    int64_t rows;
    int refused = 0;
    write_some(20);
    must(reopen(1, false, &rows, &err), &err); /* all of it is in the file */
    bytes file = slurp(path);
    for (int n = 0; n < 5; n++) {
        size_t length = strlen(names[n]), at = 0;
        while (at + length < file.size && memcmp(file.data + at, names[n], length) != 0) at++;
        if (at + length == file.size) continue;
        file.data[at] ^= 4;
        spill(path, &file, file.size);
        refused += reopen(1, false, &rows, &err) == CX_E_FORMAT && err.text[0] != '\0';
        file.data[at] ^= 4;
    }
    spill(path, &file, file.size);
    free(file.data);
    ok(refused == 5, "a log whose columns have other names is refused");
    int64_t again;
    ok(reopen(1, false, &again, &err) == CX_OK && again >= told->count,
       "and opens when they are put right");
}

static void check_erase(void) {
    cx_gate *gate;
    cx_store *store;
    cx_error err;
    int64_t rows;
    write_some(50);
    must(cx_store_open(path, gate = make(1), NULL, &store, &err), &err);
    int64_t before = cx_store_rows(store);
    must(cx_store_erase(store, cx_contact_number(3, 0), &err), &err);
    ok(cx_store_rows(store) < before, "a contact can be erased from the log");
    rows = cx_store_rows(store);
    must(cx_store_close(store, &err), &err);
    cx_gate_free(gate);
    int64_t again;
    ok(reopen(1, false, &again, &err) == CX_OK && again == rows, "and the rest is still a log");
}

/* -- bad arguments ------------------------------------------------------------------------- */

static bool told_so(cx_status status, cx_status wanted, const cx_error *err) {
    return status == wanted && err->code == (int32_t)wanted && err->text[0] != '\0';
}

static void check_arguments(void) {
    cx_gate *gate = make(1);
    cx_store_options options;
    cx_store *store = NULL;
    cx_decision d;
    cx_error e;
    int missing = 0, wrong = 0;
    clear();
    missing += told_so(cx_store_open(NULL, gate, NULL, &store, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_open(path, NULL, NULL, &store, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_open(path, gate, NULL, NULL, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_decide(NULL, 1, 0, START, 0, &d, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_record(NULL, 1, 0, 0, START, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_commit(NULL, &e), CX_E_NULL, &e);
    missing += told_so(cx_store_erase(NULL, 1, &e), CX_E_NULL, &e);
    ok(missing == 7 && cx_store_rows(NULL) == 0 && cx_store_close(NULL, &e) == CX_OK,
       "what is missing is named");
    for (int i = 0; i < 4; i++) {
        cx_store_options_init(&options);
        if (i == 0) options.group = 2;
        if (i == 1) options.accept_loss = -1;
        if (i == 2) options.struct_size = 0;
        if (i == 3) options.struct_size = sizeof options + 64;
        wrong += told_so(cx_store_open(path, gate, &options, &store, &e), CX_E_OPTION, &e);
    }
    ok(wrong == 4 && store == NULL && access(path, F_OK) != 0,
       "options outside their range are refused, and no file is made");
    must(cx_store_open(path, gate, NULL, &store, &e), &e);
    must(cx_store_decide(store, 1, 0, START, 0, &d, &e), &e);
    int64_t rows = cx_store_rows(store);
    int bad = told_so(cx_store_decide(store, 1, 0, START, 0, NULL, &e), CX_E_NULL, &e) +
              told_so(cx_store_decide(store, 1, 99, START, 0, &d, &e), CX_E_NAME, &e) +
              told_so(cx_store_decide(store, 1, 0, START - MINUTE, 0, &d, &e), CX_E_DOMAIN, &e) +
              told_so(cx_store_record(store, 1, 0, 9, START, &e), CX_E_DOMAIN, &e) +
              told_so(cx_store_record(store, 0, 0, 0, START, &e), CX_E_DOMAIN, &e);
    ok(bad == 5 && cx_store_rows(store) == rows, "a refused call leaves no row");
    ok(cx_store_decide(store, 2, 0, START, 0, &d, NULL) == CX_OK, "and the store goes on");
    must(cx_store_close(store, &e), &e);
    cx_gate_free(gate);
}

/* -- a full disk --------------------------------------------------------------------------- */

/* Files of this process may not grow beyond a size: writing fails as on a full disk. */
static void write_until_full(void) {
    struct rlimit limit = {1 << 17, 1 << 17};
    cx_gate *gate = make(1);
    cx_store *store;
    cx_error err;
    cx_decision d;
    cx_status status = CX_OK;
    signal(SIGXFSZ, SIG_IGN);
    must(cx_store_open(path, gate, NULL, &store, &err), &err);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) exit(3);
    for (int64_t i = 0; i < MOST - 16 && status == CX_OK; i++) {
        row done = {cx_contact_number(i % 997, 0), START + i * MINUTE, 0, -1, 0};
        status = cx_store_decide(store, done.contact, i % POINTS, done.time, 0, &d, &err);
        done.u = d.u, done.reason = d.reason;
        if (status == CX_OK) acknowledge(&done);
    }
    bool said = told_so(status, CX_E_LIMIT, &err);
    bool refuses = cx_store_decide(store, 1, 0, START + MOST * MINUTE, 0, &d, &err) == CX_E_LIMIT;
    cx_status closed = cx_store_close(store, &err);
    (void)closed; /* whichever it was: what counts is in the file */
    cx_gate_free(gate);
    _exit(said && refuses ? 0 : 4);
}

static void check_full(void) {
    int64_t rows = 0;
    int left = 0;
    cx_error err;
    clear();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) write_until_full();
    waitpid(child, &left, 0);
    printf("# %ld rows until the disk was full\n", (long)told->count);
    ok(WIFEXITED(left) && WEXITSTATUS(left) == 0,
       "a full disk is told, and the store refuses everything after it");
    int64_t sure = told->count;
    cx_status status = reopen(1, false, &rows, &err);
    if (status != CX_OK) printf("# %s\n", err.text);
    ok(sure > 0 && status == CX_OK && rows >= sure && compare() == 0,
       "and every row that was acknowledged before it is there");
}

/* -- for the tests of the bindings ---------------------------------------------------------- */

/* store write PATH ROWS: rows as above, behind those there are. store read PATH: what there is, and
 * the next decision. Both print it. */
static int serve(const char *what, const char *file, int64_t rows) {
    cx_gate *gate = make(1);
    cx_store *store;
    cx_decision d;
    cx_error err;
    must(cx_store_open(file, gate, NULL, &store, &err), &err);
    int64_t first = cx_store_rows(store), i = first;
    for (; strcmp(what, "write") == 0 && i < first + rows; i++) {
        uint64_t contact = i % 17 == 16 ? 0 : cx_contact_number(i % 97, 0);
        if (i % 5 == 4 && contact != 0)
            must(cx_store_record(store, contact, i % POINTS, CX_EVENT_ANSWERED, START + i * MINUTE,
                                 &err),
                 &err);
        else
            must(cx_store_decide(store, contact, i % POINTS, START + i * MINUTE, 0, &d, &err),
                 &err);
    }
    printf("%ld", (long)i);
    if (strcmp(what, "read") == 0) {
        must(cx_store_decide(store, cx_contact_number(5, 0), 0, START + i * MINUTE, 3, &d, &err),
             &err);
        printf(" %.17g %.17g %s %ld", d.u, d.probability, cx_reason_name(d.reason),
               (long)d.retry_at);
    }
    printf("\n");
    must(cx_store_close(store, &err), &err);
    cx_gate_free(gate);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 2) return serve(argv[1], argv[2], argc > 3 ? atoi(argv[3]) : 0);
    int kills = argc > 1 ? atoi(argv[1]) : 200;
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED || mkdtemp(folder) == NULL) return 2;
    snprintf(path, sizeof path, "%s/log.db", folder);
    snprintf(wal, sizeof wal, "%s/log.db-wal", folder);
    snprintf(mark, sizeof mark, "%s/log.db-mark", folder);
    check_kills(kills);
    check_damage(kills < 400 ? kills : 400);
    check_names();
    check_erase();
    check_arguments();
    check_full();
    clear();
    rmdir(folder);
    printf("1..%d\n", tests);
    return failures > 0;
}
