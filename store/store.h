#ifndef CX_I_STORE_H
#define CX_I_STORE_H

#include <cxkit-ledger.h>

#include <sqlite3.h>
#include <stdbool.h>

/* A row of the log: a decision (event -1), or an event. */
typedef struct store_row {
    int64_t id;
    int32_t event;
    cx_decision decision; /* of an event: contact, point and time */
} store_row;

enum { STORE_COLUMNS = 19, STORE_STATE = 8, STORE_FORMAT = 2 };

/* How far a log has come. */
typedef struct store_end {
    int64_t commits, last, rows; /* transactions; number of the last row; rows there are */
    uint64_t sum;                /* of the checksums of the rows */
} store_end;

struct cx_store {
    sqlite3 *db;
    sqlite3_stmt *insert, *state;
    cx_gate *gate;
    char *mark_path;
    int mark; /* file descriptor, or -1 */
    store_end end;
    bool group, open, failed; /* open: a transaction is */
};

cx_status store_fail(cx_error *err, cx_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
cx_status store_sql_fail(cx_store *store, const char *what, cx_error *err);
uint64_t store_checksum(const int64_t *words, int count);
void store_words(const store_row *row, int64_t *words); /* STORE_COLUMNS of them */

extern const char *const store_tables[2]; /* the SQL of journal and state */

/* store_mark.c: how far the log has come, in a file beside it */
cx_status store_mark_open(cx_store *store, const char *path, bool accept_loss, store_end *end,
                          bool *found, cx_error *err);
cx_status store_mark_write(cx_store *store, cx_error *err);

/* store_read.c: checks the file and plays it into the gate */
cx_status store_load(cx_store *store, const store_end *mark, bool marked, bool accept_loss,
                     cx_error *err);

#endif
