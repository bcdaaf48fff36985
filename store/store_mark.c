#define _POSIX_C_SOURCE 200809L

#include "store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SQLite reads a WAL up to the first frame that is damaged or missing, and takes that for its end.
 * So the number of the last row is kept apart, written after each commit and before anybody is
 * told. Two slots take turns: whatever happens to one, the other is whole. It is never ahead of
 * the log, as it is written later; after a loss of power it may be behind. */

enum { MARK_WORDS = 3, MARK_SIZE = MARK_WORDS * 8 };
#define MARK_MAGIC INT64_C(0x314b52414d5843) /* "CXMARK1" */

static cx_status mark_read(cx_store *store, int64_t *last, bool *found, cx_error *err) {
    int64_t slots[2][MARK_WORDS];
    *found = false;
    memset(slots, 0, sizeof slots);
    ssize_t size = pread(store->mark, slots, sizeof slots, 0);
    if (size < 0) return store_fail(err, CX_E_LIMIT, "%s cannot be read", store->mark_path);
    for (int i = 0; i < 2; i++) {
        if (slots[i][0] != MARK_MAGIC || slots[i][2] != (int64_t)store_checksum(slots[i], 2))
            continue;
        if (!*found || slots[i][1] > *last) *last = slots[i][1];
        *found = true;
    }
    if (*found || size == 0) return CX_OK;
    return store_fail(err, CX_E_FORMAT,
                      "%s is damaged, so that nobody can tell whether the log is whole; "
                      "accept_loss opens it all the same",
                      store->mark_path);
}

cx_status store_mark_open(cx_store *store, const char *path, bool accept_loss, int64_t *last,
                          bool *found, cx_error *err) {
    size_t length = strlen(path);
    store->mark_path = malloc(length + 6);
    if (store->mark_path == NULL) return store_fail(err, CX_E_MEMORY, "out of memory");
    memcpy(store->mark_path, path, length);
    memcpy(store->mark_path + length, "-mark", 6);
    store->mark = open(store->mark_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->mark < 0)
        return store_fail(err, CX_E_LIMIT, "%s cannot be opened for writing", store->mark_path);
    *last = 0;
    cx_status status = mark_read(store, last, found, err);
    if (status != CX_E_FORMAT || !accept_loss) return status;
    *found = false;
    return CX_OK;
}

cx_status store_mark_write(cx_store *store, cx_error *err) {
    int64_t slot[MARK_WORDS] = {MARK_MAGIC, store->last, 0};
    off_t at = (off_t)(store->last % 2) * MARK_SIZE;
    slot[2] = (int64_t)store_checksum(slot, 2);
    if (pwrite(store->mark, slot, MARK_SIZE, at) == MARK_SIZE) return CX_OK;
    store->failed = true;
    return store_fail(err, CX_E_LIMIT, "%s cannot be written", store->mark_path);
}
