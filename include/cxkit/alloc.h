#ifndef CXKIT_ALLOC_H
#define CXKIT_ALLOC_H

#include <cxkit/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup alloc Allocator
 *
 * A handle keeps the allocator it was made with. NULL stands for malloc, realloc and free.
 * @{
 */

/** Three functions and their context, copied into the handle. */
typedef struct cx_allocator {
    void *(*allocate)(void *context, size_t size);                 /**< NULL when out of memory */
    void *(*reallocate)(void *context, void *memory, size_t size); /**< memory may be NULL */
    void (*release)(void *context, void *memory);                  /**< memory may be NULL */
    void *context;                                                 /**< passed to all three */
} cx_allocator;

/** @} */

#ifdef __cplusplus
}
#endif

#endif
