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
    if (isnan(value)) return INT64_C(0x7FF8000000000000);
    memcpy(&bits, &value, sizeof bits);
    return bits;
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
    const store_end *end = &store->end;
    int64_t points = cx_gate_size(store->gate);
    int64_t state[STORE_STATE] = {STORE_FORMAT,
                                  end->commits,
                                  end->last,
                                  end->rows,
                                  (int64_t)end->sum,
                                  points,
                                  (int64_t)cx_gate_fingerprint(store->gate, points),
                                  0};
    state[STORE_STATE - 1] = (int64_t)store_checksum(state, STORE_STATE - 1);
    sqlite3_reset(store->state);
    for (int c = 0; c < STORE_STATE; c++) sqlite3_bind_int64(store->state, c + 1, state[c]);
    if (sqlite3_step(store->state) == SQLITE_DONE) return CX_OK;
    return store_sql_fail(store, "the log cannot be written", err);
}

static cx_status store_put_row(cx_store *store, const store_row *row, uint64_t *sum,
                               cx_error *err) {
    int64_t words[STORE_COLUMNS];
    store_words(row, words);
    *sum = store_checksum(words, STORE_COLUMNS - 1);
    words[STORE_COLUMNS - 1] = (int64_t)*sum;
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
    store->end.commits++;
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
    uint64_t sum;
    row->id = store->end.last + 1;
    cx_status status = store_put_row(store, row, &sum, err);
    if (status == CX_OK) {
        store->end.last++;
        store->end.rows++;
        store->end.sum += sum;
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

/* Deletes them row by row: their checksums leave the sum. */
static cx_status store_delete(cx_store *store, uint64_t contact, cx_error *err) {
    sqlite3_stmt *erase = NULL;
    store_end end = store->end;
    int step = SQLITE_ERROR;
    if (sqlite3_prepare_v2(store->db, "DELETE FROM journal WHERE contact = ? RETURNING checksum",
                           -1, &erase, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(erase, 1, (int64_t)contact) == SQLITE_OK)
        for (; (step = sqlite3_step(erase)) == SQLITE_ROW; end.rows--)
            end.sum -= (uint64_t)sqlite3_column_int64(erase, 0);
    cx_status status = CX_OK;
    if (step != SQLITE_DONE) status = store_sql_fail(store, "the log cannot be written", err);
    sqlite3_finalize(erase);
    if (status == CX_OK) store->end = end;
    return status;
}

cx_status cx_store_erase(cx_store *self, uint64_t contact, cx_error *err) {
    if (self == NULL) return store_fail(err, CX_E_NULL, "self is missing");
    cx_status status = store_begin(self, err);
    if (status == CX_OK) status = store_delete(self, contact, err);
    if (status != CX_OK) return status;
    cx_gate_erase(self->gate, contact);
    status = store_finish(self, err);
    if (status != CX_OK) return status;
    return store_run(self, "PRAGMA wal_checkpoint(TRUNCATE)", "the log cannot be written", err);
}

int64_t cx_store_rows(const cx_store *self) {
    return self == NULL ? 0 : self->end.rows;
}

/* -- opening and closing ------------------------------------------------------------------- */

void cx_store_options_init(cx_store_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

const char *const store_tables[2] = {
    "CREATE TABLE journal(id INTEGER PRIMARY KEY, event INTEGER NOT NULL, time INTEGER NOT NULL, "
    "point INTEGER NOT NULL, contact INTEGER NOT NULL, probability REAL NOT NULL, u REAL, "
    "retry_at INTEGER NOT NULL, period INTEGER NOT NULL, policy INTEGER NOT NULL, "
    "allocation INTEGER NOT NULL, invite INTEGER NOT NULL, reason INTEGER NOT NULL, "
    "rule INTEGER NOT NULL, action INTEGER NOT NULL, frequency INTEGER NOT NULL, "
    "repeat INTEGER NOT NULL, attributes INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT",
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, "
    "commits INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, points INTEGER NOT NULL, gate INTEGER NOT NULL, "
    "checksum INTEGER NOT NULL) STRICT"};

static cx_status store_prepare(cx_store *store, cx_error *err) {
    static const char insert[] =
        "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    static const char state[] = "INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?,?,?)";
    if (sqlite3_prepare_v2(store->db, insert, -1, &store->insert, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(store->db, state, -1, &store->state, NULL) == SQLITE_OK)
        return CX_OK;
    return store_sql_fail(store, "the file cannot be used", err);
}

/* The tables there are; -1 on failure. */
static int store_count_tables(cx_store *store) {
    sqlite3_stmt *query = NULL;
    int tables = -1;
    if (sqlite3_prepare_v2(store->db, "SELECT count(*) FROM sqlite_master", -1, &query, NULL) ==
            SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        tables = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    return tables;
}

static cx_status store_first(cx_store *store, const store_end *mark, bool accept_loss,
                             cx_error *err) {
    if (mark->rows > 0 && !accept_loss)
        return store_fail(err, CX_E_FORMAT,
                          "the log is empty or missing, and %lld rows were acknowledged; "
                          "accept_loss begins a new one",
                          (long long)mark->rows);
    cx_status status = store_begin(store, err);
    for (int i = 0; i < 2 && status == CX_OK; i++)
        status = store_run(store, store_tables[i], "the file cannot be made", err);
    if (status == CX_OK) status = store_prepare(store, err);
    store->end = (store_end){mark->commits, mark->last, 0, 0};
    return status == CX_OK ? store_finish(store, err) : status;
}

static cx_status store_start(cx_store *store, const char *path, bool accept_loss, cx_error *err) {
    static const char settings[] =
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; BEGIN EXCLUSIVE; COMMIT;";
    store_end mark;
    bool marked;
    if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK)
        return store_sql_fail(store, "the file cannot be opened", err);
    /* A log that is refused stays as it was, the part of its WAL that cannot be read included. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    cx_status status = store_run(store, settings, "the file cannot be opened", err);
    if (status == CX_OK) status = store_mark_open(store, path, accept_loss, &mark, &marked, err);
    if (status != CX_OK) return status;
    int tables = store_count_tables(store);
    if (tables < 0) return store_sql_fail(store, "the file cannot be read", err);
    if (tables == 0) return store_first(store, &mark, accept_loss, err);
    status = store_load(store, &mark, marked, accept_loss, err);
    if (status == CX_OK) status = store_prepare(store, err);
    if (status == CX_OK && accept_loss) { /* log and mark agree from now on */
        status = store_begin(store, err);
        return status == CX_OK ? store_finish(store, err) : status;
    }
    if (status != CX_OK || store->end.commits == mark.commits) return status;
    return store_mark_write(store, err); /* what was seen once is not lost in silence later */
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
    if (status != CX_OK) {
        store_free(store);
        return status;
    }
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    *out = store;
    return CX_OK;
}

cx_status cx_store_close(cx_store *self, cx_error *err) {
    if (self == NULL) return CX_OK;
    cx_status status = self->failed ? CX_OK : store_finish(self, err);
    store_free(self);
    return status;
}
