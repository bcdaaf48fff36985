#ifndef CXKIT_ARRAY_H
#define CXKIT_ARRAY_H

#include <cxkit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup array Columns
 *
 * A cx_array is a borrowed view of one column: what a NumPy array, an Arrow column or a plain C
 * array already holds. A function reads it during the call, never writes it and never keeps it.
 * @{
 */

/** Element types. */
typedef enum cx_dtype {
    CX_I8 = 1,
    CX_I16 = 2,
    CX_I32 = 3,
    CX_I64 = 4,
    CX_U8 = 5,
    CX_U16 = 6,
    CX_U32 = 7,
    CX_U64 = 8,
    CX_F32 = 9,
    CX_F64 = 10,
    CX_BOOL = 11,         /**< one byte, 0 or not 0 */
    CX_BIT = 12,          /**< one bit, least significant first, starting at `offset` */
    CX_STRING = 13,       /**< UTF-8, `offsets` are int32 */
    CX_LARGE_STRING = 14, /**< UTF-8, `offsets` are int64 */
    CX_TIMESTAMP = 15     /**< int64 since 1970 UTC in `unit` */
} cx_dtype;

/** Units of CX_TIMESTAMP. */
typedef enum cx_time_unit {
    CX_UNIT_NONE = 0,
    CX_SECONDS = 1,
    CX_MILLISECONDS = 2,
    CX_MICROSECONDS = 3,
    CX_NANOSECONDS = 4,
    CX_DAYS = 5 /**< the data are int32 days */
} cx_time_unit;

/** A borrowed column. Zero the structure, then fill in what applies. */
typedef struct cx_array {
    const void *data;        /**< first element; for strings the characters */
    int64_t length;          /**< elements */
    int64_t stride;          /**< bytes from one element to the next, may be 0 or negative;
                                  ignored for strings and CX_BIT */
    const uint8_t *validity; /**< bitmap, least significant bit first, 1 = present; NULL = all */
    int64_t offset;          /**< first bit of `validity` and of CX_BIT data */
    const void *offsets;     /**< strings only: length + 1 offsets into `data` */
    const struct cx_array *dictionary; /**< non-NULL: the elements are codes into this string
                                          column, usable as keys and never as numbers */
    const char *name;                  /**< for messages; may be NULL */
    int32_t dtype;                     /**< a cx_dtype */
    int32_t unit;                      /**< a cx_time_unit, for CX_TIMESTAMP */
    uint64_t reserved[4];              /**< zero */
} cx_array;

/** Several named columns, borrowed. All have the same length; names are unique and not NULL. */
typedef struct cx_frame {
    const cx_array *columns; /**< `count` columns */
    int64_t count;           /**< number of columns */
    uint64_t reserved[2];    /**< zero */
} cx_frame;

/** @brief A view of contiguous C data without missing values.
 *
 * @param data    first element, or NULL when length is 0
 * @param dtype   CX_I8 .. CX_BOOL
 * @param length  number of elements
 * @return the view; its `name` is NULL
 *
 * Cost: constant, no allocation. Since: 0.1.
 */
CX_API cx_array cx_array_of(const void *data, cx_dtype dtype, int64_t length);

/** @brief The size in bytes of one element, 0 for strings, CX_BIT and unknown types. */
CX_API int64_t cx_dtype_size(int32_t dtype);

/** @brief The name of an element type, such as "int8"; "unknown" outside the list. */
CX_API const char *cx_dtype_name(int32_t dtype);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
