#define _POSIX_C_SOURCE 200809L

#include "store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SQLite reads a WAL up to the first frame that is damaged or missing, and takes that for its end.
 * So how far the log has come is kept apart, written and synced after each commit and before
 * anybody is told. Two slots in two sectors take turns: whatever happens to one, the other is
 * whole. The mark is never ahead of the log, as it is written later. */

enum { MARK_WORDS = 6, MARK_APART = 512 };
#define MARK_MAGIC INT64_C(0x324b52414d5843) /* "CXMARK2" */

static bool mark_slot(const cx_store *store, int slot, store_end *end, cx_status *status) {
    int64_t words[MARK_WORDS] = {0};
    ssize_t size = pread(store->mark, words, sizeof words, slot * MARK_APART);
    if (size < 0) *status = CX_E_LIMIT;
    if (size != (ssize_t)sizeof words || words[0] != MARK_MAGIC ||
        words[5] != (int64_t)store_checksum(words, 5))
        return false;
    *end = (store_end){words[1], words[2], words[3], (uint64_t)words[4]};
    return true;
}

static cx_status mark_read(cx_store *store, store_end *end, bool *found, cx_error *err) {
    cx_status status = CX_OK;
    store_end slot;
    *found = false;
    for (int i = 0; i < 2; i++) {
        if (!mark_slot(store, i, &slot, &status)) continue;
        if (!*found || slot.commits > end->commits) *end = slot;
        *found = true;
    }
    if (status != CX_OK) return store_fail(err, status, "%s cannot be read", store->mark_path);
    if (*found || lseek(store->mark, 0, SEEK_END) == 0) return CX_OK;
    return store_fail(err, CX_E_FORMAT,
                      "%s is damaged, so that nobody can tell whether the log is whole; "
                      "accept_loss opens it all the same",
                      store->mark_path);
}

/* A file is there after a loss of power when its folder was synced too. */
static void mark_sync_folder(const cx_store *store) {
    char *slash = strrchr(store->mark_path, '/'), kept;
    char *end = slash == NULL ? store->mark_path : slash + 1;
    kept = *end;
    *end = '\0';
    int folder = open(slash == NULL ? "." : store->mark_path, O_RDONLY | O_CLOEXEC);
    *end = kept;
    if (folder < 0) return;
    (void)fsync(folder); /* some file systems cannot, and need not */
    close(folder);
}

cx_status store_mark_open(cx_store *store, const char *path, bool accept_loss, store_end *end,
                          bool *found, cx_error *err) {
    size_t length = strlen(path);
    store->mark_path = malloc(length + 6);
    if (store->mark_path == NULL) return store_fail(err, CX_E_MEMORY, "out of memory");
    memcpy(store->mark_path, path, length);
    memcpy(store->mark_path + length, "-mark", 6);
    store->mark = open(store->mark_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->mark < 0)
        return store_fail(err, CX_E_LIMIT, "%s cannot be opened for writing", store->mark_path);
    memset(end, 0, sizeof *end);
    cx_status status = mark_read(store, end, found, err);
    if (!*found) mark_sync_folder(store);
    if (status != CX_E_FORMAT || !accept_loss) return status;
    return CX_OK;
}

cx_status store_mark_write(cx_store *store, cx_error *err) {
    const store_end *end = &store->end;
    int64_t slot[MARK_WORDS] = {MARK_MAGIC, end->commits,      end->last,
                                end->rows,  (int64_t)end->sum, 0};
    slot[5] = (int64_t)store_checksum(slot, 5);
    if (pwrite(store->mark, slot, sizeof slot, (off_t)(end->commits % 2) * MARK_APART) ==
            (ssize_t)sizeof slot &&
        fdatasync(store->mark) == 0)
        return CX_OK;
    store->failed = true;
    return store_fail(err, CX_E_LIMIT, "%s cannot be written", store->mark_path);
}
