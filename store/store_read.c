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

static cx_status read_rows(cx_store *store, int64_t *rows, int64_t *last, cx_error *err) {
    sqlite3_stmt *query = NULL;
    cx_status status = read_one(store, "SELECT * FROM journal ORDER BY id", &query, err);
    int step = SQLITE_DONE;
    while (status == CX_OK && (step = sqlite3_step(query)) == SQLITE_ROW) {
        store_row row;
        int64_t words[STORE_COLUMNS];
        read_row(query, &row);
        store_words(&row, words);
        if (sqlite3_column_int64(query, STORE_COLUMNS - 1) !=
            (int64_t)store_checksum(words, STORE_COLUMNS - 1))
            status =
                store_fail(err, CX_E_FORMAT, "row %lld of the log is damaged", (long long)row.id);
        else
            status = read_play(store, &row, err);
        (*rows)++;
        *last = row.id;
    }
    if (status == CX_OK && step != SQLITE_DONE)
        status = store_sql_fail(store, "the log cannot be read to its end", err);
    sqlite3_finalize(query);
    return status;
}

/* -- the whole ----------------------------------------------------------------------------- */

static cx_status read_state(cx_store *store, int64_t *state, cx_error *err) {
    sqlite3_stmt *query = NULL;
    cx_status status = read_one(
        store, "SELECT format, last, rows, points, gate, checksum FROM state", &query, err);
    if (status == CX_OK && sqlite3_step(query) != SQLITE_ROW)
        status = store_fail(err, CX_E_FORMAT, "the file has lost the row that says what it holds");
    for (int c = 0; c < 6 && status == CX_OK; c++) state[c] = sqlite3_column_int64(query, c);
    sqlite3_finalize(query);
    if (status != CX_OK) return status;
    if (state[5] != (int64_t)store_checksum(state, 5))
        return store_fail(err, CX_E_FORMAT, "the row that says what the file holds is damaged");
    if (state[0] > STORE_FORMAT)
        return store_fail(err, CX_E_VERSION, "the file was written by a newer version");
    if (state[3] > cx_gate_size(store->gate) ||
        state[4] != (int64_t)cx_gate_fingerprint(store->gate, state[3]))
        return store_fail(err, CX_E_MISMATCH,
                          "the file is the log of a gate with another seed, salt or other points");
    return CX_OK;
}

cx_status store_load(cx_store *store, int64_t mark, bool marked, bool accept_loss, cx_error *err) {
    int64_t state[6], rows = 0, last = 0;
    cx_status status = read_integrity(store, err);
    if (status == CX_OK) status = read_state(store, state, err);
    if (status == CX_OK && !accept_loss && !marked && state[1] > 0)
        return store_fail(err, CX_E_FORMAT,
                          "%s is missing, so that nobody can tell whether the log is whole; "
                          "accept_loss opens it all the same",
                          store->mark_path);
    if (status == CX_OK && !accept_loss && mark > state[1])
        return store_fail(err, CX_E_FORMAT,
                          "the end of the log is missing: it goes to row %lld, and row %lld was "
                          "acknowledged; accept_loss opens what is left",
                          (long long)state[1], (long long)mark);
    if (status == CX_OK) status = read_rows(store, &rows, &last, err);
    if (status == CX_OK && (rows != state[2] || last > state[1]))
        return store_fail(err, CX_E_FORMAT, "the log has %lld rows; there were %lld",
                          (long long)rows, (long long)state[2]);
    if (status != CX_OK) return status;
    store->last = accept_loss && mark > state[1] ? mark : state[1];
    store->rows = rows;
    return CX_OK;
}
