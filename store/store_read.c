#include "store.h"

#include <math.h>
#include <string.h>

/* Opening: the file is checked by SQLite, then row by row, then against the mark. */

static cx_status read_one(cx_store *store, const char *sql, sqlite3_stmt **out, cx_error *err) {
    if (sqlite3_prepare_v2(store->db, sql, -1, out, NULL) == SQLITE_OK) return CX_OK;
    return store_sql_fail(store, "the file cannot be read", err);
}

static cx_status read_integrity(cx_store *store, cx_error *err) {
    sqlite3_stmt *check = NULL;
    cx_status status = read_one(store, "PRAGMA integrity_check(1)", &check, err);
    if (status == CX_OK && sqlite3_step(check) != SQLITE_ROW)
        status = store_sql_fail(store, "the file cannot be checked", err);
    if (status == CX_OK && strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        status = store_fail(err, CX_E_FORMAT, "the file is damaged: %s",
                            (const char *)sqlite3_column_text(check, 0));
    sqlite3_finalize(check);
    return status;
}

/* -- rows ---------------------------------------------------------------------------------- */

static void read_row(sqlite3_stmt *query, store_row *row) {
    cx_decision *d = &row->decision;
    memset(row, 0, sizeof *row);
    int64_t words[STORE_COLUMNS];
    for (int c = 0; c < STORE_COLUMNS; c++) words[c] = sqlite3_column_int64(query, c);
    row->id = words[0], row->event = (int32_t)words[1];
    d->time = words[2], d->point = words[3], d->contact = (uint64_t)words[4];
    d->probability = sqlite3_column_double(query, 5);
    d->u = sqlite3_column_type(query, 6) == SQLITE_NULL ? NAN : sqlite3_column_double(query, 6);
    d->retry_at = words[7], d->period = words[8], d->policy = words[9], d->allocation = words[10];
    d->invite = (int32_t)words[11], d->reason = (int32_t)words[12], d->rule = (int32_t)words[13];
    d->action = (int32_t)words[14], d->frequency = (int32_t)words[15];
    d->repeat = (int32_t)words[16], d->attributes = (uint64_t)words[17];
}

static cx_status read_play(cx_store *store, const store_row *row, cx_error *err) {
    const cx_decision *d = &row->decision;
    if (row->event < 0) return cx_gate_replay(store->gate, d, err);
    return cx_gate_record(store->gate, d->contact, d->point, row->event, d->time, err);
}

static cx_status read_rows(cx_store *store, store_end *found, cx_error *err) {
    sqlite3_stmt *query = NULL;
    cx_status status = read_one(store, "SELECT * FROM journal ORDER BY id", &query, err);
    int step = SQLITE_DONE;
    while (status == CX_OK && (step = sqlite3_step(query)) == SQLITE_ROW) {
        store_row row;
        int64_t words[STORE_COLUMNS];
        read_row(query, &row);
        store_words(&row, words);
        uint64_t sum = store_checksum(words, STORE_COLUMNS - 1);
        if (sqlite3_column_int64(query, STORE_COLUMNS - 1) != (int64_t)sum)
            status =
                store_fail(err, CX_E_FORMAT, "row %lld of the log is damaged", (long long)row.id);
        else
            status = read_play(store, &row, err);
        found->rows++;
        found->last = row.id;
        found->sum += sum;
    }
    if (status == CX_OK && step != SQLITE_DONE)
        status = store_sql_fail(store, "the log cannot be read to its end", err);
    sqlite3_finalize(query);
    return status;
}

/* -- the whole ----------------------------------------------------------------------------- */

/* Damage may turn one name into another that SQLite likes as well. */
static cx_status read_schema(cx_store *store, cx_error *err) {
    sqlite3_stmt *query = NULL;
    int right = 0, all = 0;
    cx_status status = read_one(store, "SELECT sql FROM sqlite_master ORDER BY rowid", &query, err);
    for (; status == CX_OK && sqlite3_step(query) == SQLITE_ROW; all++) {
        const char *sql = (const char *)sqlite3_column_text(query, 0);
        right += all < 2 && sql != NULL && strcmp(sql, store_tables[all]) == 0;
    }
    sqlite3_finalize(query);
    if (status != CX_OK || (right == 2 && all == 2)) return status;
    return store_fail(err, CX_E_FORMAT,
                      "the tables of the file are not those of a log of a gate: it is damaged, or "
                      "another file");
}

static cx_status read_state(cx_store *store, store_end *end, cx_error *err) {
    sqlite3_stmt *query = NULL;
    int64_t state[STORE_STATE];
    cx_status status = read_one(
        store, "SELECT format, commits, last, rows, sum, points, gate, checksum FROM state", &query,
        err);
    if (status == CX_OK && sqlite3_step(query) != SQLITE_ROW)
        status = store_fail(err, CX_E_FORMAT, "the file has lost the row that says what it holds");
    for (int c = 0; c < STORE_STATE && status == CX_OK; c++)
        state[c] = sqlite3_column_int64(query, c);
    sqlite3_finalize(query);
    if (status != CX_OK) return status;
    if (state[STORE_STATE - 1] != (int64_t)store_checksum(state, STORE_STATE - 1))
        return store_fail(err, CX_E_FORMAT, "the row that says what the file holds is damaged");
    if (state[0] != STORE_FORMAT)
        return store_fail(err, CX_E_VERSION, "the file has format %lld; this version reads %d",
                          (long long)state[0], STORE_FORMAT);
    if (state[5] > cx_gate_size(store->gate) ||
        state[6] != (int64_t)cx_gate_fingerprint(store->gate, state[5]))
        return store_fail(err, CX_E_MISMATCH,
                          "the file is the log of a gate with another seed, salt or other points");
    *end = (store_end){state[1], state[2], state[3], (uint64_t)state[4]};
    return CX_OK;
}

static bool read_same(const store_end *a, const store_end *b) {
    return a->rows == b->rows && a->sum == b->sum;
}

/* What the mark says of the log, which may be one commit ahead of it. */
static cx_status read_mark(const cx_store *store, const store_end *end, const store_end *mark,
                           bool marked, cx_error *err) {
    if (!marked && end->last > 0)
        return store_fail(err, CX_E_FORMAT,
                          "%s is missing, so that nobody can tell whether the log is whole; "
                          "accept_loss opens it all the same",
                          store->mark_path);
    if (mark->commits > end->commits)
        return store_fail(err, CX_E_FORMAT,
                          "the end of the log is missing: it goes to row %lld, and row %lld was "
                          "acknowledged; accept_loss opens what is left",
                          (long long)end->last, (long long)mark->last);
    if (mark->commits == end->commits && (mark->last != end->last || !read_same(mark, end)))
        return store_fail(err, CX_E_FORMAT,
                          "%s belongs to another log; accept_loss opens this one all the same",
                          store->mark_path);
    return CX_OK;
}

cx_status store_load(cx_store *store, const store_end *mark, bool marked, bool accept_loss,
                     cx_error *err) {
    store_end end, found = {0, 0, 0, 0};
    cx_status status = read_integrity(store, err);
    if (status == CX_OK) status = read_state(store, &end, err);
    if (status == CX_OK) status = read_schema(store, err);
    if (status == CX_OK && !accept_loss) status = read_mark(store, &end, mark, marked, err);
    if (status == CX_OK) status = read_rows(store, &found, err);
    if (status == CX_OK && (!read_same(&found, &end) || found.last > end.last))
        return store_fail(err, CX_E_FORMAT,
                          "the log has %lld rows, and not the %lld that were written",
                          (long long)found.rows, (long long)end.rows);
    if (status != CX_OK) return status;
    store->end = end;
    if (mark->last > end.last) store->end.last = mark->last; /* numbers are not used twice */
    if (mark->commits > end.commits) store->end.commits = mark->commits;
    return CX_OK;
}
