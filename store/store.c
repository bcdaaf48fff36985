#include "store.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The log of a gate: one row for each decision and event, and one row that counts them. */

#define STORE_SALT UINT64_C(0x6378737472)

/* -- errors -------------------------------------------------------------------------------- */

cx_status store_fail(cx_error *err, cx_status code, const char *format, ...) {
    va_list arguments;
    if (err == NULL) return code;
    cx_error_init(err);
    err->code = code;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return code;
}

cx_status store_sql_fail(cx_store *store, const char *what, cx_error *err) {
    int code = sqlite3_errcode(store->db) & 0xFF;
    const char *text = sqlite3_errmsg(store->db);
    if (code == SQLITE_NOMEM) return store_fail(err, CX_E_MEMORY, "out of memory");
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR)
        return store_fail(err, CX_E_FORMAT, "%s: it is damaged, or no log of a gate (%s)", what,
                          text);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return store_fail(err, CX_E_LIMIT, "%s: another process has it open", what);
    return store_fail(err, CX_E_LIMIT, "%s: %s", what, text);
}

/* -- rows ---------------------------------------------------------------------------------- */

uint64_t store_checksum(const int64_t *words, int count) {
    uint8_t bytes[8 * STORE_COLUMNS];
    cx_contact sum;
    for (int i = 0; i < count; i++)
        for (int b = 0; b < 8; b++) bytes[8 * i + b] = (uint8_t)((uint64_t)words[i] >> 8 * b);
    sum.key = 0;
    if (cx_contact_text(bytes, 8 * (size_t)count, STORE_SALT, &sum, NULL) != CX_OK) return 0;
    return sum.key;
}

static int64_t store_bits(double value) {
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return isnan(value) ? 0 : bits;
}

void store_words(const store_row *row, int64_t *words) {
    const cx_decision *d = &row->decision;
    const int64_t all[STORE_COLUMNS - 1] = {row->id,
                                            row->event,
                                            d->time,
                                            d->point,
                                            (int64_t)d->contact,
                                            store_bits(d->probability),
                                            store_bits(d->u),
                                            d->retry_at,
                                            d->period,
                                            d->policy,
                                            d->allocation,
                                            d->invite,
                                            d->reason,
                                            d->rule,
                                            d->action,
                                            d->frequency,
                                            d->repeat,
                                            (int64_t)d->attributes};
    memcpy(words, all, sizeof all);
}

/* -- writing ------------------------------------------------------------------------------- */

static cx_status store_run(cx_store *store, const char *sql, const char *what, cx_error *err) {
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK) return CX_OK;
    return store_sql_fail(store, what, err);
}

static cx_status store_begin(cx_store *store, cx_error *err) {
    if (store->failed)
        return store_fail(err, CX_E_LIMIT,
                          "an earlier row could not be written; open the file again");
    if (store->open) return CX_OK;
    cx_status status = store_run(store, "BEGIN IMMEDIATE", "the log cannot be written", err);
    store->open = status == CX_OK;
    return status;
}

static cx_status store_put_state(cx_store *store, cx_error *err) {
    int64_t points = cx_gate_size(store->gate);
    int64_t state[6] = {STORE_FORMAT,
                        store->last,
                        store->rows,
                        points,
                        (int64_t)cx_gate_fingerprint(store->gate, points),
                        0};
    state[5] = (int64_t)store_checksum(state, 5);
    sqlite3_reset(store->state);
    for (int c = 0; c < 6; c++) sqlite3_bind_int64(store->state, c + 1, state[c]);
    if (sqlite3_step(store->state) == SQLITE_DONE) return CX_OK;
    return store_sql_fail(store, "the log cannot be written", err);
}

static cx_status store_put_row(cx_store *store, const store_row *row, cx_error *err) {
    int64_t words[STORE_COLUMNS];
    store_words(row, words);
    words[STORE_COLUMNS - 1] = (int64_t)store_checksum(words, STORE_COLUMNS - 1);
    sqlite3_reset(store->insert);
    for (int c = 0; c < STORE_COLUMNS; c++)
        if (c == 5)
            sqlite3_bind_double(store->insert, c + 1, row->decision.probability);
        else if (c == 6 && isnan(row->decision.u))
            sqlite3_bind_null(store->insert, c + 1);
        else if (c == 6)
            sqlite3_bind_double(store->insert, c + 1, row->decision.u);
        else
            sqlite3_bind_int64(store->insert, c + 1, words[c]);
    if (sqlite3_step(store->insert) == SQLITE_DONE) return CX_OK;
    return store_sql_fail(store, "the log cannot be written", err);
}

