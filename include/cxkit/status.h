#ifndef CXKIT_STATUS_H
#define CXKIT_STATUS_H

#include <cxkit/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup status Status and error
 *
 * Every function that can fail returns a cx_status and takes a cx_error last. The numbers are
 * never reused; new ones may appear, so an unknown number means "failed".
 * @{
 */

/** The one list of status codes: name, number, sentence. */
#define CX_STATUS_LIST(X)                                                                          \
    X(CX_OK, 0, "success")                                                                         \
    X(CX_E_NULL, 1, "a required argument is missing")                                              \
    X(CX_E_DOMAIN, 2, "a value is outside its domain")                                             \
    X(CX_E_EMPTY, 3, "there is no valid value to compute from")                                    \
    X(CX_E_FEW, 4, "there are too few values for this computation")                                \
    X(CX_E_CONSTANT, 5, "a column is constant")                                                    \
    X(CX_E_SINGULAR, 6, "the columns are collinear")                                               \
    X(CX_E_CONVERGENCE, 7, "the iteration did not converge")                                       \
    X(CX_E_MEMORY, 8, "out of memory")                                                             \
    X(CX_E_FORMAT, 9, "the encoded bytes are damaged")                                             \
    X(CX_E_VERSION, 10, "the encoded bytes were written by a newer version")                       \
    X(CX_E_MISMATCH, 11, "the two states have different settings")                                 \
    X(CX_E_OVERFLOW, 12, "a count or a sum is too large")                                          \
    X(CX_E_TYPE, 13, "the column has a type that cannot be used here")                             \
    X(CX_E_LENGTH, 14, "the columns have different lengths")                                       \
    X(CX_E_OPTION, 15, "an option has an invalid value")                                           \
    X(CX_E_INFEASIBLE, 16, "the constraints cannot be met together")                               \
    X(CX_E_UNINFORMED, 17, "the budget leaves a point without any information")                    \
    X(CX_E_NAME, 18, "there is no column of that name")                                            \
    X(CX_E_LIMIT, 19, "the problem is larger than the exact method allows")                        \
    X(CX_E_UNIDENTIFIED, 20, "the data do not determine the value")                                \
    X(CX_E_SUPPRESSED, 21, "hidden: too few answers to be shown")

/** Status codes. */
typedef enum cx_status {
#define CX_STATUS_ENUM(name, number, text) name = number,
    CX_STATUS_LIST(CX_STATUS_ENUM)
#undef CX_STATUS_ENUM
        CX_STATUS_END = 22 /**< one more than the largest code */
} cx_status;

/** What went wrong, owned by the caller; pass NULL where it is not wanted. */
typedef struct cx_error {
    int32_t code;     /**< a cx_status */
    int32_t reserved; /**< zero */
    int64_t row;      /**< element, counted from 0, or -1 */
    double value;     /**< the offending value, or NaN */
    char column[64];  /**< the column's name, or "" */
    char text[424];   /**< one sentence in UTF-8, or "" */
} cx_error;

/** @brief Clears an error: code 0, row -1, value NaN, empty texts. NULL is ignored. */
CX_API void cx_error_init(cx_error *err);

/** @brief The sentence of a status code; "unknown status" for a number outside the list. Never
 * NULL. */
CX_API const char *cx_strerror(int32_t code);

/** @brief The name of a status code, such as "CX_E_DOMAIN"; NULL for a number outside the list. */
CX_API const char *cx_status_name(int32_t code);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
