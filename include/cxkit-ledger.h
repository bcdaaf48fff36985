#ifndef CXKIT_LEDGER_STORE_H
#define CXKIT_LEDGER_STORE_H

#include <cxkit.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup store Durable ledger
 *
 * A library of its own, `libcxkit-ledger`, that keeps the log of a gate in an SQLite file: every
 * decision and event that was acknowledged is there after a crash. The gate itself stays in
 * memory; opening the file plays the log into it.
 *
 * The file is written ahead (WAL) and synced at each commit (`synchronous=FULL`). Every row carries
 * a checksum, and a row of its own their number and sum. Beside the file lies `<path>-mark`, synced
 * after each commit, which says how far the log has come: a file that was cut short, lost its WAL
 * or had bits flipped is refused, never read as if nothing were missing, and left as it is. One
 * process at a time has the file open.
 * @{
 */

/** How a file is opened. */
typedef struct cx_store_options {
    uint32_t struct_size; /**< set by cx_store_options_init */
    int32_t group;       /**< 0 (default): every call commits before it returns. 1: rows are on disk
                              when cx_store_commit has returned, many for one sync */
    int32_t accept_loss; /**< 1: open a file of which the end or the mark is missing, with what is
                              left */
    int32_t reserved;    /**< zero */
} cx_store_options;

/** @brief The defaults. */
CX_API void cx_store_options_init(cx_store_options *options);

/** An open file and its gate. */
typedef struct cx_store cx_store;

/** @brief Opens a file, or makes one, and plays its log into the gate.
 *
 * @param      path     of the file, UTF-8
 * @param      gate     with its rules, points and goals and without any decision yet; borrowed
 *                      until cx_store_close, and used through the store only. Points may have been
 *                      added since, behind those there were
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_store_close
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_FORMAT    the file is damaged, cut short, or no log of a gate; nothing was changed
 * @retval CX_E_VERSION   the file has a format of another version
 * @retval CX_E_MISMATCH  the log of a gate with another seed, salt or other points
 * @retval CX_E_LIMIT     the file cannot be opened or written, or another process has it
 *
 * After a failure the gate has to be made anew. Cost: O(rows), about a million a second. Since:
 * 0.1.
 */
CX_API CX_NODISCARD cx_status cx_store_open(const char *path, cx_gate *gate,
                                            const cx_store_options *options, cx_store **out,
                                            cx_error *err);

/** @brief cx_gate_decide, and the row is on disk before it returns (see `group`).
 *
 * When the disk fails the decision is not given out; the store then refuses everything until the
 * file is opened again.
 */
CX_API CX_NODISCARD cx_status cx_store_decide(cx_store *self, uint64_t contact, int64_t point,
                                              int64_t time, uint64_t attributes, cx_decision *out,
                                              cx_error *err);

/** @brief cx_gate_record, and the row is on disk before it returns (see `group`). */
CX_API CX_NODISCARD cx_status cx_store_record(cx_store *self, uint64_t contact, int64_t point,
                                              int32_t event, int64_t time, cx_error *err);

/** @brief With `group`: puts all rows since the last commit on disk; then they may be acted upon.
 */
CX_API CX_NODISCARD cx_status cx_store_commit(cx_store *self, cx_error *err);

/** @brief Deletes all rows of a contact, overwrites them, and forgets it in the gate. */
CX_API CX_NODISCARD cx_status cx_store_erase(cx_store *self, uint64_t contact, cx_error *err);

/** @brief Rows of the log, those not yet committed included. */
CX_API int64_t cx_store_rows(const cx_store *self);

/** @brief Commits and closes. NULL is ignored. The gate stays the caller's.
 *
 * @retval CX_OK | CX_E_LIMIT (the last rows could not be written); it is closed in any case
 */
CX_API cx_status cx_store_close(cx_store *self, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