static cx_status store_finish(cx_store *store, cx_error *err) {
    cx_status status = CX_OK;
    if (!store->open) return CX_OK;
    status = store_put_state(store, err);
    if (status == CX_OK) status = store_run(store, "COMMIT", "the log cannot be written", err);
    if (status == CX_OK) status = store_mark_write(store, err);
    store->open = false;
    if (status == CX_OK) return CX_OK;
    store->failed = true;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static cx_status store_append(cx_store *store, store_row *row, cx_error *err) {
    row->id = store->last + 1;
    cx_status status = store_put_row(store, row, err);
    if (status == CX_OK) {
        store->last++;
        store->rows++;
        return store->group ? CX_OK : store_finish(store, err);
    }
    store->failed = true;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->open = false;
    return status;
}

cx_status cx_store_decide(cx_store *self, uint64_t contact, int64_t point, int64_t time,
                          uint64_t attributes, cx_decision *out, cx_error *err) {
    store_row row;
    if (self == NULL || out == NULL)
        return store_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    memset(&row, 0, sizeof row);
    row.event = -1;
    cx_status status = store_begin(self, err);
    if (status != CX_OK) return status;
    status = cx_gate_decide(self->gate, contact, point, time, attributes, &row.decision, err);
    if (status == CX_OK) status = store_append(self, &row, err);
    if (status == CX_OK) *out = row.decision;
    return status;
}

cx_status cx_store_record(cx_store *self, uint64_t contact, int64_t point, int32_t event,
                          int64_t time, cx_error *err) {
    store_row row;
    if (self == NULL) return store_fail(err, CX_E_NULL, "self is missing");
    memset(&row, 0, sizeof row);
    row.event = event;
    row.decision.contact = contact, row.decision.point = point, row.decision.time = time;
    cx_status status = store_begin(self, err);
    if (status != CX_OK) return status;
    status = cx_gate_record(self->gate, contact, point, event, time, err);
    return status == CX_OK ? store_append(self, &row, err) : status;
}

cx_status cx_store_commit(cx_store *self, cx_error *err) {
    if (self == NULL) return store_fail(err, CX_E_NULL, "self is missing");
    if (self->failed)
        return store_fail(err, CX_E_LIMIT,
                          "an earlier row could not be written; open the file again");
    return store_finish(self, err);
}

cx_status cx_store_erase(cx_store *self, uint64_t contact, cx_error *err) {
    sqlite3_stmt *erase = NULL;
    if (self == NULL) return store_fail(err, CX_E_NULL, "self is missing");
    cx_status status = store_begin(self, err);
    if (status != CX_OK) return status;
    bool done = sqlite3_prepare_v2(self->db, "DELETE FROM journal WHERE contact = ?", -1, &erase,
                                   NULL) == SQLITE_OK &&
                sqlite3_bind_int64(erase, 1, (int64_t)contact) == SQLITE_OK &&
                sqlite3_step(erase) == SQLITE_DONE;
    if (!done) status = store_sql_fail(self, "the log cannot be written", err);
    sqlite3_finalize(erase);
    if (status != CX_OK) return status;
    self->rows -= sqlite3_changes(self->db);
    cx_gate_erase(self->gate, contact);
    status = store_finish(self, err);
    if (status != CX_OK) return status;
    return store_run(self, "PRAGMA wal_checkpoint(TRUNCATE)", "the log cannot be written", err);
}

int64_t cx_store_rows(const cx_store *self) {
    return self == NULL ? 0 : self->rows;
}

/* -- opening and closing ------------------------------------------------------------------- */

void cx_store_options_init(cx_store_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

static const char store_schema[] =
    "CREATE TABLE journal(id INTEGER PRIMARY KEY, event INTEGER, time INTEGER, point INTEGER, "
    "contact INTEGER, probability REAL, u REAL, retry_at INTEGER, period INTEGER, policy INTEGER, "
    "allocation INTEGER, invite INTEGER, reason INTEGER, rule INTEGER, action INTEGER, "
    "frequency INTEGER, repeat INTEGER, attributes INTEGER, checksum INTEGER) STRICT;"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER, last INTEGER, "
    "rows INTEGER, points INTEGER, gate INTEGER, checksum INTEGER) STRICT;";

static cx_status store_prepare(cx_store *store, cx_error *err) {
    static const char insert[] =
        "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    static const char state[] = "INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?)";
    if (sqlite3_prepare_v2(store->db, insert, -1, &store->insert, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(store->db, state, -1, &store->state, NULL) == SQLITE_OK)
        return CX_OK;
    return store_sql_fail(store, "the file cannot be used", err);
}

/* The tables there are; -1 on failure. */
static int store_tables(cx_store *store) {
    sqlite3_stmt *query = NULL;
    int tables = -1;
    if (sqlite3_prepare_v2(store->db, "SELECT count(*) FROM sqlite_master", -1, &query, NULL) ==
            SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        tables = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    return tables;
}

static cx_status store_first(cx_store *store, int64_t mark, bool accept_loss, cx_error *err) {
    if (mark > 0 && !accept_loss)
        return store_fail(err, CX_E_FORMAT,
                          "the log is empty or missing, and %lld rows were acknowledged; "
                          "accept_loss begins a new one",
                          (long long)mark);
    cx_status status = store_begin(store, err);
    if (status == CX_OK) status = store_run(store, store_schema, "the file cannot be made", err);
    if (status == CX_OK) status = store_prepare(store, err);
    store->last = mark;
    return status == CX_OK ? store_finish(store, err) : status;
}

static cx_status store_start(cx_store *store, const char *path, bool accept_loss, cx_error *err) {
    static const char settings[] =
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; BEGIN EXCLUSIVE; COMMIT;";
    int64_t mark;
    bool marked;
    if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK)
        return store_sql_fail(store, "the file cannot be opened", err);
    cx_status status = store_run(store, settings, "the file cannot be opened", err);
    if (status == CX_OK) status = store_mark_open(store, path, accept_loss, &mark, &marked, err);
    if (status != CX_OK) return status;
    int tables = store_tables(store);
    if (tables < 0) return store_sql_fail(store, "the file cannot be read", err);
    if (tables == 0) return store_first(store, mark, accept_loss, err);
    status = store_load(store, mark, marked, accept_loss, err);
    if (status == CX_OK) status = store_prepare(store, err);
    return status == CX_OK && accept_loss ? store_mark_write(store, err) : status;
}

static void store_free(cx_store *store) {
    sqlite3_finalize(store->insert);
    sqlite3_finalize(store->state);
    sqlite3_close(store->db);
    if (store->mark >= 0) close(store->mark);
    free(store->mark_path);
    free(store);
}

static cx_status store_check(const cx_store_options *options, cx_error *err) {
    if (options == NULL) return CX_OK;
    if (options->struct_size != sizeof *options)
        return store_fail(err, CX_E_OPTION,
                          "struct_size of cx_store_options is %u; it has to be %u",
                          (unsigned)options->struct_size, (unsigned)sizeof *options);
    if (options->group != 0 && options->group != 1)
        return store_fail(err, CX_E_OPTION, "group is %d; it has to be 0 or 1",
                          (int)options->group);
    if (options->accept_loss != 0 && options->accept_loss != 1)
        return store_fail(err, CX_E_OPTION, "accept_loss is %d; it has to be 0 or 1",
                          (int)options->accept_loss);
    return CX_OK;
}

cx_status cx_store_open(const char *path, cx_gate *gate, const cx_store_options *options,
                        cx_store **out, cx_error *err) {
    if (path == NULL || gate == NULL || out == NULL)
        return store_fail(err, CX_E_NULL, "%s is missing",
                          path == NULL   ? "path"
                          : gate == NULL ? "gate"
                                         : "out");
    cx_status checked = store_check(options, err);
    if (checked != CX_OK) return checked;
    cx_store *store = calloc(1, sizeof *store);
    if (store == NULL) return store_fail(err, CX_E_MEMORY, "out of memory");
    store->mark = -1;
    store->gate = gate;
    store->group = options != NULL && options->group != 0;
    cx_status status = store_start(store, path, options != NULL && options->accept_loss != 0, err);
    if (status == CX_OK)
        *out = store;
    else
        store_free(store);
    return status;
}

cx_status cx_store_close(cx_store *self, cx_error *err) {
    if (self == NULL) return CX_OK;
    cx_status status = self->failed ? CX_OK : store_finish(self, err);
    store_free(self);
    return status;
}
