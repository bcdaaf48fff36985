#ifndef CXKIT_TABLE_H
#define CXKIT_TABLE_H

#include <cxkit/array.h>
#include <cxkit/arrow.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup table Tables
 *
 * Results of many rows: named, typed, owned columns, and figures about the whole. A table is
 * read-only; it is read from any thread.
 * @{
 */

/** An owned table. */
typedef struct cx_table cx_table;

/** @brief Releases a table. Arrow exports stay valid: they hold the columns. NULL is ignored. */
CX_API void cx_table_free(cx_table *table);

/** @brief Number of rows; 0 for NULL. */
CX_API int64_t cx_table_rows(const cx_table *table);

/** @brief Number of columns; 0 for NULL. */
CX_API int64_t cx_table_columns(const cx_table *table);

/** @brief The name of a column, 0 <= index < columns; NULL outside. Owned by the table. */
CX_API const char *cx_table_column_name(const cx_table *table, int64_t index);

/** @brief One column as a view.
 *
 * @param      table  the table
 * @param      index  0 <= index < columns
 * @param[out] out    CX_F64, CX_I64, CX_STRING or CX_TIMESTAMP in microseconds; valid until
 *                    cx_table_free
 * @param      err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_NAME (no such column)
 *
 * Cost: constant, no allocation. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_table_column(const cx_table *table, int64_t index, cx_array *out,
                                              cx_error *err);

/** @brief The position of the column called `name`, or -1. */
CX_API int64_t cx_table_find(const cx_table *table, const char *name);

/** @brief Number of figures about the whole table; 0 for NULL. */
CX_API int64_t cx_table_figures(const cx_table *table);

/** @brief The name of a figure, 0 <= index < figures; NULL outside. Owned by the table. */
CX_API const char *cx_table_figure_name(const cx_table *table, int64_t index);

/** @brief The value of a figure, 0 <= index < figures; NaN outside. */
CX_API double cx_table_figure(const cx_table *table, int64_t index);

/** @brief Exports the table through the Arrow C data interface, as a struct array.
 *
 * No column is copied: the export shares the columns with the table and outlives it. The figures
 * about the whole table are not part of it.
 *
 * @param      table   the table
 * @param[out] schema  released by the caller through its release callback
 * @param[out] array   released by the caller through its release callback
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Cost: O(columns). Threads: exports may be released on any thread. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_table_export(const cx_table *table, struct ArrowSchema *schema,
                                              struct ArrowArray *array, cx_error *err);

/** @brief Exports the table as an Arrow stream of one batch.
 *
 * @param      table   the table
 * @param[out] stream  released by the caller through its release callback
 * @param      err     may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 *
 * Cost: O(columns). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_table_stream(const cx_table *table,
                                              struct ArrowArrayStream *stream, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
